/* screens/visit_view.c: see visit_view.h. */
#include "screens/visit_view.h"

#include <stdlib.h>
#include <string.h>

#include "tui/text.h"

const struct json *visit_to_come(const struct json *stops, int nth)
{
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop))
        if (str_equal(json_text(stop, "state"), "ahead") && nth-- == 0)
            return stop;
    return NULL;
}

static void add_list(const struct ui *ui, const struct json *list, char out[SHOW_TEXT])
{
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        size_t length = strlen(out);
        const char *text = json_as_text(one) ? json_as_text(one) : show_name(ui, one);
        if (!str_format(out + length, SHOW_TEXT - length, "%s%s", one == json_first(list) ? "" : ", ",
                        text)) {
            str_copy(out + (length < SHOW_TEXT - 5 ? length : SHOW_TEXT - 5), 5, "…");
            return;
        }
    }
}

const char *visit_services(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT])
{
    out[0] = '\0';
    add_list(ui, json_get(stop, "service_names"), out);
    return out;
}

const char *visit_stop_name(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT])
{
    str_format(out, SHOW_TEXT, "%s %s", json_text_or(stop, "queue_code", ""),
               show_name(ui, json_get(stop, "queue_name")));
    return out;
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* "4–6" of counters whose numbers follow each other, else as they are. */
static void counters_text(const struct ui *ui, const struct json *counters, char out[SHOW_TEXT])
{
    size_t count = json_count(counters);
    int first = 0;
    bool run = count > 2;
    out[0] = '\0';
    for (size_t i = 0; i < count && run; i++) {
        const char *name = json_as_text(json_at(counters, i));
        run = name && is_number(name) && (i == 0 || atoi(name) == first + (int)i);
        if (i == 0 && run)
            first = atoi(name);
    }
    if (run)
        str_format(out, SHOW_TEXT, "%d–%d", first, first + (int)count - 1);
    else
        add_list(ui, counters, out);
}

/* "counters 4–6 · waiting: 3" */
static const char *stop_where(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT])
{
    char numbers[SHOW_TEXT], where[SHOW_TEXT], waiting[SHOW_TEXT];
    const struct json *counters = json_get(stop, "counters");
    counters_text(ui, counters, numbers);
    if (json_count(counters))
        str_format(where, sizeof where,
                   tr(ui->lang, json_count(counters) == 1 ? TR("counter %s") : TR("counters %s")), numbers);
    else
        str_copy(where, sizeof where, tr(ui->lang, TR("no counter is open")));
    str_format(waiting, sizeof waiting, tr(ui->lang, TR("waiting: %d")), (int)json_int(stop, "waiting", 0));
    if (!str_format(out, SHOW_TEXT, "%s · %s", where, waiting))
        str_copy(out, SHOW_TEXT, waiting);
    return out;
}

const char *visit_stop_way(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT])
{
    char name[SHOW_TEXT], where[SHOW_TEXT];
    if (!str_format(out, SHOW_TEXT, "%s · %s", visit_stop_name(ui, stop, name), stop_where(ui, stop, where)))
        str_copy(out, SHOW_TEXT, name);
    return out;
}

void visit_stop_view(const struct ui *ui, const struct json *stop, struct frame *frame, struct rect area,
                     unsigned look)
{
    enum { NAME_MIN = 8 };
    char name[SHOW_TEXT], where[SHOW_TEXT], tail[SHOW_TEXT + 8];
    str_format(tail, sizeof tail, " · %s", stop_where(ui, stop, where));
    int w = text_width(tail);
    if (area.w - w < NAME_MIN) { /* a long list of counters: how many wait says more */
        str_format(where, sizeof where, tr(ui->lang, TR("waiting: %d")), (int)json_int(stop, "waiting", 0));
        str_format(tail, sizeof tail, " · %s", where);
        w = text_width(tail);
    }
    struct rect place = area;
    place.w = area.w - w > 0 ? area.w - w : 0;
    rect_cut_left(&area, text_draw(frame, place, visit_stop_name(ui, stop, name), look));
    text_draw(frame, area, tail, look);
}

const char *visit_stop_why(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT])
{
    static const struct {
        const char *code, *text;
    } words[] = {{"result", TR("its result is needed next")},
                 {"wait", TR("shorter wait")},
                 {"asked", TR("as asked for")},
                 {"given", TR("as chosen")},
                 {"nobody", TR("no counter is open")}};
    const char *why = json_text_or(stop, "why", "");
    out[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].code, why) == 0)
            str_copy(out, SHOW_TEXT, tr(ui->lang, words[i].text));
    if (strcmp(why, "closes") == 0)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("closes at %s")), json_text_or(stop, "closes", "?"));
    else if (strcmp(why, "opens") == 0)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("opens at %s")), json_text_or(stop, "opens", "?"));
    return out;
}
