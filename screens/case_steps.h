/* screens/case_steps.h: what may be done with an application beside deciding it: the deadline extended, the result made
 * out, handed over or voided, a complaint or a correction recorded and answered, the application withdrawn. Each is
 * asked for in the action line, a question at a time, and sent as one command. Whether it may be is core/model's and
 * core/command's; here stands why a key does nothing. Pure. */
#pragma once
#include "screens/dossier.h"

struct case_steps {
    struct json *body; /* of the command that is being asked for; NULL: none */
    char type[24];
};
void steps_deinit(struct case_steps *steps);

/* One of these actions? */
bool steps_is(enum action action);
/* NULL: possible; else why not, marked with TR. */
const char *steps_enabled(const struct dossier *of, const struct ui *ui, enum action action);
void steps_act(struct case_steps *steps, const struct dossier *of, const struct ui *ui, enum action action,
               struct effects *effects);
/* False: the question was not one of these. */
bool steps_answered(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                    const struct msg *msg, struct effects *effects);
/* A sentence when the hall or this computer took one of them; NULL: it was another command. */
const char *steps_saved(const char *type);

/* Those that are possible now, each with its key, and what was done so far. They cut what they use off area. */
void steps_next_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *area);
void steps_so_far_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *area);
