/* tests/support/pty.c: see pty.h. */
#include "tests/support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "core/base/str.h"
#include "tests/support/picture.h"
#include "tests/support/test.h"

struct pty {
    pid_t pid;
    int fd, announce; /* announce -1: a raw program */
    int status;       /* of waitpid */
    bool ended, alternate, cursor_visible;
    VTerm *vterm;
    VTermScreen *screen;
    int cols, rows;
    VTermPos cursor;
    int64_t typed; /* bytes written to it */
    int presses;   /* keys that these bytes are */
    int64_t keys;  /* bytes it says it has handled */
    int seen_cols, seen_rows;
    struct buf line; /* of the announcements, not yet whole */
    struct buf text;
    struct buf bytes; /* all that it wrote */
    struct pty *next;
};
/* All that are open: one that nobody reads would stand still when its terminal is full. */
static struct pty *all_open;

enum { PTY_OPEN_MAX = 64 };

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the terminal --- */

static int on_prop(VTermProp prop, VTermValue *value, void *user)
{
    struct pty *pty = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        pty->alternate = value->boolean;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        pty->cursor_visible = value->boolean;
    return 1;
}

static int on_cursor(VTermPos at, VTermPos from, int visible, void *user)
{
    (void)from, (void)visible;
    ((struct pty *)user)->cursor = at;
    return 1;
}

static void on_answer(const char *bytes, size_t length, void *user)
{
    struct pty *pty = user;
    if (write(pty->fd, bytes, length) == (ssize_t)length)
        pty->typed += (int64_t)length;
}

static void open_vterm(struct pty *pty)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_prop, .movecursor = on_cursor};
    pty->vterm = vterm_new(pty->rows, pty->cols);
    vterm_set_utf8(pty->vterm, 1);
    vterm_output_set_callback(pty->vterm, on_answer, pty);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    pty->cursor_visible = true;
}

/* --- the program --- */

static _Noreturn void become(const struct pty_options *options, int announce)
{
    char text[16];
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("NO_COLOR");
    if (!options->raw) {
        str_format(text, sizeof text, "%d", announce);
        setenv("LOKET_ANNOUNCE", text, 1);
    }
    for (const char *const *e = options->env; e && *e; e++)
        putenv(xstrdup(*e));
    char **argv = NULL;
    size_t count = 0;
    while (options->argv[count])
        count++;
    argv = xcalloc(count + 1, sizeof *argv);
    for (size_t i = 0; i < count; i++)
        argv[i] = xstrdup(options->argv[i]);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

struct pty *pty_start(const struct pty_options *options)
{
    struct pty *pty = xcalloc(1, sizeof *pty);
    int pipe_fds[2] = {-1, -1};
    pty->cols = options->cols ? options->cols : 80;
    pty->rows = options->rows ? options->rows : 24;
    struct winsize size = {.ws_col = (unsigned short)pty->cols, .ws_row = (unsigned short)pty->rows};
    REQUIRE(pipe(pipe_fds) == 0);
    pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
    REQUIRE(pty->pid >= 0);
    if (pty->pid == 0) {
        close(pipe_fds[0]);
        become(options, pipe_fds[1]);
    }
    close(pipe_fds[1]);
    pty->announce = pipe_fds[0];
    fcntl(pty->fd, F_SETFL, O_NONBLOCK);
    fcntl(pty->fd, F_SETFD, FD_CLOEXEC);
    fcntl(pty->announce, F_SETFL, O_NONBLOCK);
    fcntl(pty->announce, F_SETFD, FD_CLOEXEC);
    open_vterm(pty);
    pty->next = all_open;
    all_open = pty;
    return pty;
}

static void leave_open(const struct pty *pty)
{
    for (struct pty **at = &all_open; *at; at = &(*at)->next)
        if (*at == pty) {
            *at = pty->next;
            return;
        }
}

void pty_free(struct pty **pty)
{
    struct pty *p = *pty;
    if (!p)
        return;
    if (!p->ended) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, &p->status, 0);
    }
    if (p->fd >= 0)
        close(p->fd);
    close(p->announce);
    leave_open(p);
    vterm_free(p->vterm);
    buf_free(&p->bytes);
    buf_free(&p->line);
    buf_free(&p->text);
    free(p);
    *pty = NULL;
}

/* --- reading --- */

static void read_line(struct pty *pty, const char *line)
{
    long long keys;
    int frame, cols, rows;
    if (sscanf(line, "frame %d keys %lld size %dx%d", &frame, &keys, &cols, &rows) != 4)
        return;
    pty->keys = keys;
    pty->seen_cols = cols;
    pty->seen_rows = rows;
}

static void read_announcements(struct pty *pty)
{
    char bytes[4096];
    ssize_t got;
    while ((got = read(pty->announce, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < got; i++) {
            if (bytes[i] != '\n') {
                buf_addc(&pty->line, bytes[i]);
                continue;
            }
            read_line(pty, buf_text(&pty->line));
            buf_clear(&pty->line);
        }
}

/* What was announced was written before, so the screen is read after the announcements. */
static void read_screen(struct pty *pty)
{
    char bytes[16384];
    ssize_t got;
    while ((got = read(pty->fd, bytes, sizeof bytes)) > 0) {
        vterm_input_write(pty->vterm, bytes, (size_t)got);
        buf_add(&pty->bytes, bytes, (size_t)got);
    }
    if (got == 0 || (got < 0 && errno == EIO))
        pty->ended = waitpid(pty->pid, &pty->status, 0) == pty->pid || pty->ended;
    vterm_screen_flush_damage(pty->screen);
}

static void read_all(struct pty *pty)
{
    read_announcements(pty);
    read_screen(pty);
}

/* The pipe's other end is closed for good: polling it would return at once for ever. */
static bool hangs_up(const struct pollfd *fd)
{
    return fd->revents & POLLHUP && !(fd->revents & POLLIN);
}

static int add_fds(const struct pty *pty, struct pollfd *fds)
{
    fds[0] = (struct pollfd){.fd = pty->fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = pty->announce, .events = POLLIN};
    return 2;
}

/* False when the program ended or patience did. The others go on meanwhile. */
static bool wait_more(struct pty *pty, int64_t until_ms)
{
    struct pollfd fds[2 * PTY_OPEN_MAX];
    int count = add_fds(pty, fds);
    int64_t left_ms = until_ms - now_ms();
    if (pty->ended || left_ms <= 0)
        return false;
    for (const struct pty *other = all_open; other && count < 2 * PTY_OPEN_MAX; other = other->next)
        if (other != pty && !other->ended && other->fd >= 0)
            count += add_fds(other, fds + count);
    poll(fds, (nfds_t)count, (int)left_ms);
    if (hangs_up(&fds[1])) {
        fds[1].fd = -1;
        poll(fds, 1, (int)left_ms);
    }
    read_all(pty);
    for (struct pty *other = all_open; other; other = other->next)
        if (other != pty && !other->ended && other->fd >= 0)
            read_all(other);
    return true;
}

static void tell(struct pty *pty, const char *what, const char *words)
{
    check(false, __FILE__, __LINE__, what);
    printf("    words: %s\n%s\n", words, pty_screen(pty));
}

/* --- typing --- */

/* Bytes of the key that stands at the beginning: Esc alone, with Alt, F1 ("\x1bOP"), an arrow ("\x1b[A"), a letter. */
static size_t key_length(const char *bytes)
{
    size_t length = 1;
    if (bytes[0] == '\x1b' && bytes[1] == '[') {
        for (length = 2; bytes[length] >= 0x20 && bytes[length] < 0x40; length++)
            ;
        return bytes[length] ? length + 1 : length;
    }
    if (bytes[0] == '\x1b' && bytes[1])
        return bytes[1] == 'O' && bytes[2] ? 3 : 2;
    while ((bytes[length] & 0xc0) == 0x80)
        length++;
    return length;
}

int pty_presses(const struct pty *pty)
{
    return pty->presses;
}

void pty_send(struct pty *pty, const char *bytes)
{
    size_t length = strlen(bytes);
    for (const char *key = bytes; *key; key += key_length(key))
        pty->presses++;
    while (length) {
        ssize_t done = write(pty->fd, bytes, length);
        if (done < 0 && errno == EAGAIN) {
            wait_more(pty, now_ms() + TEST_PATIENCE_MS);
            continue;
        }
        if (done < 0)
            return;
        bytes += done;
        length -= (size_t)done;
        pty->typed += done;
    }
}

void pty_type(struct pty *pty, const char *bytes)
{
    int64_t until_ms = now_ms() + TEST_PATIENCE_MS;
    pty_send(pty, bytes);
    while (pty->keys < pty->typed)
        if (!wait_more(pty, until_ms)) {
            if (!pty->ended) /* a key may well end the program */
                tell(pty, "no frame has what was typed", bytes);
            return;
        }
    read_screen(pty);
}

/* --- looking --- */

static void add_row(struct pty *pty, int row)
{
    char bytes[4 * VTERM_MAX_CHARS_PER_CELL];
    size_t start = pty->text.length, end = start;
    for (int col = 0; col < pty->cols; col++) {
        VTermScreenCell cell;
        VTermPos at = {.row = row, .col = col};
        vterm_screen_get_cell(pty->screen, at, &cell);
        if (cell.chars[0] == (uint32_t)-1)
            continue; /* the right half of a wide character */
        if (!cell.chars[0])
            buf_addc(&pty->text, ' ');
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            buf_add(&pty->text, bytes, utf8_encode((int32_t)cell.chars[i], bytes));
        if (cell.chars[0] && cell.chars[0] != ' ')
            end = pty->text.length;
    }
    pty->text.length = end;
    buf_addc(&pty->text, '\n');
}

const char *pty_screen(struct pty *pty)
{
    read_all(pty);
    buf_clear(&pty->text);
    for (int row = 0; row < pty->rows; row++)
        add_row(pty, row);
    return buf_text(&pty->text);
}

bool pty_shows(struct pty *pty, const char *words)
{
    return strstr(pty_screen(pty), words) != NULL;
}

static bool wait_for(struct pty *pty, const char *words, bool there)
{
    int64_t until_ms = now_ms() + TEST_PATIENCE_MS;
    while (pty_shows(pty, words) != there)
        if (!wait_more(pty, until_ms)) {
            if (pty_shows(pty, words) == there)
                break;
            tell(pty, there ? "these words never came" : "these words stayed", words);
            return false;
        }
    return true;
}

bool pty_wait(struct pty *pty, const char *words)
{
    return wait_for(pty, words, true);
}

bool pty_wait_gone(struct pty *pty, const char *words)
{
    return wait_for(pty, words, false);
}

bool pty_wait_until(struct pty *pty, bool (*is_so)(const char *screen, const void *ctx), const void *ctx,
                    const char *what)
{
    int64_t until_ms = now_ms() + TEST_PATIENCE_MS;
    while (!is_so(pty_screen(pty), ctx))
        if (!wait_more(pty, until_ms)) {
            if (is_so(pty_screen(pty), ctx))
                break;
            tell(pty, "the screen was never so", what);
            return false;
        }
    return true;
}

void pty_resize(struct pty *pty, int cols, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};
    int64_t until_ms = now_ms() + TEST_PATIENCE_MS;
    pty->cols = cols;
    pty->rows = rows;
    vterm_set_size(pty->vterm, rows, cols);
    ioctl(pty->fd, TIOCSWINSZ, &size);
    while (pty->seen_cols != cols || pty->seen_rows != rows)
        if (!wait_more(pty, until_ms))
            return tell(pty, "no frame of the new size", "");
    read_screen(pty);
}

/* --- a picture --- */

enum { FG = 0xd4d4d4, BG = 0x101010 }; /* of a terminal that was told none */

static unsigned rgb_of(struct pty *pty, VTermColor colour, unsigned otherwise)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&colour) || VTERM_COLOR_IS_DEFAULT_BG(&colour))
        return otherwise;
    vterm_screen_convert_color_to_rgb(pty->screen, &colour);
    return (unsigned)colour.rgb.red << 16 | (unsigned)colour.rgb.green << 8 | colour.rgb.blue;
}

static struct picture_cell cell_of(void *ctx, int col, int row)
{
    struct pty *pty = ctx;
    VTermScreenCell cell;
    VTermPos at = {.row = row, .col = col};
    vterm_screen_get_cell(pty->screen, at, &cell);
    struct picture_cell out = {.fg = rgb_of(pty, cell.attrs.reverse ? cell.bg : cell.fg, FG),
                               .bg = rgb_of(pty, cell.attrs.reverse ? cell.fg : cell.bg, BG),
                               .bold = cell.attrs.bold,
                               .underline = cell.attrs.underline != 0};
    out.text[utf8_encode(cell.chars[0] ? (int32_t)cell.chars[0] : ' ', out.text)] = '\0';
    return out;
}

bool pty_picture(struct pty *pty, const char *path)
{
    read_all(pty);
    char *svg = picture_svg(pty->cols, pty->rows, cell_of(pty, 0, 0).bg, cell_of, pty);
    FILE *file = fopen(path, "we");
    bool ok = file && fputs(svg, file) >= 0;
    if (file)
        ok = fclose(file) == 0 && ok;
    free(svg);
    return ok;
}

void pty_cursor(struct pty *pty, int *x, int *y, bool *visible)
{
    read_all(pty);
    *x = pty->cursor.col;
    *y = pty->cursor.row;
    *visible = pty->cursor_visible;
}

bool pty_alternate(struct pty *pty)
{
    read_all(pty);
    return pty->alternate;
}

const char *pty_bytes(struct pty *pty, size_t *length)
{
    read_all(pty);
    *length = pty->bytes.length;
    return buf_text(&pty->bytes);
}

/* --- its end --- */

pid_t pty_pid(const struct pty *pty)
{
    return pty->pid;
}

void pty_kill(struct pty *pty, int signal)
{
    if (!pty->ended)
        kill(pty->pid, signal);
}

int pty_end(struct pty *pty)
{
    int64_t until_ms = now_ms() + TEST_PATIENCE_MS;
    while (wait_more(pty, until_ms)) {
    }
    if (!pty->ended) {
        tell(pty, "the program does not end", "");
        return -1;
    }
    return WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : 128 + WTERMSIG(pty->status);
}

int pty_hang_up(struct pty *pty)
{
    int64_t until_ms = now_ms() + TEST_PATIENCE_MS;
    struct pollfd fd = {.fd = pty->announce, .events = POLLIN};
    close(pty->fd);
    pty->fd = -1;
    /* Without its terminal, the announcements' pipe tells the end: nobody else holds it. */
    while (!(fd.revents & POLLHUP) && until_ms > now_ms()) {
        poll(&fd, 1, (int)(until_ms - now_ms()));
        read_announcements(pty);
    }
    if (!(fd.revents & POLLHUP)) {
        tell(pty, "the program does not end without its terminal", "");
        return -1;
    }
    pty->ended = waitpid(pty->pid, &pty->status, 0) == pty->pid;
    return WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : 128 + WTERMSIG(pty->status);
}
