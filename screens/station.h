/* screens/station.h: the workstation without its terminal: the app between the cache, the sync and the hall.
 *
 * It carries out what the app asks for and tells it what came of it, all in the same turn. It waits for
 * nothing: the terminal's loop (runner.c) calls station_step when the network or the clock has something. */
#pragma once
#include <poll.h>
#include <stdio.h>

#include "screens/edge.h"
#include "screens/settings.h"

struct station;

/* Opens the cache below settings->data (in a practice hall the first folder that is free) and shows the first
 * screen; neither network nor hall is touched. settings is borrowed and may be changed. */
enum err station_new(struct station **out, struct settings *settings, enum lang lang,
                     const struct keymap *keys, struct err_info *info) MUST_USE;
void station_free(struct station **station);
/* After the first picture stands: opens the hall or the way to it. */
void station_connect(struct station *station);

/* The hall display instead of the clerk's home, once someone is signed in. */
void station_set_display(struct station *station, bool display);

void station_tell(struct station *station, struct msg *msg); /* fills in the time and records it */
void station_step(struct station *station);                  /* what the network and the hall have for us */
int station_wait(struct station *station, struct pollfd *fds, unsigned count, int timeout_ms);

/* A choice that the terminal's side carried out, such as a theme, counts from now on and at the next start. */
void station_keep(struct station *station, const char *name, const char *value);

/* NULL, or why it cannot go on after WANT_QUIT: a sentence. */
const char *station_fault(const struct station *station);

/* NULL, or what is to be said once the terminal is its owner's again. */
const char *station_parting(const struct station *station);

const struct app *station_app(const struct station *station);
int64_t station_now_ms(const struct station *station); /* wall time by the hall's clock */
unsigned station_wants(struct station *station);       /* bits of enum edge_want; then forgotten */
const char *station_clipboard(const struct station *station);
void station_set_terminal(struct station *station, bool prints, bool copies); /* what it can beside showing */
const char *station_print_text(const struct station *station);
/* True once after each change of what is shown. */
bool station_dirty(struct station *station);
/* For the terminal's side. */
struct edge station_edge(struct station *station);
