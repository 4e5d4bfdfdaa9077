/* core/hall/demo_check.c: what is kept of a simulated day, before it is believed: a row may be damaged, or edited by hand. Each
 * number, place and name is within what the engine can have written; what is not there is what it is at the beginning. */
#include <string.h>

#include "core/hall/demo_inside.h"

enum {
    DAY_S = 24 * DEMO_HOUR_S,
    LIST_MAX = 100000,
    COUNT_MAX = 1000000,
    HEX_DIGITS = 16,
    RNG_WORDS = 4,
    MINUTES_MAX = 24 * 60 + 1
};
static const int64_t ages_s = (int64_t)100 * 366 * DAY_S, /* a hall that nobody used for long */
    most = 1000000000000000;

struct bound {
    int64_t least, most;
};

static bool within(const struct json *number, struct bound bound)
{
    int64_t value = json_as_int(number, bound.least - 1);
    return value >= bound.least && value <= bound.most;
}

/* The numbers of a row from a place on. */
static bool numbers_hold(const struct json *row, size_t from, const struct bound *bounds, size_t count)
{
    bool hold = json_is_array(row) && json_count(row) == from + count;
    for (size_t i = 0; hold && i < count; i++)
        hold = within(json_at(row, from + i), bounds[i]);
    return hold;
}

static bool list_holds(const struct json *list)
{
    return !list || (json_is_array(list) && json_count(list) <= LIST_MAX);
}

static bool text_holds(const struct json *text, size_t size)
{
    return json_is_text(text) && strlen(json_as_text(text)) < size;
}

static bool scalars_hold(const struct json *state)
{
    const struct {
        const char *name;
        struct bound bound;
    } scalars[] = {{"now", {-2 * DAY_S, ages_s}}, {"end", {0, 3 * DAY_S}},     {"orders", {0, most}},
                   {"outage", {0, ages_s}},       {"power", {0, ages_s}},      {"ended", {0, ages_s}},
                   {"contests", {0, COUNT_MAX}},  {"quarrels", {0, COUNT_MAX}}};
    bool hold = !json_get(state, "alert") || text_holds(json_get(state, "alert"), UUID_TEXT);
    for (size_t i = 0; hold && i < sizeof scalars / sizeof *scalars; i++)
        hold =
            !json_get(state, scalars[i].name) || within(json_get(state, scalars[i].name), scalars[i].bound);
    return hold;
}

/* All nought is a chance that never falls. */
static bool chance_holds(const struct json *list)
{
    bool any = false, hold = json_is_array(list) && json_count(list) == RNG_WORDS;
    for (const struct json *one = json_first(list); hold && one; one = json_next(one)) {
        const char *text = json_as_text(one);
        hold = text && strlen(text) == HEX_DIGITS && strspn(text, "0123456789abcdef") == HEX_DIGITS;
        any = any || (hold && strspn(text, "0") < HEX_DIGITS);
    }
    return hold && any;
}

/* How many there are of those whom a moment is about; 0: of nobody. -1: no moment of a hall at work. */
static int64_t whose(const struct demo *d, int64_t visits, int64_t what)
{
    switch ((enum moment)what) {
    case MOMENT_OPEN:
    case MOMENT_LOOK:
    case MOMENT_AGAIN:
    case MOMENT_BEGIN:
    case MOMENT_DONE:
    case MOMENT_BACK:
    case MOMENT_QUARREL:
        return d->clerk_count;
    case MOMENT_ARRIVE:
    case MOMENT_TIRED:
    case MOMENT_EXPECT:
    case MOMENT_CONFIRM:
    case MOMENT_SETTLE:
        return visits;
    case MOMENT_TROUBLE:
        return d->scenario->trouble_count;
    case MOMENT_HELPED:
    case MOMENT_REVIEW:
        return 1;
    case MOMENT_BUS_BACK:
        return d->clerk_count > 0 ? 1 : 0;
    case MOMENT_BUS_LEAVE:
        return d->clerk_count > 0 ? MINUTES_MAX : 0;
    }
    return 0;
}

/* None is long ago: whoever looks again each minute would do so for years. */
static bool events_hold(const struct demo *d, int64_t visits, const struct json *list)
{
    const struct bound bounds[] = {
        {-2 * DAY_S, 4 * DAY_S}, {0, most}, {0, MOMENT_BUS_BACK}, {0, LIST_MAX + COUNT_MAX}};
    bool hold = list_holds(list);
    for (const struct json *one = json_first(list); hold && one; one = json_next(one))
        hold = numbers_hold(one, 0, bounds, sizeof bounds / sizeof *bounds) &&
               json_as_int(json_at(one, 3), 0) < whose(d, visits, json_as_int(json_at(one, 2), 0));
    return hold;
}

static bool visits_hold(const struct json *list)
{
    enum { MARKS = 127 };
    const struct bound bounds[] = {
        {0, most}, {-2 * DAY_S, ages_s}, {-2 * DAY_S, ages_s}, {0, COUNT_MAX}, {0, MARKS}};
    bool hold = list_holds(list);
    for (const struct json *one = json_first(list); hold && one; one = json_next(one))
        hold = numbers_hold(one, 1, bounds, sizeof bounds / sizeof *bounds) &&
               text_holds(json_at(one, 0), sizeof((struct demo_visit *)NULL)->ticket);
    return hold;
}

static bool rows_hold(const struct json *list, const struct bound *bounds, size_t count)
{
    bool hold = list_holds(list);
    for (const struct json *one = json_first(list); hold && one; one = json_next(one))
        hold = numbers_hold(one, 0, bounds, count);
    return hold;
}

static bool figures_hold(const struct json *list)
{
    bool hold = list_holds(list);
    for (const struct json *one = json_first(list); hold && one; one = json_next(one))
        hold = within(one, (struct bound){0, COUNT_MAX});
    return hold;
}

/* Away or about to leave, by a clerk of ours, and whose visits came to it. */
static bool bus_holds(const struct demo *d, int64_t visits, const struct json *list)
{
    const struct bound head[] = {{0, 1}, {0, d->clerk_count - 1}, {-2 * DAY_S, ages_s}, {-2 * DAY_S, ages_s}};
    size_t count = json_count(list), known = sizeof head / sizeof *head;
    bool hold = !list || (list_holds(list) && count >= known && count - known <= (size_t)visits);
    for (size_t i = 0; hold && i < count; i++)
        hold = within(json_at(list, i), i < known ? head[i] : (struct bound){0, visits - 1});
    return hold;
}

bool demo_state_holds(const struct demo *d, const struct json *state)
{
    int64_t visits = (int64_t)json_count(json_get(state, "visits"));
    if (visits < d->citizens.count)
        visits = d->citizens.count;
    const struct bound clerk[] = {{0, most},        {-1, ages_s}, {0, ages_s}, {DEMO_SHUT, DEMO_PAUSED},
                                  {-1, visits - 1}, {0, 1},       {0, most}},
                       cut[] = {{0, TROUBLE_COUNT}, {-2 * DAY_S, ages_s}, {-2 * DAY_S, ages_s}};
    const struct bound rush[] = {
        {0, DEMO_RUSH_PEOPLE_MAX}, {0, 3 * 24 * DEMO_MINUTE_S}, {1, DEMO_RUSH_WITHIN_MAX}};
    return json_is_object(state) && json_count(json_get(state, "rushes")) <= DEMO_RUSHES_MAX &&
           rows_hold(json_get(state, "rushes"), rush, sizeof rush / sizeof *rush) && scalars_hold(state) &&
           chance_holds(json_get(state, "rng")) && events_hold(d, visits, json_get(state, "events")) &&
           visits_hold(json_get(state, "visits")) &&
           rows_hold(json_get(state, "clerks"), clerk, sizeof clerk / sizeof *clerk) &&
           rows_hold(json_get(state, "cuts"), cut, sizeof cut / sizeof *cut) &&
           bus_holds(d, visits, json_get(state, "bus")) && figures_hold(json_get(state, "figures"));
}
