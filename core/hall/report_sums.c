/* core/hall/report_sums.c: see report_sums.h. */
#include "core/hall/report_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/db/rows.h"
#include "core/model/calendar.h"
#include "core/model/ticket.h"

/* --- minutes --- */

enum { TENTH_MS = 6000, TENTHS_MAX = 2 * 24 * 60 * 10 };

static void count_beyond(struct spread *spread, int64_t tenths)
{
    if (spread->beyond_count == spread->beyond_room) {
        spread->beyond_room = spread->beyond_room ? spread->beyond_room * 2 : 16;
        spread->beyond = xrealloc(spread->beyond, spread->beyond_room * sizeof *spread->beyond);
    }
    spread->beyond[spread->beyond_count++] = tenths > INT32_MAX ? INT32_MAX : (int32_t)tenths;
}

static void make_room(struct spread *spread, int tenths)
{
    int room = spread->room ? spread->room : 512;
    while (room <= tenths)
        room *= 2;
    spread->tenths = xrealloc(spread->tenths, (size_t)room * sizeof *spread->tenths);
    memset(spread->tenths + spread->room, 0, (size_t)(room - spread->room) * sizeof *spread->tenths);
    spread->room = room;
}

void spread_add(struct spread *spread, int64_t ms)
{
    if (ms < 0)
        return;
    int64_t tenths = (ms + TENTH_MS / 2) / TENTH_MS;
    spread->count++;
    spread->sum_ms += ms;
    if (tenths >= TENTHS_MAX) {
        count_beyond(spread, tenths);
        return;
    }
    if (tenths >= spread->room)
        make_room(spread, (int)tenths);
    spread->tenths[tenths]++;
}

double spread_mean_min(const struct spread *spread)
{
    return spread->count ? (double)spread->sum_ms / (double)spread->count / 60000.0 : NAN;
}

static int compare_tenths(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double spread_share_min(struct spread *spread, double share)
{
    if (!spread->count)
        return NAN;
    int64_t rank = (int64_t)ceil(share * (double)spread->count);
    rank = rank > 0 ? rank : 1;
    for (int i = 0; i < spread->room; i++)
        if ((rank -= spread->tenths[i]) <= 0)
            return i / 10.0;
    qsort(spread->beyond, spread->beyond_count, sizeof *spread->beyond, compare_tenths);
    return spread->beyond[rank - 1] / 10.0;
}

void spread_join(struct spread *to, const struct spread *from)
{
    int64_t count = to->count + from->count, sum_ms = to->sum_ms + from->sum_ms;
    if (from->room > to->room)
        make_room(to, from->room - 1);
    for (int i = 0; i < from->room; i++)
        to->tenths[i] += from->tenths[i];
    for (size_t i = 0; i < from->beyond_count; i++)
        count_beyond(to, from->beyond[i]);
    to->count = count;
    to->sum_ms = sum_ms;
}

void spread_clear(struct spread *spread)
{
    free(spread->tenths);
    free(spread->beyond);
    *spread = (struct spread){0};
}

/* --- sums by their keys --- */

static unsigned hash_of(const int part[SUM_PARTS])
{
    unsigned hash = 2166136261u;
    for (int i = 0; i < SUM_PARTS; i++)
        hash = (hash ^ (unsigned)part[i]) * 16777619u ^ hash >> 15;
    return hash;
}

static int *slot_of(struct sums *sums, const int part[SUM_PARTS])
{
    unsigned mask = (unsigned)sums->slot_count - 1, at = hash_of(part) & mask;
    while (sums->slots[at] && memcmp(sums->all[sums->slots[at] - 1].part, part, sizeof(int[SUM_PARTS])) != 0)
        at = (at + 1) & mask;
    return &sums->slots[at];
}

static void grow(struct sums *sums)
{
    sums->capacity = sums->capacity ? sums->capacity * 2 : 32;
    sums->all = xrealloc(sums->all, (size_t)sums->capacity * sizeof *sums->all);
    free(sums->slots);
    sums->slot_count = sums->capacity * 4;
    sums->slots = xcalloc((size_t)sums->slot_count, sizeof *sums->slots);
    for (int i = 0; i < sums->count; i++)
        *slot_of(sums, sums->all[i].part) = i + 1;
}

static int sum_of(struct sums *sums, int first, int second, int third)
{
    const int part[SUM_PARTS] = {first, second, third};
    if (sums->count == sums->capacity)
        grow(sums);
    int *slot = slot_of(sums, part);
    if (!*slot) {
        sums->all[sums->count] = (struct sum){.part = {first, second, third}};
        *slot = ++sums->count;
    }
    return *slot - 1;
}

const char *sums_name(const struct sums *sums, int place)
{
    return place >= 0 && place < sums->names.count ? sums->names.all[place] : "";
}

int sums_find(struct sums *sums, const char *const names[SUM_PARTS])
{
    if (!sums->count)
        return -1;
    int part[SUM_PARTS] = {0};
    for (int i = 0; i < SUM_PARTS; i++)
        part[i] = day_names_place(&sums->names, names[i]);
    return *slot_of(sums, part) - 1;
}

/* --- cells: what each clerk did of each service --- */

static void cells_grow(struct sums *sums, int row, int column)
{
    int rows = sums->cell_rows ? sums->cell_rows : 32, columns = sums->cell_columns ? sums->cell_columns : 64;
    while (rows <= row)
        rows *= 2;
    while (columns <= column)
        columns *= 2;
    struct cell *cells = xcalloc((size_t)rows * (size_t)columns, sizeof *cells);
    for (int i = 0; i < sums->cell_rows; i++)
        memcpy(cells + (size_t)i * (size_t)columns, sums->cells + (size_t)i * (size_t)sums->cell_columns,
               (size_t)sums->cell_columns * sizeof *cells);
    free(sums->cells);
    sums->cells = cells;
    sums->cell_rows = rows;
    sums->cell_columns = columns;
}

static void cell_add(struct sums *sums, int row, int column, int64_t ms)
{
    if (row >= sums->cell_rows || column >= sums->cell_columns)
        cells_grow(sums, row, column);
    struct cell *cell = &sums->cells[(size_t)row * (size_t)sums->cell_columns + (size_t)column];
    cell->count++;
    cell->ms += ms;
}

const struct cell *sums_cell(const struct sums *sums, int row, int name)
{
    static const struct cell none;
    return row >= 0 && row < sums->cell_rows && name < sums->cell_columns
               ? &sums->cells[(size_t)row * (size_t)sums->cell_columns + (size_t)name]
               : &none;
}

/* --- which lines count --- */

/* What is known of a name, by its place in sums.names; each is looked up once. */
struct about {
    bool known;
    bool queue_fits,
        service_fits; /* of the ask's filters and the reader's agency, as a queue and as a service */
};

enum { QUARTERS = 300 /* of an hour, from half a day before midnight UTC: three days */ };

struct reading {
    struct sums *sums;
    enum sums_of of;
    int *place; /* of the part's names, in sums.names */
    int count, room;
    struct about *about;
    int about_room;
    char day[DAYBOOK_DAY];
    int part, weekday;           /* of day: its part of the period, and what day of the week it is */
    int64_t quarters_from;       /* since 1970 */
    signed char hours[QUARTERS]; /* on the hall's wall; -1: not looked up */
    int64_t from_ms, to_ms;      /* of decisions: from … before to */
    int hour_names[24], weekday_names[7];
    int32_t first_day, last_day; /* of the period */
};

static bool allows(const struct report_ask *ask, const char *agency)
{
    return (str_empty(ask->within) || str_equal(ask->within, agency)) &&
           (str_empty(ask->agency) || str_equal(ask->agency, agency));
}

static bool agency_asked(const struct report_ask *ask)
{
    return !str_empty(ask->within) || !str_empty(ask->agency);
}

static bool row_allows(struct db *db, enum table table, const char *id, const struct report_ask *ask)
{
    struct json *row = NULL;
    if (row_get(db, table, id, &row) != ERR_OK)
        return false;
    bool fits = allows(ask, json_text_or(row, "agency", ""));
    json_free(&row);
    return fits;
}

static struct about look_up(struct sums *sums, const char *id)
{
    const struct report_ask *ask = sums->ask;
    struct about about = {.known = true, .queue_fits = true, .service_fits = true};
    if (agency_asked(ask)) {
        about.queue_fits = row_allows(sums->db, TABLE_QUEUE, id, ask);
        about.service_fits = row_allows(sums->db, TABLE_SERVICE, id, ask);
    }
    about.queue_fits = about.queue_fits && (str_empty(ask->queue) || str_equal(ask->queue, id));
    about.service_fits = about.service_fits && (str_empty(ask->service) || str_equal(ask->service, id));
    return about;
}

static const struct about *about_of(struct reading *r, int place)
{
    if (place >= r->about_room) {
        int room = r->about_room ? r->about_room : 64;
        while (room <= place)
            room *= 2;
        r->about = xrealloc(r->about, (size_t)room * sizeof *r->about);
        memset(r->about + r->about_room, 0, (size_t)(room - r->about_room) * sizeof *r->about);
        r->about_room = room;
    }
    if (!r->about[place].known)
        r->about[place] = look_up(r->sums, r->sums->names.all[place]);
    return &r->about[place];
}

/* A stop without a service is its queue's; one of a service that another agency has is that agency's. */
static bool counts(struct reading *r, int queue, int service)
{
    const struct report_ask *ask = r->sums->ask;
    if (!agency_asked(ask) && str_empty(ask->queue) && str_empty(ask->service))
        return true;
    bool served = *sums_name(r->sums, service) != '\0';
    if (!str_empty(ask->queue) && !about_of(r, queue)->queue_fits)
        return false;
    return served ? about_of(r, service)->service_fits
                  : str_empty(ask->service) && about_of(r, queue)->queue_fits;
}

/* --- reading --- */

static int part_of_period(const struct reading *r, int32_t day)
{
    int64_t days = (int64_t)r->last_day - r->first_day + 1, at = day - r->first_day;
    return days > 0 && at >= 0 && at < days ? (int)(at * r->sums->trend_count / days) : 0;
}

static void take_names(void *ctx, const char *day, char *const *names, int count)
{
    struct reading *r = ctx;
    if (count > r->room) {
        r->room = count * 2;
        r->place = xrealloc(r->place, (size_t)r->room * sizeof *r->place);
    }
    r->count = count;
    for (int i = 0; i < count; i++)
        r->place[i] = day_names_place(&r->sums->names, names[i]);
    if (str_equal(day, r->day))
        return;
    int32_t number = 0;
    str_copy(r->day, sizeof r->day, day);
    (void)day_parse(day, &number);
    r->weekday = day_weekday(number);
    r->part = part_of_period(r, number);
    r->quarters_from = (int64_t)number * 96 - 48;
    memset(r->hours, -1, sizeof r->hours);
    if (r->of == SUMS_HOURS)
        r->sums->weekdays[r->weekday]++;
}

static int hour_on_the_wall(int64_t ms)
{
    struct tm tm;
    time_local(ms, &tm);
    return tm.tm_hour;
}

/* A zone is a whole number of quarters away from UTC. */
static int hour_of(struct reading *r, int64_t ms)
{
    int64_t at = ms / (15 * 60 * 1000) - r->quarters_from;
    if (at < 0 || at >= QUARTERS)
        return hour_on_the_wall(ms);
    if (r->hours[at] < 0)
        r->hours[at] = (signed char)hour_on_the_wall(ms);
    return r->hours[at];
}

static void count_promise(struct sum *sum, const struct day_visit *visit)
{
    if (visit->high_min < 0 || visit->wait_ms < 0)
        return;
    int64_t low_ms = (int64_t)visit->low_min * 60000, high_ms = (int64_t)visit->high_min * 60000;
    int64_t lean_ms = visit->wait_ms - (low_ms + high_ms) / 2;
    sum->promised++;
    sum->kept += visit->wait_ms <= high_ms + 30000; /* half a minute is what a promise was rounded by */
    sum->within += visit->wait_ms <= high_ms + 30000 && visit->wait_ms >= low_ms - 30000;
    sum->error_ms += lean_ms < 0 ? -lean_ms : lean_ms;
    sum->lean_ms += lean_ms;
}

static void count_visit(struct sum *sum, const struct day_visit *visit)
{
    sum->tickets++;
    sum->called += visit->called;
    sum->named += visit->named;
    sum->booked += visit->booked;
    sum->served += visit->state == TICKET_DONE;
    sum->no_show += visit->state == TICKET_NO_SHOW;
    sum->cancelled += visit->state == TICKET_CANCELLED;
    sum->papers_missing += visit->outcome == TICKET_OUTCOME_PAPERS_MISSING;
    spread_add(&sum->wait, visit->wait_ms);
    spread_add(&sum->service, visit->service_ms);
    count_promise(sum, visit);
}

static void take_visit(void *ctx, const struct day_visit *visit)
{
    struct reading *r = ctx;
    int queue = r->place[visit->queue], service = r->place[visit->service], user = r->place[visit->user],
        at = -1;
    if (!counts(r, queue, service))
        return;
    int key = r->of == SUMS_QUEUES ? queue : r->of == SUMS_SERVICES ? service : user;
    if (r->of == SUMS_HOURS && visit->arrived_ms >= 0)
        at = sum_of(r->sums, r->weekday_names[r->weekday], r->hour_names[hour_of(r, visit->arrived_ms)], 0);
    else if (r->of != SUMS_HOURS && *r->sums->names.all[key])
        at = sum_of(r->sums, key, 0, 0);
    if (at < 0)
        return;
    count_visit(&r->sums->all[at], visit);
    r->sums->all[at].trend[r->first_day == r->last_day ? hour_of(r, visit->arrived_ms) : r->part]++;
    if (r->of == SUMS_CLERKS && visit->service_ms >= 0)
        cell_add(r->sums, at, service, visit->service_ms);
}

static void take_survey(void *ctx, const struct day_survey *survey)
{
    struct reading *r = ctx;
    int service = r->place[survey->service], none = r->place[0];
    if (!counts(r, none, service))
        return;
    if (service != none) {
        int at = sum_of(r->sums, service, 0, 0);
        (void)survey_add(&r->sums->all[at].survey, survey->scores, SURVEY_ELEMENTS);
    }
    int all = sum_of(r->sums, none, 0, 0);
    (void)survey_add(&r->sums->all[all].survey, survey->scores, SURVEY_ELEMENTS);
}

static void take_decision(void *ctx, const struct day_decision *decision)
{
    struct reading *r = ctx;
    int service = r->place[decision->service];
    if (decision->at_ms < r->from_ms || decision->at_ms >= r->to_ms || !counts(r, r->place[0], service))
        return;
    int at = sum_of(r->sums, service, r->place[decision->outcome], r->place[decision->reason]);
    r->sums->all[at].decisions++;
}

/* --- a period --- */

/* Hours as "08", days of the week as "1" (Monday) to "7". */
static void name_hours(struct reading *r)
{
    char text[4];
    for (int i = 0; i < 24; i++) {
        str_format(text, sizeof text, "%02d", i);
        r->hour_names[i] = day_names_place(&r->sums->names, text);
    }
    for (int i = 0; i < 7; i++) {
        str_format(text, sizeof text, "%d", i ? i : 7);
        r->weekday_names[i] = day_names_place(&r->sums->names, text);
    }
}

/* The business days are the hall's zone's, the book of decisions is by UTC: its days are read that the stretch touches. */
static enum err gather_decisions(struct reading *r, const char *from, const char *to,
                                 const struct day_reader *reader)
{
    char first[TIME_TEXT], last[TIME_TEXT];
    if (time_day_end(from, &r->from_ms))
        r->from_ms = time_day_start(r->from_ms);
    if (time_day_end(to, &r->to_ms))
        r->to_ms++;
    time_text(r->from_ms, first);
    time_text(r->to_ms, last);
    first[DATE_TEXT - 1] = last[DATE_TEXT - 1] = '\0';
    return daybook_read(r->sums->db, DAYBOOK_DECISIONS, first, last, reader);
}

enum err sums_gather(struct sums *sums, struct db *db, enum sums_of of, const struct report_ask *ask,
                     const char *from, const char *to)
{
    *sums = (struct sums){.db = db, .ask = ask};
    struct reading r = {.sums = sums, .of = of};
    struct day_reader reader = {.ctx = &r, .names = take_names};
    enum err err;
    (void)day_names_place(&sums->names, "");
    (void)day_parse(from, &r.first_day);
    (void)day_parse(to, &r.last_day);
    int64_t days = (int64_t)r.last_day - r.first_day + 1;
    sums->trend_count = days == 1 || days > SUM_TREND ? SUM_TREND : (int)days;
    if (of == SUMS_HOURS)
        name_hours(&r);
    if (of == SUMS_DECISIONS) {
        reader.decision = take_decision;
        err = gather_decisions(&r, from, to, &reader);
    } else {
        if (of == SUMS_SURVEYS)
            reader.survey = take_survey;
        else
            reader.visit = take_visit;
        err = daybook_read(db, DAYBOOK_VISITS, from, to, &reader);
    }
    free(r.place);
    free(r.about);
    return err;
}

void sums_clear(struct sums *sums)
{
    for (int i = 0; i < sums->count; i++) {
        spread_clear(&sums->all[i].wait);
        spread_clear(&sums->all[i].service);
    }
    free(sums->all);
    free(sums->slots);
    free(sums->cells);
    day_names_free(&sums->names);
    *sums = (struct sums){0};
}
