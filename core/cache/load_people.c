/* core/cache/load_people.c: the query "people": the accounts and counters that an administrator or a supervisor may change
 * (core/hall/admin_people.h), as this workstation's copy has them: so they are there without the hall too. */
#include <string.h>

#include "core/cache/load.h"
#include "core/model/role.h"

enum { PEOPLE_MAX = 2000, NAMES_MAX = 500 };

static bool is_of(const char *agency, const struct json *row)
{
    return str_empty(agency) || str_equal(agency, json_text(row, "agency"));
}

/* Those of one's own agency alone, where one has an agency. */
static enum err put_own(struct cache *cache, struct json *answer, const char *name, enum table table,
                        const char *sql, const char *agency, int64_t now_ms)
{
    struct json *all = json_new_array(), *own = put_array(answer, name);
    struct stmt *s = db_query(cache->db, sql);
    db_bind_int(s, 1, PEOPLE_MAX);
    bool more = false;
    enum err err = add_rows(cache, all, table, s, PEOPLE_MAX, now_ms, &more);
    for (const struct json *row = json_first(all); err == ERR_OK && row; row = json_next(row))
        if (is_of(agency, row))
            json_add(own, json_copy(row));
    json_free(&all);
    if (more)
        json_set_bool(answer, "more", true);
    return err;
}

static enum err put_names(struct cache *cache, struct json *answer, const char *name, enum table table,
                          const char *sql, int64_t now_ms)
{
    struct stmt *s = db_query(cache->db, sql);
    db_bind_int(s, 1, NAMES_MAX);
    return add_rows(cache, put_array(answer, name), table, s, NAMES_MAX, now_ms, NULL);
}

enum err load_people(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_users[] = "SELECT row, login FROM users ORDER BY login LIMIT $1", /* users_login */
        sql_counters[] = "SELECT row, name FROM counters ORDER BY name LIMIT $1", /* counters_name */
        sql_agencies[] = "SELECT row, id FROM agencies ORDER BY id LIMIT $1",     /* primary key */
        sql_queues[] = "SELECT row, code FROM queues ORDER BY code LIMIT $1";     /* queues_code */
    const struct actor *me = &cache->actor;
    const char *counters_of = me->roles & ROLE_SUPERVISOR ? "" : me->agency;
    (void)args;
    if (!cache->signed_in)
        return ERR_ABSENT;
    TRY(put_own(cache, answer, "users", TABLE_USER, sql_users, me->agency, now_ms));
    TRY(put_own(cache, answer, "counters", TABLE_COUNTER, sql_counters, counters_of, now_ms));
    TRY(put_names(cache, answer, "agencies", TABLE_AGENCY, sql_agencies, now_ms));
    return put_names(cache, answer, "queues", TABLE_QUEUE, sql_queues, now_ms);
}
