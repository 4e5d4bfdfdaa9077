/* screens/desk_missing.c: a visit without its papers, a usual end of one: which papers, and why. It is asked in the action
 * line; kept with the applications, whose papers are missing from then on, and with the visit. */
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/show.h"

static const struct why {
    const char *key, *code, *label;
} whys[] = {
    {"1", "not_brought", TR("not brought")},
    {"2", "expired", TR("no longer valid")},
    {"3", "unreadable", TR("damaged, unreadable")},
    {"4", "other_data", TR("other data than in the application")},
    {"5", "not_issued", TR("not issued yet")},
};

const char *desk_missing_why(const struct ui *ui, const char *code)
{
    for (size_t i = 0; code && i < sizeof whys / sizeof *whys; i++)
        if (strcmp(whys[i].code, code) == 0)
            return tr(ui->lang, whys[i].label);
    return code ? code : "";
}

/* --- which --- */

/* Of an application that nobody decided: its papers may still change. */
static bool is_open(const struct json *c)
{
    return desk_case_is_draft(c) || desk_case_is_undecided(c);
}

static void add_paper(const struct ui *ui, const char *id, const struct json *paper,
                      const struct json *service, struct json *question)
{
    const char *name = show_name(ui, json_get(paper, "name")), *code = json_text_or(paper, "code", "");
    char *value = xasprintf("%s %s", id, code);
    char *label = service ? xasprintf("%s · %s", *name ? name : code, show_name(ui, service))
                          : xstrdup(*name ? name : code);
    question_item(question, label, value, NULL);
    if (json_get(paper, "met") && !json_bool(paper, "met", false))
        question_tick(question, value);
    free(label);
    free(value);
}

/* Those of the open applications, the unmet ticked; where none is open, those of the service that was asked for. */
static int add_papers(const struct desk *desk, const struct ui *ui, struct json *question)
{
    const struct json *cases = desk_rows(desk, DESK_CASES), *all;
    bool several = json_count(cases) > 1;
    int count = 0;
    for (const struct json *c = json_first(cases); c; c = json_next(c)) {
        all = json_get(c, "papers");
        for (const struct json *one = json_first(all); one && is_open(c); one = json_next(one), count++)
            add_paper(ui, json_text_or(c, "id", ""), one, several ? json_get(c, "service_name") : NULL,
                      question);
    }
    all = json_get(json_get(desk->data, "service"), "documents");
    for (const struct json *one = json_first(all); one && !json_count(cases); one = json_next(one), count++)
        add_paper(ui, "-", one, NULL, question);
    return count;
}

bool desk_ask_papers(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("papers", tr(ui->lang, TR("Which papers are missing? Space ticks, Enter goes on:")));
    question_ticks(question);
    if (!add_papers(desk, ui, question)) {
        json_free(&question);
        return false;
    }
    effects_ask(effects, question);
    return true;
}

/* --- and why --- */

void desk_ask_why_missing(struct desk *desk, const struct ui *ui, const char *lines, struct effects *effects)
{
    struct json *question = question_new("papers_why", tr(ui->lang, TR("Why are they missing?")));
    json_set_text(desk->step, "papers", lines); /* taken out again before it is sent */
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++)
        question_choice(question, whys[i].key, tr(ui->lang, whys[i].label), whys[i].code, NULL);
    effects_ask(effects, question);
}

/* "case code", or "- code" where no application was opened. */
static void put_one(const struct ui *ui, char *line, const char *why, struct json *codes,
                    struct effects *effects)
{
    char *code = strchr(line, ' ');
    if (!code)
        return;
    *code++ = '\0';
    json_add_text(codes, code);
    if (strcmp(line, "-") == 0)
        return;
    struct json *body = json_new_object();
    json_set_text(body, "case", line);
    json_set_text(body, "document", code);
    json_set_text(body, "state", "missing");
    json_set_text(body, "note", desk_missing_why(ui, why));
    effects_command(effects, "case.check_document", body);
}

void desk_put_missing(struct desk *desk, const struct ui *ui, const char *why, struct effects *effects)
{
    struct json *codes = json_new_array();
    desk_keep_missing(desk, ui, json_text_or(desk->step, "papers", ""), why, effects);
    char *lines = xstrdup(json_text_or(desk->step, "papers", "")), *at = lines;
    json_remove(desk->step, "papers");
    while (*at) {
        char *end = at + strcspn(at, "\n");
        bool last = !*end;
        *end = '\0';
        put_one(ui, at, why, codes, effects);
        at = last ? end : end + 1;
    }
    free(lines);
    json_set(desk->step, "missing", codes);
    json_set_text(desk->step, "why", why);
}
