/* core/hall/report.c: the hall's reports, as two tables: which columns a report has, and how a column is computed
 * from the tickets of one key. Times come from the tickets' own stamps. See report.h. */
#include "core/hall/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/visit_row.h"
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

static void count_for(struct groups *groups, const struct json *ticket, const char *member, enum table table)
{
    const char *key = json_text(ticket, member);
    if (!str_empty(key))
        count_ticket(group_of(groups, key, table), ticket);
}

/* Of a visit of several stops each one that was begun counts where it was. */
static void count_visit(struct groups *groups, const struct json *ticket, const char *member,
                        enum table table)
{
    const struct json *stops = json_get(ticket, "stops");
    if (!json_count(stops))
        return count_for(groups, ticket, member, table);
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
        struct json *part = visit_part(ticket, stop);
        count_for(groups, part, member, table);
        json_free(&part);
    }
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
        count_visit(groups, ticket, member, table);
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
    int64_t from_ms = 0, to_ms = 0; /* the last moments of both days */
    if (time_day_end(from, &from_ms))
        from_ms = time_day_start(from_ms);
    if (time_day_end(to, &to_ms))
        to_ms++;
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

/* A confirmation, a resolution and an answer that lets a decision stand or fall are words on a decision that is
 * counted already. */
static bool decides(const struct json *decision)
{
    return str_equal(json_text_or(decision, "kind", "decision"), "decision") ||
           str_equal(json_text(decision, "answer"), "changed");
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
        if (decides(decision))
            tally_decision(db, decision, rows);
    json_free(&found);
    return err;
}

/* --- survey --- */

struct answers {
    struct survey_sum sum;
    char *service; /* NULL: of all services */
};

/* One row's scores as numbers; false when they are not nine of 1 … 4. */
static bool add_scores(struct survey_sum *sum, const struct json *survey)
{
    int scores[SURVEY_ELEMENTS];
    int count = 0;
    const struct json *list = json_get(survey, "scores");
    for (const struct json *score = json_first(list); score && count < SURVEY_ELEMENTS;
         score = json_next(score))
        scores[count++] = (int)json_as_int(score, 0);
    return json_count(list) == SURVEY_ELEMENTS && survey_add(sum, scores, count);
}

static struct survey_sum *sum_of(struct answers **list, size_t *count, const char *service)
{
    for (size_t i = 0; i < *count; i++)
        if (str_equal((*list)[i].service, service))
            return &(*list)[i].sum;
    *list = xrealloc(*list, (*count + 1) * sizeof **list);
    (*list)[*count] = (struct answers){.service = xstrdup(service)};
    return &(*list)[(*count)++].sum;
}

static void add_answers_row(struct json *rows, const struct answers *answers)
{
    struct json *row = json_new_object();
    int64_t index = survey_index_hundredths(&answers->sum);
    char grade[2] = {survey_grade(index), '\0'};
    json_set_text(row, "service", answers->service ? answers->service : "");
    json_set_int(row, "people", answers->sum.people);
    json_set(row, "index", json_new_number((double)index / 100));
    json_set_text(row, "grade", grade);
    for (int i = 0; i < SURVEY_ELEMENTS; i++) {
        char name[8];
        str_format(name, sizeof name, "u%d", i + 1);
        json_set(row, name, json_new_number((double)survey_mean_hundredths(&answers->sum, i) / 100));
    }
    json_add(rows, row);
}

/* One line a service, then one of all ("") when anybody answered: also those whose ticket names no service. */
static enum err fill_survey(struct db *db, const char *from, const char *to, struct json *names,
                            struct json *rows)
{
    static const char sql[] =
        "SELECT surveys.row, tickets.row FROM surveys JOIN tickets ON tickets.id = surveys.ticket"
        " WHERE tickets.day >= $1 AND tickets.day <= $2"; /* a report: may scan */
    static const char *const columns[] = {"service", "people", "index", "grade", "u1", "u2", "u3",
                                          "u4",      "u5",     "u6",    "u7",    "u8", "u9"};
    struct answers all = {0}, *list = NULL;
    size_t count = 0;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        json_add_text(names, columns[i]);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, from);
    db_bind_text(s, 2, to);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *survey = NULL, *ticket = NULL;
        if (json_parse(db_text(s, 0), strlen(db_text(s, 0)), &survey, NULL) == ERR_OK &&
            json_parse(db_text(s, 1), strlen(db_text(s, 1)), &ticket, NULL) == ERR_OK &&
            add_scores(&all.sum, survey) && !str_empty(json_text(ticket, "service")))
            (void)add_scores(sum_of(&list, &count, json_text(ticket, "service")), survey);
        json_free(&survey);
        json_free(&ticket);
    }
    db_done(s);
    for (size_t i = 0; i < count; i++) {
        add_answers_row(rows, &list[i]);
        free(list[i].service);
    }
    if (all.sum.people > 0)
        add_answers_row(rows, &all);
    free(list);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- the table --- */

enum { MANAGERS = ROLE_SUPERVISOR | ROLE_ADMINISTRATOR };

static const struct report {
    const char *name;
    unsigned roles;
    report_fill *fill;
} reports[] = {
    {"waiting", MANAGERS, fill_waiting}, {"service", MANAGERS, fill_service},
    {"clerks", MANAGERS, fill_clerks},   {"decisions", MANAGERS | ROLE_APPROVER, fill_decisions},
    {"survey", MANAGERS, fill_survey},   {"noshow", MANAGERS, fill_no_show},
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

/* --- CSV, RFC 4180 --- */

static void csv_text(struct buf *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        buf_adds(out, text);
        return;
    }
    buf_addc(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_addc(out, '"');
        buf_addc(out, *text);
    }
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

static void write_csv(const struct json *names, const struct json *rows, struct buf *out)
{
    csv_line(out, names, NULL);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        csv_line(out, names, row);
}

enum err report_write(struct db *db, int index, const char *from, const char *to, bool csv, struct buf *out)
{
    struct json *report = json_new_object(), *names = json_new_array(), *rows = json_new_array();
    json_set_text(report, "name", reports[index].name);
    json_set_text(report, "from", from);
    json_set_text(report, "to", to);
    json_set(report, "columns", names);
    json_set(report, "rows", rows);
    enum err err = reports[index].fill(db, from, to, names, rows);
    if (err == ERR_OK && csv)
        write_csv(names, rows, out);
    else if (err == ERR_OK)
        json_print_to(report, out);
    json_free(&report);
    return err;
}
