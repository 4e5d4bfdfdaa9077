/* core/hall/clocks.c: see clocks.h. */
#include "core/hall/clocks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "core/command/legal.h"
#include "core/command/version.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"

enum {
    SLICE = 200,               /* applications looked at in one call: some 10 ms */
    SWEEP_MS = 10 * 60 * 1000, /* from the first again */
    LEAP_DAYS = 100,           /* more than this since the last record is doubted … */
    DOUBT_MS = 60 * 60 * 1000, /* … for so long */
    DAY_MS = 24 * 60 * 60 * 1000,
};

/* The states that a clock ends. Overdue ones are found by their date, returned ones are few. */
static const struct phase {
    const char *state, *sql;
} phases[] = {
    {"complete", "SELECT row FROM cases WHERE state = $1 AND due_at < $2 AND (due_at, id) > ($3, $4)"
                 " ORDER BY due_at, id LIMIT $5"}, /* cases_due */
    {"in_review", "SELECT row FROM cases WHERE state = $1 AND due_at < $2 AND (due_at, id) > ($3, $4)"
                  " ORDER BY due_at, id LIMIT $5"}, /* cases_due */
    /* cases_due by its first column; the dull expression keeps the primary key, which has every case, out of it */
    {"returned", "SELECT row FROM cases WHERE state = $1 AND $2 <> '' AND $3 <> '-' AND id || '' > $4"
                 " ORDER BY id || '' LIMIT $5"},
};
enum { PHASES = sizeof phases / sizeof *phases };

struct clocks {
    int64_t made_ms;                 /* the hall's first record */
    int64_t known_ms, known_mono_ms; /* the hall's time when it was last right */
    int64_t doubt_until_ms;          /* monotonic */
    bool told;                       /* that the clock is not believed */
    /* the sweep */
    int phase; /* PHASES: done until again_ms or another day */
    char due[TIME_TEXT], id[64], day[DATE_TEXT];
    int64_t again_ms; /* monotonic */
};

/* --- the hall's time --- */

static int64_t recorded_ms(struct db *db, const char *sql)
{
    int64_t ms = 0;
    struct stmt *s = db_query(db, sql);
    if (db_step(s) != ERR_OK || !db_text(s, 0) || !time_parse(db_text(s, 0), &ms))
        ms = 0;
    db_done(s);
    return ms;
}

struct clocks *clocks_new(struct hall *hall)
{
    static const char first[] = "SELECT at_ FROM audit ORDER BY rev LIMIT 1",
                      last[] = "SELECT at_ FROM audit ORDER BY rev DESC LIMIT 1"; /* primary key */
    struct clocks *clocks = xcalloc(1, sizeof *clocks);
    clocks->made_ms = recorded_ms(hall->db, first);
    clocks->known_ms = recorded_ms(hall->db, last);
    clocks->known_mono_ms = clock_mono_now_ms();
    return clocks;
}

void clocks_free(struct clocks **clocks)
{
    free(*clocks);
    *clocks = NULL;
}

static void doubt(struct clocks *clocks, int64_t gone_ms, int64_t mono_ms)
{
    if (!clocks->known_ms || gone_ms < LEAP_DAYS * (int64_t)DAY_MS)
        return;
    clocks->doubt_until_ms = mono_ms + DOUBT_MS;
    log_write(LOG_WARN,
              "the clock has gone on by %" PRId64
              " days since the last record: no application is granted and none "
              "lapses by it for an hour. Is it right?",
              gone_ms / DAY_MS);
}

int64_t clocks_wall_ms(struct clocks *clocks, int64_t wall_ms, int64_t mono_ms)
{
    if (!clocks)
        return wall_ms;
    int64_t expected_ms = clocks->known_ms + (mono_ms - clocks->known_mono_ms);
    if (wall_ms < clocks->made_ms) {
        if (!clocks->told)
            log_write(LOG_WARN,
                      "the clock stands before this hall was made and is not believed: set it right");
        clocks->told = true;
        return expected_ms;
    }
    doubt(clocks, wall_ms - expected_ms, mono_ms);
    clocks->told = false;
    clocks->known_ms = wall_ms;
    clocks->known_mono_ms = mono_ms;
    return wall_ms;
}

/* --- what is due --- */

struct due {
    struct json *cases; /* [{"case","type"}] */
};

/* Services are large and few: whether one is deemed granted is asked once a slice. */
static enum err event_of(struct hall *hall, const struct json *row, struct json *services,
                         enum legal_event *event)
{
    char *id = xasprintf("%s@%" PRId64, json_text_or(row, "service", ""), json_int(row, "form_version", 0));
    enum err err = ERR_OK;
    if (!json_get(services, id)) {
        struct json *service = NULL;
        bool gone;
        err = version_of_case(hall->db, row, &service, &gone);
        json_set(services, id, service ? service : json_new_null());
    }
    *event = legal_due(row, json_get(services, id), hall->wall_ms);
    free(id);
    return err;
}

static enum err note_due(struct hall *hall, const struct json *rows, struct json *cases)
{
    struct json *services = json_new_object();
    enum err err = ERR_OK;
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        enum legal_event event;
        err = event_of(hall, row, services, &event);
        if (err != ERR_OK || event == LEGAL_NONE)
            continue;
        struct json *due = json_new_object();
        json_set_text(due, "case", json_text(row, "id"));
        json_set_text(due, "type", legal_type(event));
        json_add(cases, due);
    }
    json_free(&services);
    return err;
}

static enum err read_slice(struct hall *hall, struct json *rows)
{
    const struct clocks *clocks = hall->clocks;
    char now[TIME_TEXT];
    time_text(hall->wall_ms, now);
    struct stmt *s = db_query(hall->db, phases[clocks->phase].sql);
    db_bind_text(s, 1, phases[clocks->phase].state);
    db_bind_text(s, 2, now);
    db_bind_text(s, 3, clocks->due);
    db_bind_text(s, 4, clocks->id);
    db_bind_int(s, 5, SLICE);
    return rows_collect(s, rows);
}

static void move_on(struct clocks *clocks, const struct json *rows)
{
    size_t count = json_count(rows);
    const struct json *last = count == SLICE ? json_at(rows, count - 1) : NULL;
    clocks->phase += !last;
    if (!str_copy(clocks->due, sizeof clocks->due, json_text_or(last, "due_at", "")) ||
        !str_copy(clocks->id, sizeof clocks->id, json_text_or(last, "id", "")))
        clocks->phase = PHASES;
}

/* --- the writes --- */

static enum err write_case(struct tx *tx, void *ctx)
{
    (void)ctx;
    return legal_apply(tx);
}

/* Each in a change of its own; one that fails is left as it is and does not keep the others waiting. */
static enum err apply(const struct server_env *env, const struct json *due)
{
    struct json *body = json_new_object();
    enum err err = db_savepoint(env->db);
    if (err == ERR_OK) {
        json_set_text(body, "case", json_text(due, "case"));
        err = server_change(env, json_text_or(due, "type", ""), body, write_case, NULL);
        if (err == ERR_OK) {
            err = db_release(env->db);
        } else if (!store_broken(err)) {
            log_write(LOG_ERROR, "%s of application %s failed: %s", json_text_or(due, "type", ""),
                      json_text_or(due, "case", ""), err_text(err));
            db_rollback_to(env->db);
            err = ERR_OK;
        }
    }
    json_free(&body);
    return err;
}

static enum err run_due(void *ctx, const struct server_env *env)
{
    struct due *due = ctx;
    enum err err = ERR_OK;
    for (const struct json *one = json_first(due->cases); one && err == ERR_OK; one = json_next(one))
        err = apply(env, one);
    return err;
}

static void due_done(void *ctx, enum err err)
{
    struct due *due = ctx;
    if (err == ERR_OK)
        log_write(LOG_INFO, "%zu applications were granted or lapsed by the clock", json_count(due->cases));
    json_free(&due->cases); /* what failed is found again by the next sweep */
    free(due);
}

/* --- the sweep --- */

static bool begins(struct hall *hall)
{
    struct clocks *clocks = hall->clocks;
    char today[DATE_TEXT];
    time_date(hall->wall_ms, today);
    bool again =
        !str_equal(clocks->day, today) || (clocks->phase == PHASES && hall->mono_ms >= clocks->again_ms);
    if (!again)
        return clocks->phase < PHASES;
    str_copy(clocks->day, sizeof clocks->day, today);
    clocks->again_ms = hall->mono_ms + SWEEP_MS;
    clocks->phase = 0;
    clocks->due[0] = clocks->id[0] = '\0';
    return true;
}

/* Granting is the home's: a bus has a copy of the application, and comes back. */
static bool may_write(const struct hall *hall)
{
    return !hall->full && !hall->state.mobile && hall->mono_ms >= hall->clocks->doubt_until_ms;
}

void clocks_follow(struct hall *hall)
{
    if (!may_write(hall) || !begins(hall))
        return;
    struct due *due = xcalloc(1, sizeof *due);
    due->cases = json_new_array();
    enum err err = ERR_OK;
    for (int looked = 0; err == ERR_OK && looked < SLICE && hall->clocks->phase < PHASES;) {
        struct json *rows = json_new_array();
        err = read_slice(hall, rows);
        if (err == ERR_OK)
            err = note_due(hall, rows, due->cases);
        looked += (int)json_count(rows);
        move_on(hall->clocks, rows);
        json_free(&rows);
    }
    if (json_count(due->cases) > 0) {
        writer_add(hall->writer, run_due, due_done, due);
        return;
    }
    json_free(&due->cases);
    free(due);
}
