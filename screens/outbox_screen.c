/* screens/outbox_screen.c: every record that is not safe yet, in the order in which it goes out: what it is, how old and
 * how large, what became of it, what happens next. Holds the rows around the cursor alone, so that a long one scrolls
 * like a short one. */
#include <stdlib.h>
#include <string.h>

#include "screens/link.h"
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { WINDOW = 200, MARGIN = 50, DETAIL_ROWS = 5, LINES_SMALL = 12, WIDE_FROM = 100 };

struct outbox {
    struct json *data; /* the query "outbox": rows from data.offset on, of data.listed */
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

static int first_row(const struct outbox *self)
{
    return (int)json_int(self->data, "offset", 0);
}

/* NULL: not in the window yet. */
static const struct json *row_at(const struct outbox *self, int index)
{
    int at = index - first_row(self);
    return at < 0 ? NULL : json_at(rows(self), (size_t)at);
}

static int listed(const struct outbox *self)
{
    return (int)json_int(self->data, "listed", first_row(self) + (int64_t)json_count(rows(self)));
}

static void load(const struct outbox *self, struct effects *effects)
{
    struct json *args = json_new_object();
    int from = self->list.selected - WINDOW / 2;
    json_set_int(args, "offset", from < 0 ? 0 : from);
    json_set_int(args, "limit", WINDOW);
    effects_load(effects, "outbox", args);
}

static void ask_file(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("file", tr(ui->lang, TR("Write every unsent record to the file")));
    question_field(question, "loket-outbox.json", false);
    effects_ask(effects, question);
}

/* The rows around the cursor must be here. */
static bool window_ends(const struct outbox *self)
{
    int first = first_row(self), last = first + (int)json_count(rows(self)), at = self->list.selected;
    return (first > 0 && at < first + MARGIN) || (last < listed(self) && at >= last - MARGIN);
}

static bool is_mark(const struct json *row, const char *mark)
{
    return strcmp(json_text_or(row, "mark", "saved"), mark) == 0;
}

/* The first row that is here and has that mark; -1: none. */
static int find_mark(const struct outbox *self, const char *mark)
{
    int at = first_row(self);
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row), at++)
        if (is_mark(row, mark))
            return at;
    return -1;
}

/* What waits is the end of the list: it opens there, else at what the hall refused, and not at this morning's records,
 * which the hall has. */
static void select_first(struct outbox *self)
{
    int waiting = (int)json_int(self->data, "count", 0), at = find_mark(self, waiting ? "saved" : "trouble");
    if (at >= 0)
        list_select(&self->list, at);
    else if (waiting)
        list_select(&self->list, listed(self) - waiting);
}

static void on_data(struct outbox *self, const struct msg *msg, struct effects *effects)
{
    bool first = !self->data;
    json_free(&self->data);
    self->data = json_copy(msg->json);
    list_set_count(&self->list, listed(self));
    if (first)
        select_first(self);
    if (first && window_ends(self))
        load(self, effects);
}

static void outbox_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct outbox *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(self, effects);
    case MSG_DATA:
        return on_data(self, msg, effects);
    case MSG_KEY:
        if (list_key(&self->list, msg->key) && window_ends(self))
            load(self, effects);
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
    return NULL;
}

/* --- a record --- */

enum { MARK, AGE, WHAT, ABOUT, STATE, SIZE, COLUMNS };
struct view {
    const struct outbox *outbox;
    const struct ui *ui;
    bool wide; /* the list has room for what the hall said; else it stands below alone */
};

/* "Wahyuni · P014" */
static const char *about(const struct ui *ui, const struct json *row, char out[GRID_CELL])
{
    const struct json *what = json_get(row, "what");
    const char *parts[] = {json_text_or(what, "person_name", ""), json_text_or(what, "number", ""),
                           json_text_or(what, "case", ""), ""};
    struct buf text = {0};
    if (!*parts[0] && !*parts[1] && !*parts[2])
        parts[3] = show_name(ui, json_get(what, "service_name"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*parts[i])
            buf_addf(&text, "%s%s", text.length ? " · " : "", parts[i]);
    str_copy(out, GRID_CELL, buf_text(&text));
    buf_free(&text);
    return out;
}

static const char *refusal(const struct ui *ui, const struct json *row)
{
    const struct json *refused = json_get(row, "error");
    return show_refusal(ui, json_text(refused, "code"), json_text(refused, "message"));
}

/* Sent, and not answered yet; where nothing is sent any more it waits again. */
static bool is_on_its_way(const struct ui *ui, const struct json *row)
{
    bool stopped = ui->link.state == LINK_FROZEN || ui->link.state == LINK_EXPIRED;
    return !stopped && str_equal(json_text(row, "state"), "sent");
}

/* A few words for the list. */
static const char *state_words(const struct view *view, const struct json *row)
{
    const struct ui *ui = view->ui;
    if (is_mark(row, "trouble"))
        return view->wide ? refusal(ui, row) : tr(ui->lang, TR("not taken"));
    if (is_mark(row, "received"))
        return tr(ui->lang, TR("at the hall"));
    if (is_mark(row, "safe"))
        return tr(ui->lang, TR("safe"));
    return tr(ui->lang, is_on_its_way(ui, row) ? TR("on its way") : TR("waits here"));
}

static const char *state_sentence(const struct ui *ui, const struct json *row)
{
    if (is_mark(row, "trouble"))
        return refusal(ui, row);
    if (is_mark(row, "received"))
        return tr(ui->lang, TR("The hall has it on its disk; with the hall's next backup it is safe."));
    if (is_mark(row, "safe"))
        return tr(ui->lang, TR("It is in a backup of the hall."));
    return tr(ui->lang, is_on_its_way(ui, row) ? TR("Saved on this computer and on its way: no answer yet.")
                                               : TR("Saved on this computer, waits for the hall."));
}

static void on_its_way(const struct ui *ui, char out[LINK_SENTENCE])
{
    int64_t wait_ms = ui->link.retry_ms - ui->now_ms;
    if (ui->link.state == LINK_OFFLINE && wait_ms > 0)
        str_format(out, LINK_SENTENCE,
                   tr(ui->lang, TR("Next try in %d s. F5 tries now; e writes all of them to a file.")),
                   (int)((wait_ms + 999) / 1000));
    else
        str_copy(out, LINK_SENTENCE,
                 tr(ui->lang, TR("It is sent by itself; F5 tries now; e writes it to a file.")));
}

/* What happens next, and what a person can do. */
static void next_sentence(const struct ui *ui, const struct json *row, char out[LINK_SENTENCE])
{
    if (is_mark(row, "trouble"))
        str_copy(out, LINK_SENTENCE,
                 tr(ui->lang, TR("The hall refused it: s shows what can be done. Nothing is lost.")));
    else if (!is_mark(row, "saved"))
        str_copy(out, LINK_SENTENCE, tr(ui->lang, TR("There is nothing to do.")));
    else if (ui->link.state == LINK_EXPIRED)
        str_copy(out, LINK_SENTENCE, tr(ui->lang, TR("Sign in again to send it (Alt-O); it stays yours.")));
    else if (ui->link.state == LINK_FROZEN)
        str_copy(out, LINK_SENTENCE,
                 tr(ui->lang, TR("Nothing is sent from this installation: e writes it to a file.")));
    else
        on_its_way(ui, out);
}

/* --- drawing --- */

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct ui *ui = view->ui;
    const struct json *row = row_at(view->outbox, index);
    char text[SHOW_TEXT];
    out[0] = '\0';
    if (!row)
        return;
    switch (column) {
    case MARK:
        str_copy(out, GRID_CELL, ui_mark(json_text_or(row, "mark", "saved")));
        if (is_mark(row, "trouble") && *look == STYLE_TEXT)
            *look = STYLE_DANGER;
        return;
    case AGE:
        str_copy(out, GRID_CELL, show_age(ui, show_since_ms(ui, json_text(row, "at")), text));
        return;
    case WHAT:
        str_copy(out, GRID_CELL, show_record(ui, json_text_or(row, "type", ""), json_get(row, "body"), text));
        return;
    case ABOUT:
        about(ui, row, out);
        return;
    case SIZE:
        str_copy(out, GRID_CELL, show_size(json_int(row, "bytes", 0), text));
        return;
    default:
        str_copy(out, GRID_CELL, state_words(view, row));
        return;
    }
}

/* "No. 812 · saved 10:00, 2 min ago · 310 B"; with its day when that is not today. */
static void facts_view(const struct view *view, const struct json *row, struct frame *frame, struct rect line)
{
    const struct ui *ui = view->ui;
    char clock[SHOW_TEXT], age[SHOW_TEXT], size[SHOW_TEXT];
    text_drawf(frame, line, STYLE_DIM, tr(ui->lang, TR("No. %d · saved %s, %s ago · %s")),
               (int)json_int(row, "seq", 0), show_moment(ui, json_text(row, "at"), clock),
               show_age(ui, show_since_ms(ui, json_text(row, "at")), age),
               show_size(json_int(row, "bytes", 0), size));
}

static void detail_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct json *row = row_at(view->outbox, view->outbox->list.selected);
    char next[LINK_SENTENCE];
    area = rect_inset(area, 2, 0);
    if (!row)
        return;
    facts_view(view, row, frame, rect_cut_top(&area, 1));
    rect_cut_top(&area, text_draw_wrapped(frame, area, state_sentence(view->ui, row),
                                          is_mark(row, "trouble") ? STYLE_DANGER : STYLE_TEXT, 0));
    next_sentence(view->ui, row, next);
    text_draw_wrapped(frame, area, next, STYLE_DIM, 0);
}

/* "3 records of yours wait · oldest 2 min · 1.4 KiB" */
static void head_view(const struct view *view, struct frame *frame, struct rect line)
{
    const struct ui *ui = view->ui;
    const struct json *data = view->outbox->data;
    int count = (int)json_int(data, "count", 0);
    char text[SHOW_TEXT], place[32];
    struct buf head = {0};
    if (!count)
        buf_adds(&head,
                 tr(ui->lang, find_mark(view->outbox, "trouble") < 0
                                  ? TR("Nothing of yours waits: the hall has it all.")
                                  : TR("Nothing of yours waits; what is marked ! the hall did not take.")));
    else if (count == 1)
        buf_adds(&head, tr(ui->lang, TR("1 record of yours waits")));
    else
        buf_addf(&head, tr(ui->lang, TR("%d records of yours wait")), count);
    if (count && json_text(data, "oldest_at")) {
        buf_adds(&head, " · ");
        buf_addf(&head, tr(ui->lang, TR("oldest %s")),
                 show_age(ui, show_since_ms(ui, json_text(data, "oldest_at")), text));
        buf_addf(&head, " · %s", show_size(json_int(data, "bytes", 0), text));
    }
    rect_cut_left(&line, 1);
    if (listed(view->outbox) > line.h && *list_position(&view->outbox->list, place)) {
        struct rect right = rect_cut_right(&line, text_width(place) + 1);
        text_draw(frame, right, place, STYLE_DIM);
    }
    text_draw(frame, line, buf_text(&head), STYLE_TEXT);
    buf_free(&head);
}

/* What somebody else left here is theirs: neither seen nor sent by who is signed in. */
static void others_view(const struct view *view, struct frame *frame, struct rect *area)
{
    int others = (int)json_int(view->outbox->data, "others", 0);
    if (!others || area->h <= LINES_SMALL || view->ui->link.state == LINK_FROZEN)
        return;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    text_drawf(frame, line, STYLE_DIM,
               tr(view->ui->lang, TR("%d of other people: each goes out when its owner signs in here.")),
               others);
}

static void trouble_view(const struct ui *ui, struct frame *frame, struct rect *area)
{
    char trouble[LINK_SENTENCE];
    if (!*link_sentence(ui, trouble))
        return;
    if (area->h <= LINES_SMALL) /* the records matter more */
        text_draw(frame, rect_inset(rect_cut_top(area, 1), 1, 0), trouble, STYLE_WARN);
    else
        rect_cut_top(area, text_draw_wrapped(frame, rect_inset(*area, 1, 0), trouble, STYLE_WARN, 0));
}

static void outbox_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct outbox *self = data;
    const struct view view = {self, ui, area.w >= WIDE_FROM};
    const struct grid_column columns[COLUMNS] = {
        {"", 2, 0, TEXT_LEFT},
        {tr(ui->lang, TR("age")), 7, 0, TEXT_RIGHT},
        {tr(ui->lang, TR("record")), 24, 0, TEXT_LEFT},
        {tr(ui->lang, TR("about")), 0, 12, TEXT_MIDDLE},
        {tr(ui->lang, TR("state")), view.wide ? 0 : 12, 12, TEXT_LEFT},
        {tr(ui->lang, TR("size")), 9, 0, TEXT_RIGHT},
    };
    struct grid grid = {
        .columns = columns,
        .count = COLUMNS,
        .cell = cell,
        .self = &view,
        .empty = tr(ui->lang, TR("What you save while the hall is away stands here until it is sent."))};
    head_view(&view, frame, rect_cut_top(&area, 1));
    others_view(&view, frame, &area);
    trouble_view(ui, frame, &area);
    struct rect detail = area.h > LINES_SMALL ? rect_cut_bottom(&area, DETAIL_ROWS) : (struct rect){0};
    if (!rect_empty(detail)) {
        frame_rule(frame, rect_cut_top(&detail, 1));
        detail_view(&view, frame, detail);
    }
    rect_cut_right(&area, 1);
    grid_draw(&grid, &self->list, frame, area, true);
}

const struct screen_ops outbox_screen = {.id = SCREEN_OUTBOX,
                                         .new = outbox_new,
                                         .free = outbox_free,
                                         .update = outbox_update,
                                         .view = outbox_view,
                                         .enabled = outbox_enabled};
