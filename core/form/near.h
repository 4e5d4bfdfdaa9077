/* core/form/near.h: the word that a mistyped one was probably meant to be. */
#pragma once

struct near {
    const char *wanted; /* as it was typed */
    const char *best;   /* the nearest so far; NULL: none is near enough */
    int least;          /* its distance */
};
/* Letters added, taken away, changed or two of them turned round; one for each three that were typed, two at the most. */
void near_try(struct near *near, const char *candidate);
