/* tests/support/reckoning.h: when all programs have ended, their files are held against each other and against what
 * the workstations had said: nothing acknowledged is missing, nothing is there twice, every copy is the hall's
 * (PROTOCOL.md section 8). Fails the test with the first differences. */
#pragma once
#include "tests/support/crew.h"

struct reckoned {
    int64_t commands, applied, refused, tickets, cases, decisions, disputes;
};
struct reckoned reckon(const struct crew *crew, const char *hall_folder);
