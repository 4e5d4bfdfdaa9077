/* core/cache/load.c: cache_load: the table of queries, and what they share: rows, marks, limits.
 *
 * Statements name their ORDER BY columns in the result too: only then does SQLite merge the view's two halves
 * in index order, so that a LIMIT stays cheap however large the cache is (tests/unit/cache_plan_test.c). */
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/command/persons.h"

static const struct {
    const char *what;
    load_query *load;
} queries[] = {
    {"accounts", load_accounts},     {"desk", load_desk},         {"case", load_case},
    {"persons", load_persons},       {"person", load_person},     {"services", load_services},
    {"priorities", load_priorities}, {"bookings", load_bookings}, {"queue", load_queue},
    {"levels", load_levels},         {"holds", load_holds},       {"queues", load_queues},
    {"users", load_users},           {"outbox", load_outbox},     {"disputes", load_disputes},
    {"worklist", load_worklist},     {"board", load_board},       {"journal", load_journal},
    {"status", load_status},         {"tickets", load_tickets},   {"cases", load_cases},
    {"waiting", load_waiting},       {"open", load_open},         {"visit", load_visit},
    {"rehearsal", load_rehearsal},   {"why", load_why},           {"move", load_move},
    {"moves", load_moves},           {"floor", load_floor},       {"floor_people", load_floor_people},
    {"targets", load_targets},       {"people", load_people},     {"training", load_training},
};

enum err cache_load(struct cache *cache, const char *what, const struct json *args, int64_t now_ms,
                    struct json **out)
{
    *out = NULL;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        if (strcmp(queries[i].what, what) != 0)
            continue;
        struct json *answer = json_new_object();
        enum err err = queries[i].load(cache, args, now_ms + cache->offset_ms, answer);
        if (err == ERR_OK)
            *out = answer;
        else
            json_free(&answer);
        return err == ERR_ABSENT ? ERR_ABSENT : file_fail(cache, err);
    }
    return file_refuse(cache, ERR_USAGE, "There is no query named %s.", what);
}

/* --- arguments --- */

int load_limit(const struct json *args, int otherwise, int max)
{
    int64_t limit = json_int(args, "limit", otherwise);
    return limit < 1 ? otherwise : limit > max ? max : (int)limit;
}

int64_t row_ms(const struct json *row, const char *name)
{
    int64_t ms;
    const char *text = json_text(row, name);
    return text && time_parse(text, &ms) ? ms : -1;
}

/* --- marks --- */

/* The newest of this person's own commands that touched the row. ERR_ABSENT: none is remembered. */
static enum err newest_command(struct cache *cache, enum table table, const char *id, char state[12],
                               int64_t *rev)
{
    static const char sql_newest[] =
        "SELECT o.state, o.rev FROM outbox_row r JOIN outbox o ON o.client = r.client AND o.seq = r.seq"
        " WHERE r.t = $1 AND r.id = $2 AND r.client = $3 ORDER BY r.seq DESC LIMIT 1"; /* primary keys */
    struct stmt *s = db_query(cache->db, sql_newest);
    db_bind_text(s, 1, table_wire(table));
    db_bind_text(s, 2, id);
    db_bind_text(s, 3, cache->client);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        str_copy(state, 12, db_text(s, 0) ? db_text(s, 0) : "");
        *rev = db_int(s, 1);
    }
    db_done(s);
    return err;
}

static const char *mark_of(const struct cache *cache, const char *state, int64_t rev, int64_t row_rev)
{
    if (strcmp(state, "pending") == 0)
        return "saved";
    /* A later change of the row shows that someone has dealt with the refusal. */
    if (strcmp(state, "refused") == 0 && row_rev <= rev)
        return "trouble";
    int64_t newest = rev > row_rev ? rev : row_rev;
    return newest <= cache->place.safe_through ? "safe" : "received";
}

enum err mark_row(struct cache *cache, enum table table, struct json *row)
{
    char state[12] = "";
    int64_t rev = 0, row_rev = json_int(row, "row_rev", 0);
    enum err err = ERR_ABSENT;
    if (cache->signed_in)
        err = newest_command(cache, table, json_text_or(row, "id", ""), state, &rev);
    if (err != ERR_OK && err != ERR_ABSENT)
        return err;
    json_set_text(row, "mark", mark_of(cache, state, rev, row_rev));
    return ERR_OK;
}

static bool has_mark(enum table table)
{
    return table == TABLE_TICKET || table == TABLE_CASE || table == TABLE_DOCUMENT ||
           table == TABLE_PAYMENT || table == TABLE_DECISION;
}

/* --- rows --- */

static void add_wait(struct json *row, int64_t now_ms)
{
    int64_t arrived_ms = row_ms(row, "arrived_at");
    if (arrived_ms >= 0 && str_equal(json_text(row, "state"), "waiting"))
        json_set_int(row, "wait_ms", now_ms > arrived_ms ? now_ms - arrived_ms : 0);
}

/* By a copy that is not fresh, everybody would seem gone. */
static void add_unattended(const struct cache *cache, struct json *row, int64_t now_ms)
{
    int64_t until_ms = row_ms(row, "lease_until");
    if (cache->reached && until_ms >= 0 && now_ms > until_ms && !str_equal(json_text(row, "state"), "closed"))
        json_set_int(row, "unattended_ms", now_ms - until_ms);
}

enum err dress_row(struct cache *cache, enum table table, int64_t now_ms, struct json *row)
{
    if (table == TABLE_TICKET)
        add_wait(row, now_ms);
    else if (table == TABLE_COUNTER)
        add_unattended(cache, row, now_ms);
    return has_mark(table) ? mark_row(cache, table, row) : ERR_OK;
}

enum err find_row(struct cache *cache, enum table table, const char *id, int64_t now_ms, struct json **row)
{
    *row = NULL;
    if (str_empty(id))
        return ERR_OK;
    enum err err = table == TABLE_PERSON ? person_root(person_get_row, cache->db, id, row)
                                         : row_get(cache->db, table, id, row);
    if (err == ERR_OK)
        err = dress_row(cache, table, now_ms, *row);
    if (err != ERR_OK)
        json_free(row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err put_row(struct cache *cache, struct json *answer, const char *name, enum table table, const char *id,
                 int64_t now_ms, struct json **row)
{
    struct json *found;
    enum err err = find_row(cache, table, id, now_ms, &found);
    if (row)
        *row = found;
    json_set(answer, name, found ? found : json_new_null());
    return err;
}

enum err add_rows(struct cache *cache, struct json *rows, enum table table, struct stmt *s, int max,
                  int64_t now_ms, bool *more)
{
    enum err err = ERR_OK;
    if (more)
        *more = false;
    while (err == ERR_OK && (err = db_step(s)) == ERR_OK) {
        if ((int)json_count(rows) == max) {
            if (more)
                *more = true;
            break;
        }
        struct json *row = NULL;
        const char *text = db_text(s, 0);
        if (!text || json_parse(text, strlen(text), &row, NULL) != ERR_OK) {
            err = ERR_CORRUPT;
            break;
        }
        err = dress_row(cache, table, now_ms, row);
        json_add(rows, row);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

struct json *put_array(struct json *answer, const char *name)
{
    struct json *rows = json_new_array();
    json_set(answer, name, rows);
    return rows;
}

struct tx foreseeing(struct cache *cache, const struct command *command, int64_t now_ms)
{
    return (struct tx){.db = cache->db,
                       .set = ROWS_OVERLAY,
                       .predicting = true,
                       .now_ms = now_ms,
                       .actor = &cache->actor,
                       .command = command};
}

struct json *put_refused(struct json *answer, const struct outcome *out)
{
    struct json *refused = json_new_object();
    json_set_text(refused, "code", out->code);
    json_set_text(refused, "message", out->message);
    json_set_text(refused, "field", out->field);
    json_set(answer, "refused", refused);
    return refused;
}

enum err put_hall(struct cache *cache, struct json *answer)
{
    static const char sql_hall[] = "SELECT row, id FROM halls ORDER BY id LIMIT 1"; /* primary key */
    struct json *hall = NULL;
    enum err err = rows_first(db_query(cache->db, sql_hall), &hall);
    json_set(answer, "hall", hall ? hall : json_new_null());
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err set_name_of(struct cache *cache, struct json *row, const char *as, enum table table, const char *id)
{
    struct json *other = NULL;
    TRY(find_row(cache, table, id, 0, &other));
    const struct json *name = json_get(other, "name");
    json_set(row, as, name ? json_copy(name) : json_new_null());
    json_free(&other);
    return ERR_OK;
}
