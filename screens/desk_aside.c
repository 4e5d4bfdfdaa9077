/* screens/desk_aside.c: draws what the desk tells beside the work: why this ticket, the papers, and where there is room
 * the citizen and the chosen application with its history. Decides nothing. */
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/show.h"
#include "tui/text.h"

enum { LABEL_W = 14 };

/* --- the papers --- */

/* A sign that reads without colour: seen or not needed any more, missing, not looked at yet. */
static const char *paper_sign(const struct json *paper, unsigned *look)
{
    if (json_bool(paper, "met", false)) {
        *look = STYLE_GOOD;
        return "✓";
    }
    bool missing = str_equal(json_text(paper, "state"), "missing");
    *look = missing ? STYLE_WARN : STYLE_DIM;
    return missing ? "!" : "·";
}

static void paper_row(const struct ui *ui, const struct json *paper, struct frame *frame, struct rect line)
{
    unsigned look;
    const char *sign = paper_sign(paper, &look), *state = json_text_or(paper, "state", "");
    const char *word = str_equal(state, "open") ? "" : show_document_state(ui, state);
    rect_cut_left(&line, 2);
    struct rect place = rect_cut_left(&line, 3);
    text_draw(frame, place, sign, look);
    if (*word) {
        int w = text_width(word);
        struct rect at = rect_cut_right(&line, w > 8 ? w + 1 : 9);
        text_draw(frame, at, word, look == STYLE_WARN ? look : STYLE_DIM);
        rect_cut_right(&line, 1);
    }
    const char *name = show_name(ui, json_get(paper, "name"));
    text_draw(frame, line, *name ? name : json_text_or(paper, "code", ""), STYLE_TEXT);
}

void desk_papers_view(const struct desk *desk, const struct ui *ui, int rows_max, struct frame *frame,
                      struct rect *area)
{
    const struct json *papers = json_get(desk_row(desk, DESK_CASES), "papers");
    int count = (int)json_count(papers), rows = count > rows_max ? rows_max - 1 : count;
    if (!count || rows_max < 2)
        return;
    struct rect head = rect_cut_top(area, 1);
    rect_cut_left(&head, 1);
    text_drawf(frame, head, STYLE_TITLE, tr(ui->lang, TR("Papers for %d")), desk->cursor[DESK_CASES] + 1);
    for (int i = 0; i < rows; i++)
        paper_row(ui, json_at(papers, (size_t)i), frame, rect_cut_top(area, 1));
    if (count > rows) {
        struct rect line = rect_cut_top(area, 1);
        rect_cut_left(&line, 5);
        text_drawf(frame, line, STYLE_DIM, tr(ui->lang, TR("and %d more")), count - rows);
    }
    rect_cut_top(area, 1);
}

/* --- why this ticket --- */

static const char *rule_of(const struct json *why)
{
    const struct json *rule = json_get(why, "rule");
    return json_as_text(rule) ? json_as_text(rule)
                              : json_text_or(rule, "kind", json_text_or(rule, "name", ""));
}

static const char *number_of(const struct desk *desk, const struct json *why)
{
    const struct json *ticket = desk_ticket(desk);
    if (ticket)
        return json_text_or(ticket, "number", "");
    return json_text_or(why, "number", json_text_or(desk_row(desk, DESK_NEXT), "number", ""));
}

/* Whom the hall named as passed over, and how many more there were. */
static void passed_view(const struct ui *ui, const struct json *why, struct frame *frame, struct rect area)
{
    const struct json *passed = json_get(why, "passed_over");
    int more = (int)json_int(why, "passed_all", 0) - (int)json_count(passed);
    text_draw(frame, rect_cut_top(&area, 1),
              tr(ui->lang, json_count(passed) ? TR("Passed over:") : TR("Nobody was passed over.")),
              STYLE_DIM);
    for (const struct json *row = json_first(passed); row; row = json_next(row)) {
        const char *number = json_as_text(row) ? json_as_text(row) : json_text_or(row, "number", "");
        text_drawf(frame, rect_cut_top(&area, 1), STYLE_TEXT, "%s  %s", number,
                   show_why(ui, json_text(row, "reason")));
    }
    if (more > 0)
        text_drawf(frame, area, STYLE_DIM, tr(ui->lang, TR("and %d more")), more);
}

/* The rule that chose, and who was passed over. */
void desk_why_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct json *why = desk_why(desk), *ticket = desk_ticket(desk);
    const char *named = str_equal(rule_of(why), "named") ? json_text(ticket, "call_reason") : NULL;
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&area, 2);
    rect_cut_left(&head, 1);
    text_drawf(frame, head, STYLE_TITLE,
               tr(ui->lang, ticket ? TR("Why %s was called") : TR("Why %s comes next")),
               number_of(desk, why));
    text_draw(frame, rect_cut_top(&area, 1), show_rule(ui, rule_of(why)), STYLE_TEXT);
    text_draw(frame, rect_cut_top(&area, 1), named ? named : show_why(ui, json_text(why, "reason")),
              STYLE_ACCENT);
    rect_cut_top(&area, 1);
    passed_view(ui, why, frame, area);
}

/* --- the citizen and the application --- */

static void fact(struct frame *frame, struct rect *area, const char *label, const char *value)
{
    if (str_empty(value))
        return;
    struct rect line = rect_cut_top(area, 1), name = rect_cut_left(&line, LABEL_W);
    rect_cut_right(&name, 1);
    text_draw(frame, name, label, STYLE_DIM);
    text_draw(frame, line, value, STYLE_TEXT);
}

static void citizen_view(const struct ui *ui, const struct json *person, struct frame *frame,
                         struct rect *area)
{
    char text[SHOW_TEXT];
    show_heading(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Citizen")));
    if (!json_is_object(person)) {
        text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("not identified yet")), STYLE_DIM);
        return;
    }
    fact(frame, area, tr(ui->lang, TR("name")), json_text(person, "name"));
    fact(frame, area, tr(ui->lang, TR("father")), json_text(person, "father"));
    fact(frame, area, tr(ui->lang, TR("born")), show_day(ui, json_text(person, "born"), text));
    if (json_bool(person, "possible_duplicate", false))
        text_drawf(frame, rect_cut_top(area, 1), STYLE_WARN, "! %s",
                   tr(ui->lang, TR("perhaps recorded twice")));
}

/* "+ Family card, Child's card": what belongs together with it and is opened with its answers. */
static void together_view(const struct ui *ui, const struct json *c, struct frame *frame, struct rect *area)
{
    struct buf text = {0};
    char key[KEY_NAME];
    const struct json *offers = json_get(c, "together");
    for (const struct json *offer = json_first(offers); offer; offer = json_next(offer))
        buf_addf(&text, "%s%s", text.length ? ", " : "", show_name(ui, json_get(offer, "name")));
    key_label(keymap_key(ui->keys, ACTION_ADD_CASE, 0), key);
    char *line = xasprintf("%s  %s %s", key, tr(ui->lang, TR("belongs together:")), buf_text(&text));
    struct rect lines = *area;
    lines.h = lines.h > 2 ? 2 : lines.h;
    if (text.length)
        rect_cut_top(area, text_draw_wrapped(frame, lines, line, STYLE_ACCENT, 0));
    free(line);
    buf_free(&text);
}

static void case_facts(const struct ui *ui, const struct json *c, struct frame *frame, struct rect *area)
{
    char text[SHOW_TEXT];
    rect_cut_top(area, text_draw_wrapped(frame, (struct rect){area->x, area->y, area->w, 2},
                                         show_name(ui, json_get(c, "service_name")), STYLE_TITLE, 0));
    fact(frame, area, tr(ui->lang, TR("number")), json_text(c, "number"));
    str_format(text, sizeof text, "%s %s", show_case(ui, c, NULL), show_twin(ui, c));
    fact(frame, area, tr(ui->lang, TR("state")), text);
    fact(frame, area, tr(ui->lang, TR("fee")), show_money(json_text(json_get(c, "fee"), "total"), text));
    fact(frame, area, tr(ui->lang, TR("paid")), show_money(json_text(c, "paid"), text));
    if (str_equal(json_text(c, "state"), "returned"))
        fact(frame, area, tr(ui->lang, TR("answer by")), show_day(ui, json_text(c, "lapses_at"), text));
    else
        fact(frame, area, tr(ui->lang, TR("due")), show_day(ui, json_text(c, "due_at"), text));
    together_view(ui, c, frame, area);
}

/* The clock of today; the day of what was before. */
static const char *when(const struct ui *ui, const char *at, char out[SHOW_TEXT])
{
    char day[SHOW_TEXT], today[DATE_TEXT], now[SHOW_TEXT];
    show_day(ui, at, day);
    time_date(ui->now_ms, today);
    return str_equal(day, show_day(ui, today, now)) ? show_clock(at, out) : show_day(ui, at, out);
}

/* What happened to it, the newest last; as many as there is room for. */
static void history_view(const struct ui *ui, const struct json *c, struct frame *frame, struct rect area)
{
    const struct json *stamps = json_get(c, "stamps");
    char time[SHOW_TEXT];
    int count = (int)json_count(stamps);
    if (!count || area.h < 2)
        return;
    show_heading(frame, rect_cut_top(&area, 1), tr(ui->lang, TR("History")));
    for (int i = count > area.h ? count - area.h : 0; i < count; i++) {
        const struct json *stamp = json_at(stamps, (size_t)i);
        fact(frame, &area, when(ui, json_text_or(stamp, "at", ""), time),
             show_case_event(ui, json_text(stamp, "event")));
    }
}

void desk_preview(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct json *c = desk_row(desk, DESK_CASES);
    rect_cut_left(&area, 1);
    citizen_view(ui, json_get(desk->data, "person"), frame, &area);
    rect_cut_top(&area, 1);
    if (!c)
        return;
    case_facts(ui, c, frame, &area);
    rect_cut_top(&area, 1);
    struct rect wide = {area.x - 1, area.y, area.w + 1, area.h}; /* its rows bring their own margin */
    desk_papers_view(desk, ui, area.h > 12 ? area.h - 5 : area.h - 1, frame, &wide);
    history_view(ui, c, frame, (struct rect){area.x, wide.y, area.w, wide.h});
}
