/* screens/people.h: the screen of accounts and counters from within: its state. Shared by people_screen.c (lists and keys),
 * people_sheet.c (what is filled in for one of them) and people_view.c (drawing).
 *
 * The lists are this workstation's own copy (the query "people"), so they are there without the hall; each change is
 * asked of the hall at once (POST /v1/admin) and is never an unsent record, since a password may be in it. */
#pragma once
#include "core/base/rng.h"
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/field.h"
#include "tui/list.h"

enum people_tab { TAB_USERS, TAB_COUNTERS, TABS };
enum sheet_kind {
    SHEET_USER_ADD,
    SHEET_USER,
    SHEET_PASSWORD,
    SHEET_COUNTER_ADD,
    SHEET_COUNTER,
    SHEET_KINDS,
};
/* One line of a sheet. Each role has one, from ITEM_ROLES on. */
enum sheet_item {
    ITEM_LOGIN,
    ITEM_NAME,
    ITEM_PASSWORD,
    ITEM_AGAIN,
    ITEM_FIELDS,
    ITEM_ROLES = ITEM_FIELDS,
    ITEM_AGENCY = ITEM_ROLES + 6,
    ITEM_QUEUES,
    ITEM_COUNT,
};

struct people_sheet {
    enum sheet_kind kind;
    bool open;          /* closed, it keeps what was typed until another is opened; but for passwords */
    char row[64];       /* whom it changes, an id; "" somebody new */
    char id[UUID_TEXT]; /* of what it makes or sets, so that asking again has no second effect */
    struct field fields[ITEM_FIELDS];
    unsigned roles;
    char agency[64];
    struct json *queues; /* [{"queue","weight"}] */
    struct json *was;    /* the row as it was when this was opened; NULL: new */
    int focus;           /* enum sheet_item */
    /* What is wrong: a text of ours, or with a code the hall's own words; in the reader's language when it is drawn. */
    char fault[2 * SHOW_TEXT], code[40];
};

struct people {
    struct json *data;               /* of "people"; NULL: not here yet */
    const struct json **shown[TABS]; /* rows of data that fit the filter; borrowed */
    struct list lists[TABS];
    enum people_tab tab;
    struct field filter;
    bool filtering; /* letters go into the filter */
    struct people_sheet sheet;
    char asked[24], about[160]; /* what the hall is asked, and of whom; "" nothing */
    char target[64];            /* whom the question that is open is about */
};

/* --- people_screen.c --- */
const struct json *people_row(const struct people *self); /* the chosen one; NULL: none */
bool people_is_admin(const struct ui *ui);
/* Asks the hall; request is taken over, and wiped where it has a password. */
void people_ask(struct people *self, const struct ui *ui, struct json *request, const char *about,
                struct effects *effects);

/* --- people_sheet.c --- */
void people_sheet_init(struct people_sheet *sheet);
void people_sheet_deinit(struct people_sheet *sheet);
/* row NULL: somebody new. The same one again goes on where it was left. */
void people_sheet_open(struct people *self, const struct ui *ui, enum sheet_kind kind,
                       const struct json *row);
void people_sheet_close(struct people *self); /* passwords are wiped */
void people_sheet_forget(struct people *self);
bool people_sheet_has(const struct people_sheet *sheet, enum sheet_item item);
void people_sheet_key(struct people *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects);
void people_sheet_answered(struct people *self, const struct msg *msg);
void people_sheet_save(struct people *self, const struct ui *ui, struct effects *effects);
bool people_sheet_is_secret(const struct people_sheet *sheet);

/* --- people_view.c --- */
const char *people_agency(const struct people *self, const struct ui *ui, const char *id);
/* "P, A:2" of a counter's queues. */
void people_queues(const struct people *self, const struct json *queues, char out[SHOW_TEXT]);
void people_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area);
