/* tests/unit/form_answer_test.c: one answer put into a view that stands: of every form of the packs it must be as if the
 * view were built from nothing, and the patch as if everything were computed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/inside.h"
#include "tests/support/pack_forms.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

struct answers {
    int put, built; /* into the view as it stood; it had to be built anew */
};

static bool same_options(const struct form_item *a, const struct form_item *b)
{
    bool same = a->option_count == b->option_count;
    for (int i = 0; same && i < a->option_count; i++)
        same = strcmp(a->options[i].value, b->options[i].value) == 0 &&
               strcmp(a->options[i].text, b->options[i].text) == 0 &&
               a->options[i].chosen == b->options[i].chosen;
    return same;
}

static bool same_item(const struct form_item *a, const struct form_item *b)
{
    return a->kind == b->kind && a->widget == b->widget && strcmp(a->pointer, b->pointer) == 0 &&
           strcmp(a->text, b->text) == 0 && strcmp(a->label, b->label) == 0 && a->required == b->required &&
           a->visible == b->visible && a->enabled == b->enabled && a->readonly == b->readonly &&
           a->prefilled == b->prefilled && a->filled == b->filled && a->row_count == b->row_count &&
           a->length_max == b->length_max && a->decimals == b->decimals &&
           strcmp(a->currency, b->currency) == 0 && same_options(a, b);
}

static void check_same(const struct pack_form *one, const char *pointer, const struct form_view *is,
                       const struct form_view *should)
{
    bool same = is->item_count == should->item_count && is->page_count == should->page_count &&
                is->filled == should->filled && is->total == should->total;
    for (int i = 0; same && i < is->page_count; i++)
        same = is->pages[i].filled == should->pages[i].filled &&
               is->pages[i].total == should->pages[i].total &&
               is->pages[i].visible == should->pages[i].visible;
    for (int i = 0; same && i < is->item_count; i++) {
        same = same_item(&is->items[i], &should->items[i]);
        if (!same)
            printf("  %s|%s is not %s\n", is->items[i].pointer, is->items[i].text, should->items[i].text);
    }
    if (!CHECK(same))
        pack_form_tell(one, pointer, NULL);
}

/* The whole way: everything computed, and the difference taken. What alone told which alternative is meant stays as an
 * empty text when it is taken away (form_view_alternatives_are_chosen_and_stay_chosen): patch says where. */
static struct json *with_all_computed(const struct pack_form *one, const struct json *draft,
                                      const char *pointer, const struct json *value, const struct json *patch)
{
    const char *left = json_as_text(json_pointer(patch, pointer));
    struct json *emptied = !value && left && !*left ? json_new_text("") : NULL;
    struct json *now = form_edited(draft, pointer, value ? json_copy(value) : emptied);
    return form_compute(one->form, now, &one->context, NULL);
}

static void change(struct answers *answers, struct pack_form *one, const struct json *settled,
                   const char *pointer, const struct json *value)
{
    struct form_view view, anew;
    struct json *draft = json_copy(settled),
                *patch =
                    form_patch(one->form, settled, &one->context, pointer, value ? json_copy(value) : NULL),
                *expected = with_all_computed(one, settled, pointer, value, patch);
    form_view_build(one->form, settled, &one->context, "", &view);
    json_merge(draft, patch);
    if (!CHECK(json_equal(draft, expected)))
        pack_form_tell(one, pointer, patch);
    bool put = form_view_answer(&view, draft, &one->context, pointer);
    form_view_build(one->form, draft, &one->context, "", &anew);
    if (put)
        check_same(one, pointer, &view, &anew);
    answers->put += put;
    answers->built += !put;
    form_view_free(&view);
    form_view_free(&anew);
    json_free(&patch);
    json_free(&draft);
    json_free(&expected);
}

/* Each field gets the answer of another datum, and none. */
static void change_each(void *context, struct pack_form *one)
{
    struct json *valid = generate_valid(&one->generator), *other = generate_valid(&one->generator);
    REQUIRE(valid && other);
    struct json *settled = form_compute(one->form, valid, &one->context, NULL);
    struct form_view view;
    form_view_build(one->form, settled, &one->context, "", &view);
    for (int i = 0; i < view.item_count; i++) {
        const struct form_item *item = &view.items[i];
        bool typed = item->kind == FORM_CONTROL && item->visible && item->widget != FORM_READONLY;
        const char *parent = item->pointer + 1;
        if (!typed || (strchr(parent, '/') && !json_pointer(settled, item->pointer)))
            continue; /* an answer in an alternative that was not chosen */
        change(context, one, settled, item->pointer, json_pointer(other, item->pointer));
        change(context, one, settled, item->pointer, NULL);
    }
    form_view_free(&view);
    json_free(&settled);
    json_free(&other);
}

TEST(an_answer_put_into_a_view_is_as_if_the_view_were_built_anew)
{
    struct answers answers = {0};
    pack_forms_each(change_each, &answers);
    CHECK(answers.put > 2 * answers.built); /* most answers change nothing but their own field */
    printf("%d answers were put into views, for %d all was built anew\n", answers.put, answers.built);
}

/* --- what must be built anew --- */

static void check_alone(const char *form_text, const char *pointer, bool alone)
{
    char *text = xasprintf("{'id':'t.x','form':{'version':1,%s}}", form_text);
    struct json *service = quoted_json(text);
    struct form *form = NULL;
    REQUIRE(form_open(&(struct form_source){.service = service, .typed = true}, &form, NULL) == ERR_OK);
    if (!CHECK(form_is_alone(form, pointer) == alone))
        printf("  %s of %s\n", pointer, text);
    form_free(&form);
    json_free(&service);
    free(text);
}

#define ABC "'a':{'type':'string'},'b':{'type':'string'},'c':{'type':'string'}"

TEST(an_answer_is_not_alone_when_anything_looks_at_it)
{
    check_alone("'schema':{'properties':{" ABC "}}", "/a", true);
    check_alone("'schema':{'properties':{" ABC
                "},'if':{'properties':{'a':{'const':'x'}}},'then':{'required':['c']}}",
                "/a", false);
    check_alone("'schema':{'properties':{" ABC
                "},'if':{'properties':{'a':{'const':'x'}}},'then':{'required':['c']}}",
                "/c", true);
    check_alone("'schema':{'properties':{" ABC
                "},'allOf':[{'if':{'$ref':'#/$defs/d'},'then':{'required':['c']}}],"
                "'$defs':{'d':{'required':['b']}}}",
                "/b", false);
    check_alone("'schema':{'properties':{" ABC "},'dependentRequired':{'a':['b']}}", "/a", false);
    check_alone("'schema':{'properties':{" ABC "},'dependentSchemas':{'a':{'required':['b']}}}", "/a", false);
    check_alone("'schema':{'properties':{" ABC
                ",'s':{'type':'string','readOnly':true,'x-compute':{'fn':'join',"
                "'of':['/a','/c']}}}}",
                "/c", false);
    check_alone("'schema':{'properties':{" ABC
                ",'n':{'type':'integer','readOnly':true,'x-compute':{'fn':'count',"
                "'of':['/rows/*/x']}}}}",
                "/rows/2/x", false);
    check_alone("'schema':{'properties':{" ABC
                ",'t':{'type':'string','x-options':{'list':'l','where':{'r':'/b'}}}}}",
                "/b", false);
    check_alone(
        "'schema':{'properties':{" ABC "}},'layout':{'type':'VerticalLayout','elements':[{'type':'Control',"
        "'scope':'#/properties/c','rule':{'effect':'SHOW','condition':{'type':'OR','conditions':[{'scope':"
        "'#/properties/a','schema':{'const':'x'}},{'scope':'#/properties/b','schema':{'const':'x'}}]}}}]}",
        "/b", false);
    check_alone("'schema':{'properties':{" ABC
                "}},'layout':{'type':'Control','scope':'#/properties/c','rule':{"
                "'effect':'HIDE','condition':{'scope':'#','schema':{'maxProperties':1}}}}",
                "/b", false);
    check_alone(
        "'schema':{'properties':{'k':{'oneOf':[{'properties':{'a':{'type':'string'}}},{'properties':{'b':{"
        "'type':'string'}}}]}}}",
        "/k/a", false);
}

/* A table's row is patched as its whole list, as merge patches must, also where nothing else looks at it. */
TEST(an_answer_in_a_row_carries_the_whole_list)
{
    struct json *service =
                    quoted_json("{'id':'t.x','form':{'version':1,'schema':{'properties':{'r':{'type':'array',"
                                "'items':{'type':'object','properties':{'x':{'type':'string'}}}},'o':{'type':"
                                "'object','properties':{'y':{'type':'string'}}}}}}}"),
                *draft = quoted_json("{'r':[{'x':'1'},{'x':'2'}]}");
    static const struct form_context context = {.lang = "en", .today = "2026-11-24"};
    static const struct {
        const char *pointer, *value, *patch;
    } cases[] = {{"/r/1/x", "'3'", "{'r':[{'x':'1'},{'x':'3'}]}"},
                 {"/r/0/x", "'1'", "{}"},
                 {"/o/y", "'4'", "{'o':{'y':'4'}}"},
                 {"/o/y", NULL, "{}"}};
    struct form *form = NULL;
    REQUIRE(form_open(&(struct form_source){.service = service, .typed = true}, &form, NULL) == ERR_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *value = cases[i].value ? quoted_json(cases[i].value) : NULL,
                    *expected = quoted_json(cases[i].patch),
                    *patch = form_patch(form, draft, &context, cases[i].pointer, value);
        if (!CHECK(json_equal(patch, expected)))
            printf("  %s\n", cases[i].pointer);
        json_free(&patch);
        json_free(&expected);
    }
    form_free(&form);
    json_free(&draft);
    json_free(&service);
}
