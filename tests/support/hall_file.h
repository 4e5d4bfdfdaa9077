/* tests/support/hall_file.h: a hall of one agency in a file, for tests that run commands on it. */
#pragma once
#include "core/command/command.h"
#include "tests/support/test.h"

/* The people of the test hall: clerks and an approver of agency "t.a", a supervisor, reception, and another agency's. */
enum person_here { LEYLA, RASHAD, AYDAN, SUPER, OTHER, NIGAR, PEOPLE };

struct hall_file {
    struct db *db;
    enum row_set set;
    bool predicting;
    int64_t rev, now_ms;
    struct outcome out; /* of the last command */
    unsigned commands;
    int64_t base_row_rev, base_hold_gen; /* of the next command only; -1 not said */
};

void hall_file_open(struct hall_file *hall); /* REQUIREs */
/* The same rows on a workstation: in its base, commands predicted into the overlay. */
void hall_file_open_station(struct hall_file *hall);
void hall_file_close(struct hall_file *hall);
/* Runs a command of a person; body is JSON with ' for ". True when it was applied. */
bool hall_file_run(struct hall_file *hall, enum person_here who, const char *type, const char *body);
/* The last outcome's code, "" when applied. */
const char *hall_file_code(const struct hall_file *hall);
/* A row, to be freed by the caller; NULL when absent. */
struct json *hall_file_row(struct hall_file *hall, enum table table, const char *id);
/* The text at a pointer of a row, "" when absent; valid until the next call. Numbers and truths are printed. */
const char *hall_file_text(struct hall_file *hall, enum table table, const char *id, const char *pointer);
const char *hall_file_data(struct hall_file *hall, const char *pointer); /* of the last outcome */
const char *hall_file_user(enum person_here who);                        /* id */
