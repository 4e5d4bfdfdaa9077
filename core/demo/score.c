/* core/demo/score.c: see score.h. */
#include "core/demo/score.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    int points;
    enum score_fact_kind fact;
} rules[] = {
#define X(name, text, points, fact, sentence) {text, points, SCORE_##fact},
    SCORE_RULE_LIST(X)
#undef X
};

const char *score_rule_text(enum score_rule rule)
{
    return rules[rule].text;
}

int score_rule_points(enum score_rule rule)
{
    return rules[rule].points;
}

/* How often the rule's points are lost by a fact of its kind. */
static int64_t times(enum score_rule rule, const struct score_fact *fact)
{
    switch (rule) {
    case SCORE_RULE_WAITED_TOO_LONG:
        return fact->is > SCORE_WAIT_S;
    case SCORE_RULE_DAWDLED:
        return fact->is / SCORE_DAWDLE_S;
    case SCORE_RULE_WRONG_DECISION:
        return fact->is == 0;
    case SCORE_RULE_WRONG_REASON:
        return fact->is != 0 && fact->should == 0;
    case SCORE_RULE_FIELD_WRONG:
        return fact->is;
    case SCORE_RULE_LOOKED_NEEDLESSLY:
        return fact->is == 0;
    case SCORE_RULE_DECISION_MENDED:
    case SCORE_RULE_UNDONE:
    case SCORE_RULE_DISPUTED:
        return 1;
    case SCORE_RULE_PASSED_OVER:
        return fact->is > 0 && fact->should == 0;
    case SCORE_RULE_NOBODY_RECALLED:
        return fact->is < fact->should;
    case SCORE_RULE_KEYSTROKES:
        return fact->is > 2 * fact->should;
    case SCORE_RULE_COUNT:
        break;
    }
    return 0;
}

static int texts_differ(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* By the time of the day; what happened at once by everything else, so that no order of the facts matters. */
static int by_time(const void *a, const void *b)
{
    const struct score_fact *x = *(const struct score_fact *const *)a,
                            *y = *(const struct score_fact *const *)b;
    const int64_t differences[] = {strcmp(x->at, y->at),
                                   x->rev - y->rev,
                                   (int64_t)x->kind - (int64_t)y->kind,
                                   texts_differ(x->number, y->number),
                                   texts_differ(x->what, y->what),
                                   x->is - y->is,
                                   x->should - y->should};
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        if (differences[i] != 0)
            return differences[i] < 0 ? -1 : 1;
    return 0;
}

static struct json *line_of(enum score_rule rule, const struct score_fact *fact, int64_t points)
{
    struct json *line = json_new_object(), *args = json_new_object();
    if (fact->number)
        json_set_text(args, "number", fact->number);
    if (fact->what)
        json_set_text(args, "what", fact->what);
    if (json_count(fact->fields))
        json_set(args, "fields", json_copy(fact->fields));
    json_set_int(args, "is", fact->is);
    json_set_int(args, "should", fact->should);
    json_set_text(line, "rule", rules[rule].text);
    json_set_int(line, "points", -points);
    json_set_text(line, "at", fact->at);
    json_set_int(line, "rev", fact->rev);
    json_set_text(line, "code", rules[rule].text);
    json_set(line, "args", args);
    return line;
}

struct json *score_of(const struct score_fact *facts, int count)
{
    struct json *score = json_new_object(), *lines = json_new_array();
    const struct score_fact **sorted = xcalloc((size_t)count + 1, sizeof *sorted);
    int64_t lost = 0;
    for (int i = 0; i < count; i++)
        sorted[i] = &facts[i];
    if (count > 1)
        qsort(sorted, (size_t)count, sizeof *sorted, by_time);
    for (int i = 0; i < count; i++)
        for (int rule = 0; rule < SCORE_RULE_COUNT; rule++) {
            if (rules[rule].fact != sorted[i]->kind)
                continue;
            int64_t points = times((enum score_rule)rule, sorted[i]) * rules[rule].points;
            lost += points;
            if (points > 0)
                json_add(lines, line_of((enum score_rule)rule, sorted[i], points));
        }
    json_set_int(score, "total", lost < SCORE_FULL ? SCORE_FULL - lost : 0);
    json_set(score, "lines", lines);
    free(sorted);
    return score;
}
