/* core/hall/serve.h: the hall at work: opens the store, listens, and serves until it is told to end. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "core/base/err.h"

struct serve_options {
    const char *data; /* folder with hall.db, or an address */
    const char
        *folder; /* of a training hall, where data is an address: its moments and results; NULL: data */
    const char *listen;                       /* HOST:PORT; port 0 takes a free one; [::1]:8080 for IPv6 */
    const char *tls_cert_file, *tls_key_file; /* PEM; NULL: plain http */
    const char *client_ca_file,
        *client_crl_file; /* PEM: workstations show a certificate of it; NULL: nobody does */
    const char *
        factor_key_file; /* of second factors; NULL: factor.key in the folder, made when no account has one yet */
    bool client_ca_optional;     /* who has none is let in, and the log tells of it */
    bool plain;                  /* without TLS also to other computers */
    int connections, by_address; /* at most, and strangers of one address; 0: as crowd.h has it */
    bool practice;               /* a hall to try things in: it says so in /v1/health */
    const char *scenario, *seed; /* of a training hall: plays it from the start; NULL: does not */
    char **rewind;               /* gets the file that a training hall is to be put back to, or NULL */
    int stop_fd;                 /* readable, or closed at its other end: end cleanly; -1 none */
    FILE *announce;              /* gets "loketd: listening on URL"; NULL: nobody is told */
    int (*ready)(void *ctx, const char *url); /* called once it listens; not 0: end again. May be NULL */
    void *ctx;
};

/* Serves until SIGTERM, SIGINT or stop_fd; what is in flight is finished, the file is closed whole. ERR_OK:
 * ended as asked. ERR_CONFLICT: the hall's history was replaced under this process. */
enum err serve_run(const struct serve_options *options, struct err_info *info) MUST_USE;
