/* screens/person_view.c: draws who was found, two that may be one side by side, and a person's history. */
#include <string.h>

#include "screens/person.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { COMPARE_ROWS = 7, FULL_W = 76, LABEL_W = 15 };

struct view {
    const struct person *self;
    const struct ui *ui;
};

/* --- numbers, hidden unless F3 was pressed --- */

static enum identity kind_of(const char *member, const char *text)
{
    if (strcmp(member, "fin") == 0)
        return IDENTITY_FIN;
    if (strcmp(member, "nik") == 0)
        return IDENTITY_NIK;
    return str_starts(text, "+994") ? IDENTITY_PHONE_AZ : IDENTITY_PHONE_ID;
}

static const char *number(const struct view *view, const struct json *person, const char *member,
                          char out[SHOW_TEXT])
{
    const char *text = json_text_or(person, member, "");
    if (person_revealed(view->self, view->ui, person))
        str_copy(out, SHOW_TEXT, text);
    else
        identity_mask(kind_of(member, text), text, false, out, SHOW_TEXT);
    return out;
}

static const char *identity_of(const struct view *view, const struct json *person, char out[SHOW_TEXT])
{
    return number(view, person, str_empty(json_text(person, "nik")) ? "fin" : "nik", out);
}

const char *person_value(const struct person *self, const struct ui *ui, const struct json *person,
                         const char *member, char out[160])
{
    const struct view view = {self, ui};
    const char *text = json_text_or(person, member, "");
    if (strcmp(member, "born") == 0)
        return show_day(ui, text, out);
    if (strcmp(member, "fin") == 0 || strcmp(member, "nik") == 0 || strcmp(member, "phone") == 0)
        return number(&view, person, member, out);
    str_copy(out, SHOW_TEXT, text);
    return out;
}

/* --- the finder --- */

enum { NAME, BORN, NUMBER, PHONE, WHERE };

static void cell(const void *data, int row, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *person = json_at(view->self->rows, (size_t)row);
    char text[SHOW_TEXT];
    (void)look;
    switch (column) {
    case NAME:
        str_copy(out, GRID_CELL, json_text_or(person, "name", "–"));
        return;
    case BORN:
        str_copy(out, GRID_CELL, show_day(view->ui, json_text(person, "born"), text));
        return;
    case NUMBER:
        str_copy(out, GRID_CELL, identity_of(view, person, text));
        return;
    case WHERE:
        str_copy(out, GRID_CELL, person_only_archive(person) ? tr(view->ui->lang, TR("hall")) : "");
        return;
    default:
        str_copy(out, GRID_CELL, number(view, person, "phone", text));
        return;
    }
}

/* What is said of the letters: whether they are a whole number, or how many are found here. */
static unsigned verdict_text(const struct view *view, char out[160])
{
    const char *typed = field_text(&view->self->find);
    int count = (int)json_count(view->self->rows);
    enum identity kind;
    out[0] = '\0';
    if (person_number_kind(view->ui, typed, &kind)) {
        char text[160];
        enum verdict verdict = person_verdict(view->ui, kind, typed, text);
        if (verdict != VERDICT_OK) {
            str_format(out, 160, "%s%s", verdict == VERDICT_WRONG ? "! " : "", text);
            return verdict == VERDICT_WRONG ? STYLE_WARN : STYLE_DIM;
        }
    }
    if (count)
        str_format(out, 160, tr(view->ui->lang, TR("%d found")), count);
    else if (*typed && !view->self->archive.under_way)
        str_copy(out, 160, tr(view->ui->lang, TR("Nobody is found. F4 records a new person.")));
    else if (*typed)
        str_copy(out, 160, tr(view->ui->lang, TR("Nobody is found here.")));
    return count || view->self->archive.under_way ? STYLE_DIM : STYLE_WARN;
}

/* What the archive has beside it, in the same line where there is room, else in one of its own. */
static void found_view(const struct view *view, struct frame *frame, struct rect *area)
{
    char verdict[160], archive[160];
    bool warn;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    unsigned look = verdict_text(view, verdict);
    const char *says = person_find_says(view->self, view->ui, archive, &warn);
    int used = text_draw(frame, line, verdict, look);
    if (!says)
        return;
    if (used + 5 + text_width(says) > line.w) {
        line = rect_cut_top(area, 1);
        rect_cut_left(&line, 1);
        used = 0;
    }
    rect_cut_left(&line, used);
    text_drawf(frame, line, warn ? STYLE_WARN : STYLE_DIM, "%s%s%s", used ? " · " : "", warn ? "! " : "",
               says);
}

static void first_view(const struct view *view, struct frame *frame, struct rect *area)
{
    if (!*view->self->first)
        return;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    text_drawf(frame, line, STYLE_ACCENT,
               tr(view->ui->lang, TR("First record: %s. F6 at the other compares · Esc forgets it")),
               view->self->first_name);
}

static void compare_row(const char *label, const char *a, const char *b, bool differs, struct frame *frame,
                        struct rect line)
{
    rect_cut_left(&line, 1);
    struct rect name = rect_cut_left(&line, LABEL_W), sign = rect_cut_left(&line, 2),
                left = rect_cut_left(&line, line.w / 2);
    text_draw(frame, name, label, STYLE_DIM);
    text_draw(frame, sign, differs ? "≠" : *a ? "=" : " ", differs ? STYLE_WARN : STYLE_DIM);
    rect_cut_right(&left, 1);
    text_draw(frame, left, a, STYLE_TEXT);
    text_draw(frame, line, b, differs ? STYLE_WARN : STYLE_TEXT);
}

static void compare_view(const struct view *view, const struct json *a, const struct json *b,
                         struct frame *frame, struct rect area)
{
    static const struct {
        const char *member, *label;
    } rows[] = {
        {"name", TR("Name")}, {"father", TR("Father's name")}, {"born", TR("Date of birth")}, {"fin", "FIN"},
        {"nik", "NIK"},       {"phone", TR("Phone")}};
    char one[SHOW_TEXT], other[SHOW_TEXT];
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    text_drawf(frame, head, STYLE_WARN, "! %s",
               tr(view->ui->lang, TR("possibly the same person: F6 compares")));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *left = json_text_or(a, rows[i].member, ""), *right = json_text_or(b, rows[i].member, "");
        bool secret = i >= 3;
        bool differs = strcmp(left, right) != 0; /* of what is stored: hidden digits count */
        if (!*left && !*right)
            continue;
        if (strcmp(rows[i].member, "born") == 0) {
            left = show_day(view->ui, left, one);
            right = show_day(view->ui, right, other);
        } else if (secret) {
            left = number(view, a, rows[i].member, one);
            right = number(view, b, rows[i].member, other);
        }
        compare_row(tr(view->ui->lang, rows[i].label), left, right, differs, frame, rect_cut_top(&area, 1));
    }
}

static bool any_archive(const struct person *self)
{
    for (const struct json *row = json_first(self->rows); row; row = json_next(row))
        if (person_only_archive(row))
            return true;
    return false;
}

static void find_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct person *self = view->self;
    const struct json *twin = person_twin(self);
    const struct ui *ui = view->ui;
    bool full = area.w >= FULL_W;
    const struct grid_column columns[] = {
        {tr(ui->lang, TR("name")), 0, 10, TEXT_LEFT},   {tr(ui->lang, TR("born")), 11, 0, TEXT_LEFT},
        {tr(ui->lang, TR("number")), 18, 0, TEXT_LEFT}, {tr(ui->lang, TR("phone")), 15, 0, TEXT_LEFT},
        {tr(ui->lang, TR("at")), 5, 0, TEXT_LEFT},
    };
    struct grid grid = {.columns = columns,
                        .count = !full               ? 2
                                 : any_archive(self) ? 5
                                                     : 4,
                        .cell = cell,
                        .self = view};
    struct rect line = rect_cut_top(&area, 1);
    rect_cut_left(&line, 1);
    rect_cut_left(&line, text_draw(frame, line, tr(ui->lang, TR("Who is it?")), STYLE_TEXT | ATTR_BOLD) + 2);
    rect_cut_right(&line, 1);
    found_view(view, frame, &area);
    first_view(view, frame, &area);
    if (twin && area.h > 2 * COMPARE_ROWS) {
        struct rect lower = rect_cut_bottom(&area, COMPARE_ROWS + 1);
        frame_rule(frame, rect_cut_top(&lower, 1));
        compare_view(view, person_row(self), twin, frame, lower);
    }
    if (json_count(self->rows)) {
        grid_draw(&grid, &self->list, frame, area, false);
        rect_cut_top(&area, 1); /* its heading */
        list_target(&self->list, frame, area, (struct key){.code = K_ENTER});
    }
    field_draw(&self->find, frame, line, tr(ui->lang, TR("FIN, NIK, name, phone or date of birth")), true);
}

/* --- the history --- */

static void case_row(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = data;
    const struct json *c = json_at(json_get(view->self->history, "cases"), (size_t)row);
    char day[SHOW_TEXT];
    const char *state = json_text_or(c, "state", "");
    struct rect sign = rect_cut_left(&area, 2), when = rect_cut_left(&area, 12),
                mark = rect_cut_right(&area, 2), word = rect_cut_right(&area, 14),
                code = rect_cut_right(&area, area.w > 50 ? 14 : 0);
    text_draw(frame, sign, look == STYLE_TEXT ? " " : "›", look);
    text_draw(frame, when, show_day(view->ui, json_text(c, "opened_at"), day), look);
    text_draw(frame, mark, ui_mark(json_text(c, "mark")), look);
    rect_cut_right(&word, 1);
    text_draw(frame, word, show_case_state(view->ui, state),
              look == STYLE_TEXT ? show_case_look(state) : look);
    text_draw(frame, code, json_text_or(c, "number", ""), look);
    rect_cut_right(&area, 1);
    const char *name = show_name(view->ui, json_get(c, "service_name"));
    rect_cut_left(&area, text_draw(frame, area, *name ? name : json_text_or(c, "service", ""), look));
    if (json_has_text(json_get(c, "flags"), "duplicate") || !str_empty(json_text(c, "duplicate_of")))
        text_drawf(frame, area, look == STYLE_TEXT ? STYLE_WARN : look, " %s",
                   tr(view->ui->lang, TR("! duplicate?")));
}

static bool case_marked(const void *data, int row)
{
    const struct view *view = data;
    const struct json *c = json_at(json_get(view->self->history, "cases"), (size_t)row);
    return *view->self->marked && str_equal(json_text(c, "id"), view->self->marked);
}

static void visit_row(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = data;
    const struct json *ticket = json_at(view->self->visits, (size_t)row);
    char day[SHOW_TEXT], clock[SHOW_TEXT];
    struct rect sign = rect_cut_left(&area, 2), when = rect_cut_left(&area, 12), at = rect_cut_left(&area, 7),
                code = rect_cut_left(&area, 8), word = rect_cut_right(&area, 22);
    rect_cut_right(&area, 1);
    const char *outcome = json_text(ticket, "outcome"), *state = json_text_or(ticket, "state", "");
    bool booked = str_empty(json_text(ticket, "arrived_at")); /* of another day: nobody has come yet */
    const char *time = json_text(ticket, booked ? "appointment_at" : "arrived_at");
    text_draw(frame, sign, look == STYLE_TEXT ? " " : "›", look);
    text_draw(frame, when, show_day(view->ui, time, day), look);
    text_draw(frame, at, show_clock(time, clock), look);
    text_draw(frame, code, json_text_or(ticket, "number", ""), look);
    text_draw(frame, word,
              outcome                                 ? show_outcome(view->ui, outcome)
              : booked && str_equal(state, "waiting") ? tr(view->ui->lang, TR("booked"))
                                                      : show_ticket_state(view->ui, state),
              look);
    text_draw(frame, area, show_name(view->ui, json_get(ticket, "service_name")), look);
}

/* Which other records this person has, with the way back. */
static void merged_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct json *merged = json_get(view->self->history, "merged");
    struct buf names = {0};
    if (!json_count(merged))
        return;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    for (const struct json *row = json_first(merged); row; row = json_next(row))
        buf_addf(&names, "%s%s", names.length ? ", " : "", json_text_or(row, "name", "?"));
    rect_cut_left(&line, text_drawf(frame, line, STYLE_DIM,
                                    tr(view->ui->lang, TR("u takes apart · also recorded as %s")),
                                    buf_text(&names)));
    buf_free(&names);
}

static void twins_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct json *twins = json_get(view->self->history, "twins");
    if (!json_count(twins))
        return;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    rect_cut_left(&line, text_draw(frame, line, "! ", STYLE_WARN));
    text_drawf(frame, line, STYLE_WARN, tr(view->ui->lang, TR("F6 compares · possibly the same person: %s")),
               json_text_or(json_first(twins), "name", "?"));
}

/* Somebody from the digital channel: a clerk looks once whether the hall knew them before. */
static void unlooked_view(const struct view *view, struct frame *frame, struct rect *area)
{
    if (!person_unlooked(person_shown(view->self)))
        return;
    bool alike = json_count(json_get(view->self->history, "twins")) > 0;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    text_drawf(frame, line, STYLE_WARN, "! %s",
               tr(view->ui->lang, alike ? TR("Came online: perhaps the hall knew this person before.")
                                        : TR("Came online, nobody has looked yet. F4 and F10: looked at.")));
}

static void person_head(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct json *person = person_shown(view->self);
    char text[SHOW_TEXT];
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    if (!person) {
        text_draw(frame, line, tr(view->ui->lang, TR("The person is being loaded.")), STYLE_DIM);
        return;
    }
    rect_cut_left(&line,
                  text_draw(frame, line, json_text_or(person, "name", "–"), STYLE_TEXT | ATTR_BOLD) + 1);
    const char *father = json_text_or(person, "father", "");
    if (*father && !strstr(json_text_or(person, "name", ""), father))
        text_drawf(frame, line, STYLE_DIM, "· %s", father);
    line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    if (!str_empty(json_text(person, "born")))
        rect_cut_left(&line, text_drawf(frame, line, STYLE_TEXT, tr(view->ui->lang, TR("born %s")),
                                        show_day(view->ui, json_text(person, "born"), text)) +
                                 2);
    identity_of(view, person, text);
    if (*text)
        rect_cut_left(&line, text_drawf(frame, line, STYLE_TEXT, "%s %s",
                                        str_empty(json_text(person, "nik")) ? "FIN" : "NIK", text) +
                                 2);
    number(view, person, "phone", text);
    text_draw(frame, line, text, STYLE_TEXT);
    merged_view(view, frame, area);
    unlooked_view(view, frame, area);
    twins_view(view, frame, area);
}

/* That there is more than this page. */
static const char *beyond_text(const struct view *view, enum person_pane pane)
{
    static const char *const next[] = {"cases_next", "tickets_next"}, *const before[] = {"cases_before",
                                                                                         "tickets_before"};
    bool older = json_is_object(json_get(view->self->history, next[pane]));
    bool newer = json_is_object(json_get(view->self->history, before[pane]));
    return older && newer ? tr(view->ui->lang, TR("newer ↑ · older ↓"))
           : older        ? tr(view->ui->lang, TR("older ↓"))
           : newer        ? tr(view->ui->lang, TR("newer ↑"))
                          : "";
}

static void pane_view(const struct view *view, enum person_pane pane, const char *heading,
                      const struct list_rows *rows, struct frame *frame, struct rect area)
{
    bool focus = view->self->pane == pane;
    struct list list = view->self->lists[pane];
    char position[32];
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    rect_cut_left(&head, show_heading(frame, head, heading) + 2);
    if (list.count > area.h)
        rect_cut_left(&head, text_draw(frame, head, list_position(&list, position), STYLE_DIM) + 2);
    text_draw(frame, head, beyond_text(view, pane), STYLE_DIM);
    if (!focus)
        list.selected = -1;
    if (list.count) {
        list_draw(&list, rows, frame, area, focus);
        return;
    }
    rect_cut_left(&area, 2);
    text_draw(frame, area, tr(view->ui->lang, TR("none yet")), STYLE_DIM);
}

static void history_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct list_rows cases = {.draw = case_row, .marked = case_marked, .self = view},
                           visits = {.draw = visit_row, .self = view};
    person_head(view, frame, &area);
    frame_rule(frame, rect_cut_top(&area, 1));
    if (person_shown(view->self) && person_shown(view->self) == view->self->given) {
        rect_cut_left(&area, 1);
        text_draw_wrapped(
            frame, area,
            tr(view->ui->lang, TR("Known to the hall; what this person had here is not in this "
                                  "computer's copy yet. For the visit they can be taken at once.")),
            STYLE_DIM, 0);
        return;
    }
    struct rect upper = rect_cut_top(&area, area.h * 3 / 5);
    pane_view(view, PERSON_CASES, tr(view->ui->lang, TR("Applications")), &cases, frame, upper);
    pane_view(view, PERSON_VISITS, tr(view->ui->lang, TR("Visits")), &visits, frame, area);
}

void person_view(const struct person *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {self, ui};
    switch (self->place) {
    case PERSON_FIND:
        return find_view(&view, frame, area);
    case PERSON_HISTORY:
        return history_view(&view, frame, area);
    case PERSON_RECORD:
        return person_record_view(self, ui, frame, area);
    case PERSON_COMPARE:
        return person_compare_view(self, ui, frame, area);
    }
}
