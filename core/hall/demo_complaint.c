/* core/hall/demo_complaint.c: somebody whom a trainer let be offended, and to whom nobody said sorry, complains when their call is
 * over: about what was decided of their application, else about how they were treated. The reception takes it down. */
#include <stdlib.h>

#include "core/demo/talk.h"
#include "core/hall/demo_inside.h"
#include "core/model/survey.h"

/* The newest application of the ticket that is decided; *row NULL: there is none. */
static enum err decided_case(struct demo *d, const char *ticket, struct json **row)
{
    static const char sql[] = "SELECT row FROM cases WHERE ticket = $1 ORDER BY opened_at DESC LIMIT $2";
    enum { CASES_MAX = 20 };
    struct stmt *s = db_query(d->env.db, sql); /* cases_ticket */
    struct json *rows = json_new_array();
    *row = NULL;
    db_bind_text(s, 1, ticket);
    db_bind_int(s, 2, CASES_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *one = json_first(rows); err == ERR_OK && one && !*row; one = json_next(one))
        if (json_text(one, "decision"))
            *row = json_take(rows, one);
    json_free(&rows);
    return err;
}

static enum err complain_of(struct demo *d, const struct demo_visit *visit, const char *id)
{
    struct json *body = json_new_object();
    const struct json *person = visit->citizen->person;
    char *name = xasprintf("%s %s", json_text_or(person, "given", ""), json_text_or(person, "family", ""));
    json_set_text(body, "case", id);
    json_set_text(body, "text", talk_complaint(visit->citizen->language, true));
    if (person)
        json_set_text(body, "from", name);
    free(name);
    return demo_say(d, &d->reception, "case.complain", body, NULL, NULL);
}

static enum err was_asked(struct demo *d, const char *ticket, bool *asked)
{
    static const char sql[] = "SELECT 1 FROM surveys WHERE ticket = $1 LIMIT 1"; /* surveys_ticket */
    struct stmt *s = db_query(d->env.db, sql);
    db_bind_text(s, 1, ticket);
    enum err err = db_step(s);
    *asked = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err score_low(struct demo *d, const struct demo_visit *visit)
{
    struct json *body = json_new_object(), *scores = json_new_array();
    for (int i = 0; i < SURVEY_ELEMENTS; i++)
        json_add(scores, json_new_int(1));
    json_set_text(body, "ticket", visit->ticket);
    json_set(body, "scores", scores);
    json_set_text(body, "text", talk_complaint(visit->citizen->language, false));
    return demo_say(d, &d->reception, "survey.record", body, NULL, NULL);
}

enum err demo_complain(struct demo *d, const struct demo_visit *visit)
{
    struct json *row = NULL;
    bool asked = false;
    if (!visit->offended || visit->calmed)
        return ERR_OK;
    enum err err = decided_case(d, visit->ticket, &row);
    if (err == ERR_OK && row)
        err = complain_of(d, visit, json_text_or(row, "id", ""));
    else if (err == ERR_OK)
        err = was_asked(d, visit->ticket, &asked); /* each visit counts once */
    if (err == ERR_OK && !row && !asked)
        err = score_low(d, visit);
    json_free(&row);
    return err;
}
