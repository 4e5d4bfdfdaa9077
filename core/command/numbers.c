/* core/command/numbers.c: the next free number: of tickets, daily from 001 for each prefix, and of cases.
 *
 * The highest number given so far is one step of an index, whatever the history. Beyond the usual digits, where
 * text order is no longer number order, free numbers are found by doubling and halving: O(log n) such steps.
 * Whatever is answered was looked up and is not taken, so two prefixes that resemble each other ("P", "P1") can
 * never clash. Knows no clock. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/rules.h"

enum { TICKET_DIGITS = 3, CASE_DIGITS = 6, TEXT_SIZE = 64 };

struct series {
    struct call *c;
    const char *day; /* of tickets; NULL: numbers of cases */
    const char *prefix;
    int digits;
};

static bool number_of(const struct series *s, int64_t index, char out[TEXT_SIZE])
{
    return str_format(out, TEXT_SIZE, "%s%0*" PRId64, s->prefix, s->digits, index);
}

/* The highest number from low to high, in text order; "" when there is none. */
static enum err highest(const struct series *s, const char *low, const char *high, char found[TEXT_SIZE])
{
    static const char sql_ticket[] =
        "SELECT number FROM tickets WHERE day = $1 AND number >= $2 AND number <= $3"
        " ORDER BY number DESC LIMIT 1"; /* tickets_number */
    static const char sql_case[] = "SELECT number FROM cases WHERE number >= $1 AND number <= $2"
                                   " ORDER BY number DESC LIMIT 1"; /* cases_number */
    struct stmt *stmt = s->day ? tx_list(s->c->tx, sql_ticket, TABLE_TICKET, "day", s->day)
                               : tx_list(s->c->tx, sql_case, TABLE_CASE, "number", low);
    if (s->day)
        db_bind_text(stmt, 2, low);
    db_bind_text(stmt, s->day ? 3 : 2, high);
    enum err err = db_step(stmt);
    str_copy(found, TEXT_SIZE, err == ERR_OK && db_text(stmt, 0) ? db_text(stmt, 0) : "");
    db_done(stmt);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err is_taken(const struct series *s, int64_t index, bool *taken)
{
    char number[TEXT_SIZE], found[TEXT_SIZE];
    *taken = false;
    if (!number_of(s, index, number))
        return ERR_TOO_LARGE;
    TRY(highest(s, number, number, found));
    *taken = found[0] != '\0';
    return ERR_OK;
}

/* A free index above one that is taken: doubles until free, then halves the distance. */
static enum err search(const struct series *s, int64_t low, int64_t *index)
{
    int64_t high = low;
    bool taken = true;
    while (taken) {
        low = high;
        high = high ? high * 2 : 1;
        TRY(is_taken(s, high, &taken));
    }
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        TRY(is_taken(s, middle, &taken));
        if (taken)
            low = middle;
        else
            high = middle;
    }
    *index = high;
    return ERR_OK;
}

static enum err next(const struct series *s, char out[TEXT_SIZE])
{
    char low[TEXT_SIZE], high[TEXT_SIZE], found[TEXT_SIZE];
    int64_t index = 1, last = 1;
    bool taken = true;
    for (int i = 0; i < s->digits; i++)
        last *= 10;
    if (!number_of(s, 0, low) || !number_of(s, last - 1, high))
        return ERR_TOO_LARGE;
    TRY(highest(s, low, high, found));
    if (found[0])
        index = strtoll(found + strlen(s->prefix), NULL, 10) + 1;
    if (!found[0] || (strlen(found) == strlen(low) && !str_equal(found, high)))
        TRY(is_taken(s, index, &taken));
    if (taken)
        TRY(search(s, 0, &index));
    return number_of(s, index, out) ? ERR_OK : ERR_TOO_LARGE;
}

enum err ticket_number_next(struct call *c, const char *day, const char *prefix, char out[32])
{
    char number[TEXT_SIZE];
    struct series s = {.c = c, .day = day, .prefix = prefix, .digits = TICKET_DIGITS};
    TRY(next(&s, number));
    return str_copy(out, 32, number) ? ERR_OK : ERR_TOO_LARGE;
}

enum err ticket_number_taken(struct call *c, const char *day, const char *number, bool *taken)
{
    char found[TEXT_SIZE];
    struct series s = {.c = c, .day = day, .prefix = "", .digits = TICKET_DIGITS};
    TRY(highest(&s, number, number, found));
    *taken = found[0] != '\0';
    return ERR_OK;
}

enum err case_number_next(struct call *c, const char *prefix, char out[64])
{
    struct series s = {.c = c, .day = NULL, .prefix = prefix, .digits = CASE_DIGITS};
    return next(&s, out);
}
