/* core/demo/known.c: what goes without saying of whoever asks: their own data where the form asks for it, days that lie
 * where such a day lies, names of people where a name is asked, answers that stand in nobody's way. See inside.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/demo/generate_inside.h"
#include "core/demo/inside.h"
#include "core/model/calendar.h"

static const char *one_of(const struct truth_about *about, struct rng *rng, const char *list)
{
    const struct json *names = json_get(json_get(about->pack->about, "practice"), list);
    size_t count = json_count(names);
    return count > 0 ? json_as_text(json_at(names, rng_below(rng, count))) : NULL;
}

struct json *known_stranger(const struct truth_about *about, struct rng *rng)
{
    struct json *person = json_new_object();
    bool woman = rng_below(rng, 2);
    const char *father = one_of(about, rng, "father");
    json_set_text(person, "given", one_of(about, rng, woman ? "given_f" : "given_m"));
    if (father)
        json_set_text(person, "father", father);
    json_set_text(person, "family", one_of(about, rng, woman ? "family_f" : "family_m"));
    return person;
}

static char *whole_name(const struct json *person)
{
    return xasprintf("%s %s", json_text_or(person, "given", ""), json_text_or(person, "family", ""));
}

void known_open(struct known *known, const struct truth_about *about)
{
    const struct json *practice = json_get(about->pack->about, "practice");
    *known = (struct known){.about = about, .person = json_copy(about->citizen->person)};
    char *name = whole_name(known->person);
    json_set_text(known->person, "name", name);
    free(name);
    known->woman = json_has_text(json_get(practice, "given_f"), json_text_or(known->person, "given", ""));
    if (!day_parse(about->today, &known->today))
        known->today = 0;
}

void known_close(struct known *known)
{
    json_free(&known->person);
}

/* --- days --- */

static bool ends(const char *text, const char *end)
{
    size_t length = strlen(text), last = strlen(end);
    return length >= last && strcmp(text + length - last, end) == 0;
}

/* From so many days from today on, so many more. The first that fits a name's end. */
static const struct {
    const char *end;
    int from, more;
} days[] = {
    {"child_born", -4000, 3900}, {"born", -20000, 10000}, {"until", 60, 1500},
    {"travel_on", 20, 60},       {"start_on", 5, 40},     {"wedding_on", 40, 30},
    {"akad_on", 20, 30},         {"move_on", 2, 20},      {"go_on", 20, 60},
    {"starts_on", 5, 40},        {"from", 1, 20},         {"married_on", -7000, 6500},
    {"entry_on", -12, 10},       {"died_on", -9, 8},      {"lost_on", -20, 18},
    {"police_on", -10, 9},       {"medical_on", -40, 35}, {"health_on", -40, 35},
    {"first_on", -6000, 5000},   {"_on", -300, 290},      {"since", -2000, 1900},
    {"medical", -40, 35},
};

static struct json *some_day(const struct known *known, struct rng *rng, const char *leaf)
{
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (ends(leaf, days[i].end)) {
            char text[DATE_TEXT];
            day_text(known->today + days[i].from + (int32_t)rng_below(rng, (uint64_t)days[i].more), text);
            return json_new_text(text);
        }
    return NULL;
}

/* --- answers in words --- */

/* What stands in nobody's way: nobody is refused for an answer that was thrown by dice. */
static const struct {
    const char *leaf;
    bool yes;
} answers[] = {
    {"consent", true},       {"fines_paid", true},  {"check_match", true}, {"psy_pass", true},
    {"parents_agree", true}, {"host_agrees", true}, {"in_case", false},    {"convicted", false},
    {"by_proxy", false},     {"kin", false},        {"owner", true},       {"owned", true},
};

static const struct {
    const char *end, *az[3], *id[3];
} texts[] = {
    {"street",
     {"Nizami küçəsi", "Bakıxanov küçəsi", "Səttar Bəhlulzadə küçəsi"},
     {"Jl. Melati", "Jl. Mawar", "Jl. Diponegoro"}},
    {"settlement", {"Bakıxanov", "Zabrat", "Biləcəri"}, {"Sukamaju", "Mekarsari", "Karanganyar"}},
    {"house", {"12", "7", "45"}, {"12", "7", "45"}},
    {"flat", {"3", "18", "41"}, {"3", "18", "41"}},
    {"born_place", {"Bakı", "Gəncə", "Sumqayıt"}, {"Bandung", "Semarang", "Padang"}},
    {"employer",
     {"“Zəfər” MMC", "42 nömrəli məktəb", "“Bahar” ASC"},
     {"CV Harapan", "SDN 4", "PT Sinar Jaya"}},
    {"company", {"“Zəfər” MMC", "“Gənclik” MMC", "“Bahar” ASC"}, {"CV Harapan", "PT Mekar", "PT Sinar Jaya"}},
    {"position", {"mühəndis", "müəllim", "mühasib"}, {"guru", "teknisi", "akuntan"}},
    {"colour", {"ağ", "qara", "boz"}, {"putih", "hitam", "abu-abu"}},
    {"make", {"Lada", "Toyota", "Hyundai"}, {"Toyota", "Honda", "Suzuki"}},
    {"brand", {"Lada", "Toyota", "Hyundai"}, {"Toyota", "Honda", "Suzuki"}},
    {"hospital",
     {"3 saylı xəstəxana", "Mərkəzi xəstəxana", "5 saylı doğum evi"},
     {"RSUD Kota", "RS Harapan", "Puskesmas 2"}},
    {"court",
     {"Yasamal rayon məhkəməsi", "Nərimanov rayon məhkəməsi", "Xətai rayon məhkəməsi"},
     {"Pengadilan Agama", "Pengadilan Negeri", "Pengadilan Agama Kota"}},
    {"note",
     {"Yazılı xahiş edirəm.", "Zəng edin, zəhmət olmasa.", "Günortadan sonra."},
     {"Mohon ditelepon.", "Setelah pukul 12.", "Terima kasih."}},
};

static struct json *some_words(const struct known *known, struct rng *rng, const char *leaf, const char *type)
{
    bool azerbaijan = str_equal(json_text(known->about->pack->about, "id"), "az");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (ends(leaf, texts[i].end)) {
            uint64_t which = rng_below(rng, 3);
            return json_new_text(azerbaijan ? texts[i].az[which] : texts[i].id[which]);
        }
    if (ends(leaf, "phone") || !str_equal(type, "string"))
        return NULL;
    if (ends(leaf, "_number") || strcmp(leaf, "number") == 0 || ends(leaf, "paper")) {
        char text[16];
        str_format(text, sizeof text, "%04d/%02d", (int)rng_below(rng, 10000), (int)rng_below(rng, 27));
        return json_new_text(text);
    }
    static const char *const any_az[] = {"Bahar", "Gənclik", "Xəzər"}, *const any_id[] = {"Melati", "Harapan",
                                                                                          "Mekar"};
    return json_new_text((azerbaijan ? any_az : any_id)[rng_below(rng, 3)]);
}

/* Whose, when it is not said: somebody of the lists. */
static struct json *some_name(const struct known *known, struct rng *rng, const char *leaf)
{
    bool given = ends(leaf, "given"), family = ends(leaf, "family"), father = ends(leaf, "father");
    bool whole = ends(leaf, "_name") || strcmp(leaf, "name") == 0 || strcmp(leaf, "host") == 0 ||
                 strcmp(leaf, "notary") == 0;
    if (ends(leaf, "company_name") || ends(leaf, "business_name") || ends(leaf, "school_name") ||
        ends(leaf, "short_name"))
        return NULL;
    if (!given && !family && !father && !whole)
        return NULL;
    struct json *person = known_stranger(known->about, rng), *value = NULL;
    if (whole) {
        char *name = whole_name(person);
        value = json_new_text(name);
        free(name);
    } else {
        const char *part = given ? "given" : family ? "family" : "father";
        value = json_new_text(json_text_or(person, part, json_text_or(person, "family", "")));
    }
    json_free(&person);
    return value;
}

/* --- one value --- */

/* Those who came together live together: the address is made of their home, whatever else is asked before it. */
static struct json *home_value(struct known *known, struct generator *g, const struct schemas *of,
                               const char *at)
{
    struct rng kept = g->rng;
    rng_seed(&g->rng, known->about->citizen->home);
    known->at_home = true;
    struct json *address = generate_value(g, of, at);
    known->at_home = false;
    g->rng = kept;
    return address;
}

static struct json *own_value(const struct known *known, const struct schemas *of, const char *leaf)
{
    const char *source = json_as_text(schemas_keyword(of, "x-prefill"));
    const struct json *own = NULL;
    if (source && strcmp(source, "today") == 0)
        return json_new_text(known->about->today);
    if (source && str_starts(source, "person."))
        own = json_get(known->person, source + strlen("person."));
    else if (strcmp(leaf, "fin") == 0 || strcmp(leaf, "nik") == 0 || strcmp(leaf, "born") == 0)
        own = json_get(known->person, leaf);
    return own ? json_copy(own) : NULL;
}

struct json *known_value(void *context, struct generator *g, const struct schemas *of, const char *at)
{
    struct known *known = context;
    const char *leaf = papers_leaf(at), *type = json_as_text(schemas_keyword(of, "type")),
               *format = json_as_text(schemas_keyword(of, "format"));
    bool first = strrchr(at, '/') == at; /* rows and parts are about somebody else, or something */
    struct json *own = *at && first ? own_value(known, of, leaf) : NULL;
    if (!own && first && known->about->citizen->home && !known->at_home && strcmp(leaf, "address") == 0)
        own = home_value(known, g, of, at);
    if (own || known->open || !*at)
        return own;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcmp(leaf, answers[i].leaf) == 0)
            return json_new_bool(answers[i].yes);
    if (first && strcmp(leaf, "sex") == 0)
        return json_new_text(known->woman ? "f" : "m");
    if (str_equal(format, "date"))
        return some_day(known, &g->rng, leaf);
    if (format || schemas_keyword(of, "enum") || schemas_keyword(of, "const") ||
        schemas_keyword(of, "x-options"))
        return NULL;
    struct json *name = some_name(known, &g->rng, leaf);
    return name ? name : some_words(known, &g->rng, leaf, type);
}
