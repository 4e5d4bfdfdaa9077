/* screens/outbox_screen.c: every record that is not safe yet: what it is, why, and what a person can do. */
#include <stdlib.h>
#include <string.h>

#include "screens/link.h"
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { ROWS_MAX = 500, DETAIL_ROWS = 5, LINES_SMALL = 12 };

struct outbox {
    struct json *data;
    struct list list;
};

static void *outbox_new(const struct json *args)
{
    (void)args;
    return xcalloc(1, sizeof(struct outbox));
}

static void outbox_free(void *data)
{
    struct outbox *self = data;
    json_free(&self->data);
    free(self);
}

static const struct json *rows(const struct outbox *self)
{
    return json_get(self->data, "rows");
}

static void load(struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_int(args, "after", 0);
    json_set_int(args, "limit", ROWS_MAX);
    effects_load(effects, "outbox", args);
}

static void ask_file(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("file", tr(ui->lang, TR("Write every unsent record to the file")));
    question_field(question, "loket-outbox.json", false);
    effects_ask(effects, question);
}

static void outbox_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct outbox *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(effects);
    case MSG_DATA:
        json_free(&self->data);
        self->data = json_copy(msg->json);
        list_set_count(&self->list, (int)json_count(rows(self)));
        return;
    case MSG_KEY:
        list_key(&self->list, msg->key);
        return;
    case MSG_ACTION:
        if (msg->action == ACTION_BACK)
            effects_back(effects);
        else if (msg->action == ACTION_EXPORT)
            ask_file(ui, effects);
        else if (msg->action == ACTION_DISPUTES || msg->action == ACTION_RESOLVE)
            effects_open(effects, SCREEN_DISPUTES, NULL);
        return;
    case MSG_ANSWERED:
        return effects_add(effects, EFFECT_EXPORT, "outbox", msg->text);
    default:
        return;
    }
}

static const char *outbox_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct outbox *self = data;
    if (action == ACTION_EXPORT && !json_count(rows(self)))
        return TR("Nothing is unsent.");
    if (action == ACTION_DISPUTES || action == ACTION_RESOLVE) {
        if (!screen_ops(SCREEN_DISPUTES) || !ui->link.disputes)
            return TR("The hall refused nothing.");
    }
    return action == ACTION_FILTER ? TR("That is for another screen.") : NULL;
}

/* --- drawing --- */

enum { MARK, TIME, WHAT, ABOUT, STATE };
struct view {
    const struct outbox *outbox;
    const struct ui *ui;
};

static const char *about(const struct json *row, char out[GRID_CELL])
{
    const struct json *what = json_get(row, "what");
    const char *name = json_text_or(what, "person_name", ""), *number = json_text_or(what, "number", "");
    str_format(out, GRID_CELL, "%s%s%s", name, *name && *number ? " · " : "", number);
    return out;
}

static const char *state_text(const struct ui *ui, const struct json *row)
{
    const struct json *refused = json_get(row, "error");
    const char *error = show_refusal(ui, json_text(refused, "code"), json_text(refused, "message"));
    const char *mark = json_text_or(row, "mark", "saved");
    if (*error)
        return error;
    if (strcmp(mark, "received") == 0)
        return tr(ui->lang, TR("received by the hall, not yet copied"));
    if (strcmp(mark, "safe") == 0)
        return tr(ui->lang, TR("safe"));
    return tr(ui->lang, TR("saved on this computer, waits for the hall"));
}

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(rows(view->outbox), (size_t)index);
    char clock[SHOW_TEXT];
    switch (column) {
    case MARK:
        str_copy(out, GRID_CELL, ui_mark(json_text_or(row, "mark", "saved")));
        if (str_equal(json_text(row, "mark"), "trouble") && *look == STYLE_TEXT)
            *look = STYLE_DANGER;
        return;
    case TIME:
        str_copy(out, GRID_CELL, show_clock(json_text(row, "at"), clock));
        return;
    case WHAT:
        str_copy(out, GRID_CELL, show_command(view->ui, json_text_or(row, "type", "")));
        return;
    case ABOUT:
        about(row, out);
        return;
    default:
        str_copy(out, GRID_CELL, state_text(view->ui, row));
        return;
    }
}

static void detail_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct json *row = json_at(rows(view->outbox), (size_t)view->outbox->list.selected);
    area = rect_inset(area, 2, 0);
    if (!row)
        return;
    text_drawf(frame, rect_cut_top(&area, 1), STYLE_DIM, tr(view->ui->lang, TR("record %d · %d bytes")),
               (int)json_int(row, "seq", 0), (int)json_int(row, "bytes", 0));
    rect_cut_top(&area, text_draw_wrapped(frame, area, state_text(view->ui, row), STYLE_TEXT, 0));
    bool refused = str_equal(json_text(row, "mark"), "trouble");
    text_draw_wrapped(
        frame, area,
        tr(view->ui->lang, refused ? TR("The hall refused it: d shows what can be done. Nothing is lost.")
                                   : TR("It is sent by itself; F5 tries now; e writes it to a file.")),
        STYLE_DIM, 0);
}

static void outbox_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct outbox *self = data;
    const struct view view = {self, ui};
    const struct grid_column columns[] = {
        {"", 2, 0, TEXT_LEFT},
        {tr(ui->lang, TR("time")), 6, 0, TEXT_LEFT},
        {tr(ui->lang, TR("record")), 14, 0, TEXT_LEFT},
        {tr(ui->lang, TR("about")), 0, 12, TEXT_LEFT},
        {tr(ui->lang, TR("state")), 0, 20, TEXT_LEFT},
    };
    struct grid grid = {.columns = columns,
                        .count = 5,
                        .cell = cell,
                        .self = &view,
                        .empty = tr(ui->lang, TR("Everything is at the hall: nothing waits here."))};
    char trouble[LINK_SENTENCE];
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    text_drawf(frame, head, STYLE_TEXT, tr(ui->lang, TR("%d records of yours wait · %d of other people")),
               (int)json_int(self->data, "count", 0), (int)json_int(self->data, "others", 0));
    if (*link_sentence(ui, trouble) && area.h <= LINES_SMALL) /* the records matter more */
        text_draw(frame, rect_inset(rect_cut_top(&area, 1), 1, 0), trouble, STYLE_WARN);
    else if (*trouble)
        rect_cut_top(&area, text_draw_wrapped(frame, rect_inset(area, 1, 0), trouble, STYLE_WARN, 0));
    struct rect detail = area.h > 12 ? rect_cut_bottom(&area, DETAIL_ROWS) : (struct rect){0};
    if (!rect_empty(detail)) {
        frame_rule(frame, rect_cut_top(&detail, 1));
        detail_view(&view, frame, detail);
    }
    grid_draw(&grid, &self->list, frame, area, true);
}

const struct screen_ops outbox_screen = {.id = SCREEN_OUTBOX,
                                         .new = outbox_new,
                                         .free = outbox_free,
                                         .update = outbox_update,
                                         .view = outbox_view,
                                         .enabled = outbox_enabled};
