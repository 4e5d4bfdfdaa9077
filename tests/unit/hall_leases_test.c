/* tests/unit/hall_leases_test.c: a poll renews a lease in memory; the counter's row follows now and then. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "core/model/counter.h"
#include "core/model/role.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

static const int64_t start_ms = 1790000000000; /* wall; the monotonic clock starts at 0 */

static enum err put_counters(struct tx *tx, void *ctx)
{
    static const char *const rows[][2] = {
        {"c1", "{\"name\":\"1\",\"state\":\"open\",\"user\":\"u1\",\"fence\":1}"},
        {"c2", "{\"name\":\"2\",\"state\":\"closed\",\"user\":null,\"fence\":1}"},
    };
    enum err err = ERR_OK;
    (void)ctx;
    for (size_t i = 0; err == ERR_OK && i < sizeof rows / sizeof *rows; i++) {
        struct json *row = NULL;
        err = json_parse(rows[i][1], strlen(rows[i][1]), &row, NULL);
        if (err == ERR_OK)
            err = tx_put(tx, TABLE_COUNTER, rows[i][0], row);
        json_free(&row);
    }
    return err;
}

static void open_hall(struct hall *hall)
{
    struct err_info info = {0};
    char *folder = xasprintf("%s/leases%p", test_folder(), (void *)hall);
    *hall = (struct hall){.epoch = 1, .wall_ms = start_ms};
    REQUIRE(store_open(&hall->db, folder, true, &info) == ERR_OK);
    free(folder);
    hall->writer = writer_new(hall);
    hall->leases = leases_new();
    struct server_env env = hall_env(hall);
    REQUIRE(db_begin(hall->db) == ERR_OK);
    CHECK(server_change(&env, "test", NULL, put_counters, NULL) == ERR_OK);
    REQUIRE(db_commit(hall->db) == ERR_OK);
    CHECK(store_state(hall->db, &hall->state) == ERR_OK);
}

static void close_hall(struct hall *hall)
{
    leases_free(&hall->leases);
    writer_free(&hall->writer);
    db_close(&hall->db);
}

/* What is left of the counter's lease, by its row; -1: the row names none. */
static int64_t left_ms(struct hall *hall, const char *counter)
{
    struct json *row = NULL;
    int64_t until = -1;
    CHECK(row_get(hall->db, TABLE_COUNTER, counter, &row) == ERR_OK);
    bool named = time_parse(json_text_or(row, "lease_until", ""), &until);
    json_free(&row);
    return named ? until - hall->wall_ms : -1;
}

static void at(struct hall *hall, int64_t mono_ms)
{
    hall->mono_ms = mono_ms;
    hall->wall_ms = start_ms + mono_ms;
}

static void follow(struct hall *hall)
{
    leases_follow(hall);
    writer_flush(hall->writer);
}

TEST(leases_restart_gives_a_full_period)
{
    struct hall hall;
    open_hall(&hall);
    leases_restart(&hall);
    writer_flush(hall.writer);
    CHECK_INT(left_ms(&hall, "c1"), COUNTER_LEASE_MS);
    CHECK_INT(left_ms(&hall, "c2"), -1);
    close_hall(&hall);
}

TEST(leases_polls_cost_no_commit)
{
    struct hall hall;
    open_hall(&hall);
    leases_restart(&hall);
    writer_flush(hall.writer);
    int64_t rev = hall.state.rev;
    for (int64_t ms = 1000; ms < COUNTER_LEASE_MS / 2; ms += 1000) {
        at(&hall, ms);
        leases_heard(hall.leases, "u1", ms);
        follow(&hall);
    }
    CHECK_INT(hall.state.rev, rev); /* the row is less than half a lease behind */
    at(&hall, COUNTER_LEASE_MS / 2);
    leases_heard(hall.leases, "u1", hall.mono_ms);
    follow(&hall);
    CHECK_INT(hall.state.rev, rev + 1);
    CHECK_INT(left_ms(&hall, "c1"), COUNTER_LEASE_MS);
    close_hall(&hall);
}

TEST(leases_run_out_when_nothing_is_heard)
{
    struct hall hall;
    open_hall(&hall);
    leases_restart(&hall);
    writer_flush(hall.writer);
    leases_heard(hall.leases, "u2", 60000); /* somebody else */
    for (int64_t ms = 5000; ms <= 2 * COUNTER_LEASE_MS; ms += 5000) {
        at(&hall, ms);
        follow(&hall);
    }
    CHECK_INT(left_ms(&hall, "c1"), -COUNTER_LEASE_MS);
    leases_heard(hall.leases, "u1", hall.mono_ms); /* and is back */
    follow(&hall);
    CHECK_INT(left_ms(&hall, "c1"), COUNTER_LEASE_MS);
    close_hall(&hall);
}

TEST(leases_many_people)
{
    struct leases *leases = leases_new();
    for (int i = 0; i < 2000; i++) {
        char user[16];
        str_format(user, sizeof user, "u%d", i);
        leases_heard(leases, user, i);
    }
    leases_free(&leases);
    CHECK(leases == NULL);
}

/* --- who may sit down --- */

struct seat {
    bool taken_by_other; /* refused: somebody has it */
};

static enum err sit_down(void *ctx, const struct server_env *env)
{
    struct seat *seat = ctx;
    struct outcome out = {0};
    const struct actor u2 = {.user = "u2", .login = "u2", .name = "U2", .roles = ROLE_CLERK};
    struct json *body = json_new_object();
    json_set_text(body, "counter", "c1");
    enum err err = server_command(env, &u2, "counter.open", body, &out);
    CHECK(out.applied || str_equal(out.code, "counter_taken"));
    seat->taken_by_other = !out.applied;
    json_free(&out.data);
    json_free(&body);
    return err;
}

static void sat_down(void *ctx, enum err err)
{
    (void)ctx;
    CHECK_INT(err, ERR_OK);
}

/* u2 asks for u1's counter without taking it over, in the turn that is under way. */
static bool is_refused(struct hall *hall)
{
    struct seat seat = {0};
    writer_add(hall->writer, sit_down, sat_down, &seat);
    writer_flush(hall->writer);
    return seat.taken_by_other;
}

/* The next turn of the hall begins, so much later; the wall clock was turned by so much besides. */
static void next_turn(struct hall *hall, int64_t later_ms, int64_t turned_ms)
{
    hall_clock_says(hall, hall->wall_ms + later_ms + turned_ms, hall->mono_ms + later_ms);
}

static void open_seat(struct hall *hall)
{
    open_hall(hall);
    hall_clock_says(hall, start_ms, 0);
    leases_restart(hall);
    writer_flush(hall->writer);
}

/* The monotonic clock alone ends a lease: 90 s after the last that was heard, however far the row is behind. */
TEST(leases_last_ninety_seconds_from_the_last_that_is_heard)
{
    static const int64_t heard_at[] = {0, 1000, 8000, 44000, 45000, 46000, 89000, 100000};
    for (size_t i = 0; i < sizeof heard_at / sizeof *heard_at; i++) {
        struct hall hall;
        open_seat(&hall);
        int64_t last_ms = 0, end_ms = heard_at[i] + 90000;
        for (int64_t ms = 1000; ms < end_ms; ms += 1000) {
            next_turn(&hall, 1000, 0);
            if (ms <= heard_at[i] && (ms == heard_at[i] || ms - last_ms >= 25000)) {
                leases_heard(hall.leases, "u1", ms);
                last_ms = ms;
            }
            if (ms % TURN_TICK_MS == 0)
                follow(&hall);
        }
        if (!CHECK(is_refused(&hall)))
            CHECK_INT(heard_at[i], -1);
        next_turn(&hall, 1000, 0);
        CHECK(!is_refused(&hall));
        close_hall(&hall);
    }
}

/* Whoever is at work keeps the counter although the hall's clock is turned, in the very turn in which it is. */
TEST(leases_hold_when_the_clock_is_turned)
{
    static const int64_t turns_ms[] = {2000,  44000,  46000,    80000,     90000,
                                       95000, 360000, 90000000, -5000,     -60000,
                                       -3600, -95000, -3600000, -86400000, INT64_C(40000000000)};
    for (size_t i = 0; i < sizeof turns_ms / sizeof *turns_ms; i++) {
        struct hall hall;
        open_seat(&hall);
        next_turn(&hall, 40000, 0); /* the row is nearly half a lease behind */
        leases_heard(hall.leases, "u1", hall.mono_ms);
        next_turn(&hall, 1000, turns_ms[i]);
        if (!CHECK(is_refused(&hall)))
            CHECK_INT(turns_ms[i], 0);
        next_turn(&hall, 1000, -turns_ms[i]); /* and back */
        CHECK(is_refused(&hall));
        next_turn(&hall, 1000, turns_ms[i]);
        for (int64_t ms = hall.mono_ms; ms < 40000 + 90000 - 1000; ms += 1000) {
            next_turn(&hall, 1000, 0);
            if (hall.mono_ms % TURN_TICK_MS == 0)
                follow(&hall);
        }
        CHECK(is_refused(&hall));
        next_turn(&hall, 6000, 0); /* nobody is protected for longer than they are heard, but for a look */
        follow(&hall);
        if (!CHECK(!is_refused(&hall)))
            CHECK_INT(turns_ms[i], 0);
        close_hall(&hall);
    }
}

/* The full period after a restart as well, before anybody was heard. */
TEST(leases_of_a_restart_hold_when_the_clock_is_turned)
{
    struct hall hall;
    open_seat(&hall);
    next_turn(&hall, 30000, 3600000);
    CHECK(is_refused(&hall));
    CHECK_INT(left_ms(&hall, "c1"), 60000);
    next_turn(&hall, 59000, -7200000);
    CHECK(is_refused(&hall));
    next_turn(&hall, 1000, 0);
    CHECK(!is_refused(&hall));
    close_hall(&hall);
}

/* A clock that goes as it should costs nothing: no write is added for being looked at. */
TEST(leases_cost_nothing_while_the_clock_is_right)
{
    struct hall hall;
    open_seat(&hall);
    for (int i = 0; i < 30; i++) {
        leases_heard(hall.leases, "u1", hall.mono_ms);
        next_turn(&hall, 1000, i % 2 ? 400 : -400);
        CHECK(!writer_pending(hall.writer));
    }
    close_hall(&hall);
}

/* --- what others see of it --- */

static int64_t unattended_ms(struct pair *pair, const char *what, const char *counter)
{
    int64_t ms = -1;
    struct json *answer = pair_load(pair, 0, what, "{}");
    const struct json *rows = json_get(answer, "counters");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), counter))
            ms = json_int(row, "unattended_ms", 0);
    json_free(&answer);
    return ms;
}

/* Expiry lights "unattended" and moves nobody: who was called stays whose they are. */
TEST(leases_that_ran_out_light_unattended_and_requeue_nobody)
{
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "budi");
    struct json *data = pair_at_hall(&pair, "siti", "ticket.issue", "{\"queue\":\"p\"}");
    json_free(&data);
    data = pair_at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    data = pair_at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    char *ticket = xstrdup(json_text_or(json_get(data, "ticket"), "id", ""));
    json_free(&data);
    pair_feed(&pair, 0);
    cache_set_reach(pair.cache[0], true);
    pair.now_ms += 90000;
    CHECK_INT(unattended_ms(&pair, "accounts", "c1"), 0);
    pair.now_ms += 4 * 60000 + 20000; /* 04:20 */
    CHECK_INT(unattended_ms(&pair, "accounts", "c1"), 260000);
    CHECK_INT(unattended_ms(&pair, "queues", "c1"), 260000);
    CHECK_INT(unattended_ms(&pair, "accounts", "c2"), 0); /* closed */
    cache_set_offset(pair.cache[0], -60000);              /* by the hall's clock, not this computer's */
    CHECK_INT(unattended_ms(&pair, "accounts", "c1"), 200000);
    cache_set_offset(pair.cache[0], 0);
    cache_set_reach(pair.cache[0], false); /* then nobody is heard of here */
    CHECK_INT(unattended_ms(&pair, "accounts", "c1"), 0);
    struct json *row = pair_hall_row(&pair, TABLE_TICKET, ticket);
    CHECK_TEXT(json_text(row, "state"), "called");
    CHECK_TEXT(json_text(row, "user"), "u-siti");
    CHECK_TEXT(json_text(row, "counter"), "c1");
    json_free(&row);
    free(ticket);
    pair_close(&pair);
}

/* --- what workstations could not hand over --- */

static const struct actor siti = {.user = "u1", .client = "c0000000-0000-7000-8000-000000000001"};

/* What the row of siti's workstation says is unsent; -1: there is none. */
static int64_t unsent_by_row(struct hall *hall)
{
    struct json *row = NULL;
    enum err err = row_get(hall->db, TABLE_STATION, siti.client, &row);
    int64_t unsent = err == ERR_OK ? json_int(row, "unsent", -2) : -1;
    json_free(&row);
    return unsent;
}

static int64_t rev_of(struct hall *hall)
{
    struct hall_state state;
    CHECK(store_state(hall->db, &state) == ERR_OK);
    return state.rev;
}

TEST(leases_a_workstations_unsent_records_are_in_a_row_when_there_are_some_and_when_there_are_none)
{
    struct hall hall;
    open_hall(&hall);
    at(&hall, 100);
    leases_heard(hall.leases, "u1", 100);
    leases_told(&hall, &siti, 0, 0);
    follow(&hall); /* the counter's row */
    int64_t rev = rev_of(&hall);
    follow(&hall);
    CHECK_INT(rev_of(&hall), rev); /* nothing unsent is no news */
    CHECK_INT(unsent_by_row(&hall), -1);
    leases_told(&hall, &siti, 3, start_ms - 60000);
    follow(&hall);
    CHECK_INT(rev_of(&hall), rev + 1);
    CHECK_INT(unsent_by_row(&hall), 3);
    /* A growing number is told once a minute, however often it is said. */
    for (int64_t ms = 1000; ms < 60000; ms += 1000) {
        at(&hall, 100 + ms);
        leases_heard(hall.leases, "u1", hall.mono_ms);
        leases_told(&hall, &siti, 3 + ms / 1000, start_ms - 60000);
        follow(&hall);
    }
    CHECK_INT(unsent_by_row(&hall), 3);
    CHECK(rev_of(&hall) <= rev + 3); /* that one row, and the counter's lease */
    at(&hall, 60100);
    leases_told(&hall, &siti, 90, start_ms - 60000);
    follow(&hall);
    CHECK_INT(unsent_by_row(&hall), 90);
    leases_told(&hall, &siti, 0, 0);
    follow(&hall);
    CHECK_INT(unsent_by_row(&hall), 0);
    close_hall(&hall);
}

TEST(leases_a_hall_that_starts_again_knows_what_was_unsent)
{
    struct hall hall;
    open_hall(&hall);
    leases_told(&hall, &siti, 2, start_ms);
    follow(&hall);
    leases_free(&hall.leases);
    hall.leases = leases_new();
    leases_restart(&hall);
    writer_flush(hall.writer);
    CHECK_INT(unsent_by_row(&hall), 2);
    leases_told(&hall, &siti, 0, 0); /* it is back, and has nothing left */
    follow(&hall);
    CHECK_INT(unsent_by_row(&hall), 0);
    close_hall(&hall);
}
