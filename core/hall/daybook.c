/* core/hall/daybook.c: see daybook.h. */
#include "core/hall/daybook.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/command/visit_row.h"
#include "core/db/rows.h"
#include "core/hall/daybook_text.h"
#include "core/model/survey.h"

/* --- tables and triggers --- */

/* The parts of a day go, and the day is due. */
#define STRIKE(kind, day)                                                                               \
    " DELETE FROM daybook WHERE kind = '" kind "' AND day = " day ";"                                   \
    " INSERT INTO daybook_due (kind, day) SELECT '" kind "', " day " WHERE " day " IS NOT NULL AND NOT" \
    " EXISTS (SELECT 1 FROM daybook_due WHERE kind = '" kind "' AND day = " day ");"
#define TICKET_OF(row) "(SELECT day FROM tickets WHERE id = " row ".ticket)"
#define UTC_DAY(row)   "substr(" row ".at_, 1, 10)"
#define DECIDED        " FROM decisions WHERE case_ = new.id AND at_ IS NOT NULL"
/* What a decision was about is its application's to say. */
#define STRIKE_CASE                                                                               \
    " DELETE FROM daybook WHERE kind = 'd' AND day IN (SELECT " UTC_DAY("decisions") DECIDED      \
        ");"                                                                                      \
        " INSERT INTO daybook_due (kind, day) SELECT DISTINCT 'd', " UTC_DAY("decisions") DECIDED \
        " AND NOT EXISTS (SELECT 1 FROM daybook_due WHERE kind = 'd' AND day = " UTC_DAY("decisions") ");"

/* From one day to the next by the index, however many rows each has. */
#define EVERY_DAY(kind, first, next)                                                              \
    "WITH RECURSIVE d (day) AS (SELECT " first " UNION ALL SELECT " next " FROM d WHERE d.day IS" \
    " NOT NULL) INSERT INTO daybook_due (kind, day) SELECT '" kind "', day FROM d WHERE day IS NOT NULL;"

static const struct {
    const char *name, *after, *strikes;
} triggers[] = {
    {"ticket_new", "INSERT ON tickets", STRIKE("v", "new.day")},
    {"ticket", "UPDATE ON tickets", STRIKE("v", "new.day")},
    {"ticket_moved", "UPDATE ON tickets WHEN old.day IS DISTINCT FROM new.day", STRIKE("v", "old.day")},
    {"ticket_gone", "DELETE ON tickets", STRIKE("v", "old.day")},
    {"survey_new", "INSERT ON surveys", STRIKE("v", TICKET_OF("new"))},
    {"survey", "UPDATE ON surveys", STRIKE("v", TICKET_OF("new")) STRIKE("v", TICKET_OF("old"))},
    {"survey_gone", "DELETE ON surveys", STRIKE("v", TICKET_OF("old"))},
    {"decision_new", "INSERT ON decisions", STRIKE("d", UTC_DAY("new"))},
    {"decision", "UPDATE ON decisions", STRIKE("d", UTC_DAY("new")) STRIKE("d", UTC_DAY("old"))},
    {"decision_gone", "DELETE ON decisions", STRIKE("d", UTC_DAY("old"))},
    {"case_new", "INSERT ON cases", STRIKE_CASE},
    {"case", "UPDATE ON cases WHEN old.service IS DISTINCT FROM new.service", STRIKE_CASE},
};

static enum err create_triggers(struct db *db)
{
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < sizeof triggers / sizeof *triggers; i++) {
        char *text = xasprintf("CREATE TRIGGER daybook_%s AFTER %s BEGIN%s END;", triggers[i].name,
                               triggers[i].after, triggers[i].strikes);
        err = db_script(db, text);
        free(text);
    }
    return err;
}

enum err daybook_create(struct db *db)
{
    static const char tables[] =
        "CREATE TABLE daybook (kind TEXT NOT NULL, day TEXT NOT NULL, part BIGINT NOT NULL,"
        " last BIGINT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kind, day, part));"
        "CREATE TABLE daybook_due (kind TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (kind, day))"
        " WITHOUT ROWID;"
        "CREATE INDEX decisions_day ON decisions (at_);";
    static const char visits[] =
        EVERY_DAY("v", "(SELECT min(day) FROM tickets)", "(SELECT min(day) FROM tickets WHERE day > d.day)");
    static const char decisions[] =
        EVERY_DAY("d", "(SELECT substr(min(at_), 1, 10) FROM decisions)",
                  "(SELECT substr(min(at_), 1, 10) FROM decisions WHERE at_ >= d.day || '~')");
    enum err err = db_script(db, tables);
    if (err == ERR_OK)
        err = create_triggers(db);
    if (err == ERR_OK)
        err = db_script(db, visits);
    return err == ERR_OK ? db_script(db, decisions) : err;
}

/* --- from rows to lines --- */

static int64_t time_of(const struct json *row, const char *member)
{
    int64_t ms;
    const char *text = json_text(row, member);
    return text && time_parse(text, &ms) ? ms : -1;
}

static int64_t between(int64_t from_ms, int64_t to_ms)
{
    return from_ms < 0 || to_ms < from_ms ? -1 : to_ms - from_ms;
}

static int minutes_of(const struct json *promise, size_t index)
{
    return json_count(promise) == 2 ? (int)json_as_number(json_at(promise, index), -1) : -1;
}

static void write_stop(struct day_part *part, const struct json *row)
{
    enum ticket_state state = TICKET_WAITING;
    enum ticket_outcome outcome = TICKET_OUTCOME_NONE;
    int64_t arrived = time_of(row, "arrived_at"), called = time_of(row, "called_at");
    const struct json *promise = json_get(row, "promise_min");
    (void)ticket_state_find(json_text_or(row, "state", ""), &state);
    (void)ticket_outcome_find(json_text_or(row, "outcome", ""), &outcome);
    const struct day_visit visit = {
        .queue = day_part_name(part, json_text(row, "queue")),
        .service = day_part_name(part, json_text(row, "service")),
        .user = day_part_name(part, json_text(row, "user")),
        .counter = day_part_name(part, json_text(row, "counter")),
        .channel = day_part_name(part, json_text(row, "channel")),
        .state = (char)state,
        .outcome = (char)outcome,
        .called = called >= 0,
        .named = !str_empty(json_text(row, "call_reason")),
        .booked = !str_empty(json_text(row, "appointment_at")),
        .arrived_ms = arrived,
        .wait_ms = between(arrived, called),
        .service_ms =
            state == TICKET_DONE ? between(time_of(row, "started_at"), time_of(row, "finished_at")) : -1,
        .low_min = minutes_of(promise, 0),
        .high_min = minutes_of(promise, 1),
    };
    day_part_visit(part, &visit);
}

/* Of a visit of several stops each one that was begun is counted where it was. */
static void write_visit(struct day_part *part, const struct json *ticket)
{
    const struct json *stops = json_get(ticket, "stops");
    if (!json_count(stops)) {
        write_stop(part, ticket);
        return;
    }
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
        struct json *one = visit_part(ticket, stop);
        if (one)
            write_stop(part, one);
        json_free(&one);
    }
}

static void write_survey(struct day_part *part, const struct json *ticket, const struct json *survey)
{
    struct day_survey line = {.service = day_part_name(part, json_text(ticket, "service"))};
    const struct json *scores = json_get(survey, "scores");
    for (size_t i = 0; i < SURVEY_ELEMENTS; i++)
        line.scores[i] = (int)json_as_int(json_at(scores, i), 0);
    if (survey_check(line.scores, (int)json_count(scores), NULL))
        day_part_survey(part, &line);
}

static enum err write_surveys(struct db *db, struct day_part *part, const char *id, const struct json *ticket)
{
    static const char sql_surveys[] =
        "SELECT row FROM surveys WHERE ticket = $1 ORDER BY id"; /* surveys_ticket */
    struct json *surveys = json_new_array();
    struct stmt *s = db_query(db, sql_surveys);
    db_bind_text(s, 1, id);
    enum err err = rows_collect(s, surveys);
    for (const struct json *one = json_first(surveys); one; one = json_next(one))
        write_survey(part, ticket, one);
    json_free(&surveys);
    return err;
}

static enum err write_ticket(struct db *db, struct day_part *part, struct stmt *s)
{
    struct json *ticket = NULL;
    const char *text = db_text(s, 1);
    if (!text || json_parse(text, strlen(text), &ticket, NULL) != ERR_OK)
        return ERR_OK; /* verify says so of the row itself */
    write_visit(part, ticket);
    enum err err = write_surveys(db, part, db_text(s, 0), ticket);
    json_free(&ticket);
    return err;
}

/* A confirmation, a resolution and an answer that lets a decision stand or fall are words on a decision that is
 * counted already. */
static bool decides(const struct json *decision)
{
    return str_equal(json_text_or(decision, "kind", "decision"), "decision") ||
           str_equal(json_text(decision, "answer"), "changed");
}

static void write_reasons(struct day_part *part, const struct json *row, const char *service)
{
    const struct json *reason = json_first(json_get(row, "reasons"));
    struct day_decision line = {
        .service = day_part_name(part, service),
        .user = day_part_name(part, json_text(row, "by")),
        .outcome = day_part_name(part, json_text(row, "outcome")),
        .first = true,
        .at_ms = time_of(row, "at"),
    };
    do { /* without a reason one line all the same */
        line.reason = day_part_name(part, json_as_text(reason));
        day_part_decision(part, &line);
        line.first = false;
        reason = reason ? json_next(reason) : NULL;
    } while (reason);
}

/* Columns: id, row, service of the application. */
static enum err write_decision(struct db *db, struct day_part *part, struct stmt *s)
{
    struct json *row = NULL;
    const char *text = db_text(s, 1);
    (void)db;
    if (!text || json_parse(text, strlen(text), &row, NULL) != ERR_OK)
        return ERR_OK;
    if (decides(row))
        write_reasons(part, row, db_text(s, 2));
    json_free(&row);
    return ERR_OK;
}

static const char sql_tickets[] = "SELECT id, row FROM tickets WHERE day = $1 ORDER BY number, id"
                                  " LIMIT $2 OFFSET $3"; /* tickets_number */
static const char sql_decisions[] =
    "SELECT decisions.id, decisions.row, cases.service FROM decisions JOIN cases ON cases.id ="
    " decisions.case_ WHERE decisions.at_ >= $1 AND decisions.at_ < $1 || '~' ORDER BY decisions.at_,"
    " decisions.id LIMIT $2 OFFSET $3"; /* decisions_day, primary key */

static bool is_visits(const char *kind)
{
    return str_equal(kind, DAYBOOK_VISITS);
}

/* One part of a day from its rows, appended to out. *last: no other follows. A day without rows has no part: out stays
 * empty. */
static enum err make_part(struct db *db, const char *kind, const char *day, int64_t number, struct buf *out,
                          bool *last)
{
    struct day_part part;
    int count = 0;
    enum err err;
    day_part_start(&part, day);
    struct stmt *s = db_query(db, is_visits(kind) ? sql_tickets : sql_decisions);
    db_bind_text(s, 1, day);
    db_bind_int(s, 2, DAYBOOK_PART + 1); /* one more tells whether there is another part */
    db_bind_int(s, 3, number * DAYBOOK_PART);
    while ((err = db_step(s)) == ERR_OK) {
        if (count++ == DAYBOOK_PART)
            break;
        if ((err = (is_visits(kind) ? write_ticket : write_decision)(db, &part, s)) != ERR_OK)
            break;
    }
    db_done(s);
    *last = count <= DAYBOOK_PART;
    if (count)
        day_part_print(&part, out);
    day_part_free(&part);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- reading --- */

static enum err read_rows(struct db *db, const char *kind, const char *day, const struct day_reader *reader)
{
    bool last = false;
    enum err err = ERR_OK;
    for (int64_t part = 0; err == ERR_OK && !last; part++) {
        struct buf text = {0};
        err = make_part(db, kind, day, part, &text, &last);
        if (err == ERR_OK && text.length && !day_part_read(day, buf_text(&text), text.length, reader))
            err = ERR_CORRUPT;
        buf_free(&text);
    }
    return err;
}

static const char sql_kept[] =
    "SELECT day, text FROM daybook WHERE kind = $1 AND day >= $2 AND day <= $3 AND NOT EXISTS (SELECT 1 FROM"
    " daybook_due WHERE daybook_due.kind = $1 AND daybook_due.day = daybook.day) ORDER BY day,"
    " part"; /* primary keys of both */
static const char sql_due[] =
    "SELECT day FROM daybook_due WHERE kind = $1 AND day >= $2 AND day <= $3 ORDER BY"
    " day"; /* primary key */

static enum err read_kept(struct db *db, const char *kind, const char *from, const char *to,
                          const struct day_reader *reader)
{
    enum err err;
    struct stmt *s = db_query(db, sql_kept);
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, to);
    while ((err = db_step(s)) == ERR_OK) {
        const char *day = db_text(s, 0), *text = db_text(s, 1);
        if (!day || !text || !day_part_read(day, text, strlen(text), reader)) {
            err = ERR_CORRUPT;
            break;
        }
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err daybook_read(struct db *db, const char *kind, const char *from, const char *to,
                      const struct day_reader *reader)
{
    enum err err = read_kept(db, kind, from, to, reader);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql_due);
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, to);
    while ((err = db_step(s)) == ERR_OK)
        if ((err = read_rows(db, kind, db_text(s, 0), reader)) != ERR_OK)
            break;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err daybook_due(struct db *db, const char *kind, const char *from, const char *to, int64_t *days)
{
    static const char sql[] = "SELECT count(*) FROM daybook_due WHERE kind = $1 AND day >= $2 AND day <= $3";
    struct stmt *s = db_query(db, sql); /* primary key */
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, from);
    db_bind_text(s, 3, to);
    enum err err = db_step(s);
    *days = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

/* --- a slice --- */

static enum err oldest_due(struct db *db, const char *kind, const char *before, char day[DAYBOOK_DAY])
{
    static const char sql[] = "SELECT day FROM daybook_due WHERE kind = $1 AND day < $2 ORDER BY day LIMIT 1";
    struct stmt *s = db_query(db, sql); /* primary key */
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, before);
    enum err err = db_step(s);
    if (err == ERR_OK)
        str_copy(day, DAYBOOK_DAY, db_text(s, 0));
    db_done(s);
    return err;
}

static enum err parts_of(struct db *db, const char *kind, const char *day, int64_t *parts)
{
    static const char sql[] = "SELECT count(*) FROM daybook WHERE kind = $1 AND day = $2"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, day);
    enum err err = db_step(s);
    *parts = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

static enum err put_part(struct db *db, const char *kind, const char *day, int64_t part, bool last,
                         const char *text)
{
    static const char sql[] = "INSERT INTO daybook (kind, day, part, last, text) VALUES ($1, $2, $3, $4, $5)";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, day);
    db_bind_int(s, 3, part);
    db_bind_int(s, 4, last);
    db_bind_text(s, 5, text);
    return db_run(s);
}

static enum err day_done(struct db *db, const char *kind, const char *day)
{
    static const char sql[] = "DELETE FROM daybook_due WHERE kind = $1 AND day = $2"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, day);
    return db_run(s);
}

static enum err write_part(struct db *db, const char *kind, const char *day)
{
    struct buf text = {0};
    bool last = false;
    int64_t part = 0;
    enum err err = parts_of(db, kind, day, &part);
    if (err == ERR_OK)
        err = make_part(db, kind, day, part, &text, &last);
    if (err == ERR_OK && text.length)
        err = put_part(db, kind, day, part, last, buf_text(&text));
    if (err == ERR_OK && last)
        err = day_done(db, kind, day);
    buf_free(&text);
    return err;
}

static const char *const kinds[] = {DAYBOOK_VISITS, DAYBOOK_DECISIONS};
enum { KINDS = sizeof kinds / sizeof *kinds };

enum err daybook_any_due(struct db *db, const char *before, bool *any)
{
    char day[DAYBOOK_DAY];
    *any = false;
    for (int i = 0; i < KINDS && !*any; i++) {
        enum err err = oldest_due(db, kinds[i], before, day);
        if (err != ERR_OK && err != ERR_ABSENT)
            return err;
        *any = err == ERR_OK;
    }
    return ERR_OK;
}

enum err daybook_slice(struct db *db, const char *before, bool *whole)
{
    char day[DAYBOOK_DAY];
    *whole = false;
    for (int i = 0; i < KINDS; i++) {
        enum err err = oldest_due(db, kinds[i], before, day);
        if (err == ERR_OK)
            return write_part(db, kinds[i], day);
        if (err != ERR_ABSENT)
            return err;
    }
    *whole = true;
    return ERR_OK;
}

/* --- verify --- */

static enum err wrong(const char *at, const char *sentence, char day[DAYBOOK_DAY], const char **what)
{
    str_copy(day, DAYBOOK_DAY, at);
    *what = sentence;
    return ERR_CORRUPT;
}

static enum err is_due(struct db *db, const char *kind, const char *day, bool *due)
{
    int64_t days = 0;
    enum err err = daybook_due(db, kind, day, day, &days);
    *due = days > 0;
    return err;
}

enum kept { KEPT_NONE, KEPT_OTHERWISE, KEPT_SO };

static enum err compare_part(struct db *db, const char *kind, const char *day, int64_t part, bool last,
                             const char *text, enum kept *kept)
{
    static const char sql[] =
        "SELECT last, text, typeof(kind) = 'text' AND typeof(day) = 'text' AND typeof(part) ="
        " 'integer' AND typeof(last) = 'integer' AND typeof(text) = 'text' FROM daybook WHERE"
        " kind = $1 AND day = $2 AND part = $3"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, day);
    db_bind_int(s, 3, part);
    enum err err = db_step(s);
    *kept = err != ERR_OK                                                                 ? KEPT_NONE
            : db_int(s, 0) == last && str_equal(db_text(s, 1), text) && db_int(s, 2) == 1 ? KEPT_SO
                                                                                          : KEPT_OTHERWISE;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Each part that is kept is what the rows make of it; all are, unless the day is due. *parts counts them. */
static enum err check_day(struct db *db, const char *kind, const char *at, int64_t *parts,
                          char day[DAYBOOK_DAY], const char **what)
{
    bool due = false, last = false;
    enum err err = is_due(db, kind, at, &due);
    for (int64_t part = 0; err == ERR_OK && !last; part++) {
        struct buf text = {0};
        enum kept kept = KEPT_NONE;
        err = make_part(db, kind, at, part, &text, &last);
        if (err == ERR_OK)
            err = compare_part(db, kind, at, part, last, buf_text(&text), &kept);
        buf_free(&text);
        *parts += kept != KEPT_NONE;
        if (err == ERR_OK && kept == KEPT_NONE && due)
            return ERR_OK;
        if (err == ERR_OK && kept == KEPT_NONE)
            return wrong(at, "is missing", day, what);
        if (err == ERR_OK && kept == KEPT_OTHERWISE)
            return wrong(at, "is not what its rows make of it", day, what);
    }
    return err;
}

static const char sql_next_visits[] = "SELECT day FROM tickets WHERE day > $1 ORDER BY day LIMIT 1";
/* tickets_number */
static const char sql_next_decisions[] =
    "SELECT substr(decisions.at_, 1, 10) FROM decisions JOIN cases ON cases.id ="
    " decisions.case_ WHERE decisions.at_ >= CASE WHEN $1 = '' THEN '' ELSE"
    " $1 || '~' END ORDER BY decisions.at_ LIMIT 1"; /* decisions_day */

static enum err check_kind(struct db *db, const char *kind, int64_t *parts, char day[DAYBOOK_DAY],
                           const char **what)
{
    char at[DAYBOOK_DAY] = "";
    enum err err = ERR_OK;
    while (err == ERR_OK) {
        struct stmt *s = db_query(db, is_visits(kind) ? sql_next_visits : sql_next_decisions);
        db_bind_text(s, 1, at);
        err = db_step(s);
        if (err == ERR_OK)
            str_copy(at, sizeof at, db_text(s, 0));
        db_done(s);
        if (err == ERR_OK)
            err = check_day(db, kind, at, parts, day, what);
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err daybook_verify(struct db *db, char day[DAYBOOK_DAY], const char **what)
{
    static const char sql[] = "SELECT count(*) FROM daybook";
    int64_t parts = 0, kept = 0;
    enum err err = ERR_OK;
    for (int i = 0; i < KINDS && err == ERR_OK; i++)
        err = check_kind(db, kinds[i], &parts, day, what);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    err = db_step(s);
    kept = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err == ERR_OK && kept != parts ? wrong("", "has parts of days that there are not", day, what)
                                          : err;
}
