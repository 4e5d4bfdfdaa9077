/* screens/link.h: what is wrong between this workstation and the hall, as a sentence that says what to do. Pure. */
#pragma once
#include "screens/screen.h"

enum { LINK_SENTENCE = 300 };

/* In the clerk's language; "" when nothing is wrong. out is returned. */
const char *link_sentence(const struct ui *ui, char out[LINK_SENTENCE]);
/* "! Clock differs by 26 h" for the title line; false: it is right, or nearly. */
bool link_clock_text(const struct ui *ui, char out[120]);
/* What has happened at the hall that the clerk must hear of at once: somebody else has their counter, the hall was
 * restored, a record of theirs was refused. "" nothing. out is returned. */
const char *link_news(const struct ui *ui, const struct link *before, char out[LINK_SENTENCE]);
/* What somebody else has settled of the clerk's disputes (the query "status"); "" nothing. */
const char *link_settled(const struct ui *ui, const struct json *settled, char out[LINK_SENTENCE]);
/* Whether the clerk's counter is another's now: one that was another's at sign-in already is no news. */
bool link_lost_counter(const struct ui *ui, const struct link *before);
/* "Counter 7 taken over by Adi S. at 10:05"; "" when it is not. */
const char *link_taken_over(const struct ui *ui, char out[LINK_SENTENCE]);
/* Whether what was wrong before is something else now: then the clerk is told. */
bool link_turned(const struct link *before, const struct link *now);
