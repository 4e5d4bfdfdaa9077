/* core/form/show.c: the rules of a layout: what is shown, enabled and writable for a draft. Knows no texts
 * and no widgets. Hidden values steer no rule, so rules are run until nothing changes. */
#include <stdlib.h>
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

enum { ROUNDS_MAX = 32 }; /* rules that chase each other in a ring end here, with the last answer */

/* --- conditions --- */
static const struct schema *condition_schema(const struct form *form, const struct json *at)
{
    for (size_t i = 0; i < form->condition_count; i++)
        if (form->conditions[i].at == at)
            return form->conditions[i].schema;
    return NULL;
}

static bool leaf_holds(const struct form *form, const struct json *condition, const struct json *effective,
                       const char *inside)
{
    struct buf pointer = {0};
    form_scope(inside, json_text_or(condition, "scope", "#"), &pointer);
    const struct json *value = json_pointer(effective, buf_text(&pointer));
    buf_free(&pointer);
    const struct json *expected = json_get(condition, "expectedValue"),
                      *schema = json_get(condition, "schema");
    if (expected)
        return value && json_equal(value, expected);
    if (!value) /* JSON Forms: an absent value satisfies a schema unless the rule says otherwise */
        return !json_bool(condition, "failWhenUndefined", false);
    const struct schema *compiled = condition_schema(form, schema);
    return compiled && schema_validate(compiled, value, NULL, NULL);
}

static bool holds(const struct form *form, const struct json *condition, const struct json *effective,
                  const char *inside, int depth)
{
    const char *type = json_text_or(condition, "type", "");
    bool all = strcmp(type, "AND") == 0;
    if (depth > FORM_DEPTH_MAX)
        return false;
    if (!all && strcmp(type, "OR") != 0)
        return leaf_holds(form, condition, effective, inside);
    const struct json *list = json_get(condition, "conditions");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (holds(form, one, effective, inside, depth + 1) != all)
            return !all;
    return all;
}

struct form_state form_rule(const struct form *form, const struct json *element, const struct json *effective,
                            const char *inside, struct form_state above)
{
    const struct json *rule = json_get(element, "rule");
    const char *effect = json_text_or(rule, "effect", "");
    struct form_state state = above;
    if (json_bool(json_get(element, "options"), "readonly", false))
        state.readonly = true;
    if (!*effect)
        return state;
    bool met = holds(form, json_get(rule, "condition"), effective, inside, 0);
    if (strcmp(effect, "SHOW") == 0)
        state.visible &= met; /* a hidden parent wins */
    else if (strcmp(effect, "HIDE") == 0)
        state.visible &= !met;
    else if (strcmp(effect, "ENABLE") == 0)
        state.enabled &= met;
    else if (strcmp(effect, "DISABLE") == 0)
        state.enabled &= !met;
    else if (strcmp(effect, "READONLY") == 0)
        state.readonly |= met;
    else if (strcmp(effect, "WRITABLE") == 0)
        state.readonly |= !met;
    return state;
}

bool form_rule_hides(const struct json *element)
{
    const char *effect = json_text_or(json_get(element, "rule"), "effect", "");
    return strcmp(effect, "SHOW") == 0 || strcmp(effect, "HIDE") == 0;
}

static enum err add_condition(struct form *form, const struct json *schema, struct err_info *info)
{
    struct schema *compiled = NULL;
    enum err err = schema_compile(schema, NULL, NULL, &compiled, info);
    if (err != ERR_OK)
        return err;
    form->conditions = xrealloc(form->conditions, (form->condition_count + 1) * sizeof *form->conditions);
    form->conditions[form->condition_count++] = (struct condition){schema, compiled};
    return ERR_OK;
}

static enum err conditions_below(struct form *form, const struct json *node, bool in_condition, int depth,
                                 struct err_info *info)
{
    if (depth > JSON_DEPTH_MAX)
        return err_set(info, ERR_INVALID, "The layout is nested too deep.");
    enum err err = ERR_OK;
    for (const struct json *member = json_first(node); member && err == ERR_OK; member = json_next(member)) {
        const char *name = json_name(member);
        if (in_condition && name && strcmp(name, "schema") == 0)
            err = add_condition(form, member, info);
        else
            err = conditions_below(form, member, in_condition || (name && strcmp(name, "condition") == 0),
                                   depth + 1, info);
    }
    return err;
}

enum err form_conditions(struct form *form, const struct json *layout, struct err_info *info)
{
    return conditions_below(form, layout, false, 0, info);
}

/* --- made layouts --- */
struct making {
    const struct form *form;
    struct json *elements;
    const char *scope;
    int depth;
};

static void make_control(struct making *making, const char *name)
{
    struct json *control = json_new_object();
    struct buf scope = {0};
    buf_adds(&scope, making->scope);
    buf_adds(&scope, "/properties");
    pointer_add(&scope, name);
    json_set_text(control, "type", "Control");
    json_set_text(control, "scope", buf_text(&scope));
    json_add(making->elements, control);
    buf_free(&scope);
}

static bool is_made(const struct making *making, const char *name)
{
    struct buf end = {0};
    bool made = false;
    pointer_add(&end, name);
    for (const struct json *c = json_first(making->elements); c && !made; c = json_next(c)) {
        const char *scope = json_text_or(c, "scope", "");
        size_t length = strlen(scope);
        made = length >= end.length && strcmp(scope + length - end.length, buf_text(&end)) == 0;
    }
    buf_free(&end);
    return made;
}

static void make_controls(struct making *making, const struct json *node)
{
    static const char *const one[] = {"then", "else"};
    if (!node || making->depth >= FORM_DEPTH_MAX)
        return;
    making->depth++;
    for (const struct json *p = json_first_member(json_get(node, "properties")); p; p = json_next(p))
        if (!json_is_bool(p) && !is_made(making, json_name(p)))
            make_control(making, json_name(p));
    make_controls(making, schema_ref(making->form->schema, node));
    for (const struct json *sub = json_first(json_get(node, "allOf")); sub; sub = json_next(sub))
        make_controls(making, sub);
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        make_controls(making, json_get(node, one[i]));
    making->depth--;
}

struct json *form_layout_made(const struct form *form, const struct json *node, const char *scope)
{
    struct json *layout = json_new_object();
    struct making making = {form, json_new_array(), scope, 0};
    json_set_text(layout, "type", "VerticalLayout");
    make_controls(&making, node);
    json_set(layout, "elements", making.elements);
    return layout;
}

const struct json *form_detail(const struct json *control)
{
    const struct json *detail = json_get(json_get(control, "options"), "detail");
    return json_is_object(detail) ? detail : NULL;
}

/* --- where something can be hidden --- */

static bool note_below(struct form *form, const struct json *element, int depth)
{
    const struct json *detail = form_detail(element);
    if (!json_is_object(element) || depth > FORM_DEPTH_MAX)
        return false;
    bool hides = form_rule_hides(element);
    hides |= detail && note_below(form, detail, depth + 1);
    for (const struct json *sub = json_first(json_get(element, "elements")); sub; sub = json_next(sub))
        hides |= note_below(form, sub, depth + 1);
    if (!hides)
        return false;
    form->hiding = xrealloc(form->hiding, (form->hiding_count + 1) * sizeof(const struct json *));
    form->hiding[form->hiding_count++] = element;
    return true;
}

static int by_address(const void *a, const void *b)
{
    const struct json *x = *(const struct json *const *)a, *y = *(const struct json *const *)b;
    return (x > y) - (x < y);
}

void form_note_hiding(struct form *form)
{
    note_below(form, form->layout, 0);
    if (form->hiding_count > 1)
        qsort(form->hiding, form->hiding_count, sizeof(const struct json *), by_address);
}

static bool may_hide(const struct form *form, const struct json *element)
{
    return form->hiding_count && bsearch(&element, form->hiding, form->hiding_count,
                                         sizeof(const struct json *), by_address) != NULL;
}

/* --- hidden values --- */
struct hiding {
    const struct form *form;
    const struct json *draft, *effective;
    char **hidden, **shown; /* pointers of controls */
    size_t hidden_count, shown_count;
    bool second; /* something is hidden: which controls are shown is asked for, too */
};

static void note(char ***list, size_t *count, const char *pointer)
{
    *list = xrealloc(*list, (*count + 1) * sizeof **list);
    (*list)[(*count)++] = xstrdup(pointer);
}

static void hide_element(struct hiding *hiding, const struct json *element, const char *inside,
                         struct form_state above, int depth);

static void hide_control(struct hiding *hiding, const struct json *control, const char *inside,
                         struct form_state state, int depth)
{
    const struct json *detail = form_detail(control);
    struct buf pointer = {0};
    if (state.visible && !hiding->second && !detail)
        return; /* as nearly all of them are */
    form_scope(inside, json_text_or(control, "scope", "#"), &pointer);
    const struct json *value = json_pointer(hiding->draft, buf_text(&pointer));
    if (state.visible && hiding->second)
        note(&hiding->shown, &hiding->shown_count, buf_text(&pointer));
    else if (!state.visible && !hiding->second && value) /* without one there is nothing to take out */
        note(&hiding->hidden, &hiding->hidden_count, buf_text(&pointer));
    size_t length = pointer.length;
    for (size_t i = 0; detail && state.visible && json_is_array(value) && i < json_count(value); i++) {
        pointer_add_index(&pointer, i);
        hide_element(hiding, detail, buf_text(&pointer), state, depth + 1);
        pointer_cut(&pointer, length);
    }
    buf_free(&pointer);
}

static void hide_element(struct hiding *hiding, const struct json *element, const char *inside,
                         struct form_state above, int depth)
{
    if (!json_is_object(element) || depth > FORM_DEPTH_MAX)
        return;
    if (above.visible && !hiding->second && !may_hide(hiding->form, element))
        return; /* nothing in it is hidden, as in most of a layout */
    struct form_state state = form_rule(hiding->form, element, hiding->effective, inside, above);
    if (json_text(element, "scope"))
        hide_control(hiding, element, inside, state, depth);
    for (const struct json *sub = json_first(json_get(element, "elements")); sub; sub = json_next(sub))
        hide_element(hiding, sub, inside, state, depth + 1);
}

/* A value that several controls show is hidden when all of them are. */
static bool is_shown(const struct hiding *hiding, const char *pointer)
{
    for (size_t i = 0; i < hiding->shown_count; i++)
        if (strcmp(hiding->shown[i], pointer) == 0)
            return true;
    return false;
}

static void free_list(char **list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i]);
    free(list);
}

/* Without the value at pointer, and without the groups that are empty by that: a group of which nothing is shown is
 * not begun. A row stays: it is one of so many. */
static void take_out(struct json **draft, const char *pointer)
{
    struct buf at = {0}, above = {0};
    buf_adds(&at, pointer);
    for (bool empty = true; empty && at.length;) {
        struct json *less = form_edited(*draft, buf_text(&at), NULL);
        json_free(draft);
        *draft = less;
        buf_clear(&above);
        pointer_parent(buf_text(&at), &above);
        const struct json *group = json_pointer(*draft, buf_text(&above));
        buf_clear(&at);
        buf_adds(&at, buf_text(&above));
        buf_clear(&above);
        pointer_parent(buf_text(&at), &above);
        empty = json_is_object(group) && json_count(group) == 0 &&
                json_is_object(json_pointer(*draft, buf_text(&above)));
    }
    buf_free(&at);
    buf_free(&above);
}

/* One round: the draft without what the rules hide when they read `effective`. Later rows are taken out
 * first, so that pointers into arrays stay true. */
static struct json *hide_round(const struct form *form, const struct json *draft,
                               const struct json *effective)
{
    struct hiding hiding = {.form = form, .draft = draft, .effective = effective};
    hide_element(&hiding, form->layout, "", (struct form_state){true, true, false}, 0);
    hiding.second = true;
    if (hiding.hidden_count)
        hide_element(&hiding, form->layout, "", (struct form_state){true, true, false}, 0);
    struct json *result = json_copy(draft);
    for (size_t i = hiding.hidden_count; i-- > 0;) {
        if (!*hiding.hidden[i] || is_shown(&hiding, hiding.hidden[i]) ||
            !json_pointer(result, hiding.hidden[i]))
            continue;
        take_out(&result, hiding.hidden[i]);
    }
    free_list(hiding.hidden, hiding.hidden_count);
    free_list(hiding.shown, hiding.shown_count);
    return result;
}

struct json *form_effective(const struct form *form, const struct json *draft)
{
    struct json *effective = json_is_object(draft) ? json_copy(draft) : json_new_object();
    for (int round = 0; round < ROUNDS_MAX; round++) {
        struct json *next = hide_round(form, json_is_object(draft) ? draft : effective, effective);
        bool settled = json_equal(next, effective);
        json_free(&effective);
        effective = next;
        if (settled)
            break;
    }
    return effective;
}
