/* core/command/case_papers.c: papers that were looked at, and fees that were paid. */
#include <string.h>

#include "core/command/cases.h"

#include "core/catalogue/catalogue.h"

/* --- case.check_document --- */

enum err case_need_document(struct call *c, const struct json *service, const char *field, const char *code)
{
    const struct json *documents = json_get(service, "documents");
    for (const struct json *one = json_first(documents); one; one = json_next(one))
        if (code && str_equal(json_text(one, "code"), code))
            return ERR_OK;
    return refuse(c, "unknown_document", field, "This service asks for no paper \"%.60s\".",
                  code ? code : "");
}

enum err case_put_document(struct call *c, const struct json *row, const char *code, const char *state,
                           const char *note)
{
    char id[UUID_TEXT];
    struct json *document;
    case_part_id(row_id(row), code, id);
    TRY(peek(c, TABLE_DOCUMENT, id, &document));
    if (!document)
        document = row_new(c, id);
    json_set_text(document, "case", row_id(row));
    json_set_text(document, "agency", json_text(row, "agency"));
    json_set_text(document, "code", code);
    json_set_text(document, "state", state);
    json_set_text(document, "note", note);
    row_set_time(document, "at", c->at_ms);
    json_set_text(document, "by", c->actor->user);
    json_set_text(answer(c), "document", id);
    return save(c, TABLE_DOCUMENT, document);
}

enum err case_check_document(struct call *c)
{
    static const char *const states[] = {"seen", "copied", "missing", "waived", NULL};
    struct json *row, *service;
    const char *code, *state, *note;
    TRY(case_load(c, &row, &service));
    TRY(case_need_undecided(c, row));
    TRY(body_need(c, "document", &code));
    TRY(body_word(c, "state", states, &state));
    TRY(body_text(c, "note", &note));
    TRY(case_need_document(c, service, "document", code));
    TRY(case_put_document(c, row, code, state, note));
    TRY(case_settle(c, row, service));
    case_touch(c, row);
    return case_save(c, row);
}

/* --- case.pay --- */

/* "5.00 AZN" whole, or "5.00" with its currency beside it, or a plain number. */
static enum err read_amount(struct call *c, struct money *money)
{
    const char *amount, *currency;
    char number[MONEY_TEXT];
    struct err_info info = {0};
    TRY(body_text(c, "currency", &currency));
    if (json_is_number(json_get(c->body, "amount"))) {
        str_format(number, sizeof number, "%.*f", currency ? money_decimals(currency) : 2,
                   json_number(c->body, "amount", 0));
        amount = number;
    } else {
        TRY(body_need(c, "amount", &amount));
    }
    bool whole = money_parse(amount, money, NULL);
    if (!whole && !currency)
        return refuse(c, "invalid_body", "currency", "\"currency\" is missing.");
    if (!whole && !money_typed(amount, currency, money, &info))
        return refuse(c, "invalid_amount", "amount", "%s", info.text);
    if (currency && !str_equal(currency, money->currency))
        return refuse(c, "other_currency", "currency", "The amount is in %s, not in %.8s.", money->currency,
                      currency);
    if (money->minor <= 0)
        return refuse(c, "invalid_amount", "amount", "An amount paid is more than nothing.");
    return ERR_OK;
}

static enum err need_currency(struct call *c, const struct json *row, const struct money *money)
{
    struct json *hall;
    TRY(load_hall(c, &hall));
    const char *wanted = json_text_or(json_get(row, "fee"), "currency", json_text(hall, "currency"));
    if (!wanted || str_equal(wanted, money->currency))
        return ERR_OK;
    return refuse(c, "other_currency", "currency", "The fee of %s is in %.8s, not in %s.", case_title(row),
                  wanted, money->currency);
}

static enum err save_payment(struct call *c, const struct json *row, struct money money, const char *method)
{
    char id[UUID_TEXT], text[MONEY_TEXT];
    const char *reference;
    TRY(body_text(c, "reference", &reference));
    TRY(new_id(c, TABLE_PAYMENT, id));
    struct json *payment = row_new(c, id);
    money_text(money, text);
    json_set_text(payment, "case", row_id(row));
    json_set_text(payment, "agency", json_text(row, "agency"));
    json_set_text(payment, "amount", text);
    json_set_text(payment, "method", method);
    json_set_text(payment, "reference", reference);
    row_set_time(payment, "at", c->at_ms);
    json_set_text(payment, "by", c->actor->user);
    json_set_text(answer(c), "payment", id);
    return save(c, TABLE_PAYMENT, payment);
}

/* What is paid may name another speed: the fee and the time are that tier's then, as long as nobody has decided. */
static enum err take_tier(struct call *c, struct json *row, const struct json *service)
{
    const char *tier;
    TRY(body_text(c, "tier", &tier));
    if (!tier || str_equal(tier, json_text(json_get(row, "fee"), "tier")))
        return ERR_OK;
    TRY(case_need_undecided(c, row));
    TRY(case_set_fee(c, row, service));
    return case_set_due(c, row, service);
}

/* {case, amount, currency, method, reference?, tier?} */
enum err case_pay(struct call *c)
{
    struct json *row, *service;
    struct money money, paid = {0};
    const char *method;
    char text[MONEY_TEXT];
    TRY(case_load(c, &row, &service));
    if (case_state_of(row) == CASE_WITHDRAWN)
        return refuse(c, "case_closed", "", "%s is withdrawn: nothing is paid for it.", case_title(row));
    TRY(take_tier(c, row, service));
    TRY(read_amount(c, &money));
    TRY(need_currency(c, row, &money));
    TRY(body_need(c, "method", &method));
    TRY(save_payment(c, row, money, method));
    if (!money_parse(json_text_or(row, "paid", ""), &paid, NULL))
        paid =
            (struct money){.minor = 0, .currency = {money.currency[0], money.currency[1], money.currency[2]}};
    if (!money_add(&paid, money))
        return refuse(c, "invalid_amount", "amount", "This is more than can be added to what was paid.");
    money_text(paid, text);
    json_set_text(row, "paid", text);
    json_set_text(answer(c), "paid", text);
    return case_save(c, row);
}
