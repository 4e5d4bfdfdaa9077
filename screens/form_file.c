/* screens/form_file.c: see form_file.h. Reads files; checks nothing. */
#include "screens/form_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 16 * 1024 * 1024 };

static enum err read_all(FILE *file, const char *path, struct buf *out, struct err_info *info)
{
    char block[16384];
    size_t length;
    errno = 0;
    while (out->length <= FILE_BYTES_MAX && (length = fread(block, 1, sizeof block, file)) > 0)
        buf_add(out, block, length);
    if (ferror(file))
        return err_set(info, err_from_errno(errno), "%s cannot be read: %s", path, strerror(errno));
    if (out->length > FILE_BYTES_MAX)
        return err_set(info, ERR_TOO_LARGE, "%s is larger than %d MiB", path, FILE_BYTES_MAX / (1024 * 1024));
    return ERR_OK;
}

/* Whether a byte order mark stands at the front, which some programs write and others refuse. */
static bool has_mark(const struct buf *text)
{
    return text->length >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0;
}

/* reading: what the text was like; may be NULL. */
static enum err read_json(const char *path, struct json **out, struct form_file *reading,
                          struct err_info *info)
{
    bool standard = strcmp(path, "-") == 0;
    struct buf text = {0};
    struct err_info why = {0};
    struct json_fault fault = {0};
    *out = NULL;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (!file)
        return err_set(info, errno == ENOENT ? ERR_ABSENT : err_from_errno(errno), "%s cannot be read: %s",
                       path, strerror(errno));
    enum err err = read_all(file, path, &text, info);
    if (!standard)
        fclose(file);
    bool parsed = err == ERR_OK && json_parse(buf_text(&text), text.length, out, &why) == ERR_OK;
    bool faulty =
        err == ERR_OK && (!parsed || reading) && json_find_fault(buf_text(&text), text.length, &fault);
    if (err == ERR_OK && !parsed && faulty)
        err = err_set(info, ERR_INVALID, "%s:%zu:%zu: %s", path, fault.line, fault.column, fault.text);
    else if (err == ERR_OK && !parsed)
        err = err_set(info, ERR_INVALID, "%s: %s", path, why.text);
    if (reading) {
        reading->fault = fault;
        reading->marked = has_mark(&text);
    }
    buf_free(&text);
    return err;
}

enum err form_file_json(const char *path, struct json **out, struct err_info *info)
{
    return read_json(path, out, NULL, info);
}

/* A file of the pack's own folder, one above services/. One that is not there is no fault. */
static enum err read_beside(const char *path, const char *name, struct json **out, struct err_info *info)
{
    char *copy = xstrdup(path), *beside = xasprintf("%s/../%s", dirname(copy), name);
    enum err err = form_file_json(beside, out, info);
    free(beside);
    free(copy);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static struct json *wrap(const char *name, struct json *inner)
{
    struct json *outer = json_new_object();
    json_set(outer, name, inner);
    return outer;
}

enum err form_file_open(const char *path, struct form_file *out, struct err_info *info)
{
    struct json *document;
    *out = (struct form_file){.inside = ""};
    enum err err = read_json(path, &document, out, info);
    if (err != ERR_OK)
        return err;
    bool form = json_is_object(json_get(document, "schema")) && !json_get(document, "properties") &&
                !json_get(document, "$schema");
    out->is_service = json_get(json_get(document, "form"), "schema") ||
                      (json_text(document, "id") && json_text(document, "agency"));
    if (out->is_service) {
        out->service = document;
        err = read_beside(path, "common.json", &out->common, info);
        if (err == ERR_OK)
            err = read_beside(path, "pack.json", &out->pack, info);
    } else {
        out->service = wrap("form", form ? document : wrap("schema", document));
        out->inside = form ? "/form" : "/form/schema";
    }
    if (err != ERR_OK)
        form_file_free(out);
    return err;
}

void form_file_free(struct form_file *file)
{
    json_free(&file->service);
    json_free(&file->common);
    json_free(&file->pack);
    *file = (struct form_file){.inside = ""};
}

void form_file_set_layout(struct form_file *file, struct json *layout)
{
    json_set(json_edit(file->service, "form"), "layout", layout);
}

struct form_source form_file_source(const struct form_file *file)
{
    return (struct form_source){.service = file->service, .common = file->common, .pack = file->pack};
}

bool form_file_is_layout(const struct json *document)
{
    static const char *const types[] = {"VerticalLayout", "HorizontalLayout", "Group",
                                        "Categorization", "Control",          "ListWithDetail"};
    const char *type = json_text(document, "type");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_equal(type, types[i]) && (json_get(document, "elements") || json_get(document, "scope")))
            return true;
    return false;
}
