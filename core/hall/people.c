/* core/hall/people.c: see people.h. */
#include "core/hall/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/hall/door.h"
#include "core/hall/listing.h"
#include "core/hall/password.h"

/* --- requests --- */

static struct json *request_new(const char *what)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", what);
    return request;
}

/* "a, b,c" as ["a","b","c"]; empty words are left out. */
void people_words(struct json *request, const char *member, const char *text)
{
    struct json *words = json_new_array();
    while (text && *text) {
        size_t length = strcspn(text, ","), from = strspn(text, " ");
        if (from > length)
            from = length;
        char *word = xstrndup(text + from, length - from);
        for (size_t end = strlen(word); end > 0 && word[end - 1] == ' '; end--)
            word[end - 1] = '\0';
        if (*word)
            json_add_text(words, word);
        free(word);
        text += length + (text[length] == ',');
    }
    json_set(request, member, words);
}

static enum err set_hash(struct json *request, const struct hall_options *options, struct err_info *info)
{
    const struct password_of of = {.login = options->login, .name = options->name};
    char password[PASSWORD_MAX + 1], hash[PASSWORD_HASH];
    enum err err = password_read(options->password_file, password, info);
    if (err == ERR_OK && password_is_weak(password, &of))
        err = err_set(
            info, ERR_INVALID,
            "This password is easy to guess. Nothing was changed: take %d signs or more, such as four "
            "words; no name, no row of keys, none of the commonest.",
            PASSWORD_SIGNS_MIN);
    if (err == ERR_OK && !password_hash(password, hash))
        err = err_set(info, ERR_SYSTEM, "There is not enough memory to store a password.");
    secret_wipe(password, sizeof password);
    if (err == ERR_OK) {
        json_set_text(request, "hash", hash);
        json_set_bool(request, "first", options->first);
    }
    return err;
}

/* Takes request. */
static enum err ask(const struct hall_options *options, struct json *request, struct json **answer,
                    struct err_info *info)
{
    enum err err = door_ask(options->data, request, answer, info);
    json_free(&request);
    return err;
}

/* --- cells --- */

static void cell_login(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "login", out);
}
static void cell_name(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "name", out);
}
static void cell_agency(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "agency", out);
}
static void cell_state(const struct json *row, char out[LIST_CELL])
{
    if (!json_bool(row, "active", true))
        str_copy(out, LIST_CELL, "disabled");
    else
        list_member(row, "state", out);
}
static void cell_active(const struct json *row, char out[LIST_CELL])
{
    str_copy(out, LIST_CELL, json_bool(row, "active", true) ? "active" : "disabled");
}
static void cell_roles(const struct json *row, char out[LIST_CELL])
{
    struct buf text = {0};
    const struct json *roles = json_get(row, "roles");
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        buf_addf(&text, "%s%s", text.length ? "," : "", json_as_text(role) ? json_as_text(role) : "?");
    str_copy(out, LIST_CELL, text.length ? text.data : "-");
    buf_free(&text);
}
static void cell_queues(const struct json *row, char out[LIST_CELL])
{
    struct buf text = {0};
    const struct json *queues = json_get(row, "queues");
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue)) {
        int64_t weight = json_int(queue, "weight", 1);
        buf_addf(&text, "%s%s", text.length ? "," : "", json_text_or(queue, "queue", "?"));
        if (weight != 1)
            buf_addf(&text, ":%d", (int)weight);
    }
    str_copy(out, LIST_CELL, text.length ? text.data : "-");
    buf_free(&text);
}

/* --- accounts --- */

enum err people_user_add(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("user.add"), *answer = NULL;
    json_set_text(request, "login", options->login);
    json_set_text(request, "name", options->name ? options->name : options->login);
    json_set_text(request, "agency", options->agency ? options->agency : "");
    people_words(request, "roles", options->roles);
    enum err err = set_hash(request, options, info);
    if (err != ERR_OK) {
        json_free(&request);
        return err;
    }
    err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("%s may sign in now.\n", options->login);
    json_free(&answer);
    return err;
}

enum err people_user_list(const struct hall_options *options, struct err_info *info)
{
    static const struct list_column columns[] = {
        {"LOGIN", cell_login},   {"NAME", cell_name},    {"ROLES", cell_roles},
        {"AGENCY", cell_agency}, {"STATE", cell_active},
    };
    struct json *answer = NULL;
    enum err err = ask(options, request_new("user.list"), &answer, info);
    if (err == ERR_OK)
        list_print(options->json, columns, sizeof columns / sizeof *columns, answer);
    json_free(&answer);
    return err;
}

enum err people_user_change(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("user.change"), *answer = NULL;
    json_set_text(request, "login", options->login);
    if (options->name)
        json_set_text(request, "name", options->name);
    if (options->agency)
        json_set_text(request, "agency", options->agency);
    if (options->roles)
        people_words(request, "roles", options->roles);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("%s is as you said; it counts from the next thing they do.\n", options->login);
    json_free(&answer);
    return err;
}

enum err people_user_enable(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("user.enable"), *answer = NULL;
    json_set_text(request, "login", options->login);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("%s may sign in again, with the password of before.\n", options->login);
    json_free(&answer);
    return err;
}

enum err people_user_disable(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("user.disable"), *answer = NULL;
    json_set_text(request, "login", options->login);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("%s can no longer sign in, and is signed out everywhere. loketd user enable lets them in "
               "again.\n",
               options->login);
    json_free(&answer);
    return err;
}

enum err people_user_password(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("user.password"), *answer = NULL;
    json_set_text(request, "login", options->login);
    enum err err = set_hash(request, options, info);
    if (err != ERR_OK) {
        json_free(&request);
        return err;
    }
    err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("%s has a new password, and must sign in again everywhere.\n", options->login);
    json_free(&answer);
    return err;
}

enum err people_user_sign_out(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("user.sign_out"), *answer = NULL;
    json_set_text(request, "login", options->login);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("%s is signed out everywhere. What they had recorded and not sent is kept, and goes out when "
               "they "
               "sign in again.\n",
               options->login);
    json_free(&answer);
    return err;
}

enum err people_user_no_factor(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("user.no_factor"), *answer = NULL;
    json_set_text(request, "login", options->login);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf(json_bool(answer, "changed", false) ? "%s has no second factor any more, and must sign in "
                                                     "again everywhere; they hear of it there.\n"
                                                   : "%s has no second factor. Nothing was changed.\n",
               options->login);
    json_free(&answer);
    return err;
}

static void cell_client(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "client", out);
}
static void cell_ends(const struct json *row, char out[LIST_CELL])
{
    char at[TIME_TEXT];
    time_text(json_int(row, "expires_at", 0), at);
    str_copy(out, LIST_CELL, at);
}

enum err people_user_sessions(const struct hall_options *options, struct err_info *info)
{
    static const struct list_column columns[] = {{"WORKSTATION", cell_client}, {"ENDS", cell_ends}};
    struct json *request = request_new("user.sessions"), *answer = NULL;
    json_set_text(request, "login", options->login);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        list_print(options->json, columns, sizeof columns / sizeof *columns, answer);
    json_free(&answer);
    return err;
}

/* --- counters --- */

enum err people_counter_add(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("counter.add"), *answer = NULL;
    json_set_text(request, "name", options->name);
    if (options->agency)
        json_set_text(request, "agency", options->agency);
    people_words(request, "queues", options->queues);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("Counter %s is there; a clerk opens it at a workstation.\n", options->name);
    json_free(&answer);
    return err;
}

enum err people_counter_change(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("counter.change"), *answer = NULL;
    json_set_text(request, "counter", options->argument);
    if (options->name)
        json_set_text(request, "name", options->name);
    if (options->agency)
        json_set_text(request, "agency", options->agency);
    if (options->queues)
        people_words(request, "queues", options->queues);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("Counter %s is as you said.\n", options->name ? options->name : options->argument);
    json_free(&answer);
    return err;
}

static enum err set_counter(const struct hall_options *options, const char *what, const char *sentence,
                            struct err_info *info)
{
    struct json *request = request_new(what), *answer = NULL;
    json_set_text(request, "counter", options->argument);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("Counter %s %s\n", options->argument, sentence);
    json_free(&answer);
    return err;
}

enum err people_counter_disable(const struct hall_options *options, struct err_info *info)
{
    return set_counter(options, "counter.disable", "is disabled: nobody opens it any more.", info);
}

enum err people_counter_enable(const struct hall_options *options, struct err_info *info)
{
    return set_counter(options, "counter.enable", "is there again; a clerk opens it at a workstation.", info);
}

enum err people_counter_list(const struct hall_options *options, struct err_info *info)
{
    static const struct list_column columns[] = {
        {"NAME", cell_name}, {"AGENCY", cell_agency}, {"QUEUES", cell_queues}, {"STATE", cell_state}};
    struct json *answer = NULL;
    enum err err = ask(options, request_new("counter.list"), &answer, info);
    if (err == ERR_OK)
        list_print(options->json, columns, sizeof columns / sizeof *columns, answer);
    json_free(&answer);
    return err;
}
