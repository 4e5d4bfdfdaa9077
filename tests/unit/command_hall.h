/* tests/unit/command_hall.h: a small hall in a file of its own, on which tests run commands as its people. Time
 * stands still unless a test moves it. */
#pragma once
#include "core/command/command.h"

/* 2026-11-24T06:00:00Z, a Tuesday morning in Baku. */
#define COMMAND_HALL_START_MS INT64_C(1795500000000)

struct command_hall {
    struct db *db;
    int64_t now_ms, rev;
    int64_t wall_ms, offset_ms; /* what the client's clock says, when not 0 */
    unsigned ids;
    bool predicting;      /* as the workstation, over the same rows */
    struct outcome out;   /* of the last command; freed by the next */
    int changes;          /* rows that it wrote */
    char last_ticket[64]; /* of the last answer with a ticket */
};

void trial_open(struct command_hall *h);
void trial_close(struct command_hall *h);
/* Runs type as login ("" the hall's own program) with body, single quotes for double; true when applied. A
 * refusal is rolled back as at the hall. */
bool trial_run(struct command_hall *h, const char *login, const char *type, const char *body, ...)
    __attribute__((format(printf, 4, 5)));
/* A member of the answer, by JSON pointer; "" and -1 when it is not there. Lives until the next command. */
const char *trial_text(const struct command_hall *h, const char *pointer);
int64_t trial_int(const struct command_hall *h, const char *pointer);
/* The same of a row in the file. The text lives until the next call. */
const char *trial_row_text(struct command_hall *h, enum table table, const char *id, const char *pointer);
int64_t trial_row_int(struct command_hall *h, enum table table, const char *id, const char *pointer);
void trial_put(struct command_hall *h, enum table table, const char *row); /* single quotes for double */
