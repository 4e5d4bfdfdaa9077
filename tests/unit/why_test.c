/* tests/unit/why_test.c: why any ticket of the day was called is kept with it, call by call, and where somebody who waits
 * stands is told by the rule that calls. */
#include "core/command/lines.h"
#include "core/wire/json.h"
#include "tests/support/test.h"
#include "tests/unit/command_hall.h"

enum { MINUTE_MS = 60 * 1000 };

static void issue(struct command_hall *h, const char *queue, const char *more, char id[64])
{
    h->now_ms += MINUTE_MS;
    CHECK(trial_run(h, "nigar", "ticket.issue", "{'queue':'%s'%s}", queue, more));
    str_copy(id, 64, h->last_ticket);
}

TEST(why_is_kept_of_each_call)
{
    struct command_hall h;
    char first[64], second[64];
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['p']}"));
    issue(&h, "p", "", first);
    issue(&h, "p", ",'priority':'disabled'", second);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK_TEXT(trial_text(&h, "/ticket/id"), second);
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/why/reason"), "priority_class");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/why/user"), "u-leyla");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/why/counter"), "c-1");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/why/passed_over/0/number"), "P001");
    CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':1}", second));
    CHECK(!trial_run(&h, "leyla", "ticket.call", "{'counter':'1','fence':1,'ticket':'%s'}", first));
    CHECK_TEXT(h.out.code, "reason_needed");
    for (int i = 0; i < 7; i++) {
        CHECK(trial_run(&h, "leyla", "ticket.call",
                        "{'counter':'1','fence':1,'ticket':'%s','reason':'a train to catch %d'}", second, i));
        CHECK(trial_run(&h, "leyla", "ticket.return", "{'ticket':'%s','gen':%d}", second, 2 * i + 3));
    }
    /* the newest first; five calls are explained at most, the others are in the audit */
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/why/words"), "a train to catch 6");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/whys/0/words"), "a train to catch 5");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/whys/3/words"), "a train to catch 2");
    CHECK_TEXT(trial_row_text(&h, TABLE_TICKET, second, "/whys/4/words"), "");
    trial_close(&h);
}

static bool foresee(struct command_hall *h, const char *ticket, struct outcome *out)
{
    struct actor actor = {.user = "u-kamran", .roles = ~0u};
    struct command command = {.type = "ticket.call_next"};
    struct tx tx = {
        .db = h->db, .predicting = true, .now_ms = h->now_ms, .actor = &actor, .command = &command};
    bool ran = line_foresee(&tx, ticket, out) == ERR_OK;
    tx_deinit(&tx);
    return ran && out->applied;
}

static const char *text_at(const struct outcome *out, const char *pointer)
{
    const char *text = json_as_text(json_pointer(out->data, pointer));
    return text ? text : "";
}

TEST(why_not_yet_names_who_is_before_and_when)
{
    struct command_hall h;
    struct outcome out;
    char ids[4][64];
    trial_open(&h);
    CHECK(trial_run(&h, "kamran", "queue.assign", "{'counter':'1','queues':['p']}"));
    issue(&h, "p", "", ids[0]);
    issue(&h, "p", "", ids[1]);
    issue(&h, "p", ",'priority':'elderly'", ids[2]);
    issue(&h, "p", ",'priority':'disabled'", ids[3]);
    CHECK(trial_run(&h, "leyla", "counter.open", "{'counter':'1'}"));
    CHECK(foresee(&h, ids[1], &out)); /* P004, P003 by class (two in a row), then P001 */
    CHECK_INT(json_int(out.data, "place", -1), 4);
    CHECK_INT(json_int(out.data, "waiting", -1), 4);
    CHECK_INT(json_int(out.data, "wait_min", -1), 40);
    CHECK_TEXT(text_at(&out, "/first/number"), "P004");
    CHECK_TEXT(text_at(&out, "/first/reason"), "priority_class");
    CHECK_TEXT(text_at(&out, "/passed"), "priority_first");
    CHECK_TEXT(text_at(&out, "/ahead/0/number"), "P004");
    CHECK_TEXT(text_at(&out, "/ahead/0/because"), "class");
    CHECK_TEXT(text_at(&out, "/ahead/2/number"), "P001");
    CHECK_TEXT(text_at(&out, "/ahead/2/because"), "arrived");
    json_free(&out.data);
    CHECK(foresee(&h, ids[3], &out));
    CHECK_INT(json_int(out.data, "place", -1), 1);
    CHECK_INT((int64_t)json_count(json_get(out.data, "ahead")), 0);
    json_free(&out.data);
    /* called, or sent to somebody: it stands in no line */
    CHECK(trial_run(&h, "leyla", "ticket.call_next", "{'counter':'1','fence':1}"));
    CHECK(foresee(&h, ids[3], &out));
    CHECK(!json_get(out.data, "place"));
    json_free(&out.data);
    CHECK(trial_run(&h, "leyla", "ticket.transfer",
                    "{'ticket':'%s','gen':1,'to':{'counter':'2'},'place':'keep'}", ids[3]));
    CHECK(foresee(&h, ids[3], &out));
    CHECK_TEXT(text_at(&out, "/sent_to/counter"), "c-2");
    json_free(&out.data);
    CHECK(!foresee(&h, "nowhere", &out));
    CHECK_TEXT(out.code, "unknown_ticket");
    json_free(&out.data);
    trial_close(&h);
}
