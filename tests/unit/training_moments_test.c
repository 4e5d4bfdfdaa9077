/* tests/unit/training_moments_test.c: to which moment of a training day a hall is put back. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/hall/training_inside.h"
#include "tests/support/test.h"

static void keep_moment(const struct training *t, const char *hhmm)
{
    char *path = xasprintf("%s/moments/%s.db", t->data, hhmm);
    FILE *file = fopen(path, "w");
    REQUIRE(file && fclose(file) == 0);
    free(path);
}

/* want: the moment's file; NULL: there is none. Those after it go. */
static void back_to(struct training *t, const char *at, const char *want)
{
    char *path = NULL, *whole = want ? xasprintf("%s/moments/%s.db", t->data, want) : NULL;
    CHECK(training_moment_path(t, at, &path) == (want != NULL));
    if (want)
        CHECK_TEXT(path, whole);
    free(path);
    free(whole);
}

TEST(training_goes_back_to_the_last_moment_before_a_whole_time_or_a_clock)
{
    struct training t = {.data = xstrdup(test_folder())};
    char *folder = xasprintf("%s/moments", t.data), at[TIME_TEXT], clock[CLOCK_TEXT];
    REQUIRE(time_parse("2026-11-24T00:00:00.000Z", &t.demo.midnight_ms));
    REQUIRE(mkdir(folder, 0700) == 0);
    time_clock(t.demo.midnight_ms, clock); /* as the zone of whoever tests has it */
    enum { MINUTE_MS = 60 * 1000 };
    int first = atoi(clock) * 60 + atoi(clock + 3);
    char names[4][8];
    for (int i = 0; i < 4; i++) {
        int minute = (first + 5 * i) % (24 * 60);
        str_format(names[i], sizeof names[i], "%02d%02d", minute / 60, minute % 60);
        keep_moment(&t, names[i]);
    }
    /* One of the very minute may be after what is to be seen again. */
    time_text(t.demo.midnight_ms + 15 * MINUTE_MS + 10 * 1000, at);
    back_to(&t, at, names[2]);
    back_to(&t, at, names[2]);
    str_format(clock, sizeof clock, "%.2s:%.2s", names[1], names[1] + 2);
    back_to(&t, clock, names[1]);
    back_to(&t, "2026-11-25T00:00:00.000Z", NULL); /* another day */
    back_to(&t, "2026-11-23T23:59:59.000Z", NULL);
    back_to(&t, "soon", NULL);
    back_to(&t, "", NULL);
    free(folder);
    free(t.data);
}
