/* core/hall/search_index.c: see search_index.h. */
#include "core/hall/search_index.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/str.h"
#include "core/db/rows.h"
#include "core/model/calendar.h"
#include "core/model/name.h"

enum {
    PART = 4096,
    PART_WORDS = PART / 64,
    LIST_MAX = 300, /* more than so many of a part are a bit each: 683 signs */
    BITS_TEXT = (PART + 5) / 6,
    MEMBERS_TEXT = 1 + BITS_TEXT + 1,
    DOCUMENT_MIN = 4,
};

/* --- statements, each by a primary key or search_person_number --- */

static const char sql_part[] = "SELECT members FROM search_set WHERE key = $1 AND part = $2";
static const char sql_set[] = "SELECT part, members, key FROM search_set WHERE key = $1 ORDER BY part";
static const char sql_sets[] = "SELECT part, members, key FROM search_set WHERE key >= $1 AND key < $2"
                               " ORDER BY key, part";
static const char sql_entry[] = "SELECT number, words FROM search_person WHERE id = $1";
static const char sql_highest[] = "SELECT number FROM search_person ORDER BY number DESC LIMIT 1";
static const char sql_person[] = "SELECT id FROM search_person WHERE number = $1";
static const char sql_words[] = "SELECT words FROM search_person WHERE number = $1";
static const char sql_range[] = "SELECT number, words FROM search_person WHERE number >= $1 AND number < $2"
                                " ORDER BY number";
static const char sql_next[] = "SELECT id, row FROM persons WHERE id > $1 ORDER BY id LIMIT $2";

const char *search_index_statement(int n)
{
    static const char *const all[] = {sql_part,   sql_set,   sql_sets,  sql_entry, sql_highest,
                                      sql_person, sql_words, sql_range, sql_next};
    return n < (int)(sizeof all / sizeof *all) ? all[n] : NULL;
}

/* --- a part as text: '+' and two signs a member, or '*' and a sign for six bits; signs are '0' to 'o' --- */

static char sign(unsigned value)
{
    return (char)('0' + (value & 63));
}

static bool unsign(char c, unsigned *value)
{
    *value = (unsigned)(unsigned char)c - '0';
    return *value < 64;
}

static int part_count(const uint64_t bits[PART_WORDS])
{
    int count = 0;
    for (int i = 0; i < PART_WORDS; i++)
        count += __builtin_popcountll(bits[i]);
    return count;
}

static void part_print(const uint64_t bits[PART_WORDS], char out[MEMBERS_TEXT])
{
    bool list = part_count(bits) <= LIST_MAX;
    char *to = out;
    *to++ = list ? '+' : '*';
    for (unsigned at = 0; list && at < PART; at++)
        if (bits[at / 64] >> at % 64 & 1) {
            *to++ = sign(at >> 6);
            *to++ = sign(at);
        }
    for (unsigned at = 0; !list && at < PART; at += 6) {
        unsigned six = 0;
        for (unsigned i = 0; i < 6 && at + i < PART; i++)
            six |= (unsigned)(bits[(at + i) / 64] >> (at + i) % 64 & 1) << i;
        *to++ = sign(six);
    }
    *to = '\0';
}

static bool list_read(const char *text, uint64_t bits[PART_WORDS])
{
    for (; text[0] && text[1]; text += 2) {
        unsigned high, low;
        if (!unsign(text[0], &high) || !unsign(text[1], &low))
            return false;
        bits[high] |= (uint64_t)1 << low; /* 64 members a word, and 64 words */
    }
    return !text[0];
}

/* 32 signs are 192 bits: three words. */
static bool bits_read(const char *text, uint64_t bits[PART_WORDS])
{
    size_t length = strnlen(text, BITS_TEXT + 1);
    if (length != BITS_TEXT)
        return false;
    for (unsigned at = 0, i = 0; i < BITS_TEXT; i++, at += 6) {
        unsigned six;
        if (!unsign(text[i], &six))
            return false;
        bits[at / 64] |= (uint64_t)six << at % 64;
        if (at % 64 > 58 && at / 64 + 1 < PART_WORDS)
            bits[at / 64 + 1] |= (uint64_t)six >> (64 - at % 64);
    }
    return true;
}

/* Adds the members to bits. */
static bool part_read(const char *text, uint64_t bits[PART_WORDS])
{
    if (!text)
        return false;
    return text[0] == '+' ? list_read(text + 1, bits) : text[0] == '*' && bits_read(text + 1, bits);
}

/* --- what a person is found by --- */

bool search_document(const char *typed, char key[SEARCH_ID])
{
    size_t length = 0;
    bool digit = false;
    key[length++] = '#';
    for (const char *c = typed; *c && length < NAME_KEY - 1; c++)
        if (isalnum((unsigned char)*c)) {
            key[length++] = (char)toupper((unsigned char)*c);
            digit |= isdigit((unsigned char)*c) != 0;
        }
    key[length] = '\0';
    return digit && length > DOCUMENT_MIN;
}

static void add_documents(const struct json *row, struct buf *out)
{
    const struct json *documents = json_get(row, "documents");
    for (const struct json *one = json_first(documents); one; one = json_next(one)) {
        char key[SEARCH_ID];
        const char *number = json_is_object(one) ? json_text(one, "number") : json_as_text(one);
        if (number && search_document(number, key) && !strstr(buf_text(out), key))
            buf_addf(out, " %s", key);
    }
}

/* "aliava laila @1990-12-31 #AZE1234567": words of the name, then the marks. */
static void describe(const struct json *row, struct buf *out)
{
    static const char *const members[] = {"name", "given", "family", "father"};
    int32_t day;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        name_words(json_text(row, members[i]), out);
    const char *born = json_text(row, "born");
    if (born && day_parse(born, &day) && strlen(born) == DATE_TEXT - 1)
        buf_addf(out, " @%s", born);
    add_documents(row, out);
}

/* --- changes of the sets --- */

struct posting {
    char key[NAME_KEY];
    int64_t number;
    bool in;
};

struct postings {
    struct posting *all;
    size_t count, capacity;
};

static void add_posting(struct postings *postings, const char *key, size_t length, const char *end,
                        int64_t number, bool in)
{
    if (postings->count == postings->capacity) {
        postings->capacity = postings->capacity ? postings->capacity * 2 : 64;
        postings->all = xrealloc(postings->all, postings->capacity * sizeof *postings->all);
    }
    struct posting *posting = &postings->all[postings->count++];
    *posting = (struct posting){.number = number, .in = in};
    str_format(posting->key, sizeof posting->key, "%.*s%s", (int)length, key, end);
}

/* A word's beginnings, at whole letters, and itself. */
static void add_word(struct postings *postings, const char *word, size_t length, int64_t number, bool in)
{
    size_t at = 0, used;
    for (int letters = 0; letters < SEARCH_PREFIX && at < length; letters++) {
        utf8_decode(word + at, length - at, &used);
        at += used;
        add_posting(postings, word, at, "", number, in);
    }
    add_posting(postings, word, length, ".", number, in);
}

static void add_described(struct postings *postings, const char *words, int64_t number, bool in)
{
    for (const char *at = words; *at;) {
        size_t length = strcspn(at, " ");
        if (*at == '@' || *at == '#')
            add_posting(postings, at, length, "", number, in);
        else if (length)
            add_word(postings, at, length, number, in);
        at += length + (at[length] == ' ');
    }
}

static int posting_order(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    int by_key = strcmp(x->key, y->key);
    if (by_key)
        return by_key;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (int)x->in - (int)y->in;
}

static bool same_part(const struct posting *a, const struct posting *b)
{
    return a->number / PART == b->number / PART && strcmp(a->key, b->key) == 0;
}

static bool same_member(const struct posting *a, const struct posting *b)
{
    return a->number == b->number && strcmp(a->key, b->key) == 0;
}

static enum err part_load(struct db *db, const struct posting *of, uint64_t bits[PART_WORDS])
{
    struct stmt *s = db_query(db, sql_part);
    db_bind_text(s, 1, of->key);
    db_bind_int(s, 2, of->number / PART);
    enum err err = db_step(s);
    if (err == ERR_OK && !part_read(db_text(s, 0), bits))
        err = ERR_CORRUPT;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err part_save(struct db *db, const struct posting *of, const uint64_t bits[PART_WORDS])
{
    static const char put[] = "INSERT INTO search_set (key, part, members) VALUES ($1, $2, $3)"
                              " ON CONFLICT (key, part) DO UPDATE SET members = excluded.members",
                      gone[] = "DELETE FROM search_set WHERE key = $1 AND part = $2";
    char members[MEMBERS_TEXT];
    bool empty = part_count(bits) == 0;
    struct stmt *s = db_query(db, empty ? gone : put);
    db_bind_text(s, 1, of->key);
    db_bind_int(s, 2, of->number / PART);
    if (!empty) {
        part_print(bits, members);
        db_bind_text(s, 3, members);
    }
    return db_run(s);
}

/* A damaged part is what the persons' own words make of it. What stood there tells nothing, so that nobody's record is
 * refused for it. */
static enum err part_again(struct db *db, const char *key, int64_t part, uint64_t bits[PART_WORDS])
{
    struct postings postings = {0};
    struct stmt *s = db_query(db, sql_range);
    db_bind_int(s, 1, part * PART);
    db_bind_int(s, 2, (part + 1) * PART);
    memset(bits, 0, PART_WORDS * sizeof *bits);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        add_described(&postings, db_text(s, 1) ? db_text(s, 1) : "", db_int(s, 0), true);
        for (size_t i = 0; i < postings.count; i++) {
            const struct posting *p = &postings.all[i];
            if (strcmp(p->key, key) == 0)
                bits[p->number % PART / 64] |= (uint64_t)1 << p->number % 64;
        }
        postings.count = 0;
    }
    db_done(s);
    free(postings.all);
    log_write(LOG_WARN, "the index of persons was damaged at \"%s\": it goes by the persons' own words there",
              key);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* One part of one key: postings from..to of it, sorted. What goes out and comes in again stays as it is. */
static enum err change_part(struct db *db, const struct posting *from, const struct posting *to)
{
    uint64_t bits[PART_WORDS] = {0}, before[PART_WORDS];
    enum err err = part_load(db, from, bits);
    bool damaged = err == ERR_CORRUPT;
    if (damaged)
        err = part_again(db, from->key, from->number / PART, bits);
    memcpy(before, bits, sizeof before);
    for (const struct posting *p = from; p < to; p++) {
        uint64_t bit = (uint64_t)1 << p->number % 64, *word = &bits[p->number % PART / 64];
        *word = p->in ? *word | bit : *word & ~bit; /* in comes last */
    }
    bool same = !damaged && memcmp(bits, before, sizeof bits) == 0;
    return err != ERR_OK || same ? err : part_save(db, from, bits);
}

static bool changes_anything(const struct posting *from, const struct posting *to)
{
    for (const struct posting *p = from; p < to;) {
        const struct posting *first = p;
        while (p < to && same_member(first, p))
            p++;
        if (first->in == p[-1].in)
            return true;
    }
    return false;
}

static enum err change_sets(struct db *db, struct postings *postings)
{
    enum err err = ERR_OK;
    if (postings->count)
        qsort(postings->all, postings->count, sizeof *postings->all, posting_order);
    const struct posting *end = postings->all + postings->count;
    for (const struct posting *from = postings->all; from < end && err == ERR_OK;) {
        const struct posting *to = from;
        while (to < end && same_part(from, to))
            to++;
        if (changes_anything(from, to))
            err = change_part(db, from, to);
        from = to;
    }
    free(postings->all);
    *postings = (struct postings){0};
    return err;
}

/* --- persons --- */

struct entry {
    int64_t number;
    char *words; /* NULL: not in the index */
};

static enum err entry_save(struct db *db, const char *person, int64_t number, const char *words)
{
    static const char put[] = "INSERT INTO search_person (id, number, words) VALUES ($1, $2, $3)"
                              " ON CONFLICT (id) DO UPDATE SET words = excluded.words",
                      gone[] = "DELETE FROM search_person WHERE id = $1";
    struct stmt *s = db_query(db, words ? put : gone);
    db_bind_text(s, 1, person);
    if (words) {
        db_bind_int(s, 2, number);
        db_bind_text(s, 3, words);
    }
    return db_run(s);
}

static enum err entry_load(struct db *db, const char *person, struct entry *entry)
{
    struct stmt *s = db_query(db, sql_entry);
    *entry = (struct entry){0};
    db_bind_text(s, 1, person);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        entry->number = db_int(s, 0);
        entry->words = xstrdup(db_text(s, 1) ? db_text(s, 1) : "");
        err = entry->number < 0 ? ERR_CORRUPT : ERR_OK;
    }
    db_done(s);
    if (err == ERR_CORRUPT) { /* a number that nobody has: as if the person were new */
        log_write(LOG_WARN, "the index of persons was damaged at the person %s: it is written anew", person);
        free(entry->words);
        *entry = (struct entry){0};
        return entry_save(db, person, 0, NULL);
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The highest number that is given; -1: none. */
static enum err highest(struct db *db, int64_t *number)
{
    struct stmt *s = db_query(db, sql_highest);
    enum err err = db_step(s);
    *number = err == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Writes the person's entry, and what the sets have to change for it into postings. words NULL: gone. */
static enum err enter(struct db *db, const char *person, const char *words, struct postings *postings)
{
    struct entry old;
    enum err err = entry_load(db, person, &old);
    int64_t number = old.number;
    if (err != ERR_OK || (!old.words && !words) || (old.words && words && strcmp(old.words, words) == 0)) {
        free(old.words);
        return err;
    }
    if (!old.words) {
        err = highest(db, &number);
        number++;
    }
    if (err == ERR_OK)
        err = entry_save(db, person, number, words);
    add_described(postings, old.words ? old.words : "", number, false);
    add_described(postings, words ? words : "", number, true);
    free(old.words);
    return err;
}

static enum err note_text(struct db *db, const char *person, const char *text, struct postings *postings)
{
    struct json *row = NULL;
    struct buf words = {0};
    if (!text)
        return enter(db, person, NULL, postings);
    if (json_parse(text, strlen(text), &row, NULL) != ERR_OK)
        return ERR_CORRUPT;
    describe(row, &words);
    enum err err = enter(db, person, buf_text(&words), postings);
    buf_free(&words);
    json_free(&row);
    return err;
}

enum err search_note(struct db *db, const char *person, const char *text)
{
    struct postings postings = {0};
    enum err err = note_text(db, person, text, &postings);
    enum err changed = change_sets(db, &postings);
    return err == ERR_OK ? changed : err;
}

/* --- a file from before the index --- */

static enum err place_load(struct db *db, char place[SEARCH_ID], bool *whole)
{
    static const char sql[] = "SELECT place, whole FROM search_state WHERE id = 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    *whole = err == ERR_OK && db_int(s, 1) == 1;
    str_copy(place, SEARCH_ID, err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

static enum err place_save(struct db *db, const char *place, bool whole)
{
    static const char sql[] = "UPDATE search_state SET place = $1, whole = $2 WHERE id = 1";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, whole ? "" : place);
    db_bind_int(s, 2, whole);
    return db_run(s);
}

enum err search_whole(struct db *db, bool *whole)
{
    char place[SEARCH_ID];
    return place_load(db, place, whole);
}

enum err search_slice(struct db *db, int persons_max, bool *whole)
{
    struct postings postings = {0};
    char place[SEARCH_ID];
    int count = 0;
    enum err err = place_load(db, place, whole);
    if (err != ERR_OK || *whole)
        return err;
    struct stmt *s = db_query(db, sql_next);
    db_bind_text(s, 1, place);
    db_bind_int(s, 2, persons_max);
    while ((err = db_step(s)) == ERR_OK) {
        str_copy(place, sizeof place, db_text(s, 0));
        if ((err = note_text(db, place, db_text(s, 1) ? db_text(s, 1) : "", &postings)) != ERR_OK)
            break;
        count++;
    }
    db_done(s);
    err = err == ERR_ABSENT ? ERR_OK : err;
    enum err changed = change_sets(db, &postings);
    err = err == ERR_OK ? changed : err;
    *whole = err == ERR_OK && count < persons_max;
    return err == ERR_OK ? place_save(db, place, *whole) : err;
}

/* --- sets in memory --- */

struct person_set person_set_new(struct db *db, enum err *err)
{
    int64_t last;
    *err = highest(db, &last);
    size_t parts = *err == ERR_OK && last >= 0 ? (size_t)(last / PART) + 1 : 0;
    return (struct person_set){.bits = xcalloc(parts * PART_WORDS + 1, sizeof(uint64_t)),
                               .words = parts * PART_WORDS};
}

void person_set_free(struct person_set *set)
{
    free(set->bits);
    *set = (struct person_set){0};
}

/* The statement gives (part, members, key). Of numbers that were never given nothing is asked; a damaged part is made again
 * for this question alone, since who asks writes nothing. */
static enum err add_parts(struct db *db, struct stmt *s, struct person_set *set, int *rows_left)
{
    enum err err = ERR_OK;
    while (*rows_left > 0 && (err = db_step(s)) == ERR_OK) {
        uint64_t bits[PART_WORDS] = {0};
        int64_t part = db_int(s, 0);
        --*rows_left;
        if (part < 0 || (size_t)part >= set->words / PART_WORDS)
            continue;
        if (!part_read(db_text(s, 1), bits) &&
            (err = part_again(db, db_text(s, 2) ? db_text(s, 2) : "", part, bits)) != ERR_OK)
            break;
        for (int i = 0; i < PART_WORDS; i++)
            set->bits[part * PART_WORDS + i] |= bits[i];
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err person_set_add(struct db *db, const char *key, struct person_set *set, int *rows_left)
{
    struct stmt *s = db_query(db, sql_set);
    db_bind_text(s, 1, key);
    return add_parts(db, s, set, rows_left);
}

/* U+10FFFD sorts behind every letter. */
enum err person_set_add_all(struct db *db, const char *text, struct person_set *set, int *rows_left,
                            bool *cut)
{
    char *end = xasprintf("%s\xF4\x8F\xBF\xBD", text);
    struct stmt *s = db_query(db, sql_sets);
    db_bind_text(s, 1, text);
    db_bind_text(s, 2, end);
    free(end);
    enum err err = add_parts(db, s, set, rows_left);
    *cut |= *rows_left <= 0;
    return err;
}

enum err search_person(struct db *db, int64_t number, char id[SEARCH_ID])
{
    struct stmt *s = db_query(db, sql_person);
    db_bind_int(s, 1, number);
    enum err err = db_step(s);
    str_copy(id, SEARCH_ID, err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return err;
}

enum err search_words(struct db *db, int64_t number, struct buf *out)
{
    struct stmt *s = db_query(db, sql_words);
    db_bind_int(s, 1, number);
    enum err err = db_step(s);
    const char *words = err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "";
    buf_add(out, words, strcspn(words, "@#"));
    db_done(s);
    return err;
}

/* --- whether it is what the rows make of it --- */

static enum err wrong(const char *id, const char *sentence, char person[SEARCH_ID], const char **what)
{
    str_copy(person, SEARCH_ID, id ? id : "");
    *what = sentence;
    return ERR_CORRUPT;
}

/* Each person has an entry with the words of the row; while a file is read in, those beyond the place have none. */
static enum err check_entry(struct stmt *s, const char *place, bool whole, char person[SEARCH_ID],
                            const char **what)
{
    const char *id = db_text(s, 0), *text = db_text(s, 1), *kept = db_text(s, 2);
    struct json *row = NULL;
    struct buf words = {0};
    if (!kept)
        return whole || strcmp(id, place) <= 0
                   ? wrong(id, "is not in the index of persons and cannot be found", person, what)
                   : ERR_OK;
    if (!text || json_parse(text, strlen(text), &row, NULL) != ERR_OK)
        return wrong(id, "cannot be read", person, what);
    describe(row, &words);
    bool same = strcmp(kept, buf_text(&words)) == 0 && db_int(s, 3) == 1;
    buf_free(&words);
    json_free(&row);
    return same ? ERR_OK : wrong(id, "stands in the index under other words than its own", person, what);
}

static enum err check_entries(struct db *db, char person[SEARCH_ID], const char **what)
{
    /* Both read whole by their primary keys, once a verification. */
    static const char sql[] =
        "SELECT p.id, p.row, s.words, typeof(s.number) = 'integer' AND typeof(s.words) = 'text'"
        " FROM persons AS p LEFT JOIN search_person AS s ON s.id = p.id ORDER BY p.id",
                      strays[] = "SELECT id FROM search_person WHERE typeof(id) <> 'text' OR number < 0"
                                 " OR id NOT IN (SELECT id FROM persons) LIMIT 1";
    char place[SEARCH_ID];
    bool whole;
    enum err err = place_load(db, place, &whole);
    if (err != ERR_OK)
        return err == ERR_CORRUPT ? wrong("", "the index of persons has lost its place", person, what) : err;
    struct stmt *s = db_query(db, sql);
    while ((err = db_step(s)) == ERR_OK)
        if ((err = check_entry(s, place, whole, person, what)) != ERR_OK)
            break;
    db_done(s);
    if (err != ERR_ABSENT)
        return err;
    s = db_query(db, strays);
    err = db_step(s);
    if (err == ERR_OK)
        err = wrong(db_text(s, 0), "is in the index of persons, but was never recorded", person, what);
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The sets of one part are those of its persons; *parts counts them. */
static enum err check_sets(struct db *db, struct postings *postings, int64_t *parts, bool *same)
{
    enum err err = ERR_OK;
    if (postings->count)
        qsort(postings->all, postings->count, sizeof *postings->all, posting_order);
    const struct posting *end = postings->all + postings->count;
    for (const struct posting *from = postings->all, *to; from < end && *same && err == ERR_OK; from = to) {
        uint64_t want[PART_WORDS] = {0}, kept[PART_WORDS] = {0};
        for (to = from; to < end && same_part(from, to); to++)
            want[to->number % PART / 64] |= (uint64_t)1 << to->number % 64;
        err = part_load(db, from, kept);
        *same = err == ERR_OK && memcmp(want, kept, sizeof want) == 0;
        ++*parts;
    }
    postings->count = 0;
    return err;
}

static enum err count_sets(struct db *db, int64_t *count)
{
    static const char sql[] = "SELECT count(*) FROM search_set WHERE typeof(key) = 'text'"
                              " AND typeof(part) = 'integer' AND typeof(members) = 'text'";
    static const char all[] = "SELECT count(*) FROM search_set";
    int64_t right;
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    right = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    if (err != ERR_OK)
        return err;
    s = db_query(db, all);
    err = db_step(s);
    *count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    if (err == ERR_OK && *count != right)
        *count = -1;
    return err;
}

enum err search_verify(struct db *db, char person[SEARCH_ID], const char **what)
{
    static const char sql[] =
        "SELECT id, number, words FROM search_person ORDER BY number"; /* search_person_number */
    static const char sentence[] = "the index of persons is not what the persons make of it";
    struct postings postings = {0};
    int64_t parts = 0, kept = 0, last = -1;
    bool same = true;
    enum err err = check_entries(db, person, what);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    while ((err = db_step(s)) == ERR_OK && same) {
        int64_t number = db_int(s, 1);
        if (last >= 0 && number / PART != last / PART &&
            (err = check_sets(db, &postings, &parts, &same)) != ERR_OK)
            break;
        same = same && number != last;
        last = number;
        add_described(&postings, db_text(s, 2) ? db_text(s, 2) : "", number, true);
    }
    db_done(s);
    err = err == ERR_ABSENT ? ERR_OK : err;
    if (err == ERR_OK)
        err = check_sets(db, &postings, &parts, &same);
    if (err == ERR_OK)
        err = count_sets(db, &kept);
    free(postings.all);
    if (err == ERR_CORRUPT || (err == ERR_OK && (!same || kept != parts)))
        return wrong("", sentence, person, what);
    return err;
}
