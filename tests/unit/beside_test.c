/* tests/unit/beside_test.c: a command beside those who serve a hall in PostgreSQL (core/hall/beside.h), and an import that does
 * not come in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/beside.h"
#include "core/hall/staging.h"
#include "core/hall/store_inside.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/test.h"

static struct db *open_shared(const struct test_hall *hall)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(store_open_shared(&db, hall->folder, &info) == ERR_OK);
    return db;
}

static struct beside *open_beside(const struct test_hall *hall)
{
    struct err_info info = {0};
    struct beside *beside = NULL;
    REQUIRE(beside_open(&beside, hall->folder, &info) == ERR_OK);
    beside_be_patient(beside, 0);
    return beside;
}

/* An import of one agency, which waits for what is decided about it. */
static void put_down(struct db *db, const char *id, const char *agency)
{
    char text[100];
    int64_t import = 0;
    str_format(text, sizeof text, "{\"id\":\"%s\",\"name\":{\"en\":\"%s\"}}", agency, agency);
    const struct version_service told = {.id = agency, .agency = "", .queue = "", .digest = "", .text = text};
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK_INT(staging_begin(db, id, &import), ERR_OK);
    CHECK_INT(staging_add(db, import, TABLE_AGENCY, &told), ERR_OK);
    CHECK_INT(staging_grow(db, import, 1), ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
}

static void decide(struct db *db, const char *id)
{
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK_INT(staging_decide(db, id, 1), ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
}

static enum err ask(struct beside *beside, const char *text, struct err_info *info)
{
    struct json *request = NULL, *answer = NULL;
    *info = (struct err_info){0};
    REQUIRE(json_parse(text, strlen(text), &request, NULL) == ERR_OK);
    enum err err = beside_ask(beside, request, &answer, info);
    json_free(&request);
    json_free(&answer);
    return err;
}

static bool has_agency(struct db *db, const char *id)
{
    struct buf row = {0};
    bool found = row_get_text(db, TABLE_AGENCY, id, &row) == ERR_OK;
    buf_free(&row);
    return found;
}

static struct db *open_at(const char *address, unsigned flags)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, address, flags, &info) == ERR_OK);
    return db;
}

/* Somebody at work there who is of the shape before this one's. */
static struct db *open_older(const char *address)
{
    struct db *db = open_at(address, DB_WRITE | DB_EXCLUSIVE | DB_CREATE);
    REQUIRE(db_script(db, "CREATE TABLE migrations (version BIGINT PRIMARY KEY)") == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK && store_bring(db, 0, store_version() - 1) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
    return open_at(address, DB_WRITE | DB_SHARED);
}

static enum err work(struct db *db)
{
    static const char sql[] = "UPDATE hall_state SET boots = boots + 1 WHERE id = 1";
    struct hall_state now;
    enum err err = db_begin(db);
    if (err == ERR_OK)
        err = store_turn(db, &now);
    if (err == ERR_OK)
        err = db_run(db_query(db, sql));
    return err == ERR_OK ? db_commit(db) : err;
}

/* What is added to the tables is added beside an older loketd, which goes on; what is more than that waits for its end. */
TEST(beside_an_older_loketd_a_newer_one_adds_to_the_tables)
{
    struct err_info info = {0};
    struct hall_state state;
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *address = cluster_address("older_unit");
    int64_t now = store_version();
    struct db *older = open_older(address), *newer = NULL, *reader = open_at(address, 0);
    CHECK_INT(work(older), ERR_OK);
    CHECK_INT(store_open_beside(&newer, address, now, &info), ERR_IN_USE);
    CHECK(strstr(info.text, "is of an older loketd, and served by it"));
    REQUIRE(!newer);
    CHECK_INT(work(older), ERR_OK); /* nothing was changed */
    info = (struct err_info){0};
    if (!CHECK_INT(store_open_beside(&newer, address, now - 1, &info), ERR_OK))
        printf("    %s\n", info.text);
    REQUIRE(newer);
    CHECK_INT(work(older), ERR_OK); /* as it was prepared before */
    CHECK_INT(work(newer), ERR_OK);
    struct db *other = NULL;
    CHECK_INT(store_open_shared(&other, address, &info), ERR_OK); /* the shape is this one's */
    CHECK(store_state(reader, &state) == ERR_OK && state.boots == 4);
    db_close(&other);
    db_close(&newer);
    db_close(&older);
    db_close(&reader);
    free(address);
}

/* The first of those who serve the hall does nothing: whoever waits for it is told so, also what stands. Where there is none a
 * command brings it in by itself, and is the first for no longer than that. */
TEST(beside_an_import_that_does_not_come_in_nobody_waits_without_end)
{
    static const char list[] = "{\"do\":\"catalogue.list\",\"after\":\"\",\"bytes\":1000}";
    struct test_hall hall;
    struct err_info info;
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *address = cluster_address("beside_unit");
    hall_make_at(&hall, address);
    struct db *first = open_shared(&hall);
    REQUIRE(db_leads(first, true));
    struct beside *beside = open_beside(&hall);
    CHECK_INT(ask(beside, list, &info), ERR_OK);
    put_down(first, "one", "x1");
    decide(first, "one");
    CHECK_INT(ask(beside, list, &info), ERR_IN_USE);
    CHECK(strstr(info.text, "nothing of it has moved") && strstr(info.text, "Nothing of this was done"));
    db_close(&first);
    CHECK_INT(ask(beside, list, &info), ERR_OK);
    first = open_shared(&hall);
    CHECK(has_agency(first, "x1"));
    CHECK(db_leads(first, true));
    put_down(first, "two", "x2");
    CHECK_INT(ask(beside, "{\"do\":\"catalogue.decide\",\"import\":\"two\",\"count\":1}", &info), ERR_IN_USE);
    CHECK(strstr(info.text, "is decided and stands"));
    CHECK(!has_agency(first, "x2"));
    db_lead_no_more(first);
    CHECK_INT(ask(beside, list, &info), ERR_OK);
    CHECK(has_agency(first, "x2"));
    beside_close(&beside);
    db_close(&first);
    free(address);
}
