/* core/command/case_submit.c: the form is handed in, judged by the case's own form version.
 *
 * PROTOCOL.md: "`returned` keeps the draft and lists the fields." So a form that is not valid is no refusal, which
 * would make a dispute of every forgotten field: the command is applied, the case is `returned` by the system, and
 * data.fields lists [{pointer, keyword, message}]. The draft stays, and it is submitted again. */
#include "core/command/cases.h"
#include "core/command/version.h"

enum { FIELDS_MAX = 100 };

static struct json *field_list(const struct schema_errors *errors, bool with_message)
{
    struct json *list = json_new_array();
    for (int i = 0; i < errors->count && i < FIELDS_MAX; i++) {
        struct json *one = json_new_object();
        json_set_text(one, "pointer", errors->list[i].field);
        json_set_text(one, "keyword", errors->list[i].keyword);
        if (with_message)
            json_set_text(one, "message", errors->list[i].message);
        json_add(list, one);
    }
    return list;
}

/* Back to the clerk: no decision, so neither its times nor who decided it are touched. The row keeps the places
 * only: a message may quote what a person wrote. */
static enum err give_back(struct call *c, struct json *row, const struct schema_errors *errors)
{
    struct case_file file;
    case_read(row, &file);
    file.state = CASE_RETURNED;
    case_write(&file, row);
    row_stamp(c, row, case_event_text(CASE_DO_RETURN));
    struct json *returned = case_note(c);
    json_set_text(returned, "by", "system");
    json_set(returned, "fields", field_list(errors, false));
    json_set(row, "returned", returned);
    json_set_null(row, "lapses_at"); /* counted anew */
    json_set(answer(c), "fields", field_list(errors, true));
    return case_save(c, row);
}

/* Of a clock that stood still while the citizen had to answer: those days are added to its end. */
static enum err end_pause(struct call *c, struct json *row, const struct json *service)
{
    struct json *list;
    char until[DATE_TEXT], from[DATE_TEXT];
    int64_t from_ms = row_time(json_get(row, "returned"), "at");
    if (!json_bool(json_get(service, "time"), "pauses", false) || from_ms < 0 ||
        row_time(row, "complete_at") < 0)
        return ERR_OK;
    TRY(case_list(c, row, "pauses", &list));
    time_date(from_ms, from);
    time_date(c->at_ms, until);
    struct json *pause = json_new_object();
    json_set_text(pause, "from", from);
    json_set_text(pause, "until", until);
    json_add(list, pause);
    return ERR_OK;
}

/* The clock after a return begins anew, unless the service's law lets it run on ("time":{"runs_on":true}) or go on
 * where it stood ("pauses":true). */
static enum err hand_in(struct call *c, struct json *row, const struct json *service, struct json *submitted)
{
    const struct json *time = json_get(service, "time");
    bool keep_clock = json_bool(time, "runs_on", false) || json_bool(time, "pauses", false);
    json_set(row, "submitted", submitted);
    TRY(end_pause(c, row, service));
    json_set_null(row, "returned");
    json_set_null(row, "outcome");
    json_set_null(row, "decision");
    TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_SUBMIT, .keep_clock = keep_clock}));
    json_set_null(row, "withdrawn_reason");
    TRY(case_settle(c, row, service));
    return case_save(c, row);
}

static enum err need_submittable(struct call *c, const struct json *row)
{
    struct case_file file;
    struct refusal refusal;
    case_read(row, &file);
    struct case_act act = {
        .event = CASE_DO_SUBMIT, .now_ms = c->at_ms, .user = c->actor->user, .agency = c->actor->agency};
    if (!case_check(&file, &act, &refusal))
        return refuse(c, refusal.code, "", "%s", refusal.text);
    if (json_count(json_get(row, "branches")) > 0)
        return refuse(c, "open_branches", "",
                      "Two people filled in the same fields of %s. Choose which text holds, then submit.",
                      case_title(row));
    return ERR_OK;
}

/* The form by which it is judged is the very one that it was opened with. */
static enum err need_same_form(struct call *c, const struct json *row, const struct json *service)
{
    char digest[SHA256_TEXT];
    const char *opened = json_text(row, "form_sha256");
    version_digest(service, digest);
    if (!opened || str_equal(opened, digest))
        return ERR_OK;
    return refuse(
        c, "form_changed", "",
        "The form of %s is not the one that it was opened with, though both are called version %lld. What "
        "was typed is kept: tell the administrator.",
        case_title(row), (long long)json_int(row, "form_version", 0));
}

enum err case_submit(struct call *c)
{
    struct json *row, *service;
    struct case_form form;
    struct schema_errors errors = {0};
    TRY(case_load(c, &row, &service));
    TRY(need_submittable(c, row));
    TRY(need_same_form(c, row, service));
    TRY(case_form_open(c, row, service, &form));
    const struct json *draft = json_get(row, "draft");
    struct json *submitted = form.form               ? form_submitted(form.form, draft, &form.context)
                             : json_is_object(draft) ? json_copy(draft)
                                                     : json_new_object();
    bool valid = !form.form || form_validate(form.form, submitted, &form.context, &errors);
    enum err err;
    if (valid) {
        err = hand_in(c, row, service, submitted);
    } else {
        json_free(&submitted);
        err = give_back(c, row, &errors);
    }
    schema_errors_free(&errors);
    form_free(&form.form);
    return err;
}
