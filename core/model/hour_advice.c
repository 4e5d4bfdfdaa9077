/* core/model/hour_advice.c: what a change does to the next hour, and a search for one that helps. See hour.h.
 *
 * The search plays the hour for each counter that could be moved to a queue that waits too long: for half an hour first,
 * then the best of them for other times, also those that cost others too much for so long. Counters with the same queues are one candidate: the one that is free first. */
#include <stdlib.h>
#include <string.h>

#include "core/model/hour_inside.h"

enum {
    MINUTE = 60 * 1000,
    ROUND_MS = 5 * MINUTE, /* advice ends at such a time */
    QUEUES_MAX = 3,        /* that wait too long, looked at */
    DESKS_MAX = 16,        /* moved to each, in the trial */
    REFINED_MAX = 6,       /* candidates tried for other times */
    FOUND_MAX = QUEUES_MAX * DESKS_MAX * 2 + 8,
    SOON_MS = 10 * MINUTE,  /* a counter that is free by then can be moved */
    LONG_MS = 5 * MINUTE,   /* advice that was shown is kept while it goes on for so long */
    BETTER_MS = 3 * MINUTE, /* and until another is better by a quarter and so much */
    OF_QUEUE_MAX = 2,       /* advice for one queue */
};
static const int lengths_min[] = {30, 20, 45, 60};

/* --- a change beside no change --- */

static int64_t called_by(const struct hour_run *run, int person, int64_t end_ms)
{
    return run->people[person].call_ms ? run->people[person].call_ms : end_ms;
}

static int by_gain(const void *a, const void *b)
{
    const struct hour_gain *left = a, *right = b;
    if (left->gain_ms != right->gain_ms)
        return left->gain_ms > right->gain_ms ? -1 : 1;
    return left->person - right->person;
}

static void find_gains(const struct hour *hour, struct hour_preview *preview)
{
    int64_t end_ms = hour->now_ms + (int64_t)preview->before.minutes * MINUTE;
    preview->gains = xcalloc((size_t)hour->people_count + 1, sizeof *preview->gains);
    for (int i = 0; i < hour->people_count; i++) {
        int64_t gain_ms = called_by(&preview->before, i, end_ms) - called_by(&preview->after, i, end_ms);
        if (preview->before.people[i].stays_away)
            continue;
        preview->won_ms += gain_ms > 0 ? gain_ms : 0;
        preview->lost_ms += gain_ms < 0 ? -gain_ms : 0;
        if (gain_ms > -MINUTE && gain_ms < MINUTE)
            continue;
        preview->winners += gain_ms > 0;
        preview->losers += gain_ms < 0;
        preview->gains[preview->gain_count++] = (struct hour_gain){i, gain_ms};
    }
    qsort(preview->gains, (size_t)preview->gain_count, sizeof *preview->gains, by_gain);
}

void hour_preview(const struct hour *hour, const struct hour_change *changes, int count, int minutes,
                  struct hour_preview *out)
{
    *out = (struct hour_preview){0};
    hour_run(hour, minutes, &out->before);
    hour_run_changed(hour, changes, count, minutes, &out->after);
    find_gains(hour, out);
}

void hour_preview_free(struct hour_preview *preview)
{
    hour_run_free(&preview->before);
    hour_run_free(&preview->after);
    free(preview->gains);
    *preview = (struct hour_preview){0};
}

/* --- the search --- */

struct search {
    const struct hour *hour;
    struct hour_cast cast;
    struct hour_run base;
    struct found {
        struct hour_advice advice;
        int64_t score_ms; /* what the longest wait gains, less what it costs the queue that it costs most */
        bool shown;
        bool fine; /* lets no other queue wait longer than its target and longer than it would anyway */
    } found[FOUND_MAX];
    int found_count;
};

struct hour_change hour_advice_change(const struct hour *hour, const struct hour_advice *advice,
                                      struct hour_share *shares)
{
    const struct hour_desk *desk = &hour->desks[advice->desk];
    int count = 0;
    for (int i = 0; advice->beside && i < desk->share_count && count < RULE_QUEUES_MAX - 1; i++)
        shares[count++] = (struct hour_share){desk->shares[i].queue, desk->shares[i].weight, 0};
    shares[count++] = (struct hour_share){advice->queue, 1, 0};
    return (struct hour_change){.kind = HOUR_ASSIGN,
                                .until_ms = advice->until_ms,
                                .desk = advice->desk,
                                .shares = shares,
                                .share_count = count};
}

static int64_t target_ms(const struct search *s, int queue)
{
    return (int64_t)hour_target_min(&s->hour->queues[queue]) * MINUTE;
}

static int64_t sum_ms(const struct hour_queue_run *run)
{
    return run->mean_ms * (run->called + run->left);
}

/* What the advice does. slack_ms: so much longer than it would anyway is nothing. */
static void weigh(const struct search *s, struct found *found, int64_t slack_ms)
{
    struct hour_advice *advice = &found->advice;
    struct hour_share shares[RULE_QUEUES_MAX];
    struct hour_run run;
    struct hour_change change = hour_advice_change(s->hour, advice, shares);
    int64_t cost_ms = 0;
    found->fine = true;
    hour_play(&s->cast, &change, 1, false, &run);
    advice->longest_before_ms = s->base.queues[advice->queue].longest_ms;
    advice->longest_after_ms = run.queues[advice->queue].longest_ms;
    advice->cost_queue = HOUR_NOBODY;
    advice->cost_before_ms = advice->cost_after_ms = advice->won_ms = advice->lost_ms = 0;
    for (int q = 0; q < s->hour->queue_count; q++) {
        const struct hour_queue_run *before = &s->base.queues[q], *after = &run.queues[q];
        int64_t saved_ms = sum_ms(before) - sum_ms(after), grown_ms = after->longest_ms - before->longest_ms;
        advice->won_ms += saved_ms > 0 ? saved_ms : 0;
        advice->lost_ms += saved_ms < 0 ? -saved_ms : 0;
        if (q == advice->queue || grown_ms <= 0)
            continue;
        found->fine = found->fine && (after->longest_ms <= target_ms(s, q) || grown_ms <= slack_ms);
        if (grown_ms < MINUTE || grown_ms <= cost_ms)
            continue;
        cost_ms = grown_ms;
        advice->cost_queue = q;
        advice->cost_before_ms = before->longest_ms;
        advice->cost_after_ms = after->longest_ms;
    }
    found->score_ms = advice->longest_before_ms - advice->longest_after_ms - cost_ms;
    hour_run_free(&run);
}

static bool helps(const struct found *found, int64_t gain_ms)
{
    const struct hour_advice *advice = &found->advice;
    return advice->longest_before_ms - advice->longest_after_ms >= gain_ms &&
           advice->won_ms > advice->lost_ms && found->score_ms > 0;
}

static int by_score(const void *a, const void *b)
{
    const struct found *left = a, *right = b;
    if (left->score_ms != right->score_ms)
        return left->score_ms > right->score_ms ? -1 : 1;
    int64_t left_ms = left->advice.won_ms - left->advice.lost_ms,
            right_ms = right->advice.won_ms - right->advice.lost_ms;
    if (left_ms != right_ms)
        return left_ms > right_ms ? -1 : 1;
    if (left->advice.until_ms != right->advice.until_ms)
        return left->advice.until_ms < right->advice.until_ms ? -1 : 1;
    if (left->advice.desk != right->advice.desk)
        return left->advice.desk - right->advice.desk;
    return left->advice.beside - right->advice.beside;
}

static bool same_move(const struct hour_advice *a, const struct hour_advice *b)
{
    return a->desk == b->desk && a->queue == b->queue && a->beside == b->beside;
}

/* --- which queues, which counters --- */

static int find_queues(const struct search *s, int *queues)
{
    int count = 0;
    for (int q = 0; q < s->hour->queue_count; q++) {
        int64_t over_ms = s->base.queues[q].longest_ms - target_ms(s, q);
        if (over_ms <= 0)
            continue;
        int at = count < QUEUES_MAX ? count++ : QUEUES_MAX;
        for (; at > 0 && s->base.queues[queues[at - 1]].longest_ms - target_ms(s, queues[at - 1]) < over_ms;
             at--)
            if (at < QUEUES_MAX)
                queues[at] = queues[at - 1];
        if (at < QUEUES_MAX)
            queues[at] = q;
    }
    return count;
}

static bool serves(const struct hour_desk *desk, int queue)
{
    for (int i = 0; i < desk->share_count; i++)
        if (desk->shares[i].queue == queue)
            return true;
    return false;
}

static bool on_break(const struct hour_desk *desk, int64_t now_ms)
{
    return desk->away_until_ms > desk->away_from_ms && desk->away_from_ms <= now_ms + SOON_MS &&
           desk->away_until_ms > now_ms;
}

/* Somebody sits there, will go on doing so and be free soon, and may serve the queue. */
static bool can_move(const struct search *s, int desk, int queue)
{
    const struct hour_desk *is = &s->hour->desks[desk];
    int agency = s->hour->queues[queue].agency;
    return is->opens_ms <= s->hour->now_ms && !is->closes_ms && !is->last_arrival_ms &&
           !on_break(is, s->hour->now_ms) && is->free_ms <= s->hour->now_ms + SOON_MS &&
           (is->agency == HOUR_NOBODY || agency == HOUR_NOBODY || is->agency == agency);
}

static bool same_shares(const struct hour_desk *a, const struct hour_desk *b)
{
    if (a->share_count != b->share_count || a->agency != b->agency)
        return false;
    for (int i = 0; i < a->share_count; i++)
        if (a->shares[i].queue != b->shares[i].queue || a->shares[i].weight != b->shares[i].weight)
            return false;
    return true;
}

/* How near the counter's own queues are to their targets: the least spare one last. */
static int64_t burden_ms(const struct search *s, int desk)
{
    int64_t worst_ms = -HOUR_MIN_MAX * (int64_t)MINUTE;
    for (int i = 0; i < s->hour->desks[desk].share_count; i++) {
        int queue = s->hour->desks[desk].shares[i].queue;
        int64_t over_ms = s->base.queues[queue].longest_ms - target_ms(s, queue);
        worst_ms = over_ms > worst_ms ? over_ms : worst_ms;
    }
    return worst_ms;
}

struct spare {
    int desk;
    int64_t burden_ms;
};

static int by_burden(const void *a, const void *b)
{
    const struct spare *left = a, *right = b;
    if (left->burden_ms != right->burden_ms)
        return left->burden_ms < right->burden_ms ? -1 : 1;
    return left->desk - right->desk;
}

/* Of counters with the same queues the one that is free first stands for all. */
static int find_spares(const struct search *s, int queue, struct spare *spares)
{
    const struct hour *hour = s->hour;
    int count = 0;
    for (int d = 0; d < hour->desk_count; d++) {
        int like = 0;
        if (!can_move(s, d, queue))
            continue;
        while (like < count && !same_shares(&hour->desks[spares[like].desk], &hour->desks[d]))
            like++;
        if (like == count)
            spares[count++] = (struct spare){d, burden_ms(s, d)};
        else if (hour->desks[d].free_ms < hour->desks[spares[like].desk].free_ms)
            spares[like].desk = d;
    }
    qsort(spares, (size_t)count, sizeof *spares, by_burden);
    return count < DESKS_MAX ? count : DESKS_MAX;
}

/* --- trial --- */

static int64_t until_ms(const struct search *s, int minutes)
{
    int64_t ms = s->hour->now_ms + (int64_t)minutes * MINUTE;
    return (ms + ROUND_MS - 1) / ROUND_MS * ROUND_MS;
}

static bool was_shown(const struct search *s, const struct hour_advice *advice)
{
    for (int i = 0; i < s->found_count; i++)
        if (s->found[i].shown && same_move(&s->found[i].advice, advice))
            return true;
    return false;
}

static void keep_shown(struct search *s, const struct hour_advice *shown, int count)
{
    for (int i = 0; i < count && i < HOUR_ADVICE_MAX; i++) {
        struct found found = {.advice = shown[i], .shown = true};
        if (shown[i].desk < 0 || shown[i].desk >= s->hour->desk_count || shown[i].queue < 0 ||
            shown[i].queue >= s->hour->queue_count || shown[i].until_ms < s->hour->now_ms + LONG_MS ||
            was_shown(s, &shown[i]) || !can_move(s, shown[i].desk, shown[i].queue))
            continue;
        weigh(s, &found, MINUTE);
        if (found.fine && helps(&found, HOUR_ADVICE_GAIN_MS / 2)) {
            s->found[s->found_count++] = found;
        }
    }
}

static void try_desk(struct search *s, int queue, int desk, bool beside)
{
    const struct hour_desk *is = &s->hour->desks[desk];
    struct found found = {.advice = {.desk = desk, .queue = queue, .beside = beside}};
    if (beside ? serves(is, queue) || !is->share_count || is->share_count >= RULE_QUEUES_MAX
               : is->share_count == 1 && serves(is, queue))
        return;
    found.advice.until_ms = until_ms(s, lengths_min[0]);
    if (was_shown(s, &found.advice))
        return;
    weigh(s, &found, 0);
    if (helps(&found, HOUR_ADVICE_GAIN_MS))
        s->found[s->found_count++] = found;
}

static void try_lengths(struct search *s, struct found *found)
{
    for (size_t i = 1; i < sizeof lengths_min / sizeof *lengths_min; i++) {
        struct found other = *found;
        other.advice.until_ms = until_ms(s, lengths_min[i]);
        weigh(s, &other, 0);
        if (other.fine && helps(&other, HOUR_ADVICE_GAIN_MS) && (!found->fine || by_score(&other, found) < 0))
            *found = other;
    }
}

static void refine(struct search *s, struct found *found, int count)
{
    qsort(found, (size_t)count, sizeof *found, by_score);
    for (int i = 0; i < count && i < REFINED_MAX; i++)
        try_lengths(s, &found[i]);
    qsort(found, (size_t)count, sizeof *found, by_score);
}

/* Before one that was shown only what is better by a margin: what is advised first does not go to and fro. */
static bool goes_before(const struct found *a, const struct found *b)
{
    return b->shown ? a->score_ms > b->score_ms + b->score_ms / 4 + BETTER_MS : by_score(a, b) < 0;
}

static void rank(struct found *found, int count)
{
    for (int i = 1; i < count; i++) {
        struct found one = found[i];
        int at = i;
        for (; at > 0 && goes_before(&one, &found[at - 1]); at--)
            found[at] = found[at - 1];
        found[at] = one;
    }
}

static void search(struct search *s)
{
    int queues[QUEUES_MAX];
    int queue_count = find_queues(s, queues);
    struct spare *spares = xcalloc((size_t)s->hour->desk_count + 1, sizeof *spares);
    for (int i = 0; i < queue_count; i++) {
        int count = find_spares(s, queues[i], spares);
        for (int k = 0; k < count; k++) {
            try_desk(s, queues[i], spares[k].desk, false);
            try_desk(s, queues[i], spares[k].desk, true);
        }
    }
    free(spares);
    int shown = 0;
    while (shown < s->found_count && s->found[shown].shown)
        shown++;
    refine(s, &s->found[shown], s->found_count - shown);
    rank(s->found, s->found_count);
}

/* One advice for a counter, a few for a queue. */
static bool adds(const struct hour_advice *advice, const struct hour_advice *out, int count)
{
    int of_queue = 0;
    for (int i = 0; i < count; i++) {
        if (out[i].desk == advice->desk)
            return false;
        of_queue += out[i].queue == advice->queue;
    }
    return of_queue < OF_QUEUE_MAX;
}

int hour_advice(const struct hour *hour, const struct hour_advice *shown, int shown_count,
                struct hour_advice *out, int out_max)
{
    struct search *s = xcalloc(1, sizeof *s);
    int count = 0;
    s->hour = hour;
    hour_cast_make(hour, HOUR_MIN, &s->cast);
    hour_play(&s->cast, NULL, 0, false, &s->base);
    keep_shown(s, shown, shown_count);
    search(s);
    for (int i = 0; i < s->found_count && count < out_max; i++)
        if (s->found[i].fine && adds(&s->found[i].advice, out, count))
            out[count++] = s->found[i].advice;
    hour_run_free(&s->base);
    hour_cast_free(&s->cast);
    free(s);
    return count;
}
