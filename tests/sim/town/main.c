/* tests/sim/town/main.c: runs seeds, each a whole hall with its troubles, and says what it found.
 *
 *   sim [--seed N] [--seeds N] [--events N] [--stations N] [--without FAULT,…] [--jobs N] [--tell] [--twice]
 *       [--first] [--whole]
 *
 * Ends with "seeds N events N violations N". A violation prints its seed, makes the run smaller, and prints the command
 * that shows it again. */
#include <cjson/cJSON.h>
#include <getopt.h>
#ifndef __SANITIZE_ADDRESS__
#include <mimalloc.h>
#endif
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/log.h"
#include "tests/sim/town/town.h"

struct totals {
    uint64_t seeds, events, violations;
    uint64_t kinds[EVENT_KINDS], disk_ops, disk_reads;
};

static void add(struct totals *totals, const struct town *town)
{
    totals->seeds++;
    totals->events += town_events(town);
    totals->violations += town->violation[0] != '\0';
    for (int i = 0; i < EVENT_KINDS; i++)
        totals->kinds[i] += town->done[i];
    for (int i = 0; i < MACHINES; i++)
        if (disk_at(i)) {
            totals->disk_ops += disk_counts(disk_at(i))->ops;
            totals->disk_reads += disk_counts(disk_at(i))->reads;
        }
}

/* --- smaller --- */

static bool fails(const struct plan *plan, uint64_t *events, char violation[600])
{
    struct town *town = town_run(plan, false);
    bool failed = town->violation[0] != '\0';
    if (failed) {
        *events = town_events(town);
        str_copy(violation, 600, town->violation);
    }
    town_free(&town);
    return failed;
}

/* Fewer kinds of trouble, fewer workstations, fewer events: whatever still fails is kept. */
static struct plan shrink(struct plan plan, char violation[600])
{
    uint64_t events = (uint64_t)plan.events;
    for (int fault = 0; fault < FAULT_COUNT; fault++) {
        struct plan smaller = plan;
        smaller.without |= 1u << fault;
        if (fails(&smaller, &events, violation))
            plan = smaller;
    }
    while (plan.stations > 1) {
        struct plan smaller = plan;
        smaller.stations--;
        if (!fails(&smaller, &events, violation))
            break;
        plan = smaller;
    }
    for (int64_t part = plan.events / 2; part > 0 && part > plan.events / 200; part /= 2) {
        struct plan smaller = plan;
        smaller.events -= part;
        if (fails(&smaller, &events, violation))
            plan = smaller;
    }
    return plan;
}

static void show_again(const struct plan *plan, const char *violation)
{
    printf("  smaller: sim --seed %llu --events %lld --stations %d", (unsigned long long)plan->seed,
           (long long)plan->events, plan->stations);
    const char *separator = " --without ";
    for (int fault = 0; fault < FAULT_COUNT; fault++)
        if (plan->without >> fault & 1) {
            printf("%s%s", separator, fault_name(fault));
            separator = ",";
        }
    printf("\n    %s\n", violation);
}

static void report(const struct plan *plan, const char *violation, bool make_smaller)
{
    char smaller_violation[600];
    str_copy(smaller_violation, sizeof smaller_violation, violation);
    printf("seed %llu: %s\n", (unsigned long long)plan->seed, violation);
    if (make_smaller) {
        struct plan smaller = shrink(*plan, smaller_violation);
        show_again(&smaller, smaller_violation);
    }
    fflush(stdout);
}

/* --- many --- */

struct options {
    struct plan plan;
    uint64_t seeds;
    int jobs;
    bool tell, twice, whole, first;
};

static void run_one(const struct options *options, uint64_t seed, struct totals *totals)
{
    struct plan plan = options->plan;
    plan.seed = seed;
    if (plan.stations == 0)
        plan.stations = 2 + (int)(seed % (STATIONS_MAX - 1));
    struct town *town = town_run(&plan, options->tell);
    char violation[600];
    uint64_t digest = town->digest;
    str_copy(violation, sizeof violation, town->violation);
    add(totals, town);
    town_free(&town);
    if (options->twice) {
        town = town_run(&plan, false);
        if (town->digest != digest) {
            printf("seed %llu: two runs of it differ\n", (unsigned long long)seed);
            totals->violations++;
        }
        town_free(&town);
    }
    if (violation[0] && options->first)
        printf("found after %llu seed%s: %s\n", (unsigned long long)totals->seeds,
               totals->seeds == 1 ? "" : "s", violation);
    else if (violation[0])
        report(&plan, violation, !options->whole);
}

static void work(const struct options *options, int job, int out)
{
    struct totals totals = {0};
    for (uint64_t i = (uint64_t)job; i < options->seeds && !(options->first && totals.violations > 0);
         i += (uint64_t)options->jobs)
        run_one(options, options->plan.seed + i, &totals);
    if (write(out, &totals, sizeof totals) != sizeof totals)
        _exit(1);
}

static void gather(struct totals *sum, const struct totals *part)
{
    sum->seeds += part->seeds;
    sum->events += part->events;
    sum->violations += part->violations;
    sum->disk_ops += part->disk_ops;
    sum->disk_reads += part->disk_reads;
    for (int i = 0; i < EVENT_KINDS; i++)
        sum->kinds[i] += part->kinds[i];
}

static bool run_all(const struct options *options, struct totals *sum)
{
    int ends[2];
    bool well = pipe(ends) == 0;
    fflush(stdout);
    for (int job = 0; well && job < options->jobs; job++) {
        pid_t child = options->jobs > 1 ? fork() : 0;
        if (child != 0)
            continue;
        work(options, job, ends[1]);
        if (options->jobs > 1) {
            fflush(stdout);
            _exit(0);
        }
    }
    for (int job = 0; well && job < options->jobs; job++) {
        int status = 0;
        if (options->jobs > 1 && (wait(&status) < 0 || status != 0)) {
            printf("a run ended with status %d\n", status);
            sum->violations++;
            well = false;
        }
    }
    struct totals part;
    close(ends[1]);
    while (read(ends[0], &part, sizeof part) == sizeof part)
        gather(sum, &part);
    close(ends[0]);
    return well;
}

static unsigned faults_of(const char *text)
{
    unsigned bits = 0;
    for (int fault = 0; fault < FAULT_COUNT; fault++) {
        const char *name = fault_name(fault), *at = text;
        size_t length = strlen(name);
        while ((at = strstr(at, name))) {
            bool begins = at == text || at[-1] == ',';
            if (begins && (at[length] == '\0' || at[length] == ','))
                bits |= 1u << fault;
            at += length;
        }
    }
    return strcmp(text, "all") == 0 ? ~0u : bits;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {{"seed", required_argument, NULL, 's'},
                                                 {"seeds", required_argument, NULL, 'n'},
                                                 {"events", required_argument, NULL, 'e'},
                                                 {"stations", required_argument, NULL, 'w'},
                                                 {"without", required_argument, NULL, 'x'},
                                                 {"jobs", required_argument, NULL, 'j'},
                                                 {"tell", no_argument, NULL, 't'},
                                                 {"twice", no_argument, NULL, '2'},
                                                 {"whole", no_argument, NULL, 'a'},
                                                 {"first", no_argument, NULL, 'f'},
                                                 {0}};
    struct options options = {.plan = {.seed = 1, .events = 10000}, .seeds = 1, .jobs = 1};
    for (int c; (c = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        switch (c) {
        case 's':
            options.plan.seed = strtoull(optarg, NULL, 10);
            break;
        case 'n':
            options.seeds = strtoull(optarg, NULL, 10);
            break;
        case 'e':
            options.plan.events = strtoll(optarg, NULL, 10);
            break;
        case 'w':
            options.plan.stations = (int)strtol(optarg, NULL, 10);
            break;
        case 'x':
            options.plan.without = faults_of(optarg);
            break;
        case 'j':
            options.jobs = (int)strtol(optarg, NULL, 10);
            break;
        case 't':
            options.tell = true;
            break;
        case '2':
            options.twice = true;
            break;
        case 'a':
            options.whole = true;
            break;
        case 'f':
            options.first = true;
            break;
        default:
            return 2;
        }
    }
    if (options.plan.stations < 0 || options.plan.stations > STATIONS_MAX || options.jobs < 1)
        return 2;
    /* One thread a process: locks and statistics are for nobody. */
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    cJSON_InitHooks(
        NULL); /* mimalloc keeps small blocks for the next better than core/wire does on top of it */
#ifndef __SANITIZE_ADDRESS__
    mi_option_enable(mi_option_large_os_pages); /* for a dozen disks and caches: 7 in 100 less time */
#endif
    struct timespec start, end;
    struct totals sum = {0};
    clock_gettime(CLOCK_MONOTONIC, &start);
    bool well = run_all(&options, &sum);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    for (int i = 0; i < EVENT_KINDS; i++)
        printf("%s %llu  ", event_name((enum event_kind)i), (unsigned long long)sum.kinds[i]);
    printf("disk writes %llu  disk reads %llu\n%.0f events a second\n", (unsigned long long)sum.disk_ops,
           (unsigned long long)sum.disk_reads, (double)sum.events / seconds);
    printf("seeds %llu events %llu violations %llu\n", (unsigned long long)sum.seeds,
           (unsigned long long)sum.events, (unsigned long long)sum.violations);
    return well && sum.violations == 0 ? 0 : 1;
}
