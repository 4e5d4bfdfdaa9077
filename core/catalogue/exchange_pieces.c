/* core/catalogue/exchange_pieces.c: where the services of a catalogue in the house's own JSON stand in its bytes, so that
 * each is read when its turn comes: the tree of a whole catalogue is ten times as large as its text, and slow to walk.
 * Finds brackets and strings only; whether each piece is JSON is seen when it is read. */
#include <string.h>

#include "core/catalogue/exchange_inside.h"

struct walk {
    const char *at, *end;
};

static void skip_space(struct walk *walk)
{
    while (walk->at < walk->end && memchr(" \t\r\n", *walk->at, 4))
        walk->at++;
}

static bool take(struct walk *walk, char sign)
{
    bool there = walk->at < walk->end && *walk->at == sign;
    walk->at += there;
    return there;
}

/* From behind the opening quote to behind the closing one. */
static bool skip_text(struct walk *walk)
{
    while (walk->at < walk->end) {
        const char *from = walk->at, *quote = memchr(from, '"', (size_t)(walk->end - from)), *back = quote;
        if (!quote)
            return false;
        while (back > from && back[-1] == '\\')
            back--;
        walk->at = quote + 1;
        if ((quote - back) % 2 == 0)
            return true;
    }
    return false;
}

static bool skip_nested(struct walk *walk)
{
    size_t depth = 0;
    while (walk->at < walk->end) {
        switch (*walk->at++) {
        case '"':
            if (!skip_text(walk))
                return false;
            break;
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            if (--depth == 0)
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}

static bool skip_value(struct walk *walk)
{
    const char *from = walk->at;
    if (walk->at == walk->end)
        return false;
    if (*walk->at == '{' || *walk->at == '[')
        return skip_nested(walk);
    if (take(walk, '"'))
        return skip_text(walk);
    while (walk->at < walk->end && !memchr(",]} \t\r\n", *walk->at, 7))
        walk->at++;
    return walk->at > from;
}

/* The values of the array that begins at walk->at, as entries under pointer. */
static bool find_services(struct catalogue_reading *reading, struct walk *walk, const char *pointer)
{
    size_t i = 0;
    if (!take(walk, '['))
        return false;
    skip_space(walk);
    if (take(walk, ']'))
        return true;
    do {
        skip_space(walk);
        const char *from = walk->at;
        if (!skip_value(walk))
            return false;
        exchange_piece(reading, xasprintf("%s/%zu", pointer, i++), from, (size_t)(walk->at - from));
        skip_space(walk);
    } while (take(walk, ','));
    return take(walk, ']');
}

/* The member's name, as it is written; "" of one with a backslash in it. */
static bool read_name(struct walk *walk, const char **name, size_t *length)
{
    skip_space(walk);
    if (!take(walk, '"'))
        return false;
    *name = walk->at;
    if (!skip_text(walk))
        return false;
    *length = (size_t)(walk->at - 1 - *name);
    if (memchr(*name, '\\', *length))
        *length = 0;
    skip_space(walk);
    return take(walk, ':');
}

static bool find_in_object(struct catalogue_reading *reading, struct walk *walk, struct buf *rest)
{
    static const char services[] = "services";
    const char *from = walk->at++, *name;
    size_t length;
    bool found = false;
    do {
        if (!read_name(walk, &name, &length))
            return false;
        skip_space(walk);
        bool wanted = length == strlen(services) && memcmp(name, services, length) == 0;
        if (wanted && !found && walk->at < walk->end && *walk->at == '[') {
            buf_add(rest, from, (size_t)(walk->at - from));
            buf_adds(rest, "[]");
            if (!find_services(reading, walk, "/services"))
                return false;
            from = walk->at;
            found = true;
        } else if (!skip_value(walk)) {
            return false;
        }
        skip_space(walk);
    } while (take(walk, ','));
    buf_add(rest, from, (size_t)(walk->end - from));
    return found;
}

bool exchange_find_pieces(struct catalogue_reading *reading, const char *bytes, size_t length,
                          struct buf *rest)
{
    struct walk walk = {bytes, bytes + length};
    skip_space(&walk);
    if (walk.at == walk.end)
        return false;
    if (*walk.at == '{')
        return find_in_object(reading, &walk, rest);
    if (!find_services(reading, &walk, ""))
        return false;
    buf_adds(rest, "[]");
    buf_add(rest, walk.at, (size_t)(walk.end - walk.at));
    return true;
}
