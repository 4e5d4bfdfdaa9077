/* tests/sim/town/model.h: a small hall of the checker's own, written from PROTOCOL.md section 4 alone: tickets, counters,
 * queues and applications as numbers and words. It is given the commands in rev order with what the hall made of each, and
 * says whether that is what the protocol demands. Where the protocol leaves room, it takes over what the hall chose.
 *
 * Knows nothing of core/model and core/command: what is wrong there must not be wrong here in the same way. */
#pragma once
#include "core/wire/json.h"

/* One rev of the hall. */
struct model_step {
    int64_t rev;
    const char *type, *user; /* type NULL: the command is not known; what it changed is taken over */
    const struct json *body; /* NULL as well then */
    bool base_known;         /* the two after it */
    int64_t base_row_rev, base_hold_gen; /* -1: none was sent */
    const char *made;                    /* the ticket that it would make; "": not known */
    bool applied;
    const char *code;        /* of the refusal */
    const struct json *rows; /* of the feed item: [{t, id, row}] */
    int64_t now_ms;          /* true time; -1: long ago */
    int64_t hall_ms;         /* … as the hall's clock has it */
    bool clocks_are_right;   /* everybody's */
    /* Out: whom a call gave. */
    char ticket[64];
    int64_t gen;
    int64_t moved; /* … or how many a move, or its preview, is about; -1 */
};

struct model *model_new(void);
void model_free(struct model **model);
/* false: why says what the protocol demands instead. */
bool model_replay(struct model *model, struct model_step *step, char why[300]);
