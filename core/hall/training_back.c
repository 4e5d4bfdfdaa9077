/* core/hall/training_back.c: a training hall that stands still is put back to a moment: by the restore that every hall has, under
 * a new epoch, so that workstations read it again. Whoever is signed in stays so; and up to where each workstation was answered
 * is known still, so that what was undone is not handed in anew. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/hall/backup.h"
#include "core/hall/training.h"

/* What outlives the hall that is put back. */
struct known {
    struct json *sessions; /* rows as arrays */
    struct json *clients;  /* last_seq by client */
};

static enum err read_sessions(struct db *db, struct json *rows)
{
    static const char sql[] =
        "SELECT token_sha256, user_, client, expires_at, used_at FROM session"; /* all of them */
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = json_new_array();
        for (int i = 0; i < 3; i++)
            json_add_text(row, db_text(s, i));
        for (int i = 3; i < 5; i++)
            json_add(row, json_new_int(db_int(s, i)));
        json_add(rows, row);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err write_sessions(struct db *db, const struct json *rows)
{
    static const char sql[] = "INSERT INTO session (token_sha256, user_, client, expires_at, used_at)"
                              " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (token_sha256) DO NOTHING";
    enum err err = ERR_OK;
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        struct stmt *s = db_query(db, sql);
        for (size_t i = 0; i < 3; i++)
            db_bind_text(s, (int)i + 1, json_as_text(json_at(row, i)));
        for (size_t i = 3; i < 5; i++)
            db_bind_int(s, (int)i + 1, json_as_int(json_at(row, i), 0));
        err = db_run(s);
    }
    return err;
}

static enum err read_clients(struct db *db, struct json *rows)
{
    static const char sql[] = "SELECT client, last_seq FROM client"; /* all of them */
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK)
        json_set_int(rows, db_text(s, 0), db_int(s, 1));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Nobody's, until its next command: the answers of those before are gone. */
static enum err write_clients(struct db *db, const struct json *rows)
{
    static const char sql[] =
        "INSERT INTO client (client, user_, last_seq, acked, frozen) VALUES ($1, '', $2, $2, 0)"
        " ON CONFLICT (client) DO UPDATE SET user_ = '', last_seq = $2, acked = $2 WHERE client.last_seq < "
        "$2";
    enum err err = ERR_OK;
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        struct stmt *s = db_query(db, sql);
        db_bind_text(s, 1, json_name(row));
        db_bind_int(s, 2, json_as_int(row, 0));
        err = db_run(s);
    }
    return err;
}

static enum err read_known(const char *data, struct known *known, struct err_info *info)
{
    struct work work;
    enum err err = work_open(&work, data, info);
    if (err != ERR_OK)
        return err;
    err = read_sessions(work.db, known->sessions);
    if (err == ERR_OK)
        err = read_clients(work.db, known->clients);
    return work_close(&work, err, info);
}

static enum err write_known(const char *data, const struct known *known, struct err_info *info)
{
    struct work work;
    enum err err = work_open(&work, data, info);
    if (err != ERR_OK)
        return err;
    err = write_sessions(work.db, known->sessions);
    if (err == ERR_OK)
        err = write_clients(work.db, known->clients);
    return work_close(&work, err, info);
}

static enum err restore(const char *data, const char *file, struct err_info *info)
{
    char *kept = NULL;
    int64_t rev;
    enum err err = backup_restore(data, file, &kept, &rev, info);
    if (kept)
        (void)unlink(kept); /* what it replaces is no hall to be kept */
    free(kept);
    return err;
}

enum err training_go_back(const char *data, const char *file, struct err_info *info)
{
    struct known known = {json_new_array(), json_new_object()};
    enum err err = read_known(data, &known, info);
    if (err == ERR_OK)
        err = restore(data, file, info);
    if (err == ERR_OK)
        err = write_known(data, &known, info);
    json_free(&known.sessions);
    json_free(&known.clients);
    if (err == ERR_OK || store_broken(err))
        return err;
    log_write(LOG_ERROR, "training: %s could not be gone back to: %s", file, info->text);
    info->text[0] = '\0'; /* the present hall stands as it was */
    return ERR_OK;
}
