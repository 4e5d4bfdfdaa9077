/* core/hall/admin_catalogue.c: see admin_catalogue.h. */
#include "core/hall/admin_catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/command/version.h"
#include "core/hall/catalogue_plan.h"
#include "core/hall/staging.h"

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

static enum err put_first_page(struct db *db, struct json *answer)
{
    static const char sql_agencies[] = "SELECT row FROM agencies ORDER BY id LIMIT $1"; /* primary key */
    static const char sql_queues[] = "SELECT row FROM queues ORDER BY id LIMIT $1";     /* primary key */
    struct json *hall = NULL;
    enum err err = put_rows(db, answer, "agencies", sql_agencies);
    if (err == ERR_OK)
        err = put_rows(db, answer, "queues", sql_queues);
    if (err == ERR_OK)
        err = store_hall(db, &hall);
    if (err == ERR_OK)
        json_set(answer, "hall", hall);
    return err;
}

static void put_service(struct json *rows, struct stmt *s)
{
    struct json *one = json_new_object();
    json_set_text(one, "id", db_text(s, 0));
    json_set_int(one, "row_rev", db_int(s, 1));
    json_set_text(one, "agency", db_text(s, 2));
    json_set_text(one, "queue", db_text(s, 3));
    json_set_text(one, "row", db_text(s, 4));
    json_add(rows, one);
}

static enum err put_services(struct db *db, const char *after, int64_t bytes, struct json *answer)
{
    static const char sql[] = "SELECT id, row_rev, agency, queue, row FROM services"
                              " WHERE id > $1 AND " VERSION_NOT_KEPT " ORDER BY id"; /* primary key */
    struct json *rows = json_new_array();
    const char *last = after;
    int64_t put = 0;
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, after);
    enum err err;
    while ((err = db_step(s)) == ERR_OK && put < bytes) {
        put_service(rows, s);
        put += (int64_t)strlen(db_text(s, 4));
        last = json_text(json_at(rows, json_count(rows) - 1), "id");
    }
    db_done(s);
    json_set_text(answer, "next", err == ERR_OK ? last : NULL);
    json_set(answer, "rows", rows);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err admin_catalogue_list(const struct server_env *env, const struct json *request, struct json *answer)
{
    const char *after = json_text_or(request, "after", "");
    enum err err = put_services(env->db, after, json_int(request, "bytes", INT64_MAX), answer);
    return err == ERR_OK && !*after ? put_first_page(env->db, answer) : err;
}

/* --- a line that comes --- */

struct import {
    const struct server_env *env;
    struct json *hall;
    struct err_info *info;
    bool checked;       /* by this very program, before it asked */
    struct json *there; /* "agency ID", "queue ID": thousands of services name the same few */
    int64_t staging;    /* the import that lines are put down for; 0: they are written at once */
};

/* A service as it is to be. */
struct line {
    struct version_service told;
    int64_t base;
    char digest[SHA256_TEXT];
    struct json *row; /* of one that must be looked at here */
    char *text;
};

static void line_free(struct line *line)
{
    json_free(&line->row);
    free(line->text);
}

/* As an import's own plan would have it: without what is the hall's, and with its queue said. */
static struct json *own_copy(const struct json *row)
{
    static const char *const own[] = {"row_rev", "form_version", "version_of"};
    const char *text = json_as_text(row);
    struct json *copy = NULL;
    if (!text)
        copy = json_copy(row);
    else if (json_parse(text, strlen(text), &copy, NULL) != ERR_OK)
        copy = NULL;
    for (size_t i = 0; i < sizeof own / sizeof *own && json_is_object(copy); i++)
        json_remove(copy, own[i]);
    if (json_is_object(copy) && !json_text(copy, "queue"))
        json_set_text(copy, "queue", "");
    return copy ? copy : json_new_null();
}

static char *look_at(struct import *import, const struct json *from, struct line *line)
{
    line->row = own_copy(json_get(from, "row"));
    line->text = json_print(line->row);
    line->told = version_service(line->row, line->text, line->digest);
    return import->checked || !plan_is_id(line->told.id)
               ? NULL
               : plan_fault(line->row, strlen(line->text), import->hall);
}

static enum err read_line(struct import *import, const struct json *from, struct line *line)
{
    const char *text = json_text(from, "row");
    char *fault = NULL;
    *line = (struct line){.base = json_int(from, "base", 0)};
    if (import->checked && text)
        line->told = (struct version_service){.id = json_text_or(from, "id", ""),
                                              .agency = json_text_or(from, "agency", ""),
                                              .queue = json_text_or(from, "queue", ""),
                                              .form_version = json_int(from, "form_version", 0),
                                              .digest = json_text_or(from, "digest", ""),
                                              .text = text};
    else
        fault = look_at(import, from, line);
    if (!plan_is_id(line->told.id))
        fault = xstrdup("/id: This is not the id of a service.");
    enum err err =
        fault ? err_set(import->info, ERR_INVALID, "%s:%s Nothing was changed.", line->told.id, fault)
              : ERR_OK;
    free(fault);
    return err;
}

/* --- what it needs --- */

/* A row of the catalogue, or one that comes into it with this import. */
static enum err has_row(struct import *import, enum table table, const char *id, bool *there)
{
    struct buf row = {0};
    enum err err = row_get_text(import->env->db, table, id, &row);
    *there = err == ERR_OK;
    buf_free(&row);
    if (err == ERR_ABSENT && import->staging)
        return staging_has(import->env->db, import->staging, table, id, there);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err need_row(struct import *import, const struct line *line, enum table table, const char *id)
{
    char *name = xasprintf("%s %s", table_wire(table), id);
    bool there = !*id || json_get(import->there, name);
    enum err err = there ? ERR_OK : has_row(import, table, id, &there);
    if (there && *id)
        json_set_bool(import->there, name, true);
    free(name);
    return err != ERR_OK || there
               ? err
               : err_set(import->info, ERR_ABSENT,
                         "%s names the %s \"%s\", which this hall does not have. Nothing was changed.",
                         line->told.id, table_wire(table), id);
}

static enum err rev_of(struct db *db, const char *service, int64_t *rev)
{
    static const char sql[] = "SELECT row_rev FROM services WHERE id = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, service);
    enum err err = db_step(s);
    *rev = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* base: the row_rev that the plan was made on. Put down twice, it would be changed by the first. */
static enum err need_base(struct import *import, const struct line *line)
{
    int64_t rev = 0;
    bool twice = false;
    enum err err = rev_of(import->env->db, line->told.id, &rev);
    if (err == ERR_OK && import->staging)
        err = staging_has(import->env->db, import->staging, TABLE_SERVICE, line->told.id, &twice);
    if (err != ERR_OK || (rev == line->base && !twice))
        return err;
    return err_set(import->info, ERR_CONFLICT,
                   "Somebody else changed %s meanwhile. Nothing was changed: import the file again.",
                   line->told.id);
}

/* What version_publish would refuse when nothing can be refused any more. */
static enum err need_version(struct import *import, const struct line *line)
{
    struct json *old = NULL;
    if (!import->staging || !line->base)
        return ERR_OK;
    enum err err = row_get(import->env->db, TABLE_SERVICE, line->told.id, &old);
    if (err == ERR_OK)
        err = version_check(old, &line->told, import->info);
    json_free(&old);
    return err;
}

/* --- import --- */

static enum err import_service(struct import *import, const struct json *from)
{
    struct line line;
    enum err err = read_line(import, from, &line);
    if (err == ERR_OK)
        err = need_base(import, &line);
    if (err == ERR_OK)
        err = need_row(import, &line, TABLE_AGENCY, line.told.agency);
    if (err == ERR_OK)
        err = need_row(import, &line, TABLE_QUEUE, line.told.queue);
    if (err == ERR_OK)
        err = need_version(import, &line);
    if (err == ERR_OK)
        err = import->staging ? staging_add(import->env->db, import->staging, TABLE_SERVICE, &line.told)
                              : staging_write_service(import->env, &line.told, import->info);
    line_free(&line);
    return err;
}

/* An agency that is there stays as it is. */
static enum err import_agency(struct import *import, const struct json *agency)
{
    const char *id = json_text_or(agency, "id", "");
    bool there;
    if (!plan_is_id(id))
        return err_set(import->info, ERR_INVALID,
                       "\"%s\" cannot be the id of an agency: it is one short word. Nothing "
                       "was changed.",
                       id);
    enum err err = has_row(import, TABLE_AGENCY, id, &there);
    if (err != ERR_OK || there)
        return err;
    if (!import->staging)
        return staging_write_agency(import->env, agency);
    char *text = json_print(agency);
    const struct version_service told = {.id = id, .agency = "", .queue = "", .digest = "", .text = text};
    err = staging_add(import->env->db, import->staging, TABLE_AGENCY, &told);
    free(text);
    return err;
}

static enum err import_lines(struct import *import, const struct json *request)
{
    import->checked = str_equal(json_text(request, "checked"), LOKET_VERSION);
    import->there = json_new_object();
    enum err err = store_hall(import->env->db, &import->hall);
    const struct json *list = json_get(request, "agencies");
    for (const struct json *one = json_first(list); one && err == ERR_OK; one = json_next(one))
        err = import_agency(import, one);
    list = json_get(request, "services");
    for (const struct json *one = json_first(list); one && err == ERR_OK; one = json_next(one))
        err = import_service(import, one);
    json_free(&import->there);
    json_free(&import->hall);
    return err;
}

enum err admin_catalogue_import(const struct server_env *env, const struct json *request, struct json *answer,
                                struct err_info *info)
{
    struct import import = {.env = env, .info = info};
    enum err err = import_lines(&import, request);
    json_set_int(answer, "count", (int64_t)json_count(json_get(request, "services")));
    return err;
}

/* --- in parts --- */

static enum err say_gone(struct err_info *info)
{
    return err_set(
        info, ERR_CONFLICT,
        "Another import began meanwhile, or the hall was started anew. Nothing was changed: import "
        "the file again.");
}

enum err admin_catalogue_stage(const struct server_env *env, const struct json *request, struct json *answer,
                               struct err_info *info)
{
    struct import import = {.env = env, .info = info};
    const char *id = json_text_or(request, "import", "");
    int64_t at = json_int(request, "at", 0), count = (int64_t)(json_count(json_get(request, "agencies")) +
                                                               json_count(json_get(request, "services")));
    enum err err = at == 0 ? staging_begin(env->db, id, &import.staging)
                           : staging_find(env->db, id, at, &import.staging);
    if (err == ERR_ABSENT)
        return say_gone(info);
    if (err == ERR_OK)
        err = import_lines(&import, request);
    if (err == ERR_OK)
        err = staging_grow(env->db, import.staging, count);
    json_set_int(answer, "count", at + count);
    return err;
}

enum err admin_catalogue_decide(const struct server_env *env, const struct json *request,
                                struct err_info *info)
{
    enum err err =
        staging_decide(env->db, json_text_or(request, "import", ""), json_int(request, "count", 0));
    return err == ERR_ABSENT ? say_gone(info) : err;
}

enum err admin_catalogue_drop(const struct server_env *env, const struct json *request)
{
    return staging_drop(env->db, json_text_or(request, "import", ""));
}
