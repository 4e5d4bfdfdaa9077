/* core/hall/training_score.c: see training_score.h. What is judged of an application is judged by what was true
 * (core/demo/truth.h); of a ticket by its stamps; of a counter and of a look by the lines of the audit. */
#include "core/hall/training_score.h"

#include <stdlib.h>
#include <string.h>

#include "core/form/form.h"
#include "core/hall/audit.h"
#include "core/hall/training_score_inside.h"
#include "core/model/role.h"

enum { PAGE = 500, CALLS_LEAST = 2, LEAD_MS = 2 * 60 * 1000 };

struct score_fact *judging_add(struct judging *j, enum score_fact_kind kind, int64_t is, int64_t should,
                               const char *at, const char *number)
{
    j->facts = xrealloc(j->facts, (size_t)(j->count + 1) * sizeof *j->facts);
    struct score_fact *fact = &j->facts[j->count++];
    *fact = (struct score_fact){.kind = kind, .is = is, .should = should, .number = number};
    str_copy(fact->at, sizeof fact->at, at ? at : "");
    return fact;
}

/* Rows that statements find stay until the facts are told. */
static struct json *keep_rows(struct judging *j)
{
    struct json *rows = json_new_array();
    json_add(j->kept, rows);
    return rows;
}

/* --- reading --- */

static enum err read_tickets(struct judging *j)
{
    static const char sql[] =
        "SELECT row FROM tickets WHERE day = $1 AND number > $2 ORDER BY number LIMIT $3";
    char after[64] = ""; /* tickets_number */
    for (;;) {
        size_t before = json_count(j->tickets);
        struct stmt *s = db_query(j->db, sql);
        db_bind_text(s, 1, j->demo->figures->day);
        db_bind_text(s, 2, after);
        db_bind_int(s, 3, PAGE);
        enum err err = rows_collect(s, j->tickets);
        size_t count = json_count(j->tickets);
        if (err != ERR_OK || count < before + PAGE)
            return err;
        str_copy(after, sizeof after, json_text_or(json_at(j->tickets, count - 1), "number", ""));
    }
}

static void add_in_front(struct json *list, struct json *page)
{
    struct json *all = json_new_array();
    while (json_count(page) > 0) /* the newest first */
        json_add(all, json_take(page, json_at(page, json_count(page) - 1)));
    while (json_count(list) > 0)
        json_add(all, json_take(list, json_first(list)));
    while (json_count(all) > 0)
        json_add(list, json_take(all, json_first(all)));
    json_free(&all);
}

enum err judging_lines(const struct judging *j, const char *user, const char *types, struct json *lines)
{
    static const struct actor hall = {.name = "system", .roles = ~0u};
    char from[TIME_TEXT], to[TIME_TEXT];
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    time_text(j->demo->midnight_ms, from);
    time_text(j->demo->midnight_ms + DAY_MS, to);
    const struct audit_ask ask = {.from = from, .to = to, .user = user, .types = types};
    for (int64_t before = INT64_MAX;;) {
        struct json *page = NULL;
        enum err err = audit_find(j->db, &hall, &ask, before, PAGE, &page);
        if (err != ERR_OK)
            return err;
        const struct json *next = json_get(page, "next");
        bool more = json_is_number(next);
        before = json_as_int(next, 0);
        struct json *found = json_take(page, json_get(page, "lines"));
        add_in_front(lines, found);
        json_free(&found);
        json_free(&page);
        if (!more)
            return ERR_OK;
    }
}

static enum err read_lines(struct judging *j)
{
    static const char types[] =
        "counter.open,counter.pause,counter.resume,counter.close,ticket.undo,move.undo,"
        "person.reveal";
    return judging_lines(j, j->user, types, j->lines);
}

/* --- stamps of a ticket --- */

static bool is_by(const struct judging *j, const struct json *stamp)
{
    return str_equal(json_text(stamp, "by"), j->user);
}

/* The last such stamp of the account; NULL: none. */
static const struct json *own_stamp(const struct judging *j, const struct json *ticket, const char *event)
{
    const struct json *found = NULL;
    for (const struct json *s = json_first(json_get(ticket, "stamps")); s; s = json_next(s))
        if (is_by(j, s) && str_equal(json_text(s, "event"), event))
            found = s;
    return found;
}

const struct json *judging_first_stamp(const struct json *ticket, const char *event)
{
    for (const struct json *s = json_first(json_get(ticket, "stamps")); s; s = json_next(s))
        if (str_equal(json_text(s, "event"), event))
            return s;
    return NULL;
}

bool judging_frees(const char *event)
{
    static const char *const events[] = {"finish", "go_on",    "no_show", "hold",
                                         "return", "transfer", "cancel"};
    for (size_t i = 0; event && i < sizeof events / sizeof *events; i++)
        if (strcmp(event, events[i]) == 0)
            return true;
    return false;
}

int64_t judging_ms(const char *time)
{
    int64_t ms;
    return time && time_parse(time, &ms) ? ms : -1;
}

static const char *number_of(const struct json *ticket)
{
    return json_text_or(ticket, "number", "");
}

/* --- waiting, while the counter was free --- */

/* Since when the counter had been free at a time: the last thing before it that made it so; -1: it was not. */
static int64_t free_since(const struct judging *j, int64_t at_ms)
{
    int64_t last_ms = -1;
    bool is_free = false;
    for (const struct json *line = json_first(j->lines); line; line = json_next(line)) {
        const char *type = json_text_or(line, "type", "");
        int64_t ms = judging_ms(json_text(line, "at"));
        bool opens = strcmp(type, "counter.open") == 0 || strcmp(type, "counter.resume") == 0,
             shuts = strcmp(type, "counter.pause") == 0 || strcmp(type, "counter.close") == 0;
        if ((!opens && !shuts) || ms < last_ms || ms > at_ms ||
            !str_equal(json_text(line, "outcome"), "applied"))
            continue;
        last_ms = ms;
        is_free = opens;
    }
    for (const struct json *ticket = json_first(j->tickets); ticket; ticket = json_next(ticket))
        for (const struct json *s = json_first(json_get(ticket, "stamps")); s; s = json_next(s)) {
            int64_t ms = judging_ms(json_text(s, "at"));
            if (is_by(j, s) && judging_frees(json_text(s, "event")) && ms >= last_ms && ms <= at_ms) {
                last_ms = ms;
                is_free = true;
            }
        }
    return is_free ? last_ms : -1;
}

/* When somebody may be called first; -1: is not there. */
int64_t judging_came_ms(const struct json *ticket)
{
    int64_t came_ms = judging_ms(json_text(ticket, "arrived_at")),
            booked_ms = judging_ms(json_text(ticket, "appointment_at"));
    return came_ms >= 0 && booked_ms - LEAD_MS > came_ms ? booked_ms - LEAD_MS : came_ms;
}

static void judge_wait(struct judging *j, const struct json *ticket, const struct json *call)
{
    const char *at = json_text(call, "at");
    int64_t call_ms = judging_ms(at), from_ms = free_since(j, call_ms), came_ms = judging_came_ms(ticket);
    if (from_ms < 0 || came_ms < 0)
        return;
    from_ms = came_ms > from_ms ? came_ms : from_ms;
    if (call_ms > from_ms && training_was_free(j->demo, j->training, j->user, from_ms, call_ms))
        judging_add(j, SCORE_WAITED, (call_ms - from_ms) / 1000, 0, at, number_of(ticket));
}

/* --- order --- */

/* Whether other was to be called before ticket, which was called at that time. */
static bool comes_before(const struct json *other, const struct json *ticket, int64_t call_ms)
{
    int64_t came_ms = judging_ms(json_text(other, "arrived_at")),
            own_ms = judging_ms(json_text(ticket, "arrived_at")),
            called_ms = judging_ms(json_text(judging_first_stamp(other, "call"), "at")),
            gone_ms = judging_ms(json_text(other, "finished_at")),
            class = json_int(other, "priority_class", 0), own_class = json_int(ticket, "priority_class", 0);
    if (other == ticket || !str_equal(json_text(other, "queue"), json_text(ticket, "queue")) || came_ms < 0 ||
        came_ms > call_ms || (called_ms >= 0 && called_ms <= call_ms) || (gone_ms >= 0 && gone_ms <= call_ms))
        return false;
    if (class != own_class)
        return class > 0 && (own_class == 0 || class < own_class);
    return came_ms < own_ms;
}

static void judge_order(struct judging *j, const struct json *ticket, const struct json *call)
{
    int64_t before = 0, call_ms = judging_ms(json_text(call, "at"));
    if (!str_equal(json_text(json_get(ticket, "why"), "rule"), "named"))
        return; /* the hall chose */
    for (const struct json *other = json_first(j->tickets); other; other = json_next(other))
        before += comes_before(other, ticket, call_ms);
    bool came_back = judging_first_stamp(ticket, "call") != call || judging_first_stamp(ticket, "transfer");
    judging_add(j, SCORE_CALLED, before, came_back, json_text(call, "at"), number_of(ticket));
}

/* --- tickets --- */

/* Whoever was hindered between the call and giving up had no time of their own to call once more. */
static bool could_recall(const struct judging *j, const struct json *call, const struct json *missing)
{
    int64_t from_ms = judging_ms(json_text(call, "at")), to_ms = judging_ms(json_text(missing, "at"));
    return from_ms < 0 || training_was_free(j->demo, j->training, j->user, from_ms, to_ms);
}

static void judge_ticket(struct judging *j, const struct json *ticket)
{
    const struct json *call = own_stamp(j, ticket, "call"), *missing = own_stamp(j, ticket, "no_show"),
                      *done = own_stamp(j, ticket, "finish");
    bool ended = str_equal(json_text(ticket, "state"), "done");
    if (call) {
        j->called++;
        judge_wait(j, ticket, call);
        judge_order(j, ticket, call);
    }
    if (missing && str_equal(json_text(ticket, "state"), "no_show")) {
        j->no_shows++;
        if (could_recall(j, call, missing))
            judging_add(j, SCORE_NO_SHOW, json_int(ticket, "calls", 0), CALLS_LEAST, json_text(missing, "at"),
                        number_of(ticket));
    }
    j->served += done && ended;
}

/* --- applications --- */

/* Whoever has the ticket, when the truth of what they ask for is known. */
static bool find_citizen(const struct judging *j, const struct json *ticket, struct citizen *out)
{
    int found = demo_visit_of(j->demo, json_text_or(ticket, "id", "-"));
    const struct demo_visit *visit = found >= 0 ? &j->demo->visits[found] : NULL;
    if (!visit || !demo_applies(j->demo, visit) ||
        !str_equal(visit->citizen->service, json_text(ticket, "service")))
        return false;
    *out = j->training ? training_citizen(j->training, visit) : *visit->citizen;
    return true;
}

static enum err find_rows(struct judging *j, const char *sql, const char *of, struct json *rows)
{
    struct stmt *s = db_query(j->db, sql);
    db_bind_text(s, 1, of);
    db_bind_int(s, 2, PAGE);
    return rows_collect(s, rows);
}

/* The account's own decisions on it, the first one first. */
static enum err find_decisions(struct judging *j, const char *case_id, struct json **out)
{
    static const char sql[] =
        "SELECT row FROM decisions WHERE case_ = $1 ORDER BY at_ LIMIT $2"; /* decisions_case */
    struct json *rows = json_new_array();
    enum err err = find_rows(j, sql, case_id, rows);
    *out = keep_rows(j);
    while (json_count(rows) > 0) {
        struct json *row = json_take(rows, json_first(rows));
        if (str_equal(json_text(row, "kind"), "decision") && str_equal(json_text(row, "by"), j->user))
            json_add(*out, row);
        else
            json_free(&row);
    }
    json_free(&rows);
    return err;
}

static bool is_right(const struct json *decision, const struct truth *truth)
{
    return truth_outcome_right(truth, json_text(decision, "outcome")) &&
           truth_reasons_right(truth, json_get(decision, "reasons"));
}

/* mended: whoever decided so decided rightly in the end. */
static void judge_decision(struct judging *j, const struct json *row, const struct json *decision,
                           const struct truth *truth, bool mended)
{
    bool outcome = truth_outcome_right(truth, json_text(decision, "outcome")),
         reasons = truth_reasons_right(truth, json_get(decision, "reasons"));
    struct score_fact *fact =
        judging_add(j, mended && !is_right(decision, truth) ? SCORE_MENDED : SCORE_DECIDED, outcome, reasons,
                    json_text(decision, "at"), json_text_or(row, "number", ""));
    fact->what = truth->outcome;
    fact->rev = json_int(decision, "row_rev", 0);
}

static void judge_decisions(struct judging *j, const struct json *row, const struct json *decisions,
                            const struct truth *truth)
{
    const struct json *last = json_at(decisions, json_count(decisions) - 1);
    for (const struct json *one = json_first(decisions); one; one = json_next(one))
        judge_decision(j, row, one, truth, is_right(last, truth));
    j->decided += last != NULL;
}

/* As the form calls them, in each language. */
static struct json *names_of_fields(const struct truth_about *about, const struct json *submitted,
                                    const struct json *wrong)
{
    struct json *names = json_new_array(), *fields[SCENARIO_LANGS];
    for (int i = 0; i < SCENARIO_LANGS; i++) {
        const struct form_context context = {.lang = scenario_langs[i], .today = about->today};
        fields[i] = about->form ? form_fields(about->form, submitted, &context) : json_new_array();
    }
    for (const struct json *one = json_first(wrong); one; one = json_next(one)) {
        struct json *name = json_new_object();
        for (int i = 0; i < SCENARIO_LANGS; i++) {
            const char *label = form_field_label(fields[i], json_as_text(one));
            json_set_text(name, scenario_langs[i], *label ? label : json_as_text(one));
        }
        json_add(names, name);
    }
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_free(&fields[i]);
    return names;
}

static void judge_answers(struct judging *j, const struct json *row, const struct truth_about *about,
                          const struct truth *truth)
{
    const struct json *submitted = json_get(row, "submitted");
    if (!json_is_object(submitted))
        return;
    struct json *wrong = truth_wrong_fields(truth, submitted);
    struct score_fact *fact = judging_add(j, SCORE_ANSWERED, (int64_t)json_count(wrong), 0,
                                          json_text(row, "submitted_at"), json_text_or(row, "number", ""));
    if (json_count(wrong) > 0) {
        struct json *names = names_of_fields(about, submitted, wrong);
        json_add(j->kept, names);
        fact->fields = names;
    }
    json_free(&wrong);
}

static enum err judge_case(struct judging *j, const struct json *row, const struct truth_about *about,
                           const struct truth *truth)
{
    struct json *decisions;
    enum err err = find_decisions(j, json_text_or(row, "id", ""), &decisions);
    if (err == ERR_OK && str_equal(json_text(row, "opened_by"), j->user))
        judge_answers(j, row, about, truth);
    if (json_count(decisions) > 0)
        judge_decisions(j, row, decisions, truth);
    return err;
}

/* Sent away as served without an application. */
static void judge_nothing(struct judging *j, const struct json *ticket, const struct truth *truth)
{
    const struct json *done = own_stamp(j, ticket, "finish");
    bool papers =
        str_equal(json_text(ticket, "outcome"), "papers_missing") && strcmp(truth->outcome, "return") == 0;
    if (!done || !str_equal(json_text(ticket, "state"), "done") || papers)
        return;
    struct score_fact *fact = judging_add(j, SCORE_DECIDED, 0, 0, json_text(done, "at"), number_of(ticket));
    fact->what = truth->outcome;
}

static enum err judge_application(struct judging *j, const struct json *ticket)
{
    static const char sql[] =
        "SELECT row FROM cases WHERE ticket = $1 ORDER BY opened_at LIMIT $2"; /* cases_ticket */
    struct citizen citizen;
    struct truth_about about;
    struct truth truth;
    struct err_info info = {0};
    if (!find_citizen(j, ticket, &citizen))
        return ERR_OK;
    struct json *rows = keep_rows(j);
    enum err err = find_rows(j, sql, json_text_or(ticket, "id", ""), rows);
    if (err != ERR_OK || (json_count(rows) == 0 && !own_stamp(j, ticket, "finish")))
        return err;
    demo_about(j->demo, &citizen, &about);
    err = truth_make(&about, &truth, &info);
    if (err != ERR_OK)
        return err;
    if (json_count(rows) == 0)
        judge_nothing(j, ticket, &truth);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row))
        err = judge_case(j, row, &about, &truth);
    truth_free(&truth);
    return err;
}

/* --- looks, undos, disputes --- */

const char *judging_about(const struct json *line, const char *table, const char *member)
{
    for (const struct json *one = json_first(json_get(line, "about")); one; one = json_next(one))
        if (!table || str_equal(json_text(one, "t"), table))
            return json_text(one, member);
    return NULL;
}

/* The person was called by the account and not gone yet. */
static bool was_there(const struct judging *j, const char *person, int64_t at_ms)
{
    for (const struct json *ticket = json_first(j->tickets); ticket; ticket = json_next(ticket)) {
        int64_t from_ms = judging_ms(json_text(own_stamp(j, ticket, "call"), "at")),
                to_ms = judging_ms(json_text(ticket, "finished_at"));
        if (str_equal(json_text(ticket, "person"), person) && from_ms >= 0 && from_ms <= at_ms &&
            (to_ms < 0 || at_ms <= to_ms))
            return true;
    }
    return false;
}

/* Whoever has an application of somebody may look at them while it is open. */
static enum err has_case(struct judging *j, const char *person, bool *has)
{
    static const char sql[] =
        "SELECT row FROM cases WHERE person = $1 ORDER BY opened_at LIMIT $2"; /* cases_person */
    struct json *rows = keep_rows(j);
    enum err err = find_rows(j, sql, person, rows);
    *has = false;
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        *has = *has || (str_equal(json_text(row, "user"), j->user) && !json_text(row, "decided_at"));
    return err;
}

static enum err judge_look(struct judging *j, const struct json *line)
{
    const char *person = judging_about(line, "person", "id"), *at = json_text(line, "at");
    const char *of_case = judging_about(line, "case", "id");
    struct json *row = NULL;
    enum err err = of_case ? row_get(j->db, TABLE_CASE, of_case, &row) : ERR_OK;
    if (row) { /* looked at what the application says of them */
        json_add(j->kept, row);
        person = json_text(row, "person");
    }
    bool needed = person && was_there(j, person, judging_ms(at));
    if (err == ERR_OK && person && !needed)
        err = has_case(j, person, &needed);
    judging_add(j, SCORE_LOOKED, needed, 0, at, judging_about(line, NULL, "label"))->rev =
        json_int(line, "rev", 0);
    return err;
}

static enum err judge_lines(struct judging *j)
{
    enum err err = ERR_OK;
    for (const struct json *line = json_first(j->lines); line && err == ERR_OK; line = json_next(line)) {
        const char *type = json_text_or(line, "type", "");
        if (!str_equal(json_text(line, "outcome"), "applied"))
            continue;
        if (strcmp(type, "person.reveal") == 0)
            err = judge_look(j, line);
        else if (strcmp(type, "ticket.undo") == 0 || strcmp(type, "move.undo") == 0)
            judging_add(j, SCORE_UNDID, 1, 0, json_text(line, "at"), judging_about(line, NULL, "label"))
                ->rev = json_int(line, "rev", 0);
    }
    return err;
}

static enum err judge_disputes(struct judging *j)
{
    static const char *const states[] = {"open", "closed"};
    static const char sql[] =
        "SELECT row FROM disputes WHERE state = $1 AND user_ = $2 ORDER BY id LIMIT $3"; /* disputes_state */
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof states / sizeof *states && err == ERR_OK; i++) {
        struct json *rows = keep_rows(j);
        struct stmt *s = db_query(j->db, sql);
        db_bind_text(s, 1, states[i]);
        db_bind_text(s, 2, j->user);
        db_bind_int(s, 3, PAGE);
        err = rows_collect(s, rows);
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            if (judging_ms(json_text(row, "at")) >= j->demo->midnight_ms)
                judging_add(j, SCORE_DISPUTED, 1, 0, json_text(row, "at"),
                            json_text_or(json_get(row, "row"), "number", ""))
                    ->rev = json_int(row, "row_rev", 0);
    }
    return err;
}

/* --- all of it --- */

static struct json *figures_of(const struct judging *j)
{
    struct json *figures = json_new_object();
    json_set_int(figures, "called", j->called);
    json_set_int(figures, "served", j->served);
    json_set_int(figures, "no_shows", j->no_shows);
    json_set_int(figures, "decided", j->decided);
    json_set_int(figures, "keys", j->keys);
    json_set_int(figures, "keys_least", j->keys_least);
    return figures;
}

/* What a trainer did at the account's counter costs the account nothing. */
static void drop_trainers(struct judging *j)
{
    int kept = 0;
    for (int i = 0; i < j->count; i++) {
        int64_t ms = judging_ms(j->facts[i].at);
        if (ms < 0 || !training_was_taken(j->training, j->user, ms, ms))
            j->facts[kept++] = j->facts[i];
    }
    j->count = kept;
}

enum err training_score(struct demo *demo, const struct training *training, struct db *db, const char *user,
                        struct json **score)
{
    struct judging j = {.demo = demo,
                        .training = training,
                        .db = db,
                        .user = user,
                        .tickets = json_new_array(),
                        .lines = json_new_array(),
                        .key_lines = json_new_array(),
                        .kept = json_new_array()};
    *score = NULL;
    enum err err = read_tickets(&j);
    if (err == ERR_OK)
        err = read_lines(&j);
    for (const struct json *ticket = json_first(j.tickets); ticket && err == ERR_OK;
         ticket = json_next(ticket)) {
        judge_ticket(&j, ticket);
        err = judge_application(&j, ticket);
    }
    if (err == ERR_OK)
        err = judge_idleness(&j);
    if (err == ERR_OK)
        err = judge_lines(&j);
    if (err == ERR_OK)
        err = judge_disputes(&j);
    if (err == ERR_OK)
        err = judge_keys(&j);
    if (err == ERR_OK) {
        drop_trainers(&j);
        *score = score_of(j.facts, j.count);
        json_set(*score, "figures", figures_of(&j));
    }
    json_free(&j.tickets);
    json_free(&j.lines);
    json_free(&j.key_lines);
    json_free(&j.kept);
    free(j.facts);
    return err;
}
