/* screens/worklist_screen.c: applications by what is to be done with them: mine, my agency's, returned, to be
 * confirmed, ready, and by the legal clock, which shouts in words when it runs out. */
#include <stdlib.h>
#include <string.h>

#include "screens/away.h"
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/field.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { ROWS_MAX = 300, FILTER_BYTES = 100, DAY_MS = 24 * 60 * 60 * 1000, NARROW = 60 };

static const struct {
    const char *filter, *label;
} views[] = {
    {"mine", TR("mine")},          {"agency", TR("my agency")}, {"returned", TR("returned")},
    {"confirm", TR("to confirm")}, {"ready", TR("ready")},      {"due", TR("deadlines")},
};
enum { VIEWS = sizeof views / sizeof *views };

struct worklist {
    int view;
    struct json *data;
    struct json *queues; /* of a supervisor: the query "queues", for those that are with a bus */
    int shown[ROWS_MAX]; /* rows that fit the filter */
    struct list list;
    struct field filter;
    bool filtering;
};

static void *worklist_new(const struct json *args)
{
    struct worklist *self = xcalloc(1, sizeof *self);
    field_init(&self->filter, FILTER_BYTES);
    for (int i = 0; i < VIEWS; i++)
        if (str_equal(views[i].filter, json_text(args, "filter")))
            self->view = i;
    return self;
}

static void worklist_free(void *data)
{
    struct worklist *self = data;
    field_deinit(&self->filter);
    json_free(&self->data);
    json_free(&self->queues);
    free(self);
}

static const struct json *row_at(const struct worklist *self, int index)
{
    if (index < 0 || index >= self->list.count)
        return NULL;
    return json_at(json_get(self->data, "rows"), (size_t)self->shown[index]);
}

static const struct json *chosen(const struct worklist *self)
{
    return row_at(self, self->list.selected);
}

/* --- data and filter --- */

static void load(const struct worklist *self, const struct ui *ui, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "filter", views[self->view].filter);
    json_set_null(args, "after");
    json_set_int(args, "limit", ROWS_MAX);
    effects_load(effects, "worklist", args);
    if (ui->session.roles & ROLE_SUPERVISOR)
        effects_load(effects, "queues", NULL);
}

/* What a row is found by: number, service, person, folded. */
static void fold_row(const struct ui *ui, const struct json *row, struct buf *out)
{
    const char *texts[] = {json_text_or(row, "number", ""), show_name(ui, json_get(row, "service_name")),
                           json_text_or(row, "person_name", ""),
                           show_case_state(ui, json_text_or(row, "state", ""))};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        utf8_fold(out, texts[i]);
        buf_addc(out, ' ');
    }
}

static bool fits(const struct ui *ui, const struct json *row, const char *typed)
{
    struct buf row_text = {0}, sought = {0};
    fold_row(ui, row, &row_text);
    utf8_fold(&sought, typed);
    bool found = strstr(buf_text(&row_text), buf_text(&sought)) != NULL;
    buf_free(&row_text);
    buf_free(&sought);
    return found;
}

static void apply_filter(struct worklist *self, const struct ui *ui)
{
    int count = 0, at = 0;
    const struct json *rows = json_get(self->data, "rows");
    for (const struct json *row = json_first(rows); row && at < ROWS_MAX; row = json_next(row), at++)
        if (fits(ui, row, field_text(&self->filter)))
            self->shown[count++] = at;
    list_set_count(&self->list, count);
}

static void turn_view(struct worklist *self, const struct ui *ui, int by, struct effects *effects)
{
    self->view = (self->view + by + VIEWS) % VIEWS;
    json_free(&self->data);
    apply_filter(self, ui);
    list_select(&self->list, 0);
    load(self, ui, effects);
}

/* --- actions --- */

static void open_screen(const struct worklist *self, enum screen_id screen, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "case", json_text_or(chosen(self), "id", ""));
    effects_open(effects, screen, args);
}

static void take(const struct worklist *self, const struct ui *ui, struct effects *effects)
{
    struct json *body = json_new_object(), *to = json_new_object();
    json_set_text(to, "user", ui->session.user);
    json_set_text(body, "case", json_text_or(chosen(self), "id", ""));
    json_set(body, "to", to);
    effects_command(effects, "case.assign", body);
}

static void back(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    if (!self->filtering && !*field_text(&self->filter))
        return effects_back(effects);
    self->filtering = false;
    field_set(&self->filter, "");
    apply_filter(self, ui);
}

static void act(struct worklist *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return back(self, ui, effects);
    case ACTION_FILTER:
        self->filtering = true;
        return;
    case ACTION_NEXT_VIEW:
        return turn_view(self, ui, 1, effects);
    case ACTION_OPEN_FORM:
        return open_screen(self, SCREEN_FORM, effects);
    case ACTION_DECIDE:
        return open_screen(self, SCREEN_DECISION, effects);
    case ACTION_PAPERS:
        return open_screen(self, SCREEN_DOCUMENTS, effects);
    case ACTION_TAKE:
        return take(self, ui, effects);
    case ACTION_QUEUE_BACK:
        return away_ask(self->queues, ui, effects);
    default:
        return;
    }
}

static bool is_draft(const struct json *row)
{
    return str_equal(json_text(row, "state"), "draft") || str_equal(json_text(row, "state"), "returned");
}

static void on_key(struct worklist *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (self->filtering) {
        if (key_is(key, "Enter") || key_is(key, "Tab"))
            self->filtering = false;
        else if (!list_key_below_field(&self->list, key) && field_key(&self->filter, key) == EDIT_CHANGED)
            apply_filter(self, ui);
    } else if (key_is(key, "Tab") || key_is(key, "S-Tab")) {
        turn_view(self, ui, key_is(key, "Tab") ? 1 : -1, effects);
    } else if (key_is(key, "Enter") && chosen(self)) {
        effects_do(effects, is_draft(chosen(self)) ? ACTION_OPEN_FORM : ACTION_DECIDE);
    } else {
        list_key(&self->list, key);
    }
}

static void on_data(struct worklist *self, const struct ui *ui, const struct msg *msg)
{
    struct json **place = str_equal(msg->what, "queues") ? &self->queues : &self->data;
    json_free(place);
    *place = json_copy(msg->json);
    apply_filter(self, ui);
}

static void on_result(const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "queue.home") && str_equal(json_text(msg->json, "status"), "applied"))
        effects_toast(effects, TOAST_GOOD, "%s",
                      tr(ui->lang, TR("The queue is back. What its bus did is taken in when it comes. If the "
                                      "laptop is lost, its people need new passwords.")));
}

static void worklist_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct worklist *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(self, ui, effects);
    case MSG_DATA:
        return on_data(self, ui, msg);
    case MSG_ANSWERED:
        away_answered(self->queues, ui, msg, effects);
        return;
    case MSG_RESULT:
        return on_result(ui, msg, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        if (self->filtering)
            field_paste(&self->filter, msg->text, strlen(msg->text));
        return apply_filter(self, ui);
    default:
        return;
    }
}

static bool typing(const void *data)
{
    return ((const struct worklist *)data)->filtering;
}

static const char *worklist_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct worklist *self = data;
    switch (action) {
    case ACTION_OPEN_FORM:
        return is_draft(chosen(self)) ? NULL : TR("Choose a draft or a returned application.");
    case ACTION_DECIDE:
        return chosen(self) && !is_draft(chosen(self)) ? NULL : TR("Choose a submitted application.");
    case ACTION_PAPERS:
        return chosen(self) ? NULL : TR("Choose an application.");
    case ACTION_TAKE:
        if (!chosen(self))
            return TR("Choose an application.");
        if (str_equal(json_text(chosen(self), "user"), ui->session.user))
            return TR("This application is yours already.");
        return ui->link.state == LINK_ONLINE
                   ? NULL
                   : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
    case ACTION_QUEUE_BACK:
        if (!away_count(self->queues))
            return TR("No queue is with a bus.");
        return ui->link.state == LINK_ONLINE
                   ? NULL
                   : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
    default:
        return NULL;
    }
}

/* --- drawing --- */

enum { DUE, SERVICE, PERSON, STATE, MARK, NUMBER };
struct view {
    const struct worklist *self;
    const struct ui *ui;
};

static int days_until(const struct ui *ui, int64_t ms)
{
    return (int)((time_day_start(ms) - time_day_start(ui->now_ms) + DAY_MS / 2) / DAY_MS);
}

/* What went back waits for the citizen: the day after which it lapses counts, and not the hall's own. */
static const char *answer_text(const struct ui *ui, const struct json *row, char out[GRID_CELL],
                               unsigned *look)
{
    int64_t lapses_ms;
    *look = STYLE_DIM;
    if (!time_parse(json_text_or(row, "lapses_at", ""), &lapses_ms)) {
        str_copy(out, GRID_CELL, tr(ui->lang, TR("waits for an answer")));
        return out;
    }
    int days = days_until(ui, lapses_ms);
    if (days <= 1) {
        *look = STYLE_WARN;
        str_copy(out, GRID_CELL, tr(ui->lang, days == 1 ? TR("! lapses tomorrow") : TR("! lapses today")));
    } else {
        str_format(out, GRID_CELL, tr(ui->lang, TR("lapses in %d days")), days);
    }
    return out;
}

/* The legal clock of one application in words; a sign where it is urgent. */
static const char *due_text(const struct ui *ui, const struct json *row, char out[GRID_CELL], unsigned *look)
{
    int64_t due_ms;
    out[0] = '\0';
    *look = STYLE_DIM;
    if (str_equal(json_text(row, "state"), "returned"))
        return answer_text(ui, row, out, look);
    if (!time_parse(json_text_or(row, "due_at", ""), &due_ms))
        return out;
    int days = days_until(ui, due_ms);
    bool deemed = json_bool(row, "deemed", false), over = due_ms < ui->now_ms && days <= 0;
    const char *text = NULL;
    if (over && deemed)
        text = TR("! deemed granted");
    else if (deemed && days == 0)
        text = TR("! deemed granted today");
    else if (deemed && days == 1)
        text = TR("! deemed granted tomorrow");
    else if (days == 0)
        text = TR("! due today");
    else if (days == 1)
        text = TR("due tomorrow");
    *look = over || (deemed && days <= 1) ? STYLE_DANGER : days <= 1 ? STYLE_WARN : STYLE_DIM;
    if (over && !deemed && days >= -1)
        str_copy(out, GRID_CELL,
                 tr(ui->lang, days ? TR("! over since yesterday") : TR("! over since today")));
    else if (over && !deemed)
        str_format(out, GRID_CELL, tr(ui->lang, TR("! over by %d days")), -days);
    else if (text)
        str_copy(out, GRID_CELL, tr(ui->lang, text));
    else
        str_format(out, GRID_CELL, tr(ui->lang, TR("in %d days")), days);
    return out;
}

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = row_at(view->self, index);
    unsigned own;
    switch (column) {
    case DUE:
        due_text(view->ui, row, out, &own);
        if (*look == STYLE_TEXT)
            *look = own;
        return;
    case SERVICE:
        str_format(out, GRID_CELL, "%s%s%s", show_twin(view->ui, row), *show_twin(view->ui, row) ? " " : "",
                   show_name(view->ui, json_get(row, "service_name")));
        return;
    case PERSON:
        str_copy(out, GRID_CELL, json_text_or(row, "person_name", "–"));
        return;
    case STATE:
        str_copy(out, GRID_CELL, show_case(view->ui, row, &own));
        if (*look == STYLE_TEXT)
            *look = own;
        return;
    case NUMBER:
        str_copy(out, GRID_CELL, json_text_or(row, "number", ""));
        return;
    default:
        str_copy(out, GRID_CELL, ui_mark(json_text(row, "mark")));
        return;
    }
}

/* The lists beside each other; the one that is shown stands out by its sign, too. */
static void views_view(const struct view *view, struct frame *frame, struct rect line)
{
    rect_cut_left(&line, 1);
    if (view->self->filtering || *field_text(&view->self->filter)) {
        rect_cut_left(&line, text_draw(frame, line, "/", STYLE_ACCENT | ATTR_BOLD) + 1);
        struct rect place = rect_cut_left(&line, line.w < 32 ? line.w : 32);
        field_draw(&view->self->filter, frame, place, NULL, view->self->filtering);
        return;
    }
    int kept =
        text_width(tr(view->ui->lang, views[view->self->view].label)) + 4; /* the shown one has its place */
    for (int i = 0; i < VIEWS; i++) {
        bool here = i == view->self->view;
        const char *label = tr(view->ui->lang, views[i].label);
        kept = here ? 0 : kept;
        if (!here && line.w < kept + text_width(label))
            continue;
        if (here)
            rect_cut_left(&line, text_draw(frame, line, "›", STYLE_ACCENT | ATTR_BOLD) + 1);
        rect_cut_left(&line, text_draw(frame, line, label, here ? STYLE_TITLE | ATTR_BOLD : STYLE_DIM) + 2);
    }
}

static const char *empty_text(const struct view *view)
{
    if (!view->self->data)
        return tr(view->ui->lang, TR("The list is being loaded."));
    return *field_text(&view->self->filter) ? tr(view->ui->lang, TR("Nothing fits the filter."))
                                            : tr(view->ui->lang, TR("Nothing is to be done here."));
}

static void worklist_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct worklist *self = data;
    const struct view view = {self, ui};
    const struct grid_column columns[] = {
        {tr(ui->lang, TR("legal clock")), 25, 0, TEXT_LEFT},
        {tr(ui->lang, TR("service")), 0, 12, TEXT_LEFT},
        {tr(ui->lang, TR("person")), 0, 10, TEXT_LEFT},
        {tr(ui->lang, TR("state")), 15, 0, TEXT_LEFT},
        {"", 1, 0, TEXT_LEFT},
        {tr(ui->lang, TR("number")), 18, 0, TEXT_MIDDLE},
    };
    struct grid grid = {.columns = columns,
                        .count = area.w < NARROW ? 2
                                 : area.w < 100  ? 5
                                                 : 6,
                        .cell = cell,
                        .self = &view,
                        .empty = empty_text(&view)};
    char position[32];
    struct rect head = rect_cut_top(&area, 1), count = rect_cut_right(&head, 9);
    rect_cut_right(&count, 1);
    text_draw_as(frame, count, list_position(&self->list, position), STYLE_DIM, TEXT_RIGHT);
    rect_cut_top(&area, away_view(self->queues, ui, frame, area));
    rect_cut_right(&area, 1);
    grid_draw(&grid, &self->list, frame, area, !self->filtering);
    views_view(&view, frame, head);
}

const struct screen_ops worklist_screen = {.id = SCREEN_WORKLIST,
                                           .new = worklist_new,
                                           .free = worklist_free,
                                           .update = worklist_update,
                                           .view = worklist_view,
                                           .enabled = worklist_enabled,
                                           .typing = typing};
