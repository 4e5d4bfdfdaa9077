/* core/command/persons.c: see persons.h. */
#include "core/command/persons.h"

enum err person_get_row(void *db, const char *id, struct json **row)
{
    return row_get(db, TABLE_PERSON, id, row);
}

enum err person_root(person_get *get, void *ctx, const char *id, struct json **row)
{
    enum err err = get(ctx, id, row);
    for (int i = 0; err == ERR_OK && i < PERSON_RECORDS_MAX; i++) {
        const char *into = json_text(*row, "merged_into");
        struct json *next = NULL;
        if (str_empty(into))
            break;
        err = get(ctx, into, &next);
        if (err == ERR_ABSENT) /* not in this copy: the record itself must do */
            return ERR_OK;
        json_free(row);
        *row = next;
    }
    return err;
}

static void add_once(struct json *ids, const char *id)
{
    if (!str_empty(id) && json_count(ids) < PERSON_RECORDS_MAX && !json_has_text(ids, id))
        json_add_text(ids, id);
}

/* Those that were merged into the record; each may have been gone on as by others. */
static enum err add_merged(person_get *get, void *ctx, const char *id, struct json *ids)
{
    struct json *row = NULL;
    enum err err = get(ctx, id, &row);
    for (const struct json *one = json_first(json_get(row, "merged")); one; one = json_next(one))
        add_once(ids, json_as_text(one));
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err person_group(person_get *get, void *ctx, const char *id, struct json *ids)
{
    struct json *root = NULL;
    enum err err = str_empty(id) ? ERR_ABSENT : person_root(get, ctx, id, &root);
    add_once(ids, json_text(root, "id"));
    for (const struct json *one = json_first(json_get(root, "merged")); one; one = json_next(one))
        add_once(ids, json_as_text(one));
    json_free(&root);
    for (size_t i = 1; err == ERR_OK && i < json_count(ids); i++) {
        char merged[64];
        str_copy(merged, sizeof merged, json_as_text(json_at(ids, i)));
        err = add_merged(get, ctx, merged, ids);
    }
    add_once(ids, id);
    return err == ERR_ABSENT ? ERR_OK : err;
}
