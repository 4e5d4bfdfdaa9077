/* core/command/queue_home.c: where a queue is: at this hall or with a mobile one (a bus, a village visit), and what
 * that means for those who wait in it. See core/hall/README.md, "The bus". Knows no parcel.
 *
 * Members of a queue's row beside "home" and "home_gen": home_name and home_since (of a queue that is away), prefix (at
 * a mobile hall: of its block of numbers). Of a ticket's: away (the code of the bus that it went along with). */
#include <string.h>

#include "core/command/queues.h"
#include "core/command/ticket_row.h"
#include "core/command/visit_row.h"
#include "core/model/queue.h"

enum { BACK_MAX = 3000, HOME_NAME_MAX = 120 };

/* --- where it is --- */

enum err queue_is_here(struct call *c, const struct json *row, bool *here)
{
    struct json *hall;
    const char *home = json_text(row, "home");
    *here = str_empty(home) || str_equal(home, "hall");
    if (*here)
        return ERR_OK;
    TRY(load_hall(c, &hall));
    *here = queue_home_check(home, 0, json_text_or(hall, "code", ""), -1, NULL);
    return ERR_OK;
}

static const char *home_name(const struct json *queue)
{
    const char *name = json_text(queue, "home_name");
    return str_empty(name) ? json_text_or(queue, "home", "a mobile hall") : name;
}

static enum err refuse_elsewhere(struct call *c, const struct json *queue, const char *field)
{
    char since[CLOCK_TEXT] = "";
    int64_t since_ms = row_time(queue, "home_since");
    if (since_ms >= 0)
        time_clock(since_ms, since);
    json_set_text(answer(c), "home", json_text(queue, "home"));
    json_set_text(answer(c), "home_name", home_name(queue));
    return refuse(
        c, "queue_elsewhere", field,
        "Queue %.40s is with %.80s%s%s. Nothing was changed: send people there, or ask the supervisor.",
        json_text_or(queue, "code", row_id(queue)), home_name(queue), *since ? " since " : "", since);
}

enum err queue_need_here(struct call *c, const struct json *row, const char *field)
{
    bool here = true;
    if (row)
        TRY(queue_is_here(c, row, &here));
    return here ? ERR_OK : refuse_elsewhere(c, row, field);
}

bool ticket_is_away(const struct json *row)
{
    return !str_empty(json_text(row, "away"));
}

enum err ticket_need_here(struct call *c, const struct json *row)
{
    struct json *queue;
    if (!ticket_is_away(row))
        return ERR_OK;
    TRY(peek(c, TABLE_QUEUE, json_text(row, "queue"), &queue));
    json_set_text(answer(c), "home", json_text(row, "away"));
    return refuse(
        c, "queue_elsewhere", "ticket",
        "%s went along with %.80s and waits there. Nothing was changed: ask there, or the supervisor.",
        ticket_title(row), queue ? home_name(queue) : json_text(row, "away"));
}

/* --- queue.home --- */

/* Who waited for a day that is over has gone, as at every turn of the day. */
static void let_go(struct call *c, struct json *row)
{
    char today[DATE_TEXT];
    time_date(c->tx->now_ms, today);
    if (strcmp(json_text_or(row, "day", today), today) >= 0)
        return;
    json_set_text(row, "state", ticket_state_text(TICKET_CANCELLED));
    json_set_text(row, "outcome", ticket_outcome_text(TICKET_OUTCOME_LEFT));
    row_set_time(row, "finished_at", c->at_ms);
    json_set_null(row, "before");
    visit_close(row);
    row_stamp(c, row, ticket_event_text(TICKET_CANCEL));
}

/* Whoever still waits here as somebody who went along may be called here again. */
static enum err bring_back(struct call *c, const char *queue)
{
    static const char sql_away[] =
        "SELECT row, arrived_at, number FROM tickets WHERE queue = $1"
        " AND state = 'waiting' ORDER BY arrived_at, number LIMIT $2"; /* tickets_arrival */
    struct json *rows = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql_away, TABLE_TICKET, "queue", queue);
    db_bind_int(s, 2, BACK_MAX);
    TRY(rows_collect(s, rows));
    for (const struct json *found = json_first(rows); found; found = json_next(found)) {
        if (!ticket_is_away(found))
            continue;
        struct json *row = keep(c, json_copy(found));
        json_remove(row, "away");
        let_go(c, row);
        TRY(save(c, TABLE_TICKET, row));
    }
    return ERR_OK;
}

static enum err need_fixed_hall(struct call *c, const struct json *hall)
{
    const struct json *mobile = json_get(hall, "mobile");
    if (!json_is_object(mobile))
        return ERR_OK;
    return refuse(c, "hall_is_mobile", "queue",
                  "This is a mobile hall: its queues go home to %.80s with loketd parcel, not one by one.",
                  json_text_or(mobile, "home_name", json_text_or(mobile, "home", "their hall")));
}

static void set_home(struct call *c, struct json *row, const char *home, const char *name)
{
    json_set_text(row, "home", home ? home : "");
    json_set_int(row, "home_gen", json_int(row, "home_gen", 0) + 1);
    if (home) {
        json_set_text(row, "home_name", name ? name : home);
        row_set_time(row, "home_since", c->at_ms);
    } else {
        json_remove(row, "home_name");
        json_remove(row, "home_since");
    }
}

/* {queue, home?, home_gen?, name?}: home is the code of a mobile hall; without it, or with this hall's, the queue comes
 * back, whatever became of the bus. */
enum err queue_home(struct call *c)
{
    struct json *row, *hall;
    const char *home, *name;
    int64_t gen;
    TRY(queue_load(c, "queue", &row));
    TRY(body_text(c, "home", &home));
    TRY(body_text(c, "name", &name));
    TRY(body_int(c, "home_gen", -1, &gen));
    TRY(load_hall(c, &hall));
    TRY(need_fixed_hall(c, hall));
    if (gen >= 0 && gen != json_int(row, "home_gen", 0))
        return refuse(c, "home_gen_old", "home_gen",
                      "This queue was moved meanwhile. Nothing was changed: look at it again.");
    if ((home && strlen(home) >= MODEL_ID) || (name && strlen(name) > HOME_NAME_MAX))
        return refuse(c, "invalid_body", "home",
                      "\"home\" is the code of a mobile hall. Nothing was changed.");
    if (home && (str_equal(home, json_text(hall, "code")) || str_equal(home, "hall")))
        home = NULL; /* back to this hall */
    bool here = str_empty(json_text(row, "home")) || str_equal(json_text(row, "home"), "hall");
    if (home ? str_equal(home, json_text(row, "home")) : here)
        return refuse(c, "same_home", "home", "The queue is there already. Nothing was changed.");
    set_home(c, row, home, name);
    if (!here)
        TRY(bring_back(c, row_id(row)));
    return queue_done(c, row);
}
