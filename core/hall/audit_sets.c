/* core/hall/audit_sets.c: see audit_sets.h. */
#include "core/hall/audit_sets.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"

enum { NUMBER_DAYS = 31, ROWS_MAX = 5000 };

/* --- sets --- */

static struct audit_set *set_new(struct audit_sets *sets)
{
    return &sets->sets[sets->count++];
}

static enum err set_add(struct audit_set *set, const char *kind, const char *id)
{
    if (set->count == AUDIT_TAGS_MAX)
        return ERR_TOO_LARGE;
    if (set->count == set->capacity) {
        set->capacity = set->capacity ? set->capacity * 2 : 4;
        set->tags = xrealloc(set->tags, (size_t)set->capacity * sizeof *set->tags);
    }
    str_format(set->tags[set->count].tag, AUDIT_TAG, "%s/%s", kind, id);
    set->tags[set->count].rev = 0;
    set->tags[set->count++].known = false;
    return ERR_OK;
}

void audit_sets_free(struct audit_sets *sets)
{
    for (int i = 0; i < sets->count; i++)
        free(sets->sets[i].tags);
    *sets = (struct audit_sets){0};
}

/* --- who, which command --- */

static enum err add_user(struct db *db, struct audit_set *set, const char *user)
{
    static const char sql[] = "SELECT id FROM users WHERE login = $1"; /* users_login */
    if (str_equal(user, "system"))
        return set_add(set, "u", "");
    enum err err = set_add(set, "u", user);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    enum err found = db_step(s);
    if (err == ERR_OK && found == ERR_OK)
        err = set_add(set, "u", db_text(s, 0));
    db_done(s);
    return err == ERR_OK && found != ERR_ABSENT ? found : err;
}

static enum err add_types(struct audit_set *set, const char *types)
{
    enum err err = ERR_OK;
    for (const char *at = types; at && *at && err == ERR_OK;) {
        char type[64];
        size_t length = strcspn(at, ",");
        str_format(type, sizeof type, "%.*s", (int)length, at);
        err = *type ? set_add(set, "c", type) : ERR_OK;
        at += length + (at[length] == ',');
    }
    return err;
}

/* --- on what --- */

/* Numbers are unique within a day, so a number means that of each of the days that are asked for. */
static enum err add_tickets(struct db *db, struct audit_set *set, const struct audit_ask *ask,
                            const char *number)
{
    static const char sql[] = "SELECT id FROM tickets WHERE day = $1 AND number = $2"; /* tickets_number */
    int32_t day = 0;
    int64_t to_ms = 0;
    char text[DATE_TEXT];
    str_copy(text, sizeof text, ask->day ? ask->day : "");
    if (ask->to && time_parse(ask->to, &to_ms))
        time_date(to_ms - 1, text);
    enum err err = ERR_OK;
    if (!day_parse(text, &day))
        return ERR_OK;
    for (int i = 0; i < NUMBER_DAYS && err == ERR_OK; i++) {
        day_text(day - i, text);
        struct stmt *s = db_query(db, sql);
        db_bind_text(s, 1, text);
        db_bind_text(s, 2, number);
        while ((err = db_step(s)) == ERR_OK)
            if ((err = set_add(set, table_wire(TABLE_TICKET), db_text(s, 0))) != ERR_OK)
                break;
        db_done(s);
        err = err == ERR_ABSENT ? ERR_OK : err;
    }
    return err;
}

static enum err add_cases(struct db *db, struct audit_set *set, const char *number)
{
    static const char sql[] = "SELECT id FROM cases WHERE number = $1 LIMIT 8"; /* cases_number */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, number);
    enum err err;
    while ((err = db_step(s)) == ERR_OK)
        if ((err = set_add(set, table_wire(TABLE_CASE), db_text(s, 0))) != ERR_OK)
            break;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err add_number(struct db *db, struct audit_set *set, const struct audit_ask *ask,
                           const char *text)
{
    char number[64];
    str_copy(number, sizeof number, text);
    for (char *c = number; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    enum err err = add_cases(db, set, number);
    return err == ERR_OK ? add_tickets(db, set, ask, number) : err;
}

static enum err add_subject(struct db *db, struct audit_set *set, const struct audit_ask *ask)
{
    char wire[32];
    enum table table;
    const char *slash = strchr(ask->subject, '/');
    if (slash && slash - ask->subject < (ptrdiff_t)sizeof wire) {
        str_format(wire, sizeof wire, "%.*s", (int)(slash - ask->subject), ask->subject);
        if (table_find(wire, &table))
            return set_add(set, wire, slash + 1);
    }
    enum err err = ERR_OK;
    for (int t = 0; t < TABLE_COUNT && err == ERR_OK && strlen(ask->subject) == UUID_TEXT - 1; t++)
        err = set_add(set, table_wire((enum table)t), ask->subject);
    return err == ERR_OK ? add_number(db, set, ask, ask->subject) : err;
}

/* --- free letters --- */

static bool holds(const char *text, const char *folded)
{
    struct buf mine = {0};
    utf8_fold(&mine, text ? text : "");
    bool found = strstr(buf_text(&mine), folded) != NULL;
    buf_free(&mine);
    return found;
}

static bool list_names(const char *list, const char *type)
{
    size_t length = strlen(type);
    for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
        if (strncmp(at, type, length) == 0 && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

/* The commands that this hall has ever seen: a look for each of them. */
static enum err letters_types(struct db *db, struct audit_set *set, const struct audit_ask *ask,
                              const char *folded)
{
    char tag[AUDIT_TAG] = "c/";
    enum err err;
    while ((err = audit_index_next_tag(db, tag, tag)) == ERR_OK && str_starts(tag, "c/"))
        if ((holds(tag + 2, folded) || list_names(ask->words, tag + 2)) &&
            (err = set_add(set, "c", tag + 2)) != ERR_OK)
            break;
    return err == ERR_ABSENT ? ERR_OK : err;
}

static bool names_hold(const struct json *names, const char *folded)
{
    if (json_is_text(names))
        return holds(json_as_text(names), folded);
    for (const struct json *name = json_first(names); name; name = json_next(name))
        if (holds(json_as_text(name), folded))
            return true;
    return false;
}

/* Rows of small tables, by their names. */
static enum err letters_rows(struct db *db, struct audit_set *set, enum table table, const char *sql,
                             const char *folded)
{
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, ROWS_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = NULL;
        const char *text = db_text(s, 1);
        if (text && json_parse(text, strlen(text), &row, NULL) == ERR_OK &&
            (names_hold(json_get(row, "name"), folded) || holds(json_text(row, "login"), folded) ||
             holds(json_text(row, "code"), folded))) {
            err = set_add(set, table_wire(table), db_text(s, 0));
            if (err == ERR_OK && table == TABLE_USER)
                err = set_add(set, "u", db_text(s, 0));
        }
        json_free(&row);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err add_letters(struct db *db, struct audit_set *set, const struct audit_ask *ask)
{
    static const char sql_users[] =
        "SELECT id, row FROM users ORDER BY id LIMIT $1", /* primary keys; small tables */
        sql_counters[] = "SELECT id, row FROM counters ORDER BY id LIMIT $1",
                      sql_queues[] = "SELECT id, row FROM queues ORDER BY id LIMIT $1";
    struct buf folded = {0};
    utf8_fold(&folded, ask->letters);
    const char *letters = buf_text(&folded);
    enum err err = letters_types(db, set, ask, letters);
    if (err == ERR_OK)
        err = letters_rows(db, set, TABLE_USER, sql_users, letters);
    if (err == ERR_OK)
        err = letters_rows(db, set, TABLE_COUNTER, sql_counters, letters);
    if (err == ERR_OK)
        err = letters_rows(db, set, TABLE_QUEUE, sql_queues, letters);
    if (err == ERR_OK && holds("system", letters))
        err = set_add(set, "u", "");
    if (err == ERR_OK && holds("refused", letters))
        err = set_add(set, "o", "refused");
    if (err == ERR_OK)
        err = add_number(db, set, ask, ask->letters);
    buf_free(&folded);
    return err;
}

/* --- all of it --- */

enum err audit_sets_make(struct db *db, const struct actor *viewer, const struct audit_ask *ask, int64_t last,
                         struct audit_sets *sets)
{
    *sets = (struct audit_sets){0};
    enum err err = audit_index_span(db, ask->from, ask->to, last, &sets->low, &sets->high);
    if (err == ERR_OK)
        err = audit_index_place(db, &sets->place);
    if (err == ERR_OK && !str_empty(viewer->agency))
        err = set_add(set_new(sets), "a", viewer->agency);
    if (err == ERR_OK && !str_empty(ask->user))
        err = add_user(db, set_new(sets), ask->user);
    if (err == ERR_OK && !str_empty(ask->types))
        err = add_types(set_new(sets), ask->types);
    if (err == ERR_OK && !str_empty(ask->subject))
        err = add_subject(db, set_new(sets), ask);
    if (err == ERR_OK && !str_empty(ask->letters))
        err = add_letters(db, set_new(sets), ask);
    if (err == ERR_OK && ask->refused)
        err = set_add(set_new(sets), "o", "refused");
    return err;
}

/* --- walking --- */

/* What was found before still holds while it does not lie beyond the place that is asked for. */
static enum err set_newest(struct db *db, struct audit_sets *sets, struct audit_set *set, int64_t rev,
                           int64_t *found)
{
    *found = 0;
    for (int i = 0; i < set->count; i++) {
        if (!set->tags[i].known || set->tags[i].rev > rev) {
            enum err err = audit_index_newest(db, set->tags[i].tag, rev, &set->tags[i].rev);
            sets->steps++;
            if (err != ERR_OK && err != ERR_ABSENT)
                return err;
            set->tags[i].known = true;
        }
        *found = set->tags[i].rev > *found ? set->tags[i].rev : *found;
    }
    return ERR_OK;
}

static enum err newest_line(struct db *db, int64_t from, int64_t *rev)
{
    static const char sql[] =
        "SELECT rev FROM audit WHERE rev <= $1 ORDER BY rev DESC LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, from);
    enum err err = db_step(s);
    *rev = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err audit_sets_next(struct db *db, struct audit_sets *sets, int64_t from, int64_t *rev, int64_t *through)
{
    int64_t at = from < sets->high ? from : sets->high;
    int64_t low = sets->place + 1 > sets->low ? sets->place + 1 : sets->low;
    enum err err = ERR_OK;
    *rev = 0;
    *through = low;
    if (sets->count == 0) {
        sets->steps++;
        err = newest_line(db, at, &at);
    }
    for (int agreed = 0, i = 0; err == ERR_OK && agreed < sets->count && at >= low;
         i = (i + 1) % sets->count) {
        int64_t found;
        if (sets->steps >= AUDIT_STEPS_MAX && at < from) {
            *through = at + 1;
            return ERR_OK;
        }
        err = set_newest(db, sets, &sets->sets[i], at, &found);
        agreed = found == at ? agreed + 1 : 1;
        at = found;
    }
    if (err == ERR_OK && at >= low)
        *rev = *through = at;
    return err;
}
