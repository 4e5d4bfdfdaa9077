/* tests/unit/demo_case_test.c: on a simulated day every application is decided by the law, by what the papers show, and
 * two decisions that meet are settled; the store is whole afterwards. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_inside.h"
#include "core/hall/verify.h"
#include "tests/support/test.h"

struct played {
    struct scenario scenario;
    struct demo demo;
    struct demo_figures figures;
};

static void play(struct played *p, const char *more, const char *pack)
{
    struct err_info info = {0};
    char *text = xasprintf(
        "name.az A\nname.id A\nname.en A\nname.ru A\nabout.az B\nabout.id B\nabout.en B\nabout.ru B\n"
        "doors 08:00 15:00\n%spatience 400 500\n%s",
        strstr(more, "people ") ? "" : "people 60\n", more);
    REQUIRE(scenario_read("t.scenario", text, strlen(text), NULL, NULL, &p->scenario, &info) == ERR_OK);
    free(text);
    if (!CHECK(demo_open(&p->demo, &p->scenario, pack, 21, 0, &info) == ERR_OK))
        test_abandon();
    REQUIRE(demo_day(&p->demo, 0, &p->figures, &info) == ERR_OK);
    CHECK_TEXT(p->demo.refusal, "");
    CHECK_INT(p->figures.refused, 0);
}

static void end(struct played *p)
{
    struct verified done = {0};
    struct err_info info = {0};
    if (!CHECK(verify_store(p->demo.env.db, &done, &info) == ERR_OK))
        CHECK_TEXT(info.text, "");
    demo_figures_free(&p->figures);
    demo_close(&p->demo);
}

static struct json *rows(struct played *p, const char *sql)
{
    struct json *list = json_new_array();
    REQUIRE(rows_collect(db_query(p->demo.env.db, sql), list) == ERR_OK);
    return list;
}

static struct json *cases(struct played *p)
{
    return rows(p, "SELECT row FROM cases ORDER BY id");
}

static struct json *decisions(struct played *p)
{
    return rows(p, "SELECT row FROM decisions ORDER BY id");
}

/* --- what is granted --- */

TEST(simulated_applications_are_decided_all)
{
    static const char *const packs[] = {"az", "id"};
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
        struct played p = {0};
        play(&p, "", packs[i]);
        const struct demo_figures *f = &p.figures;
        CHECK(f->applications > 20);
        CHECK_INT(f->approved + f->refusals + f->returned + f->referred, f->applications);
        CHECK(f->approved > f->applications / 2);
        struct json *all = cases(&p);
        CHECK_INT(json_count(all), f->applications);
        for (const struct json *row = json_first(all); row; row = json_next(row)) {
            CHECK(!str_empty(json_text(row, "ticket")) && !str_empty(json_text(row, "person")));
            CHECK(!str_equal(json_text(row, "state"), "draft"));
        }
        json_free(&all);
        end(&p);
    }
}

/* --- what each share brings --- */

/* Every decision of the day: its outcome, a reason of these, and for a return the papers. */
static void expect_all(struct played *p, const char *outcome, const char *reasons, bool papers)
{
    struct json *all = decisions(p);
    int hits = 0, others = 0;
    for (const struct json *row = json_first(all); row; row = json_next(row)) {
        if (!str_equal(json_text(row, "kind"), "decision"))
            continue;
        bool it = str_equal(json_text(row, "outcome"), outcome);
        const char *reason = json_as_text(json_first(json_get(row, "reasons")));
        hits += it;
        others += !it;
        if (!it)
            continue;
        CHECK(reason && strstr(reasons, reason) != NULL);
        CHECK((json_count(json_get(row, "papers")) > 0) == papers);
        if (strcmp(outcome, "refer") != 0)
            CHECK(!str_empty(json_text(row, "notice")));
    }
    CHECK(hits > 0 && hits > 4 * others);
    json_free(&all);
}

TEST(simulated_application_without_a_right_is_refused_and_agreed_to)
{
    struct played p = {0};
    play(&p, "no_right 100\nforgot 0\n", "az");
    expect_all(&p, "refuse", "R02", false);
    CHECK_INT(p.figures.refusals, p.figures.applications);
    CHECK(p.figures.confirmed > 0);
    struct json *all = cases(&p);
    for (const struct json *row = json_first(all); row; row = json_next(row))
        CHECK(!json_bool(row, "confirm_pending", false) || !str_empty(json_text(row, "confirmed_by")));
    json_free(&all);
    end(&p);
}

TEST(simulated_application_that_belongs_elsewhere_is_referred)
{
    struct played p = {0};
    play(&p, "elsewhere 100\nforgot 0\n", "id");
    expect_all(&p, "refer", "F01", false);
    end(&p);
}

TEST(simulated_application_with_a_false_paper_is_refused)
{
    struct played p = {0};
    play(&p, "false_paper 100\nforgot 0\n", "az");
    expect_all(&p, "refuse", "R01", false);
    end(&p);
}

TEST(simulated_application_without_a_paper_comes_back_with_its_name)
{
    struct played p = {0};
    play(&p, "forgot 100\nbusiest 100\n", "az");
    struct json *all = decisions(&p);
    int returned = 0;
    for (const struct json *row = json_first(all); row; row = json_next(row))
        if (str_equal(json_text(row, "outcome"), "return")) {
            const char *paper = json_as_text(json_first(json_get(row, "papers")));
            returned++;
            CHECK_TEXT(json_as_text(json_first(json_get(row, "reasons"))), "T01");
            CHECK(!str_empty(paper));
        }
    CHECK_INT(returned, p.figures.returned);
    CHECK(returned > p.figures.applications / 2); /* the draft does not need each */
    json_free(&all);
    end(&p);
}

/* --- two decisions --- */

TEST(simulated_contested_decision_is_kept_twice_and_settled)
{
    struct played p = {0};
    play(&p, "at 08:30 contested 2\n", "id");
    CHECK_INT(p.figures.contested, 2);
    struct json *disputes = rows(&p, "SELECT row FROM disputes ORDER BY id"), *all = cases(&p),
                *made = decisions(&p);
    CHECK_INT(json_count(disputes), 2);
    for (const struct json *row = json_first(disputes); row; row = json_next(row)) {
        CHECK_TEXT(json_text(row, "code"), "contested");
        CHECK_TEXT(json_text(row, "state"), "closed");
    }
    for (const struct json *row = json_first(all); row; row = json_next(row))
        CHECK(!json_has_text(json_get(row, "flags"), "contested"));
    int late = 0;
    for (const struct json *row = json_first(made); row; row = json_next(row))
        late += str_equal(json_text(row, "kind"), "decision") &&
                str_equal(json_text(row, "meeting"), "contested");
    CHECK_INT(late, 2);
    json_free(&disputes);
    json_free(&all);
    json_free(&made);
    end(&p);
}

/* --- the queue --- */

static const char *stamp_at(const struct json *row, const char *event)
{
    for (const struct json *s = json_first(json_get(row, "stamps")); s; s = json_next(s))
        if (str_equal(json_text(s, "event"), event))
            return json_text(s, "at");
    return "";
}

/* When that ticket was called first, somebody of a class waited in its queue. */
static bool passed_over(const struct json *all, const struct json *row)
{
    const char *at = stamp_at(row, "call");
    for (const struct json *other = json_first(all); other; other = json_next(other))
        if (json_int(other, "priority_class", 0) > 0 &&
            str_equal(json_text(other, "queue"), json_text(row, "queue")) &&
            strcmp(json_text_or(other, "arrived_at", "~"), at) <= 0 &&
            strcmp(stamp_at(other, "call"), at) > 0)
            return true;
    return false;
}

TEST(simulated_quarrel_ends_with_everybody_in_their_place)
{
    struct played p = {0};
    play(&p, "people 110\nbusiest 100\npriority 7\nat 08:30 quarrel 2\n", "az");
    CHECK_INT(p.figures.quarrels, 2);
    struct json *all = rows(&p, "SELECT row FROM tickets ORDER BY id");
    int sent_back = 0;
    for (const struct json *row = json_first(all); row; row = json_next(row)) {
        bool named = false, back = false;
        for (const struct json *s = json_first(json_get(row, "stamps")); s; s = json_next(s))
            back = back || str_equal(json_text(s, "event"), "return");
        named = json_text(row, "call_reason") != NULL;
        CHECK(named == back);
        if (!back)
            continue;
        sent_back++;
        CHECK(passed_over(all, row));
        CHECK(json_is_null(json_get(row, "priority")));
        CHECK_TEXT(json_text(row, "state"), "done"); /* served later, in turn */
    }
    CHECK(sent_back > 0); /* one may claim it twice */
    json_free(&all);
    end(&p);
}

/* --- the bus --- */

TEST(simulated_bus_comes_home_with_what_was_done_on_it)
{
    static const char *const packs[] = {"az", "id"};
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
        struct played p = {0};
        play(&p, "people 80\nbusiest 45\nat 09:00 bus 180\n", packs[i]);
        CHECK_INT(p.figures.trips, 1);
        CHECK(p.figures.bus_served > 0);
        struct json *queues = rows(&p, "SELECT row FROM queues ORDER BY id"),
                    *all = rows(&p, "SELECT row FROM tickets ORDER BY id");
        for (const struct json *row = json_first(queues); row; row = json_next(row))
            CHECK(str_empty(json_text(row, "home"))); /* all are at home again */
        int open = 0;
        for (const struct json *row = json_first(all); row; row = json_next(row))
            open += str_equal(json_text(row, "state"), "serving") || json_text(row, "away");
        CHECK_INT(open, 0);
        CHECK_INT(p.figures.visitors, p.figures.served + p.figures.missing + p.figures.left);
        json_free(&queues);
        json_free(&all);
        end(&p);
    }
}
