/* screens/board_view.c: how the board looks: queues above counters, what is looked into beside them where there is room, and
 * the day as a picture. Reads nothing but the answer and the clock of ui. */
#include <stdlib.h>
#include <string.h>

#include "core/model/queue.h"
#include "screens/board.h"
#include "screens/show.h"
#include "tui/chart.h"
#include "tui/grid.h"

enum {
    LINES_OUTSIDE = 4, /* title, action line and their rules */
    LINES_BETWEEN = 5, /* two headings, the rule between, the lines of advice and of what is wrong */
    BESIDE_W = 42,     /* of what is looked into */
    BESIDE_WIDER = 58, /* where the screen is so wide that the lists have all they need */
    WIDER = 150,
    FACT_W = 14,
    SPARK = 12, /* cells: the last two hours */
    HEAT_LABEL = 24,
    HEAT_HOUR = 4,
    SERIES_MAX = 26 * 6,
    SLOT_MS = 10 * 60 * 1000,
    MINUTE_MS = 60 * 1000,
    AHEAD_CELLS = 7,
};

struct view {
    const struct board *self;
    const struct ui *ui;
};

/* --- where what stands --- */

bool board_is_wide(const struct board *self)
{
    return self->w >= BOARD_WIDE;
}

static int lines(const struct board *self)
{
    int filter = self->filtering || *field_text(&self->filter);
    int left = self->h - LINES_OUTSIDE - LINES_BETWEEN - filter;
    return left > 2 ? left : 2;
}

/* Two fifths are the queues', unless the counters need less than the rest. */
static int queue_lines(const struct board *self)
{
    int all = lines(self), queues = (int)json_count(json_get(self->data, "queues")),
        counters = (int)json_count(json_get(self->data, "counters"));
    int part = all * 2 / 5 > 1 ? all * 2 / 5 : 1;
    int most = all - counters > part ? all - counters : part;
    return queues < 1 ? 1 : queues < most ? queues : most;
}

int board_pane_rows(const struct board *self, enum board_pane pane)
{
    if (pane == BOARD_PEOPLE)
        return self->h > 18 ? self->h - 16 : 2;
    if (pane == BOARD_QUEUES && self->heat)
        return lines(self);
    return pane == BOARD_QUEUES ? queue_lines(self) : lines(self) - queue_lines(self);
}

/* --- small words --- */

static int64_t moment(const struct json *row, const char *name)
{
    int64_t ms;
    const char *text = json_text(row, name);
    return text && time_parse(text, &ms) ? ms : -1;
}

/* How long ago; "" for a moment that is not there. */
static const char *age(const struct ui *ui, const struct json *row, const char *name, char out[SHOW_TEXT])
{
    int64_t ms = moment(row, name);
    out[0] = '\0';
    return ms < 0 ? out : show_duration(ui, ui->now_ms - ms, out);
}

static int64_t count_of(const struct board *self, const char *list, const char *member)
{
    int64_t sum = 0;
    for (const struct json *row = json_first(json_get(self->data, list)); row; row = json_next(row))
        sum += json_int(row, member, 0);
    return sum;
}

static int unattended(const struct board *self)
{
    int count = 0;
    for (const struct json *row = json_first(json_get(self->data, "counters")); row; row = json_next(row))
        count += str_equal(json_text(row, "doing"), "unattended");
    return count;
}

char *board_title(const void *data, const struct ui *ui)
{
    const struct board *self = data;
    char oldest[SHOW_TEXT], waiting[16];
    if (!self->data)
        return xstrdup(ui->session.hall_name);
    list_number((int)json_int(self->data, "waiting", 0), waiting);
    age(ui, self->data, "oldest_at", oldest);
    const char *code = json_text_or(json_get(self->data, "hall"), "code", "");
    return *oldest ? xasprintf(tr(ui->lang, TR("%s · waiting %s · oldest %s")), code, waiting, oldest)
                   : xasprintf(tr(ui->lang, TR("%s · nobody waits")), code);
}

/* "! 9 late"; nothing promised is broken: "ok"; counters have nobody to serve: "1 spare". */
static unsigned promise_text(const struct ui *ui, const struct json *queue, char out[GRID_CELL])
{
    int late = (int)json_int(queue, "late", 0), soon = (int)json_int(queue, "soon", 0);
    if (late) {
        str_format(out, GRID_CELL, tr(ui->lang, TR("! %d late")), late);
        return STYLE_DANGER;
    }
    if (soon) {
        str_format(out, GRID_CELL, tr(ui->lang, TR("%d soon")), soon);
        return STYLE_WARN;
    }
    if (json_int(queue, "spare", 0))
        str_format(out, GRID_CELL, tr(ui->lang, TR("%d spare")), (int)json_int(queue, "spare", 0));
    else if (json_int(queue, "waiting", 0))
        str_copy(out, GRID_CELL, tr(ui->lang, TR("ok")));
    return STYLE_GOOD;
}

/* What a counter does, and for how long. */
static unsigned doing_text(const struct ui *ui, const struct json *counter, char out[GRID_CELL])
{
    const char *doing = json_text_or(counter, "doing", ""), *number = json_text_or(counter, "number", "");
    char since[SHOW_TEXT], until[SHOW_TEXT];
    age(ui, counter, "from", since);
    if (str_equal(doing, "serving")) {
        str_format(out, GRID_CELL, "%s %s", number, since);
        return STYLE_TEXT;
    }
    if (str_equal(doing, "called")) {
        str_format(out, GRID_CELL, tr(ui->lang, TR("%s called %s")), number, since);
        return STYLE_TEXT;
    }
    if (str_equal(doing, "free")) {
        str_format(out, GRID_CELL, tr(ui->lang, TR("free %s")), since);
        return STYLE_GOOD;
    }
    if (str_equal(doing, "unattended")) {
        str_format(out, GRID_CELL, tr(ui->lang, TR("! unattended %s")), since);
        return STYLE_DANGER;
    }
    if (str_equal(doing, "paused") && *show_clock(json_text(counter, "pause_until"), until)) {
        bool over = moment(counter, "pause_until") < ui->now_ms;
        str_format(out, GRID_CELL, tr(ui->lang, over ? TR("! break until %s") : TR("break until %s")), until);
        return over ? STYLE_WARN : STYLE_DIM;
    }
    if (str_equal(doing, "paused")) {
        str_format(out, GRID_CELL, tr(ui->lang, TR("break %s")), since);
        return STYLE_DIM;
    }
    str_copy(out, GRID_CELL, tr(ui->lang, str_equal(doing, "bus") ? TR("on a bus") : TR("closed")));
    return STYLE_DIM;
}

/* --- pictures --- */

static int series_of(const struct json *queue, double values[SERIES_MAX])
{
    int count = 0;
    for (const struct json *one = json_first(json_get(queue, "series")); one && count < SERIES_MAX;
         one = json_next(one))
        values[count++] = (double)json_as_int(one, 0);
    return count;
}

/* The last values of the series that have room, as signs. */
static void spark_text(const struct json *queue, int room, char out[GRID_CELL])
{
    double values[SERIES_MAX];
    int count = series_of(queue, values), from = count > room ? count - room : 0;
    chart_spark_text(values + from, count - from, 0, out, GRID_CELL);
}

/* Who will wait in the next hour, every ten minutes. */
static void ahead_spark(const struct json *queue, char out[GRID_CELL])
{
    double values[AHEAD_CELLS];
    int count = 0, step = 0;
    for (const struct json *one = json_first(json_get(queue, "ahead")); one && count < AHEAD_CELLS;
         one = json_next(one), step++)
        if (step % 2 == 0)
            values[count++] = (double)json_as_int(one, 0);
    chart_spark_text(values, count, 0, out, GRID_CELL);
}

/* "▁▂▄▆█▇▅ 48 min": the minutes are a newcomer's wait; "–": no counter that serves them is open. */
static void ahead_text(const struct ui *ui, const struct json *queue, char out[GRID_CELL])
{
    char spark[GRID_CELL], wait[SHOW_TEXT] = "–";
    if (!json_get(queue, "ahead"))
        return;
    ahead_spark(queue, spark);
    if (json_get(queue, "ahead_min"))
        show_minutes(ui, json_int(queue, "ahead_min", 0) * MINUTE_MS, wait);
    str_format(out, GRID_CELL, "%s %s", spark, wait);
}

/* --- lists --- */

static const char *group_name(const struct view *view, const struct board_list *list, int line)
{
    const struct json *name = json_get(json_get(view->self->data, "agencies"), list->groups[line]);
    if (name && !json_is_null(name))
        return show_name(view->ui, name);
    return *list->groups[line] ? list->groups[line] : tr(view->ui->lang, TR("of no agency"));
}

static const char *queue_heading(const void *data, int line)
{
    const struct view *view = data;
    bool heading = !board_row(view->self, BOARD_QUEUES, line);
    return heading ? group_name(view, &view->self->lists[BOARD_QUEUES], line) : NULL;
}

static const char *counter_heading(const void *data, int line)
{
    const struct view *view = data;
    bool heading = !board_row(view->self, BOARD_COUNTERS, line);
    return heading ? group_name(view, &view->self->lists[BOARD_COUNTERS], line) : NULL;
}

enum { QUEUE, WAITING, OLDEST, AHEAD, PROMISE, COUNTERS, TODAY, SERVED, NO_SHOW };

static void queue_cell(const void *data, int line, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = board_row(view->self, BOARD_QUEUES, line);
    char number[16];
    switch (column) {
    case QUEUE:
        str_format(out, GRID_CELL, "%-3s %s", json_text_or(row, "code", ""),
                   show_name(view->ui, json_get(row, "name")));
        return;
    case WAITING:
        list_number((int)json_int(row, "waiting", 0), number);
        str_copy(out, GRID_CELL, number);
        return;
    case OLDEST: {
        char since[SHOW_TEXT];
        str_copy(out, GRID_CELL, age(view->ui, row, "oldest_at", since));
        return;
    }
    case AHEAD:
        *look = STYLE_ACCENT;
        return ahead_text(view->ui, row, out);
    case TODAY:
        *look = STYLE_ACCENT;
        return spark_text(row, SPARK, out);
    case PROMISE:
        *look = promise_text(view->ui, row, out);
        return;
    case COUNTERS:
        if (json_bool(row, "away", false)) {
            *look = STYLE_DIM;
            str_copy(out, GRID_CELL, tr(view->ui->lang, TR("on a bus")));
            return;
        }
        if (json_int(row, "waiting", 0) && !json_int(row, "open", 0))
            *look = STYLE_DANGER;
        str_format(out, GRID_CELL, tr(view->ui->lang, TR("%d of %d")), (int)json_int(row, "open", 0),
                   (int)json_int(row, "assigned", 0));
        return;
    case SERVED:
        str_format(out, GRID_CELL, "%d", (int)json_int(row, "served", 0));
        return;
    default:
        str_format(out, GRID_CELL, "%d", (int)json_int(row, "no_show", 0));
        return;
    }
}

static bool queue_marked(const void *data, int line)
{
    const struct board *self = ((const struct view *)data)->self;
    return board_is_marked(self, BOARD_QUEUES, json_text_or(board_row(self, BOARD_QUEUES, line), "id", ""));
}

static const char *empty_text(const struct view *view, enum board_pane pane, const char *otherwise)
{
    if (!view->self->data)
        return tr(view->ui->lang, TR("The list is being loaded."));
    return tr(view->ui->lang, board_filters(view->self, pane) ? TR("Nothing fits the filter.") : otherwise);
}

static void queues_view(const struct view *view, struct frame *frame, struct rect area, bool focus)
{
    const struct board *self = view->self;
    const struct grid_column columns[] = {
        {tr(view->ui->lang, TR("queue")), 0, 12, TEXT_LEFT},
        {tr(view->ui->lang, TR("waiting")), 8, 0, TEXT_RIGHT},
        {tr(view->ui->lang, TR("oldest")), 9, 0, TEXT_RIGHT},
        {tr(view->ui->lang, TR("next hour")), 15, 0, TEXT_LEFT},
        {tr(view->ui->lang, TR("promise")), 11, 0, TEXT_LEFT},
        {tr(view->ui->lang, TR("counters")), 8, 0, TEXT_LEFT},
        {tr(view->ui->lang, TR("today")), SPARK, 0, TEXT_LEFT},
        {tr(view->ui->lang, TR("served today")), 9, 0, TEXT_RIGHT},
        {tr(view->ui->lang, TR("no-show")), 8, 0, TEXT_RIGHT},
    };
    const struct grid grid = {.columns = columns,
                              .count = area.w >= 118  ? 9
                                       : area.w >= 90 ? 7
                                                      : 6,
                              .cell = queue_cell,
                              .heading = queue_heading,
                              .marked = board_marks(self, BOARD_QUEUES) ? queue_marked : NULL,
                              .self = view,
                              .empty = empty_text(view, BOARD_QUEUES, TR("This hall has no queue."))};
    grid_draw(&grid, &self->lists[BOARD_QUEUES].list, frame, area, focus);
}

enum { COUNTER, WHO, SINCE, DOING, PARKED, UNSENT };

static void counter_cell(const void *data, int line, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = board_row(view->self, BOARD_COUNTERS, line);
    char text[SHOW_TEXT];
    bool closed = str_equal(json_text(row, "doing"), "closed") || str_equal(json_text(row, "doing"), "bus");
    if (closed)
        *look = STYLE_DIM;
    switch (column) {
    case COUNTER:
        str_format(out, GRID_CELL, "%-4s %s", json_text_or(row, "name", ""), json_text_or(row, "codes", ""));
        return;
    case WHO:
        str_copy(out, GRID_CELL, json_text_or(row, "user_name", "–"));
        return;
    case SINCE:
        str_copy(out, GRID_CELL, closed ? "" : show_clock(json_text(row, "opened_at"), text));
        return;
    case DOING:
        *look = doing_text(view->ui, row, out);
        return;
    case PARKED:
        if (json_int(row, "overdue", 0))
            *look = STYLE_WARN;
        if (json_int(row, "parked", 0))
            str_format(out, GRID_CELL, json_int(row, "overdue", 0) ? "! %d" : "%d",
                       (int)json_int(row, "parked", 0));
        return;
    default:
        *look = STYLE_WARN;
        if (json_int(row, "unsent", 0))
            str_format(out, GRID_CELL, "%d ○", (int)json_int(row, "unsent", 0));
        return;
    }
}

static bool counter_marked(const void *data, int line)
{
    const struct board *self = ((const struct view *)data)->self;
    return board_is_marked(self, BOARD_COUNTERS,
                           json_text_or(board_row(self, BOARD_COUNTERS, line), "id", ""));
}

static void counters_view(const struct view *view, struct frame *frame, struct rect area, bool focus)
{
    const struct board *self = view->self;
    const struct grid_column columns[] = {
        {tr(view->ui->lang, TR("counter")), 11, 0, TEXT_LEFT},
        {tr(view->ui->lang, TR("who")), 0, 10, TEXT_LEFT},
        {tr(view->ui->lang, TR("here since")), 6, 0, TEXT_LEFT},
        {tr(view->ui->lang, TR("doing")), 21, 0, TEXT_LEFT},
        {tr(view->ui->lang, TR("parked now")), 8, 0, TEXT_RIGHT},
        {tr(view->ui->lang, TR("unsent")), 8, 0, TEXT_RIGHT},
    };
    const struct grid grid = {.columns = columns,
                              .count = 6,
                              .cell = counter_cell,
                              .heading = counter_heading,
                              .marked = board_marks(self, BOARD_COUNTERS) ? counter_marked : NULL,
                              .self = view,
                              .empty = empty_text(view, BOARD_COUNTERS, TR("This hall has no counter."))};
    grid_draw(&grid, &self->lists[BOARD_COUNTERS].list, frame, area, focus);
}

/* --- what is looked into --- */

static void fact(const struct ui *ui, struct frame *frame, struct rect *area, const char *label,
                 const char *value, unsigned look)
{
    if (str_empty(value))
        return;
    struct rect line = rect_cut_top(area, 1);
    text_draw(frame, rect_cut_left(&line, FACT_W), tr(ui->lang, label), STYLE_DIM);
    text_draw(frame, line, value, look);
}

/* "40–55", and beside a wait in hours "4:18–11:42". */
static void range_text(int64_t wait, int64_t low, int64_t high, char out[SHOW_TEXT])
{
    enum { HOUR_MIN = 60, IN_HOURS_MIN = 100 }; /* as show_minutes has it */
    if (wait < IN_HOURS_MIN)
        str_format(out, SHOW_TEXT, "%d–%d", (int)low, (int)high);
    else
        str_format(out, SHOW_TEXT, "%d:%02d–%d:%02d", (int)(low / HOUR_MIN), (int)(low % HOUR_MIN),
                   (int)(high / HOUR_MIN), (int)(high % HOUR_MIN));
}

/* "48 min · 40–55": four of five within that. */
static void newcomer_fact(const struct ui *ui, const struct json *row, struct frame *frame, struct rect *area)
{
    char text[GRID_CELL] = "", wait[SHOW_TEXT], range[SHOW_TEXT];
    int64_t minutes = json_int(row, "ahead_min", 0);
    ahead_text(ui, row, text);
    fact(ui, frame, area, TR("next hour"), text, STYLE_ACCENT);
    if (!json_get(row, "ahead_min"))
        return;
    range_text(minutes, json_int(row, "ahead_low", 0), json_int(row, "ahead_high", 0), range);
    str_format(text, sizeof text, "%s · %s", show_minutes(ui, minutes * MINUTE_MS, wait), range);
    fact(ui, frame, area, TR("a newcomer"), text, STYLE_TEXT);
}

static void queue_facts(const struct ui *ui, const struct json *row, struct frame *frame, struct rect *area)
{
    char text[GRID_CELL], since[SHOW_TEXT];
    const struct json *rule = json_get(row, "rule");
    list_number((int)json_int(row, "waiting", 0), text);
    fact(ui, frame, area, TR("waiting"), text, STYLE_TEXT);
    fact(ui, frame, area, TR("oldest"), age(ui, row, "oldest_at", since), STYLE_TEXT);
    str_format(text, sizeof text, "%d", (int)json_int(row, "served", 0));
    fact(ui, frame, area, TR("served today"), text, STYLE_TEXT);
    str_format(text, sizeof text, "%d", (int)json_int(row, "no_show", 0));
    fact(ui, frame, area, TR("no-show"), text, STYLE_TEXT);
    unsigned look = promise_text(ui, row, text);
    fact(ui, frame, area, TR("promise"), text, look);
    str_format(text, sizeof text, tr(ui->lang, TR("%d of %d")), (int)json_int(row, "open", 0),
               (int)json_int(row, "assigned", 0));
    fact(ui, frame, area, TR("counters"),
         json_bool(row, "away", false) ? json_text_or(row, "home_name", "–") : text, STYLE_TEXT);
    const char *kind = json_as_text(rule) ? json_as_text(rule) : json_text_or(rule, "kind", "fifo");
    fact(ui, frame, area, TR("rule"), show_rule(ui, kind), STYLE_TEXT);
    newcomer_fact(ui, row, frame, area);
    struct rect line = rect_cut_top(area, 1);
    text_draw(frame, rect_cut_left(&line, FACT_W), tr(ui->lang, TR("today")), STYLE_DIM);
    spark_text(row, line.w < 80 ? line.w : 80, text);
    text_draw(frame, line, text, STYLE_ACCENT);
}

static void counter_facts(const struct ui *ui, const struct json *row, struct frame *frame, struct rect *area)
{
    char text[GRID_CELL], clock[SHOW_TEXT];
    fact(ui, frame, area, TR("queues"), json_text(row, "codes"), STYLE_TEXT);
    fact(ui, frame, area, TR("who"), json_text_or(row, "user_name", "–"), STYLE_TEXT);
    fact(ui, frame, area, TR("here since"), show_clock(json_text(row, "opened_at"), clock), STYLE_TEXT);
    unsigned look = doing_text(ui, row, text);
    fact(ui, frame, area, TR("doing"), text, look);
    if (str_equal(json_text(row, "doing"), "unattended"))
        fact(ui, frame, area, TR("at work on"), json_text(row, "number"), STYLE_TEXT);
    fact(ui, frame, area, TR("last heard of"), show_clock(json_text(row, "heard_at"), clock), STYLE_WARN);
    if (json_text(row, "pause_reason"))
        fact(ui, frame, area, TR("break"), show_pause_reason(ui, json_text(row, "pause_reason")), STYLE_TEXT);
    if (json_int(row, "unsent", 0)) {
        str_format(text, sizeof text, "%d", (int)json_int(row, "unsent", 0));
        fact(ui, frame, area, TR("unsent"), text, STYLE_WARN);
        fact(ui, frame, area, TR("unsent since"), show_clock(json_text(row, "unsent_since"), clock),
             STYLE_WARN);
    }
}

enum { NUMBER, WAIT, PROMISED, NAME };

static unsigned promised_text(const struct ui *ui, const struct json *row, char out[GRID_CELL])
{
    int64_t ms = moment(row, "promised_at");
    char clock[SHOW_TEXT];
    enum { SOON_MS = 5 * 60 * 1000 };
    if (ms < 0)
        return STYLE_TEXT;
    str_format(out, GRID_CELL, ms < ui->now_ms ? "! %s" : "%s",
               show_clock(json_text(row, "promised_at"), clock));
    return ms < ui->now_ms ? STYLE_DANGER : ms < ui->now_ms + SOON_MS ? STYLE_WARN : STYLE_DIM;
}

/* Who is called, served or parked: how it stands with them. */
static unsigned state_text(const struct ui *ui, const struct json *row, char out[GRID_CELL])
{
    char clock[SHOW_TEXT];
    if (!str_equal(json_text(row, "state"), "held")) {
        str_copy(out, GRID_CELL, show_ticket_state(ui, json_text_or(row, "state", "")));
        return STYLE_TEXT;
    }
    bool over = moment(row, "held_until") >= 0 && moment(row, "held_until") < ui->now_ms;
    if (*show_clock(json_text(row, "held_until"), clock))
        str_format(out, GRID_CELL, over ? "! %s" : "%s", clock);
    else
        str_copy(out, GRID_CELL, tr(ui->lang, TR("parked")));
    return over ? STYLE_WARN : STYLE_DIM;
}

static void person_cell(const void *data, int line, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = board_row(view->self, BOARD_PEOPLE, line);
    char since[SHOW_TEXT];
    bool waits = str_equal(json_text(row, "state"), "waiting");
    int class = (int)json_as_int(json_pointer(row, "/priority/class"), 0);
    switch (column) {
    case NUMBER:
        str_format(out, GRID_CELL, class > 0 ? "%s ▲" : "%s", json_text_or(row, "number", ""));
        return;
    case WAIT:
        str_copy(out, GRID_CELL, age(view->ui, row, waits ? "arrived_at" : "called_at", since));
        return;
    case PROMISED:
        *look = waits ? promised_text(view->ui, row, out) : state_text(view->ui, row, out);
        return;
    default:
        str_copy(out, GRID_CELL,
                 json_text_or(row, "person_name", show_name(view->ui, json_get(row, "service_name"))));
        return;
    }
}

static bool person_marked(const void *data, int line)
{
    const struct board *self = ((const struct view *)data)->self;
    return board_is_marked(self, BOARD_PEOPLE, json_text_or(board_row(self, BOARD_PEOPLE, line), "id", ""));
}

static void people_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct board *self = view->self;
    bool queue = self->beside == BOARD_QUEUES, hidden = json_bool(self->people, "names_hidden", false);
    const struct grid_column columns[] = {
        {tr(view->ui->lang, TR("number")), 9, 0, TEXT_LEFT},
        {tr(view->ui->lang, queue ? TR("waits") : TR("for")), 8, 0, TEXT_RIGHT},
        {tr(view->ui->lang, queue ? TR("promised") : TR("state")), 10, 0, TEXT_LEFT},
        {tr(view->ui->lang, queue && hidden ? TR("names hidden") : TR("who")), 0, 8, TEXT_LEFT},
    };
    const struct grid grid = {
        .columns = columns,
        .count = 4,
        .cell = person_cell,
        .marked = board_marks(self, BOARD_PEOPLE) ? person_marked : NULL,
        .self = view,
        .empty = empty_text(view, BOARD_PEOPLE,
                            queue ? TR("Nobody waits here.") : TR("Nobody is at this counter."))};
    grid_draw(&grid, &self->lists[BOARD_PEOPLE].list, frame, area, self->pane == BOARD_PEOPLE);
}

static void beside_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct board *self = view->self;
    const struct json *row = board_chosen(self, self->beside);
    char label[160];
    if (!row)
        return;
    struct rect facts = area;
    rect_cut_left(&facts, 1);
    board_label(view->ui, self->beside, row, label);
    struct rect head = rect_cut_top(&facts, 1);
    if (self->beside == BOARD_COUNTERS)
        text_drawf(frame, head, STYLE_TITLE | ATTR_BOLD, tr(view->ui->lang, TR("Counter %s")), label);
    else
        text_draw(frame, head, label, STYLE_TITLE | ATTR_BOLD);
    if (self->beside == BOARD_QUEUES)
        queue_facts(view->ui, row, frame, &facts);
    else
        counter_facts(view->ui, row, frame, &facts);
    rect_cut_top(&facts, 1);
    rect_cut_top(&area, facts.y - area.y);
    people_view(view, frame, area);
}

/* --- the day as a picture --- */

struct hours {
    int first, count; /* hours of the day, by the hall's clock */
};

static int hour_of(const struct board *self, int slot)
{
    struct tm local;
    int64_t from_ms = moment(self->data, "series_from");
    time_local((from_ms < 0 ? 0 : from_ms) + (int64_t)slot * SLOT_MS, &local);
    return local.tm_hour;
}

/* The most that waited in each hour. */
static void hours_of(const struct board *self, const struct json *queue, double most[24])
{
    double values[SERIES_MAX];
    int count = series_of(queue, values);
    memset(most, 0, 24 * sizeof *most);
    for (int i = 0; i < count; i++) {
        double *hour = &most[hour_of(self, i)];
        *hour = values[i] > *hour ? values[i] : *hour;
    }
}

static struct hours shown_hours(const struct board *self, int w)
{
    int slots = 0, room = (w - HEAT_LABEL) / HEAT_HOUR;
    for (const struct json *row = json_first(json_get(self->data, "queues")); row; row = json_next(row)) {
        int count = (int)json_count(json_get(row, "series"));
        slots = count > slots ? count : slots;
    }
    int first = hour_of(self, 0), last = hour_of(self, slots > 0 ? slots - 1 : 0);
    struct hours hours = {first, last - first + 1};
    if (hours.count < 1)
        hours.count = 1;
    room = room < 1 ? 1 : room > 24 ? 24 : room;
    if (hours.count > room) {
        hours.first += hours.count - room;
        hours.count = room;
    }
    return hours;
}

static double most_of_all(const struct board *self)
{
    double most = 0, hours[24];
    for (const struct json *row = json_first(json_get(self->data, "queues")); row; row = json_next(row)) {
        hours_of(self, row, hours);
        for (int i = 0; i < 24; i++)
            most = hours[i] > most ? hours[i] : most;
    }
    return most;
}

struct heat {
    struct view view;
    struct hours hours;
    double most;
};

static void heat_row(const void *data, int line, struct frame *frame, struct rect area, unsigned look)
{
    const struct heat *heat = data;
    const struct board *self = heat->view.self;
    const struct json *row = board_row(self, BOARD_QUEUES, line);
    double most[24];
    char label[160];
    struct rect name = rect_cut_left(&area, HEAT_LABEL);
    rect_cut_left(&name, 1);
    rect_cut_right(&name, 1);
    if (!row) {
        text_draw(frame, name, group_name(&heat->view, &self->lists[BOARD_QUEUES], line), STYLE_DIM);
        return;
    }
    text_draw(frame, name, board_label(heat->view.ui, BOARD_QUEUES, row, label), look);
    hours_of(self, row, most);
    for (int i = 0; i < heat->hours.count; i++) {
        struct rect cell = rect_cut_left(&area, HEAT_HOUR);
        rect_cut_right(&cell, 1);
        chart_heat(frame, rect_row(cell, 0), most[(heat->hours.first + i) % 24], heat->most,
                   look == STYLE_TEXT ? STYLE_ACCENT : look);
    }
}

static void heat_heading(const struct heat *heat, struct frame *frame, struct rect line)
{
    struct rect label = rect_cut_left(&line, HEAT_LABEL);
    rect_cut_left(&label, 1);
    text_draw(frame, label, tr(heat->view.ui->lang, TR("most waiting, by hour")), STYLE_DIM);
    for (int i = 0; i < heat->hours.count; i++)
        text_drawf(frame, rect_cut_left(&line, HEAT_HOUR), STYLE_DIM, "%02d", (heat->hours.first + i) % 24);
}

/* The numbers of the row at the cursor, each below its hour, for those who read. */
static void heat_numbers(const struct heat *heat, struct frame *frame, struct rect line)
{
    const struct json *row = board_chosen(heat->view.self, BOARD_QUEUES);
    double most[24];
    char label[160];
    struct rect name = rect_cut_left(&line, HEAT_LABEL);
    rect_cut_left(&name, 1);
    rect_cut_right(&name, 1);
    if (!row)
        return;
    text_draw(frame, name, board_label(heat->view.ui, BOARD_QUEUES, row, label), STYLE_TEXT);
    hours_of(heat->view.self, row, most);
    for (int i = 0; i < heat->hours.count; i++)
        text_drawf(frame, rect_cut_left(&line, HEAT_HOUR), STYLE_TEXT, "%d",
                   (int)most[(heat->hours.first + i) % 24]);
}

static void heat_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct heat heat = {*view, shown_hours(view->self, area.w), most_of_all(view->self)};
    const struct list_rows rows = {heat_row, NULL, &heat,
                                   empty_text(view, BOARD_QUEUES, TR("This hall has no queue."))};
    struct rect numbers = rect_cut_bottom(&area, 1);
    frame_rule(frame, rect_cut_bottom(&area, 1));
    heat_heading(&heat, frame, rect_cut_top(&area, 1));
    list_draw(&view->self->lists[BOARD_QUEUES].list, &rows, frame, area, !view->self->filtering);
    heat_numbers(&heat, frame, numbers);
}

/* --- the line of what is wrong --- */

/* What has no room is not left out without a sign. */
static void put_wrong(struct frame *frame, struct rect *line, const char *text, unsigned look)
{
    bool fits = line->w >= text_width(text);
    rect_cut_left(line, text_draw(frame, *line, fits ? text : line->w > 0 ? "…" : "", look));
    rect_cut_left(line, fits ? 3 : line->w);
}

static void add_wrong(const struct ui *ui, struct frame *frame, struct rect *line, const char *format,
                      int64_t count, unsigned look)
{
    char text[SHOW_TEXT];
    if (!count)
        return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    str_format(text, sizeof text, tr(ui->lang, format), (int)count);
#pragma GCC diagnostic pop
    put_wrong(frame, line, text, look);
}

/* The first target that is broken, or breaks at this pace, while there is time; an alarm that was silenced stays so. */
static void level_view(const struct view *view, struct frame *frame, struct rect *line)
{
    const struct json *levels = json_get(view->self->levels, "rows"), *first = NULL;
    const struct ui *ui = view->ui;
    char text[SHOW_TEXT], clock[SHOW_TEXT], whose[80], more[16] = "";
    int others = 0;
    for (const struct json *row = json_first(levels); row; row = json_next(row)) {
        bool burns = json_text(row, "breaks_at") || str_equal(json_text(row, "state"), "broken");
        if (!burns || json_text(row, "silenced_until"))
            continue;
        others += first != NULL;
        first = first ? first : row;
    }
    if (!first)
        return;
    if (others)
        str_format(more, sizeof more, " (+%d)", others);
    const char *service = show_name(ui, json_get(first, "service_name")),
               *code = json_text_or(first, "code", "");
    str_format(whose, sizeof whose, json_text(first, "service") ? "%.12s, %.24s" : "%.12s%.0s", code,
               service);
    if (json_text(first, "breaks_at"))
        str_format(text, sizeof text, tr(ui->lang, TR("! %s: target breaks at %s%s")), whose,
                   show_clock(json_text(first, "breaks_at"), clock), more);
    else
        str_format(text, sizeof text, tr(ui->lang, TR("! %s: target broken%s")), whose, more);
    put_wrong(frame, line, text, json_text(first, "breaks_at") ? STYLE_WARN : STYLE_DANGER);
}

/* Who sits at no counter and could not hand over: at reception, say. By name, as far as there is room. */
static void elsewhere_view(const struct view *view, struct frame *frame, struct rect *line)
{
    char text[SHOW_TEXT], clock[SHOW_TEXT];
    for (const struct json *row = json_first(json_get(view->self->data, "elsewhere")); row;
         row = json_next(row)) {
        str_format(text, sizeof text, tr(view->ui->lang, TR("○ %s: %d unsent since %s")),
                   json_text_or(row, "user_name", "–"), (int)json_int(row, "unsent", 0),
                   show_clock(json_text(row, "since"), clock));
        put_wrong(frame, line, text, STYLE_WARN);
    }
}

static void wrong_view(const struct view *view, struct frame *frame, struct rect line)
{
    const struct board *self = view->self;
    rect_cut_left(&line, 1);
    add_wrong(view->ui, frame, &line, TR("• marked: %d"), board_mark_count(self), STYLE_ACCENT);
    add_wrong(view->ui, frame, &line, TR("! unattended counters: %d"), unattended(self), STYLE_DANGER);
    add_wrong(view->ui, frame, &line, TR("! promises broken: %d"), count_of(self, "queues", "late"),
              STYLE_DANGER);
    level_view(view, frame, &line);
    add_wrong(view->ui, frame, &line, TR("! parked too long: %d"), json_int(self->data, "overdue", 0),
              STYLE_WARN);
    add_wrong(view->ui, frame, &line, TR("unsent elsewhere: %d"), count_of(self, "counters", "unsent"),
              STYLE_WARN);
    elsewhere_view(view, frame, &line);
}

/* "Advice: counter 7 to P until 10:40: longest wait 52 → 24 min, T 5 → 9" */
static void advice_view(const struct view *view, struct frame *frame, struct rect line)
{
    const struct board *self = view->self;
    const struct json *advice = board_advice(self, view->ui), *cost;
    char until[SHOW_TEXT], text[GRID_CELL];
    if (!advice)
        return;
    rect_cut_left(&line, 1);
    str_format(text, sizeof text,
               tr(view->ui->lang, TR("Advice: counter %s to %s until %s: longest wait %d → %d min")),
               json_text_or(board_counter_row(self, json_text(advice, "counter")), "name", "?"),
               json_text_or(board_queue_row(self, json_text(advice, "queue")), "code", "?"),
               show_clock(json_text(advice, "until"), until), (int)json_int(advice, "before_min", 0),
               (int)json_int(advice, "after_min", 0));
    rect_cut_left(&line, text_draw(frame, line, text, STYLE_GOOD));
    cost = board_queue_row(self, json_text(advice, "cost_queue"));
    if (cost)
        text_drawf(frame, line, STYLE_DIM, ", %s %d → %d", json_text_or(cost, "code", ""),
                   (int)json_int(advice, "cost_before_min", 0), (int)json_int(advice, "cost_after_min", 0));
}

/* --- all --- */

static void filter_view(const struct view *view, struct frame *frame, struct rect line)
{
    rect_cut_left(&line, 1);
    rect_cut_left(&line, text_draw(frame, line, "/", STYLE_ACCENT | ATTR_BOLD) + 1);
    struct rect place = rect_cut_left(&line, line.w < 40 ? line.w : 40);
    field_draw(&view->self->filter, frame, place, NULL, view->self->filtering);
}

static void lists_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct board *self = view->self;
    bool focus = !self->filtering;
    struct rect queues = rect_cut_top(&area, queue_lines(self) + 1);
    queues_view(view, frame, queues, focus && self->pane == BOARD_QUEUES);
    frame_rule(frame, rect_cut_top(&area, 1));
    counters_view(view, frame, area, focus && self->pane == BOARD_COUNTERS);
}

void board_draw(const struct board *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {self, ui};
    if (self->filtering || *field_text(&self->filter))
        filter_view(&view, frame, rect_cut_top(&area, 1));
    wrong_view(&view, frame, rect_cut_bottom(&area, 1));
    advice_view(&view, frame, rect_cut_bottom(&area, 1));
    if (self->heat)
        return heat_view(&view, frame, area);
    if (self->detail && !board_is_wide(self))
        return beside_view(&view, frame, area);
    if (board_is_wide(self)) {
        struct rect beside = rect_cut_right(&area, area.w >= WIDER ? BESIDE_WIDER : BESIDE_W);
        frame_pillar(frame, rect_cut_left(&beside, 1));
        beside_view(&view, frame, beside);
    }
    lists_view(&view, frame, area);
}
