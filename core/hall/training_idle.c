/* core/hall/training_idle.c: how long people waited in an account's queues while their counter was open and free. Whatever is
 * not certain is for the account: whom a call would have brought is told by the tickets alone. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/training_score_inside.h"

/* --- when the counter was open and free --- */

/* In this order when they are at once: nobody is blamed for a moment. */
enum edge_kind { EDGE_FREED, EDGE_OPENED, EDGE_SHUT, EDGE_TAKEN };
struct edge {
    int64_t ms;
    enum edge_kind kind;
};
struct edges {
    struct edge *list;
    int count;
};

static void add_edge(struct edges *edges, int64_t ms, enum edge_kind kind)
{
    if (ms < 0)
        return;
    edges->list = xrealloc(edges->list, (size_t)(edges->count + 1) * sizeof *edges->list);
    edges->list[edges->count++] = (struct edge){ms, kind};
}

static int by_time(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->ms != y->ms ? (x->ms < y->ms ? -1 : 1) : (int)x->kind - (int)y->kind;
}

/* The last counter that the account opened is the one whose queues are looked at; NULL: none. */
static const char *add_lines(const struct judging *j, struct edges *edges)
{
    const char *counter = NULL;
    for (const struct json *line = json_first(j->lines); line; line = json_next(line)) {
        const char *type = json_text_or(line, "type", "");
        bool opens = strcmp(type, "counter.open") == 0 || strcmp(type, "counter.resume") == 0,
             shuts = strcmp(type, "counter.pause") == 0 || strcmp(type, "counter.close") == 0;
        if ((!opens && !shuts) || !str_equal(json_text(line, "outcome"), "applied"))
            continue;
        add_edge(edges, judging_ms(json_text(line, "at")), opens ? EDGE_OPENED : EDGE_SHUT);
        if (opens)
            counter = judging_about(line, "counter", "id");
    }
    return counter;
}

/* Only what changes whether the account has this one at the counter; whoever takes it away has it then. */
static void add_stamps(const struct judging *j, const struct json *ticket, struct edges *edges)
{
    bool has = false;
    for (const struct json *s = json_first(json_get(ticket, "stamps")); s; s = json_next(s)) {
        const char *event = json_text_or(s, "event", "");
        bool own = str_equal(json_text(s, "by"), j->user), goes = !own && strcmp(event, "take") == 0,
             will_have = own && !judging_frees(event);
        if ((!own && !goes) || strcmp(event, "hand") == 0 || will_have == has)
            continue;
        has = will_have;
        add_edge(edges, judging_ms(json_text(s, "at")), has ? EDGE_TAKEN : EDGE_FREED);
    }
}

/* --- who waited --- */

struct wait {
    int64_t from_ms, to_ms;
    const char *number;
};
struct idle {
    struct judging *j;
    struct wait *waits;
    int count;
    int64_t end_ms;
};

static bool serves(const struct json *counter, const char *queue)
{
    for (const struct json *q = json_first(json_get(counter, "queues")); q; q = json_next(q))
        if (str_equal(json_text(q, "queue"), queue))
            return true;
    return false;
}

/* Until somebody called them; who was sent on, or waits for a counter of their own, is left out. */
static void add_wait(struct idle *idle, const struct json *ticket)
{
    int64_t from_ms = judging_came_ms(ticket),
            to_ms = judging_ms(json_text(judging_first_stamp(ticket, "call"), "at")),
            gone_ms = judging_ms(json_text(ticket, "finished_at"));
    bool waits = str_equal(json_text(ticket, "state"), "waiting");
    if (from_ms < 0 || (waits && (json_text(ticket, "counter") || json_count(json_get(ticket, "stops")) > 1)))
        return;
    if (to_ms < 0)
        to_ms = gone_ms >= 0 ? gone_ms : waits ? INT64_MAX : from_ms;
    if (to_ms > from_ms)
        idle->waits[idle->count++] = (struct wait){from_ms, to_ms, json_text_or(ticket, "number", "")};
}

static const struct wait *waiting_at(const struct idle *idle, int64_t ms)
{
    const struct wait *longest = NULL;
    for (int i = 0; i < idle->count; i++)
        if (idle->waits[i].from_ms <= ms && idle->waits[i].to_ms > ms &&
            (!longest || idle->waits[i].to_ms > longest->to_ms))
            longest = &idle->waits[i];
    return longest;
}

static int64_t next_wait(const struct idle *idle, int64_t after_ms)
{
    int64_t next_ms = INT64_MAX;
    for (int i = 0; i < idle->count; i++)
        if (idle->waits[i].from_ms > after_ms && idle->waits[i].from_ms < next_ms)
            next_ms = idle->waits[i].from_ms;
    return next_ms;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void judge_free(struct idle *idle, int64_t from_ms, int64_t to_ms)
{
    int64_t sum_ms = 0, first_ms = 0;
    const char *number = NULL;
    for (int64_t at_ms = from_ms; at_ms < to_ms;) {
        int64_t cut_ms, until_ms;
        at_ms = training_free_from(idle->j->demo, idle->j->training, idle->j->user, at_ms, &cut_ms);
        const struct wait *wait = waiting_at(idle, at_ms);
        until_ms = wait ? least(least(wait->to_ms, cut_ms), to_ms) : next_wait(idle, at_ms);
        if (wait && at_ms < until_ms) {
            sum_ms += until_ms - at_ms;
            first_ms = number ? first_ms : at_ms;
            number = number ? number : wait->number;
        }
        at_ms = until_ms;
    }
    if (sum_ms >= 1000) {
        char at[TIME_TEXT];
        time_text(first_ms, at);
        judging_add(idle->j, SCORE_IDLED, sum_ms / 1000, 0, at, number);
    }
}

/* What stood open when it was opened again was lost in between: until a trainer took it, or nobody knows since when. */
static void judge_lost(struct idle *idle, int64_t since_ms, int64_t to_ms)
{
    int64_t taken_ms = training_taken_from(idle->j->training, idle->j->user, since_ms);
    if (taken_ms < to_ms)
        judge_free(idle, since_ms, taken_ms);
}

static void judge_edges(struct idle *idle, const struct edges *edges, bool still_open)
{
    bool open = false;
    int busy = 0;
    int64_t since_ms = -1;
    for (int i = 0; i < edges->count; i++) {
        const struct edge *edge = &edges->list[i];
        bool waited = open && busy <= 0 && since_ms >= 0;
        if (waited && (edge->kind == EDGE_SHUT || edge->kind == EDGE_TAKEN))
            judge_free(idle, since_ms, least(edge->ms, idle->end_ms));
        else if (waited && edge->kind == EDGE_OPENED)
            judge_lost(idle, since_ms, least(edge->ms, idle->end_ms));
        open = edge->kind == EDGE_OPENED || (open && edge->kind != EDGE_SHUT);
        busy += edge->kind == EDGE_TAKEN ? 1 : edge->kind == EDGE_FREED ? -1 : 0;
        since_ms = open && busy <= 0 ? edge->ms : -1;
    }
    if (since_ms >= 0 && still_open)
        judge_free(idle, since_ms, idle->end_ms);
    else if (since_ms >= 0)
        judge_lost(idle, since_ms, idle->end_ms);
}

static void judge_counter(struct judging *j, struct edges *edges, const struct json *counter)
{
    const struct demo *d = j->demo;
    struct idle idle = {.j = j, .waits = xcalloc(json_count(j->tickets) + 1, sizeof *idle.waits)};
    idle.end_ms = d->midnight_ms + (d->ended_s > 0 ? d->ended_s : d->now_s) * 1000;
    for (const struct json *ticket = json_first(j->tickets); ticket; ticket = json_next(ticket)) {
        add_stamps(j, ticket, edges);
        if (serves(counter, json_text(ticket, "queue")))
            add_wait(&idle, ticket);
    }
    if (edges->count > 1)
        qsort(edges->list, (size_t)edges->count, sizeof *edges->list, by_time);
    judge_edges(&idle, edges,
                str_equal(json_text(counter, "state"), "open") &&
                    str_equal(json_text(counter, "user"), j->user));
    free(idle.waits);
}

enum err judge_idleness(struct judging *j)
{
    struct edges edges = {0};
    struct json *counter = NULL;
    const char *id = add_lines(j, &edges);
    enum err err = id ? row_get(j->db, TABLE_COUNTER, id, &counter) : ERR_ABSENT;
    if (err == ERR_OK)
        judge_counter(j, &edges, counter);
    json_free(&counter);
    free(edges.list);
    return err == ERR_ABSENT ? ERR_OK : err;
}
