/* screens/move_view.c: draws a move before it is made: what goes where until when, each queue now and with the move, who
 * waits longer. Decides nothing. */
#include <stdlib.h>

#include "screens/move.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum {
    WIDE = 110,
    LIST_W = 31,
    LIST_W_WIDE = 42,
    CODE_W = 5,
    WAITING_W = 10,
    LONGEST_W = 16,
    MINUTE_MS = 60 * 1000,
    NAMED_SHOWN = 6,
};

struct view {
    const struct moving *self;
    const struct ui *ui;
    struct frame *frame;
};

/* --- what, where to, until when --- */

static void marks_text(const struct json *marks, const char *words, enum lang lang, struct buf *out)
{
    enum { SHOWN = 6 };
    struct buf names = {0};
    int count = 0;
    for (const struct json *one = json_first(marks); one; one = json_next(one), count++)
        if (count < SHOWN)
            buf_addf(&names, "%s%s", count ? ", " : "", json_as_text(one) ? json_as_text(one) : "?");
    if (count > SHOWN)
        buf_addf(&names, " +%d", count - SHOWN);
    if (count) {
        buf_adds(out, out->length ? " · " : "");
        buf_addf(out, "%s %s", tr(lang, words), buf_text(&names));
    }
    buf_free(&names);
}

static void what_text(const struct view *view, struct buf *out)
{
    const struct moving *self = view->self;
    enum lang lang = view->ui->lang;
    if (self->asking) {
        buf_addf(out, tr(lang, TR("%s is asked to another counter")), self->user_name);
        return;
    }
    if (json_count(self->counters) == 1)
        buf_addf(out, tr(lang, TR("counter %s")), json_as_text(json_first(self->counters)));
    else
        marks_text(self->counters, TR("counters"), lang, out);
    marks_text(self->tickets, TR("people"), lang, out);
    marks_text(self->from, TR("all who wait in"), lang, out);
}

static void where_text(const struct view *view, struct buf *out)
{
    static const char *const words[MOVE_HOWS] = {TR("this queue alone"), TR("beside their own queues"),
                                                 TR("no longer this queue")};
    const struct moving *self = view->self;
    const struct json *target = moving_target(self);
    enum lang lang = view->ui->lang;
    char time[TIME_TEXT], clock[SHOW_TEXT];
    if (self->asking)
        buf_addf(out, tr(lang, TR("counter %s")), json_text_or(target, "name", "–"));
    else
        buf_addf(out, "%s %s", json_text_or(target, "code", "–"),
                 show_name(view->ui, json_get(target, "name")));
    if (!self->asking && moving_has_counters(self))
        buf_addf(out, " · %s", tr(lang, words[self->how]));
    if (!moving_has_counters(self))
        return;
    time_text(self->until_ms, time);
    buf_adds(out, " · ");
    if (self->until_ms)
        buf_addf(out, tr(lang, TR("until %s today")), show_clock(time, clock));
    else
        buf_adds(out, tr(lang, TR("for good")));
    if (moving_is_advised(self))
        buf_addf(out, " · %s", tr(lang, TR("as advised")));
}

static void head_view(const struct view *view, struct rect *area)
{
    struct buf what = {0}, where = {0};
    char refused[SHOW_REFUSED];
    struct rect line = rect_cut_top(area, 1), to = rect_cut_top(area, 1);
    what_text(view, &what);
    where_text(view, &where);
    text_draw(view->frame, line, buf_text(&what), STYLE_TEXT | ATTR_BOLD);
    text_draw(view->frame, rect_cut_left(&to, 2), "→", STYLE_ACCENT | ATTR_BOLD);
    text_draw(view->frame, to, buf_text(&where), STYLE_ACCENT);
    if (view->self->refused)
        rect_cut_top(area,
                     text_draw_wrapped(view->frame, *area,
                                       show_refused(view->ui, view->self->refused, refused), STYLE_WARN, 0));
    buf_free(&what);
    buf_free(&where);
}

/* --- the targets --- */

enum { CODE, NAME, WAITING, COLUMNS };

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = view->self->targets[index];
    (void)look;
    if (column == WAITING)
        str_format(out, GRID_CELL, "%d", (int)json_int(row, "waiting", 0));
    else if (column == NAME)
        str_copy(out, GRID_CELL, show_name(view->ui, json_get(row, "name")));
    else
        str_copy(out, GRID_CELL, json_text_or(row, view->self->asking ? "name" : "code", ""));
}

static void targets_view(const struct view *view, struct rect area)
{
    const struct ui *ui = view->ui;
    const struct moving *self = view->self;
    const struct grid_column queues[COLUMNS] = {
        [CODE] = {.title = "", .w = 4},
        [NAME] = {.title = tr(ui->lang, TR("to queue")), .w_min = 6},
        [WAITING] = {.title = tr(ui->lang, TR("waiting")), .w = 8, .align = TEXT_RIGHT},
    };
    const struct grid_column counters[] = {{.title = tr(ui->lang, TR("to counter")), .w_min = 6}};
    const struct grid grid = {
        .columns = self->asking ? counters : queues,
        .count = self->asking ? 1 : COLUMNS,
        .cell = cell,
        .self = view,
        .empty = tr(ui->lang, self->asking ? TR("There is no free counter.") : TR("There is no queue."))};
    if (self->filtering || *field_text(&self->filter))
        field_draw(&self->filter, view->frame, rect_cut_top(&area, 1), "", self->filtering);
    grid_draw(&grid, &self->list, view->frame, area, !self->filtering);
}

/* --- each queue --- */

static int64_t of(const struct json *row, const char *name, size_t side)
{
    return json_as_int(json_at(json_get(row, name), side), 0);
}

static bool changes(const struct json *row)
{
    int64_t longest = of(row, "longest_ms", 0) - of(row, "longest_ms", 1),
            mean = of(row, "mean_ms", 0) - of(row, "mean_ms", 1);
    return of(row, "waiting", 0) != of(row, "waiting", 1) || of(row, "left", 0) != of(row, "left", 1) ||
           llabs(longest) >= MINUTE_MS || llabs(mean) >= MINUTE_MS;
}

static const char *code_of(const struct view *view, const char *queue)
{
    for (const struct json *row = json_first(json_get(view->self->data, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), queue))
            return json_text_or(row, "code", queue);
    return queue;
}

/* A minute is as long in every bar; what the move saves or adds stands at its end. */
static void bar_view(const struct view *view, struct rect area, int64_t before_ms, int64_t after_ms,
                     int64_t most_ms)
{
    int64_t common_ms = before_ms < after_ms ? before_ms : after_ms;
    int64_t longer_ms = before_ms < after_ms ? after_ms : before_ms;
    if (most_ms < MINUTE_MS || area.w < 4) /* nobody waits a minute: nothing to compare */
        return;
    int w = (int)(longer_ms * area.w / most_ms), common = (int)(common_ms * area.w / most_ms);
    struct rect whole = rect_cut_left(&area, w), same = rect_cut_left(&whole, common);
    frame_fill(view->frame, same, "▓", STYLE_DIM);
    frame_fill(view->frame, whole, after_ms < before_ms ? "░" : "+",
               after_ms < before_ms ? STYLE_GOOD : STYLE_WARN);
}

/* Both in minutes, however many: they are there to be compared. */
static void from_to(const struct ui *ui, int64_t before_ms, int64_t after_ms, char out[SHOW_TEXT])
{
    char after[SHOW_TEXT];
    str_format(after, sizeof after, tr(ui->lang, TR("%d min")), (int)(after_ms / MINUTE_MS));
    str_format(out, SHOW_TEXT, "%3d → %s", (int)(before_ms / MINUTE_MS), after);
}

static void queue_view(const struct view *view, const struct json *row, int64_t most_ms, struct rect line)
{
    int64_t before_ms = of(row, "longest_ms", 0), after_ms = of(row, "longest_ms", 1);
    unsigned look = after_ms - before_ms >= MINUTE_MS   ? STYLE_WARN
                    : before_ms - after_ms >= MINUTE_MS ? STYLE_GOOD
                                                        : STYLE_TEXT;
    char text[SHOW_TEXT];
    text_draw(view->frame, rect_cut_left(&line, CODE_W), code_of(view, json_text_or(row, "queue", "?")),
              STYLE_TEXT | ATTR_BOLD);
    str_format(text, sizeof text, "%3d → %d", (int)of(row, "waiting", 0), (int)of(row, "waiting", 1));
    text_draw(view->frame, rect_cut_left(&line, WAITING_W), text, STYLE_TEXT);
    from_to(view->ui, before_ms, after_ms, text);
    text_draw(view->frame, rect_cut_left(&line, LONGEST_W), text, look);
    bar_view(view, line, before_ms, after_ms, most_ms);
}

static int64_t most_of(const struct json *queues)
{
    int64_t most_ms = 0;
    for (const struct json *row = json_first(queues); row; row = json_next(row))
        for (size_t side = 0; side < 2; side++)
            most_ms = of(row, "longest_ms", side) > most_ms ? of(row, "longest_ms", side) : most_ms;
    return most_ms;
}

static void queues_view(const struct view *view, const struct json *move, struct rect *area)
{
    const struct json *queues = json_get(move, "queues");
    enum lang lang = view->ui->lang;
    struct rect head = rect_cut_top(area, 1);
    int others = 0, room = area->h - 4 > 3 ? area->h - 4 : 3;
    rect_cut_left(&head, CODE_W);
    text_draw(view->frame, rect_cut_left(&head, WAITING_W), tr(lang, TR("waiting")), STYLE_DIM);
    text_draw(view->frame, head, tr(lang, TR("longest wait in the next hour")), STYLE_DIM);
    for (const struct json *row = json_first(queues); row; row = json_next(row)) {
        if (changes(row) && room-- > 0)
            queue_view(view, row, most_of(queues), rect_cut_top(area, 1));
        else
            others++;
    }
    if (others)
        text_drawf(view->frame, rect_cut_top(area, 1), STYLE_DIM, tr(lang, TR("other queues, unchanged: %d")),
                   others);
}

/* --- who --- */

static void person_view(const struct view *view, const struct json *one, struct rect line)
{
    int64_t before_ms = of(one, "wait_ms", 0), after_ms = of(one, "wait_ms", 1),
            by = (after_ms - before_ms) / MINUTE_MS;
    char text[SHOW_TEXT];
    from_to(view->ui, before_ms, after_ms, text);
    text_drawf(view->frame, rect_cut_left(&line, 8), STYLE_TEXT, "%s", json_text_or(one, "number", "?"));
    text_draw(view->frame, rect_cut_left(&line, LONGEST_W + 2), text, STYLE_DIM);
    text_drawf(view->frame, line, by > 0 ? STYLE_WARN : STYLE_GOOD, "%+d", (int)by);
}

static void people_view(const struct view *view, const struct json *move, struct rect area)
{
    const struct json *people = json_get(move, "people"), *named = json_get(people, "named");
    int sooner = (int)json_int(people, "sooner", 0), later = (int)json_int(people, "later", 0), shown = 0;
    enum lang lang = view->ui->lang;
    rect_cut_top(&area, 1);
    if (!sooner && !later) {
        text_draw_wrapped(view->frame, area, tr(lang, TR("Nobody who waits is called earlier or later.")),
                          STYLE_TEXT, 0);
        return;
    }
    struct rect line = rect_cut_top(&area, 1);
    text_drawf(view->frame, line, later ? STYLE_WARN : STYLE_TEXT,
               tr(lang, TR("%d are called earlier, %d later:")), sooner, later);
    for (const struct json *one = json_first(named); one && shown < NAMED_SHOWN && area.h > 0;
         one = json_next(one), shown++)
        person_view(view, one, rect_cut_top(&area, 1));
}

static void effect_view(const struct view *view, struct rect area)
{
    const struct json *move = json_get(view->self->effect, "move"),
                      *refused = json_get(view->self->effect, "refused");
    if (refused) {
        text_draw_wrapped(
            view->frame, area,
            show_refusal(view->ui, json_text(refused, "code"), json_text_or(refused, "message", "")),
            STYLE_DANGER, 0);
        return;
    }
    if (!move)
        return;
    queues_view(view, move, &area);
    people_view(view, move, area);
}

void moving_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {data, ui, frame};
    if (!view.self->data)
        return;
    area = rect_inset(area, 1, 0);
    head_view(&view, &area);
    frame_rule(frame, rect_cut_top(&area, 1));
    struct rect list = rect_cut_left(&area, area.w >= WIDE ? LIST_W_WIDE : LIST_W);
    rect_cut_right(&list, 1);
    targets_view(&view, list);
    frame_pillar(frame, rect_cut_left(&area, 1));
    rect_cut_left(&area, 1);
    effect_view(&view, area);
}
