/* tui/term.h: the terminal: raw mode, alternate screen, colours, events in, frames out. The only user of
 * ncurses, and of it only the output; there is one terminal a process. Ctrl-C, Ctrl-S, Ctrl-Q and Ctrl-Z
 * arrive as keys. The terminal is restored by term_free, and on fatal signals, failed asserts and exit. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "tui/event.h"
#include "tui/frame.h"
#include "tui/theme.h"

enum term_colours { TERM_MONO, TERM_16, TERM_256, TERM_RGB };

struct term_options {
    bool mono;  /* no colours; NO_COLOR in the environment asks for the same */
    bool mouse; /* off by default: capturing the mouse takes copying away from people */
    bool ascii; /* frames are turned by frame_to_ascii; also when the locale is not UTF-8 */
    /* Test mode: a descriptor that gets one line after each term_present,
     *     frame N keys M size CxR\n
     * N counts frames from 1. M counts the bytes of terminal input whose events term_next has handed out:
     * once M equals what a harness wrote, everything it typed is in this frame. 0 or -1: none. */
    int announce_fd;
};

struct term;

/* Takes over the terminal of stdin and stdout. NULL and a sentence in fault when there is none. */
struct term *term_new(const struct term_options *options, char *fault, size_t fault_capacity);
void term_free(struct term **term); /* restores it */

/* --- in --- */
int term_fd(const struct term *term); /* readable: call term_next until it says false */
/* The next event (EVENT_NONE for bytes without meaning), without waiting; reads all that is there, so that
 * type-ahead is drained before a redraw. */
bool term_next(struct term *term, struct event *out);
int term_wait_ms(const struct term *term); /* call term_next again after this time; -1: only when readable */
void term_signal(struct term *term,
                 int number); /* SIGWINCH, SIGCONT: told by the loop; an EVENT_RESIZE follows */

/* --- out --- */
void term_size(const struct term *term, int *w, int *h);
void term_theme(struct term *term, const struct theme *theme); /* copied; the next frame is drawn whole */
void term_present(struct term *term, const struct frame *frame);
void term_redraw(struct term *term); /* the next frame is sent whole: something else wrote on the screen */
void term_bell(struct term *term);
void term_copy(struct term *term,
               const char *text); /* to the clipboard, where the terminal allows it (OSC 52) */
/* It may have a clipboard: its description says so (Ms), or it is not one of those that have none by their name. */
bool term_copies(const struct term *term);
bool term_name_copies(const char *name); /* of TERM alone */
/* It says that it has a printer: what is sent between its words for "printer on" and "off" is not shown (mc5, mc4). */
bool term_prints(const struct term *term);
void term_print(struct term *term, const char *text); /* lines; to that printer, nothing where it has none */
void term_suspend(struct term *term);                 /* to the shell; returns when the person comes back */
/* To run another program on the terminal: it is theirs between leave and enter. */
void term_leave(struct term *term);
void term_enter(struct term *term);
enum term_colours term_colours(const struct term *term);
bool term_ascii(const struct term *term);

/* Restores the terminal at once if there is one; safe in signal handlers. For hooks such as on_fatal. */
void term_restore(void);
/* The colour of a palette of 16 or 256 nearest to rgb (0xRRGGBB). */
int term_nearest(uint32_t rgb, enum term_colours colours);
