/* core/hall/training_score.h: what somebody's day in a training hall was worth, read from the rows and the audit: nothing is
 * kept of it beside them, so that a rewind takes back what it takes back. */
#pragma once
#include "core/hall/demo_inside.h"

/* Of one account on the day under way in demo, whose citizens are known: {"total","lines":[…]} as score_of makes it, and
 * "figures": {"called","served","no_shows","decided"}. The caller frees. */
enum err training_score(struct demo *demo, struct db *db, const char *user, struct json **score) MUST_USE;
