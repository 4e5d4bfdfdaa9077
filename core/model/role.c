/* core/model/role.c: see role.h. */
#include "core/model/role.h"

#include "core/base/str.h"

static const struct {
    unsigned bit;
    const char *text;
} roles[] = {
#define X(name, bit, text) {bit, text},
    ROLE_LIST(X)
#undef X
};
enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

unsigned role_find(const char *text)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (str_equal(roles[i].text, text))
            return roles[i].bit;
    return 0;
}

const char *role_text(unsigned bit)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (roles[i].bit == bit)
            return roles[i].text;
    return NULL;
}

void role_texts(unsigned mask, char *out, size_t capacity)
{
    struct buf text = {0};
    for (int i = 0; i < ROLE_COUNT; i++)
        if (mask & roles[i].bit)
            buf_addf(&text, "%s%s", text.length ? ", " : "", roles[i].text);
    str_copy(out, capacity, buf_text(&text));
    buf_free(&text);
}
