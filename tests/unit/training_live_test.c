/* tests/unit/training_live_test.c: a hall at work plays a training day at sixty times the pace, by clocks that the test moves:
 * the same day to the byte of its feed; and the same day again after the hall died in it, and from a moment that it was put
 * back to. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/backup.h"
#include "core/hall/demo_inside.h"
#include "core/hall/morning.h"
#include "core/hall/training_inside.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "tests/support/test.h"

static const int64_t made_ms = 1790000000000;
enum { TURN_MS = 1000, PACE = 60, TURNS_MAX = 6000 };

struct live {
    struct hall *hall;
    char *folder;
    int64_t mono_ms;
};

static void make_file(const struct live *live)
{
    struct err_info info = {0};
    struct pack pack;
    struct db *db = NULL;
    const struct setup setup = {
        .data = live->folder, .code = "T", .name = "Training", .practice = true, .now_ms = made_ms};
    REQUIRE(setup_pack("az", &pack, &info) == ERR_OK);
    REQUIRE(setup_hall(&setup, &pack, &db, &info) == ERR_OK);
    struct server_env env = {.db = db, .epoch = 1, .now_ms = made_ms, .mono_ms = 1};
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK(morning_counters(&env, &pack, &info) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
    pack_free(&pack);
}

static int64_t wall_ms(const struct live *live)
{
    return training_wall_ms(live->hall->training, made_ms + live->mono_ms, live->mono_ms);
}

static void turn(struct live *live)
{
    live->mono_ms += TURN_MS;
    hall_clock_says(live->hall, wall_ms(live), live->mono_ms);
    hall_end_turn(live->hall, true);
}

static void unlock(struct live *live)
{
    struct err_info info = {0};
    live->hall = xcalloc(1, sizeof *live->hall);
    if (!CHECK(hall_unlock(live->hall, live->folder, true, &info) == ERR_OK))
        CHECK_TEXT(info.text, "");
    live->hall->session_ms = 0; /* what the computer's clocks said is forgotten */
    if (live->hall->training->playing)
        live->hall->training->base_mono_ms = live->mono_ms;
    hall_clock_says(live->hall, wall_ms(live), live->mono_ms);
}

static void lock_up(struct live *live)
{
    hall_lock_up(live->hall);
    free(live->hall);
    live->hall = NULL;
}

static void open_live(struct live *live, const char *name)
{
    *live = (struct live){.folder = xasprintf("%s/%s", test_folder(), name), .mono_ms = 1000};
    make_file(live);
    unlock(live);
    training_start(live->hall, "first-day", "4");
    turn(live);
    REQUIRE(live->hall->training->playing);
    live->hall->training->pace = PACE;
}

static void close_live(struct live *live)
{
    lock_up(live);
    free(live->folder);
}

static void play_to_the_end(struct live *live)
{
    int turns = 0;
    while (!live->hall->training->finished && turns++ < TURNS_MAX)
        turn(live);
    CHECK(live->hall->training->finished);
}

/* What became of everybody, as one digest. */
static void outcome(struct live *live, char out[SHA256_TEXT], int64_t *served)
{
    static const char sql[] =
        "SELECT number, state, arrived_at, called_at, counter, day FROM tickets ORDER BY day, number";
    struct sha256 sha;
    struct stmt *s = db_query(live->hall->db, sql);
    sha256_start(&sha);
    *served = 0;
    while (db_step(s) == ERR_OK) {
        for (int i = 0; i < 6; i++) {
            const char *text = db_text(s, i);
            sha256_add(&sha, text ? text : "-", text ? strlen(text) : 1);
        }
        *served += str_equal(db_text(s, 1), "done");
    }
    db_done(s);
    sha256_text(&sha, out);
}

TEST(training_live_day_is_the_same_to_the_byte_of_its_feed_and_after_a_death_and_from_a_moment)
{
    struct live whole, killed;
    struct err_info info = {0};
    char all[SHA256_TEXT], again[SHA256_TEXT], feed[SHA256_TEXT], *moment = NULL, *kept = NULL;
    int64_t served, rev;
    open_live(&whole, "whole");
    play_to_the_end(&whole);
    outcome(&whole, all, &served);
    CHECK(served > 15);
    CHECK(whole.hall->state.rev > 200);
    str_copy(feed, sizeof feed, whole.hall->state.feed_head);
    close_live(&whole);

    open_live(&whole, "other");
    play_to_the_end(&whole);
    CHECK_TEXT(whole.hall->state.feed_head, feed);
    close_live(&whole);

    open_live(&killed, "killed");
    for (int i = 0; i < 60; i++)
        turn(&killed);
    CHECK(!killed.hall->training->finished);
    lock_up(&killed);
    unlock(&killed);
    CHECK(killed.hall->training->playing);
    play_to_the_end(&killed);
    outcome(&killed, again, &served);
    CHECK_TEXT(again, all);

    REQUIRE(training_moment_path(killed.hall->training, "10:02", &moment));
    lock_up(&killed);
    REQUIRE(backup_restore(killed.folder, moment, &kept, &rev, &info) == ERR_OK);
    unlock(&killed);
    CHECK(!killed.hall->training->finished);
    CHECK(killed.hall->epoch > 1);
    play_to_the_end(&killed);
    outcome(&killed, again, &served);
    CHECK_TEXT(again, all);
    close_live(&killed);
    free(moment);
    free(kept);
}
