/* core/hall/level_notes.h: what became of service levels: how often a target's alarm was up, how long, and who silenced it
 * why. The hall's own tables, as those of forecasts: they travel nowhere, and no rule reads them.
 *
 * Each quarter of an hour the hall notes of each target, a queue's or a service's in it, how it stands (model/level.h).
 * Minutes of alarms are those quarters. A silence is noted when it is set, and when it is taken away before its time. */
#pragma once
#include "core/hall/report.h"

enum { LEVEL_NOTE_MIN = 15 /* between two notes */, LEVEL_NOTES_KEPT_DAYS = 800 };

enum err level_notes_create(struct db *db) MUST_USE; /* the tables */

/* How each target stands at this moment; twice for one moment is once. Nothing to do costs one small walk. */
enum err level_notes_take(struct db *db, const char *day, int64_t now_ms) MUST_USE;
enum err level_notes_forget(struct db *db,
                            int64_t now_ms) MUST_USE; /* what is older than LEVEL_NOTES_KEPT_DAYS */

/* A level.silence that was applied, to the queue of that id. */
enum err level_silence_note(struct db *db, const struct command *command, const char *queue, const char *by,
                            const char *day, int64_t now_ms) MUST_USE;

/* The report "levels": a line for each target that was noted or silenced in those days, of a queue (service "") and then of
 * its services, as far as ask's queue, service, agency and within go. rows gets
 *   {"queue","service","name","days","called","within_percent","alarms","burning_min","broken_min","silences","silenced_min"}
 * and names these; with before_from beside each figure that of the days until before_to, as NAME_before. days: with a note.
 * alarms: how often it began to burn or broke; silenced_min: of those minutes, how many nobody was told of. */
enum err levels_report(struct db *db, const struct report_ask *ask, const char *before_from,
                       const char *before_to, struct json *names, struct json *rows) MUST_USE;
/* The report "silences": {"at","queue","service","name","until","minutes","user","by","reason"} of each, in their order;
 * minutes: as long as it lasted. before_from and before_to are not looked at. */
enum err silences_report(struct db *db, const struct report_ask *ask, const char *before_from,
                         const char *before_to, struct json *names, struct json *rows) MUST_USE;
