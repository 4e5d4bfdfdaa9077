/* core/hall/erase_proof.c: see erase_proof.h. */
#include "core/hall/erase_proof.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/leaf_seal.h"
#include "core/hall/person_rows.h"

struct erasure {
    int64_t rev;
    struct json *detail; /* what its line says */
    bool sealed;
    struct leaf_seal found; /* of the marks so far */
};
struct erasures {
    struct db *db;
    struct erasure *of; /* ascending */
    size_t count, capacity;
};

/* --- the lines --- */

static enum err add_erasure(struct erasures *erasures, struct stmt *s, char what[ERASURE_WHAT])
{
    struct erasure one = {.rev = db_int(s, 0)};
    one.detail = leaf_seal_said(db_text(s, 2), db_text(s, 1));
    if (!one.detail) {
        str_format(what, ERASURE_WHAT, "what audit line %lld says of its erasure was altered",
                   (long long)one.rev);
        return ERR_CORRUPT;
    }
    one.sealed = json_get(one.detail, "seal") != NULL;
    leaf_seal_start(&one.found);
    if (erasures->count == erasures->capacity) {
        erasures->capacity = erasures->capacity ? erasures->capacity * 2 : 16;
        erasures->of = xrealloc(erasures->of, erasures->capacity * sizeof *erasures->of);
    }
    erasures->of[erasures->count++] = one;
    return ERR_OK;
}

/* By the lines themselves and not by their index, which nothing chains. */
enum err erasures_load(struct db *db, struct erasures **out, char what[ERASURE_WHAT])
{
    static const char sql[] = "SELECT audit.rev, body_sha256, about FROM audit LEFT JOIN audit_note"
                              " ON audit_note.rev = audit.rev WHERE type = 'person.erase' AND outcome = "
                              "'applied' ORDER BY audit.rev"; /* primary keys */
    struct erasures *erasures = *out = xcalloc(1, sizeof *erasures);
    struct stmt *s = db_query(db, sql);
    enum err err;
    erasures->db = db;
    while ((err = db_step(s)) == ERR_OK)
        if ((err = add_erasure(erasures, s, what)) != ERR_OK)
            break;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

void erasures_free(struct erasures **slot)
{
    struct erasures *erasures = *slot;
    if (!erasures)
        return;
    for (size_t i = 0; i < erasures->count; i++)
        json_free(&erasures->of[i].detail);
    free(erasures->of);
    free(erasures);
    *slot = NULL;
}

int64_t erasures_unsealed(const struct erasures *erasures)
{
    int64_t count = 0;
    for (size_t i = 0; i < erasures->count; i++)
        count += !erasures->of[i].sealed;
    return count;
}

static int by_rev(const void *key, const void *one)
{
    int64_t rev = *(const int64_t *)key, other = ((const struct erasure *)one)->rev;
    return (rev > other) - (rev < other);
}

static struct erasure *find(const struct erasures *erasures, int64_t rev)
{
    return erasures->count ? bsearch(&rev, erasures->of, erasures->count, sizeof *erasures->of, by_rev)
                           : NULL;
}

bool erasures_has(const struct erasures *erasures, int64_t rev)
{
    return find(erasures, rev) != NULL;
}

/* --- the marks --- */

bool erasures_mark(struct erasures *erasures, int64_t rev, const struct json *line)
{
    struct erasure *erasure = find(erasures, json_int(line, "erasure", 0));
    if (!erasure || !erasure->sealed || erasure->rev <= rev)
        return false;
    leaf_seal_add(&erasure->found, rev, json_text_or(line, "t", ""), json_text_or(line, "id", ""),
                  json_text_or(line, "leaf", ""));
    return true;
}

enum err erasures_fit(const struct erasures *erasures, char what[ERASURE_WHAT])
{
    for (size_t i = 0; i < erasures->count; i++) {
        const struct erasure *one = &erasures->of[i];
        if (!one->sealed || leaf_seal_fits(&one->found, one->detail))
            continue;
        str_format(
            what, ERASURE_WHAT,
            "the erasure of audit line %lld took %lld other rows of earlier changes than the %lld that "
            "are marked as its own",
            (long long)one->rev, (long long)json_int(one->detail, "sealed_rows", 0),
            (long long)one->found.rows);
        return ERR_CORRUPT;
    }
    return ERR_OK;
}

/* --- rows that an erasure wrote --- */

static enum err item_of(struct db *db, int64_t rev, struct json **item)
{
    static const char sql[] = "SELECT item FROM change WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    enum err err = rows_first(s, item);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static const struct json *line_of(const struct json *item, enum table table, const char *id)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), table_wire(table)) && str_equal(json_text(line, "id"), id))
            return line;
    return NULL;
}

struct look {
    const struct erasures *erasures;
    enum table table;
    const char *id;
    int64_t until, found;
};

/* One that names the person need not have written their row. */
static enum err look_for_erasure(void *ctx, int64_t rev)
{
    struct look *look = ctx;
    struct json *item = NULL;
    const struct erasure *erasure = find(look->erasures, rev);
    if (look->found || !erasure || erasure->sealed)
        return ERR_OK;
    enum err err = item_of(look->erasures->db, rev, &item);
    if (line_of(item, look->table, look->id))
        look->found = rev;
    json_free(&item);
    return err;
}

enum err erasures_cover(const struct erasures *erasures, enum table table, const char *id, int64_t rev,
                        bool *covers)
{
    struct look look = {.erasures = erasures, .table = table, .id = id};
    enum err err = person_rows_revs(erasures->db, table, id, rev, look_for_erasure, &look);
    *covers = look.found > 0;
    return err;
}

static enum err look_for_row(void *ctx, int64_t rev)
{
    struct look *look = ctx;
    struct json *item = NULL;
    if (rev >= look->until || look->found)
        return ERR_OK;
    enum err err = item_of(look->erasures->db, rev, &item);
    if (json_is_object(json_get(line_of(item, look->table, look->id), "row")))
        look->found = rev;
    json_free(&item);
    return err;
}

static enum err look_before(const struct erasures *erasures, int64_t erasure, int64_t after, int64_t *found)
{
    struct json *item = NULL;
    enum err err = item_of(erasures->db, erasure, &item);
    for (const struct json *line = json_first(json_get(item, "rows")); line && err == ERR_OK && !*found;
         line = json_next(line)) {
        struct look look = {.erasures = erasures, .id = json_text_or(line, "id", ""), .until = erasure};
        if (!table_find(json_text_or(line, "t", ""), &look.table))
            continue;
        err = person_rows_revs(erasures->db, look.table, look.id, after, look_for_row, &look);
        *found = look.found;
    }
    json_free(&item);
    return err;
}

enum err erasures_verify(const struct erasures *erasures, const struct hall_state *state, int64_t *rev)
{
    enum err err = ERR_OK;
    *rev = 0;
    for (size_t i = 0; i < erasures->count && err == ERR_OK && !*rev; i++)
        err = look_before(erasures, erasures->of[i].rev, state->pruned_through, rev);
    return *rev ? ERR_CORRUPT : err;
}
