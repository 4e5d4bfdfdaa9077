/* screens/disputes_screen.c: records that the hall could not simply take: what was wanted, what stands, and the
 * choice between them in plain words. Nothing here goes away by itself. */
#include <stdlib.h>
#include <string.h>

#include "screens/screen.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { ROWS_MAX = 200, WANTED_MAX = 6 };

struct disputes {
    struct json *data;  /* the query "disputes" */
    struct json *users; /* the query "users": who wanted it */
    struct list list;
    char id[64], choice[32]; /* being settled, until the note is typed */
};

static void *disputes_new(const struct json *args)
{
    (void)args;
    return xcalloc(1, sizeof(struct disputes));
}

static void disputes_free(void *data)
{
    struct disputes *self = data;
    json_free(&self->data);
    json_free(&self->users);
    free(self);
}

static const struct json *row_at(const struct disputes *self, int index)
{
    return json_at(json_get(self->data, "rows"), (size_t)index);
}

static const struct json *chosen(const struct disputes *self)
{
    return row_at(self, self->list.selected);
}

static void load(struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_int(args, "limit", ROWS_MAX);
    effects_load(effects, "disputes", args);
    effects_load(effects, "users", NULL);
}

/* --- the choices, core/command/dispute.c --- */

static void ask_choice(struct disputes *self, const struct ui *ui, struct effects *effects)
{
    const char *code = json_text_or(chosen(self), "code", "");
    struct json *question = question_new("choice", tr(ui->lang, TR("What shall count?")));
    str_copy(self->id, sizeof self->id, json_text_or(chosen(self), "id", ""));
    if (strcmp(code, "contested") == 0) {
        question_choice(question, "1", tr(ui->lang, TR("the decision that counts now")), "keep_theirs", NULL);
        question_choice(question, "2", tr(ui->lang, TR("the other decision")), "keep_mine", NULL);
    } else if (strcmp(code, "draft_conflict") == 0) {
        question_choice(question, "1", tr(ui->lang, TR("what stands in the form now")), "keep_theirs", NULL);
        question_choice(question, "2", tr(ui->lang, TR("what was typed here")), "keep_mine", NULL);
    } else {
        question_choice(question, "1", tr(ui->lang, TR("what the hall has: drop this record")), "drop", NULL);
        question_choice(question, "2", tr(ui->lang, TR("this record: try it once more")), "apply", NULL);
    }
    effects_ask(effects, question);
}

static void ask_note(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("note", tr(ui->lang, TR("A note for whoever asks later (may be empty)")));
    question_field(question, "", true);
    effects_ask(effects, question);
}

static void answered(struct disputes *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    if (str_equal(msg->what, "choice")) {
        str_copy(self->choice, sizeof self->choice, msg->text ? msg->text : "");
        return ask_note(ui, effects);
    }
    struct json *body = json_new_object();
    json_set_text(body, "dispute", self->id);
    json_set_text(body, "choice", self->choice);
    if (!str_empty(msg->text))
        json_set_text(body, "note", msg->text);
    effects_command(effects, "dispute.resolve", body);
}

static void on_data(struct disputes *self, const struct msg *msg)
{
    struct json **place = str_equal(msg->what, "users") ? &self->users : &self->data;
    json_free(place);
    *place = json_copy(msg->json);
    list_set_count(&self->list, (int)json_count(json_get(self->data, "rows")));
}

static void disputes_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct disputes *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(effects);
    case MSG_DATA:
        return on_data(self, msg);
    case MSG_KEY:
        if (key_is(msg->key, "Enter"))
            effects_do(effects, ACTION_RESOLVE);
        else
            list_key(&self->list, msg->key);
        return;
    case MSG_ACTION:
        if (msg->action == ACTION_BACK)
            effects_back(effects);
        else if (msg->action == ACTION_RESOLVE)
            ask_choice(self, ui, effects);
        return;
    case MSG_ANSWERED:
        return answered(self, ui, msg, effects);
    case MSG_RESULT:
        if (str_equal(json_text(msg->json, "status"), "applied"))
            effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Settled.")));
        return;
    default:
        return;
    }
}

static const char *disputes_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct disputes *self = data;
    if (action == ACTION_FILTER)
        return TR("This list is short: it has no filter.");
    if (action != ACTION_RESOLVE)
        return NULL;
    if (!chosen(self))
        return TR("Nothing is to be settled.");
    if (str_equal(json_text(chosen(self), "code"), "contested") && !(ui->session.roles & ROLE_SUPERVISOR))
        return TR("Two decisions stand against each other: a supervisor chooses.");
    return ui->link.state == LINK_ONLINE
               ? NULL
               : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
}

/* --- drawing --- */

enum { TIME, WHO, WHAT, WHY };
struct view {
    const struct disputes *self;
    const struct ui *ui;
};

static const char *user_name(const struct disputes *self, const char *id)
{
    for (const struct json *row = json_first(json_get(self->users, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return json_text_or(row, "name", "");
    return "";
}

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *row = row_at(view->self, index), *command = json_get(row, "command");
    char text[SHOW_TEXT];
    (void)look;
    switch (column) {
    case TIME:
        str_copy(out, GRID_CELL, show_clock(json_text(json_get(command, "at"), "wall"), text));
        return;
    case WHO:
        str_copy(out, GRID_CELL, user_name(view->self, json_text(row, "user")));
        return;
    case WHAT:
        str_copy(out, GRID_CELL, show_command(view->ui, json_text_or(command, "type", "")));
        return;
    default:
        str_copy(out, GRID_CELL,
                 show_refusal(view->ui, json_text(row, "code"), json_text_or(row, "message", "")));
        return;
    }
}

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

/* The body as it was wanted: its plain values, without identities of rows, which tell a person nothing. */
static void wanted_view(const struct view *view, const struct json *command, struct frame *frame,
                        struct rect *area)
{
    int shown = 0;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, text_draw(frame, line, tr(view->ui->lang, TR("wanted")), STYLE_DIM) + 2);
    const char *type = json_text_or(command, "type", "");
    rect_cut_left(&line, text_draw(frame, line, show_command(view->ui, type), STYLE_TEXT | ATTR_BOLD) + 2);
    for (const struct json *m = json_first(json_get(command, "body")); m && shown < WANTED_MAX && line.w > 6;
         m = json_next(m)) {
        const char *text = json_as_text(m), *name = json_name(m);
        if (!text || strlen(text) == UUID_TEXT - 1 || strcmp(name, "case") == 0 ||
            strcmp(name, "ticket") == 0 || strcmp(name, "decision") == 0)
            continue;
        rect_cut_left(&line, text_drawf(frame, line, STYLE_TEXT, "%s: %s", member_name(view->ui, name),
                                        member_value(view->ui, type, name, text)) +
                                 2);
        shown++;
    }
}

/* The row as the hall has it: its number, state and holder. */
static void stands_view(const struct view *view, const struct json *row, struct frame *frame,
                        struct rect *area)
{
    struct rect line = rect_cut_top(area, 1);
    const char *state = json_text_or(row, "state", ""), *user = user_name(view->self, json_text(row, "user"));
    bool ticket = json_get(row, "gen") && !json_get(row, "hold_gen");
    rect_cut_left(&line, text_draw(frame, line, tr(view->ui->lang, TR("stands")), STYLE_DIM) + 2);
    if (!json_is_object(row)) {
        text_draw(frame, line, "–", STYLE_DIM);
        return;
    }
    rect_cut_left(&line,
                  text_draw(frame, line, json_text_or(row, "number", "–"), STYLE_TEXT | ATTR_BOLD) + 2);
    rect_cut_left(&line,
                  text_draw(frame, line,
                            ticket ? show_ticket_state(view->ui, state) : show_case_state(view->ui, state),
                            STYLE_TEXT) +
                      2);
    text_draw(frame, line, user, STYLE_TEXT);
}

static void detail_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct json *row = chosen(view->self);
    area = rect_inset(area, 2, 0);
    if (!row)
        return;
    rect_cut_top(&area, text_draw_wrapped(
                            frame, area,
                            show_refusal(view->ui, json_text(row, "code"), json_text_or(row, "message", "")),
                            STYLE_WARN | ATTR_BOLD, 0));
    wanted_view(view, json_get(row, "command"), frame, &area);
    stands_view(view, json_get(row, "row"), frame, &area);
    text_draw_wrapped(frame, area,
                      tr(view->ui->lang,
                         TR("s settles it: you choose which of the two counts. Nothing is lost until then.")),
                      STYLE_DIM, 0);
}

static void disputes_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct disputes *self = data;
    const struct view view = {self, ui};
    const struct grid_column columns[] = {
        {tr(ui->lang, TR("time")), 6, 0, TEXT_LEFT},
        {tr(ui->lang, TR("who")), 14, 0, TEXT_LEFT},
        {tr(ui->lang, TR("record")), 14, 0, TEXT_LEFT},
        {tr(ui->lang, TR("why")), 0, 16, TEXT_LEFT},
    };
    struct grid grid = {.columns = columns,
                        .count = area.w < 40 ? 3 : 4,
                        .cell = cell,
                        .self = &view,
                        .empty = tr(ui->lang, TR("Nothing is to be settled."))};
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    text_drawf(frame, head, STYLE_TEXT, tr(ui->lang, TR("%d records need a person")),
               (int)json_int(self->data, "count", 0));
    struct rect detail = area.h > 8 ? rect_cut_bottom(&area, area.h / 2) : (struct rect){0};
    if (!rect_empty(detail)) {
        frame_rule(frame, rect_cut_top(&detail, 1));
        detail_view(&view, frame, detail);
    }
    grid_draw(&grid, &self->list, frame, area, true);
}

const struct screen_ops disputes_screen = {.id = SCREEN_DISPUTES,
                                           .new = disputes_new,
                                           .free = disputes_free,
                                           .update = disputes_update,
                                           .view = disputes_view,
                                           .enabled = disputes_enabled};
