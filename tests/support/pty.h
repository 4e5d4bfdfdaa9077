/* tests/support/pty.h: a real loket on a pseudo-terminal, seen as a person sees it (libvterm).
 *
 * No waiting by the clock: the program announces each frame with the number of bytes of input that it has
 * handled (tui/term.h, announce_fd), so that after pty_type everything typed is in the picture. What comes from
 * elsewhere (the hall, a timer) is waited for by its words. A watchdog of TEST_PATIENCE_MS ends a wait that will
 * never come true and fails the test with the last picture. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct pty;

struct pty_options {
    int cols, rows;          /* 0: 80, 24 */
    const char *const *argv; /* NULL-terminated; argv[0] is the program */
    const char *const *env;  /* NAME=VALUE beside the usual ones, NULL-terminated; may be NULL */
    bool raw;                /* no announcements: a program other than loket */
};
struct pty *pty_start(const struct pty_options *options);
/* Ends the program (SIGKILL when it still runs) and frees. NULL-safe. */
void pty_free(struct pty **pty);

/* Types the bytes ("\r" Enter, "\x1b" Esc …) and waits for the frame that has them all. */
void pty_type(struct pty *pty, const char *bytes);
void pty_send(struct pty *pty, const char *bytes); /* without waiting: type-ahead */
/* Keys pressed so far: a letter of any language is one, and so is a key that the terminal sends as several bytes. */
int pty_presses(const struct pty *pty);
/* Waits until the words are on the screen; false (and a failed check with the picture) when they never come. */
bool pty_wait(struct pty *pty, const char *words);
bool pty_wait_gone(struct pty *pty, const char *words);
bool pty_shows(struct pty *pty, const char *words); /* now, without waiting */
/* The same until the whole screen's text is as somebody wants it; what: said when it never is. */
bool pty_wait_until(struct pty *pty, bool (*is_so)(const char *screen, const void *ctx), const void *ctx,
                    const char *what);
void pty_resize(struct pty *pty, int cols, int rows); /* waits for the frame of that size */
/* All rows as text, trailing spaces cut; valid until the next call. */
const char *pty_screen(struct pty *pty);
/* The screen as an SVG picture with its colours; true when written. For the README. */
bool pty_picture(struct pty *pty, const char *path);
void pty_cursor(struct pty *pty, int *x, int *y, bool *visible);
bool pty_alternate(struct pty *pty); /* the alternate screen is on: the program has the terminal */
/* Every byte that the program has written to the terminal so far; valid until the next call. */
const char *pty_bytes(struct pty *pty, size_t *length);

pid_t pty_pid(const struct pty *pty);
void pty_kill(struct pty *pty, int signal);
/* Waits until it ends; its exit status, or 128 + signal. */
int pty_end(struct pty *pty);
/* The terminal's window is closed under the program; how it ended, as pty_end says it. */
int pty_hang_up(struct pty *pty);
