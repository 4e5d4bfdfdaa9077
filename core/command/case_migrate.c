/* core/command/case_migrate.c: case.migrate: a draft goes over to the newest version of its service's form, because
 * its clerk has looked at both side by side and wants it. Nothing goes over by itself, and nothing that was ever
 * handed in: an application keeps the version that it was opened with to the end. */
#include "core/catalogue/catalogue.h"
#include "core/command/cases.h"
#include "core/command/version.h"
#include "core/form/migrate.h"

static enum err need_draft(struct call *c, const struct json *row)
{
    enum case_state state = case_state_of(row);
    if (state != CASE_DRAFT && !(state == CASE_RETURNED && row_time(row, "submitted_at") < 0))
        return refuse(c, "not_draft", "",
                      "%s was submitted: it stays on version %lld of its form to the end.", case_title(row),
                      (long long)json_int(row, "form_version", 0));
    if (json_count(json_get(row, "branches")) > 0)
        return refuse(
            c, "open_branches", "",
            "Two people filled in the same fields of %s. Choose which text holds, then take it over.",
            case_title(row));
    return ERR_OK;
}

/* The version that the clerk looked at is the newest still. */
static enum err need_newest(struct call *c, const struct json *row, const struct json *newest)
{
    int64_t wanted, is = catalogue_form_version(newest);
    TRY(body_int(c, "version", 0, &wanted));
    if (is == json_int(row, "form_version", 0))
        return refuse(c, "version_same", "version", "%s is on version %lld of its form already.",
                      case_title(row), (long long)is);
    if (wanted != is)
        return refuse(
            c, "version_old", "version",
            "The newest version of this form is %lld by now. Nothing was changed: look at it again.",
            (long long)is);
    return catalogue_has_form(newest) ? ERR_OK
                                      : refuse(c, "version_old", "version",
                                               "This service has no form any more. Nothing was changed.");
}

/* What stood in fields that the newer form does not ask for is kept beside the draft. */
static enum err note_migration(struct call *c, struct json *row, const struct json *before)
{
    struct json *list;
    TRY(case_list(c, row, "migrations", &list));
    struct json *note = case_note(c);
    json_set_int(note, "rev", c->tx->rev);
    json_set_int(note, "from", json_int(row, "form_version", 0));
    json_set_text(note, "from_sha256", json_text(row, "form_sha256"));
    json_set(note, "draft", json_copy(before));
    json_add(list, note);
    return ERR_OK;
}

/* The fee of the same speed as it stands today; what is paid for already stays as it was. */
static void set_fee(struct call *c, struct json *row, const struct json *newest)
{
    char today[DATE_TEXT];
    time_date(c->at_ms, today);
    struct json *fee = catalogue_fee_json(newest, json_text(json_get(row, "fee"), "tier"), today);
    if (fee && str_empty(json_text(row, "paid")))
        json_set(row, "fee", fee);
    else
        json_free(&fee);
}

/* Who wrote what goes along with what they wrote: two people may still be at it. */
static void move_authors(struct json *row, const struct form *newer, int64_t from)
{
    struct json *now = json_new_object();
    struct buf place = {0};
    const struct json *revs = json_get(row, "draft_revs");
    for (const struct json *one = json_first(revs); one; one = json_next(one)) {
        form_place_now(newer, from, json_name(one), &place);
        if (place.length)
            json_set(now, buf_text(&place), json_copy(one));
    }
    json_set(row, "draft_revs", now);
    buf_free(&place);
}

/* {case, version}: the version that it goes over to, which the clerk has seen. */
enum err case_migrate(struct call *c)
{
    struct json *row, *service, *newest;
    struct case_form form;
    TRY(case_load(c, &row, &service));
    TRY(need_draft(c, row));
    TRY(load(c, TABLE_SERVICE, "case", json_text(row, "service"), &newest));
    TRY(need_newest(c, row, newest));
    struct json *before = keep(c, json_copy(json_get(row, "draft")));
    int64_t from = json_int(row, "form_version", 0);
    TRY(note_migration(c, row, before));
    version_put(row, newest);
    TRY(case_form_open(c, row, newest, &form));
    json_set(row, "draft", form_taken_over(form.form, from, before, &form.context));
    move_authors(row, form.form, from);
    form_free(&form.form);
    set_fee(c, row, newest);
    case_touch(c, row);
    row_stamp(c, row, "migrate");
    json_set_int(answer(c), "form_version", json_int(row, "form_version", 0));
    return case_save(c, row);
}
