/* screens/person.h: the person screen's state, shared by its files: person_screen.c (messages), person_find.c (who is found:
 * here at once, then at the hall), person_record.c (the sheet of a new person), person_compare.c (two records side by side),
 * person_view.c (drawing the rest). Nobody else includes this. */
#pragma once
#include "core/model/person.h"
#include "screens/screen.h"
#include "tui/field.h"
#include "tui/list.h"
#include "tui/sheet.h"

enum person_place { PERSON_FIND, PERSON_HISTORY, PERSON_RECORD, PERSON_COMPARE };
enum person_pane { PERSON_CASES, PERSON_VISITS, PERSON_PANES };
enum person_member {
    PERSON_NAME,
    PERSON_FAMILY,
    PERSON_GIVEN,
    PERSON_FATHER,
    PERSON_BORN,
    PERSON_FIN,
    PERSON_NIK,
    PERSON_PHONE,
    PERSON_MEMBERS
};
enum { PERSON_TEXT = 200, PERSON_FIND_BYTES = 200, PERSON_LABEL_W = 15 };

/* What the hall's archive has of the letters typed. One question is under way at a time: when its answer comes and other
 * letters stand there by then, those are asked, so that a fast typist asks seldom and nobody waits. */
struct archive {
    bool under_way, failed, more;
    char asked[PERSON_FIND_BYTES + 4];   /* the letters of the last question */
    char answers[PERSON_FIND_BYTES + 4]; /* those that rows are an answer to */
    struct json *rows;
};

struct person {
    char ticket[64]; /* of the visit at the desk that asked who it is, "" none */
    enum person_place place;
    struct field find;
    struct list list;
    struct json *found; /* the query "persons": this computer's copy */
    struct archive archive;
    struct json *rows;    /* what is listed: found, then whom only the hall has, with "archive" true */
    char id[64];          /* whose history is open */
    struct json *history; /* the query "person" */
    struct json *given;   /* whose history is open, as the hall's archive has them: not in this copy; NULL */
    struct json *visits;  /* what the history lists: bookings to come, then visits */
    enum person_pane pane;
    struct list lists[PERSON_PANES];
    struct json *from[PERSON_PANES]; /* the key of a page's first row; NULL: the newest */
    char marked[64];                 /* a case, to be compared with another */
    char revealed[2][64];            /* whose hidden numbers are shown … */
    int64_t reveal_until;            /* … up to here */
    char looked_at[64], purpose[16]; /* why this person is looked at, asked once; "" nobody, not asked yet */
    char *purpose_text;              /* in words; NULL */
    struct sheet sheet;
    char typed[PERSON_MEMBERS][PERSON_TEXT]; /* in the sheet */
    char edited[64];                         /* id of the person being corrected, "" a new one */
    unsigned left;                           /* bits of members that were passed: their faults are said */
    bool journal_due, recovered; /* what is typed is not in the journal yet; it was asked what stands there */
    int64_t typed_ms;
    char kept_at
        [TIME_TEXT]; /* when what was taken back was typed; "" when it was said, or there was nothing */
    /* Two records side by side. */
    char first[64],
        first_name[PERSON_TEXT]; /* the first of two, when the other is looked for by hand; "" none */
    char other[64];              /* the one at the right; "" none */
    int goes_on;                 /* 0 left, 1 right */
    unsigned taken;              /* bits of rows whose value is taken from the one that is merged */
    struct list members;
    bool merging; /* the hall was asked */
    bool
        compare_due; /* F6 at one whom nobody looked at: whoever is alike stands beside as soon as that is known */
};

/* --- person_screen.c --- */
const struct json *
person_shown(const struct person *self);                   /* whose history is open; NULL before it is here */
const struct json *person_case(const struct person *self); /* under the cursor of the history */
const struct json *person_pane_rows(const struct person *self, enum person_pane pane);
/* Whether this person's hidden numbers are shown now. */
bool person_revealed(const struct person *self, const struct ui *ui, const struct json *person);
/* The bodies of person.reveal for whoever is shown now; each look is recorded before it is a look. */
void person_open(struct person *self, const struct json *row, struct effects *effects);
void person_load_history(const struct person *self, struct effects *effects);
bool person_only_archive(const struct json *row);

/* --- person_find.c --- */
const struct json *person_row(const struct person *self); /* under the cursor of the finder */
/* Another row that is possibly the same person, or NULL. */
const struct json *person_twin(const struct person *self);
void person_find_load(const struct person *self, const struct ui *ui,
                      struct effects *effects); /* of this copy */
void person_find_typed(struct person *self, const struct ui *ui, struct effects *effects);
void person_find_data(struct person *self, const struct json *found);
void person_find_fetched(struct person *self, const struct ui *ui, const struct msg *msg,
                         struct effects *effects);
/* The hall is reached again, or the screen is shown: what was not asked is. */
void person_find_ask(struct person *self, const struct ui *ui, struct effects *effects);
/* What is to be said of the archive, NULL nothing; *warn: work goes on with less. */
const char *person_find_says(const struct person *self, const struct ui *ui, char out[160], bool *warn);
void person_find_clear(struct person *self);

/* --- person_record.c --- */
/* What a text looks like as it is typed; false: a name, a date or nothing. */
bool person_number_kind(const struct ui *ui, const char *typed, enum identity *kind);
/* "NIK: 16 digits; 9 typed"; "" when there is nothing to say. */
enum verdict person_verdict(const struct ui *ui, enum identity kind, const char *typed, char out[160]);
void person_record_begin(struct person *self, const struct ui *ui, const struct json *person,
                         struct effects *effects);
void person_record_key(struct person *self, const struct ui *ui, struct key key, struct effects *effects);
void person_record_paste(struct person *self, const struct ui *ui, const char *text);
void person_record_save(struct person *self, const struct ui *ui, struct effects *effects);
void person_record_clear(struct person *self);
/* What is typed there and not saved, kept through a killed program; taken back once, and gone with what was saved. */
void person_record_keep(struct person *self, struct effects *effects);
void person_record_recover(struct person *self, const struct json *rows);
void person_record_forget(struct person *self, struct effects *effects);
bool person_record_typing(const struct person *self, const struct ui *ui);
void person_record_view(const struct person *self, const struct ui *ui, struct frame *frame,
                        struct rect area);

/* --- person_compare.c --- */
/* F6: puts two records side by side, or remembers the first of two. */
void person_compare_begin(struct person *self, const struct ui *ui, struct effects *effects);
/* The digital channel brought this person and nobody has looked yet whether the hall knows them. */
bool person_unlooked(const struct json *row);
void person_compare_key(struct person *self, struct key key, struct effects *effects);
void person_compare_data(struct person *self, const struct ui *ui,
                         struct effects *effects); /* the rows are here, or here again */
const struct json *person_other(const struct person *self);
const char *person_compare_why(const struct person *self); /* NULL: possible */
const char *person_merge_why(const struct person *self);
void person_merge_ask(const struct person *self, const struct ui *ui, struct effects *effects);
void person_merge_send(struct person *self, struct effects *effects);
void person_apart_ask(const struct person *self, const struct ui *ui, const char *id,
                      struct effects *effects);
void person_apart(const char *id, struct effects *effects);
void person_told(struct person *self, const struct ui *ui, const struct msg *msg, struct effects *effects);
void person_compare_view(const struct person *self, const struct ui *ui, struct frame *frame,
                         struct rect area);

/* --- person_view.c --- */
void person_view(const struct person *self, const struct ui *ui, struct frame *frame, struct rect area);
/* A member as it may be shown now: dates as the hall writes them, numbers hidden. */
const char *person_value(const struct person *self, const struct ui *ui, const struct json *person,
                         const char *member, char out[160]);
