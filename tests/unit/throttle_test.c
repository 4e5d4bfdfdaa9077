/* tests/unit/throttle_test.c: how often somebody may guess, and that nobody else is locked out by it. */
#include <stdlib.h>

#include "core/base/str.h"
#include "core/hall/throttle.h"
#include "tests/support/test.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const struct throttle_sign_in usual = {"siti", "seat-1", "10.0.0.1", false};

static struct throttle *fresh(void)
{
    return xcalloc(1, sizeof(struct throttle));
}

/* Guesses wrong as soon as it may until until_ms; how often. */
static int guess(struct throttle *throttle, const struct throttle_sign_in *from, int64_t *now_ms,
                 int64_t until_ms)
{
    int count = 0;
    while (*now_ms < until_ms) {
        int64_t wait_ms = throttle_sign_in_wait_ms(throttle, from, *now_ms);
        if (wait_ms == 0) {
            throttle_sign_in_count(throttle, from, *now_ms);
            count++;
        }
        *now_ms += wait_ms > 0 ? wait_ms : 1;
    }
    return count;
}

TEST(throttle_waits_twice_as_long_each_time)
{
    struct throttle *throttle = fresh();
    int64_t now_ms = 5000, before_ms = 0;
    for (int i = 0; i < THROTTLE_FREE; i++) {
        CHECK_INT(throttle_sign_in_wait_ms(throttle, &usual, now_ms), 0);
        throttle_sign_in_count(throttle, &usual, now_ms);
    }
    for (int i = 0; i < 12; i++) {
        int64_t wait_ms = throttle_sign_in_wait_ms(throttle, &usual, now_ms);
        CHECK(wait_ms > 0 && wait_ms <= THROTTLE_WAIT_MS);
        CHECK(i == 0 ? wait_ms == 1000 : wait_ms >= before_ms);
        if (i > 0 && i < 8)
            CHECK_INT(wait_ms, 2 * before_ms);
        if (i < 8) /* later what runs off meanwhile makes it shorter than it was told */
            CHECK(throttle_sign_in_wait_ms(throttle, &usual, now_ms + wait_ms - 1) > 0);
        now_ms += wait_ms;
        CHECK_INT(throttle_sign_in_wait_ms(throttle, &usual, now_ms), 0);
        throttle_sign_in_count(throttle, &usual, now_ms);
        before_ms = wait_ms;
    }
    CHECK_INT(throttle_sign_in_wait_ms(throttle, &usual, now_ms + 2 * HOUR), 0); /* it runs off */
    free(throttle);
}

/* Somebody guesses from elsewhere for hours; the clerk, who mistypes now and then, sits where they always sit. */
TEST(throttle_lets_the_clerk_in_while_somebody_guesses)
{
    struct throttle *throttle = fresh();
    const struct throttle_sign_in thief = {"siti", "thief", "10.0.0.1", false}; /* behind the same address */
    int64_t now_ms = 1000;
    throttle_sign_in_count(throttle, &usual, now_ms);
    throttle_sign_in_right(throttle, &usual, now_ms);
    for (int hour = 1; hour <= 5; hour++) {
        guess(throttle, &thief, &now_ms, hour * HOUR);
        CHECK(throttle_sign_in_wait_ms(throttle, &thief, now_ms) > 0 || hour > 0);
        for (int i = 0; i < 3; i++) {
            CHECK_INT(throttle_sign_in_wait_ms(throttle, &usual, now_ms), 0);
            throttle_sign_in_count(throttle, &usual, now_ms);
        }
        throttle_sign_in_right(throttle, &usual, now_ms);
    }
    free(throttle);
}

/* As ASVS asks (2.2.1): from however many places, fewer than a hundred in an hour; from a seat it is no more. */
TEST(throttle_has_a_ceiling_for_an_account)
{
    struct throttle *throttle = fresh();
    int count = 0;
    for (int second = 0; second < 3600; second++) {
        char address[40];
        str_format(address, sizeof address, "10.1.%d.%d", second / 250, second % 250);
        const struct throttle_sign_in from = {"siti", "thief", address, false};
        if (throttle_sign_in_wait_ms(throttle, &from, second * SECOND) == 0) {
            throttle_sign_in_count(throttle, &from, second * SECOND);
            count++;
        }
    }
    CHECK(count >= THROTTLE_LOGIN && count < 100);
    /* Another account does not feel it, nor does a seat that the caller knows. */
    CHECK_INT(throttle_sign_in_wait_ms(throttle, &(struct throttle_sign_in){"adi", "x", "10.9.9.9", false},
                                       3600 * SECOND - 1),
              0);
    const struct throttle_sign_in known = {"siti", "seat-9", "10.9.9.9", true};
    int64_t now_ms = 0;
    CHECK_INT(throttle_sign_in_wait_ms(throttle, &known, HOUR - 1), 0);
    CHECK(guess(throttle, &known, &now_ms, HOUR) < 100);
    free(throttle);
}

/* One computer tries one password with each name of the hall: a hundred tries, then ten a minute; but for those who sit
 * where they sat before nothing changes, whichever address they share with it. */
TEST(throttle_counts_an_address_and_locks_no_hall_out)
{
    struct throttle *throttle = fresh();
    int count = 0;
    throttle_sign_in_count(throttle, &usual, 0);
    throttle_sign_in_right(throttle, &usual, 0);
    for (int i = 0; i < 1000; i++) {
        char login[20];
        str_format(login, sizeof login, "name%d", i);
        const struct throttle_sign_in from = {login, "thief", usual.address, false};
        if (throttle_sign_in_wait_ms(throttle, &from, 1000) == 0) {
            throttle_sign_in_count(throttle, &from, 1000);
            count++;
        }
    }
    CHECK_INT(count, THROTTLE_CROWD);
    CHECK(throttle_sign_in_wait_ms(throttle, &(struct throttle_sign_in){"adi", "new", usual.address, false},
                                   1000) > 0);
    CHECK_INT(throttle_sign_in_wait_ms(throttle, &usual, 1000), 0);
    free(throttle);
}

/* A morning at one address: everybody is right at once, and nobody waits. */
TEST(throttle_takes_back_what_was_right)
{
    struct throttle *throttle = fresh();
    for (int i = 0; i < 3 * THROTTLE_CROWD; i++) {
        char login[20];
        str_format(login, sizeof login, "name%d", i);
        const struct throttle_sign_in from = {login, "new", "10.0.0.7", false};
        CHECK_INT(throttle_sign_in_wait_ms(throttle, &from, 1000), 0);
        throttle_sign_in_count(throttle, &from, 1000);
        throttle_sign_in_right(throttle, &from, 1000);
    }
    free(throttle);
}

/* More names than there are places: the one that guesses most is not forgotten for those who guess once. */
TEST(throttle_forgets_who_would_be_forgotten_next)
{
    struct throttle *throttle = fresh();
    int64_t now_ms = 1000;
    for (int i = 0; i < 20; i++)
        throttle_count(throttle, THROTTLE_PAIR, "much", now_ms);
    for (int i = 0; i < 3 * THROTTLE_PLACES; i++) {
        char name[20];
        str_format(name, sizeof name, "once%d", i);
        throttle_count(throttle, THROTTLE_PAIR, name, now_ms + i);
    }
    CHECK(throttle_wait_ms(throttle, THROTTLE_PAIR, "much", now_ms + 3 * THROTTLE_PLACES) > 0);
    free(throttle);
}
