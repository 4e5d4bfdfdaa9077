/* core/hall/events.h: what the agencies' own systems are told: one event for each thing that happened to an application
 * once it was handed in (submitted, completed, decided, corrected, delivered …), as CloudEvents 1.0.
 *
 * An event is written in the transaction of the change that it tells of, so that none is lost and none is told of what
 * was undone. What there is to tell is read from the application as it stands (its stamps, times and decisions), less
 * what was told before: so a bus that comes home, a replay after a restore and an application from before there were
 * events are told in full, and nothing twice. An event's identity is made from the application and the thing that
 * happened: after a restore the same thing has the same identity again. Events are kept for ever, whatever retention.h
 * does to old changes, and stay as they were written, byte for byte.
 *
 * Ids, number, service, state, outcome and times, and nothing of the form, the person, the reasons or the papers: what
 * else an agency needs it looks up where people sign in. */
#pragma once
#include "core/hall/store.h"

struct change;

/* Tells of the applications among the rows that this change wrote. A bus tells nothing: its home does. */
enum err events_tell(struct change *change) MUST_USE;

/* --- places in the feed --- */
/* "EPOCH.SEQ": everything up to SEQ was received while the hall's history was EPOCH. */
enum { CURSOR_TEXT = 48 };
struct cursor {
    int64_t epoch, seq;
};
bool cursor_read(const char *text, struct cursor *cursor);
void cursor_print(const struct cursor *cursor, char out[CURSOR_TEXT]);

enum place {
    PLACE_GOOD,     /* goes on from here */
    PLACE_RESTORED, /* the hall was restored to before this place: what came after `resume` is taken back */
    PLACE_AHEAD,    /* the hall has not come so far: this is of another hall, or its epoch was not raised */
};
/* Where a reader who stands at *at goes on in this history. */
enum err events_place(struct db *db, int64_t epoch, const struct cursor *at, enum place *place,
                      struct cursor *resume) MUST_USE;
/* In the transaction that restores a backup: the newest event that is kept. Tells every agency. */
enum err events_restored(struct db *db, int64_t epoch, int64_t rev, int64_t now_ms) MUST_USE;

/* --- reading --- */
enum { EVENTS_MAX = 500, EVENTS_USUAL = 100, EVENTS_BYTES_MAX = 512 * 1024 };
enum err events_last(struct db *db, int64_t *seq) MUST_USE; /* of all agencies; 0: none */
/* Whether the agency has news after seq. */
enum err events_waiting(struct db *db, const char *agency, int64_t seq, bool *waiting) MUST_USE;
/* How many, counted to EVENTS_COUNT_MAX at most. */
enum { EVENTS_COUNT_MAX = 100000 };
enum err events_count(struct db *db, const char *agency, int64_t seq, int64_t *count) MUST_USE;

struct events_page {
    int64_t to; /* of the last event in it, else as asked */
    int count;
    bool more;
};
/* Appends "EVENT,EVENT,…" of an agency after seq. */
enum err events_page(struct db *db, const char *agency, int64_t seq, int events_max, struct buf *out,
                     struct events_page *page) MUST_USE;

/* Every event is there and as it was written; else ERR_CORRUPT with the number of the first that is not. */
enum err events_verify(struct db *db, int64_t *bad) MUST_USE;
