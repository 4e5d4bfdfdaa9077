/* tests/unit/damage_test.c: a copy of the hall that is not the hall's, and a file that is not what was written, heal: the
 * rows are copied anew, what a person did is kept or they are told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/cache/store.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

/* --- a copy as lines --- */

static void add_row(void *ctx, const char *table, const char *id, const struct json *row)
{
    char *text = json_print(row);
    buf_addf(ctx, "%s %s %s\n", table, id, text);
    free(text);
}

/* Every row that a workstation has of the hall; the caller frees. */
static char *copy_of(struct cache *cache)
{
    struct buf lines = {0};
    for (int table = 0; table < TABLE_COUNT; table++)
        CHECK(cache_rows(cache, table_wire((enum table)table), add_row, &lines) == ERR_OK);
    return buf_take(&lines);
}

/* What siti's workstation 0 has is what a fresh one of hers gets. */
static void check_same_as_fresh(struct pair *pair)
{
    pair_start(pair, 1);
    pair_sign_in(pair, 1, "siti");
    REQUIRE(cache_ask_snapshot(pair->cache[1]) == ERR_OK);
    pair_feed(pair, 1);
    char *mine = copy_of(pair->cache[0]), *fresh = copy_of(pair->cache[1]);
    CHECK(strcmp(mine, fresh) == 0);
    CHECK(strlen(fresh) > 1000);
    free(mine);
    free(fresh);
    cache_close(&pair->cache[1]);
}

static void type_text(struct pair *pair, const char *text)
{
    struct json *typed = json_new_object();
    json_set_text(typed, "street", text);
    CHECK(cache_journal_put(pair->cache[0], "form", "case-1", typed, pair->now_ms) == ERR_OK);
    json_free(&typed);
}

static void check_typed(struct pair *pair, const char *text)
{
    struct json *journal = pair_load(pair, 0, "journal", NULL);
    CHECK_TEXT(json_text(json_pointer(journal, "/rows/0/typed"), "street"), text);
    json_free(&journal);
}

static void issue_at_hall(struct pair *pair, int count)
{
    while (count-- > 0) {
        struct json *data =
            pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
}

/* --- digests --- */

/* The next feed that reaches the hall's present passes a hundredth change. */
static void pass_a_hundred(struct pair *pair)
{
    int64_t rev = workday_count(pair->hall, "SELECT rev FROM hall_state");
    issue_at_hall(pair, 100 - (int)(rev % 100));
}

static char *told(const char *log)
{
    char *text = test_read_file(log);
    CHECK(truncate(log, 0) == 0);
    return text ? text : xstrdup("");
}

/* what is done to the copy's table; the hall's next digest must tell. */
static void try_difference(struct pair *pair, const char *log, const char *table, const char *does)
{
    REQUIRE(db_script(pair->cache[0]->db, does) == ERR_OK);
    free(told(log));
    pass_a_hundred(pair);
    pair_feed(pair, 0);
    char *text = told(log), *words = xasprintf("the copy of table %s differs", table);
    if (!CHECK(cache_needs_snapshot(pair->cache[0]) && strstr(text, words)))
        printf("    after: %s\n", does);
    CHECK_INT(cache_unsent(pair->cache[0]), 3);
    pair_feed(pair, 0); /* the copy */
    CHECK(!cache_needs_snapshot(pair->cache[0]));
    CHECK_INT(cache_unsent(pair->cache[0]), 3);
    check_typed(pair, "Half a stre");
    pass_a_hundred(pair);
    pair_feed(pair, 0);
    CHECK(!cache_needs_snapshot(pair->cache[0])); /* it is healed for good */
    free(words);
    free(text);
}

TEST(damage_of_the_copy_is_told_by_the_digest_of_its_table_and_heals)
{
    static const enum table tables[] = {TABLE_HALL,  TABLE_AGENCY,  TABLE_SERVICE,
                                        TABLE_QUEUE, TABLE_COUNTER, TABLE_USER};
    static const char *const ways[] = {
        "DELETE FROM base_%s WHERE rowid = (SELECT max(rowid) FROM base_%s)",
        "UPDATE base_%s SET row_rev = row_rev - 1 WHERE rowid = (SELECT max(rowid) FROM base_%s)",
        "INSERT INTO base_%s (id, row_rev, row) SELECT 'extra', row_rev, row FROM base_%s LIMIT 1",
    };
    struct pair pair;
    workday_open(&pair);
    workday_unsent(&pair, 3);
    type_text(&pair, "Half a stre");
    char *log = xasprintf("%s/log", pair.folder);
    REQUIRE(log_open(log, NULL) == ERR_OK);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
            struct buf does = {0};
            const char *name = table_name(tables[t]), *rest = ways[w], *gap;
            while ((gap = strstr(rest, "%s"))) {
                buf_add(&does, rest, (size_t)(gap - rest));
                buf_adds(&does, name);
                rest = gap + 2;
            }
            buf_adds(&does, rest);
            try_difference(&pair, log, table_wire(tables[t]), buf_text(&does));
            buf_free(&does);
        }
    log_close();
    check_same_as_fresh(&pair);
    free(log);
    pair_close(&pair);
}

/* --- a copy that is cut --- */

enum { MANY = 1600 };

static enum err write_many(struct tx *tx, void *ctx)
{
    (void)ctx;
    enum err err = ERR_OK;
    for (int i = 0; i < MANY && err == ERR_OK; i++) {
        char id[40];
        struct json *row = json_new_object();
        str_format(id, sizeof id, "01900000-0000-7000-8000-%012d", i);
        json_set_text(row, "name", "Somebody");
        json_set_text(row, "phone", id);
        err = tx_put(tx, TABLE_PERSON, id, row);
        json_free(&row);
    }
    return err;
}

static void open_large(struct pair *pair)
{
    struct json *nothing = json_new_object();
    workday_open(pair);
    const struct server_env env = {
        .db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(server_change(&env, "hall.fill", nothing, write_many, NULL) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    json_free(&nothing);
    workday_unsent(pair, 3);
    type_text(pair, "Half a stre");
}

/* A copy under way, as client_core asks for it: it stands at the rev of its first page. */
struct copying {
    char *after;
    int64_t rev, epoch;
    int pages;
    bool last;
};

static struct json *ask_page(struct pair *pair, struct copying *copying)
{
    struct hall_state state = {0};
    struct buf text = {0};
    struct json *page = NULL;
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    REQUIRE(reads_snapshot(pair->reads, &pair->actor[0], &state, copying->after, pair->now_ms, &text) ==
            ERR_OK);
    REQUIRE(json_parse(buf_text(&text), text.length, &page, NULL) == ERR_OK);
    if (!copying->after) {
        copying->rev = state.rev;
        copying->epoch = state.epoch;
    }
    buf_free(&text);
    return page;
}

/* A page comes and is stored; times 2: and comes once more. */
static void take_page(struct pair *pair, struct copying *copying, int times)
{
    struct json *page = ask_page(pair, copying);
    for (int i = 0; i < times; i++)
        CHECK(cache_snapshot_page(pair->cache[0], page, !copying->after) == ERR_OK);
    free(copying->after);
    copying->last = json_text(page, "next") == NULL;
    copying->after = copying->last ? NULL : xstrdup(json_text(page, "next"));
    copying->pages++;
    json_free(&page);
}

static void swap(struct pair *pair, struct copying *copying)
{
    CHECK(cache_snapshot_swap(pair->cache[0], copying->rev, copying->epoch, pair->now_ms) == ERR_OK);
    CHECK(!cache_needs_snapshot(pair->cache[0]));
}

/* The copy is cut after so many pages, while hall and clerk go on; resumed, or begun anew by another start of the
 * program. False: it has no more pages. */
static bool cut_copy(struct pair *pair, int pages, bool resume, int *unsent)
{
    struct copying copying = {0};
    REQUIRE(cache_ask_snapshot(pair->cache[0]) == ERR_OK);
    while (copying.pages < pages && !copying.last)
        take_page(pair, &copying, 1);
    bool more = !copying.last;
    issue_at_hall(pair, 2); /* younger than the pages before */
    workday_unsent(pair, 1);
    ++*unsent;
    CHECK_INT(cache_unsent(pair->cache[0]), *unsent);
    if (!resume) {
        free(copying.after);
        copying = (struct copying){0};
        pair_start(pair, 0);
        CHECK(cache_needs_snapshot(pair->cache[0]));
        CHECK_INT(cache_unsent(pair->cache[0]), *unsent);
    }
    while (!copying.last)
        take_page(pair, &copying, 2);
    swap(pair, &copying);
    pair_feed(pair, 0); /* what came since its first page */
    CHECK_INT(cache_unsent(pair->cache[0]), *unsent);
    check_typed(pair, "Half a stre");
    check_same_as_fresh(pair);
    return more;
}

static void cut_everywhere(bool resume)
{
    struct pair pair;
    int pages = 0, unsent = 3;
    open_large(&pair);
    while (cut_copy(&pair, pages, resume, &unsent))
        pages++;
    CHECK(pages > 2);
    int64_t tickets = workday_count(pair.hall, "SELECT count(*) FROM tickets");
    pair_sync(&pair, 0);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(workday_count(pair.hall, "SELECT count(*) FROM tickets"), tickets + unsent);
    pair_close(&pair);
}

TEST(damage_a_copy_cut_at_any_page_goes_on_from_there)
{
    cut_everywhere(true);
}

TEST(damage_a_copy_cut_at_any_page_is_begun_anew_by_the_next_start)
{
    cut_everywhere(false);
}
