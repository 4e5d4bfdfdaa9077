/* core/cache/load_persons.c: finding persons by a number, a date or a name in any spelling. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/model/name.h"
#include "core/model/person.h"

enum { PERSONS_MAX = 50, LOOKED_AT_MAX = 400, LOOKED_AT_ALL_MAX = 2000 };

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
    if (born_typed(q, key)) {
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

/* Names of which the first word, the family's, or one within begins so: persons_fold, persons_fold_family, and persons_fold_2
 * … of schema.c. The
 * column is among the results, or the view would be sorted. */
#define BEGINS(column)                                                                 \
    "SELECT row, fold, id, " column " FROM persons WHERE " column " >= $1 AND " column \
    " < $2 ORDER BY " column " LIMIT $3"
static const char *const sql_names[] = {BEGINS("fold"),   BEGINS("fold_family"), BEGINS("fold_2"),
                                        BEGINS("fold_3"), BEGINS("fold_4"),      BEGINS("fold_5")};
enum { NAME_PLACES = sizeof sql_names / sizeof *sql_names };

const char *persons_statement(int n)
{
    static const char *const numbers[] = {sql_fin, sql_nik, sql_phone, sql_born};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    return n < NUMBERS ? numbers[n] : n < NUMBERS + NAME_PLACES ? sql_names[n - NUMBERS] : NULL;
}

struct asked {
    struct name_word words[NAME_WORDS_MAX];
    int count,
        left; /* rows that are still looked at: a common beginning is looked through only so far, a person types on */
};

/* Names that begin with key, in which each typed word is answered. */
static enum err find_by_key(struct cache *cache, const char *sql, const char *key, struct asked *asked,
                            struct json *rows)
{
    struct buf end = {0};
    buf_addf(&end, "%s\xF4\x8F\xBF\xBF", key); /* U+10FFFF: after every name that begins so */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, key);
    db_bind_text(s, 2, buf_text(&end));
    db_bind_int(s, 3, asked->left < LOOKED_AT_MAX ? asked->left : LOOKED_AT_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK && json_count(rows) < PERSONS_MAX) {
        struct json *row = NULL;
        const char *text = db_text(s, 0), *fold = db_text(s, 1), *id = db_text(s, 2);
        asked->left--;
        if (!fold || !text || !name_answers(asked->words, asked->count, fold) || is_listed(rows, id))
            continue;
        if (json_parse(text, strlen(text), &row, NULL) == ERR_OK)
            json_add(rows, row);
    }
    db_done(s);
    buf_free(&end);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err find_by_word(struct cache *cache, const struct name_word *word, struct asked *asked,
                             struct json *rows)
{
    enum err err = ERR_OK;
    for (int k = 0; k < word->count && err == ERR_OK && asked->left > 0; k++)
        for (int i = 0; i < NAME_PLACES && err == ERR_OK; i++)
            err = find_by_key(cache, sql_names[i], word->keys[k].text, asked, rows);
    return err;
}

/* The columns keep an apostrophe, and what stands before it is a word. */
static enum err find_by_name(struct cache *cache, const char *q, struct json *rows)
{
    struct asked asked = {.left = LOOKED_AT_ALL_MAX};
    char *typed = xstrdup(q);
    for (char *c = typed; (c = strchr(c, '\'')) != NULL;)
        *c = ' ';
    asked.count = name_ask(typed, asked.words);
    enum err err = ERR_OK;
    for (int lead = 0; lead < asked.count && err == ERR_OK; lead++)
        err = find_by_word(cache, &asked.words[lead], &asked, rows);
    free(typed);
    return err;
}

/* A record that was merged is found by what stands in it, and shown as the one that goes on. */
static enum err fold_merged(struct cache *cache, int64_t now_ms, struct json *answer)
{
    struct json *found = json_copy(json_get(answer, "rows")), *rows = put_array(answer, "rows");
    enum err err = ERR_OK;
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one)) {
        struct json *row = NULL;
        if (str_empty(json_text(one, "merged_into")))
            row = json_copy(one);
        else
            err = find_row(cache, TABLE_PERSON, json_text(one, "id"), now_ms, &row);
        if (row && !is_listed(rows, json_text(row, "id")))
            json_add(rows, row);
        else
            json_free(&row);
    }
    json_free(&found);
    return err;
}

enum err load_persons(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    const char *q = json_text_or(args, "q", ""), *by = NULL;
    struct json *rows = put_array(answer, "rows");
    TRY(find_by_number(cache, q, now_ms, rows, &by));
    if (json_count(rows) == 0 && (!by || strcmp(by, "born") != 0))
        TRY(find_by_name(cache, q, rows));
    TRY(fold_merged(cache, now_ms, answer));
    json_set_text(answer, "q", q);
    json_set_text(answer, "by", by ? by : "name");
    return ERR_OK;
}
