/* core/hall/retention_proof.c: see retention_proof.h. */
#include "core/hall/retention_proof.h"

#include <stdlib.h>

#include "core/hall/leaf_seal.h"

struct shortening {
    int64_t from, through;
    struct json *detail; /* what its line says */
    struct leaf_seal found;
};
struct shortenings {
    struct shortening *of; /* ascending, each begins where the one before ended */
    size_t count, capacity;
    size_t at; /* where the walk is */
    int64_t unsealed, pruned_through;
};

static enum err add(struct shortenings *all, struct stmt *s, char what[SHORTENED_WHAT])
{
    long long rev = (long long)db_int(s, 0);
    struct shortening one = {.detail = leaf_seal_said(db_text(s, 2), db_text(s, 1))};
    one.from = json_int(one.detail, "from", 0);
    one.through = json_int(one.detail, "through", 0);
    leaf_seal_start(&one.found);
    if (!one.detail) {
        str_format(what, SHORTENED_WHAT, "what audit line %lld says of shortened changes was altered", rev);
        return ERR_CORRUPT;
    }
    if (all->count > 0 && one.from != all->of[all->count - 1].through + 1) {
        str_format(what, SHORTENED_WHAT,
                   "audit line %lld does not go on where changes were shortened before it", rev);
        json_free(&one.detail);
        return ERR_CORRUPT;
    }
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? all->capacity * 2 : 64;
        all->of = xrealloc(all->of, all->capacity * sizeof *all->of);
    }
    all->of[all->count++] = one;
    return ERR_OK;
}

/* By the lines themselves and not by their index, which nothing chains. */
enum err shortenings_load(struct db *db, const struct hall_state *state, struct shortenings **out,
                          char what[SHORTENED_WHAT])
{
    static const char sql[] = "SELECT audit.rev, body_sha256, about FROM audit LEFT JOIN audit_note"
                              " ON audit_note.rev = audit.rev WHERE type = 'retention.shorten' AND outcome ="
                              " 'applied' ORDER BY audit.rev"; /* primary keys */
    struct shortenings *all = *out = xcalloc(1, sizeof *all);
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK)
        if ((err = add(all, s, what)) != ERR_OK)
            break;
    db_done(s);
    if (err != ERR_ABSENT)
        return err;
    all->unsealed = all->count > 0 ? all->of[0].from - 1 : state->pruned_through;
    all->pruned_through = state->pruned_through;
    return ERR_OK;
}

void shortenings_free(struct shortenings **slot)
{
    struct shortenings *all = *slot;
    if (!all)
        return;
    for (size_t i = 0; i < all->count; i++)
        json_free(&all->of[i].detail);
    free(all->of);
    free(all);
    *slot = NULL;
}

int64_t shortenings_unsealed(const struct shortenings *shortenings)
{
    return shortenings->unsealed;
}

void shortenings_add(struct shortenings *all, int64_t rev, const struct json *line)
{
    while (all->at < all->count && all->of[all->at].through < rev)
        all->at++;
    if (all->at < all->count && all->of[all->at].from <= rev)
        leaf_seal_add(&all->of[all->at].found, rev, json_text_or(line, "t", ""), json_text_or(line, "id", ""),
                      json_text_or(line, "leaf", ""));
}

enum err shortenings_fit(const struct shortenings *all, char what[SHORTENED_WHAT])
{
    for (size_t i = 0; i < all->count; i++) {
        const struct shortening *one = &all->of[i];
        if (leaf_seal_fits(&one->found, one->detail))
            continue;
        str_format(what, SHORTENED_WHAT,
                   "the shortened changes %lld to %lld name other rows than those that they held",
                   (long long)one->from, (long long)one->through);
        return ERR_CORRUPT;
    }
    int64_t through = all->count > 0 ? all->of[all->count - 1].through : all->unsealed;
    if (through == all->pruned_through)
        return ERR_OK;
    str_format(what, SHORTENED_WHAT,
               "changes were shortened up to %lld, but the lines of the audit tell of them up to %lld",
               (long long)all->pruned_through, (long long)through);
    return ERR_CORRUPT;
}
