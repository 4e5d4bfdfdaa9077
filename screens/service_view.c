/* screens/service_view.c: see service_view.h. */
#include "screens/service_view.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"
#include "core/model/money.h"
#include "tui/text.h"

enum { LINES_MAX = 80, TIER_W = 13 };

/* --- how long --- */

static const char *days_text(const struct ui *ui, int days, const char *kind, char out[SHOW_TEXT])
{
    bool working = str_equal(kind, "working");
    if (days == 1)
        str_copy(out, SHOW_TEXT, tr(ui->lang, working ? TR("1 working day") : TR("1 day")));
    else if (working)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d working days")), days);
    else
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d days")), days);
    return out;
}

/* ISO 8601 with one unit, as catalogues write it; of several the largest counts. */
const char *service_duration(const struct ui *ui, const char *iso, const char *days, char out[SHOW_TEXT])
{
    enum { WEEK_DAYS = 7, MONTH_DAYS = 30, YEAR_DAYS = 365, COUNT_MAX = 100000 };
    bool time = false;
    out[0] = '\0';
    if (!iso || *iso != 'P')
        return out;
    for (const char *c = iso + 1; *c; c++) {
        int count = 0;
        time = time || *c == 'T';
        for (; isdigit((unsigned char)*c) && count < COUNT_MAX; c++)
            count = 10 * count + (*c - '0');
        if (count >= COUNT_MAX)
            return out;
        if (!count)
            continue;
        if (time && *c == 'H')
            str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d h")), count);
        else if (time)
            str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d min")), count);
        else
            days_text(ui,
                      count * (*c == 'W'   ? WEEK_DAYS
                               : *c == 'M' ? MONTH_DAYS
                               : *c == 'Y' ? YEAR_DAYS
                                           : 1),
                      days, out);
        return out;
    }
    return out;
}

/* --- papers, as lines --- */

struct line {
    int indent;
    char text[SHOW_TEXT];
};
struct lines {
    struct line items[LINES_MAX];
    int count;
};

static void add_line(struct lines *lines, int indent, const char *text)
{
    if (lines->count == LINES_MAX)
        return;
    struct line *line = &lines->items[lines->count++];
    line->indent = indent;
    str_copy(line->text, sizeof line->text, text);
}

static void add_paper(struct lines *lines, const struct ui *ui, const struct json *paper, int indent)
{
    const char *name = show_name(ui, json_get(paper, "name"));
    int count = (int)json_int(paper, "count", 1);
    char text[SHOW_TEXT], several[16] = "";
    if (count > 1)
        str_format(several, sizeof several, "%d × ", count);
    str_format(text, sizeof text, "%s%s%s", several, *name ? name : json_text_or(paper, "code", ""),
               json_is_object(json_get(paper, "when")) ? tr(ui->lang, TR(" (where it applies)")) : "");
    add_line(lines, indent, text);
}

/* The first of its group brings the whole group, so that alternatives stand together. */
static void add_group(struct lines *lines, const struct ui *ui, const struct json *papers, const char *group)
{
    add_line(lines, 0, tr(ui->lang, TR("one of these:")));
    for (const struct json *paper = json_first(papers); paper; paper = json_next(paper))
        if (str_equal(json_text(paper, "group"), group))
            add_paper(lines, ui, paper, 1);
}

static int of_group(const struct json *papers, const char *group, const struct json *before)
{
    int count = 0;
    for (const struct json *paper = json_first(papers); paper && paper != before; paper = json_next(paper))
        count += str_equal(json_text(paper, "group"), group);
    return count;
}

static void paper_lines(struct lines *lines, const struct ui *ui, const struct json *service)
{
    const struct json *papers = json_get(service, "documents");
    lines->count = 0;
    for (const struct json *paper = json_first(papers); paper; paper = json_next(paper)) {
        const char *group = json_text(paper, "group");
        if (str_empty(group) || of_group(papers, group, NULL) == 1)
            add_paper(lines, ui, paper, 0);
        else if (!of_group(papers, group, paper))
            add_group(lines, ui, papers, group);
    }
}

static void heading(const char *text, struct frame *frame, struct rect *area)
{
    show_heading(frame, rect_cut_top(area, 1), text);
}

/* Lines that have no room are counted in the last row, so that nobody takes the list for whole. */
int service_papers_view(const struct ui *ui, const struct json *service, struct frame *frame,
                        struct rect area)
{
    struct lines lines;
    int h = area.h;
    paper_lines(&lines, ui, service);
    heading(tr(ui->lang, TR("Papers to bring")), frame, &area);
    if (!lines.count)
        text_draw(frame, rect_inset(rect_cut_top(&area, 1), 1, 0), tr(ui->lang, TR("none")), STYLE_DIM);
    for (int i = 0; i < lines.count; i++) {
        const struct line *line = &lines.items[i];
        int left = 1 + 2 * line->indent;
        int rows = text_wrap(line->text, area.w - left - 2, NULL, 0);
        if (rows + (i + 1 < lines.count) > area.h) {
            text_drawf(frame, rect_inset(rect_cut_top(&area, 1), 1, 0), STYLE_WARN,
                       tr(ui->lang, TR("… and %d more: F9 copies all")), lines.count - i);
            break;
        }
        struct rect place = rect_cut_top(&area, rows);
        rect_cut_left(&place, left);
        struct rect sign = rect_cut_left(&place, 2);
        text_draw(frame, sign, line->indent ? "–" : "·", STYLE_DIM);
        text_draw_wrapped(frame, place, line->text, STYLE_TEXT, 0);
    }
    return h - area.h;
}

/* --- fees --- */

static const char *tier_name(const struct ui *ui, const struct json *fee)
{
    static const struct {
        const char *tier, *text;
    } tiers[] = {{"standard", TR("standard")}, {"fast", TR("fast")},        {"urgent", TR("urgent")},
                 {"express", TR("express")},   {"day", TR("the same day")}, {"hour", TR("within hours")}};
    const char *tier = json_text_or(fee, "tier", "standard"), *name = show_name(ui, json_get(fee, "name"));
    for (size_t i = 0; !*name && i < sizeof tiers / sizeof *tiers; i++)
        if (strcmp(tiers[i].tier, tier) == 0)
            return tr(ui->lang, tiers[i].text);
    return *name ? name : tier;
}

/* A fee that ends or begins within these days is told with its date, so that nobody comes back to another price. */
enum { SOON_DAYS = 30 };
enum validity { VALID_NOW, VALID_SOON, VALID_NOT };

static int32_t day_or(const char *date, int32_t otherwise)
{
    int32_t day;
    return day_parse(date, &day) ? day : otherwise;
}

/* date: when it ends or begins, "" when that is not soon. */
static enum validity validity_of(const struct ui *ui, const char *from, const char *until,
                                 char date[SHOW_TEXT])
{
    char today_text[DATE_TEXT];
    time_date(ui->now_ms, today_text);
    int32_t today = day_or(today_text, 0), begins = day_or(from, today), ends = day_or(until, INT32_MAX);
    date[0] = '\0';
    if (ends < today || begins > today + SOON_DAYS || begins > ends)
        return VALID_NOT;
    if (begins > today)
        show_day(ui, from, date);
    else if (ends <= today + SOON_DAYS)
        show_day(ui, until, date);
    return begins > today ? VALID_SOON : VALID_NOW;
}

static enum validity fee_validity(const struct ui *ui, const struct json *fee)
{
    char date[SHOW_TEXT];
    return validity_of(ui, json_text(fee, "from"), json_text(fee, "until"), date);
}

const char *service_fee_dates(const struct ui *ui, const char *from, const char *until, char out[SHOW_TEXT])
{
    char date[SHOW_TEXT];
    enum validity validity = validity_of(ui, from, until, date);
    out[0] = '\0';
    if (*date)
        str_format(out, SHOW_TEXT, tr(ui->lang, validity == VALID_SOON ? TR("from %s") : TR("until %s")),
                   date);
    return out;
}

static bool fee_part(const struct json *fee, const char *member, struct money *sum, bool first)
{
    char text[MONEY_TEXT];
    struct money part;
    str_format(text, sizeof text, "%s %s", json_text_or(fee, member, "0"), json_text_or(fee, "currency", ""));
    if (!money_parse(text, &part, NULL))
        return false;
    if (first)
        *sum = part;
    return first || money_add(sum, part);
}

/* State duty and service charge together, as the citizen pays; what cannot be read stands as it is. */
static void fee_text(const struct ui *ui, const struct json *fee, char out[SHOW_TEXT])
{
    struct money sum = {0};
    char text[MONEY_TEXT];
    if (!fee_part(fee, "duty", &sum, true) ||
        (json_text(fee, "charge") && !fee_part(fee, "charge", &sum, false))) {
        str_format(out, SHOW_TEXT, "%s %s", json_text_or(fee, "duty", ""), json_text_or(fee, "currency", ""));
        return;
    }
    if (!sum.minor) {
        str_copy(out, SHOW_TEXT, tr(ui->lang, TR("free of charge")));
        return;
    }
    money_display(sum, text);
    str_copy(out, SHOW_TEXT, text);
}

static void fee_row(const struct ui *ui, const struct json *fee, enum validity validity, struct frame *frame,
                    struct rect *area)
{
    char text[SHOW_TEXT];
    unsigned look = validity == VALID_NOW ? STYLE_TEXT : STYLE_DIM;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    struct rect tier = rect_cut_left(&line, line.w < 2 * TIER_W ? line.w / 3 : TIER_W);
    rect_cut_right(&tier, 1);
    text_draw(frame, tier, tier_name(ui, fee), look);
    fee_text(ui, fee, text);
    rect_cut_left(&line, text_draw(frame, line, text, validity == VALID_NOW ? look | ATTR_BOLD : look) + 1);
    service_duration(ui, json_text(fee, "time"), json_text(fee, "days"), text);
    text_draw(frame, line, text, STYLE_DIM);
    service_fee_dates(ui, json_text(fee, "from"), json_text(fee, "until"), text);
    if (*text)
        text_draw(frame, rect_inset(rect_cut_top(area, 1), 3, 0), text, STYLE_WARN);
}

int service_fees_view(const struct ui *ui, const struct json *service, struct frame *frame, struct rect area)
{
    char text[SHOW_TEXT];
    const struct json *time = json_get(service, "time"), *fees = json_get(service, "fees");
    int h = area.h, now = 0;
    heading(tr(ui->lang, TR("Fee")), frame, &area);
    /* Those of today first, so that they have the room that there is. */
    for (enum validity pass = VALID_NOW; pass <= VALID_SOON; pass++)
        for (const struct json *fee = json_first(fees); fee; fee = json_next(fee)) {
            if (fee_validity(ui, fee) != pass)
                continue;
            now += pass == VALID_NOW;
            fee_row(ui, fee, pass, frame, &area);
        }
    if (!now) /* fees that are over, or have not begun, are not none */
        text_draw(frame, rect_inset(rect_cut_top(&area, 1), 1, 0),
                  tr(ui->lang, json_count(fees) ? TR("no fee is in force today") : TR("free of charge")),
                  json_count(fees) ? STYLE_WARN : STYLE_TEXT);
    service_duration(ui, json_text(time, "standard"), json_text(time, "days"), text);
    if (*text)
        text_drawf(frame, rect_inset(rect_cut_top(&area, 1), 1, 0), STYLE_DIM,
                   tr(ui->lang, TR("ready within %s")), text);
    return h - area.h;
}

/* "- standard: 7,00 AZN (1 day), until 31.12.2026" */
static void add_fee(struct buf *out, const struct ui *ui, const struct json *fee)
{
    char text[SHOW_TEXT];
    if (fee_validity(ui, fee) == VALID_NOT)
        return;
    fee_text(ui, fee, text);
    buf_addf(out, "- %s: %s", tier_name(ui, fee), text);
    service_duration(ui, json_text(fee, "time"), json_text(fee, "days"), text);
    if (*text)
        buf_addf(out, " (%s)", text);
    service_fee_dates(ui, json_text(fee, "from"), json_text(fee, "until"), text);
    buf_addf(out, "%s%s\n", *text ? ", " : "", text);
}

char *service_summary(const struct ui *ui, const struct json *service)
{
    struct buf out = {0};
    struct lines lines;
    paper_lines(&lines, ui, service);
    buf_addf(&out, "%s\n%s\n\n%s\n", show_name(ui, json_get(service, "name")),
             show_name(ui, json_get(service, "agency_name")), tr(ui->lang, TR("Papers to bring")));
    for (int i = 0; i < lines.count; i++)
        buf_addf(&out, "%*s- %s\n", 2 * lines.items[i].indent, "", lines.items[i].text);
    buf_addf(&out, "\n%s\n", tr(ui->lang, TR("Fee")));
    for (const struct json *fee = json_first(json_get(service, "fees")); fee; fee = json_next(fee))
        add_fee(&out, ui, fee);
    service_hours_add(&out, ui, service);
    return buf_take(&out);
}
