/* tests/sim/town/checking.h: what the checker's own files share. */
#pragma once
#include "tests/sim/town/town.h"

/* A command from the moment that a person was told "saved". */
struct op {
    char id[UUID_TEXT], client[UUID_TEXT], type[32], user[48];
    int64_t seq;
    int station; /* index */
    bool online;
    bool doubtful; /* of an installation that is a copy: it may be frozen with this in it */
    int64_t confirmed_ms;
    struct json *body;
    bool base_known; /* what its person had seen, as it is sent */
    int64_t base_row_rev, base_hold_gen;
    unsigned told_life; /* of the machine, when a result reached the person; 0: not yet */
    int64_t told_rev;
    bool covered; /* by a later record that may be there or not */
    /* Of the hall's history as it is now; after a restore it is answered anew. */
    bool answered, applied;
    int64_t rev;
    char code[48];
    int64_t returned_ms; /* when its first result reached the person; -1 */
    struct json *data;   /* of that result */
    /* As the model replayed it: at which rev, and whom a call gave. */
    int64_t given_rev, given_gen, moved;
    char given[64];
    char made[UUID_TEXT]; /* the ticket that ticket.issue showed at once */
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

/* What somebody typed last into a form and did not confirm. */
struct typed {
    int station;
    char user[48], object[UUID_TEXT], words[48];
};

/* One rev, as it is committed. */
struct committed {
    int64_t rev;
    const char *command, *by, *client, *type, *outcome; /* outcome: "applied" or "refused CODE" */
    const struct json *rows;
};

struct order;
struct past;
struct check {
    struct order *order;
    struct past *past;
    struct rng chance;
    struct typed typed[200];
    int typed_count;
    int64_t safe, safe_epoch; /* as the hall says */
    int64_t station_safe[SEATS], station_epoch[SEATS];
    bool is_old; /* changes are read again that were seen before */
    struct op *ops;
    size_t op_count, op_capacity;
    struct lookup op_ids;
    struct shadow *shadows;
    size_t shadow_count, shadow_capacity;
    struct lookup shadow_ids, numbers;
    int64_t seen_rev, epoch;
    int64_t answering; /* the epoch whose answers hold; -1 between a restore and the hall's next start */
    int64_t settled_at_ms;
    int64_t cursor[SEATS], cursor_epoch[SEATS];
};

uint64_t text_hash(const char *text);
void lookup_clear(struct lookup *lookup);
void lookup_free(struct lookup *lookup);
void lookup_add(struct lookup *lookup, uint64_t hash, size_t index);
/* Calls is(ctx, index) for those of that hash; the index for which it is true, or -1. */
ptrdiff_t lookup_find(const struct lookup *lookup, uint64_t hash, bool (*is)(const void *ctx, size_t index),
                      const void *ctx);
struct op *op_find(struct check *check, const char *id);

bool dispute_is_closable(struct town *town, const struct json *dispute);

/* check.c: the checker's own eyes do not meet a bad place on the disk; false: the program itself cannot read just now. */
bool check_may_read(struct machine *machine, const struct db *db);
/* check_rows.c */
void rows_forget(struct town *town);
void rows_follow(struct town *town, struct backend *backend);
/* check_past.c: a change as it was when it was whole, which the caller frees; NULL and a violation when it cannot be. */
struct past *past_new(void);
void past_seen_free(struct past **past);
struct json *past_item(struct town *town, int64_t rev, const char *text);
/* check_base.c: false and a violation when the station's base is not the hall at its cursor. */
bool base_is_hall(struct town *town, struct station *station);
/* check_order.c */
struct order *order_new(void);
void order_free(struct order **order);
void order_follow(struct town *town, const struct committed *committed);
void order_answered(struct town *town, const struct op *op,
                    const struct json *result); /* it reached its person */
void order_finish(struct town *town);           /* of the history as it is */
void order_forget(struct check *check);
/* check_seen.c */
void seen_confirmed(struct town *town, struct station *station, const struct op *op);
void seen_replaced(struct town *town, struct station *station); /* its disk is another's now */
void seen_started(struct town *town, struct station *station);
void seen_stepped(struct town *town, struct station *station, bool fed);
void seen_hall(struct town *town, const struct backend *backend);
