/* tests/fuzz/scenario_fuzz.c: any bytes as a scenario. Holds: what is read is a day that can be played, with numbers within
 * their bounds, and makes the same citizens twice; what is refused says each fault, the first of them also as the error. */
#include <stdlib.h>
#include <string.h>

#include "core/demo/citizen.h"
#include "core/hall/setup.h"
#include "tests/fuzz/fuzz.h"

enum { DAY_MIN = 24 * 60, PEOPLE_MAX = 300 /* for the time of one input */ };

static void count_fault(void *context, const char *line)
{
    HOLD(*line && !strchr(line, '\n'));
    ++*(int *)context;
}

static bool all_served(const void *context, const char *queue)
{
    return !context && queue;
}

static const struct pack *pack(void)
{
    static struct pack kept;
    struct err_info info = {0};
    if (!kept.about)
        HOLD(setup_pack("az", &kept, &info) == ERR_OK);
    return &kept;
}

static void hold_bounds(const struct scenario *s)
{
    const int shares[] = {s->stay_away, s->early,    s->busiest,   s->forgot,   s->false_paper,
                          s->stale,     s->no_right, s->elsewhere, s->priority, s->families};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        HOLD(shares[i] >= 0 && shares[i] <= 100);
    HOLD(s->open_min >= 0 && s->open_min < s->close_min && s->close_min <= DAY_MIN);
    HOLD(s->weekday >= -1 && s->weekday <= 6 && s->people >= 0 && s->bookings >= 0 && s->clerks >= 0);
    HOLD(s->patience_min[0] >= 0 && s->patience_min[0] <= s->patience_min[1]);
    HOLD(s->shape_count >= 0 && s->shape_count <= SCENARIO_SHAPE_MAX);
    HOLD(s->trouble_count >= 0 && s->trouble_count <= SCENARIO_TROUBLE_MAX);
    for (int i = 0; i < s->trouble_count; i++) {
        const struct scenario_trouble *trouble = &s->troubles[i];
        HOLD(trouble->kind < TROUBLE_COUNT && trouble->at_min >= 0 && trouble->at_min <= DAY_MIN);
        HOLD(trouble->numbers[0] >= 0 && trouble->numbers[1] >= 0);
    }
    for (int i = 0; i < SCENARIO_LANGS; i++)
        HOLD(*s->name[i] && *s->about[i]);
}

static void hold_citizens(const struct scenario *s)
{
    int64_t people = (int64_t)s->people + s->bookings;
    struct citizens one, two;
    for (int i = 0; i < s->trouble_count; i++)
        people += s->troubles[i].kind == TROUBLE_RUSH ? s->troubles[i].numbers[0] : 0;
    if (people > PEOPLE_MAX)
        return;
    citizens_make(s, pack(), 1, 0, 2026, all_served, NULL, &one);
    citizens_make(s, pack(), 1, 0, 2026, all_served, NULL, &two);
    HOLD(one.count == two.count);
    for (int i = 0; i < one.count; i++) {
        HOLD(one.list[i].comes_s == two.list[i].comes_s && one.list[i].takes_s > 0);
        HOLD(str_equal(one.list[i].service, two.list[i].service));
    }
    citizens_free(&one);
    citizens_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario scenario;
    struct err_info info = {0};
    int faults = 0;
    enum err err =
        scenario_read("any.scenario", (const char *)data, size, count_fault, &faults, &scenario, &info);
    HOLD(err == ERR_OK ? faults == 0 : err == ERR_INVALID && faults > 0 && info.text[0]);
    if (err == ERR_OK) {
        hold_bounds(&scenario);
        hold_citizens(&scenario);
    }
    return 0;
}
