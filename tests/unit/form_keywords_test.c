/* tests/unit/form_keywords_test.c: every keyword of JSON Schema that FORMS.md section 1 names, on values that pass and
 * values that do not, so that a clone without the official suite is not blind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/format.h"
#include "core/form/schema.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* Values are separated by a blank. */
static const struct keyword_case {
    const char *schema, *valid, *invalid;
} keyword_cases[] = {
    {"true", "1 null {}", ""},
    {"false", "", "1 null {}"},
    {"{}", "1 'a'", ""},
    {"{'type':'string'}", "'' 'a'", "1 null [] {} true"},
    {"{'type':'integer'}", "1 1.0 -3", "1.5 '1' true"},
    {"{'type':'number'}", "1 1.5", "'1' true null"},
    {"{'type':['null','boolean']}", "null true", "0 ''"},
    {"{'type':'array'}", "[] [1]", "{} 1"},
    {"{'type':'object'}", "{} {'a':1}", "[] 1"},
    {"{'enum':[1,'a',[2],{'b':1}]}", "1 1.0 'a' [2] {'b':1.0}", "true 'b' [2,2] {}"},
    {"{'const':{'a':1,'b':[]}}", "{'b':[],'a':1}", "{'a':1} {'a':true,'b':[]}"},
    {"{'const':false}", "false", "0 null"},
    {"{'properties':{'a':{'type':'string'},'b':false}}", "{} {'a':'x','c':1} 5", "{'a':1} {'b':1}"},
    {"{'required':['a']}", "{'a':null} 1", "{} {'b':1}"},
    {"{'properties':{'a':true},'patternProperties':{'^x':true},'additionalProperties':false}",
     "{'a':1,'xy':2}", "{'b':1}"},
    {"{'additionalProperties':{'type':'integer'}}", "{'a':1}", "{'a':'x'}"},
    {"{'patternProperties':{'^n':{'type':'number'}}}", "{'n1':1,'a':'x'}", "{'n1':'x'}"},
    {"{'propertyNames':{'maxLength':2}}", "{'ab':1} {}", "{'abc':1}"},
    {"{'minProperties':1}", "{'a':1} 3", "{}"},
    {"{'maxProperties':1}", "{'a':1}", "{'a':1,'b':2}"},
    {"{'dependentRequired':{'a':['b']}}", "{} {'b':1} {'a':1,'b':2}", "{'a':1}"},
    {"{'dependentSchemas':{'a':{'required':['b']}}}", "{} {'a':1,'b':2}", "{'a':1}"},
    {"{'items':{'type':'integer'}}", "[] [1,2] 'x'", "[1,'x']"},
    {"{'prefixItems':[{'type':'integer'},{'type':'string'}],'items':false}", "[] [1] [1,'a']",
     "['a'] [1,'a',2]"},
    {"{'contains':{'const':1}}", "[0,1] 'x'", "[] [0]"},
    {"{'contains':{'const':1},'minContains':2}", "[1,1]", "[1]"},
    {"{'contains':{'const':1},'maxContains':1}", "[1,0]", "[1,1] []"},
    {"{'contains':{'const':1},'minContains':0}", "[] [0]", ""},
    {"{'minItems':1}", "[1] {}", "[]"},
    {"{'maxItems':1}", "[1] []", "[1,2]"},
    {"{'uniqueItems':true}", "[1,true] [1,2]", "[1,1.0] [{'a':1},{'a':1}]"},
    {"{'uniqueItems':false}", "[1,1]", ""},
    {"{'minLength':2}", "'ab' 'ЖЖ' 5", "'a' 'Ж' '😀'"},
    {"{'maxLength':2}", "'ab' '😀😀'", "'abc'"},
    {"{'pattern':'^a+$'}", "'a' 'aaa' 1", "'' 'ab' 'a\\n'"},
    {"{'pattern':'^\\\\d$'}", "'1'", "'\u0661' 'a'"}, /* ECMA-262: ASCII digits alone */
    {"{'pattern':'^\\\\w$'}", "'a' '_'", "'ə'"},
    {"{'pattern':'^\\\\p{Letter}+$'}", "'Əli' 'Жук'", "'a1'"},
    {"{'pattern':'b'}", "'abc'", "'a'"}, /* not anchored */
    {"{'minimum':2}", "2 3 'x'", "1.9"},
    {"{'maximum':2}", "2 1", "2.1"},
    {"{'exclusiveMinimum':2}", "2.1", "2"},
    {"{'exclusiveMaximum':2}", "1.9", "2"},
    {"{'multipleOf':0.1}", "0.3 1 0", "0.35"},
    {"{'multipleOf':0.0001}", "0.0075", "0.00751"},
    {"{'allOf':[{'minimum':1},{'maximum':2}]}", "1 2", "0 3"},
    {"{'anyOf':[{'type':'string'},{'minimum':2}]}", "'a' 2", "1"},
    {"{'oneOf':[{'multipleOf':2},{'multipleOf':3}]}", "2 3", "6 1"},
    {"{'not':{'type':'string'}}", "1", "'a'"},
    {"{'if':{'const':1},'then':{'type':'string'},'else':{'type':'string'}}", "'a'", "1 2"},
    {"{'if':{'required':['a']},'then':{'required':['b']}}", "{} {'a':1,'b':1}", "{'a':1}"},
    {"{'then':false,'else':false}", "1", ""}, /* without if they say nothing */
    {"{'allOf':[{'properties':{'a':true}}],'unevaluatedProperties':false}", "{'a':1}", "{'b':1}"},
    {"{'anyOf':[{'required':['a'],'properties':{'a':true}},{'required':['b'],'properties':{'b':true}}],"
     "'unevaluatedProperties':false}",
     "{'a':1} {'a':1,'b':1}", "{'a':1,'c':1}"},
    {"{'allOf':[{'prefixItems':[true]}],'unevaluatedItems':false}", "[1]", "[1,2]"},
    {"{'contains':{'const':1},'unevaluatedItems':{'const':2}}", "[1,2]", "[1,3]"},
    {"{'$defs':{'n':{'type':'number'}},'properties':{'a':{'$ref':'#/$defs/n'}}}", "{'a':1}", "{'a':'x'}"},
    {"{'$defs':{'n':{'$anchor':'num','type':'number'}},'$ref':'#num'}", "1", "'x'"},
    {"{'$id':'http://x.test/a','$defs':{'n':{'$id':'b','type':'number'}},'$ref':'b'}", "1", "'x'"},
    {"{'properties':{'next':{'$ref':'#'}},'additionalProperties':false}", "{'next':{'next':{}}}",
     "{'next':{'next':{'x':1}}}"},
    {"{'$ref':'#/$defs/a','maxLength':2,'$defs':{'a':{'type':'string'}}}", "'ab'",
     "'abc' 1"}, /* beside a $ref too */
    {"{'$comment':'x','title':'x','description':'x','default':1,'examples':[1],'deprecated':true,'readOnly':"
     "true,"
     "'writeOnly':true,'contentEncoding':'x','contentMediaType':'x','contentSchema':{'type':'string'},'x-own'"
     ":1,"
     "'unheard':1}",
     "1 'a'", ""}, /* these annotate */
    {"{'format':'date'}", "'never'", ""},
    {"{'definitions':{'n':{'type':'number'}},'$ref':'#/definitions/n'}", "1", "'x'"}, /* until draft-07 */
    {"{'$schema':'https://json-schema.org/draft/2020-12/schema','type':'null'}", "null", "0"},
    {"{'if':{'const':1},'else':{'type':'string'}}", "1 'a'", "2"},
    {"{'prefixItems':[{'type':'integer'}]}", "[1,'a'] []", "['a']"},
    {"{'unevaluatedProperties':{'type':'integer'}}", "{'a':1}", "{'a':'x'}"},
};

/* The next value of a list; the caller frees. NULL at the end. */
static struct json *next_value(const char **list)
{
    size_t length = strcspn(*list, " ");
    if (!length)
        return NULL;
    char *text = xstrndup(*list, length);
    struct json *value = quoted_json(text);
    free(text);
    *list += length + ((*list)[length] == ' ');
    return value;
}

static void check_values(const struct schema *schema, const char *text, const char *list, bool expected)
{
    const char *rest = list;
    struct json *value;
    while ((value = next_value(&rest))) {
        struct schema_errors errors = {0};
        bool valid = schema_validate(schema, value, &(struct schema_options){0}, &errors);
        if (!CHECK(valid == expected && valid == (errors.count == 0)))
            printf("  %s on one of %s\n", text, list);
        for (int i = 0; i < errors.count; i++)
            CHECK(*errors.list[i].message && *errors.list[i].keyword);
        schema_errors_free(&errors);
        json_free(&value);
    }
}

TEST(form_keywords)
{
    for (size_t i = 0; i < sizeof keyword_cases / sizeof *keyword_cases; i++) {
        const struct keyword_case *one = &keyword_cases[i];
        struct json *document = quoted_json(one->schema);
        struct schema *schema = NULL;
        struct err_info info = {0};
        if (!CHECK(schema_compile(document, NULL, NULL, &schema, &info) == ERR_OK)) {
            printf("  %s: %s\n", one->schema, info.text);
        } else {
            check_values(schema, one->schema, one->valid, true);
            check_values(schema, one->schema, one->invalid, false);
        }
        schema_free(&schema);
        json_free(&document);
    }
}

/* FORMS.md section 1, word by word. */
static const char *const promised[] = {"$schema",
                                       "$id",
                                       "$ref",
                                       "$anchor",
                                       "$defs",
                                       "type",
                                       "enum",
                                       "const",
                                       "properties",
                                       "required",
                                       "additionalProperties",
                                       "patternProperties",
                                       "propertyNames",
                                       "minProperties",
                                       "maxProperties",
                                       "dependentRequired",
                                       "dependentSchemas",
                                       "items",
                                       "prefixItems",
                                       "contains",
                                       "minContains",
                                       "maxContains",
                                       "minItems",
                                       "maxItems",
                                       "uniqueItems",
                                       "minLength",
                                       "maxLength",
                                       "pattern",
                                       "minimum",
                                       "maximum",
                                       "exclusiveMinimum",
                                       "exclusiveMaximum",
                                       "multipleOf",
                                       "allOf",
                                       "anyOf",
                                       "oneOf",
                                       "not",
                                       "if",
                                       "then",
                                       "else",
                                       "unevaluatedItems",
                                       "unevaluatedProperties"};

TEST(form_keywords_each_has_a_value_that_passes_and_one_that_fails)
{
    for (size_t k = 0; k < sizeof promised / sizeof *promised; k++) {
        char *quoted = xasprintf("'%s':", promised[k]);
        bool passes = false, fails = false;
        for (size_t i = 0; i < sizeof keyword_cases / sizeof *keyword_cases; i++) {
            bool has = strstr(keyword_cases[i].schema, quoted) != NULL;
            passes |= has && *keyword_cases[i].valid;
            fails |= has && *keyword_cases[i].invalid;
        }
        if (!CHECK(passes && fails && schema_keyword_known(promised[k])))
            printf("  %s\n", promised[k]);
        free(quoted);
    }
}

/* Refused when reached, with its place; behind a $ref that nobody follows it does no harm. */
static const struct refused_case {
    const char *schema;
    const char *place; /* the sentence begins so; "": it compiles */
} refused_cases[] = {
    {"{'$dynamicRef':'#x'}", "#/$dynamicRef: "},
    {"{'properties':{'a':{'$dynamicAnchor':'x'}}}", "#/properties/a/$dynamicAnchor: "},
    {"{'$vocabulary':{}}", "#/$vocabulary: "},
    {"{'$recursiveRef':'#'}", "#/$recursiveRef: "},
    {"{'$schema':'https://example.org/own'}", "#/$schema: "},
    {"{'$schema':'http://json-schema.org/draft-07/schema#'}", ""},
    {"{'$schema':'https://json-schema.org/draft/2019-09/schema'}", ""},
    {"{'$defs':{'a':{'$dynamicRef':'#x'}}}", ""},
    {"{'$defs':{'a':{'$dynamicRef':'#x'}},'$ref':'#/$defs/a'}", "#/$defs/a/$dynamicRef: "},
    {"{'$ref':'#/$defs/none'}", "#/$ref: "},
    {"{'$ref':'http://example.org/elsewhere.json'}", "#/$ref: "}, /* never over a network */
    {"{'type':'text'}", "#/type: "},
    {"{'minLength':-1}", "#/minLength: "},
    {"{'minLength':'1'}", "#/minLength: "},
    {"{'multipleOf':0}", "#/multipleOf: "},
    {"{'required':'a'}", "#/required: "},
    {"{'allOf':[]}", "#/allOf: "},
    {"{'properties':[]}", "#/properties: "},
    {"{'properties':{'a':1}}", "#/properties/a: "},
    {"{'pattern':'('}", "#/pattern: "},
    {"{'enum':1}", "#/enum: "},
    {"[]", "#: "},
};

TEST(form_keywords_refused)
{
    for (size_t i = 0; i < sizeof refused_cases / sizeof *refused_cases; i++) {
        struct json *document = quoted_json(refused_cases[i].schema);
        struct schema *schema = NULL;
        struct err_info info = {0};
        enum err err = schema_compile(document, NULL, NULL, &schema, &info);
        bool refused = *refused_cases[i].place != '\0';
        if (!CHECK((err == ERR_INVALID) == refused && str_starts(info.text, refused_cases[i].place)))
            printf("  %s: %s\n", refused_cases[i].schema, info.text);
        schema_free(&schema);
        json_free(&document);
    }
}

/* --- what an error says --- */

static const struct error_case {
    const char *schema, *value;
    const char *errors; /* "field keyword" each, separated by "; " */
} error_cases[] = {
    {"{'required':['a','b']}", "{}", "/a required; /b required"},
    {"{'properties':{'a/b':{'type':'string'},'c~d':{'minimum':1}}}", "{'a/b':1,'c~d':0}",
     "/a~1b type; /c~0d minimum"},
    {"{'items':{'properties':{'n':{'minLength':1}}}}", "[{'n':'x'},{'n':''}]", "/1/n minLength"},
    {"{'additionalProperties':false}", "{'a':1}", "/a additionalProperties"},
    {"{'properties':{'a':false}}", "{'a':1}", "/a properties"},
    {"{'if':{'required':['a']},'then':{'required':['b']}}", "{'a':1}", "/b required"},
};

TEST(form_keywords_errors_name_the_field)
{
    for (size_t i = 0; i < sizeof error_cases / sizeof *error_cases; i++) {
        struct json *document = quoted_json(error_cases[i].schema),
                    *value = quoted_json(error_cases[i].value);
        struct schema *schema = NULL;
        struct schema_errors errors = {0};
        struct buf text = {0};
        REQUIRE(schema_compile(document, NULL, NULL, &schema, NULL) == ERR_OK);
        CHECK(!schema_validate(schema, value, &(struct schema_options){0}, &errors));
        for (int k = 0; k < errors.count; k++)
            buf_addf(&text, "%s%s %s", k ? "; " : "", errors.list[k].field, errors.list[k].keyword);
        CHECK_TEXT(buf_text(&text), error_cases[i].errors);
        buf_free(&text);
        schema_errors_free(&errors);
        schema_free(&schema);
        json_free(&document);
        json_free(&value);
    }
}

TEST(form_keywords_speak_four_languages)
{
    static const char *const langs[] = {"az", "id", "en", "ru"};
    struct json *document = quoted_json("{'minLength':3}"), *value = quoted_json("'a'");
    struct schema *schema = NULL;
    char *said[4];
    REQUIRE(schema_compile(document, NULL, NULL, &schema, NULL) == ERR_OK);
    for (int i = 0; i < 4; i++) {
        struct schema_errors errors = {0};
        schema_validate(schema, value, &(struct schema_options){.lang = langs[i]}, &errors);
        REQUIRE(errors.count == 1);
        CHECK(strchr(errors.list[0].message, '3'));
        said[i] = xstrdup(errors.list[0].message);
        for (int k = 0; k < i; k++)
            CHECK(strcmp(said[k], said[i]) != 0);
        schema_errors_free(&errors);
    }
    for (int i = 0; i < 4; i++)
        free(said[i]);
    schema_free(&schema);
    json_free(&document);
    json_free(&value);
}

/* A text that would stall a pattern is an error with a sentence; a value that is nested without end is bounded. */
TEST(form_keywords_never_stall)
{
    struct json *document = quoted_json("{'pattern':'^(a+)+$'}");
    struct json *value =
        json_new_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
    struct schema *schema = NULL;
    struct schema_errors errors = {0};
    REQUIRE(schema_compile(document, NULL, NULL, &schema, NULL) == ERR_OK);
    CHECK(!schema_validate(schema, value, &(struct schema_options){0}, &errors));
    REQUIRE(errors.count == 1);
    CHECK_TEXT(errors.list[0].keyword, "pattern");
    CHECK_TEXT(errors.list[0].message, "This text is too tangled to be checked; make it shorter.");
    schema_errors_free(&errors);
    schema_free(&schema);
    json_free(&document);
    json_free(&value);

    document =
        quoted_json("{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}");
    value = json_new_int(1);
    REQUIRE(schema_compile(document, NULL, NULL, &schema, NULL) == ERR_OK);
    CHECK(!schema_validate(schema, value, &(struct schema_options){0}, &errors));
    CHECK(errors.count > 0);
    schema_errors_free(&errors);
    schema_free(&schema);
    json_free(&document);
    json_free(&value);
}

/* --- formats --- */

static const struct format_case {
    const char *name, *valid, *invalid; /* separated by a blank */
} format_cases[] = {
    {"fin", "7A2B3XK 0000000", "7A2B3X 7a2b3xk 7A2B3XI 7A2B3XO 7A2B3XKK"},
    {"nik", "9901015205900014 9901014107990001",
     "990101520590001 9901017205900014 9901015213900014 990101520590001x"},
    {"voen", "1234567890", "123456789 12345678901 123456789a"},
    {"phone-az", "+994501234567", "+99450123456 994501234567 +9945012345678"},
    {"phone-id", "+6281234567 +62812345678901", "+62812345 081234567"},
    {"money", "5.00_AZN 30000_IDR", "5_AZN 5.0_AZN 30000.00_IDR 5.00 -5.00_AZN"},
    {"date", "2024-02-29", "2023-02-29 2024-2-29 29.02.2024"},
    {"time", "10:00:00Z 10:00:00+04:00", "10:00 25:00:00Z"},
    {"date-time", "2024-02-29T10:00:00Z", "2024-02-29 2024-02-30T10:00:00Z"},
    {"duration", "P10D PT30M P2W", "10D P"},
    {"email", "a@b.az", "a@ @b a"},
    {"uri", "https://x.test/a?b#c", "/a x"},
    {"uuid", "0192b6f0-1111-7abc-8def-0123456789ab", "0192b6f0"},
    {"colour", "anything", ""}, /* not known: a note */
};

static void check_format(const struct format_case *one, const char *list, bool expected)
{
    while (*list) {
        size_t length = strcspn(list, " ");
        char *text = xstrndup(list, length);
        for (char *c = text; *c; c++)
            *c = *c == '_' ? ' ' : *c;
        if (!CHECK(format_valid(one->name, text) == expected))
            printf("  %s %s\n", one->name, text);
        free(text);
        list += length + (list[length] == ' ');
    }
}

TEST(form_keywords_formats)
{
    for (size_t i = 0; i < sizeof format_cases / sizeof *format_cases; i++) {
        check_format(&format_cases[i], format_cases[i].valid, true);
        check_format(&format_cases[i], format_cases[i].invalid, false);
    }
    CHECK(format_known("fin") && !format_known("colour"));
}

TEST(form_keywords_each_format_has_a_text_that_passes_and_one_that_fails)
{
    static const char *const asserted[] = {"date",     "time",     "date-time", "duration", "email",
                                           "uri",      "uuid",     "fin",       "nik",      "voen",
                                           "phone-az", "phone-id", "money"};
    for (size_t k = 0; k < sizeof asserted / sizeof *asserted; k++) {
        bool both = false;
        for (size_t i = 0; i < sizeof format_cases / sizeof *format_cases; i++)
            both |= strcmp(format_cases[i].name, asserted[k]) == 0 && *format_cases[i].valid &&
                    *format_cases[i].invalid;
        if (!CHECK(both && format_known(asserted[k])))
            printf("  %s\n", asserted[k]);
    }
}

TEST(form_keywords_formats_are_asserted_when_asked)
{
    struct json *document = quoted_json("{'format':'fin'}"), *value = quoted_json("'short'");
    struct schema *schema = NULL;
    REQUIRE(schema_compile(document, NULL, NULL, &schema, NULL) == ERR_OK);
    CHECK(schema_validate(schema, value, &(struct schema_options){0}, NULL));
    CHECK(!schema_validate(schema, value, &(struct schema_options){.formats_assert = true}, NULL));
    schema_free(&schema);
    json_free(&document);
    json_free(&value);
}
