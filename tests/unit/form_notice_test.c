/* tests/unit/form_notice_test.c: notices. The Mustache specification's tests where they are beside this checkout, and
 * our own: strictness, wrapping, and what a notice may speak of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/notice.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* --- the specification --- */

static int run_spec(const char *name, int *all)
{
    char *path = xasprintf("../shared/data/mustache-spec/%s.json", name), *text = test_read_file(path);
    struct json *spec = NULL;
    int passed = 0;
    if (!text || json_parse(text, strlen(text), &spec, NULL) != ERR_OK) {
        free(path);
        free(text);
        test_skip("the Mustache specification is not beside this checkout");
    }
    const struct json *tests = json_get(spec, "tests");
    for (const struct json *test = json_first(tests); test; test = json_next(test)) {
        struct buf out = {0};
        const struct notice_options options = {.html = true};
        enum err err = notice_fill(json_text(test, "template"), json_get(test, "data"), &options, &out, NULL);
        bool ok = err == ERR_OK && strcmp(buf_text(&out), json_text_or(test, "expected", "?")) == 0;
        if (!ok)
            printf("  %s: %s: \"%s\"\n", name, json_text(test, "name"), buf_text(&out));
        passed += ok;
        (*all)++;
        buf_free(&out);
    }
    json_free(&spec);
    free(path);
    free(text);
    return passed;
}

TEST(form_notice_mustache_specification)
{
    static const struct {
        const char *name;
        int count;
    } parts[] = {{"interpolation", 42}, {"sections", 34}, {"inverted", 22}, {"comments", 12}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int all = 0, passed = run_spec(parts[i].name, &all);
        printf("mustache %s %d/%d\n", parts[i].name, passed, all);
        CHECK_INT(all, parts[i].count);
        CHECK_INT(passed, parts[i].count);
    }
}

/* --- our own --- */

static const struct filled {
    const char *template, *context, *text;
    bool strict, ok;
} filled[] = {
    {"Dear {{a.b}}!", "{'a':{'b':'Ali'}}", "Dear Ali!", true, true},
    {"{{a}} & {{{a}}}", "{'a':'<x>'}", "<x> & <x>", true, true}, /* text is never escaped */
    {"{{#l}}- {{name}}\n{{/l}}.", "{'l':[{'name':'x'},{'name':'y'}]}", "- x\n- y\n.", true, true},
    {"{{#l}}\n- {{.}}\n{{/l}}\nend", "{'l':[1,2.5,'z']}", "- 1\n- 2.5\n- z\nend", true, true},
    {"{{^l}}none{{/l}}", "{'l':[]}", "none", true, true},
    {"{{#t}}T {{t}}{{/t}}{{^t}}none{{/t}}", "{'t':''}", "none", true, true}, /* an empty text is none */
    {"{{#t}}T {{t}}{{/t}}", "{'t':'x'}", "T x", true, true},
    {"a{{! not\nprinted }}b", "{}", "ab", true, true},
    {"{{#a}}{{#b}}{{c}}{{/b}}{{/a}}", "{'a':{'c':'deep'},'b':true}", "deep", true, true},
    {"by {{until}}.", "{}", "by [until].", true, false},
    {"by {{until}}.", "{'until':'  '}", "by [until].", true, false},
    {"by {{until}}.", "{}", "by .", false, true},
    {"{{a.b}}", "{'a':{},'b':'no'}", "", false,
     true}, /* the rest of a dotted name is not looked for outwards */
    {"{{#a}}x", "{'a':true}", "", true, false},
    {"x{{/a}}", "{}", "", true, false},
    {"{{#a}}{{#b}}{{/a}}{{/b}}", "{}", "", true, false},
    {"{{a", "{'a':1}", "", true, false},
    {"{{>part}}", "{}", "", false, false},
    {"{{=<% %>=}}", "{}", "", false, false},
    {"{{}}", "{}", "", false, false},
};

TEST(form_notice_filled)
{
    for (size_t i = 0; i < sizeof filled / sizeof *filled; i++) {
        struct json *context = quoted_json(filled[i].context);
        struct buf out = {0};
        struct err_info info = {0};
        const struct notice_options options = {.strict = filled[i].strict};
        enum err err = notice_fill(filled[i].template, context, &options, &out, &info);
        if (!CHECK((err == ERR_OK) == filled[i].ok))
            printf("  %s: %s\n", filled[i].template, info.text);
        CHECK_TEXT(buf_text(&out), filled[i].text);
        CHECK(filled[i].ok || strlen(info.text) > 20);
        buf_free(&out);
        json_free(&context);
    }
}

/* Sections in sections over long lists end with a sentence, not with all of the memory. */
TEST(form_notice_has_a_limit)
{
    struct json *list = json_new_array(), *context = json_new_object();
    struct buf template = {0}, out = {0};
    struct err_info info = {0};
    for (int i = 0; i < 40; i++)
        json_add_text(list, "x");
    json_set(context, "l", list);
    for (int i = 0; i < 12; i++)
        buf_adds(&template, "{{#l}}");
    buf_adds(&template, "abc");
    for (int i = 0; i < 12; i++)
        buf_adds(&template, "{{/l}}");
    CHECK(notice_fill(buf_text(&template), context, &(struct notice_options){0}, &out, &info) == ERR_INVALID);
    CHECK(out.length < 1024 * 1024);
    buf_free(&template);
    buf_free(&out);
    json_free(&context);
}

/* --- wrapping --- */

static const struct wrapped {
    const char *text;
    int columns;
    const char *lines;
} wrapped[] = {
    {"one two three", 72, "one two three"},
    {"one two three", 7, "one two\nthree"},
    {"one\n\ntwo\n", 7, "one\n\ntwo\n"},
    {"- one two three", 9, "- one two\n  three"},
    {"12. one two three", 11, "12. one two\n    three"},
    {"  in of lines", 8, "  in of\n  lines"},
    {"abcdefghij", 4, "abcd\nefgh\nij"},
    {"a   b", 72, "a   b"}, /* blanks inside a line stay */
    {"a b   ", 72, "a b"},
    {"a\tb\x1b[31m", 72, "a b [31m"},
    {"", 72, ""},
};

TEST(form_notice_wrapped)
{
    for (size_t i = 0; i < sizeof wrapped / sizeof *wrapped; i++) {
        struct buf out = {0};
        notice_wrap(wrapped[i].text, wrapped[i].columns, &out);
        CHECK_TEXT(buf_text(&out), wrapped[i].lines);
        buf_free(&out);
    }
}

/* --- a service's notice --- */

static const char service_text[] =
    "{'id':'t.card','name':{'az':'Vəsiqə','en':'Card'},'complaint':{'days':20,'to':{'en':'the Head'}},"
    "'documents':[{'code':'old','name':{'en':'Old card'}},{'code':'photo'}],"
    "'legal':[{'code':'L1','name':{'en':'Law 1'}},{'code':'L2','name':{'en':'Law 2'}}],"
    "'reasons':[{'code':'R1','legal':['L1','L2'],'name':{'en':'Not genuine'},'cure':{'en':'Bring others'}},"
    " {'code':'R2','name':{'en':'Late'}}],"
    "'texts':{'reason.lost':{'en':'lost for good'}},"
    "'form':{'version':1,'schema':{'type':'object','properties':{'reason':{'enum':['lost','old']},"
    "  'born':{'type':'string','format':'date'},'paid':{'type':'string','format':'money'},"
    "  "
    "'kids':{'type':'array','items':{'type':'object','properties':{'born':{'type':'string','format':'date'},"
    "   'sex':{'oneOf':[{'const':'m','title':'boy'},{'const':'f','title':'girl'}]}}}}}}},"
    "'notices':{'refuse':{'en':'{{today}}, {{hall}}\\n{{person.name}}, {{case.number}} ({{service.name}}):\\n"
    "{{#reasons}}\\n- {{name}} ({{legal}}). {{cure}}.\\n{{/reasons}}\\n"
    "{{#text}}\\n{{text}}\\n{{/text}}\\nBy {{complaint.until}} to {{complaint.to}}, {{complaint.days}} "
    "days.'},"
    " 'return':'Bring {{#missing}}{{name}}, {{/missing}}{{draft.reason}} {{draft.born}} {{draft.paid}}"
    "{{#draft.kids}} {{sex}} {{born}}{{/draft.kids}}'}}";

static void check_notice(const char *outcome, struct notice_facts *facts, enum err expected, const char *text)
{
    struct buf out = {0};
    struct err_info info = {0};
    struct json *context = notice_context(facts);
    enum err err = notice_render(facts->service, outcome, context, facts->lang, &out, &info);
    if (!CHECK_INT(err, expected))
        printf("  %s\n", info.text);
    CHECK_TEXT(buf_text(&out), text);
    buf_free(&out);
    json_free(&context);
}

TEST(form_notice_of_a_service)
{
    struct json *service = quoted_json(service_text),
                *person = quoted_json("{'name':'Ali','born':'1980-02-01'}"),
                *draft =
                    quoted_json("{'reason':'lost','born':'1999-12-31','paid':'1234.50 AZN',"
                                "'kids':[{'born':'2020-01-02','sex':'f'},{'born':'2021-03-04','sex':'m'}]}"),
                *reasons = quoted_json("['R1']"), *uncured = quoted_json("['R2']"),
                *missing = quoted_json("['old','photo']");
    struct notice_facts facts = {.service = service,
                                 .person = person,
                                 .draft = draft,
                                 .case_number = "D-7",
                                 .reasons = reasons,
                                 .missing = missing,
                                 .today = "2026-11-24",
                                 .hall = "Hall",
                                 .lang = "en"};
    check_notice("refuse", &facts, ERR_OK,
                 "24.11.2026, Hall\nAli, D-7 (Card):\n- Not genuine (Law 1; Law 2). Bring others.\n"
                 "By 14.12.2026 to the Head, 20 days.");
    facts.complaint_until = "2026-12-15"; /* who knows the calendar has the word */
    facts.text = "Come again.";
    facts.reasons = uncured;
    check_notice("refuse", &facts, ERR_INVALID,
                 "24.11.2026, Hall\nAli, D-7 (Card):\n- Late ([legal]). [cure].\nCome again.\n"
                 "By 15.12.2026 to the Head, 20 days.");
    check_notice(
        "return", &facts, ERR_OK,
        "Bring Old card, photo, lost for good 31.12.1999 1.234,50 AZN girl\n02.01.2020 boy 04.03.2021");
    check_notice("approve", &facts, ERR_ABSENT, "");
    json_free(&service);
    json_free(&person);
    json_free(&draft);
    json_free(&reasons);
    json_free(&uncured);
    json_free(&missing);
}

/* Behind what the clerk wrote, or alone: a return that names fields lacks no words. */
TEST(form_notice_lists_the_fields_that_are_to_be_mended)
{
    struct json *service = quoted_json(service_text),
                *fields = quoted_json("['/born','/kids/0/sex','/nothing',7]"),
                *draft = quoted_json("{'kids':[{'sex':'f'}]}");
    json_set_pointer(service, "/notices/return", json_new_text("Mend:\n{{text}}"));
    struct notice_facts facts = {
        .service = service, .draft = draft, .fields = fields, .today = "2026-11-24", .lang = "en"};
    check_notice("return", &facts, ERR_OK, "Mend:\n- Born\n- Kids 1 · Sex");
    facts.text = "See the passport.";
    check_notice("return", &facts, ERR_OK, "Mend:\nSee the passport.\n- Born\n- Kids 1 · Sex");
    facts.fields = NULL;
    facts.text = NULL;
    check_notice("return", &facts, ERR_INVALID, "Mend:\n[text]");
    json_free(&service);
    json_free(&fields);
    json_free(&draft);
}

/* A date that would need the hall's calendar is never guessed. */
TEST(form_notice_working_days_are_not_guessed)
{
    struct json *service =
        quoted_json("{'complaint':{'days':20,'working':true},'notices':{'refuse':'{{complaint.until}}'}}");
    struct notice_facts facts = {.service = service, .today = "2026-11-24", .lang = "en"};
    check_notice("refuse", &facts, ERR_INVALID, "[complaint.until]");
    facts.complaint_until = "2026-12-22";
    check_notice("refuse", &facts, ERR_OK, "22.12.2026");
    json_free(&service);
}

static void gather(void *context, const char *name, const char *const *sections, int depth)
{
    buf_addf(context, "%s%s%s ", depth ? sections[depth - 1] : "", depth ? ">" : "", name);
}

TEST(form_notice_names)
{
    struct buf names = {0};
    CHECK(notice_names("{{a}} {{#r}}{{n}}{{^x}}{{{y}}}{{/x}}{{/r}} {{!z}}{{b}}", gather, &names, NULL) ==
          ERR_OK);
    CHECK_TEXT(buf_text(&names), "a r r>n r>x x>y b ");
    CHECK(notice_name_known("complaint.until") && notice_name_known("draft.a.b") &&
          notice_name_known("reasons.cure"));
    CHECK(!notice_name_known("complaints") && !notice_name_known("draft.") && !notice_name_known("cure"));
    buf_free(&names);
}

/* What somebody pasted into a text goes onto paper and terminal: it must not steer either. */
TEST(notice_prints_no_control_characters_of_a_value)
{
    struct json *service = NULL, *context = json_new_object();
    struct buf out = {0};
    struct err_info info = {0};
    static const char text[] = "{\"notices\":{\"refuse\":{\"en\":\"Note: {{text}}\"}}}";
    REQUIRE(json_parse(text, sizeof text - 1, &service, NULL) == ERR_OK);
    json_set_text(context, "text",
                  "a\x1b[31mb\xC2\x9B"
                  "c\xE2\x80\xAE"
                  "d");
    CHECK_INT(notice_render(service, "refuse", context, "en", &out, &info), ERR_OK);
    CHECK_TEXT(buf_text(&out), "Note: a [31mb cd");
    json_free(&service);
    json_free(&context);
    buf_free(&out);
}
