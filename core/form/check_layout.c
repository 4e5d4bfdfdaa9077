/* core/form/check_layout.c: the layout as it is written: elements, scopes, rules, and whether every field is reached.
 * Knows no texts. */
#include <stdlib.h>
#include <string.h>

#include "core/form/checking.h"
#include "core/form/pointer.h"

struct control {
    const char *pointer;
    bool detailed; /* its inside is laid out by itself */
};
struct laying {
    struct checking *checking;
    struct control *controls;
    int count, room;
    int depth;
};

static void tell(struct laying *laying, const struct json *node, const char *more, const char *format,
                 const char *what)
{
    struct buf text = {0};
    const char *gap = strstr(format, "{}");
    buf_add(&text, format, gap ? (size_t)(gap - format) : strlen(format));
    if (gap)
        buf_addf(&text, "%s%s", what, gap + 2);
    form_findings_add(laying->checking->findings, FORM_BROKEN, checking_where(laying->checking, node, more),
                      "%s", buf_text(&text));
    buf_free(&text);
}

static bool is_one_of(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

/* --- rules --- */

static void check_condition(struct laying *laying, const struct json *condition, const char *inside,
                            int depth)
{
    const char *type = json_text_or(condition, "type", "");
    if (depth > FORM_DEPTH_MAX)
        return;
    if (strcmp(type, "AND") == 0 || strcmp(type, "OR") == 0) {
        const struct json *list = json_get(condition, "conditions");
        if (!json_is_array(list) || json_count(list) == 0)
            tell(laying, condition, "/conditions", "This must be an array of conditions.", "");
        for (const struct json *one = json_first(list); one; one = json_next(one))
            check_condition(laying, one, inside, depth + 1);
        return;
    }
    const char *scope = json_text(condition, "scope");
    struct buf pointer = {0};
    if (*type && strcmp(type, "LEAF") != 0)
        tell(laying, condition, "/type", "\"{}\" is no condition: say LEAF, AND or OR.", type);
    if (!json_get(condition, "schema") && !json_get(condition, "expectedValue"))
        tell(laying, condition, "", "A condition needs a schema that the field is held against.", "");
    if (scope)
        form_scope(inside, scope, &pointer);
    if (!scope || !checking_has_field(laying->checking, "", buf_text(&pointer)))
        tell(laying, condition, scope ? "/scope" : "", "This rule looks at a field that is not there: {}",
             scope ? scope : "(no scope)");
    buf_free(&pointer);
}

static void check_rule(struct laying *laying, const struct json *element, const char *inside)
{
    static const char *const effects[] = {"SHOW", "HIDE", "ENABLE", "DISABLE", "READONLY", "WRITABLE"};
    const struct json *rule = json_get(element, "rule");
    const char *effect = json_text_or(rule, "effect", "");
    if (!rule)
        return;
    if (!is_one_of(effect, effects, sizeof effects / sizeof *effects))
        tell(laying, rule, json_get(rule, "effect") ? "/effect" : "",
             "\"{}\" is no effect: say SHOW, HIDE, ENABLE, DISABLE, READONLY or WRITABLE.", effect);
    if (!json_is_object(json_get(rule, "condition")))
        tell(laying, rule, "", "This rule has no condition.", "");
    else
        check_condition(laying, json_get(rule, "condition"), inside, 0);
}

/* --- elements --- */

static void note_control(struct laying *laying, const char *pointer, bool detailed)
{
    if (laying->count == laying->room) {
        laying->room = laying->room ? laying->room * 2 : 64;
        laying->controls = xrealloc(laying->controls, (size_t)laying->room * sizeof *laying->controls);
    }
    laying->controls[laying->count++] =
        (struct control){arena_strdup(&laying->checking->arena, pointer), detailed};
}

static void lay_element(struct laying *laying, const struct json *element, const char *inside);

static void lay_control(struct laying *laying, const struct json *control, const char *inside)
{
    const struct form *form = laying->checking->form;
    const char *scope = json_text(control, "scope");
    const struct json *detail = form_detail(control);
    struct buf pointer = {0};
    if (scope)
        form_scope(inside, scope, &pointer);
    const struct json *schema = pointer.length ? form_schema_at(form, buf_text(&pointer)) : NULL;
    if (!schema) {
        tell(laying, control, scope ? "/scope" : "", "This control is of a field that is not there: {}",
             scope ? scope : "(no scope)");
    } else {
        note_control(laying, buf_text(&pointer), detail != NULL);
        if (strcmp(form_type(form, schema), "array") == 0)
            buf_adds(&pointer, "/0");
        if (detail)
            lay_element(laying, detail, buf_text(&pointer));
    }
    buf_free(&pointer);
}

static void check_options(struct laying *laying, const struct json *element)
{
    static const char *const known[] = {
        "format", "multi",    "toggle",     "readonly",        "detail",          "placeholder",
        "trim",   "restrict", "suggestion", "showSortButtons", "elementLabelProp"};
    const struct json *options = json_get(element, "options");
    for (const struct json *one = json_first(options); one; one = json_next(one))
        if (!is_one_of(json_name(one), known, sizeof known / sizeof *known) &&
            !str_starts(json_name(one), "x-"))
            form_findings_add(laying->checking->findings, FORM_WARNING,
                              checking_where(laying->checking, one, ""),
                              "This option is not known here and does nothing.");
}

static void lay_element(struct laying *laying, const struct json *element, const char *inside)
{
    static const char *const boxes[] = {"VerticalLayout", "HorizontalLayout", "Group", "Categorization",
                                        "Category"};
    const char *type = json_text_or(element, "type", "");
    if (laying->depth >= FORM_DEPTH_MAX)
        return;
    laying->depth++;
    check_rule(laying, element, inside);
    check_options(laying, element);
    if (strcmp(type, "Control") == 0 || strcmp(type, "ListWithDetail") == 0)
        lay_control(laying, element, inside);
    else if (is_one_of(type, boxes, sizeof boxes / sizeof *boxes) &&
             !json_is_array(json_get(element, "elements")))
        tell(laying, element, "", "A {} needs an array of elements.", type);
    else if (!is_one_of(type, boxes, sizeof boxes / sizeof *boxes) && strcmp(type, "Label") != 0)
        tell(laying, element, *type ? "/type" : "", "\"{}\" is no element that this program draws.", type);
    for (const struct json *sub = json_first(json_get(element, "elements")); sub; sub = json_next(sub))
        lay_element(laying, sub, inside);
    laying->depth--;
}

/* --- what is reached --- */

static bool is_reached(const struct laying *laying, const char *pointer)
{
    for (int i = 0; i < laying->count; i++) {
        const struct control *control = &laying->controls[i];
        if (strcmp(control->pointer, pointer) == 0 ||
            (!control->detailed && pointer_within(pointer, control->pointer)))
            return true;
    }
    return false;
}

/* What nobody has to type: computed, fixed, or filled by itself. */
static bool fills_itself(const struct form *form, const struct json *schema)
{
    static const char *const keywords[] = {"x-compute", "x-prefill", "const", "default"};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (form_keyword(form, schema, keywords[i]))
            return true;
    return json_is_bool(schema);
}

static void check_reach(struct laying *laying)
{
    struct checking *checking = laying->checking;
    for (int i = 0; i < checking->field_count; i++) {
        const struct checked_field *field = &checking->fields[i];
        bool object = strcmp(form_type(checking->form, field->schema), "object") == 0 &&
                      form_keyword(checking->form, field->schema, "properties");
        if (!object && !fills_itself(checking->form, field->schema) && !is_reached(laying, field->pointer))
            tell(laying, field->schema, "",
                 "No control of the layout reaches the field {}: add one, or remove the field.",
                 field->pointer);
    }
}

void check_layout(struct checking *checking)
{
    struct laying laying = {.checking = checking};
    if (checking->form->made)
        return; /* the file has none: every field has its control */
    lay_element(&laying, checking->form->layout, "");
    check_reach(&laying);
    free(laying.controls);
}
