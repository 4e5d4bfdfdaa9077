/* tests/hall/catalogue_test.c: loketd import-catalogue and export-catalogue as an administrator uses them: what is shown,
 * what is kept, and that no end of a process and no full disk leaves half a catalogue. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/store.h"
#include "tests/support/cluster.h"
#include "tests/support/day.h"
#include "tests/support/piped.h"
#include "tests/support/program.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

#define TITLES "agency\tname\tfee\tcurrency\tduration\n"
#define NEWER_FORM                                                                                           \
    "\"form\":{\"version\":99,\"schema\":{\"type\":\"object\",\"properties\":{\"f\":{\"type\":\"string\"}}}" \
    "}"
enum { MANY = 1500 };

/* --- small things --- */

static char *file_of(const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", test_folder(), name);
    FILE *file = fopen(path, "we");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
    return path;
}

static char *many(int count)
{
    struct buf text = {0};
    buf_adds(&text, TITLES);
    for (int i = 0; i < count; i++)
        buf_addf(&text, "Office\tService %d\t%d\tAZN\t%d days\n", i, i % 50, 1 + i % 30);
    char *path = file_of("many.tsv", buf_text(&text));
    buf_free(&text);
    return path;
}

static int64_t services_at(const char *data)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(store_open(&db, data, false, &info) == ERR_OK);
    struct stmt *s = db_query(db, "SELECT count(*) FROM services");
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    db_close(&db);
    return count;
}

static void has(const char *text, const char *what)
{
    if (!CHECK(strstr(text, what) != NULL))
        fprintf(stderr, "no \"%s\" in:\n%.2000s\n", what, text);
}

static void whole(const char *data)
{
    struct ran ran = RUN(NULL, "loketd", "verify", "--data", data);
    if (!CHECK_INT(ran.status, 0))
        fprintf(stderr, "%.2000s\n", ran.err);
    has(ran.out, "is whole");
    ran_free(&ran);
}

static char *export(const char *data, const char *format)
{
    struct ran ran = RUN(NULL, "loketd", "export-catalogue", "--format", format, "--data", data);
    CHECK_INT(ran.status, 0);
    free(ran.err);
    return ran.out;
}

/* --- what is shown, and what is kept --- */

static const char mixed[] = TITLES "Office\tOne\t5\tAZN\t3 days\n"
                                   "Office\tTwo\t5\n"
                                   "Office\tThree\tby the page\t\t\n"
                                   "\tFour\t5\tAZN\t\n";

TEST(catalogue_dry_run_shows_and_changes_nothing)
{
    struct test_hall hall;
    hall_make(&hall);
    char *path = file_of("mixed.tsv", mixed), *before = export(hall.folder, "json");
    struct ran ran =
        RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder, "--dry-run", "--keep-good");
    CHECK_INT(ran.status, 0);
    CHECK_TEXT(ran.err, "");
    has(ran.out, "new      office.one One\n");
    has(ran.out, "skipped  line 3: The line has 3 columns");
    has(ran.out, "skipped  line 5: No agency is named");
    has(ran.out, "gone     t.card: it is not in this file, and stays\n");
    has(ran.out, "agency   office Office\n");
    has(ran.out, "2 new, 0 changed, 0 unchanged, 2 gone, 2 skipped; 1 new agency. Nothing was changed");
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder, "--dry-run", "--json",
              "--agency", "t");
    CHECK_INT(ran.status, 1); /* as the import would end */
    has(ran.out, "\"imported\":false,\"new\":[{\"id\":\"office.one\",\"where\":\"line 2\"}");
    has(ran.out, "\"skipped\":[{\"where\":\"line 3\",\"reason\":\"The line has 3 columns");
    ran_free(&ran);
    char *after = export(hall.folder, "json");
    CHECK_TEXT(after, before);
    free(before), free(after), free(path);
}

TEST(catalogue_with_bad_lines_changes_nothing_unless_the_good_ones_are_wanted)
{
    struct test_hall hall;
    hall_make(&hall);
    char *path = file_of("mixed.tsv", mixed);
    struct ran ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder);
    CHECK_INT(ran.status, 1);
    has(ran.out, "skipped  line 3: ");
    has(ran.err, "2 of ");
    has(ran.err, "nothing was changed");
    CHECK(strchr(ran.err, '\n') && !strchr(ran.err, '\n')[1]);
    CHECK_INT(services_at(hall.folder), 2);
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder, "--keep-good");
    CHECK_INT(ran.status, 0);
    has(ran.out, "skipped  line 5: ");
    has(ran.out, "2 new, 0 changed, 0 unchanged, 2 gone, 2 skipped");
    CHECK_INT(services_at(hall.folder), 4);
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder, "--keep-good");
    has(ran.out, "0 new, 0 changed, 2 unchanged");
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder, "--agency", "nobody");
    CHECK_INT(ran.status, 1);
    has(ran.err, "This hall has no agency \"nobody\"");
    ran_free(&ran);
    ran = RUN(mixed, "loketd", "import-catalogue", "-", "--data", hall.folder,
              "--keep-good"); /* standard input */
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    whole(hall.folder);
    free(path);
}

TEST(catalogue_of_what_is_no_file_says_so)
{
    static const char *const files[][2] = {{"/nowhere/x.json", "cannot be read"}, {"/", "is a folder"}};
    struct test_hall hall;
    hall_make(&hall);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct ran ran = RUN(NULL, "loketd", "import-catalogue", files[i][0], "--data", hall.folder);
        CHECK_INT(ran.status, 1);
        has(ran.err, files[i][1]);
        ran_free(&ran);
    }
}

/* --- a whole pack, by both formats, into another hall --- */

static void new_hall(const char *data, const char *pack)
{
    struct ran ran =
        RUN(NULL, "loketd", "init", "--data", data, "--hall", "H-1", "--name", "H", "--pack", pack);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
}

static void check_carried(const char *from, const char *format)
{
    char *to = xasprintf("%s/%s", test_folder(), format), *out = export(from, format);
    char *path = file_of("carried", out);
    new_hall(to, "az");
    struct ran ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", to);
    CHECK_INT(ran.status, 0);
    has(ran.out, "1 new, 1 changed");
    ran_free(&ran);
    char *again = export(to, format);
    CHECK(strcmp(again, out) == 0);
    whole(to);
    free(to), free(out), free(path), free(again);
}

/* Both packs, to the byte: tests/unit/catalogue_import_test.c. */
TEST(catalogue_of_a_hall_is_carried_to_another)
{
    char *data = xasprintf("%s/from", test_folder());
    char *path = file_of("two.json", "[{\"id\":\"new.one\",\"agency\":\"az.din\",\"name\":\"One\"},"
                                     "{\"id\":\"az.din.passport\",\"agency\":\"az.din\",\"name\":{\"en\":"
                                     "\"Another name\"}," NEWER_FORM "}]");
    new_hall(data, "az");
    struct ran ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", data);
    CHECK_INT(ran.status, 0);
    has(ran.out, "1 new, 1 changed");
    ran_free(&ran);
    check_carried(data, "json");
    check_carried(data, "jsonld");
    free(data), free(path);
}

/* An agency's file refers to the pack that it stands in. */
TEST(catalogue_takes_a_service_as_its_author_wrote_it)
{
    static const char id[] = "az.din.id-card-replace";
    const char *root = getenv("LOKET_PACKS");
    char *data = xasprintf("%s/from", test_folder()),
         *own = xasprintf("%s/az/services/%s.json", root ? root : "core/packs", id),
         *text = test_read_file(own);
    new_hall(data, "az");
    struct ran ran = RUN(NULL, "loketd", "import-catalogue", own, "--data", data);
    CHECK_INT(ran.status, 0);
    has(ran.out, "0 new, 0 changed, 1 unchanged, 0 gone, 0 skipped");
    ran_free(&ran);
    REQUIRE(text && strstr(text, "common.json#/"));
    char *moved = file_of("moved.json", text); /* elsewhere it is the hall's own pack */
    ran = RUN(NULL, "loketd", "import-catalogue", moved, "--data", data);
    CHECK_INT(ran.status, 0);
    has(ran.out, "1 unchanged");
    ran_free(&ran);
    free(data), free(own), free(text), free(moved);
}

/* --- a hall at work --- */

TEST(catalogue_comes_to_a_hall_at_work_and_its_workstations)
{
    struct test_hall hall;
    char data[300],
        *password = file_of("password", TEST_PASSWORD "\n"),
        *path = file_of("one.json", "[{\"id\":\"t.card\",\"agency\":\"t\",\"name\":{\"en\":\"Card of "
                                    "today\"}},{\"id\":\"t.new\",\"agency\":\"t\",\"name\":\"New\"}]");
    hall_open(&hall);
    str_format(data, sizeof data, "%s/station", test_folder());
    struct piped station = PIPED("--hall", hall.url, "--user", "reception", "--password-file", password,
                                 "--data", data, "--follow", "service");
    piped_skip(&station, "ready", NULL);
    struct ran ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder);
    CHECK_INT(ran.status, 0);
    has(ran.out, "1 new, 1 changed, 0 unchanged, 0 gone");
    ran_free(&ran);
    bool card = false, fresh = false;
    while (!card || !fresh) {
        struct json *row = piped_await(&station, "row", NULL);
        if (!CHECK(row))
            break;
        const char *name = json_name_in(json_get(json_get(row, "row"), "name"), "en");
        card |= strcmp(name, "Card of today") == 0;
        fresh |= str_equal(json_text(row, "id"), "t.new");
        json_free(&row);
    }
    CHECK_INT(piped_end(&station, SIGTERM) & ~3, 0); /* nothing unsent matters here */
    CHECK_INT(hall_stop(&hall), 0);
    whole(hall.folder);
    free(password), free(path);
}

/* --- the end of a process in the middle --- */

static off_t log_size(const char *data)
{
    struct stat at;
    char path[300];
    str_format(path, sizeof path, "%s/hall.db-wal", data);
    return stat(path, &at) == 0 ? at.st_size : 0;
}

/* The system ends the importing program at that byte of a file, in the middle of whatever it writes there. */
static void import_until(const char *data, const char *path, off_t bytes)
{
    const struct rlimit none = {0}, most = {.rlim_cur = (rlim_t)bytes, .rlim_max = (rlim_t)bytes};
    struct running program = START("loketd", "import-catalogue", path, "--data", data);
    REQUIRE(prlimit(program.pid, RLIMIT_CORE, &none, NULL) == 0);
    REQUIRE(prlimit(program.pid, RLIMIT_FSIZE, &most, NULL) == 0);
    (void)running_wait(&program);
}

/* The hall is killed as soon as its log is longer than bytes, if the program does not end before. */
static void import_and_kill(const char *data, const char *path, pid_t victim, off_t bytes)
{
    struct running program = START("loketd", "import-catalogue", path, "--data", data);
    struct pollfd said = {.fd = program.out, .events = POLLIN};
    while (log_size(data) <= bytes && poll(&said, 1, 0) == 0)
        ;
    kill(victim, SIGKILL);
    (void)running_wait(&program);
}

static const off_t cuts[] = {
    0, 1, 4096, 64 * 1024, 512 * 1024, 1024 * 1024, 2 * 1024 * 1024, 4 * 1024 * 1024};
enum { CUTS = sizeof cuts / sizeof *cuts };

TEST(catalogue_import_killed_is_all_or_nothing)
{
    cluster_not_for("it is cut off by the size of the hall's file; postgres_test kills");
    struct test_hall hall;
    char *path = many(MANY);
    int before = 0;
    hall_make(&hall);
    int64_t first = services_at(hall.folder);
    for (int i = 0; i < CUTS && services_at(hall.folder) == first; i++) {
        import_until(hall.folder, path, cuts[i]);
        int64_t count = services_at(hall.folder);
        whole(hall.folder);
        CHECK(count == first || count == first + MANY);
        before += count == first;
    }
    CHECK(before > 0);
    struct ran ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", hall.folder);
    CHECK_INT(ran.status, 0);
    CHECK_INT(services_at(hall.folder), first + MANY);
    ran_free(&ran);
    free(path);
}

/* A request to the hall at work; the connection that its answer comes on. */
static int ask(const char *data, const struct buf *request)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t sent = 0;
    str_format(at.sun_path, sizeof at.sun_path, "%s/admin.sock", data);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0);
    while (sent < request->length) {
        ssize_t got = send(fd, request->data + sent, request->length - sent, MSG_NOSIGNAL);
        REQUIRE(got > 0);
        sent += (size_t)got;
    }
    return fd;
}

/* The request of an import has come to the hall, and the hall is at work on it. */
static void ask_import(const char *data)
{
    struct buf request = {0};
    buf_adds(&request, "{\"do\":\"catalogue.import\",\"services\":[");
    for (int i = 0; i < MANY; i++)
        buf_addf(&request, "%s{\"base\":0,\"row\":{\"id\":\"t.many%d\",\"agency\":\"t\",\"name\":\"Many\"}}",
                 i ? "," : "", i);
    buf_adds(&request, "]}\n");
    (void)ask(data, &request);
    buf_free(&request);
    /* Kept open: a visitor who is gone would be answered no differently, but this one still waits. */
}

TEST(catalogue_import_of_a_hall_that_is_killed_is_all_or_nothing)
{
    cluster_not_for("it is cut off by the size of the hall's file; postgres_test kills");
    struct real real;
    char *path = many(MANY);
    int64_t first = 0, count = 0;
    real_open(&real);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    first = services_at(real.hall.folder);
    real_start(&real);
    ask_import(real.hall.folder);
    CHECK_INT(real_end(&real, SIGKILL), 128 + SIGKILL); /* long before its commit */
    count = services_at(real.hall.folder);
    CHECK_INT(count, first);
    for (int i = 0; i < CUTS && count == first; i++) {
        real_start(&real);
        import_and_kill(real.hall.folder, path, real.program.pid, log_size(real.hall.folder) + cuts[i]);
        (void)real_end(&real, SIGKILL);
        whole(real.hall.folder);
        free(export(real.hall.folder, "json")); /* whoever opens it ends what was decided */
        count = services_at(real.hall.folder);
        whole(real.hall.folder);
        CHECK(count == first || count == first + MANY);
    }
    free(path);
}

/* --- a full disk --- */

TEST(catalogue_import_to_a_full_disk_changes_nothing)
{
    cluster_not_for("the disk that fills up is PostgreSQL's own there");
    char disk[200], data[300], *path = many(MANY);
    small_disk(disk);
    str_format(data, sizeof data, "%s/hall", disk);
    new_hall(data, "az");
    int64_t first = services_at(data);
    fill_disk(disk);
    struct ran ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", data);
    CHECK_INT(ran.status, 1);
    has(ran.err, "full");
    ran_free(&ran);
    free_disk(disk);
    whole(data);
    CHECK_INT(services_at(data), first);
    ran = RUN(NULL, "loketd", "import-catalogue", path, "--data", data);
    CHECK_INT(ran.status, 0);
    CHECK_INT(services_at(data), first + MANY);
    ran_free(&ran);
    drop_disk(disk);
    free(path);
}

static char *answer_on(int fd)
{
    struct buf answer = {0};
    char part[4096];
    for (ssize_t got; (got = recv(fd, part, sizeof part, 0)) > 0;)
        buf_add(&answer, part, (size_t)got);
    close(fd);
    return answer.data ? buf_take(&answer) : xstrdup("");
}

static void say(const char *data, const char *request, const char *answers)
{
    struct buf text = {0};
    buf_adds(&text, request);
    buf_addc(&text, '\n');
    char *answer = answer_on(ask(data, &text));
    has(answer, answers);
    buf_free(&text);
    free(answer);
}

/* Sixty services of a hundred kilobytes. */
static char *large_services(void)
{
    enum { COUNT = 60, BYTES = 100 * 1000 };
    struct buf request = {0};
    char *words = xmalloc(BYTES + 1);
    memset(words, 'w', BYTES);
    words[BYTES] = '\0';
    buf_adds(&request, "{\"do\":\"catalogue.stage\",\"import\":\"i\",\"at\":0,\"services\":[");
    for (int i = 0; i < COUNT; i++)
        buf_addf(&request,
                 "%s{\"base\":0,\"row\":{\"id\":\"t.large%d\",\"agency\":\"t\",\"name\":\"Large\",\"x-note\":"
                 "\"%s\"}}",
                 i ? "," : "", i, words);
    buf_adds(&request, "]}");
    free(words);
    return buf_take(&request);
}

static void make_room(const char *disk, off_t bytes)
{
    struct stat at;
    char *filler = xasprintf("%s/filler", disk);
    REQUIRE(stat(filler, &at) == 0 && at.st_size > bytes && truncate(filler, at.st_size - bytes) == 0);
    free(filler);
}

/* Of what was decided nothing is lost for want of room: it goes on when there is some. */
TEST(catalogue_import_at_work_waits_for_room_on_a_full_disk)
{
    cluster_not_for("the disk that fills up is PostgreSQL's own there");
    enum { LARGE = 60 };
    struct real real;
    char disk[200], *request = large_services();
    small_disk(disk);
    real_open_in(&real, disk);
    const char *data = real.hall.folder;
    say(data, request, "\"count\":60");
    fill_disk(disk);
    make_room(disk,
              2500 *
                  1024); /* for the decision and what the hall writes of itself, and not for all services */
    say(data, "{\"do\":\"catalogue.decide\",\"import\":\"i\",\"count\":60}", "the disk of the hall is full");
    struct ran ran = RUN(NULL, "loketd", "export-catalogue", "--format", "json", "--data", data);
    CHECK_INT(ran.status, 1);
    has(ran.err, "as soon as there is room");
    ran_free(&ran);
    free_disk(disk);
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    int status = 1;
    while (status != 0 && clock_mono_now_ms() < until_ms) {
        ran = RUN(NULL, "loketd", "export-catalogue", "--format", "json", "--data", data);
        status = ran.status;
        ran_free(&ran);
    }
    CHECK_INT(status, 0);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    CHECK_INT(services_at(data), 2 + LARGE);
    whole(data);
    drop_disk(disk);
    free(request);
}

TEST(catalogue_export_to_a_full_disk_is_no_success)
{
    struct test_hall hall;
    hall_make(&hall);
    char *program = program_path("loketd"),
         *command = xasprintf("%s export-catalogue --format json --data %s > /dev/full 2> %s/said", program,
                              hall.folder, test_folder());
    CHECK_INT(WEXITSTATUS(system(command)), 1);
    free(command), free(program);
}

/* --- who looks on --- */

TEST(catalogue_import_tells_a_terminal_how_far_it_is)
{
    enum { LONG = 12000 };
    struct test_hall hall;
    char *path = many(LONG), *program = program_path("loketd"), part[4096];
    struct buf said = {0};
    hall_make(&hall);
    char *where = hall_where(&hall);
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int side = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
    pid_t pid = fork();
    REQUIRE(side >= 0 && pid >= 0);
    if (pid == 0) {
        dup2(side, 2);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
        execl(program, "loketd", "import-catalogue", path, db_is_address(where) ? "--db" : "--data", where,
              (char *)NULL);
        _exit(127);
    }
    close(side);
    for (ssize_t got; (got = read(terminal, part, sizeof part)) > 0;)
        buf_add(&said, part, (size_t)got);
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    has(buf_text(&said), "12000 services are being stored");
    CHECK(said.length > 4 &&
          strcmp(said.data + said.length - 4, "\r\033[K") == 0); /* the line is taken away again */
    buf_free(&said);
    close(terminal);
    free(path), free(program), free(where);
}
