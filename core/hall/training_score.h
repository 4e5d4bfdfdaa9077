/* core/hall/training_score.h: what somebody's day in a training hall was worth, read from the rows and the audit: nothing is
 * kept of it beside them, so that a rewind takes back what it takes back. */
#pragma once
#include "core/hall/demo_inside.h"

struct training;

/* Of one account on the day under way in demo, whose citizens are known: {"total","lines":[…]} as score_of makes it, and
 * "figures": {"called","served","no_shows","decided"}. training: of a hall at work, whose trainer may have let somebody
 * forget a paper; NULL: of none. The caller frees. */
enum err training_score(struct demo *demo, const struct training *training, struct db *db, const char *user,
                        struct json **score) MUST_USE;

/* training_results.c: what came of each day is kept beside the store, so that no rewind takes it away: DATA/results.jsonl,
 * 0600, a whole line for each who did something, at the end of the file and on the disk when this returns. */
enum err training_results_keep(struct training *training, struct db *db) MUST_USE;
/* The last RESULTS_MAX, the oldest first: {"at","day","scenario","names","seed","user","login","name","total","called","served",
 * "no_shows","decided", and for each rule the points that it cost}. A line that a cut left behind is passed over; of
 * a day that an account ended twice, because it was put back, the later counts. */
enum { RESULTS_MAX = 1000 };
enum err training_results(const struct training *training, struct json **rows,
                          struct err_info *info) MUST_USE;
/* Columns of a table of them, in this order: those names, with "scenario_name" in place of "names". */
struct json *training_results_columns(void);
/* The rows with those; the caller frees. */
struct json *training_results_table(const struct json *rows, const char *lang);
