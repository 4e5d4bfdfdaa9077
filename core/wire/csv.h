/* core/wire/csv.h: rows as CSV (RFC 4180), for spreadsheets. */
#pragma once
#include "core/base/str.h"
#include "core/wire/json.h"

/* A line of the names, then one for each row with its members of those names: texts and numbers, nothing for all else. A
 * spreadsheet runs a text that begins like a formula (= + - @ and their wide forms, a tab, a line end): such a one has an
 * apostrophe before it, also within a text, behind what some spreadsheet may take for the end of a cell. */
void csv_write(const struct json *names, const struct json *rows, struct buf *out);
