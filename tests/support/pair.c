/* tests/support/pair.c: see pair.h. */
#include "tests/support/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/session.h"
#include "tests/support/test.h"

static const int64_t start_ms = 1795572000000; /* 2026-11-25T02:00:00Z */

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    struct err_info info = {0};
    if (json_parse(text, strlen(text), &json, &info) != ERR_OK)
        printf("    %s\n    %s\n", info.text, text);
    REQUIRE(json);
    return json;
}

/* --- the hall --- */

static const struct seed {
    enum table table;
    const char *row;
} seeds[] = {
    {TABLE_HALL,
     "{\"id\":\"hall\",\"code\":\"T1\",\"name\":\"Test hall\",\"timezone\":\"UTC\",\"pack\":\"id\","
     "\"epoch\":1,\"business_day\":\"2026-11-25\",\"currency\":\"IDR\",\"date_order\":\"dmy\",\"weekend\":"
     "[\"sat\",\"sun\"],\"holidays\":[],\"priorities\":[{\"code\":\"elderly\",\"class\":1}]}"},
    {TABLE_AGENCY, "{\"id\":\"a1\",\"name\":{\"en\":\"Population\"}}"},
    {TABLE_QUEUE,
     "{\"id\":\"p\",\"code\":\"P\",\"name\":{\"en\":\"Population\"},\"agency\":\"a1\",\"rule\":{\"kind\":"
     "\"fifo\"},\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s1\"]}"},
    {TABLE_SERVICE,
     "{\"id\":\"s1\",\"agency\":\"a1\",\"queue\":\"p\",\"form_version\":1,\"name\":{\"en\":\"Identity "
     "card\"},"
     "\"documents\":[{\"code\":\"old-card\"}],"
     "\"fees\":[{\"tier\":\"standard\",\"duty\":\"0 IDR\",\"charge\":\"0 IDR\",\"currency\":\"IDR\"}],"
     "\"time\":{\"standard\":\"P5D\",\"days\":\"working\"},"
     "\"legal\":[{\"code\":\"L1\",\"name\":{\"en\":\"Law 24\"}}],"
     "\"reasons\":[{\"code\":\"R1\",\"outcomes\":[\"refuse\"],\"legal\":[\"L1\"],\"name\":{\"en\":\"Not "
     "genuine\"}}],"
     "\"form\":{\"version\":1,\"schema\":{\"type\":\"object\",\"required\":[\"reason\"],\"properties\":{"
     "\"reason\":{\"enum\":[\"expired\",\"lost\"]},\"street\":{\"type\":\"string\"}}}}}"},
    {TABLE_COUNTER,
     "{\"id\":\"c1\",\"name\":\"1\",\"agency\":\"a1\",\"queues\":[{\"queue\":\"p\",\"weight\":1}],"
     "\"state\":\"closed\",\"user\":null,\"fence\":0}"},
    {TABLE_COUNTER,
     "{\"id\":\"c2\",\"name\":\"2\",\"agency\":\"a1\",\"queues\":[{\"queue\":\"p\",\"weight\":1}],"
     "\"state\":\"closed\",\"user\":null,\"fence\":0}"},
    {TABLE_USER,
     "{\"id\":\"u-siti\",\"login\":\"siti\",\"name\":\"Siti\",\"roles\":[\"clerk\"],\"agency\":\"a1\","
     "\"active\":true}"},
    {TABLE_USER,
     "{\"id\":\"u-adi\",\"login\":\"adi\",\"name\":\"Adi\",\"roles\":[\"clerk\"],\"agency\":\"a1\","
     "\"active\":true}"},
    {TABLE_USER,
     "{\"id\":\"u-rina\",\"login\":\"rina\",\"name\":\"Rina\",\"roles\":[\"reception\"],\"agency\":\"\","
     "\"active\":true}"},
    {TABLE_USER,
     "{\"id\":\"u-budi\",\"login\":\"budi\",\"name\":\"Budi\",\"roles\":[\"supervisor\"],\"agency\":\"\","
     "\"active\":true}"},
};

static enum err write_seeds(struct tx *tx, void *ctx)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        struct json *row = parse(seeds[i].row);
        enum err err = tx_put(tx, seeds[i].table, json_text(row, "id"), row);
        json_free(&row);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

static struct hall_state state_of(const struct pair *pair)
{
    struct hall_state state = {0};
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    return state;
}

static struct server_env env_of(const struct pair *pair)
{
    return (struct server_env){
        .db = pair->hall, .epoch = state_of(pair).epoch, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
}

void pair_open(struct pair *pair)
{
    pair_open_in(pair, test_folder());
}

void pair_open_in(struct pair *pair, const char *folder)
{
    struct err_info info = {0};
    *pair = (struct pair){.now_ms = start_ms, .mono_ms = 1000000};
    str_copy(pair->folder, sizeof pair->folder, folder);
    rng_seed(&pair->rng, 11);
    REQUIRE(zone_set("UTC"));
    char *dir = xasprintf("%s/hall", pair->folder);
    REQUIRE(store_open(&pair->hall, dir, true, &info) == ERR_OK);
    free(dir);
    pair->reads = reads_new(pair->hall);
    struct server_env env = env_of(pair);
    struct json *nothing = json_new_object();
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_change(&env, "hall.setup", nothing, write_seeds, NULL) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    json_free(&nothing);
}

void pair_close(struct pair *pair)
{
    for (int n = 0; n < PAIR_STATIONS; n++)
        cache_close(&pair->cache[n]);
    reads_free(&pair->reads);
    db_close(&pair->hall);
}

struct json *pair_hall_row(struct pair *pair, enum table table, const char *id)
{
    struct json *row = NULL;
    enum err err = row_get(pair->hall, table, id, &row);
    CHECK(err == ERR_OK || err == ERR_ABSENT);
    return row;
}

static void actor_of(struct pair *pair, const char *login, const char *client, struct actor *actor)
{
    char id[64];
    str_format(id, sizeof id, "u-%s", login);
    struct json *row = pair_hall_row(pair, TABLE_USER, id);
    REQUIRE(row);
    actor_read(row, client, actor);
    json_free(&row);
}

struct json *pair_at_hall(struct pair *pair, const char *login, const char *type, const char *body)
{
    struct actor actor;
    struct outcome outcome = {0};
    struct server_env env = env_of(pair);
    struct json *json = parse(body);
    actor_of(pair, login, "01900000-0000-7000-8000-0000000000aa", &actor);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_command(&env, &actor, type, json, &outcome) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    if (!CHECK(outcome.applied))
        printf("    %s: %s %s\n", type, outcome.code, outcome.message);
    json_free(&json);
    return outcome.data ? outcome.data : json_new_object();
}

void pair_make_safe(struct pair *pair)
{
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(store_set_safe(pair->hall, state_of(pair).rev) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

/* --- a workstation --- */

char *pair_dir(const struct pair *pair, int n)
{
    return xasprintf("%s/station%d", pair->folder, n);
}

void pair_start(struct pair *pair, int n)
{
    struct err_info info = {0};
    char *dir = pair_dir(pair, n);
    cache_close(&pair->cache[n]);
    if (cache_open(&pair->cache[n], dir, pair->now_ms, &pair->rng, NULL, &info) != ERR_OK)
        printf("    %s\n", info.text);
    free(dir);
    REQUIRE(pair->cache[n]);
}

void pair_sign_in(struct pair *pair, int n, const char *login)
{
    struct cache *cache = pair->cache[n];
    char user[64];
    str_format(user, sizeof user, "u-%s", login);
    struct json *session = parse("{\"token\":\"t\",\"hall\":{\"code\":\"T1\"}}");
    json_set(session, "user", pair_hall_row(pair, TABLE_USER, user));
    actor_of(pair, login, cache_client_for(cache, login), &pair->actor[n]);
    REQUIRE(cache_sign_in(cache, session) == ERR_OK);
    if (cache_epoch(cache) == 0)
        REQUIRE(cache_new_epoch(cache, 1) == ERR_OK);
    CHECK_TEXT(cache_client(cache), pair->actor[n].client);
    json_free(&session);
}

int64_t pair_confirm(struct pair *pair, int n, const char *type, const char *body)
{
    struct saved saved;
    struct json *json = parse(body);
    enum err err = cache_confirm(pair->cache[n], type, json, pair->now_ms, &pair->rng, &saved);
    if (!CHECK(err == ERR_OK))
        printf("    %s: %s %s\n", type, saved.outcome.code, cache_message(pair->cache[n]));
    json_free(&saved.outcome.data);
    json_free(&json);
    return saved.seq;
}

/* --- what goes between them --- */

struct json *pair_push(struct pair *pair, int n)
{
    char *text = NULL;
    struct json *push = NULL;
    struct server_answer answer = {0};
    struct server_env env = env_of(pair);
    REQUIRE(cache_push_body(pair->cache[n], 50, 200 * 1024, &text) == ERR_OK);
    if (!text)
        return NULL;
    REQUIRE(json_parse(text, strlen(text), &push, NULL) == ERR_OK);
    free(text);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_push(&env, &pair->actor[n], push, &answer) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    json_free(&push);
    REQUIRE(answer.status == 200);
    return answer.body;
}

void pair_take(struct pair *pair, int n, const struct json *answer)
{
    if (!CHECK(cache_push_results(pair->cache[n], answer, NULL, NULL) == ERR_OK))
        printf("    %s\n", cache_message(pair->cache[n]));
}

static void take_snapshot(struct pair *pair, int n)
{
    struct hall_state state = state_of(pair);
    char *after = NULL;
    for (bool first = true, more = true; more; first = false) {
        struct buf text = {0};
        struct json *page = NULL;
        REQUIRE(reads_snapshot(pair->reads, &pair->actor[n], &state, after, pair->now_ms, &text) == ERR_OK);
        REQUIRE(json_parse(buf_text(&text), text.length, &page, NULL) == ERR_OK);
        REQUIRE(cache_snapshot_page(pair->cache[n], page, first) == ERR_OK);
        free(after);
        more = json_text(page, "next") != NULL;
        after = more ? xstrdup(json_text(page, "next")) : NULL;
        json_free(&page);
        buf_free(&text);
    }
    free(after);
    REQUIRE(cache_snapshot_swap(pair->cache[n], state.rev, state.epoch, pair->now_ms) == ERR_OK);
}

struct json *pair_news(struct pair *pair, int n)
{
    struct hall_state state = state_of(pair);
    struct buf text = {0};
    struct json *feed = NULL;
    int64_t to;
    REQUIRE(reads_feed(pair->reads, &pair->actor[n], &state, cache_cursor(pair->cache[n]), pair->now_ms,
                       &text, &to) == ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &feed, NULL) == ERR_OK);
    buf_free(&text);
    return feed;
}

void pair_feed(struct pair *pair, int n)
{
    struct cache *cache = pair->cache[n];
    if (cache_needs_snapshot(cache))
        take_snapshot(pair, n);
    struct json *feed = pair_news(pair, n);
    if (!CHECK(cache_feed(cache, feed, pair->now_ms) == ERR_OK))
        printf("    %s\n", cache_message(cache));
    json_free(&feed);
}

void pair_sync(struct pair *pair, int n)
{
    struct json *answer;
    if (cache_needs_snapshot(pair->cache[n]))
        pair_feed(pair, n);
    while ((answer = pair_push(pair, n))) {
        pair_take(pair, n, answer);
        json_free(&answer);
    }
    pair_feed(pair, n);
}

struct json *pair_load(struct pair *pair, int n, const char *what, const char *args)
{
    struct json *answer = NULL, *json = args ? parse(args) : NULL;
    enum err err = cache_load(pair->cache[n], what, json, pair->now_ms, &answer);
    if (!CHECK(err == ERR_OK || err == ERR_ABSENT))
        printf("    %s: %s\n", what, cache_message(pair->cache[n]));
    json_free(&json);
    return answer;
}

struct json *pair_push_text(struct pair *pair, int acked, const char *commands, int *status)
{
    struct server_answer answer = {0};
    const struct server_env env = {
        .db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    char *text = xasprintf("{\"client\":\"%s\",\"epoch\":1,\"acked_through\":%d,\"commands\":[%s]}",
                           pair->actor[0].client, acked, commands);
    struct json *body = parse(text);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_push(&env, &pair->actor[0], body, &answer) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    *status = answer.status;
    json_free(&body);
    free(text);
    return answer.body;
}

int64_t pair_count(struct pair *pair, const char *sql)
{
    struct stmt *s = db_query(pair->hall, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

int64_t pair_tickets(struct pair *pair)
{
    static const char sql[] = "SELECT count(*) FROM tickets";
    return pair_count(pair, sql);
}

int64_t pair_disputes(struct pair *pair)
{
    static const char sql[] = "SELECT count(*) FROM disputes";
    return pair_count(pair, sql);
}
