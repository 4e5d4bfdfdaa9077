/* screens/people_view.c: draws accounts, counters and the sheet of one of them. Decides nothing. */
#include "screens/people.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { LABEL_W = 26, FIELD_W = 40 };

struct view {
    const struct people *self;
    const struct ui *ui;
};

const char *people_agency(const struct people *self, const struct ui *ui, const char *id)
{
    for (const struct json *row = json_first(json_get(self->data, "agencies")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return show_name(ui, json_get(row, "name"));
    return id;
}

static const char *queue_code(const struct people *self, const char *id)
{
    for (const struct json *row = json_first(json_get(self->data, "queues")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return json_text_or(row, "code", id);
    return id;
}

void people_queues(const struct people *self, const struct json *queues, char out[SHOW_TEXT])
{
    struct buf text = {0};
    for (const struct json *line = json_first(queues); line; line = json_next(line)) {
        int weight = (int)json_int(line, "weight", 1);
        buf_addf(&text, "%s%s", text.length ? ", " : "", queue_code(self, json_text_or(line, "queue", "")));
        if (weight != 1)
            buf_addf(&text, ":%d", weight);
    }
    str_copy(out, SHOW_TEXT, buf_text(&text));
    buf_free(&text);
}

static const char *user_name(const struct people *self, const char *id)
{
    for (const struct json *row = json_first(json_get(self->data, "users")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return json_text_or(row, "name", "");
    return "";
}

/* --- the lists --- */

enum { U_LOGIN, U_NAME, U_STATE, U_ROLES, U_AGENCY, U_COLUMNS };
enum { C_NAME, C_STATE, C_QUEUES, C_AGENCY, C_COLUMNS };

static void roles_text(const struct ui *ui, const struct json *roles, char *out, size_t capacity)
{
    struct buf text = {0};
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        buf_addf(&text, "%s%s", text.length ? ", " : "", show_role(ui, json_as_text(role)));
    str_copy(out, capacity, buf_text(&text));
    buf_free(&text);
}

static bool fade(const struct json *row, unsigned *look)
{
    bool disabled = !json_bool(row, "active", true);
    if (disabled && *look == STYLE_TEXT)
        *look = STYLE_DIM;
    return disabled;
}

static const char *agency_text(const struct view *view, const struct json *row)
{
    const char *agency = json_text_or(row, "agency", "");
    return *agency ? people_agency(view->self, view->ui, agency) : tr(view->ui->lang, TR("the whole hall"));
}

static void user_cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = view->self->shown[TAB_USERS][index];
    bool disabled = fade(row, look);
    switch (column) {
    case U_LOGIN:
        str_copy(out, GRID_CELL, json_text_or(row, "login", ""));
        return;
    case U_NAME:
        str_copy(out, GRID_CELL, json_text_or(row, "name", ""));
        return;
    case U_STATE:
        str_copy(out, GRID_CELL, disabled ? tr(view->ui->lang, TR("disabled")) : "");
        return;
    case U_ROLES:
        return roles_text(view->ui, json_get(row, "roles"), out, GRID_CELL);
    default:
        str_copy(out, GRID_CELL, agency_text(view, row));
    }
}

static void state_text(const struct view *view, const struct json *row, char out[GRID_CELL])
{
    enum lang lang = view->ui->lang;
    const char *state = json_text_or(row, "state", "closed"),
               *user = user_name(view->self, json_text_or(row, "user", ""));
    if (!json_bool(row, "active", true))
        str_copy(out, GRID_CELL, tr(lang, TR("disabled")));
    else if (str_equal(state, "closed"))
        str_copy(out, GRID_CELL, tr(lang, TR("closed")));
    else
        str_format(out, GRID_CELL, "%s%s%s",
                   str_equal(state, "paused") ? tr(lang, TR("break")) : tr(lang, TR("open")),
                   *user ? " · " : "", user);
}

static void counter_cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = view->self->shown[TAB_COUNTERS][index];
    (void)fade(row, look);
    switch (column) {
    case C_NAME:
        str_copy(out, GRID_CELL, json_text_or(row, "name", ""));
        return;
    case C_STATE:
        return state_text(view, row, out);
    case C_QUEUES:
        return people_queues(view->self, json_get(row, "queues"), out);
    default:
        str_copy(out, GRID_CELL, agency_text(view, row));
    }
}

static void users_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum lang lang = view->ui->lang;
    const struct grid_column columns[U_COLUMNS] = {
        [U_LOGIN] = {.title = tr(lang, TR("Login")), .w = area.w > 100 ? 14 : 12},
        [U_NAME] = {.title = tr(lang, TR("Name")), .w = area.w > 100 ? 24 : 20},
        [U_STATE] = {.title = "", .w = 10},
        [U_ROLES] = {.title = tr(lang, TR("Roles")), .w_min = 18},
        [U_AGENCY] = {.title = tr(lang, TR("Agency")), .w_min = 12},
    };
    const struct grid grid = {.columns = columns,
                              .count = U_COLUMNS,
                              .cell = user_cell,
                              .self = view,
                              .empty = tr(lang, TR("No account fits these letters; Esc shows all."))};
    grid_draw(&grid, &view->self->lists[TAB_USERS], frame, area, !view->self->filtering);
}

static void counters_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum lang lang = view->ui->lang;
    const struct grid_column columns[C_COLUMNS] = {
        [C_NAME] = {.title = tr(lang, TR("Counter")), .w = 14},
        [C_STATE] = {.title = "", .w = 24},
        [C_QUEUES] = {.title = tr(lang, TR("Queues")), .w_min = 12},
        [C_AGENCY] = {.title = tr(lang, TR("Agency")), .w_min = 12},
    };
    const struct grid grid = {.columns = columns,
                              .count = C_COLUMNS,
                              .cell = counter_cell,
                              .self = view,
                              .empty = tr(lang, TR("No counter fits these letters; Esc shows all."))};
    grid_draw(&grid, &view->self->lists[TAB_COUNTERS], frame, area, !view->self->filtering);
}

static void tab_view(const struct view *view, enum people_tab tab, const char *label, struct frame *frame,
                     struct rect *line)
{
    bool here = view->self->tab == tab;
    unsigned look = here ? STYLE_ACCENT | ATTR_BOLD : STYLE_DIM;
    rect_cut_left(line, text_drawf(frame, *line, look, "%s %s %d", here ? "›" : " ", label,
                                   view->self->lists[tab].count) +
                            3);
}

static void filter_view(const struct view *view, struct frame *frame, struct rect line)
{
    const struct people *self = view->self;
    if (!self->filtering && !*field_text(&self->filter))
        return;
    rect_cut_left(&line, text_draw(frame, line, "/ ", STYLE_DIM));
    field_draw(&self->filter, frame, line, tr(view->ui->lang, TR("login, name, role …")), self->filtering);
}

/* Without the hall: what is still true, and what waits. */
static void away_view(const struct view *view, struct frame *frame, struct rect *area)
{
    char since[SHOW_TEXT], text[2 * SHOW_TEXT];
    const struct link *link = &view->ui->link;
    if (link->state == LINK_ONLINE || link->state == LINK_COPYING)
        return;
    str_format(text, sizeof text,
               tr(view->ui->lang,
                  TR("Hall not reachable: this is how it was at %s. Nothing is lost; changes wait until it "
                     "is back.")),
               show_since(view->ui, link->since_ms, since));
    rect_cut_top(area, text_draw_wrapped(frame, *area, text, STYLE_WARN, 0));
}

static void lists_view(const struct view *view, struct frame *frame, struct rect area)
{
    struct rect line = rect_cut_top(&area, 1);
    tab_view(view, TAB_USERS, tr(view->ui->lang, TR("Accounts")), frame, &line);
    tab_view(view, TAB_COUNTERS, tr(view->ui->lang, TR("Counters")), frame, &line);
    filter_view(view, frame, line);
    away_view(view, frame, &area);
    rect_cut_top(&area, 1);
    if (view->self->tab == TAB_USERS)
        users_view(view, frame, area);
    else
        counters_view(view, frame, area);
}

/* --- the sheet --- */

static void label_view(struct frame *frame, struct rect *line, const char *label, bool focus)
{
    struct rect sign = rect_cut_left(line, 2);
    text_draw(frame, sign, focus ? "›" : " ", STYLE_ACCENT);
    struct rect name = rect_cut_left(line, line->w > LABEL_W + 20 ? LABEL_W : line->w / 3);
    text_draw(frame, name, label, focus ? STYLE_TEXT | ATTR_BOLD : STYLE_TEXT);
}

static void text_item(const struct view *view, enum sheet_item item, const char *label, struct frame *frame,
                      struct rect *area)
{
    const struct people_sheet *sheet = &view->self->sheet;
    if (!people_sheet_has(sheet, item))
        return;
    struct rect line = rect_cut_top(area, 1);
    label_view(frame, &line, label, sheet->focus == (int)item);
    field_draw(&sheet->fields[item], frame, rect_cut_left(&line, FIELD_W), NULL, sheet->focus == (int)item);
}

static void roles_items(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct people_sheet *sheet = &view->self->sheet;
    if (!people_sheet_has(sheet, ITEM_ROLES))
        return;
    for (int i = 0; i < 6; i++) {
        struct rect line = rect_cut_top(area, 1);
        bool focus = sheet->focus == ITEM_ROLES + i, on = sheet->roles & (1u << i);
        label_view(frame, &line, i ? "" : tr(view->ui->lang, TR("Roles (Space)")), focus);
        if (focus)
            frame_cursor(frame, line.x + 1, line.y);
        text_drawf(frame, line,
                   focus ? STYLE_SELECTED
                   : on  ? STYLE_TEXT
                         : STYLE_DIM,
                   "[%s] %s", on ? "x" : " ", show_role(view->ui, role_text(1u << i)));
    }
}

static void choice_item(const struct view *view, enum sheet_item item, const char *label, const char *value,
                        struct frame *frame, struct rect *area)
{
    const struct people_sheet *sheet = &view->self->sheet;
    if (!people_sheet_has(sheet, item))
        return;
    struct rect line = rect_cut_top(area, 1);
    bool focus = sheet->focus == (int)item;
    label_view(frame, &line, label, focus);
    if (focus)
        frame_cursor(frame, line.x, line.y);
    text_draw(frame, line, *value ? value : "–", focus ? STYLE_SELECTED : STYLE_TEXT);
}

static void heading_view(const struct view *view, struct frame *frame, struct rect line)
{
    static const char *const titles[SHEET_KINDS] = {
        [SHEET_USER_ADD] = TR("A new account"), [SHEET_USER] = TR("Change account"),
        [SHEET_PASSWORD] = TR("New password"),  [SHEET_COUNTER_ADD] = TR("A new counter"),
        [SHEET_COUNTER] = TR("Change counter"),
    };
    const struct people_sheet *sheet = &view->self->sheet;
    char text[SHOW_TEXT];
    bool user = sheet->kind <= SHEET_PASSWORD;
    const char *whom = json_text_or(sheet->was, user ? "login" : "name", "");
    str_format(text, sizeof text, "%s%s%s", tr(view->ui->lang, titles[sheet->kind]), *whom ? " · " : "",
               whom);
    show_heading(frame, line, text);
}

static const char *hint(const struct people_sheet *sheet)
{
    switch (sheet->kind) {
    case SHEET_PASSWORD:
        return TR("It ends that person's sign-ins everywhere, and lets them in again if they were disabled.");
    case SHEET_USER_ADD:
        return TR("The login stays for ever: records that are not sent yet know by it whose they are.");
    case SHEET_USER:
        return TR("It counts from the next thing that person does; their screen follows by itself.");
    default:
        return TR("What a counter serves may be moved for a while on the board; here it is set for good.");
    }
}

static void sheet_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct people_sheet *sheet = &view->self->sheet;
    enum lang lang = view->ui->lang;
    char queues[SHOW_TEXT];
    heading_view(view, frame, rect_cut_top(&area, 1));
    rect_cut_top(&area, 1);
    text_item(view, ITEM_LOGIN, tr(lang, TR("Login")), frame, &area);
    text_item(view, ITEM_NAME, tr(lang, TR("Name")), frame, &area);
    roles_items(view, frame, &area);
    choice_item(view, ITEM_AGENCY, tr(lang, TR("Agency")),
                *sheet->agency ? people_agency(view->self, view->ui, sheet->agency)
                               : tr(lang, TR("the whole hall")),
                frame, &area);
    people_queues(view->self, sheet->queues, queues);
    choice_item(view, ITEM_QUEUES, tr(lang, TR("Queues")), queues, frame, &area);
    text_item(view, ITEM_PASSWORD, tr(lang, TR("Password")), frame, &area);
    text_item(view, ITEM_AGAIN, tr(lang, TR("Password once more")), frame, &area);
    rect_cut_top(&area, 1);
    if (*view->self->asked)
        text_draw(frame, area, tr(lang, TR("The hall is asked…")), STYLE_DIM);
    else if (*sheet->fault)
        text_draw_wrapped(frame, area,
                          *sheet->code ? show_refusal(view->ui, sheet->code, sheet->fault)
                                       : tr(lang, sheet->fault),
                          STYLE_DANGER, 0);
    else
        text_draw_wrapped(frame, area, tr(lang, hint(sheet)), STYLE_DIM, 0);
}

void people_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {data, ui};
    area = rect_inset(area, 1, 0);
    if (view.self->sheet.open)
        return sheet_view(&view, frame, area);
    if (view.self->data)
        lists_view(&view, frame, area);
}
