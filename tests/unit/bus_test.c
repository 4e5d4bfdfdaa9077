/* tests/unit/bus_test.c: a hall and its bus in one process: departure, a day on the road, return; lost, recalled and late,
 * twice, damaged, a copied laptop; and that what both did meets as PROTOCOL.md section 4 says. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/admin.h"
#include "core/hall/bus.h"
#include "core/hall/session.h"
#include "core/hall/verify.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

#define CASE  "01900000-0000-7000-8000-00000000ca5e"
#define OTHER "01900000-0000-7000-8000-00000000ca5f"
#define D1    "01900000-0000-7000-8000-0000000000d1"
#define D2    "01900000-0000-7000-8000-0000000000d2"
#define ANA   "01900000-0000-7000-8000-00000000a11a"
enum { HOUR_MS = 60 * 60 * 1000, DAY_HOURS = 24, PEOPLE = 5 };

/* --- a hall that people push to --- */

struct place {
    struct pair *pair; /* its clock */
    struct db *db;
    struct {
        char login[16], client[UUID_TEXT];
        int64_t seq;
    } people[PEOPLE];
    struct json *base; /* of the next command, or NULL */
};

struct trip {
    struct pair pair;
    struct place home, bus;
    char *parcel; /* of the departure */
    struct err_info info;
};

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    if (json_parse(text, strlen(text), &json, NULL) != ERR_OK)
        printf("    %s\n", text);
    REQUIRE(json);
    return json;
}

static struct server_env env_of(const struct place *place)
{
    struct hall_state state;
    REQUIRE(store_state(place->db, &state) == ERR_OK);
    return (struct server_env){.db = place->db,
                               .epoch = state.epoch,
                               .now_ms = place->pair->now_ms,
                               .mono_ms = place->pair->mono_ms};
}

static int64_t rev_of(const struct place *place)
{
    struct hall_state state;
    REQUIRE(store_state(place->db, &state) == ERR_OK);
    return state.rev;
}

static int person_at(struct place *place, const char *login)
{
    int i = 0;
    while (i < PEOPLE && place->people[i].login[0] && !str_equal(place->people[i].login, login))
        i++;
    REQUIRE(i < PEOPLE);
    if (!place->people[i].login[0]) {
        str_copy(place->people[i].login, sizeof place->people[i].login, login);
        uuid_v7(place->pair->now_ms, &place->pair->rng, place->people[i].client);
    }
    return i;
}

static struct json *command_json(struct place *place, int who, const char *type, const char *body)
{
    char id[UUID_TEXT], wall[TIME_TEXT];
    struct json *command = json_new_object(), *at = json_new_object();
    place->pair->now_ms += 1000;
    uuid_v7(place->pair->now_ms, &place->pair->rng, id);
    time_text(place->pair->now_ms, wall);
    json_set_text(at, "wall", wall);
    json_set_int(at, "offset_ms", 0);
    json_set_int(command, "seq", ++place->people[who].seq);
    json_set_text(command, "id", id);
    json_set_text(command, "type", type);
    json_set_int(command, "v", 1);
    json_set(command, "at", at);
    json_set(command, "base", place->base ? place->base : json_new_object());
    json_set(command, "body", parse(body));
    place->base = NULL;
    return command;
}

static struct json *push(struct place *place, int who, struct json *command)
{
    struct actor actor;
    struct json *row = NULL, *push = json_new_object(), *commands = json_new_array();
    struct server_answer answer = {0};
    struct server_env env = env_of(place);
    char id[32];
    str_format(id, sizeof id, "u-%s", place->people[who].login);
    REQUIRE(row_get(place->db, TABLE_USER, id, &row) == ERR_OK);
    actor_read(row, place->people[who].client, &actor);
    json_add(commands, command);
    json_set_text(push, "client", actor.client);
    json_set_int(push, "epoch", env.epoch);
    json_set_int(push, "acked_through", 0);
    json_set(push, "commands", commands);
    REQUIRE(db_begin(place->db) == ERR_OK);
    REQUIRE(server_push(&env, &actor, push, &answer) == ERR_OK);
    REQUIRE(db_commit(place->db) == ERR_OK);
    REQUIRE(answer.status == 200);
    struct json *result = json_copy(json_first(json_get(answer.body, "results")));
    json_free(&answer.body);
    json_free(&push);
    json_free(&row);
    return result;
}

/* body with ' for "; the result, to be freed. */
static struct json *ask(struct place *place, const char *login, const char *type, const char *format,
                        va_list args)
{
    char body[2000];
    vsnprintf(body, sizeof body, format, args);
    for (char *c = body; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    int who = person_at(place, login);
    return push(place, who, command_json(place, who, type, body));
}

/* Applied, or the test fails; the answer's data, to be freed. */
static struct json *data(struct place *place, const char *login, const char *type, const char *format, ...)
    PRINTF(4, 5);
static struct json *data(struct place *place, const char *login, const char *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct json *result = ask(place, login, type, format, args);
    va_end(args);
    if (!CHECK(str_equal(json_text(result, "status"), "applied")))
        printf("    %s: %s\n", type, json_text_or(json_get(result, "error"), "message", "?"));
    struct json *found = json_copy(json_get(result, "data"));
    json_free(&result);
    return found;
}

static void run(struct place *place, const char *login, const char *type, const char *format, ...)
    PRINTF(4, 5);
static void run(struct place *place, const char *login, const char *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct json *result = ask(place, login, type, format, args);
    va_end(args);
    if (!CHECK(str_equal(json_text(result, "status"), "applied")))
        printf("    %s: %s\n", type, json_text_or(json_get(result, "error"), "message", "?"));
    json_free(&result);
}

/* Refused with code and a sentence that holds says. */
static void refused(struct place *place, const char *login, const char *type, const char *code,
                    const char *says, const char *format, ...) PRINTF(6, 7);
static void refused(struct place *place, const char *login, const char *type, const char *code,
                    const char *says, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct json *result = ask(place, login, type, format, args);
    va_end(args);
    CHECK_TEXT(json_text(json_get(result, "error"), "code"), code);
    if (!CHECK(strstr(json_text_or(json_get(result, "error"), "message", ""), says) != NULL))
        printf("    %s\n", json_text_or(json_get(result, "error"), "message", "?"));
    json_free(&result);
}

static char text_of_row[600];
/* A member of a row by its pointer; "" when there is none. Lives until the next call. */
static const char *row_text(struct place *place, enum table table, const char *id, const char *pointer)
{
    struct json *row = NULL;
    text_of_row[0] = '\0';
    if (row_get(place->db, table, id, &row) == ERR_OK) {
        const struct json *value = json_pointer(row, pointer);
        if (json_as_text(value))
            str_copy(text_of_row, sizeof text_of_row, json_as_text(value));
        else if (json_is_integer(value))
            str_format(text_of_row, sizeof text_of_row, "%lld", (long long)json_as_int(value, 0));
        else if (json_is_bool(value))
            str_copy(text_of_row, sizeof text_of_row, json_as_bool(value, false) ? "true" : "false");
    }
    json_free(&row);
    return text_of_row;
}

static int64_t count_of(struct place *place, const char *sql)
{
    struct stmt *s = db_query(place->db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

static const char count_disputes[] = "SELECT count(*) FROM disputes WHERE state = 'open'";

/* The open dispute of that code; "" when there is none. */
static const char *dispute_of(struct place *place, const char *code)
{
    static const char sql[] = "SELECT id, row FROM disputes WHERE state = 'open'";
    static char id[64];
    struct stmt *s = db_query(place->db, sql);
    id[0] = '\0';
    while (db_step(s) == ERR_OK) {
        struct json *row = parse(db_text(s, 1));
        if (str_equal(json_text(row, "code"), code))
            str_copy(id, sizeof id, db_text(s, 0));
        json_free(&row);
    }
    db_done(s);
    return id;
}

static void whole(struct place *place)
{
    struct verified done;
    struct err_info info = {0};
    if (!CHECK(verify_store(place->db, &done, &info) == ERR_OK))
        printf("    %s\n", info.text);
    /* Whoever holds a notice is answered wherever its decision was made. */
    CHECK_INT(
        count_of(place, "SELECT count(*) FROM decisions WHERE id NOT IN (SELECT decision FROM notice_code)"),
        0);
}

/* --- the trip --- */

/* An administrator's task; NULL when it was refused, with trip->info. */
static struct json *task(struct trip *trip, struct place *place, struct json *request)
{
    struct json *answer = NULL;
    struct server_env env = env_of(place);
    trip->info = (struct err_info){0};
    REQUIRE(db_begin(place->db) == ERR_OK);
    enum err err = admin_apply(&env, request, &answer, &trip->info);
    if (err == ERR_OK)
        REQUIRE(db_commit(place->db) == ERR_OK);
    else
        db_rollback(place->db);
    json_free(&request);
    return answer;
}

static struct json *departure(struct trip *trip, const char *code)
{
    char id[UUID_TEXT];
    struct json *request = parse("{\"do\":\"bus.depart\",\"name\":\"Bus 3\",\"queues\":[\"P\"],"
                                 "\"users\":[\"siti\",\"adi\",\"rina\",\"budi\"],\"secret\":\"s3cret\"}");
    uuid_v7(trip->pair.now_ms, &trip->pair.rng, id);
    json_set_text(request, "id", id);
    json_set_text(request, "code", code);
    return request;
}

static void depart(struct trip *trip)
{
    struct json *answer = task(trip, &trip->home, departure(trip, "B3"));
    if (!answer)
        printf("    %s\n", trip->info.text);
    REQUIRE(answer);
    free(trip->parcel);
    trip->parcel = xstrdup(json_text_or(answer, "parcel", ""));
    json_free(&answer);
}

/* A laptop made from the parcel; several may be. */
static void arrive(struct trip *trip, struct place *bus)
{
    static int made;
    struct parcel parcel;
    char instance[UUID_TEXT];
    char *dir = xasprintf("%s/bus%d", trip->pair.folder, ++made);
    *bus = (struct place){.pair = &trip->pair};
    REQUIRE(store_open(&bus->db, dir, true, &trip->info) == ERR_OK);
    REQUIRE(parcel_read(trip->parcel, strlen(trip->parcel), "departure", &parcel, &trip->info) == ERR_OK);
    uuid_v7(trip->pair.now_ms, &trip->pair.rng, instance);
    struct server_env env = env_of(bus);
    const struct bus_begin begin = {.instance = instance, .epoch = 1000 + made};
    REQUIRE(db_begin(bus->db) == ERR_OK);
    if (!CHECK(bus_begin(&env, &parcel, &begin, &trip->info) == ERR_OK))
        printf("    %s\n", trip->info.text);
    REQUIRE(db_commit(bus->db) == ERR_OK);
    parcel_free(&parcel);
    free(dir);
}

static void trip_open(struct trip *trip)
{
    *trip = (struct trip){0};
    pair_open(&trip->pair);
    trip->home = (struct place){.pair = &trip->pair, .db = trip->pair.hall};
}

static void trip_close(struct trip *trip)
{
    db_close(&trip->bus.db);
    pair_close(&trip->pair);
    free(trip->parcel);
}

static char *pack(struct trip *trip, struct place *bus)
{
    struct json *answer = task(trip, bus, parse("{\"do\":\"bus.parcel\"}"));
    REQUIRE(answer);
    char *text = xstrdup(json_text_or(answer, "parcel", ""));
    json_free(&answer);
    return text;
}

static struct json *merge_text(struct trip *trip, const char *text)
{
    struct json *request = parse("{\"do\":\"bus.merge\"}");
    json_set_text(request, "parcel", text);
    return task(trip, &trip->home, request);
}

static struct json *come_home(struct trip *trip, struct place *bus)
{
    char *text = pack(trip, bus);
    struct json *answer = merge_text(trip, text);
    if (!answer)
        printf("    %s\n", trip->info.text);
    REQUIRE(answer);
    free(text);
    whole(&trip->home);
    whole(bus);
    return answer;
}

static void merge(struct trip *trip, struct place *bus)
{
    struct json *answer = come_home(trip, bus);
    json_free(&answer);
}

/* --- what people do --- */

static void issue(struct place *place, const char *more, char id[64])
{
    struct json *answer = data(place, "rina", "ticket.issue", "{'service':'s1','channel':'walk_in'%s}", more);
    str_copy(id, 64, json_text_or(json_get(answer, "ticket"), "id", ""));
    json_free(&answer);
}

static int64_t open_counter(struct place *place, const char *login, const char *counter)
{
    struct json *answer = data(place, login, "counter.open", "{'counter':'%s'}", counter);
    int64_t fence = json_int(answer, "fence", 0);
    json_free(&answer);
    return fence;
}

/* Calls whoever is next and serves them to the end. */
static void serve(struct place *place, const char *login, const char *counter, int64_t fence, char id[64])
{
    struct json *answer =
        data(place, login, "ticket.call_next", "{'counter':'%s','fence':%lld}", counter, (long long)fence);
    str_copy(id, 64, json_text_or(json_get(answer, "ticket"), "id", ""));
    REQUIRE(id[0]);
    int64_t gen = json_int(json_get(answer, "ticket"), "gen", 0);
    run(place, login, "ticket.start", "{'ticket':'%s','gen':%lld}", id, (long long)gen);
    run(place, login, "ticket.finish", "{'ticket':'%s','gen':%lld,'outcome':'served'}", id, (long long)gen);
    json_free(&answer);
}

static void open_case(struct place *place, const char *login, const char *id)
{
    run(place, login, "case.open",
        "{'case':'%s','service':'s1','channel':'walk_in','person':{'id':'" ANA
        "','name':'Ana','nik':'9901010101900001','born':'1990-01-01'}}",
        id);
    run(place, login, "case.draft", "{'case':'%s','patch':{'reason':'lost','street':'Jalan 1'}}", id);
}

static void submit_case(struct place *place, const char *login, const char *id)
{
    run(place, login, "case.check_document", "{'case':'%s','document':'old-card','state':'seen'}", id);
    run(place, login, "case.submit", "{'case':'%s'}", id);
}

static void decide(struct place *place, const char *login, const char *id, const char *decision,
                   const char *outcome, int64_t hold_gen)
{
    place->base = parse("{}");
    json_set_int(place->base, "hold_gen", hold_gen);
    run(place, login, "case.decide", "{'case':'%s','decision':'%s','outcome':'%s','reasons':[%s]}", id,
        decision, outcome, str_equal(outcome, "refuse") ? "'R1'" : "");
}

/* --- the day as it should be --- */

TEST(bus_day_out_and_home)
{
    struct trip trip;
    char first[64], second[64], own[64], served[64], later[64];
    trip_open(&trip);
    issue(&trip.home, "", first);
    issue(&trip.home, "", second);
    depart(&trip);
    CHECK_TEXT(row_text(&trip.home, TABLE_QUEUE, "p", "/home"), "B3");
    CHECK_TEXT(row_text(&trip.home, TABLE_QUEUE, "p", "/home_gen"), "2");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, first, "/away"), "B3");

    arrive(&trip, &trip.bus);
    whole(&trip.bus);
    int64_t fence = open_counter(&trip.bus, "siti", "1"), fence_2 = open_counter(&trip.bus, "adi", "2");
    issue(&trip.bus, "", own);
    CHECK_TEXT(row_text(&trip.bus, TABLE_TICKET, own, "/number"), "B3-P001");
    serve(&trip.bus, "siti", "1", fence, served);
    CHECK_TEXT(served, first);
    serve(&trip.bus, "adi", "2", fence_2, served);
    CHECK_TEXT(served, second);
    open_case(&trip.bus, "siti", CASE);
    CHECK_TEXT(row_text(&trip.bus, TABLE_CASE, CASE, "/number"), "B3.1-2026-000001");
    submit_case(&trip.bus, "siti", CASE);
    decide(&trip.bus, "siti", CASE, D1, "approve", -1);

    pair_start(&trip.pair, 0);
    pair_sign_in(&trip.pair, 0, "siti");
    pair_sync(&trip.pair, 0);
    issue(&trip.home, ",'appointment_at':'2026-11-27T08:00:00.000Z'", later);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, later, "/day"), "2026-11-27");

    struct json *answer = come_home(&trip, &trip.bus);
    CHECK(!json_bool(answer, "late", true) && !json_bool(answer, "again", true));
    CHECK_INT(json_int(answer, "disputes", -1), 0);
    json_free(&answer);
    CHECK_TEXT(row_text(&trip.home, TABLE_QUEUE, "p", "/home"), "");
    CHECK_TEXT(row_text(&trip.home, TABLE_QUEUE, "p", "/home_gen"), "3");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, first, "/state"), "done");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, second, "/outcome"), "served");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/state"), "waiting");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/number"), "B3-P001");
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/state"), "approved");
    CHECK_TEXT(row_text(&trip.home, TABLE_DECISION, D1, "/effective"), "true");
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, ANA, "/nik"), "9901010101900001");
    fence = open_counter(&trip.home, "siti", "c1");
    serve(&trip.home, "siti", "c1", fence, served); /* who was left over waits at home */
    CHECK_TEXT(served, own);

    /* A workstation at home hears of it as of everything else. */
    static const char all[] = "SELECT count(*), COALESCE(sum(row_rev), 0) FROM tickets";
    pair_sync(&trip.pair, 0);
    struct json *rows = pair_load(&trip.pair, 0, "tickets", NULL);
    int64_t sum = 0;
    for (const struct json *row = json_first(json_get(rows, "rows")); row; row = json_next(row))
        sum += json_int(row, "row_rev", 0);
    struct stmt *s = db_query(trip.home.db, all);
    REQUIRE(db_step(s) == ERR_OK);
    CHECK_INT((int64_t)json_count(json_get(rows, "rows")), db_int(s, 0));
    CHECK_INT(sum, db_int(s, 1));
    db_done(s);
    json_free(&rows);
    trip_close(&trip);
}

TEST(bus_takes_every_service_of_its_queue_along_with_all_kept_versions)
{
    enum { KEPT = 600 };
    struct trip trip;
    struct json *row = NULL;
    trip_open(&trip);
    REQUIRE(row_get(trip.home.db, TABLE_SERVICE, "s1", &row) == ERR_OK);
    json_set_text(row, "version_of", "s1");
    for (int i = 0; i < KEPT; i++) {
        char id[32];
        str_format(id, sizeof id, "s1@%d", i);
        json_set_text(row, "id", id);
        REQUIRE(row_put(trip.home.db, ROWS_PLAIN, TABLE_SERVICE, row) == ERR_OK);
    }
    json_free(&row);
    depart(&trip);
    arrive(&trip, &trip.bus);
    for (int i = 0; i < KEPT; i++) {
        char id[32];
        str_format(id, sizeof id, "s1@%d", i);
        CHECK_TEXT(row_text(&trip.bus, TABLE_SERVICE, id, "/version_of"), "s1");
    }
    trip_close(&trip);
}

TEST(bus_has_the_queue_and_home_says_so)
{
    struct trip trip;
    char first[64], called[64];
    trip_open(&trip);
    issue(&trip.home, "", first);
    depart(&trip);
    int64_t fence = open_counter(&trip.home, "siti", "c1");
    refused(&trip.home, "siti", "ticket.call_next", "queue_elsewhere", "Bus 3",
            "{'counter':'c1','fence':%lld}", (long long)fence);
    refused(&trip.home, "siti", "ticket.call", "queue_elsewhere", "Bus 3",
            "{'counter':'c1','fence':%lld,'ticket':'%s','reason':'asked'}", (long long)fence, first);
    refused(&trip.home, "rina", "ticket.cancel", "queue_elsewhere", "Bus 3", "{'ticket':'%s','gen':0}",
            first);
    refused(&trip.home, "budi", "ticket.transfer", "queue_elsewhere", "Bus 3",
            "{'ticket':'%s','gen':0,'to':{'counter':'c1'},'place':'first'}", first);
    refused(&trip.home, "rina", "ticket.issue", "queue_elsewhere", "Bus 3",
            "{'service':'s1','channel':'walk_in'}");
    refused(&trip.home, "rina", "ticket.issue", "queue_elsewhere", "Bus 3",
            "{'service':'s1','channel':'phone','appointment_at':'2026-11-25T20:00:00.000Z'}");
    refused(&trip.home, "rina", "person.record", "queue_elsewhere", "Bus 3", "{'ticket':'%s','name':'Ana'}",
            first);
    arrive(&trip, &trip.bus);
    refused(&trip.bus, "budi", "queue.home", "hall_is_mobile", "Test hall", "{'queue':'p','home':''}");
    fence = open_counter(&trip.bus, "siti", "1");
    serve(&trip.bus, "siti", "1", fence, called);
    CHECK_TEXT(called, first);
    whole(&trip.home);
    trip_close(&trip);
}

/* --- it does not come, or late --- */

TEST(bus_lost_and_its_queue_called_at_home)
{
    struct trip trip;
    char first[64], served[64];
    trip_open(&trip);
    issue(&trip.home, "", first);
    depart(&trip);
    struct json *answer = task(&trip, &trip.home, parse("{\"do\":\"bus.recall\",\"queues\":[\"P\"]}"));
    REQUIRE(answer);
    CHECK(json_has_text(json_get(answer, "logins"), "siti"));
    json_free(&answer);
    CHECK_TEXT(row_text(&trip.home, TABLE_QUEUE, "p", "/home_gen"), "3");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, first, "/away"), "");
    int64_t fence = open_counter(&trip.home, "siti", "c1");
    serve(&trip.home, "siti", "c1", fence, served);
    CHECK_TEXT(served, first);
    CHECK(!task(&trip, &trip.home, parse("{\"do\":\"bus.recall\",\"queues\":[\"P\"]}")));
    whole(&trip.home);
    trip_close(&trip);
}

/* Both served the first; the bus alone gave out a number of its own. */
static void late_day(struct trip *trip, char first[64], char own[64])
{
    char served[64];
    issue(&trip->home, "", first);
    depart(trip);
    arrive(trip, &trip->bus);
    int64_t fence = open_counter(&trip->bus, "siti", "1");
    issue(&trip->bus, "", own);
    serve(&trip->bus, "siti", "1", fence, served);
    serve(&trip->bus, "siti", "1", fence, served);
    run(&trip->home, "budi", "queue.home", "{'queue':'p'}"); /* at a workstation: the bus did not come */
    run(&trip->home, "rina", "ticket.cancel", "{'ticket':'%s','gen':0}", first);
    merge(trip, &trip->bus);
}

TEST(bus_recalled_and_late)
{
    struct trip trip;
    char first[64], own[64], dispute[64];
    trip_open(&trip);
    late_day(&trip, first, own);
    CHECK_TEXT(row_text(&trip.home, TABLE_QUEUE, "p", "/home_gen"), "3");  /* not moved again */
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/state"), "done"); /* what fits is there */
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, first, "/state"), "cancelled");
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "late_upload"));
    CHECK(strstr(row_text(&trip.home, TABLE_DISPUTE, dispute, "/message"), "Late upload from Bus 3"));
    run(&trip.home, "budi", "dispute.resolve", "{'dispute':'%s','choice':'drop'}", dispute);
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "late_ticket"));
    run(&trip.home, "budi", "dispute.resolve",
        "{'dispute':'%s','choice':'apply','note':'the bus served them'}", dispute);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, first, "/state"), "done");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, first, "/hall"), "B3");
    CHECK_INT(count_of(&trip.home, count_disputes), 0);
    whole(&trip.home);
    trip_close(&trip);
}

TEST(bus_late_ticket_can_stay_as_it_is_here)
{
    struct trip trip;
    char first[64], own[64], dispute[64];
    trip_open(&trip);
    late_day(&trip, first, own);
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "late_ticket"));
    refused(&trip.home, "siti", "dispute.resolve", "forbidden", "supervisor",
            "{'dispute':'%s','choice':'apply'}", dispute);
    run(&trip.home, "budi", "dispute.resolve", "{'dispute':'%s','choice':'drop'}", dispute);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, first, "/state"), "cancelled");
    whole(&trip.home);
    trip_close(&trip);
}

TEST(bus_home_days_later_lets_yesterdays_queue_go)
{
    struct trip trip;
    char waits[64], own[64];
    trip_open(&trip);
    issue(&trip.home, "", waits);
    depart(&trip);
    arrive(&trip, &trip.bus);
    issue(&trip.bus, "", own);
    trip.pair.now_ms += 2 * DAY_HOURS * (int64_t)HOUR_MS;
    merge(&trip, &trip.bus);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, waits, "/state"), "cancelled");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/outcome"), "left");
    trip_close(&trip);
}

/* --- files --- */

TEST(bus_merged_twice_changes_nothing)
{
    struct trip trip;
    char own[64], served[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    int64_t fence = open_counter(&trip.bus, "siti", "1");
    issue(&trip.bus, "", own);
    char *early = pack(&trip, &trip.bus);
    struct json *answer = merge_text(&trip, early);
    json_free(&answer);
    int64_t rev = rev_of(&trip.home);
    answer = merge_text(&trip, early);
    CHECK(json_bool(answer, "again", false));
    CHECK_INT(rev_of(&trip.home), rev);
    json_free(&answer);
    /* The bus knew nothing of it and went on: that part is new, and late. */
    serve(&trip.bus, "siti", "1", fence, served);
    answer = come_home(&trip, &trip.bus);
    CHECK(json_bool(answer, "late", false) && !json_bool(answer, "again", true));
    json_free(&answer);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/state"), "done");
    rev = rev_of(&trip.home);
    answer = merge_text(&trip, early); /* the older file is found last */
    CHECK(json_bool(answer, "again", false));
    CHECK_INT(rev_of(&trip.home), rev);
    json_free(&answer);
    free(early);
    trip_close(&trip);
}

TEST(bus_that_did_nothing_comes_home_once)
{
    struct trip trip;
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    struct json *answer = come_home(&trip, &trip.bus);
    CHECK(!json_bool(answer, "late", true));
    json_free(&answer);
    answer = come_home(&trip, &trip.bus);
    CHECK(json_bool(answer, "again", false));
    json_free(&answer);
    CHECK_TEXT(row_text(&trip.home, TABLE_QUEUE, "p", "/home"), "");
    CHECK_INT(count_of(&trip.home, count_disputes), 0);
    trip_close(&trip);
}

TEST(bus_damaged_parcel_is_refused_whole)
{
    struct trip trip;
    char own[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    issue(&trip.bus, "", own);
    char *good = pack(&trip, &trip.bus);
    size_t length = strlen(good);
    int64_t rev = rev_of(&trip.home);
    for (size_t cut = 0; cut < length; cut += cut < length - 400 ? 97 : 1) {
        char *bad = xstrndup(good, cut);
        struct json *answer = merge_text(&trip, bad);
        CHECK(!answer && trip.info.text[0]);
        json_free(&answer);
        free(bad);
    }
    for (size_t at = 0; at < length; at += at < length - 200 ? 61 : 1) {
        char *bad = xstrdup(good);
        bad[at] = bad[at] == 'x' ? 'y' : 'x';
        struct json *answer = merge_text(&trip, bad);
        if (!CHECK(!answer))
            printf("    byte %zu\n", at);
        json_free(&answer);
        free(bad);
    }
    CHECK_INT(rev_of(&trip.home), rev);
    struct json *answer = merge_text(&trip, trip.parcel); /* the wrong one of the two files */
    CHECK(!answer && strstr(trip.info.text, "departure"));
    struct trip other; /* of another hall */
    trip_open(&other);
    answer = merge_text(&other, good);
    CHECK(!answer && strstr(other.info.text, "no such departure"));
    trip_close(&other);
    free(good);
    trip_close(&trip);
}

TEST(bus_forged_parcel_is_refused)
{
    struct trip trip;
    struct parcel parcel;
    struct parcel_writer forged;
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    char *good = pack(&trip, &trip.bus);
    REQUIRE(parcel_read(good, strlen(good), "return", &parcel, &trip.info) == ERR_OK);
    parcel_begin(&forged, "return", json_copy(parcel.head));
    for (const struct json *line = json_first(parcel.lines); line; line = json_next(line))
        parcel_add(&forged, json_copy(line));
    parcel_end(&forged, "guessed");
    struct json *answer = merge_text(&trip, buf_text(&forged.text));
    CHECK(!answer && strstr(trip.info.text, "seal"));
    parcel_free(&parcel);
    buf_free(&forged.text);
    free(good);
    trip_close(&trip);
}

TEST(bus_two_laptops_of_one_parcel)
{
    struct trip trip;
    struct place second = {0};
    char own[64], other[64], dispute[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    arrive(&trip, &second);
    issue(&trip.bus, "", own);
    issue(&second, "", other);
    open_case(&trip.bus, "siti", CASE);
    open_case(&second, "siti", OTHER);
    merge(&trip, &trip.bus);
    struct json *answer = come_home(&trip, &second);
    CHECK(json_bool(answer, "late", false));
    json_free(&answer);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/number"), "B3-P001");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, other, "/number"), "B3-P001.2");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, other, "/number_given"), "B3-P001");
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, OTHER, "/number"), "B3.1-2026-000001.2");
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "number_clash"));
    run(&trip.home, "budi", "dispute.resolve", "{'dispute':'%s','choice':'drop'}", dispute);
    whole(&trip.home);
    db_close(&second.db);
    trip_close(&trip);
}

/* The laptop's folder was copied, both went on: the second tells another story of the same bus. */
TEST(bus_copied_laptop)
{
    struct trip trip;
    struct place copy = {.pair = &trip.pair};
    char own[64], mine[64], theirs[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    issue(&trip.bus, "", own);
    char *dir = xasprintf("%s/copy", trip.pair.folder), *file = xasprintf("%s.db", dir);
    REQUIRE(db_backup(trip.bus.db, file, NULL, NULL, &trip.info) == ERR_OK);
    REQUIRE(store_open_file(&copy.db, file, false, &trip.info) == ERR_OK);
    issue(&trip.bus, "", mine);
    issue(&copy, "", theirs);
    merge(&trip, &trip.bus);
    merge(&trip, &copy);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, mine, "/number"), "B3-P002");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, theirs, "/number"), "B3-P002.2");
    struct json *answer = come_home(&trip, &copy);
    CHECK(json_bool(answer, "again", false));
    json_free(&answer);
    free(file);
    free(dir);
    db_close(&copy.db);
    trip_close(&trip);
}

TEST(bus_leaves_again_with_other_numbers)
{
    struct trip trip;
    struct place second = {0};
    char own[64], other[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    issue(&trip.bus, "", own);
    depart(&trip); /* the first laptop broke down at once */
    arrive(&trip, &second);
    issue(&second, "", other);
    open_case(&second, "siti", CASE);
    CHECK_TEXT(row_text(&second, TABLE_TICKET, other, "/number"), "B3b-P001");
    CHECK_TEXT(row_text(&second, TABLE_CASE, CASE, "/number"), "B3.2-2026-000001");
    merge(&trip, &second);
    struct json *answer = come_home(&trip, &trip.bus); /* repaired after all */
    CHECK(json_bool(answer, "late", false));
    json_free(&answer);
    CHECK_TEXT(dispute_of(&trip.home, "number_clash"), "");
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/number"), "B3-P001");
    db_close(&second.db);
    trip_close(&trip);
}

/* --- what both did --- */

/* CASE is submitted at home by siti, complete, and goes along as hers. */
static void with_case(struct trip *trip)
{
    trip_open(trip);
    open_case(&trip->home, "siti", CASE);
    submit_case(&trip->home, "siti", CASE);
    depart(trip);
    arrive(trip, &trip->bus);
    CHECK_TEXT(row_text(&trip->bus, TABLE_CASE, CASE, "/state"), "complete");
}

TEST(bus_decision_meets_a_reassignment)
{
    static const struct {
        const char *here; /* what the new holder did at home: nothing, "draft" or a decision */
        const char *meeting, *state;
        bool contested;
    } meetings[] = {{"", "told", "approved", false},
                    {"draft", "contested", "in_review", true},
                    {"approve", "concurring", "approved", false},
                    {"refuse", "contested", "refused", true}};
    for (size_t i = 0; i < sizeof meetings / sizeof *meetings; i++) {
        struct trip trip;
        const char *here = meetings[i].here;
        with_case(&trip);
        run(&trip.home, "budi", "case.assign", "{'case':'" CASE "','to':{'user':'adi'}}");
        if (str_equal(here, "draft"))
            run(&trip.home, "adi", "case.draft", "{'case':'" CASE "','patch':{'street':'Jalan 9'}}");
        else if (*here)
            decide(&trip.home, "adi", CASE, D2, here, 1);
        decide(&trip.bus, "siti", CASE, D1, "approve", 0);
        merge(&trip, &trip.bus);
        CHECK_TEXT(row_text(&trip.home, TABLE_DECISION, D1, "/by"), "u-siti"); /* stored always */
        CHECK_TEXT(row_text(&trip.home, TABLE_DECISION, D1, "/meeting"), meetings[i].meeting);
        CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/state"), meetings[i].state);
        CHECK(!*dispute_of(&trip.home, "contested") == !meetings[i].contested);
        if (meetings[i].contested && *here != 'd') /* nothing is handed out */
            refused(&trip.home, "adi", "case.deliver", "contested", "", "{'case':'" CASE "'}");
        trip_close(&trip);
    }
}

/* "submitted completed …" of one application. Valid until the next call. */
static const char *told_of(struct place *place, const char *id)
{
    static const char sql[] = "SELECT kind FROM event WHERE case_ = $1 ORDER BY seq";
    static char kinds[300];
    struct stmt *s = db_query(place->db, sql);
    db_bind_text(s, 1, id);
    kinds[0] = '\0';
    while (db_step(s) == ERR_OK) {
        size_t length = strlen(kinds);
        str_format(kinds + length, sizeof kinds - length, "%s%s", length ? " " : "", db_text(s, 0));
    }
    db_done(s);
    return kinds;
}

TEST(bus_work_is_told_to_agencies_by_its_home_once_and_in_order)
{
    struct trip trip;
    with_case(&trip);
    CHECK_TEXT(told_of(&trip.home, CASE), "submitted completed");
    decide(&trip.bus, "siti", CASE, D1, "approve", 0);
    open_case(&trip.bus, "siti", OTHER);
    submit_case(&trip.bus, "siti", OTHER);
    decide(&trip.bus, "siti", OTHER, D2, "approve", 0);
    run(&trip.bus, "siti", "case.deliver", "{'case':'" OTHER "'}");
    CHECK_INT(count_of(&trip.bus, "SELECT count(*) FROM event"), 0);
    merge(&trip, &trip.bus);
    CHECK_TEXT(told_of(&trip.home, CASE), "submitted completed decided");
    CHECK_TEXT(told_of(&trip.home, OTHER), "submitted completed decided delivered");
    int64_t count = count_of(&trip.home, "SELECT count(*) FROM event");
    struct json *answer = come_home(&trip, &trip.bus);
    json_free(&answer);
    CHECK_INT(count_of(&trip.home, "SELECT count(*) FROM event"), count);
    whole(&trip.home);
    trip_close(&trip);
}

/* The parcel of noon meets a reassignment at home; the one of the evening must not undo it. */
TEST(bus_that_comes_twice_leaves_what_home_changed)
{
    struct trip trip;
    with_case(&trip);
    run(&trip.home, "budi", "case.assign", "{'case':'" CASE "','to':{'user':'adi'}}");
    char given[24];
    str_copy(given, sizeof given, row_text(&trip.home, TABLE_CASE, CASE, "/hold_gen"));
    run(&trip.bus, "siti", "case.draft", "{'case':'" CASE "','patch':{'street':'Jalan bus'}}");
    char *noon = pack(&trip, &trip.bus);
    struct json *answer = merge_text(&trip, noon);
    json_free(&answer);
    free(noon);
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/draft/street"), "Jalan bus");
    run(&trip.bus, "siti", "case.draft", "{'case':'" CASE "','patch':{'reason':'lost'}}");
    merge(&trip, &trip.bus);
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/draft/reason"), "lost");
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/user"), "u-adi");
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/hold_gen"), given);
    trip_close(&trip);
}

TEST(bus_draft_and_home_draft_become_branches)
{
    struct trip trip;
    char dispute[64];
    with_case(&trip);
    run(&trip.home, "adi", "case.draft", "{'case':'" CASE "','patch':{'street':'Jalan home'}}");
    run(&trip.bus, "siti", "case.draft",
        "{'case':'" CASE "','patch':{'street':'Jalan bus','reason':'expired'}}");
    merge(&trip, &trip.bus);
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/draft/street"), "Jalan home");
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/draft/reason"), "expired");
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/branches/0/value"), "Jalan bus");
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "draft_conflict"));
    run(&trip.home, "budi", "dispute.resolve", "{'dispute':'%s','choice':'keep_mine'}", dispute);
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/draft/street"), "Jalan bus");
    trip_close(&trip);
}

TEST(bus_work_that_does_not_fit_is_a_dispute)
{
    struct trip trip;
    char dispute[64];
    with_case(&trip);
    run(&trip.home, "siti", "case.withdraw", "{'case':'" CASE "','reason':'asked'}");
    decide(&trip.bus, "siti", CASE, D1, "approve", 0);
    struct json *answer = come_home(&trip, &trip.bus);
    CHECK_INT(json_int(answer, "disputes", 0), 1);
    json_free(&answer);
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/state"), "withdrawn");
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "case_closed"));
    CHECK_TEXT(row_text(&trip.home, TABLE_DISPUTE, dispute, "/command/body/outcome"), "approve");
    CHECK_TEXT(row_text(&trip.home, TABLE_DISPUTE, dispute, "/origin"), "Bus 3");
    trip_close(&trip);
}

/* A rev of the bus means nothing at home: a field that siti wrote there is nobody's unseen word for adi here. */
TEST(bus_revs_in_a_draft_become_those_of_home)
{
    struct trip trip;
    with_case(&trip);
    for (int i = 0; i < 60; i++) /* the bus's revs run far ahead */
        run(&trip.bus, "siti", "case.draft", "{'case':'" CASE "','patch':{'street':'Jalan %d'}}", i);
    merge(&trip, &trip.bus);
    int64_t seen = strtoll(row_text(&trip.home, TABLE_CASE, CASE, "/row_rev"), NULL, 10);
    run(&trip.home, "adi", "case.draft",
        "{'case':'" CASE "','patch':{'street':'Jalan adi'},'base_row_rev':%lld}", (long long)seen);
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/draft/street"), "Jalan adi");
    CHECK_INT(count_of(&trip.home, count_disputes), 0);
    trip_close(&trip);
}

TEST(bus_person_changed_and_recorded_at_both)
{
    struct trip trip;
    char dispute[64];
    with_case(&trip);
    run(&trip.home, "siti", "person.record",
        "{'person':'" ANA "','phone':'+628111111111','name':'Ana Home'}");
    run(&trip.bus, "siti", "person.record",
        "{'person':'" ANA "','name':'Ana Bus','email':'ana@example.org'}");
    run(&trip.home, "siti", "person.record", "{'person':'" D1 "','name':'Tono','nik':'9901010101900002'}");
    run(&trip.bus, "siti", "person.record", "{'person':'" D2 "','name':'Tono','nik':'9901010101900002'}");
    run(&trip.bus, "siti", "case.open",
        "{'case':'" OTHER "','service':'s1','channel':'walk_in','person':'" D2 "'}");
    merge(&trip, &trip.bus);
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, ANA, "/email"),
               "ana@example.org"); /* one side alone: taken */
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, ANA, "/phone"), "+628111111111");
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, ANA, "/name"), "Ana Home");
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "person_conflict"));
    run(&trip.home, "budi", "dispute.resolve", "{'dispute':'%s','choice':'apply'}", dispute);
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, ANA, "/name"), "Ana Bus");
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, ANA, "/conflict/name"), "");
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "person_twice"));
    run(&trip.home, "budi", "dispute.resolve", "{'dispute':'%s','choice':'apply'}", dispute);
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, OTHER, "/person"), D2); /* as it was opened */
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, D2, "/merged_into"), D1);
    CHECK_TEXT(row_text(&trip.home, TABLE_PERSON, D1, "/merged/0"), D2);
    CHECK_INT(count_of(&trip.home, count_disputes), 0);
    whole(&trip.home);
    trip_close(&trip);
}

/* A tablet of the bus that comes to the home hall with what the laptop had taken already. */
TEST(bus_commands_have_one_effect_wherever_they_come)
{
    struct trip trip;
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    int who = person_at(&trip.bus, "rina");
    struct json *command =
        command_json(&trip.bus, who, "ticket.issue", "{\"service\":\"s1\",\"channel\":\"walk_in\"}");
    struct json *again = json_copy(command), *result = push(&trip.bus, who, command);
    json_free(&result);
    merge(&trip, &trip.bus);
    int64_t rev = rev_of(&trip.home);
    who = person_at(&trip.home, "rina");
    json_set_int(again, "seq", ++trip.home.people[who].seq);
    result = push(&trip.home, who, again);
    CHECK_TEXT(json_text(result, "status"), "applied");
    CHECK_INT(rev_of(&trip.home), rev); /* and nothing happened */
    static const char tickets[] = "SELECT count(*) FROM tickets";
    CHECK_INT(count_of(&trip.home, tickets), 1);
    json_free(&result);
    trip_close(&trip);
}

TEST(bus_refused_work_stays_a_dispute_at_home)
{
    struct trip trip;
    char dispute[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    refused(&trip.bus, "siti", "case.submit", "unknown_case", "", "{'case':'" CASE "'}");
    merge(&trip, &trip.bus);
    str_copy(dispute, sizeof dispute, dispute_of(&trip.home, "unknown_case"));
    CHECK_TEXT(row_text(&trip.home, TABLE_DISPUTE, dispute, "/origin"), "Bus 3");
    CHECK_TEXT(row_text(&trip.home, TABLE_DISPUTE, dispute, "/user"), "u-siti");
    trip_close(&trip);
}

/* A call that the bus refused carried no work: nobody at home has to hear of it, and the home's file is whole. */
TEST(bus_refused_call_needs_nobody_at_home)
{
    struct trip trip;
    char own[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    issue(&trip.bus, "", own);
    int64_t fence = open_counter(&trip.bus, "siti", "1");
    refused(&trip.bus, "siti", "ticket.call_next", "fence_old", "", "{'counter':'1','fence':%lld}",
            (long long)fence - 1);
    merge(&trip, &trip.bus);
    CHECK_INT(count_of(&trip.home, count_disputes), 0);
    whole(&trip.home);
    trip_close(&trip);
}

/* The home hall is restored to a backup of before the departure: it has forgotten the trip, not the work. */
TEST(bus_comes_home_to_a_restored_hall)
{
    struct trip trip;
    char own[64];
    struct place home = {.pair = &trip.pair};
    trip_open(&trip);
    char *backup = xasprintf("%s/backup.db", trip.pair.folder);
    REQUIRE(db_backup(trip.home.db, backup, NULL, NULL, &trip.info) == ERR_OK);
    depart(&trip);
    arrive(&trip, &trip.bus);
    issue(&trip.bus, "", own);
    open_case(&trip.bus, "siti", CASE);
    char *text = pack(&trip, &trip.bus);
    REQUIRE(store_open_file(&home.db, backup, false, &trip.info) == ERR_OK);
    struct place kept = trip.home;
    trip.home = home;
    struct json *answer = merge_text(&trip, text), *request = parse("{\"do\":\"bus.merge\"}");
    CHECK(!answer && strstr(trip.info.text, "--from"));
    json_set_text(request, "parcel", text);
    json_set_text(request, "departure", trip.parcel);
    answer = task(&trip, &trip.home, request);
    if (!CHECK(answer && json_bool(answer, "late", false)))
        printf("    %s\n", trip.info.text);
    json_free(&answer);
    CHECK_TEXT(row_text(&trip.home, TABLE_TICKET, own, "/number"), "B3-P001");
    CHECK_TEXT(row_text(&trip.home, TABLE_CASE, CASE, "/draft/street"), "Jalan 1");
    whole(&trip.home);
    answer = merge_text(&trip, text);
    CHECK(json_bool(answer, "again", false));
    json_free(&answer);
    db_close(&trip.home.db);
    trip.home = kept;
    free(text);
    free(backup);
    trip_close(&trip);
}

/* --- verify --- */

TEST(bus_audit_is_tied_to_the_home)
{
    static const char forge[] =
        "UPDATE away_audit SET line = replace(line, 'ticket.issue', 'ticket.close') WHERE line LIKE $1";
    struct trip trip;
    struct verified done;
    char own[64];
    trip_open(&trip);
    depart(&trip);
    arrive(&trip, &trip.bus);
    issue(&trip.bus, "", own);
    merge(&trip, &trip.bus);
    struct stmt *s = db_query(trip.home.db, forge);
    db_bind_text(s, 1, "%ticket.issue%");
    CHECK(db_run(s) == ERR_OK);
    CHECK_INT(db_changes(trip.home.db), 1);
    trip.info = (struct err_info){0};
    CHECK(verify_store(trip.home.db, &done, &trip.info) == ERR_CORRUPT);
    CHECK(strstr(trip.info.text, "audit of the bus"));
    trip_close(&trip);
}

TEST(bus_departs_only_with_what_is_there)
{
    struct trip trip;
    static const struct {
        const char *member, *value, *says;
    } wrong[] = {{"code", "\"B 3\"", "--to"},        {"code", "\"T1\"", "own code"},
                 {"queues", "[]", "--queues"},       {"queues", "[\"X\"]", "no queue"},
                 {"users", "[]", "--users"},         {"users", "[\"eve\"]", "no account"},
                 {"users", "[\"rina\"]", "a clerk"}, {"name", "\"\"", "--name"}};
    trip_open(&trip);
    int64_t rev = rev_of(&trip.home);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct json *request = departure(&trip, "B3");
        json_set(request, wrong[i].member, parse(wrong[i].value));
        struct json *answer = task(&trip, &trip.home, request);
        if (!CHECK(!answer && strstr(trip.info.text, wrong[i].says)))
            printf("    %s\n", trip.info.text);
        json_free(&answer);
    }
    CHECK_INT(rev_of(&trip.home), rev);
    depart(&trip);
    struct json *answer = task(&trip, &trip.home, departure(&trip, "B4"));
    CHECK(!answer && strstr(trip.info.text, "is with Bus 3"));
    CHECK(!task(&trip, &trip.home, parse("{\"do\":\"bus.parcel\"}"))); /* the home is no bus */
    trip_close(&trip);
}
