/* core/model/share.h: how much of the open counters a queue has, where they call from other queues too. Pure.
 *
 * A counter takes who came first of all its queues (rule.h), so whoever waits in its other queues is before a newcomer as
 * well; under weights only as many as their share lets. Who may be called at several counters goes where it is sooner. */
#pragma once
#include "core/model/rule.h"

enum { SHARE_QUEUES_MAX = 12, SHARE_DESKS_MAX = 200 };

/* Of one queue, as a newcomer of the first queue meets it. */
struct share_queue {
    enum rule_kind kind;
    int64_t before;     /* people who are called before, as far as this queue's own order goes */
    double average_min; /* of one service */
};

/* One open counter: its weights in the queues' order; < 0: it does not call from that queue, 0: as 1. */
struct share_desk {
    int weights[SHARE_QUEUES_MAX];
};

/* As how many counters of its own the first queue is served: at most those that call from it, 0 when none does. */
double share_of_desks(const struct share_queue *queues, int queue_count, const struct share_desk *desks,
                      int desk_count);
