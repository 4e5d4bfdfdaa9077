/* tests/unit/demo_family_test.c: those who come together are a family by name, age, home and time; they wait and leave as one.
 * And whoever is offended complains, unless somebody said sorry. */
#include <stdlib.h>
#include <string.h>

#include "core/demo/family.h"
#include "core/demo/talk.h"
#include "core/hall/demo_inside.h"
#include "core/hall/verify.h"
#include "tests/support/test.h"

static struct scenario scenario_of(const char *more)
{
    struct scenario s;
    struct err_info info = {0};
    char *text = xasprintf(
        "name.az A\nname.id A\nname.en A\nname.ru A\nabout.az B\nabout.id B\nabout.en B\nabout.ru B\n"
        "doors 08:00 15:00\n%s",
        more);
    REQUIRE(scenario_read("test.scenario", text, strlen(text), NULL, NULL, &s, &info) == ERR_OK);
    free(text);
    return s;
}

static bool all_served(const void *context, const char *queue)
{
    (void)context, (void)queue;
    return true;
}

/* --- who they are --- */

/* The name without what a woman's has more in Azerbaijan. */
static char *root_of(const char *family, bool azerbaijan)
{
    size_t length = strlen(family);
    bool womans = azerbaijan && length > 3 && strcmp(family + length - 2, "va") == 0;
    return xstrndup(family, length - (womans ? 1 : 0));
}

static const char *family_of(const struct citizen *c)
{
    return json_text_or(c->person, "family", "");
}

static bool same_family(const struct citizen *a, const struct citizen *b)
{
    return a->home > 0 && a->home == b->home;
}

static void hold_pair(const struct citizen *a, const struct citizen *b, bool azerbaijan)
{
    char *one = root_of(family_of(a), azerbaijan), *other = root_of(family_of(b), azerbaijan);
    CHECK_TEXT(one, other);
    CHECK_INT(a->comes_s, b->comes_s);
    CHECK_INT(a->patience_s, b->patience_s);
    CHECK_TEXT(a->language, b->language);
    CHECK(str_equal(a->priority, b->priority) || (!a->priority && !b->priority));
    free(one);
    free(other);
}

struct seen {
    int parties, tickets, pairs, children, small, with_adults;
};

static void see(const struct citizens *all, const struct pack *pack, struct seen *seen)
{
    bool azerbaijan = str_equal(json_text(pack->about, "id"), "az");
    for (int i = 0; i < all->count; i++) {
        const struct citizen *c = &all->list[i];
        bool small = false;
        seen->tickets += c->home > 0;
        for (int j = i + 1; j < all->count; j++)
            if (same_family(c, &all->list[j])) {
                seen->pairs++;
                hold_pair(c, &all->list[j], azerbaijan);
            }
        seen->parties += c->with != NULL; /* whoever came first has them */
        for (const struct json *one = json_first(c->with); one; one = json_next(one)) {
            int64_t age = json_int(one, "age", -1);
            CHECK(age >= 0 && (age <= 12 || age >= 18) && strlen(json_text_or(one, "name", "")) > 4);
            seen->children += age <= 12;
            seen->with_adults += age >= 18;
            small = small || age <= 6;
            if (age >= 18)
                CHECK(family_is_for_all(pack_service(pack, c->service)));
        }
        seen->small += small;
        if (small)
            CHECK(str_equal(c->priority, azerbaijan ? "small-child" : "children") ||
                  str_equal(c->priority, "elderly"));
    }
}

TEST(families_share_name_home_time_and_class)
{
    static const char *const packs[] = {"az", "id"};
    enum { DAYS = 20 };
    struct scenario s = scenario_of("people 60\nbookings 10\nfamilies 30\nat 12:00 rush 20 10\n"),
                    none = scenario_of("people 60\nbookings 10\nat 12:00 rush 20 10\n");
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
        struct pack pack;
        struct err_info info = {0};
        struct seen seen = {0}, unseen = {0};
        REQUIRE(setup_pack(packs[i], &pack, &info) == ERR_OK);
        for (int day = 0; day < DAYS; day++) {
            struct citizens with, without;
            citizens_make(&s, &pack, 7, day, 2026, all_served, NULL, &with);
            citizens_make(&none, &pack, 7, day, 2026, all_served, NULL, &without);
            CHECK_INT(with.count, without.count); /* as many come, whoever is with whom */
            see(&with, &pack, &seen);
            see(&without, &pack, &unseen);
            citizens_free(&with);
            citizens_free(&without);
        }
        CHECK_INT(unseen.parties + unseen.tickets, 0);
        CHECK_INT(seen.tickets, seen.parties + seen.pairs);
        CHECK(seen.parties > 200 && seen.pairs > 60 && seen.children > 100 && seen.small > 40);
        CHECK(seen.with_adults > 20);
        pack_free(&pack);
    }
}

/* --- where they live --- */

static struct json *address_of(const struct pack *pack, const struct citizen *citizen)
{
    struct truth truth;
    struct err_info info = {0};
    const struct truth_about about = {.pack = pack,
                                      .service = pack_service(pack, citizen->service),
                                      .citizen = citizen,
                                      .today = "2026-03-02"};
    REQUIRE(truth_make(&about, &truth, &info) == ERR_OK);
    struct json *address = json_copy(json_get(truth.draft, "address"));
    truth_free(&truth);
    return address;
}

TEST(families_have_one_address)
{
    struct pack pack;
    struct err_info info = {0};
    struct birth born;
    struct rng rng;
    REQUIRE(setup_pack("az", &pack, &info) == ERR_OK);
    rng_seed(&rng, 5);
    struct citizen one = {.service = "az.din.id-card-child", .home = 77}, other = one, alone = one;
    one.person = citizen_person(&pack, &rng, &born);
    other.person = citizen_person(&pack, &rng, &born);
    alone.home = 0;
    alone.person = citizen_person(&pack, &rng, &born);
    struct json *first = address_of(&pack, &one), *second = address_of(&pack, &other),
                *third = address_of(&pack, &alone);
    CHECK(json_count(first) >= 3);
    CHECK(json_equal(first, second));
    CHECK(!json_equal(first, third));
    json_free(&first);
    json_free(&second);
    json_free(&third);
    json_free(&one.person);
    json_free(&other.person);
    json_free(&alone.person);
    pack_free(&pack);
}

/* --- a day of theirs --- */

static void begin(struct demo *d, const struct scenario *s, struct demo_figures *figures, int clerks)
{
    struct err_info info = {0};
    int32_t day;
    REQUIRE(demo_open(d, s, "az", 5, clerks, &info) == ERR_OK && day_parse("2026-03-02", &day));
    d->figures = figures;
    REQUIRE(demo_make_day(d, day, 0));
}

/* Both of some family that nobody has called. */
static bool find_pair(struct demo *d, int *one, int *other)
{
    for (*one = 0; *one < d->visit_count; ++*one)
        for (*other = *one + 1; *other < d->visit_count; ++*other)
            if (demo_is_family(&d->visits[*one], &d->visits[*other]))
                return true;
    return false;
}

TEST(families_leave_together_and_wait_for_each_other)
{
    struct scenario s = scenario_of("people 30\nfamilies 80\n");
    struct demo_figures figures = {0};
    struct demo d;
    int one, other;
    begin(&d, &s, &figures, 2);
    REQUIRE(find_pair(&d, &one, &other));
    d.visits[one].called_s = d.now_s = 30000; /* at a counter */
    demo_tire(&d, other);
    CHECK(!d.visits[other].gone);
    CHECK_INT(demo_next_s(&d), 30000 + 5 * DEMO_MINUTE_S);
    d.visits[one].gone = true; /* and done */
    demo_tire(&d, other);
    CHECK(d.visits[other].gone);
    demo_drop_day(&d);
    demo_close(&d);
}

/* --- fewer counters --- */

TEST(same_people_come_whoever_serves_them)
{
    struct scenario s = scenario_of("people 60\nbookings 10\nclerks 8\n");
    struct demo_figures figures[2] = {{.visitors = 0}};
    struct demo full, few;
    begin(&full, &s, &figures[0], 0);
    begin(&few, &s, &figures[1], 2);
    CHECK(full.clerk_count == 8 && few.clerk_count == 2);
    CHECK_INT(full.citizens.count, few.citizens.count);
    for (int i = 0; i < full.citizens.count && i < few.citizens.count; i++) {
        const struct citizen *a = &full.citizens.list[i], *b = &few.citizens.list[i];
        CHECK(json_equal(a->person, b->person));
        CHECK_TEXT(a->service, b->service);
        CHECK(a->comes_s == b->comes_s && a->patience_s == b->patience_s && a->takes_s == b->takes_s);
        CHECK(a->stays_away == b->stays_away && a->booked_s == b->booked_s);
    }
    demo_drop_day(&full);
    demo_drop_day(&few);
    demo_close(&full);
    demo_close(&few);
}

/* --- offended --- */

static int64_t count_of(struct demo *d, const char *sql)
{
    int64_t count = 0;
    struct stmt *s = db_query(d->env.db, sql);
    while (db_step(s) == ERR_OK) {
        struct json *row = NULL;
        REQUIRE(json_parse(db_text(s, 0), strlen(db_text(s, 0)), &row, NULL) == ERR_OK);
        count += json_count(json_get(row, "complaints")) > 0 || json_text(row, "text");
        json_free(&row);
    }
    db_done(s);
    return count;
}

TEST(offended_people_complain_unless_somebody_said_sorry)
{
    struct scenario s = scenario_of("people 14\npatience 300 400\n");
    struct verified done = {0};
    struct err_info info = {0};
    for (int calmed = 0; calmed < 2; calmed++) {
        struct demo_figures f = {0};
        struct demo d;
        begin(&d, &s, &f, 0);
        REQUIRE(db_begin(d.env.db) == ERR_OK && demo_book(&d, DEMO_EVE_S) == ERR_OK);
        demo_plan(&d);
        for (int i = 0; i < d.visit_count; i++) {
            d.visits[i].offended = true;
            d.visits[i].calmed = calmed;
        }
        struct json *state = demo_state(&d); /* a death forgets neither */
        demo_drop_day(&d);
        REQUIRE(demo_go_on(&d, state));
        json_free(&state);
        REQUIRE(demo_play_until(&d, INT64_MAX) == ERR_OK && demo_shut_all(&d) == ERR_OK);
        CHECK_TEXT(d.refusal, "");
        int64_t decided = count_of(&d, "SELECT row FROM cases ORDER BY id"),
                surveyed = count_of(&d, "SELECT row FROM surveys ORDER BY id");
        CHECK(calmed ? decided + surveyed == 0 : decided > 0 && surveyed > 0);
        CHECK(f.served + f.missing > 8);
        demo_drop_day(&d);
        REQUIRE(db_commit(d.env.db) == ERR_OK);
        CHECK(verify_store(d.env.db, &done, &info) == ERR_OK);
        demo_figures_free(&f);
        demo_close(&d);
    }
}

/* The first clerk is somebody who learns: nobody knows beforehand what they do. */
static struct demo_visit *called_by_hand(struct demo *d, struct demo_clerk *trainee)
{
    struct json *body = json_new_object(), *data = NULL;
    json_set_text(body, "counter", trainee->counter);
    if (trainee->fence == 0) {
        REQUIRE(demo_say(d, &trainee->actor, "counter.open", json_copy(body), NULL, &data) == ERR_OK);
        trainee->fence = json_int(data, "fence", 0);
        json_free(&data);
    }
    json_free(&body);
    REQUIRE(demo_say(d, &trainee->actor, "ticket.call_next", demo_about_counter(trainee), NULL, &data) ==
            ERR_OK);
    REQUIRE(demo_watch(d, true) == ERR_OK);
    int found = demo_visit_of(d, json_text_or(json_get(data, "ticket"), "id", "-"));
    json_free(&data);
    REQUIRE(found >= 0 && d->visits[found].taken);
    d->visits[found].offended = true;
    d->now_s += DEMO_MINUTE_S; /* they are there */
    REQUIRE(demo_say(d, &trainee->actor, "ticket.start", demo_about_ticket(&d->visits[found]), NULL, NULL) ==
            ERR_OK);
    return &d->visits[found];
}

static void finish_by_hand(struct demo *d, struct demo_clerk *trainee, struct demo_visit *visit)
{
    struct json *body = demo_about_ticket(visit);
    json_set_text(body, "outcome", "served");
    REQUIRE(demo_say(d, &trainee->actor, "ticket.finish", body, NULL, NULL) == ERR_OK);
    REQUIRE(demo_watch(d, true) == ERR_OK);
    CHECK(visit->gone);
}

TEST(offended_person_complains_to_a_trainee_when_the_call_is_over)
{
    struct scenario s = scenario_of("people 60\nbusiest 100\npatience 300 400\n");
    struct demo_figures f = {0};
    struct demo d;
    begin(&d, &s, &f, 1);
    struct demo_clerk trainee = d.clerks[0];
    d.clerk_count = 0;
    REQUIRE(db_begin(d.env.db) == ERR_OK && demo_book(&d, DEMO_EVE_S) == ERR_OK);
    demo_plan(&d);
    REQUIRE(demo_play_until(&d, 10 * DEMO_HOUR_S) == ERR_OK);
    d.now_s = 10 * DEMO_HOUR_S;
    finish_by_hand(&d, &trainee, called_by_hand(&d, &trainee));
    CHECK_INT(count_of(&d, "SELECT row FROM surveys"), 1);

    struct demo_visit *visit = called_by_hand(&d, &trainee); /* is told sorry */
    visit->calmed = true;
    finish_by_hand(&d, &trainee, visit);
    CHECK_INT(count_of(&d, "SELECT row FROM surveys"), 1);

    visit = called_by_hand(&d, &trainee); /* is told sorry, and has to wait again */
    visit->calmed = true;
    struct json *body = demo_about_ticket(visit);
    json_set_text(body, "note", "to their place");
    REQUIRE(demo_say(&d, &d.supervisor, "ticket.return", body, NULL, NULL) == ERR_OK);
    REQUIRE(demo_watch(&d, true) == ERR_OK);
    CHECK(!visit->calmed && !visit->gone);
    CHECK_INT(count_of(&d, "SELECT row FROM surveys"), 1);
    CHECK_TEXT(d.refusal, "");
    d.clerk_count = 1;
    demo_drop_day(&d);
    demo_figures_free(&f);
    demo_close(&d);
}

TEST(complaints_are_written_in_the_citizens_language)
{
    for (int i = 0; i < SCENARIO_LANGS; i++)
        for (int j = 0; j < i; j++) {
            CHECK(
                !str_equal(talk_complaint(scenario_langs[i], true), talk_complaint(scenario_langs[j], true)));
            CHECK(!str_equal(talk_complaint(scenario_langs[i], false),
                             talk_complaint(scenario_langs[j], false)));
        }
    CHECK_TEXT(talk_complaint("fr", true), talk_complaint("en", true));
    CHECK_TEXT(talk_complaint(NULL, false), talk_complaint("en", false));
}
