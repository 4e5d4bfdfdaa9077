/* core/db/postgres_line.c: whether the line to PostgreSQL's server is one that nobody else can read or turn aside, by what its
 * address and libpq's own environment say. Asks nobody. */
#include <arpa/inet.h>
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
    unsigned char number[4];
    if (inet_pton(AF_INET, host, number) == 1)
        return number[0] == 127;
    return !*host || *host == '/' || *host == '@' || str_equal(host, "localhost") || str_equal(host, "::1");
}

/* The next of several that are parted by commas; *list then stands at the one after it, NULL: there is none. */
static void take_next(const char **list, char *one, size_t size)
{
    size_t length = *list ? strcspn(*list, ",") : 0;
    str_format(one, size, "%.*s", (int)length, *list ? *list : "");
    *list = *list && (*list)[length] ? *list + length + 1 : NULL;
}

/* The first that is another computer. As libpq has it: a number goes before the name in its place. */
static bool find_stranger(const char *names, const char *numbers, char *stranger, size_t size)
{
    char number[200];
    while (names || numbers) {
        take_next(&names, stranger, size);
        take_next(&numbers, number, sizeof number);
        if (*number)
            str_copy(stranger, size, number);
        if (!is_here(stranger))
            return true;
    }
    return false;
}

/* What a service's file says is not known here. */
static bool leads_elsewhere(const struct words *words, char *stranger, size_t size)
{
    const char *service = value_of(words, "service");
    if (find_stranger(value_of(words, "host"), value_of(words, "hostaddr"), stranger, size))
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
