/* core/form/check_texts.c: texts that a language lacks, and what the notices speak of. */
#include <stdlib.h>
#include <string.h>

#include "core/form/checking.h"
#include "core/form/near.h"
#include "core/form/notice.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

/* --- gaps --- */

struct gaps { /* of one language */
    struct checking *checking;
    const char *lang;
    bool own; /* the pack's own: plain texts are written in it */
    int all, missing;
    const struct json *first; /* where the first one is missing */
    const char *key;          /* of that one in "texts"; NULL: it is given at its place */
};

/* key: where "texts" would have it; NULL. */
static void count_text(struct gaps *gaps, bool there, const struct json *where, const char *key)
{
    gaps->all++;
    if (there)
        return;
    gaps->missing++;
    if (gaps->first)
        return;
    gaps->first = where;
    gaps->key = key ? arena_strdup(&gaps->checking->arena, key) : NULL;
}

/* By its path, as one would write it: children.name.label. */
static void count_by_path(struct gaps *gaps, bool there, const struct json *where, const char *pointer,
                          const char *suffix)
{
    struct buf key = {0};
    form_dotted(pointer, &key);
    buf_adds(&key, suffix);
    count_text(gaps, there, where, buf_text(&key));
    buf_free(&key);
}

/* A text without small letters ("FIN", "KTP-el" has some, "1.2" none) is the same in every language. */
static bool is_sign(const char *text)
{
    for (; *text; text++)
        if ((*text >= 'a' && *text <= 'z') || (unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* {lang:text}, or a plain text that is the file's own language. */
static bool names_have(const struct gaps *gaps, const struct json *names)
{
    const char *plain = json_as_text(names);
    if (plain)
        return gaps->own || is_sign(plain);
    return !str_empty(json_text(names, gaps->lang));
}

static bool key_has(const struct gaps *gaps, const char *key, const char *suffix)
{
    struct buf full = {0};
    buf_addf(&full, "%s%s", key, suffix);
    bool there = form_text_in(gaps->checking->form, gaps->lang, buf_text(&full)) != NULL;
    buf_free(&full);
    return there;
}

/* By i18n or by the dotted path. */
static bool texts_have(const struct gaps *gaps, const struct json *schema, const char *pointer,
                       const char *suffix)
{
    const char *key = json_text(schema, "i18n");
    struct buf dotted = {0};
    form_dotted(pointer, &dotted);
    bool there =
        (key && key_has(gaps, key, suffix)) || (dotted.length && key_has(gaps, buf_text(&dotted), suffix));
    buf_free(&dotted);
    return there;
}

/* The label that a control gives its field, wherever in the layout it stands. */
static bool control_has(const struct gaps *gaps, const struct json *element, const char *inside,
                        const char *pointer, int depth)
{
    const char *scope = json_text(element, "scope");
    const struct json *label = json_get(element, "label"), *detail = form_detail(element);
    struct buf own = {0};
    bool there = false;
    if (depth > FORM_DEPTH_MAX)
        return false;
    if (scope)
        form_scope(inside, scope, &own);
    if (scope && strcmp(buf_text(&own), pointer) == 0)
        there = (label && names_have(gaps, label)) ||
                (json_text(element, "i18n") && key_has(gaps, json_text(element, "i18n"), ".label")) ||
                (json_as_text(label) && key_has(gaps, json_as_text(label), ""));
    const struct json *at = own.length ? form_schema_at(gaps->checking->form, buf_text(&own)) : NULL;
    if (detail && strcmp(form_type(gaps->checking->form, at), "array") == 0)
        buf_adds(&own, "/0");
    if (detail && !there)
        there = control_has(gaps, detail, buf_text(&own), pointer, depth + 1);
    const struct json *elements = json_get(element, "elements");
    for (const struct json *sub = json_first(elements); sub && !there; sub = json_next(sub))
        there = control_has(gaps, sub, inside, pointer, depth + 1);
    buf_free(&own);
    return there;
}

static void count_options(struct gaps *gaps, const struct checked_field *field)
{
    const struct form *form = gaps->checking->form;
    const struct json *array = form_items(form, field->schema), *schema = array ? array : field->schema;
    const struct json *list = form_keyword(form, schema, "enum");
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        const char *text = json_as_text(one);
        char *suffix = text ? xasprintf(".%s", text) : NULL;
        if (text && !is_sign(text))
            count_by_path(gaps, texts_have(gaps, schema, field->pointer, suffix), schema, field->pointer,
                          suffix);
        free(suffix);
    }
    list = form_keyword(form, schema, "oneOf") ? form_keyword(form, schema, "oneOf")
                                               : form_keyword(form, schema, "anyOf");
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        const char *text = json_text(one, "const");
        char *suffix = text ? xasprintf(".%s", text) : NULL;
        bool there = (suffix && texts_have(gaps, schema, field->pointer, suffix)) ||
                     names_have(gaps, json_get(one, "title"));
        if (suffix)
            count_by_path(gaps, there, one, field->pointer, suffix);
        else if (json_get(one, "title"))
            count_text(gaps, there, one, NULL);
        free(suffix);
    }
}

static void count_field(struct gaps *gaps, const struct checked_field *field)
{
    const struct form *form = gaps->checking->form;
    const struct json *title = form_keyword(form, field->schema, "title");
    bool there = texts_have(gaps, field->schema, field->pointer, ".label") ||
                 (title && names_have(gaps, title)) ||
                 (form->layout && control_has(gaps, form->layout, "", field->pointer, 0));
    if (json_is_bool(field->schema))
        return;
    count_by_path(gaps, there, field->schema, field->pointer, ".label");
    count_options(gaps, field);
}

/* Headings, pages and texts of the layout. */
static void count_layout(struct gaps *gaps, const struct json *element, int depth)
{
    static const char *const members[] = {"label", "text"};
    if (depth > FORM_DEPTH_MAX)
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members && !json_text(element, "scope"); i++) {
        const struct json *label = json_get(element, members[i]);
        const char *key = json_text(element, "i18n"), *text = json_as_text(label);
        if (json_is_object(label) && json_get(label, "text")) {
            text = json_text(label, "text");
            label = json_get(label, "text");
        }
        if (label && !json_is_bool(label))
            count_text(gaps,
                       names_have(gaps, label) || (text && key_has(gaps, text, "")) ||
                           (key && key_has(gaps, key, ".label")),
                       element, NULL);
    }
    if (form_detail(element))
        count_layout(gaps, form_detail(element), depth + 1);
    const struct json *elements = json_get(element, "elements");
    for (const struct json *sub = json_first(elements); sub; sub = json_next(sub))
        count_layout(gaps, sub, depth + 1);
}

void check_gaps(struct checking *checking, const char *const *languages, int count)
{
    for (int l = 0; l < count; l++) {
        struct gaps gaps = {.checking = checking, .lang = languages[l], .own = l == 0};
        for (int i = 0; i < checking->field_count; i++)
            count_field(&gaps, &checking->fields[i]);
        count_layout(&gaps, checking->form->layout, 0);
        if (gaps.missing)
            form_findings_add(
                checking->findings, FORM_WARNING, checking_where(checking, gaps.first, ""),
                "%d of %d texts are untranslated in \"%s\"; this is the first. Write it %s%s%s.",
                gaps.missing, gaps.all, gaps.lang,
                gaps.key ? "under \"texts\" as \"" : "at its place, a text for each language",
                gaps.key ? gaps.key : "", gaps.key ? "\"" : "");
    }
}

/* --- notices --- */

enum { KNOWN_MAX = 24 };
struct noticing {
    struct checking *checking;
    const char *pointer; /* of the template */
    const char *known
        [KNOWN_MAX]; /* names outside of all sections that were looked up: each language speaks of the same */
    int known_count;
};

static bool was_known(const struct noticing *noticing, const char *name)
{
    for (int i = 0; i < noticing->known_count; i++)
        if (strcmp(noticing->known[i], name) == 0)
            return true;
    return false;
}

static bool is_known(const struct checking *checking, const char *name)
{
    static const char draft[] = "draft.";
    struct buf path = {0}, part = {0};
    if (!notice_name_known(name))
        return false;
    if (!str_starts(name, draft) ||
        (!checking->form && json_get(json_get(checking->service, "form"), "schema")))
        return true; /* a form that cannot be opened was told already */
    if (!checking->form)
        return false;
    for (name += strlen(draft); *name;) {
        size_t length = strcspn(name, ".");
        buf_clear(&part);
        buf_add(&part, name, length);
        const struct json *here = form_schema_at(checking->form, buf_text(&path));
        if (strcmp(form_type(checking->form, here), "array") == 0)
            pointer_add_index(&path, 0); /* {{#draft.children}}{{name}} */
        pointer_add(&path, buf_text(&part));
        name += length + (name[length] == '.');
    }
    bool there = form_schema_at(checking->form, buf_text(&path)) != NULL;
    buf_free(&path);
    buf_free(&part);
    return there;
}

/* A name is looked for in the innermost section first, as notice_fill does. path: the section's whole name. */
static bool resolve(const struct checking *checking, const char *const *sections, int depth, const char *name,
                    struct buf *path)
{
    for (int inner = depth; inner > 0; inner--) {
        struct buf above = {0};
        bool ok = resolve(checking, sections, inner - 1, sections[inner - 1], &above);
        buf_clear(path);
        buf_adds(path, buf_text(&above));
        buf_addc(path, '.');
        buf_adds(path, name);
        buf_free(&above);
        if (ok && is_known(checking, buf_text(path)))
            return true;
    }
    buf_clear(path);
    buf_adds(path, name);
    return is_known(checking, name);
}

/* A name that notices know that is near, or a field of the draft; NULL. */
static const char *meant(struct checking *checking, const char *name)
{
    static const char draft[] = "draft.";
    const bool of_draft = str_starts(name, draft);
    struct near near = {.wanted = of_draft ? name + strlen(draft) : name};
    const char *known;
    for (int i = 0; !of_draft && (known = notice_name_at(i)); i++)
        near_try(&near, known);
    for (int i = 0; of_draft && i < checking->field_count; i++) {
        struct buf path = {0};
        form_dotted(checking->fields[i].pointer, &path);
        near_try(&near, arena_strdup(&checking->arena, buf_text(&path)));
        buf_free(&path);
    }
    return of_draft && near.best ? arena_printf(&checking->arena, "%s%s", draft, near.best) : near.best;
}

static void check_name(void *context, const char *name, const char *const *sections, int depth)
{
    struct noticing *noticing = context;
    struct buf path = {0};
    if (!depth && was_known(noticing, name))
        return;
    if (!(depth && strcmp(name, ".") == 0) && !resolve(noticing->checking, sections, depth, name, &path)) {
        const char *near = meant(noticing->checking, name);
        form_findings_add(
            noticing->checking->findings, FORM_BROKEN, noticing->pointer,
            "A notice cannot speak of {{%s}} here: nothing gives this name a value. %s%s%s", name,
            near ? "Did you mean {{" : "Use today, hall, person.name, draft. and a field of the form …",
            near ? near : "", near ? "}}?" : "");
    } else if (!depth && noticing->known_count < KNOWN_MAX) {
        noticing->known[noticing->known_count++] = arena_strdup(&noticing->checking->arena, name);
    }
    buf_free(&path);
}

static void check_template(struct noticing *noticing, const struct json *template, const char *pointer)
{
    struct form_findings *findings = noticing->checking->findings;
    struct err_info info = {0};
    noticing->pointer = pointer;
    if (!json_as_text(template))
        form_findings_add(findings, FORM_BROKEN, pointer,
                          "This must be a text: the template in one language.");
    else if (notice_names(json_as_text(template), check_name, noticing, &info) != ERR_OK)
        form_findings_add(findings, FORM_BROKEN, pointer, "%s", info.text);
}

void check_notices(struct checking *checking)
{
    const struct json *notices = json_get(checking->service, "notices");
    struct noticing noticing = {.checking = checking};
    if (notices && !json_is_object(notices)) {
        form_findings_add(checking->findings, FORM_BROKEN, "/notices",
                          "This must be an object: write \"notices\": {\"approve\": {\"en\": \"…\"}}.");
        return;
    }
    for (const struct json *one = json_first_member(notices); one; one = json_next(one)) {
        struct buf path = {0};
        buf_adds(&path, "/notices");
        pointer_add(&path, json_name(one));
        size_t length = path.length;
        if (!json_is_object(one))
            check_template(&noticing, one, buf_text(&path));
        for (const struct json *lang = json_first_member(one); lang; lang = json_next(lang)) {
            pointer_add(&path, json_name(lang));
            check_template(&noticing, lang, buf_text(&path));
            pointer_cut(&path, length);
        }
        buf_free(&path);
    }
}

void form_check_notices(const struct json *service, struct form_findings *findings)
{
    struct checking checking = {.service = service, .findings = findings};
    check_notices(&checking);
    arena_free(&checking.arena);
}
