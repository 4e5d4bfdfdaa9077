/* screens/visit_view.h: the stops of a visit in words (core/command/visit_row.h), as the queries "visit" and "desk" dress
 * them. Pure; knows no screen. */
#pragma once
#include "screens/screen.h"
#include "screens/show.h"

/* "Identity card, Photograph"; cut with … where it is too long. */
const char *visit_services(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT]);
/* "T Tax", "T Tax · counters 4–6 · 3 waiting" with the way there. */
const char *visit_stop_name(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT]);
const char *visit_stop_way(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT]);
/* The same in a line: where it is narrow the name is cut, never how many wait. */
void visit_stop_view(const struct ui *ui, const struct json *stop, struct frame *frame, struct rect area,
                     unsigned look);
/* "shorter wait", "closes at 13:00": why it stands there; "" for nothing. */
const char *visit_stop_why(const struct ui *ui, const struct json *stop, char out[SHOW_TEXT]);
/* The nth stop to come (0 the next) of dressed stops; NULL: none. */
const struct json *visit_to_come(const struct json *stops, int nth);
