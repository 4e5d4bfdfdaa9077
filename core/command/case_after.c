/* core/command/case_after.c: what may follow a deadline or a decision: an extension, a complaint, an output that
 * is withdrawn. All of it is added to the case; no decision row is changed. */
#include "core/command/cases.h"

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
    int given = 0;
    TRY(case_load(c, &row, &service));
    TRY(case_need_undecided(c, row));
    TRY(body_int(c, "days", 0, &days));
    TRY(body_need(c, "reason", &reason));
    TRY(case_list(c, row, "extensions", &list));
    for (const struct json *one = json_first(list); one; one = json_next(one))
        given += (int)json_int(one, "days", 0);
    case_read(row, &file);
    time_date(file.complete_ms, day);
    struct catalogue_time time = catalogue_time(service, json_text(json_get(row, "fee"), "tier"), day);
    if (days > CALENDAR_DAYS_MAX || days < 0)
        days = CALENDAR_DAYS_MAX;
    if (!case_extend_check(&file, time.extend_days, given, (int)days, &refusal))
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

static enum err complain(struct call *c, struct json *row)
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
    json_add(list, complaint);
    row_set_flag(row, case_flag_text(CASE_COMPLAINED), true);
    row_stamp(c, row, "complain");
    json_set_text(answer(c), "complaint", id);
    return case_save(c, row);
}

/* The answer is a decision row of its own, with its kind "complaint". */
static enum err save_answer(struct call *c, const struct json *row, const struct json *decision,
                            const char *word, const char *outcome)
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
    json_set_text(answered, "text", text);
    json_set_null(answered, "conditions");
    json_set_int(answered, "form_version", json_int(row, "form_version", 0));
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
        const struct json *reasons = json_get(c->body, "reasons");
        *outcome = refused ? "approve" : "refuse";
        TRY(case_do(c, row,
                    &(struct case_act){.event = refused ? CASE_DO_APPROVE : CASE_DO_REFUSE,
                                       .reasons = (int)json_count(json_is_array(reasons) ? reasons : NULL)}));
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
    if (is_me(c, json_text(decision, "by")))
        return refuse(c, "same_person", "",
                      "The complaint is against your own decision: someone else answers it.");
    struct json *complaint = json_copy(open);
    json_set_text(complaint, "state", word);
    json_set_text(complaint, "answered_by", c->actor->user);
    row_set_time(complaint, "answered_at", c->at_ms);
    case_list_set(row, "complaints", index, complaint);
    TRY(change_case(c, row, service, decision, word, &outcome));
    TRY(save_answer(c, row, decision, word, outcome));
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
    return json_get(c->body, "answer") ? answer_complaint(c, row, service) : complain(c, row);
}

/* --- case.void --- */

/* {case, reason}: the newest output is withdrawn; case.deliver with "ready" makes out the next copy. */
enum err case_void(struct call *c)
{
    struct json *row, *service;
    const char *reason;
    TRY(case_load(c, &row, &service));
    TRY(body_need(c, "reason", &reason));
    enum case_state state = case_state_of(row);
    size_t count = json_count(row_list(row, "outputs"));
    if (count == 0 || (state != CASE_READY && state != CASE_DELIVERED))
        return refuse(c, "nothing_issued", "", "%s has no output that could be voided.", case_title(row));
    if (row_has_flag(row, case_flag_text(CASE_VOIDED)))
        return refuse(c, "voided", "", "The output of %s is voided already.", case_title(row));
    struct json *output = json_copy(json_at(json_get(row, "outputs"), count - 1)); /* the newest copy */
    row_set_time(output, "voided_at", c->at_ms);
    json_set_text(output, "voided_by", c->actor->user);
    json_set_text(output, "void_reason", reason);
    case_list_set(row, "outputs", count - 1, output);
    row_set_flag(row, case_flag_text(CASE_VOIDED), true);
    row_stamp(c, row, "void");
    return case_save(c, row);
}
