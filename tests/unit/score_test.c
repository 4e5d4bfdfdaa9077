/* tests/unit/score_test.c: a day without a mistake is worth 100, each mistake costs what the table says, by itself and
 * among others, in whatever order the facts come. */
#include "core/demo/score.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/demo/scenario.h"
#include "core/form/notice.h"
#include "tests/support/test.h"

static struct score_fact fact(enum score_fact_kind kind, int64_t is, int64_t should, const char *at)
{
    struct score_fact f = {
        .kind = kind, .is = is, .should = should, .rev = 7, .number = "P-014", .what = "refuse"};
    str_copy(f.at, sizeof f.at, at);
    return f;
}

/* A day as it should be: of each kind one that costs nothing. */
static const struct {
    enum score_fact_kind kind;
    int64_t is, should;
} good[] = {{SCORE_WAITED, SCORE_WAIT_S, 0},
            {SCORE_IDLED, SCORE_DAWDLE_S - 1, 0},
            {SCORE_DECIDED, 1, 1},
            {SCORE_ANSWERED, 0, 0},
            {SCORE_LOOKED, 1, 0},
            {SCORE_CALLED, 0, 0},
            {SCORE_CALLED, 3, 1},
            {SCORE_NO_SHOW, 2, 2},
            {SCORE_KEYS, 80, 40}};
enum { GOOD = sizeof good / sizeof *good };

/* One mistake of each rule, and how often it costs the rule's points. */
static const struct {
    enum score_rule rule;
    enum score_fact_kind kind;
    int64_t is, should;
    int times;
} bad[] = {{SCORE_RULE_WAITED_TOO_LONG, SCORE_WAITED, SCORE_WAIT_S + 1, 0, 1},
           {SCORE_RULE_DAWDLED, SCORE_IDLED, 3 * SCORE_DAWDLE_S - 1, 0, 2},
           {SCORE_RULE_WRONG_DECISION, SCORE_DECIDED, 0, 0, 1},
           {SCORE_RULE_WRONG_REASON, SCORE_DECIDED, 1, 0, 1},
           {SCORE_RULE_DECISION_MENDED, SCORE_MENDED, 0, 0, 1},
           {SCORE_RULE_FIELD_WRONG, SCORE_ANSWERED, 3, 0, 3},
           {SCORE_RULE_LOOKED_NEEDLESSLY, SCORE_LOOKED, 0, 0, 1},
           {SCORE_RULE_UNDONE, SCORE_UNDID, 0, 0, 1},
           {SCORE_RULE_DISPUTED, SCORE_DISPUTED, 0, 0, 1},
           {SCORE_RULE_PASSED_OVER, SCORE_CALLED, 2, 0, 1},
           {SCORE_RULE_NOBODY_RECALLED, SCORE_NO_SHOW, 1, 2, 1},
           {SCORE_RULE_KEYSTROKES, SCORE_KEYS, 81, 40, 1}};
enum { BAD = sizeof bad / sizeof *bad };

static struct score_fact good_fact(int i)
{
    return fact(good[i].kind, good[i].is, good[i].should, "2026-11-24T08:10:00.000Z");
}

static struct score_fact bad_fact(int i)
{
    return fact(bad[i].kind, bad[i].is, bad[i].should, "2026-11-24T08:20:00.000Z");
}

static const struct json *find_line(const struct json *score, const char *rule, int64_t points)
{
    for (const struct json *line = json_first(json_get(score, "lines")); line; line = json_next(line))
        if (str_equal(json_text(line, "rule"), rule) && json_int(line, "points", 1) == points)
            return line;
    return NULL;
}

TEST(score_of_a_perfect_day_is_a_hundred)
{
    struct score_fact facts[GOOD];
    for (int i = 0; i < GOOD; i++)
        facts[i] = good_fact(i);
    struct json *score = score_of(facts, GOOD), *nothing = score_of(NULL, 0);
    CHECK_INT(json_int(score, "total", 0), SCORE_FULL);
    CHECK_INT(json_count(json_get(score, "lines")), 0);
    CHECK_INT(json_int(nothing, "total", 0), SCORE_FULL);
    json_free(&score);
    json_free(&nothing);
}

TEST(score_of_each_mistake_is_what_the_table_says)
{
    CHECK_INT(BAD, SCORE_RULE_COUNT);
    for (int i = 0; i < BAD; i++) {
        struct score_fact facts[GOOD + 1];
        for (int g = 0; g < GOOD; g++)
            facts[g] = good_fact(g);
        facts[GOOD] = bad_fact(i);
        struct json *score = score_of(facts, GOOD + 1);
        int64_t points = (int64_t)bad[i].times * score_rule_points(bad[i].rule);
        const struct json *line = find_line(score, score_rule_text(bad[i].rule), -points);
        CHECK_INT(json_int(score, "total", 0), SCORE_FULL - points);
        REQUIRE(line);
        CHECK(points > 0);
        CHECK_TEXT(json_text(line, "code"), score_rule_text(bad[i].rule));
        CHECK_TEXT(json_text(line, "at"), "2026-11-24T08:20:00.000Z");
        CHECK_INT(json_int(line, "rev", 0), 7);
        CHECK_TEXT(json_text(json_get(line, "args"), "number"), "P-014");
        json_free(&score);
    }
}

static struct score_fact any_fact(struct rng *rng)
{
    char at[TIME_TEXT];
    str_format(at, sizeof at, "2026-11-24T%02d:00:00.000Z", 8 + (int)rng_below(rng, 6));
    struct score_fact f =
        rng_below(rng, 2) ? good_fact((int)rng_below(rng, GOOD)) : bad_fact((int)rng_below(rng, BAD));
    str_copy(f.at, sizeof f.at, at);
    f.rev = (int64_t)rng_below(rng, 4);
    f.number = rng_below(rng, 2) ? "P-001" : "D-002";
    return f;
}

TEST(score_does_not_depend_on_the_order_of_the_facts)
{
    enum { DAYS = 300, FACTS_MAX = 12 };
    struct rng rng;
    rng_seed(&rng, 11);
    for (int day = 0; day < DAYS; day++) {
        struct score_fact facts[FACTS_MAX];
        int count = 1 + (int)rng_below(&rng, FACTS_MAX);
        int64_t alone = 0;
        for (int i = 0; i < count; i++) {
            facts[i] = any_fact(&rng);
            struct json *one = score_of(&facts[i], 1);
            alone += SCORE_FULL - json_int(one, "total", 0);
            json_free(&one);
        }
        struct json *score = score_of(facts, count);
        for (int i = count - 1; i > 0; i--) {
            int j = (int)rng_below(&rng, (uint64_t)i + 1);
            struct score_fact kept = facts[i];
            facts[i] = facts[j];
            facts[j] = kept;
        }
        struct json *again = score_of(facts, count);
        CHECK(json_equal(score, again));
        CHECK_INT(json_int(score, "total", -1), alone < SCORE_FULL ? SCORE_FULL - alone : 0);
        json_free(&score);
        json_free(&again);
    }
}

TEST(score_is_never_below_nothing)
{
    struct score_fact facts[40];
    for (int i = 0; i < 40; i++)
        facts[i] = fact(SCORE_DECIDED, 0, 0, "2026-11-24T08:20:00.000Z");
    struct json *score = score_of(facts, 40);
    CHECK_INT(json_int(score, "total", -1), 0);
    CHECK_INT(json_count(json_get(score, "lines")), 40);
    json_free(&score);
}

/* --- the paper --- */

static char *certificate(const char *lang, const struct score_fact *facts, int count)
{
    struct buf out = {0};
    struct json *score = score_of(facts, count), *names = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_set_text(names, scenario_langs[i], scenario_langs[i]);
    const struct score_certificate c = {.lang = lang,
                                        .name = "Aysel Məmmədova",
                                        .hall = "ASAN təlim mərkəzi",
                                        .scenario = names,
                                        .day = "2026-11-24",
                                        .date_order = "dmy",
                                        .score = score,
                                        .served = 31,
                                        .decided = 9};
    score_certificate(&c, &out);
    json_free(&names);
    json_free(&score);
    return out.data ? buf_take(&out) : xstrdup("");
}

TEST(score_certificate_says_training_in_four_languages)
{
    static const char *const words[SCENARIO_LANGS] = {"TƏLİM", "LATIHAN", "TRAINING", "ОБУЧЕНИЕ"};
    static const char *const wrong[SCENARIO_LANGS] = {
        "- Yanlış qərar: 1 dəfə, -10 bal", "- Keputusan salah: 1 kali, -10 poin",
        "- Wrong decision: 1 times, -10 points", "- Неверное решение: 1 раз, -10 баллов"};
    struct score_fact facts[] = {bad_fact(2), bad_fact(5)};
    for (int i = 0; i < SCENARIO_LANGS; i++) {
        char *text = certificate(scenario_langs[i], facts, 2), *rest = text;
        CHECK(str_starts(text, words[i]));
        CHECK(strstr(text + 1, words[i])); /* and at the end */
        CHECK(strstr(text, "Aysel Məmmədova") && strstr(text, "24.11.2026") && strstr(text, "84"));
        CHECK(strstr(text, wrong[i]));
        CHECK(!strstr(text, "{{"));
        for (char *line; (line = strsep(&rest, "\n")) != NULL;)
            CHECK(utf8_count(line, strlen(line)) <= NOTICE_COLUMNS);
        free(text);
    }
}

TEST(score_certificate_of_a_perfect_day_has_no_list)
{
    char *text = certificate("en", NULL, 0);
    CHECK(strstr(
        text, "Score: 100 of 100\nVisitors served: 31\nApplications decided: 9\n\nNo mistakes were made.\n"));
    CHECK(!strstr(text, "\n- "));
    free(text);
}
