/* tests/unit/writer_test.c: writes of many people share one commit: one that fails takes down nobody else's, and a
 * store that fails answers nobody as done. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/inside.h"
#include "core/hall/writer.h"
#include "tests/support/test.h"

/* One write: puts a row of that many bytes, then ends with err. */
struct job {
    const char *id;
    size_t bytes;
    enum err ends, answered;
    int answers;
};

static enum err put_closure(struct tx *tx, void *ctx)
{
    const struct job *job = ctx;
    struct json *row = json_new_object();
    char *text = xcalloc(1, job->bytes + 1);
    memset(text, 'x', job->bytes);
    json_set_text(row, "note", text);
    enum err err = tx_put(tx, TABLE_CLOSURE, job->id, row);
    json_free(&row);
    free(text);
    return err;
}

static enum err run(void *ctx, const struct server_env *env)
{
    struct job *job = ctx;
    enum err err = server_change(env, "test", NULL, put_closure, job);
    return err == ERR_OK ? job->ends : err;
}

static void done(void *ctx, enum err err)
{
    struct job *job = ctx;
    job->answered = err;
    job->answers++;
}

static void open_hall(struct hall *hall)
{
    struct err_info info = {0};
    char *folder = xasprintf("%s/writer", test_folder());
    *hall = (struct hall){.epoch = 1, .wall_ms = 1790000000000};
    REQUIRE(store_open(&hall->db, folder, true, &info) == ERR_OK);
    CHECK(store_state(hall->db, &hall->state) == ERR_OK);
    free(folder);
    hall->writer = writer_new(hall);
}

static void close_hall(struct hall *hall)
{
    writer_free(&hall->writer);
    db_close(&hall->db);
}

static void flush(struct hall *hall, struct job *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        jobs[i].answers = 0;
        writer_add(hall->writer, run, done, &jobs[i]);
    }
    writer_flush(hall->writer);
    for (int i = 0; i < count; i++)
        CHECK_INT(jobs[i].answers, 1);
}

static bool is_stored(struct hall *hall, const char *id)
{
    struct json *row = NULL;
    enum err err = row_get(hall->db, TABLE_CLOSURE, id, &row);
    json_free(&row);
    CHECK(err == ERR_OK || err == ERR_ABSENT);
    return err == ERR_OK;
}

TEST(writer_one_that_fails_takes_down_nobody_else)
{
    struct hall hall;
    struct job jobs[] = {
        {.id = "a", .bytes = 10}, {.id = "b", .bytes = 10, .ends = ERR_INVALID}, {.id = "c", .bytes = 10}};
    open_hall(&hall);
    int64_t before = hall.state.rev;
    flush(&hall, jobs, 3);
    CHECK_INT(jobs[0].answered, ERR_OK);
    CHECK_INT(jobs[1].answered, ERR_INVALID);
    CHECK_INT(jobs[2].answered, ERR_OK);
    CHECK(is_stored(&hall, "a") && !is_stored(&hall, "b") && is_stored(&hall, "c"));
    CHECK_INT(hall.state.rev, before + 2); /* dense: what failed took no rev */
    CHECK_INT(hall.fatal, ERR_OK);
    close_hall(&hall);
}

TEST(writer_a_full_disk_answers_nobody_and_ends_with_room)
{
    static const char sql_pages[] = "PRAGMA page_count";
    struct hall hall;
    struct job jobs[] = {{.id = "a", .bytes = 10}, {.id = "b", .bytes = 1000000}, {.id = "c", .bytes = 10}};
    open_hall(&hall);
    int64_t before = hall.state.rev;
    struct stmt *s = db_query(hall.db, sql_pages);
    REQUIRE(db_step(s) == ERR_OK);
    char *limit = xasprintf("PRAGMA max_page_count = %lld", (long long)db_int(s, 0) + 20);
    db_done(s);
    REQUIRE(db_script(hall.db, limit) == ERR_OK);
    flush(&hall, jobs, 3);
    for (int i = 0; i < 3; i++)
        if (jobs[i].answered == ERR_OK)
            CHECK(is_stored(&hall, jobs[i].id));
        else
            CHECK(jobs[i].answered == ERR_DISK_FULL && !is_stored(&hall, jobs[i].id));
    CHECK_INT(jobs[1].answered, ERR_DISK_FULL);
    CHECK_INT(hall.fatal, ERR_OK);
    REQUIRE(db_script(hall.db, "PRAGMA max_page_count = 1000000") == ERR_OK);
    flush(&hall, jobs, 3);
    for (int i = 0; i < 3; i++)
        CHECK(jobs[i].answered == ERR_OK && is_stored(&hall, jobs[i].id));
    CHECK(!hall.full && hall.state.rev >= before + 3);
    free(limit);
    close_hall(&hall);
}
