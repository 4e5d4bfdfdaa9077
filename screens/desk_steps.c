/* screens/desk_steps.c: what each action of the desk needs, asks and sends. Draws nothing.
 *
 * A step that needs more than a key asks in the action line; desk->step keeps the body of the command until
 * the last answer is there. The rules themselves live in core/command: here stands only what makes a key
 * possible. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/show.h"

enum { MINUTE_MS = 60 * 1000 };

/* Before this many calls and this long after the last, a no-show asks first; a queue's rule may say
 * otherwise. */
enum { NO_SHOW_CALLS = 2, NO_SHOW_AFTER_S = 30 };

static const struct outcome_kind {
    const char *code, *label;
} outcomes[] = {
    {"served", TR("served")},
    {"papers_missing", TR("papers missing")},
    {"not_eligible", TR("not entitled")},
    {"wrong_service", TR("wrong service")},
    {"left", TR("has left")},
};

/* Why a clerk goes on with a colleague's citizen; any other text is a clerk's own. */
static const struct take_reason {
    const char *code, *label;
} take_reasons[] = {
    {"away", TR("the colleague is away")},
    {"waits", TR("the person is back and waits")},
    {"agreed", TR("agreed with the colleague")},
};

const char *desk_take_reason(const struct ui *ui, const char *code)
{
    for (size_t i = 0; code && i < sizeof take_reasons / sizeof *take_reasons; i++)
        if (strcmp(take_reasons[i].code, code) == 0)
            return tr(ui->lang, take_reasons[i].label);
    return code ? code : "";
}

/* --- what is possible --- */

static const char *counter_state(const struct desk *desk)
{
    return json_text_or(json_get(desk->data, "counter"), "state", "");
}

static const char *need_hall(const struct desk *desk, const struct ui *ui)
{
    if (ui->link.state == LINK_EXPIRED)
        return TR("Your sign-in has run out. Sign in again to go on with the hall (Alt-O).");
    if (ui->link.state != LINK_ONLINE)
        return TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
    return desk->waiting_for ? TR("The hall is still answering.") : NULL;
}

static const char *need_serving(const struct desk *desk)
{
    if (!desk_ticket(desk))
        return TR("Nobody is at the desk.");
    return desk_ticket_is(desk, "serving")
               ? NULL
               : TR("The service has not begun: press s when the person is here.");
}

static const char *need_called(const struct desk *desk)
{
    if (!desk_ticket(desk))
        return TR("Nobody is called.");
    return desk_ticket_is(desk, "called") ? NULL : TR("The person is here already.");
}

static const char *need_ticket(const struct desk *desk)
{
    return desk_ticket(desk) ? NULL : TR("Nobody is at the desk.");
}

static const char *need_case(const struct desk *desk)
{
    return desk_row(desk, DESK_CASES) ? NULL : TR("There is no application yet: + opens one.");
}

static const char *may_decide(const struct desk *desk)
{
    const struct json *c = desk_row(desk, DESK_CASES);
    if (!c)
        return need_case(desk);
    return desk_case_is_draft(c) ? TR("Not submitted yet: o opens the form, F10 submits.") : NULL;
}

/* Where the fee has tiers or is not settled, the papers screen asks for it. */
static const char *may_pay(const struct desk *desk)
{
    const struct json *c = desk_row(desk, DESK_CASES);
    const char *total = json_text_or(json_get(c, "fee"), "total", "");
    if (!c)
        return need_case(desk);
    if (!*total)
        return TR("No fee is set: p shows the papers and the fee.");
    if (!strpbrk(total, "123456789"))
        return TR("This is free of charge.");
    return str_equal(json_text(c, "paid"), total) ? TR("The fee is paid.") : NULL;
}

static const char *may_call(const struct desk *desk, const struct ui *ui)
{
    const struct json *counter = json_get(desk->data, "counter");
    if (!json_is_object(counter) || desk_counter_is_taken(counter, ui->session.user))
        return TR("You have no counter yet: press c.");
    if (ui->link.state != LINK_ONLINE && ui->link.state != LINK_EXPIRED)
        return TR("Hall not reachable: cannot call. Work here is kept; F5 tries again.");
    if (strcmp(counter_state(desk), "open") != 0)
        return TR("Your counter is not open: press c.");
    if (desk_ticket(desk))
        return TR("Finish, hold, transfer or return this person first.");
    return need_hall(desk, ui);
}

static const char *may_change_counter(const struct desk *desk, const struct ui *ui, enum action action)
{
    const char *state = counter_state(desk);
    bool theirs = desk_counter_is_taken(json_get(desk->data, "counter"), ui->session.user);
    if (!*state || theirs)
        return action == ACTION_COUNTER_OPEN ? need_hall(desk, ui) : TR("You have no counter yet: press c.");
    if (action == ACTION_COUNTER_OPEN && strcmp(state, "closed") != 0)
        return TR("Your counter is open already.");
    if (action == ACTION_COUNTER_RESUME && strcmp(state, "paused") != 0)
        return TR("Your counter is not on a break.");
    if (action == ACTION_COUNTER_PAUSE && strcmp(state, "open") != 0)
        return TR("Your counter is not open: press c.");
    if (action == ACTION_COUNTER_PAUSE && desk_ticket(desk))
        return TR("Finish, hold, transfer or return this person first.");
    if ((action == ACTION_COUNTER_CLOSE || action == ACTION_ASK_CLOSING) && strcmp(state, "closed") == 0)
        return TR("Your counter is closed already.");
    if (action == ACTION_COUNTER_CLOSE && desk_must_ask(desk))
        return desk_why_not_closing(desk);
    if (action == ACTION_ASK_CLOSING && !desk_must_ask(desk))
        return TR("Nobody waits for your counter alone: close it.");
    return need_hall(desk, ui);
}

static const char *may_undo(const struct desk *desk, const struct ui *ui)
{
    const struct json *undo = json_get(desk->data, "undo");
    if (!json_is_object(undo) || json_int(undo, "until_ms", INT64_MAX) < ui->now_ms)
        return TR("There is nothing to undo: the hall allows it for a minute.");
    return need_hall(desk, ui);
}

static const char *may_resume(const struct desk *desk, const struct ui *ui)
{
    const struct json *row = desk_row(desk, DESK_PARKED);
    if (desk_ticket(desk))
        return TR("Finish, hold, transfer or return this person first.");
    if (row && desk_is_colleagues(row)) /* the hall must say that nobody else does */
        return may_call(desk, ui);
    return row ? NULL : TR("Nobody is parked.");
}

static const char *may_survey(const struct desk *desk)
{
    const struct json *survey = json_get(desk->data, "survey");
    if (!json_is_object(survey))
        return TR("Nobody was served here yet whom one could ask.");
    return json_bool(survey, "done", false) ? TR("This visit is scored already: each counts once.") : NULL;
}

const char *desk_enabled(const struct desk *desk, const struct ui *ui, enum action action)
{
    if (!desk->data && action_info(action)->screens == IN_DESK)
        return TR("The desk is being loaded.");
    switch (action) {
    case ACTION_CALL_NEXT:
        return may_call(desk, ui);
    case ACTION_CALL_NAMED:
        return desk_row(desk, DESK_NEXT) ? may_call(desk, ui) : TR("Nobody is waiting.");
    case ACTION_START:
    case ACTION_RECALL:
    case ACTION_NO_SHOW:
        return need_called(desk);
    case ACTION_FINISH:
    case ACTION_HOLD:
        return need_serving(desk);
    case ACTION_TRANSFER:
    case ACTION_RETURN:
    case ACTION_STOPS:
    case ACTION_IDENTIFY:
        return need_ticket(desk);
    case ACTION_ADD_CASE:
        return need_serving(desk);
    case ACTION_OPEN_FORM:
    case ACTION_PAPERS:
        return need_case(desk);
    case ACTION_DECIDE:
        return may_decide(desk);
    case ACTION_PAY:
        return may_pay(desk);
    case ACTION_UNDO:
        return may_undo(desk, ui);
    case ACTION_SURVEY:
        return may_survey(desk);
    case ACTION_PRINT:
        return desk_may_print(desk);
    case ACTION_WHY:
        if (desk_why(desk))
            return NULL;
        return desk_ticket(desk) ? TR("Nothing is recorded of why this person was called.")
                                 : TR("Nobody is waiting.");
    case ACTION_RESUME:
        return may_resume(desk, ui);
    case ACTION_COUNTER_OPEN:
    case ACTION_COUNTER_RESUME:
    case ACTION_COUNTER_PAUSE:
    case ACTION_COUNTER_CLOSE:
    case ACTION_ASK_CLOSING:
        return may_change_counter(desk, ui, action);
    default:
        return NULL;
    }
}

/* --- commands --- */

static struct json *ticket_body(const struct json *ticket)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", json_text_or(ticket, "id", ""));
    json_set_int(body, "gen", json_int(ticket, "gen", 0));
    return body;
}

static struct json *counter_body(const struct desk *desk)
{
    struct json *body = json_new_object();
    const struct json *counter = json_get(desk->data, "counter");
    json_set_text(body, "counter", json_text_or(counter, "id", ""));
    return body;
}

static struct json *call_body(const struct desk *desk)
{
    struct json *body = counter_body(desk);
    json_set_int(body, "fence", json_int(json_get(desk->data, "counter"), "fence", 0));
    return body;
}

/* An online command: nothing is predicted, so the desk says that the hall is asked. */
static void send_online(struct desk *desk, const char *type, struct json *body, struct effects *effects)
{
    desk->waiting_for = type;
    effects_command(effects, type, body);
}

static void begin_step(struct desk *desk, struct json *body)
{
    json_free(&desk->step);
    desk->step = body;
}

static void end_step(struct desk *desk, const char *type, struct effects *effects)
{
    struct json *body = desk->step;
    desk->step = NULL;
    effects_command(effects, type, body);
}

/* --- questions --- */

static const char *number_of(const struct json *ticket)
{
    return json_text_or(ticket, "number", "…");
}

static struct json *ask(const char *id, const char *text)
{
    return question_new(id, text);
}

PRINTF(2, 3) static struct json *ask_about(const char *id, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return question_new(id, text);
}

static const char *digit(size_t index)
{
    static const char *const digits[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    return digits[index < 9 ? index : 8];
}

static void ask_hold(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    begin_step(desk, ticket_body(desk_ticket(desk)));
    struct json *question =
        ask_about("hold_reason", tr(ui->lang, TR("Why does %s wait?")), number_of(desk_ticket(desk)));
    show_add_hold_reasons(ui, question);
    effects_ask(effects, question);
}

/* A word for whoever serves next: in the last question of a step, so that whoever has none presses no key for it. */
static const char note_value[] = "note";

static void add_note(const struct desk *desk, const struct ui *ui, struct json *question)
{
    const char *label = json_text(desk->step, "note") ? TR("another note") : TR("with a note");
    question_choice(question, "n", tr(ui->lang, label), note_value, NULL);
}

static void ask_note(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    struct json *question = ask("note", tr(ui->lang, TR("Note for whoever serves next")));
    question_field(question, json_text_or(desk->step, "note", ""), false);
    effects_ask(effects, question);
}

static void ask_reminder(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    static const char *const minutes[] = {"5", "10", "15", "30", "60"};
    struct json *question = ask("hold_until", tr(ui->lang, TR("Remind you when?")));
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        char label[64];
        str_format(label, sizeof label, tr(ui->lang, TR("in %s min")), minutes[i]);
        question_choice(question, digit(i), label, minutes[i], NULL);
    }
    question_choice(question, "0", tr(ui->lang, TR("no alarm")), "", NULL);
    add_note(desk, ui, question);
    effects_ask(effects, question);
}

static void ask_hold_until(struct desk *desk, const struct ui *ui, const char *reason,
                           struct effects *effects)
{
    json_set_text(desk->step, "reason", reason);
    ask_reminder(desk, ui, effects);
}

static void hold_until(struct desk *desk, const struct ui *ui, const char *minutes, struct effects *effects)
{
    int64_t wait_min = 0;
    for (const char *c = minutes; *c >= '0' && *c <= '9'; c++)
        wait_min = 10 * wait_min + (*c - '0');
    if (wait_min) {
        char until[TIME_TEXT];
        time_text(ui->now_ms + wait_min * MINUTE_MS, until);
        json_set_text(desk->step, "until", until);
    }
    end_step(desk, "ticket.hold", effects);
}

static size_t open_drafts(const struct desk *desk)
{
    size_t count = 0;
    for (const struct json *row = json_first(desk_rows(desk, DESK_CASES)); row; row = json_next(row))
        count += desk_case_is_draft(row);
    return count;
}

void desk_add_outcomes(struct json *question, const struct ui *ui)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        question_choice(question, digit(i), tr(ui->lang, outcomes[i].label), outcomes[i].code, NULL);
}

static void ask_outcome(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const char *number = number_of(desk_ticket(desk));
    int drafts = (int)open_drafts(desk);
    char on[300];
    struct json *question =
        desk_finish_words(desk, ui, drafts, on) ? question_new("outcome", on)
        : drafts ? ask_about("outcome", tr(ui->lang, TR("%s: %d not submitted yet. Finish all the same, as")),
                             number, drafts)
                 : ask_about("outcome", tr(ui->lang, TR("Finish %s:")), number);
    desk_add_outcomes(question, ui);
    desk_add_end_visit(desk, ui, question);
    add_note(desk, ui, question);
    effects_ask(effects, question);
}

static void ask_finish(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    begin_step(desk, ticket_body(desk_ticket(desk)));
    ask_outcome(desk, ui, effects);
}

static bool no_show_is_early(const struct desk *desk, const struct ui *ui, int64_t *calls, int64_t *since_s)
{
    const struct json *ticket = desk_ticket(desk);
    const struct json *rule = NULL;
    for (const struct json *q = json_first(desk_rows(desk, DESK_QUEUES)); q; q = json_next(q))
        if (str_equal(json_text(q, "id"), json_text(ticket, "queue")))
            rule = json_get(q, "rule");
    int64_t called_ms = ui->now_ms;
    time_parse(json_text_or(ticket, "last_call_at", json_text_or(ticket, "called_at", "")), &called_ms);
    *calls = json_int(ticket, "calls", 1);
    *since_s = (ui->now_ms - called_ms) / 1000;
    return *calls < json_int(rule, "no_show_calls", NO_SHOW_CALLS) ||
           *since_s < json_int(rule, "no_show_after_s", NO_SHOW_AFTER_S);
}

static void no_show(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    int64_t calls, since_s;
    if (!no_show_is_early(desk, ui, &calls, &since_s)) {
        effects_command(effects, "ticket.no_show", ticket_body(desk_ticket(desk)));
        return;
    }
    begin_step(desk, ticket_body(desk_ticket(desk)));
    struct json *question = ask_about(
        "no_show", tr(ui->lang, TR("Early (calls: %d, last: %d s ago). No-show for %s all the same?")),
        (int)calls, (int)since_s, number_of(desk_ticket(desk)));
    question_choice(question, "y", tr(ui->lang, TR("no-show")), "yes", NULL);
    effects_ask(effects, question);
}

static void ask_transfer(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    begin_step(desk, ticket_body(desk_ticket(desk)));
    struct json *question =
        ask_about("transfer_kind", tr(ui->lang, TR("Send %s to")), number_of(desk_ticket(desk)));
    question_choice(question, "1", tr(ui->lang, TR("a queue")), "queue", NULL);
    question_choice(question, "2", tr(ui->lang, TR("a counter")), "counter", NULL);
    question_choice(question, "3", tr(ui->lang, TR("a colleague")), "user", NULL);
    effects_ask(effects, question);
}

static void load_targets(struct desk *desk, const char *kind, struct effects *effects)
{
    json_set_text(desk->step, "kind", kind); /* taken out again before it is sent */
    effects_load(effects,
                 strcmp(kind, "user") == 0      ? "users"
                 : strcmp(kind, "counter") == 0 ? "accounts"
                                                : "queues",
                 NULL);
}

static void add_queues(struct json *question, const struct desk *desk, const struct ui *ui,
                       const struct json *queues)
{
    char label[200];
    for (const struct json *row = json_first(queues); row; row = json_next(row)) {
        if (str_equal(json_text(row, "id"), json_text(desk_ticket(desk), "queue")))
            continue; /* the person is there already */
        str_format(label, sizeof label, tr(ui->lang, TR("%s %s · %d waiting")), json_text_or(row, "code", ""),
                   json_name_in(json_get(row, "name"), lang_code(ui->lang)),
                   (int)json_int(row, "waiting", 0));
        question_item(question, label, json_text_or(row, "id", ""), NULL);
    }
}

bool desk_asks_target(const struct desk *desk)
{
    return json_text(desk->step, "kind") != NULL;
}

void desk_ask_target(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    const char *kind = json_text(desk->step, "kind");
    if (!kind)
        return;
    struct json *question = ask("transfer_to", tr(ui->lang, TR("To whom? Type to search.")));
    if (strcmp(kind, "counter") == 0)
        desk_add_counters(question, msg->json, ui);
    else if (strcmp(kind, "user") == 0)
        desk_add_colleagues(question, json_get(msg->json, "rows"), ui);
    else
        add_queues(question, desk, ui, json_get(msg->json, "rows"));
    effects_ask(effects, question);
}

static void ask_where(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    struct json *question = ask("transfer_place", tr(ui->lang, TR("At which place?")));
    question_choice(question, "1", tr(ui->lang, TR("by the time of arrival")), "keep", NULL);
    question_choice(question, "2", tr(ui->lang, TR("first")), "first", NULL);
    question_choice(question, "3", tr(ui->lang, TR("last")), "last", NULL);
    add_note(desk, ui, question);
    effects_ask(effects, question);
}

static void ask_place(struct desk *desk, const struct ui *ui, const char *target, struct effects *effects)
{
    char kind[16];
    str_copy(kind, sizeof kind, json_text_or(desk->step, "kind", "queue"));
    json_remove(desk->step, "kind");
    struct json *to = json_new_object();
    json_set_text(to, kind, target);
    json_set(desk->step, "to", to);
    ask_where(desk, ui, effects);
}

static void ask_named(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const struct json *ticket = desk_row(desk, DESK_NEXT);
    begin_step(desk, call_body(desk));
    json_set_text(desk->step, "ticket", json_text_or(ticket, "id", ""));
    struct json *question =
        ask_about("named_reason", tr(ui->lang, TR("Why is %s called out of turn?")), number_of(ticket));
    question_field(question, "", false);
    effects_ask(effects, question);
}

/* One's own is taken back at once; of a colleague's it is asked why, and the colleague is told. */
static void resume(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const struct json *row = desk_row(desk, DESK_PARKED);
    if (!desk_is_colleagues(row))
        return effects_command(effects, "ticket.resume", ticket_body(row));
    begin_step(desk, call_body(desk));
    json_set_text(desk->step, "ticket", json_text_or(row, "id", ""));
    json_set_int(desk->step, "gen", json_int(row, "gen", 0));
    struct json *question =
        ask_about("take_reason", tr(ui->lang, TR("Go on with %s of %s? They are told why:")), number_of(row),
                  json_text_or(row, "user_name", "…"));
    for (size_t i = 0; i < sizeof take_reasons / sizeof *take_reasons; i++)
        question_choice(question, digit(i), tr(ui->lang, take_reasons[i].label), take_reasons[i].code, NULL);
    question_choice(question, "0", tr(ui->lang, TR("another reason")), "", NULL);
    effects_ask(effects, question);
}

/* Who goes on a break leaves the parked waiting: how many, and that nobody takes them meanwhile but with a reason. */
static int own_parked(const struct desk *desk)
{
    return (int)json_count(json_get(desk->data, "parked"));
}

static void ask_pause(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    int parked = own_parked(desk);
    char alone[SHOW_TEXT], text[2 * SHOW_TEXT];
    begin_step(desk, counter_body(desk));
    desk_alone(desk, ui, alone);
    if (parked)
        str_format(text, sizeof text, tr(ui->lang, TR("Parked with you: %d. Break all the same:")), parked);
    else
        str_copy(text, sizeof text, tr(ui->lang, TR("Break:")));
    struct json *question = ask_about("pause_reason", "%s%s%s", alone, *alone ? " " : "", text);
    desk_offer_break(desk, ui, question);
    show_add_pause_reasons(ui, question);
    effects_ask(effects, question);
}

/* Whoever says until when is reminded, and the supervisor sees it. */
static void ask_pause_until(struct desk *desk, const struct ui *ui, const char *reason,
                            struct effects *effects)
{
    static const char *const minutes[] = {"10", "15", "30", "45", "60"};
    struct json *question = ask("pause_until", tr(ui->lang, TR("Until when?")));
    json_set_text(desk->step, "reason", reason);
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        char label[64], until[SHOW_TEXT], at[TIME_TEXT];
        time_text(ui->now_ms + atoi(minutes[i]) * MINUTE_MS, at);
        str_format(label, sizeof label, tr(ui->lang, TR("%s min (%s)")), minutes[i], show_clock(at, until));
        question_choice(question, digit(i), label, minutes[i], NULL);
    }
    question_choice(question, "0", tr(ui->lang, TR("not known")), "", NULL);
    effects_ask(effects, question);
}

static void counter_chosen(struct desk *desk, const char *counter, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "counter", counter);
    effects_setting(effects, "counter", counter);
    send_online(desk, "counter.open", body, effects);
}

/* The counter of last time opens at once, unless someone else sits there now. */
static void open_counter(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const struct json *counter = json_get(desk->data, "counter");
    json_free(&desk->step); /* of a question that was left with Esc */
    if (json_is_object(counter) && !desk_counter_is_taken(counter, ui->session.user))
        counter_chosen(desk, json_text_or(counter, "id", ""), effects);
    else
        effects_load(effects, "accounts", NULL);
}

void desk_choose_counter(struct desk *desk, const struct ui *ui, const struct json *accounts,
                         struct effects *effects)
{
    const char *only = desk_only_counter(accounts, ui);
    if (only)
        counter_chosen(desk, only, effects);
    else
        desk_ask_counter(accounts, ui, effects);
}

static void ask_identify(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        ask("identify", tr(ui->lang, TR("Who is it? FIN, NIK, name, phone or date of birth")));
    question_search(question, "persons", "");
    effects_ask(effects, question);
}

/* The ticket's own service stands first, so that Enter opens it; those of other agencies are not offered: their
 * clerks open them, after a transfer. */
static void ask_service(const struct desk *desk, const struct ui *ui, struct effects *effects)
{
    struct json *question = ask("service", tr(ui->lang, TR("Which service? Type a few letters.")));
    question_search(question, "services", "");
    question_search_for(question, "agency", ui->session.agency);
    question_search_for(question, "first", desk_service_to_open(desk));
    effects_ask(effects, question);
}

/* What belongs together with an application that is open here, each with that one, whose answers it takes along; and at
 * the end any other service. False: nothing does. */
static bool ask_together(const struct desk *desk, const struct ui *ui, struct effects *effects)
{
    struct json *question = ask("together", tr(ui->lang, TR("It belongs together with what is open here:")));
    int count = 0;
    for (const struct json *c = json_first(desk_rows(desk, DESK_CASES)); c; c = json_next(c)) {
        const struct json *offers = json_get(c, "together");
        for (const struct json *offer = json_first(offers); offer; offer = json_next(offer), count++)
            question_item(question, show_name(ui, json_get(offer, "name")),
                          json_text_or(offer, "service", ""), json_copy(c));
    }
    question_item(question, tr(ui->lang, TR("another service …")), "", NULL);
    if (count)
        effects_ask(effects, question);
    else
        json_free(&question);
    return count > 0;
}

/* bundle: the application with which it belongs together; NULL: none. */
static void open_case(struct desk *desk, const char *service, const char *bundle, struct effects *effects)
{
    const struct json *ticket = desk_ticket(desk);
    struct json *body = json_new_object();
    json_set_text(body, "service", service);
    if (bundle)
        json_set_text(body, "bundle", bundle);
    json_set_text(body, "ticket", json_text_or(ticket, "id", ""));
    if (json_text(ticket, "person"))
        json_set_text(body, "person", json_text(ticket, "person"));
    json_set_text(body, "channel", json_text_or(ticket, "channel", "walk_in"));
    effects_command(effects, "case.open", body);
}

/* "5.00 AZN": amount and currency are apart in case.pay. */
static void put_fee(struct json *body, const struct json *fee)
{
    const char *total = json_text_or(fee, "total", json_text_or(fee, "amount", ""));
    const char *space = strchr(total, ' ');
    char amount[32];
    str_format(amount, sizeof amount, "%.*s", (int)(space ? space - total : (int)strlen(total)), total);
    json_set_text(body, "amount", amount);
    json_set_text(body, "currency", space ? space + 1 : json_text_or(fee, "currency", ""));
}

static void ask_pay(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const struct json *row = desk_row(desk, DESK_CASES), *fee = json_get(row, "fee");
    begin_step(desk, json_new_object());
    json_set_text(desk->step, "case", json_text_or(row, "id", ""));
    put_fee(desk->step, fee);
    char shown[SHOW_TEXT];
    struct json *question =
        ask_about("pay_method", tr(ui->lang, TR("%s paid:")), show_money(json_text(fee, "total"), shown));
    question_choice(question, "1", tr(ui->lang, TR("in cash")), "cash", NULL);
    question_choice(question, "2", tr(ui->lang, TR("by card")), "card", NULL);
    question_choice(question, "3", tr(ui->lang, TR("at the bank")), "bank", NULL);
    question_choice(question, "4", tr(ui->lang, TR("online")), "online", NULL);
    effects_ask(effects, question);
}

static void ask_reference(struct desk *desk, const struct ui *ui, const char *method, struct effects *effects)
{
    json_set_text(desk->step, "method", method);
    struct json *question = ask("pay_reference", tr(ui->lang, TR("Number of the receipt or payment")));
    question_field(question, "", strcmp(method, "cash") == 0);
    effects_ask(effects, question);
}

static void open_for_case(struct desk *desk, enum screen_id screen, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "case", json_text_or(desk_row(desk, DESK_CASES), "id", ""));
    effects_open(effects, screen, args);
}

static void open_survey(const struct desk *desk, struct effects *effects)
{
    const struct json *survey = json_get(desk->data, "survey");
    if (json_is_object(survey))
        effects_open(effects, SCREEN_SURVEY, json_copy(survey));
}

static void undo(struct desk *desk, struct effects *effects)
{
    const struct json *last = json_get(desk->data, "undo");
    struct json *body = json_new_object();
    json_set_text(body, "ticket", json_text_or(last, "ticket", ""));
    json_set_int(body, "gen", json_int(last, "gen", -1)); /* -1: not compared */
    send_online(desk, "ticket.undo", body, effects);
}

/* --- actions and answers --- */

void desk_act(struct desk *desk, const struct ui *ui, enum action action, struct effects *effects)
{
    const struct json *ticket = desk_ticket(desk);
    switch (action) {
    case ACTION_CALL_NEXT:
        return send_online(desk, "ticket.call_next", call_body(desk), effects);
    case ACTION_START:
        return effects_command(effects, "ticket.start", ticket_body(ticket));
    case ACTION_RECALL:
        return effects_command(effects, "ticket.recall", ticket_body(ticket));
    case ACTION_RETURN:
        return effects_command(effects, "ticket.return", ticket_body(ticket));
    case ACTION_RESUME:
        return resume(desk, ui, effects);
    case ACTION_NO_SHOW:
        return no_show(desk, ui, effects);
    case ACTION_FINISH:
        return ask_finish(desk, ui, effects);
    case ACTION_HOLD:
        return ask_hold(desk, ui, effects);
    case ACTION_TRANSFER:
        return ask_transfer(desk, ui, effects);
    case ACTION_STOPS:
        return desk_ask_stops(desk, ui, effects);
    case ACTION_CALL_NAMED:
        return ask_named(desk, ui, effects);
    case ACTION_IDENTIFY:
        return ask_identify(ui, effects);
    case ACTION_ADD_CASE:
        if (!ask_together(desk, ui, effects))
            ask_service(desk, ui, effects);
        return;
    case ACTION_OPEN_FORM:
        return open_for_case(desk, SCREEN_FORM, effects);
    case ACTION_PAPERS:
        return open_for_case(desk, SCREEN_DOCUMENTS, effects);
    case ACTION_DECIDE:
        return open_for_case(desk, SCREEN_DECISION, effects);
    case ACTION_PAY:
        return ask_pay(desk, ui, effects);
    case ACTION_UNDO:
        return undo(desk, effects);
    case ACTION_SURVEY:
        return open_survey(desk, effects);
    case ACTION_PRINT:
        return desk_print(desk, ui, effects);
    case ACTION_COUNTER_OPEN:
        return open_counter(desk, ui, effects);
    case ACTION_COUNTER_RESUME:
        return send_online(desk, "counter.resume", counter_body(desk), effects);
    case ACTION_COUNTER_PAUSE:
        return ask_pause(desk, ui, effects);
    case ACTION_COUNTER_CLOSE:
        return send_online(desk, "counter.close", counter_body(desk), effects);
    case ACTION_ASK_CLOSING:
        begin_step(desk, counter_body(desk));
        return desk_ask_closing(desk, ui, effects);
    case ACTION_WHY:
        desk->why = !desk->why;
        return;
    default:
        return;
    }
}

/* Who was found is taken at once; else the person screen goes on with what was typed. */
static void identified(struct desk *desk, const struct msg *msg, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "ticket", json_text_or(desk_ticket(desk), "id", ""));
    if (json_text(msg->json, "id")) {
        json_set_text(args, "person", json_text(msg->json, "id"));
        return effects_command(effects, "person.record", args);
    }
    json_set_text(args, "q", msg->text);
    effects_open(effects, SCREEN_PERSON, args);
}

static void send_with(struct desk *desk, const char *type, const char *member, const char *value,
                      struct effects *effects)
{
    if (value && *value)
        json_set_text(desk->step, member, value);
    end_step(desk, type, effects);
}

static void take_over(struct desk *desk, struct effects *effects)
{
    struct json *body = counter_body(desk);
    json_set_bool(body, "takeover", true);
    send_online(desk, "counter.open", body, effects);
}

static void finish_as(struct desk *desk, const struct ui *ui, const char *outcome, struct effects *effects)
{
    if (strcmp(outcome, "papers_missing") == 0 && desk_ask_papers(desk, ui, effects))
        return;
    send_with(desk, "ticket.finish", "outcome", outcome, effects);
}

static void papers(struct desk *desk, const struct ui *ui, const char *lines, struct effects *effects)
{
    desk_ask_why_missing(desk, ui, lines, effects);
}

static void papers_why(struct desk *desk, const struct ui *ui, const char *why, struct effects *effects)
{
    desk_put_missing(desk, ui, why, effects);
    send_with(desk, "ticket.finish", "outcome", "papers_missing", effects);
}

/* The note is written; the question from which it was asked for is asked again. */
static void noted(struct desk *desk, const struct ui *ui, const char *text, struct effects *effects)
{
    static const struct {
        const char *question;
        void (*ask)(struct desk *, const struct ui *, struct effects *);
    } askers[] = {{"outcome", ask_outcome}, {"hold_until", ask_reminder}, {"transfer_place", ask_where}};
    char from[32];
    str_copy(from, sizeof from, json_text_or(desk->step, "note_from", ""));
    json_remove(desk->step, "note_from");
    json_set_text(desk->step, "note", text);
    for (size_t i = 0; i < sizeof askers / sizeof *askers; i++)
        if (strcmp(askers[i].question, from) == 0)
            askers[i].ask(desk, ui, effects);
}

/* "n" in a question that takes a note. */
static bool wants_note(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    static const char *const with_note[] = {"outcome", "hold_until", "transfer_place"};
    bool takes = false;
    for (size_t i = 0; i < sizeof with_note / sizeof *with_note; i++)
        takes = takes || str_equal(with_note[i], msg->what);
    if (!desk->step || !takes || !str_equal(msg->text, note_value))
        return false;
    json_set_text(desk->step, "note_from", msg->what);
    ask_note(desk, ui, effects);
    return true;
}

static void miss(struct desk *desk, const struct ui *ui, const char *answer, struct effects *effects)
{
    (void)ui, (void)answer;
    json_set_bool(desk->step, "early", true); /* the hall keeps its minimum unless the clerk confirmed */
    end_step(desk, "ticket.no_show", effects);
}

static void transfer_kind(struct desk *desk, const struct ui *ui, const char *kind, struct effects *effects)
{
    (void)ui;
    load_targets(desk, kind, effects);
}

static void transfer(struct desk *desk, const struct ui *ui, const char *where, struct effects *effects)
{
    (void)ui;
    send_with(desk, "ticket.transfer", "place", where, effects);
}

static void pause_counter(struct desk *desk, const struct ui *ui, const char *minutes,
                          struct effects *effects)
{
    char until[TIME_TEXT] = "";
    if (*minutes)
        time_text(ui->now_ms + atoi(minutes) * MINUTE_MS, until);
    desk->waiting_for = "counter.pause";
    send_with(desk, "counter.pause", "until", until, effects);
}

/* The break that was offered has its end. */
static void pause_for(struct desk *desk, const struct ui *ui, const char *answer, struct effects *effects)
{
    const char *until = desk_offered_until(answer);
    char reason[SHOW_TEXT];
    if (!until)
        return ask_pause_until(desk, ui, answer, effects);
    str_format(reason, sizeof reason, "%.*s", (int)(until - answer - 1), answer);
    json_set_text(desk->step, "reason", reason);
    desk->waiting_for = "counter.pause";
    send_with(desk, "counter.pause", "until", until, effects);
}

static void ask_to_close(struct desk *desk, const struct ui *ui, const char *reason, struct effects *effects)
{
    if (!desk_put_close_reason(desk, ui, reason, effects))
        return;
    desk->waiting_for = "closure.request";
    end_step(desk, "closure.request", effects);
}

static void withdraw_closing(struct desk *desk, const struct ui *ui, const char *answer,
                             struct effects *effects)
{
    (void)ui, (void)answer;
    begin_step(desk, json_new_object());
    desk->waiting_for = "closure.withdraw";
    send_with(desk, "closure.withdraw", "closure",
              json_text_or(json_get(desk->data, "closing"), "closure", ""), effects);
}

static void call_named(struct desk *desk, const struct ui *ui, const char *reason, struct effects *effects)
{
    (void)ui;
    desk->waiting_for = "ticket.call";
    send_with(desk, "ticket.call", "reason", reason, effects);
}

static void take(struct desk *desk, const struct ui *ui, const char *reason, struct effects *effects)
{
    (void)ui;
    desk->waiting_for = "ticket.take";
    send_with(desk, "ticket.take", "reason", reason, effects);
}

static void take_reason(struct desk *desk, const struct ui *ui, const char *reason, struct effects *effects)
{
    if (*reason)
        return take(desk, ui, reason, effects);
    struct json *question = ask("take_why", tr(ui->lang, TR("Why do you go on with this person?")));
    question_field(question, "", false);
    effects_ask(effects, question);
}

static void pay(struct desk *desk, const struct ui *ui, const char *reference, struct effects *effects)
{
    (void)ui;
    send_with(desk, "case.pay", "reference", reference, effects);
}

void desk_answered(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    static const struct {
        const char *question;
        void (*go_on)(struct desk *, const struct ui *, const char *, struct effects *);
    } steps[] = {
        {"hold_reason", ask_hold_until},
        {"hold_until", hold_until},
        {"outcome", finish_as},
        {"no_show", miss},
        {"transfer_kind", transfer_kind},
        {"transfer_to", ask_place},
        {"transfer_place", transfer},
        {"named_reason", call_named},
        {"pause_reason", pause_for},
        {"pause_until", pause_counter},
        {"close_when", desk_put_close_time},
        {"close_at", desk_put_close_clock},
        {"close_reason", ask_to_close},
        {"close_words", ask_to_close},
        {"close_withdraw", withdraw_closing},
        {"pay_method", ask_reference},
        {"pay_reference", pay},
        {"take_reason", take_reason},
        {"take_why", take},
        {"note", noted},
        {"papers", papers},
        {"papers_why", papers_why},
    };
    const char *text = msg->text ? msg->text : "";
    if (wants_note(desk, ui, msg, effects) || desk_print_answered(desk, ui, msg, effects))
        return;
    if (desk_stops_answered(desk, ui, msg, effects))
        return;
    if (desk_turns_end(desk, msg))
        return ask_outcome(desk, ui, effects);
    if (str_equal(msg->what, "identify"))
        return identified(desk, msg, effects);
    if (str_equal(msg->what, "service"))
        return open_case(desk, text, NULL, effects);
    if (str_equal(msg->what, "together"))
        return *text ? open_case(desk, text, json_text(msg->json, "id"), effects)
                     : ask_service(desk, ui, effects);
    if (str_equal(msg->what, "counter"))
        return counter_chosen(desk, text, effects);
    if (str_equal(msg->what, "takeover"))
        return take_over(desk, effects);
    for (size_t i = 0; desk->step && i < sizeof steps / sizeof *steps; i++)
        if (str_equal(steps[i].question, msg->what))
            return steps[i].go_on(desk, ui, text, effects);
}
