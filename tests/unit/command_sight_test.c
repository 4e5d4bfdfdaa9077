/* tests/unit/command_sight_test.c: who sees which rows, and what of them stays hidden. */
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/model/role.h"
#include "tests/support/test.h"

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

static enum sight sight(unsigned roles, const char *agency, enum table table, const char *text)
{
    struct actor actor = {.roles = roles};
    struct json *row = parse(text);
    str_copy(actor.user, sizeof actor.user, "u1");
    str_copy(actor.agency, sizeof actor.agency, agency);
    enum sight found = row_sight(&actor, table, row);
    json_free(&row);
    return found;
}

TEST(sight_of_cases_ends_at_the_agency)
{
    static const enum table tables[] = {TABLE_CASE, TABLE_DOCUMENT, TABLE_PAYMENT, TABLE_DECISION};
    static const char row[] = "{\"id\":\"r\",\"agency\":\"a\"}";
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        CHECK_INT(sight(ROLE_CLERK, "a", tables[i], row), SIGHT_FULL);
        CHECK_INT(sight(ROLE_APPROVER, "a", tables[i], row), SIGHT_FULL);
        CHECK_INT(sight(ROLE_CLERK, "b", tables[i], row), SIGHT_NONE);
        CHECK_INT(sight(ROLE_APPROVER, "b", tables[i], row), SIGHT_NONE);
        CHECK_INT(sight(ROLE_RECEPTION, "", tables[i], row), SIGHT_MASKED);
        CHECK_INT(sight(ROLE_SUPERVISOR, "", tables[i], row), SIGHT_MASKED);
        CHECK_INT(sight(ROLE_CLERK | ROLE_SUPERVISOR, "b", tables[i], row), SIGHT_MASKED);
    }
}

TEST(sight_of_disputes_is_the_persons_own_and_the_supervisors)
{
    CHECK_INT(sight(ROLE_CLERK, "a", TABLE_DISPUTE, "{\"user\":\"u1\"}"), SIGHT_FULL);
    CHECK_INT(sight(ROLE_CLERK, "a", TABLE_DISPUTE, "{\"user\":\"u2\"}"), SIGHT_NONE);
    CHECK_INT(sight(ROLE_SUPERVISOR, "", TABLE_DISPUTE, "{\"user\":\"u2\"}"), SIGHT_FULL);
    CHECK_INT(sight(ROLE_RECEPTION, "", TABLE_SURVEY, "{}"), SIGHT_NONE);
    CHECK_INT(sight(ROLE_CLERK, "", TABLE_STATION, "{\"user\":\"u-siti\"}"), SIGHT_NONE);
    CHECK_INT(sight(ROLE_SUPERVISOR, "", TABLE_STATION, "{}"), SIGHT_FULL);
    CHECK_INT(sight(ROLE_RECEPTION, "", TABLE_PERSON, "{}"), SIGHT_MASKED);
    CHECK_INT(sight(ROLE_CLERK, "b", TABLE_PERSON, "{}"), SIGHT_FULL);
}

/* What is left of a row; every other member must be gone. */
TEST(sight_masked_leaves_no_secret)
{
    static const struct {
        enum table table;
        const char *row, *masked;
    } rows[] = {
        {TABLE_PERSON,
         "{\"id\":\"p\",\"name\":\"Leyla\",\"nik\":\"9900014101900014\",\"fin\":\"7A2B3XK\",\"phone\":"
         "\"+994501234567\",\"documents\":[{}],\"address\":{},\"email\":\"x@example.org\"}",
         "{\"id\":\"p\",\"name\":\"Leyla\",\"nik\":\"••••••••••••0014\",\"fin\":\"•••••XK\",\"phone\":"
         "\"•••••••••••67\",\"masked\":true}"},
        {TABLE_PERSON, "{\"fin\":\"XK\"}", "{\"fin\":\"••\",\"masked\":true}"}, /* too short to show a part */
        {TABLE_CASE,
         "{\"id\":\"c\",\"state\":\"draft\",\"draft\":{\"a\":1},\"branches\":[],\"draft_revs\":{},"
         "\"corrections\":[],\"complaints\":[],\"note\":\"n\",\"submitted\":{},\"outputs\":[],"
         "\"delivered_to\":\"x\",\"extensions\":[],\"migrations\":[{\"draft\":{\"a\":1}}],\"returned\":{},"
         "\"withdrawn_reason\":\"ill\"}",
         "{\"id\":\"c\",\"state\":\"draft\",\"masked\":true}"},
        /* the clock's own word */
        {TABLE_CASE, "{\"withdrawn_reason\":\"lapsed\"}",
         "{\"withdrawn_reason\":\"lapsed\",\"masked\":true}"},
        {TABLE_DOCUMENT, "{\"code\":\"d\",\"note\":\"n\"}", "{\"code\":\"d\",\"masked\":true}"},
        {TABLE_PAYMENT, "{\"amount\":\"5.00 AZN\",\"reference\":\"r\"}",
         "{\"amount\":\"5.00 AZN\",\"masked\":true}"},
        {TABLE_DECISION,
         "{\"outcome\":\"refuse\",\"text\":\"t\",\"conditions\":\"c\",\"note\":\"n\",\"notice\":\"n\","
         "\"reasons\":[\"R1\"],\"grounds\":[{\"code\":\"R1\"}],\"fields\":[\"/income\"],\"papers\":[\"p\"]}",
         "{\"outcome\":\"refuse\",\"masked\":true}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json *row = parse(rows[i].row);
        row_mask(rows[i].table, row);
        char *text = json_print(row);
        CHECK_TEXT(text, rows[i].masked);
        free(text);
        json_free(&row);
    }
}
