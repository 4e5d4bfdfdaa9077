/* tests/sim/moments_test.c: a power cut in the rare moments: the very first start, the healing of a damaged cache, the
 * restoring of a backup, and a day on a disk whose fsyncs fail.
 *
 * As crash_test.c: the simulated disk is copied, the copy loses its power, and what is left is opened by the shipped
 * code in a real folder. The moments are drawn by test_seed. */
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cache/store.h"
#include "core/hall/backup.h"
#include "core/hall/verify.h"
#include "tests/sim/disk.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

enum { LIVE = 1, COPY = 2, HOUR_MS = 3600000 };

/* Cuts the power of copies of a disk while something runs on it, and has each looked at. */
struct cutter {
    struct disk *disk;
    struct rng rng;
    uint64_t seed;
    char real[200];
    int images, between_per_mille;
    bool quiet;
    void (*look)(struct cutter *cutter, void *ctx);
    void *ctx;
};

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind;
    return ftw->level > 0 ? remove(path) : 0;
}

static void cut_now(struct cutter *cutter)
{
    struct disk *copy = disk_at(COPY);
    char *path = xasprintf("/sim/%d", COPY);
    cutter->quiet = true;
    cutter->images++;
    disk_copy(cutter->disk, copy);
    disk_power_cut(copy, &cutter->rng);
    nftw(cutter->real, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    REQUIRE(disk_image_tree(copy, path, cutter->real));
    cutter->look(cutter, cutter->ctx);
    cutter->quiet = false;
    free(path);
}

static void before_op(void *ctx, struct disk *disk, const struct disk_op *op)
{
    struct cutter *cutter = ctx;
    (void)disk;
    if (cutter->quiet || !cutter->look)
        return;
    if (op->kind == DISK_WRITE ? (int)rng_below(&cutter->rng, 1000) < cutter->between_per_mille : true)
        cut_now(cutter);
}

static void begin(struct cutter *cutter, int between_per_mille)
{
    *cutter = (struct cutter){.seed = test_seed(), .between_per_mille = between_per_mille};
    str_copy(cutter->real, sizeof cutter->real, test_folder());
    rng_seed(&cutter->rng, cutter->seed);
    disk_begin(cutter->seed);
    disk_new(COPY);
    cutter->disk = disk_new(LIVE);
    disk_on_op(cutter->disk, before_op, cutter);
}

static void end(struct cutter *cutter)
{
    disk_end();
    printf("  %d power cuts, seed %" PRIu64 "\n", cutter->images, cutter->seed);
    CHECK(cutter->images > 0);
}

static bool said(const struct cutter *cutter, bool ok, const char *what, const struct err_info *info)
{
    if (!ok)
        printf("    image %d of seed %" PRIu64 ": %s %s\n", cutter->images, cutter->seed, what,
               info ? info->text : "");
    return CHECK(ok);
}

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

static int64_t ask(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    int64_t value = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return value;
}

/* --- the first start --- */

static void look_at_first_start(struct cutter *cutter, void *ctx)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    struct db *hall = NULL;
    int recovered = 0;
    (void)ctx;
    char *station = xasprintf("%s/station", cutter->real), *dir = xasprintf("%s/hall", cutter->real);
    enum err err = cache_open(&cache, station, HOUR_MS, &cutter->rng, &recovered, &info);
    if (said(cutter, err == ERR_OK, "the workstation does not start:", &info))
        said(cutter, recovered == -1, "a file that was never used is taken for damaged", NULL);
    cache_close(&cache);
    err = store_open(&hall, dir, true, &info);
    said(cutter, err == ERR_OK, "the hall does not start:", &info);
    db_close(&hall);
    free(station);
    free(dir);
}

TEST(moments_the_first_start_can_be_done_again)
{
    struct cutter cutter;
    struct cache *cache = NULL;
    struct db *hall = NULL;
    begin(&cutter, 40);
    cutter.look = look_at_first_start;
    REQUIRE(cache_open(&cache, "/sim/1/station", 0, &cutter.rng, NULL, NULL) == ERR_OK);
    REQUIRE(store_open(&hall, "/sim/1/hall", true, NULL) == ERR_OK);
    REQUIRE(store_boot(hall) == ERR_OK);
    cache_close(&cache);
    db_close(&hall);
    end(&cutter);
}

/* --- a damaged cache --- */

enum { RECORDS = 5 };
static const char sql_outbox[] = "SELECT count(DISTINCT id) FROM outbox";

static void look_at_healed(struct cutter *cutter, void *ctx)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    (void)ctx;
    char *station = xasprintf("%s/station0", cutter->real);
    enum err err = cache_open(&cache, station, HOUR_MS, &cutter->rng, NULL, &info);
    if (said(cutter, err == ERR_OK, "the workstation does not start:", &info)) {
        int64_t found = ask(cache->db, sql_outbox);
        if (!said(cutter, found == RECORDS, "records were lost while a damaged cache was healed", NULL))
            printf("    %d of %d\n", (int)found, RECORDS);
    }
    cache_close(&cache);
    free(station);
}

/* A byte in the middle of the file's head: nothing can be read by itself. */
TEST(moments_healing_a_damaged_cache_loses_no_record)
{
    struct cutter cutter;
    struct pair pair;
    int recovered = 0;
    begin(&cutter, 25);
    pair_open_in(&pair, "/sim/1");
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    pair_sync(&pair, 0);
    for (int i = 0; i < RECORDS; i++)
        pair_confirm(&pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    cache_close(&pair.cache[0]);
    REQUIRE(disk_flip(cutter.disk, "/sim/1/station0/cache.db", 2, 3));
    cutter.look = look_at_healed;
    REQUIRE(cache_open(&pair.cache[0], "/sim/1/station0", HOUR_MS, &pair.rng, &recovered, NULL) == ERR_OK);
    CHECK_INT(recovered, RECORDS);
    cut_now(&cutter);
    cutter.quiet = true;
    pair_close(&pair);
    end(&cutter);
}

/* --- a backup put back --- */

struct restore {
    int64_t answered; /* rev of the hall that is replaced */
};

static int64_t rev_of(struct cutter *cutter, const char *path)
{
    struct err_info info = {0};
    struct verified done;
    struct hall_state state = {0};
    struct db *db = NULL;
    if (said(cutter, db_open(&db, path, DB_WRITE, &info) == ERR_OK, "cannot be opened:", &info) &&
        said(cutter, ask(db, "SELECT count(*) FROM sqlite_master WHERE name = 'hall_state'") == 1, "is empty",
             NULL)) {
        said(cutter, verify_store(db, &done, &info) == ERR_OK, "is not whole:", &info);
        CHECK(store_state(db, &state) == ERR_OK);
    }
    db_close(&db);
    return state.rev;
}

/* The name of the hall that was replaced; NULL: it was not. */
static char *kept_file(const char *folder)
{
    static const char *const list = "ls %s/hall-before-restore-*.db 2>/dev/null";
    char *command = xasprintf(list, folder), line[400] = "";
    FILE *out = popen(command, "r");
    if (out && fgets(line, sizeof line, out))
        line[strcspn(line, "\n")] = '\0';
    if (out)
        pclose(out);
    free(command);
    return *line ? xstrdup(line) : NULL;
}

static void look_at_restored(struct cutter *cutter, void *ctx)
{
    const struct restore *restore = ctx;
    struct err_info info = {0};
    char *dir = xasprintf("%s/hall", cutter->real), *path = xasprintf("%s/hall.db", dir);
    char *backup = xasprintf("%s/backup.db", cutter->real), *kept = kept_file(dir), *again = NULL;
    int64_t rev = 0;
    if (kept)
        said(cutter, rev_of(cutter, kept) == restore->answered, "the hall that was replaced lost changes",
             NULL);
    else if (access(path, F_OK) == 0)
        said(cutter, rev_of(cutter, path) == restore->answered,
             "the hall lost changes before it was replaced", NULL);
    else
        said(cutter, false, "neither the hall nor what it was before is there", NULL);
    if (access(path, F_OK) == 0 && kept)
        rev_of(cutter, path);
    enum err err = backup_restore(dir, backup, &again, &rev, &info);
    said(cutter, err == ERR_OK, "the backup cannot be put back again:", &info);
    rev_of(cutter, path);
    free(again);
    free(kept);
    free(backup);
    free(path);
    free(dir);
}

TEST(moments_restoring_loses_neither_the_old_hall_nor_the_backup)
{
    struct cutter cutter;
    struct pair pair;
    struct err_info info = {0};
    struct restore restore = {0};
    struct hall_state state;
    int64_t rev;
    char *kept = NULL;
    begin(&cutter, 100);
    pair_open_in(&pair, "/sim/1");
    REQUIRE(backup_take(pair.hall, "/sim/1/backup.db", &rev, &info) == ERR_OK);
    for (int i = 0; i < 5; i++) {
        struct json *data =
            pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    REQUIRE(store_state(pair.hall, &state) == ERR_OK);
    restore.answered = state.rev;
    disk_kill(cutter.disk); /* the log still holds the last changes */
    pair_close(&pair);
    disk_boot(cutter.disk);
    cutter.look = look_at_restored;
    cutter.ctx = &restore;
    if (backup_restore("/sim/1/hall", "/sim/1/backup.db", &kept, &rev, &info) != ERR_OK)
        printf("    %s\n", info.text);
    CHECK(kept != NULL);
    cut_now(&cutter);
    free(kept);
    end(&cutter);
}

/* Rina sits at the one workstation, and its copy is level with the hall. */
static void begin_at_reception(struct cutter *cutter, struct pair *pair)
{
    begin(cutter, 0);
    pair_open_in(pair, "/sim/1");
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "rina");
    pair_sync(pair, 0);
}

/* --- fsyncs that fail --- */

struct told {
    int64_t saved[200];
    int count;
    char client[UUID_TEXT];
};

static void look_at_saved(struct cutter *cutter, void *ctx)
{
    static const char sql_there[] = "SELECT count(*) FROM outbox WHERE client = $1 AND seq = $2";
    const struct told *told = ctx;
    struct err_info info = {0};
    struct cache *cache = NULL;
    char *station = xasprintf("%s/station0", cutter->real);
    enum err err = cache_open(&cache, station, HOUR_MS, &cutter->rng, NULL, &info);
    if (said(cutter, err == ERR_OK, "the workstation does not start:", &info)) {
        said(cutter, db_integrity(cache->db, &info) == ERR_OK, "the cache is damaged:", &info);
        for (int i = 0; i < told->count; i++) {
            struct stmt *s = db_query(cache->db, sql_there);
            db_bind_text(s, 1, told->client);
            db_bind_int(s, 2, told->saved[i]);
            said(cutter, db_step(s) == ERR_OK && db_int(s, 0) == 1, "a record that was called saved is gone",
                 NULL);
            db_done(s);
        }
        /* A record that was called not saved would be made again by hand, and be there twice. */
        said(cutter, ask(cache->db, sql_outbox) == told->count, "a record that was called not saved is there",
             NULL);
    }
    cache_close(&cache);
    free(station);
}

TEST(moments_a_failing_fsync_loses_nothing_that_was_called_saved)
{
    struct cutter cutter;
    struct pair pair;
    struct told told = {0};
    int refused = 0;
    begin_at_reception(&cutter, &pair);
    str_copy(told.client, sizeof told.client, cache_client(pair.cache[0]));
    struct json *body = parse("{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    for (int i = 0; i < 120; i++) {
        struct saved saved;
        pair.now_ms += 1000;
        if (i % 5 == 0) /* not synced: the hall has it as well */
            CHECK(cache_keep_place(pair.cache[0], i % 2 ? "desk" : "form") == ERR_OK);
        bool fails = rng_below(&cutter.rng, 3) == 0;
        if (fails)
            disk_fail_fsync(cutter.disk, DISK_FSYNC_DIRTY + (int)rng_below(&cutter.rng, 3), &cutter.rng);
        enum err err = cache_confirm(pair.cache[0], "ticket.issue", body, pair.now_ms, &pair.rng, &saved);
        CHECK(err == ERR_OK || (fails && err == ERR_DISK));
        refused += err != ERR_OK;
        if (err == ERR_OK)
            told.saved[told.count++] = saved.seq;
        json_free(&saved.outcome.data);
        cutter.look = look_at_saved;
        cutter.ctx = &told;
        if (i % 4 == 3)
            cut_now(&cutter);
        cutter.look = NULL;
    }
    CHECK(refused > 0 && told.count > 60);
    json_free(&body);
    pair_close(&pair);
    end(&cutter);
}

/* --- reads that fail --- */

/* The disk was away for a moment, and just then the file could not even be opened anew. */
TEST(moments_a_workstation_whose_disk_comes_back_is_itself_again)
{
    struct cutter cutter;
    struct pair pair;
    struct saved saved = {0};
    char client[UUID_TEXT];
    begin_at_reception(&cutter, &pair);
    str_copy(client, sizeof client, cache_client(pair.cache[0]));
    struct json *body = parse("{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    REQUIRE(cache_confirm(pair.cache[0], "ticket.issue", body, pair.now_ms, &pair.rng, &saved) == ERR_OK);
    json_free(&saved.outcome.data);

    disk_fail_writes(cutter.disk, "", 1);
    disk_fail_reads(cutter.disk, "", -1);
    CHECK_INT(cache_confirm(pair.cache[0], "ticket.issue", body, pair.now_ms, &pair.rng, &saved), ERR_DISK);
    json_free(&saved.outcome.data);
    cache_mend(pair.cache[0]);
    CHECK_TEXT(cache_client_for(pair.cache[0], "rina"), ""); /* it is away still, and this is said */

    disk_fail_reads(cutter.disk, "", 0);
    cache_mend(pair.cache[0]);
    CHECK_TEXT(cache_client_for(pair.cache[0], "rina"), client);
    CHECK_INT(cache_unsent(pair.cache[0]), 1);
    CHECK(cache_actor(pair.cache[0]) != NULL);
    REQUIRE(cache_confirm(pair.cache[0], "ticket.issue", body, pair.now_ms, &pair.rng, &saved) == ERR_OK);
    json_free(&saved.outcome.data);
    json_free(&body);
    pair_close(&pair);
    disk_end();
}

/* Once the new epoch stands in the log, its way into the file fails. */
static void fail_the_way_out_of_the_log(void *ctx, struct disk *disk, const struct disk_op *op)
{
    (void)ctx;
    size_t length = strlen(op->path);
    if (op->kind == DISK_WRITE && length > 4 && strcmp(op->path + length - 4, "-wal") == 0)
        disk_fail_writes(disk, "hall.db.restored", 1);
}

TEST(moments_a_hall_that_could_not_be_restored_whole_stays_as_it_was)
{
    struct cutter cutter;
    struct pair pair;
    struct hall_state before, after;
    struct err_info info = {0};
    int64_t rev;
    char *kept = NULL;
    begin(&cutter, 0);
    pair_open_in(&pair, "/sim/1");
    REQUIRE(backup_take(pair.hall, "/sim/1/backup.db", &rev, &info) == ERR_OK);
    REQUIRE(store_state(pair.hall, &before) == ERR_OK);
    pair_close(&pair);

    disk_on_op(cutter.disk, fail_the_way_out_of_the_log, NULL);
    CHECK_INT(backup_restore("/sim/1/hall", "/sim/1/backup.db", &kept, &rev, &info), ERR_DISK);
    CHECK(strstr(info.text, "Nothing was changed") != NULL);
    CHECK(kept == NULL);
    disk_on_op(cutter.disk, NULL, NULL);
    disk_fail_writes(cutter.disk, "", 0);

    struct db *db = NULL;
    REQUIRE(store_open(&db, "/sim/1/hall", false, &info) == ERR_OK);
    REQUIRE(store_state(db, &after) == ERR_OK);
    CHECK_INT(after.epoch, before.epoch);
    db_close(&db);
    info = (struct err_info){0};
    REQUIRE(backup_restore("/sim/1/hall", "/sim/1/backup.db", &kept, &rev, &info) == ERR_OK);
    REQUIRE(store_open(&db, "/sim/1/hall", false, &info) == ERR_OK);
    REQUIRE(store_state(db, &after) == ERR_OK);
    CHECK_INT(after.epoch, before.epoch + 1);
    db_close(&db);
    free(kept);
    disk_end();
}

/* --- who sits down while the disk is full --- */

static bool shows(struct cache *cache, const char *ticket)
{
    struct json *row = NULL;
    enum err err = row_get(cache->db, TABLE_TICKET, ticket, &row);
    json_free(&row);
    return err == ERR_OK;
}

TEST(moments_a_sign_in_that_the_disk_does_not_take_leaves_everything_as_it_was)
{
    enum { STEP = 4096, STEPS = 100 };
    struct cutter cutter;
    struct pair pair;
    struct saved saved = {0};
    int refused = 0;
    begin_at_reception(&cutter, &pair);
    struct json *body = parse("{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    REQUIRE(cache_confirm(pair.cache[0], "ticket.issue", body, pair.now_ms, &pair.rng, &saved) == ERR_OK);
    char ticket[UUID_TEXT];
    str_copy(ticket, sizeof ticket, json_text_or(json_get(saved.outcome.data, "ticket"), "id", ""));
    REQUIRE(shows(pair.cache[0], ticket));
    struct json *session = parse("{\"token\":\"t2\",\"hall\":{\"code\":\"T1\"}}");
    json_set(session, "user", pair_hall_row(&pair, TABLE_USER, "u-siti"));
    REQUIRE(*cache_client_for(pair.cache[0], "siti"));
    for (int i = 0; i < STEPS; i++) {
        disk_full(cutter.disk, (int64_t)i * STEP);
        if (cache_sign_in(pair.cache[0], session) == ERR_OK)
            break;
        refused++;
        CHECK_TEXT(cache_actor(pair.cache[0])->login, "rina");
        CHECK(shows(pair.cache[0], ticket));
        CHECK_INT(cache_unsent(pair.cache[0]), 1);
    }
    CHECK(refused > 2);
    CHECK_TEXT(cache_actor(pair.cache[0])->login, "siti");
    CHECK(!shows(pair.cache[0], ticket)); /* it is another's, and at no hall yet */
    disk_full(cutter.disk, DISK_ENDLESS);
    json_free(&saved.outcome.data);
    json_free(&session);
    json_free(&body);
    pair_close(&pair);
    disk_end();
}

/* --- news while the disk is full --- */

/* Rolled back with the news is also that nothing of one's own is to be laid over the hall's rows any more. */
TEST(moments_news_that_a_full_disk_refused_leave_nothing_of_ones_own_over_the_halls_rows)
{
    static const char sql_over[] = "SELECT count(*) FROM overlay_tickets";
    struct cutter cutter;
    struct pair pair;
    begin_at_reception(&cutter, &pair);
    struct cache *cache = pair.cache[0];
    (void)pair_confirm(&pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    struct json *answer = pair_push(&pair, 0);
    pair_take(&pair, 0, answer);
    CHECK_INT(ask(cache->db, sql_over), 1); /* the hall's answer is here, its row not yet */
    struct json *news = pair_news(&pair, 0);

    disk_full(cutter.disk, 0);
    CHECK_INT(cache_feed(cache, news, pair.now_ms), ERR_DISK_FULL);
    CHECK_INT(ask(cache->db, sql_over), 1);

    disk_full(cutter.disk, DISK_ENDLESS);
    CHECK_INT(cache_feed(cache, news, pair.now_ms), ERR_OK);
    CHECK_INT(ask(cache->db, sql_over), 0);
    json_free(&news);
    json_free(&answer);
    pair_close(&pair);
    disk_end();
}

/* --- a question without an answer, in the midst of a change --- */

/* SQLite undoes the whole by itself. Who takes the missing answer for a small thing goes on writing. */
TEST(moments_what_was_begun_is_never_half_done_when_a_read_within_it_fails)
{
    static const char sql_cold[] = "SELECT count(*) FROM surveys";
    struct cutter cutter;
    struct pair pair;
    struct hall_state before, state;
    struct db *db = NULL;
    begin(&cutter, 0);
    pair_open_in(&pair, "/sim/1");
    pair_close(&pair);
    REQUIRE(store_open(&db, "/sim/1/hall", false, NULL) == ERR_OK);
    REQUIRE(store_state(db, &before) == ERR_OK);

    REQUIRE(db_begin(db) == ERR_OK);
    REQUIRE(store_advance(db, before.epoch, &state) == ERR_OK);
    disk_fail_reads(cutter.disk, "", -1);
    CHECK_INT(ask(db, sql_cold), -1);
    disk_fail_reads(cutter.disk, "", 0);
    CHECK(!db_in_transaction(db));
    CHECK_INT(store_advance(db, before.epoch, &state), ERR_DISK);
    CHECK_INT(db_commit(db), ERR_DISK);
    db_rollback(db);

    REQUIRE(store_state(db, &state) == ERR_OK);
    CHECK_INT(state.rev, before.rev);
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK_INT(store_advance(db, before.epoch, &state), ERR_OK);
    CHECK_INT(db_commit(db), ERR_OK);
    db_close(&db);
    disk_end();
}

TEST(moments_a_hall_whose_disk_is_away_is_not_copied_and_says_so)
{
    struct cutter cutter;
    struct pair pair;
    struct err_info info = {0};
    int64_t rev;
    begin(&cutter, 0);
    pair_open_in(&pair, "/sim/1");
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(db_script(pair.hall, "DELETE FROM surveys") == ERR_OK);
    disk_fail_writes(cutter.disk, "", -1);
    disk_fail_reads(cutter.disk, "", -1);
    struct hall_state state;
    CHECK(store_advance(pair.hall, 1, &state) != ERR_OK || db_commit(pair.hall) != ERR_OK);
    db_rollback(pair.hall);
    CHECK_INT(db_begin(pair.hall), ERR_DISK);
    CHECK_INT(backup_take(pair.hall, "/sim/1/backup.db", &rev, &info), ERR_DISK);
    CHECK(strstr(info.text, "Check it") != NULL);
    disk_fail_writes(cutter.disk, "", 0);
    disk_fail_reads(cutter.disk, "", 0);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    db_rollback(pair.hall);
    CHECK_INT(backup_take(pair.hall, "/sim/1/backup.db", &rev, &info), ERR_OK);
    pair_close(&pair);
    disk_end();
}
