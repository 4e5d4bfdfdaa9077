/* core/hall/training_slow.c: requests that reach a training hall over a slow network: each is put off once, for some seconds. */
#include <stdlib.h>

#include "core/hall/training_inside.h"

struct delayed {
    struct http_request *request;
    int64_t due_ms; /* monotonic */
    bool due;       /* is handed over again */
    struct delayed *next;
};

void training_slow_free(struct training *t)
{
    while (t->delayed) {
        struct delayed *next = t->delayed->next;
        free(t->delayed);
        t->delayed = next;
    }
}

static bool has_waited(struct training *t, const struct http_request *request)
{
    for (struct delayed **at = &t->delayed; *at; at = &(*at)->next) {
        struct delayed *one = *at;
        if (one->request != request || !one->due)
            continue;
        *at = one->next;
        free(one);
        return true;
    }
    return false;
}

bool training_delays(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct training *t = hall->training;
    if (!t || has_waited(t, request))
        return false;
    int ms = training_slow_ms(hall, actor);
    if (ms == 0)
        return false;
    struct delayed *one = xcalloc(1, sizeof *one);
    *one = (struct delayed){.request = request, .due_ms = hall->mono_ms + ms, .next = t->delayed};
    t->delayed = one;
    return true;
}

void training_slow_follow(struct training *t)
{
    for (struct delayed *one = t->delayed; one; one = one->next) {
        if (one->due || one->due_ms > t->hall->mono_ms)
            continue;
        one->due = true;
        http_later(one->request);
    }
}

int64_t training_slow_left_ms(const struct training *t)
{
    int64_t least_ms = -1;
    for (const struct delayed *one = t->delayed; one; one = one->next) {
        int64_t left_ms = one->due || one->due_ms <= t->hall->mono_ms ? 0 : one->due_ms - t->hall->mono_ms;
        if (least_ms < 0 || left_ms < least_ms)
            least_ms = left_ms;
    }
    return least_ms;
}
