/* core/command/hour_habits.c: how long services take, how many people come and who stays away, from what happened today and
 * on the same weekdays before. See hour_rows.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/hour_rows.h"
#include "core/command/ticket_row.h"

enum {
    MIN = 60 * 1000,
    PACE_MS = 60 * MIN,
    RECENT_MAX = 40,        /* visits of a queue that tell how long one takes */
    FEW = 3,                /* of a service, to tell anything */
    WEEKS = 2,              /* before, on the same weekday */
    LONG_MS = 2 * 60 * MIN, /* what took longer was not served all that time */
    COUNT_MAX = 2000,
    USUAL_MIN = 5, /* fewer people say nothing about a day */
    NO_SHOW_DAYS = 14,
    BOOKINGS_MIN = 10,
};
static const double no_show_otherwise = 0.1, day_differs_most = 2;

struct tally {
    char id[MODEL_ID];
    int64_t sum_ms, count;
};

/* The hours that the pace is made of: the one that is over, and of each week before that one and the one after it. */
enum { HOUR_NOW, HOURS = 1 + 2 * WEEKS };

struct habits {
    struct db *db;
    const char **codes;     /* of each queue; kept by out */
    int64_t (*came)[HOURS]; /* of each queue: people without a booking */
    int64_t now_ms;
    struct hour_habits *out;
    struct tally *services;
    int service_count, service_capacity;
};

/* --- how long --- */

static struct tally *tally_of(struct habits *h, const char *service)
{
    for (int i = 0; i < h->service_count; i++)
        if (str_equal(h->services[i].id, service))
            return &h->services[i];
    if (h->service_count == h->service_capacity) {
        h->service_capacity = h->service_capacity ? h->service_capacity * 2 : 32;
        h->services = xrealloc(h->services, (size_t)h->service_capacity * sizeof *h->services);
    }
    struct tally *tally = &h->services[h->service_count++];
    *tally = (struct tally){0};
    str_copy(tally->id, sizeof tally->id, service);
    return tally;
}

/* A visit that somebody forgot to end tells nothing of how long one takes. */
static int64_t served_ms(const struct ticket *ticket, int64_t now_ms)
{
    int64_t ms = ticket->started_ms ? ticket_service_ms(ticket, now_ms) : 0;
    return ms > 0 && ms <= LONG_MS ? ms : 0;
}

static enum err read_services(struct habits *h, struct hour_habit *habit)
{
    static const char sql[] =
        "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'done'"
        " ORDER BY arrived_at DESC, number DESC LIMIT $2"; /* tickets_arrival */
    struct json *rows = json_new_array();
    struct stmt *s = db_query(h->db, sql);
    int64_t sum_ms = 0, count = 0;
    db_bind_text(s, 1, habit->queue);
    db_bind_int(s, 2, RECENT_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct ticket ticket;
        ticket_read(row, &ticket);
        int64_t ms = served_ms(&ticket, h->now_ms);
        sum_ms += ms;
        count += ms > 0;
        if (!ms || str_empty(ticket.service))
            continue;
        struct tally *tally = tally_of(h, ticket.service);
        tally->sum_ms += ms;
        tally->count++;
    }
    json_free(&rows);
    habit->service_ms = count ? sum_ms / count : 0;
    return err;
}

static void keep_services(struct habits *h)
{
    h->out->services = xcalloc((size_t)h->service_count + 1, sizeof *h->out->services);
    for (int i = 0; i < h->service_count; i++)
        if (h->services[i].count >= FEW)
            h->out->services[h->out->service_count++] = (struct hour_service){
                arena_strdup(&h->out->kept, h->services[i].id), h->services[i].sum_ms / h->services[i].count};
}

/* --- how many --- */

#define ANY_STATE "('waiting', 'called', 'serving', 'held', 'done', 'no_show', 'cancelled')"
static const char sql_arrived[] =
    "SELECT count(*) FROM (SELECT state FROM tickets WHERE queue = $1 AND state IN " ANY_STATE
    " AND arrived_at > $2 AND arrived_at <= $3 LIMIT $4) AS t"; /* tickets_arrival */
static const char sql_numbers[] = "SELECT number FROM tickets WHERE queue = $1 AND state IN " ANY_STATE
                                  " AND arrived_at > $2 AND arrived_at <= $3 LIMIT $4"; /* tickets_arrival */
static const char sql_booked_numbers[] =
    "SELECT number FROM tickets WHERE queue = $1 AND state IN " ANY_STATE
    " AND appointment_at > $2 AND appointment_at <= $3 LIMIT $4"; /* tickets_booked */
static const char sql_booked_done[] =
    "SELECT count(*) FROM (SELECT state FROM tickets WHERE queue = $1 AND state = 'done'"
    " AND appointment_at > $2 AND appointment_at <= $3 LIMIT $4) AS t"; /* tickets_booked */
static const char sql_booked_missed[] =
    "SELECT count(*) FROM (SELECT state FROM tickets WHERE queue = $1 AND state = 'no_show'"
    " AND appointment_at > $2 AND appointment_at <= $3 LIMIT $4) AS t"; /* tickets_booked */

static enum err count_between(struct habits *h, const char *sql, const char *queue, int64_t from_ms,
                              int64_t to_ms, int limit, int64_t *count)
{
    char from[TIME_TEXT], to[TIME_TEXT];
    struct stmt *s = db_query(h->db, sql);
    time_text(from_ms, from);
    time_text(to_ms, to);
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, to);
    db_bind_int(s, 4, limit);
    enum err err = db_step(s);
    *count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Whether the number was drawn under that code: "P014" under "P", and "H2001" rather under "H2" than under "H". */
static bool is_drawn_under(const char *number, const char *code)
{
    size_t length = strlen(code),
           digits = strspn(number + (strncmp(number, code, length) ? 0 : length), "0123456789");
    return length && !strncmp(number, code, length) && digits >= 3 && !number[length + digits] &&
           strcmp(number + length, "000") != 0;
}

/* The queue in which somebody drew their number, wherever they were sent since. Its number tells: it never changes. One
 * that no queue gives (of a bus, of a printer without the hall) stays with the queue where it is. */
static int drawn_in(const struct habits *h, const char *number, int present)
{
    size_t longest = 0;
    int queue = present;
    for (int i = 0; number && i < h->out->queue_count; i++) {
        size_t length = strlen(h->codes[i]);
        if (length > longest && is_drawn_under(number, h->codes[i])) {
            longest = length;
            queue = i;
        }
    }
    return queue;
}

static enum err count_numbers(struct habits *h, const char *sql, int queue, int hour, int64_t from_ms,
                              int one)
{
    enum { HOUR_MS = 60 * MIN };
    char from[TIME_TEXT], to[TIME_TEXT];
    struct stmt *s = db_query(h->db, sql);
    enum err err;
    time_text(from_ms, from);
    time_text(from_ms + HOUR_MS, to);
    db_bind_text(s, 1, h->out->queues[queue].queue);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, to);
    db_bind_int(s, 4, COUNT_MAX);
    while ((err = db_step(s)) == ERR_OK)
        h->came[drawn_in(h, db_text(s, 0), queue)][hour] += one;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The beginning of an hour that the pace is made of. */
static int64_t hour_begins(const struct habits *h, int hour)
{
    enum { WEEK_MS = 7 * 24 * 60 * MIN };
    int week = (hour + 1) / 2;
    bool after = hour > HOUR_NOW && hour % 2 == 0;
    return h->now_ms - week * (int64_t)WEEK_MS - (after ? 0 : PACE_MS);
}

/* People who came without a booking, of whatever became of them, each where they drew their number. */
static enum err count_came(struct habits *h)
{
    enum err err = ERR_OK;
    h->came = xcalloc((size_t)h->out->queue_count + 1, sizeof *h->came);
    for (int queue = 0; queue < h->out->queue_count; queue++)
        for (int hour = 0; hour < HOURS && err == ERR_OK; hour++) {
            int64_t from_ms = hour_begins(h, hour);
            err = count_numbers(h, sql_numbers, queue, hour, from_ms, 1);
            if (err == ERR_OK)
                err = count_numbers(h, sql_booked_numbers, queue, hour, from_ms, -1);
        }
    return err;
}

static int64_t came_in(const struct habits *h, int queue, int hour)
{
    return h->came[queue][hour] > 0 ? h->came[queue][hour] : 0;
}

/* The mean of the same hours a week and two weeks ago; -1: nothing is known of them. */
static enum err count_usual(struct habits *h, int queue, double usual[2])
{
    int64_t sums[2] = {0, 0}, days = 0;
    for (int week = 1; week <= WEEKS; week++) {
        int64_t came = 0, all_day = 0;
        int64_t start_ms = time_day_start(hour_begins(h, 2 * week));
        enum err err = count_between(h, sql_arrived, h->out->queues[queue].queue, start_ms, start_ms + DAY_MS,
                                     1, &all_day);
        if (err != ERR_OK)
            return err;
        for (int after = 0; after < 2; after++) {
            came += came_in(h, queue, 2 * week - 1 + after);
            sums[after] += came_in(h, queue, 2 * week - 1 + after);
        }
        days += all_day > 0 || came > 0; /* a holiday is no usual day */
    }
    for (int after = 0; after < 2; after++)
        usual[after] = days ? (double)sums[after] / (double)days : -1;
    return ERR_OK;
}

/* How long the hall has been giving numbers of the queue within the last hour: what came in ten minutes says nothing of
 * those before the doors opened. */
static enum err open_ms(struct habits *h, const char *queue, int64_t *ms)
{
    int64_t start_ms = time_day_start(h->now_ms), before = 0;
    *ms = PACE_MS;
    if (h->now_ms - start_ms <= PACE_MS)
        return ERR_OK;
    enum err err = count_between(h, sql_arrived, queue, start_ms, h->now_ms - PACE_MS, 1, &before);
    for (int64_t least = PACE_MS / 4; err == ERR_OK && !before && least < PACE_MS; least += PACE_MS / 4) {
        int64_t came = 0;
        err = count_between(h, sql_arrived, queue, h->now_ms - PACE_MS, h->now_ms - least, 1, &came);
        if (err != ERR_OK || came)
            continue;
        *ms = least;
        break;
    }
    return err;
}

/* As many as usual in the hour to come, more or fewer by what today differs from the usual day; where no usual day is known,
 * as many as lately. */
static enum err read_pace(struct habits *h, int queue)
{
    struct hour_habit *habit = &h->out->queues[queue];
    double usual[2]; /* in the hour before, in the hour to come */
    int64_t stretch_ms;
    habit->came = came_in(h, queue, HOUR_NOW);
    enum err err = count_usual(h, queue, usual);
    if (err == ERR_OK)
        err = open_ms(h, habit->queue, &stretch_ms);
    if (err != ERR_OK)
        return err;
    habit->usually = usual[0] < 0 ? -1 : llround(usual[0]);
    if (usual[1] < 0) {
        habit->arrivals = (double)habit->came * 10 * MIN / (double)stretch_ms;
        return ERR_OK;
    }
    double today = usual[0] >= USUAL_MIN ? (double)habit->came / usual[0] : 1;
    if (today > day_differs_most)
        today = day_differs_most;
    if (today < 1 / day_differs_most)
        today = 1 / day_differs_most;
    habit->arrivals = usual[1] * today / 6;
    return ERR_OK;
}

static enum err read_no_show(struct habits *h, struct hour_habit *habit)
{
    int64_t from_ms = h->now_ms - NO_SHOW_DAYS * (int64_t)24 * 60 * MIN, missed = 0, came = 0;
    enum err err = count_between(h, sql_booked_missed, habit->queue, from_ms, h->now_ms, COUNT_MAX, &missed);
    if (err == ERR_OK)
        err = count_between(h, sql_booked_done, habit->queue, from_ms, h->now_ms, COUNT_MAX, &came);
    habit->no_show =
        missed + came >= BOOKINGS_MIN ? (double)missed / (double)(missed + came) : no_show_otherwise;
    return err;
}

static enum err read_queues(struct habits *h)
{
    static const char sql[] = "SELECT id, code FROM queues ORDER BY id LIMIT $1"; /* primary key */
    struct hour_habits *out = h->out;
    struct stmt *s = db_query(h->db, sql);
    enum err err;
    db_bind_int(s, 1, HOUR_QUEUES_MAX);
    while ((err = db_step(s)) == ERR_OK) {
        const char *code = db_text(s, 1);
        h->codes[out->queue_count] = arena_strdup(&out->kept, code ? code : "");
        out->queues[out->queue_count++].queue = arena_strdup(&out->kept, db_text(s, 0));
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err hour_habits_read(struct db *db, int64_t now_ms, struct hour_habits *out)
{
    struct habits h = {.db = db, .now_ms = now_ms, .out = out};
    *out = (struct hour_habits){.at_ms = now_ms};
    out->queues = xcalloc(HOUR_QUEUES_MAX, sizeof *out->queues);
    h.codes = xcalloc(HOUR_QUEUES_MAX, sizeof *h.codes);
    enum err err = read_queues(&h);
    if (err == ERR_OK)
        err = count_came(&h);
    for (int i = 0; i < out->queue_count && err == ERR_OK; i++) {
        err = read_services(&h, &out->queues[i]);
        if (err == ERR_OK)
            err = read_pace(&h, i);
        if (err == ERR_OK)
            err = read_no_show(&h, &out->queues[i]);
    }
    keep_services(&h);
    free(h.services);
    free(h.codes);
    free(h.came);
    if (err != ERR_OK)
        hour_habits_free(out);
    return err;
}

enum err hour_habits_refresh(struct db *db, int64_t now_ms, struct hour_habits *habits)
{
    if (habits->at_ms && now_ms >= habits->at_ms && now_ms - habits->at_ms < HOUR_HABITS_MS)
        return ERR_OK;
    hour_habits_free(habits);
    return hour_habits_read(db, now_ms, habits);
}

void hour_habits_free(struct hour_habits *habits)
{
    free(habits->queues);
    free(habits->services);
    arena_free(&habits->kept);
    *habits = (struct hour_habits){0};
}
