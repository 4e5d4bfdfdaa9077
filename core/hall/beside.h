/* core/hall/beside.h: a request of admin.h at a hall in PostgreSQL, whether somebody serves it or not: for as long as this
 * takes, whoever asks is one more of those that share the hall (others.h). It takes its turn behind the hall's row, and the
 * loketd at work hear of what was done as they hear of each other. */
#pragma once
#include "core/hall/admin.h"

struct beside;
/* ERR_ABSENT: there is no hall. ERR_IN_USE: somebody has it alone, such as verify or a training day. */
enum err beside_open(struct beside **out, const char *address, struct err_info *info) MUST_USE;
void beside_close(struct beside **beside); /* NULL-safe */

/* *answer: as admin_apply's; the caller frees. What asks about the catalogue waits for an import that is under way, and what
 * decides about one until it is whole; ERR_IN_USE when nothing of it moves for half a minute. Any error after it was decided
 * says that it stands. */
enum err beside_ask(struct beside *beside, const struct json *request, struct json **answer,
                    struct err_info *info) MUST_USE;
/* For tests: another patience than half a minute. */
void beside_be_patient(struct beside *beside, int ms);
/* For loketd deliver, which stays: nobody else delivers at this hall as long as its connection lasts. */
bool beside_delivers(struct beside *beside);
bool beside_lost(const struct beside *beside); /* the connection is gone: open another */
