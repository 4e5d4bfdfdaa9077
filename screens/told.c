/* screens/told.c: see told.h. */
#include "screens/told.h"

#include <stdlib.h>
#include <string.h>

#include "screens/show.h"

static void add_list(const struct ui *ui, const struct json *names, struct buf *out)
{
    for (const struct json *one = json_first(names); one; one = json_next(one))
        buf_addf(out, "%s%s", one == json_first(names) ? "" : ", ", show_name(ui, one));
}

static void add_value(const struct ui *ui, const struct json *value, struct buf *out)
{
    char text[SHOW_TEXT];
    if (json_is_object(value))
        buf_adds(out, show_name(ui, value));
    else if (json_is_array(value) && json_count(value))
        add_list(ui, value, out);
    else if (json_is_number(value))
        buf_addf(out, "%lld", (long long)json_as_int(value, 0));
    else if (json_is_text(value) && *show_clock(json_as_text(value), text))
        buf_adds(out, text);
    else
        buf_adds(out, json_is_text(value) && *json_as_text(value) ? json_as_text(value) : "…");
}

void told_fill(const struct ui *ui, const char *text, const struct json *args, struct buf *out)
{
    while (*text) {
        size_t plain = strcspn(text, "{"), name = text[plain] ? strcspn(text + plain, "}") : 0;
        buf_add(out, text, plain);
        text += plain;
        if (!*text)
            return;
        char *member = xstrndup(text + 1, name ? name - 1 : 0);
        add_value(ui, json_get(args, member), out);
        free(member);
        text += name + (text[name] == '}');
    }
}

void told_add(const struct ui *ui, const struct told_text *texts, const char *code, const struct json *args,
              struct buf *out)
{
    for (; texts->code; texts++)
        if (str_equal(texts->code, code))
            return told_fill(ui, tr(ui->lang, texts->text), args, out);
    buf_adds(out, code ? code : "");
}
