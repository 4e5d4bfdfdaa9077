/* core/model/queue.h: people who wait, as the calling rules see them; ticket numbers; estimates. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/refusal.h"

/* One waiting person. Times are wall ms; 0 = none. Texts are borrowed. */
struct candidate {
    const char *number; /* "P014" */
    const char *queue;  /* id */
    int64_t arrived_ms; /* or the place a transfer gave it: ticket_place() */
    int64_t booked_ms;  /* 0: walk-in */
    int64_t last_call_ms;
    int priority; /* class, 1 first; 0 none */
    bool own;     /* sent to this very counter or clerk: comes before every queue */
};

/* "P9" before "P14": runs of digits compare as numbers, the rest as text. <0, 0, >0 */
int queue_number_compare(const char *a, const char *b);
/* Prefix and index: ("P", 14) → "P014". False when it does not fit. */
bool queue_number(const char *prefix, int64_t index, char *out, size_t capacity);

/* Minutes until the person with `ahead` people before is called, by desks that are really open (counter.h): 1.5 where
 * one of two is half another queue's (share.h). False when no desk is open: nobody can say. */
struct estimate {
    int64_t optimistic_min, expected_min;
};
bool queue_estimate(int64_t ahead, double average_min, double desks, struct estimate *estimate);

/* A queue has one home, the hall or a bus (PROTOCOL.md section 1). Codes: queue_elsewhere, home_gen_old. */
bool queue_home_check(const char *home, int64_t home_gen, const char *here, int64_t known_gen,
                      struct refusal *refusal);
