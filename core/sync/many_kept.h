/* core/sync/many_kept.h: what was last known of each hall, on this computer's disk, so that a start shows it at once and says
 * how old it is. Nothing of a person is in it, and no key. Losing it loses a memory and no work. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

struct many_kept;

struct many_known {
    const char *text, *tag; /* the hall's own answer, and its tag */
    int64_t known_ms;       /* wall: when it was last heard to be so */
    int64_t offset_ms;      /* its clock less ours */
    const char *series;     /* "DAY N,N,…": who waited there, as this program saw it; "" nothing */
};

/* In the folder, which is made when it is not there. A file that is damaged is begun anew. ERR_IN_USE: another
 * program keeps its memory there. */
enum err many_kept_open(struct many_kept **out, const char *folder, struct err_info *info) MUST_USE;
void many_kept_close(struct many_kept **kept); /* NULL-safe */
/* ERR_ABSENT: nothing is known of it. The texts live until the next call. */
enum err many_kept_read(struct many_kept *kept, const char *url, struct many_known *known) MUST_USE;
/* Several in one transaction, so that many halls cost one write. */
enum err many_kept_begin(struct many_kept *kept) MUST_USE;
enum err many_kept_write(struct many_kept *kept, const char *url, const struct many_known *known) MUST_USE;
enum err many_kept_end(struct many_kept *kept) MUST_USE;
