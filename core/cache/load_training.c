/* core/cache/load_training.c: a training hall's day, and who learns in it, as this copy knows them. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/load.h"

enum { ROWS_MAX = 300 };
static const char hall_id[] = "hall";

static int by_name(const void *a, const void *b)
{
    const struct json *const *left = a, *const *right = b;
    return strcmp(json_text_or(*left, "name", ""), json_text_or(*right, "name", ""));
}

static void put_sorted(struct json *found, struct json *rows)
{
    const struct json *list[ROWS_MAX] = {0};
    size_t count = 0;
    for (const struct json *row = json_first(found); row && count < ROWS_MAX; row = json_next(row))
        if (!str_equal(json_text(row, "id"), hall_id))
            list[count++] = row;
    qsort(list, count, sizeof *list, by_name);
    for (size_t i = 0; i < count; i++)
        json_add(rows, json_copy(list[i]));
}

enum err load_training(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql[] = "SELECT row, id FROM trainings ORDER BY id LIMIT $1"; /* primary key */
    struct json *found = json_new_array(), *mine = NULL;
    (void)args;
    TRY(put_row(cache, answer, "hall", TABLE_TRAINING, hall_id, now_ms, NULL));
    TRY(put_row(cache, answer, "mine", TABLE_TRAINING, cache->actor.user, now_ms, &mine));
    TRY(put_row(cache, answer, "visit", TABLE_TICKET, json_text(mine, "ticket"), now_ms, NULL));
    struct stmt *s = db_query(cache->db, sql);
    db_bind_int(s, 1, ROWS_MAX);
    enum err err = add_rows(cache, found, TABLE_TRAINING, s, ROWS_MAX, now_ms, NULL);
    if (err == ERR_OK)
        put_sorted(found, put_array(answer, "rows"));
    json_free(&found);
    return err;
}
