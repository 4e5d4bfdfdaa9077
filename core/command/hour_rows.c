/* core/command/hour_rows.c: see hour_rows.h. */
#include "core/command/hour_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/heads.h"
#include "core/command/rule_row.h"
#include "core/command/ticket_row.h"
#include "core/command/visit_row.h"

enum { MIN = 60 * 1000, AHEAD_MS = HOUR_MIN_MAX * MIN, RESIDUE = 4 };

static char *keep_text(struct arena *kept, const char *text)
{
    return arena_strdup(kept, text ? text : "");
}

static int64_t text_ms(const char *text)
{
    int64_t ms;
    return !str_empty(text) && time_parse(text, &ms) ? ms : 0;
}

static int64_t time_or_zero(const struct json *row, const char *name)
{
    return text_ms(json_text(row, name));
}

int hour_find_queue(const struct hour *hour, const char *id)
{
    for (int i = 0; i < hour->queue_count; i++)
        if (str_equal(hour->queues[i].id, id))
            return i;
    return HOUR_NOBODY;
}

int hour_find_desk(const struct hour *hour, const char *id)
{
    for (int i = 0; i < hour->desk_count; i++)
        if (str_equal(hour->desks[i].id, id))
            return i;
    return HOUR_NOBODY;
}

int hour_find_person(const struct hour *hour, const char *id)
{
    for (int i = 0; i < hour->people_count; i++)
        if (str_equal(hour->people[i].id, id))
            return i;
    return HOUR_NOBODY;
}

/* --- the snapshot: queues --- */

struct reading {
    struct db *db;
    int64_t now_ms;
    const struct hour_habits *habits;
    struct hour_hall *out;
    struct json *hall, *queues, *counters;
    bool *elsewhere;    /* of each queue */
    const char **users; /* who holds each counter, "" nobody; borrowed from counters */
    struct agencies {
        const char **ids; /* borrowed from the rows */
        int count, capacity;
    } agencies;
    int people_capacity, end_capacity;
};

static enum err rows_of(struct db *db, const char *sql, int limit, struct json **rows)
{
    *rows = json_new_array();
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, limit);
    return rows_collect(s, *rows);
}

static int agency_index(struct agencies *agencies, const char *id)
{
    if (str_empty(id))
        return HOUR_NOBODY;
    for (int i = 0; i < agencies->count; i++)
        if (str_equal(agencies->ids[i], id))
            return i;
    if (agencies->count == agencies->capacity) {
        agencies->capacity = agencies->capacity ? agencies->capacity * 2 : 16;
        agencies->ids = xrealloc(agencies->ids, (size_t)agencies->capacity * sizeof *agencies->ids);
    }
    agencies->ids[agencies->count] = id;
    return agencies->count++;
}

/* A bus has it: nobody calls from it here. */
static bool is_elsewhere(const struct json *queue, const struct json *hall)
{
    const char *home = json_text_or(queue, "home", "");
    return *home && !str_equal(home, "hall") && !str_equal(home, json_text(hall, "code"));
}

static const struct hour_habit *habit_of(const struct hour_habits *habits, const char *queue)
{
    for (int i = 0; i < habits->queue_count; i++)
        if (str_equal(habits->queues[i].queue, queue))
            return &habits->queues[i];
    return NULL;
}

static void add_end(struct reading *r, struct hour_change end)
{
    struct hour_hall *out = r->out;
    if (end.at_ms >= r->now_ms + AHEAD_MS)
        return;
    if (out->end_count == r->end_capacity) {
        r->end_capacity = r->end_capacity ? r->end_capacity * 2 : 16;
        out->ends = xrealloc(out->ends, (size_t)r->end_capacity * sizeof *out->ends);
    }
    out->ends[out->end_count++] = end;
}

/* A rule for a time is over, or the clock on the wall has come to a line of the plan: to the minute. */
static void read_rule_ends(struct reading *r, const struct json *row, int at)
{
    struct rule_queue last;
    if (!json_is_object(json_get(row, "plan")) && !json_text(json_get(row, "rule"), "until"))
        return;
    rule_row_now(row, r->now_ms, &last);
    for (int64_t t = (r->now_ms / MIN + 1) * MIN; t < r->now_ms + AHEAD_MS; t += MIN) {
        struct rule_queue then;
        rule_row_now(row, t, &then);
        if (then.kind == last.kind && then.max_run == last.max_run)
            continue;
        add_end(r,
                (struct hour_change){
                    .kind = HOUR_RULE, .at_ms = t, .queue = at, .rule = then.kind, .max_run = then.max_run});
        last = then;
    }
}

/* The queue's service level, else the hall's (level_row.h). */
static int target_min(const struct json *queue, const struct json *hall)
{
    const struct json *own = json_get(queue, "level");
    const struct json *level = json_is_object(own) ? own : json_get(json_get(hall, "policy"), "level");
    return (int)json_int(level, "wait_min", 0);
}

static void read_queue(struct reading *r, const struct json *row, int at)
{
    struct rule_queue rule = {0};
    struct hour_queue *queue = &r->out->queues[at];
    const char *id = json_text_or(row, "id", "");
    const struct hour_habit *habit = habit_of(r->habits, id);
    rule_row_now(row, r->now_ms, &rule);
    *queue = (struct hour_queue){.id = keep_text(&r->out->kept, id),
                                 .kind = rule.kind,
                                 .max_run = rule.max_run,
                                 .run = (int)json_int(row, "run", 0),
                                 .agency = agency_index(&r->agencies, json_text(row, "agency")),
                                 .service_ms = habit ? habit->service_ms : 0,
                                 .arrivals = habit ? habit->arrivals : 0,
                                 .no_show = habit ? habit->no_show : 0,
                                 .target_min = target_min(row, r->hall)};
    r->elsewhere[at] = is_elsewhere(row, r->hall);
    if (r->elsewhere[at])
        queue->arrivals = 0;
    read_rule_ends(r, row, at);
}

static enum err read_queues(struct reading *r)
{
    static const char sql[] = "SELECT row, id FROM queues ORDER BY id LIMIT $1"; /* primary key */
    enum err err = rows_of(r->db, sql, HOUR_QUEUES_MAX, &r->queues);
    size_t count = json_count(r->queues);
    r->out->queues = xcalloc(count + 1, sizeof *r->out->queues);
    r->elsewhere = xcalloc(count + 1, sizeof *r->elsewhere);
    int at = 0;
    for (const struct json *row = json_first(r->queues); row; row = json_next(row))
        read_queue(r, row, at++);
    r->out->hour.queues = r->out->queues;
    r->out->hour.queue_count = at;
    return err;
}

/* --- counters --- */

static void read_shares(struct reading *r, const struct json *row, const struct json *queues,
                        struct hour_desk *desk, const struct json *only)
{
    const struct json *deficit = json_get(row, "deficit");
    struct hour_share *shares = arena_alloc(&r->out->kept, (json_count(queues) + 1) * sizeof *shares);
    for (const struct json *one = json_first(queues); one && desk->share_count < RULE_QUEUES_MAX;
         one = json_next(one)) {
        const char *id = json_text(one, "queue");
        int queue = hour_find_queue(&r->out->hour, id);
        if (queue < 0 || r->elsewhere[queue] || (only && !json_has_text(only, id)))
            continue;
        if (str_equal(json_text(row, "turn"), id))
            desk->turn = desk->share_count;
        shares[desk->share_count++] =
            (struct hour_share){queue, (int)json_int(one, "weight", 1), json_int(deficit, id, 0)};
    }
    desk->shares = shares;
}

/* Moves for a time lie on one another (moves.h); when one is over the counter has what it had before, unless what it had
 * is over by then as well. */
static void read_move_ends(struct reading *r, const struct json *row, int at)
{
    int64_t over_ms = r->now_ms;
    const struct json *layer = json_get(row, "assigned");
    while (json_is_object(layer)) {
        const struct json *before = json_get(layer, "before"), *under = json_get(before, "assigned");
        int64_t until_ms = time_or_zero(layer, "until"), under_ms = time_or_zero(under, "until");
        struct hour_desk then = {0};
        if (!until_ms || !json_is_object(before))
            return; /* for good */
        over_ms = until_ms > over_ms ? until_ms : over_ms;
        if (!under_ms || under_ms > over_ms) {
            read_shares(r, row, json_get(before, "queues"), &then, NULL);
            add_end(r, (struct hour_change){.kind = HOUR_ASSIGN,
                                            .at_ms = over_ms,
                                            .desk = at,
                                            .shares = then.shares,
                                            .share_count = then.share_count});
        }
        layer = under;
    }
}

/* A break that is over and from which nobody has come back yet may go on for a few minutes. */
static void read_break(const struct json *row, int64_t now_ms, struct hour_desk *desk)
{
    enum { LATE_MS = 5 * MIN };
    int64_t until_ms = time_or_zero(row, "pause_until");
    desk->away_from_ms = now_ms;
    desk->away_until_ms = !until_ms ? HOUR_NEVER : until_ms > now_ms ? until_ms : now_ms + LATE_MS;
}

static void read_desk(struct reading *r, const struct json *row, int at)
{
    struct hour_desk *desk = &r->out->desks[at];
    struct counter counter;
    const struct json *only = NULL;
    counter_read(row, &counter);
    *desk = (struct hour_desk){.id = keep_text(&r->out->kept, json_text_or(row, "id", "")),
                               .agency = agency_index(&r->agencies, json_text(row, "agency"))};
    r->users[at] = counter.state == COUNTER_CLOSED ? "" : json_text_or(row, "user", "");
    if (counter.state == COUNTER_PAUSED)
        read_break(row, r->now_ms, desk);
    if (counter.state == COUNTER_CLOSED || counter_lease_expired(&counter, r->now_ms))
        desk->opens_ms = HOUR_NEVER;
    if (row_is_closing(row)) {
        desk->last_arrival_ms = time_or_zero(json_get(row, "closing"), "from");
        only = counter_is_closing(row, r->now_ms) ? json_get(json_get(row, "closing"), "queues") : NULL;
    }
    read_shares(r, row, json_get(row, "queues"), desk, only);
    read_move_ends(r, row, at);
}

static enum err read_desks(struct reading *r)
{
    static const char sql[] = "SELECT row, name FROM counters ORDER BY name LIMIT $1"; /* counters_name */
    enum err err = rows_of(r->db, sql, HOUR_DESKS_MAX, &r->counters);
    size_t count = json_count(r->counters);
    r->out->desks = xcalloc(count + 1, sizeof *r->out->desks);
    r->users = xcalloc(count + 1, sizeof *r->users);
    int at = 0;
    for (const struct json *row = json_first(r->counters); row; row = json_next(row))
        read_desk(r, row, at++);
    r->out->hour.desks = r->out->desks;
    r->out->hour.desk_count = at;
    return err;
}

/* 0: not known; whoever it is of takes as long as their queue's. */
static int64_t known_ms(const struct reading *r, const char *service)
{
    for (int i = 0; i < r->habits->service_count; i++)
        if (str_equal(r->habits->services[i].service, service))
            return r->habits->services[i].service_ms;
    return 0;
}

static int64_t expected_ms(const struct reading *r, const char *service, int queue)
{
    if (known_ms(r, service))
        return known_ms(r, service);
    return queue >= 0 && r->out->queues[queue].service_ms > 0 ? r->out->queues[queue].service_ms
                                                              : HOUR_SERVICE_MS;
}

/* Who is served for longer than expected is not expected to leave this moment. */
static void read_served(struct reading *r, const struct json *row)
{
    int desk = hour_find_desk(&r->out->hour, json_text(row, "counter"));
    int queue = hour_find_queue(&r->out->hour, json_text(row, "queue"));
    if (desk < 0)
        return;
    int64_t begun_ms = time_or_zero(row, "started_at");
    int64_t service_ms = expected_ms(r, json_text(row, "service"), queue);
    if (!begun_ms)
        begun_ms = time_or_zero(row, "called_at");
    int64_t done_ms = begun_ms + json_int(row, "held_ms", 0) + service_ms;
    int64_t least_ms = r->now_ms + service_ms / RESIDUE;
    r->out->desks[desk].free_ms = done_ms > least_ms ? done_ms : least_ms;
}

static enum err read_service(struct reading *r)
{
    static const char sql[] = "SELECT row, called_at FROM tickets WHERE state = $1 AND called_at > $2"
                              " ORDER BY called_at LIMIT $3"; /* tickets_called */
    static const char *const states[] = {"called", "serving"};
    char since[TIME_TEXT];
    enum err err = ERR_OK;
    time_text(time_day_start(r->now_ms), since); /* what was forgotten on another day holds up nobody */
    for (int i = 0; i < 2 && err == ERR_OK; i++) {
        struct json *rows = json_new_array();
        struct stmt *s = db_query(r->db, sql);
        db_bind_text(s, 1, states[i]);
        db_bind_text(s, 2, since);
        db_bind_int(s, 3, HOUR_DESKS_MAX);
        err = rows_collect(s, rows);
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            read_served(r, row);
        json_free(&rows);
    }
    return err;
}

/* --- people --- */

static int sent_to(const struct reading *r, const char *counter, const char *user)
{
    if (!str_empty(counter)) {
        int desk = hour_find_desk(&r->out->hour, counter);
        return desk >= 0 ? desk : HOUR_ELSEWHERE;
    }
    if (str_empty(user))
        return HOUR_NOBODY;
    for (int i = 0; i < r->out->hour.desk_count; i++)
        if (str_equal(r->users[i], user))
            return i;
    return HOUR_ELSEWHERE;
}

/* What only the whole row tells: the service, the last call, since when somebody stands in this queue. */
static void read_whole(const struct reading *r, const char *text, struct hour_person *person)
{
    struct json *row = NULL;
    if (json_parse(text, strlen(text), &row, NULL) != ERR_OK)
        return;
    const struct json *stop = visit_stop_now(row);
    const char *service = json_text(row, "service");
    person->last_call_ms = time_or_zero(row, "last_call_at");
    person->since_ms = time_or_zero(stop, "from");
    if (ticket_is_away(row))
        person->queue = HOUR_NOBODY;
    else if (!str_empty(service))
        person->service_ms = known_ms(r, service);
    json_free(&row);
}

static void add_person(struct reading *r, int queue, struct stmt *s)
{
    struct hour_hall *out = r->out;
    enum { ID, NUMBER, ARRIVED, PLACE, BOOKED, CLASS, COUNTER, USER, ROW };
    if (out->hour.people_count == r->people_capacity) {
        r->people_capacity = r->people_capacity ? r->people_capacity * 2 : 256;
        out->people = xrealloc(out->people, (size_t)r->people_capacity * sizeof *out->people);
    }
    int64_t arrived_ms = text_ms(db_text(s, ARRIVED)), place_ms = text_ms(db_text(s, PLACE));
    struct hour_person *person = &out->people[out->hour.people_count];
    int64_t booked_ms = text_ms(db_text(s, BOOKED));
    /* Who has no booking has come, whatever the clock says. */
    bool comes = booked_ms && booked_ms == arrived_ms && arrived_ms > r->now_ms;
    if (comes && arrived_ms > r->now_ms + AHEAD_MS)
        return;
    *person = (struct hour_person){.id = keep_text(&out->kept, db_text(s, ID)),
                                   .number = keep_text(&out->kept, db_text(s, NUMBER)),
                                   .queue = queue,
                                   .arrived_ms = place_ms ? place_ms : arrived_ms,
                                   .since_ms = place_ms ? arrived_ms : 0,
                                   .booked_ms = booked_ms,
                                   .comes_ms = comes ? arrived_ms : 0,
                                   .priority = (int)db_int(s, CLASS),
                                   .desk = sent_to(r, db_text(s, COUNTER), db_text(s, USER))};
    int64_t since_ms = person->since_ms;
    if (out->hour.people_count < HOUR_WHOLE_MAX)
        read_whole(r, db_text(s, ROW), person);
    if (!person->since_ms)
        person->since_ms = since_ms;
    if (person->queue >= 0)
        out->hour.people_count++;
}

static enum err add_people(struct reading *r, int queue, struct stmt *s)
{
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        r->out->cut = r->out->hour.people_count >= HOUR_PEOPLE_MAX;
        if (r->out->cut)
            break;
        add_person(r, queue, s);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err read_people_of(struct reading *r, int queue)
{
    static const char sql[] =
        "SELECT id, number, arrived_at, place_at, appointment_at, priority_class, counter, user_, row FROM "
        "tickets"
        " WHERE queue = $1 AND state = 'waiting' AND arrived_at > ''"
        " ORDER BY arrived_at, number LIMIT $2"; /* tickets_arrival */
    struct stmt *s = db_query(r->db, sql);
    db_bind_text(s, 1, r->out->queues[queue].id);
    db_bind_int(s, 2, HOUR_PEOPLE_MAX);
    return add_people(r, queue, s);
}

/* Bookings of today that come while the hour lasts: they come with their time. */
static enum err read_bookings_of(struct reading *r, int queue)
{
    static const char sql[] =
        "SELECT id, number, appointment_at, place_at, appointment_at, priority_class, counter, user_, row "
        "FROM "
        "tickets"
        " WHERE queue = $1 AND state = 'waiting' AND appointment_at > $2 AND appointment_at <= $3"
        " AND arrived_at IS NULL ORDER BY appointment_at, number LIMIT $4"; /* tickets_booked */
    char from[TIME_TEXT], until[TIME_TEXT];
    struct stmt *s = db_query(r->db, sql);
    time_text(time_day_start(r->now_ms), from);
    time_text(r->now_ms + AHEAD_MS, until);
    db_bind_text(s, 1, r->out->queues[queue].id);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, until);
    db_bind_int(s, 4, HOUR_PEOPLE_MAX);
    return add_people(r, queue, s);
}

static enum err read_people(struct reading *r)
{
    enum err err = ERR_OK;
    for (int q = 0; q < r->out->hour.queue_count && err == ERR_OK; q++) {
        if (r->elsewhere[q])
            continue;
        err = read_people_of(r, q);
        if (err == ERR_OK)
            err = read_bookings_of(r, q);
    }
    r->out->hour.people = r->out->people;
    return err;
}

static enum err read_hall(struct reading *r)
{
    static const char sql[] = "SELECT row, id FROM halls ORDER BY id LIMIT 1"; /* primary key */
    enum err err = rows_first(db_query(r->db, sql), &r->hall);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err hour_rows(struct db *db, int64_t now_ms, const struct hour_habits *habits, struct hour_hall *out)
{
    struct hour_habits own = {0};
    struct reading r = {.db = db, .now_ms = now_ms, .habits = habits ? habits : &own, .out = out};
    *out = (struct hour_hall){.hour.now_ms = now_ms};
    enum err err = habits ? ERR_OK : hour_habits_read(db, now_ms, &own);
    if (err == ERR_OK)
        err = read_hall(&r);
    if (err == ERR_OK)
        err = read_queues(&r);
    if (err == ERR_OK)
        err = read_desks(&r);
    if (err == ERR_OK)
        err = read_service(&r);
    if (err == ERR_OK)
        err = read_people(&r);
    json_free(&r.hall);
    json_free(&r.queues);
    json_free(&r.counters);
    free(r.elsewhere);
    free(r.users);
    free(r.agencies.ids);
    hour_habits_free(&own);
    out->hour.known = out->ends;
    out->hour.known_count = out->end_count;
    if (err != ERR_OK)
        hour_hall_free(out);
    return err;
}

void hour_hall_free(struct hour_hall *hall)
{
    free(hall->queues);
    free(hall->desks);
    free(hall->people);
    free(hall->ends);
    arena_free(&hall->kept);
    *hall = (struct hour_hall){0};
}
