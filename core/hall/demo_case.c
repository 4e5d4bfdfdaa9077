/* core/hall/demo_case.c: applications on a simulated day: a clerk opens one for whoever asks for a service with a form, fills
 * in what is true, looks at the papers, takes the fee, hands it in and decides by the law; an approver is the second pair of
 * eyes. Every identity follows from the ticket's, so that whoever goes on with a day knows them. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/form/inside.h"
#include "core/form/notice.h"
#include "core/hall/demo_inside.h"

enum { CONFIRM_S = 5 * DEMO_MINUTE_S, SETTLE_S = 15 * DEMO_MINUTE_S };

/* --- what is true --- */

/* Forms are opened once: most of a day's work would be that. */
static const struct form *form_of(struct demo *d, const struct json *service)
{
    struct err_info info = {0};
    if (!d->forms)
        d->forms = xcalloc((size_t)d->pack.service_count + 1, sizeof *d->forms);
    for (int i = 0; i < d->pack.service_count; i++) {
        const struct form_source source = {.service = service, .pack = d->pack.about};
        if (d->pack.services[i] != service)
            continue;
        if (!d->forms[i] && form_open(&source, &d->forms[i], &info) != ERR_OK)
            return NULL;
        return d->forms[i];
    }
    return NULL;
}

void demo_drop_forms(struct demo *d)
{
    for (int i = 0; d->forms && i < d->pack.service_count; i++)
        form_free(&d->forms[i]);
    free(d->forms);
    d->forms = NULL;
}

void demo_about(struct demo *d, const struct citizen *citizen, struct truth_about *about)
{
    const struct json *service = pack_service(&d->pack, citizen->service);
    *about = (struct truth_about){.pack = &d->pack,
                                  .service = service,
                                  .citizen = citizen,
                                  .today = d->figures->day,
                                  .form = catalogue_has_form(service) ? form_of(d, service) : NULL,
                                  .seed = d->seed,
                                  .false_paper = d->scenario->false_paper,
                                  .stale = d->scenario->stale,
                                  .no_right = d->scenario->no_right,
                                  .elsewhere = d->scenario->elsewhere};
}

bool demo_applies(const struct demo *d, const struct demo_visit *visit)
{
    const struct json *service = pack_service(&d->pack, visit->citizen->service);
    return visit->citizen != &d->stranger && catalogue_has_form(service);
}

/* --- identities --- */

static void id_of(const char *what, const struct demo_visit *visit, char out[UUID_TEXT])
{
    char text[128];
    str_format(text, sizeof text, "simulated %s %s", what, visit->ticket);
    server_id(text, out);
}

static struct json *about_case(const struct demo_visit *visit)
{
    struct json *body = json_new_object();
    char id[UUID_TEXT];
    id_of("application", visit, id);
    json_set_text(body, "case", id);
    return body;
}

static enum err read_case(struct demo *d, const struct demo_visit *visit, struct json **row)
{
    char id[UUID_TEXT];
    id_of("application", visit, id);
    return row_get(d->env.db, TABLE_CASE, id, row);
}

/* --- step by step --- */

enum err demo_apply(struct demo *d, int who)
{
    const struct demo_clerk *clerk = &d->clerks[who];
    const struct demo_visit *visit = &d->visits[clerk->visit];
    struct json *body = about_case(visit);
    bool applied;
    json_set_text(body, "service", visit->citizen->service);
    json_set_text(body, "ticket", visit->ticket);
    json_set_text(body, "channel", visit->citizen->booked_s >= 0 ? "booked" : "walk_in");
    enum err err = demo_say(d, &clerk->actor, "case.open", body, &applied, NULL);
    d->figures->applications += applied;
    return err;
}

static enum err fill_in(struct demo *d, const struct actor *clerk, const struct demo_visit *visit,
                        const struct truth *truth)
{
    struct json *row = NULL, *body = about_case(visit);
    enum err err = read_case(d, visit, &row);
    struct json *patch = form_difference(json_get(row, "draft"), truth->draft);
    bool same = json_count(patch) == 0;
    json_set(body, "patch", patch);
    json_free(&row);
    if (err == ERR_OK && !same)
        return demo_say(d, clerk, "case.draft", body, NULL, NULL);
    json_free(&body);
    return err;
}

/* One that holds no more, or that nobody can read, is not there. */
static bool is_accepted(const struct truth_paper *paper)
{
    return paper->where == PAPER_HERE && paper->fault != PAPER_EXPIRED && paper->fault != PAPER_UNREADABLE;
}

static enum err look_at_papers(struct demo *d, const struct actor *clerk, const struct demo_visit *visit,
                               const struct truth *truth)
{
    enum err err = ERR_OK;
    for (int i = 0; i < truth->paper_count && err == ERR_OK; i++) {
        const struct truth_paper *paper = &truth->papers[i];
        bool missing = json_has_text(truth->missing, paper->code);
        if (!is_accepted(paper) && !missing)
            continue; /* another of its group is there */
        struct json *body = about_case(visit);
        json_set_text(body, "document", paper->code);
        json_set_text(body, "state",
                      missing                            ? "missing"
                      : strcmp(paper->kind, "copy") == 0 ? "copied"
                                                         : "seen");
        err = demo_say(d, clerk, "case.check_document", body, NULL, NULL);
    }
    return err;
}

static enum err take_fee(struct demo *d, const struct actor *clerk, const struct demo_visit *visit)
{
    struct catalogue_fee fee;
    char text[MONEY_TEXT];
    const struct json *service = pack_service(&d->pack, visit->citizen->service);
    if (!catalogue_fee_find(service, NULL, d->figures->day, &fee) || fee.total.minor <= 0)
        return ERR_OK;
    struct json *body = about_case(visit);
    money_text(fee.total, text);
    json_set_text(body, "amount", text);
    json_set_text(body, "method", "card");
    return demo_say(d, clerk, "case.pay", body, NULL, NULL);
}

/* --- the decision --- */

/* As whoever prints it at a workstation makes it; NULL: the service has none for that outcome. */
static char *notice_of(struct demo *d, const struct actor *clerk, const struct demo_visit *visit,
                       const struct json *row, const char *outcome, const struct json *reasons,
                       const struct json *missing)
{
    struct json *service = NULL, *agency = NULL, *person = NULL, *hall = NULL;
    struct err_info info = {0};
    struct buf out = {0};
    char until[DATE_TEXT] = "";
    if (row_get(d->env.db, TABLE_SERVICE, json_text_or(row, "service", ""), &service) != ERR_OK ||
        row_get(d->env.db, TABLE_AGENCY, json_text_or(row, "agency", ""), &agency) != ERR_OK ||
        row_get(d->env.db, TABLE_PERSON, json_text_or(row, "person", ""), &person) != ERR_OK ||
        store_hall(d->env.db, &hall) != ERR_OK)
        service = NULL;
    bool complaint = catalogue_complaint_until(service, &d->calendar, d->figures->day, until);
    const struct notice_facts facts = {.service = service,
                                       .pack = hall,
                                       .agency = agency,
                                       .person = person,
                                       .draft = json_get(row, "submitted"),
                                       .case_number = json_text(row, "number"),
                                       .reasons = reasons,
                                       .missing = missing,
                                       .today = d->figures->day,
                                       .complaint_until = complaint ? until : NULL,
                                       .hall = json_text(hall, "name"),
                                       .clerk = clerk->name,
                                       .date_order = json_text(hall, "date_order"),
                                       .lang = visit->citizen->language};
    struct json *context = notice_context(&facts);
    enum err err = service ? notice_render(service, outcome, context, facts.lang, &out, &info) : ERR_ABSENT;
    json_free(&context);
    json_free(&service);
    json_free(&agency);
    json_free(&person);
    json_free(&hall);
    if (err != ERR_OK || !out.data) {
        buf_free(&out);
        return NULL;
    }
    return buf_take(&out);
}

static struct json *first_of(const struct json *codes)
{
    struct json *list = json_new_array();
    if (json_count(codes) > 0)
        json_add_text(list, json_as_text(json_first(codes)));
    return list;
}

/* {case,decision,outcome,reasons,papers?,notice?} */
static struct json *decision_body(struct demo *d, const struct actor *clerk, const struct demo_visit *visit,
                                  const char *what, const char *outcome, const struct json *reasons,
                                  const struct json *missing)
{
    struct json *body = about_case(visit), *row = NULL;
    char id[UUID_TEXT];
    id_of(what, visit, id);
    json_set_text(body, "decision", id);
    json_set_text(body, "outcome", outcome);
    json_set(body, "reasons", first_of(reasons));
    if (json_count(missing) > 0)
        json_set(body, "papers", json_copy(missing));
    if (read_case(d, visit, &row) == ERR_OK) {
        char *notice = notice_of(d, clerk, visit, row, outcome, json_get(body, "reasons"), missing);
        if (notice)
            json_set_text(body, "notice", notice);
        d->figures->notices += notice != NULL;
        free(notice);
    }
    json_free(&row);
    return body;
}

static void count_decision(struct demo *d, const char *outcome)
{
    struct demo_figures *f = d->figures;
    const struct {
        const char *outcome;
        int *count;
    } counts[] = {{"approve", &f->approved},
                  {"refuse", &f->refusals},
                  {"return", &f->returned},
                  {"refer", &f->referred}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i].count += str_equal(counts[i].outcome, outcome);
}

static enum err decide(struct demo *d, const struct actor *clerk, int who, const struct truth *truth)
{
    const struct demo_visit *visit = &d->visits[who];
    bool applied;
    struct json *body =
        decision_body(d, clerk, visit, "decision", truth->outcome, truth->reasons, truth->missing);
    enum err err = demo_say(d, clerk, "case.decide", body, &applied, NULL);
    if (!applied)
        return err;
    count_decision(d, truth->outcome);
    if (*d->approver.user &&
        catalogue_needs_confirm(pack_service(&d->pack, visit->citizen->service), truth->outcome))
        demo_later(d, d->now_s + CONFIRM_S + demo_within(d, 0, CONFIRM_S), MOMENT_CONFIRM, who);
    return err;
}

/* --- two decisions that meet --- */

/* Somebody else of the same agency who decides; NULL: there is nobody. */
static const struct demo_clerk *colleague(const struct demo *d, int who)
{
    for (int i = 0; i < d->clerk_count; i++)
        if (i != who && str_equal(d->clerks[i].actor.agency, d->clerks[who].actor.agency))
            return &d->clerks[i];
    return NULL;
}

/* What a clerk wrote down while the line was away: pushed as a workstation does, with what it knew then. */
static enum err push_late(struct demo *d, const struct actor *clerk, const struct demo_visit *visit,
                          int64_t hold_gen, struct json *body, int64_t *seq)
{
    struct json *push = json_new_object(), *list = json_new_array(), *command = json_new_object(),
                *base = json_new_object(), *at = json_new_object();
    struct server_answer answer = {0};
    char id[UUID_TEXT], wall[TIME_TEXT];
    id_of("late", visit, id);
    time_text(d->env.now_ms, wall);
    json_set_text(at, "wall", wall);
    json_set_int(at, "offset_ms", 0);
    json_set_int(base, "hold_gen", hold_gen);
    json_set_int(command, "seq", ++*seq);
    json_set_text(command, "id", id);
    json_set_text(command, "type", "case.decide");
    json_set_int(command, "v", 1);
    json_set(command, "at", at);
    json_set(command, "base", base);
    json_set(command, "body", body);
    json_add(list, command);
    json_set_text(push, "client", clerk->client);
    json_set_int(push, "epoch", d->env.epoch);
    json_set(push, "commands", list);
    enum err err = server_push(&d->env, clerk, push, &answer);
    const struct json *result = json_first(json_get(answer.body, "results"));
    if (err == ERR_OK && !str_equal(json_text(result, "status"), "applied") && d->figures->refused++ == 0)
        str_format(d->refusal, sizeof d->refusal, "case.decide: %s",
                   json_text_or(json_get(result, "error"), "message", "was not taken"));
    json_free(&answer.body);
    json_free(&push);
    return err;
}

static enum err pass_on(struct demo *d, const struct demo_visit *visit, const struct demo_clerk *to)
{
    struct json *body = about_case(visit), *whom = json_new_object();
    json_set_text(whom, "user", to->actor.user);
    json_set(body, "to", whom);
    return demo_say(d, &d->supervisor, "case.assign", body, NULL, NULL);
}

/* The clerk decides without the hall; meanwhile it is passed on and decided otherwise. */
static enum err contest(struct demo *d, int clerk, const struct demo_clerk *other, const struct truth *truth)
{
    int who = d->clerks[clerk].visit;
    const struct demo_visit *visit = &d->visits[who];
    const struct actor *first = &d->clerks[clerk].actor;
    bool approve = strcmp(truth->outcome, "approve") == 0;
    struct catalogue_reason against[CATALOGUE_REASONS_MAX];
    const char *otherwise = approve ? "refuse" : "approve";
    struct json *row = NULL, *reasons = json_new_array();
    if (catalogue_reasons(pack_service(&d->pack, visit->citizen->service), otherwise, against,
                          CATALOGUE_REASONS_MAX) > 0)
        json_add_text(reasons, against[0].code);
    enum err err = read_case(d, visit, &row);
    int64_t hold_gen = json_int(row, "hold_gen", 0);
    struct json *late = decision_body(d, first, visit, "late decision", otherwise, reasons, NULL);
    json_free(&row);
    json_free(&reasons);
    if (err == ERR_OK)
        err = pass_on(d, visit, other);
    if (err == ERR_OK)
        err = decide(d, &other->actor, who, truth);
    if (err == ERR_OK)
        err = push_late(d, first, visit, hold_gen, late, &d->clerks[clerk].seq);
    else
        json_free(&late);
    d->figures->contested += err == ERR_OK;
    demo_later(d, d->now_s + SETTLE_S, MOMENT_SETTLE, who);
    return err;
}

/* A supervisor looks at both and keeps what stands. */
enum err demo_settle(struct demo *d, int who)
{
    struct json *row = NULL;
    enum err err = read_case(d, &d->visits[who], &row);
    const char *dispute = json_as_text(json_first(json_get(row, "contests")));
    if (err == ERR_OK && dispute) {
        struct json *body = json_new_object();
        json_set_text(body, "dispute", dispute);
        json_set_text(body, "choice", "keep_theirs");
        json_set_text(body, "note", "Whoever had the application decided it.");
        err = demo_say(d, &d->supervisor, "dispute.resolve", body, NULL, NULL);
    }
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- all of it --- */

enum err demo_decide_by(struct demo *d, int who, const struct truth *truth)
{
    const struct demo_clerk *clerk = &d->clerks[who];
    const struct demo_visit *visit = &d->visits[clerk->visit];
    enum err err = fill_in(d, &clerk->actor, visit, truth);
    if (err == ERR_OK)
        err = look_at_papers(d, &clerk->actor, visit, truth);
    if (err == ERR_OK)
        err = take_fee(d, &clerk->actor, visit);
    if (err == ERR_OK)
        err = demo_say(d, &clerk->actor, "case.submit", about_case(visit), NULL, NULL);
    const struct demo_clerk *other = d->contests > 0 ? colleague(d, who) : NULL;
    bool final = strcmp(truth->outcome, "approve") == 0 || strcmp(truth->outcome, "refuse") == 0;
    if (err == ERR_OK && other && final) {
        d->contests--;
        return contest(d, who, other, truth);
    }
    return err == ERR_OK ? decide(d, &clerk->actor, clerk->visit, truth) : err;
}

enum err demo_decide(struct demo *d, int who, struct truth *truth)
{
    struct truth_about about;
    struct err_info info = {0};
    demo_about(d, d->visits[d->clerks[who].visit].citizen, &about);
    enum err err = truth_make(&about, truth, &info);
    return err == ERR_OK ? demo_decide_by(d, who, truth) : err;
}

/* Whoever decided is never the second; while two decisions stand against each other there is nothing to agree to. */
enum err demo_confirm(struct demo *d, int who)
{
    struct json *row = NULL;
    enum err err = read_case(d, &d->visits[who], &row);
    bool contested = json_has_text(json_get(row, "flags"), "contested");
    json_free(&row);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    if (contested) {
        demo_later(d, d->now_s + SETTLE_S, MOMENT_CONFIRM, who);
        return ERR_OK;
    }
    struct json *body = about_case(&d->visits[who]);
    bool applied;
    json_set_bool(body, "agree", true);
    err = demo_say(d, &d->approver, "case.confirm", body, &applied, NULL);
    d->figures->confirmed += applied;
    return err;
}
