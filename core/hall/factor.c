/* core/hall/factor.c: see factor.h. */
#include "core/hall/factor.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/totp.h"

/* --- the key --- */

static bool sync_folder_of(const char *path)
{
    const char *name = strrchr(path, '/');
    char *folder = name ? xasprintf("%.*s/", (int)(name - path), path) : xstrdup(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(folder);
    return synced;
}

static bool write_text(const char *path, const char *text)
{
    size_t length = strlen(text);
    unlink(path); /* of one who was killed while writing it */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return written;
}

/* Whole or not at all: half a key would keep everybody out once factors stand under it. */
static enum err make_key(struct factor_key *key, const char *path, struct err_info *info)
{
    char text[TOKEN_TEXT], line[TOKEN_TEXT + 1];
    char *making = xasprintf("%s.making", path);
    box_key_new(key->bytes);
    box_key_text(key->bytes, text);
    str_format(line, sizeof line, "%s\n", text);
    key->there = write_text(making, line) && rename(making, path) == 0 && sync_folder_of(path);
    int fault = errno;
    if (!key->there)
        unlink(making);
    secret_wipe(text, sizeof text);
    secret_wipe(line, sizeof line);
    free(making);
    return key->there ? ERR_OK
                      : err_set(info, err_from_errno(fault),
                                "The key of second factors, %s, cannot be made: %s.", path, strerror(fault));
}

static enum err read_key(struct factor_key *key, const char *path, int fd, struct err_info *info)
{
    char text[2 * TOKEN_TEXT] = "";
    struct stat about;
    if (fstat(fd, &about) != 0 || (about.st_mode & 077))
        return err_set(
            info, ERR_REFUSED,
            "%s, the key of second factors, may be read by others than its owner. Nothing was changed: take "
            "that away (chmod 600).",
            path);
    ssize_t got = read(fd, text, sizeof text - 1);
    key->there = got > 0 && box_key_read(text, key->bytes);
    secret_wipe(text, sizeof text);
    return key->there
               ? ERR_OK
               : err_set(
                     info, ERR_INVALID,
                     "%s is no key of second factors. Nothing was changed: put the one back that was there.",
                     path);
}

enum err factor_key_open(struct factor_key *key, const char *path, bool make, struct err_info *info)
{
    *key = (struct factor_key){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return make ? make_key(key, path, info) : err_set(info, ERR_ABSENT, "There is no file %s.", path);
    if (fd < 0)
        return err_set(info, err_from_errno(errno), "%s cannot be read: %s.", path, strerror(errno));
    enum err err = read_key(key, path, fd, info);
    close(fd);
    return err;
}

/* --- whether there is one --- */

static enum err one_there(struct stmt *s, bool *there)
{
    enum err err = db_step(s);
    *there = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err factor_stands(struct db *db, const char *user, bool *stands)
{
    static const char sql[] = "SELECT 1 FROM factor WHERE user_ = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    return one_there(s, stands);
}

enum err factor_key_fits(struct db *db, const struct factor_key *key, bool *fits)
{
    static const char sql[] = "SELECT user_, box FROM factor LIMIT 1";
    char secret[BOX_PLAIN];
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    *fits =
        err == ERR_ABSENT || (err == ERR_OK && box_open(key->bytes, db_text(s, 0), db_text(s, 1), secret));
    db_done(s);
    secret_wipe(secret, sizeof secret);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err factor_any(struct db *db, bool *any)
{
    static const char sql[] = "SELECT 1 FROM factor LIMIT 1";
    return one_there(db_query(db, sql), any);
}

/* --- codes of loss --- */

/* Nobody who has the store alone can try them all: the digest is under the key. */
static void digest_of(const struct factor_key *key, const char *user, const char *code,
                      char digest[SHA256_TEXT])
{
    char secret[TOKEN_TEXT], text[100];
    box_key_text(key->bytes, secret);
    str_format(text, sizeof text, "%.64s %s", user, code);
    mac_text(secret, text, strlen(text), digest);
    secret_wipe(secret, sizeof secret);
    secret_wipe(text, sizeof text);
}

/* As it was typed, without what is there for the eye. False: it is none. */
static bool plain_code(const char *typed, char code[FACTOR_CODE + 1])
{
    int length = 0;
    for (; *typed; typed++) {
        if (*typed == ' ' || *typed == '-')
            continue;
        if (length == FACTOR_CODE)
            return false;
        code[length++] = (char)toupper((unsigned char)*typed);
    }
    code[length] = '\0';
    return length == FACTOR_CODE;
}

static enum err code_is_there(struct db *db, const char *user, const char *digest, bool *there)
{
    static const char sql[] = "SELECT 1 FROM factor_code WHERE user_ = $1 AND digest = $2"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, digest);
    return one_there(s, there);
}

static enum err drop_code(struct db *db, const char *user, const char *digest)
{
    static const char sql[] = "DELETE FROM factor_code WHERE user_ = $1 AND digest = $2"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, digest);
    return db_run(s);
}

static enum err count_codes(struct db *db, const char *user, int *count)
{
    static const char sql[] = "SELECT count(*) FROM factor_code WHERE user_ = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    enum err err = db_step(s);
    *count = err == ERR_OK ? (int)db_int(s, 0) : 0;
    db_done(s);
    return err;
}

static enum err try_loss(struct db *db, const struct factor_key *key, const char *user, const char *code,
                         enum factor_said *said, int *left)
{
    char digest[SHA256_TEXT];
    bool there = false;
    digest_of(key, user, code, digest);
    enum err err = code_is_there(db, user, digest, &there);
    *said = FACTOR_WRONG;
    if (err != ERR_OK || !there)
        return err;
    *said = FACTOR_RIGHT;
    err = drop_code(db, user, digest);
    return err == ERR_OK ? count_codes(db, user, left) : err;
}

/* --- codes by the time --- */

static enum err use_step(struct db *db, const char *user, int64_t step)
{
    static const char sql[] = "UPDATE factor SET step = $2, wrong = 0 WHERE user_ = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_int(s, 2, step);
    return db_run(s);
}

struct factor {
    char box[BOX_TEXT];
    int64_t used; /* the last step whose code opened it */
    int64_t wrong;
};

static enum err read_factor(struct db *db, const char *user, struct factor *factor)
{
    static const char sql[] = "SELECT box, step, wrong FROM factor WHERE user_ = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        str_copy(factor->box, BOX_TEXT, db_text(s, 0));
        factor->used = db_int(s, 1);
        factor->wrong = db_int(s, 2);
    }
    db_done(s);
    return err;
}

/* --- codes that were wrong --- */

static enum err set_wrong(struct db *db, const char *user, int64_t wrong)
{
    static const char sql[] = "UPDATE factor SET wrong = $2 WHERE user_ = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_int(s, 2, wrong);
    return db_run(s);
}

/* One note of all that were wrong in a row; it has the time of the last. */
static enum err note_wrong(struct db *db, const char *user, int64_t at_ms, int64_t wrong)
{
    static const char sql[] =
        "UPDATE account_note SET at_ = $2, times = $3 WHERE user_ = $1 AND what = 'codes_refused' AND at_ ="
        " (SELECT max(at_) FROM account_note WHERE user_ = $1 AND what = 'codes_refused')"; /* primary key */
    if (wrong < FACTOR_WRONG_TOLD)
        return ERR_OK;
    enum err err = wrong == FACTOR_WRONG_TOLD ? account_note(db, user, at_ms, "codes_refused", "") : ERR_OK;
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_int(s, 2, at_ms);
    db_bind_int(s, 3, wrong);
    return db_run(s);
}

static enum err count_wrong(struct db *db, const char *user, int64_t at_ms, int64_t wrong)
{
    enum err err = set_wrong(db, user, wrong);
    return err == ERR_OK ? note_wrong(db, user, at_ms, wrong) : err;
}

static enum factor_said hold_figures(const struct factor *factor, const char *secret, const char *code,
                                     int64_t now_ms, int64_t *step)
{
    const int64_t any = -1;
    if (factor->wrong >= FACTOR_WRONG_MAX)
        return FACTOR_OFF;
    if (totp_fits(secret, code, now_ms, factor->used, step))
        return FACTOR_RIGHT;
    return totp_fits(secret, code, now_ms, any, step) ? FACTOR_USED : FACTOR_WRONG;
}

enum err factor_try(struct db *db, const struct factor_key *key, const char *user, const char *code,
                    int64_t now_ms, enum factor_said *said, int *left)
{
    struct factor factor = {0};
    char secret[BOX_PLAIN], loss[FACTOR_CODE + 1];
    int64_t step = 0;
    *left = -1;
    *said = FACTOR_WRONG;
    enum err err = read_factor(db, user, &factor);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    if (!key->there || !box_open(key->bytes, user, factor.box, secret)) {
        *said = FACTOR_UNREADABLE;
        return ERR_OK;
    }
    bool on_paper = plain_code(code, loss); /* no six figures are that long */
    if (on_paper)
        err = try_loss(db, key, user, loss, said, left);
    else
        *said = hold_figures(&factor, secret, code, now_ms, &step);
    secret_wipe(secret, sizeof secret);
    if (err != ERR_OK)
        return err;
    if (*said != FACTOR_RIGHT)
        return count_wrong(db, user, now_ms, factor.wrong + 1);
    return on_paper ? set_wrong(db, user, 0) : use_step(db, user, step);
}

/* --- setting up, taking away --- */

static enum err put_box(struct db *db, const char *user, const char *box, int64_t step)
{
    static const char sql[] = "INSERT INTO factor (user_, box, step) VALUES ($1, $2, $3)"
                              " ON CONFLICT (user_) DO UPDATE SET box = excluded.box, step = excluded.step,"
                              " wrong = 0";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, box);
    db_bind_int(s, 3, step);
    return db_run(s);
}

static enum err drop_codes(struct db *db, const char *user)
{
    static const char sql[] = "DELETE FROM factor_code WHERE user_ = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    return db_run(s);
}

static enum err put_code(struct db *db, const struct factor_key *key, const char *user, struct json *codes)
{
    static const char sql[] = "INSERT INTO factor_code (user_, digest) VALUES ($1, $2)";
    char code[FACTOR_CODE + 1], shown[FACTOR_CODE + 4], digest[SHA256_TEXT];
    letters_new(code, FACTOR_CODE);
    digest_of(key, user, code, digest);
    str_format(shown, sizeof shown, "%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8, code + 12);
    json_add_text(codes, shown);
    secret_wipe(code, sizeof code);
    secret_wipe(shown, sizeof shown);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, digest);
    return db_run(s);
}

enum err factor_put(struct db *db, const struct factor_key *key, const char *user, const char *secret,
                    int64_t step, struct json *codes)
{
    char box[BOX_TEXT];
    if (!key->there || !totp_is_secret(secret) || !box_close(key->bytes, user, secret, box))
        return ERR_INVALID;
    enum err err = put_box(db, user, box, step);
    if (err == ERR_OK)
        err = drop_codes(db, user);
    for (int i = 0; err == ERR_OK && i < FACTOR_CODES; i++)
        err = put_code(db, key, user, codes);
    return err;
}

enum err factor_drop(struct db *db, const char *user)
{
    static const char sql[] = "DELETE FROM factor WHERE user_ = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    enum err err = db_run(s);
    return err == ERR_OK ? drop_codes(db, user) : err;
}

/* --- notes --- */

static const int64_t day_ms = (int64_t)24 * 3600 * 1000;

enum err account_note(struct db *db, const char *user, int64_t at_ms, const char *what, const char *by)
{
    static const char sql[] = "INSERT INTO account_note (user_, at_, what, by_) VALUES ($1, $2, $3, $4)"
                              " ON CONFLICT (user_, at_, what) DO NOTHING";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_int(s, 2, at_ms);
    db_bind_text(s, 3, what);
    db_bind_text(s, 4, by);
    return db_run(s);
}

static enum err forget_notes(struct db *db, const char *user, int64_t before_ms)
{
    static const char sql[] = "DELETE FROM account_note WHERE user_ = $1 AND at_ < $2"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_int(s, 2, before_ms);
    return db_run(s);
}

static struct json *note_of(struct stmt *s)
{
    struct json *note = json_new_object();
    char at[TIME_TEXT];
    time_text(db_int(s, 0), at);
    json_set_text(note, "what", db_text(s, 1));
    json_set_text(note, "at", at);
    json_set_text(note, "by", db_text(s, 2));
    if (db_int(s, 3))
        json_set_int(note, "times", db_int(s, 3));
    return note;
}

enum err account_told(struct db *db, const char *user, int64_t now_ms, struct json *notes)
{
    static const char sql[] = "SELECT at_, what, by_, times FROM account_note WHERE user_ = $1"
                              " ORDER BY at_ DESC LIMIT 20"; /* primary key */
    enum err err = forget_notes(db, user, now_ms - NOTES_DAYS * day_ms);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    while ((err = db_step(s)) == ERR_OK)
        json_add(notes, note_of(s));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}
