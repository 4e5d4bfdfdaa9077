/* core/command/case_open.c: an application begins: number, fee, form version, and what is known already.
 * Also opens the form of a case for the rules that follow. */
#include <string.h>

#include "core/command/cases.h"

#include "core/catalogue/catalogue.h"
#include "core/command/uncalled.h"
#include "core/command/version.h"
#include "core/form/migrate.h"

enum { LAST_LOOKED_AT = 10 };

/* --- the form of a case --- */

/* service is the one that case_load found. A published form never changes, so what has the same number is the same
 * form: the digest says so where it matters, when the form is handed in (case_submit.c). */
static enum err need_own_version(struct call *c, const struct json *row, const struct json *service)
{
    int64_t wanted = json_int(row, "form_version", 0);
    int64_t here = catalogue_form_version(service);
    if (wanted == here || !json_get(row, "form_version"))
        return ERR_OK;
    return refuse(
        c, "form_version_gone", "",
        "Version %lld of this form is not here any more. What was typed is kept: take the draft over "
        "to version %lld.",
        (long long)wanted, (long long)here);
}

/* What the person wrote the last time at this agency; another agency's is not looked at. */
static enum err last_draft(struct call *c, const struct json *row, const struct json **draft)
{
    struct json *found;
    const char *newest = "";
    TRY(person_cases(c, json_text(row, "person"), LAST_LOOKED_AT, &found));
    for (const struct json *other = json_first(found); other; other = json_next(other)) {
        const char *opened_at = json_text_or(other, "opened_at", "");
        if (str_equal(row_id(other), row_id(row)) || !json_get(other, "draft") ||
            !str_equal(json_text(other, "agency"), json_text(row, "agency")) ||
            strcmp(opened_at, newest) <= 0)
            continue;
        *draft = json_get(other, "draft");
        newest = opened_at;
    }
    return ERR_OK;
}

enum err case_form_open(struct call *c, const struct json *row, const struct json *service,
                        struct case_form *out)
{
    struct json *hall, *person = NULL;
    struct err_info info = {0};
    const struct json *last = NULL;
    *out = (struct case_form){0};
    bool gone = json_count(service) == 0; /* the whole service: what was typed is all there is */
    if (!catalogue_has_form(service) && (gone || !json_int(row, "form_version", 0)))
        return ERR_OK;
    TRY(need_own_version(c, row, service));
    TRY(load_hall(c, &hall));
    if (!str_empty(json_text(row, "person"))) {
        TRY(person_goes_on(c, json_text(row, "person"), &person));
        TRY(last_draft(c, row, &last));
    }
    time_date(c->at_ms, out->today);
    out->context = (struct form_context){
        .lang = json_as_text(json_first(json_get(hall, "languages"))),
        .today = out->today,
        .date_order = json_text(hall, "date_order"),
        .person = person,
        .last = last,
    };
    if (!out->context.lang)
        out->context.lang = "en";
    /* The hall's row has the pack's lists and languages. */
    if (form_open(&(struct form_source){.service = service, .pack = hall}, &out->form, &info) == ERR_OK)
        return ERR_OK;
    return refuse(c, "form_unusable", "", "The form of this service cannot be used: %s", info.text);
}

/* --- case.open --- */

static enum err need_new(struct call *c, const char *id)
{
    struct json *there;
    TRY(peek(c, TABLE_CASE, id, &there));
    if (!there)
        return ERR_OK;
    return refuse(c, "case_exists", "case", "This application is open already as %s.",
                  str_empty(json_text(there, "number")) ? id : json_text(there, "number"));
}

/* Who it is for: named here, or known from the ticket; a ticket without a person gets this one. */
static enum err set_visit(struct call *c, struct json *row)
{
    const char *ticket_id, *person;
    struct json *ticket = NULL, *known = NULL;
    TRY(body_text(c, "ticket", &ticket_id));
    if (ticket_id)
        TRY(load(c, TABLE_TICKET, "ticket", ticket_id, &ticket));
    TRY(person_resolve(c, &person));
    if (ticket && person && str_empty(json_text(ticket, "person")))
        TRY(ticket_identify(c, ticket, person));
    if (!person && !str_empty(json_text(ticket, "person"))) {
        TRY(person_goes_on(c, json_text(ticket, "person"), &known));
        person = known ? row_id(known) : json_text(ticket, "person");
    }
    json_set_text(row, "ticket", ticket_id);
    json_set_text(row, "visit", json_text(ticket, "visit"));
    json_set_text(row, "person", person);
    uncalled_mark(c->actor, ticket, row);
    return ERR_OK;
}

enum err case_set_fee(struct call *c, struct json *row, const struct json *service)
{
    const char *tier;
    char today[DATE_TEXT];
    time_date(c->at_ms, today);
    TRY(body_text(c, "tier", &tier));
    struct json *fee = catalogue_fee_json(service, tier, today);
    if (!fee && tier)
        return refuse(c, "unknown_tier", "tier", "This service has no fee tier \"%s\" today.", tier);
    json_set(row, "fee", fee ? fee : json_new_null());
    return ERR_OK;
}

static enum err set_number(struct call *c, struct json *row)
{
    struct json *hall;
    char prefix[MODEL_ID], number[MODEL_ID] = "", today[DATE_TEXT];
    json_set_null(row, "number"); /* only the hall gives numbers out */
    if (c->tx->predicting)
        return ERR_OK;
    TRY(load_hall(c, &hall));
    time_date(c->at_ms, today);
    str_format(prefix, sizeof prefix, "%s-%.4s-", json_text_or(hall, "code", "HALL"), today);
    TRY(case_number_next(c, prefix, number));
    json_set_text(row, "number", number);
    return ERR_OK;
}

/* --- applications that are opened together --- */

/* What was answered in one of them holds in the others, where they ask the same: the same name, and an answer that the
 * field takes. */
static struct json *shared_answers(const struct case_form *form, const struct json *answered)
{
    struct json *shared = form_taken_over(form->form, INT64_MAX, answered, &form->context);
    struct json *kept = json_copy(shared);
    struct form_view view = {0};
    form_view_build(form->form, shared, &form->context, "", &view);
    for (int i = 0; i < view.item_count; i++) {
        char why[FORM_WHY] = "";
        const struct form_item *item = &view.items[i];
        const char *name = item->pointer;
        if (item->kind != FORM_CONTROL || name[0] != '/' || strchr(name + 1, '/'))
            continue;
        form_problem(form->form, shared, &form->context, item, why);
        if (*why)
            json_remove(kept, name + 1);
    }
    form_view_free(&view);
    json_free(&shared);
    return kept;
}

/* body.bundle: the application with which this one belongs together, as its service says. */
static enum err find_bundle(struct call *c, struct json *row, const struct json *service,
                            const struct json **other)
{
    const char *id;
    struct json *found, *of;
    *other = NULL;
    TRY(body_text(c, "bundle", &id));
    if (!id)
        return ERR_OK;
    TRY(load(c, TABLE_CASE, "bundle", id, &found));
    TRY(need_agency(c, json_text(found, "agency")));
    TRY(case_service(c, found, &of));
    if (!json_has_text(json_get(of, "bundle"), row_id(service)))
        return refuse(c, "not_bundled", "bundle", "This service does not belong together with that of %s.",
                      case_title(found));
    json_set_text(row, "bundle", json_text_or(found, "bundle", row_id(found)));
    if (str_empty(json_text(row, "person")))
        json_set_text(row, "person", json_text(found, "person"));
    if (str_equal(json_text(row, "person"), json_text(found, "person")))
        *other = json_get(found, "draft"); /* one person's answers are not another's */
    return ERR_OK;
}

static enum err set_draft(struct call *c, struct json *row, const struct json *service)
{
    const struct json *answered;
    struct case_form form;
    struct json *draft = json_new_object();
    json_set(row, "draft", draft);
    version_put(row, service);
    TRY(find_bundle(c, row, service, &answered));
    TRY(case_form_open(c, row, service, &form));
    if (!form.form)
        return ERR_OK;
    if (c->actor->machine) { /* who asks from outside is told nothing that the hall knows of a person */
        form.context.person = json_get(json_get(row, "arrival"), "person");
        form.context.last = NULL;
    }
    struct json *patch =
        answered ? shared_answers(&form, answered) : form_prefill(form.form, draft, &form.context);
    json_merge(draft, patch);
    json_free(&patch);
    form_free(&form.form);
    return ERR_OK;
}

static enum err set_origin(struct call *c, struct json *row, const struct json *service)
{
    enum { CHANNEL_MAX = 32 };
    const char *channel;
    TRY(body_text(c, "channel", &channel));
    if (channel && strlen(channel) > CHANNEL_MAX)
        return refuse(c, "invalid_body", "channel",
                      "\"channel\" is one short word, such as walk_in or online.");
    if (c->actor->machine) {
        const struct json *arrival;
        TRY(body_object(c, "arrival", &arrival));
        json_set(row, "arrival", arrival ? json_copy(arrival) : json_new_null());
    }
    json_set_text(row, "service", row_id(service));
    json_set_text(row, "agency", json_text(service, "agency"));
    json_set_text(row, "channel", channel ? channel : "walk_in");
    row_set_time(row, "opened_at", c->at_ms);
    json_set_text(row, "opened_by", c->actor->user);
    return ERR_OK;
}

enum err case_open(struct call *c)
{
    char id[MODEL_ID];
    const char *service_id;
    struct json *service;
    TRY(body_id(c, "case", id));
    TRY(body_need(c, "service", &service_id));
    TRY(load(c, TABLE_SERVICE, "service", service_id, &service));
    TRY(need_agency(c, json_text(service, "agency")));
    TRY(need_new(c, id));
    struct json *row = row_new(c, id);
    struct case_file file = {.state = CASE_DRAFT};
    str_copy(file.user, sizeof file.user, c->actor->machine ? "" : c->actor->user);
    case_write(&file, row);
    TRY(set_origin(c, row, service));
    TRY(set_visit(c, row));
    TRY(case_set_fee(c, row, service));
    TRY(set_draft(c, row, service));
    TRY(set_number(c, row));
    row_stamp(c, row, "open");
    TRY(case_mark_twin(c, row));
    json_set_text(answer(c), "number", json_text(row, "number"));
    return case_save(c, row);
}
