/* tui/term.c: the terminal: see term.h. ncurses knows the terminal's words and modes, opens and closes the screen;
 * painter.c makes the bytes of a frame of them, which go out in one piece; bytes are read and understood by
 * input.c. Nothing here knows what a frame means.
 *
 * What is needed to restore the terminal from a signal handler is kept ready as bytes. */
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <ncurses.h>

#include "tui/input.h"
#include "tui/mem.h"
#include "tui/painter.h"

struct term {
    SCREEN *screen;
    struct input input;
    struct painter painter; /* and what is on the terminal */
    struct frame scratch;   /* a copy for ASCII */
    bool entered;           /* ncurses has not yet opened the screen */
    struct theme theme;
    enum term_colours colours;
    bool ascii, mono, mouse, closed, resized, away, close_told;
    int cursor; /* 0 hidden, 1 shown, -1 unknown */
    char cursor_on[32], cursor_off[32];
    bool read_some; /* since term_next last said that there is no more */
    bool esc_pending;
    struct timespec esc_since;
    int announce_fd;
    uint64_t frames;
    uint64_t keys; /* bytes of events handed out */
};

/* --- restoring, from anywhere --- */

/* The one terminal of the process, as a signal handler needs it. */
static struct {
    volatile sig_atomic_t active;
    struct termios before;
    char bytes[256];
    size_t length;
} saved;

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
                                    SIGTERM, SIGHUP, SIGINT, SIGQUIT};
enum { FATAL_SIGNALS = sizeof fatal_signals / sizeof *fatal_signals };

void term_restore(void)
{
    if (!saved.active)
        return;
    saved.active = 0;
    int kept = errno;
    for (size_t at = 0; at < saved.length;) {
        ssize_t written = write(STDOUT_FILENO, saved.bytes + at, saved.length - at);
        if (written <= 0)
            break;
        at += (size_t)written;
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &saved.before);
    errno = kept;
}

static void die(int number)
{
    term_restore();
    signal(number, SIG_DFL);
    raise(number);
}

/* On a stack of its own, so that a stack that ran over can still be told. Handlers of others stay. */
static void catch_fatal(void)
{
    static char stack[65536];
    const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    stack_t current;
    if (sigaltstack(NULL, &current) == 0 && (current.ss_flags & SS_DISABLE))
        sigaltstack(&alternative, NULL);
    for (int i = 0; i < FATAL_SIGNALS; i++) {
        struct sigaction now, ours = {.sa_handler = die, .sa_flags = SA_ONSTACK | SA_NODEFER};
        sigemptyset(&ours.sa_mask);
        if (sigaction(fatal_signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(fatal_signals[i], &ours, NULL);
    }
}

static void release_fatal(void)
{
    for (int i = 0; i < FATAL_SIGNALS; i++) {
        struct sigaction now;
        if (sigaction(fatal_signals[i], NULL, &now) == 0 && now.sa_handler == die)
            signal(fatal_signals[i], SIG_DFL);
    }
}

/* Appends a capability without its padding marks $<5>. */
static void keep_bytes(const char *bytes)
{
    for (; bytes && *bytes && saved.length < sizeof saved.bytes; bytes++) {
        const char *end = bytes[0] == '$' && bytes[1] == '<' ? strchr(bytes, '>') : NULL;
        if (end)
            bytes = end;
        else
            saved.bytes[saved.length++] = *bytes;
    }
}

/* A capability's string; the name is not changed, whatever ncurses' prototype says. NULL when there is none.
 */
static const char *capability(const char *name)
{
    char copy[16];
    snprintf(copy, sizeof copy, "%s", name);
    const char *bytes = tigetstr(copy);
    return bytes && bytes != (char *)-1 ? bytes : NULL; /* NOLINT: ncurses' own sign for "no string" */
}

static int flag(const char *name)
{
    char copy[16];
    snprintf(copy, sizeof copy, "%s", name);
    return tigetflag(copy);
}

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";
static const char mouse_on[] = "\033[?1000h\033[?1006h", mouse_off[] = "\033[?1006l\033[?1000l";

static void prepare_restore(const struct term *term)
{
    saved.length = 0;
    keep_bytes(paste_off);
    if (term->mouse)
        keep_bytes(mouse_off);
    keep_bytes(capability("sgr0"));
    keep_bytes(capability("op"));
    keep_bytes(capability("cnorm"));
    keep_bytes(capability("rmcup"));
}

static void send_bytes(const char *bytes)
{
    fputs(bytes, stdout);
    fflush(stdout);
}

/* --- colours --- */

static uint32_t palette_rgb(int index)
{
    static const uint32_t first[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                       0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                       0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
    static const uint32_t steps[6] = {0, 95, 135, 175, 215, 255};
    if (index < 16)
        return first[index];
    if (index < 232) {
        index -= 16;
        return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 | steps[index % 6];
    }
    uint32_t grey = 8 + 10 * (uint32_t)(index - 232);
    return grey << 16 | grey << 8 | grey;
}

static int64_t distance(uint32_t a, uint32_t b)
{
    /* Weights after the eye: green counts most, blue least. */
    int64_t r = (int64_t)(a >> 16 & 0xff) - (int64_t)(b >> 16 & 0xff);
    int64_t g = (int64_t)(a >> 8 & 0xff) - (int64_t)(b >> 8 & 0xff);
    int64_t blue = (int64_t)(a & 0xff) - (int64_t)(b & 0xff);
    return 3 * r * r + 6 * g * g + blue * blue;
}

int term_nearest(uint32_t rgb, enum term_colours colours)
{
    /* Of 256, the first 16 are left alone: people change them. */
    int first = colours == TERM_256 ? 16 : 0, end = colours == TERM_256 ? 256 : 16, best = first;
    for (int i = first; i < end; i++)
        if (distance(palette_rgb(i), rgb) < distance(palette_rgb(best), rgb))
            best = i;
    return best;
}

static int output_colour(const struct term *term, uint32_t rgb)
{
    if (rgb == THEME_DEFAULT)
        return -1;
    if (term->colours == TERM_RGB)
        return (int)rgb;
    return term_nearest(rgb, term->colours);
}

static bool is_light(uint32_t rgb)
{
    return theme_contrast(rgb, 0x000000) > theme_contrast(rgb, 0xffffff);
}

/* In 16 colours two shades may fall together, and terminals with 8 have no bright ones: the background is the
 * terminal's plain black or white then, and the text must differ from it. */
static void reduce_pair(const struct paint *paint, int *fg, int *bg)
{
    if (*bg > 7)
        *bg = is_light(paint->bg) ? 7 : 0;
    if (*fg == *bg || (*fg >= 0 && *bg >= 0 && theme_contrast(palette_rgb(*fg), palette_rgb(*bg)) < 3))
        *fg = is_light(palette_rgb(*bg)) ? 0 : 7;
    if (COLORS < 16 && *fg > 7)
        *fg = *fg == 8 ? 7 : *fg - 8;
}

/* Appends a capability's bytes to what stands in out, whole or not at all, without its padding marks $<5>. */
static void append(char *out, size_t capacity, const char *bytes)
{
    size_t begin = strlen(out), used = begin;
    for (; bytes && *bytes; bytes++) {
        const char *padding = bytes[0] == '$' && bytes[1] == '<' ? strchr(bytes, '>') : NULL;
        if (padding) {
            bytes = padding;
            continue;
        }
        if (used + 1 == capacity) {
            used = begin;
            break;
        }
        out[used++] = *bytes;
    }
    out[used] = '\0';
}

static void add_colour(char *out, const char *name, int colour)
{
    const char *set = capability(name);
    append(out, PAINTER_LOOK, set && colour >= 0 ? tiparm(set, colour) : NULL);
}

static void find_look(struct term *term, int style, unsigned attr, char out[PAINTER_LOOK])
{
    const struct paint *paint = &term->theme.paints[style];
    int fg = output_colour(term, paint->fg), bg = output_colour(term, paint->bg);
    if (term->colours == TERM_16)
        reduce_pair(paint, &fg, &bg);
    attr |= paint->attr;
    out[0] = '\0';
    append(out, PAINTER_LOOK, capability("sgr0"));
    append(out, PAINTER_LOOK, term->colours != TERM_MONO && (fg < 0 || bg < 0) ? capability("op") : NULL);
    append(out, PAINTER_LOOK, attr & ATTR_BOLD ? capability("bold") : NULL);
    append(out, PAINTER_LOOK, attr & ATTR_UNDERLINE ? capability("smul") : NULL);
    append(out, PAINTER_LOOK, attr & ATTR_REVERSE ? capability("rev") : NULL);
    if (term->colours != TERM_MONO) {
        add_colour(out, "setaf", fg);
        add_colour(out, "setab", bg);
    }
}

static void move_words(int y, int x, char out[PAINTER_MOVE])
{
    out[0] = '\0';
    append(out, PAINTER_MOVE, tiparm(capability("cup"), y, x));
}

/* Every look as bytes, once: ncurses would work each out anew at every change of it. */
static void find_words(struct term *term)
{
    struct painter_words *words = &term->painter.words;
    for (int style = 0; style < STYLE_COUNT; style++)
        for (unsigned attr = 0; attr < 8; attr++)
            find_look(term, style, attr << 8, words->looks[style][attr]);
    words->clear[0] = words->clear_line[0] = '\0';
    append(words->clear, sizeof words->clear, capability("clear"));
    append(words->clear_line, sizeof words->clear_line, capability("el"));
    words->clears_in_colour = flag("bce") > 0 || term->colours == TERM_MONO;
    words->keeps_corner = flag("am") <= 0 || flag("xenl") > 0;
    words->move = move_words;
    term->cursor_on[0] = term->cursor_off[0] = '\0';
    append(term->cursor_on, sizeof term->cursor_on, capability("cnorm"));
    append(term->cursor_off, sizeof term->cursor_off, capability("civis"));
}

static enum term_colours find_colours(bool mono)
{
    const char *no_color = getenv("NO_COLOR");
    if (mono || (no_color && *no_color) || !has_colors() || start_color() == ERR)
        return TERM_MONO;
    use_default_colors();
    if (flag("RGB") > 0 && COLORS > 256)
        return TERM_RGB;
    return COLORS >= 256 ? TERM_256 : TERM_16;
}

void term_theme(struct term *term, const struct theme *theme)
{
    term->theme = *theme;
    if (term->colours == TERM_MONO)
        theme_mono(&term->theme);
    find_words(term);
    painter_forget(&term->painter);
}

/* --- open and close --- */

static void read_size(struct term *term)
{
    struct winsize size = {0};
    int w = COLS, h = LINES;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
        w = size.ws_col;
        h = size.ws_row;
    }
    if (w != COLS || h != LINES)
        resize_term(h, w);
    painter_resize(&term->painter, w, h);
}

static void set_modes(struct term *term)
{
    raw();
    noecho();
    nonl();
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    send_bytes(paste_on);
    if (term->mouse)
        send_bytes(mouse_on);
    term->cursor = -1;
    term->entered = true;
}

struct term *term_new(const struct term_options *options, char *fault, size_t fault_capacity)
{
    const char *kind = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &saved.before) != 0) {
        snprintf(fault, fault_capacity, "This is no terminal. Start the program in a terminal window.");
        return NULL;
    }
    struct term *term = mem_alloc(1, sizeof *term);
    catch_fatal(); /* before newterm, which would put its own in */
    term->screen = newterm(NULL, stdout, stdin);
    if (!term->screen || !capability("cup")) {
        snprintf(fault, fault_capacity,
                 "The terminal type \"%s\" is %s. Try TERM=xterm-256color in front of the command.",
                 kind ? kind : "", term->screen ? "too simple for a full screen" : "unknown here");
        if (term->screen) {
            endwin();
            delscreen(term->screen);
        }
        free(term);
        release_fatal();
        return NULL;
    }
    term->mouse = options->mouse;
    term->ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    term->announce_fd = options->announce_fd;
    input_init(&term->input);
    painter_init(&term->painter);
    frame_init(&term->scratch, 1, 1);
    prepare_restore(term);
    saved.active = 1;
    mem_on_fatal(term_restore);
    term->colours = find_colours(options->mono);
    set_modes(term);
    read_size(term);
    struct theme theme;
    theme_builtin(&theme);
    term_theme(term, &theme);
    return term;
}

void term_leave(struct term *term)
{
    if (term->away)
        return;
    term->away = true;
    endwin();
    term_restore();
}

void term_enter(struct term *term)
{
    if (!term->away)
        return;
    term->away = false;
    saved.active = 1;
    reset_prog_mode();
    set_modes(term);
    read_size(term);
    term_redraw(term);
}

void term_free(struct term **term)
{
    if (!*term)
        return;
    term_leave(*term);
    mem_on_fatal(NULL);
    release_fatal();
    delscreen((*term)->screen);
    input_deinit(&(*term)->input);
    painter_deinit(&(*term)->painter);
    frame_deinit(&(*term)->scratch);
    free(*term);
    *term = NULL;
}

void term_suspend(struct term *term)
{
    struct sigaction before, usual = {.sa_handler = SIG_DFL};
    sigemptyset(&usual.sa_mask);
    term_leave(term);
    sigaction(SIGTSTP, &usual, &before);
    kill(0, SIGTSTP); /* with whoever waits for it in the same job, such as make */
    sigaction(SIGTSTP, &before, NULL);
    term_enter(term);
    term->resized = true;
}

/* --- in --- */

int term_fd(const struct term *term)
{
    (void)term;
    return STDIN_FILENO;
}

/* Reads what is there without waiting. */
static void read_bytes(struct term *term)
{
    int waiting = 0;
    char bytes[INPUT_BYTES];
    size_t room = input_room(&term->input);
    if (term->closed || room == 0 || ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0)
        return;
    if (waiting <= 0)
        return;
    ssize_t count = read(STDIN_FILENO, bytes, (size_t)waiting < room ? (size_t)waiting : room);
    if (count > 0) {
        input_feed(&term->input, bytes, (size_t)count);
        term->esc_pending = false;
        term->read_some = true;
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
        term->closed = true;
    }
}

static int64_t since_ms(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)(now.tv_sec - then->tv_sec) * 1000 + (now.tv_nsec - then->tv_nsec) / 1000000;
}

/* Whether an incomplete sequence has waited long enough to be what it looks like. */
static bool is_quiet(struct term *term)
{
    if (!input_waits(&term->input)) {
        term->esc_pending = false;
        return false;
    }
    if (!term->esc_pending) {
        term->esc_pending = true;
        clock_gettime(CLOCK_MONOTONIC, &term->esc_since);
    }
    return since_ms(&term->esc_since) >= INPUT_ESC_MS;
}

static bool hung_up(struct term *term)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    int waiting = 0;
    if (!term->closed && poll(&fd, 1, 0) > 0 && (fd.revents & (POLLHUP | POLLERR | POLLNVAL)))
        term->closed = ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting <= 0;
    return term->closed;
}

bool term_next(struct term *term, struct event *out)
{
    if (term->resized) {
        term->resized = false;
        read_size(term);
        *out = (struct event){.kind = EVENT_RESIZE, .w = term->painter.shown.w, .h = term->painter.shown.h};
        return true;
    }
    if (input_next(&term->input, false, out)) {
        term->keys = term->input.consumed;
        return true;
    }
    do {
        size_t before = term->input.length + (size_t)term->input.consumed;
        read_bytes(term);
        if (input_next(&term->input, is_quiet(term), out)) {
            term->keys = term->input.consumed;
            return true;
        }
        if (before == term->input.length + (size_t)term->input.consumed)
            break;
    } while (true);
    bool quiet = !term->read_some;
    term->read_some = false;
    if (!quiet || term->close_told || !hung_up(term)) /* who sent bytes just now is still there */
        return false;
    term->close_told = true; /* once: whoever reads until there is no more must come to an end */
    *out = (struct event){.kind = EVENT_CLOSED};
    return true;
}

int term_wait_ms(const struct term *term)
{
    if (!input_waits(&term->input))
        return -1;
    int64_t left_ms = term->esc_pending ? INPUT_ESC_MS - since_ms(&term->esc_since) : INPUT_ESC_MS;
    return left_ms > 0 ? (int)left_ms : 0;
}

void term_signal(struct term *term, int number)
{
    if (number == SIGWINCH || number == SIGCONT)
        term->resized = true;
    if (number == SIGCONT)
        term_redraw(term);
}

/* --- out --- */

void term_size(const struct term *term, int *w, int *h)
{
    *w = term->painter.shown.w;
    *h = term->painter.shown.h;
}

/* ncurses has its own bytes to send first: it opens the screen, now and after a leave. */
static void open_screen(struct term *term)
{
    if (!term->entered)
        return;
    term->entered = false;
    clearok(curscr, TRUE);
    refresh();
    painter_forget(&term->painter);
}

static void place_cursor(struct term *term, const struct frame *frame)
{
    int wanted = frame->cursor_on ? 1 : 0;
    if (wanted != term->cursor)
        painter_add(&term->painter, wanted ? term->cursor_on : term->cursor_off);
    term->cursor = wanted;
}

static void send_painted(const struct term *term)
{
    const struct painter *painter = &term->painter;
    struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
    for (size_t at = 0; at < painter->used;) {
        ssize_t written = write(STDOUT_FILENO, painter->bytes + at, painter->used - at);
        if (written > 0)
            at += (size_t)written;
        else if (written < 0 && errno == EAGAIN) /* somebody shares the terminal and made it so */
            poll(&fd, 1, -1);
        else if (written == 0 || errno != EINTR)
            return; /* the terminal is gone, which reading tells */
    }
}

static void announce(struct term *term)
{
    if (term->announce_fd <= 0)
        return;
    char line[96];
    int length =
        snprintf(line, sizeof line, "frame %llu keys %llu size %dx%d\n", (unsigned long long)term->frames,
                 (unsigned long long)term->keys, term->painter.shown.w, term->painter.shown.h);
    if (write(term->announce_fd, line, (size_t)length) != length)
        term->announce_fd = -1; /* the harness is gone */
}

/* A copy of frame in the terminal's size: it may have changed since the frame was drawn. */
static const struct frame *fitted(struct term *term, const struct frame *frame)
{
    bool same_size = frame->w == term->painter.shown.w && frame->h == term->painter.shown.h;
    if (same_size && !term->ascii)
        return frame;
    frame_resize(&term->scratch, term->painter.shown.w, term->painter.shown.h);
    int w = frame->w < term->painter.shown.w ? frame->w : term->painter.shown.w;
    for (int y = 0; y < frame->h && y < term->painter.shown.h; y++)
        memcpy(&term->scratch.cells[y * term->painter.shown.w], &frame->cells[y * frame->w],
               (size_t)w * sizeof *frame->cells);
    if (frame->cursor_on)
        frame_cursor(&term->scratch, frame->cursor_x, frame->cursor_y);
    if (term->ascii)
        frame_to_ascii(&term->scratch);
    return &term->scratch;
}

void term_present(struct term *term, const struct frame *drawn)
{
    if (term->away)
        return;
    const struct frame *frame = fitted(term, drawn);
    open_screen(term);
    painter_paint(&term->painter, frame);
    place_cursor(term, frame);
    send_painted(term);
    term->frames++;
    announce(term);
}

void term_redraw(struct term *term)
{
    painter_forget(&term->painter);
}

void term_bell(struct term *term)
{
    if (!term->away)
        beep();
}

/* Consoles and hardware have no clipboard; that an emulator lets a program write to its own is a choice of its user that
 * nobody can ask for. */
bool term_name_copies(const char *name)
{
    static const char *const without[] = {"linux", "vt", "ansi", "dumb", "cons", "sun", "wsvt", "wyse", "hp"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strncmp(name ? name : "dumb", without[i], strlen(without[i])) == 0)
            return false;
    return true;
}

bool term_copies(const struct term *term)
{
    (void)term;
    return capability("Ms") || term_name_copies(getenv("TERM"));
}

void term_copy(struct term *term, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(text);
    if (term->away)
        return;
    fputs("\033]52;c;", stdout);
    for (size_t at = 0; at < length; at += 3) {
        unsigned group = 0;
        for (size_t i = 0; i < 3; i++)
            group = group << 8 | (at + i < length ? (unsigned char)text[at + i] : 0U);
        for (size_t i = 0; i < 4; i++)
            putchar(at + i <= length ? digits[group >> (18 - 6 * i) & 63] : '=');
    }
    send_bytes("\a");
}

bool term_prints(const struct term *term)
{
    (void)term;
    return capability("mc5") && capability("mc4");
}

/* Control characters would end the printing, or steer the terminal. */
static void print_bytes(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '\n')
            fputs("\r\n", stdout);
        else if (*c >= ' ' && *c != 0x7f)
            putchar(*c);
    }
}

void term_print(struct term *term, const char *text)
{
    if (term->away || !term_prints(term))
        return;
    fputs(capability("mc5"), stdout);
    print_bytes(text);
    send_bytes(capability("mc4"));
}

enum term_colours term_colours(const struct term *term)
{
    return term->colours;
}

bool term_ascii(const struct term *term)
{
    return term->ascii;
}
