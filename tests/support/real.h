/* tests/support/real.h: the real loketd, on one port for all its lives, on the rows of tests/support/hall.h. */
#pragma once
#include "tests/support/hall.h"
#include "tests/support/program.h"

struct real {
    struct test_hall hall; /* its folder and url; hall.pid stays 0 */
    struct running program;
    char listen[40];
};
void real_open(struct real *real);
void real_open_in(struct real *real, const char *folder); /* its file below that folder */
void real_start(struct real *real);                       /* waits until it listens */
int real_end(struct real *real, int with_signal);         /* its exit status, or 128 + signal */
void real_verify(const struct real *real);                /* loketd verify finds nothing */
int64_t real_rev(const struct real *real);
