/* core/hall/figures.c: see figures.h. When they are read anew, and how they are told. */
#include "core/hall/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/hall/figures_rows.h"
#include "core/model/calendar.h"

enum {
    PAST_MS = 60 * 60 * 1000, /* days that are over: what comes late is told by the next hour */
    PAST_DUE_DAYS = 2,        /* so many of them may be read from their rows */
    MINUTE_MS = 60 * 1000
};

struct figures {
    bool known;
    int64_t made_ms, next_ms; /* monotonic: read at; not anew before */
    int64_t rev, epoch, made;
    bool read_only;
    char day[DATE_TEXT];
    struct hour_habits habits;
    struct json *whole;
    struct json *yesterday, *month;
    int64_t past_ms; /* monotonic: when those were read; 0: never */
    char past_day[DATE_TEXT];
    char tag[FIGURES_TAG];
    struct buf text, cut; /* of whole; of one agency, last */
};

struct figures *figures_new(void)
{
    return xcalloc(1, sizeof(struct figures));
}

void figures_free(struct figures **slot)
{
    struct figures *f = *slot;
    if (!f)
        return;
    hour_habits_free(&f->habits);
    json_free(&f->whole);
    json_free(&f->yesterday);
    json_free(&f->month);
    buf_free(&f->text);
    buf_free(&f->cut);
    free(f);
    *slot = NULL;
}

int64_t figures_made(const struct figures *figures)
{
    return figures->made;
}

/* --- how they are told --- */

static void set_moment(struct json *to, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    if (ms <= 0)
        return json_set_null(to, name);
    time_text(ms, text);
    json_set_text(to, name, text);
}

/* To the tenth of a minute, as reports tell it. */
static void set_minutes(struct json *to, const char *name, double minutes)
{
    if (isnan(minutes))
        json_set_null(to, name);
    else
        json_set(to, name, json_new_number(round(minutes * 10) / 10));
}

static void set_expected(struct json *to, const char *name, int64_t ms)
{
    if (ms < 0)
        json_set_null(to, name);
    else
        json_set_int(to, name, (ms + MINUTE_MS / 2) / MINUTE_MS);
}

static struct json *levels_json(const struct figure_sum *sum)
{
    static const enum level_state told[] = {LEVEL_KEPT, LEVEL_BURNING, LEVEL_BROKEN};
    struct json *levels = json_new_object();
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        json_set_int(levels, level_state_text(told[i]), sum->levels[told[i]]);
    return levels;
}

static struct json *counters_json(const struct figure_sum *sum)
{
    struct json *counters = json_new_object();
    json_set_int(counters, "all", sum->counters);
    json_set_int(counters, "open", sum->open);
    json_set_int(counters, "paused", sum->paused);
    json_set_int(counters, "unattended", sum->unattended);
    return counters;
}

static void set_waits(struct json *to, struct spread *wait)
{
    json_set_int(to, "called", wait->count);
    set_minutes(to, "wait_mean_min", spread_mean_min(wait));
    set_minutes(to, "wait_p90_min", spread_share_min(wait, 0.9));
}

static void set_sum(struct json *to, struct figure_sum *sum)
{
    json_set_int(to, "waiting", sum->waiting);
    set_moment(to, "oldest_at", sum->oldest_ms);
    json_set_int(to, "late", sum->late);
    json_set_int(to, "waiting_in_hour", sum->in_hour);
    set_expected(to, "expected_min", sum->expected_ms);
    set_expected(to, "expected_low_min", sum->low_ms);
    set_expected(to, "expected_high_min", sum->high_ms);
    json_set_int(to, "served", sum->served);
    json_set_int(to, "no_show", sum->no_show);
    set_waits(to, &sum->wait);
    json_set(to, "levels", levels_json(sum));
    json_set(to, "counters", counters_json(sum));
}

static struct json *queue_json(struct figure_queue *queue)
{
    struct json *json = json_new_object(), *ahead = json_new_array();
    const struct json *name = json_get(queue->row, "name");
    json_set_text(json, "id", json_text(queue->row, "id"));
    json_set_text(json, "code", json_text(queue->row, "code"));
    json_set(json, "name", name ? json_copy(name) : json_new_null());
    json_set_text(json, "agency", json_text(queue->row, "agency"));
    json_set_bool(json, "away", queue->away);
    set_sum(json, &queue->sum);
    for (int i = 0; i < FIGURE_STEPS; i++)
        json_add(ahead, json_new_int(queue->steps[i]));
    json_set(json, "ahead", ahead);
    return json;
}

static struct json *agency_json(struct figure_agency *agency)
{
    struct json *json = json_new_object();
    json_set_text(json, "id", agency->id);
    json_set(json, "name", agency->name ? json_copy(agency->name) : json_new_null());
    set_sum(json, &agency->sum);
    return json;
}

static struct json *hall_json(const struct figure_hall *hall, const struct figures_at *at)
{
    struct json *json = json_new_object();
    const struct json *name = json_get(hall->row, "name");
    json_set_text(json, "code", at->code);
    json_set(json, "name", name ? json_copy(name) : json_new_null());
    json_set_text(json, "timezone", json_text_or(hall->row, "timezone", "UTC"));
    return json;
}

static struct json *unsent_json(const struct figure_hall *hall)
{
    struct json *json = json_new_object();
    json_set_int(json, "stations", hall->stations);
    json_set_int(json, "records", hall->unsent);
    set_moment(json, "since", hall->unsent_since_ms);
    return json;
}

static struct json *survey_json(const struct survey_sum *survey)
{
    struct json *json = json_new_object();
    int64_t index = survey_index_hundredths(survey);
    char grade[2] = {survey_grade(index), '\0'};
    json_set_int(json, "people", survey->people);
    json_set(json, "index", survey->people ? json_new_number((double)index / 100) : json_new_null());
    json_set_text(json, "grade", survey->people ? grade : NULL);
    return json;
}

/* A hall is open while a counter is. No counter on a day that is none of work is how it should be. */
static const char *opening_of(const struct figure_hall *hall)
{
    if (hall->sum.open + hall->sum.paused + hall->sum.unattended > 0)
        return "open";
    return hall->day_off ? "day_off" : "closed";
}

static struct json *whole_json(struct figure_hall *hall, const struct figures_at *at, const struct figures *f)
{
    struct json *json = json_new_object(), *now = json_new_object(), *agencies = json_new_array(),
                *queues = json_new_array();
    json_set_int(json, "epoch", at->epoch);
    json_set_int(json, "rev", at->rev);
    json_set_text(json, "version", LOKET_VERSION);
    json_set_text(json, "store", at->read_only ? "read_only" : "ok");
    json_set_bool(json, "practice", at->practice);
    json_set(json, "hall", hall_json(hall, at));
    json_set_text(json, "day", at->day);
    json_set_text(json, "opening", opening_of(hall));
    set_sum(now, &hall->sum);
    json_set(json, "now", now);
    json_set(json, "unsent", unsent_json(hall));
    json_set_int(json, "disputes", hall->disputes);
    json_set(json, "survey", survey_json(&hall->survey));
    json_set(json, "yesterday", f->yesterday ? json_copy(f->yesterday) : json_new_null());
    json_set(json, "month", f->month ? json_copy(f->month) : json_new_null());
    for (int i = 0; i < hall->agency_count; i++)
        json_add(agencies, agency_json(&hall->agencies[i]));
    for (int i = 0; i < hall->queue_count; i++)
        json_add(queues, queue_json(&hall->queues[i]));
    json_set(json, "agencies", agencies);
    json_set(json, "queues", queues);
    return json;
}

/* --- days that are over --- */

static struct json *period_json(struct sums *sums, const char *from, const char *to)
{
    struct json *json = json_new_object();
    struct sum all = {0};
    for (int i = 0; i < sums->count; i++) {
        const struct sum *sum = &sums->all[i];
        all.tickets += sum->tickets;
        all.served += sum->served;
        all.no_show += sum->no_show;
        spread_join(&all.wait, &sum->wait);
    }
    json_set_text(json, "from", from);
    json_set_text(json, "to", to);
    json_set_int(json, "tickets", all.tickets);
    json_set_int(json, "served", all.served);
    json_set_int(json, "no_show", all.no_show);
    set_waits(json, &all.wait);
    spread_clear(&all.wait);
    return json;
}

/* NULL where the day book is not written yet: nobody waits for years to be read. */
static enum err read_period(struct db *db, const char *from, const char *to, struct json **out)
{
    const struct report_ask ask = {.from = from, .to = to};
    struct sums sums;
    int64_t due = 0;
    json_free(out);
    enum err err = daybook_due(db, DAYBOOK_VISITS, from, to, &due);
    if (err != ERR_OK || due > PAST_DUE_DAYS)
        return err;
    err = sums_gather(&sums, db, SUMS_QUEUES, &ask, from, to);
    if (err == ERR_OK)
        *out = period_json(&sums, from, to);
    sums_clear(&sums);
    return err;
}

static enum err read_past(struct figures *f, const struct figures_at *at)
{
    char yesterday[DATE_TEXT], first[DATE_TEXT];
    int32_t today;
    if (f->past_ms && at->mono_ms - f->past_ms < PAST_MS && str_equal(f->past_day, at->day))
        return ERR_OK;
    if (!day_parse(at->day, &today))
        return ERR_OK;
    day_text(today - 1, yesterday);
    str_copy(first, sizeof first, at->day);
    memcpy(first + 8, "01", 2);
    enum err err = read_period(at->db, yesterday, yesterday, &f->yesterday);
    json_free(&f->month);
    if (err == ERR_OK && strcmp(first, yesterday) <= 0)
        err = read_period(at->db, first, yesterday, &f->month);
    f->past_ms = at->mono_ms ? at->mono_ms : 1;
    str_copy(f->past_day, sizeof f->past_day, at->day);
    return err;
}

/* --- remembering --- */

static void print_tag(const struct buf *text, char tag[FIGURES_TAG])
{
    char digest[SHA256_TEXT];
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, buf_text(text), text->length);
    sha256_text(&sha, digest);
    str_format(tag, FIGURES_TAG, "\"%s\"", digest);
}

static bool is_fresh(const struct figures *f, const struct figures_at *at)
{
    if (!f->known || at->epoch != f->epoch || !str_equal(f->day, at->day) || at->read_only != f->read_only)
        return false;
    return at->mono_ms < f->next_ms || (at->rev == f->rev && at->mono_ms - f->made_ms < FIGURES_QUIET_MS);
}

static enum err read_anew(struct figures *f, const struct figures_at *at)
{
    struct figure_hall hall;
    int64_t begun_ms = clock_mono_now_ms();
    enum err err = read_past(f, at);
    if (err != ERR_OK)
        return err;
    err = figures_count(at->db, at->wall_ms, at->day, &f->habits, &hall);
    if (err == ERR_OK) {
        json_free(&f->whole);
        f->whole = whole_json(&hall, at, f);
        buf_clear(&f->text);
        json_print_to(f->whole, &f->text);
        print_tag(&f->text, f->tag);
    }
    figures_count_free(&hall);
    f->known = err == ERR_OK;
    if (err != ERR_OK)
        return err;
    int64_t cost_ms = clock_mono_now_ms() - begun_ms, pause_ms = cost_ms * FIGURES_SHARE;
    f->made_ms = at->mono_ms;
    f->next_ms = at->mono_ms + (pause_ms > FIGURES_FRESH_MS ? pause_ms : FIGURES_FRESH_MS);
    f->rev = at->rev;
    f->epoch = at->epoch;
    f->read_only = at->read_only;
    str_copy(f->day, sizeof f->day, at->day);
    f->made++;
    return ERR_OK;
}

/* --- one agency's --- */

static void keep_only(struct json *to, const struct json *from, const char *list, const char *member,
                      const char *agency)
{
    struct json *kept = json_new_array();
    for (const struct json *one = json_first(json_get(from, list)); one; one = json_next(one))
        if (str_equal(json_text(one, member), agency))
            json_add(kept, json_copy(one));
    json_set(to, list, kept);
}

/* What is of the whole hall (records, disputes, answers of citizens, days before) is not told to one of its agencies. */
static struct json *agency_alone(const struct json *whole, const char *agency)
{
    static const char *const same[] = {"epoch",    "rev",  "version", "store",
                                       "practice", "hall", "day",     "opening"};
    static const char *const untold[] = {"unsent", "disputes", "survey", "yesterday", "month"};
    static const char *const names[] = {"id", "name"};
    struct json *json = json_new_object(), *now;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        json_set(json, same[i], json_copy(json_get(whole, same[i])));
    keep_only(json, whole, "agencies", "id", agency);
    if (json_count(json_get(json, "agencies"))) {
        now = json_copy(json_at(json_get(json, "agencies"), 0));
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            json_remove(now, names[i]);
    } else {
        struct figure_sum none = {.expected_ms = -1, .low_ms = -1, .high_ms = -1};
        now = json_new_object();
        set_sum(now, &none);
    }
    json_set(json, "now", now);
    for (size_t i = 0; i < sizeof untold / sizeof *untold; i++)
        json_set_null(json, untold[i]);
    keep_only(json, whole, "queues", "agency", agency);
    return json;
}

enum err figures_read(struct figures *f, const struct figures_at *at, const char *agency, const char **text,
                      size_t *length, char tag[FIGURES_TAG])
{
    enum err err = is_fresh(f, at) ? ERR_OK : read_anew(f, at);
    const struct buf *told = &f->text;
    if (err != ERR_OK)
        return err;
    if (!str_empty(agency)) {
        struct json *alone = agency_alone(f->whole, agency);
        buf_clear(&f->cut);
        json_print_to(alone, &f->cut);
        json_free(&alone);
        print_tag(&f->cut, tag);
        told = &f->cut;
    } else {
        str_copy(tag, FIGURES_TAG, f->tag);
    }
    *text = buf_text(told);
    *length = told->length;
    return ERR_OK;
}
