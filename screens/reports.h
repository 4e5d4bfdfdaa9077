/* screens/reports.h: the reports' screen from within: its state, and what each report is made of. Shared by reports_screen.c
 * (state), reports_view.c (drawing) and reports_paper.c (the page that is saved). */
#pragma once
#include "core/model/period.h"
#include "screens/screen.h"
#include "tui/list.h"
#include "tui/text.h"

enum { REPORT_TYPED = PERIOD_COUNT /* a period that somebody typed */, REPORT_PATH = 400 };

/* How a column's figure reads. */
enum figure {
    FIGURE_TEXT,
    FIGURE_NAME,    /* of the queue, service or person */
    FIGURE_OUTCOME, /* of a decision */
    FIGURE_COUNT,
    FIGURE_MINUTES, /* and other numbers with a tenth */
    FIGURE_PERCENT,
    FIGURE_INDEX, /* with hundredths */
    FIGURE_MOMENT,
    FIGURE_WORDS, /* somebody's own: as wide as there is room */
    FIGURE_TREND, /* a row ▁▂▃ of the row's "trend" */
    FIGURE_BAR,   /* a bar of the column's share of the largest */
};
struct report_column {
    const char *member, *title;
    enum figure figure;
};
struct report_kind {
    const char *name;  /* of GET /v1/report/NAME */
    const char *title; /* marked with TR */
    const char *only;  /* the filter that a chosen row becomes: "queue" or "service"; NULL: none */
    const struct report_column *columns; /* the most telling first; up to a NULL member */
};
int report_kinds(void);
const struct report_kind *report_kind(int index);

struct reports {
    int kind;
    int period;                                 /* enum period, or REPORT_TYPED */
    int32_t from, to;                           /* days (core/model/calendar.h) */
    bool compare, made;                         /* made: the period was set for the first time */
    char only[16], only_id[64], only_name[128]; /* "queue" or "service"; "" all */
    struct json *data;                          /* the last answer, of path shown; NULL: none yet */
    char shown[REPORT_PATH];                    /* its path, without the language */
    enum lang shown_lang;
    int64_t shown_ms;        /* when it came */
    char asked[REPORT_PATH]; /* under way; "" nothing */
    enum lang asked_lang;
    int64_t asked_ms;
    bool failed; /* the last question had no answer */
    struct list list;
};

/* The path of what is chosen now, without the language: a report in another one stays until its own is here. */
void reports_path(const struct reports *self, char out[REPORT_PATH]);
/* What is chosen is what data holds, in whatever language. */
bool reports_is_shown(const struct reports *self);
/* "1 – 30.11.2026" in the country's way of writing days. */
void reports_days(const struct ui *ui, const char *from, const char *to, char out[200]);
/* The words of a figure of a row; before: of the period before. */
void reports_figure(const struct ui *ui, const struct report_kind *kind, int column, const struct json *row,
                    bool before, char out[256]);
/* Its rows are the cells of days × hours. */
bool reports_is_load(const struct report_kind *kind);
/* What data is compared with, "" nothing. */
void reports_head(const struct reports *self, const struct ui *ui, struct buf *out);
int reports_columns(const struct report_kind *kind);
enum text_align reports_align(enum figure figure);

void reports_view(const void *self, const struct ui *ui, struct frame *frame, struct rect area);
/* The report as a page of text, in the reader's language, for a file or PDF. The caller frees. */
char *reports_paper(const struct reports *self, const struct ui *ui);
