/* tests/unit/talk_test.c: whoever stands at a counter of a training hall can be asked everything that the form asks, and
 * says what is true of their papers. */
#include "core/demo/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/hall/setup.h"
#include "tests/support/test.h"

static const char today[] = "2026-11-24";

struct asked {
    struct pack pack;
    struct form *form;
    struct citizen citizen;
    struct truth_about about;
    struct truth truth;
    struct talk talk;
};

static void meet(struct asked *a, const struct json *service, uint64_t seed)
{
    const struct form_source source = {.service = service, .pack = a->pack.about};
    struct err_info info = {0};
    struct birth born;
    struct rng rng;
    rng_seed(&rng, seed);
    a->citizen = (struct citizen){.person = citizen_person(&a->pack, &rng, &born)};
    a->form = NULL;
    if (catalogue_has_form(service))
        REQUIRE(form_open(&source, &a->form, &info) == ERR_OK);
    a->about = (struct truth_about){.pack = &a->pack,
                                    .service = service,
                                    .citizen = &a->citizen,
                                    .today = today,
                                    .form = a->form,
                                    .seed = seed};
    a->talk = (struct talk){&a->about, &a->truth};
    REQUIRE(truth_make(&a->about, &a->truth, &info) == ERR_OK);
}

static void again(struct asked *a)
{
    struct err_info info = {0};
    truth_free(&a->truth);
    REQUIRE(truth_make(&a->about, &a->truth, &info) == ERR_OK);
}

static void part(struct asked *a)
{
    truth_free(&a->truth);
    form_free(&a->form);
    json_free(&a->citizen.person);
}

static void at(struct asked *a, const char *pack, const char *service, uint64_t seed)
{
    struct err_info info = {0};
    *a = (struct asked){0};
    REQUIRE(setup_pack(pack, &a->pack, &info) == ERR_OK);
    meet(a, pack_service(&a->pack, service), seed);
}

static void leave(struct asked *a)
{
    part(a);
    pack_free(&a->pack);
}

/* --- everything can be had by asking --- */

static bool is_named(const struct json *names)
{
    for (int i = 0; i < SCENARIO_LANGS; i++)
        if (str_empty(json_text(names, scenario_langs[i])))
            return false;
    return true;
}

static void note_shown(const struct json *answer, struct json *shown)
{
    for (const struct json *one = json_first(json_get(answer, "shows")); one; one = json_next(one)) {
        const struct json *value = json_get(one, "value");
        CHECK(is_named(json_get(one, "label")));
        if (!CHECK((json_is_text(value) && *json_as_text(value)) || is_named(value)))
            printf("  %s\n", json_text_or(one, "field", json_name_in(json_get(one, "label"), "en")));
        if (json_text(one, "field"))
            json_add_text(shown, json_text(one, "field"));
    }
}

static void ask_everything(struct asked *a)
{
    struct json *questions = talk_questions(&a->talk), *shown = json_new_array();
    CHECK(json_count(questions) > (size_t)a->truth.paper_count);
    for (const struct json *q = json_first(questions); q; q = json_next(q)) {
        struct json *answer = talk_answer(&a->talk, json_text(q, "id"));
        CHECK(is_named(json_get(q, "label")));
        REQUIRE(answer);
        CHECK(talk_english(json_text(answer, "code")));
        CHECK(!str_equal(json_text(answer, "code"), "nothing_more"));
        note_shown(answer, shown);
        json_free(&answer);
    }
    for (const struct json *field = json_first(a->truth.answers); field; field = json_next(field))
        if (!CHECK(json_has_text(shown, json_as_text(field))))
            printf("  %s: nobody tells %s\n", json_text(a->about.service, "id"), json_as_text(field));
    json_free(&questions);
    json_free(&shown);
}

static void ask_in(const char *pack)
{
    struct asked a = {0};
    struct err_info info = {0};
    REQUIRE(setup_pack(pack, &a.pack, &info) == ERR_OK);
    for (int i = 0; i < a.pack.service_count; i++) {
        meet(&a, a.pack.services[i], 4);
        ask_everything(&a);
        part(&a);
    }
    pack_free(&a.pack);
}

TEST(talk_tells_every_answer_of_every_form_in_azerbaijan)
{
    ask_in("az");
}

TEST(talk_tells_every_answer_of_every_form_in_indonesia)
{
    ask_in("id");
}

static void check_why(struct asked *a, enum temper temper, const char *code)
{
    a->citizen.temper = temper;
    again(a);
    struct json *answer = talk_answer(&a->talk, "why");
    CHECK_TEXT(json_text(answer, "code"), code);
    CHECK(is_named(json_pointer(answer, "/args/service")));
    json_free(&answer);
}

TEST(talk_says_what_for_and_in_whose_name_without_a_form)
{
    struct asked a;
    at(&a, "id", "id.dukcapil.ikd", 3);
    CHECK(!a.form);
    check_why(&a, TEMPER_CALM, "come_for");
    check_why(&a, TEMPER_ANGRY, "angry_come_for");
    struct json *questions = talk_questions(&a.talk);
    CHECK_TEXT(json_text(json_at(questions, json_count(questions) - 1), "id"), "why");
    json_free(&questions);
    leave(&a);
}

/* --- papers --- */

static const struct json *line_of(const struct json *answer, const char *field)
{
    for (const struct json *one = json_first(json_get(answer, "shows")); one; one = json_next(one))
        if (str_equal(json_text(one, "field"), field))
            return one;
    return NULL;
}

TEST(talk_shows_what_belongs_into_the_fields)
{
    struct asked a;
    at(&a, "id", "id.samsat.stnk-5", 3);
    struct json *answer = talk_answer(&a.talk, "paper:bpkb");
    CHECK_TEXT(json_text(answer, "answer"), "shown");
    CHECK_TEXT(json_text(answer, "code"), "here");
    CHECK(*json_name_in(json_pointer(answer, "/args/paper"), "ru"));
    CHECK_TEXT(json_text(line_of(answer, "/bpkb_number"), "value"), json_text(a.truth.draft, "bpkb_number"));
    json_free(&answer);
    CHECK(!talk_answer(&a.talk, "paper:elephant"));
    CHECK(!talk_answer(&a.talk, "weather"));
    leave(&a);
}

TEST(talk_says_what_is_at_home_by_temper)
{
    struct asked a;
    at(&a, "id", "id.samsat.stnk-5", 3);
    a.citizen.forgot = "bpkb";
    a.citizen.temper = TEMPER_ANGRY;
    again(&a);
    struct json *answer = talk_answer(&a.talk, "paper:bpkb");
    bool home = truth_paper(&a.truth, "bpkb")->where == PAPER_AT_HOME;
    CHECK_TEXT(json_text(answer, "answer"), home ? "at_home" : "none");
    CHECK_TEXT(json_text(answer, "code"), home ? "angry_at_home" : "never_had");
    CHECK_INT(json_count(json_get(answer, "shows")), 0);
    json_free(&answer);
    struct json *greeting = talk_greeting(&a.talk);
    CHECK_TEXT(json_text(greeting, "code"), "angry_greeting");
    json_free(&greeting);
    leave(&a);
}

TEST(talk_shows_somebody_elses_name_on_a_frauds_paper)
{
    struct asked a;
    at(&a, "id", "id.samsat.transfer", 5);
    a.citizen.temper = TEMPER_FRAUD;
    again(&a);
    for (int i = 0; i < a.truth.paper_count; i++) {
        const struct truth_paper *paper = &a.truth.papers[i];
        const struct json *instead = json_first(paper->instead);
        if (!instead)
            continue;
        char *question = xasprintf("paper:%s", paper->code);
        struct json *answer = talk_answer(&a.talk, question);
        CHECK_TEXT(json_text(line_of(answer, json_name(instead)), "value"), json_as_text(instead));
        free(question);
        json_free(&answer);
    }
    leave(&a);
}

TEST(talk_says_why_nothing_can_be_granted)
{
    struct asked a;
    at(&a, "az", "az.din.criminal-record", 2);
    a.about.no_right = 100;
    again(&a);
    struct json *answer = talk_answer(&a.talk, "why");
    CHECK_TEXT(json_text(answer, "code"), "for_another");
    json_free(&answer);
    a.about.no_right = 0;
    a.about.elsewhere = 100;
    again(&a);
    answer = talk_answer(&a.talk, "why");
    CHECK_TEXT(json_text(answer, "code"), "elsewhere");
    json_free(&answer);
    leave(&a);
}
