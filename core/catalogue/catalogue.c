/* core/catalogue/catalogue.c: see catalogue.h. Knows no files, no clock and no database: the service, the draft and
 * the day are handed in. What a service says wrongly reads as not said; catalogue_check (check.c) tells its author. */
#include "core/catalogue/catalogue.h"

#include <string.h>

#include "core/form/schema.h"

enum { DAYS_OF_WEEK = 7, DAYS_OF_MONTH = 30, DAYS_OF_YEAR = 365, HOUR_MIN = 60, DAY_MIN = 24 * HOUR_MIN };

/* --- papers --- */

static bool is_needed(const struct json *document, const struct json *draft)
{
    const struct json *when = json_get(document, "when");
    bool valid = false;
    if (!when || !draft)
        return true;
    /* A condition that cannot be read asks for the paper rather than losing it. */
    return schema_test(when, draft, &valid, NULL) != ERR_OK || valid;
}

/* The newest state that was recorded for a paper. */
static const char *state_of(const struct json *states, const char *code)
{
    const char *state = "";
    for (const struct json *row = json_first(states); row; row = json_next(row))
        if (str_equal(json_text(row, "code"), code))
            state = json_text_or(row, "state", "");
    return state;
}

static bool is_settled(const char *state)
{
    static const char *const settled[] = {"seen", "copied", "waived"};
    for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
        if (strcmp(state, settled[i]) == 0)
            return true;
    return false;
}

static bool group_is_settled(const struct catalogue_document *list, int count, const char *group)
{
    for (int i = 0; i < count; i++)
        if (strcmp(list[i].group, group) == 0 && is_settled(list[i].state))
            return true;
    return false;
}

int catalogue_documents(const struct json *service, const struct json *draft, const struct json *states,
                        struct catalogue_document out[], int max)
{
    const struct json *list = json_get(service, "documents");
    int count = 0;
    for (const struct json *one = json_first(list); one && count < max; one = json_next(one)) {
        const char *code = json_text(one, "code");
        int copies = (int)json_int(one, "count", 1);
        if (!code || !is_needed(one, draft))
            continue;
        out[count] = (struct catalogue_document){.code = code,
                                                 .name = json_get(one, "name"),
                                                 .kind = json_text_or(one, "kind", ""),
                                                 .group = json_text_or(one, "group", ""),
                                                 .count = copies > 0 ? copies : 1,
                                                 .state = state_of(states, code)};
        count++;
    }
    for (int i = 0; i < count; i++)
        out[i].met =
            is_settled(out[i].state) || (*out[i].group && group_is_settled(out, count, out[i].group));
    return count;
}

static bool group_was_counted(const struct catalogue_document *list, int before, const char *group)
{
    for (int i = 0; *group && i < before; i++)
        if (strcmp(list[i].group, group) == 0)
            return true;
    return false;
}

int catalogue_documents_unmet(const struct json *service, const struct json *draft, const struct json *states)
{
    struct catalogue_document list[CATALOGUE_DOCUMENTS_MAX];
    int count = catalogue_documents(service, draft, states, list, CATALOGUE_DOCUMENTS_MAX), unmet = 0;
    for (int i = 0; i < count; i++)
        unmet += !list[i].met && !group_was_counted(list, i, list[i].group);
    return unmet;
}

/* --- fees --- */

/* An amount of a fee, "5.00" in its currency; not said: nothing. */
static bool read_amount(const struct json *fee, const char *name, struct money *out)
{
    char text[MONEY_TEXT];
    const char *currency = json_text_or(fee, "currency", ""), *amount = json_text(fee, name);
    *out = (struct money){0};
    str_copy(out->currency, sizeof out->currency, currency);
    if (!json_get(fee, name))
        return true;
    return amount && str_format(text, sizeof text, "%s %s", amount, currency) && money_parse(text, out, NULL);
}

static bool read_fee(const struct json *fee, struct catalogue_fee *out)
{
    *out = (struct catalogue_fee){.tier = json_text(fee, "tier"),
                                  .name = json_get(fee, "name"),
                                  .time = json_text_or(fee, "time", ""),
                                  .working = str_equal(json_text(fee, "days"), "working"),
                                  .until = json_text(fee, "until")};
    if (!out->tier || !read_amount(fee, "duty", &out->duty) || !read_amount(fee, "charge", &out->charge))
        return false;
    out->total = out->duty;
    return money_add(&out->total, out->charge);
}

static bool is_valid_on(const struct json *fee, const char *day)
{
    const char *from = json_text(fee, "from"), *until = json_text(fee, "until");
    return !day || ((!from || strcmp(from, day) <= 0) && (!until || strcmp(day, until) <= 0));
}

int catalogue_fees(const struct json *service, const char *day, struct catalogue_fee out[], int max)
{
    const struct json *list = json_get(service, "fees");
    int count = 0;
    for (const struct json *fee = json_first(list); fee && count < max; fee = json_next(fee))
        if (is_valid_on(fee, day) && read_fee(fee, &out[count]))
            count++;
    return count;
}

bool catalogue_fee_find(const struct json *service, const char *tier, const char *day,
                        struct catalogue_fee *fee)
{
    const struct json *list = json_get(service, "fees");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (is_valid_on(one, day) && read_fee(one, fee) && (!tier || strcmp(fee->tier, tier) == 0))
            return true;
    return false;
}

static void set_money(struct json *object, const char *name, struct money money)
{
    char text[MONEY_TEXT];
    money_text(money, text);
    json_set_text(object, name, text);
}

struct json *catalogue_fee_json(const struct json *service, const char *tier, const char *day)
{
    struct catalogue_fee fee;
    if (!catalogue_fee_find(service, tier, day, &fee))
        return NULL;
    struct json *out = json_new_object();
    json_set_text(out, "tier", fee.tier);
    set_money(out, "duty", fee.duty);
    set_money(out, "charge", fee.charge);
    set_money(out, "total", fee.total);
    json_set_text(out, "currency", fee.total.currency);
    json_set_text(out, "time", fee.time);
    json_set_text(out, "days", fee.working ? "working" : "calendar");
    return out;
}

/* --- time --- */

/* One part of a duration: up to six digits and a letter. Moves *text behind it. */
static bool read_part(const char **text, int *number, char *unit)
{
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > 6)
        return false;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + ((*text)[i] - '0');
    *unit = (*text)[digits];
    *text += digits + (*unit != '\0');
    return true;
}

/* Reads parts in the order of units, each at most once; counts[i] is added times per[i]. */
static bool read_parts(const char **text, const char *units, const int per[], int *sum)
{
    bool any = false;
    while (**text && **text != 'T') {
        int number;
        char unit;
        if (!read_part(text, &number, &unit) || !unit)
            return false;
        const char *at = strchr(units, unit);
        if (!at)
            return false;
        *sum += number * per[at - units]; /* below 10^6 each: no overflow */
        per += at - units + 1;
        units = at + 1;
        any = true;
    }
    return any;
}

bool catalogue_duration(const char *text, int *days, int *minutes)
{
    static const int day_parts[] = {DAYS_OF_YEAR, DAYS_OF_MONTH, DAYS_OF_WEEK, 1}, minute_parts[] = {60, 1};
    *days = *minutes = 0;
    if (!text || *text++ != 'P')
        return false;
    bool any = *text != 'T' && read_parts(&text, "YMWD", day_parts, days);
    if (!any && *text != 'T')
        return false;
    if (*text == 'T') {
        text++;
        if (!read_parts(&text, "HM", minute_parts, minutes) || *text)
            return false;
    }
    return true;
}

/* How many days more the law allows: 10, "P10D" or {"days":10}. */
static int extend_days(const struct json *extend)
{
    int days = 0, minutes = 0;
    if (json_is_object(extend))
        extend = json_get(extend, "days");
    if (json_is_integer(extend))
        days = (int)json_as_int(extend, 0);
    else
        catalogue_duration(json_as_text(extend), &days, &minutes);
    return days > 0 && days <= CALENDAR_DAYS_MAX ? days : 0;
}

/* true, or {"legal":"L1"}, or the code itself. */
static void read_deemed(const struct json *time, struct catalogue_time *out)
{
    const struct json *deemed = json_get(time, "deemed");
    out->deemed = json_is_object(deemed) || json_as_text(deemed) || json_as_bool(deemed, false);
    out->legal = json_as_text(deemed) ? json_as_text(deemed) : json_text(deemed, "legal");
    if (!out->legal)
        out->legal = json_text_or(time, "legal", "");
}

struct catalogue_time catalogue_time(const struct json *service, const char *tier, const char *day)
{
    const struct json *time = json_get(service, "time");
    struct catalogue_time out = {.working = str_equal(json_text(time, "days"), "working"),
                                 .extend_days = extend_days(json_get(time, "extend"))};
    struct catalogue_fee fee;
    int days, minutes;
    read_deemed(time, &out);
    bool own = catalogue_fee_find(service, tier, day, &fee) && catalogue_duration(fee.time, &days, &minutes);
    if (own)
        out.working = fee.working;
    if (own || catalogue_duration(json_text(time, "standard"), &days, &minutes)) {
        out.days = days + minutes / DAY_MIN;
        out.minutes = minutes % DAY_MIN;
    }
    return out;
}

/* The day on which a term ends; a working day is found through the calendar, another is counted. */
static bool term_end(const struct calendar *calendar, const char *start, int days, bool working, char out[11])
{
    int32_t day;
    if (!day_parse(start, &day) || days < 0 || days > CALENDAR_DAYS_MAX)
        return false;
    if (working) {
        if (!case_due_day(calendar, day, days, &day))
            return false;
    } else {
        day += days;
    }
    day_text(day, out);
    return true;
}

bool catalogue_due(const struct catalogue_time *time, const struct calendar *calendar, const char *start,
                   int extra_days, char out[11])
{
    if (time->days == 0 && time->minutes == 0)
        return false;
    /* What takes minutes is due on the day itself. */
    return term_end(calendar, start, time->days + extra_days, time->working && time->days + extra_days > 0,
                    out);
}

int catalogue_answer_days(const struct json *service, int otherwise)
{
    int days, minutes;
    const char *said = json_text(json_get(service, "time"), "answer");
    bool usable = catalogue_duration(said, &days, &minutes) && days > 0 && days <= CALENDAR_DAYS_MAX;
    return usable ? days : otherwise;
}

bool catalogue_complaint_until(const struct json *service, const struct calendar *calendar, const char *start,
                               char out[11])
{
    const struct json *complaint = json_get(service, "complaint");
    int days = (int)json_int(complaint, "days", 0), minutes = 0;
    bool working = json_bool(complaint, "working", str_equal(json_text(complaint, "days"), "working"));
    if (json_text(complaint, "time"))
        catalogue_duration(json_text(complaint, "time"), &days, &minutes);
    return days > 0 && term_end(calendar, start, days, working, out);
}

/* --- decisions --- */

const struct json *catalogue_legal_name(const struct json *service, const char *code)
{
    const struct json *list = json_get(service, "legal");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "code"), code))
            return json_get(one, "name");
    return NULL;
}

static bool read_reason(const struct json *service, const struct json *one, struct catalogue_reason *out)
{
    const char *legal = json_as_text(json_first(json_get(one, "legal")));
    *out = (struct catalogue_reason){.code = json_text(one, "code"),
                                     .name = json_get(one, "name"),
                                     .cure = json_get(one, "cure"),
                                     .legal = legal ? catalogue_legal_name(service, legal) : NULL,
                                     .legal_code = legal ? legal : ""};
    return out->code != NULL;
}

int catalogue_reasons(const struct json *service, const char *outcome, struct catalogue_reason out[], int max)
{
    const struct json *list = json_get(service, "reasons");
    int count = 0;
    for (const struct json *one = json_first(list); one && count < max; one = json_next(one)) {
        const struct json *outcomes = json_get(one, "outcomes");
        bool fits = !outcomes || json_has_text(outcomes, outcome);
        if (fits && read_reason(service, one, &out[count]))
            count++;
    }
    return count;
}

bool catalogue_reason_find(const struct json *service, const char *code, struct catalogue_reason *reason)
{
    const struct json *list = json_get(service, "reasons");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (read_reason(service, one, reason) && str_equal(reason->code, code))
            return true;
    return false;
}

bool catalogue_needs_confirm(const struct json *service, const char *outcome)
{
    return json_has_text(json_get(service, "confirm"), outcome);
}

bool catalogue_has_form(const struct json *service)
{
    return json_get(json_get(service, "form"), "schema") != NULL;
}

int64_t catalogue_form_version(const struct json *service)
{
    return json_int(json_get(service, "form"), "version", 0);
}
