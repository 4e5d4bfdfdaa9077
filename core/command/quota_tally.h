/* core/command/quota_tally.h: how many numbers of a day a service has given: counted alike by the hall that refuses the next
 * one and by the workstation that tells how many are left. */
#pragma once
#include "core/catalogue/hours.h"
#include "core/db/rows.h"

/* More than any hall gives on a day: what comes after it is not counted. */
enum { QUOTA_TICKETS_MAX = 20000 };

struct quota_tally {
    const char *service; /* its id, borrowed */
    const char *but;     /* a ticket that is not counted, borrowed; NULL: none */
    int total, slot_count, used[QUOTA_SLOTS_MAX];
    struct quota_slot slots[QUOTA_SLOTS_MAX];
};

void quota_tally_begin(struct quota_tally *tally, const struct json *service);
/* Counts the rows of a bound statement, whose first column is a ticket's row of that day, and ends it. */
enum err quota_tally_count(struct stmt *s, struct quota_tally *tallies, int count) MUST_USE;
/* "issued" of quota_read. */
struct json *quota_tally_issued(const struct quota_tally *tally, const char *day);
