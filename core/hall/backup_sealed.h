/* core/hall/backup_sealed.h: backups that only whoever has their secret can read (core/base/seal.h). */
#pragma once
#include <stdint.h>

#include "core/hall/options.h"

/* loketd seal-key FILE: a new pair of keys; the secret goes into FILE, which nobody else may read, the public one is printed. */
enum err seal_key(const struct hall_options *options, struct err_info *info) MUST_USE;
/* As backup_make, sealed for the public key. The plain copy is made within the hall's own folder and has no name while it is
 * read. What is in the backup counts as safe when the sealed file is durable, not before. */
enum err backup_make_sealed(const char *data, const char *file, const char *key, int64_t *rev,
                            struct err_info *info) MUST_USE;
/* As backup_restore of a sealed file; secret_file holds its secret. */
enum err backup_restore_sealed(const char *data, const char *file, const char *secret_file, char **kept,
                               int64_t *rev, struct err_info *info) MUST_USE;
