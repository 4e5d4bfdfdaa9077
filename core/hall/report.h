/* core/hall/report.h: GET /v1/report/NAME: what happened between two business days, as JSON or CSV.
 *
 * Read from the day book (daybook.h). Mean values are of milliseconds. A median, or what 90 of 100 do not exceed, is that of one
 * of them (nearest rank), counted in tenths of a minute, which is also what is told: no more is rounded than the answer. */
#pragma once
#include "core/command/command.h"

enum {
    REPORT_LIVE_DAYS = 40
}; /* days that are over and read from their rows at once; more must wait for the day book */

struct report_ask {
    const char *from, *to;                /* business days YYYY-MM-DD, both included */
    const char *queue, *service, *agency; /* only of these; NULL: of all */
    const char *within; /* the reader's own agency, outside of which nothing is told; NULL, "": none */
    const char *lang;   /* of names; NULL: en */
    bool compare;       /* beside each figure that of the period before, as COLUMN_before */
    bool csv;
};

/* Where a report stands in the table; -1: there is none of that name. */
int report_find(const char *name);
const char *report_name(int index); /* NULL after the last */
unsigned report_roles(int index);   /* who may read it */

/* Appends {"name","from","to","before":{"from","to"}?,"columns":[…],"rows":[{column: value}]}, or with csv a header and lines
 * (RFC 4180; a text that a spreadsheet would take for a formula has an apostrophe before it). */
enum err report_write(struct db *db, int index, const struct report_ask *ask, struct buf *out) MUST_USE;
/* How many of its days, and of those before with compare, before today are not in the day book yet. */
enum err report_due(struct db *db, const struct report_ask *ask, const char *today, int64_t *days) MUST_USE;
