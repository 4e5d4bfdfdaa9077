/* screens/pipe_io.h: lines in and lines out of a program without a screen. Knows nothing of halls.
 *
 * Neither side can stop the other: a line is written as far as the reader takes it and the rest is kept, so
 * that a program that first writes all its commands and then reads all the answers is no deadlock. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "core/wire/json.h"

enum { PIPE_LINE_MAX = 1 << 20 };

struct pipe_io {
    int in, out, stop; /* stop: readable when the program is asked to end; such as a signalfd */
    struct buf input, output;
    size_t searched, written; /* bytes of input without a line end; of output that are out */
    bool skipping;            /* the rest of a line that was too long */
    bool ended;               /* no more input comes */
    bool closed;              /* nobody reads the output any more */
};
void pipe_io_deinit(struct pipe_io *io);

void pipe_say(struct pipe_io *io, struct json *line); /* takes ownership */
/* Writes what the reader takes now; with all, until it has everything, or is gone, or stop is readable. */
void pipe_flush(struct pipe_io *io, bool all);
bool pipe_unwritten(const struct pipe_io *io);

/* One read of what is there; sets ended at the end of input. */
void pipe_read(struct pipe_io *io);
enum pipe_line { PIPE_NO_LINE, PIPE_LINE, PIPE_LINE_TOO_LONG };
/* The next whole line without its end; the last one needs none. The caller frees *line. */
enum pipe_line pipe_next(struct pipe_io *io, char **line, size_t *length);
bool pipe_has_line(const struct pipe_io *io);
