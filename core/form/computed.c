/* core/form/computed.c: x-compute, seven functions without expressions, and x-prefill. Knows no clock: today
 * is handed in. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/format.h"
#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"
#include "core/model/calendar.h"
#include "core/model/money.h"

enum { ARGUMENTS_MAX = 64 };

bool form_is_filled(const struct json *value)
{
    if (!value || json_is_null(value))
        return false;
    if (json_is_text(value))
        return *json_as_text(value) != '\0';
    return !(json_is_array(value) || json_is_object(value)) || json_count(value) > 0;
}

struct call { /* one x-compute field */
    const struct form *form;
    const struct form_context *context;
    const struct json *compute, *draft;
    const struct json *of[ARGUMENTS_MAX]; /* filled ones only */
    int count, asked;                     /* asked: how many pointers there were */
};

/* Values at a pointer, "*" standing for every row. */
static void collect(struct call *call, const struct json *node, const char *pointer)
{
    struct buf token = {0};
    while (node && pointer_next(&pointer, &token)) {
        if (strcmp(buf_text(&token), "*") == 0) {
            for (const struct json *row = json_first(node); row; row = json_next(row))
                collect(call, row, pointer);
            node = NULL;
        } else {
            node = pointer_step(node, buf_text(&token));
        }
    }
    buf_free(&token);
    if (form_is_filled(node) && call->count < ARGUMENTS_MAX)
        call->of[call->count++] = node;
}

static void arguments(struct call *call, const char *inside)
{
    const struct json *here = json_pointer(call->draft, inside);
    for (const struct json *p = json_first(json_get(call->compute, "of")); p; p = json_next(p)) {
        call->asked++;
        if (json_as_text(p))
            collect(call, here, json_as_text(p));
    }
}

/* --- the seven --- */
static bool day_at(const struct call *call, int index, int32_t *day)
{
    if (index < call->asked)
        return index < call->count && json_as_text(call->of[index]) &&
               day_parse(json_as_text(call->of[index]), day);
    return call->context->today && day_parse(call->context->today, day);
}

/* Whole years between two dates written YYYY-MM-DD: a birthday counts on the day itself. */
static int years(int32_t from, int32_t to)
{
    char a[11], b[11];
    day_text(from, a);
    day_text(to, b);
    return (int)strtol(b, NULL, 10) - (int)strtol(a, NULL, 10) - (strcmp(b + 4, a + 4) < 0);
}

static struct json *compute_age(const struct call *call)
{
    int32_t born, day;
    if (!day_at(call, 0, &born) || !day_at(call, 1, &day) || day < born)
        return NULL;
    return json_new_int(years(born, day));
}

static struct json *compute_days_between(const struct call *call)
{
    int32_t from, to;
    if (!day_at(call, 0, &from) || !day_at(call, 1, &to))
        return NULL;
    return json_new_int(to - from);
}

struct sum {
    double number;
    struct money money;
    bool in_money, broken;
};

static void sum_add(struct sum *sum, const struct json *value, int depth)
{
    struct money money;
    if (json_is_number(value)) {
        sum->number += json_as_number(value, 0);
    } else if (json_is_text(value) && money_parse(json_as_text(value), &money, NULL)) {
        if (!sum->in_money)
            sum->money = money;
        else
            sum->broken |= !money_add(&sum->money, money);
        sum->in_money = true;
    } else if (json_is_array(value) && depth < 2) {
        for (const struct json *item = json_first(value); item; item = json_next(item))
            sum_add(sum, item, depth + 1);
    }
}

static struct json *compute_sum(const struct call *call)
{
    struct sum sum = {0};
    for (int i = 0; i < call->count; i++)
        sum_add(&sum, call->of[i], 0);
    if (!call->count || sum.broken)
        return NULL;
    if (!sum.in_money)
        return json_new_number(round(sum.number * 1e6) / 1e6); /* no trace of 0.1 + 0.2 */
    char text[MONEY_TEXT];
    money_text(sum.money, text);
    return json_new_text(text);
}

static struct json *compute_count(const struct call *call)
{
    int64_t count = 0;
    for (int i = 0; i < call->count; i++)
        count += json_is_array(call->of[i]) ? (int64_t)json_count(call->of[i]) : 1;
    return json_new_int(count);
}

static struct json *compute_join(const struct call *call)
{
    struct buf text = {0};
    const char *between = json_text_or(call->compute, "with", " ");
    for (int i = 0; i < call->count; i++) {
        if (text.length)
            buf_adds(&text, between);
        if (json_is_text(call->of[i]))
            buf_adds(&text, json_as_text(call->of[i]));
        else
            json_print_to(call->of[i], &text);
    }
    struct json *value = text.length ? json_new_text(buf_text(&text)) : NULL;
    buf_free(&text);
    return value;
}

static struct json *compute_copy(const struct call *call)
{
    return call->count ? json_copy(call->of[0]) : NULL;
}

static bool is_valid_on(const struct json *fee, const char *day)
{
    const char *from = json_text(fee, "from"), *until = json_text(fee, "until");
    return !day || ((!from || strcmp(from, day) <= 0) && (!until || strcmp(day, until) <= 0));
}

/* Duty and charge of the tier that a field names, else of the first tier, as they stand today. */
static struct json *compute_fee(const struct call *call)
{
    const char *tier = call->count ? json_as_text(call->of[0]) : NULL;
    const struct json *fees = json_get(call->form->service, "fees");
    for (const struct json *fee = json_first(fees); fee; fee = json_next(fee)) {
        if ((tier && !str_equal(json_text(fee, "tier"), tier)) || !is_valid_on(fee, call->context->today))
            continue;
        struct sum sum = {0};
        const char *const parts[] = {"duty", "charge"}, *currency = json_text_or(fee, "currency", "");
        for (int i = 0; i < 2; i++) {
            char *text = xasprintf("%s %s", json_text_or(fee, parts[i], "0"), currency);
            struct json *part = json_get(fee, parts[i]) ? json_new_text(text) : NULL;
            sum_add(&sum, part, 0);
            json_free(&part);
            free(text);
        }
        char text[MONEY_TEXT];
        money_text(sum.money, text);
        return sum.in_money && !sum.broken ? json_new_text(text) : NULL;
    }
    return NULL;
}

static const struct function {
    const char *name;
    struct json *(*run)(const struct call *call);
} functions[] = {
    {"age", compute_age},   {"days_between", compute_days_between},
    {"sum", compute_sum},   {"count", compute_count},
    {"join", compute_join}, {"copy", compute_copy},
    {"fee", compute_fee},
};

static struct json *compute(struct call *call, const char *inside)
{
    const char *name = json_text_or(call->compute, "fn", "");
    arguments(call, inside);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            return functions[i].run(call);
    return NULL;
}

bool form_function_known(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            return true;
    return false;
}

/* --- all of a form --- */
struct computing {
    const struct form *form;
    const struct form_context *context;
    struct json *draft;
    bool changed;
    int fields;
};

static void compute_field(void *context, const char *pointer, const char *inside, const struct json *schema,
                          const struct json *value)
{
    (void)value;
    struct computing *computing = context;
    const struct json *x = form_keyword(computing->form, schema, "x-compute");
    if (!x)
        return;
    struct call call = {
        .form = computing->form, .context = computing->context, .compute = x, .draft = computing->draft};
    struct json *now = compute(&call, inside);
    const struct json *old = json_pointer(computing->draft, pointer);
    computing->fields++;
    if (now ? !json_equal(now, old) : old != NULL) {
        struct json *draft = form_edited(computing->draft, pointer, now);
        json_free(&computing->draft);
        computing->draft = draft;
        computing->changed = true;
    } else {
        json_free(&now);
    }
}

struct json *form_compute(const struct form *form, struct json *draft, const struct form_context *context,
                          bool *settled)
{
    struct computing computing = {.form = form, .context = context, .draft = draft, .changed = true};
    const struct form_visit visit = {form, compute_field, &computing};
    computing.changed = schema_computes(form->schema); /* as most forms do not */
    /* A field may be computed from computed ones: a chain settles within as many rounds as there are fields.
     */
    for (int round = 0; computing.changed && round <= computing.fields; round++) {
        struct json *shape = json_copy(computing.draft); /* walked while the draft changes */
        computing.changed = false;
        computing.fields = 0;
        form_visit(&visit, shape);
        json_free(&shape);
    }
    if (settled)
        *settled = !computing.changed;
    return computing.draft;
}

/* --- prefill --- */
struct json *form_prefill_value(const struct json *prefill, const struct form_context *context)
{
    const char *source = json_as_text(prefill);
    const struct json *value = NULL;
    if (!source)
        return NULL;
    if (strcmp(source, "today") == 0)
        return context->today ? json_new_text(context->today) : NULL;
    if (str_starts(source, "person."))
        value = json_get(context->person, source + strlen("person."));
    else if (str_starts(source, "last/"))
        value = json_pointer(context->last, source + strlen("last"));
    return form_is_filled(value) ? json_copy(value) : NULL;
}

static void prefill_field(void *context, const char *pointer, const char *inside, const struct json *schema,
                          const struct json *value)
{
    struct computing *computing = context;
    if (value || *inside)
        return; /* only what is empty, and no rows that a person has not added */
    const struct json *preset = form_keyword(computing->form, schema, "default");
    struct json *now =
        form_prefill_value(form_keyword(computing->form, schema, "x-prefill"), computing->context);
    if (!now && preset)
        now = json_copy(preset);
    if (!now)
        return;
    struct json *draft = form_edited(computing->draft, pointer, now);
    json_free(&computing->draft);
    computing->draft = draft;
}

struct json *form_prefill(const struct form *form, const struct json *draft,
                          const struct form_context *context)
{
    struct computing computing = {.form = form, .context = context, .draft = json_copy(draft)};
    const struct form_visit visit = {form, prefill_field, &computing};
    if (!computing.draft)
        computing.draft = json_new_object();
    form_visit(&visit, draft);
    computing.draft = form_compute(form, computing.draft, context, NULL);
    struct json *patch = form_difference(draft, computing.draft);
    json_free(&computing.draft);
    return patch;
}
