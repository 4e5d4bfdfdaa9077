/* screens/trainer_view.c: how the trainer's screen looks. Reads the answers and the clock of ui; decides nothing. */
#include <stdlib.h>

#include "screens/trainer.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { WIDE = 110, BESIDE_W = 37, BELOW_ROWS = 4, ABOUT_ROWS = 4 };

struct view {
    const struct trainer *self;
    const struct ui *ui;
};

char *trainer_title(const void *data, const struct ui *ui)
{
    const struct json *hall = trainer_hall(data);
    return hall ? xasprintf("%s · %s", tr(ui->lang, TR("Trainer")), show_name(ui, json_get(hall, "names")))
                : xstrdup(tr(ui->lang, TR("Trainer")));
}

/* --- the day --- */

static void sentence_view(const struct ui *ui, const char *text, unsigned look, struct frame *frame,
                          struct rect *area)
{
    rect_cut_top(area, text_draw_wrapped(frame, *area, tr(ui->lang, text), look, 0));
}

/* "30.11.2026 · 09:41 · ×5 · doors 08:00–15:00 · seed 42" */
static void clock_view(const struct view *view, struct frame *frame, struct rect line)
{
    const struct json *hall = trainer_hall(view->self);
    const struct ui *ui = view->ui;
    char day[SHOW_TEXT], clock[CLOCK_TEXT], pace[SHOW_TEXT], doors[SHOW_TEXT], seed[SHOW_TEXT];
    unsigned look = json_bool(hall, "paused", false) ? STYLE_WARN | ATTR_BOLD : STYLE_ACCENT | ATTR_BOLD;
    time_clock(ui->now_ms, clock);
    str_format(doors, sizeof doors, tr(ui->lang, TR("doors %s–%s")), json_text_or(hall, "opens", ""),
               json_text_or(hall, "closes", ""));
    str_format(seed, sizeof seed, tr(ui->lang, TR("seed %lld")), (long long)json_int(hall, "seed", 0));
    rect_cut_left(&line, text_drawf(frame, line, STYLE_TEXT | ATTR_BOLD, "%s · %s",
                                    show_day(ui, json_text(hall, "day"), day), clock));
    rect_cut_left(&line, text_draw(frame, line, " · ", STYLE_DIM));
    rect_cut_left(&line, text_draw(frame, line, trainer_pace(ui, hall, pace), look));
    text_drawf(frame, line, STYLE_DIM, " · %s · %s", doors, seed);
}

/* What goes wrong for everybody just now. */
static void trouble_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct json *hall = trainer_hall(view->self);
    bool outage = json_bool(hall, "outage", false), slow = json_bool(hall, "slow", false);
    if (!outage && !slow)
        return;
    const char *text = outage ? TR("! Outage: trainees cannot reach the hall.")
                              : TR("! Slow network: trainees wait seconds for each answer.");
    text_draw(frame, rect_cut_top(area, 1), tr(view->ui->lang, text), STYLE_WARN);
}

/* Without the hall: how old it is, and what waits. */
static void away_view(const struct view *view, struct frame *frame, struct rect *area)
{
    char since[SHOW_TEXT], text[2 * SHOW_TEXT];
    if (trainer_is_reached(view->ui))
        return;
    str_format(
        text, sizeof text,
        tr(view->ui->lang,
           TR("Hall not reachable: this is how it was at %s. Nothing is lost; keys to the hall wait until "
              "it is back.")),
        show_since(view->ui, view->ui->link.since_ms, since));
    rect_cut_top(area, text_draw_wrapped(frame, *area, text, STYLE_WARN, 0));
}

/* --- trainees --- */

enum { T_NAME, T_COUNTER, T_DOING, T_SERVED, T_SCORE, T_BETTER, T_COLUMNS };

static void name_text(const struct json *row, char out[GRID_CELL])
{
    bool frozen = json_bool(row, "frozen", false), taken = json_text(row, "taken_by") != NULL;
    str_format(out, GRID_CELL, "%s%s", frozen ? "■ " : taken ? "» " : "", json_text_or(row, "name", "…"));
}

static void trainee_cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(view->self->people, (size_t)index);
    bool plain = *look == STYLE_TEXT, out_there = str_equal(json_text_or(row, "doing", "out"), "out");
    char text[SHOW_TEXT];
    if (plain && out_there)
        *look = STYLE_DIM;
    switch (column) {
    case T_NAME:
        if (plain && (json_bool(row, "frozen", false) || json_text(row, "taken_by")))
            *look = STYLE_WARN;
        return name_text(row, out);
    case T_COUNTER:
        str_copy(out, GRID_CELL, json_text_or(row, "counter", "–"));
        return;
    case T_DOING:
        str_copy(out, GRID_CELL, trainer_doing(view->ui, row, text));
        return;
    case T_SERVED:
        str_format(out, GRID_CELL, "%d", (int)json_int(row, "served", 0));
        return;
    case T_SCORE:
        if (json_get(row, "score") && !json_is_null(json_get(row, "score")))
            str_format(out, GRID_CELL, "%d", (int)json_int(row, "score", 0));
        return;
    default:
        str_copy(out, GRID_CELL, trainer_better(view->ui, row, text));
        if (plain)
            *look = STYLE_WARN;
    }
}

static void trainees_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum lang lang = view->ui->lang;
    bool roomy = area.w >= 100;
    const struct grid_column columns[T_COLUMNS] = {
        [T_NAME] = {.title = tr(lang, TR("Trainee")), .w = roomy ? 24 : 16},
        [T_COUNTER] = {.title = roomy ? tr(lang, TR("Counter")) : "№", .w = roomy ? 8 : 3},
        [T_DOING] = {.title = tr(lang, TR("Doing")), .w = roomy ? 28 : 20},
        [T_SERVED] = {.title = tr(lang, TR("Served")), .w = 8, .align = TEXT_RIGHT},
        [T_SCORE] = {.title = tr(lang, TR("Score")), .w = 5, .align = TEXT_RIGHT},
        [T_BETTER] = {.title = tr(lang, TR("Better now")), .w_min = 14},
    };
    const struct grid grid = {
        .columns = columns,
        .count = T_COLUMNS,
        .cell = trainee_cell,
        .self = view,
        .empty = tr(lang, TR("Nobody is trained yet. Whoever signs in at another workstation stands here."))};
    grid_draw(&grid, &view->self->lists[TRAINER_DAY], frame, area, true);
}

/* Of whoever is chosen: what stands in the way, what was sent to them, what a good clerk would do. */
static void chosen_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct ui *ui = view->ui;
    const struct json *row = trainer_chosen(view->self), *hint = json_get(row, "hint");
    char text[2 * SHOW_TEXT], part[SHOW_TEXT];
    if (!row)
        return;
    text_draw(frame, rect_cut_top(&area, 1), json_text_or(row, "name", "…"), STYLE_ACCENT | ATTR_BOLD);
    if (json_bool(row, "frozen", false))
        sentence_view(ui, TR("Stopped: their keys do nothing until f releases them."), STYLE_WARN, frame,
                      &area);
    if (json_text(row, "taken_by")) {
        str_format(text, sizeof text, tr(ui->lang, TR("Taken over by %s; o hands it back.")),
                   json_text(row, "taken_by"));
        rect_cut_top(&area, text_draw_wrapped(frame, area, text, STYLE_WARN, 0));
    }
    if (*trainer_better(ui, row, part)) {
        str_format(text, sizeof text, tr(ui->lang, TR("A good clerk would now: %s")), part);
        rect_cut_top(&area, text_draw_wrapped(frame, area, text, STYLE_TEXT, 0));
    } else if (!json_text(row, "taken_by") && json_text(row, "counter") &&
               !str_equal(json_text_or(row, "doing", "out"), "out")) {
        sentence_view(ui, TR("They do what a good clerk would do now."), STYLE_GOOD, frame, &area);
    }
    if (json_is_object(hint)) {
        str_format(text, sizeof text, tr(ui->lang, TR("Hint of %s: %s")),
                   show_clock(json_text(hint, "at"), part), json_text_or(hint, "text", ""));
        text_draw_wrapped(frame, area, text, STYLE_DIM, 0);
    }
}

/* --- the hall --- */

static const char *age(const struct ui *ui, const struct json *row, char out[SHOW_TEXT])
{
    const char *at = json_text(row, "oldest_at");
    out[0] = '\0';
    return at ? show_minutes(ui, show_since_ms(ui, at), out) : out;
}

/* "Hall: waiting 14 · oldest 22 min" */
static void hall_view(const struct view *view, struct frame *frame, struct rect line)
{
    const struct ui *ui = view->ui;
    char oldest[SHOW_TEXT], text[SHOW_TEXT];
    int waiting = (int)json_int(view->self->floor, "waiting", 0);
    age(ui, view->self->floor, oldest);
    if (waiting)
        str_format(text, sizeof text, tr(ui->lang, TR("waiting %d · oldest %s")), waiting, oldest);
    else
        str_copy(text, sizeof text, tr(ui->lang, TR("nobody waits")));
    rect_cut_left(&line, show_heading(frame, line, tr(ui->lang, TR("Hall"))) + 2);
    text_draw(frame, line, text, STYLE_TEXT);
}

/* The queues in which somebody waits, as many as have room. */
static void queues_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct ui *ui = view->ui;
    char wait[SHOW_TEXT];
    const struct json *queues = json_get(view->self->floor, "queues");
    for (const struct json *row = json_first(queues); row && area.h > 0; row = json_next(row)) {
        if (!json_int(row, "waiting", 0))
            continue;
        struct rect line = rect_cut_top(&area, 1), code = rect_cut_left(&line, 4),
                    time = rect_cut_right(&line, 9), count = rect_cut_right(&line, 5);
        text_draw(frame, code, json_text_or(row, "code", ""), STYLE_ACCENT);
        text_drawf(frame, count, STYLE_TEXT, "%4d", (int)json_int(row, "waiting", 0));
        text_draw_as(frame, time, age(ui, row, wait), STYLE_TEXT, TEXT_RIGHT);
        text_draw(frame, line, show_name(ui, json_get(row, "name")), STYLE_TEXT);
    }
}

static void beside_view(const struct view *view, struct frame *frame, struct rect area)
{
    frame_pillar(frame, rect_cut_left(&area, 1));
    rect_cut_left(&area, 1);
    chosen_view(view, frame, rect_cut_top(&area, area.h / 2));
    hall_view(view, frame, rect_cut_top(&area, 1));
    queues_view(view, frame, area);
}

static void below_view(const struct view *view, struct frame *frame, struct rect area)
{
    frame_rule(frame, rect_cut_top(&area, 1));
    chosen_view(view, frame, rect_cut_top(&area, BELOW_ROWS));
    frame_rule(frame, rect_cut_top(&area, 1));
    hall_view(view, frame, area);
}

static void day_view(const struct view *view, struct frame *frame, struct rect area)
{
    clock_view(view, frame, rect_cut_top(&area, 1));
    trouble_view(view, frame, &area);
    rect_cut_top(&area, 1);
    if (area.w >= WIDE)
        beside_view(view, frame, rect_cut_right(&area, BESIDE_W));
    else if (area.h > BELOW_ROWS + 7)
        below_view(view, frame, rect_cut_bottom(&area, BELOW_ROWS + 3));
    trainees_view(view, frame, area);
}

/* --- pages that the hall tells --- */

static const char *moment_text(const struct ui *ui, const struct json *row)
{
    const struct json *text = json_get(row, "text");
    return json_is_object(text) ? show_name(ui, text) : json_is_text(text) ? json_as_text(text) : "";
}

static void scenario_cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(json_get(view->self->answers[TRAINER_SCENARIOS], "rows"), (size_t)index);
    (void)look;
    (void)column;
    str_copy(out, GRID_CELL, show_name(view->ui, json_get(row, "names")));
}

static void moment_cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(json_get(view->self->answers[TRAINER_MOMENTS], "rows"), (size_t)index);
    char clock[SHOW_TEXT];
    (void)look;
    str_copy(out, GRID_CELL,
             column ? moment_text(view->ui, row) : trainer_clock(json_text(row, "at"), clock));
}

static void score_cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(json_get(view->self->answers[TRAINER_SCORE], "lines"), (size_t)index);
    int points = (int)json_int(row, "points", 0);
    char clock[SHOW_TEXT];
    if (*look == STYLE_TEXT && !points)
        *look = STYLE_DIM;
    if (column == 0) {
        str_copy(out, GRID_CELL, trainer_clock(json_text(row, "at"), clock));
    } else if (column == 1) {
        str_format(out, GRID_CELL, "%d", points);
    } else if (column == 2) {
        str_copy(out, GRID_CELL, trainer_rule(view->ui, json_text_or(row, "rule", "")));
    } else {
        char *text = trainer_score_text(view->ui, row);
        str_copy(out, GRID_CELL, text);
        free(text);
    }
}

/* One that this program has no more is told by the name of its file. */
static const char *scenario_name(const struct view *view, const struct json *row)
{
    const struct json *names = json_get(row, "names");
    return json_is_object(names) ? show_name(view->ui, names) : json_text_or(row, "scenario", "");
}

enum { R_DAY, R_SCENARIO, R_NAME, R_TOTAL, R_SERVED, R_COLUMNS };

static void result_cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(json_get(view->self->answers[TRAINER_RESULTS], "rows"), (size_t)index);
    char day[SHOW_TEXT];
    (void)look;
    switch (column) {
    case R_DAY:
        str_copy(out, GRID_CELL, show_day(view->ui, json_text(row, "day"), day));
        return;
    case R_SCENARIO:
        str_copy(out, GRID_CELL, scenario_name(view, row));
        return;
    case R_NAME:
        str_copy(out, GRID_CELL, json_text_or(row, "name", ""));
        return;
    case R_TOTAL:
        str_format(out, GRID_CELL, "%d", (int)json_int(row, "total", 0));
        return;
    default:
        str_format(out, GRID_CELL, "%d", (int)json_int(row, "served", 0));
    }
}

static void page_grid(const struct view *view, const struct grid *grid, struct frame *frame, struct rect area)
{
    const struct trainer *self = view->self;
    if (*self->fault)
        text_draw_wrapped(frame, area,
                          *self->code ? show_refusal(view->ui, self->code, self->fault)
                                      : tr(view->ui->lang, self->fault),
                          STYLE_WARN, 0);
    else if (!self->answers[self->page])
        text_draw(frame, area, tr(view->ui->lang, TR("The hall is asked…")), STYLE_DIM);
    else
        grid_draw(grid, &self->lists[self->page], frame, area, true);
}

/* What the line at the cursor is about, whole. */
static void about_view(const struct view *view, const char *text, struct frame *frame, struct rect *area)
{
    struct rect below = rect_cut_bottom(area, area->h > 2 * ABOUT_ROWS ? ABOUT_ROWS : 1);
    frame_rule(frame, rect_cut_top(&below, 1));
    text_draw_wrapped(frame, below, text, STYLE_TEXT, 0);
    (void)view;
}

static void scenarios_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum lang lang = view->ui->lang;
    const struct grid_column columns[] = {{.title = tr(lang, TR("Scenario")), .w_min = 30}};
    const struct grid grid = {.columns = columns,
                              .count = 1,
                              .cell = scenario_cell,
                              .self = view,
                              .empty = tr(lang, TR("This hall has no scenario."))};
    about_view(view, show_name(view->ui, json_get(trainer_line(view->self), "abouts")), frame, &area);
    page_grid(view, &grid, frame, area);
}

static void moments_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum lang lang = view->ui->lang;
    const struct grid_column columns[] = {{.title = tr(lang, TR("Moment")), .w = 8},
                                          {.title = tr(lang, TR("A moment to return to")), .w_min = 20}};
    const struct grid grid = {
        .columns = columns,
        .count = 2,
        .cell = moment_cell,
        .self = view,
        .empty = tr(lang, TR("No moment is kept yet: the first comes within five minutes."))};
    page_grid(view, &grid, frame, area);
}

/* Keys are known of visits at workstations that count them. */
static void total_view(const struct view *view, const struct json *score, struct frame *frame,
                       struct rect head)
{
    enum lang lang = view->ui->lang;
    int keys = (int)json_int(json_get(score, "figures"), "keys", 0),
        least = (int)json_int(json_get(score, "figures"), "keys_least", 0);
    rect_cut_left(&head, text_drawf(frame, head, STYLE_TEXT | ATTR_BOLD, tr(lang, TR("%d of 100")),
                                    (int)json_int(score, "total", 0)) +
                             2);
    if (keys)
        text_drawf(frame, head, STYLE_DIM, tr(lang, TR("keys: %d; %d would do")), keys, least);
}

static void score_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct trainer *self = view->self;
    enum lang lang = view->ui->lang;
    const struct json *answer = self->answers[TRAINER_SCORE];
    const struct grid_column columns[] = {{.title = tr(lang, TR("Moment")), .w = 6},
                                          {.title = tr(lang, TR("Points")), .w = 7, .align = TEXT_RIGHT},
                                          {.title = tr(lang, TR("About")), .w = 14},
                                          {.title = "", .w_min = 20}};
    const struct grid grid = {.columns = columns,
                              .count = 4,
                              .cell = score_cell,
                              .self = view,
                              .empty = tr(lang, TR("No point is lost: nothing to say."))};
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, text_draw(frame, head, json_text_or(trainer_of(self, self->scored), "name", "…"),
                                   STYLE_ACCENT | ATTR_BOLD) +
                             2);
    if (answer)
        total_view(view, answer, frame, head);
    char *text = trainer_line(self) ? trainer_score_text(view->ui, trainer_line(self)) : xstrdup("");
    about_view(view, text, frame, &area);
    free(text);
    page_grid(view, &grid, frame, area);
}

static void results_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum lang lang = view->ui->lang;
    const struct grid_column columns[R_COLUMNS] = {
        [R_DAY] = {.title = tr(lang, TR("Day")), .w = 11},
        [R_SCENARIO] = {.title = tr(lang, TR("Scenario")), .w = 22},
        [R_NAME] = {.title = tr(lang, TR("Trainee")), .w_min = 16},
        [R_TOTAL] = {.title = tr(lang, TR("Score")), .w = 6, .align = TEXT_RIGHT},
        [R_SERVED] = {.title = tr(lang, TR("Served")), .w = 8, .align = TEXT_RIGHT},
    };
    const struct grid grid = {
        .columns = columns,
        .count = R_COLUMNS,
        .cell = result_cell,
        .self = view,
        .empty = tr(lang, TR("No day was finished yet: F ends one, and its results stand here."))};
    page_grid(view, &grid, frame, area);
}

/* --- the whole --- */

/* True: there is no day, and why not. */
static bool nothing_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct trainer *self = view->self;
    if (!self->data) {
        sentence_view(view->ui, TR("The hall is being copied; the day stands here in a moment."), STYLE_DIM,
                      frame, area);
        return true;
    }
    if (trainer_hall(self) || self->page != TRAINER_DAY)
        return false;
    sentence_view(
        view->ui,
        view->ui->training
            ? TR("No day is played yet: b shows the scenarios. Trainees sign in at other workstations of "
                 "this hall; each stands here with what they do.")
            : TR("This is a real hall: nothing is played here. A training hall is one of its own."),
        STYLE_TEXT, frame, area);
    return true;
}

void trainer_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {data, ui};
    static void (*const pages[TRAINER_PAGES])(const struct view *, struct frame *, struct rect) = {
        [TRAINER_DAY] = day_view,     [TRAINER_SCENARIOS] = scenarios_view, [TRAINER_MOMENTS] = moments_view,
        [TRAINER_SCORE] = score_view, [TRAINER_RESULTS] = results_view,
    };
    area = rect_inset(area, 1, 0);
    frame_cursor(frame, area.x, area.y);
    away_view(&view, frame, &area);
    if (!nothing_view(&view, frame, &area))
        pages[view.self->page](&view, frame, area);
}
