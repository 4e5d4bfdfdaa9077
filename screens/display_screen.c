/* screens/display_screen.c: the hall's display of called numbers: which number goes to which counter, to be read
 * from far away. It shows numbers alone: never a name, never an identity number. Nothing blinks. */
#include <stdlib.h>
#include <string.h>

#include "screens/screen.h"
#include "screens/show.h"
#include "tui/big.h"
#include "tui/text.h"

enum {
    BIG_ROW = 6,       /* rows of one call in big letters, with air */
    BIG_ROWS = 4,      /* this many must have room, else they are plain */
    NUMBER_W = 12,     /* of a plain row */
    COLUMN_W = 34,     /* a plain column of calls */
    NUMBER_OF_100 = 66 /* share of the number; the counter has the rest */
};

struct display {
    struct json *board;  /* the query "board" */
    struct json *queues; /* the query "queues" */
    char newest[40];     /* time and number of the last call, to hear a new one */
};

static void *display_new(const struct json *args)
{
    (void)args;
    return xcalloc(1, sizeof(struct display));
}

static void display_free(void *data)
{
    struct display *self = data;
    json_free(&self->board);
    json_free(&self->queues);
    free(self);
}

static const struct json *calls(const struct display *self)
{
    return json_get(self->board, "calls");
}

/* A sound for each new call, none for what was there when the display started. */
static void hear(struct display *self, struct effects *effects)
{
    const struct json *call = json_first(calls(self));
    char newest[40];
    str_format(newest, sizeof newest, "%.26s %.10s", json_text_or(call, "called_at", ""),
               json_text_or(call, "number", ""));
    if (*self->newest && strcmp(newest, self->newest) > 0 && str_equal(json_text(call, "state"), "called"))
        effects_add(effects, EFFECT_BELL, NULL, NULL);
    str_copy(self->newest, sizeof self->newest, newest);
}

static void display_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct display *self = data;
    (void)ui;
    if (msg->kind == MSG_LOAD) {
        effects_load(effects, "board", NULL);
        effects_load(effects, "queues", NULL);
    } else if (msg->kind == MSG_DATA) {
        bool board = str_equal(msg->what, "board");
        struct json **place = board ? &self->board : &self->queues;
        json_free(place);
        *place = json_copy(msg->json);
        if (board)
            hear(self, effects);
    }
}

static const char *counter_name(const struct display *self, const struct json *call)
{
    const char *id = json_text_or(call, "counter", "");
    const struct json *counters = json_get(self->queues, "counters");
    for (const struct json *row = json_first(counters); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return json_text_or(row, "name", id);
    return "";
}

/* --- drawing --- */

struct view {
    const struct display *self;
    const struct ui *ui;
};

static void head_view(const struct view *view, struct frame *frame, struct rect line)
{
    const struct json *hall = json_get(view->self->board, "hall");
    const char *name = json_text_or(hall, "name", view->ui->session.hall_name);
    char clock[CLOCK_TEXT];
    time_clock(view->ui->now_ms, clock);
    struct rect right = rect_cut_right(&line, CLOCK_TEXT);
    text_draw(frame, right, clock, STYLE_TITLE | ATTR_BOLD);
    text_draw(frame, line, name, STYLE_TITLE | ATTR_BOLD);
}

/* Number and counter beside each other in the largest letters that fit. */
static void big_call(const struct view *view, const struct json *call, unsigned look, struct frame *frame,
                     struct rect area)
{
    const char *text = json_text_or(call, "number", ""), *counter = counter_name(view->self, call);
    struct rect number = rect_cut_left(&area, area.w * NUMBER_OF_100 / 100);
    struct rect arrow = rect_row(rect_cut_right(&number, 3), area.h / 2);
    int scale = big_scale(text, number.w, number.h), other = big_scale(counter, area.w, area.h);
    if (*counter && other < scale)
        scale = other;
    text_draw(frame, arrow, *counter ? "→" : "", look);
    if (scale) {
        big_draw(frame, number, text, look, scale);
        big_draw(frame, area, counter, look, scale);
        return;
    }
    text_draw_as(frame, rect_row(number, number.h / 2), text, look, TEXT_CENTRE);
    text_draw_as(frame, rect_row(area, area.h / 2), counter, look, TEXT_CENTRE);
}

static void newest_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct json *call = json_first(calls(view->self));
    if (!call) {
        text_draw_as(frame, rect_row(area, area.h / 2), tr(view->ui->lang, TR("Nobody has been called yet.")),
                     STYLE_DIM, TEXT_CENTRE);
        return;
    }
    struct rect words = rect_cut_top(&area, 1);
    struct rect left = rect_cut_left(&words, words.w * NUMBER_OF_100 / 100);
    rect_cut_right(&left, 3);
    text_draw_as(frame, left, tr(view->ui->lang, TR("number")), STYLE_DIM, TEXT_CENTRE);
    text_draw_as(frame, words, tr(view->ui->lang, TR("counter")), STYLE_DIM, TEXT_CENTRE);
    big_call(view, call, STYLE_ACCENT | ATTR_BOLD, frame, area);
}

static unsigned call_look(const struct json *call)
{
    return str_equal(json_text(call, "state"), "called") ? STYLE_TEXT | ATTR_BOLD : STYLE_DIM;
}

static void plain_call(const struct view *view, const struct json *call, struct frame *frame,
                       struct rect line)
{
    char clock[SHOW_TEXT];
    unsigned look = call_look(call);
    struct rect number = rect_cut_left(&line, NUMBER_W), time = rect_cut_right(&line, 8);
    rect_cut_left(&number, 2);
    text_draw(frame, number, json_text_or(call, "number", ""), look);
    text_drawf(frame, line, look, "→  %s", counter_name(view->self, call));
    text_draw(frame, time, show_clock(json_text(call, "called_at"), clock), STYLE_DIM);
}

/* Column by column, so that the latest stand at the left. */
static void earlier_view(const struct view *view, struct frame *frame, struct rect area)
{
    bool big = area.h >= BIG_ROWS * BIG_ROW && area.w >= 2 * COLUMN_W;
    int columns = big ? 1 + (area.w >= 200) : area.w / COLUMN_W, row_h = big ? BIG_ROW : 1 + (area.h >= 16);
    int rows = area.h / row_h, at = 0;
    columns = columns < 1 ? 1 : columns;
    const struct json *call = json_first(calls(view->self));
    for (call = call ? json_next(call) : NULL; call && at < rows * columns; call = json_next(call), at++) {
        struct rect place = area;
        rect_cut_left(&place, at / rows * (area.w / columns));
        place.w = area.w / columns < place.w ? area.w / columns : place.w;
        rect_cut_top(&place, at % rows * row_h);
        place.h = row_h;
        if (big) {
            rect_cut_bottom(&place, 1);
            big_call(view, call, call_look(call), frame, place);
        } else {
            plain_call(view, call, frame, place);
        }
    }
}

static void waiting_view(const struct view *view, struct frame *frame, struct rect line)
{
    rect_cut_left(&line, text_draw(frame, line, tr(view->ui->lang, TR("waiting")), STYLE_DIM) + 2);
    for (const struct json *queue = json_first(json_get(view->self->queues, "rows")); queue && line.w > 8;
         queue = json_next(queue)) {
        rect_cut_left(&line, text_draw(frame, line, json_text_or(queue, "code", ""), STYLE_ACCENT) + 1);
        rect_cut_left(&line,
                      text_drawf(frame, line, STYLE_TEXT, "%d", (int)json_int(queue, "waiting", 0)) + 3);
    }
}

/* Old numbers must not look like new ones. */
static bool stale_view(const struct view *view, struct frame *frame, struct rect line)
{
    char since[CLOCK_TEXT];
    if (view->ui->link.state == LINK_ONLINE)
        return false;
    time_clock(view->ui->link.since_ms, since);
    if (view->ui->link.state == LINK_OFFLINE)
        text_drawf(frame, line, STYLE_WARN,
                   tr(view->ui->lang, TR("! No news from the hall since %s: listen for your number.")),
                   since);
    else
        text_draw(frame, line, tr(view->ui->lang, TR("connecting")), STYLE_DIM);
    return true;
}

static void display_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {data, ui};
    area = rect_inset(area, area.w > 60 ? 2 : 0, 0);
    head_view(&view, frame, rect_cut_top(&area, 1));
    frame_rule(frame, rect_cut_top(&area, 1));
    struct rect foot = rect_cut_bottom(&area, 1);
    frame_rule(frame, rect_cut_bottom(&area, 1));
    if (!stale_view(&view, frame, foot))
        waiting_view(&view, frame, foot);
    int h = area.h * 2 / 5 < 8 ? 8 : area.h * 2 / 5;
    newest_view(&view, frame, rect_cut_top(&area, h < area.h ? h : area.h));
    frame_rule(frame, rect_cut_top(&area, 1));
    earlier_view(&view, frame, area);
    frame_cursor(frame, frame->w - 1, 0);
}

const struct screen_ops display_screen = {.id = SCREEN_DISPLAY,
                                          .new = display_new,
                                          .free = display_free,
                                          .update = display_update,
                                          .view = display_view};
