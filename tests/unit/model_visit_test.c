/* tests/unit/model_visit_test.c: in which order several stops are visited, why, and how long it takes. */
#include <string.h>

#include "core/base/str.h"
#include "core/model/visit.h"
#include "tests/support/test.h"

/* An open stop that is never closed today. */
static struct visit_stop stop(int64_t wait_min, int64_t takes_min)
{
    return (struct visit_stop){
        .wait_min = wait_min, .takes_min = takes_min, .closes_min = VISIT_NEVER, .staffed = true};
}

/* "2 wait · 0 asked · 1 ": each place's stop and the reason. */
static const char *ordered(const struct visit_stop stops[], int count, char out[200])
{
    int order[VISIT_STOPS_MAX];
    enum visit_why why[VISIT_STOPS_MAX];
    out[0] = '\0';
    visit_order(stops, count, order, why);
    for (int i = 0; i < count; i++)
        str_format(out + strlen(out), 200 - strlen(out), "%s%d %s", i ? " · " : "", order[i],
                   visit_why_text(why[i]));
    return out;
}

TEST(visit_begins_where_the_wait_is_shorter_and_keeps_the_order_asked_when_alike)
{
    char text[200];
    struct visit_stop stops[] = {stop(30, 5), stop(10, 5), stop(20, 5)};
    CHECK_TEXT(ordered(stops, 3, text), "1 wait · 2 wait · 0 ");
    stops[0].wait_min = stops[1].wait_min = stops[2].wait_min = 10;
    CHECK_TEXT(ordered(stops, 3, text), "0 asked · 1 asked · 2 ");
    CHECK_TEXT(ordered(stops, 1, text), "0 ");
    CHECK_TEXT(ordered(stops, 0, text), "");
}

TEST(visit_puts_what_is_needed_first_before_what_needs_it)
{
    char text[200];
    struct visit_stop stops[] = {stop(1, 5), stop(30, 5), stop(10, 5)};
    stops[0].needs = 1u << 1; /* at the longest queue */
    CHECK_TEXT(ordered(stops, 3, text), "2 wait · 1 result · 0 ");
    stops[1].needs = 1u << 2;
    CHECK_TEXT(ordered(stops, 3, text), "2 result · 1 result · 0 ");
    stops[2].needs = 1u << 0; /* round in a circle: as if none needed another */
    CHECK_TEXT(ordered(stops, 3, text), "0 wait · 2 wait · 1 ");
    stops[2].needs = 1u << 2; /* itself */
    stops[1].needs = 0;
    CHECK_TEXT(ordered(stops, 3, text), "2 wait · 1 result · 0 ");
}

TEST(visit_goes_first_to_what_would_be_closed_after_the_others_and_only_then)
{
    char text[200];
    struct visit_stop stops[] = {stop(5, 10), stop(40, 10)};
    stops[1].closes_min = 41 + VISIT_MARGIN_MIN; /* the other is done long before */
    CHECK_TEXT(ordered(stops, 2, text), "0 wait · 1 ");
    stops[1].closes_min = 39 + VISIT_MARGIN_MIN;
    CHECK_TEXT(ordered(stops, 2, text), "1 closes · 0 ");
    stops[0].closes_min = 30; /* closes sooner still */
    CHECK_TEXT(ordered(stops, 2, text), "0 closes · 1 ");
    stops[0] = stop(5, 60); /* takes so long that the second would be missed */
    stops[1] = stop(6, 10);
    stops[1].closes_min = 70;
    CHECK_TEXT(ordered(stops, 2, text), "1 closes · 0 ");
    stops[1].needs = 1u << 0; /* then what it needs cannot wait either */
    struct visit_stop three[] = {stops[0], stops[1], stop(1, 60)};
    CHECK_TEXT(ordered(three, 3, text), "0 result · 1 closes · 2 ");
}

TEST(visit_counts_only_stops_with_a_counter_that_is_really_open)
{
    char text[200];
    struct visit_stop stops[] = {stop(1, 5), stop(30, 5)};
    stops[0].staffed = false;
    CHECK_TEXT(ordered(stops, 2, text), "1 wait · 0 nobody");
    stops[0].closes_min = 10; /* there is nobody to whom one could hurry */
    CHECK_TEXT(ordered(stops, 2, text), "1 wait · 0 nobody");
    stops[0] = stop(1, 5);
    stops[0].opens_min = 60;
    CHECK_TEXT(ordered(stops, 2, text), "1 wait · 0 opens");
}

TEST(visit_takes_as_long_as_its_stops_and_the_waits_that_do_not_pass_meanwhile)
{
    struct visit_stop stops[] = {stop(10, 5), stop(12, 5), stop(40, 5)};
    const int order[] = {0, 1, 2}, back[] = {2, 1, 0};
    CHECK_INT(visit_minutes(stops, order, 1), 15);
    CHECK_INT(visit_minutes(stops, order, 2), 20); /* the second queue has gone on meanwhile */
    CHECK_INT(visit_minutes(stops, order, 3), 45);
    CHECK_INT(visit_minutes(stops, back, 3), 55);
    stops[0].opens_min = 30;
    CHECK_INT(visit_minutes(stops, order, 1), 35);
    CHECK_INT(visit_minutes(stops, order, 0), 0);
}
