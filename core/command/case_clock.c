/* core/command/case_clock.c: an application and the clock. See legal.h. */
#include <stdlib.h>

#include "core/catalogue/catalogue.h"
#include "core/command/cases.h"
#include "core/command/legal.h"

enum { ANSWER_DAYS = 30 }; /* where neither service nor hall says how long a return may be answered */

/* --- how long a return may be answered --- */

static enum err answer_days(struct call *c, const struct json *row, int *days)
{
    struct json *hall, *service;
    TRY(load_hall(c, &hall));
    TRY(case_service(c, row, &service));
    int64_t usual = json_int(json_get(hall, "policy"), "answer_days", ANSWER_DAYS);
    bool usable = usual > 0 && usual <= CALENDAR_DAYS_MAX;
    *days = catalogue_answer_days(service, usable ? (int)usual : ANSWER_DAYS);
    return ERR_OK;
}

enum err case_put_lapse(struct call *c, struct json *row)
{
    char date[DATE_TEXT];
    int32_t day;
    int64_t end_ms;
    int days;
    bool lapsed = str_equal(json_text(row, "withdrawn_reason"), CASE_LAPSED);
    if (case_state_of(row) != CASE_RETURNED) {
        if (!lapsed) /* of one that lapsed the day is kept: an answer that was given in time may come late */
            json_set_null(row, "lapses_at");
        return ERR_OK;
    }
    if (row_time(row, "lapses_at") >= 0)
        return ERR_OK;
    TRY(answer_days(c, row, &days));
    time_date(c->at_ms, date);
    if (!day_parse(date, &day))
        return ERR_OK;
    day_text(day + days, date);
    row_set_time(row, "lapses_at", time_day_end(date, &end_ms) ? end_ms : -1);
    return ERR_OK;
}

/* --- what is due --- */

static struct catalogue_time time_of(const struct json *row, const struct json *service)
{
    char start[DATE_TEXT] = "";
    int64_t complete_ms = row_time(row, "complete_at");
    if (complete_ms >= 0)
        time_date(complete_ms, start);
    return catalogue_time(service, json_text(json_get(row, "fee"), "tier"), start);
}

enum legal_event legal_due(const struct json *row, const struct json *service, int64_t now_ms)
{
    enum case_state state = case_state_of(row);
    int64_t lapses_ms = row_time(row, "lapses_at"), due_ms = row_time(row, "due_at");
    if (case_allows(state, CASE_DO_LAPSE, NULL))
        return lapses_ms >= 0 && now_ms > lapses_ms ? LEGAL_LAPSE : LEGAL_NONE;
    if (!case_allows(state, CASE_DO_DEEM, NULL) || due_ms < 0 || now_ms <= due_ms)
        return LEGAL_NONE;
    return time_of(row, service).deemed ? LEGAL_DEEM : LEGAL_NONE;
}

const char *legal_type(enum legal_event event)
{
    return event == LEGAL_LAPSE ? "case.lapse" : "case.deem";
}

/* --- what is done --- */

static enum err save_grant(struct call *c, const struct json *row, const struct json *service, const char *id)
{
    struct catalogue_time time = time_of(row, service);
    const struct json *name = catalogue_legal_name(service, time.legal);
    struct json *decision = row_new(c, id);
    json_set_text(decision, "case", row_id(row));
    json_set_text(decision, "agency", json_text(row, "agency"));
    json_set_text(decision, "kind", "decision");
    json_set_text(decision, "outcome", "approve");
    json_set(decision, "reasons", json_new_array());
    json_set_null(decision, "text");
    json_set_null(decision, "conditions");
    json_set_bool(decision, "deemed", true);
    json_set_text(decision, "legal", *time.legal ? time.legal : NULL);
    json_set(decision, "legal_name", name ? json_copy(name) : json_new_null()); /* as it is called today */
    json_set_int(decision, "form_version", json_int(row, "form_version", 0));
    json_set_text(decision, "by", "system");
    row_set_time(decision, "at", c->at_ms);
    row_set_time(decision, "recorded_at", c->tx->now_ms);
    json_set_text(decision, "confirmed_by", "system");
    json_set_null(decision, "agree");
    json_set_bool(decision, "effective", true);
    json_set_bool(decision, "confirm", false);
    json_set_text(decision, "meeting", case_meeting_text(CASE_MEET_EFFECTIVE));
    return save(c, TABLE_DECISION, decision);
}

/* The term ran out with the last moment of its last day: granted from the next one on. */
static enum err deem(struct call *c, struct json *row, const struct json *service)
{
    char id[UUID_TEXT];
    c->at_ms = row_time(row, "due_at") + 1;
    TRY(new_id(c, TABLE_DECISION, id));
    TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_DEEM, .user = "system", .agency = ""}));
    case_put_twin(row, NULL);
    json_set_text(row, "decision", id);
    json_set_text(row, "outcome", "approve");
    json_set_int(row, "decision_rev", c->tx->rev);
    json_set_text(row, "holder_work", "decided");
    TRY(save_grant(c, row, service, id));
    return case_save(c, row);
}

static enum err lapse(struct call *c, struct json *row)
{
    c->at_ms = row_time(row, "lapses_at") + 1;
    TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_LAPSE, .user = "system", .agency = ""}));
    json_set_text(row, "withdrawn_reason", CASE_LAPSED);
    return case_save(c, row);
}

static enum err run(struct call *c)
{
    struct json *row, *service;
    TRY(case_load(c, &row, &service));
    switch (legal_due(row, service, c->tx->now_ms)) {
    case LEGAL_DEEM:
        return deem(c, row, service);
    case LEGAL_LAPSE:
        return lapse(c, row);
    case LEGAL_NONE:
        break;
    }
    return ERR_OK;
}

enum err legal_apply(struct tx *tx)
{
    struct outcome out = {0};
    struct call c = {.tx = tx,
                     .command = tx->command,
                     .actor = tx->actor,
                     .body = tx->command->body,
                     .out = &out,
                     .at_ms = tx->now_ms};
    enum err err = run(&c);
    for (int i = 0; i < c.kept_count; i++)
        json_free(&c.kept[i]);
    free(c.kept);
    json_free(&out.data);
    return err == ERR_REFUSED ? ERR_CONFLICT : err;
}
