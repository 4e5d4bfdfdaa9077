/* screens/halls_station.h: the look at many halls: the app between what was heard of each hall and the terminal. Only reads: it
 * has no cache, no outbox and nobody signed in. What the screen asks for:
 *   "halls" {}                → {"rows":[seen_row…]} (halls_seen.h), in the order of the file
 *   "hall"  {"halls":[n,…]}   → {"rows":[seen_whole…]} */
#pragma once
#include "screens/edge.h"
#include "screens/settings.h"

struct halls_station;

/* file: halls_file.h; what is wrong in it is a line each of complaints. What was last known of each hall is read below
 * settings->data; no hall is asked before connect. settings is borrowed. */
enum err halls_station_new(struct halls_station **out, struct settings *settings, const char *file,
                           enum lang lang, const struct keymap *keys, struct buf *complaints,
                           struct err_info *info) MUST_USE;
void halls_station_free(struct halls_station **station); /* NULL-safe; keeps what is known */
struct edge halls_station_edge(struct halls_station *station);
