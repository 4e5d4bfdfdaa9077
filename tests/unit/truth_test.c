/* tests/unit/truth_test.c: what is true of whoever asks in a training hall: for every form of the packs an application
 * that the hall would take, papers that show what they must, an outcome that the law has. */
#include "core/demo/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/demo/inside.h"
#include "core/demo/talk.h"
#include "core/hall/setup.h"
#include "tests/support/test.h"

static const char *const packs[] = {"az", "id"};
enum { FORMS = 85, SERVICES = 213 };
static const char today[] = "2026-11-24";

struct asked {
    struct pack *pack;
    const struct json *service;
    struct form *form; /* NULL: the service has none */
    struct citizen citizen;
    struct truth_about about;
    struct truth truth;
};

static void make(struct asked *a)
{
    struct err_info info = {0};
    if (truth_make(&a->about, &a->truth, &info) != ERR_OK)
        check(false, json_text(a->service, "id"), 0, info.text);
}

/* Somebody else asks for the same. */
static void come(struct asked *a, uint64_t seed)
{
    struct birth born;
    struct rng rng;
    truth_free(&a->truth);
    json_free(&a->citizen.person);
    rng_seed(&rng, seed);
    a->truth = (struct truth){0};
    a->citizen = (struct citizen){.person = citizen_person(a->pack, &rng, &born),
                                  .service = json_text(a->service, "id")};
    a->about = (struct truth_about){.pack = a->pack,
                                    .service = a->service,
                                    .citizen = &a->citizen,
                                    .today = today,
                                    .form = a->form,
                                    .seed = seed};
}

static void begin(struct asked *a, struct pack *pack, const struct json *service, uint64_t seed)
{
    const struct form_source source = {.service = service, .pack = pack->about};
    struct err_info info = {0};
    *a = (struct asked){.pack = pack, .service = service};
    if (catalogue_has_form(service))
        REQUIRE(form_open(&source, &a->form, &info) == ERR_OK);
    come(a, seed);
}

static void end(struct asked *a)
{
    truth_free(&a->truth);
    form_free(&a->form);
    json_free(&a->citizen.person);
}

/* A truth of the service for each of so many seeds, made and looked at. */
static void make_seeds(struct pack *pack, const struct json *service, uint64_t seed, int seeds,
                       void (*look)(struct asked *a))
{
    struct asked a;
    begin(&a, pack, service, seed);
    for (int i = 0; i < seeds; i++) {
        if (i > 0)
            come(&a, seed + (uint64_t)i);
        make(&a);
        look(&a);
    }
    end(&a);
}

/* The same for each service; answers how many services there were. */
static int each(uint64_t seed, int seeds, void (*look)(struct asked *a))
{
    int services = 0;
    for (size_t p = 0; p < sizeof packs / sizeof *packs; p++) {
        struct pack pack;
        struct err_info info = {0};
        REQUIRE(setup_pack(packs[p], &pack, &info) == ERR_OK);
        for (int i = 0; i < pack.service_count; i++, services++)
            make_seeds(&pack, pack.services[i], seed, seeds, look);
        pack_free(&pack);
    }
    return services;
}

static void tell(const struct asked *a, const char *what)
{
    char *text = json_print(a->truth.draft);
    printf("  %s, seed %llu: %s\n  %s\n", json_text(a->service, "id"), (unsigned long long)a->about.seed,
           what, text);
    free(text);
}

static void is_whole(struct asked *a)
{
    const struct form_context context = {.lang = "en", .today = today, .person = a->citizen.person};
    struct schema_errors errors = {0};
    if (!a->form) {
        CHECK_INT(json_count(a->truth.draft), 0);
        return;
    }
    if (!CHECK(json_count(a->truth.draft) > 0 && json_count(a->truth.answers) > 0 &&
               form_check_draft(a->form, a->truth.draft, &context, &errors)))
        tell(a, errors.count ? errors.list[0].message : "nothing");
    CHECK_TEXT(a->truth.outcome, "approve");
    CHECK(json_has_text(a->truth.reasons, "A01"));
    schema_errors_free(&errors);
}

TEST(truth_fills_every_form_of_the_packs_whole)
{
    CHECK_INT(each(1, 3, is_whole), SERVICES);
}

/* --- the same again --- */

static void is_the_same(struct asked *a)
{
    struct truth first = a->truth;
    char *one = json_print(first.draft);
    make(a);
    char *other = json_print(a->truth.draft);
    CHECK_TEXT(one, other);
    free(one);
    free(other);
    truth_free(&first);
}

TEST(truth_is_the_same_however_often_it_is_made)
{
    each(7, 1, is_the_same);
}

/* --- whoever asks is who they are --- */

static void is_theirs(struct asked *a)
{
    static const char *const own[] = {"fin", "nik", "phone", "born", "family", "given", "father"};
    const struct json *person = a->citizen.person;
    const struct json *properties = json_pointer(a->service, "/form/schema/properties");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        char source[40];
        str_format(source, sizeof source, "person.%s", own[i]);
        const struct json *property = json_get(properties, own[i]), *value = json_get(a->truth.draft, own[i]);
        bool asked = str_equal(json_text(property, "x-prefill"), source), old = strcmp(own[i], "born") == 0;
        if (asked && value && json_get(person, own[i]) && !old &&
            !CHECK_TEXT(json_as_text(value), json_text(person, own[i])))
            tell(a, own[i]);
    }
}

TEST(truth_is_about_whoever_asks)
{
    each(11, 1, is_theirs);
}

/* --- papers and outcomes --- */

static void of_service(struct asked *a, struct pack *pack, const char *pack_id, const char *service,
                       uint64_t seed)
{
    struct err_info info = {0};
    REQUIRE(setup_pack(pack_id, pack, &info) == ERR_OK);
    REQUIRE(pack_service(pack, service));
    begin(a, pack, pack_service(pack, service), seed);
}

TEST(truth_of_a_paper_that_is_at_home_is_a_return_that_names_it)
{
    struct pack pack;
    struct asked a;
    of_service(&a, &pack, "id", "id.samsat.stnk-5", 3);
    a.citizen.forgot = "bpkb";
    make(&a);
    CHECK_INT(a.truth.ground, TRUTH_PAPER_MISSING);
    CHECK_TEXT(a.truth.outcome, "return");
    CHECK(json_count(a.truth.missing) == 1 && json_has_text(a.truth.missing, "bpkb"));
    CHECK(json_has_text(a.truth.reasons, "T01"));
    const struct truth_paper *paper = truth_paper(&a.truth, "bpkb");
    REQUIRE(paper);
    CHECK(paper->where != PAPER_HERE);
    CHECK(json_has_text(paper->fields, "/bpkb_number"));
    CHECK_INT(truth_paper(&a.truth, "stnk")->where, PAPER_HERE);
    CHECK(truth_outcome_right(&a.truth, "return") && !truth_outcome_right(&a.truth, "approve"));
    end(&a);
    pack_free(&pack);
}

TEST(truth_of_a_fraud_is_a_paper_that_shows_somebody_else)
{
    struct pack pack;
    struct asked a;
    of_service(&a, &pack, "id", "id.samsat.transfer", 5);
    a.citizen.temper = TEMPER_FRAUD;
    make(&a);
    CHECK_INT(a.truth.ground, TRUTH_FALSE_PAPER);
    CHECK_TEXT(a.truth.outcome, "refuse");
    CHECK_TEXT(json_as_text(json_first(a.truth.reasons)), "R01");
    int false_papers = 0;
    for (int i = 0; i < a.truth.paper_count; i++) {
        const struct truth_paper *paper = &a.truth.papers[i];
        const struct json *instead = json_first(paper->instead);
        false_papers += paper->fault == PAPER_ANOTHERS;
        CHECK((paper->fault == PAPER_ANOTHERS) == (instead != NULL));
        if (instead)
            CHECK(!json_equal(instead, json_pointer(a.truth.draft, json_name(instead))));
    }
    CHECK_INT(false_papers, 1);
    end(&a);
    pack_free(&pack);
}

TEST(truth_of_papers_of_which_one_is_enough_has_one)
{
    struct pack pack;
    struct asked a;
    of_service(&a, &pack, "az", "az.din.id-card-replace", 1);
    for (uint64_t seed = 1; seed < 20; seed++) {
        int here = 0, all = 0;
        come(&a, seed);
        make(&a);
        for (int i = 0; i < a.truth.paper_count; i++)
            if (strcmp(a.truth.papers[i].group, "id") == 0) {
                all++;
                here += a.truth.papers[i].where == PAPER_HERE;
            }
        CHECK(all < 2 || here == 1);
        CHECK_TEXT(a.truth.outcome, "approve");
    }
    end(&a);
    pack_free(&pack);
}

/* Every ground that shares can bring: a service has its outcome and a reason for it. */
static int grounds[TRUTH_GROUND_COUNT];

static void count_ground(struct asked *a)
{
    a->about.false_paper = a->about.stale = a->about.no_right = a->about.elsewhere = 25;
    truth_free(&a->truth);
    make(a);
    const struct truth *t = &a->truth;
    grounds[t->ground]++;
    CHECK(json_count(t->reasons) > 0);
    for (const struct json *code = json_first(t->reasons); code; code = json_next(code)) {
        struct catalogue_reason reasons[CATALOGUE_REASONS_MAX];
        int count = catalogue_reasons(a->service, t->outcome, reasons, CATALOGUE_REASONS_MAX);
        bool known = false;
        for (int i = 0; i < count; i++)
            known = known || str_equal(reasons[i].code, json_as_text(code));
        CHECK(known);
    }
    CHECK((strcmp(t->outcome, "return") == 0) == (json_count(t->missing) > 0));
    CHECK(truth_reasons_right(t, t->reasons));
    int faults = 0;
    for (int i = 0; i < t->paper_count; i++)
        faults += t->papers[i].fault != PAPER_GENUINE;
    CHECK_INT(faults, t->ground == TRUTH_FALSE_PAPER || t->ground == TRUTH_PAPER_EXPIRED ||
                          t->ground == TRUTH_PAPER_UNREADABLE);
}

TEST(truth_has_a_reason_of_the_pack_for_every_ground)
{
    memset(grounds, 0, sizeof grounds);
    each(1, 4, count_ground);
    for (int i = 0; i < TRUTH_GROUND_COUNT; i++)
        if (i != TRUTH_PAPER_MISSING && !CHECK(grounds[i] > 0))
            printf("  %s\n", truth_ground_text((enum truth_ground)i));
}

/* --- what a clerk wrote --- */

TEST(truth_finds_the_fields_that_are_wrong)
{
    struct pack pack;
    struct asked a;
    of_service(&a, &pack, "az", "az.din.criminal-record", 9);
    make(&a);
    struct json *draft = json_copy(a.truth.draft), *wrong = truth_wrong_fields(&a.truth, draft);
    CHECK_INT(json_count(wrong), 0);
    json_free(&wrong);
    char *shouted = xasprintf(" %s ", json_text(draft, "family"));
    json_set_text(draft, "family", shouted); /* blanks at the ends are nothing */
    json_set_text(draft, "fin", "0000000");
    json_remove(draft, "given");
    json_set_text(draft, "former_names", "more than is true is no fault");
    wrong = truth_wrong_fields(&a.truth, draft);
    bool asked = json_pointer(a.truth.draft, "/former_names") != NULL;
    CHECK_INT(json_count(wrong), 2 + asked);
    CHECK(json_has_text(wrong, "/fin") && json_has_text(wrong, "/given"));
    free(shouted);
    json_free(&wrong);
    json_free(&draft);
    end(&a);
    pack_free(&pack);
}

TEST(truth_says_which_reasons_are_right)
{
    struct pack pack;
    struct asked a;
    of_service(&a, &pack, "az", "az.din.criminal-record", 9);
    struct json *given = json_new_array();
    a.about.no_right = 100;
    make(&a);
    CHECK_INT(a.truth.ground, TRUTH_NO_RIGHT);
    CHECK(!truth_reasons_right(&a.truth, given));
    json_add_text(given, "R02");
    CHECK(truth_reasons_right(&a.truth, given));
    json_add_text(given, "R04");
    CHECK(!truth_reasons_right(&a.truth, given));
    json_free(&given);
    end(&a);
    pack_free(&pack);
}
