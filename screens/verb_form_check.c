/* screens/verb_form_check.c: `loket form check FILE…` and `loket form validate`: mistakes in forms, and in data. */
#include <dirent.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/pack.h"
#include "core/form/pointer.h"
#include "screens/form_file.h"
#include "screens/verb_form.h"

enum { LANGUAGES_MAX = 8, DEPTH_MAX = 16 };

/* --- check --- */

static void print_line(void *context, const char *line, bool broken)
{
    struct form_command *command = context;
    fprintf(command->out, "%s%s\n", line, broken ? "" : " (a warning)");
}

/* The file's own pointers: without what was put around it. */
static void print_findings(struct form_command *command, const char *path, const struct form_file *file,
                           const struct form_findings *findings)
{
    for (int i = 0; i < findings->count; i++) {
        const struct form_finding *one = &findings->list[i];
        const char *pointer = one->pointer;
        if (pointer_within(pointer, file->inside))
            pointer += strlen(file->inside);
        char *line = xasprintf("%s:%s: %s", path, pointer, one->message);
        print_line(command, line, one->kind == FORM_BROKEN);
        free(line);
    }
}

/* The pack's languages, else those of the service's name. */
static int languages_of(const struct form_file *file, const char *languages[LANGUAGES_MAX])
{
    const struct json *list = json_get(file->pack, "languages"), *name = json_get(file->service, "name");
    int count = 0;
    for (const struct json *one = json_first(list); one && count < LANGUAGES_MAX; one = json_next(one))
        if (json_as_text(one))
            languages[count++] = json_as_text(one);
    if (!list && json_is_object(name))
        for (const struct json *one = json_first(name); one && count < LANGUAGES_MAX; one = json_next(one))
            languages[count++] = json_name(one);
    return count;
}

/* What is wrong with the text stands at LINE:COLUMN in place of a pointer. */
static void add_fault(const struct form_file *file, struct form_findings *findings)
{
    char place[48];
    str_format(place, sizeof place, "%zu:%zu", file->fault.line, file->fault.column);
    if (file->fault.line)
        form_findings_add(findings, FORM_BROKEN, place, "%s", file->fault.text);
    if (file->marked)
        form_findings_add(
            findings, FORM_WARNING, "1:1",
            "The file begins with a byte order mark, which some programs refuse: save it as UTF-8 "
            "without one.");
}

void form_verb_findings(const struct form_file *file, struct form_findings *findings)
{
    const char *languages[LANGUAGES_MAX];
    const struct form_source source = form_file_source(file);
    add_fault(file, findings);
    if (file->is_service)
        catalogue_check(file->service, findings);
    if (catalogue_has_form(file->service))
        form_check(&source, languages, languages_of(file, languages), findings);
}

static bool check_file(struct form_command *command, const char *path)
{
    struct form_file file;
    struct form_findings findings = {0};
    struct err_info info = {0};
    enum err err = form_file_open(path, &file, &info);
    if (err == ERR_INVALID)
        print_line(command, info.text, true); /* it begins with FILE:LINE:COLUMN */
    else if (err != ERR_OK)
        fprintf(command->errors, "loket: %s\n", info.text);
    if (err != ERR_OK)
        return false;
    form_verb_findings(&file, &findings);
    print_findings(command, path, &file, &findings);
    bool ok = findings.broken == 0;
    form_findings_free(&findings);
    form_file_free(&file);
    return ok;
}

static bool check_pack(struct form_command *command, const char *folder)
{
    struct pack pack = {0};
    struct err_info info = {0};
    enum err err = pack_load(folder, print_line, command, &pack, &info);
    if (err == ERR_OK)
        pack_free(&pack);
    return err == ERR_OK;
}

static bool check_path(struct form_command *command, const char *path)
{
    struct stat about;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return check_pack(command, path);
    if (strcmp(name, "pack.json") != 0 && strcmp(name, "common.json") != 0)
        return check_file(command, path);
    char *copy = xstrdup(path);
    bool ok = check_pack(command, dirname(copy)); /* these are nothing without their services */
    free(copy);
    return ok;
}

int form_verb_check(struct form_command *command)
{
    bool ok = true;
    if (!form_words(command, 1, command->count, "check FILE…"))
        return 2;
    for (int i = 0; i < command->count; i++)
        ok &= check_path(command, command->args[i]);
    return ok ? 0 : 1;
}

/* --- validate --- */

struct validating {
    struct form_command *command;
    struct schema_registry *registry;
    struct json **documents; /* of the registry */
    int document_count;
    struct form_file file;
    struct form *form;     /* of a service */
    struct schema *schema; /* of a bare schema */
    struct schema_options options;
    char today[DATE_TEXT];
    bool many; /* files of data */
};

static enum err add_folder(struct validating *v, const char *base, const char *folder, int depth,
                           struct err_info *info);

static enum err add_entry(struct validating *v, const char *base, const char *folder, const char *name,
                          int depth, struct err_info *info)
{
    struct stat about;
    size_t length = strlen(name);
    char *path = xasprintf("%s/%s", folder, name);
    bool is_folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    enum err err = ERR_OK;
    if (is_folder) {
        char *inner = xasprintf("%s%s/", base, name);
        err = add_folder(v, inner, path, depth + 1, info);
        free(inner);
    } else if (length > 5 && strcmp(name + length - 5, ".json") == 0) {
        struct json *document;
        err = form_file_json(path, &document, info);
        if (err == ERR_OK) {
            char *uri = xasprintf("%s%s", base, name);
            v->documents = xrealloc(v->documents, (size_t)(v->document_count + 1) * sizeof *v->documents);
            v->documents[v->document_count++] = document;
            schema_registry_add(v->registry, uri, document);
            free(uri);
        }
    }
    free(path);
    return err;
}

/* Every .json below folder, under base and its path. */
static enum err add_folder(struct validating *v, const char *base, const char *folder, int depth,
                           struct err_info *info)
{
    struct dirent **entries;
    enum err err = ERR_OK;
    int count = depth < DEPTH_MAX ? scandir(folder, &entries, NULL, alphasort) : 0;
    if (count < 0)
        return err_set(info, ERR_ABSENT, "%s is no folder that can be read", folder);
    for (int i = 0; i < count; i++) {
        if (err == ERR_OK && entries[i]->d_name[0] != '.')
            err = add_entry(v, base, folder, entries[i]->d_name, depth, info);
        free(entries[i]);
    }
    if (count)
        free(entries);
    return err;
}

/* --with BASEURI=DIR, any number of times. */
static int read_with(struct validating *v)
{
    bool missing = false;
    const char *with;
    while ((with = form_option(v->command, "--with", &missing))) {
        const char *equals = strrchr(with, '=');
        struct err_info info = {0};
        if (!equals || equals == with) {
            fputs("loket: --with needs BASEURI=DIR\n", v->command->errors);
            return 2;
        }
        char *base = xasprintf("%.*s%s", (int)(equals - with), with, equals[-1] == '/' ? "" : "/");
        enum err err = add_folder(v, base, equals + 1, 0, &info);
        free(base);
        if (err != ERR_OK) {
            fprintf(v->command->errors, "loket: %s\n", info.text);
            return 2;
        }
    }
    if (missing)
        fputs("loket: --with needs BASEURI=DIR\n", v->command->errors);
    return missing ? 2 : 0;
}

/* Of a bare schema format only annotates, as the specification has it; of a service it is asserted, as the hall does
 * it. */
static bool read_formats(struct validating *v, const char *formats)
{
    v->options.formats_assert = formats ? strcmp(formats, "assert") == 0 : v->file.is_service;
    return !formats || v->options.formats_assert || strcmp(formats, "ignore") == 0;
}

static enum err compile(struct validating *v, struct err_info *info)
{
    const struct form_source source = form_file_source(&v->file);
    if (v->file.is_service)
        return form_open(&source, &v->form, info);
    return schema_compile(json_get(json_get(v->file.service, "form"), "schema"), NULL, v->registry,
                          &v->schema, info);
}

static void print_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\t' || *text == '\n' || *text == '\r')
            fputs(*text == '\t' ? "\\t" : *text == '\n' ? "\\n" : "\\r", out);
        else
            fputc(*text, out);
    }
}

/* A service's data is judged as the workstation and the hall judge a draft: without what is hidden, and with what is
 * computed made afresh. */
static bool is_valid(const struct validating *v, const struct json *data, struct schema_errors *errors)
{
    const struct form_context context = {
        .lang = v->options.lang, .today = v->today, .formats_annotate = !v->options.formats_assert};
    if (v->form && json_is_object(data))
        return form_check_draft(v->form, data, &context, errors);
    return schema_validate(v->form ? form_schema(v->form) : v->schema, data, &v->options, errors);
}

/* 0 valid, 1 invalid or not to be read. */
static int validate_file(struct validating *v, const char *path)
{
    struct json *data;
    struct err_info info = {0};
    struct schema_errors errors = {0};
    FILE *out = v->command->out;
    if (form_file_json(path, &data, &info) != ERR_OK) {
        fprintf(v->command->errors, "loket: %s\n", info.text);
        return 1;
    }
    bool valid = is_valid(v, data, &errors);
    for (int i = 0; i < errors.count; i++) {
        if (v->many)
            fprintf(out, "%s\t", path);
        print_text(out, errors.list[i].field);
        fprintf(out, "\t%s\t", errors.list[i].keyword);
        print_text(out, errors.list[i].message);
        fputc('\n', out);
    }
    schema_errors_free(&errors);
    json_free(&data);
    return valid ? 0 : 1;
}

static int validate(struct validating *v, const char *formats)
{
    struct form_command *command = v->command;
    struct err_info info = {0};
    int status = 0;
    enum err err = form_file_open(command->args[0], &v->file, &info);
    if (err == ERR_OK && !read_formats(v, formats)) {
        fputs("loket: --formats must be assert or ignore\n", command->errors);
        return 2;
    }
    if (err == ERR_OK)
        err = compile(v, &info);
    if (err != ERR_OK) {
        fprintf(command->errors, "loket: %s cannot be used: %s\n", command->args[0], info.text);
        return 2;
    }
    v->many = command->count > 2;
    time_date(clock_wall_now_ms(), v->today);
    for (int i = 1; i < command->count; i++)
        status |= validate_file(v, command->args[i]);
    return status;
}

int form_verb_validate(struct form_command *command)
{
    static const char usage[] = "validate [--formats assert|ignore] [--with BASEURI=DIR] SCHEMA DATA…";
    struct validating v = {
        .command = command, .registry = schema_registry_new(), .options = {.lang = command->lang}};
    bool missing = false;
    const char *formats = form_option(command, "--formats", &missing);
    int status = missing ? 2 : read_with(&v);
    if (missing)
        fputs("loket: --formats must be assert or ignore\n", command->errors);
    if (status == 0)
        status = form_words(command, 2, command->count, usage) ? validate(&v, formats) : 2;
    form_free(&v.form);
    schema_free(&v.schema);
    schema_registry_free(&v.registry);
    for (int i = 0; i < v.document_count; i++)
        json_free(&v.documents[i]);
    free(v.documents);
    form_file_free(&v.file);
    return status;
}
