/* tests/unit/migration_test.c: files of each released version are opened by this one, and everything is found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tests/support/workday.h"

/* Run with LOKET_RELEASE=FOLDER when a version is released: writes the files that it leaves behind. */
TEST(migration_writes_the_files_of_this_version)
{
    const char *folder = getenv("LOKET_RELEASE");
    struct pair pair;
    if (!folder)
        return;
    workday_open_in(&pair, folder);
    workday_unsent(&pair, 3);
    struct json *typed = json_new_object();
    json_set_text(typed, "street", "Half a stre");
    CHECK(cache_journal_put(pair.cache[0], "form", "01900000-0000-7000-8000-0000000000c2", typed,
                            pair.now_ms) == ERR_OK);
    CHECK(cache_set_setting(pair.cache[0], "lang", "az") == ERR_OK);
    json_free(&typed);
    pair_close(&pair);
}
