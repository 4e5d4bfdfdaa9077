/* core/form/notice_context.c: what a notice may speak of, as text in one language: dates in the country's order,
 * amounts as the country writes them, options by their words. Knows no template. */
#include <stdlib.h>
#include <string.h>

#include "core/form/inside.h"
#include "core/form/notice.h"
#include "core/form/pointer.h"
#include "core/model/calendar.h"

static struct form_context context_of(const struct notice_facts *facts)
{
    return (struct form_context){.lang = facts->lang ? facts->lang : "en",
                                 .today = facts->today,
                                 .date_order = facts->date_order,
                                 .date_hyphens = facts->date_hyphens,
                                 .person = facts->person};
}

static void set_text(struct json *object, const char *name, const char *text)
{
    if (!str_empty(text))
        json_set_text(object, name, text);
}

static void set_name(struct json *object, const char *name, const struct json *names, const char *lang)
{
    set_text(object, name, json_name_in(names, lang));
}

/* --- values without a schema --- */

/* A value as a person reads it: dates, amounts, yes and no. */
static char *plain_text(const struct json *value, const struct form_context *context)
{
    struct buf text = {0};
    int32_t day;
    struct form_item item = {.widget = FORM_READONLY};
    if (json_as_text(value) && day_parse(json_as_text(value), &day))
        item.widget = FORM_DATE;
    form_text(&item, value, context, &text);
    return text.data ? buf_take(&text) : xstrdup("");
}

static void set_plain(struct json *object, const char *name, const struct json *value,
                      const struct form_context *context)
{
    char *text = plain_text(value, context);
    set_text(object, name, text);
    free(text);
}

static void set_date(struct json *object, const char *name, const char *iso,
                     const struct form_context *context)
{
    struct json *value = iso ? json_new_text(iso) : NULL;
    set_plain(object, name, value, context);
    json_free(&value);
}

/* The same tree with texts as leaves. */
static struct json *plain_tree(const struct json *value, const struct form_context *context)
{
    if (json_is_object(value)) {
        struct json *object = json_new_object();
        for (const struct json *member = json_first(value); member; member = json_next(member))
            json_set(object, json_name(member), plain_tree(member, context));
        return object;
    }
    if (json_is_array(value)) {
        struct json *array = json_new_array();
        for (const struct json *item = json_first(value); item; item = json_next(item))
            json_add(array, plain_tree(item, context));
        return array;
    }
    if (json_is_bool(value) && !json_as_bool(value, false))
        return json_new_bool(false); /* {{#moved}} asks for it */
    char *text = plain_text(value, context);
    struct json *leaf = json_new_text(text);
    free(text);
    return leaf;
}

/* --- the draft --- */

struct telling {
    const struct form *form;
    const struct form_context *context;
    const struct json *draft;
    struct json *out;
};

/* What the form itself shows: options by their words, money and numbers as they are written. */
static void tell_view(const struct telling *telling, const char *inside, int depth)
{
    struct form_view view;
    form_view_build(telling->form, telling->draft, telling->context, inside, &view);
    for (int i = 0; i < view.item_count; i++) {
        const struct form_item *item = &view.items[i];
        const struct json *value = json_pointer(telling->draft, item->pointer);
        if (item->kind != FORM_CONTROL || !item->filled)
            continue;
        if (item->widget == FORM_TABLE) {
            struct buf row = {0};
            for (int r = 0; r < item->row_count && depth < FORM_DEPTH_MAX; r++) {
                buf_clear(&row);
                buf_addf(&row, "%s/%d", item->pointer, r);
                tell_view(telling, buf_text(&row), depth + 1);
            }
            buf_free(&row);
        } else if (!json_is_object(value) && !json_is_bool(value)) {
            json_set_pointer(telling->out, item->pointer, json_new_text(item->text));
        }
    }
    form_view_free(&view);
}

static struct json *draft_of(const struct notice_facts *facts, const struct form_context *context)
{
    struct form *form = NULL;
    struct json *out = plain_tree(facts->draft, context);
    if (json_is_object(facts->draft) &&
        form_open(&(struct form_source){.service = facts->service, .pack = facts->pack}, &form, NULL) ==
            ERR_OK) {
        const struct telling telling = {form, context, facts->draft, out};
        tell_view(&telling, "", 0);
    }
    form_free(&form);
    return out;
}

/* --- what is to be mended --- */

/* A form gone wrong names nothing; the clerk's own words stand all the same. */
static void add_fields(const struct notice_facts *facts, const struct form_context *context, struct buf *out)
{
    struct form *form = NULL;
    const struct form_source source = {.service = facts->service, .pack = facts->pack};
    if (!json_count(facts->fields) || form_open(&source, &form, NULL))
        return;
    struct json *named = form_fields(form, facts->draft, context);
    for (const struct json *one = json_first(facts->fields); one; one = json_next(one)) {
        const char *label = form_field_label(named, json_as_text(one) ? json_as_text(one) : "");
        if (*label)
            buf_addf(out, "%s- %s", out->length ? "\n" : "", label);
    }
    json_free(&named);
    form_free(&form);
}

/* {{text}}: what the clerk wrote, then the fields, a line each: so every notice of a return tells them. */
static void set_words(struct json *object, const struct notice_facts *facts,
                      const struct form_context *context)
{
    struct buf text = {0};
    buf_adds(&text, facts->text ? facts->text : "");
    add_fields(facts, context, &text);
    set_text(object, "text", buf_text(&text));
    buf_free(&text);
}

/* --- the service's lists --- */

static const struct json *by_code(const struct json *list, const char *code)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (code && str_equal(json_text(one, "code"), code))
            return one;
    return NULL;
}

/* The names of all legal grounds of a reason. */
static void set_legal(struct json *object, const struct notice_facts *facts, const struct json *reason,
                      const char *lang)
{
    struct buf text = {0};
    const struct json *codes = json_get(reason, "legal");
    for (const struct json *code = json_first(codes); code; code = json_next(code)) {
        const struct json *ground = by_code(json_get(facts->service, "legal"), json_as_text(code));
        const char *name = json_name_in(json_get(ground, "name"), lang);
        if (!*name)
            name = json_as_text(code) ? json_as_text(code) : "";
        buf_addf(&text, "%s%s", text.length && *name ? "; " : "", name);
    }
    set_text(object, "legal", buf_text(&text));
    buf_free(&text);
}

static struct json *reasons_of(const struct notice_facts *facts, const char *lang)
{
    struct json *out = json_new_array();
    for (const struct json *code = json_first(facts->reasons); code; code = json_next(code)) {
        const struct json *reason = by_code(json_get(facts->service, "reasons"), json_as_text(code));
        struct json *one = json_new_object();
        set_text(one, "code", json_as_text(code));
        set_name(one, "name", json_get(reason, "name"), lang);
        set_name(one, "cure", json_get(reason, "cure"), lang);
        set_legal(one, facts, reason, lang);
        json_add(out, one);
    }
    return out;
}

static struct json *missing_of(const struct notice_facts *facts, const char *lang)
{
    struct json *out = json_new_array();
    for (const struct json *code = json_first(facts->missing); code; code = json_next(code)) {
        const struct json *paper = by_code(json_get(facts->service, "documents"), json_as_text(code));
        struct json *one = json_new_object();
        const char *name = json_name_in(json_get(paper, "name"), lang);
        set_text(one, "code", json_as_text(code));
        set_text(one, "name", *name ? name : json_as_text(code));
        json_add(out, one);
    }
    return out;
}

/* --- people and offices --- */

/* A contact is a text, one for each language, or parts such as a telephone and an address. */
static void set_contact(struct json *object, const struct json *contact, const char *lang)
{
    static const char *const languages[] = {"az", "id", "en", "ru"};
    struct buf text = {0};
    bool translated = !json_is_object(contact);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        translated |= json_get(contact, languages[i]) != NULL;
    if (translated)
        buf_adds(&text, json_name_in(contact, lang));
    else
        for (const struct json *part = json_first(contact); part; part = json_next(part)) {
            const char *name = json_name_in(part, lang);
            if (*name)
                buf_addf(&text, "%s%s", text.length ? ", " : "", name);
        }
    set_text(object, "contact", buf_text(&text));
    buf_free(&text);
}

static struct json *complaint_of(const struct notice_facts *facts, const struct form_context *context)
{
    struct json *out = json_new_object();
    const struct json *complaint = json_get(facts->service, "complaint");
    int64_t days = json_int(complaint, "days", 0);
    int32_t day;
    if (days > 0 && days <= CALENDAR_DAYS_MAX) {
        char text[24];
        str_format(text, sizeof text, "%d", (int)days);
        json_set_text(out, "days", text);
    }
    set_name(out, "to", json_get(complaint, "to"), context->lang);
    if (facts->complaint_until) {
        set_date(out, "until", facts->complaint_until, context);
    } else if (json_get(out, "days") && !json_bool(complaint, "working", false) && facts->today &&
               day_parse(facts->today, &day)) {
        char until[11];
        day_text(day + (int32_t)days, until);
        set_date(out, "until", until, context);
    }
    return out;
}

static struct json *person_of(const struct notice_facts *facts, const struct form_context *context)
{
    struct json *out = json_new_object();
    for (const struct json *member = json_first(facts->person); member; member = json_next(member))
        if (json_as_text(member))
            set_plain(out, json_name(member), member, context);
    return out;
}

struct json *notice_context(const struct notice_facts *facts)
{
    const struct form_context context = context_of(facts);
    struct json *out = json_new_object(), *service = json_new_object(), *agency = json_new_object(),
                *about = json_new_object();
    set_date(out, "today", facts->today, &context);
    set_text(out, "hall", facts->hall);
    set_text(out, "clerk", facts->clerk);
    set_name(service, "name", json_get(facts->service, "name"), context.lang);
    json_set(out, "service", service);
    set_name(agency, "name", json_get(facts->agency, "name"), context.lang);
    set_contact(agency, json_get(facts->agency, "contact"), context.lang);
    json_set(out, "agency", agency);
    json_set(out, "person", person_of(facts, &context));
    set_text(about, "number", facts->case_number);
    json_set(out, "case", about);
    json_set(out, "reasons", reasons_of(facts, context.lang));
    json_set(out, "missing", missing_of(facts, context.lang));
    set_words(out, facts, &context);
    set_text(out, "conditions", facts->conditions);
    set_date(out, "due", facts->due, &context);
    set_date(out, "ready", facts->ready, &context);
    json_set(out, "complaint", complaint_of(facts, &context));
    json_set(out, "draft", draft_of(facts, &context));
    return out;
}

const char *notice_name_at(int index)
{
    static const char *const names[] = {
        "today",         "hall",
        "clerk",         "service",
        "service.name",  "agency",
        "agency.name",   "agency.contact",
        "person",        "person.name",
        "person.given",  "person.father",
        "person.family", "person.fin",
        "person.nik",    "person.born",
        "person.phone",  "person.address",
        "person.email",  "person.language",
        "case",          "case.number",
        "reasons",       "reasons.code",
        "reasons.name",  "reasons.legal",
        "reasons.cure",  "missing",
        "missing.code",  "missing.name",
        "text",          "conditions",
        "due",           "ready",
        "complaint",     "complaint.days",
        "complaint.to",  "complaint.until",
        "draft",
    };
    return index >= 0 && (size_t)index < sizeof names / sizeof *names ? names[index] : NULL;
}

bool notice_name_known(const char *name)
{
    const char *known;
    for (int i = 0; (known = notice_name_at(i)); i++)
        if (known[0] == name[0] && strcmp(known, name) == 0)
            return true;
    return str_starts(name, "draft.") && name[strlen("draft.")];
}
