/* tests/unit/training_live_test.c: a hall at work plays a training day at sixty times the pace, by clocks that the test moves:
 * the same day to the byte of its feed; and the same day again after the hall died in it, and from a moment that it was put
 * back to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/hall/backup.h"
#include "core/hall/demo_inside.h"
#include "core/hall/morning.h"
#include "core/hall/training_inside.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "tests/support/cluster.h"
#include "tests/support/test.h"

static const int64_t made_ms = 1790000000000;
enum { TURN_MS = 1000, PACE = 60, TURNS_MAX = 6000 };

struct live {
    struct hall *hall;
    char *folder, *store; /* store: the folder, or an address */
    int64_t mono_ms;
};

static void make_file(const struct live *live)
{
    struct err_info info = {0};
    struct pack pack;
    struct db *db = NULL;
    const struct setup setup = {
        .data = live->store, .code = "T", .name = "Training", .practice = true, .now_ms = made_ms};
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
    if (!CHECK(hall_unlock_training(live->hall, live->store, live->folder, &info) == ERR_OK))
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

/* address NULL: in a folder */
static void open_live_of(struct live *live, const char *name, const char *address, const char *scenario)
{
    *live = (struct live){.folder = xasprintf("%s/%s", test_folder(), name), .mono_ms = 1000};
    live->store = xstrdup(address ? address : live->folder);
    if (address)
        REQUIRE(mkdir(live->folder, 0700) == 0);
    make_file(live);
    unlock(live);
    training_start(live->hall, scenario, "4");
    turn(live);
    REQUIRE(live->hall->training->playing);
    live->hall->training->pace = PACE;
}

static void open_live_at(struct live *live, const char *name, const char *address)
{
    open_live_of(live, name, address, "first-day");
}

static void open_live(struct live *live, const char *name)
{
    open_live_of(live, name, NULL, "first-day");
}

static void close_live(struct live *live)
{
    lock_up(live);
    free(live->store);
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

static void turns(struct live *live, int count)
{
    for (int i = 0; i < count; i++)
        turn(live);
}

static void back_to(struct live *live, const char *at)
{
    char *moment = NULL, *kept = NULL;
    struct err_info info = {0};
    int64_t rev;
    REQUIRE(training_moment_path(live->hall->training, at, &moment));
    lock_up(live);
    if (!CHECK_INT(backup_restore(live->store, moment, &kept, &rev, &info), ERR_OK))
        CHECK_TEXT(info.text, "");
    unlock(live);
    CHECK(live->hall->epoch > 1);
    free(moment);
    free(kept);
}

/* Begun, played, killed, gone on with, put back to a moment and played again. */
static void live_on(struct live *live, char feeds[2][SHA256_TEXT], char out[SHA256_TEXT], int64_t *served)
{
    turns(live, 60);
    str_copy(feeds[0], SHA256_TEXT, live->hall->state.feed_head);
    lock_up(live);
    unlock(live);
    CHECK(live->hall->training->playing);
    turns(live, 60);
    str_copy(feeds[1], SHA256_TEXT, live->hall->state.feed_head);
    back_to(live, "09:10");
    turns(live, 60);
    outcome(live, out, served);
}

TEST(postgres_training_hall_lives_through_the_day_that_a_folder_has)
{
    struct live live;
    char here[2][SHA256_TEXT], there[2][SHA256_TEXT], outcome_here[SHA256_TEXT], outcome_there[SHA256_TEXT];
    int64_t served_here, served_there;
    if (cluster_lacks())
        test_skip(cluster_lacks());
    open_live_at(&live, "here", NULL);
    live_on(&live, here, outcome_here, &served_here);
    close_live(&live);
    char *address = cluster_address("live");
    open_live_at(&live, "there", address);
    live_on(&live, there, outcome_there, &served_there);
    close_live(&live);
    free(address);
    CHECK(served_here > 5);
    CHECK_TEXT(there[0], here[0]);
    CHECK_TEXT(there[1], here[1]);
    CHECK_TEXT(outcome_there, outcome_here);
    CHECK_INT(served_there, served_here);
}

/* --- people whom a trainer lets come --- */

static int64_t rush_and_play(struct live *live, const char *name, bool dies, char out[SHA256_TEXT])
{
    int64_t served;
    open_live(live, name);
    int visits = live->hall->training->demo.visit_count;
    for (int i = 0; i < 20; i++)
        turn(live);
    demo_rush(&live->hall->training->demo, 12, 20);
    CHECK_INT(live->hall->training->demo.visit_count, visits + 12);
    turn(live);
    turn(live);
    if (dies) {
        lock_up(live);
        unlock(live);
        CHECK_INT(live->hall->training->demo.visit_count, visits + 12);
    }
    play_to_the_end(live);
    outcome(live, out, &served);
    return served;
}

TEST(training_rush_is_of_new_people_and_of_the_same_after_a_death)
{
    struct live live;
    char quiet[SHA256_TEXT], one[SHA256_TEXT], other[SHA256_TEXT];
    int64_t usual, more;
    open_live(&live, "quiet");
    play_to_the_end(&live);
    outcome(&live, quiet, &usual);
    close_live(&live);
    more = rush_and_play(&live, "rush", false, one);
    close_live(&live);
    CHECK(more >= usual + 6);
    CHECK_INT(rush_and_play(&live, "rush-killed", true, other), more);
    close_live(&live);
    CHECK_TEXT(other, one);
}

/* --- a queue that is away --- */

/* A short day with a bus, among the scenarios of a folder of the test's. */
static char *write_scenarios(void)
{
    static const char *const names[] = {"first-day", "bus"};
    char *folder = xasprintf("%s/scenarios", test_folder());
    REQUIRE(mkdir(folder, 0700) == 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = xasprintf("%s/%s.scenario", folder, names[i]);
        FILE *file = fopen(path, "w");
        REQUIRE(file);
        fputs("name.az A\nname.id A\nname.en A\nname.ru A\nabout.az B\nabout.id B\nabout.en B\nabout.ru B\n"
              "doors 08:00 10:00\npeople 36\nbusiest 30\npatience 200 300\nat 08:40 bus 30\n",
              file);
        CHECK(fclose(file) == 0);
        free(path);
    }
    return folder;
}

static int queues_away(struct live *live)
{
    struct json *rows = json_new_array();
    int away = 0;
    REQUIRE(rows_collect(db_query(live->hall->db, "SELECT row FROM queues"), rows) == ERR_OK);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        away += !str_empty(json_text(row, "home"));
    json_free(&rows);
    return away;
}

static void play_until_away(struct live *live)
{
    int turns = 0;
    while (!live->hall->training->demo.bus.away && turns++ < TURNS_MAX)
        turn(live);
    CHECK_INT(queues_away(live), 1);
}

TEST(training_bus_is_away_and_comes_home_after_a_death_and_from_a_moment)
{
    struct live whole, killed;
    struct err_info info = {0};
    char all[SHA256_TEXT], again[SHA256_TEXT], *moment = NULL, *kept = NULL, *folder = write_scenarios();
    int64_t served, rev;
    setenv("LOKET_SCENARIOS", folder, 1);
    open_live_of(&whole, "whole-bus", NULL, "bus");
    play_until_away(&whole);
    play_to_the_end(&whole);
    outcome(&whole, all, &served);
    CHECK_INT(whole.hall->training->figures.trips, 1);
    CHECK(whole.hall->training->figures.bus_served > 0);
    CHECK_INT(whole.hall->training->figures.refused, 0);
    CHECK_INT(queues_away(&whole), 0);
    close_live(&whole);

    open_live_of(&killed, "killed-bus", NULL, "bus");
    play_until_away(&killed);
    for (int i = 0; i < 15; i++)
        turn(&killed);
    lock_up(&killed);
    unlock(&killed);
    CHECK(killed.hall->training->demo.bus.away);
    play_to_the_end(&killed);
    outcome(&killed, again, &served);
    CHECK_TEXT(again, all);
    CHECK_INT(killed.hall->training->figures.trips, 1);

    REQUIRE(training_moment_path(killed.hall->training, "08:59", &moment));
    lock_up(&killed);
    REQUIRE(backup_restore(killed.folder, moment, &kept, &rev, &info) == ERR_OK);
    unlock(&killed);
    CHECK_INT(queues_away(&killed), 1);
    play_to_the_end(&killed);
    outcome(&killed, again, &served);
    CHECK_TEXT(killed.hall->training->demo.refusal, "");
    CHECK_INT(killed.hall->training->figures.trips, 1);
    CHECK_TEXT(again, all);
    CHECK_INT(queues_away(&killed), 0);
    close_live(&killed);

    open_live_of(&whole, "early-bus", NULL, "bus"); /* the trainer ends the day while it is away */
    play_until_away(&whole);
    whole.hall->training->demo.env.db = whole.hall->db;
    REQUIRE(db_begin(whole.hall->db) == ERR_OK);
    CHECK(demo_go_home(&whole.hall->training->demo) == ERR_OK);
    CHECK_INT(queues_away(&whole), 0);
    CHECK_INT(whole.hall->training->figures.trips, 1);
    REQUIRE(db_commit(whole.hall->db) == ERR_OK);
    close_live(&whole);
    unsetenv("LOKET_SCENARIOS");
    free(folder);
    free(moment);
    free(kept);
}

/* --- what is kept of a day is not believed as it is --- */

static char *kept_text(struct live *live)
{
    struct stmt *s = db_query(live->hall->db, "SELECT state FROM training_state WHERE id = 1");
    REQUIRE(db_step(s) == ERR_OK);
    char *text = xstrdup(db_text(s, 0));
    db_done(s);
    return text;
}

static void edit_kept(struct live *live, const char *text)
{
    struct stmt *s = db_query(live->hall->db, "UPDATE training_state SET state = $1 WHERE id = 1");
    db_bind_text(s, 1, text);
    CHECK(db_run(s) == ERR_OK);
}

static struct json *edited(const struct json *at, const char *place, struct json *into)
{
    const char *rest = strchr(place, ' ');
    if (!*place)
        return into;
    char *word = rest ? xstrndup(place, (size_t)(rest - place)) : xstrdup(place);
    rest = rest ? rest + 1 : "";
    struct json *out = json_is_array(at) ? json_new_array() : json_copy(at);
    size_t index = strtoul(word, NULL, 10), i = 0;
    for (const struct json *one = json_first(at); json_is_array(at) && one; one = json_next(one))
        json_add(out, i++ == index ? edited(one, rest, into) : json_copy(one));
    if (json_is_object(at))
        json_set(out, word, edited(json_get(at, word), rest, into));
    free(word);
    return out;
}

/* The value at a place such as "day events 0 3" becomes that text of JSON. */
static char *damaged(const char *whole, const char *place, const char *value)
{
    struct json *state = NULL, *into = NULL;
    REQUIRE(json_parse(whole, strlen(whole), &state, NULL) == ERR_OK);
    REQUIRE(json_parse(value, strlen(value), &into, NULL) == ERR_OK);
    struct json *other = edited(state, place, into);
    char *text = json_print(other);
    json_free(&state);
    json_free(&other);
    return text;
}

TEST(training_day_whose_row_was_damaged_is_told_of_and_the_hall_serves)
{
    static const struct {
        const char *place, *value;
    } damages[] = {{"pace", "0"},
                   {"pace", "61"},
                   {"scenario", "\"../../etc/passwd\""},
                   {"scenario", "\"no-such-day\""},
                   {"slow", "-1"},
                   {"people", "[1]"},
                   {"people", "{\"a\":{\"hint\":7}}"},
                   {"day", "[]"},
                   {"day day", "\"2026-02-31\""},
                   {"day day", "\"0001-01-01\""},
                   {"day now", "9e15"},
                   {"day now", "1.5"},
                   {"day end", "-1"},
                   {"day orders", "-1"},
                   {"day rng", "[]"},
                   {"day rng", "[\"0000000000000000\",\"0000000000000000\",\"0000000000000000\","
                               "\"0000000000000000\"]"},
                   {"day rng 0", "\"x\""},
                   {"day alert", "\"a word that is no identity, and longer than any\""},
                   {"day events", "{}"},
                   {"day events 0", "7"},
                   {"day events 0 0", "-900000000"},
                   {"day events 0 2", "99"},
                   {"day events 0 2", "16"},
                   {"day events 0 3", "-1"},
                   {"day events 0 3", "5000"},
                   {"day visits 0 0", "7"},
                   {"day visits 0 4", "-1"},
                   {"day visits 0 5", "4096"},
                   {"day clerks 0 3", "4"},
                   {"day clerks 0 4", "5000"},
                   {"day clerks 0 4", "-2"},
                   {"day rushes", "[[501,600,20]]"},
                   {"day rushes", "[[5,600,0]]"},
                   {"day figures 3", "2147483647"},
                   {"day figures 3", "\"many\""}};
    struct live live;
    open_live(&live, "damaged");
    for (int i = 0; i < 20; i++)
        turn(&live);
    char *whole = kept_text(&live);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct err_info info = {0};
        char *text = damaged(whole, damages[i].place, damages[i].value);
        edit_kept(&live, text);
        if (!CHECK(training_recall(live.hall->training, &info) == ERR_INVALID && info.text[0]))
            CHECK_TEXT(damages[i].place, damages[i].value);
        free(text);
    }
    edit_kept(&live, "{\"pace\":");
    lock_up(&live);
    unlock(&live); /* it is a word in the log, and no more */
    CHECK(!live.hall->training->playing);
    edit_kept(&live, whole);
    lock_up(&live);
    unlock(&live);
    CHECK(live.hall->training->playing);
    play_to_the_end(&live);
    close_live(&live);
    free(whole);
}

/* As one that an earlier version of the program kept: its people are others now. */
TEST(training_day_of_other_people_ends_and_the_hall_serves)
{
    struct live live;
    open_live(&live, "others");
    for (int i = 0; i < 20; i++)
        turn(&live);
    char *whole = kept_text(&live), *text = damaged(whole, "seed", "\"5\"");
    edit_kept(&live, text);
    lock_up(&live);
    unlock(&live);
    CHECK(live.hall->training->playing);
    live.hall->training->pace = PACE;
    for (int i = 0; i < 400 && live.hall->training->playing; i++)
        turn(&live);
    CHECK(!live.hall->training->playing);
    CHECK_INT(live.hall->fatal, ERR_OK);
    training_start(live.hall, "first-day", "4");
    turn(&live);
    CHECK(live.hall->training->playing);
    close_live(&live);
    free(whole);
    free(text);
}

/* Numbers that each are possible, and together are no day. */
TEST(training_clerk_who_finishes_with_nobody_breaks_nothing)
{
    struct live live;
    struct err_info info = {0};
    open_live(&live, "nobody");
    char *whole = kept_text(&live), *alone = damaged(whole, "day clerks 0 4", "-1"),
         *text = damaged(alone, "day events",
                         "[[33000,1,6,0],[33001,2,4,0],[33002,3,5,0],[33003,4,14,0],"
                         "[33004,5,12,0],[33005,6,13,0]]");
    edit_kept(&live, text);
    CHECK(training_recall(live.hall->training, &info) == ERR_OK);
    play_to_the_end(&live);
    close_live(&live);
    free(whole);
    free(alone);
    free(text);
}
