/* core/command/dispute_choices.c: see disputes.h. Two tables: what kinds of dispute there are, and what a refusal's code
 * says about trying again. Knows no rows but the dispute's. */
#include "core/command/disputes.h"

#include <string.h>

#include "core/model/role.h"

const char *dispute_choice_text(enum dispute_choice choice)
{
    static const char *const texts[] = {
#define X(name, text) [DISPUTE_##name] = text,
        DISPUTE_CHOICE_LIST(X)
#undef X
    };
    return texts[choice];
}

enum { NO_CHOICE = -1 };

/* Disputes that the hall opens of its own accord. Any other code is that of a refused record. */
static const struct kind {
    const char *code;
    unsigned roles; /* who may settle it beside author and concerned; 0: they may too */
    int choices[4]; /* of enum dispute_choice, ended by NO_CHOICE */
} kinds[] = {
    {"draft_conflict", 0, {DISPUTE_KEEP_THEIRS, DISPUTE_KEEP_MINE, DISPUTE_FIELDS, NO_CHOICE}},
    {"contested", ROLE_SUPERVISOR, {DISPUTE_KEEP_THEIRS, DISPUTE_KEEP_MINE, NO_CHOICE}},
    {"late_upload", 0, {DISPUTE_DROP, NO_CHOICE}},
    {"number_clash", 0, {DISPUTE_DROP, NO_CHOICE}},
    {"late_ticket", 0, {DISPUTE_DROP, DISPUTE_APPLY, NO_CHOICE}},
    {"person_twice", 0, {DISPUTE_DROP, DISPUTE_APPLY, NO_CHOICE}},
    {"person_conflict", 0, {DISPUTE_DROP, DISPUTE_APPLY, NO_CHOICE}},
};

/* What would be said again, whoever tries and whenever: the record itself is at fault, or its work is there already.
 * All other refusals may end differently once the rows, the roles or the hall's programs are others. */
static const char *const final_codes[] = {
    "already_answered", "already_confirmed", "already_recorded",   "case_exists",    "decision_exists",
    "draft_too_deep",   "draft_too_large",   "extension_too_long", "hold_too_long",  "invalid_amount",
    "invalid_body",     "invalid_born",      "invalid_outcome",    "invalid_scores", "malformed_command",
    "name_needed",      "note_needed",       "not_understood",     "other_currency", "reason_needed",
    "same_case",        "same_person",       "target_needed",      "ticket_exists",
};

static const struct kind *kind_of(const struct json *dispute)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_equal(kinds[i].code, json_text(dispute, "code")))
            return &kinds[i];
    return NULL;
}

static bool is_final(const char *code)
{
    for (size_t i = 0; i < sizeof final_codes / sizeof *final_codes; i++)
        if (str_equal(final_codes[i], code))
            return true;
    return false;
}

bool dispute_is_contest(const struct json *dispute)
{
    return str_equal(json_text(dispute, "code"), "contested");
}

bool dispute_concerns(const struct json *dispute, const struct actor *actor)
{
    return str_empty(actor->user) || (actor->roles & ROLE_SUPERVISOR) ||
           str_equal(json_text(dispute, "user"), actor->user) ||
           json_has_text(json_get(dispute, "concerns"), actor->user);
}

/* Who wrote in the same fields may choose as well as the author of the branch; a refused record is its author's. */
static bool may_resolve(const struct json *dispute, const struct kind *kind, const struct actor *actor)
{
    if (str_empty(actor->user) || (actor->roles & ROLE_SUPERVISOR))
        return true;
    if (kind && kind->roles)
        return false;
    bool author = str_equal(json_text(dispute, "user"), actor->user);
    return author || (str_equal(json_text(dispute, "code"), "draft_conflict") &&
                      json_has_text(json_get(dispute, "concerns"), actor->user));
}

/* Roles that the command asks for, of the person who would do it in the author's place. */
static bool may_do_it(const struct json *dispute, const struct actor *actor)
{
    int count;
    const struct command_info *infos = command_table(&count);
    const char *type = json_text(json_get(dispute, "command"), "type");
    for (int i = 0; i < count; i++)
        if (str_equal(infos[i].type, type))
            return (infos[i].roles & actor->roles) != 0;
    return false;
}

static bool has_subject(const struct json *dispute)
{
    return json_is_object(json_get(dispute, "row"));
}

static int refused_choices(const struct json *dispute, const struct actor *actor, enum dispute_choice out[])
{
    int count = 0;
    bool mine = str_equal(json_text(dispute, "user"), actor->user);
    out[count++] = DISPUTE_DROP;
    if (!is_final(json_text(dispute, "code"))) {
        out[count++] = DISPUTE_APPLY;
        if (!mine && may_do_it(dispute, actor))
            out[count++] = DISPUTE_APPLY_AS_ME;
    }
    if (has_subject(dispute))
        out[count++] = DISPUTE_NOTE;
    return count;
}

int dispute_choices(const struct json *dispute, const struct actor *actor,
                    enum dispute_choice out[DISPUTE_CHOICES])
{
    const struct kind *kind = kind_of(dispute);
    int count = 0;
    if (!may_resolve(dispute, kind, actor) || !str_equal(json_text(dispute, "state"), "open"))
        return 0;
    if (!kind)
        return refused_choices(dispute, actor, out);
    while (kind->choices[count] != NO_CHOICE) {
        out[count] = (enum dispute_choice)kind->choices[count];
        count++;
    }
    return count;
}
