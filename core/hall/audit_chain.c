/* core/hall/audit_chain.c: see audit_chain.h. */
#include "core/hall/audit_chain.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/audit_index.h"

const char *audit_fault_text(enum audit_fault fault)
{
    static const char *const texts[] = {"", "unreadable", "missing", "altered", "apart"};
    return texts[fault];
}

enum audit_fault audit_chain_line(struct audit_place *place, struct stmt *s)
{
    char rev[24], hash[SHA256_TEXT];
    const char *members[8] = {db_text(s, 1), rev};
    if (db_int(s, 0) != place->rev + 1)
        return AUDIT_MISSING;
    str_format(rev, sizeof rev, "%lld", (long long)db_int(s, 0));
    for (int i = 2; i < 8; i++)
        members[i] = db_text(s, i);
    for (int i = 0; i < 8; i++)
        if (!members[i])
            return AUDIT_UNREADABLE;
    audit_hash(members, hash);
    if (!str_equal(hash, db_text(s, 8)))
        return AUDIT_ALTERED;
    if (!str_equal(members[0], place->hash))
        return AUDIT_APART;
    place->rev++;
    str_copy(place->hash, sizeof place->hash, hash);
    str_copy(place->at, sizeof place->at, members[2]);
    return AUDIT_FITS;
}

enum err audit_chain_walk(struct db *db, struct audit_place *place, int lines, bool *end,
                          enum audit_fault *fault)
{
    static const char sql[] =
        "SELECT rev, prev, at_, actor, client, type, body_sha256, outcome, hash FROM audit"
        " WHERE rev > $1 ORDER BY rev LIMIT $2"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, place->rev);
    db_bind_int(s, 2, lines);
    int count = 0;
    enum err err;
    *fault = AUDIT_FITS;
    while ((err = db_step(s)) == ERR_OK && (*fault = audit_chain_line(place, s)) == AUDIT_FITS)
        count++;
    db_done(s);
    *end = err == ERR_ABSENT && count < lines;
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- what was altered --- */

enum { PREV, REV, AT, ACTOR, CLIENT, TYPE, BODY, OUTCOME, MEMBERS };

struct altered {
    struct db *db;
    char *members[MEMBERS], *hash;
};

/* Whether the seal fits with this one in its place. */
static bool fits_with(const struct altered *a, int member, const char *text)
{
    char hash[SHA256_TEXT];
    const char *members[MEMBERS];
    for (int i = 0; i < MEMBERS; i++)
        members[i] = i == member ? text : a->members[i];
    audit_hash(members, hash);
    return str_equal(hash, a->hash);
}

/* Whether it fits with one of the texts that sql finds; few rows, and only of a damaged file. */
static enum err fits_any(const struct altered *a, int member, const char *sql, bool *fits)
{
    struct stmt *s = db_query(a->db, sql);
    enum err err;
    *fits = false;
    while (!*fits && (err = db_step(s)) == ERR_OK)
        *fits = db_text(s, 0) && fits_with(a, member, db_text(s, 0));
    db_done(s);
    return *fits || err == ERR_ABSENT ? ERR_OK : err;
}

static enum err fits_type(const struct altered *a, bool *fits)
{
    char tag[AUDIT_TAG] = "c/";
    enum err err = ERR_OK;
    *fits = false;
    while (!*fits && (err = audit_index_next_tag(a->db, tag, tag)) == ERR_OK && str_starts(tag, "c/"))
        *fits = fits_with(a, TYPE, tag + 2);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The line after it keeps what the hash was. */
static enum err next_prev(struct db *db, int64_t rev, char prev[SHA256_TEXT])
{
    static const char sql[] = "SELECT prev FROM audit WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev + 1);
    enum err err = db_step(s);
    str_copy(prev, SHA256_TEXT, err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err name_column(const struct altered *a, const struct audit_place *place, char column[16])
{
    static const char
        sql_users[] = "SELECT id FROM users ORDER BY id LIMIT 100000", /* primary keys, small tables */
        sql_clients[] = "SELECT client FROM client ORDER BY client LIMIT 100000",
        sql_codes[] = "SELECT DISTINCT outcome FROM audit WHERE rev IN"
                      " (SELECT rev FROM audit_tag WHERE tag = 'o/refused' ORDER BY rev DESC LIMIT 10000)";
    static const struct {
        int member;
        const char *name, *sql;
    } tries[] = {
        {ACTOR, "actor", sql_users}, {CLIENT, "client", sql_clients}, {OUTCOME, "outcome", sql_codes}};
    char next[SHA256_TEXT], own[SHA256_TEXT];
    bool fits = false;
    enum err err = next_prev(a->db, place->rev + 1, next);
    audit_hash((const char *const *)a->members, own);
    const char *found = fits_with(a, PREV, place->hash)    ? "prev"
                        : str_equal(own, next)             ? "hash"
                        : fits_with(a, ACTOR, "")          ? "actor"
                        : fits_with(a, CLIENT, "")         ? "client"
                        : fits_with(a, OUTCOME, "applied") ? "outcome"
                                                           : "";
    for (size_t i = 0; i < sizeof tries / sizeof *tries && err == ERR_OK && !*found; i++) {
        err = fits_any(a, tries[i].member, tries[i].sql, &fits);
        found = fits ? tries[i].name : found;
    }
    if (err == ERR_OK && !*found) {
        err = fits_type(a, &fits);
        found = fits ? "type" : found;
    }
    str_copy(column, 16, found);
    return err;
}

enum err audit_chain_column(struct db *db, const struct audit_place *place, char column[16])
{
    static const char sql[] = "SELECT prev, at_, actor, client, type, body_sha256, outcome, hash FROM audit"
                              " WHERE rev = $1"; /* primary key */
    static const int order[] = {PREV, AT, ACTOR, CLIENT, TYPE, BODY, OUTCOME};
    struct altered a = {.db = db};
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, place->rev + 1);
    enum err err = db_step(s);
    *column = '\0';
    bool whole = err == ERR_OK;
    for (int i = 0; i < 7 && whole; i++) {
        whole = db_text(s, i) != NULL;
        a.members[order[i]] = whole ? xstrdup(db_text(s, i)) : NULL;
    }
    a.members[REV] = xasprintf("%lld", (long long)place->rev + 1);
    a.hash = xstrdup(whole && db_text(s, 7) ? db_text(s, 7) : "");
    db_done(s);
    if (whole)
        err = name_column(&a, place, column);
    for (int i = 0; i < MEMBERS; i++)
        free(a.members[i]);
    free(a.hash);
    return err == ERR_ABSENT ? ERR_OK : err;
}
