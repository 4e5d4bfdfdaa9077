/* tests/unit/model_rule_test.c: whom each rule calls, by hand-made days, by properties, and against a slow
 * reference on random queues. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/model/rule.h"
#include "tests/support/test.h"

enum { MIN = 60 * 1000, PEOPLE_MAX = 40 };
static const int64_t now = 1764000000000;

static struct candidate walk_in(const char *number, int64_t arrived_min, int priority)
{
    return (struct candidate){
        .number = number, .queue = "a", .arrived_ms = now + arrived_min * MIN, .priority = priority};
}

static struct candidate booked(const char *number, int64_t booked_min, int priority)
{
    struct candidate person = walk_in(number, -30, priority);
    person.booked_ms = now + booked_min * MIN;
    return person;
}

static struct rule_queue queue_of(enum rule_kind kind)
{
    return (struct rule_queue){.queue = "a", .kind = kind};
}

/* The numbers of the whole order, joined by spaces. */
static const char *order_text(const struct rule_queue *queues, int queue_count,
                              const struct candidate *people, int count, char *out, size_t capacity)
{
    struct rule_desk desk = {queues, queue_count, now};
    struct rule_state state = {0};
    int order[PEOPLE_MAX];
    struct buf text = {0};
    int placed = rule_order(&desk, &state, people, count, order);
    for (int i = 0; i < placed; i++)
        buf_addf(&text, "%s%s", i ? " " : "", people[order[i]].number);
    str_copy(out, capacity, buf_text(&text));
    buf_free(&text);
    return out;
}

static void check_order(enum rule_kind kind, const struct candidate *people, int count, const char *want)
{
    char text[256];
    struct rule_queue queue = queue_of(kind);
    CHECK_TEXT(order_text(&queue, 1, people, count, text, sizeof text), want);
}

static const char *next_of(const struct rule_queue *queues, int queue_count, struct rule_state *state,
                           const struct candidate *people, int count, struct why *why)
{
    struct rule_desk desk = {queues, queue_count, now};
    int index = rule_choose(&desk, state, people, count, why);
    return index < 0 ? "" : people[index].number;
}

TEST(model_queue_numbers)
{
    static const char *const ascending[] = {"9",    "10",   "100", "A2",  "A10",
                                            "B001", "P007", "P7",  "P14", "P014a"};
    for (size_t i = 0; i < sizeof ascending / sizeof ascending[0]; i++)
        for (size_t k = 0; k < sizeof ascending / sizeof ascending[0]; k++) {
            int order = queue_number_compare(ascending[i], ascending[k]);
            CHECK((order > 0) - (order < 0) == (i > k) - (i < k));
        }
    char text[8];
    CHECK(queue_number("P", 14, text, sizeof text));
    CHECK_TEXT(text, "P014");
    CHECK(queue_number("P", 1400, text, sizeof text));
    CHECK_TEXT(text, "P1400");
    CHECK(!queue_number("PREFIX", 14, text, sizeof text));
    CHECK(!queue_number("P", 0, text, sizeof text));
}

TEST(model_queue_estimates)
{
    struct estimate estimate;
    CHECK(queue_estimate(0, 10, 1, &estimate));
    CHECK_INT(estimate.optimistic_min, 0);
    CHECK_INT(estimate.expected_min, 10);
    CHECK(queue_estimate(4, 10, 2, &estimate));
    CHECK_INT(estimate.optimistic_min, 12); /* 3 × 5 × 0.8 */
    CHECK_INT(estimate.expected_min, 25);
    CHECK(!queue_estimate(4, 10, 0, &estimate));
    CHECK(!queue_estimate(4, -1, 2, &estimate));
    for (int64_t desks = 1; desks < 9; desks++)
        for (int64_t ahead = 0; ahead < 50; ahead++)
            CHECK(queue_estimate(ahead, 7.5, desks, &estimate) &&
                  estimate.optimistic_min <= estimate.expected_min);
}

TEST(model_queue_has_one_home)
{
    struct refusal refusal;
    CHECK(queue_home_check("hall", 3, "hall", 3, &refusal));
    CHECK(queue_home_check("hall", 3, "hall", -1, &refusal));
    CHECK(!queue_home_check("bus3", 3, "hall", 3, &refusal));
    CHECK_TEXT(refusal.code, "queue_elsewhere");
    CHECK(!queue_home_check("hall", 4, "hall", 3, &refusal));
    CHECK_TEXT(refusal.code, "home_gen_old");
}

TEST(model_rule_fifo)
{
    struct candidate people[] = {walk_in("10", -5, 1), walk_in("9", -5, 0), walk_in("3", -1, 0),
                                 walk_in("7", -9, 0)};
    check_order(RULE_FIFO, people, 4, "7 9 10 3");
    struct rule_queue queue = queue_of(RULE_FIFO);
    struct rule_state state = {0};
    struct why why;
    struct buf text = {0};
    CHECK_TEXT(next_of(&queue, 1, &state, people, 4, &why), "7");
    CHECK_INT(why.passed_all, 0);
    why_text(&why, people, 4, &text);
    CHECK_TEXT(buf_text(&text), "7 has waited longest: 9 min.");
    CHECK_TEXT(next_of(&queue, 1, &state, people, 0, &why), "");
    CHECK_INT(why.chosen, -1);
    buf_clear(&text);
    why_text(&why, people, 0, &text);
    CHECK_TEXT(buf_text(&text), "Nobody is waiting for this counter.");
    buf_free(&text);
}

TEST(model_rule_priority_gives_the_ordinary_their_turn)
{
    struct candidate people[] = {walk_in("1", -50, 0), walk_in("2", -40, 0), walk_in("P1", -9, 2),
                                 walk_in("P2", -8, 1), walk_in("P3", -7, 2), walk_in("P4", -6, 2)};
    struct rule_queue queue = {.queue = "a", .kind = RULE_PRIORITY, .max_run = 2};
    char text[64];
    CHECK_TEXT(order_text(&queue, 1, people, 6, text, sizeof text), "P2 P1 1 P3 P4 2");

    struct rule_state state = {.run = {2}};
    struct why why;
    struct buf sentence = {0};
    CHECK_TEXT(next_of(&queue, 1, &state, people + 1, 5, &why), "2");
    why_text(&why, people + 1, 5, &sentence);
    CHECK_TEXT(buf_text(&sentence), "2 is due: 2 priority calls in a row are the most.");
    CHECK_INT(state.run[0], 0);
    CHECK_TEXT(next_of(&queue, 1, &state, people, 6, &why), "P2");
    CHECK_INT(why.passed_all, 3);
    CHECK_INT(why.passed[0].index, 0);
    CHECK_INT(why.passed[0].reason, RULE_PASSED_PRIORITY);
    CHECK_INT(why.passed[2].reason, RULE_PASSED_CLASS);
    buf_clear(&sentence);
    why_passed_text(&why, 0, people, &sentence);
    CHECK_TEXT(buf_text(&sentence), "1 came earlier: lawful priority went first.");
    buf_free(&sentence);
}

/* A flood of priority people: each call adds another. Every window of max_run + 1 has an ordinary citizen. */
TEST(model_rule_priority_starves_nobody)
{
    for (int max_run = 1; max_run < 5; max_run++) {
        struct rule_queue queue = {.queue = "a", .kind = RULE_PRIORITY, .max_run = max_run};
        struct rule_state state = {0};
        int run = 0, ordinary = 0;
        for (int call = 0; call < 60; call++) {
            struct candidate people[] = {walk_in("P", -1, 1), walk_in("1", -60 + ordinary, 0)};
            if (str_equal(next_of(&queue, 1, &state, people, 2, NULL), "P")) {
                CHECK(++run <= max_run);
            } else {
                CHECK_INT(run, max_run);
                run = 0;
                ordinary++;
            }
        }
        CHECK_INT(ordinary, 60 / (max_run + 1));
    }
}

TEST(model_rule_run_counts_only_while_someone_ordinary_waits)
{
    struct rule_queue queue = {.queue = "a", .kind = RULE_PRIORITY, .max_run = 2};
    struct rule_state state = {0};
    struct candidate people[] = {walk_in("P", -9, 1), walk_in("1", -60, 0)};
    for (int i = 0; i < 5; i++)
        CHECK_TEXT(next_of(&queue, 1, &state, people, 1, NULL), "P");
    CHECK_TEXT(next_of(&queue, 1, &state, people, 2, NULL), "P");
    CHECK_TEXT(next_of(&queue, 1, &state, people, 2, NULL), "P");
    CHECK_TEXT(next_of(&queue, 1, &state, people, 2, NULL), "1");
}

/* Two queues under the same rule: one's flood of priority may not starve the other's ordinary people. */
TEST(model_rule_priority_across_queues)
{
    struct rule_queue queues[] = {{.queue = "a", .kind = RULE_PRIORITY, .max_run = 2},
                                  {.queue = "b", .kind = RULE_PRIORITY, .max_run = 2}};
    struct rule_state state = {0};
    struct candidate people[] = {walk_in("P", -9, 1), walk_in("B1", -60, 0)};
    people[1].queue = "b";
    int ordinary = 0;
    for (int i = 0; i < 30; i++)
        ordinary += str_equal(next_of(queues, 2, &state, people, 2, NULL), "B1");
    CHECK_INT(ordinary, 10);
}

TEST(model_rule_weighted_shares)
{
    struct rule_queue queues[] = {{.queue = "a", .kind = RULE_WEIGHTED, .weight = 50},
                                  {.queue = "b", .kind = RULE_WEIGHTED, .weight = 30},
                                  {.queue = "c", .kind = RULE_WEIGHTED, .weight = 20}};
    struct candidate people[] = {walk_in("A", -1, 0), walk_in("B", -2, 0), walk_in("C", -300, 0)};
    people[1].queue = "b";
    people[2].queue = "c";
    struct rule_state state = {0};
    int called[3] = {0}, same = 0, longest = 0, last = -1;
    struct rule_desk desk = {queues, 3, now};
    for (int i = 0; i < 1000; i++) {
        int chosen = rule_choose(&desk, &state, people, 3, NULL);
        REQUIRE(chosen >= 0);
        called[chosen]++;
        same = chosen == last ? same + 1 : 1;
        last = chosen;
        longest = same > longest ? same : longest;
    }
    CHECK_INT(called[0], 500);
    CHECK_INT(called[1], 300);
    CHECK_INT(called[2], 200);
    CHECK(longest <= 2); /* shares are spread, not bunched */
    struct why why;
    CHECK_TEXT(next_of(queues, 3, &state, people, 1, &why), "A"); /* alone: all of the counter is its */
    CHECK_INT(why.value, 50);
    CHECK_INT(why.of, 50);
    CHECK_INT(state.deficit[1], 0); /* an empty queue saves nothing up */
}

TEST(model_rule_weighted_survives_nonsense)
{
    struct rule_queue queues[] = {{.queue = "a", .kind = RULE_WEIGHTED, .weight = -3},
                                  {.queue = "b", .kind = RULE_WEIGHTED, .weight = 2000000000}};
    struct candidate people[] = {walk_in("A", -1, 0), walk_in("B", -2, 0)};
    people[1].queue = "b";
    struct rule_state state = {.turn = 77, .deficit = {-5, INT64_MAX}};
    for (int i = 0; i < 10; i++)
        CHECK_TEXT(next_of(queues, 2, &state, people, 2, NULL), "B");
    CHECK_TEXT(next_of(queues, 2, &state, people, 1, NULL), "A");
}

TEST(model_rule_sent_tickets_come_first)
{
    struct candidate people[] = {walk_in("1", -50, 1), walk_in("S", -2, 0), walk_in("X", -90, 0)};
    people[1].own = true;
    people[1].queue = "of another counter";
    people[2].queue = "of another counter";
    for (int kind = 0; kind < RULE_COUNT; kind++) {
        struct rule_queue queue = queue_of((enum rule_kind)kind);
        struct rule_state state = {0};
        struct why why;
        char text[32];
        CHECK_TEXT(next_of(&queue, 1, &state, people, 3, &why), "S");
        CHECK_INT(why.reason, RULE_REASON_OWN);
        CHECK_INT(why.passed_count, 1);
        CHECK_INT(why.passed[0].reason, RULE_PASSED_OWN);
        CHECK_TEXT(order_text(&queue, 1, people, 3, text, sizeof text), "S 1");
    }
}

TEST(model_rule_groups_meet_by_arrival)
{
    struct rule_queue queues[] = {{.queue = "a", .kind = RULE_FIFO}, {.queue = "b", .kind = RULE_PRIORITY}};
    struct candidate people[] = {walk_in("A1", -20, 0), walk_in("B1", -30, 0), walk_in("BP", -10, 1)};
    people[1].queue = people[2].queue = "b";
    struct rule_state state = {0};
    struct why why;
    CHECK_TEXT(next_of(queues, 2, &state, people, 3, &why), "A1"); /* b names BP, who came after A1 */
    CHECK_INT(why.passed_count, 1);
    CHECK_INT(why.passed[0].reason, RULE_PASSED_PRIORITY);
    CHECK_INT(state.run[1], 0); /* not called, not counted */
}

/* --- appointments, from the words of PROTOCOL.md --- */
TEST(model_rule_appointments_by_hand)
{
    /* Due at once (+2 min lead), the walk-in waits. */
    struct candidate due[] = {walk_in("1", -30, 0), booked("2", 2, 0)};
    check_order(RULE_APPOINTMENTS, due, 2, "2 1");
    due[1].booked_ms = now + 2 * MIN + 1;
    check_order(RULE_APPOINTMENTS, due, 2, "1 2");
    /* The clock steps ten minutes with each person: 2:00, 12:00, 22:00 … */
    struct candidate steps[] = {walk_in("1", -30, 0), walk_in("2", -20, 0), walk_in("3", -10, 0),
                                booked("4", 12, 0), booked("5", 23, 0)};
    check_order(RULE_APPOINTMENTS, steps, 5, "1 4 2 5 3");
    /* A walk-in of class 1 goes before a due booking; class 2 only if it came before the booked time. */
    struct candidate urgent[] = {walk_in("1", -1, 1), booked("2", -10, 0)};
    check_order(RULE_APPOINTMENTS, urgent, 2, "1 2");
    urgent[0].priority = 2;
    check_order(RULE_APPOINTMENTS, urgent, 2, "2 1");
    urgent[0].arrived_ms = now - 11 * MIN;
    check_order(RULE_APPOINTMENTS, urgent, 2, "1 2");
    urgent[0].priority = 3;
    check_order(RULE_APPOINTMENTS, urgent, 2, "2 1");
    /* Each list by class, time, number; one list empty: from the other, due or not. */
    struct candidate lists[] = {booked("12", 90, 0), booked("9", 90, 0), booked("3", 99, 1),
                                walk_in("8", -5, 0), walk_in("7", -5, 4)};
    check_order(RULE_APPOINTMENTS, lists, 3, "3 9 12");
    check_order(RULE_APPOINTMENTS, lists, 5, "8 7 3 9 12");
}

TEST(model_rule_appointments_skips_who_was_just_called)
{
    struct candidate people[] = {walk_in("1", -30, 0), booked("2", -5, 0), walk_in("3", -10, 0)};
    struct rule_queue queue = queue_of(RULE_APPOINTMENTS);
    struct rule_state state = {0};
    struct why why;
    people[1].last_call_ms = now - RULE_RECALL_MS + 1;
    CHECK_TEXT(next_of(&queue, 1, &state, people, 3, &why), "1");
    CHECK_INT(why.passed_all, 0); /* ticket 2 came at the same minute, with the later number */
    people[1].arrived_ms -= MIN;
    CHECK_TEXT(next_of(&queue, 1, &state, people, 3, &why), "1");
    CHECK_INT(why.passed_count, 1);
    CHECK_INT(why.passed[0].reason, RULE_PASSED_RECENT);
    people[1].last_call_ms--;
    CHECK_TEXT(next_of(&queue, 1, &state, people, 3, &why), "2");
    CHECK_INT(why.value, 5);
    for (int i = 0; i < 3; i++)
        people[i].last_call_ms = now - 1;
    CHECK_TEXT(next_of(&queue, 1, &state, people, 3, &why), "");
}

/* The slow reference: both lists written out and sorted, then merged line by line. */
static const struct candidate *reference_people;
static int reference_class(const struct candidate *p)
{
    return p->priority ? p->priority : p->booked_ms ? 2 : 3;
}
static int64_t reference_time(const struct candidate *p)
{
    return p->booked_ms ? p->booked_ms : p->arrived_ms;
}
static int by_list_order(const void *a, const void *b)
{
    const struct candidate *x = &reference_people[*(const int *)a], *y = &reference_people[*(const int *)b];
    if (reference_class(x) != reference_class(y))
        return reference_class(x) - reference_class(y);
    if (reference_time(x) != reference_time(y))
        return reference_time(x) < reference_time(y) ? -1 : 1;
    return atoi(x->number) - atoi(y->number);
}

static void reference_order(const struct candidate *people, int count, int *order)
{
    int bookings[PEOPLE_MAX], walk_ins[PEOPLE_MAX], b = 0, w = 0, b_count = 0, w_count = 0;
    reference_people = people;
    for (int i = 0; i < count; i++) {
        if (people[i].booked_ms)
            bookings[b_count++] = i;
        else
            walk_ins[w_count++] = i;
    }
    qsort(bookings, (size_t)b_count, sizeof(int), by_list_order);
    qsort(walk_ins, (size_t)w_count, sizeof(int), by_list_order);
    for (int i = 0; i < count; i++) {
        int64_t clock = now + 120000 + i * INT64_C(600000);
        const struct candidate *booking = b < b_count ? &people[bookings[b]] : NULL;
        const struct candidate *walker = w < w_count ? &people[walk_ins[w]] : NULL;
        bool take_booking;
        if (!booking || !walker)
            take_booking = booking != NULL;
        else if (reference_class(walker) == 1)
            take_booking = false;
        else if (reference_class(walker) == 2 && walker->arrived_ms < booking->booked_ms)
            take_booking = false;
        else
            take_booking = clock >= booking->booked_ms;
        order[i] = take_booking ? bookings[b++] : walk_ins[w++];
    }
}

static char names[PEOPLE_MAX][8];
static int random_people(struct rng *rng, struct candidate *people, bool bookings)
{
    int count = 1 + (int)rng_below(rng, PEOPLE_MAX - 1);
    for (int i = 0; i < count; i++) {
        str_format(names[i], sizeof names[i], "%d", 100 - i);
        people[i] = walk_in(names[i], -(int64_t)rng_below(rng, 40),
                            rng_below(rng, 3) ? 0 : 1 + (int)rng_below(rng, 4));
        if (bookings && rng_below(rng, 2))
            people[i].booked_ms = now + ((int64_t)rng_below(rng, 90) - 20) * MIN;
        if (!rng_below(rng, 5))
            people[i].last_call_ms = now - (int64_t)rng_below(rng, 10) * MIN;
    }
    return count;
}

TEST(model_rule_appointments_equal_a_slow_reference)
{
    struct rng rng;
    struct candidate people[PEOPLE_MAX];
    struct rule_queue queue = queue_of(RULE_APPOINTMENTS);
    struct rule_desk desk = {&queue, 1, now};
    rng_seed(&rng, 20261124);
    for (int round = 0; round < 1000; round++) {
        int want[PEOPLE_MAX], got[PEOPLE_MAX], next = -1;
        int count = random_people(&rng, people, true);
        struct rule_state state = {0};
        reference_order(people, count, want);
        REQUIRE(rule_order(&desk, &state, people, count, got) == count);
        REQUIRE(memcmp(want, got, (size_t)count * sizeof(int)) == 0);
        for (int i = 0; i < count && next < 0; i++)
            if (!people[want[i]].last_call_ms || now - people[want[i]].last_call_ms >= 300000)
                next = want[i];
        REQUIRE(rule_choose(&desk, &state, people, count, NULL) == next);
    }
}

/* --- the other rules by their properties, on random queues --- */
static bool earlier(const struct candidate *a, const struct candidate *b)
{
    return a->arrived_ms != b->arrived_ms ? a->arrived_ms < b->arrived_ms
                                          : queue_number_compare(a->number, b->number) < 0;
}

/* Everyone once; among people of one kind (class, or class in a queue) the earlier stands before the later.
 */
static void check_fair(const struct candidate *people, const int *order, int count, bool all_one_kind)
{
    bool seen[PEOPLE_MAX] = {false};
    for (int i = 0; i < count; i++) {
        REQUIRE(!seen[order[i]]);
        seen[order[i]] = true;
        for (int k = i + 1; k < count; k++) {
            const struct candidate *first = &people[order[i]], *later = &people[order[k]];
            bool same =
                str_equal(first->queue, later->queue) && (all_one_kind || first->priority == later->priority);
            REQUIRE(!same || earlier(first, later));
        }
    }
}

TEST(model_rule_orders_are_fair_on_random_queues)
{
    struct rng rng;
    struct candidate people[PEOPLE_MAX];
    int order[PEOPLE_MAX];
    rng_seed(&rng, 7);
    for (int round = 0; round < 1000; round++) {
        enum rule_kind kind = (enum rule_kind)rng_below(&rng, 3); /* fifo, priority, weighted */
        struct rule_queue queues[] = {{"a", kind, 2, 1}, {"b", kind, 2, 3}};
        struct rule_desk desk = {queues, 2, now};
        struct rule_state state = {0};
        int count = random_people(&rng, people, false);
        for (int i = 0; i < count; i++)
            people[i].queue = rng_below(&rng, 2) ? "a" : "b";
        REQUIRE(rule_order(&desk, &state, people, count, order) == count);
        check_fair(people, order, count, kind != RULE_PRIORITY);
        struct rule_state again = {0};
        REQUIRE(rule_choose(&desk, &again, people, count, NULL) == order[0]);
    }
}

/* The first of each list are enough: in production call_next reads no more. */
static int heads_of(enum rule_kind kind, const struct candidate *people, int count, struct candidate *heads)
{
    int taken[2][2][6] = {0}, kept = 0, order[PEOPLE_MAX];
    struct rule_queue queues[] = {{.queue = "a", .kind = RULE_FIFO}, {.queue = "b", .kind = RULE_FIFO}};
    struct rule_desk desk = {queues, 2, now};
    struct rule_state state = {0};
    int placed = rule_order(&desk, &state, people, count, order);
    for (int i = 0; i < placed; i++) {
        const struct candidate *person = &people[order[i]];
        int queue = str_equal(person->queue, "b");
        int list = kind == RULE_PRIORITY ? person->priority : 0;
        if (taken[queue][0][list]++ == 0)
            heads[kept++] = *person;
    }
    return kept;
}

TEST(model_rule_heads_are_enough)
{
    struct rng rng;
    struct candidate people[PEOPLE_MAX], heads[PEOPLE_MAX];
    rng_seed(&rng, 11);
    for (int round = 0; round < 1000; round++) {
        enum rule_kind kind = (enum rule_kind)rng_below(&rng, 3);
        struct rule_queue queues[] = {{"a", kind, 2, 1}, {"b", kind, 2, 3}};
        int count = random_people(&rng, people, false);
        for (int i = 0; i < count; i++)
            people[i].queue = rng_below(&rng, 2) ? "a" : "b";
        struct rule_state all = {.run = {(int)rng_below(&rng, 3), (int)rng_below(&rng, 3)}}, few = all;
        int kept = heads_of(kind, people, count, heads);
        const char *want = next_of(queues, 2, &all, people, count, NULL);
        REQUIRE(str_equal(next_of(queues, 2, &few, heads, kept, NULL), want));
        REQUIRE(memcmp(&all, &few, sizeof all) == 0);
    }
}

TEST(model_rule_appointments_first_of_lists_are_enough)
{
    struct rng rng;
    struct candidate people[PEOPLE_MAX], heads[PEOPLE_MAX];
    struct rule_queue queue = queue_of(RULE_APPOINTMENTS);
    rng_seed(&rng, 13);
    for (int round = 0; round < 1000; round++) {
        int count = random_people(&rng, people, true), order[PEOPLE_MAX], kept = 0, lately = 0;
        struct rule_state state = {0};
        for (int i = 0; i < count; i++)
            lately += people[i].last_call_ms && now - people[i].last_call_ms < RULE_RECALL_MS;
        for (int list = 0; list < 2; list++) { /* of each list: as many as were called lately, and one */
            int taken = 0;
            struct candidate one[PEOPLE_MAX];
            int ones = 0;
            for (int i = 0; i < count; i++)
                if ((people[i].booked_ms != 0) == (list == 0))
                    one[ones++] = people[i];
            reference_order(one, ones, order);
            for (; taken < ones && taken <= lately; taken++)
                heads[kept++] = one[order[taken]];
        }
        const char *want = next_of(&queue, 1, &state, people, count, NULL);
        REQUIRE(str_equal(next_of(&queue, 1, &state, heads, kept, NULL), want));
    }
}

TEST(model_rule_why_names_a_few_and_counts_all)
{
    struct candidate people[PEOPLE_MAX];
    for (int i = 0; i < PEOPLE_MAX; i++) {
        str_format(names[i], sizeof names[i], "%d", i);
        people[i] = walk_in(names[i], -100 + i, 0);
    }
    people[PEOPLE_MAX - 1].priority = 1;
    struct rule_queue queue = queue_of(RULE_PRIORITY);
    struct rule_state state = {0};
    struct why why;
    next_of(&queue, 1, &state, people, PEOPLE_MAX, &why);
    CHECK_INT(why.chosen, PEOPLE_MAX - 1);
    CHECK_INT(why.passed_count, RULE_PASSED_MAX);
    CHECK_INT(why.passed_all, PEOPLE_MAX - 1);
}

TEST(model_rule_words)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        enum rule_kind kind = RULE_COUNT;
        CHECK(rule_find(rule_text((enum rule_kind)i), &kind) && (int)kind == i);
    }
    enum rule_kind kind;
    CHECK(!rule_find("lifo", &kind));
    for (int i = 0; i < RULE_REASON_COUNT; i++)
        CHECK(rule_reason_text((enum rule_reason)i)[0] != '\0');
    for (int i = 0; i < RULE_PASSED_COUNT; i++)
        CHECK(rule_passed_text((enum rule_passed)i)[0] != '\0');
}
