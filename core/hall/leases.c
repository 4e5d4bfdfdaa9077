/* core/hall/leases.c: see leases.h. */
#include "core/hall/leases.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/inside.h"
#include "core/hall/writer.h"
#include "core/model/counter.h"

enum {
    LAG_MS = COUNTER_LEASE_MS / 2, /* a row this far behind is written … */
    LAG_MIN_MS = 10 * 1000,        /* … and with it every other that is behind at all */
    SOON_MS = 10 * 1000,           /* two looks: a row may not say that a lease is over which is not */
    TOLD_MS = 60 * 1000, /* between two rows of a workstation whose unsent records only grow or shrink */
    STATIONS_MAX = 2000,
};

/* Open addressing by user; grows, never shrinks: a hall has some hundred users. */
struct leases {
    struct heard {
        char user[UUID_TEXT];
        int64_t mono_ms;
    } * slots;
    size_t capacity, count;
    struct told {
        char client[UUID_TEXT], user[UUID_TEXT];
        int64_t unsent, since_ms, seen_ms; /* as it said last; wall time */
        int64_t written, written_ms;       /* unsent as the row has it, since when, monotonic */
    } * told;                              /* only those that ever had some: few */
    size_t told_count;
    bool owed; /* rows that are wrong could not be written */
};

struct leases *leases_new(void)
{
    struct leases *leases = xcalloc(1, sizeof *leases);
    leases->capacity = 256;
    leases->slots = xcalloc(leases->capacity, sizeof *leases->slots);
    return leases;
}

void leases_free(struct leases **slot)
{
    if (*slot) {
        free((*slot)->slots);
        free((*slot)->told);
    }
    free(*slot);
    *slot = NULL;
}

/* The slot of user, or the free one where it belongs. */
static struct heard *slot_of(const struct leases *leases, const char *user)
{
    uint64_t key = 0xcbf29ce484222325; /* FNV-1a */
    for (const char *c = user; *c; c++)
        key = (key ^ (unsigned char)*c) * 0x100000001b3;
    size_t at = (size_t)key & (leases->capacity - 1);
    while (leases->slots[at].user[0] && !str_equal(leases->slots[at].user, user))
        at = (at + 1) & (leases->capacity - 1);
    return &leases->slots[at];
}

static void grow(struct leases *leases)
{
    struct leases old = *leases;
    leases->capacity *= 2;
    leases->slots = xcalloc(leases->capacity, sizeof *leases->slots);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].user[0])
            *slot_of(leases, old.slots[i].user) = old.slots[i];
    free(old.slots);
}

void leases_heard(struct leases *leases, const char *user, int64_t mono_ms)
{
    struct heard *heard = slot_of(leases, user);
    if (!heard->user[0]) {
        if (++leases->count * 2 > leases->capacity) {
            grow(leases);
            heard = slot_of(leases, user);
        }
        str_copy(heard->user, sizeof heard->user, user);
    }
    heard->mono_ms = mono_ms;
}

/* --- what workstations could not hand over --- */

static struct told *told_find(const struct leases *leases, const char *client)
{
    for (size_t i = 0; i < leases->told_count; i++)
        if (str_equal(leases->told[i].client, client))
            return &leases->told[i];
    return NULL;
}

static struct told *told_add(struct leases *leases, const char *client)
{
    if (leases->told_count == STATIONS_MAX)
        return NULL;
    leases->told = xrealloc(leases->told, (leases->told_count + 1) * sizeof *leases->told);
    struct told *told = &leases->told[leases->told_count++];
    *told = (struct told){0};
    str_copy(told->client, sizeof told->client, client);
    return told;
}

void leases_told(struct hall *hall, const struct actor *actor, int64_t unsent, int64_t since_ms)
{
    struct told *told = told_find(hall->leases, actor->client);
    if (!told && unsent)
        told = told_add(hall->leases, actor->client);
    if (!told)
        return;
    str_copy(told->user, sizeof told->user, actor->user);
    told->unsent = unsent;
    told->since_ms = since_ms;
    told->seen_ms = hall->wall_ms;
}

static bool is_news(const struct hall *hall, const struct told *told)
{
    bool turned = (told->unsent > 0) != (told->written > 0);
    return turned || (told->unsent != told->written && hall->mono_ms - told->written_ms >= TOLD_MS);
}

static bool any_news(const struct hall *hall)
{
    for (size_t i = 0; i < hall->leases->told_count; i++)
        if (is_news(hall, &hall->leases->told[i]))
            return true;
    return false;
}

static void set_time(struct json *row, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    time_text(ms, text);
    json_set_text(row, name, text);
}

static enum err write_told(struct tx *tx, const struct told *told)
{
    struct json *row = json_new_object();
    json_set_text(row, "user", told->user);
    json_set_int(row, "unsent", told->unsent);
    json_set_null(row, "since");
    if (told->unsent)
        set_time(row, "since", told->since_ms);
    set_time(row, "seen_at", told->seen_ms);
    enum err err = tx_put(tx, TABLE_STATION, told->client, row);
    json_free(&row);
    return err;
}

static enum err write_news(struct hall *hall, struct tx *tx)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < hall->leases->told_count; i++)
        if (is_news(hall, &hall->leases->told[i]))
            err = write_told(tx, &hall->leases->told[i]);
    return err;
}

/* After the commit: what could not be written is news once more. */
static void news_written(struct hall *hall)
{
    for (size_t i = 0; i < hall->leases->told_count; i++) {
        struct told *told = &hall->leases->told[i];
        if (!is_news(hall, told))
            continue;
        told->written = told->unsent;
        told->written_ms = hall->mono_ms;
    }
}

void leases_station(struct hall *hall, const struct json *row)
{
    const char *client = json_text_or(row, "id", "");
    struct told *told = told_find(hall->leases, client);
    if (!told)
        told = told_add(hall->leases, client);
    if (!told)
        return;
    str_copy(told->user, sizeof told->user, json_text_or(row, "user", ""));
    told->unsent = told->written = json_int(row, "unsent", 0);
    told->written_ms = hall->mono_ms;
}

void leases_know(struct hall *hall)
{
    static const char sql[] = "SELECT row FROM stations ORDER BY id LIMIT $1"; /* primary key */
    struct json *rows = json_new_array();
    struct stmt *s = db_query(hall->db, sql);
    db_bind_int(s, 1, STATIONS_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row))
        leases_station(hall, row);
    json_free(&rows);
}

/* --- rows --- */

/* What is left of the lease by the row, and by what was heard. The row tells wall time. */
static int64_t left_by_row(const struct json *counter, int64_t now_ms)
{
    int64_t until_ms;
    return time_parse(json_text_or(counter, "lease_until", ""), &until_ms) ? until_ms - now_ms : 0;
}

static int64_t left_by_ear(const struct leases *leases, const struct json *counter, int64_t mono_ms)
{
    const char *user = json_text(counter, "user");
    const struct heard *heard = str_empty(user) ? NULL : slot_of(leases, user);
    return heard && heard->user[0] ? heard->mono_ms + COUNTER_LEASE_MS - mono_ms : 0;
}

/* How far the row is behind; beyond a whole lease (a clock set back) it is wrong as well, unless it is somebody else's who
 * serves this hall too: heard there, by a clock that is not ours. */
static int64_t lag_ms(const struct hall *hall, const struct json *counter)
{
    int64_t row = left_by_row(counter, hall->wall_ms),
            ear = left_by_ear(hall->leases, counter, hall->mono_ms);
    if (row > COUNTER_LEASE_MS + LAG_MIN_MS)
        return hall->others && ear <= 0 ? 0 : LAG_MS;
    return ear > 0 ? ear - row : 0;
}

/* Somebody who is heard often keeps the row far from its end, so the second happens once to a lease that is left. */
static bool is_due(const struct hall *hall, const struct json *counter)
{
    int64_t lag = lag_ms(hall, counter);
    return lag >= LAG_MS || (lag > 0 && left_by_row(counter, hall->wall_ms) < SOON_MS);
}

static enum err open_counters(struct db *db, struct json *rows)
{
    static const char sql[] =
        "SELECT row FROM counters WHERE state <> 'closed' ORDER BY id"; /* a small table */
    return rows_collect(db_query(db, sql), rows);
}

static enum err renew(struct tx *tx, const struct json *counter, int64_t left_ms)
{
    char until[TIME_TEXT];
    struct json *row = json_copy(counter);
    time_text(tx->now_ms + left_ms, until);
    json_set_text(row, "lease_until", until);
    enum err err = tx_put(tx, TABLE_COUNTER, json_text_or(row, "id", ""), row);
    json_free(&row);
    return err;
}

struct renewal {
    struct hall *hall;
    bool restart; /* a full period for all */
};

static enum err write_rows(struct tx *tx, void *ctx)
{
    const struct renewal *renewal = ctx;
    struct json *rows = json_new_array();
    enum err err = open_counters(tx->db, rows);
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row)) {
        int64_t left_ms = left_by_ear(renewal->hall->leases, row, renewal->hall->mono_ms);
        if (renewal->restart)
            err = renew(tx, row, COUNTER_LEASE_MS);
        else if (is_due(renewal->hall, row) || lag_ms(renewal->hall, row) >= LAG_MIN_MS)
            err = renew(tx, row, left_ms > 0 ? left_ms : 0);
    }
    json_free(&rows);
    return err == ERR_OK ? write_news(renewal->hall, tx) : err;
}

static enum err run_renewal(void *ctx, const struct server_env *env)
{
    struct renewal *renewal = ctx;
    return server_change(env, renewal->restart ? "hall.leases_restart" : "hall.leases", NULL, write_rows,
                         renewal);
}

static void renewal_done(void *ctx, enum err err)
{
    struct renewal *renewal = ctx;
    renewal->hall->leases->owed = err != ERR_OK;
    if (err == ERR_OK)
        news_written(renewal->hall);
    free(renewal);
}

static void add_renewal(struct hall *hall, bool restart)
{
    struct renewal *renewal = xcalloc(1, sizeof *renewal);
    *renewal = (struct renewal){hall, restart};
    writer_add_first(hall->writer, run_renewal, renewal_done, renewal);
}

bool leases_owed(const struct hall *hall)
{
    return hall->leases->owed;
}

void leases_follow(struct hall *hall)
{
    struct json *rows = json_new_array();
    bool due = false;
    enum err err = open_counters(hall->db, rows);
    for (const struct json *row = json_first(rows); err == ERR_OK && row && !due; row = json_next(row))
        due = is_due(hall, row);
    json_free(&rows);
    if (due || any_news(hall))
        add_renewal(hall, false);
    else
        hall->leases->owed = false;
}

void leases_restart(struct hall *hall)
{
    struct json *rows = json_new_array();
    bool any = open_counters(hall->db, rows) == ERR_OK && json_count(rows) > 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (!str_empty(json_text(row, "user")))
            leases_heard(hall->leases, json_text(row, "user"), hall->mono_ms);
    json_free(&rows);
    leases_know(hall);
    if (any)
        add_renewal(hall, true);
}
