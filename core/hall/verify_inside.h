/* core/hall/verify_inside.h: what the files of verify share; included by them alone. */
#pragma once
#include "core/hall/store.h"
#include "core/hall/verify.h"

enum { VERIFY_CLOSED = 1024 };

struct verify {
    struct db *db;
    struct hall_state state;
    struct verified *done;
    struct err_info *info;
    /* A bus goes on where its home stood; else 0 and "". */
    int64_t base_rev;
    char base_audit[SHA256_TEXT];
    /* Ticket id → {"gen","held","user","counter"}: those that wait or that somebody has. */
    struct json *open;
    /* The same with "id", of tickets that closed not long ago: an undo opens them again. */
    struct json *closed[VERIFY_CLOSED];
    struct erasures *erasures;
    struct shortenings *shortenings;
    struct json *never_less; /* "t id member" → the number that must not decrease */
    int64_t untagged;        /* a change of which a row is not in the index of the audit; 0: none */
    int64_t audit_place;     /* lines up to here need not be in it yet */
    char gone[200]; /* found on the way through the changes; told when they and the rows are in order */
};

/* The sentence that names the first bad row. */
enum err bad(struct verify *v, const char *format, ...) PRINTF(2, 3);

/* verify_rules.c: what a row may not become from one change to the next; called in the order of the changes. */
enum err check_step(struct verify *v, int64_t rev, enum table table, const char *id, const struct json *row);
enum err check_state(struct verify *v);
enum err check_types(struct verify *v);
enum err check_results(struct verify *v);
enum err check_invariants(struct verify *v);
