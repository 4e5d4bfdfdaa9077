/* core/hall/daybook.h: the day book: what happened on each day that is over, in short, so that a report over a year reads some
 * forty letters a visit in place of every row.
 *
 * Kind "v" is the visits and surveys of a business day, a line for each stop that was begun; kind "d" the decisions of a UTC
 * day. A day is written in parts of DAYBOOK_PART rows, from the rows alone, and holds nothing that a zone, a name or an
 * agency would change; so it is as exact as the rows, and verify makes each part anew and compares it to the letter.
 *
 * It cannot drift: triggers on the rows' own tables strike out the parts of a day in the transaction that changes a row of
 * it, whoever writes it (a command, an undo, a late upload, the merge of a bus), and put the day on the list of those that
 * are due. A day that is due, today among them, is read from its rows until a slice of the hall's turn has written it again
 * (indexing.h); a file from before the day book has all its days due. */
#pragma once
#include "core/db/db.h"
#include "core/wire/json.h"

enum { DAYBOOK_PART = 1024, DAYBOOK_DAY = 11 };
#define DAYBOOK_VISITS    "v"
#define DAYBOOK_DECISIONS "d"

/* One stop of a visit. Identities are places in the list of names of its part; 0 is nobody and nothing. */
struct day_visit {
    int queue, service, user, counter, channel;
    char state;         /* of model/ticket.h */
    char outcome;       /* 0: none, else 1 + that of model/ticket.h */
    bool called, named; /* named: called out of turn, by its number */
    bool booked;
    int64_t arrived_ms, wait_ms, service_ms; /* arrived: since 1970; -1: not known */
    int low_min, high_min;                   /* promised; -1: nothing */
};
/* A decision, once for each of its reasons; first: of the first, by which decisions are counted. */
struct day_decision {
    int service, user, outcome, reason;
    bool first;
    int64_t at_ms;
};
struct day_survey {
    int service;
    int scores[9];
};

/* Whoever reads: any may be NULL. names comes before the lines of a part, and lives as long as they are read. day is the part's
 * own. */
struct day_reader {
    void *ctx;
    void (*names)(void *ctx, const char *day, char *const *names, int count);
    void (*visit)(void *ctx, const struct day_visit *visit);
    void (*survey)(void *ctx, const struct day_survey *survey);
    void (*decision)(void *ctx, const struct day_decision *decision);
};

/* Its tables and triggers; every day that there is becomes due. */
enum err daybook_create(struct db *db) MUST_USE;

/* All days of one kind from … to, both included, in order. */
enum err daybook_read(struct db *db, const char *kind, const char *from, const char *to,
                      const struct day_reader *reader) MUST_USE;
/* How many days of the stretch would be read from their rows. */
enum err daybook_due(struct db *db, const char *kind, const char *from, const char *to,
                     int64_t *days) MUST_USE;

/* Whether a day before `before` is due. */
enum err daybook_any_due(struct db *db, const char *before, bool *any) MUST_USE;
/* Writes the next part of the oldest day before `before` that is due. *whole: there was none. */
enum err daybook_slice(struct db *db, const char *before, bool *whole) MUST_USE;

/* ERR_CORRUPT: day and what say where the book is not what the rows make of it. */
enum err daybook_verify(struct db *db, char day[DAYBOOK_DAY], const char **what) MUST_USE;
