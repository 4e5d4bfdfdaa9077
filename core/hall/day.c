/* core/hall/day.c: see day.h. */
#include "core/hall/day.h"

#include <stdlib.h>

#include "core/base/log.h"
#include "core/command/uncalled.h"
#include "core/command/visit_row.h"
#include "core/hall/audit_heads.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"
#include "core/model/rule.h"
#include "core/model/ticket.h"

enum {
    TICKETS_MAX = 500, /* in one change of the hall */
    HOUR_MS = 60 * 60 * 1000,
    CALLED_MS = HOUR_MS, /* who was called so lately at midnight is on the way to the counter */
    TURNED_MS = HOUR_MS, /* a clock that is turned by less is followed at once */
    DOUBT_MS = HOUR_MS,
};

struct turn {
    struct hall *hall;
    char day[DATE_TEXT];
    int64_t now_ms;         /* by the clock that is believed: bookings */
    bool more;              /* tickets are left for another change */
    struct audit_head head; /* of the day that is over; rev 0: there was none */
};

static enum err turn_hall(struct tx *tx, const char *day)
{
    struct json *row = NULL;
    enum err err = store_hall(tx->db, &row);
    if (err == ERR_OK && !str_equal(json_text(row, "business_day"), day)) {
        json_set_text(row, "business_day", day);
        err = tx_put(tx, TABLE_HALL, json_text_or(row, "id", ""), row);
    }
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void stamp(struct json *row, enum ticket_event event, const char *at)
{
    struct json *stamps = json_edit(row, "stamps");
    if (!stamps) {
        stamps = json_new_array();
        json_set(row, "stamps", stamps);
    }
    struct json *line = json_new_object();
    json_set_text(line, "event", ticket_event_text(event));
    json_set_text(line, "at", at);
    json_set_text(line, "by", "system");
    json_add(stamps, line);
}

/* They left with their day, however much later the hall came to it. */
static int64_t left_ms(const struct json *ticket, int64_t now_ms)
{
    int64_t end_ms;
    return time_day_end(json_text(ticket, "day"), &end_ms) && end_ms < now_ms ? end_ms : now_ms;
}

static bool is_in(const struct json *ticket, enum ticket_state state)
{
    return str_equal(json_text(ticket, "state"), ticket_state_text(state));
}

/* Cancelled by the hall: there is nothing to undo, and nobody holds it any more. */
static void send_home(struct json *row)
{
    if (is_in(row, TICKET_CALLED))
        json_set_int(row, "gen", json_int(row, "gen", 0) + 1);
    json_set_text(row, "state", ticket_state_text(TICKET_CANCELLED));
    json_set_text(row, "outcome", ticket_outcome_text(TICKET_OUTCOME_LEFT));
}

/* Whoever was parked was served and did not come back: for a paper, so it is missing. The hold is no time of service. */
static void end_parked(struct json *row, int64_t end_ms)
{
    int64_t held_at_ms;
    bool paper = str_equal(json_text(row, "hold_reason"), "papers");
    if (time_parse(json_text_or(row, "held_at", ""), &held_at_ms) && end_ms > held_at_ms)
        json_set_int(row, "held_ms", json_int(row, "held_ms", 0) + end_ms - held_at_ms);
    json_set_null(row, "held_at");
    json_set_null(row, "held_until");
    json_set_null(row, "hold_reason");
    json_set_text(row, "state", ticket_state_text(TICKET_DONE));
    json_set_text(row, "outcome",
                  ticket_outcome_text(paper ? TICKET_OUTCOME_PAPERS_MISSING : TICKET_OUTCOME_LEFT));
}

/* By "system" in the stamps, under the rev of the audit's line of that day: whoever asks where the visit went is told. */
static enum err close_ticket(struct tx *tx, const struct json *ticket)
{
    char at[TIME_TEXT];
    struct json *row = json_copy(ticket);
    int64_t end_ms = left_ms(ticket, tx->now_ms);
    bool parked = is_in(ticket, TICKET_HELD);
    time_text(end_ms, at);
    if (parked)
        end_parked(row, end_ms);
    else
        send_home(row);
    json_set_text(row, "finished_at", at);
    json_set_null(row, "before");
    visit_close(row);
    stamp(row, parked ? TICKET_FINISH : TICKET_CANCEL, at);
    enum err err = tx_put(tx, TABLE_TICKET, json_text_or(row, "id", ""), row);
    if (err == ERR_OK)
        err = uncalled_end(tx, row);
    json_free(&row);
    return err;
}

static enum err old_tickets(struct db *db, const char *day, int64_t now_ms, struct json *rows)
{
    static const char sql[] =
        "SELECT row FROM tickets WHERE state = $1 AND day < $2 AND (called_at IS NULL OR called_at < $4)"
        " AND row NOT LIKE '%\"away\":\"%' LIMIT $3"; /* tickets_called; who went with a bus waits there */
    static const enum ticket_state states[] = {TICKET_WAITING, TICKET_CALLED, TICKET_HELD};
    enum err err = ERR_OK;
    char lately[TIME_TEXT];
    time_text(now_ms - CALLED_MS, lately);
    for (size_t i = 0; err == ERR_OK && i < sizeof states / sizeof *states; i++) {
        struct stmt *s = db_query(db, sql);
        db_bind_text(s, 1, ticket_state_text(states[i]));
        db_bind_text(s, 2, day);
        db_bind_int(s, 3, TICKETS_MAX);
        db_bind_text(s, 4, lately);
        err = rows_collect(s, rows);
    }
    return err;
}

static enum err put_arrival(struct tx *tx, const struct json *ticket, const char *at)
{
    struct json *row = json_copy(ticket);
    json_set_text(row, "arrived_at", at);
    enum err err = tx_put(tx, TABLE_TICKET, json_text_or(row, "id", ""), row);
    json_free(&row);
    return err;
}

/* A clock that went ahead by mistake brought bookings of a day to come, and was put back: they leave again. */
static enum err send_back(struct turn *turn, struct tx *tx)
{
    static const char sql[] = "SELECT row FROM tickets WHERE day > $1 AND state = 'waiting'"
                              " AND arrived_at > '' AND appointment_at > '' LIMIT $2"; /* tickets_number */
    struct json *rows = json_new_array();
    struct stmt *s = db_query(tx->db, sql);
    db_bind_text(s, 1, turn->day);
    db_bind_int(s, 2, TICKETS_MAX);
    enum err err = rows_collect(s, rows);
    turn->more = turn->more || json_count(rows) >= TICKETS_MAX;
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row))
        err = put_arrival(tx, row, NULL);
    json_free(&rows);
    return err;
}

static enum err write_turn(struct tx *tx, void *ctx)
{
    struct turn *turn = ctx;
    struct json *rows = json_new_array();
    enum err err = turn_hall(tx, turn->day);
    if (err == ERR_OK)
        err = old_tickets(tx->db, turn->day, tx->now_ms, rows);
    turn->more = json_count(rows) >= TICKETS_MAX;
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row))
        err = close_ticket(tx, row);
    json_free(&rows);
    return err == ERR_OK ? send_back(turn, tx) : err;
}

enum err day_turn(const struct server_env *env, const char *day)
{
    struct turn turn = {0};
    struct json *detail = json_new_object();
    enum err err;
    str_copy(turn.day, sizeof turn.day, day);
    json_set_text(detail, "day", day);
    do
        err = server_change(env, "hall.day", detail, write_turn, &turn);
    while (err == ERR_OK && turn.more);
    json_free(&detail);
    return err;
}

/* Before the new day's first line. */
static enum err close_day(const struct server_env *env, struct turn *turn)
{
    struct json *row = NULL;
    enum err err = store_hall(env->db, &row);
    const char *day = json_text_or(row, "business_day", "");
    if (err == ERR_OK && *day && !str_equal(day, turn->day))
        err = audit_heads_close(env, day, &turn->head);
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err run_turn(void *ctx, const struct server_env *env)
{
    struct turn *turn = ctx;
    enum err err = session_prune(env->db, turn->hall->session_ms);
    if (err == ERR_OK)
        err = close_day(env, turn);
    return err == ERR_OK ? day_turn(env, turn->day) : err;
}

/* Whoever keeps the log of this computer elsewhere keeps the heads there. */
static void log_turn(const struct turn *turn)
{
    if (turn->head.rev)
        log_write(LOG_INFO, "the audit of %s ended with line %lld %s", turn->head.day,
                  (long long)turn->head.rev, turn->head.hash);
    log_write(LOG_INFO, "the business day is %s", turn->day);
}

static void turn_done(void *ctx, enum err err)
{
    struct turn *turn = ctx;
    if (err == ERR_OK)
        log_turn(turn);
    else
        turn->hall->day[0] = '\0'; /* tried again */
    free(turn);
}

/* --- bookings of today --- */

/* Until somebody checks them in nobody knows whether they are there, so they come into their queues with their time and
 * not before. due: whose time has come; else who is there by a clock that was ahead and is not any more. */
static enum err due_bookings(struct db *db, const char *day, int64_t now_ms, bool due, int limit,
                             struct json *rows)
{
    static const char sql_due[] =
        "SELECT t.row FROM queues AS q JOIN tickets AS t ON t.queue = q.id WHERE t.state = 'waiting'"
        " AND t.appointment_at <= $2 AND t.arrived_at IS NULL AND t.day = $1 LIMIT $3"; /* tickets_booked */
    static const char sql_early[] = "SELECT t.row FROM queues AS q JOIN tickets AS t ON t.queue = q.id WHERE "
                                    "t.state = 'waiting'"
                                    " AND t.appointment_at > $2 AND t.arrived_at = t.appointment_at AND "
                                    "t.day = $1 LIMIT $3"; /* tickets_booked */
    char until[TIME_TEXT];
    struct stmt *s = db_query(db, due ? sql_due : sql_early);
    time_text(now_ms + RULE_CLOCK_LEAD_MS, until);
    db_bind_text(s, 1, day);
    db_bind_text(s, 2, until);
    db_bind_int(s, 3, limit);
    return rows_collect(s, rows);
}

static enum err write_bookings(struct tx *tx, void *ctx)
{
    struct turn *turn = ctx;
    enum err err = ERR_OK;
    turn->more = false;
    for (int due = 0; due < 2 && err == ERR_OK; due++) {
        struct json *rows = json_new_array();
        err = due_bookings(tx->db, turn->day, turn->now_ms, due, TICKETS_MAX, rows);
        turn->more = turn->more || json_count(rows) >= TICKETS_MAX;
        for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row))
            err = put_arrival(tx, row, due ? json_text(row, "appointment_at") : NULL);
        json_free(&rows);
    }
    return err;
}

static enum err any_due(struct db *db, const char *day, int64_t now_ms, bool *any)
{
    struct json *rows = json_new_array();
    enum err err = due_bookings(db, day, now_ms, true, 1, rows);
    if (err == ERR_OK && json_count(rows) == 0)
        err = due_bookings(db, day, now_ms, false, 1, rows);
    *any = json_count(rows) > 0;
    json_free(&rows);
    return err;
}

static enum err expect(const struct server_env *env, struct turn *turn)
{
    struct json *detail = json_new_object();
    enum err err;
    json_set_text(detail, "day", turn->day);
    do
        err = server_change(env, "hall.bookings", detail, write_bookings, turn);
    while (err == ERR_OK && turn->more);
    json_free(&detail);
    return err;
}

enum err day_expect(const struct server_env *env, const char *day)
{
    struct turn turn = {.now_ms = env->now_ms};
    bool any;
    str_copy(turn.day, sizeof turn.day, day);
    enum err err = any_due(env->db, day, env->now_ms, &any);
    return err == ERR_OK && any ? expect(env, &turn) : err;
}

static enum err run_expect(void *ctx, const struct server_env *env)
{
    return expect(env, ctx);
}

/* What could not be written is looked for again with the next look. */
static void expect_done(void *ctx, enum err err)
{
    (void)err;
    free(ctx);
}

static void bookings_follow(struct hall *hall, int64_t now_ms)
{
    bool any;
    if (any_due(hall->db, hall->day, now_ms, &any) != ERR_OK || !any)
        return;
    struct turn *turn = xcalloc(1, sizeof *turn);
    *turn = (struct turn){.hall = hall, .now_ms = now_ms};
    str_copy(turn->day, sizeof turn->day, hall->day);
    writer_add(hall->writer, run_expect, expect_done, turn);
}

/* --- the clock --- */

static bool is_doubted(struct hall *hall, int64_t expected_ms)
{
    struct day_clock *clock = &hall->day_clock;
    if (clock->wall_ms == 0 || llabs(hall->wall_ms - expected_ms) < TURNED_MS)
        return false;
    if (clock->doubted_ms == 0) {
        clock->doubted_ms = hall->mono_ms;
        log_write(
            LOG_WARN,
            "the clock was turned by %lld minutes: the day goes by the old one for an hour. Is it right?",
            (long long)(hall->wall_ms - expected_ms) / 60000);
    }
    return hall->mono_ms - clock->doubted_ms < DOUBT_MS;
}

/* The time that says which day it is. */
static int64_t believed_ms(struct hall *hall)
{
    int64_t expected_ms = hall->day_clock.wall_ms + (hall->mono_ms - hall->day_clock.mono_ms);
    if (is_doubted(hall, expected_ms))
        return expected_ms;
    hall->day_clock = (struct day_clock){.wall_ms = hall->wall_ms, .mono_ms = hall->mono_ms};
    return hall->wall_ms;
}

static void turn_to(struct hall *hall, const char *day)
{
    struct turn *turn = xcalloc(1, sizeof *turn);
    turn->hall = hall;
    str_copy(turn->day, sizeof turn->day, day);
    str_copy(hall->day, sizeof hall->day, day);
    writer_add(hall->writer, run_turn, turn_done, turn);
}

void day_follow(struct hall *hall)
{
    char today[DATE_TEXT];
    int64_t now_ms = believed_ms(hall);
    time_date(now_ms, today);
    if (!str_equal(today, hall->day))
        turn_to(hall, today);
    bookings_follow(hall, now_ms);
}
