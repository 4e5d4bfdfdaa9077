/* tests/unit/form_fields_test.c: the fields of a form by name, as a decision and a notice speak of them. */
#include <stdlib.h>
#include <string.h>

#include "core/form/form.h"
#include "tests/support/pack_forms.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

static const char service_text[] =
    "{'id':'t','form':{'version':1,'schema':{'type':'object','properties':{"
    "'born':{'type':'string','format':'date','title':{'en':'Born','ru':'Рождение'}},"
    "'age':{'type':'integer','readOnly':true,'x-compute':{'fn':'age','of':['/born']}},"
    "'moved':{'type':'boolean','title':'Moved'},'former':{'type':'string','title':'Former place'},"
    "'mother':{'type':'object','title':'Mother','properties':{'name':{'type':'string','title':'Name'}}},"
    "'father':{'type':'object','title':'Father','properties':{'name':{'type':'string','title':'Name'},"
    "'other':{'type':'string','title':'Name'}}},"
    "'kids':{'type':'array','title':'Children','items':{'type':'object','properties':{"
    "'given':{'type':'string','title':'Given name'}}}}}},"
    "'layout':{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/born'},"
    "{'type':'Control','scope':'#/properties/age'},{'type':'Control','scope':'#/properties/moved'},"
    "{'type':'Control','scope':'#/properties/former','rule':{'effect':'SHOW','condition':"
    "{'scope':'#/properties/moved','schema':{'const':true},'failWhenUndefined':true}}},"
    "{'type':'Group','label':'Mother','elements':[{'type':'Control','scope':"
    "'#/properties/mother/properties/name'}]},"
    "{'type':'Group','label':'Father','elements':[{'type':'Control','scope':"
    "'#/properties/father/properties/name'},{'type':'Control','scope':"
    "'#/properties/father/properties/other'}]},"
    "{'type':'Control','scope':'#/properties/kids'}]}}}";

static struct json *fields_of(const char *draft_text, const char *lang)
{
    struct json *service = quoted_json(service_text), *draft = quoted_json(draft_text), *fields = NULL;
    struct form *form = NULL;
    const struct form_context context = {.lang = lang, .today = "2026-11-24"};
    if (CHECK(form_open(&(struct form_source){.service = service}, &form, NULL) == ERR_OK))
        fields = form_fields(form, draft, &context);
    form_free(&form);
    json_free(&service);
    json_free(&draft);
    return fields;
}

static void check_fields(const char *draft, const char *lang, const char *want)
{
    struct json *fields = fields_of(draft, lang);
    struct buf text = {0};
    for (const struct json *one = json_first(fields); one; one = json_next(one))
        buf_addf(&text, "%s %s\n", json_text(one, "pointer"), json_text(one, "label"));
    CHECK_TEXT(buf_text(&text), want);
    buf_free(&text);
    json_free(&fields);
}

TEST(fields_are_what_somebody_fills_in_by_the_names_they_have)
{
    check_fields("{'born':'1990-01-02'}", "en",
                 "/born Born\n/moved Moved\n/mother/name Mother · Name\n/father/name Father · "
                 "Name\n/father/other Father · Name (2)\n"
                 "/kids Children\n");
    check_fields("{'moved':true,'kids':[{'given':'Ali'},{}]}", "ru",
                 "/born Рождение\n/moved Moved\n/former Former place\n/mother/name Mother · Name\n"
                 "/father/name Father · Name\n/father/other Father · Name (2)\n/kids Children\n/kids/0/given "
                 "Children 1 · Given name\n"
                 "/kids/1/given Children 2 · Given name\n");
}

TEST(fields_call_a_place_by_the_nearest_field_around_it)
{
    struct json *fields = fields_of("{'kids':[{}]}", "en");
    CHECK_TEXT(form_field_label(fields, "/kids/0/given"), "Children 1 · Given name");
    CHECK_TEXT(form_field_label(fields, "/kids/7/given"), "Children"); /* a row that is gone */
    CHECK_TEXT(form_field_label(fields, "/bornagain"), "");
    CHECK_TEXT(form_field_label(NULL, "/born"), "");
    json_free(&fields);
}

/* A clerk chooses by the name alone. */
static void named_apart(void *context, struct pack_form *one)
{
    struct json *datum = generate_valid(&one->generator);
    (void)context;
    REQUIRE(datum);
    struct json *fields = form_fields(one->form, datum, &one->context), *seen = json_new_object();
    CHECK(json_count(fields) > 0);
    for (const struct json *field = json_first(fields); field; field = json_next(field)) {
        const char *label = json_text_or(field, "label", "");
        if (!CHECK(*label) || !CHECK(!json_get(seen, label)))
            pack_form_tell(one, label, NULL);
        json_set_bool(seen, label, true);
    }
    json_free(&seen);
    json_free(&fields);
    json_free(&datum);
}

TEST(fields_of_every_form_of_the_packs_are_told_apart_by_name)
{
    pack_forms_each(named_apart, NULL);
}
