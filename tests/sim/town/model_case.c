/* tests/sim/town/model_case.c: applications by PROTOCOL.md section 4: their states, drafts that meet, decisions that meet a
 * reassignment, the second pair of eyes, issuing that is locked. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/model_inside.h"

/* The members of the town's one form. */
static const char *const members[FIELDS] = {"reason", "street", "note"};
static const char undecided[] = " draft submitted complete in_review returned referred ";

/* --- rows --- */

static void take(char to[NAME], const struct json *row, const char *member)
{
    str_copy(to, NAME, json_text_or(row, member, ""));
}

static void take_draft(struct model_case *c, const struct json *row)
{
    const struct json *draft = json_get(row, "draft"), *revs = json_get(row, "draft_revs");
    for (int i = 0; i < FIELDS; i++) {
        char pointer[24];
        str_format(pointer, sizeof pointer, "/%s", members[i]);
        const struct json *whose = json_get(revs, pointer);
        str_copy(c->fields[i].value, sizeof c->fields[i].value, json_text_or(draft, members[i], ""));
        take(c->fields[i].by, whose, "by");
        c->fields[i].rev = json_int(whose, "rev", 0);
    }
}

void model_case_take(struct model_case *c, const struct json *row, bool all)
{
    const struct json *flags = json_get(row, "flags");
    c->branches = (int)json_count(json_get(row, "branches"));
    c->other_flags = json_has_text(flags, "complained") || json_has_text(flags, "voided");
    take(c->user, row, "user");
    take(c->decision, row, "decision");
    if (!all)
        return;
    if (json_int(row, "hold_gen", 0) != c->hold_gen)
        c->work = HOLDER_IDLE;
    if (strcmp(json_text_or(row, "holder_work", ""), "drafted") == 0)
        c->work = HOLDER_DRAFTED;
    take(c->agency, row, "agency");
    take(c->service, row, "service");
    take(c->decided_by, row, "decided_by");
    str_copy(c->state, sizeof c->state, json_text_or(row, "state", ""));
    str_copy(c->outcome, sizeof c->outcome, json_text_or(row, "outcome", ""));
    c->hold_gen = json_int(row, "hold_gen", 0);
    c->decided_rev = json_int(row, "decision_rev", 0);
    c->pending = json_bool(row, "confirm_pending", false);
    c->contested = json_has_text(flags, "contested");
    c->papers_met = c->papers_met || strcmp(c->state, "complete") == 0;
    take_draft(c, row);
}

const char *model_case_differs(const struct model_case *c, const struct json *row)
{
    const struct json *draft = json_get(row, "draft");
    if (strcmp(c->state, json_text_or(row, "state", "")) != 0)
        return "the state";
    if (c->hold_gen != json_int(row, "hold_gen", 0))
        return "hold_gen";
    if (model_is(c->state, undecided) && strcmp(c->user, json_text_or(row, "user", "")) != 0)
        return "the holder";
    if (c->contested != json_has_text(json_get(row, "flags"), "contested"))
        return "\"contested\"";
    for (int i = 0; i < FIELDS; i++)
        if (strcmp(c->fields[i].value, json_text_or(draft, members[i], "")) != 0)
            return members[i];
    return NULL;
}

/* --- drafts --- */

static void put_state(struct model_case *c, const char *state)
{
    str_copy(c->state, sizeof c->state, state);
}

/* Who holds it, or nobody does: work on it is then the holder's own. */
static void touch(struct model_case *c, const char *user)
{
    if ((!*c->user || strcmp(c->user, user) == 0) && !*c->outcome)
        c->work = HOLDER_DRAFTED;
}

/* Disjoint members merge; one that someone else wrote since it was last seen becomes a branch. */
static bool merge(struct model *model, struct model_case *c, int i, const char *value)
{
    struct model_step *s = model->step;
    struct model_field *field = &c->fields[i];
    int64_t base = json_int(s->body, "base_row_rev", s->base_row_rev);
    bool unseen = base >= 0 && field->rev > base && strcmp(field->by, s->user) != 0;
    if (unseen && strcmp(field->value, value) != 0)
        return false;
    str_copy(field->value, sizeof field->value, value);
    str_copy(field->by, sizeof field->by, s->user);
    field->rev = s->rev;
    return true;
}

static enum verdict draft_rule(struct model *model, struct model_case *c)
{
    struct model_step *s = model->step;
    const struct json *patch = json_get(s->body, "patch");
    bool branched = false;
    if (model_is(c->state, " withdrawn delivered "))
        return MUST_REFUSE;
    for (int i = 0; i < FIELDS && s->applied; i++)
        if (json_text(patch, members[i]) && !merge(model, c, i, json_text(patch, members[i])))
            branched = true;
    const struct json *row = model_row(s, "case", c->id);
    if (branched && json_count(json_get(row, "branches")) == 0)
        model_object(model, "two wrote the same field, and one of the words is nowhere");
    if (s->applied)
        touch(c, s->user);
    return model_is(c->state, " draft returned ") ? MUST_APPLY : EITHER;
}

static bool is_valid(const struct model_case *c)
{
    return model_is(c->fields[0].value, " expired lost ");
}

static enum verdict submit_rule(struct model_case *c, bool applied)
{
    if (!model_is(c->state, " draft returned "))
        return MUST_REFUSE;
    if (!applied)
        return c->branches ? EITHER : MUST_APPLY;
    put_state(c, !is_valid(c) ? "returned" : c->papers_met ? "complete" : "submitted");
    if (is_valid(c)) {
        c->outcome[0] = c->decided_by[0] = c->decision[0] = '\0';
        c->pending = false;
    }
    return MUST_APPLY;
}

static enum verdict paper_rule(struct model *model, struct model_case *c)
{
    struct model_step *s = model->step;
    if (model_is(c->state, " withdrawn delivered "))
        return MUST_REFUSE;
    if (s->applied) {
        c->papers_met = model_is(json_text_or(s->body, "state", ""), " seen copied waived ");
        if (c->papers_met && strcmp(c->state, "submitted") == 0)
            put_state(c, "complete");
        touch(c, s->user);
    }
    return model_is(c->state, " draft submitted returned ") ? MUST_APPLY : EITHER;
}

/* --- decisions --- */

static bool needs_second(struct model *model, const struct model_case *c, const char *outcome)
{
    const struct model_service *service = model_service_of(model, c->service);
    return service && ((service->seconds_approve && strcmp(outcome, "approve") == 0) ||
                       (service->seconds_refuse && strcmp(outcome, "refuse") == 0));
}

static const struct way {
    const char *outcome, *from, *to, *perhaps; /* perhaps: from where the protocol leaves it open */
} outcomes[] = {
    {"approve", " complete in_review referred ", "approved", ""},
    {"refuse", " complete in_review referred ", "refused", ""},
    {"return", " complete in_review referred ", "returned", " submitted "},
};

static void take_effect(struct model *model, struct model_case *c, const struct way *outcome)
{
    struct model_step *s = model->step;
    put_state(c, outcome->to);
    str_copy(c->outcome, sizeof c->outcome, outcome->outcome);
    str_copy(c->decided_by, sizeof c->decided_by, s->user);
    c->decided_rev = s->rev;
    c->pending = needs_second(model, c, outcome->outcome);
}

/* How it met what happened meanwhile, in the words of the hall; *sure: the protocol leaves no other. */
static const char *meeting_of(const struct model_case *c, const struct model_step *s, const char *outcome,
                              bool *sure)
{
    bool decided = *c->outcome;
    bool matches = s->base_hold_gen < 0 || s->base_hold_gen == c->hold_gen;
    bool overtaken = decided && s->base_row_rev >= 0 && s->base_row_rev < c->decided_rev;
    *sure = s->base_known && !(matches && overtaken) && (matches || strcmp(c->user, s->user) != 0);
    if (matches)
        return "effective";
    if (decided)
        return strcmp(c->outcome, outcome) == 0 ? "concurring" : "contested";
    return c->work == HOLDER_DRAFTED ? "contested" : "told";
}

/* It is kept as its clerk made it; tells how it met what happened meanwhile. */
static const char *hold_decision(struct model *model, const char *wanted)
{
    struct model_step *s = model->step;
    const struct json *row = model_row(s, "decision", json_text_or(s->body, "decision", ""));
    const struct json *reasons = json_get(s->body, "reasons");
    if (strcmp(json_text_or(row, "outcome", ""), wanted) != 0)
        model_object(model, "\"%s\" was decided, and \"%s\" is kept", wanted,
                     json_text_or(row, "outcome", ""));
    else if (json_count(reasons) && !json_equal(reasons, json_get(row, "reasons")))
        model_object(model, "the reasons of the decision are not those that were given");
    return json_text_or(row, "meeting", "");
}

static enum verdict decide_rule(struct model *model, struct model_case *c)
{
    struct model_step *s = model->step;
    const char *wanted = json_text_or(s->body, "outcome", "");
    const struct way *outcome = NULL;
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].outcome, wanted) == 0)
            outcome = &outcomes[i];
    if (!outcome)
        return OPEN;
    if (strcmp(wanted, "approve") != 0 && json_count(json_get(s->body, "reasons")) == 0)
        return MUST_REFUSE;
    bool sure;
    const char *meeting = meeting_of(c, s, wanted, &sure), *told = meeting;
    if (s->applied)
        told = hold_decision(model, wanted);
    if (s->applied && sure && strcmp(told, meeting) != 0)
        model_object(model, "the decision should be %s, and the hall says %s", meeting, told);
    bool effective = strcmp(told, "effective") == 0 || strcmp(told, "told") == 0;
    if (effective && sure && !model_is(c->state, outcome->from) && !model_is(c->state, outcome->perhaps) &&
        !c->other_flags)
        return MUST_REFUSE;
    if (s->applied && effective)
        take_effect(model, c, outcome);
    else if (s->applied && strcmp(told, "contested") == 0)
        c->contested = true;
    return !sure || c->other_flags || (effective && model_is(c->state, outcome->perhaps)) ? EITHER
                                                                                          : MUST_APPLY;
}

static enum verdict confirm_rule(struct model *model, struct model_case *c)
{
    struct model_step *s = model->step;
    bool agree = json_bool(s->body, "agree", false);
    if (!model_is(c->state, " approved refused ") || !c->pending)
        return MUST_REFUSE;
    if (strcmp(c->decided_by, s->user) == 0)
        return MUST_REFUSE; /* never the same person */
    if (!s->applied)
        return EITHER; /* another decision holds, or a note is missing */
    c->pending = false;
    if (!agree) {
        put_state(c, "in_review");
        str_copy(c->user, sizeof c->user, c->decided_by);
        c->outcome[0] = c->decided_by[0] = '\0';
        c->hold_gen++;
        c->work = HOLDER_IDLE;
    }
    return EITHER;
}

/* --- the rest of its life --- */

static enum verdict deliver_rule(struct model_case *c, const struct model_step *s)
{
    if (c->other_flags || strcmp(c->state, "delivered") == 0)
        return OPEN; /* copies, complaints */
    if (!model_is(c->state, " approved refused ready ") || c->contested || c->pending)
        return MUST_REFUSE;
    if (s->applied)
        put_state(c, json_bool(s->body, "ready", false) ? "ready" : "delivered");
    return strcmp(c->state, "refused") == 0 ? EITHER : MUST_APPLY;
}

static enum verdict withdraw_rule(struct model_case *c, bool applied)
{
    bool open = model_is(c->state, undecided) || model_is(c->state, " approved ready ");
    if (model_is(c->state, " withdrawn delivered "))
        return MUST_REFUSE;
    if (applied)
        put_state(c, "withdrawn");
    return open ? MUST_APPLY : EITHER;
}

static enum verdict assign_rule(struct model *model, struct model_case *c)
{
    struct model_step *s = model->step;
    const char *named = json_text(json_get(s->body, "to"), "user");
    const struct model_user *user = model_user_of(model, named ? named : "");
    if (model_is(c->state, " withdrawn delivered ") || (named && !user))
        return MUST_REFUSE;
    if (!s->applied)
        return user && strcmp(user->agency, c->agency) == 0 && strcmp(c->state, "refused") != 0 ? MUST_APPLY
                                                                                                : EITHER;
    if (user && model_is(c->state, " complete referred "))
        put_state(c, "in_review");
    str_copy(c->user, sizeof c->user, user ? user->id : "");
    c->hold_gen++;
    c->work = HOLDER_IDLE;
    return EITHER;
}

static enum verdict open_rule(struct model *model)
{
    struct model_step *s = model->step;
    const char *id = json_text_or(s->body, "case", "");
    const struct model_service *service = model_service_of(model, json_text_or(s->body, "service", ""));
    const struct model_user *user = model_user_of(model, s->user);
    if (!service || model_case_of(model, id))
        return MUST_REFUSE;
    if (user && *user->agency && strcmp(user->agency, service->agency) != 0)
        return MUST_REFUSE;
    const struct json *row = model_row(s, "case", id);
    if (s->applied && (!row || strcmp(json_text_or(row, "state", ""), "draft") != 0))
        model_object(model, "a new application should be a draft");
    return s->applied ? OPEN : EITHER;
}

static enum verdict case_rule(struct model *model, struct model_case *c)
{
    struct model_step *s = model->step;
    const char *what = s->type + strlen("case.");
    if (strcmp(what, "draft") == 0)
        return draft_rule(model, c);
    if (strcmp(what, "submit") == 0)
        return submit_rule(c, s->applied);
    if (strcmp(what, "check_document") == 0)
        return paper_rule(model, c);
    if (strcmp(what, "decide") == 0)
        return decide_rule(model, c);
    if (strcmp(what, "confirm") == 0)
        return confirm_rule(model, c);
    if (strcmp(what, "deliver") == 0)
        return deliver_rule(c, s);
    if (strcmp(what, "withdraw") == 0)
        return withdraw_rule(c, s->applied);
    if (strcmp(what, "assign") == 0)
        return assign_rule(model, c);
    if (strcmp(what, "pay") == 0 || strcmp(what, "correct") == 0) {
        if (strcmp(what, "correct") == 0 && s->applied)
            touch(c, s->user);
        return EITHER;
    }
    return OPEN;
}

enum verdict model_cases_rule(struct model *model, struct model_step *s)
{
    if (strcmp(s->type, "case.open") == 0)
        return open_rule(model);
    struct model_case *c = model_case_of(model, json_text_or(s->body, "case", ""));
    const struct model_user *user = model_user_of(model, s->user);
    if (!c || (user && *user->agency && *c->agency && strcmp(user->agency, c->agency) != 0))
        return MUST_REFUSE;
    bool mine = s->applied;
    enum verdict verdict = case_rule(model, c);
    if (mine && verdict != MUST_REFUSE && !model_row(s, "case", c->id))
        model_object(model, "the feed does not tell of the application");
    return verdict;
}
