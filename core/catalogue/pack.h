/* core/catalogue/pack.h: a country pack, read from its folder: pack.json, common.json, services/ID.json. The
 * only place of this room that reads files; used when a hall is set up and by tests, never while it runs. */
#pragma once
#include "core/form/check.h"

struct pack {
    struct json *about;     /* pack.json: agencies, queues, priorities, holidays, practice … */
    struct json *common;    /* common.json; NULL when the pack has none */
    struct json **services; /* whole and bundled (form_bundle), in order of id */
    char **files;           /* their file names, for messages */
    int service_count;
    int32_t *days; /* holidays as numbers of days since 1970-01-01, ascending */
    int day_count;
};
/* A problem with a pack is told as "FILE:POINTER: sentence". */
typedef void pack_report(void *context, const char *line, bool broken);

/* Reads and checks everything below folder; each problem goes to report (which may be NULL). ERR_INVALID when
 * anything is broken, with the first problem in info; out is filled only when OK. */
enum err pack_load(const char *folder, pack_report *report, void *context, struct pack *out,
                   struct err_info *info) MUST_USE;
void pack_free(struct pack *pack);
const struct json *pack_service(const struct pack *pack, const char *id);
