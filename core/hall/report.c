/* core/hall/report.c: the hall's reports, as two tables: which columns a report has, and how a column is computed
 * from the tickets of one key. Times come from the tickets' own stamps. See report.h. */
#include "core/hall/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/role.h"
#include "core/model/survey.h"

/* --- tickets of one key --- */

struct minutes {
    double *values;
    size_t count, capacity;
};

struct group {
    char *key;
    enum table table; /* whose name the key has */
    int64_t tickets, called, served, no_show, cancelled, papers_missing, promised, kept;
    struct minutes wait, service;
};

struct groups {
    struct db *db;
    struct group *list;
    size_t count, capacity;
};

static struct group *group_of(struct groups *groups, const char *key, enum table table)
{
    for (size_t i = 0; i < groups->count; i++)
        if (str_equal(groups->list[i].key, key))
            return &groups->list[i];
    if (groups->count == groups->capacity) {
        groups->capacity = groups->capacity ? groups->capacity * 2 : 16;
        groups->list = xrealloc(groups->list, groups->capacity * sizeof *groups->list);
    }
    struct group *group = &groups->list[groups->count++];
    *group = (struct group){.key = xstrdup(key), .table = table};
    return group;
}

static void groups_free(struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        free(groups->list[i].key);
        free(groups->list[i].wait.values);
        free(groups->list[i].service.values);
    }
    free(groups->list);
}

static void minutes_add(struct minutes *minutes, int64_t from_ms, int64_t to_ms)
{
    if (from_ms < 0 || to_ms < from_ms)
        return;
    if (minutes->count == minutes->capacity) {
        minutes->capacity = minutes->capacity ? minutes->capacity * 2 : 64;
        minutes->values = xrealloc(minutes->values, minutes->capacity * sizeof *minutes->values);
    }
    minutes->values[minutes->count++] = (double)(to_ms - from_ms) / 60000.0;
}

static int compare_minutes(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double minutes_mean(struct minutes *minutes)
{
    double sum = 0;
    for (size_t i = 0; i < minutes->count; i++)
        sum += minutes->values[i];
    return minutes->count ? sum / (double)minutes->count : NAN;
}

/* The value that share of all do not exceed (nearest rank). */
static double minutes_share(struct minutes *minutes, double share)
{
    if (minutes->count == 0)
        return NAN;
    qsort(minutes->values, minutes->count, sizeof *minutes->values, compare_minutes);
    size_t rank = (size_t)ceil(share * (double)minutes->count);
    return minutes->values[rank > 0 ? rank - 1 : 0];
}

static int64_t time_of(const struct json *row, const char *member)
{
    int64_t ms;
    const char *text = json_text(row, member);
    return text && time_parse(text, &ms) ? ms : -1;
}

static void count_promise(struct group *group, const struct json *ticket, int64_t arrived_ms,
                          int64_t called_ms)
{
    const struct json *promise = json_get(ticket, "promise_min");
    if (json_count(promise) != 2 || called_ms < 0)
        return;
    group->promised++;
    group->kept += (double)(called_ms - arrived_ms) / 60000.0 <= json_as_number(json_at(promise, 1), 0) + 0.5;
}

static void count_ticket(struct group *group, const struct json *ticket)
{
    const char *state = json_text_or(ticket, "state", ""), *outcome = json_text_or(ticket, "outcome", "");
    int64_t arrived = time_of(ticket, "arrived_at"), called = time_of(ticket, "called_at");
    int64_t started = time_of(ticket, "started_at"), finished = time_of(ticket, "finished_at");
    group->tickets++;
    group->called += called >= 0;
    group->served += str_equal(state, "done");
    group->no_show += str_equal(state, "no_show");
    group->cancelled += str_equal(state, "cancelled");
    group->papers_missing += str_equal(outcome, "papers_missing");
    minutes_add(&group->wait, arrived, called);
    if (str_equal(state, "done"))
        minutes_add(&group->service, started, finished);
    count_promise(group, ticket, arrived, called);
}

static enum err gather_tickets(struct groups *groups, const char *from, const char *to, const char *member,
                               enum table table)
{
    static const char sql[] = "SELECT row FROM tickets WHERE day >= $1 AND day <= $2"; /* tickets_number */
    struct stmt *s = db_query(groups->db, sql);
    enum err err;
    db_bind_text(s, 1, from);
    db_bind_text(s, 2, to);
    while ((err = db_step(s)) == ERR_OK) {
        struct json *ticket = NULL;
        if (json_parse(db_text(s, 0), strlen(db_text(s, 0)), &ticket, NULL) != ERR_OK)
            continue;
        const char *key = json_text(ticket, member);
        if (!str_empty(key))
            count_ticket(group_of(groups, key, table), ticket);
        json_free(&ticket);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- columns --- */

static struct json *number(double value)
{
    return isnan(value) ? json_new_null() : json_new_number(round(value * 10) / 10);
}

static struct json *percent(int64_t part, int64_t whole)
{
    return whole ? number(100.0 * (double)part / (double)whole) : json_new_null();
}

static struct json *column_name(struct groups *groups, struct group *group)
{
    struct json *row = NULL;
    if (row_get(groups->db, group->table, group->key, &row) != ERR_OK)
        return json_new_text(group->key);
    const struct json *name = json_get(row, "name");
    struct json *text = json_new_text(name ? json_name_in(name, "en") : group->key);
    json_free(&row);
    return text;
}

#define COLUMN(id, expression)                                                  \
    static struct json *column_##id(struct groups *groups, struct group *group) \
    {                                                                           \
        (void)groups;                                                           \
        return expression;                                                      \
    }
COLUMN(key, json_new_text(group->key))
COLUMN(tickets, json_new_int(group->tickets))
COLUMN(called, json_new_int(group->called))
COLUMN(served, json_new_int(group->served))
COLUMN(no_show, json_new_int(group->no_show))
COLUMN(no_show_percent, percent(group->no_show, group->called))
COLUMN(cancelled, json_new_int(group->cancelled))
COLUMN(papers_missing, json_new_int(group->papers_missing))
COLUMN(promise_kept_percent, percent(group->kept, group->promised))
COLUMN(wait_mean_min, number(minutes_mean(&group->wait)))
COLUMN(wait_median_min, number(minutes_share(&group->wait, 0.5)))
COLUMN(wait_p90_min, number(minutes_share(&group->wait, 0.9)))
COLUMN(wait_longest_min, number(minutes_share(&group->wait, 1)))
COLUMN(service_mean_min, number(minutes_mean(&group->service)))
COLUMN(service_median_min, number(minutes_share(&group->service, 0.5)))
COLUMN(service_p90_min, number(minutes_share(&group->service, 0.9)))
#undef COLUMN

struct column {
    const char *name;
    struct json *(*value)(struct groups *groups, struct group *group);
};

static const struct column waiting_columns[] = {
    {"queue", column_key},
    {"name", column_name},
    {"tickets", column_tickets},
    {"called", column_called},
    {"mean_min", column_wait_mean_min},
    {"median_min", column_wait_median_min},
    {"p90_min", column_wait_p90_min},
    {"longest_min", column_wait_longest_min},
    {"promise_kept_percent", column_promise_kept_percent},
    {NULL, NULL},
};
static const struct column service_columns[] = {
    {"service", column_key},
    {"name", column_name},
    {"tickets", column_tickets},
    {"served", column_served},
    {"papers_missing", column_papers_missing},
    {"mean_min", column_service_mean_min},
    {"median_min", column_service_median_min},
    {"p90_min", column_service_p90_min},
    {NULL, NULL},
};
static const struct column clerk_columns[] = {
    {"user", column_key},
    {"name", column_name},
    {"called", column_called},
    {"served", column_served},
    {"no_show", column_no_show},
    {"papers_missing", column_papers_missing},
    {"mean_min", column_service_mean_min},
    {"median_min", column_service_median_min},
    {NULL, NULL},
};
static const struct column no_show_columns[] = {
    {"queue", column_key},           {"name", column_name},
    {"tickets", column_tickets},     {"called", column_called},
    {"no_show", column_no_show},     {"no_show_percent", column_no_show_percent},
    {"cancelled", column_cancelled}, {NULL, NULL},
};

static enum err fill_tickets(struct db *db, const char *from, const char *to, const char *member,
                             enum table table, const struct column *columns, struct json *names,
                             struct json *rows)
{
    struct groups groups = {.db = db};
    enum err err = gather_tickets(&groups, from, to, member, table);
    for (const struct column *column = columns; column->name; column++)
        json_add_text(names, column->name);
    for (size_t i = 0; i < groups.count; i++) {
        struct json *row = json_new_object();
        for (const struct column *column = columns; column->name; column++)
            json_set(row, column->name, column->value(&groups, &groups.list[i]));
        json_add(rows, row);
    }
    groups_free(&groups);
    return err;
}

/* --- the reports --- */

typedef enum err report_fill(struct db *db, const char *from, const char *to, struct json *names,
                             struct json *rows);

static enum err fill_waiting(struct db *db, const char *from, const char *to, struct json *names,
                             struct json *rows)
{
    return fill_tickets(db, from, to, "queue", TABLE_QUEUE, waiting_columns, names, rows);
}

static enum err fill_service(struct db *db, const char *from, const char *to, struct json *names,
                             struct json *rows)
{
    return fill_tickets(db, from, to, "service", TABLE_SERVICE, service_columns, names, rows);
}

static enum err fill_clerks(struct db *db, const char *from, const char *to, struct json *names,
                            struct json *rows)
{
    return fill_tickets(db, from, to, "user", TABLE_USER, clerk_columns, names, rows);
}

static enum err fill_no_show(struct db *db, const char *from, const char *to, struct json *names,
                             struct json *rows)
{
    return fill_tickets(db, from, to, "queue", TABLE_QUEUE, no_show_columns, names, rows);
}

/* The stretch of UTC time of the business days from … to, in the hall's zone. */
static void days_utc(const char *from, const char *to, char start[TIME_TEXT], char end[TIME_TEXT])
{
    int64_t from_ms = 0, to_ms = 0;
    char noon[TIME_TEXT];
    str_format(noon, sizeof noon, "%.10sT12:00:00Z", from);
    if (time_parse(noon, &from_ms))
        from_ms = time_day_start(from_ms);
    str_format(noon, sizeof noon, "%.10sT12:00:00Z", to);
    if (time_parse(noon, &to_ms))
        to_ms = time_day_start(to_ms) + 24LL * 60 * 60 * 1000;
    time_text(from_ms, start);
    time_text(to_ms, end);
}

static struct json *tally(struct json *rows, const char *service, const char *outcome, const char *reason)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "service"), service) && str_equal(json_text(row, "outcome"), outcome) &&
            str_equal(json_text(row, "reason"), reason))
            return (struct json *)(uintptr_t)row;
    struct json *row = json_new_object();
    json_set_text(row, "service", service);
    json_set_text(row, "outcome", outcome);
    json_set_text(row, "reason", reason);
    json_set_int(row, "decisions", 0);
    json_add(rows, row);
    return row;
}

static void tally_decision(struct db *db, const struct json *decision, struct json *rows)
{
    struct json *file = NULL;
    const char *id = json_text(decision, "case"), *outcome = json_text_or(decision, "outcome", "");
    if (str_empty(id) || row_get(db, TABLE_CASE, id, &file) != ERR_OK)
        return;
    const struct json *reasons = json_get(decision, "reasons"), *reason = json_first(reasons);
    do { /* without a reason one line all the same */
        struct json *row = tally(rows, json_text_or(file, "service", ""), outcome,
                                 reason && json_as_text(reason) ? json_as_text(reason) : "");
        json_set_int(row, "decisions", json_int(row, "decisions", 0) + 1);
        reason = reason ? json_next(reason) : NULL;
    } while (reason);
    json_free(&file);
}

static enum err fill_decisions(struct db *db, const char *from, const char *to, struct json *names,
                               struct json *rows)
{
    static const char sql[] =
        "SELECT row FROM decisions WHERE at_ >= $1 AND at_ < $2"; /* a report: may scan */
    static const char *const columns[] = {"service", "outcome", "reason", "decisions"};
    char start[TIME_TEXT], end[TIME_TEXT];
    struct json *found = json_new_array();
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        json_add_text(names, columns[i]);
    days_utc(from, to, start, end);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, start);
    db_bind_text(s, 2, end);
    enum err err = rows_collect(s, found);
    for (const struct json *decision = json_first(found); decision; decision = json_next(decision))
        tally_decision(db, decision, rows);
    json_free(&found);
    return err;
}
