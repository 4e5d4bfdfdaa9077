/* tests/unit/board_test.c: what the query "floor" says of a hall: queues, counters, promises, the day's picture; from a
 * workstation's own file, with its own unsent work, and without reading who waits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/floor.h"
#include "tests/support/pair.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

static const int64_t now_ms = 1795489320000; /* 2026-11-24T03:02:00Z */

struct made {
    char dir[300];
    struct cache *cache;
    struct rng rng;
    struct json *page, *rows;
};

static struct json *parsed(const char *text)
{
    struct json *json = NULL;
    char *real = xstrdup(text);
    for (char *c = real; *c; c++)
        if (*c == '\'')
            *c = '"';
    REQUIRE(json_parse(real, strlen(real), &json, NULL) == ERR_OK);
    free(real);
    return json;
}

static void open_made(struct made *made)
{
    struct err_info info = {0};
    *made = (struct made){.page = json_new_object(), .rows = json_new_array()};
    json_set(made->page, "rows", made->rows);
    rng_seed(&made->rng, 3);
    zone_set("UTC");
    str_format(made->dir, sizeof made->dir, "%s/station", test_folder());
    REQUIRE(cache_open(&made->cache, made->dir, now_ms, &made->rng, NULL, &info) == ERR_OK);
    struct json *session = parsed("{'token':'t','user':{'id':'budi','login':'budi','name':'Budi',"
                                  "'roles':['supervisor']},'hall':{'code':'B'}}");
    REQUIRE(cache_new_epoch(made->cache, 1) == ERR_OK);
    REQUIRE(cache_sign_in(made->cache, session) == ERR_OK);
    cache_set_reach(made->cache, true);
    json_free(&session);
}

static void add(struct made *made, const char *table, const char *text)
{
    struct json *line = json_new_object(), *row = parsed(text);
    json_set_int(row, "row_rev", 1);
    json_set_text(line, "t", table);
    json_set_text(line, "id", json_text(row, "id"));
    json_set(line, "row", row);
    json_add(made->rows, line);
}

static void fill(struct made *made)
{
    REQUIRE(cache_snapshot_page(made->cache, made->page, true) == ERR_OK);
    REQUIRE(cache_snapshot_swap(made->cache, 1, 1, now_ms) == ERR_OK);
}

static void close_made(struct made *made)
{
    json_free(&made->page);
    cache_close(&made->cache);
}

/* A ticket of today that came at HH:MM; otherwise: members that differ. */
static void add_ticket(struct made *made, const char *number, const char *queue, const char *state,
                       const char *came, const char *otherwise)
{
    char *text = xasprintf("{'id':'t-%s','number':'%s','day':'2026-11-24','queue':'%s','state':'%s',"
                           "'arrived_at':'2026-11-24T%s:00.000Z'%s%s}",
                           number, number, queue, state, came, *otherwise ? "," : "", otherwise);
    add(made, "ticket", text);
    free(text);
}

static void add_hall(struct made *made)
{
    add(made, "hall",
        "{'id':'B','code':'B','name':{'en':'Hall'},'timezone':'UTC','business_day':'2026-11-24'}");
    add(made, "agency", "{'id':'a1','name':{'en':'Population office'}}");
    add(made, "queue", "{'id':'p','code':'P','agency':'a1','name':{'en':'Population'},'home':'hall'}");
    add(made, "queue", "{'id':'t','code':'T','agency':'a1','name':{'en':'Tax'},'home':'hall'}");
    add(made, "queue",
        "{'id':'v','code':'V','agency':'a1','name':{'en':'Village'},'home':'bus-3','home_name':'Bus 3'}");
    add(made, "user", "{'id':'siti','login':'siti','name':'Siti Rahmawati','roles':['clerk']}");
    add(made, "user", "{'id':'adi','login':'adi','name':'Adi Saputra','roles':['clerk']}");
}

static struct json *ask_at(struct made *made, const char *what, const char *args, int64_t at_ms)
{
    struct json *answer = NULL, *json = parsed(args);
    if (!CHECK(cache_load(made->cache, what, json, at_ms, &answer) == ERR_OK))
        printf("    %s\n", cache_message(made->cache));
    json_free(&json);
    return answer;
}

static const struct json *row_of(const struct json *answer, const char *list, const char *id)
{
    for (const struct json *row = json_first(json_get(answer, list)); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return row;
    return NULL;
}

TEST(board_queues_say_who_waits_since_when_and_what_was_promised)
{
    struct made made;
    open_made(&made);
    add_hall(&made);
    add_ticket(&made, "P001", "p", "waiting", "02:00", "'promise_min':[20,40]"); /* until 02:40: late */
    add_ticket(&made, "P002", "p", "waiting", "02:30", "'promise_min':[20,36]"); /* until 03:06: soon */
    add_ticket(&made, "P003", "p", "waiting", "02:31",
               "'promise_min':[20,36]"); /* until 03:07: soon, just so */
    add_ticket(&made, "P004", "p", "waiting", "02:32", "'promise_min':[20,36]"); /* until 03:08: not yet */
    add_ticket(&made, "P005", "p", "waiting", "02:00", "'promise_min':null");    /* promised nothing */
    add_ticket(&made, "P006", "p", "waiting", "01:00",
               "'promise_min':[5,10],'stops':[{'queue':'t','state':'done'},{'queue':'p','state':'now'}]");
    add_ticket(&made, "P007", "p", "done", "01:00", "'called_at':'2026-11-24T01:10:00.000Z'");
    add_ticket(&made, "P008", "p", "no_show", "01:00", "'called_at':'2026-11-24T01:20:00.000Z'");
    add(&made, "ticket",
        "{'id':'y','number':'P9','day':'2026-11-23','queue':'p','state':'done',"
        "'arrived_at':'2026-11-23T23:59:59.000Z'}"); /* yesterday's */
    add(&made, "ticket",
        "{'id':'b','number':'P10','day':'2026-11-25','queue':'p','state':'waiting',"
        "'arrived_at':null,'appointment_at':'2026-11-25T08:00:00.000Z'}"); /* booked for tomorrow */
    fill(&made);
    struct json *answer = ask_at(&made, "floor", "{}", now_ms);
    const struct json *p = row_of(answer, "queues", "p"), *t = row_of(answer, "queues", "t");
    CHECK_INT(json_int(p, "waiting", -1), 6);
    CHECK_TEXT(json_text(p, "oldest_at"), "2026-11-24T01:00:00.000Z");
    CHECK_INT(json_int(p, "late", -1), 1);
    CHECK_INT(json_int(p, "soon", -1), 2);
    CHECK_INT(json_int(p, "served", -1), 1);
    CHECK_INT(json_int(p, "no_show", -1), 1);
    CHECK_INT(json_int(t, "waiting", -1), 0);
    CHECK(!json_get(t, "oldest_at") && !json_get(t, "late"));
    CHECK_INT(json_int(answer, "waiting", -1), 6);
    CHECK_TEXT(json_text(answer, "oldest_at"), "2026-11-24T01:00:00.000Z");
    CHECK(json_bool(row_of(answer, "queues", "v"), "away", false) && !json_bool(p, "away", false));
    CHECK_TEXT(json_name_in(json_get(json_get(answer, "agencies"), "a1"), "en"), "Population office");
    json_free(&answer);
    close_made(&made);
}

TEST(board_the_days_picture_is_who_waited_at_the_end_of_each_ten_minutes)
{
    struct made made;
    char *series;
    open_made(&made);
    add_hall(&made);
    add_ticket(&made, "P001", "p", "done", "02:21",
               "'called_at':'2026-11-24T02:29:00.000Z'"); /* came and went in one */
    add_ticket(&made, "P002", "p", "done", "02:25", "'called_at':'2026-11-24T02:31:00.000Z'"); /* one end */
    add_ticket(&made, "P003", "p", "cancelled", "02:25",
               "'finished_at':'2026-11-24T02:45:00.000Z'"); /* two */
    add_ticket(&made, "P004", "p", "waiting", "02:48", "");
    add_ticket(&made, "P005", "t", "waiting", "02:59", "");
    fill(&made);
    struct json *answer = ask_at(&made, "floor", "{}", now_ms);
    CHECK_TEXT(json_text(answer, "series_from"), "2026-11-24T02:20:00.000Z");
    series = json_print(json_get(row_of(answer, "queues", "p"), "series"));
    CHECK_TEXT(series, "[2,1,1,1,1]");
    free(series);
    series = json_print(json_get(row_of(answer, "queues", "t"), "series"));
    CHECK_TEXT(series, "[0,0,0,1,1]");
    free(series);
    json_free(&answer);
    /* Ten minutes on the slot before is closed with what it had, and a new one has begun. */
    answer = ask_at(&made, "floor", "{}", now_ms + FLOOR_SLOT_MS);
    series = json_print(json_get(row_of(answer, "queues", "p"), "series"));
    CHECK_TEXT(series, "[2,1,1,1,1,1]");
    free(series);
    json_free(&answer);
    close_made(&made);
}

static void check_counter(const struct json *answer, const char *id, const char *doing, const char *from)
{
    const struct json *row = row_of(answer, "counters", id);
    if (!CHECK_TEXT(json_text(row, "doing"), doing) || !CHECK_TEXT(json_text_or(row, "from", ""), from))
        printf("    counter %s\n", id);
}

static void add_counter(struct made *made, const char *id, const char *state, const char *user,
                        const char *queue, const char *lease, const char *otherwise)
{
    char *text =
        xasprintf("{'id':'%s','name':'%s','state':'%s','user':%s%s%s,'queues':[{'queue':'%s','weight':1}],"
                  "'opened_at':'2026-11-24T01:00:00.000Z','lease_until':%s%s%s%s%s}",
                  id, id, state, *user ? "'" : "", *user ? user : "null", *user ? "'" : "", queue,
                  *lease ? "'2026-11-24T" : "", *lease ? lease : "null", *lease ? ":00.000Z'" : "",
                  *otherwise ? "," : "", otherwise);
    add(made, "counter", text);
    free(text);
}

static void add_counters(struct made *made)
{
    add_counter(made, "c1", "open", "siti", "p", "03:03", "");
    add_counter(made, "c2", "open", "adi", "p", "02:57", "");
    add_counter(made, "c3", "paused", "u3", "p", "03:03",
                "'paused_at':'2026-11-24T02:50:00.000Z','pause_until':'2026-11-24T03:10:00.000Z'");
    add_counter(made, "c4", "closed", "", "t", "", "");
    add_counter(made, "c5", "closed", "", "v", "", "");
    add_counter(made, "c6", "open", "u6", "t", "03:03", "");
    add_counter(made, "c7", "open", "u7", "t", "03:03", "");
    add_ticket(made, "P020", "p", "serving", "02:00",
               "'counter':'c1','user':'siti','called_at':'2026-11-24T02:50:00.000Z','started_at':'2026-11-"
               "24T02:51:00.000Z'");
    add_ticket(made, "P021", "p", "called", "02:01",
               "'counter':'c2','user':'adi','called_at':'2026-11-24T02:56:00.000Z'");
    add_ticket(made, "P022", "p", "held", "02:01",
               "'counter':'c1','user':'siti','called_at':'2026-11-24T02:10:00.000Z','held_until':'2026-11-"
               "24T03:01:00.000Z'");
    add_ticket(made, "P023", "p", "held", "02:01",
               "'counter':'c9','user':'siti','called_at':'2026-11-24T02:11:00.000Z','held_until':'2026-11-"
               "24T03:20:00.000Z'");
    add_ticket(made, "T001", "t", "done", "02:00",
               "'counter':'c6','user':'u6','called_at':'2026-11-24T02:10:00.000Z','finished_at':'2026-11-"
               "24T02:40:00.000Z'");
    add_ticket(made, "T002", "t", "no_show", "02:01",
               "'counter':'c6','user':'u6','called_at':'2026-11-24T02:41:00.000Z','finished_at':'2026-11-"
               "24T02:45:00.000Z'");
    /* Left at the counter by whoever sat there before. */
    add_ticket(made, "T003", "t", "serving", "02:01",
               "'counter':'c7','user':'gone','called_at':'2026-11-24T02:00:00.000Z','started_at':'2026-11-"
               "24T02:01:00.000Z'");
}

TEST(board_counters_say_what_they_do_and_since_when)
{
    struct made made;
    open_made(&made);
    add_hall(&made);
    add_counters(&made);
    fill(&made);
    struct json *answer = ask_at(&made, "floor", "{}", now_ms);
    check_counter(answer, "c1", "serving", "2026-11-24T02:51:00.000Z");
    check_counter(answer, "c2", "unattended", "2026-11-24T02:57:00.000Z");
    check_counter(answer, "c3", "paused", "2026-11-24T02:50:00.000Z");
    check_counter(answer, "c4", "closed", "");
    check_counter(answer, "c5", "bus", "");
    check_counter(answer, "c6", "free", "2026-11-24T02:45:00.000Z");
    check_counter(answer, "c7", "free", "2026-11-24T01:00:00.000Z");
    const struct json *c1 = row_of(answer, "counters", "c1"), *c2 = row_of(answer, "counters", "c2");
    CHECK_TEXT(json_text(c1, "number"), "P020");
    CHECK_TEXT(json_text(c1, "user_name"), "Siti Rahmawati");
    CHECK_TEXT(json_text(c1, "codes"), "P");
    CHECK_INT(json_int(c1, "parked", -1), 2);
    CHECK_INT(json_int(c1, "overdue", -1), 1);
    CHECK_TEXT(json_text(c2, "number"), "P021");
    CHECK_TEXT(json_text(c2, "heard_at"), "2026-11-24T02:55:30.000Z");
    CHECK_INT(json_int(answer, "held", -1), 2);
    CHECK_INT(json_int(answer, "overdue", -1), 1);
    const struct json *p = row_of(answer, "queues", "p"), *t = row_of(answer, "queues", "t");
    CHECK_INT(json_int(p, "open", -1), 1);
    CHECK_INT(json_int(p, "assigned", -1), 3);
    CHECK_INT(json_int(t, "open", -1), 2);
    CHECK_INT(json_int(t, "assigned", -1), 3);
    CHECK_INT(json_int(t, "spare", -1), 2);
    CHECK_INT(json_int(p, "spare", 0), 0);
    json_free(&answer);
    /* By a copy that is not fresh nobody is called unattended. */
    cache_set_reach(made.cache, false);
    answer = ask_at(&made, "floor", "{}", now_ms);
    check_counter(answer, "c2", "called", "2026-11-24T02:56:00.000Z");
    json_free(&answer);
    close_made(&made);
}

TEST(board_tells_what_workstations_could_not_hand_over)
{
    struct made made;
    open_made(&made);
    add_hall(&made);
    add_counter(&made, "c1", "open", "siti", "p", "02:40", "");
    add(&made, "station", "{'id':'s1','user':'siti','unsent':3,'since':'2026-11-24T02:30:00.000Z'}");
    add(&made, "station", "{'id':'s2','user':'adi','unsent':2,'since':'2026-11-24T02:31:00.000Z'}");
    add(&made, "station", "{'id':'s3','user':'rina','unsent':0,'since':null}");
    fill(&made);
    struct json *answer = ask_at(&made, "floor", "{}", now_ms);
    const struct json *c1 = row_of(answer, "counters", "c1"), *others = json_get(answer, "elsewhere");
    CHECK_INT(json_int(c1, "unsent", -1), 3);
    CHECK_TEXT(json_text(c1, "unsent_since"), "2026-11-24T02:30:00.000Z");
    CHECK_TEXT(json_text(c1, "heard_at"), "2026-11-24T02:38:30.000Z");
    CHECK_INT((int64_t)json_count(others), 1);
    CHECK_TEXT(json_text(json_first(others), "user_name"), "Adi Saputra");
    json_free(&answer);
    close_made(&made);
}

/* One counter, twelve who wait ten minutes each: an hour is not enough. */
TEST(board_looks_an_hour_ahead)
{
    struct made made;
    char number[8], came[8];
    open_made(&made);
    add_hall(&made);
    add_counter(&made, "c1", "open", "siti", "p", "03:03", "");
    for (int i = 0; i < 12; i++) {
        str_format(number, sizeof number, "P%03d", i);
        str_format(came, sizeof came, "02:%02d", 30 + i);
        add_ticket(&made, number, "p", "waiting", came, "");
    }
    fill(&made);
    struct json *answer = ask_at(&made, "floor", "{}", now_ms);
    const struct json *p = row_of(answer, "queues", "p"), *ahead = json_get(p, "ahead");
    CHECK_INT((int64_t)json_count(ahead), 13);
    CHECK(json_as_int(json_at(ahead, 0), -1) >= 11);
    CHECK(json_int(p, "ahead_min", -1) > 90 && json_int(p, "ahead_low", -1) <= json_int(p, "ahead_high", -1));
    CHECK(!json_get(row_of(answer, "queues", "t"), "ahead_min")); /* no counter that serves it is open */
    CHECK(json_is_array(json_get(answer, "advice")));
    json_free(&answer);
    close_made(&made);
}

/* How often moving c2 to p is advised, where its row has that. */
static int advised(const char *more, int64_t at_ms)
{
    struct made made;
    char number[8], came[8];
    int count = 0;
    open_made(&made);
    add_hall(&made);
    add_counter(&made, "c1", "open", "siti", "p", "03:03", "");
    add_counter(&made, "c2", "open", "adi", "t", "03:03", more);
    for (int i = 0; i < 12; i++) {
        str_format(number, sizeof number, "P%03d", i);
        str_format(came, sizeof came, "01:%02d", 5 * i); /* and nobody in the last hour */
        add_ticket(&made, number, "p", "waiting", came, "");
    }
    fill(&made);
    struct json *answer = ask_at(&made, "floor", "{}", at_ms);
    for (const struct json *one = json_first(json_get(answer, "advice")); one; one = json_next(one))
        count += str_equal(json_text(one, "counter"), "c2") && str_equal(json_text(one, "queue"), "p") &&
                 !json_bool(one, "beside", true);
    json_free(&answer);
    close_made(&made);
    return count;
}

/* Whoever refused it, at whatever board, before or after a restart. */
TEST(board_advice_that_was_refused_is_not_said_in_its_time)
{
    CHECK_INT(advised("", now_ms), 1);
    CHECK_INT(advised("'advice_refused':[{'queue':'t','beside':false,'until':'2026-11-24T03:30:00.000Z'},"
                      "{'queue':'p','beside':false,'until':'2026-11-24T03:02:00.001Z'}]",
                      now_ms),
              0);
    CHECK_INT(
        advised("'advice_refused':[{'queue':'p','beside':false,'until':'2026-11-24T03:02:00.000Z'}]", now_ms),
        1); /* its time is over */
    CHECK_INT(
        advised("'advice_refused':[{'queue':'p','beside':true,'until':'2026-11-24T03:30:00.000Z'}]", now_ms),
        1); /* that was another one */
}

/* Who confirms and hears nothing says so with the next poll; who is answered at once never does. */
TEST(board_a_workstation_knows_what_is_overdue)
{
    struct pair pair;
    int64_t since_ms = 0;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "ticket.issue", "{\"service\":\"s1\"}");
    CHECK_INT(cache_overdue(pair.cache[0], pair.now_ms + 9999, &since_ms), 0);
    CHECK_INT(cache_overdue(pair.cache[0], pair.now_ms + 10000, &since_ms), 1);
    CHECK_INT(since_ms, pair.now_ms);
    pair_sync(&pair, 0);
    CHECK_INT(cache_overdue(pair.cache[0], pair.now_ms + 100000, &since_ms), 0);
    pair_close(&pair);
}

TEST(board_people_of_a_queue_come_in_order_and_have_no_names_where_the_hall_hides_them)
{
    static const char *const halls[] = {"{}", "{'hide_names':true}"};
    for (int hidden = 0; hidden < 2; hidden++) {
        struct made made;
        open_made(&made);
        char *hall = xasprintf("{'id':'B','code':'B','policy':%s}", halls[hidden]);
        add(&made, "hall", hall);
        free(hall);
        add(&made, "queue", "{'id':'p','code':'P','name':{'en':'Population'}}");
        add(&made, "person", "{'id':'w','name':'Wahyuni'}");
        add_ticket(&made, "P002", "p", "waiting", "02:30", "'promise_min':[20,36]");
        add_ticket(&made, "P001", "p", "waiting", "02:00", "'person':'w'");
        add_ticket(&made, "P003", "p", "serving", "01:00",
                   "'person':'w','user':'siti','called_at':'2026-11-24T02:10:00.000Z'");
        fill(&made);
        struct json *answer = ask_at(&made, "floor_people", "{'queue':'p'}", now_ms);
        const struct json *rows = json_get(answer, "rows"), *first = json_at(rows, 0),
                          *second = json_at(rows, 1);
        CHECK_INT((int64_t)json_count(rows), 2);
        CHECK_TEXT(json_text(first, "number"), "P001");
        CHECK_TEXT(json_text_or(first, "person_name", "–"), hidden ? "–" : "Wahyuni");
        CHECK_TEXT(json_text(second, "promised_at"), "2026-11-24T03:06:00.000Z");
        CHECK(json_bool(answer, "names_hidden", !hidden) == hidden);
        json_free(&answer);
        /* Whoever is called has a name all the same. */
        answer = ask_at(&made, "floor_people", "{'user':'siti'}", now_ms);
        CHECK_TEXT(json_text(json_first(json_get(answer, "rows")), "person_name"), "Wahyuni");
        json_free(&answer);
        close_made(&made);
    }
}

/* A service's name is read once for all who wait for it, and each has that of their own. */
TEST(board_people_of_a_queue_have_their_own_services_names)
{
    static const char *const names[] = {"Passport", "Certificate", "–", "Passport", "–", "Certificate"};
    struct made made;
    open_made(&made);
    add_hall(&made);
    add(&made, "service", "{'id':'a','name':{'en':'Passport'}}");
    add(&made, "service", "{'id':'b','name':{'en':'Certificate'}}");
    add_ticket(&made, "P001", "p", "waiting", "02:01", "'service':'a'");
    add_ticket(&made, "P002", "p", "waiting", "02:02", "'service':'b'");
    add_ticket(&made, "P003", "p", "waiting", "02:03", "");
    add_ticket(&made, "P004", "p", "waiting", "02:04", "'service':'a'");
    add_ticket(&made, "P005", "p", "waiting", "02:05", "'service':'gone'");
    add_ticket(&made, "P006", "p", "waiting", "02:06", "'service':'b'");
    fill(&made);
    struct json *answer = ask_at(&made, "floor_people", "{'queue':'p'}", now_ms);
    const struct json *rows = json_get(answer, "rows");
    CHECK_INT((int64_t)json_count(rows), 6);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK_TEXT(json_text_or(json_get(json_at(rows, i), "service_name"), "en", "–"), names[i]);
    json_free(&answer);
    close_made(&made);
}

/* What a supervisor has done and not sent yet is counted, and only once. */
TEST(board_counts_ones_own_unsent_work)
{
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "budi");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "ticket.issue", "{\"service\":\"s1\"}");
    pair_confirm(&pair, 0, "ticket.issue", "{\"service\":\"s1\"}");
    struct json *p = pair_load(&pair, 0, "floor", "{}");
    const struct json *queue = row_of(p, "queues", "p");
    CHECK_INT(json_int(queue, "waiting", -1), 2);
    json_free(&p);
    pair_sync(&pair, 0);
    p = pair_load(&pair, 0, "floor", "{}");
    CHECK_INT(json_int(row_of(p, "queues", "p"), "waiting", -1), 2);
    struct json *people = pair_load(&pair, 0, "floor_people", "{\"queue\":\"p\"}");
    char *body = xasprintf("{\"ticket\":\"%s\",\"reason\":\"left\"}",
                           json_text_or(json_first(json_get(people, "rows")), "id", ""));
    json_free(&people);
    json_free(&p);
    pair_confirm(&pair, 0, "ticket.cancel", body);
    free(body);
    p = pair_load(&pair, 0, "floor", "{}");
    CHECK_INT(json_int(row_of(p, "queues", "p"), "waiting", -1), 1);
    json_free(&p);
    pair_sync(&pair, 0);
    p = pair_load(&pair, 0, "floor", "{}");
    CHECK_INT(json_int(row_of(p, "queues", "p"), "waiting", -1), 1);
    json_free(&p);
    pair_close(&pair);
}

TEST(board_every_statement_of_a_refresh_is_on_an_index)
{
    struct made made;
    struct err_info info = {0};
    struct db *db = NULL;
    open_made(&made);
    close_made(&made);
    char *file = xasprintf("%s/cache.db", made.dir);
    REQUIRE(db_open(&db, file, DB_WRITE, &info) == ERR_OK);
    free(file);
    int asked = 0;
    for (; floor_statement(asked); asked++) {
        char *plan = db_explain(db, floor_statement(asked));
        bool walks = !strstr(plan, "TEMP B-TREE") && (!strstr(plan, "SCAN") || strstr(plan, "USING INDEX"));
        bool counted =
            !strstr(floor_statement(asked), "count(*) FROM base_tickets WHERE queue = $1 AND state = $2") ||
            strstr(plan, "USING COVERING INDEX");
        if (!CHECK(walks && counted))
            printf("    %s\n%s", floor_statement(asked), plan);
        free(plan);
    }
    CHECK(asked > 5);
    db_close(&db);
}
