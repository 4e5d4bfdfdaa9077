/* core/hall/api_admin.c: POST /v1/admin: accounts and counters from the screen. It is no command: a password may stand in
 * no outbox, feed, audit or log. It is hashed by the hasher's thread; until then the request waits in a list, and what is
 * then written has the hash alone (admin_people.h). */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/hall/admin_people.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/polls.h"
#include "core/hall/tokens.h"
#include "core/hall/writer.h"
#include "core/model/password.h"

struct admin_call {
    struct hall *hall;
    struct http_request *request;
    struct admin_call *next;
    int64_t id; /* negative: sign-ins have the others */
    struct actor actor;
    char *token;
    struct json *asked, *answer;
    struct admin_refusal refusal;
    enum err refused; /* as admin_people said it; ERR_OK: it did not refuse */
};

struct admin_calls {
    struct admin_call *first; /* whose password is being hashed */
    int64_t last_id;
};

struct admin_calls *admin_calls_new(void)
{
    return xcalloc(1, sizeof(struct admin_calls));
}

static void call_free(struct admin_call *errand)
{
    json_free(&errand->asked);
    json_free(&errand->answer);
    secret_wipe(errand->token, strlen(errand->token));
    free(errand->token);
    free(errand);
}

void admin_calls_free(struct admin_calls **slot)
{
    struct admin_calls *calls = *slot;
    while (calls && calls->first) {
        struct admin_call *next = calls->first->next;
        call_free(calls->first);
        calls->first = next;
    }
    free(calls);
    *slot = NULL;
}

/* --- the answer --- */

static int status_of(enum err err)
{
    return err == ERR_ABSENT ? 404 : err == ERR_CONFLICT ? 409 : err == ERR_REFUSED ? 403 : 422;
}

static enum err run(void *ctx, const struct server_env *env)
{
    struct admin_call *errand = ctx;
    const struct admin_by by = {&errand->actor, errand->token};
    json_free(&errand->answer);
    enum err err = admin_people(env, &by, errand->asked, &errand->answer, &errand->refusal);
    /* Its ERR_CONFLICT ("there is an account siti already") is not the store's, which would end the hall. */
    bool refused = err != ERR_OK && errand->refusal.code[0];
    errand->refused = refused ? err : ERR_OK;
    return refused ? ERR_REFUSED : err;
}

/* Who is who may be another by now, or is signed out: also for polls that wait since before. */
void admin_told_of(struct hall *hall, const struct json *row)
{
    if (!json_get(row, "login"))
        return;
    tokens_clear(hall->tokens);
    polls_user_changed(hall, row);
}

static void done(void *ctx, enum err err)
{
    struct admin_call *errand = ctx;
    struct hall *hall = errand->hall;
    if (err == ERR_OK) {
        admin_told_of(hall, json_get(errand->answer, "row"));
        api_answer_json(hall, errand->request, 200, errand->answer);
    } else if (err == ERR_REFUSED && errand->refused != ERR_OK) {
        api_error(hall, errand->request, status_of(errand->refused), errand->refusal.code,
                  errand->refusal.field, errand->refusal.info.text);
    } else {
        api_store_failed(hall, errand->request, err);
    }
    call_free(errand);
}

/* --- the password --- */

void admin_hashed(struct hall *hall, const struct hashed *hashed)
{
    struct admin_call **at = &hall->admin_calls->first;
    while (*at && (*at)->id != hashed->id)
        at = &(*at)->next;
    struct admin_call *errand = *at;
    if (!errand)
        return;
    *at = errand->next;
    if (!hashed->right) {
        api_error(hall, errand->request, 503, "busy", NULL,
                  "The hall has no memory left to store a password. Nothing was changed; try again soon.");
        call_free(errand);
        return;
    }
    json_set_text(errand->asked, "hash", hashed->made);
    writer_add(hall->writer, run, done, errand);
}

static void hash(struct admin_call *errand, const char *password)
{
    struct admin_calls *calls = errand->hall->admin_calls;
    errand->id = --calls->last_id;
    if (!hasher_ask_first(errand->hall->hasher, errand->id, NULL, password)) {
        http_add_header(errand->request, "Retry-After", "1");
        api_error(errand->hall, errand->request, 503, "busy", NULL,
                  "Many people sign in at once. Nothing was changed; try again in a moment.");
        call_free(errand);
        return;
    }
    errand->next = calls->first;
    calls->first = errand;
}

/* --- the request --- */

/* What is asked, without what may come from nobody: a hash, and the password itself. One that somebody else chose is for
 * the first sign-in alone. */
static struct json *without_secrets(const struct json *body, const struct actor *actor)
{
    bool own = str_equal(json_text(body, "login"), actor->login);
    struct json *asked = json_copy(body);
    json_remove(asked, "hash");
    json_remove(asked, "password");
    json_set_bool(asked, "first", !own);
    return asked;
}

static bool may(struct hall *hall, struct http_request *request, const struct actor *actor, const char *what)
{
    if (!admin_people_knows(what)) {
        api_error(hall, request, 422, "unknown_task", "do",
                  "\"do\" names what is to be done, such as user.add. Nothing was changed.");
        return false;
    }
    if (actor->roles & admin_people_roles(what))
        return true;
    api_error(
        hall, request, 403, "forbidden", NULL,
        "Accounts and counters are changed by an administrator, counters by a supervisor too. Nothing was "
        "changed.");
    return false;
}

static bool is_strong(struct hall *hall, struct http_request *request, const struct json *body)
{
    const char *login = json_text_or(body, "login", "");
    char hash[PASSWORD_HASH];
    struct json *user = NULL;
    if (session_user(hall->db, login, &user, hash) != ERR_OK)
        user = NULL; /* nobody there: the task says so */
    const struct password_of of = {
        .login = login, .name = json_text_or(body, "name", json_text(user, "name")), .hall = hall->name};
    bool weak = password_is_weak(json_text(body, "password"), &of);
    json_free(&user);
    if (weak)
        api_error(hall, request, 422, "weak_password", "password", WEAK_PASSWORD);
    return !weak;
}

void call_admin(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct json *body = api_body(hall, request);
    const char *what = json_text(body, "do");
    if (!body)
        return;
    bool hashes = admin_people_hashes(what);
    if (may(hall, request, actor, what) && (!hashes || is_strong(hall, request, body))) {
        struct admin_call *errand = xcalloc(1, sizeof *errand);
        *errand = (struct admin_call){.hall = hall,
                                      .request = request,
                                      .actor = *actor,
                                      .token = xstrdup(call_token(request)),
                                      .asked = without_secrets(body, actor)};
        if (hashes)
            hash(errand, json_text(body, "password"));
        else
            writer_add(hall->writer, run, done, errand);
    }
    const char *password = json_text(body, "password");
    if (password)
        secret_wipe((char *)(uintptr_t)password, strlen(password));
    json_free(&body);
}
