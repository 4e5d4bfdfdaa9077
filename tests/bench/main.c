/* tests/bench/main.c: `bench VERB …`. */
#include "tests/bench/bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t bench_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t bench_share(int64_t *values, size_t count, double share)
{
    if (!count)
        return 0;
    qsort(values, count, sizeof *values, compare);
    size_t at = (size_t)(share * (double)count);
    return values[at < count ? at : count - 1];
}

int64_t bench_pss_kib(int pid)
{
    char path[64], line[256];
    long long kib = 0;
    str_format(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %lld", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
}

void bench_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

const char *bench_option(int argc, char **argv, const char *name, const char *otherwise)
{
    for (int i = 0; i + 1 < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return otherwise;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {{"keys", bench_keys},
             {"fill", bench_fill},
             {"durable", bench_durable},
             {"calls", bench_calls},
             {"yard", bench_yard},
             {"polls", bench_polls},
             {"bare", bench_bare},
             {"forms", bench_forms},
             {"worklist", bench_worklist},
             {"unsent", bench_unsent},
             {"search", bench_search},
             {"reports", bench_reports},
             {"hour", bench_hour},
             {"board", bench_board},
             {"audit", bench_audit},
             {"halls", bench_halls},
             {"halls-idle", bench_halls_idle},
             {"figures", bench_figures},
             {"demo", bench_demo},
             {"country", bench_country},
             {"country-seats", bench_country_seats},
             {"desk", bench_desk},
             {"seats", bench_seats},
             {"flood", bench_flood},
             {"idle", bench_idle}};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 2, argv + 2);
    fputs(
        "usage: bench "
        "keys|fill|durable|calls|yard|bare|polls|forms|worklist|unsent|search|reports|hour|board|audit|halls|"
        "halls-idle|figures|demo|country|country-seats|desk|seats|flood|idle …\n",
        stderr);
    return 2;
}
