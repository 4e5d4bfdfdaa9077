/* tests/bench/demo.c: `bench demo SCENARIO --days N`: whole simulated days of a hall, beside putting as many rows of the same
 * length into a bare table, a transaction a day. Prints, of a processor, "us of a day · us of its bare rows · rows of a day". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/hall/demo_files.h"
#include "core/hall/demo_inside.h"
#include "tests/bench/bench.h"

/* Of a processor: what else this computer does would be counted otherwise. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t one_number(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    int64_t number = db_step(s) == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return number;
}

static void must(enum err err, const struct err_info *info)
{
    if (err != ERR_OK)
        bench_fail("%s", info->text[0] ? info->text : err_text(err));
}

/* *changes: of the days alone; *bytes: of what one of them wrote into the feed, on average. */
static int64_t play(const struct scenario *scenario, int days, int64_t *changes, int64_t *bytes)
{
    static const char sql_count[] = "SELECT count(*) FROM change",
                      sql_bytes[] = "SELECT sum(length(item)) FROM change";
    struct err_info info = {0};
    struct demo demo;
    must(demo_open(&demo, scenario, "id", 1, 0, &info), &info);
    int64_t before = one_number(demo.env.db, sql_count), bytes_before = one_number(demo.env.db, sql_bytes);
    int64_t from_us = cpu_us();
    for (int day = 0; day < days; day++) {
        struct demo_figures figures;
        must(demo_day(&demo, day, &figures, &info), &info);
        demo_figures_free(&figures);
    }
    int64_t took_us = cpu_us() - from_us;
    *changes = one_number(demo.env.db, sql_count) - before;
    *bytes = *changes ? (one_number(demo.env.db, sql_bytes) - bytes_before) / *changes : 0;
    demo_close(&demo);
    return took_us;
}

static int64_t insert(int days, int64_t rows, int64_t bytes)
{
    static const char sql[] = "INSERT INTO bare (id, row) VALUES ($1, $2)";
    struct err_info info = {0};
    struct db *db = NULL;
    char folder[] = "/tmp/loket-bench-XXXXXX";
    if (!mkdtemp(folder))
        bench_fail("no folder can be made in /tmp");
    char *path = xasprintf("%s/bare.db", folder), *text = xcalloc((size_t)bytes + 1, 1);
    memset(text, 'x', (size_t)bytes);
    must(db_open(&db, path, DB_WRITE | DB_CREATE | DB_EXCLUSIVE, &info), &info);
    must(db_script(db, "CREATE TABLE bare (id BIGINT PRIMARY KEY, row TEXT NOT NULL)"), &info);
    int64_t from_us = cpu_us();
    for (int64_t i = 0; i < rows; i++) {
        if (i % (rows / days + 1) == 0 && db_in_transaction(db))
            must(db_commit(db), &info);
        if (!db_in_transaction(db))
            must(db_begin(db), &info);
        struct stmt *s = db_query(db, sql);
        db_bind_int(s, 1, i);
        db_bind_text(s, 2, text);
        must(db_run(s), &info);
    }
    must(db_commit(db), &info);
    int64_t took_us = cpu_us() - from_us;
    db_close(&db);
    (void)unlink(path);
    (void)rmdir(folder);
    free(path);
    free(text);
    return took_us;
}

int bench_demo(int argc, char **argv)
{
    struct err_info info = {0};
    struct scenario scenario;
    int days = (int)strtol(bench_option(argc, argv, "--days", "20"), NULL, 10);
    int64_t changes, bytes;
    must(demo_scenario(argc > 0 ? argv[0] : "monday-rush", &scenario, &info), &info);
    int64_t played_us = play(&scenario, days, &changes, &bytes), bare_us = insert(days, changes, bytes);
    printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", played_us / days, bare_us / days, changes / days);
    return 0;
}
