/* core/command/person_merge.c: two records of one person become one, and are taken apart again (persons.h).
 *
 * Both need the hall: it is rare, no citizen waits for it, and nothing of it may be built on rows of this morning. What was
 * taken from the merged record, what stood there before and which applications were marked is kept in that record's
 * "merge", so that taking it back finds what it needs however long ago it was. */
#include <string.h>

#include "core/command/cases.h"

enum { MARKED_MAX = 50 }; /* applications of a record that are looked at, the newest */

/* What may be taken over from the record that is merged: a name goes whole, or not at all. */
static const char *const name_parts[] = {"name", "given", "father", "family"};
static const char *const members[] = {"born",  "fin",     "nik",      "phone",
                                      "email", "address", "language", "documents"};
enum {
    NAME_PARTS = sizeof name_parts / sizeof *name_parts,
    MEMBERS = sizeof members / sizeof *members,
};

/* As it was: also that it was not there at all. */
static void put_back(struct json *row, const char *name, const struct json *old)
{
    if (old)
        json_set(row, name, json_copy(old));
    else
        json_remove(row, name);
}

static bool is_empty(const struct json *row, const char *name)
{
    const struct json *value = json_get(row, name);
    return !value || json_is_null(value) || (json_is_array(value) && json_count(value) == 0) ||
           (json_is_text(value) && str_empty(json_as_text(value)));
}

static bool same_member(const struct json *a, const struct json *b, const char *name)
{
    const struct json *one = json_get(a, name), *other = json_get(b, name);
    return one && other ? json_equal(one, other) : is_empty(a, name) && is_empty(b, name);
}

static const char *name_of(const struct json *row)
{
    return json_text_or(row, "name", "this record");
}

/* --- who may --- */

static enum err need_fixed_hall(struct call *c)
{
    struct json *hall;
    TRY(load_hall(c, &hall));
    if (!json_is_object(json_get(hall, "mobile")))
        return ERR_OK;
    return refuse(c, "hall_is_mobile", "",
                  "This is a mobile hall: records of a person are merged and taken apart at home. "
                  "Nothing was changed.");
}

/* Nobody judges by digits that are hidden. */
static enum err need_sight(struct call *c, const char *field, const struct json *row)
{
    if (row_sight(c->actor, TABLE_PERSON, row) == SIGHT_FULL)
        return ERR_OK;
    return refuse(c, "not_seen", field,
                  "Records are merged only by somebody who may see both whole. Nothing was changed: ask a "
                  "clerk.");
}

/* rev names the member of the body that says which state of the row was compared. */
static enum err need_unchanged(struct call *c, const char *rev, const struct json *row)
{
    int64_t seen;
    TRY(body_int(c, rev, -1, &seen));
    if (seen < 0 || seen == json_int(row, "row_rev", 0))
        return ERR_OK;
    return refuse(c, "row_changed", rev,
                  "%s was changed meanwhile. Nothing was merged: look at both records again.", name_of(row));
}

static enum err need_root(struct call *c, const char *field, const struct json *row)
{
    struct json *root = NULL;
    if (str_empty(json_text(row, "merged_into")))
        return ERR_OK;
    TRY(person_goes_on(c, row_id(row), &root));
    return refuse(c, "person_merged", field,
                  "This record was merged already: it goes on as %s. Nothing was changed: take that one.",
                  name_of(root));
}

static enum err need_one_number(struct call *c, const struct json *from, const struct json *into)
{
    static const char *const numbers[] = {"fin", "nik"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (is_empty(from, numbers[i]) || is_empty(into, numbers[i]) || same_member(from, into, numbers[i]))
            continue;
        return refuse(c, "different_numbers", numbers[i],
                      "The two records have different numbers (%s): these are two people, or one number is "
                      "wrong. Nothing was merged: look at the card, correct the number first.",
                      i ? "NIK" : "FIN");
    }
    return ERR_OK;
}

static enum err need_room(struct call *c, const struct json *from, const struct json *into)
{
    struct json *mine, *theirs;
    TRY(person_records(c, row_id(from), &mine));
    TRY(person_records(c, row_id(into), &theirs));
    if (json_count(mine) + json_count(theirs) <= PERSON_RECORDS_MAX)
        return ERR_OK;
    return refuse(c, "too_many_records", "into",
                  "One person may have at most %d records. Nothing was merged: tell the administrator.",
                  PERSON_RECORDS_MAX);
}

/* --- what is taken over --- */

static enum err need_members(struct call *c, const struct json *fields)
{
    for (const struct json *one = json_first(fields); one; one = json_next(one)) {
        const char *name = json_as_text(one);
        bool known = str_equal(name, name_parts[0]);
        for (int i = 0; i < MEMBERS; i++)
            known |= str_equal(name, members[i]);
        if (!known)
            return refuse(c, "invalid_body", "fields",
                          "\"fields\" lists what is taken from the merged record: name, born, fin, nik, "
                          "phone, email, address, language, documents.");
    }
    return ERR_OK;
}

struct taking {
    const struct json *from;
    struct json *into, *taken, *before;
};

static void take(const struct taking *t, const char *name)
{
    const struct json *old = json_get(t->into, name), *value = json_get(t->from, name);
    if (same_member(t->from, t->into, name))
        return;
    json_add_text(t->taken, name);
    if (old)
        json_set(t->before, name, json_copy(old));
    json_set(t->into, name, value ? json_copy(value) : json_new_null());
}

/* What is asked for, and what only the merged record knows. */
static void take_members(const struct taking *t, const struct json *fields)
{
    bool whole = json_has_text(fields, name_parts[0]) || is_empty(t->into, name_parts[0]);
    for (int i = 0; i < NAME_PARTS && whole && !is_empty(t->from, name_parts[0]); i++)
        take(t, name_parts[i]);
    if (is_empty(t->into, "father") && !is_empty(t->from, "father"))
        take(t, "father");
    for (int i = 0; i < MEMBERS; i++)
        if (!is_empty(t->from, members[i]) &&
            (is_empty(t->into, members[i]) || json_has_text(fields, members[i])))
            take(t, members[i]);
}

/* --- applications that are twins now --- */

static enum err mark_twins(struct call *c, const struct json *records, struct json *marked)
{
    for (const struct json *one = json_first(records); one; one = json_next(one)) {
        struct json *found;
        TRY(person_cases_of(c, json_as_text(one), MARKED_MAX, &found));
        for (const struct json *other = json_first(found); other; other = json_next(other)) {
            struct json *row = keep(c, json_copy(other));
            if (!case_is_undecided(case_state_of(row)) || row_has_flag(row, case_flag_text(CASE_DUPLICATE)) ||
                json_count(marked) >= MARKED_MAX)
                continue;
            TRY(case_mark_twin(c, row));
            if (!row_has_flag(row, case_flag_text(CASE_DUPLICATE)))
                continue;
            json_add_text(marked, row_id(row));
            TRY(save(c, TABLE_CASE, row));
        }
    }
    return ERR_OK;
}

enum err person_join(struct call *c, struct json *from, struct json *into, const struct json *fields)
{
    struct json *records, *merge = json_new_object(), *marked = json_new_array();
    struct taking taking = {from, into, json_new_array(), json_new_object()};
    json_set(merge, "taken", taking.taken);
    json_set(merge, "before", taking.before);
    json_set(merge, "marked", marked);
    keep(c, merge);
    if (str_equal(row_id(from), row_id(into)))
        return refuse(c, "same_record", "into",
                      "That is the same record twice. Nothing was merged: choose two.");
    TRY(need_root(c, "person", from));
    TRY(need_root(c, "into", into));
    TRY(need_one_number(c, from, into));
    TRY(need_room(c, from, into));
    TRY(person_records(c, row_id(from), &records));
    take_members(&taking, fields);
    row_set_time(merge, "at", c->at_ms);
    json_set_text(merge, "by", c->actor->user);
    if (json_bool(into, "possible_duplicate", false)) /* somebody has looked */
        json_set_bool(merge, "looked", true);
    json_remove(into, "possible_duplicate");
    json_set_text(from, "merged_into", row_id(into));
    json_add_text(row_list(into, "merged"), row_id(from));
    TRY(save(c, TABLE_PERSON, from));
    TRY(save(c, TABLE_PERSON, into));
    TRY(mark_twins(c, records, marked));
    json_set(from, "merge", json_copy(merge));
    TRY(save(c, TABLE_PERSON, from));
    json_set_text(answer(c), "person", row_id(into));
    json_set_text(answer(c), "merged", row_id(from));
    json_set(answer(c), "taken", json_copy(taking.taken));
    json_set_int(answer(c), "marked", (int64_t)json_count(marked));
    return ERR_OK;
}

/* {person, into, fields?, person_rev?, into_rev?}: the record "person" goes on as "into", which keeps what it says, gets what
 * it lacks, and takes what fields names. */
enum err person_merge(struct call *c)
{
    const char *person, *other;
    const struct json *fields;
    struct json *from, *into;
    TRY(need_fixed_hall(c));
    TRY(body_need(c, "person", &person));
    TRY(body_need(c, "into", &other));
    TRY(body_array(c, "fields", &fields));
    TRY(need_members(c, fields));
    TRY(load(c, TABLE_PERSON, "person", person, &from));
    TRY(load(c, TABLE_PERSON, "into", other, &into));
    TRY(need_sight(c, "person", from));
    TRY(need_sight(c, "into", into));
    TRY(need_unchanged(c, "person_rev", from));
    TRY(need_unchanged(c, "into_rev", into));
    return person_join(c, from, into, fields);
}

/* --- taken apart --- */

/* A record that was merged later took the place of what this one had brought: it is that one's "before" then. */
static enum err hand_back_before(struct call *c, const struct json *from, const struct json *into,
                                 const char *name)
{
    for (const struct json *one = json_first(json_get(into, "merged")); one; one = json_next(one)) {
        struct json *later;
        const char *id = json_as_text(one);
        if (str_equal(id, row_id(from)))
            continue;
        TRY(peek(c, TABLE_PERSON, id, &later));
        struct json *before = json_edit(json_edit(later, "merge"), "before");
        const struct json *old = json_get(json_get(json_get(from, "merge"), "before"), name);
        if (!json_get(before, name) || !same_member(before, from, name))
            continue;
        put_back(before, name, old);
        return save(c, TABLE_PERSON, later);
    }
    return ERR_OK;
}

/* What was taken goes back, unless somebody wrote something else there since. */
static enum err give_back(struct call *c, const struct json *from, struct json *into)
{
    const struct json *merge = json_get(from, "merge");
    struct json *kept = json_new_array();
    json_set(answer(c), "kept", kept);
    for (const struct json *one = json_first(json_get(merge, "taken")); one; one = json_next(one)) {
        const char *name = json_as_text(one);
        const struct json *before = json_get(json_get(merge, "before"), name);
        if (same_member(from, into, name)) {
            put_back(into, name, before);
            continue;
        }
        json_add_text(kept, name);
        TRY(hand_back_before(c, from, into, name));
    }
    return ERR_OK;
}

/* Marks that stand on the merge alone: made by it, or on an application that was opened since. Those that a person set
 * before it stay. */
static enum err clear_twins(struct call *c, const struct json *records, const struct json *others,
                            const struct json *merge)
{
    int64_t at_ms = row_time(merge, "at");
    for (const struct json *one = json_first(records); one; one = json_next(one)) {
        struct json *found;
        TRY(person_cases_of(c, json_as_text(one), MARKED_MAX, &found));
        for (const struct json *other = json_first(found); other; other = json_next(other)) {
            struct json *of;
            if (str_empty(json_text(other, "duplicate_of")) ||
                (!json_has_text(json_get(merge, "marked"), row_id(other)) &&
                 row_time(other, "opened_at") < at_ms))
                continue;
            TRY(peek(c, TABLE_CASE, json_text(other, "duplicate_of"), &of));
            if (!of || !json_has_text(others, json_text_or(of, "person", "")))
                continue;
            struct json *row = keep(c, json_copy(other));
            case_put_twin(row, NULL);
            TRY(save(c, TABLE_CASE, row));
        }
    }
    return ERR_OK;
}

static void unlist(struct json *into, const char *id)
{
    struct json *rest = json_new_array();
    for (const struct json *one = json_first(json_get(into, "merged")); one; one = json_next(one))
        if (!str_equal(json_as_text(one), id))
            json_add_text(rest, json_as_text(one));
    if (json_count(rest) > 0) {
        json_set(into, "merged", rest);
        return;
    }
    json_remove(into, "merged");
    json_free(&rest);
}

/* {person}: the record that was merged stands by itself again, with all that was its own. Visits and applications that came
 * since are those of the record that went on, and stay with it. */
enum err person_unmerge(struct call *c)
{
    const char *person;
    struct json *from, *into, *mine, *theirs;
    TRY(need_fixed_hall(c));
    TRY(body_need(c, "person", &person));
    TRY(load(c, TABLE_PERSON, "person", person, &from));
    if (str_empty(json_text(from, "merged_into")))
        return refuse(c, "not_merged", "person",
                      "%s stands by itself: there is nothing to take apart. Nothing was changed.",
                      name_of(from));
    TRY(load(c, TABLE_PERSON, "person", json_text(from, "merged_into"), &into));
    TRY(give_back(c, from, into));
    unlist(into, row_id(from));
    if (json_bool(json_get(from, "merge"), "looked", false))
        json_set_bool(into, "possible_duplicate", true);
    struct json *merge = keep(c, json_copy(json_get(from, "merge")));
    json_remove(from, "merged_into");
    json_remove(from, "merge");
    TRY(save(c, TABLE_PERSON, from));
    TRY(save(c, TABLE_PERSON, into));
    TRY(person_records(c, row_id(from), &mine));
    TRY(person_records(c, row_id(into), &theirs));
    TRY(clear_twins(c, mine, theirs, merge));
    TRY(clear_twins(c, theirs, mine, merge));
    json_set_text(answer(c), "person", row_id(from));
    json_set_text(answer(c), "from", row_id(into));
    return ERR_OK;
}
