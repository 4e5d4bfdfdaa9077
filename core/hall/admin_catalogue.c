/* core/hall/admin_catalogue.c: see admin_catalogue.h. */
#include "core/hall/admin_catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/command/version.h"
#include "core/hall/catalogue_plan.h"

enum { LIST_MAX = 100000 };

/* --- what there is --- */

static enum err put_rows(struct db *db, struct json *answer, const char *name, const char *sql)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, LIST_MAX);
    json_set(answer, name, rows);
    return rows_collect(s, rows);
}

enum err admin_catalogue_list(const struct server_env *env, struct json *answer)
{
    static const char sql_services[] =
        "SELECT row FROM services WHERE " VERSION_NOT_KEPT " ORDER BY id LIMIT $1";     /* primary key */
    static const char sql_agencies[] = "SELECT row FROM agencies ORDER BY id LIMIT $1"; /* primary key */
    static const char sql_queues[] = "SELECT row FROM queues ORDER BY id LIMIT $1";     /* primary key */
    struct json *hall = NULL;
    enum err err = put_rows(env->db, answer, "rows", sql_services);
    if (err == ERR_OK)
        err = put_rows(env->db, answer, "agencies", sql_agencies);
    if (err == ERR_OK)
        err = put_rows(env->db, answer, "queues", sql_queues);
    if (err == ERR_OK)
        err = store_hall(env->db, &hall);
    if (err == ERR_OK)
        json_set(answer, "hall", hall);
    return err;
}

/* --- import --- */

struct import {
    const struct server_env *env;
    struct json *hall;
    struct err_info *info;
    struct json *row; /* that is being written */
    enum table table;
    bool checked;       /* by this very program, before it asked */
    struct json *there; /* "agency ID", "queue ID": thousands of services name the same few */
};

static enum err write_row(struct tx *tx, void *ctx)
{
    struct import *import = ctx;
    char id[64];
    if (!str_copy(id, sizeof id, json_text_or(import->row, "id", "")))
        return ERR_TOO_LARGE;
    return import->table == TABLE_SERVICE ? version_publish(tx, import->row, import->info)
                                          : tx_put(tx, import->table, id, import->row);
}

/* The audit says what came, in which version and with which digest; the row itself is in the feed. */
static enum err write_one(struct import *import, enum table table, const char *what)
{
    char digest[SHA256_TEXT];
    struct json *detail = json_new_object();
    json_set_text(detail, what, json_text(import->row, "id"));
    version_digest(import->row, digest);
    if (*digest) {
        json_set_int(detail, "form_version", catalogue_form_version(import->row));
        json_set_text(detail, "form_sha256", digest);
    }
    import->table = table;
    enum err err = server_change(import->env, "catalogue.import", detail, write_row, import);
    json_free(&detail);
    return err;
}

static enum err need_row(struct import *import, enum table table, const char *id, const char *what)
{
    struct json *row = NULL;
    char *name = xasprintf("%s %s", what, id ? id : "");
    bool known = str_empty(id) || json_get(import->there, name);
    enum err err = known ? ERR_OK : row_get(import->env->db, table, id, &row);
    if (err == ERR_OK && !known)
        json_set_bool(import->there, name, true);
    free(name);
    json_free(&row);
    return err == ERR_ABSENT ? err_set(import->info, err,
                                       "%s names the %s \"%s\", which this hall does not have. Nothing was "
                                       "changed.",
                                       json_text_or(import->row, "id", "?"), what, id)
                             : err;
}

/* base: the row_rev that the plan was made on. */
static enum err need_base(struct import *import, int64_t base)
{
    struct json *row = NULL;
    const char *id = json_text_or(import->row, "id", "");
    enum err err = row_get(import->env->db, TABLE_SERVICE, id, &row);
    int64_t rev = json_int(row, "row_rev", 0);
    json_free(&row);
    if (err != ERR_OK && err != ERR_ABSENT)
        return err;
    return rev == base ? ERR_OK
                       : err_set(import->info, ERR_CONFLICT,
                                 "Somebody else changed %s meanwhile. Nothing was changed: import the file "
                                 "again.",
                                 id);
}

static enum err need_whole(struct import *import)
{
    const char *id = json_text_or(import->row, "id", "");
    char *fault = plan_is_id(id) ? import->checked ? NULL : plan_fault(import->row, import->hall)
                                 : xstrdup("/id: This is not the id of a service.");
    enum err err =
        fault ? err_set(import->info, ERR_INVALID, "%s:%s Nothing was changed.", id, fault) : ERR_OK;
    free(fault);
    return err;
}

static enum err import_service(struct import *import, const struct json *line)
{
    const struct json *row = json_get(line, "row");
    import->row = json_copy(row);
    enum err err = need_whole(import);
    if (err == ERR_OK)
        err = need_base(import, json_int(line, "base", 0));
    if (err == ERR_OK)
        err = need_row(import, TABLE_AGENCY, json_text(import->row, "agency"), "agency");
    if (err == ERR_OK)
        err = need_row(import, TABLE_QUEUE, json_text(import->row, "queue"), "queue");
    if (err == ERR_OK)
        err = write_one(import, TABLE_SERVICE, "service");
    json_free(&import->row);
    return err;
}

static enum err import_agency(struct import *import, const struct json *agency)
{
    struct json *there = NULL;
    if (!plan_is_id(json_text(agency, "id")))
        return err_set(import->info, ERR_INVALID,
                       "\"%s\" cannot be the id of an agency: it is one short word. Nothing "
                       "was changed.",
                       json_text_or(agency, "id", ""));
    enum err err = row_get(import->env->db, TABLE_AGENCY, json_text(agency, "id"), &there);
    json_free(&there);
    if (err != ERR_ABSENT)
        return err; /* an agency that is there stays as it is */
    import->row = json_copy(agency);
    err = write_one(import, TABLE_AGENCY, "agency");
    json_free(&import->row);
    return err;
}

enum err admin_catalogue_import(const struct server_env *env, const struct json *request, struct json *answer,
                                struct err_info *info)
{
    struct import import = {.env = env,
                            .info = info,
                            .checked = str_equal(json_text(request, "checked"), LOKET_VERSION),
                            .there = json_new_object()};
    int64_t count = 0;
    enum err err = store_hall(env->db, &import.hall);
    const struct json *list = json_get(request, "agencies");
    for (const struct json *one = json_first(list); one && err == ERR_OK; one = json_next(one))
        err = import_agency(&import, one);
    list = json_get(request, "services");
    for (const struct json *one = json_first(list); one && err == ERR_OK; one = json_next(one), count++)
        err = import_service(&import, one);
    json_set_int(answer, "count", count);
    json_free(&import.there);
    json_free(&import.hall);
    return err;
}
