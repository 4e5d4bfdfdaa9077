/* screens/pipe_io.c: see pipe_io.h. */
#include "screens/pipe_io.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_BYTES = 64 * 1024,
    UNWRITTEN_MAX = 16 << 20, /* a reader that is so far behind is waited for */
};

void pipe_io_deinit(struct pipe_io *io)
{
    buf_free(&io->input);
    buf_free(&io->output);
}

/* --- out --- */

bool pipe_unwritten(const struct pipe_io *io)
{
    return !io->closed && io->output.length > io->written;
}

/* True when the output takes bytes; false: stop was asked for, or it takes none now. */
static bool takes(struct pipe_io *io, bool wait)
{
    struct pollfd fds[] = {{.fd = io->out, .events = POLLOUT}, {.fd = io->stop, .events = POLLIN}};
    int ready;
    do
        ready = poll(fds, wait ? 2 : 1, wait ? -1 : 0);
    while (ready < 0 && errno == EINTR);
    return fds[0].revents != 0;
}

/* A pipe that is writable has room for PIPE_BUF bytes, so this never waits for the reader. */
void pipe_flush(struct pipe_io *io, bool all)
{
    while (pipe_unwritten(io) && takes(io, all)) {
        size_t left = io->output.length - io->written;
        ssize_t n = write(io->out, io->output.data + io->written, left < PIPE_BUF ? left : PIPE_BUF);
        if (n > 0)
            io->written += (size_t)n;
        else if (n == 0 || (errno != EINTR && errno != EAGAIN))
            io->closed = true;
    }
    if (!pipe_unwritten(io)) {
        buf_clear(&io->output);
        io->written = 0;
    }
}

void pipe_say(struct pipe_io *io, struct json *line)
{
    if (!io->closed) {
        json_print_to(line, &io->output);
        buf_addc(&io->output, '\n');
        pipe_flush(io, io->output.length - io->written > UNWRITTEN_MAX);
    }
    json_free(&line);
}

/* --- in --- */

static void drop(struct buf *buf, size_t count)
{
    memmove(buf->data, buf->data + count, buf->length - count);
    buf->length -= count;
    buf->data[buf->length] = '\0';
}

void pipe_read(struct pipe_io *io)
{
    char *part = xmalloc(READ_BYTES);
    ssize_t n = read(io->in, part, READ_BYTES);
    if (n > 0)
        buf_add(&io->input, part, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        io->ended = true;
    free(part);
}

static const char *line_end(const struct pipe_io *io)
{
    if (io->input.length == 0)
        return NULL;
    return memchr(io->input.data + io->searched, '\n', io->input.length - io->searched);
}

bool pipe_has_line(const struct pipe_io *io)
{
    return line_end(io) || io->input.length > PIPE_LINE_MAX || (io->ended && io->input.length > 0);
}

/* Takes length bytes and the line end after them, if there is one. */
static char *take(struct pipe_io *io, size_t length, size_t end)
{
    char *line = xmalloc(length + 1);
    memcpy(line, io->input.data, length);
    line[length] = '\0';
    drop(&io->input, length + end);
    io->searched = 0;
    return line;
}

enum pipe_line pipe_next(struct pipe_io *io, char **line, size_t *length)
{
    *line = NULL;
    for (;;) {
        const char *end = line_end(io);
        if (!end && !pipe_has_line(io)) {
            io->searched = io->input.length;
            return PIPE_NO_LINE;
        }
        *length = end ? (size_t)(end - io->input.data) : io->input.length;
        bool whole = end || io->ended, skipped = io->skipping;
        *line = take(io, *length, end != NULL);
        io->skipping = !whole;
        if (!skipped && whole && *length <= PIPE_LINE_MAX)
            return PIPE_LINE;
        free(*line);
        *line = NULL;
        if (!skipped)
            return PIPE_LINE_TOO_LONG;
    }
}
