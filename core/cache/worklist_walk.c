/* core/cache/worklist_walk.c: finds the applications of a worklist by walks along indexes.
 *
 * A list is the union of a few walks: one for each state, and for each service or the channel when those are asked
 * for. A walk goes along an index of its own, onward or back from a place (key, id), so that the millionth row costs
 * what the first does. What the index of a walk does not tell is looked up row by row (fits). */
#include <stdlib.h>
#include <string.h>

#include "core/cache/worklist.h"

enum {
    OF_A_PERSON_MAX = 200, /* the newest applications of the person asked for */
    OF_EACH_MAX = 40,      /* of each who is meant by typed words */
    NUMBERS_MAX = 50,      /* that begin as typed */
    VISITED_MAX = 20000,   /* rows of one walk, where they are looked up */
};

/* --- places in order --- */

static void add_entry(struct entries *entries, const char *key, const char *id)
{
    if (entries->count == entries->capacity) {
        entries->capacity = entries->capacity ? 2 * entries->capacity : 64;
        entries->list = xrealloc(entries->list, (size_t)entries->capacity * sizeof *entries->list);
    }
    entries->list[entries->count++] = (struct entry){xstrdup(key), xstrdup(id)};
}

static void free_entry(struct entry *entry)
{
    free(entry->key);
    free(entry->id);
}

void entries_free(struct entries *entries)
{
    for (int i = 0; i < entries->count; i++)
        free_entry(&entries->list[i]);
    free(entries->list);
    *entries = (struct entries){0};
}

int place_compare(const char *key, const char *id, const struct place_at *place)
{
    int order = strcmp(key, place->key);
    return order ? order : strcmp(id, place->id);
}

static int onward(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return place_compare(x->key, x->id, &(struct place_at){y->key, y->id});
}

static int back(const void *a, const void *b)
{
    return onward(b, a);
}

void entries_sort(struct entries *entries, bool backward)
{
    int kept = 0;
    if (entries->count)
        qsort(entries->list, (size_t)entries->count, sizeof *entries->list, backward ? back : onward);
    for (int i = 0; i < entries->count; i++) {
        struct entry *entry = &entries->list[i];
        if (kept && strcmp(entries->list[kept - 1].id, entry->id) == 0)
            free_entry(entry);
        else
            entries->list[kept++] = *entry;
    }
    entries->count = kept;
}

void entries_drop(struct entries *entries, int from, int until)
{
    for (int i = from; i < until; i++)
        free_entry(&entries->list[i]);
    memmove(entries->list + from, entries->list + until,
            (size_t)(entries->count - until) * sizeof *entries->list);
    entries->count -= until - from;
}

/* --- walks --- */

/* $1 state, $2 $3 the place, $4 limit, $5 whose or which, $6 the other end of the keys. At the place's own key first,
 * then beyond it: so a walk goes on in the midst of thousands that are due on one day. */
enum step { AT_KEY, BEYOND, STEPS };
#define SELECT(which, key)    "SELECT id, " key " AS key_ FROM cases WHERE " which " AND "
#define AT_ON(which, key)     SELECT(which, key) key " = $2 AND id >= $3 ORDER BY id LIMIT $4"
#define AT_BACK(which, key)   SELECT(which, key) key " = $2 AND id < $3 ORDER BY id DESC LIMIT $4"
#define BEYOND_ON(which, key) SELECT(which, key) key " > $2 AND " key " <= $6 ORDER BY " key ", id LIMIT $4"
#define BEYOND_BACK(which, key) \
    SELECT(which, key) key " < $2 AND " key " >= $6 ORDER BY " key " DESC, id DESC LIMIT $4"
#define WAYS(which, key)                                   \
    {                                                      \
        {AT_ON(which, key), AT_BACK(which, key)},          \
        {                                                  \
            BEYOND_ON(which, key), BEYOND_BACK(which, key) \
        }                                                  \
    }

#define USERS    "user_ = $5 AND state = $1"
#define NOBODYS  "user_ IS NULL AND state = $1"
#define AGENCYS  "agency = $5 AND state = $1"
#define HALLS    "state = $1"
#define SERVICES "service = $5 AND state = $1"
#define CHANNELS "channel = $5 AND state = $1"
/* cases_user, cases_agency, cases_due, cases_confirm of tables.def; cases_user_due, cases_agency_due, cases_service_age,
 * cases_service_due, cases_channel_age, cases_channel_due of schema.c */
static const char *const sql_walks[WALKS][SORTS][STEPS][2] = {
    [OF_USER] = {[BY_AGE] = WAYS(USERS, "opened_at"), [BY_DUE] = WAYS(USERS, "due_at")},
    [OF_NOBODY] = {[BY_AGE] = WAYS(NOBODYS, "opened_at"), [BY_DUE] = WAYS(NOBODYS, "due_at")},
    [OF_AGENCY] = {[BY_AGE] = WAYS(AGENCYS, "opened_at"), [BY_DUE] = WAYS(AGENCYS, "due_at")},
    [OF_HALL] = {[BY_DUE] = WAYS(HALLS, "due_at")},
    [OF_SERVICE] = {[BY_AGE] = WAYS(SERVICES, "opened_at"), [BY_DUE] = WAYS(SERVICES, "due_at")},
    [OF_CHANNEL] = {[BY_AGE] = WAYS(CHANNELS, "opened_at"), [BY_DUE] = WAYS(CHANNELS, "due_at")},
    [TO_CONFIRM] = {[BY_ASKED] = WAYS("confirm_asked_at IS NOT NULL", "confirm_asked_at")},
};

/* What may be made out: those that wait for a second person are passed by, as few as they are. */
#define ISSUABLE(which) which " AND confirm_asked_at IS NULL"
static const char *const sql_issuable[WALKS][SORTS][STEPS][2] = {
    [OF_AGENCY] =
        {[BY_AGE] = WAYS(ISSUABLE(AGENCYS), "opened_at"), [BY_DUE] = WAYS(ISSUABLE(AGENCYS), "due_at")},
    [OF_HALL] = {[BY_DUE] = WAYS(ISSUABLE(HALLS), "due_at")},
    [OF_SERVICE] =
        {[BY_AGE] = WAYS(ISSUABLE(SERVICES), "opened_at"), [BY_DUE] = WAYS(ISSUABLE(SERVICES), "due_at")},
    [OF_CHANNEL] =
        {[BY_AGE] = WAYS(ISSUABLE(CHANNELS), "opened_at"), [BY_DUE] = WAYS(ISSUABLE(CHANNELS), "due_at")},
};

#define UNDATED(which)                                                \
    {                                                                 \
        "SELECT id, '" NO_DUE "' AS key_ FROM cases WHERE " which     \
        " AND due_at IS NULL AND id >= $3 ORDER BY id"                \
        " LIMIT $4",                                                  \
            "SELECT id, '" NO_DUE "' AS key_ FROM cases WHERE " which \
            " AND due_at IS NULL AND id < $3 ORDER BY id"             \
            " DESC LIMIT $4"                                          \
    }
/* The same indexes. */
static const char *const sql_undated[WALKS][2] = {
    [OF_USER] = UNDATED(USERS),       [OF_AGENCY] = UNDATED(AGENCYS),   [OF_HALL] = UNDATED(HALLS),
    [OF_SERVICE] = UNDATED(SERVICES), [OF_CHANNEL] = UNDATED(CHANNELS),
};
static const char *const sql_issuable_undated[WALKS][2] = {
    [OF_AGENCY] = UNDATED(ISSUABLE(AGENCYS)),
    [OF_HALL] = UNDATED(ISSUABLE(HALLS)),
    [OF_SERVICE] = UNDATED(ISSUABLE(SERVICES)),
    [OF_CHANNEL] = UNDATED(ISSUABLE(CHANNELS)),
};

/* Who looks for what is approved means what may be made out, except where a second person is wanted. */
static bool is_issuable_walk(const struct wish *wish, const char *state)
{
    return wish->list.walk != TO_CONFIRM && str_equal(state, "approved");
}

static const char *dated_sql(const struct wish *wish, const char *state, enum step step, bool backward)
{
    const char *const(*walks)[SORTS][STEPS][2] = is_issuable_walk(wish, state) ? sql_issuable : sql_walks;
    return walks[wish->walk][wish->sort][step][backward];
}

static const char *undated_sql(const struct wish *wish, const char *state, bool backward)
{
    return (is_issuable_walk(wish, state) ? sql_issuable_undated : sql_undated)[wish->walk][backward];
}

static bool one_of(const char *const states[STATES_MAX], const char *state)
{
    for (int i = 0; i < STATES_MAX && states[i]; i++)
        if (str_equal(states[i], state))
            return true;
    return false;
}

static bool is_any(const char *wanted, const char *value)
{
    return str_empty(wanted) || str_equal(wanted, value);
}

static bool is_typed_service(const struct wish *wish, const char *service)
{
    for (const struct json *one = json_first(wish->services); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), service))
            return true;
    return false;
}

static bool is_due_then(const struct wish *wish, const char *due_at)
{
    if (!wish->due_from && !wish->due_till)
        return true;
    return due_at && (!wish->due_from || strcmp(due_at, wish->due_from) >= 0) &&
           (!wish->due_till || strcmp(due_at, wish->due_till) <= 0);
}

/* By what an application is chosen. */
enum { STATE, USER, AGENCY, SERVICE, CHANNEL, PERSON, OPENED_AT, DUE_AT, CONFIRM_ASKED_AT };
static const char sql_look[] = "SELECT state, user_, agency, service, channel, person, opened_at, due_at,"
                               " confirm_asked_at FROM cases WHERE id = $1"; /* primary key */

static bool fits(const struct wish *wish, struct stmt *s)
{
    return one_of(wish->list.states, db_text(s, STATE)) && is_any(wish->state, db_text(s, STATE)) &&
           is_any(wish->user, db_text(s, USER)) && is_any(wish->agency, db_text(s, AGENCY)) &&
           is_any(wish->service, db_text(s, SERVICE)) && is_any(wish->channel, db_text(s, CHANNEL)) &&
           (!wish->person || json_has_text(wish->records, db_text(s, PERSON))) &&
           is_due_then(wish, db_text(s, DUE_AT)) && (wish->list.walk != OF_NOBODY || db_is_null(s, USER)) &&
           (wish->list.walk != TO_CONFIRM || !db_is_null(s, CONFIRM_ASKED_AT)) &&
           (!is_issuable_walk(wish, db_text(s, STATE)) || db_is_null(s, CONFIRM_ASKED_AT));
}

static const char *key_of_row(const struct wish *wish, struct stmt *s)
{
    static const int columns[SORTS] = {
        [BY_AGE] = OPENED_AT, [BY_DUE] = DUE_AT, [BY_ASKED] = CONFIRM_ASKED_AT};
    const char *key = db_text(s, columns[wish->sort]);
    return key ? key : NO_DUE;
}

static void take_entry(struct search *search, const char *key, const char *id)
{
    if (search->found)
        add_entry(search->found, key, id);
    search->count++;
}

/* Looks one up that was found; by_service: it must be of a service that was typed. Its key is its place in the wished
 * order. */
static enum err look_at(struct search *search, const char *id, bool by_service)
{
    const struct wish *wish = search->wish;
    struct stmt *s = db_query(search->cache->db, sql_look);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    if (err == ERR_OK && fits(wish, s) && (!by_service || is_typed_service(wish, db_text(s, SERVICE)))) {
        const char *key = key_of_row(wish, s);
        int order = place_compare(key, id, &search->from);
        bool dated = strcmp(key, NO_DUE) != 0 || wish->undated;
        if (dated && (search->backward ? order < 0 : order >= 0))
            take_entry(search, key, id);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Takes what a bound walk finds, until so many are found in all. */
static enum err take_walk(struct search *search, struct stmt *s, int until)
{
    const struct wish *wish = search->wish;
    bool by_service = wish->typed[0] && wish->walk != OF_SERVICE;
    enum err err = ERR_OK;
    while (search->count < until && (err = db_step(s)) == ERR_OK) {
        if (wish->told)
            take_entry(search, db_text(s, 1), db_text(s, 0));
        else
            err = look_at(search, db_text(s, 0), by_service);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void bind_walk(struct stmt *s, const struct search *search, const char *state, const char *which,
                      const struct place_at *from)
{
    if (search->wish->walk != TO_CONFIRM)
        db_bind_text(s, 1, state);
    db_bind_text(s, 2, from->key);
    db_bind_text(s, 3, from->id);
    db_bind_int(s, 4, search->wish->told ? search->limit : VISITED_MAX);
    if (which)
        db_bind_text(s, 5, which);
}

/* The place from which the keys that are wished for begin, when it is further on. */
static struct place_at start_of(const struct search *search)
{
    const struct wish *wish = search->wish;
    const struct place_at first = {wish->due_from ? wish->due_from : TOP, TOP},
                          last = {wish->due_till ? wish->due_till : NO_DUE, NO_DUE};
    if (search->backward)
        return place_compare(search->from.key, search->from.id, &last) > 0 ? last : search->from;
    return place_compare(search->from.key, search->from.id, &first) < 0 ? first : search->from;
}

static enum err walk_dated(struct search *search, const char *state, const char *which, int until)
{
    const struct wish *wish = search->wish;
    struct place_at from = start_of(search);
    const char *end = search->backward ? (wish->due_from ? wish->due_from : TOP)
                                       : (wish->due_till ? wish->due_till : NO_DUE);
    for (int step = 0; step < STEPS && search->count < until; step++) {
        struct stmt *s =
            db_query(search->cache->db, dated_sql(wish, state, (enum step)step, search->backward));
        bind_walk(s, search, state, which, &from);
        if (step == BEYOND)
            db_bind_text(s, 6, end);
        TRY(take_walk(search, s, until));
    }
    return ERR_OK;
}

static enum err walk_undated(struct search *search, const char *state, const char *which, int until)
{
    bool within = strcmp(search->from.key, NO_DUE) == 0;
    if (search->backward && !within)
        return ERR_OK;
    struct place_at from = {NO_DUE, within ? search->from.id : TOP};
    struct stmt *s = db_query(search->cache->db, undated_sql(search->wish, state, search->backward));
    bind_walk(s, search, state, which, &from);
    return take_walk(search, s, until);
}

/* One state of one service, person, agency …, the nearest limit of it. */
static enum err walk(struct search *search, const char *state, const char *which)
{
    const struct wish *wish = search->wish;
    int until = search->limit + (search->found ? search->count : 0); /* counting ends with all walks */
    bool undated = wish->sort == BY_DUE && wish->undated && sql_undated[wish->walk][0];
    if (undated && search->backward)
        TRY(walk_undated(search, state, which, until));
    TRY(walk_dated(search, state, which, until));
    if (undated && !search->backward)
        TRY(walk_undated(search, state, which, until));
    return ERR_OK;
}

static enum err walk_states(struct search *search, const char *which)
{
    const struct wish *wish = search->wish;
    if (wish->walk == TO_CONFIRM)
        return walk(search, NULL, which); /* its index knows no states */
    for (int i = 0; i < STATES_MAX && wish->list.states[i]; i++)
        if (is_any(wish->state, wish->list.states[i]))
            TRY(walk(search, wish->list.states[i], which));
    return ERR_OK;
}

static enum err walk_services(struct search *search)
{
    const struct wish *wish = search->wish;
    if (wish->service)
        return !wish->typed[0] || is_typed_service(wish, wish->service) ? walk_states(search, wish->service)
                                                                        : ERR_OK;
    for (const struct json *one = json_first(wish->services); one; one = json_next(one))
        TRY(walk_states(search, json_text(one, "id")));
    return ERR_OK;
}

static enum err walk_all(struct search *search)
{
    const struct wish *wish = search->wish;
    switch (wish->walk) {
    case OF_USER:
        return walk_states(search, wish->user);
    case OF_AGENCY:
        return walk_states(search, wish->agency);
    case OF_SERVICE:
        return walk_services(search);
    case OF_CHANNEL:
        return walk_states(search, wish->channel);
    default:
        return walk_states(search, NULL);
    }
}

/* --- persons and numbers: few, so each is looked up --- */

static enum err look_at_all(struct search *search, struct stmt *s)
{
    enum err err;
    while ((err = db_step(s)) == ERR_OK && (err = look_at(search, db_text(s, 0), false)) == ERR_OK) {
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err look_at_record(struct search *search, const char *person, int max)
{
    static const char sql[] = "SELECT id, opened_at FROM cases WHERE person = $1 ORDER BY opened_at DESC"
                              " LIMIT $2"; /* cases_person */
    struct stmt *s = db_query(search->cache->db, sql);
    db_bind_text(s, 1, person);
    db_bind_int(s, 2, max);
    return look_at_all(search, s);
}

/* All records of one person. */
static enum err look_at_person(struct search *search, const char *person, int max)
{
    struct json *records = json_new_array();
    enum err err = person_group(person_get_row, search->cache->db, person, records);
    for (const struct json *one = json_first(records); one && err == ERR_OK; one = json_next(one))
        err = look_at_record(search, json_as_text(one), max);
    json_free(&records);
    return err;
}

static enum err look_at_numbers(struct search *search)
{
    enum { DIGITS_MIN = 3 };
    static const char sql[] =
        "SELECT id, number FROM cases WHERE number >= $1 AND number < $2 ORDER BY number"
        " LIMIT $3"; /* cases_number */
    struct buf first = {0}, end = {0};
    for (const char *c = search->wish->typed; *c; c++)
        buf_addc(&first, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    buf_addf(&end, "%s~", buf_text(&first)); /* numbers are letters, digits and signs before it */
    enum err err = ERR_OK;
    if (first.length >= DIGITS_MIN) {
        struct stmt *s = db_query(search->cache->db, sql);
        db_bind_text(s, 1, buf_text(&first));
        db_bind_text(s, 2, buf_text(&end));
        db_bind_int(s, 3, NUMBERS_MAX);
        err = look_at_all(search, s);
    }
    buf_free(&first);
    buf_free(&end);
    return err;
}

enum err worklist_find(struct search *search)
{
    const struct wish *wish = search->wish;
    if (wish->person && !wish->typed[0])
        return look_at_person(search, wish->person, OF_A_PERSON_MAX);
    if (!wish->typed[0])
        return walk_all(search);
    if (json_count(wish->services))
        TRY(walk_all(search));
    for (const struct json *one = json_first(wish->persons); one; one = json_next(one))
        TRY(look_at_person(search, json_text(one, "id"), OF_EACH_MAX));
    return look_at_numbers(search);
}

/* Walks, those of what may be made out, and both without a date. */
const char *worklist_statement(int n)
{
    enum { EACH = SORTS * STEPS * 2, DATED = WALKS * EACH, ALL = DATED + WALKS * 2 };
    bool issuable = n >= ALL;
    int at = issuable ? n - ALL : n;
    if (at < DATED)
        return (issuable ? sql_issuable
                         : sql_walks)[at / EACH][at / (STEPS * 2) % SORTS][at / 2 % STEPS][at % 2];
    if (at >= ALL)
        return "";
    return (issuable ? sql_issuable_undated : sql_undated)[(at - DATED) / 2][at % 2];
}
