/* screens/away.h: queues that are with a mobile hall (a bus, a village visit), as the query "queues" answers them: told
 * to a supervisor, who may take one back when its bus does not come. Pure. */
#pragma once
#include "screens/screen.h"

int away_count(const struct json *queues);
/* "! Queue P is with Bus 3 since 07:40. b takes it back.", a line each. Returns the rows used. */
int away_view(const struct json *queues, const struct ui *ui, struct frame *frame, struct rect area);
/* Which one, where there are several, and whether really. */
void away_ask(const struct json *queues, const struct ui *ui, struct effects *effects);
/* An answer to away_ask; false: it was another question. */
bool away_answered(const struct json *queues, const struct ui *ui, const struct msg *msg,
                   struct effects *effects);
