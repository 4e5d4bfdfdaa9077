/* tests/unit/refusals_test.c: the hall's refusals in the clerk's language. */
#include "screens/show.h"
#include "tests/support/test.h"

static const char hall_says[] = "The hall's own sentence.";

TEST(refusals_are_found_wherever_their_code_stands_in_the_table)
{
    static const char *const codes[] = {"already_answered", "other_currency",  "other_day",    "people_left",
                                        "person_conflict",  "queue_elsewhere", "quota_used_up"};
    const struct ui ui = {.lang = LANG_RU};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        CHECK(!str_equal(show_refusal(&ui, codes[i], hall_says), hall_says));
    CHECK_TEXT(show_refusal(&ui, "of_a_later_version", hall_says), hall_says);
}
