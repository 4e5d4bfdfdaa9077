/* core/model/rule.c: whom a counter calls next, and why. Knows no clock, row or screen.
 *
 * The queues of a counter are taken in groups of one rule each. Every group names the person whom its rule
 * would call; of those named, the one who came first is called, so no group can starve another. A counter of
 * queues under one rule is the usual case, and then the rule alone decides. */
#include "core/model/rule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Candidates in order of (arrival, number), so that the first hit of a scan is the oldest. */
struct entry {
    const struct candidate *person;
    int index; /* in the caller's array */
    int queue; /* in desk->queues; -1: sent here from a queue that this counter does not have */
    bool gone; /* called earlier in the same order */
    bool set_aside;
};

struct hall {
    const struct rule_desk *desk;
    struct rule_state state;
    struct entry *entries;
    int count;
    unsigned kinds;   /* rules by which somebody here is called, a bit each */
    int64_t clock_ms; /* appointments: when the person chosen now will be called */
    bool skip_recent; /* appointments: leave out who was called less than RULE_RECALL_MS ago */
};

/* Whom one group would call, and the state if it does. */
struct nominee {
    const struct entry *entry; /* NULL nobody */
    enum rule_reason reason;
    int64_t value, of;
    struct rule_state after;
};

static const char *const rule_texts[] = {
#define X(name, text) text,
    RULE_LIST(X)
#undef X
};
static const char *const reason_texts[] = {
#define X(name, text) text,
    RULE_REASON_LIST(X)
#undef X
};
static const char *const passed_texts[] = {
#define X(name, text) text,
    RULE_PASSED_LIST(X)
#undef X
};

/* --- the hall as the rules see it --- */
static int by_arrival(const void *a, const void *b)
{
    const struct candidate *left = ((const struct entry *)a)->person,
                           *right = ((const struct entry *)b)->person;
    if (left->arrived_ms != right->arrived_ms)
        return left->arrived_ms < right->arrived_ms ? -1 : 1;
    return queue_number_compare(left->number, right->number);
}

static int queue_count(const struct rule_desk *desk)
{
    return desk->queue_count < RULE_QUEUES_MAX ? desk->queue_count : RULE_QUEUES_MAX;
}

static int queue_index(const struct rule_desk *desk, const char *queue)
{
    for (int i = 0; i < queue_count(desk); i++)
        if (str_equal(desk->queues[i].queue, queue))
            return i;
    return -1;
}

static void hall_init(struct hall *hall, const struct rule_desk *desk, const struct rule_state *state,
                      const struct candidate *candidates, int count)
{
    *hall = (struct hall){.desk = desk, .state = *state, .clock_ms = desk->now_ms + RULE_CLOCK_LEAD_MS};
    hall->entries = xcalloc((size_t)count + 1, sizeof *hall->entries);
    for (int i = 0; i < count; i++) {
        int queue = queue_index(desk, candidates[i].queue);
        hall->kinds |= queue >= 0 ? 1u << desk->queues[queue].kind : 0;
        if (queue >= 0 || candidates[i].own)
            hall->entries[hall->count++] =
                (struct entry){.person = &candidates[i], .index = i, .queue = queue};
    }
    qsort(hall->entries, (size_t)hall->count, sizeof *hall->entries, by_arrival);
}

static bool in_group(const struct hall *hall, const struct entry *entry, enum rule_kind kind)
{
    return !entry->gone && entry->queue >= 0 && hall->desk->queues[entry->queue].kind == kind;
}

static int64_t minutes(int64_t ms)
{
    return ms / 60000;
}

static int64_t waited_min(const struct hall *hall, const struct entry *entry)
{
    int64_t waited_ms = hall->desk->now_ms - entry->person->arrived_ms;
    return waited_ms > 0 ? minutes(waited_ms) : 0;
}

/* --- sent to this counter --- */
static struct nominee choose_own(const struct hall *hall)
{
    for (int i = 0; i < hall->count; i++) {
        const struct entry *entry = &hall->entries[i];
        if (!entry->gone && entry->person->own)
            return (struct nominee){entry, RULE_REASON_OWN, waited_min(hall, entry), 0, hall->state};
    }
    return (struct nominee){0};
}

/* --- fifo --- */
static struct nominee choose_fifo(struct hall *hall)
{
    for (int i = 0; i < hall->count; i++) {
        const struct entry *entry = &hall->entries[i];
        if (in_group(hall, entry, RULE_FIFO))
            return (struct nominee){entry, RULE_REASON_OLDEST, waited_min(hall, entry), 0, hall->state};
    }
    return (struct nominee){0};
}

/* --- priority --- */
struct ordinary {
    const struct entry *oldest;  /* NULL: nobody ordinary waits */
    bool waits[RULE_QUEUES_MAX]; /* in which queues */
    bool seen[RULE_QUEUES_MAX];  /* queues in which anybody waits for this counter */
};

static struct ordinary find_ordinary(const struct hall *hall)
{
    struct ordinary ordinary = {0};
    for (int i = 0; i < hall->count; i++) {
        const struct entry *entry = &hall->entries[i];
        if (!in_group(hall, entry, RULE_PRIORITY))
            continue;
        ordinary.seen[entry->queue] = true;
        if (entry->person->priority > 0)
            continue;
        ordinary.waits[entry->queue] = true;
        if (!ordinary.oldest)
            ordinary.oldest = entry;
    }
    return ordinary;
}

static int max_run(const struct hall *hall, int queue)
{
    int set = hall->desk->queues[queue].max_run;
    return set > 0 ? set : RULE_MAX_RUN;
}

static bool by_priority(const struct hall *hall, int queue)
{
    return hall->desk->queues[queue].kind == RULE_PRIORITY;
}

/* Whether the queue's ordinary citizens have let as many priority calls pass in a row as they must. */
static bool run_is_over(const struct hall *hall, const struct ordinary *ordinary, int queue)
{
    return ordinary->waits[queue] && hall->state.run[queue] >= max_run(hall, queue);
}

/* The first queue whose run is over; -1: none. */
static int find_over(const struct hall *hall, const struct ordinary *ordinary)
{
    for (int q = 0; q < queue_count(hall->desk); q++)
        if (by_priority(hall, q) && run_is_over(hall, ordinary, q))
            return q;
    return -1;
}

/* The first of the lowest class. */
static const struct entry *find_priority(const struct hall *hall)
{
    const struct entry *best = NULL;
    for (int i = 0; i < hall->count; i++) {
        const struct entry *entry = &hall->entries[i];
        if (in_group(hall, entry, RULE_PRIORITY) && entry->person->priority > 0 &&
            (!best || entry->person->priority < best->person->priority))
            best = entry;
    }
    return best;
}

/* Each queue counts the priority calls that its own ordinary citizens let pass in a row, whichever of the counter's queues
 * was called from; when one of them has let its own number pass, the oldest ordinary citizen of all is due. So none of the
 * queues lets more pass than it must, and nobody starves beside a queue where only priority people wait. A queue of which this
 * counter may call nobody, since it closes, keeps its count: others go on with it. */
static struct nominee choose_priority(struct hall *hall)
{
    struct ordinary ordinary = find_ordinary(hall);
    int over = find_over(hall, &ordinary);
    const struct entry *first = over < 0 ? find_priority(hall) : NULL;
    struct nominee nominee = {.after = hall->state};
    for (int q = 0; q < queue_count(hall->desk); q++)
        if (ordinary.seen[q])
            nominee.after.run[q] = first && ordinary.waits[q] ? hall->state.run[q] + 1 : 0;
    if (first) {
        nominee.entry = first;
        nominee.reason = RULE_REASON_PRIORITY;
        nominee.value = first->person->priority;
        nominee.of = nominee.after.run[first->queue];
    } else if (ordinary.oldest) {
        nominee.entry = ordinary.oldest;
        nominee.reason = over >= 0 ? RULE_REASON_TURN : RULE_REASON_OLDEST;
        nominee.value = over >= 0 ? max_run(hall, over) : waited_min(hall, ordinary.oldest);
    }
    return nominee;
}

/* --- weighted: deficit round robin (Shreedhar and Varghese, 1995) --- */
struct heads {
    const struct entry *of[RULE_QUEUES_MAX];
    int64_t cost; /* of one call: the largest weight among queues where people wait, so that nobody is called
                   * twice in one round and small shares are spread, not bunched */
    int64_t sum;
};

static int64_t weight(const struct hall *hall, int queue)
{
    return hall->desk->queues[queue].weight > 0 ? hall->desk->queues[queue].weight : 1;
}

static struct heads find_heads(const struct hall *hall)
{
    struct heads heads = {0};
    for (int i = 0; i < hall->count; i++) {
        const struct entry *entry = &hall->entries[i];
        if (!in_group(hall, entry, RULE_WEIGHTED) || heads.of[entry->queue])
            continue;
        int64_t share = weight(hall, entry->queue);
        heads.of[entry->queue] = entry;
        heads.sum += share;
        heads.cost = share > heads.cost ? share : heads.cost;
    }
    return heads;
}

static struct nominee choose_weighted(struct hall *hall)
{
    struct heads heads = find_heads(hall);
    struct nominee nominee = {.after = hall->state};
    int queues = queue_count(hall->desk);
    int q = hall->state.turn >= 0 && hall->state.turn < queues ? hall->state.turn : 0;
    while (heads.cost > 0) {
        int64_t *deficit = &nominee.after.deficit[q];
        if (*deficit < 0 || *deficit >= heads.cost)
            *deficit = *deficit < 0 ? 0 : heads.cost - 1; /* weights were changed meanwhile */
        *deficit = heads.of[q] ? *deficit + weight(hall, q) : 0;
        nominee.entry = heads.of[q];
        int visited = q;
        q = (q + 1) % queues;
        if (*deficit < heads.cost)
            continue;
        *deficit -= heads.cost;
        nominee.reason = RULE_REASON_SHARE;
        nominee.value = weight(hall, visited);
        nominee.of = heads.sum;
        nominee.after.turn = q;
        break;
    }
    return nominee;
}

/* --- appointments --- */
static int class_of(const struct candidate *person)
{
    if (person->priority > 0)
        return person->priority;
    return person->booked_ms ? RULE_BOOKED_PRIORITY : RULE_WALK_IN_PRIORITY;
}

static int64_t time_of(const struct candidate *person)
{
    return person->booked_ms ? person->booked_ms : person->arrived_ms;
}

static bool comes_before(const struct candidate *a, const struct candidate *b)
{
    if (class_of(a) != class_of(b))
        return class_of(a) < class_of(b);
    if (time_of(a) != time_of(b))
        return time_of(a) < time_of(b);
    return queue_number_compare(a->number, b->number) < 0;
}

/* The head of one of the two lists. */
static struct entry *list_head(struct hall *hall, bool booked)
{
    struct entry *head = NULL;
    for (int i = 0; i < hall->count; i++) {
        struct entry *entry = &hall->entries[i];
        if (!in_group(hall, entry, RULE_APPOINTMENTS) || entry->set_aside ||
            (entry->person->booked_ms != 0) != booked)
            continue;
        if (!head || comes_before(entry->person, head->person))
            head = entry;
    }
    return head;
}

/* One step of the merge, in the words of PROTOCOL.md. */
static struct nominee merge(const struct hall *hall, const struct entry *booking, const struct entry *walk_in,
                            int64_t clock_ms)
{
    struct nominee nominee = {.after = hall->state};
    if (!booking || !walk_in) {
        nominee.entry = booking ? booking : walk_in;
        nominee.reason = RULE_REASON_ALONE;
        nominee.value = nominee.entry ? waited_min(hall, nominee.entry) : 0;
        return nominee;
    }
    int class = class_of(walk_in->person);
    int64_t booked_ms = booking->person->booked_ms;
    if (class == 1 || (class == 2 && walk_in->person->arrived_ms < booked_ms)) {
        nominee.entry = walk_in;
        nominee.reason = RULE_REASON_URGENT;
        nominee.value = class;
    } else if (clock_ms >= booked_ms) {
        nominee.entry = booking;
        nominee.reason = RULE_REASON_BOOKED;
        nominee.value = minutes(hall->desk->now_ms - booked_ms);
    } else {
        nominee.entry = walk_in;
        nominee.reason = RULE_REASON_WALK_IN;
        nominee.value = minutes(booked_ms - hall->desk->now_ms);
    }
    return nominee;
}

static bool called_lately(const struct hall *hall, const struct entry *entry)
{
    int64_t last_ms = entry->person->last_call_ms;
    return hall->skip_recent && last_ms && hall->desk->now_ms - last_ms < RULE_RECALL_MS;
}

/* Those called lately hold their place in the merge, and its clock steps for them, but they are not called.
 */
static struct nominee choose_appointments(struct hall *hall)
{
    int64_t clock_ms = hall->clock_ms;
    for (int i = 0; i < hall->count; i++)
        hall->entries[i].set_aside = false;
    for (;; clock_ms += RULE_CLOCK_STEP_MS) {
        struct entry *booking = list_head(hall, true), *walk_in = list_head(hall, false);
        struct nominee nominee = merge(hall, booking, walk_in, clock_ms);
        if (!nominee.entry || !called_lately(hall, nominee.entry))
            return nominee;
        (nominee.entry == booking ? booking : walk_in)->set_aside = true;
    }
}

/* --- the choice --- */
static struct nominee (*const choosers[RULE_COUNT])(struct hall *hall) = {
    [RULE_FIFO] = choose_fifo,
    [RULE_PRIORITY] = choose_priority,
    [RULE_WEIGHTED] = choose_weighted,
    [RULE_APPOINTMENTS] = choose_appointments,
};

struct choice {
    struct nominee own, of[RULE_COUNT];
    const struct nominee *taken; /* NULL nobody */
};

static void choose(struct hall *hall, struct choice *choice)
{
    choice->own = choose_own(hall);
    choice->taken = choice->own.entry ? &choice->own : NULL;
    for (int kind = 0; kind < RULE_COUNT; kind++) {
        struct nominee *nominee = &choice->of[kind];
        nominee->entry = NULL;
        if (hall->kinds & 1u << kind)
            *nominee = choosers[kind](hall);
        if (!nominee->entry || choice->taken == &choice->own)
            continue;
        if (!choice->taken || nominee->entry < choice->taken->entry) /* entries stand in order of arrival */
            choice->taken = nominee;
    }
}

static enum rule_kind kind_of(const struct hall *hall, const struct entry *entry)
{
    return entry->queue >= 0 ? hall->desk->queues[entry->queue].kind : RULE_FIFO;
}

/* Why a rule did not take entry, who came before the one it took. */
static enum rule_passed why_passed(const struct hall *hall, const struct entry *entry,
                                   const struct nominee *taken)
{
    if (kind_of(hall, entry) == RULE_APPOINTMENTS && called_lately(hall, entry))
        return RULE_PASSED_RECENT;
    switch (taken->reason) {
    case RULE_REASON_OWN:
        return RULE_PASSED_OWN;
    case RULE_REASON_PRIORITY:
        return entry->person->priority > 0 ? RULE_PASSED_CLASS : RULE_PASSED_PRIORITY;
    case RULE_REASON_TURN:
    case RULE_REASON_OLDEST:
        return RULE_PASSED_TURN;
    case RULE_REASON_SHARE:
        return RULE_PASSED_SHARE;
    case RULE_REASON_BOOKED:
        return entry->person->booked_ms ? RULE_PASSED_CLASS : RULE_PASSED_BOOKED;
    case RULE_REASON_WALK_IN:
        return entry->person->booked_ms ? RULE_PASSED_NOT_DUE : RULE_PASSED_CLASS;
    case RULE_REASON_URGENT:
    case RULE_REASON_ALONE:
    case RULE_REASON_COUNT:
        break;
    }
    return RULE_PASSED_CLASS;
}

static void explain(const struct hall *hall, const struct choice *choice, struct why *why)
{
    *why = (struct why){.chosen = -1, .reason = RULE_REASON_COUNT};
    const struct nominee *taken = choice->taken;
    if (!taken)
        return;
    why->rule = kind_of(hall, taken->entry);
    why->reason = taken->reason;
    why->chosen = taken->entry->index;
    why->value = taken->value;
    why->of = taken->of;
    for (const struct entry *entry = hall->entries; entry < taken->entry; entry++) {
        if (entry->gone)
            continue;
        why->passed_all++;
        if (why->passed_count == RULE_PASSED_MAX)
            continue;
        const struct nominee *by = taken == &choice->own ? taken : &choice->of[kind_of(hall, entry)];
        why->passed[why->passed_count].index = entry->index;
        why->passed[why->passed_count++].reason = why_passed(hall, entry, by);
    }
}

int rule_choose(const struct rule_desk *desk, struct rule_state *state, const struct candidate *candidates,
                int count, struct why *why)
{
    struct hall hall;
    struct choice choice;
    hall_init(&hall, desk, state, candidates, count);
    hall.skip_recent = true;
    choose(&hall, &choice);
    if (why)
        explain(&hall, &choice, why);
    int index = -1;
    if (choice.taken) {
        index = choice.taken->entry->index;
        *state = choice.taken->after;
    }
    free(hall.entries);
    return index;
}

int rule_order(const struct rule_desk *desk, const struct rule_state *state,
               const struct candidate *candidates, int count, int *order)
{
    struct hall hall;
    struct choice choice;
    int placed = 0;
    hall_init(&hall, desk, state, candidates, count);
    for (choose(&hall, &choice); choice.taken; choose(&hall, &choice)) {
        int at = (int)(choice.taken->entry - hall.entries);
        order[placed++] = choice.taken->entry->index;
        hall.state = choice.taken->after;
        hall.entries[at].gone = true;
        hall.clock_ms += RULE_CLOCK_STEP_MS;
    }
    free(hall.entries);
    return placed;
}

/* --- words --- */
const char *rule_text(enum rule_kind kind)
{
    return kind < RULE_COUNT ? rule_texts[kind] : "";
}

bool rule_find(const char *text, enum rule_kind *kind)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        if (str_equal(rule_texts[i], text)) {
            *kind = (enum rule_kind)i;
            return true;
        }
    }
    return false;
}

const char *rule_reason_text(enum rule_reason reason)
{
    return reason < RULE_REASON_COUNT ? reason_texts[reason] : "";
}

const char *rule_passed_text(enum rule_passed reason)
{
    return reason < RULE_PASSED_COUNT ? passed_texts[reason] : "";
}

static void booked_text(const char *number, int64_t late_min, struct buf *out)
{
    if (late_min > 0)
        buf_addf(out, "%s is booked and %" PRId64 " min past its time.", number, late_min);
    else if (late_min < 0)
        buf_addf(out, "%s is booked in %" PRId64 " min: its time has come.", number, -late_min);
    else
        buf_addf(out, "%s is booked for now.", number);
}

void why_text(const struct why *why, const struct candidate *candidates, int count, struct buf *out)
{
    if (why->chosen < 0 || why->chosen >= count) {
        buf_adds(out, "Nobody is waiting for this counter.");
        return;
    }
    const char *number = candidates[why->chosen].number;
    switch (why->reason) {
    case RULE_REASON_OWN:
        buf_addf(out, "%s was sent to you.", number);
        break;
    case RULE_REASON_OLDEST:
        buf_addf(out, "%s has waited longest: %" PRId64 " min.", number, why->value);
        break;
    case RULE_REASON_PRIORITY:
        buf_addf(out, "%s has lawful priority, class %" PRId64 ".", number, why->value);
        break;
    case RULE_REASON_TURN:
        buf_addf(out, "%s is due: %" PRId64 " priority calls in a row are the most.", number, why->value);
        break;
    case RULE_REASON_SHARE:
        buf_addf(out, "%s: its queue has %" PRId64 " of %" PRId64 " shares of this counter.", number,
                 why->value, why->of);
        break;
    case RULE_REASON_URGENT:
        buf_addf(out, "%s has lawful priority, class %" PRId64 ", before bookings.", number, why->value);
        break;
    case RULE_REASON_BOOKED:
        booked_text(number, why->value, out);
        break;
    case RULE_REASON_WALK_IN:
        buf_addf(out, "%s is next: the next booking is in %" PRId64 " min.", number, why->value);
        break;
    case RULE_REASON_ALONE:
        buf_addf(out, "%s is next: nobody in the other list.", number);
        break;
    case RULE_REASON_COUNT:
        break;
    }
}

void why_passed_text(const struct why *why, int passed, const struct candidate *candidates, struct buf *out)
{
    static const char *const sentences[RULE_PASSED_COUNT] = {
        [RULE_PASSED_PRIORITY] = "lawful priority went first",
        [RULE_PASSED_TURN] = "an ordinary citizen was due after the priority calls",
        [RULE_PASSED_SHARE] = "another queue had its share",
        [RULE_PASSED_BOOKED] = "a booking had come due",
        [RULE_PASSED_NOT_DUE] = "its booked time has not come",
        [RULE_PASSED_RECENT] = "it was called less than 5 min ago",
        [RULE_PASSED_OWN] = "a ticket sent to this counter went first",
        [RULE_PASSED_CLASS] = "another priority class went first",
    };
    if (passed < 0 || passed >= why->passed_count)
        return;
    buf_addf(out, "%s came earlier: %s.", candidates[why->passed[passed].index].number,
             sentences[why->passed[passed].reason]);
}
