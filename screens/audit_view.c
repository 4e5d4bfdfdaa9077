/* screens/audit_view.c: the audit as it is drawn: the list, the line that is open, the check. */
#include "screens/audit.h"

#include <stdlib.h>
#include <string.h>

#include "tui/grid.h"
#include "tui/progress.h"

enum { LABEL_W = 14, WHO_W = 15, FROM_W = 4, TIME_W = 11, WIDE = 110, VALUE_MAX = 300 };

/* --- the head --- */

static const char *trouble(const struct audit *self, const struct ui *ui)
{
    if (ui->link.state == LINK_OFFLINE || ui->link.state == LINK_NONE)
        return tr(ui->lang, TR("The hall cannot be reached. What is shown stays; nothing is lost."));
    return self->why;
}

static const char *through_text(const struct audit *self, const struct ui *ui, char out[2 * SHOW_TEXT])
{
    char number[16], clock[SHOW_TEXT];
    const struct json *last = json_at(self->lines, json_count(self->lines) ? json_count(self->lines) - 1 : 0);
    out[0] = '\0';
    if (self->partly)
        str_copy(
            out, 2 * SHOW_TEXT,
            tr(ui->lang, TR("Older lines are still being read in after an update, and are not found yet.")));
    else if (*self->next && self->through) {
        list_number((int)self->through, number);
        str_format(out, 2 * SHOW_TEXT, tr(ui->lang, TR("as of %s · searched down to line %s")),
                   show_since(ui, self->shown_ms, clock), number);
    } else if (last || self->lines)
        str_format(out, 2 * SHOW_TEXT, tr(ui->lang, TR("as of %s · to the first line")),
                   show_since(ui, self->shown_ms, clock));
    return out;
}

static void state_view(const struct audit *self, const struct ui *ui, struct frame *frame, struct rect line)
{
    char text[2 * SHOW_TEXT], number[16];
    const char *why = trouble(self, ui);
    if (*self->save.path) {
        char *label = NULL;
        list_number((int)self->save.lines, number);
        label = xasprintf(tr(ui->lang, TR("%s lines are in the file")), number);
        bool drawn = progress_draw(frame, line, label, 0, 0, self->save.begun_ms, ui->now_ms);
        free(label);
        if (drawn)
            return;
    }
    if (*self->asked && progress_draw(frame, line, tr(ui->lang, TR("The hall is searching")), 0, 0,
                                      self->asked_ms, ui->now_ms))
        return;
    if (*why)
        text_draw(frame, line, why, STYLE_WARN);
    else
        text_draw(frame, line, through_text(self, ui, text), self->partly ? STYLE_WARN : STYLE_DIM);
}

/* The check under way, or what came of it. */
static void check_view(const struct audit *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    const struct json *told = self->check.told;
    char *lines[4] = {0};
    bool bad = false;
    if (!self->check.shown)
        return;
    if (!told || str_equal(json_text(told, "state"), "running")) {
        struct rect line = rect_cut_top(area, 1);
        progress_draw(frame, line, tr(ui->lang, TR("The hall checks the chain")), json_int(told, "done", 0),
                      json_int(told, "total", 0), self->check.begun_ms, ui->now_ms);
        return;
    }
    int count = audit_verdict(self, ui, lines, &bad);
    for (int i = 0; i < count; i++) {
        int rows = text_wrap(lines[i], area->w, NULL, 0);
        struct rect part = rect_cut_top(area, rows);
        text_draw_wrapped(frame, part, lines[i], (bad ? STYLE_DANGER : STYLE_GOOD) | (i == 0 ? ATTR_BOLD : 0),
                          0);
        free(lines[i]);
    }
    rect_cut_top(area, 1);
}

static void head_view(const struct audit *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    struct buf filters = {0};
    struct rect line = rect_cut_top(area, 1);
    char position[32];
    struct rect right = rect_cut_right(&line, 16);
    int used = text_draw(frame, line, tr(ui->lang, TR("Audit")), STYLE_TITLE | ATTR_BOLD);
    rect_cut_left(&line, used + 2);
    audit_filters(self, ui, &filters);
    text_draw(frame, line, buf_text(&filters), STYLE_TEXT);
    text_draw_as(frame, right, list_position(&self->list, position), STYLE_DIM, TEXT_RIGHT);
    buf_free(&filters);
    state_view(self, ui, frame, rect_cut_top(area, 1));
    check_view(self, ui, frame, area);
}

/* --- the list --- */

struct view {
    const struct audit *self;
    const struct ui *ui;
};

static bool is_refused(const struct json *line)
{
    return str_starts(json_text_or(line, "outcome", ""), "refused");
}

static void cell(const void *data, int row, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *line = json_at(view->self->lines, (size_t)row);
    char text[4 * SHOW_TEXT], clock[SHOW_TEXT];
    int64_t at_ms = 0;
    if (column == 0) {
        (void)time_parse(json_text_or(line, "at", ""), &at_ms);
        show_since(view->ui, at_ms, clock);
        if (strlen(clock) < CLOCK_TEXT) /* of today */
            str_format(out, GRID_CELL, "%s:%02d", clock, (int)(at_ms / 1000 % 60));
        else
            str_copy(out, GRID_CELL, clock);
    } else if (column == 1) {
        str_copy(out, GRID_CELL, audit_who(view->ui, line));
    } else if (column == 2) {
        bool refused = is_refused(line);
        str_format(out, GRID_CELL, "%s%s%s", refused ? "! " : "", audit_sentence(view->ui, line, text),
                   refused ? " ·" : "");
        if (refused) {
            char outcome[2 * SHOW_TEXT];
            size_t length = strlen(out);
            str_format(out + length, GRID_CELL - length, " %s", audit_outcome(view->ui, line, outcome));
            *look = *look == STYLE_TEXT ? STYLE_WARN : *look;
        }
    } else {
        str_copy(out, GRID_CELL, json_text_or(line, "workstation", ""));
    }
}

static void list_view(const struct audit *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {self, ui};
    const struct grid_column columns[] = {
        {.title = tr(ui->lang, TR("time")), .w = TIME_W},
        {.title = tr(ui->lang, TR("who")), .w = area.w >= WIDE ? WHO_W + 11 : WHO_W},
        {.title = tr(ui->lang, TR("what")), .w_min = 20},
        {.title = tr(ui->lang, TR("from")), .w = FROM_W},
    };
    const struct grid grid = {
        .columns = columns,
        .count = 4,
        .cell = cell,
        .self = &view,
        .empty = self->lines && !*self->asked ? tr(ui->lang, TR("No line is like this.")) : NULL,
    };
    grid_draw(&grid, &self->list, frame, area, true);
}

/* --- a line that is open: labels and values, as many rows as there are --- */

struct sheet {
    const struct ui *ui;
    struct frame *frame; /* NULL: rows are counted alone */
    struct rect area;
    int first, row;
};

static void put_look(struct sheet *sheet, const char *label, const char *value, unsigned look)
{
    int w = sheet->area.w - LABEL_W;
    struct text_line lines[8] = {0};
    int count = *value ? text_wrap(value, w < 10 ? 10 : w, lines, 8) : 0;
    count = count > 8 ? 8 : count < 1 ? 1 : count;
    for (int i = 0; i < count; i++, sheet->row++) {
        int y = sheet->row - sheet->first;
        if (!sheet->frame || y < 0 || y >= sheet->area.h)
            continue;
        struct rect line = {sheet->area.x, sheet->area.y + y, sheet->area.w, 1},
                    name = rect_cut_left(&line, LABEL_W);
        char *text = xstrndup(lines[i].text ? lines[i].text : "", lines[i].length);
        rect_cut_right(&name, 1);
        text_draw(sheet->frame, name, i == 0 ? label : "", STYLE_DIM);
        text_draw(sheet->frame, line, text, look);
        free(text);
    }
}

static void put(struct sheet *sheet, const char *label, const char *value)
{
    put_look(sheet, tr(sheet->ui->lang, label), value, STYLE_TEXT);
}

static void value_text(const struct json *value, char out[VALUE_MAX])
{
    if (!value || json_is_null(value)) {
        str_copy(out, VALUE_MAX, "–");
    } else if (json_is_text(value)) {
        str_copy(out, VALUE_MAX, json_as_text(value));
    } else {
        char *text = json_print(value);
        str_copy(out, VALUE_MAX, text);
        free(text);
    }
}

/* Members that another value has now, before → after. */
static void put_changes(struct sheet *sheet, const struct json *before, const struct json *after)
{
    for (const struct json *member = json_first(after); member; member = json_next(member)) {
        const struct json *old = json_get(before, json_name(member));
        char was[VALUE_MAX], is[VALUE_MAX], both[2 * VALUE_MAX + 8];
        if (str_equal(json_name(member), "row_rev") || str_equal(json_name(member), "id") ||
            (before && json_equal(old, member)))
            continue;
        value_text(old, was);
        value_text(member, is);
        if (before && !str_equal(was, is))
            str_format(both, sizeof both, "%s → %s", was, is);
        else
            str_copy(both, sizeof both, is);
        put_look(sheet, json_name(member), both, STYLE_TEXT);
    }
}

static void put_written(struct sheet *sheet, const struct json *line)
{
    const struct ui *ui = sheet->ui;
    for (const struct json *one = json_first(json_get(line, "written")); one; one = json_next(one)) {
        const struct json *before = json_get(one, "before"), *after = json_get(one, "after");
        char name[SHOW_TEXT];
        struct json *about = json_new_object();
        json_set_text(about, "t", json_text(one, "t"));
        json_set_text(about, "label", json_text_or(after, "number", json_text_or(after, "login", "")));
        put_look(sheet, "", "", STYLE_TEXT);
        put_look(sheet, tr(ui->lang, TR("row")), audit_about(ui, about, name), STYLE_TEXT | ATTR_BOLD);
        json_free(&about);
        if (json_is_object(after))
            put_changes(sheet, json_is_object(before) ? before : NULL, after);
        else if (!json_bool(one, "kept", true))
            put_look(sheet, "", tr(ui->lang, TR("What it said is not kept any more.")), STYLE_DIM);
        else
            put_look(sheet, "", tr(ui->lang, TR("taken away")), STYLE_DIM);
    }
}

static void put_from(struct sheet *sheet, const struct json *line)
{
    const char *workstation = json_text_or(line, "workstation", ""),
               *client = json_text_or(line, "client", "");
    char text[SHOW_TEXT];
    str_format(text, sizeof text, "%s%s%s", workstation, *workstation && *client ? " · " : "", client);
    put(sheet, TR("workstation"), *text ? text : tr(sheet->ui->lang, TR("the hall itself")));
}

static void put_line(struct sheet *sheet, const struct json *line)
{
    const struct ui *ui = sheet->ui;
    const char *login = json_text_or(line, "login", "");
    char text[4 * SHOW_TEXT], more[2 * SHOW_TEXT], number[16];
    int64_t at_ms = 0;
    list_number((int)json_int(line, "rev", 0), number);
    put(sheet, TR("line"), number);
    (void)time_parse(json_text_or(line, "at", ""), &at_ms);
    str_format(text, sizeof text, "%s · %s", show_since(ui, at_ms, more), json_text_or(line, "at", ""));
    put(sheet, TR("time"), text);
    str_format(text, sizeof text, *login ? "%s (%s)" : "%s", audit_who(ui, line), login);
    put(sheet, TR("who"), text);
    put_from(sheet, line);
    str_format(text, sizeof text, "%s (%s)", audit_type(ui, json_text_or(line, "type", ""), more),
               json_text_or(line, "type", ""));
    put_look(sheet, tr(ui->lang, TR("what")), text, STYLE_TEXT | ATTR_BOLD);
    put_look(sheet, tr(ui->lang, TR("outcome")), audit_outcome(ui, line, more),
             is_refused(line) ? STYLE_WARN : STYLE_TEXT);
    for (const struct json *one = json_first(json_get(line, "about")); one; one = json_next(one))
        put_look(sheet, one == json_first(json_get(line, "about")) ? tr(ui->lang, TR("about")) : "",
                 audit_about(ui, one, more), STYLE_TEXT);
    put_changes(sheet, NULL, json_get(line, "detail"));
    put_written(sheet, line);
    put_look(sheet, "", "", STYLE_TEXT);
    put_look(sheet, tr(ui->lang, TR("hash")), json_text_or(line, "hash", ""), STYLE_DIM);
    put_look(sheet, tr(ui->lang, TR("line before")), json_text_or(line, "prev", ""), STYLE_DIM);
    put_look(sheet, tr(ui->lang, TR("contents")), json_text_or(line, "body_sha256", ""), STYLE_DIM);
}

int audit_line_rows(const struct audit *self, const struct ui *ui)
{
    struct sheet sheet = {.ui = ui, .area = {0, 0, 78, 0}};
    put_line(&sheet, self->line);
    return sheet.row;
}

static void line_view(const struct audit *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    area = (struct rect){area.x - 1, area.y, area.w + 2, area.h}; /* a hash has room beside its name */
    int rows = audit_line_rows(self, ui), first = self->scroll.selected;
    first = first > rows - area.h ? rows - area.h : first;
    struct sheet sheet = {.ui = ui, .frame = frame, .area = area, .first = first < 0 ? 0 : first};
    put_line(&sheet, self->line);
}

void audit_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct audit *self = data;
    area = rect_inset(area, 2, 0);
    head_view(self, ui, frame, &area);
    if (self->open)
        return line_view(self, ui, frame, area);
    list_view(self, ui, frame, area);
}
