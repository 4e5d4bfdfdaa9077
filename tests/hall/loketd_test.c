/* tests/hall/loketd_test.c: loketd as an administrator types it, COMMANDS.md: what it does, what it says, how it
 * ends. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/hall/store.h"
#include "core/wire/json.h"
#include "tests/support/cluster.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

/* A fresh hall of the first pack, with the code and agency of one of its queues. */
struct fresh {
    char data[200], queue[64], agency[64];
};

static struct json *read_pack(void)
{
    const char *root = getenv("LOKET_PACKS");
    char *path = xasprintf("%s/az/pack.json", root ? root : "core/packs");
    char *text = test_read_file(path);
    struct json *pack = NULL;
    REQUIRE(text && json_parse(text, strlen(text), &pack, NULL) == ERR_OK);
    free(text);
    free(path);
    return pack;
}

static void check_run(struct ran ran, int status, const char *says)
{
    CHECK_INT(ran.status, status);
    const char *where = status ? ran.err : ran.out;
    if (!CHECK(strstr(where, says) != NULL))
        CHECK_TEXT(where, says);
    if (status) { /* one clear line */
        CHECK(str_starts(ran.err, "loketd: "));
        const char *end = strchr(ran.err, '\n');
        CHECK(end && !end[1]);
    } else {
        CHECK_TEXT(ran.err, "");
    }
    ran_free(&ran);
}

static void make(struct fresh *hall)
{
    struct json *pack = read_pack();
    const struct json *queue = json_first(json_get(pack, "queues"));
    str_format(hall->data, sizeof hall->data, "%s/hall", test_folder());
    str_copy(hall->queue, sizeof hall->queue, json_text_or(queue, "code", ""));
    str_copy(hall->agency, sizeof hall->agency, json_text_or(queue, "agency", ""));
    json_free(&pack);
    check_run(RUN(NULL, "loketd", "init", "--data", hall->data, "--hall", "ASAN-01", "--name", "Test hall",
                  "--pack", "az"),
              0, "ASAN-01");
}

TEST(loketd_says_who_it_is)
{
    check_run(RUN(NULL, "loketd", "--version"), 0, "loketd " LOKET_VERSION);
    check_run(RUN(NULL, "loketd", "--help"), 0, "Usage: loketd init");
}

TEST(loketd_wrong_usage_is_two)
{
    check_run(RUN(NULL, "loketd"), 2, "--help");
    check_run(RUN(NULL, "loketd", "dance"), 2, "dance");
    check_run(RUN(NULL, "loketd", "user"), 2, "add, list, disable, password");
    check_run(RUN(NULL, "loketd", "init", "--hall", "X"), 2, "is missing");
    check_run(RUN(NULL, "loketd", "verify", "--listen", "x"), 2, "--listen does not belong");
    check_run(RUN(NULL, "loketd", "backup"), 2, "FILE is missing");
    check_run(RUN(NULL, "loketd", "backup", "a", "b"), 2, "too many");
    check_run(RUN(NULL, "loketd", "serve", "--listen"), 2, "needs a value");
    check_run(RUN("{}", "loketd", "rehearse", "--rule", "lottery"), 2, "lottery");
}

TEST(loketd_init_once)
{
    struct fresh hall;
    struct stat folder, file;
    make(&hall);
    check_run(RUN(NULL, "loketd", "init", "--data", hall.data, "--hall", "B", "--name", "B", "--pack", "az"),
              1, "already: ASAN-01");
    check_run(RUN(NULL, "loketd", "verify", "--data", hall.data), 0, "is whole");
    char *path = xasprintf("%s/hall.db", hall.data);
    if (!cluster_keeps_halls())
        CHECK(stat(hall.data, &folder) == 0 && (folder.st_mode & 0777) == 0700 && stat(path, &file) == 0 &&
              (file.st_mode & 0777) == 0600);
    free(path);
    const char *other = test_folder();
    check_run(RUN(NULL, "loketd", "init", "--data", other, "--hall", "B", "--name", "B", "--pack", "xx"), 1,
              "xx");
    check_run(RUN(NULL, "loketd", "init", "--data", other, "--hall", "B", "--name", "B", "--pack", "az",
                  "--timezone", "Mars/Base"),
              2, "Mars/Base");
    check_run(RUN(NULL, "loketd", "verify", "--data", other), 1, "loketd init");
}

TEST(loketd_accounts)
{
    struct fresh hall;
    make(&hall);
    check_run(RUN("three good words\n", "loketd", "user", "add", "--data", hall.data, "--login", "leyla",
                  "--name", "Leyla Əliyeva", "--roles", "clerk,approver", "--agency", hall.agency,
                  "--password-file", "-"),
              0, "leyla");
    check_run(RUN("three good words\n", "loketd", "user", "add", "--data", hall.data, "--login", "leyla",
                  "--roles", "clerk", "--password-file", "-"),
              1, "already");
    check_run(RUN("three good words", "loketd", "user", "add", "--data", hall.data, "--login", "a", "--roles",
                  "king", "--password-file", "-"),
              2, "king");
    check_run(RUN("three good words", "loketd", "user", "add", "--data", hall.data, "--login", "a", "--roles",
                  "clerk", "--agency", "no.such", "--password-file", "-"),
              1, hall.agency);
    check_run(RUN("\n", "loketd", "user", "add", "--data", hall.data, "--login", "a", "--roles", "clerk",
                  "--password-file", "-"),
              1, "no password");
    check_run(RUN(NULL, "loketd", "user", "add", "--data", hall.data, "--login", "a", "--roles", "clerk",
                  "--password-file", "/no/such/file"),
              1, "/no/such/file");
    check_run(RUN(NULL, "loketd", "user", "list", "--data", hall.data), 0, "Leyla Əliyeva");
    check_run(RUN(NULL, "loketd", "user", "disable", "--data", hall.data, "--login", "leyla"), 0, "leyla");
    check_run(RUN(NULL, "loketd", "user", "list", "--data", hall.data), 0, "disabled");
    check_run(RUN("words for her alone\n", "loketd", "user", "password", "--data", hall.data, "--login",
                  "leyla", "--password-file", "-"),
              0, "new password");
    check_run(RUN("leyla1234567\n", "loketd", "user", "password", "--data", hall.data, "--login", "leyla",
                  "--password-file", "-"),
              1, "easy to guess");
    check_run(RUN(NULL, "loketd", "user", "disable", "--data", hall.data, "--login", "nobody"), 1, "nobody");
}

TEST(loketd_password_is_nowhere)
{
    cluster_not_for("it reads the hall's file; admin_test reads PostgreSQL's");
    struct fresh hall;
    make(&hall);
    char *file = xasprintf("%s/password", test_folder());
    FILE *out = fopen(file, "w");
    REQUIRE(out);
    fputs("Open-Sesame-4711\r\n", out);
    fclose(out);
    check_run(RUN(NULL, "loketd", "user", "add", "--data", hall.data, "--login", "a", "--roles", "clerk",
                  "--password-file", file),
              0, "a may sign in");
    char *path = xasprintf("%s/hall.db", hall.data);
    FILE *store = fopen(path, "rb");
    REQUIRE(store);
    static char bytes[8 * 1024 * 1024];
    size_t length = fread(bytes, 1, sizeof bytes, store);
    fclose(store);
    CHECK(memmem(bytes, length, "Sesame-4711", 11) == NULL);
    CHECK(memmem(bytes, length, "$argon2id$", 10) != NULL);
    free(path);
    free(file);
}

TEST(loketd_counters)
{
    struct fresh hall;
    make(&hall);
    char *weighted = xasprintf("%s:3", hall.queue);
    check_run(RUN(NULL, "loketd", "counter", "add", "--data", hall.data, "--name", "7", "--queues", weighted),
              0, "Counter 7");
    check_run(
        RUN(NULL, "loketd", "counter", "add", "--data", hall.data, "--name", "7", "--queues", hall.queue), 1,
        "already");
    check_run(RUN(NULL, "loketd", "counter", "add", "--data", hall.data, "--name", "8", "--queues", "ZZZ"), 1,
              hall.queue);
    struct ran ran = RUN(NULL, "loketd", "counter", "list", "--json", "--data", hall.data);
    struct json *rows = NULL;
    REQUIRE(json_parse(ran.out, strlen(ran.out), &rows, NULL) == ERR_OK);
    CHECK_INT((int64_t)json_count(rows), 1);
    CHECK_TEXT(json_text_or(json_first(rows), "agency", ""), hall.agency);
    CHECK_INT(json_int(json_first(json_get(json_first(rows), "queues")), "weight", 0), 3);
    json_free(&rows);
    ran_free(&ran);
    free(weighted);
}

/* --- at work --- */

static struct running serve(const struct fresh *hall, char url[100])
{
    static const char before[] = "loketd: listening on ";
    struct running running = START("loketd", "serve", "--data", hall->data, "--listen", "127.0.0.1:0");
    char *line = running_line(&running);
    REQUIRE(line && str_starts(line, before) && str_starts(line + strlen(before), "http://127.0.0.1:"));
    str_copy(url, 100, line + strlen(before));
    free(line);
    return running;
}

TEST(loketd_serves_until_told)
{
    struct fresh hall;
    char url[100];
    make(&hall);
    struct running running = serve(&hall, url);
    CHECK(strcmp(url, "http://127.0.0.1:0") != 0);
    if (!cluster_keeps_halls()) { /* any number of them serve a hall there */
        check_run(RUN(NULL, "loketd", "serve", "--data", hall.data, "--listen", "127.0.0.1:0"), 1, hall.data);
        check_run(RUN(NULL, "loketd", "verify", "--data", hall.data), 1, "Another loketd");
    }
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, "/no/backup"), 1, "/no/backup");
    /* Accounts and backups do not need the hall to stand still. */
    check_run(RUN("three good words\n", "loketd", "user", "add", "--data", hall.data, "--login", "leyla",
                  "--roles", "clerk", "--password-file", "-"),
              0, "leyla");
    /* What does not fit is refused, and the hall goes on. */
    check_run(RUN("three good words\n", "loketd", "user", "add", "--data", hall.data, "--login", "leyla",
                  "--roles", "clerk", "--password-file", "-"),
              1, "already");
    check_run(RUN(NULL, "loketd", "recall", "--data", hall.data, "--queues", hall.queue), 1, "is here");
    check_run(RUN(NULL, "loketd", "user", "list", "--data", hall.data), 0, "leyla");
    char *backup = xasprintf("%s/running.db", test_folder());
    check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, backup), 0, backup);
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, backup), 1, "Stop ");
    kill(running.pid, SIGTERM);
    CHECK_INT(running_wait(&running), 0);
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, backup), 0, backup);
    check_run(RUN(NULL, "loketd", "user", "list", "--data", hall.data), 0, "leyla");
    free(backup);
}

TEST(loketd_serve_says_what_is_wrong)
{
    struct fresh hall;
    make(&hall);
    check_run(RUN(NULL, "loketd", "serve", "--data", "/no/such", "--listen", "127.0.0.1:0"), 1,
              "There is no hall");
    check_run(RUN(NULL, "loketd", "serve", "--data", hall.data, "--listen", "nowhere"), 2, "HOST:PORT");
    /* Without TLS this computer alone, but for whoever says twice that something before it does it. */
    check_run(RUN(NULL, "loketd", "serve", "--data", hall.data, "--listen", "0.0.0.0:0"), 2, "say so twice");
    check_run(RUN(NULL, "loketd", "serve", "--data", hall.data, "--listen", "0.0.0.0:0", "--plain-http"), 2,
              "say so twice");
    setenv("LOKET_PLAIN_HTTP", "yes", 1);
    check_run(RUN(NULL, "loketd", "serve", "--data", hall.data, "--listen", "[::]:0"), 2, "say so twice");
    struct running plain =
        START("loketd", "serve", "--data", hall.data, "--listen", "0.0.0.0:0", "--plain-http");
    char *line = running_line(&plain);
    CHECK(line && strstr(line, "http://0.0.0.0:") != NULL);
    free(line);
    kill(plain.pid, SIGTERM);
    CHECK_INT(running_wait(&plain), 0);
    unsetenv("LOKET_PLAIN_HTTP");
    check_run(RUN(NULL, "loketd", "serve", "--data", hall.data, "--listen", "127.0.0.1:0", "--tls-cert", "x"),
              2, "--tls-key");
    if (!cluster_keeps_halls())
        check_run(RUN(NULL, "loketd", "serve", "--data", hall.data, "--listen", "127.0.0.1:0", "--db",
                      "postgres://h/x"),
                  2, "name one");
    check_run(RUN(NULL, "loketd", "serve", "--listen", "127.0.0.1:0", "--db", "postgres://u:p@h/x"), 2,
              "PGPASSFILE");
    check_run(RUN(NULL, "loketd", "serve", "--listen", "127.0.0.1:0", "--db", "sqlite:x"), 2, "postgres://");
    check_run(RUN(NULL, "loketd", "move", "--db", "postgres://h/x"), 2, "--db does not belong");
    /* PostgreSQL on another computer by TLS alone, which proves that it is that one; else it is said twice. */
    const char *const far = "postgres://loket@0.0.0.0:1/halls";
    check_run(RUN(NULL, "loketd", "serve", "--listen", "127.0.0.1:0", "--db", far), 2, "sslmode=verify-full");
    check_run(RUN(NULL, "loketd", "user", "list", "--db", far, "--plain-db"), 2, "say so twice");
    check_run(RUN(NULL, "loketd", "move", "--from", "/no/such", "--to", far), 2, "say so twice");
    setenv("LOKET_PLAIN_DB", "yes", 1);
    check_run(RUN(NULL, "loketd", "user", "list", "--db", far), 2, "say so twice");
    check_run(RUN(NULL, "loketd", "user", "list", "--db", far, "--plain-db"), 1, "cannot be opened");
    unsetenv("LOKET_PLAIN_DB");
    check_run(RUN(NULL, "loketd", "verify", "--db", "postgres://u@127.0.0.1:1/x?connect_timeout=2"), 1,
              "postgres://u@127.0.0.1:1/x cannot be opened");
}

/* --- backups --- */

static int64_t epoch_of(const struct fresh *hall)
{
    char url[100];
    struct running running = serve(hall, url);
    kill(running.pid, SIGTERM);
    CHECK_INT(running_wait(&running), 0);
    struct ran ran = RUN(NULL, "loketd", "verify", "--data", hall->data);
    CHECK_INT(ran.status, 0);
    int changes = 0;
    CHECK(sscanf(strstr(ran.out, "whole: ") ? strstr(ran.out, "whole: ") : "", "whole: %d", &changes) == 1);
    ran_free(&ran);
    return changes;
}

/* What a restore says of what was there before. */
static const char *kept_as(void)
{
    return cluster_keeps_halls() ? "is not kept" : "kept as";
}

TEST(loketd_backup_and_restore)
{
    struct fresh hall;
    make(&hall);
    char *backup = xasprintf("%s/b.db", test_folder()), *store = xasprintf("%s/hall.db", hall.data);
    check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, backup), 0, backup);
    if (!cluster_keeps_halls())
        check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, store), 2, "the hall itself");
    check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, "/no/such/folder/b"), 1,
              "/no/such/folder/b");
    check_run(
        RUN(NULL, "loketd", "counter", "add", "--data", hall.data, "--name", "9", "--queues", hall.queue), 0,
        "9");
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, backup), 0, kept_as());
    struct ran ran = RUN(NULL, "loketd", "counter", "list", "--json", "--data", hall.data);
    CHECK_TEXT(ran.out, "[]\n");
    ran_free(&ran);
    CHECK(epoch_of(&hall) > 0);
    /* Into a folder where nothing is. */
    char *fresh = xasprintf("%s/elsewhere", test_folder());
    check_run(RUN(NULL, "loketd", "restore", "--data", fresh, backup), 0, backup);
    check_run(RUN(NULL, "loketd", "verify", "--data", fresh), 0, "is whole");
    check_run(RUN(NULL, "loketd", "restore", "--data", fresh, "Makefile"), 1, "Makefile");
    check_run(RUN(NULL, "loketd", "verify", "--data", fresh), 0, "is whole");
    free(backup);
    free(store);
    free(fresh);
}

/* Up to where the hall believes that a backup has it. */
static int64_t safe_of(const struct fresh *hall)
{
    struct db *db = NULL;
    struct hall_state state = {0};
    char *path = xasprintf("%s/hall.db", hall->data);
    REQUIRE(db_open(&db, path, 0, NULL) == ERR_OK && store_state(db, &state) == ERR_OK);
    db_close(&db);
    free(path);
    return state.safe_through;
}

static bool holds(const char *path, const char *word)
{
    static char bytes[8 * 1024 * 1024];
    FILE *file = fopen(path, "re");
    REQUIRE(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return memmem(bytes, length, word, strlen(word)) != NULL;
}

static char *new_key(const char *file)
{
    struct ran ran = RUN(NULL, "loketd", "seal-key", file);
    CHECK_INT(ran.status, 0);
    char *key = xstrndup(ran.out, strcspn(ran.out, "\n"));
    ran_free(&ran);
    return key;
}

TEST(loketd_sealed_backups_are_opened_by_their_secret_alone)
{
    struct fresh hall;
    struct stat there;
    char url[100], *sealed = xasprintf("%s/b.sealed", test_folder()),
                   *secret = xasprintf("%s/secret", test_folder()),
                   *other = xasprintf("%s/other", test_folder()), *key = new_key(secret);
    free(new_key(other));
    CHECK(stat(secret, &there) == 0 && (there.st_mode & 0777) == 0600);
    check_run(RUN(NULL, "loketd", "seal-key", secret), 2, "there already");
    make(&hall);
    int64_t before = safe_of(&hall);
    check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, "--seal", key, "/dev/full"), 1,
              "No backup was made");
    check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, "--seal", "b.db", sealed), 2,
              "seal-key printed");
    CHECK_INT(safe_of(&hall), before);
    struct running running = serve(&hall, url);
    check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, "--seal", key, sealed), 0, sealed);
    CHECK(!holds(sealed, "Test hall"));
    CHECK(stat(sealed, &there) == 0 && (there.st_mode & 0777) == 0600);
    kill(running.pid, SIGTERM);
    CHECK_INT(running_wait(&running), 0);
    CHECK(safe_of(&hall) > before);
    check_run(
        RUN(NULL, "loketd", "counter", "add", "--data", hall.data, "--name", "9", "--queues", hall.queue), 0,
        "9");
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, sealed), 2, "--unseal");
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, "--unseal", other, sealed), 1,
              "another key");
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, "--unseal", sealed, sealed), 2,
              "no secret");
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, "--unseal", secret, other), 1,
              "not sealed");
    check_run(RUN(NULL, "loketd", "counter", "list", "--data", hall.data), 0, "9");
    check_run(RUN(NULL, "loketd", "restore", "--data", hall.data, "--unseal", secret, sealed), 0, kept_as());
    struct ran ran = RUN(NULL, "loketd", "counter", "list", "--json", "--data", hall.data);
    CHECK_TEXT(ran.out, "[]\n");
    ran_free(&ran);
    check_run(RUN(NULL, "loketd", "backup", "--data", hall.data, "--seal", key, sealed), 0, sealed);
    CHECK(holds(sealed, "loket-sealed-1"));
    char *plain = xasprintf("%s/hall.db.unsealed", hall.data),
         *copy = xasprintf("%s/hall.db.sealing", hall.data);
    CHECK(access(plain, F_OK) != 0 && access(copy, F_OK) != 0);
    free(plain);
    free(copy);
    free(sealed);
    free(secret);
    free(other);
    free(key);
}

/* Changes one byte at the first place that holds text; false when there is none. */
static bool flip(const char *path, const char *text)
{
    static char bytes[8 * 1024 * 1024];
    FILE *file = fopen(path, "r+b");
    REQUIRE(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    char *at = memmem(bytes, length, text, strlen(text));
    if (at) {
        fseek(file, at - bytes, SEEK_SET);
        fputc(at[0] ^ 1, file);
    }
    fclose(file);
    return at != NULL;
}

TEST(loketd_verify_finds_one_byte)
{
    cluster_not_for("bytes of PostgreSQL's files have its own checksums");
    static const char *const places[] = {"service.import", "Test hall", "hall.init"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct fresh hall;
        make(&hall);
        char *path = xasprintf("%s/hall.db", hall.data);
        REQUIRE(flip(path, places[i]));
        struct ran ran = RUN(NULL, "loketd", "verify", "--data", hall.data);
        CHECK_INT(ran.status, 1);
        /* What only finds lines is no line: SQLite says which table's order is wrong. */
        if (!CHECK(strstr(ran.err, "change ") || strstr(ran.err, "audit line ") ||
                   strstr(ran.err, "audit_tag")))
            CHECK_TEXT(ran.err, places[i]);
        ran_free(&ran);
        free(path);
    }
}

/* --- the rest --- */

TEST(loketd_rehearses)
{
    check_run(RUN("{\"now\":10,\"average_min\":5,\"desks\":1,\"entries\":[{\"number\":4,\"arrival\":1,"
                  "\"kind\":\"walk_in\",\"priority\":null,\"last_call\":null}]}",
                  "loketd", "rehearse", "--rule", "fifo"),
              0, "{\"next\":4,\"order\":[4]");
    check_run(RUN("{", "loketd", "rehearse", "--rule", "fifo"), 1, "not JSON");
    check_run(RUN("{\"now\":10}", "loketd", "rehearse", "--rule", "fifo"), 1, "entries");
}

TEST(loketd_catalogue_goes_out_and_in)
{
    struct fresh hall;
    make(&hall);
    struct ran ran = RUN(NULL, "loketd", "export-catalogue", "--format", "json", "--data", hall.data);
    CHECK_INT(ran.status, 0);
    char *path = xasprintf("%s/services.json", test_folder());
    FILE *file = fopen(path, "w");
    REQUIRE(file);
    fputs(ran.out, file);
    fclose(file);
    check_run(RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.data), 0, "0 new, 0 changed");
    struct ran again = RUN(NULL, "loketd", "export-catalogue", "--format", "json", "--data", hall.data);
    CHECK_TEXT(again.out, ran.out);
    ran_free(&again);
    ran_free(&ran);
    struct ran second = RUN(NULL, "loketd", "verify", "--data", hall.data);
    check_run(RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.data), 0, "unchanged");
    struct ran third = RUN(NULL, "loketd", "verify", "--data", hall.data);
    CHECK_TEXT(third.out, second.out); /* it counts the changes: the second import made none */
    ran_free(&second);
    ran_free(&third);
    check_run(RUN(NULL, "loketd", "verify", "--data", hall.data), 0, "is whole");
    check_run(RUN(NULL, "loketd", "import-catalogue", "Makefile", "--data", hall.data), 1, "not JSON");
    check_run(RUN(NULL, "loketd", "export-catalogue", "--format", "rdf", "--data", hall.data), 2, "jsonld");
    check_run(RUN(NULL, "loketd", "demo", "list"), 0, "monday-rush");
    check_run(RUN(NULL, "loketd", "demo", "run", "first-day", "--seed", "3"), 0, "nine of ten within");
    check_run(RUN(NULL, "loketd", "demo", "run", "first-day", "--seed", "3", "--json"), 0,
              "\"called_early\":0");
    check_run(RUN(NULL, "loketd", "demo", "run", "first-day", "--seed", "3", "--clerks", "6,3"), 0,
              "with 3 instead of 6: nine of ten within");
    check_run(RUN(NULL, "loketd", "demo", "run", "first-day", "--seed", "3", "--clerks", "3,6", "--json"), 0,
              "\"runs\":[{\"counters\":3,");
    check_run(RUN(NULL, "loketd", "demo", "run", "first-day", "--seed", "3", "--clerks", "3,,6"), 2,
              "--clerks takes a whole number");
    check_run(RUN(NULL, "loketd", "demo", "run", "last-day", "--seed", "3"), 1,
              "There is no scenario \"last-day\"");
    struct ran faulty = RUN(NULL, "loketd", "demo", "run", "./Makefile", "--seed", "3");
    CHECK_INT(faulty.status, 1);
    CHECK(strstr(faulty.err, "loketd: ./Makefile:4: \"VERSION\" is no word of a scenario.\n") != NULL);
    CHECK(strstr(faulty.err, "Nothing was simulated.\n") != NULL);
    ran_free(&faulty);
    check_run(RUN(NULL, "loketd", "demo", "run", "first-day", "--seed", "x"), 2,
              "--seed takes a whole number");
    free(path);
}
