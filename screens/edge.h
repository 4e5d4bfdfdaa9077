/* screens/edge.h: what stands between the app and the world, as the terminal's side (runner.c) knows it: the workstation of
 * one hall (station.c), or the look at many (halls_station.c). */
#pragma once
#include <poll.h>

#include "screens/app.h"

/* What only the terminal can do; handed out once by wants and then forgotten. */
enum edge_want {
    WANT_BELL = 1,
    WANT_REDRAW = 2,
    WANT_SUSPEND = 4,
    WANT_QUIT = 8,
    WANT_COPY = 16,
    WANT_NEXT_THEME = 32,
    WANT_PRINT = 64,
};

struct edge {
    void *self;
    const struct app *(*app)(const void *self);
    int64_t (*now_ms)(const void *self);       /* wall time, by the hall's clock where there is one */
    void (*tell)(void *self, struct msg *msg); /* fills in the time */
    void (*connect)(void *self);               /* after the first picture stands */
    void (*step)(void *self);                  /* what the network has for us */
    int (*wait)(void *self, struct pollfd *fds, unsigned count, int timeout_ms);
    void (*keep)(void *self, const char *name,
                 const char *value); /* a choice that the terminal carried out */
    unsigned (*wants)(void *self);   /* bits of enum edge_want; then forgotten */
    bool (*dirty)(void *self);       /* true once after each change of what is shown */
    const char *(*clipboard)(const void *self);
    const char *(*print_text)(const void *self);
};
