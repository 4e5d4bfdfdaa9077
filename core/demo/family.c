/* core/demo/family.c: see family.h. */
#include "core/demo/family.h"

#include <stdlib.h>
#include <string.h>

enum {
    OF_AGE = 18,
    OLD = 60,
    OLDEST = 95,
    SMALL = 6,      /* a child up to that age is a small one */
    CHILD_MAX = 12, /* whoever is older stays at home, or comes alone */
    CHILDREN_MAX = 2,
    COUPLES = 45, /* of a hundred families; each with children or none */
    PARENTS = 30, /* … are somebody with children; the rest bring a parent who is old */
};

static int below(struct rng *rng, int limit)
{
    return limit > 0 ? (int)rng_below(rng, (uint64_t)limit) : 0;
}

/* --- names --- */

static bool ends(const char *text, const char *end)
{
    size_t length = strlen(text), last = strlen(end);
    return length >= last && strcmp(text + length - last, end) == 0;
}

/* -ov and -yev are a man's, -ova and -yeva a woman's; any other name is everybody's, as all are in Indonesia. The caller frees. */
static char *family_name(const struct pack *pack, const char *name, bool woman)
{
    bool azerbaijan = str_equal(json_text(pack->about, "id"), "az"),
         mans = ends(name, "ov") || ends(name, "ev"), womans = ends(name, "ova") || ends(name, "eva");
    if (azerbaijan && woman && mans)
        return xasprintf("%sa", name);
    return xstrndup(name, strlen(name) - (azerbaijan && !woman && womans ? 1 : 0));
}

static const char *given_name(const struct pack *pack, struct rng *rng, bool woman)
{
    const struct json *names = json_get(json_get(pack->about, "practice"), woman ? "given_f" : "given_m");
    size_t count = json_count(names);
    return count > 0 ? json_as_text(json_at(names, rng_below(rng, count))) : "";
}

static struct json *named(char *name, int age)
{
    struct json *one = json_new_object();
    json_set_text(one, "name", name);
    json_set_int(one, "age", age);
    free(name);
    return one;
}

struct json *family_member(const struct json *person, int age)
{
    return named(xasprintf("%s %s", json_text_or(person, "given", ""), json_text_or(person, "family", "")),
                 age);
}

/* --- persons --- */

static struct json *make_child(const struct pack *pack, struct rng *rng, const char *family, int age)
{
    bool woman = below(rng, 2) == 0;
    char *name = family_name(pack, family, woman);
    struct json *child = named(xasprintf("%s %s", given_name(pack, rng, woman), name), age);
    free(name);
    return child;
}

static void make_children(const struct pack *pack, struct rng *rng, const struct json *head, int age,
                          int count, struct family *out)
{
    int oldest = age - OF_AGE < CHILD_MAX ? age - OF_AGE : CHILD_MAX;
    for (int i = 0; i < count && oldest > 0; i++) {
        int years = below(rng, oldest + 1);
        json_add(out->children, make_child(pack, rng, json_text_or(head, "family", ""), years));
        if (out->youngest < 0 || years < out->youngest)
            out->youngest = years;
    }
}

static void make_adult(const struct pack *pack, struct rng *rng, const struct json *head, struct family *out)
{
    out->born.month = 1 + below(rng, 12);
    out->born.day = 1 + below(rng, 28);
    out->adult = citizen_person_born(pack, rng, &out->born);
    char *name = family_name(pack, json_text_or(head, "family", ""), out->born.woman);
    json_set_text(out->adult, "family", name);
    free(name);
}

static int within(int number, int least, int most)
{
    return number < least ? least : number > most ? most : number;
}

static void make_spouse(const struct pack *pack, struct rng *rng, const struct json *head,
                        const struct birth *born, int year, struct family *out)
{
    out->born.woman = !born->woman;
    out->born.year = within(born->year - 5 + below(rng, 11), year - OLDEST, year - OF_AGE - 1);
    make_adult(pack, rng, head, out);
}

/* Somebody's father is called as they are called after him. */
static void make_parent(const struct pack *pack, struct rng *rng, const struct json *head,
                        const struct birth *born, int year, struct family *out)
{
    const char *father = json_text(head, "father");
    out->born.woman = below(rng, 2) == 0;
    out->born.year = within(born->year - 20 - below(rng, 15), year - OLDEST, year - OLD - 1);
    make_adult(pack, rng, head, out);
    if (father && !out->born.woman)
        json_set_text(out->adult, "given", father);
}

void family_make(const struct pack *pack, struct rng *rng, const struct json *head, const struct birth *born,
                 int year, struct family *out)
{
    int kind = below(rng, 100), age = year - born->year;
    *out = (struct family){.children = json_new_array(), .youngest = -1};
    if (kind < COUPLES) {
        make_spouse(pack, rng, head, born, year, out);
        make_children(pack, rng, head, age, below(rng, CHILDREN_MAX + 1), out);
    } else if (kind < COUPLES + PARENTS && age > OF_AGE) {
        make_children(pack, rng, head, age, 1 + below(rng, CHILDREN_MAX), out);
    } else {
        make_parent(pack, rng, head, born, year, out);
    }
}

/* --- what follows from it --- */

bool family_is_for_all(const struct json *service)
{
    static const char *const events[] = {"birth", "marriage", "moving"};
    const struct json *list = json_get(service, "lifeEvents");
    for (const struct json *event = json_first(list); event; event = json_next(event))
        for (size_t i = 0; i < sizeof events / sizeof *events; i++)
            if (str_equal(json_text(event, "code"), events[i]))
                return true;
    return false;
}

static const char *class_of(const struct pack *pack, const char *const codes[], size_t count)
{
    const struct json *all = json_get(pack->about, "priorities");
    for (const struct json *one = json_first(all); one; one = json_next(one))
        for (size_t i = 0; i < count; i++)
            if (str_equal(json_text(one, "code"), codes[i]))
                return json_text(one, "code");
    return NULL;
}

const char *family_priority(const struct pack *pack, const struct family *family, const struct birth *born,
                            int year)
{
    static const char *const with_child[] = {"small-child", "children"}, *const old[] = {"elderly"};
    if (year - born->year > OLD || (family->adult && year - family->born.year > OLD))
        return class_of(pack, old, 1);
    if (family->youngest >= 0 && family->youngest <= SMALL)
        return class_of(pack, with_child, 2);
    return NULL;
}
