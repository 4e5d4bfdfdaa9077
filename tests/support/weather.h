/* tests/support/weather.h: a bad network between workstations and their hall: a proxy on the loopback, a process of
 * its own, that does by chance from a seed what networks do. It knows no protocol: a request is what comes in one
 * piece from a caller, an answer what comes back.
 *
 * In a storm one request in three meets a fate; in calm none. What was done to a line before stays done. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

enum weather {
    WEATHER_CALM,
    WEATHER_STORM,
    WEATHER_REFUSES, /* nobody listens: connections are refused, those that were are cut */
    WEATHER_HOLDS,   /* a partition: nothing moves, nothing is lost, connections are still taken */
};
#define FATE_LIST(X)              \
    X(LATE, "late")               \
    X(ANSWER_LATE, "answer late") \
    X(REQUEST_CUT, "request cut") \
    X(ANSWER_CUT, "answer cut")   \
    X(REPEATED, "repeated")       \
    X(PAGE, "answered by a page") \
    X(SWALLOWED, "swallowed")
enum fate {
#define X(name, text) FATE_##name,
    FATE_LIST(X)
#undef X
        FATES
};

struct weather_proxy {
    char url[64];
    pid_t pid;
    int tell;            /* a byte a change of the weather */
    volatile int *count; /* by fate, and what passed behind them */
};
void weather_start(struct weather_proxy *proxy, int hall_port, uint64_t seed);
void weather_be(struct weather_proxy *proxy, enum weather weather);
void weather_print(const struct weather_proxy *proxy); /* one line: how many met which fate */
int weather_met(const struct weather_proxy *proxy);    /* any fate, so far */
void weather_stop(struct weather_proxy *proxy);
