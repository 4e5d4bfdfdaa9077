/* core/hall/report.h: GET /v1/report/NAME: what happened between two business days, as JSON or CSV. */
#pragma once
#include "core/command/command.h"

/* Where a report stands in the table; -1: there is none of that name. */
int report_find(const char *name);
const char *report_name(int index); /* NULL after the last */
unsigned report_roles(int index);   /* who may read it */

/* from and to: business days YYYY-MM-DD, both included. Appends
 * {"name","from","to","columns":[…],"rows":[{column: value}]}, or with csv a header and lines (RFC 4180). */
enum err report_write(struct db *db, int index, const char *from, const char *to, bool csv,
                      struct buf *out) MUST_USE;
