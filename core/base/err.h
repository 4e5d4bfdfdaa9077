/* core/base/err.h: what can go wrong in the world, and how a function says so.
 *
 * A programmer's error is an assert. Everything else (network, disk, data from outside) is one of
 * these values, with a sentence for people; struct err_info carries the particulars.
 * Absence is a value of its own, so that a failed read is never taken for "not there". */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define ERR_LIST(X)                                      \
    X(OK, "done")                                        \
    X(ABSENT, "there is no such thing")                  \
    X(INVALID, "the data is not as it should be")        \
    X(USAGE, "the command was not understood")           \
    X(REFUSED, "the hall refused")                       \
    X(OFFLINE, "the hall cannot be reached")             \
    X(CONFLICT, "someone else changed this first")       \
    X(IN_USE, "another program uses this folder")        \
    X(READ_ONLY, "this place cannot be written to")      \
    X(DISK_FULL, "the disk is full")                     \
    X(DISK, "this computer cannot write to its disk")    \
    X(CORRUPT, "a file on this computer is damaged")     \
    X(TOO_LARGE, "this is larger than the hall accepts") \
    X(TOO_OLD, "this program is too old for its data")   \
    X(SYSTEM, "the operating system refused")

enum err {
#define X(name, text) ERR_##name,
    ERR_LIST(X)
#undef X
        ERR_COUNT
};

struct err_info {
    enum err err;
    char text[400]; /* one whole sentence, without a line end */
};

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The plain English sentence for err; never NULL. */
const char *err_text(enum err err);

/* Fills info (which may be NULL) and returns err, so that a failure is one line:
 *     return err_set(info, ERR_DISK, "%s cannot be written: %s", path, strerror(errno)); */
enum err err_set(struct err_info *info, enum err err, const char *format, ...) PRINTF(3, 4);

/* The error that an errno of a file operation means: ENOSPC → ERR_DISK_FULL and so on. */
enum err err_from_errno(int number);
