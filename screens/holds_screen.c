/* screens/holds_screen.c: what waits for a supervisor's hand, in one list: requests to close a counter with what that would
 * do, counters that nobody attends, and everyone who is parked. Requests are answered as everywhere (app_notice.c). */
#include <stdlib.h>

#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum part { REQUEST, UNATTENDED, PARKED, PARTS };

struct holds {
    struct json *data; /* the query "holds"; NULL before the first */
    struct list list;
    char about[64]; /* id of the row that is asked about */
};

static void *holds_new(const struct json *args)
{
    (void)args;
    return xcalloc(1, sizeof(struct holds));
}

static void holds_free(void *data)
{
    struct holds *self = data;
    json_free(&self->data);
    free(self);
}

static const struct json *rows_of(const struct holds *self, enum part part)
{
    static const char *const names[PARTS] = {"closures", "unattended", "parked"};
    return json_get(self->data, names[part]);
}

/* The row at a line of the list, and what it is. NULL: none. */
static const struct json *row_at(const struct holds *self, int line, enum part *part)
{
    for (int p = 0; p < PARTS; p++) {
        int count = (int)json_count(rows_of(self, (enum part)p));
        *part = (enum part)p;
        if (line < count)
            return json_at(rows_of(self, (enum part)p), (size_t)line);
        line -= count;
    }
    return NULL;
}

static const struct json *chosen(const struct holds *self, enum part wanted)
{
    enum part part;
    const struct json *row = row_at(self, self->list.selected, &part);
    return row && part == wanted ? row : NULL;
}

/* --- messages --- */

static void ask_reason(struct holds *self, const struct ui *ui, const struct json *row, const char *id,
                       const char *text, struct effects *effects)
{
    struct json *question = question_new(id, tr(ui->lang, text));
    str_copy(self->about, sizeof self->about, json_text_or(row, "id", ""));
    question_field(question, "", false);
    question_keep(question);
    effects_ask(effects, question);
}

static void close_counter(const struct holds *self, const char *reason, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "counter", self->about);
    json_set_text(body, "reason", reason);
    effects_command(effects, "counter.close", body);
}

static void put_back(const struct holds *self, const char *note, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", self->about);
    for (const struct json *row = json_first(rows_of(self, PARKED)); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), self->about))
            json_set_int(body, "gen", json_int(row, "gen", 0));
    json_set_text(body, "note", note);
    effects_command(effects, "ticket.return", body);
}

static void act(struct holds *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return effects_back(effects);
    case ACTION_FREE_COUNTER:
        return ask_reason(self, ui, chosen(self, UNATTENDED), "free",
                          TR("Close it, so that somebody else may open it: why?"), effects);
    case ACTION_PUT_BACK:
        return ask_reason(self, ui, chosen(self, PARKED), "back",
                          TR("Back into the queue at the place they had: why?"), effects);
    default:
        return;
    }
}

static void on_key(struct holds *self, struct key key, struct effects *effects)
{
    const struct json *request = key_is(key, "Enter") ? chosen(self, REQUEST) : NULL;
    if (request)
        effects_attend(effects, json_text_or(request, "id", ""));
    else
        list_key(&self->list, key);
}

static void take_data(struct holds *self, const struct json *json)
{
    int count = 0;
    json_free(&self->data);
    self->data = json_copy(json);
    for (int p = 0; p < PARTS; p++)
        count += (int)json_count(rows_of(self, (enum part)p));
    list_set_count(&self->list, count);
}

static void holds_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct holds *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return effects_load(effects, "holds", NULL);
    case MSG_DATA:
        return take_data(self, msg->json);
    case MSG_KEY:
        return on_key(self, msg->key, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        if (str_equal(msg->what, "free"))
            return close_counter(self, msg->text, effects);
        return put_back(self, msg->text, effects);
    case MSG_RESULT:
        if (str_equal(json_text(msg->json, "status"), "applied"))
            effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Recorded.")));
        return;
    default:
        return;
    }
}

static const char *holds_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct holds *self = data;
    if (action == ACTION_PUT_BACK)
        return chosen(self, PARKED) ? NULL : TR("Choose somebody who is parked.");
    if (action != ACTION_FREE_COUNTER)
        return NULL;
    if (!chosen(self, UNATTENDED))
        return TR("Choose a counter that nobody attends.");
    return ui->link.state == LINK_ONLINE
               ? NULL
               : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
}

/* --- drawing --- */

enum { WHAT, WHO, SINCE, UNTIL, WHY, COLUMNS };
enum { DETAIL_ROWS = 3 };
struct view {
    const struct holds *self;
    const struct ui *ui;
};

/* "wants to close", "unattended", "P014 parked": a sign where it cannot wait. */
static void what_cell(const struct view *view, const struct json *row, enum part part, char out[GRID_CELL],
                      unsigned *look)
{
    const struct ui *ui = view->ui;
    char counter[SHOW_TEXT];
    bool urgent = part != PARKED || json_bool(row, "overdue", false);
    str_format(counter, sizeof counter, tr(ui->lang, TR("counter %s")),
               json_text_or(row, part == UNATTENDED ? "name" : "counter_name", "…"));
    str_format(out, GRID_CELL, "%s %s", urgent ? "!" : " ",
               part == PARKED ? json_text_or(row, "number", "…") : counter);
    if (urgent && *look == STYLE_TEXT)
        *look = part == UNATTENDED ? STYLE_DANGER : STYLE_WARN;
}

static int64_t since_ms(const struct view *view, const struct json *row, enum part part)
{
    if (part == UNATTENDED)
        return json_int(row, "unattended_ms", 0);
    return show_since_ms(view->ui, json_text(row, part == PARKED ? "held_at" : "at"));
}

/* "fetches a paper"; "wants to close: P 24 → 52 min"; "nobody is there". */
static void why_cell(const struct view *view, const struct json *row, enum part part, char out[GRID_CELL])
{
    const struct ui *ui = view->ui;
    const struct json *effects = json_get(row, "effect");
    struct buf text = {0};
    if (part == UNATTENDED) {
        str_copy(out, GRID_CELL, tr(ui->lang, TR("nobody is heard of there")));
        return;
    }
    if (part == PARKED) {
        str_copy(out, GRID_CELL, show_hold_reason(ui, json_text(row, "hold_reason")));
        return;
    }
    buf_addf(&text, tr(ui->lang, TR("wants to close: %s")), show_close_reason(ui, json_text(row, "reason")));
    for (const struct json *one = json_first(effects); one; one = json_next(one)) {
        char part_text[SHOW_TEXT];
        str_format(part_text, sizeof part_text, tr(ui->lang, TR("%s %d → %d min")),
                   json_text_or(one, "code", ""), (int)json_int(one, "before_min", 0),
                   (int)json_int(one, "after_min", 0));
        buf_addf(&text, " · %s", part_text);
    }
    str_copy(out, GRID_CELL, buf_text(&text));
    buf_free(&text);
}

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    enum part part;
    const struct json *row = row_at(view->self, index, &part);
    char text[SHOW_TEXT];
    switch (column) {
    case WHAT:
        return what_cell(view, row, part, out, look);
    case WHO:
        str_copy(out, GRID_CELL, json_text_or(row, "user_name", "–"));
        return;
    case SINCE:
        str_copy(out, GRID_CELL, show_minutes(view->ui, since_ms(view, row, part), text));
        return;
    case UNTIL:
        str_copy(out, GRID_CELL,
                 show_clock(json_text(row, part == PARKED    ? "held_until"
                                           : part == REQUEST ? "from"
                                                             : ""),
                            text));
        if (json_bool(row, "overdue", false) && *look == STYLE_TEXT)
            *look = STYLE_WARN;
        return;
    default:
        return why_cell(view, row, part, out);
    }
}

/* The chosen one's words whole, where a column has no room for them. */
static void detail_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum part part;
    const struct json *row = row_at(view->self, view->self->list.selected, &part);
    char text[GRID_CELL];
    frame_rule(frame, rect_cut_top(&area, 1));
    if (!row)
        return;
    why_cell(view, row, part, text);
    text_draw_wrapped(frame, area, text, part == REQUEST ? STYLE_ACCENT : STYLE_TEXT, 0);
}

static void holds_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    struct view view = {data, ui};
    const struct grid_column columns[COLUMNS] = {
        [WHAT] = {.title = "", .w = 14},
        [WHO] = {.title = tr(ui->lang, TR("whose")), .w = 16},
        [SINCE] = {.title = tr(ui->lang, TR("since")), .w = 8, .align = TEXT_RIGHT},
        [UNTIL] = {.title = tr(ui->lang, TR("until")), .w = 7, .align = TEXT_RIGHT},
        [WHY] = {.title = tr(ui->lang, TR("because")), .w_min = 20},
    };
    const struct grid grid = {
        .columns = columns,
        .count = COLUMNS,
        .cell = cell,
        .self = &view,
        .empty = tr(ui->lang, TR("Nobody is parked, every counter is attended, none wants to close."))};
    if (!view.self->data)
        return;
    rect_cut_left(&area, 1);
    rect_cut_right(&area, 1);
    detail_view(&view, frame, rect_cut_bottom(&area, DETAIL_ROWS));
    grid_draw(&grid, &view.self->list, frame, area, true);
}

const struct screen_ops holds_screen = {.id = SCREEN_HOLDS,
                                        .new = holds_new,
                                        .free = holds_free,
                                        .update = holds_update,
                                        .view = holds_view,
                                        .enabled = holds_enabled,
                                        .awaits = true};
