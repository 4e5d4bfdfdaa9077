/* tests/unit/wire_test.c: JSON documents from outside, and the hash chain of the feed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/feed.h"
#include "tests/support/test.h"

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

static bool accepts(const char *text, size_t length)
{
    struct json *json = NULL;
    struct err_info info = {0};
    bool ok = json_parse(text, length, &json, &info) == ERR_OK;
    CHECK(ok == (json != NULL));
    CHECK(ok || *info.text); /* every refusal is a sentence */
    json_free(&json);
    return ok;
}

/* What was a member of an object is an item when it stands in an array: an error's pointer goes by its index. */
TEST(wire_a_copy_has_no_name_of_its_own)
{
    static const char text[] = "{\"row\":{\"a\":1}}";
    struct json *object = NULL, *array = json_new_array();
    REQUIRE(json_parse(text, strlen(text), &object, NULL) == ERR_OK);
    json_add(array, json_copy(json_get(object, "row")));
    CHECK(!json_name(json_first(array)));
    CHECK_TEXT(json_name(json_first(json_first(array))), "a");
    CHECK_TEXT(json_name(json_get(object, "row")), "row");
    json_free(&object);
    json_free(&array);
}

TEST(json_refuses_what_is_no_document)
{
    static const char *const wrong[] = {"",         "{",         "{\"a\":1}x", "[1,]",
                                        "{\"a\":}", "nul",       "\"\xff\"",   "{\"a\" 1}",
                                        "[1 2]",    "\"\\u12\"", "{a:1}",      "'a'"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!CHECK(!accepts(wrong[i], strlen(wrong[i]))))
            printf("    %s\n", wrong[i]);
    CHECK(accepts(" {\"a\":[1,2.5,\"\\u0259\",null,true]} ",
                  strlen(" {\"a\":[1,2.5,\"\\u0259\",null,true]} ")));
    CHECK(!accepts("{}\0{}", 5));
}

TEST(json_depth_is_bounded)
{
    struct buf deep = {0};
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        buf_addc(&deep, '[');
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        buf_addc(&deep, ']');
    CHECK(accepts(buf_text(&deep), deep.length));
    buf_clear(&deep);
    for (int i = 0; i < 100000; i++)
        buf_addc(&deep, '[');
    CHECK(!accepts(buf_text(&deep), deep.length));
    buf_free(&deep);
}

TEST(json_prints_what_it_read)
{
    static const char text[] =
        "{\"z\":1,\"a\":{\"b\":[true,null,\"ə\\n\"]},\"m\":-2.5,\"big\":999999999999999}";
    struct json *json = parse(text);
    char *printed = json_print(json);
    CHECK_TEXT(printed, text);
    free(printed);
    json_free(&json);
}

/* Digests are made of printed text, so it never changes: what cJSON prints, byte for byte. */
TEST(json_prints_each_number_and_letter_one_way)
{
    static const char *const cases[][2] = {
        {"[0,-0,-7,1.0,2.5e3]", "[0,-0,-7,1,2500]"},
        {"[999999999999999,-999999999999999,1e15,-1e15]", "[999999999999999,-999999999999999,1e+15,-1e+15]"},
        {"[0.1,-2.50,1e-9,0.1e400]", "[0.1,-2.5,1e-09,null]"},
        {"[3.141592653589793]", "[3.1415926535897931]"},
        {"[\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\\\/\"]", "[\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\"]"},
        {"[\"\\u0259\",\"\x7f\",\"\"]", "[\"ə\",\"\x7f\",\"\"]"},
        {"{ \"a\\n\" : { } , \"b\" : [ ] , \"c\":[ {},false ] }", "{\"a\\n\":{},\"b\":[],\"c\":[{},false]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *json = parse(cases[i][0]);
        char *printed = json_print(json);
        CHECK_TEXT(printed, cases[i][1]);
        free(printed);
        json_free(&json);
    }
}

TEST(json_readers_are_safe_with_anything)
{
    struct json *json = parse("{\"text\":1,\"int\":\"x\",\"array\":{}}");
    CHECK(json_text(json, "text") == NULL);
    CHECK_INT(json_int(json, "int", 7), 7);
    CHECK(json_get(json_get(json, "none"), "deeper") == NULL);
    CHECK_INT((int64_t)json_count(NULL), 0);
    CHECK(json_at(NULL, 3) == NULL);
    CHECK(json_first(NULL) == NULL);
    struct json *list = parse("[7]");
    CHECK(json_pointer(list, "/4294967296") == NULL); /* no index goes round */
    CHECK(json_pointer(list, "/ 0") == NULL);
    json_free(&list);
    char *nothing = json_print(NULL);
    CHECK_TEXT(nothing, "null");
    free(nothing);
    json_free(&json);
}

TEST(json_merge_patch_of_the_rfc)
{
    /* RFC 7396, appendix A, where the target is an object */
    static const char *const cases[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *target = parse(cases[i][0]), *patch = parse(cases[i][1]);
        json_merge(target, patch);
        char *got = json_print(target);
        CHECK_TEXT(got, cases[i][2]);
        free(got);
        json_free(&target);
        json_free(&patch);
    }
}

TEST(json_pointer_of_the_rfc)
{
    struct json *json = parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"m~n\":8}");
    CHECK_TEXT(json_as_text(json_pointer(json, "/foo/1")), "baz");
    CHECK_INT(json_as_int(json_pointer(json, "/"), -1), 0);
    CHECK_INT(json_as_int(json_pointer(json, "/a~1b"), -1), 1);
    CHECK_INT(json_as_int(json_pointer(json, "/m~0n"), -1), 8);
    CHECK(json_pointer(json, "") == json);
    CHECK(json_pointer(json, "/foo/2") == NULL);
    CHECK(json_pointer(json, "/foo/01") == NULL);
    json_free(&json);
}

/* --- the feed's chain --- */

static void add_item(struct json *items, int64_t rev, const char *row, char head[SHA256_TEXT])
{
    struct json *item = json_new_object(), *rows = json_new_array(), *line = json_new_object();
    char leaf[1][SHA256_TEXT];
    json_set_text(line, "t", "counter");
    json_set_text(line, "id", "c1");
    json_set(line, "row", parse(row));
    feed_leaf("counter", "c1", json_get(line, "row"), leaf[0]);
    feed_chain(head, rev, "command", "user", leaf, 1, head);
    json_add(rows, line);
    json_set_int(item, "rev", rev);
    json_set_text(item, "command", "command");
    json_set_text(item, "by", "user");
    json_set(item, "rows", rows);
    json_set_text(item, "h", head);
    json_add(items, item);
}

static struct json *feed_of(int64_t from, int count, char head[SHA256_TEXT])
{
    struct json *feed = json_new_object(), *items = json_new_array();
    for (int64_t rev = from + 1; rev <= from + count; rev++)
        add_item(items, rev, "{\"id\":\"c1\",\"row_rev\":1,\"name\":\"7\"}", head);
    json_set_int(feed, "from", from);
    json_set_int(feed, "to", from + count);
    json_set(feed, "items", items);
    return feed;
}

TEST(feed_chain_follows_on)
{
    char made[SHA256_TEXT] = "", seen[SHA256_TEXT] = "";
    struct json *feed = feed_of(0, 3, made);
    CHECK(feed_verify(feed, 0, seen, NULL) == ERR_OK);
    CHECK_TEXT(seen, made);
    CHECK(feed_verify(feed, 3, seen, NULL) == ERR_OK); /* the same again: nothing beyond the cursor */
    json_free(&feed);
}

TEST(feed_chain_shows_any_change)
{
    static const char *const changes[] = {"/items/1/rows/0/row/name", "/items/1/by", "/items/1/command",
                                          "/items/1/rows/0/id", "/items/1/h"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char made[SHA256_TEXT] = "", seen[SHA256_TEXT] = "";
        struct err_info info = {0};
        struct json *feed = feed_of(0, 3, made);
        json_set_pointer(feed, changes[i], json_new_text("other"));
        if (!CHECK(feed_verify(feed, 0, seen, &info) == ERR_INVALID))
            printf("    %s\n", changes[i]);
        CHECK(*info.text);
        CHECK_TEXT(seen, ""); /* unchanged */
        json_free(&feed);
    }
}

TEST(feed_with_a_gap_is_refused)
{
    char made[SHA256_TEXT] = "", seen[SHA256_TEXT] = "";
    struct json *feed = feed_of(0, 1, made), *later = feed_of(5, 1, made);
    CHECK(feed_verify(feed, 0, seen, NULL) == ERR_OK);
    CHECK(feed_verify(later, 1, seen, NULL) == ERR_INVALID);
    json_free(&feed);
    json_free(&later);
}
