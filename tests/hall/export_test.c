/* tests/hall/export_test.c: the applications of a real hall as JSON Lines: whole, of one moment, masked, cut nowhere, and in
 * the same memory for a hundred thousand as for half of them. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/hall/store.h"
#include "tests/support/cluster.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

#define PERSON "01900000-0000-7000-8000-00000000a11a"

/* --- a hall with something in it --- */

static void do_case(struct hall_client *client, const char *type, int number, const char *more)
{
    char body[500];
    str_format(body, sizeof body, "{\"case\":\"01900000-0000-7000-8000-%012d\"%s}", number, more);
    struct json *data = hall_do(client, type, body);
    json_free(&data);
}

static void open_cases(struct hall_client *client, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        do_case(client, "case.open", i,
                ",\"service\":\"t.card\",\"channel\":\"desk\",\"person\":\"" PERSON "\"");
        do_case(client, "case.draft", i, ",\"patch\":{\"street\":\"Hidden Street 7\"},\"base_row_rev\":0");
        do_case(client, "case.submit", i, "");
    }
}

static void work(struct real *real, int count)
{
    struct hall_client client;
    REQUIRE(hall_sign_in(&client, &real->hall, "clerk1", TEST_PASSWORD) == 200);
    struct json *data = hall_do(&client, "person.record",
                                "{\"person\":\"" PERSON "\",\"name\":\"Ana Secret\",\"family\":\"Secret\"}");
    json_free(&data);
    open_cases(&client, 1, count);
    do_case(&client, "case.decide", 1,
            ",\"decision\":\"01900000-0000-7000-9000-000000000001\",\"outcome\":\"approve\",\"reasons\":[],"
            "\"text\":\"A private word\"");
    hall_sign_out(&client);
}

/* --- an export, read line by line --- */

struct read_export {
    struct json *head, *first;
    int cases;
    int64_t newest; /* row_rev of all */
    bool whole;     /* ended by its count and its digest */
};

static struct json *parse(const char *text, size_t length)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, length, &json, NULL) == ERR_OK);
    return json;
}

static void read_line(struct read_export *read, struct json *line, struct sha256 *sha)
{
    char digest[SHA256_TEXT];
    if (json_bool(line, "end", false)) {
        sha256_text(sha, digest);
        read->whole =
            json_int(line, "cases", -1) == read->cases && str_equal(json_text(line, "sha256"), digest);
        json_free(&line);
    } else if (!read->head) {
        read->head = line;
    } else {
        int64_t rev = json_int(json_get(line, "case"), "row_rev", 0);
        read->newest = rev > read->newest ? rev : read->newest;
        if (read->cases++ == 0)
            read->first = line;
        else
            json_free(&line);
    }
}

static void read_text(struct read_export *read, const char *text)
{
    struct sha256 sha;
    *read = (struct read_export){0};
    sha256_start(&sha);
    for (const char *at = text, *end; (end = strchr(at, '\n')); at = end + 1) {
        read_line(read, parse(at, (size_t)(end - at)), &sha);
        sha256_add(&sha, at, (size_t)(end - at) + 1);
    }
}

static void read_free(struct read_export *read)
{
    json_free(&read->head);
    json_free(&read->first);
}

static int64_t audited(const struct real *real, const char *type)
{
    struct err_info info = {0};
    static const char sql[] = "SELECT count(*) FROM audit WHERE type = $1";
    struct db *db = NULL;
    REQUIRE(store_open(&db, real->hall.folder, false, &info) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, type);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    db_close(&db);
    return count;
}

TEST(an_export_has_every_application_of_one_moment_and_proves_itself_whole)
{
    struct real real;
    struct read_export read;
    struct hall_client client;
    real_open(&real);
    work(&real, 5);
    struct running export = START("loketd", "export-cases", "--data", real.hall.folder);
    REQUIRE(hall_sign_in(&client, &real.hall, "clerk2", TEST_PASSWORD) == 200);
    open_cases(&client, 100, 10); /* the hall goes on */
    hall_sign_out(&client);
    struct buf text = {0};
    char *line;
    while ((line = running_line(&export))) {
        buf_addf(&text, "%s\n", line);
        free(line);
    }
    CHECK_INT(running_wait(&export), 0);
    read_text(&read, buf_text(&text));
    CHECK(read.whole);
    CHECK(read.cases >= 5);
    CHECK_TEXT(json_text(read.head, "hall"), "TEST-01");
    CHECK_INT(json_int(read.head, "epoch", 0), 1);
    CHECK(read.newest <= json_int(read.head, "rev", 0));
    CHECK(json_text(read.head, "events") != NULL);
    CHECK(json_count(json_get(read.first, "timeline")) >= 3);
    CHECK_TEXT(json_text(json_first(json_get(read.first, "decisions")), "outcome"), "approve");
    read_free(&read);
    char *written = strstr(text.data, "Hidden"); /* masked: not there */
    CHECK(!written);
    written = strstr(text.data, "t.card");
    REQUIRE(written);
    written[0] = 'x'; /* somebody changed a letter */
    read_text(&read, buf_text(&text));
    CHECK(!read.whole);
    read_free(&read);
    buf_free(&text);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    struct ran ran = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder); /* standing still */
    CHECK_INT(ran.status, 0);
    read_text(&read, ran.out);
    CHECK(read.whole);
    CHECK_INT(read.cases, 15);
    read_free(&read);
    ran_free(&ran);
    real_verify(&real);
}

TEST(an_export_hides_what_is_sensitive_unless_it_is_asked_for_and_the_audit_tells)
{
    static const char *const hidden[] = {"Secret", "Hidden", "private"};
    struct real real;
    real_open(&real);
    work(&real, 2);
    struct ran masked = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder),
               whole = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder, "--unmasked");
    CHECK_INT(masked.status, 0);
    CHECK_INT(whole.status, 0);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        CHECK(!strstr(masked.out, hidden[i]));
        CHECK(strstr(whole.out, hidden[i]) != NULL);
    }
    ran_free(&masked);
    ran_free(&whole);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    CHECK_INT(audited(&real, "cases.export"), 1);
    CHECK_INT(audited(&real, "cases.export_unmasked"), 1);
    char *left = xasprintf("%s/export.db", real.hall.folder);
    CHECK(access(left, F_OK) != 0); /* no copy stays */
    free(left);
}

TEST(an_export_takes_the_place_of_no_pipe_and_of_no_file_of_the_hall)
{
    static const char *const own[] = {"hall.db", "hall.db-wal"};
    struct real real;
    struct stat there;
    struct read_export got;
    real_open(&real);
    work(&real, 2);
    for (size_t i = 0; !cluster_keeps_halls() && i < sizeof own / sizeof *own; i++) {
        char *path = xasprintf("%s/%s", real.hall.folder, own[i]);
        struct ran ran = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder, path);
        CHECK_INT(ran.status, 2);
        CHECK(strstr(ran.err, "is the hall itself") != NULL);
        ran_free(&ran);
        ran = RUN(NULL, "loketd", "backup", "--data", real.hall.folder, path);
        CHECK_INT(ran.status, 2);
        CHECK(strstr(ran.err, "is the hall itself") != NULL);
        ran_free(&ran);
        free(path);
    }
    char *pipe = xasprintf("%s/pipe", real.hall.folder), *text = xcalloc(1, 64 * 1024);
    REQUIRE(mkfifo(pipe, 0600) == 0);
    struct ran ran = RUN(NULL, "loketd", "backup", "--data", real.hall.folder, pipe);
    CHECK_INT(ran.status, 2);
    CHECK(strstr(ran.err, "is there and no file") != NULL);
    ran_free(&ran);
    int fd = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC); /* what is written, a pipe of 64 KiB holds */
    ran = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder, pipe);
    CHECK_INT(ran.status, 0);
    CHECK(stat(pipe, &there) == 0 && S_ISFIFO(there.st_mode));
    CHECK(read(fd, text, 64 * 1024 - 1) > 0);
    read_text(&got, text);
    CHECK(got.whole);
    CHECK_INT(got.cases, 2);
    read_free(&got);
    ran_free(&ran);
    close(fd);
    free(pipe);
    free(text);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    real_verify(&real);
}

TEST(an_export_through_a_link_leaves_the_link)
{
    struct real real;
    struct stat there;
    real_open(&real);
    char *path = xasprintf("%s/x.jsonl", test_folder()), *link = xasprintf("%s/link", test_folder());
    FILE *file = fopen(path, "we");
    REQUIRE(file && fclose(file) == 0 && symlink(path, link) == 0);
    struct ran ran = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder, link);
    CHECK_INT(ran.status, 0);
    CHECK(lstat(link, &there) == 0 && S_ISLNK(there.st_mode));
    CHECK(stat(path, &there) == 0 && there.st_size > 0);
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "backup", "--data", real.hall.folder, link);
    CHECK_INT(ran.status, 0);
    CHECK(lstat(link, &there) == 0 && S_ISLNK(there.st_mode));
    ran_free(&ran);
    free(path);
    free(link);
    CHECK_INT(real_end(&real, SIGTERM), 0);
}

static int count_cases(const struct real *real, const char *option, const char *value)
{
    struct read_export read;
    struct ran ran = RUN(NULL, "loketd", "export-cases", "--data", real->hall.folder, option, value);
    read_text(&read, ran.out);
    CHECK(read.whole);
    int cases = read.cases;
    read_free(&read);
    ran_free(&ran);
    return cases;
}

TEST(an_export_may_be_of_some_days_or_one_agency)
{
    struct real real;
    char today[DATE_TEXT];
    real_open(&real);
    work(&real, 3);
    time_date(clock_wall_now_ms(), today);
    CHECK_INT(count_cases(&real, "--from", "2001-01-01"), 3);
    CHECK_INT(count_cases(&real, "--from", "2199-01-01"), 0);
    CHECK_INT(count_cases(&real, "--until", "2001-01-01"), 0);
    CHECK_INT(count_cases(&real, "--until", "2199-01-01"), 3);
    CHECK_INT(count_cases(&real, "--agency", "t"), 3);
    struct ran ran = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder, "--agency", "none");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "no agency \"none\"") != NULL);
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "export-cases", "--data", real.hall.folder, "--from", "yesterday");
    CHECK_INT(ran.status, 2);
    ran_free(&ran);
    CHECK_INT(real_end(&real, SIGTERM), 0);
}

/* --- much --- */

enum { FEW = 50000, MANY = 100000 };

/* Applications straight into the file, as many as it takes. */
static void fill(const struct test_hall *hall, int from, int to)
{
    struct err_info info = {0};
    static const char sql[] =
        "WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2)"
        " INSERT INTO cases (id, row_rev, row, number, service, agency, state, opened_at) SELECT 'c' || i, 1,"
        " '{\"id\":\"c' || i || '\",\"row_rev\":1,\"number\":\"T-' || i || '\",\"service\":\"t.card\","
        "\"agency\":\"t\",\"state\":\"submitted\",\"opened_at\":\"2026-11-20T08:00:00.000Z\",\"note\":"
        "\"some words that make a row as long as one mostly is: they were said at a counter and written "
        "down\"}', 'T-' || i, 't.card', 't', 'submitted', '2026-11-20T08:00:00.000Z' FROM n";
    struct db *db = NULL;
    REQUIRE(store_open(&db, hall->folder, false, &info) == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, 10000000 + from); /* ids of one length */
    db_bind_int(s, 2, 10000000 + to);
    REQUIRE(db_run(s) == ERR_OK);
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
}

/* Kilobytes of the highest that a process ever took; it is alive. */
static long memory_of(pid_t pid)
{
    char path[40], line[200];
    long kb = -1;
    str_format(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (str_starts(line, "VmHWM:"))
            kb = atol(line + sizeof "VmHWM:" - 1);
    if (file)
        fclose(file);
    return kb;
}

/* Looked at when all but the last lines were read: more of those than a pipe holds, so that it still writes. */
static long memory_of_export(const struct test_hall *hall, int cases)
{
    enum { LEFT = 2000 };
    static char part[64 * 1024];
    long kb = -1;
    ssize_t got;
    int lines = 0;
    /* What the sanitizer keeps of freed memory is not the program's. */
    setenv("ASAN_OPTIONS", "quarantine_size_mb=1:thread_local_quarantine_size_kb=64", 1);
    struct running export = START("loketd", "export-cases", "--data", hall->folder);
    unsetenv("ASAN_OPTIONS");
    while ((got = read(export.out, part, sizeof part)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            lines += part[i] == '\n';
        if (kb < 0 && lines >= cases - LEFT)
            kb = memory_of(export.pid);
    }
    CHECK_INT(running_wait(&export), 0);
    CHECK_INT(lines, cases + 2);
    CHECK(kb > 0);
    return kb;
}

static bool is_there(const char *file, const char *end)
{
    char *path = xasprintf("%s%s", file, end);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/* A shell's limit on the size of files stands for a disk without room. */
static void check_no_room(const struct test_hall *hall, const char *file)
{
    char *program = program_path("loketd"), *where = hall_where(hall);
    const char *name = db_is_address(where) ? "--db" : "--data";
    char *script = xasprintf("trap '' XFSZ; ulimit -f 256; exec '%s' export-cases %s '%s' '%s'", program,
                             name, where, file);
    struct ran ran = RUN(NULL, "/bin/sh", "-c", script);
    CHECK_INT(ran.status, 1);
    if (!CHECK(strstr(ran.err, "cannot be written") && strstr(ran.err, "No export was made")))
        printf("    %s\n", ran.err);
    CHECK(!is_there(file, "") && !is_there(file, ".part"));
    ran_free(&ran);
    free(script);
    script = xasprintf("exec '%s' export-cases %s '%s' > /dev/full", program, name, where);
    ran = RUN(NULL, "/bin/sh", "-c", script);
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "Standard output cannot be written") != NULL);
    ran_free(&ran);
    free(script);
    free(program);
    free(where);
}

/* Killed as soon as it has begun to write. */
static void check_killed(const struct test_hall *hall, const char *file)
{
    struct running export = START("loketd", "export-cases", "--data", hall->folder, file);
    while (!is_there(file, ".part") && !is_there(file, ""))
        ;
    kill(export.pid, SIGKILL);
    CHECK_INT(running_wait(&export), 128 + SIGKILL);
    CHECK(!is_there(file, ""));
}

TEST(an_export_of_a_hundred_thousand_applications_takes_no_more_memory_than_one_of_half)
{
    struct test_hall hall;
    struct stat about;
    hall_make(&hall);
    char *file = xasprintf("%s/cases.jsonl", test_folder());
    fill(&hall, 1, FEW);
    long few = memory_of_export(&hall, FEW);
    fill(&hall, FEW + 1, MANY);
    check_no_room(&hall, file);
    check_killed(&hall, file);
    long many = memory_of_export(&hall, MANY);
    printf("    %d: %ld kB, %d: %ld kB\n", FEW, few, MANY, many);
    CHECK(many < few + 4 * 1024);
    struct ran ran = RUN(NULL, "loketd", "export-cases", "--data", hall.folder, file);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    REQUIRE(stat(file, &about) == 0);
    CHECK_INT(about.st_mode & 0777, 0600);
    struct read_export read;
    char *text = test_read_file(file);
    read_text(&read, text);
    CHECK(read.whole);
    CHECK_INT(read.cases, MANY);
    read_free(&read);
    free(text);
    free(file);
}
