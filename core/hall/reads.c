/* core/hall/reads.c: feed, snapshot, search. See reads.h. */
#include "core/hall/reads.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/persons.h"
#include "core/hall/search.h"
#include "core/wire/feed.h"

enum { RECENT = 256 };

struct reads {
    struct db *db;
    struct recent {
        int64_t rev;
        char *text;
        struct json *item;
    } recent[RECENT]; /* by rev % RECENT */
    int64_t digest_rev;
    char *digests;                 /* of the open tables at digest_rev */
    int64_t policy_rev, policy_at; /* its row's rev; the hall's when that was looked up */
    bool names_hidden;             /* the hall's policy "hide_names" at its row of policy_rev */
    int64_t oldest;                /* the first change that is kept; 0: not asked yet */
};

struct reads *reads_new(struct db *db)
{
    struct reads *reads = xcalloc(1, sizeof *reads);
    reads->db = db;
    reads->policy_rev = reads->policy_at = -1;
    return reads;
}

static void recent_clear(struct recent *recent)
{
    free(recent->text);
    json_free(&recent->item);
    *recent = (struct recent){0};
}

void reads_free(struct reads **slot)
{
    struct reads *reads = *slot;
    if (!reads)
        return;
    for (int i = 0; i < RECENT; i++)
        recent_clear(&reads->recent[i]);
    free(reads->digests);
    free(reads);
    *slot = NULL;
}

/* --- what the hall's policy hides --- */

/* The hall's row is printed and read only when it is another one, and looked for only when something has changed. */
static enum err read_policy(struct reads *reads, const struct hall_state *state)
{
    static const char sql_rev[] =
        "SELECT row_rev, id FROM halls ORDER BY id LIMIT 1"; /* primary key; one row */
    static const char sql_row[] = "SELECT row, id FROM halls ORDER BY id LIMIT 1";
    struct json *row = NULL;
    if (reads->policy_at == state->rev)
        return ERR_OK;
    struct stmt *s = db_query(reads->db, sql_rev);
    enum err err = db_step(s);
    int64_t rev = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    if (err == ERR_OK && rev != reads->policy_rev) {
        err = rows_first(db_query(reads->db, sql_row), &row);
        if (err == ERR_OK) {
            reads->names_hidden = json_bool(json_get(row, "policy"), "hide_names", false);
            reads->policy_rev = rev;
        }
        json_free(&row);
    }
    if (err == ERR_OK)
        reads->policy_at = state->rev;
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err seen_by(struct reads *reads, const struct actor *actor, const struct hall_state *state,
                        struct actor *out)
{
    enum err err = read_policy(reads, state);
    *out = *actor;
    out->names_hidden = reads->names_hidden;
    return err;
}

/* --- feed: what of an item a person sees --- */

/* A row that was erased with its person (person_erase.h): its leaf is all that is left of it. */
static bool is_erased(const struct json *line)
{
    return json_bool(line, "erased", false) && json_text(line, "leaf") && !json_get(line, "row");
}

/* Every line has its row, or null for one that is gone. A damaged file, or a change that was shortened and is asked for all
 * the same, has not: nobody is given that. */
static bool has_its_rows(const struct json *item)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        const struct json *row = json_get(line, "row");
        if (!json_is_object(row) && !json_is_null(row) && !is_erased(line))
            return false;
    }
    return true;
}

/* Of an erasure: what is remembered of changes before it may still hold what it took. */
static bool erases(const struct json *item)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        if (json_get(json_get(line, "row"), "erased_at"))
            return true;
    return false;
}

static void forget_all(struct reads *reads)
{
    for (int i = 0; i < RECENT; i++)
        recent_clear(&reads->recent[i]);
}

static const struct recent *item_take(struct reads *reads, int64_t rev, const char *text)
{
    struct recent *recent = &reads->recent[rev % RECENT];
    if (recent->rev == rev && str_equal(recent->text, text))
        return recent;
    recent_clear(recent);
    if (!text || json_parse(text, strlen(text), &recent->item, NULL) != ERR_OK)
        return NULL;
    if (!has_its_rows(recent->item)) {
        recent_clear(recent);
        return NULL;
    }
    if (erases(recent->item)) {
        struct json *item = recent->item;
        recent->item = NULL;
        forget_all(reads);
        recent->item = item;
    }
    recent->rev = rev;
    recent->text = xstrdup(text);
    return recent;
}

static enum sight line_sight(const struct actor *actor, const struct json *line, enum table *table)
{
    const struct json *row = json_get(line, "row");
    if (!table_find(json_text_or(line, "t", ""), table) || is_erased(line))
        return SIGHT_NONE;
    /* A tombstone says nothing but that a row is gone. */
    return json_is_null(row) ? SIGHT_FULL : row_sight(actor, *table, row);
}

static bool sees_all(const struct actor *actor, const struct json *item)
{
    enum table table;
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        if (line_sight(actor, line, &table) != SIGHT_FULL)
            return false;
    return true;
}

static void add_part(struct json *rows, const struct actor *actor, const struct json *line, enum table table,
                     const char *leaf)
{
    struct json *copy = json_copy(line);
    (void)row_show(actor, table, json_edit(copy, "row"));
    json_set_text(copy, "leaf", leaf);
    json_add(rows, copy);
}

/* Rows that are left out or masked stay in the chain by their leaf: see feed.h. */
static void filter_item(const struct actor *actor, const struct json *item, struct buf *out)
{
    struct json *copy = json_new_object(), *rows = json_new_array(), *hidden = json_new_array();
    for (const struct json *member = json_first(item); member; member = json_next(member))
        if (!str_equal(json_name(member), "rows"))
            json_set(copy, json_name(member), json_copy(member));
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        enum table table;
        char leaf[SHA256_TEXT];
        enum sight sight = line_sight(actor, line, &table);
        if (sight == SIGHT_FULL) {
            json_add(rows, json_copy(line));
            continue;
        }
        if (is_erased(line))
            str_copy(leaf, sizeof leaf, json_text_or(line, "leaf", ""));
        else
            feed_leaf(json_text_or(line, "t", ""), json_text_or(line, "id", ""), json_get(line, "row"), leaf);
        if (sight == SIGHT_NONE)
            json_add_text(hidden, leaf);
        else
            add_part(rows, actor, line, table, leaf);
    }
    json_set(copy, "rows", rows);
    json_set(copy, "hidden", hidden);
    json_print_to(copy, out);
    json_free(&copy);
}

static void add_item(const struct actor *actor, const struct recent *recent, struct buf *out)
{
    if (sees_all(actor, recent->item))
        buf_adds(out, recent->text);
    else
        filter_item(actor, recent->item, out);
}

/* Whether all changes between the two are remembered, so that the store need not be asked. */
static bool remembers(const struct reads *reads, int64_t cursor, int64_t through)
{
    if (through - cursor > RECENT)
        return false;
    for (int64_t rev = cursor + 1; rev <= through; rev++)
        if (reads->recent[rev % RECENT].rev != rev)
            return false;
    return true;
}

/* Behind the hall's state nothing is told, so that what hides something is known of whatever is told. */
static enum err add_stored(struct reads *reads, const struct actor *actor, int64_t cursor, int64_t through,
                           struct buf *out, int64_t *to)
{
    static const char sql[] = "SELECT rev, item FROM change WHERE rev > $1 AND rev <= $3 ORDER BY rev"
                              " LIMIT $2"; /* primary key */
    size_t start = out->length;
    struct stmt *s = db_query(reads->db, sql);
    db_bind_int(s, 1, cursor);
    db_bind_int(s, 2, FEED_ITEMS_MAX);
    db_bind_int(s, 3, through);
    enum err err;
    while ((err = db_step(s)) == ERR_OK && out->length - start < FEED_BYTES_MAX) {
        const struct recent *recent = item_take(reads, db_int(s, 0), db_text(s, 1));
        if (!recent) {
            err = ERR_CORRUPT;
            break;
        }
        if (*to != cursor)
            buf_addc(out, ',');
        add_item(actor, recent, out);
        *to = recent->rev;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err add_items(struct reads *reads, const struct actor *actor, int64_t cursor, int64_t through,
                          struct buf *out, int64_t *to)
{
    size_t start = out->length;
    *to = cursor;
    if (!remembers(reads, cursor, through))
        return add_stored(reads, actor, cursor, through, out, to);
    while (*to < through && out->length - start < FEED_BYTES_MAX) {
        if (*to != cursor)
            buf_addc(out, ',');
        add_item(actor, &reads->recent[++*to % RECENT], out);
    }
    return ERR_OK;
}

/* Tables of which everyone sees every row whole, and which stay small. */
static const enum table open_tables[] = {TABLE_HALL,  TABLE_AGENCY,  TABLE_SERVICE,
                                         TABLE_QUEUE, TABLE_COUNTER, TABLE_USER};

static enum err rev_now(struct db *db, int64_t *rev)
{
    struct hall_state state = {0};
    enum err err = store_state(db, &state);
    *rev = state.rev;
    return err;
}

/* Where several serve the hall it may have gone on by now: then they are left out, as of every batch that is not the last. */
static enum err add_digests(struct reads *reads, int64_t rev, struct buf *out)
{
    int64_t now = rev;
    if (reads->digest_rev != rev) {
        struct json *digests = json_new_object();
        enum err err = ERR_OK;
        for (size_t i = 0; err == ERR_OK && i < sizeof open_tables / sizeof *open_tables; i++) {
            char digest[SHA256_TEXT] = "";
            err = rows_digest(reads->db, ROWS_PLAIN, open_tables[i], digest);
            json_set_text(digests, table_wire(open_tables[i]), digest);
        }
        if (err == ERR_OK)
            err = rev_now(reads->db, &now);
        free(reads->digests);
        reads->digests = json_print(digests);
        reads->digest_rev = err == ERR_OK && now == rev ? rev : -1;
        json_free(&digests);
        if (reads->digest_rev < 0)
            return err;
    }
    buf_addf(out, "\"digests\":%s,", reads->digests);
    return ERR_OK;
}

enum err reads_feed(struct reads *reads, const struct actor *actor, const struct hall_state *state,
                    int64_t cursor, int64_t now_ms, struct buf *out, int64_t *to)
{
    char now[TIME_TEXT];
    struct actor seer;
    enum err err = seen_by(reads, actor, state, &seer);
    if (err != ERR_OK)
        return err;
    time_text(now_ms, now);
    buf_addf(out, "{\"epoch\":%lld,\"from\":%lld,\"items\":[", (long long)state->epoch, (long long)cursor);
    err = add_items(reads, &seer, cursor, state->rev, out, to);
    if (err != ERR_OK)
        return err;
    buf_addf(out, "],\"to\":%lld,\"more\":%s,", (long long)*to, *to < state->rev ? "true" : "false");
    if (*to == state->rev && *to / DIGEST_REVS > cursor / DIGEST_REVS)
        err = add_digests(reads, *to, out);
    buf_addf(out, "\"server_time\":\"%s\",\"safe_through\":%lld}", now, (long long)state_safe_through(state));
    return err;
}

/* Disputes, and how somebody does in a training hall, are seen by the person whom they concern, whatever their role
 * (core/command/sight.c). */
static bool item_personal(const struct json *item)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), table_wire(TABLE_DISPUTE)) ||
            str_equal(json_text(line, "t"), table_wire(TABLE_TRAINING)))
            return true;
    return false;
}

bool reads_personal(const struct reads *reads, int64_t cursor, int64_t to)
{
    if (to - cursor > RECENT)
        return true;
    for (int64_t rev = cursor + 1; rev <= to; rev++) {
        const struct recent *recent = &reads->recent[rev % RECENT];
        if (recent->rev != rev || item_personal(recent->item))
            return true;
    }
    return false;
}

enum err reads_oldest(struct reads *reads, const struct hall_state *state, int64_t *cursor)
{
    static const char sql[] =
        "SELECT rev FROM change ORDER BY rev LIMIT 1"; /* primary key; a bus begins later */
    enum err err = ERR_OK;
    if (reads->oldest == 0) { /* none is ever taken away */
        struct stmt *s = db_query(reads->db, sql);
        err = db_step(s);
        reads->oldest = err == ERR_OK ? db_int(s, 0) : 0;
        db_done(s);
    }
    *cursor = reads->oldest > 0 ? reads->oldest - 1 : 0;
    if (state->pruned_through > *cursor)
        *cursor = state->pruned_through;
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- rows as lines --- */

struct line {
    enum table table;
    const char *id, *text; /* the row's, as they are stored */
};

/* part: what is shown of the row; NULL: all of it. */
static void add_line(const struct line *line, const struct json *part, struct buf *out, bool first)
{
    struct json *id = json_new_text(line->id);
    buf_addf(out, "%s{\"t\":\"%s\",\"id\":", first ? "" : ",", table_wire(line->table));
    json_print_to(id, out);
    buf_adds(out, ",\"row\":");
    if (part) {
        json_print_to(part, out);
    } else {
        buf_adds(out, line->text);
    }
    buf_addc(out, '}');
    json_free(&id);
}

/* Appends {"t","id","row"} when the actor may see it; *added tells. A row that is seen whole goes as it is stored; of a
 * table that is, as a service with its form, not even read. */
static enum err add_seen(const struct actor *actor, const struct line *line, struct buf *out, bool first,
                         bool *added)
{
    struct json *row = NULL;
    *added = line->text != NULL;
    if (!*added)
        return ERR_CORRUPT;
    if (table_is_whole(actor, line->table)) {
        add_line(line, NULL, out, first);
        return ERR_OK;
    }
    if (json_parse(line->text, strlen(line->text), &row, NULL) != ERR_OK)
        return ERR_CORRUPT;
    bool whole = row_sight(actor, line->table, row) == SIGHT_FULL;
    *added = whole || row_show(actor, line->table, row);
    if (*added)
        add_line(line, whole ? NULL : row, out, first);
    json_free(&row);
    return ERR_OK;
}

/* --- snapshot --- */

struct page {
    const struct actor *actor;
    struct buf *out;
    size_t start; /* of the rows in out */
    int count;
    enum table table; /* of the last row looked at, seen or not */
    char id[64];
};

static enum err visit(void *ctx, enum table table, const char *id, int64_t row_rev, const char *text)
{
    struct page *page = ctx;
    bool added = false;
    (void)row_rev;
    if (page->out->length - page->start >= SNAPSHOT_BYTES_MAX)
        return ERR_TOO_LARGE; /* this row begins the next page */
    const struct line line = {table, id, text};
    enum err err = add_seen(page->actor, &line, page->out, page->count == 0, &added);
    page->count += added;
    page->table = table;
    str_copy(page->id, sizeof page->id, id);
    return err;
}

static bool after_read(const char *after, enum table *table, const char **id)
{
    char wire[32];
    const char *comma = after ? strchr(after, ',') : NULL;
    *table = (enum table)0;
    *id = NULL;
    if (!after)
        return true;
    if (!comma || (size_t)(comma - after) >= sizeof wire)
        return false;
    str_format(wire, sizeof wire, "%.*s", (int)(comma - after), after);
    *id = comma + 1;
    return table_find(wire, table);
}

enum err reads_snapshot(struct reads *reads, const struct actor *actor, const struct hall_state *state,
                        const char *after, int64_t now_ms, struct buf *out)
{
    char now[TIME_TEXT];
    enum table table;
    const char *id;
    bool more = false;
    struct actor seer;
    struct page page = {.actor = &seer, .out = out};
    if (!after_read(after, &table, &id))
        return ERR_INVALID;
    reads->policy_at =
        -1; /* its rows are as they are now, which may be later than what is known of the hall here */
    enum err err = seen_by(reads, actor, state, &seer);
    if (err != ERR_OK)
        return err;
    time_text(now_ms, now);
    buf_addf(out, "{\"epoch\":%lld,\"rev\":%lld,\"server_time\":\"%s\",\"safe_through\":%lld,\"rows\":[",
             (long long)state->epoch, (long long)state->rev, now, (long long)state_safe_through(state));
    page.start = out->length;
    err = rows_page(reads->db, table, id, SNAPSHOT_ROWS_MAX, visit, &page, &more);
    if (err == ERR_TOO_LARGE) {
        more = true;
        err = ERR_OK;
    }
    char *place = more ? xasprintf("%s,%s", table_wire(page.table), page.id) : NULL;
    struct json *next = json_new_text(place);
    free(place);
    buf_adds(out, "],\"next\":");
    json_print_to(next, out);
    buf_addc(out, '}');
    json_free(&next);
    return err;
}

/* --- search --- */

struct found {
    struct db *db;
    const struct actor *actor;
    struct buf *out;
    int count, rows_max, looked_at;
    char ids[SEARCH_ROWS_MAX][64]; /* one row may be found by its number and by its name */
    char person[64];               /* the first that was found */
    struct search_place place;     /* of the last that was looked at */
    bool ended;                    /* by enough rows */
};

static bool found_already(const struct found *found, const char *id)
{
    for (int i = 0; i < found->count; i++)
        if (str_equal(found->ids[i], id))
            return true;
    return false;
}

/* Of several records that were made one the one that goes on is shown. */
static enum err person_text(struct db *db, char id[64], struct buf *text)
{
    struct json *root = NULL;
    enum err err = row_get_text(db, TABLE_PERSON, id, text);
    if (err != ERR_OK || !strstr(buf_text(text), "\"merged_into\":\""))
        return err;
    err = person_root(person_get_row, db, id, &root);
    if (err == ERR_OK && !str_equal(json_text(root, "id"), id)) {
        buf_clear(text);
        str_copy(id, 64, json_text(root, "id"));
        err = row_get_text(db, TABLE_PERSON, id, text);
    }
    json_free(&root);
    return err;
}

/* However many there are that this person may not see, only so many are looked at. */
static enum err show(void *ctx, enum table table, const char *named, const struct search_place *place,
                     bool *enough)
{
    enum { LOOKED_AT_MAX = 300 };
    struct found *found = ctx;
    struct buf text = {0};
    char id[64];
    bool added = false;
    str_copy(id, sizeof id, named);
    if (place)
        found->place = *place;
    enum err err =
        table == TABLE_PERSON ? person_text(found->db, id, &text) : row_get_text(found->db, table, id, &text);
    if (err == ERR_OK && !found_already(found, id)) {
        const struct line line = {table, id, buf_text(&text)};
        err = add_seen(found->actor, &line, found->out, found->count == 0, &added);
        if (added) {
            str_copy(found->ids[found->count++], sizeof found->ids[0], id);
            if (table == TABLE_PERSON && !found->person[0])
                str_copy(found->person, sizeof found->person, id);
        }
    }
    *enough = found->count == found->rows_max || ++found->looked_at == LOOKED_AT_MAX;
    found->ended |= *enough;
    buf_free(&text);
    return err == ERR_ABSENT ? ERR_CORRUPT : err; /* an index tells of a row that is not there */
}

/* The applications of one record, the newest first. */
static enum err show_cases(struct found *found, const char *person, bool *cut)
{
    static const char sql[] =
        "SELECT id FROM cases WHERE person = $1 ORDER BY opened_at DESC LIMIT $2"; /* cases_person */
    char ids[SEARCH_ROWS_MAX][64];
    int count = 0;
    bool enough = false;
    enum err err;
    struct stmt *s = db_query(found->db, sql);
    db_bind_text(s, 1, person);
    db_bind_int(s, 2, SEARCH_ROWS_MAX);
    while ((err = db_step(s)) == ERR_OK)
        str_copy(ids[count++], sizeof ids[0], db_text(s, 0));
    db_done(s);
    if (err != ERR_ABSENT)
        return err;
    err = ERR_OK;
    for (int i = 0; i < count && err == ERR_OK && !enough; i++)
        err = show(found, TABLE_CASE, ids[i], NULL, &enough);
    *cut |= enough || count == SEARCH_ROWS_MAX;
    return err;
}

/* Of the one person who was found also the applications, of all their records. */
static enum err show_history(struct found *found, bool *more)
{
    if (found->count != 1 || !found->person[0] || found->rows_max == 1)
        return ERR_OK;
    struct json *records = json_new_array();
    bool cut = false;
    enum err err = person_group(person_get_row, found->db, found->person, records);
    for (const struct json *one = json_first(records); one && err == ERR_OK && !cut; one = json_next(one))
        err = show_cases(found, json_as_text(one), &cut);
    *more |= cut;
    json_free(&records);
    return err;
}

/* The hall's code and day, by which an application's number need not be typed whole. */
static enum err about_hall(struct db *db, char code[64], char day[DATE_TEXT])
{
    struct json *hall = NULL;
    enum err err = store_hall(db, &hall);
    str_copy(code, 64, json_text_or(hall, "code", ""));
    str_copy(day, DATE_TEXT, json_text_or(hall, "business_day", ""));
    json_free(&hall);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The end of the answer; ended: by enough rows, so that another page may follow. */
static void print_next(const struct found *found, bool ended, bool more, struct buf *out)
{
    char text[256];
    struct json *next = json_new_null();
    if (ended) {
        search_place_print(&found->place, text);
        json_free(&next);
        next = json_new_text(text);
    }
    buf_addf(out, "],\"more\":%s,\"next\":", more ? "true" : "false");
    json_print_to(next, out);
    buf_addc(out, '}');
    json_free(&next);
}

enum err reads_search(struct reads *reads, const struct actor *actor, const char *query, const char *after,
                      int rows_max, struct buf *out)
{
    struct search_place place;
    if (after && !search_place_read(after, &place))
        return ERR_INVALID;
    if (rows_max < 1 || rows_max > SEARCH_ROWS_MAX)
        rows_max = SEARCH_ROWS_MAX;
    struct found *found = xcalloc(1, sizeof *found);
    char code[64], day[DATE_TEXT];
    bool more = false, ended = false;
    *found = (struct found){.db = reads->db, .actor = actor, .out = out, .rows_max = rows_max};
    enum err err = about_hall(reads->db, code, day);
    const struct search search = {
        .db = reads->db,
        .typed = query,
        .hall = code,
        .today = day,
        .numbers_begin = table_is_whole(actor, TABLE_PERSON),
        .after = after ? &place : NULL,
        .found = show,
        .ctx = found,
    };
    buf_adds(out, "{\"rows\":[");
    if (err == ERR_OK)
        err = search_run(&search, &more);
    ended = found->ended;
    if (err == ERR_OK && !after)
        err = show_history(found, &more);
    print_next(found, ended, more, out);
    free(found);
    return err;
}
