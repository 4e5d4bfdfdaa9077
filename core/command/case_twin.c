/* core/command/case_twin.c: a possible duplicate: the same person has another application for the same service that
 * nobody has decided yet. It is marked by itself, when it is opened or when the visit gets its person; it stops nothing;
 * a clerk takes the mark off (case.duplicate), and it goes with the decision. */
#include "core/command/cases.h"

enum { TWINS_LOOKED_AT = 50 }; /* of one record of a person, the newest first */

static bool is_twin(const struct json *row, const struct json *other)
{
    return !str_equal(row_id(other), row_id(row)) &&
           str_equal(json_text(other, "service"), json_text(row, "service")) &&
           case_is_undecided(case_state_of(other));
}

enum err case_mark_twin(struct call *c, struct json *row)
{
    struct json *found;
    if (str_empty(json_text(row, "person")) || row_has_flag(row, case_flag_text(CASE_DUPLICATE)))
        return ERR_OK;
    TRY(person_cases(c, json_text(row, "person"), TWINS_LOOKED_AT, &found));
    for (const struct json *other = json_first(found); other; other = json_next(other)) {
        if (!is_twin(row, other))
            continue;
        case_put_twin(row, row_id(other));
        row_stamp(c, row, "duplicate");
        return ERR_OK;
    }
    return ERR_OK;
}

void case_put_twin(struct json *row, const char *of)
{
    row_set_flag(row, case_flag_text(CASE_DUPLICATE), of != NULL);
    json_set_text(row, "duplicate_of", of);
}
