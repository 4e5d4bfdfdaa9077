/* tests/e2e/mouse_test.c: the mouse as an extra: the terminal keeps its own unless it is asked for, and gets it back
 * however the program ends. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/support/day.h"
#include "tests/support/test.h"

static const char on[] = "\x1b[?1000h\x1b[?1006h", off[] = "\x1b[?1006l\x1b[?1000l";

static size_t count_of(struct pty *pty, const char *bytes)
{
    size_t length, found = 0;
    const char *all = pty_bytes(pty, &length);
    for (const char *at = all; (at = memmem(at, length - (size_t)(at - all), bytes, strlen(bytes))); at++)
        found++;
    return found;
}

/* Presses the left button where the words stand. */
static void press(struct pty *pty, const char *words)
{
    const char *screen = pty_screen(pty), *at = strstr(screen, words);
    char bytes[40];
    int x = 1, y = 1;
    REQUIRE(at);
    for (const char *c = screen; c < at; c++) {
        if (*c == '\n') {
            y++;
            x = 1;
        } else if (((unsigned char)*c & 0xc0) != 0x80) {
            x++;
        }
    }
    str_format(bytes, sizeof bytes, "\x1b[<0;%d;%dM", x, y);
    pty_type(pty, bytes);
    str_format(bytes, sizeof bytes, "\x1b[<0;%d;%dm", x, y);
    pty_send(pty, bytes); /* letting go draws nothing */
}

static void with_mouse(struct day *day)
{
    char *path = xasprintf("%s/config", day->place.config);
    put_file(path, "[look]\nmouse = on\n");
    free(path);
}

TEST(the_mouse_is_the_terminals_own)
{
    struct day day;
    day_open(&day);
    CHECK_INT(count_of(day.pty, on), 0);
    day_close(&day);
}

TEST(a_press_is_a_key_and_a_field_gets_the_cursor)
{
    struct day day = {0};
    int x, y, x_again, y_again;
    bool visible;
    place_init(&day.place);
    with_mouse(&day);
    hall_open(&day.hall);
    let_arrive(&day.hall, 1);
    day.pty = open_loket(&day.place, day.hall.url);
    open_form(day.pty);
    CHECK_INT(count_of(day.pty, on), 1);
    pty_cursor(day.pty, &x, &y, &visible);
    press(day.pty, "F1 help");
    CHECK(pty_shows(day.pty, "Esc back"));
    press(day.pty, "Esc back");
    CHECK(!pty_shows(day.pty, "Esc back"));
    press(day.pty, "Note");
    pty_cursor(day.pty, &x_again, &y_again, &visible);
    CHECK(visible);
    pty_type(day.pty, "by mouse");
    CHECK(pty_shows(day.pty, "by mouse"));
    pty_kill(day.pty, SIGTERM);
    CHECK_INT(pty_end(day.pty), 0);
    CHECK(count_of(day.pty, off) >= 1);
    CHECK(!pty_alternate(day.pty));
    pty_free(&day.pty);
    day.pty = open_loket(&day.place, day.hall.url);
    pty_wait(day.pty, "by mouse");
    pty_kill(day.pty, SIGABRT); /* a crash leaves no terminal that prints at every move of the hand */
    pty_end(day.pty);
    CHECK(count_of(day.pty, off) >= 1);
    pty_free(&day.pty);
    hall_kill(&day.hall);
    place_deinit(&day.place);
}
