/* screens/form_file.h: the files that `loket form` is given: a service of a pack, a form alone, or a bare JSON Schema,
 * with what stands beside it in its pack. */
#pragma once
#include "core/form/form.h"
#include "core/wire/json_fault.h"

/* "-" reads standard input. The sentence in info begins with the path, and with line and column where they are known:
 * FILE:LINE:COLUMN: */
enum err form_file_json(const char *path, struct json **out, struct err_info *info) MUST_USE;

struct form_file {
    struct json *service; /* whole; a form or schema alone is put into one */
    struct json *common,
        *pack; /* ../common.json and ../pack.json of a service; NULL when they are not there */
    bool is_service;
    struct json_fault fault; /* what other readers would refuse; line 0: nothing */
    bool marked;             /* it begins with a byte order mark */
    const char *inside;      /* what was put around the file, as a pointer: "" for a service */
};
enum err form_file_open(const char *path, struct form_file *out, struct err_info *info) MUST_USE;
void form_file_free(struct form_file *file);
void form_file_set_layout(struct form_file *file, struct json *layout); /* takes it */
struct form_source form_file_source(const struct form_file *file);
/* Whether a document is a layout rather than data. */
bool form_file_is_layout(const struct json *document);
