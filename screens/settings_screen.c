/* screens/settings_screen.c: what a person may choose for this workstation, and where its files are. Each change
 * counts at once, or says from when, and is kept for the next start. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/screen.h"
#include "screens/settings.h"
#include "screens/show.h"
#include "tui/list.h"
#include "tui/text.h"

enum { LABEL_W = 22 };

enum row { LANGUAGE, THEME, BELL, MOTION, ASCII, MOUSE, LOCK, COUNTER, TOUR, ROWS };
static const struct {
    const char *name, *label, *hint;
} rows[ROWS] = {
    [LANGUAGE] = {"lang", TR("Language"), NULL},
    [THEME] = {"theme", TR("Colours"), NULL},
    [BELL] = {"bell", TR("Alarms"), TR("calls, parked people whose time has come")},
    [MOTION] = {"motion", TR("Motion"), TR("less: a steady mark in place of a flash")},
    [ASCII] = {"ascii", TR("Plain signs (ASCII)"), TR("from the next start")},
    [MOUSE] = {"mouse", TR("Mouse"), TR("from the next start; then Shift selects text")},
    [LOCK] = {"lock_after_min", TR("Lock when idle"), TR("hides the screen; your password brings it back")},
    [COUNTER] = {"counter", TR("Counter"), NULL},
    [TOUR] = {"tour", TR("Guided tour"), TR("in a training hall, from its first step")},
};
static const int lock_minutes[] = {0, 5, 10, 15, 30, 60};
enum { LOCK_CHOICES = sizeof lock_minutes / sizeof *lock_minutes };

struct settings_state {
    struct json *data; /* the answer to "settings", station.c */
    struct json *counters;
    struct list list;
    bool ask_counter; /* as soon as the counters are here */
    char counter[64]; /* name of the one chosen here, "" none */
};

static void *settings_new(const struct json *args)
{
    (void)args;
    struct settings_state *self = xcalloc(1, sizeof *self);
    list_set_count(&self->list, ROWS);
    return self;
}

static void settings_free(void *data)
{
    struct settings_state *self = data;
    json_free(&self->data);
    json_free(&self->counters);
    free(self);
}

/* --- changing --- */

static void flip(const struct settings_state *self, enum row row, struct effects *effects)
{
    effects_setting(effects, rows[row].name, json_bool(self->data, rows[row].name, false) ? "no" : "yes");
    effects_load(effects, "settings", NULL);
}

static void turn_lock(const struct settings_state *self, int by, struct effects *effects)
{
    int now = (int)json_int(self->data, "lock_after_min", 0), at = 0;
    char text[16];
    for (int i = 0; i < LOCK_CHOICES; i++)
        if (lock_minutes[i] <= now)
            at = i;
    str_format(text, sizeof text, "%d", lock_minutes[(at + by + LOCK_CHOICES) % LOCK_CHOICES]);
    effects_setting(effects, "lock_after_min", text);
    effects_load(effects, "settings", NULL);
}

static enum bell bell_of(const struct settings_state *self)
{
    enum bell bell = BELL_SOUND;
    (void)bell_find(json_text(self->data, "bell"), &bell);
    return bell;
}

static void turn_bell(const struct settings_state *self, int by, struct effects *effects)
{
    effects_setting(effects, "bell",
                    bell_name((enum bell)(((int)bell_of(self) + by + BELL_COUNT) % BELL_COUNT)));
    effects_load(effects, "settings", NULL);
}

static bool is_calm(const struct settings_state *self)
{
    return str_equal(json_text(self->data, "motion"), "less");
}

static void ask_counter(struct settings_state *self, const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("counter", tr(ui->lang, TR("At which counter do you sit? Type to search.")));
    for (const struct json *row = json_first(self->counters); row; row = json_next(row))
        question_item(question, json_text_or(row, "name", ""), json_text_or(row, "id", ""), json_copy(row));
    self->ask_counter = false;
    effects_ask(effects, question);
}

static void change(struct settings_state *self, const struct ui *ui, int by, struct effects *effects)
{
    (void)ui;
    switch ((enum row)self->list.selected) {
    case LANGUAGE:
        return effects_do(effects, ACTION_NEXT_LANG);
    case THEME:
        effects_do(effects, ACTION_NEXT_THEME);
        return;
    case BELL:
        return turn_bell(self, by, effects);
    case MOTION:
        effects_setting(effects, "motion", is_calm(self) ? "full" : "less");
        return effects_load(effects, "settings", NULL);
    case ASCII:
    case MOUSE:
        return flip(self, (enum row)self->list.selected, effects);
    case LOCK:
        return turn_lock(self, by, effects);
    case COUNTER:
        self->ask_counter = true;
        return effects_load(effects, "accounts", NULL);
    case TOUR:
        return effects_do(effects, ACTION_TOUR_AGAIN);
    case ROWS:
        return;
    }
}

static void on_data(struct settings_state *self, const struct ui *ui, const struct msg *msg,
                    struct effects *effects)
{
    bool accounts = str_equal(msg->what, "accounts");
    struct json **place = accounts ? &self->counters : &self->data;
    json_free(place);
    *place = json_copy(accounts ? json_get(msg->json, "counters") : msg->json);
    if (accounts && self->ask_counter)
        ask_counter(self, ui, effects);
}

static void settings_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct settings_state *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return effects_load(effects, "settings", NULL);
    case MSG_DATA:
        return on_data(self, ui, msg, effects);
    case MSG_KEY:
        if (key_is(msg->key, "Enter") || key_is(msg->key, "Space") || key_is(msg->key, "Right"))
            change(self, ui, 1, effects);
        else if (key_is(msg->key, "Left"))
            change(self, ui, -1, effects);
        else
            list_key(&self->list, msg->key);
        return;
    case MSG_ACTION:
        if (msg->action == ACTION_BACK)
            effects_back(effects);
        else if (msg->action == ACTION_PEOPLE)
            effects_open(effects, SCREEN_PEOPLE, NULL);
        else if (msg->action == ACTION_ACCOUNT)
            effects_open(effects, SCREEN_ACCOUNT, NULL);
        return;
    case MSG_ANSWERED:
        str_copy(self->counter, sizeof self->counter, json_text_or(msg->json, "name", ""));
        return effects_setting(effects, "counter", msg->text ? msg->text : "");
    default:
        return;
    }
}

/* --- drawing --- */

struct view {
    const struct settings_state *self;
    const struct ui *ui;
};

static const char *const bells[BELL_COUNT] = {TR("off"), TR("sound"), TR("flash"), TR("sound and flash")};

static const char *value(const struct view *view, enum row row, char out[SHOW_TEXT])
{
    const struct json *data = view->self->data;
    enum lang lang = view->ui->lang;
    int minutes = (int)json_int(data, "lock_after_min", 0);
    switch (row) {
    case LANGUAGE:
        return lang_name(lang);
    case THEME:
        return json_text_or(data, "theme", "default");
    case BELL:
        return tr(lang, bells[bell_of(view->self)]);
    case MOTION:
        return tr(lang, is_calm(view->self) ? TR("less") : TR("full"));
    case LOCK:
        if (!minutes)
            return tr(lang, TR("never"));
        str_format(out, SHOW_TEXT, tr(lang, TR("after %d min")), minutes);
        return out;
    case COUNTER:
        if (*view->self->counter)
            return view->self->counter;
        return *view->ui->session.counter_name ? view->ui->session.counter_name : "–";
    case TOUR:
        return tr(lang, TR("begin"));
    default:
        return json_bool(data, rows[row].name, false) ? tr(lang, TR("yes")) : tr(lang, TR("no"));
    }
}

static void row_view(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = data;
    char text[SHOW_TEXT];
    struct rect sign = rect_cut_left(&area, 2);
    text_draw(frame, sign, look == STYLE_TEXT ? " " : "›", look);
    struct rect label = rect_cut_left(&area, area.w > 2 * LABEL_W ? LABEL_W : area.w / 2);
    text_draw(frame, label, tr(view->ui->lang, rows[row].label), look);
    rect_cut_left(&area, text_draw(frame, area, value(view, (enum row)row, text),
                                   look == STYLE_TEXT ? STYLE_TEXT | ATTR_BOLD : look) +
                             2);
    if (rows[row].hint)
        text_draw(frame, area, tr(view->ui->lang, rows[row].hint), look == STYLE_TEXT ? STYLE_DIM : look);
}

static void fact(const struct view *view, const char *label, const char *member, struct frame *frame,
                 struct rect *area)
{
    struct rect line = rect_cut_top(area, 1);
    const char *text = json_text_or(view->self->data, member, "");
    rect_cut_left(&line, 2);
    struct rect name = rect_cut_left(&line, line.w > 2 * LABEL_W ? LABEL_W : line.w / 3);
    text_draw(frame, name, label, STYLE_DIM);
    text_draw_as(frame, line, *text ? text : "–", STYLE_TEXT, TEXT_MIDDLE);
}

static void files_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum lang lang = view->ui->lang;
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    show_heading(frame, head, tr(lang, TR("This workstation")));
    fact(view, tr(lang, TR("hall")), "hall", frame, &area);
    fact(view, tr(lang, TR("own data")), "data", frame, &area);
    fact(view, tr(lang, TR("settings file")), "config", frame, &area);
    fact(view, tr(lang, TR("log")), "log", frame, &area);
    fact(view, tr(lang, TR("version")), "version", frame, &area);
    struct rect line = rect_cut_top(&area, 1);
    rect_cut_left(&line, 2);
    text_draw(frame, line, tr(lang, TR("? shows every key; [keys] of the settings file changes them.")),
              STYLE_DIM);
}

static void settings_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct settings_state *self = data;
    const struct view view = {self, ui};
    const struct list_rows draw = {.draw = row_view, .self = &view};
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    text_draw(frame, head, tr(ui->lang, TR("Enter or → changes what is chosen.")), STYLE_DIM);
    list_draw(&self->list, &draw, frame, rect_cut_top(&area, ROWS), true);
    rect_cut_top(&area, 1);
    files_view(&view, frame, area);
}

const struct screen_ops settings_screen = {.id = SCREEN_SETTINGS,
                                           .new = settings_new,
                                           .free = settings_free,
                                           .update = settings_update,
                                           .view = settings_view};
