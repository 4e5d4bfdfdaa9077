/* core/catalogue/exchange_faithful.c: what JSON may say and no program keeps as it was said: it is told instead of being
 * changed or lost in silence. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/exchange_inside.h"
#include "core/form/pointer.h"

static bool has_nul(const char *text, size_t length)
{
    static const char nul[] = "\\u0000";
    const char *at = text, *end = text + length;
    while ((at = memmem(at, (size_t)(end - at), nul, strlen(nul)))) {
        const char *back = at;
        while (back > text && back[-1] == '\\')
            back--;
        if ((at - back) % 2 == 0) /* else it is a backslash, and u0000 behind it */
            return true;
        at++;
    }
    return false;
}

/* Seventeen digits tell every double; one of which they are all needed was a longer number, or stands for several. */
static bool is_cut(double value)
{
    enum { DIGITS = 15 };
    static const double exact = 9007199254740992.0; /* 2^53 */
    char text[40];
    if (fabs(value) < exact)
        return false;
    str_format(text, sizeof text, "%.*g", DIGITS, value);
    return !isfinite(value) || strtod(text, NULL) != value;
}

static bool stands_before(const struct json *object, const struct json *member)
{
    for (const struct json *one = json_first(object); one != member; one = json_next(one))
        if (strcmp(json_name(one), json_name(member)) == 0)
            return true;
    return false;
}

/* A bit for each name that was met: only names that share theirs are compared. */
static const struct json *find_twice(const struct json *object)
{
    enum { WORDS = 32, BITS = 64 };
    uint64_t met[WORDS] = {0};
    for (const struct json *one = json_first(object); one; one = json_next(one)) {
        uint32_t hash = 2166136261u; /* FNV-1a */
        for (const char *c = json_name(one); *c; c++)
            hash = (hash ^ (unsigned char)*c) * 16777619u;
        hash ^= hash >> 16;
        uint64_t *word = &met[hash / BITS % WORDS], bit = (uint64_t)1 << hash % BITS;
        if (*word & bit && stands_before(object, one))
            return one;
        *word |= bit;
    }
    return NULL;
}

/* The first object that has a name twice, or number that is cut. */
static const struct json *find_unfaithful(const struct json *node)
{
    bool object = json_is_object(node);
    if (object ? find_twice(node) != NULL : json_is_number(node) && is_cut(json_as_number(node, 0)))
        return node;
    for (const struct json *one = object || json_is_array(node) ? json_first(node) : NULL; one;
         one = json_next(one)) {
        const struct json *found = find_unfaithful(one);
        if (found)
            return found;
    }
    return NULL;
}

static bool add_way(struct buf *path, const struct json *from, const struct json *node)
{
    size_t length = path->length, i = 0;
    if (from == node)
        return true;
    for (const struct json *one = json_first(from); one; one = json_next(one), i++) {
        if (json_is_object(from))
            pointer_add(path, json_name(one));
        else
            pointer_add_index(path, i);
        if (add_way(path, one, node))
            return true;
        pointer_cut(path, length);
    }
    return false;
}

char *exchange_unfaithful(const char *text, size_t length, const struct json *document)
{
    struct buf path = {0};
    if (has_nul(text, length))
        return xstrdup("/: It holds the character \\u0000, which no text can have here: remove it.");
    const struct json *found = find_unfaithful(document),
                      *twice = json_is_object(found) ? find_twice(found) : NULL;
    if (!found)
        return NULL;
    add_way(&path, document, found);
    const char *at = path.length ? buf_text(&path) : "/";
    char *fault =
        twice ? xasprintf("%s: It has \"%s\" twice, and one would be lost: remove one of the two.", at,
                          json_name(twice))
              : xasprintf(
                    "%s: No number of so many digits is kept to its last. Write it as a text, with quotes.",
                    at);
    buf_free(&path);
    return fault;
}
