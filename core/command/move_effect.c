/* core/command/move_effect.c: what a move does to the next hour (core/model/hour.h), before it is made: the hall's rows as
 * a snapshot, and the same snapshot as the rows will be, each played forward. So what is previewed is what is then so. */
#include <stdlib.h>
#include <string.h>

#include "core/command/hall_move.h"
#include "core/command/hour_rows.h"

enum {
    NAMED_MAX = 8,  /* people who are told by number, of those who lose as of those who gain */
    ENDS_MAX = 400, /* moves for a time that end within what is looked at */
    MINUTE_MS = 60 * 1000,
    NEWS_MS = MINUTE_MS, /* less is no news */
};

struct effect {
    struct call *c;
    const struct hall_move *m;
    struct hour_hall hall;
    struct hour after; /* of the copies below */
    struct hour_desk *desks;
    struct hour_person *people;
    int *order;                           /* of each person of the snapshot: their place in people */
    struct hour_change ends[2][ENDS_MAX]; /* before, after; one more for a clerk who goes */
    int end_count[2];
    struct hour_run runs[2];
    struct arena kept;
};

/* --- the snapshot as it will be --- */

static void put_shares(struct effect *e, const struct json *queues, const struct hour_share **shares,
                       int *count)
{
    struct hour_share *list = arena_alloc(&e->kept, (json_count(queues) + 1) * sizeof *list);
    *count = 0;
    for (const struct json *q = json_first(queues); q; q = json_next(q)) {
        int at = hour_find_queue(&e->hall.hour, json_text(q, "queue"));
        if (at >= 0 && *count < RULE_QUEUES_MAX)
            list[(*count)++] = (struct hour_share){at, (int)json_int(q, "weight", 1), 0};
    }
    *shares = list;
}

static void move_desks(struct effect *e)
{
    for (const struct json *one = json_first(e->m->plan); one; one = json_next(one)) {
        int at = hour_find_desk(&e->hall.hour, json_text(one, "counter"));
        if (at < 0 || assignment_same(json_get(one, "before"), json_get(one, "after")))
            continue;
        put_shares(e, json_get(one, "after"), &e->desks[at].shares, &e->desks[at].share_count);
        e->desks[at].turn = 0;
    }
}

/* People are many and stand in the snapshot by their queue: one walk finds them all. */
static void move_people(struct effect *e)
{
    if (!json_count(e->m->people))
        return;
    int to = hour_find_queue(&e->hall.hour, row_id(e->m->to_rows[0]));
    struct json *ids = json_new_object();
    for (const struct json *one = json_first(e->m->people); one; one = json_next(one))
        json_set_bool(ids, json_text_or(one, "id", ""), true);
    for (int i = 0; i < e->hall.hour.people_count && to >= 0; i++) {
        if (!json_get(ids, e->people[i].id))
            continue;
        e->people[i].queue = to;
        e->people[i].desk = HOUR_NOBODY;
    }
    json_free(&ids);
}

static int by_line(const void *a, const void *b, void *people)
{
    const struct hour_person *x = &((const struct hour_person *)people)[*(const int *)a],
                             *y = &((const struct hour_person *)people)[*(const int *)b];
    int64_t x_ms = x->since_ms ? x->since_ms : x->arrived_ms,
            y_ms = y->since_ms ? y->since_ms : y->arrived_ms;
    if (x->queue != y->queue)
        return x->queue - y->queue;
    if (x_ms != y_ms)
        return x_ms < y_ms ? -1 : 1;
    int number = strcmp(x->number, y->number);
    return number ? number : *(const int *)a - *(const int *)b;
}

/* In the order in which the rows are read then, so that of those who are alike in all else the same one comes first. */
static void line_up(struct effect *e)
{
    size_t count = (size_t)e->hall.hour.people_count;
    int *sorted = arena_alloc(&e->kept, (count + 1) * sizeof *sorted);
    struct hour_person *people = arena_alloc(&e->kept, (count + 1) * sizeof *people);
    e->order = arena_alloc(&e->kept, (count + 1) * sizeof *e->order);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (int)i;
    qsort_r(sorted, count, sizeof *sorted, by_line, e->people);
    for (size_t i = 0; i < count; i++) {
        people[i] = e->people[sorted[i]];
        e->order[sorted[i]] = (int)i;
    }
    e->people = people;
    e->after.people = people;
}

static void copy_hall(struct effect *e)
{
    const struct hour *hour = &e->hall.hour;
    e->after = *hour;
    e->desks = arena_alloc(&e->kept, ((size_t)hour->desk_count + 1) * sizeof *e->desks);
    e->people = arena_alloc(&e->kept, ((size_t)hour->people_count + 1) * sizeof *e->people);
    for (int i = 0; i < hour->desk_count; i++)
        e->desks[i] = hour->desks[i];
    for (int i = 0; i < hour->people_count; i++)
        e->people[i] = hour->people[i];
    e->after.desks = e->desks;
    e->after.people = e->people;
}

/* --- what ends within the hour --- */

static void add_end(struct effect *e, int side, int desk, int64_t at_ms, const struct json *queues)
{
    if (e->end_count[side] == ENDS_MAX)
        return;
    struct hour_change *end = &e->ends[side][e->end_count[side]++];
    *end = (struct hour_change){.kind = HOUR_ASSIGN, .at_ms = at_ms, .desk = desk};
    put_shares(e, queues, &end->shares, &end->share_count);
}

/* Layer for layer: whatever lies under one that ends and goes on longer comes out. */
static void add_ends(struct effect *e, int side, int desk, int64_t from_ms, const struct json *layer)
{
    for (int64_t over_ms = from_ms; json_is_object(layer);) {
        const struct json *before = json_get(layer, "before"), *under = json_get(before, "assigned");
        int64_t until_ms = row_time(layer, "until"), under_ms = row_time(under, "until");
        if (until_ms < 0 || !json_is_object(before))
            return; /* for good */
        over_ms = until_ms > over_ms ? until_ms : over_ms;
        if (!json_is_object(under) || under_ms < 0 || under_ms > over_ms)
            add_end(e, side, desk, over_ms, json_get(before, "queues"));
        layer = under;
    }
}

static const struct json *plan_of(const struct effect *e, const char *counter)
{
    for (const struct json *one = json_first(e->m->plan); one; one = json_next(one))
        if (str_equal(json_text(one, "counter"), counter))
            return assignment_same(json_get(one, "before"), json_get(one, "after")) ? NULL : one;
    return NULL;
}

static void note_ends(struct effect *e, const struct json *counter)
{
    int desk = hour_find_desk(&e->hall.hour, row_id(counter));
    const struct json *plan = plan_of(e, row_id(counter));
    if (desk < 0)
        return;
    add_ends(e, 0, desk, e->c->tx->now_ms, json_get(counter, "assigned"));
    if (!plan) {
        add_ends(e, 1, desk, e->c->tx->now_ms, json_get(counter, "assigned"));
        return;
    }
    struct json *row = keep(e->c, json_copy(counter));
    assignment_put(e->c, row, json_get(plan, "after"), NULL, e->m->until_ms);
    add_ends(e, 1, desk, e->c->tx->now_ms, json_get(row, "assigned"));
}

static enum err note_all_ends(struct effect *e)
{
    static const char sql_moves[] = "SELECT row, until FROM moves WHERE state = $1 AND until > $2"
                                    " ORDER BY until LIMIT $3"; /* moves_state */
    struct json *moves = keep(e->c, json_new_array()), *done = keep(e->c, json_new_object());
    char now[TIME_TEXT];
    time_text(e->c->tx->now_ms, now);
    struct stmt *s = tx_list(e->c->tx, sql_moves, TABLE_MOVE, "state", "running");
    db_bind_text(s, 2, now);
    db_bind_int(s, 3, ENDS_MAX);
    TRY(rows_collect(s, moves));
    json_add(moves, json_new_object()); /* and this one */
    for (const struct json *move = json_first(moves); move; move = json_next(move)) {
        const struct json *counters = json_get(move, "id") ? json_get(move, "counters") : e->m->plan;
        for (const struct json *one = json_first(counters); one; one = json_next(one)) {
            struct json *row;
            const char *id = json_text_or(one, "counter", "");
            if (json_get(done, id))
                continue;
            json_set_bool(done, id, true);
            TRY(peek(e->c, TABLE_COUNTER, id, &row));
            if (row)
                note_ends(e, row);
        }
    }
    return ERR_OK;
}

/* Who is asked comes when whom they serve is done; the counter that they leave calls nobody from now on. */
static void note_asked(struct effect *e)
{
    int to = e->m->asked ? hour_find_desk(&e->hall.hour, row_id(e->m->asked_to)) : HOUR_NOBODY;
    int from = e->m->asked_from ? hour_find_desk(&e->hall.hour, row_id(e->m->asked_from)) : HOUR_NOBODY;
    if (to < 0)
        return;
    int64_t free_ms = from >= 0 ? e->hall.hour.desks[from].free_ms : 0;
    if (from >= 0 && e->end_count[1] < ENDS_MAX)
        e->ends[1][e->end_count[1]++] = (struct hour_change){.kind = HOUR_CLOSE, .desk = from};
    if (e->end_count[1] < ENDS_MAX)
        e->ends[1][e->end_count[1]++] = (struct hour_change){.kind = HOUR_OPEN, .at_ms = free_ms, .desk = to};
}

/* --- told --- */

static struct json *both(int64_t before, int64_t after)
{
    struct json *pair = json_new_array();
    json_add(pair, json_new_int(before));
    json_add(pair, json_new_int(after));
    return pair;
}

static struct json *steps_of(const struct hour_run *run, int queue)
{
    struct json *steps = json_new_array();
    for (int i = 0; i < run->step_count; i++)
        json_add(steps, json_new_int(run->queues[queue].steps[i]));
    return steps;
}

static bool is_served(const struct hour *hour, int queue)
{
    for (int d = 0; d < hour->desk_count; d++)
        for (int i = 0; i < hour->desks[d].share_count; i++)
            if (hour->desks[d].shares[i].queue == queue && hour->desks[d].opens_ms != HOUR_NEVER)
                return true;
    return false;
}

static void tell_queue(struct effect *e, int q, struct json *queues)
{
    const struct hour_queue_run *b = &e->runs[0].queues[q], *a = &e->runs[1].queues[q];
    struct json *one = json_new_object(), *steps = json_new_array();
    json_set_text(one, "queue", e->hall.queues[q].id);
    json_set(one, "waiting", both(b->steps[0], a->steps[0]));
    json_set(one, "longest_ms", both(b->longest_ms, a->longest_ms));
    json_set(one, "mean_ms", both(b->mean_ms, a->mean_ms));
    json_set(one, "left", both(b->left, a->left));
    json_set(one, "newcomer_ms", both(b->newcomer_ms, a->newcomer_ms));
    json_add(steps, steps_of(&e->runs[0], q));
    json_add(steps, steps_of(&e->runs[1], q));
    json_set(one, "steps", steps);
    json_add(queues, one);
}

struct gain {
    int person;
    int64_t gain_ms; /* negative: waits longer */
};

static int by_gain(const void *a, const void *b)
{
    const struct gain *x = a, *y = b;
    return x->gain_ms != y->gain_ms ? (x->gain_ms < y->gain_ms ? -1 : 1) : x->person - y->person;
}

/* Until the call; who is not called in the time looked at counts as called at its end, so that more may be meant. */
static int64_t wait_ms(const struct effect *e, int side, int person)
{
    const struct hour_person *who = &e->hall.people[person];
    int64_t since_ms = who->since_ms ? who->since_ms : who->arrived_ms;
    int64_t call_ms = e->runs[side].people[side ? e->order[person] : person].call_ms;
    int64_t end_ms = e->hall.hour.now_ms + (int64_t)e->runs[side].minutes * MINUTE_MS;
    return (call_ms ? call_ms : end_ms) - since_ms;
}

static int find_gains(const struct effect *e, struct gain *gains)
{
    int count = 0;
    for (int i = 0; i < e->hall.hour.people_count; i++) {
        int64_t gain_ms = wait_ms(e, 0, i) - wait_ms(e, 1, i);
        if (gain_ms >= NEWS_MS || gain_ms <= -NEWS_MS)
            gains[count++] = (struct gain){i, gain_ms};
    }
    qsort(gains, (size_t)count, sizeof *gains, by_gain);
    return count;
}

static void name_one(struct effect *e, int person, struct json *named)
{
    struct json *one = json_new_object();
    json_set_text(one, "ticket", e->hall.people[person].id);
    json_set_text(one, "number", e->hall.people[person].number);
    json_set_text(one, "queue", e->hall.queues[e->hall.people[person].queue].id);
    json_set(one, "wait_ms", both(wait_ms(e, 0, person), wait_ms(e, 1, person)));
    json_add(named, one);
}

static void tell_people(struct effect *e)
{
    struct gain *gains = xcalloc((size_t)e->hall.hour.people_count + 1, sizeof *gains);
    int count = find_gains(e, gains), later = 0;
    int64_t won_ms = 0, lost_ms = 0;
    struct json *people = json_new_object(), *named = json_new_array();
    for (int i = 0; i < count; i++) {
        later += gains[i].gain_ms < 0;
        won_ms += gains[i].gain_ms > 0 ? gains[i].gain_ms : 0;
        lost_ms -= gains[i].gain_ms < 0 ? gains[i].gain_ms : 0;
    }
    for (int i = 0; i < later && i < NAMED_MAX; i++)
        name_one(e, gains[i].person, named);
    for (int i = count - 1; i >= later && i >= count - NAMED_MAX; i--)
        name_one(e, gains[i].person, named);
    json_set_int(people, "sooner", count - later);
    json_set_int(people, "later", later);
    json_set_int(people, "won_ms", won_ms);
    json_set_int(people, "lost_ms", lost_ms);
    json_set(people, "named", named);
    json_set(answer(e->c), "people", people);
    free(gains);
}

static void tell(struct effect *e)
{
    struct json *queues = json_new_array();
    for (int q = 0; q < e->hall.hour.queue_count; q++)
        if (e->runs[0].queues[q].steps[0] || e->runs[1].queues[q].steps[0] || is_served(&e->hall.hour, q) ||
            is_served(&e->after, q))
            tell_queue(e, q, queues);
    json_set_int(answer(e->c), "minutes", HOUR_MIN);
    json_set(answer(e->c), "queues", queues);
    tell_people(e);
}

enum err move_effect(struct call *c, const struct hall_move *m)
{
    struct effect *e = xcalloc(1, sizeof *e);
    e->c = c;
    e->m = m;
    enum err err = hour_rows(c->tx->db, c->tx->now_ms, NULL, &e->hall);
    e->hall.hour.known_count = 0; /* the ends of moves are looked at here, as they are before and after */
    if (err == ERR_OK) {
        copy_hall(e);
        move_desks(e);
        move_people(e);
        line_up(e);
        err = note_all_ends(e);
    }
    if (err == ERR_OK) {
        note_asked(e);
        hour_run_changed(&e->hall.hour, e->ends[0], e->end_count[0], HOUR_MIN, &e->runs[0]);
        hour_run_changed(&e->after, e->ends[1], e->end_count[1], HOUR_MIN, &e->runs[1]);
        tell(e);
        hour_run_free(&e->runs[0]);
        hour_run_free(&e->runs[1]);
    }
    hour_hall_free(&e->hall);
    arena_free(&e->kept);
    free(e);
    return err;
}
