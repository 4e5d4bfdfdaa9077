/* core/command/ticket_promise.c: how many people are before a newcomer, and how long it will take.
 *
 * What is promised is stored with the ticket, so that it can be compared with the fact later. Counts only
 * counters that are really open, as far as they are not taken by people of their other queues (core/model/share.h), and of
 * today's bookings only those that are there or come due first: who is booked for the afternoon holds up nobody in the
 * morning. The arithmetic is core/model/queue.c. */
#include <string.h>

#include "core/command/heads.h"
#include "core/command/queues.h"
#include "core/command/ticket_row.h"
#include "core/model/queue.h"
#include "core/model/share.h"

enum { RECENT_MAX = 12, OPEN_MAX = 2000 /* counters */ };
static const double average_otherwise_min = 10; /* before anybody was served in the queue */

enum err queue_waiting(struct call *c, const char *queue, int priority_class, int64_t *count)
{
    static const char sql_all[] =
        "SELECT count(*) FROM (SELECT state FROM tickets WHERE queue = $1"
        " AND state = 'waiting' AND arrived_at > '' LIMIT $2) AS w"; /* tickets_arrival */
    static const char sql_class[] =
        "SELECT count(*) FROM (SELECT priority_class FROM tickets WHERE queue = $1"
        " AND state = 'waiting' AND arrived_at > '' AND priority_class > 0 AND priority_class <= $2"
        " LIMIT $3) AS w"; /* tickets_queue */
    struct stmt *s = tx_list(c->tx, priority_class > 0 ? sql_class : sql_all, TABLE_TICKET, "queue", queue);
    int place = 2;
    if (priority_class > 0)
        db_bind_int(s, place++, priority_class);
    db_bind_int(s, place, QUEUE_COUNT_MAX);
    enum err err = db_step(s);
    *count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

/* With those of today's bookings who are not here yet and whose time comes until until_ms. Only bookings are asked for their
 * time, so that a wrong clock loses nobody who waits. */
static enum err count_ahead(struct call *c, const char *queue, int priority_class, int64_t until_ms,
                            int64_t *count)
{
    static const char sql_due[] =
        "SELECT count(*) FROM tickets WHERE queue = $1 AND state = 'waiting' AND appointment_at > $2"
        " AND appointment_at <= $3 AND arrived_at IS NULL"
        " AND ($4 = 0 OR (priority_class > 0 AND priority_class <= $4))"; /* tickets_booked */
    char from[TIME_TEXT], until[TIME_TEXT];
    int64_t start_ms = time_day_start(c->tx->now_ms);
    TRY(queue_waiting(c, queue, priority_class, count));
    time_text(start_ms, from);
    time_text(until_ms < start_ms + DAY_MS ? until_ms : start_ms + DAY_MS, until);
    struct stmt *s = tx_list(c->tx, sql_due, TABLE_TICKET, "queue", queue);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, until);
    db_bind_int(s, 4, priority_class);
    enum err err = db_step(s);
    *count += err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

/* A visit that somebody forgot to end until another day tells nothing of how long one takes. */
static int64_t service_ms(const struct ticket *ticket, int64_t now_ms)
{
    char begun[DATE_TEXT], ended[DATE_TEXT];
    time_date(ticket->started_ms, begun);
    time_date(ticket->finished_ms, ended);
    return str_equal(begun, ended) ? ticket_service_ms(ticket, now_ms) : 0;
}

static enum err average_service(struct call *c, const char *queue, double *average_min)
{
    static const char sql_recent[] =
        "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'done'"
        " ORDER BY arrived_at DESC, number DESC LIMIT $2"; /* tickets_arrival */
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql_recent, TABLE_TICKET, "queue", queue);
    db_bind_int(s, 2, RECENT_MAX);
    TRY(rows_collect(s, rows));
    int64_t sum_ms = 0, count = 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct ticket ticket;
        ticket_read(row, &ticket);
        int64_t served_ms = service_ms(&ticket, c->tx->now_ms);
        sum_ms += served_ms;
        count += served_ms > 0;
    }
    *average_min = count ? (double)sum_ms / (double)count / 60000.0 : average_otherwise_min;
    return ERR_OK;
}

/* --- counters --- */

/* The queue that is asked about and those of its counters' other queues, with the open counters of all of them. */
struct floor_part {
    const char *ids[SHARE_QUEUES_MAX]; /* kept by the call */
    struct share_queue queues[SHARE_QUEUES_MAX];
    struct share_desk desks[SHARE_DESKS_MAX];
    int queue_count, desk_count;
};

static int queue_place(const struct floor_part *p, const char *id)
{
    for (int i = 0; i < p->queue_count; i++)
        if (str_equal(p->ids[i], id))
            return i;
    return -1;
}

static void add_desk(struct call *c, struct floor_part *p, const struct json *row)
{
    struct counter counter;
    counter_read(row, &counter);
    if (p->desk_count == SHARE_DESKS_MAX || !counter_really_open(&counter, c->tx->now_ms) ||
        counter_is_closing(row, c->tx->now_ms))
        return;
    struct share_desk *desk = &p->desks[p->desk_count];
    bool serves = false;
    for (int q = 0; q < SHARE_QUEUES_MAX; q++)
        desk->weights[q] = -1;
    const struct json *queues = json_get(row, "queues");
    for (const struct json *one = json_first(queues); one; one = json_next(one)) {
        int at = queue_place(p, json_text(one, "queue"));
        if (at < 0)
            continue;
        desk->weights[at] = (int)json_int(one, "weight", 1);
        serves = true;
    }
    p->desk_count += serves;
}

static void add_queues(struct call *c, struct floor_part *p, const struct json *counter)
{
    const struct json *queues = json_get(counter, "queues");
    for (const struct json *one = json_first(queues); one; one = json_next(one)) {
        const char *id = json_text(one, "queue");
        if (id && p->queue_count < SHARE_QUEUES_MAX && queue_place(p, id) < 0)
            p->ids[p->queue_count++] = json_as_text(keep(c, json_new_text(id)));
    }
}

/* Open counters that call from the first queue. The text match only spares reading the others' rows; a pattern that is
 * bound as a whole would have SQLite prepare the statement anew each time. */
static enum err desks_of_queue(struct call *c, struct floor_part *p)
{
    static const char sql_open[] =
        "SELECT row, name FROM counters WHERE state = $1 AND row LIKE '%\"' || $2 ||"
        " '\"%' ORDER BY name LIMIT $3"; /* counters_state */
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql_open, TABLE_COUNTER, "state", "open");
    db_bind_text(s, 2, p->ids[0]);
    db_bind_int(s, 3, SHARE_DESKS_MAX);
    TRY(rows_collect(s, rows));
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (counter_serves(row, p->ids[0]))
            add_queues(c, p, row);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (counter_serves(row, p->ids[0]))
            add_desk(c, p, row);
    return ERR_OK;
}

static bool names_queue(const struct floor_part *p, const char *text, int from, int to)
{
    char quoted[MODEL_ID + 2];
    for (int i = from; i < to; i++)
        if (str_format(quoted, sizeof quoted, "\"%s\"", p->ids[i]) && strstr(text, quoted))
            return true;
    return false;
}

/* Where else people of the other queues are called. */
static enum err desks_of_others(struct call *c, struct floor_part *p)
{
    static const char sql_open[] =
        "SELECT row, name FROM counters WHERE state = $1 ORDER BY name LIMIT $2"; /* counters_state */
    struct stmt *s = tx_list(c->tx, sql_open, TABLE_COUNTER, "state", "open");
    enum err err;
    db_bind_int(s, 2, OPEN_MAX);
    while ((err = db_step(s)) == ERR_OK) {
        const char *text = db_text(s, 0);
        struct json *row = NULL;
        if (!text || !names_queue(p, text, 1, p->queue_count) ||
            json_parse(text, strlen(text), &row, NULL) != ERR_OK)
            continue;
        if (!counter_serves(row, p->ids[0]))
            add_desk(c, p, row);
        json_free(&row);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Who of another queue is before the newcomer as far as that queue goes. */
static enum err others_before(struct call *c, struct floor_part *p, int class, int64_t *all)
{
    *all = 0;
    for (int i = 1; i < p->queue_count; i++) {
        struct json *row;
        struct rule_queue rule = {0};
        struct share_queue *queue = &p->queues[i];
        TRY(peek(c, TABLE_QUEUE, p->ids[i], &row));
        if (row)
            queue_rule_now(c, row, &rule);
        queue->kind = rule.kind;
        TRY(count_ahead(c, p->ids[i], rule.kind == RULE_PRIORITY ? class : 0,
                        c->tx->now_ms + RULE_CLOCK_LEAD_MS, &queue->before));
        if (queue->before)
            TRY(average_service(c, p->ids[i], &queue->average_min));
        *all += queue->before;
    }
    return ERR_OK;
}

static enum err read_floor(struct call *c, struct floor_part *p, int class, struct queue_outlook *out)
{
    int64_t others;
    TRY(desks_of_queue(c, p));
    out->desks = p->desk_count;
    TRY(others_before(c, p, class, &others));
    if (others > 0)
        return desks_of_others(c, p);
    p->queue_count = 1; /* whoever is free there calls from this queue */
    return ERR_OK;
}

/* --- the promise --- */

static void set_minutes(struct floor_part *p, struct queue_outlook *out)
{
    struct estimate estimate = {0};
    p->queues[0].before = out->ahead;
    p->queues[0].average_min = out->average_min;
    out->share = out->desks ? share_of_desks(p->queues, p->queue_count, p->desks, p->desk_count) : 1;
    /* Before the first counter opens one is counted on: somebody will. */
    if (!(out->share > 0))
        out->share = out->desks ? (double)out->desks : 1;
    if (!queue_estimate(out->ahead, out->average_min, out->share, &estimate))
        (void)queue_estimate(out->ahead, average_otherwise_min, out->share, &estimate);
    out->minutes[0] = estimate.optimistic_min;
    out->minutes[1] = estimate.expected_min > out->minutes[0] ? estimate.expected_min : out->minutes[0];
}

static enum err outlook(struct call *c, const char *queue, int priority_class, struct queue_outlook *out)
{
    struct json *row;
    struct rule_queue rule = {0};
    struct floor_part part = {.ids = {queue}, .queue_count = 1};
    int64_t due_ms = c->tx->now_ms + RULE_CLOCK_LEAD_MS;
    TRY(peek(c, TABLE_QUEUE, queue, &row));
    if (row)
        queue_rule_now(c, row, &rule);
    int class = rule.kind == RULE_PRIORITY ? priority_class : 0;
    part.queues[0].kind = rule.kind;
    TRY(count_ahead(c, queue, class, due_ms, &out->ahead));
    TRY(average_service(c, queue, &out->average_min));
    TRY(read_floor(c, &part, class, out));
    set_minutes(&part, out);
    if (rule.kind != RULE_APPOINTMENTS)
        return ERR_OK;
    /* Bookings that come due while a newcomer waits are called before. */
    TRY(count_ahead(c, queue, class, due_ms + out->minutes[1] * 60000, &out->ahead));
    set_minutes(&part, out);
    return ERR_OK;
}

enum err queue_outlook(struct call *c, const char *queue, int priority_class, struct queue_outlook *out)
{
    const struct tx_watch *watch = c->tx->watch;
    if (c->tx->telling) /* what is told now depends on nothing that comes later */
        c->tx->watch = NULL;
    enum err err = outlook(c, queue, priority_class, out);
    c->tx->watch = watch;
    return err;
}

enum err queue_promise(struct call *c, const char *queue, int priority_class, int64_t *ahead,
                       int64_t minutes[2])
{
    struct queue_outlook out;
    TRY(queue_outlook(c, queue, priority_class, &out));
    *ahead = out.ahead;
    minutes[0] = out.minutes[0];
    minutes[1] = out.minutes[1];
    return ERR_OK;
}

bool queue_promise_told(const struct call *c, int64_t *ahead, int64_t minutes[2])
{
    const struct json *told = c->tx->predicting ? c->command->told : NULL;
    const struct json *low = json_pointer(told, "/estimate_min/0"),
                      *high = json_pointer(told, "/estimate_min/1");
    if (!json_is_integer(json_get(told, "ahead")) || !json_is_integer(low) || !json_is_integer(high))
        return false;
    *ahead = json_int(told, "ahead", 0);
    minutes[0] = json_as_int(low, 0);
    minutes[1] = json_as_int(high, 0);
    return true;
}
