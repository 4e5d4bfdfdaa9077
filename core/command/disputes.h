/* core/command/disputes.h: what a person may choose about a dispute, and who may. Pure: for the hall, which carries the
 * choice out (dispute.c), and for the screens, which offer it. */
#pragma once
#include "core/command/command.h"

#define DISPUTE_CHOICE_LIST(X)                                                                \
    X(DROP, "drop")               /* what stands at the hall counts; the record is closed */  \
    X(KEEP_THEIRS, "keep_theirs") /* branches, decisions: what stands now */                  \
    X(KEEP_MINE, "keep_mine")     /* branches, decisions: what came later */                  \
    X(FIELDS, "fields")           /* branches: field by field, body.fields */                 \
    X(APPLY, "apply")             /* once more, by its author, on the rows as they are now */ \
    X(APPLY_AS_ME, "apply_as_me") /* the same in the name of who resolves */                  \
    X(NOTE, "note")               /* not done, but written down with the ticket or application */
enum dispute_choice {
#define X(name, text) DISPUTE_##name,
    DISPUTE_CHOICE_LIST(X)
#undef X
        DISPUTE_CHOICES
};
const char *dispute_choice_text(enum dispute_choice choice);

/* The choices that make sense for this dispute and this person, the one that changes least first; their number. None:
 * it is another's to settle. */
int dispute_choices(const struct json *dispute, const struct actor *actor,
                    enum dispute_choice out[DISPUTE_CHOICES]);
/* Whether the actor has part in it: its author, whom it concerns, a supervisor. */
bool dispute_concerns(const struct json *dispute, const struct actor *actor);
/* Is it one of two decisions that stand against each other? Only a supervisor settles those. */
bool dispute_is_contest(const struct json *dispute);
