/* core/command/case_after.c: what may follow a deadline or a decision: an extension, a complaint. All of it is added to
 * the case; no decision row is changed. */
#include "core/command/cases.h"

#include <string.h>

#include "core/catalogue/catalogue.h"

/* --- case.extend --- */

/* {case, days, reason}: both deadlines stay visible, the first as due_first_at. */
enum err case_extend(struct call *c)
{
    struct json *row, *service, *list;
    struct case_file file;
    struct refusal refusal = {0};
    const char *reason;
    char day[DATE_TEXT];
    int64_t days;
    TRY(case_load(c, &row, &service));
    TRY(case_need_undecided(c, row));
    TRY(body_int(c, "days", 0, &days));
    TRY(body_need(c, "reason", &reason));
    TRY(case_list(c, row, "extensions", &list));
    case_read(row, &file);
    time_date(file.complete_ms, day);
    struct catalogue_time time = catalogue_time(service, json_text(json_get(row, "fee"), "tier"), day);
    if (days > CALENDAR_DAYS_MAX || days < 0)
        days = CALENDAR_DAYS_MAX;
    if (!case_extend_check(&file, time.extend_days, (int)json_count(list), (int)days, &refusal))
        return refuse(c, refusal.code, "days", "%s", refusal.text);
    struct json *extension = case_note(c);
    json_set_int(extension, "days", days);
    json_set_text(extension, "reason", reason);
    json_add(list, extension);
    if (row_time(row, "due_first_at") < 0)
        row_set_time(row, "due_first_at", file.due_ms);
    TRY(case_set_due(c, row, service));
    case_touch(c, row);
    row_stamp(c, row, "extend");
    json_set_text(answer(c), "due_at", json_text(row, "due_at"));
    return case_save(c, row);
}

/* --- case.complain --- */

/* The newest open complaint, or the one of that id. */
static const struct json *open_complaint(const struct json *row, const char *id, size_t *index)
{
    const struct json *list = json_get(row, "complaints"), *found = NULL;
    size_t i = 0;
    for (const struct json *one = json_first(list); one; one = json_next(one), i++) {
        if (!str_equal(json_text(one, "state"), "open") || (id && !str_equal(json_text(one, "id"), id)))
            continue;
        found = one;
        *index = i;
    }
    return found;
}

static enum err load_decision(struct call *c, const struct json *row, const char *id, struct json **decision)
{
    TRY(load(c, TABLE_DECISION, "decision", id, decision));
    if (str_equal(json_text(*decision, "case"), row_id(row)))
        return ERR_OK;
    return refuse(c, "unknown_decision", "decision", "This decision is of another application.");
}

/* One that comes after its last day is taken all the same, and says so: whoever answers it weighs that. */
static enum err note_term(struct call *c, const struct json *service, const struct json *decision,
                          struct json *complaint)
{
    struct json *hall;
    struct hall_calendar calendar;
    char decided[DATE_TEXT], today[DATE_TEXT], until[DATE_TEXT];
    int64_t decided_ms = row_time(decision, "at");
    TRY(load_hall(c, &hall));
    hall_calendar_read(hall, &calendar);
    time_date(c->at_ms, today);
    if (decided_ms < 0)
        return ERR_OK;
    time_date(decided_ms, decided);
    if (!catalogue_complaint_until(service, &calendar.calendar, decided, until))
        return ERR_OK;
    bool late = strcmp(today, until) > 0;
    json_set_text(complaint, "until", until);
    json_set_bool(complaint, "late", late);
    json_set_bool(answer(c), "late", late);
    return ERR_OK;
}

static enum err complain(struct call *c, struct json *row, const struct json *service)
{
    const char *text, *decision_id, *from;
    char id[UUID_TEXT];
    struct json *list, *decision;
    TRY(body_text(c, "text", &text));
    TRY(body_text(c, "from", &from));
    TRY(body_text(c, "decision", &decision_id));
    if (!decision_id)
        decision_id = json_text(row, "decision");
    if (!decision_id)
        return refuse(c, "not_decided", "", "%s is not decided: there is nothing to complain against yet.",
                      case_title(row));
    TRY(load_decision(c, row, decision_id, &decision));
    TRY(case_list(c, row, "complaints", &list));
    tx_new_id(c->tx, id);
    struct json *complaint = case_note(c);
    json_set_text(complaint, "id", id);
    json_set_text(complaint, "decision", decision_id);
    json_set_text(complaint, "text", text);
    json_set_text(complaint, "from", from);
    json_set_text(complaint, "state", "open");
    TRY(note_term(c, service, decision, complaint));
    json_add(list, complaint);
    row_set_flag(row, case_flag_text(CASE_COMPLAINED), true);
    row_stamp(c, row, "complain");
    json_set_text(answer(c), "complaint", id);
    return case_save(c, row);
}

/* The answer is a decision row of its own, with its kind "complaint". */
static enum err save_answer(struct call *c, const struct json *row, const struct json *service,
                            const struct json *decision, const char *word, const char *outcome)
{
    char id[MODEL_ID];
    const char *text;
    const struct json *reasons;
    struct json *there;
    TRY(body_id(c, "answer_decision", id));
    TRY(peek(c, TABLE_DECISION, id, &there));
    if (there)
        return refuse(c, "decision_exists", "answer_decision", "This decision is recorded already.");
    TRY(body_text(c, "text", &text));
    TRY(body_array(c, "reasons", &reasons));
    struct json *answered = row_new(c, id);
    json_set_text(answered, "case", row_id(row));
    json_set_text(answered, "agency", json_text(row, "agency"));
    json_set_text(answered, "kind", "complaint");
    json_set_text(answered, "of", row_id(decision));
    json_set_text(answered, "answer", word);
    json_set_text(answered, "outcome", outcome);
    json_set(answered, "reasons", reasons ? json_copy(reasons) : json_new_array());
    json_set(answered, "grounds", case_grounds(service, reasons));
    json_set_text(answered, "text", text);
    json_set_null(answered, "conditions");
    json_set_int(answered, "form_version", json_int(row, "form_version", 0));
    json_set_text(answered, "form_sha256", json_text(row, "form_sha256"));
    json_set_text(answered, "by", c->actor->user);
    row_set_time(answered, "at", c->at_ms);
    json_set_null(answered, "confirmed_by");
    json_set_null(answered, "agree");
    json_set_bool(answered, "effective", !str_equal(word, "annulled"));
    json_set_text(answer(c), "decision", id);
    return save(c, TABLE_DECISION, answered);
}

/* upheld: the decision stands. changed: the other way round. annulled: it falls, nothing is handed out, and the
 * case is decided again with case.decide (the flag stays until then, which is what lets it). */
static enum err change_case(struct call *c, struct json *row, const struct json *service,
                            const struct json *decision, const char *word, const char **outcome)
{
    *outcome = json_text_or(decision, "outcome", "approve");
    if (str_equal(word, "changed")) {
        bool refused = str_equal(*outcome, "refuse");
        const struct json *reasons;
        const char *text;
        int count;
        *outcome = refused ? "approve" : "refuse";
        TRY(body_array(c, "reasons", &reasons));
        TRY(body_text(c, "text", &text));
        TRY(case_check_reasons(c, service, *outcome, reasons, text, &count));
        TRY(case_do(
            c, row,
            &(struct case_act){.event = refused ? CASE_DO_APPROVE : CASE_DO_REFUSE, .reasons = count}));
        json_set_bool(row, "confirm_pending", case_wants_second(service, *outcome));
    }
    if (str_equal(word, "annulled")) {
        json_set_null(row, "decision");
        json_set_null(row, "outcome");
        return ERR_OK;
    }
    row_set_flag(row, case_flag_text(CASE_COMPLAINED), false);
    return ERR_OK;
}

static enum err answer_complaint(struct call *c, struct json *row, const struct json *service)
{
    static const char *const words[] = {"upheld", "changed", "annulled", NULL};
    const char *word, *id, *outcome;
    struct json *decision;
    TRY(body_word(c, "answer", words, &word));
    TRY(body_text(c, "complaint", &id));
    size_t index = 0;
    const struct json *open = open_complaint(row, id, &index);
    if (!open)
        return refuse(c, "no_complaint", "complaint", "%s has no complaint that waits for an answer.",
                      case_title(row));
    TRY(load_decision(c, row, json_text_or(open, "decision", ""), &decision));
    if (!is_role(c, ROLE_CLERK | ROLE_APPROVER | ROLE_SUPERVISOR))
        return refuse(
            c, "forbidden", "answer",
            "A complaint is answered by the agency. Nothing was changed: it is recorded and waits.");
    if (is_me(c, json_text(decision, "by")))
        return refuse(c, "same_person", "",
                      "The complaint is against your own decision: someone else answers it.");
    struct json *complaint = json_copy(open);
    json_set_text(complaint, "state", word);
    json_set_text(complaint, "answered_by", c->actor->user);
    row_set_time(complaint, "answered_at", c->at_ms);
    case_list_set(row, "complaints", index, complaint);
    TRY(change_case(c, row, service, decision, word, &outcome));
    TRY(save_answer(c, row, service, decision, word, outcome));
    if (!str_equal(word, "annulled")) {
        json_set_text(row, "decision", json_text(answer(c), "decision"));
        json_set_text(row, "outcome", outcome);
        json_set_int(row, "decision_rev", c->tx->rev);
    }
    row_stamp(c, row, word);
    return case_save(c, row);
}

/* {case, decision?, text?, from?} records one; {case, complaint?, answer, text?, reasons?} answers it. */
enum err case_complain(struct call *c)
{
    struct json *row, *service;
    TRY(case_load(c, &row, &service));
    return json_get(c->body, "answer") ? answer_complaint(c, row, service) : complain(c, row, service);
}
