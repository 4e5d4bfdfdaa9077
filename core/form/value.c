/* core/form/value.c: what a person types ↔ what is stored. Knows no layout and no clock. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/decimal.h"
#include "core/form/format.h"
#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"
#include "core/model/money.h"
#include "core/model/person.h"

struct typed {
    const struct form_item *item;
    const struct json *draft;
    const struct form_context *context;
    const char *text; /* without spaces around it */
    char *why;
};

static bool refuse(const struct typed *typed, const char *id, const char *more)
{
    str_format(typed->why, FORM_WHY, "%s%s", form_say(typed->context->lang, id), more);
    return false;
}

/* --- numbers and money --- */
static bool parse_number(const struct typed *typed, struct json **value)
{
    char plain[64];
    size_t n = 0;
    for (const char *s = typed->text; *s; s++) {
        if (*s == ' ' || *s == '_')
            continue; /* 12 000 */
        if (n + 1 >= sizeof plain || (!isdigit((unsigned char)*s) && !strchr(".,-+", *s)))
            return refuse(typed, "why_number", "");
        plain[n++] = *s == ',' ? '.' : *s;
    }
    plain[n] = '\0';
    char *end = NULL;
    double number = strtod(plain, &end);
    if (!n || *end || !isfinite(number))
        return refuse(typed, "why_number", "");
    *value = json_new_number(number);
    return true;
}

static bool parse_money(const struct typed *typed, struct json **value)
{
    struct money money;
    char text[MONEY_TEXT];
    if (!money_parse(typed->text, &money, NULL) &&
        !money_typed(typed->text, typed->item->currency, &money, NULL))
        return refuse(typed, "why_money", "");
    money_text(money, text);
    *value = json_new_text(text);
    return true;
}

/* --- dates and times --- */
/* What a pack says is data: anything but an order of the three is none. */
static const char *order_of(const struct form_context *context)
{
    static const char *const orders[] = {"dmy", "dym", "mdy", "myd", "ydm", "ymd"};
    for (size_t i = 0; context->date_order && i < sizeof orders / sizeof *orders; i++)
        if (strcmp(context->date_order, orders[i]) == 0)
            return orders[i];
    return "dmy";
}

/* Up to three runs of digits; a single run of eight is cut by the order. Answers how many. */
static int number_runs(const char *text, const char *order, char parts[3][5])
{
    int count = 0;
    if (strlen(text) == 8 && strspn(text, "0123456789") == 8) {
        for (; count < 3; count++) {
            int width = order[count] == 'y' ? 4 : 2;
            str_format(parts[count], 5, "%.*s", width, text);
            text += width;
        }
        return 3;
    }
    while (*text) {
        size_t digits = strspn(text, "0123456789");
        if (!digits || digits > 4 || count == 3)
            return -1;
        str_format(parts[count++], 5, "%.*s", (int)digits, text);
        text += digits;
        if (*text && !strchr("./- ", *text))
            return -1;
        text += *text != '\0';
    }
    return count;
}

static bool parse_date(const struct typed *typed, struct json **value)
{
    const char *order = order_of(typed->context);
    char parts[3][5] = {"", "", ""}, iso[11] = "";
    int ymd[3] = {0};
    if (strlen(typed->text) == 10 && typed->text[4] == '-')
        order = "ymd"; /* as it is stored */
    bool ok = number_runs(typed->text, order, parts) == 3;
    for (int i = 0; i < 3 && ok; i++) {
        int place = order[i] == 'y' ? 0 : order[i] == 'm' ? 1 : 2;
        ok = place ? strlen(parts[i]) <= 2 : strlen(parts[i]) == 4;
        ymd[place] = (int)strtol(parts[i], NULL, 10);
    }
    if (ok)
        str_format(iso, sizeof iso, "%04d-%02d-%02d", ymd[0] % 10000, ymd[1] % 100, ymd[2] % 100);
    if (!ok || !format_valid("date", iso))
        return refuse(typed, "why_date", typed->item->placeholder);
    *value = json_new_text(iso);
    return true;
}

static bool parse_time(const struct typed *typed, struct json **value)
{
    const char *s = typed->text;
    size_t hours = strspn(s, "0123456789");
    int hour = (int)strtol(s, NULL, 10), minute = -1;
    if (hours == 4 && !s[4]) {
        minute = hour % 100;
        hour /= 100;
    } else if ((hours == 1 || hours == 2) && s[hours] && strchr(":. ", s[hours]) &&
               strspn(s + hours + 1, "0123456789") == 2 && !s[hours + 3]) {
        minute = (int)strtol(s + hours + 1, NULL, 10);
    } else if (format_valid("time", s)) { /* as it is stored */
        *value = json_new_text(s);
        return true;
    }
    if (minute < 0 || minute > 59 || hour > 23)
        return refuse(typed, "why_time", "");
    char text[16];
    str_format(text, sizeof text, "%02d:%02d:00Z", hour, minute);
    *value = json_new_text(text);
    return true;
}

/* --- choices --- */
static bool same_folded(const char *a, const char *b)
{
    struct buf x = {0}, y = {0};
    utf8_fold(&x, a);
    utf8_fold(&y, b);
    bool same = strcmp(buf_text(&x), buf_text(&y)) == 0;
    buf_free(&x);
    buf_free(&y);
    return same;
}

static const struct form_option *find_option(const struct typed *typed)
{
    const struct form_item *item = typed->item;
    for (int i = 0; i < item->option_count; i++)
        if (strcmp(item->options[i].value, typed->text) == 0)
            return &item->options[i];
    for (int i = 0; i < item->option_count; i++)
        if (same_folded(item->options[i].text, typed->text))
            return &item->options[i];
    return NULL;
}

static bool parse_option(const struct typed *typed, struct json **value)
{
    const struct form_option *option = find_option(typed);
    if (!option)
        return refuse(typed, "why_option", "");
    *value = option->json ? json_copy(option->json) : json_new_text(option->value);
    return true;
}

static bool parse_checks(const struct typed *typed, struct json **value)
{
    const struct form_option *turned = find_option(typed);
    if (!turned)
        return refuse(typed, "why_option", "");
    struct json *list = json_new_array();
    for (int i = 0; i < typed->item->option_count; i++) {
        const struct form_option *option = &typed->item->options[i];
        if (option->chosen != (option == turned))
            json_add(list, option->json ? json_copy(option->json) : json_new_text(option->value));
    }
    *value = list;
    return true;
}

static bool parse_yes_no(const struct typed *typed, struct json **value)
{
    static const char *const yes[] = {"true", "yes", "y", "1", "x", "beli", "b", "he", "ya", "da", "d"};
    static const char *const no[] = {"false", "no", "n", "0", "xeyr", "h", "yox", "tidak", "t", "net"};
    struct buf folded = {0};
    utf8_fold(&folded, typed->text);
    int answer = -1;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcmp(buf_text(&folded), yes[i]) == 0)
            answer = 1;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strcmp(buf_text(&folded), no[i]) == 0)
            answer = 0;
    buf_free(&folded);
    if (answer < 0)
        return refuse(typed, "why_yes_no", "");
    *value = json_new_bool(answer);
    return true;
}

/* One entry a line; blank lines are left out. */
static bool parse_list(const struct typed *typed, struct json **value)
{
    const char *type = json_text_or(json_get(typed->item->schema, "items"), "type", "string");
    bool numbers = strcmp(type, "number") == 0 || strcmp(type, "integer") == 0, ok = true;
    struct json *list = json_new_array();
    for (const char *s = typed->text; *s && ok;) {
        size_t length = strcspn(s, "\n");
        char *line = xstrndup(s, length);
        struct json *entry = NULL;
        struct typed one = *typed;
        one.text = line;
        if (strspn(line, " \t") != length) {
            ok = numbers ? parse_number(&one, &entry) : (entry = json_new_text(line)) != NULL;
            if (entry)
                json_add(list, entry);
        }
        free(line);
        s += length + (s[length] == '\n');
    }
    if (ok)
        *value = list;
    else
        json_free(&list);
    return ok;
}

/* Whether another alternative names that property too. */
static bool is_shared(const struct typed *typed, const struct form_option *but, const char *name)
{
    for (int i = 0; i < typed->item->option_count; i++) {
        const struct form_option *other = &typed->item->options[i];
        if (other != but && json_get(json_get(other->json, "properties"), name))
            return true;
    }
    return false;
}

/* What tells an alternative from the others before anything is written: a text of its own, with nothing in it. */
static void put_sign(const struct typed *typed, const struct form_option *option, struct json *value)
{
    for (const struct json *p = json_first_member(json_get(option->json, "properties")); p;
         p = json_next(p)) {
        bool text = !json_get(p, "type") || str_equal(json_text(p, "type"), "string");
        if (!text || json_get(value, json_name(p)) || is_shared(typed, option, json_name(p)))
            continue;
        json_set_text(value, json_name(p), "");
        return;
    }
}

/* A branch that was chosen begins as an object with what its schema fixes, or as an empty value of its type. */
static bool parse_branch(const struct typed *typed, struct json **value)
{
    const struct form_option *option = find_option(typed);
    if (!option)
        return refuse(typed, "why_option", "");
    const struct json *properties = json_get(option->json, "properties");
    const char *type = json_text_or(option->json, "type", properties ? "object" : "string");
    if (strcmp(type, "object") != 0) {
        if (strcmp(type, "array") == 0)
            *value = json_new_array();
        else if (strcmp(type, "boolean") == 0)
            *value = json_new_bool(false);
        else if (strcmp(type, "string") == 0)
            *value = json_new_text("");
        else
            *value = strcmp(type, "null") == 0 ? json_new_null() : json_new_int(0);
        return true;
    }
    *value = json_new_object();
    for (const struct json *p = json_first_member(properties); p; p = json_next(p)) {
        const struct json *fixed = json_get(p, "const") ? json_get(p, "const") : json_get(p, "default");
        if (fixed)
            json_set(*value, json_name(p), json_copy(fixed));
    }
    if (!json_count(*value))
        put_sign(typed, option, *value);
    return true;
}

/* --- by widget --- */
/* A number that says who someone is, or their telephone, is typed as people say it and stored in its one form:
 * "050 123 45 67" → "+994501234567". What is none stays as typed; the schema then says what is wrong. */
static bool parse_text(const struct typed *typed, struct json **value)
{
    char normal[IDENTITY_TEXT];
    enum identity kind;
    bool known = typed->item->format && identity_find(typed->item->format, &kind) &&
                 identity_normal(kind, typed->text, normal);
    *value = json_new_text(known ? normal : typed->text);
    return true;
}

static bool parse_nothing(const struct typed *typed, struct json **value)
{
    (void)value;
    return refuse(typed, "why_readonly", "");
}

static bool parse_table(const struct typed *typed, struct json **value)
{
    (void)value;
    return refuse(typed, "why_table", "");
}

static bool (*const parsers[])(const struct typed *, struct json **) = {
    [FORM_FIELD] = parse_text,    [FORM_AREA] = parse_text,     [FORM_RADIO] = parse_option,
    [FORM_PICK] = parse_option,   [FORM_CHECKS] = parse_checks, [FORM_LIST] = parse_list,
    [FORM_YES_NO] = parse_yes_no, [FORM_TOGGLE] = parse_yes_no, [FORM_NUMBER] = parse_number,
    [FORM_MONEY] = parse_money,   [FORM_DATE] = parse_date,     [FORM_TIME] = parse_time,
    [FORM_TABLE] = parse_table,   [FORM_CHOICE] = parse_branch, [FORM_READONLY] = parse_nothing,
};

bool form_parse(const struct form_item *item, const struct json *draft, const char *typed_text,
                const struct form_context *context, struct json **value, char why[FORM_WHY])
{
    *value = NULL;
    why[0] = '\0';
    const char *start = typed_text + strspn(typed_text, " \t\n");
    size_t length = strlen(start);
    while (length && strchr(" \t\n", start[length - 1]))
        length--;
    if (!length)
        return true;
    char *text = xstrndup(start, length);
    const struct typed typed = {item, draft, context, text, why};
    bool ok = parsers[item->widget](&typed, value);
    free(text);
    return ok;
}

/* --- the reverse --- */
static void date_text(const char *iso, const struct form_context *context, struct buf *out)
{
    const char *order = order_of(context);
    bool hyphens = order[0] == 'y' || context->date_hyphens;
    if (!format_valid("date", iso)) {
        buf_adds(out, iso);
        return;
    }
    for (int i = 0; i < 3; i++) {
        if (i)
            buf_addc(out, hyphens ? '-' : '.');
        buf_add(out, iso + (order[i] == 'y' ? 0 : order[i] == 'm' ? 5 : 8), order[i] == 'y' ? 4 : 2);
    }
}

static bool option_text(const struct form_item *item, const struct json *value, struct buf *out)
{
    for (int i = 0; i < item->option_count; i++) {
        const struct form_option *option = &item->options[i];
        bool same =
            option->json ? json_equal(option->json, value) : str_equal(option->value, json_as_text(value));
        if (same) {
            buf_adds(out, option->text);
            return true;
        }
    }
    return false;
}

static void list_text(const struct form_item *item, const struct json *value,
                      const struct form_context *context, struct buf *out)
{
    const char *between = item->widget == FORM_LIST ? "\n" : ", ";
    bool first = true;
    for (const struct json *one = json_first(value); one; one = json_next(one)) {
        if (!first)
            buf_adds(out, between);
        first = false;
        if (json_is_array(one) || json_is_object(one))
            json_print_to(one, out);
        else
            form_text(item, one, context, out);
    }
}

static void plain_text(const struct form_item *item, const char *text, const struct form_context *context,
                       struct buf *out)
{
    const char *format = str_empty(item->format) ? json_text_or(item->schema, "format", "") : item->format;
    struct money money;
    char shown[MONEY_TEXT];
    if (item->widget == FORM_DATE || strcmp(format, "date") == 0) {
        date_text(text, context, out);
    } else if (item->widget == FORM_TIME && format_valid("time", text)) {
        buf_add(out, text, 5);
    } else if ((item->widget == FORM_MONEY || item->widget == FORM_READONLY) &&
               money_parse(text, &money, NULL)) {
        money_display(money, shown);
        buf_adds(out, shown);
    } else {
        buf_adds(out, text);
    }
}

static void branch_text(const struct form_item *item, struct buf *out)
{
    for (int i = 0; i < item->option_count; i++)
        if (item->options[i].chosen)
            buf_adds(out, item->options[i].text);
}

void form_text(const struct form_item *item, const struct json *value, const struct form_context *context,
               struct buf *out)
{
    char number[DECIMAL_TEXT];
    if (!value || json_is_null(value))
        return;
    if (item->widget == FORM_CHOICE) {
        branch_text(item, out);
    } else if (item->widget == FORM_TABLE) {
        buf_addf(out, "%zu", json_count(value));
    } else if (json_is_array(value)) {
        list_text(item, value, context, out);
    } else if (option_text(item, value, out)) {
        return;
    } else if (json_is_text(value)) {
        plain_text(item, json_as_text(value), context, out);
    } else if (json_is_bool(value)) {
        buf_adds(out, form_say(context->lang, json_as_bool(value, false) ? "yes" : "no"));
    } else if (json_is_number(value)) {
        decimal_text(json_as_number(value, 0), number);
        buf_adds(out, number);
    } else {
        json_print_to(value, out);
    }
}

/* --- patches --- */
/* now is taken: with what is computed from it, as a patch on draft. */
static struct json *patch_to(const struct form *form, const struct json *draft, struct json *now,
                             const struct form_context *context)
{
    now = form_compute(form, now, context, NULL);
    struct json *patch = form_difference(draft, now);
    json_free(&now);
    return patch;
}

/* A text of an alternative that is emptied while it alone tells which alternative is meant. */
static bool tells_the_branch(const struct form *form, const struct json *draft, const char *pointer)
{
    struct buf parent = {0};
    bool tells = false;
    pointer_parent(pointer, &parent);
    const struct json *list = form_branches(form, form_schema_at(form, buf_text(&parent)));
    const struct json *object = json_pointer(draft, buf_text(&parent));
    if (list && json_is_object(object) && json_is_text(json_pointer(draft, pointer))) {
        struct json *without = json_copy(object);
        json_remove(without, strrchr(pointer, '/') + 1);
        tells =
            schema_alternative(form->schema, list, object) >= 0 &&
            schema_alternative(form->schema, list, object) != schema_alternative(form->schema, list, without);
        json_free(&without);
    }
    buf_free(&parent);
    return tells;
}

/* The value alone, where no list stands on the way to it: of a list the patch must carry all. False: it does. */
static bool patch_alone(const struct json *draft, const char *pointer, const struct json *value,
                        struct json *patch)
{
    struct buf token = {0};
    const struct json *node = draft;
    bool plain = true;
    for (const char *rest = pointer; plain && pointer_next(&rest, &token);) {
        plain = !json_is_array(node) && strcmp(buf_text(&token), "-") != 0;
        node = node ? pointer_step(node, buf_text(&token)) : NULL;
    }
    buf_free(&token);
    bool same = value && node ? json_equal(node, value) : !value && !node;
    if (plain && !same)
        json_set_pointer(patch, pointer, value ? json_copy(value) : json_new_null());
    return plain;
}

/* Something else may look at what stands in it. */
static bool has_fields(const struct json *value)
{
    bool fields = json_is_object(value);
    for (const struct json *one = json_is_array(value) ? json_first(value) : NULL; one && !fields;
         one = json_next(one))
        fields = json_is_object(one) || json_is_array(one);
    return fields;
}

struct json *form_patch(const struct form *form, const struct json *draft, const struct form_context *context,
                        const char *pointer, struct json *value)
{
    if (!value && tells_the_branch(form, draft, pointer))
        value = json_new_text("");
    bool whole = has_fields(value) || has_fields(json_pointer(draft, pointer));
    if (json_is_object(draft) && !whole && form_is_alone(form, pointer)) {
        struct json *patch = json_new_object();
        if (patch_alone(draft, pointer, value, patch)) {
            json_free(&value);
            return patch;
        }
        json_free(&patch);
    }
    return patch_to(form, draft, form_edited(draft, pointer, value), context);
}

struct json *form_row_add(const struct form *form, const struct json *draft,
                          const struct form_context *context, const char *pointer)
{
    struct json *row = json_new_object();
    const struct json *array = json_pointer(draft, pointer);
    struct json *list = json_is_array(array) ? json_copy(array) : json_new_array();
    json_add(list, row);
    return patch_to(form, draft, form_edited(draft, pointer, list), context);
}

struct json *form_row_remove(const struct form *form, const struct json *draft,
                             const struct form_context *context, const char *pointer, int row)
{
    const struct json *array = json_pointer(draft, pointer);
    if (!json_is_array(array) || row < 0 || (size_t)row >= json_count(array))
        return json_new_object();
    struct buf path = {0};
    buf_adds(&path, pointer);
    pointer_add_index(&path, (size_t)row);
    struct json *now = form_edited(draft, buf_text(&path), NULL);
    buf_free(&path);
    return patch_to(form, draft, now, context);
}

struct json *form_row_move(const struct form *form, const struct json *draft,
                           const struct form_context *context, const char *pointer, int row, int by)
{
    const struct json *array = json_pointer(draft, pointer);
    int count = json_is_array(array) ? (int)json_count(array) : 0, to = row + by;
    if (row < 0 || row >= count || to < 0 || to >= count)
        return json_new_object();
    struct json *list = json_new_array();
    for (int i = 0; i < count; i++) {
        if (i == row)
            continue;
        if (i == to && by < 0)
            json_add(list, json_copy(json_at(array, (size_t)row)));
        json_add(list, json_copy(json_at(array, (size_t)i)));
        if (i == to && by > 0)
            json_add(list, json_copy(json_at(array, (size_t)row)));
    }
    return patch_to(form, draft, form_edited(draft, pointer, list), context);
}
