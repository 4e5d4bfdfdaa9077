/* screens/halls_paper.c: many halls as a file: lines for a spreadsheet, or a page for people. */
#include <stdlib.h>
#include <string.h>

#include "screens/halls.h"
#include "screens/show.h"
#include "tui/text.h"

enum { NAME_W = 30, NUMBER_W = 9 };

/* Names of columns are for programs: the same in every language. */
static const char *const copied[] = {
    "waiting",
    "oldest_at",
    "late",
    "waiting_in_hour",
    "expected_min",
    "served",
    "no_show",
    "called",
    "wait_mean_min",
    "wait_p90_min",
    "kept",
    "burning",
    "broken",
    "counters",
    "open",
    "paused",
    "unattended",
    "unsent",
    "disputes",
    "survey",
    "survey_people",
    "opening",
    "store",
    "yesterday_served",
    "yesterday_wait_mean_min",
    "month_served",
    "month_wait_mean_min",
    "version",
    "rev",
};

struct json *halls_table(const struct halls *self, const struct ui *ui, struct json *names)
{
    static const char *const own[] = {"region", "name", "code", "state", "known_at"};
    struct json *rows = json_new_array();
    char name[HALLS_NAME], known[TIME_TEXT];
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        json_add_text(names, own[i]);
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        json_add_text(names, copied[i]);
    for (int i = 0; i < self->line_count; i++) {
        const struct json *hall = self->lines[i].row;
        int64_t known_ms = json_int(hall, "known_ms", 0);
        if (!hall)
            continue;
        struct json *row = json_new_object();
        json_set_text(row, "region", json_text_or(hall, "region", ""));
        json_set_text(row, "name", halls_name(ui, hall, name));
        json_set_text(row, "code", json_text_or(hall, "code", ""));
        json_set_text(row, "state", json_text_or(hall, "state", ""));
        time_text(known_ms, known);
        json_set_text(row, "known_at", known_ms ? known : "");
        for (size_t c = 0; c < sizeof copied / sizeof *copied; c++)
            if (json_get(hall, copied[c]))
                json_set(row, copied[c], json_copy(json_get(hall, copied[c])));
        json_add(rows, row);
    }
    return rows;
}

/* Against its left edge, or with right its right one, in so many cells. */
static void add_padded(struct buf *out, const char *text, int w, bool right)
{
    size_t fit = text_fit(text, strlen(text), w);
    int pad = w - text_width_n(text, fit);
    for (int i = 0; right && i < pad; i++)
        buf_addc(out, ' ');
    buf_add(out, text, fit);
    for (int i = 0; !right && i < pad; i++)
        buf_addc(out, ' ');
}

static void add_number(struct buf *out, const struct json *row, const char *member)
{
    char number[16], text[24];
    bool answers = halls_answers(row);
    list_number((int)json_int(row, member, 0), number);
    if (json_get(row, "known_ms"))
        str_format(text, sizeof text, "%s%s%s", answers ? "" : "(", number, answers ? "" : ")");
    else
        str_copy(text, sizeof text, "–");
    add_padded(out, text, NUMBER_W, true);
}

static void add_hall(struct buf *out, const struct ui *ui, const struct json *row)
{
    static const char *const members[] = {"waiting", "late", "open", "served"};
    char name[HALLS_NAME], known[HALLS_NAME];
    add_padded(out, halls_name(ui, row, name), NAME_W, false);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        add_number(out, row, members[i]);
    if (!halls_answers(row))
        buf_addf(out, "  ! %s · %s", halls_known(ui, row, known), halls_why(ui, row));
    buf_addc(out, '\n');
}

char *halls_paper(const struct halls *self, const struct ui *ui)
{
    static const char *const titles[] = {TR("waiting"), TR("late"), TR("open"), TR("served")};
    struct buf out = {0};
    struct halls_sum sum;
    char clock[CLOCK_TEXT], date[DATE_TEXT], day[SHOW_TEXT];
    halls_sum(self, ui, NULL, &sum);
    time_date(ui->now_ms, date);
    time_clock(ui->now_ms, clock);
    buf_addf(&out, "%s %s · ", show_day(ui, date, day), clock);
    buf_addf(&out, tr(ui->lang, TR("%d of %d halls")), sum.answering, sum.halls);
    buf_adds(&out, " · ");
    buf_addf(&out, tr(ui->lang, TR("waiting %d")), (int)sum.waiting);
    buf_adds(&out, "\n\n");
    add_padded(&out, tr(ui->lang, TR("hall")), NAME_W, false);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        add_padded(&out, tr(ui->lang, titles[i]), NUMBER_W, true);
    buf_addc(&out, '\n');
    for (int i = 0; i < self->line_count; i++) {
        if (self->lines[i].row)
            add_hall(&out, ui, self->lines[i].row);
        else
            buf_addf(&out, "\n%s\n", self->lines[i].region);
    }
    return buf_take(&out);
}
