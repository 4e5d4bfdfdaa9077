/* core/db/postgres_line.c: whether the line to PostgreSQL's server is one that nobody else can read or turn aside, by what its
 * address and libpq's own environment say. Asks nobody. */
#include <postgresql/libpq-fe.h>
#include <string.h>

#include "core/base/str.h"
#include "core/db/postgres.h"

/* Both as libpq would take them: what the address does not say the environment may. */
struct words {
    PQconninfoOption *address, *otherwise;
};

static const char *value_in(const PQconninfoOption *options, const char *keyword)
{
    for (; options && options->keyword; options++)
        if (str_equal(options->keyword, keyword))
            return options->val ? options->val : "";
    return "";
}

static const char *value_of(const struct words *words, const char *keyword)
{
    const char *value = value_in(words->address, keyword);
    return *value ? value : value_in(words->otherwise, keyword);
}

/* A socket of this computer, or what never leaves it. */
static bool is_here(const char *host)
{
    return !*host || *host == '/' || *host == '@' || str_starts(host, "127.") ||
           str_equal(host, "localhost") || str_equal(host, "::1");
}

/* The first of several, parted by commas, that is another computer. */
static bool find_stranger(const char *hosts, char *stranger, size_t size)
{
    for (const char *at = hosts;; at++) {
        size_t length = strcspn(at, ",");
        str_format(stranger, size, "%.*s", (int)length, at);
        if (!is_here(stranger))
            return true;
        at += length;
        if (!*at)
            return false;
    }
}

/* A number goes before a name; what a service's file says is not known here. */
static bool leads_elsewhere(const struct words *words, char *stranger, size_t size)
{
    const char *number = value_of(words, "hostaddr"), *service = value_of(words, "service");
    if (find_stranger(*number ? number : value_of(words, "host"), stranger, size))
        return true;
    str_format(stranger, size, "The service %s", service);
    return *service;
}

enum err postgres_line(const char *address, struct err_info *info)
{
    char *wrong = NULL, stranger[200];
    struct words words = {.address = PQconninfoParse(address, &wrong), .otherwise = PQconndefaults()};
    enum err err = ERR_OK;
    if (!words.address)
        err = err_set(info, ERR_USAGE, "This is no address of PostgreSQL: %s", wrong ? wrong : "");
    else if (leads_elsewhere(&words, stranger, sizeof stranger) &&
             !str_equal(value_of(&words, "sslmode"), "verify-full"))
        err =
            err_set(info, ERR_USAGE,
                    "%s is another computer, and its address does not ask for TLS with a proved certificate: "
                    "whoever is between could read and change the hall. Add sslmode=verify-full and "
                    "sslrootcert=FILE to it. Where something else guards the line, say so twice: --plain-db, "
                    "and LOKET_PLAIN_DB=yes.",
                    stranger);
    PQconninfoFree(words.address);
    PQconninfoFree(words.otherwise);
    PQfreemem(wrong);
    return err;
}
