/* core/db/statements.h: the prepared statements of one store, found by the address of their text. Between the stores alone. */
#pragma once
#include <stddef.h>

struct stmt;
struct statement {
    const char *sql; /* NULL: free */
    struct stmt *stmt;
};
struct statements {
    struct statement *slots; /* open addressing; a power of two */
    size_t room, used;
};

void statements_open(struct statements *all);
void statements_close(struct statements *all);                               /* frees the table alone */
struct stmt *statements_find(const struct statements *all, const char *sql); /* NULL: none of that text */
void statements_put(struct statements *all, const char *sql,
                    struct stmt *stmt); /* in place of what is there */
/* One after the other, from *at 0 on; NULL after the last. */
struct stmt *statements_next(const struct statements *all, size_t *at);
void statements_forget(struct statements *all); /* all of them; whoever has them frees them first */
