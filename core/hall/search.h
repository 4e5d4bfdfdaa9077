/* core/hall/search.h: whom and what somebody means who types a number, a date or words of a name.
 *
 * In this order: what has exactly this number; persons of whom every typed word is a word of the name, as it was typed, then
 * in another spelling (core/model/name.h); those of whom it begins one, in the same order; what has a number that begins so.
 * Within each the newest first. The time it takes is bounded whatever is typed: where a bound is met, *more is told. Knows
 * no rights: who asks decides what of it is shown, and whether beginnings of identity numbers may be asked for at all. */
#pragma once
#include "core/db/rows.h"

/* Where a search stands: at one row in the order below. */
struct search_place {
    int step, part;
    char key[128]; /* what the part is ordered by: a number, or the person's place in the index */
    char id[64];
};

struct search {
    struct db *db;
    const char *typed;
    const char *hall, *today; /* the hall's code, YYYY-MM-DD: "123" is the application HALL-2026-000123 */
    bool
        numbers_begin; /* beginnings of persons' numbers are answered too: they must not be guessed sign by sign */
    const struct search_place *after; /* only what comes behind it; NULL: from the beginning */
    /* Told each in turn, one perhaps twice; *enough ends it. place: where that one stands. */
    enum err (*found)(void *ctx, enum table table, const char *id, const struct search_place *place,
                      bool *enough);
    void *ctx;
};

enum err search_run(const struct search *search, bool *more) MUST_USE;
/* A place as a word of an address, and back; false: it is none. */
void search_place_print(const struct search_place *place, char out[256]);
bool search_place_read(const char *text, struct search_place *place);
/* Every statement of a search, for a test that asks the planner; NULL after the last. */
const char *search_statement(int n);
