/* tests/unit/two_people_test.c: people one after the other at one workstation. What one has not sent yet the other
 * neither sees nor sends, whatever happens meanwhile: to the network, to the sign-in, to the account at the hall. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/session.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

static void arrive(struct pair *pair, const char *login)
{
    pair_sign_in(pair, 0, login);
    pair_feed(pair, 0);
}

static void leave(struct pair *pair)
{
    REQUIRE(cache_sign_out(pair->cache[0]) == ERR_OK);
}

static void day_begins(struct pair *pair, const char *login)
{
    pair_open(pair);
    pair_start(pair, 0);
    arrive(pair, login);
}

static void case_id(int n, char out[UUID_TEXT])
{
    str_format(out, UUID_TEXT, "c0000000-0000-7000-8000-%012d", n);
}

/* Applications number first to last, each opened and begun: two records a piece. */
static void open_cases(struct pair *pair, int first, int last)
{
    for (int n = first; n <= last; n++) {
        char id[UUID_TEXT], body[200];
        case_id(n, id);
        pair->now_ms += 1000;
        str_format(body, sizeof body, "{\"case\":\"%s\",\"service\":\"s1\"}", id);
        pair_confirm(pair, 0, "case.open", body);
        str_format(body, sizeof body, "{\"case\":\"%s\",\"patch\":{\"street\":\"%d\"},\"base_row_rev\":0}",
                   id, n);
        pair_confirm(pair, 0, "case.draft", body);
    }
}

static bool sees_case(struct pair *pair, int n)
{
    char id[UUID_TEXT], args[80];
    case_id(n, id);
    str_format(args, sizeof args, "{\"case\":\"%s\"}", id);
    struct json *answer = pair_load(pair, 0, "case", args);
    bool sees = json_is_object(json_get(answer, "case"));
    json_free(&answer);
    return sees;
}

static int64_t count_at_hall(struct pair *pair, const char *sql, const char *user)
{
    struct stmt *s = db_query(pair->hall, sql);
    db_bind_text(s, 1, user);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

static int64_t cases_of(struct pair *pair, const char *user)
{
    static const char sql[] = "SELECT count(*) FROM cases WHERE user_ = $1";
    return count_at_hall(pair, sql, user);
}

static int64_t disputes_of(struct pair *pair, const char *user)
{
    static const char sql[] = "SELECT count(*) FROM disputes WHERE state = 'open' AND user_ = $1";
    return count_at_hall(pair, sql, user);
}

/* What the signed-in person's screens can show of the outbox: what is sent and not safe yet, what is not sent, and how
 * much there is of other people. */
static void check_outbox(struct pair *pair, int64_t sent, int64_t unsent, int64_t others)
{
    struct json *page = pair_load(pair, 0, "outbox", "{\"limit\":1000,\"everyone\":true}");
    int64_t listed = sent + unsent;
    CHECK_INT(json_int(page, "listed", -1), listed);
    CHECK_INT((int64_t)json_count(json_get(page, "rows")), listed < 1000 ? listed : 1000);
    CHECK_INT(json_int(page, "count", -1), unsent);
    CHECK_INT(json_int(page, "others", -1), others);
    json_free(&page);
}

static void type_half(struct pair *pair, const char *text)
{
    struct json *typed = json_new_object();
    json_set_text(typed, "street", text);
    REQUIRE(cache_journal_put(pair->cache[0], "form", "c1", typed, pair->now_ms) == ERR_OK);
    json_free(&typed);
}

static void check_typed(struct pair *pair, const char *text)
{
    struct json *journal = pair_load(pair, 0, "journal", "{}");
    const struct json *entry = json_first(json_get(journal, "rows"));
    CHECK_TEXT(json_text_or(json_get(entry, "typed"), "street", ""), text);
    json_free(&journal);
}

/* --- many records --- */

/* siti leaves with so many records unsent; adi works on, loses the network as well, and leaves; siti comes back. */
static void two_people(int cases)
{
    struct pair pair;
    day_begins(&pair, "siti");
    open_cases(&pair, 1, cases);
    type_half(&pair, "siti was here");
    CHECK_INT(cache_unsent(pair.cache[0]), 2 * cases);
    leave(&pair);
    pair_start(&pair, 0);

    arrive(&pair, "adi");
    CHECK(!sees_case(&pair, 1) && !sees_case(&pair, cases));
    check_outbox(&pair, 0, 0, 2 * cases);
    check_typed(&pair, "");
    CHECK(pair_push(&pair, 0) == NULL);
    open_cases(&pair, cases + 1, cases + 1);
    pair_sync(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-adi"), 1);
    open_cases(&pair, cases + 2, cases + 3); /* the network is gone */
    type_half(&pair, "adi was here");
    check_outbox(&pair, 2, 4, 2 * cases); /* the two that are sent are listed: they are not safe yet */
    leave(&pair);
    pair_start(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-siti"), 0);

    arrive(&pair, "siti");
    CHECK(sees_case(&pair, 1) && sees_case(&pair, cases) && !sees_case(&pair, cases + 2));
    check_outbox(&pair, 0, 2 * cases, 4);
    check_typed(&pair, "siti was here");
    pair_sync(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-siti"), cases);
    CHECK_INT(cases_of(&pair, "u-adi"), 1);
    leave(&pair);

    arrive(&pair, "adi");
    check_typed(&pair, "adi was here");
    pair_sync(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-adi"), 3);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(cache_unsent_others(pair.cache[0]), 0);
    CHECK_INT(disputes_of(&pair, "u-siti") + disputes_of(&pair, "u-adi"), 0);
    pair_close(&pair);
}

TEST(two_people_with_two_hundred_records_do_not_meet)
{
    two_people(100);
}

TEST(two_people_with_two_thousand_records_do_not_meet)
{
    two_people(1000);
}

/* A full outbox is full for the person who filled it. */
TEST(two_people_one_full_outbox_does_not_stop_the_other)
{
    struct pair pair;
    struct saved saved;
    struct json *body = json_new_object();
    json_set_text(body, "queue", "p");
    day_begins(&pair, "siti");
    cache_limit(pair.cache[0], 4);
    open_cases(&pair, 1, 2);
    CHECK_INT(cache_confirm(pair.cache[0], "ticket.issue", body, pair.now_ms, &pair.rng, &saved),
              ERR_REFUSED);
    CHECK_TEXT(saved.outcome.code, "outbox_full");
    leave(&pair);
    arrive(&pair, "adi");
    open_cases(&pair, 3, 3);
    pair_sync(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-adi"), 1);
    pair_close(&pair);
    json_free(&body);
}

/* What is theirs alone in the copy of the hall goes with them: a refused record shows what somebody typed. */
TEST(two_people_do_not_see_each_others_disputes_even_before_the_next_copy)
{
    struct pair pair;
    day_begins(&pair, "siti");
    open_cases(&pair, 1, 1);
    pair.actor[0].roles = 0; /* taken away meanwhile */
    pair_sync(&pair, 0);
    struct json *disputes = pair_load(&pair, 0, "disputes", "{}");
    CHECK_INT(json_int(disputes, "count", 0), 2);
    json_free(&disputes);
    leave(&pair);
    pair_sign_in(&pair, 0, "adi"); /* and the network is gone before the hall could be copied for adi */
    disputes = pair_load(&pair, 0, "disputes", "{}");
    CHECK_INT(json_int(disputes, "count", -1), 0);
    CHECK_INT((int64_t)json_count(json_get(disputes, "rows")), 0);
    json_free(&disputes);
    pair_feed(&pair, 0);
    leave(&pair);
    arrive(&pair, "siti");
    disputes = pair_load(&pair, 0, "disputes", "{}");
    CHECK_INT(json_int(disputes, "count", 0), 2); /* they are the hall's to keep */
    json_free(&disputes);
    pair_close(&pair);
}

/* --- the sign-in runs out --- */

/* With a full outbox as well: nothing more is taken, nothing is lost, and everything goes after the next sign-in. */
TEST(two_people_a_sign_in_that_ran_out_keeps_a_full_outbox)
{
    struct pair pair;
    struct actor actor;
    const int64_t twelve_hours_ms = INT64_C(12) * 3600 * 1000;
    day_begins(&pair, "siti");
    cache_limit(pair.cache[0], 40);
    open_cases(&pair, 1, 20);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(session_add(pair.hall, "token", "u-siti", pair.actor[0].client, pair.now_ms, 12) == ERR_OK);
    CHECK(session_actor(pair.hall, "token", pair.now_ms + twelve_hours_ms - 1, &actor) == ERR_OK);
    CHECK(session_actor(pair.hall, "token", pair.now_ms + twelve_hours_ms, &actor) == ERR_ABSENT);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    pair.now_ms += twelve_hours_ms;
    pair_start(&pair, 0);
    cache_limit(pair.cache[0], 40);
    CHECK_INT(cache_unsent(pair.cache[0]), 40); /* still theirs, and still shown */
    CHECK(sees_case(&pair, 20));
    pair_sign_in(&pair, 0, "siti");
    check_outbox(&pair, 0, 40, 0);
    pair_sync(&pair, 0);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(cases_of(&pair, "u-siti"), 20);
    open_cases(&pair, 21, 21);
    pair_close(&pair);
}

/* --- the account changes while its person is offline --- */

struct account {
    const char *user, *roles, *agency;
    bool active;
};

static enum err put_account(struct tx *tx, void *ctx)
{
    const struct account *account = ctx;
    struct json *row = NULL, *roles = NULL;
    enum err err = row_get(tx->db, TABLE_USER, account->user, &row);
    if (err == ERR_OK)
        err = json_parse(account->roles, strlen(account->roles), &roles, NULL);
    json_set(row, "roles", roles);
    json_set_text(row, "agency", account->agency);
    json_set_bool(row, "active", account->active);
    if (err == ERR_OK)
        err = tx_put(tx, TABLE_USER, account->user, row);
    json_free(&row);
    return err;
}

static void change_account(struct pair *pair, struct account account)
{
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_change(&env, "test", NULL, put_account, &account) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

/* Each of siti's records is there as an application or as a dispute that the supervisor sees, and none waits. */
static void check_all_disputed(struct pair *pair, int records)
{
    CHECK_INT(cache_unsent(pair->cache[0]), 0);
    CHECK_INT(cases_of(pair, "u-siti"), 0);
    CHECK_INT(disputes_of(pair, "u-siti"), records);
    leave(pair);
    arrive(pair, "budi");
    struct json *disputes = pair_load(pair, 0, "disputes", "{\"limit\":100}");
    CHECK_INT(json_int(disputes, "count", 0), records);
    const struct json *last = json_at(json_get(disputes, "rows"), (size_t)records - 1);
    CHECK(json_text(json_get(json_get(last, "command"), "body"), "case") != NULL);
    json_free(&disputes);
}

TEST(two_people_roles_taken_away_meanwhile_make_disputes)
{
    struct pair pair;
    day_begins(&pair, "siti");
    open_cases(&pair, 1, 5);
    change_account(&pair, (struct account){"u-siti", "[\"reception\"]", "a1", true});
    pair_sign_in(&pair, 0, "siti");
    CHECK_INT(cache_unsent(pair.cache[0]), 10);
    pair_sync(&pair, 0);
    struct json *disputes = pair_load(&pair, 0, "disputes", "{}");
    const struct json *first = json_first(json_get(disputes, "rows"));
    CHECK_INT(json_int(disputes, "count", 0), 10); /* their own, they see still */
    CHECK_TEXT(json_text(first, "code"), "forbidden");
    json_free(&disputes);
    check_all_disputed(&pair, 10);
    pair_close(&pair);
}

TEST(two_people_another_agency_meanwhile_makes_disputes)
{
    struct pair pair;
    day_begins(&pair, "siti");
    open_cases(&pair, 1, 5);
    change_account(&pair, (struct account){"u-siti", "[\"clerk\"]", "a2", true});
    pair_sign_in(&pair, 0, "siti");
    CHECK_INT(cache_unsent(pair.cache[0]), 10);
    pair_sync(&pair, 0);
    check_all_disputed(&pair, 10);
    pair_close(&pair);
}

/* What was applied before the change stays; the rest is disputed; a record made after it is judged by the new roles. */
TEST(two_people_roles_changed_between_two_pushes)
{
    struct pair pair;
    day_begins(&pair, "siti");
    open_cases(&pair, 1, 2);
    pair_sync(&pair, 0);
    open_cases(&pair, 3, 4);
    change_account(&pair, (struct account){"u-siti", "[\"reception\"]", "a1", true});
    pair_sign_in(&pair, 0, "siti");
    pair_feed(&pair, 0);
    pair_confirm(&pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    pair_sync(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-siti"), 2);
    CHECK_INT(disputes_of(&pair, "u-siti"), 4);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    struct json *ticket = pair_load(&pair, 0, "queue", "{\"queue\":\"p\"}");
    CHECK_INT((int64_t)json_count(json_get(ticket, "rows")), 1);
    json_free(&ticket);
    pair_close(&pair);
}

/* A disabled account sends nothing; its records wait, are nobody else's, and go when it is let in again. */
TEST(two_people_a_disabled_persons_records_wait_for_them)
{
    struct pair pair;
    struct actor actor;
    day_begins(&pair, "siti");
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(session_add(pair.hall, "token", "u-siti", pair.actor[0].client, pair.now_ms, 12) == ERR_OK);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    open_cases(&pair, 1, 3);
    change_account(&pair, (struct account){"u-siti", "[\"clerk\"]", "a1", false});
    CHECK(session_actor(pair.hall, "token", pair.now_ms, &actor) ==
          ERR_REFUSED); /* 401: the outbox is kept */
    leave(&pair);
    arrive(&pair, "adi");
    check_outbox(&pair, 0, 0, 6);
    pair_sync(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-siti") + cases_of(&pair, "u-adi"), 0);
    leave(&pair);
    struct json *page = pair_load(&pair, 0, "outbox", "{\"everyone\":true}"); /* to be written to a file */
    CHECK_INT((int64_t)json_count(json_get(page, "rows")), 6);
    json_free(&page);
    change_account(&pair, (struct account){"u-siti", "[\"clerk\"]", "a1", true});
    arrive(&pair, "siti");
    pair_sync(&pair, 0);
    CHECK_INT(cases_of(&pair, "u-siti"), 3);
    CHECK_INT(disputes_of(&pair, "u-siti"), 0);
    pair_close(&pair);
}

/* --- a locked screen --- */

/* The password of whoever is signed in is known without the hall, by them alone and as long as they are. */
TEST(two_people_a_password_is_known_while_its_owner_is_signed_in)
{
    struct pair pair;
    day_begins(&pair, "siti");
    CHECK_INT(cache_verify(pair.cache[0], "kopi susu"), ERR_ABSENT);
    CHECK_INT(cache_keep_verifier(pair.cache[0], "kopi susu"), ERR_OK);
    CHECK_INT(cache_verify(pair.cache[0], "kopi susu"), ERR_OK);
    CHECK_INT(cache_verify(pair.cache[0], "kopi"), ERR_REFUSED);
    CHECK_INT(cache_verify(pair.cache[0], ""), ERR_REFUSED);
    cache_close(&pair.cache[0]);
    pair_start(&pair, 0);
    CHECK_INT(cache_verify(pair.cache[0], "kopi susu"), ERR_OK);
    arrive(&pair, "siti"); /* perhaps by another password */
    CHECK_INT(cache_verify(pair.cache[0], "kopi susu"), ERR_ABSENT);
    CHECK_INT(cache_keep_verifier(pair.cache[0], "kopi susu"), ERR_OK);
    arrive(&pair, "adi"); /* with nobody signed out */
    CHECK_INT(cache_verify(pair.cache[0], "kopi susu"), ERR_ABSENT);
    CHECK_INT(cache_keep_verifier(pair.cache[0], "teh manis"), ERR_OK);
    leave(&pair);
    CHECK_INT(cache_verify(pair.cache[0], "teh manis"), ERR_ABSENT);
    CHECK_INT(cache_keep_verifier(pair.cache[0], "teh manis"), ERR_ABSENT);
    arrive(&pair, "adi");
    CHECK_INT(cache_verify(pair.cache[0], "teh manis"), ERR_ABSENT);
    pair_close(&pair);
}
