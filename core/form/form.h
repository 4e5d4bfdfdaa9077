/* core/form/form.h: a service's form: its schema, layout and texts, and what they make of a draft. Pure: the
 * day, the person and the language are handed in; views, values and errors come out. Knows no screen.
 *
 * The draft is plain JSON that its owner keeps (PROTOCOL.md, case.draft). A change is a merge patch made here
 * and applied with json_merge; after each change the owner builds the view anew, or puts the one answer into it.
 */
#pragma once
#include "core/form/schema.h"

/* --- a form, ready to use --- */
struct form; /* borrows the documents it was opened on */
struct form_source {
    const struct json *service; /* a whole service (FORMS.md section 6) or {"form":…,"texts":…} */
    const struct json *common;  /* the pack's common.json; NULL when bundled or not used */
    const struct json *pack;    /* pack.json: its lists for x-options, its language; may be NULL */
    bool typed; /* it is filled in here letter by letter: what each answer changes is found once (steers.c) */
};
enum err form_open(const struct form_source *source, struct form **out, struct err_info *info) MUST_USE;
void form_free(struct form **form);
int form_version(const struct form *form); /* 0 when the service has no form */
const struct schema *form_schema(const struct form *form);
/* A copy of the service that needs no common.json any more: what it refers to is carried inside. */
struct json *form_bundle(const struct json *service, const struct json *common);

/* What a form needs to know of the moment. */
struct form_context {
    const char *lang;          /* az id en ru */
    const char *today;         /* YYYY-MM-DD in the hall's zone */
    const char *date_order;    /* the pack's: dmy mdy ymd; NULL: dmy */
    bool date_hyphens;         /* 24-11-2026, as Indonesia writes it; else 24.11.2026 */
    const struct json *person; /* the person's row, for x-prefill person.FIELD; may be NULL */
    const struct json *last;   /* the draft of the person's last application at this agency; may be NULL */
    bool formats_annotate;     /* an author asks what is wrong but for the formats; nobody hands in so */
};

/* --- the view: what there is to draw --- */
enum form_kind {
    FORM_HEADING, /* label, at indent */
    FORM_TEXT,    /* label: a line of text */
    FORM_CONTROL,
    FORM_DIM, /* label: something this program does not know; drawn dim, reported by form_check */
};
enum form_widget {
    FORM_FIELD,    /* one line of text */
    FORM_AREA,     /* several lines */
    FORM_RADIO,    /* options, all shown */
    FORM_PICK,     /* options, with type-ahead */
    FORM_CHECKS,   /* options, any number chosen; the value is an array */
    FORM_LIST,     /* an array of texts, one a line; typed and shown separated by line ends */
    FORM_YES_NO,   /* yes, no, unanswered */
    FORM_TOGGLE,   /* [x] */
    FORM_NUMBER,   /* right-aligned */
    FORM_MONEY,    /* right-aligned; stored "5.00 AZN" */
    FORM_DATE,     /* picture in the pack's order; stored ISO */
    FORM_TIME,     /* hh:mm in the hall's zone; stored hh:mm:ssZ */
    FORM_TABLE,    /* an array of objects; Enter opens row N as a view of its own */
    FORM_CHOICE,   /* another oneOf or anyOf: options ask which branch, by its title */
    FORM_READONLY, /* text only: computed, const or read-only */
};

struct form_option {
    const char *value; /* as form_parse takes it: the text of an enum value, or JSON when not a string */
    const char *text;  /* in the language asked for */
    const struct json *json; /* what is stored; NULL: value as a string */
    bool chosen;
};
struct form_column {
    const char *name; /* of the property */
    const char *title;
    bool sensitive; /* its cells are not for all eyes; the row's own page masks and reveals them */
};
struct form_item {
    enum form_kind kind;
    enum form_widget widget;
    int page;                /* index in pages */
    int row;                 /* items of one row stand side by side while there is room: 24 cells each */
    int column, columns;     /* place in the row, from 0; columns 1: alone */
    int indent;              /* depth of headings above it */
    const char *pointer;     /* RFC 6901 into the draft; "" for headings and texts */
    const char *label;       /* never empty for controls */
    const char *hint;        /* description; "" when there is none */
    const char *placeholder; /* the picture of a date, or the layout's; "" when there is none */
    bool required, visible, enabled, readonly, sensitive, prefilled, computed;
    bool filled;       /* has a value: "" and [] are none, false is one */
    const char *text;  /* the value as a person reads and edits it; "" when not filled */
    const char *error; /* after form_view_errors; "" when there is none */
    struct form_option *options;
    int option_count;
    struct form_column *columns_shown; /* FORM_TABLE */
    int column_count, row_count;
    const char **row_errors; /* of a table, one a row: "Born: …" of what is wrong in it; NULL: nothing is */
    int row_title;           /* the column that names a row (elementLabelProp, else the first) */
    int length_max, decimals;  /* 0: no limit; decimals of money and numbers, -1: free */
    const char *currency;      /* FORM_MONEY: of the value, else of the form; "" when it is typed along */
    const struct json *schema; /* of the value */
    const char *format;        /* of the value, $ref followed; "" when there is none */
};
struct form_page {
    const char *number; /* "1", "1.2"; "" when the form has one page only */
    const char *title;
    bool visible;
    int first, count;  /* items of this page */
    int filled, total; /* required and visible controls */
    int errors;        /* after form_view_errors */
};
struct form_view { /* all of it lives in arena; end with form_view_free */
    struct arena arena;
    const struct form *form; /* borrowed, with the language it was built in: for the names of what is wrong */
    const char *lang;
    struct form_page *pages;
    int page_count;
    struct form_item *items;
    int item_count;
    int filled, total; /* required and visible, all pages */
};
/* inside: "" for the form; "/children/2" for the detail page of a table's row. */
void form_view_build(const struct form *form, const struct json *draft, const struct form_context *context,
                     const char *inside, struct form_view *view);
/* An answer that changed in draft is put into a view that was built before it, when nothing but its own field depends on
 * it: the view is then as if it were built anew, but for what form_view_errors put there. False: build it anew. */
bool form_view_answer(struct form_view *view, const struct json *draft, const struct form_context *context,
                      const char *pointer);
void form_view_unmark(struct form_view *view); /* takes away what form_view_errors put there */
void form_view_free(struct form_view *view);
const struct form_item *form_view_find(const struct form_view *view, const char *pointer);
/* Puts each error's text at its control; what has no visible control of its own goes to the nearest above it, and what
 * stands in a table's row to that row. Returns how many found no place at all. */
int form_view_errors(struct form_view *view, const struct schema_errors *errors);
/* A cell of a FORM_TABLE as a person reads it. "" when there is nothing. */
void form_cell(const struct form *form, const struct json *draft, const struct form_context *context,
               const struct form_item *table, int row, int column, struct buf *out);

/* --- fields by name --- */
enum { FORM_FIELDS_MAX = 1000 };
/* [{"pointer","label"}] of what somebody fills in and is shown, in the form's order: "Born", "Children 2 · Born";
 * where two have one name, with their group, and by number where that is not enough. The caller frees. */
struct json *form_fields(const struct form *form, const struct json *draft,
                         const struct form_context *context);
/* What such a list calls a place of the draft; "" when it is in none of them. */
const char *form_field_label(const struct json *fields, const char *pointer);
/* What the form itself calls a place that is no field, such as a group of fields that is missing whole; appended. */
void form_place_label(const struct form *form, const char *lang, const char *pointer, struct buf *out);

/* --- values --- */
enum { FORM_WHY = 200 };
/* What was typed (or an option's value) as the JSON of this item: numbers with , or ., money "5" → "5.00
 * AZN", dates in the pack's order → ISO, yes/no in four languages. Empty text: true and *value NULL. False:
 * why says what is expected, in the language of context. The schema itself is not applied here. FORM_CHECKS
 * takes the value of one option and answers the array with that option turned. */
bool form_parse(const struct form_item *item, const struct json *draft, const char *typed,
                const struct form_context *context, struct json **value, char why[FORM_WHY]);
/* A value as a person reads it, appended: the reverse of form_parse. */
void form_text(const struct form_item *item, const struct json *value, const struct form_context *context,
               struct buf *out);
/* The merge patch (RFC 7396) that puts value at pointer, with what is computed from it. value is taken; NULL
 * removes. A change inside an array carries the whole array, as merge patches must. */
struct json *form_patch(const struct form *form, const struct json *draft, const struct form_context *context,
                        const char *pointer, struct json *value);
/* Rows of a FORM_TABLE; each answers a merge patch, with what is computed from the rows. Removing row -1 or beyond the
 * end changes nothing. */
struct json *form_row_add(const struct form *form, const struct json *draft,
                          const struct form_context *context, const char *pointer);
struct json *form_row_remove(const struct form *form, const struct json *draft,
                             const struct form_context *context, const char *pointer, int row);
struct json *form_row_move(const struct form *form, const struct json *draft,
                           const struct form_context *context, const char *pointer, int row, int by);
/* The patch that fills a fresh draft from x-prefill, defaults and x-compute: only what is still empty. */
struct json *form_prefill(const struct form *form, const struct json *draft,
                          const struct form_context *context);
/* A problem of one field as typed so far, against its own part of the schema: "" when it is well. */
void form_problem(const struct form *form, const struct json *draft, const struct form_context *context,
                  const struct form_item *item, char why[FORM_WHY]);

/* --- submitting --- */
/* The draft as it is submitted: without hidden values, computed ones made afresh. */
struct json *form_submitted(const struct form *form, const struct json *draft,
                            const struct form_context *context);
/* Formats are asserted, answers from lists are looked for there. True when submitted is valid; else errors name the fields. */
bool form_validate(const struct form *form, const struct json *submitted, const struct form_context *context,
                   struct schema_errors *errors);
/* Both at once on a draft: what case.submit does. */
bool form_check_draft(const struct form *form, const struct json *draft, const struct form_context *context,
                      struct schema_errors *errors);
/* Things worth a second look that do not stop anything, such as a NIK that does not match the birth date. */
void form_warnings(const struct form *form, const struct json *draft, const struct form_context *context,
                   struct schema_errors *warnings);
/* Marks x-sensitive values of a draft: "•••" in place of texts, for logs and foreign eyes. */
struct json *form_masked(const struct form *form, const struct json *draft);
