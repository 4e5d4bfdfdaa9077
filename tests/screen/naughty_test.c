/* tests/screen/naughty_test.c: whatever stands in data or is pasted into a field, nothing raw reaches a terminal or a printer:
 * every script of every screen, with its data spoilt. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "tests/screen/script.h"
#include "tests/support/test.h"

static void run_all(enum naughty_reach reach)
{
    struct naughty naughty;
    glob_t found;
    uint64_t seed = test_seed();
    naughty_init(&naughty, seed);
    REQUIRE(glob("tests/screen/*.script", 0, NULL, &found) == 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        script_run_naughty(found.gl_pathv[i] + strlen("tests/screen/"), &naughty, reach);
    CHECK(naughty.turns > 0); /* every text was somewhere */
    globfree(&found);
    naughty_deinit(&naughty);
}

TEST(screen_naughty_words_are_never_sent_raw)
{
    run_all(NAUGHTY_WORDS);
}

TEST(screen_naughty_texts_where_codes_belong_are_never_sent_raw)
{
    run_all(NAUGHTY_ALL);
}
