/* core/model/queue.c: see queue.h. Knows no rule: rule.c chooses. */
#include "core/model/queue.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/base/str.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Compares the runs of digits at *a and *b as numbers of any length and steps over them. */
static int compare_digits(const char **a, const char **b)
{
    while (**a == '0')
        (*a)++;
    while (**b == '0')
        (*b)++;
    size_t length_a = strspn(*a, "0123456789"), length_b = strspn(*b, "0123456789");
    if (length_a != length_b)
        return length_a < length_b ? -1 : 1;
    int order = memcmp(*a, *b, length_a);
    *a += length_a;
    *b += length_b;
    return order;
}

int queue_number_compare(const char *a, const char *b)
{
    const char *left = a, *right = b;
    while (*left && *right) {
        int order;
        if (is_digit(*left) && is_digit(*right)) {
            order = compare_digits(&left, &right);
        } else {
            order = (unsigned char)*left - (unsigned char)*right;
            left++;
            right++;
        }
        if (order)
            return order;
    }
    if (*left || *right)
        return *left ? 1 : -1;
    return strcmp(a, b); /* "P7" and "P007" are not one number */
}

bool queue_number(const char *prefix, int64_t index, char *out, size_t capacity)
{
    return index > 0 && str_format(out, capacity, "%s%03" PRId64, prefix, index);
}

/* Expected: every desk is busy now, and each of those ahead, and one being served, takes the average.
 * Optimistic: people take four fifths of it and all desks but one are about to become free. */
bool queue_estimate(int64_t ahead, double average_min, double desks, struct estimate *estimate)
{
    if (!(desks > 0) || ahead < 0 || !(average_min >= 0) || average_min > 24 * 60)
        return false;
    double slot_min = average_min / desks;
    double queued = (double)ahead - (desks > 1 ? desks - 1 : 0);
    estimate->optimistic_min = queued > 0 ? (int64_t)floor(queued * slot_min * 0.8) : 0;
    estimate->expected_min = (int64_t)floor((double)(ahead + 1) * slot_min);
    return true;
}

bool queue_home_check(const char *home, int64_t home_gen, const char *here, int64_t known_gen,
                      struct refusal *refusal)
{
    if (!str_equal(home, here))
        return refusal_set(refusal, "queue_elsewhere",
                           "This queue is called at %s now: it cannot be called here.",
                           str_empty(home) ? "the hall" : home);
    if (known_gen >= 0 && known_gen != home_gen)
        return refusal_set(refusal, "home_gen_old", "This queue was moved meanwhile: ask the supervisor.");
    return true;
}
