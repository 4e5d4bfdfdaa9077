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
