/* core/hall/api_session.c: POST and DELETE /v1/session. A password is checked by the hasher's thread; until then
 * the request waits in a list. What was typed goes into no log. Whoever says a new password beside the one that is right comes
 * in by it, and their other sign-ins end: so a person changes their own, of their own accord or because they must.
 *
 * Of an account with a second factor (factor.h) its code is asked too, of a password that was right and of no other. Whoever says a
 * new factor, and a code that proves that they have it, has that from then on. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/log.h"
#include "core/hall/account_rules.h"
#include "core/hall/admin_people.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/issuers.h"
#include "core/hall/strangers.h"
#include "core/hall/tokens.h"
#include "core/hall/totp.h"
#include "core/hall/writer.h"
#include "core/model/password.h"

struct sign_in {
    struct hall *hall;
    struct http_request *request;
    struct sign_in *next;
    int64_t id;
    struct json *user; /* NULL: there is no such login, but that is not told */
    char login[64], client[UUID_TEXT], address[64];
    bool seat;                                   /* they have a sign-in at that workstation */
    char hash[PASSWORD_HASH];                    /* that the password was held against; "" none */
    char *changed;                               /* the new password, until it is hashed; or NULL */
    bool same;                                   /* it is the old one */
    bool changes;                                /* it is hashed: in made */
    char made[PASSWORD_HASH];                    /* the hash to keep in place of that one; "" none */
    int hours;                                   /* that the sign-in lasts */
    char token[TOKEN_TEXT], label[ISSUER_LABEL]; /* label: for numbers given without the hall */
    char *code, *factor, *factor_code;           /* of the second factor; a new one and its first; or NULL */
    bool due, proved;                            /* the policy wants one; a code was right */
    const char
        *refused; /* why the transaction did not let them in, a code; NULL: it did, or the password did not */
    struct json *recovery, *told; /* codes of loss, told this once; what happened to their account */
};

enum { FROM_AN_ADDRESS = 32 }; /* passwords that are checked at once, unless the hall knows who sits there */

struct sign_ins {
    struct sign_in *first; /* being checked */
    int64_t last_id;
    int count;
};

struct sign_ins *sign_ins_new(void)
{
    return xcalloc(1, sizeof(struct sign_ins));
}

static void forget_changed(struct sign_in *sign_in)
{
    if (sign_in->changed)
        secret_wipe(sign_in->changed, strlen(sign_in->changed));
    free(sign_in->changed);
    sign_in->changed = NULL;
}

static void forget_text(char **text)
{
    if (*text)
        secret_wipe(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

static void sign_in_free(struct sign_in *sign_in)
{
    json_free(&sign_in->user);
    forget_changed(sign_in);
    forget_text(&sign_in->code);
    forget_text(&sign_in->factor);
    forget_text(&sign_in->factor_code);
    for (const struct json *code = json_first(sign_in->recovery); code; code = json_next(code))
        secret_wipe((char *)(uintptr_t)json_as_text(code), strlen(json_as_text(code)));
    json_free(&sign_in->recovery);
    json_free(&sign_in->told);
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

static struct throttle_sign_in counted_as(const struct sign_in *sign_in)
{
    return (struct throttle_sign_in){sign_in->login, sign_in->client, sign_in->address, sign_in->seat};
}

static bool too_often(const struct sign_in *sign_in)
{
    const struct throttle_sign_in from = counted_as(sign_in);
    struct hall *hall = sign_in->hall;
    int64_t wait_ms = throttle_sign_in_wait_ms(&hall->throttle, &from, hall->mono_ms);
    if (wait_ms == 0)
        return false;
    if (stranger_waits(hall, sign_in->request, false)) /* who does not wait is a flood */
        return true;
    char seconds[24], message[160];
    str_format(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    str_format(message, sizeof message, "Too many sign-ins failed. Try again in %s seconds.", seconds);
    http_add_header(sign_in->request, "Retry-After", seconds);
    api_error(hall, sign_in->request, 429, "too_many_attempts", NULL, message);
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
    json_set_int(body, "expires_in", (int64_t)sign_in->hours * 3600);
    json_set(body, "user", user_json(sign_in->user));
    json_set(body, "hall", about);
    json_set_int(body, "epoch", hall->epoch);
    json_set_text(numbers, "label", sign_in->label);
    json_set(body, "numbers", numbers);
    json_set_int(body, "proto", 1);
    json_set_text(body, "server_time", now);
    if (json_count(sign_in->recovery))
        json_set(body, "recovery", json_copy(sign_in->recovery));
    json_set(body, "told", sign_in->told ? json_copy(sign_in->told) : json_new_array());
    return body;
}

/* While the password was checked an administrator may have given another, or disabled the account: then it is as if it
 * had been typed afterwards. Another hash under the same `password_at` is the same password's, made anew by a sign-in beside this one. */
static enum err still_theirs(const struct sign_in *sign_in, struct db *db)
{
    char hash[PASSWORD_HASH];
    struct json *user = NULL;
    enum err err = session_user(db, sign_in->login, &user, hash);
    bool same = str_equal(hash, sign_in->hash) || str_equal(json_text_or(user, "password_at", ""),
                                                            json_text_or(sign_in->user, "password_at", ""));
    json_free(&user);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_REFUSED : err;
    return same ? ERR_OK : ERR_REFUSED;
}

/* --- the second factor, in the transaction --- */

/* On a bus and in training there is none: its codes of before are at home, and nobody's data is there to train with. */
static bool has_factors(const struct hall *hall)
{
    return !hall->state.mobile && hall->which.kind != HALL_TRAINING;
}

static enum err say(struct sign_in *sign_in, const char *refused)
{
    sign_in->refused = refused;
    return ERR_REFUSED;
}

static void note_used(struct sign_in *sign_in, int left, int64_t now_ms)
{
    char at[TIME_TEXT];
    struct json *note = json_new_object();
    time_text(now_ms, at);
    json_set_text(note, "what", "recovery_used");
    json_set_text(note, "at", at);
    json_set_int(note, "left", left);
    json_add(sign_in->told, note);
}

static enum err try_code(struct sign_in *sign_in, const struct server_env *env)
{
    static const char *const refusals[] = {[FACTOR_WRONG] = "wrong_code",
                                           [FACTOR_USED] = "used_code",
                                           [FACTOR_OFF] = "codes_off",
                                           [FACTOR_UNREADABLE] = "factor_unreadable"};
    enum factor_said said;
    int left;
    enum err err = factor_try(env->db, &sign_in->hall->factor_key, json_text_or(sign_in->user, "id", ""),
                              sign_in->code, env->now_ms, &said, &left);
    if (err != ERR_OK)
        return err;
    sign_in->proved = said == FACTOR_RIGHT;
    if (!sign_in->proved)
        sign_in->refused = refusals[said]; /* no error: that it was wrong is kept */
    else if (left >= 0)
        note_used(sign_in, left, env->now_ms);
    return ERR_OK;
}

/* What an account does to itself: a line of the audit, and a member of its row. */
static enum err change_own(struct sign_in *sign_in, const struct server_env *env, const char *what,
                           const char *hash)
{
    struct admin_refusal refusal;
    struct actor actor;
    struct json *request = json_new_object(), *answer = NULL;
    const struct admin_by by = {&actor, NULL};
    actor_read(sign_in->user, sign_in->client, &actor);
    json_set_text(request, "do", what);
    json_set_text(request, "login", sign_in->login);
    if (hash)
        json_set_text(request, "hash", hash);
    enum err err = admin_people(env, &by, request, &answer, &refusal);
    json_free(&request);
    json_free(&answer);
    return refusal.code[0] ? ERR_REFUSED : err;
}

static enum err set_up_factor(struct sign_in *sign_in, const struct server_env *env)
{
    int64_t step;
    if (!totp_fits(sign_in->factor, sign_in->factor_code, env->now_ms, -1, &step))
        return say(sign_in, "wrong_new_code");
    enum err err = change_own(sign_in, env, "user.own_factor", NULL);
    return err == ERR_OK
               ? factor_put(env->db, &sign_in->hall->factor_key, json_text_or(sign_in->user, "id", ""),
                            sign_in->factor, step, sign_in->recovery)
               : err;
}

static enum err prove_factor(struct sign_in *sign_in, const struct server_env *env)
{
    bool stands;
    if (!has_factors(sign_in->hall))
        return ERR_OK;
    enum err err = factor_stands(env->db, json_text_or(sign_in->user, "id", ""), &stands);
    if (err != ERR_OK)
        return err;
    if (stands && !sign_in->code)
        return say(sign_in, "second_factor");
    if (!stands && sign_in->due && !sign_in->factor)
        return say(sign_in, "second_factor_first");
    if (stands)
        err = try_code(sign_in, env);
    return err == ERR_OK && !sign_in->refused && sign_in->factor ? set_up_factor(sign_in, env) : err;
}

static enum err run_sign_in(void *ctx, const struct server_env *env)
{
    struct sign_in *sign_in = ctx;
    const char *user = json_text_or(sign_in->user, "id", "");
    token_new(sign_in->token);
    json_free(&sign_in->recovery); /* of a group that was undone and runs again */
    json_free(&sign_in->told);
    sign_in->recovery = json_new_array();
    sign_in->told = json_new_array();
    sign_in->refused = NULL;
    sign_in->proved = false;
    enum err err = still_theirs(sign_in, env->db);
    if (err == ERR_OK)
        err = prove_factor(sign_in, env);
    if (err != ERR_OK || sign_in->refused)
        return err;
    err = account_told(env->db, user, env->now_ms, sign_in->told);
    if (err != ERR_OK)
        return err;
    if (sign_in->changes)
        err = change_own(sign_in, env, "user.own_password", sign_in->made);
    else if (sign_in->made[0])
        err = credential_put(env->db, user, sign_in->made);
    if (err != ERR_OK)
        return err;
    err = issuer_lease(env->db, sign_in->client, sign_in->label);
    if (err != ERR_OK)
        return err;
    return session_add(env->db, sign_in->token, user, sign_in->client, sign_in->hall->session_ms,
                       sign_in->hours);
}

static void refuse_sign_in(struct sign_in *sign_in);
static void refuse_factor(struct sign_in *sign_in, const char *code);

static void answer_signed_in(struct sign_in *sign_in)
{
    struct json *body = answer_json(sign_in);
    log_write(LOG_INFO, "somebody signed in from %s", sign_in->address); /* who, the store knows */
    api_answer_json(sign_in->hall, sign_in->request, 200, body);
    json_free(&body);
}

static void signed_in(void *ctx, enum err err)
{
    struct sign_in *sign_in = ctx;
    if (sign_in->refused && (err == ERR_OK || err == ERR_REFUSED)) {
        const struct throttle_sign_in guess = counted_as(sign_in);
        if (str_equal(sign_in->refused, "factor_unreadable")) /* it was held against nothing */
            throttle_sign_in_undo(&sign_in->hall->throttle, &guess);
        return refuse_factor(sign_in, sign_in->refused);
    }
    if (err == ERR_REFUSED)
        return refuse_sign_in(sign_in);
    if (err == ERR_OK) {
        const struct throttle_sign_in from = counted_as(sign_in);
        if (sign_in->proved)
            throttle_sign_in_right(&sign_in->hall->throttle, &from, sign_in->hall->mono_ms);
        if (sign_in->changes || sign_in->factor)
            admin_told_of(sign_in->hall, sign_in->user);
        if (http_known(sign_in->request, json_text_or(sign_in->user, "id", "")))
            answer_signed_in(sign_in);
    } else {
        api_store_failed(sign_in->hall, sign_in->request, err);
    }
    sign_in_free(sign_in);
}

static void refuse_sign_in(struct sign_in *sign_in)
{
    struct hall *hall = sign_in->hall;
    hall->metrics.sign_ins_failed++;
    log_write(LOG_INFO, "a sign-in from %s was refused",
              sign_in->address); /* whose, may be a mistyped password */
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

static void put_back(struct sign_in *sign_in)
{
    struct sign_ins *sign_ins = sign_in->hall->sign_ins;
    sign_in->next = sign_ins->first;
    sign_ins->first = sign_in;
    sign_ins->count++;
}

/* How many are being checked from the same address, of those whom the hall does not know there. */
static int crowd_of(const struct sign_in *sign_in)
{
    int count = 0;
    for (const struct sign_in *other = sign_in->hall->sign_ins->first; other; other = other->next)
        count += !other->seat && str_equal(other->address, sign_in->address);
    return count;
}

/* Hands a text to the hasher; the sign-in waits, or is answered. */
static void ask_hasher(struct sign_in *sign_in, const char *hash, const char *password)
{
    struct hall *hall = sign_in->hall;
    bool known = sign_in->seat || sign_in->changes; /* or has shown the right password just now */
    sign_in->id = ++hall->sign_ins->last_id;
    if (known
            ? hasher_ask_first(hall->hasher, sign_in->id, hash, password)
            : crowd_of(sign_in) < FROM_AN_ADDRESS && hasher_ask(hall->hasher, sign_in->id, hash, password)) {
        put_back(sign_in);
        return;
    }
    http_add_header(sign_in->request, "Retry-After", "1");
    api_error(hall, sign_in->request, 503, "busy", NULL,
              "Many people sign in at once. Try again in a moment.");
    sign_in_free(sign_in);
}

static void refuse(struct sign_in *sign_in, int status, const char *code, const char *field,
                   const char *message)
{
    api_error(sign_in->hall, sign_in->request, status, code, field, message);
    sign_in_free(sign_in);
}

static const struct {
    const char *code, *field;
    int status;
    bool guess;
    const char *message;
} factor_refusals[] = {
    {"second_factor", "code", 403, false,
     "The password is right. This account has a second factor as well: type the six figures that its app "
     "shows now."},
    {"wrong_code", "code", 401, true,
     "This code is not right, or the clock of the phone or of the hall is wrong. Type the six figures that "
     "the "
     "app shows now."},
    {"used_code", "code", 401, true,
     "This code was used already. Wait for the next one, half a minute at most, and type that."},
    {"codes_off", "code", 401, true,
     "Too many codes were wrong, one after the other: six figures open this account no more. Nothing is "
     "lost; "
     "type a code kept on paper, or ask an administrator to take the second factor away."},
    {"factor_unreadable", NULL, 409, false,
     "The hall cannot read this account's second factor: its key is another by now. Nothing was changed; ask "
     "an "
     "administrator to take the factor away, and set up another."},
    {"second_factor_first", "new_factor", 403, false,
     "This account comes in by a second factor, and has none yet. Set one up to come in."},
    {"wrong_new_code", "new_code", 422, false,
     "This code is not that of the new second factor. Nothing was changed: type the six figures that the app "
     "shows now, and "
     "see that its clock is right."},
    {"invalid_factor", "new_factor", 422, false,
     "A second factor is 32 letters of base32. Nothing was changed; this program may be too old for the "
     "hall."},
    {"factor_off", NULL, 409, false,
     "No second factor can be set up in this hall: it has no key for them (man loketd, --factor-key). "
     "Nothing was changed; tell "
     "whoever looks after the hall's computer."},
};

static void refuse_factor(struct sign_in *sign_in, const char *code)
{
    size_t i = 0;
    while (!str_equal(factor_refusals[i].code, code))
        i++;
    if (factor_refusals[i].guess) {
        sign_in->hall->metrics.sign_ins_failed++;
        log_write(LOG_INFO, "a sign-in from %s was refused", sign_in->address);
    }
    refuse(sign_in, factor_refusals[i].status, code, factor_refusals[i].field, factor_refusals[i].message);
}

static void take_changed(struct sign_in *sign_in)
{
    const struct password_of of = {json_text(sign_in->user, "login"), json_text(sign_in->user, "name"),
                                   sign_in->hall->name};
    if (sign_in->hall->state.mobile)
        return refuse(
            sign_in, 409, "password_at_home", NULL,
            "On the bus passwords stay as they are: change it when you are back. Nothing was changed.");
    if (sign_in->same)
        return refuse(sign_in, 422, "same_password", "new_password",
                      "This is the password of before. Nothing was changed: take another one.");
    if (password_is_weak(sign_in->changed, &of))
        return refuse(sign_in, 422, "weak_password", "new_password", WEAK_PASSWORD);
    sign_in->changes = true;
    ask_hasher(sign_in, NULL, sign_in->changed);
}

/* Whoever must take another password first is told so, and is not signed in. */
static bool must_change(struct sign_in *sign_in, enum password_due due)
{
    if (due == PASSWORD_STAYS || sign_in->hall->state.mobile)
        return false;
    if (due == PASSWORD_FIRST)
        refuse(sign_in, 403, "password_first", "new_password",
               "Somebody else chose this password. Take one of your own to come in.");
    else
        refuse(sign_in, 403, "password_expired", "new_password",
               "This password is older than this hall allows. Take a new one to come in.");
    return true;
}

/* A code that is still to be held against the factor stays counted as a guess, and a workstation is known as this account's
 * by all that is asked. */
static void count_right(struct sign_in *sign_in, bool stands)
{
    struct hall *hall = sign_in->hall;
    const struct throttle_sign_in from = counted_as(sign_in);
    if (!stands)
        throttle_sign_in_right(&hall->throttle, &from, hall->mono_ms);
    else if (!sign_in->code)
        throttle_sign_in_undo(&hall->throttle, &from);
}

/* What is missing of the second factor, by what is known before the transaction; NULL: nothing. */
static const char *factor_missing(const struct sign_in *sign_in, bool stands)
{
    bool has = has_factors(sign_in->hall), key = sign_in->hall->factor_key.there;
    if (stands && !sign_in->code)
        return "second_factor";
    if (sign_in->factor && (!has || !key))
        return "factor_off";
    if (sign_in->factor && !totp_is_secret(sign_in->factor))
        return "invalid_factor";
    if (has && !stands && sign_in->due && !sign_in->factor)
        return key ? "second_factor_first" : "factor_off";
    return NULL;
}

static void right_password(struct sign_in *sign_in, const struct hashed *result)
{
    struct hall *hall = sign_in->hall;
    struct json *row = NULL;
    bool stands = false;
    enum err err = store_hall(hall->db, &row);
    if (err == ERR_OK && has_factors(hall))
        err = factor_stands(hall->db, json_text_or(sign_in->user, "id", ""), &stands);
    count_right(sign_in, stands);
    sign_in->hours = account_session_hours(row);
    sign_in->due = account_factor_due(row, sign_in->user);
    const char *missing = factor_missing(sign_in, stands);
    enum password_due due = account_password_due(row, sign_in->user, hall->wall_ms);
    json_free(&row);
    if (err != ERR_OK) {
        api_store_failed(hall, sign_in->request, err);
        sign_in_free(sign_in);
    } else if (due == PASSWORD_LAPSED && !hall->state.mobile) {
        refuse(sign_in, 403, "password_lapsed", NULL,
               "This password was given to you and not used in time: it opens nothing any more. Nothing was "
               "lost; ask "
               "an administrator for a new one.");
    } else if (stands && missing) {
        refuse_factor(sign_in, missing);
    } else if (!sign_in->changed && must_change(sign_in, due)) {
        return;
    } else if (missing) {
        refuse_factor(sign_in, missing);
    } else if (sign_in->changed) {
        take_changed(sign_in);
    } else {
        str_copy(sign_in->made, sizeof sign_in->made, result->made);
        writer_add(hall->writer, run_sign_in, signed_in, sign_in);
    }
}

/* The new one is hashed. */
static void changed_password(struct sign_in *sign_in, const struct hashed *result)
{
    forget_changed(sign_in);
    if (!result->right)
        return refuse(
            sign_in, 503, "busy", NULL,
            "The hall has no memory left to store a password. Nothing was changed; try again soon.");
    str_copy(sign_in->made, sizeof sign_in->made, result->made);
    writer_add(sign_in->hall->writer, run_sign_in, signed_in, sign_in);
}

void sign_ins_checked(struct hall *hall)
{
    struct hashed result;
    while (hasher_take(hall->hasher, &result)) {
        struct sign_in *sign_in = take(hall->sign_ins, result.id);
        if (!sign_in)
            admin_hashed(hall, &result);
        else if (sign_in->changes)
            changed_password(sign_in, &result);
        else if (!result.right || !sign_in->user)
            refuse_sign_in(sign_in);
        else
            right_password(sign_in, &result);
    }
}

/* --- the request --- */

static void check_password(struct sign_in *sign_in, const char *password)
{
    const struct throttle_sign_in from = counted_as(sign_in);
    throttle_sign_in_count(&sign_in->hall->throttle, &from, sign_in->hall->mono_ms);
    ask_hasher(sign_in, sign_in->hash, password);
}

/* Who it may be, and whether from where they sat before. */
static enum err look_up(struct sign_in *sign_in, const char *login)
{
    struct db *db = sign_in->hall->db;
    enum err err = session_user(db, login, &sign_in->user, sign_in->hash);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    err = session_seat(db, json_text_or(sign_in->user, "id", ""), sign_in->client);
    sign_in->seat = err == ERR_OK;
    return err == ERR_ABSENT ? ERR_OK : err;
}

static char *copy_text(const struct json *body, const char *member)
{
    const char *text = json_text(body, member);
    return text && *text ? xstrdup(text) : NULL;
}

static void begin(struct hall *hall, struct http_request *request, const struct json *body)
{
    struct sign_in *sign_in = xcalloc(1, sizeof *sign_in);
    const char *changed = json_text(body, "new_password");
    *sign_in = (struct sign_in){.hall = hall, .request = request};
    str_copy(sign_in->login, sizeof sign_in->login, json_text(body, "user"));
    str_copy(sign_in->client, sizeof sign_in->client, json_text(body, "client"));
    str_copy(sign_in->address, sizeof sign_in->address, http_address(request));
    enum err err = look_up(sign_in, json_text(body, "user"));
    if (err != ERR_OK) {
        api_store_failed(hall, request, err);
        sign_in_free(sign_in);
    } else if (too_often(sign_in) || (!sign_in->seat && stranger_waits(hall, request, false))) {
        sign_in_free(sign_in);
    } else {
        sign_in->changed = changed ? xstrdup(changed) : NULL;
        sign_in->code = copy_text(body, "code");
        sign_in->factor = copy_text(body, "new_factor");
        sign_in->factor_code = xstrdup(json_text_or(body, "new_code", ""));
        sign_in->same = changed && str_equal(changed, json_text(body, "password"));
        check_password(sign_in, json_text(body, "password"));
    }
}

static const char *missing_member(const struct json *body)
{
    static const char *const members[] = {"user", "password", "client"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_text(body, members[i]))
            return members[i];
    return uuid_valid(json_text(body, "client")) ? NULL : "client";
}

static void wipe_text(const struct json *body, const char *member)
{
    const char *text = json_text(body, member);
    if (text)
        secret_wipe((char *)(uintptr_t)text, strlen(text));
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
    else
        begin(hall, request, body);
    wipe_text(body, "password");
    wipe_text(body, "new_password");
    wipe_text(body, "code");
    wipe_text(body, "new_factor");
    wipe_text(body, "new_code");
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
    tokens_forget(sign_out->hall->tokens,
                  sign_out->token); /* who asked by it in between made it known again */
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
