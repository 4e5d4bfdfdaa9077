/* core/hall/forecasts.h: what was foreseen beside what came: each queue's wait, and the advice that a supervisor took or
 * refused. The hall's own tables: they travel nowhere, and no rule reads them.
 *
 * Each quarter of an hour the hall notes, of each queue that is called from, how long an ordinary person who comes now is
 * expected to wait (core/model/hour.h). The fact is the wait of the first who came in the quarter that follows: ordinary,
 * without a booking, with one service, and kept in the place of the arrival. */
#pragma once
#include "core/hall/report.h"

struct hall;

enum {
    FORECAST_EVERY_MS = 15 * 60 * 1000,
    FORECAST_KEPT_DAYS = 800, /* two years and the period before */
    ADVICE_MEASURED_MS = 60 * 60 * 1000,
};

enum err forecasts_create(struct db *db) MUST_USE; /* the tables */

/* Notes the forecast of this moment; twice for one moment is once. */
enum err forecasts_note(struct db *db, const char *day, int64_t now_ms) MUST_USE;
/* The facts of the day's forecasts and advice, as far as they are known now. */
enum err forecasts_learn(struct db *db, const char *day, int64_t now_ms) MUST_USE;
/* Strikes out what is older than FORECAST_KEPT_DAYS. */
enum err forecasts_forget(struct db *db, int64_t now_ms) MUST_USE;
/* All three when a quarter of an hour begins, and what became of service levels (level_notes.h); called every few seconds. */
void forecasts_follow(struct hall *hall);

/* An advice.answer that was applied, with its answer's "advice" (core/command/advice.c). */
enum err advice_note(struct db *db, const struct command *command, const char *by, const char *day,
                     int64_t now_ms) MUST_USE;

/* The report "forecast" (report.h): a line for each queue, ordered by its id, as far as ask's queue, agency and within go;
 * a service has none. rows gets
 *   {"queue","name","forecasts","compared","error_mean_min","bias_min","within_percent",
 *    "advice","taken","refused","measured","advice_error_min","gain_said_min","gain_came_min"}
 * and names these; with before_from beside each figure that of the days until before_to, as NAME_before. compared: of the
 * forecasts a fact is known. error_mean_min: mean absolute error; bias_min: mean of fact less forecast; within_percent:
 * facts within the range that was foreseen. Advice: advice_error_min is the mean absolute difference of the longest wait
 * in the hour that followed from what was said of it (with the move when it was taken, without it when it was refused);
 * gain_said_min and gain_came_min are of advice taken: the longest wait without the move less the one with it, as it was
 * said, and as it came. NULL where nothing is compared. Minutes to a tenth. */
enum err forecasts_report(struct db *db, const struct report_ask *ask, const char *before_from,
                          const char *before_to, struct json *names, struct json *rows) MUST_USE;
