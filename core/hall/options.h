/* core/hall/options.h: the command line of loketd, COMMANDS.md: one table of verbs, one of options. Opens
 * nothing. */
#pragma once
#include <stdbool.h>

#include "core/base/err.h"

enum hall_verb {
    HALL_HELP,
    HALL_VERSION,
    HALL_INIT,
    HALL_SERVE,
    HALL_PRACTICE, /* a practice hall for the workstations beside it; see practice.h */
    HALL_USER_ADD,
    HALL_USER_LIST,
    HALL_USER_CHANGE,
    HALL_USER_DISABLE,
    HALL_USER_ENABLE,
    HALL_USER_PASSWORD,
    HALL_USER_SIGN_OUT,
    HALL_USER_SESSIONS,
    HALL_USER_NO_FACTOR,
    HALL_COUNTER_ADD,
    HALL_COUNTER_CHANGE,
    HALL_COUNTER_DISABLE,
    HALL_COUNTER_ENABLE,
    HALL_COUNTER_LIST,
    HALL_EXPORT_CASES,
    HALL_PERSON_EXPORT,
    HALL_PERSON_ERASE,
    HALL_KEY_ADD,
    HALL_KEY_LIST,
    HALL_KEY_REVOKE,
    HALL_WEBHOOK_ADD,
    HALL_WEBHOOK_LIST,
    HALL_WEBHOOK_REMOVE,
    HALL_DELIVER,
    HALL_IMPORT,
    HALL_EXPORT,
    HALL_BACKUP,
    HALL_RESTORE,
    HALL_SEAL_KEY,
    HALL_HEADS,
    HALL_VERIFY,
    HALL_MOVE,
    HALL_DEPART,
    HALL_PARCEL,
    HALL_MERGE,
    HALL_RECALL,
    HALL_REHEARSE,
    HALL_DEMO_LIST,
    HALL_DEMO_RUN,
};

/* Texts are borrowed from argv; NULL: not given. */
struct hall_options {
    enum hall_verb verb;
    const char *data; /* never NULL; a folder, or the address that --db gave */
    const char *hall, *name, *pack, *timezone, *db;
    const char *listen, *tls_cert, *tls_key, *client_ca, *client_crl, *log;
    const char *login, *roles, *agency, *password_file, *queues;
    const char *format, *rule, *seed, *days, *clerks, *users_fd, *scenario;
    const char *to, *from, *users;        /* of a bus */
    const char *url, *after;              /* of a webhook */
    const char *scope, *services;         /* of a key */
    const char *until;                    /* of an export */
    const char *seal, *unseal;            /* of a backup: a public key, the file of a secret one */
    const char *factor_key;               /* the file with the key of second factors */
    const char *heads;                    /* the file of those that were kept */
    const char *reason, *confirm;         /* of what is done with one person's data */
    const char *connections, *by_address; /* of serve: numbers */
    const char *argument;                 /* the FILE or SCENARIO of a verb that takes one */
    bool json, dry_run, keep_good, unmasked, first, plain_http, plain_db, client_ca_optional;
};

/* ERR_USAGE: info says what is wrong and how the verb is written. */
enum err hall_options_parse(int argc, char **argv, struct hall_options *options,
                            struct err_info *info) MUST_USE;
const char *hall_options_usage(void);
