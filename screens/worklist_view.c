/* screens/worklist_view.c: how the worklist looks: its lists by name, and the rows with the legal clock, which shouts in
 * words when it runs out. */
#include <string.h>

#include "screens/away.h"
#include "screens/show.h"
#include "screens/worklist.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, NARROW = 60, WIDE = 120, PREVIEW = 42, LABEL = 15 };

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

static int64_t missing_of(const struct json *row, const char *what)
{
    return json_int(json_get(json_get(row, "arrival"), "missing"), what, 0);
}

/* No clock runs yet for what another system left: when it came, and how much is missing in it. */
static const char *arrival_text(const struct ui *ui, const struct json *row, char out[GRID_CELL])
{
    char at[SHOW_TEXT];
    int64_t missing = missing_of(row, "fields") + missing_of(row, "papers");
    const char *came = json_text(json_get(row, "arrival"), "at");
    if (!came)
        return out;
    str_copy(out, GRID_CELL, show_moment(ui, came, at));
    if (missing > 0) {
        size_t length = strlen(out);
        str_copy(out + length, GRID_CELL - length, " · ");
        length = strlen(out);
        str_format(out + length, GRID_CELL - length, tr(ui->lang, TR("missing: %d")), (int)missing);
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
        return arrival_text(ui, row, out);
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
    const struct json *row = worklist_row(view->self, index);
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
        rect_cut_left(&line, 2);
        char taken[160];
        text_draw(frame, line, worklist_filter_text(view->ui, field_text(&view->self->filter), taken),
                  STYLE_DIM);
        return;
    }
    int kept = text_width(tr(view->ui->lang, worklist_views[view->self->view].label)) +
               4; /* the shown one has its place */
    for (int i = 0; i < worklist_view_count; i++) {
        bool here = i == view->self->view;
        const char *label = tr(view->ui->lang, worklist_views[i].label);
        kept = here ? 0 : kept;
        if (!here && line.w < kept + text_width(label))
            continue;
        if (here)
            rect_cut_left(&line, text_draw(frame, line, "›", STYLE_ACCENT | ATTR_BOLD) + 1);
        rect_cut_left(&line, text_draw(frame, line, label, here ? STYLE_TITLE | ATTR_BOLD : STYLE_DIM) + 2);
    }
}

static bool marked(const void *data, int index)
{
    const struct view *view = data;
    return worklist_is_marked(view->self, json_text_or(worklist_row(view->self, index), "id", ""));
}

/* "312/14 802"; "…" for what is more than is counted. */
static void position(const struct worklist *self, char out[40])
{
    int64_t before = json_get(self->data, "before") ? json_int(self->data, "before", -1) : 0;
    int64_t after = json_get(self->data, "after") ? json_int(self->data, "after", -1) : 0;
    char at[16] = "…", of[16] = "…";
    out[0] = '\0';
    if (!self->list.count)
        return;
    if (before >= 0)
        list_number((int)before + self->list.selected + 1, at);
    if (before >= 0 && after >= 0)
        list_number((int)(before + after) + self->list.count, of);
    str_format(out, 40, "%s/%s", at, of);
}

static const char *empty_text(const struct view *view)
{
    if (!view->self->data)
        return tr(view->ui->lang, TR("The list is being loaded."));
    return *field_text(&view->self->filter) ? tr(view->ui->lang, TR("Nothing fits the filter."))
                                            : tr(view->ui->lang, TR("Nothing is to be done here."));
}

/* --- beside the list, where there is room: what it does not tell of the row at the cursor --- */

static void fact(const struct ui *ui, struct frame *frame, struct rect *area, const char *label,
                 const char *value, unsigned look)
{
    if (str_empty(value))
        return;
    struct rect line = rect_cut_top(area, 1);
    text_draw(frame, rect_cut_left(&line, LABEL), tr(ui->lang, label), STYLE_DIM);
    text_draw(frame, line, value, look);
}

static void times_view(const struct ui *ui, const struct json *row, struct frame *frame, struct rect *area)
{
    static const struct {
        const char *member, *label;
    } times[] = {{"opened_at", TR("opened")}, {"submitted_at", TR("submitted")}, {"due_at", TR("due")}};
    char text[SHOW_TEXT];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (!str_empty(json_text(row, times[i].member)))
            fact(ui, frame, area, times[i].label, show_moment(ui, json_text(row, times[i].member), text),
                 STYLE_TEXT);
}

/* Of what another system left: which one, and what is missing in it. */
static void arrival_view(const struct ui *ui, const struct json *row, struct frame *frame, struct rect *area)
{
    static const struct {
        const char *member, *label;
    } parts[] = {{"fields", TR("fields")}, {"papers", TR("papers")}};
    const struct json *arrival = json_get(row, "arrival");
    struct buf missing = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (missing_of(row, parts[i].member) > 0)
            buf_addf(&missing, "%s%s %d", missing.length ? " · " : "", tr(ui->lang, parts[i].label),
                     (int)missing_of(row, parts[i].member));
    fact(ui, frame, area, TR("left by"), json_text(arrival, "name"), STYLE_TEXT);
    fact(ui, frame, area, TR("sent as"), json_text(arrival, "reference"), STYLE_TEXT);
    fact(ui, frame, area, TR("missing"), buf_text(&missing), STYLE_WARN);
    buf_free(&missing);
}

static void preview_view(const struct worklist *self, const struct ui *ui, struct frame *frame,
                         struct rect area)
{
    const struct json *row = worklist_row(self, self->list.selected);
    unsigned look;
    if (!row)
        return;
    rect_cut_left(&area, 1);
    rect_cut_right(&area, 1);
    text_draw(frame, rect_cut_top(&area, 1), show_name(ui, json_get(row, "service_name")),
              STYLE_TITLE | ATTR_BOLD);
    text_draw(frame, rect_cut_top(&area, 1), json_text_or(row, "person_name", "–"), STYLE_TEXT);
    text_draw(frame, rect_cut_top(&area, 1), json_text_or(row, "number", ""), STYLE_DIM);
    rect_cut_top(&area, 1);
    const char *state = show_case(ui, row, &look);
    fact(ui, frame, &area, TR("state"), state, look);
    times_view(ui, row, frame, &area);
    fact(ui, frame, &area, TR("channel"), show_channel(ui, json_text_or(row, "channel", "")), STYLE_TEXT);
    arrival_view(ui, row, frame, &area);
    bool held = !str_empty(json_text(row, "user"));
    fact(ui, frame, &area, TR("holder"), held ? json_text(row, "user_name") : tr(ui->lang, TR("nobody")),
         STYLE_TEXT);
    fact(ui, frame, &area, TR("note"), show_twin(ui, row), STYLE_WARN);
}

void worklist_draw(const struct worklist *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {self, ui};
    bool by_due = str_equal(json_text(self->data, "sort"), "due"), wide = area.w >= WIDE;
    int list_w = wide ? area.w - PREVIEW : area.w;
    char clock[GRID_CELL];
    str_format(clock, sizeof clock, "%s%s", tr(ui->lang, TR("legal clock")), by_due ? " ▾" : "");
    const struct grid_column columns[] = {
        {clock, 25, 0, TEXT_LEFT},
        {tr(ui->lang, TR("service")), 0, 12, TEXT_LEFT},
        {tr(ui->lang, TR("person")), 0, 10, TEXT_LEFT},
        {tr(ui->lang, TR("state")), 15, 0, TEXT_LEFT},
        {"", 1, 0, TEXT_LEFT},
        {tr(ui->lang, TR("number")), 18, 0, TEXT_MIDDLE},
    };
    struct grid grid = {.columns = columns,
                        .count = list_w < NARROW ? 2
                                 : list_w < 100  ? 5
                                                 : 6,
                        .cell = cell,
                        .marked = worklist_mark_count(self) ? marked : NULL,
                        .self = &view,
                        .empty = empty_text(&view)};
    char at[64];
    position(self, at);
    if (worklist_mark_count(self)) {
        char place[40];
        str_copy(place, sizeof place, at);
        str_format(at, sizeof at, "• %d  %s", worklist_mark_count(self), place);
    }
    struct rect head = rect_cut_top(&area, 1), count = rect_cut_right(&head, text_width(at) + 2);
    rect_cut_right(&count, 1);
    text_draw_as(frame, count, at, STYLE_DIM, TEXT_RIGHT);
    rect_cut_top(&area, away_view(self->queues, ui, frame, area));
    rect_cut_right(&area, 1);
    rect_cut_bottom(&area, worklist_refused_view(self, ui, frame, area));
    if (wide) {
        struct rect beside = rect_cut_right(&area, PREVIEW);
        frame_pillar(frame, rect_cut_left(&beside, 1));
        preview_view(self, ui, frame, beside);
        rect_cut_right(&area, 1);
    }
    grid_draw(&grid, &self->list, frame, area, !self->filtering);
    views_view(&view, frame, head);
}
