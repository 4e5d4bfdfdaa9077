/* core/cache/store.h: what the files of this room share; nobody else includes it. */
#pragma once
#include "core/cache/cache.h"
#include "core/db/db.h"
#include "core/db/rows.h"
#include "core/wire/which_hall.h"

#define TRY(expression)                \
    do {                               \
        enum err try_err = expression; \
        if (try_err != ERR_OK)         \
            return try_err;            \
    } while (0)

/* Where the copy stands. Changed on a copy of the struct and taken over after the commit, so that memory
 * never runs ahead of the disk. */
struct place {
    int64_t cursor, epoch, safe_through;
    int64_t fed_ms; /* when the hall was last heard: "as of" */
    bool needs_snapshot;
    char chain[65]; /* h of the last item in the base; "" before the first */
};

struct cache {
    struct db *db;
    char *dir;
    struct place place;
    char install[UUID_TEXT]; /* the first person's client; others' are derived from it */
    char client[UUID_TEXT];  /* of the signed-in person, or of the last who was */
    struct which_hall of;    /* the hall whose copy this is; wall.c */
    bool signed_in;
    struct actor actor;
    char *token;
    int64_t offset_ms;
    bool durable;       /* how the file syncs now; db_open leaves it so */
    int64_t handed_out; /* seqs up to this one of client may have left this computer */
    bool reached;       /* the hall, as sync sees it */
    bool overlay_empty; /* known to be; false: it may hold rows */
    struct overlay *overlay;
    int64_t records_max;    /* unsent, of one person; 0: as built */
    int64_t pruned_through; /* safe_through when the outbox was last pruned; 0: not since the start */
    int64_t resent;         /* made unsent again by the last new epoch */
    char message[400];
    char client_text[UUID_TEXT];
    struct json *setting; /* the value last handed out by cache_setting */
    cache_news *news;     /* who follows the hall's rows; NULL: nobody */
    void *news_ctx;
    struct json *services; /* searchable lines of the catalogue; NULL: to be made again */
    struct floor *floor;   /* floor.h; NULL: nobody looked at the board yet */
};

/* --- store.c: transactions and small values --- */
/* Remembers the sentence of a failed call; a damaged file is noted for the next start. Returns err. */
enum err file_fail(struct cache *cache, enum err err);
enum err file_refuse(struct cache *cache, enum err err, const char *format, ...) PRINTF(3, 4);
/* Rolls back what is open. */
void file_undo(struct cache *cache);
/* Commits when err is ERR_OK, else rolls back; returns the final word. */
enum err file_end(struct cache *cache, enum err err) MUST_USE;
/* FULL for what a person was told is saved; else the hall has it as well and a power cut only fetches it
 * again. */
enum err file_begin(struct cache *cache, bool durable) MUST_USE;
/* cache.c: after a failure of the disk: the file is opened anew and what memory keeps of it read again. */
enum err file_revive(struct cache *cache) MUST_USE;
/* cache.c, in the transaction that is open: the person's unsent records of streams that ended (a healed file, an
 * identity given up, another spelling of the login) join the stream named, in order. */
enum err adopt_orphans(struct db *db, const char *user, const char *client) MUST_USE;
enum err meta_set(struct db *db, const char *name, const char *value) MUST_USE;
enum err meta_set_int(struct db *db, const char *name, int64_t value) MUST_USE;
/* *value NULL when there is none; the caller frees. */
enum err meta_get(struct db *db, const char *name, char **value) MUST_USE;
enum err place_read(struct db *db, struct place *place) MUST_USE;
/* cache.c, in the transaction that is open: the account of whoever is signed in, as the base has it by now, when it is
 * another than that of the sign-in: the session is kept with it. *sight: it sees other rows. account_take after the commit
 * frees it. *user NULL: nothing changed. */
enum err account_follow(struct cache *cache, struct json **user, bool *sight) MUST_USE;
void account_take(struct cache *cache, struct json **user);
/* In the transaction that is open: what was answered and is not safe becomes unsent; count gets how many. */
enum err outbox_send_again(struct cache *cache, int64_t *count) MUST_USE;
enum err place_write(struct db *db, const struct place *place) MUST_USE;
/* The single integer or text of a bound statement. ERR_ABSENT when there is no row. */
enum err query_int(struct stmt *s, int64_t *value) MUST_USE;

/* --- wall.c --- */
enum err wall_load(struct cache *cache) MUST_USE;                   /* after an opening */
enum err wall_unsent(struct cache *cache, int64_t *count) MUST_USE; /* whosever */
/* Whether this copy may become, or stay, one of the hall that answered a sign-in. ERR_CONFLICT: with the sentence. */
enum err wall_meet(struct cache *cache, const struct json *hall) MUST_USE;
/* In the transaction that is open, after wall_meet: keeps which hall it is; of another nothing stays of the one before. *of: for
 * cache->of after the commit. */
enum err wall_take(struct cache *cache, const struct json *hall, struct place *place,
                   struct which_hall *of) MUST_USE;
/* In the transaction that is open: the hall's own row. ERR_INVALID: it is of the other kind. */
enum err wall_row(struct cache *cache, const struct json *row) MUST_USE;

/* --- schema.c --- */
enum err schema_migrate(struct db *db, struct err_info *info) MUST_USE;
/* Copies what is readable of the person's own work out of a damaged file. *whole: nothing was missing. ERR_ABSENT: its
 * tables cannot be made out (mend_schema). */
enum err schema_salvage(struct db *from, struct db *to, int *records, bool *whole) MUST_USE;

/* --- mend.c: nobody has the files open --- */
/* Its head is not that of a file of ours, so that it cannot be opened or is read otherwise. */
bool mend_needs_head(const char *path);
void mend_head(const char *path);
/* Gives a damaged file the schema of another, which is fresh: the tables of salvage are made first and stay where they
 * were made, so they lie on the same pages in each. */
enum err mend_schema(const char *like, const char *path) MUST_USE;

/* --- offline_numbers.c --- */
/* Puts the next number of this installation into the body of a ticket.issue while the hall is away; inside the
 * transaction that stores it. */
enum err offline_number(struct cache *cache, const char *type, struct json *body, int64_t now_ms) MUST_USE;

/* --- overlay.c --- */
void overlay_new(struct cache *cache);
void overlay_free(struct cache *cache);
void overlay_begin(struct cache *cache); /* a transaction */
void overlay_undo(struct cache *cache);
/* The records are others than those it was made of: next time all are predicted. */
void overlay_forget(struct cache *cache);
/* How many were made since the start; for tests. */
int64_t overlay_predictions(const struct cache *cache);
/* All of the following inside a transaction. The effect of a command that is being confirmed; what is promised in the
 * outcome must be kept with it (base.told). */
enum err overlay_confirm(struct cache *cache, const struct json *command, int64_t seq,
                         struct outcome *outcome) MUST_USE;
void overlay_confirmed(struct cache *cache, int64_t seq); /* after the commit */
/* Before a row of the base becomes row; NULL or a JSON null: it goes. */
enum err overlay_touch(struct cache *cache, enum table table, const char *id,
                       const struct json *row) MUST_USE;
/* The record is in the base, or refused. */
enum err overlay_leave(struct cache *cache, int64_t seq) MUST_USE;
/* After all that changed: predicts anew what depends on it. */
enum err overlay_settle(struct cache *cache, int64_t cursor) MUST_USE;
/* Predicts all records anew. */
enum err overlay_rebuild(struct cache *cache, int64_t cursor) MUST_USE;

/* --- floor.c --- */
void floor_forget(struct cache *cache); /* another copy: nothing that was counted holds */

/* --- outbox.c --- */
/* Forgets answered commands that are safe and long past; inside a transaction. */
enum err outbox_prune(struct cache *cache, const struct place *place) MUST_USE;
