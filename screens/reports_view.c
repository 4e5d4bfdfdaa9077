/* screens/reports_view.c: the reports' screen as it is drawn. */
#include "screens/reports.h"

#include <math.h>
#include <string.h>

#include "core/model/calendar.h"
#include "screens/show.h"
#include "tui/chart.h"
#include "tui/grid.h"
#include "tui/progress.h"

enum {
    LIST_FROM = 100,
    LIST_W = 20,
    NAME_MIN = 16,
    FIGURE_W = 8,
    BOTH_W = 16,
    TREND_W = 25,
    TEXT_W = 12,
    MOMENT_W = 16,
    HOURS = 24
};

/* --- the list of reports --- */

static void kinds_view(const struct reports *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    for (int i = 0; i < report_kinds(); i++) {
        struct rect line = rect_cut_top(&area, 1);
        bool here = i == self->kind;
        if (here)
            frame_blank(frame, line, STYLE_SELECTED);
        text_draw(frame, rect_inset(line, 1, 0), tr(ui->lang, report_kind(i)->title),
                  here ? STYLE_SELECTED : STYLE_TEXT);
    }
}

/* --- the head --- */

static const char *why_not(const struct reports *self, const struct ui *ui)
{
    if (ui->link.state == LINK_OFFLINE || ui->link.state == LINK_NONE)
        return tr(ui->lang, TR("The hall cannot be reached. It is asked for as soon as it is back."));
    if (self->failed)
        return tr(ui->lang, TR("The hall gave no answer. It is asked again in a moment."));
    return "";
}

/* What is under way, or what is wrong; one line. */
static void state_view(const struct reports *self, const struct ui *ui, struct frame *frame, struct rect line)
{
    char clock[SHOW_TEXT];
    const char *why = why_not(self, ui);
    if (*self->asked && progress_draw(frame, line, tr(ui->lang, TR("The hall is counting")), 0, 0,
                                      self->asked_ms, ui->now_ms))
        return;
    if (*why) {
        text_draw(frame, line, why, STYLE_WARN);
        return;
    }
    if (reports_is_shown(self))
        text_drawf(frame, line, STYLE_DIM, tr(ui->lang, TR("as of %s")),
                   show_since(ui, self->shown_ms, clock));
}

static void head_view(const struct reports *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    struct buf head = {0};
    struct rect line = rect_cut_top(area, 1);
    int used = text_draw(frame, line, tr(ui->lang, report_kind(self->kind)->title), STYLE_TITLE | ATTR_BOLD);
    rect_cut_left(&line, used + 2);
    reports_head(self, ui, &head);
    text_draw(frame, line, buf_text(&head), STYLE_TEXT);
    buf_free(&head);
    state_view(self, ui, frame, rect_cut_top(area, 1));
}

/* --- a table --- */

struct table {
    const struct reports *self;
    const struct ui *ui;
    const struct report_kind *kind;
    bool both;   /* with the period before */
    double most; /* of the column of the bar */
};

static const struct json *row_at(const struct reports *self, int index)
{
    return json_at(json_get(self->data, "rows"), (size_t)index);
}

static void bar_text(double part, double most, char out[GRID_CELL])
{
    int cells = most > 0 ? (int)lround(part / most * (TREND_W - 1)) : 0;
    out[0] = '\0';
    for (int i = 0; i < cells; i++)
        strcat(out, "█");
}

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct table *table = data;
    const struct json *row = row_at(table->self, index);
    const struct report_column *of = &table->kind->columns[column];
    char before[256];
    (void)look;
    reports_figure(table->ui, table->kind, column, row, false, out);
    if (of->figure == FIGURE_BAR)
        bar_text(json_number(row, of->member, 0), table->most, out);
    if (!table->both || reports_align(of->figure) != TEXT_RIGHT)
        return;
    reports_figure(table->ui, table->kind, column, row, true, before);
    size_t length = strlen(out);
    str_format(out + length, GRID_CELL - length, " (%s)", before);
}

static int column_width(const struct table *table, const struct report_column *of)
{
    switch (of->figure) {
    case FIGURE_NAME:
        return 0;
    case FIGURE_TREND:
    case FIGURE_BAR:
        return TREND_W;
    case FIGURE_MOMENT:
        return MOMENT_W;
    case FIGURE_WORDS:
        return 0;
    case FIGURE_TEXT:
    case FIGURE_OUTCOME:
        return str_equal(of->member, "mix") ? 0 : str_equal(of->member, "grade") ? 6 : TEXT_W;
    default:
        return table->both ? BOTH_W : of->figure == FIGURE_INDEX ? 7 : FIGURE_W;
    }
}

/* As many columns as fit beside the names; the others are in the file. */
static int columns_that_fit(const struct table *table, struct grid_column columns[GRID_COLUMNS], int width)
{
    int count = 0, left = width - NAME_MIN;
    for (; count < GRID_COLUMNS && table->kind->columns[count].member; count++) {
        const struct report_column *of = &table->kind->columns[count];
        const char *title = *of->title ? tr(table->ui->lang, of->title) : "";
        int w = column_width(table, of), wide = w && text_width(title) > w ? text_width(title) : w;
        if (count && wide + 2 > left)
            break;
        left -= wide ? wide + 2 : 0;
        columns[count] = (struct grid_column){
            .title = title, .w = wide, .w_min = NAME_MIN, .align = reports_align(of->figure)};
    }
    return count;
}

static double most_of(const struct json *rows, const char *member)
{
    double most = 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        most = json_number(row, member, 0) > most ? json_number(row, member, 0) : most;
    return most;
}

static void table_view(const struct reports *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    struct grid_column columns[GRID_COLUMNS];
    const struct table table = {.self = self,
                                .ui = ui,
                                .kind = report_kind(self->kind),
                                .both = self->compare,
                                .most = most_of(json_get(self->data, "rows"), "decisions")};
    struct grid grid = {.columns = columns,
                        .count = columns_that_fit(&table, columns, area.w),
                        .cell = cell,
                        .self = &table,
                        .empty = tr(ui->lang, TR("Nothing happened in these days."))};
    grid_draw(&grid, &self->list, frame, area, true);
}

/* --- days × hours --- */

struct heat {
    double value[7][HOURS]; /* Monday first */
    double most;
    int first, last;
};

static struct heat heat_of(const struct json *rows)
{
    struct heat heat = {.first = 8, .last = 17};
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        int64_t day = json_int(row, "weekday", 1) - 1, hour = json_int(row, "hour", 0);
        double value = json_number(row, "tickets_per_day", 0);
        if (day < 0 || day > 6 || hour < 0 || hour >= HOURS)
            continue;
        heat.value[day][hour] = value;
        heat.most = value > heat.most ? value : heat.most;
        heat.first = hour < heat.first ? (int)hour : heat.first;
        heat.last = hour > heat.last ? (int)hour : heat.last;
    }
    return heat;
}

static void heat_row(const struct heat *heat, const double *values, int width, struct frame *frame,
                     struct rect line)
{
    for (int hour = heat->first; hour <= heat->last; hour++) {
        struct rect box = rect_cut_left(&line, width), mark = rect_cut_left(&box, 2);
        if (values[hour] <= 0)
            continue;
        chart_heat(frame, mark, values[hour], heat->most, STYLE_ACCENT);
        rect_cut_right(&box, 1);
        char text[16];
        str_format(text, sizeof text, "%.0f", values[hour] < 1 ? 1 : values[hour]);
        text_draw_as(frame, box, text, STYLE_TEXT, TEXT_RIGHT);
    }
}

static void heat_view(const struct reports *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    static const char *const days[] = {TR("Mon"), TR("Tue"), TR("Wed"), TR("Thu"),
                                       TR("Fri"), TR("Sat"), TR("Sun")};
    struct heat heat = heat_of(json_get(self->data, "rows"));
    if (heat.most <= 0) {
        text_draw_wrapped(frame, area, tr(ui->lang, TR("Nothing happened in these days.")), STYLE_DIM, 0);
        return;
    }
    int hours = heat.last - heat.first + 1, width = (area.w - 8) / hours, gap = area.h > 20 ? 1 : 0;
    width = width > 8 ? 8 : width < 4 ? 4 : width;
    struct rect line = rect_cut_top(&area, 1);
    rect_cut_left(&line, 6);
    for (int hour = heat.first; hour <= heat.last; hour++) {
        struct rect box = rect_cut_left(&line, width);
        text_drawf(frame, box, STYLE_DIM, "%02d", hour);
    }
    for (int day = 0; day < 7; day++) {
        line = rect_cut_top(&area, 1);
        rect_cut_top(&area, gap);
        struct rect name = rect_cut_left(&line, 6);
        text_draw(frame, name, tr(ui->lang, days[day]), STYLE_TEXT);
        heat_row(&heat, heat.value[day], width, frame, line);
    }
    rect_cut_top(&area, 1);
    text_draw_wrapped(frame, area,
                      tr(ui->lang, TR("Visits that began in that hour on a day of that name, on average.")),
                      STYLE_DIM, 0);
}

/* --- all of it --- */

/* What a figure means, where its heading cannot say it. */
static const char *note_of(const struct report_kind *kind)
{
    static const struct {
        const char *name, *note;
    } notes[] = {
        {"waiting", TR("Minutes from arrival to the call: half of all waited no longer than “half wait”.")},
        {"service", TR("Minutes from the start to the end of a visit.")},
        {"clerks", TR("“same mix”: what the same services take on average in this hall. Compare with that, "
                      "not with others.")},
        {"survey", TR("Index 25–100 of nine questions: A from 88.31, B from 76.61, C from 65.00, else D.")},
        {"promises", TR("“off by”: minutes between the call and the middle of what was promised.")},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (str_equal(notes[i].name, kind->name))
            return notes[i].note;
    return NULL;
}

static void note_view(const struct reports *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    const char *note = note_of(report_kind(self->kind));
    if (!note || area->h < 8)
        return;
    int rows = text_wrap(tr(ui->lang, note), area->w, NULL, 0);
    text_draw_wrapped(frame, rect_cut_bottom(area, rows), tr(ui->lang, note), STYLE_DIM, 0);
}

void reports_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct reports *self = data;
    if (area.w >= LIST_FROM) {
        kinds_view(self, ui, frame, rect_cut_left(&area, LIST_W));
        frame_pillar(frame, rect_cut_left(&area, 1));
    }
    area = rect_inset(area, 1, 0);
    head_view(self, ui, frame, &area);
    if (!reports_is_shown(self))
        return;
    rect_cut_top(&area, 1);
    note_view(self, ui, frame, &area);
    if (reports_is_load(report_kind(self->kind)))
        heat_view(self, ui, frame, area);
    else
        table_view(self, ui, frame, area);
}
