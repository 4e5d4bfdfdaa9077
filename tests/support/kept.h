/* tests/support/kept.h: what people type that a hall keeps: each member of a command or post that holds a person's own words.
 * tests/screen/kept_test.c shows that every field of every screen puts its words into one of these as they were typed, and
 * tests/unit/kept_hall_test.c that the hall keeps them so. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct kept {
    const char *where;  /* "TYPE /POINTER", as in script.h */
    const char *who;    /* who says it */
    const char *before; /* what was done at the hall before, a line each: "login type {…}"; NULL: nothing */
    const char *body;   /* of the command, with ' for " and the words at %s */
};
extern const struct kept kept[];
extern const size_t kept_count;
const struct kept *kept_find(const char *where); /* NULL: no hall is known to keep that */
