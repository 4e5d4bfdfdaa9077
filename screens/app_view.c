/* screens/app_view.c: draws everything: the title line, the screen, and what lies below and above it. */
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"
#include "screens/link.h"
#include "screens/show.h"
#include "screens/training_word.h"
#include "tui/funcbar.h"
#include "tui/text.h"

enum {
    NAME_WHOLE_FROM = 100, /* columns */
    READ_W = 160,          /* wider than this an eye loses the line between a name and its state */
};

/* What is read stands in the middle of a screen that is wider. */
static struct rect readable(struct rect area)
{
    return area.w > READ_W ? rect_inset(area, (area.w - READ_W) / 2, 0) : area;
}

/* --- the title line --- */

/* "◐ copying the hall ████░░░░ 52 %": typing goes on meanwhile. */
static void copying_text(const struct ui *ui, char out[120])
{
    enum { CELLS = 8 };
    const struct link *link = &ui->link;
    int64_t part = link->total > 0 && link->done <= link->total ? link->done : 0;
    int cells = link->total > 0 ? (int)(CELLS * part / link->total) : 0;
    int percent = link->total > 0 ? (int)(100 * part / link->total) : 0;
    str_format(out, 120, "◐ %s %.*s%.*s %d %%", tr(ui->lang, TR("copying the hall")), 3 * cells, "████████",
               3 * (CELLS - cells), "░░░░░░░░", percent);
}

/* One sign and few words: is everything safe, is anything wrong. */
static unsigned link_text(const struct ui *ui, char out[120])
{
    const struct link *link = &ui->link;
    char since[SHOW_TEXT];
    show_since(ui, link->since_ms, since);
    int unsent = (int)link->unsent;
    switch (link->state) {
    case LINK_NONE:
        out[0] = '\0';
        return STYLE_DIM;
    case LINK_CONNECTING:
        str_format(out, 120, "○ %s", tr(ui->lang, TR("connecting")));
        return STYLE_DIM;
    case LINK_COPYING:
        copying_text(ui, out);
        return STYLE_DIM;
    case LINK_EXPIRED:
        str_format(out, 120, "! %s",
                   tr(ui->lang, unsent ? TR("Sign in to send 1 record") : TR("Sign in again")));
        if (unsent > 1)
            str_format(out, 120, tr(ui->lang, TR("! Sign in to send %d records")), unsent);
        return STYLE_DANGER;
    case LINK_FROZEN:
        str_format(out, 120, "! %s", tr(ui->lang, TR("needs an administrator")));
        return STYLE_DANGER;
    case LINK_OFFLINE:
        str_format(out, 120, tr(ui->lang, TR("○ Offline since %s · %d unsent")), since, unsent);
        return STYLE_WARN;
    case LINK_ONLINE:
        break;
    }
    if (link->contested) {
        str_format(out, 120, "! %s", tr(ui->lang, TR("Two decisions: supervisor")));
        return STYLE_DANGER;
    }
    if (link->disputes) {
        str_format(out, 120, "! %s", tr(ui->lang, TR("1 record needs attention")));
        if (link->disputes != 1)
            str_format(out, 120, tr(ui->lang, TR("! %d records need attention")), (int)link->disputes);
        return STYLE_DANGER;
    }
    if (unsent) {
        str_format(out, 120, tr(ui->lang, TR("○ sending %d")), unsent);
        return STYLE_DIM;
    }
    if (link_clock_text(ui, out))
        return STYLE_WARN;
    str_format(out, 120, "● %s", tr(ui->lang, TR("all safe")));
    return STYLE_GOOD;
}

static char *title_text(const struct app *app)
{
    const struct layer *top = app_shown(app);
    if (app->lock)
        return xstrdup(tr(app->ui.lang, TR("Locked")));
    char *own = top && top->ops->title ? top->ops->title(top->self, &app->ui) : NULL;
    if (own)
        return own;
    return xstrdup(top ? tr(app->ui.lang, screen_info(top->ops->id)->title) : "Loket");
}

static void right_of(struct rect *line, struct frame *frame, const char *text, unsigned look)
{
    if (!*text)
        return;
    struct rect place = rect_cut_right(line, text_width(text) + 1);
    text_draw(frame, place, text, look);
    rect_cut_right(line, 2);
}

/* "Aysel Məmmədova" where there is room, else "Aysel M." */
static const char *user_name(const char *name, int w, char out[128])
{
    const char *last = strrchr(name, ' ');
    if (w >= NAME_WHOLE_FROM || !last || last == name)
        return name;
    size_t first = strcspn(name, " "), initial = text_grapheme(last + 1, strlen(last + 1), NULL);
    str_format(out, 128, "%.*s %.*s.", (int)first, name, (int)initial, last + 1);
    return out;
}

static void title_view(const struct app *app, int64_t now_ms, struct frame *frame, struct rect line)
{
    char state[120], clock[CLOCK_TEXT], name[128];
    const struct ui *ui = &app->ui;
    unsigned look = link_text(ui, state);
    time_clock(now_ms, clock);
    if (ui->training)
        (void)training_place(ui->lang, ui->column, &line);
    rect_cut_left(&line, 1);
    right_of(&line, frame, state, look);
    right_of(&line, frame, clock, STYLE_TITLE);
    if (line.w > 44)
        right_of(&line, frame, user_name(ui->session.name, frame->w, name), STYLE_DIM);
    char *title = title_text(app);
    text_draw(frame, line, title, STYLE_TITLE | ATTR_BOLD);
    free(title);
}

/* --- the action line --- */

/* While typing, a letter would not act: the action's other key is shown, or it is left out. */
static bool bar_key(const struct app *app, enum action action, struct key *press, char out[KEY_NAME])
{
    for (int nth = 0; nth < KEYMAP_KEYS; nth++) {
        struct key key = keymap_key(app->ui.keys, action, nth);
        if (key.code == K_NONE)
            return false;
        if (!app_typing(app) || !key_types(key)) {
            key_label(key, out);
            *press = key;
            return true;
        }
    }
    return false;
}

static void bar_view(const struct app *app, struct frame *frame, struct rect line)
{
    struct funcbar_item items[FUNCBAR_ITEMS];
    char keys[FUNCBAR_ITEMS][KEY_NAME];
    enum action actions[ACTION_COUNT];
    int count = 0, all = app_help_actions(app, actions);
    for (int i = 0; i < all && count < FUNCBAR_ITEMS; i++) {
        const struct action_info *info = action_info(actions[i]);
        struct key press;
        if (info->screens & OFF_BAR || app_enabled(app, actions[i]) ||
            !bar_key(app, actions[i], &press, keys[count]))
            continue;
        items[count] = (struct funcbar_item){.key = keys[count],
                                             .label = tr(app->ui.lang, info->label),
                                             .press = press,
                                             .priority = actions[i] == ACTION_HELP ? 1 : 0};
        count++;
    }
    funcbar_draw(items, count, frame, line);
}

/* What was typed while the hall is asked, and the way out. */
static void ahead_view(const struct app *app, struct frame *frame, struct rect line)
{
    char names[AHEAD_NAMES];
    const struct funcbar_item items[] = {
        {.key = app_ahead_names(app, names), .label = tr(app->ui.lang, TR("waits for the hall's answer"))},
        {.key = "Esc", .label = tr(app->ui.lang, TR("drop it")), .priority = 1}};
    funcbar_draw(items, sizeof items / sizeof *items, frame, line);
}

/* Over the help or the palette, no other key acts. */
static void back_view(const struct app *app, struct frame *frame, struct rect line)
{
    const struct funcbar_item item = {
        .key = "Esc", .label = tr(app->ui.lang, TR("back")), .press = {.code = K_ESC}};
    funcbar_draw(&item, 1, frame, line);
}

/* --- help and palette --- */

/* "Ctrl-P", "? F1": all keys of an action as the other lines write them. */
static const char *key_labels(const struct app *app, enum action action, char out[64])
{
    char label[KEY_NAME];
    out[0] = '\0';
    for (int nth = 0; nth < KEYMAP_KEYS; nth++) {
        struct key key = keymap_key(app->ui.keys, action, nth);
        if (key.code == K_NONE)
            break;
        size_t length = strlen(out);
        str_format(out + length, 64 - length, "%s%s", nth ? " " : "", key_label(key, label));
    }
    return out;
}

static void help_view(const struct app *app, struct frame *frame, struct rect area)
{
    enum action actions[ACTION_COUNT];
    struct help_row rows[ACTION_COUNT + 2];
    char keys[ACTION_COUNT][64];
    int count = app_help_actions(app, actions), n = 0;
    bool general = false;
    rows[n++] = (struct help_row){.label = tr(app->ui.lang, screen_info(app_screen(app))->title)};
    for (int i = 0; i < count; i++) {
        const struct action_info *info = action_info(actions[i]);
        if (!general && (info->screens & IN_WORK) == IN_WORK) {
            rows[n++] = (struct help_row){.label = tr(app->ui.lang, TR("Everywhere"))};
            general = true;
        }
        rows[n++] = (struct help_row){.keys = key_labels(app, actions[i], keys[i]),
                                      .label = tr(app->ui.lang, info->label),
                                      .text = tr(app->ui.lang, info->help),
                                      .why_not = app_enabled(app, actions[i])};
    }
    help_draw(&app->help, rows, n, frame, area);
}

/* --- everything --- */

static void body_view(const struct app *app, struct frame *frame, struct rect area)
{
    const struct layer *top = app_shown(app);
    if (app->help_open || app->palette_open)
        area = rect_inset(area, 1, 0); /* a column of air */
    if (app->help_open) {
        help_view(app, frame, area);
    } else if (app->palette_open) {
        app_palette_view(app, frame, area);
    } else if (top) {
        top->ops->view(top->self, &app->ui, frame, area);
    }
}

/* The hall's display is seen from far away and has nobody before it, the survey a citizen: no lines of ours but that
 * the clerk is wanted. */
static bool is_whole(const struct app *app)
{
    return app_handed(app) || (app_screen(app) == SCREEN_DISPLAY && !app->help_open && !app->ask);
}

/* The rule above the action line. What is read aloud has the word in its first line already. */
static void rule_view(const struct app *app, struct frame *frame, struct rect rule)
{
    frame_rule(frame, rule);
    if (app->ui.training && !app->ui.column)
        training_in_rule(app->ui.lang, frame, readable(rule));
}

/* A screen that draws all of itself; in a training hall but its first row. */
static void whole_view(const struct app *app, int64_t now_ms, struct frame *frame, struct rect area)
{
    if (app->ui.training)
        rect_cut_top(&area, 1);
    app_shown(app)->ops->view(app_shown(app)->self, &app->ui, frame, area);
    if (app_handed(app))
        app_notice_handed_view(app, now_ms, frame, rect_row(area, 1));
}

/* Toasts, questions and lists may hold names: none is drawn. */
static void locked_view(const struct app *app, struct frame *frame, struct rect area)
{
    struct rect bottom = rect_cut_bottom(&area, 1);
    rule_view(app, frame, rect_cut_bottom(&area, 1));
    app_lock_view(app, frame, readable(area), readable(bottom));
}

static void all_view(const struct app *app, int64_t now_ms, struct frame *frame)
{
    struct rect area = frame_area(frame);
    frame_clear(frame);
    if (!app->lock && is_whole(app))
        return whole_view(app, now_ms, frame, area);
    title_view(app, now_ms, frame, readable(rect_cut_top(&area, 1)));
    app_notice_view(app, now_ms, frame, rect_cut_top(&area, 1));
    if (app->lock)
        return locked_view(app, frame, area);
    int lines = app->ask && !app_is_held(app) ? ask_lines(app->ask, readable(area).w) : 1;
    struct rect bottom = rect_cut_bottom(&area, lines < area.h - 1 ? lines : area.h - 1);
    rule_view(app, frame, rect_cut_bottom(&area, 1));
    area = readable(area);
    bottom = readable(bottom);
    app_tour_view(app, frame, &area);
    if (toast_shown(&app->toast, now_ms))
        toast_draw(&app->toast, now_ms, frame, rect_cut_bottom(&area, toast_lines(&app->toast, area.w)));
    app_taken_view(app, frame, &area);
    app_talk_view(app, frame, &area);
    body_view(app, frame, area);
    if (app_is_held(app)) {
        frame->target_count = 0;
        app_held_view(app, frame, bottom);
    } else if (app->ask) {
        frame->target_count = 0; /* what is above a question gets no keys */
        ask_view(app->ask, &app->ui, frame, bottom);
    } else if (app->ahead_count)
        ahead_view(app, frame, bottom);
    else if (app->help_open || app->palette_open)
        back_view(app, frame, bottom);
    else
        bar_view(app, frame, bottom);
}

/* Last, so that nothing lies over the word. */
void app_view(const struct app *app, int64_t now_ms, struct frame *frame)
{
    const struct ui *ui = &app->ui;
    struct rect line = rect_row(frame_area(frame), 0);
    all_view(app, now_ms, frame);
    if (!ui->training)
        return;
    if (app->lock || !is_whole(app)) {
        line = readable(line);
        line = training_place(ui->lang, ui->column, &line);
    }
    training_draw(ui->lang, frame, line);
}
