/* tests/support/pair.h: a hall and a workstation in one process: the real store, server_core, reads, cache and
 * wire, with the calls in place of the network. So a test says what arrives, what is lost and what comes twice. */
#pragma once
#include "core/cache/cache.h"
#include "core/hall/reads.h"
#include "core/hall/server_core.h"

enum { PAIR_STATIONS = 3 };

struct pair {
    char folder[200];
    struct db *hall;
    struct reads *reads;
    struct rng rng;
    int64_t now_ms, mono_ms; /* the test moves them */
    struct cache *cache[PAIR_STATIONS];
    struct actor actor[PAIR_STATIONS]; /* as the hall knows them, by their tokens */
};

/* A hall with agency "a1", queue "p" (code P, fifo), service "s1" (a form of two fields, a paper, a fee, reasons),
 * counters "c1" "c2", users siti and adi (clerks), rina (reception), budi (supervisor). No workstation yet. */
void pair_open(struct pair *pair);
void pair_open_in(struct pair *pair, const char *folder); /* below a folder that is there */
void pair_close(struct pair *pair);

/* Opens (or opens again) workstation n on its own folder; nobody is signed in unless someone was. */
void pair_start(struct pair *pair, int n);
void pair_sign_in(struct pair *pair, int n, const char *login); /* "siti" … */
char *pair_dir(const struct pair *pair, int n);                 /* the caller frees */

/* Confirms a command whose body is JSON text; fails the test when it is not saved. Returns its seq. */
int64_t pair_confirm(struct pair *pair, int n, const char *type, const char *body);

/* One push of what is unsent: the hall's answer (the caller frees), NULL when there was nothing. It is committed at
 * the hall and told to nobody. */
struct json *pair_push(struct pair *pair, int n);
void pair_take(struct pair *pair, int n, const struct json *answer); /* the answer arrives */
/* What the feed says from the workstation's place on, told to nobody; the caller frees. */
struct json *pair_news(struct pair *pair, int n);
/* The hall's news: a snapshot when one is needed, else the feed. */
void pair_feed(struct pair *pair, int n);
void pair_sync(struct pair *pair, int n); /* until nothing is left to say */
/* Everything up to now is in a backup. */
void pair_make_safe(struct pair *pair);

/* One push of workstation 0's person as text, with the commands as they stand between the brackets; the hall's answer (the
 * caller frees), committed and told to nobody. */
struct json *pair_push_text(struct pair *pair, int acked, const char *commands, int *status);
int64_t pair_count(struct pair *pair, const char *sql); /* at the hall; sql: SELECT count(*) … */
int64_t pair_tickets(struct pair *pair);
int64_t pair_disputes(struct pair *pair);

/* A command at the hall itself by a person, past any workstation; the outcome's data (the caller frees). */
struct json *pair_at_hall(struct pair *pair, const char *login, const char *type, const char *body);
struct json *pair_hall_row(struct pair *pair, enum table table, const char *id); /* NULL: none */
/* The first row of the cache's answer to a query, or the answer itself when name is NULL; the caller frees. */
struct json *pair_load(struct pair *pair, int n, const char *what, const char *args);
