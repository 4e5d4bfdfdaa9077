/* tests/fuzz/training_state_fuzz.c: any text as what is kept of a training day, of a shipped scenario that it names. Holds: what
 * is believed is written again as what is read again; its next moments are played by the hall's rules, and then it is a day that
 * is believed as well. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_files.h"
#include "core/hall/demo_inside.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/nest.h"

enum { SCENARIOS_MAX = 32, CLERKS = 4, MOMENTS = 12 };

/* A hall a process, and the scenarios of the list. */
static struct fuzzed {
    struct demo demo;
    struct scenario scenarios[SCENARIOS_MAX];
    int count;
} fuzzed;

static enum err keep_scenario(void *ctx, const struct scenario *scenario)
{
    struct fuzzed *f = ctx;
    HOLD(f->count < SCENARIOS_MAX);
    f->scenarios[f->count++] = *scenario;
    return ERR_OK;
}

static void close_hall(void)
{
    demo_close(&fuzzed.demo);
}

static struct demo *hall(void)
{
    struct err_info info = {0};
    if (fuzzed.count > 0)
        return &fuzzed.demo;
    HOLD(demo_scenarios(keep_scenario, &fuzzed, &info) == ERR_OK && fuzzed.count > 0);
    HOLD(demo_open(&fuzzed.demo, &fuzzed.scenarios[0], "az", 1, CLERKS, &info) == ERR_OK);
    fuzzed.demo.staffed = 0; /* a hall at work: whoever sits there is asked */
    HOLD(atexit(close_hall) == 0);
    return &fuzzed.demo;
}

static const struct scenario *named(const char *name)
{
    for (int i = 0; i < fuzzed.count; i++)
        if (str_equal(fuzzed.scenarios[i].id, name))
            return &fuzzed.scenarios[i];
    return &fuzzed.scenarios[0];
}

static char *written(const struct demo *d)
{
    struct json *state = demo_state(d);
    char *text = json_print(state);
    json_free(&state);
    return text;
}

static bool read_back(struct demo *d, const char *text)
{
    struct json *state = NULL;
    HOLD(json_parse(text, strlen(text), &state, NULL) == ERR_OK);
    demo_drop_day(d);
    bool read = demo_go_on(d, state);
    json_free(&state);
    return read;
}

static void hold_written(struct demo *d)
{
    char *text = written(d);
    HOLD(read_back(d, text));
    char *again = written(d);
    HOLD(strlen(again) == strlen(text)); /* the heap may stand otherwise */
    free(text);
    free(again);
}

static void play(struct demo *d)
{
    HOLD(db_begin(d->env.db) == ERR_OK);
    for (int i = 0; i < MOMENTS && demo_next_s(d) >= 0; i++) {
        struct demo_event first = d->events[0];
        enum err err = demo_play_until(d, first.at_s);
        HOLD(!store_broken(err));
    }
    HOLD(!store_broken(demo_watch(d, true)));
    db_rollback(d->env.db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct demo *d = hall();
    struct demo_figures figures = {0};
    struct json *kept = fuzz_json(data, size);
    d->scenario = named(json_text(kept, "scenario"));
    d->figures = &figures;
    if (demo_go_on(d, json_get(kept, "day"))) {
        hold_written(d);
        nest_begin(d->env.db);
        play(d);
        nest_end(d->env.db);
        hold_written(d);
    }
    demo_drop_day(d);
    d->event_count = 0;
    demo_figures_free(&figures);
    json_free(&kept);
    return 0;
}
