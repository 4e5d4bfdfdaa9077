/* tests/unit/packs_test.c: the country packs as they are delivered: nothing broken, every fee an amount, every
 * notice whole with the least that can be known, and every form drawn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/catalogue/pack.h"
#include "core/form/notice.h"
#include "tests/support/test.h"

enum { SERVICES_MIN = 90, FORMS_MIN = 30, USERS = 7, COUNTERS_MIN = 8, QUEUES_MIN = 6 };

static const char *const folders[] = {"core/packs/az", "core/packs/id"};
enum { PACKS = sizeof folders / sizeof *folders };
static const char *const langs[] = {"az", "id", "en", "ru"};
enum { LANGS = sizeof langs / sizeof *langs };

/* --- loading --- */

static void tell(void *context, const char *line, bool broken)
{
    int *count = context;
    *count += broken;
    fprintf(stderr, "%s%s\n", broken ? "broken: " : "warning: ", line);
}

static void load(const char *folder, struct pack *pack)
{
    struct err_info info = {0};
    if (!CHECK(pack_load(folder, NULL, NULL, pack, &info) == ERR_OK)) {
        fprintf(stderr, "%s\n", info.text);
        test_abandon();
    }
}

TEST(packs_have_no_broken_findings)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        struct err_info info = {0};
        int broken = 0;
        enum err err = pack_load(folders[i], tell, &broken, &pack, &info);
        CHECK_INT(err, ERR_OK);
        CHECK_INT(broken, 0);
        if (err == ERR_OK)
            pack_free(&pack);
    }
}

TEST(packs_are_as_large_as_promised)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        load(folders[i], &pack);
        const struct json *practice = json_get(pack.about, "practice");
        int forms = 0;
        for (int s = 0; s < pack.service_count; s++)
            forms += catalogue_has_form(pack.services[s]);
        CHECK(pack.service_count >= SERVICES_MIN);
        CHECK(forms >= FORMS_MIN);
        CHECK(json_count(json_get(pack.about, "queues")) >= QUEUES_MIN);
        CHECK_INT((int64_t)json_count(json_get(practice, "users")), USERS);
        CHECK(json_count(json_get(practice, "counters")) >= COUNTERS_MIN);
        pack_free(&pack);
    }
}

TEST(packs_have_a_theme_of_their_own)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        load(folders[i], &pack);
        char *path = xasprintf("themes/%s.theme", json_text(pack.about, "id"));
        char *theme = test_read_file(path);
        CHECK(theme && *theme);
        free(theme);
        free(path);
        pack_free(&pack);
    }
}

/* --- the practice hall --- */

static const struct json *find(const struct json *list, const char *member, const char *text)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, member), text))
            return one;
    return NULL;
}

static bool has_role(const struct json *user, const char *role)
{
    return json_has_text(json_get(user, "roles"), role);
}

/* A clerk works at a counter of their own agency, and its first queue has a service with a form. */
static void check_clerk(const struct pack *pack, const struct json *user)
{
    const struct json *practice = json_get(pack->about, "practice");
    const struct json *counter = find(json_get(practice, "counters"), "name", json_text(user, "counter"));
    REQUIRE(counter);
    CHECK_TEXT(json_text(counter, "agency"), json_text(user, "agency"));
    const char *id = json_text(json_first(json_get(counter, "queues")), "queue");
    const struct json *queue = find(json_get(pack->about, "queues"), "id", id);
    REQUIRE(queue);
    int forms = 0;
    const struct json *services = json_get(queue, "services");
    for (const struct json *s = json_first(services); s; s = json_next(s))
        forms += catalogue_has_form(pack_service(pack, json_as_text(s)));
    CHECK(forms > 0);
}

TEST(packs_practice_hall_can_be_worked)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        load(folders[i], &pack);
        const struct json *practice = json_get(pack.about, "practice");
        const struct json *users = json_get(practice, "users"), *counters = json_get(practice, "counters");
        const struct json *queues = json_get(pack.about, "queues");
        for (const struct json *user = json_first(users); user; user = json_next(user))
            if (has_role(user, "trainer")) /* works at counters that are taken over, and has none */
                CHECK(!json_get(user, "counter"));
            else if (has_role(user, "clerk"))
                check_clerk(&pack, user);
        for (const struct json *counter = json_first(counters); counter; counter = json_next(counter)) {
            const struct json *served = json_get(counter, "queues");
            for (const struct json *q = json_first(served); q; q = json_next(q))
                CHECK_TEXT(json_text(find(queues, "id", json_text(q, "queue")), "agency"),
                           json_text(counter, "agency"));
        }
        CHECK(has_role(json_first(users), "clerk"));
        pack_free(&pack);
    }
}

/* --- fees, papers and reasons --- */

/* A visa asked for from abroad is paid in dollars; all else in the money of the country. */
static const char *currency_of(const struct pack *pack, const struct json *service)
{
    return str_equal(json_text(service, "id"), "az.viza.e-visa") ? "USD" : json_text(pack->about, "currency");
}

TEST(packs_fees_are_amounts_of_money)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        load(folders[i], &pack);
        for (int s = 0; s < pack.service_count; s++) {
            struct catalogue_fee fees[CATALOGUE_FEES_MAX];
            const struct json *list = json_get(pack.services[s], "fees");
            int count = catalogue_fees(pack.services[s], NULL, fees, CATALOGUE_FEES_MAX);
            CHECK_INT(count, (int64_t)json_count(list));
            for (int f = 0; f < count; f++)
                CHECK_TEXT(fees[f].total.currency, currency_of(&pack, pack.services[s]));
        }
        pack_free(&pack);
    }
}

TEST(packs_refusals_carry_ground_and_cure)
{
    static const char *const outcomes[] = {"refuse", "return"};
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        load(folders[i], &pack);
        for (int s = 0; s < pack.service_count; s++) {
            for (int o = 0; o < 2; o++) {
                struct catalogue_reason reasons[CATALOGUE_REASONS_MAX];
                int count = catalogue_reasons(pack.services[s], outcomes[o], reasons, CATALOGUE_REASONS_MAX);
                CHECK(count >= 3);
                for (int r = 0; r < count; r++)
                    CHECK(*json_name_in(reasons[r].legal, "en") && *json_name_in(reasons[r].cure, "en"));
            }
        }
        pack_free(&pack);
    }
}

/* Indonesia: where no other rule is known, five working days and then granted by the clock. */
TEST(packs_indonesia_always_has_a_time)
{
    struct pack pack = {0};
    load("core/packs/id", &pack);
    int deemed = 0;
    for (int s = 0; s < pack.service_count; s++) {
        struct catalogue_time time = catalogue_time(pack.services[s], NULL, "2026-11-25");
        CHECK(time.days > 0 || time.minutes > 0);
        deemed += time.deemed;
        if (time.deemed)
            CHECK(time.days == 5 && time.working && *time.legal);
    }
    CHECK(deemed > 0);
    pack_free(&pack);
}

/* --- notices --- */

static struct json *codes_of(const struct json *list, int max)
{
    struct json *codes = json_new_array();
    for (const struct json *one = json_first(list); one && max-- > 0; one = json_next(one))
        json_add_text(codes, json_text(one, "code"));
    return codes;
}

static void check_notice(const struct notice_facts *facts, const char *outcome)
{
    struct buf out = {0};
    struct err_info info = {0};
    struct json *context = notice_context(facts);
    enum err err = notice_render(facts->service, outcome, context, facts->lang, &out, &info);
    if (!CHECK(err == ERR_OK))
        fprintf(stderr, "%s %s %s: %s\n", json_text(facts->service, "id"), outcome, facts->lang, info.text);
    CHECK(out.length > 0 && !strstr(buf_text(&out), "{{"));
    buf_free(&out);
    json_free(&context);
}

/* Once with all that can be said, and once with no more than is always known. */
static void check_notices(const struct pack *pack, const struct json *service, const char *lang)
{
    struct json *person = json_new_object();
    struct json *reasons = codes_of(json_get(service, "reasons"), 2);
    struct json *missing = codes_of(json_get(service, "documents"), 2);
    const struct json *agency = find(json_get(pack->about, "agencies"), "id", json_text(service, "agency"));
    json_set_text(person, "name", "Ülviyyə Şükürova");
    const struct notice_facts full = {.service = service,
                                      .agency = agency,
                                      .person = person,
                                      .case_number = "000123",
                                      .reasons = reasons,
                                      .text = "…",
                                      .conditions = "…",
                                      .missing = missing,
                                      .today = "2026-11-25",
                                      .due = "2026-12-02",
                                      .ready = "2026-12-03",
                                      .hall = "ASAN-00",
                                      .clerk = "A. B.",
                                      .lang = lang};
    const struct notice_facts bare = {
        .service = service, .agency = agency, .reasons = reasons, .today = "2026-11-25", .lang = lang};
    const struct json *notices = json_get(service, "notices");
    for (const struct json *one = json_first(notices); one; one = json_next(one)) {
        check_notice(&full, json_name(one));
        check_notice(&bare, json_name(one));
    }
    CHECK(json_get(notices, "approve") && json_get(notices, "refuse") && json_get(notices, "return") &&
          json_get(notices, "receipt"));
    json_free(&person);
    json_free(&reasons);
    json_free(&missing);
}

TEST(packs_notices_have_no_blanks)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        load(folders[i], &pack);
        for (int s = 0; s < pack.service_count; s++)
            for (int l = 0; l < LANGS; l++)
                check_notices(&pack, pack.services[s], langs[l]);
        pack_free(&pack);
    }
}

/* --- forms --- */

static struct form *open_form(const struct pack *pack, const struct json *service)
{
    struct form *form = NULL;
    struct err_info info = {0};
    const struct form_source source = {.service = service, .pack = pack->about};
    if (!CHECK(form_open(&source, &form, &info) == ERR_OK)) {
        fprintf(stderr, "%s: %s\n", json_text(service, "id"), info.text);
        test_abandon();
    }
    return form;
}

static void check_view(const struct form *form, const struct json *service, const char *lang,
                       unsigned *widgets)
{
    const struct form_context context = {.lang = lang, .today = "2026-11-25"};
    struct json *draft = json_new_object();
    struct form_view view;
    form_view_build(form, draft, &context, "", &view);
    CHECK(view.item_count >= 6 && view.total > 0);
    for (int i = 0; i < view.item_count; i++) {
        const struct form_item *item = &view.items[i];
        if (!CHECK(item->kind != FORM_DIM && *item->label))
            fprintf(stderr, "%s: %s %s\n", json_text(service, "id"), item->pointer, item->label);
        if (item->kind != FORM_CONTROL)
            continue;
        *widgets |= 1u << item->widget;
        if ((item->widget == FORM_PICK || item->widget == FORM_RADIO) && !strstr(item->pointer, "district"))
            CHECK(item->option_count > 1);
    }
    form_view_free(&view);
    json_free(&draft);
}

TEST(packs_forms_draw_every_widget)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        unsigned widgets = 0;
        load(folders[i], &pack);
        for (int s = 0; s < pack.service_count; s++) {
            if (!catalogue_has_form(pack.services[s]))
                continue;
            struct form *form = open_form(&pack, pack.services[s]);
            for (int l = 0; l < LANGS; l++)
                check_view(form, pack.services[s], langs[l], &widgets);
            form_free(&form);
        }
        CHECK_INT(widgets, (1u << (FORM_READONLY + 1)) - 1);
        pack_free(&pack);
    }
}

/* --- the words --- */

static void check_texts(const struct json *texts, const struct json *languages, const char *whose)
{
    for (const struct json *text = json_first(texts); text; text = json_next(text))
        for (const struct json *l = json_first(languages); l; l = json_next(l))
            if (!CHECK(!str_empty(json_text(text, json_as_text(l)))))
                fprintf(stderr, "%s %s: no text in %s\n", whose, json_name(text), json_as_text(l));
}

/* Every label of a form is the country's own, English and Russian: asking for one gives no other. */
TEST(packs_forms_speak_the_languages_of_their_pack)
{
    for (int i = 0; i < PACKS; i++) {
        struct pack pack = {0};
        load(folders[i], &pack);
        const struct json *languages = json_get(pack.about, "languages");
        check_texts(json_get(pack.common, "texts"), languages, folders[i]);
        for (int s = 0; s < pack.service_count; s++) {
            const struct json *texts = json_get(pack.services[s], "texts");
            check_texts(texts, languages, json_text(pack.services[s], "id"));
            for (const struct json *l = json_first(languages); l; l = json_next(l))
                CHECK(!str_empty(json_text(json_get(pack.services[s], "name"), json_as_text(l))));
        }
        pack_free(&pack);
    }
}
