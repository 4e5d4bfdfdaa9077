/* core/wire/csv.c: see csv.h. */
#include "core/wire/csv.h"

#include <string.h>

/* Would a cell that begins here be run? Quotes and spaces before it are lost on the way into some spreadsheets, and those of
 * East Asia take the wide signs too. */
static bool is_formula(const char *text)
{
    static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};
    text += strspn(text, "\" ");
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return true;
    return *text && strchr("=+-@\t\r\n", *text);
}

/* Where the decimal sign is a comma, spreadsheets part cells at semicolons, and then our quotes stand within a cell and part
 * nothing: so every place where any of them may begin a cell is looked at. */
static bool may_part(char c)
{
    return c == ';' || c == '\t' || c == '\r' || c == '\n';
}

static void csv_text(struct buf *out, const char *text)
{
    bool quotes = strpbrk(text, ",;\"\t\r\n") != NULL, begins = true;
    if (quotes)
        buf_addc(out, '"');
    for (; *text; text++) {
        if (begins && is_formula(text))
            buf_addc(out, '\'');
        begins = may_part(*text);
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
