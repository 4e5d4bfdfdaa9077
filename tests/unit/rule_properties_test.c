/* tests/unit/rule_properties_test.c: the calling rules as promises to the people who wait, on random halls in which people
 * keep coming: nobody starves, shares are kept within a round, like is treated alike, whatever order rows are read in. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/model/rule.h"
#include "tests/support/test.h"

enum { PEOPLE_MAX = 400, MINUTE_MS = 60 * 1000 };
static const int64_t start_ms = INT64_C(1795500000000);

struct crowd {
    struct candidate people[PEOPLE_MAX];
    char numbers[PEOPLE_MAX][8];
    int count, drawn;
};

static void come(struct crowd *crowd, const char *queue, int64_t now_ms, int priority)
{
    if (crowd->count == PEOPLE_MAX || crowd->drawn == PEOPLE_MAX)
        return;
    char *number = crowd->numbers[crowd->drawn];
    str_format(number, sizeof crowd->numbers[0], "P%03d", crowd->drawn++);
    crowd->people[crowd->count++] =
        (struct candidate){.number = number, .queue = queue, .arrived_ms = now_ms, .priority = priority};
}

static struct candidate leave(struct crowd *crowd, int index)
{
    struct candidate gone = crowd->people[index];
    crowd->people[index] = crowd->people[--crowd->count];
    return gone;
}

static bool ordinary_waits(const struct crowd *crowd)
{
    for (int i = 0; i < crowd->count; i++)
        if (!crowd->people[i].priority)
            return true;
    return false;
}

/* However many come with priority, an ordinary citizen is called after max_run of them at the latest. */
TEST(rule_priority_starves_nobody_while_people_keep_coming)
{
    struct rng rng;
    rng_seed(&rng, 31);
    for (int round = 0; round < 100; round++) {
        static struct crowd crowd;
        struct rule_queue queue = {"q", RULE_PRIORITY, 1 + (int)rng_below(&rng, 5), 1};
        struct rule_state state = {0};
        int64_t now_ms = start_ms;
        int run = 0;
        crowd.count = crowd.drawn = 0;
        come(&crowd, "q", now_ms, 0);
        for (int call = 0; call < 150; call++) {
            now_ms += MINUTE_MS;
            for (uint64_t i = rng_below(&rng, 4); i > 0; i--)
                come(&crowd, "q", now_ms, rng_below(&rng, 4) ? 1 + (int)rng_below(&rng, 3) : 0);
            struct rule_desk desk = {&queue, 1, now_ms};
            bool due = ordinary_waits(&crowd);
            int chosen = rule_choose(&desk, &state, crowd.people, crowd.count, NULL);
            if (chosen < 0)
                continue;
            run = crowd.people[chosen].priority && due ? run + 1 : 0;
            REQUIRE(run <= queue.max_run);
            (void)leave(&crowd, chosen);
        }
    }
}

/* Queues that are never empty: after each call every queue has its share, give or take the round that is under way. */
static bool waits_in(const struct crowd *crowd, const char *queue, bool lawful)
{
    for (int i = 0; i < crowd->count; i++)
        if ((!queue || str_equal(crowd->people[i].queue, queue)) && (crowd->people[i].priority > 0) == lawful)
            return true;
    return false;
}

/* Of several such queues at one counter each lets as many priority calls pass in a row as it must, whichever they are from,
 * and not one more; and as long as none has, the lawful go first. */
TEST(rule_priority_is_counted_by_each_queue_of_a_counter)
{
    enum { QUEUES = 3 };
    static const char *const names[QUEUES] = {"q", "r", "s"};
    struct rng rng;
    int turns = 0, first = 0;
    rng_seed(&rng, 47);
    for (int round = 0; round < 100; round++) {
        static struct crowd crowd;
        struct rule_queue queues[QUEUES];
        struct rule_state state = {0};
        int64_t now_ms = start_ms;
        int passed[QUEUES] = {0};
        crowd.count = crowd.drawn = 0;
        for (int q = 0; q < QUEUES; q++)
            queues[q] = (struct rule_queue){names[q], RULE_PRIORITY, 1 + (int)rng_below(&rng, 4), 1};
        for (int call = 0; call < 120; call++) {
            now_ms += MINUTE_MS;
            for (uint64_t i = rng_below(&rng, 4); i > 0; i--) { /* in the last queue nobody is ordinary */
                int q = (int)rng_below(&rng, QUEUES);
                come(&crowd, names[q], now_ms,
                     q == 2 || rng_below(&rng, 3) ? 1 + (int)rng_below(&rng, 3) : 0);
            }
            bool due = false, before[QUEUES];
            for (int q = 0; q < QUEUES; q++) {
                before[q] = waits_in(&crowd, names[q], false);
                due = due || (before[q] && passed[q] >= queues[q].max_run);
            }
            bool lawful = waits_in(&crowd, NULL, true);
            struct rule_desk desk = {queues, QUEUES, now_ms};
            int chosen = rule_choose(&desk, &state, crowd.people, crowd.count, NULL);
            if (chosen < 0)
                continue;
            struct candidate called = leave(&crowd, chosen);
            REQUIRE((called.priority > 0) == (lawful && !due));
            for (int i = 0; i < crowd.count && !called.priority;
                 i++) /* whose turn it is: who came first of all */
                REQUIRE(crowd.people[i].priority > 0 || crowd.people[i].arrived_ms >= called.arrived_ms);
            for (int q = 0; q < QUEUES; q++) {
                passed[q] = called.priority > 0 && before[q] ? passed[q] + 1 : 0;
                REQUIRE(passed[q] <= queues[q].max_run && state.run[q] == passed[q]);
            }
            turns += due;
            first += lawful && !due;
        }
    }
    CHECK(turns > 500 && first > 500);
}

TEST(rule_shares_are_kept_within_a_round)
{
    struct rng rng;
    rng_seed(&rng, 37);
    for (int round = 0; round < 100; round++) {
        static const char *const ids[] = {"a", "b", "c", "d"};
        static struct crowd crowd;
        struct rule_queue queues[4];
        struct rule_state state = {0};
        int count = 2 + (int)rng_below(&rng, 3), sum = 0, called[4] = {0};
        crowd.count = crowd.drawn = 0;
        for (int q = 0; q < count; q++) {
            queues[q] = (struct rule_queue){ids[q], RULE_WEIGHTED, 0, 1 + (int)rng_below(&rng, 6)};
            sum += queues[q].weight;
            come(&crowd, ids[q], start_ms, 0);
        }
        for (int call = 1; call <= 200; call++) {
            struct rule_desk desk = {queues, count, start_ms + call * MINUTE_MS};
            int chosen = rule_choose(&desk, &state, crowd.people, crowd.count, NULL);
            REQUIRE(chosen >= 0);
            struct candidate gone = leave(&crowd, chosen);
            for (int q = 0; q < count; q++)
                called[q] += str_equal(gone.queue, ids[q]);
            come(&crowd, gone.queue, desk.now_ms, 0);
            for (int q = 0; q < count; q++) {
                double fair = (double)call * queues[q].weight / sum;
                REQUIRE(called[q] > fair - count && called[q] < fair + count);
            }
        }
    }
}

/* The order does not depend on how the rows are read, and who came later without any other merit stands later. */
TEST(rule_treats_like_alike_in_whatever_order_they_are_read)
{
    struct rng rng;
    rng_seed(&rng, 41);
    for (int round = 0; round < 400; round++) {
        enum { FEW = 30 };
        struct candidate people[FEW], mixed[FEW];
        char numbers[FEW][8];
        int first[FEW], second[FEW], count = 2 + (int)rng_below(&rng, FEW - 2);
        struct rule_queue queue = {"q", (enum rule_kind)rng_below(&rng, RULE_COUNT), 2, 1};
        struct rule_desk desk = {&queue, 1, start_ms};
        struct rule_state state = {.run = {(int)rng_below(&rng, 3)}};
        for (int i = 0; i < count; i++) {
            str_format(numbers[i], sizeof numbers[i], "P%03d", i);
            people[i] = (struct candidate){.number = numbers[i],
                                           .queue = "q",
                                           .arrived_ms = start_ms - (int64_t)rng_below(&rng, 30) * MINUTE_MS,
                                           .priority = rng_below(&rng, 3) ? 0 : 1 + (int)rng_below(&rng, 2)};
            if (rng_below(&rng, 3) == 0)
                people[i].booked_ms = start_ms + ((int64_t)rng_below(&rng, 60) - 20) * MINUTE_MS;
            mixed[i] = people[i];
        }
        for (int i = count - 1; i > 0; i--) {
            int k = (int)rng_below(&rng, (uint64_t)i + 1);
            struct candidate swap = mixed[i];
            mixed[i] = mixed[k];
            mixed[k] = swap;
        }
        REQUIRE(rule_order(&desk, &state, people, count, first) == count);
        REQUIRE(rule_order(&desk, &state, mixed, count, second) == count);
        for (int i = 0; i < count; i++) {
            REQUIRE(str_equal(people[first[i]].number, mixed[second[i]].number));
            for (int k = i + 1; k < count; k++) {
                const struct candidate *a = &people[first[i]], *b = &people[first[k]];
                bool alike = a->priority == b->priority && !a->booked_ms && !b->booked_ms;
                REQUIRE(!alike || a->arrived_ms <= b->arrived_ms);
            }
        }
    }
}
