/* screens/runner.c: the terminal's side: events become messages, the app becomes pictures. One thread, one
 * loop. */
#include "screens/runner.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "screens/halls_station.h"
#include "screens/key_lines.h"
#include "screens/pointer.h"
#include "screens/station.h"
#include "screens/themes.h"
#include "tui/keymap.h"
#include "tui/linear.h"
#include "tui/loop.h"
#include "tui/mem.h"
#include "tui/term.h"

enum { TICK_MS = 1000 };

struct runner {
    struct settings *settings;
    struct edge edge;
    struct term *term;
    struct loop *loop;
    struct frame frame;
    struct frame column; /* the same as one column, where that is asked for (tui/linear.h) */
    struct theme theme;
    char theme_name[32];
    bool connected; /* the hall was looked for: after the first picture */
    int input_timer;
};

/* --- choices --- */

struct keymap *runner_keymap(struct settings *settings)
{
    char fault[300] = "";
    struct keymap *keys = action_keymap(fault, sizeof fault);
    if (*fault)
        buf_addf(&settings->complaints, "%s\n", fault);
    key_lines_apply(keys, settings->keys, settings->key_lines, &settings->complaints);
    return keys;
}

enum lang runner_lang(const struct settings *settings)
{
    enum lang lang = LANG_EN;
    if (settings->lang && lang_find(settings->lang, &lang))
        return lang;
    if (lang_find(setlocale(LC_MESSAGES, NULL), &lang))
        return lang;
    return LANG_EN;
}

static void take_theme(struct runner *runner, const char *name)
{
    struct err_info info = {0};
    if (themes_load(name, &runner->theme, &info))
        buf_addf(&runner->settings->complaints, "%s\n", info.text);
    str_copy(runner->theme_name, sizeof runner->theme_name, name);
    term_theme(runner->term, &runner->theme);
}

static void next_theme(struct runner *runner)
{
    char name[32];
    themes_next(runner->theme_name, name);
    take_theme(runner, name);
    runner->edge.keep(runner->edge.self, "theme", name);
    struct msg msg = {.kind = MSG_TOAST, .toast = TOAST_PLAIN, .text = name};
    runner->edge.tell(runner->edge.self, &msg);
}

/* --- pictures --- */

static void draw(struct runner *runner)
{
    app_view(runner->edge.app(runner->edge.self), runner->edge.now_ms(runner->edge.self), &runner->frame);
    if (runner->settings->linear)
        linear_frame(&runner->frame, &runner->column);
    term_present(runner->term, runner->settings->linear ? &runner->column : &runner->frame);
}

static void do_wants(struct runner *runner)
{
    unsigned wants = runner->edge.wants(runner->edge.self);
    if (wants & WANT_BELL && (runner->settings->bell == BELL_SOUND || runner->settings->bell == BELL_BOTH))
        term_bell(runner->term);
    if (wants & WANT_COPY)
        term_copy(runner->term, runner->edge.clipboard(runner->edge.self));
    if (wants & WANT_PRINT)
        term_print(runner->term, runner->edge.print_text(runner->edge.self));
    if (wants & WANT_REDRAW)
        term_redraw(runner->term);
    if (wants & WANT_SUSPEND)
        term_suspend(runner->term);
    if (wants & WANT_NEXT_THEME)
        next_theme(runner);
    if (wants & WANT_QUIT)
        loop_stop(runner->loop);
}

/* The first picture comes before anything that could take time. */
static void connect_once(struct runner *runner)
{
    if (runner->connected)
        return;
    runner->connected = true;
    draw(runner);
    runner->edge.connect(runner->edge.self);
}

static void idle(void *self)
{
    struct runner *runner = self;
    connect_once(runner);
    runner->edge.step(runner->edge.self);
    do_wants(runner);
    if (runner->edge.dirty(runner->edge.self))
        draw(runner);
}

/* --- events --- */

static void resize(struct runner *runner, int w, int h)
{
    if (runner->settings->linear) {
        frame_resize(&runner->column, w, h);
        linear_size(&w, &h);
    }
    frame_resize(&runner->frame, w, h);
    struct msg msg = {.kind = MSG_RESIZE, .w = w, .h = h};
    runner->edge.tell(runner->edge.self, &msg);
}

/* On the picture that the person saw. One column is for ears and fingers. */
static void on_mouse(struct runner *runner, const struct event *event)
{
    struct pointed pointed = pointer_at(&runner->frame, event);
    struct msg msg = {.kind = MSG_POINT, .seq = pointed.item};
    if (runner->settings->linear)
        return;
    if (pointed.item >= 0)
        return runner->edge.tell(runner->edge.self, &msg);
    for (int i = 0; i < pointed.times; i++) {
        msg = (struct msg){.kind = MSG_KEY, .key = pointed.key};
        runner->edge.tell(runner->edge.self, &msg);
    }
}

static void on_event(struct runner *runner, const struct event *event)
{
    struct msg msg = {.kind = MSG_KEY, .key = event->key};
    switch (event->kind) {
    case EVENT_KEY:
        return runner->edge.tell(runner->edge.self, &msg);
    case EVENT_PASTE:
        msg = (struct msg){.kind = MSG_PASTE, .text = event->text};
        return runner->edge.tell(runner->edge.self, &msg);
    case EVENT_RESIZE:
        return resize(runner, event->w, event->h);
    case EVENT_CLOSED:
        return loop_stop(runner->loop);
    case EVENT_MOUSE:
        return on_mouse(runner, event);
    case EVENT_NONE:
        return;
    }
}

static void read_terminal(struct runner *runner);

static void input_late(void *self)
{
    struct runner *runner = self;
    runner->input_timer = 0;
    read_terminal(runner);
}

/* All that is there, so that type-ahead is drained before the next picture. */
static void read_terminal(struct runner *runner)
{
    struct event event;
    while (term_next(runner->term, &event)) {
        on_event(runner, &event);
        if (event.kind == EVENT_CLOSED) /* and it would be so for ever */
            return;
    }
    loop_cancel(runner->loop, runner->input_timer);
    int wait_ms = term_wait_ms(runner->term);
    runner->input_timer = wait_ms >= 0 ? loop_after(runner->loop, wait_ms, input_late, runner) : 0;
}

static void readable(void *self, short revents)
{
    (void)revents;
    read_terminal(self);
}

static void tick(void *self)
{
    struct runner *runner = self;
    struct msg msg = {.kind = MSG_TICK};
    runner->edge.tell(runner->edge.self, &msg);
    loop_after(runner->loop, TICK_MS - runner->edge.now_ms(runner->edge.self) % TICK_MS, tick, runner);
}

static void caught(void *self, int number)
{
    struct runner *runner = self;
    if (number == SIGTERM || number == SIGHUP || number == SIGINT) {
        loop_stop(runner->loop);
        return;
    }
    term_signal(runner->term, number);
    read_terminal(runner);
}

static int wait_for(void *self, struct pollfd *fds, unsigned count, int timeout_ms)
{
    struct runner *runner = self;
    return runner->edge.wait(runner->edge.self, fds, count, timeout_ms);
}

/* --- the whole --- */

int runner_announce_fd(void)
{
    const char *text = getenv("LOKET_ANNOUNCE");
    return text ? atoi(text) : -1;
}

static bool open_terminal(struct runner *runner)
{
    char fault[300];
    struct term_options options = {.mouse = runner->settings->mouse,
                                   .ascii = runner->settings->ascii,
                                   .announce_fd = runner_announce_fd()};
    runner->term = term_new(&options, fault, sizeof fault);
    if (!runner->term) {
        fprintf(stderr, "loket: %s\n", fault);
        return false;
    }
    on_fatal(term_restore);
    take_theme(runner, runner->settings->theme ? runner->settings->theme : "default");
    return true;
}

static void tell_complaints(struct runner *runner)
{
    const char *text = buf_text(&runner->settings->complaints);
    enum lang lang = runner_lang(runner->settings);
    if (!*text)
        return;
    char first[300], told[400];
    int more = -1;
    str_format(first, sizeof first, "%.*s", (int)strcspn(text, "\n"), text);
    for (; *text; text += strcspn(text, "\n") + 1, more++)
        log_write(LOG_WARN, "settings: %.*s", (int)strcspn(text, "\n"), text);
    str_copy(told, sizeof told, first);
    if (more == 1)
        str_format(told, sizeof told, "%s · %s", first, tr(lang, TR("1 more line in the log")));
    else if (more > 1)
        str_format(told, sizeof told, tr(lang, TR("%s · %d more lines in the log")), first, more);
    struct msg msg = {.kind = MSG_TOAST, .toast = TOAST_WARN, .text = told};
    runner->edge.tell(runner->edge.self, &msg);
}

static void run_loop(struct runner *runner)
{
    int w, h;
    runner->loop = loop_new();
    term_size(runner->term, &w, &h);
    frame_init(&runner->frame, w, h);
    runner->frame.points = runner->settings->mouse;
    resize(runner, w, h);
    tell_complaints(runner);
    loop_watch(runner->loop, term_fd(runner->term), POLLIN, readable, runner);
    loop_on_signal(runner->loop, caught, runner);
    loop_on_idle(runner->loop, idle, runner);
    loop_set_wait(runner->loop, wait_for, runner);
    loop_after(runner->loop, TICK_MS, tick, runner);
    loop_run(runner->loop);
    loop_free(&runner->loop);
    frame_deinit(&runner->frame);
    frame_deinit(&runner->column);
}

int runner_run(struct settings *settings, bool display)
{
    struct err_info info = {0};
    struct runner runner = {.settings = settings};
    struct station *station = NULL;
    struct keymap *keys = runner_keymap(settings);
    int status = 1;
    settings->display = display;
    if (station_new(&station, settings, runner_lang(settings), keys, &info))
        fprintf(stderr, "loket: %s\n", info.text);
    else if (open_terminal(&runner)) {
        station_set_display(station, display);
        station_set_terminal(station, term_prints(runner.term), term_copies(runner.term));
        runner.edge = station_edge(station);
        run_loop(&runner);
        status = station_fault(station) ? 1 : 0;
    }
    term_free(&runner.term);
    if (station && station_parting(station))
        fprintf(stderr, "loket: %s\n", station_parting(station));
    if (!info.err && station_fault(station))
        fprintf(stderr, "loket: %s\n", station_fault(station));
    station_free(&station);
    keymap_free(&keys);
    return status;
}

int runner_halls(struct settings *settings, const char *file)
{
    struct err_info info = {0};
    struct runner runner = {.settings = settings};
    struct halls_station *station = NULL;
    struct buf complaints = {0};
    struct keymap *keys = runner_keymap(settings);
    int status = 1;
    if (halls_station_new(&station, settings, file, runner_lang(settings), keys, &complaints, &info))
        fprintf(stderr, "%sloket: %s\n", buf_text(&complaints), info.text);
    else if (open_terminal(&runner)) {
        runner.edge = halls_station_edge(station);
        run_loop(&runner);
        status = 0;
    }
    term_free(&runner.term);
    halls_station_free(&station);
    buf_free(&complaints);
    keymap_free(&keys);
    return status;
}
