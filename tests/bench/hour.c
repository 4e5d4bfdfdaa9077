/* tests/bench/hour.c: `bench hour`: the next hour of a large hall, and advice for a hall of 60 counters and 30 queues. Prints
 * "us of an hour, 500 counters and 10000 people · us of its preview · us of advice, the longest of many halls". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/rng.h"
#include "core/model/hour.h"
#include "tests/bench/bench.h"

enum { MIN = 60 * 1000, SHARES = 4, ROUNDS = 21 };
static const int64_t now_ms = 1764000000000;

struct bench_hall {
    struct hour hour;
    struct hour_queue *queues;
    struct hour_desk *desks;
    struct hour_share *shares;
    struct hour_person *people;
    char (*numbers)[16];
};

/* Of a processor: nothing here waits, and what else this computer does would be counted otherwise. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int below(struct rng *rng, int limit)
{
    return (int)rng_below(rng, (uint64_t)limit);
}

/* Counters of two to four neighbouring queues; people who have come within the hour; every rule. */
static void make(struct rng *rng, int queues, int desks, int people, struct bench_hall *hall)
{
    hall->queues = xcalloc((size_t)queues, sizeof *hall->queues);
    hall->desks = xcalloc((size_t)desks, sizeof *hall->desks);
    hall->shares = xcalloc((size_t)desks * SHARES, sizeof *hall->shares);
    hall->people = xcalloc((size_t)people, sizeof *hall->people);
    hall->numbers = xcalloc((size_t)people, sizeof *hall->numbers);
    hall->hour = (struct hour){.now_ms = now_ms,
                               .queues = hall->queues,
                               .desks = hall->desks,
                               .people = hall->people,
                               .queue_count = queues,
                               .desk_count = desks,
                               .people_count = people};
    for (int q = 0; q < queues; q++)
        hall->queues[q] = (struct hour_queue){.id = "",
                                              .kind = (enum rule_kind)(q % RULE_COUNT),
                                              .agency = HOUR_NOBODY,
                                              .service_ms = (4 + below(rng, 12)) * MIN,
                                              .arrivals = 1 + below(rng, 30) / 10.0,
                                              .no_show = 0.1};
    for (int d = 0; d < desks; d++) {
        struct hour_share *shares = &hall->shares[d * SHARES];
        int count = 2 + below(rng, SHARES - 1), first = below(rng, queues);
        for (int i = 0; i < count; i++)
            shares[i] = (struct hour_share){(first + i) % queues, 1 + below(rng, 3), 0};
        hall->desks[d] = (struct hour_desk){.id = "",
                                            .agency = HOUR_NOBODY,
                                            .free_ms = now_ms + below(rng, 10 * MIN),
                                            .shares = shares,
                                            .share_count = count};
    }
    for (int i = 0; i < people; i++) {
        str_format(hall->numbers[i], sizeof hall->numbers[i], "P%05d", i);
        hall->people[i] =
            (struct hour_person){.id = "",
                                 .number = hall->numbers[i],
                                 .queue = below(rng, queues),
                                 .arrived_ms = now_ms - (people - i) * (int64_t)40 * MIN / people,
                                 .booked_ms = below(rng, 4) ? 0 : now_ms + (below(rng, 60) - 30) * MIN,
                                 .priority = below(rng, 5) ? 0 : 1 + below(rng, 3),
                                 .desk = HOUR_NOBODY};
    }
}

static void done(struct bench_hall *hall)
{
    free(hall->queues);
    free(hall->desks);
    free(hall->shares);
    free(hall->people);
    free(hall->numbers);
}

static void measure_large(struct rng *rng, int64_t *run_us, int64_t *preview_us)
{
    int64_t runs[ROUNDS], previews[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        struct bench_hall hall;
        struct hour_run run;
        struct hour_preview preview;
        make(rng, 120, 500, 10000, &hall);
        struct hour_share share = {below(rng, 120), 1, 0};
        struct hour_change change = {.kind = HOUR_ASSIGN,
                                     .until_ms = now_ms + 30 * MIN,
                                     .desk = 7,
                                     .shares = &share,
                                     .share_count = 1};
        int64_t start_us = cpu_us();
        hour_run(&hall.hour, HOUR_MIN, &run);
        runs[round] = cpu_us() - start_us;
        start_us = cpu_us();
        hour_preview(&hall.hour, &change, 1, HOUR_MIN, &preview);
        previews[round] = cpu_us() - start_us;
        hour_run_free(&run);
        hour_preview_free(&preview);
        done(&hall);
    }
    *run_us = bench_share(runs, ROUNDS, 0.5);
    *preview_us = bench_share(previews, ROUNDS, 0.5);
}

/* Halls in which some advice is found and in which none is, since none takes the longest to be sure of. */
static int64_t measure_advice(struct rng *rng)
{
    int64_t longest_us = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct bench_hall hall;
        struct hour_advice advice[HOUR_ADVICE_MAX];
        make(rng, 30, 60, 100 + round * 25, &hall);
        int64_t start_us = cpu_us();
        int count = hour_advice(&hall.hour, NULL, 0, advice, HOUR_ADVICE_MAX);
        int64_t us = cpu_us() - start_us;
        if (us > longest_us)
            longest_us = us;
        if (getenv("BENCH_HOUR"))
            fprintf(stderr, "%d people: %d advice, %" PRId64 " us\n", 100 + round * 25, count, us);
        done(&hall);
    }
    return longest_us;
}

int bench_hour(int argc, char **argv)
{
    struct rng rng;
    int64_t run_us, preview_us;
    (void)argc, (void)argv;
    rng_seed(&rng, 7);
    measure_large(&rng, &run_us, &preview_us);
    printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", run_us, preview_us, measure_advice(&rng));
    return 0;
}
