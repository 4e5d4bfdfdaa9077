/* core/command/uncalled.c: see uncalled.h. */
#include "core/command/uncalled.h"

#include "core/db/rows.h"

static const char member[] = "uncalled", channel[] = "online";

enum { OF_TICKET_MAX = 20 }; /* the channel leaves one for each booking */

void uncalled_mark(const struct actor *actor, const struct json *ticket, struct json *row)
{
    if (actor->machine && str_equal(json_text(ticket, "state"), "waiting"))
        json_set_bool(row, member, true);
}

/* Any other ticket costs no look. */
static enum err find(struct tx *tx, const struct json *ticket, struct json *found)
{
    static const char sql[] = "SELECT row, opened_at FROM cases WHERE ticket = $1"
                              " ORDER BY opened_at LIMIT $2"; /* cases_ticket */
    if (!str_equal(json_text(ticket, "channel"), channel))
        return ERR_OK;
    struct stmt *s = tx_list(tx, sql, TABLE_CASE, "ticket", json_text_or(ticket, "id", ""));
    db_bind_int(s, 2, OF_TICKET_MAX);
    return rows_collect(s, found);
}

static enum err put_again(struct tx *tx, const struct json *ticket, bool ended, int64_t *sent)
{
    struct json *found = json_new_array();
    enum err err = find(tx, ticket, found);
    for (const struct json *one = json_first(found); one && err == ERR_OK; one = json_next(one)) {
        if (!json_bool(one, member, false))
            continue;
        struct json *row = json_copy(one);
        if (ended)
            json_remove(row, member);
        err = tx_put(tx, TABLE_CASE, json_text_or(row, "id", ""), row);
        json_free(&row);
        ++*sent;
    }
    json_free(&found);
    return err;
}

enum err uncalled_end(struct tx *tx, const struct json *ticket)
{
    int64_t sent = 0;
    return put_again(tx, ticket, true, &sent);
}

enum err uncalled_send(struct tx *tx, const struct json *ticket, int64_t *sent)
{
    return put_again(tx, ticket, false, sent);
}
