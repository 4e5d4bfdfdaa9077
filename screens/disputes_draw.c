/* screens/disputes_draw.c: draws the disputes: the list, and of the chosen one both sides, whom it concerns and the
 * choices; branches field by field, decisions side by side. Decides nothing. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "screens/disputes.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { WANTED_MAX = 8, LABEL_W_MIN = 9, LIST_ROWS_MIN = 3, VALUE_MAX = 256, FIELD_W = 22, DECISION_W = 14 };

struct view {
    const struct disputes *self;
    const struct ui *ui;
    const struct json *dispute; /* the chosen one */
};

/* --- the list --- */

enum { AGE, WHO, WHAT, ABOUT, WHY, COLUMNS };

static const char *number_of(const struct json *row)
{
    return json_text_or(json_get(row, "row"), "number", "–");
}

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = json_at(json_get(view->self->data, "rows"), (size_t)index),
                      *command = json_get(row, "command");
    const char *at = json_text(json_get(command, "at"), "wall");
    char text[SHOW_TEXT];
    (void)look;
    switch (column) {
    case AGE:
        str_copy(out, GRID_CELL,
                 show_age(view->ui, show_since_ms(view->ui, at ? at : json_text(row, "at")), text));
        return;
    case WHO:
        str_copy(out, GRID_CELL, disputes_user(view->self, json_text(row, "user")));
        return;
    case WHAT:
        str_copy(out, GRID_CELL,
                 show_record(view->ui, json_text_or(command, "type", ""), json_get(command, "body"), text));
        return;
    case ABOUT:
        str_copy(out, GRID_CELL, number_of(row));
        return;
    default:
        str_copy(out, GRID_CELL,
                 show_refusal(view->ui, json_text(row, "code"), json_text_or(row, "message", "")));
        return;
    }
}

/* --- fields in words --- */

/* What the members of a command's body are called. */
static const char *member_name(const struct ui *ui, const char *name)
{
    static const char *const names[][2] = {
        {"amount", TR("amount")},       {"channel", TR("channel")}, {"method", TR("method")},
        {"note", TR("note")},           {"outcome", TR("outcome")}, {"reason", TR("reason")},
        {"reference", TR("reference")}, {"state", TR("state")},     {"text", TR("text")},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], name) == 0)
            return tr(ui->lang, names[i][1]);
    return name;
}

static const char *member_value(const struct ui *ui, const char *type, const char *name, const char *value)
{
    if (strcmp(name, "outcome") == 0 && strcmp(type, "ticket.finish") == 0)
        return show_outcome(ui, value);
    if (strcmp(name, "outcome") == 0)
        return show_case_event(ui, value);
    if (strcmp(name, "state") == 0 && strcmp(type, "case.check_document") == 0)
        return show_document_state(ui, value);
    return strcmp(name, "channel") == 0 ? show_channel(ui, value) : value;
}

struct fields {
    struct form_view view;
    struct form_context context;
    bool open;
};

/* The form's own words for its fields; without a form the bare names. */
static void fields_open(const struct view *view, struct fields *fields)
{
    *fields = (struct fields){.context = {.lang = lang_code(view->ui->lang),
                                          .today = "2000-01-01", /* nothing is checked here */
                                          .date_hyphens = show_date_hyphens(view->ui)}};
    fields->open = view->self->form != NULL;
    if (!fields->open)
        return;
    struct json *draft = json_new_object();
    form_view_build(view->self->form, draft, &fields->context, "", &fields->view);
    json_free(&draft);
}

static void fields_close(struct fields *fields)
{
    if (fields->open)
        form_view_free(&fields->view);
}

static const char *field_label(const struct view *view, const struct fields *fields, const char *pointer)
{
    const struct form_item *item = fields->open ? form_view_find(&fields->view, pointer) : NULL;
    const char *last = strrchr(pointer, '/');
    return item && *item->label ? item->label : member_name(view->ui, last ? last + 1 : pointer);
}

static void field_value(const struct view *view, const struct fields *fields, const char *pointer,
                        const struct json *value, struct buf *out)
{
    const struct form_item *item = fields->open ? form_view_find(&fields->view, pointer) : NULL;
    buf_clear(out);
    if (!value || json_is_null(value))
        buf_adds(out, tr(view->ui->lang, TR("(empty)")));
    else if (item)
        form_text(item, value, &fields->context, out);
    else if (json_as_text(value))
        buf_adds(out, json_as_text(value));
    else
        json_print_to(value, out);
}

/* --- both sides of a refused record --- */

/* As wide as the widest of these labels in the clerk's language, and a space. */
static int label_w(const struct ui *ui)
{
    static const char *const labels[] = {TR("wanted"), TR("stands"), TR("concerns"), TR("choices")};
    int w = LABEL_W_MIN;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        int own = text_width(tr(ui->lang, labels[i]));
        w = own > w ? own : w;
    }
    return w + 1;
}

static struct rect side_label(const struct ui *ui, struct frame *frame, struct rect *area, const char *text)
{
    struct rect line = rect_cut_top(area, 1), place = rect_cut_left(&line, label_w(ui));
    text_draw(frame, place, text, STYLE_DIM);
    return line;
}

static bool tells_nothing(const char *name, const char *text)
{
    static const char *const names[] = {"case", "ticket", "decision", "person", "dispute", "base_row_rev"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return strlen(text) == UUID_TEXT - 1 && uuid_valid(text);
}

struct wanted {
    const struct view *view;
    const struct fields *fields;
    const char *type;
    struct buf *text;
    int shown;
};

/* In the record's own words already (show_record). */
static bool is_said(const struct wanted *w, const char *name)
{
    return (strcmp(name, "outcome") == 0 &&
            (strcmp(w->type, "ticket.finish") == 0 || strcmp(w->type, "case.decide") == 0)) ||
           (strcmp(name, "state") == 0 && strcmp(w->type, "case.check_document") == 0);
}

/* Its plain values, without identities of rows, which tell a person nothing. */
static void add_wanted(struct wanted *w, const char *above, const struct json *body)
{
    for (const struct json *m = json_first(body); m && w->shown < WANTED_MAX; m = json_next(m)) {
        const char *text = json_as_text(m), *name = json_name(m) ? json_name(m) : "";
        bool inside = json_is_object(m);
        if (inside && strcmp(name, "patch") == 0 && !*above) {
            add_wanted(w, "", m);
            continue;
        }
        char pointer[VALUE_MAX];
        str_format(pointer, sizeof pointer, "%s/%s", above, name);
        if (inside) {
            add_wanted(w, pointer, m);
            continue;
        }
        if (!text || tells_nothing(name, text) || is_said(w, name))
            continue;
        buf_addf(w->text, "%s%s: %s", w->text->length ? " · " : "", field_label(w->view, w->fields, pointer),
                 member_value(w->view->ui, w->type, name, text));
        w->shown++;
    }
}

static void wanted_view(const struct view *view, const struct fields *fields, struct frame *frame,
                        struct rect *area)
{
    const struct json *command = json_get(view->dispute, "command");
    const char *type = json_text_or(command, "type", ""), *at = json_text(json_get(command, "at"), "wall");
    char record[SHOW_TEXT], clock[SHOW_TEXT];
    struct buf text = {0};
    struct rect line = side_label(view->ui, frame, area, tr(view->ui->lang, TR("wanted")));
    rect_cut_left(&line,
                  text_draw(frame, line, show_record(view->ui, type, json_get(command, "body"), record),
                            STYLE_TEXT | ATTR_BOLD) +
                      2);
    text_drawf(frame, line, STYLE_TEXT, "%s  %s", show_moment(view->ui, at, clock),
               disputes_user(view->self, json_text(view->dispute, "user")));
    struct wanted w = {view, fields, type, &text, 0};
    add_wanted(&w, "", json_get(command, "body"));
    if (text.length) {
        struct rect below = *area;
        rect_cut_left(&below, label_w(view->ui));
        below.h = below.h > 2 ? 2 : below.h;
        rect_cut_top(area, text_draw_wrapped(frame, below, buf_text(&text), STYLE_TEXT, 0));
    }
    buf_free(&text);
}

/* The row as the hall has it: its number, state and holder. */
static void stands_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct json *row = json_get(view->dispute, "row");
    struct rect line = side_label(view->ui, frame, area, tr(view->ui->lang, TR("stands")));
    const char *state = json_text_or(row, "state", ""),
               *user = disputes_user(view->self, json_text(row, "user"));
    bool ticket = json_get(row, "gen") && !json_get(row, "hold_gen");
    if (!json_is_object(row)) {
        text_draw(frame, line, "–", STYLE_DIM);
        return;
    }
    rect_cut_left(&line, text_draw(frame, line, number_of(view->dispute), STYLE_TEXT | ATTR_BOLD) + 2);
    const char *word = ticket ? show_ticket_state(view->ui, state) : show_case_state(view->ui, state);
    rect_cut_left(&line, text_draw(frame, line, word, STYLE_TEXT) + 2);
    text_draw(frame, line, user, STYLE_TEXT);
}

/* Everybody who has part in it. */
static void concerns_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const char *author = json_text(view->dispute, "user"),
               *holder = json_text(json_get(view->dispute, "row"), "user");
    struct buf names = {0};
    buf_adds(&names, disputes_user(view->self, author));
    for (const struct json *one = json_first(json_get(view->dispute, "concerns")); one; one = json_next(one))
        buf_addf(&names, ", %s", disputes_user(view->self, json_as_text(one)));
    if (!str_empty(holder) && !str_equal(holder, author) &&
        !json_has_text(json_get(view->dispute, "concerns"), holder))
        buf_addf(&names, ", %s", disputes_user(view->self, holder));
    text_draw(frame, side_label(view->ui, frame, area, tr(view->ui->lang, TR("concerns"))), buf_text(&names),
              STYLE_TEXT);
    buf_free(&names);
}

/* --- two columns side by side --- */

/* A label, what stands, what came later; picked: 0 neither, 1 the left one, 2 the right one. */
static void pair_row(struct frame *frame, struct rect line, int label_most, const char *label,
                     const char *left, const char *right, unsigned look, int picked)
{
    int w = line.w / 3;
    struct rect first = rect_cut_left(&line, w > label_most ? label_most : w),
                second = rect_cut_left(&line, line.w / 2);
    rect_cut_right(&first, 1);
    text_draw(frame, first, label, look == STYLE_TEXT ? STYLE_DIM : look);
    struct rect *sides[] = {&second, &line};
    const char *texts[] = {left, right};
    for (int i = 0; i < 2; i++) {
        bool chosen = picked == i + 1;
        struct rect sign = rect_cut_left(sides[i], 2);
        rect_cut_right(sides[i], 1);
        text_draw(frame, sign, chosen ? "›" : " ", look == STYLE_TEXT ? STYLE_ACCENT : look);
        text_draw(frame, *sides[i], texts[i],
                  chosen                         ? look | ATTR_BOLD
                  : picked && look == STYLE_TEXT ? STYLE_DIM
                                                 : look);
    }
}

/* The same for whole texts, which take what room there is. */
static void pair_texts(struct frame *frame, struct rect area, int label_most, const char *label,
                       const char *left, const char *right)
{
    int w = area.w / 3;
    struct rect first = rect_cut_left(&area, w > label_most ? label_most : w),
                second = rect_cut_left(&area, area.w / 2);
    text_draw(frame, first, label, STYLE_DIM);
    rect_cut_left(&second, 2), rect_cut_left(&area, 2);
    rect_cut_right(&second, 1), rect_cut_right(&area, 1);
    text_draw_wrapped(frame, second, left, STYLE_TEXT, 0);
    text_draw_wrapped(frame, area, right, STYLE_TEXT, 0);
}

static void branches_view(const struct view *view, const struct fields *fields, struct frame *frame,
                          struct rect *area)
{
    const struct disputes *self = view->self;
    const struct json *list = json_get(view->dispute, "branches"), *first = json_first(list);
    char stands[200], typed[200];
    struct buf left = {0}, right = {0};
    str_format(stands, sizeof stands, tr(view->ui->lang, TR("now: %s")),
               disputes_user(self, json_text(first, "other")));
    str_format(typed, sizeof typed, tr(view->ui->lang, TR("typed: %s")),
               disputes_user(self, json_text(view->dispute, "user")));
    pair_row(frame, rect_cut_top(area, 1), FIELD_W, tr(view->ui->lang, TR("field")), stands, typed, STYLE_DIM,
             0);
    int rows = area->h > 3 ? area->h - 2 : area->h, all = (int)json_count(list);
    rows = rows > all ? all : rows;
    int top = rect_scroll(self->picking ? self->field : 0, all, rows);
    for (int i = top; i < all && i < top + rows; i++) {
        const struct json *branch = json_at(list, (size_t)i);
        const char *pointer = json_text_or(branch, "pointer", "");
        struct rect line = rect_cut_top(area, 1);
        bool here = self->picking && i == self->field;
        field_value(view, fields, pointer, json_get(branch, "draft"), &left);
        field_value(view, fields, pointer, json_get(branch, "value"), &right);
        if (here) {
            frame_fill(frame, line, " ", STYLE_SELECTED);
            frame_cursor(frame, line.x, line.y);
        }
        pair_row(frame, line, FIELD_W, field_label(view, fields, pointer), buf_text(&left), buf_text(&right),
                 here ? STYLE_SELECTED : STYLE_TEXT,
                 !self->picking                        ? 0
                 : disputes_picked_mine(self, pointer) ? 2
                                                       : 1);
    }
    buf_free(&left);
    buf_free(&right);
}

/* "R12 Papers not genuine, R20 …" */
static void reasons_text(const struct view *view, const struct json *codes, struct buf *out)
{
    const struct json *service = json_get(view->self->about, "service");
    buf_clear(out);
    for (const struct json *code = json_first(codes); code; code = json_next(code)) {
        struct catalogue_reason reason;
        bool known = catalogue_reason_find(service, json_as_text(code), &reason);
        buf_addf(out, "%s%s%s%s", out->length ? ", " : "", json_as_text(code), known ? " " : "",
                 known ? json_name_in(reason.name, lang_code(view->ui->lang)) : "");
    }
    if (!out->length)
        buf_adds(out, "–");
}

static void decisions_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct ui *ui = view->ui;
    const struct json *standing = json_get(view->dispute, "standing"),
                      *command = json_get(view->dispute, "command"), *body = json_get(command, "body"),
                      *row = json_get(view->dispute, "row");
    char clock[2][SHOW_TEXT];
    struct buf left = {0}, right = {0};
    bool decided = json_is_object(standing);
    const char *holder = decided ? json_text(standing, "by") : json_text(row, "user");
    pair_row(frame, rect_cut_top(area, 1), DECISION_W, "", tr(ui->lang, TR("counts now")),
             tr(ui->lang, TR("the other")), STYLE_DIM, 0);
    pair_row(frame, rect_cut_top(area, 1), DECISION_W, tr(ui->lang, TR("decision")),
             decided ? show_case_event(ui, json_text_or(standing, "outcome", ""))
                     : tr(ui->lang, TR("not decided, but worked on")),
             show_case_event(ui, json_text_or(body, "outcome", "")), STYLE_TEXT | ATTR_BOLD, 0);
    pair_row(frame, rect_cut_top(area, 1), DECISION_W, tr(ui->lang, TR("who")),
             disputes_user(view->self, holder), disputes_user(view->self, json_text(view->dispute, "user")),
             STYLE_TEXT, 0);
    pair_row(frame, rect_cut_top(area, 1), DECISION_W, tr(ui->lang, TR("when")),
             show_moment(ui, json_text(standing, "at"), clock[0]),
             show_moment(ui, json_text(json_get(command, "at"), "wall"), clock[1]), STYLE_TEXT, 0);
    reasons_text(view, json_get(standing, "reasons"), &left);
    reasons_text(view, json_get(body, "reasons"), &right);
    pair_row(frame, rect_cut_top(area, 1), DECISION_W, tr(ui->lang, TR("reasons")), buf_text(&left),
             buf_text(&right), STYLE_TEXT, 0);
    pair_texts(frame, *area, DECISION_W, tr(ui->lang, TR("text")), json_text_or(standing, "text", "–"),
               json_text_or(body, "text", "–"));
    buf_free(&left);
    buf_free(&right);
}

/* --- the choices --- */

static const char *no_choice_text(const struct view *view)
{
    return dispute_is_contest(view->dispute)
               ? TR("Nothing is handed out until a supervisor chooses. You will be told.")
               : TR("Its author or a supervisor settles this. You will be told.");
}

static void choices_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum dispute_choice choices[DISPUTE_CHOICES];
    const struct ui *ui = view->ui;
    int count = disputes_choices(ui, view->dispute, choices);
    if (view->self->picking) {
        text_draw_wrapped(frame, area,
                          tr(ui->lang, TR("← as it stands · → as it was typed · Enter done · Esc back")),
                          STYLE_ACCENT, 0);
        return;
    }
    if (!count) {
        text_draw_wrapped(frame, area, tr(ui->lang, no_choice_text(view)), STYLE_DIM, 0);
        return;
    }
    for (int i = 0; i < count; i++) {
        char text[300], key[KEY_NAME];
        key_label(keymap_key(ui->keys, ACTION_RESOLVE, 0), key); /* a digit alone would go to its place */
        struct rect line = side_label(view->ui, frame, &area, i ? "" : tr(ui->lang, TR("choices")));
        disputes_choice_text(view->self, ui, view->dispute, choices[i], text);
        rect_cut_left(&line, text_drawf(frame, line, STYLE_ACCENT | ATTR_BOLD, "%s %d", key, i + 1) + 2);
        text_draw(frame, line, text, STYLE_TEXT);
    }
}

static void detail_view(struct view *view, struct frame *frame, struct rect area)
{
    struct fields fields;
    view->dispute = disputes_chosen(view->self);
    area = rect_inset(area, 2, 0);
    if (!view->dispute)
        return;
    enum dispute_choice choices[DISPUTE_CHOICES];
    int count = disputes_choices(view->ui, view->dispute, choices);
    struct rect below = rect_cut_bottom(&area, view->self->picking || !count ? 1 : count);
    fields_open(view, &fields);
    rect_cut_top(&area, text_draw_wrapped(frame, area,
                                          show_refusal(view->ui, json_text(view->dispute, "code"),
                                                       json_text_or(view->dispute, "message", "")),
                                          STYLE_WARN | ATTR_BOLD, 0));
    if (disputes_are_branches(view->dispute)) {
        branches_view(view, &fields, frame, &area);
    } else if (dispute_is_contest(view->dispute)) {
        decisions_view(view, frame, &area);
    } else {
        wanted_view(view, &fields, frame, &area);
        stands_view(view, frame, &area);
        concerns_view(view, frame, &area);
    }
    choices_view(view, frame, below);
    fields_close(&fields);
}

void disputes_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct disputes *self = data;
    struct view view = {.self = self, .ui = ui};
    const struct grid_column columns[COLUMNS] = {
        {tr(ui->lang, TR("age")), 7, 0, TEXT_RIGHT},    {tr(ui->lang, TR("who")), 18, 0, TEXT_LEFT},
        {tr(ui->lang, TR("record")), 28, 0, TEXT_LEFT}, {tr(ui->lang, TR("about")), 0, 8, TEXT_LEFT},
        {tr(ui->lang, TR("why")), 0, 24, TEXT_LEFT},
    };
    struct grid grid = {.columns = columns,
                        .count = area.w < 40    ? 3
                                 : area.w < 100 ? COLUMNS - 1
                                                : COLUMNS,
                        .cell = cell,
                        .self = &view,
                        .empty = tr(ui->lang, TR("Nothing is to be settled."))};
    int count = (int)json_int(self->data, "count", 0), rows = (int)json_count(json_get(self->data, "rows"));
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    if (count == 1)
        text_draw(frame, head, tr(ui->lang, TR("1 record needs a person")), STYLE_TEXT);
    else
        text_drawf(frame, head, STYLE_TEXT, tr(ui->lang, TR("%d records need a person")), count);
    rows = rows > area.h / 3 - 1 ? area.h / 3 - 1 : rows < LIST_ROWS_MIN ? LIST_ROWS_MIN : rows;
    struct rect detail = area.h > 8 ? rect_cut_bottom(&area, area.h - rows - 1) : (struct rect){0};
    if (!rect_empty(detail)) {
        frame_rule(frame, rect_cut_top(&detail, 1));
        detail_view(&view, frame, detail);
    }
    grid_draw(&grid, &self->list, frame, area, !self->picking);
}
