/* core/hall/partners.c: see partners.h. */
#include "core/hall/partners_inside.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/version.h"

/* --- small --- */

bool partner_line(const char *text, size_t max)
{
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length > max || !utf8_valid(text, length))
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    return true;
}

enum err partner_need_agency(struct partner_task *t, const char *agency)
{
    struct json *row = NULL;
    enum err err = row_get(t->env->db, TABLE_AGENCY, str_empty(agency) ? "-" : agency, &row);
    json_free(&row);
    return err == ERR_ABSENT ? err_set(t->info, err, "This hall has no agency \"%s\". Nothing was changed.",
                                       agency ? agency : "")
                             : err;
}

enum err partner_note(struct partner_task *t, const char *type, const char *id, const char *agency)
{
    struct json *detail = json_new_object();
    json_set_text(detail, "id", id);
    json_set_text(detail, "agency", agency);
    enum err err = server_note(t->env, type, detail);
    json_free(&detail);
    return err;
}

/* K1, K2 …: none is given twice, as none is ever deleted. */
enum err partner_next_id(struct partner_task *t, const char *sql, char letter, char id[PARTNER_ID])
{
    struct stmt *s = db_query(t->env->db, sql);
    enum err err = db_step(s);
    int64_t count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    if (err == ERR_OK && count >= PARTNERS_MAX)
        return err_set(t->info, ERR_TOO_LARGE, "This hall has %d of them already, and takes no more.",
                       PARTNERS_MAX);
    str_format(id, PARTNER_ID, "%c%lld", letter, (long long)count + 1);
    return err;
}

/* --- the hall's own signing key --- */

static enum err signing_key(struct db *db, char secret[SIGN_SECRET], char public[SIGN_PUBLIC])
{
    static const char sql[] = "SELECT secret, public FROM event_about WHERE id = 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        str_copy(secret, SIGN_SECRET, db_text(s, 0));
        str_copy(public, SIGN_PUBLIC, db_text(s, 1));
    }
    db_done(s);
    return err;
}

/* The first one that is handed in becomes the hall's. Its public half goes into the answer. */
enum err partner_need_signing_key(struct partner_task *t)
{
    static const char sql[] = "UPDATE event_about SET secret = $1, public = $2 WHERE id = 1 AND secret = ''";
    char secret[SIGN_SECRET] = "", public[SIGN_PUBLIC] = "";
    const char *new_secret = json_text(t->request, "secret"), *new_public = json_text(t->request, "public");
    if (!new_secret || !new_public || strlen(new_secret) != SIGN_SECRET - 1 ||
        strlen(new_public) != SIGN_PUBLIC - 1)
        return err_set(t->info, ERR_USAGE, "This request brings no signing key.");
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, new_secret);
    db_bind_text(s, 2, new_public);
    enum err err = db_run(s);
    if (err == ERR_OK)
        err = signing_key(t->env->db, secret, public);
    json_set_text(t->answer, "public", public);
    secret_wipe(secret, sizeof secret);
    return err;
}

enum err partner_sign(struct db *db, const char *id, int64_t unix_s, const char *body, size_t length,
                      char out[PARTNER_SIGNATURE])
{
    char secret[SIGN_SECRET] = "", public[SIGN_PUBLIC] = "", signature[SIGNATURE_TEXT];
    struct buf text = {0};
    enum err err = signing_key(db, secret, public);
    if (err != ERR_OK || !*secret)
        return err == ERR_OK ? ERR_ABSENT : err;
    buf_addf(&text, "%s.%lld.", id, (long long)unix_s);
    buf_add(&text, body, length);
    bool done = sign_text(secret, text.data, text.length, signature);
    secret_wipe(secret, sizeof secret);
    buf_free(&text);
    str_format(out, PARTNER_SIGNATURE, "v1a,%s", done ? signature : "");
    return done ? ERR_OK : ERR_CORRUPT;
}

/* --- keys --- */

static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && strncmp(list, word, length) == 0)
            return true;
    return false;
}

bool partner_may_apply(const struct partner *partner, const char *service, const char *agency)
{
    if (!*partner->services)
        return str_equal(partner->agency, agency);
    return list_has(partner->services, service) ||
           (!str_empty(agency) && list_has(partner->services, agency));
}

/* One word of the list: a service that is offered, or an agency. */
static enum err need_offered(struct partner_task *t, const char *word)
{
    struct json *service = NULL, *agency = NULL;
    enum err err = row_get(t->env->db, TABLE_SERVICE, word, &service);
    if (err == ERR_ABSENT || (err == ERR_OK && version_is_kept(service)))
        err = row_get(t->env->db, TABLE_AGENCY, word, &agency);
    json_free(&service);
    json_free(&agency);
    return err == ERR_ABSENT
               ? err_set(t->info, err, "This hall has no service or agency \"%.80s\". No key was made.", word)
               : err;
}

static const char *const scopes[PARTNER_SCOPES] = {
    [PARTNER_READS] = "read", [PARTNER_APPLIES] = "apply", [PARTNER_LOOKS] = "figures"};

/* PARTNER_SCOPES: none such. */
static enum partner_scope scope_of(const char *text)
{
    int scope = 0;
    while (scope < PARTNER_SCOPES && !str_equal(scopes[scope], text))
        scope++;
    return (enum partner_scope)scope;
}

/* Scope and services belong together: what only reads names none. */
static enum err need_scope(struct partner_task *t)
{
    const char *scope = json_text_or(t->request, "scope", "read");
    const char *services = json_text_or(t->request, "services", "");
    bool applies = str_equal(scope, "apply");
    enum err err = ERR_OK;
    if (scope_of(scope) == PARTNER_SCOPES)
        return err_set(
            t->info, ERR_USAGE,
            "--scope is read (its events), apply (leaves applications) or figures (how the hall does): "
            "one key does one of them.");
    if (!applies && *services)
        return err_set(t->info, ERR_USAGE, "--services goes with --scope apply: a key that reads has none.");
    if (strlen(services) > PARTNER_SERVICES_MAX)
        return err_set(t->info, ERR_TOO_LARGE, "--services is longer than %d bytes: name agencies instead.",
                       PARTNER_SERVICES_MAX);
    char *copy = xstrdup(services), *rest = copy, *word;
    while (err == ERR_OK && *services && (word = strsep(&rest, ",")) != NULL)
        err = need_offered(t, word);
    free(copy);
    return err;
}

static enum err insert_key(struct partner_task *t, const char *id)
{
    static const char sql[] =
        "INSERT INTO agency_key (id, sha256, agency, name, made_at, revoked_at, asked_at, epoch, seq, scope,"
        " services) VALUES ($1, $2, $3, $4, $5, '', '', 0, 0, $6, $7)";
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, id);
    db_bind_text(s, 2, json_text_or(t->request, "sha256", ""));
    db_bind_text(s, 3, json_text_or(t->request, "agency", ""));
    db_bind_text(s, 4, json_text_or(t->request, "name", ""));
    db_bind_text(s, 5, t->now);
    db_bind_text(s, 6, json_text_or(t->request, "scope", "read"));
    db_bind_text(s, 7, json_text_or(t->request, "services", ""));
    return db_run(s);
}

static enum err key_add(struct partner_task *t)
{
    static const char sql[] = "SELECT count(*) FROM agency_key";
    char id[PARTNER_ID];
    const char *agency = json_text(t->request, "agency");
    if (!partner_line(json_text(t->request, "name"), PARTNER_NAME_MAX))
        return err_set(t->info, ERR_USAGE, "--name is one line of at most %d bytes.", PARTNER_NAME_MAX);
    if (strlen(json_text_or(t->request, "sha256", "")) != SHA256_TEXT - 1)
        return err_set(t->info, ERR_USAGE, "This request brings no key.");
    enum err err = need_scope(t);
    bool whole = scope_of(json_text_or(t->request, "scope", "read")) == PARTNER_LOOKS && str_empty(agency);
    if (err == ERR_OK && !whole)
        err = partner_need_agency(t, agency);
    if (err == ERR_OK)
        err = partner_need_signing_key(t);
    if (err == ERR_OK)
        err = partner_next_id(t, sql, 'K', id);
    if (err == ERR_OK)
        err = insert_key(t, id);
    if (err == ERR_OK)
        err = partner_note(t, "key.add", id, agency);
    json_set_text(t->answer, "id", err == ERR_OK ? id : NULL);
    return err;
}

/* What an administrator is shown of a place: how many events wait behind it. */
static enum err put_behind(struct partner_task *t, struct json *row)
{
    struct cursor resume, at = {json_int(row, "epoch", 0), json_int(row, "seq", 0)};
    enum place place;
    int64_t count = 0;
    const char *agency = json_text_or(row, "agency", "");
    if (at.epoch == 0)
        at.epoch = t->env->epoch; /* it never asked: everything waits */
    enum err err = events_place(t->env->db, t->env->epoch, &at, &place, &resume);
    if (err == ERR_OK)
        err = events_count(t->env->db, agency, resume.seq, &count);
    json_set_int(row, "waiting", count);
    return err;
}

enum err partner_list(struct partner_task *t, const char *sql, const char *const *texts,
                      const char *const *numbers)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_int(s, 1, PARTNERS_MAX);
    json_set(t->answer, "rows", rows);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = json_new_object();
        int column = 0;
        for (const char *const *name = texts; *name; name++)
            json_set_text(row, *name, db_text(s, column++));
        for (const char *const *name = numbers; *name; name++)
            json_set_int(row, *name, db_int(s, column++));
        json_add(rows, row);
        err = put_behind(t, row);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err key_list(struct partner_task *t)
{
    static const char sql[] =
        "SELECT id, agency, name, made_at, revoked_at, asked_at, scope, services, epoch, seq"
        " FROM agency_key ORDER BY made_at, id LIMIT $1";
    static const char *const texts[] = {"id",       "agency", "name",     "made_at", "revoked_at",
                                        "asked_at", "scope",  "services", NULL};
    static const char *const numbers[] = {"epoch", "seq", NULL};
    return partner_list(t, sql, texts, numbers);
}

/* The agency of a key or webhook that is still in use. */
enum err partner_agency_of(struct partner_task *t, const char *sql, const char *what, char agency[64])
{
    const char *id = json_text_or(t->request, "id", "");
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    if (err == ERR_OK)
        str_copy(agency, 64, db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT
               ? err_set(t->info, err, "There is no %s %s in use. Nothing was changed; the list shows them.",
                         what, id)
               : err;
}

enum err partner_end(struct partner_task *t, const char *sql)
{
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, t->now);
    db_bind_text(s, 2, json_text_or(t->request, "id", ""));
    return db_run(s);
}

static enum err key_revoke(struct partner_task *t)
{
    static const char sql_find[] =
        "SELECT agency FROM agency_key WHERE id = $1 AND revoked_at = ''"; /* primary key */
    static const char sql[] = "UPDATE agency_key SET revoked_at = $1 WHERE id = $2";
    char agency[64];
    enum err err = partner_agency_of(t, sql_find, "key", agency);
    if (err == ERR_OK)
        err = partner_end(t, sql);
    return err == ERR_OK ? partner_note(t, "key.revoke", json_text(t->request, "id"), agency) : err;
}

/* --- reading by a key --- */

enum err partner_of_key(struct db *db, const char *key, struct partner *partner)
{
    static const char sql[] = "SELECT id, agency, epoch, seq, asked_at, name, scope, services FROM agency_key"
                              " WHERE sha256 = $1 AND revoked_at = ''"; /* agency_key_sha256 */
    char digest[SHA256_TEXT];
    struct sha256 sha;
    sha256_start(&sha);
    sha256_add(&sha, key, strlen(key));
    sha256_text(&sha, digest);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, digest);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        *partner = (struct partner){.at = {db_int(s, 2), db_int(s, 3)}};
        str_copy(partner->id, sizeof partner->id, db_text(s, 0));
        str_copy(partner->agency, sizeof partner->agency, db_text(s, 1));
        if (!time_parse(db_text(s, 4), &partner->asked_ms))
            partner->asked_ms = -1;
        str_copy(partner->name, sizeof partner->name, db_text(s, 5));
        partner->scope = scope_of(db_text(s, 6));
        str_copy(partner->services, sizeof partner->services, db_text(s, 7));
    }
    db_done(s);
    return err;
}

enum err partner_is_valid(struct db *db, const char *id, bool *valid)
{
    static const char sql[] = "SELECT id FROM agency_key WHERE id = $1 AND revoked_at = ''"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    *valid = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err partner_received(struct db *db, const char *id, const struct cursor *at, int64_t now_ms)
{
    static const char sql[] =
        "UPDATE agency_key SET epoch = $1, seq = $2, asked_at = $3 WHERE id = $4"; /* primary key */
    char now[TIME_TEXT];
    time_text(now_ms, now);
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, at->epoch);
    db_bind_int(s, 2, at->seq);
    db_bind_text(s, 3, now);
    db_bind_text(s, 4, id);
    return db_run(s);
}

/* --- the table --- */

enum err partners_apply(const struct server_env *env, const struct json *request, struct json **answer,
                        struct err_info *info)
{
    static const struct {
        const char *name;
        enum err (*run)(struct partner_task *t);
    } tasks[] = {
        {"key.add", key_add},           {"key.list", key_list},         {"key.revoke", key_revoke},
        {"webhook.add", webhook_add},   {"webhook.list", webhook_list}, {"webhook.remove", webhook_remove},
        {"webhook.turn", webhook_turn},
    };
    struct partner_task t = {.env = env, .request = request, .answer = json_new_object(), .info = info};
    size_t i = 0;
    time_text(env->now_ms, t.now);
    while (i < sizeof tasks / sizeof *tasks && !str_equal(tasks[i].name, json_text(request, "do")))
        i++;
    enum err err = i < sizeof tasks / sizeof *tasks
                       ? tasks[i].run(&t)
                       : err_set(info, ERR_USAGE, "This loketd does not know that task.");
    if (err != ERR_OK)
        json_free(&t.answer);
    *answer = t.answer;
    return err;
}
