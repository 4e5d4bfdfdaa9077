/* screens/form_watch.c: see form_watch.h. The form above, below it what `loket form check` says. A file that cannot be
 * read just now says why; the form stays as it was last. */
#include "screens/form_watch.h"

#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "screens/file_watch.h"
#include "screens/form_paper.h"
#include "screens/runner.h"
#include "screens/themes.h"
#include "tui/funcbar.h"
#include "tui/loop.h"
#include "tui/term.h"
#include "tui/text.h"

enum { FILES_MAX = 5, FINDINGS_SHARE = 3, FINDINGS_ROWS_MIN = 2 };

struct watching {
    struct form_command *command;
    int cols;
    struct file_watch *files;
    struct term *term;
    struct loop *loop;
    struct frame frame;
    int input_timer;
    bool dirty;

    struct form_paper paper; /* the last that could be drawn */
    bool drawn;              /* there is one */
    struct err_info fault; /* why the files as they are now cannot be drawn; no text when a finding says it */
    struct form_findings findings;
    char **lines; /* the findings as they are shown */
    int line_count;
    enum lang lang;
    int page;                     /* the nth visible, from 1 */
    int top;                      /* the first row of the form in view */
    int first;                    /* the first finding in view */
    int form_rows, findings_rows; /* of the last picture: what one page of them is */
};

/* --- reading --- */

/* The name of the file that a pointer of the whole service leads into, and what is left of the pointer. */
static const char *file_of(const struct watching *w, const struct form_paper *paper, const char **pointer)
{
    static const char layout[] = "/form/layout";
    if (paper->layout_at && str_starts(*pointer, layout)) {
        *pointer += strlen(layout);
        return w->command->args[paper->layout_at];
    }
    if (str_starts(*pointer, paper->file.inside))
        *pointer += strlen(paper->file.inside);
    return w->command->args[0];
}

static void forget_findings(struct watching *w)
{
    for (int i = 0; i < w->line_count; i++)
        free(w->lines[i]);
    free(w->lines);
    w->lines = NULL;
    w->line_count = 0;
    form_findings_free(&w->findings);
}

static void note_findings(struct watching *w, const struct form_paper *paper)
{
    forget_findings(w);
    form_verb_findings(&paper->file, &w->findings);
    w->lines = xcalloc((size_t)w->findings.count + 1, sizeof *w->lines);
    for (int i = 0; i < w->findings.count; i++) {
        const char *pointer = w->findings.list[i].pointer;
        char *path = xstrdup(file_of(w, paper, &pointer));
        w->lines[w->line_count++] =
            xasprintf("%s:%s: %s", basename(path), pointer, w->findings.list[i].message);
        free(path);
    }
    w->first = 0;
}

/* Whether a finding says what the fault says, at its place. */
static bool is_told(const struct watching *w)
{
    for (int i = 0; i < w->findings.count; i++)
        if (strstr(w->fault.text, w->findings.list[i].message))
            return true;
    return false;
}

/* A schema that cannot be used still has findings that say where; then the form stays as it was. */
static void read_again(struct watching *w)
{
    struct form_paper fresh;
    struct err_info info = {0};
    file_watch_look(w->files);
    w->dirty = true;
    w->fault = (struct err_info){0};
    if (form_paper_open(w->command->args, w->command->count, lang_code(w->lang), &fresh, &info) == ERR_OK) {
        note_findings(w, &fresh);
        form_paper_free(&w->paper);
        w->paper = fresh;
        w->drawn = true;
        return;
    }
    struct form_paper bare = {.file = {.inside = ""}};
    struct err_info ignored;
    w->fault = info;
    forget_findings(w);
    if (form_file_open(w->command->args[0], &bare.file, &ignored) == ERR_OK)
        note_findings(w, &bare);
    form_file_free(&bare.file);
    if (is_told(w))
        w->fault.text[0] = '\0';
}

/* --- drawing --- */

static int page_count(const struct watching *w)
{
    int pages = w->drawn ? form_paper_pages(&w->paper) : 0;
    return pages > 0 ? pages : 1;
}

static void draw_form(struct watching *w, struct rect area)
{
    int pages = page_count(w);
    w->page = w->page > pages ? pages : w->page;
    int page = w->drawn ? form_paper_page(&w->paper, w->page) : -1;
    area.w = w->cols && w->cols < area.w ? w->cols : area.w;
    if (page < 0)
        return;
    form_paper_head(&w->paper, page, &w->frame, rect_cut_top(&area, 1));
    int hidden = form_paper_rows(&w->paper, page, area.w) - area.h;
    w->top = w->top > hidden ? hidden : w->top;
    w->top = w->top < 0 ? 0 : w->top;
    w->form_rows = area.h;
    form_paper_draw(&w->paper, page, w->top, &w->frame, area);
}

/* How many rows the fault and the findings want at this width. */
static int wanted_rows(const struct watching *w, int cols)
{
    int rows = *w->fault.text ? text_wrap(w->fault.text, cols, NULL, 0) : 0;
    for (int i = 0; i < w->line_count; i++)
        rows += text_wrap(w->lines[i], cols, NULL, 0);
    return rows;
}

static void draw_summary(struct watching *w, struct rect line)
{
    char text[160];
    frame_rule(&w->frame, line);
    rect_cut_left(&line, 1);
    int warnings = w->findings.count - w->findings.broken;
    unsigned look = w->findings.broken || w->fault.err ? STYLE_DANGER : warnings ? STYLE_WARN : STYLE_GOOD;
    if (w->fault.err)
        str_format(
            text, sizeof text, " %s ",
            tr(w->lang, w->drawn ? TR("The file cannot be used as it is; the form is shown as it was before.")
                                 : TR("The file cannot be used as it is.")));
    else if (w->findings.count)
        str_format(text, sizeof text, tr(w->lang, TR(" mistakes: %d · warnings: %d ")), w->findings.broken,
                   warnings);
    else
        str_format(text, sizeof text, " %s ", tr(w->lang, TR("No mistakes found.")));
    text_draw(&w->frame, line, text, look | ATTR_BOLD);
}

static int draw_line(struct watching *w, struct rect *area, const char *text, unsigned look)
{
    int rows = text_draw_wrapped(&w->frame, *area, text, look, 0);
    rect_cut_top(area, rows);
    return rows;
}

static void draw_findings(struct watching *w, struct rect area)
{
    int shown = 0;
    draw_summary(w, rect_cut_top(&area, 1));
    rect_cut_left(&area, 1);
    if (*w->fault.text)
        draw_line(w, &area, w->fault.text, STYLE_DANGER);
    for (int i = w->first; i < w->line_count && !rect_empty(area); i++, shown++)
        draw_line(w, &area, w->lines[i], w->findings.list[i].kind == FORM_BROKEN ? STYLE_TEXT : STYLE_WARN);
    w->findings_rows = shown;
}

static void draw_keys(struct watching *w, struct rect line)
{
    const bool pages = page_count(w) > 1, more = w->findings_rows < w->line_count;
    const struct funcbar_item items[] = {
        {.key = "q", .label = tr(w->lang, TR("leave")), .priority = 5},
        {.key = "←→", .label = tr(w->lang, TR("pages")), .disabled = !pages, .priority = 4},
        {.key = "↑↓", .label = tr(w->lang, TR("scroll")), .priority = 3},
        {.key = "l", .label = lang_name(w->lang), .priority = 4},
        {.key = "m", .label = tr(w->lang, TR("more mistakes")), .disabled = !more, .priority = 2},
        {.key = "r", .label = tr(w->lang, TR("read again")), .priority = 1},
    };
    funcbar_draw(items, sizeof items / sizeof *items, &w->frame, line);
}

static void draw(void *self)
{
    struct watching *w = self;
    if (!w->dirty)
        return;
    w->dirty = false;
    frame_clear(&w->frame);
    struct rect area = frame_area(&w->frame), keys = rect_cut_bottom(&area, 1);
    int most = area.h / FINDINGS_SHARE, wanted = wanted_rows(w, area.w - 1);
    most = most > FINDINGS_ROWS_MIN ? most : FINDINGS_ROWS_MIN;
    if (!w->drawn)
        most = area.h;
    draw_findings(w, rect_cut_bottom(&area, 1 + (wanted < most ? wanted : most)));
    draw_form(w, area);
    draw_keys(w, keys);
    term_present(w->term, &w->frame);
}

/* --- keys --- */

static void turn_page(struct watching *w, int by)
{
    int to = w->page + by;
    if (to < 1 || to > page_count(w))
        return;
    w->page = to;
    w->top = 0;
}

static void next_language(struct watching *w)
{
    w->lang = (enum lang)((w->lang + 1) % LANG_COUNT);
    if (w->drawn)
        form_paper_speak(&w->paper, lang_code(w->lang));
}

/* After the last the first again. */
static void more_findings(struct watching *w)
{
    w->first += w->findings_rows > 0 ? w->findings_rows : 1;
    if (w->first >= w->line_count)
        w->first = 0;
}

static bool is_any(struct key key, const char *const *names)
{
    for (; *names; names++)
        if (key_is(key, *names))
            return true;
    return false;
}

static void on_key(struct watching *w, struct key key)
{
    static const char *const leave[] = {"q", "C-c", "C-q", "Esc", "F10", NULL};
    static const char *const next[] = {"Right", "n", "Tab", "Space", NULL}, *const back[] = {"Left", "p",
                                                                                             "S-Tab", NULL};
    static const char *const up[] = {"Up", "k", NULL}, *const down[] = {"Down", "j", NULL};
    int page = w->form_rows > 1 ? w->form_rows - 1 : 1;
    w->dirty = true;
    if (is_any(key, leave))
        loop_stop(w->loop);
    else if (is_any(key, next) || is_any(key, back))
        turn_page(w, is_any(key, next) ? 1 : -1);
    else if (is_any(key, up) || is_any(key, down))
        w->top += is_any(key, down) ? 1 : -1;
    else if (key_is(key, "PgDn") || key_is(key, "PgUp"))
        w->top += key_is(key, "PgDn") ? page : -page;
    else if (key_is(key, "Home") || key_is(key, "End"))
        w->top = key_is(key, "Home") ? 0 : INT32_MAX;
    else if (key_is(key, "l"))
        next_language(w);
    else if (key_is(key, "m"))
        more_findings(w);
    else if (key_is(key, "r"))
        read_again(w);
    else if (key_is(key, "C-l"))
        term_redraw(w->term);
    else if (key_is(key, "C-z"))
        term_suspend(w->term);
}

/* --- events --- */

static void on_event(struct watching *w, const struct event *event)
{
    w->dirty = true;
    if (event->kind == EVENT_KEY)
        on_key(w, event->key);
    else if (event->kind == EVENT_RESIZE)
        frame_resize(&w->frame, event->w, event->h);
    else if (event->kind == EVENT_CLOSED)
        loop_stop(w->loop);
}

static void read_terminal(struct watching *w);

static void input_late(void *self)
{
    struct watching *w = self;
    w->input_timer = 0;
    read_terminal(w);
}

static void read_terminal(struct watching *w)
{
    struct event event;
    while (term_next(w->term, &event)) {
        on_event(w, &event);
        if (event.kind == EVENT_CLOSED)
            return;
    }
    loop_cancel(w->loop, w->input_timer);
    int wait_ms = term_wait_ms(w->term);
    w->input_timer = wait_ms >= 0 ? loop_after(w->loop, wait_ms, input_late, w) : 0;
}

static void typed(void *self, short revents)
{
    (void)revents;
    read_terminal(self);
}

static void changed(void *self, short revents)
{
    struct watching *w = self;
    (void)revents;
    if (file_watch_read(w->files))
        read_again(w);
}

static void caught(void *self, int number)
{
    struct watching *w = self;
    if (number == SIGTERM || number == SIGHUP || number == SIGINT) {
        loop_stop(w->loop);
        return;
    }
    term_signal(w->term, number);
    read_terminal(w);
}

/* --- the whole --- */

static bool open_terminal(struct watching *w)
{
    char fault[300];
    struct theme theme;
    const struct settings *settings = w->command->settings;
    const struct term_options options = {.ascii = settings && settings->ascii,
                                         .announce_fd = runner_announce_fd()};
    w->term = term_new(&options, fault, sizeof fault);
    if (!w->term) {
        fprintf(w->command->errors, "loket: %s Without --watch the form is printed.\n", fault);
        return false;
    }
    on_fatal(term_restore);
    enum err err = themes_load(settings && settings->theme ? settings->theme : "default", &theme, NULL);
    (void)err; /* then it is the built-in one */
    term_theme(w->term, &theme);
    return true;
}

/* What the form is made of: the files named, and those beside a service in its pack. */
static bool open_files(struct watching *w)
{
    const char *paths[FILES_MAX];
    struct err_info info = {0};
    size_t count = 0;
    for (int i = 0; i < w->command->count; i++) {
        if (strcmp(w->command->args[i], "-") == 0) {
            fputs("loket: --watch needs files by their names, not -\n", w->command->errors);
            return false;
        }
        paths[count++] = w->command->args[i];
    }
    char *copy = xstrdup(paths[0]), *folder = dirname(copy);
    char *common = xasprintf("%s/../common.json", folder), *pack = xasprintf("%s/../pack.json", folder);
    paths[count++] = common;
    paths[count++] = pack;
    enum err err = file_watch_new(paths, count, &w->files, &info);
    free(pack);
    free(common);
    free(copy);
    if (err != ERR_OK)
        fprintf(w->command->errors, "loket: %s\n", info.text);
    return err == ERR_OK;
}

static void run_loop(struct watching *w)
{
    int cols, rows;
    w->loop = loop_new();
    term_size(w->term, &cols, &rows);
    frame_init(&w->frame, cols, rows);
    read_again(w);
    loop_watch(w->loop, term_fd(w->term), POLLIN, typed, w);
    loop_watch(w->loop, file_watch_fd(w->files), POLLIN, changed, w);
    loop_on_signal(w->loop, caught, w);
    loop_on_idle(w->loop, draw, w);
    loop_run(w->loop);
    loop_free(&w->loop);
    frame_deinit(&w->frame);
}

int form_watch_run(struct form_command *command, int cols)
{
    struct watching w = {.command = command, .cols = cols, .page = 1, .lang = LANG_EN};
    lang_find(command->lang, &w.lang);
    bool ok = open_files(&w) && open_terminal(&w);
    if (ok)
        run_loop(&w);
    term_free(&w.term);
    forget_findings(&w);
    form_paper_free(&w.paper);
    file_watch_free(&w.files);
    return ok ? 0 : 2;
}
