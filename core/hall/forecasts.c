/* core/hall/forecasts.c: see forecasts.h. */
#include "core/hall/forecasts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/command/hour_rows.h"
#include "core/hall/inside.h"
#include "core/hall/level_notes.h"
#include "core/hall/writer.h"

enum {
    SECOND_MS = 1000,
    MIN_MS = 60 * 1000,
    NOT_COMPARED = -1,
    OPEN_MAX = 4000,
    CAME_MAX = 60,
    COUNTED_MAX = 5000
};
static const int64_t day_ms = 24 * 60 * (int64_t)MIN_MS;

enum err forecasts_create(struct db *db)
{
    /* seconds; fact NULL: not known yet, -1: nobody came to compare with */
    return db_script(
        db,
        "CREATE TABLE forecast (day TEXT NOT NULL, queue TEXT NOT NULL, at_ TEXT NOT NULL, low BIGINT NOT "
        "NULL,"
        " expected BIGINT NOT NULL, high BIGINT NOT NULL, waiting BIGINT NOT NULL, fact BIGINT,"
        " PRIMARY KEY (queue, day, at_));"
        "CREATE INDEX forecast_day ON forecast (day, fact);"
        "CREATE TABLE advice (id TEXT PRIMARY KEY, day TEXT NOT NULL, at_ TEXT NOT NULL, by_ TEXT NOT NULL,"
        " counter TEXT NOT NULL, queue TEXT NOT NULL, beside BIGINT NOT NULL, until_ TEXT NOT NULL,"
        " taken BIGINT NOT NULL, reason TEXT NOT NULL, before_ BIGINT NOT NULL, after_ BIGINT NOT NULL,"
        " cost_queue TEXT NOT NULL, cost_before BIGINT NOT NULL, cost_after BIGINT NOT NULL, fact BIGINT,"
        " cost_fact BIGINT);"
        "CREATE INDEX advice_day ON advice (day, at_);"
        "CREATE INDEX advice_queue ON advice (queue, day);");
}

/* --- what is foreseen --- */

static enum err note_queue(struct db *db, const char *day, const char *at, const struct hour *hour, int queue,
                           const struct hour_queue_run *run)
{
    static const char sql[] =
        "INSERT INTO forecast (day, queue, at_, low, expected, high, waiting, fact)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, NULL) ON CONFLICT (queue, day, at_) DO NOTHING";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, day);
    db_bind_text(s, 2, hour->queues[queue].id);
    db_bind_text(s, 3, at);
    db_bind_int(s, 4, run->newcomer_low_ms / SECOND_MS);
    db_bind_int(s, 5, run->newcomer_ms / SECOND_MS);
    db_bind_int(s, 6, run->newcomer_high_ms / SECOND_MS);
    db_bind_int(s, 7, run->steps[0]);
    return db_run(s);
}

enum err forecasts_note(struct db *db, const char *day, int64_t now_ms)
{
    struct hour_hall hall;
    struct hour_run run;
    char at[TIME_TEXT];
    enum err err = hour_rows(db, now_ms, NULL, &hall);
    if (err != ERR_OK)
        return err;
    time_text(now_ms, at);
    hour_run(&hall.hour, HOUR_MIN, &run);
    for (int q = 0; q < run.queue_count && err == ERR_OK; q++)
        if (run.queues[q].newcomer_ms >= 0) /* else nobody could say */
            err = note_queue(db, day, at, &hall.hour, q, &run.queues[q]);
    hour_run_free(&run);
    hour_hall_free(&hall);
    return err;
}

/* --- what came --- */

struct came {
    char arrived[TIME_TEXT];
    int64_t wait_s; /* NOT_COMPARED: is not called yet */
};

/* One service, no class, no booking, nobody's choice of place. */
static bool is_ordinary(const struct json *ticket)
{
    return !json_count(json_get(ticket, "stops")) && json_int(ticket, "priority_class", 0) <= 0 &&
           str_empty(json_text(ticket, "appointment_at")) && str_empty(json_text(ticket, "place_at"));
}

static int64_t ms_of(const char *text)
{
    int64_t ms;
    return text && time_parse(text, &ms) ? ms : -1;
}

/* Who gave up before the call tells nothing; who waits still may tell something later. */
static bool tells(const struct json *ticket, struct came *came)
{
    int64_t arrived_ms = ms_of(json_text(ticket, "arrived_at")),
            called_ms = ms_of(json_text(ticket, "called_at"));
    bool waits = str_equal(json_text(ticket, "state"), "waiting");
    if (arrived_ms < 0 || !is_ordinary(ticket) || (!waits && called_ms < 0))
        return false;
    str_copy(came->arrived, sizeof came->arrived, json_text(ticket, "arrived_at"));
    came->wait_s = waits || called_ms < arrived_ms ? NOT_COMPARED : (called_ms - arrived_ms) / SECOND_MS;
    return true;
}

/* The first who came in the quarter; *any false: nobody did who tells anything. */
static enum err first_came(struct db *db, const char *queue, const char *from, const char *to,
                           struct came *first, bool *any)
{
    static const char sql[] =
        "SELECT row FROM tickets WHERE queue = $1 AND state IN ('waiting', 'called', 'serving',"
        " 'held', 'done', 'no_show') AND arrived_at >= $2 AND arrived_at < $3"
        " LIMIT $4"; /* tickets_arrival */
    struct json *rows = json_new_array();
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, to);
    db_bind_int(s, 4, CAME_MAX);
    enum err err = rows_collect(s, rows);
    *any = false;
    for (const struct json *ticket = json_first(rows); ticket; ticket = json_next(ticket)) {
        struct came came;
        if (!tells(ticket, &came) || (*any && strcmp(first->arrived, came.arrived) <= 0))
            continue;
        *first = came;
        *any = true;
    }
    json_free(&rows);
    return err;
}

struct open_forecast {
    char queue[64], at[TIME_TEXT];
};

static enum err open_forecasts(struct db *db, const char *day, struct open_forecast *list, int *count)
{
    static const char sql[] =
        "SELECT queue, at_ FROM forecast WHERE day = $1 AND fact IS NULL LIMIT $2"; /* forecast_day */
    struct stmt *s = db_query(db, sql);
    enum err err;
    db_bind_text(s, 1, day);
    db_bind_int(s, 2, OPEN_MAX);
    *count = 0;
    while ((err = db_step(s)) == ERR_OK && *count < OPEN_MAX) {
        str_copy(list[*count].queue, sizeof list->queue, db_text(s, 0));
        str_copy(list[(*count)++].at, sizeof list->at, db_text(s, 1));
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err learn_one(struct db *db, const char *day, const struct open_forecast *open, int64_t now_ms)
{
    static const char sql[] = "UPDATE forecast SET fact = $1 WHERE day = $2 AND queue = $3 AND at_ = $4";
    struct came first;
    bool any;
    char until[TIME_TEXT];
    int64_t until_ms = ms_of(open->at) + FORECAST_EVERY_MS;
    if (until_ms > now_ms)
        return ERR_OK;
    time_text(until_ms, until);
    enum err err = first_came(db, open->queue, open->at, until, &first, &any);
    if (err != ERR_OK || (any && first.wait_s == NOT_COMPARED))
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, any ? first.wait_s : NOT_COMPARED);
    db_bind_text(s, 2, day);
    db_bind_text(s, 3, open->queue);
    db_bind_text(s, 4, open->at);
    return db_run(s);
}

/* --- advice --- */

static int64_t seconds(const struct json *advice, const char *name)
{
    return json_int(advice, name, 0) * 60;
}

enum err advice_note(struct db *db, const struct command *command, const char *by, const char *day,
                     int64_t now_ms)
{
    static const char sql[] = "INSERT INTO advice (id, day, at_, by_, counter, queue, beside, until_, taken, "
                              "reason, before_, after_, cost_queue,"
                              " cost_before, cost_after, fact, cost_fact) VALUES ($1, $2, $3, $4, $5, $6, "
                              "$7, $8, $9, $10, $11, $12, $13,"
                              " $14, $15, NULL, NULL) ON CONFLICT (id) DO NOTHING";
    const struct json *advice = json_get(command->body, "advice");
    char at[TIME_TEXT];
    struct stmt *s = db_query(db, sql);
    time_text(now_ms, at);
    db_bind_text(s, 1, command->id);
    db_bind_text(s, 2, day);
    db_bind_text(s, 3, at);
    db_bind_text(s, 4, by);
    db_bind_text(s, 5, json_text_or(advice, "counter", ""));
    db_bind_text(s, 6, json_text_or(advice, "queue", ""));
    db_bind_int(s, 7, json_bool(advice, "beside", false));
    db_bind_text(s, 8, json_text_or(advice, "until", ""));
    db_bind_int(s, 9, json_bool(command->body, "taken", false));
    db_bind_text(s, 10, json_text_or(command->body, "reason", ""));
    db_bind_int(s, 11, seconds(advice, "longest_before_min"));
    db_bind_int(s, 12, seconds(advice, "longest_after_min"));
    db_bind_text(s, 13, json_text_or(advice, "cost_queue", ""));
    db_bind_int(s, 14, seconds(advice, "cost_before_min"));
    db_bind_int(s, 15, seconds(advice, "cost_after_min"));
    return db_run(s);
}

/* The longest wait of those who were called between the two times, or waited at the second: as hour_run counts it. */
static enum err longest_wait(struct db *db, const char *queue, int64_t from_ms, int64_t to_ms,
                             int64_t *longest_s)
{
    static const char sql[] =
        "SELECT arrived_at, called_at FROM tickets WHERE queue = $1 AND state IN ('waiting', 'called', "
        "'serving', 'held',"
        " 'done', 'no_show') AND arrived_at > $2 AND arrived_at < $3 LIMIT $4"; /* tickets_arrival */
    char day[TIME_TEXT], to[TIME_TEXT];
    struct stmt *s = db_query(db, sql);
    enum err err;
    time_text(time_day_start(from_ms), day);
    time_text(to_ms, to);
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, day);
    db_bind_text(s, 3, to);
    db_bind_int(s, 4, COUNTED_MAX);
    *longest_s = 0;
    while ((err = db_step(s)) == ERR_OK) {
        int64_t arrived_ms = ms_of(db_text(s, 0)), called_ms = ms_of(db_text(s, 1));
        if (called_ms >= 0 && called_ms < from_ms)
            continue;
        int64_t wait_s = ((called_ms >= 0 && called_ms < to_ms ? called_ms : to_ms) - arrived_ms) / SECOND_MS;
        *longest_s = wait_s > *longest_s ? wait_s : *longest_s;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err measure(struct db *db, const struct json *one)
{
    static const char sql[] = "UPDATE advice SET fact = $1, cost_fact = $2 WHERE id = $3";
    int64_t at_ms = ms_of(json_text(one, "at")), fact = 0, cost = 0;
    const char *cost_queue = json_text_or(one, "cost_queue", "");
    enum err err = longest_wait(db, json_text_or(one, "queue", ""), at_ms, at_ms + ADVICE_MEASURED_MS, &fact);
    if (err == ERR_OK && *cost_queue)
        err = longest_wait(db, cost_queue, at_ms, at_ms + ADVICE_MEASURED_MS, &cost);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, fact);
    if (*cost_queue)
        db_bind_int(s, 2, cost);
    else
        db_bind_null(s, 2);
    db_bind_text(s, 3, json_text_or(one, "id", ""));
    return db_run(s);
}

static enum err measure_all(struct db *db, const char *day, int64_t now_ms)
{
    static const char sql[] = "SELECT id, at_, queue, cost_queue FROM advice WHERE day = $1 AND at_ <= $2"
                              " AND fact IS NULL LIMIT $3"; /* advice_day */
    char before[TIME_TEXT];
    struct json *open = json_new_array();
    struct stmt *s = db_query(db, sql);
    enum err err;
    time_text(now_ms - ADVICE_MEASURED_MS, before);
    db_bind_text(s, 1, day);
    db_bind_text(s, 2, before);
    db_bind_int(s, 3, OPEN_MAX);
    while ((err = db_step(s)) == ERR_OK) {
        struct json *one = json_new_object();
        json_set_text(one, "id", db_text(s, 0));
        json_set_text(one, "at", db_text(s, 1));
        json_set_text(one, "queue", db_text(s, 2));
        json_set_text(one, "cost_queue", db_text(s, 3));
        json_add(open, one);
    }
    db_done(s);
    err = err == ERR_ABSENT ? ERR_OK : err;
    for (const struct json *one = json_first(open); one && err == ERR_OK; one = json_next(one))
        err = measure(db, one);
    json_free(&open);
    return err;
}

enum err forecasts_learn(struct db *db, const char *day, int64_t now_ms)
{
    struct open_forecast *list = xcalloc(OPEN_MAX, sizeof *list);
    int count;
    enum err err = open_forecasts(db, day, list, &count);
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = learn_one(db, day, &list[i], now_ms);
    free(list);
    return err == ERR_OK ? measure_all(db, day, now_ms) : err;
}

enum err forecasts_forget(struct db *db, int64_t now_ms)
{
    static const char sql_forecasts[] = "DELETE FROM forecast WHERE day < $1",
                      sql_advice[] = "DELETE FROM advice WHERE day < $1";
    char day[DATE_TEXT];
    time_date(now_ms - FORECAST_KEPT_DAYS * day_ms, day);
    struct stmt *s = db_query(db, sql_forecasts);
    db_bind_text(s, 1, day);
    enum err err = db_run(s);
    if (err != ERR_OK)
        return err;
    s = db_query(db, sql_advice);
    db_bind_text(s, 1, day);
    return db_run(s);
}

/* --- by the clock --- */

static enum err write_quarter(void *ctx, const struct server_env *env)
{
    const struct hall *hall = ctx;
    enum err err = forecasts_learn(env->db, hall->day, env->now_ms);
    if (err == ERR_OK)
        err = forecasts_note(env->db, hall->day, env->now_ms);
    if (err == ERR_OK)
        err = level_notes_take(env->db, hall->day, env->now_ms);
    if (err == ERR_OK)
        err = level_notes_forget(env->db, env->now_ms);
    return err == ERR_OK ? forecasts_forget(env->db, env->now_ms) : err;
}

static void quarter_done(void *ctx, enum err err)
{
    (void)ctx;
    if (err != ERR_OK)
        log_write(LOG_WARN, "what is foreseen could not be noted: %s", err_text(err));
}

/* A quarter that was missed is passed over: a forecast of what is over would be none. */
void forecasts_follow(struct hall *hall)
{
    int64_t quarter = hall->wall_ms / FORECAST_EVERY_MS;
    if (hall->full || quarter == hall->forecast_quarter)
        return;
    bool first = hall->forecast_quarter == 0; /* the program has just started: in the middle of one */
    hall->forecast_quarter = quarter;
    if (!first)
        writer_add(hall->writer, write_quarter, quarter_done, hall);
}

/* --- the report --- */

struct trust {
    int64_t forecasts, compared, error_s, bias_s, within;
    int64_t advice, taken, refused, measured, advice_error_s, taken_measured, gain_said_s, gain_came_s;
};

static enum err read_forecasts(struct db *db, const char *queue, const char *from, const char *to,
                               struct trust *t)
{
    static const char sql[] = "SELECT low, expected, high, fact FROM forecast WHERE day >= $1 AND day <= $2"
                              " AND queue = $3"; /* its primary key */
    struct stmt *s = db_query(db, sql);
    enum err err;
    db_bind_text(s, 1, from);
    db_bind_text(s, 2, to);
    db_bind_text(s, 3, queue);
    while ((err = db_step(s)) == ERR_OK) {
        int64_t low = db_int(s, 0), expected = db_int(s, 1), high = db_int(s, 2), fact = db_int(s, 3);
        t->forecasts++;
        if (db_is_null(s, 3) || fact == NOT_COMPARED)
            continue;
        t->compared++;
        t->error_s += llabs(fact - expected);
        t->bias_s += fact - expected;
        t->within += fact >= low && fact <= high;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err read_advice(struct db *db, const char *queue, const char *from, const char *to,
                            struct trust *t)
{
    static const char sql[] = "SELECT taken, before_, after_, fact FROM advice WHERE day >= $1 AND day <= $2"
                              " AND queue = $3"; /* advice_queue */
    struct stmt *s = db_query(db, sql);
    enum err err;
    db_bind_text(s, 1, from);
    db_bind_text(s, 2, to);
    db_bind_text(s, 3, queue);
    while ((err = db_step(s)) == ERR_OK) {
        int64_t taken = db_int(s, 0), before = db_int(s, 1), after = db_int(s, 2), fact = db_int(s, 3);
        t->advice++;
        t->taken += taken;
        t->refused += !taken;
        if (db_is_null(s, 3))
            continue;
        t->measured++;
        t->advice_error_s += llabs(fact - (taken ? after : before));
        if (!taken)
            continue;
        t->taken_measured++;
        t->gain_said_s += before - after;
        t->gain_came_s += before - fact;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static struct json *mean_min(int64_t sum_s, int64_t count)
{
    return count ? json_new_number(round((double)sum_s / (double)count / 6) / 10) : json_new_null();
}

static struct json *share_percent(int64_t part, int64_t whole)
{
    return whole ? json_new_number(round(1000.0 * (double)part / (double)whole) / 10) : json_new_null();
}

#define FIGURES(X)                                                  \
    X("forecasts", json_new_int(t->forecasts))                      \
    X("compared", json_new_int(t->compared))                        \
    X("error_mean_min", mean_min(t->error_s, t->compared))          \
    X("bias_min", mean_min(t->bias_s, t->compared))                 \
    X("within_percent", share_percent(t->within, t->compared))      \
    X("advice", json_new_int(t->advice))                            \
    X("taken", json_new_int(t->taken))                              \
    X("refused", json_new_int(t->refused))                          \
    X("measured", json_new_int(t->measured))                        \
    X("advice_error_min", mean_min(t->advice_error_s, t->measured)) \
    X("gain_said_min", mean_min(t->gain_said_s, t->taken_measured)) \
    X("gain_came_min", mean_min(t->gain_came_s, t->taken_measured))

static void put_figure(struct json *line, const char *name, const char *after, struct json *value)
{
    char whole[48];
    str_format(whole, sizeof whole, "%s%s", name, after);
    json_set(line, whole, value);
}

static void put_figures(struct json *line, const struct trust *t, const char *after)
{
#define X(name, value) put_figure(line, name, after, value);
    FIGURES(X)
#undef X
}

static void name_columns(struct json *names, bool compare)
{
    static const char *const figures[] = {
#define X(name, value) name, name "_before",
        FIGURES(X)
#undef X
    };
    json_add_text(names, "queue");
    json_add_text(names, "name");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i += compare ? 1 : 2)
        json_add_text(names, figures[i]);
}

static enum err read_trust(struct db *db, const char *queue, const char *from, const char *to,
                           struct trust *trust)
{
    enum err err = read_forecasts(db, queue, from, to, trust);
    return err == ERR_OK ? read_advice(db, queue, from, to, trust) : err;
}

static bool is_asked(const struct json *queue, const struct report_ask *ask)
{
    const char *agency = json_text(queue, "agency");
    return (str_empty(ask->queue) || str_equal(ask->queue, json_text(queue, "id"))) &&
           (str_empty(ask->agency) || str_equal(ask->agency, agency)) &&
           (str_empty(ask->within) || str_equal(ask->within, agency)) && str_empty(ask->service);
}

static struct json *report_line(const struct json *queue, const char *lang)
{
    struct json *line = json_new_object();
    json_set_text(line, "queue", json_text(queue, "id"));
    json_set_text(line, "name", json_name_in(json_get(queue, "name"), str_empty(lang) ? "en" : lang));
    return line;
}

enum err forecasts_report(struct db *db, const struct report_ask *ask, const char *before_from,
                          const char *before_to, struct json *names, struct json *rows)
{
    static const char sql[] = "SELECT row, id FROM queues ORDER BY id LIMIT $1"; /* primary key */
    struct json *queues = json_new_array();
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, HOUR_QUEUES_MAX);
    enum err err = rows_collect(s, queues);
    name_columns(names, before_from != NULL);
    for (const struct json *queue = json_first(queues); queue && err == ERR_OK; queue = json_next(queue)) {
        struct trust now = {0}, before = {0};
        const char *id = json_text_or(queue, "id", "");
        if (!is_asked(queue, ask))
            continue;
        err = read_trust(db, id, ask->from, ask->to, &now);
        if (err == ERR_OK && before_from)
            err = read_trust(db, id, before_from, before_to, &before);
        if (err != ERR_OK || !(now.forecasts || now.advice || before.forecasts || before.advice))
            continue;
        struct json *line = report_line(queue, ask->lang);
        put_figures(line, &now, "");
        if (before_from)
            put_figures(line, &before, "_before");
        json_add(rows, line);
    }
    json_free(&queues);
    return err;
}
