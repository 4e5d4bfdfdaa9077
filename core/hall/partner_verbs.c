/* core/hall/partner_verbs.c: see partner_verbs.h. */
#include "core/hall/partner_verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/hall/door.h"
#include "core/hall/listing.h"

static struct json *request_new(const char *what)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", what);
    return request;
}

/* Takes request. */
static enum err ask(const struct hall_options *options, struct json *request, struct json **answer,
                    struct err_info *info)
{
    enum err err = door_ask(options->data, request, answer, info);
    json_free(&request);
    return err;
}

/* Chance is made here: what runs at the hall is told everything. The hall keeps the first one that it is given. */
static void set_signing_key(struct json *request)
{
    char secret[SIGN_SECRET], public[SIGN_PUBLIC];
    sign_keys_new(secret, public);
    json_set_text(request, "secret", secret);
    json_set_text(request, "public", public);
    secret_wipe(secret, sizeof secret);
}

/* --- keys --- */

/* The mark in front says to a person, and to a scanner of secrets, what it is. */
enum { KEY_TEXT = TOKEN_TEXT + 8 };
static void key_new(char key[KEY_TEXT], char digest[SHA256_TEXT])
{
    char token[TOKEN_TEXT];
    struct sha256 sha;
    token_new(token);
    str_format(key, KEY_TEXT, "loketk_%s", token);
    secret_wipe(token, sizeof token);
    sha256_start(&sha);
    sha256_add(&sha, key, strlen(key));
    sha256_text(&sha, digest);
}

static void print_key(const struct hall_options *options, const struct json *answer, const char *key)
{
    if (options->json) {
        struct json *out = json_copy(answer);
        json_set_text(out, "key", key);
        char *text = json_print(out);
        puts(text);
        free(text);
        json_free(&out);
        return;
    }
    if (str_equal(options->scope, "figures")) {
        printf("Key %s of %s reads figures:\n  %s\n"
               "It is shown this once and kept nowhere. Write it into a file of its own, which loket halls "
               "reads.\n",
               json_text_or(answer, "id", "?"), options->agency ? options->agency : "the whole hall", key);
        return;
    }
    if (str_equal(options->scope, "apply")) {
        printf("Key %s of %s leaves applications:\n  %s\nIt is shown this once and kept nowhere.\n",
               json_text_or(answer, "id", "?"), options->agency, key);
        return;
    }
    printf("Key %s of %s:\n  %s\n"
           "It is shown this once and kept nowhere. What it reads is signed; the public key to check it with "
           "is\n"
           "  whpk_%s\n",
           json_text_or(answer, "id", "?"), options->agency, key, json_text_or(answer, "public", ""));
}

enum err partner_key_add(const struct hall_options *options, struct err_info *info)
{
    char key[KEY_TEXT], digest[SHA256_TEXT];
    const char *agency = options->agency ? options->agency : "";
    if (!*agency && !str_equal(options->scope, "figures"))
        return err_set(info, ERR_USAGE,
                       "--agency is missing: only a key with --scope figures may be of the whole hall.");
    struct json *request = request_new("key.add"), *answer = NULL;
    key_new(key, digest);
    json_set_text(request, "agency", agency);
    json_set_text(request, "name", options->name ? options->name : *agency ? agency : "figures");
    json_set_text(request, "sha256", digest);
    if (options->scope)
        json_set_text(request, "scope", options->scope);
    if (options->services)
        json_set_text(request, "services", options->services);
    set_signing_key(request);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        print_key(options, answer, key);
    secret_wipe(key, sizeof key);
    json_free(&answer);
    return err;
}

static void cell_id(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "id", out);
}
static void cell_agency(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "agency", out);
}
static void cell_name(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "name", out);
}
static void cell_scope(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "scope", out);
}
static void cell_asked(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "asked_at", out);
}
static void cell_waiting(const struct json *row, char out[LIST_CELL])
{
    str_format(out, LIST_CELL, "%lld", (long long)json_int(row, "waiting", 0));
}
static void cell_key_state(const struct json *row, char out[LIST_CELL])
{
    str_copy(out, LIST_CELL, str_empty(json_text(row, "revoked_at")) ? "in use" : "revoked");
}

enum err partner_key_list(const struct hall_options *options, struct err_info *info)
{
    static const struct list_column columns[] = {
        {"KEY", cell_id},      {"AGENCY", cell_agency},   {"NAME", cell_name},       {"SCOPE", cell_scope},
        {"ASKED", cell_asked}, {"WAITING", cell_waiting}, {"STATE", cell_key_state},
    };
    struct json *answer = NULL;
    enum err err = ask(options, request_new("key.list"), &answer, info);
    if (err == ERR_OK)
        list_print(options->json, columns, sizeof columns / sizeof *columns, answer);
    json_free(&answer);
    return err;
}

enum err partner_key_revoke(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("key.revoke"), *answer = NULL;
    json_set_text(request, "id", options->argument);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("Key %s opens nothing any more. A restored backup from before now knows it again: revoke it "
               "then.\n",
               options->argument);
    json_free(&answer);
    return err;
}

/* --- webhooks --- */

enum err partner_webhook_add(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("webhook.add"), *answer = NULL;
    json_set_text(request, "agency", options->agency);
    json_set_text(request, "url", options->url);
    if (options->after)
        json_set_text(request, "after", options->after);
    set_signing_key(request);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK && options->json) {
        char *text = json_print(answer);
        puts(text);
        free(text);
    } else if (err == ERR_OK) {
        printf("Webhook %s: events of %s go to %s while loketd deliver runs. They are signed; the public key "
               "to check "
               "them with is\n  whpk_%s\n",
               json_text_or(answer, "id", "?"), options->agency, options->url,
               json_text_or(answer, "public", ""));
    }
    json_free(&answer);
    return err;
}

static void cell_url(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "url", out);
}
static void cell_sent(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "sent_at", out);
}
static void cell_webhook_state(const struct json *row, char out[LIST_CELL])
{
    if (!str_empty(json_text(row, "removed_at")))
        str_copy(out, LIST_CELL, "removed");
    else if (str_empty(json_text(row, "failed_at")))
        str_copy(out, LIST_CELL, "well");
    else
        str_format(out, LIST_CELL, "fails since %s, tried %lld times, next at %s: %s",
                   json_text_or(row, "failed_at", ""), (long long)json_int(row, "failures", 0),
                   json_text_or(row, "next_at", ""), json_text_or(row, "problem", ""));
}

enum err partner_webhook_list(const struct hall_options *options, struct err_info *info)
{
    static const struct list_column columns[] = {
        {"WEBHOOK", cell_id}, {"AGENCY", cell_agency},   {"URL", cell_url},
        {"SENT", cell_sent},  {"WAITING", cell_waiting}, {"STATE", cell_webhook_state},
    };
    struct json *answer = NULL;
    enum err err = ask(options, request_new("webhook.list"), &answer, info);
    if (err == ERR_OK)
        list_print(options->json, columns, sizeof columns / sizeof *columns, answer);
    json_free(&answer);
    return err;
}

enum err partner_webhook_remove(const struct hall_options *options, struct err_info *info)
{
    struct json *request = request_new("webhook.remove"), *answer = NULL;
    json_set_text(request, "id", options->argument);
    enum err err = ask(options, request, &answer, info);
    if (err == ERR_OK)
        printf("Nothing goes to webhook %s any more.\n", options->argument);
    json_free(&answer);
    return err;
}
