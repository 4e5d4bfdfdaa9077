/* screens/person.h: the person screen's state, shared by its three files: person_screen.c (messages),
 * person_record.c (the sheet of a new person) and person_view.c (drawing). Nobody else includes this. */
#pragma once
#include "core/model/person.h"
#include "screens/screen.h"
#include "tui/field.h"
#include "tui/list.h"
#include "tui/sheet.h"

enum person_place { PERSON_FIND, PERSON_HISTORY, PERSON_RECORD };
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
enum { PERSON_TEXT = 200 };

struct person {
    char ticket[64]; /* of the visit at the desk that asked who it is, "" none */
    enum person_place place;
    struct field find;
    struct list list;
    struct json *found;   /* the query "persons" */
    char id[64];          /* whose history is open */
    struct json *history; /* the query "person" */
    enum person_pane pane;
    struct list rows[PERSON_PANES];
    char marked[64];      /* a case, to be compared with another */
    int64_t reveal_until; /* hidden numbers are shown up to here */
    struct sheet sheet;
    char typed[PERSON_MEMBERS][PERSON_TEXT]; /* in the sheet */
    char edited[64];                         /* id of the person being corrected, "" a new one */
    unsigned left;                           /* bits of members that were passed: their faults are said */
};

/* --- person_screen.c --- */
const struct json *person_row(const struct person *self); /* under the cursor of the finder */
const struct json *
person_shown(const struct person *self);                   /* whose history is open; NULL before it is here */
const struct json *person_case(const struct person *self); /* under the cursor of the history */
bool person_revealed(const struct person *self, const struct ui *ui);
/* Another row that is possibly the same person, or NULL. */
const struct json *person_twin(const struct person *self);

/* --- person_record.c --- */
/* What a text looks like as it is typed; false: a name, a date or nothing. */
bool person_number_kind(const struct ui *ui, const char *typed, enum identity *kind);
/* "NIK: 16 digits; 9 typed"; "" when there is nothing to say. */
enum verdict person_verdict(const struct ui *ui, enum identity kind, const char *typed, char out[160]);
void person_record_begin(struct person *self, const struct ui *ui, const struct json *person);
void person_record_key(struct person *self, const struct ui *ui, struct key key, struct effects *effects);
void person_record_paste(struct person *self, const struct ui *ui, const char *text);
void person_record_save(struct person *self, const struct ui *ui, struct effects *effects);
void person_record_clear(struct person *self);
bool person_record_typing(const struct person *self, const struct ui *ui);
void person_record_view(const struct person *self, const struct ui *ui, struct frame *frame,
                        struct rect area);

/* --- person_view.c --- */
void person_view(const struct person *self, const struct ui *ui, struct frame *frame, struct rect area);
