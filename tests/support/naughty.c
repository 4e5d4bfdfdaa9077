/* tests/support/naughty.c: see naughty.h. */
#include "tests/support/naughty.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tests/support/test.h"

/* ["a", 300] is three hundred of them. */
static void expand(struct json *kinds)
{
    const struct json *pair;
    struct json *kind = json_edit(kinds, "long"), *whole = json_new_array();
    REQUIRE(json_is_array(kind));
    for (pair = json_first(kind); pair; pair = json_next(pair)) {
        struct buf text = {0};
        for (int64_t i = json_as_int(json_at(pair, 1), 0); i > 0; i--)
            buf_adds(&text, json_as_text(json_at(pair, 0)));
        json_add_text(whole, buf_text(&text));
        buf_free(&text);
    }
    json_set(kinds, "long", whole);
}

void naughty_init(struct naughty *naughty, uint64_t seed)
{
    char *text = test_read_file("tests/support/naughty.json");
    *naughty = (struct naughty){.seed = seed};
    REQUIRE(text && json_parse(text, strlen(text), &naughty->kinds, NULL) == ERR_OK);
    free(text);
    expand(naughty->kinds);
    size_t count = 0;
    for (const struct json *kind = json_first(naughty->kinds); kind; kind = json_next(kind))
        count += json_count(kind);
    REQUIRE(count > 0);
    for (uint64_t left = seed % count; left > 0; left--)
        naughty_next(naughty);
}

void naughty_deinit(struct naughty *naughty)
{
    json_free(&naughty->kinds);
}

const char *naughty_next(struct naughty *naughty)
{
    naughty->text = naughty->text ? json_next(naughty->text) : NULL;
    while (!naughty->text) {
        naughty->kind = naughty->kind ? json_next(naughty->kind) : json_first(naughty->kinds);
        naughty->turns += naughty->kind == NULL;
        naughty->text = json_first(naughty->kind);
    }
    return json_as_text(naughty->text);
}

static bool is_for_people(const char *text)
{
    int64_t ms;
    bool words = false;
    for (const char *c = text; *c && !words; c++)
        words = *c == ' ' || (unsigned char)*c >= 0x80 || (*c >= 'A' && *c <= 'Z');
    return words && !time_parse(text, &ms);
}

static char *spoil_text(struct naughty *naughty, const char *text, enum naughty_reach reach)
{
    if (reach == NAUGHTY_ALL)
        return xstrdup(naughty_next(naughty));
    return is_for_people(text) ? xasprintf("%s%s", text, naughty_next(naughty)) : xstrdup(text);
}

/* Member by member out of the old one into a new one: what is read stays whole. */
void naughty_spoil(struct naughty *naughty, struct json **json, enum naughty_reach reach)
{
    if (json_is_text(*json)) {
        char *text = spoil_text(naughty, json_as_text(*json), reach);
        json_free(json);
        *json = json_new_text(text);
        free(text);
    } else if (json_is_object(*json) || json_is_array(*json)) {
        struct json *whole = json_is_object(*json) ? json_new_object() : json_new_array();
        while (json_first(*json)) {
            char *name = json_is_object(*json) ? xstrdup(json_name(json_first(*json))) : NULL;
            struct json *member = json_take(*json, json_first(*json));
            naughty_spoil(naughty, &member, reach);
            if (name)
                json_set(whole, name, member);
            else
                json_add(whole, member);
            free(name);
        }
        json_free(json);
        *json = whole;
    }
}
