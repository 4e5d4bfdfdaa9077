/* screens/link.h: what is wrong between this workstation and the hall, as a sentence that says what to do. Pure. */
#pragma once
#include "screens/screen.h"

enum { LINK_SENTENCE = 300 };

/* In the clerk's language; "" when nothing is wrong. out is returned. */
const char *link_sentence(const struct ui *ui, char out[LINK_SENTENCE]);
/* Whether what was wrong before is something else now: then the clerk is told. */
bool link_turned(const struct link *before, const struct link *now);
