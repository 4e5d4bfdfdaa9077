/* tests/unit/form_check_test.c: what `loket form check` and publishing tell the author of a form, mistake by mistake. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/form/check.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* Each finding as "pointer: message", warnings with a ~ before. */
static char *findings_of(const char *service_text)
{
    static const char *const languages[] = {"az", "en"};
    struct json *service = quoted_json(service_text),
                *pack = quoted_json("{'languages':['az','en'],'lists':{'cities':['b']}}");
    struct form_findings findings = {0};
    struct buf out = {0};
    const struct form_source source = {.service = service, .pack = pack};
    catalogue_check(service, &findings);
    if (catalogue_has_form(service))
        form_check(&source, languages, 2, &findings);
    for (int i = 0; i < findings.count; i++)
        buf_addf(&out, "%s%s: %s\n", findings.list[i].kind == FORM_WARNING ? "~" : "",
                 findings.list[i].pointer, findings.list[i].message);
    form_findings_free(&findings);
    json_free(&service);
    json_free(&pack);
    return out.data ? buf_take(&out) : xstrdup("");
}

/* A service around a form's schema and layout, whole but for them. */
static char *service_with(const char *schema, const char *layout, const char *more)
{
    return xasprintf("{'id':'t.x','agency':'t','name':{'az':'X','en':'X'}%s,"
                     "'form':{'version':1,'schema':%s%s%s}}",
                     more, schema, *layout ? ",'layout':" : "", layout);
}

#define OBJECT(properties) "{'type':'object','properties':{" properties "}}"
#define A_B                OBJECT("'a':{'type':'string','title':'A'},'b':{'type':'string','title':'B'}")
#define CONTROL(name)      "{'type':'Control','scope':'#/properties/" name "'}"
#define RULED(name, rule)  "{'type':'Control','scope':'#/properties/" name "','rule':" rule "}"
#define LAYOUT(elements)   "{'type':'VerticalLayout','elements':[" elements "]}"

static const struct mistake {
    const char *schema, *layout, *more;
    const char *told; /* the one finding begins so; "": nothing is wrong */
} mistakes[] = {
    {A_B, "", "", ""},
    {A_B, LAYOUT(CONTROL("a") "," CONTROL("b")), "", ""},
    /* the schema */
    {OBJECT("'a':{'type':'string','title':'A','maxLenght':3}"), "", "",
     "/form/schema/properties/a/maxLenght: \"maxLenght\" is no keyword; did you mean \"maxLength\"?"},
    {OBJECT("'a':{'title':'A','colour':1}"), "", "",
     "/form/schema/properties/a/colour: \"colour\" is no keyword. "},
    {OBJECT("'a':{'title':'A','x-colour':1}"), "", "", ""},
    {OBJECT("'a':{'title':'A','enum':[{'colour':1}]}"), "", "", ""}, /* a value, no schema */
    {OBJECT("'a':{'title':'A','pattern':'^(a+)+$'}"), "", "",
     "/form/schema/properties/a/pattern: This pattern can take beyond all measure"},
    {OBJECT("'a':{'title':'A','pattern':'^[A-Z]{2}[0-9]{7}$'}"), "", "", ""},
    {OBJECT("'a':{'title':'A','pattern':'(a'}"), "", "", "/form/schema/properties/a/pattern: The pattern"},
    {"{'patternProperties':{'(b*)*c$':{}}}", "", "",
     "/form/schema/patternProperties/(b*)*c$: This pattern can"},
    {OBJECT("'a':{'title':'A','$ref':'#/$defs/no'}"), "", "",
     "/form/schema/properties/a/$ref: #/$defs/no leads to no schema"},
    {OBJECT("'a':{'title':'A','$dynamicRef':'#x'}"), "", "", "/form/schema/properties/a/$dynamicRef: "},
    {OBJECT("'a':{'title':'A','type':'text'}"), "", "", "/form/schema/properties/a/type: "},
    {"{'$schema':'http://json-schema.org/draft-07/schema#'}", "", "",
     "~/form/schema/$schema: This schema says"},
    {"{'$schema':'https://example.org/mine'}", "", "", "/form/schema/$schema: only JSON Schema 2020-12"},
    {OBJECT("'a':{'title':'A','type':'string','format':'colour'}"), "", "",
     "~/form/schema/properties/a/format: This format is not checked"},
    {OBJECT("'a':{'title':'A','type':'string','format':'fin'}"), "", "", ""},
    {OBJECT("'a':{'title':'A','type':'integer','default':'x'}"), "", "",
     "/form/schema/properties/a/default: The default is not valid"},
    /* own keywords */
    {OBJECT("'a':{'title':'A','x-prefill':'person.fin'},'b':{'title':'B','x-prefill':'last/a'}"), "", "", ""},
    {OBJECT("'a':{'title':'A','x-prefill':'person.shoes'}"), "", "",
     "/form/schema/properties/a/x-prefill: This must"},
    {OBJECT("'a':{'title':'A','x-prefill':'last/no'}"), "", "",
     "/form/schema/properties/a/x-prefill: This must"},
    {OBJECT("'a':{'title':'A','x-options':'cities'}"), "", "", ""},
    {OBJECT("'a':{'title':'A','x-options':'villages'}"), "", "",
     "/form/schema/properties/a/x-options: The pack has no"},
    {OBJECT("'a':{'title':'A','x-options':{'list':'cities','where':{'c':'/no'}}}"), "", "",
     "/form/schema/properties/a/x-options: It is filtered by"},
    {OBJECT("'a':{'title':'A','readOnly':true,'x-compute':{'fn':'age','of':['/b']}},'b':{'title':'B'}"), "",
     "", ""},
    {OBJECT("'a':{'title':'A','readOnly':true,'x-compute':{'fn':'eval','of':[]}}"), "", "",
     "/form/schema/properties/a/x-compute: \"fn\" must be"},
    {OBJECT("'a':{'title':'A','x-compute':{'fn':'age','of':['/b']}},'b':{'title':'B'}"), "", "",
     "/form/schema/properties/a/x-compute: A computed field must say"},
    {OBJECT("'a':{'title':'A','readOnly':true,'x-compute':{'fn':'age','of':['/no']}}"), "", "",
     "/form/schema/properties/a/x-compute: It is computed from a field that is not there"},
    {OBJECT("'a':{'title':'A','readOnly':true,'x-compute':{'fn':'copy','of':['/b']}},"
            "'b':{'title':'B','readOnly':true,'x-compute':{'fn':'copy','of':['/a']}}"),
     "", "", "/form/schema/properties/a/x-compute: This field is computed from itself"},
    {OBJECT("'r':{'title':'R','type':'array','items':" OBJECT(
         "'n':{'title':'N','type':'number'},"
         "'d':{'title':'D','readOnly':true,'x-compute':{'fn':'copy','of':['/n']}}") "},"
                                                                                    "'s':{'title':'S','"
                                                                                    "readOnly':"
                                                                                    "true,'x-compute':{'fn':'"
                                                                                    "sum',"
                                                                                    "'of':['/r/*/n']}}"),
     "", "", ""}, /* inside a row pointers are relative to it */
    /* the layout */
    {A_B, LAYOUT(CONTROL("a")), "",
     "/form/schema/properties/b: No control of the layout reaches the field /b"},
    {A_B, LAYOUT(CONTROL("a") "," CONTROL("b") "," CONTROL("c")), "",
     "/form/layout/elements/2/scope: This control is of a field that is not there: #/properties/c"},
    {A_B, LAYOUT(CONTROL("a") "," CONTROL("b") ",{'type':'Carousel'}"), "",
     "/form/layout/elements/2/type: \"Carousel\" is no element"},
    {A_B, LAYOUT(CONTROL("a") "," CONTROL("b") ",{'type':'Group'}"), "",
     "/form/layout/elements/2: A Group needs"},
    {A_B,
     LAYOUT(
         CONTROL("a") "," RULED("b", "{'effect':'SHOW','condition':{'scope':'#/properties/c','schema':{}}}")),
     "",
     "/form/layout/elements/1/rule/condition/scope: This rule looks at a field that is not there: "
     "#/properties/c"},
    {A_B,
     LAYOUT(CONTROL("a") "," RULED("b",
                                   "{'effect':'BLINK','condition':{'scope':'#/properties/a','schema':{}}}")),
     "", "/form/layout/elements/1/rule/effect: \"BLINK\" is no effect"},
    {A_B, LAYOUT(CONTROL("a") "," RULED("b", "{'effect':'SHOW'}")), "",
     "/form/layout/elements/1/rule: This rule has no condition"},
    {A_B, LAYOUT(CONTROL("a") "," RULED("b", "{'effect':'SHOW','condition':{'type':'OR','conditions':[]}}")),
     "", "/form/layout/elements/1/rule/condition/conditions: This must be an array"},
    {A_B,
     LAYOUT(CONTROL("a") "," RULED(
         "b", "{'effect':'SHOW','condition':{'scope':'#/properties/a','schema':{'type':'txt'}}}")),
     "", "/form/layout/elements/1/rule/condition/schema/type: "},
    {A_B, LAYOUT(CONTROL("a") ",{'type':'Control','scope':'#/properties/b','options':{'blink':true}}"), "",
     "~/form/layout/elements/1/options/blink: This option is not known"},
    {OBJECT("'r':{'title':'R','type':'array','items':" OBJECT("'n':{'title':'N'},'m':{'title':'M'}") "}"),
     LAYOUT("{'type':'Control','scope':'#/properties/r','options':{'detail':" LAYOUT(CONTROL("n")) "}}"), "",
     "/form/schema/properties/r/items/properties/m: No control of the layout reaches the field /r/0/m"},
    /* required while hidden */
    {"{'required':['b'],'properties':{'a':{'title':'A','enum':['X','Y']},'b':{'title':'B'}}}",
     LAYOUT(CONTROL("a") "," RULED("b", "{'effect':'SHOW','condition':{'scope':'#/properties/a','schema':{"
                                        "'const':'X'},'failWhenUndefined':true}}")),
     "", "/form/schema/properties/b: The field /b is required while a rule hides it (with {}"},
    {"{'properties':{'a':{'title':'A','enum':['X','Y']},'b':{'title':'B'}},"
     "'if':{'required':['a'],'properties':{'a':{'const':'X'}}},'then':{'required':['b']}}",
     LAYOUT(CONTROL("a") "," RULED("b", "{'effect':'SHOW','condition':{'scope':'#/properties/a','schema':{"
                                        "'const':'X'},'failWhenUndefined':true}}")),
     "", ""},
    {"{'properties':{'a':{'title':'A','enum':['X','Y']},'b':{'title':'B'}},"
     "'if':{'required':['a'],'properties':{'a':{'const':'Y'}}},'then':{'required':['b']}}",
     LAYOUT(CONTROL("a") "," RULED("b", "{'effect':'SHOW','condition':{'scope':'#/properties/a','schema':{"
                                        "'const':'X'},'failWhenUndefined':true}}")),
     "", "/form/schema/properties/b: The field /b is required while a rule hides it (with {\"a\":\"Y\"}"},
    /* texts */
    {OBJECT("'a':{'title':'Ad'},'b':{'title':{'az':'Ad','en':'Name'}},'c':{'title':'FIN'}"), "", "",
     "~/form/schema/properties/a: 1 of 3 texts are untranslated in \"en\""},
    {OBJECT("'a':{'enum':['lost','old']}"), "",
     ",'texts':{'a.label':{'az':'x','en':'y'},'a.lost':{'az':'x','en':'y'},"
     "'a.old':{'az':'x'}}",
     "~/form/schema/properties/a: 1 of 3 texts are untranslated in \"en\""},
    {A_B, LAYOUT(CONTROL("a") "," CONTROL("b") ",{'type':'Label','text':'bax'}"), "",
     "~/form/layout/elements/2: 1 of 3 texts are untranslated in \"en\""},
    /* notices */
    {A_B, "", ",'notices':{'approve':{'en':'{{person.name}} {{draft.a}} {{#reasons}}{{cure}}{{/reasons}}'}}",
     ""},
    {A_B, "", ",'notices':{'approve':{'en':'{{persn.name}}'}}",
     "/notices/approve/en: A notice cannot speak of {{persn.name}}"},
    {A_B, "", ",'notices':{'approve':'{{draft.c}}'}",
     "/notices/approve: A notice cannot speak of {{draft.c}}"},
    {A_B, "", ",'notices':{'approve':'{{cure}}'}", "/notices/approve: A notice cannot speak of {{cure}}"},
    {A_B, "", ",'notices':{'approve':'{{#reasons}}{{shoes}}{{/reasons}}'}",
     "/notices/approve: A notice cannot speak of {{shoes}}"},
    {A_B, "", ",'notices':{'approve':'{{#reasons}}{{name}}'}", "/notices/approve: The notice's template"},
    {OBJECT("'r':{'title':'R','type':'array','items':" OBJECT("'n':{'title':'N'}") "}"), "",
     ",'notices':{'approve':'{{#draft.r}}{{n}} {{today}}{{/draft.r}}'}", ""},
    /* the papers' conditions */
    {A_B, "", ",'documents':[{'code':'d','when':{'required':['a']}}]", ""},
    {A_B, "", ",'documents':[{'code':'d','when':{'required':['c']}}]",
     "/documents/0/when: This condition speaks of"},
};

TEST(form_check_mistakes)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *m = &mistakes[i];
        char *service = service_with(m->schema, m->layout, m->more), *told = findings_of(service);
        const char *end = strchr(told, '\n');
        bool one = *m->told ? str_starts(told, m->told) && end && !end[1] : !*told;
        if (!CHECK(one))
            printf("  %s\n  wanted: %s\n  told:   %s\n", service, m->told, told);
        free(service);
        free(told);
    }
}

/* A rule hides what stands in its element, and nothing that stands beside it. */
TEST(form_check_a_rule_hides_what_stands_in_its_element_and_no_more)
{
#define SHOWN_BY_A                                                                          \
    "'rule':{'effect':'SHOW','condition':{'scope':'#/properties/a','schema':{'const':'X'}," \
    "'failWhenUndefined':true}}"
    static const char schema[] = "{'required':['b'],'properties':{'a':{'title':'A','enum':['X','Y']},"
                                 "'b':{'title':'B'},'c':{'title':'C'}}}";
    static const struct {
        const char *in, *beside, *end; /* a field in the element, another beside it */
    } elements[] = {
        {"{'type':'Group','label':'G'," SHOWN_BY_A ",'elements':[", "]},", ""},
        {"{'type':'VerticalLayout'," SHOWN_BY_A ",'elements':[", "]},", ""},
        {"{'type':'HorizontalLayout'," SHOWN_BY_A ",'elements':[" CONTROL("a") ",", "]},", ""},
        {"{'type':'HorizontalLayout','elements':[{'type':'VerticalLayout'," SHOWN_BY_A ",'elements':[", "]},",
         "]}"},
        {"{'type':'Categorization','elements':[{'type':'Category','label':'P'," SHOWN_BY_A ",'elements':[",
         "]},{'type':'Category','label':'Q','elements':[", "]}]}"},
        {"{'type':'Categorization','elements':[{'type':'Categorization','label':'P'," SHOWN_BY_A
         ",'elements':[{'type':'Category','label':'O','elements':[",
         "]}]},{'type':'Category','label':'Q','elements':[", "]}]}"},
    };
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        for (int inside = 0; inside < 2; inside++) {
            char *layout = xasprintf(LAYOUT("%s%s%s%s%s," CONTROL("a")), elements[i].in,
                                     inside ? CONTROL("b") : CONTROL("c"), elements[i].beside,
                                     inside ? CONTROL("c") : CONTROL("b"), elements[i].end);
            char *service = service_with(schema, layout, ""), *told = findings_of(service);
            if (!CHECK((strstr(told, "/b is required while a rule hides it") != NULL) == inside))
                printf("  %s\n  told: %s\n", layout, told);
            free(layout);
            free(service);
            free(told);
        }
}

/* Patterns that people write for real must pass, those that explode must not. */
TEST(form_check_patterns_that_stall)
{
    static const struct {
        const char *pattern;
        bool stalls;
    } patterns[] = {
        {"^[0-9]{5}$", false},
        {"^[A-Za-zƏəĞğİıÖöŞşÜüÇç' -]+$", false},
        {"^(AZE|AA)[0-9]{7,8}$", false},
        {"^[^@ ]+@[^@ ]+\\.[a-z]{2,}$", false},
        {"^(\\p{L}+[ -]?)*$", true},
        {"^\\p{L}+([ -]\\p{L}+)*$", false},
        {"^([0-9]+ ?)+$", true},
        {"(x+x+)+y", true},
        {"^(q|q)*$", true},
        {"^(uv|uv)*$", true},
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct json *schema = json_new_object();
        struct form_findings findings = {0};
        json_set_text(schema, "pattern", patterns[i].pattern);
        form_check_schema(schema, "", &findings);
        if (!CHECK((findings.count == 1) == patterns[i].stalls))
            printf("  %s\n", patterns[i].pattern);
        form_findings_free(&findings);
        json_free(&schema);
    }
}

TEST(form_check_version)
{
    char *told = findings_of("{'id':'t','agency':'t','name':'T','form':{'version':'1','schema':{}}}");
    CHECK_TEXT(told, "/form/version: This must be a number from 1. Write 1, and one more for each form that "
                     "is published later.\n");
    free(told);
}
