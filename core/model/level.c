/* core/model/level.c: see level.h. Knows no row, clock or screen. */
#include "core/model/level.h"

#include <stdlib.h>

#include "core/base/str.h"

enum { MINUTE_MS = 60 * 1000 };

static const char *const texts[] = {
#define X(name, text) text,
    LEVEL_STATE_LIST(X)
#undef X
};

const char *level_state_text(enum level_state state)
{
    return state < LEVEL_STATE_COUNT ? texts[state] : "";
}

int64_t level_since(int64_t arrived_ms, int64_t booked_ms)
{
    return booked_ms > arrived_ms ? booked_ms : arrived_ms;
}

int64_t level_limit_ms(const struct level_target *target, bool booked)
{
    int minutes = booked && target->booked_wait_min > 0 ? target->booked_wait_min : target->wait_min;
    return (int64_t)minutes * MINUTE_MS;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int share_of(int64_t part, int64_t whole)
{
    return whole > 0 ? (int)(part * 100 / whole) : -1;
}

/* The moments at which those who wait become late, as it is foreseen; of the others none. Returns how many. */
static int late_moments(const struct level_person *people, int count, int64_t *moments)
{
    int late = 0;
    for (int i = 0; i < count; i++) {
        int64_t due_ms = people[i].since_ms + people[i].limit_ms;
        if (people[i].foreseen_ms < 0 || people[i].foreseen_ms > due_ms)
            moments[late++] = due_ms;
    }
    qsort(moments, (size_t)late, sizeof *moments, by_time);
    return late;
}

void level_burn(int share, const struct level_day *day, const struct level_person *people, int count,
                int64_t now_ms, struct level_burn *burn)
{
    *burn = (struct level_burn){.share_now = -1, .share_foreseen = -1, .breaks_ms = -1};
    burn->people = day->called + count;
    if (share <= 0 || !burn->people)
        return;
    int64_t *moments = xcalloc((size_t)count + 1, sizeof *moments);
    int coming = late_moments(people, count, moments), over = 0;
    while (over < coming && moments[over] < now_ms)
        over++;
    burn->late = day->called - day->within + over;
    burn->late_foreseen = day->called - day->within + coming;
    burn->allowed = burn->people * (LEVEL_SHARE_MAX - share) / LEVEL_SHARE_MAX;
    burn->share_now = share_of(day->within, day->called);
    burn->share_foreseen = share_of(burn->people - burn->late_foreseen, burn->people);
    burn->state = burn->late > burn->allowed            ? LEVEL_BROKEN
                  : burn->late_foreseen > burn->allowed ? LEVEL_BURNING
                                                        : LEVEL_KEPT;
    if (burn->state == LEVEL_BURNING) /* with the one too many */
        burn->breaks_ms = moments[over + (int)(burn->allowed - burn->late)];
    free(moments);
}
