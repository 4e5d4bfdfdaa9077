/* tests/unit/demo_test.c: citizens have the shapes that were counted in real halls, and a simulated day is the same again
 * for the same seed, by the hall's own rules. */
#include <stdlib.h>
#include <string.h>

#include "core/demo/truth.h"
#include "core/form/form.h"
#include "core/hall/demo_inside.h"
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

static struct pack pack_of(const char *id)
{
    struct pack pack;
    struct err_info info = {0};
    REQUIRE(setup_pack(id, &pack, &info) == ERR_OK);
    return pack;
}

TEST(citizens_are_the_same_for_the_same_seed_and_others_for_another)
{
    struct scenario s = scenario_of("people 60\nbookings 30\n");
    struct pack pack = pack_of("id");
    struct citizens a, b, c, d;
    citizens_make(&s, &pack, 5, 3, 2026, all_served, NULL, &a);
    citizens_make(&s, &pack, 5, 3, 2026, all_served, NULL, &b);
    citizens_make(&s, &pack, 6, 3, 2026, all_served, NULL, &c);
    citizens_make(&s, &pack, 5, 4, 2026, all_served, NULL, &d);
    REQUIRE(a.count == b.count && a.count > 0);
    for (int i = 0; i < a.count; i++) {
        char *one = json_print(a.list[i].person), *other = json_print(b.list[i].person);
        CHECK_TEXT(one, other);
        CHECK_INT(a.list[i].comes_s, b.list[i].comes_s);
        CHECK_TEXT(a.list[i].service, b.list[i].service);
        CHECK(i == 0 || a.list[i - 1].comes_s <= a.list[i].comes_s);
        free(one);
        free(other);
    }
    char *mine = json_print(a.list[0].person), *theirs = json_print(c.list[0].person),
         *next = json_print(d.list[0].person);
    CHECK(!str_equal(mine, theirs));
    CHECK(!str_equal(mine, next));
    free(mine);
    free(theirs);
    free(next);
    citizens_free(&a);
    citizens_free(&b);
    citizens_free(&c);
    citizens_free(&d);
    pack_free(&pack);
}

/* Nobody real can be hit: FORMS.md and PRODUCT.md on demo data. */
TEST(citizens_are_nobody)
{
    struct scenario s = scenario_of("people 300\n");
    struct pack pack = pack_of("id");
    struct citizens all;
    citizens_make(&s, &pack, 1, 0, 2026, all_served, NULL, &all);
    for (int i = 0; i < all.count; i++) {
        CHECK(str_starts(json_text_or(all.list[i].person, "nik", ""), "99"));
        CHECK(str_starts(json_text_or(all.list[i].person, "phone", ""), "+628120000"));
    }
    citizens_free(&all);
    pack_free(&pack);
}

/* Within four standard deviations of the share that is asked for. */
static void hold_share(const char *what, int64_t hits, int64_t of, double percent)
{
    double p = percent / 100, mean = (double)of * p, apart = (double)hits - mean,
           variance = (double)of * p * (1 - p);
    if (!check(apart * apart <= 16 * variance, __FILE__, __LINE__, what))
        check_int(hits, (int64_t)mean, __FILE__, __LINE__, what);
}

static const char *agency_of(const struct pack *pack, const char *service)
{
    return json_text_or(pack_service(pack, service), "agency", "");
}

TEST(two_hundred_days_have_the_shapes_that_were_counted)
{
    enum { DAYS = 200, PEOPLE = 120, BOOKINGS = 40 };
    struct scenario s = scenario_of("people 120\nbookings 40\nshape 08:00 60 10:00 30 13:00 10\nforgot 15\n");
    struct pack pack = pack_of("id");
    int64_t people = 0, booked = 0, away = 0, came = 0, early = 0, busiest = 0, papers = 0, forgot = 0,
            first = 0, last = 0;
    double takes = 0, expected = 0;
    for (int day = 0; day < DAYS; day++) {
        struct citizens all;
        citizens_make(&s, &pack, 11, day, 2026, all_served, NULL, &all);
        for (int i = 0; i < all.count; i++) {
            const struct citizen *c = &all.list[i];
            busiest += str_equal(agency_of(&pack, c->service), "id.dukcapil");
            if (json_count(json_get(pack_service(&pack, c->service), "documents")) > 0) {
                papers++;
                forgot += c->forgot != NULL;
            }
            takes += (double)c->takes_s;
            expected += 1;
            if (c->booked_s < 0) {
                people++;
                first += c->comes_s < 10 * 3600;
                last += c->comes_s >= 13 * 3600;
                continue;
            }
            booked++;
            away += c->stays_away;
            if (c->booked_s >= (8 * 60 + 140) * 60) { /* no doors keep them outside two hours before */
                came++;
                early += c->booked_s - c->comes_s >= 100 * 60;
            }
        }
        citizens_free(&all);
    }
    hold_share("a share of the busiest agency", busiest, people + booked, 62);
    hold_share("bookings that nobody comes to", away, booked, 29);
    hold_share("two hours early", early, came, 40);
    hold_share("a forgotten paper", forgot, papers, 15);
    hold_share("before ten", first, people, 60);
    hold_share("after one", last, people, 10);
    /* Poisson: the variance of the sum is its mean. */
    double apart = (double)people - DAYS * PEOPLE;
    CHECK(apart * apart <= 16.0 * DAYS * PEOPLE);
    apart = (double)booked - DAYS * BOOKINGS;
    CHECK(apart * apart <= 16.0 * DAYS * BOOKINGS);
    CHECK(takes / expected > 4 * 60 && takes / expected < 16 * 60);
    pack_free(&pack);
}

/* --- applications --- */

struct shares {
    int64_t all, forgot, forgotten_paper, judged, no_right, right, elsewhere, refused, falsified, possible;
};

static void count_truth(struct shares *n, const struct truth *truth, const struct citizen *citizen)
{
    bool asked = citizen->forgot && truth_paper(truth, citizen->forgot);
    n->all++;
    n->forgot += asked;
    n->forgotten_paper += truth->ground == TRUTH_PAPER_MISSING;
    if (asked)
        return;
    n->possible += truth->paper_count > 0;
    n->falsified += truth->ground == TRUTH_FALSE_PAPER;
    if (truth->ground == TRUTH_FALSE_PAPER)
        return;
    n->judged++;
    n->no_right += truth->ground == TRUTH_NO_RIGHT;
    if (truth->ground == TRUTH_NO_RIGHT)
        return;
    n->right++;
    n->elsewhere += truth->ground == TRUTH_ELSEWHERE;
}

TEST(two_hundred_days_have_the_papers_and_outcomes_that_are_asked_for)
{
    enum { DAYS = 200 };
    struct scenario s = scenario_of("people 5\nforgot 20\nfalse_paper 15\nno_right 20\nelsewhere 25\n");
    struct pack pack = pack_of("az");
    struct form **forms = xcalloc((size_t)pack.service_count, sizeof *forms);
    struct shares n = {0};
    for (int day = 0; day < DAYS; day++) {
        struct citizens all;
        citizens_make(&s, &pack, 11, day, 2026, all_served, NULL, &all);
        for (int i = 0; i < all.count; i++) {
            const struct json *service = pack_service(&pack, all.list[i].service);
            int at = 0;
            while (pack.services[at] != service)
                at++;
            const struct form_source source = {.service = service, .pack = pack.about};
            struct truth truth;
            struct err_info info = {0};
            if (!json_get(service, "form"))
                continue;
            if (!forms[at])
                REQUIRE(form_open(&source, &forms[at], &info) == ERR_OK);
            const struct truth_about about = {
                &pack, service, &all.list[i], "2026-03-02", forms[at], 11, 15, 0, 20, 25};
            REQUIRE(truth_make(&about, &truth, &info) == ERR_OK);
            if (all.list[i].temper != TEMPER_FRAUD)
                count_truth(&n, &truth, &all.list[i]);
            truth_free(&truth);
        }
        citizens_free(&all);
    }
    CHECK(n.all > 400);
    CHECK_INT(n.forgotten_paper, n.forgot);
    hold_share("no right", n.no_right, n.judged, 20);
    hold_share("elsewhere", n.elsewhere, n.right, 25);
    /* not every paper can be false: a photograph, a statement */
    CHECK(n.falsified > n.possible * 8 / 100);
    double mean = (double)n.possible * 0.15, apart = (double)n.falsified - mean;
    CHECK(apart <= 0 || apart * apart <= 16 * mean);
    for (int i = 0; i < pack.service_count; i++)
        form_free(&forms[i]);
    free(forms);
    pack_free(&pack);
}

static struct demo_figures play(const char *more, const char *pack, uint64_t seed, int clerks, int day)
{
    struct scenario s = scenario_of(more);
    struct demo demo;
    struct demo_figures figures = {0};
    struct err_info info = {0};
    if (!CHECK(demo_open(&demo, &s, pack, seed, clerks, &info) == ERR_OK)) {
        CHECK_TEXT(info.text, "");
        test_abandon();
    }
    for (int i = 0; i <= day; i++) {
        demo_figures_free(&figures);
        REQUIRE(demo_day(&demo, i, &figures, &info) == ERR_OK);
        CHECK_TEXT(demo.refusal, "");
    }
    demo_close(&demo);
    return figures;
}

TEST(simulated_day_is_the_same_to_the_byte_of_its_feed)
{
    struct demo_figures a = play("people 20\nbookings 5\n", "az", 3, 0, 1),
                        b = play("people 20\nbookings 5\n", "az", 3, 0, 1),
                        c = play("people 20\nbookings 5\n", "az", 4, 0, 1);
    CHECK_TEXT(a.feed, b.feed);
    CHECK(!str_equal(a.feed, c.feed));
    demo_figures_free(&a);
    demo_figures_free(&b);
    demo_figures_free(&c);
}

TEST(simulated_day_accounts_for_everybody)
{
    struct demo_figures f =
        play("people 60\nbookings 12\nat 09:00 away 3 30\nat 10:00 outage 15\nat 11:00 power 10\n"
             "at 12:00 emergency\nat 13:00 rush 10 10\n",
             "id", 9, 0, 0);
    CHECK_INT(f.refused, 0);
    CHECK(f.visitors > 40);
    CHECK_INT(f.issued, f.visitors - f.came + f.booked);
    CHECK_INT(f.visitors, f.served + f.missing + f.left);
    CHECK_INT(f.wait_count, f.served + f.missing);
    CHECK_INT(f.no_shows, f.booked - f.came + f.left);
    CHECK_INT(f.early, 0);
    demo_figures_free(&f);
}

TEST(fewer_clerks_make_people_wait_longer)
{
    struct demo_figures many = play("people 50\nbusiest 100\n", "id", 2, 3, 0),
                        few = play("people 50\nbusiest 100\n", "id", 2, 1, 0);
    REQUIRE(many.wait_count > 10 && few.wait_count > 10);
    CHECK(few.waits_s[few.wait_count / 2] > many.waits_s[many.wait_count / 2]);
    demo_figures_free(&many);
    demo_figures_free(&few);
}
