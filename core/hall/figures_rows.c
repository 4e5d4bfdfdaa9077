/* core/hall/figures_rows.c: see figures_rows.h. */
#include "core/hall/figures_rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/cases.h"
#include "core/db/rows.h"

enum { QUEUES_MAX = 500, COUNTERS_MAX = 2000, STATIONS_MAX = 2000, CAME_MAX = 20000, PROMISED_MAX = 2000 };

/* --- what is asked --- */

static const char sql_queues[] = "SELECT row, id FROM queues ORDER BY id LIMIT $1";     /* primary key */
static const char sql_counters[] = "SELECT row, id FROM counters ORDER BY id LIMIT $1"; /* primary key */
/* tickets_arrival, of which nothing but the index is read */
static const char sql_count[] =
    "SELECT count(*) FROM tickets WHERE queue = $1 AND state = $2 AND arrived_at >= $3";
static const char sql_oldest[] = "SELECT arrived_at FROM tickets WHERE queue = $1 AND state = 'waiting'"
                                 " AND arrived_at > '' ORDER BY arrived_at LIMIT 1"; /* tickets_arrival */
static const char sql_waits[] = "SELECT arrived_at, called_at FROM tickets WHERE queue = $1 AND state = $2"
                                " AND arrived_at >= $3 LIMIT $4"; /* tickets_arrival */
static const char sql_promised[] = "SELECT row FROM tickets WHERE queue = $1 AND state = 'waiting'"
                                   " AND arrived_at > '' ORDER BY arrived_at LIMIT $2"; /* tickets_arrival */
static const char sql_surveys[] =
    "SELECT s.row FROM tickets AS t JOIN surveys AS s ON s.ticket = t.id WHERE t.queue = $1 AND t.state = "
    "'done' AND t.arrived_at >= $2 LIMIT $3"; /* tickets_arrival, surveys_ticket */
static const char sql_disputes[] = "SELECT count(*) FROM disputes WHERE state = 'open'"; /* disputes_state */
static const char sql_stations[] = "SELECT row, id FROM stations ORDER BY id LIMIT $1";  /* primary key */

const char *figures_statement(int nth)
{
    static const char *const all[] = {sql_queues,   sql_counters, sql_count,    sql_oldest,  sql_waits,
                                      sql_promised, sql_surveys,  sql_disputes, sql_stations};
    return nth < (int)(sizeof all / sizeof *all) ? all[nth] : NULL;
}

struct counting {
    struct db *db;
    int64_t now_ms;
    char midnight[TIME_TEXT];
    struct figure_hall *out;
};

static int64_t text_ms(const char *text)
{
    int64_t ms;
    return text && time_parse(text, &ms) ? ms : 0;
}

static enum err rows_of(struct db *db, const char *sql, int limit, struct json **rows)
{
    *rows = json_new_array();
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, limit);
    return rows_collect(s, *rows);
}

static enum err count_of(struct stmt *s, int64_t *count)
{
    enum err err = db_step(s);
    *count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

/* --- people of a queue --- */

static enum err count_state(const struct counting *c, const char *queue, const char *state, const char *since,
                            int64_t *count)
{
    struct stmt *s = db_query(c->db, sql_count);
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, state);
    db_bind_text(s, 3, since);
    return count_of(s, count);
}

static enum err find_oldest(const struct counting *c, const char *queue, int64_t *ms)
{
    struct stmt *s = db_query(c->db, sql_oldest);
    db_bind_text(s, 1, queue);
    enum err err = db_step(s);
    *ms = err == ERR_OK ? text_ms(db_text(s, 0)) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A call that lies before the arrival is of an earlier stop of the visit, or of a clock that was wrong. */
static enum err gather_waits(const struct counting *c, const char *queue, struct spread *wait)
{
    static const char *const states[] = {"called", "serving", "held", "done", "no_show"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct stmt *s = db_query(c->db, sql_waits);
        enum err err;
        db_bind_text(s, 1, queue);
        db_bind_text(s, 2, states[i]);
        db_bind_text(s, 3, c->midnight);
        db_bind_int(s, 4, CAME_MAX);
        while ((err = db_step(s)) == ERR_OK) {
            int64_t arrived_ms = text_ms(db_text(s, 0)), called_ms = text_ms(db_text(s, 1));
            spread_add(wait, called_ms ? called_ms - arrived_ms : -1);
        }
        db_done(s);
        if (err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}

/* The time that the paper in their hand says is over. Who goes on to a further stop was promised another one. */
static bool is_late(const struct json *ticket, int64_t now_ms)
{
    int64_t promise_min = json_as_int(json_pointer(ticket, "/promise_min/1"), -1),
            arrived_ms = text_ms(json_text(ticket, "arrived_at"));
    const char *stop = json_as_text(json_pointer(ticket, "/stops/0/state"));
    return promise_min >= 0 && arrived_ms > 0 && (!stop || str_equal(stop, "now")) &&
           arrived_ms + promise_min * 60 * 1000 <= now_ms;
}

static enum err count_late(const struct counting *c, const char *queue, int64_t *late)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(c->db, sql_promised);
    db_bind_text(s, 1, queue);
    db_bind_int(s, 2, PROMISED_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        *late += is_late(row, c->now_ms);
    json_free(&rows);
    return err;
}

static enum err count_surveys(const struct counting *c, const char *queue)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(c->db, sql_surveys);
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, c->midnight);
    db_bind_int(s, 3, CAME_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const struct json *scores = json_get(row, "scores");
        int list[SURVEY_ELEMENTS] = {0};
        for (size_t i = 0; i < SURVEY_ELEMENTS; i++)
            list[i] = (int)json_as_int(json_at(scores, i), 0);
        (void)survey_add(&c->out->survey, list, SURVEY_ELEMENTS);
    }
    json_free(&rows);
    return err;
}

static enum err count_queue(const struct counting *c, struct figure_queue *queue)
{
    const char *id = json_text_or(queue->row, "id", "");
    struct figure_sum *sum = &queue->sum;
    enum err err = count_state(c, id, "waiting", "0", &sum->waiting);
    if (err == ERR_OK)
        err = count_state(c, id, "done", c->midnight, &sum->served);
    if (err == ERR_OK)
        err = count_state(c, id, "no_show", c->midnight, &sum->no_show);
    if (err == ERR_OK)
        err = find_oldest(c, id, &sum->oldest_ms);
    if (err == ERR_OK)
        err = gather_waits(c, id, &sum->wait);
    if (err == ERR_OK && sum->waiting)
        err = count_late(c, id, &sum->late);
    return err == ERR_OK ? count_surveys(c, id) : err;
}

/* --- counters --- */

static struct figure_queue *queue_of(struct figure_hall *hall, const char *id)
{
    for (int i = 0; i < hall->queue_count; i++)
        if (str_equal(json_text(hall->queues[i].row, "id"), id))
            return &hall->queues[i];
    return NULL;
}

static void add_counter(struct figure_sum *sum, const char *state, bool unattended)
{
    sum->counters++;
    sum->unattended += unattended;
    sum->open += !unattended && str_equal(state, "open");
    sum->paused += !unattended && str_equal(state, "paused");
}

static struct figure_agency *agency_of(struct figure_hall *hall, const char *id)
{
    for (int i = 0; i < hall->agency_count; i++)
        if (str_equal(hall->agencies[i].id, id))
            return &hall->agencies[i];
    return NULL;
}

static void count_counters(const struct counting *c)
{
    struct figure_hall *hall = c->out;
    for (const struct json *row = json_first(hall->counter_rows); row; row = json_next(row)) {
        const char *state = json_text_or(row, "state", "closed");
        int64_t until_ms = text_ms(json_text(row, "lease_until"));
        bool unattended = !str_equal(state, "closed") && until_ms > 0 && c->now_ms > until_ms;
        struct figure_agency *agency = agency_of(hall, json_text_or(row, "agency", ""));
        add_counter(&hall->sum, state, unattended);
        if (agency)
            add_counter(&agency->sum, state, unattended);
        for (const struct json *one = json_first(json_get(row, "queues")); one; one = json_next(one)) {
            struct figure_queue *queue = queue_of(hall, json_text(one, "queue"));
            if (queue)
                add_counter(&queue->sum, state, unattended);
        }
    }
}

/* --- what is foreseen --- */

static enum err judge_level(const struct counting *c, const struct hour_hall *hour,
                            const struct hour_run *run, struct figure_queue *queue)
{
    const struct level_hall hall = {c->db, c->out->row, c->now_ms, &hour->hour, run};
    struct level_target target;
    struct level_today today;
    if (!level_row_target(queue->row, NULL, c->out->row, &target))
        return ERR_OK;
    enum err err = level_today(&hall, queue->row, &target, &today);
    queue->sum.levels[today.burn.state]++;
    return err;
}

static bool any_target(const struct figure_hall *hall)
{
    struct level_target target;
    for (int i = 0; i < hall->queue_count; i++)
        if (level_row_target(hall->queues[i].row, NULL, hall->row, &target))
            return true;
    return false;
}

static void take_run(const struct hour_queue_run *run, int step_count, struct figure_queue *queue)
{
    for (int i = 0; i < FIGURE_STEPS; i++)
        queue->steps[i] = run->steps[i < step_count ? i : step_count - 1];
    queue->sum.in_hour = queue->steps[FIGURE_STEPS - 1];
    queue->sum.expected_ms = run->newcomer_ms;
    queue->sum.low_ms = run->newcomer_low_ms;
    queue->sum.high_ms = run->newcomer_high_ms;
    queue->slow = run->newcomer_ms < 0 && queue->sum.waiting > 0;
}

/* A hall without targets is played for the hour that is told and no further. */
static enum err look_ahead(const struct counting *c, struct hour_habits *habits)
{
    struct hour_hall hour;
    struct hour_run run;
    bool targets = any_target(c->out);
    enum err err = hour_habits_refresh(c->db, c->now_ms, habits);
    if (err == ERR_OK)
        err = hour_rows(c->db, c->now_ms, habits, &hour);
    if (err != ERR_OK)
        return err;
    hour_run(&hour.hour, targets ? LEVEL_LOOK_AHEAD_MIN : HOUR_MIN, &run);
    for (int i = 0; i < c->out->queue_count && err == ERR_OK; i++) {
        struct figure_queue *queue = &c->out->queues[i];
        int at = hour_find_queue(&hour.hour, json_text_or(queue->row, "id", ""));
        if (at >= 0)
            take_run(&run.queues[at], run.step_count, queue);
        if (at >= 0 && targets)
            err = judge_level(c, &hour, &run, queue);
    }
    hour_run_free(&run);
    hour_hall_free(&hour);
    return err;
}

/* --- together --- */

static void join(struct figure_sum *to, const struct figure_sum *from)
{
    to->waiting += from->waiting;
    if (from->oldest_ms && (!to->oldest_ms || from->oldest_ms < to->oldest_ms))
        to->oldest_ms = from->oldest_ms;
    to->late += from->late;
    to->served += from->served;
    to->no_show += from->no_show;
    spread_join(&to->wait, &from->wait);
    to->in_hour += from->in_hour;
    if (from->expected_ms > to->expected_ms) {
        to->expected_ms = from->expected_ms;
        to->low_ms = from->low_ms;
        to->high_ms = from->high_ms;
    }
    for (int i = 0; i < LEVEL_STATE_COUNT; i++)
        to->levels[i] += from->levels[i];
}

static void join_all(struct figure_hall *hall)
{
    for (int i = 0; i < hall->queue_count; i++) {
        struct figure_agency *agency = agency_of(hall, json_text_or(hall->queues[i].row, "agency", ""));
        join(&hall->sum, &hall->queues[i].sum);
        if (agency)
            join(&agency->sum, &hall->queues[i].sum);
    }
}

static void begin_sum(struct figure_sum *sum)
{
    *sum = (struct figure_sum){.expected_ms = -1, .low_ms = -1, .high_ms = -1};
}

static enum err name_agency(struct db *db, struct figure_agency *agency)
{
    struct json *row = NULL;
    enum err err = row_get(db, TABLE_AGENCY, agency->id, &row);
    const struct json *name = json_get(row, "name");
    agency->name = name ? json_copy(name) : NULL;
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err know_agencies(const struct counting *c, const struct json *rows)
{
    struct figure_hall *hall = c->out;
    enum err err = ERR_OK;
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        const char *id = json_text_or(row, "agency", "");
        if (!*id || agency_of(hall, id))
            continue;
        struct figure_agency *agency = &hall->agencies[hall->agency_count++];
        begin_sum(&agency->sum);
        agency->id = id;
        err = name_agency(c->db, agency);
    }
    return err;
}

/* A queue of which a bus is the home is counted by that bus. */
static bool is_away(const struct json *queue, const struct json *hall)
{
    const char *home = json_text_or(queue, "home", "");
    return *home && !str_equal(home, "hall") && !str_equal(home, json_text(hall, "code"));
}

static enum err know_rows(const struct counting *c)
{
    static const char sql_hall[] = "SELECT row, id FROM halls ORDER BY id LIMIT 1"; /* primary key */
    struct figure_hall *hall = c->out;
    enum err err = rows_first(db_query(c->db, sql_hall), &hall->row);
    if (err == ERR_OK)
        err = rows_of(c->db, sql_queues, QUEUES_MAX, &hall->queue_rows);
    if (err == ERR_OK)
        err = rows_of(c->db, sql_counters, COUNTERS_MAX, &hall->counter_rows);
    size_t queues = json_count(hall->queue_rows), counters = json_count(hall->counter_rows);
    hall->queues = xcalloc(queues + 1, sizeof *hall->queues);
    hall->agencies = xcalloc(queues + counters + 1, sizeof *hall->agencies);
    begin_sum(&hall->sum);
    for (const struct json *row = json_first(hall->queue_rows); row; row = json_next(row)) {
        struct figure_queue *queue = &hall->queues[hall->queue_count++];
        begin_sum(&queue->sum);
        queue->row = row;
        queue->away = is_away(row, hall->row);
    }
    if (err == ERR_OK)
        err = know_agencies(c, hall->queue_rows);
    return err == ERR_OK ? know_agencies(c, hall->counter_rows) : err;
}

static enum err count_stations(const struct counting *c)
{
    struct figure_hall *hall = c->out;
    struct json *rows;
    enum err err = rows_of(c->db, sql_stations, STATIONS_MAX, &rows);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        int64_t unsent = json_int(row, "unsent", 0), since_ms = text_ms(json_text(row, "since"));
        hall->stations += unsent > 0;
        hall->unsent += unsent;
        if (unsent > 0 && since_ms && (!hall->unsent_since_ms || since_ms < hall->unsent_since_ms))
            hall->unsent_since_ms = since_ms;
    }
    json_free(&rows);
    return err == ERR_OK ? count_of(db_query(c->db, sql_disputes), &hall->disputes) : err;
}

static void know_day(struct figure_hall *hall, const char *day)
{
    struct hall_calendar calendar;
    int32_t number;
    hall_calendar_read(hall->row, &calendar);
    hall->day_off = day_parse(day, &number) && !day_is_worked(&calendar.calendar, number);
}

enum err figures_count(struct db *db, int64_t now_ms, const char *day, struct hour_habits *habits,
                       struct figure_hall *out)
{
    struct counting c = {.db = db, .now_ms = now_ms, .out = out};
    *out = (struct figure_hall){0};
    time_text(time_day_start(now_ms), c.midnight);
    enum err err = know_rows(&c);
    for (int i = 0; i < out->queue_count && err == ERR_OK; i++)
        err = count_queue(&c, &out->queues[i]);
    if (err == ERR_OK)
        err = look_ahead(&c, habits);
    if (err == ERR_OK)
        err = count_stations(&c);
    if (err != ERR_OK)
        return err;
    count_counters(&c);
    join_all(out);
    know_day(out, day);
    return ERR_OK;
}

void figures_count_free(struct figure_hall *hall)
{
    for (int i = 0; i < hall->queue_count; i++)
        spread_clear(&hall->queues[i].sum.wait);
    for (int i = 0; i < hall->agency_count; i++) {
        spread_clear(&hall->agencies[i].sum.wait);
        json_free(&hall->agencies[i].name);
    }
    spread_clear(&hall->sum.wait);
    free(hall->queues);
    free(hall->agencies);
    json_free(&hall->row);
    json_free(&hall->queue_rows);
    json_free(&hall->counter_rows);
    *hall = (struct figure_hall){0};
}
