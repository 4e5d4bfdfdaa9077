/* core/cache/load_bookings.c: the bookings that reception looks for when somebody says that they have one: by number, name
 * or time. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/cache/words.h"

/* LOOKED_AT_MAX: more than a hall books for a day, and for the days to come that are looked through. */
enum { ROWS_MAX = 60, LOOKED_AT_MAX = 4000 };

struct search {
    char *words[WORDS_MAX];
    int count;
    struct json *rows, *later; /* later: those of today who are here, behind the others */
    int64_t booked, here;      /* of today, whatever was typed */
    bool more;
};

static enum err add_name(struct cache *cache, const char *person, struct buf *text)
{
    struct json *row;
    TRY(find_row(cache, TABLE_PERSON, person, 0, &row));
    buf_addc(text, ' ');
    utf8_fold_name(text, json_text_or(row, "name", ""));
    json_free(&row);
    return ERR_OK;
}

/* What a booking is found by: "aysel mammadova p014 014 10 30 1030"; a leading zero need not be typed. */
static enum err found_by(struct cache *cache, const struct json *ticket, struct buf *text)
{
    static const char sql_fold[] = "SELECT fold, row FROM persons WHERE id = $1"; /* primary key */
    const char *number = json_text_or(ticket, "number", ""), *digits = number + strcspn(number, "0123456789");
    char clock[CLOCK_TEXT];
    struct stmt *s = db_query(cache->db, sql_fold);
    db_bind_text(s, 1, json_text(ticket, "person"));
    enum err err = db_step(s);
    if (err == ERR_OK && db_text(s, 0))
        buf_adds(text, db_text(s, 0));
    bool merged = err == ERR_OK && db_text(s, 1) && strstr(db_text(s, 1), "\"merged_into\":\"");
    db_done(s);
    if (merged) /* also by the name that is shown: that of the record that goes on */
        TRY(add_name(cache, json_text(ticket, "person"), text));
    buf_addc(text, ' ');
    utf8_fold(text, number);
    buf_addf(text, " %s %s", digits, digits + strspn(digits, "0"));
    time_clock(row_ms(ticket, "appointment_at"), clock);
    buf_addf(text, " %s %.2s%s", clock, clock, clock + 3);
    if (clock[0] == '0')
        buf_addf(text, " %s %.1s%s", clock + 1, clock + 1, clock + 3);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Names are folded so that the ways to write one meet; numbers and times are taken as they are. */
static void fold_words(const char *q, struct buf *out)
{
    char *words[WORDS_MAX], *copy = xstrdup(q);
    int count = typed_words(copy, words);
    for (int i = 0; i < count; i++) {
        bool digit = words[i][strcspn(words[i], "0123456789")] != '\0';
        if (digit)
            utf8_fold(out, words[i]);
        else
            utf8_fold_name(out, words[i]);
        buf_addc(out, ' ');
    }
    free(copy);
}

static enum err is_meant(struct cache *cache, const struct search *search, const struct json *ticket,
                         bool *meant)
{
    struct buf text = {0};
    *meant = true;
    if (search->count == 0)
        return ERR_OK;
    enum err err = found_by(cache, ticket, &text);
    *meant = typed_begin(buf_text(&text), search->words, search->count);
    buf_free(&text);
    return err;
}

static enum err dress(struct cache *cache, struct json *row, bool other_day)
{
    const struct json *service;
    struct json *queue = NULL;
    TRY(service_known(cache, json_text(row, "service"), &service));
    const struct json *name = json_get(service, "name"), *papers = json_get(service, "documents");
    json_set(row, "service_name", name ? json_copy(name) : json_new_null());
    json_set(row, "documents", papers ? json_copy(papers) : json_new_array());
    json_set_bool(row, "here", row_ms(row, "checked_in_at") >= 0);
    json_set_bool(row, "other_day", other_day);
    TRY(find_row(cache, TABLE_QUEUE, json_text(row, "queue"), 0, &queue));
    json_set_text(row, "queue_code", json_text(queue, "code"));
    if (!name && queue)
        json_set(row, "service_name", json_copy(json_get(queue, "name")));
    json_free(&queue);
    return set_name_of(cache, row, "person_name", TABLE_PERSON, json_text(row, "person"));
}

static enum err look_at(struct cache *cache, struct search *search, const char *text, bool other_day,
                        int64_t now_ms)
{
    struct json *row = NULL;
    bool meant = false;
    enum err err = text ? json_parse(text, strlen(text), &row, NULL) : ERR_CORRUPT;
    if (err == ERR_OK)
        err = is_meant(cache, search, row, &meant);
    bool here = row_ms(row, "checked_in_at") >= 0;
    search->booked += !other_day;
    search->here += !other_day && here;
    if (err == ERR_OK && meant && json_count(search->rows) + json_count(search->later) < ROWS_MAX) {
        err = dress_row(cache, TABLE_TICKET, now_ms, row);
        if (err == ERR_OK)
            err = dress(cache, row, other_day);
        json_add(here ? search->later : search->rows, row);
        return err;
    }
    search->more = search->more || meant;
    json_free(&row);
    return err;
}

static enum err look_through(struct cache *cache, struct search *search, const char *sql, const char *day,
                             int64_t now_ms, bool other_day)
{
    struct stmt *s = db_query(cache->db, sql);
    struct json *texts = json_new_array();
    db_bind_text(s, 1, day);
    db_bind_int(s, 2, LOOKED_AT_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) /* read to the end first: each row asks for others */
        json_add_text(texts, db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    err = err == ERR_ABSENT ? ERR_OK : err;
    for (const struct json *text = json_first(texts); text && err == ERR_OK; text = json_next(text))
        err = look_at(cache, search, json_as_text(text), other_day, now_ms);
    json_free(&texts);
    return err;
}

/* The next by the time booked. */
static const struct json *earliest(const struct json *rows, const char *after_at, const char *after_id)
{
    const struct json *first = NULL;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const char *at = json_text_or(row, "appointment_at", ""), *id = json_text_or(row, "id", "");
        int order = strcmp(at, after_at);
        if (order < 0 || (order == 0 && strcmp(id, after_id) <= 0))
            continue;
        order = first ? strcmp(at, json_text_or(first, "appointment_at", "")) : -1;
        if (order < 0 || (order == 0 && strcmp(id, json_text_or(first, "id", "")) < 0))
            first = row;
    }
    return first;
}

static void add_by_time(struct json *rows, const struct json *found)
{
    const char *at = "", *id = "";
    for (const struct json *row; (row = earliest(found, at, id));
         at = json_text_or(row, "appointment_at", ""), id = json_text_or(row, "id", ""))
        json_add(rows, json_copy(row));
}

enum err load_bookings(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_today[] = "SELECT row, number FROM tickets WHERE day = $1 AND state = 'waiting'"
                                    " AND appointment_at > '' LIMIT $2"; /* tickets_number */
    static const char sql_later[] = "SELECT row, number FROM tickets WHERE day > $1 AND state = 'waiting'"
                                    " AND appointment_at > '' LIMIT $2"; /* tickets_number */
    const char *q = json_text_or(args, "q", "");
    char today[DATE_TEXT];
    struct buf folded = {0};
    struct search search = {.rows = json_new_array(), .later = json_new_array()};
    fold_words(q, &folded);
    search.count = folded.data ? typed_words(folded.data, search.words) : 0;
    time_date(now_ms, today);
    enum err err = look_through(cache, &search, sql_today, today, now_ms, false);
    if (err == ERR_OK && search.count > 0 && json_count(search.rows) + json_count(search.later) == 0)
        err = look_through(cache, &search, sql_later, today, now_ms, true);
    struct json *rows = put_array(answer, "rows");
    add_by_time(rows, search.rows);
    add_by_time(rows, search.later);
    json_set_text(answer, "q", q);
    json_set_text(answer, "day", today);
    json_set_int(answer, "booked", search.booked);
    json_set_int(answer, "here", search.here);
    json_set_bool(answer, "more", search.more);
    json_free(&search.rows);
    json_free(&search.later);
    buf_free(&folded);
    return err;
}
