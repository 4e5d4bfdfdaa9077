/* screens/training_word.h: a training hall says so on every picture and every paper, in the reader's language. The app draws it
 * last and above everything, in a look that no theme can name (STYLE_TRAINING), so no screen, lock, question or theme can
 * leave it out. */
#pragma once
#include "screens/screen.h"
#include "tui/frame.h"

const char *training_word(enum lang lang); /* "TRAINING" */
/* Takes the word's place off the end of a line, or off its start (--linear: what is read first); of a line that is shorter than
 * the word, all of it. */
struct rect training_place(enum lang lang, bool at_start, struct rect *line);
/* Fills the place, the word in its middle. */
void training_draw(enum lang lang, struct frame *frame, struct rect place);
/* In a rule, two cells from its end; not where it would be most of the rule. */
void training_in_rule(enum lang lang, struct frame *frame, struct rect rule);
