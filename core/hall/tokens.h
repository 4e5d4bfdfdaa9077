/* core/hall/tokens.h: tokens that were looked up lately, so that a poll costs no digest, query and parse. An entry
 * is read from the store again after a minute: a user who was disabled is out by then. */
#pragma once
#include "core/command/command.h"

struct hall;
struct tokens;

struct tokens *tokens_new(void);
void tokens_free(struct tokens **tokens); /* NULL-safe */
/* The actor of a token that is known here already; asks no store. */
bool tokens_known(struct hall *hall, const char *token, struct actor *actor);
/* As session_actor; ERR_ABSENT too when nobody used it for as long as the hall's policy allows (session_idle_minutes), or a
 * sixth longer, which is how far the row may be behind; ten minutes later its row is gone. A training hall's sign-ins end by their hours alone. */
enum err tokens_actor(struct hall *hall, const char *token, struct actor *actor) MUST_USE;
/* A request came by a token that is known here, from somebody who had last touched their workstation idle_s ago. */
void tokens_used(struct hall *hall, const char *token, int64_t idle_s);
void tokens_forget(struct tokens *tokens, const char *token);
void tokens_clear(struct tokens *tokens);
