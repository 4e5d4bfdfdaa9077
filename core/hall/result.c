/* core/hall/result.c: see result.h. */
#include "core/hall/result.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/str.h"

enum { HALF = 16 };

static void add_line(struct sha256 *sha, const char *text)
{
    if (text)
        sha256_add(sha, text, strlen(text));
    sha256_add(sha, "\n", 1);
}

static void half_seal(struct sha256 *sha, char out[HALF + 1])
{
    char hash[SHA256_TEXT];
    sha256_text(sha, hash);
    hash[HALF] = '\0';
    str_copy(out, HALF + 1, hash);
}

void result_seal(const struct result *result, char seal[RESULT_SEAL])
{
    struct sha256 sha;
    char numbers[64], stays[HALF + 1], answer[HALF + 1];
    str_format(numbers, sizeof numbers, "%" PRId64 "\n%" PRId64, result->seq, result->rev);
    sha256_start(&sha);
    add_line(&sha, result->client);
    add_line(&sha, numbers);
    add_line(&sha, result->fingerprint);
    add_line(&sha, result->id);
    add_line(&sha, result->status);
    half_seal(&sha, stays);
    sha256_start(&sha);
    add_line(&sha, result->answer);
    half_seal(&sha, answer);
    str_format(seal, RESULT_SEAL, "%s%s", stays, answer);
}

static enum err insert(struct db *db, const char *sql, const struct result *result)
{
    char seal[RESULT_SEAL];
    struct stmt *s = db_query(db, sql);
    result_seal(result, seal);
    db_bind_text(s, 1, result->client);
    db_bind_int(s, 2, result->seq);
    db_bind_text(s, 3, result->fingerprint);
    db_bind_text(s, 4, result->id);
    db_bind_text(s, 5, result->status);
    db_bind_int(s, 6, result->rev);
    db_bind_text(s, 7, result->answer);
    db_bind_text(s, 8, seal);
    return db_run(s);
}

enum err result_add(struct db *db, const struct result *result)
{
    static const char sql[] = "INSERT INTO result (client, seq, fingerprint, id, status, rev, answer, seal)"
                              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    return insert(db, sql, result);
}

enum err result_add_missing(struct db *db, const struct result *result)
{
    static const char sql[] = "INSERT INTO result (client, seq, fingerprint, id, status, rev, answer, seal)"
                              " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (client, seq) DO NOTHING";
    return insert(db, sql, result);
}

/* The seal of an empty answer is the same for all. */
enum err result_drop(struct db *db, const char *client, int64_t after, int64_t through)
{
    static const char sql[] = "UPDATE result SET answer = '', seal = substr(seal, 1, 16) || $4"
                              " WHERE client = $1 AND seq > $2 AND seq <= $3"; /* primary key */
    char empty[RESULT_SEAL];
    result_seal(&(struct result){.client = "", .answer = ""}, empty);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, client);
    db_bind_int(s, 2, after);
    db_bind_int(s, 3, through);
    db_bind_text(s, 4, empty + HALF);
    return db_run(s);
}

static enum err set_seal(struct db *db, const struct result *result)
{
    static const char sql[] = "UPDATE result SET seal = $1 WHERE client = $2 AND seq = $3"; /* primary key */
    char seal[RESULT_SEAL];
    struct stmt *s = db_query(db, sql);
    result_seal(result, seal);
    db_bind_text(s, 1, seal);
    db_bind_text(s, 2, result->client);
    db_bind_int(s, 3, result->seq);
    return db_run(s);
}

enum err result_seal_all(struct db *db)
{
    static const char sql[] = "SELECT client, seq, fingerprint, id, status, rev, answer FROM result"
                              " ORDER BY client, seq"; /* primary key; once, at a migration */
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        const struct result result = {
            .client = db_text(s, 0),
            .seq = db_int(s, 1),
            .fingerprint = db_text(s, 2),
            .id = db_text(s, 3),
            .status = db_text(s, 4),
            .rev = db_int(s, 5),
            .answer = db_text(s, 6),
        };
        err = set_seal(db, &result);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}
