/* tests/unit/json_fault_test.c: what is said of a text that is no JSON: where it is wrong, and what to do. The mistakes
 * are those of people who write forms by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/wire/json.h"
#include "core/wire/json_fault.h"
#include "tests/support/test.h"

static void check_fault(const char *text, size_t line, size_t column, const char *words)
{
    struct json_fault fault = {0};
    bool found = json_find_fault(text, strlen(text), &fault);
    bool ok = CHECK(found);
    ok &= CHECK_INT(fault.line, line);
    ok &= CHECK_INT(fault.column, column);
    ok &= CHECK(strstr(fault.text, words) != NULL);
    if (!ok)
        printf("  %s\n  said %zu:%zu: %s\n", text, fault.line, fault.column, fault.text);
}

TEST(a_mistake_in_json_is_named_with_its_place_and_remedy)
{
    static const struct {
        const char *text;
        size_t line, column;
        const char *words;
    } mistakes[] = {
        {"", 1, 1, "empty"},
        {" \n\n ", 3, 2, "empty"},
        {"{\n  \"a\": 1,\n}", 2, 9, "comma before the closing }: remove it"},
        {"[1,2,]", 1, 5, "comma before the closing ]"},
        {"{\"a\":1,,\"b\":2}", 1, 8, "remove it"},
        {"{\n\"a\": 1\n\"b\": 2}", 3, 1, "comma is missing"},
        {"[{} {}]", 1, 5, "comma is missing"},
        {"{\"a\" 1}", 1, 6, "colon is missing"},
        {"{\"a\"=1}", 1, 5, "colon is missing"},
        {"{'a':1}", 1, 2, "straight double quotes"},
        {"{\"a\":'x'}", 1, 6, "straight double quotes"},
        {"{“a”: 1}", 1, 2, "straight double quotes"},
        {"{\"ə\": “x”}", 1, 7, "straight double quotes"}, /* columns are characters */
        {"{a:1}", 1, 2, "A name in double quotes is expected here, not a"},
        {"{\"a\":True}", 1, 6, "not True: a text stands in double quotes"},
        {"{\"a\":text}", 1, 6, "not text"},
        {"{\"a\":trueish}", 1, 6, "not trueish"},
        {"{\n// who\n\"a\":1}", 2, 1, "no comments"},
        {"{\"a\":1 /* who */}", 1, 8, "no comments"},
        {"# a form\n{}", 1, 1, "no comments"},
        {"{\"a\":\"x\n\"}", 1, 6, "no closing quote on its line"},
        {"{\"a\":\"x", 1, 6, "no closing quote"},
        {"{\"a\":\"x\ty\"}", 1, 8, "A tab within a text is written \\t"},
        {"{\"pattern\":\"^\\d+$\"}", 1, 14, "\\\\d for \\d"},
        {"{\"a\":\"\\u12\"}", 1, 7, "backslash"},
        {"{\"a\":\"\\ud83d\"}", 1, 7, "half a character"},
        {"{\"a\":\"\\ude00\\ud83d\"}", 1, 7, "half a character"},
        {"[1234567890123456789012345678901234567890123456789012345678901]", 1, 2, "longer than 60"},
        {"{\"a\":[1,\n2", 2, 2, "the [ of line 1 is not closed"},
        {"{\n\"a\":{\n\"b\":1\n}\n", 5, 1, "the { of line 1 is not closed"},
        {"{\"a\":", 1, 6, "the { of line 1"},
        {"{\"a\":[1}", 1, 8, "closes what a [ opened"},
        {"{}}", 1, 3, "a bracket too many"},
        {"{\"a\":01}", 1, 6, "does not begin with 0"},
        {"{\"a\":+1}", 1, 6, "expected"},
        {"{\"a\":1.}", 1, 6, "digits behind the point"},
        {"{\"a\":-}", 1, 6, "begins with a digit"},
        {"{\"a\":1e}", 1, 6, "digits behind the e"},
        {"{\"a\":1,\n\"b\":2,\n\"a\":3}", 3, 1, "\"a\" stands twice"},
        {"{\"x\":{\"b\":1,\"bb\":2,\"b\":3}}", 1, 20, "\"b\" stands twice"},
        {"\xff\xfe{\0}", 1, 1, "UTF-16"},
        {"{\n\"a\":\"\xe9\"}", 2, 6, "not UTF-8"}, /* Latin-1 */
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_fault(mistakes[i].text, mistakes[i].line, mistakes[i].column, mistakes[i].words);
}

TEST(good_json_has_no_fault_whatever_wrote_it)
{
    static const char *const texts[] = {
        "{}",
        " [ ] ",
        "0",
        "-0.5e+10",
        "\"\"",
        "null",
        "\xef\xbb\xbf{\"a\":1}",                           /* a byte order mark */
        "{\r\n\t\"a\": [1, 2],\r\n\t\"b\": null\r\n}\r\n", /* line ends of Windows, tabs */
        "{\"a\":{\"a\":1},\"b\":{\"a\":2}}",               /* one name in different objects */
        "{\"a\":\"\\\\ \\\" \\/ \\b\\f\\n\\r\\t \\u018F ə\"}",
        "[\"\\ud83d\\ude00\",123456789012345678901234567890123456789012345678901234567890]",
        "[true,false,null,{\"\":[]}]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json_fault fault;
        if (!CHECK(!json_find_fault(texts[i], strlen(texts[i]), &fault)))
            printf("  %s\n  %zu:%zu: %s\n", texts[i], fault.line, fault.column, fault.text);
    }
}

/* Whatever the program cannot read has a fault that says why. */
TEST(what_cannot_be_read_as_json_has_a_fault)
{
    static const char whole[] = "{\"a\": [1, \"x\\n\", {\"b\": null}], \"c\": -1.5e3}";
    for (size_t cut = 0; cut < sizeof whole - 1; cut++) {
        struct json_fault fault = {0};
        struct json *json = NULL;
        CHECK(json_parse(whole, cut, &json, NULL) != ERR_OK);
        CHECK(json_find_fault(whole, cut, &fault) && *fault.text && fault.line == 1);
        json_free(&json);
    }
}

/* One byte of a text changed in every way that could matter: whatever has no fault can be read. */
TEST(what_has_no_fault_can_be_read)
{
    static const char whole[] =
        "{\"a\": [1, \"x\\n\\ud83d\\ude00\", {\"b\": null}], \"c\": -1.5e3, \"d\": true}",
                      bytes[] = "{}[]:,\"\\/'0918aeunf-+. \n\t\x01\xc3\x80";
    for (size_t at = 0; at < sizeof whole - 1; at++)
        for (size_t i = 0; i < sizeof bytes; i++) { /* with its NUL */
            char text[sizeof whole];
            struct json_fault fault;
            struct json *json = NULL;
            memcpy(text, whole, sizeof whole);
            text[at] = bytes[i];
            bool read = json_parse(text, sizeof whole - 1, &json, NULL) == ERR_OK;
            if (!CHECK(json_find_fault(text, sizeof whole - 1, &fault) || read))
                printf("  %s\n", text);
            json_free(&json);
        }
}

TEST(json_that_is_nested_beyond_measure_is_a_fault_and_no_crash)
{
    enum { DEEP = 100 * 1000 };
    struct json_fault fault;
    char *text = xmalloc(DEEP);
    memset(text, '[', DEEP);
    CHECK(json_find_fault(text, DEEP, &fault));
    CHECK(strstr(fault.text, "nested deeper") != NULL);
    free(text);
}
