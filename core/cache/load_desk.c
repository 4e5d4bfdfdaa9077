/* core/cache/load_desk.c: everything the desk shows, in one document: my counter, the person at it, who comes
 * next by the rule and why. Reads the copy; decides nothing: calling is the hall's. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"
#include "core/cache/next.h"
#include "core/catalogue/catalogue.h"
#include "core/command/persons.h"
#include "core/command/visit_row.h"

enum {
    CASES_MAX = 20,
    VISIT_MAX = 20,
    TODAY_MAX = 300,
    UNDO_LOOKED_AT = 20,
    UNDO_MS = 60 * 1000,
    SURVEY_LOOKED_AT = 60
};

/* --- the person at the counter --- */

/* The clerk's own, wherever it was called: a citizen stays with who called them when a counter changes hands. */
static enum err newest_of_mine(struct cache *cache, const char *state, int64_t now_ms, struct json **ticket)
{
    static const char sql_newest[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                                     " ORDER BY called_at DESC LIMIT 1"; /* tickets_user */
    struct stmt *s = db_query(cache->db, sql_newest);
    db_bind_text(s, 1, cache->actor.user);
    db_bind_text(s, 2, state);
    enum err err = rows_first(s, ticket);
    if (err == ERR_OK)
        err = dress_row(cache, TABLE_TICKET, now_ms, *ticket);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Tickets of one visit: a person who draws two numbers comes once. */
static enum err visit_of_record(struct cache *cache, const char *record, const char *visit, struct json *ids)
{
    static const char sql_visit[] = "SELECT id, arrived_at FROM tickets WHERE person = $1 AND visit = $2"
                                    " ORDER BY arrived_at DESC LIMIT $3"; /* tickets_person */
    struct stmt *s = db_query(cache->db, sql_visit);
    db_bind_text(s, 1, record);
    db_bind_text(s, 2, visit);
    db_bind_int(s, 3, VISIT_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK)
        if (db_text(s, 0) && !json_has_text(ids, db_text(s, 0)))
            json_add_text(ids, db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err visit_tickets(struct cache *cache, const struct json *ticket, struct json *ids)
{
    struct json *records = json_new_array();
    const char *person = json_text(ticket, "person"), *visit = json_text(ticket, "visit");
    enum err err = ERR_OK;
    json_add_text(ids, json_text_or(ticket, "id", ""));
    if (person && visit)
        err = person_group(person_get_row, cache->db, person, records);
    for (const struct json *one = json_first(records); one && err == ERR_OK; one = json_next(one))
        err = visit_of_record(cache, json_as_text(one), visit, ids);
    json_free(&records);
    return err;
}

static enum err add_documents(struct cache *cache, const char *case_id, int64_t now_ms,
                              struct json *documents)
{
    static const char sql_documents[] =
        "SELECT row, id FROM documents WHERE case_ = $1 LIMIT $2"; /* documents_case */
    enum { DOCUMENTS_MAX = 400 };
    struct stmt *s = db_query(cache->db, sql_documents);
    db_bind_text(s, 1, case_id);
    db_bind_int(s, 2, DOCUMENTS_MAX);
    return add_rows(cache, documents, TABLE_DOCUMENT, s, DOCUMENTS_MAX, now_ms, NULL);
}

/* The papers that this application needs now, with what was done about each. */
static struct json *papers_json(const struct json *row, const struct json *service, const struct json *states)
{
    struct catalogue_document papers[CATALOGUE_DOCUMENTS_MAX];
    struct json *array = json_new_array();
    int count = catalogue_documents(service, json_get(row, "draft"), states, papers, CATALOGUE_DOCUMENTS_MAX);
    for (int i = 0; i < count; i++) {
        struct json *paper = json_new_object();
        json_set_text(paper, "code", papers[i].code);
        json_set(paper, "name", papers[i].name ? json_copy(papers[i].name) : json_new_null());
        json_set_text(paper, "group", papers[i].group);
        json_set_text(paper, "state", papers[i].state);
        json_set_bool(paper, "met", papers[i].met);
        json_add(array, paper);
    }
    return array;
}

static bool has_service(const struct json *cases, const char *service)
{
    for (const struct json *c = json_first(cases); c; c = json_next(c))
        if (str_equal(json_text(c, "service"), service) && !str_equal(json_text(c, "state"), "withdrawn"))
            return true;
    return false;
}

/* What belongs together with it and is not opened at this visit yet; another agency's clerks open their own. */
static enum err put_together(struct cache *cache, struct json *row, const struct json *service,
                             const struct json *cases)
{
    struct json *together = put_array(row, "together");
    const struct json *bundle = json_get(service, "bundle");
    for (const struct json *one = json_first(bundle); one; one = json_next(one)) {
        struct json *other = NULL;
        if (!json_as_text(one) || has_service(cases, json_as_text(one)) ||
            str_equal(json_text(row, "state"), "withdrawn"))
            continue;
        TRY(find_row(cache, TABLE_SERVICE, json_as_text(one), 0, &other));
        if (other && str_equal(json_text(other, "agency"), json_text(row, "agency"))) {
            struct json *offer = json_new_object();
            const struct json *name = json_get(other, "name");
            json_set_text(offer, "service", json_as_text(one));
            json_set(offer, "name", name ? json_copy(name) : json_new_null());
            json_add(together, offer);
        }
        json_free(&other);
    }
    return ERR_OK;
}

/* cases: all of the visit. */
static enum err dress_case(struct cache *cache, struct json *row, const struct json *cases, int64_t now_ms,
                           struct json *documents)
{
    struct json *service = NULL;
    bool gone;
    TRY(version_of_case(cache->db, row, &service, &gone));
    const struct json *name = json_get(service, "name");
    json_set(row, "service_name", name ? json_copy(name) : json_new_null());
    set_progress(row, service, now_ms);
    struct json *states = json_new_array();
    enum err err = put_together(cache, row, service, cases);
    if (err == ERR_OK)
        err = add_documents(cache, json_text_or(row, "id", ""), now_ms, states);
    json_set(row, "papers", papers_json(row, service, states));
    for (const struct json *state = json_first(states); state; state = json_next(state))
        json_add(documents, json_copy(state));
    json_free(&states);
    json_free(&service);
    return err;
}

static enum err put_cases(struct cache *cache, const struct json *ticket, int64_t now_ms, struct json *answer)
{
    static const char sql_cases[] = "SELECT row, opened_at FROM cases WHERE ticket = $1"
                                    " ORDER BY opened_at LIMIT $2"; /* cases_ticket */
    struct json *ids = json_new_array(), *found = json_new_array();
    struct json *cases = put_array(answer, "cases"), *documents = put_array(answer, "documents");
    enum err err = ticket ? visit_tickets(cache, ticket, ids) : ERR_OK;
    for (const struct json *id = json_first(ids); id && err == ERR_OK; id = json_next(id)) {
        struct stmt *s = db_query(cache->db, sql_cases);
        db_bind_text(s, 1, json_as_text(id));
        db_bind_int(s, 2, CASES_MAX);
        err = add_rows(cache, found, TABLE_CASE, s, CASES_MAX, now_ms, NULL);
    }
    for (const struct json *c = json_first(found); c && err == ERR_OK; c = json_next(c)) {
        struct json *row = json_copy(c);
        json_add(cases, row);
        err = dress_case(cache, row, found, now_ms, documents);
    }
    json_free(&ids);
    json_free(&found);
    return err;
}

/* A service without what only its form's screen needs. */
static enum err put_service(struct cache *cache, const char *id, struct json *answer)
{
    static const char *const heavy[] = {"form", "layout", "notices", "texts"};
    struct json *service;
    TRY(put_row(cache, answer, "service", TABLE_SERVICE, id, 0, &service));
    for (size_t i = 0; service && i < sizeof heavy / sizeof *heavy; i++)
        json_remove(service, heavy[i]);
    return ERR_OK;
}

static enum err put_ticket(struct cache *cache, int64_t now_ms, struct json *answer)
{
    struct json *ticket = NULL;
    bool someone = cache->signed_in && *cache->actor.user;
    if (someone)
        TRY(newest_of_mine(cache, "serving", now_ms, &ticket));
    if (someone && !ticket)
        TRY(newest_of_mine(cache, "called", now_ms, &ticket));
    json_set(answer, "ticket", ticket ? ticket : json_new_null());
    if (ticket)
        TRY(set_name_of(cache, ticket, "note_by_name", TABLE_USER, json_text(ticket, "note_by")));
    TRY(put_row(cache, answer, "person", TABLE_PERSON, json_text(ticket, "person"), now_ms, NULL));
    TRY(put_service(cache, json_text(ticket, "service"), answer));
    TRY(put_visit(cache, ticket, now_ms, answer));
    return put_cases(cache, ticket, now_ms, answer);
}

/* --- my queues, and mine alone --- */

static enum err put_queues(struct cache *cache, const struct json *counter, int64_t now_ms,
                           struct json *answer)
{
    static const char *const members[] = {"id", "code", "name", "rule", "home", "home_name"};
    struct json *queues = put_array(answer, "queues");
    const struct json *mine = json_get(counter, "queues");
    for (const struct json *q = json_first(mine); q; q = json_next(q)) {
        struct json *row = NULL, *line = json_new_object();
        const char *id = json_text(q, "queue");
        json_add(queues, line);
        TRY(find_row(cache, TABLE_QUEUE, id, 0, &row));
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            const struct json *member = json_get(row, members[i]);
            json_set(line, members[i], member ? json_copy(member) : json_new_null());
        }
        json_free(&row);
        TRY(set_waiting(cache, line, id ? id : "", now_ms));
    }
    return ERR_OK;
}

/* --- today --- */

static enum err ended_today(struct cache *cache, const char *state, int64_t now_ms, struct json *tickets)
{
    static const char sql_ended[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                                    " AND called_at >= $3 ORDER BY called_at LIMIT $4"; /* tickets_user */
    char midnight[TIME_TEXT];
    time_text(time_day_start(now_ms), midnight);
    struct stmt *s = db_query(cache->db, sql_ended);
    db_bind_text(s, 1, cache->actor.user);
    db_bind_text(s, 2, state);
    db_bind_text(s, 3, midnight);
    db_bind_int(s, 4, TODAY_MAX);
    return add_rows(cache, tickets, TABLE_TICKET, s, TODAY_MAX, now_ms, NULL);
}

static void add_own_parts(const struct cache *cache, const struct json *ticket, int64_t midnight_ms,
                          struct json *parts)
{
    const struct json *stops = json_get(ticket, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
        const char *state = json_text_or(stop, "state", "");
        bool over = strcmp(state, "done") == 0 || strcmp(state, "missed") == 0;
        if (!over || !str_equal(json_text(stop, "user"), cache->actor.user) ||
            row_ms(stop, "called_at") < midnight_ms)
            continue;
        struct json *part = visit_part(ticket, stop);
        if (part)
            json_add(parts, part);
    }
}

/* Today's stops that this clerk has ended, each as a ticket of its own: the visit may be at another desk by now. */
static enum err own_parts(struct cache *cache, int64_t now_ms, struct json *parts)
{
    static const char sql_stops[] = "SELECT row, called_at FROM tickets WHERE stops_day = $1"
                                    " AND instr(row, $2) > 0 LIMIT $3"; /* tickets_stops */
    char day[DATE_TEXT];
    struct json *tickets = json_new_array();
    time_date(now_ms, day);
    struct stmt *s = db_query(cache->db, sql_stops);
    db_bind_text(s, 1, day);
    db_bind_text(s, 2, cache->actor.user);
    db_bind_int(s, 3, TODAY_MAX);
    enum err err = add_rows(cache, tickets, TABLE_TICKET, s, TODAY_MAX, now_ms, NULL);
    for (const struct json *t = json_first(tickets); t; t = json_next(t))
        add_own_parts(cache, t, time_day_start(now_ms), parts);
    json_free(&tickets);
    return err;
}

static enum err add_ended(struct cache *cache, const char *state, int64_t now_ms, const struct json *parts,
                          struct json *ended)
{
    struct json *tickets = json_new_array();
    enum err err = ended_today(cache, state, now_ms, tickets);
    for (const struct json *t = json_first(tickets); t; t = json_next(t))
        if (!json_get(t, "stops"))
            json_add(ended, json_copy(t));
    for (const struct json *part = json_first(parts); part; part = json_next(part))
        if (str_equal(json_text(part, "state"), state))
            json_add(ended, json_copy(part));
    json_free(&tickets);
    return err;
}

static int64_t mean_service_ms(const struct json *tickets)
{
    int64_t sum_ms = 0, count = 0;
    for (const struct json *t = json_first(tickets); t; t = json_next(t)) {
        int64_t from_ms = row_ms(t, "started_at"), to_ms = row_ms(t, "finished_at");
        if (from_ms < 0 || to_ms < from_ms)
            continue;
        sum_ms += to_ms - from_ms - json_int(t, "held_ms", 0);
        count++;
    }
    return count ? sum_ms / count : 0;
}

static enum err put_today(struct cache *cache, int64_t now_ms, const struct json *parts, struct json *answer)
{
    struct json *today = json_new_object(), *served = json_new_array(), *missed = json_new_array();
    bool here = cache->signed_in && *cache->actor.user;
    json_set(answer, "today", today);
    enum err err = here ? add_ended(cache, "done", now_ms, parts, served) : ERR_OK;
    if (err == ERR_OK && here)
        err = add_ended(cache, "no_show", now_ms, parts, missed);
    json_set_int(today, "served", (int64_t)json_count(served));
    json_set_int(today, "no_show", (int64_t)json_count(missed));
    json_set_int(today, "parked", (int64_t)json_count(json_get(answer, "parked")));
    json_set_int(today, "mean_ms", mean_service_ms(served));
    json_free(&served);
    json_free(&missed);
    return err;
}

/* --- undo --- */

static const char *undo_event(const char *type)
{
    static const char *const types[] = {"ticket.no_show", "ticket.finish", "ticket.transfer", "ticket.cancel",
                                        "ticket.hold"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_equal(types[i], type))
            return types[i] + strlen("ticket.");
    return NULL;
}

/* The newest of my commands about a ticket, if it can be taken back and was not yet. */
static enum err last_undoable(struct cache *cache, int64_t since_ms, struct json *undo)
{
    static const char sql_mine[] = "SELECT type, command, at_ms, state FROM outbox WHERE client = $1"
                                   " ORDER BY seq DESC LIMIT $2"; /* primary key */
    struct stmt *s = db_query(cache->db, sql_mine);
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, UNDO_LOOKED_AT);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        const char *type = db_text(s, 0), *text = db_text(s, 1);
        const char *event = undo_event(type);
        struct json *command = NULL;
        if (db_int(s, 2) < since_ms || str_equal(type, "ticket.undo") || str_equal(type, "ticket.resume"))
            break;
        if (!event || str_equal(db_text(s, 3), "refused"))
            continue;
        if (text && json_parse(text, strlen(text), &command, NULL) == ERR_OK) {
            json_set_text(undo, "ticket", json_text(json_get(command, "body"), "ticket"));
            json_set_text(undo, "event", event);
            json_set_int(undo, "until_ms", db_int(s, 2) + cache->offset_ms + UNDO_MS);
        }
        json_free(&command);
        break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err put_undo(struct cache *cache, int64_t now_ms, struct json *answer)
{
    struct json *undo = json_new_object(), *ticket = NULL;
    json_set(answer, "undo", undo);
    if (cache->signed_in)
        TRY(last_undoable(cache, now_ms - cache->offset_ms - UNDO_MS, undo));
    TRY(find_row(cache, TABLE_TICKET, json_text(undo, "ticket"), now_ms, &ticket));
    json_set_text(undo, "number", json_text(ticket, "number"));
    if (!ticket)
        json_set_null(answer, "undo");
    json_free(&ticket);
    return ERR_OK;
}

/* --- the survey: of whom is here, else of whom I served last today --- */

/* What citizens say is not for clerks to see, so the hall sends no survey back: this workstation's own records tell
 * whether one was sent. A second one from elsewhere the hall refuses. */
static enum err put_is_scored(struct cache *cache, const char *ticket, struct json *survey)
{
    static const char sql_mine[] = "SELECT type, command, state FROM outbox WHERE client = $1"
                                   " ORDER BY seq DESC LIMIT $2"; /* primary key */
    struct stmt *s = db_query(cache->db, sql_mine);
    bool done = false;
    enum err err;
    db_bind_text(s, 1, cache->client);
    db_bind_int(s, 2, SURVEY_LOOKED_AT);
    while (!done && (err = db_step(s)) == ERR_OK) {
        const char *text = db_text(s, 1);
        struct json *command = NULL;
        if (!text || !str_equal(db_text(s, 0), "survey.record") ||
            json_parse(text, strlen(text), &command, NULL))
            continue;
        done = str_equal(json_text(json_get(command, "body"), "ticket"), ticket);
        json_free(&command);
    }
    db_done(s);
    json_set_bool(survey, "done", done);
    return done || err == ERR_ABSENT ? ERR_OK : err;
}

/* Whom I served last may be with a colleague by now. */
static enum err last_served(struct cache *cache, int64_t now_ms, const struct json *parts,
                            struct json **ticket)
{
    const struct json *last = NULL;
    TRY(newest_of_mine(cache, "done", now_ms, ticket));
    for (const struct json *part = json_first(parts); part; part = json_next(part))
        if (str_equal(json_text(part, "state"), "done") &&
            row_ms(part, "called_at") > row_ms(last ? last : *ticket, "called_at"))
            last = part;
    if (last) {
        json_free(ticket);
        *ticket = json_copy(last);
    }
    return ERR_OK;
}

static enum err put_survey(struct cache *cache, int64_t now_ms, const struct json *parts, struct json *answer)
{
    static const char *const members[] = {"number", "language"};
    const struct json *here = json_get(answer, "ticket");
    struct json *ticket = NULL;
    json_set_null(answer, "survey");
    if (str_equal(json_text(here, "state"), "serving"))
        ticket = json_copy(here);
    else if (cache->signed_in && *cache->actor.user)
        TRY(last_served(cache, now_ms, parts, &ticket));
    if (!ticket || row_ms(ticket, "called_at") < time_day_start(now_ms)) {
        json_free(&ticket);
        return ERR_OK;
    }
    struct json *survey = json_new_object();
    json_set_text(survey, "ticket", json_text(ticket, "id"));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_set_text(survey, members[i], json_text(ticket, members[i]));
    json_free(&ticket);
    json_set(answer, "survey", survey);
    return put_is_scored(cache, json_text_or(survey, "ticket", ""), survey);
}

/* --- all of it --- */

enum err load_desk(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct json *counter = NULL;
    TRY(put_hall(cache, answer));
    TRY(put_row(cache, answer, "counter", TABLE_COUNTER, json_text(args, "counter"), now_ms, &counter));
    if (counter)
        TRY(set_name_of(cache, counter, "holder_name", TABLE_USER, json_text(counter, "user")));
    TRY(put_row(cache, answer, "user", TABLE_USER, cache->actor.user, now_ms, NULL));
    TRY(put_ticket(cache, now_ms, answer));
    TRY(put_queues(cache, counter, now_ms, answer));
    TRY(put_next(cache, counter, now_ms, answer));
    TRY(put_parked(cache, now_ms, answer));
    TRY(put_others(cache, counter, now_ms, answer));
    TRY(put_undo(cache, now_ms, answer));
    TRY(put_depending(cache, counter, now_ms, answer));
    TRY(put_closing(cache, counter, now_ms, answer));
    struct json *parts = json_new_array();
    enum err err = cache->signed_in && *cache->actor.user ? own_parts(cache, now_ms, parts) : ERR_OK;
    if (err == ERR_OK)
        err = put_survey(cache, now_ms, parts, answer);
    if (err == ERR_OK)
        err = put_today(cache, now_ms, parts, answer);
    json_free(&parts);
    return err;
}
