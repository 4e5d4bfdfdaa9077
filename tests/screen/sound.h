/* tests/screen/sound.h: what must hold for every picture of every screen, whatever it shows. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "screens/app.h"
#include "tui/frame.h"

/* The first thing that is wrong, as a sentence in out; true when nothing is. data is what the screens were
 * given, as JSON: English words within its texts may be shown in any language, its codes may not. */
bool sound_frame(struct app *app, const struct frame *frame, const char *data, char *out, size_t capacity);
/* Every byte is printable ASCII or a line end. */
bool sound_ascii(const char *text, char *out, size_t capacity);
/* Turns the frame into ASCII; every sign has a twin of its own there, none becomes the ? of what is unknown. */
bool sound_in_ascii(struct frame *frame, char *out, size_t capacity);
/* Read as one column (tui/linear.h) it has the same words, none more and none less, and the cursor on the same sign. */
bool sound_in_column(const struct frame *frame, char *out, size_t capacity);
/* UTF-8 without controls (other than those in `allowed`), directions and what else steers a terminal or a reader's eye. */
bool sound_bytes(const char *text, const char *allowed, char *out, size_t capacity);
/* What a terminal is sent for the frame, but for moves and looks, is such; each row is as wide as the frame. */
bool sound_on_terminal(const struct frame *frame, char *out, size_t capacity);
