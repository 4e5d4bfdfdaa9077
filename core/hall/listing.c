/* core/hall/listing.c: see listing.h. Columns by code points: names are never cut, and a table that is read by a person
 * needs no more. */
#include "core/hall/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_cell(const char *text, size_t width, bool last)
{
    size_t used = utf8_count(text, strlen(text));
    fputs(text, stdout);
    for (; !last && used < width + 2; used++)
        putchar(' ');
}

static void print_table(const struct list_column *columns, int count, const struct json *rows)
{
    size_t widths[LIST_COLUMNS] = {0};
    char cell[LIST_CELL];
    for (int i = 0; i < count; i++) {
        widths[i] = strlen(columns[i].title);
        for (const struct json *row = json_first(rows); row; row = json_next(row)) {
            columns[i].cell(row, cell);
            size_t width = utf8_count(cell, strlen(cell));
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    for (int i = 0; i < count; i++)
        print_cell(columns[i].title, widths[i], i == count - 1);
    putchar('\n');
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        for (int i = 0; i < count; i++) {
            columns[i].cell(row, cell);
            print_cell(cell, widths[i], i == count - 1);
        }
        putchar('\n');
    }
}

void list_print(bool as_json, const struct list_column *columns, int count, const struct json *answer)
{
    const struct json *rows = json_get(answer, "rows");
    if (!as_json) {
        print_table(columns, count, rows);
        return;
    }
    char *text = json_print(rows);
    puts(text);
    free(text);
}

void list_member(const struct json *row, const char *member, char out[LIST_CELL])
{
    const char *text = json_text(row, member);
    str_copy(out, LIST_CELL, str_empty(text) ? "-" : text);
}
