/* screens/audit.h: the audit's screen from within. Shared by audit_screen.c (state), audit_ask.c (what is asked of the hall),
 * audit_view.c (drawing) and audit_words.c (sentences). */
#pragma once
#include "screens/show.h"
#include "tui/list.h"
#include "tui/text.h"

enum { AUDIT_PATH = 6000, AUDIT_LINES_KEPT = 5000 };

struct audit {
    /* What is asked for; "" all. Days as YYYY-MM-DD. */
    struct {
        char from[DATE_TEXT], to[DATE_TEXT], user[64], user_name[128], types[2400], subject[80], letters[80];
        bool refused;
    } only;
    struct json *lines;              /* the newest first; NULL: none yet */
    int64_t look, through, shown_ms; /* through: all lines down to this one were looked through */
    char next[48];                   /* "" the end was reached */
    bool partly;                     /* older lines are not read in at the hall yet */
    char asked[AUDIT_PATH];          /* under way; "" nothing */
    bool first;                      /* it asks for a first page */
    int64_t asked_ms;
    int empty;     /* pages without a line, one after the other */
    char why[300]; /* why the last question had no answer, a sentence; "" it had */
    struct list list;
    struct json *line; /* that is open, with its rows; NULL: none */
    bool open;
    struct list scroll; /* of the open line */
    struct {
        bool shown, asked;
        struct json *told; /* the hall's last word about the check; NULL: none */
        int64_t begun_ms;
    } check;
    struct {
        char path[300]; /* "" nothing is being saved */
        char next[48];
        int64_t lines, begun_ms;
        bool begun;
    } save;
};

/* audit_head.c: of a day that ended when line is of that kind, else of the last check; false: there is none. day and at may
 * be "". */
struct audit_head {
    char rev[20], hash[64 + 1], day[DATE_TEXT], at[TIME_TEXT];
};
bool audit_head_here(const struct audit *self, const struct json *line, struct audit_head *head);
void audit_head_print(const struct ui *ui, const struct audit_head *head, struct effects *effects);
void audit_head_save(const struct ui *ui, const struct audit_head *head, const char *path,
                     struct effects *effects);
/* "812 353a77…" as it was kept, the hash in groups or in one. */
bool audit_head_read(const char *text, struct audit_head *head);

/* audit_ask.c: the path of the next page; after "": the first. save: lines are taken along. */
void audit_path(const struct audit *self, const struct ui *ui, const char *after, bool save,
                char out[AUDIT_PATH]);
/* Asks for the first page of what is asked for now, or for the next one. */
void audit_ask_first(struct audit *self, const struct ui *ui, struct effects *effects);
void audit_ask_next(struct audit *self, const struct ui *ui, struct effects *effects);
void audit_ask_line(struct audit *self, const struct ui *ui, struct effects *effects);
void audit_ask_check(struct audit *self, const struct ui *ui, const char *rev, const char *hash,
                     struct effects *effects);
void audit_save(struct audit *self, const struct ui *ui, const char *path, struct effects *effects);
void audit_fetched(struct audit *self, const struct ui *ui, const struct msg *msg, struct effects *effects);
void audit_tick(struct audit *self, const struct ui *ui, struct effects *effects);
bool audit_reached(const struct ui *ui);

/* audit_words.c */
const char *audit_type(const struct ui *ui, const char *type, char out[SHOW_TEXT]); /* "visit finished" */
const char *audit_type_at(int index); /* every kind that has a name; NULL after the last */
/* "ticket P017", "counter 7" of one that a line is about. */
const char *audit_about(const struct ui *ui, const struct json *about, char out[SHOW_TEXT]);
/* "visit finished · ticket P017 · counter 7" */
const char *audit_sentence(const struct ui *ui, const struct json *line, char out[4 * SHOW_TEXT]);
const char *audit_who(const struct ui *ui, const struct json *line); /* a name; "the hall itself" */
const char *audit_outcome(const struct ui *ui, const struct json *line, char out[2 * SHOW_TEXT]);
/* What is asked for, in words: "30.11.2026 · Leyla A. · refused". */
void audit_filters(const struct audit *self, const struct ui *ui, struct buf *out);
/* What the check came to, up to lines_max sentences; *bad: something does not fit. The caller frees each. */
int audit_verdict(const struct audit *self, const struct ui *ui, char *lines[4], bool *bad);
/* The commands whose names hold these letters, "a,b"; "" none. */
void audit_types_with(const struct ui *ui, const char *letters, char *out, size_t capacity);

void audit_view(const void *self, const struct ui *ui, struct frame *frame, struct rect area);
int audit_line_rows(const struct audit *self, const struct ui *ui); /* of the open line, as it is drawn */
