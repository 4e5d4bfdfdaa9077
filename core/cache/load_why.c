/* core/cache/load_why.c: why any ticket of the day was called, or why it is not its turn yet. The order of those who wait
 * is the hall's own (core/command/lines.h), run over this copy. */
#include <ctype.h>
#include <stdlib.h>

#include "core/cache/load.h"
#include "core/command/lines.h"

enum { NUMBER_MAX = 32, LOOKED_AT = 4 };

/* A number of today, however it is typed: p14, P014 and 14 mean what a person reads on the paper. */
static void spell(const char *typed, char out[NUMBER_MAX])
{
    size_t length = 0;
    for (const char *at = typed ? typed : ""; *at && length + 1 < NUMBER_MAX; at++)
        if (*at != ' ')
            out[length++] = (char)toupper((unsigned char)*at);
    out[length] = '\0';
}

/* P14 as it is printed: with three digits. */
static void pad(const char *number, char out[NUMBER_MAX])
{
    size_t letters = 0;
    while (number[letters] && !isdigit((unsigned char)number[letters]))
        letters++;
    long digits = atol(number + letters);
    str_format(out, NUMBER_MAX, "%.*s%03ld", (int)letters, number, digits);
}

static enum err of_today(struct cache *cache, const char *number, int64_t now_ms, struct json **row)
{
    static const char sql_number[] =
        "SELECT row, number FROM tickets WHERE day = $1 AND number = $2 LIMIT 1"; /* tickets_number */
    char day[DATE_TEXT];
    time_date(now_ms, day);
    struct stmt *s = db_query(cache->db, sql_number);
    db_bind_text(s, 1, day);
    db_bind_text(s, 2, number);
    enum err err = rows_first(s, row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err find_ticket(struct cache *cache, const struct json *args, int64_t now_ms, struct json **row)
{
    char number[NUMBER_MAX], padded[NUMBER_MAX];
    if (json_text(args, "ticket"))
        return find_row(cache, TABLE_TICKET, json_text(args, "ticket"), now_ms, row);
    spell(json_text(args, "number"), number);
    TRY(of_today(cache, number, now_ms, row));
    if (*row || !*number)
        return ERR_OK;
    pad(number, padded);
    return of_today(cache, padded, now_ms, row);
}

/* {…,"user_name","counter_name"} of a call. */
static enum err dress_call(struct cache *cache, struct json *call)
{
    TRY(set_name_of(cache, call, "user_name", TABLE_USER, json_text(call, "user")));
    return set_name_of(cache, call, "counter_name", TABLE_COUNTER, json_text(call, "counter"));
}

static enum err put_calls(struct cache *cache, const struct json *ticket, struct json *answer)
{
    const struct json *last = json_get(ticket, "why"), *before = json_get(ticket, "whys");
    struct json *calls = put_array(answer, "calls");
    if (json_is_object(last)) {
        struct json *call = json_copy(last);
        json_add(calls, call);
        TRY(dress_call(cache, call));
    }
    for (const struct json *one = json_first(before); one; one = json_next(one)) {
        struct json *call = json_copy(one);
        json_add(calls, call);
        TRY(dress_call(cache, call));
    }
    return ERR_OK;
}

static enum err put_line(struct cache *cache, const struct json *ticket, int64_t now_ms, struct json *answer)
{
    struct command command = {.type = "ticket.call_next"};
    struct tx tx = foreseeing(cache, &command, now_ms);
    struct outcome out;
    enum err err = line_foresee(&tx, json_text_or(ticket, "id", ""), &out);
    tx_deinit(&tx);
    struct json *line = out.data ? json_copy(out.data) : json_new_object();
    json_set(answer, "line", line);
    json_free(&out.data);
    struct json *to = json_edit(line, "sent_to");
    return err == ERR_OK && to ? dress_call(cache, to) : err;
}

enum err load_why(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct json *ticket = NULL;
    TRY(find_ticket(cache, args, now_ms, &ticket));
    json_set(answer, "ticket", ticket ? ticket : json_new_null());
    json_set_text(answer, "number", json_text(args, "number"));
    if (!ticket)
        return ERR_OK;
    TRY(put_row(cache, answer, "queue", TABLE_QUEUE, json_text(ticket, "queue"), now_ms, NULL));
    TRY(put_calls(cache, ticket, answer));
    return put_line(cache, ticket, now_ms, answer);
}
