/* core/form/check.c: see check.h. The schema as it is written, keyword by keyword; the other parts are in check_*.c.
 * Knows no files. */
#include "core/form/check.h"

#include <stdlib.h>
#include <string.h>

#include "core/form/checking.h"
#include "core/form/migrate.h"
#include "core/form/near.h"
#include "core/form/pattern.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

/* --- the schema as it is written --- */

/* The known keyword that an unknown one was probably meant to be; NULL: none. */
static const char *meant(const char *name)
{
    struct near near = {.wanted = name};
    const char *keyword;
    for (int i = 0; (keyword = schema_keyword_at(i)); i++)
        near_try(&near, keyword);
    return near.best;
}

static void unknown_keyword(struct form_findings *findings, const char *pointer, const char *name)
{
    const char *near = meant(name);
    if (near)
        form_findings_add(findings, FORM_BROKEN, pointer, "\"%s\" is no keyword; did you mean \"%s\"?", name,
                          near);
    else
        form_findings_add(findings, FORM_BROKEN, pointer,
                          "\"%s\" is no keyword. Remove it, or call it \"x-%s\" if it is a note of your own.",
                          name, name);
}

static void check_pattern(struct form_findings *findings, const char *pointer, const char *text)
{
    struct pattern *pattern = NULL;
    struct err_info info = {0};
    if (pattern_compile(text, &pattern, &info) != ERR_OK)
        form_findings_add(findings, FORM_BROKEN, pointer, "%s", info.text);
    else if (pattern_can_stall(pattern))
        form_findings_add(
            findings, FORM_BROKEN, pointer,
            "This pattern can take beyond all measure on some texts: do not repeat what is itself "
            "repeated, as in (a+)+.");
    pattern_free(&pattern);
}

static void check_metaschema(struct form_findings *findings, const char *pointer, const char *uri)
{
    if (uri && (strstr(uri, "draft-07") || strstr(uri, "2019-09")))
        form_findings_add(findings, FORM_WARNING, pointer,
                          "This schema says it is of an older draft; it is read as 2020-12. Write "
                          "\"https://json-schema.org/draft/2020-12/schema\", or leave it out.");
}

struct reading {
    struct form_findings *findings;
    struct buf path;
    int depth;
};

/* --- what no value can satisfy --- */

static void check_limits(struct reading *reading, const struct json *node)
{
    static const struct {
        const char *least, *most;
        bool equal; /* whether both may be the same */
    } pairs[] = {
        {"minLength", "maxLength", true},
        {"minItems", "maxItems", true},
        {"minProperties", "maxProperties", true},
        {"minimum", "maximum", true},
        {"minimum", "exclusiveMaximum", false},
        {"exclusiveMinimum", "maximum", false},
        {"exclusiveMinimum", "exclusiveMaximum", false},
    };
    size_t length = reading->path.length;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct json *least = json_get(node, pairs[i].least), *most = json_get(node, pairs[i].most);
        double low = json_as_number(least, 0), high = json_as_number(most, 0);
        if (!json_is_number(least) || !json_is_number(most) || low < high || (pairs[i].equal && low <= high))
            continue;
        pointer_add(&reading->path, pairs[i].least);
        form_findings_add(
            reading->findings, FORM_BROKEN, buf_text(&reading->path),
            "No value can satisfy this: \"%s\" leaves nothing below \"%s\". Turn the two round, or mend "
            "one.",
            pairs[i].least, pairs[i].most);
        pointer_cut(&reading->path, length);
    }
}

static void check_doubles(struct reading *reading, const struct json *list)
{
    size_t length = reading->path.length, i = 0;
    for (const struct json *one = json_is_array(list) ? json_first(list) : NULL; one;
         one = json_next(one), i++) {
        const struct json *before = json_first(list);
        while (before != one && !json_equal(before, one))
            before = json_next(before);
        if (before == one)
            continue;
        pointer_add_index(&reading->path, i);
        form_findings_add(reading->findings, FORM_BROKEN, buf_text(&reading->path),
                          "This value stands in the list twice: remove one of the two.");
        pointer_cut(&reading->path, length);
    }
}

/* --- the walk through it --- */

static void read_schema(struct reading *reading, const struct json *node);

static void read_members(struct reading *reading, const struct json *value, bool patterns)
{
    size_t length = reading->path.length, i = 0;
    for (const struct json *sub = json_first(value); sub; sub = json_next(sub), i++) {
        if (json_name(sub))
            pointer_add(&reading->path, json_name(sub));
        else
            pointer_add_index(&reading->path, i);
        if (patterns)
            check_pattern(reading->findings, buf_text(&reading->path), json_name(sub));
        read_schema(reading, sub);
        pointer_cut(&reading->path, length);
    }
}

static void read_keyword(struct reading *reading, const struct json *member)
{
    const char *name = json_name(member), *pointer = buf_text(&reading->path);
    enum holds holds = keyword_holds(name);
    if (!schema_keyword_known(name) && !str_starts(name, "x-"))
        unknown_keyword(reading->findings, pointer, name);
    else if (strcmp(name, "pattern") == 0 && json_as_text(member))
        check_pattern(reading->findings, pointer, json_as_text(member));
    else if (strcmp(name, "enum") == 0)
        check_doubles(reading, member);
    else if (strcmp(name, "$schema") == 0)
        check_metaschema(reading->findings, pointer, json_as_text(member));
    if (holds == HOLDS_SCHEMA)
        read_schema(reading, member);
    else if (holds != HOLDS_NONE)
        read_members(reading, member, strcmp(name, "patternProperties") == 0);
}

static void read_schema(struct reading *reading, const struct json *node)
{
    size_t length = reading->path.length;
    if (!json_is_object(node) || reading->depth > JSON_DEPTH_MAX)
        return;
    reading->depth++;
    check_limits(reading, node);
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        pointer_add(&reading->path, json_name(member));
        read_keyword(reading, member);
        pointer_cut(&reading->path, length);
    }
    reading->depth--;
}

void form_check_schema(const struct json *schema, const char *pointer, struct form_findings *findings)
{
    struct reading reading = {.findings = findings};
    buf_adds(&reading.path, pointer);
    read_schema(&reading, schema);
    buf_free(&reading.path);
}

/* --- finding places --- */

static bool find_node(const struct json *from, const struct json *node, struct buf *path)
{
    size_t length = path->length, i = 0;
    if (from == node)
        return true;
    for (const struct json *member = json_first(from); member; member = json_next(member), i++) {
        if (json_name(member) && json_is_object(from))
            pointer_add(path, json_name(member));
        else
            pointer_add_index(path, i);
        if (find_node(member, node, path))
            return true;
        pointer_cut(path, length);
    }
    return false;
}

const char *checking_where(struct checking *checking, const struct json *node, const char *more)
{
    struct buf path = {0};
    if (!node || !find_node(checking->service, node, &path)) {
        buf_clear(&path);
        buf_adds(&path, "/form/schema");
        more = "";
    }
    buf_adds(&path, more);
    const char *own = arena_strdup(&checking->arena, buf_text(&path));
    buf_free(&path);
    return own;
}

bool checking_has_field(const struct checking *checking, const char *inside, const char *pointer)
{
    struct buf path = {0}, token = {0};
    buf_adds(&path, inside);
    while (pointer_next(&pointer, &token))
        pointer_add(&path, strcmp(buf_text(&token), "*") == 0 ? "0" : buf_text(&token));
    bool there = !*pointer && form_schema_at(checking->form, buf_text(&path)) != NULL;
    buf_free(&path);
    buf_free(&token);
    return there;
}

/* --- the whole --- */

/* Was something said already at pointer or below it? */
static bool was_told(const struct form_findings *findings, const char *pointer)
{
    for (int i = 0; i < findings->count; i++)
        if (pointer_within(findings->list[i].pointer, pointer))
            return true;
    return false;
}

/* "#/properties/a/$ref: sentence" stands at base/properties/a/$ref of the file. */
static void tell_compile(struct checking *checking, const char *base, const char *text)
{
    const char *colon = strstr(text, ": "), *pointer = base;
    if (text[0] == '#' && colon) {
        pointer = arena_printf(&checking->arena, "%s%.*s", base, (int)(colon - text - 1), text + 1);
        text = colon + 2;
    }
    if (!was_told(checking->findings, pointer))
        form_findings_add(checking->findings, FORM_BROKEN, pointer, "%s", text);
}

/* The way to a node, written out only for those that have something said of them. */
struct step {
    const struct step *above; /* NULL: the layout itself */
    const char *name;         /* NULL: a place in an array */
    size_t index;
};

static void add_steps(const struct step *step, struct buf *path)
{
    if (!step->above) {
        buf_adds(path, "/form/layout");
        return;
    }
    add_steps(step->above, path);
    if (step->name)
        pointer_add(path, step->name);
    else
        pointer_add_index(path, step->index);
}

/* A form that is open has compiled it already. */
static void check_condition(struct checking *checking, const struct json *condition, const struct step *step)
{
    struct buf path = {0};
    struct schema *schema = NULL;
    struct err_info info = {0};
    add_steps(step, &path);
    form_check_schema(condition, buf_text(&path), checking->findings);
    if (!checking->form && schema_compile(condition, NULL, NULL, &schema, &info) != ERR_OK)
        tell_compile(checking, buf_text(&path), info.text);
    schema_free(&schema);
    buf_free(&path);
}

/* The conditions of rules are schemas of their own. */
static void read_conditions(struct checking *checking, const struct json *node, bool in_condition,
                            const struct step *step)
{
    struct step here = {.above = step};
    for (const struct json *member = json_first(node); member; member = json_next(member), here.index++) {
        const char *name = here.name = json_is_object(node) ? json_name(member) : NULL;
        if (in_condition && name && strcmp(name, "schema") == 0)
            check_condition(checking, member, &here);
        else
            read_conditions(checking, member, in_condition || (name && strcmp(name, "condition") == 0),
                            &here);
    }
}

static void check_conditions(struct checking *checking)
{
    const struct step layout = {0};
    read_conditions(checking, json_get(json_get(checking->service, "form"), "layout"), false, &layout);
}

static void check_version(struct checking *checking)
{
    const struct json *version = json_get(json_get(checking->service, "form"), "version");
    if (version && (!json_is_integer(version) || json_as_int(version, 0) < 1))
        form_findings_add(
            checking->findings, FORM_BROKEN, "/form/version",
            "This must be a number from 1. Write 1, and one more for each form that is published later.");
}

/* A broken condition keeps the form from opening, and was told where it stands. */
static bool told_of_layout(const struct form_findings *findings)
{
    for (int i = 0; i < findings->count; i++)
        if (findings->list[i].kind == FORM_BROKEN &&
            pointer_within(findings->list[i].pointer, "/form/layout"))
            return true;
    return false;
}

void form_check(const struct form_source *source, const char *const *languages, int language_count,
                struct form_findings *findings)
{
    struct form *form = NULL;
    struct err_info info = {0};
    struct checking checking = {.service = source->service, .findings = findings};
    const struct json *schema = json_get(json_get(source->service, "form"), "schema");
    check_version(&checking);
    form_check_schema(schema, "/form/schema", findings);
    enum err err = form_open(source, &form, &info);
    checking.form = form;
    check_conditions(&checking);
    if (err != ERR_OK && !told_of_layout(findings))
        tell_compile(&checking, "/form/schema", info.text);
    if (err == ERR_OK) {
        check_names(&checking);
        check_fields(&checking);
        check_layout(&checking);
        check_hidden(&checking);
        check_gaps(&checking, languages, language_count);
        form_check_migrate(form, findings);
    }
    check_notices(&checking);
    form_free(&form);
    arena_free(&checking.arena);
}
