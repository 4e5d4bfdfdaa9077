/* tests/support/hall.h: a real hall for tests: serve_run in a process of its own on the loopback, on a fresh
 * file with a few invented rows, and a small client that waits for each answer.
 *
 * Queues p (priority, prefix P) and q (fifo, prefix Q), services t.card (p) and t.visa (q), counters c1 … c20,
 * users clerk1 … clerk20, reception, supervisor, admin: all with TEST_PASSWORD. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/rng.h"
#include "core/wire/json.h"

#define TEST_PASSWORD "open sesame!"
/* It at the least cost that argon2id has: tests sign in often. */
#define TEST_HASH \
    "$argon2id$v=19$m=8,t=1,p=1$pjlXIHt1yOZFiDUuZqFdtA$CFrTle2H86JFVq4sd/6f3WovCggI9TS8K/VQIJHvSS0"
enum { TEST_COUNTERS = 20 };

struct test_hall {
    char folder[200], url[64];
    int port;
    pid_t pid; /* 0: it does not run */
    int connections,
        by_address; /* of its next start, as serve.h has them; descriptors: as many are allowed it */
    int descriptors;
    const char *factor_key; /* the file; NULL: that of its folder */
};
/* Makes and starts one; stops the test when that fails. It ends with the test program at the latest. */
void hall_open(struct test_hall *hall);
void hall_make(struct test_hall *hall);                       /* the file alone */
void hall_make_at(struct test_hall *hall, const char *where); /* the same in a folder, or at an address */
/* What its commands are given: its folder, or its address where halls are kept in PostgreSQL. The caller frees. */
char *hall_where(const struct test_hall *hall);
void hall_start(struct test_hall *hall);
void hall_kill(struct test_hall *hall); /* SIGKILL */
int hall_stop(struct test_hall *hall);  /* SIGTERM; its exit status */

/* One request on a connection of its own. body NULL: none. status 0: no answer. */
char *hall_request_text(const struct test_hall *hall, const char *method, const char *path, const char *token,
                        const char *body, int *status);
/* The same, read as JSON; NULL when it is not JSON. The caller frees both. */
struct json *hall_request(const struct test_hall *hall, const char *method, const char *path,
                          const char *token, const char *body, int *status);
/* A header of the last answer ("" when it was not there). */
const char *hall_header(const char *name);

/* One installation at which somebody is signed in. It keeps its connection. */
struct hall_client {
    const struct test_hall *hall;
    void *connection;
    char uuid[37], token[64], user[64];
    int64_t seq, epoch, rev;
    int64_t ahead_ms; /* its clock, of the true one */
};
/* The status of the sign-in. uuid NULL: a new installation. */
int hall_sign_in(struct hall_client *client, const struct test_hall *hall, const char *login,
                 const char *password);
void hall_sign_out(struct hall_client *client); /* also without one; frees */
/* A request as the client. */
struct json *hall_ask(struct hall_client *client, const char *method, const char *path, const char *body,
                      int *status);
/* The body of a push with one command of the client's next seq. The caller frees. */
char *hall_push_text(struct hall_client *client, const char *type, const char *body);
/* Pushes one command; its result, or the error's document. body is JSON text. The caller frees. */
struct json *hall_push(struct hall_client *client, const char *type, const char *body);
/* hall_push that must be applied: its data. The caller frees. */
struct json *hall_do(struct hall_client *client, const char *type, const char *body);
