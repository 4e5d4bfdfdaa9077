/* tests/bench/bench.h: what the measuring programs share. `bench VERB …` prints one line of numbers; run.sh puts
 * them into ratios of the same run. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/db/db.h"

int64_t bench_now_us(void);
/* The value at share (0.5 the median) of count values; sorts them. */
int64_t bench_share(int64_t *values, size_t count, double share);
/* Proportional set size of a process and, when whole, of all processes of its session. */
int64_t bench_pss_kib(int pid);
_Noreturn void bench_fail(const char *format, ...) PRINTF(1, 2);
/* The text after option NAME in argv, or otherwise. */
const char *bench_option(int argc, char **argv, const char *name, const char *otherwise);

/* So many delivered applications, written straight into a hall's file: H-000000001 …, four of each person p000000000 …. */
void bench_fill_cases(struct db *db, int64_t count);

int bench_keys(int argc, char **argv);  /* a program on a terminal: key to frame, start to screen, memory */
int bench_fill(int argc, char **argv);  /* many historical applications into a cache or a hall */
int bench_calls(int argc, char **argv); /* call_next over HTTP, many clients */
int bench_yard(int argc, char **argv);  /* the same commands on the same file without HTTP */
int bench_bare(int argc,
               char **argv); /* the rows of those commands, written into PostgreSQL and nothing else */
int bench_country(int argc, char **argv);       /* many halls of one database at work together */
int bench_country_seats(int argc, char **argv); /* the sign-ins for that */
int bench_durable(int argc, char **argv);       /* confirm to saved, beside a raw write and its sync */
int bench_polls(int argc, char **argv);         /* commit to the last of many long polls */
int bench_desk(int argc, char **argv);          /* one clerk's call_next, each on the clock */
int bench_seats(int argc, char **argv);         /* sign-ins written straight into a hall's file */
int bench_flood(int argc, char **argv);         /* connections, requests, sign-ins or polls without end */
int bench_idle(int argc, char **argv);          /* ten thousand long polls: memory and news */
int bench_worklist(int argc, char **argv);      /* a worklist of many applications */
int bench_board(int argc, char **argv);         /* a refresh of the supervisor's board */
int bench_search(int argc, char **argv);        /* the hall's search among many persons and applications */
int bench_reports(int argc, char **argv);       /* the reports over a year of visits */
int bench_forms(int argc, char **argv);         /* a form of 300 fields validated */
int bench_unsent(int argc, char **argv);        /* a batch of news with many unsent records */
int bench_audit(int argc, char **argv);         /* the audit searched and checked among many lines */
int bench_halls(int argc, char **argv);         /* many halls on one screen */
int bench_halls_idle(int argc, char **argv);    /* that program at rest */
int bench_figures(int argc, char **argv);       /* what a hall's figures cost the hall */
int bench_demo(int argc, char **argv);          /* whole simulated days, beside bare rows */
int bench_hour(int argc, char **argv);          /* the next hour of a hall, and advice */
