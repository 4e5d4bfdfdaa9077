/* core/cache/load_find.c: finding persons and services by what is typed, in any spelling. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/model/person.h"

enum { PERSONS_MAX = 50, LOOKED_AT_MAX = 400, SERVICES_MAX = 60, WORDS_MAX = 6 };

/* The words of what was typed, folded: "Əli-zadə  " → "ali", "zada" … cut in place. */
static int split_words(char *text, char *words[WORDS_MAX])
{
    int count = 0;
    for (char *c = text; *c && count < WORDS_MAX;) {
        while (*c && (isspace((unsigned char)*c) || ispunct((unsigned char)*c)))
            *c++ = '\0';
        if (*c)
            words[count++] = c;
        while (*c && !isspace((unsigned char)*c) && !ispunct((unsigned char)*c))
            c++;
    }
    return count;
}

static bool word_begins(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length)
        if (at == text || !isalnum((unsigned char)at[-1]))
            return true;
    return false;
}

static bool all_begin(const char *text, char *const words[], int count)
{
    for (int i = 0; i < count; i++)
        if (!word_begins(text, words[i]))
            return false;
    return true;
}

/* --- persons by a number or a date --- */

/* persons_fin, persons_nik, persons_phone, persons_born */
static const char sql_fin[] = "SELECT row, id FROM persons WHERE fin = $1 LIMIT $2";
static const char sql_nik[] = "SELECT row, id FROM persons WHERE nik = $1 LIMIT $2";
static const char sql_phone[] = "SELECT row, id FROM persons WHERE phone = $1 LIMIT $2";
static const char sql_born[] = "SELECT row, id FROM persons WHERE born = $1 LIMIT $2";

static const struct number_kind {
    enum identity kind;
    const char *by, *sql;
} number_kinds[] = {
    {IDENTITY_FIN, "fin", sql_fin},
    {IDENTITY_NIK, "nik", sql_nik},
    {IDENTITY_PHONE_AZ, "phone", sql_phone},
    {IDENTITY_PHONE_ID, "phone", sql_phone},
};

/* 31.12.1990, 31/12/1990 or 1990-12-31: day first unless the year is. */
static bool birth_date(const char *q, char out[DATE_TEXT])
{
    int a = 0, b = 0, c = 0;
    char first[2], second[2];
    if (sscanf(q, "%4d%1[-./]%4d%1[-./]%4d", &a, first, &b, second, &c) != 5)
        return false;
    int year = a > 31 ? a : c, day = a > 31 ? c : a;
    if (year < 1900 || year > 2199 || b < 1 || b > 12 || day < 1 || day > 31)
        return false;
    return str_format(out, DATE_TEXT, "%04d-%02d-%02d", year, b, day);
}

static bool has_digit(const char *text)
{
    return text[strcspn(text, "0123456789")] != '\0';
}

static enum err find_exact(struct cache *cache, const char *sql, const char *key, int64_t now_ms,
                           struct json *rows)
{
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, key);
    db_bind_int(s, 2, PERSONS_MAX);
    return add_rows(cache, rows, TABLE_PERSON, s, PERSONS_MAX, now_ms, NULL);
}

/* *by NULL: it is no number and no date. Several kinds may fit; the first that finds somebody is it. */
static enum err find_by_number(struct cache *cache, const char *q, int64_t now_ms, struct json *rows,
                               const char **by)
{
    char key[IDENTITY_TEXT];
    if (birth_date(q, key)) {
        *by = "born";
        return find_exact(cache, sql_born, key, now_ms, rows);
    }
    /* "Aliyeva" has the letters of a FIN: without a digit it is a name. */
    for (size_t i = 0; has_digit(q) && i < sizeof number_kinds / sizeof *number_kinds; i++) {
        if (json_count(rows) > 0 || !identity_normal(number_kinds[i].kind, q, key))
            continue;
        TRY(find_exact(cache, number_kinds[i].sql, key, now_ms, rows));
        if (!*by || json_count(rows) > 0)
            *by = number_kinds[i].by;
    }
    return ERR_OK;
}

/* --- persons by name --- */

static bool is_listed(const struct json *rows, const char *id)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return true;
    return false;
}

/* Names that begin with one of the words, of which the others begin a word too. A common beginning is looked
 * through only so far: a person types on. */
static enum err find_by_word(struct cache *cache, const char *sql, char *const words[], int count, int lead,
                             struct json *rows)
{
    struct buf end = {0};
    buf_addf(&end, "%s\xF4\x8F\xBF\xBF", words[lead]); /* U+10FFFF: after every name that begins so */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, words[lead]);
    db_bind_text(s, 2, buf_text(&end));
    db_bind_int(s, 3, LOOKED_AT_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK && json_count(rows) < PERSONS_MAX) {
        struct json *row = NULL;
        const char *text = db_text(s, 0), *fold = db_text(s, 1), *id = db_text(s, 2);
        if (!fold || !text || !all_begin(fold, words, count) || is_listed(rows, id))
            continue;
        if (json_parse(text, strlen(text), &row, NULL) == ERR_OK)
            json_add(rows, row);
    }
    db_done(s);
    buf_free(&end);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err find_by_name(struct cache *cache, const char *q, struct json *rows)
{
    static const char sql_spoken[] = "SELECT row, fold, id FROM persons WHERE fold >= $1 AND fold < $2"
                                     " ORDER BY fold LIMIT $3"; /* persons_fold */
    static const char sql_family[] =
        "SELECT row, fold_family, id FROM persons WHERE fold_family >= $1"
        " AND fold_family < $2 ORDER BY fold_family LIMIT $3"; /* persons_fold_family */
    struct buf folded = {0};
    char *words[WORDS_MAX];
    utf8_fold_name(&folded, q);
    char *text = folded.data ? folded.data : NULL;
    int count = text ? split_words(text, words) : 0;
    enum err err = ERR_OK;
    for (int lead = 0; lead < count && err == ERR_OK; lead++) {
        err = find_by_word(cache, sql_spoken, words, count, lead, rows);
        if (err == ERR_OK)
            err = find_by_word(cache, sql_family, words, count, lead, rows);
    }
    buf_free(&folded);
    return err;
}

enum err load_persons(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    const char *q = json_text_or(args, "q", ""), *by = NULL;
    struct json *rows = put_array(answer, "rows");
    TRY(find_by_number(cache, q, now_ms, rows, &by));
    if (json_count(rows) == 0 && (!by || strcmp(by, "born") != 0))
        TRY(find_by_name(cache, q, rows));
    json_set_text(answer, "q", q);
    json_set_text(answer, "by", by ? by : "name");
    return ERR_OK;
}

/* Rows of one person, each with the name of its service. */
static enum err add_history(struct cache *cache, struct json *answer, const char *name, enum table table,
                            struct stmt *s, const char *person, int64_t now_ms)
{
    struct json *found = json_new_array(), *rows = put_array(answer, name);
    db_bind_text(s, 1, person);
    db_bind_int(s, 2, PERSONS_MAX);
    enum err err = add_rows(cache, found, table, s, PERSONS_MAX, now_ms, NULL);
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one)) {
        struct json *row = json_copy(one);
        json_add(rows, row);
        err = set_name_of(cache, row, "service_name", TABLE_SERVICE, json_text(row, "service"));
    }
    json_free(&found);
    return err;
}

enum err load_person(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_cases[] = "SELECT row, opened_at FROM cases WHERE person = $1"
                                    " ORDER BY opened_at DESC LIMIT $2"; /* cases_person */
    static const char sql_tickets[] = "SELECT row, arrived_at FROM tickets WHERE person = $1"
                                      " ORDER BY arrived_at DESC LIMIT $2"; /* tickets_person */
    const char *person = json_text(args, "person");
    TRY(put_row(cache, answer, "person", TABLE_PERSON, person, now_ms, NULL));
    TRY(add_history(cache, answer, "cases", TABLE_CASE, db_query(cache->db, sql_cases), person, now_ms));
    return add_history(cache, answer, "tickets", TABLE_TICKET, db_query(cache->db, sql_tickets), person,
                       now_ms);
}

/* --- services --- */

static void fold_all(struct buf *out, const struct json *value)
{
    if (json_as_text(value)) {
        utf8_fold(out, json_as_text(value));
        buf_addc(out, ' ');
    }
    for (const struct json *part = json_first(value); part; part = json_next(part))
        fold_all(out, part);
}

/* A service without its form and notices, and "fold": every word by which it is found. */
static enum err service_line(struct cache *cache, const struct json *service, struct json *lines)
{
    static const char *const members[] = {"id", "name", "agency", "queue", "documents", "fees", "time"};
    static const char *const when[] = {"hours", "quota"};
    static const char *const found_by[] = {"name", "keywords", "id", "agency_name", "queue_code"};
    struct json *line = json_new_object(), *queue = NULL;
    json_add(lines, line);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *member = json_get(service, members[i]);
        json_set(line, members[i], member ? json_copy(member) : json_new_null());
    }
    for (size_t i = 0; i < sizeof when / sizeof *when; i++)
        if (json_get(service, when[i]))
            json_set(line, when[i], json_copy(json_get(service, when[i])));
    TRY(set_name_of(cache, line, "agency_name", TABLE_AGENCY, json_text(service, "agency")));
    TRY(find_row(cache, TABLE_QUEUE, json_text(service, "queue"), 0, &queue));
    json_set_text(line, "queue_code", json_text(queue, "code"));
    json_free(&queue);
    struct buf fold = {0};
    for (size_t i = 0; i < sizeof found_by / sizeof *found_by; i++)
        fold_all(&fold, json_get(strcmp(found_by[i], "keywords") == 0 ? service : line, found_by[i]));
    json_set_text(line, "fold", buf_text(&fold));
    buf_free(&fold);
    return ERR_OK;
}

/* Services are whole files with their forms: parsed once for all keys typed, and again when one changes. */
static enum err need_services(struct cache *cache)
{
    enum { READ_MAX = 4000 };
    static const char sql_services[] =
        "SELECT row, id FROM services WHERE " VERSION_NOT_KEPT " ORDER BY id LIMIT $1"; /* primary key */
    if (cache->services)
        return ERR_OK;
    struct json *rows = json_new_array(), *lines = json_new_array();
    struct stmt *s = db_query(cache->db, sql_services);
    db_bind_int(s, 1, READ_MAX);
    enum err err = add_rows(cache, rows, TABLE_SERVICE, s, READ_MAX, 0, NULL);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row))
        err = service_line(cache, row, lines);
    json_free(&rows);
    if (err == ERR_OK)
        cache->services = lines;
    else
        json_free(&lines);
    return err;
}

/* The rows of one answer. */
struct found {
    struct json *rows, *listed[SERVICES_MAX]; /* listed: borrowed from rows, to be added to */
    int count;
    bool more; /* not all */
};

struct wanted {
    char *words[WORDS_MAX];
    int count;
    const char *agency, *first; /* NULL or "": any, none */
};

static bool is_wanted(const struct wanted *wanted, const struct json *line)
{
    return (str_empty(wanted->agency) || str_equal(json_text(line, "agency"), wanted->agency)) &&
           all_begin(json_text_or(line, "fold", ""), wanted->words, wanted->count);
}

static enum err add_service(struct cache *cache, const struct json *line, int64_t now_ms, struct found *found)
{
    struct json *row = json_copy(line);
    json_remove(row, "fold");
    json_add(found->rows, row);
    found->listed[found->count++] = row;
    return set_waiting(cache, row, json_text(row, "queue"), now_ms);
}

/* The service that is asked for first, then the others. */
static enum err matching_services(struct cache *cache, const struct wanted *wanted, int64_t now_ms,
                                  struct found *found)
{
    for (int pass = str_empty(wanted->first) ? 1 : 0; pass < 2; pass++) {
        for (const struct json *line = json_first(cache->services); line; line = json_next(line)) {
            bool first = !str_empty(wanted->first) && str_equal(json_text(line, "id"), wanted->first);
            if (first != (pass == 0) || !is_wanted(wanted, line))
                continue;
            found->more = found->count == SERVICES_MAX;
            if (found->more)
                return ERR_OK;
            TRY(add_service(cache, line, now_ms, found));
        }
    }
    return ERR_OK;
}

enum err load_services(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    const char *q = json_text_or(args, "q", "");
    struct buf folded = {0};
    struct wanted wanted = {.agency = json_text(args, "agency"), .first = json_text(args, "first")};
    TRY(need_services(cache));
    utf8_fold(&folded, q);
    wanted.count = folded.data ? split_words(folded.data, wanted.words) : 0;
    json_set_text(answer, "q", q);
    struct found found = {.rows = put_array(answer, "rows")};
    enum err err = matching_services(cache, &wanted, now_ms, &found);
    json_set_bool(answer, "more", found.more);
    buf_free(&folded);
    if (err == ERR_OK)
        err = set_issued(cache, found.listed, found.count, now_ms);
    return err == ERR_OK ? put_calendar(cache, answer) : err;
}

/* The lawful priority classes are the hall's own; a hall that names none has those of its services. */
enum err load_priorities(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    (void)args, (void)now_ms;
    TRY(put_hall(cache, answer));
    const struct json *given = json_get(json_get(answer, "hall"), "priorities");
    json_set(answer, "rows", json_is_array(given) ? json_copy(given) : json_new_array());
    json_remove(answer, "hall");
    return ERR_OK;
}
