/* tests/unit/on_postgres.c: with LOKET_TEST_DB=postgres://… (or =own, a server of its own) every hall that the unit tests
 * open in a file is opened in PostgreSQL instead: a schema for each path. The linker puts this between (Makefile). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/db/db.h"
#include "tests/support/cluster.h"

enum err __real_db_open(struct db **out, const char *path, unsigned flags, struct err_info *info);
enum err __wrap_db_open(struct db **out, const char *path, unsigned flags, struct err_info *info);

/* The hall's own file is named so in every test; the workstation's and copies are files for good. */
static bool is_hall(const char *path)
{
    static const char *const names[] = {"/hall.db", "/hall-", "/daybook-", "/figures-", "/report-"};
    const char *name = strrchr(path, '/');
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (str_starts(name, names[i]))
            return true;
    return false;
}

enum err __wrap_db_open(struct db **out, const char *path, unsigned flags, struct err_info *info)
{
    if (db_is_address(path) || !is_hall(path) || !cluster_keeps_halls())
        return __real_db_open(out, path, flags, info);
    char *address = cluster_hall_of_file(path);
    enum err err = __real_db_open(out, address, flags, info);
    free(address);
    return err;
}
