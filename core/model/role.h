/* core/model/role.h: the roles of people as bits, and their names on the wire (PROTOCOL.md, user.roles). */
#pragma once
#include <stddef.h>

#define ROLE_LIST(X)                     \
    X(CLERK, 1u << 0, "clerk")           \
    X(RECEPTION, 1u << 1, "reception")   \
    X(SUPERVISOR, 1u << 2, "supervisor") \
    X(TRAINER, 1u << 3, "trainer")       \
    X(APPROVER, 1u << 4, "approver")     \
    X(ADMINISTRATOR, 1u << 5, "administrator")

enum role {
#define X(name, bit, text) ROLE_##name = bit,
    ROLE_LIST(X)
#undef X
        ROLE_ALL = (1u << 6) - 1
};

/* The role of that name, 0 when there is none. */
unsigned role_find(const char *text);
/* The name of one role; NULL when bit is not exactly one role. */
const char *role_text(unsigned bit);
/* "clerk, supervisor" in the order above; "" for none. */
void role_texts(unsigned roles, char *out, size_t capacity);
