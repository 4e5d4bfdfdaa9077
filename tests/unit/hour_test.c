/* tests/unit/hour_test.c: the next hour of a hall: against a slow, plain play of it on halls made by chance, by properties of
 * the calling rules, and by examples worked by hand. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/hour.h"
#include "tests/support/halls.h"
#include "tests/support/test.h"

enum { MIN = 60 * 1000, HALLS = 5000 };
static const int64_t now = 1764000000000;

static bool same_queue(const struct hour_queue_run *a, const struct hour_queue_run *b, int steps)
{
    return a->called == b->called && a->left == b->left && a->longest_ms == b->longest_ms &&
           a->mean_ms == b->mean_ms && a->longest_called_ms == b->longest_called_ms &&
           a->mean_called_ms == b->mean_called_ms && a->longest_left_ms == b->longest_left_ms &&
           a->mean_left_ms == b->mean_left_ms &&
           !memcmp(a->steps, b->steps, (size_t)steps * sizeof *a->steps);
}

static bool same_run(const struct hour_run *a, const struct hour_run *b)
{
    if (a->step_count != b->step_count)
        return false;
    for (int q = 0; q < a->queue_count; q++)
        if (!same_queue(&a->queues[q], &b->queues[q], a->step_count))
            return false;
    for (int i = 0; i < a->people_count; i++)
        if (a->people[i].call_ms != b->people[i].call_ms || a->people[i].desk != b->people[i].desk)
            return false;
    return true;
}

static int64_t end_of(const struct hour_run *run, int person)
{
    return run->people[person].call_ms ? run->people[person].call_ms : now + (int64_t)run->minutes * MIN;
}

static bool gains_are_right(const struct hour *hour, const struct hour_preview *preview)
{
    int64_t won = 0, lost = 0, last = INT64_MAX;
    int counted = 0;
    for (int i = 0; i < hour->people_count; i++) {
        int64_t gain = end_of(&preview->before, i) - end_of(&preview->after, i);
        if (preview->before.people[i].stays_away)
            continue;
        won += gain > 0 ? gain : 0;
        lost += gain < 0 ? -gain : 0;
        counted += gain >= MIN || gain <= -MIN;
    }
    for (int i = 0; i < preview->gain_count; i++) {
        const struct hour_gain *gain = &preview->gains[i];
        if (gain->gain_ms > last ||
            gain->gain_ms != end_of(&preview->before, gain->person) - end_of(&preview->after, gain->person))
            return false;
        last = gain->gain_ms;
    }
    return won == preview->won_ms && lost == preview->lost_ms && counted == preview->gain_count &&
           preview->winners + preview->losers == counted;
}

TEST(hour_previews_equal_what_then_happens)
{
    struct rng rng;
    static struct random_hall hall;
    int wrong = 0, called = 0, gained = 0;
    for (uint64_t seed = 0; seed < HALLS; seed++) {
        struct hour_preview preview;
        struct hour_run before, after;
        rng_seed(&rng, seed);
        random_hall(&rng, &hall);
        int minutes = 1 + (int)rng_below(&rng, 90);
        hour_preview(&hall.hour, hall.changes, hall.change_count, minutes, &preview);
        plain_run(&hall.hour, NULL, 0, minutes, &before);
        plain_run(&hall.hour, hall.changes, hall.change_count, minutes, &after);
        bool same = same_run(&preview.before, &before) && same_run(&preview.after, &after) &&
                    gains_are_right(&hall.hour, &preview);
        if (!same && !wrong++)
            printf("the first hall that differs: seed %d\n", (int)seed);
        for (int q = 0; q < after.queue_count; q++)
            called += after.queues[q].called;
        gained += preview.gain_count > 0;
        hour_preview_free(&preview);
        hour_run_free(&before);
        hour_run_free(&after);
    }
    CHECK_INT(wrong, 0);
    CHECK(called > 5 * HALLS); /* the halls are not empty ones */
    CHECK(gained > HALLS / 2);
}

/* --- properties --- */

/* Of the same queue, class and kind, sent to nobody and not called lately. */
static bool are_alike(const struct hour_person *a, const struct hour_person *b)
{
    return a->queue == b->queue && a->priority == b->priority && !a->booked_ms && !b->booked_ms &&
           a->desk == HOUR_NOBODY && b->desk == HOUR_NOBODY && !a->last_call_ms && !b->last_call_ms;
}

TEST(hour_who_is_alike_is_called_by_arrival)
{
    struct rng rng;
    static struct random_hall hall;
    int wrong = 0, pairs = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct hour_run run;
        rng_seed(&rng, seed);
        random_hall(&rng, &hall);
        hour_run(&hall.hour, HOUR_MIN, &run);
        for (int a = 0; a < hall.hour.people_count; a++)
            for (int b = 0; b < hall.hour.people_count; b++) {
                if (!are_alike(&hall.people[a], &hall.people[b]) ||
                    hall.people[a].arrived_ms >= hall.people[b].arrived_ms || !run.people[b].call_ms)
                    continue;
                pairs++;
                wrong += !run.people[a].call_ms || run.people[a].call_ms > run.people[b].call_ms;
            }
        hour_run_free(&run);
    }
    CHECK_INT(wrong, 0);
    CHECK(pairs > 10000);
}

/* A hall in which every queue has a counter that stays and nobody else comes. */
static void open_hall(struct rng *rng, struct random_hall *hall)
{
    do
        random_hall(rng, hall);
    while (!hall->hour.desk_count);
    hall->hour.known_count = 0;
    for (int q = 0; q < hall->hour.queue_count; q++) {
        hall->queues[q].arrivals = 0;
        hall->queues[q].no_show = 0;
        hall->queues[q].service_ms = MIN;
        hall->shares[0][q] = (struct hour_share){q, 1 + (int)rng_below(rng, 9), 0};
    }
    hall->desks[0] = (struct hour_desk){
        .id = "", .agency = HOUR_NOBODY, .shares = hall->shares[0], .share_count = hall->hour.queue_count};
    for (int i = 0; i < hall->hour.people_count; i++) {
        struct hour_person *person = &hall->people[i];
        person->service_ms = MIN;
        person->desk = person->desk == 0 ? 0 : HOUR_NOBODY;
        person->comes_ms = 0;
    }
}

TEST(hour_nobody_starves)
{
    struct rng rng;
    static struct random_hall hall;
    int waits = 0, people = 0;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct hour_run run;
        rng_seed(&rng, seed);
        open_hall(&rng, &hall);
        hour_run(&hall.hour, HALLS_PEOPLE + 15, &run); /* a minute each, and bookings called lately */
        for (int i = 0; i < hall.hour.people_count; i++) {
            waits += !run.people[i].call_ms;
            people++;
        }
        hour_run_free(&run);
    }
    CHECK_INT(waits, 0);
    CHECK(people > 10000);
}

/* One queue or several, everybody there already; the order of the calls as indices. */
struct line_up {
    struct hour_queue queues[3];
    struct hour_share shares[3];
    struct hour_desk desk;
    struct hour_person people[60];
    char numbers[60][8];
    struct hour hour;
};

static void line_up(struct line_up *l, enum rule_kind kind, int queues, int people)
{
    *l = (struct line_up){0};
    for (int q = 0; q < queues; q++) {
        l->queues[q] =
            (struct hour_queue){.id = q ? "b" : "a", .kind = kind, .service_ms = MIN, .agency = HOUR_NOBODY};
        l->shares[q] = (struct hour_share){q, 1, 0};
    }
    for (int i = 0; i < people; i++) {
        str_format(l->numbers[i], sizeof l->numbers[i], "A%03d", i + 1);
        l->people[i] = (struct hour_person){.id = "",
                                            .number = l->numbers[i],
                                            .queue = i % queues,
                                            .arrived_ms = now - (60 - i) * (int64_t)MIN,
                                            .desk = HOUR_NOBODY};
    }
    l->desk =
        (struct hour_desk){.id = "7", .agency = HOUR_NOBODY, .shares = l->shares, .share_count = queues};
    l->hour = (struct hour){.now_ms = now,
                            .queues = l->queues,
                            .desks = &l->desk,
                            .people = l->people,
                            .queue_count = queues,
                            .desk_count = 1,
                            .people_count = people};
}

TEST(hour_weights_are_kept)
{
    struct line_up l;
    struct hour_run run;
    for (int weight = 1; weight <= 5; weight++) {
        line_up(&l, RULE_WEIGHTED, 2, 60);
        l.shares[0].weight = weight;
        hour_run(&l.hour, 24, &run); /* 24 calls, and each queue has 30 people */
        CHECK_INT(run.queues[0].called + run.queues[1].called, 24);
        CHECK(run.queues[0].called - 24 * weight / (weight + 1) <= 1);
        CHECK(run.queues[0].called - 24 * weight / (weight + 1) >= -1);
        hour_run_free(&run);
    }
}

TEST(hour_priority_lets_an_ordinary_citizen_in)
{
    struct line_up l;
    struct hour_run run;
    line_up(&l, RULE_PRIORITY, 1, 40);
    l.queues[0].max_run = 2;
    for (int i = 20; i < 40; i++)
        l.people[i].priority = 1 + i % 2;
    hour_run(&l.hour, 30, &run);
    for (int i = 0; i < 10; i++) /* every third call is theirs */
        CHECK_INT(run.people[i].call_ms, now + (int64_t)(3 * i + 2) * MIN);
    CHECK_INT(run.people[21].call_ms, now + 15 * MIN); /* class 2: after the ten of class 1 and five others */
    hour_run_free(&run);
}

TEST(hour_of_nothing)
{
    struct line_up l;
    struct hour_run run;
    struct hour_preview preview;
    struct hour_advice advice[HOUR_ADVICE_MAX];
    hour_run(&(struct hour){.now_ms = now}, 0, &run);
    CHECK_INT(run.minutes, 1);
    CHECK_INT(run.step_count, 1);
    hour_run_free(&run);
    line_up(&l, RULE_FIFO, 1, 3);
    l.hour.desk_count = 0;
    hour_run(&l.hour, 10000, &run);
    CHECK_INT(run.minutes, HOUR_MIN_MAX);
    CHECK_INT(run.queues[0].called, 0);
    CHECK_INT(run.queues[0].left, 3);
    CHECK_INT(run.queues[0].steps[0], 3);
    CHECK_INT(run.queues[0].steps[run.step_count - 1], 3);
    CHECK_INT(run.queues[0].newcomer_ms, -1); /* nobody calls: nobody can say */
    CHECK_INT(run.queues[0].longest_ms, (int64_t)(60 + HOUR_MIN_MAX) * MIN);
    CHECK_INT(run.people[0].call_ms, 0);
    CHECK_INT(run.people[0].high_ms, 0);
    hour_run_free(&run);
    CHECK_INT(hour_advice(&l.hour, NULL, 0, advice, HOUR_ADVICE_MAX), 0);
    hour_preview(&l.hour, NULL, 0, HOUR_MIN, &preview);
    CHECK_INT(preview.gain_count, 0);
    hour_preview_free(&preview);
}

/* --- by hand --- */

/* Eight people since ten minutes at one counter that serves four minutes each, and is free in two. */
static void small_hall(struct line_up *l)
{
    line_up(l, RULE_FIFO, 1, 8);
    l->queues[0].service_ms = 4 * (int64_t)MIN;
    for (int i = 0; i < 8; i++)
        l->people[i].arrived_ms = now - 10 * (int64_t)MIN;
    l->desk.free_ms = now + 2 * MIN;
}

TEST(hour_by_hand)
{
    struct line_up l;
    struct hour_run run;
    small_hall(&l);
    hour_run(&l.hour, 20, &run); /* called at 2, 6, 10, 14, 18 */
    CHECK_INT(run.queues[0].called, 5);
    CHECK_INT(run.queues[0].left, 3);
    CHECK_INT(run.queues[0].longest_called_ms, 28 * MIN);
    CHECK_INT(run.queues[0].mean_called_ms, 20 * MIN);
    CHECK_INT(run.queues[0].longest_left_ms, 30 * MIN);
    CHECK_INT(run.queues[0].mean_ms, (12 + 16 + 20 + 24 + 28 + 3 * 30) * MIN / 8);
    CHECK_INT(run.step_count, 5);
    CHECK_INT(run.queues[0].steps[0], 8);
    CHECK_INT(run.queues[0].steps[1], 7);
    CHECK_INT(run.queues[0].steps[2], 6); /* as it stands before what happens at that minute */
    CHECK_INT(run.queues[0].steps[3], 4);
    CHECK_INT(run.people[4].call_ms, now + 18 * MIN);
    CHECK(run.people[4].low_ms < run.people[4].call_ms && run.people[4].high_ms > run.people[4].call_ms);
    CHECK_INT(run.people[5].low_ms, now + 20 * MIN);
    CHECK_INT(run.people[5].high_ms, 0);
    /* A newcomer is called after the eight: three more of them at the pace of five in twenty minutes. */
    CHECK_INT(run.queues[0].newcomer_ms, (20 + 3 * 4) * MIN);
    hour_run_free(&run);
    hour_run(&l.hour, HOUR_MIN, &run);
    CHECK_INT(run.queues[0].newcomer_ms, (2 + 8 * 4) * MIN);
    hour_run_free(&run);
}

TEST(hour_who_asks_takes_nobodys_time)
{
    struct line_up l;
    struct hour_run run;
    small_hall(&l);
    l.hour.people_count = 0;
    l.queues[0].arrivals = 2.5; /* one in four minutes, the first in two */
    l.desk.free_ms = now;
    hour_run(&l.hour, HOUR_MIN, &run);
    CHECK_INT(run.queues[0].newcomer_ms, 0);
    CHECK_INT(run.queues[0].called, 15);
    CHECK_INT(run.queues[0].longest_ms, 0);
    hour_run_free(&run);
}

TEST(hour_of_bookings_a_share_stays_away)
{
    struct line_up l;
    struct hour_run run;
    int away = 0;
    line_up(&l, RULE_APPOINTMENTS, 1, 40);
    l.queues[0].no_show = 0.25;
    for (int i = 0; i < 40; i++)
        l.people[i].arrived_ms = l.people[i].booked_ms = l.people[i].comes_ms = now + (i + 1) * (int64_t)MIN;
    hour_run(&l.hour, HOUR_MIN, &run);
    CHECK_INT(run.queues[0].called, 30);
    for (int i = 0; i < 40; i++) {
        away += run.people[i].stays_away;
        CHECK_INT(run.people[i].call_ms, run.people[i].stays_away ? 0 : l.people[i].booked_ms);
    }
    CHECK_INT(away, 10);
    hour_run_free(&run);
}

/* Counter 7 is on loan at Population for eight minutes more; then Tax, its own queue, has it again. */
TEST(hour_what_is_known_to_come_comes)
{
    struct line_up l;
    struct hour_run run;
    struct hour_share own = {1, 1, 0}, other = {0, 1, 0};
    struct hour_change known = {
        .kind = HOUR_ASSIGN, .at_ms = now + 8 * MIN, .shares = &own, .share_count = 1};
    struct hour_change until = {
        .kind = HOUR_ASSIGN, .until_ms = now + 20 * MIN, .shares = &other, .share_count = 1};
    line_up(&l, RULE_FIFO, 2, 20);
    l.queues[0].service_ms = l.queues[1].service_ms = 4 * (int64_t)MIN;
    l.desk.share_count = 1;
    l.hour.known = &known;
    l.hour.known_count = 1;
    hour_run(&l.hour, 32, &run);
    CHECK_INT(run.queues[0].called, 2); /* at 0 and 4 */
    CHECK_INT(run.queues[1].called, 6); /* at 8 … 28 */
    hour_run_free(&run);
    hour_run_changed(&l.hour, &until, 1, 32, &run);
    CHECK_INT(run.queues[0].called, 5); /* until 20; then it goes back to Tax, not to the loan */
    CHECK_INT(run.queues[1].called, 3);
    hour_run_free(&run);
}

/* --- advice --- */

/* Population: twelve people, ten minutes each so far, one counter. Tax: nobody, one counter that is free. */
struct two_desks {
    struct line_up l;
    struct hour_desk desks[2];
    struct hour_share tax;
};

static void two_desks(struct two_desks *two)
{
    line_up(&two->l, RULE_FIFO, 2, 12);
    for (int i = 0; i < 12; i++) {
        two->l.people[i].queue = 0;
        two->l.people[i].arrived_ms = now - 10 * (int64_t)MIN;
    }
    two->l.queues[0].service_ms = two->l.queues[1].service_ms = 4 * (int64_t)MIN;
    two->tax = (struct hour_share){1, 1, 0};
    two->desks[0] = two->desks[1] = two->l.desk;
    two->desks[0].share_count = 1;
    two->desks[1].shares = &two->tax;
    two->desks[1].share_count = 1;
    two->l.hour.desks = two->desks;
    two->l.hour.desk_count = 2;
}

TEST(hour_advice_by_hand)
{
    struct two_desks two;
    struct hour_advice advice[HOUR_ADVICE_MAX];
    two_desks(&two);
    int count = hour_advice(&two.l.hour, NULL, 0, advice, HOUR_ADVICE_MAX);
    REQUIRE(count == 1);
    /* Alone the twelfth is called after 44 minutes; by two after 20, all within the first half hour. */
    CHECK_INT(advice[0].desk, 1);
    CHECK_INT(advice[0].queue, 0);
    CHECK(!advice[0].beside);
    CHECK_INT(advice[0].until_ms, now + 30 * MIN);
    CHECK_INT(advice[0].longest_before_ms, 54 * MIN);
    CHECK_INT(advice[0].longest_after_ms, 30 * MIN);
    CHECK_INT(advice[0].cost_queue, HOUR_NOBODY);
    /* 4 × (0 + … + 11) minutes become 2 × 4 × (0 + … + 5) */
    CHECK_INT(advice[0].won_ms, (264 - 120) * MIN);
    CHECK_INT(advice[0].lost_ms, 0);
    struct hour_share shares[RULE_QUEUES_MAX];
    struct hour_change change = hour_advice_change(&two.l.hour, &advice[0], shares);
    struct hour_preview preview;
    hour_preview(&two.l.hour, &change, 1, HOUR_MIN, &preview);
    CHECK_INT(preview.after.queues[0].longest_ms, 30 * MIN);
    CHECK_INT(preview.winners, 11);
    CHECK_INT(preview.losers, 0);
    CHECK_INT(preview.gains[0].person, 11);
    CHECK_INT(preview.gains[0].gain_ms, 24 * MIN);
    hour_preview_free(&preview);
}

TEST(hour_advice_names_what_it_costs)
{
    struct two_desks two;
    struct hour_advice advice[HOUR_ADVICE_MAX];
    two_desks(&two);
    two.l.queues[1].arrivals = 1; /* at 5, 15, … 55 minutes, called at once */
    int count = hour_advice(&two.l.hour, NULL, 0, advice, HOUR_ADVICE_MAX);
    REQUIRE(count == 1);
    /* For half an hour who comes to Tax at five would wait 25 minutes. For twenty it is fifteen, Tax's target, and ten of
     * Population are called by then, the last one after 24 minutes. */
    CHECK_INT(advice[0].until_ms, now + 20 * MIN);
    CHECK_INT(advice[0].longest_before_ms, 54 * MIN);
    CHECK_INT(advice[0].longest_after_ms, 34 * MIN);
    CHECK_INT(advice[0].cost_queue, 1);
    CHECK_INT(advice[0].cost_before_ms, 0);
    CHECK_INT(advice[0].cost_after_ms, 15 * MIN);
    two.l.queues[1].target_min = 14;
    CHECK_INT(hour_advice(&two.l.hour, NULL, 0, advice, HOUR_ADVICE_MAX), 0);
}

TEST(hour_advice_only_where_somebody_waits_too_long)
{
    struct two_desks two;
    struct hour_advice advice[HOUR_ADVICE_MAX];
    two_desks(&two);
    two.l.queues[0].target_min = 54;
    CHECK_INT(hour_advice(&two.l.hour, NULL, 0, advice, HOUR_ADVICE_MAX), 0);
    two.l.queues[0].target_min = 53;
    CHECK_INT(hour_advice(&two.l.hour, NULL, 0, advice, HOUR_ADVICE_MAX), 1);
    two.desks[1].agency = 2; /* another agency's counter */
    two.l.queues[0].agency = 1;
    CHECK_INT(hour_advice(&two.l.hour, NULL, 0, advice, HOUR_ADVICE_MAX), 0);
    two.desks[1].agency = 1;
    two.desks[1].away_from_ms = now; /* nobody sits there */
    two.desks[1].away_until_ms = HOUR_NEVER;
    CHECK_INT(hour_advice(&two.l.hour, NULL, 0, advice, HOUR_ADVICE_MAX), 0);
}

/* No advice lets another queue wait beyond its target, or longer than it would anyway, on any hall. */
TEST(hour_advice_harms_nobody)
{
    struct rng rng;
    static struct random_hall hall;
    int given = 0, wrong = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct hour_advice advice[HOUR_ADVICE_MAX];
        rng_seed(&rng, seed);
        random_hall(&rng, &hall);
        int count = hour_advice(&hall.hour, NULL, 0, advice, HOUR_ADVICE_MAX);
        for (int i = 0; i < count; i++) {
            struct hour_share shares[RULE_QUEUES_MAX];
            struct hour_change change = hour_advice_change(&hall.hour, &advice[i], shares);
            struct hour_run before, after;
            plain_run(&hall.hour, NULL, 0, HOUR_MIN, &before);
            plain_run(&hall.hour, &change, 1, HOUR_MIN, &after);
            given++;
            for (int q = 0; q < before.queue_count; q++)
                wrong += q != advice[i].queue && after.queues[q].longest_ms > before.queues[q].longest_ms &&
                         after.queues[q].longest_ms > (int64_t)hour_target_min(&hall.queues[q]) * MIN;
            wrong += before.queues[advice[i].queue].longest_ms != advice[i].longest_before_ms ||
                     after.queues[advice[i].queue].longest_ms != advice[i].longest_after_ms;
            wrong += advice[i].longest_before_ms - advice[i].longest_after_ms < HOUR_ADVICE_GAIN_MS;
            hour_run_free(&before);
            hour_run_free(&after);
        }
    }
    CHECK_INT(wrong, 0);
    CHECK(given > 50);
}

/* A quarter of an hour, second by second: what is advised first changes as rarely as the hall does. */
TEST(hour_advice_is_stable)
{
    struct two_desks two;
    struct hour_desk desks[4];
    struct hour_advice shown[HOUR_ADVICE_MAX] = {{0}};
    int shown_count = 0, changes = 0, seconds_without = 0;
    two_desks(&two);
    desks[0] = two.desks[0];
    desks[1] = desks[2] = desks[3] = two.desks[1];
    two.l.hour.desks = desks;
    two.l.hour.desk_count = 4;
    for (int second = 0; second < 15 * 60; second++) {
        struct hour_advice advice[HOUR_ADVICE_MAX];
        int64_t moment = now + second * (int64_t)1000;
        two.l.hour.now_ms = moment;
        if (second % 240 == 0 && second) { /* the first is called, and somebody comes */
            two.l.hour.people++;
            two.l.hour.people_count = 12 - second / 240;
            desks[0].free_ms = moment + 4 * MIN;
        }
        two.l.queues[1].arrivals = second % 7 / 100.0;            /* the pace trembles */
        two.l.queues[0].service_ms = 4 * MIN + second % 11 * 500; /* and so do the times */
        desks[1 + second % 3].free_ms = moment - second % 5 * 1000;
        int count = hour_advice(&two.l.hour, shown, shown_count, advice, HOUR_ADVICE_MAX);
        seconds_without += !count;
        changes += count && shown_count &&
                   (advice[0].desk != shown[0].desk || advice[0].until_ms != shown[0].until_ms ||
                    advice[0].beside != shown[0].beside);
        memcpy(shown, advice, sizeof shown);
        shown_count = count;
    }
    CHECK_INT(seconds_without, 0);
    CHECK(changes <= 2);
}

/* --- ranges --- */

/* Of an eight minutes' service a third, exponential. */
static int64_t part(struct rng *rng)
{
    return (int64_t)(-log(((double)rng_below(rng, 1000000) + 1) / 1000001) * 8 * MIN / 3);
}

/* Times of service by chance, as they are in halls: four of five are called within what was said. */
TEST(hour_ranges_hold_for_four_of_five)
{
    struct rng rng;
    static struct random_hall hall;
    int within = 0, all = 0;
    for (uint64_t seed = 0; seed < 600; seed++) {
        struct hour_run said, fact;
        rng_seed(&rng, seed);
        open_hall(&rng, &hall);
        for (int i = 0; i < hall.hour.people_count; i++) {
            hall.people[i].service_ms = 8 * MIN;
            hall.people[i].booked_ms = 0;
        }
        hour_run(&hall.hour, HOUR_MIN, &said);
        for (int i = 0; i < hall.hour.people_count;
             i++) /* three parts by chance: the deviation is 0.58 of the mean */
            hall.people[i].service_ms = 1000 + part(&rng) + part(&rng) + part(&rng);
        hour_run(&hall.hour, HOUR_MIN_MAX, &fact);
        for (int i = 0; i < hall.hour.people_count; i++) {
            if (!said.people[i].high_ms || !fact.people[i].call_ms)
                continue;
            all++;
            within += fact.people[i].call_ms >= said.people[i].low_ms &&
                      fact.people[i].call_ms <= said.people[i].high_ms;
        }
        hour_run_free(&said);
        hour_run_free(&fact);
    }
    CHECK(all > 2000);
    CHECK(within * 100 >= all * 80);
    CHECK(within * 100 <= all * 95); /* or the range would say nothing */
}
