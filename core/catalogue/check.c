/* core/catalogue/check.c: what is wrong with the catalogue's part of a service, for its author. Knows no pack: whether
 * an agency or a queue is there is pack.c's question. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/catalogue/hours.h"
#include "core/form/pointer.h"
#include "core/form/schema.h"

struct checking {
    const struct json *service;
    struct form_findings *findings;
    struct buf path; /* of what is looked at */
};

static void broken(struct checking *checking, const char *member, const char *text)
{
    size_t length = checking->path.length;
    if (*member)
        pointer_add(&checking->path, member);
    form_findings_add(checking->findings, FORM_BROKEN, buf_text(&checking->path), "%s", text);
    pointer_cut(&checking->path, length);
}

static void need_name(struct checking *checking, const struct json *object, const char *member)
{
    if (!*json_name_in(json_get(object, member), "en"))
        broken(checking, member, "This must be a text, or one for each language: {\"az\":…,\"en\":…}.");
}

static bool is_outcome(const char *text)
{
    static const char *const outcomes[] = {"approve", "refuse", "return", "refer"};
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (str_equal(outcomes[i], text))
            return true;
    return false;
}

static void need_outcomes(struct checking *checking, const struct json *list, const char *member)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (!is_outcome(json_as_text(one)))
            broken(checking, member, "An outcome is approve, refuse, return or refer.");
}

static const struct json *by_code(const struct json *list, const char *member, const char *code)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (code && str_equal(json_text(one, member), code))
            return one;
    return NULL;
}

/* --- one entry of each list --- */

static void check_document(struct checking *checking, const struct json *document)
{
    const struct json *when = json_get(document, "when"), *count = json_get(document, "count");
    struct err_info info = {0};
    bool valid;
    if (json_get(document, "name"))
        need_name(checking, document, "name");
    if (count && (!json_is_integer(count) || json_as_int(count, 0) < 1))
        broken(checking, "count", "This must be a number of copies from 1.");
    if (when && schema_test(when, NULL, &valid, &info) != ERR_OK)
        broken(checking, "when", info.text);
}

static void check_amount(struct checking *checking, const struct json *fee, const char *member)
{
    const struct json *amount = json_get(fee, member);
    struct money money;
    struct err_info info = {0};
    char *text = xasprintf("%s %s", json_text_or(fee, member, ""), json_text_or(fee, "currency", ""));
    if (amount && !json_as_text(amount))
        broken(checking, member, "Write the amount as a text, such as \"5.00\".");
    else if (amount && !money_parse(text, &money, &info))
        broken(checking, member, info.text);
    free(text);
}

static void check_days(struct checking *checking, const struct json *object)
{
    const struct json *days = json_get(object, "days");
    if (days && !str_equal(json_as_text(days), "working") && !str_equal(json_as_text(days), "calendar"))
        broken(checking, "days", "This must be working or calendar.");
}

static void check_duration(struct checking *checking, const struct json *object, const char *member)
{
    int days, minutes;
    const struct json *duration = json_get(object, member);
    if (duration && !catalogue_duration(json_as_text(duration), &days, &minutes))
        broken(checking, member, "This must be a length of time such as P10D, P2W or PT30M.");
}

static void check_validity(struct checking *checking, const struct json *fee)
{
    static const char *const members[] = {"from", "until"};
    int32_t days[2] = {INT32_MIN, INT32_MAX};
    for (int i = 0; i < 2; i++)
        if (json_get(fee, members[i]) && !day_parse(json_text(fee, members[i]), &days[i]))
            broken(checking, members[i], "This must be a date that exists, as YYYY-MM-DD.");
    if (days[0] > days[1])
        broken(checking, "until", "This fee ends before it begins.");
}

static void check_fee(struct checking *checking, const struct json *fee)
{
    if (!json_get(fee, "duty") && !json_get(fee, "charge"))
        broken(checking, "", "A fee needs a duty or a charge; \"0.00\" when it is free.");
    if (json_get(fee, "name"))
        need_name(checking, fee, "name");
    check_amount(checking, fee, "duty");
    check_amount(checking, fee, "charge");
    check_duration(checking, fee, "time");
    check_days(checking, fee);
    check_validity(checking, fee);
}

static void check_legal(struct checking *checking, const struct json *ground)
{
    need_name(checking, ground, "name");
}

static void check_reason(struct checking *checking, const struct json *reason)
{
    const struct json *legal = json_get(reason, "legal");
    need_name(checking, reason, "name");
    need_outcomes(checking, json_get(reason, "outcomes"), "outcomes");
    for (const struct json *code = json_first(legal); code; code = json_next(code))
        if (!by_code(json_get(checking->service, "legal"), "code", json_as_text(code)))
            broken(checking, "legal", "This reason names a legal ground that the service does not list.");
}

/* --- lists --- */

/* Entries told apart by `key`. Fees may share a tier when they hold at other times. */
struct list_kind {
    const char *name, *key;
    int max;
    bool may_repeat;
    void (*check)(struct checking *checking, const struct json *entry);
};
static const struct list_kind lists[] = {
    {"documents", "code", CATALOGUE_DOCUMENTS_MAX, false, check_document},
    {"fees", "tier", CATALOGUE_FEES_MAX, true, check_fee},
    {"legal", "code", CATALOGUE_REASONS_MAX, false, check_legal},
    {"reasons", "code", CATALOGUE_REASONS_MAX, false, check_reason},
};

static void check_entry(struct checking *checking, const struct list_kind *kind, const struct json *entry)
{
    const char *key = json_text(entry, kind->key);
    const struct json *list = json_get(checking->service, kind->name);
    if (str_empty(key))
        broken(checking, kind->key, "This must be a text that is not empty.");
    else if (!kind->may_repeat && by_code(list, kind->key, key) != entry)
        broken(checking, kind->key, "This stands in the list twice.");
    kind->check(checking, entry);
}

static void check_list(struct checking *checking, const struct list_kind *kind)
{
    const struct json *list = json_get(checking->service, kind->name);
    size_t i = 0;
    if (!list)
        return;
    pointer_add(&checking->path, kind->name);
    size_t length = checking->path.length;
    if (!json_is_array(list))
        broken(checking, "", "This must be an array.");
    else if (json_count(list) > (size_t)kind->max)
        broken(checking, "", "This list is longer than a service can have.");
    for (const struct json *one = json_is_array(list) ? json_first(list) : NULL; one;
         one = json_next(one), i++) {
        pointer_add_index(&checking->path, i);
        check_entry(checking, kind, one);
        pointer_cut(&checking->path, length);
    }
    pointer_cut(&checking->path, length - 1 - strlen(kind->name));
}

/* --- the rest --- */

static void check_time(struct checking *checking)
{
    const struct json *time = json_get(checking->service, "time");
    size_t length = checking->path.length;
    if (!time)
        return;
    pointer_add(&checking->path, "time");
    check_duration(checking, time, "standard");
    check_duration(checking, time, "answer");
    check_days(checking, time);
    const char *legal = json_text(time, "legal");
    if (legal && !by_code(json_get(checking->service, "legal"), "code", legal))
        broken(checking, "legal", "The service does not list this legal ground.");
    struct catalogue_time read = catalogue_time(checking->service, NULL, NULL);
    if (read.deemed && !read.days && !read.minutes)
        broken(checking, "deemed",
               "Nothing can be deemed granted without a \"standard\" time that runs out.");
    pointer_cut(&checking->path, length);
}

static void check_complaint(struct checking *checking)
{
    const struct json *complaint = json_get(checking->service, "complaint"),
                      *days = json_get(complaint, "days");
    size_t length = checking->path.length;
    pointer_add(&checking->path, "complaint");
    if (days && !str_equal(json_as_text(days), "working") && json_as_int(days, 0) < 1)
        broken(checking, "days", "This must be a number of days from 1.");
    check_duration(checking, complaint, "time");
    pointer_cut(&checking->path, length);
}

void catalogue_check(const struct json *service, struct form_findings *findings)
{
    struct checking checking = {.service = service, .findings = findings};
    if (str_empty(json_text(service, "id")))
        broken(&checking, "id", "A service needs an id, such as az.din.id-card-replace.");
    else if (strchr(json_text(service, "id"), '@'))
        broken(&checking, "id", "An id has no @: what stands behind one is a form version.");
    if (str_empty(json_text(service, "agency")))
        broken(&checking, "agency", "A service needs the agency that gives it.");
    need_name(&checking, service, "name");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        check_list(&checking, &lists[i]);
    check_time(&checking);
    check_complaint(&checking);
    hours_check(service, findings);
    need_outcomes(&checking, json_get(service, "confirm"), "confirm");
    if (!catalogue_has_form(service))
        form_check_notices(service, findings);
    buf_free(&checking.path);
}
