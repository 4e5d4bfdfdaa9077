/* core/cache/load_person.c: one person with all records (core/command/persons.h): what they had here, a page at a time, and
 * who is possibly the same person. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/command/persons.h"
#include "core/model/name.h"

enum {
    PAGE = 50,
    TIES_MAX = 8, /* rows of one record with the very same time */
    BOOKINGS_MAX = 20,
    TWINS_MAX = 10,
    LOOKED_AT_MAX = 200, /* born on one day, or reached by one telephone */
};

/* --- a page of rows of several records --- */

struct key {
    char at[TIME_TEXT], id[64];
};
struct keys {
    struct key list[PERSON_RECORDS_MAX * (PAGE + 1 + TIES_MAX)];
    int count;
};

/* What of a person is listed, by time: newest first, or backward from a place. */
struct history {
    const char *name; /* in the answer */
    enum table table;
    const char *sql_down, *sql_up; /* id, time */
};
static const struct history histories[] = {
    {"cases", TABLE_CASE,
     "SELECT id, opened_at FROM cases WHERE person = $1 AND opened_at <= $2"
     " ORDER BY opened_at DESC LIMIT $3", /* cases_person */
     "SELECT id, opened_at FROM cases WHERE person = $1 AND opened_at >= $2"
     " ORDER BY opened_at LIMIT $3"}, /* cases_person */
    {"tickets", TABLE_TICKET,
     "SELECT id, arrived_at FROM tickets WHERE person = $1 AND arrived_at <= $2"
     " ORDER BY arrived_at DESC LIMIT $3", /* tickets_person */
     "SELECT id, arrived_at FROM tickets WHERE person = $1 AND arrived_at >= $2"
     " ORDER BY arrived_at LIMIT $3"}, /* tickets_person */
};

static int compare(const struct key *a, const struct key *b)
{
    int order = strcmp(a->at, b->at);
    return order ? order : strcmp(a->id, b->id);
}

static int newest_first(const void *a, const void *b)
{
    return compare(b, a);
}

static int oldest_first(const void *a, const void *b)
{
    return compare(a, b);
}

/* Keys at or after from in the order of the page (down), or wholly before it. */
static enum err add_keys(struct cache *cache, const char *sql, const char *record, const struct key *from,
                         bool down, struct keys *keys)
{
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, record);
    db_bind_text(s, 2, from->at);
    db_bind_int(s, 3, PAGE + 1 + TIES_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct key *key = &keys->list[keys->count];
        str_copy(key->id, sizeof key->id, db_text(s, 0) ? db_text(s, 0) : "");
        str_copy(key->at, sizeof key->at, db_text(s, 1) ? db_text(s, 1) : "");
        int order = compare(key, from);
        keys->count += down ? order <= 0 : order > 0;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err find_keys(struct cache *cache, const struct history *history, const struct json *records,
                          const struct key *from, bool down, struct keys *keys)
{
    enum err err = ERR_OK;
    keys->count = 0;
    for (const struct json *one = json_first(records); one && err == ERR_OK; one = json_next(one))
        err =
            add_keys(cache, down ? history->sql_down : history->sql_up, json_as_text(one), from, down, keys);
    qsort(keys->list, (size_t)keys->count, sizeof *keys->list, down ? newest_first : oldest_first);
    return err;
}

static void put_key(struct json *answer, const char *name, const char *which, const struct key *key)
{
    char member[32];
    str_format(member, sizeof member, "%s_%s", name, which);
    if (!key) {
        json_set_null(answer, member);
        return;
    }
    struct json *place = json_new_object();
    json_set_text(place, "at", key->at);
    json_set_text(place, "id", key->id);
    json_set(answer, member, place);
}

static enum err add_dressed(struct cache *cache, enum table table, const char *id, int64_t now_ms,
                            struct json *rows)
{
    struct json *row;
    TRY(find_row(cache, table, id, now_ms, &row));
    if (!row)
        return ERR_OK;
    json_add(rows, row);
    return set_name_of(cache, row, "service_name", TABLE_SERVICE, json_text(row, "service"));
}

static void read_place(const struct json *args, const char *name, struct key *from)
{
    char member[32];
    str_format(member, sizeof member, "%s_from", name);
    const struct json *place = json_get(args, member);
    str_copy(from->at, sizeof from->at, json_text_or(place, "at", "~")); /* after every time */
    str_copy(from->id, sizeof from->id, json_text_or(place, "id", "~"));
}

static enum err put_page(struct cache *cache, const struct history *history, const struct json *records,
                         const struct json *args, int64_t now_ms, struct json *answer)
{
    struct key from;
    struct keys *keys = xcalloc(1, sizeof *keys);
    struct json *rows = put_array(answer, history->name);
    read_place(args, history->name, &from);
    enum err err = find_keys(cache, history, records, &from, true, keys);
    for (int i = 0; i < keys->count && i < PAGE && err == ERR_OK; i++)
        err = add_dressed(cache, history->table, keys->list[i].id, now_ms, rows);
    put_key(answer, history->name, "next", keys->count > PAGE ? &keys->list[PAGE] : NULL);
    keys->count = 0;
    if (err == ERR_OK && from.at[0] != '~')
        err = find_keys(cache, history, records, &from, false, keys);
    int first = keys->count < PAGE ? keys->count : PAGE;
    put_key(answer, history->name, "before", first ? &keys->list[first - 1] : NULL);
    free(keys);
    return err;
}

/* --- bookings of another day: they have not arrived yet --- */

static const char sql_bookings[] =
    "SELECT id, appointment_at FROM tickets WHERE person = $1 AND arrived_at IS NULL"
    " LIMIT $2"; /* tickets_person */

static enum err put_bookings(struct cache *cache, const struct json *records, int64_t now_ms,
                             struct json *answer)
{
    struct key keys[BOOKINGS_MAX] = {0};
    int count = 0;
    struct json *rows = put_array(answer, "bookings");
    enum err err = ERR_OK;
    for (const struct json *one = json_first(records); one && err == ERR_OK; one = json_next(one)) {
        struct stmt *s = db_query(cache->db, sql_bookings);
        db_bind_text(s, 1, json_as_text(one));
        db_bind_int(s, 2, BOOKINGS_MAX);
        while (count < BOOKINGS_MAX && (err = db_step(s)) == ERR_OK) {
            str_copy(keys[count].id, sizeof keys->id, db_text(s, 0) ? db_text(s, 0) : "");
            str_copy(keys[count++].at, sizeof keys->at, db_text(s, 1) ? db_text(s, 1) : "");
        }
        db_done(s);
        err = err == ERR_ABSENT ? ERR_OK : err;
    }
    qsort(keys, (size_t)count, sizeof *keys, oldest_first);
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = add_dressed(cache, TABLE_TICKET, keys[i].id, now_ms, rows);
    return err;
}

/* --- the other records of this person --- */

static enum err put_merged(struct cache *cache, const struct json *records, struct json *answer)
{
    struct json *rows = put_array(answer, "merged");
    for (const struct json *one = json_first(records); one; one = json_next(one)) {
        struct json *row = NULL;
        if (one == json_first(records))
            continue;
        enum err err = row_get(cache->db, TABLE_PERSON, json_as_text(one), &row);
        if (err == ERR_ABSENT)
            continue;
        if (err != ERR_OK)
            return err;
        const struct json *merge = json_get(row, "merge");
        json_add(rows, row);
        json_set_text(row, "merged_at", json_text(merge, "at"));
        TRY(set_name_of(cache, row, "merged_by_name", TABLE_USER, json_text(merge, "by")));
    }
    return ERR_OK;
}

/* --- possibly the same person --- */

struct likeness {
    bool same, similar; /* every word of the shorter name meets one of the other; one word does */
};

/* In any spelling and order; a father's name that one of the two lacks makes no difference. */
static struct likeness compare_names(const struct json *a, const struct json *b)
{
    enum { LETTERS_MIN = 3 };
    struct name_word asked[NAME_WORDS_MAX], others[NAME_WORDS_MAX];
    const char *left = json_text_or(a, "name", ""), *right = json_text_or(b, "name", "");
    int count = name_ask(left, asked), other_count = name_ask(right, others);
    struct likeness likeness = {0};
    struct buf folded = {0};
    if (count > other_count) {
        memcpy(asked, others, sizeof asked);
        count = other_count;
        right = left;
    }
    name_words(right, &folded);
    bool enough = count > 1 || (count == 1 && other_count == 1);
    likeness.same = enough && name_answers(asked, count, buf_text(&folded));
    for (int i = 0; i < count && !likeness.similar; i++)
        likeness.similar =
            strlen(asked[i].keys[0].text) >= LETTERS_MIN && name_answers(&asked[i], 1, buf_text(&folded));
    buf_free(&folded);
    return likeness;
}

static bool same_text(const struct json *a, const struct json *b, const char *member)
{
    return !str_empty(json_text(a, member)) && str_equal(json_text(a, member), json_text(b, member));
}

/* Why they may be one person; NULL: nothing speaks for it. */
static const char *why_same(const struct json *a, const struct json *b)
{
    bool masked = json_bool(a, "masked", false) ||
                  json_bool(b, "masked", false); /* digits that are hidden prove nothing */
    if (!masked && (same_text(a, b, "fin") || same_text(a, b, "nik")))
        return "number";
    struct likeness names = compare_names(a, b);
    if (names.same && same_text(a, b, "born"))
        return "name_born";
    return !masked && names.similar && same_text(a, b, "phone") ? "name_phone" : NULL;
}

static bool is_listed(const struct json *rows, const char *id)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return true;
    return false;
}

/* one: who may be the same, as stored. */
static enum err add_twin(struct cache *cache, const struct json *person, const struct json *one,
                         const char *why, struct json *twins)
{
    struct json *row = NULL;
    if (!why || json_count(twins) >= TWINS_MAX)
        return ERR_OK;
    TRY(find_row(cache, TABLE_PERSON, json_text(one, "id"), 0, &row)); /* the record that goes on */
    if (!row || str_equal(json_text(row, "id"), json_text(person, "id")) ||
        is_listed(twins, json_text(row, "id"))) {
        json_free(&row);
        return ERR_OK;
    }
    json_set_text(row, "why", why);
    json_add(twins, row);
    return ERR_OK;
}

static enum err add_twins(struct cache *cache, const char *sql, const char *value, const struct json *person,
                          struct json *twins)
{
    struct json *found = json_new_array();
    if (str_empty(value)) {
        json_free(&found);
        return ERR_OK;
    }
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, value);
    db_bind_int(s, 2, LOOKED_AT_MAX);
    enum err err = rows_collect(s, found);
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one))
        err = add_twin(cache, person, one, why_same(person, one), twins);
    json_free(&found);
    return err;
}

/* Whom nobody has looked at yet may have been known under another spelling: the name alone is enough to compare. */
static enum err add_namesakes(struct cache *cache, const struct json *person, int64_t now_ms,
                              struct json *twins)
{
    if (!json_bool(person, "possible_duplicate", false) || str_empty(json_text(person, "name")))
        return ERR_OK;
    struct json *args = json_new_object(), *found = json_new_object();
    json_set_text(args, "q", json_text(person, "name"));
    enum err err = load_persons(cache, args, now_ms, found);
    for (const struct json *one = json_first(json_get(found, "rows")); one && err == ERR_OK;
         one = json_next(one))
        err = add_twin(cache, person, one, compare_names(person, one).same ? "name" : NULL, twins);
    json_free(&args);
    json_free(&found);
    return err;
}

/* persons_fin, persons_nik, persons_born, persons_phone */
static const struct {
    const char *member, *sql;
} ways[] = {{"fin", "SELECT row, id FROM persons WHERE fin = $1 LIMIT $2"},
            {"nik", "SELECT row, id FROM persons WHERE nik = $1 LIMIT $2"},
            {"born", "SELECT row, id FROM persons WHERE born = $1 LIMIT $2"},
            {"phone", "SELECT row, id FROM persons WHERE phone = $1 LIMIT $2"}};
enum { WAYS = sizeof ways / sizeof *ways };

static enum err put_twins(struct cache *cache, const struct json *person, int64_t now_ms, struct json *answer)
{
    struct json *twins = put_array(answer, "twins");
    for (int i = 0; i < WAYS; i++)
        TRY(add_twins(cache, ways[i].sql, json_text(person, ways[i].member), person, twins));
    return add_namesakes(cache, person, now_ms, twins);
}

/* --- beside another --- */

/* How much each of the two would bring: "cases_here", "tickets_here", PAGE + 1 for more than a page. */
static enum err set_counts(struct cache *cache, const struct json *records, struct json *row)
{
    static const struct key top = {"~", "~"};
    struct keys *keys = xcalloc(1, sizeof *keys);
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof histories / sizeof *histories && err == ERR_OK; i++) {
        char name[32];
        str_format(name, sizeof name, "%s_here", histories[i].name);
        err = find_keys(cache, &histories[i], records, &top, true, keys);
        json_set_int(row, name, keys->count > PAGE ? PAGE + 1 : keys->count);
    }
    free(keys);
    return err;
}

static enum err put_other(struct cache *cache, const char *id, struct json *person,
                          const struct json *records, int64_t now_ms, struct json *answer)
{
    struct json *other, *theirs = json_new_array();
    enum err err = put_row(cache, answer, "with", TABLE_PERSON, id, now_ms, &other);
    if (err == ERR_OK)
        err = person_group(person_get_row, cache->db, id, theirs);
    if (err == ERR_OK && other)
        err = set_counts(cache, theirs, other);
    if (err == ERR_OK && person)
        err = set_counts(cache, records, person);
    json_free(&theirs);
    return err;
}

enum err load_person(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct json *person, *records = json_new_array();
    enum err err = put_row(cache, answer, "person", TABLE_PERSON, json_text(args, "person"), now_ms, &person);
    if (err == ERR_OK)
        err = person_group(person_get_row, cache->db, json_text(args, "person"), records);
    for (size_t i = 0; i < sizeof histories / sizeof *histories && err == ERR_OK; i++)
        err = put_page(cache, &histories[i], records, args, now_ms, answer);
    if (err == ERR_OK)
        err = put_bookings(cache, records, now_ms, answer);
    if (err == ERR_OK)
        err = put_merged(cache, records, answer);
    if (err == ERR_OK)
        err = put_twins(cache, person, now_ms, answer);
    const char *other = json_text(args, "with");
    if (err == ERR_OK && other)
        err = put_other(cache, other, person, records, now_ms, answer);
    json_free(&records);
    return err;
}

const char *person_statement(int n)
{
    enum { HISTORIES = sizeof histories / sizeof *histories };
    if (n < 2 * HISTORIES)
        return n % 2 ? histories[n / 2].sql_up : histories[n / 2].sql_down;
    n -= 2 * HISTORIES;
    return n < WAYS ? ways[n].sql : n == WAYS ? sql_bookings : NULL;
}
