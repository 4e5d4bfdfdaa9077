/* core/hall/applications.c: see applications.h. */
#include <stdlib.h>
#include <string.h>

#include "core/command/version.h"
#include "core/form/pointer.h"
#include "core/hall/applications_inside.h"
#include "core/hall/change.h"
#include "core/model/role.h"

struct receiving {
    const struct server_env *env;
    const struct application_request *request;
    const struct json *body;
    struct server_answer *out;
    struct application is; /* what it becomes */
    char digest[SHA256_TEXT], id[UUID_TEXT], ticket[64], visitor[64];
    struct arrived said;
    struct problems problems;
    struct json *hall;
    struct actor actor;
    struct command command; /* the whole, as the audit has it */
    struct change change;
};

/* --- what is answered --- */

static void refuse(struct server_answer *out, int status, const char *code, const char *field,
                   const char *message)
{
    json_free(&out->body);
    out->status = status;
    out->body = error_body(code, field, message);
}

static void answer_problems(struct receiving *r)
{
    const struct json *first = json_first(r->problems.list);
    refuse(r->out, 422, "invalid_application", json_text_or(first, "pointer", ""),
           application_sentence("invalid_application", r->problems.lang));
    json_set(json_edit(r->out->body, "error"), "fields", json_copy(r->problems.list));
}

/* As refuse, in the words of that code. */
static void refuse_in(struct server_answer *out, int status, const char *code, const char *field,
                      const char *lang)
{
    refuse(out, status, code, field, application_sentence(code, lang));
}

/* The caller's language, else the application's, else the hall's own. */
static const char *lang_of(const struct application_request *request, const struct json *body,
                           const struct json *hall)
{
    const char *lang = application_lang(request->languages);
    if (!lang)
        lang = application_lang(json_text(body, "language"));
    if (!lang)
        lang = application_lang(json_as_text(json_first(json_get(hall, "languages"))));
    return lang ? lang : "en";
}

static void account_of(const struct partner *from, struct application *is)
{
    str_format(is->account, sizeof is->account, "%s %s", from->agency, from->name);
}

/* --- the kept references --- */

static void seal_of(const struct application *is, const char *key, const char *digest, int64_t rev,
                    const char *answer, char seal[SHA256_TEXT])
{
    char number[24];
    struct sha256 sha;
    str_format(number, sizeof number, "%lld", (long long)rev);
    const char *const members[] = {is->account, is->reference, key,    digest,
                                   is->case_id, number,        is->at, answer};
    sha256_start(&sha);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        sha256_add(&sha, members[i], strlen(members[i]));
        sha256_add(&sha, "\n", 1);
    }
    sha256_text(&sha, seal);
}

static enum err keep_reference(struct receiving *r, int64_t rev)
{
    static const char sql[] = "INSERT INTO application (account, reference, key_, sha256, case_, rev, at_,"
                              " answer, seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    char *answer = json_print(r->out->body), seal[SHA256_TEXT];
    seal_of(&r->is, r->request->from->id, r->digest, rev, answer, seal);
    const char *const texts[] = {r->is.account, r->is.reference, r->request->from->id,
                                 r->digest,     r->is.case_id,   NULL,
                                 r->is.at,      answer,          seal};
    struct stmt *s = db_query(r->env->db, sql);
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        if (texts[i])
            db_bind_text(s, i + 1, texts[i]);
    db_bind_int(s, 6, rev);
    enum err err = db_run(s);
    free(answer);
    return err;
}

/* ERR_ABSENT: nobody used this reference yet. */
static enum err answer_known(struct receiving *r)
{
    static const char sql[] =
        "SELECT sha256, answer FROM application WHERE account = $1 AND reference = $2"; /* primary key */
    struct stmt *s = db_query(r->env->db, sql);
    db_bind_text(s, 1, r->is.account);
    db_bind_text(s, 2, r->is.reference);
    enum err err = db_step(s);
    if (err == ERR_OK && str_equal(db_text(s, 0), r->digest)) {
        r->out->status = 200;
        err = json_parse(db_text(s, 1), strlen(db_text(s, 1)), &r->out->body, NULL);
    } else if (err == ERR_OK) {
        refuse_in(r->out, 409, "reference_used", "/reference", r->problems.lang);
    }
    db_done(s);
    return err;
}

/* --- one rule after the other --- */

/* Where the rule says that something is wrong: at the place of the body that it was made of. */
static void note_refusal(struct receiving *r, const char *at, const struct outcome *outcome, bool with_field)
{
    struct buf pointer = {0};
    buf_adds(&pointer, at);
    if (with_field && *outcome->field)
        pointer_add(&pointer, outcome->field);
    problem_add(&r->problems, buf_text(&pointer), outcome->code, outcome->message);
    buf_free(&pointer);
}

/* Runs a command of the table in this change. What it refused has changed nothing. Takes body; free outcome's data. */
static enum err step(struct receiving *r, const char *type, struct json *body, struct outcome *outcome)
{
    const struct command command = {.id = r->id,
                                    .type = type,
                                    .version = 1,
                                    .wall_ms = r->env->now_ms,
                                    .base_rev = -1,
                                    .base_row_rev = -1,
                                    .base_hold_gen = -1,
                                    .body = body};
    int changes = r->change.tx.change_count;
    *outcome = (struct outcome){0};
    enum err err = db_savepoint(r->env->db);
    if (err != ERR_OK) {
        json_free(&body);
        return err;
    }
    err = command_run(&r->change.tx, &command, outcome);
    if (err == ERR_OK && outcome->applied) {
        err = db_release(r->env->db);
    } else {
        db_rollback_to(r->env->db);
        tx_undone(&r->change.tx, changes);
    }
    json_free(&body);
    return err;
}

/* with_field: the rule's own member is a member of what stands at that place. */
static enum err step_at(struct receiving *r, const char *type, struct json *body, const char *at,
                        bool with_field)
{
    struct outcome outcome;
    enum err err = step(r, type, body, &outcome);
    if (err == ERR_OK && !outcome.applied)
        note_refusal(r, at, &outcome, with_field);
    json_free(&outcome.data);
    return err;
}

static void set_person(const struct receiving *r, struct json *body)
{
    if (*r->visitor)
        json_set_text(body, "person", r->visitor);
    else if (r->said.person)
        json_set(body, "person", json_copy(r->said.person));
}

/* Nobody is promised a time at which nobody is there. */
static enum err check_hours(struct receiving *r)
{
    bool open = true;
    char next[OPENING_TEXT];
    enum err err =
        application_open_then(r->env->db, r->hall, r->said.service, r->said.appointment_at, &open, next);
    if (err != ERR_OK || open)
        return err;
    char *sentence = xasprintf("%s%s%s", application_sentence("closed_then", r->problems.lang),
                               *next ? application_sentence("next_opening", r->problems.lang) : "", next);
    struct json *problem = problem_add(&r->problems, "/appointment_at", "closed_then", NULL);
    if (problem)
        json_set_text(problem, "message", sentence);
    free(sentence);
    return ERR_OK;
}

/* A booking, as reception would make it; its number and its person are the application's. */
static enum err book(struct receiving *r)
{
    struct outcome outcome;
    struct json *body = json_new_object();
    json_set_text(body, "service", r->said.service);
    json_set_text(body, "channel", "online");
    json_set_text(body, "appointment_at", r->said.appointment_at);
    if (r->said.language)
        json_set_text(body, "language", r->said.language);
    set_person(r, body);
    enum err err = step(r, "ticket.issue", body, &outcome);
    if (err == ERR_OK && !outcome.applied)
        note_refusal(r, "/appointment_at", &outcome, false);
    if (err == ERR_OK && outcome.applied) {
        const struct json *ticket = json_get(outcome.data, "ticket");
        str_copy(r->ticket, sizeof r->ticket, json_text_or(ticket, "id", ""));
        str_copy(r->visitor, sizeof r->visitor, json_text_or(ticket, "person", ""));
    }
    json_free(&outcome.data);
    return err;
}

/* Who left it, when, and the person in the sender's own words: what was found by a number may stand here otherwise. */
static struct json *arrival_json(const struct receiving *r)
{
    struct json *arrival = json_new_object();
    json_set_text(arrival, "key", r->request->from->id);
    json_set_text(arrival, "name", r->request->from->name);
    json_set_text(arrival, "account", r->is.account);
    json_set_text(arrival, "reference", r->is.reference);
    json_set_text(arrival, "at", r->is.at);
    json_set_text(arrival, "language", r->said.language);
    json_set(arrival, "person", r->said.person ? json_copy(r->said.person) : json_new_null());
    return arrival;
}

static enum err open_case(struct receiving *r, const char *tier, struct outcome *outcome)
{
    struct json *body = json_new_object();
    json_set_text(body, "case", r->is.case_id);
    json_set_text(body, "service", r->said.service);
    json_set_text(body, "channel", "online");
    if (tier)
        json_set_text(body, "tier", tier);
    if (*r->ticket)
        json_set_text(body, "ticket", r->ticket);
    set_person(r, body);
    json_set(body, "arrival", arrival_json(r));
    return step(r, "case.open", body, outcome);
}

/* *opened false: nothing that follows can be judged. */
static enum err open_it(struct receiving *r, bool *opened)
{
    struct outcome outcome;
    enum err err = open_case(r, r->said.tier, &outcome);
    if (err == ERR_OK && !outcome.applied && str_equal(outcome.field, "tier")) {
        note_refusal(r, "", &outcome, true);
        json_free(&outcome.data);
        err = open_case(r, NULL, &outcome); /* so that what else is wrong is told with it */
    }
    *opened = err == ERR_OK && outcome.applied;
    if (err == ERR_OK && !outcome.applied)
        note_refusal(r, "", &outcome, str_equal(outcome.field, "service"));
    json_free(&outcome.data);
    return err;
}

static struct json *case_body(const struct receiving *r)
{
    struct json *body = json_new_object();
    json_set_text(body, "case", r->is.case_id);
    return body;
}

static enum err write_answers(struct receiving *r)
{
    struct json *body = case_body(r);
    json_set(body, "patch", r->said.answers ? json_copy(r->said.answers) : json_new_object());
    return step_at(r, "case.draft", body, "/answers", false);
}

static enum err note_papers(struct receiving *r)
{
    size_t index = 0;
    enum err err = ERR_OK;
    for (const struct json *one = json_first(r->said.documents); one && err == ERR_OK; one = json_next(one)) {
        char at[40];
        struct json *body = case_body(r);
        json_set_text(body, "document", json_text(one, "code"));
        json_set_text(body, "state", json_text(one, "state"));
        json_set_text(body, "note", json_text(one, "note"));
        str_format(at, sizeof at, "/documents/%zu/code", index++);
        err = step_at(r, "case.check_document", body, at, false);
    }
    return err;
}

static enum err note_payment(struct receiving *r)
{
    struct json *body = case_body(r);
    json_merge(body, r->said.payment);
    return step_at(r, "case.pay", body, "/payment", true);
}

static void note_fields(struct receiving *r, const struct json *fields)
{
    for (const struct json *one = json_first(fields); one; one = json_next(one)) {
        struct json *problem = problem_add(&r->problems, json_text_or(one, "pointer", ""),
                                           json_text_or(one, "keyword", ""), json_text(one, "message"));
        if (problem) { /* the form's own words */
            json_set_text(problem, "message", json_text(one, "message"));
            json_set_text(problem, "label", json_text(one, "label"));
        }
    }
}

static struct json *counts_json(const struct json *missing)
{
    struct json *counts = json_new_object();
    json_set_int(counts, "fields", (int64_t)json_count(json_get(missing, "fields")));
    json_set_int(counts, "papers", (int64_t)json_count(json_get(missing, "papers")));
    return counts;
}

/* What is wrong in the form is told in the caller's language before it is handed in: case.submit would give it back. Of a
 * draft it is counted for the clerk who will take it. */
static enum err check_form(struct receiving *r)
{
    struct json *row = NULL, *missing = NULL;
    enum err err = row_get(r->env->db, TABLE_CASE, r->is.case_id, &row);
    if (err == ERR_OK)
        err = application_missing(r->env->db, row, r->problems.lang, r->env->now_ms, &missing);
    if (err == ERR_OK && r->said.complete)
        note_fields(r, json_get(missing, "fields"));
    if (err == ERR_OK && json_count(r->problems.list) == 0) {
        struct json *body = case_body(r);
        json_set(body, "missing", counts_json(missing));
        err = step_at(r, "case.draft", body, "/answers", false);
    }
    json_free(&missing);
    json_free(&row);
    return err;
}

static enum err run_steps(struct receiving *r)
{
    bool opened = false;
    enum err err = r->said.appointment_at ? check_hours(r) : ERR_OK;
    if (err == ERR_OK && r->said.appointment_at)
        err = book(r);
    if (err == ERR_OK)
        err = open_it(r, &opened);
    if (err != ERR_OK || !opened)
        return err;
    err = write_answers(r);
    if (err == ERR_OK && json_count(r->problems.list) == 0)
        err = note_papers(r);
    if (err == ERR_OK && r->said.payment && json_count(r->problems.list) == 0)
        err = note_payment(r);
    if (err == ERR_OK)
        err = check_form(r);
    if (err == ERR_OK && r->said.complete && json_count(r->problems.list) == 0)
        err = step_at(r, "case.submit", case_body(r), "/answers", false);
    return err;
}

/* --- the whole --- */

static enum err record(struct receiving *r)
{
    enum err err = change_begin(&r->change, r->env, &r->actor, &r->command);
    if (err == ERR_OK)
        err = run_steps(r);
    if (err == ERR_OK && json_count(r->problems.list) == 0) {
        err = change_end(&r->change, "applied");
        if (err == ERR_OK)
            err = application_describe(r->env->db, &r->is, r->problems.lang, r->env->now_ms, &r->out->body);
        if (err == ERR_OK)
            err = keep_reference(r, r->change.state.rev);
    }
    change_deinit(&r->change);
    return err;
}

/* A savepoint around all of it: what is refused has not even taken a rev. */
static enum err record_or_nothing(struct receiving *r)
{
    enum err err = db_savepoint(r->env->db);
    if (err != ERR_OK)
        return err;
    err = record(r);
    if (err == ERR_OK && json_count(r->problems.list) == 0) {
        r->out->status = 200;
        r->out->commands = 1;
        return db_release(r->env->db);
    }
    db_rollback_to(r->env->db);
    json_free(&r->out->body);
    if (err == ERR_OK)
        answer_problems(r);
    return err;
}

/* The service, and that this key may name it; else it is answered. */
static enum err check_service(struct receiving *r, bool *good)
{
    struct json *service = NULL;
    const char *id = r->said.service;
    *good = false;
    enum err err = id ? row_get(r->env->db, TABLE_SERVICE, id, &service) : ERR_ABSENT;
    if (err == ERR_OK && version_is_kept(service))
        err = ERR_ABSENT;
    const char *agency = json_text_or(service, "agency", "");
    if (err == ERR_OK && !partner_may_apply(r->request->from, id, agency))
        refuse_in(r->out, 403, "other_agency", "/service", r->problems.lang);
    else if (err == ERR_OK)
        *good = true;
    if (err == ERR_ABSENT) {
        if (id)
            problem_add(&r->problems, "/service", "unknown_service", NULL);
        answer_problems(r);
    }
    r->actor = (struct actor){.roles = ROLE_CLERK, .machine = true};
    str_copy(r->actor.user, sizeof r->actor.user, r->request->from->id);
    str_copy(r->actor.login, sizeof r->actor.login, r->request->from->id);
    str_copy(r->actor.name, sizeof r->actor.name, r->request->from->name);
    str_copy(r->actor.agency, sizeof r->actor.agency, agency);
    json_free(&service);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* False: it is answered. */
static bool read_reference(struct receiving *r)
{
    const struct json *member = json_get(r->body, "reference");
    const char *header = r->request->reference, *said = json_as_text(member),
               *reference = header ? header : said;
    account_of(r->request->from, &r->is);
    if (!application_reference_valid(reference))
        refuse_in(r->out, 422, "invalid_reference", "/reference", r->problems.lang);
    else if ((member && !said) || (header && said && strcmp(header, said) != 0))
        refuse(r->out, 422, "invalid_reference", "/reference",
               application_sentence("two_references", r->problems.lang));
    else
        str_copy(r->is.reference, sizeof r->is.reference, reference);
    return r->out->status == 0;
}

/* Identities are made of account and reference: what is sent again after a restore is the same application. */
static void name_it(struct receiving *r)
{
    char *text = xasprintf("application %s %s", r->is.account, r->is.reference);
    server_id(text, r->id);
    free(text);
    text = xasprintf("application case %s %s", r->is.account, r->is.reference);
    server_id(text, r->is.case_id);
    free(text);
    time_text(r->env->now_ms, r->is.at);
    r->command = (struct command){.id = r->id,
                                  .type = "application.receive",
                                  .version = 1,
                                  .wall_ms = r->env->now_ms,
                                  .base_rev = -1,
                                  .base_row_rev = -1,
                                  .base_hold_gen = -1,
                                  .body = r->body};
}

static enum err receive(struct receiving *r)
{
    bool good = false;
    application_digest(r->body, r->digest);
    enum err err = answer_known(r);
    if (err != ERR_ABSENT)
        return err;
    name_it(r);
    arrived_read(r->body, r->env->now_ms, &r->said, &r->problems);
    err = check_service(r, &good);
    return err == ERR_OK && good ? record_or_nothing(r) : err;
}

/* A bus's home takes applications in: the bus is not on the network, and what it would promise its home cannot see. */
static bool is_mobile(struct receiving *r)
{
    const struct json *mobile = json_get(r->hall, "mobile");
    if (!json_is_object(mobile))
        return false;
    char message[400];
    str_format(message, sizeof message, "%s%.80s.", application_sentence("hall_is_mobile", r->problems.lang),
               json_text_or(mobile, "home_name", json_text_or(mobile, "home", "–")));
    refuse(r->out, 409, "hall_is_mobile", NULL, message);
    return true;
}

enum err application_receive(const struct server_env *env, const struct application_request *request,
                             const struct json *body, struct server_answer *out)
{
    struct receiving r = {
        .env = env, .request = request, .body = body, .out = out, .problems = {.list = json_new_array()}};
    *out = (struct server_answer){0};
    enum err err = store_hall(env->db, &r.hall);
    r.problems.lang = lang_of(request, body, r.hall);
    if (err == ERR_OK && !is_mobile(&r) && read_reference(&r))
        err = receive(&r);
    if (err != ERR_OK)
        json_free(&out->body);
    json_free(&r.said.person);
    json_free(&r.problems.list);
    json_free(&r.hall);
    return err;
}

/* --- what became of it --- */

static enum err find_own(struct db *db, struct application *is)
{
    static const char sql[] =
        "SELECT case_, at_ FROM application WHERE account = $1 AND reference = $2"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, is->account);
    db_bind_text(s, 2, is->reference);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        str_copy(is->case_id, sizeof is->case_id, db_text(s, 0));
        str_copy(is->at, sizeof is->at, db_text(s, 1));
    }
    db_done(s);
    return err;
}

enum err application_tell(struct db *db, const struct application_request *request, int64_t now_ms,
                          struct server_answer *out)
{
    struct application is = {0};
    struct json *hall = NULL;
    *out = (struct server_answer){0};
    account_of(request->from, &is);
    enum err err = application_reference_valid(request->reference) ? ERR_OK : ERR_ABSENT;
    if (err == ERR_OK) {
        str_copy(is.reference, sizeof is.reference, request->reference);
        err = find_own(db, &is);
    }
    bool unknown = err == ERR_ABSENT;
    if (err == ERR_OK || unknown)
        err = store_hall(db, &hall);
    if (err == ERR_OK && unknown) {
        refuse_in(out, 404, "unknown_reference", NULL, lang_of(request, NULL, hall));
        json_free(&hall);
        return ERR_OK;
    }
    if (err == ERR_OK)
        err = application_describe(db, &is, lang_of(request, NULL, hall), now_ms, &out->body);
    out->status = 200;
    json_free(&hall);
    return err;
}

/* --- whether it is all there --- */

static enum err wrong(char what[APPLICATION_WHAT], const char *account, const char *reference,
                      const char *sentence)
{
    str_format(what, APPLICATION_WHAT, "the application \"%.60s\" of %.60s %s", reference, account, sentence);
    return ERR_CORRUPT;
}

static bool is_sealed(struct stmt *s)
{
    struct application is = {0};
    char seal[SHA256_TEXT];
    for (int i = 0; i < 8; i++)
        if (!db_text(s, i))
            return false;
    bool whole = str_copy(is.account, sizeof is.account, db_text(s, 0)) &&
                 str_copy(is.reference, sizeof is.reference, db_text(s, 1)) &&
                 str_copy(is.case_id, sizeof is.case_id, db_text(s, 4)) &&
                 str_copy(is.at, sizeof is.at, db_text(s, 5));
    seal_of(&is, db_text(s, 2), db_text(s, 3), db_int(s, 8), db_text(s, 6), seal);
    return whole && str_equal(seal, db_text(s, 7));
}

static enum err check_kept(struct db *db, struct stmt *s, char what[APPLICATION_WHAT])
{
    struct json *row = NULL;
    const char *account = db_text(s, 0), *reference = db_text(s, 1);
    if (!account || !reference || !is_sealed(s))
        return wrong(what, account ? account : "?", reference ? reference : "?", "is not as it was written");
    enum err err = row_get(db, TABLE_CASE, db_text(s, 4), &row);
    const struct json *arrival = json_get(row, "arrival");
    bool same = str_equal(json_text(arrival, "reference"), reference) &&
                str_equal(json_text(arrival, "account"), account);
    json_free(&row);
    if (err == ERR_ABSENT || (err == ERR_OK && !same))
        return wrong(what, account, reference, "names a case that is not there");
    return err;
}

/* A case that came in so has its reference, else it would come in twice. */
static enum err check_case(struct db *db, const char *text, char what[APPLICATION_WHAT])
{
    struct json *row = NULL;
    struct application is = {0};
    if (!text || json_parse(text, strlen(text), &row, NULL) != ERR_OK)
        return ERR_CORRUPT;
    const struct json *arrival = json_get(row, "arrival");
    enum err err = ERR_OK;
    if (json_is_object(arrival)) {
        str_copy(is.account, sizeof is.account, json_text_or(arrival, "account", ""));
        str_copy(is.reference, sizeof is.reference, json_text_or(arrival, "reference", ""));
        err = find_own(db, &is);
        if (err == ERR_ABSENT || (err == ERR_OK && !str_equal(is.case_id, json_text(row, "id"))))
            err = wrong(what, is.account, is.reference, "is there, but its reference is not");
    }
    json_free(&row);
    return err;
}

/* Both walk a table whole, once a verification. */
enum err applications_verify(struct db *db, bool mobile, char what[APPLICATION_WHAT])
{
    static const char sql[] = "SELECT account, reference, key_, sha256, case_, at_, answer, seal, rev"
                              " FROM application ORDER BY account, reference";
    static const char sql_cases[] = "SELECT row FROM cases WHERE row LIKE '%\"arrival\":{%' ORDER BY id";
    struct stmt *s = db_query(db, sql);
    enum err err;
    what[0] = '\0';
    while ((err = db_step(s)) == ERR_OK)
        if ((err = check_kept(db, s, what)) != ERR_OK)
            break;
    db_done(s);
    if (err != ERR_ABSENT || mobile) /* a bus takes cases along, and references stay at home */
        return err == ERR_ABSENT ? ERR_OK : err;
    s = db_query(db, sql_cases);
    while ((err = db_step(s)) == ERR_OK)
        if ((err = check_case(db, db_text(s, 0), what)) != ERR_OK)
            break;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}
