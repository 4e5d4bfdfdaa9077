/* core/hall/session.c: users, credentials, tokens, throttling. See session.h. */
#include "core/hall/session.h"

#include <string.h>

#include "core/hall/issuers.h"
#include "core/model/role.h"

/* --- people --- */

static enum err user_by_login(struct db *db, const char *login, struct json **user)
{
    static const char sql[] = "SELECT row FROM users WHERE login = $1"; /* users_login */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, login);
    return rows_first(s, user);
}

enum err session_user(struct db *db, const char *login, struct json **user, char hash[PASSWORD_HASH])
{
    static const char sql[] = "SELECT hash FROM credential WHERE user_ = $1"; /* primary key */
    enum err err = user_by_login(db, login, user);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, json_text(*user, "id"));
    err = db_step(s);
    if (err == ERR_OK && !json_bool(*user, "active", true))
        err = ERR_ABSENT;
    if (err == ERR_OK)
        str_copy(hash, PASSWORD_HASH, db_text(s, 0));
    db_done(s);
    if (err != ERR_OK)
        json_free(user);
    return err;
}

enum err credential_put(struct db *db, const char *user, const char *hash)
{
    static const char sql[] = "INSERT INTO credential (user_, hash) VALUES ($1, $2)"
                              " ON CONFLICT (user_) DO UPDATE SET hash = excluded.hash";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, hash);
    return db_run(s);
}

void actor_read(const struct json *user, const char *client, struct actor *actor)
{
    *actor = (struct actor){0};
    str_copy(actor->user, sizeof actor->user, json_text_or(user, "id", ""));
    str_copy(actor->login, sizeof actor->login, json_text_or(user, "login", ""));
    str_copy(actor->name, sizeof actor->name, json_text_or(user, "name", ""));
    str_copy(actor->agency, sizeof actor->agency, json_text_or(user, "agency", ""));
    str_copy(actor->client, sizeof actor->client, client);
    const struct json *roles = json_get(user, "roles");
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        actor->roles |= json_as_text(role) ? role_find(json_as_text(role)) : 0;
}

/* --- tokens --- */

/* A hall that was started with a clock far ahead gave tokens that would hold for as long: once it is set right and the
 * hall started again, they are over. Twice their time, so that a clock that is a little wrong signs nobody out. */
static const int64_t future_ms = 2 * SESSION_HOURS_MAX * 3600 * 1000LL;

static void token_digest(const char *token, char digest[SHA256_TEXT])
{
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, token, strlen(token));
    sha256_text(&sha, digest);
}

enum err session_add(struct db *db, const char *token, const char *user, const char *client, int64_t now_ms,
                     int hours)
{
    static const char sql[] =
        "INSERT INTO session (token_sha256, user_, client, expires_at, used_at, began_at)"
        " VALUES ($1, $2, $3, $4, $5, $5)";
    char digest[SHA256_TEXT];
    token_digest(token, digest);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, digest);
    db_bind_text(s, 2, user);
    db_bind_text(s, 3, client);
    db_bind_int(s, 4, now_ms + hours * 3600 * 1000LL);
    db_bind_int(s, 5, now_ms);
    return db_run(s);
}

enum err session_use(struct db *db, const char *token, int64_t used_ms)
{
    static const char sql[] =
        "UPDATE session SET used_at = $2 WHERE token_sha256 = $1 AND used_at < $2"; /* primary key */
    char digest[SHA256_TEXT];
    token_digest(token, digest);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, digest);
    db_bind_int(s, 2, used_ms);
    return db_run(s);
}

enum err session_still_there(struct db *db, const char *const *tokens, size_t count, int64_t now_ms,
                             void (*there)(void *ctx, const char *token), void *ctx)
{
    static const char sql[] =
        "SELECT asked.n FROM unnest(string_to_array($1, ' ')) WITH ORDINALITY AS asked (digest, n)"
        " JOIN session ON session.token_sha256 = asked.digest AND session.expires_at > $2"; /* primary key */
    struct buf digests = {0};
    char digest[SHA256_TEXT];
    enum err err;
    for (size_t i = 0; i < count; i++) {
        token_digest(tokens[i], digest);
        buf_addf(&digests, "%s%s", i ? " " : "", digest);
    }
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, buf_text(&digests));
    db_bind_int(s, 2, now_ms);
    while ((err = db_step(s)) == ERR_OK)
        there(ctx, tokens[db_int(s, 0) - 1]);
    db_done(s);
    buf_free(&digests);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err session_remove(struct db *db, const char *token)
{
    static const char sql[] = "DELETE FROM session WHERE token_sha256 = $1"; /* primary key */
    char digest[SHA256_TEXT];
    token_digest(token, digest);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, digest);
    return db_run(s);
}

enum err session_remove_all_idle(struct db *db, int64_t used_ms)
{
    static const char sql[] = "DELETE FROM session WHERE used_at > 0 AND used_at < $1"; /* few rows, rarely */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, used_ms);
    return db_run(s);
}

enum err session_any_idle(struct db *db, int64_t used_ms, bool *any)
{
    static const char sql[] =
        "SELECT 1 FROM session WHERE used_at > 0 AND used_at < $1 LIMIT 1"; /* few rows, once a minute */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, used_ms);
    enum err err = db_step(s);
    *any = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err session_remove_user(struct db *db, const char *user)
{
    static const char sql[] = "DELETE FROM session WHERE user_ = $1"; /* session_user */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    return db_run(s);
}

enum err session_remove_others(struct db *db, const char *user, const char *token)
{
    static const char sql[] =
        "DELETE FROM session WHERE user_ = $1 AND token_sha256 <> $2"; /* session_user */
    char digest[SHA256_TEXT];
    token_digest(token, digest);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, digest);
    return db_run(s);
}

enum err session_seat(struct db *db, const char *user, const char *client)
{
    static const char sql[] =
        "SELECT 1 FROM session WHERE user_ = $1 AND client = $2 LIMIT 1"; /* session_user */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, client);
    enum err err = db_step(s);
    db_done(s);
    return err;
}

enum err session_list(struct db *db, const char *user, const char *token, struct json *rows)
{
    static const char sql[] =
        "SELECT session.client, expires_at, used_at, began_at, token_sha256, issuer.number"
        " FROM session LEFT JOIN issuer ON issuer.client = session.client WHERE user_ = $1"
        " ORDER BY expires_at LIMIT 1000"; /* session_user, primary key */
    char digest[SHA256_TEXT] = "";
    if (token)
        token_digest(token, digest);
    struct stmt *s = db_query(db, sql);
    enum err err;
    db_bind_text(s, 1, user);
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = json_new_object();
        json_set_text(row, "client", db_text(s, 0));
        json_set_int(row, "expires_at", db_int(s, 1));
        json_set_int(row, "used_at", db_int(s, 2));
        json_set_int(row, "began_at", db_int(s, 3));
        json_set_bool(row, "here", str_equal(db_text(s, 4), digest));
        char label[ISSUER_LABEL] = "";
        if (!db_is_null(s, 5))
            str_format(label, sizeof label, "W%lld", (long long)db_int(s, 5));
        json_set_text(row, "workstation", label);
        json_add(rows, row);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err session_prune(struct db *db, int64_t now_ms)
{
    static const char sql[] = "DELETE FROM session WHERE expires_at < $1"; /* few rows, once a day */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, now_ms);
    return db_run(s);
}

enum err session_actor(struct db *db, const char *token, int64_t now_ms, struct actor *actor)
{
    int64_t used_ms;
    return session_look(db, token, now_ms, actor, &used_ms);
}

enum err session_look(struct db *db, const char *token, int64_t now_ms, struct actor *actor, int64_t *used_ms)
{
    static const char sql[] =
        "SELECT session.client, users.row, session.used_at FROM session JOIN users ON users.id = "
        "session.user_"
        " WHERE token_sha256 = $1 AND expires_at > $2 AND expires_at <= $2 + $3"; /* primary keys */
    char digest[SHA256_TEXT];
    struct json *user = NULL;
    token_digest(token, digest);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, digest);
    db_bind_int(s, 2, now_ms);
    db_bind_int(s, 3, future_ms);
    enum err err = db_step(s);
    if (err == ERR_OK)
        err = json_parse(db_text(s, 1), strlen(db_text(s, 1)), &user, NULL);
    if (err == ERR_OK && !json_bool(user, "active", true))
        err = ERR_REFUSED;
    if (err == ERR_OK)
        actor_read(user, db_text(s, 0), actor);
    *used_ms = err == ERR_OK ? db_int(s, 2) : 0;
    db_done(s);
    json_free(&user);
    return err;
}
