/* core/hall/turn.c: see turn.h. */
#include "core/hall/turn.h"

#include <stdlib.h>

#include "core/base/log.h"
#include "core/hall/api_partner.h"
#include "core/hall/audit_check.h"
#include "core/hall/audit_reading.h"
#include "core/hall/bookkeeping.h"
#include "core/hall/calls.h"
#include "core/hall/clocks.h"
#include "core/hall/day.h"
#include "core/hall/event_waits.h"
#include "core/hall/figures.h"
#include "core/hall/forecasts.h"
#include "core/hall/imports.h"
#include "core/hall/indexing.h"
#include "core/hall/leases.h"
#include "core/hall/move_clock.h"
#include "core/hall/others.h"
#include "core/hall/person_overdue.h"
#include "core/hall/polls.h"
#include "core/hall/retention.h"
#include "core/hall/tokens.h"
#include "core/hall/training.h"
#include "core/hall/writer.h"

struct server_env hall_env(const struct hall *hall)
{
    return (struct server_env){
        .db = hall->db, .epoch = hall->epoch, .now_ms = hall->wall_ms, .mono_ms = hall->mono_ms};
}

enum { TURNED_MS = 1000 }; /* the wall clock against the monotonic one, from one look to the next */

/* Rows of counters tell wall time, so they are put right before anything of this turn reads them. */
void hall_clock_says(struct hall *hall, int64_t wall_ms, int64_t mono_ms)
{
    int64_t apart_ms = hall->wall_ms - hall->mono_ms;
    bool first = hall->session_ms == 0;
    hall->session_ms = first ? wall_ms : hall->session_ms + (mono_ms - hall->mono_ms);
    hall->mono_ms = mono_ms;
    hall->wall_ms = wall_ms;
    if (!first && llabs(wall_ms - mono_ms - apart_ms) >= TURNED_MS)
        leases_follow(hall);
}

void hall_look_at_clock(struct hall *hall)
{
    int64_t mono_ms = clock_mono_now_ms();
    int64_t wall_ms = clocks_wall_ms(hall->clocks, clock_wall_now_ms(), mono_ms);
    hall_clock_says(hall, training_wall_ms(hall->training, wall_ms, mono_ms), mono_ms);
}

/* --- opening --- */

static enum err know_hall(struct hall *hall, struct err_info *info)
{
    struct json *row = NULL;
    enum err err = store_hall(hall->db, &row);
    if (err == ERR_ABSENT)
        return err_set(info, ERR_ABSENT, "%s holds no hall yet. Make one with loketd init.",
                       db_path(hall->db));
    if (err != ERR_OK)
        return store_fail(hall->db, err, info);
    const struct json *name = json_get(row, "name");
    const char *zone = json_text_or(row, "timezone", "UTC");
    str_copy(hall->code, sizeof hall->code, json_text_or(row, "code", ""));
    str_copy(hall->name, sizeof hall->name, json_name_in(name, "en"));
    str_copy(hall->day, sizeof hall->day, json_text_or(row, "business_day", ""));
    which_hall_read(row, &hall->which);
    if (!zone_set(zone))
        err = err_set(info, ERR_INVALID, "The time zone %s is not known here. Install tzdata.", zone);
    json_free(&row);
    return err;
}

/* A training hall's day is played by one program. */
static enum err open_store(struct hall *hall, const char *data, bool practice, struct err_info *info)
{
    bool shared = db_is_address(data) && !practice;
    enum err err =
        shared ? store_open_shared(&hall->db, data, info) : store_open(&hall->db, data, false, info);
    if (err != ERR_OK)
        return err;
    err = store_boot(hall->db);
    if (err == ERR_OK)
        err = store_state(hall->db, &hall->state);
    if (err != ERR_OK)
        return store_fail(hall->db, err, info);
    hall->epoch = hall->state.epoch;
    return know_hall(hall, info);
}

/* A day that goes on tells another time than the computer. */
static enum err open_training(struct hall *hall, const char *data, struct err_info *info)
{
    enum err err = training_open(&hall->training, hall, data, info);
    if (err == ERR_OK)
        hall_look_at_clock(hall);
    return err;
}

static enum err unlock(struct hall *hall, const char *data, const char *folder, bool practice,
                       struct err_info *info)
{
    enum err err = open_store(hall, data, practice, info);
    if (err == ERR_OK)
        err = hasher_open(&hall->hasher, info);
    if (err != ERR_OK)
        return err;
    hall->practice = practice || hall->which.kind == HALL_TRAINING;
    hall->reads = reads_new(hall->db);
    hall->polls = polls_new();
    hall->event_waits = event_waits_new();
    hall->askers = askers_new();
    hall->audit_check = audit_check_new();
    hall->figures = figures_new();
    hall->writer = writer_new(hall);
    hall->leases = leases_new();
    hall->sign_ins = sign_ins_new();
    hall->admin_calls = admin_calls_new();
    hall->tokens = tokens_new();
    hall->clocks = clocks_new(hall);
    hall_look_at_clock(hall);
    if (db_is_address(data) && !practice)
        hall->others = others_new(hall);
    return practice ? open_training(hall, folder, info) : ERR_OK;
}

enum err hall_unlock(struct hall *hall, const char *data, bool practice, struct err_info *info)
{
    return unlock(hall, data, data, practice, info);
}

enum err hall_unlock_training(struct hall *hall, const char *store, const char *folder, struct err_info *info)
{
    return unlock(hall, store, folder, true, info);
}

/* What one of those who serve the hall does for all: when it is the first of them, from then on. */
static void wake_first(struct hall *hall)
{
    leases_restart(hall);
    retention_wake(hall);
    imports_wake(hall);
    indexing_wake(hall);
    audit_reading_wake(hall);
    day_follow(hall);
    clocks_follow(hall);
    moves_follow(hall);
}

enum err hall_wake(struct hall *hall, struct err_info *info)
{
    others_look(hall);
    if (others_first(hall))
        wake_first(hall);
    else
        leases_know(hall);
    writer_flush(hall->writer);
    return hall->fatal == ERR_OK ? ERR_OK : store_fail(hall->db, hall->fatal, info);
}

/* --- a turn --- */

static void tick(struct hall *hall)
{
    if (hall->mono_ms - hall->tick_ms < TURN_TICK_MS)
        return;
    hall->tick_ms = hall->mono_ms;
    leases_follow(hall);
    if (!others_first(hall))
        return;
    day_follow(hall);
    clocks_follow(hall);
    moves_follow(hall);
    forecasts_follow(hall);
    retention_follow(hall);
    person_overdue_follow(hall);
}

/* A file that could not even be opened anew when its disk failed: reading alone would not try it again, and whoever has no
 * session that can be read writes nothing. */
static void mend(struct hall *hall)
{
    if (hall->others)
        others_mend(hall);
    else if (db_failed(hall->db) && db_revive(hall->db) == ERR_OK &&
             store_state(hall->db, &hall->state) == ERR_OK)
        log_write(LOG_INFO, "%s: the disk is well again", db_path(hall->db));
}

void hall_end_turn(struct hall *hall, bool quiet)
{
    mend(hall);
    if (others_follow(hall))
        wake_first(hall);
    tick(hall);
    if (others_first(hall)) {
        imports_follow(hall);
        indexing_follow(hall);
        audit_reading_follow(hall);
        bookkeeping_follow(hall);
    }
    audit_check_follow(hall);
    training_follow(hall);
    bool wrote = writer_pending(hall->writer);
    if (wrote && leases_owed(hall))
        leases_follow(hall);
    writer_flush(hall->writer);
    polls_wake(hall);
    event_waits_wake(hall);
    writer_checkpoint(hall->writer, quiet && !wrote);
}

int hall_timeout_ms(const struct hall *hall)
{
    if (writer_pending(hall->writer) || audit_check_due(hall))
        return 0;
    if (others_first(hall) &&
        (imports_due(hall) || indexing_due(hall) || bookkeeping_due(hall) || audit_reading_due(hall)))
        return 0;
    int64_t left_ms = hall->tick_ms + TURN_TICK_MS - hall->mono_ms;
    int ms = left_ms > 0 ? (int)left_ms : 0, polls_ms = polls_timeout_ms(hall),
        waits_ms = event_waits_timeout_ms(hall);
    int training_ms = training_timeout_ms(hall), others_ms = others_timeout_ms(hall);
    ms = others_ms >= 0 && others_ms < ms ? others_ms : ms;
    ms = training_ms >= 0 && training_ms < ms ? training_ms : ms;
    ms = polls_ms >= 0 && polls_ms < ms ? polls_ms : ms;
    return waits_ms >= 0 && waits_ms < ms ? waits_ms : ms;
}

/* --- closing --- */

void hall_lock_up(struct hall *hall)
{
    hasher_close(&hall->hasher);
    sign_ins_free(&hall->sign_ins);
    admin_calls_free(&hall->admin_calls);
    polls_free(&hall->polls);
    event_waits_free(&hall->event_waits);
    askers_free(&hall->askers);
    audit_check_free(&hall->audit_check);
    figures_free(&hall->figures);
    writer_free(&hall->writer);
    leases_free(&hall->leases);
    tokens_free(&hall->tokens);
    training_free(&hall->training);
    others_free(&hall->others);
    clocks_free(&hall->clocks);
    reads_free(&hall->reads);
    if (hall->db && hall->fatal == ERR_OK && db_checkpoint(hall->db, 0) != ERR_OK)
        log_write(LOG_WARN, "%s: the log stays beside the file", db_path(hall->db));
    db_close(&hall->db);
    free(hall->openapi);
    hall->openapi = NULL;
}

enum err hall_ended(struct hall *hall, struct err_info *info)
{
    if (hall->fatal == ERR_CONFLICT)
        return err_set(info, ERR_CONFLICT,
                       "The hall's history was replaced under this process, so it ends. Start it again.");
    return hall->fatal == ERR_OK ? ERR_OK : store_fail(hall->db, hall->fatal, info);
}
