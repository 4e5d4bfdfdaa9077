/* tests/hall/bus_test.c: the bus with the real programs: loketd depart, init --from, a day with two workstations and a
 * reception on the road, parcel, merge; lost, late, twice, damaged, and kill -9 in the middle of a merge. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hall/store.h"
#include "tests/support/hall.h"
#include "tests/support/piped.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

#define CASE     "01900000-0000-7000-8000-00000000ca5e"
#define DECISION "01900000-0000-7000-8000-0000000000d1"

struct bus {
    char folder[200], data[220], out[220], back[220], password[220], url[80];
    struct running program;
};

/* --- running programs --- */

static void says(struct ran ran, int status, const char *text)
{
    if (!CHECK_INT(ran.status, status) || !CHECK(strstr(status ? ran.err : ran.out, text) != NULL))
        printf("    %s%s\n", ran.out, ran.err);
    ran_free(&ran);
}

static void whole(const char *data)
{
    says(RUN(NULL, "loketd", "verify", "--data", data), 0, "is whole");
}

static void bus_init(struct bus *bus)
{
    *bus = (struct bus){0};
    str_copy(bus->folder, sizeof bus->folder, test_folder());
    str_format(bus->data, sizeof bus->data, "%s/bus", bus->folder);
    str_format(bus->out, sizeof bus->out, "%s/out.parcel", bus->folder);
    str_format(bus->back, sizeof bus->back, "%s/back.parcel", bus->folder);
    str_format(bus->password, sizeof bus->password, "%s/password", bus->folder);
    FILE *file = fopen(bus->password, "we");
    REQUIRE(file && fprintf(file, "%s\n", TEST_PASSWORD) > 0 && fclose(file) == 0);
}

static struct ran depart(const struct test_hall *home, const struct bus *bus)
{
    return RUN(NULL, "loketd", "depart", "--data", home->folder, "--to", "B3", "--name", "Bus 3", "--queues",
               "P", "--users", "clerk1,clerk2,reception", bus->out);
}

static void bus_start(struct bus *bus)
{
    static const char before[] = "loketd: listening on ";
    bus->program =
        START("loketd", "serve", "--data", bus->data, "--listen", "127.0.0.1:0", "--log", "/dev/null");
    char *line = running_line(&bus->program);
    REQUIRE(line && str_starts(line, before));
    str_copy(bus->url, sizeof bus->url, line + sizeof before - 1);
    free(line);
}

static void bus_leave(const struct test_hall *home, struct bus *bus)
{
    says(depart(home, bus), 0, "B3-P001");
    says(RUN(NULL, "loketd", "init", "--data", bus->data, "--from", bus->out), 0, "Bus 3");
    bus_start(bus);
}

static void bus_stop(struct bus *bus)
{
    kill(bus->program.pid, SIGTERM);
    CHECK_INT(running_wait(&bus->program), 0);
}

static struct ran pack(const struct bus *bus)
{
    return RUN(NULL, "loketd", "parcel", "--data", bus->data, bus->back);
}

static struct ran merge(const struct test_hall *home, const struct bus *bus)
{
    return RUN(NULL, "loketd", "merge", "--data", home->folder, bus->back);
}

/* --- a workstation --- */

static struct piped station(const struct bus *bus, const char *url, const char *login, const char *data)
{
    char path[300];
    str_format(path, sizeof path, "%s/%s", bus->folder, data);
    return PIPED("--hall", url, "--user", login, "--password-file", bus->password, "--data", path, "--follow",
                 "queue");
}

/* One command; the data of its result, which must be applied. body with ' for ". The caller frees. */
static struct json *told(struct piped *piped, const char *type, const char *body)
{
    char line[1200];
    str_format(line, sizeof line, "{'tag':'t','type':'%s','body':%s}", type, body);
    piped_say(piped, line);
    struct json *result = piped_await(piped, "result", "t");
    if (!CHECK_TEXT(json_text(result, "status"), "applied"))
        printf("    %s: %s\n", type, json_text_or(json_get(result, "error"), "message", "?"));
    struct json *data = json_copy(json_get(result, "data"));
    json_free(&result);
    return data;
}

static void tell(struct piped *piped, const char *type, const char *body)
{
    struct json *data = told(piped, type, body);
    json_free(&data);
}

static struct json *answer_of(struct piped *piped, const char *query)
{
    char line[80];
    str_format(line, sizeof line, "{'tag':'q','query':'%s'}", query);
    piped_say(piped, line);
    return piped_await(piped, "answer", "q");
}

/* Opens the counter, calls who is next and serves them; the number. */
static void serve_one(struct piped *piped, const char *counter, char number[32])
{
    char body[200];
    str_format(body, sizeof body, "{'counter':'%s'}", counter);
    struct json *data = told(piped, "counter.open", body);
    str_format(body, sizeof body, "{'counter':'%s','fence':%d}", counter, (int)json_int(data, "fence", 0));
    json_free(&data);
    data = told(piped, "ticket.call_next", body);
    const struct json *ticket = json_get(data, "ticket");
    str_copy(number, 32, json_text_or(ticket, "number", ""));
    str_format(body, sizeof body, "{'ticket':'%s','gen':%d}", json_text_or(ticket, "id", ""),
               (int)json_int(ticket, "gen", 0));
    tell(piped, "ticket.start", body);
    str_format(body, sizeof body, "{'ticket':'%s','gen':%d,'outcome':'served'}",
               json_text_or(ticket, "id", ""), (int)json_int(ticket, "gen", 0));
    tell(piped, "ticket.finish", body);
    json_free(&data);
}

static void wait_home(struct piped *piped)
{
    for (bool home = false; !home;) {
        struct json *event = piped_await(piped, "row", NULL);
        home = str_equal(json_text(event, "id"), "p") && str_empty(json_text(json_get(event, "row"), "home"));
        json_free(&event);
    }
}

static void issue(const struct test_hall *home, int people)
{
    struct hall_client reception;
    REQUIRE(hall_sign_in(&reception, home, "reception", TEST_PASSWORD) == 200);
    for (int i = 0; i < people; i++) {
        struct json *data = hall_do(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
        json_free(&data);
    }
    hall_sign_out(&reception);
}

static void refused_at_home(const struct test_hall *home, const char *login, const char *type,
                            const char *body)
{
    struct hall_client client;
    REQUIRE(hall_sign_in(&client, home, login, TEST_PASSWORD) == 200);
    struct json *result = hall_push(&client, type, body);
    CHECK_TEXT(json_text(json_get(result, "error"), "code"), "queue_elsewhere");
    CHECK(strstr(json_text_or(json_get(result, "error"), "message", ""), "Bus 3") != NULL);
    json_free(&result);
    hall_sign_out(&client);
}

static int64_t count_at(const char *data, const char *sql)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(store_open(&db, data, false, &info) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    db_close(&db);
    return count;
}

/* --- a day --- */

TEST(bus_day_with_two_workstations)
{
    struct test_hall home;
    struct bus bus;
    char number[32];
    hall_open(&home);
    bus_init(&bus);
    issue(&home, 2);
    struct piped before = station(&bus, home.url, "clerk3", "before");
    piped_skip(&before, "ready", NULL);
    bus_leave(&home, &bus);
    refused_at_home(&home, "reception", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");

    struct piped one = station(&bus, bus.url, "clerk1", "one"), two = station(&bus, bus.url, "clerk2", "two"),
                 door = station(&bus, bus.url, "reception", "door");
    struct json *data = told(&door, "ticket.issue", "{'queue':'p','channel':'walk_in'}");
    CHECK_TEXT(json_text(json_get(data, "ticket"), "number"), "B3-P001");
    json_free(&data);
    serve_one(&one, "1", number);
    CHECK_TEXT(number, "P001");
    serve_one(&two, "2", number);
    CHECK_TEXT(number, "P002");
    tell(&one, "case.open", "{'case':'" CASE "','service':'t.card','channel':'walk_in'}");
    kill(bus.program.pid, SIGKILL); /* the laptop falls off the table */
    CHECK_INT(running_wait(&bus.program), 128 + SIGKILL);
    whole(bus.data);
    bus_start(&bus);
    struct piped three = station(&bus, bus.url, "clerk2", "three"); /* another computer than before */
    serve_one(&three, "2", number);
    CHECK_TEXT(number, "B3-P001");
    says(pack(&bus), 0, "3 tickets, 1 applications");
    says(merge(&home, &bus), 0, "Its queues are called here again");
    says(merge(&home, &bus), 0, "merged already");

    /* Who looked on at home all day, and who comes new, have the same. */
    wait_home(&before);
    struct piped after = station(&bus, home.url, "clerk3", "after");
    piped_skip(&after, "ready", NULL);
    struct json *a = answer_of(&before, "tickets"), *b = answer_of(&after, "tickets");
    CHECK_INT((int64_t)json_count(json_get(a, "rows")), 3);
    CHECK(json_equal(json_get(a, "rows"), json_get(b, "rows")));
    json_free(&a);
    json_free(&b);
    a = answer_of(&before, "cases");
    b = answer_of(&after, "cases");
    CHECK_TEXT(json_text(json_first(json_get(a, "rows")), "id"), CASE);
    CHECK(json_equal(json_get(a, "rows"), json_get(b, "rows")));
    json_free(&a);
    json_free(&b);
    piped_end(&before, SIGTERM);
    piped_end(&after, SIGTERM);
    piped_end(&one, SIGTERM);
    piped_end(&two, SIGTERM);
    piped_end(&three, SIGTERM);
    piped_end(&door, SIGTERM);
    issue(&home, 1); /* the queue is here again */
    bus_stop(&bus);
    CHECK_INT(hall_stop(&home), 0);
    whole(home.folder);
    whole(bus.data);
}

/* A village or home visit: one workstation, nobody else. */
TEST(bus_of_one_workstation)
{
    struct test_hall home;
    struct bus bus;
    char number[32];
    hall_make(&home);
    bus_init(&bus);
    bus_leave(&home, &bus); /* before the hall opens in the morning */
    struct piped visit = station(&bus, bus.url, "clerk1", "visit");
    tell(&visit, "ticket.issue", "{'queue':'p','channel':'home'}");
    serve_one(&visit, "1", number);
    CHECK_TEXT(number, "B3-P001");
    piped_end(&visit, SIGTERM);
    bus_stop(&bus);
    says(pack(&bus), 0, "1 tickets");
    says(merge(&home, &bus), 0, "is merged");
    whole(home.folder);
    whole(bus.data);
    hall_start(&home);
    issue(&home, 1);
    CHECK_INT(hall_stop(&home), 0);
}

/* --- it does not come --- */

TEST(bus_lost_then_late)
{
    struct test_hall home;
    struct bus bus;
    char number[32];
    hall_open(&home);
    bus_init(&bus);
    issue(&home, 1);
    bus_leave(&home, &bus);
    struct piped one = station(&bus, bus.url, "clerk1", "one");
    serve_one(&one, "1", number);
    CHECK_TEXT(number, "P001");
    says(RUN(NULL, "loketd", "recall", "--data", home.folder, "--queues", "P"), 0,
         "clerk1, clerk2, reception");
    struct piped here = station(&bus, home.url, "clerk3", "here");
    serve_one(&here, "c3", number);
    CHECK_TEXT(number, "P001"); /* called at both: the bus knows nothing of its recall */
    bus_stop(&bus);
    piped_end(&one, SIGTERM);
    piped_end(&here, SIGTERM);
    says(pack(&bus), 0, "change");
    says(merge(&home, &bus), 0, "Late upload: Bus 3");
    struct piped super = station(&bus, home.url, "supervisor", "super");
    piped_skip(&super, "ready", NULL);
    struct json *disputes = answer_of(&super, "disputes");
    int found = 0;
    for (const struct json *row = json_first(json_get(disputes, "rows")); row; row = json_next(row)) {
        char body[120];
        CHECK(str_starts(json_text_or(row, "message", ""), "Late upload from Bus 3"));
        str_format(body, sizeof body, "{'dispute':'%s','choice':'drop'}", json_text_or(row, "id", ""));
        tell(&super, "dispute.resolve", body);
        found++;
    }
    CHECK_INT(found, 2); /* of the upload, and of the one ticket that was served twice */
    json_free(&disputes);
    piped_end(&super, SIGTERM);
    says(merge(&home, &bus), 0, "merged already");
    CHECK_INT(hall_stop(&home), 0);
    whole(home.folder);
    whole(bus.data);
}

/* --- files --- */

static void cut_file(const char *path, size_t bytes)
{
    struct stat at;
    REQUIRE(stat(path, &at) == 0 && truncate(path, at.st_size - (off_t)bytes) == 0);
}

TEST(bus_parcels_as_files)
{
    struct test_hall home;
    struct bus bus;
    struct stat at;
    hall_make(&home);
    bus_init(&bus);
    says(RUN(NULL, "loketd", "depart", "--data", home.folder), 2, "--name is missing");
    says(RUN(NULL, "loketd", "merge", "--data", home.folder, "/no/such/file"), 1, "cannot be read");
    says(RUN(NULL, "loketd", "recall", "--data", home.folder, "--queues", "P"), 1, "is here");
    says(RUN(NULL, "loketd", "parcel", "--data", home.folder, bus.back), 1, "is no bus");
    says(RUN(NULL, "loketd", "depart", "--data", home.folder, "--to", "B3", "--name", "Bus 3", "--queues",
             "P", "--users", "clerk1", "/no/such/folder/file"),
         1, "cannot be written");
    CHECK_INT(count_at(home.folder, "SELECT count(*) FROM away"), 0);
    says(depart(&home, &bus), 0, "Bus 3 has its queues now");
    REQUIRE(stat(bus.out, &at) == 0);
    CHECK_INT(at.st_mode & 0777, 0600);
    says(depart(&home, &bus), 1, "There is a file");
    says(RUN(NULL, "loketd", "init", "--data", bus.data, "--from", bus.out), 0, "mobile hall B3");
    says(RUN(NULL, "loketd", "init", "--data", bus.data, "--from", bus.out), 1, "There is a hall");
    says(RUN(NULL, "loketd", "depart", "--data", bus.data, "--to", "B4", "--name", "Bus 4", "--queues", "P",
             "--users", "clerk1", bus.back),
         1, "is a bus itself");
    says(pack(&bus), 0, "0 tickets");
    cut_file(bus.back, 1);
    says(merge(&home, &bus), 1, "not whole");
    cut_file(bus.out, 100);
    char *other = xasprintf("%s/other", bus.folder);
    says(RUN(NULL, "loketd", "init", "--data", other, "--from", bus.out), 1, "not whole");
    free(other);
    whole(home.folder);
    whole(bus.data);
}

/* --- kill -9 in the middle of a merge --- */

enum { CROWD = 400 };

static void crowd(struct bus *bus)
{
    static const char line[] =
        "{'tag':'%d','type':'ticket.issue','body':{'queue':'p','channel':'walk_in','person':"
        "{'name':'Guest %d','fin':'7A%05d'}}}";
    char text[200];
    struct piped door = station(bus, bus->url, "reception", "door");
    for (int i = 0; i < CROWD; i++) {
        str_format(text, sizeof text, line, i, i, i);
        piped_say(&door, text);
    }
    for (int i = 0; i < CROWD; i++)
        piped_skip(&door, "result", NULL);
    piped_end(&door, SIGTERM);
}

static off_t size_of(const char *data, const char *name)
{
    struct stat at;
    char path[300];
    str_format(path, sizeof path, "%s/%s", data, name);
    return stat(path, &at) == 0 ? at.st_size : 0;
}

/* Killed as soon as its log is longer than bytes, if it does not end before. */
static void merge_and_kill(const struct test_hall *home, const struct bus *bus, off_t bytes)
{
    struct running program = START("loketd", "merge", "--data", home->folder, bus->back);
    struct pollfd said = {.fd = program.out, .events = POLLIN};
    while (size_of(home->folder, "hall.db-wal") <= bytes && poll(&said, 1, 0) == 0)
        ;
    kill(program.pid, SIGKILL);
    (void)running_wait(&program);
}

TEST(bus_merge_killed_is_all_or_nothing)
{
    static const char tickets[] = "SELECT count(*) FROM tickets";
    static const off_t cuts[] = {-1, 0, 1, 4096, 64 * 1024, 256 * 1024, 512 * 1024, 1024 * 1024};
    struct test_hall home;
    struct bus bus;
    int64_t count = 0;
    int unmerged = 0;
    hall_make(&home);
    bus_init(&bus);
    bus_leave(&home, &bus);
    crowd(&bus);
    bus_stop(&bus);
    says(pack(&bus), 0, "400 tickets");
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        merge_and_kill(&home, &bus, cuts[i]);
        whole(home.folder);
        count = count_at(home.folder, tickets);
        CHECK(count == 0 || count == CROWD);
        unmerged += count == 0;
    }
    printf("    %d of %d merges were killed before their commit\n", unmerged,
           (int)(sizeof cuts / sizeof *cuts));
    CHECK(unmerged > 0);
    says(merge(&home, &bus), 0, count ? "merged already" : "is merged: 400 tickets");
    CHECK_INT(count_at(home.folder, tickets), CROWD);
    says(merge(&home, &bus), 0, "merged already");
    whole(home.folder);
}
