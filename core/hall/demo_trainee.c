/* core/hall/demo_trainee.c: citizens and those who learn: whoever a trainee calls comes to their counter, as far as they are
 * there. What trainees do is read from the tickets; they are asked nothing and told nothing. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_inside.h"
#include "core/model/ticket.h"

enum {
    OPEN_MAX = 200, /* tickets at counters, in any hall */
    MISSED_S = 35,  /* after a call that nobody follows there is something to be done */
    LEFT = 2        /* so many who wait are left to a trainee */
};

int demo_stranger(struct demo *d, const char *ticket)
{
    if (d->visit_count == d->visit_capacity) {
        d->visit_capacity = 2 * d->visit_capacity + 8;
        d->visits = xrealloc(d->visits, (size_t)d->visit_capacity * sizeof *d->visits);
    }
    struct demo_visit *visit = &d->visits[d->visit_count];
    *visit = (struct demo_visit){.citizen = &d->stranger, .called_s = -1, .desk_s = -1, .here = true};
    str_copy(visit->ticket, sizeof visit->ticket, ticket);
    return d->visit_count++;
}

/* --- who waits --- */

static bool is_for_trainee(const struct demo *d, const char *queue)
{
    for (int i = 0; i < d->trainee_count; i++)
        for (const struct json *q = json_first(d->trainees[i].queues); q; q = json_next(q))
            if (str_equal(json_text(q, "queue"), queue))
                return true;
    return false;
}

/* How many wait in a queue, as far as anybody needs to know. */
static enum err count_waiting(struct demo *d, const char *queue, int64_t *count)
{
    static const char sql[] =
        "SELECT count(*) FROM (SELECT 1 FROM tickets WHERE queue = $1 AND"
        " state = 'waiting' AND arrived_at > '' LIMIT 3) AS three"; /* tickets_arrival */
    struct stmt *s = db_query(d->env.db, sql);
    db_bind_text(s, 1, queue);
    enum err err = db_step(s);
    *count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

enum err demo_may_call(struct demo *d, const struct demo_clerk *clerk, bool *may)
{
    bool closing = d->now_s >= (int64_t)d->scenario->close_min * DEMO_MINUTE_S, kept = false;
    enum err err = ERR_OK;
    *may = closing;
    for (const struct json *q = json_first(clerk->queues); q && !*may && err == ERR_OK; q = json_next(q)) {
        const char *queue = json_text_or(q, "queue", "");
        bool shared = is_for_trainee(d, queue);
        int64_t count = 0;
        err = count_waiting(d, queue, &count);
        *may = count > (shared ? LEFT : 0);
        kept = kept || (shared && count > 0);
    }
    *may = *may || !kept; /* asking for nobody does no harm, and is what clerks do */
    return err;
}

/* --- tickets at trainees' counters --- */

static bool is_simulated(const struct demo *d, const char *user)
{
    for (int i = 0; i < d->clerk_count; i++)
        if (str_equal(d->clerks[i].actor.user, user))
            return true;
    return false;
}

/* They hear their number and come; desk_s is when they are there. */
static void follow_call(struct demo *d, struct demo_visit *visit, bool served)
{
    if (!visit->here || visit->gone || visit->called_s >= 0)
        return;
    demo_note_wait(d, visit);
    visit->called_s = d->now_s;
    visit->desk_s = served ? d->now_s : d->now_s + demo_within(d, 8, 40);
    demo_later(d, visit->desk_s, MOMENT_REVIEW, 0);
}

static void see_ticket(struct demo *d, const struct json *ticket, bool seen[], int known)
{
    const char *id = json_text_or(ticket, "id", "");
    int found = demo_visit_of(d, id);
    if (found < 0)
        found = demo_stranger(d, id);
    struct demo_visit *visit = &d->visits[found];
    if (!visit->taken && !visit->here)
        demo_later(d, d->now_s + MISSED_S, MOMENT_REVIEW, 0);
    visit->taken = true;
    visit->gen = json_int(ticket, "gen", 0);
    visit->calls = (int)json_int(ticket, "calls", 1);
    follow_call(d, visit, str_equal(json_text(ticket, "state"), ticket_state_text(TICKET_SERVING)));
    if (found < known)
        seen[found] = true;
}

static enum err see_tickets(struct demo *d, bool seen[], int known)
{
    static const char sql[] = "SELECT row, called_at FROM tickets WHERE state = $1 ORDER BY called_at LIMIT "
                              "$2"; /* tickets_called */
    static const enum ticket_state states[] = {TICKET_CALLED, TICKET_SERVING};
    struct json *rows = json_new_array();
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < sizeof states / sizeof *states; i++) {
        struct stmt *s = db_query(d->env.db, sql);
        db_bind_text(s, 1, ticket_state_text(states[i]));
        db_bind_int(s, 2, OPEN_MAX);
        err = rows_collect(s, rows);
    }
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row))
        if (!is_simulated(d, json_text_or(row, "user", "")))
            see_ticket(d, row, seen, known);
    json_free(&rows);
    return err;
}

/* Whoever was sent to wait again does so, for half as long; who is held sits and waits to be looked at again. */
static enum err let_go(struct demo *d, int who)
{
    struct demo_visit *visit = &d->visits[who];
    struct json *row = NULL;
    enum err err = row_get(d->env.db, TABLE_TICKET, visit->ticket, &row);
    const char *state = json_text_or(row, "state", "");
    bool came = visit->desk_s >= 0 && visit->desk_s <= d->now_s,
         waits = str_equal(state, ticket_state_text(TICKET_WAITING)),
         held = str_equal(state, ticket_state_text(TICKET_HELD));
    if (err == ERR_OK && waits) {
        visit->called_s = -1;
        visit->calmed = false;
        demo_later(d, d->now_s + visit->citizen->patience_s / 2 + DEMO_HOUR_S / 2, MOMENT_TIRED, who);
    }
    visit->desk_s = -1;
    visit->taken = held;
    visit->gone = visit->gone || (!waits && !held);
    if (err == ERR_OK && came && visit->gone)
        err = demo_complain(d, visit);
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err wake_idle(struct demo *d)
{
    enum err err = ERR_OK;
    for (int i = 0; i < d->clerk_count && err == ERR_OK; i++) {
        struct demo_clerk *clerk = &d->clerks[i];
        int64_t count = 0;
        if (clerk->doing != DEMO_IDLE || clerk->woken)
            continue;
        for (const struct json *q = json_first(clerk->queues); q && count == 0 && err == ERR_OK;
             q = json_next(q))
            err = count_waiting(d, json_text_or(q, "queue", ""), &count);
        clerk->woken = count > 0;
        if (clerk->woken)
            demo_later(d, d->now_s + demo_within(d, 2, 6), MOMENT_LOOK, i);
    }
    return err;
}

enum err demo_watch(struct demo *d, bool changed)
{
    int known = d->visit_count;
    bool *seen = xcalloc((size_t)known + 1, sizeof *seen);
    enum err err = see_tickets(d, seen, known);
    for (int i = 0; i < known && err == ERR_OK; i++)
        if (d->visits[i].taken && !seen[i])
            err = let_go(d, i);
    free(seen);
    return err == ERR_OK && changed ? wake_idle(d) : err;
}
