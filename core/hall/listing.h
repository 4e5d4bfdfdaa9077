/* core/hall/listing.h: the administrator's lists on standard output: a table for people, or the rows as JSON. */
#pragma once
#include "core/wire/json.h"

enum { LIST_COLUMNS = 8, LIST_CELL = 600 };
struct list_column {
    const char *title;
    void (*cell)(const struct json *row, char out[LIST_CELL]);
};
/* answer: {"rows":[…]} of admin.h. */
void list_print(bool as_json, const struct list_column *columns, int count, const struct json *answer);
/* The text of a member, "-" where there is none. */
void list_member(const struct json *row, const char *member, char out[LIST_CELL]);
