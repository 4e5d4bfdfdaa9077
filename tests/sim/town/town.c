/* tests/sim/town/town.c: time, the list of what is to come, and the run. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/town.h"

static const int64_t morning_ms = 1795579200000; /* 2026-11-25T04:00:00Z: eight o'clock in Baku */

static const char *const fault_names[] = {
#define X(name, word) word,
    FAULTS(X)
#undef X
};

const char *fault_name(int fault)
{
    return fault < FAULT_COUNT ? fault_names[fault] : NULL;
}

const char *event_name(enum event_kind kind)
{
    static const char *const names[] = {"request", "answer", "sync",    "turn",  "person", "start",
                                        "trouble", "night",  "recover", "check", "bus",    "letter"};
    return names[kind];
}

/* --- chance --- */

bool town_chance(struct rng *rng, unsigned of_1000)
{
    return rng_below(rng, 1000) < of_1000;
}

int64_t town_between(struct rng *rng, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(rng, (uint64_t)(high - low + 1));
}

bool town_may(const struct town *town, enum fault fault)
{
    return !town->quiet && (town->faults >> fault & 1);
}

/* --- telling --- */

void town_violated(struct town *town, const char *format, ...)
{
    va_list args;
    if (town->violation[0])
        return;
    va_start(args, format);
    vsnprintf(town->violation, sizeof town->violation, format, args);
    va_end(args);
}

void town_tell(const struct town *town, const char *format, ...)
{
    char at[TIME_TEXT];
    va_list args;
    if (!town->tell)
        return;
    time_text(town->now_ms, at);
    fprintf(stderr, "%.12s ", at + 11);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

/* --- the two sides --- */

enum side town_go(struct town *town, enum side side)
{
    enum side before = town->side;
    town->side = side;
    town->check = town->checks[side];
    return before;
}

static enum side side_of(int machine)
{
    if (machine == OUTSIDE)
        return AT_HOME;
    return machine == BUS || machine >= FIRST_STATION + STATIONS_MAX ? ON_ROAD : AT_HOME;
}

struct station *town_stations(struct town *town, int *count)
{
    *count = town->side == ON_ROAD ? BUS_STATIONS : town->plan.stations;
    return &town->stations[town->side == ON_ROAD ? STATIONS_MAX : 0];
}

/* --- what is to come: a heap --- */

static bool sooner(const struct event *a, const struct event *b)
{
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

static void swap_events(struct event *a, struct event *b)
{
    struct event c = *a;
    *a = *b;
    *b = c;
}

static struct machine *machine_of(struct town *town, int number)
{
    if (number == OUTSIDE)
        return &town->outside;
    return number < FIRST_STATION ? &town->halls[number].machine : &station_of(town, number)->machine;
}

void town_plan(struct town *town, int64_t in_ms, enum event_kind kind, int machine, void *data)
{
    if (town->event_count == town->event_capacity) {
        town->event_capacity = town->event_capacity ? town->event_capacity * 2 : 256;
        town->heap = xrealloc(town->heap, sizeof *town->heap * (size_t)town->event_capacity);
    }
    bool lives = kind == EVENT_DUE || kind == EVENT_TURN || kind == EVENT_PERSON || kind == EVENT_ANSWER;
    int i = town->event_count++;
    town->heap[i] = (struct event){.at_ms = town->now_ms + in_ms,
                                   .order = ++town->planned,
                                   .kind = kind,
                                   .machine = machine,
                                   .life = lives ? machine_of(town, machine)->life : 0,
                                   .data = data};
    for (; i > 0 && sooner(&town->heap[i], &town->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap_events(&town->heap[i], &town->heap[(i - 1) / 2]);
}

static struct event take_next(struct town *town)
{
    struct event next = town->heap[0];
    town->heap[0] = town->heap[--town->event_count];
    for (int i = 0;;) {
        int child = 2 * i + 1;
        if (child + 1 < town->event_count && sooner(&town->heap[child + 1], &town->heap[child]))
            child++;
        if (child >= town->event_count || !sooner(&town->heap[child], &town->heap[i]))
            return next;
        swap_events(&town->heap[i], &town->heap[child]);
        i = child;
    }
}

static void forget(const struct event *event)
{
    if (event->kind == EVENT_REQUEST)
        wire_request_free(event->data);
    else if (event->kind == EVENT_ANSWER)
        wire_answer_free(event->data);
}

/* --- one thing happens --- */

static void answer_arrives(struct town *town, struct wire_answer *answer)
{
    if (answer->to == OUTSIDE) {
        channel_answered(town, answer);
        wire_answer_free(answer);
        return;
    }
    struct station *station = station_of(town, answer->to);
    struct machine *before = town_enter(&station->machine);
    if (station->machine.running)
        curl_arrived(answer);
    town_leave(before);
    wire_answer_free(answer);
    if (station->machine.running)
        station_step(town, station);
}

static void request_arrives(struct town *town, struct wire_request *request)
{
    struct backend *backend = &town->halls[request->to];
    net_arrived(town, request);
    if (backend->machine.running)
        backend_due(town, backend);
}

static void happen(struct town *town, const struct event *event)
{
    switch (event->kind) {
    case EVENT_REQUEST:
        return request_arrives(town, event->data);
    case EVENT_ANSWER:
        return answer_arrives(town, event->data);
    case EVENT_DUE:
        return station_step(town, station_of(town, event->machine));
    case EVENT_TURN:
        return backend_turn(town, &town->halls[event->machine]);
    case EVENT_PERSON:
        return people_act(town, station_of(town, event->machine));
    case EVENT_START:
        if (event->machine < FIRST_STATION)
            return backend_start(town, &town->halls[event->machine]);
        return station_start(town, station_of(town, event->machine));
    case EVENT_TROUBLE:
        if (!town->quiet)
            trouble_next(town);
        return;
    case EVENT_NIGHT:
        if (!town->quiet)
            trouble_night(town);
        return;
    case EVENT_RECOVER:
        return trouble_recover(town, event->machine);
    case EVENT_CHECK:
        town_plan(town, 60 * 1000, EVENT_CHECK, HALL, NULL);
        return check_now_and_then(town);
    case EVENT_BUS:
        return bus_step(town);
    case EVENT_LETTER:
        return channel_step(town);
    case EVENT_KINDS:
        return;
    }
}

static void mix(struct town *town, uint64_t value)
{
    town->digest = (town->digest ^ value) * 0x9E3779B97F4A7C15u;
    town->digest ^= town->digest >> 29;
}

/* Of a program that has ended, or a turn that was planned and then planned for an earlier time. */
static bool is_void(struct town *town, const struct event *event)
{
    struct machine *machine = machine_of(town, event->machine);
    if (event->life && event->life != machine->life)
        return true;
    if (event->kind != EVENT_DUE && event->kind != EVENT_TURN)
        return false;
    if (event->at_ms != machine->due_ms)
        return true;
    machine->due_ms = -1;
    return false;
}

/* A program that asks to be called at once, again and again, would burn a real machine; here time would stand still. */
static void note_time(struct town *town, int64_t at_ms)
{
    enum { AT_ONCE_MAX = 3000 };
    town->at_once = at_ms == town->now_ms ? town->at_once + 1 : 0;
    town->now_ms = at_ms;
    if (town->at_once > AT_ONCE_MAX)
        town_violated(town, "a program is never done: %d events without a millisecond between", AT_ONCE_MAX);
}

static void step(struct town *town)
{
    struct event event = take_next(town);
    note_time(town, event.at_ms);
    if (is_void(town, &event)) {
        forget(&event);
        return;
    }
    town->done[event.kind]++;
    mix(town, (uint64_t)event.at_ms ^ (uint64_t)event.kind << 50 ^ (uint64_t)event.machine << 56);
    town_go(town, side_of(event.machine));
    happen(town, &event);
    town_go(town, AT_HOME);
}

uint64_t town_events(const struct town *town)
{
    uint64_t events = 0;
    for (int i = 0; i < EVENT_KINDS; i++)
        events += town->done[i];
    for (int i = 0; i < MACHINES; i++)
        if (disk_at(i))
            events += disk_counts(disk_at(i))->ops + disk_counts(disk_at(i))->reads;
    return events;
}

/* --- the run --- */

static void seed_streams(struct town *town)
{
    struct rng *const streams[] = {&town->net,    &town->trouble, &town->people, &town->disks,
                                   &town->starts, &town->tokens,  &town->trips,  &town->letters};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        rng_seed(streams[i], town->plan.seed * 16 + i);
}

static struct town *town_new(const struct plan *plan, bool tell)
{
    struct town *town = xcalloc(1, sizeof *town);
    town->plan = *plan;
    town->tell = tell;
    town->now_ms = morning_ms;
    town->backup_rev = town->next_fault = -1;
    here.town = town;
    here.machine = NULL;
    zone_set("Asia/Baku");
    new_prepare();
    seed_streams(town);
    disk_begin(plan->seed);
    trouble_choose(town);
    for (int i = 0; i < 2; i++)
        machine_init(town, &town->halls[i].machine, i);
    for (int i = 0; i < plan->stations; i++) {
        machine_init(town, &town->stations[i].machine, FIRST_STATION + i);
        new_station(town->stations[i].machine.disk);
    }
    people_choose(town);
    new_hall(town->halls[HALL].machine.disk);
    disk_new(BACKUP);
    town->halls[SPARE].stale = town->halls[BUS].stale = true;
    town->checks[AT_HOME] = check_new(town);
    town_go(town, AT_HOME);
    bus_choose(town);
    channel_choose(town);
    return town;
}

static void open_town(struct town *town)
{
    backend_start(town, &town->halls[HALL]);
    for (int i = 0; i < town->plan.stations; i++)
        town_plan(town, town_between(&town->starts, 0, 3000), EVENT_START, FIRST_STATION + i, NULL);
    town_plan(town, town_between(&town->trouble, 1000, 60 * 1000), EVENT_TROUBLE, HALL, NULL);
    town_plan(town, 60 * 1000, EVENT_CHECK, HALL, NULL);
}

static bool goes_on(const struct town *town)
{
    return !town->violation[0] && town->event_count > 0;
}

struct town *town_run(const struct plan *plan, bool tell)
{
    struct town *town = town_new(plan, tell);
    open_town(town);
    while (goes_on(town) && town_events(town) < (uint64_t)plan->events)
        step(town);
    town_tell(town, "--- the quiet end ---");
    if (goes_on(town))
        trouble_end(town);
    int64_t until_ms = town->now_ms + KEPT_MS;
    while (goes_on(town) && town->now_ms < until_ms &&
           !(bus_is_over(town) && channel_is_over(town) && check_settled(town)))
        step(town);
    if (!town->violation[0])
        check_at_end(town);
    if (!town->violation[0])
        bus_check_at_end(town);
    if (!town->violation[0])
        channel_check_at_end(town);
    return town;
}

void town_free(struct town **slot)
{
    struct town *town = *slot;
    if (!town)
        return;
    for (int i = 0; i < HALLS; i++)
        backend_close(&town->halls[i]);
    for (int i = 0; i < SEATS; i++)
        station_close(&town->stations[i]);
    for (int i = 0; i < town->event_count; i++)
        forget(&town->heap[i]);
    free(town->heap);
    for (int i = 0; i < SIDES; i++)
        check_free(&town->checks[i]);
    bus_free(&town->bus);
    channel_free(&town->channel);
    disk_end();
    here.town = NULL;
    here.machine = NULL;
    free(town);
    *slot = NULL;
}
