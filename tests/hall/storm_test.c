/* tests/hall/storm_test.c: the real programs on their worst day: kill -9 and SIGSTOP of loketd and of workstations at
 * random moments, under load, with a bad network between. In the end nothing that was acknowledged is missing, nothing
 * is there twice, nothing is stuck (PROTOCOL.md section 8).
 *
 * Chance comes from test_seed, which is printed (the programs' own timing does not repeat).
 * LOKET_KILLS=N changes how many are killed: `make kills N=1000`. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/support/crew.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/reckoning.h"
#include "tests/support/test.h"
#include "tests/support/weather.h"

enum {
    RECEPTIONS = 2,
    CLERKS = 4,
    KILLS = 120,
    KILLS_OF_A_LONG_DAY = 500, /* then there is time to wait */
    HALL_KILLS_OF_TEN = 3,
    KILL_MAX_MS = 450, /* until the next; half of it on average */
    WEATHER_MAX_MS = 1500,
    HARD_WEATHER_MAX_MS = 1200, /* nothing goes through */
    STOP_MAX_MS = 700,
    BETWEEN_STOPS_MAX_MS = 1500,
    RETRY_CAP_MS = 60 * 1000,
    PATIENCE_MS = 2 * RETRY_CAP_MS + TEST_PATIENCE_MS,
};

struct stopped {
    pid_t pid; /* 0: nobody */
    int64_t until_ms;
};

struct storm {
    struct test_hall hall; /* its folder; hall.pid stays 0 */
    struct running program;
    char listen[40];
    bool up; /* it has said that it listens */
    struct weather_proxy proxy;
    struct crew crew;
    struct rng rng;
    struct stopped stopped;
    int64_t kill_ms, weather_ms, stop_ms, began_ms;
    int kills, hall_kills, stops;
};

/* --- loketd --- */

static void start_hall(struct storm *storm)
{
    storm->up = false;
    storm->program = START("loketd", "serve", "--data", storm->hall.folder, "--listen", storm->listen,
                           "--log", "/dev/null");
}

/* It prints its address when it is ready, and nothing else. */
static void hear_hall(struct storm *storm)
{
    static const char before[] = "loketd: listening on http://";
    char *line = running_line(&storm->program);
    REQUIRE(line && str_starts(line, before));
    str_copy(storm->listen, sizeof storm->listen, line + sizeof before - 1);
    str_format(storm->hall.url, sizeof storm->hall.url, "http://%s", storm->listen);
    free(line);
    storm->up = true;
}

static void kill_hall(struct storm *storm)
{
    kill(storm->program.pid, SIGKILL);
    CHECK_INT(running_wait(&storm->program), 128 + SIGKILL);
    storm->hall_kills++;
    start_hall(storm);
}

/* --- what is done to them --- */

static int64_t within(struct storm *storm, int64_t most_ms)
{
    return clock_mono_now_ms() + 1 + (int64_t)rng_below(&storm->rng, (uint64_t)most_ms);
}

static void kill_somebody(struct storm *storm)
{
    bool hall = rng_below(&storm->rng, 10) < HALL_KILLS_OF_TEN;
    if (hall && !storm->up) /* it must come to work, or nothing is proved */
        return;
    if (hall)
        kill_hall(storm);
    else
        crew_kill(&storm->crew, (int)rng_below(&storm->rng, (uint64_t)storm->crew.hand_count));
    storm->kills++;
}

static void go_on(struct storm *storm)
{
    if (storm->stopped.pid)
        kill(storm->stopped.pid, SIGCONT); /* killed meanwhile: then nobody hears it */
    storm->stopped.pid = 0;
}

static void stop_somebody(struct storm *storm)
{
    int victim = (int)rng_below(&storm->rng, (uint64_t)storm->crew.hand_count + 2);
    bool hall = victim >= storm->crew.hand_count;
    if (hall && !storm->up)
        return;
    storm->stopped.pid = hall ? storm->program.pid : storm->crew.hands[victim].piped.pid;
    storm->stopped.until_ms = within(storm, STOP_MAX_MS);
    kill(storm->stopped.pid, SIGSTOP);
    storm->stops++;
}

static void change_weather(struct storm *storm)
{
    static const enum weather of_ten[] = {
        WEATHER_CALM,  WEATHER_CALM,  WEATHER_CALM,  WEATHER_CALM,    WEATHER_STORM,
        WEATHER_STORM, WEATHER_STORM, WEATHER_STORM, WEATHER_REFUSES, WEATHER_HOLDS,
    };
    enum weather weather = of_ten[rng_below(&storm->rng, 10)];
    bool hard = weather == WEATHER_REFUSES || weather == WEATHER_HOLDS;
    weather_be(&storm->proxy, weather);
    storm->weather_ms = within(storm, hard ? HARD_WEATHER_MAX_MS : WEATHER_MAX_MS);
}

static void do_harm(struct storm *storm)
{
    int64_t now_ms = clock_mono_now_ms();
    if (storm->stopped.pid && storm->stopped.until_ms <= now_ms)
        go_on(storm);
    if (storm->kill_ms <= now_ms) {
        kill_somebody(storm);
        storm->kill_ms = within(storm, KILL_MAX_MS);
    }
    if (storm->weather_ms <= now_ms)
        change_weather(storm);
    if (storm->stop_ms <= now_ms && !storm->stopped.pid) {
        stop_somebody(storm);
        storm->stop_ms = within(storm, BETWEEN_STOPS_MAX_MS);
    }
}

static int64_t next_harm_ms(const struct storm *storm)
{
    int64_t next_ms = storm->kill_ms < storm->weather_ms ? storm->kill_ms : storm->weather_ms;
    int64_t stop_ms = storm->stopped.pid ? storm->stopped.until_ms : storm->stop_ms;
    return stop_ms < next_ms ? stop_ms : next_ms;
}

static void turn(struct storm *storm, int64_t until_ms)
{
    struct pollfd news = {.fd = storm->up ? -1 : storm->program.out, .events = POLLIN};
    crew_turn(&storm->crew, until_ms, &news, 1);
    if (!storm->up && news.revents)
        hear_hall(storm);
}

/* --- the day --- */

static int kills(void)
{
    const char *text = getenv("LOKET_KILLS");
    return text && atoi(text) > 0 ? atoi(text) : KILLS;
}

static void begin(struct storm *storm)
{
    uint64_t seeded = test_seed();
    printf("  seed %llu\n", (unsigned long long)seeded);
    rng_seed(&storm->rng, seeded);
    str_copy(storm->listen, sizeof storm->listen, "127.0.0.1:0");
    hall_make(&storm->hall);
    start_hall(storm);
    hear_hall(storm);
    weather_start(&storm->proxy, atoi(strrchr(storm->listen, ':') + 1), seeded + 1);
    crew_open(&storm->crew, storm->proxy.url, RECEPTIONS, CLERKS, seeded + 2);
    storm->began_ms = clock_mono_now_ms();
}

static int64_t rev_of(const struct storm *storm)
{
    int status;
    struct json *health = hall_request(&storm->hall, "GET", "/v1/health", NULL, NULL, &status);
    int64_t rev = json_int(health, "rev", -1);
    json_free(&health);
    return rev;
}

/* Either everybody waits as long as their programs have come to wait between two tries, or the shop is closed and
 * opened again. */
static void calm_down(struct storm *storm)
{
    go_on(storm);
    weather_be(&storm->proxy, WEATHER_CALM);
    if (storm->kills < KILLS_OF_A_LONG_DAY && rng_below(&storm->rng, 4) != 0)
        for (int i = 0; i < storm->crew.hand_count; i++)
            crew_kill(&storm->crew, i);
    while (!storm->up)
        turn(storm, clock_mono_now_ms() + RETRY_CAP_MS);
}

static void verify(const struct storm *storm)
{
    struct ran ran = RUN(NULL, "loketd", "verify", "--data", storm->hall.folder);
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    ran_free(&ran);
}

static double seconds_since(int64_t ms)
{
    return (double)(clock_mono_now_ms() - ms) / 1000;
}

static void print_sum(const struct storm *storm, const struct reckoned *sum)
{
    int lost = 0, here = 0;
    for (size_t i = 0; i < storm->crew.said_count; i++) {
        lost += storm->crew.said[i].state == SAID_LOST;
        here += storm->crew.said[i].state == SAID_REFUSED_HERE;
    }
    printf("  %d kills (%d of loketd, %d of workstations), %d stops, %d times offline\n", storm->kills,
           storm->hall_kills, storm->kills - storm->hall_kills, storm->stops, storm->crew.disconnected);
    weather_print(&storm->proxy);
    printf("  %lld commands: %lld applied, %lld refused; %d refused before they were saved, %d cut off by a "
           "kill\n",
           (long long)sum->commands, (long long)sum->applied, (long long)sum->refused, here, lost);
    printf("  %lld tickets, %lld applications, %lld decisions, %lld disputes\n", (long long)sum->tickets,
           (long long)sum->cases, (long long)sum->decisions, (long long)sum->disputes);
}

TEST(storm_of_kills_stops_and_bad_network)
{
    static struct storm storm;
    begin(&storm);
    while (storm.kills < kills()) {
        turn(&storm, next_harm_ms(&storm));
        do_harm(&storm);
    }
    printf("  the storm: %.1f s\n", seconds_since(storm.began_ms));
    int64_t calm_ms = clock_mono_now_ms();
    calm_down(&storm);
    CHECK(crew_settle(&storm.crew, 0, PATIENCE_MS)); /* everything is sent */
    CHECK(crew_settle(&storm.crew, rev_of(&storm), PATIENCE_MS));
    printf("  until everybody knew everything: %.1f s\n", seconds_since(calm_ms));
    crew_go_home(&storm.crew);
    kill(storm.program.pid, SIGTERM);
    CHECK_INT(running_wait(&storm.program), 0);
    verify(&storm);
    struct reckoned sum = reckon(&storm.crew, storm.hall.folder);
    print_sum(&storm, &sum);
    CHECK(sum.commands > 2 * kills() && weather_met(&storm.proxy) > 0);
    weather_stop(&storm.proxy);
    crew_free(&storm.crew);
}
