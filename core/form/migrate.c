/* core/form/migrate.c: see migrate.h. Knows no case, no clerk and no screen. */
#include "core/form/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"

/* --- one step --- */

struct step {
    const char *op, *from, *path; /* from: "" when not said */
    const struct json *value;
};

static const struct json *steps_of(const struct form *form)
{
    const struct json *steps = json_get(form->form, "migrate");
    return json_is_array(steps) ? steps : NULL;
}

/* Whether a draft of that version has not seen it yet. */
static bool step_read(const struct form *form, const struct json *one, int64_t from_version, struct step *out)
{
    *out = (struct step){.op = json_text_or(one, "op", ""),
                         .from = json_text_or(one, "from", ""),
                         .path = json_text_or(one, "path", ""),
                         .value = json_get(one, "value")};
    return json_int(one, "since", form_version(form)) > from_version;
}

static void replace(struct json **draft, const char *pointer, struct json *value)
{
    struct json *now = form_edited(*draft, pointer, value);
    json_free(draft);
    *draft = now ? now : json_new_object();
}

static void move(struct json **draft, const struct step *step, bool keep)
{
    const struct json *there = json_pointer(*draft, step->from);
    if (!there)
        return;
    struct json *value = json_copy(there);
    if (!keep)
        replace(draft, step->from, NULL);
    replace(draft, step->path, value);
}

static void take(struct json **draft, const struct step *step)
{
    if (strcmp(step->op, "move") == 0 || strcmp(step->op, "copy") == 0)
        move(draft, step, strcmp(step->op, "copy") == 0);
    else if (strcmp(step->op, "remove") == 0)
        replace(draft, step->path, NULL);
    else if (strcmp(step->op, "add") == 0 && step->value && !form_is_filled(json_pointer(*draft, step->path)))
        replace(draft, step->path, json_copy(step->value));
}

/* --- the whole --- */

/* Whether names that it does not list may stand in an object. */
static bool is_open(const struct form *form, const char *pointer)
{
    const struct json *node = *pointer ? form_schema_at(form, pointer) : form->root;
    return form_keyword(form, node, "patternProperties") ||
           json_is_object(form_keyword(form, node, "additionalProperties")) ||
           (*pointer && !form_keyword(form, node, "properties"));
}

/* A value that the form declares nowhere would be neither seen nor mended by anybody. */
static struct json *declared_alone(const struct form *form, const struct json *node, struct buf *path)
{
    struct json *copy = json_new_object();
    size_t length = path->length;
    bool any = is_open(form, buf_text(path));
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        pointer_add(path, json_name(member));
        if (any || form_schema_at(form, buf_text(path)))
            json_set(copy, json_name(member),
                     json_is_object(member) ? declared_alone(form, member, path) : json_copy(member));
        pointer_cut(path, length);
    }
    return copy;
}

static struct json *moved(const struct form *newer, int64_t from_version, const struct json *draft, bool add)
{
    struct json *now = json_is_object(draft) ? json_copy(draft) : json_new_object();
    const struct json *steps = steps_of(newer);
    struct step step;
    for (const struct json *one = json_first(steps); one; one = json_next(one))
        if (step_read(newer, one, from_version, &step) && (add || strcmp(step.op, "add") != 0))
            take(&now, &step);
    return now;
}

struct json *form_taken_over(const struct form *newer, int64_t from_version, const struct json *draft,
                             const struct form_context *context)
{
    struct buf path = {0};
    struct json *there = moved(newer, from_version, draft, true);
    struct json *now = declared_alone(newer, there, &path);
    struct json *patch = form_prefill(newer, now, context);
    json_merge(now, patch);
    json_free(&there);
    json_free(&patch);
    buf_free(&path);
    return now;
}

struct json *form_patch_taken_over(const struct form *newer, int64_t from_version, const struct json *patch)
{
    return moved(newer, from_version, patch, false);
}

/* --- side by side --- */

void form_place_now(const struct form *newer, int64_t from_version, const char *pointer, struct buf *out)
{
    struct step step;
    const struct json *steps = steps_of(newer);
    buf_clear(out);
    buf_adds(out, pointer);
    for (const struct json *one = json_first(steps); one && out->length; one = json_next(one)) {
        if (!step_read(newer, one, from_version, &step))
            continue;
        if (strcmp(step.op, "remove") == 0 && pointer_within(buf_text(out), step.path)) {
            buf_clear(out);
        } else if (strcmp(step.op, "move") == 0 && pointer_within(buf_text(out), step.from)) {
            char *there = xasprintf("%s%s", step.path, buf_text(out) + strlen(step.from));
            buf_clear(out);
            buf_adds(out, there);
            free(there);
        }
    }
}

static struct json *side(const struct form_item *item)
{
    struct json *side = json_new_object();
    char rows[16];
    str_format(rows, sizeof rows, "(%d)", item->row_count);
    json_set_text(side, "label", item->label);
    json_set_text(side, "text",
                  !item->filled                ? ""
                  : item->sensitive            ? "•••"
                  : item->widget == FORM_TABLE ? rows
                                               : item->text);
    return side;
}

static void add_pair(struct json *list, const char *what, const struct form_item *before,
                     const struct form_item *after)
{
    struct json *pair = json_new_object();
    json_set_text(pair, "what", what);
    json_set(pair, "before", before ? side(before) : json_new_null());
    json_set(pair, "after", after ? side(after) : json_new_null());
    json_add(list, pair);
}

static bool is_field(const struct form_item *item)
{
    return item->kind == FORM_CONTROL && *item->pointer;
}

struct comparing {
    const struct form *newer;
    int64_t from_version;
    struct form_view before, after;
};

/* The field of the older form that became this one; NULL: it is new. */
static const struct form_item *origin_of(const struct comparing *c, const struct form_item *after)
{
    struct buf place = {0};
    const struct form_item *found = NULL;
    for (int i = 0; i < c->before.item_count && !found; i++) {
        const struct form_item *item = &c->before.items[i];
        if (!is_field(item))
            continue;
        form_place_now(c->newer, c->from_version, item->pointer, &place);
        if (str_equal(buf_text(&place), after->pointer))
            found = item;
    }
    buf_free(&place);
    return found;
}

static bool is_gone(const struct comparing *c, const struct form_item *before)
{
    struct buf place = {0};
    form_place_now(c->newer, c->from_version, before->pointer, &place);
    bool gone = !place.length || !form_view_find(&c->after, buf_text(&place));
    buf_free(&place);
    return gone;
}

static void compare(const struct comparing *c, struct json *list)
{
    for (int i = 0; i < c->after.item_count; i++) {
        const struct form_item *after = &c->after.items[i];
        if (!is_field(after))
            continue;
        const struct form_item *before = origin_of(c, after);
        if (!after->visible && !after->filled && !(before && before->filled))
            continue;
        bool same =
            before && str_equal(before->label, after->label) && str_equal(before->pointer, after->pointer);
        add_pair(list, !before ? "new" : same ? "same" : "moved", before, after);
    }
    for (int i = 0; i < c->before.item_count; i++)
        if (is_field(&c->before.items[i]) && c->before.items[i].filled && is_gone(c, &c->before.items[i]))
            add_pair(list, "gone", &c->before.items[i], NULL);
}

struct json *form_compared(const struct form *older, const struct form *newer, const struct json *draft,
                           const struct form_context *context)
{
    struct comparing c = {.newer = newer, .from_version = form_version(older)};
    struct json *list = json_new_array();
    struct json *now = form_taken_over(newer, c.from_version, draft, context);
    form_view_build(older, draft, context, "", &c.before);
    form_view_build(newer, now, context, "", &c.after);
    compare(&c, list);
    form_view_free(&c.before);
    form_view_free(&c.after);
    json_free(&now);
    return list;
}

/* --- for the author --- */

static void broken(struct form_findings *findings, size_t index, const char *member, const char *text)
{
    char *pointer = xasprintf("/form/migrate/%zu/%s", index, member);
    form_findings_add(findings, FORM_BROKEN, pointer, "%s", text);
    free(pointer);
}

static bool leads_through_objects(const char *pointer)
{
    struct buf token = {0};
    bool well = *pointer == '/';
    while (well && pointer_next(&pointer, &token))
        well = token.length > 0 && strspn(buf_text(&token), "0123456789") != token.length &&
               strcmp(buf_text(&token), "-") != 0;
    buf_free(&token);
    return well && !*pointer;
}

static void check_step(const struct form *form, const struct json *one, size_t index,
                       struct form_findings *findings)
{
    static const char *const ops[] = {"move", "copy", "remove", "add"};
    struct step step;
    bool known = false;
    const struct json *since = json_get(one, "since");
    step_read(form, one, 0, &step);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        known |= strcmp(step.op, ops[i]) == 0;
    bool carries = strcmp(step.op, "move") == 0 || strcmp(step.op, "copy") == 0;
    if (!known)
        return broken(findings, index, "op", "This must be move, copy, remove or add.");
    if (!leads_through_objects(step.path))
        broken(findings, index, "path",
               "This must be a pointer such as /home/street; it cannot lead into a list.");
    else if (strcmp(step.op, "remove") != 0 && !form_schema_at(form, step.path))
        broken(findings, index, "path", "This form has no such field: the value would be lost.");
    if (carries && !leads_through_objects(step.from))
        broken(findings, index, "from",
               "This must be a pointer such as /street; it cannot lead into a list.");
    if (strcmp(step.op, "add") == 0 && !step.value)
        broken(findings, index, "value", "Say what is put there.");
    if (since &&
        (!json_is_integer(since) || json_as_int(since, 0) < 1 || json_as_int(since, 0) > form_version(form)))
        broken(findings, index, "since", "This must be a version of this form, at most its own.");
}

void form_check_migrate(const struct form *form, struct form_findings *findings)
{
    const struct json *steps = json_get(form->form, "migrate");
    size_t index = 0;
    if (!steps)
        return;
    if (!json_is_array(steps))
        return form_findings_add(findings, FORM_BROKEN, "/form/migrate",
                                 "This must be a list of move, copy, remove and add.");
    for (const struct json *one = json_first(steps); one; one = json_next(one), index++)
        check_step(form, one, index, findings);
}
