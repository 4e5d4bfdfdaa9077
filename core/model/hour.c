/* core/model/hour.c: see hour.h. Knows no clock and no chance: the calling rules, expected times and an order of events.
 *
 * Those who wait in a queue stand in lanes, in the order in which its rule takes them within one class: a call looks at
 * the heads of lanes alone (rule.h says which are enough), so that it costs the same with ten people and ten thousand. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/hour_inside.h"

enum { STEP_MS = HOUR_STEP_MIN * 60 * 1000, MINUTE_MS = 60 * 1000, TEN_MIN_MS = 10 * MINUTE_MS };
/* How much one time of service differs from the mean (standard deviation of it), how much the mean itself and the hall may
 * differ from what is expected, and how many deviations four of five stay within (in
 * simulated halls it is seven of eight: real ones differ by more than their times of service). */
static const double service_spread = 0.6, hall_spread = 0.1, four_of_five = 1.28;

int hour_target_min(const struct hour_queue *queue)
{
    return queue->target_min > 0 ? queue->target_min : HOUR_TARGET_MIN;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- the cast --- */

static int64_t comes_ms(const struct hour *hour, const struct hour_person *person)
{
    return later(person->comes_ms, hour->now_ms);
}

static int64_t since_ms(const struct hour_person *person)
{
    return person->since_ms ? person->since_ms : person->arrived_ms;
}

static int by_arrival(const void *a, const void *b, void *people)
{
    const struct hour_person *left = (const struct hour_person *)people + *(const int *)a,
                             *right = (const struct hour_person *)people + *(const int *)b;
    if (left->arrived_ms != right->arrived_ms)
        return left->arrived_ms < right->arrived_ms ? -1 : 1;
    int order = queue_number_compare(left->number, right->number);
    return order ? order : *(const int *)a - *(const int *)b;
}

static int by_coming(const void *a, const void *b, void *people)
{
    int64_t left = ((const struct hour_person *)people)[*(const int *)a].comes_ms,
            right = ((const struct hour_person *)people)[*(const int *)b].comes_ms;
    return left != right ? (left < right ? -1 : 1) : *(const int *)a - *(const int *)b;
}

static int by_last_call(const void *a, const void *b, void *people)
{
    int64_t left = ((const struct hour_person *)people)[*(const int *)a].last_call_ms,
            right = ((const struct hour_person *)people)[*(const int *)b].last_call_ms;
    return left != right ? (left < right ? -1 : 1) : *(const int *)a - *(const int *)b;
}

static bool has_queue(const struct hour *hour, const struct hour_person *person)
{
    return person->queue >= 0 && person->queue < hour->queue_count;
}

/* The n-th newcomer of a queue, in the middle of the n-th stretch of its pace. */
static int64_t newcomer_ms(const struct hour *hour, const struct hour_queue *queue, int n)
{
    return hour->now_ms + (int64_t)((n + 0.5) * TEN_MIN_MS / queue->arrivals);
}

static int newcomers(const struct hour_cast *cast, const struct hour_queue *queue)
{
    if (!(queue->arrivals > 0) || queue->arrivals > 10000)
        return 0;
    int count = (int)((double)(cast->end_ms - cast->hour->now_ms) * queue->arrivals / TEN_MIN_MS + 0.5) + 1;
    while (count > 0 && newcomer_ms(cast->hour, queue, count - 1) >= cast->end_ms)
        count--;
    return count;
}

static void add_expected(struct hour_cast *cast, int queue, int64_t at_ms, int64_t service_ms)
{
    char *number = cast->numbers[cast->count - cast->hour->people_count];
    cast->people[cast->count++] = (struct hour_person){.number = number,
                                                       .queue = queue,
                                                       .arrived_ms = at_ms,
                                                       .comes_ms = at_ms,
                                                       .service_ms = service_ms,
                                                       .desk = HOUR_NOBODY};
}

static void add_newcomers(struct hour_cast *cast)
{
    const struct hour *hour = cast->hour;
    for (int q = 0; q < hour->queue_count; q++) {
        int count = newcomers(cast, &hour->queues[q]);
        for (int n = 0; n < count; n++) {
            str_format(cast->numbers[cast->count - hour->people_count], sizeof *cast->numbers, "~%d-%d", q,
                       n);
            add_expected(cast, q, newcomer_ms(hour, &hour->queues[q], n), 0);
        }
    }
    cast->asking = cast->count;
    for (int q = 0; q < hour->queue_count; q++) {
        str_format(cast->numbers[cast->count - hour->people_count], sizeof *cast->numbers, "~~%d", q);
        add_expected(cast, q, hour->now_ms, 0);
    }
}

/* Which bookings stay away: by their time, each queue's share of them, the first half of one given as having come. */
static void leave_out(struct hour_cast *cast, const int *coming, int count)
{
    const struct hour *hour = cast->hour;
    double *come = xcalloc((size_t)hour->queue_count + 1, sizeof *come);
    for (int i = 0; i < count; i++) {
        const struct hour_person *person = &cast->people[coming[i]];
        if (!person->booked_ms || !has_queue(hour, person))
            continue;
        double share = hour->queues[person->queue].no_show;
        double *sum = &come[person->queue];
        *sum += share > 0 ? (share < 1 ? 1 - share : 0) : 1;
        if (*sum < 0.5 - 1e-9)
            cast->stays_away[coming[i]] = true;
        else
            *sum -= 1;
    }
    free(come);
}

static void sort_people(struct hour_cast *cast)
{
    const struct hour *hour = cast->hour;
    for (int i = 0; i < cast->asking; i++) {
        struct hour_person *person = &cast->people[i];
        person->comes_ms = comes_ms(hour, person);
        if (person->comes_ms > hour->now_ms)
            cast->coming[cast->coming_count++] = i;
        else
            cast->present[cast->present_count++] = i;
    }
    qsort_r(cast->present, (size_t)cast->present_count, sizeof(int), by_arrival, cast->people);
    qsort_r(cast->coming, (size_t)cast->coming_count, sizeof(int), by_coming, cast->people);
    leave_out(cast, cast->coming, cast->coming_count);
    int kept = 0;
    for (int i = 0; i < cast->coming_count; i++)
        if (cast->coming[i] >= hour->people_count || !cast->stays_away[cast->coming[i]])
            cast->coming[kept++] = cast->coming[i];
    cast->coming_count = kept;
    for (int i = 0; i < cast->present_count; i++) {
        int64_t last_ms = cast->people[cast->present[i]].last_call_ms;
        if (last_ms && last_ms + RULE_RECALL_MS > hour->now_ms && last_ms + RULE_RECALL_MS < cast->end_ms)
            cast->lately[cast->lately_count++] = cast->present[i];
    }
    qsort_r(cast->lately, (size_t)cast->lately_count, sizeof(int), by_last_call, cast->people);
}

void hour_cast_make(const struct hour *hour, int minutes, struct hour_cast *cast)
{
    minutes = minutes < 1 ? 1 : minutes > HOUR_MIN_MAX ? HOUR_MIN_MAX : minutes;
    *cast = (struct hour_cast){.hour = hour, .end_ms = hour->now_ms + (int64_t)minutes * MINUTE_MS};
    int expected = hour->queue_count;
    for (int q = 0; q < hour->queue_count; q++)
        expected += newcomers(cast, &hour->queues[q]);
    size_t all = (size_t)(hour->people_count + expected) + 1;
    cast->people = xcalloc(all, sizeof *cast->people);
    cast->numbers = xcalloc((size_t)expected + 1, sizeof *cast->numbers);
    cast->names = xcalloc((size_t)hour->queue_count + 1, sizeof *cast->names);
    cast->stays_away = xcalloc((size_t)hour->people_count + 1, sizeof *cast->stays_away);
    cast->present = xcalloc(all, sizeof(int));
    cast->coming = xcalloc(all, sizeof(int));
    cast->lately = xcalloc(all, sizeof(int));
    if (hour->people_count)
        memcpy(cast->people, hour->people, (size_t)hour->people_count * sizeof *cast->people);
    cast->count = hour->people_count;
    for (int q = 0; q < hour->queue_count; q++)
        str_format(cast->names[q], sizeof *cast->names, "%d", q);
    add_newcomers(cast);
    sort_people(cast);
}

void hour_cast_free(struct hour_cast *cast)
{
    free(cast->people);
    free(cast->numbers);
    free(cast->names);
    free(cast->stays_away);
    free(cast->present);
    free(cast->coming);
    free(cast->lately);
    *cast = (struct hour_cast){0};
}

/* --- lanes --- */

struct lane {
    bool booked;
    int class;
    int *who; /* in the order in which they are taken */
    int head, count, capacity;
};

struct line {
    enum rule_kind own_kind; /* when no change has it */
    int own_max_run;
    bool changed;
    struct lane *lanes;
    int lane_count, lane_capacity;
    struct rule_queue rule; /* weight is the counter's */
    int run;
    int waiting;
    bool fresh; /* somebody came or may be called again: free counters look */
    int64_t sum_called_ms;
};

struct desk {
    struct hour_desk is;
    int64_t free_ms; /* end of the last service */
    int64_t deficit[RULE_QUEUES_MAX];
    bool serving, idle, fresh, closed;
    const struct hour_share *own_shares; /* when no change has it */
    int own_share_count;
    bool changed;
    struct lane own; /* who was sent here */
};

struct event {
    int64_t at_ms;
    const struct hour_change *change;
    bool ends, known;
};

struct wake {
    int64_t at_ms;
    int desk;
};

struct play {
    const struct hour_cast *cast;
    struct line *lines;
    struct desk *desks;
    int *queues; /* of each person, as moved */
    bool *gone;  /* called */
    struct event *events;
    int event_count, event_next, coming_next, lately_next;
    struct wake *heap;
    int heap_count, heap_capacity;
    int *idle; /* counters that are free, longest first */
    int idle_count;
    struct candidate *candidates;
    struct spot *spots;
    int candidate_capacity;
    bool asks; /* those who ask how long it would take stand in their queues, too, and take no time */
    int asking_left;
    struct hour_run *out;
};

/* Where a candidate stands. */
struct spot {
    struct lane *lane;
    int at;
};

static int class_in(const struct line *line, const struct hour_person *person)
{
    if (line->rule.kind == RULE_PRIORITY)
        return person->priority > 0 ? person->priority : 0;
    if (line->rule.kind != RULE_APPOINTMENTS)
        return 0;
    if (person->priority > 0)
        return person->priority;
    return person->booked_ms ? RULE_BOOKED_PRIORITY : RULE_WALK_IN_PRIORITY;
}

static struct lane *lane_of(struct line *line, const struct hour_person *person)
{
    bool booked = line->rule.kind == RULE_APPOINTMENTS && person->booked_ms != 0;
    int class = class_in(line, person);
    for (int i = 0; i < line->lane_count; i++)
        if (line->lanes[i].booked == booked && line->lanes[i].class == class)
            return &line->lanes[i];
    if (line->lane_count == line->lane_capacity) {
        line->lane_capacity = line->lane_capacity ? line->lane_capacity * 2 : 4;
        line->lanes = xrealloc(line->lanes, (size_t)line->lane_capacity * sizeof *line->lanes);
    }
    line->lanes[line->lane_count] = (struct lane){.booked = booked, .class = class};
    return &line->lanes[line->lane_count++];
}

static bool stands_before(const struct play *p, bool booked, int a, int b)
{
    const struct hour_person *left = &p->cast->people[a], *right = &p->cast->people[b];
    int64_t left_ms = booked ? left->booked_ms : left->arrived_ms;
    int64_t right_ms = booked ? right->booked_ms : right->arrived_ms;
    if (left_ms != right_ms)
        return left_ms < right_ms;
    return queue_number_compare(left->number, right->number) < 0;
}

/* Nearly everyone comes last. */
static void lane_put(const struct play *p, struct lane *lane, int person)
{
    if (lane->count == lane->capacity) {
        lane->capacity = lane->capacity ? lane->capacity * 2 : 16;
        lane->who = xrealloc(lane->who, (size_t)lane->capacity * sizeof *lane->who);
    }
    int at = lane->count++;
    for (; at > lane->head && stands_before(p, lane->booked, person, lane->who[at - 1]); at--)
        lane->who[at] = lane->who[at - 1];
    lane->who[at] = person;
}

static void lane_take(struct lane *lane, int at)
{
    for (; at > lane->head; at--)
        lane->who[at] = lane->who[at - 1];
    lane->head++;
}

/* The person is there, or their queue has another rule now. */
static void stand(struct play *p, int person)
{
    const struct hour_person *is = &p->cast->people[person];
    int queue = p->queues[person];
    if (is->desk >= 0 && is->desk < p->cast->hour->desk_count) {
        lane_put(p, &p->desks[is->desk].own, person);
        p->desks[is->desk].fresh = true;
    } else if (is->desk == HOUR_NOBODY && queue >= 0 && queue < p->cast->hour->queue_count) {
        lane_put(p, lane_of(&p->lines[queue], is), person);
        p->lines[queue].fresh = true;
    }
}

static bool asks_only(const struct play *p, int person)
{
    return person >= p->cast->asking;
}

static void come(struct play *p, int person)
{
    int queue = p->queues[person];
    if (queue >= 0 && queue < p->cast->hour->queue_count && !asks_only(p, person))
        p->lines[queue].waiting++;
    stand(p, person);
}

/* --- counters --- */

static void wake_at(struct play *p, int64_t at_ms, int desk)
{
    if (at_ms >= p->cast->end_ms)
        return;
    if (p->heap_count == p->heap_capacity) {
        p->heap_capacity = p->heap_capacity ? p->heap_capacity * 2 : 64;
        p->heap = xrealloc(p->heap, (size_t)p->heap_capacity * sizeof *p->heap);
    }
    int at = p->heap_count++;
    for (; at > 0 && p->heap[(at - 1) / 2].at_ms > at_ms; at = (at - 1) / 2)
        p->heap[at] = p->heap[(at - 1) / 2];
    p->heap[at] = (struct wake){at_ms, desk};
}

static int heap_take(struct play *p)
{
    int desk = p->heap[0].desk, at = 0;
    struct wake last = p->heap[--p->heap_count];
    for (;;) {
        int child = 2 * at + 1;
        if (child >= p->heap_count)
            break;
        if (child + 1 < p->heap_count && p->heap[child + 1].at_ms < p->heap[child].at_ms)
            child++;
        if (p->heap[child].at_ms >= last.at_ms)
            break;
        p->heap[at] = p->heap[child];
        at = child;
    }
    p->heap[at] = last;
    return desk;
}

/* From when on the counter may call, at or after t; HOUR_NEVER: not any more. */
static int64_t ready_ms(const struct desk *desk, int64_t t)
{
    const struct hour_desk *is = &desk->is;
    if (desk->closed)
        return HOUR_NEVER; /* its change says when that ends */
    t = later(t, is->opens_ms);
    if (is->away_until_ms > is->away_from_ms && t >= is->away_from_ms && t < is->away_until_ms)
        t = is->away_until_ms;
    return t == HOUR_NEVER || (is->closes_ms && t >= is->closes_ms) ? HOUR_NEVER : t;
}

static bool free_before(const struct play *p, int a, int b)
{
    if (p->desks[a].free_ms != p->desks[b].free_ms)
        return p->desks[a].free_ms < p->desks[b].free_ms;
    return a < b;
}

static void idle_put(struct play *p, int desk)
{
    int at = p->idle_count++;
    for (; at > 0 && free_before(p, desk, p->idle[at - 1]); at--)
        p->idle[at] = p->idle[at - 1];
    p->idle[at] = desk;
    p->desks[desk].idle = true;
}

static void idle_take(struct play *p, int at)
{
    p->desks[p->idle[at]].idle = false;
    p->idle_count--;
    memmove(&p->idle[at], &p->idle[at + 1], (size_t)(p->idle_count - at) * sizeof *p->idle);
}

static void assign(struct desk *desk, const struct hour_share *shares, int count, bool anew)
{
    desk->is.shares = shares;
    desk->is.share_count = count < RULE_QUEUES_MAX ? count : RULE_QUEUES_MAX;
    if (anew)
        desk->is.turn = 0;
    for (int i = 0; i < desk->is.share_count; i++)
        desk->deficit[i] = anew ? 0 : shares[i].deficit;
}

/* --- a call --- */

static struct candidate candidate_of(const struct play *p, int person, bool own)
{
    const struct hour_person *is = &p->cast->people[person];
    int queue = p->queues[person];
    bool known = queue >= 0 && queue < p->cast->hour->queue_count;
    return (struct candidate){.number = is->number,
                              .queue = known ? p->cast->names[queue] : "",
                              .arrived_ms = is->arrived_ms,
                              .booked_ms = is->booked_ms,
                              .last_call_ms = is->last_call_ms,
                              .priority = is->priority,
                              .own = own};
}

static void add_candidate(struct play *p, struct lane *lane, int at, bool own, int *count)
{
    if (*count == p->candidate_capacity) {
        p->candidate_capacity = p->candidate_capacity ? p->candidate_capacity * 2 : 64;
        p->candidates = xrealloc(p->candidates, (size_t)p->candidate_capacity * sizeof *p->candidates);
        p->spots = xrealloc(p->spots, (size_t)p->candidate_capacity * sizeof *p->spots);
    }
    p->candidates[*count] = candidate_of(p, lane->who[at], own);
    p->spots[(*count)++] = (struct spot){lane, at};
}

/* The first of a lane, and under appointments those who were called lately and hold a place before the first who was not. */
static void add_lane(struct play *p, const struct desk *desk, struct lane *lane, enum rule_kind kind,
                     int64_t t, int *count)
{
    for (int at = lane->head; at < lane->count; at++) {
        const struct hour_person *is = &p->cast->people[lane->who[at]];
        if (desk->is.last_arrival_ms && is->arrived_ms > desk->is.last_arrival_ms)
            continue;
        add_candidate(p, lane, at, false, count);
        if (kind != RULE_APPOINTMENTS || !is->last_call_ms || t - is->last_call_ms >= RULE_RECALL_MS)
            return;
    }
}

static int gather(struct play *p, struct desk *desk, int64_t t, struct rule_queue *rules,
                  struct rule_state *state)
{
    int count = 0;
    state->turn = desk->is.turn;
    if (desk->own.head < desk->own.count)
        add_candidate(p, &desk->own, desk->own.head, true, &count);
    for (int i = 0; i < desk->is.share_count; i++) {
        struct line *line = &p->lines[desk->is.shares[i].queue];
        rules[i] = line->rule;
        rules[i].weight = desk->is.shares[i].weight;
        state->run[i] = line->run;
        state->deficit[i] = desk->deficit[i];
        for (int l = 0; l < line->lane_count; l++)
            add_lane(p, desk, &line->lanes[l], line->rule.kind, t, &count);
    }
    return count;
}

static void keep_state(struct play *p, struct desk *desk, const struct rule_state *state)
{
    for (int i = 0; i < desk->is.share_count; i++) {
        p->lines[desk->is.shares[i].queue].run = state->run[i];
        desk->deficit[i] = state->deficit[i];
    }
    desk->is.turn = state->turn;
}

static void set_range(const struct hour_cast *cast, int64_t t, int nth, int64_t *low_ms, int64_t *high_ms)
{
    double until = (double)(t - cast->hour->now_ms);
    double spread = sqrt(service_spread * service_spread / nth + hall_spread * hall_spread);
    int64_t margin = later((int64_t)(four_of_five * spread * until), MINUTE_MS);
    *low_ms = later(t - margin, cast->hour->now_ms);
    *high_ms = t + margin;
}

static void count_call(struct play *p, int person, int desk, int64_t t)
{
    const struct hour_cast *cast = p->cast;
    int queue = p->queues[person], nth = 1;
    if (queue >= 0 && queue < cast->hour->queue_count) {
        struct hour_queue_run *run = &p->out->queues[queue];
        int64_t waited_ms = later(t - since_ms(&cast->people[person]), 0);
        nth = run->called + 1;
        if (asks_only(p, person)) {
            run->newcomer_ms = t - cast->hour->now_ms;
            set_range(cast, t, nth, &run->newcomer_low_ms, &run->newcomer_high_ms);
            run->newcomer_low_ms -= cast->hour->now_ms;
            run->newcomer_high_ms -= cast->hour->now_ms;
            p->asking_left--;
            return;
        }
        run->called++;
        run->longest_called_ms = later(run->longest_called_ms, waited_ms);
        p->lines[queue].sum_called_ms += waited_ms;
        p->lines[queue].waiting--;
    }
    if (p->out->people && person < cast->hour->people_count) {
        struct hour_call *call = &p->out->people[person];
        call->call_ms = t;
        call->desk = desk;
        set_range(cast, t, nth, &call->low_ms, &call->high_ms);
    }
}

static int64_t service_of(const struct play *p, int person)
{
    const struct hour_person *is = &p->cast->people[person];
    int queue = p->queues[person];
    if (asks_only(p, person))
        return 0;
    if (is->service_ms > 0)
        return is->service_ms;
    if (queue >= 0 && queue < p->cast->hour->queue_count && p->cast->hour->queues[queue].service_ms > 0)
        return p->cast->hour->queues[queue].service_ms;
    return HOUR_SERVICE_MS;
}

/* The counter calls whom its rules choose; false: nobody. */
static bool call_next(struct play *p, int at, int64_t t)
{
    struct desk *desk = &p->desks[at];
    struct rule_queue rules[RULE_QUEUES_MAX];
    struct rule_state state = {0};
    int count = gather(p, desk, t, rules, &state);
    struct rule_desk asks = {.queues = rules, .queue_count = desk->is.share_count, .now_ms = t};
    int chosen = count ? rule_choose(&asks, &state, p->candidates, count, NULL) : -1;
    if (chosen < 0)
        return false;
    struct spot spot = p->spots[chosen];
    int person = spot.lane->who[spot.at];
    lane_take(spot.lane, spot.at);
    keep_state(p, desk, &state);
    count_call(p, person, at, t);
    p->gone[person] = true;
    desk->free_ms = t + service_of(p, person);
    desk->serving = desk->free_ms > t;
    if (desk->serving)
        wake_at(p, desk->free_ms, at);
    return true;
}

static bool looks(const struct play *p, const struct desk *desk)
{
    if (desk->fresh)
        return true;
    for (int i = 0; i < desk->is.share_count; i++)
        if (p->lines[desk->is.shares[i].queue].fresh)
            return true;
    return false;
}

/* Every counter that is free and has something to look at calls, longest free first. */
static void call_all(struct play *p, int64_t t)
{
    for (int i = 0; i < p->idle_count;) {
        int at = p->idle[i];
        struct desk *desk = &p->desks[at];
        if (!looks(p, desk)) {
            i++;
            continue;
        }
        desk->fresh = false;
        int64_t ready = ready_ms(desk, t);
        if (ready > t) {
            idle_take(p, i);
            if (ready != HOUR_NEVER)
                wake_at(p, ready, at);
            continue;
        }
        bool called = false;
        do
            called = call_next(p, at, t);
        while (called && !desk->serving);
        if (called)
            idle_take(p, i);
        else
            i++;
    }
    for (int q = 0; q < p->cast->hour->queue_count; q++)
        p->lines[q].fresh = false;
}

/* --- changes --- */

static bool changes_desk(const struct play *p, const struct hour_change *change)
{
    return (change->kind == HOUR_ASSIGN || change->kind == HOUR_OPEN || change->kind == HOUR_CLOSE) &&
           change->desk >= 0 && change->desk < p->cast->hour->desk_count;
}

/* Its own are kept, and come back when no change has the counter any more. */
static void change_shares(struct desk *desk, const struct event *event)
{
    if (event->known) {
        desk->own_shares = event->change->shares;
        desk->own_share_count = event->change->share_count;
    } else {
        desk->changed = !event->ends;
    }
    if (!event->known && !event->ends)
        assign(desk, event->change->shares, event->change->share_count, true);
    else if (!desk->changed)
        assign(desk, desk->own_shares, desk->own_share_count, true);
}

static void change_desk(struct play *p, const struct event *event)
{
    const struct hour_change *change = event->change;
    struct desk *desk = &p->desks[change->desk];
    const struct hour_desk *was = &p->cast->hour->desks[change->desk];
    if (change->kind == HOUR_ASSIGN) {
        change_shares(desk, event);
    } else if (change->kind == HOUR_CLOSE) {
        desk->closed = !event->ends;
    } else {
        desk->is.opens_ms = event->ends ? was->opens_ms : 0;
        desk->is.closes_ms = event->ends ? was->closes_ms : 0;
        desk->is.away_from_ms = event->ends ? was->away_from_ms : 0;
        desk->is.away_until_ms = event->ends ? was->away_until_ms : 0;
        desk->is.last_arrival_ms = event->ends ? was->last_arrival_ms : 0;
    }
    desk->fresh = true;
    if (!desk->serving && !desk->idle)
        idle_put(p, change->desk);
}

static void change_rule(struct play *p, const struct event *event)
{
    struct line *line = &p->lines[event->change->queue];
    struct lane *lanes = line->lanes;
    int count = line->lane_count;
    if (event->known) {
        line->own_kind = event->change->rule;
        line->own_max_run = event->change->max_run;
    } else {
        line->changed = !event->ends;
    }
    if (event->known && line->changed)
        return;
    bool own = event->known || event->ends;
    line->rule.kind = own ? line->own_kind : event->change->rule;
    line->rule.max_run = own ? line->own_max_run : event->change->max_run;
    line->run = 0;
    line->lanes = NULL;
    line->lane_count = line->lane_capacity = 0;
    for (int l = 0; l < count; l++) {
        for (int i = lanes[l].head; i < lanes[l].count; i++)
            stand(p, lanes[l].who[i]);
        free(lanes[l].who);
    }
    free(lanes);
}

static void change(struct play *p, const struct event *event)
{
    const struct hour_change *change = event->change;
    if (changes_desk(p, change))
        change_desk(p, event);
    else if (change->kind == HOUR_RULE && change->queue >= 0 && change->queue < p->cast->hour->queue_count)
        change_rule(p, event);
}

/* In order of time; of one moment the ends first, so that what begins then stays. */
static void add_event(struct play *p, struct event event)
{
    int at = p->event_count++;
    for (; at > 0 && (p->events[at - 1].at_ms > event.at_ms ||
                      (p->events[at - 1].at_ms == event.at_ms && event.ends && !p->events[at - 1].ends));
         at--)
        p->events[at] = p->events[at - 1];
    p->events[at] = event;
}

static void move(struct play *p, const struct hour_change *change)
{
    for (int i = 0; i < change->people_count; i++)
        if (change->people[i] >= 0 && change->people[i] < p->cast->hour->people_count && change->queue >= 0 &&
            change->queue < p->cast->hour->queue_count)
            p->queues[change->people[i]] = change->queue;
}

static void add_changes(struct play *p, const struct hour_change *changes, int count)
{
    const struct hour *hour = p->cast->hour;
    p->events = xcalloc((size_t)count * 2 + (size_t)hour->known_count + 1, sizeof *p->events);
    for (int i = 0; i < hour->known_count; i++)
        add_event(p, (struct event){later(hour->known[i].at_ms, hour->now_ms), &hour->known[i], false, true});
    for (int i = 0; i < count; i++) {
        int64_t at_ms = later(changes[i].at_ms, p->cast->hour->now_ms);
        if (changes[i].until_ms && changes[i].until_ms <= at_ms && changes[i].kind != HOUR_MOVE)
            continue;
        if (changes[i].kind == HOUR_MOVE) {
            move(p, &changes[i]);
            continue;
        }
        add_event(p, (struct event){at_ms, &changes[i], false, false});
        if (changes[i].until_ms)
            add_event(p, (struct event){changes[i].until_ms, &changes[i], true, false});
    }
}

/* --- the play --- */

static void play_make(struct play *p, const struct hour_cast *cast, bool calls, struct hour_run *out)
{
    const struct hour *hour = cast->hour;
    p->cast = cast;
    p->out = out;
    p->lines = xcalloc((size_t)hour->queue_count + 1, sizeof *p->lines);
    p->desks = xcalloc((size_t)hour->desk_count + 1, sizeof *p->desks);
    p->queues = xcalloc((size_t)cast->count + 1, sizeof *p->queues);
    p->gone = xcalloc((size_t)cast->count + 1, sizeof *p->gone);
    p->idle = xcalloc((size_t)hour->desk_count + 1, sizeof *p->idle);
    for (int i = 0; i < cast->count; i++)
        p->queues[i] = cast->people[i].queue;
    for (int q = 0; q < hour->queue_count; q++) {
        const struct hour_queue *queue = &hour->queues[q];
        p->lines[q].rule =
            (struct rule_queue){.queue = cast->names[q], .kind = queue->kind, .max_run = queue->max_run};
        p->lines[q].run = queue->run;
        p->lines[q].own_kind = queue->kind;
        p->lines[q].own_max_run = queue->max_run;
    }
    *out = (struct hour_run){.minutes = (int)((cast->end_ms - hour->now_ms) / MINUTE_MS),
                             .queue_count = hour->queue_count,
                             .people_count = hour->people_count};
    out->step_count = out->minutes / HOUR_STEP_MIN + 1;
    out->queues = xcalloc((size_t)hour->queue_count + 1, sizeof *out->queues);
    if (calls)
        out->people = xcalloc((size_t)hour->people_count + 1, sizeof *out->people);
    for (int i = 0; calls && i < hour->people_count; i++)
        out->people[i] = (struct hour_call){
            .low_ms = cast->end_ms, .desk = HOUR_NOBODY, .stays_away = cast->stays_away[i]};
}

static void play_begin(struct play *p)
{
    const struct hour *hour = p->cast->hour;
    for (int d = 0; d < hour->desk_count; d++) {
        struct desk *desk = &p->desks[d];
        desk->is = hour->desks[d];
        desk->free_ms = desk->is.free_ms;
        desk->own_shares = desk->is.shares;
        desk->own_share_count = desk->is.share_count;
        assign(desk, desk->is.shares, desk->is.share_count, false);
        desk->fresh = true;
        desk->serving = desk->free_ms > hour->now_ms;
        if (desk->serving)
            wake_at(p, desk->free_ms, d);
        else
            idle_put(p, d);
    }
    for (int i = 0; i < p->cast->present_count; i++)
        come(p, p->cast->present[i]);
    for (int i = p->cast->asking; p->asks && i < p->cast->count; i++) {
        p->asking_left++;
        come(p, i);
    }
}

static int64_t next_ms(const struct play *p)
{
    const struct hour_cast *cast = p->cast;
    int64_t t = cast->end_ms;
    if (p->heap_count)
        t = sooner(t, p->heap[0].at_ms);
    if (p->coming_next < cast->coming_count)
        t = sooner(t, cast->people[cast->coming[p->coming_next]].comes_ms);
    if (p->lately_next < cast->lately_count)
        t = sooner(t, cast->people[cast->lately[p->lately_next]].last_call_ms + RULE_RECALL_MS);
    if (p->event_next < p->event_count)
        t = sooner(t, p->events[p->event_next].at_ms);
    return t;
}

/* Everything of one moment happens, then the calls. */
static void happen(struct play *p, int64_t t)
{
    const struct hour_cast *cast = p->cast;
    for (; p->coming_next < cast->coming_count; p->coming_next++) {
        if (cast->people[cast->coming[p->coming_next]].comes_ms > t)
            break;
        come(p, cast->coming[p->coming_next]);
    }
    for (; p->lately_next < cast->lately_count; p->lately_next++) {
        int person = cast->lately[p->lately_next], queue = p->queues[person];
        if (cast->people[person].last_call_ms + RULE_RECALL_MS > t)
            break;
        if (!p->gone[person] && queue >= 0 && queue < cast->hour->queue_count)
            p->lines[queue].fresh = true;
    }
    for (; p->event_next < p->event_count && p->events[p->event_next].at_ms <= t; p->event_next++)
        change(p, &p->events[p->event_next]);
    while (p->heap_count && p->heap[0].at_ms <= t) {
        int desk = heap_take(p);
        if (p->desks[desk].serving && p->desks[desk].free_ms > t)
            continue;
        p->desks[desk].serving = false;
        p->desks[desk].fresh = true;
        if (!p->desks[desk].idle)
            idle_put(p, desk);
    }
    call_all(p, t);
}

static void sample(struct play *p, int *step, int64_t t)
{
    for (; *step < p->out->step_count && p->cast->hour->now_ms + (int64_t)*step * STEP_MS <= t; (*step)++)
        for (int q = 0; q < p->out->queue_count; q++)
            p->out->queues[q].steps[*step] = p->lines[q].waiting;
}

/* Who still waits, wherever they stand. */
static void count_left(struct play *p, int64_t *sums)
{
    const struct hour_cast *cast = p->cast;
    for (int i = 0; i < cast->asking; i++) {
        int queue = p->queues[i];
        bool away = i < cast->hour->people_count && cast->stays_away[i];
        if (p->gone[i] || away || queue < 0 || queue >= cast->hour->queue_count ||
            cast->people[i].comes_ms >= cast->end_ms)
            continue;
        int64_t waited_ms = later(cast->end_ms - since_ms(&cast->people[i]), 0);
        p->out->queues[queue].left++;
        p->out->queues[queue].longest_left_ms = later(p->out->queues[queue].longest_left_ms, waited_ms);
        sums[queue] += waited_ms;
    }
}

static void sum_up(struct play *p)
{
    int queues = p->out->queue_count;
    int64_t *sums = xcalloc((size_t)queues + 1, sizeof *sums);
    count_left(p, sums);
    for (int q = 0; q < queues; q++) {
        struct hour_queue_run *run = &p->out->queues[q];
        int64_t called_ms = p->lines[q].sum_called_ms;
        run->mean_called_ms = run->called ? called_ms / run->called : 0;
        run->mean_left_ms = run->left ? sums[q] / run->left : 0;
        run->longest_ms = later(run->longest_called_ms, run->longest_left_ms);
        run->mean_ms = run->called + run->left ? (called_ms + sums[q]) / (run->called + run->left) : 0;
    }
    free(sums);
}

static void play_free(struct play *p)
{
    for (int q = 0; q < p->cast->hour->queue_count; q++) {
        for (int l = 0; l < p->lines[q].lane_count; l++)
            free(p->lines[q].lanes[l].who);
        free(p->lines[q].lanes);
    }
    for (int d = 0; d < p->cast->hour->desk_count; d++)
        free(p->desks[d].own.who);
    free(p->lines);
    free(p->desks);
    free(p->queues);
    free(p->gone);
    free(p->idle);
    free(p->events);
    free(p->heap);
    free(p->candidates);
    free(p->spots);
}

static void play(const struct hour_cast *cast, const struct hour_change *changes, int count, bool asks,
                 bool calls, struct hour_run *out)
{
    struct play p = {.asks = asks};
    int step = 0;
    play_make(&p, cast, calls, out);
    add_changes(&p, changes, count);
    play_begin(&p);
    sample(&p, &step, cast->hour->now_ms);
    for (int64_t t = cast->hour->now_ms; t < cast->end_ms; t = next_ms(&p)) {
        sample(&p, &step, t);
        happen(&p, t);
        if (asks && !p.asking_left)
            break;
    }
    sample(&p, &step, cast->end_ms);
    sum_up(&p);
    play_free(&p);
}

void hour_play(const struct hour_cast *cast, const struct hour_change *changes, int count, bool calls,
               struct hour_run *out)
{
    play(cast, changes, count, false, calls, out);
}

/* --- who would come now --- */

static int before_newcomer(const struct hour_cast *cast, const struct hour_run *run, int queue)
{
    int before = 0;
    for (int i = 0; i < cast->hour->people_count; i++)
        before += cast->people[i].queue == queue && !run->people[i].call_ms && !cast->stays_away[i] &&
                  cast->people[i].arrived_ms <= cast->hour->now_ms && cast->people[i].desk == HOUR_NOBODY;
    return before;
}

/* Who is not called in the time looked at: those before go on at the pace of the hour. */
static void foresee(const struct hour_cast *cast, struct hour_run *out, int queue)
{
    struct hour_queue_run *run = &out->queues[queue];
    int64_t length_ms = cast->end_ms - cast->hour->now_ms;
    if (!run->called)
        return;
    int64_t t = cast->end_ms + (int64_t)before_newcomer(cast, out, queue) * (length_ms / run->called);
    run->newcomer_ms = t - cast->hour->now_ms;
    set_range(cast, t, run->called, &run->newcomer_low_ms, &run->newcomer_high_ms);
    run->newcomer_low_ms -= cast->hour->now_ms;
    run->newcomer_high_ms -= cast->hour->now_ms;
}

void hour_run_changed(const struct hour *hour, const struct hour_change *changes, int count, int minutes,
                      struct hour_run *out)
{
    struct hour_cast cast;
    struct hour_run asked;
    hour_cast_make(hour, minutes, &cast);
    play(&cast, changes, count, false, true, out);
    play(&cast, changes, count, true, false, &asked);
    for (int q = 0; q < hour->queue_count; q++) {
        out->queues[q].newcomer_ms = out->queues[q].newcomer_low_ms = out->queues[q].newcomer_high_ms = -1;
        if (asked.queues[q].newcomer_high_ms) { /* called: high is a minute at least */
            out->queues[q].newcomer_ms = asked.queues[q].newcomer_ms;
            out->queues[q].newcomer_low_ms = asked.queues[q].newcomer_low_ms;
            out->queues[q].newcomer_high_ms = asked.queues[q].newcomer_high_ms;
        } else {
            foresee(&cast, out, q);
        }
    }
    hour_run_free(&asked);
    hour_cast_free(&cast);
}

void hour_run(const struct hour *hour, int minutes, struct hour_run *out)
{
    hour_run_changed(hour, NULL, 0, minutes, out);
}

void hour_run_free(struct hour_run *run)
{
    free(run->queues);
    free(run->people);
    *run = (struct hour_run){0};
}
