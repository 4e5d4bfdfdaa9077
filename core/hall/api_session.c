/* core/hall/api_session.c: POST and DELETE /v1/session. A password is checked by the hasher's thread; until then
 * the request waits in a list. What was typed goes into no log. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/log.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/issuers.h"
#include "core/hall/tokens.h"
#include "core/hall/writer.h"

struct sign_in {
    struct hall *hall;
    struct http_request *request;
    struct sign_in *next;
    int64_t id;
    struct json *user; /* NULL: there is no such login, but that is not told */
    char login[64], client[UUID_TEXT], address[64];
    char hash[PASSWORD_HASH];                    /* that the password was held against */
    char token[TOKEN_TEXT], label[ISSUER_LABEL]; /* label: for numbers given without the hall */
};

struct sign_ins {
    struct sign_in *first; /* being checked */
    int64_t last_id;
    int count;
};

struct sign_ins *sign_ins_new(void)
{
    return xcalloc(1, sizeof(struct sign_ins));
}

static void sign_in_free(struct sign_in *sign_in)
{
    json_free(&sign_in->user);
    secret_wipe(sign_in->token, sizeof sign_in->token);
    free(sign_in);
}

void sign_ins_free(struct sign_ins **slot)
{
    struct sign_ins *sign_ins = *slot;
    while (sign_ins && sign_ins->first) {
        struct sign_in *next = sign_ins->first->next;
        sign_in_free(sign_ins->first);
        sign_ins->first = next;
    }
    free(sign_ins);
    *slot = NULL;
}

int sign_ins_count(const struct sign_ins *sign_ins)
{
    return sign_ins->count;
}

/* --- too many guesses --- */

/* Guesses under way count as failed ones: sending many at once must not help. */
static int under_way(const struct sign_ins *sign_ins, const char *login)
{
    int count = 0;
    for (const struct sign_in *s = sign_ins->first; s; s = s->next)
        count += str_equal(s->login, login);
    return count;
}

static bool too_often(struct hall *hall, struct http_request *request, const char *login)
{
    int64_t by_login = throttle_wait_ms(&hall->throttle, "login", login, THROTTLE_LOGIN, hall->mono_ms);
    int64_t by_address =
        throttle_wait_ms(&hall->throttle, "address", http_address(request), THROTTLE_ADDRESS, hall->mono_ms);
    int64_t wait_ms = by_login > by_address ? by_login : by_address;
    if (wait_ms == 0 && under_way(hall->sign_ins, login) >= THROTTLE_LOGIN)
        wait_ms = 1000;
    if (wait_ms == 0)
        return false;
    char seconds[24], message[160];
    str_format(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    str_format(message, sizeof message, "Too many sign-ins failed. Try again in %s seconds.", seconds);
    http_add_header(request, "Retry-After", seconds);
    api_error(hall, request, 429, "too_many_attempts", NULL, message);
    return true;
}

/* --- the answer --- */

static struct json *user_json(const struct json *row)
{
    static const char *const members[] = {"id", "login", "name", "roles", "agency"};
    struct json *user = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *member = json_get(row, members[i]);
        json_set(user, members[i], member ? json_copy(member) : json_new_null());
    }
    return user;
}

static struct json *answer_json(const struct sign_in *sign_in)
{
    const struct hall *hall = sign_in->hall;
    char now[TIME_TEXT];
    struct json *body = json_new_object(), *about = json_new_object(), *numbers = json_new_object();
    time_text(hall->wall_ms, now);
    json_set_text(about, "code", hall->code);
    json_set_text(about, "name", hall->name);
    json_set_int(about, "rev", hall->state.rev);
    json_set_bool(about, "practice", hall->which.kind == HALL_TRAINING);
    if (*hall->which.identity)
        json_set_text(about, "identity", hall->which.identity);
    json_set_text(body, "token", sign_in->token);
    json_set_int(body, "expires_in", SESSION_S);
    json_set(body, "user", user_json(sign_in->user));
    json_set(body, "hall", about);
    json_set_int(body, "epoch", hall->epoch);
    json_set_text(numbers, "label", sign_in->label);
    json_set(body, "numbers", numbers);
    json_set_int(body, "proto", 1);
    json_set_text(body, "server_time", now);
    return body;
}

/* While the password was checked an administrator may have given another, or disabled the account: then it is as if it
 * had been typed afterwards. */
static enum err still_theirs(const struct sign_in *sign_in, struct db *db)
{
    char hash[PASSWORD_HASH];
    struct json *user = NULL;
    enum err err = session_user(db, sign_in->login, &user, hash);
    json_free(&user);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_REFUSED : err;
    return str_equal(hash, sign_in->hash) ? ERR_OK : ERR_REFUSED;
}

static enum err run_sign_in(void *ctx, const struct server_env *env)
{
    struct sign_in *sign_in = ctx;
    token_new(sign_in->token);
    enum err err = still_theirs(sign_in, env->db);
    if (err != ERR_OK)
        return err;
    err = issuer_lease(env->db, sign_in->client, sign_in->label);
    if (err != ERR_OK)
        return err;
    return session_add(env->db, sign_in->token, json_text_or(sign_in->user, "id", ""), sign_in->client,
                       sign_in->hall->session_ms);
}

static void refuse_sign_in(struct sign_in *sign_in);

static void signed_in(void *ctx, enum err err)
{
    struct sign_in *sign_in = ctx;
    if (err == ERR_REFUSED) {
        refuse_sign_in(sign_in);
        return;
    }
    if (err == ERR_OK) {
        struct json *body = answer_json(sign_in);
        api_answer_json(sign_in->hall, sign_in->request, 200, body);
        json_free(&body);
    } else {
        api_store_failed(sign_in->hall, sign_in->request, err);
    }
    sign_in_free(sign_in);
}

static void refuse_sign_in(struct sign_in *sign_in)
{
    struct hall *hall = sign_in->hall;
    throttle_failed(&hall->throttle, "login", sign_in->login, hall->mono_ms);
    throttle_failed(&hall->throttle, "address", sign_in->address, hall->mono_ms);
    hall->metrics.sign_ins_failed++;
    api_error(hall, sign_in->request, 401, "bad_credentials", NULL, "The name or the password is not right.");
    sign_in_free(sign_in);
}

static struct sign_in *take(struct sign_ins *sign_ins, int64_t id)
{
    struct sign_in **at = &sign_ins->first;
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    struct sign_in *found = *at;
    if (found) {
        *at = found->next;
        sign_ins->count--;
    }
    return found;
}

void sign_ins_checked(struct hall *hall)
{
    struct hashed result;
    while (hasher_take(hall->hasher, &result)) {
        struct sign_in *sign_in = take(hall->sign_ins, result.id);
        if (!sign_in) {
            admin_hashed(hall, &result);
            continue;
        }
        if (!result.right || !sign_in->user) {
            refuse_sign_in(sign_in);
            continue;
        }
        throttle_passed(&hall->throttle, "login", sign_in->login);
        writer_add(hall->writer, run_sign_in, signed_in, sign_in);
    }
}

/* --- the request --- */

static void check_password(struct hall *hall, struct http_request *request, const struct json *body)
{
    char hash[PASSWORD_HASH];
    struct sign_in *sign_in = xcalloc(1, sizeof *sign_in);
    *sign_in = (struct sign_in){.hall = hall, .request = request, .id = ++hall->sign_ins->last_id};
    str_copy(sign_in->login, sizeof sign_in->login, json_text(body, "user"));
    str_copy(sign_in->client, sizeof sign_in->client, json_text(body, "client"));
    str_copy(sign_in->address, sizeof sign_in->address, http_address(request));
    enum err err = session_user(hall->db, json_text(body, "user"), &sign_in->user, hash);
    if (err == ERR_ABSENT)
        str_copy(hash, sizeof hash, session_no_hash());
    else if (err != ERR_OK) {
        api_store_failed(hall, request, err);
        sign_in_free(sign_in);
        return;
    }
    str_copy(sign_in->hash, sizeof sign_in->hash, hash);
    if (!hasher_ask(hall->hasher, sign_in->id, hash, json_text(body, "password"))) {
        http_add_header(request, "Retry-After", "1");
        api_error(hall, request, 503, "busy", NULL, "Many people sign in at once. Try again in a moment.");
        sign_in_free(sign_in);
        return;
    }
    sign_in->next = hall->sign_ins->first;
    hall->sign_ins->first = sign_in;
    hall->sign_ins->count++;
}

static const char *missing_member(const struct json *body)
{
    static const char *const members[] = {"user", "password", "client"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_text(body, members[i]))
            return members[i];
    return uuid_valid(json_text(body, "client")) ? NULL : "client";
}

void call_sign_in(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    (void)actor;
    struct json *body = api_body(hall, request);
    if (!body)
        return;
    const char *missing = missing_member(body);
    if (missing)
        api_error(hall, request, 422, "invalid_session", missing,
                  "Signing in needs \"user\", \"password\" and \"client\", the installation's UUID.");
    else if (!too_often(hall, request, json_text(body, "user")))
        check_password(hall, request, body);
    json_free(&body);
}

/* --- signing out --- */

struct sign_out {
    struct hall *hall;
    struct http_request *request;
    char *token;
};

static enum err run_sign_out(void *ctx, const struct server_env *env)
{
    struct sign_out *sign_out = ctx;
    return session_remove(env->db, sign_out->token);
}

static void signed_out(void *ctx, enum err err)
{
    static const char done[] = "{\"signed_out\":true}";
    struct sign_out *sign_out = ctx;
    if (err == ERR_OK)
        api_answer(sign_out->hall, sign_out->request, 200, "application/json", done, sizeof done - 1);
    else
        api_store_failed(sign_out->hall, sign_out->request, err);
    secret_wipe(sign_out->token, strlen(sign_out->token));
    free(sign_out->token);
    free(sign_out);
}

void call_sign_out(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    (void)actor;
    struct sign_out *sign_out = xcalloc(1, sizeof *sign_out);
    *sign_out = (struct sign_out){hall, request, xstrdup(call_token(request))};
    tokens_forget(hall->tokens, sign_out->token);
    writer_add(hall->writer, run_sign_out, signed_out, sign_out);
}
