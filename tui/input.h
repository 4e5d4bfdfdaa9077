/* tui/input.h: bytes of a terminal into events: UTF-8, escape sequences, bracketed paste, SGR mouse. A pure
 * machine without clock or descriptor; any bytes are safe. Knows no terminfo: it reads the sequences of xterm
 * and its kin, of the Linux console, rxvt, screen and tmux all at once. */
#pragma once
#include "tui/event.h"

enum {
    INPUT_ESC_MS = 25,  /* how long a lone ESC waits for the rest of a sequence */
    INPUT_BYTES = 4096, /* bytes that may wait to be read by input_next */
};

struct input {
    char bytes[INPUT_BYTES];
    size_t length;
    char *paste; /* grows up to PASTE_MAX */
    size_t paste_length, paste_capacity;
    bool pasting, paste_cut;
    uint64_t consumed; /* bytes taken by the events so far */
};
void input_init(struct input *input);
void input_deinit(struct input *input);
size_t input_room(const struct input *input);
void input_feed(struct input *input, const char *bytes, size_t length); /* at most input_room */
/* The next event; false when there is none, or its sequence is incomplete. EVENT_NONE stands for a sequence
 * that means nothing to us. With `quiet` (nothing came for INPUT_ESC_MS) an incomplete sequence is taken as
 * the keys it is made of: a lone ESC is Esc. */
bool input_next(struct input *input, bool quiet, struct event *out);
bool input_waits(const struct input *input); /* an incomplete sequence is kept: ask again with quiet later */
