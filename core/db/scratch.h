/* core/db/scratch.h: a schema of PostgreSQL that is made for one run and dropped with it, whatever was done in it. It is never
 * one that was there before. One that a run left behind, because its computer went dark, is dropped by the next. */
#pragma once
#include "core/base/err.h"

struct scratch;
/* address leads to a database: the schema is loket_demo_ and sixteen letters. One that names a schema itself (search_path)
 * means that one: ERR_CONFLICT, and nothing is touched, when it is there. Every failure comes with its sentence. */
enum err scratch_make(struct scratch **out, const char *address, struct err_info *info) MUST_USE;
/* What db_open takes; the scratch's own. */
const char *scratch_address(const struct scratch *scratch);
const char *scratch_name(const struct scratch *scratch);
/* As when it was made; nobody works in it. */
enum err scratch_empty(struct scratch *scratch, struct err_info *info) MUST_USE;
/* Waits for whoever is just ending there. Frees, whatever comes of it; NULL-safe. */
enum err scratch_drop(struct scratch **scratch, struct err_info *info) MUST_USE;
