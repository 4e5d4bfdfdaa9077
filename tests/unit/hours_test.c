/* tests/unit/hours_test.c: when a service is open, when it opens next, how many numbers are left: at midnight, on holidays
 * and weekends, when summer time begins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/hours.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* Saturdays and Sundays are free, and Friday 2026-11-27. The week begins on Monday 2026-11-23. */
static const int32_t holidays[] = {20784};
static const struct calendar calendar = {CALENDAR_SAT_SUN, holidays, 1};

/* "2026-11-24 09:30" */
static struct wall_time at(const char *text)
{
    struct wall_time out = {0, 0};
    char date[11];
    int hour, minute;
    str_format(date, sizeof date, "%.10s", text);
    CHECK(day_parse(date, &out.day));
    CHECK(sscanf(text + 10, " %d:%d", &hour, &minute) == 2);
    out.minute = 60 * hour + minute;
    return out;
}

static void add_time(struct buf *out, struct wall_time time)
{
    char date[11];
    day_text(time.day, date);
    buf_addf(out, " %s", date);
    if (time.minute >= 0)
        buf_addf(out, " %02d:%02d", time.minute / 60, time.minute % 60);
}

/* "until …", "next …", "never", "not said" */
static void check_now(const char *service_text, const char *now, const char *wanted)
{
    struct json *service = quoted_json(service_text);
    struct hours_now hours;
    struct buf told = {0};
    if (!hours_read(service, &calendar, at(now), &hours))
        buf_adds(&told, "not said");
    else if (!hours.open && !hours.again)
        buf_adds(&told, "never");
    else
        buf_adds(&told, hours.open ? "until" : "next");
    if (hours.open || hours.again)
        add_time(&told, hours.open ? hours.until : hours.next);
    if (!CHECK_TEXT(buf_text(&told), wanted))
        printf("  %s at %s\n", service_text, now);
    buf_free(&told);
    json_free(&service);
}

static const char office[] = "{'hours':{'week':{'mon':['09:00-13:00','14:00-18:00'],'tue':['09:00-18:00'],"
                             "'fri':['09:00-18:00'],'sat':['10:00-12:00']},"
                             "'dates':{'2026-11-24':['11:00-12:00'],'2026-12-01':[]}}}";

TEST(a_service_is_open_from_its_first_minute_until_before_its_last)
{
    check_now(office, "2026-11-23 08:59", "next 2026-11-23 09:00");
    check_now(office, "2026-11-23 09:00", "until 2026-11-23 13:00");
    check_now(office, "2026-11-23 12:59", "until 2026-11-23 13:00");
    check_now(office, "2026-11-23 13:00", "next 2026-11-23 14:00");
    check_now(office, "2026-11-23 17:59", "until 2026-11-23 18:00");
}

TEST(a_date_goes_before_its_weekday)
{
    check_now(office, "2026-11-23 18:00", "next 2026-11-24 11:00");
    check_now(office, "2026-11-24 09:30", "next 2026-11-24 11:00");
    check_now(office, "2026-11-24 11:30", "until 2026-11-24 12:00");
    check_now(office, "2026-11-30 20:00", "next 2026-12-04 09:00"); /* Tuesday 1 December is closed */
}

TEST(a_holiday_is_closed_and_a_named_saturday_is_not)
{
    check_now(office, "2026-11-24 12:00",
              "next 2026-11-28 10:00"); /* Wednesday, Thursday: not named; Friday: holiday */
    check_now(office, "2026-11-27 10:00", "next 2026-11-28 10:00");
    check_now(office, "2026-11-28 11:00", "until 2026-11-28 12:00");
    check_now(office, "2026-11-28 12:00", "next 2026-11-30 09:00");
    check_now("{'hours':{'week':{'fri':['09:00-10:00']},'dates':{'2026-11-27':['12:00-13:00']}}}",
              "2026-11-27 12:15", "until 2026-11-27 13:00"); /* a date opens a holiday too */
}

TEST(hours_go_on_over_midnight_where_the_parts_touch)
{
    const char night[] =
        "{'hours':{'week':{'mon':['20:00-24:00'],'tue':['00:00-02:00','02:00-03:00','05:00-24:00']}}}";
    check_now(night, "2026-11-23 23:59", "until 2026-11-24 03:00");
    check_now(night, "2026-11-24 00:00", "until 2026-11-24 03:00");
    check_now(night, "2026-11-24 03:00", "next 2026-11-24 05:00");
    check_now(night, "2026-11-24 06:00", "until 2026-11-24 24:00");
    check_now(night, "2026-11-25 00:00", "next 2026-11-30 20:00");
}

TEST(a_service_that_is_always_open_ends_its_search)
{
    const char always[] =
        "{'hours':{'week':{'mon':['00:00-24:00'],'tue':['00:00-24:00'],'wed':['00:00-24:00'],"
        "'thu':['00:00-24:00'],'fri':['00:00-24:00'],'sat':['00:00-24:00'],"
        "'sun':['00:00-24:00']}}}";
    check_now(always, "2026-11-28 12:00", "until 2027-11-29 00:00");
    check_now(always, "2026-11-26 12:00", "until 2026-11-26 24:00"); /* the holiday */
}

TEST(without_a_week_a_day_is_as_the_halls)
{
    const char dates[] = "{'hours':{'dates':{'2026-11-24':[]}}}";
    check_now(dates, "2026-11-23 03:00", "until 2026-11-23");
    check_now(dates, "2026-11-24 10:00", "next 2026-11-25");
    check_now(dates, "2026-11-27 10:00", "next 2026-11-30"); /* holiday, weekend */
    check_now(dates, "2026-11-28 10:00", "next 2026-11-30");
}

TEST(hours_that_are_not_said_or_wrong_are_not_made_up)
{
    check_now("{}", "2026-11-23 10:00", "not said");
    check_now("{'hours':null}", "2026-11-23 10:00", "not said");
    check_now("{'hours':{'week':{'mon':['9-10','10:00-09:00',7,'10:00-11:00']}}}", "2026-11-23 09:30",
              "next 2026-11-23 10:00");
    check_now("{'hours':{'week':{'mon':'always'}}}", "2026-11-23 09:30", "never");
    check_now("{'hours':{'week':{}}}", "2026-11-23 09:30", "never");
}

/* --- quotas --- */

/* "12 of 40", "none of 40, next …", "not said" */
static void check_quota(const char *service_text, const char *issued_text, const char *now,
                        const char *wanted)
{
    struct json *service = quoted_json(service_text), *issued = quoted_json(issued_text);
    struct quota_now quota;
    struct buf told = {0};
    if (!quota_read(service, &calendar, issued, at(now), &quota))
        buf_adds(&told, "not said");
    else
        buf_addf(&told, "%d of %d", quota.left, quota.count);
    if (quota.again)
        add_time(&told, quota.next);
    if (!CHECK_TEXT(buf_text(&told), wanted))
        printf("  %s, %s at %s\n", service_text, issued_text, now);
    buf_free(&told);
    json_free(&service);
    json_free(&issued);
}

static const char forty[] =
    "{'quota':{'day':40},'hours':{'week':{'mon':['09:00-18:00'],'wed':['09:00-18:00']}}}";

TEST(a_quota_of_the_day_is_used_up_until_the_next_opening)
{
    check_quota(forty, "{'day':'2026-11-23','total':39}", "2026-11-23 10:00", "1 of 40");
    check_quota(forty, "{'day':'2026-11-23','total':40}", "2026-11-23 10:00", "0 of 40 2026-11-25 09:00");
    check_quota(forty, "{'day':'2026-11-23','total':55}", "2026-11-23 10:00", "0 of 40 2026-11-25 09:00");
    check_quota("{'quota':{'day':2}}", "{'day':'2026-11-26','total':2}", "2026-11-26 10:00",
                "0 of 2 2026-11-30"); /* holiday, weekend, as the hall */
    check_quota("{'quota':{'day':2},'hours':{'week':{}}}", "{'day':'2026-11-26','total':2}",
                "2026-11-26 10:00", "0 of 2");
}

TEST(yesterdays_numbers_do_not_count_after_midnight)
{
    check_quota(forty, "{'day':'2026-11-23','total':40}", "2026-11-24 00:00", "40 of 40");
    check_quota(forty, "null", "2026-11-24 00:00", "40 of 40");
}

static const char halves[] = "{'quota':{'day':30,'slots':[{'from':'09:00','until':'12:00','count':20},"
                             "{'from':'13:00','until':'16:00','count':15}]}}";

TEST(a_slot_is_used_up_until_the_next_one_with_numbers)
{
    check_quota(halves, "{'day':'2026-11-23','total':5,'slots':[5,0]}", "2026-11-23 10:00", "15 of 20");
    check_quota(halves, "{'day':'2026-11-23','total':20,'slots':[20,0]}", "2026-11-23 11:59",
                "0 of 20 2026-11-23 13:00");
    check_quota(halves, "{'day':'2026-11-23','total':20,'slots':[20,0]}", "2026-11-23 12:00", "10 of 30");
    check_quota(halves, "{'day':'2026-11-23','total':29,'slots':[20,9]}", "2026-11-23 14:00", "1 of 30");
    check_quota(halves, "{'day':'2026-11-23','total':30,'slots':[20,10]}", "2026-11-23 14:00",
                "0 of 30 2026-11-24");
    check_quota("{'quota':{'slots':[{'from':'09:00','until':'12:00','count':20}]}}", "null",
                "2026-11-23 13:00", "not said");
    check_quota(
        "{'quota':{'slots':[{'from':'09:00','until':'12:00','count':2},{'from':'12:00','until':'16:00',"
        "'count':2}]},'hours':{'week':{'mon':['09:00-12:00','14:00-16:00']}}}",
        "{'day':'2026-11-23','total':2,'slots':[2,0]}", "2026-11-23 10:00", "0 of 2 2026-11-23 14:00");
    check_quota(
        "{'quota':{'slots':[{'from':'09:00','until':'12:00','count':2},{'from':'12:00','until':'14:00',"
        "'count':2}]},'hours':{'week':{'mon':['09:00-12:00','14:00-16:00']}}}",
        "{'day':'2026-11-23','total':2,'slots':[2,0]}", "2026-11-23 10:00", "0 of 2 2026-11-30 09:00");
}

TEST(a_quota_that_is_not_said_or_wrong_limits_nothing)
{
    check_quota("{}", "{'day':'2026-11-23','total':40}", "2026-11-23 10:00", "not said");
    check_quota("{'quota':{'day':0}}", "{'day':'2026-11-23','total':40}", "2026-11-23 10:00", "not said");
    check_quota("{'quota':40}", "{'day':'2026-11-23','total':40}", "2026-11-23 10:00", "not said");
    check_quota("{'quota':{'slots':[{'from':'9','until':'12:00','count':1}]}}", "null", "2026-11-23 10:00",
                "not said");
}
