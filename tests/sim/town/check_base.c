/* tests/sim/town/check_base.c: base = the hall at the cursor, as that person may see it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"
#include "tests/sim/town/checking.h"

struct copy {
    struct json *pages; /* an array of snapshot answers */
    const struct json *page, *line;
    const struct actor *actor;
    const char *table, *wrong;
    char id[64];
};

static bool read_page(struct town *town, const struct actor *actor, const char *after, struct buf *text)
{
    struct hall *hall = &backend_serving(town)->hall;
    return reads_snapshot(hall->reads, actor, &hall->state, after, town->now_ms, text) == ERR_OK;
}

static struct json *read_pages(struct town *town, const struct actor *actor)
{
    struct json *pages = json_new_array(), *page = NULL;
    struct buf text = {0};
    char *after = NULL;
    while (read_page(town, actor, after, &text) &&
           json_parse(buf_text(&text), text.length, &page, NULL) == ERR_OK) {
        free(after);
        after = json_text(page, "next") ? xstrdup(json_text(page, "next")) : NULL;
        json_add(pages, page);
        buf_free(&text);
        if (!after)
            break;
    }
    buf_free(&text);
    free(after);
    return pages;
}

static void to_next_line(struct copy *copy)
{
    copy->line = copy->line ? json_next(copy->line) : json_first(json_get(copy->page, "rows"));
    while (!copy->line && copy->page && (copy->page = json_next(copy->page)))
        copy->line = json_first(json_get(copy->page, "rows"));
}

/* What someone who sees a row masked must not have on this disk, as the protocol and the packs call it sensitive. */
static bool tells_too_much(const char *table, const struct json *row)
{
    const char *fin = json_text_or(row, "fin", ""), *nik = json_text_or(row, "nik", "");
    if (strcmp(table, "case") == 0)
        return json_get(row, "draft") || json_get(row, "submitted");
    if (strcmp(table, "person") == 0)
        return json_get(row, "documents") || (*fin && !strstr(fin, "•")) || (*nik && !strstr(nik, "•"));
    return strcmp(table, "decision") == 0 && (json_get(row, "text") || json_get(row, "reasons"));
}

static const char *sight_wrong(const struct actor *actor, const char *name, const struct json *row)
{
    enum table table;
    if (!table_find(name, &table))
        return "is of no table";
    enum sight sight = row_sight(actor, table, row);
    if (sight == SIGHT_NONE)
        return "is none that this person may see";
    return sight == SIGHT_MASKED && tells_too_much(name, row) ? "tells this person too much" : NULL;
}

/* --- at a glance: nearly always both sides are the same bytes, and each row is right for that person. Anything else is
 * looked at row by row below, which says what is wrong. --- */

static bool is_right_for(const struct actor *actor, enum table table, const char *text)
{
    struct json *row = NULL;
    if (table_is_whole(actor, table))
        return true;
    bool right =
        json_parse(text, strlen(text), &row, NULL) == ERR_OK && !sight_wrong(actor, table_wire(table), row);
    json_free(&row);
    return right;
}

static bool print_line(const struct actor *actor, struct stmt *s, enum table table, struct buf *out)
{
    const char *id = db_text(s, 0), *text = db_text(s, 1);
    if (!id || !text || !is_right_for(actor, table, text))
        return false;
    buf_adds(out, out->length ? ",{\"t\":\"" : "{\"t\":\"");
    buf_adds(out, table_wire(table));
    buf_adds(out, "\",\"id\":\"");
    buf_adds(out, id);
    buf_adds(out, "\",\"row\":");
    buf_adds(out, text);
    buf_addc(out, '}');
    return true;
}

/* The rows of this disk as the hall would send them. */
static bool print_base(struct cache *cache, struct buf *out)
{
    static const char *const sql_rows[] = {
#define TABLE(ID, wire, name) \
    [TABLE_##ID] = "SELECT id, row FROM base_" name " ORDER BY id", /* primary key */
#include "core/db/tables.def"
    };
    bool well = true;
    for (int table = 0; table < TABLE_COUNT && well; table++) {
        struct stmt *s = db_query(cache->db, sql_rows[table]);
        while (well && db_step(s) == ERR_OK)
            well = print_line(cache_actor(cache), s, (enum table)table, out);
        db_done(s);
    }
    return well;
}

static bool is_same_text(struct town *town, struct station *station)
{
    static const char start[] = "\"rows\":[", end[] = "],\"next\":null}";
    struct buf page = {0}, base = {0};
    bool same =
        print_base(station->cache, &base) && read_page(town, cache_actor(station->cache), NULL, &page);
    const char *rows = same ? strstr(buf_text(&page), start) : NULL;
    buf_adds(&base, end);
    same = rows && strcmp(rows + sizeof start - 1, buf_text(&base)) == 0;
    buf_free(&page);
    buf_free(&base);
    return same;
}

/* --- row by row: both sides come in the order of tables and identities --- */

static void compare(void *ctx, const char *table, const char *id, const struct json *row)
{
    struct copy *copy = ctx;
    if (copy->wrong)
        return;
    str_copy(copy->id, sizeof copy->id, id);
    if (!copy->line || strcmp(json_text_or(copy->line, "t", ""), table) != 0 ||
        strcmp(json_text_or(copy->line, "id", ""), id) != 0)
        copy->wrong = "is not what comes next at the hall";
    else if (!json_equal(json_get(copy->line, "row"), row))
        copy->wrong = "differs";
    else
        copy->wrong = sight_wrong(copy->actor, table, row);
    to_next_line(copy);
}

bool base_is_hall(struct town *town, struct station *station)
{
    if (!check_may_read(&station->machine, station->cache->db) ||
        !check_may_read(&backend_serving(town)->machine, backend_serving(town)->hall.db))
        return true;
    if (is_same_text(town, station))
        return true;
    const struct actor *actor = cache_actor(station->cache);
    struct copy copy = {.pages = read_pages(town, actor), .actor = actor};
    copy.page = json_first(copy.pages);
    to_next_line(&copy);
    for (int table = 0; table < TABLE_COUNT && !copy.wrong; table++) {
        copy.table = table_wire((enum table)table);
        if (cache_rows(station->cache, copy.table, compare, &copy) != ERR_OK)
            copy.wrong = cache_message(station->cache);
    }
    if (!copy.wrong && copy.line) {
        copy.wrong = "is missing";
        copy.table = json_text_or(copy.line, "t", "");
        str_copy(copy.id, sizeof copy.id, json_text_or(copy.line, "id", ""));
    }
    if (copy.wrong)
        town_violated(town, "station %d of %s at rev %lld: %s %s %s", station->machine.number, actor->login,
                      (long long)cache_cursor(station->cache), copy.table, copy.id, copy.wrong);
    json_free(&copy.pages);
    return !copy.wrong;
}
