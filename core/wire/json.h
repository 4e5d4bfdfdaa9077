/* core/wire/json.h: JSON documents, as the rest of the house sees them.
 *
 * One thin door to cJSON (RFC 8259), so that its header stays in this room. A document is a tree of
 * struct json; a const struct json * is borrowed and lives as long as its document. Readers are
 * NULL-safe: a missing or wrong-typed member reads as absent, never as a crash. Numbers are doubles:
 * integers are read exactly to 2^53 and printed exactly to 15 digits. Objects keep their order, so print(parse(text)) is stable. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct json;

/* Parsing refuses what is not UTF-8, deeper than JSON_DEPTH_MAX or followed by anything else. */
enum { JSON_DEPTH_MAX = 64 };
enum err json_parse(const char *text, size_t length, struct json **out, struct err_info *info) MUST_USE;
void json_free(struct json **json);                           /* NULL-safe; sets NULL */
char *json_print(const struct json *json);                    /* compact; the caller frees */
void json_print_to(const struct json *json, struct buf *out); /* compact, appended */
struct json *json_copy(const struct json *json);              /* deep */
int json_depth(const struct json *json);                      /* 1 for a value without members */
bool json_equal(const struct json *a, const struct json *b);  /* 1 equals 1.0; member order is free */

/* --- reading --- */
bool json_is_object(const struct json *json);
bool json_is_array(const struct json *json);
bool json_is_text(const struct json *json);
bool json_is_number(const struct json *json);
bool json_is_integer(const struct json *json); /* 3 and 3.0 */
bool json_is_bool(const struct json *json);
bool json_is_null(const struct json *json); /* a JSON null; not for NULL */

const struct json *json_get(const struct json *object, const char *name); /* NULL when absent */
const char *json_text(const struct json *object, const char *name);       /* NULL unless a string */
const char *json_text_or(const struct json *object, const char *name, const char *otherwise);
int64_t json_int(const struct json *object, const char *name, int64_t otherwise);
double json_number(const struct json *object, const char *name, double otherwise);
bool json_bool(const struct json *object, const char *name, bool otherwise);

const char *json_as_text(const struct json *json); /* NULL unless a string */
int64_t json_as_int(const struct json *json, int64_t otherwise);
double json_as_number(const struct json *json, double otherwise);
bool json_as_bool(const struct json *json, bool otherwise);

size_t json_count(const struct json *array_or_object);
const struct json *json_at(const struct json *array, size_t index);
const struct json *json_first(const struct json *array_or_object); /* then json_next until NULL */
/* The first one of an object, NULL of a list: what stands in that has no name. */
const struct json *json_first_member(const struct json *object);
const struct json *json_next(const struct json *member);
const char *json_name(const struct json *member); /* the member's name in its object, else NULL */
bool json_has_text(const struct json *array, const char *text); /* an array of strings holds text */
/* RFC 6901; "" is the document itself. NULL when there is nothing there. */
const struct json *json_pointer(const struct json *document, const char *pointer);

/* The text of a {az,id,en,ru} object in lang, else English, else whatever is there; "" at worst. A plain
 * string is its own text. */
const char *json_name_in(const struct json *names, const char *lang);

/* --- building --- */
/* json_set and json_add take ownership of value. Setting replaces a member in its place. */
struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_text(const char *text); /* NULL makes a JSON null */
struct json *json_new_int(int64_t value);
struct json *json_new_number(double value);
struct json *json_new_bool(bool value);
struct json *json_new_null(void);
void json_set(struct json *object, const char *name, struct json *value);
void json_set_text(struct json *object, const char *name, const char *text); /* NULL: null */
void json_set_int(struct json *object, const char *name, int64_t value);
void json_set_bool(struct json *object, const char *name, bool value);
void json_set_null(struct json *object, const char *name);
void json_remove(struct json *object, const char *name);
void json_add(struct json *array, struct json *value);
void json_add_text(struct json *array, const char *text);
struct json *json_take(struct json *parent, const struct json *member); /* out of it; the caller frees */
struct json *json_edit(struct json *object, const char *name); /* a member to be changed; NULL when absent */
/* Sets the value at an RFC 6901 pointer, making the objects on the way ("-" appends to an array). False when
 * a scalar stands in the way. Takes value in any case. */
bool json_set_pointer(struct json *document, const char *pointer, struct json *value);
/* RFC 7396 JSON Merge Patch, in place. */
void json_merge(struct json *target, const struct json *patch);
