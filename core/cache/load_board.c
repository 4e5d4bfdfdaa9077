/* core/cache/load_board.c: everything that a supervisor's board shows: the query "floor", and who waits in one of its
 * queues or is at one of its counters.
 *
 * Numbers of people are counted along indexes of the hall's rows (base), without reading a row, and put right by what this
 * workstation's unsent work makes of them (overlay): with ten thousand waiting a refresh reads none of their rows. */
#include <string.h>

#include "core/cache/floor.h"
#include "core/model/counter.h"

enum {
    QUEUES_MAX = 500,
    OPEN_MAX = 5000,
    STATIONS_MAX = 200,
    PEOPLE_MAX = 200,
    SPARE_MS = 2 * 60 * 1000, /* so long nobody is at a counter that could help elsewhere */
};

/* --- what is asked --- */

/* tickets_arrival, of which nothing but the index is read */
static const char sql_count[] = "SELECT count(*) FROM base_tickets WHERE queue = $1 AND state = $2"
                                " AND arrived_at >= $3";
static const char sql_promised[] = "SELECT count(*) FROM base_tickets WHERE queue = $1 AND state = 'waiting'"
                                   " AND promised_at > $2 AND promised_at <= $3"; /* tickets_promise */
/* tickets_arrival: the first of its two halves */
static const char sql_oldest[] =
    "SELECT arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
    " AND arrived_at > '' ORDER BY arrived_at, number LIMIT 1";
/* the whole overlay, which is what this person has not sent yet; primary key */
static const char sql_own_work[] =
    "SELECT b.queue, b.state, b.arrived_at, b.promised_at, o.queue, o.state, o.arrived_at,"
    " o.promised_at FROM overlay_tickets AS o LEFT JOIN base_tickets AS b ON b.id = o.id";
/* tickets_called: as many as there are counters */
static const char sql_at_counters[] = "SELECT id, number, counter, user_, called_at, started_at FROM tickets"
                                      " WHERE state = $1 ORDER BY called_at LIMIT $2";
static const char sql_parked[] = "SELECT user_, held_until, called_at FROM tickets WHERE state = 'held'"
                                 " ORDER BY called_at LIMIT $1"; /* tickets_called */
static const char sql_newest_end[] =
    "SELECT finished_at, called_at FROM tickets WHERE counter = $1 AND state = $2"
    " ORDER BY called_at DESC LIMIT 1";                                                 /* tickets_counter */
static const char sql_stations[] = "SELECT row, id FROM stations ORDER BY id LIMIT $1"; /* primary key */
static const char sql_queues[] = "SELECT row, id FROM queues ORDER BY id LIMIT $1";     /* primary key */
static const char sql_people[] =
    "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
    " AND arrived_at > '' ORDER BY arrived_at, number LIMIT $2"; /* tickets_arrival */
static const char sql_of_user[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                                  " ORDER BY called_at LIMIT $3"; /* tickets_user */

const char *floor_statement(int nth)
{
    static const char *const all[] = {sql_count,      sql_promised, sql_oldest, sql_at_counters, sql_parked,
                                      sql_newest_end, sql_stations, sql_queues, sql_people,      sql_of_user};
    return nth < (int)(sizeof all / sizeof *all) ? all[nth] : NULL;
}

static int64_t parsed(const char *text)
{
    int64_t ms;
    return text && time_parse(text, &ms) ? ms : 0;
}

static void set_moment(struct json *row, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    if (ms <= 0)
        return;
    time_text(ms, text);
    json_set_text(row, name, text);
}

static void set_some(struct json *row, const char *name, int64_t value)
{
    if (value)
        json_set_int(row, name, value);
}

static void copy_members(struct json *to, const struct json *from, const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_get(from, names[i]) && !json_is_null(json_get(from, names[i])))
            json_set(to, names[i], json_copy(json_get(from, names[i])));
}

/* --- people who wait, and who were served today --- */

struct moment {
    char now[TIME_TEXT], soon[TIME_TEXT], midnight[TIME_TEXT];
};

static enum err count_from(struct cache *cache, const struct floor_queue *queue, const char *state,
                           const char *since, int64_t *count)
{
    struct stmt *s = db_query(cache->db, sql_count);
    db_bind_text(s, 1, queue->id);
    db_bind_text(s, 2, state);
    db_bind_text(s, 3, since);
    return query_int(s, count);
}

static enum err count_promised(struct cache *cache, const struct floor_queue *queue, const char *after,
                               const char *till, int64_t *count)
{
    struct stmt *s = db_query(cache->db, sql_promised);
    db_bind_text(s, 1, queue->id);
    db_bind_text(s, 2, after);
    db_bind_text(s, 3, till);
    return query_int(s, count);
}

static enum err find_oldest(struct cache *cache, struct floor_queue *queue)
{
    struct stmt *s = db_query(cache->db, sql_oldest);
    db_bind_text(s, 1, queue->id);
    enum err err = db_step(s);
    queue->oldest_ms = err == ERR_OK ? parsed(db_text(s, 0)) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* One row's share of the figures, taken away or added. */
static void tally(struct floor *floor, const struct moment *at, struct stmt *s, int column, int sign)
{
    struct floor_queue *queue = floor_queue(floor, db_text(s, column));
    const char *state = db_text(s, column + 1), *arrived = db_text(s, column + 2),
               *promised = db_text(s, column + 3);
    if (!queue || str_empty(arrived))
        return;
    if (str_equal(state, "waiting")) {
        queue->waiting += sign;
        queue->late += promised && strcmp(promised, at->now) <= 0 ? sign : 0;
        queue->soon +=
            promised && strcmp(promised, at->now) > 0 && strcmp(promised, at->soon) <= 0 ? sign : 0;
    }
    if (strcmp(arrived, at->midnight) >= 0) {
        queue->served += str_equal(state, "done") ? sign : 0;
        queue->no_show += str_equal(state, "no_show") ? sign : 0;
    }
}

static enum err correct_by_own_work(struct cache *cache, struct floor *floor, const struct moment *at)
{
    enum { OF_OVERLAY = 4 };
    struct stmt *s = db_query(cache->db, sql_own_work);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        tally(floor, at, s, 0, -1);
        tally(floor, at, s, OF_OVERLAY, 1);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err count_people(struct cache *cache, struct floor *floor, int64_t now_ms)
{
    struct moment at;
    time_text(now_ms, at.now);
    time_text(now_ms + FLOOR_SOON_MS, at.soon);
    time_text(floor->start_ms, at.midnight);
    for (int i = 0; i < floor->queue_count; i++) {
        struct floor_queue *queue = &floor->queues[i];
        TRY(count_from(cache, queue, "waiting", "0", &queue->waiting));
        TRY(count_from(cache, queue, "done", at.midnight, &queue->served));
        TRY(count_from(cache, queue, "no_show", at.midnight, &queue->no_show));
        TRY(find_oldest(cache, queue));
        if (!queue->waiting)
            continue;
        TRY(count_promised(cache, queue, "", at.now, &queue->late));
        TRY(count_promised(cache, queue, at.now, at.soon, &queue->soon));
    }
    TRY(correct_by_own_work(cache, floor, &at));
    for (int i = 0; i < floor->queue_count; i++) {
        struct floor_queue *queue = &floor->queues[i];
        queue->series[floor_slot(floor, now_ms)] = (int)queue->waiting;
    }
    return ERR_OK;
}

/* --- who is at the counters --- */

/* A citizen stays with who called them: one whom somebody left at a counter is not its business now. */
static void take_visit(struct floor *floor, struct stmt *s, enum floor_doing doing)
{
    struct floor_counter *counter = floor_counter(floor, db_text(s, 2));
    if (!counter || !str_equal(counter->user, db_text(s, 3)))
        return;
    int64_t from_ms = parsed(doing == FLOOR_SERVING ? db_text(s, 5) : db_text(s, 4));
    str_copy(counter->ticket, sizeof counter->ticket, db_text(s, 0) ? db_text(s, 0) : "");
    str_copy(counter->number, sizeof counter->number, db_text(s, 1) ? db_text(s, 1) : "");
    if (counter->doing == FLOOR_UNATTENDED)
        return;
    counter->doing = doing;
    counter->from_ms = from_ms ? from_ms : parsed(db_text(s, 4));
}

static enum err read_visits(struct cache *cache, struct floor *floor, const char *state,
                            enum floor_doing doing)
{
    struct stmt *s = db_query(cache->db, sql_at_counters);
    enum err err;
    db_bind_text(s, 1, state);
    db_bind_int(s, 2, OPEN_MAX);
    while ((err = db_step(s)) == ERR_OK)
        take_visit(floor, s, doing);
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

struct totals {
    int64_t held, overdue;
};

/* Who is parked follows the clerk, not the counter. */
static enum err read_parked(struct cache *cache, struct floor *floor, int64_t now_ms, struct totals *totals)
{
    struct stmt *s = db_query(cache->db, sql_parked);
    enum err err;
    db_bind_int(s, 1, OPEN_MAX);
    while ((err = db_step(s)) == ERR_OK) {
        struct floor_counter *counter = floor_counter_of(floor, db_text(s, 0));
        int64_t until_ms = parsed(db_text(s, 1));
        bool overdue = until_ms > 0 && until_ms < now_ms;
        totals->held++;
        totals->overdue += overdue;
        if (counter) {
            counter->parked++;
            counter->overdue += overdue;
        }
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static bool all_away(struct floor *floor, const struct floor_counter *counter)
{
    const struct json *queues = json_get(counter->row, "queues");
    for (const struct json *one = json_first(queues); one; one = json_next(one)) {
        const struct floor_queue *queue = floor_queue(floor, json_text(one, "queue"));
        if (!queue || !queue->away)
            return false;
    }
    return json_count(queues) > 0;
}

/* By a copy that is not fresh, everybody would seem gone. */
static bool is_unattended(const struct cache *cache, const struct floor_counter *counter, int64_t now_ms)
{
    int64_t until_ms = row_ms(counter->row, "lease_until");
    return cache->reached && until_ms >= 0 && now_ms > until_ms;
}

/* Without looking at tickets. Later they say who is called and served. */
static void begin_counter(const struct cache *cache, struct floor *floor, struct floor_counter *counter,
                          int64_t now_ms)
{
    const char *state = json_text_or(counter->row, "state", "closed");
    counter->parked = counter->overdue = 0;
    counter->unsent = counter->unsent_ms = 0;
    counter->ticket[0] = counter->number[0] = '\0';
    counter->from_ms = 0;
    if (str_equal(state, "closed")) {
        counter->doing = all_away(floor, counter) ? FLOOR_BUS : FLOOR_CLOSED;
    } else if (str_equal(state, "paused")) {
        counter->doing = FLOOR_PAUSED;
        counter->from_ms = row_ms(counter->row, "paused_at");
    } else {
        counter->doing = FLOOR_FREE;
    }
    if (counter->doing != FLOOR_CLOSED && counter->doing != FLOOR_BUS &&
        is_unattended(cache, counter, now_ms)) {
        counter->doing = FLOOR_UNATTENDED;
        counter->from_ms = row_ms(counter->row, "lease_until");
    }
}

static enum err newest_end(struct cache *cache, const struct floor_counter *counter, const char *state,
                           int64_t *ms)
{
    struct stmt *s = db_query(cache->db, sql_newest_end);
    db_bind_text(s, 1, counter->id);
    db_bind_text(s, 2, state);
    enum err err = db_step(s);
    int64_t end_ms = err == ERR_OK ? parsed(db_text(s, 0)) : 0;
    db_done(s);
    *ms = end_ms > *ms ? end_ms : *ms;
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Whom the last one was parked or sent on from, no row tells: whoever was busy at the last look is free since then. */
static enum err find_free(struct cache *cache, const struct floor *floor, struct floor_counter *counter)
{
    if (counter->free_ms > 0 && counter->free_ms >= row_ms(counter->row, "opened_at"))
        return ERR_OK;
    bool first = counter->free_ms < 0 || !floor->looked_ms;
    int64_t opened_ms = row_ms(counter->row, "opened_at"), since_ms = opened_ms > 0 ? opened_ms : 0;
    if (!first && floor->looked_ms > since_ms)
        since_ms = floor->looked_ms;
    TRY(newest_end(cache, counter, "done", &since_ms));
    TRY(newest_end(cache, counter, "no_show", &since_ms));
    counter->free_ms = since_ms;
    return ERR_OK;
}

static enum err look_at_counters(struct cache *cache, struct floor *floor, int64_t now_ms,
                                 struct totals *totals)
{
    TRY(floor_read_counters(cache, floor));
    for (int i = 0; i < floor->counter_count; i++)
        begin_counter(cache, floor, &floor->counters[i], now_ms);
    TRY(read_visits(cache, floor, "called", FLOOR_CALLED));
    TRY(read_visits(cache, floor, "serving", FLOOR_SERVING));
    TRY(read_parked(cache, floor, now_ms, totals));
    for (int i = 0; i < floor->counter_count; i++) {
        struct floor_counter *counter = &floor->counters[i];
        if (counter->doing == FLOOR_FREE) {
            TRY(find_free(cache, floor, counter));
            counter->from_ms = counter->free_ms;
        } else {
            counter->free_ms = 0;
        }
    }
    floor->looked_ms = now_ms;
    return ERR_OK;
}

/* --- what workstations could not hand over --- */

/* Of one that sits at no counter: told by name. */
static enum err add_elsewhere(struct cache *cache, const struct json *station, struct json *rows)
{
    static const char *const members[] = {"user", "unsent", "since", "seen_at"};
    struct json *row = json_new_object();
    json_add(rows, row);
    copy_members(row, station, members, sizeof members / sizeof *members);
    return set_name_of(cache, row, "user_name", TABLE_USER, json_text(station, "user"));
}

static enum err read_stations(struct cache *cache, struct floor *floor, struct json *answer)
{
    struct json *rows = json_new_array(), *elsewhere = put_array(answer, "elsewhere");
    struct stmt *s = db_query(cache->db, sql_stations);
    db_bind_int(s, 1, STATIONS_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        int64_t unsent = json_int(row, "unsent", 0), since_ms = row_ms(row, "since");
        struct floor_counter *counter = floor_counter_of(floor, json_text(row, "user"));
        if (!unsent)
            continue;
        if (!counter) {
            err = add_elsewhere(cache, row, elsewhere);
            continue;
        }
        counter->unsent += unsent;
        if (!counter->unsent_ms || since_ms < counter->unsent_ms)
            counter->unsent_ms = since_ms;
    }
    json_free(&rows);
    return err;
}

/* --- how many counters a queue has --- */

static bool serves_waiting(struct floor *floor, const struct floor_counter *counter)
{
    const struct json *queues = json_get(counter->row, "queues");
    for (const struct json *one = json_first(queues); one; one = json_next(one)) {
        const struct floor_queue *queue = floor_queue(floor, json_text(one, "queue"));
        if (queue && queue->waiting)
            return true;
    }
    return false;
}

static bool is_spare(struct floor *floor, const struct floor_counter *counter, int64_t now_ms)
{
    return counter->doing == FLOOR_FREE && now_ms - counter->from_ms >= SPARE_MS &&
           !serves_waiting(floor, counter);
}

static void count_counters(struct floor *floor, int64_t now_ms)
{
    for (int i = 0; i < floor->counter_count; i++) {
        const struct floor_counter *counter = &floor->counters[i];
        bool open = str_equal(json_text(counter->row, "state"), "open") && counter->doing != FLOOR_UNATTENDED;
        bool spare = is_spare(floor, counter, now_ms);
        const struct json *queues = json_get(counter->row, "queues");
        for (const struct json *one = json_first(queues); one; one = json_next(one)) {
            struct floor_queue *queue = floor_queue(floor, json_text(one, "queue"));
            if (!queue)
                continue;
            queue->assigned++;
            queue->open += open;
            queue->spare += spare;
        }
    }
}

/* --- the answer --- */

static bool is_here(const struct json *queue, const struct json *hall)
{
    const char *home = json_text_or(queue, "home", "");
    return !*home || str_equal(home, "hall") || str_equal(home, json_text(hall, "code"));
}

static int first_slot(const struct floor *floor, int last)
{
    for (int slot = 0; slot < last; slot++)
        for (int i = 0; i < floor->queue_count; i++)
            if (floor->queues[i].series[slot])
                return slot;
    return last;
}

static void add_queue(const struct floor *floor, const struct floor_queue *queue, int from, int to,
                      struct json *rows)
{
    static const char *const members[] = {"id", "code", "name", "agency", "rule", "home", "home_name"};
    struct json *row = json_new_object(), *series = json_new_array();
    copy_members(row, queue->row, members, sizeof members / sizeof *members);
    json_set_int(row, "waiting", queue->waiting);
    set_moment(row, "oldest_at", queue->oldest_ms);
    set_some(row, "late", queue->late);
    set_some(row, "soon", queue->soon);
    json_set_int(row, "served", queue->served);
    json_set_int(row, "no_show", queue->no_show);
    json_set_int(row, "open", queue->open);
    json_set_int(row, "assigned", queue->assigned);
    set_some(row, "spare", queue->spare);
    if (queue->away)
        json_set_bool(row, "away", true);
    const struct json *ahead = floor_ahead(floor, queue->id);
    for (const struct json *member = json_first(ahead); member; member = json_next(member))
        json_set(row, json_name(member), json_copy(member));
    json_set(row, "series", series);
    for (int slot = from; slot <= to; slot++)
        json_add(series, json_new_int(queue->series[slot]));
    json_add(rows, row);
}

static void put_queues(const struct floor *floor, int64_t now_ms, struct json *answer)
{
    struct json *rows = put_array(answer, "queues");
    int to = floor_slot(floor, now_ms), from = first_slot(floor, to);
    int64_t waiting = 0, oldest_ms = 0;
    for (int i = 0; i < floor->queue_count; i++) {
        const struct floor_queue *queue = &floor->queues[i];
        if (!queue->row)
            continue;
        add_queue(floor, queue, from, to, rows);
        waiting += queue->waiting;
        if (queue->oldest_ms && (!oldest_ms || queue->oldest_ms < oldest_ms))
            oldest_ms = queue->oldest_ms;
    }
    json_set_int(answer, "waiting", waiting);
    set_moment(answer, "oldest_at", oldest_ms);
    set_moment(answer, "series_from", floor->start_ms + (int64_t)from * FLOOR_SLOT_MS);
}

/* Names of the agencies that have a queue, so that a long list is read in groups. */
static enum err put_agencies(struct cache *cache, const struct floor *floor, struct json *answer)
{
    struct json *agencies = json_new_object();
    json_set(answer, "agencies", agencies);
    for (int i = 0; i < floor->queue_count; i++) {
        const char *id = json_text(floor->queues[i].row, "agency");
        struct json *named;
        if (str_empty(id) || json_get(agencies, id))
            continue;
        named = json_new_object();
        enum err err = set_name_of(cache, named, "name", TABLE_AGENCY, id);
        const struct json *name = json_get(named, "name");
        json_set(agencies, id, name ? json_copy(name) : json_new_null());
        json_free(&named);
        TRY(err);
    }
    return ERR_OK;
}

static const char *const doings[FLOOR_DOINGS] = {
    [FLOOR_CLOSED] = "closed", [FLOOR_BUS] = "bus",         [FLOOR_UNATTENDED] = "unattended",
    [FLOOR_PAUSED] = "paused", [FLOOR_SERVING] = "serving", [FLOOR_CALLED] = "called",
    [FLOOR_FREE] = "free"};

static void set_queues_of(struct floor *floor, const struct floor_counter *counter, struct json *row)
{
    struct json *ids = put_array(row, "queues");
    struct buf codes = {0};
    const struct json *queues = json_get(counter->row, "queues");
    for (const struct json *one = json_first(queues); one; one = json_next(one)) {
        const struct floor_queue *queue = floor_queue(floor, json_text(one, "queue"));
        if (!queue)
            continue;
        json_add_text(ids, queue->id);
        buf_addf(&codes, "%s%s", codes.length ? " " : "", queue->code);
    }
    json_set_text(row, "codes", buf_text(&codes));
    buf_free(&codes);
}

static struct json *counter_json(struct floor *floor, const struct floor_counter *counter)
{
    static const char *const members[] = {"id",        "name",         "agency",      "user",
                                          "opened_at", "pause_reason", "pause_until", "closing"};
    struct json *row = json_new_object();
    copy_members(row, counter->row, members, sizeof members / sizeof *members);
    set_queues_of(floor, counter, row);
    json_set_text(row, "doing", doings[counter->doing]);
    set_moment(row, "from", counter->from_ms);
    if (*counter->user_name && counter->doing != FLOOR_CLOSED && counter->doing != FLOOR_BUS)
        json_set_text(row, "user_name", counter->user_name);
    if (*counter->ticket) {
        json_set_text(row, "ticket", counter->ticket);
        json_set_text(row, "number", counter->number);
    }
    if (counter->doing == FLOOR_UNATTENDED)
        set_moment(row, "heard_at", counter->from_ms - COUNTER_LEASE_MS);
    set_some(row, "parked", counter->parked);
    set_some(row, "overdue", counter->overdue);
    set_some(row, "unsent", counter->unsent);
    set_moment(row, "unsent_since", counter->unsent_ms);
    return row;
}

static void put_counters(struct floor *floor, struct json *answer)
{
    struct json *rows = put_array(answer, "counters");
    for (int i = 0; i < floor->counter_count; i++)
        if (json_bool(floor->counters[i].row, "active", true))
            json_add(rows, counter_json(floor, &floor->counters[i]));
}

/* A supervisor said no to it, here or elsewhere, and its time is not over (core/command/advice.c). */
static bool is_refused(const struct floor *floor, const struct json *advice, int64_t now_ms)
{
    const struct json *counter = NULL;
    for (int i = 0; i < floor->counter_count && !counter; i++)
        if (str_equal(json_text(floor->counters[i].row, "id"), json_text(advice, "counter")))
            counter = floor->counters[i].row;
    const struct json *refused = json_get(counter, "advice_refused");
    for (const struct json *one = json_first(refused); one; one = json_next(one)) {
        int64_t until_ms;
        if (str_equal(json_text(one, "queue"), json_text(advice, "queue")) &&
            json_bool(one, "beside", false) == json_bool(advice, "beside", false) &&
            time_parse(json_text_or(one, "until", ""), &until_ms) && now_ms < until_ms)
            return true;
    }
    return false;
}

static void put_advice(const struct floor *floor, int64_t now_ms, struct json *answer)
{
    struct json *rows = put_array(answer, "advice");
    for (const struct json *one = json_first(floor_advice(floor)); one; one = json_next(one))
        if (!is_refused(floor, one, now_ms))
            json_add(rows, json_copy(one));
}

enum err load_floor(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct json *rows = json_new_array();
    struct floor *floor;
    struct totals totals = {0};
    struct stmt *s = db_query(cache->db, sql_queues);
    (void)args;
    db_bind_int(s, 1, QUEUES_MAX);
    enum err err = rows_collect(s, rows);
    if (err == ERR_OK)
        err = put_hall(cache, answer);
    const struct json *hall = json_get(answer, "hall");
    if (err == ERR_OK)
        err = floor_ready(cache, hall, rows, now_ms, &floor);
    if (err != ERR_OK) {
        json_free(&rows);
        return err;
    }
    for (int i = 0; i < floor->queue_count; i++)
        floor->queues[i].away = !is_here(floor->queues[i].row, hall);
    err = count_people(cache, floor, now_ms);
    if (err == ERR_OK)
        err = look_at_counters(cache, floor, now_ms, &totals);
    if (err == ERR_OK)
        err = read_stations(cache, floor, answer);
    if (err == ERR_OK)
        err = floor_look_ahead(cache, floor, now_ms);
    if (err == ERR_OK) {
        count_counters(floor, now_ms);
        put_queues(floor, now_ms, answer);
        put_counters(floor, answer);
        put_advice(floor, now_ms, answer);
        json_set_int(answer, "held", totals.held);
        json_set_int(answer, "overdue", totals.overdue);
        err = put_agencies(cache, floor, answer);
    }
    for (int i = 0; i < floor->queue_count; i++)
        floor->queues[i].row = NULL;
    json_free(&rows);
    return err;
}

/* --- the people of one queue, of one counter --- */

/* The hall wants nobody chosen by name: "hide_names" of its policy (until the call). */
static bool hides_names(const struct json *hall)
{
    return json_bool(json_get(hall, "policy"), "hide_names", false);
}

struct people {
    struct cache *cache;
    struct json *rows;     /* of the answer */
    struct json *services; /* {"id":name} of those met: many wait for few, and a service's row is long */
};

static enum err name_service(struct people *people, struct json *row, const char *id)
{
    const struct json *known = json_get(people->services, str_empty(id) ? "" : id);
    if (known) {
        json_set(row, "service_name", json_copy(known));
        return ERR_OK;
    }
    TRY(set_name_of(people->cache, row, "service_name", TABLE_SERVICE, id));
    json_set(people->services, str_empty(id) ? "" : id, json_copy(json_get(row, "service_name")));
    return ERR_OK;
}

static enum err add_person(struct people *people, const struct json *ticket, bool named)
{
    static const char *const members[] = {"id",          "number", "state",   "arrived_at", "appointment_at",
                                          "priority",    "queue",  "channel", "called_at",  "held_until",
                                          "hold_reason", "user",   "counter"};
    struct json *row = json_new_object();
    json_add(people->rows, row);
    copy_members(row, ticket, members, sizeof members / sizeof *members);
    int64_t promise_min = json_as_int(json_pointer(ticket, "/promise_min/1"), -1),
            arrived_ms = row_ms(ticket, "arrived_at");
    const char *stop = json_as_text(json_pointer(ticket, "/stops/0/state"));
    if (promise_min >= 0 && arrived_ms > 0 && (!stop || str_equal(stop, "now")))
        set_moment(row, "promised_at", arrived_ms + promise_min * 60 * 1000);
    TRY(name_service(people, row, json_text(ticket, "service")));
    return named ? set_name_of(people->cache, row, "person_name", TABLE_PERSON, json_text(ticket, "person"))
                 : ERR_OK;
}

static enum err add_people(struct people *people, struct stmt *s, bool named)
{
    struct json *tickets = json_new_array();
    enum err err = rows_collect(s, tickets);
    for (const struct json *t = json_first(tickets); t && err == ERR_OK; t = json_next(t))
        err = add_person(people, t, named);
    json_free(&tickets);
    return err;
}

static enum err people_of_queue(struct people *people, const char *queue, int limit, bool named)
{
    struct stmt *s = db_query(people->cache->db, sql_people);
    db_bind_text(s, 1, queue);
    db_bind_int(s, 2, limit);
    return add_people(people, s, named);
}

/* Whoever sits at the counter has called, serves or has parked them. */
static enum err people_of_user(struct people *people, const char *user, int limit)
{
    static const char *const states[] = {"serving", "called", "held"};
    for (size_t i = 0; i < sizeof states / sizeof *states && !str_empty(user); i++) {
        struct stmt *s = db_query(people->cache->db, sql_of_user);
        db_bind_text(s, 1, user);
        db_bind_text(s, 2, states[i]);
        db_bind_int(s, 3, limit);
        TRY(add_people(people, s, true));
    }
    return ERR_OK;
}

enum err load_floor_people(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    const char *queue = json_text(args, "queue"), *user = json_text(args, "user");
    int limit = load_limit(args, 60, PEOPLE_MAX);
    struct json *holder = json_new_object();
    (void)now_ms;
    enum err err = put_hall(cache, holder);
    bool hidden = hides_names(json_get(holder, "hall"));
    json_free(&holder);
    TRY(err);
    json_set_bool(answer, "names_hidden", hidden);
    json_set_text(answer, "queue", queue);
    json_set_text(answer, "user", user);
    struct people people = {cache, put_array(answer, "rows"), json_new_object()};
    err = queue ? people_of_queue(&people, queue, limit, !hidden) : people_of_user(&people, user, limit);
    json_free(&people.services);
    return err;
}
