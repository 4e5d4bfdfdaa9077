/* tests/unit/dispute_choices_test.c: every refused record that carried work has a dispute which somebody may close, and
 * each choice does what it says. The hall and its workstations are real, in one process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/disputes.h"
#include "core/hall/session.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

#define CASE "c0000000-0000-7000-8000-000000000001"

/* --- a hall and its disputes --- */

static void somebody(struct pair *pair, int n, const char *login)
{
    pair_start(pair, n);
    pair_sign_in(pair, n, login);
    pair_feed(pair, n);
}

static void at_hall(struct pair *pair, const char *login, const char *type, const char *body)
{
    struct json *data = pair_at_hall(pair, login, type, body);
    json_free(&data);
}

/* The newest at the hall; NULL: none. The caller frees. */
static struct json *newest(struct pair *pair)
{
    static const char sql[] = "SELECT row, id FROM disputes ORDER BY row_rev DESC LIMIT 1";
    struct json *row = NULL;
    enum err err = rows_first(db_query(pair->hall, sql), &row);
    CHECK(err == ERR_OK || err == ERR_ABSENT);
    return row;
}

static struct actor person(struct pair *pair, const char *login)
{
    char id[64];
    struct actor actor;
    str_format(id, sizeof id, "u-%s", login);
    struct json *row = pair_hall_row(pair, TABLE_USER, id);
    actor_read(row, "01900000-0000-7000-8000-0000000000bb", &actor);
    json_free(&row);
    return actor;
}

/* "drop apply note": what this person is offered; the caller frees. */
static char *offered(struct pair *pair, const struct json *dispute, const char *login)
{
    enum dispute_choice choices[DISPUTE_CHOICES];
    struct actor actor = person(pair, login);
    struct buf text = {0};
    int count = dispute_choices(dispute, &actor, choices);
    for (int i = 0; i < count; i++)
        buf_addf(&text, "%s%s", i ? " " : "", dispute_choice_text(choices[i]));
    return text.data ? buf_take(&text) : xstrdup("");
}

static void check_offered(struct pair *pair, const char *login, const char *want)
{
    struct json *dispute = newest(pair);
    char *got = offered(pair, dispute, login);
    CHECK_TEXT(got, want);
    free(got);
    json_free(&dispute);
}

/* What came of it: "" applied, else the refusal's code. Valid until the next call. */
static const char *resolve(struct pair *pair, const char *login, const char *choice, const char *more)
{
    static struct outcome outcome;
    struct json *dispute = newest(pair), *body = NULL;
    struct actor actor = person(pair, login);
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    char *text =
        xasprintf("{\"dispute\":\"%s\",\"choice\":\"%s\"%s}", json_text(dispute, "id"), choice, more);
    REQUIRE(json_parse(text, strlen(text), &body, NULL) == ERR_OK);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_command(&env, &actor, "dispute.resolve", body, &outcome) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    json_free(&outcome.data);
    json_free(&body);
    json_free(&dispute);
    free(text);
    return outcome.applied ? "" : outcome.code;
}

static void check_newest(struct pair *pair, const char *pointer, const char *want)
{
    struct json *dispute = newest(pair);
    CHECK_TEXT(json_as_text(json_pointer(dispute, pointer)), want);
    json_free(&dispute);
}

static void check_row(struct pair *pair, enum table table, const char *id, const char *pointer,
                      const char *want)
{
    struct json *row = pair_hall_row(pair, table, id);
    CHECK_TEXT(json_as_text(json_pointer(row, pointer)), want);
    json_free(&row);
}

/* --- the whole table --- */

static struct json *push_raw(struct pair *pair, int seq, const char *type, const char *body)
{
    struct server_answer answer = {0};
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    char id[UUID_TEXT];
    struct json *push = NULL;
    uuid_v7(pair->now_ms, &pair->rng, id);
    char *text =
        xasprintf("{\"client\":\"%s\",\"epoch\":1,\"acked_through\":0,\"commands\":[{\"seq\":%d,\"id\":"
                  "\"%s\",\"type\":\"%s\",\"v\":1,\"body\":%s}]}",
                  pair->actor[0].client, seq, id, type, body);
    REQUIRE(json_parse(text, strlen(text), &push, NULL) == ERR_OK);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_push(&env, &pair->actor[0], push, &answer) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    CHECK_INT(answer.status, 200);
    json_free(&push);
    free(text);
    return answer.body;
}

/* Refused for whatever reason: it is there for its author and for a supervisor, who both have a choice. */
static void check_has_dispute(struct pair *pair, const struct json *result, const char *type,
                              const char *login)
{
    struct json *dispute = newest(pair);
    struct actor author = person(pair, login), supervisor = person(pair, "budi");
    bool same = str_equal(json_text(json_get(dispute, "command"), "id"), json_text(result, "id")) &&
                str_equal(json_text(dispute, "code"), json_text(json_get(result, "error"), "code"));
    char *own = offered(pair, dispute, login), *all = offered(pair, dispute, "budi");
    if (!CHECK(same && str_starts(own, "drop") && str_starts(all, "drop")))
        printf("    %s as %s: %s\n", type, login, json_text_or(json_get(result, "error"), "code", "?"));
    CHECK(row_sight(&author, TABLE_DISPUTE, dispute) == SIGHT_FULL);
    CHECK(row_sight(&supervisor, TABLE_DISPUTE, dispute) == SIGHT_FULL);
    CHECK(!str_empty(json_text(dispute, "message")));
    free(own);
    free(all);
    json_free(&dispute);
}

static void check_everything_refused(const char *login, const char *body, int refused_min)
{
    struct pair pair;
    int count, seq = 0, refused = 0;
    pair_open(&pair);
    somebody(&pair, 0, login);
    const struct command_info *infos = command_table(&count);
    for (int i = 0; i < count; i++) {
        if (infos[i].class != COMMAND_WORK)
            continue;
        struct json *answer = push_raw(&pair, ++seq, infos[i].type, body);
        const struct json *result = json_at(json_get(answer, "results"), 0);
        if (str_equal(json_text(result, "status"), "refused")) {
            refused++;
            check_has_dispute(&pair, result, infos[i].type, login);
        }
        json_free(&answer);
    }
    CHECK(refused >= refused_min);
    pair_close(&pair);
}

TEST(dispute_for_every_refused_work_command)
{
    check_everything_refused("siti", "{}", 20); /* nothing is named */
    check_everything_refused("siti", "{\"ticket\":\"x\",\"case\":\"y\",\"gen\":1}", 20); /* nobody knows it */
    check_everything_refused("siti", "[]", 20);                                          /* no body at all */
    check_everything_refused("rina", "{}", 20); /* not for this role */
    check_everything_refused("budi", "{}", 10);
}

/* --- each choice --- */

/* Siti serves P001; what she does without the network meets a hall where the ticket has moved on. */
static void ticket_moved_on(struct pair *pair, char ticket[UUID_TEXT])
{
    pair_open(pair);
    somebody(pair, 0, "siti");
    at_hall(pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    struct json *data =
        pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    str_copy(ticket, UUID_TEXT, json_text_or(json_get(data, "ticket"), "id", ""));
    json_free(&data);
    json_free(
        &(struct json *){pair_at_hall(pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}")});
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":1}", ticket);
    at_hall(pair, "siti", "ticket.start", body);
    pair_feed(pair, 0);
    char *finish = xasprintf(
        "{\"ticket\":\"%s\",\"gen\":1,\"outcome\":\"served\",\"note\":\"all papers seen\"}", ticket);
    pair_confirm(pair, 0, "ticket.finish", finish);
    at_hall(pair, "budi", "ticket.return", body);
    pair_sync(pair, 0);
    check_newest(pair, "/code", "gen_old");
    check_newest(pair, "/state", "open");
    free(body);
    free(finish);
}

TEST(dispute_applied_on_the_ticket_as_it_is_now)
{
    struct pair pair;
    char ticket[UUID_TEXT];
    ticket_moved_on(&pair, ticket);
    check_offered(&pair, "siti", "drop apply note");
    check_offered(&pair, "budi", "drop apply apply_as_me note");
    check_offered(&pair, "adi", "");
    CHECK_TEXT(resolve(&pair, "adi", "drop", ""), "forbidden");
    CHECK(*resolve(&pair, "siti", "apply", "")); /* the person waits: nobody serves them */
    check_newest(&pair, "/state", "open");
    at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    struct json *row = pair_hall_row(&pair, TABLE_TICKET, ticket);
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%d}", ticket, (int)json_int(row, "gen", 0));
    json_free(&row);
    at_hall(&pair, "siti", "ticket.start", body);
    free(body);
    CHECK_TEXT(resolve(&pair, "siti", "apply", ""), ""); /* of an older generation, but she has looked */
    check_row(&pair, TABLE_TICKET, ticket, "/state", "done");
    check_row(&pair, TABLE_TICKET, ticket, "/note", "all papers seen");
    check_newest(&pair, "/state", "closed");
    check_newest(&pair, "/choice", "apply");
    check_offered(&pair, "siti", "");
    CHECK_TEXT(resolve(&pair, "siti", "drop", ""), "dispute_closed");
    pair_close(&pair);
}

TEST(dispute_applied_in_the_supervisors_name)
{
    struct pair pair;
    char ticket[UUID_TEXT];
    ticket_moved_on(&pair, ticket);
    at_hall(&pair, "adi", "counter.open", "{\"counter\":\"c2\"}");
    json_free(
        &(struct json *){pair_at_hall(&pair, "adi", "ticket.call_next", "{\"counter\":\"c2\",\"fence\":1}")});
    struct json *row = pair_hall_row(&pair, TABLE_TICKET, ticket);
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%d}", ticket, (int)json_int(row, "gen", 0));
    json_free(&row);
    at_hall(&pair, "adi", "ticket.start", body);
    free(body);
    CHECK_TEXT(resolve(&pair, "siti", "apply", ""), "not_your_ticket");
    CHECK_TEXT(resolve(&pair, "budi", "apply_as_me", ""), "");
    check_row(&pair, TABLE_TICKET, ticket, "/state", "done");
    row = pair_hall_row(&pair, TABLE_TICKET, ticket);
    const struct json *stamps = json_get(row, "stamps");
    CHECK_TEXT(json_text(json_at(stamps, json_count(stamps) - 1), "by"), "u-budi");
    json_free(&row);
    pair_close(&pair);
}

TEST(dispute_kept_as_a_note)
{
    struct pair pair;
    char ticket[UUID_TEXT];
    ticket_moved_on(&pair, ticket);
    CHECK_TEXT(resolve(&pair, "siti", "note", ",\"note\":\"was served all the same\""), "");
    check_row(&pair, TABLE_TICKET, ticket, "/state", "waiting");
    check_row(&pair, TABLE_TICKET, ticket, "/notes/0/text", "was served all the same");
    check_row(&pair, TABLE_TICKET, ticket, "/notes/0/by", "u-siti");
    check_row(&pair, TABLE_TICKET, ticket, "/notes/0/wanted/body/note", "all papers seen");
    check_newest(&pair, "/choice", "note");
    pair_close(&pair);
}

/* Trying again helps only where something else may be otherwise by then. */
TEST(dispute_of_a_record_that_is_wrong_in_itself)
{
    struct pair pair;
    pair_open(&pair);
    somebody(&pair, 0, "siti");
    at_hall(&pair, "siti", "case.open", "{\"case\":\"" CASE "\",\"service\":\"s1\",\"channel\":\"walk_in\"}");
    struct json *answer =
        push_raw(&pair, 1, "case.pay", "{\"case\":\"" CASE "\",\"amount\":\"much\",\"currency\":\"IDR\"}");
    check_newest(&pair, "/code", "invalid_amount");
    check_offered(&pair, "siti", "drop note");
    CHECK_TEXT(resolve(&pair, "siti", "note", ""), "");
    check_row(&pair, TABLE_CASE, CASE, "/notes/0/wanted/body/amount", "much");
    json_free(&answer);
    answer = push_raw(&pair, 2, "case.pay", "17");
    check_newest(&pair, "/code", "malformed_command");
    check_offered(&pair, "siti", "drop");
    CHECK_TEXT(resolve(&pair, "siti", "drop", ""), "");
    json_free(&answer);
    pair_close(&pair);
}

/* --- two who wrote in one form, two who decided --- */

static void case_of_two(struct pair *pair)
{
    pair_open(pair);
    somebody(pair, 0, "siti");
    somebody(pair, 1, "adi");
    pair_confirm(pair, 0, "case.open", "{\"case\":\"" CASE "\",\"service\":\"s1\",\"channel\":\"walk_in\"}");
    pair_sync(pair, 0);
    pair_feed(pair, 1);
}

static void draft(struct pair *pair, int n, const char *patch)
{
    struct json *all = pair_load(pair, n, "case", "{\"case\":\"" CASE "\"}");
    char *body = xasprintf("{\"case\":\"" CASE "\",\"patch\":%s,\"base_row_rev\":%d}", patch,
                           (int)json_int(json_get(all, "case"), "row_rev", 0));
    pair_confirm(pair, n, "case.draft", body);
    free(body);
    json_free(&all);
}

static void overlapping(struct pair *pair)
{
    case_of_two(pair);
    draft(pair, 0, "{\"reason\":\"expired\",\"street\":\"Melati\",\"more\":\"same\"}");
    draft(pair, 1, "{\"reason\":\"lost\",\"street\":\"Kenanga\",\"more\":\"same\"}");
    pair_sync(pair, 0);
    pair_sync(pair, 1);
    pair_feed(pair, 0);
    check_newest(pair, "/code", "draft_conflict");
    check_newest(pair, "/user", "u-adi");
    check_newest(pair, "/concerns/0", "u-siti");
    check_row(pair, TABLE_CASE, CASE, "/draft/reason", "expired");
}

/* Both see it, both may choose, and each field goes where it was put. */
TEST(dispute_of_two_drafts_field_by_field)
{
    struct pair pair;
    overlapping(&pair);
    check_offered(&pair, "siti", "keep_theirs keep_mine fields");
    check_offered(&pair, "adi", "keep_theirs keep_mine fields");
    check_offered(&pair, "rina", "");
    for (int n = 0; n < 2; n++) {
        struct json *row = pair_load(&pair, n, "disputes", NULL);
        CHECK(row != NULL);
        json_free(&row);
    }
    CHECK_TEXT(resolve(&pair, "siti", "fields", ""), "invalid_body");
    CHECK_TEXT(resolve(&pair, "siti", "fields", ",\"fields\":{\"/reason\":\"mine\",\"/street\":\"theirs\"}"),
               "");
    check_row(&pair, TABLE_CASE, CASE, "/draft/reason", "lost");
    check_row(&pair, TABLE_CASE, CASE, "/draft/street", "Melati");
    check_row(&pair, TABLE_CASE, CASE, "/draft/more", "same");
    check_newest(&pair, "/state", "closed");
    struct json *row = pair_hall_row(&pair, TABLE_CASE, CASE);
    CHECK_INT((int64_t)json_count(json_get(row, "branches")), 0);
    json_free(&row);
    pair_close(&pair);
}

TEST(dispute_of_two_drafts_as_a_whole)
{
    struct pair pair;
    overlapping(&pair);
    CHECK_TEXT(resolve(&pair, "adi", "keep_mine", ""), "");
    check_row(&pair, TABLE_CASE, CASE, "/draft/reason", "lost");
    check_row(&pair, TABLE_CASE, CASE, "/draft/street", "Kenanga");
    pair_close(&pair);
    overlapping(&pair);
    CHECK_TEXT(resolve(&pair, "adi", "keep_theirs", ""), "");
    check_row(&pair, TABLE_CASE, CASE, "/draft/reason", "expired");
    pair_close(&pair);
}

/* A decision made without the network, on an application that was given to somebody else meanwhile, who decided
 * otherwise: both are there, nothing is handed out, a supervisor chooses, and everyone concerned sees it. */
TEST(dispute_of_two_decisions)
{
    struct pair pair;
    case_of_two(&pair);
    pair_confirm(&pair, 0, "case.draft", "{\"case\":\"" CASE "\",\"patch\":{\"reason\":\"lost\"}}");
    pair_confirm(&pair, 0, "case.submit", "{\"case\":\"" CASE "\"}");
    pair_confirm(&pair, 0, "case.check_document",
                 "{\"case\":\"" CASE "\",\"document\":\"old-card\",\"state\":\"seen\"}");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "case.decide",
                 "{\"case\":\"" CASE
                 "\",\"decision\":\"d0000000-0000-7000-8000-000000000001\",\"outcome\":\"approve\"}");
    at_hall(&pair, "budi", "case.assign", "{\"case\":\"" CASE "\",\"to\":{\"user\":\"adi\"}}");
    at_hall(&pair, "adi", "case.decide",
            "{\"case\":\"" CASE "\",\"decision\":\"d0000000-0000-7000-8000-000000000002\",\"outcome\":"
            "\"refuse\",\"reasons\":[\"R1\"]}");
    pair_sync(&pair, 0);
    pair_feed(&pair, 1);
    check_newest(&pair, "/code", "contested");
    check_newest(&pair, "/user", "u-siti");
    check_newest(&pair, "/concerns/0", "u-adi");
    check_newest(&pair, "/standing/outcome", "refuse"); /* both are there to be seen */
    check_newest(&pair, "/standing/reasons/0", "R1");
    check_newest(&pair, "/command/body/outcome", "approve");
    check_offered(&pair, "siti", "");
    check_offered(&pair, "adi", "");
    check_offered(&pair, "budi", "keep_theirs keep_mine");
    for (int n = 0; n < 2; n++) {
        struct json *status = pair_load(&pair, n, "status", NULL);
        CHECK_INT(json_int(status, "disputes", 0), 1);
        CHECK_INT(json_int(status, "contested", 0), 1);
        json_free(&status);
    }
    CHECK_TEXT(resolve(&pair, "siti", "keep_mine", ""), "forbidden");
    check_row(&pair, TABLE_CASE, CASE, "/outcome", "refuse");
    CHECK_TEXT(resolve(&pair, "budi", "keep_mine", ""), "");
    check_row(&pair, TABLE_CASE, CASE, "/outcome", "approve");
    struct json *dispute = newest(&pair);
    char *args = xasprintf("{\"dispute_ids\":[\"%s\"]}", json_text(dispute, "id"));
    json_free(&dispute);
    for (int n = 0; n < 2; n++) { /* both are told what came of it */
        pair_feed(&pair, n);
        struct json *status = pair_load(&pair, n, "status", args);
        const struct json *one = json_at(json_get(status, "settled"), 0);
        CHECK_TEXT(json_text(one, "choice"), "keep_mine");
        CHECK_TEXT(json_text(one, "by"), "Budi");
        CHECK_INT(json_bool(one, "mine", false), n == 0);
        CHECK_INT(json_int(status, "contested", -1), 0);
        json_free(&status);
    }
    free(args);
    struct json *row = pair_hall_row(&pair, TABLE_CASE, CASE);
    CHECK(!json_has_text(json_get(row, "flags"), "contested"));
    json_free(&row);
    pair_close(&pair);
}
