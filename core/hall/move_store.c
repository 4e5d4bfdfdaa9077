/* core/hall/move_store.c: see move_store.h. */
#include "core/hall/move_store.h"

#include <stdio.h>

#include "core/db/whole.h"
#include "core/hall/setup.h"
#include "core/hall/store.h"

struct moved {
    struct db *from, *to;
    struct whole *whole;
    int64_t rows;
    char digest[SHA256_TEXT];
};

/* A training hall lives with its folder. */
static enum err check_kind(const struct hall_options *options, struct db *from, struct err_info *info)
{
    int64_t mark = 0;
    enum err err = db_mark(from, &mark);
    if (err != ERR_OK)
        return store_fail(from, err, info);
    return mark ? err_set(info, ERR_INVALID, "The hall in %s is a training hall; it stays in its folder.",
                          options->from)
                : ERR_OK;
}

/* In what is left behind and in what is moved: both know that there are two. */
static enum err note_move(struct moved *m, struct err_info *info)
{
    struct work work = {.db = m->from};
    enum err err = work_begin(&work);
    if (err == ERR_OK)
        err = server_note(&work.env, "store.move", NULL);
    if (err == ERR_OK)
        err = db_commit(m->from);
    if (err != ERR_OK) {
        store_fail(m->from, err, info);
        db_rollback(m->from);
    }
    return err;
}

static enum err copy_all(struct moved *m, struct err_info *info)
{
    struct db *at = m->to;
    enum err err = db_begin(m->to);
    if (err == ERR_OK)
        err = whole_copy(&m->whole, m->from, m->to, &m->rows, m->digest, &at);
    if (err == ERR_OK) {
        at = m->to;
        err = db_commit(m->to);
    }
    if (err == ERR_OK)
        return err;
    if (err == ERR_CORRUPT)
        err_set(info, err, "The rows that %s would hold are not those of %s. Nothing was put there.",
                db_path(m->to), db_path(m->from));
    else
        store_fail(at, err, info);
    db_rollback(m->to);
    return err;
}

enum err move_store(const struct hall_options *options, struct err_info *info)
{
    struct moved m = {0};
    enum err err = store_open(&m.from, options->from, false, info);
    if (err == ERR_OK)
        err = check_kind(options, m.from, info);
    if (err == ERR_OK)
        err = setup_store(options->to, &m.to, info);
    if (err == ERR_OK)
        err = note_move(&m, info);
    if (err == ERR_OK)
        err = copy_all(&m, info);
    if (err == ERR_OK)
        printf("The hall is in %s now: %lld rows, the same in both, digest %.12s. Serve it there. %s stays: "
               "keep "
               "it as a backup and serve it no more.\n",
               options->to, (long long)m.rows, m.digest, options->from);
    db_close(&m.from);
    db_close(&m.to);
    whole_free(&m.whole);
    return err;
}
