/* tests/unit/catalogue_import_test.c: catalogues as files: both packs go out and come in to the byte, foreign lists are
 * read as their makers wrote them, and a damaged file is never more than refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/exchange.h"
#include "core/catalogue/markup.h"
#include "core/catalogue/pack.h"
#include "core/hall/admin.h"
#include "core/hall/catalogue_plan.h"
#include "core/hall/reads.h"
#include "core/hall/setup.h"
#include "core/hall/staging.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

static const struct catalogue_home nowhere = {.language = "en"};

static struct catalogue_file read_text(const char *text, const struct catalogue_home *home)
{
    struct catalogue_file file;
    struct err_info info = {0};
    if (!CHECK(catalogue_read(text, strlen(text), home, &file, &info) == ERR_OK)) {
        fprintf(stderr, "%s\n", info.text);
        test_abandon();
    }
    return file;
}

static const struct json *service_at(const struct catalogue_file *file, size_t i)
{
    REQUIRE(i < file->count);
    if (!file->entries[i].service)
        fprintf(stderr, "%s: %s\n", file->entries[i].where, file->entries[i].reason);
    REQUIRE(file->entries[i].service);
    return file->entries[i].service;
}

/* A part of a service as JSON text; valid until the next call. */
static const char *part(const struct json *service, const char *pointer)
{
    static char text[4000];
    const struct json *at = json_pointer(service, pointer);
    char *printed = at ? json_print(at) : xstrdup("");
    str_copy(text, sizeof text, printed);
    free(printed);
    return text;
}

/* --- round trips --- */

struct shelf {
    struct json *agencies, *services;
};

static struct shelf shelf_of(const char *folder)
{
    struct pack pack = {0};
    struct err_info info = {0};
    REQUIRE(pack_load(folder, NULL, NULL, &pack, &info) == ERR_OK);
    struct shelf shelf = {json_copy(json_get(pack.about, "agencies")), json_new_array()};
    for (int i = 0; i < pack.service_count; i++)
        json_add(shelf.services, json_copy(pack.services[i]));
    pack_free(&pack);
    return shelf;
}

static void shelf_free(struct shelf *shelf)
{
    json_free(&shelf->agencies);
    json_free(&shelf->services);
}

static struct shelf shelf_read(const char *text, const struct catalogue_home *home)
{
    struct catalogue_file file = read_text(text, home);
    struct shelf shelf = {json_copy(file.agencies), json_new_array()};
    for (size_t i = 0; i < file.count; i++)
        json_add(shelf.services, json_copy(service_at(&file, i)));
    catalogue_file_free(&file);
    return shelf;
}

static char *as_json(const struct shelf *shelf)
{
    struct json *document = catalogue_document(shelf->agencies, shelf->services);
    char *text = json_print(document);
    json_free(&document);
    return text;
}

static char *as_linked(const struct shelf *shelf, const struct catalogue_home *home)
{
    struct json *document = catalogue_linked(shelf->agencies, shelf->services, home);
    char *text = json_print(document);
    json_free(&document);
    return text;
}

static bool check_equal(const char *got, const char *want)
{
    size_t same = 0;
    while (got[same] && got[same] == want[same])
        same++;
    if (CHECK(strcmp(got, want) == 0))
        return true;
    fprintf(stderr, "they part at byte %zu:\n%.300s\n%.300s\n", same, got + (same > 60 ? same - 60 : 0),
            want + (same > 60 ? same - 60 : 0));
    return false;
}

static void check_round_trip(const struct shelf *shelf, const struct catalogue_home *home)
{
    char *json = as_json(shelf), *linked = as_linked(shelf, home);
    struct shelf from_json = shelf_read(json, home), from_linked = shelf_read(linked, home);
    char *json_again = as_json(&from_json), *linked_again = as_linked(&from_linked, home),
         *across = as_json(&from_linked);
    check_equal(json_again, json);
    check_equal(linked_again, linked);
    check_equal(across, json);
    for (const struct json *a = json_first(shelf->services), *b = json_first(from_linked.services); a && b;
         a = json_next(a), b = json_next(b))
        if (!CHECK(json_equal(a, b)))
            fprintf(stderr, "%s\n", json_text(a, "id"));
    CHECK_INT(json_count(from_linked.services), json_count(shelf->services));
    CHECK(json_equal(from_linked.agencies, shelf->agencies));
    free(json), free(linked), free(json_again), free(linked_again), free(across);
    shelf_free(&from_json);
    shelf_free(&from_linked);
}

TEST(catalogue_of_azerbaijan_goes_out_and_comes_in)
{
    struct shelf shelf = shelf_of("core/packs/az");
    check_round_trip(&shelf, &(struct catalogue_home){.language = "az", .country = "az"});
    shelf_free(&shelf);
}

TEST(catalogue_of_indonesia_goes_out_and_comes_in)
{
    struct shelf shelf = shelf_of("core/packs/id");
    check_round_trip(&shelf, &(struct catalogue_home){.language = "id", .country = "id"});
    shelf_free(&shelf);
}

/* What no pack says, and an agency may: each member in a shape that a word of the profile does not fit. */
static const char *const odd_services[] = {
    "{'id':'a.plain','agency':'a','name':'A text for all languages'}",
    "{'id':'a.odd/id?#ü','agency':'not listed','name':{'de':'Eins'}}",
    "{'id':'a.tags','agency':'a','name':{'x y':'no language','en':'N'},'description':{'en':7}}",
    "{'id':'a.lang','agency':'a','name':{'az-Latn-AZ':'S','-':'bad','en-':'bad'}}",
    "{'id':'a.empty','agency':'a','name':'N','keywords':{},'documents':[],'fees':[],'legal':[],'channels':[],"
    "'outputs':[],'lifeEvents':[],'time':{},'procedure':{},'contact':{}}",
    "{'id':'a.null','agency':'a','name':'N','description':null,'keywords':null,'documents':null,'fees':null,"
    "'time':null,'procedure':null,'contact':null,'form':null,'status':null,'x':null}",
    "{'id':'a.lists','agency':'a','name':'N','documents':{'code':'x'},'fees':'free','legal':[1],"
    "'outputs':[{'code':''}],'lifeEvents':['birth'],'channels':['walk_in',3],'procedure':['one','two']}",
    "{'id':'a.twice','agency':'a','name':'N','documents':[{'code':'x'},{'code':'x','name':'again'}],"
    "'legal':[{'code':'L','name':'A'},{'code':'L','name':'B'}],'channels':['a','a']}",
    "{'id':'a.groups','agency':'a','name':'N','documents':[{'code':'a','group':'g'},{'code':'b'},"
    "{'code':'c','group':'g','kind':''},{'code':'d','group':'','name':{'en':'D'}},{'code':'e','group':7},"
    "{'code':'g','kind':'copy','count':2,'when':{'required':['x']},'x-basis':'general','name':'plain'}]}",
    "{'id':'a.fees','agency':'a','name':'N','fees':[{'tier':'one','duty':'5.00','currency':'AZN','from':'"
    "2026-01-01'},"
    "{'tier':'one','charge':'7.25','currency':'','until':'2026-12-31','time':'P1D','days':'working','name':'"
    "T'},"
    "{'tier':'none'}]}",
    "{'id':'a.week','agency':'a','name':'N','time':{'legal':'L','standard':'P2W','days':'working'}}",
    "{'id':'a.hours','agency':'a','name':'N','time':{'deemed':true,'standard':'PT90M'}}",
    "{'id':'a.soon','agency':'a','name':'N','time':{'standard':'soon'}}",
    "{'id':'a.time','agency':'a','name':'N','time':'P10D'}",
    "{'id':'a.rest','agency':'a','name':'N','x-note':{'a':[1,2.5,{'b':null}]},'queue':'p','loket:rest':{'y':"
    "1},"
    "'@id':'x','identifier':'other','contact':{'telephone':'102','email':'a@b.c','page':['x']},"
    "'status':'on hold','form':{'schema':{'type':'object'},'version':3},'priority':['P1'],'bundle':[]}",
    "{'id':'a.open','agency':'a','name':'N','channels':['walk_in','bus'],'quota':{'day':40,'slots':[{'from':"
    "'09:00','until':'12:00','count':25}]},'hours':{'dates':{'2027-01-05':[],'2026-12-31':['09:00-12:00']},"
    "'week':{'sat':['09:00-12:00'],'mon':['09:00-13:00','14:00-24:00']},'x-why':'Order 7'}}",
    "{'id':'a.open/alone','agency':'a','name':'N','hours':{'week':{'sun':['00:00-24:00']}}}",
    "{'id':'a.open.odd','agency':'a','name':'N','channels':[7],'hours':{'week':{'tue':['10:00-11:00']}}}",
    "{'id':'a.open.closed','agency':'a','name':'N','hours':{'week':{'tue':['10:00-11:00'],'wed':[]}}}",
    "{'id':'a.open.wrong','agency':'a','name':'N','hours':{'week':{'tue':['10-11',7],'someday':['']}}}",
    "{'id':'a.open.not','agency':'a','name':'N','hours':{'week':{}},'quota':[]}",
    "{'id':'a.open.null','agency':'a','name':'N','hours':null,'quota':null,'x-hours':['by appointment']}",
    "{'id':'a.open.text','agency':'a','name':'N','hours':'always','channels':['walk_in']}",
    "{'id':'a.open.dates','agency':'a','name':'N','hours':{'dates':{'2026-12-31':[]}}}",
};

TEST(catalogue_keeps_what_the_profile_has_no_word_for)
{
    struct shelf shelf = {
        quoted_json("[{'id':'a','name':{'en':'A'},'contact':{'en':'call'}},{'id':'b','name':'B'}]"),
        json_new_array()};
    for (size_t i = 0; i < sizeof odd_services / sizeof *odd_services; i++)
        json_add(shelf.services, quoted_json(odd_services[i]));
    check_round_trip(&shelf, &nowhere);
    shelf_free(&shelf);
}

/* --- the shapes of CPSV-AP 3.2.0, cpsv-ap-SHACL.ttl: sh:minCount 1, and sh:class of what is linked --- */

static const struct {
    const char *type, *word;
    const char *class; /* NULL: a literal; "" nothing is asked */
    bool mandatory, once;
} shapes[] = {
    {"cpsv:PublicService", "identifier", NULL, true, true},
    {"cpsv:PublicService", "title", NULL, true, false},
    {"cpsv:PublicService", "description", NULL, true, false},
    {"cpsv:PublicService", "hasCompetentAuthority", "cv:PublicOrganisation", true, false},
    {"cpsv:PublicService", "status", "skos:Concept", false, true},
    {"cpsv:PublicService", "hasChannel", "cv:Channel", false, false},
    {"cpsv:PublicService", "contactPoint", "cv:ContactPoint", false, false},
    {"cpsv:PublicService", "holdsRequirement", "cv:Requirement", false, false},
    {"cpsv:PublicService", "hasInput", "cv:Evidence", false, false},
    {"cpsv:PublicService", "hasCost", "cv:Cost", false, false},
    {"cpsv:PublicService", "hasLegalResource", "eli:LegalResource", false, false},
    {"cpsv:PublicService", "follows", "cpsv:Rule", false, false},
    {"cpsv:PublicService", "produces", "cv:Output", false, false},
    {"cpsv:PublicService", "isGroupedBy", "cv:Event", false, false},
    {"cpsv:PublicService", "processingTime", NULL, false, true},
    {"cv:PublicOrganisation", "prefLabel", NULL, true, false},
    {"cv:PublicOrganisation", "spatial", "dct:Location", true, false},
    {"cv:Requirement", "identifier", NULL, true, true},
    {"cv:Requirement", "title", NULL, true, false},
    {"cv:Requirement", "hasSupportingEvidence", "cv:Evidence", false, false},
    {"cv:Evidence", "identifier", NULL, true, true},
    {"cv:Evidence", "title", NULL, true, false},
    {"cv:Evidence", "type", "skos:Concept", false, true},
    {"cv:Evidence", "supportsRequirement", "cv:Requirement", false, false},
    {"cv:Cost", "identifier", NULL, true, true},
    {"cv:Cost", "hasValue", NULL, false, true},
    {"cv:Cost", "currency", "skos:Concept", false, true},
    {"cv:Channel", "identifier", NULL, true, true},
    {"cv:Output", "identifier", NULL, true, true},
    {"cv:Output", "title", NULL, true, false},
    {"cv:Event", "identifier", NULL, true, true},
    {"cv:Event", "title", NULL, true, false},
    {"cpsv:Rule", "identifier", NULL, true, true},
    {"cpsv:Rule", "title", NULL, true, false},
    {"cpsv:Rule", "description", NULL, true, false},
};

static bool is_of(const struct json *node, const char *type)
{
    const struct json *types = json_get(node, "@type");
    return str_equal(json_as_text(types), type) || json_has_text(types, type);
}

static const struct json *node_at(const struct json *graph, const char *iri)
{
    for (const struct json *node = json_first(graph); node; node = json_next(node))
        if (str_equal(json_text(node, "@id"), iri))
            return node;
    return NULL;
}

static void check_link(const struct json *graph, const struct json *node, const char *iri, const char *class)
{
    const struct json *target = node_at(graph, iri);
    if (!CHECK(target && is_of(target, class)))
        fprintf(stderr, "%s names %s, which is no %s\n", json_text(node, "@id"), iri, class);
}

static void check_shapes(const struct json *graph, const struct json *node)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct json *value = json_get(node, shapes[i].word);
        if (!is_of(node, shapes[i].type))
            continue;
        if (!CHECK(value || !shapes[i].mandatory))
            fprintf(stderr, "%s has no %s\n", json_text(node, "@id"), shapes[i].word);
        CHECK(!value || !shapes[i].once || !json_is_array(value));
        if (shapes[i].class && json_as_text(value))
            check_link(graph, node, json_as_text(value), shapes[i].class);
        if (shapes[i].class && json_is_array(value))
            for (const struct json *one = json_first(value); one; one = json_next(one))
                check_link(graph, node, json_as_text(one), shapes[i].class);
    }
}

/* Days, hours and minutes: xsd:duration knows no weeks. */
static void check_duration(const struct json *node)
{
    const char *time = json_text(node, "processingTime");
    CHECK(!time || (time[0] == 'P' && time[1] && strspn(time + 1, "0123456789YMDTH") == strlen(time + 1)));
}

/* Texts carry their language, as rdf:langString asks: by a map of languages, never bare. */
static void check_texts(const struct json *node)
{
    static const char *const words[] = {"title", "description", "prefLabel", "keyword"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct json *value = json_get(node, words[i]);
        CHECK(!value || (json_is_object(value) && json_count(value) > 0));
    }
}

/* As others publish them: days joined, times joined, a literal or a node, the same in several languages. */
static const struct {
    const char *hours; /* of the channel, in JSON-LD */
    const char *read;  /* "hours" of the service, or its "x-hours" */
} foreign_hours[] = {
    {"'Mo-Fr 09:00-18:00'", "{'week':{'mon':['09:00-18:00'],'tue':['09:00-18:00'],'wed':['09:00-18:00'],"
                            "'thu':['09:00-18:00'],'fri':['09:00-18:00']}}"},
    {"['Mo,We 08:00-12:00,13:00-17:00',{'@value':'Sa 10:00-12:00'}]",
     "{'week':{'mon':['08:00-12:00','13:00-17:00'],'wed':['08:00-12:00','13:00-17:00'],'sat':['10:00-12:00']}"
     "}"},
    {"{'@id':'urn:h'}", "{'week':{'thu':['13:00-24:00']}}"},
    {"'Fr-Mo 09:00-18:00'", "['Fr-Mo 09:00-18:00']"}, /* a week ends on Sunday there */
    {"'Mo,Fr-Tu 09:00-18:00'", "['Mo,Fr-Tu 09:00-18:00']"},
    {"['Mo 09:00-10:00','Tuesdays by appointment']", "['Mo 09:00-10:00','Tuesdays by appointment']"},
    {"'Mo 09:00-09:00'", "['Mo 09:00-09:00']"},
    {"'Mo'", "['Mo']"},
    {"'Mo '", "['Mo ']"},
    {"'Mo-'", "['Mo-']"},
    {"'Mo 09:00-10:00,'", "['Mo 09:00-10:00,']"},
};

TEST(hours_of_a_foreign_channel_are_read_or_kept_as_they_stand)
{
    for (size_t i = 0; i < sizeof foreign_hours / sizeof *foreign_hours; i++) {
        char *text = xasprintf(
            "{'@graph':[{'@id':'urn:s','@type':'cpsv:PublicService','identifier':'s','title':{'en':'S'},"
            "'hasChannel':['urn:none','urn:c']},{'@id':'urn:c','@type':'cv:Channel','openingHours':%s},"
            "{'@id':'urn:h','@type':'time:TemporalEntity','description':{'en':['Th "
            "13:00-24:00'],'de':['Do']}}]}",
            foreign_hours[i].hours);
        struct json *document = quoted_json(text), *wanted = quoted_json(foreign_hours[i].read);
        char *bytes = json_print(document);
        struct catalogue_file file;
        struct err_info info = {0};
        REQUIRE(catalogue_read(bytes, strlen(bytes), &nowhere, &file, &info) == ERR_OK);
        const char *member = json_is_array(wanted) ? "x-hours" : "hours";
        if (!CHECK(json_equal(json_get(file.entries[0].service, member), wanted)))
            printf("  %s\n", text);
        CHECK((json_get(file.entries[0].service, "hours") != NULL) == json_is_object(wanted));
        catalogue_file_free(&file);
        json_free(&document);
        json_free(&wanted);
        free(bytes);
        free(text);
    }
}

/* The profile's hours are those of a channel, and a reader who knows no loket: finds them there. */
TEST(hours_stand_at_a_channel_of_the_service_alone)
{
    struct shelf shelf = {
        quoted_json("[{'id':'a','name':'A'}]"),
        quoted_json("[{'id':'s','agency':'a','name':'S','channels':['walk_in'],'hours':{'week':{'"
                    "mon':['09:00-13:00']}}},"
                    "{'id':'t','agency':'a','name':'T','channels':['walk_in']}]")};
    struct json *document = catalogue_linked(shelf.agencies, shelf.services, &nowhere);
    const struct json *graph = json_get(document, "@graph");
    const struct json *own = node_at(graph, "urn:loket:service:s/channel/walk_in"),
                      *shared = node_at(graph, "urn:loket:channel:walk_in"),
                      *hours = node_at(graph, json_text(own, "openingHours"));
    CHECK(is_of(hours, "time:TemporalEntity"));
    CHECK_TEXT(json_as_text(json_first(json_get(json_get(hours, "description"), "en"))), "Mo 09:00-13:00");
    CHECK(shared && !json_get(shared, "openingHours"));
    json_free(&document);
    shelf_free(&shelf);
}

TEST(catalogue_has_all_that_the_shapes_of_the_profile_ask_for)
{
    struct shelf shelf = {quoted_json("[{'id':'a','name':'A'}]"), json_new_array()};
    for (size_t i = 0; i < sizeof odd_services / sizeof *odd_services; i++)
        json_add(shelf.services, quoted_json(odd_services[i]));
    json_add(shelf.services,
             quoted_json("{'id':'a.full','agency':'a','name':{'en':'F'},'description':{'en':'D'},"
                         "'channels':['walk_in'],'lifeEvents':[{'code':'e','name':{'en':'E'}}],"
                         "'outputs':[{'code':'o','name':{'en':'O'}}],'procedure':{'en':'P'},"
                         "'legal':[{'code':'L','name':{'en':'L'}}]}"));
    struct json *document = catalogue_linked(shelf.agencies, shelf.services, &nowhere);
    const struct json *graph = json_get(document, "@graph");
    int services = 0;
    for (const struct json *node = json_first(graph); node; node = json_next(node)) {
        CHECK(json_text(node, "@id") && json_get(node, "@type"));
        CHECK(node_at(graph, json_text(node, "@id")) == node); /* said once */
        check_shapes(graph, node);
        check_texts(node);
        check_duration(node);
        services += is_of(node, "cpsv:PublicService");
    }
    CHECK_INT(services, json_count(shelf.services));
    json_free(&document);
    shelf_free(&shelf);
}

/* Foreign readers know a word by its IRI: the context in the file says it. */
TEST(catalogue_says_its_words_in_the_file)
{
    struct json *none = json_new_array(), *document = catalogue_linked(none, none, &nowhere);
    const struct json *context = json_get(document, "@context");
    CHECK_TEXT(json_text(context, "cpsv"), "http://purl.org/vocab/cpsv#");
    CHECK_TEXT(json_text(context, "cv"), "http://data.europa.eu/m8g/");
    CHECK_TEXT(part(context, "/title"), "{\"@id\":\"dct:title\",\"@container\":\"@language\"}");
    CHECK_TEXT(part(context, "/hasCompetentAuthority"),
               "{\"@id\":\"cv:hasCompetentAuthority\",\"@type\":\"@id\"}");
    CHECK_TEXT(part(context, "/loket:form"), "{\"@id\":\"loket:form\",\"@type\":\"@json\"}");
    json_free(&document);
    json_free(&none);
}

/* --- HTML --- */

TEST(markup_reads_as_its_page_does)
{
    static const struct {
        const char *html, *text;
    } cases[] = {
        {"plain", "plain"},
        {"  two   blanks\t", "two blanks"},
        {"a\nb\n\nc\n\n\n\nd", "a\nb\n\nc\n\nd"},
        {"<p>One.</p><p>Two &amp; three.</p>", "One.\n\nTwo & three."},
        {"a<br>b<br/>c", "a\nb\nc"},
        {"<ul><li>x</li><li>y</li></ul>", "- x\n- y"},
        {"<b>bold</b> and <i>not</i>", "bold and not"},
        {"Geb&uuml;hr: 10&nbsp;&euro; &#8211; &#x41;", "Gebühr: 10 € – A"},
        {"<a href=\"https://x.example/a?b=1&amp;c=2\">here</a>", "here (https://x.example/a?b=1&c=2)"},
        {"<a href=\"#top\">up</a>", "up"},
        {"<a href=\"http://x.example\">http://x.example</a>", "http://x.example"},
        {"x<script>alert(1)</script>y<!-- no -->z<style>p{}</style>", "xyz"},
        {"1 < 2 & 3 > 2", "1 < 2 & 3 > 2"},
        {"cut <p", "cut <p"},
        {"cut &am", "cut &am"},
        {"a &unknown; <b>b</b>", "a &unknown; b"},
        {"\033[31mred\033[0m\a", "[31mred[0m"},
        {"<p>a\u202eb</p>", "ab"},
        {"&#0;&#xd800;&#x110000;&#27;<b>x</b>", "&#0;&#xd800;&#x110000;x"},
        {"", ""},
        {"<p></p>", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = markup_text(cases[i].html);
        CHECK_TEXT(text, cases[i].text);
        free(text);
    }
}

/* --- lists of the ZMS family --- */

static const char berlin[] =
    "{'data':[{'id':'324001','name':'Anmeldung eines Musterhundes','description':'<p>Wer einen "
    "<b>Musterhund</b>"
    " h\xc3\xa4lt, meldet ihn an.</p><ul><li>binnen eines Monats</li><li>pers&ouml;nlich</li></ul>',"
    "'fees':'10,00 Euro, erm\xc3\xa4\xc3\x9figt <b>5,00 Euro</b>','duration':15,'leika':'99115005012000',"
    "'forms':[{'name':'Anmeldung "
    "Musterhund','link':'https://stadt.example/formular.pdf','description':false}],"
    "'requirements':[{'name':'Personalausweis','description':'oder <i>Pass</i>','link':''}],"
    "'legal':[{'name':'Musterhundegesetz','link':'https://gesetz.example/','description':''}],"
    "'authorities':[{'id':'12','name':'Musteramt','webinfo':'https://amt.example/'}],"
    "'locations':[{'location':'326','url':'https://stadt.example/"
    "326'},{'location':'327'},{'location':'326'}],"
    "'appointment':{'link':''},"
    "'meta':{'url':'https://stadt.example/324001','locale':'de','lastupdate':'2026-01-02T03:04:05+01:00',"
    "'keywords':'Hund, Anmeldung , '}},"
    "{'id':324002,'name':'Gewerbe anmelden','fees':'geb\xc3\xbchrenfrei','duration':'10 Werktage',"
    "'authorities':[{'id':'12','name':'Musteramt'}],'meta':{'locale':'de'}},"
    "{'id':'324003','authorities':[],'meta':null},"
    "{'name':'Ohne Nummer'},7,"
    "{'id':'324001','name':'Noch einmal','authorities':[{'id':'12','name':'Musteramt'}]},"
    "{'id':'324004','name':'Ohne Amt'}]}";

TEST(zms_list_is_read)
{
    char *text = quoted(berlin);
    struct catalogue_file file = read_text(text, &nowhere);
    const struct json *dog = service_at(&file, 0), *trade = service_at(&file, 1);
    CHECK(file.whole && file.foreign);
    CHECK_INT(file.count, 7);
    CHECK_TEXT(json_text(dog, "id"), "324001");
    CHECK_TEXT(part(dog, "/name/de"), "\"Anmeldung eines Musterhundes\"");
    CHECK_TEXT(part(dog, "/description/de"),
               "\"Wer einen Musterhund hält, meldet ihn an.\\n\\n- binnen eines Monats\\n- persönlich\"");
    CHECK_TEXT(part(dog, "/x-fee/de"), "\"10,00 Euro, ermäßigt 5,00 Euro\"");
    CHECK(!json_get(dog, "fees"));
    CHECK_TEXT(part(dog, "/time"), "{\"standard\":\"PT15M\"}");
    CHECK_TEXT(
        part(dog, "/documents"),
        "[{\"code\":\"personalausweis\",\"name\":{\"de\":\"Personalausweis\"},\"x-detail\":{\"de\":\"oder "
        "Pass\"}},{\"code\":\"anmeldung-musterhund\",\"name\":{\"de\":\"Anmeldung Musterhund\"},\"kind\":"
        "\"form\",\"x-link\":\"https://stadt.example/formular.pdf\"}]");
    CHECK_TEXT(part(dog, "/legal/0/name/de"), "\"Musterhundegesetz\"");
    CHECK_TEXT(part(dog, "/keywords"), "{\"de\":[\"Hund\",\"Anmeldung\"]}");
    CHECK_TEXT(part(dog, "/x-locations"), "[\"326\",\"327\"]");
    CHECK_TEXT(json_text(dog, "x-leika"), "99115005012000");
    CHECK_TEXT(json_text(dog, "x-source"), "https://stadt.example/324001");
    CHECK_TEXT(json_text(trade, "id"), "324002");
    CHECK_TEXT(part(trade, "/x-fee/de"), "\"gebührenfrei\"");
    CHECK_TEXT(part(trade, "/time"), "{\"standard\":\"P10D\",\"days\":\"working\"}");
    CHECK_TEXT(json_text(trade, "agency"), json_text(dog, "agency"));
    CHECK_INT(json_count(file.agencies), 1);
    CHECK_TEXT(part(file.agencies, "/0/name/de"), "\"Musteramt\"");
    free(text);
    catalogue_file_free(&file);
}

TEST(zms_list_tells_what_it_skips_and_why)
{
    static const struct {
        const char *where, *says;
    } skips[] = {{"/data/2", "324003 has no name"},
                 {"/data/3", "no id"},
                 {"/data/4", "not a service"},
                 {"/data/5", "already, at /data/0"},
                 {"/data/6", "names no authority"}};
    char *text = quoted(berlin);
    struct catalogue_file file = read_text(text, &nowhere);
    for (size_t i = 0; i < sizeof skips / sizeof *skips; i++) {
        const struct catalogue_entry *entry = &file.entries[i + 2];
        CHECK(!entry->service);
        CHECK_TEXT(entry->where, skips[i].where);
        if (!CHECK(entry->reason && strstr(entry->reason, skips[i].says)))
            CHECK_TEXT(entry->reason, skips[i].says);
    }
    CHECK(strstr(part(file.notes, "/0"), "appointment") != NULL);
    catalogue_file_free(&file);
    struct catalogue_home home = {.agency = "t.a"};
    file = read_text(text, &home);
    CHECK_TEXT(json_text(service_at(&file, 6), "agency"), "t.a"); /* named for all that name none */
    catalogue_file_free(&file);
    free(text);
}

/* --- tables --- */

#define TITLES                                                                              \
    "country\tagency\tservice name\tEnglish name\tfee\tcurrency\tlegal duration\trequired " \
    "documents\tsource\n"

TEST(table_is_read_as_it_was_published)
{
    static const char table[] =
        "\xef\xbb\xbf" TITLES
        "AZ\tNazirlik (Ministry)\tDoğum\tBirth\t5\tAZN\tup to 2 days\tpassport; photo ;\thttp://x\r\n"
        "ID\tDinas\tIzin\tPermit\t30000\tIDR\t5 hari kerja\t\t\n"
        "\n"
        "AZ\tNazirlik\tÖlüm\tDeath\t20 / 30\tAZN\tsame day\t\t\n"
        "AZ\tMinistry\tNikah\tMarriage\t2.5\tAZN\t30 days (by the law)\t\t";
    struct json *agencies = quoted_json("[{'id':'t.m','name':{'az':'Nazirlik','en':'Ministry'}}]");
    struct catalogue_home home = {.agencies = agencies, .language = "az"};
    struct catalogue_file file = read_text(table, &home);
    const struct json *birth = service_at(&file, 0), *permit = service_at(&file, 1),
                      *death = service_at(&file, 2), *marriage = service_at(&file, 3);
    CHECK_INT(file.count, 4);
    CHECK_TEXT(json_text(birth, "id"), "t.m.birth");
    CHECK_TEXT(json_text(birth, "agency"), "t.m");
    CHECK_TEXT(part(birth, "/name"), "{\"az\":\"Doğum\",\"en\":\"Birth\"}");
    CHECK_TEXT(part(birth, "/fees"), "[{\"tier\":\"standard\",\"duty\":\"5.00\",\"currency\":\"AZN\"}]");
    CHECK_TEXT(part(birth, "/time"), "{\"standard\":\"P2D\"}");
    CHECK_TEXT(part(birth, "/documents"),
               "[{\"code\":\"passport\",\"name\":\"passport\"},{\"code\":\"photo\",\"name\":\"photo\"}]");
    CHECK_TEXT(json_text(birth, "x-source"), "http://x");
    CHECK_TEXT(json_text(permit, "agency"), "id.dinas");
    CHECK_TEXT(part(permit, "/fees/0/duty"), "\"30000\"");
    CHECK_TEXT(part(permit, "/time"), "{\"standard\":\"P5D\",\"days\":\"working\"}");
    CHECK_TEXT(part(death, "/x-fee"), "\"20 / 30 AZN\""); /* prose stays prose */
    CHECK_TEXT(part(death, "/x-time"), "\"same day\"");
    CHECK(!json_get(death, "fees") && !json_get(death, "time"));
    CHECK_TEXT(json_text(marriage, "agency"), "t.m"); /* by its name in English */
    CHECK_TEXT(part(marriage, "/fees/0/duty"), "\"2.50\"");
    CHECK_TEXT(part(marriage, "/time"), "{\"standard\":\"P30D\"}");
    CHECK_TEXT(part(marriage, "/x-time"), "\"30 days (by the law)\"");
    catalogue_file_free(&file);
    json_free(&agencies);
}

TEST(table_refuses_its_bad_lines_by_number)
{
    static const struct {
        const char *line, *says;
    } lines[] = {
        {"AZ\tA\tTam\tWhole\t5\tAZN\t\t\t", NULL},
        {"AZ\tA\tX\tCut\t5", "5 columns"},
        {"AZ\tA\tX\tLong\t5\tAZN\t\t\t\tmore", "10 columns"},
        {"AZ\tA\t\t\t5\tAZN\t\t\t", "no name"},
        {"AZ\t\tX\tNobody\t5\tAZN\t\t\t", "--agency"},
        {"AZ\tA\tX\tMoney\t5\tXYZ\t\t\t", "XYZ"},
        {"AZ\tA\tX\tCents\t5.123\tAZN\t\t\t", "not an amount"},
        {"AZ\tA\tX\tBroken \xff\t5\tAZN\t\t\t", "UTF-8"},
        {"AZ\tA\tX\tEscape \033[2J\t5\tAZN\t\t\t", "control character"},
        {"AZ\tA\tTam\tWhole\t5\tAZN\t\t\t", "already, at line 2"},
        {"AZ\tA\tBaşqa\tWhole\t6\tAZN\t\t\t", NULL},
    };
    enum { LINES = sizeof lines / sizeof *lines };
    struct buf text = {0};
    buf_adds(&text, TITLES);
    for (int i = 0; i < LINES; i++)
        buf_addf(&text, "%s\n", lines[i].line);
    struct catalogue_file file = read_text(text.data, &nowhere);
    CHECK_INT(file.count, LINES);
    for (int i = 0; i < LINES && i < (int)file.count; i++) {
        char *where = xasprintf("line %d", i + 2);
        CHECK_TEXT(file.entries[i].where, where);
        CHECK_INT(file.entries[i].service != NULL, lines[i].says == NULL);
        if (lines[i].says && file.entries[i].reason && !CHECK(strstr(file.entries[i].reason, lines[i].says)))
            CHECK_TEXT(file.entries[i].reason, lines[i].says);
        free(where);
    }
    /* Two services of one name are two. */
    CHECK_TEXT(json_text(file.entries[0].service, "id"), "az.a.whole");
    CHECK_TEXT(json_text(file.entries[10].service, "id"), "az.a.whole-3");
    catalogue_file_free(&file);
    buf_free(&text);
}

TEST(files_that_are_no_catalogue_say_so)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "it is empty"},
        {"\xef\xbb\xbf \n", "it is empty"},
        {"\x1f\x8b\x08x", "unpack it"},
        {"PK\x03\x04x", "unpack it"},
        {"{\"services\":[{\"id\":\"a\"}],\"services\":[{\"id\":\"b\"}]}", "more than one list"},
        {"{\"services\":[{\"id\":\"a\"}],\"@graph\":[{\"id\":\"b\"}]}", "more than one list"},
        {"{\"agencies\":[],\"services\":[{\"id\":\"a\"}],\"agencies\":[]}", "more than one list"},
        {"{\"agencies\":[{\"id\":\"a\",\"id\":\"b\"}],\"services\":[{\"id\":\"a\"}]}",
         "at /agencies/0: It has \"id\" twice"},
        {"{\"id\":\"a\"}\n{\"id\":\"b\"}", "at line 2, column 1"},
        {"[{\"id\":\"a\"}] [", "not JSON"},
        {"[{\"id\":\"a\"} {\"id\":\"b\"}]", "not JSON"},
        {"# a Makefile\nall:\n\tcc\n", "not JSON"},
        {"{", "not JSON"},
        {"[1,2", "not JSON"},
        {"{\"services\":[\n{\"id\":\"a\"}\n{}]}", "at line 3, column 1"},
        {"\xff\xfen", "UTF-16"},
        {"{}", "neither a service"},
        {"{\"services\":{}}", "neither a service"},
        {"[]", "holds no service"},
        {"{\"data\":[]}", "holds no service"},
        {"{\"@graph\":[]}", "holds no service"},
        {"one\ttwo\n", "called \"name\""},
        {"name\tfee\n", "holds no service"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct catalogue_file file;
        struct err_info info = {0};
        CHECK_INT(catalogue_read(cases[i].text, strlen(cases[i].text), &nowhere, &file, &info), ERR_INVALID);
        if (!CHECK(strstr(info.text, cases[i].says) != NULL))
            CHECK_TEXT(info.text, cases[i].says);
    }
}

TEST(services_are_found_however_their_file_is_written)
{
    static const char *const files[][2] = {
        {"{\"services\":[", "]}"},
        {" \t{ \"agencies\" : [ ] , \"services\" \r\n: [ ", " ] , \"x\":\"]}\" } \n"},
        {"\xef\xbb\xbf{\"x\":{\"services\":[1]},\"y\":\"\\\\\\\"[\",\"services\":[", "\n]}"},
        {"[", "]"},
        {"\n[\f", "]"}, /* what only cJSON takes for a blank */
        {"{\"serv\\u0069ces\":[", "]}"}};
    static const char *const between[] = {",", " ,\n ", "\r\n,\r\n"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t k = 0; k < sizeof between / sizeof *between; k++) {
            char *list = xasprintf(
                     "{\"id\":\"a\",\"name\":\"]}\\\"[,{\"}%s{\"name\":\"\\\\\",\"id\":\"b\"}%s[]%s\"{\"",
                     between[k], between[k], between[k]),
                 *text = xasprintf("%s%s%s", files[i][0], list, files[i][1]);
            struct catalogue_file file;
            struct err_info info = {0};
            REQUIRE(catalogue_open(text, strlen(text), &nowhere, &file, &info) == ERR_OK);
            CHECK_INT(file.entries[0].text != NULL, i < 4); /* those are found without being read */
            catalogue_file_free(&file);
            file = read_text(text, &nowhere);
            CHECK_INT(file.count, 4);
            CHECK_TEXT(part(file.entries[0].service, "/name"), "\"]}\\\"[,{\"");
            CHECK_TEXT(part(file.entries[1].service, "/id"), "\"b\"");
            CHECK(strstr(file.entries[2].where, "/2") && strstr(file.entries[2].reason, "no JSON object"));
            CHECK(file.entries[3].reason != NULL);
            catalogue_file_free(&file);
            free(list), free(text);
        }
}

/* JSON may say them, and no reader keeps them. */
TEST(what_would_be_lost_of_a_service_is_told)
{
    static const struct {
        const char *service, *says;
    } cases[] = {
        {"{\"id\":\"a\",\"id\":\"b\"}", "/: It has \"id\" twice"},
        {"{\"id\":\"a\",\"x\":[{},{\"y/z\":{\"d\":1,\"e\":2,\"d\":1}}]}", "/x/1/y~1z: It has \"d\" twice"},
        {"{\"id\":\"a\",\"x\":[12345678901234567890]}", "/x/0: No number of so many digits"},
        {"{\"id\":\"a\",\"x\":9007199254740993}", "/x: No number"},
        {"{\"id\":\"a\",\"x\":1e999}", "/x: No number"},
        {"{\"id\":\"a\",\"x\":\"b\\u0000c\"}", "\\u0000"},
        {"{\"id\":\"a\",\"x\":\"\\\\\\u0000\"}", "\\u0000"},
        {"{\"id\":\"a\",\"x\":\"\\\\u0000\",\"y\":1e300,\"z\":-123456789012345,\"Z\":0.1}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = xasprintf("[{\"id\":\"z\"},%s]", cases[i].service);
        struct catalogue_file file = read_text(text, &nowhere);
        const char *reason = file.entries[1].reason;
        CHECK(file.count == 2 && !reason == !cases[i].says && !reason != !file.entries[1].service);
        if (cases[i].says && !CHECK(reason && strstr(reason, cases[i].says)))
            CHECK_TEXT(reason, cases[i].says);
        catalogue_file_free(&file);
        free(text);
    }
}

/* The list that the packs were made from, where it is at hand. */
TEST(the_published_list_is_read_whole)
{
    char *text = test_read_file("../shared/data/services.tsv");
    if (!text)
        test_skip("the list is not at hand");
    size_t lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    struct catalogue_file file = read_text(text, &nowhere);
    CHECK_INT(file.count, lines - 1);
    for (size_t i = 0; i < file.count; i++) {
        const struct json *service = service_at(&file, i);
        struct form_findings found = {0};
        catalogue_check(service, &found);
        CHECK_INT(found.broken, 0);
        form_findings_free(&found);
    }
    catalogue_file_free(&file);
    free(text);
}

/* --- what an import would change --- */

#define FORM(version, title)      \
    "'form':{'version':" #version \
    ",'schema':{'type':'object','properties':{'f':{'type':'string','title':'" title "'}}}}"
static const char stock_text[] =
    "{'hall':{'pack':'az','languages':['az','en']},'agencies':[{'id':'t.a','name':{'en':'Office'}}],"
    "'queues':[{'id':'p'},{'id':'q'}],'rows':["
    "{'id':'t.a.kept','agency':'t.a','name':{'en':'Kept','az':'Qalan'},'queue':'p','row_rev':7,'form_version'"
    ":0},"
    "{'id':'t.a.form','agency':'t.a','name':{'en':'Form'},'queue':'q','row_rev':8,'form_version':2," FORM(
        2, "F") "},"
                "{'id':'t.a.other','agency':'t.a','name':{'en':'Other'},'queue':'','row_rev':9,'form_version'"
                ":0}]}";

/* The hall's rows as it hands them out. */
static struct json *stock_of(const char *text)
{
    struct json *stock = quoted_json(text), *rows = json_new_array();
    for (const struct json *row = json_first(json_get(stock, "rows")); row; row = json_next(row)) {
        char *printed = json_print(row);
        struct json *one = json_new_object();
        json_set(one, "id", json_copy(json_get(row, "id")));
        json_set(one, "row_rev", json_copy(json_get(row, "row_rev")));
        json_set(one, "agency", json_copy(json_get(row, "agency")));
        json_set(one, "queue", json_copy(json_get(row, "queue")));
        json_set_text(one, "row", printed);
        json_add(rows, one);
        free(printed);
    }
    json_set(stock, "rows", rows);
    return stock;
}

static struct plan plan_of(const char *text, const char *agency)
{
    struct json *stock = stock_of(stock_text);
    struct err_info info = {0};
    struct plan plan;
    char *own = quoted(text);
    struct catalogue_home home = {
        .agencies = json_get(stock, "agencies"), .language = "en", .agency = agency};
    struct catalogue_file file;
    REQUIRE(catalogue_open(own, strlen(own), &home, &file, &info) == ERR_OK);
    CHECK_INT(plan_make(&file, stock, agency, NULL, &plan, &info), ERR_OK);
    catalogue_file_free(&file);
    json_free(&stock);
    free(own);
    return plan;
}

/* What is to be written, as JSON. The caller frees. */
static struct json *row_of(const struct plan_line *line)
{
    struct json *row = NULL;
    REQUIRE(line->text && json_parse(line->text, strlen(line->text), &row, NULL) == ERR_OK);
    return row;
}

static void check_row(const struct plan_line *line, const char *pointer, const char *want)
{
    struct json *row = row_of(line);
    CHECK_TEXT(part(row, pointer), want);
    json_free(&row);
}

static const struct plan_line *line_of(const struct plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->lines[i].id, id) == 0)
            return &plan->lines[i];
    CHECK_TEXT("there is no line of it", id);
    test_abandon();
}

static void check_refused(const struct plan *plan, size_t i, const char *says)
{
    const char *reason = i < plan->count && plan->lines[i].reason ? plan->lines[i].reason : "(it is good)";
    if (!CHECK(strstr(reason, says) != NULL))
        CHECK_TEXT(reason, says);
}

TEST(plan_tells_new_changed_unchanged_and_gone)
{
    struct plan plan = plan_of(
        "{'services':[{'id':'t.a.kept','agency':'t.a','name':{'az':'Qalan','en':'Kept'}},"
        "{'id':'t.a.new','agency':'t.a','name':'New','queue':'p'},"
        "{'id':'t.a.form','agency':'t.a','name':{'en':'Form'},'time':{'standard':'P3D'}," FORM(3, "G") "}]}",
        NULL);
    const struct plan_line *form = line_of(&plan, "t.a.form"), *fresh = line_of(&plan, "t.a.new");
    CHECK_INT(line_of(&plan, "t.a.kept")->what, PLAN_SAME);
    CHECK_INT(fresh->what, PLAN_NEW);
    CHECK_INT(fresh->base, 0);
    CHECK_TEXT(fresh->queue, "p");
    check_row(fresh, "/queue", "\"p\"");
    CHECK_INT(form->what, PLAN_CHANGED);
    CHECK_INT(form->base, 8);
    CHECK_TEXT(part(form->members, ""), "[\"time\",\"form\"]");
    CHECK_INT(form->form_from, 2);
    CHECK_INT(form->form_to, 3);
    CHECK_TEXT(form->queue, "q"); /* the file names none: it stays in its own */
    CHECK_INT(line_of(&plan, "t.a.other")->what, PLAN_GONE);
    plan_free(&plan);
}

/* What the hall has in these very bytes is not read; it is there all the same, and stands in the file once. */
TEST(plan_knows_what_the_hall_was_told_before)
{
    static const char stored[] =
        "{'hall':{},'agencies':[{'id':'t.a','name':'Office'}],'queues':[{'id':'q'}],'rows':["
        "{'id':'t.a.told','agency':'t.a','name':'Told','queue':'q','form_version':0,'row_rev':7},"
        "{'id':'t.a.none','agency':'t.a','name':'None','queue':'','form_version':0,'row_rev':8}]}";
    static const char *const told[] = {
        "{\"id\":\"t.a.told\",\"agency\":\"t.a\",\"name\":\"Told\",\"queue\":\"q\"}",
        "{\"id\":\"t.a.told\",\"agency\":\"t.a\",\"name\":\"Told\"}", /* it keeps its queue */
        "{\"id\":\"t.a.none\",\"agency\":\"t.a\",\"name\":\"None\"}"};
    static const char *const others[] = {
        "{\"id\":\"t.a.told\",\"agency\":\"t.a\",\"name\":\"Tole\",\"queue\":\"q\"}",
        "{\"id\":\"t.a.told\",\"agency\":\"t.a\",\"name\":\"Told\",\"queue\":\"q\",\"x\":1}"};
    struct json *stock = stock_of(stored);
    for (size_t i = 0; i < 5; i++) {
        const char *one = i < 3 ? told[i] : others[i - 3];
        char *text = xasprintf("[%s,%s]", one, one);
        struct catalogue_file file;
        struct err_info info = {0};
        struct plan plan;
        REQUIRE(catalogue_open(text, strlen(text), &nowhere, &file, &info) == ERR_OK);
        REQUIRE(plan_make(&file, stock, NULL, NULL, &plan, &info) == ERR_OK);
        CHECK_INT(plan.lines[0].what, i < 3 ? PLAN_SAME : PLAN_CHANGED);
        CHECK_INT(plan.lines[0].base, i == 2 ? 8 : 7);
        CHECK_INT(file.entries[0].text != NULL, i < 3); /* it was not even read */
        check_refused(&plan, 1, "stands in this file already, at /0");
        CHECK_INT(plan.of[PLAN_BAD], 1);
        CHECK_INT(plan.of[PLAN_SAME] + plan.of[PLAN_CHANGED], 1);
        plan_free(&plan);
        catalogue_file_free(&file);
        free(text);
    }
    json_free(&stock);
}

TEST(plan_of_what_is_no_json_after_all_says_where)
{
    static const char text[] =
        "[{\"id\":\"t.a.x\",\"agency\":\"t.a\",\"name\":\"X\"},\n{\"id\":\"t.a.y\",,}]";
    struct json *stock = stock_of(stock_text);
    struct catalogue_file file;
    struct err_info info = {0};
    struct plan plan;
    REQUIRE(catalogue_open(text, strlen(text), &nowhere, &file, &info) == ERR_OK);
    CHECK_INT(plan_make(&file, stock, NULL, NULL, &plan, &info), ERR_INVALID);
    CHECK(strstr(info.text, "at line 2, column 15") != NULL);
    plan_free(&plan);
    catalogue_file_free(&file);
    json_free(&stock);
}

TEST(plan_of_some_services_calls_no_other_gone)
{
    static const char *const some[] = {"{'id':'t.a.new','agency':'t.a','name':'New'}",
                                       "[{'id':'t.a.new','agency':'t.a','name':'New'}]"};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        struct plan plan = plan_of(some[i], NULL);
        CHECK_INT(plan.count, 1);
        plan_free(&plan);
    }
}

TEST(plan_keeps_a_published_form)
{
    static const struct {
        const char *form, *says;
    } cases[] = {{FORM(2, "Another"), "published as version 2"}, {FORM(1, "F"), "version 1 is older"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = xasprintf("{'id':'t.a.form','agency':'t.a','name':{'en':'Form'},%s}", cases[i].form);
        struct plan plan = plan_of(text, NULL);
        CHECK_INT(plan.of[PLAN_BAD], 1);
        check_refused(&plan, 0, cases[i].says);
        plan_free(&plan);
        free(text);
    }
}

TEST(plan_refuses_what_cannot_be_a_service_of_the_hall)
{
    static const struct {
        const char *service, *says;
    } cases[] = {
        {"{'id':'t.a.x','agency':'nobody','name':'X'}", "no agency \"nobody\""},
        {"{'id':'two words','agency':'t.a','name':'X'}", "one word"},
        {"{'id':'t.a.x@2','agency':'t.a','name':'X'}", "without @"},
        {"{'id':'t.a.x','agency':'t.a','name':{}}", "/name"},
        {"{'id':'t.a.x','agency':'t.a','name':'X','fees':[{'tier':'a','duty':'5','currency':'AZN'}]}",
         "/fees/0/duty"},
        {"{'id':'t.a.x','agency':'t.a','name':'X','form':{'version':0,'schema':{'type':'object'}}}",
         "/form/version"},
        {"{'id':'t.a.x','agency':'t.a','name':'X','form':{'version':1,'schema':{'type':'thing'}}}",
         "/form/schema/type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = xasprintf("[%s]", cases[i].service);
        struct plan plan = plan_of(text, NULL);
        CHECK_INT(plan.of[PLAN_BAD], 1);
        CHECK_INT(plan.of[PLAN_NEW], 0);
        CHECK_TEXT(plan.lines[0].where, "/0");
        check_refused(&plan, 0, cases[i].says);
        plan_free(&plan);
        free(text);
    }
}

TEST(plan_of_a_queue_that_is_not_here_says_so)
{
    struct plan plan =
        plan_of("[{'id':'t.a.kept','agency':'t.a','name':{'en':'Kept','az':'Qalan'},'queue':'z'},"
                "{'id':'t.a.new','agency':'t.a','name':'N','queue':'z'}]",
                NULL);
    CHECK_INT(line_of(&plan, "t.a.kept")->what, PLAN_SAME); /* it stays in its own */
    CHECK_TEXT(line_of(&plan, "t.a.new")->queue, "");
    CHECK_INT(json_count(plan.notes), 2);
    plan_free(&plan);
}

/* A foreign list knows a name and a fee; the form, and the other languages, are the hall's own. */
TEST(plan_of_a_foreign_list_leaves_what_it_does_not_tell)
{
    struct plan plan =
        plan_of("{'data':[{'id':'t.a.form','name':'Formular','fees':'frei','meta':{'locale':'de'},"
                "'authorities':[{'id':'9','name':'Office'}]}]}",
                NULL);
    const struct plan_line *line = line_of(&plan, "t.a.form");
    CHECK_INT(line->what, PLAN_CHANGED);
    CHECK_TEXT(part(line->members, ""), "[\"name\",\"x-fee\"]");
    check_row(line, "/name", "{\"en\":\"Form\",\"de\":\"Formular\"}");
    check_row(line, "/form/version", "2");
    CHECK_TEXT(line->agency, "t.a");
    CHECK_INT(json_count(plan.agencies), 0);
    plan_free(&plan);
}

TEST(plan_brings_the_agencies_that_are_needed)
{
    struct plan plan =
        plan_of("{'agencies':[{'id':'t.a','name':'Not mine'},{'id':'n','name':'N','row_rev':4}],"
                "'services':[{'id':'n.x','agency':'n','name':'X'}]}",
                NULL);
    CHECK_INT(plan.of[PLAN_NEW], 1);
    CHECK_TEXT(part(plan.agencies, ""),
               "[{\"id\":\"n\",\"name\":\"N\"}]"); /* one that is here stays as it is */
    plan_free(&plan);
}

TEST(plan_refuses_an_agency_that_cannot_be_one)
{
    struct plan plan = plan_of("{'agencies':[{'id':'n@1','name':'N'}],"
                               "'services':[{'id':'n.x','agency':'n@1','name':'X'}]}",
                               NULL);
    CHECK_INT(plan.of[PLAN_BAD], 2);
    check_refused(&plan, 0, "n@1");
    CHECK_INT(json_count(plan.agencies), 0);
    plan_free(&plan);
}

/* --- into a hall --- */

struct here {
    struct db *db;
    struct hall_state state;
};

static enum err put_first(struct tx *tx, void *ctx)
{
    struct json *agency = quoted_json("{'name':{'en':'Office'}}"),
                *hall = quoted_json("{'pack':'az','languages':['en']}");
    (void)ctx;
    enum err err = tx_put(tx, TABLE_AGENCY, "t.a", agency);
    if (err == ERR_OK)
        err = tx_put(tx, TABLE_HALL, "H", hall);
    json_free(&agency);
    json_free(&hall);
    return err;
}

static struct server_env env_of(struct here *here)
{
    REQUIRE(store_state(here->db, &here->state) == ERR_OK);
    return (struct server_env){.db = here->db, .epoch = here->state.epoch, .now_ms = 1790000000000};
}

static void open_here(struct here *here)
{
    struct err_info info = {0};
    char *folder = xasprintf("%s/here", test_folder());
    REQUIRE(store_open(&here->db, folder, true, &info) == ERR_OK);
    free(folder);
    struct server_env env = env_of(here);
    REQUIRE(db_begin(here->db) == ERR_OK && server_change(&env, "test", NULL, put_first, NULL) == ERR_OK &&
            db_commit(here->db) == ERR_OK);
}

/* The request as door.c carries it out: done whole, or undone. */
static enum err ask(struct here *here, struct json *request, struct json **answer, struct err_info *info)
{
    struct server_env env = env_of(here);
    REQUIRE(db_begin(here->db) == ERR_OK);
    enum err err = admin_apply(&env, request, answer, info);
    if (err == ERR_OK)
        REQUIRE(db_commit(here->db) == ERR_OK);
    else
        db_rollback(here->db);
    json_free(&request);
    return err;
}

static struct json *stock(struct here *here)
{
    struct json *answer = NULL;
    struct err_info info = {0};
    REQUIRE(ask(here, quoted_json("{'do':'catalogue.list'}"), &answer, &info) == ERR_OK);
    return answer;
}

static size_t count_services(struct here *here)
{
    struct json *all = stock(here);
    size_t count = json_count(json_get(all, "rows"));
    json_free(&all);
    return count;
}

static enum err import_lines(struct here *here, const char *services, struct err_info *info)
{
    struct json *answer = NULL;
    char *text = xasprintf("{'do':'catalogue.import','agencies':[],'services':[%s]}", services);
    enum err err = ask(here, quoted_json(text), &answer, info);
    json_free(&answer);
    free(text);
    return err;
}

static enum err stage_lines(struct here *here, const char *services, struct err_info *info)
{
    struct json *answer = NULL;
    char *text = xasprintf("{'do':'catalogue.stage','import':'i','at':0,'services':[%s]}", services);
    enum err err = ask(here, quoted_json(text), &answer, info);
    json_free(&answer);
    free(text);
    return err;
}

#define LINE(base, service) "{'base':" #base ",'row':" service "}"
#define GOOD                LINE(0, "{'id':'t.a.good','agency':'t.a','name':'Good'}")

TEST(import_is_whole_or_nothing)
{
    static const struct {
        const char *line;
        enum err err;
    } bad[] = {
        {LINE(0, "{'id':'t.a.bad','agency':'nobody','name':'Bad'}"), ERR_ABSENT},
        {LINE(0, "{'id':'t.a.bad','agency':'t.a','name':'Bad','queue':'z'}"), ERR_ABSENT},
        {LINE(0, "{'id':'t.a.bad','agency':'t.a','name':{}}"), ERR_INVALID},
        {LINE(0, "{'id':'no word','agency':'t.a','name':'Bad'}"), ERR_INVALID},
        {LINE(4, "{'id':'t.a.bad','agency':'t.a','name':'Bad'}"), ERR_CONFLICT}, /* it was there, they say */
        {GOOD, ERR_CONFLICT},                                                    /* it came a moment ago */
        {"7", ERR_INVALID},
    };
    struct here here;
    open_here(&here);
    for (size_t i = 0; i < 2 * (sizeof bad / sizeof *bad); i++) { /* at once, and in parts */
        struct err_info info = {0};
        char *lines = xasprintf("%s,%s", GOOD, bad[i / 2].line);
        CHECK_INT(i % 2 ? stage_lines(&here, lines, &info) : import_lines(&here, lines, &info),
                  bad[i / 2].err);
        CHECK(info.text[0] != '\0');
        CHECK_INT(count_services(&here), 0);
        free(lines);
    }
    struct err_info info = {0};
    CHECK_INT(import_lines(&here, GOOD, &info), ERR_OK);
    CHECK_INT(count_services(&here), 1);
    db_close(&here.db);
}

/* --- in parts, at a hall at work --- */

#define PART(import, at, agencies, services)                                           \
    "{'do':'catalogue.stage','import':'" import "','at':" #at ",'agencies':[" agencies \
    "],'services':[" services "]}"
#define DECIDE(import, count) "{'do':'catalogue.decide','import':'" import "','count':" #count "}"
#define NEW_OFFICE            "{'id':'t.b','name':{'en':'New office'}}"

static enum err tell(struct here *here, const char *request, struct err_info *info)
{
    struct json *answer = NULL;
    info->text[0] = '\0';
    enum err err = ask(here, quoted_json(request), &answer, info);
    json_free(&answer);
    return err;
}

/* One turn's part of what was decided or dropped; false: there is nothing left. */
static bool go_on(struct here *here)
{
    struct server_env env = env_of(here);
    bool more = false;
    REQUIRE(db_begin(here->db) == ERR_OK);
    CHECK_INT(staging_slice(&env, &more), ERR_OK);
    REQUIRE(db_commit(here->db) == ERR_OK);
    return more;
}

static int64_t count_of(struct here *here, const char *sql)
{
    struct stmt *s = db_query(here->db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

static int64_t lines_left(struct here *here)
{
    static const char sql[] = "SELECT (SELECT count(*) FROM import) + (SELECT count(*) FROM import_line)";
    return count_of(here, sql);
}

TEST(import_in_parts_comes_in_when_it_is_decided)
{
    struct here here;
    struct err_info info;
    struct json *row = NULL;
    open_here(&here);
    CHECK_INT(tell(&here, PART("one", 0, NEW_OFFICE, GOOD), &info), ERR_OK);
    CHECK_INT(tell(&here, PART("one", 2, "", LINE(0, "{'id':'t.b.x','agency':'t.b','name':'X'}")), &info),
              ERR_OK);
    CHECK(!go_on(&here)); /* nothing was decided */
    CHECK_INT(count_services(&here), 0);
    CHECK_INT(tell(&here, DECIDE("one", 3), &info), ERR_OK);
    CHECK_INT(count_services(&here), 0);
    while (go_on(&here))
        ;
    CHECK_INT(count_services(&here), 2);
    REQUIRE(row_get(here.db, TABLE_SERVICE, "t.b.x", &row) == ERR_OK);
    CHECK_TEXT(part(row, "/form_version"), "0");
    CHECK_INT(json_int(row, "row_rev", 0), count_of(&here, "SELECT rev FROM hall_state"));
    json_free(&row);
    REQUIRE(row_get(here.db, TABLE_AGENCY, "t.b", &row) == ERR_OK);
    json_free(&row);
    CHECK_INT(lines_left(&here), 0);
    db_close(&here.db);
}

TEST(import_in_parts_that_nobody_decides_leaves_nothing)
{
    struct here here;
    struct err_info info;
    open_here(&here);
    CHECK_INT(tell(&here, PART("one", 0, "", GOOD), &info), ERR_OK);
    REQUIRE(db_begin(here.db) == ERR_OK && staging_forget(here.db) == ERR_OK && db_commit(here.db) == ERR_OK);
    CHECK_INT(tell(&here, DECIDE("one", 1), &info), ERR_CONFLICT); /* the hall was started anew meanwhile */
    CHECK(strstr(info.text, "Nothing was changed") != NULL);
    while (go_on(&here))
        ;
    CHECK_INT(count_services(&here), 0);
    CHECK_INT(lines_left(&here), 0);
    CHECK_INT(tell(&here, PART("two", 0, "", GOOD), &info), ERR_OK);
    CHECK_INT(tell(&here, "{'do':'catalogue.drop','import':'two'}", &info), ERR_OK);
    CHECK_INT(tell(&here, DECIDE("two", 1), &info), ERR_CONFLICT);
    while (go_on(&here))
        ;
    CHECK_INT(lines_left(&here), 0);
    db_close(&here.db);
}

TEST(import_in_parts_is_whole_or_not_decided)
{
    struct here here;
    struct err_info info;
    open_here(&here);
    CHECK_INT(tell(&here, PART("one", 0, "", GOOD), &info), ERR_OK);
    CHECK_INT(tell(&here, DECIDE("one", 2), &info), ERR_CONFLICT); /* a part is missing */
    CHECK_INT(tell(&here, PART("one", 2, "", LINE(0, "{'id':'t.a.x','agency':'t.a','name':'X'}")), &info),
              ERR_CONFLICT);
    CHECK_INT(tell(&here, PART("one", 1, "", GOOD), &info), ERR_CONFLICT); /* the same service once more */
    CHECK_INT(tell(&here, PART("two", 0, "", GOOD), &info), ERR_OK);       /* somebody else begins */
    CHECK_INT(tell(&here, PART("one", 1, "", LINE(0, "{'id':'t.a.x','agency':'t.a','name':'X'}")), &info),
              ERR_CONFLICT);
    CHECK_INT(tell(&here, DECIDE("one", 1), &info), ERR_CONFLICT);
    CHECK_INT(tell(&here, DECIDE("two", 1), &info), ERR_OK);
    while (go_on(&here))
        ;
    CHECK_INT(count_services(&here), 1);
    CHECK_INT(lines_left(&here), 0);
    CHECK_INT(tell(&here, PART("three", 0, "", GOOD), &info), ERR_CONFLICT); /* it came meanwhile */
    db_close(&here.db);
}

/* A hall that was killed before all of it was in: whoever opens it next finds it whole. */
TEST(import_that_was_decided_is_whole_for_whoever_opens_the_hall)
{
    enum { COUNT = 100 };
    struct here here;
    struct err_info info = {0};
    struct work work;
    struct buf request = {0};
    open_here(&here);
    const char *file = db_path(here.db);
    char *folder = xstrndup(file, (size_t)(strrchr(file, '/') - file));
    buf_adds(&request, "{'do':'catalogue.stage','import':'one','at':0,'services':[");
    for (int i = 0; i < COUNT; i++)
        buf_addf(&request, "%s{'base':0,'row':{'id':'t.a.%d','agency':'t.a','name':'X'}}", i ? "," : "", i);
    buf_adds(&request, "]}");
    CHECK_INT(tell(&here, buf_text(&request), &info), ERR_OK);
    CHECK_INT(tell(&here, DECIDE("one", 100), &info), ERR_OK);
    CHECK(go_on(&here));
    size_t some = count_services(&here);
    CHECK(some > 0 && some < COUNT);
    db_close(&here.db);
    if (!CHECK_INT(work_open(&work, folder, &info), ERR_OK))
        CHECK_TEXT(info.text, "");
    here.db = work.db;
    CHECK_INT(count_of(&here, "SELECT count(*) FROM services"), COUNT);
    CHECK_INT(lines_left(&here), 0);
    CHECK_INT(work_close(&work, ERR_OK, &info), ERR_OK);
    buf_free(&request);
    free(folder);
}

/* Workstations hear of it in answers that they take in between two keys. */
static void check_feed(struct here *here, size_t bytes_max)
{
    static const struct actor everybody = {.roles = ~0u};
    struct reads *reads = reads_new(here->db);
    struct buf answer = {0};
    REQUIRE(store_state(here->db, &here->state) == ERR_OK);
    for (int64_t at = 0, to; at < here->state.rev; at = to) {
        buf_clear(&answer);
        REQUIRE(reads_feed(reads, &everybody, &here->state, at, 0, &answer, &to) == ERR_OK && to > at);
        CHECK(answer.length <= 128 * 1024 + bytes_max);
    }
    buf_free(&answer);
    reads_free(&reads);
}

/* Nobody's call waits for more than that of a turn. */
TEST(import_that_was_decided_comes_in_by_slices)
{
    enum { COUNT = 100, LARGE = 100 * 1024 };
    struct here here;
    struct err_info info;
    struct buf request = {0}, words = {0};
    open_here(&here);
    while (words.length < LARGE)
        buf_adds(&words, "many words ");
    for (int large = 0; large < 2; large++) {
        buf_clear(&request);
        buf_adds(&request, "{'do':'catalogue.stage','import':'one','at':0,'services':[");
        for (int i = 0; i < COUNT; i++)
            buf_addf(&request,
                     "%s{'base':0,'row':{'id':'t.a.%d.%d','agency':'t.a','name':'X','x-note':'%s'}}",
                     i ? "," : "", large, i, large ? buf_text(&words) : "");
        buf_adds(&request, "]}");
        CHECK_INT(tell(&here, buf_text(&request), &info), ERR_OK);
        CHECK_INT(tell(&here, DECIDE("one", 100), &info), ERR_OK);
        int64_t before = count_of(&here, "SELECT rev FROM hall_state");
        while (go_on(&here)) {
            int64_t after = count_of(&here, "SELECT rev FROM hall_state");
            CHECK(after - before <= (large ? 4 : 40));
            before = after;
        }
        CHECK_INT(count_services(&here), COUNT * (large + 1));
    }
    check_feed(&here, 3 * LARGE);
    buf_free(&request);
    buf_free(&words);
    db_close(&here.db);
}

TEST(import_of_a_newer_form_keeps_the_one_before)
{
    struct here here;
    struct err_info info = {0};
    struct json *old = NULL;
    open_here(&here);
    CHECK_INT(
        import_lines(&here, LINE(0, "{'id':'t.a.f','agency':'t.a','name':'F'," FORM(1, "A") "}"), &info),
        ERR_OK);
    struct json *all = stock(&here);
    char *second = xasprintf("{'base':%s,'row':{'id':'t.a.f','agency':'t.a','name':'F'," FORM(2, "B") "}}",
                             part(all, "/rows/0/row_rev"));
    json_free(&all);
    CHECK_INT(import_lines(&here, second, &info), ERR_OK);
    CHECK_INT(count_services(&here), 1);
    REQUIRE(row_get(here.db, TABLE_SERVICE, "t.a.f@1", &old) == ERR_OK);
    CHECK_TEXT(part(old, "/form/schema/properties/f/title"), "\"A\"");
    json_free(&old);
    free(second);
    db_close(&here.db);
}

/* --- damage --- */

/* However a file is damaged: it is refused, or each of its parts is a service or a reason, and a hall takes what was
 * planned as a whole. */
static void take_damaged(struct here *here, const struct json *of, const char *bytes, size_t length)
{
    struct catalogue_home home = {.agencies = json_get(of, "agencies"), .language = "en", .agency = "t.a"};
    struct catalogue_file file;
    struct plan plan;
    struct err_info info = {0};
    if (catalogue_read(bytes, length, &home, &file, &info) != ERR_OK) {
        CHECK(info.text[0] != '\0');
        return;
    }
    for (size_t i = 0; i < file.count; i++)
        CHECK(file.entries[i].where && !file.entries[i].service != !file.entries[i].reason);
    CHECK_INT(plan_make(&file, of, "t.a", NULL, &plan, &info), ERR_OK);
    CHECK_INT(plan.count, plan.of[PLAN_NEW] + plan.of[PLAN_CHANGED] + plan.of[PLAN_SAME] + plan.of[PLAN_BAD] +
                              plan.of[PLAN_GONE]);
    CHECK(plan.count - plan.of[PLAN_GONE] >= file.count); /* nothing is passed over in silence */
    struct json *request = quoted_json("{'do':'catalogue.import'}"), *services = json_new_array(),
                *answer = NULL;
    json_set(request, "agencies", json_copy(plan.agencies));
    for (size_t i = 0; i < plan.count; i++) {
        if (!plan.lines[i].text)
            continue;
        struct json *line = quoted_json("{'base':0}");
        json_set_text(line, "row", plan.lines[i].text);
        json_add(services, line);
    }
    json_set(request, "services", services);
    struct server_env env = env_of(here);
    REQUIRE(db_begin(here->db) == ERR_OK);
    if (!CHECK_INT(admin_apply(&env, request, &answer, &info), ERR_OK)) /* what is planned as good is good */
        fprintf(stderr, "%s\n%.*s\n", info.text, (int)length, bytes);
    db_rollback(here->db);
    json_free(&answer);
    json_free(&request);
    plan_free(&plan);
    catalogue_file_free(&file);
}

/* One byte becomes another, goes, or comes; or a whole line goes. */
static char *damaged(struct rng *rng, const char *text, size_t *length)
{
    static const char marks[] = "\"{}[],:\\\t\n<>&;@0\xff";
    char *own = xmalloc(strlen(text) + 2);
    size_t at = (size_t)rng_below(rng, (uint32_t)strlen(text)), all = strlen(text);
    char mark = marks[rng_below(rng, sizeof marks)]; /* its NUL too */
    memcpy(own, text, all + 1);
    switch (rng_below(rng, 5)) {
    case 0:
        own[at] = mark;
        break;
    case 1:
        own[at] ^= (char)(1 << rng_below(rng, 8));
        break;
    case 2:
        memmove(own + at, own + at + 1, all - at);
        all--;
        break;
    case 3:
        memmove(own + at + 1, own + at, all - at + 1);
        own[at] = mark;
        all++;
        break;
    default:
        all = at; /* the file is cut */
        own[all] = '\0';
    }
    *length = all;
    return own;
}

TEST(a_damaged_file_is_refused_or_read_and_never_half)
{
    enum { TRIES = 600 };
    struct rng rng;
    struct here here;
    open_here(&here);
    struct json *of = stock(&here), *agencies = quoted_json("[{'id':'t.a','name':{'en':'Office'}}]"),
                *services = json_new_array();
    rng_seed(&rng, 20261130);
    for (size_t i = 0; i < sizeof odd_services / sizeof *odd_services; i += 3)
        json_add(services, quoted_json(odd_services[i]));
    json_add(services, quoted_json("{'id':'t.a.f','agency':'t.a','name':{'en':'F'}," FORM(1, "A") "}"));
    struct shelf shelf = {agencies, services};
    char *samples[] = {quoted(berlin), as_json(&shelf), as_linked(&shelf, &nowhere),
                       xstrdup(TITLES
                               "AZ\tA (B)\tDoğum\tBirth\t5\tAZN\tup to 2 days\tpassport;photo\thttp://x\n"
                               "AZ\tA\tÖlüm\tDeath\t0\tAZN\t10 working days\t\t\n")};
    for (size_t s = 0; s < sizeof samples / sizeof *samples; s++) {
        for (int i = 0; i < TRIES; i++) {
            size_t length;
            char *bytes = damaged(&rng, samples[s], &length);
            take_damaged(&here, of, bytes, length);
            free(bytes);
        }
        free(samples[s]);
    }
    shelf_free(&shelf);
    json_free(&of);
    db_close(&here.db);
}
