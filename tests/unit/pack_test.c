/* tests/unit/pack_test.c: a country pack read from its folder; and the packs of this checkout, which must be well. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalogue/pack.h"
#include "tests/support/test.h"

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

#define ABOUT(more)                                                                                          \
    "{'id':'t','name':'T','languages':['en'],'currency':'AZN','timezone':'Asia/"                             \
    "Baku','weekend':['sat','sun'],"                                                                         \
    "'holidays':['2026-05-01','2026-01-01'],'agencies':[{'id':'t.a','name':'A'}],"                           \
    "'queues':[{'id':'p','code':'P','name':'Q','agency':'t.a','rule':{'kind':'fifo'},'services':['t.a.one'," \
    "'t.a.two']}]" more "}"
#define SERVICE(id, more) "{'id':'" id "','agency':'t.a','name':'S'" more "}"
#define FORM \
    ",'form':{'version':1,'schema':{'type':'object','properties':{'f':{'$ref':'common.json#/$defs/fin'}}}}"

static const char *new_pack(const char *about, const char *one, const char *two)
{
    const char *folder = test_folder();
    char *services = xasprintf("%s/services", folder);
    CHECK(mkdir(services, 0700) == 0);
    free(services);
    write_file(folder, "pack.json", about);
    write_file(folder, "common.json",
               "{'$defs':{'fin':{'type':'string','format':'fin','title':'FIN'},'spare':{}}}");
    write_file(folder, "services/t.a.one.json", one);
    write_file(folder, "services/t.a.two.json", two);
    write_file(folder, "services/notes.txt", "no service");
    return folder;
}

struct told {
    struct buf text;
    int broken, warnings;
};

static void note(void *context, const char *line, bool broken)
{
    struct told *told = context;
    buf_addf(&told->text, "%s\n", line);
    told->broken += broken;
    told->warnings += !broken;
}

TEST(pack_is_read)
{
    struct pack pack;
    struct told told = {0};
    struct err_info info = {0};
    const char *folder = new_pack(ABOUT(""), SERVICE("t.a.one", FORM), SERVICE("t.a.two", ""));
    if (!CHECK(pack_load(folder, note, &told, &pack, &info) == ERR_OK)) {
        printf("%s%s\n", buf_text(&told.text), info.text);
        test_abandon();
    }
    CHECK_INT(told.broken, 0);
    CHECK_INT(pack.service_count, 2);
    CHECK_TEXT(pack.files[0], "t.a.one.json");
    CHECK_INT(pack.day_count, 2);
    CHECK(pack.days[0] < pack.days[1]);
    const struct json *one = pack_service(&pack, "t.a.one");
    CHECK(one && pack_service(&pack, "t.a.two") && !pack_service(&pack, "t.a.three"));
    CHECK(json_pointer(one, "/common/$defs/fin") && !json_pointer(one, "/common/$defs/spare")); /* bundled */
    CHECK(!json_get(pack_service(&pack, "t.a.two"), "common")); /* no form: nothing to carry */
    struct form *form = NULL;
    CHECK(form_open(&(struct form_source){.service = one}, &form, &info) == ERR_OK);
    form_free(&form);
    pack_free(&pack);
    CHECK(!pack.about && pack.service_count == 0);
    buf_free(&told.text);
}

static const struct mistake {
    const char *about, *one, *two;
    const char *told; /* a line that must be there, behind the folder */
} mistakes[] = {
    {"{", SERVICE("t.a.one", ""), SERVICE("t.a.two", ""), "/pack.json:: "},
    {ABOUT(""), "{", SERVICE("t.a.two", ""), "/services/t.a.one.json:: "},
    {ABOUT(""), "[]", SERVICE("t.a.two", ""),
     "/services/t.a.one.json:: This file must hold one JSON object."},
    {ABOUT(""), SERVICE("t.a.uno", ""), SERVICE("t.a.two", ""),
     "/services/t.a.one.json:/id: The file of this service"},
    {ABOUT(""), SERVICE("t.a.uno", ""), SERVICE("t.a.two", ""),
     "/pack.json:/queues/0/services: There is no file services/t.a.one.json"},
    {ABOUT(",'priorities':[{'code':'x','name':'X'}]"), SERVICE("t.a.one", ""), SERVICE("t.a.two", ""),
     "/pack.json:/priorities/0/class: "},
    {ABOUT(",'breaks':[{'reason':'meal','days':['fri'],'from':'13:00','until':'12:00'}]"),
     SERVICE("t.a.one", ""), SERVICE("t.a.two", ""), "/pack.json:/breaks/0/from: Write from and until as "},
    {ABOUT(",'practice':{'users':[{'login':'a','roles':[]}]}"), SERVICE("t.a.one", ""),
     SERVICE("t.a.two", ""), "/pack.json:/practice/users/0/roles: "},
    {ABOUT(",'practice':{'counters':[{'name':'1','queues':[{'queue':'z'}]}]}"), SERVICE("t.a.one", ""),
     SERVICE("t.a.two", ""), "/pack.json:/practice/counters/0/queues: "},
    {"{'id':'t','languages':['en'],'currency':'AZN','timezone':'x','agencies':[{'id':'t.a','name':'A'}],'"
     "queues':[{"
     "'id':'p','code':'P','name':'Q','agency':'t.a','rule':{'kind':'fifo'},'hours':{'week':{'mon':['16-17']}}"
     ","
     "'services':['t.a.one','t.a.two']}]}",
     SERVICE("t.a.one", ""), SERVICE("t.a.two", ""), "/pack.json:/queues/0/hours/week/mon/0: Write it as "},
    {"{'id':'t','languages':['en'],'currency':'AZN','timezone':'x','holidays':['2026-02-30'],'agencies':["
     "{'id':'t.a','name':'A'}],'queues':[{'id':'p','code':'P','name':'Q','agency':'t.b','rule':{'kind':'lifo'"
     "},"
     "'services':['t.a.one']}]}",
     SERVICE("t.a.one", ""), SERVICE("t.a.two", ""),
     "/pack.json:/queues/0/agency: This agency is not in the pack."},
    {"{'id':'t','languages':['en'],'currency':'AZN','timezone':'x','holidays':['2026-02-30'],'agencies':["
     "{'id':'t.a','name':'A'}],'queues':[{'id':'p','code':'P','name':'Q','agency':'t.b','rule':{'kind':'lifo'"
     "},"
     "'services':['t.a.one']}]}",
     SERVICE("t.a.one", ""), SERVICE("t.a.two", ""),
     "/services/t.a.two.json:/id: 0 queues of pack.json list t.a.two"},
    {ABOUT(""), SERVICE("t.a.one", ",'fees':[{'tier':'a','duty':'5','currency':'AZN'}]"),
     SERVICE("t.a.two", ""), "/services/t.a.one.json:/fees/0/duty: "},
    {ABOUT(""), SERVICE("t.a.one", ",'form':{'version':1,'schema':{'$ref':'common.json#/$defs/no'}}"),
     SERVICE("t.a.two", ""), "/services/t.a.one.json:/form/schema/$ref: "},
};

TEST(pack_tells_each_mistake_with_its_place)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct pack pack;
        struct told told = {0};
        struct err_info info = {0};
        const char *folder = new_pack(mistakes[i].about, mistakes[i].one, mistakes[i].two);
        char *line = xasprintf("%s%s", folder, mistakes[i].told);
        CHECK_INT(pack_load(folder, note, &told, &pack, &info), ERR_INVALID);
        CHECK(told.broken > 0 && !pack.about);
        CHECK(*info.text && strstr(buf_text(&told.text), info.text));
        if (!CHECK(strstr(buf_text(&told.text), line)))
            printf("  wanted: %s\n  told: %s", line, buf_text(&told.text));
        CHECK(pack_load(folder, NULL, NULL, &pack, NULL) == ERR_INVALID);
        buf_free(&told.text);
        free(line);
    }
}

TEST(pack_that_is_not_there)
{
    struct pack pack;
    struct err_info info = {0};
    CHECK(pack_load("/nowhere/at/all", NULL, NULL, &pack, &info) == ERR_ABSENT);
    CHECK(strstr(info.text, "/nowhere/at/all/pack.json"));
    pack_free(&pack);
}

/* The shipped packs: nothing broken, and no text that a language of the pack lacks. */
TEST(pack_of_this_checkout)
{
    static const char *const packs[] = {"core/packs/az", "core/packs/id"};
    struct stat about;
    int read = 0;
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
        struct pack pack;
        struct told told = {0};
        struct err_info info = {0};
        if (stat(packs[i], &about) != 0)
            continue;
        read++;
        CHECK(pack_load(packs[i], note, &told, &pack, &info) == ERR_OK);
        if (!CHECK_INT(told.broken, 0))
            printf("%s", buf_text(&told.text));
        CHECK(pack.service_count >= 25);
        buf_free(&told.text);
        pack_free(&pack);
    }
    if (!read)
        test_skip("there are no packs in this folder");
}
