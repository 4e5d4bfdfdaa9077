/* screens/print_text.c: see print_text.h. */
#include "screens/print_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "screens/service_view.h"
#include "screens/show.h"
#include "screens/training_word.h"
#include "tui/text.h"

struct ui print_reader(const struct ui *ui, const char *code)
{
    struct ui reader = *ui;
    enum lang lang;
    if (code && lang_find(code, &lang))
        reader.lang = lang;
    return reader;
}

/* --- pieces --- */

/* "24-11-2026 10:02" as the country writes it. */
static void add_moment(struct buf *out, const struct ui *reader, int64_t wall_ms)
{
    char time[TIME_TEXT], day[SHOW_TEXT], clock[SHOW_TEXT];
    time_text(wall_ms, time);
    buf_addf(out, "%s %s\n", show_day(reader, time, day), show_clock(time, clock));
}

static void add_training(struct buf *out, const struct ui *reader)
{
    if (reader->training)
        buf_addf(out, "%s\n", training_word(reader->lang));
}

static void add_head(struct buf *out, const struct ui *reader)
{
    add_training(out, reader);
    if (*reader->session.hall_name)
        buf_addf(out, "%s\n", reader->session.hall_name);
    add_moment(out, reader, reader->now_ms);
    buf_addc(out, '\n');
}

static void add_names(struct buf *out, const struct ui *reader, const struct json *names)
{
    const char *name = show_name(reader, names);
    if (*name)
        buf_addf(out, "%s\n", name);
}

/* --- the ticket --- */

static void add_waiting(struct buf *out, const struct ui *reader, const struct json *facts)
{
    const struct json *range = json_get(facts, "estimate_min");
    int ahead = (int)json_int(facts, "ahead", -1);
    int low = (int)json_as_int(json_at(range, 0), -1), high = (int)json_as_int(json_at(range, 1), -1);
    if (ahead < 0)
        return;
    if (ahead)
        buf_addf(out, tr(reader->lang, TR("%d people before")), ahead);
    else
        buf_adds(out, tr(reader->lang, TR("next in turn")));
    buf_addc(out, '\n');
    if (low >= 0 && low == high)
        buf_addf(out, tr(reader->lang, TR("about %d min")), high);
    else if (low >= 0 && high > low)
        buf_addf(out, tr(reader->lang, TR("about %d to %d min")), low, high);
    if (low >= 0 && high >= low)
        buf_addc(out, '\n');
}

char *print_ticket(const struct ui *reader, const struct json *facts)
{
    struct buf out = {0};
    char clock[SHOW_TEXT];
    int64_t at_ms = reader->now_ms;
    time_parse(json_text_or(facts, "at", ""), &at_ms);
    add_training(&out, reader);
    if (*reader->session.hall_name)
        buf_addf(&out, "%s\n", reader->session.hall_name);
    add_moment(&out, reader, at_ms);
    buf_addf(&out, "\n%s\n\n", json_text_or(facts, "number", ""));
    add_names(&out, reader, json_get(facts, "service"));
    if (json_text(facts, "booked_at")) {
        buf_addf(&out, tr(reader->lang, TR("booked %s")),
                 show_moment(reader, json_text(facts, "booked_at"), clock));
        buf_addc(&out, '\n');
    }
    add_names(&out, reader, json_get(facts, "priority"));
    add_waiting(&out, reader, facts);
    buf_addf(&out, "\n%s\n", tr(reader->lang, TR("Please keep this ticket until you are called.")));
    return buf_take(&out);
}

/* --- lists of papers --- */

char *print_papers(const struct ui *reader, const struct json *service)
{
    struct buf out = {0};
    char ready[SHOW_TEXT];
    const struct json *time = json_get(service, "time");
    char *summary = service_summary(reader, service);
    add_head(&out, reader);
    buf_adds(&out, summary);
    service_duration(reader, json_text(time, "standard"), json_text(time, "days"), ready);
    if (*ready) {
        buf_addc(&out, '\n');
        buf_addf(&out, tr(reader->lang, TR("ready within %s")), ready);
        buf_addc(&out, '\n');
    }
    if (json_text(service, "queue_code"))
        buf_addf(&out, "\n%s\n%s, %s %s\n", tr(reader->lang, TR("Where")), reader->session.hall_name,
                 tr(reader->lang, TR("queue")), json_text(service, "queue_code"));
    free(summary);
    return buf_take(&out);
}

/* Alternatives stand below "one of these". */
static void add_papers(struct buf *out, const struct ui *reader, const struct json *papers)
{
    const char *before = NULL;
    for (const struct json *paper = json_first(papers); paper; paper = json_next(paper)) {
        const char *group = json_text(paper, "group");
        group = str_empty(group) ? NULL : group;
        if (group && !str_equal(group, before))
            buf_addf(out, "- %s\n", tr(reader->lang, TR("one of these:")));
        buf_addf(out, "%s- %s\n", group ? "  " : "", show_name(reader, json_get(paper, "name")));
        before = group;
    }
}

char *print_missing(const struct ui *reader, const char *number, const struct json *lists, const char *why)
{
    struct buf out = {0};
    add_head(&out, reader);
    buf_addf(&out, "%s%s%s\n", tr(reader->lang, TR("Papers that are still missing")), *number ? " · " : "",
             number);
    if (*why)
        buf_addf(&out, "%s\n", why);
    for (const struct json *list = json_first(lists); list; list = json_next(list)) {
        const char *own = json_text_or(list, "number", "");
        buf_addf(&out, "\n%s%s%s\n", show_name(reader, json_get(list, "title")), *own ? " · " : "", own);
        add_papers(&out, reader, json_get(list, "papers"));
    }
    buf_addf(&out, "\n%s\n",
             tr(reader->lang,
                TR("Please bring them, and this list: what was seen already need not be shown again.")));
    return buf_take(&out);
}

char *print_sheet(const struct ui *reader, const char *title, const char *text)
{
    struct buf out = {0};
    add_head(&out, reader);
    if (*title)
        buf_addf(&out, "%s\n\n", title);
    buf_adds(&out, text);
    return buf_take(&out);
}

/* --- for a printer --- */

static void fit_line(struct buf *out, const char *line, int width)
{
    enum { LINES_MAX = 400 };
    struct text_line lines[LINES_MAX];
    int indent = (int)strspn(line, " ");
    indent = indent > width / 2 ? 0 : indent;
    int count = text_wrap(line + indent, width - indent, lines, LINES_MAX);
    if (count <= 0)
        buf_addc(out, '\n');
    for (int i = 0; i < count && i < LINES_MAX; i++)
        buf_addf(out, "%*s%.*s\n", indent, "", (int)lines[i].length, lines[i].text);
}

void print_fit(struct buf *out, const char *text, int width)
{
    struct buf plain = {0};
    utf8_add_plain(&plain, text);
    for (const char *at = buf_text(&plain); *at;) {
        size_t length = strcspn(at, "\n");
        char *line = xstrndup(at, length);
        fit_line(out, line, width);
        free(line);
        at += length + (at[length] == '\n');
    }
    buf_free(&plain);
}

char *print_file_name(const char *name, const char *ending)
{
    char *file = xasprintf("~/%s%s", name, ending);
    for (char *c = file + 2; *c; c++)
        if (isascii(*c) && !isalnum((unsigned char)*c) && *c != '.')
            *c = '-';
    return file;
}

void print_send(struct effects *effects, const char *kind, const char *title, char *text)
{
    effects_print(effects, kind, title, text);
    free(text);
}
