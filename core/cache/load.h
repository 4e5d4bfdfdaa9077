/* core/cache/load.h: what the queries of queries.h share; for load*.c alone. now_ms is the hall's time. */
#pragma once
#include "core/cache/store.h"
#include "core/command/version.h"

/* Fills answer, an empty object. ERR_ABSENT: what was asked for is not in this copy. */
typedef enum err load_query(struct cache *cache, const struct json *args, int64_t now_ms,
                            struct json *answer);
load_query load_desk, load_case, load_person, load_persons, load_services, load_queue, load_queues,
    load_users, load_accounts, load_outbox, load_disputes, load_worklist, load_board, load_journal,
    load_status, load_priorities, load_bookings, load_tickets, load_cases, load_waiting, load_open,
    load_visit, load_rehearsal, load_why, load_levels, load_targets, load_holds, load_floor,
    load_floor_people, load_move, load_people, load_moves, load_training;

/* Every statement by which persons, and what they had, are looked for; for a test that asks the planner. NULL: no more. */
const char *persons_statement(int n);
const char *person_statement(int n);

int load_limit(const struct json *args, int otherwise, int max); /* args.limit, within 1 … max */
int64_t row_ms(const struct json *row, const char *name);        /* a time of a row; -1 none */

enum err mark_row(struct cache *cache, enum table table, struct json *row) MUST_USE;
/* "mark" and "wait_ms" where they belong. */
enum err dress_row(struct cache *cache, enum table table, int64_t now_ms, struct json *row) MUST_USE;
/* A dressed row, or NULL when there is none or id is NULL or "". Of a person's record that was merged, the one that goes
 * on (core/command/persons.h). */
enum err find_row(struct cache *cache, enum table table, const char *id, int64_t now_ms,
                  struct json **row) MUST_USE;
/* The same into answer under name, JSON null for none; *row (may be NULL) borrows it. */
enum err put_row(struct cache *cache, struct json *answer, const char *name, enum table table, const char *id,
                 int64_t now_ms, struct json **row) MUST_USE;
/* The dressed rows of a bound statement until rows holds max; *more (may be NULL): there was another. */
enum err add_rows(struct cache *cache, struct json *rows, enum table table, struct stmt *s, int max,
                  int64_t now_ms, bool *more) MUST_USE;
struct json *put_array(struct json *answer, const char *name); /* borrowed from answer */
/* What a rule of the hall would do, asked of this copy by a foresee of core/command; command outlives it. Writes nothing. */
struct tx foreseeing(struct cache *cache, const struct command *command, int64_t now_ms);
/* {"code","message","field"} as "refused"; borrowed from answer. */
struct json *put_refused(struct json *answer, const struct outcome *out);
enum err put_hall(struct cache *cache, struct json *answer) MUST_USE;
/* The name of another row into row under as; JSON null when it is not here. */
enum err set_name_of(struct cache *cache, struct json *row, const char *as, enum table table,
                     const char *id) MUST_USE;
/* {"waiting","oldest_ms"} of a queue into row. */
enum err set_waiting(struct cache *cache, struct json *row, const char *queue, int64_t now_ms) MUST_USE;
/* "counters" into row: names of those that are open for the queue, as this copy knows them (one whose clerk was not seen
 * lately is none). For a newcomer those that close do not count: they call only whoever came before. */
enum err set_counters(struct cache *cache, struct json *row, const char *queue, bool newcomer,
                      int64_t now_ms) MUST_USE;
/* "service_name" and "person_name" of a case, and "deemed": the law grants it when the clock runs out. */
enum err set_case_names(struct cache *cache, struct json *row) MUST_USE;
/* A service as reception finds it, without its form; NULL: none. Borrowed until a service changes. */
enum err service_known(struct cache *cache, const char *id, const struct json **line) MUST_USE;
/* "issued" of each service with a quota (hours.h): how many numbers of today it has given. */
enum err set_issued(struct cache *cache, struct json *const services[], int count, int64_t now_ms) MUST_USE;
/* The stops of a ticket's visit, with their names and who waits there, as "visit"; JSON null: it has none. */
enum err put_visit(struct cache *cache, const struct json *ticket, int64_t now_ms,
                   struct json *answer) MUST_USE;
/* Who is held by this clerk into answer as "parked". */
enum err put_parked(struct cache *cache, int64_t now_ms, struct json *answer) MUST_USE;
/* Whom of colleagues a clerk at this counter may go on with, as "others"; who of this clerk's was taken, as "told". */
enum err put_others(struct cache *cache, const struct json *counter, int64_t now_ms,
                    struct json *answer) MUST_USE;
/* How many called, served or held tickets this clerk has. */
enum err count_open(struct cache *cache, int64_t *count) MUST_USE;
/* {"weekend","holidays"} of the hall into answer as "calendar". */
enum err put_calendar(struct cache *cache, struct json *answer) MUST_USE;
/* The queues with people that would have nobody without this counter, as "depending". */
enum err put_depending(struct cache *cache, const struct json *counter, int64_t now_ms,
                       struct json *answer) MUST_USE;
/* How it stands with closing this clerk's counter, as "closing"; JSON null when nobody asked for it. */
enum err put_closing(struct cache *cache, const struct json *counter, int64_t now_ms,
                     struct json *answer) MUST_USE;
/* "notices" of the query "status". */
/* "asked" and "assigned" for the clerk of a counter (load_moves.c). */
enum err put_moves(struct cache *cache, const struct json *counter, int64_t now_ms,
                   struct json *answer) MUST_USE;
enum err put_notices(struct cache *cache, const char *counter, int64_t now_ms, struct json *answer) MUST_USE;
