/* tests/hall/practice_postgres_test.c: a training hall that is kept in PostgreSQL, by the real loketd: it is made, goes on, is
 * copied out and back; and the wall, which stands between addresses as between folders. Nobody holds the folder's users.lock,
 * so each ends as soon as it listens. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/db.h"
#include "tests/support/cluster.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

static void check_run(struct ran ran, int status, const char *says)
{
    CHECK_INT(ran.status, status);
    const char *where = status ? ran.err : ran.out;
    if (!CHECK(strstr(where, says) != NULL))
        CHECK_TEXT(where, says);
    ran_free(&ran);
}

static char *folder(const char *name)
{
    return xasprintf("%s/%s", test_folder(), name);
}

static int64_t number(const char *address, const char *sql)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(db_open(&db, address, 0, &info) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    int64_t found = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    db_close(&db);
    return found;
}

static int64_t halls(const char *address)
{
    static const char sql[] = "SELECT count(*) FROM halls";
    return number(address, sql);
}

static int64_t boots(const char *address)
{
    static const char sql[] = "SELECT boots FROM hall_state";
    return number(address, sql);
}

static int64_t epoch(const char *address)
{
    static const char sql[] = "SELECT epoch FROM hall_state";
    return number(address, sql);
}

#define PRACTICE(data, db) \
    RUN(NULL, "loketd", "practice", "--data", data, "--db", db, "--pack", "az", "--seed", "3")

TEST(postgres_training_hall_is_walled_off_from_real_ones)
{
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *real = cluster_address("real"), *training = cluster_address("training"), *here = folder("t"),
         *other = folder("o"), *file = folder("f"), *backup = folder("real.db");
    check_run(
        RUN(NULL, "loketd", "init", "--db", real, "--hall", "ASAN-01", "--name", "Real", "--pack", "az"), 0,
        "ASAN-01");
    check_run(PRACTICE(here, training), 0, "listening on");
    CHECK_INT(boots(training), 1);
    /* it goes on, whether its address is named again or not */
    check_run(PRACTICE(here, training), 0, "listening on");
    check_run(RUN(NULL, "loketd", "practice", "--data", here, "--pack", "az"), 0, "listening on");
    CHECK_INT(boots(training), 3);
    CHECK_INT(halls(training), 1);
    char *own = xasprintf("%s/hall.db", here);
    CHECK(access(own, F_OK) != 0);
    check_run(RUN(NULL, "loketd", "verify", "--db", training), 0, "is whole");

    /* neither is taken for the other */
    check_run(PRACTICE(other, real), 1, "holds a real hall, ASAN-01");
    check_run(PRACTICE(here, real), 1, "is the folder of another hall");
    check_run(RUN(NULL, "loketd", "serve", "--db", training, "--listen", "127.0.0.1:0"), 1,
              "holds a training hall");
    check_run(RUN(NULL, "loketd", "init", "--db", training, "--hall", "B", "--name", "B", "--pack", "az"), 1,
              "There is a hall");
    check_run(RUN(NULL, "loketd", "move", "--from", training, "--to", file), 1, "is a training hall");

    /* nor does a copy of one come into the other */
    check_run(RUN(NULL, "loketd", "move", "--from", real, "--to", file), 0, "the same in both");
    check_run(RUN(NULL, "loketd", "backup", "--data", file, backup), 0, "stands in");
    check_run(RUN(NULL, "loketd", "restore", "--db", training, backup), 1, "no real data comes into one");
    check_run(RUN(NULL, "loketd", "restore", "--db", real, backup), 0, "up to change");
    CHECK_INT(epoch(real), 2);
    check_run(RUN(NULL, "loketd", "backup", "--db", training, backup), 0, "stands in");
    check_run(RUN(NULL, "loketd", "restore", "--db", real, backup), 1, "is a backup of the training hall");
    CHECK_INT(epoch(training), 1);

    /* simulated days are played in neither */
    check_run(RUN(NULL, "loketd", "demo", "run", "quiet-day", "--seed", "1", "--db", real), 1,
              "is there already");
    CHECK_INT(halls(real), 1);
    free(own);
    free(real);
    free(training);
    free(here);
    free(other);
    free(file);
    free(backup);
}

/* Whatever ends the run, its schema goes with it. */
TEST(postgres_demo_run_that_is_broken_off_leaves_nothing)
{
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *address = cluster_address("broken_off");
    struct running run =
        START("loketd", "demo", "run", "monday-rush", "--seed", "1", "--days", "50", "--db", address);
    char *line = running_line(&run); /* the heading: the hall is made */
    CHECK(line && strstr(line, "monday-rush"));
    free(line);
    kill(run.pid, SIGTERM);
    CHECK_INT(running_wait(&run), 1);
    struct db *db = NULL;
    struct err_info info = {0};
    CHECK_INT(db_open(&db, address, 0, &info), ERR_ABSENT);
    db_close(&db);
    free(address);
}
