/* screens/halls_view.c: how many halls look: what they are together, then each; or as a picture; or a few looked into. Figures of a
 * hall that does not answer are dim and stand in brackets, with its last time and why. */
#include <stdlib.h>
#include <string.h>

#include "screens/halls.h"
#include "screens/show.h"
#include "tui/chart.h"
#include "tui/grid.h"

enum {
    HEAD_LINES = 3, /* together, what needs somebody, a rule */
    OUTSIDE = 4,    /* title, action line and their rules */
    WIDE = 100,
    WIDER = 118,
    BAR_CELLS = 14,
    REMARK_W = 25,
    TILE_W = 20,
    TILE_BAR = 4,
    LABEL_W = 26,
    SPARK_SLOTS = 144,
};

struct view {
    const struct halls *self;
    const struct ui *ui;
    int64_t most_waiting; /* of one hall, for bars */
};

int halls_rows(const struct halls *self)
{
    int filter = self->filtering || *field_text(&self->filter);
    int rows = self->h - OUTSIDE - HEAD_LINES - filter - 1; /* the list's own heading */
    return rows > 1 ? rows : 1;
}

/* --- together --- */

/* One more piece of a line, where there is room for the whole of it. */
static void add_piece(struct buf *line, const char *piece, int w)
{
    int used = text_width(buf_text(line));
    if (line->length && used + 3 + text_width(piece) > w)
        return;
    buf_addf(line, "%s%s", line->length ? " · " : "", piece);
}

static void first_line(const struct view *v, const struct halls_sum *sum, int w, struct buf *out)
{
    char piece[GRID_CELL], minutes[SHOW_TEXT], name[HALLS_NAME];
    enum lang lang = v->ui->lang;
    str_format(piece, sizeof piece, tr(lang, TR("%d of %d halls")), sum->answering, sum->halls);
    add_piece(out, piece, w);
    str_format(piece, sizeof piece, tr(lang, TR("waiting %d")), (int)sum->waiting);
    add_piece(out, piece, w);
    if (sum->longest) {
        str_format(piece, sizeof piece, tr(lang, TR("longest %s at %s")),
                   show_minutes(v->ui, sum->longest_ms, minutes), halls_name(v->ui, sum->longest, name));
        add_piece(out, piece, w);
    }
    str_format(piece, sizeof piece, tr(lang, TR("served %d")), (int)sum->served);
    add_piece(out, piece, w);
    if (!sum->called)
        return;
    int64_t mean_ms = (int64_t)(sum->wait_min_people / (double)sum->called * 60000);
    str_format(piece, sizeof piece, tr(lang, TR("mean wait %s")), show_minutes(v->ui, mean_ms, minutes));
    add_piece(out, piece, w);
}

static unsigned second_line(const struct view *v, const struct halls_sum *sum, int w, struct buf *out)
{
    const struct {
        const char *words;
        int64_t count;
    } counts[] = {
        {TR("do not answer"), sum->asked},     {TR("promises broken"), sum->late},
        {TR("targets broken"), sum->broken},   {TR("unattended"), sum->unattended},
        {TR("targets at risk"), sum->burning}, {TR("unsent records"), sum->unsent},
        {TR("disputes"), sum->disputes},       {TR("being asked"), sum->halls - sum->answering - sum->asked},
    };
    char piece[GRID_CELL];
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i].count <= 0)
            continue;
        str_format(piece, sizeof piece, "%s: %d", tr(v->ui->lang, counts[i].words), (int)counts[i].count);
        add_piece(out, piece, w);
    }
    if (!out->length)
        buf_adds(out, tr(v->ui->lang, TR("nothing needs anybody")));
    bool danger = sum->asked || sum->broken,
         warns = sum->late || sum->unattended || sum->burning || sum->unsent;
    return danger ? STYLE_DANGER : warns || sum->disputes ? STYLE_WARN : STYLE_DIM;
}

static void head_view(const struct view *v, struct frame *frame, struct rect *area)
{
    struct halls_sum sum;
    struct buf first = {0}, second = {0};
    halls_sum(v->self, v->ui, NULL, &sum);
    first_line(v, &sum, area->w, &first);
    unsigned look = second_line(v, &sum, area->w, &second);
    text_draw(frame, rect_cut_top(area, 1), buf_text(&first), STYLE_TEXT | ATTR_BOLD);
    text_draw(frame, rect_cut_top(area, 1), buf_text(&second), look);
    frame_rule(frame, rect_cut_top(area, 1));
    buf_free(&first);
    buf_free(&second);
}

/* --- cells --- */

/* In brackets what is not known to be so any more: seen without colours, and heard. */
static void put_figure(const struct json *row, const char *text, char out[GRID_CELL])
{
    if (!json_get(row, "known_ms"))
        str_copy(out, GRID_CELL, "–");
    else
        str_format(out, GRID_CELL, "%s%s%s", halls_answers(row) ? "" : "(", text,
                   halls_answers(row) ? "" : ")");
}

static void put_number(const struct json *row, const char *member, char out[GRID_CELL])
{
    char number[16];
    list_number((int)json_int(row, member, 0), number);
    put_figure(row, number, out);
}

static void put_minutes(const struct view *v, const struct json *row, double minutes, char out[GRID_CELL])
{
    char text[SHOW_TEXT] = "–";
    if (minutes >= 0)
        show_minutes(v->ui, (int64_t)(minutes * 60000), text);
    put_figure(row, text, out);
}

/* A bar in a cell of a list: full cells, and what is left in eighths. */
static void put_bar(int64_t part, int64_t whole, char out[GRID_CELL])
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    struct buf text = {0};
    int64_t all = whole > 0 ? part * BAR_CELLS * 8 / whole : 0;
    for (int i = 0; i < all / 8; i++)
        buf_adds(&text, "█");
    buf_adds(&text, eighths[all % 8]);
    str_copy(out, GRID_CELL, buf_text(&text));
    buf_free(&text);
}

enum halls_cell {
    CELL_NAME,
    CELL_WAITING,
    CELL_LONGEST,
    CELL_EXPECTED,
    CELL_LATE,
    CELL_COUNTERS,
    CELL_SERVED,
    CELL_MEAN,
    CELL_BAR,
    CELL_REMARK
};

static void put_remark(const struct view *v, const struct json *row, char out[GRID_CELL], unsigned *look)
{
    char known[HALLS_NAME];
    if (halls_answers(row)) {
        halls_remark(v->ui, row, known, look);
        str_copy(out, GRID_CELL, known);
        return;
    }
    bool first = halls_is_first(row);
    *look = first ? STYLE_DIM : STYLE_DANGER;
    str_format(out, GRID_CELL, "%s · %s", halls_known(v->ui, row, known), halls_why(v->ui, row));
}

static void put_name(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    char name[HALLS_NAME];
    bool first = halls_is_first(row);
    str_format(out, GRID_CELL, "%s%s", halls_answers(row) || first ? "" : "! ", halls_name(v->ui, row, name));
}

static void put_cell(const struct view *v, const struct json *row, enum halls_cell cell, char out[GRID_CELL],
                     unsigned *look)
{
    char text[40];
    unsigned plain = *look;
    if (!halls_answers(row) && LOOK_STYLE(*look) == STYLE_TEXT)
        *look = STYLE_DIM;
    switch (cell) {
    case CELL_NAME:
        *look = plain;
        return put_name(v, row, out);
    case CELL_WAITING:
        return put_number(row, "waiting", out);
    case CELL_LONGEST:
        return put_minutes(v, row, (double)halls_longest_ms(v->ui, row) / 60000, out);
    case CELL_EXPECTED:
        return put_minutes(v, row, json_number(row, "expected_min", -1), out);
    case CELL_LATE:
        if (halls_answers(row) && json_int(row, "late", 0) > 0 && LOOK_STYLE(plain) == STYLE_TEXT)
            *look = STYLE_DANGER;
        return put_number(row, "late", out);
    case CELL_COUNTERS:
        str_format(text, sizeof text, "%d/%d", (int)json_int(row, "open", 0),
                   (int)json_int(row, "counters", 0));
        return put_figure(row, text, out);
    case CELL_SERVED:
        return put_number(row, "served", out);
    case CELL_MEAN:
        return put_minutes(v, row, json_number(row, "wait_mean_min", -1), out);
    case CELL_BAR:
        if (halls_answers(row))
            put_bar(json_int(row, "waiting", 0), v->most_waiting, out);
        return;
    case CELL_REMARK: {
        unsigned own;
        put_remark(v, row, out, &own);
        *look = LOOK_STYLE(plain) == STYLE_TEXT ? own : plain;
        return;
    }
    }
}

/* --- the list --- */

/* By how wide the screen is: which cells there are, the most telling always. */
static const enum halls_cell narrow[] = {CELL_NAME, CELL_WAITING,  CELL_LONGEST,
                                         CELL_LATE, CELL_COUNTERS, CELL_REMARK};
static const enum halls_cell middle[] = {CELL_NAME,     CELL_WAITING, CELL_BAR,      CELL_LONGEST,
                                         CELL_EXPECTED, CELL_LATE,    CELL_COUNTERS, CELL_REMARK};
static const enum halls_cell wide[] = {CELL_NAME, CELL_WAITING,  CELL_BAR,    CELL_LONGEST, CELL_EXPECTED,
                                       CELL_LATE, CELL_COUNTERS, CELL_SERVED, CELL_MEAN,    CELL_REMARK};

struct cells {
    struct view view;
    const enum halls_cell *list;
    int count;
    char heading[GRID_CELL];
};

static void list_cell(const void *self, int row, int column, char out[GRID_CELL], unsigned *look)
{
    const struct cells *cells = self;
    const struct json *hall = cells->view.self->lines[row].row;
    out[0] = '\0';
    if (hall)
        put_cell(&cells->view, hall, cells->list[column], out, look);
}

/* "Bakı · 5 of 6 halls · waiting 212". */
static const char *list_heading(const void *self, int row)
{
    struct cells *cells = (struct cells *)(uintptr_t)self; /* its own text, for this line */
    const struct halls_line *line = &cells->view.self->lines[row];
    struct halls_sum sum;
    struct buf text = {0};
    if (line->row)
        return NULL;
    halls_sum(cells->view.self, cells->view.ui, line->region, &sum);
    buf_addf(&text, "%s · ", line->region);
    buf_addf(&text, tr(cells->view.ui->lang, TR("%d of %d halls")), sum.answering, sum.halls);
    buf_adds(&text, " · ");
    buf_addf(&text, tr(cells->view.ui->lang, TR("waiting %d")), (int)sum.waiting);
    str_copy(cells->heading, sizeof cells->heading, buf_text(&text));
    buf_free(&text);
    return cells->heading;
}

static bool list_marked(const void *self, int row)
{
    const struct halls *halls = ((const struct cells *)self)->view.self;
    const struct json *hall = halls->lines[row].row;
    int64_t at = json_int(hall, "hall", -1);
    return hall && at >= 0 && at < halls->hall_count && halls->marked[at];
}

static struct grid_column column_of(enum lang lang, enum halls_cell cell)
{
    switch (cell) {
    case CELL_NAME:
        return (struct grid_column){.title = tr(lang, TR("hall")), .w_min = 12, .align = TEXT_MIDDLE};
    case CELL_WAITING:
        return (struct grid_column){.title = tr(lang, TR("waiting")), .w = 7, .align = TEXT_RIGHT};
    case CELL_LONGEST:
        return (struct grid_column){.title = tr(lang, TR("longest")), .w = 8, .align = TEXT_RIGHT};
    case CELL_EXPECTED:
        return (struct grid_column){.title = tr(lang, TR("expected")), .w = 8, .align = TEXT_RIGHT};
    case CELL_LATE:
        return (struct grid_column){.title = tr(lang, TR("late")), .w = 6, .align = TEXT_RIGHT};
    case CELL_COUNTERS:
        return (struct grid_column){.title = tr(lang, TR("counters")), .w = 8, .align = TEXT_RIGHT};
    case CELL_SERVED:
        return (struct grid_column){.title = tr(lang, TR("served")), .w = 7, .align = TEXT_RIGHT};
    case CELL_MEAN:
        return (struct grid_column){.title = tr(lang, TR("mean")), .w = 7, .align = TEXT_RIGHT};
    case CELL_BAR:
        return (struct grid_column){.title = "", .w = BAR_CELLS};
    case CELL_REMARK:
        return (struct grid_column){.title = "", .w = REMARK_W};
    }
    return (struct grid_column){0};
}

static void list_view(const struct view *v, struct frame *frame, struct rect area)
{
    struct grid_column columns[GRID_COLUMNS];
    struct cells cells = {.view = *v, .list = narrow, .count = sizeof narrow / sizeof *narrow};
    if (area.w >= WIDER)
        cells = (struct cells){.view = *v, .list = wide, .count = sizeof wide / sizeof *wide};
    else if (area.w >= WIDE)
        cells = (struct cells){.view = *v, .list = middle, .count = sizeof middle / sizeof *middle};
    for (int i = 0; i < cells.count; i++)
        columns[i] = column_of(v->ui->lang, cells.list[i]);
    const struct grid grid = {.columns = columns,
                              .count = cells.count,
                              .cell = list_cell,
                              .heading = list_heading,
                              .marked = list_marked,
                              .self = &cells,
                              .empty = tr(v->ui->lang, TR("No hall has these letters."))};
    grid_draw(&grid, &v->self->list, frame, area, !v->self->filtering);
}

/* --- the picture --- */

static void tile_view(const struct view *v, const struct json *row, bool chosen, struct frame *frame,
                      struct rect tile)
{
    char name[GRID_CELL], waiting[GRID_CELL];
    unsigned look = chosen ? STYLE_SELECTED : halls_answers(row) ? STYLE_TEXT : STYLE_DIM;
    if (chosen) {
        frame_blank(frame, tile, look);
        frame_cursor(frame, tile.x, tile.y);
    }
    rect_cut_right(&tile, 1);
    struct rect heat = rect_cut_right(&tile, TILE_BAR), number = rect_cut_right(&tile, 6);
    put_name(v, row, name);
    put_number(row, "waiting", waiting);
    text_draw_as(frame, tile, name, look, TEXT_MIDDLE); /* what tells two of a town apart stands at the end */
    rect_cut_right(&number, 1);
    text_draw_as(frame, number, waiting, look, TEXT_RIGHT);
    if (halls_answers(row))
        chart_heat(frame, heat, (double)json_int(row, "waiting", 0), (double)v->most_waiting,
                   json_int(row, "late", 0) > 0 ? STYLE_DANGER : STYLE_ACCENT);
    else
        text_draw(frame, heat, "????", STYLE_DIM);
}

/* Down and up move along the halls as in the list; the window follows the chosen one. */
static void map_view(const struct view *v, struct frame *frame, struct rect area)
{
    const struct halls *self = v->self;
    int across = area.w / TILE_W > 0 ? area.w / TILE_W : 1, at = 0, chosen = 0, count = 0;
    for (int i = 0; i < self->line_count; i++) {
        if (i == self->list.selected)
            chosen = count;
        count += self->lines[i].row != NULL;
    }
    int down = (count + across - 1) / across, top = rect_scroll(chosen % (down ? down : 1), down, area.h);
    text_draw(frame, rect_cut_top(&area, 1),
              tr(v->ui->lang, TR("Who waits: the fuller the more; red where a promise is broken.")),
              STYLE_DIM);
    for (int i = 0; i < self->line_count; i++) {
        if (!self->lines[i].row)
            continue;
        struct rect tile = area;
        int x = at / (down ? down : 1), y = at % (down ? down : 1) - top;
        at++;
        if (y < 0 || y >= area.h || x >= across)
            continue;
        tile = (struct rect){area.x + x * (area.w / across), area.y + y, area.w / across, 1};
        tile_view(v, self->lines[i].row, i == self->list.selected, frame, tile);
    }
}

/* --- looked into --- */

struct fact {
    const char *label;
    void (*put)(const struct view *v, const struct json *row, char out[GRID_CELL]);
};

static void fact_waiting(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_number(row, "waiting", out);
}
static void fact_longest(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    put_minutes(v, row, (double)halls_longest_ms(v->ui, row) / 60000, out);
}
static void fact_expected(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    put_minutes(v, row, json_number(row, "expected_min", -1), out);
}
static void fact_hour(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_number(row, "waiting_in_hour", out);
}
static void fact_late(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_number(row, "late", out);
}
static void put_two(const struct json *row, const char *first, const char *second, char out[GRID_CELL])
{
    char text[60];
    str_format(text, sizeof text, "%d / %d", (int)json_int(row, first, 0), (int)json_int(row, second, 0));
    put_figure(row, text, out);
}
static void fact_levels(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_two(row, "broken", "burning", out);
}
static void fact_counters(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_two(row, "open", "counters", out);
}
static void fact_away(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_two(row, "paused", "unattended", out);
}
static void fact_served(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_number(row, "served", out);
}
static void fact_no_show(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_number(row, "no_show", out);
}
static void fact_mean(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    put_minutes(v, row, json_number(row, "wait_mean_min", -1), out);
}
static void fact_p90(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    put_minutes(v, row, json_number(row, "wait_p90_min", -1), out);
}
static void fact_yesterday(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    char minutes[SHOW_TEXT] = "–", text[GRID_CELL];
    double mean = json_number(row, "yesterday_wait_mean_min", -1);
    if (mean >= 0)
        show_minutes(v->ui, (int64_t)(mean * 60000), minutes);
    str_format(text, sizeof text, "%d · %s", (int)json_int(row, "yesterday_served", 0), minutes);
    put_figure(row, json_get(row, "yesterday_served") ? text : "–", out);
}
static void fact_month(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    char minutes[SHOW_TEXT] = "–", text[GRID_CELL];
    double mean = json_number(row, "month_wait_mean_min", -1);
    if (mean >= 0)
        show_minutes(v->ui, (int64_t)(mean * 60000), minutes);
    str_format(text, sizeof text, "%d · %s", (int)json_int(row, "month_served", 0), minutes);
    put_figure(row, json_get(row, "month_served") ? text : "–", out);
}
static void fact_survey(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    char text[60] = "–";
    (void)v;
    if (json_get(row, "survey"))
        str_format(text, sizeof text, "%.2f (%d)", json_number(row, "survey", 0),
                   (int)json_int(row, "survey_people", 0));
    put_figure(row, text, out);
}
static void fact_unsent(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_number(row, "unsent", out);
}
static void fact_disputes(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_number(row, "disputes", out);
}
static void fact_version(const struct view *v, const struct json *row, char out[GRID_CELL])
{
    (void)v;
    put_figure(row, json_text_or(row, "version", "–"), out);
}

static const struct fact facts[] = {
    {TR("waiting"), fact_waiting},
    {TR("longest wait"), fact_longest},
    {TR("expected now"), fact_expected},
    {TR("waiting in an hour"), fact_hour},
    {TR("promises broken"), fact_late},
    {TR("targets broken / at risk"), fact_levels},
    {TR("counters open / all"), fact_counters},
    {TR("on a break / unattended"), fact_away},
    {TR("unsent records"), fact_unsent},
    {TR("served"), fact_served},
    {TR("no-shows"), fact_no_show},
    {TR("mean wait"), fact_mean},
    {TR("9 of 10 wait at most"), fact_p90},
    {TR("yesterday: served · wait"), fact_yesterday},
    {TR("month: served · wait"), fact_month},
    {TR("survey (people)"), fact_survey},
    {TR("disputes"), fact_disputes},
    {TR("version"), fact_version},
};
enum { FACTS = sizeof facts / sizeof *facts };

static unsigned row_look(const struct json *row)
{
    return halls_answers(row) ? STYLE_TEXT : STYLE_DIM;
}

/* What this program saw of the day, in a cell each twenty minutes where there is less room. */
static void trend_view(const struct view *v, const struct json *row, struct frame *frame, struct rect line)
{
    double values[SPARK_SLOTS];
    int count = 0, first = -1;
    for (const struct json *one = json_first(json_get(row, "series")); one && count < SPARK_SLOTS;
         one = json_next(one), count++) {
        values[count] = json_as_number(one, -1);
        if (values[count] >= 0 && first < 0)
            first = count;
    }
    while (count > 0 && values[count - 1] < 0)
        count--;
    if (first < 0)
        return;
    rect_cut_left(&line,
                  text_draw(frame, line, tr(v->ui->lang, TR("waiting, as seen from here")), STYLE_DIM) + 2);
    if (count - first > line.w)
        first = count - line.w;
    chart_spark(frame, line, values + first, count - first, 0, row_look(row));
}

static void queue_cell(const void *self, int at, int column, char out[GRID_CELL], unsigned *look)
{
    const struct cells *cells = self;
    const struct json *hall = json_first(json_get(cells->view.self->some, "rows"));
    const struct json *queue = json_at(json_pointer(hall, "/figures/queues"), (size_t)at);
    struct json *dressed = json_copy(queue);
    const struct json *offset = json_get(hall, "offset_ms");
    char name[HALLS_NAME];
    json_set_text(dressed, "state", json_text(hall, "state"));
    json_set_int(dressed, "known_ms", 1);
    json_set_int(dressed, "offset_ms", json_as_int(offset, 0));
    json_set_int(dressed, "open", json_as_int(json_pointer(queue, "/counters/open"), 0));
    int64_t all = json_as_int(json_pointer(queue, "/counters/all"), 0);
    json_set_int(dressed, "counters", all);
    out[0] = '\0';
    const char *bus = json_bool(queue, "away", false) ? tr(cells->view.ui->lang, TR("with a bus")) : "";
    if (cells->list[column] == CELL_NAME)
        str_format(out, GRID_CELL, "%s %s%s%s", json_text_or(queue, "code", ""),
                   halls_name(cells->view.ui, queue, name), *bus ? " · " : "", bus);
    else
        put_cell(&cells->view, dressed, cells->list[column], out, look);
    json_free(&dressed);
}

static void queues_view(const struct view *v, const struct json *row, struct frame *frame, struct rect area)
{
    struct grid_column columns[GRID_COLUMNS];
    struct list list = {0};
    static const enum halls_cell own[] = {CELL_NAME,     CELL_WAITING, CELL_LONGEST,
                                          CELL_EXPECTED, CELL_LATE,    CELL_COUNTERS};
    struct cells cells = {.view = *v, .list = own, .count = sizeof own / sizeof *own};
    for (int i = 0; i < cells.count; i++)
        columns[i] = column_of(v->ui->lang, cells.list[i]);
    list_set_count(&list, (int)json_count(json_pointer(row, "/figures/queues")));
    list_select(&list, v->self->top);
    const struct grid grid = {.columns = columns,
                              .count = cells.count,
                              .cell = queue_cell,
                              .self = &cells,
                              .empty = tr(v->ui->lang, TR("Nothing is known of its queues yet."))};
    columns[0].title = tr(v->ui->lang, TR("queue"));
    grid_draw(&grid, &list, frame, area, true);
}

static void fact_line(const struct view *v, const struct json *row, int fact, struct frame *frame,
                      struct rect line)
{
    char text[GRID_CELL];
    struct rect label = rect_cut_left(&line, LABEL_W);
    facts[fact].put(v, row, text);
    rect_cut_right(&label, 1);
    text_draw(frame, label, tr(v->ui->lang, facts[fact].label), STYLE_DIM);
    text_draw(frame, line, text, row_look(row));
}

/* When it was last heard of, and why not now, in a whole line. */
static void state_line(const struct view *v, const struct json *row, struct frame *frame, struct rect line)
{
    char known[HALLS_NAME], remark[HALLS_NAME];
    unsigned look = STYLE_DANGER;
    halls_known(v->ui, row, known);
    if (halls_answers(row)) {
        halls_remark(v->ui, row, remark, &look);
        text_drawf(frame, line, look, "%s%s%s", known, *remark ? " · " : "", remark);
    } else
        text_drawf(frame, line, look, "! %s · %s", known, halls_why(v->ui, row));
}

static void one_view(const struct view *v, const struct json *row, struct frame *frame, struct rect area)
{
    enum { HALF = (FACTS + 1) / 2 };
    bool beside = area.w >= 2 * (LABEL_W + 8);
    state_line(v, row, frame, rect_cut_top(&area, 1));
    struct rect left = rect_cut_top(&area, beside || area.h < 2 * FACTS ? HALF : FACTS), right = {0};
    if (beside)
        right = rect_cut_right(&left, left.w / 2);
    for (int i = 0; i < FACTS; i++)
        fact_line(v, row, i, frame, beside && i >= HALF ? rect_row(right, i - HALF) : rect_row(left, i));
    trend_view(v, row, frame, rect_cut_top(&area, 1));
    frame_rule(frame, rect_cut_top(&area, 1));
    queues_view(v, row, frame, area);
}

static void beside_view(const struct view *v, struct frame *frame, struct rect area)
{
    const struct json *rows = json_get(v->self->some, "rows");
    int count = (int)json_count(rows), label_w = LABEL_W;
    int w = count ? (area.w - label_w) / count : 0, top = v->self->top < FACTS - 1 ? v->self->top : FACTS - 1;
    char text[GRID_CELL];
    struct rect head = rect_cut_top(&area, 1);
    for (int i = 0; i < count; i++) {
        struct rect cell = {head.x + label_w + i * w, head.y, w - 1, 1};
        put_name(v, json_at(rows, (size_t)i), text);
        text_draw(frame, cell, text, STYLE_TEXT | ATTR_BOLD);
    }
    struct rect states = rect_cut_top(&area, 1);
    for (int i = 0; i < count; i++) {
        struct rect cell = {states.x + label_w + i * w, states.y, w - 1, 1};
        state_line(v, json_at(rows, (size_t)i), frame, cell);
    }
    frame_rule(frame, rect_cut_top(&area, 1));
    for (int fact = top; fact < FACTS && fact - top < area.h; fact++) {
        struct rect line = rect_row(area, fact - top), label = line;
        label.w = label_w - 1;
        text_draw(frame, label, tr(v->ui->lang, facts[fact].label), STYLE_DIM);
        for (int i = 0; i < count; i++) {
            const struct json *row = json_at(rows, (size_t)i);
            struct rect cell = {line.x + label_w + i * w, line.y, w - 1, 1};
            facts[fact].put(v, row, text);
            text_draw(frame, cell, text, row_look(row));
        }
    }
    frame_cursor(frame, area.x, area.y);
}

static void open_view(const struct view *v, struct frame *frame, struct rect area)
{
    const struct json *rows = json_get(v->self->some, "rows");
    if (json_count(rows) == 1)
        one_view(v, json_first(rows), frame, area);
    else if (rows)
        beside_view(v, frame, area);
}

/* --- everything --- */

static void filter_view(const struct view *v, struct frame *frame, struct rect *area)
{
    if (!v->self->filtering && !*field_text(&v->self->filter))
        return;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, text_draw(frame, line, tr(v->ui->lang, TR("filter")), STYLE_DIM) + 1);
    field_draw(&v->self->filter, frame, line, NULL, v->self->filtering);
}

void halls_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    struct view v = {.self = data, .ui = ui};
    area = rect_inset(area, 1, 0);
    if (!v.self->data)
        return;
    if (v.self->open_count)
        return open_view(&v, frame, area);
    for (int i = 0; i < v.self->line_count; i++) {
        const struct json *row = v.self->lines[i].row;
        int64_t waiting = halls_answers(row) ? json_int(row, "waiting", 0) : 0;
        v.most_waiting = waiting > v.most_waiting ? waiting : v.most_waiting;
    }
    head_view(&v, frame, &area);
    filter_view(&v, frame, &area);
    if (v.self->map)
        map_view(&v, frame, area);
    else
        list_view(&v, frame, area);
}
