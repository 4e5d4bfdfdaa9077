/* tests/unit/hall_leases_test.c: a poll renews a lease in memory; the counter's row follows now and then. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/writer.h"
#include "core/model/counter.h"
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
