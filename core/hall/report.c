/* core/hall/report.c: the hall's reports as one table: what each gathers and which columns it has. See report.h. */
#include "core/hall/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/db/rows.h"
#include "core/hall/forecasts.h"
#include "core/hall/level_notes.h"
#include "core/hall/report_sums.h"
#include "core/model/calendar.h"
#include "core/model/period.h"
#include "core/model/role.h"
#include "core/model/survey.h"
#include "core/wire/csv.h"

/* --- values --- */

/* One line and what its columns are made of. */
struct line {
    struct sums *sums;
    struct sum *sum;
    int row; /* of sum in sums, -1: it is none of them, and empty */
    const char *lang;
    enum table table; /* whose name the key has */
};

static struct json *number(double value)
{
    return isnan(value) ? json_new_null() : json_new_number(round(value * 10) / 10);
}

static struct json *share(int64_t part, int64_t whole)
{
    return whole ? number(100.0 * (double)part / (double)whole) : json_new_null();
}

static struct json *per(int64_t sum_ms, int64_t count)
{
    return count ? number((double)sum_ms / (double)count / 60000.0) : json_new_null();
}

static struct json *hundredths(int64_t value)
{
    return json_new_number((double)value / 100);
}

static char *name_of(struct sums *sums, enum table table, const char *id, const char *lang)
{
    struct json *row = NULL;
    if (row_get(sums->db, table, id, &row) != ERR_OK)
        return xstrdup(id);
    const struct json *name = json_get(row, "name");
    char *text = xstrdup(name ? json_name_in(name, lang) : id);
    json_free(&row);
    return text;
}

static const char *key_of(const struct line *line, int part)
{
    return sums_name(line->sums, line->sum->part[part]);
}

static struct json *column_name(const struct line *line)
{
    if (str_empty(key_of(line, 0)))
        return json_new_text("");
    char *name = name_of(line->sums, line->table, key_of(line, 0), line->lang);
    struct json *text = json_new_text(name);
    free(name);
    return text;
}

/* --- clerks: nobody is judged by the mean of other work --- */

/* What the services that this clerk did would have taken at the hall's own mean for each. */
static double expected_min(const struct line *line)
{
    double sum = 0;
    int64_t count = 0;
    for (int service = 0; service < line->sums->cell_columns; service++) {
        const struct cell *own = sums_cell(line->sums, line->row, service);
        struct cell all = {0};
        if (!own->count)
            continue;
        for (int row = 0; row < line->sums->count; row++) {
            all.count += sums_cell(line->sums, row, service)->count;
            all.ms += sums_cell(line->sums, row, service)->ms;
        }
        sum += (double)own->count * (double)all.ms / (double)all.count;
        count += own->count;
    }
    return count ? sum / (double)count / 60000.0 : NAN;
}

struct part_of_mix {
    int service;
    int64_t count;
};

static int by_count(const void *a, const void *b)
{
    const struct part_of_mix *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->service > y->service) - (x->service < y->service);
}

enum { MIX_SHOWN = 5 };

static void add_mix(const struct line *line, const struct part_of_mix *mix, size_t count, int64_t whole,
                    struct buf *out)
{
    for (size_t i = 0; i < count && i < MIX_SHOWN; i++) {
        char *name = name_of(line->sums, TABLE_SERVICE, sums_name(line->sums, mix[i].service), line->lang);
        buf_addf(out, "%s%s %.0f %%", i ? ", " : "", *name ? name : "–",
                 100.0 * (double)mix[i].count / (double)whole);
        free(name);
    }
    if (count > MIX_SHOWN)
        buf_addf(out, ", +%zu", count - MIX_SHOWN);
}

/* "Identity card 60 %, Passport 40 %": of what was served to the end, most first. */
static struct json *column_mix(const struct line *line)
{
    struct part_of_mix *mix = xcalloc((size_t)line->sums->cell_columns + 1, sizeof *mix);
    struct buf text = {0};
    size_t count = 0;
    int64_t whole = 0;
    for (int service = 0; service < line->sums->cell_columns; service++) {
        const struct cell *cell = sums_cell(line->sums, line->row, service);
        if (cell->count)
            mix[count++] = (struct part_of_mix){service, cell->count};
        whole += cell->count;
    }
    qsort(mix, count, sizeof *mix, by_count);
    add_mix(line, mix, count, whole, &text);
    struct json *json = json_new_text(buf_text(&text));
    buf_free(&text);
    free(mix);
    return json;
}

static struct json *column_of_expected(const struct line *line)
{
    double mean = spread_mean_min(&line->sum->service), expected = expected_min(line);
    return number(expected > 0 ? 100 * mean / expected : NAN);
}

/* --- load --- */

static int64_t days_like(const struct line *line)
{
    return line->sums->weekdays[atoi(key_of(line, 0)) % 7];
}

static struct json *column_per_day(const struct line *line)
{
    int64_t days = days_like(line);
    return days ? number((double)line->sum->tickets / (double)days) : json_new_null();
}

/* --- survey --- */

static struct json *column_grade(const struct line *line)
{
    char grade[2] = {survey_grade(survey_index_hundredths(&line->sum->survey)), '\0'};
    return json_new_text(grade);
}

/* --- columns --- */

#define COLUMN(id, expression)                               \
    static struct json *column_##id(const struct line *line) \
    {                                                        \
        return expression;                                   \
    }
#define SUM line->sum
COLUMN(key, json_new_text(key_of(line, 0)))
COLUMN(second, json_new_text(key_of(line, 1)))
COLUMN(third, json_new_text(key_of(line, 2)))
COLUMN(first_number, json_new_int(atoi(key_of(line, 0))))
COLUMN(second_number, json_new_int(atoi(key_of(line, 1))))
COLUMN(tickets, json_new_int(SUM->tickets))
COLUMN(called, json_new_int(SUM->called))
COLUMN(served, json_new_int(SUM->served))
COLUMN(no_show, json_new_int(SUM->no_show))
COLUMN(no_show_percent, share(SUM->no_show, SUM->called))
COLUMN(cancelled, json_new_int(SUM->cancelled))
COLUMN(papers_missing, json_new_int(SUM->papers_missing))
COLUMN(booked, json_new_int(SUM->booked))
COLUMN(named, json_new_int(SUM->named))
COLUMN(named_percent, share(SUM->named, SUM->called))
COLUMN(promised, json_new_int(SUM->promised))
COLUMN(promise_kept_percent, share(SUM->kept, SUM->promised))
COLUMN(promise_within_percent, share(SUM->within, SUM->promised))
COLUMN(promise_error_min, per(SUM->error_ms, SUM->promised))
COLUMN(promise_lean_min, per(SUM->lean_ms, SUM->promised))
COLUMN(wait_mean_min, number(spread_mean_min(&SUM->wait)))
COLUMN(wait_median_min, number(spread_share_min(&SUM->wait, 0.5)))
COLUMN(wait_p90_min, number(spread_share_min(&SUM->wait, 0.9)))
COLUMN(wait_longest_min, number(spread_share_min(&SUM->wait, 1)))
COLUMN(service_mean_min, number(spread_mean_min(&SUM->service)))
COLUMN(service_median_min, number(spread_share_min(&SUM->service, 0.5)))
COLUMN(service_p90_min, number(spread_share_min(&SUM->service, 0.9)))
COLUMN(expected_min, number(expected_min(line)))
COLUMN(days, json_new_int(days_like(line)))
COLUMN(decisions, json_new_int(SUM->decisions))
COLUMN(people, json_new_int(SUM->survey.people))
COLUMN(index, hundredths(survey_index_hundredths(&SUM->survey)))
#define ELEMENT(n) COLUMN(u##n, hundredths(survey_mean_hundredths(&SUM->survey, n - 1)))
ELEMENT(1)
ELEMENT(2)
ELEMENT(3)
ELEMENT(4)
ELEMENT(5)
ELEMENT(6)
ELEMENT(7)
ELEMENT(8)
ELEMENT(9)
#undef COLUMN
#undef SUM

/* Figures are compared with the period before; the others say what the line is about. */
struct column {
    const char *name;
    struct json *(*value)(const struct line *line);
    bool figure;
};

static const struct column waiting_columns[] = {
    {"queue", column_key, false},
    {"name", column_name, false},
    {"tickets", column_tickets, true},
    {"called", column_called, true},
    {"mean_min", column_wait_mean_min, true},
    {"median_min", column_wait_median_min, true},
    {"p90_min", column_wait_p90_min, true},
    {"longest_min", column_wait_longest_min, true},
    {"promise_kept_percent", column_promise_kept_percent, true},
    {NULL, NULL, false},
};
static const struct column service_columns[] = {
    {"service", column_key, false},
    {"name", column_name, false},
    {"tickets", column_tickets, true},
    {"served", column_served, true},
    {"papers_missing", column_papers_missing, true},
    {"mean_min", column_service_mean_min, true},
    {"median_min", column_service_median_min, true},
    {"p90_min", column_service_p90_min, true},
    {NULL, NULL, false},
};
static const struct column clerk_columns[] = {
    {"user", column_key, false},
    {"name", column_name, false},
    {"called", column_called, true},
    {"served", column_served, true},
    {"no_show", column_no_show, true},
    {"papers_missing", column_papers_missing, true},
    {"mean_min", column_service_mean_min, true},
    {"median_min", column_service_median_min, true},
    {"expected_min", column_expected_min, true},
    {"of_expected_percent", column_of_expected, true},
    {"mix", column_mix, false},
    {NULL, NULL, false},
};
static const struct column no_show_columns[] = {
    {"queue", column_key, false},
    {"name", column_name, false},
    {"tickets", column_tickets, true},
    {"called", column_called, true},
    {"no_show", column_no_show, true},
    {"no_show_percent", column_no_show_percent, true},
    {"cancelled", column_cancelled, true},
    {"booked", column_booked, true},
    {NULL, NULL, false},
};
static const struct column load_columns[] = {
    {"weekday", column_first_number, false},
    {"hour", column_second_number, false},
    {"tickets", column_tickets, true},
    {"days", column_days, true},
    {"tickets_per_day", column_per_day, true},
    {"served", column_served, true},
    {"no_show", column_no_show, true},
    {"wait_mean_min", column_wait_mean_min, true},
    {NULL, NULL, false},
};
static const struct column promise_columns[] = {
    {"queue", column_key, false},
    {"name", column_name, false},
    {"promised", column_promised, true},
    {"within_percent", column_promise_within_percent, true},
    {"kept_percent", column_promise_kept_percent, true},
    {"error_mean_min", column_promise_error_min, true},
    {"later_mean_min", column_promise_lean_min, true},
    {"wait_mean_min", column_wait_mean_min, true},
    {NULL, NULL, false},
};
static const struct column no_columns[] = {{NULL, NULL, false}}; /* who writes the report names its own */
static const struct column out_of_turn_columns[] = {
    {"user", column_key, false},
    {"name", column_name, false},
    {"called", column_called, true},
    {"out_of_turn", column_named, true},
    {"out_of_turn_percent", column_named_percent, true},
    {NULL, NULL, false},
};
static const struct column decision_columns[] = {
    {"service", column_key, false},        {"outcome", column_second, false}, {"reason", column_third, false},
    {"decisions", column_decisions, true}, {"name", column_name, false},      {NULL, NULL, false},
};
static const struct column survey_columns[] = {
    {"service", column_key, false}, {"people", column_people, true}, {"index", column_index, true},
    {"grade", column_grade, true},  {"u1", column_u1, true},         {"u2", column_u2, true},
    {"u3", column_u3, true},        {"u4", column_u4, true},         {"u5", column_u5, true},
    {"u6", column_u6, true},        {"u7", column_u7, true},         {"u8", column_u8, true},
    {"u9", column_u9, true},        {"name", column_name, false},    {NULL, NULL, false},
};

/* --- the table --- */

enum { MANAGERS = ROLE_SUPERVISOR | ROLE_ADMINISTRATOR };

static const struct report {
    const char *name;
    unsigned roles;
    enum sums_of of;
    enum table table; /* whose name the key has */
    const struct column *columns;
    /* of one that is not made from the day book; before_from NULL: nothing is compared */
    enum err (*write)(struct db *db, const struct report_ask *ask, const char *before_from,
                      const char *before_to, struct json *names, struct json *rows);
} reports[] = {
    {"waiting", MANAGERS, SUMS_QUEUES, TABLE_QUEUE, waiting_columns, NULL},
    {"service", MANAGERS, SUMS_SERVICES, TABLE_SERVICE, service_columns, NULL},
    {"clerks", MANAGERS, SUMS_CLERKS, TABLE_USER, clerk_columns, NULL},
    {"decisions", MANAGERS | ROLE_APPROVER, SUMS_DECISIONS, TABLE_SERVICE, decision_columns, NULL},
    {"survey", MANAGERS, SUMS_SURVEYS, TABLE_SERVICE, survey_columns, NULL},
    {"noshow", MANAGERS, SUMS_QUEUES, TABLE_QUEUE, no_show_columns, NULL},
    {"load", MANAGERS, SUMS_HOURS, TABLE_QUEUE, load_columns, NULL},
    {"promises", MANAGERS, SUMS_QUEUES, TABLE_QUEUE, promise_columns, NULL},
    {"forecast", MANAGERS, SUMS_QUEUES, TABLE_QUEUE, no_columns, forecasts_report},
    {"levels", MANAGERS, SUMS_QUEUES, TABLE_QUEUE, no_columns, levels_report},
    {"silences", MANAGERS, SUMS_QUEUES, TABLE_QUEUE, no_columns, silences_report},
    {"out_of_turn", MANAGERS, SUMS_CLERKS, TABLE_USER, out_of_turn_columns, NULL},
};
enum { REPORTS = sizeof reports / sizeof *reports };

int report_find(const char *name)
{
    for (int i = 0; i < REPORTS; i++)
        if (str_equal(reports[i].name, name))
            return i;
    return -1;
}

const char *report_name(int index)
{
    return index >= 0 && index < REPORTS ? reports[index].name : NULL;
}

unsigned report_roles(int index)
{
    return index >= 0 && index < REPORTS ? reports[index].roles : 0;
}

/* --- lines --- */

/* A report under way: its period, and the one before where it is compared. */
struct writing {
    const struct report *report;
    const struct report_ask *ask;
    const char *lang;
    struct sums now, before;
    struct json *names, *rows;
};

static struct line line_of(const struct writing *w, struct sums *sums, int row, struct sum *none)
{
    return (struct line){sums, row < 0 ? none : &sums->all[row], row, w->lang, w->report->table};
}

static struct json *trend_of(const struct sums *sums, const struct sum *sum)
{
    struct json *trend = json_new_array();
    for (int i = 0; i < sums->trend_count; i++)
        json_add(trend, json_new_int(sum->trend[i]));
    return trend;
}

/* A line has columns of both periods. Row -1 of now: none has its names, and is empty otherwise. */
static void add_line(struct writing *w, int now, int before, struct sum *none)
{
    struct line here = line_of(w, &w->now, now, none), there = line_of(w, &w->before, before, none);
    struct json *row = json_new_object();
    for (const struct column *column = w->report->columns; column->name; column++) {
        char name[48];
        json_set(row, column->name, column->value(&here));
        str_format(name, sizeof name, "%s_before", column->name);
        if (column->figure && w->ask->compare)
            json_set(row, name, before < 0 ? json_new_null() : column->value(&there));
    }
    if (w->report->of == SUMS_QUEUES && !w->ask->csv)
        json_set(row, "trend", trend_of(here.sums, here.sum));
    json_add(w->rows, row);
}

static void names_of(const struct sums *sums, const struct sum *sum, const char *names[SUM_PARTS])
{
    for (int i = 0; i < SUM_PARTS; i++)
        names[i] = sums_name(sums, sum->part[i]);
}

/* Keys in the order of their letters; what is of all ("") comes last. */
static int compare_keys(const void *a, const void *b, void *ctx)
{
    const struct sums *sums = ctx;
    const char *x[SUM_PARTS], *y[SUM_PARTS];
    names_of(sums, &sums->all[*(const int *)a], x);
    names_of(sums, &sums->all[*(const int *)b], y);
    if (!*x[0] != !*y[0])
        return !*x[0] ? 1 : -1;
    int order = 0;
    for (int i = 0; i < SUM_PARTS && order == 0; i++)
        order = strcmp(x[i], y[i]);
    return order;
}

static int *in_order(struct sums *sums)
{
    int *order = xcalloc((size_t)sums->count + 1, sizeof *order);
    for (int i = 0; i < sums->count; i++)
        order[i] = i;
    qsort_r(order, (size_t)sums->count, sizeof *order, compare_keys, sums);
    return order;
}

/* What only the period before had is a line too, with nothing in this one. */
static void add_gone(struct writing *w)
{
    for (int i = 0; i < w->before.count; i++) {
        const char *names[SUM_PARTS];
        names_of(&w->before, &w->before.all[i], names);
        if (sums_find(&w->now, names) >= 0)
            continue;
        struct sum none = {0};
        for (int part = 0; part < SUM_PARTS; part++)
            none.part[part] = day_names_place(&w->now.names, names[part]);
        add_line(w, -1, i, &none);
    }
}

static void add_lines(struct writing *w)
{
    int *order = in_order(&w->now);
    for (int i = 0; i < w->now.count; i++) {
        const char *names[SUM_PARTS];
        names_of(&w->now, &w->now.all[order[i]], names);
        add_line(w, order[i], w->ask->compare ? sums_find(&w->before, names) : -1, NULL);
    }
    free(order);
    add_gone(w);
}

static struct json *column_names(const struct writing *w)
{
    struct json *names = json_new_array();
    for (const struct column *column = w->report->columns; column->name; column++) {
        char name[48];
        json_add_text(names, column->name);
        str_format(name, sizeof name, "%s_before", column->name);
        if (column->figure && w->ask->compare)
            json_add_text(names, name);
    }
    return names;
}

/* --- all of it --- */

/* False: one of the days is none. */
static bool days_before(const struct report_ask *ask, char from[DATE_TEXT], char to[DATE_TEXT])
{
    int32_t first, last, before_first, before_last;
    if (!day_parse(ask->from, &first) || !day_parse(ask->to, &last))
        return false;
    period_before(first, last, &before_first, &before_last);
    day_text(before_first, from);
    day_text(before_last, to);
    return true;
}

static enum err gather(struct writing *w, struct sums *sums, const char *from, const char *to)
{
    if (w->report->write)
        return ERR_OK;
    return sums_gather(sums, w->now.db, w->report->of, w->ask, from, to);
}

static enum err write_period(struct writing *w, struct json *report)
{
    char from[DATE_TEXT], to[DATE_TEXT];
    enum err err = gather(w, &w->now, w->ask->from, w->ask->to);
    if (err == ERR_OK && w->ask->compare) {
        struct json *before = json_new_object();
        err = days_before(w->ask, from, to) ? gather(w, &w->before, from, to) : ERR_INVALID;
        json_set_text(before, "from", err == ERR_OK ? from : "");
        json_set_text(before, "to", err == ERR_OK ? to : "");
        json_set(report, "before", before);
    }
    if (err == ERR_OK && w->report->write)
        return w->report->write(w->now.db, w->ask, w->ask->compare ? from : NULL, to, w->names, w->rows);
    if (err == ERR_OK)
        add_lines(w);
    return err;
}

enum err report_write(struct db *db, int index, const struct report_ask *ask, struct buf *out)
{
    struct json *report = json_new_object();
    struct writing w = {.report = &reports[index], .ask = ask, .rows = json_new_array(), .now = {.db = db}};
    struct json *names = column_names(&w);
    w.names = names;
    w.lang = str_empty(ask->lang) ? "en" : ask->lang;
    json_set_text(report, "name", w.report->name);
    json_set_text(report, "from", ask->from);
    json_set_text(report, "to", ask->to);
    enum err err = write_period(&w, report);
    json_set(report, "columns", names);
    json_set(report, "rows", w.rows);
    if (err == ERR_OK && ask->csv)
        csv_write(names, w.rows, out);
    else if (err == ERR_OK)
        json_print_to(report, out);
    sums_clear(&w.now);
    sums_clear(&w.before);
    json_free(&report);
    return err;
}

/* Of both kinds, which one a report reads is not worth telling apart here. */
static enum err add_due(struct db *db, const char *from, const char *to, int64_t *days)
{
    static const char *const kinds[] = {DAYBOOK_VISITS, DAYBOOK_DECISIONS};
    enum err err = ERR_OK;
    for (size_t i = 0; i < 2 && err == ERR_OK; i++) {
        int64_t count = 0;
        err = daybook_due(db, kinds[i], from, to, &count);
        *days += count;
    }
    return err;
}

enum err report_due(struct db *db, const struct report_ask *ask, const char *today, int64_t *days)
{
    char from[DATE_TEXT], to[DATE_TEXT], last[DATE_TEXT];
    int32_t day;
    *days = 0;
    str_copy(last, sizeof last, ask->to);
    if (strcmp(last, today) >= 0 && day_parse(today, &day))
        day_text(day - 1, last);
    enum err err = add_due(db, ask->from, last, days);
    if (err == ERR_OK && ask->compare && days_before(ask, from, to))
        err = add_due(db, from, to, days);
    return err;
}
