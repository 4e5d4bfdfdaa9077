/* core/hall/look_filters.c: see look_filters.h. */
#include "core/hall/look_filters.h"

#include <string.h>

#include "core/base/rng.h"
#include "core/base/str.h"

/* Types of commands: "case.open,ticket.call". */
static bool names_types(const char *text)
{
    for (const char *at = text; *at; at += strcspn(at, ","), at += *at == ',') {
        size_t length = strcspn(at, ",");
        if (strspn(at, "abcdefghijklmnopqrstuvwxyz_.") < length || !memchr(at, '.', length))
            return false;
    }
    return true;
}

static bool names_row(const char *text)
{
    const char *slash = strchr(text, '/');
    return uuid_valid(slash ? slash + 1 : text);
}

static enum err names_account(struct db *db, const char *text, bool *names)
{
    static const char sql[] =
        "SELECT id FROM users WHERE id = $1 OR login = $1"; /* primary key, users_login */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, text);
    enum err err = db_step(s);
    *names = err == ERR_OK || str_equal(text, "system");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err look_filter_is_plain(struct db *db, const char *name, const char *text, bool *plain)
{
    *plain = !text || str_equal(name, "from") || str_equal(name, "to") ||
             (str_equal(name, "type") && names_types(text)) ||
             (str_equal(name, "subject") && names_row(text));
    return !*plain && str_equal(name, "user") ? names_account(db, text, plain) : ERR_OK;
}
