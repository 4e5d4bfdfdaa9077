/* tests/support/story.c: see story.h. */
#include "tests/support/story.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/test.h"

/* --- a clock that can be turned --- */

static const char *const libraries[] = {
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
};

void story_turn_clock(struct story *story, int minutes_ahead)
{
    enum { MINUTE_MS = 60 * 1000 };
    char *next = xasprintf("%s.next", story->clock), *offset = xasprintf("%+dm", minutes_ahead);
    put_file(next, offset);
    REQUIRE(rename(next, story->clock) == 0); /* never seen half written */
    story->centre.ahead_ms = (int64_t)minutes_ahead * MINUTE_MS;
    free(next);
    free(offset);
}

/* Programs that are started from here on have it, or the true one again. */
static void give_clock(const struct story *story, bool give)
{
    const char *library = access(libraries[0], R_OK) == 0 ? libraries[0] : libraries[1];
    const char *const given[][2] = {
        {"LD_PRELOAD", library},    {"FAKETIME_TIMESTAMP_FILE", story->clock},
        {"FAKETIME_NO_CACHE", "1"}, {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
        {"NO_FAKE_STAT", "1"},      {"ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0"}};
    if (!*story->clock)
        return;
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (give)
            setenv(given[i][0], given[i][1], 1);
        else
            unsetenv(given[i][0]);
}

/* --- who sits where --- */

void story_open(struct story *story, const char *name)
{
    *story = (struct story){.name = name};
    centre_open(&story->centre);
}

void story_open_at(struct story *story, const char *name, int minutes_ahead)
{
    *story = (struct story){.name = name};
    if (access(libraries[0], R_OK) != 0 && access(libraries[1], R_OK) != 0)
        test_skip("libfaketime is not installed");
    str_format(story->clock, sizeof story->clock, "%s/clock", test_folder());
    story_turn_clock(story, minutes_ahead);
    give_clock(story, true);
    centre_open(&story->centre);
    give_clock(story, false);
}

void story_stop_hall(struct story *story)
{
    CHECK_INT(real_end(&story->centre.real, SIGTERM), 0);
}

void story_start_hall(struct story *story)
{
    give_clock(story, true);
    real_start(&story->centre.real);
    give_clock(story, false);
}

static struct pty *start(struct story *story, struct seat *seat)
{
    const char *url = story->has_between ? story->between.url : story->centre.real.hall.url;
    give_clock(story, true);
    struct pty *pty = open_loket_as(&seat->place, url, &seat->look);
    give_clock(story, false);
    return pty;
}

void story_put_between(struct story *story)
{
    stranger_start(&story->between, STRANGER_PASSES, story->centre.real.hall.port);
    story->has_between = true;
}

struct seat *story_empty_seat(struct story *story, const struct look *look)
{
    static const struct look usual = {0};
    REQUIRE(story->seat_count < STORY_SEATS);
    struct seat *seat = &story->seats[story->seat_count++];
    *seat = (struct seat){.story = story, .look = look ? *look : usual};
    place_init(&seat->place);
    seat->pty = start(story, seat);
    return seat;
}

struct seat *story_seat(struct story *story, const char *login)
{
    struct seat *seat = story_empty_seat(story, NULL);
    sign_in_as(seat->pty, login);
    seat->counted = pty_presses(seat->pty);
    return seat;
}

void seat_restart(struct seat *seat)
{
    pty_free(&seat->pty);
    seat->pty = start(seat->story, seat);
    seat->counted = 0;
}

/* --- steps --- */

void story_begins(struct story *story)
{
    story->begun = true;
    for (int i = 0; i < story->seat_count; i++)
        story->seats[i].counted = pty_presses(story->seats[i].pty);
}

/* Everything that was pressed since the last step is this one's, so that nothing is pressed beside the story. */
static void note(struct seat *seat, const char *what, int least, bool text)
{
    struct story *story = seat->story;
    int pressed = pty_presses(seat->pty) - seat->counted;
    seat->counted += pressed;
    if (!story->begun)
        return;
    REQUIRE(story->step_count < STORY_STEPS);
    story->steps[story->step_count++] = (struct story_step){
        .what = what, .least = least, .keys = text ? 0 : pressed, .typed = text ? pressed : 0};
}

static void expect(struct seat *seat, const char *what, const char *words)
{
    if (!words || pty_wait(seat->pty, words))
        return;
    printf("    story: %s; step: %s\n", seat->story->name, what);
    test_abandon();
}

void step(struct seat *seat, const char *what, int least, const char *keys, const char *words)
{
    pty_type(seat->pty, keys);
    note(seat, what, least, false);
    expect(seat, what, words);
}

void type(struct seat *seat, const char *what, const char *text, const char *words)
{
    pty_type(seat->pty, text);
    note(seat, what, 0, true);
    expect(seat, what, words);
}

/* --- the end --- */

static void tell_steps(const struct story *story)
{
    for (int i = 0; i < story->step_count; i++) {
        const struct story_step *one = &story->steps[i];
        if (one->typed)
            printf("    %-36s typed %d\n", one->what, one->typed);
        else
            printf("    %-36s keys %d, least %d%s\n", one->what, one->keys, one->least,
                   one->keys == one->least ? "" : "  <");
    }
}

void story_told(struct story *story, int allowance)
{
    int keys = 0, least = 0, typed = 0;
    for (int i = 0; i < story->step_count; i++) {
        keys += story->steps[i].keys;
        least += story->steps[i].least;
        typed += story->steps[i].typed;
    }
    for (int i = 0; i < story->seat_count; i++)
        CHECK(pty_presses(story->seats[i].pty) == story->seats[i].counted); /* no key beside the steps */
    printf("story: %s · %d keys, least %d · typed %d\n", story->name, keys, least, typed);
    bool few = CHECK(keys <= least + allowance), many = CHECK(keys >= least);
    if (!few || !many || getenv("LOKET_STORIES"))
        tell_steps(story);
    story->begun = false;
}

void story_close(struct story *story)
{
    for (int i = 0; i < story->seat_count; i++) {
        if (story->seats[i].pty)
            quit(&story->seats[i].pty);
        place_deinit(&story->seats[i].place);
    }
    if (story->has_between)
        stranger_stop(&story->between);
    centre_close(&story->centre);
}

void story_ends(struct story *story, int allowance)
{
    story_told(story, allowance);
    story_close(story);
}
