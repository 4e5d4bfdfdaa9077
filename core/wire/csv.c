/* core/wire/csv.c: see csv.h. */
#include "core/wire/csv.h"

#include <string.h>

static bool is_formula(const char *text)
{
    return *text && strchr("=+-@\t\r", *text);
}

static void csv_text(struct buf *out, const char *text)
{
    bool quotes = strpbrk(text, ",\"\r\n") != NULL;
    if (quotes)
        buf_addc(out, '"');
    if (is_formula(text))
        buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_addc(out, '"');
        buf_addc(out, *text);
    }
    if (quotes)
        buf_addc(out, '"');
}

static void csv_line(struct buf *out, const struct json *names, const struct json *row)
{
    for (const struct json *name = json_first(names); name; name = json_next(name)) {
        const struct json *value = row ? json_get(row, json_as_text(name)) : name;
        if (name != json_first(names))
            buf_addc(out, ',');
        if (json_is_text(value))
            csv_text(out, json_as_text(value));
        else if (json_is_number(value))
            buf_addf(out, "%.12g", json_as_number(value, 0));
    }
    buf_adds(out, "\r\n");
}

void csv_write(const struct json *names, const struct json *rows, struct buf *out)
{
    csv_line(out, names, NULL);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        csv_line(out, names, row);
}
