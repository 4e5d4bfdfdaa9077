/* core/hall/bus.h: the bus, core/hall/README.md: a queue leaves with a mobile hall, works a day without contact, comes
 * home and is merged; or it does not come. Each runs in the transaction that env has begun and touches nothing else:
 * no file, clock, chance or network, so that it is the same on a hall that stands still and on one at work.
 *
 * Requests and answers are JSON as in admin.h. Errors of people come with their sentence in info; any error: the caller
 * rolls back. */
#pragma once
#include "core/hall/parcel.h"
#include "core/hall/server_core.h"

/* At home. {code,name,queues[],users[],id,secret} → {parcel:text,code,name,tickets,cases,persons,users,prefix[]}:
 * gives the queues away (home_gen+1) and packs what goes along. id is a UUID, secret a token, both new. */
enum err bus_depart(const struct server_env *env, const struct json *request, struct json **answer,
                    struct err_info *info) MUST_USE;

/* On the laptop: fills a new, empty store from a departure's parcel. instance: a new UUID; epoch: its own. */
struct bus_begin {
    const char *instance;
    int64_t epoch;
};
enum err bus_begin(const struct server_env *env, const struct parcel *parcel, const struct bus_begin *begin,
                   struct err_info *info) MUST_USE;
/* On the laptop. {} → {parcel:text,rev,tickets,cases,commands,open}: everything done since departure. open counts
 * people who are still called, served or parked. */
enum err bus_parcel(const struct server_env *env, struct json **answer, struct err_info *info) MUST_USE;

/* At home. {parcel:text,departure?:text} → {code,name,again,late,tickets,cases,persons,commands,disputes}. A parcel that is merged
 * already changes nothing: again is true. departure: that of the same trip, for a hall that was restored from before it. */
enum err bus_merge(const struct server_env *env, const struct json *request, struct json **answer,
                   struct err_info *info) MUST_USE;

/* At home. {queues[]} → {queues[],logins[]}: takes them back without their bus; logins: whose passwords are on it. */
enum err bus_recall(const struct server_env *env, const struct json *request, struct json **answer,
                    struct err_info *info) MUST_USE;

/* For loketd verify. At home: every audit that was merged is chained from this hall's own to what the merge's line of
 * the audit says. On a bus: where its history begins. */
enum err bus_verify(struct db *db, struct err_info *info) MUST_USE;
/* The rev and audit head that a bus's history goes on from; rev 0 and "" in a hall that is none. */
enum err bus_base(struct db *db, int64_t *rev, char audit_head[SHA256_TEXT]) MUST_USE;
