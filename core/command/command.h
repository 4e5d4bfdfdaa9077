/* core/command/command.h: what each command of PROTOCOL.md section 4 does, written once.
 *
 * The hall runs a command to decide; the workstation runs the same function over its own copy to predict.
 * A command reads and writes rows through the transaction handed in and nothing else: no clock, no chance, no
 * network. Its table (commands.c) says type, class, roles and function: who may, when offline, where the rule
 * is. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/db/rows.h"
#include "core/wire/json.h"

enum command_class { COMMAND_ONLINE, COMMAND_WORK };

/* A command as it travels; texts are borrowed from the parsed push or outbox row. */
struct command {
    int64_t seq;
    const char *id; /* UUIDv7; a row that the command makes gets an identity derived from it */
    const char *type;
    int version;
    int64_t wall_ms, offset_ms;                    /* "at": evidence only */
    int64_t base_rev, base_row_rev, base_hold_gen; /* "base"; -1 when not given */
    const struct json *told; /* base.told: what the person was told when it was confirmed; NULL: not known */
    const struct json *body;
};

struct actor {
    char user[UUID_TEXT]; /* id; "" is the hall's own program ("system") */
    char login[64];
    char name[128];
    char agency[64]; /* "" belongs to no agency: may act for all */
    unsigned roles;  /* core/model/role.h */
    char client[UUID_TEXT];
    bool machine; /* another system, by its key: what it opens nobody holds, and no record is told to it */
    bool
        names_hidden; /* the hall shows those who call numbers alone until the call (its policy "hide_names") */
};

enum { TX_CHANGES_MAX = 4096 };
struct tx_change {
    enum table table;
    char id[64];
};

/* Whoever must know what a command looked at: the workstation, to tell when its prediction is out of date. The hall, its
 * agencies and services are not told of: with them everything is. */
struct tx_watch {
    void *ctx;
    void (*read)(void *ctx, enum table table, const char *id);
    void (*list)(void *ctx, enum table table, const char *member,
                 const char *value); /* rows by a member's value */
    enum err (*put)(void *ctx, enum table table, const char *id,
                    const struct json *row); /* before it is written */
};

/* One command's transaction. Made by the hall's server_core or by the cache; see tx_get and tx_put. */
struct tx {
    struct db *db;
    enum row_set set; /* where writes go: ROWS_PLAIN at the hall, ROWS_OVERLAY at the workstation */
    bool predicting;  /* at the workstation: no numbers are given out, nothing online is done */
    bool telling; /* the same, and what is answered is told to a person now and kept as the command's told */
    int64_t rev;  /* becomes row_rev of what is written; at the workstation what the command was based on */
    int64_t now_ms;  /* wall time of the hall, as far as it is known here */
    int64_t mono_ms; /* monotonic: leases */
    const struct actor *actor;
    const struct command *command;
    const struct tx_watch *watch; /* NULL: nobody */
    unsigned ids;                 /* identities derived so far */
    struct tx_change *changes;    /* rows written, in order, each once; grows as needed; tx_deinit frees */
    int change_count, change_capacity;
    bool keeps;   /* what was written of each is kept as text, so that nobody need read it again */
    char **texts; /* beside changes, when it is; NULL: to be read */
};
void tx_deinit(struct tx *tx);
/* What was written after the first count changes was undone in the store. */
void tx_undone(struct tx *tx, int count);
/* The rows as the command sees them: earlier writes of the same transaction included. */
enum err tx_get(struct tx *tx, enum table table, const char *id, struct json **row) MUST_USE;
/* A statement over the rows of a table that have the value in a member, which is its $1: the one way of a rule to read
 * more than a row. member NULL: over the whole table, without $1. */
struct stmt *tx_list(struct tx *tx, const char *sql, enum table table, const char *member, const char *value);
/* Sets id and row_rev in row and writes it; row stays the caller's. */
enum err tx_put(struct tx *tx, enum table table, const char *id, struct json *row) MUST_USE;
/* The same for a row that is printed already, with its id and row_rev in it; columns has the members that queries need, and
 * stays the caller's. */
enum err tx_put_text(struct tx *tx, enum table table, const char *id, struct json *columns,
                     const char *text) MUST_USE;
void tx_new_id(struct tx *tx, char out[UUID_TEXT]);

/* What came of it. A refusal is an outcome, not an error: enum err is only for a store that fails. */
struct outcome {
    bool applied;
    char code[40];     /* snake_case, when refused: not_your_ticket, counter_taken … */
    char message[300]; /* a whole sentence for people: what happened, what to do */
    char field[80];    /* the member of the body at fault, or "" */
    struct json *data; /* the answer's data, or details of the refusal; may be NULL; the caller frees */
};

/* Runs one command. ERR_OK: look at out. Unknown types are refused as unknown_command. On a refusal the
 * caller rolls its savepoint back. The role and agency of the actor are checked here, on both sides. */
enum err command_run(struct tx *tx, const struct command *command, struct outcome *out) MUST_USE;
/* Fills command from {"seq","id","type","v","at","base","body"}; false with a sentence when malformed. */
bool command_read(const struct json *json, struct command *command, struct err_info *info);
/* The class of a type; unknown types count as work, so that nothing is thrown away. */
enum command_class command_class(const char *type);
bool command_known(const char *type);
/* The whole table, for the OpenAPI description and the tests of roles. */
struct command_info {
    const char *type;
    enum command_class class;
    unsigned roles;
};
const struct command_info *command_table(int *count);

/* What of a row a person may see (PROTOCOL.md section 5): all, all but whose ticket waits, without its sensitive members,
 * or nothing. */
enum sight { SIGHT_NONE, SIGHT_MASKED, SIGHT_UNLINKED, SIGHT_FULL };
enum sight row_sight(const struct actor *actor, enum table table, const struct json *row);
/* SIGHT_FULL whatever the row: it need not be looked at. */
bool table_is_whole(const struct actor *actor, enum table table);
/* Leaves of the row what the actor may see. False: nothing; the row is as it was. */
bool row_show(const struct actor *actor, enum table table, struct json *row);
/* Removes or masks the sensitive members in place, as for SIGHT_MASKED. */
void row_mask(enum table table, struct json *row);
