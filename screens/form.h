/* screens/form.h: the form screen's state, shared by its files alone: form_screen.c (messages and keys),
 * form_fill.c (what is typed and saved), form_mend.c (what is wrong), form_draw.c (drawing).
 *
 * What is shown is the draft as this computer knows it (base), with what is on its way to the disk (sent) and
 * what was typed since (typed) merged into it. A field that is left makes one case.draft command of `typed`;
 * what cannot be read as a value yet stays in `raw`, and in the journal. */
#pragma once
#include "screens/dossier.h"
#include "screens/form_sheet.h"
#include "tui/sheet.h"

enum { FORM_POINTER = SHEET_ID };

/* The items of one page, made anew after each change, with the moment that they were made for. */
struct fill_page {
    struct form_view view; /* of the form, or of the row that is open */
    struct form_sheet sheet;
    enum lang lang;
    char today[DATE_TEXT];
    int patches; /* answers that were put into the view since it was built */
};
struct form_screen {
    struct dossier of;
    struct form *form;
    struct json *plain;  /* in place of a service that has no form: a note */
    char *opened;        /* the form that `form` was opened on, as text: another one is opened anew */
    struct json *source; /* the service and pack it borrows */
    struct json *base, *sent, *typed, *draft;
    int sent_count;
    struct json *raw;      /* {pointer: text}: as typed, in the field in hand or not understood */
    struct json *problems; /* {pointer: sentence} of fields that were left */
    struct json *fresh;    /* what was prefilled when the form was opened */
    struct json *passed;   /* {pointer: true}: the clerk went over it, so that « goes */
    struct json *mend;     /* [{"pointer","label","text"}] after F10; NULL: not checking */
    int mend_at;
    struct json *removed; /* {"pointer","row","value","raw","problems"}: what undo brings back */
    struct json *reason;  /* why the form cannot be shown, as a text; NULL */
    struct sheet sheet;
    struct fill_page now;
    char inside[FORM_POINTER]; /* the row of a table that is open as a page; "" none */
    int page;
    bool taken;  /* the first data came: the journal and the prefilled values were taken over */
    bool forced; /* the next draft is sent even when it changes nothing: it says which of two answers holds */
    bool failed; /* the last draft was not saved */
    bool journal_due;
    int64_t typed_ms;  /* when the last key changed something */
    int64_t reveal_ms; /* hidden values are shown until then; 0 not */
    int w;             /* cells of the terminal */
    int pairs;         /* of fields, while both versions are looked at side by side; 0: they are not */
    int pair_at;       /* where one is in them */
};

enum { FORM_SIDE_FROM = 100, FORM_SIDE_W = 34 };

/* --- form_fill.c --- */
void fill_init(struct form_screen *self, const struct json *args);
void fill_deinit(struct form_screen *self);
/* The rows came: opens the form, rebuilds what is shown; the first time takes the journal over. */
void fill_take(struct form_screen *self, const struct ui *ui, const struct json *data,
               struct effects *effects);
/* What there is to draw: `now`, or when another language or day began meanwhile a page of its own, which is built in own;
 * end with fill_page_free of that. */
const struct fill_page *fill_page_for(const struct form_screen *self, const struct ui *ui,
                                      struct fill_page *own);
void fill_page_build(const struct form_screen *self, const struct ui *ui, struct fill_page *out);
void fill_page_free(struct fill_page *now);
void fill_refresh(struct form_screen *self, const struct ui *ui);
bool fill_is_foreign(const struct form_screen *self); /* another agency's: nothing of it is shown */
bool fill_writable(const struct form_screen *self);
const struct form_item *fill_focused(const struct form_screen *self); /* NULL: none */
/* The table that the focus or the open row belongs to, and the row (-1: none of its rows). */
bool fill_table_at(const struct form_screen *self, char pointer[FORM_POINTER], int *row);

void fill_put(struct form_screen *self, const struct ui *ui, const char *pointer, struct json *value);
void fill_typed(struct form_screen *self, const struct ui *ui, const char *pointer, const char *text);
/* A field says what cannot be read yet: half a date. It is in the journal, and in the record only when it is whole. */
bool fill_has_half(const struct form_screen *self, const struct ui *ui);
void fill_left(struct form_screen *self, const struct ui *ui, const char *pointer);
void fill_commit(struct form_screen *self, struct effects *effects);
/* Of a field that two people filled in differently: which answer holds. */
void fill_settle(struct form_screen *self, const struct ui *ui, const struct json *branch, bool other,
                 struct effects *effects);
const struct json *fill_branch(const struct form_screen *self,
                               const char *pointer); /* NULL pointer: the first */
/* The answer in the draft, or the other one, as a person reads it. */
void fill_branch_text(const struct form_screen *self, const struct ui *ui, const struct json *branch,
                      bool other, struct buf *label, struct buf *text);
void fill_journal(struct form_screen *self, struct effects *effects);
void fill_saved(struct form_screen *self);
void fill_not_saved(struct form_screen *self);
/* What the decision named that sent it back, by its labels: "To mend: Born · Village". Appended; nothing when it named
 * nothing, or nobody decided it. */
void fill_returned_text(const struct form_screen *self, const struct ui *ui, struct buf *out);
void fill_add_row(struct form_screen *self, const struct ui *ui, struct effects *effects);
void fill_remove_row(struct form_screen *self, const struct ui *ui, struct effects *effects);
void fill_undo(struct form_screen *self, const struct ui *ui, struct effects *effects);
char *fill_summary(const struct form_screen *self, const struct ui *ui, bool *hidden); /* the caller frees */
int fill_pages(const struct form_screen *self, int *at); /* visible ones; *at from 1 */

/* --- form_mend.c --- */
/* Fills mend; true: there is nothing to mend. */
bool fill_check(struct form_screen *self, const struct ui *ui);
void fill_go_to(struct form_screen *self, const struct ui *ui, const char *pointer);
void fill_row_title(const struct form_screen *self, const struct ui *ui, struct buf *out); /* "Children 2" */

/* --- form_version.c --- */
bool version_is_gone(const struct form_screen *self);        /* another stands in its place: only read */
const char *version_why_not(const struct form_screen *self); /* NULL: a newer version is offered */
void version_compare(struct form_screen *self, const struct ui *ui);
void version_take(struct form_screen *self, struct effects *effects);
bool version_key(struct form_screen *self, struct key key, struct effects *effects);
void version_offer_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                        struct rect *area);
void version_view(const struct form_screen *self, const struct ui *ui, struct frame *frame, struct rect area);

/* --- form_draw.c --- */
void form_screen_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                      struct rect area);
int form_screen_sheet_w(int w); /* cells of the sheet in a terminal of w */
