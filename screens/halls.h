/* screens/halls.h: the screen of many halls from within. Shared by halls_screen.c (state, keys), halls_lines.c (which hall stands
 * in which line, and what they are together), halls_view.c (drawing) and halls_paper.c (the file). */
#pragma once
#include "screens/screen.h"
#include "tui/field.h"
#include "tui/list.h"

enum { HALLS_BESIDE_MAX = 6, HALLS_NAME = 128 };

#define HALLS_SORT_LIST(X)         \
    X(REGION, TR("by region"))     \
    X(WAITING, TR("most waiting")) \
    X(LONGEST, TR("longest wait")) \
    X(LATE, TR("promises broken")) \
    X(NAME, TR("by name"))         \
    X(SILENT, TR("what does not answer first"))
enum halls_sort {
#define X(id, words) HALLS_BY_##id,
    HALLS_SORT_LIST(X)
#undef X
        HALLS_SORTS
};

/* What halls are together. Only those that answer count; of the others all that is told is how many they are. */
struct halls_sum {
    int halls, answering, asked; /* asked: of the others those that gave no answer; not all were asked yet */
    int64_t waiting, in_hour, late, served, no_show, called, kept, burning, broken;
    int64_t counters, open, paused, unattended, unsent, unsent_stations, disputes;
    int64_t longest_ms;         /* of who waits longest; 0: nobody does */
    const struct json *longest; /* the hall where that is; borrowed; NULL */
    double wait_min_people;     /* of means, by who was called */
};

/* A hall, or (row NULL) the heading of a region. */
struct halls_line {
    const struct json *row;
    const char *region;
};

struct halls {
    struct json *data; /* the query "halls"; NULL: not here yet */
    struct json *some; /* the query "hall", of open; NULL: not here yet */
    struct halls_line *lines;
    int line_count;
    struct list list;
    bool *marked; /* by hall */
    int hall_count;
    enum halls_sort sort;
    bool map; /* a picture instead of the list */
    struct field filter;
    bool filtering;
    int open[HALLS_BESIDE_MAX], open_count; /* looked into; 0: none */
    int top;                                /* of what is looked into */
    int w, h;
};

/* --- halls_lines.c --- */
/* From data, filter and order; the cursor stays with its hall. */
void halls_arrange(struct halls *self, const struct ui *ui);
void halls_sum(const struct halls *self, const struct ui *ui, const char *region, struct halls_sum *out);
bool halls_answers(const struct json *row);
bool halls_is_first(const struct json *row);    /* it was not asked yet since the start */
bool halls_is_training(const struct json *row); /* its name says so, and no sum has its figures */
void halls_show_heading(struct halls *self);    /* above the first hall, when that is chosen */
const char *halls_name(const struct ui *ui, const struct json *row, char out[HALLS_NAME]);
int64_t halls_longest_ms(const struct ui *ui, const struct json *row); /* of who waits longest there; 0 */
const struct json *halls_chosen(const struct halls *self);             /* NULL: none */
int halls_marked(const struct halls *self);
/* Why it does not answer, in words; "" of one that does. */
const char *halls_why(const struct ui *ui, const struct json *row);
/* "10:02", "23.11. 10:02": when it was last heard of; or that it never was. */
const char *halls_known(const struct ui *ui, const struct json *row, char out[HALLS_NAME]);
/* What somebody there should look at, or that it is closed; "" nothing. *look fits. */
const char *halls_remark(const struct ui *ui, const struct json *row, char out[HALLS_NAME], unsigned *look);

/* --- halls_view.c --- */
void halls_view(const void *self, const struct ui *ui, struct frame *frame, struct rect area);
int halls_rows(const struct halls *self); /* of the list, as it is drawn */

/* --- halls_paper.c --- */
struct json *halls_table(const struct halls *self, const struct ui *ui,
                         struct json *names);                     /* for a spreadsheet */
char *halls_paper(const struct halls *self, const struct ui *ui); /* for people */
