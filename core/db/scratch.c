/* core/db/scratch.c: see scratch.h. */
#include "core/db/scratch.h"

#include <postgresql/libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/base/str.h"

#define PREFIX "loket_demo_"

enum { LETTERS = 16, NAME = 64 };

struct scratch {
    PGconn *raw;
    char name[NAME]; /* as SQL quotes it */
    char *own;       /* the address that leads to it */
};

/* --- asking --- */

static void be_silent(void *ctx, const PGresult *notice)
{
    (void)ctx, (void)notice;
}

/* The first value of the first row, or NULL; the caller frees it. */
static bool ask(struct scratch *s, const char *sql, const char *parameter, char **value)
{
    const char *values[] = {parameter};
    PGresult *result = PQexecParams(s->raw, sql, parameter ? 1 : 0, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    bool well = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (value)
        *value = status == PGRES_TUPLES_OK && PQntuples(result) && !PQgetisnull(result, 0, 0)
                     ? xstrdup(PQgetvalue(result, 0, 0))
                     : NULL;
    PQclear(result);
    return well;
}

/* A statement about the schema of that name, which SQL has quoted; no parameter can stand there. */
static bool tell(struct scratch *s, const char *what, const char *name, const char *end)
{
    char *sql = xasprintf("%s %s%s", what, name, end);
    bool well = ask(s, sql, NULL, NULL);
    free(sql);
    return well;
}

/* PostgreSQL's words as one line, without what follows the first. */
static enum err failed(const struct scratch *s, const char *what, struct err_info *info)
{
    const char *said = PQerrorMessage(s->raw);
    int length = (int)strcspn(said, "\n");
    enum err err = PQstatus(s->raw) == CONNECTION_OK ? ERR_SYSTEM : ERR_DISK;
    return err_set(info, err, "%s: %.*s.", what, length, said);
}

/* --- which --- */

/* address with the schema named in it, beside whatever else it asks for. */
static char *address_of(const char *address, const char *name)
{
    const char *asked = strchr(address, '?'), *options = asked ? strstr(asked, "options=") : NULL;
    if (!options)
        return xasprintf("%s%soptions=-csearch_path%%3D%s", address, asked ? "&" : "?", name);
    int length = (int)(options - address) + (int)strcspn(options, "&");
    return xasprintf("%.*s%%20-csearch_path%%3D%s%s", length, address, name, address + length);
}

static void make_name(struct scratch *s)
{
    struct rng chance;
    rng_seed_from_system(&chance);
    str_copy(s->name, sizeof s->name, PREFIX);
    size_t at = strlen(s->name);
    for (int i = 0; i < LETTERS; i++)
        s->name[at++] = (char)('a' + rng_below(&chance, 26));
    s->name[at] = '\0';
}

static bool find_name(struct scratch *s, const char *address)
{
    static const char asked[] =
        "SELECT quote_ident(btrim(split_part(setting, ',', 1), ' \"')) FROM pg_settings"
        " WHERE name = 'search_path' AND source = 'client'";
    char *name = NULL;
    bool well = ask(s, asked, NULL, &name);
    if (name)
        str_copy(s->name, sizeof s->name, name);
    else
        make_name(s);
    s->own = name ? xstrdup(address) : address_of(address, s->name);
    free(name);
    return well;
}

/* --- those that were left --- */

/* Whoever works in one holds its lock, which goes with the connection. */
static void sweep(struct scratch *s)
{
    static const char left[] = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^" PREFIX "[a-z]{16}$'"
                               " AND pg_has_role(nspowner, 'USAGE')"
                               " AND pg_try_advisory_lock(hashtextextended(nspname, 7)) LIMIT 1";
    static const char unlock[] = "SELECT pg_advisory_unlock(hashtextextended($1, 7))";
    char *name = NULL;
    bool well = true;
    while (well && ask(s, left, NULL, &name) && name) {
        well = tell(s, "DROP SCHEMA IF EXISTS", name, " CASCADE");
        (void)ask(s, unlock, name, NULL);
        free(name);
    }
}

/* --- its life --- */

static enum err make(struct scratch *s, const char *address, struct err_info *info)
{
    static const char there[] = "SELECT 1 FROM pg_namespace WHERE quote_ident(nspname) = $1",
                      lock[] = "SELECT pg_advisory_lock(hashtextextended($1, 7))";
    char *found = NULL;
    s->raw = PQconnectdb(address);
    if (PQstatus(s->raw) != CONNECTION_OK)
        return failed(s, "The database cannot be reached", info);
    PQsetNoticeReceiver(s->raw, be_silent, NULL);
    /* whoever ends there now is waited for, but not for ever */
    bool well = ask(s, "SET lock_timeout = '60s'", NULL, NULL);
    sweep(s);
    well = well && find_name(s, address) && ask(s, there, s->name, &found);
    if (found) {
        free(found);
        return err_set(info, ERR_CONFLICT,
                       "The schema %s is there already, and simulated days are played in one of their own. "
                       "Nothing was changed; name the database alone, or a schema that is not there.",
                       s->name);
    }
    well = well && ask(s, lock, s->name, NULL) && tell(s, "CREATE SCHEMA", s->name, "");
    return well ? ERR_OK : failed(s, "No schema for simulated days can be made", info);
}

static void let_go(struct scratch **slot)
{
    struct scratch *s = *slot;
    PQfinish(s->raw);
    free(s->own);
    free(s);
    *slot = NULL;
}

enum err scratch_make(struct scratch **out, const char *address, struct err_info *info)
{
    struct scratch *s = *out = xcalloc(1, sizeof *s);
    enum err err = make(s, address, info);
    if (err != ERR_OK)
        let_go(out);
    return err;
}

const char *scratch_address(const struct scratch *s)
{
    return s->own;
}

const char *scratch_name(const struct scratch *s)
{
    return s->name;
}

enum err scratch_empty(struct scratch *s, struct err_info *info)
{
    bool well =
        tell(s, "DROP SCHEMA IF EXISTS", s->name, " CASCADE") && tell(s, "CREATE SCHEMA", s->name, "");
    return well ? ERR_OK : failed(s, "The schema of the simulated days cannot be emptied", info);
}

enum err scratch_drop(struct scratch **slot, struct err_info *info)
{
    struct scratch *s = *slot;
    enum err err = ERR_OK;
    if (!s)
        return ERR_OK;
    if (PQstatus(s->raw) != CONNECTION_OK) /* a run may take longer than a connection lives */
        PQreset(s->raw);
    if (!tell(s, "DROP SCHEMA IF EXISTS", s->name, " CASCADE")) {
        char *what = xasprintf("The schema %s could not be dropped; drop it by hand", s->name);
        err = failed(s, what, info);
        free(what);
    }
    let_go(slot);
    return err;
}
