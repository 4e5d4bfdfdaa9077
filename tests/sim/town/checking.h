/* tests/sim/town/checking.h: what the checker's own files share. */
#pragma once
#include "tests/sim/town/town.h"

/* A command from the moment that a person was told "saved". */
struct op {
    char id[UUID_TEXT], client[UUID_TEXT], type[32];
    int64_t seq;
    int station; /* index */
    bool online;
    bool doubtful; /* of an installation that is a copy: it may be frozen with this in it */
    int64_t confirmed_ms;
    struct json *body;
    /* Of the hall's history as it is now; after a restore it is answered anew. */
    bool answered, applied;
    int64_t rev;
    char code[48];
    int64_t returned_ms; /* when its first result reached the person; -1 */
    struct json *data;   /* of that result */
};

/* A row of the hall, as its newest change has it. */
struct shadow {
    char id[64];
    enum table table;
    int64_t gen, rev; /* of a counter its fence, of a case its hold_gen */
    char holder[64];  /* of a ticket that is called or served, else "" */
    uint64_t fixed;   /* of a decision: what never changes */
    char number[48];  /* of a ticket, with its day */
};

/* Text to index, open addressing; both are kept by who uses it. */
struct lookup {
    uint32_t *slots; /* index + 1 */
    size_t size, used;
};

struct check {
    struct op *ops;
    size_t op_count, op_capacity;
    struct lookup op_ids;
    struct shadow *shadows;
    size_t shadow_count, shadow_capacity;
    struct lookup shadow_ids, numbers;
    int64_t seen_rev, epoch;
    int64_t settled_at_ms;
    int64_t cursor[STATIONS_MAX], cursor_epoch[STATIONS_MAX];
};

uint64_t text_hash(const char *text);
void lookup_clear(struct lookup *lookup);
void lookup_free(struct lookup *lookup);
void lookup_add(struct lookup *lookup, uint64_t hash, size_t index);
/* Calls is(ctx, index) for those of that hash; the index for which it is true, or -1. */
ptrdiff_t lookup_find(const struct lookup *lookup, uint64_t hash, bool (*is)(const void *ctx, size_t index),
                      const void *ctx);
struct op *op_find(struct check *check, const char *id);

/* check_rows.c */
void rows_forget(struct check *check);
void rows_follow(struct town *town, struct backend *backend);
/* check_base.c: false and a violation when the station's base is not the hall at its cursor. */
bool base_is_hall(struct town *town, struct station *station);
