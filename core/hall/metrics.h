/* core/hall/metrics.h: counts and times for GET /metrics, as Prometheus text (exposition format 0.0.4). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"

struct hall;

enum { METRIC_ROUTES_MAX = 32, METRIC_BUCKETS = 10, METRIC_STATUS_CLASSES = 6 };

struct histogram {
    int64_t buckets[METRIC_BUCKETS]; /* the last holds whatever is slower */
    int64_t count, sum_us;
};

struct metrics {
    struct {
        int64_t by_status[METRIC_STATUS_CLASSES]; /* hundreds: 2 is 200 … 299 */
        struct histogram latency;
    } routes[METRIC_ROUTES_MAX]; /* by the place in the route table; the last one: no route */
    struct histogram commits;
    int64_t groups, writes; /* groups of writes, and the writes in them */
    int64_t commands;       /* that took effect or were refused */
    int64_t sign_ins_failed;
    int64_t strangers_delayed; /* requests without a sign-in that were put off */
};

void metrics_answered(struct metrics *metrics, int route, int status, int64_t latency_us);
void metrics_commit(struct metrics *metrics, int64_t ms);
void metrics_group(struct metrics *metrics, size_t writes);
/* The whole page. name of a route by its place; NULL after the last. */
enum err metrics_write(struct hall *hall, const char *(*route_name)(int index), struct buf *out) MUST_USE;
