/* core/hall/person_words.c: see person_words.h. */
#include "core/hall/person_words.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/audit_index.h"
#include "core/hall/look_filters.h"

static const char *const filters[] = {"user", "type", "subject", "q", "words"};
enum { FILTERS = sizeof filters / sizeof *filters, SHORTEST = 3 };

/* Either may be a part of the other. */
static bool shares(const char *folded, const char *value)
{
    struct buf mine = {0};
    utf8_fold(&mine, value ? value : "");
    bool both = mine.length >= SHORTEST && strlen(folded) >= SHORTEST;
    bool any = both && (strstr(buf_text(&mine), folded) || strstr(folded, buf_text(&mine)));
    buf_free(&mine);
    return any;
}

static bool names_person(const char *text, const struct person_rows *rows)
{
    static const char *const members[] = {"name", "given", "father", "family", "fin",
                                          "nik",  "phone", "email",  "address"};
    struct buf folded = {0};
    bool any = false;
    if (str_empty(text))
        return false;
    utf8_fold(&folded, text);
    for (const struct json *row = json_first(rows->of[TABLE_PERSON]); row; row = json_next(row))
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            any |= shares(buf_text(&folded), json_text(row, members[i]));
    buf_free(&folded);
    return any;
}

/* Typed words alone: an account, commands or a row are no words about the person, whatever they are called. */
static enum err has_words(struct db *db, const struct json *about, const struct person_rows *rows, bool *has)
{
    enum err err = ERR_OK;
    *has = false;
    if (json_get(about, "typed_mac")) /* kept without its words */
        return ERR_OK;
    for (size_t i = 0; i < FILTERS && err == ERR_OK && !*has; i++) {
        bool plain = true;
        const char *text = json_text(about, filters[i]);
        if (names_person(text, rows))
            err = look_filter_is_plain(db, filters[i], text, &plain);
        *has = !plain;
    }
    return err;
}

enum err person_words_find(struct db *db, const struct person_rows *rows, struct json *looks)
{
    static const char sql[] =
        "SELECT audit_note.rev, about FROM audit_tag JOIN audit_note ON audit_note.rev ="
        " audit_tag.rev WHERE tag IN ('c/audit.look', 'c/audit.export')"; /* keys */
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *about = NULL;
        const char *text = db_text(s, 1);
        bool has = false;
        if (text && json_parse(text, strlen(text), &about, NULL) == ERR_OK)
            err = has_words(db, about, rows, &has);
        if (has)
            json_add(looks, json_new_int(db_int(s, 0)));
        json_free(&about);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Which words there were is left, and whatever is none. */
static enum err forget_one(struct db *db, int64_t rev)
{
    static const char sql[] = "UPDATE audit_note SET about = $1 WHERE rev = $2"; /* primary key */
    struct json *about = NULL, *typed = json_new_array();
    enum err err = audit_index_about(db, rev, &about);
    for (size_t i = 0; i < FILTERS && err == ERR_OK; i++) {
        bool plain = true;
        err = look_filter_is_plain(db, filters[i], json_text(about, filters[i]), &plain);
        if (plain)
            continue;
        json_remove(about, filters[i]);
        json_add_text(typed, filters[i]);
    }
    json_set(about, "typed", typed);
    char *text = json_print(about);
    json_free(&about);
    if (err == ERR_OK) {
        struct stmt *s = db_query(db, sql);
        db_bind_text(s, 1, text);
        db_bind_int(s, 2, rev);
        err = db_run(s);
    }
    free(text);
    return err;
}

enum err person_words_forget(struct db *db, const struct json *looks)
{
    enum err err = ERR_OK;
    for (const struct json *one = json_first(looks); one && err == ERR_OK; one = json_next(one))
        err = forget_one(db, json_as_int(one, 0));
    return err;
}

static bool has_look(const struct json *looks, int64_t rev)
{
    for (const struct json *one = json_first(looks); one; one = json_next(one))
        if (json_as_int(one, 0) == rev)
            return true;
    return false;
}

enum err person_words_gone(struct db *db, int64_t rev, const char *about, bool *gone)
{
    static const char sql[] = "SELECT about FROM audit_note JOIN audit ON audit.rev = audit_note.rev WHERE"
                              " type = 'person.erase' AND audit.rev > $1"; /* primary keys */
    struct json *left = NULL;
    bool without = json_parse(about, strlen(about), &left, NULL) == ERR_OK && json_get(left, "typed") &&
                   !json_get(left, "typed_mac");
    json_free(&left);
    *gone = false;
    if (!without)
        return ERR_OK;
    struct stmt *s = db_query(db, sql);
    enum err err;
    db_bind_int(s, 1, rev);
    while (!*gone && (err = db_step(s)) == ERR_OK) {
        struct json *detail = NULL;
        const char *text = db_text(s, 0);
        if (text && json_parse(text, strlen(text), &detail, NULL) == ERR_OK)
            *gone = has_look(json_get(detail, "looks"), rev);
        json_free(&detail);
    }
    db_done(s);
    return *gone || err == ERR_ABSENT ? ERR_OK : err;
}
