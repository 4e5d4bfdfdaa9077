/* core/hall/training_score_inside.h: what the files of training_score.h share: one account's day being judged. */
#pragma once
#include "core/demo/score.h"
#include "core/hall/training_inside.h"
#include "core/hall/training_score.h"

struct judging {
    struct demo *demo;
    const struct training *training; /* NULL: of no hall at work */
    struct db *db;
    const char *user;
    struct json *tickets;   /* rows of the day, whoever had them */
    struct json *lines;     /* of the audit, the oldest first */
    struct json *key_lines; /* of it, too: how many keys visits took, anybody's */
    struct json *kept;      /* rows whose texts facts borrow */
    struct score_fact *facts;
    int count;
    int called, served, no_shows, decided;
    int64_t keys, keys_least; /* of visits whose keys are known */
};

/* texts are borrowed: they stay until the facts are told */
struct score_fact *judging_add(struct judging *j, enum score_fact_kind kind, int64_t is, int64_t should,
                               const char *at, const char *number);
int64_t judging_ms(const char *time); /* -1: none */
int64_t judging_came_ms(const struct json *ticket);
const struct json *judging_first_stamp(const struct json *ticket, const char *event); /* NULL: none */
bool judging_frees(const char *event); /* whoever did it has nobody at the counter then */
/* Of what a line of the audit is about; table NULL: of the first. */
const char *judging_about(const struct json *line, const char *table, const char *member);

/* Adds the lines of the day of that account ("system": the hall's own) and these commands, the oldest first. */
enum err judging_lines(const struct judging *j, const char *user, const char *types,
                       struct json *lines) MUST_USE;

/* training_keys.c: each visit whose keys a workstation counted, beside the least that would have done. */
enum err judge_keys(struct judging *j) MUST_USE;
/* training_idle.c: the account's counter was open and free, and people waited whom nobody called. */
enum err judge_idleness(struct judging *j) MUST_USE;
