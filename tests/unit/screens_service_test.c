/* tests/unit/screens_service_test.c: how long a service takes, as people read it; lists below a field. */
#include <stdlib.h>

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

TEST(list_below_a_field_leaves_editing_alone)
{
    struct list list = {.count = 5};
    CHECK(list_key_below_field(&list, key_of("Down")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("j")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("C-u")) && list.selected == 1);
    CHECK(!list_key_below_field(&list, key_of("Home")) && list.selected == 1);
    CHECK(list_key_below_field(&list, key_of("Up")) && list.selected == 0);
}
