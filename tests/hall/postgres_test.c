/* tests/hall/postgres_test.c: a hall that is kept in PostgreSQL, by the real loketd: set up, served, killed, served again. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/db/db.h"
#include "core/hall/store.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

struct served {
    char *db; /* its address */
    struct running loketd;
    struct test_hall hall; /* as its clients know it */
};

static void check_run(struct ran ran, int status, const char *says)
{
    CHECK_INT(ran.status, status);
    const char *where = status ? ran.err : ran.out;
    if (!CHECK(strstr(where, says) != NULL))
        CHECK_TEXT(where, says);
    ran_free(&ran);
}

static void make(struct served *s, const char *name)
{
    if (cluster_lacks())
        test_skip(cluster_lacks());
    *s = (struct served){.db = cluster_address(name)};
    check_run(RUN(NULL, "loketd", "init", "--db", s->db, "--hall", "ASAN-01", "--name", "Test hall", "--pack",
                  "az"),
              0, "ASAN-01");
    check_run(RUN("open sesame!\n", "loketd", "user", "add", "--db", s->db, "--login", "rec", "--name", "R",
                  "--roles", "reception", "--password-file", "-"),
              0, "rec");
    check_run(RUN(NULL, "loketd", "counter", "add", "--db", s->db, "--name", "7", "--queues", "a"), 0, "7");
}

static void serve_with(struct served *s, const char *log)
{
    static const char said[] = "loketd: listening on ";
    s->loketd = START("loketd", "serve", "--db", s->db, "--listen", "127.0.0.1:0", "--log", log);
    char *line = running_line(&s->loketd);
    REQUIRE(line && str_starts(line, said));
    str_copy(s->hall.url, sizeof s->hall.url, line + sizeof said - 1);
    s->hall.port = atoi(strrchr(s->hall.url, ':') + 1);
    free(line);
}

static void serve(struct served *s)
{
    serve_with(s, "/dev/null");
}

static void end(struct served *s, int with)
{
    kill(s->loketd.pid, with);
    CHECK_INT(running_wait(&s->loketd), with == SIGTERM ? 0 : 128 + with);
}

/* The status that the hall answered with, and what became of the command. */
static int push(struct hall_client *client, const char *text, char outcome[20])
{
    int status = 0;
    struct json *answer = hall_ask(client, "POST", "/v1/push", text, &status);
    const struct json *result = json_first(json_get(answer, "results"));
    str_copy(outcome, 20, json_text_or(result, "status", ""));
    json_free(&answer);
    return status;
}

/* A command of the client's next seq; the caller frees. */
static char *issue(struct hall_client *client)
{
    char *text = hall_push_text(client, "ticket.issue", "{\"queue\":\"a\",\"channel\":\"desk\"}");
    client->seq++;
    return text;
}

static int64_t tickets(const struct served *s)
{
    static const char sql[] = "SELECT count(*) FROM tickets";
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, s->db, 0, &info) == ERR_OK);
    struct stmt *count = db_query(db, sql);
    int64_t found = db_step(count) == ERR_OK ? db_int(count, 0) : -1;
    db_done(count);
    db_close(&db);
    return found;
}

/* Everything that was acknowledged is there after kill -9, once; a command that is sent again is answered as before, and
 * who was signed in still is. */
TEST(hall_in_postgres_survives_its_loketd)
{
    struct served s;
    struct hall_client client = {0};
    char *last = NULL, outcome[20];
    make(&s, "survives");
    check_run(RUN(NULL, "loketd", "init", "--db", s.db, "--hall", "B", "--name", "B", "--pack", "az"), 1,
              "There is a hall");
    for (int life = 0; life < 3; life++) {
        serve(&s);
        check_run(RUN(NULL, "loketd", "verify", "--db", s.db), 1, "in use by another program");
        if (life == 0)
            REQUIRE(hall_sign_in(&client, &s.hall, "rec", TEST_PASSWORD) == 200);
        else
            CHECK_INT(push(&client, last, outcome), 200);
        for (int i = 0; i < 5; i++) {
            free(last);
            last = issue(&client);
            CHECK_INT(push(&client, last, outcome), 200);
            CHECK_TEXT(outcome, "applied");
        }
        CHECK_INT(tickets(&s), (life + 1) * 5);
        end(&s, life == 2 ? SIGTERM : SIGKILL);
    }
    check_run(RUN(NULL, "loketd", "verify", "--db", s.db), 0, "is whole");
    hall_sign_out(&client);
    free(last);
    free(s.db);
}

/* The server hangs up on the hall, once before each command. */
static void hang_up(const struct served *s)
{
    static const char sql[] =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'"
        " AND granted AND pid <> pg_backend_pid()";
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, s->db, 0, &info) == ERR_OK);
    struct stmt *end = db_query(db, sql);
    CHECK(db_step(end) == ERR_OK && db_int(end, 0) >= 1);
    db_done(end);
    db_close(&db);
}

/* Typed while the server hangs up. The caller frees. */
static char *record(struct hall_client *client)
{
    char *text = hall_push_text(client, "person.record",
                                "{\"person\":\"01900000-0000-7000-8000-00000000a11a\","
                                "\"name\":\"Zuleyxa Sakitova\",\"fin\":\"99A2B3C\"}");
    client->seq++;
    return text;
}

/* What the store's failures are told with is nobody's data. */
static void check_log(const char *path, const struct hall_client *client)
{
    const char *const typed[] = {"Zuleyxa", "Sakitova", "99A2B3C", TEST_PASSWORD, client->token};
    char *said = test_read_file(path); /* what failed is said as it was */
    CHECK(!strstr(said, "cannot write to its disk") && strstr(said, "terminating connection"));
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        CHECK(!strstr(said, typed[i]));
    free(said);
}

/* A connection that is lost is one that is opened anew: the client sends again, as after any failure, and each of its
 * commands is done once. */
TEST(hall_in_postgres_survives_its_connection)
{
    struct served s;
    struct hall_client client = {0};
    char outcome[20] = "";
    make(&s, "hung_up");
    char *log = xasprintf("%s/log", test_folder());
    serve_with(&s, log);
    REQUIRE(hall_sign_in(&client, &s.hall, "rec", TEST_PASSWORD) == 200);
    for (int i = 0; i < 6; i++) {
        char *text = i < 5 ? issue(&client) : record(&client);
        hang_up(&s);
        int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
        while (push(&client, text, outcome) != 200 && clock_mono_now_ms() < until_ms)
            ;
        CHECK_TEXT(outcome, "applied");
        free(text);
    }
    CHECK_INT(tickets(&s), 5);
    check_log(log, &client);
    free(log);
    end(&s, SIGTERM);
    check_run(RUN(NULL, "loketd", "verify", "--db", s.db), 0, "is whole");
    hall_sign_out(&client);
    free(s.db);
}

/* From a folder to PostgreSQL and back: the same rows, by their digest, the same history, and the hall goes on. */
TEST(hall_moves_to_postgres_and_back)
{
    struct served s;
    struct hall_client client = {0};
    char outcome[20], *home = xasprintf("%s/home", test_folder()),
                      *back = xasprintf("%s/back", test_folder());
    make(&s, "moved_from");
    serve(&s);
    REQUIRE(hall_sign_in(&client, &s.hall, "rec", TEST_PASSWORD) == 200);
    for (int i = 0; i < 3; i++) {
        char *text = issue(&client);
        CHECK_INT(push(&client, text, outcome), 200);
        free(text);
    }
    check_run(RUN(NULL, "loketd", "move", "--from", s.db, "--to", home), 1, "in use");
    end(&s, SIGTERM);
    char *again = cluster_address("moved_again");
    const char *const way[][2] = {{s.db, home}, {home, again}, {again, back}};
    char digest[16] = "";
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        struct ran ran = RUN(NULL, "loketd", "move", "--from", way[i][0], "--to", way[i][1]);
        const char *found = strstr(ran.out, "digest ");
        if (!CHECK(ran.status == 0 && found != NULL))
            puts(ran.err);
        if (found) /* each move is a line of the audit more */
            CHECK(strncmp(digest, found + 7, 12) != 0);
        if (found)
            str_format(digest, sizeof digest, "%.12s", found + 7);
        ran_free(&ran);
    }
    check_run(RUN(NULL, "loketd", "move", "--from", home, "--to", again), 1, "There is a hall");
    check_run(RUN(NULL, "loketd", "verify", "--data", home), 0, "is whole: 106 changes");
    check_run(RUN(NULL, "loketd", "verify", "--db", again), 0, "is whole: 107 changes");
    check_run(RUN(NULL, "loketd", "verify", "--data", back), 0, "is whole: 107 changes");
    hall_sign_out(&client);
    free(home);
    free(back);
    free(again);
    free(s.db);
}

/* --- commands beside whoever serves the hall --- */

static void check_counts(const struct served *s, const char *sql, int64_t wanted)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, s->db, 0, &info) == ERR_OK);
    struct stmt *count = db_query(db, sql);
    CHECK_INT(db_step(count) == ERR_OK ? db_int(count, 0) : -1, wanted);
    db_done(count);
    db_close(&db);
}

/* Accounts and counters count at the next request, and whoever waits hears of them. */
TEST(commands_work_beside_a_hall_that_is_served)
{
    static const char sql_services[] = "SELECT count(*) FROM services WHERE id LIKE '%service-7%'";
    static const char sql_exports[] = "SELECT count(*) FROM audit WHERE type = 'cases.export'";
    struct served s;
    struct hall_client rec = {0}, leyla = {0};
    char outcome[20], *list = xasprintf("%s/list.tsv", test_folder());
    int status;
    FILE *file = fopen(list, "we");
    REQUIRE(file &&
            fputs("agency\tname\tfee\tcurrency\tduration\nOffice\tService 7\t5\tAZN\t3 days\n", file) >= 0 &&
            fclose(file) == 0);
    make(&s, "beside");
    serve(&s);
    struct json *health = hall_request(&s.hall, "GET", "/v1/health", NULL, NULL, &status);
    CHECK_TEXT(json_text_or(health, "store", ""), "postgresql");
    json_free(&health);
    REQUIRE(hall_sign_in(&rec, &s.hall, "rec", TEST_PASSWORD) == 200);
    check_run(RUN("open sesame!\n", "loketd", "user", "add", "--db", s.db, "--login", "leyla", "--roles",
                  "clerk", "--password-file", "-"),
              0, "leyla");
    check_run(RUN("open sesame!\n", "loketd", "user", "add", "--db", s.db, "--login", "leyla", "--roles",
                  "clerk", "--password-file", "-"),
              1, "already");
    REQUIRE(hall_sign_in(&leyla, &s.hall, "leyla", TEST_PASSWORD) == 200);
    check_run(RUN(NULL, "loketd", "user", "disable", "--db", s.db, "--login", "leyla"), 0, "leyla");
    hall_sign_out(&leyla);
    CHECK_INT(hall_sign_in(&leyla, &s.hall, "leyla", TEST_PASSWORD), 401);
    check_run(RUN(NULL, "loketd", "counter", "add", "--db", s.db, "--name", "8", "--queues", "a"), 0, "8");
    check_run(RUN(NULL, "loketd", "counter", "list", "--db", s.db), 0, "8");
    check_run(RUN(NULL, "loketd", "key", "add", "--db", s.db, "--scope", "figures"), 0, "K1");
    /* The loketd at work brings it in; the command waits for that. */
    check_run(RUN(NULL, "loketd", "import-catalogue", list, "--db", s.db, "--agency", "Office"), 1, "Office");
    check_run(RUN(NULL, "loketd", "import-catalogue", list, "--db", s.db), 0, "1 new");
    check_counts(&s, sql_services, 1);
    check_run(RUN(NULL, "loketd", "export-cases", "--db", s.db), 0, "");
    check_counts(&s, sql_exports, 1);
    char *text = issue(&rec);
    CHECK_INT(push(&rec, text, outcome), 200);
    CHECK_TEXT(outcome, "applied");
    free(text);
    end(&s, SIGTERM);
    check_run(RUN(NULL, "loketd", "verify", "--db", s.db), 0, "is whole");
    hall_sign_out(&rec);
    hall_sign_out(&leyla);
    free(list);
    free(s.db);
}

/* What is in the backup of a hall at work counts as safe, and the hall stands where it is put back. */
TEST(a_backup_is_made_beside_a_hall_that_is_served)
{
    struct served s;
    struct hall_client rec = {0};
    char outcome[20], *copy = xasprintf("%s/copy.db", test_folder()),
                      *bus = xasprintf("%s/bus", test_folder()),
                      *home = xasprintf("%s/put-back", test_folder());
    int status;
    make(&s, "backed_up");
    serve(&s);
    REQUIRE(hall_sign_in(&rec, &s.hall, "rec", TEST_PASSWORD) == 200);
    char *text = issue(&rec);
    CHECK_INT(push(&rec, text, outcome), 200);
    free(text);
    check_run(
        RUN(NULL, "loketd", "user", "change", "--db", s.db, "--login", "rec", "--roles", "clerk,reception"),
        0, "rec");
    check_run(RUN(NULL, "loketd", "backup", "--db", s.db, copy), 0, copy);
    check_counts(&s, "SELECT rev - safe_through FROM hall_state", 0);
    check_run(RUN(NULL, "loketd", "restore", "--db", s.db, copy), 1, "Stop every loketd");
    /* A bus leaves, with its rows in another schema, and is taken back. */
    check_run(RUN(NULL, "loketd", "depart", "--db", s.db, "--to", "B7", "--name", "Bus 7", "--queues", "a",
                  "--users", "rec", bus),
              0, "Bus 7 has its queues now");
    text = issue(&rec);
    CHECK_INT(push(&rec, text, outcome), 200);
    CHECK_TEXT(outcome, "refused"); /* they are called on the bus */
    free(text);
    char *mobile = cluster_address("bus_7");
    check_run(RUN(NULL, "loketd", "init", "--db", mobile, "--from", bus), 0, "The mobile hall B7");
    check_run(RUN(NULL, "loketd", "recall", "--db", s.db, "--queues", "a"), 0, "called here again");
    struct json *feed = hall_request(&s.hall, "GET", "/v1/feed?cursor=0", rec.token, NULL, &status);
    CHECK_INT(status, 200);
    CHECK(json_int(feed, "safe_through", 0) > 0);
    json_free(&feed);
    end(&s, SIGTERM);
    check_run(RUN(NULL, "loketd", "restore", "--data", home, copy), 0, home);
    check_run(RUN(NULL, "loketd", "verify", "--data", home), 0, "is whole");
    check_run(RUN(NULL, "loketd", "verify", "--db", s.db), 0, "is whole");
    check_run(RUN(NULL, "loketd", "verify", "--db", mobile), 0, "is whole");
    hall_sign_out(&rec);
    free(mobile);
    free(copy);
    free(bus);
    free(home);
    free(s.db);
}

/* What a newer loketd will add before it serves: columns with a default, tables and indexes. Here by hand, in a turn of its own. */
static void add_as_a_newer_one(const struct served *s)
{
    static const char adds[] =
        "ALTER TABLE session ADD COLUMN newer BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE tickets ADD COLUMN newer TEXT;"
        "ALTER TABLE hall_state ADD COLUMN newer BIGINT NOT NULL DEFAULT 0;"
        "CREATE TABLE newer (id TEXT PRIMARY KEY, at_ BIGINT NOT NULL); CREATE INDEX newer_at ON newer (at_);"
        "INSERT INTO migrations (version) SELECT max(version) + 1 FROM migrations";
    struct err_info info = {0};
    struct hall_state now;
    struct db *db = NULL;
    REQUIRE(db_open(&db, s->db, DB_WRITE | DB_SHARED, &info) == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK && store_turn(db, &now) == ERR_OK);
    CHECK_INT(db_script(db, adds), ERR_OK);
    CHECK_INT(db_commit(db), ERR_OK);
    db_close(&db);
}

/* The first half of an upgrade without a pause (core/db/README.md): a loketd at work does not stumble over what is added to the
 * tables under it. Once it has ended it does not come back: it does not know whether it may. */
TEST(an_older_loketd_goes_on_while_tables_grow_under_it)
{
    struct served s;
    struct hall_client client = {0}, later = {0};
    char outcome[20];
    int status;
    make(&s, "grows");
    serve(&s);
    REQUIRE(hall_sign_in(&client, &s.hall, "rec", TEST_PASSWORD) == 200);
    for (int i = 0; i < 4; i++) {
        char *text = issue(&client);
        CHECK_INT(push(&client, text, outcome), 200); /* with statements that were prepared before */
        CHECK_TEXT(outcome, "applied");
        free(text);
        if (i == 1)
            add_as_a_newer_one(&s);
    }
    CHECK_INT(hall_sign_in(&later, &s.hall, "rec", TEST_PASSWORD), 200);
    struct json *feed = hall_request(&s.hall, "GET", "/v1/feed?cursor=0", later.token, NULL, &status);
    CHECK_INT(status, 200);
    json_free(&feed);
    CHECK_INT(tickets(&s), 4);
    check_run(RUN(NULL, "loketd", "user", "list", "--db", s.db), 1, "written by a newer loketd");
    end(&s, SIGTERM);
    check_run(RUN(NULL, "loketd", "serve", "--db", s.db, "--listen", "127.0.0.1:0"), 1,
              "written by a newer loketd");
    hall_sign_out(&client);
    hall_sign_out(&later);
    free(s.db);
}

/* One at a time sends, on whatever computer; the next does when that one has gone. */
TEST(one_courier_delivers_at_a_hall)
{
    struct served s;
    make(&s, "delivered");
    struct running one = START("loketd", "deliver", "--db", s.db, "--log", "/dev/null");
    static const char sql[] = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted";
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, s.db, 0, &info) == ERR_OK);
    for (int64_t locks = 0; locks < 2;) { /* the hall's, and who sends */
        struct stmt *count = db_query(db, sql);
        REQUIRE(db_step(count) == ERR_OK);
        locks = db_int(count, 0);
        db_done(count);
    }
    db_close(&db);
    check_run(RUN(NULL, "loketd", "deliver", "--db", s.db, "--log", "/dev/null"), 1,
              "Another loketd deliver");
    kill(one.pid, SIGTERM);
    CHECK_INT(running_wait(&one), 0);
    free(s.db);
}

/* A list of so many services. */
static char *list_of(int count)
{
    char *list = xasprintf("%s/many.tsv", test_folder());
    FILE *file = fopen(list, "we");
    REQUIRE(file && fputs("agency\tname\tfee\tcurrency\tduration\n", file) >= 0);
    for (int i = 0; i < count; i++)
        REQUIRE(fprintf(file, "Office\tService %d of many\t5\tAZN\t3 days\n", i) > 0);
    REQUIRE(fclose(file) == 0);
    return list;
}

/* Reads a log until somebody has said so in it. */
static void await_words(int log, const char *words)
{
    struct buf text = {0};
    char part[1000];
    while (!strstr(buf_text(&text), words)) {
        ssize_t got = read(log, part, sizeof part);
        REQUIRE(got > 0);
        buf_add(&text, part, (size_t)got);
    }
    buf_free(&text);
}

/* Of two that serve the hall the first is killed: the other is it from then on, and brings in what a command decided about,
 * which the command itself then may not. */
TEST(another_loketd_takes_over_what_the_first_did)
{
    enum { FEW = 20 };
    struct served s, other;
    char *list = list_of(FEW), *log = xasprintf("%s/log", test_folder());
    make(&s, "taken_over");
    serve(&s);
    REQUIRE(mkfifo(log, 0600) == 0);
    other = s;
    other.loketd = START("loketd", "serve", "--db", s.db, "--listen", "127.0.0.1:0", "--log", log);
    int said = open(log, O_RDWR | O_CLOEXEC); /* never at its end */
    await_words(said, "listens on");
    end(&s, SIGKILL);
    await_words(said, "does from now on what is done once for the hall");
    check_run(RUN(NULL, "loketd", "import-catalogue", list, "--db", s.db), 0, "20 new");
    check_counts(&s, "SELECT count(*) FROM services WHERE row LIKE '%of many%'", FEW);
    kill(other.loketd.pid, SIGTERM);
    CHECK_INT(running_wait(&other.loketd), 0);
    check_run(RUN(NULL, "loketd", "verify", "--db", s.db), 0, "is whole");
    close(said);
    free(list);
    free(log);
    free(s.db);
}

/* A command that decided about an import does not depend on who serves the hall: it is brought in whole all the same, here
 * by the command itself. */
TEST(an_import_is_whole_though_the_loketd_at_work_is_killed)
{
    enum { MANY = 1500 };
    struct served s;
    char *list = list_of(MANY);
    make(&s, "imported");
    serve(&s);
    struct running import = START("loketd", "import-catalogue", list, "--db", s.db);
    static const char sql[] = "SELECT count(*) FROM import";
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, s.db, 0, &info) == ERR_OK);
    for (int64_t begun = 0; begun == 0;) {
        struct stmt *count = db_query(db, sql);
        REQUIRE(db_step(count) == ERR_OK);
        begun = db_int(count, 0);
        db_done(count);
    }
    db_close(&db);
    end(&s, SIGKILL);
    CHECK_INT(running_wait(&import), 0);
    check_counts(&s, "SELECT count(*) FROM services WHERE row LIKE '%of many%'", MANY);
    check_counts(&s, "SELECT count(*) FROM import", 0);
    check_run(RUN(NULL, "loketd", "verify", "--db", s.db), 0, "is whole");
    free(list);
    free(s.db);
}
