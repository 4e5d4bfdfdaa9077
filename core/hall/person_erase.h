/* core/hall/person_erase.h: what the hall holds of one person goes, as far as the law lets it (GDPR art. 17).
 *
 * One change (person.erase) writes each row anew with what figures, numbers and audit stand on (person_keep.h), or, of a
 * person whose application must be kept, with who they are and without how they are reached; workstations get it by the
 * feed as they get any change. Earlier changes lose the same rows as by retention.h: each gives way to its leaf of the
 * chain, so that the feed is proved as before (person_past.h; for verify: erase_proof.h). The
 * audit names the person by the identity alone, and after this nothing leads from it to anybody. What the law keeps goes by itself when its time is over (person_overdue.h).
 *
 * Knows no role and no screen. Everything is read and written in the transaction of env. */
#pragma once
#include "core/hall/person_rows.h"
#include "core/hall/server_core.h"

enum { ERASE_CODE = 7 };

/* Why nothing can be erased now; code "" when it can. */
struct erase_stop {
    char code[40], text[400];
};

struct erase_plan {
    struct person_rows rows;
    struct json *kept; /* as person_kept gives it */
    struct json *goes; /* {table: how many rows}; "earlier": states of rows that are somebody else's now */
    char person[64];   /* the record that goes on */
    char until[DATE_TEXT];    /* of what is kept; "" while something is under way, or when nothing is kept */
    char confirm[ERASE_CODE]; /* what a person types who has read the plan; another as soon as the plan is */
    struct erase_stop stop;
};
/* End with erase_plan_free whatever it says. */
/* As they stand now, without "earlier" and confirm: reads no history (person_past.h). */
enum err erase_plan_rows(const struct server_env *env, const char *person, struct erase_plan *out) MUST_USE;
enum err erase_plan_make(const struct server_env *env, const char *person, struct erase_plan *out) MUST_USE;
void erase_plan_free(struct erase_plan *plan);
/* Whether a reason names the person: the audit keeps reasons for ever. */
bool erase_reason_names(const struct erase_plan *plan, const char *reason);
/* On behalf of actor; NULL: this computer's administrator. *changed: rows that were written, 0 when all of it was gone. */
enum err erase_run(const struct server_env *env, const struct actor *actor, const struct erase_plan *plan,
                   const char *reason, int64_t *changed) MUST_USE;
