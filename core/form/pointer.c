/* core/form/pointer.c: RFC 6901 pointers as text that grows and shrinks. Knows no schema and no form. */
#include "core/form/pointer.h"

#include <stdlib.h>
#include <string.h>

void pointer_add(struct buf *path, const char *name)
{
    buf_addc(path, '/');
    for (;;) {
        size_t plain = strcspn(name, "~/");
        buf_add(path, name, plain);
        name += plain;
        if (!*name)
            return;
        buf_adds(path, *name++ == '~' ? "~0" : "~1");
    }
}

void pointer_add_index(struct buf *path, size_t index)
{
    buf_addf(path, "/%zu", index);
}

void pointer_cut(struct buf *path, size_t length)
{
    if (!path->data || length > path->length)
        return;
    path->length = length;
    path->data[length] = '\0';
}

bool pointer_next(const char **pointer, struct buf *token)
{
    const char *s = *pointer;
    buf_clear(token);
    if (*s != '/')
        return false;
    s++;
    for (;;) {
        size_t plain = strcspn(s, "~/");
        buf_add(token, s, plain);
        s += plain;
        if (*s != '~')
            break;
        buf_addc(token, s[1] == '1' ? '/' : '~');
        s += s[1] == '0' || s[1] == '1' ? 2 : 1;
    }
    *pointer = s;
    return true;
}

bool pointer_parent(const char *pointer, struct buf *parent)
{
    const char *slash = strrchr(pointer, '/');
    if (!slash)
        return false;
    buf_add(parent, pointer, (size_t)(slash - pointer));
    return true;
}

const struct json *pointer_step(const struct json *node, const char *token)
{
    if (json_is_object(node))
        return json_get(node, token);
    if (!json_is_array(node) || !*token || strspn(token, "0123456789") != strlen(token) || strlen(token) > 9)
        return NULL;
    if (token[0] == '0' && token[1])
        return NULL; /* RFC 6901: no leading zeros */
    return json_at(node, strtoul(token, NULL, 10));
}

bool pointer_within(const char *pointer, const char *above)
{
    while (*above && *above == *pointer) {
        above++;
        pointer++;
    }
    return !*above && (!*pointer || *pointer == '/');
}
