/* core/hall/issuers.c: see issuers.h. Knows no ticket. */
#include "core/hall/issuers.h"

#include <inttypes.h>

#include "core/base/str.h"

enum err issuer_lease(struct db *db, const char *client, char label[ISSUER_LABEL])
{
    static const char sql_add[] = "INSERT INTO issuer (client, number)"
                                  " SELECT $1, 1 + coalesce(max(number), 0) FROM issuer WHERE true"
                                  " ON CONFLICT (client) DO NOTHING";            /* issuer_number */
    static const char sql_get[] = "SELECT number FROM issuer WHERE client = $1"; /* primary key */
    struct stmt *s = db_query(db, sql_add);
    db_bind_text(s, 1, client);
    enum err err = db_run(s);
    if (err != ERR_OK)
        return err;
    s = db_query(db, sql_get);
    db_bind_text(s, 1, client);
    err = db_step(s);
    if (err == ERR_OK)
        str_format(label, ISSUER_LABEL, "W%" PRId64, db_int(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}
