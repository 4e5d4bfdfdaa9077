/* tests/unit/admin_people_test.c: accounts and counters as an administrator changes them: what is done, what is refused and
 * why, what the audit says of it, and that asking again does nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/admin.h"
#include "core/hall/admin_people.h"
#include "core/hall/audit_index.h"
#include "core/hall/session.h"
#include "core/model/password.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

#define AYLA "019ac000-0000-7000-8000-0000000000aa"

struct office {
    struct pair pair;
    struct json *answer;
    struct admin_refusal refusal;
};

static struct server_env env_of(const struct office *o)
{
    return (struct server_env){
        .db = o->pair.hall, .epoch = 1, .now_ms = o->pair.now_ms, .mono_ms = o->pair.mono_ms};
}

static struct json *row_of(struct office *o, const char *login)
{
    static const char sql[] = "SELECT row FROM users WHERE login = $1";
    struct json *row = NULL;
    struct stmt *s = db_query(o->pair.hall, sql);
    db_bind_text(s, 1, login);
    CHECK(rows_first(s, &row) == ERR_OK);
    return row;
}

/* As login (NULL: this computer's administrator); single quotes for double. A refusal is rolled back as at the hall. */
static enum err ask_as(struct office *o, const char *login, const char *token, const char *body)
{
    struct json *request = NULL, *row = NULL;
    struct actor actor = {0};
    struct server_env env = env_of(o);
    char *text = xstrdup(body);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    REQUIRE(json_parse(text, strlen(text), &request, NULL) == ERR_OK);
    free(text);
    REQUIRE(db_begin(o->pair.hall) == ERR_OK);
    if (login) {
        row = row_of(o, login);
        actor_read(row, "0197a2b4-0000-7000-8000-000000000001", &actor);
        json_free(&row);
    }
    const struct admin_by by = {&actor, token};
    json_free(&o->answer);
    enum err err = admin_people(&env, login ? &by : NULL, request, &o->answer, &o->refusal);
    if (err == ERR_OK)
        REQUIRE(db_commit(o->pair.hall) == ERR_OK);
    else
        db_rollback(o->pair.hall);
    json_free(&request);
    return err;
}

static enum err ask(struct office *o, const char *login, const char *body)
{
    return ask_as(o, login, NULL, body);
}

static void refused(struct office *o, const char *login, const char *body, const char *code)
{
    int64_t before = pair_count(&o->pair, "SELECT rev FROM hall_state");
    enum err err = ask(o, login, body);
    bool said =
        CHECK(err != ERR_OK) && CHECK_TEXT(o->refusal.code, code) && CHECK(strlen(o->refusal.info.text) > 30);
    if (!said)
        printf("    %s\n", body);
    CHECK_INT(pair_count(&o->pair, "SELECT rev FROM hall_state"), before);
}

static void applied(struct office *o, const char *login, const char *body, bool changed)
{
    if (!CHECK(ask(o, login, body) == ERR_OK))
        printf("    %s: %s\n", body, o->refusal.info.text);
    CHECK(json_bool(o->answer, "changed", !changed) == changed);
}

/* ayla administers the hall, dina the agency a1. */
static void office_open(struct office *o)
{
    *o = (struct office){0};
    pair_open(&o->pair);
    applied(o, NULL,
            "{'do':'user.add','id':'" AYLA
            "','login':'ayla','name':'Ayla','roles':['administrator'],'agency':''}",
            true);
    applied(o, NULL, "{'do':'user.add','login':'dina','name':'Dina','roles':['administrator'],'agency':'a1'}",
            true);
}

static void office_close(struct office *o)
{
    json_free(&o->answer);
    pair_close(&o->pair);
}

TEST(admin_adds_an_account_once)
{
    static const char add[] =
        "{'do':'user.add','id':'019ac000-0000-7000-8000-0000000000f1','login':'leyla','name':"
        "'Leyla A.','roles':['clerk'],'agency':'a1','hash':'$argon2id$invented'}";
    struct office o;
    office_open(&o);
    applied(&o, "ayla", add, true);
    CHECK_TEXT(json_text(json_get(o.answer, "row"), "name"), "Leyla A.");
    CHECK(json_text(json_get(o.answer, "row"), "hash") == NULL);
    applied(&o, "ayla", add, false); /* the answer was lost */
    CHECK_TEXT(json_text(json_get(o.answer, "row"), "login"), "leyla");
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM users WHERE login = 'leyla'"), 1);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM credential WHERE hash = '$argon2id$invented'"), 1);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM change WHERE item LIKE '%argon2id%'"), 0);
    office_close(&o);
}

TEST(admin_refuses_an_account_that_cannot_be)
{
    struct office o;
    office_open(&o);
    refused(&o, "ayla", "{'do':'user.add','login':'siti','name':'S','roles':['clerk']}", "login_taken");
    refused(&o, "ayla", "{'do':'user.add','login':'two words','name':'S','roles':['clerk']}",
            "invalid_login");
    refused(&o, "ayla", "{'do':'user.add','login':'new','name':' ','roles':['clerk']}", "invalid_name");
    refused(&o, "ayla", "{'do':'user.add','login':'new','name':'N','roles':['king']}", "unknown_role");
    refused(&o, "ayla", "{'do':'user.add','login':'new','name':'N','roles':[]}", "no_role");
    refused(&o, "ayla", "{'do':'user.add','login':'new','name':'N','roles':['clerk'],'agency':'a9'}",
            "unknown_agency");
    refused(&o, "ayla", "{'do':'user.change','login':'nobody','name':'N'}", "unknown_user");
    refused(&o, "ayla", "{'do':'user.fly','login':'siti'}", "unknown_task");
    office_close(&o);
}

TEST(admin_is_asked_for_the_role)
{
    struct office o;
    office_open(&o);
    refused(&o, "siti", "{'do':'user.change','login':'adi','name':'X'}", "forbidden");
    refused(&o, "budi", "{'do':'user.change','login':'adi','roles':['supervisor']}", "forbidden");
    refused(&o, "budi", "{'do':'user.disable','login':'adi'}", "forbidden");
    refused(&o, "rina", "{'do':'counter.disable','counter':'c1'}", "forbidden");
    applied(&o, "budi", "{'do':'counter.disable','counter':'c1'}",
            true); /* a supervisor may, counters alone */
    CHECK(ask(&o, "budi", "{'do':'user.list'}") == ERR_OK);
    /* Between asking and the turn, while a password was hashed, ayla was disabled. */
    applied(&o, NULL, "{'do':'user.add','login':'second','name':'S','roles':['administrator'],'agency':''}",
            true);
    applied(&o, NULL, "{'do':'user.disable','login':'ayla'}", true);
    refused(&o, "ayla", "{'do':'user.disable','login':'siti'}", "forbidden");
    office_close(&o);
}

/* What the audit keeps of the newest such line, and that its chain proves it. */
static void check_noted(struct office *o, const char *type, const char *expected)
{
    static const char sql[] =
        "SELECT about, body_sha256 FROM audit JOIN audit_note ON audit_note.rev = audit.rev"
        " WHERE type = $1 ORDER BY audit.rev DESC LIMIT 1";
    char digest[SHA256_TEXT];
    struct sha256 sha;
    struct stmt *s = db_query(o->pair.hall, sql);
    db_bind_text(s, 1, type);
    if (CHECK(db_step(s) == ERR_OK)) {
        CHECK_TEXT(db_text(s, 0), expected);
        sha256_start(&sha);
        sha256_add(&sha, db_text(s, 0), strlen(db_text(s, 0)));
        sha256_text(&sha, digest);
        CHECK_TEXT(digest, db_text(s, 1));
    }
    db_done(s);
}

TEST(admin_changes_what_is_named_and_tells_before_and_after)
{
    struct office o;
    office_open(&o);
    applied(&o, "ayla", "{'do':'user.change','login':'siti','name':'Siti R.','roles':['clerk','approver']}",
            true);
    struct json *row = row_of(&o, "siti");
    CHECK_TEXT(json_text(row, "name"), "Siti R.");
    CHECK_TEXT(json_text(row, "agency"), "a1");
    CHECK(json_has_text(json_get(row, "roles"), "approver"));
    json_free(&row);
    applied(&o, "ayla", "{'do':'user.change','login':'siti','roles':['approver','clerk']}",
            false); /* the same */
    CHECK_INT(
        pair_count(&o.pair, "SELECT count(*) FROM audit WHERE type = 'user.change' AND actor = '" AYLA "'"),
        1);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM change WHERE by_ = '" AYLA "'"), 1);
    check_noted(
        &o, "user.change",
        "{\"user\":\"u-siti\",\"before\":{\"login\":\"siti\",\"name\":\"Siti\",\"roles\":[\"clerk\"],"
        "\"agency\":\"a1\",\"active\":true},\"after\":{\"login\":\"siti\",\"name\":\"Siti R.\",\"roles\":"
        "[\"clerk\",\"approver\"],\"agency\":\"a1\",\"active\":true}}");
    office_close(&o);
}

/* What was before and after can be neither altered nor lent to another line. */
TEST(admin_what_was_before_is_proved_by_the_audit)
{
    char what[AUDIT_WHAT] = "";
    struct office o;
    office_open(&o);
    applied(&o, "ayla", "{'do':'user.change','login':'siti','name':'Siti R.'}", true);
    CHECK(audit_index_verify(o.pair.hall, what) == ERR_OK);
    CHECK(db_script(o.pair.hall, "UPDATE audit_note SET about = replace(about, 'Siti R.', 'Siti B.')") ==
          ERR_OK);
    CHECK(audit_index_verify(o.pair.hall, what) == ERR_CORRUPT);
    CHECK(strstr(what, "was altered") != NULL);
    office_close(&o);
}

TEST(admin_tells_who_changed_it_meanwhile)
{
    struct office o;
    office_open(&o);
    applied(&o, "ayla", "{'do':'user.change','login':'siti','name':'Siti R.','was':{'name':'Siti'}}", true);
    refused(&o, "ayla", "{'do':'user.change','login':'siti','name':'Siti B.','was':{'name':'Siti'}}",
            "changed_meanwhile");
    CHECK_TEXT(o.refusal.field, "name");
    /* Another member is nobody's business, and what is asked for already is no change. */
    applied(&o, "ayla", "{'do':'user.change','login':'siti','roles':['approver'],'was':{'roles':['clerk']}}",
            true);
    applied(&o, "ayla", "{'do':'user.change','login':'siti','name':'Siti R.','was':{'name':'Siti'}}", false);
    applied(&o, "ayla", "{'do':'user.disable','login':'siti','was':{'active':true}}", true);
    refused(&o, "ayla", "{'do':'user.change','login':'siti','name':'X','was':{'active':true}}",
            "changed_meanwhile");
    office_close(&o);
}

TEST(admin_keeps_one_and_nobody_shuts_themself_out)
{
    struct office o;
    office_open(&o);
    refused(&o, NULL, "{'do':'user.disable','login':'ayla'}", "last_administrator");
    refused(&o, NULL, "{'do':'user.change','login':'ayla','roles':['clerk']}", "last_administrator");
    refused(&o, NULL, "{'do':'user.change','login':'ayla','agency':'a1'}",
            "last_administrator"); /* of the hall */
    refused(&o, "ayla", "{'do':'user.disable','login':'ayla'}", "own_account");
    refused(&o, "ayla", "{'do':'user.change','login':'ayla','roles':['administrator','clerk']}",
            "own_account");
    applied(&o, "ayla", "{'do':'user.change','login':'ayla','name':'Ayla M.'}", true);
    applied(&o, NULL, "{'do':'user.change','login':'budi','roles':['administrator','supervisor']}", true);
    applied(&o, "budi", "{'do':'user.disable','login':'ayla'}", true);
    refused(&o, NULL, "{'do':'user.disable','login':'budi'}", "last_administrator");
    applied(&o, NULL, "{'do':'user.disable','login':'dina'}", true); /* an agency's is no hall's */
    office_close(&o);
}

TEST(admin_of_an_agency_has_its_people_alone)
{
    struct office o;
    office_open(&o);
    applied(&o, NULL, "{'do':'user.add','login':'dora','name':'D','roles':['administrator'],'agency':'a1'}",
            true);
    refused(&o, "dora", "{'do':'user.change','login':'rina','name':'X'}", "unknown_user");
    refused(&o, "dora", "{'do':'user.add','login':'new','name':'N','roles':['clerk'],'agency':''}",
            "other_agency");
    refused(&o, "dora", "{'do':'user.change','login':'siti','agency':''}", "other_agency");
    refused(&o, "dora", "{'do':'user.change','login':'siti','roles':['supervisor']}", "hall_role");
    applied(&o, "dora", "{'do':'user.change','login':'siti','roles':['clerk','approver']}", true);
    applied(&o, NULL, "{'do':'user.add','login':'sven','name':'S','roles':['supervisor'],'agency':'a1'}",
            true);
    refused(&o, "dora", "{'do':'user.password','login':'sven','hash':'her own'}", "hall_role");
    refused(&o, "dora", "{'do':'user.disable','login':'sven'}", "hall_role");
    refused(&o, "dora", "{'do':'user.change','login':'sven','roles':['clerk']}", "hall_role");
    CHECK(ask(&o, "dora", "{'do':'user.list'}") == ERR_OK);
    for (const struct json *row = json_first(json_get(o.answer, "rows")); row; row = json_next(row))
        CHECK_TEXT(json_text(row, "agency"), "a1");
    CHECK_INT((int64_t)json_count(json_get(o.answer, "rows")), 5); /* adi, dina, dora, siti, sven */
    CHECK(ask(&o, "ayla", "{'do':'user.list','limit':3}") == ERR_OK);
    CHECK_INT((int64_t)json_count(json_get(o.answer, "rows")), 3);
    CHECK(json_bool(o.answer, "more", false));
    CHECK_TEXT(json_text(o.answer, "next"), "budi");
    office_close(&o);
}

static enum err session_of(struct office *o, const char *token)
{
    struct actor actor;
    return session_actor(o->pair.hall, token, o->pair.now_ms, &actor);
}

static void sign_in(struct office *o, const char *token, const char *user)
{
    REQUIRE(db_begin(o->pair.hall) == ERR_OK);
    CHECK(session_add(o->pair.hall, token, user, "client", o->pair.now_ms, 12) == ERR_OK);
    REQUIRE(db_commit(o->pair.hall) == ERR_OK);
}

TEST(admin_ends_the_sign_ins_of_whoever_is_disabled)
{
    struct office o;
    office_open(&o);
    sign_in(&o, "one", "u-siti");
    sign_in(&o, "two", "u-adi");
    applied(&o, "ayla", "{'do':'user.disable','login':'siti'}", true);
    CHECK(session_of(&o, "one") == ERR_REFUSED); /* and is told why */
    CHECK(session_of(&o, "two") == ERR_OK);
    applied(&o, "ayla", "{'do':'user.disable','login':'siti'}", false);
    applied(&o, "ayla", "{'do':'user.enable','login':'siti'}", true);
    CHECK(session_of(&o, "one") == ERR_ABSENT); /* no sign-in of before comes to life */
    office_close(&o);
}

TEST(admin_says_who_is_left_with_whoever_is_disabled)
{
    struct office o;
    struct json *data;
    office_open(&o);
    data = pair_at_hall(&o.pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    data = pair_at_hall(&o.pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    json_free(&data);
    data = pair_at_hall(&o.pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    json_free(&data);
    applied(&o, "ayla", "{'do':'user.disable','login':'adi'}", true);
    CHECK_INT(json_int(o.answer, "left", -1), 0);
    applied(&o, "ayla", "{'do':'user.disable','login':'siti'}", true);
    CHECK_INT(json_int(o.answer, "left", -1), 1);
    office_close(&o);
}

TEST(admin_new_password_ends_the_other_sign_ins)
{
    static const char new[] = "{'do':'user.password','login':'siti','hash':'$argon2id$second','id':"
                              "'019ac000-0000-7000-8000-0000000000f2'}";
    struct office o;
    office_open(&o);
    sign_in(&o, "one", "u-siti");
    applied(&o, "ayla", new, true);
    CHECK(session_of(&o, "one") == ERR_ABSENT);
    sign_in(&o, "two", "u-siti");
    applied(&o, "ayla", new, false); /* asked again: siti stays signed in */
    CHECK(session_of(&o, "two") == ERR_OK);
    CHECK_INT(pair_count(&o.pair, "SELECT count(*) FROM audit WHERE type = 'user.password'"), 1);
    sign_in(&o, "mine", AYLA);
    sign_in(&o, "elsewhere", AYLA);
    /* Not even a token that was stolen opens the account for good. */
    CHECK(ask_as(&o, "ayla", "mine", "{'do':'user.password','login':'ayla','hash':'$argon2id$third'}") ==
          ERR_REFUSED);
    CHECK_TEXT(o.refusal.code, "own_key");
    CHECK(ask_as(&o, "ayla", "mine", "{'do':'user.no_factor','login':'ayla'}") == ERR_REFUSED);
    CHECK_TEXT(o.refusal.code, "own_key");
    CHECK(session_of(&o, "mine") == ERR_OK);
    CHECK(session_of(&o, "elsewhere") == ERR_OK);
    office_close(&o);
}

/* A sign-in by a password alone becomes nobody's of whom more is asked. */
TEST(admin_role_that_needs_a_second_factor_ends_the_sign_ins)
{
    static const char policy[] =
        "{\"policy\":\"second_factor\",\"value\":[\"supervisor\"],\"reason\":\"test\"}";
    struct office o;
    office_open(&o);
    applied(&o, NULL, "{'do':'user.change','login':'budi','roles':['administrator','supervisor']}", true);
    json_free(&(struct json *){pair_at_hall(&o.pair, "budi", "hall.policy", policy)});
    sign_in(&o, "one", "u-siti");
    applied(&o, "ayla", "{'do':'user.change','login':'siti','roles':['clerk','approver']}", true);
    CHECK(session_of(&o, "one") == ERR_OK);
    applied(&o, "ayla", "{'do':'user.change','login':'siti','roles':['clerk','supervisor']}", true);
    CHECK(session_of(&o, "one") == ERR_ABSENT);
    sign_in(&o, "two", "u-siti"); /* of whom it was asked already */
    applied(&o, "ayla", "{'do':'user.change','login':'siti','roles':['supervisor']}", true);
    CHECK(session_of(&o, "two") == ERR_OK);
    office_close(&o);
}

TEST(admin_counters_are_added_changed_and_disabled)
{
    static const char add[] =
        "{'do':'counter.add','id':'019ac000-0000-7000-8000-0000000000f3','name':'9','queues':"
        "['P:3']}";
    struct office o;
    office_open(&o);
    applied(&o, "ayla", add, true);
    applied(&o, "ayla", add, false);
    CHECK_TEXT(json_text(json_get(o.answer, "row"), "agency"), "a1"); /* its queues' own */
    refused(&o, "ayla", "{'do':'counter.add','name':'9','queues':['P']}", "name_taken");
    refused(&o, "ayla", "{'do':'counter.add','name':'10','queues':['Z']}", "unknown_queue");
    refused(&o, "ayla", "{'do':'counter.add','name':'10','queues':[]}", "no_queue");
    refused(&o, "ayla", "{'do':'counter.add','name':'10','queues':['P:999']}", "invalid_weight");
    refused(&o, "ayla", "{'do':'counter.add','name':'','queues':['P']}", "invalid_name");
    refused(&o, "ayla", "{'do':'counter.change','counter':'9','name':'1'}", "name_taken");
    refused(&o, "ayla", "{'do':'counter.change','counter':'77','name':'1'}", "unknown_counter");
    applied(&o, "budi", "{'do':'counter.change','counter':'9','name':'9a','agency':''}", true);
    applied(&o, "budi", "{'do':'counter.change','counter':'9a','queues':[{'queue':'p','weight':2}]}", true);
    CHECK_INT(json_int(json_at(json_get(json_get(o.answer, "row"), "queues"), 0), "weight", 0), 2);
    applied(&o, "budi", "{'do':'counter.change','counter':'9a','queues':[{'queue':'p','weight':2}]}", false);
    CHECK_INT(
        pair_count(&o.pair, "SELECT count(*) FROM audit WHERE type = 'queue.assign' AND actor = 'u-budi'"),
        1);
    applied(&o, "ayla", "{'do':'counter.disable','counter':'9a'}", true);
    applied(&o, "ayla", "{'do':'counter.enable','counter':'9a'}", true);
    CHECK(ask(&o, "ayla", "{'do':'counter.list'}") == ERR_OK);
    CHECK_INT((int64_t)json_count(json_get(o.answer, "rows")), 3);
    office_close(&o);
}

TEST(admin_disables_no_counter_that_is_open_or_awaited)
{
    struct office o;
    struct json *data;
    office_open(&o);
    data = pair_at_hall(&o.pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    refused(&o, "ayla", "{'do':'counter.disable','counter':'c1'}", "counter_in_use");
    data = pair_at_hall(&o.pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    json_free(&data);
    data = pair_at_hall(&o.pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    const struct json *ticket = json_get(data, "ticket");
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%d,\"to\":{\"counter\":\"c2\"},\"place\":\"keep\"}",
                           json_text_or(ticket, "id", ""), (int)json_int(ticket, "gen", 0));
    json_free(&data);
    data = pair_at_hall(&o.pair, "siti", "ticket.transfer", body);
    json_free(&data);
    free(body);
    refused(&o, "ayla", "{'do':'counter.disable','counter':'c2'}", "counter_awaited");
    office_close(&o);
}

TEST(admin_disabled_counter_is_not_opened)
{
    struct office o;
    office_open(&o);
    applied(&o, "ayla", "{'do':'counter.disable','counter':'c1'}", true);
    REQUIRE(db_begin(o.pair.hall) == ERR_OK);
    struct server_env env = env_of(&o);
    struct actor actor = {.user = "u-siti", .login = "siti", .name = "Siti", .roles = 1};
    struct outcome out = {0};
    struct json *body = json_new_object();
    json_set_text(body, "counter", "c1");
    CHECK(server_command(&env, &actor, "counter.open", body, &out) == ERR_OK);
    CHECK(!out.applied);
    CHECK_TEXT(out.code, "counter_disabled");
    json_free(&out.data);
    json_free(&body);
    db_rollback(o.pair.hall);
    office_close(&o);
}

TEST(admin_passwords_that_are_easy_to_guess)
{
    static const struct password_of of = {"leyla", "Leyla Aliyeva", "Baku Service Hall No 1"};
    static const char *const weak[] = {"",
                                       "öküz gəlir",             /* ten signs, more bytes */
                                       "eleven sign",            /* eleven */
                                       "aaaaaaaaaaaaaa",         /* one sign */
                                       "abababababab",           /* two */
                                       "123456789012",           /* a row */
                                       "210987654321",           /* and backwards */
                                       "qwertyuiopas",           /* of the keyboard */
                                       "abcdefghijkl",           /* of the alphabet */
                                       "Password1234",           /* among the commonest */
                                       "1Q2w3e4r5t6y",           /* in either case */
                                       "sunshine!2024",          /* a common word with digits and signs */
                                       "dragon..dragon",         /* twice */
                                       "leyla1234567890",        /* the login */
                                       "20241112aliyeva",        /* the name */
                                       "Leyla Aliyeva",          /* all of it */
                                       "Baku Service Hall No 1", /* the hall's */
                                       "leyla.ALIYEVA.77"};      /* with digits and signs */
    static const char *const strong[] = {"a boat on 7 hills",  "öküz bazara gəlir",   "tr0ubador&3 horses",
                                         "leyla sees 9 boats", "bir-iki-üç-dörd-beş", "    spaces count    ",
                                         "847362910574",       "зима и синий кит"};
    char most[PASSWORD_BYTES_MAX + 2] = "";
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        if (!CHECK(password_is_weak(weak[i], &of)))
            printf("    %s\n", weak[i]);
    for (size_t i = 0; i < sizeof strong / sizeof *strong; i++)
        if (!CHECK(!password_is_weak(strong[i], &of)))
            printf("    %s\n", strong[i]);
    CHECK(password_is_weak(NULL, &(struct password_of){0}));
    CHECK(!password_is_weak("a boat on 7 hills", &(struct password_of){0}));
    for (int i = 0; i < PASSWORD_SIGNS_MAX;
         i++) /* as many signs of two bytes as there may be, then one more */
        strcat(most, i % 3 ? "ə" : "ş");
    most[0] = 'x', most[1] = 'y';
    CHECK(!password_is_weak(most + 1, &of));
    strcat(most, "z");
    CHECK(password_is_weak(most, &of));
}
