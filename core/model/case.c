/* core/model/case.c: what may happen to an application, and who may do it.
 * Knows no clock, form or calendar: times, counts of reasons and the due date come in. */
#include "core/model/case.h"

typedef void effect(struct case_file *file, const struct case_act *act);
static effect submit, complete, decide, confirm, reopen, refer, deliver, deem, nothing;

static const struct transition {
    enum case_event event;
    enum case_state from, to;
    bool new_holder; /* hold_gen grows */
    bool needs_reason;
    bool on_complaint; /* only to answer a complaint: the case is decided already */
    effect *effect;
} transitions[] = {
    // clang-format off
    /* event             from            to              holder reason complaint effect */
    { CASE_DO_SUBMIT,   CASE_DRAFT,     CASE_SUBMITTED, false, false, false, submit   },
    { CASE_DO_SUBMIT,   CASE_RETURNED,  CASE_SUBMITTED, false, false, false, submit   },
    { CASE_DO_COMPLETE, CASE_SUBMITTED, CASE_COMPLETE,  false, false, false, complete },
    { CASE_DO_REVIEW,   CASE_COMPLETE,  CASE_IN_REVIEW, false, false, false, nothing  },
    { CASE_DO_REVIEW,   CASE_REFERRED,  CASE_IN_REVIEW, false, false, false, nothing  },
    { CASE_DO_APPROVE,  CASE_COMPLETE,  CASE_APPROVED,  false, false, false, decide   },
    { CASE_DO_APPROVE,  CASE_IN_REVIEW, CASE_APPROVED,  false, false, false, decide   },
    { CASE_DO_APPROVE,  CASE_REFERRED,  CASE_APPROVED,  false, false, false, decide   },
    { CASE_DO_APPROVE,  CASE_REFUSED,   CASE_APPROVED,  false, false, true,  decide   },
    { CASE_DO_APPROVE,  CASE_DELIVERED, CASE_APPROVED,  false, false, true,  decide   },
    { CASE_DO_REFUSE,   CASE_COMPLETE,  CASE_REFUSED,   false, true,  false, decide   },
    { CASE_DO_REFUSE,   CASE_IN_REVIEW, CASE_REFUSED,   false, true,  false, decide   },
    { CASE_DO_REFUSE,   CASE_REFERRED,  CASE_REFUSED,   false, true,  false, decide   },
    { CASE_DO_REFUSE,   CASE_APPROVED,  CASE_REFUSED,   false, true,  true,  decide   },
    { CASE_DO_REFUSE,   CASE_DELIVERED, CASE_REFUSED,   false, true,  true,  decide   },
    { CASE_DO_RETURN,   CASE_SUBMITTED, CASE_RETURNED,  false, true,  false, decide   },
    { CASE_DO_RETURN,   CASE_COMPLETE,  CASE_RETURNED,  false, true,  false, decide   },
    { CASE_DO_RETURN,   CASE_IN_REVIEW, CASE_RETURNED,  false, true,  false, decide   },
    { CASE_DO_RETURN,   CASE_REFERRED,  CASE_RETURNED,  false, true,  false, decide   },
    { CASE_DO_REFER,    CASE_COMPLETE,  CASE_REFERRED,  true,  false, false, refer    },
    { CASE_DO_REFER,    CASE_IN_REVIEW, CASE_REFERRED,  true,  false, false, refer    },
    { CASE_DO_REFER,    CASE_REFERRED,  CASE_REFERRED,  true,  false, false, refer    },
    { CASE_DO_CONFIRM,  CASE_APPROVED,  CASE_APPROVED,  false, false, false, confirm  },
    { CASE_DO_CONFIRM,  CASE_REFUSED,   CASE_REFUSED,   false, false, false, confirm  },
    { CASE_DO_DISAGREE, CASE_APPROVED,  CASE_IN_REVIEW, true,  false, false, reopen   },
    { CASE_DO_DISAGREE, CASE_REFUSED,   CASE_IN_REVIEW, true,  false, false, reopen   },
    { CASE_DO_PREPARE,  CASE_APPROVED,  CASE_READY,     false, false, false, nothing  },
    { CASE_DO_PREPARE,  CASE_REFUSED,   CASE_READY,     false, false, false, nothing  }, /* the notice */
    { CASE_DO_DELIVER,  CASE_READY,     CASE_DELIVERED, false, false, false, deliver  },
    { CASE_DO_WITHDRAW, CASE_DRAFT,     CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_WITHDRAW, CASE_SUBMITTED, CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_WITHDRAW, CASE_COMPLETE,  CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_WITHDRAW, CASE_IN_REVIEW, CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_WITHDRAW, CASE_APPROVED,  CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_WITHDRAW, CASE_RETURNED,  CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_WITHDRAW, CASE_REFERRED,  CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_WITHDRAW, CASE_READY,     CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_LAPSE,    CASE_RETURNED,  CASE_WITHDRAWN, false, false, false, nothing  },
    { CASE_DO_DEEM,     CASE_COMPLETE,  CASE_APPROVED,  false, false, false, deem     },
    { CASE_DO_DEEM,     CASE_IN_REVIEW, CASE_APPROVED,  false, false, false, deem     },
    // clang-format on
};
enum { TRANSITION_COUNT = sizeof transitions / sizeof transitions[0] };

static const struct {
    const char *word, *hint;
} states[CASE_STATE_COUNT] = {
    [CASE_DRAFT] = {"a draft", "submit it first"},
    [CASE_SUBMITTED] = {"submitted", "check its papers first, so that it is complete"},
    [CASE_COMPLETE] = {"complete", "decide it first"},
    [CASE_IN_REVIEW] = {"in review", "decide it first"},
    [CASE_APPROVED] = {"approved", "it is decided; only a complaint opens it again"},
    [CASE_REFUSED] = {"refused", "it is decided; only a complaint opens it again"},
    [CASE_RETURNED] = {"returned to the citizen", "it goes on when it is submitted again"},
    [CASE_REFERRED] = {"referred", "its new holder decides it first"},
    [CASE_READY] = {"ready", "hand it over"},
    [CASE_DELIVERED] = {"delivered", "only a correction or a complaint can be added"},
    [CASE_WITHDRAWN] = {"withdrawn", "open a new application"},
};
static const char *const state_texts[] = {
#define X(name, text) text,
    CASE_STATE_LIST(X)
#undef X
};
static const char *const event_texts[] = {
#define X(name, text) text,
    CASE_EVENT_LIST(X)
#undef X
};
static const struct {
    enum case_flag flag;
    const char *text;
} flags[] = {{CASE_DUPLICATE, "duplicate"},
             {CASE_CONTESTED, "contested"},
             {CASE_COMPLAINED, "complained"},
             {CASE_VOIDED, "voided"}};

static const struct transition *find(enum case_event event, enum case_state from)
{
    for (int i = 0; i < TRANSITION_COUNT; i++)
        if (transitions[i].event == event && transitions[i].from == from)
            return &transitions[i];
    return NULL;
}

/* --- what each event changes --- */
static void nothing(struct case_file *file, const struct case_act *act)
{
    (void)file;
    (void)act;
}

static void submit(struct case_file *file, const struct case_act *act)
{
    if (!file->submitted_ms || !act->keep_clock)
        file->submitted_ms = act->now_ms;
    if (!act->keep_clock)
        file->complete_ms = file->due_ms = 0;
    file->decided_by[0] = file->confirmed_by[0] = '\0';
    file->decided_ms = 0;
}

static void complete(struct case_file *file, const struct case_act *act)
{
    if (!file->complete_ms)
        file->complete_ms = act->now_ms;
}

static void decide(struct case_file *file, const struct case_act *act)
{
    str_copy(file->decided_by, sizeof file->decided_by, act->user ? act->user : "");
    file->confirmed_by[0] = '\0';
    file->decided_ms = act->now_ms;
}

static void confirm(struct case_file *file, const struct case_act *act)
{
    str_copy(file->confirmed_by, sizeof file->confirmed_by, act->user ? act->user : "");
}

static void reopen(struct case_file *file, const struct case_act *act)
{
    (void)act; /* it goes back to the one who decided first */
    str_copy(file->user, sizeof file->user, file->decided_by);
    file->decided_by[0] = file->confirmed_by[0] = '\0';
    file->decided_ms = 0;
}

static void refer(struct case_file *file, const struct case_act *act)
{
    str_copy(file->user, sizeof file->user, act->to_user ? act->to_user : "");
}

static void deliver(struct case_file *file, const struct case_act *act)
{
    file->delivered_ms = act->now_ms;
}

static void deem(struct case_file *file, const struct case_act *act)
{
    str_copy(file->decided_by, sizeof file->decided_by, "system");
    str_copy(file->confirmed_by, sizeof file->confirmed_by, "system"); /* the law asks no second person */
    file->decided_ms = act->now_ms;
}

/* --- what forbids it --- */
static bool refuse_state(const struct case_file *file, enum case_event event, struct refusal *refusal)
{
    char code[40];
    int first = 0;
    while (first < TRANSITION_COUNT && transitions[first].event != event)
        first++;
    bool over = file->state == CASE_DELIVERED || file->state == CASE_WITHDRAWN;
    if (over || first == TRANSITION_COUNT)
        str_copy(code, sizeof code, "case_closed");
    else
        str_format(code, sizeof code, "not_%s", state_texts[transitions[first].from]);
    return refusal_set(refusal, code, "%s is %s: %s.", file->number, states[file->state].word,
                       states[file->state].hint);
}

static bool check_agency(const struct case_file *file, const struct case_act *act, struct refusal *refusal)
{
    if (str_empty(act->agency) || str_empty(file->agency) || str_equal(act->agency, file->agency))
        return true;
    return refusal_set(refusal, "other_agency", "%s belongs to another agency: its own people act on it.",
                       file->number);
}

static bool check_second_person(const struct case_file *file, const struct case_act *act,
                                struct refusal *refusal)
{
    if (file->flags & CASE_CONTESTED)
        return refusal_set(refusal, "contested",
                           "%s has two decisions: a supervisor must choose before one is confirmed.",
                           file->number);
    if (!file->four_eyes)
        return refusal_set(refusal, "no_confirmation_needed", "%s needs no second person.", file->number);
    if (!str_empty(file->confirmed_by))
        return refusal_set(refusal, "already_confirmed", "%s is confirmed already.", file->number);
    if (str_empty(act->user) || str_equal(act->user, file->decided_by))
        return refusal_set(refusal, "same_person",
                           "%s must be confirmed by someone other than who decided it.", file->number);
    if (act->event == CASE_DO_DISAGREE && str_empty(act->note))
        return refusal_set(refusal, "note_needed", "Say why you do not agree: %s goes back with your note.",
                           file->number);
    return true;
}

/* Nothing is made out or handed over while two decisions stand against each other, or a second person is due.
 */
static bool check_issue(const struct case_file *file, const struct case_act *act, struct refusal *refusal)
{
    if (file->flags & CASE_CONTESTED)
        return refusal_set(refusal, "contested",
                           "%s has two decisions: a supervisor must resolve them first.", file->number);
    if (file->flags & CASE_VOIDED && act->event == CASE_DO_DELIVER)
        return refusal_set(refusal, "voided", "The output of %s was voided: make out a new copy first.",
                           file->number);
    if (file->four_eyes && str_empty(file->confirmed_by))
        return refusal_set(refusal, "confirm_first", "%s waits for the second person who must confirm it.",
                           file->number);
    return true;
}

static bool check_deem(const struct case_file *file, const struct case_act *act, struct refusal *refusal)
{
    if (!file->due_ms || act->now_ms <= file->due_ms)
        return refusal_set(refusal, "not_due", "The legal time of %s is not over.", file->number);
    return true;
}

/* The hall may not have come to it yet: the date alone counts. */
static bool check_answer(const struct case_file *file, const struct case_act *act, struct refusal *refusal)
{
    if (file->state != CASE_RETURNED || !file->lapses_ms || act->now_ms <= file->lapses_ms)
        return true;
    return refusal_set(refusal, "lapsed",
                       "%s has lapsed: it was not answered in time. Open a new application.", file->number);
}

static bool check_particulars(const struct case_file *file, const struct case_act *act,
                              struct refusal *refusal)
{
    switch (act->event) {
    case CASE_DO_SUBMIT:
        return check_answer(file, act, refusal);
    case CASE_DO_CONFIRM:
    case CASE_DO_DISAGREE:
        return check_second_person(file, act, refusal);
    case CASE_DO_PREPARE:
    case CASE_DO_DELIVER:
        return check_issue(file, act, refusal);
    case CASE_DO_DEEM:
        return check_deem(file, act, refusal);
    default:
        return true;
    }
}

/* The transition that act may make, or NULL with the refusal. */
static const struct transition *permitted(const struct case_file *file, const struct case_act *act,
                                          struct refusal *refusal)
{
    bool late_record = act->event == CASE_DO_SUBMIT && case_answered_in_time(file, act->now_ms);
    const struct transition *t = find(act->event, late_record ? CASE_RETURNED : file->state);
    if (!check_agency(file, act, refusal))
        return NULL;
    if (!t) {
        refuse_state(file, act->event, refusal);
        return NULL;
    }
    if (t->on_complaint && !(file->flags & CASE_COMPLAINED)) {
        refusal_set(refusal, "no_complaint", "%s is %s: without a complaint it is not decided again.",
                    file->number, states[file->state].word);
        return NULL;
    }
    if (t->needs_reason && act->reasons <= 0) {
        refusal_set(refusal, "reason_needed",
                    "Choose a reason: the citizen has a right to it. %s is as it was.", file->number);
        return NULL;
    }
    return check_particulars(file, act, refusal) ? t : NULL;
}

bool case_allows(enum case_state state, enum case_event event, enum case_state *to)
{
    const struct transition *t = find(event, state);
    if (t && to)
        *to = t->to;
    return t != NULL;
}

bool case_check(const struct case_file *file, const struct case_act *act, struct refusal *refusal)
{
    return permitted(file, act, refusal) != NULL;
}

bool case_apply(struct case_file *file, const struct case_act *act, struct refusal *refusal)
{
    const struct transition *t = permitted(file, act, refusal);
    if (!t)
        return false;
    file->state = t->to;
    t->effect(file, act);
    file->hold_gen += t->new_holder;
    file->changed_ms = act->now_ms;
    return true;
}

bool case_is_open(enum case_state state)
{
    return case_allows(state, CASE_DO_WITHDRAW, NULL);
}

bool case_extend_check(const struct case_file *file, int days_max, int given, int days,
                       struct refusal *refusal)
{
    if (!file->due_ms || !case_is_open(file->state))
        return refusal_set(refusal, "not_extendable", "%s has no deadline to extend.", file->number);
    if (given > 0)
        return refusal_set(refusal, "already_extended",
                           "The deadline of %s was extended already: once is all.", file->number);
    if (days <= 0 || days > days_max)
        return refusal_set(refusal, "extension_too_long", "The law allows %d days more for %s.", days_max,
                           file->number);
    return true;
}

bool case_answered_in_time(const struct case_file *file, int64_t at_ms)
{
    return file->state == CASE_WITHDRAWN && file->lapses_ms && at_ms <= file->lapses_ms;
}

/* --- an offline decision meets a reassignment --- */
enum case_meeting case_meet(const struct case_meet *meet)
{
    if (meet->base_hold_gen < 0 || meet->base_hold_gen == meet->hold_gen)
        return CASE_MEET_EFFECTIVE;
    switch (meet->work) {
    case CASE_HOLDER_IDLE:
        return CASE_MEET_TOLD;
    case CASE_HOLDER_DRAFTED:
        return CASE_MEET_CONTESTED;
    case CASE_HOLDER_DECIDED:
        break;
    }
    return meet->decided == meet->now ? CASE_MEET_CONCURRING : CASE_MEET_CONTESTED;
}

const char *case_meeting_text(enum case_meeting meeting)
{
    static const char *const texts[] = {"effective", "told", "contested", "concurring"};
    return meeting < CASE_MEET_COUNT ? texts[meeting] : "";
}

/* --- words --- */
bool case_outcome_find(const char *outcome, enum case_event *event)
{
    for (int e = CASE_DO_APPROVE; e <= CASE_DO_REFER; e++) {
        if (str_equal(event_texts[e], outcome)) {
            *event = (enum case_event)e;
            return true;
        }
    }
    return false;
}

const char *case_state_text(enum case_state state)
{
    return state < CASE_STATE_COUNT ? state_texts[state] : "";
}

const char *case_event_text(enum case_event event)
{
    return event < CASE_EVENT_COUNT ? event_texts[event] : "";
}

bool case_state_find(const char *text, enum case_state *state)
{
    for (int i = 0; i < CASE_STATE_COUNT; i++) {
        if (str_equal(state_texts[i], text)) {
            *state = (enum case_state)i;
            return true;
        }
    }
    return false;
}

const char *case_flag_text(enum case_flag flag)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].flag == flag)
            return flags[i].text;
    return NULL;
}

unsigned case_flag_find(const char *text)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (str_equal(flags[i].text, text))
            return flags[i].flag;
    return 0;
}

void case_diagram(struct buf *out)
{
    for (int i = 0; i < TRANSITION_COUNT; i++) {
        const struct transition *t = &transitions[i];
        buf_addf(out, "%-9s -- %-8s -> %s%s%s\n", state_texts[t->from], event_texts[t->event],
                 state_texts[t->to], t->new_holder ? " (hold_gen + 1)" : "",
                 t->on_complaint ? " (answers a complaint)" : "");
    }
}
