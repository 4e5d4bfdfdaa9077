/* tests/unit/station_lock_test.c: whose answer opens a locked screen. */
#include "screens/station_state.h"
#include "tests/support/test.h"

/* The answer of a later sign-in is its own, and opens nothing. */
TEST(unlocking_is_over_with_a_sign_out)
{
    static struct station station;
    station.unlocking = station.known = true;
    station_unlock_forget(&station);
    CHECK(!station.known);
    CHECK(!station_unlock_answered(&station, ERR_OFFLINE, "offline", "The hall cannot be reached."));
}

TEST(unlocking_of_a_known_owner_waits_for_nothing_that_a_sign_in_asks)
{
    static const char *const more[] = {"second_factor",     "second_factor_first", "factor_off",
                                       "factor_unreadable", "codes_off",           "password_expired",
                                       "too_many_attempts"};
    CHECK(station_opens(false, ERR_OK, NULL));
    CHECK(station_opens(true, ERR_OFFLINE, "offline"));
    CHECK(!station_opens(false, ERR_OFFLINE, "offline"));
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        CHECK(station_opens(true, ERR_REFUSED, more[i]));
        CHECK(!station_opens(false, ERR_REFUSED, more[i])); /* somebody else */
    }
    CHECK(!station_opens(true, ERR_REFUSED, "bad_credentials"));
}
