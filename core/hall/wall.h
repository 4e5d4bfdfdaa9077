/* core/hall/wall.h: what may not pass between a real hall and a training hall, on the hall's side: a file that says two things
 * of itself, a backup, a bus's parcel, an address to tell. The workstation's side is core/cache/wall.c, what both agree on
 * core/wire/which_hall.h. Each refusal comes with its sentence, and nothing was changed. */
#pragma once
#include "core/hall/store.h"

/* The row, the file's head, the identity and the state say the same of it. ERR_CORRUPT: somebody changed the file by hand. */
enum err wall_marks_agree(struct db *db, struct err_info *info) MUST_USE;
/* A backup into the folder data, which may hold a hall already. backup is open. */
enum err wall_may_restore(const char *data, const char *file, struct db *backup,
                          struct err_info *info) MUST_USE;
/* lines: of a departure's parcel that is to teach this hall a trip that it has forgotten. */
enum err wall_may_merge(struct db *db, const struct json *lines, struct err_info *info) MUST_USE;
/* A training hall tells nobody outside this computer what happens in it. */
enum err wall_may_tell(struct db *db, const char *url, struct err_info *info) MUST_USE;
