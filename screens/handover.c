/* screens/handover.c: see handover.h. */
#include "screens/handover.h"

#include <stdlib.h>

#include "screens/notice_paper.h"
#include "screens/print_text.h"
#include "screens/show.h"
#include "screens/training_word.h"

/* Of what went over last: several things may have gone at once. */
static const char *last_time(const struct dossier *of)
{
    const char *last = NULL;
    const struct json *outputs = json_get(dossier_row(of), "outputs");
    for (const struct json *one = json_first(outputs); one; one = json_next(one))
        if (json_text(one, "delivered_at") && !json_text(one, "voided_at"))
            last = json_text(one, "delivered_at");
    return last;
}

bool handover_is_done(const struct dossier *of)
{
    return last_time(of) != NULL;
}

static const char *output_name(const struct dossier *of, const struct ui *reader, const struct json *output)
{
    const struct json *outputs = json_get(dossier_part(of, "service"), "outputs");
    for (const struct json *one = json_first(outputs); one; one = json_next(one))
        if (str_equal(json_text(one, "code"), json_text(output, "output")))
            return show_name(reader, json_get(one, "name"));
    return "";
}

/* "- Identity card · copy 1 · DKC-00041/1" */
static void add_output(struct buf *out, const struct dossier *of, const struct ui *reader,
                       const struct json *output)
{
    const char *name = output_name(of, reader, output), *number = json_text_or(output, "number", "");
    buf_addf(out, "- %s%s", name, *name ? " · " : "");
    buf_addf(out, tr(reader->lang, TR("copy %d")), (int)json_int(output, "copy", 1));
    buf_addf(out, "%s%s\n", *number ? " · " : "", number);
}

static void add_line(struct buf *out, const struct ui *reader, const char *label, const char *text)
{
    if (!str_empty(text))
        buf_addf(out, "%s: %s\n", tr(reader->lang, label), text);
}

static const char *clerk_name(const struct ui *ui, const struct json *users, const char *id)
{
    if (str_equal(id, ui->session.user))
        return ui->session.name;
    for (const struct json *user = json_first(users); user; user = json_next(user))
        if (str_equal(json_text(user, "id"), id))
            return json_text(user, "name");
    return NULL;
}

static void add_recipient(struct buf *out, const struct ui *ui, const struct ui *reader,
                          const struct json *users, const struct json *output)
{
    buf_addc(out, '\n');
    add_line(out, reader, TR("To"), json_text(output, "to"));
    if (json_text(output, "document")) {
        buf_addf(out, "%s\n", tr(reader->lang, TR("as a representative")));
        add_line(out, reader, TR("Document"), json_text(output, "document"));
        add_line(out, reader, TR("Its number"), json_text(output, "document_number"));
    }
    add_line(out, reader, TR("Handed over by"), clerk_name(ui, users, json_text(output, "delivered_by")));
    buf_addf(out, "\n%s: ______________________________\n", tr(reader->lang, TR("Received, signature")));
}

static void add_what(struct buf *out, const struct dossier *of, const struct ui *reader, const char *hall,
                     const char *at)
{
    const char *number = json_text_or(dossier_row(of), "number", "");
    const char *service = show_name(reader, json_get(dossier_part(of, "service"), "name"));
    char day[SHOW_TEXT], clock[SHOW_TEXT];
    buf_addf(out, "%s\n%s\n\n", hall, show_name(reader, json_get(dossier_part(of, "agency"), "name")));
    buf_addf(out, "%s\n%s%s%s\n\n", tr(reader->lang, TR("Receipt of what was handed over")), service,
             *number ? " · " : "", number);
    buf_addf(out, "%s %s\n", show_day(reader, at, day), show_clock(at, clock));
}

struct json *handover_paper(const struct dossier *of, const struct ui *ui, const char *lang,
                            const struct json *users)
{
    const char *last = last_time(of), *number = json_text_or(dossier_row(of), "number", "");
    const char *hall = json_text_or(dossier_part(of, "hall"), "name", ui->session.hall_name);
    const struct json *outputs = json_get(dossier_row(of), "outputs"), *output = NULL;
    const struct ui reader = print_reader(ui, lang);
    struct buf text = {0};
    char date[DATE_TEXT] = "";
    int64_t at_ms;
    if (!last)
        return NULL;
    if (time_parse(last, &at_ms))
        time_date(at_ms, date);
    add_what(&text, of, &reader, hall, last);
    for (const struct json *one = json_first(outputs); one; one = json_next(one)) {
        if (!str_equal(json_text(one, "delivered_at"), last))
            continue;
        add_output(&text, of, &reader, one);
        output = one;
    }
    add_recipient(&text, ui, &reader, users, output);
    struct json *paper = notice_paper(reader.lang, hall, number, buf_text(&text), "", date);
    if (ui->training)
        training_paper(reader.lang, paper);
    buf_free(&text);
    return paper;
}
