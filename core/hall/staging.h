/* core/hall/staging.h: lines of an import that are put down beside the catalogue before it is decided that they come into
 * it (admin_catalogue.h), and how they come in. Runs in the transaction of env. */
#pragma once
#include "core/command/version.h"
#include "core/hall/server_core.h"

/* A service, or an agency, as a change of its own, and a line of the audit that says which. */
enum err staging_write_service(const struct server_env *env, const struct version_service *told,
                               struct err_info *info) MUST_USE;
enum err staging_write_agency(const struct server_env *env, const struct json *agency) MUST_USE;

/* A new import under id: another one that is not decided is dropped. *import: its number. */
enum err staging_begin(struct db *db, const char *id, int64_t *import) MUST_USE;
/* The one that holds count lines and is not decided. ERR_ABSENT: it is not here any more. */
enum err staging_find(struct db *db, const char *id, int64_t count, int64_t *import) MUST_USE;
/* Of an agency id and text are asked. No line of the same table and id may be there. */
enum err staging_add(struct db *db, int64_t import, enum table table,
                     const struct version_service *told) MUST_USE;
enum err staging_has(struct db *db, int64_t import, enum table table, const char *id, bool *there) MUST_USE;
enum err staging_grow(struct db *db, int64_t import, int64_t count) MUST_USE; /* by count lines */
/* From then on its lines come in, whatever happens. ERR_ABSENT: as above. */
enum err staging_decide(struct db *db, const char *id, int64_t count) MUST_USE;
enum err staging_drop(struct db *db, const char *id) MUST_USE;
/* At a start: nobody goes on with what was not decided. */
enum err staging_forget(struct db *db) MUST_USE;

/* Whether there are imports that were only put down, decided, or dropped. */
struct staging_state {
    bool put_down, decided, dropped;
};
enum err staging_look(struct db *db, struct staging_state *state) MUST_USE;
/* Where the import stands that comes in now: as long as the same is told of two looks, nothing has moved. "" without one. */
enum { STAGING_PLACE = 200 };
enum err staging_place(struct db *db, char place[STAGING_PLACE]) MUST_USE;
/* Some of those lines. *more false: there are none. */
enum err staging_slice(const struct server_env *env, bool *more) MUST_USE;
/* All of those that were decided: at a hall that stands still nobody waits. */
enum err staging_finish(const struct server_env *env) MUST_USE;
