/* tests/unit/form_verb_test.c: `loket form check|validate|render|notice` as FORMS.md section 5 sets them: what is
 * printed and how it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/str.h"
#include "screens/verb_form.h"
#include "tests/support/test.h"

enum { ARGS_MAX = 16 };

struct ran {
    int status;
    char *out, *errors;
};

/* Runs a line of words; a word @NAME is that file of folder. */
static struct ran run(const char *folder, const char *line)
{
    struct ran ran = {0};
    char *args[ARGS_MAX], *copy = xstrdup(line), *rest = copy, *word;
    size_t out_length, errors_length;
    int count = 0;
    FILE *out = open_memstream(&ran.out, &out_length), *errors = open_memstream(&ran.errors, &errors_length);
    REQUIRE(out && errors);
    while ((word = strsep(&rest, " ")) && count < ARGS_MAX) {
        char *at = strchr(word, '@');
        args[count++] = at ? xasprintf("%.*s%s/%s", (int)(at - word), word, folder, at + 1) : xstrdup(word);
    }
    char *own[ARGS_MAX];
    memcpy(own, args, sizeof own); /* options are taken out of args */
    ran.status = form_verb(args, count, NULL, out, errors);
    fclose(out);
    fclose(errors);
    for (int i = 0; i < count; i++)
        free(own[i]);
    free(copy);
    return ran;
}

static void check_run(const char *folder, const char *line, int status, const char *out, const char *errors)
{
    struct ran ran = run(folder, line);
    bool ok = CHECK_INT(ran.status, status);
    ok &= CHECK_TEXT(ran.out, out);
    ok &= CHECK(*errors ? strstr(ran.errors, errors) != NULL : !*ran.errors);
    if (!ok)
        printf("  %s\n  said: %s\n", line, ran.errors);
    free(ran.out);
    free(ran.errors);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (CHECK(file)) {
        for (; *text; text++)
            fputc(*text == '\'' ? '"' : *text, file);
        fclose(file);
    }
    free(path);
}

static const char service[] =
    "{'id':'t.card','agency':'t.a','name':{'en':'Card','az':'Vəsiqə'},'complaint':{'days':20},"
    "'reasons':[{'code':'R','legal':['L'],'name':{'en':'Not genuine','az':'Saxta'},'cure':{'en':'Bring "
    "others',"
    "'az':'Başqasını gətirin'}}],'legal':[{'code':'L','name':'Law 1'}],"
    "'notices':{'refuse':{'en':'{{today}} {{#reasons}}{{name}} ({{legal}}). {{cure}}.{{/reasons}} By "
    "{{complaint.until}}.','az':'{{#reasons}}{{name}}. {{cure}}.{{/reasons}}'},'approve':'{{draft.reason}} "
    "on "
    "{{today}}','return':'{{text}}'},"
    "'texts':{'reason.lost':{'en':'Lost','az':'İtib'},'reason.old':{'en':'Old','az':'Köhnə'}},"
    "'form':{'version':1,'schema':{'type':'object','required':['fin','reason'],'properties':{"
    "'fin':{'type':'string','format':'fin','title':'FIN','x-sensitive':true},"
    "'reason':{'enum':['lost','old'],'title':{'en':'Reason','az':'Səbəb'}},"
    "'born':{'type':'string','format':'date','title':{'en':'Born','az':'Doğum'}}}},"
    "'layout':{'type':'Categorization','elements':["
    "{'type':'Category','label':{'en':'Who','az':'Kim'},'elements':[{'type':'Control','scope':'#/properties/"
    "fin'}]},"
    "{'type':'Category','label':{'en':'Why','az':'Niyə'},'elements':[{'type':'Control','scope':'#/properties/"
    "reason'},"
    "{'type':'Control','scope':'#/properties/born'}]}]}}}";

static const char *files(void)
{
    const char *folder = test_folder();
    char *inner = xasprintf("%s/more", folder);
    CHECK(mkdir(inner, 0700) == 0);
    free(inner);
    write_file(folder, "service.json", service);
    write_file(folder, "schema.json",
               "{'type':'object','required':['a'],'properties':{'a':{'type':'integer'},"
               "'f':{'format':'fin'},'r':{'$ref':'http://x.test/more/n.json'}}}");
    write_file(folder, "plain.json",
               "{'type':'object','required':['a'],'properties':{'a':{'type':'integer','title':"
               "'A'},'f':{'format':'fin','title':'FIN'}}}");
    write_file(folder, "more/n.json", "{'type':'number'}");
    write_file(folder, "layout.json",
               "{'type':'VerticalLayout','elements':[{'type':'Control','scope':"
               "'#/properties/a','label':'Laid out'}]}");
    write_file(folder, "wrong.json", "{'properties':{'a':{'title':'A','minLenght':1}}}");
    write_file(folder, "no.json", "{'$ref':'#/none'}");
    write_file(folder, "torn.json", "{'a':");
    write_file(folder, "good.json", "{'a':1,'f':'short'}");
    write_file(folder, "bad.json", "{'a':'x','r':'y'}");
    write_file(folder, "empty.json", "{}");
    write_file(folder, "draft.json", "{'fin':'7A2B3XK','reason':'lost','born':'1980-05-02'}");
    write_file(folder, "facts.json", "{'today':'2026-11-24','reasons':['R'],'draft':{'reason':'old'}}");
    write_file(folder, "context.json",
               "{'today':'2026-11-24','reasons':[{'name':'N','legal':'§1','cure':'C'}],"
               "'complaint':{'until':'soon'}}");
    write_file(folder, "template.txt", "Hi {{a.b}}{{none}}{{#l}}, {{.}}{{/l}}!\n");
    write_file(folder, "values.json", "{'a':{'b':'<Ali>'},'l':[1,2]}");
    write_file(folder, "broken.txt", "{{#a}}");
    return folder;
}

/* Something is broken, and among what is printed stand these words. */
static void check_has_finding(const char *folder, const char *line, const char *words)
{
    struct ran ran = run(folder, line);
    CHECK_INT(ran.status, 1);
    if (!CHECK(strstr(ran.out, words)))
        printf("  %s\n%s%s\n", line, ran.out, ran.errors);
    free(ran.out);
    free(ran.errors);
}

TEST(form_verb_check)
{
    const char *folder = files();
    char *line = xasprintf("%s/wrong.json:/properties/a/minLenght: \"minLenght\" is no keyword; did you mean "
                           "\"minLength\"?\n",
                           folder);
    check_run(folder, "check @service.json", 0, "", "");
    check_run(folder, "check @plain.json", 0, "", "");
    check_run(folder, "check @wrong.json @plain.json", 1, line, "");
    check_has_finding(folder, "check @torn.json", "torn.json:1:6: The file ends here, but the { of line 1");
    check_run(folder, "check @gone.json", 1, "", "gone.json cannot be read");
    check_run(folder, "check", 2, "", "check FILE");
    free(line);
}

TEST(form_verb_validate)
{
    const char *folder = files();
    char *two = xasprintf("%s/bad.json\t/a\ttype\tThis must be a whole number.\n"
                          "%s/empty.json\t/a\trequired\tThis must be filled in.\n",
                          folder, folder);
    check_run(folder, "validate @plain.json @good.json", 0, "", "");
    check_run(folder, "validate --formats ignore @plain.json @good.json", 0, "", "");
    check_run(folder, "validate --formats assert @plain.json @good.json", 1,
              "/f\tformat\tA FIN is 7 capital letters and digits, never I or O.\n", "");
    check_run(folder, "validate @plain.json @empty.json", 1, "/a\trequired\tThis must be filled in.\n", "");
    check_run(folder, "validate @plain.json @empty.json --lang az", 1,
              "/a\trequired\tBu sahə doldurulmalıdır.\n", "");
    check_run(folder, "validate @plain.json @bad.json @good.json @empty.json", 1, two, "");
    check_run(folder, "validate @service.json @draft.json", 0, "", "");
    check_run(folder, "validate @plain.json @gone.json", 1, "", "gone.json cannot be read");
    free(two);
}

/* What a person cannot do at the form stops nothing, and what the hall would return is told: a town of another region,
 * a hidden field, a sum that is made afresh. */
TEST(form_verb_validates_a_service_as_the_hall_does)
{
    const char *folder = files();
    write_file(
        folder, "listed.json",
        "{'id':'t.l','agency':'t.a','common':{'lists':{'regions':['n','s'],'towns':[{'code':'a','in':'n'},"
        "{'code':'b','in':'s'}]}},'form':{'version':1,'schema':{'type':'object','properties':{"
        "'region':{'type':'string','x-options':'regions'},'town':{'type':'string','x-options':{'list':'towns'"
        ","
        "'where':{'in':'/region'}}},'other':{'type':'string','format':'fin'},"
        "'sum':{'type':'integer','readOnly':true,'x-compute':{'fn':'count','of':['/town']}}}},"
        "'layout':{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/region'},"
        "{'type':'Control','scope':'#/properties/town'},{'type':'Control','scope':'#/properties/sum'},"
        "{'type':'Control','scope':'#/properties/other','rule':{'effect':'SHOW','condition':{'scope':"
        "'#/properties/region','schema':{'const':'s'}}}}]}}}");
    write_file(folder, "here.json", "{'region':'n','town':'a','other':'hidden','sum':'wrong'}");
    write_file(folder, "elsewhere.json", "{'region':'n','town':'b'}");
    write_file(folder, "shown.json", "{'region':'s','town':'b','other':'short'}");
    write_file(folder, "list.json", "['n']");
    check_run(folder, "validate @listed.json @here.json", 0, "", "");
    check_run(folder, "validate @listed.json @elsewhere.json", 1,
              "/town\tx-options\tChoose one from the list.\n", "");
    check_run(folder, "validate @listed.json @shown.json", 1,
              "/other\tformat\tA FIN is 7 capital letters and digits, never I or O.\n", "");
    check_run(folder, "validate --formats ignore @listed.json @shown.json", 0, "", "");
    check_run(folder, "validate @listed.json @list.json", 1, "\ttype\tThis must be a group of fields.\n", "");
}

TEST(form_verb_validate_unusable)
{
    const char *folder = files();
    check_run(folder, "validate @no.json @good.json", 2, "", "#/none leads to no schema");
    check_run(folder, "validate @torn.json @good.json", 2, "", "torn.json");
    check_run(folder, "validate @gone.json @good.json", 2, "", "gone.json");
    check_run(folder, "validate @plain.json", 2, "", "validate [");
    check_run(folder, "validate --formats some @plain.json @good.json", 2, "", "--formats");
    check_run(folder, "validate --formats", 2, "", "--formats");
    check_run(folder, "validate --wit x @plain.json @good.json", 2, "", "validate [");
}

TEST(form_verb_validate_with_other_documents)
{
    const char *folder = files();
    check_run(folder, "validate @schema.json @good.json", 2, "",
              "http://x.test/more/n.json leads to no schema");
    check_run(folder, "validate --with http://x.test/more/=@more @schema.json @good.json", 0, "", "");
    check_run(folder, "validate --with http://x.test/more=@more @schema.json @bad.json", 1,
              "/a\ttype\tThis must be a whole number.\n/r\ttype\tThis must be a number.\n", "");
    check_run(folder, "validate --with http://x.test @schema.json @good.json", 2, "", "BASEURI=DIR");
    check_run(folder, "validate --with http://x.test=@gone @schema.json @good.json", 2, "", "is no folder");
}

static int lines_of(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

TEST(form_verb_render)
{
    static const char *const sizes[] = {"80x24", "40x3", "1x1", "120x40", "24x7"};
    const char *folder = files();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *line = xasprintf("render @service.json @draft.json --size %s", sizes[i]);
        struct ran ran = run(folder, line);
        CHECK_INT(ran.status, 0);
        CHECK_INT(lines_of(ran.out), strtol(strchr(sizes[i], 'x') + 1, NULL, 10));
        CHECK(!strstr(ran.out, "7A2B3XK")); /* sensitive values stay masked on paper */
        free(line);
        free(ran.out);
        free(ran.errors);
    }
}

static void check_has(const char *folder, const char *line, const char *has, const char * not )
{
    struct ran ran = run(folder, line);
    CHECK_INT(ran.status, 0);
    if (!CHECK(strstr(ran.out, has)) || !CHECK(!*not || !strstr(ran.out, not )))
        printf("  %s\n%s%s\n", line, ran.out, ran.errors);
    free(ran.out);
    free(ran.errors);
}

TEST(form_verb_render_pages)
{
    const char *folder = files();
    check_has(folder, "render @service.json --size 80x24", "FIN", "Reason");
    check_has(folder, "render @service.json --size 80x24 --page 2", "Reason", "FIN");
    check_has(folder, "render @service.json --size 80x24 --page 2 --lang az", "Səbəb", "Reason");
    check_has(folder, "render @service.json @draft.json --size 80x0", "FIN", "");
    check_has(folder, "render @service.json @draft.json --size 80x0", "02.05.1980", "");
    check_has(folder, "render @plain.json @layout.json --size 80x0", "Laid out", "FIN");
    check_has(folder, "render @plain.json @layout.json @good.json --size 80x0", "Laid out", "FIN");
    check_has(folder, "render @plain.json @good.json --size 80x0", "A FIN is 7",
              ""); /* what is typed wrongly */
    check_run(folder, "render @service.json --size 80x24 --page 3", 1, "", "no page 3; it has 2");
    check_run(folder, "render @service.json --size 80", 2, "", "COLSxROWS");
    check_run(folder, "render @service.json --size 0x24", 2, "", "COLSxROWS");
    check_run(folder, "render @service.json --size 80x24x", 2, "", "COLSxROWS");
    check_run(folder, "render --size 80x24", 2, "", "render SCHEMA");
    check_run(folder, "render @no.json --size 80x24", 1, "", "leads to no schema");
}

/* ROWS 0 prints forms that are higher than any terminal. */
TEST(form_verb_render_long_forms)
{
    const char *folder = files();
    struct buf text = {0};
    buf_adds(&text, "{'properties':{");
    for (int i = 0; i < 1200; i++)
        buf_addf(&text, "%s'field%d':{'type':'string'}", i ? "," : "", i);
    buf_adds(&text, "}}");
    write_file(folder, "long.json", buf_text(&text));
    struct ran ran = run(folder, "render @long.json --size 80x0");
    CHECK_INT(ran.status, 0);
    CHECK_INT(lines_of(ran.out), 1200);
    CHECK(strstr(ran.out, "Field1199"));
    free(ran.out);
    free(ran.errors);
    buf_free(&text);
}

TEST(form_verb_notice)
{
    const char *folder = files();
    check_run(folder, "notice @service.json refuse @facts.json --lang en", 0,
              "24.11.2026 Not genuine (Law 1). Bring others. By 14.12.2026.\n", "");
    check_run(folder, "notice @service.json refuse @facts.json --lang az", 0, "Saxta. Başqasını gətirin.\n",
              "");
    check_run(folder, "notice @service.json refuse @context.json", 0, "24.11.2026 N (§1). C. By soon.\n", "");
    check_run(folder, "notice @service.json approve @facts.json", 0, "Old on 24.11.2026\n", "");
    check_run(folder, "notice @service.json return @facts.json", 1, "",
              "[text]"); /* a blank is never printed */
    check_run(folder, "notice @service.json refer @facts.json", 1, "", "no notice for \"refer\"");
    check_run(folder, "notice @service.json refuse", 2, "", "notice SERVICE");
    check_run(folder, "notice @service.json refuse @gone.json", 1, "", "gone.json");
}

TEST(form_verb_notice_of_a_bare_template)
{
    const char *folder = files();
    check_run(folder, "notice --template @template.txt @values.json", 0, "Hi <Ali>, 1, 2!\n", "");
    check_run(folder, "notice --template @broken.txt @values.json", 1, "", "the section has no end");
    check_run(folder, "notice --template @gone.txt @values.json", 1, "", "gone.txt cannot be read");
    check_run(folder, "notice --template @template.txt", 2, "", "--template FILE DATA");
}

TEST(form_verb_usage)
{
    const char *folder = files();
    check_run(folder, "bake", 2, "", "check|validate|render|notice");
    check_run(folder, "check @plain.json --lang xx", 2, "", "--lang must be");
}
