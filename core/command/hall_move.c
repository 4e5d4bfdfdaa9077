/* core/command/hall_move.c: hall.move: counters get other queues, people wait elsewhere, a clerk is asked to another
 * counter; for a time or for good, as one record that one undo takes back.
 *
 *   {counters, to, how?, until?}      these counters serve these queues (how: only), these as well (also), or no longer (without)
 *   {tickets | from, to}              these people, or all who wait in these queues, wait in that queue; both may go together
 *   {user, counter, until?}           the clerk is asked to that counter; opening it is the answer
 *
 * Everything is checked before anything is written. "seen" is what the supervisor had before their eyes: when somebody
 * moved the same since, nothing is done and the answer says who, when and what it is now. "preview" answers the effect
 * (move_effect.c) and writes nothing. */
#include "core/command/hall_move.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/queues.h"
#include "core/command/ticket_row.h"

enum { FROM_MAX = 30 };

/* --- what is meant --- */

static bool is_one_of(const char *text, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(text, texts[i]))
            return true;
    return false;
}

static enum err read_how(struct call *c, struct hall_move *m)
{
    static const char *const hows[] = {"only", "also", "without"};
    TRY(body_text(c, "how", &m->how));
    if (!m->how)
        m->how = hows[0];
    if (is_one_of(m->how, hows, sizeof hows / sizeof *hows))
        return ERR_OK;
    return refuse(
        c, "invalid_body", "how",
        "\"how\" says what the counters do with the queues: only, also or without. Nothing was moved.");
}

/* A move for a time is over with the day at the latest. */
static enum err read_until(struct call *c, struct hall_move *m)
{
    char today[DATE_TEXT];
    int64_t end_ms;
    TRY(body_time(c, "until", &m->until_ms));
    if (m->until_ms >= 0 && m->until_ms <= c->tx->now_ms)
        return refuse(c, "time_over", "until",
                      "That time is over already. Nothing was moved: choose a later one, or for good.");
    time_date(c->tx->now_ms, today);
    m->day_end_ms = time_day_end(today, &end_ms) ? end_ms : c->tx->now_ms + DAY_MS;
    if (m->until_ms > m->day_end_ms)
        m->until_ms = m->day_end_ms;
    return ERR_OK;
}

/* One queue may stand for a list of one. */
static enum err read_queues(struct call *c, const char *member, struct json *list)
{
    const struct json *value = json_get(c->body, member), *wanted = value;
    struct json *one = NULL;
    if (!value || json_is_null(value))
        return ERR_OK;
    if (!json_is_array(value)) {
        one = keep(c, json_new_array());
        json_add(one, json_copy(value));
        wanted = one;
    }
    return assignment_read(c, member, wanted, list);
}

static enum err load_queues(struct call *c, const char *member, struct json *list, struct json **rows,
                            int *count)
{
    for (const struct json *one = json_first(list); one && *count < HALL_MOVE_QUEUES; one = json_next(one)) {
        struct json *row;
        TRY(load(c, TABLE_QUEUE, member, json_text(one, "queue"), &row));
        TRY(need_agency(c, json_text(row, "agency")));
        TRY(queue_need_here(c, row, member));
        rows[(*count)++] = row;
    }
    return ERR_OK;
}

static enum err read_places(struct call *c, struct hall_move *m)
{
    m->to = keep(c, json_new_array());
    m->from = keep(c, json_new_array());
    TRY(read_queues(c, "to", m->to));
    TRY(read_queues(c, "from", m->from));
    if (json_count(m->from) > FROM_MAX)
        return refuse(c, "too_many_queues", "from", "People of %d queues are moved at a time at most.",
                      FROM_MAX);
    TRY(load_queues(c, "to", m->to, m->to_rows, &m->to_count));
    return load_queues(c, "from", m->from, m->from_rows, &m->from_count);
}

/* What fits together. */
static enum err check_shape(struct call *c, const struct hall_move *m)
{
    bool people = json_count(m->tickets) || m->from_count, counters = json_count(m->counters);
    if (!people && !counters)
        return refuse(c, "nothing_to_move", "",
                      "Nothing is named that could be moved: name counters, tickets, a queue or a clerk.");
    if (!m->to_count)
        return refuse(c, "target_needed", "to", "Where to? Name the queue. Nothing was moved.");
    if (people && m->to_count != 1)
        return refuse(c, "invalid_body", "to",
                      "People are moved to one queue. Nothing was moved: name it alone.");
    if (people && !counters && m->until_ms >= 0)
        return refuse(c, "invalid_body", "until",
                      "People who wait are moved for good: leave out \"until\". Nothing was moved.");
    for (int i = 0; i < m->from_count; i++)
        if (str_equal(row_id(m->from_rows[i]), row_id(m->to_rows[0])))
            return refuse(c, "same_queue", "to", "Both are queue %s. Choose another queue to move people to.",
                          json_text_or(m->to_rows[0], "code", ""));
    return ERR_OK;
}

/* --- seen --- */

static const struct json *seen_of(const struct json *list, const char *id)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), id))
            return one;
    return NULL;
}

static void codes_text(struct call *c, const struct json *queues, char *out, size_t capacity)
{
    struct buf text = {0};
    for (const struct json *q = json_first(queues); q; q = json_next(q)) {
        struct json *row = NULL;
        const char *id = json_text_or(q, "queue", "?");
        if (peek(c, TABLE_QUEUE, id, &row) == ERR_OK)
            buf_addf(&text, "%s%s", text.length ? ", " : "", json_text_or(row, "code", id));
    }
    str_copy(out, capacity, text.length ? buf_text(&text) : "no queue");
    buf_free(&text);
}

/* Who did it, when, and what it is now: in the answer for a screen, in the sentence for everybody else. */
static void tell_who(struct call *c, const struct json *by, char clock[CLOCK_TEXT])
{
    static const char *const members[] = {"by", "by_name", "at", "until", "move"};
    int64_t at_ms = row_time(by, "at");
    str_copy(clock, CLOCK_TEXT, "");
    if (at_ms >= 0)
        time_clock(at_ms, clock);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_set_text(answer(c), members[i], json_text(by, members[i]));
}

enum err refuse_counter_moved(struct call *c, const struct json *counter)
{
    char clock[CLOCK_TEXT], codes[80];
    const struct json *assigned = json_get(counter, "assigned"), *queues = json_get(counter, "queues");
    tell_who(c, assigned, clock);
    codes_text(c, queues, codes, sizeof codes);
    json_set_text(answer(c), "counter", row_id(counter));
    json_set_text(answer(c), "counter_name", json_text(counter, "name"));
    json_set(answer(c), "queues", queues ? json_copy(queues) : json_new_array());
    json_set_text(answer(c), "codes", json_count(queues) ? codes : "");
    return refuse(
        c, "moved_meanwhile", "counters",
        "%.60s moved counter %.20s meanwhile%s%s: it serves %.70s now. Nothing was changed: look again.",
        json_text_or(assigned, "by_name", "Somebody"), json_text_or(counter, "name", "?"),
        *clock ? " at " : "", clock, codes);
}

enum err refuse_ticket_moved(struct call *c, const struct json *ticket)
{
    char clock[CLOCK_TEXT];
    struct json *queue;
    const struct json *moved = json_get(ticket, "moved");
    tell_who(c, moved, clock);
    TRY(peek(c, TABLE_QUEUE, json_text(ticket, "queue"), &queue));
    json_set_text(answer(c), "ticket", row_id(ticket));
    json_set_text(answer(c), "number", json_text(ticket, "number"));
    json_set_text(answer(c), "queue", json_text(ticket, "queue"));
    return refuse(
        c, "moved_meanwhile", "tickets",
        "%.60s moved %.20s meanwhile%s%s: it waits in queue %.40s now. Nothing was changed: look again.",
        json_text_or(moved, "by_name", "Somebody"), ticket_title(ticket), *clock ? " at " : "", clock,
        json_text_or(queue, "code", "?"));
}

enum err refuse_ticket_called(struct call *c, const char *code, const struct json *ticket)
{
    char clock[CLOCK_TEXT] = "";
    struct json *counter = NULL;
    int64_t at_ms = row_time(ticket, "called_at");
    if (at_ms >= 0)
        time_clock(at_ms, clock);
    TRY(peek(c, TABLE_COUNTER, json_text(ticket, "counter"), &counter));
    json_set_text(answer(c), "ticket", row_id(ticket));
    json_set_text(answer(c), "number", json_text(ticket, "number"));
    json_set_text(answer(c), "state", json_text(ticket, "state"));
    json_set_text(answer(c), "at", json_text(ticket, "called_at"));
    json_set_text(answer(c), "by", json_text(ticket, "user"));
    json_set_text(answer(c), "by_name",
                  str_empty(json_text(ticket, "user")) ? NULL : user_name(c, json_text(ticket, "user")));
    json_set_text(answer(c), "counter_name", json_text(counter, "name"));
    if (!counter || !*clock)
        return refuse(c, code, "tickets", "%s is not waiting any more (%s). Nothing was changed: look again.",
                      ticket_title(ticket), json_text_or(ticket, "state", "?"));
    return refuse(c, code, "tickets",
                  "%s was called at counter %.20s at %s. Nothing was changed: look again.",
                  ticket_title(ticket), json_text_or(counter, "name", "?"), clock);
}

/* --- counters --- */

/* The queues of both, those of a first. */
static struct json *joined(const struct json *a, const struct json *b)
{
    struct json *all = a ? json_copy(a) : json_new_array();
    for (const struct json *one = json_first(b); one; one = json_next(one)) {
        bool there = false;
        for (const struct json *had = json_first(a); had && !there; had = json_next(had))
            there = str_equal(json_text(had, "queue"), json_text(one, "queue"));
        if (!there)
            json_add(all, json_copy(one));
    }
    return all;
}

static struct json *left_out(const struct json *a, const struct json *b)
{
    struct json *rest = json_new_array();
    for (const struct json *had = json_first(a); had; had = json_next(had)) {
        bool there = false;
        for (const struct json *one = json_first(b); one && !there; one = json_next(one))
            there = str_equal(json_text(had, "queue"), json_text(one, "queue"));
        if (!there)
            json_add(rest, json_copy(had));
    }
    return rest;
}

static struct json *queues_after(const struct hall_move *m, const struct json *counter)
{
    const struct json *had = json_get(counter, "queues");
    if (str_equal(m->how, "also"))
        return joined(had, m->to);
    if (str_equal(m->how, "without"))
        return left_out(had, m->to);
    return json_copy(m->to);
}

/* A clerk does the work of their agency alone. */
static enum err need_same_agency(struct call *c, const struct hall_move *m, const struct json *counter)
{
    const char *agency = json_text_or(counter, "agency", "");
    for (int i = 0; i < m->to_count && *agency && !str_equal(m->how, "without"); i++) {
        const char *other = json_text_or(m->to_rows[i], "agency", "");
        if (*other && !str_equal(agency, other))
            return refuse(c, "other_agency", "counters",
                          "Counter %.20s is of %.40s and queue %.20s of %.40s: its clerk cannot serve them. "
                          "Nothing was moved.",
                          json_text_or(counter, "name", "?"), agency,
                          json_text_or(m->to_rows[i], "code", "?"), other);
    }
    return ERR_OK;
}

static enum err plan_counter(struct call *c, struct hall_move *m, const char *name)
{
    struct json *row;
    TRY(load_named(c, TABLE_COUNTER, "counters", name, &row));
    TRY(need_agency(c, json_text(row, "agency")));
    TRY(need_same_agency(c, m, row));
    const struct json *seen = seen_of(json_get(m->seen, "counters"), row_id(row));
    if (seen && !m->preview && json_int(seen, "rev", 0) != assignment_rev(row))
        return refuse_counter_moved(c, row);
    for (const struct json *one = json_first(m->plan); one; one = json_next(one))
        if (str_equal(json_text(one, "counter"), row_id(row)))
            return refuse(c, "invalid_body", "counters", "Counter %.20s is named twice. Nothing was moved.",
                          json_text_or(row, "name", "?"));
    struct json *one = json_new_object(), *after = queues_after(m, row);
    const struct json *had = json_get(row, "queues");
    json_add(m->plan, one);
    json_set_text(one, "counter", row_id(row));
    json_set_text(one, "name", json_text(row, "name"));
    json_set_text(one, "user", json_text(row, "user"));
    json_set(one, "before", had ? json_copy(had) : json_new_array());
    json_set(one, "after", after);
    json_set_int(one, "rev", assignment_rev(row));
    if (json_count(after) > RULE_QUEUES_MAX)
        return refuse(c, "too_many_queues", "to", "A counter serves %d queues at most. Leave some out.",
                      RULE_QUEUES_MAX);
    m->changed += !assignment_same(had, after);
    return ERR_OK;
}

static enum err plan_counters(struct call *c, struct hall_move *m)
{
    m->plan = keep(c, json_new_array());
    if (json_count(m->counters) > MOVE_COUNTERS_MAX)
        return refuse(c, "invalid_body", "counters", "%d counters are moved at a time at most.",
                      MOVE_COUNTERS_MAX);
    for (const struct json *one = json_first(m->counters); one; one = json_next(one))
        TRY(plan_counter(c, m, json_as_text(one) ? json_as_text(one) : ""));
    return ERR_OK;
}

/* --- people --- */

static void plan_row(struct hall_move *m, const struct json *row)
{
    struct json *one = json_new_object();
    json_set_text(one, "id", row_id(row));
    json_set_text(one, "number", json_text(row, "number"));
    json_set_text(one, "queue", json_text(row, "queue"));
    json_set_int(one, "gen", json_int(row, "gen", 0));
    json_add(m->people, one);
}

static bool is_waiting(const struct json *row)
{
    return str_equal(json_text(row, "state"), ticket_state_text(TICKET_WAITING)) &&
           row_time(row, "arrived_at") >= 0;
}

static enum err plan_ticket(struct call *c, struct hall_move *m, const char *id, const struct json *seen)
{
    struct json *row, *queue;
    TRY(load(c, TABLE_TICKET, "tickets", id, &row));
    TRY(ticket_need_here(c, row));
    TRY(peek(c, TABLE_QUEUE, json_text(row, "queue"), &queue));
    TRY(need_agency(c, json_text(queue, "agency")));
    if (!is_waiting(row))
        return refuse_ticket_called(c, "not_waiting", row);
    if (seen && !m->preview && !str_equal(json_text(seen, "queue"), json_text(row, "queue")))
        return refuse_ticket_moved(c, row);
    if (seen && !m->preview && json_int(seen, "gen", 0) != json_int(row, "gen", 0))
        return refuse(c, "gen_old", "tickets",
                      "%s was called and came back meanwhile. Nothing was moved: look again.",
                      ticket_title(row));
    if (!str_equal(json_text(row, "queue"), row_id(m->to_rows[0])))
        plan_row(m, row);
    return ERR_OK;
}

/* Whoever was sent to a counter or a person waits for them, in no queue. */
static bool is_of_queue(const struct json *row)
{
    return !ticket_is_away(row) && str_empty(json_text(row, "counter")) && str_empty(json_text(row, "user"));
}

static enum err plan_queue(struct call *c, struct hall_move *m, const struct json *queue)
{
    struct json *rows = keep(c, json_new_array());
    TRY(move_waiting(c, row_id(queue), rows));
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (is_of_queue(row) && json_count(m->people) < MOVE_TICKETS_MAX)
            plan_row(m, row);
    return ERR_OK;
}

/* With what was seen of whole queues, it is those people: who came since stays where they came to. */
static enum err plan_people(struct call *c, struct hall_move *m)
{
    const struct json *seen = json_get(m->seen, "tickets");
    bool by_seen = m->from_count && json_is_array(seen) && !m->preview;
    m->people = keep(c, json_new_array());
    if (json_count(m->tickets) > MOVE_TICKETS_MAX || (by_seen && json_count(seen) > MOVE_TICKETS_MAX))
        return refuse(c, "invalid_body", "tickets", "%d people are moved at a time at most.",
                      MOVE_TICKETS_MAX);
    for (const struct json *one = json_first(m->tickets); one; one = json_next(one)) {
        const char *id = json_as_text(one) ? json_as_text(one) : "";
        TRY(plan_ticket(c, m, id, seen_of(seen, id)));
    }
    for (const struct json *one = by_seen ? json_first(seen) : NULL; one; one = json_next(one))
        if (!json_has_text(m->tickets, json_text_or(one, "id", "")))
            TRY(plan_ticket(c, m, json_text_or(one, "id", ""), one));
    for (int i = 0; !by_seen && i < m->from_count; i++)
        TRY(plan_queue(c, m, m->from_rows[i]));
    return ERR_OK;
}

/* --- asking a clerk --- */

static enum err read_asked(struct call *c, struct hall_move *m)
{
    const char *user, *counter;
    TRY(body_text(c, "user", &user));
    if (!user)
        return ERR_OK;
    TRY(body_need(c, "counter", &counter));
    TRY(load_named(c, TABLE_USER, "user", user, &m->asked));
    TRY(load_named(c, TABLE_COUNTER, "counter", counter, &m->asked_to));
    TRY(need_agency(c, json_text(m->asked, "agency")));
    TRY(need_agency(c, json_text(m->asked_to, "agency")));
    const char *mine = json_text_or(m->asked, "agency", ""), *its = json_text_or(m->asked_to, "agency", "");
    if (*mine && *its && !str_equal(mine, its))
        return refuse(
            c, "other_agency", "counter",
            "%.60s is of %.40s and counter %.20s of %.40s. Nobody was asked: choose another counter.",
            json_text_or(m->asked, "name", "?"), mine, json_text_or(m->asked_to, "name", "?"), its);
    const char *holder = json_text(m->asked_to, "user");
    struct counter there;
    counter_read(m->asked_to, &there);
    if (!str_empty(holder) && str_equal(holder, row_id(m->asked)))
        return refuse(c, "nothing_to_move", "counter",
                      "%.60s sits at counter %.20s already. Nobody was asked.",
                      json_text_or(m->asked, "name", "?"), json_text_or(m->asked_to, "name", "?"));
    if (!str_empty(holder) && !counter_lease_expired(&there, c->tx->now_ms))
        return refuse(c, "counter_taken", "counter",
                      "%.60s sits at counter %.20s. Nobody was asked: choose another counter.",
                      user_name(c, holder), json_text_or(m->asked_to, "name", "?"));
    TRY(counter_of_user(c, row_id(m->asked), &m->asked_from));
    return ERR_OK;
}

/* Asked anew, the older invitation is over: one at a time. */
static enum err withdraw_older(struct call *c, const char *user)
{
    static const char sql_asked[] = "SELECT row, id FROM moves WHERE asked = $1 AND state = 'asked'"
                                    " LIMIT 1"; /* moves_asked */
    struct json *row = NULL;
    enum err err = rows_first(tx_list(c->tx, sql_asked, TABLE_MOVE, "asked", user), &row);
    if (err == ERR_ABSENT)
        return ERR_OK;
    TRY(err);
    keep(c, row);
    move_close(c, row, "over");
    return save(c, TABLE_MOVE, row);
}

/* --- the record --- */

void move_close(struct call *c, struct json *row, const char *state)
{
    json_set_text(row, "state", state);
    json_set_text(row, "ended_by", c->actor->user);
    json_set_text(row, "ended_by_name", str_empty(c->actor->user) ? NULL : user_name(c, c->actor->user));
    row_set_time(row, "ended_at", c->at_ms);
}

static struct json *record_new(struct call *c, const struct hall_move *m, const char *id)
{
    struct json *row = row_new(c, id);
    int64_t until_ms = m->until_ms < 0 && m->asked ? m->day_end_ms : m->until_ms;
    char today[DATE_TEXT];
    time_date(c->tx->now_ms, today);
    json_set_text(row, "state", m->asked ? "asked" : until_ms >= 0 ? "running" : "done");
    json_set_text(row, "day", today);
    row_set_time(row, "at", c->at_ms);
    row_set_time(row, "until", until_ms);
    json_set_text(row, "user", c->actor->user);
    json_set_text(row, "user_name", user_name(c, c->actor->user));
    json_set_text(row, "reason", m->reason);
    return row;
}

static struct json *people_by_queue(const struct hall_move *m)
{
    struct json *all = json_new_array(), *part = NULL;
    for (const struct json *one = json_first(m->people); one; one = json_next(one)) {
        if (!part || !str_equal(json_text(part, "queue"), json_text(one, "queue"))) {
            part = json_new_object();
            json_set_text(part, "queue", json_text(one, "queue"));
            json_set(part, "tickets", json_new_array());
            json_add(all, part);
        }
        json_add_text(json_edit(part, "tickets"), json_text(one, "id"));
    }
    return all;
}

/* What was moved, with what stood there before: undo, the board and whoever asks later read it here. */
static void record_fill(struct json *row, const struct hall_move *m)
{
    struct json *counters = json_new_array();
    for (const struct json *one = json_first(m->plan); one; one = json_next(one)) {
        if (assignment_same(json_get(one, "before"), json_get(one, "after")))
            continue;
        struct json *kept = json_copy(one);
        json_remove(kept, "rev");
        json_add(counters, kept);
    }
    json_set_text(row, "how", m->how);
    json_set(row, "to", json_copy(m->to));
    json_set(row, "counters", counters);
    json_set(row, "people", people_by_queue(m));
    json_set_int(row, "people_count", (int64_t)json_count(m->people));
}

static enum err move_counters(struct call *c, const struct hall_move *m, const char *id)
{
    for (const struct json *one = json_first(m->plan); one; one = json_next(one)) {
        struct json *row;
        if (assignment_same(json_get(one, "before"), json_get(one, "after")))
            continue;
        TRY(load(c, TABLE_COUNTER, "counters", json_text(one, "counter"), &row));
        assignment_put(c, row, json_get(one, "after"), id, m->until_ms);
        TRY(save(c, TABLE_COUNTER, row));
    }
    return ERR_OK;
}

static enum err carry_out(struct call *c, const struct hall_move *m)
{
    char id[UUID_TEXT];
    TRY(new_id(c, TABLE_MOVE, id));
    struct json *row = record_new(c, m, id);
    if (m->asked) {
        TRY(withdraw_older(c, row_id(m->asked)));
        json_set_text(row, "asked", row_id(m->asked));
        json_set_text(row, "asked_name", json_text(m->asked, "name"));
        json_set_text(row, "counter", row_id(m->asked_to));
        json_set_text(row, "counter_name", json_text(m->asked_to, "name"));
        json_set_text(row, "from_name", json_text(m->asked_from, "name"));
    } else {
        record_fill(row, m);
        TRY(move_counters(c, m, id));
        for (const struct json *one = json_first(m->people); one; one = json_next(one))
            TRY(move_ticket(c, json_text(one, "id"), row_id(m->to_rows[0]), id));
    }
    TRY(save(c, TABLE_MOVE, row));
    json_set(answer(c), "move", json_copy(row));
    return ERR_OK;
}

/* --- the command --- */

/* What the supervisor has seen, to be sent back with the move itself. */
static void answer_seen(struct call *c, const struct hall_move *m)
{
    struct json *seen = json_new_object(), *counters = json_new_array();
    for (const struct json *one = json_first(m->plan); one; one = json_next(one)) {
        struct json *line = json_new_object();
        json_set_text(line, "id", json_text(one, "counter"));
        json_set_int(line, "rev", json_int(one, "rev", 0));
        json_add(counters, line);
    }
    json_set(seen, "counters", counters);
    json_set(seen, "tickets", json_copy(m->people));
    json_set(answer(c), "seen", seen);
}

static enum err read_move(struct call *c, struct hall_move *m)
{
    m->until_ms = -1;
    m->plan = keep(c, json_new_array());
    m->people = keep(c, json_new_array());
    TRY(body_text(c, "reason", &m->reason));
    TRY(body_object(c, "seen", &m->seen));
    TRY(body_array(c, "counters", &m->counters));
    TRY(body_array(c, "tickets", &m->tickets));
    TRY(read_how(c, m));
    TRY(read_until(c, m));
    TRY(read_places(c, m));
    TRY(read_asked(c, m));
    if (m->asked)
        return ERR_OK;
    TRY(check_shape(c, m));
    TRY(plan_counters(c, m));
    TRY(plan_people(c, m));
    if (!m->changed && !json_count(m->people))
        return refuse(c, "nothing_to_move", "",
                      "Everything is there already: nothing was moved. Choose another queue.");
    return ERR_OK;
}

static enum err answer_effect(struct call *c, struct hall_move *m)
{
    TRY(read_move(c, m));
    answer_seen(c, m);
    json_set_int(answer(c), "moved", (int64_t)json_count(m->people));
    return move_effect(c, m);
}

enum err hall_move(struct call *c)
{
    struct hall_move m = {0};
    TRY(body_bool(c, "preview", &m.preview));
    json_set_bool(answer(c), "preview", m.preview);
    if (m.preview)
        return answer_effect(c, &m);
    TRY(read_move(c, &m));
    json_set_int(answer(c), "moved", (int64_t)json_count(m.people));
    return carry_out(c, &m);
}

enum err move_foresee(struct tx *tx, const struct json *body, struct outcome *out)
{
    struct hall_move m = {.preview = true};
    struct call c = {
        .tx = tx, .command = tx->command, .actor = tx->actor, .body = body, .out = out, .at_ms = tx->now_ms};
    *out = (struct outcome){0};
    enum err err = answer_effect(&c, &m);
    out->applied = err == ERR_OK;
    for (int i = 0; i < c.kept_count; i++)
        json_free(&c.kept[i]);
    free(c.kept);
    return err == ERR_REFUSED ? ERR_OK : err;
}
