/* core/base/rng.h: chance that is handed in: from the system in programs, from a seed in simulations. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state[4]; /* xoshiro256**, Blackman and Vigna */
};
void rng_seed(struct rng *rng, uint64_t seed);
void rng_seed_from_system(struct rng *rng);
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t limit); /* 0 … limit-1, without bias; limit > 0 */

enum { UUID_TEXT = 37 };
/* RFC 9562 version 7, lower case: ordered by time. */
void uuid_v7(int64_t wall_ms, struct rng *rng, char out[UUID_TEXT]);
/* The n-th identity derived from another: the same on the workstation that predicts and on the hall
 * that decides. n = 0 is the identity itself. */
void uuid_derive(const char *uuid, unsigned n, char out[UUID_TEXT]);
bool uuid_valid(const char *text);
