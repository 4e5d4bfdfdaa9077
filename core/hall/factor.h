/* core/hall/factor.h: an account's second factor: a secret that its owner's app has too, and the codes that are used in its
 * place once the app is lost. In the hall's store, never in a row: no workstation hears of any of it but that it is there
 * (users' factor_at).
 *
 * A secret is kept in a box whose key lies beside the store and not in it, so that whoever finds a backup or reads the database
 * makes no code by it; the codes of loss are digests under the same key. Of several loketd of one hall each is given the same key.
 * What was used is kept: a code opens once, whichever of them is asked. */
#pragma once
#include "core/base/crypto.h"
#include "core/db/rows.h"

enum { FACTOR_CODES = 8, FACTOR_CODE = 16 }; /* of loss: how many, and the letters of one (80 bits) */
/* Codes that were wrong in a row: from how many on its owner is told, and after how many six figures open nothing any more,
 * only a code of loss: of a million three fit at a time, and whoever guesses has the password and all the time they want. */
enum { FACTOR_WRONG_TOLD = 3, FACTOR_WRONG_MAX = 50 };

struct factor_key {
    bool there; /* else no second factor can be set up or asked for in this hall */
    unsigned char bytes[BOX_KEY];
};
/* Reads it; make: a file that is absent is made, for its owner alone. ERR_ABSENT: there is none. ERR_REFUSED: others may read
 * it. */
enum err factor_key_open(struct factor_key *key, const char *path, bool make, struct err_info *info) MUST_USE;

/* Whether there is one. In whatever transaction is open, like all below. */
enum err factor_stands(struct db *db, const char *user, bool *stands) MUST_USE;
enum err factor_any(struct db *db, bool *any) MUST_USE;
/* Whether it opens the box of one that stands, or none stands. */
enum err factor_key_fits(struct db *db, const struct factor_key *key, bool *fits) MUST_USE;

enum factor_said {
    FACTOR_RIGHT,
    FACTOR_WRONG,
    FACTOR_USED,       /* it was right, once */
    FACTOR_OFF,        /* too many were wrong: it was not even held against it */
    FACTOR_UNREADABLE, /* the key is another than that of its box */
};
/* Holds a code against it, six figures or a code of loss (small letters, spaces and dashes do not matter), and notes that it
 * was used, or that it was wrong: that must be committed, whoever is refused by it. *left: how many codes of loss are left,
 * when one was used; else -1. */
enum err factor_try(struct db *db, const struct factor_key *key, const char *user, const char *code,
                    int64_t now_ms, enum factor_said *said, int *left) MUST_USE;
/* In place of what was there; step: of the code that has proved it. codes: gets the codes of loss, which are told this once. */
enum err factor_put(struct db *db, const struct factor_key *key, const char *user, const char *secret,
                    int64_t step, struct json *codes) MUST_USE;
enum err factor_drop(struct db *db, const char *user) MUST_USE;

/* --- what an account's owner is told when they come in: {"what","at","by","times"?}, by "": the hall's computer --- */
enum err account_note(struct db *db, const char *user, int64_t at_ms, const char *what,
                      const char *by) MUST_USE;
/* Those of the last NOTES_DAYS, the newest first, at each sign-in: the first that comes may be somebody else's. Older ones are
 * forgotten. */
enum { NOTES_DAYS = 30 };
enum err account_told(struct db *db, const char *user, int64_t now_ms, struct json *notes) MUST_USE;
