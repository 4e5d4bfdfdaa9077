/* tests/unit/breaks_test.c: which break of the hall's day is near. */
#include <string.h>

#include "core/catalogue/breaks.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* 2026-11-27 is a Friday. */
static const char day[] =
    "{'breaks':[{'reason':'meal','days':['mon','tue','wed','thu'],'from':'12:00','until':'13:00'},"
    "{'reason':'prayer','days':['fri'],'from':'11:30','until':'13:00'},"
    "{'reason':'tea','days':['fri'],'from':'13:00','until':'13:15'},"
    "{'reason':'never','days':['fri'],'from':'13','until':'14:00'}]}";

static const char *near_at(const char *date, int hour, int minute)
{
    static char reason[40];
    struct json *hall = quoted_json(day);
    struct wall_time now = {0, 60 * hour + minute};
    struct day_break near;
    REQUIRE(day_parse(date, &now.day));
    str_copy(reason, sizeof reason,
             break_near(hall, now, &near) ? json_text_or(near.row, "reason", "") : "none");
    json_free(&hall);
    return reason;
}

TEST(breaks_are_near_from_half_an_hour_before_until_their_end)
{
    CHECK_TEXT(near_at("2026-11-26", 11, 29), "none");
    CHECK_TEXT(near_at("2026-11-26", 11, 30), "meal");
    CHECK_TEXT(near_at("2026-11-26", 12, 59), "meal");
    CHECK_TEXT(near_at("2026-11-26", 13, 0), "none");
    CHECK_TEXT(near_at("2026-11-27", 11, 0), "prayer");
    CHECK_TEXT(near_at("2026-11-27", 12, 45), "prayer"); /* the first of two */
    CHECK_TEXT(near_at("2026-11-27", 13, 10), "tea");
    CHECK_TEXT(near_at("2026-11-27", 13, 30), "none"); /* what is said wrongly is not said */
    CHECK_TEXT(near_at("2026-11-28", 12, 30), "none");
}
