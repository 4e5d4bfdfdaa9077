/* screens/reports_words.c: what each report is called, which of its columns people read, and how a figure reads. */
#include "screens/reports.h"

#include <math.h>
#include <string.h>

#include "core/model/calendar.h"
#include "screens/show.h"

/* --- the reports --- */

static const struct report_column waiting_columns[] = {
    {"name", TR("queue"), FIGURE_NAME},
    {"tickets", TR("visits"), FIGURE_COUNT},
    {"median_min", TR("half wait"), FIGURE_MINUTES},
    {"p90_min", TR("9 of 10"), FIGURE_MINUTES},
    {"mean_min", TR("mean"), FIGURE_MINUTES},
    {"longest_min", TR("longest"), FIGURE_MINUTES},
    {"promise_kept_percent", TR("kept %"), FIGURE_PERCENT},
    {"trend", TR("visits over time"), FIGURE_TREND},
    {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column service_columns[] = {
    {"name", TR("service"), FIGURE_NAME},
    {"tickets", TR("visits"), FIGURE_COUNT},
    {"served", TR("served"), FIGURE_COUNT},
    {"mean_min", TR("mean"), FIGURE_MINUTES},
    {"median_min", TR("half take"), FIGURE_MINUTES},
    {"p90_min", TR("9 of 10"), FIGURE_MINUTES},
    {"papers_missing", TR("no papers"), FIGURE_COUNT},
    {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column no_show_columns[] = {
    {"name", TR("queue"), FIGURE_NAME},
    {"called", TR("called"), FIGURE_COUNT},
    {"no_show", TR("no-shows"), FIGURE_COUNT},
    {"no_show_percent", TR("of called %"), FIGURE_PERCENT},
    {"cancelled", TR("cancelled"), FIGURE_COUNT},
    {"booked", TR("booked"), FIGURE_COUNT},
    {"trend", TR("visits over time"), FIGURE_TREND},
    {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column load_columns[] = {
    {"weekday", TR("day"), FIGURE_TEXT},
    {"hour", TR("hour"), FIGURE_TEXT},
    {"tickets_per_day", TR("visits a day"), FIGURE_MINUTES},
    {"wait_mean_min", TR("mean wait"), FIGURE_MINUTES},
    {"no_show", TR("no-shows"), FIGURE_COUNT},
    {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column clerk_columns[] = {
    {"name", TR("clerk"), FIGURE_NAME},
    {"served", TR("served"), FIGURE_COUNT},
    {"mean_min", TR("mean"), FIGURE_MINUTES},
    {"expected_min", TR("same mix"), FIGURE_MINUTES},
    {"of_expected_percent", TR("of it %"), FIGURE_PERCENT},
    {"mix", TR("what was served"), FIGURE_TEXT},
    {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column decision_columns[] = {
    {"name", TR("service"), FIGURE_NAME},  {"outcome", TR("outcome"), FIGURE_OUTCOME},
    {"reason", TR("reason"), FIGURE_TEXT}, {"decisions", TR("decisions"), FIGURE_COUNT},
    {"decisions", "", FIGURE_BAR},         {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column survey_columns[] = {
    {"name", TR("service"), FIGURE_NAME}, {"people", TR("people"), FIGURE_COUNT},
    {"index", TR("index"), FIGURE_INDEX}, {"grade", TR("class"), FIGURE_TEXT},
    {"u1", "U1", FIGURE_INDEX},           {"u2", "U2", FIGURE_INDEX},
    {"u3", "U3", FIGURE_INDEX},           {"u4", "U4", FIGURE_INDEX},
    {"u5", "U5", FIGURE_INDEX},           {"u6", "U6", FIGURE_INDEX},
    {"u7", "U7", FIGURE_INDEX},           {"u8", "U8", FIGURE_INDEX},
    {"u9", "U9", FIGURE_INDEX},           {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column promise_columns[] = {
    {"name", TR("queue"), FIGURE_NAME},
    {"promised", TR("promised"), FIGURE_COUNT},
    {"within_percent", TR("within %"), FIGURE_PERCENT},
    {"kept_percent", TR("kept %"), FIGURE_PERCENT},
    {"error_mean_min", TR("off by"), FIGURE_MINUTES},
    {"later_mean_min", TR("later by"), FIGURE_MINUTES},
    {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column forecast_columns[] = {
    {"name", TR("queue"), FIGURE_NAME},
    {"compared", TR("foreseen"), FIGURE_COUNT},
    {"within_percent", TR("within %"), FIGURE_PERCENT},
    {"error_mean_min", TR("off by"), FIGURE_MINUTES},
    {"bias_min", TR("later by"), FIGURE_MINUTES},
    {"taken", TR("advice taken"), FIGURE_COUNT},
    {"gain_came_min", TR("gained"), FIGURE_MINUTES},
    {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column level_columns[] = {
    {"name", TR("queue, or service"), FIGURE_NAME},  {"within_percent", TR("within %"), FIGURE_PERCENT},
    {"called", TR("called"), FIGURE_COUNT},          {"alarms", TR("alarms"), FIGURE_COUNT},
    {"burning_min", TR("burned min"), FIGURE_COUNT}, {"broken_min", TR("broken min"), FIGURE_COUNT},
    {"silences", TR("silenced"), FIGURE_COUNT},      {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column silence_columns[] = {
    {"name", TR("queue, or service"), FIGURE_NAME}, {"at", TR("silenced at"), FIGURE_MOMENT},
    {"minutes", TR("minutes"), FIGURE_COUNT},       {"by", TR("by"), FIGURE_TEXT},
    {"reason", TR("reason"), FIGURE_WORDS},         {NULL, NULL, FIGURE_TEXT},
};
static const struct report_column out_of_turn_columns[] = {
    {"name", TR("clerk"), FIGURE_NAME},
    {"called", TR("called"), FIGURE_COUNT},
    {"out_of_turn", TR("out of turn"), FIGURE_COUNT},
    {"out_of_turn_percent", TR("of called %"), FIGURE_PERCENT},
    {NULL, NULL, FIGURE_TEXT},
};

static const struct report_kind kinds[] = {
    {"waiting", TR("Waiting"), "queue", waiting_columns},
    {"service", TR("Service"), "service", service_columns},
    {"load", TR("Load"), NULL, load_columns},
    {"noshow", TR("No-shows"), "queue", no_show_columns},
    {"decisions", TR("Decisions"), "service", decision_columns},
    {"clerks", TR("Clerks"), NULL, clerk_columns},
    {"survey", TR("Satisfaction"), "service", survey_columns},
    {"promises", TR("Promises"), "queue", promise_columns},
    {"forecast", TR("Forecasts"), "queue", forecast_columns},
    {"levels", TR("Targets"), "queue", level_columns},
    {"silences", TR("Silenced alarms"), "queue", silence_columns},
    {"out_of_turn", TR("Out of turn"), NULL, out_of_turn_columns},
};

int report_kinds(void)
{
    return sizeof kinds / sizeof *kinds;
}

const struct report_kind *report_kind(int index)
{
    return &kinds[index];
}

bool reports_is_load(const struct report_kind *kind)
{
    return kind->columns == load_columns;
}

int reports_columns(const struct report_kind *kind)
{
    int count = 0;
    while (kind->columns[count].member)
        count++;
    return count;
}

enum text_align reports_align(enum figure figure)
{
    return figure == FIGURE_COUNT || figure == FIGURE_MINUTES || figure == FIGURE_PERCENT ||
                   figure == FIGURE_INDEX
               ? TEXT_RIGHT
               : TEXT_LEFT;
}

/* --- words --- */

/* 12.5, and 12,5 where people write so. */
static void write_number(const struct ui *ui, double value, int decimals, char out[256])
{
    str_format(out, 256, "%.*f", decimals, value);
    char *point = strchr(out, '.');
    if (point && ui->lang != LANG_EN)
        *point = ',';
}

static void write_trend(const struct json *trend, char out[256])
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int64_t most = 1;
    struct buf text = {0};
    for (const struct json *one = json_first(trend); one; one = json_next(one))
        most = json_as_int(one, 0) > most ? json_as_int(one, 0) : most;
    for (const struct json *one = json_first(trend); one; one = json_next(one)) {
        int64_t value = json_as_int(one, 0);
        buf_adds(&text, blocks[value > 0 ? 1 + value * 7 / most : 0]);
    }
    str_copy(out, 256, buf_text(&text));
    buf_free(&text);
}

static void write_name(const struct ui *ui, const struct report_kind *kind, const struct json *row,
                       char out[256])
{
    const char *name = json_text_or(row, "name", "");
    if (!*name && str_equal(kind->name, "survey"))
        name = tr(ui->lang, TR("all of them"));
    str_copy(out, 256, name);
}

void reports_figure(const struct ui *ui, const struct report_kind *kind, int column, const struct json *row,
                    bool before, char out[256])
{
    const struct report_column *of = &kind->columns[column];
    char member[48], moment[SHOW_TEXT];
    str_format(member, sizeof member, before ? "%s_before" : "%s", of->member);
    const struct json *value = json_get(row, member);
    out[0] = '\0';
    switch (of->figure) {
    case FIGURE_NAME:
        return write_name(ui, kind, row, out);
    case FIGURE_OUTCOME:
        str_copy(out, 256, show_outcome(ui, json_text_or(row, member, "")));
        return;
    case FIGURE_TREND:
        return write_trend(value, out);
    case FIGURE_BAR:
        return;
    case FIGURE_MOMENT:
        str_copy(out, 256, show_moment(ui, json_as_text(value), moment));
        return;
    default:
        break;
    }
    if (json_is_number(value))
        write_number(ui, json_as_number(value, 0),
                     of->figure == FIGURE_MINUTES ? 1
                     : of->figure == FIGURE_INDEX ? 2
                                                  : 0,
                     out);
    else
        str_copy(out, 256, json_is_text(value) ? json_as_text(value) : "–");
}

void reports_days(const struct ui *ui, const char *from, const char *to, char out[200])
{
    char first[SHOW_TEXT], last[SHOW_TEXT];
    if (str_equal(from, to))
        str_copy(out, 200, show_day(ui, from, first));
    else
        str_format(out, 200, "%s – %s", show_day(ui, from, first), show_day(ui, to, last));
}

void reports_head(const struct reports *self, const struct ui *ui, struct buf *out)
{
    char from[DATE_TEXT], to[DATE_TEXT], days[200];
    day_text(self->from, from);
    day_text(self->to, to);
    reports_days(ui, from, to, days);
    buf_adds(out, days);
    const struct json *before = json_get(self->data, "before");
    if (self->compare && before) {
        reports_days(ui, json_text_or(before, "from", ""), json_text_or(before, "to", ""), days);
        buf_adds(out, " · ");
        buf_addf(out, tr(ui->lang, TR("in brackets %s")), days);
    }
    if (*self->only)
        buf_addf(out, " · %s", self->only_name);
}
