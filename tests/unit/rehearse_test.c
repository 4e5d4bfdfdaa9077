/* tests/unit/rehearse_test.c: loketd rehearse as a function: queues in, orders and estimates out. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/rehearse.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

static void check_answer(enum rule_kind kind, const char *queue, const char *want)
{
    struct err_info info = {0};
    struct json *in = quoted_json(queue), *wanted = quoted_json(want), *out = NULL;
    CHECK_INT(rehearse(kind, in, &out, &info), ERR_OK);
    char *got = json_print(out), *expected = json_print(wanted);
    CHECK_TEXT(got, expected);
    free(got);
    free(expected);
    json_free(&in);
    json_free(&wanted);
    json_free(&out);
}

static void check_wrong(const char *queue, const char *word)
{
    struct err_info info = {0};
    struct json *in = quoted_json(queue), *out = NULL;
    CHECK_INT(rehearse(RULE_FIFO, in, &out, &info), ERR_INVALID);
    CHECK(out == NULL);
    if (!CHECK(strstr(info.text, word) != NULL))
        CHECK_TEXT(info.text, word);
    json_free(&in);
    json_free(&out);
}

TEST(rehearse_fifo_and_estimates)
{
    check_answer(RULE_FIFO,
                 "{'now':1000,'average_min':10,'desks':2,'entries':["
                 "{'number':7,'arrival':500,'kind':'walk_in','priority':null,'last_call':null},"
                 "{'number':3,'arrival':400,'kind':'walk_in','priority':1,'last_call':null}]}",
                 "{'next':3,'order':[3,7],'estimates':[{'number':3,'optimistic_min':0,'expected_min':5},"
                 "{'number':7,'optimistic_min':0,'expected_min':10}]}");
}

TEST(rehearse_priority_runs_are_bounded)
{
    check_answer(RULE_PRIORITY,
                 "{'now':1000,'average_min':0,'desks':1,'max_run':1,'entries':["
                 "{'number':1,'arrival':100,'kind':'walk_in','priority':null},"
                 "{'number':2,'arrival':200,'kind':'walk_in','priority':1},"
                 "{'number':3,'arrival':300,'kind':'walk_in','priority':1}]}",
                 "{'next':2,'order':[2,1,3],'estimates':[{'number':2,'optimistic_min':0,'expected_min':0},"
                 "{'number':1,'optimistic_min':0,'expected_min':0},"
                 "{'number':3,'optimistic_min':0,'expected_min':0}]}");
}

TEST(rehearse_weighted_shares_a_counter)
{
    struct err_info info = {0};
    struct json *out = NULL;
    struct json *in = quoted_json("{'now':9000,'average_min':5,'desks':1,'entries':["
                                  "{'number':1,'arrival':1,'kind':'walk_in','queue':'a','weight':2},"
                                  "{'number':2,'arrival':2,'kind':'walk_in','queue':'a','weight':2},"
                                  "{'number':3,'arrival':3,'kind':'walk_in','queue':'a','weight':2},"
                                  "{'number':9,'arrival':4,'kind':'walk_in','queue':'b','weight':1}]}");
    CHECK_INT(rehearse(RULE_WEIGHTED, in, &out, &info), ERR_OK);
    CHECK_INT(json_as_int(json_at(json_get(out, "order"), 2), 0), 9);
    CHECK_INT((int64_t)json_count(json_get(out, "order")), 4);
    json_free(&in);
    json_free(&out);
}

TEST(rehearse_skips_who_was_just_called)
{
    struct err_info info = {0};
    struct json *out = NULL;
    struct json *in =
        quoted_json("{'now':10000,'average_min':5,'desks':1,'entries':["
                    "{'number':1,'arrival':100,'kind':'walk_in','priority':null,'last_call':9900},"
                    "{'number':2,'arrival':200,'kind':'walk_in','priority':null,'last_call':9000}]}");
    CHECK_INT(rehearse(RULE_APPOINTMENTS, in, &out, &info), ERR_OK);
    CHECK_INT(json_int(out, "next", 0), 2);
    json_free(&in);
    json_free(&out);
}

TEST(rehearse_nobody_and_no_desk)
{
    check_answer(RULE_FIFO, "{'now':1,'average_min':5,'desks':1,'entries':[]}",
                 "{'next':null,'order':[],'estimates':[]}");
    check_answer(
        RULE_FIFO, "{'now':9,'average_min':5,'desks':0,'entries':[{'number':4,'arrival':1}]}",
        "{'next':4,'order':[4],'estimates':[{'number':4,'optimistic_min':null,'expected_min':null}]}");
}

TEST(rehearse_names_what_is_wrong)
{
    check_wrong("[]", "object");
    check_wrong("{'average_min':5,'desks':1,'entries':[]}", "\"now\"");
    check_wrong("{'now':1}", "\"entries\"");
    check_wrong("{'now':1,'average_min':-1,'entries':[]}", "\"average_min\"");
    check_wrong("{'now':1,'desks':1.5,'entries':[]}", "\"desks\"");
    check_wrong("{'now':1,'entries':[{'arrival':1}]}", "entries[0]: \"number\"");
    check_wrong("{'now':1,'entries':[{'number':1,'arrival':1},{'number':2}]}", "entries[1]: \"arrival\"");
    check_wrong("{'now':1,'entries':[{'number':1,'arrival':1,'kind':'bus'}]}", "\"kind\"");
    check_wrong("{'now':1,'entries':[{'number':1,'arrival':1,'priority':'high'}]}", "\"priority\"");
}
