/* tests/unit/fee_days_test.c: fees that begin and end: what may be chosen and paid for changes at midnight of the hall, and
 * what an application was opened with stays. */
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/db/rows.h"
#include "tests/support/hall_file.h"
#include "tests/support/quoted.h"

/* Midnight in Baku. */
#define LAST_MOMENT "2026-11-24T19:59:59.999Z"
#define MIDNIGHT    "2026-11-24T20:00:00.000Z"
#define OLD         "c0000000-0000-7000-8000-000000000001"
#define YOUNG       "c0000000-0000-7000-8000-000000000002"
#define THIRD       "c0000000-0000-7000-8000-000000000003"

static struct hall_file hall;

static void at(const char *time)
{
    REQUIRE(time_parse(time, &hall.now_ms));
}

static void open_hall(void)
{
    hall_file_open(&hall);
    REQUIRE(zone_set("Asia/Baku"));
    struct json *service =
        quoted_json("{'id':'t.dated','agency':'t.a','queue':'q','row_rev':1,'name':{'en':'Dated'},'fees':["
                    "{'tier':'standard','duty':'5.00','currency':'AZN','time':'P10D','until':'2026-11-24'},"
                    "{'tier':'standard','duty':'6.00','currency':'AZN','time':'P10D','from':'2026-11-25'},"
                    "{'tier':'day','duty':'70.00','currency':'AZN','time':'P1D','until':'2026-11-24'},"
                    "{'tier':'night','duty':'90.00','currency':'AZN','time':'P1D','from':'2026-11-25'}]}");
    REQUIRE(row_put(hall.db, ROWS_PLAIN, TABLE_SERVICE, service) == ERR_OK);
    json_free(&service);
}

static void open_case(const char *id)
{
    char *body = xasprintf("{'case':'%s','service':'t.dated','channel':'walk_in'}", id);
    CHECK(hall_file_run(&hall, LEYLA, "case.open", body));
    free(body);
}

static const char *fee_of(const char *id)
{
    return hall_file_text(&hall, TABLE_CASE, id, "/fee/total");
}

static bool pay(const char *id, const char *amount, const char *tier)
{
    char *body = xasprintf("{'case':'%s','amount':'%s','currency':'AZN','method':'cash','tier':'%s'}", id,
                           amount, tier);
    bool paid = hall_file_run(&hall, LEYLA, "case.pay", body);
    free(body);
    return paid;
}

TEST(a_fee_changes_at_midnight_of_the_hall)
{
    open_hall();
    at(LAST_MOMENT);
    open_case(OLD);
    CHECK_TEXT(fee_of(OLD), "5.00 AZN");
    at(LAST_MOMENT); /* each command takes a second */
    CHECK(!pay(OLD, "90", "night"));
    CHECK_TEXT(hall_file_code(&hall), "unknown_tier");
    at(MIDNIGHT);
    open_case(YOUNG);
    CHECK_TEXT(fee_of(YOUNG), "6.00 AZN");
    CHECK(!pay(YOUNG, "70", "day"));
    CHECK_TEXT(hall_file_code(&hall), "unknown_tier");
    CHECK_TEXT(fee_of(YOUNG), "6.00 AZN");
    CHECK(pay(YOUNG, "90", "night"));
    CHECK_TEXT(fee_of(YOUNG), "90.00 AZN");
    CHECK(pay(OLD, "5", "standard")); /* as it was opened */
    CHECK_TEXT(fee_of(OLD), "5.00 AZN");
    hall_file_close(&hall);
}

TEST(a_fee_may_be_chosen_to_its_last_moment)
{
    open_hall();
    at(LAST_MOMENT);
    open_case(THIRD);
    at(LAST_MOMENT);
    CHECK(pay(THIRD, "70", "day"));
    CHECK_TEXT(fee_of(THIRD), "70.00 AZN");
    hall_file_close(&hall);
}
