/* screens/told.h: what a training hall tells by a code and its args, as a sentence in the reader's language. Pure. */
#pragma once
#include "screens/screen.h"

/* A code of the wire and its sentence, marked with TR; {name} in it stands for a member of the args. Ends with NULL. */
struct told_text {
    const char *code, *text;
};
/* The sentence of that code; the code itself when nobody here knows it: a newer hall told it. Appends. */
void told_add(const struct ui *ui, const struct told_text *texts, const char *code, const struct json *args,
              struct buf *out);
/* text, translated already, with its {names} filled in: a name or a list of them in the reader's language, a moment as a clock, a number as it
 * is; "…" for what was not told. Appends. */
void told_fill(const struct ui *ui, const char *text, const struct json *args, struct buf *out);
