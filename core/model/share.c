/* core/model/share.c: see share.h. Knows no row and no clock. */
#include "core/model/share.h"

#include <stdlib.h>

/* Each round people go on to where less is before them; after so many nobody's minutes change any more. */
enum { ROUNDS = 24 };

struct parts {
    const struct share_queue *queues;
    const struct share_desk *desks;
    int queue_count, desk_count;
    double (*people)[SHARE_QUEUES_MAX]; /* of each counter: how many of each queue it is going to take */
};

static bool serves(const struct parts *p, int desk, int queue)
{
    return p->desks[desk].weights[queue] >= 0;
}

static double weight(const struct parts *p, int desk, int queue)
{
    return p->desks[desk].weights[queue] > 0 ? p->desks[desk].weights[queue] : 1;
}

static double minutes_of(const struct parts *p, int desk, int queue)
{
    return p->people[desk][queue] * p->queues[queue].average_min;
}

/* The newcomer counts in the first queue: what is asked is when that one is called. */
static double people_of(const struct parts *p, int queue)
{
    double before = p->queues[queue].before > 0 ? (double)p->queues[queue].before : 0;
    return queue == 0 ? before + 1 : before;
}

/* How long the counter works until it has taken its people of the queue: with them whoever of its other queues is called
 * in between. */
static double load(const struct parts *p, int desk, int queue)
{
    double sum = 0;
    bool weighs = p->queues[queue].kind == RULE_WEIGHTED;
    for (int k = 0; k < p->queue_count; k++) {
        if (!serves(p, desk, k))
            continue;
        double people = p->people[desk][k];
        double turns = p->people[desk][queue] * weight(p, desk, k) / weight(p, desk, queue);
        if (weighs && k != queue && p->queues[k].kind == RULE_WEIGHTED && turns < people)
            people = turns;
        sum += people * p->queues[k].average_min;
    }
    return sum;
}

static void spread_evenly(struct parts *p, int queue)
{
    int desks = 0;
    for (int d = 0; d < p->desk_count; d++)
        desks += serves(p, d, queue);
    for (int d = 0; d < p->desk_count; d++)
        p->people[d][queue] = serves(p, d, queue) ? people_of(p, queue) / desks : 0;
}

/* People of the queue leave counters with more before them for those with less. */
static void level_out(struct parts *p, int queue)
{
    double sum = 0, all = people_of(p, queue);
    double quick[SHARE_DESKS_MAX];
    for (int d = 0; d < p->desk_count; d++) {
        double busy_min = serves(p, d, queue) ? load(p, d, queue) : 0;
        quick[d] = busy_min > 0 ? p->people[d][queue] / busy_min : 0;
        sum += quick[d];
    }
    for (int d = 0; d < p->desk_count && sum > 0; d++)
        p->people[d][queue] = all * quick[d] / sum;
}

static double share_of_first(const struct parts *p)
{
    double share = 0;
    for (int d = 0; d < p->desk_count; d++) {
        double busy_min = serves(p, d, 0) ? load(p, d, 0) : 0;
        share += busy_min > 0 ? minutes_of(p, d, 0) / busy_min : 0;
    }
    return share;
}

static int capped(int count, int most)
{
    return count < most ? count : most;
}

double share_of_desks(const struct share_queue *queues, int queue_count, const struct share_desk *desks,
                      int desk_count)
{
    struct parts p = {queues, desks, capped(queue_count, SHARE_QUEUES_MAX),
                      capped(desk_count, SHARE_DESKS_MAX), NULL};
    if (p.queue_count <= 0 || p.desk_count <= 0)
        return 0;
    p.people = xcalloc((size_t)p.desk_count, sizeof *p.people);
    for (int q = 0; q < p.queue_count; q++)
        spread_evenly(&p, q);
    for (int round = 0; round < ROUNDS; round++)
        for (int q = 0; q < p.queue_count; q++)
            level_out(&p, q);
    double share = share_of_first(&p);
    free(p.people);
    return share;
}
