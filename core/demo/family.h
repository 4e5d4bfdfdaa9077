/* core/demo/family.h: whoever comes with somebody. Pure, as citizen.h. */
#pragma once
#include "core/demo/citizen.h"

struct family {
    struct json *adult;    /* the husband or wife, or a parent; NULL: nobody */
    struct birth born;     /* the adult's */
    struct json *children; /* [{"name","age"}]: each of an age to have been born to that head */
    int youngest;          /* years; -1: no child */
};
/* Of somebody of age born then; year is the day's. The caller frees both. */
void family_make(const struct pack *pack, struct rng *rng, const struct json *head, const struct birth *born,
                 int year, struct family *out);
/* One stands for all of them there: a birth, a marriage, a house that is moved to. */
bool family_is_for_all(const struct json *service);
/* The class in which a family waits as long as a small child or somebody old is with them; NULL: none of the pack. */
const char *family_priority(const struct pack *pack, const struct family *family, const struct birth *born,
                            int year);
/* {"name","age"} of a person, new. */
struct json *family_member(const struct json *person, int age);
