/* core/hall/export.h: loketd export-cases: the hall's applications as JSON Lines, for an agency's own system, an archive or
 * statistics. The first line says of what hall, epoch, rev and place in the events (events.h) it is, so that a reader goes
 * on with GET /v1/events from there; then a line for each application, with its papers, payments, decisions and what
 * happened when; the last line counts them and proves the whole by its SHA-256, so that a cut file is noticed.
 *
 * All of it is one moment of the hall: a loketd at work copies its file first, as for a backup, and goes on meanwhile.
 * Memory does not grow with the number of applications. Members that row_mask hides are left out, the person with them,
 * unless --unmasked asks for them; either is a line of the audit. */
#pragma once
#include "core/base/crypto.h"
#include "core/hall/options.h"
#include "core/hall/store.h"

struct export_wish {
    const char *agency, *from,
        *until; /* NULL: all; days YYYY-MM-DD of the hall on which it was opened, both included */
    bool unmasked;
};
/* Writes the lines of the hall in db, which nobody changes meanwhile, by put. *cases: how many. */
typedef enum err export_put(void *ctx, const char *text, size_t length);
enum err export_lines(struct db *db, const struct export_wish *wish, int64_t now_ms, export_put *put,
                      void *ctx, int64_t *cases) MUST_USE;

enum err export_cases(const struct hall_options *options, struct err_info *info) MUST_USE;
