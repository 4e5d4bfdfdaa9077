/* screens/training_word.h: a training hall says so on every picture and every paper, in the reader's language. The app draws it
 * last and above everything, in a look that no theme can name (STYLE_TRAINING), so no screen, lock, question or theme can
 * leave it out. */
#pragma once
#include "screens/screen.h"
#include "tui/frame.h"

const char *training_word(enum lang lang); /* "TRAINING" */
/* A text of a training hall, with the word above and below. */
void training_text(enum lang lang, const char *text, struct buf *out);
/* Of notice_paper.h: in its text, and at the head of every page. Nothing where that is done. */
void training_paper(enum lang lang, struct json *paper);
/* What leaves the app for a printer or a file says so, whichever screen sends it. lang: where the paper does not say its own. */
void training_mark(enum lang lang, struct effect *effect);
/* Takes the word's place off the end of a line, or off its start (--linear: what is read first); of a line that is shorter than
 * the word, all of it. */
struct rect training_place(enum lang lang, bool at_start, struct rect *line);
/* Fills the place, the word in its middle. */
void training_draw(enum lang lang, struct frame *frame, struct rect place);
/* In a rule, two cells from its end; not where it would be most of the rule. */
void training_in_rule(enum lang lang, struct frame *frame, struct rect rule);
