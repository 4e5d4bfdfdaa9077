/* screens/decision.h: the decision screen's state, shared by its files alone: decision_screen.c (messages and
 * keys), decision_draw.c (drawing). */
#pragma once
#include "screens/case_steps.h"
#include "screens/dossier.h"
#include "tui/sheet.h"

enum { DECISION_ITEMS_MAX = 8, DECISION_TO_MAX = 200, DECISION_FIELDS_MAX = 100 /* as case.decide takes */ };

struct decision {
    struct dossier of;
    char outcome[12];   /* approve refuse return refer; "" not chosen yet */
    char *reasons;      /* codes of the ticked ones, joined by \n, as the sheet has them */
    char *papers;       /* return: codes of those that are asked for again, as reasons */
    char *fields;       /* return: pointers of those that are to be mended, as reasons */
    struct json *named; /* what form_fields says of the form; NULL: it has no fields, or is not here */
    enum lang named_in;
    char *text, *conditions;
    char to[64];        /* refer: a user */
    struct json *users; /* the query "users": names, and whom it can be referred to */
    bool editing;       /* the texts have the focus: letters type */
    int64_t reveal_ms;  /* hidden values are shown until then; 0 not */
    enum lang lang;     /* of the notice */
    bool lang_chosen;   /* else the citizen's, else the screen's */
    bool taken;         /* the journal was looked at */
    bool journal_due;
    int64_t typed_ms;
    bool sent;  /* decided here, the row has not come yet */
    int scroll; /* the first line of the notice that is shown */
    struct sheet sheet;
    struct case_steps steps; /* what is asked for beside the decision */
};

/* The fields for the outcome that is chosen, in order; options and texts live until decision_items_free. */
struct decision_items {
    struct sheet_item items[DECISION_ITEMS_MAX];
    int count;
    struct sheet_option *options, *people, *papers, *chosen, *left; /* chosen, left: fields */
    char **owned;
    int owned_count;
};
void decision_items(const struct decision *self, const struct ui *ui, struct decision_items *out);
void decision_items_free(struct decision_items *items);

/* --- decision_screen.c: what the drawing asks --- */
bool decision_waits(const struct decision *self);                            /* for a second person */
bool decision_may_confirm(const struct decision *self, const struct ui *ui); /* I am one who may be that */
const struct json *decision_last(const struct decision *self); /* the newest decision; NULL none */
bool decision_open(const struct decision *self);               /* an outcome can be chosen */
const char *decision_missing(const struct decision *self, const struct ui *ui); /* NULL: y may be pressed */
const char *decision_why_closed(const struct decision *self);                   /* NULL: decision_open */
/* The notice as it would be given now, or as it was given. False: this service has none; *blank: a name in it
 * has no value yet and stands there as [name]. */
bool decision_notice(const struct decision *self, const struct ui *ui, struct buf *out, bool *blank);
bool decision_allows(const struct decision *self, const char *outcome);      /* in the state it is in */
const char *decision_lang(const struct decision *self, const struct ui *ui); /* of the notice: "az" … */
const char *decision_outcome_text(const struct ui *ui, const char *outcome);

/* --- decision_draw.c --- */
void decision_view(const struct decision *self, const struct ui *ui, struct frame *frame, struct rect area);
int decision_sheet_w(int w);
