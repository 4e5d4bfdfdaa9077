/* tests/fuzz/world.h: the hall and the workstation that inputs meet: a busy morning with tickets and cases in every
 * state, and unsent work in the outbox. Made once a process; each input finds it as it was made. */
#pragma once
#include "tests/support/pair.h"

/* The workstation of siti: signed in, its copy complete, the chain of the feed known, unsent commands in its
 * outbox. */
enum { WORLD_STATION = 0 };

struct pair *world(void);
void world_begin(void);
void world_end(void);
/* The identity behind a name such as "@called" (world.c), NULL when it is none. */
const char *world_named(const char *name);
/* A copy of text in which every "@name" in quotes is the identity; the caller frees. */
char *world_text(const char *text);

/* What the outbox holds of a person's confirmed work, whatever became of it: the caller frees. */
char *world_outbox(struct cache *cache);
/* The base rows and the place, as text; the caller frees. */
char *world_base(struct cache *cache);
/* The workstation's memory says what its file says, and every question of a screen is answered. */
void world_check_cache(struct cache *cache);
void world_ask(struct cache *cache);
