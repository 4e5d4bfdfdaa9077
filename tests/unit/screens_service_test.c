/* tests/unit/screens_service_test.c: how long a service takes, as people read it; lists below a field. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/service_view.h"
#include "tests/support/test.h"
#include "tui/list.h"

static const char *duration(enum lang lang, const char *iso, const char *days)
{
    static char out[SHOW_TEXT];
    const struct ui ui = {.lang = lang};
    return service_duration(&ui, iso, days, out);
}

TEST(service_duration_reads_what_catalogues_write)
{
    CHECK_TEXT(duration(LANG_EN, "P10D", NULL), "10 days");
    CHECK_TEXT(duration(LANG_EN, "P1D", "working"), "1 working day");
    CHECK_TEXT(duration(LANG_EN, "P2W", "calendar"), "14 days");
    CHECK_TEXT(duration(LANG_EN, "P1M", NULL), "30 days");
    CHECK_TEXT(duration(LANG_EN, "PT30M", NULL), "30 min");
    CHECK_TEXT(duration(LANG_EN, "PT2H", NULL), "2 h");
    CHECK_TEXT(duration(LANG_ID, "P5D", "working"), "5 hari kerja");
    CHECK_TEXT(duration(LANG_EN, "soon", NULL), "");
    CHECK_TEXT(duration(LANG_EN, "P", NULL), "");
    CHECK_TEXT(duration(LANG_EN, NULL, NULL), "");
    CHECK_TEXT(duration(LANG_EN, "P99999999999999999999D", NULL), "");
}

TEST(service_summary_is_plain_text)
{
    struct json *service = NULL;
    const struct ui ui = {.lang = LANG_EN, .now_ms = 1795489320000};
    const char text[] =
        "{\"name\":{\"en\":\"Card\"},\"documents\":[{\"code\":\"a\",\"group\":\"g\"},{\"code\":\"p\"},"
        "{\"code\":\"b\",\"group\":\"g\"}],\"fees\":[{\"tier\":\"standard\",\"duty\":\"5.00\","
        "\"charge\":\"2.00\",\"currency\":\"AZN\",\"time\":\"P1D\"},{\"tier\":\"fast\",\"duty\":\"9.00\","
        "\"currency\":\"AZN\",\"until\":\"2020-01-01\"}]}";
    REQUIRE(json_parse(text, sizeof text - 1, &service, NULL) == ERR_OK);
    char *summary = service_summary(&ui, service);
    CHECK_TEXT(summary, "Card\n\n\nPapers to bring\n- one of these:\n  - a\n  - b\n- p\n\nFee\n"
                        "- standard: 7,00 AZN (1 day)\n");
    free(summary);
    json_free(&service);
}

/* now: 24 November 2026. A month's notice: until 24 December. */
TEST(service_summary_says_which_fees_begin_or_end_soon)
{
    struct json *service = NULL;
    const struct ui ui = {.lang = LANG_EN, .now_ms = 1795489320000};
    const char text[] =
        "{\"name\":\"Card\",\"fees\":["
        "{\"tier\":\"ends\",\"duty\":\"5.00\",\"currency\":\"AZN\",\"time\":\"P1D\",\"until\":\"2026-12-24\"}"
        ","
        "{\"tier\":\"begins\",\"duty\":\"6.00\",\"currency\":\"AZN\",\"from\":\"2026-12-24\"},"
        "{\"tier\":\"later\",\"duty\":\"7.00\",\"currency\":\"AZN\",\"from\":\"2026-12-25\"},"
        "{\"tier\":\"stays\",\"duty\":\"8.00\",\"currency\":\"AZN\",\"from\":\"2026-11-24\",\"until\":\"2026-"
        "12-25\"},"
        "{\"tier\":\"today\",\"duty\":\"9.00\",\"currency\":\"AZN\",\"until\":\"2026-11-24\"},"
        "{\"tier\":\"over\",\"duty\":\"9.00\",\"currency\":\"AZN\",\"until\":\"2026-11-23\"}],"
        "\"hours\":{\"week\":{\"sun\":[],\"mon\":[\"09:00-13:00\",\"14:00-18:00\"],\"sat\":[\"10:00-12:00\"]}"
        "}}";
    REQUIRE(json_parse(text, sizeof text - 1, &service, NULL) == ERR_OK);
    char *summary = service_summary(&ui, service);
    CHECK_TEXT(strstr(summary, "Fee"),
               "Fee\n- ends: 5,00 AZN (1 day), until 24.12.2026\n"
               "- begins: 6,00 AZN, from 24.12.2026\n- stays: 8,00 AZN\n"
               "- today: 9,00 AZN, until 24.11.2026\n"
               "\nOpening hours\n- Mon 09:00-13:00, 14:00-18:00\n- Sat 10:00-12:00\n");
    free(summary);
    json_free(&service);
}

static struct json *parsed(const char *text)
{
    struct json *json = NULL;
    CHECK(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

/* What reception is told of a service at that moment in that zone, "line|line|". */
static void check_told(const char *zone, const char *now, const char *service_text, const char *wanted)
{
    struct ui ui = {.lang = LANG_EN};
    struct frame frame;
    struct buf told = {0};
    frame_init(&frame, 40, 4);
    struct json *service = parsed(service_text),
                *calendar = parsed("{\"weekend\":[\"fri\",\"sat\"],\"holidays\":[]}");
    REQUIRE(zone_set(zone) && time_parse(now, &ui.now_ms));
    int rows = service_hours_view(&ui, service, calendar, &frame, (struct rect){0, 0, 40, 4});
    char *text = frame_text(&frame), *line = text;
    for (int i = 0; i < rows; i++, line += strcspn(line, "\n") + 1)
        buf_addf(&told, "%.*s|", (int)strcspn(line + 1, "\n"), line + 1);
    if (!CHECK_TEXT(buf_text(&told), wanted))
        printf("    %s at %s\n", zone, now);
    zone_set("UTC");
    buf_free(&told);
    free(text);
    json_free(&service);
    json_free(&calendar);
    frame_deinit(&frame);
}

/* In Berlin the clock goes from 02:00 to 03:00 on 29 March 2026, and on 25 October from 03:00 back to 02:00. */
TEST(service_hours_are_those_of_the_clock_on_the_wall_when_summer_time_begins_and_ends)
{
    const char sunday[] = "{\"hours\":{\"week\":{\"sun\":[\"02:30-09:00\"]}}}";
    check_told("Europe/Berlin", "2026-03-29T00:59:59.000Z", sunday, "closed now|opens: 02:30|");
    check_told("Europe/Berlin", "2026-03-29T01:00:00.000Z", sunday, "open until 09:00|");
    check_told("Europe/Berlin", "2026-03-29T06:59:59.000Z", sunday, "open until 09:00|");
    check_told("Europe/Berlin", "2026-03-29T07:00:00.000Z", sunday,
               "closed now|opens: Sun 05.04.2026 02:30|");
    check_told("Europe/Berlin", "2026-10-25T00:30:00.000Z", sunday, "open until 09:00|");
    check_told("Europe/Berlin", "2026-10-25T01:15:00.000Z", sunday,
               "closed now|opens: 02:30|"); /* 02:15 again */
    check_told("Europe/Berlin", "2026-10-25T07:59:59.000Z", sunday, "open until 09:00|");
    check_told("Europe/Berlin", "2026-10-25T08:00:00.000Z", sunday,
               "closed now|opens: Sun 01.11.2026 02:30|");
}

/* One moment: Tuesday evening in Baku, Wednesday in Jayapura. */
TEST(service_hours_and_quota_are_of_the_halls_day)
{
    const char both[] =
        "{\"hours\":{\"week\":{\"tue\":[\"09:00-24:00\"],\"wed\":[\"00:00-01:00\"]}},\"quota\":{\"day\":3},"
        "\"issued\":{\"day\":\"2026-11-24\",\"total\":3}}";
    check_told("Asia/Baku", "2026-11-24T15:30:00.000Z", both,
               "open until 01:00|all 3 numbers are given|numbers again: Wed 25.11.2026 00:00|");
    check_told("Asia/Jayapura", "2026-11-24T15:30:00.000Z", both,
               "open until 01:00|3 of 3 numbers are left|");
    check_told("Asia/Jayapura", "2026-11-24T16:30:00.000Z", both, "closed now|opens: Tue 01.12.2026 09:00|");
}

/* The hall's own weekend is Friday and Saturday. */
TEST(a_quota_without_hours_comes_again_on_the_halls_next_worked_day)
{
    check_told("Asia/Baku", "2026-11-26T08:00:00.000Z",
               "{\"quota\":{\"day\":1},\"issued\":{\"day\":\"2026-11-26\",\"total\":1}}",
               "all 1 numbers are given|numbers again: Sun 29.11.2026|");
    check_told("Asia/Baku", "2026-11-26T08:00:00.000Z", "{\"fees\":[]}", "");
    check_told("Asia/Baku", "2026-11-26T08:00:00.000Z", "{\"hours\":{\"week\":{}}}",
               "closed now|no opening is known|");
}

TEST(list_below_a_field_leaves_editing_alone)
{
    struct list list = {.count = 5};
    CHECK(list_key_below_field(&list, key_of("Down")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("j")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("C-u")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("Home")) && list.selected == 1);
    CHECK(list_key_below_field(&list, key_of("Up")) && list.selected == 0);
}
