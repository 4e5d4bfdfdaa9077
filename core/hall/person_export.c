/* core/hall/person_export.c: see person_export.h. */
#include "core/hall/person_export.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/hall/audit_index.h"
#include "core/hall/person_keep.h"
#include "core/wire/which_hall.h"

/* --- what is kept --- */

static bool is_of_case(const struct json *row, const struct json *file)
{
    return str_equal(json_text(row, "case"), json_text(file, "id"));
}

static bool is_paid(const struct person_rows *rows, const struct json *file)
{
    for (const struct json *row = json_first(rows->of[TABLE_PAYMENT]); row; row = json_next(row))
        if (is_of_case(row, file))
            return true;
    return false;
}

static struct json *kept_line(const struct json *row, const struct keep *keep)
{
    struct json *line = json_new_object();
    json_set_text(line, "case", json_text(row, "id"));
    json_set_text(line, "number", json_text(row, "number"));
    json_set_text(line, "service", json_text(row, "service"));
    json_set_text(line, "state", json_text(row, "state"));
    json_set_int(line, "years", keep->years);
    json_set_text(line, "until", keep->open ? NULL : keep->until);
    return line;
}

enum err person_kept(struct db *db, const struct person_rows *rows, int64_t now_ms, struct json **kept,
                     char until[DATE_TEXT])
{
    struct json *hall = NULL;
    char today[DATE_TEXT];
    bool open = false;
    *kept = json_new_array();
    *until = '\0';
    time_date(now_ms, today);
    enum err err = store_hall(db, &hall);
    for (const struct json *row = json_first(rows->of[TABLE_CASE]); row && err == ERR_OK;
         row = json_next(row)) {
        struct json *service = NULL;
        struct keep keep;
        err = row_get(db, TABLE_SERVICE, json_text_or(row, "service", ""), &service);
        keep_case(row, service, hall, is_paid(rows, row), today, &keep);
        json_free(&service);
        err = err == ERR_ABSENT ? ERR_OK : err;
        if (!keep.kept)
            continue;
        json_add(*kept, kept_line(row, &keep));
        open |= keep.open;
        if (strcmp(keep.until, until) > 0)
            str_copy(until, DATE_TEXT, keep.until);
    }
    if (open)
        *until = '\0';
    json_free(&hall);
    return err;
}

/* --- nobody else --- */

struct view {
    struct db *db;
    const struct person_rows *rows;
    struct json *out;
};

static struct json *staff(const struct json *user)
{
    struct json *one = json_new_object();
    const struct json *roles = json_get(user, "roles");
    json_set_text(one, "staff_of", json_text_or(user, "agency", ""));
    json_set(one, "roles", roles ? json_copy(roles) : json_new_array());
    return one;
}

/* An id that is somebody: what stands there instead; *instead NULL: it is nobody's. */
static enum err other_of(struct view *view, const char *id, struct json **instead)
{
    struct json *row = NULL;
    *instead = NULL;
    if (*id == '\0' || strlen(id) >= 64 || json_has_text(view->rows->records, id))
        return ERR_OK;
    enum err err = row_get(view->db, TABLE_USER, id, &row);
    if (err == ERR_OK)
        *instead = staff(row);
    json_free(&row);
    if (err != ERR_ABSENT)
        return err;
    err = row_get(view->db, TABLE_PERSON, id, &row);
    if (err == ERR_OK)
        *instead = json_new_text("another person");
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* By their meaning somebody else's, or the hall's own business with others. */
static bool is_of_others(const char *name)
{
    static const char *const names[] = {"delivered_to", "why",      "whys",     "before",      "user_name",
                                        "note_by_name", "client",   "hall",     "holder",      "taken",
                                        "draft_revs",   "branches", "concerns", "counter_name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equal(names[i], name))
            return true;
    return false;
}

static enum err cleaned(struct view *view, const struct json *value, struct json **out)
{
    enum err err = ERR_OK;
    *out = NULL;
    if (json_is_text(value))
        err = other_of(view, json_as_text(value), out);
    if (*out || err != ERR_OK)
        return err;
    bool object = json_is_object(value);
    if (!object && !json_is_array(value)) {
        *out = json_copy(value);
        return ERR_OK;
    }
    *out = object ? json_new_object() : json_new_array();
    for (const struct json *one = json_first(value); one && err == ERR_OK; one = json_next(one)) {
        struct json *part = NULL;
        if (object && is_of_others(json_name(one)))
            continue;
        err = cleaned(view, one, &part);
        if (part && object)
            json_set(*out, json_name(one), part);
        else if (part)
            json_add(*out, part);
    }
    return err;
}

static enum err add_clean(struct view *view, struct json *list, const struct json *row)
{
    struct json *clean = NULL;
    enum err err = cleaned(view, row, &clean);
    if (clean)
        json_add(list, clean);
    return err;
}

static enum err put_rows(struct view *view, const char *name, enum table table)
{
    struct json *list = json_new_array();
    enum err err = ERR_OK;
    for (const struct json *row = json_first(view->rows->of[table]); row && err == ERR_OK;
         row = json_next(row))
        err = add_clean(view, list, row);
    json_set(view->out, name, list);
    return err;
}

/* --- visits, applications, disputes --- */

/* Whoever has not come yet has booked. */
static enum err put_visits(struct view *view)
{
    struct json *visits = json_new_array(), *bookings = json_new_array();
    enum err err = ERR_OK;
    for (const struct json *row = json_first(view->rows->of[TABLE_TICKET]); row && err == ERR_OK;
         row = json_next(row))
        err = add_clean(view, str_empty(json_text(row, "arrived_at")) ? bookings : visits, row);
    json_set(view->out, "visits", visits);
    json_set(view->out, "bookings", bookings);
    return err;
}

static enum err put_parts(struct view *view, struct json *into, const char *name, enum table table,
                          const struct json *file)
{
    struct json *list = json_new_array();
    enum err err = ERR_OK;
    for (const struct json *row = json_first(view->rows->of[table]); row && err == ERR_OK;
         row = json_next(row))
        if (is_of_case(row, file))
            err = add_clean(view, list, row);
    json_set(into, name, list);
    return err;
}

static enum err put_cases(struct view *view)
{
    struct json *list = json_new_array();
    enum err err = ERR_OK;
    for (const struct json *row = json_first(view->rows->of[TABLE_CASE]); row && err == ERR_OK;
         row = json_next(row)) {
        struct json *one = json_new_object(), *clean = NULL;
        err = cleaned(view, row, &clean);
        json_set(one, "case", clean);
        if (err == ERR_OK)
            err = put_parts(view, one, "documents", TABLE_DOCUMENT, row);
        if (err == ERR_OK)
            err = put_parts(view, one, "payments", TABLE_PAYMENT, row);
        if (err == ERR_OK)
            err = put_parts(view, one, "decisions", TABLE_DECISION, row);
        json_add(list, one);
    }
    json_set(view->out, "applications", list);
    return err;
}

/* Its sentence and the row that stood in the way may tell of colleagues and of other people. */
static enum err put_disputes(struct view *view)
{
    static const char *const members[] = {"id", "at", "code", "state", "choice", "resolved_at"};
    struct json *list = json_new_array();
    enum err err = ERR_OK;
    for (const struct json *row = json_first(view->rows->of[TABLE_DISPUTE]); row && err == ERR_OK;
         row = json_next(row)) {
        struct json *one = json_new_object(), *body = NULL;
        const struct json *command = json_get(row, "command");
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            if (json_get(row, members[i]))
                json_set(one, members[i], json_copy(json_get(row, members[i])));
        json_set_text(one, "what", json_text_or(command, "type", ""));
        if (json_get(command, "body"))
            err = cleaned(view, json_get(command, "body"), &body);
        if (body)
            json_set(one, "record", body);
        json_add(list, one);
    }
    json_set(view->out, "disputes", list);
    return err;
}

/* --- who looked, and who did what --- */

struct revs {
    int64_t *rev;
    size_t count, capacity;
};

static enum err add_rev(void *ctx, int64_t rev)
{
    struct revs *revs = ctx;
    if (revs->count == revs->capacity) {
        revs->capacity = revs->capacity ? revs->capacity * 2 : 256;
        revs->rev = xrealloc(revs->rev, revs->capacity * sizeof *revs->rev);
    }
    revs->rev[revs->count++] = rev;
    return ERR_OK;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static enum err collect_revs(struct view *view, struct revs *revs)
{
    enum err err = ERR_OK;
    for (int table = 0; table < TABLE_COUNT; table++)
        for (const struct json *row = json_first(view->rows->of[table]); row && err == ERR_OK;
             row = json_next(row))
            err =
                person_rows_revs(view->db, (enum table)table, json_text_or(row, "id", ""), 0, add_rev, revs);
    if (revs->count)
        qsort(revs->rev, revs->count, sizeof *revs->rev, newest_first);
    return err;
}

/* Of a look at hidden numbers why, as far as it was said: never what somebody wrote about it. */
static enum err add_why(struct view *view, struct json *one, int64_t rev)
{
    struct json *about = NULL;
    if (!str_equal(json_text(one, "what"), "person.reveal"))
        return ERR_OK;
    enum err err = audit_index_about(view->db, rev, &about);
    const char *purpose = json_text(about, "purpose");
    bool served = json_get(about, "ticket") || json_get(about, "case");
    json_set_text(one, "why", purpose ? purpose : served ? "serving" : "not said");
    json_free(&about);
    return err;
}

static enum err add_look(struct view *view, struct json *list, int64_t rev)
{
    static const char sql[] = "SELECT at_, type, outcome, actor FROM audit WHERE rev = $1"; /* primary key */
    struct json *user = NULL, *one = json_new_object();
    struct stmt *s = db_query(view->db, sql);
    db_bind_int(s, 1, rev);
    enum err err = db_step(s);
    char actor[64] = "";
    if (err == ERR_OK) {
        json_set_text(one, "at", db_text(s, 0));
        json_set_text(one, "what", db_text(s, 1));
        json_set_text(one, "outcome", str_starts(db_text(s, 2), "refused") ? "refused" : "done");
        str_copy(actor, sizeof actor, db_text(s, 3));
    }
    db_done(s);
    if (err == ERR_OK)
        err = add_why(view, one, rev);
    if (err == ERR_OK && *actor)
        err = row_get(view->db, TABLE_USER, actor, &user);
    json_set(one, "by", user ? staff(user) : json_new_text(*actor ? "an account of before" : "the hall"));
    json_free(&user);
    json_add(list, one);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err put_looks(struct view *view)
{
    struct json *list = json_new_array();
    struct revs revs = {0};
    enum err err = collect_revs(view, &revs);
    for (size_t i = 0; i < revs.count && err == ERR_OK && json_count(list) < PERSON_LOOKS_MAX; i++)
        if (i == 0 || revs.rev[i] != revs.rev[i - 1])
            err = add_look(view, list, revs.rev[i]);
    json_set_bool(view->out, "looks_more", json_count(list) == PERSON_LOOKS_MAX);
    json_set(view->out, "looks", list);
    free(revs.rev);
    return err;
}

/* --- the document --- */

static enum err put_head(struct view *view, int64_t now_ms)
{
    struct json *hall = NULL;
    char now[TIME_TEXT];
    enum err err = store_hall(view->db, &hall);
    time_text(now_ms, now);
    json_set_text(view->out, "export", "loket.person");
    json_set_int(view->out, "version", 1);
    json_set_text(view->out, "hall", json_text(hall, "code"));
    json_set_text(view->out, "hall_name", json_text(hall, "name"));
    if (json_bool(hall, "practice", false))
        json_set_text(view->out, "training", hall_training_word(NULL));
    json_set_text(view->out, "at", now);
    json_free(&hall);
    return err;
}

static enum err put_kept(struct view *view, int64_t now_ms)
{
    struct json *kept = NULL;
    char until[DATE_TEXT];
    enum err err = person_kept(view->db, view->rows, now_ms, &kept, until);
    json_set(view->out, "kept", kept);
    return err;
}

enum err person_export(struct db *db, const struct person_rows *rows, int64_t now_ms, struct json **out)
{
    static enum err (*const parts[])(struct view * view) = {put_visits, put_cases, put_disputes, put_looks};
    struct view view = {.db = db, .rows = rows, .out = json_new_object()};
    enum err err = put_head(&view, now_ms);
    if (err == ERR_OK)
        err = put_rows(&view, "person", TABLE_PERSON);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && err == ERR_OK; i++)
        err = parts[i](&view);
    if (err == ERR_OK)
        err = put_rows(&view, "surveys", TABLE_SURVEY);
    if (err == ERR_OK)
        err = put_kept(&view, now_ms);
    if (err != ERR_OK)
        json_free(&view.out);
    *out = view.out;
    return err;
}
