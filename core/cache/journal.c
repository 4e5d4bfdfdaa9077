/* core/cache/journal.c: what is typed but not confirmed, so that a power cut takes seconds and not a form. */
#include <stdlib.h>

#include "core/cache/store.h"

enum err cache_journal_put(struct cache *cache, const char *screen, const char *object,
                           const struct json *typed, int64_t now_ms)
{
    static const char sql_put[] =
        "INSERT INTO draft_journal (user_, screen, object, typed, at_ms) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (user_, screen, object) DO UPDATE SET typed = excluded.typed, at_ms = excluded.at_ms";
    enum err err = file_begin(cache, true);
    if (err != ERR_OK)
        return file_fail(cache, err);
    char *text = json_print(typed);
    struct stmt *s = db_query(cache->db, sql_put);
    db_bind_text(s, 1, cache->actor.user);
    db_bind_text(s, 2, screen);
    db_bind_text(s, 3, object ? object : "");
    db_bind_text(s, 4, text);
    db_bind_int(s, 5, now_ms);
    free(text);
    return file_end(cache, db_run(s));
}

enum err cache_journal_drop(struct cache *cache, const char *screen, const char *object)
{
    static const char sql_drop[] =
        "DELETE FROM draft_journal WHERE user_ = $1 AND screen = $2 AND object = $3";
    enum err err = file_begin(cache, false);
    if (err != ERR_OK)
        return file_fail(cache, err);
    struct stmt *s = db_query(cache->db, sql_drop); /* primary key */
    db_bind_text(s, 1, cache->actor.user);
    db_bind_text(s, 2, screen);
    db_bind_text(s, 3, object ? object : "");
    return file_end(cache, db_run(s));
}
