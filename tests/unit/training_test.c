/* tests/unit/training_test.c: a training day played in small steps, with what is kept of it read again in between, is the day
 * that is played in one go; trainees' visitors come when they are called. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_inside.h"
#include "tests/support/test.h"

static struct scenario scenario_of(const char *more)
{
    struct scenario s;
    struct err_info info = {0};
    char *text = xasprintf(
        "name.az A\nname.id A\nname.en A\nname.ru A\nabout.az B\nabout.id B\nabout.en B\nabout.ru B\n"
        "doors 08:00 12:00\n%s",
        more);
    REQUIRE(scenario_read("test.scenario", text, strlen(text), NULL, NULL, &s, &info) == ERR_OK);
    free(text);
    return s;
}

static void open_demo(struct demo *demo, const struct scenario *s)
{
    struct err_info info = {0};
    REQUIRE(demo_open(demo, s, "az", 3, 5, &info) == ERR_OK);
}

static void begin(struct demo *demo, struct demo_figures *figures, const char *day)
{
    int32_t number;
    REQUIRE(day_parse(day, &number));
    demo->figures = figures;
    REQUIRE(demo_make_day(demo, number, 0));
    REQUIRE(db_begin(demo->env.db) == ERR_OK);
    REQUIRE(demo_book(demo, DEMO_EVE_S) == ERR_OK);
    demo_plan(demo);
}

static void read_again(struct demo *demo, struct demo_figures *figures)
{
    struct json *state = demo_state(demo), *kept = NULL;
    char *text = json_print(state);
    REQUIRE(json_parse(text, strlen(text), &kept, NULL) == ERR_OK);
    demo_drop_day(demo);
    demo_figures_free(figures);
    demo->rng = (struct rng){{1, 2, 3, 4}};
    demo->event_count = 0;
    demo->orders = 0;
    for (int i = 0; i < demo->clerk_count; i++)
        demo->clerks[i].fence = demo->clerks[i].doing = demo->clerks[i].visit = 0;
    CHECK(demo_go_on(demo, kept));
    json_free(&state);
    json_free(&kept);
    free(text);
}

/* Every step_s seconds; what is kept of it is read again after each hour when killed. */
static void play_in_steps(struct demo *demo, struct demo_figures *figures, int step_s, bool killed)
{
    struct hall_state state;
    int at_s = 0;
    while (demo_next_s(demo) >= 0) {
        at_s += step_s;
        REQUIRE(demo_play_until(demo, at_s) == ERR_OK);
        if (killed && at_s / DEMO_HOUR_S != (at_s - step_s) / DEMO_HOUR_S)
            read_again(demo, figures);
    }
    REQUIRE(demo_shut_all(demo) == ERR_OK);
    REQUIRE(store_state(demo->env.db, &state) == ERR_OK);
    str_copy(figures->feed, sizeof figures->feed, state.feed_head);
    demo_drop_day(demo);
    REQUIRE(db_commit(demo->env.db) == ERR_OK);
}

TEST(training_day_in_steps_and_read_again_is_the_same_to_the_byte_of_its_feed)
{
    struct scenario s = scenario_of("people 25\nbookings 8\nat 09:00 away 2 20\nat 10:00 emergency\n");
    struct err_info info = {0};
    struct demo_figures whole, steps = {0}, killed = {0};
    struct demo demo;
    open_demo(&demo, &s);
    REQUIRE(demo_day(&demo, 0, &whole, &info) == ERR_OK);
    demo_close(&demo);
    open_demo(&demo, &s);
    begin(&demo, &steps, whole.day);
    play_in_steps(&demo, &steps, 60, false);
    demo_close(&demo);
    open_demo(&demo, &s);
    begin(&demo, &killed, whole.day);
    play_in_steps(&demo, &killed, 97, true);
    demo_close(&demo);
    CHECK(whole.served > 10);
    CHECK_TEXT(steps.feed, whole.feed);
    CHECK_TEXT(killed.feed, whole.feed);
    CHECK_INT(killed.served, whole.served);
    demo_figures_free(&whole);
    demo_figures_free(&steps);
    demo_figures_free(&killed);
}
