/* screens/disputes.h: the disputes screen's state, shared by its two files: disputes_screen.c (messages, choices) and
 * disputes_draw.c (drawing). */
#pragma once
#include "core/command/disputes.h"
#include "core/form/form.h"
#include "screens/screen.h"
#include "tui/list.h"

struct disputes {
    struct json *data;  /* the query "disputes" */
    struct json *users; /* the query "users": who wanted it */
    struct json
        *about; /* the query "case" of the chosen one's application: its service and form; NULL: none */
    struct form *form; /* of that service; NULL: none, or it cannot be read */
    struct json *source;
    char about_id[64];
    struct list list;
    char id[64], choice[32]; /* being settled, until the note is typed */
    bool picking;            /* field by field */
    int field;
    struct json *fields; /* pointer → "mine" or "theirs" */
};

const struct json *disputes_chosen(const struct disputes *self);
const char *disputes_user(const struct disputes *self, const char *id); /* a name; "" when not known */
bool disputes_are_branches(const struct json *dispute);
/* In plain words; lives in out. */
const char *disputes_choice_text(const struct disputes *self, const struct ui *ui, const struct json *dispute,
                                 enum dispute_choice choice, char out[300]);
int disputes_choices(const struct ui *ui, const struct json *dispute,
                     enum dispute_choice out[DISPUTE_CHOICES]);
bool disputes_picked_mine(const struct disputes *self, const char *pointer);

void disputes_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area);
