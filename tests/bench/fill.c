/* tests/bench/fill.c: many historical applications, written straight into a file, so that what grows with history
 * shows.
 *
 *   bench fill cache DIR N   a workstation's folder: a signed-in clerk, 40 people who wait, N applications
 *   bench fill hall DIR N    N delivered applications and as many finished tickets into an existing hall.db
 *   bench fill services FILE N   prints a catalogue of N services with forms: those of FILE, an exported catalogue, again
 *                                and again under other ids */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/cache.h"
#include "core/db/rows.h"
#include "tests/bench/bench.h"

enum { PAGE = 500, WAITING = 40, AT_ONCE = 1000000 };

static void need(enum err err, const char *what, const char *message)
{
    if (err != ERR_OK)
        bench_fail("%s: %s", what, message);
}

/* --- applications, by SQL: a million in seconds --- */

static const char case_rows[] =
    "WITH RECURSIVE n(i) AS (SELECT %lld UNION ALL SELECT i + 1 FROM n WHERE i < %lld)"
    " INSERT INTO %scases (id, row_rev, row, number, service, agency, ticket, person, state, user_, "
    "opened_at, due_at)"
    " SELECT printf('01900000-0000-7000-8000-%%012x', i), 1,"
    " printf('{\"id\":\"01900000-0000-7000-8000-%%012x\",\"row_rev\":1,\"number\":\"H-%%09d\",\"service\":"
    "\"s%%d\","
    "\"agency\":\"a%%d\",\"person\":\"p%%09d\",\"state\":\"delivered\",\"user\":\"u%%d\",\"hold_gen\":1,"
    "\"draft\":{\"reason\":\"expired\",\"street\":\"Jl. Melati %%d\"},\"flags\":[],"
    "\"opened_at\":\"2025-%%02d-%%02dT08:00:00.000Z\"}', i, i, i %% 60, i %% 25, i / 4, i %% 40, i, 1 + i / "
    "28 %% 12,"
    " 1 + i %% 28), printf('H-%%09d', i), 's' || (i %% 60), 'a' || (i %% 25), NULL, printf('p%%09d', i / 4),"
    " 'delivered', 'u' || (i %% 40), printf('2025-%%02d-%%02dT08:00:00.000Z', 1 + i / 28 %% 12, 1 + i %% "
    "28), NULL"
    " FROM n";

static const char ticket_rows[] =
    "WITH RECURSIVE n(i) AS (SELECT %lld UNION ALL SELECT i + 1 FROM n WHERE i < %lld)"
    " INSERT INTO %stickets (id, row_rev, row, number, day, queue, state, priority_class, arrived_at, "
    "called_at,"
    " counter, user_, person, visit) SELECT printf('01910000-0000-7000-8000-%%012x', i), 1,"
    " printf('{\"id\":\"01910000-0000-7000-8000-%%012x\",\"row_rev\":1,\"state\":\"done\"}', i),"
    " printf('P%%04d', i %% 5000), printf('2025-%%02d-%%02d', 1 + i / 28 %% 12, 1 + i %% 28), (SELECT id "
    "FROM queues"
    " LIMIT 1), 'done', 0, printf('2025-%%02d-%%02dT08:00:00.000Z', 1 + i / 28 %% 12, 1 + i %% 28), NULL, "
    "'c' || (i %% 40),"
    " NULL, printf('p%%09d', i / 4), NULL FROM n";

static void write_many(struct db *db, const char *format, const char *prefix, int64_t count)
{
    /* Each row goes into ten indexes all over the file: with the few pages that a workstation keeps, that is the disk's work. */
    need(db_script(db, "PRAGMA cache_size = -1000000; PRAGMA synchronous = OFF"), "cache", db_message(db));
    for (int64_t from = 1; from <= count; from += AT_ONCE) {
        int64_t to = from + AT_ONCE - 1 < count ? from + AT_ONCE - 1 : count;
        char *sql = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        if (asprintf(&sql, format, (long long)from, (long long)to, prefix) < 0)
            bench_fail("no memory");
#pragma GCC diagnostic pop
        need(db_begin(db), "begin", db_message(db));
        need(db_script(db, sql), "fill", db_message(db));
        need(db_commit(db), "commit", db_message(db));
        need(db_checkpoint(db, 0), "checkpoint", db_message(db));
        free(sql);
    }
}

/* --- a workstation's folder --- */

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    struct err_info info = {0};
    if (json_parse(text, strlen(text), &json, &info) != ERR_OK)
        bench_fail("%s", info.text);
    return json;
}

static void add_row(struct json *rows, const char *table, const char *row)
{
    struct json *line = json_new_object();
    json_set_text(line, "t", table);
    json_set(line, "row", parse(row));
    json_set_text(line, "id", json_text(json_get(line, "row"), "id"));
    json_add(rows, line);
}

static struct json *small_hall(void)
{
    struct json *page = json_new_object(), *rows = json_new_array();
    add_row(rows, "hall",
            "{\"id\":\"hall\",\"row_rev\":1,\"code\":\"B\",\"name\":\"Bench\",\"timezone\":\"Asia/"
            "Jakarta\",\"pack\":"
            "\"id\",\"epoch\":1}");
    add_row(rows, "agency", "{\"id\":\"a1\",\"row_rev\":1,\"name\":{\"en\":\"Population\"}}");
    add_row(rows, "service",
            "{\"id\":\"s1\",\"row_rev\":1,\"name\":{\"en\":\"Identity "
            "card\"},\"agency\":\"a1\",\"queue\":\"p\"}");
    add_row(rows, "queue",
            "{\"id\":\"p\",\"row_rev\":1,\"code\":\"P\",\"name\":{\"en\":\"Population\"},\"agency\":\"a1\","
            "\"rule\":{"
            "\"kind\":\"fifo\"},\"services\":[\"s1\"]}");
    add_row(rows, "counter",
            "{\"id\":\"c1\",\"row_rev\":1,\"name\":\"1\",\"agency\":\"a1\",\"queues\":[{\"queue\":\"p\","
            "\"weight\":1}],"
            "\"state\":\"open\",\"user\":\"u1\",\"fence\":1}");
    add_row(rows, "user",
            "{\"id\":\"u1\",\"row_rev\":1,\"login\":\"siti\",\"name\":\"Siti\",\"roles\":[\"clerk\"]}");
    for (int i = 1; i <= WAITING; i++) {
        char row[400];
        str_format(
            row, sizeof row,
            "{\"id\":\"t%d\",\"row_rev\":1,\"number\":\"P%03d\",\"queue\":\"p\",\"service\":\"s1\",\"state\":"
            "\"waiting\",\"gen\":0,\"arrived_at\":\"2026-11-25T01:%02d:00.000Z\"}",
            i, i, i);
        add_row(rows, "ticket", row);
    }
    json_set(page, "rows", rows);
    return page;
}

static void fill_cache(const char *dir, int64_t count)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    struct rng rng;
    rng_seed(&rng, 7);
    int64_t now_ms = clock_wall_now_ms();
    if (cache_open(&cache, dir, now_ms, &rng, NULL, &info) != ERR_OK)
        bench_fail("%s", info.text);
    struct json *session =
        parse("{\"token\":\"bench\",\"user\":{\"id\":\"u1\",\"login\":\"siti\",\"name\":\"Siti\",\"roles\""
              ":[\"clerk\"]},\"hall\":{\"code\":\"B\"}}");
    struct json *page = small_hall();
    need(cache_new_epoch(cache, 1), "epoch", cache_message(cache));
    need(cache_sign_in(cache, session), "sign in", cache_message(cache));
    need(cache_snapshot_page(cache, page, true), "page", cache_message(cache));
    need(cache_snapshot_swap(cache, 1, 1, now_ms), "swap", cache_message(cache));
    need(cache_set_setting(cache, "counter", "1"), "setting", cache_message(cache));
    json_free(&session);
    json_free(&page);
    cache_close(&cache);
    char *path = xasprintf("%s/cache.db", dir);
    struct db *db = NULL;
    need(db_open(&db, path, DB_WRITE | DB_EXCLUSIVE, &info), "open", info.text);
    write_many(db, case_rows, "base_", count);
    db_close(&db);
    free(path);
}

void bench_fill_cases(struct db *db, int64_t count)
{
    write_many(db, case_rows, "", count);
}

static void fill_hall(const char *dir, int64_t count)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/hall.db", dir);
    need(db_open(&db, path, DB_WRITE | DB_EXCLUSIVE, &info), "open", info.text);
    /* No log and no sync: a file that a crash leaves behind is thrown away with the whole bench. */
    need(db_script(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000"),
         "open", db_message(db));
    bench_fill_cases(db, count);
    write_many(db, ticket_rows, "", count);
    db_close(&db);
    free(path);
}

static struct json *read_catalogue(const char *path)
{
    struct buf text = {0};
    struct json *catalogue = NULL;
    char part[16 * 1024];
    size_t got;
    FILE *file = fopen(path, "re");
    if (!file)
        bench_fail("%s cannot be read", path);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(&text, part, got);
    fclose(file);
    if (json_parse(buf_text(&text), text.length, &catalogue, NULL) != ERR_OK)
        bench_fail("%s is no JSON", path);
    buf_free(&text);
    return catalogue;
}

static void print_services(const char *path, int64_t count)
{
    struct json *catalogue = read_catalogue(path);
    const struct json *services = json_get(catalogue, "services"), *one = NULL;
    char *agencies = json_print(json_get(catalogue, "agencies"));
    printf("{\"agencies\":%s,\"services\":[", agencies);
    free(agencies);
    for (int64_t i = 0, before = -1; i < count;) {
        if (!one && i == before)
            bench_fail("%s has no service with a form", path);
        before = one ? before : i;
        one = one ? json_next(one) : json_first(services);
        if (!json_get(one, "form"))
            continue;
        struct json *service = json_copy(one);
        char *id = xasprintf("bench.%lld", (long long)i);
        json_set_text(service, "id", id);
        char *text = json_print(service);
        printf("%s%s", i++ ? "," : "", text);
        free(text);
        free(id);
        json_free(&service);
    }
    puts("]}");
    json_free(&catalogue);
}

int bench_fill(int argc, char **argv)
{
    if (argc != 3)
        bench_fail("fill cache|hall DIR N, or fill services FILE N");
    int64_t count = atoll(argv[2]);
    if (strcmp(argv[0], "cache") == 0)
        fill_cache(argv[1], count);
    else if (strcmp(argv[0], "services") == 0)
        print_services(argv[1], count);
    else
        fill_hall(argv[1], count);
    return 0;
}
