/* tests/unit/names_hidden_test.c: where the hall hides names, a ticket that waits is a number and a service on the
 * workstation of whoever may call, by feed and by snapshot, and a person from the call on; reception finds people as
 * before. */
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/model/role.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

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
