/* core/hall/daybook_text.h: a part of the day book as text. Included by daybook.c, the reports and tests alone.
 *
 *   "1 NAMES VISITS SURVEYS DECISIONS\n", each name as "LENGTH:BYTES", then the lines, each of its kind as long as the others:
 *   numbers in the 64 signs '0' to 'o', highest first. The first name is "". */
#pragma once
#include "core/base/str.h"
#include "core/hall/daybook.h"

/* Names and their places, each once. */
struct day_names {
    char **all;
    int count, capacity;
    int *slots; /* by hash: place + 1 */
    int slot_count;
};
int day_names_place(struct day_names *names, const char *name); /* NULL is "" */
void day_names_free(struct day_names *names);

/* A part that is being written. */
struct day_part {
    struct buf visits, surveys, decisions;
    struct day_names names;
    int64_t midnight_ms; /* UTC, of the day's date: instants are kept from there */
    int lines[3];        /* visits, surveys, decisions */
};
void day_part_start(struct day_part *part, const char *day);
void day_part_free(struct day_part *part);
int day_part_name(struct day_part *part, const char *name); /* NULL is "" */
void day_part_visit(struct day_part *part, const struct day_visit *visit);
void day_part_survey(struct day_part *part, const struct day_survey *survey);
void day_part_decision(struct day_part *part, const struct day_decision *decision);
void day_part_print(const struct day_part *part, struct buf *out);

/* Calls reader for all of a part. False: it is none; some of it may have been read. */
bool day_part_read(const char *day, const char *text, size_t length, const struct day_reader *reader);
