/* tests/unit/link_clock_test.c: a computer's clock is warned of beside a real hall, and not beside a training hall, whose day is
 * another one. */
#include "screens/link.h"
#include "tests/support/test.h"

TEST(link_warns_of_a_wrong_clock_but_not_in_a_training_hall)
{
    char text[120];
    struct ui ui = {.link = {.state = LINK_ONLINE, .offset_ms = (int64_t)30 * 60 * 60 * 1000}};
    CHECK(link_clock_text(&ui, text));
    ui.training = true;
    CHECK(!link_clock_text(&ui, text));
}
