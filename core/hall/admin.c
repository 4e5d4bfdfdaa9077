/* core/hall/admin.c: see admin.h. */
#include "core/hall/admin.h"

#include "core/hall/admin_catalogue.h"
#include "core/hall/admin_people.h"
#include "core/hall/audit_heads.h"
#include "core/hall/bus.h"
#include "core/hall/partners.h"

struct task {
    const struct server_env *env;
    const struct json *request;
    struct json *answer;
    struct err_info *info;
};

/* --- accounts and counters --- */

/* By this computer's administrator, who may do all of it. */
static enum err people(struct task *t)
{
    struct admin_refusal refusal = {0};
    json_free(&t->answer);
    enum err err = admin_people(t->env, NULL, t->request, &t->answer, &refusal);
    return refusal.code[0] ? err_set(t->info, err, "%s", refusal.info.text) : err;
}

/* For what is done with an agency's applications alone. */
static enum err need_agency(struct task *t, const char *agency)
{
    struct json *row = NULL;
    if (str_empty(agency))
        return ERR_OK;
    enum err err = row_get(t->env->db, TABLE_AGENCY, agency, &row);
    json_free(&row);
    return err == ERR_ABSENT ? err_set(t->info, err, "This hall has no agency \"%s\".", agency) : err;
}

/* --- catalogue --- */

static enum err catalogue_import(struct task *t)
{
    return admin_catalogue_import(t->env, t->request, t->answer, t->info);
}

static enum err catalogue_stage(struct task *t)
{
    return admin_catalogue_stage(t->env, t->request, t->answer, t->info);
}

static enum err catalogue_decide(struct task *t)
{
    return admin_catalogue_decide(t->env, t->request, t->info);
}

static enum err catalogue_drop(struct task *t)
{
    return admin_catalogue_drop(t->env, t->request);
}

static enum err catalogue_list(struct task *t)
{
    return admin_catalogue_list(t->env, t->request, t->answer);
}

/* --- the bus --- */

static enum err depart(struct task *t)
{
    json_free(&t->answer);
    return bus_depart(t->env, t->request, &t->answer, t->info);
}

static enum err parcel(struct task *t)
{
    json_free(&t->answer);
    return bus_parcel(t->env, &t->answer, t->info);
}

static enum err merge(struct task *t)
{
    json_free(&t->answer);
    return bus_merge(t->env, t->request, &t->answer, t->info);
}

static enum err recall(struct task *t)
{
    json_free(&t->answer);
    return bus_recall(t->env, t->request, &t->answer, t->info);
}

/* --- exports, backups --- */

/* That somebody took the applications along, and whether masked: a line of the audit and nothing else. */
static enum err cases_export(struct task *t)
{
    enum err err = need_agency(t, json_text(t->request, "agency"));
    return err == ERR_OK ? server_note(t->env, json_text_or(t->request, "do", ""), t->request) : err;
}

/* That somebody takes all of the hall along, before its copy begins, which so has it. */
static enum err hall_backup(struct task *t)
{
    struct json *detail = json_new_object();
    json_set_bool(detail, "sealed", json_bool(t->request, "sealed", false));
    enum err err = server_note(t->env, "hall.backup", detail);
    json_free(&detail);
    return err;
}

/* --- the audit --- */

static enum err audit_heads(struct task *t)
{
    return audit_heads_list(t->env->db, json_int(t->request, "before", 0), t->answer);
}

/* --- agencies' own systems --- */

static enum err partners(struct task *t)
{
    json_free(&t->answer);
    return partners_apply(t->env, t->request, &t->answer, t->info);
}

/* --- the table --- */

enum err admin_apply(const struct server_env *env, const struct json *request, struct json **answer,
                     struct err_info *info)
{
    static const struct {
        const char *name;
        enum err (*run)(struct task *t);
    } tasks[] = {
        {"catalogue.import", catalogue_import},
        {"catalogue.stage", catalogue_stage},
        {"catalogue.decide", catalogue_decide},
        {"catalogue.drop", catalogue_drop},
        {"catalogue.list", catalogue_list},
        {"bus.depart", depart},
        {"bus.parcel", parcel},
        {"bus.merge", merge},
        {"bus.recall", recall},
        {"cases.export", cases_export},
        {"cases.export_unmasked", cases_export},
        {"hall.backup", hall_backup},
        {"audit.heads", audit_heads},
        {"key.add", partners},
        {"key.list", partners},
        {"key.revoke", partners},
        {"webhook.add", partners},
        {"webhook.list", partners},
        {"webhook.remove", partners},
        {"webhook.turn", partners},
    };
    struct task t = {.env = env, .request = request, .answer = json_new_object(), .info = info};
    enum err err = ERR_USAGE;
    size_t i = 0;
    while (i < sizeof tasks / sizeof *tasks && !str_equal(tasks[i].name, json_text(request, "do")))
        i++;
    if (i == sizeof tasks / sizeof *tasks && admin_people_knows(json_text(request, "do")))
        err = people(&t);
    else
        err = i < sizeof tasks / sizeof *tasks
                  ? tasks[i].run(&t)
                  : err_set(info, ERR_USAGE, "This loketd does not know that task.");
    if (err != ERR_OK)
        json_free(&t.answer);
    *answer = t.answer;
    return err;
}

bool admin_needs_catalogue(const struct json *request)
{
    const char *what = json_text_or(request, "do", "");
    return str_starts(what, "catalogue.") || str_starts(what, "bus.");
}
