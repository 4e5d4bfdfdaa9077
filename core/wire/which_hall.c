/* core/wire/which_hall.c: see which_hall.h. */
#include "core/wire/which_hall.h"

#include <string.h>

#include "core/base/str.h"

enum hall_kind hall_kind_of(const char *identity)
{
    if (str_empty(identity))
        return HALL_UNKNOWN;
    return str_starts(identity, HALL_TRAINING_MARK) || strcmp(identity, hall_kind_text(HALL_TRAINING)) == 0
               ? HALL_TRAINING
               : HALL_REAL;
}

const char *hall_kind_text(enum hall_kind kind)
{
    return kind == HALL_TRAINING ? "training" : kind == HALL_REAL ? "real" : "";
}

/* Of two words that disagree the one that says training counts: nothing of it may be taken for real. */
void which_hall_read(const struct json *hall, struct which_hall *out)
{
    const struct json *practice = json_get(hall, "practice");
    *out = (struct which_hall){0};
    str_copy(out->code, sizeof out->code, json_text_or(hall, "code", ""));
    str_copy(out->identity, sizeof out->identity, json_text_or(hall, "identity", ""));
    out->kind = hall_kind_of(out->identity);
    if (json_bool(hall, "practice", false))
        out->kind = HALL_TRAINING;
    else if (out->kind == HALL_UNKNOWN && practice)
        out->kind = HALL_REAL;
}

const char *hall_training_word(const char *lang)
{
    static const char *const words[][2] = {
        {"az", "TƏLİM"}, {"id", "LATIHAN"}, {"en", "TRAINING"}, {"ru", "ОБУЧЕНИЕ"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(words[i][0], lang))
            return words[i][1];
    return "TƏLİM · LATIHAN · TRAINING · ОБУЧЕНИЕ";
}

bool hall_kinds_differ(enum hall_kind a, enum hall_kind b)
{
    return a != HALL_UNKNOWN && b != HALL_UNKNOWN && a != b;
}

bool hall_is_of_one_home(const char *identity, const char *other)
{
    size_t length = strcspn(identity, "/");
    return length > 0 && strcspn(other, "/") == length && memcmp(identity, other, length) == 0;
}

bool hall_is_another(const struct which_hall *a, const struct which_hall *b)
{
    if (*a->identity && *b->identity)
        return strcmp(a->identity, b->identity) != 0;
    return *a->code && *b->code && strcmp(a->code, b->code) != 0;
}
