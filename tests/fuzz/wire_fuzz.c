/* tests/fuzz/wire_fuzz.c: whole push bodies into a hall, and what another system leaves there (a body with "service"). The member "as" of a push, which the hall ignores, names
 * the person who signs it; a push that the hall does not read is repaired (client, epoch, places, identities) and
 * given again, so that odd bodies reach every command.
 *
 * Holds: the store never fails; a refused record of class work has its dispute; the same push again has the same
 * answers and no effect; the file is whole (verify); and what came of it can be taken by a workstation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/applications.h"
#include "core/hall/session.h"
#include "core/hall/verify.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

static int64_t count_disputes(struct db *db)
{
    static const char sql[] = "SELECT count(*) FROM disputes";
    struct stmt *s = db_query(db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

static struct server_env env_of(struct pair *pair)
{
    struct hall_state state = {0};
    HOLD(store_state(pair->hall, &state) == ERR_OK);
    return (struct server_env){
        .db = pair->hall, .epoch = state.epoch, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
}

static void actor_as(struct pair *pair, const char *login, struct actor *actor)
{
    char id[64];
    str_format(id, sizeof id, "u-%s", login ? login : "siti");
    struct json *row = pair_hall_row(pair, TABLE_USER, id);
    if (!row)
        row = pair_hall_row(pair, TABLE_USER, "u-siti");
    actor_read(row, "01900000-0000-7000-8000-0000000000ff", actor);
    json_free(&row);
}

static struct server_answer push(struct pair *pair, const struct actor *actor, const struct json *body)
{
    struct server_answer answer = {0};
    struct server_env env = env_of(pair);
    HOLD(db_begin(pair->hall) == ERR_OK);
    enum err err = server_push(&env, actor, body, &answer);
    if (err != ERR_OK)
        fuzz_fail(err_text(err), __LINE__, db_message(pair->hall));
    HOLD(db_commit(pair->hall) == ERR_OK);
    HOLD(answer.body);
    return answer;
}

/* Results that must have left a dispute. */
static int64_t refused_work(const struct json *body, const struct json *answer)
{
    int64_t count = 0;
    const struct json *result = json_first(json_get(answer, "results"));
    for (const struct json *c = json_first(json_get(body, "commands")); c && result;
         c = json_next(c), result = json_next(result)) {
        const char *status = json_text(result, "status"),
                   *code = json_text(json_get(result, "error"), "code");
        HOLD(json_int(result, "seq", 0) == json_int(c, "seq", 0) && json_text(result, "id"));
        HOLD(str_equal(status, "applied") || (str_equal(status, "refused") && !str_empty(code)));
        HOLD(json_is_object(json_get(result, "data")));
        bool unread = str_equal(code, "malformed_command") || str_equal(code, "unknown_command") ||
                      str_equal(code, "unknown_version") || str_equal(code, "identity_used");
        bool work = command_class(json_text_or(c, "type", "?")) == COMMAND_WORK;
        count += str_equal(status, "refused") && (unread || work);
    }
    return count;
}

static bool repeats_itself(const struct json *body)
{
    for (const struct json *a = json_first(json_get(body, "commands")); a; a = json_next(a))
        for (const struct json *b = json_next(a); b; b = json_next(b))
            if (json_int(a, "seq", 0) == json_int(b, "seq", 0) ||
                (json_text(a, "id") && str_equal(json_text(a, "id"), json_text(b, "id"))))
                return true;
    return false;
}

static void again(struct pair *pair, const struct actor *actor, const struct json *body,
                  const struct json *first)
{
    struct server_answer second = push(pair, actor, body);
    HOLD(second.status == 200 && second.commands == 0);
    char *a = json_print(json_get(first, "results")), *b = json_print(json_get(second.body, "results"));
    /* An answer that is acknowledged with the second push is dropped. */
    HOLD(strcmp(a, b) == 0 || repeats_itself(body) || json_int(body, "acked_through", 0) > 0);
    HOLD(json_int(first, "rev", 0) == json_int(second.body, "rev", 0));
    free(a);
    free(b);
    json_free(&second.body);
}

/* The world was made past the clients' streams, so the hall cannot know the identities of its commands again. */
static bool names_the_world(struct pair *pair, const struct json *body)
{
    static const char sql[] = "SELECT 1 FROM change WHERE command = $1";
    bool found = false;
    for (const struct json *c = json_first(json_get(body, "commands")); c && !found; c = json_next(c)) {
        struct stmt *s = db_query(pair->hall, sql);
        db_bind_text(s, 1, json_text(c, "id"));
        found = db_step(s) == ERR_OK;
        db_done(s);
    }
    return found;
}

static void check_hall(struct pair *pair)
{
    struct verified done = {0};
    struct err_info info = {0};
    if (verify_store(pair->hall, &done, &info) != ERR_OK)
        fuzz_fail(info.text, __LINE__, "the hall's file is whole");
}

/* True when the hall read it. The whole file is looked at for some inputs only: it costs most of the time. */
static bool try_push(struct pair *pair, const struct json *body, bool verify)
{
    struct actor actor;
    actor_as(pair, json_text(body, "as"), &actor);
    int64_t disputes = count_disputes(pair->hall);
    verify = verify && !names_the_world(pair, body);
    struct server_answer answer = push(pair, &actor, body);
    bool read = answer.status == 200 && json_count(json_get(answer.body, "results")) > 0;
    HOLD(answer.status == 200 || json_text(json_get(answer.body, "error"), "code"));
    if (read) {
        int64_t refused = refused_work(body, answer.body);
        HOLD(count_disputes(pair->hall) >= disputes + refused || repeats_itself(body));
        again(pair, &actor, body, answer.body);
        if (verify)
            check_hall(pair);
        pair_feed(pair, WORLD_STATION);
        world_check_cache(pair->cache[WORLD_STATION]);
    }
    json_free(&answer.body);
    return read;
}

static struct json *repaired(const struct json *body)
{
    char id[40];
    struct json *push = json_new_object(), *commands = json_new_array();
    json_set_text(push, "as", json_text(body, "as"));
    json_set_text(push, "client", "01900000-0000-7000-8000-0000000000ff");
    json_set_int(push, "epoch", 1);
    const struct json *c = json_first(json_get(body, "commands"));
    for (int seq = 1; c && seq <= 50; c = json_next(c)) {
        if (!json_is_object(c))
            continue;
        struct json *copy = json_copy(c);
        str_format(id, sizeof id, "01900000-0000-7000-8000-00000000f%03d", seq);
        json_set_text(copy, "id", id);
        json_set_int(copy, "seq", seq++);
        json_set_int(copy, "v", 1);
        json_add(commands, copy);
    }
    json_set(push, "commands", commands);
    return push;
}

/* --- an application of another system --- */

static struct server_answer leave(struct pair *pair, const struct json *body)
{
    static const struct partner key = {
        .id = "K1", .agency = "a1", .name = "portal", .scope = PARTNER_APPLIES};
    const struct application_request request = {.from = &key, .languages = json_text(body, "language")};
    struct server_answer answer = {0};
    struct server_env env = env_of(pair);
    HOLD(db_begin(pair->hall) == ERR_OK);
    enum err err = application_receive(&env, &request, body, &answer);
    if (err != ERR_OK)
        fuzz_fail(err_text(err), __LINE__, db_message(pair->hall));
    HOLD(db_commit(pair->hall) == ERR_OK);
    HOLD(answer.body);
    return answer;
}

static int64_t rev_of(struct pair *pair)
{
    struct hall_state state = {0};
    HOLD(store_state(pair->hall, &state) == ERR_OK);
    return state.rev;
}

/* It is there as one change, once, or nothing is; what is refused says where. */
static void try_application(struct pair *pair, const struct json *body)
{
    int64_t before = rev_of(pair);
    struct server_answer first = leave(pair, body);
    HOLD(rev_of(pair) == before + (first.status == 200));
    HOLD(first.status == 200 || json_text(json_get(first.body, "error"), "code"));
    struct server_answer second = leave(pair, body);
    HOLD(second.status == first.status && json_equal(first.body, second.body));
    HOLD(rev_of(pair) == before + (first.status == 200));
    if (first.status == 200) {
        check_hall(pair);
        pair_feed(pair, WORLD_STATION);
        world_check_cache(pair->cache[WORLD_STATION]);
    }
    json_free(&first.body);
    json_free(&second.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pair *pair = world();
    char *text = fuzz_text(data, size), *named = world_text(text);
    struct json *body = NULL;
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += data[i];
    bool verify = sum % 8 == 0;
    if (strlen(text) == size && json_parse(named, strlen(named), &body, NULL) == ERR_OK) {
        world_begin();
        bool application = json_get(body, "service") != NULL;
        bool read = application || try_push(pair, body, verify);
        if (application)
            try_application(pair, body);
        world_end();
        if (!read && json_count(json_get(body, "commands")) > 0) {
            struct json *better = repaired(body);
            world_begin();
            try_push(pair, better, verify);
            world_end();
            json_free(&better);
        }
    }
    json_free(&body);
    free(named);
    free(text);
    return 0;
}
