/* core/hall/morning.h: a practice hall's accounts and its morning: invented people who wait. Chance is handed in.
 * Nobody in it exists: names come from the pack's lists, every NIK is of province 99, which there is not. */
#pragma once
#include "core/hall/setup.h"

/* Gives every account of the pack's practice a fresh random password, making it when it is not there, and makes
 * the counters. *rows: [{login,name,roles,agency,agency_name,counter?,password}]; the caller frees. In the
 * transaction of env. */
enum err morning_accounts(const struct server_env *env, const struct pack *pack, struct json **rows,
                          struct err_info *info) MUST_USE;
/* The counters alone. */
enum err morning_counters(const struct server_env *env, const struct pack *pack,
                          struct err_info *info) MUST_USE;
/* Whether anybody came today yet. */
enum err morning_is_made(struct db *db, int64_t now_ms, bool *made) MUST_USE;
/* Tickets of the last 90 minutes, and a few applications that came online. In the transaction of env. */
enum err morning_make(const struct server_env *env, const struct pack *pack, struct rng *rng,
                      struct err_info *info) MUST_USE;
/* Those applications alone, for a day that is played. */
enum err morning_online(const struct server_env *env, const struct pack *pack, struct rng *rng,
                        struct err_info *info) MUST_USE;
