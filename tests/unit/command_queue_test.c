/* tests/unit/command_queue_test.c: what a supervisor does with queues, surveys, and that no statement of the key
 * paths scans a table. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/daybook.h"
#include "core/hall/report.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

static void issue(struct command_hall *h, const char *queue, int count)
{
    for (int i = 0; i < count; i++) {
        h->now_ms += 1000;
        CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'%s'}", queue));
    }
}

TEST(queue_assign_takes_names_and_refuses_nonsense)
{
    static const struct {
        const char *queues, *code;
    } cases[] = {
        {"[{'queue':'zz','weight':1}]", "unknown_queue"},   {"[{'queue':'b','weight':0}]", "invalid_weight"},
        {"[{'queue':'b','weight':101}]", "invalid_weight"}, {"[{'weight':1}]", "invalid_body"},
        {"[{'queue':'b'},{'queue':'B'}]", "invalid_body"},  {"{}", "invalid_body"},
    };
    struct command_hall h;
    trial_open(&h);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(!trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':%s}", cases[i].queues));
        CHECK_TEXT(h.out.code, cases[i].code);
    }
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':[{'queue':'P','weight':3},'b']}"));
    CHECK_TEXT(trial_text(&h, "/counter/queues/0/queue"), "p");
    CHECK_INT(trial_int(&h, "/counter/queues/0/weight"), 3);
    CHECK_INT(trial_int(&h, "/counter/queues/1/weight"), 1);
    trial_close(&h);
}

TEST(queue_move_previews_then_moves)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, "b", 3);
    issue(&h, "w", 1);
    CHECK(trial_run(&h, "kamran", "queue.move", "{'from':'b','to':'w','preview':true,'filter':{'limit':2}}"));
    CHECK_INT(trial_int(&h, "/moved"), 2);
    CHECK_INT(trial_int(&h, "/from/waiting"), 3);
    CHECK_INT(trial_int(&h, "/from/waiting_after"), 1);
    CHECK_INT(trial_int(&h, "/to/waiting_after"), 3);
    CHECK_TEXT(trial_text(&h, "/tickets/0/number"), "B001");
    CHECK_INT(h.changes, 0);
    CHECK(trial_run(&h, "kamran", "queue.move", "{'from':'b','to':'w','filter':{'tickets':['B002']}}"));
    CHECK_INT(trial_int(&h, "/moved"), 1);
    CHECK_INT(h.changes, 1);
    CHECK_TEXT(trial_text(&h, "/tickets/0/number"), "B002"); /* the number stays */
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, trial_text(&h, "/tickets/0/id"), "/queue"), "w");
    CHECK(!trial_run(&h, "kamran", "queue.move", "{'from':'b','to':'B'}"));
    CHECK_TEXT(h.out.code, "same_queue");
    trial_close(&h);
}

TEST(queue_rule_holds_until_its_time_is_over)
{
    struct command_hall h;
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['b']}"));
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'priority'}"));
    CHECK_TEXT(h.out.code, "reason_needed");
    CHECK(!trial_run(&h, "kamran", "queue.rule", "{'queue':'b','rule':'luck','reason':'r'}"));
    CHECK_TEXT(h.out.code, "unknown_rule");
    CHECK(trial_run(
        &h, "kamran", "queue.rule",
        "{'queue':'b','rule':'priority','max_run':1,'reason':'rush','until':'2026-11-24T07:00:00.000Z'}"));
    CHECK_TEXT(trial_text(&h, "/queue/rule/kind"), "priority");
    CHECK_INT(trial_int(&h, "/queue/rule/max_run"), 1);
    issue(&h, "b", 1);
    CHECK(trial_run(&h, "nigar", "ticket.issue", "{'queue':'b','priority':'disabled'}"));
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B002");
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", h.last_ticket));
    h.now_ms += 3600 * 1000;
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    CHECK_TEXT(trial_text(&h, "/why/rule"), "fifo");
    trial_close(&h);
}

TEST(queue_at_a_bus_is_not_called_in_the_hall)
{
    struct command_hall h;
    trial_open(&h);
    issue(&h, "b", 1);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "kamran", "queue.home", "{'queue':'b','home':'bus-3'}"));
    CHECK_INT(trial_int(&h, "/queue/home_gen"), 1);
    CHECK(!trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(h.out.code, "queue_elsewhere");
    CHECK(!trial_run(&h, "kamran", "queue.home", "{'queue':'b','home':'ASAN-01','home_gen':0}"));
    CHECK_TEXT(h.out.code, "home_gen_old");
    CHECK(trial_run(&h, "kamran", "queue.home", "{'queue':'b','home':'ASAN-01'}"));
    CHECK_INT(trial_int(&h, "/queue/home_gen"), 2);
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/number"), "B001");
    trial_close(&h);
}

TEST(survey_counts_each_visit_once)
{
    static const char *const wrong[] = {"[1,2,3]", "[1,1,1,1,1,1,1,1,5]", "[1,1,1,1,1,1,1,1,4294967297]",
                                        "[1,1,1,1,1,1,1,1,1,1]", "null"};
    struct command_hall h;
    trial_open(&h);
    issue(&h, "b", 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(
            !trial_run(&h, "nigar", "survey.record", "{'ticket':'%s','scores':%s}", h.last_ticket, wrong[i]));
        CHECK_TEXT(h.out.code, "invalid_scores");
    }
    CHECK(trial_run(&h, "nigar", "survey.record", "{'ticket':'%s','scores':[4,4,3,4,4,4,4,4,1]}",
                    h.last_ticket));
    CHECK(!trial_run(&h, "nigar", "survey.record", "{'ticket':'%s','scores':[4,4,3,4,4,4,4,4,1]}",
                     h.last_ticket));
    CHECK_TEXT(h.out.code, "already_recorded");
    /* A ticket of no service is in the line of all, and has no line beside it. */
    struct buf text = {0};
    const struct report_ask ask = {.from = "2000-01-01", .to = "2099-12-31", .csv = true};
    REQUIRE(daybook_create(h.db) == ERR_OK);
    CHECK_INT(report_write(h.db, report_find("survey"), &ask, &text), ERR_OK);
    const char *first = strchr(buf_text(&text), '\n');
    CHECK(first && strncmp(first + 1, ",1,", 3) == 0 && strchr(first + 1, '\n')[1] == '\0');
    buf_free(&text);
    trial_close(&h);
}

/* The statements as they stand in the sources: read from there, so that none is forgotten. */
static char *next_statement(char **at, char *name, size_t capacity)
{
    struct buf sql = {0};
    char *start = strstr(*at, "const char sql_");
    if (!start)
        return NULL;
    start += strlen("const char ");
    str_format(name, capacity, "%.*s", (int)strcspn(start, "["), start);
    char *end = start;
    bool quoted = false;
    for (char *p = strchr(start, '='); *p && (quoted || *p != ';'); p++) {
        end = p;
        if (*p == '"')
            quoted = !quoted;
        else if (quoted)
            buf_addc(&sql, *p);
        else if (str_starts(p, "FREE"))
            buf_adds(&sql, "AND COALESCE(counter, '') = '' AND COALESCE(user_, '') = '' ");
        else if (str_starts(p, "BY_ARRIVAL"))
            buf_adds(&sql, "AND COALESCE(place_at, '') = '' ");
        else if (str_starts(p, "COME"))
            buf_adds(&sql, "AND arrived_at > '' ");
        else if (str_starts(p, "WALK_IN"))
            buf_adds(&sql, "AND COALESCE(appointment_at, '') = '' ");
    }
    *at = end;
    return buf_take(&sql);
}

TEST(command_statements_never_scan_or_sort)
{
    static const char *const files[] = {
        "call",          "numbers",     "ticket_row",     "heads",      "ticket_call", "ticket_promise",
        "counter_rules", "queue_rules", "queue_rehearse", "closure",    "survey",      "ticket_quota",
        "case_open",     "case_row",    "case_twin",      "queue_home", "dispute_bus", "alert",
        "move_tickets",  "move_undo",   "hall_move",      "move_effect"};
    struct command_hall h;
    int count = 0;
    trial_open(&h);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[80], name[80], *sql;
        str_format(path, sizeof path, "core/command/%s.c", files[i]);
        char *text = test_read_file(path), *at = text;
        REQUIRE(text != NULL);
        while ((sql = next_statement(&at, name, sizeof name))) {
            char *plan = db_explain(h.db, sql);
            bool small = strstr(sql, "FROM halls") != NULL; /* one row, in the order of its key */
            /* A count walks only what its inner query found by index. */
            bool counted =
                strstr(sql, "count(*)") != NULL && strstr(plan, "SEARCH tickets USING COVERING INDEX");
            if (!CHECK(small || counted || !strstr(plan, "SCAN")) || !CHECK(!strstr(plan, "TEMP B-TREE")))
                CHECK_TEXT(plan, name);
            count++;
            free(plan);
            free(sql);
        }
        free(text);
    }
    CHECK_INT(count, 42);
    trial_close(&h);
}
