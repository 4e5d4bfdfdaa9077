/* tests/fuzz/nest.c: see nest.h. */
#include "tests/fuzz/nest.h"

#include "core/base/str.h"
#include "tests/fuzz/fuzz.h"

enum { NESTED_MAX = 8 };
static struct nested {
    struct db *db; /* NULL: free */
    bool begun;    /* by the code under test */
} nested[NESTED_MAX];

enum err __real_db_begin(struct db *db);
enum err __real_db_commit(struct db *db);
void __real_db_rollback(struct db *db);
enum err __real_db_script(struct db *db, const char *sql);
enum err __real_db_checkpoint(struct db *db, int64_t pages_min);
enum err __wrap_db_begin(struct db *db);
enum err __wrap_db_commit(struct db *db);
void __wrap_db_rollback(struct db *db);
enum err __wrap_db_script(struct db *db, const char *sql);
enum err __wrap_db_checkpoint(struct db *db, int64_t pages_min);

static struct nested *find(const struct db *db)
{
    for (int i = 0; i < NESTED_MAX; i++)
        if (nested[i].db == db)
            return &nested[i];
    return NULL;
}

void nest_begin(struct db *db)
{
    struct nested *free_place = find(NULL);
    HOLD(free_place && !find(db));
    HOLD(__real_db_begin(db) == ERR_OK);
    *free_place = (struct nested){.db = db};
}

void nest_end(struct db *db)
{
    struct nested *n = find(db);
    HOLD(n && !n->begun);
    n->db = NULL;
    __real_db_rollback(db);
    HOLD(!db_in_transaction(db));
}

static enum err run(struct db *db, const char *sql)
{
    return db_run(db_query(db, sql));
}

enum err __wrap_db_begin(struct db *db)
{
    static const char sql[] = "SAVEPOINT nested";
    struct nested *n = find(db);
    if (!n)
        return __real_db_begin(db);
    HOLD(!n->begun);
    n->begun = true;
    return run(db, sql);
}

enum err __wrap_db_commit(struct db *db)
{
    static const char sql[] = "RELEASE nested";
    struct nested *n = find(db);
    if (!n)
        return __real_db_commit(db);
    HOLD(n->begun);
    n->begun = false;
    return run(db, sql);
}

void __wrap_db_rollback(struct db *db)
{
    static const char sql_back[] = "ROLLBACK TO nested", sql_end[] = "RELEASE nested";
    struct nested *n = find(db);
    if (!n) {
        __real_db_rollback(db);
    } else if (n->begun) {
        n->begun = false;
        HOLD(run(db, sql_back) == ERR_OK && run(db, sql_end) == ERR_OK);
    }
}

/* How durable a transaction is cannot change inside one, and does not matter here. */
enum err __wrap_db_script(struct db *db, const char *sql)
{
    return find(db) && str_starts(sql, "PRAGMA synchronous") ? ERR_OK : __real_db_script(db, sql);
}

enum err __wrap_db_checkpoint(struct db *db, int64_t pages_min)
{
    return find(db) ? ERR_OK : __real_db_checkpoint(db, pages_min);
}

/* --- clocks --- */

static int64_t wall = 1795572000000, mono = 1000000;
int64_t __wrap_clock_wall_now_ms(void);
int64_t __wrap_clock_mono_now_ms(void);

void nest_set_clock(int64_t wall_ms, int64_t mono_ms)
{
    wall = wall_ms;
    mono = mono_ms;
}

int64_t __wrap_clock_wall_now_ms(void)
{
    return wall;
}

int64_t __wrap_clock_mono_now_ms(void)
{
    return mono;
}
