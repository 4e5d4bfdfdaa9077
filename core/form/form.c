/* core/form/form.c: opening a form, and what is submitted of a draft. Knows no screen, no clock, no files. */
#include "core/form/form.h"

#include <stdlib.h>
#include <string.h>

#include "core/form/format.h"
#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "core/form/rule.h"

/* Where the files of a pack stand for each other, so that "common.json#/…" and "../common.json#/…" resolve.
 */
static const char base_folder[] = "loket:/pack/services/";
static const char *const common_bases[] = {"loket:/pack/common.json", "loket:/pack/services/common.json"};

/* --- opening --- */
static enum err compile(struct form *form, struct err_info *info)
{
    char *base = xasprintf("%s%s.json", base_folder, json_text_or(form->service, "id", "form"));
    form->registry = schema_registry_new();
    for (size_t i = 0; form->common && i < sizeof common_bases / sizeof *common_bases; i++)
        schema_registry_add(form->registry, common_bases[i], form->common);
    enum err err = schema_compile(form->root, base, form->registry, &form->schema, info);
    free(base);
    return err;
}

enum err form_open(const struct form_source *source, struct form **out, struct err_info *info)
{
    *out = NULL;
    const struct json *described = json_get(source->service, "form");
    const struct json *root = json_get(described, "schema");
    if (!root)
        return err_set(info, ERR_ABSENT, "This service has no form.");
    struct form *form = xcalloc(1, sizeof *form);
    const struct json *carried = json_get(source->service, "common");
    *form = (struct form){.service = source->service,
                          .form = described,
                          .common = source->common ? source->common : carried,
                          .pack = source->pack,
                          .root = root,
                          .layout = json_get(described, "layout")};
    enum err err = compile(form, info);
    if (err == ERR_OK && form->layout)
        err = form_conditions(form, form->layout, info);
    if (err != ERR_OK) {
        form_free(&form);
        return err;
    }
    if (!json_is_object(form->layout))
        form->layout = form->made = form_layout_made(form, root, "#");
    form->all_steer = !source->typed;
    if (source->typed)
        form_find_steering(form);
    form_note_hiding(form);
    *out = form;
    return ERR_OK;
}

void form_free(struct form **form)
{
    if (!*form)
        return;
    for (size_t i = 0; i < (*form)->condition_count; i++)
        schema_free(&(*form)->conditions[i].schema);
    free((*form)->conditions);
    free((*form)->hiding);
    schema_free(&(*form)->schema);
    schema_registry_free(&(*form)->registry);
    json_free(&(*form)->made);
    arena_free(&(*form)->arena);
    free(*form);
    *form = NULL;
}

int form_version(const struct form *form)
{
    return (int)json_int(form->form, "version", 0);
}

const struct schema *form_schema(const struct form *form)
{
    return form->schema;
}

/* --- bundling --- */
struct bundle {
    const struct json *from; /* common.json's $defs */
    struct json *defs;       /* those that are used */
};

static void bundle_refs(struct bundle *bundle, const struct json *node, bool in_common)
{
    static const char path[] = "#/$defs/";
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        const char *name = json_name(member), *ref = json_as_text(member);
        if (!name || strcmp(name, "$ref") != 0 || !ref) {
            bundle_refs(bundle, member, in_common);
            continue;
        }
        const char *at = strstr(ref, path);
        if (!at || (at == ref && !in_common))
            continue; /* a definition of the service's own */
        struct buf token = {0};
        at += strlen(path) - 1;
        pointer_next(&at, &token);
        const struct json *def = json_get(bundle->from, buf_text(&token));
        if (def && !json_get(bundle->defs, buf_text(&token))) {
            json_set(bundle->defs, buf_text(&token), json_copy(def));
            bundle_refs(bundle, def, true);
        }
        buf_free(&token);
    }
}

struct json *form_bundle(const struct json *service, const struct json *common)
{
    static const char *const carried[] = {"texts", "lists"};
    struct json *whole = json_copy(service);
    if (!common || !json_get(whole, "form"))
        return whole; /* without a form nothing refers to it */
    struct bundle bundle = {json_get(common, "$defs"), json_new_object()};
    bundle_refs(&bundle, json_get(json_get(service, "form"), "schema"), false);
    struct json *own = json_new_object();
    json_set(own, "$defs", bundle.defs);
    for (size_t i = 0; i < sizeof carried / sizeof *carried; i++)
        if (json_get(common, carried[i]))
            json_set(own, carried[i], json_copy(json_get(common, carried[i])));
    json_set(whole, "common", own);
    return whole;
}

/* --- submitting --- */
struct json *form_submitted(const struct form *form, const struct json *draft,
                            const struct form_context *context)
{
    struct json *plain = json_is_object(draft) ? json_copy(draft) : json_new_object();
    bool settled;
    struct json *computed = form_compute(form, plain, context, &settled);
    struct json *effective = form_effective(form, computed);
    bool all_shown = settled && json_equal(effective, computed); /* what follows would find the same again */
    json_free(&computed);
    if (all_shown)
        return effective;
    /* What was computed from hidden values is made again without them; a hidden result goes again. */
    struct json *again = form_compute(form, effective, context, NULL);
    struct json *submitted = form_effective(form, again);
    json_free(&again);
    return submitted;
}

/* The file's own words for an error, by i18n or the dotted path. In the language asked for only: where the file is
 * silent in it, our own sentence in that language says more than the file's in another. */
static const char *own_words(const struct form *form, const char *lang, const char *key, const char *keyword)
{
    char *whole = key && *key ? xasprintf("%s.error.%s", key, keyword) : NULL;
    const char *text = whole ? form_text_in(form, lang, whole) : NULL;
    free(whole);
    return text;
}

static void use_own_words(const struct form *form, const char *lang, struct schema_error *error,
                          struct arena *arena)
{
    struct buf dotted = {0};
    form_dotted(error->field, &dotted);
    const char *text =
        own_words(form, lang, json_text(form_schema_at(form, error->field), "i18n"), error->keyword);
    if (!text)
        text = own_words(form, lang, buf_text(&dotted), error->keyword);
    if (text)
        error->message = arena_strdup(arena, text);
    buf_free(&dotted);
}

struct warning {
    const struct form *form;
    const struct json *draft;
    const struct form_context *context;
    struct schema_errors *out;
};

static void warn(struct warning *warning, const char *pointer, const char *keyword, const char *id)
{
    struct schema_errors *out = warning->out;
    if (out->count == out->capacity) {
        out->capacity = out->capacity ? out->capacity * 2 : 8;
        struct schema_error *list = arena_alloc(&out->arena, (size_t)out->capacity * sizeof *list);
        for (int i = 0; i < out->count; i++)
            list[i] = out->list[i];
        out->list = list;
    }
    const char *at = arena_strdup(&out->arena, pointer);
    out->list[out->count++] =
        (struct schema_error){at, at, keyword, schema_words(warning->context->lang, id, "", &out->arena)};
}

/* An answer that its list has, under the other answers as they are now: a district goes with its region. */
static bool is_listed(const struct form *form, const struct json *x, const struct json *draft,
                      const struct json *value)
{
    const struct json *list = form_list(form, x);
    for (const struct json *entry = json_first(list); entry; entry = json_next(entry)) {
        const struct json *stored = json_is_text(entry) ? entry : json_get(entry, "code");
        if (json_equal(stored, value) && form_entry_fits(entry, x, draft))
            return true;
    }
    return !list; /* a pack without the list: nothing can be said */
}

static void check_listed(void *context, const char *pointer, const char *inside, const struct json *schema,
                         const struct json *value)
{
    (void)inside;
    struct warning *check = context;
    const struct json *x = form_keyword(check->form, schema, "x-options");
    if (x && json_is_text(value) && *json_as_text(value) && !is_listed(check->form, x, check->draft, value) &&
        !schema_errors_find(check->out, pointer))
        warn(check, pointer, "x-options", "enum");
}

bool form_validate(const struct form *form, const struct json *submitted, const struct form_context *context,
                   struct schema_errors *errors)
{
    const struct schema_options options = {.formats_assert = !context->formats_annotate,
                                           .lang = context->lang};
    int first = errors ? errors->count : 0;
    struct schema_errors unread = {0};
    struct warning listed = {form, submitted, context, errors ? errors : &unread};
    bool ok = schema_validate(form->schema, submitted, &options, errors);
    int before = listed.out->count;
    form_visit(&(struct form_visit){form, check_listed, &listed}, submitted);
    ok &= listed.out->count == before;
    schema_errors_free(&unread);
    for (int i = first; errors && i < errors->count; i++)
        use_own_words(form, context->lang, &errors->list[i], &errors->arena);
    return ok;
}

bool form_check_draft(const struct form *form, const struct json *draft, const struct form_context *context,
                      struct schema_errors *errors)
{
    struct json *submitted = form_submitted(form, draft, context);
    bool ok = form_validate(form, submitted, context, errors);
    json_free(&submitted);
    return ok;
}

void form_problem(const struct form *form, const struct json *draft, const struct form_context *context,
                  const struct form_item *item, char why[FORM_WHY])
{
    const struct json *value = json_pointer(draft, item->pointer);
    struct schema_errors errors = {0};
    const struct schema_options options = {.formats_assert = true, .lang = context->lang, .errors_max = 1};
    why[0] = '\0';
    if (item->schema && form_is_filled(value) &&
        !schema_validate_at(form->schema, item->schema, value, &options, &errors) && errors.count) {
        struct schema_error *error = &errors.list[0];
        if (!*error->field)
            error->field = item->pointer; /* reported from the value itself: put it where it stands */
        use_own_words(form, context->lang, error, &errors.arena);
        str_copy(why, FORM_WHY, error->message);
    }
    schema_errors_free(&errors);
}

/* --- sensitive values, and what is worth a second look --- */
struct masking {
    const struct form *form;
    struct json *draft;
};

static void mask_field(void *context, const char *pointer, const char *inside, const struct json *schema,
                       const struct json *value)
{
    (void)inside;
    struct masking *masking = context;
    if (!form_is_filled(value) || !form_is_sensitive(masking->form, schema))
        return;
    struct json *draft = form_edited(masking->draft, pointer, json_new_text("•••"));
    json_free(&masking->draft);
    masking->draft = draft;
}

struct json *form_masked(const struct form *form, const struct json *draft)
{
    struct masking masking = {form, json_copy(draft)};
    const struct form_visit visit = {form, mask_field, &masking};
    form_visit(&visit, draft);
    return masking.draft;
}

/* A NIK beside a birth date: the first field named born (or birth…) of the same object. */
static void warn_nik(void *context, const char *pointer, const char *inside, const struct json *schema,
                     const struct json *value)
{
    static const char *const names[] = {"born", "birth_date", "birthdate", "date_of_birth"};
    struct warning *warning = context;
    (void)inside;
    if (!json_is_text(value) ||
        !str_equal(json_as_text(form_keyword(warning->form, schema, "format")), "nik"))
        return;
    struct buf parent = {0};
    pointer_parent(pointer, &parent);
    const struct json *object = json_pointer(warning->draft, buf_text(&parent));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!format_nik_born(json_as_text(value), json_text(object, names[i])))
            warn(warning, pointer, "format", "nikBorn");
    buf_free(&parent);
}

void form_warnings(const struct form *form, const struct json *draft, const struct form_context *context,
                   struct schema_errors *warnings)
{
    struct warning warning = {form, draft, context, warnings};
    const struct form_visit visit = {form, warn_nik, &warning};
    form_visit(&visit, draft);
}
