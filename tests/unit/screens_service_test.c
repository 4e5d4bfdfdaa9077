/* tests/unit/screens_service_test.c: how long a service takes, as people read it; lists below a field. */
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

TEST(list_below_a_field_leaves_editing_alone)
{
    struct list list = {.count = 5};
    CHECK(list_key_below_field(&list, key_of("Down")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("j")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("C-u")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("Home")) && list.selected == 1);
    CHECK(list_key_below_field(&list, key_of("Up")) && list.selected == 0);
}
