/* core/hall/demo_day.c: whole days of a simulated hall, each in one transaction and in no time (demo_engine.c plays). */
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_inside.h"

/* The scenario's weekday, or any that is worked; the nth from the first day on. */
static int32_t day_number(const struct demo *d, int nth)
{
    int32_t day = d->first_day;
    for (int found = 0;; day++) {
        bool fits = d->scenario->weekday < 0 || d->scenario->weekday == day_weekday(day);
        if (fits && day_is_worked(&d->calendar, day) && found++ == nth)
            return day;
    }
}

static enum err play(struct demo *d)
{
    demo_plan(d);
    enum err err = demo_play_until(d, INT64_MAX);
    return err == ERR_OK ? demo_shut_all(d) : err;
}

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum err end_day(struct demo *d, enum err err)
{
    struct hall_state state;
    struct demo_figures *f = d->figures;
    if (err == ERR_OK)
        err = store_state(d->env.db, &state);
    if (err == ERR_OK)
        str_copy(f->feed, sizeof f->feed, state.feed_head);
    if (f->wait_count > 0)
        qsort(f->waits_s, (size_t)f->wait_count, sizeof *f->waits_s, by_length);
    demo_drop_day(d);
    return err;
}

enum err demo_day(struct demo *demo, int day, struct demo_figures *figures, struct err_info *info)
{
    *figures = (struct demo_figures){0};
    demo->figures = figures;
    if (!demo_make_day(demo, day_number(demo, day), day))
        return err_set(info, ERR_INVALID, "There is no day %s in the hall's time zone.", figures->day);
    enum err err = db_begin(demo->env.db);
    if (err == ERR_OK)
        err = demo_book(demo, DEMO_EVE_S);
    if (err == ERR_OK)
        err = play(demo);
    err = end_day(demo, err);
    if (err == ERR_OK)
        err = db_commit(demo->env.db);
    if (err != ERR_OK) {
        store_fail(demo->env.db, err, info);
        db_rollback(demo->env.db);
    }
    return err;
}

void demo_figures_free(struct demo_figures *figures)
{
    free(figures->waits_s);
    *figures = (struct demo_figures){0};
}
