/* core/hall/demo.c: see demo.h. What it prints; demo_day.c plays. */
#include "core/hall/demo.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hall/demo_files.h"
#include "core/hall/demo_inside.h"
#include "core/hall/demo_schema.h"

enum { RUNS_MAX = 4, DAYS_MAX = 10000, LISTED_DAYS = 31, MINUTE_S = 60 };

/* --- list --- */

static struct json *texts(const char texts_of[], size_t size)
{
    struct json *json = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_set_text(json, scenario_langs[i], texts_of + (size_t)i * size);
    return json;
}

static struct json *scenario_json(const struct scenario *scenario)
{
    struct json *json = json_new_object();
    json_set_text(json, "id", scenario->id);
    json_set(json, "name", texts(scenario->name[0], sizeof scenario->name[0]));
    json_set(json, "about", texts(scenario->about[0], sizeof scenario->about[0]));
    json_set_text(json, "pack", *scenario->pack ? scenario->pack : "any");
    return json;
}

static void print(struct json *json)
{
    char *text = json_print(json);
    puts(text);
    free(text);
}

static enum err list_one(void *ctx, const struct scenario *scenario)
{
    enum { ENGLISH = 2 };
    struct json *list = ctx;
    if (list)
        json_add(list, scenario_json(scenario));
    else
        printf("%-18s %s\n%-18s %s\n", scenario->id, scenario->name[ENGLISH], "", scenario->about[ENGLISH]);
    return ERR_OK;
}

enum err demo_list(const struct hall_options *options, struct err_info *info)
{
    struct json *list = options->json ? json_new_array() : NULL;
    enum err err = demo_scenarios(list_one, list, info);
    if (err == ERR_OK && list)
        print(list);
    json_free(&list);
    return err;
}

/* --- run --- */

/* Of all days together. */
struct decided {
    int applications, approved, refusals, returned, referred, contested, notices, left;
};

static void add_decided(struct decided *all, const struct demo_figures *f)
{
    all->applications += f->applications;
    all->approved += f->approved;
    all->refusals += f->refusals;
    all->returned += f->returned;
    all->referred += f->referred;
    all->contested += f->contested;
    all->notices += f->notices;
    all->left += f->left;
}

static void print_decided(const struct decided *all)
{
    printf("%d applications: %d granted, %d refused, %d returned, %d referred; %d contested; %d notices\n",
           all->applications, all->approved, all->refusals, all->returned, all->referred, all->contested,
           all->notices);
}

struct waits {
    int64_t *seconds; /* ascending once sorted */
    int count;
};

/* Whole days with one number of counters. */
struct played {
    int counters;
    struct waits waits;
    struct decided decided;
    struct json *lines;
};

static int64_t mean(const int64_t *seconds, int count)
{
    int64_t sum = 0;
    for (int i = 0; i < count; i++)
        sum += seconds[i];
    return count > 0 ? sum / count : 0;
}

/* Of values in ascending order. */
static int64_t share(const int64_t *seconds, int count, int percent)
{
    return count > 0 ? seconds[(int64_t)(count - 1) * percent / 100] : 0;
}

/* Of a hundred, how many lie between that place and so many seconds; the place moves behind them. */
static int percent_until(const struct waits *waits, int64_t seconds, int *at)
{
    int first = *at;
    while (*at < waits->count && waits->seconds[*at] < seconds)
        ++*at;
    return waits->count > 0 ? ((*at - first) * 200 + waits->count) / (2 * waits->count) : 0;
}

static struct json *waits_json(const int64_t *seconds, int count)
{
    struct json *json = json_new_object();
    json_set_int(json, "count", count);
    json_set_int(json, "mean_s", mean(seconds, count));
    json_set_int(json, "p50_s", share(seconds, count, 50));
    json_set_int(json, "p90_s", share(seconds, count, 90));
    json_set_int(json, "longest_s", share(seconds, count, 100));
    return json;
}

static struct json *day_json(const struct demo_figures *f)
{
    struct json *json = json_new_object();
    json_set_text(json, "day", f->day);
    json_set_int(json, "visitors", f->visitors);
    json_set_int(json, "booked", f->booked);
    json_set_int(json, "booked_came", f->came);
    json_set_int(json, "issued", f->issued);
    json_set_int(json, "served", f->served);
    json_set_int(json, "papers_missing", f->missing);
    json_set_int(json, "no_shows", f->no_shows);
    json_set_int(json, "left", f->left);
    json_set_int(json, "applications", f->applications);
    json_set_int(json, "approved", f->approved);
    json_set_int(json, "refused_applications", f->refusals);
    json_set_int(json, "returned", f->returned);
    json_set_int(json, "referred", f->referred);
    json_set_int(json, "confirmed", f->confirmed);
    json_set_int(json, "contested", f->contested);
    json_set_int(json, "notices", f->notices);
    json_set_int(json, "quarrels", f->quarrels);
    json_set_int(json, "trips", f->trips);
    json_set_int(json, "bus_served", f->bus_served);
    json_set_int(json, "called_early", f->early);
    json_set_int(json, "refused", f->refused);
    json_set(json, "wait", waits_json(f->waits_s, f->wait_count));
    json_set_text(json, "feed", f->feed);
    return json;
}

static void keep_waits(struct waits *waits, const struct demo_figures *f)
{
    waits->seconds =
        xrealloc(waits->seconds, (size_t)(waits->count + f->wait_count + 1) * sizeof *waits->seconds);
    for (int i = 0; i < f->wait_count; i++)
        waits->seconds[waits->count++] = f->waits_s[i];
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_day(const struct demo_figures *f)
{
    printf("%s  %8d %6d %7d %8d %6d %9" PRId64 " %6" PRId64 " %7" PRId64 "\n", f->day, f->visitors, f->served,
           f->missing, f->no_shows, f->left, share(f->waits_s, f->wait_count, 50) / MINUTE_S,
           share(f->waits_s, f->wait_count, 90) / MINUTE_S, share(f->waits_s, f->wait_count, 100) / MINUTE_S);
}

static void print_heads(const struct played *played, int count, int width)
{
    printf("%12s", "");
    for (int run = 0; run + 1 < count; run++)
        printf("%3d %-*s ", played[run].counters, width, "counters");
    printf("%3d counters\n", played[count - 1].counters);
}

/* How many of a hundred waited how long: a column of its own for each number of counters, within 80 columns. */
static void print_chart(const struct played *played, int count)
{
    static const int edges_min[] = {5, 10, 15, 20, 30, 45, 60, 90, 120, 1440};
    enum { COLUMNS = 80, LABEL = 12, PERCENT = 4, ALONE = 50 };
    int from = 0, at[RUNS_MAX] = {0}, width = (COLUMNS - LABEL) / count - PERCENT - 1;
    if (width > ALONE)
        width = ALONE;
    puts("\nwaited      of a hundred");
    if (count > 1)
        print_heads(played, count, width);
    for (size_t i = 0; i < sizeof edges_min / sizeof *edges_min; i++) {
        if (edges_min[i] < 1440)
            printf("%3d-%3d min ", from, edges_min[i]);
        else
            printf("over %3d    ", from);
        for (int run = 0; run < count; run++) {
            int percent = percent_until(&played[run].waits, (int64_t)edges_min[i] * MINUTE_S, &at[run]),
                bar = percent * width / 100;
            printf("%s%3d ", run ? " " : "", percent);
            for (int n = 0; n < bar; n++)
                putchar('#');
            for (int n = bar; run + 1 < count && n < width; n++)
                putchar(' ');
        }
        putchar('\n');
        from = edges_min[i];
    }
}

static void print_waits(const struct waits *waits)
{
    printf("%d waits: mean %" PRId64 ", half within %" PRId64 ", nine of ten within %" PRId64
           ", longest %" PRId64 " min\n",
           waits->count, mean(waits->seconds, waits->count) / MINUTE_S,
           share(waits->seconds, waits->count, 50) / MINUTE_S,
           share(waits->seconds, waits->count, 90) / MINUTE_S,
           share(waits->seconds, waits->count, 100) / MINUTE_S);
}

/* What another number of counters makes of the same days, in words. */
static void print_difference(const struct played *first, const struct played *other)
{
    const struct waits *a = &first->waits, *b = &other->waits;
    printf("with %d instead of %d: nine of ten within %" PRId64 " instead of %" PRId64
           " min,\n  half within %" PRId64 " instead of %" PRId64 " min; %d instead of %d left unserved\n",
           other->counters, first->counters, share(b->seconds, b->count, 90) / MINUTE_S,
           share(a->seconds, a->count, 90) / MINUTE_S, share(b->seconds, b->count, 50) / MINUTE_S,
           share(a->seconds, a->count, 50) / MINUTE_S, other->decided.left, first->decided.left);
}

static void progress(int day, int days, bool done)
{
    if (days > 1 && isatty(STDERR_FILENO))
        fprintf(stderr, done ? "\r                    \r" : "\rday %d of %d", day, days);
}

static enum err run_days(struct demo *demo, int days, bool json, struct played *out, struct err_info *info)
{
    enum err err = ERR_OK;
    for (int day = 0; day < days && err == ERR_OK; day++) {
        struct demo_figures figures;
        progress(day + 1, days, false);
        err = demo_day(demo, day, &figures, info);
        if (err == ERR_OK) {
            keep_waits(&out->waits, &figures);
            add_decided(&out->decided, &figures);
            json_add(out->lines, json ? day_json(&figures) : json_new_null());
            if (demo->refusal[0])
                fprintf(stderr, "loketd: %s: %d commands were refused, the first: %s\n", figures.day,
                        figures.refused, demo->refusal);
        }
        progress(day + 1, days, true);
        if (err == ERR_OK && !json && days <= LISTED_DAYS)
            print_day(&figures);
        demo_figures_free(&figures);
    }
    return err;
}

static enum err whole_number(const char *text, const char *option, int64_t least, int64_t most, int64_t *out,
                             struct err_info *info)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < least || number > most)
        return err_set(info, ERR_USAGE,
                       "%s takes a whole number from %" PRId64 " to %" PRId64 ", not \"%s\".", option, least,
                       most, text);
    *out = number;
    return ERR_OK;
}

struct run {
    const struct hall_options *options;
    const struct scenario *scenario;
    const char *pack;
    int64_t seed, days;
    int64_t clerks[RUNS_MAX]; /* 0: the scenario's */
    int count;
    struct scratch *schema; /* NULL: in a folder */
};

/* The same days, on a hall of their own each time. */
static enum err play(const struct run *run, int64_t clerks, struct played *out, struct err_info *info)
{
    struct demo demo;
    out->lines = json_new_array();
    enum err err = demo_open_at(&demo, run->schema ? scratch_address(run->schema) : NULL, run->scenario,
                                run->pack, (uint64_t)run->seed, (int)clerks, info);
    if (err != ERR_OK)
        return err;
    out->counters = demo.clerk_count;
    if (!run->options->json) {
        printf("%s, pack %s, seed %" PRId64 ", %d counters\n\n%-10s  visitors served missing no-shows   left"
               " wait: p50    p90 longest\n",
               run->scenario->id, run->pack, run->seed, demo.clerk_count, "day");
        fflush(stdout); /* it takes a while until there is more */
    }
    err = run_days(&demo, (int)run->days, run->options->json, out, info);
    demo_close(&demo);
    if (out->waits.count > 0)
        qsort(out->waits.seconds, (size_t)out->waits.count, sizeof *out->waits.seconds, by_length);
    return err;
}

static void set_played(struct json *out, const struct played *played)
{
    json_set_int(out, "counters", played->counters);
    json_set(out, "days", json_copy(played->lines));
    json_set(out, "wait", waits_json(played->waits.seconds, played->waits.count));
}

/* Of one number of counters as ever; of several each in "runs". */
static void print_json(const struct run *run, const struct played *played)
{
    struct json *out = scenario_json(run->scenario), *runs = run->count > 1 ? json_new_array() : NULL;
    json_set_text(out, "pack", run->pack);
    json_set_int(out, "seed", run->seed);
    for (int i = 0; runs && i < run->count; i++) {
        struct json *one = json_new_object();
        set_played(one, &played[i]);
        json_add(runs, one);
    }
    if (runs)
        json_set(out, "runs", runs);
    else
        set_played(out, played);
    print(out);
    json_free(&out);
}

static void print_text(const struct run *run, const struct played *played)
{
    print_chart(played, run->count);
    for (int i = 0; i < run->count; i++) {
        if (run->count > 1)
            printf("\n%d counters\n", played[i].counters);
        print_waits(&played[i].waits);
        print_decided(&played[i].decided);
    }
    if (run->count > 1)
        putchar('\n');
    for (int i = 1; i < run->count; i++)
        print_difference(played, &played[i]);
}

static enum err run_scenario(void *ctx, struct scratch *schema, struct err_info *info)
{
    struct run *run = ctx;
    struct played played[RUNS_MAX] = {0};
    enum err err = ERR_OK;
    run->schema = schema;
    if (*run->scenario->pack && !str_equal(run->pack, run->scenario->pack))
        return err_set(info, ERR_USAGE, "The scenario \"%s\" is for the pack %s.", run->scenario->id,
                       run->scenario->pack);
    for (int i = 0; i < run->count && err == ERR_OK; i++) {
        if (i > 0 && !run->options->json)
            putchar('\n');
        if (i > 0 && run->schema)
            err = scratch_empty(run->schema, info);
        if (err == ERR_OK)
            err = play(run, run->clerks[i], &played[i], info);
    }
    if (err == ERR_OK && run->options->json)
        print_json(run, played);
    else if (err == ERR_OK)
        print_text(run, played);
    for (int i = 0; i < run->count; i++) {
        free(played[i].waits.seconds);
        json_free(&played[i].lines);
    }
    return err;
}

/* One number of counters or a list of them, with commas between. */
static enum err read_clerks(struct run *run, struct err_info *info)
{
    char *all = xstrdup(run->options->clerks), *rest = all, *one;
    enum err err = ERR_OK;
    run->count = 0;
    while (err == ERR_OK && (one = strsep(&rest, ",")) != NULL) {
        err = run->count < RUNS_MAX
                  ? whole_number(one, "--clerks", 1, 500, &run->clerks[run->count++], info)
                  : err_set(info, ERR_USAGE, "--clerks takes %d numbers at most, with commas between.",
                            RUNS_MAX);
    }
    free(all);
    return err;
}

enum err demo_run(const struct hall_options *options, struct err_info *info)
{
    struct scenario scenario;
    struct run run = {.options = options, .scenario = &scenario, .days = 1, .count = 1};
    enum err err = whole_number(options->seed, "--seed", 0, INT64_MAX, &run.seed, info);
    if (err == ERR_OK && options->days)
        err = whole_number(options->days, "--days", 1, DAYS_MAX, &run.days, info);
    if (err == ERR_OK && options->clerks)
        err = read_clerks(&run, info);
    if (err == ERR_OK)
        err = demo_scenario(options->argument, &scenario, info);
    if (err != ERR_OK)
        return err;
    run.pack = options->pack ? options->pack : *scenario.pack ? scenario.pack : "id";
    return options->db ? demo_in_schema(options->db, run_scenario, &run, info)
                       : run_scenario(&run, NULL, info);
}
