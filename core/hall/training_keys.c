/* core/hall/training_keys.c: how many keys a visit took at a workstation, beside the least that what was done there needs.
 *
 * A workstation of a training hall counts them from the call to the command that ends the visit, whose body brings them
 * ("keys"). They are a line of the audit, written with that command: a record that comes again is not run again, so it is not
 * counted again, and whoever goes back to a moment goes back in this, too. No row of a ticket knows of them.
 *
 * The least is an estimate, to the advantage of whoever typed: each step of the visit, each letter of what the form has (also what
 * the hall knew already), each paper asked for and ticked, fee and decision, by the keys of the screens (actions.def). */
#include <string.h>

#include "core/hall/training_score_inside.h"
#include "core/model/role.h"

enum { KEYS_MAX = 100000, ROWS_MAX = 500 };

/* What the steps need. */
enum {
    KEYS_RECALL = 1,
    KEYS_IDENTIFY = 10, /* a number or a name */
    KEYS_OPEN = 3,      /* +, a letter of the service, Enter */
    KEYS_FIELD = 1,     /* to the next one, beside its letters */
    KEYS_SUBMIT = 2,
    KEYS_PAPER = 5, /* asked for, and ticked */
    KEYS_FEE = 3,
    KEYS_DECISION = 5,
    KEYS_REASON = 2
};

static const struct {
    const char *event;
    int keys;
} steps[] = {{"start", 1}, {"finish", 2}, {"go_on", 3},    {"no_show", 2},
             {"hold", 3},  {"return", 2}, {"transfer", 4}, {"cancel", 2}};

/* --- they come --- */

static bool ends_visit(const char *type)
{
    static const char *const types[] = {"ticket.finish", "ticket.no_show",  "ticket.hold",
                                        "ticket.return", "ticket.transfer", "ticket.cancel"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_equal(type, types[i]))
            return true;
    return false;
}

static enum err note(const struct server_env *env, const struct actor *actor, const struct json *body)
{
    int64_t keys = json_int(body, "keys", 0);
    const char *ticket = json_text(body, "ticket");
    if (keys <= 0 || keys > KEYS_MAX || !uuid_valid(ticket))
        return ERR_OK;
    struct json *detail =
        json_new_object(); /* whose members are no names of tables, so that the audit keeps it whole */
    json_set_text(detail, "who", actor->user);
    json_set_text(detail, "visit", ticket);
    json_set_int(detail, "keys", keys);
    enum err err = server_note(env, "training.keys", detail);
    json_free(&detail);
    return err;
}

/* Whether it took effect just now, and was not answered once more. */
static bool is_fresh(const struct json *results, int64_t seq, int64_t before_rev)
{
    for (const struct json *r = json_first(results); r; r = json_next(r))
        if (json_int(r, "seq", -1) == seq)
            return str_equal(json_text(r, "status"), "applied") && json_int(r, "rev", 0) > before_rev;
    return false;
}

enum err training_hear_keys(const struct server_env *env, const struct actor *actor, const struct json *push,
                            int64_t before_rev, const struct json *answer)
{
    const struct json *results = json_get(answer, "results");
    enum err err = ERR_OK;
    if (actor->roles & ROLE_TRAINER)
        return ERR_OK;
    for (const struct json *c = json_first(json_get(push, "commands")); c && err == ERR_OK; c = json_next(c))
        if (ends_visit(json_text(c, "type")) && is_fresh(results, json_int(c, "seq", -2), before_rev))
            err = note(env, actor, json_get(c, "body"));
    return err;
}

/* --- the least --- */

static int64_t letters_of(const struct json *answers)
{
    int64_t sum = 0;
    if (!json_is_object(answers) && !json_is_array(answers)) {
        const char *text = json_is_text(answers) ? json_as_text(answers) : "";
        return KEYS_FIELD + (json_is_text(answers)     ? (int64_t)utf8_count(text, strlen(text))
                             : json_is_number(answers) ? 3
                                                       : 1);
    }
    for (const struct json *one = json_first(answers); one; one = json_next(one))
        sum += letters_of(one);
    return sum;
}

static int64_t steps_of(const struct judging *j, const struct json *ticket)
{
    int64_t sum = 0;
    for (const struct json *s = json_first(json_get(ticket, "stamps")); s; s = json_next(s))
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
            if (str_equal(json_text(s, "by"), j->user) && str_equal(json_text(s, "event"), steps[i].event))
                sum += steps[i].keys;
    sum += KEYS_RECALL * (json_int(ticket, "calls", 1) - 1);
    return sum + (json_text(ticket, "person") ? KEYS_IDENTIFY : 0);
}

static enum err rows_of(const struct judging *j, const char *sql, const char *of, struct json **rows)
{
    struct stmt *s = db_query(j->db, sql);
    db_bind_text(s, 1, of);
    db_bind_int(s, 2, ROWS_MAX);
    *rows = json_new_array();
    return rows_collect(s, *rows);
}

static int64_t of_decisions(const struct judging *j, const struct json *rows)
{
    int64_t sum = 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const char *note = json_text_or(row, "note", "");
        if (str_equal(json_text(row, "by"), j->user))
            sum += KEYS_DECISION + KEYS_REASON * (int64_t)json_count(json_get(row, "reasons")) +
                   (int64_t)utf8_count(note, strlen(note));
    }
    return sum;
}

static enum err add_case(const struct judging *j, const struct json *row, int64_t *least)
{
    static const char sql_papers[] =
        "SELECT row FROM documents WHERE case_ = $1 LIMIT $2"; /* documents_case */
    static const char sql_decisions[] =
        "SELECT row FROM decisions WHERE case_ = $1 ORDER BY at_ LIMIT $2"; /* decisions_case */
    const char *id = json_text_or(row, "id", "");
    const struct json *submitted = json_get(row, "submitted");
    struct json *papers = NULL, *decisions = NULL;
    enum err err = rows_of(j, sql_papers, id, &papers);
    if (err == ERR_OK)
        err = rows_of(j, sql_decisions, id, &decisions);
    if (str_equal(json_text(row, "opened_by"), j->user))
        *least += KEYS_OPEN + letters_of(json_is_object(submitted) ? submitted : json_get(row, "draft"));
    *least += (json_is_object(submitted) ? KEYS_SUBMIT : 0) + KEYS_PAPER * (int64_t)json_count(papers) +
              (json_text(row, "paid") ? KEYS_FEE : 0) + of_decisions(j, decisions);
    json_free(&papers);
    json_free(&decisions);
    return err;
}

static enum err least_of(const struct judging *j, const struct json *ticket, int64_t *least)
{
    static const char sql[] =
        "SELECT row FROM cases WHERE ticket = $1 ORDER BY opened_at LIMIT $2"; /* cases_ticket */
    struct json *rows = NULL;
    enum err err = rows_of(j, sql, json_text_or(ticket, "id", ""), &rows);
    *least = steps_of(j, ticket);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row))
        err = add_case(j, row, least);
    json_free(&rows);
    return err;
}

/* --- judging --- */

static bool is_theirs(const struct judging *j, const struct json *line, const char *ticket)
{
    const struct json *detail = json_get(line, "detail");
    return str_equal(json_text(detail, "who"), j->user) && str_equal(json_text(detail, "visit"), ticket);
}

static enum err judge_visit(struct judging *j, const struct json *ticket)
{
    const struct json *last = NULL;
    int64_t keys = 0, least = 0;
    for (const struct json *line = json_first(j->key_lines); line; line = json_next(line))
        if (is_theirs(j, line, json_text_or(ticket, "id", "-"))) {
            keys += json_int(json_get(line, "detail"), "keys", 0);
            last = line;
        }
    enum err err = last ? least_of(j, ticket, &least) : ERR_OK;
    if (!last || err != ERR_OK)
        return err;
    judging_add(j, SCORE_KEYS, keys, least, json_text(last, "at"), json_text_or(ticket, "number", ""))->rev =
        json_int(last, "rev", 0);
    j->keys += keys;
    j->keys_least += least;
    return ERR_OK;
}

enum err judge_keys(struct judging *j)
{
    enum err err =
        json_count(j->tickets) ? judging_lines(j, "system", "training.keys", j->key_lines) : ERR_OK;
    for (const struct json *ticket = json_first(j->tickets); ticket && err == ERR_OK;
         ticket = json_next(ticket))
        err = judge_visit(j, ticket);
    return err;
}
