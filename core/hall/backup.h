/* core/hall/backup.h: a hall in one file: taken out, put back, and proved whole. */
#pragma once
#include "core/hall/setup.h"

/* Into file, which appears whole or not at all; then everything in it counts as safe. *rev: its last change. */
enum err backup_make(const char *data, const char *file, int64_t *rev, struct err_info *info) MUST_USE;
/* The same on a store that is open, outside a transaction. */
enum err backup_take(struct db *db, const char *file, int64_t *rev, struct err_info *info) MUST_USE;

/* Its two halves, for a hall that makes the copy in slices (db_copy_open): whether it may become that file, and, when it has
 * become that file and before anything else is written, what counts as safe now. */
enum err backup_check(const struct db *db, const char *file, struct err_info *info) MUST_USE;
enum err backup_done(struct db *db, int64_t *rev, struct err_info *info) MUST_USE;
/* The hall up to rev of that epoch stands in a file that is durable (backup_sealed.h). ERR_REFUSED: it is another by now. */
enum err backup_safe(struct db *db, int64_t epoch, int64_t rev, struct err_info *info) MUST_USE;

/* The hall at an address into a new file, with what that holds, whether it is served or not. Nothing counts as safe by it. */
enum err backup_copy_there(struct db *db, const char *file, struct hall_state *state,
                           struct err_info *info) MUST_USE;
/* A folder that nobody else reads, for a file on its way to an address or from one; NULL, with a sentence: none can be made. The
 * caller removes it, empty, and frees. */
char *backup_private_folder(struct err_info *info);

/* From here on the history is of env->epoch, in the transaction that is open: workstations send again what it does not hold. */
enum err backup_new_epoch(const struct server_env *env, const char *type) MUST_USE;

/* Puts a backup in place under a new epoch, so that workstations send again what it does not hold. The hall
 * that was there is kept: its new name is written to *kept (the caller frees; NULL when there was none). Refused
 * while a loketd works on it. data may be an address: all its rows are replaced in one transaction, and none are kept. */
enum err backup_restore(const char *data, const char *file, char **kept, int64_t *rev,
                        struct err_info *info) MUST_USE;
