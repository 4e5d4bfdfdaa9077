/* tests/unit/naughty_kept_test.c: in each field of a person whatever is typed or
 * pasted is either kept, sign for sign, at the hall, in its feed and in every copy, or refused with a sentence at the field and
 * nothing is changed. None is quietly made into another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "core/hall/verify.h"
#include "tests/support/naughty.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"
#include "tui/edit.h"

/* The whole name last: without one it is made of its parts. */
static const char *const fields[] = {"given", "father", "family", "address", "email", "name"};
enum { FIELDS = sizeof fields / sizeof *fields, TEXTS_MAX = 600 };

struct kept {
    struct pair pair;
    struct json *texts; /* as the field has them */
    bool taken[TEXTS_MAX][FIELDS];
    int seen, same;
};

/* As the field has it after a paste: what it shows is what is meant. */
static struct json *typed_texts(void)
{
    struct naughty naughty;
    struct json *texts = json_new_array();
    naughty_init(&naughty, 0);
    for (const char *text = naughty_next(&naughty); naughty.turns == 0; text = naughty_next(&naughty)) {
        struct edit edit;
        edit_init(&edit);
        CHECK(edit_insert(&edit, text, strlen(text)));
        if (*edit_text(&edit))
            json_add_text(texts, edit_text(&edit));
        edit_deinit(&edit);
    }
    naughty_deinit(&naughty);
    return texts;
}

static void person_id(size_t text, char id[64])
{
    str_format(id, 64, "0197a2b4-0000-7000-8000-%012zu", text);
}

static void put(struct kept *k, const struct actor *actor, size_t i, const struct json *text, int f)
{
    const struct server_env env = {.db = k->pair.hall, .epoch = 1, .now_ms = k->pair.now_ms, .mono_ms = 1};
    struct outcome out = {0};
    struct json *body = json_new_object();
    char id[64];
    person_id(i, id);
    json_set_text(body, "person", id);
    json_set(body, fields[f], json_copy(text));
    REQUIRE(server_command(&env, actor, "person.record", body, &out) == ERR_OK);
    k->taken[i][f] = out.applied;
    if (!out.applied && !CHECK(*out.message && str_equal(out.field, fields[f])))
        printf("    %s %s: %s %s\n", fields[f], json_as_text(text), out.code, out.message);
    json_free(&out.data);
    json_free(&body);
}

static void check_row(struct kept *k, const char *id, const struct json *row, const char *where)
{
    size_t i = (size_t)strtoull(id + strlen("0197a2b4-0000-7000-8000-"), NULL, 10);
    const char *text = json_as_text(json_at(k->texts, i));
    k->seen++;
    for (int f = 0; f < FIELDS; f++) {
        const char *got = json_text(row, fields[f]);
        if (k->taken[i][f] && !CHECK_TEXT(got, text))
            printf("    %s, %s\n", fields[f], where);
        k->same += k->taken[i][f];
    }
}

static void in_a_copy(void *ctx, const char *table, const char *id, const struct json *row)
{
    (void)table;
    if (str_starts(id, "0197a2b4-0000-7000-8000-"))
        check_row(ctx, id, row, "in the copy");
}

TEST(naughty_texts_in_each_field_of_a_person_are_kept_or_refused_at_the_field)
{
    static struct kept k;
    struct verified done;
    struct err_info info = {0};
    k = (struct kept){.texts = typed_texts()};
    pair_open(&k.pair);
    size_t count = json_count(k.texts), i = 0;
    struct actor actor;
    struct json *siti = pair_hall_row(&k.pair, TABLE_USER, "u-siti");
    actor_read(siti, "01900000-0000-7000-8000-0000000000aa", &actor);
    json_free(&siti);
    REQUIRE(count > 300 && count <= TEXTS_MAX);
    REQUIRE(db_begin(k.pair.hall) == ERR_OK);
    for (const struct json *text = json_first(k.texts); text; text = json_next(text), i++)
        for (int f = 0; f < FIELDS; f++)
            put(&k, &actor, i, text, f);
    REQUIRE(db_commit(k.pair.hall) == ERR_OK);
    for (i = 0; i < count; i++) {
        char id[64];
        bool any = false;
        person_id(i, id);
        for (int f = 0; f < FIELDS; f++)
            any = any || k.taken[i][f];
        struct json *row = any ? pair_hall_row(&k.pair, TABLE_PERSON, id) : NULL;
        if (any)
            check_row(&k, id, row, "at the hall");
        json_free(&row);
    }
    int at_hall = k.seen, same = k.same;
    CHECK(at_hall > 300);
    pair_start(&k.pair, 0);
    pair_sign_in(&k.pair, 0, "siti");
    pair_sync(&k.pair, 0);
    CHECK(cache_rows(k.pair.cache[0], "person", in_a_copy, &k) == ERR_OK);
    CHECK_INT(k.seen, 2 * at_hall);
    CHECK_INT(k.same, 2 * same);
    if (!CHECK(verify_store(k.pair.hall, &done, &info) == ERR_OK)) /* and so in the feed */
        printf("    %s\n", info.text);
    pair_close(&k.pair);
    json_free(&k.texts);
}
