/* core/command/case_decide.c: decisions, the second pair of eyes, and two decisions that meet.
 *
 * A decision row is written once and never again: what comes later (a confirmation, a supervisor's choice, the
 * answer to a complaint) is a row of its own that names the first in "of" and says what it is in "kind". The
 * case's row says which one is effective now. */
#include <string.h>

#include "core/command/cases.h"

#include "core/catalogue/catalogue.h"
#include "core/form/pointer.h"

enum { FIELDS_MAX = 100 };

struct decision {
    char id[MODEL_ID];
    enum case_event event;
    const char *outcome, *text, *conditions;
    const struct json *reasons;         /* NULL: none */
    const struct json *fields, *papers; /* return: what is to be completed; NULL: none named */
    char to_user[MODEL_ID], to_queue[MODEL_ID];
};

/* --- reading --- */

static bool reason_fits(const struct catalogue_reason list[], int count, const char *code)
{
    for (int i = 0; i < count; i++)
        if (str_equal(list[i].code, code))
            return true;
    return false;
}

enum err case_check_reasons(struct call *c, const struct json *service, const char *outcome,
                            const struct json *reasons, const char *text, int *count)
{
    struct catalogue_reason known[CATALOGUE_REASONS_MAX];
    int known_count = catalogue_reasons(service, outcome, known, CATALOGUE_REASONS_MAX);
    *count = 0;
    if (reasons && json_count(reasons) > CATALOGUE_REASONS_MAX)
        return refuse(c, "invalid_body", "reasons", "\"reasons\" holds at most %d codes.",
                      CATALOGUE_REASONS_MAX);
    for (const struct json *one = json_first(reasons); one; one = json_next(one)) {
        const char *code = json_as_text(one);
        if (!code || !reason_fits(known, known_count, code))
            return refuse(c, "unknown_reason", "reasons",
                          "\"%.40s\" is no reason to %s at this service. Choose one of its own.",
                          code ? code : "", outcome);
        ++*count;
    }
    if (*count == 0 && known_count == 0 && text)
        *count = 1;
    return ERR_OK;
}

struct json *case_grounds(const struct json *service, const struct json *reasons)
{
    struct json *grounds = json_new_array();
    for (const struct json *one = json_first(reasons); one; one = json_next(one)) {
        struct catalogue_reason reason;
        if (!json_as_text(one) || !catalogue_reason_find(service, json_as_text(one), &reason))
            continue;
        struct json *ground = json_new_object();
        json_set_text(ground, "code", reason.code);
        json_set(ground, "name", reason.name ? json_copy(reason.name) : json_new_null());
        json_set_text(ground, "legal", *reason.legal_code ? reason.legal_code : NULL);
        json_set(ground, "legal_name", reason.legal ? json_copy(reason.legal) : json_new_null());
        json_set(ground, "cure", reason.cure ? json_copy(reason.cure) : json_new_null());
        json_add(grounds, ground);
    }
    return grounds;
}

/* Whoever it goes to must be able to act on it. */
static enum err read_target(struct call *c, const struct json *row, struct decision *d)
{
    const struct json *to;
    struct json *found;
    TRY(body_object(c, "to", &to));
    if (!to)
        return ERR_OK;
    const char *user = json_text(to, "user"), *queue = json_text(to, "queue");
    if (user) {
        TRY(load_named(c, TABLE_USER, "to", user, &found));
        TRY(case_need_colleague(c, row, found));
        str_copy(d->to_user, sizeof d->to_user, row_id(found));
    } else if (queue) {
        TRY(load_named(c, TABLE_QUEUE, "to", queue, &found));
        TRY(case_need_own_queue(c, row, found));
        str_copy(d->to_queue, sizeof d->to_queue, row_id(found));
    }
    return ERR_OK;
}

/* --- what is to be completed --- */

static enum err need_papers(struct call *c, const struct json *service, const struct json *papers)
{
    for (const struct json *one = json_first(papers); one; one = json_next(one))
        TRY(case_need_document(c, service, "papers", json_as_text(one)));
    return ERR_OK;
}

/* A field that the form shows, or a place inside one of its tables. */
static bool is_asked(const struct form_view *view, const char *pointer)
{
    for (int i = 0; pointer && i < view->item_count; i++)
        if (*view->items[i].pointer && pointer_within(pointer, view->items[i].pointer))
            return true;
    return false;
}

static enum err need_fields(struct call *c, const struct json *row, const struct json *service,
                            const struct json *fields)
{
    struct case_form form;
    struct form_view view = {0};
    const struct json *unknown = NULL;
    if (json_count(fields) == 0)
        return ERR_OK;
    if (json_count(fields) > FIELDS_MAX)
        return refuse(c, "invalid_body", "fields", "\"fields\" holds at most %d.", FIELDS_MAX);
    TRY(case_form_open(c, row, service, &form));
    if (form.form)
        form_view_build(form.form, case_form_data(row), &form.context, "", &view);
    for (const struct json *one = json_first(fields); one && !unknown; one = json_next(one))
        if (!is_asked(&view, json_as_text(one)))
            unknown = one;
    form_view_free(&view);
    form_free(&form.form);
    return unknown ? refuse(c, "unknown_field", "fields", "The form of %s has no field \"%.60s\".",
                            case_title(row), json_as_text(unknown) ? json_as_text(unknown) : "")
                   : ERR_OK;
}

static enum err read_lists(struct call *c, const struct json *row, const struct json *service,
                           struct decision *d)
{
    if (d->event != CASE_DO_RETURN)
        return ERR_OK;
    TRY(body_array(c, "fields", &d->fields));
    TRY(body_array(c, "papers", &d->papers));
    TRY(need_papers(c, service, d->papers));
    return need_fields(c, row, service, d->fields);
}

static enum err need_new_decision(struct call *c, const char *id)
{
    struct json *there;
    TRY(peek(c, TABLE_DECISION, id, &there));
    return there ? refuse(c, "decision_exists", "decision", "This decision is recorded already.") : ERR_OK;
}

static enum err read_decision(struct call *c, const struct json *row, const struct json *service,
                              struct decision *d, int *reasons)
{
    static const char *const outcomes[] = {"approve", "refuse", "return", "refer", NULL};
    *d = (struct decision){0};
    TRY(body_id(c, "decision", d->id));
    TRY(need_new_decision(c, d->id));
    TRY(body_word(c, "outcome", outcomes, &d->outcome));
    TRY(body_text(c, "text", &d->text));
    TRY(body_text(c, "conditions", &d->conditions));
    TRY(body_array(c, "reasons", &d->reasons));
    case_outcome_find(d->outcome, &d->event);
    TRY(read_target(c, row, d));
    TRY(read_lists(c, row, service, d));
    return case_check_reasons(c, service, d->outcome, d->reasons, d->text, reasons);
}

/* --- writing --- */

static void put_list(struct json *row, const char *name, const struct json *list)
{
    if (list)
        json_set(row, name, json_copy(list));
}

static enum err save_decision(struct call *c, const struct json *row, const struct json *service,
                              const struct decision *d, bool effective, const char *meeting)
{
    enum { NOTICE_MAX = 32 * 1024 };
    const char *notice = json_text(c->body, "notice");
    struct json *decision = row_new(c, d->id);
    if (notice && strlen(notice) > NOTICE_MAX)
        return refuse(c, "invalid_body", "notice", "The notice is longer than %d KiB.", NOTICE_MAX / 1024);
    json_set_text(decision, "case", row_id(row));
    json_set_text(decision, "agency", json_text(row, "agency"));
    json_set_text(decision, "kind", "decision");
    json_set_text(decision, "outcome", d->outcome);
    json_set(decision, "reasons", d->reasons ? json_copy(d->reasons) : json_new_array());
    json_set(decision, "grounds", case_grounds(service, d->reasons)); /* as they read today */
    json_set_text(decision, "text", d->text);
    json_set_text(decision, "conditions", d->conditions);
    put_list(decision, "fields", d->fields);
    put_list(decision, "papers", d->papers);
    json_set_int(decision, "form_version", json_int(row, "form_version", 0));
    json_set_text(decision, "form_sha256", json_text(row, "form_sha256"));
    json_set_text(decision, "by", c->actor->user);
    row_set_time(decision, "at", c->at_ms);
    json_set_null(decision, "confirmed_by");
    json_set_null(decision, "agree");
    json_set_bool(decision, "effective", effective);
    json_set_bool(decision, "confirm", case_wants_second(service, d->outcome));
    json_set_text(decision, "meeting", meeting);
    if (*d->to_user || *d->to_queue)
        json_set(decision, "to", json_copy(json_get(c->body, "to")));
    if (notice)
        json_set_text(decision, "notice", notice); /* as it was given */
    json_set_text(answer(c), "decision", d->id);
    json_set_bool(answer(c), "effective", effective);
    json_set_text(answer(c), "meeting", meeting);
    return save(c, TABLE_DECISION, decision);
}

/* A later word on a decision: a copy of it that says who, when and what. Not saved. */
static enum err word_on(struct call *c, const struct json *decision, const char *kind, struct json **out)
{
    char id[UUID_TEXT];
    const char *first = json_text(decision, "of");
    struct json *word = *out = keep(c, json_copy(decision));
    TRY(new_id(c, TABLE_DECISION, id));
    json_set_text(word, "id", id);
    json_set_text(word, "kind", kind);
    json_set_text(word, "of", str_empty(first) ? row_id(decision) : first);
    row_set_time(word, "at", c->at_ms);
    return ERR_OK;
}

static void set_effective(struct call *c, struct json *row, const char *decision, const char *outcome)
{
    json_set_text(row, "decision", decision);
    json_set_text(row, "outcome", outcome);
    json_set_int(row, "decision_rev", c->tx->rev);
    json_set_text(row, "holder_work", decision ? "decided" : "idle");
}

/* Back to the citizen, with what is to be mended. A paper that is asked for again counts as missing until it was
 * looked at anew, else the application would be complete as soon as it comes back. */
static enum err give_back(struct call *c, struct json *row, const struct decision *d)
{
    struct json *returned = case_note(c), *fields = json_new_array();
    json_set_text(returned, "decision", d->id);
    for (const struct json *one = json_first(d->fields); one; one = json_next(one)) {
        struct json *field = json_new_object();
        json_set_text(field, "pointer", json_as_text(one));
        json_add(fields, field);
    }
    json_set(returned, "fields", fields);
    json_set(returned, "papers", d->papers ? json_copy(d->papers) : json_new_array());
    json_set(row, "returned", returned);
    for (const struct json *one = json_first(d->papers); one; one = json_next(one))
        TRY(case_put_document(c, row, json_as_text(one), "missing", d->text));
    return ERR_OK;
}

/* The effective decision: the case's state follows it. */
static enum err take_effect(struct call *c, struct json *row, const struct json *service,
                            const struct decision *d, int reasons)
{
    bool complained = row_has_flag(row, case_flag_text(CASE_COMPLAINED));
    TRY(case_do(c, row, &(struct case_act){.event = d->event, .to_user = d->to_user, .reasons = reasons}));
    json_set_bool(row, "confirm_pending", case_wants_second(service, d->outcome));
    if (d->event == CASE_DO_REFER) {
        json_set_text(row, "queue", *d->to_queue ? d->to_queue : NULL);
        json_set_text(row, "referred_by", c->actor->user);
    }
    if (d->event == CASE_DO_RETURN)
        TRY(give_back(c, row, d));
    if (complained && (d->event == CASE_DO_APPROVE || d->event == CASE_DO_REFUSE))
        row_set_flag(row, case_flag_text(CASE_COMPLAINED), false); /* decided anew: that answers it */
    if (d->event == CASE_DO_APPROVE || d->event == CASE_DO_REFUSE)
        case_put_twin(row, NULL);
    if (d->event == CASE_DO_REFER)
        return ERR_OK; /* passed on, not decided: its next holder has done nothing yet */
    set_effective(c, row, d->id, d->outcome);
    return ERR_OK;
}

/* --- two decisions that meet --- */

static bool is_decided(const struct json *row)
{
    return !str_empty(json_text(row, "decision")) && !str_empty(json_text(row, "outcome"));
}

/* Made in ignorance of a decision that another person's command brought first, the holder being the same. */
static bool is_overtaken(const struct call *c, const struct json *row)
{
    int64_t seen = c->command->base_row_rev;
    return is_decided(row) && seen >= 0 && seen < json_int(row, "decision_rev", 0) &&
           !is_me(c, json_text(row, "decided_by"));
}

static enum case_meeting meeting_of(const struct call *c, const struct json *row, enum case_event event)
{
    const char *work = json_text_or(row, "holder_work", "idle");
    struct case_meet meet = {.base_hold_gen = c->command->base_hold_gen,
                             .hold_gen = json_int(row, "hold_gen", 0),
                             .work = str_equal(work, "drafted") ? CASE_HOLDER_DRAFTED : CASE_HOLDER_IDLE,
                             .decided = event,
                             .now = event};
    if (is_decided(row)) {
        meet.work = CASE_HOLDER_DECIDED;
        case_outcome_find(json_text(row, "outcome"), &meet.decided);
        if (is_overtaken(c, row))
            meet.base_hold_gen = meet.hold_gen + 1;
    }
    /* The new holder decided it themselves: they know what they hold. */
    if (is_me(c, json_text(row, "user")) && !is_overtaken(c, row))
        meet.base_hold_gen = meet.hold_gen;
    return case_meet(&meet);
}

/* Whoever has the application now, and who decided it: both must hear of it. */
static struct json *concerned(const struct call *c, const struct json *row)
{
    static const char *const members[] = {"user", "decided_by"};
    struct json *people = json_new_array();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *who = json_text_or(row, members[i], "");
        if (*who && !is_me(c, who) && !json_has_text(people, who))
            json_add_text(people, who);
    }
    return people;
}

static enum err contest(struct call *c, struct json *row, const struct decision *d)
{
    char id[UUID_TEXT], sentence[300];
    struct json *standing;
    TRY(peek(c, TABLE_DECISION, json_text_or(row, "decision", ""), &standing));
    struct json *details = json_new_object();
    const char *other = json_text(row, is_decided(row) ? "decided_by" : "user");
    json_set_text(details, "decision", d->id);
    json_set_text(details, "against", json_text(row, "decision"));
    json_set(details, "concerns", concerned(c, row));
    json_set(details, "standing", standing ? json_copy(standing) : json_new_null()); /* both, side by side */
    str_format(sentence, sizeof sentence,
               "%s was passed on before this decision arrived, and %s has worked on it. Both are kept and "
               "nothing is "
               "handed out until a supervisor chooses.",
               case_title(row), user_name(c, other));
    TRY(dispute_make(c, row, "contested", sentence, details, id));
    row_set_flag(row, case_flag_text(CASE_CONTESTED), true);
    json_add_text(row_list(row, "contests"), id);
    row_stamp(c, row, "contested");
    json_set_text(answer(c), "dispute", id);
    return ERR_OK;
}

/* What makes a decision that does not take effect readable all the same: it must be one that could be made. */
static enum err need_reasons(struct call *c, const struct decision *d, int reasons)
{
    bool needed = d->event == CASE_DO_REFUSE || d->event == CASE_DO_RETURN;
    if (!needed || reasons > 0)
        return ERR_OK;
    return refuse(c, "reason_needed", "reasons", "Choose a reason: the citizen has a right to it.");
}

/* {case, decision, outcome, reasons, text?, conditions?, to?, notice?, fields?, papers?}: a return names the fields
 * (pointers) and papers (codes) that are to be completed. */
enum err case_decide(struct call *c)
{
    struct json *row, *service;
    struct decision d;
    int reasons = 0;
    TRY(case_load(c, &row, &service));
    TRY(read_decision(c, row, service, &d, &reasons));
    TRY(need_reasons(c, &d, reasons));
    enum case_meeting meeting = meeting_of(c, row, d.event);
    bool effective = meeting == CASE_MEET_EFFECTIVE || meeting == CASE_MEET_TOLD;
    if (effective)
        TRY(take_effect(c, row, service, &d, reasons));
    else if (meeting == CASE_MEET_CONTESTED)
        TRY(contest(c, row, &d));
    else
        row_stamp(c, row, "concurring");
    if (meeting == CASE_MEET_TOLD)
        row_stamp(c, row, "told");
    TRY(save_decision(c, row, service, &d, effective, case_meeting_text(meeting)));
    return case_save(c, row);
}

/* --- case.confirm --- */

static enum err load_effective(struct call *c, const struct json *row, struct json **decision)
{
    const char *id;
    TRY(body_text(c, "decision", &id));
    if (!id)
        id = json_text_or(row, "decision", "");
    TRY(load(c, TABLE_DECISION, "decision", id, decision));
    const char *now = json_text(row, "decision");
    struct json *effective;
    TRY(peek(c, TABLE_DECISION, now, &effective));
    if (str_equal(id, now) || str_equal(id, json_text(effective, "of")))
        return ERR_OK;
    return refuse(c, "not_effective", "decision",
                  "%s has another decision now: look at that one before you confirm.", case_title(row));
}

enum err case_confirm(struct call *c)
{
    struct json *row, *service, *decision, *word;
    const char *note;
    bool agree;
    TRY(case_load(c, &row, &service));
    TRY(load_effective(c, row, &decision));
    TRY(body_bool(c, "agree", &agree));
    if (!json_is_bool(json_get(c->body, "agree")))
        return refuse(c, "invalid_body", "agree", "\"agree\" is missing: say true or false.");
    TRY(body_text(c, "note", &note));
    TRY(case_do(c, row,
                &(struct case_act){.event = agree ? CASE_DO_CONFIRM : CASE_DO_DISAGREE, .note = note}));
    TRY(word_on(c, decision, "confirmation", &word));
    json_set_text(word, "confirmed_by", c->actor->user);
    json_set_bool(word, "agree", agree);
    json_set_text(word, "note", note);
    json_set_bool(word, "effective", agree);
    json_remove(word, "meeting");
    TRY(save(c, TABLE_DECISION, word));
    if (!agree) {
        set_effective(c, row, NULL, NULL);
        json_set_text(row, "note", note);
    }
    json_set_text(answer(c), "confirmation", row_id(word));
    return case_save(c, row);
}

/* --- a supervisor's choice --- */

/* From a state that was decided already the table leads on only to answer a complaint; a contest is one. */
static enum err move_to(struct call *c, struct json *row, const struct json *decision)
{
    enum case_event event;
    bool complained = row_has_flag(row, case_flag_text(CASE_COMPLAINED));
    if (!case_outcome_find(json_text_or(decision, "outcome", ""), &event))
        return refuse(c, "unknown_decision", "choice", "This decision cannot be read.");
    if (is_decided(row) && str_equal(json_text(row, "outcome"), json_text(decision, "outcome")))
        return ERR_OK;
    row_set_flag(row, case_flag_text(CASE_COMPLAINED), true);
    TRY(case_do(c, row,
                &(struct case_act){.event = event,
                                   .user = json_text_or(decision, "by", ""),
                                   .agency = "",
                                   .to_user = json_text(json_get(decision, "to"), "user"),
                                   .reasons = 1})); /* they were asked for when it was made */
    row_set_flag(row, case_flag_text(CASE_COMPLAINED), complained);
    return ERR_OK;
}

enum err case_decision_choose(struct call *c, struct json *row, const struct json *service, const char *id)
{
    struct json *decision, *word;
    TRY(load(c, TABLE_DECISION, "choice", id, &decision));
    if (!str_equal(json_text(decision, "case"), row_id(row)))
        return refuse(c, "unknown_decision", "choice", "This decision is of another application.");
    TRY(move_to(c, row, decision));
    json_set_bool(row, "confirm_pending", case_wants_second(service, json_text(decision, "outcome")));
    json_set_null(row, "confirmed_by");
    TRY(word_on(c, decision, "resolution", &word));
    json_set_text(word, "resolved_by", c->actor->user);
    json_set_bool(word, "effective", true);
    json_remove(word, "meeting");
    set_effective(c, row, row_id(word), json_text(word, "outcome"));
    json_set_text(answer(c), "decision", row_id(word));
    return save(c, TABLE_DECISION, word);
}
