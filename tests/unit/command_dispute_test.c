/* tests/unit/command_dispute_test.c: closing what was refused: dropped, or carried out once more by its author. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/case_hall.h"

#define DISPUTE "f0000000-0000-7000-8000-000000000001"

#define DISPUTE_TEXT(pointer, want) CHECK_TEXT(hall_file_text(&hall, TABLE_DISPUTE, DISPUTE, pointer), want)

/* As the hall writes it for a refused command (core/hall/server_core.c). */
static void put_dispute(const char *type, const char *body)
{
    char *text =
        xasprintf("{\"id\":\"" DISPUTE "\",\"row_rev\":1,\"state\":\"open\",\"code\":\"other_agency\","
                  "\"user\":\"%s\",\"client\":\"x\",\"row\":null,\"command\":{\"seq\":5,"
                  "\"id\":\"a0000000-0000-7000-8000-000000000001\",\"type\":\"%s\",\"v\":1,"
                  "\"at\":{\"wall\":\"2026-11-24T05:00:00.000Z\",\"offset_ms\":0},"
                  "\"base\":{\"rev\":1,\"row_rev\":1,\"hold_gen\":0},\"body\":%s}}",
                  hall_file_user(LEYLA), type, body);
    struct json *row = NULL;
    REQUIRE(json_parse(text, strlen(text), &row, NULL) == ERR_OK);
    REQUIRE(row_put(hall.db, ROWS_PLAIN, TABLE_DISPUTE, row) == ERR_OK);
    json_free(&row);
    free(text);
}

TEST(dispute_is_dropped_once)
{
    hall_file_open(&hall);
    put_dispute("case.open", "{\"case\":\"" CASE "\",\"service\":\"t.card\"}");
    REFUSED(RASHAD, "dispute.resolve", "{'dispute':'" DISPUTE "','choice':'drop'}", "forbidden");
    REFUSED(LEYLA, "dispute.resolve", "{'dispute':'" DISPUTE "','choice':'forget'}", "unknown_choice");
    RUN(LEYLA, "dispute.resolve", "{'dispute':'" DISPUTE "','choice':'drop','note':'done by hand'}");
    DISPUTE_TEXT("/state", "closed");
    DISPUTE_TEXT("/note", "done by hand");
    DISPUTE_TEXT("/resolved_by", hall_file_user(LEYLA));
    CASE_TEXT("/state", "");
    REFUSED(LEYLA, "dispute.resolve", "{'dispute':'" DISPUTE "','choice':'drop'}", "dispute_closed");
    hall_file_close(&hall);
}

TEST(dispute_is_applied_as_its_author)
{
    hall_file_open(&hall);
    put_dispute("case.open", "{\"case\":\"" CASE "\",\"service\":\"t.card\"}");
    RUN(SUPER, "dispute.resolve", "{'dispute':'" DISPUTE "','choice':'apply'}");
    CHECK_TEXT(hall_file_data(&hall, "/result/case"), CASE);
    CASE_TEXT("/state", "draft");
    CASE_TEXT("/user", hall_file_user(LEYLA));
    DISPUTE_TEXT("/state", "closed");
    DISPUTE_TEXT("/resolved_by", hall_file_user(SUPER));
    hall_file_close(&hall);
}

TEST(dispute_refused_again_stays_open)
{
    hall_file_open(&hall);
    put_dispute("case.submit", "{\"case\":\"" CASE "\"}");
    REFUSED(SUPER, "dispute.resolve", "{'dispute':'" DISPUTE "','choice':'apply'}", "unknown_case");
    DISPUTE_TEXT("/state", "open");
    put_dispute("dispute.resolve", "{\"dispute\":\"" DISPUTE "\",\"choice\":\"apply\"}");
    REFUSED(LEYLA, "dispute.resolve", "{'dispute':'" DISPUTE "','choice':'apply'}", "cannot_apply");
    hall_file_close(&hall);
}
