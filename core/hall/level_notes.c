/* core/hall/level_notes.c: see level_notes.h. */
#include "core/hall/level_notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/hour_rows.h"
#include "core/command/level_day.h"

enum { QUEUES_MAX = 500, NOTES_MAX = 400000, SILENCES_MAX = 2000, MINUTE_MS = 60 * 1000 };

enum err level_notes_create(struct db *db)
{
    return db_script(
        db, "CREATE TABLE level_note (queue TEXT NOT NULL, day TEXT NOT NULL, at_ TEXT NOT NULL, service "
            "TEXT NOT NULL,"
            " state TEXT NOT NULL, called BIGINT NOT NULL, within BIGINT NOT NULL, silenced BIGINT NOT NULL,"
            " PRIMARY KEY (queue, day, at_, service)) WITHOUT ROWID;"
            "CREATE INDEX level_note_day ON level_note (day);"
            /* until_: as it was set, or when it was taken away before */
            "CREATE TABLE level_silence (id TEXT PRIMARY KEY, day TEXT NOT NULL, at_ TEXT NOT NULL, queue "
            "TEXT NOT NULL,"
            " service TEXT NOT NULL, until_ TEXT NOT NULL, by_ TEXT NOT NULL, reason TEXT NOT NULL);"
            "CREATE INDEX level_silence_day ON level_silence (day, at_);"
            "CREATE INDEX level_silence_queue ON level_silence (queue, service, at_);");
}

static enum err read_queues(struct db *db, struct json **queues)
{
    static const char sql[] = "SELECT row, id FROM queues ORDER BY id LIMIT $1"; /* primary key */
    *queues = json_new_array();
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, QUEUES_MAX);
    return rows_collect(s, *queues);
}

/* --- how it stands --- */

struct noting {
    struct level_hall hall;
    const char *day;
    char at[TIME_TEXT];
};

static enum err note_one(const struct noting *n, const struct json *queue, const char *service,
                         const struct level_target *target)
{
    static const char sql[] =
        "INSERT INTO level_note (queue, day, at_, service, state, called, within, silenced)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (queue, day, at_, service) DO NOTHING";
    struct level_today today;
    enum err err = level_today_of(&n->hall, queue, service, target, &today);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(n->hall.db, sql);
    db_bind_text(s, 1, json_text_or(queue, "id", ""));
    db_bind_text(s, 2, n->day);
    db_bind_text(s, 3, n->at);
    db_bind_text(s, 4, service ? service : "");
    db_bind_text(s, 5, level_state_text(today.burn.state));
    db_bind_int(s, 6, today.day.called);
    db_bind_int(s, 7, today.day.within);
    db_bind_int(s, 8, level_row_silence(queue, service, n->hall.now_ms) >= 0);
    return db_run(s);
}

static enum err note_queue(const struct noting *n, const struct json *queue)
{
    struct level_target target;
    const struct json *services = json_get(json_get(queue, "level"), "services");
    enum err err = ERR_OK;
    if (level_row_target(queue, NULL, n->hall.row, &target))
        err = note_one(n, queue, NULL, &target);
    for (const struct json *one = json_first(services); one && err == ERR_OK; one = json_next(one))
        if (level_row_own(queue, json_name(one), &target))
            err = note_one(n, queue, json_name(one), &target);
    return err;
}

static bool has_target(const struct json *queues, const struct json *hall)
{
    struct level_target target;
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue))
        if (level_row_differs(queue) || level_row_target(queue, NULL, hall, &target))
            return true;
    return false;
}

static enum err note_all(struct noting *n, const struct json *queues)
{
    struct hour_hall hall;
    struct hour_run run;
    enum err err = hour_rows(n->hall.db, n->hall.now_ms, NULL, &hall);
    if (err != ERR_OK)
        return err;
    hour_run(&hall.hour, LEVEL_LOOK_AHEAD_MIN, &run);
    n->hall.hour = &hall.hour;
    n->hall.run = &run;
    for (const struct json *queue = json_first(queues); queue && err == ERR_OK; queue = json_next(queue))
        err = note_queue(n, queue);
    hour_run_free(&run);
    hour_hall_free(&hall);
    return err;
}

enum err level_notes_take(struct db *db, const char *day, int64_t now_ms)
{
    static const char sql_hall[] = "SELECT row, id FROM halls ORDER BY id LIMIT 1"; /* primary key */
    struct json *queues = NULL, *hall = NULL;
    enum err err = rows_first(db_query(db, sql_hall), &hall);
    if (err == ERR_OK || err == ERR_ABSENT)
        err = read_queues(db, &queues);
    struct noting n = {.hall = {.db = db, .row = hall, .now_ms = now_ms}, .day = day};
    time_text(now_ms, n.at);
    if (err == ERR_OK && has_target(queues, hall))
        err = note_all(&n, queues);
    json_free(&queues);
    json_free(&hall);
    return err;
}

enum err level_notes_forget(struct db *db, int64_t now_ms)
{
    static const char *const sql[] = {"DELETE FROM level_note WHERE day < $1",     /* level_note_day */
                                      "DELETE FROM level_silence WHERE day < $1"}; /* level_silence_day */
    char day[DATE_TEXT];
    enum err err = ERR_OK;
    time_date(now_ms - LEVEL_NOTES_KEPT_DAYS * INT64_C(24) * 60 * MINUTE_MS, day);
    for (size_t i = 0; i < 2 && err == ERR_OK; i++) {
        struct stmt *s = db_query(db, sql[i]);
        db_bind_text(s, 1, day);
        err = db_run(s);
    }
    return err;
}

/* --- silences --- */

/* One that is still on ends now: another follows it, or it is heard again. */
static enum err end_silence(struct db *db, const char *queue, const char *service, const char *now)
{
    static const char sql[] = "UPDATE level_silence SET until_ = $1 WHERE queue = $2 AND service = $3"
                              " AND at_ <= $4 AND until_ > $4"; /* level_silence_queue */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, now);
    db_bind_text(s, 2, queue);
    db_bind_text(s, 3, service);
    db_bind_text(s, 4, now);
    return db_run(s);
}

enum err level_silence_note(struct db *db, const struct command *command, const char *queue, const char *by,
                            const char *day, int64_t now_ms)
{
    static const char sql[] = "INSERT INTO level_silence (id, day, at_, queue, service, until_, by_, reason)"
                              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
    const char *service = json_text_or(command->body, "service", ""),
               *until = json_text(command->body, "until");
    char now[TIME_TEXT], until_text[TIME_TEXT];
    int64_t until_ms;
    time_text(now_ms, now);
    enum err err = end_silence(db, queue, service, now);
    if (err != ERR_OK || !until || !time_parse(until, &until_ms))
        return err;
    time_text(until_ms, until_text);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, command->id);
    db_bind_text(s, 2, day);
    db_bind_text(s, 3, now);
    db_bind_text(s, 4, queue);
    db_bind_text(s, 5, service);
    db_bind_text(s, 6, until_text);
    db_bind_text(s, 7, by);
    db_bind_text(s, 8, json_text_or(command->body, "reason", ""));
    return db_run(s);
}

/* --- the report "levels" --- */

/* Of one target in one period. */
struct kept {
    int64_t days, called, within, alarms, burning, broken, silenced, silences;
    char day[DATE_TEXT]; /* whose last note is: */
    int64_t day_called, day_within;
    bool alarm;
};
struct target_line {
    char service[MODEL_ID];
    struct kept now, before;
};
struct reading {
    struct db *db;
    const struct report_ask *ask;
    struct target_line *lines; /* of one queue: itself first */
    int count, capacity;
};

static struct target_line *line_of(struct reading *r, const char *service)
{
    for (int i = 0; i < r->count; i++)
        if (str_equal(r->lines[i].service, service))
            return &r->lines[i];
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? r->capacity * 2 : 8;
        r->lines = xrealloc(r->lines, (size_t)r->capacity * sizeof *r->lines);
    }
    struct target_line *line = &r->lines[r->count++];
    *line = (struct target_line){0};
    str_copy(line->service, sizeof line->service, service);
    return line;
}

/* The last note of a day has the whole of it. */
static void end_day(struct kept *kept)
{
    kept->called += kept->day_called;
    kept->within += kept->day_within;
    kept->day_called = kept->day_within = 0;
    kept->alarm = false;
}

static void add_note(struct kept *kept, struct stmt *s)
{
    enum { SERVICE, DAY, STATE, CALLED, WITHIN, SILENCED };
    const char *day = db_text(s, DAY), *state = db_text(s, STATE);
    bool burning = str_equal(state, level_state_text(LEVEL_BURNING)),
         broken = str_equal(state, level_state_text(LEVEL_BROKEN));
    if (!str_equal(kept->day, day)) {
        end_day(kept);
        kept->days++;
        str_copy(kept->day, sizeof kept->day, day);
    }
    kept->day_called = db_int(s, CALLED);
    kept->day_within = db_int(s, WITHIN);
    kept->alarms += (burning || broken) && !kept->alarm;
    kept->alarm = burning || broken;
    kept->burning += burning;
    kept->broken += broken;
    kept->silenced += kept->alarm && db_int(s, SILENCED);
}

static enum err read_notes(struct reading *r, const char *queue, const char *from, const char *to,
                           bool before)
{
    static const char sql[] =
        "SELECT service, day, state, called, within, silenced FROM level_note"
        " WHERE queue = $1 AND day >= $2 AND day <= $3 ORDER BY day, at_, service LIMIT $4";
    struct stmt *s = db_query(r->db, sql); /* its primary key */
    enum err err;
    db_bind_text(s, 1, queue);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, to);
    db_bind_int(s, 4, NOTES_MAX);
    while ((err = db_step(s)) == ERR_OK) {
        struct target_line *line = line_of(r, db_text(s, 0));
        add_note(before ? &line->before : &line->now, s);
    }
    db_done(s);
    for (int i = 0; i < r->count; i++)
        end_day(before ? &r->lines[i].before : &r->lines[i].now);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err count_silences(struct reading *r, const char *queue, const char *from, const char *to,
                               bool before)
{
    static const char sql[] = "SELECT service FROM level_silence WHERE day >= $1 AND day <= $2 AND queue = $3"
                              " ORDER BY day, at_ LIMIT $4"; /* level_silence_day */
    struct stmt *s = db_query(r->db, sql);
    enum err err;
    db_bind_text(s, 1, from);
    db_bind_text(s, 2, to);
    db_bind_text(s, 3, queue);
    db_bind_int(s, 4, SILENCES_MAX);
    while ((err = db_step(s)) == ERR_OK) {
        struct target_line *line = line_of(r, db_text(s, 0));
        (before ? &line->before : &line->now)->silences++;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static struct json *percent(int64_t part, int64_t whole)
{
    return whole ? json_new_number(round(1000.0 * (double)part / (double)whole) / 10) : json_new_null();
}

#define FIGURES(X)                                             \
    X("days", json_new_int(k->days))                           \
    X("called", json_new_int(k->called))                       \
    X("within_percent", percent(k->within, k->called))         \
    X("alarms", json_new_int(k->alarms))                       \
    X("burning_min", json_new_int(k->burning *LEVEL_NOTE_MIN)) \
    X("broken_min", json_new_int(k->broken *LEVEL_NOTE_MIN))   \
    X("silences", json_new_int(k->silences))                   \
    X("silenced_min", json_new_int(k->silenced *LEVEL_NOTE_MIN))

static void put_figure(struct json *line, const char *name, const char *after, struct json *value)
{
    char whole[48];
    str_format(whole, sizeof whole, "%s%s", name, after);
    json_set(line, whole, value);
}

static void put_figures(struct json *line, const struct kept *k, const char *after)
{
#define X(name, value) put_figure(line, name, after, value);
    FIGURES(X)
#undef X
}

static void name_columns(struct json *names, bool compare)
{
    static const char *const figures[] = {
#define X(name, value) name, name "_before",
        FIGURES(X)
#undef X
    };
    json_add_text(names, "queue");
    json_add_text(names, "service");
    json_add_text(names, "name");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i += compare ? 1 : 2)
        json_add_text(names, figures[i]);
}

static bool is_asked(const struct json *queue, const struct report_ask *ask)
{
    const char *agency = json_text(queue, "agency");
    return (str_empty(ask->queue) || str_equal(ask->queue, json_text(queue, "id"))) &&
           (str_empty(ask->agency) || str_equal(ask->agency, agency)) &&
           (str_empty(ask->within) || str_equal(ask->within, agency));
}

/* "Population", and "P: Identity card" of one of its services. */
static void put_name(struct db *db, const struct json *queue, const char *service, const char *lang,
                     struct json *line)
{
    const char *in = str_empty(lang) ? "en" : lang;
    struct json *row = NULL;
    char text[200];
    json_set_text(line, "queue", json_text(queue, "id"));
    json_set_text(line, "service", service);
    if (!*service) {
        json_set_text(line, "name", json_name_in(json_get(queue, "name"), in));
        return;
    }
    bool found = row_get(db, TABLE_SERVICE, service, &row) == ERR_OK;
    str_format(text, sizeof text, "%.20s: %.160s", json_text_or(queue, "code", ""),
               found ? json_name_in(json_get(row, "name"), in) : service);
    json_set_text(line, "name", text);
    json_free(&row);
}

static int by_service(const void *a, const void *b)
{
    return strcmp(((const struct target_line *)a)->service, ((const struct target_line *)b)->service);
}

static void put_lines(struct reading *r, const struct json *queue, bool compare, struct json *rows)
{
    qsort(r->lines, (size_t)r->count, sizeof *r->lines, by_service);
    for (int i = 0; i < r->count; i++) {
        if (!str_empty(r->ask->service) && !str_equal(r->ask->service, r->lines[i].service))
            continue;
        struct json *line = json_new_object();
        put_name(r->db, queue, r->lines[i].service, r->ask->lang, line);
        put_figures(line, &r->lines[i].now, "");
        if (compare)
            put_figures(line, &r->lines[i].before, "_before");
        json_add(rows, line);
    }
}

static enum err read_period(struct reading *r, const char *queue, const char *from, const char *to,
                            bool before)
{
    enum err err = read_notes(r, queue, from, to, before);
    return err == ERR_OK ? count_silences(r, queue, from, to, before) : err;
}

enum err levels_report(struct db *db, const struct report_ask *ask, const char *before_from,
                       const char *before_to, struct json *names, struct json *rows)
{
    struct json *queues;
    struct reading r = {.db = db, .ask = ask};
    enum err err = read_queues(db, &queues);
    name_columns(names, before_from != NULL);
    for (const struct json *queue = json_first(queues); queue && err == ERR_OK; queue = json_next(queue)) {
        const char *id = json_text_or(queue, "id", "");
        r.count = 0;
        if (!is_asked(queue, ask))
            continue;
        err = read_period(&r, id, ask->from, ask->to, false);
        if (err == ERR_OK && before_from)
            err = read_period(&r, id, before_from, before_to, true);
        if (err == ERR_OK && r.count)
            put_lines(&r, queue, before_from != NULL, rows);
    }
    free(r.lines);
    json_free(&queues);
    return err;
}

/* --- the report "silences" --- */

static struct json *silence_json(struct stmt *s)
{
    static const char *const members[] = {"at", "queue", "service", "until", "user", "reason"};
    struct json *json = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_set_text(json, members[i], db_text(s, (int)i));
    return json;
}

static enum err read_silences(struct db *db, const struct report_ask *ask, struct json *found)
{
    static const char sql[] =
        "SELECT at_, queue, service, until_, by_, reason FROM level_silence"
        " WHERE day >= $1 AND day <= $2 ORDER BY day, at_ LIMIT $3"; /* level_silence_day */
    struct stmt *s = db_query(db, sql);
    enum err err;
    db_bind_text(s, 1, ask->from);
    db_bind_text(s, 2, ask->to);
    db_bind_int(s, 3, SILENCES_MAX);
    while ((err = db_step(s)) == ERR_OK)
        json_add(found, silence_json(s));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static int64_t minutes_between(const char *from, const char *to)
{
    int64_t from_ms, to_ms;
    return from && to && time_parse(from, &from_ms) && time_parse(to, &to_ms) && to_ms > from_ms
               ? (to_ms - from_ms + MINUTE_MS / 2) / MINUTE_MS
               : 0;
}

static void put_silence(struct db *db, const struct json *silence, const struct json *queue, const char *lang,
                        struct json *rows)
{
    struct json *line = json_new_object(), *user = NULL;
    const char *id = json_text_or(silence, "user", "");
    bool known = row_get(db, TABLE_USER, id, &user) == ERR_OK;
    json_set_text(line, "at", json_text(silence, "at"));
    put_name(db, queue, json_text_or(silence, "service", ""), lang, line);
    json_set_text(line, "until", json_text(silence, "until"));
    json_set_int(line, "minutes", minutes_between(json_text(silence, "at"), json_text(silence, "until")));
    json_set_text(line, "user", id);
    json_set_text(line, "by", known ? json_text_or(user, "name", id) : id);
    json_set_text(line, "reason", json_text(silence, "reason"));
    json_add(rows, line);
    json_free(&user);
}

enum err silences_report(struct db *db, const struct report_ask *ask, const char *before_from,
                         const char *before_to, struct json *names, struct json *rows)
{
    static const char *const columns[] = {"at",      "queue", "service", "name",  "until",
                                          "minutes", "user",  "by",      "reason"};
    struct json *found = json_new_array();
    enum err err = read_silences(db, ask, found);
    (void)before_from, (void)before_to;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        json_add_text(names, columns[i]);
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one)) {
        struct json *queue = NULL;
        err = row_get(db, TABLE_QUEUE, json_text_or(one, "queue", ""), &queue);
        if (err == ERR_OK && is_asked(queue, ask) &&
            (str_empty(ask->service) || str_equal(ask->service, json_text(one, "service"))))
            put_silence(db, one, queue, ask->lang, rows);
        err = err == ERR_ABSENT ? ERR_OK : err;
        json_free(&queue);
    }
    json_free(&found);
    return err;
}
