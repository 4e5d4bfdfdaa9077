/* screens/desk_view.c: draws the desk. Decides nothing: what is possible comes from desk_enabled. */
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/link.h"
#include "screens/show.h"
#include "tui/list.h"
#include "tui/text.h"

enum {
    RIGHT_W = 33,       /* queues, parked, next, today */
    PREVIEW_FROM = 100, /* columns from which the citizen and the application stand at the right */
    NEXT_ROWS = 8,
    CLOCK_W = 9,
    STATE_W = 15,   /* of an application, with what is filled in */
    TWIN_FROM = 32, /* cells beside which "! duplicate?" leaves the service its name */
};

/* --- the person before the clerk --- */

static void ticket_clock(const struct json *ticket, const struct ui *ui, struct frame *frame,
                         struct rect line)
{
    char clock[SHOW_TEXT];
    bool called = str_equal(json_text(ticket, "state"), "called");
    const char *since = json_text(ticket, called ? "called_at" : "started_at");
    struct rect place = rect_cut_right(&line, CLOCK_W);
    text_draw_as(frame, place, show_duration(ui, show_since_ms(ui, since), clock), STYLE_TEXT | ATTR_BOLD,
                 TEXT_LEFT);
    rect_cut_right(&line, 2);
    text_draw_as(frame, line, show_ticket_state(ui, json_text_or(ticket, "state", "")),
                 called ? STYLE_WARN : STYLE_GOOD, TEXT_RIGHT);
}

/* What is known of the person, in the order of reading. Where the line is short, the least weighty are left out
 * whole; the name never. */
struct fact {
    char text[SHOW_TEXT];
    int weight; /* 0 first; unused: < 0 */
    unsigned look;
    bool shown;
};
enum {
    FACT_NAME,
    FACT_TWICE,
    FACT_BORN,
    FACT_NUMBER,
    FACT_WAITED,
    FACT_CHANNEL,
    FACT_CALLS,
    FACT_PRIORITY,
    FACTS
};

static void facts_of_person(const struct ui *ui, const struct json *person, struct fact facts[FACTS])
{
    const char *born = json_text(person, "born");
    if (!json_is_object(person)) {
        str_copy(facts[FACT_NAME].text, SHOW_TEXT, tr(ui->lang, TR("not identified yet")));
        return;
    }
    str_copy(facts[FACT_NAME].text, SHOW_TEXT, json_text_or(person, "name", "–"));
    if (!str_empty(born))
        str_format(facts[FACT_BORN].text, SHOW_TEXT, tr(ui->lang, TR("born %.4s")), born);
    show_identity(person, facts[FACT_NUMBER].text);
    if (json_bool(person, "possible_duplicate", false))
        str_format(facts[FACT_TWICE].text, SHOW_TEXT, "! %s", tr(ui->lang, TR("perhaps recorded twice")));
}

/* "pregnant", as the hall's list names it; "" when there is no priority. */
static const char *priority_name(const struct desk *desk, const struct ui *ui, const struct json *priority)
{
    const char *code = json_as_text(priority) ? json_as_text(priority) : json_text(priority, "code");
    const struct json *known = json_get(json_get(desk->data, "hall"), "priorities");
    for (const struct json *row = json_first(known); code && row; row = json_next(row))
        if (str_equal(json_text(row, "code"), code) && *show_name(ui, json_get(row, "name")))
            return show_name(ui, json_get(row, "name"));
    return code ? tr(ui->lang, TR("priority")) : "";
}

static void facts_of_ticket(const struct desk *desk, const struct ui *ui, struct fact facts[FACTS])
{
    const struct json *ticket = desk_ticket(desk);
    char waited[SHOW_TEXT];
    int64_t arrived_ms = 0, called_ms = ui->now_ms;
    time_parse(json_text_or(ticket, "arrived_at", ""), &arrived_ms);
    time_parse(json_text_or(ticket, "called_at", ""), &called_ms);
    if (arrived_ms)
        str_format(facts[FACT_WAITED].text, SHOW_TEXT, tr(ui->lang, TR("waited %s")),
                   show_minutes(ui, called_ms - arrived_ms, waited));
    str_copy(facts[FACT_CHANNEL].text, SHOW_TEXT,
             show_channel(ui, json_text_or(ticket, "channel", "walk_in")));
    if (json_int(ticket, "calls", 1) > 1 && str_equal(json_text(ticket, "state"), "called"))
        str_format(facts[FACT_CALLS].text, SHOW_TEXT, tr(ui->lang, TR("call %d")),
                   (int)json_int(ticket, "calls", 1));
    const char *priority = priority_name(desk, ui, json_get(ticket, "priority"));
    if (*priority)
        str_format(facts[FACT_PRIORITY].text, SHOW_TEXT, "! %s", priority);
}

static void choose_facts(struct fact facts[FACTS], int w)
{
    int used = 0;
    for (int weight = 0; weight < FACTS; weight++) {
        for (int i = 0; i < FACTS; i++) {
            int needs = text_width(facts[i].text) + (used ? 3 : 0);
            if (facts[i].weight != weight || !facts[i].text[0] || (weight && used + needs > w))
                continue;
            facts[i].shown = true;
            used += needs;
        }
    }
}

static void ticket_facts(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect line)
{
    struct fact facts[FACTS] = {[FACT_NAME] = {.weight = 0, .look = STYLE_TEXT},
                                [FACT_TWICE] = {.weight = 4, .look = STYLE_DIM},
                                [FACT_BORN] = {.weight = 6, .look = STYLE_TEXT},
                                [FACT_NUMBER] = {.weight = 1, .look = STYLE_TEXT},
                                [FACT_WAITED] = {.weight = 5, .look = STYLE_DIM},
                                [FACT_CHANNEL] = {.weight = 7, .look = STYLE_DIM},
                                [FACT_CALLS] = {.weight = 3, .look = STYLE_WARN},
                                [FACT_PRIORITY] = {.weight = 2, .look = STYLE_WARN}};
    facts_of_person(ui, json_get(desk->data, "person"), facts);
    facts_of_ticket(desk, ui, facts);
    choose_facts(facts, line.w);
    for (int i = 0; i < FACTS; i++) {
        if (!facts[i].shown)
            continue;
        if (i != FACT_NAME)
            rect_cut_left(&line, text_draw(frame, line, " · ", STYLE_DIM));
        rect_cut_left(&line, text_draw(frame, line, facts[i].text, facts[i].look));
    }
}

/* What the clerk before, or oneself, wrote for whoever serves now. */
static bool has_note(const struct desk *desk)
{
    return !str_empty(json_text(desk_ticket(desk), "note"));
}

static void note_view(const struct json *ticket, const struct ui *ui, struct frame *frame, struct rect line)
{
    const char *by = json_text(ticket, "note_by_name");
    bool own = str_equal(json_text(ticket, "note_by"), ui->session.user);
    rect_cut_left(&line, 2);
    struct rect sign = rect_cut_left(&line, 8);
    text_draw(frame, sign, tr(ui->lang, TR("note")), STYLE_DIM);
    if (by && !own)
        rect_cut_left(&line, text_drawf(frame, line, STYLE_DIM, "%s: ", by));
    text_draw(frame, line, json_text_or(ticket, "note", ""), STYLE_WARN);
}

static void ticket_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct json *ticket = desk_ticket(desk);
    struct rect first = rect_cut_top(&area, 1), second = rect_cut_top(&area, 1);
    rect_cut_left(&first, 2);
    struct rect number = rect_cut_left(&first, 8);
    text_draw(frame, number, json_text_or(ticket, "number", "…"), STYLE_ACCENT | ATTR_BOLD);
    const char *state = show_ticket_state(ui, json_text_or(ticket, "state", ""));
    struct rect clock = rect_cut_right(&first, text_width(state) + CLOCK_W + 3);
    rect_cut_right(&first, 1);
    ticket_clock(ticket, ui, frame, clock);
    text_draw(frame, first, show_name(ui, json_get(json_get(desk->data, "service"), "name")),
              STYLE_TEXT | ATTR_BOLD);
    if (desk_has_visit(desk) && area.h > 0)
        desk_visit_view(desk, ui, frame, rect_cut_top(&area, 1));
    if (area.h > 0)
        note_view(ticket, ui, frame, rect_cut_top(&area, 1));
    rect_cut_left(&second, 2);
    struct rect mark = rect_cut_left(&second, 8);
    text_draw(frame, mark, ui_mark(json_text(ticket, "mark")), STYLE_DIM);
    ticket_facts(desk, ui, frame, second);
}

/* --- nobody is here: one big word --- */

static int64_t waiting_in_all(const struct desk *desk, int64_t *oldest_ms)
{
    int64_t waiting = 0;
    *oldest_ms = 0;
    for (const struct json *q = json_first(desk_rows(desk, DESK_QUEUES)); q; q = json_next(q)) {
        waiting += json_int(q, "waiting", 0);
        if (json_int(q, "oldest_ms", 0) > *oldest_ms)
            *oldest_ms = json_int(q, "oldest_ms", 0);
    }
    return waiting;
}

/* The one thing to do now: its key and words, or the sentence that says why there is none. */
static enum action big_action(const struct desk *desk, const struct ui *ui)
{
    static const enum action actions[] = {ACTION_CALL_NEXT, ACTION_COUNTER_OPEN, ACTION_COUNTER_RESUME};
    if (desk_is_done(desk, ui) && !desk_enabled(desk, ui, ACTION_COUNTER_CLOSE))
        return ACTION_COUNTER_CLOSE;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (!desk_enabled(desk, ui, actions[i]))
            return actions[i];
    return ACTION_NONE;
}

static void big_word(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area)
{
    struct rect line = rect_row(area, 0);
    enum action action = big_action(desk, ui);
    char text[SHOW_TEXT];
    if (!(ui->session.roles & ROLE_CLERK)) {
        text_draw_as(frame, line, tr(ui->lang, TR("Your work is in the worklist: press 4.")), STYLE_TEXT,
                     TEXT_CENTRE);
        return;
    }
    if (ui->taken) {
        text_draw_as(frame, line, tr(ui->lang, TR("You go on here when your counter is handed back.")),
                     STYLE_TEXT, TEXT_CENTRE);
        return;
    }
    if (desk->waiting_for) {
        bool calling =
            str_equal(desk->waiting_for, "ticket.call_next") || str_equal(desk->waiting_for, "ticket.call");
        text_draw_as(frame, line, tr(ui->lang, calling ? TR("Calling…") : TR("The hall is asked…")),
                     STYLE_TEXT | ATTR_BOLD, TEXT_CENTRE);
        return;
    }
    if (!action) {
        text_draw_wrapped(frame, rect_inset(area, 2, 0),
                          tr(ui->lang, desk_enabled(desk, ui, ACTION_CALL_NEXT)), STYLE_WARN, 0);
        return;
    }
    char name[KEY_NAME];
    key_label(keymap_key(ui->keys, action, 0), name);
    str_format(text, sizeof text, "%s   %s", name, tr(ui->lang, action_info(action)->label));
    int w = text_width(text);
    rect_cut_left(&line, w < line.w ? (line.w - w) / 2 : 0);
    rect_cut_left(&line, text_draw(frame, line, name, STYLE_ACCENT | ATTR_BOLD) + 3);
    text_draw(frame, line, tr(ui->lang, action_info(action)->label), STYLE_TEXT | ATTR_BOLD);
}

/* Whoever was served last may still be at the desk. */
static void survey_hint(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect line)
{
    char key[KEY_NAME], text[SHOW_TEXT], hint_text[SHOW_TEXT];
    if (desk_enabled(desk, ui, ACTION_SURVEY))
        return;
    str_format(text, sizeof text, tr(ui->lang, TR("survey of %s")),
               json_text_or(json_get(desk->data, "survey"), "number", "…"));
    str_format(hint_text, sizeof hint_text, "%s  %s", key_label(keymap_key(ui->keys, ACTION_SURVEY, 0), key),
               text);
    text_draw_as(frame, line, hint_text, STYLE_DIM, TEXT_CENTRE);
}

static void empty_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area)
{
    int64_t oldest_ms, waiting = waiting_in_all(desk, &oldest_ms);
    char text[SHOW_TEXT], oldest[SHOW_TEXT];
    rect_cut_top(&area, 1);
    struct rect word = rect_cut_top(&area, 2);
    if (!desk->data) {
        text_draw_as(frame, word, tr(ui->lang, TR("The desk is being loaded.")), STYLE_DIM, TEXT_CENTRE);
        return;
    }
    big_word(desk, ui, frame, word);
    if (waiting)
        str_format(text, sizeof text, tr(ui->lang, TR("%d waiting · longest %s")), (int)waiting,
                   show_minutes(ui, oldest_ms, oldest));
    else
        str_copy(text, sizeof text, tr(ui->lang, TR("Nobody is waiting.")));
    text_draw_as(frame, rect_cut_top(&area, 1), text, STYLE_DIM, TEXT_CENTRE);
    survey_hint(desk, ui, frame, rect_cut_top(&area, 1));
}

/* --- lists --- */

struct pane {
    const struct desk *desk;
    const struct ui *ui;
    bool wide; /* the chosen application stands at the right */
};

/* The column before a row: a sign for the chosen one, beside its colour. */
static void row_sign(struct frame *frame, struct rect *area, unsigned look)
{
    struct rect sign = rect_cut_left(area, 2);
    text_draw(frame, sign, look == STYLE_SELECTED ? "›" : " ", look);
}

static void case_row(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct pane *pane = self;
    const struct json *c = json_at(desk_rows(pane->desk, DESK_CASES), (size_t)row);
    const char *state = json_text_or(c, "state", "");
    row_sign(frame, &area, look);
    struct rect number = rect_cut_left(&area, 3);
    text_drawf(frame, number, look, "%d", row + 1);
    struct rect mark = rect_cut_right(&area, 2), word = rect_cut_right(&area, STATE_W);
    rect_cut_left(&mark, 1);
    text_draw(frame, mark, ui_mark(json_text(c, "mark")), look);
    if (str_equal(state, "draft") && json_int(c, "total", 0)) {
        struct rect filled = rect_cut_right(&word, 6);
        text_drawf(frame, filled, look, "%2d/%d", (int)json_int(c, "filled", 0),
                   (int)json_int(c, "total", 0));
    }
    unsigned own;
    const char *text = show_case(pane->ui, c, &own);
    text_draw(frame, word, text, look == STYLE_TEXT ? own : look);
    rect_cut_right(&area, 1);
    const char *twin = show_twin(pane->ui, c);
    if (*twin && area.w < TWIN_FROM)
        twin = "!"; /* the words stand beside it, and above its form */
    if (*twin)
        rect_cut_left(&area, 1 + text_draw(frame, area, twin, look == STYLE_TEXT ? STYLE_WARN : look));
    text_draw(frame, area, show_name(pane->ui, json_get(c, "service_name")), look);
}

static void queue_row(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct pane *pane = self;
    const struct json *queue = json_at(desk_rows(pane->desk, DESK_QUEUES), (size_t)row);
    char wait[SHOW_TEXT];
    row_sign(frame, &area, look);
    struct rect code = rect_cut_left(&area, 3), oldest = rect_cut_right(&area, 8),
                waiting = rect_cut_right(&area, 5);
    text_draw(frame, code, json_text_or(queue, "code", ""), look == STYLE_TEXT ? STYLE_ACCENT : look);
    text_drawf(frame, waiting, look, "%4d", (int)json_int(queue, "waiting", 0));
    if (json_int(queue, "waiting", 0))
        text_draw_as(frame, oldest, show_minutes(pane->ui, json_int(queue, "oldest_ms", 0), wait), look,
                     TEXT_RIGHT);
    const char *bus = json_text(queue, "home_name");
    if (!str_empty(bus)) /* nobody calls it here */
        text_drawf(frame, area, look == STYLE_TEXT ? STYLE_WARN : look, tr(pane->ui->lang, TR("now with %s")),
                   bus);
    else
        text_draw(frame, area, show_name(pane->ui, json_get(queue, "name")), look);
}

static void parked_row(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct pane *pane = self;
    const struct json *ticket = json_at(desk_rows(pane->desk, DESK_PARKED), (size_t)row);
    char until[SHOW_TEXT];
    show_clock(json_text(ticket, "held_until"), until);
    bool late = desk_due_in_ms(ticket, pane->ui->now_ms) <= 0 && !desk_is_colleagues(ticket);
    row_sign(frame, &area, look);
    struct rect number = rect_cut_left(&area, 6), time = rect_cut_right(&area, 7);
    text_draw(frame, number, json_text_or(ticket, "number", ""), look);
    if (*until)
        text_drawf(frame, time, late && look == STYLE_TEXT ? STYLE_WARN : look, "%s%s", late ? "! " : "  ",
                   until);
    if (desk_is_colleagues(ticket))
        text_drawf(frame, area, look == STYLE_TEXT ? STYLE_DIM : look, tr(pane->ui->lang, TR("with %s")),
                   json_text_or(ticket, "user_name", "…"));
    else
        text_draw(frame, area, show_hold_reason(pane->ui, json_text(ticket, "hold_reason")), look);
}

static void next_row(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct pane *pane = self;
    const struct json *ticket = json_at(desk_rows(pane->desk, DESK_NEXT), (size_t)row);
    char clock[SHOW_TEXT], wait[SHOW_TEXT];
    row_sign(frame, &area, look);
    struct rect number = rect_cut_left(&area, 6), minutes = rect_cut_right(&area, 8);
    text_draw(frame, number, json_text_or(ticket, "number", ""), look);
    text_draw_as(frame, minutes,
                 show_minutes(pane->ui, show_since_ms(pane->ui, json_text(ticket, "arrived_at")), wait), look,
                 TEXT_RIGHT);
    const char *booked = show_clock(json_text(ticket, "appointment_at"), clock);
    if (*booked)
        text_drawf(frame, area, look, tr(pane->ui->lang, TR("booked %s")), booked);
    else
        text_drawf(frame, area, look, tr(pane->ui->lang, TR("arrived %s")),
                   show_clock(json_text(ticket, "arrived_at"), clock));
}

typedef void draw_row(const void *, int, struct frame *, struct rect, unsigned);

/* A heading and rows; cut from the top of area, with one row of air below. */
static void pane_view(const struct pane *pane, enum desk_pane which, const char *heading, draw_row *row,
                      int rows_max, const char *empty, struct frame *frame, struct rect *area)
{
    const struct desk *desk = pane->desk;
    int count = (int)json_count(desk_rows(desk, which)), rows = count < rows_max ? count : rows_max;
    struct list list = {.count = count, .selected = desk->pane == which ? desk->cursor[which] : -1};
    struct list_rows draw = {.draw = row, .self = pane};
    struct rect head = rect_cut_top(area, 1);
    rect_cut_left(&head, 1);
    show_heading(frame, head, heading);
    struct rect body = rect_cut_top(area, rows ? rows : 1);
    if (count) {
        list_draw(&list, &draw, frame, body, desk->pane == which);
    } else {
        rect_cut_left(&body, 2);
        text_draw(frame, body, empty, STYLE_DIM);
    }
    rect_cut_top(area, 1);
}

/* --- what next --- */

static void hint(const struct ui *ui, enum action action, const char *text, struct frame *frame,
                 struct rect *area)
{
    char name[KEY_NAME];
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 2);
    key_label(keymap_key(ui->keys, action, 0), name);
    show_hint(frame, line, name, text);
}

static int papers_open(const struct json *c)
{
    int open = 0;
    for (const struct json *paper = json_first(json_get(c, "papers")); paper; paper = json_next(paper))
        open += !json_bool(paper, "met", false);
    return open;
}

/* What the chosen application waits for, in the order in which a clerk does it. */
static void hints_for_case(const struct desk *desk, const struct ui *ui, const struct json *c,
                           struct frame *frame, struct rect *area)
{
    char text[SHOW_TEXT];
    int left = (int)(json_int(c, "total", 0) - json_int(c, "filled", 0)), open = papers_open(c);
    bool draft = desk_case_is_draft(c);
    if (draft) {
        str_format(text, sizeof text, tr(ui->lang, TR("go on with the form (%d fields left)")), left);
        hint(ui, ACTION_OPEN_FORM, left > 0 ? text : tr(ui->lang, TR("check the form and submit")), frame,
             area);
    }
    str_format(text, sizeof text, tr(ui->lang, TR("papers (%d to be seen)")), open);
    if (draft || open)
        hint(ui, ACTION_PAPERS, open ? text : tr(ui->lang, TR("papers")), frame, area);
    if (!desk_enabled(desk, ui, ACTION_PAY)) {
        char fee[SHOW_TEXT];
        str_format(text, sizeof text, tr(ui->lang, TR("the fee: %s")),
                   show_money(json_text(json_get(c, "fee"), "total"), fee));
        hint(ui, ACTION_PAY, text, frame, area);
    }
    const char *state = json_text(c, "state");
    if (desk_case_is_undecided(c))
        hint(ui, ACTION_DECIDE, tr(ui->lang, TR("decide")), frame, area);
    if (str_equal(state, "approved") || str_equal(state, "ready"))
        hint(ui, ACTION_DECIDE, tr(ui->lang, action_info(ACTION_HAND_OVER)->label), frame, area);
    if (!desk_case_is_undecided(c) && !draft)
        hint(ui, ACTION_FINISH, tr(ui->lang, TR("finish the visit")), frame, area);
}

static void what_next_view(const struct desk *desk, const struct ui *ui, struct frame *frame,
                           struct rect *area)
{
    const struct json *c = desk_row(desk, DESK_CASES);
    struct rect head = rect_cut_top(area, 1);
    rect_cut_left(&head, 1);
    show_heading(frame, head, tr(ui->lang, TR("What next")));
    if (desk_ticket_is(desk, "called")) {
        hint(ui, ACTION_START, tr(ui->lang, TR("the person is here: start")), frame, area);
        hint(ui, ACTION_RECALL, tr(ui->lang, TR("call again")), frame, area);
        hint(ui, ACTION_NO_SHOW, tr(ui->lang, TR("nobody came")), frame, area);
    } else if (c) {
        hints_for_case(desk, ui, c, frame, area);
    } else {
        const char *service = show_name(ui, json_get(json_get(desk->data, "service"), "name"));
        char text[SHOW_TEXT];
        str_format(text, sizeof text, tr(ui->lang, TR("open: %s")), service);
        hint(ui, ACTION_ADD_CASE, *service ? text : tr(ui->lang, TR("open an application")), frame, area);
        if (!json_is_object(json_get(desk->data, "person")))
            hint(ui, ACTION_IDENTIFY, tr(ui->lang, TR("who is it?")), frame, area);
    }
    rect_cut_top(area, 1);
}

static void today_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect *area)
{
    const struct json *today = json_get(desk->data, "today");
    char mean[SHOW_TEXT];
    struct rect head = rect_cut_top(area, 1), first = rect_cut_top(area, 1), second = rect_cut_top(area, 1);
    rect_cut_left(&head, 1), rect_cut_left(&first, 2), rect_cut_left(&second, 2);
    show_heading(frame, head, tr(ui->lang, TR("Today")));
    text_drawf(frame, first, STYLE_TEXT, tr(ui->lang, TR("served %d   mean %s")),
               (int)json_int(today, "served", 0), show_duration(ui, json_int(today, "mean_ms", 0), mean));
    text_drawf(frame, second, STYLE_TEXT, tr(ui->lang, TR("parked %d   no-show %d")),
               (int)json_int(today, "parked", 0), (int)json_int(today, "no_show", 0));
}

/* --- panes --- */

static void left_view(const struct pane *pane, struct frame *frame, struct rect area)
{
    const struct desk *desk = pane->desk;
    const struct ui *ui = pane->ui;
    rect_cut_right(&area, 1);
    if (desk->why && desk_why(desk))
        return desk_why_view(desk, ui, frame, area);
    if (!desk_ticket(desk)) {
        pane_view(pane, DESK_NEXT, tr(ui->lang, TR("Next by rule")), next_row, area.h - 2,
                  tr(ui->lang, TR("Nobody is waiting.")), frame, &area);
        return;
    }
    bool tall = area.h >= 16;
    pane_view(pane, DESK_CASES, tr(ui->lang, TR("Applications")), case_row, tall ? 6 : 4,
              tr(ui->lang, TR("none yet: + opens one")), frame, &area);
    int for_next = 5;
    if (!pane->wide)
        desk_papers_view(desk, ui, area.h > for_next + 3 ? area.h - for_next - 3 : 0, frame, &area);
    what_next_view(desk, ui, frame, &area);
}

/* As many as there is room for; beside a citizen only who comes next matters. */
static void next_short_view(const struct pane *pane, struct frame *frame, struct rect *area)
{
    const struct ui *ui = pane->ui;
    int rows = area->h - 2;
    pane_view(pane, DESK_NEXT, tr(ui->lang, TR("Next by rule")), next_row,
              rows < 2           ? 2
              : rows > NEXT_ROWS ? NEXT_ROWS
                                 : rows,
              tr(ui->lang, TR("Nobody is waiting.")), frame, area);
}

static void right_view(const struct pane *pane, struct frame *frame, struct rect area)
{
    const struct desk *desk = pane->desk;
    const struct ui *ui = pane->ui;
    rect_cut_right(&area, 1);
    struct rect today = area.h > 13 ? rect_cut_bottom(&area, 3) : (struct rect){0};
    pane_view(pane, DESK_QUEUES, tr(ui->lang, TR("My queues")), queue_row, 4,
              tr(ui->lang, TR("no queue is assigned")), frame, &area);
    pane_view(pane, DESK_PARKED, tr(ui->lang, TR("Parked")), parked_row, area.h > 8 ? 4 : 2,
              tr(ui->lang, TR("nobody")), frame, &area);
    if (desk_ticket(desk))
        next_short_view(pane, frame, &area);
    if (!rect_empty(today))
        today_view(desk, ui, frame, &today);
}

static int preview_width(int w)
{
    return w >= 140 ? 56 : w >= 120 ? 36 : 30;
}

/* What happened to the counter, and the key to another one. */
static void taken_view(const struct ui *ui, const char *taken, struct frame *frame, struct rect line)
{
    char key[KEY_NAME];
    key_label(keymap_key(ui->keys, ACTION_COUNTER_OPEN, 0), key);
    rect_cut_left(&line, text_draw(frame, line, taken, STYLE_WARN | ATTR_BOLD));
    rect_cut_left(&line, text_draw(frame, line, " · ", STYLE_DIM));
    rect_cut_left(&line, text_draw(frame, line, key, STYLE_ACCENT | ATTR_BOLD) + 1);
    text_draw(frame, line, tr(ui->lang, TR("another counter")), STYLE_TEXT);
}

void desk_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area)
{
    bool busy = desk_ticket(desk) != NULL;
    struct pane pane = {desk, ui, area.w >= PREVIEW_FROM && busy};
    char taken[LINK_SENTENCE], standing[SHOW_TEXT];
    if (!ui->taken && *link_taken_over(ui, taken))
        taken_view(ui, taken, frame, rect_inset(rect_cut_top(&area, 1), 2, 0));
    else if (*desk_standing(desk, ui, standing))
        text_draw(frame, rect_inset(rect_cut_top(&area, 1), 2, 0), standing, STYLE_WARN);
    struct rect head = rect_cut_top(&area, busy ? 2 + desk_has_visit(desk) + has_note(desk) : 5);
    if (busy)
        ticket_view(desk, ui, frame, head);
    else
        empty_view(desk, ui, frame, head);
    frame_rule(frame, rect_cut_top(&area, 1));
    if (pane.wide) {
        desk_preview(desk, ui, frame, rect_cut_right(&area, preview_width(area.w)));
        frame_pillar(frame, rect_cut_right(&area, 1));
    }
    if (area.w >= 60) {
        right_view(&pane, frame, rect_cut_right(&area, RIGHT_W));
        frame_pillar(frame, rect_cut_right(&area, 1));
    }
    left_view(&pane, frame, area);
}

/* --- while nobody sits here --- */

/* "P014    called   00:41" */
static void locked_ticket(const struct json *ticket, const struct ui *ui, struct frame *frame,
                          struct rect line)
{
    enum { NUMBER_W = 10 };
    struct rect number = rect_cut_left(&line, NUMBER_W);
    const char *state = show_ticket_state(ui, json_text_or(ticket, "state", ""));
    text_draw(frame, number, json_text_or(ticket, "number", "…"), STYLE_ACCENT | ATTR_BOLD);
    struct rect clock = rect_cut_left(&line, text_width(state) + 2 + CLOCK_W);
    ticket_clock(ticket, ui, frame, clock);
}

void desk_locked_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect *area)
{
    bool any = false;
    if (desk_ticket(desk)) {
        locked_ticket(desk_ticket(desk), ui, frame, rect_cut_top(area, 1));
        any = true;
    }
    for (const struct json *row = json_first(desk_rows(desk, DESK_PARKED)); row; row = json_next(row)) {
        if (desk_is_colleagues(row) || desk_due_in_ms(row, ui->now_ms) > 0)
            continue;
        text_drawf(frame, rect_cut_top(area, 1), STYLE_WARN,
                   tr(ui->lang, TR("! %s is parked and its time is over")), json_text_or(row, "number", ""));
        any = true;
    }
    if (any)
        rect_cut_top(area, 1);
}
