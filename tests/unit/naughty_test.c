/* tests/unit/naughty_test.c: what is typed is what is stored and what others read, whatever it is (tests/support/naughty.h);
 * and whatever is looked for, there is an answer. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/export.h"
#include "tests/support/naughty.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"
#include "tui/edit.h"

#define CASE "0197a2b4-0000-7000-8000-000000000021"

/* As the field has it after a paste: what it shows is what is meant. */
static struct json *typed(struct naughty *naughty)
{
    struct json *texts = json_new_array();
    naughty_init(naughty, 0);
    while (naughty->turns == 0) {
        const char *text = naughty_next(naughty);
        struct edit edit;
        if (naughty->turns > 0)
            break;
        edit_init(&edit);
        edit.lines = true;
        CHECK(edit_insert(&edit, text, strlen(text)));
        json_add_text(texts, edit_text(&edit));
        edit_deinit(&edit);
    }
    naughty_deinit(naughty);
    return texts;
}

static bool is_printable(const char *text)
{
    while (*text >= ' ' && *text < 0x7f)
        text++;
    return *text == '\0';
}

TEST(naughty_texts_are_typed_as_they_are_seen)
{
    struct naughty naughty;
    naughty_init(&naughty, 0);
    for (int i = 0; naughty.turns == 0; i++) {
        const char *text = naughty_next(&naughty);
        struct edit edit;
        edit_init(&edit);
        CHECK(edit_insert(&edit, text, strlen(text)));
        if (is_printable(text) || str_equal(json_name(naughty.kind), "letters of the languages"))
            CHECK_TEXT(edit_text(&edit), text);
        edit_deinit(&edit);
    }
    naughty_deinit(&naughty);
}

static void take_up(struct pair *pair, int n, const char *login)
{
    pair_start(pair, n);
    pair_sign_in(pair, n, login);
    pair_sync(pair, n);
}

static void expect_same(const struct json *row, const struct json *texts, const char *who)
{
    const struct json *got = json_pointer(row, "/draft/street");
    if (!CHECK_INT((int64_t)json_count(got), (int64_t)json_count(texts)))
        return;
    for (size_t i = 0; i < json_count(texts); i++)
        if (!CHECK_TEXT(json_as_text(json_at(got, i)), json_as_text(json_at(texts, i))))
            CHECK_TEXT(who, "");
}

static enum err add_text(void *ctx, const char *text, size_t length)
{
    buf_add(ctx, text, length);
    return ERR_OK;
}

/* The second line is the application. */
static void expect_same_exported(struct pair *pair, const struct json *texts)
{
    const struct export_wish wish = {.unmasked = true};
    struct buf lines = {0};
    struct json *line = NULL;
    int64_t cases = 0;
    CHECK(export_lines(pair->hall, &wish, pair->now_ms, add_text, &lines, &cases) == ERR_OK);
    CHECK_INT(cases, 1);
    const char *second = strchr(buf_text(&lines), '\n') + 1;
    REQUIRE(json_parse(second, strcspn(second, "\n"), &line, NULL) == ERR_OK);
    expect_same(json_get(line, "case"), texts, "in an export");
    json_free(&line);
    buf_free(&lines);
}

TEST(naughty_texts_are_stored_as_they_are_typed)
{
    struct naughty naughty;
    struct json *texts = typed(&naughty), *row, *body = json_new_object(), *patch = json_new_object();
    struct pair pair;
    pair_open(&pair);
    take_up(&pair, 0, "siti");
    take_up(&pair, 1, "adi");
    pair_confirm(&pair, 0, "case.open", "{\"case\":\"" CASE "\",\"service\":\"s1\",\"channel\":\"walk_in\"}");
    json_set(patch, "street", json_copy(texts)); /* a draft may be as it is */
    json_set_text(body, "case", CASE);
    json_set(body, "patch", patch);
    char *text = json_print(body);
    pair_confirm(&pair, 0, "case.draft", text);
    pair_sync(&pair, 0);
    pair_sync(&pair, 1);
    row = pair_hall_row(&pair, TABLE_CASE, CASE);
    expect_same(row, texts, "at the hall");
    json_free(&row);
    for (int n = 0; n < 2; n++) {
        struct json *answer = pair_load(&pair, n, "case", "{\"case\":\"" CASE "\"}");
        expect_same(json_get(answer, "case"), texts, n ? "elsewhere" : "where it was typed");
        json_free(&answer);
    }
    expect_same_exported(&pair, texts);
    pair_close(&pair);
    free(text);
    json_free(&body);
    json_free(&texts);
}

TEST(naughty_texts_are_looked_for_without_harm)
{
    struct naughty naughty;
    struct json *texts = typed(&naughty);
    struct pair pair;
    pair_open(&pair);
    take_up(&pair, 0, "siti");
    for (const struct json *text = json_first(texts); text; text = json_next(text)) {
        static const char *const queries[] = {"persons", "services"};
        struct json *args = json_new_object();
        struct buf found = {0};
        json_set_text(args, "q", json_as_text(text));
        char *asked = json_print(args);
        for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
            struct json *answer = pair_load(&pair, 0, queries[i], asked);
            CHECK(answer != NULL);
            json_free(&answer);
        }
        CHECK_INT(reads_search(pair.reads, &pair.actor[0], json_as_text(text), NULL, 20, &found), ERR_OK);
        buf_free(&found);
        free(asked);
        json_free(&args);
    }
    pair_close(&pair);
    json_free(&texts);
}
