/* screens/rules_draw.c: draws the rules: the queues, what is proposed for the chosen one, and the rehearsal: the order
 * before and after side by side, with who moves and by how much. Decides nothing. */
#include <stdlib.h>

#include "core/command/rehearsals.h"
#include "screens/rules.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum {
    WIDE = 110,
    LIST_W = 29,
    LIST_W_WIDE = 44,
    LABEL_W = 10,
    MOVE_W = 5,
    NUMBER_W = 8,
    PLACE_W = 4,
    PLAN_ROWS = 4
};

struct view {
    const struct rules *self;
    const struct ui *ui;
    struct frame *frame;
};

/* Where there is little room. */
static const char *short_word(const struct ui *ui, enum rule_kind kind)
{
    static const char *const words[RULE_COUNT] = {[RULE_FIFO] = TR("first come"),
                                                  [RULE_PRIORITY] = TR("priority"),
                                                  [RULE_WEIGHTED] = TR("shares"),
                                                  [RULE_APPOINTMENTS] = TR("bookings")};
    return tr(ui->lang, words[kind]);
}

/* --- the queues --- */

enum { CODE, RULE, WAITING, COLUMNS };

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(json_get(view->self->data, "rows"), (size_t)index);
    struct rule_queue now;
    (void)look;
    switch (column) {
    case CODE:
        str_copy(out, GRID_CELL, json_text_or(row, "code", ""));
        return;
    case RULE:
        rule_row_now(row, view->ui->now_ms, &now);
        str_copy(out, GRID_CELL, short_word(view->ui, now.kind));
        return;
    default:
        str_format(out, GRID_CELL, "%d", (int)json_int(row, "waiting", 0));
        return;
    }
}

static void queues_view(const struct view *view, struct rect area)
{
    const struct ui *ui = view->ui;
    const struct grid_column columns[COLUMNS] = {
        [CODE] = {.title = "", .w = 4},
        [RULE] = {.title = tr(ui->lang, TR("called by")), .w_min = 8},
        [WAITING] = {.title = tr(ui->lang, TR("waiting")), .w = 8, .align = TEXT_RIGHT},
    };
    const struct grid grid = {.columns = columns,
                              .count = COLUMNS,
                              .cell = cell,
                              .self = view,
                              .empty = tr(ui->lang, TR("There is no queue."))};
    grid_draw(&grid, &view->self->list, view->frame, area, true);
}

/* --- what counts, and what is proposed --- */

static void fact(const struct view *view, struct rect *area, const char *label, const char *value,
                 bool is_new)
{
    struct rect line = rect_cut_top(area, 1), name = rect_cut_left(&line, LABEL_W),
                sign = rect_cut_left(&line, 2);
    rect_cut_right(&name, 1);
    text_draw(view->frame, name, label, STYLE_DIM);
    text_draw(view->frame, sign, is_new ? "•" : "", STYLE_ACCENT | ATTR_BOLD);
    text_draw(view->frame, line, value, is_new ? STYLE_ACCENT : STYLE_TEXT);
}

/* "12:00–14:00 priority (3)" a line; those that find no room are counted. */
static void plan_view(const struct view *view, struct rect *area)
{
    const struct proposal *proposal = &view->self->proposal;
    const char *label = tr(view->ui->lang, TR("plan"));
    int count = (int)json_count(proposal->lines), shown = count > PLAN_ROWS ? PLAN_ROWS - 1 : count;
    char text[SHOW_TEXT];
    if (!count)
        fact(view, area, label, tr(view->ui->lang, TR("none: the same all day")), proposal->plan_changed);
    for (int i = 0; i < shown; i++) {
        const struct json *line = json_at(proposal->lines, (size_t)i);
        enum rule_kind kind = RULE_FIFO;
        (void)rule_find(json_text_or(line, "kind", ""), &kind);
        str_format(text, sizeof text, "%s–%s %s", json_text_or(line, "from", ""),
                   json_text_or(line, "to", ""), short_word(view->ui, kind));
        if (kind == RULE_PRIORITY)
            str_format(text, sizeof text, "%s–%s %s (%d)", json_text_or(line, "from", ""),
                       json_text_or(line, "to", ""), short_word(view->ui, kind),
                       (int)json_int(line, "max_run", RULE_MAX_RUN));
        fact(view, area, i ? "" : label, text, proposal->plan_changed);
    }
    if (count > shown) {
        str_format(text, sizeof text, tr(view->ui->lang, TR("and %d more")), count - shown);
        fact(view, area, "", text, false);
    }
}

static void shares_text(const struct view *view, struct buf *out)
{
    const struct json *counters = json_get(view->self->data, "counters");
    for (const struct json *one = json_first(counters); one; one = json_next(one)) {
        int64_t weight, sum;
        char text[SHOW_TEXT];
        if (!rules_share(one, view->self->proposal.queue, &weight, &sum))
            continue;
        str_format(text, sizeof text, tr(view->ui->lang, TR("counter %s: %d of %d")),
                   json_text_or(one, "name", ""), (int)weight, (int)sum);
        buf_addf(out, "%s%s", out->length ? " · " : "", text);
    }
}

static void until_view(const struct view *view, struct rect *area)
{
    const struct proposal *proposal = &view->self->proposal;
    const struct json *rule = json_get(rules_queue(view->self), "rule");
    const char *until = json_text(rule, "until");
    char clock[SHOW_TEXT];
    if (proposal->rule_changed)
        fact(view, area, tr(view->ui->lang, TR("until")),
             *proposal->until ? proposal->until : tr(view->ui->lang, TR("somebody changes it")), true);
    else if (until && !rule_row_is_over(rules_queue(view->self), view->ui->now_ms))
        fact(view, area, tr(view->ui->lang, TR("until")), show_clock(until, clock), false);
}

/* How it stands, with a sign that reads without colour; false: nobody yet. */
static bool standing(const struct ui *ui, const struct json *level, char text[SHOW_TEXT], unsigned *look)
{
    const char *state = json_text_or(level, "state", "");
    char clock[SHOW_TEXT];
    bool broken = str_equal(state, "broken"), burning = str_equal(state, "burning");
    if (broken)
        str_format(text, SHOW_TEXT, tr(ui->lang, TR("! broken: %d late, %d may be")),
                   (int)json_int(level, "late", 0), (int)json_int(level, "allowed", 0));
    else if (burning)
        str_format(text, SHOW_TEXT, tr(ui->lang, TR("! breaks at %s: foreseen %d of 100")),
                   show_clock(json_text(level, "breaks_at"), clock),
                   (int)json_int(level, "share_foreseen", 0));
    else if (str_equal(state, "kept"))
        str_format(text, SHOW_TEXT, tr(ui->lang, TR("kept: foreseen %d of 100")),
                   (int)json_int(level, "share_foreseen", 0));
    else
        return false;
    *look = json_text(level, "silenced_until") ? STYLE_DIM
            : broken                           ? STYLE_DANGER
            : burning                          ? STYLE_WARN
                                               : STYLE_GOOD;
    return true;
}

/* "15 min, booked 5, for 90 of 100" and below it how it stands. */
static void target_view(const struct view *view, const struct json *level, struct rect *area)
{
    const struct ui *ui = view->ui;
    const struct json *target = json_get(level, "target");
    const char *silenced = json_text(level, "silenced_until");
    int booked = (int)json_int(target, "booked_wait_min", json_int(target, "wait_min", 0));
    char text[SHOW_TEXT], clock[SHOW_TEXT];
    unsigned look;
    if (json_text(level, "service"))
        text_draw(view->frame, rect_cut_top(area, 1), show_name(ui, json_get(level, "service_name")),
                  STYLE_TEXT);
    str_format(text, sizeof text, tr(ui->lang, TR("%d min, booked %d, for %d of 100")),
               (int)json_int(target, "wait_min", 0), booked, (int)json_int(target, "share", 0));
    fact(view, area, tr(ui->lang, TR("target")), text, false);
    if (!standing(ui, level, text, &look))
        return;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, text_draw(view->frame, line, text, look) + 2);
    if (silenced)
        text_drawf(view->frame, line, STYLE_DIM, tr(ui->lang, TR("silent until %s")),
                   show_clock(silenced, clock));
}

/* Of the queue, then of its services that have one of their own. */
static void level_view(const struct view *view, struct rect *area)
{
    const char *queue = json_text(rules_queue(view->self), "id");
    const struct json *levels = json_get(view->self->levels, "rows");
    for (const struct json *row = json_first(levels); row; row = json_next(row))
        if (str_equal(json_text(row, "queue"), queue))
            target_view(view, row, area);
}

static void proposal_view(const struct view *view, struct rect *area)
{
    const struct proposal *proposal = &view->self->proposal;
    const struct json *queue = rules_queue(view->self);
    const struct ui *ui = view->ui;
    const char *reason = json_text(json_get(queue, "rule"), "reason");
    char words[200];
    struct buf text = {0};
    text_drawf(view->frame, rect_cut_top(area, 1), STYLE_TEXT | ATTR_BOLD, "%s  %s",
               json_text_or(queue, "code", ""), show_name(ui, json_get(queue, "name")));
    fact(view, area, tr(ui->lang, TR("rule")), rules_words(ui, proposal->kind, proposal->max_run, words),
         proposal->rule_changed);
    until_view(view, area);
    plan_view(view, area);
    shares_text(view, &text);
    if (proposal->kind == RULE_WEIGHTED)
        fact(view, area, tr(ui->lang, TR("shares")), buf_text(&text), false);
    if (reason && !proposal->rule_changed)
        fact(view, area, tr(ui->lang, TR("because")), reason, false);
    level_view(view, area);
    buf_free(&text);
}

/* --- the rehearsal --- */

static void sum_view(const struct view *view, const struct json *rehearsed, struct rect *area)
{
    const struct ui *ui = view->ui;
    struct rect line = rect_cut_top(area, 1);
    const struct json *before = json_get(rehearsed, "longest_min"),
                      *after = json_get(rehearsed, "longest_min_after");
    struct buf text = {0};
    int up = (int)json_int(rehearsed, "up", 0), down = (int)json_int(rehearsed, "down", 0);
    if (!up && !down) {
        text_drawf(view->frame, line, STYLE_TEXT, tr(ui->lang, TR("%d wait now; nobody changes places.")),
                   (int)json_int(rehearsed, "waiting", 0));
        rect_cut_top(area, 1);
        return;
    }
    text_drawf(view->frame, line, STYLE_TEXT,
               tr(ui->lang, TR("%d wait now: %d earlier (↑%d), %d later (↓%d)")),
               (int)json_int(rehearsed, "waiting", 0), up, (int)json_int(rehearsed, "up_most", 0), down,
               (int)json_int(rehearsed, "down_most", 0));
    if (json_is_integer(before) && json_is_integer(after))
        buf_addf(&text, tr(ui->lang, TR("longest wait %d → %d min; %d wait longer, by %d min at most")),
                 (int)json_as_int(before, 0), (int)json_as_int(after, 0),
                 (int)json_int(rehearsed, "longer", 0), (int)json_int(rehearsed, "longer_most_min", 0));
    else
        buf_adds(&text, tr(ui->lang, TR("No counter is open: nobody can say how long.")));
    rect_cut_top(area, text_draw_wrapped(view->frame, *area, buf_text(&text), STYLE_DIM, 0));
    buf_free(&text);
}

static int by_place(const void *a, const void *b)
{
    const struct json *left = *(const struct json *const *)a, *right = *(const struct json *const *)b;
    int64_t x = json_int(left, "place", 0), y = json_int(right, "place", 0);
    return x < y ? -1 : x > y;
}

/* "↑3", "↓1", "" — the arrow says it without colour. */
static void move_text(const struct json *row, char out[16], unsigned *look)
{
    int moved = (int)(json_int(row, "place", 0) - json_int(row, "place_after", 0));
    *look = moved > 0 ? STYLE_GOOD : STYLE_WARN;
    if (moved)
        str_format(out, 16, "%s%d", moved > 0 ? "↑" : "↓", moved > 0 ? moved : -moved);
    else
        str_copy(out, 16, "");
}

static void minutes_draw(const struct view *view, struct rect area, const struct json *row, const char *name)
{
    const struct json *minutes = json_get(row, name);
    char text[SHOW_TEXT];
    if (json_is_integer(minutes))
        text_draw_as(view->frame, area, show_minutes(view->ui, json_as_int(minutes, 0) * 60000, text),
                     STYLE_DIM, TEXT_RIGHT);
}

/* " 3  P014 p1 10:30   ↑3  12 min": place, number, what counts for it. */
static void person_row(const struct view *view, const struct json *row, bool after, struct rect line)
{
    struct rect place = rect_cut_left(&line, PLACE_W), number;
    char text[SHOW_TEXT], move[16];
    unsigned look;
    rect_cut_right(&place, 1);
    str_format(text, sizeof text, "%d", (int)json_int(row, after ? "place_after" : "place", 0));
    text_draw_as(view->frame, place, text, STYLE_DIM, TEXT_RIGHT);
    number = rect_cut_left(&line, NUMBER_W);
    move_text(row, move, &look);
    text_draw(view->frame, number, json_text_or(row, "number", ""), *move && after ? look : STYLE_TEXT);
    minutes_draw(view, rect_cut_right(&line, 7), row, after ? "wait_min_after" : "wait_min");
    if (after)
        text_draw_as(view->frame, rect_cut_right(&line, MOVE_W), move, look | ATTR_BOLD, TEXT_RIGHT);
    if (json_text(row, "appointment_at"))
        show_clock(json_text(row, "appointment_at"), text);
    else if (json_int(row, "priority_class", 0) > 0)
        str_format(text, sizeof text, tr(view->ui->lang, TR("class %d")),
                   (int)json_int(row, "priority_class", 0));
    else
        return;
    if (text_width(text) <= line.w)
        text_draw(view->frame, line, text, STYLE_DIM);
}

static void order_view(const struct view *view, const char *title, const struct json **rows, int count,
                       bool after, struct rect area)
{
    show_heading(view->frame, rect_cut_top(&area, 1), title);
    int fit = count > area.h ? area.h - 1 : count;
    for (int i = 0; i < fit; i++)
        person_row(view, rows[i], after, rect_cut_top(&area, 1));
    if (count > fit && area.h > 0)
        text_drawf(view->frame, rect_inset(area, PLACE_W, 0), STYLE_DIM,
                   tr(view->ui->lang, TR("and %d more")), count - fit);
}

static void orders_view(const struct view *view, const struct json *rehearsed, struct rect area)
{
    const struct json *rows = json_get(rehearsed, "rows"), *sorted[REHEARSED_SHOWN];
    int count = 0;
    for (const struct json *row = json_first(rows); row && count < REHEARSED_SHOWN; row = json_next(row))
        sorted[count++] = row;
    struct rect before = rect_cut_left(&area, area.w / 2);
    rect_cut_right(&before, 1);
    frame_pillar(view->frame, rect_cut_left(&area, 1));
    rect_cut_left(&area, 1);
    order_view(view, tr(view->ui->lang, TR("with this rule")), sorted, count, true, area);
    qsort(sorted, (size_t)count, sizeof *sorted, by_place);
    order_view(view, tr(view->ui->lang, TR("as it is called now")), sorted, count, false, before);
}

static void rehearsal_view(const struct view *view, struct rect area)
{
    const struct json *rehearsed = json_get(view->self->rehearsal, "rehearsal"),
                      *refused = json_get(view->self->rehearsal, "refused");
    const struct ui *ui = view->ui;
    if (refused) {
        text_draw_wrapped(view->frame, area,
                          show_refusal(ui, json_text(refused, "code"), json_text_or(refused, "message", "")),
                          STYLE_DANGER, 0);
        return;
    }
    if (!rehearsed)
        return;
    sum_view(view, rehearsed, &area);
    if (json_text(rehearsed, "counter"))
        text_drawf(view->frame, rect_cut_top(&area, 1), STYLE_DIM,
                   tr(ui->lang, TR("as counter %s would call, by the shares of its queues")),
                   json_text(rehearsed, "counter"));
    if (json_int(rehearsed, "waiting", 0))
        orders_view(view, rehearsed, area);
}

void rules_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {data, ui, frame};
    if (!view.self->data)
        return;
    struct rect list = rect_cut_left(&area, area.w >= WIDE ? LIST_W_WIDE : LIST_W);
    rect_cut_left(&list, 1);
    rect_cut_right(&list, 1);
    queues_view(&view, list);
    frame_pillar(frame, rect_cut_left(&area, 1));
    rect_cut_left(&area, 1);
    rect_cut_right(&area, 1);
    if (!rules_queue(view.self))
        return;
    proposal_view(&view, &area);
    rect_cut_top(&area, 1);
    rehearsal_view(&view, area);
}
