/* tests/unit/demo_stores_test.c: the same seed makes the same day in a folder and in PostgreSQL, to the byte of its feed and to
 * every row; and what a simulated day leaves of its schema: nothing. */
#include <stdlib.h>
#include <string.h>

#include "core/db/scratch.h"
#include "core/db/whole.h"
#include "core/hall/demo_inside.h"
#include "tests/support/cluster.h"
#include "tests/support/test.h"

struct came {
    char feed[SHA256_TEXT], rows[SHA256_TEXT];
    int64_t row_count;
    int visitors, served, contested, quarrels, bus_served, booked_came;
};

static struct scenario scenario_of(const char *more)
{
    struct scenario s;
    struct err_info info = {0};
    char *text = xasprintf(
        "name.az A\nname.id A\nname.en A\nname.ru A\nabout.az B\nabout.id B\nabout.en B\nabout.ru B\n"
        "doors 08:00 12:00\n%s",
        more);
    REQUIRE(scenario_read("test.scenario", text, strlen(text), NULL, NULL, &s, &info) == ERR_OK);
    free(text);
    return s;
}

static void must(enum err err, const struct err_info *info)
{
    if (CHECK_INT(err, ERR_OK))
        return;
    CHECK_TEXT(info->text, "");
    test_abandon();
}

static struct came play(const struct scenario *scenario, const char *pack, const char *address)
{
    struct demo demo;
    struct demo_figures f;
    struct err_info info = {0};
    struct whole *whole = NULL;
    struct came came = {0};
    must(demo_open_at(&demo, address, scenario, pack, 3, 0, &info), &info);
    must(demo_day(&demo, 0, &f, &info), &info);
    CHECK_TEXT(demo.refusal, "");
    str_copy(came.feed, sizeof came.feed, f.feed);
    came.visitors = f.visitors;
    came.served = f.served;
    came.contested = f.contested;
    came.quarrels = f.quarrels;
    came.bus_served = f.bus_served;
    came.booked_came = f.came;
    CHECK(whole_digest(&whole, demo.env.db, &came.row_count, came.rows) == ERR_OK);
    demo_figures_free(&f);
    demo_close(&demo);
    whole_free(&whole);
    return came;
}

static struct came play_on_both(const char *more, const char *pack, const char *schema)
{
    if (cluster_lacks())
        test_skip(cluster_lacks());
    struct scenario s = scenario_of(more);
    char *address = cluster_address(schema);
    struct came file = play(&s, pack, NULL), server = play(&s, pack, address);
    CHECK_TEXT(server.feed, file.feed);
    CHECK_TEXT(server.rows, file.rows);
    CHECK_INT(server.row_count, file.row_count);
    CHECK_INT(server.served, file.served);
    free(address);
    return server;
}

TEST(postgres_plays_a_rush_with_bookings_as_a_folder_does)
{
    struct came came = play_on_both("people 14\nbookings 6\nat 09:00 rush 8 5\n", "id", "rush");
    CHECK(came.visitors > 20 && came.served > 10 && came.booked_came > 0);
}

TEST(postgres_plays_what_is_contested_and_a_quarrel_as_a_folder_does)
{
    struct came came =
        play_on_both("people 16\npriority 30\nat 08:30 contested 1\nat 09:00 quarrel 1\nat 10:00 outage 20\n",
                     "az", "contested");
    CHECK_INT(came.contested, 1);
}

TEST(postgres_plays_a_bus_as_a_folder_does)
{
    struct came came = play_on_both("people 14\nat 08:30 bus 120\n", "az", "bus");
    CHECK(came.bus_served > 0);
}

/* --- its schema --- */

/* What an address of a database alone is, on that server. */
static char *database(void)
{
    char *address = cluster_address("nothing"), *options = strstr(address, "options=");
    options[-1] = '\0';
    return address;
}

static bool is_there(const char *address)
{
    static const char sql[] = "SELECT 1 FROM pg_namespace WHERE nspname = current_schema()";
    struct db *db = NULL;
    struct err_info info = {0};
    if (db_open(&db, address, DB_WRITE, &info) != ERR_OK)
        return false;
    struct stmt *s = db_query(db, sql);
    bool there = db_step(s) == ERR_OK;
    db_done(s);
    db_close(&db);
    return there;
}

static void put_table(const char *address)
{
    struct db *db = NULL;
    struct err_info info = {0};
    must(db_open(&db, address, DB_WRITE | DB_CREATE, &info), &info);
    CHECK(db_script(db, "CREATE TABLE kept (id BIGINT PRIMARY KEY)") == ERR_OK);
    db_close(&db);
}

TEST(postgres_schema_of_simulated_days_is_their_own_and_goes_with_them)
{
    struct scratch *one = NULL, *other = NULL;
    struct err_info info = {0};
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *address = database();
    must(scratch_make(&one, address, &info), &info);
    must(scratch_make(&other, address, &info), &info); /* whose making leaves the first alone */
    CHECK(!str_equal(scratch_name(one), scratch_name(other)));
    char *at = xstrdup(scratch_address(one));
    put_table(at);
    CHECK(is_there(at));
    must(scratch_empty(one, &info), &info);
    CHECK(!is_there(at)); /* nothing is in it */
    put_table(at);
    must(scratch_drop(&one, &info), &info);
    CHECK(!is_there(at));
    must(scratch_drop(&other, &info), &info);
    free(at);
    free(address);
}

TEST(postgres_schema_that_was_there_is_refused_and_kept)
{
    struct scratch *one = NULL;
    struct err_info info = {0};
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *address = cluster_address("was_there");
    put_table(address);
    CHECK_INT(scratch_make(&one, address, &info), ERR_CONFLICT);
    CHECK(strstr(info.text, "is there already") != NULL);
    CHECK(is_there(address));
    CHECK(one == NULL);
    free(address);
}

/* Of a run whose computer went dark: nobody holds its lock. */
TEST(postgres_schema_that_was_left_goes_with_the_next_run)
{
    struct scratch *one = NULL;
    struct err_info info = {0};
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *address = database(), *left = cluster_address("loket_demo_abcdefghijklmnop");
    put_table(left);
    must(scratch_make(&one, address, &info), &info);
    CHECK(!is_there(left));
    must(scratch_drop(&one, &info), &info);
    free(left);
    free(address);
}
