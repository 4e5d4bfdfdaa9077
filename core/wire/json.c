/* core/wire/json.c: JSON by cJSON, with the limits of PROTOCOL.md section 3 put before it. */
#include "core/wire/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* struct json is never defined: it is cJSON under a name of our own. */
static cJSON *c(const struct json *json)
{
    return (cJSON *)(uintptr_t)json; /* cJSON's readers take what they do not change as non-const */
}

static struct json *j(const cJSON *node)
{
    return (struct json *)(uintptr_t)node;
}

static struct json *made(cJSON *node)
{
    if (!node)
        return xmalloc(SIZE_MAX); /* out of memory: the one way to end */
    return j(node);
}

/* --- memory ---
 * A row is some hundred small blocks that are taken and given back together, which the C library answers with
 * searching and merging: a fifth of a command. So those given back are kept, by size, for the next row. Both
 * ways they are the C library's own blocks: whoever frees one directly does nothing wrong. */
#ifndef __SANITIZE_ADDRESS__ /* which must see every block's end */

enum { KEPT_SIZES = 8, KEPT_MAX = 1024, GRAIN = 16, SMALLEST = 24 }; /* usable bytes: 24, 40 … 136 */

struct kept {
    struct kept *next;
};

static _Thread_local struct {
    struct kept *first;
    int count;
} kept[KEPT_SIZES];

static void *block_take(size_t size)
{
    size_t class = size <= SMALLEST ? 0 : (size - SMALLEST + GRAIN - 1) / GRAIN;
    if (class >= KEPT_SIZES)
        return malloc(size);
    if (!kept[class].first) /* of the whole class, that it is found there again, whatever library gives it */
        return malloc(SMALLEST + class * GRAIN);
    struct kept *block = kept[class].first;
    kept[class].first = block->next;
    kept[class].count--;
    return block;
}

static void block_give(void *memory)
{
    struct kept *block = memory;
    size_t usable = block ? malloc_usable_size(block) : 0, class = (usable - SMALLEST) / GRAIN;
    if (usable < SMALLEST || class >= KEPT_SIZES || kept[class].count >= KEPT_MAX) {
        free(block);
        return;
    }
    block->next = kept[class].first;
    kept[class].first = block;
    kept[class].count++;
}

__attribute__((constructor)) static void keep_blocks(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = block_take, .free_fn = block_give});
}
#endif

static int count_to(const char *text, size_t length, char byte, int enough)
{
    int count = 0;
    for (const char *at = text, *end = text + length;
         count < enough && (at = memchr(at, byte, (size_t)(end - at))); at++)
        count++;
    return count;
}

/* No text is nested deeper than it has opening brackets, and most have few: counting those is quicker than the walk. */
static bool may_be_deep(const char *text, size_t length)
{
    enum { ENOUGH = JSON_DEPTH_MAX + 1 };
    int objects = count_to(text, length, '{', ENOUGH);
    return objects + count_to(text, length, '[', ENOUGH - objects) == ENOUGH;
}

/* The place of the quote that ends the text which begins behind at; length: there is none. */
static size_t end_of_text(const char *text, size_t length, size_t at)
{
    const char *quote = text + at, *end = text + length;
    while ((quote = memchr(quote + 1, '"', (size_t)(end - quote - 1)))) {
        const char *back = quote;
        while (back[-1] == '\\')
            back--;
        if ((quote - back) % 2 == 0)
            return (size_t)(quote - text);
    }
    return length;
}

/* cJSON would recurse as deep as the text says; this looks first, without recursion. */
static bool too_deep(const char *text, size_t length)
{
    int depth = 0;
    if (!may_be_deep(text, length))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') {
            i = end_of_text(text, length, i);
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return true;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return false;
}

static bool only_space(const char *text, const char *end)
{
    for (; text < end; text++)
        if (*text != ' ' && *text != '\t' && *text != '\r' && *text != '\n')
            return false;
    return true;
}

/* Text in C ends at a NUL, so an escaped one is read as U+FFFD: two values that differ behind it stay
 * different. NULL: there is none; else a copy that the caller frees. */
static char *without_nul(const char *text, size_t length)
{
    const char *escape = memchr(text, '\\', length);
    if (!escape || !memmem(escape, (size_t)(text + length - escape), "\\u0000", 6))
        return NULL;
    char *copy = xstrndup(text, length);
    for (size_t i = 0; i + 5 < length; i++) {
        if (copy[i] != '\\')
            continue;
        if (memcmp(copy + i, "\\u0000", 6) == 0)
            memcpy(copy + i, "\\ufffd", 6);
        i++;
    }
    return copy;
}

enum err json_parse(const char *text, size_t length, struct json **out, struct err_info *info)
{
    *out = NULL;
    if (!utf8_valid(text, length))
        return err_set(info, ERR_INVALID, "This is not UTF-8 text.");
    if (memchr(text, '\0', length))
        return err_set(info, ERR_INVALID, "This JSON text holds a NUL byte.");
    if (too_deep(text, length))
        return err_set(info, ERR_INVALID, "This JSON is nested deeper than %d levels.", JSON_DEPTH_MAX);
    const char *end = NULL;
    char *copy = without_nul(text, length);
    const char *start = copy ? copy : text;
    cJSON *node = cJSON_ParseWithLengthOpts(start, length, &end, false);
    bool whole = node && only_space(end, start + length);
    size_t at = end ? (size_t)(end - start) : 0;
    free(copy);
    if (!whole) {
        cJSON_Delete(node);
        return err_set(info, ERR_INVALID, "This is not JSON: something is wrong near byte %zu.", at + 1);
    }
    *out = j(node);
    return ERR_OK;
}

void json_free(struct json **json)
{
    cJSON_Delete(c(*json));
    *json = NULL;
}

/* --- printing: byte for byte as cJSON does, since digests are made of it; but cJSON writes every number as a
 * floating one and reads it back to see whether it is the same, which took a tenth of a command --- */

static void print_node(const cJSON *node, struct buf *out);

static void print_number(const cJSON *node, struct buf *out)
{
    static const double exact = 1e15; /* below it %.15g writes a whole number by its digits alone */
    double value = node->valuedouble;
    char text[64];
    if (value == trunc(value) && fabs(value) < exact && !(value == 0 && signbit(value))) {
        char *end = text + sizeof text, *at = end;
        uint64_t left = (uint64_t)fabs(value);
        do
            *--at = (char)('0' + left % 10);
        while (left /= 10);
        if (value < 0)
            *--at = '-';
        buf_add(out, at, (size_t)(end - at));
    } else if (cJSON_PrintPreallocated((cJSON *)(uintptr_t)node, text, sizeof text, false)) {
        buf_adds(out, text);
    }
}

static void print_escape(char byte, struct buf *out)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = strchr(plain, byte);
    if (found) {
        buf_addc(out, '\\');
        buf_addc(out, letters[found - plain]);
    } else {
        buf_addf(out, "\\u%04x", (unsigned)(unsigned char)byte);
    }
}

static void print_text(const char *text, struct buf *out)
{
    buf_addc(out, '"');
    while (text && *text) {
        const char *from = text;
        while ((unsigned char)*text >= ' ' && *text != '"' && *text != '\\')
            text++;
        buf_add(out, from, (size_t)(text - from));
        if (*text)
            print_escape(*text++, out);
    }
    buf_addc(out, '"');
}

static void print_members(const cJSON *node, struct buf *out)
{
    for (const cJSON *member = node->child; member; member = member->next) {
        if (member != node->child)
            buf_addc(out, ',');
        if (cJSON_IsObject(node)) {
            print_text(member->string, out);
            buf_addc(out, ':');
        }
        print_node(member, out);
    }
}

static void print_node(const cJSON *node, struct buf *out)
{
    switch (node->type & 0xFF) {
    case cJSON_Number:
        return print_number(node, out);
    case cJSON_String:
        return print_text(node->valuestring, out);
    case cJSON_Array:
    case cJSON_Object:
        buf_addc(out, cJSON_IsObject(node) ? '{' : '[');
        print_members(node, out);
        return buf_addc(out, cJSON_IsObject(node) ? '}' : ']');
    default:
        return buf_adds(out, cJSON_IsTrue(node) ? "true" : cJSON_IsFalse(node) ? "false" : "null");
    }
}

/* What is not there prints as null, as it reads: an answer may lack any member. */
void json_print_to(const struct json *json, struct buf *out)
{
    if (json)
        print_node(c(json), out);
    else
        buf_adds(out, "null");
}

char *json_print(const struct json *json)
{
    struct buf out = {0};
    json_print_to(json, &out);
    return buf_take(&out);
}

/* A copy stands alone: the name that it had in an object is not its own, and not that of its place in an array. */
struct json *json_copy(const struct json *json)
{
    cJSON *copy = json ? c(made(cJSON_Duplicate(c(json), true))) : NULL;
    if (copy && copy->string) {
        if (!(copy->type & cJSON_StringIsConst))
            cJSON_free(copy->string);
        copy->type &= ~cJSON_StringIsConst;
        copy->string = NULL;
    }
    return j(copy);
}

static bool arrays_equal(const cJSON *a, const cJSON *b)
{
    const cJSON *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next)
        if (!json_equal(j(x), j(y)))
            return false;
    return !x && !y;
}

static bool objects_equal(const cJSON *a, const cJSON *b)
{
    if (json_count(j(a)) != json_count(j(b)))
        return false;
    for (const cJSON *x = a->child; x; x = x->next) {
        const struct json *y = json_get(j(b), x->string);
        if (!y || !json_equal(j(x), y))
            return false;
    }
    return true;
}

bool json_equal(const struct json *a, const struct json *b)
{
    if (!a || !b)
        return a == b;
    int type = c(a)->type & 0xFF;
    if (type != (c(b)->type & 0xFF))
        return false;
    switch (type) {
    case cJSON_Number:
        return c(a)->valuedouble == c(b)->valuedouble;
    case cJSON_String:
        return strcmp(c(a)->valuestring, c(b)->valuestring) == 0;
    case cJSON_Array:
        return arrays_equal(c(a), c(b));
    case cJSON_Object:
        return objects_equal(c(a), c(b));
    default:
        return true;
    }
}

/* --- reading --- */
bool json_is_object(const struct json *json)
{
    return cJSON_IsObject(c(json));
}

bool json_is_array(const struct json *json)
{
    return cJSON_IsArray(c(json));
}

bool json_is_text(const struct json *json)
{
    return cJSON_IsString(c(json));
}

bool json_is_number(const struct json *json)
{
    return cJSON_IsNumber(c(json));
}

bool json_is_integer(const struct json *json)
{
    return json_is_number(json) && trunc(c(json)->valuedouble) == c(json)->valuedouble;
}

bool json_is_bool(const struct json *json)
{
    return cJSON_IsBool(c(json));
}

bool json_is_null(const struct json *json)
{
    return cJSON_IsNull(c(json));
}

const struct json *json_get(const struct json *object, const char *name)
{
    if (!json_is_object(object) || !name)
        return NULL;
    /* Members are few and looked up by the thousand: the first letter tells most apart without a call. */
    for (const cJSON *node = c(object)->child; node; node = node->next)
        if (node->string && node->string[0] == name[0] && strcmp(node->string, name) == 0)
            return j(node);
    return NULL;
}

const char *json_text(const struct json *object, const char *name)
{
    return json_as_text(json_get(object, name));
}

const char *json_text_or(const struct json *object, const char *name, const char *otherwise)
{
    const char *text = json_text(object, name);
    return text ? text : otherwise;
}

int64_t json_int(const struct json *object, const char *name, int64_t otherwise)
{
    return json_as_int(json_get(object, name), otherwise);
}

double json_number(const struct json *object, const char *name, double otherwise)
{
    return json_as_number(json_get(object, name), otherwise);
}

bool json_bool(const struct json *object, const char *name, bool otherwise)
{
    return json_as_bool(json_get(object, name), otherwise);
}

const char *json_as_text(const struct json *json)
{
    return json_is_text(json) ? c(json)->valuestring : NULL;
}

int64_t json_as_int(const struct json *json, int64_t otherwise)
{
    static const double exact = 9007199254740992.0; /* 2^53: beyond it a double is no longer that integer */
    if (!json_is_integer(json) || fabs(c(json)->valuedouble) > exact)
        return otherwise;
    return (int64_t)c(json)->valuedouble;
}

double json_as_number(const struct json *json, double otherwise)
{
    return json_is_number(json) ? c(json)->valuedouble : otherwise;
}

bool json_as_bool(const struct json *json, bool otherwise)
{
    return json_is_bool(json) ? cJSON_IsTrue(c(json)) : otherwise;
}

int json_depth(const struct json *json)
{
    int deepest = 0;
    for (const struct json *member = json_first(json); member; member = json_next(member)) {
        int depth = json_depth(member);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

size_t json_count(const struct json *array_or_object)
{
    return array_or_object ? (size_t)cJSON_GetArraySize(c(array_or_object)) : 0;
}

const struct json *json_at(const struct json *array, size_t index)
{
    return json_is_array(array) && index <= INT_MAX ? j(cJSON_GetArrayItem(c(array), (int)index)) : NULL;
}

const struct json *json_first(const struct json *array_or_object)
{
    return json_is_array(array_or_object) || json_is_object(array_or_object) ? j(c(array_or_object)->child)
                                                                             : NULL;
}

const struct json *json_first_member(const struct json *object)
{
    return json_is_object(object) ? json_first(object) : NULL;
}

const struct json *json_next(const struct json *member)
{
    return j(c(member)->next);
}

const char *json_name(const struct json *member)
{
    return c(member)->string;
}

bool json_has_text(const struct json *array, const char *text)
{
    for (const struct json *item = json_first(array); item; item = json_next(item))
        if (str_equal(json_as_text(item), text))
            return true;
    return false;
}

/* One reference token of a pointer, unescaped (~1 → /, ~0 → ~), into out; *pointer moves behind it. */
static void pointer_token(const char **pointer, struct buf *out)
{
    const char *s = *pointer + 1;
    buf_clear(out);
    for (; *s && *s != '/'; s++) {
        if (s[0] == '~' && (s[1] == '0' || s[1] == '1')) {
            buf_addc(out, s[1] == '0' ? '~' : '/');
            s++;
        } else {
            buf_addc(out, *s);
        }
    }
    *pointer = s;
}

static const struct json *step_into(const struct json *node, const char *token)
{
    if (json_is_object(node))
        return json_get(node, token);
    char *end = NULL;
    unsigned long index = strtoul(token, &end, 10);
    if (!json_is_array(node) || token[0] < '0' || token[0] > '9' || *end || (token[0] == '0' && token[1]))
        return NULL;
    return json_at(node, index);
}

const struct json *json_pointer(const struct json *document, const char *pointer)
{
    struct buf token = {0};
    while (document && *pointer == '/') {
        pointer_token(&pointer, &token);
        document = step_into(document, buf_text(&token));
    }
    buf_free(&token);
    return *pointer ? NULL : document;
}

const char *json_name_in(const struct json *names, const char *lang)
{
    const char *text = json_as_text(names);
    if (!text && lang)
        text = json_text(names, lang);
    if (!text)
        text = json_text(names, "en");
    if (!text)
        text = json_as_text(json_first(names));
    return text ? text : "";
}

/* --- building --- */
struct json *json_new_object(void)
{
    return made(cJSON_CreateObject());
}

struct json *json_new_array(void)
{
    return made(cJSON_CreateArray());
}

struct json *json_new_text(const char *text)
{
    return made(text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

struct json *json_new_int(int64_t value)
{
    return made(cJSON_CreateNumber((double)value));
}

struct json *json_new_number(double value)
{
    return made(cJSON_CreateNumber(value));
}

struct json *json_new_bool(bool value)
{
    return made(cJSON_CreateBool(value));
}

struct json *json_new_null(void)
{
    return made(cJSON_CreateNull());
}

void json_set(struct json *object, const char *name, struct json *value)
{
    assert(json_is_object(object) && value);
    if (json_get(object, name))
        cJSON_ReplaceItemInObjectCaseSensitive(c(object), name, c(value));
    else
        cJSON_AddItemToObject(c(object), name, c(value));
}

void json_set_text(struct json *object, const char *name, const char *text)
{
    json_set(object, name, json_new_text(text));
}

void json_set_int(struct json *object, const char *name, int64_t value)
{
    json_set(object, name, json_new_int(value));
}

void json_set_bool(struct json *object, const char *name, bool value)
{
    json_set(object, name, json_new_bool(value));
}

void json_set_null(struct json *object, const char *name)
{
    json_set(object, name, json_new_null());
}

void json_remove(struct json *object, const char *name)
{
    cJSON_DeleteItemFromObjectCaseSensitive(c(object), name);
}

void json_add(struct json *array, struct json *value)
{
    assert(json_is_array(array) && value);
    cJSON_AddItemToArray(c(array), c(value));
}

void json_add_text(struct json *array, const char *text)
{
    json_add(array, json_new_text(text));
}

struct json *json_take(struct json *parent, const struct json *member)
{
    return j(cJSON_DetachItemViaPointer(c(parent), c(member)));
}

struct json *json_edit(struct json *object, const char *name)
{
    return j(c(json_get(object, name)));
}

/* Puts value at the last token of a pointer below parent; takes value when it does. */
static bool put_last(struct json *parent, const char *token, struct json *value)
{
    if (json_is_object(parent)) {
        json_set(parent, token, value);
        return true;
    }
    if (!json_is_array(parent))
        return false;
    size_t count = json_count(parent);
    char *end = NULL;
    size_t index = strcmp(token, "-") == 0 ? count : strtoul(token, &end, 10);
    if ((end && (*end || end == token)) || index > count)
        return false;
    if (index == count)
        json_add(parent, value);
    else
        cJSON_ReplaceItemInArray(c(parent), (int)index, c(value));
    return true;
}

bool json_set_pointer(struct json *document, const char *pointer, struct json *value)
{
    struct buf token = {0};
    bool done = false;
    while (*pointer == '/') {
        pointer_token(&pointer, &token);
        if (!*pointer) {
            done = put_last(document, buf_text(&token), value);
            break;
        }
        struct json *next = j(c(step_into(document, buf_text(&token))));
        if (!next) {
            next = json_new_object();
            if (!put_last(document, buf_text(&token), next)) {
                json_free(&next);
                break;
            }
        }
        document = next;
    }
    buf_free(&token);
    if (!done)
        json_free(&value);
    return done;
}

void json_merge(struct json *target, const struct json *patch)
{
    assert(json_is_object(target));
    for (const struct json *member = json_first(patch); member; member = json_next(member)) {
        const char *name = json_name(member);
        if (json_is_null(member)) {
            json_remove(target, name);
        } else if (json_is_object(member)) {
            if (!json_is_object(json_get(target, name)))
                json_set(target, name, json_new_object());
            json_merge(json_edit(target, name), member);
        } else {
            json_set(target, name, json_copy(member));
        }
    }
}
