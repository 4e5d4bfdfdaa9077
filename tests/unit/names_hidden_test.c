/* tests/unit/names_hidden_test.c: where the hall hides names, a ticket that waits is a number and a service on the
 * workstation of whoever may call, by feed and by snapshot, and a person from the call on; reception finds people as
 * before. */
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/hall/report.h"
#include "core/hall/store.h"
#include "core/model/role.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { SITI, RINA, BUDI };

static const char issue[] = "{\"queue\":\"p\",\"channel\":\"walk_in\",\"person\":{\"given\":\"Wahyuni\","
                            "\"name\":\"Wahyuni\",\"born\":\"1990-01-01\"}}";

static void at_hall(struct pair *pair, const char *login, const char *type, const char *body)
{
    struct json *data = pair_at_hall(pair, login, type, body);
    json_free(&data);
}

static void open_hall(struct pair *pair)
{
    static const char *const who[] = {"siti", "rina", "budi"};
    pair_open(pair);
    for (int n = 0; n < 3; n++) {
        pair_start(pair, n);
        pair_sign_in(pair, n, who[n]);
    }
}

/* Whether the copy of that workstation knows who the waiting ticket is. */
static bool knows(struct pair *pair, int n)
{
    struct json *answer = pair_load(pair, n, "queue", "{\"queue\":\"p\",\"limit\":10}");
    const struct json *row = json_first(json_get(answer, "rows"));
    REQUIRE(row != NULL);
    CHECK_TEXT(json_text_or(row, "number", ""), "P001");
    CHECK_TEXT(json_text_or(row, "queue", ""), "p");
    bool known = json_text(row, "person") != NULL;
    CHECK(known == !json_bool(row, "masked", false));
    json_free(&answer);
    return known;
}

static void sync_all(struct pair *pair)
{
    for (int n = 0; n < 3; n++)
        pair_sync(pair, n);
}

TEST(names_are_hidden_from_those_who_call_until_the_call)
{
    struct pair pair;
    open_hall(&pair);
    sync_all(&pair);
    at_hall(&pair, "rina", "ticket.issue", issue);
    sync_all(&pair);
    CHECK(knows(&pair, SITI) && knows(&pair, RINA) && knows(&pair, BUDI)); /* unless the hall wants it */
    at_hall(&pair, "budi", "hall.policy",
            "{\"policy\":\"hide_names\",\"value\":true,\"reason\":\"no cherries\"}");
    sync_all(&pair); /* what was out already is taken back */
    CHECK(!knows(&pair, SITI));
    CHECK(knows(&pair, RINA) && knows(&pair, BUDI));
    /* the same by snapshot: a workstation that comes new */
    pair_sign_in(&pair, SITI, "adi");
    pair_sync(&pair, SITI);
    CHECK(!knows(&pair, SITI));
    /* whoever is called is a person */
    pair_sign_in(&pair, SITI, "siti");
    pair_sync(&pair, SITI);
    struct json *data = pair_at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    json_free(&data);
    data = pair_at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    CHECK(json_as_text(json_pointer(data, "/ticket/person")) != NULL);
    json_free(&data);
    pair_sync(&pair, SITI);
    struct json *desk = pair_load(&pair, SITI, "desk", "{\"counter\":\"c1\"}");
    CHECK_TEXT(json_text_or(json_get(desk, "person"), "name", ""), "Wahyuni");
    json_free(&desk);
    pair_close(&pair);
}

/* Rows of a feed's item or a snapshot: none but the person's own names the person. Persons are there to be searched: that
 * says nothing of who waits. */
static int named_in(const struct json *rows, const char *person)
{
    int named = 0;
    for (const struct json *line = json_first(rows); line; line = json_next(line)) {
        char *text = json_print(line);
        bool is_person = str_equal(json_text(line, "t"), "person");
        named += !is_person && (strstr(text, person) || strstr(text, "Wahyuni"));
        free(text);
    }
    return named;
}

static int named_in_feed(struct pair *pair, int n, int64_t cursor, const char *person)
{
    struct hall_state state;
    struct buf text = {0};
    struct json *feed = NULL;
    int64_t to;
    int named = 0;
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    REQUIRE(reads_feed(pair->reads, &pair->actor[n], &state, cursor, pair->now_ms, &text, &to) == ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &feed, NULL) == ERR_OK);
    for (const struct json *item = json_first(json_get(feed, "items")); item; item = json_next(item))
        named += named_in(json_get(item, "rows"), person);
    buf_free(&text);
    json_free(&feed);
    return named;
}

static int named_in_snapshot(struct pair *pair, int n, const char *person)
{
    struct hall_state state;
    char after[200] = "";
    int named = 0;
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    do {
        struct buf text = {0};
        struct json *page = NULL;
        REQUIRE(reads_snapshot(pair->reads, &pair->actor[n], &state, *after ? after : NULL, pair->now_ms,
                               &text) == ERR_OK);
        REQUIRE(json_parse(buf_text(&text), text.length, &page, NULL) == ERR_OK);
        named += named_in(json_get(page, "rows"), person);
        str_copy(after, sizeof after, json_text_or(page, "next", ""));
        buf_free(&text);
        json_free(&page);
    } while (*after);
    return named;
}

static int named_in_search(struct pair *pair, int n, const char *person)
{
    struct buf text = {0};
    struct json *found = NULL;
    REQUIRE(reads_search(pair->reads, &pair->actor[n], "Wahyuni", NULL, 20, &text) == ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &found, NULL) == ERR_OK);
    CHECK(json_count(json_get(found, "rows")) > 0);
    int named = named_in(json_get(found, "rows"), person);
    buf_free(&text);
    json_free(&found);
    return named;
}

/* What comes to a clerk's workstation of somebody who waits, by each way, does not say who it is: neither of one who was
 * never called, nor of one who was and waits again with a colleague's words about them. */
TEST(names_are_hidden_on_every_way)
{
    struct pair pair;
    struct json *data;
    char person[64], ticket[64];
    open_hall(&pair);
    at_hall(&pair, "budi", "hall.policy",
            "{\"policy\":\"hide_names\",\"value\":true,\"reason\":\"no cherries\"}");
    int64_t before = pair_count(&pair, "SELECT max(rev) FROM change");
    data = pair_at_hall(&pair, "rina", "ticket.issue", issue);
    str_copy(ticket, sizeof ticket, json_as_text(json_pointer(data, "/ticket/id")));
    str_copy(person, sizeof person, json_as_text(json_pointer(data, "/ticket/person")));
    json_free(&data);
    REQUIRE(*person && *ticket);
    CHECK_INT(named_in_feed(&pair, SITI, before, person), 0);
    CHECK_INT(named_in_snapshot(&pair, SITI, person), 0);
    CHECK_INT(named_in_search(&pair, SITI, person), 0);
    CHECK(named_in_feed(&pair, RINA, before, person) > 0); /* who finds people finds them */
    CHECK(named_in_snapshot(&pair, RINA, person) > 0);
    at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    at_hall(&pair, "siti", "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":1}", ticket);
    at_hall(&pair, "siti", "ticket.start", body);
    free(body);
    CHECK(named_in_snapshot(&pair, SITI, person) > 0); /* called: a person */
    before = pair_count(&pair, "SELECT max(rev) FROM change");
    body = xasprintf(
        "{\"ticket\":\"%s\",\"gen\":1,\"to\":{\"queue\":\"p\"},\"note\":\"Wahyuni forgot a paper\"}", ticket);
    at_hall(&pair, "siti", "ticket.transfer", body);
    free(body);
    CHECK_TEXT(json_text_or(data = pair_hall_row(&pair, TABLE_TICKET, ticket), "state", ""), "waiting");
    json_free(&data);
    CHECK_INT(named_in_feed(&pair, SITI, before, person), 0);
    CHECK_INT(named_in_snapshot(&pair, SITI, person), 0);
    CHECK_INT(named_in_search(&pair, SITI, person), 0);
    pair_close(&pair);
}

/* Nobody is called out of turn without a reason … */
TEST(names_out_of_turn_needs_a_reason)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b'}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(!trial_run(&h, "leyla", "ticket.call", "{'counter':'1','fence':1,'ticket':'%s'}", h.last_ticket));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, h.last_ticket, "/state"), "waiting");
    CHECK(!trial_run(&h, "leyla", "ticket.call", "{'counter':'1','fence':1,'ticket':'%s','reason':''}",
                     h.last_ticket));
    CHECK_TEXT(h.out.code, "reason_needed");
    trial_close(&h);
}

/* … and it stands in the report, of whom and how often. */
TEST(names_out_of_turn_is_reported)
{
    static const struct report_ask all = {.from = "2000-01-01", .to = "2099-12-31"};
    struct pair pair;
    struct buf text = {0};
    struct json *data, *report = NULL;
    char *body, second[64];
    open_hall(&pair);
    at_hall(&pair, "rina", "ticket.issue", issue);
    data = pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    str_copy(second, sizeof second, json_as_text(json_pointer(data, "/ticket/id")));
    json_free(&data);
    at_hall(&pair, "siti", "counter.open", "{\"counter\":\"c1\"}");
    body =
        xasprintf("{\"counter\":\"c1\",\"fence\":1,\"ticket\":\"%s\",\"reason\":\"a small child\"}", second);
    at_hall(&pair, "siti", "ticket.call", body);
    free(body);
    data = pair_hall_row(&pair, TABLE_TICKET, second);
    CHECK_TEXT(json_text(data, "state"), "called");
    CHECK_TEXT(json_as_text(json_pointer(data, "/why/words")), "a small child"); /* as the screen shows it */
    json_free(&data);
    REQUIRE(report_write(pair.hall, report_find("out_of_turn"), &all, &text) == ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &report, NULL) == ERR_OK);
    const struct json *row = json_first(json_get(report, "rows"));
    CHECK_INT(json_int(row, "called", -1), 1);
    CHECK_INT(json_int(row, "out_of_turn", -1), 1);
    CHECK(!str_empty(json_text(row, "name")));
    json_free(&report);
    buf_free(&text);
    pair_close(&pair);
}

TEST(names_come_back_when_the_hall_shows_them_again)
{
    struct pair pair;
    open_hall(&pair);
    at_hall(&pair, "budi", "hall.policy",
            "{\"policy\":\"hide_names\",\"value\":true,\"reason\":\"no cherries\"}");
    at_hall(&pair, "rina", "ticket.issue", issue);
    sync_all(&pair);
    CHECK(!knows(&pair, SITI) && knows(&pair, RINA));
    at_hall(&pair, "budi", "hall.policy",
            "{\"policy\":\"hide_names\",\"value\":false,\"reason\":\"by the law\"}");
    sync_all(&pair);
    CHECK(knows(&pair, SITI));
    pair_close(&pair);
}

/* Each role alone; who has one that finds people finds them. */
TEST(names_hidden_by_role)
{
    static const struct {
        unsigned roles;
        enum sight waiting;
    } cases[] = {
        {ROLE_CLERK, SIGHT_MASKED},
        {ROLE_APPROVER, SIGHT_MASKED},
        {ROLE_CLERK | ROLE_APPROVER, SIGHT_MASKED},
        {ROLE_TRAINER, SIGHT_MASKED},
        {ROLE_RECEPTION, SIGHT_FULL},
        {ROLE_CLERK | ROLE_RECEPTION, SIGHT_FULL},
        {ROLE_SUPERVISOR, SIGHT_FULL},
        {ROLE_ADMINISTRATOR, SIGHT_FULL},
    };
    static const char *const later[] = {"called", "serving", "held", "done", "no_show", "cancelled"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct actor actor = {.user = "u", .roles = cases[i].roles, .names_hidden = true};
        struct json *row = json_new_object();
        json_set_text(row, "state", "waiting");
        CHECK_INT(row_sight(&actor, TABLE_TICKET, row), cases[i].waiting);
        CHECK(table_is_whole(&actor, TABLE_TICKET) == (cases[i].waiting == SIGHT_FULL));
        for (size_t k = 0; k < sizeof later / sizeof *later; k++) {
            json_set_text(row, "state", later[k]);
            CHECK_INT(row_sight(&actor, TABLE_TICKET, row), SIGHT_FULL);
        }
        json_set_text(row, "state", "waiting");
        actor.names_hidden = false;
        CHECK_INT(row_sight(&actor, TABLE_TICKET, row), SIGHT_FULL);
        json_free(&row);
    }
}
