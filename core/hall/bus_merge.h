/* core/hall/bus_merge.h: one merge under way, for bus_merge.c and bus_rows.c alone. */
#pragma once
#include "core/hall/bus.h"

struct merge {
    const struct server_env *env;
    struct err_info *info;
    struct parcel parcel;
    char away[64], code[64], name[160], instance[64];
    char audit_head[SHA256_TEXT], secret[128]; /* of the departure, as this hall kept them */
    struct json *about;                        /* queues and people that left */
    int64_t base_rev, from_rev,
        to_rev;             /* of the bus: what came along, what was merged, what is in the parcel */
    bool known;             /* a parcel of this very laptop was merged before */
    int64_t first_rev;      /* of this hall: the merge's first change */
    bool late;              /* the queue is here already, or was given away anew */
    struct json *bases;     /* "table id": the row as it left */
    struct json *conflicts; /* ids of applications that changed on both sides */
    struct json *batch;     /* [{t,row}] not yet written */
    int64_t tickets, cases, persons, commands, disputes;
};

/* --- bus_rows.c: what becomes of the rows of the parcel --- */
enum err merge_rows(struct merge *m) MUST_USE;     /* people, tickets, applications with their parts */
enum err merge_disputes(struct merge *m) MUST_USE; /* those that were open or closed on the bus */
/* A row to be written with the next ones; taken. */
enum err merge_add(struct merge *m, enum table table, struct json *row) MUST_USE;
enum err merge_flush(struct merge *m) MUST_USE;
/* An open dispute for a supervisor. details is taken and may be NULL; about names what it is of, so that a second merge
 * makes no second one. */
enum err merge_dispute(struct merge *m, const char *code, const char *about, struct json *details,
                       const char *format, ...) PRINTF(5, 6) MUST_USE;
