/* tests/unit/form_view_test.c: what a layout makes of a draft: places, rules, hidden values, what is computed and
 * prefilled, tables, errors at their fields, and what is typed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/form.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* A form, its draft and its view, together for one test. */
struct bench {
    struct json *service, *pack, *person, *last, *draft;
    struct form *form;
    struct form_context context;
    struct form_view view;
};

static void bench_view(struct bench *b, const char *inside)
{
    form_view_free(&b->view);
    form_view_build(b->form, b->draft, &b->context, inside, &b->view);
}

static void bench_open(struct bench *b, const char *schema, const char *layout, const char *draft)
{
    struct err_info info = {0};
    char *text = xasprintf(
        "{'id':'t.x','fees':[{'tier':'std','duty':'5.00','charge':'1.00','currency':'AZN'}],"
        "'texts':{'a.label':{'az':'Ad'},'a.error.required':{'az':'Adı yazın'},'kind.lost':{'en':'gone'}},"
        "'form':{'version':1,'schema':%s%s%s}}",
        schema, *layout ? ",'layout':" : "", layout);
    *b = (struct bench){
        .service = quoted_json(text),
        .pack = quoted_json("{'languages':['az','en'],'currency':'AZN','lists':{"
                            "'cities':[{'code':'b','name':{'en':'Baku'}},{'code':'g','name':{'en':'Ganja'}}],"
                            "'streets':[{'code':'n','name':'Nizami','city':'b'},{'code':'x','name':'X',"
                            "'city':'g'}]}}"),
        .person = quoted_json("{'name':'Ali','fin':'7A2B3XK'}"),
        .last = quoted_json("{'street':'Old street 1'}"),
        .draft = quoted_json(draft)};
    b->context =
        (struct form_context){.lang = "en", .today = "2026-11-24", .person = b->person, .last = b->last};
    free(text);
    if (!CHECK(form_open(&(struct form_source){.service = b->service, .pack = b->pack}, &b->form, &info) ==
               ERR_OK)) {
        printf("  %s\n", info.text);
        test_abandon();
    }
    form_view_build(b->form, b->draft, &b->context, "", &b->view);
}

static void bench_close(struct bench *b)
{
    form_view_free(&b->view);
    form_free(&b->form);
    json_free(&b->service);
    json_free(&b->pack);
    json_free(&b->person);
    json_free(&b->last);
    json_free(&b->draft);
}

/* The visible items as "page:row.column/columns >indent label|text" with marks, "; " between. */
static char *drawn(const struct bench *b)
{
    struct buf out = {0};
    for (int i = 0; i < b->view.item_count; i++) {
        const struct form_item *item = &b->view.items[i];
        if (!item->visible)
            continue;
        buf_addf(&out, "%s%d:%d.%d/%d ", out.length ? "; " : "", item->page, item->row, item->column,
                 item->columns);
        for (int n = 0; n < item->indent; n++)
            buf_addc(&out, '>');
        buf_addf(&out, "%s%s%s%s", item->label, item->required ? "*" : "", item->enabled ? "" : "-",
                 item->readonly ? "!" : "");
        if (*item->text)
            buf_addf(&out, "|%s", item->text);
    }
    return out.data ? buf_take(&out) : xstrdup("");
}

static void check_drawn(const char *schema, const char *layout, const char *draft, const char *expected)
{
    struct bench b;
    bench_open(&b, schema, layout, draft);
    char *text = drawn(&b);
    CHECK_TEXT(text, expected);
    free(text);
    bench_close(&b);
}

#define OBJECT(properties)  "{'type':'object','properties':{" properties "}}"
#define ABC                 OBJECT("'a':{'type':'string'},'b':{'type':'string'},'c':{'type':'string'}")
#define CONTROL(name)       "{'type':'Control','scope':'#/properties/" name "'}"
#define RULED(name, rule)   "{'type':'Control','scope':'#/properties/" name "','rule':" rule "}"
#define BOX(type, elements) "{'type':'" type "','elements':[" elements "]}"
#define IF(effect, of, schema) \
    "{'effect':'" effect "','condition':{'scope':'#/properties/" of "','schema':" schema "}}"

TEST(form_view_places)
{
    check_drawn(ABC, "", "{'b':'x'}", "0:0.0/1 Ad; 0:1.0/1 B|x; 0:2.0/1 C");
    check_drawn(ABC, BOX("HorizontalLayout", CONTROL("a") "," CONTROL("b")), "{}", "0:0.0/2 Ad; 0:0.1/2 B");
    /* columns that are lists of rows are zipped */
    check_drawn(ABC,
                BOX("HorizontalLayout", BOX("VerticalLayout", CONTROL("a") "," CONTROL("b")) "," BOX(
                                            "VerticalLayout", CONTROL("c"))),
                "{}", "0:0.0/2 Ad; 0:0.1/2 C; 0:1.0/2 B");
    check_drawn(ABC,
                BOX("VerticalLayout",
                    "{'type':'Group','label':'G','elements':[" CONTROL(
                        "a") ","
                             "{'type':'Group','label':'H','elements':[" CONTROL("b") "]}]}," CONTROL("c")),
                "{}", "0:0.0/1 G; 0:1.0/1 >Ad; 0:2.0/1 >H; 0:3.0/1 >>B; 0:4.0/1 C");
    check_drawn(ABC, BOX("VerticalLayout", "{'type':'Label','text':'Read this'},{'type':'Carousel'}"), "{}",
                "0:0.0/1 Read this; 0:1.0/1 This program does not know the element Carousel");
    check_drawn(OBJECT("'o':{'type':'object','title':'Obj','properties':{'x':{'type':'string'}}}"), "", "{}",
                "0:0.0/1 Obj; 0:1.0/1 >X");
}

TEST(form_view_pages)
{
    struct bench b;
    bench_open(&b, "{'required':['a','b'],'properties':{'a':{},'b':{},'c':{}}}",
               BOX("Categorization",
                   "{'type':'Category','label':'One','elements':[" CONTROL(
                       "a") "]},"
                            "{'type':'Categorization','label':'Two','elements':["
                            "{'type':'Category','label':'In','elements':[" CONTROL(
                                "b") "]}]},"
                                     "{'type':'Category','label':'Three','elements':[" CONTROL(
                                         "c") "],'rule':" IF("SHOW", "a", "{'const':'x'}") "}"),
               "{'a':'y'}");
    REQUIRE(b.view.page_count == 3);
    CHECK_TEXT(b.view.pages[0].number, "1");
    CHECK_TEXT(b.view.pages[1].number, "2.1");
    CHECK_TEXT(b.view.pages[1].title, "In");
    CHECK(!b.view.pages[2].visible);
    CHECK_INT(b.view.pages[0].filled, 1);
    CHECK_INT(b.view.pages[1].filled, 0);
    CHECK_INT(b.view.pages[1].total, 1);
    CHECK_INT(b.view.filled, 1);
    CHECK_INT(b.view.total, 2);
    bench_close(&b);
}

TEST(form_view_texts)
{
    static const char schema[] =
        OBJECT("'a':{'title':'T'},'lost_on':{},'t':{'title':{'az':'Ay','en':'Moon'}},"
               "'kind':{'enum':['lost','other']}");
    struct bench b;
    bench_open(&b, schema, "", "{}");
    CHECK_TEXT(form_view_find(&b.view, "/a")->label, "Ad"); /* the pack's language before the title */
    CHECK_TEXT(form_view_find(&b.view, "/lost_on")->label, "Lost on");
    CHECK_TEXT(form_view_find(&b.view, "/t")->label, "Moon");
    CHECK_TEXT(form_view_find(&b.view, "/kind")->options[0].text, "gone");
    CHECK_TEXT(form_view_find(&b.view, "/kind")->options[1].text, "Other");
    b.context.lang = "az";
    bench_view(&b, "");
    CHECK_TEXT(form_view_find(&b.view, "/t")->label, "Ay");
    CHECK(!form_view_find(&b.view, "/none"));
    bench_close(&b);
}

static const struct widget_case {
    const char *schema;
    enum form_widget widget;
} widget_cases[] = {
    {"{'type':'string'}", FORM_FIELD},
    {"{'type':'string','maxLength':100}", FORM_FIELD},
    {"{'type':'string','maxLength':101}", FORM_AREA},
    {"{'enum':['a','b','c','d']}", FORM_RADIO},
    {"{'enum':['a','b','c','d','e']}", FORM_PICK},
    {"{'oneOf':[{'const':'a','title':'A'}]}", FORM_RADIO},
    {"{'oneOf':[{'type':'string','title':'S'},{'type':'number','title':'N'}]}", FORM_CHOICE},
    {"{'type':'boolean'}", FORM_YES_NO},
    {"{'type':'integer'}", FORM_NUMBER},
    {"{'type':'number'}", FORM_NUMBER},
    {"{'type':'string','format':'money'}", FORM_MONEY},
    {"{'type':'string','format':'date'}", FORM_DATE},
    {"{'type':'string','format':'time'}", FORM_TIME},
    {"{'type':'array','items':{'type':'object','properties':{'x':{}}}}", FORM_TABLE},
    {"{'type':'array','uniqueItems':true,'items':{'enum':['a','b']}}", FORM_CHECKS},
    {"{'type':'array','items':{'type':'string'}}", FORM_LIST},
    {"{'const':'x'}", FORM_READONLY},
    {"{'type':'string','readOnly':true}", FORM_READONLY},
    {"{'type':'string','x-options':'cities'}", FORM_PICK},
    {"{'type':['string','null']}", FORM_FIELD},
    {"{'$ref':'#/$defs/d'}", FORM_DATE},
};

TEST(form_view_widgets)
{
    for (size_t i = 0; i < sizeof widget_cases / sizeof *widget_cases; i++) {
        char *schema = xasprintf("{'$defs':{'d':{'type':'string','format':'date'}},'properties':{'f':%s}}",
                                 widget_cases[i].schema);
        struct bench b;
        bench_open(&b, schema, "", "{}");
        const struct form_item *item = form_view_find(&b.view, "/f");
        if (!CHECK(item && item->widget == widget_cases[i].widget))
            printf("  %s: %d\n", widget_cases[i].schema, item ? (int)item->widget : -1);
        bench_close(&b);
        free(schema);
    }
}

/* What is only shown could never be mended: a fixed value that is wrong, or missing where it is required, is offered. */
TEST(form_view_a_fixed_value_that_is_wrong_can_be_set_right)
{
    static const struct {
        const char *pointer;
        enum form_widget widget;
        const char *option;
    } cases[] = {{"/v", FORM_RADIO, "X"},   {"/w", FORM_RADIO, "Y"},   {"/b", FORM_RADIO, "yes"},
                 {"/n", FORM_READONLY, ""}, {"/o", FORM_READONLY, ""}, {"/m", FORM_RADIO, "7"},
                 {"/c", FORM_READONLY, ""}};
    struct bench b;
    bench_open(&b,
               "{'required':['v'],'properties':{'v':{'const':'x'},'w':{'const':'y'},'o':{'const':'z'},"
               "'b':{'type':'boolean','const':true},'n':{'const':7},'m':{'const':7},"
               "'c':{'const':{'a':1}}}}",
               "", "{'w':'z','b':false,'n':7,'m':8,'c':{}}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct form_item *item = form_view_find(&b.view, cases[i].pointer);
        struct json *value = NULL;
        char why[FORM_WHY];
        bool offered = cases[i].widget == FORM_RADIO;
        if (!CHECK(item && item->widget == cases[i].widget && item->readonly == !offered) || !offered)
            continue;
        REQUIRE(item->option_count == 1);
        CHECK_TEXT(item->options[0].text, cases[i].option);
        CHECK(form_parse(item, b.draft, item->options[0].value, &b.context, &value, why));
        struct json *patch = form_patch(b.form, b.draft, &b.context, item->pointer, value);
        json_merge(b.draft, patch);
        json_free(&patch);
    }
    bench_view(&b, "");
    for (int i = 0; i < b.view.item_count; i++)
        CHECK(b.view.items[i].widget == FORM_READONLY);
    struct schema_errors errors = {0};
    form_check_draft(b.form, b.draft, &b.context, &errors);
    CHECK_INT(errors.count, 1); /* what is no single value is told, and mended at the file */
    schema_errors_free(&errors);
    bench_close(&b);
}

/* --- rules --- */

static const struct rule_case {
    const char *rule, *draft; /* of b, in a form of a and b */
    const char *drawn;
} rule_cases[] = {
    {IF("SHOW", "a", "{'const':'x'}"), "{'a':'x'}", "0:0.0/1 Ad|x; 0:1.0/1 B"},
    {IF("SHOW", "a", "{'const':'x'}"), "{'a':'y'}", "0:0.0/1 Ad|y"},
    {IF("SHOW", "a", "{'const':'x'}"), "{}",
     "0:0.0/1 Ad; 0:1.0/1 B"}, /* JSON Forms: undefined is let through */
    {"{'effect':'SHOW','condition':{'scope':'#/properties/"
     "a','schema':{'const':'x'},'failWhenUndefined':true}}",
     "{}", "0:0.0/1 Ad"},
    {IF("HIDE", "a", "{'const':'x'}"), "{'a':'x'}", "0:0.0/1 Ad|x"},
    {IF("ENABLE", "a", "{'const':'x'}"), "{'a':'y'}", "0:0.0/1 Ad|y; 0:1.0/1 B-"},
    {IF("DISABLE", "a", "{'const':'x'}"), "{'a':'x'}", "0:0.0/1 Ad|x; 0:1.0/1 B-"},
    {IF("READONLY", "a", "{'const':'x'}"), "{'a':'x'}", "0:0.0/1 Ad|x; 0:1.0/1 B!"},
    {IF("WRITABLE", "a", "{'const':'x'}"), "{'a':'y'}", "0:0.0/1 Ad|y; 0:1.0/1 B!"},
    {"{'effect':'HIDE','condition':{'type':'AND','conditions':[{'scope':'#/properties/"
     "a','schema':{'minLength':1}},"
     "{'scope':'#/properties/a','schema':{'maxLength':1}}]}}",
     "{'a':'x'}", "0:0.0/1 Ad|x"},
    {"{'effect':'HIDE','condition':{'type':'OR','conditions':[{'scope':'#/properties/"
     "a','schema':{'const':'y'}},"
     "{'scope':'#/properties/a','schema':{'const':'z'}}]}}",
     "{'a':'x'}", "0:0.0/1 Ad|x; 0:1.0/1 B"},
    {"{'effect':'HIDE','condition':{'type':'LEAF','scope':'#/properties/a','expectedValue':'x'}}",
     "{'a':'x'}", "0:0.0/1 Ad|x"},
};

TEST(form_view_rules)
{
    for (size_t i = 0; i < sizeof rule_cases / sizeof *rule_cases; i++) {
        char *layout = xasprintf("{'type':'VerticalLayout','elements':[" CONTROL(
                                     "a") ","
                                          "{'type':'Control','scope':'#/properties/b','rule':%s}]}",
                                 rule_cases[i].rule);
        check_drawn(OBJECT("'a':{'type':'string'},'b':{'type':'string'}"), layout, rule_cases[i].draft,
                    rule_cases[i].drawn);
        free(layout);
    }
}

#define CHAIN                                                                                     \
    BOX("VerticalLayout",                                                                         \
        CONTROL("a") "," RULED("b", IF("SHOW", "a", "{'const':'x'}")) "," RULED(                  \
            "c", "{'effect':'SHOW','condition':{'scope':'#/properties/b','schema':{'const':'y'}," \
                 "'failWhenUndefined':true}}"))

static void check_submitted(struct bench *b, const char *expected)
{
    struct json *submitted = form_submitted(b->form, b->draft, &b->context);
    char *text = json_print(submitted);
    for (char *c = text; *c; c++)
        *c = *c == '"' ? '\'' : *c;
    CHECK_TEXT(text, expected);
    free(text);
    json_free(&submitted);
}

/* Hidden values stay in the draft, steer no rule and are not submitted. */
TEST(form_view_hidden_values)
{
    struct bench b;
    bench_open(&b, ABC, CHAIN, "{'a':'x','b':'y','c':'z'}");
    char *text = drawn(&b);
    CHECK_TEXT(text, "0:0.0/1 Ad|x; 0:1.0/1 B|y; 0:2.0/1 C|z");
    free(text);
    check_submitted(&b, "{'a':'x','b':'y','c':'z'}");
    json_set_text(b.draft, "a", "other"); /* b goes, and with it c */
    bench_view(&b, "");
    text = drawn(&b);
    CHECK_TEXT(text, "0:0.0/1 Ad|other");
    free(text);
    check_submitted(&b, "{'a':'other'}");
    CHECK_TEXT(json_text(b.draft, "c"), "z");
    bench_close(&b);
}

static void apply(struct bench *b, struct json *patch)
{
    json_merge(b->draft, patch);
    json_free(&patch);
    bench_view(b, "");
}

/* A group whose fields are hidden one by one is not handed in as an empty one, of which they would be required. */
TEST(form_view_a_group_of_hidden_fields_is_not_begun)
{
    struct bench b;
    bench_open(&b,
               "{'properties':{'k':{'enum':['a','b']},'o':{'type':'object','required':['x'],'properties':{"
               "'x':{'type':'string'},'p':{'type':'object','required':['y'],'properties':{'y':{}}}}},"
               "'r':{'type':'array','items':{'type':'object','properties':{'z':{}}}}}}",
               BOX("VerticalLayout",
                   CONTROL("k") "," RULED("o/properties/x", IF("SHOW", "k", "{'const':'a'}")) "," RULED(
                       "o/properties/p/properties/y", IF("SHOW", "k", "{'const':'a'}"))),
               "{'k':'a','o':{'x':'1','p':{'y':2}}}");
    check_submitted(&b, "{'k':'a','o':{'x':'1','p':{'y':2}}}");
    apply(&b, form_patch(b.form, b.draft, &b.context, "/k", json_new_text("b")));
    check_submitted(&b, "{'k':'b'}");
    CHECK(form_check_draft(b.form, b.draft, &b.context, NULL));
    bench_close(&b);
}

TEST(form_view_a_hidden_parent_wins)
{
    check_drawn(ABC,
                BOX("VerticalLayout",
                    CONTROL("a") ",{'type':'Group','label':'G','rule':" IF(
                        "HIDE", "a",
                        "{'const':'x'}") ",'elements':[" RULED("b", IF("SHOW", "a", "{'const':'x'}")) "]}"),
                "{'a':'x'}", "0:0.0/1 Ad|x");
}

TEST(form_view_required_by_a_condition)
{
    static const char schema[] =
        "{'properties':{'a':{},'b':{}},'if':{'required':['a'],'properties':{'a':{'const':"
        "'x'}}},'then':{'required':['b']}}";
    check_drawn(schema, "", "{'a':'x'}", "0:0.0/1 Ad|x; 0:1.0/1 B*");
    check_drawn(schema, "", "{'a':'y'}", "0:0.0/1 Ad|y; 0:1.0/1 B");
}

/* --- computed, prefilled --- */

static const struct compute_case {
    const char *compute, *draft, *result; /* as the field "f" reads; "" when there is none */
} compute_cases[] = {
    {"{'fn':'age','of':['/d']}", "{'d':'2000-11-25'}", "25"},
    {"{'fn':'age','of':['/d']}", "{'d':'2000-11-24'}", "26"},
    {"{'fn':'age','of':['/d']}", "{}", ""},
    {"{'fn':'days_between','of':['/d','/e']}", "{'d':'2026-01-01','e':'2026-01-31'}", "30"},
    {"{'fn':'sum','of':['/r/*/n']}", "{'r':[{'n':0.1},{'n':0.2}]}", "0.3"},
    {"{'fn':'sum','of':['/m','/n']}", "{'m':'5.00 AZN','n':'1.50 AZN'}", "6,50 AZN"},
    {"{'fn':'sum','of':['/m','/n']}", "{'m':'5.00 AZN','n':'1500 IDR'}", ""}, /* never across currencies */
    {"{'fn':'count','of':['/r']}", "{'r':[{},{}]}", "2"},
    {"{'fn':'join','of':['/d','/e'],'with':', '}", "{'d':'a','e':'b'}", "a, b"},
    {"{'fn':'copy','of':['/d']}", "{'d':'x'}", "x"},
    {"{'fn':'fee','of':['/d']}", "{'d':'std'}", "6,00 AZN"},
    {"{'fn':'fee','of':['/d']}", "{'d':'none'}", ""},
};

TEST(form_view_computed)
{
    for (size_t i = 0; i < sizeof compute_cases / sizeof *compute_cases; i++) {
        char *schema = xasprintf(OBJECT("'d':{},'e':{},'m':{},'n':{},'r':{'type':'array','items':" OBJECT(
                                     "'n':{'type':'number'}") "},'f':{'readOnly':true,'x-compute':%s}"),
                                 compute_cases[i].compute);
        struct bench b;
        bench_open(&b, schema, "", compute_cases[i].draft);
        struct json *submitted = form_submitted(b.form, b.draft, &b.context);
        json_free(&b.draft);
        b.draft = submitted;
        bench_view(&b, "");
        const struct form_item *item = form_view_find(&b.view, "/f");
        CHECK(item && item->computed && item->readonly);
        if (!CHECK_TEXT(item ? item->text : "?", compute_cases[i].result))
            printf("  %s of %s\n", compute_cases[i].compute, compute_cases[i].draft);
        bench_close(&b);
        free(schema);
    }
}

/* What a person sends for a computed field is made again. */
TEST(form_view_computed_is_never_believed)
{
    struct bench b;
    bench_open(&b, OBJECT("'d':{},'f':{'readOnly':true,'x-compute':{'fn':'copy','of':['/d']}}"), "",
               "{'d':'true one','f':'forged'}");
    check_submitted(&b, "{'d':'true one','f':'true one'}");
    bench_close(&b);
}

TEST(form_view_prefill)
{
    struct bench b;
    bench_open(&b,
               OBJECT("'fin':{'x-prefill':'person.fin'},'street':{'x-prefill':'last/street'},"
                      "'on':{'type':'string','format':'date','x-prefill':'today'},'n':{'default':3},"
                      "'born':{'x-prefill':'person.born'}"),
               "", "{'n':5}");
    struct json *patch = form_prefill(b.form, b.draft, &b.context);
    char *text = json_print(patch);
    CHECK_TEXT(text, "{\"fin\":\"7A2B3XK\",\"street\":\"Old street 1\",\"on\":\"2026-11-24\"}");
    json_merge(b.draft, patch);
    bench_view(&b, "");
    CHECK(form_view_find(&b.view, "/fin")->prefilled);
    CHECK_TEXT(form_view_find(&b.view, "/on")->text, "24.11.2026");
    json_set_text(b.draft, "fin", "1111111"); /* typed over */
    bench_view(&b, "");
    CHECK(!form_view_find(&b.view, "/fin")->prefilled);
    free(text);
    json_free(&patch);
    bench_close(&b);
}

/* --- lists of the pack --- */

TEST(form_view_options_of_the_pack)
{
    struct bench b;
    bench_open(&b,
               OBJECT("'city':{'x-options':'cities'},"
                      "'street':{'x-options':{'list':'streets','where':{'city':'/city'}}}"),
               "", "{'city':'g','street':'x'}");
    const struct form_item *city = form_view_find(&b.view, "/city"),
                           *street = form_view_find(&b.view, "/street");
    REQUIRE(city && street);
    CHECK_INT(city->option_count, 2);
    CHECK_TEXT(city->text, "Ganja");
    CHECK_INT(street->option_count, 1);
    CHECK_TEXT(street->options[0].value, "x");
    bench_close(&b);
}

/* An answer that went with another one does not go with every one: it is asked again. */
TEST(form_view_an_answer_of_another_list_is_wrong)
{
    struct bench b;
    struct schema_errors errors = {0};
    bench_open(&b,
               OBJECT("'c':{'type':'string','x-options':{'list':'cities'}},'s':{'type':'string','x-options':{"
                      "'list':'streets','where':{'city':'/c'}}},'n':{'type':'string','x-options':'none'}"),
               "", "{'c':'b','s':'n','n':'x'}");
    CHECK(form_check_draft(b.form, b.draft, &b.context, NULL));
    json_set_text(b.draft, "c", "g");
    CHECK(!form_check_draft(b.form, b.draft, &b.context, NULL));
    CHECK(!form_check_draft(b.form, b.draft, &b.context, &errors));
    CHECK_INT(errors.count, 1);
    CHECK(schema_errors_find(&errors, "/s"));
    schema_errors_free(&errors);
    bench_close(&b);
}

/* --- tables --- */

#define TABLE                                                                                   \
    OBJECT("'kids':{'type':'array','items':{'type':'object','required':['name'],'properties':{" \
           "'born':{'type':'string','format':'date'},'name':{'type':'string'}}}}")

static void check_draft(const struct bench *b, const char *expected)
{
    char *text = json_print(b->draft);
    for (char *c = text; *c; c++)
        *c = *c == '"' ? '\'' : *c;
    CHECK_TEXT(text, expected);
    free(text);
}

TEST(form_view_tables)
{
    struct bench b;
    struct buf cell = {0};
    bench_open(&b, TABLE,
               BOX("VerticalLayout", "{'type':'ListWithDetail','scope':'#/properties/kids',"
                                     "'options':{'elementLabelProp':'name'}}"),
               "{'kids':[{'born':'2020-01-02','name':'Aysel'}]}");
    const struct form_item *table = form_view_find(&b.view, "/kids");
    REQUIRE(table && table->widget == FORM_TABLE && table->column_count == 2);
    CHECK_TEXT(table->columns_shown[table->row_title].name, "name");
    CHECK_INT(table->row_count, 1);
    form_cell(b.form, b.draft, &b.context, table, 0, 0, &cell);
    CHECK_TEXT(buf_text(&cell), "02.01.2020");
    bench_view(&b, "/kids/0");
    REQUIRE(form_view_find(&b.view, "/kids/0/name"));
    CHECK(form_view_find(&b.view, "/kids/0/name")->required);
    apply(&b, form_row_add(b.form, b.draft, &b.context, "/kids"));
    check_draft(&b, "{'kids':[{'born':'2020-01-02','name':'Aysel'},{}]}");
    apply(&b, form_patch(b.form, b.draft, &b.context, "/kids/1/name", json_new_text("Murad")));
    apply(&b, form_row_move(b.form, b.draft, &b.context, "/kids", 1, -1));
    check_draft(&b, "{'kids':[{'name':'Murad'},{'born':'2020-01-02','name':'Aysel'}]}");
    apply(&b, form_row_remove(b.form, b.draft, &b.context, "/kids", 0));
    check_draft(&b, "{'kids':[{'born':'2020-01-02','name':'Aysel'}]}");
    apply(&b, form_row_remove(b.form, b.draft, &b.context, "/kids", 7));
    check_draft(&b, "{'kids':[{'born':'2020-01-02','name':'Aysel'}]}");
    buf_free(&cell);
    bench_close(&b);
}

/* A row that was added and nothing was put into answers nothing: the form is no further than before. */
TEST(form_view_empty_rows_are_not_filled)
{
    static const struct {
        const char *draft;
        int filled;
    } drafts[] = {{"{}", 0},
                  {"{'kids':[]}", 0},
                  {"{'kids':[{}]}", 0},
                  {"{'kids':[{},{'name':'','born':null}]}", 0},
                  {"{'kids':[{},{'name':'Murad'}]}", 1}};
    for (size_t i = 0; i < sizeof drafts / sizeof *drafts; i++) {
        struct bench b;
        bench_open(&b,
                   "{'type':'object','required':['kids'],'properties':{'kids':{'type':'array','items':"
                   "{'type':'object','properties':{'born':{'type':'string'},'name':{'type':'string'}}}}}}",
                   "", drafts[i].draft);
        if (!CHECK_INT(b.view.filled, drafts[i].filled))
            printf("    for %s\n", drafts[i].draft);
        CHECK_INT(b.view.total, 1);
        bench_close(&b);
    }
}

/* What is computed from rows is right as soon as a row comes, goes or changes. */
TEST(form_view_rows_are_counted_at_once)
{
    struct bench b;
    bench_open(&b,
               OBJECT("'r':{'type':'array','items':" OBJECT(
                   "'n':{'type':'integer'}") "},"
                                             "'all':{'type':'integer','readOnly':true,'x-compute':{'fn':'"
                                             "count','of':['/r']}},"
                                             "'sum':{'type':'number','readOnly':true,'x-compute':{'fn':'sum',"
                                             "'of':['/r/*/n']}}"),
               "", "{'r':[{'n':2},{'n':3}],'all':2,'sum':5}");
    apply(&b, form_row_remove(b.form, b.draft, &b.context, "/r", 0));
    check_draft(&b, "{'r':[{'n':3}],'all':1,'sum':3}");
    apply(&b, form_row_add(b.form, b.draft, &b.context, "/r"));
    check_draft(&b, "{'r':[{'n':3},{}],'all':2,'sum':3}");
    bench_close(&b);
}

/* Rules inside a row look at that row. */
TEST(form_view_rules_inside_a_row)
{
    struct bench b;
    bench_open(&b, OBJECT("'r':{'type':'array','items':" ABC "}"),
               BOX("VerticalLayout",
                   "{'type':'Control','scope':'#/properties/r','options':{'detail':" BOX(
                       "VerticalLayout", CONTROL("a") "," RULED("b", IF("SHOW", "a", "{'const':'x'}"))) "}}"),
               "{'r':[{'a':'x','b':'1'},{'a':'y','b':'2'}]}");
    bench_view(&b, "/r/0");
    CHECK(form_view_find(&b.view, "/r/0/b")->visible);
    bench_view(&b, "/r/1");
    CHECK(!form_view_find(&b.view, "/r/1/b")->visible);
    check_submitted(&b, "{'r':[{'a':'x','b':'1'},{'a':'y'}]}");
    bench_close(&b);
}

/* --- errors --- */

TEST(form_view_errors_at_their_fields)
{
    struct bench b;
    struct schema_errors errors = {0};
    bench_open(
        &b,
        "{'required':['a','o'],'properties':{'a':{'type':'string'},'n':{'type':'string','format':'nik'},"
        "'o':{'type':'object','required':['x'],'properties':{'x':{'type':'string'}}},"
        "'kids':{'type':'array','items':{'type':'object','properties':{'y':{'type':'integer'}}}}}}",
        "", "{'n':'12','o':{},'kids':[{'y':'no'}]}");
    CHECK(!form_check_draft(b.form, b.draft, &b.context, &errors));
    CHECK_INT(form_view_errors(&b.view, &errors), 0);
    CHECK(*form_view_find(&b.view, "/a")->error);
    CHECK(*form_view_find(&b.view, "/n")->error);
    CHECK(*form_view_find(&b.view, "/o/x")->error);
    const struct form_item *kids = form_view_find(&b.view, "/kids");
    REQUIRE(kids->row_errors); /* the row's field is on a page of its own */
    CHECK(kids->row_errors[0]);
    CHECK_TEXT(kids->error, "");
    CHECK_INT(b.view.pages[0].errors, 4);
    schema_errors_free(&errors);
    bench_close(&b);
}

/* The words of the validator are not this test's: it says them by their first field. */
static void check_row(const struct form_item *table, int row, const char *fields)
{
    struct buf names = {0};
    const char *text = table->row_errors ? table->row_errors[row] : NULL;
    for (const char *at = text; at && *at; at += strspn(at, " ·")) {
        const char *end = strstr(at, " · ");
        const char *colon = strstr(at, ": ");
        if (colon && (!end || colon < end))
            buf_addf(&names, "%s%.*s", names.length ? "," : "", (int)(colon - at), at);
        at = end ? end : at + strlen(at);
    }
    CHECK_TEXT(buf_text(&names), fields);
    buf_free(&names);
}

TEST(form_view_errors_stand_at_every_faulty_row)
{
    struct bench b;
    struct schema_errors errors = {0};
    bench_open(&b,
               "{'properties':{'kids':{'type':'array','maxItems':3,'items':{'type':'object','required':['y'],"
               "'properties':{'y':{'title':'Year','type':'integer'},'n':{'type':'string','format':'nik'},"
               "'of':{'type':'object','properties':{'town':{'type':'string','minLength':3}}}}}}}}",
               "", "{'kids':[{'y':'no'},{'y':1},{'n':'12'},{'y':2,'of':{'town':'x'}}]}");
    CHECK(!form_check_draft(b.form, b.draft, &b.context, &errors));
    CHECK_INT(form_view_errors(&b.view, &errors), 0);
    const struct form_item *kids = form_view_find(&b.view, "/kids");
    REQUIRE(kids->row_count == 4);
    check_row(kids, 0, "Year");
    check_row(kids, 1, "");
    check_row(kids, 2, "Year,N");
    check_row(kids, 3, "Town");
    CHECK(*kids->error); /* of the table as a whole: it has a row too many */
    CHECK_INT(b.view.pages[0].errors, 4);
    schema_errors_free(&errors);
    bench_close(&b);
}

TEST(form_view_errors_of_a_list_name_their_lines)
{
    struct bench b;
    struct schema_errors errors = {0};
    bench_open(&b, "{'properties':{'names':{'type':'array','items':{'type':'string','minLength':3}}}}", "",
               "{'names':['Ali','x','Leyla','y']}");
    CHECK(!form_check_draft(b.form, b.draft, &b.context, &errors));
    CHECK_INT(form_view_errors(&b.view, &errors), 0);
    const char *error = form_view_find(&b.view, "/names")->error;
    CHECK(str_starts(error, "2: "));
    CHECK(strstr(error, " · 4: ") != NULL);
    CHECK(!strstr(error, "1: ") && !strstr(error, "3: "));
    schema_errors_free(&errors);
    bench_close(&b);
}

/* The file's own sentence where it has one in the language asked for, else ours in that language: never one that the
 * reader cannot read. */
TEST(form_view_errors_are_said_in_the_language_asked_for)
{
    static const char *const langs[] = {"az", "id", "en", "ru"};
    enum { LANGS = sizeof langs / sizeof *langs };
    char *said[LANGS];
    struct bench b;
    bench_open(&b, "{'required':['a'],'properties':{'a':{'type':'string'}}}", "", "{}");
    for (int i = 0; i < LANGS; i++) {
        struct schema_errors errors = {0};
        b.context.lang = langs[i];
        CHECK(!form_check_draft(b.form, b.draft, &b.context, &errors));
        REQUIRE(errors.count == 1);
        said[i] = xstrdup(errors.list[0].message);
        for (int k = 0; k < i; k++)
            CHECK(strcmp(said[k], said[i]) != 0);
        schema_errors_free(&errors);
    }
    CHECK_TEXT(said[0], "Adı yazın");
    for (int i = 0; i < LANGS; i++)
        free(said[i]);
    bench_close(&b);
}

TEST(form_view_problem_while_typing)
{
    struct bench b;
    char why[FORM_WHY];
    bench_open(&b, OBJECT("'f':{'type':'string','format':'fin'},'g':{'type':'string'}"), "",
               "{'f':'short','g':'x'}");
    form_problem(b.form, b.draft, &b.context, form_view_find(&b.view, "/f"), why);
    CHECK(strstr(why, "FIN"));
    form_problem(b.form, b.draft, &b.context, form_view_find(&b.view, "/g"), why);
    CHECK_TEXT(why, "");
    bench_close(&b);
}

TEST(form_view_nik_warns_only)
{
    struct bench b;
    struct schema_errors warnings = {0};
    bench_open(&b, OBJECT("'nik':{'type':'string','format':'nik'},'born':{'type':'string','format':'date'}"),
               "", "{'nik':'9901015205900014','born':'1990-05-13'}");
    CHECK(form_check_draft(b.form, b.draft, &b.context, NULL));
    form_warnings(b.form, b.draft, &b.context, &warnings);
    CHECK_INT(warnings.count, 1);
    schema_errors_free(&warnings);
    bench_close(&b);
}

TEST(form_view_sensitive_values_are_masked)
{
    struct bench b;
    bench_open(&b, OBJECT("'fin':{'type':'string','x-sensitive':true},'a':{}"), "",
               "{'fin':'7A2B3XK','a':'x'}");
    CHECK(form_view_find(&b.view, "/fin")->sensitive);
    struct json *masked = form_masked(b.form, b.draft);
    char *text = json_print(masked);
    CHECK_TEXT(text, "{\"fin\":\"•••\",\"a\":\"x\"}");
    free(text);
    json_free(&masked);
    bench_close(&b);
}

/* Wherever it stands: in a group, a row, a list of texts, an alternative, and also what a layout hides. */
TEST(form_view_sensitive_values_are_masked_everywhere)
{
    static const char *const schemas[] = {
        "{'properties':{'o':{'type':'object','properties':{'s':{'x-sensitive':true}}}}}",
        "{'properties':{'o':{'type':'array','items':{'properties':{'s':{'x-sensitive':true}}}}}}",
        "{'properties':{'o':{'type':'array','items':{'type':'string','x-sensitive':true}}}}",
        "{'$defs':{'i':{'type':'string','x-sensitive':true}},"
        "'properties':{'o':{'type':'array','items':{'$ref':'#/$defs/i'}}}}",
        "{'properties':{'o':{'oneOf':[{'type':'object','properties':{'s':{'x-sensitive':true}}},"
        "{'type':'object','properties':{'n':{}}}]}}}",
        "{'properties':{'o':{'type':'object','x-sensitive':true,'properties':{'s':{}}}}}",
    };
    static const char *const drafts[] = {"{'o':{'s':'SECRET'}}", "{'o':[{'s':'SECRET'}]}",
                                         "{'o':['SECRET']}",     "{'o':['SECRET','SECRET']}",
                                         "{'o':{'s':'SECRET'}}", "{'o':{'s':'SECRET'}}"};
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        struct bench b;
        bench_open(&b, schemas[i], "", drafts[i]);
        struct json *masked = form_masked(b.form, b.draft);
        char *text = json_print(masked);
        if (!CHECK(!strstr(text, "SECRET")))
            printf("  %s: %s\n", schemas[i], text);
        free(text);
        json_free(&masked);
        bench_close(&b);
    }
}

/* --- what is typed --- */

static const struct typed_case {
    const char *schema, *typed;
    const char *value; /* as JSON; NULL: refused; "": nothing */
    const char *shown; /* as it is read again */
} typed_cases[] = {
    {"{'type':'string'}", " Ali ", "'Ali'", "Ali"},
    {"{'type':'string'}", "  ", "", ""},
    {"{'type':'integer'}", "12", "12", "12"},
    {"{'type':'number'}", "12,5", "12.5", "12.5"},
    {"{'type':'number'}", "twelve", NULL, ""},
    {"{'type':'string','format':'money'}", "5", "'5.00 AZN'", "5,00 AZN"},
    {"{'type':'string','format':'money'}", "5,5x", NULL, ""},
    {"{'type':'string','format':'date'}", "29.02.2024", "'2024-02-29'", "29.02.2024"},
    {"{'type':'string','format':'date'}", "01022024", "'2024-02-01'", "01.02.2024"},
    {"{'type':'string','format':'date'}", "29.02.2023", NULL, ""},
    {"{'type':'string','format':'time'}", "9:05", "'09:05:00Z'", "09:05"},
    {"{'type':'string','format':'phone-az'}", "050 123 45 67", "'+994501234567'", "+994501234567"},
    {"{'type':'string','format':'fin'}", "7a2b3xk", "'7A2B3XK'", "7A2B3XK"},
    {"{'allOf':[{'type':'string','format':'fin'}]}", "7a2b3xk", "'7A2B3XK'", "7A2B3XK"},
    {"{'type':'string','format':'fin'}", "7A2", "'7A2'", "7A2"},
    {"{'type':'boolean'}", "bəli", "true", "yes"},
    {"{'type':'boolean'}", "nein", NULL, ""},
    {"{'enum':['lost','old']}", "lost", "'lost'", "Lost"},
    {"{'enum':['lost','old']}", "new", NULL, ""},
    {"{'enum':[1,2]}", "2", "2", "2"},
    {"{'type':'array','uniqueItems':true,'items':{'enum':['a','b']}}", "b", "['b']", "B"},
    {"{'type':'array','items':{'type':'string'}}", "x\n\ny", "['x','y']", "x\ny"},
    {"{'type':'string','readOnly':true}", "x", NULL, ""},
};

TEST(form_view_typed)
{
    for (size_t i = 0; i < sizeof typed_cases / sizeof *typed_cases; i++) {
        const struct typed_case *one = &typed_cases[i];
        char *schema = xasprintf(OBJECT("'f':%s"), one->schema), why[FORM_WHY];
        struct json *value = NULL, *expected = one->value && *one->value ? quoted_json(one->value) : NULL;
        struct buf shown = {0};
        struct bench b;
        bench_open(&b, schema, "", "{}");
        const struct form_item *item = form_view_find(&b.view, "/f");
        bool ok = form_parse(item, b.draft, one->typed, &b.context, &value, why);
        if (!CHECK(ok == (one->value != NULL) && (ok ? !*why : *why != '\0')) ||
            !CHECK(expected ? json_equal(value, expected) : value == NULL))
            printf("  %s <- %s (%s)\n", one->schema, one->typed, why);
        form_text(item, value, &b.context, &shown);
        CHECK_TEXT(buf_text(&shown), one->shown);
        buf_free(&shown);
        json_free(&value);
        json_free(&expected);
        bench_close(&b);
        free(schema);
    }
}

TEST(form_view_dates_with_hyphens)
{
    struct bench b;
    bench_open(&b, OBJECT("'f':{'type':'string','format':'date'}"), "", "{'f':'2024-02-29'}");
    b.context.date_hyphens = true;
    struct form_view view = {0};
    form_view_build(b.form, b.draft, &b.context, "", &view);
    CHECK_TEXT(form_view_find(&view, "/f")->text, "29-02-2024");
    CHECK_TEXT(form_view_find(&view, "/f")->placeholder, "dd-mm-yyyy");
    form_view_free(&view);
    bench_close(&b);
}

/* --- alternatives --- */

static void choose(struct bench *b, const char *branch)
{
    struct json *value = NULL;
    char why[FORM_WHY];
    REQUIRE(form_parse(form_view_find(&b->view, "/p"), b->draft, branch, &b->context, &value, why));
    apply(b, form_patch(b->form, b->draft, &b->context, "/p", value));
    bench_view(b, "");
}

static const char *chosen_text(const struct bench *b)
{
    const struct form_item *item = form_view_find(&b->view, "/p");
    for (int i = 0; i < item->option_count; i++)
        if (item->options[i].chosen)
            return item->options[i].text;
    return "";
}

/* Two alternatives that only their fields tell apart: which is meant is asked and never guessed, stays as it was
 * chosen when its field is emptied again, and what is wrong in it is said at that field. */
TEST(form_view_alternatives_are_chosen_and_stay_chosen)
{
    static const char *const schemas[] = {
        "{'properties':{'p':{'oneOf':[{'title':'card','type':'object','required':['fin'],'properties':"
        "{'fin':{'type':'string','format':'fin'}},'additionalProperties':false},{'title':'firm','type':"
        "'object','required':['voen'],'properties':{'voen':{'type':'string','format':'voen'}},"
        "'additionalProperties':false}]}}}",
        "{'$defs':{'c':{'title':'card','type':'object','required':['fin'],'properties':{'fin':{'type':"
        "'string','format':'fin'}}},'f':{'title':'firm','type':'object','required':['voen'],'properties':"
        "{'voen':{'type':'string','format':'voen'}}}},"
        "'properties':{'p':{'anyOf':[{'$ref':'#/$defs/c'},{'$ref':'#/$defs/f'}]}}}"};
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        struct bench b;
        struct schema_errors errors = {0};
        bench_open(&b, schemas[i], "", "{'p':{}}");
        CHECK_TEXT(chosen_text(&b), "");
        choose(&b, "1");
        CHECK_TEXT(chosen_text(&b), "firm");
        REQUIRE(form_view_find(&b.view, "/p/voen") && !form_view_find(&b.view, "/p/fin"));
        CHECK(!form_view_find(&b.view, "/p/voen")->filled);
        apply(&b, form_patch(b.form, b.draft, &b.context, "/p/voen", json_new_text("123")));
        CHECK(!form_check_draft(b.form, b.draft, &b.context, &errors));
        CHECK(schema_errors_find(&errors, "/p/voen") && !schema_errors_find(&errors, "/p"));
        apply(&b, form_patch(b.form, b.draft, &b.context, "/p/voen", NULL));
        bench_view(&b, "");
        CHECK_TEXT(chosen_text(&b), "firm");
        choose(&b, "0");
        CHECK_TEXT(chosen_text(&b), "card");
        CHECK(form_view_find(&b.view, "/p/fin") && !form_view_find(&b.view, "/p/voen"));
        schema_errors_free(&errors);
        bench_close(&b);
    }
}

/* --- opening --- */

TEST(form_view_cannot_be_opened)
{
    static const char *const services[] = {"{}", "{'form':{'schema':{'type':'text'}}}",
                                           "{'form':{'schema':{},'layout':{'type':'Group','rule':{'condition'"
                                           ":{'scope':'#','schema':{'type':'x'}}}}}}"};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct json *service = quoted_json(services[i]);
        struct form *form;
        struct err_info info = {0};
        CHECK(form_open(&(struct form_source){.service = service}, &form, &info) != ERR_OK);
        CHECK(!form && *info.text);
        json_free(&service);
    }
}

/* Schemas and layouts that refer to themselves end. */
TEST(form_view_recursion_is_bounded)
{
    struct bench b;
    bench_open(&b,
               "{'$defs':{'p':{'type':'object','properties':{'name':{},'mother':{'$ref':'#/$defs/p'}}}},"
               "'properties':{'p':{'$ref':'#/$defs/p'}}}",
               "", "{'p':{'mother':{'name':'x'}}}");
    CHECK(b.view.item_count > 0 && b.view.item_count < 1000);
    bench_close(&b);
}
