/* core/form/check_layout.c: the layout as it is written: elements, scopes, rules, and whether every field is reached.
 * Knows no texts. */
#include <stdlib.h>
#include <string.h>

#include "core/form/checking.h"
#include "core/form/near.h"
#include "core/form/pointer.h"

struct control {
    const char *pointer;
    bool detailed;           /* its inside is laid out by itself */
    const struct json *bare; /* the element when no rule is on it or around it; NULL */
};
struct laying {
    struct checking *checking;
    struct control *controls;
    int count, room;
    int depth;
    int ruled; /* elements with a rule around this one */
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

/* --- fields that are not there --- */

/* "#/properties/a/properties/b" of a field's pointer; in the arena. */
static const char *scope_of(struct laying *laying, const char *inside, const char *pointer)
{
    struct buf scope = {0}, token = {0};
    pointer += str_starts(pointer, inside) ? strlen(inside) : 0;
    buf_adds(&scope, "#");
    while (pointer_next(&pointer, &token)) {
        buf_adds(&scope, "/properties");
        pointer_add(&scope, buf_text(&token));
    }
    const char *own = arena_strdup(&laying->checking->arena, buf_text(&scope));
    buf_free(&scope);
    buf_free(&token);
    return own;
}

/* The scope that was probably meant: a bare name or a pointer to the value, or one mistyped. NULL: none is near. */
static const char *meant(struct laying *laying, const char *inside, const char *scope)
{
    struct checking *checking = laying->checking;
    const char *plain = scope + strspn(scope, "#/"), *slash = strrchr(scope, '/'), *best = NULL;
    struct near near = {.wanted = slash ? slash + 1 : scope};
    for (int i = 0; i < checking->field_count; i++) {
        const char *pointer = checking->fields[i].pointer, *name = strrchr(pointer, '/') + 1,
                   *before = near.best;
        if (strcmp(plain, name) == 0 || strcmp(plain, pointer + 1) == 0)
            return scope_of(laying, inside, pointer);
        near_try(&near, name);
        if (near.best != before)
            best = scope_of(laying, inside, pointer);
    }
    return best;
}

/* what: "This control is of" … */
static void tell_absent(struct laying *laying, const struct json *node, const char *inside, const char *what)
{
    const char *scope = json_text(node, "scope"), *near = scope ? meant(laying, inside, scope) : NULL;
    const char *where = checking_where(laying->checking, node, scope ? "/scope" : "");
    if (!scope)
        form_findings_add(laying->checking->findings, FORM_BROKEN, where,
                          "%s no field: write \"scope\": \"#/properties/NAME\".", what);
    else if (near)
        form_findings_add(laying->checking->findings, FORM_BROKEN, where,
                          "%s a field that is not there: %s; did you mean \"%s\"?", what, scope, near);
    else
        form_findings_add(
            laying->checking->findings, FORM_BROKEN, where,
            "%s a field that is not there: %s. Write #/properties/ and the name of a property of the "
            "schema.",
            what, scope);
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
            tell(laying, condition, "/conditions",
                 "This must be an array of conditions: write \"conditions\": [{\"scope\": …, \"schema\": …}, "
                 "…].",
                 "");
        for (const struct json *one = json_first(list); one; one = json_next(one))
            check_condition(laying, one, inside, depth + 1);
        return;
    }
    const char *scope = json_text(condition, "scope");
    struct buf pointer = {0};
    if (*type && strcmp(type, "LEAF") != 0)
        tell(laying, condition, "/type", "\"{}\" is no condition: say LEAF, AND or OR.", type);
    if (!json_get(condition, "schema") && !json_get(condition, "expectedValue"))
        tell(laying, condition, "",
             "A condition needs a schema that the field is held against: write \"schema\": {\"const\": …}.",
             "");
    if (scope)
        form_scope(inside, scope, &pointer);
    if (!scope || !checking_has_field(laying->checking, "", buf_text(&pointer)))
        tell_absent(laying, condition, inside, "This rule looks at");
    else
        checking_possible(laying->checking, json_get(condition, "schema"),
                          form_schema_at(laying->checking->form, buf_text(&pointer)));
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
        tell(laying, rule, "",
             "This rule has no condition: write \"condition\": {\"scope\": \"#/properties/…\", \"schema\": "
             "{…}}.",
             "");
    else
        check_condition(laying, json_get(rule, "condition"), inside, 0);
}

/* --- elements --- */

/* Both would show one value: what is typed into the one changes the other. With rules they may take turns. */
static void check_single(struct laying *laying, const char *pointer, const struct json *control)
{
    for (int i = 0; i < laying->count; i++)
        if (laying->controls[i].bare && strcmp(laying->controls[i].pointer, pointer) == 0) {
            form_findings_add(laying->checking->findings, FORM_WARNING,
                              checking_where(laying->checking, control, ""),
                              "The field %s has a control already at %s: remove one of the two.", pointer,
                              checking_where(laying->checking, laying->controls[i].bare, ""));
            return;
        }
}

static void note_control(struct laying *laying, const char *pointer, bool detailed,
                         const struct json *control)
{
    const struct json *bare = laying->ruled == 0 ? control : NULL;
    if (bare)
        check_single(laying, pointer, control);
    if (laying->count == laying->room) {
        laying->room = laying->room ? laying->room * 2 : 64;
        laying->controls = xrealloc(laying->controls, (size_t)laying->room * sizeof *laying->controls);
    }
    laying->controls[laying->count++] =
        (struct control){arena_strdup(&laying->checking->arena, pointer), detailed, bare};
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
        tell_absent(laying, control, inside, "This control is of");
    } else {
        note_control(laying, buf_text(&pointer), detail != NULL, control);
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
    for (const struct json *one = json_first_member(options); one; one = json_next(one))
        if (!is_one_of(json_name(one), known, sizeof known / sizeof *known) &&
            !str_starts(json_name(one), "x-"))
            form_findings_add(
                laying->checking->findings, FORM_WARNING, checking_where(laying->checking, one, ""),
                "This option is not known here and does nothing: remove it, or call it x-%s if it is "
                "a note of your own.",
                json_name(one));
}

static void lay_element(struct laying *laying, const struct json *element, const char *inside)
{
    static const char *const boxes[] = {"VerticalLayout", "HorizontalLayout", "Group", "Categorization",
                                        "Category"};
    const char *type = json_text_or(element, "type", "");
    if (laying->depth >= FORM_DEPTH_MAX)
        return;
    bool ruled = json_get(element, "rule") != NULL;
    laying->depth++;
    laying->ruled += ruled;
    check_rule(laying, element, inside);
    check_options(laying, element);
    if (strcmp(type, "Control") == 0 || strcmp(type, "ListWithDetail") == 0)
        lay_control(laying, element, inside);
    else if (is_one_of(type, boxes, sizeof boxes / sizeof *boxes) &&
             !json_is_array(json_get(element, "elements")))
        tell(laying, element, "", "A {} needs an array of elements: write \"elements\": […].", type);
    else if (!is_one_of(type, boxes, sizeof boxes / sizeof *boxes) && strcmp(type, "Label") != 0)
        tell(laying, element, *type ? "/type" : "",
             "\"{}\" is no element that this program draws: say Control, ListWithDetail, VerticalLayout, "
             "HorizontalLayout, "
             "Group, Categorization, Category or Label.",
             type);
    for (const struct json *sub = json_first(json_get(element, "elements")); sub; sub = json_next(sub))
        lay_element(laying, sub, inside);
    laying->ruled -= ruled;
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
