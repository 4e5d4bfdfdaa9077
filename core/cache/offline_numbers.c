/* core/cache/offline_numbers.c: numbers for tickets that are issued while the hall is away (PROTOCOL.md section 7). The
 * hall leases each person on this computer a label at the sign-in ("W7"); with it they number by themselves, daily from
 * W7-P001 for each queue. A number is taken in the transaction that stores its ticket, so that it is given once. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"

enum { NUMBERS_A_DAY = 999, NUMBER_TEXT = 64 };

void cache_set_reach(struct cache *cache, bool reached)
{
    cache->reached = reached;
}

static void lease_name(const struct cache *cache, char out[80])
{
    str_format(out, 80, "numbers %s", cache->client);
}

enum err cache_take_lease(struct cache *cache, const struct json *session)
{
    const char *label = json_text(json_get(session, "numbers"), "label");
    char name[80];
    if (str_empty(label) || !cache->signed_in)
        return ERR_OK;
    lease_name(cache, name);
    TRY(file_fail(cache, file_begin(cache, true)));
    return file_end(cache, meta_set(cache->db, name, label));
}

/* "P", or at a mobile hall "B3-P": what the numbers of the queue begin with. NULL: no such queue here. */
static enum err queue_prefix(struct cache *cache, const struct json *body, char out[NUMBER_TEXT])
{
    const char *queue = json_text(body, "queue"), *service = json_text(body, "service");
    struct json *row = NULL, *of = NULL;
    enum err err = ERR_OK;
    out[0] = '\0';
    if (str_empty(queue) && service)
        err = row_get(cache->db, TABLE_SERVICE, service, &of);
    if (str_empty(queue))
        queue = json_text_or(of, "queue", "");
    if (err == ERR_OK)
        err = row_get(cache->db, TABLE_QUEUE, queue, &row);
    if (err == ERR_OK)
        str_copy(out, NUMBER_TEXT, json_text_or(row, "prefix", json_text_or(row, "code", "")));
    json_free(&row);
    json_free(&of);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The block's next; 0 when today's is used up. */
static enum err next_of_block(struct cache *cache, const char *prefix, const char *day, int64_t *next)
{
    static const char sql[] =
        "INSERT INTO number_block (queue, prefix, day, next, last) VALUES ($1, $1, $2, 2, $3)"
        " ON CONFLICT (queue) DO UPDATE SET next = CASE WHEN day = excluded.day THEN next + 1 ELSE 2 END,"
        " day = excluded.day RETURNING next - 1"; /* primary key */
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, prefix);
    db_bind_text(s, 2, day);
    db_bind_int(s, 3, NUMBERS_A_DAY);
    TRY(query_int(s, next));
    if (*next > NUMBERS_A_DAY)
        *next = 0;
    return ERR_OK;
}

enum err offline_number(struct cache *cache, const char *type, struct json *body, int64_t now_ms)
{
    char name[80], *label = NULL, queue[NUMBER_TEXT], prefix[NUMBER_TEXT], number[NUMBER_TEXT],
                   day[DATE_TEXT];
    int64_t next = 0;
    if (cache->reached || !str_equal(type, "ticket.issue") || json_text(body, "appointment_at") ||
        json_text(body, "number"))
        return ERR_OK;
    lease_name(cache, name);
    TRY(meta_get(cache->db, name, &label));
    enum err err = label ? queue_prefix(cache, body, queue) : ERR_ABSENT;
    if (err == ERR_OK && *queue && str_format(prefix, sizeof prefix, "%s-%s", label, queue)) {
        time_date(now_ms + cache->offset_ms, day);
        err = next_of_block(cache, prefix, day, &next);
    }
    if (err == ERR_OK && next && str_format(number, sizeof number, "%s%03" PRId64, prefix, next))
        json_set_text(body, "number", number);
    free(label);
    return err == ERR_ABSENT ? ERR_OK : err;
}
