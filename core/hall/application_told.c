/* core/hall/application_told.c: see applications_inside.h. What is told is read off the application as it stands, each time
 * anew; of the person, the answers, the reasons and the clerks nothing is. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/command/version.h"
#include "core/form/form.h"
#include "core/hall/applications_inside.h"
#include "core/model/case.h"

enum { FIELDS_MAX = 100, DOCUMENTS_MAX = 200 };

/* One application with what it is read by. */
struct telling {
    struct db *db;
    const struct json *row;
    const char *lang;
    int64_t now_ms;
    struct json *hall, *service, *states; /* states: its papers' rows */
    const struct json *draft;             /* what was handed in, else what stands in the form */
};

static void telling_end(struct telling *t)
{
    json_free(&t->hall);
    json_free(&t->service);
    json_free(&t->states);
}

static enum err telling_begin(struct telling *t)
{
    static const char sql[] = "SELECT row, id FROM documents WHERE case_ = $1 LIMIT $2"; /* documents_case */
    bool gone;
    const struct json *submitted = json_get(t->row, "submitted");
    t->draft = json_is_object(submitted) ? submitted : json_get(t->row, "draft");
    t->states = json_new_array();
    enum err err = store_hall(t->db, &t->hall);
    if (err == ERR_OK)
        err = version_of_case(t->db, t->row, &t->service, &gone);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(t->db, sql);
    db_bind_text(s, 1, json_text_or(t->row, "id", ""));
    db_bind_int(s, 2, DOCUMENTS_MAX);
    return rows_collect(s, t->states);
}

/* --- what is missing in the form --- */

struct places {
    const struct form *form;
    const char *lang;
    struct json *labels; /* of what somebody fills in */
};

static void add_field(const struct places *places, struct json *fields, const char *pointer,
                      const char *keyword, const char *message)
{
    char *place = xasprintf("/answers%s", pointer);
    struct json *field = json_new_object();
    struct buf label = {0};
    buf_adds(&label, form_field_label(places->labels, pointer));
    if (!label.length)
        form_place_label(places->form, places->lang, pointer, &label);
    json_set_text(field, "pointer", place);
    json_set_text(field, "keyword", keyword);
    json_set_text(field, "label", buf_text(&label));
    buf_free(&label);
    json_set_text(field, "message", message);
    json_add(fields, field);
    free(place);
}

/* A draft: by the check of case.submit itself. Handed back: the fields that the hall or a clerk named. */
static void add_fields(const struct telling *t, const struct form *form, const struct form_context *context,
                       struct json *fields)
{
    struct schema_errors errors = {0};
    const struct places places = {form, context->lang, form_fields(form, json_get(t->row, "draft"), context)};
    struct json *labels = places.labels;
    const struct json *returned = json_get(json_get(t->row, "returned"), "fields");
    form_check_draft(form, json_get(t->row, "draft"), context, &errors);
    for (int i = 0; i < errors.count && i < FIELDS_MAX; i++)
        add_field(&places, fields, errors.list[i].field, errors.list[i].keyword, errors.list[i].message);
    for (const struct json *one = json_first(returned); one && errors.count == 0; one = json_next(one)) {
        add_field(&places, fields, json_text_or(one, "pointer", ""), json_text_or(one, "keyword", "returned"),
                  json_text_or(one, "message", ""));
    }
    schema_errors_free(&errors);
    json_free(&labels);
}

static void tell_fields(const struct telling *t, struct json *fields)
{
    struct err_info info = {0};
    struct form *form = NULL;
    char today[DATE_TEXT];
    time_date(t->now_ms, today);
    const struct form_context context = {
        .lang = t->lang, .today = today, .date_order = json_text(t->hall, "date_order")};
    const struct form_source source = {.service = t->service, .pack = t->hall};
    if (!t->service || !catalogue_has_form(t->service) || form_open(&source, &form, &info) != ERR_OK)
        return;
    add_fields(t, form, &context, fields);
    form_free(&form);
}

static void tell_papers(const struct telling *t, struct json *papers)
{
    struct catalogue_document list[CATALOGUE_DOCUMENTS_MAX];
    int count =
        t->service ? catalogue_documents(t->service, t->draft, t->states, list, CATALOGUE_DOCUMENTS_MAX) : 0;
    for (int i = 0; i < count; i++) {
        if (list[i].met)
            continue;
        struct json *paper = json_new_object();
        json_set_text(paper, "code", list[i].code);
        json_set_text(paper, "name", json_name_in(list[i].name, t->lang));
        json_add(papers, paper);
    }
}

static struct json *missing_json(const struct telling *t, const char *state)
{
    struct json *missing = json_new_object(), *fields = json_new_array(), *papers = json_new_array();
    json_set(missing, "fields", fields);
    json_set(missing, "papers", papers);
    bool writable = str_equal(state, "draft") || str_equal(state, "returned");
    if (writable)
        tell_fields(t, fields);
    if (writable || str_equal(state, "submitted"))
        tell_papers(t, papers);
    return missing;
}

enum err application_missing(struct db *db, const struct json *row, const char *lang, int64_t now_ms,
                             struct json **missing)
{
    struct telling t = {.db = db, .row = row, .lang = lang, .now_ms = now_ms};
    enum err err = telling_begin(&t);
    *missing = err == ERR_OK ? missing_json(&t, "draft") : NULL;
    telling_end(&t);
    return err;
}

/* --- the rest --- */

static enum err put_appointment(const struct telling *t, struct json *out)
{
    struct json *ticket = NULL;
    const char *id = json_text(t->row, "ticket");
    json_set_null(out, "appointment");
    enum err err = str_empty(id) ? ERR_ABSENT : row_get(t->db, TABLE_TICKET, id, &ticket);
    if (err == ERR_OK && !str_empty(json_text(ticket, "appointment_at"))) {
        struct json *appointment = json_new_object();
        json_set_text(appointment, "at", json_text(ticket, "appointment_at"));
        json_set_text(appointment, "number", json_text(ticket, "number"));
        json_set(out, "appointment", appointment);
    }
    json_free(&ticket);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* What waits for a second person, or is contested, is nobody's to hear yet. */
static void put_state(const struct json *row, struct json *out)
{
    static const char *const times[] = {"submitted_at", "complete_at", "due_at"};
    bool open =
        json_bool(row, "confirm_pending", false) || json_has_text(json_get(row, "flags"), "contested");
    bool decided = !open && !str_empty(json_text(row, "outcome"));
    json_set_text(out, "state", open ? "in_review" : json_text_or(row, "state", "draft"));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        json_set_text(out, times[i], json_text(row, times[i]));
    json_set_text(out, "outcome", decided ? json_text(row, "outcome") : NULL);
    json_set_text(out, "decided_at", decided ? json_text(row, "decided_at") : NULL);
    json_set_text(out, "delivered_at", decided ? json_text(row, "delivered_at") : NULL);
}

enum err application_describe(struct db *db, const struct application *application, const char *lang,
                              int64_t now_ms, struct json **out)
{
    struct json *row = NULL;
    *out = NULL;
    enum err err = row_get(db, TABLE_CASE, application->case_id, &row);
    struct telling t = {.db = db, .row = row, .lang = lang, .now_ms = now_ms};
    if (err == ERR_OK)
        err = telling_begin(&t);
    if (err == ERR_OK) {
        *out = json_new_object();
        json_set_text(*out, "reference", application->reference);
        json_set_text(*out, "case", application->case_id);
        json_set_text(*out, "number", json_text(row, "number"));
        json_set_text(*out, "service", json_text(row, "service"));
        json_set_text(*out, "received_at", application->at);
        put_state(row, *out);
        json_set_bool(*out, "duplicate", json_has_text(json_get(row, "flags"), "duplicate"));
        json_set(*out, "missing", missing_json(&t, json_text_or(*out, "state", "")));
        err = put_appointment(&t, *out);
    }
    telling_end(&t);
    json_free(&row);
    return err;
}
