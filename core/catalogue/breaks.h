/* core/catalogue/breaks.h: the breaks of a hall's day, such as the midday meal or the Friday prayer. Pure. A pack says them, the
 * hall's row has them:
 *
 *   "breaks": [{"name": {"en": "Lunch"}, "reason": "meal", "days": ["mon", "fri"], "from": "13:00", "until": "14:00"}]
 *
 * name is optional (the reason has one), reason a code of counter.pause. They close no counter: a clerk who goes on a break
 * is offered the one that is near. What is said wrongly reads as not said; breaks_check tells the pack's author. */
#pragma once
#include "core/catalogue/hours.h"

enum { BREAK_AHEAD_MIN = 30 }; /* so long before its beginning it is near, and until its end */

struct day_break {
    const struct json *row; /* borrowed from the hall */
    int from, until;        /* minutes of the day */
};
/* The first of them that is near. False: none. */
bool break_near(const struct json *hall, struct wall_time now, struct day_break *out);

void breaks_check(const struct json *pack, struct form_findings *findings);
