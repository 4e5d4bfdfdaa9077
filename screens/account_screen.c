/* screens/account_screen.c: one's own account: where one is signed in beside here, and the end of that; what others did to it;
 * codes of loss, once, after a second factor was set up. Nothing of it is kept on this computer. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/list.h"
#include "tui/text.h"

static const char path[] = "/v1/admin";

struct account {
    struct json *recovery; /* codes of loss; NULL: none to be shown */
    struct json *told;     /* [{"what","at","by","left"}]; NULL: nothing */
    struct json *answer;   /* of user.own_sessions; NULL: not here yet */
    char asked[24];        /* what the hall is asked; "" nothing */
    char code[40], fault[300];
    struct list list;
};

static struct json *copy_of(const struct json *args, const char *name)
{
    const struct json *member = json_get(args, name);
    return member ? json_copy(member) : NULL;
}

static void *account_new(const struct json *args)
{
    struct account *self = xcalloc(1, sizeof *self);
    self->recovery = copy_of(args, "recovery");
    self->told = copy_of(args, "told");
    return self;
}

static void account_free(void *data)
{
    struct account *self = data;
    for (const struct json *code = json_first(self->recovery); code; code = json_next(code))
        secret_wipe((char *)(uintptr_t)json_as_text(code), strlen(json_as_text(code)));
    json_free(&self->recovery);
    json_free(&self->told);
    json_free(&self->answer);
    free(self);
}

static const struct json *rows(const struct account *self)
{
    return json_get(self->answer, "rows");
}

static int others(const struct account *self)
{
    int count = 0;
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row))
        count += !json_bool(row, "here", false);
    return count;
}

/* --- asking the hall --- */

static void ask(struct account *self, const char *what, struct effects *effects)
{
    char *text = xasprintf("{\"do\":\"%s\"}", what);
    str_copy(self->asked, sizeof self->asked, what);
    effects_add(effects, EFFECT_FETCH, path, text);
    free(text);
}

static void on_fetched(struct account *self, const struct ui *ui, const struct msg *msg,
                       struct effects *effects)
{
    if (!*self->asked || !str_equal(msg->what, path))
        return;
    bool ended = str_equal(self->asked, "user.own_sign_out");
    const struct json *error = json_get(msg->json, "error");
    self->asked[0] = '\0';
    str_copy(self->code, sizeof self->code, msg->text ? json_text_or(error, "code", "offline") : "");
    str_copy(self->fault, sizeof self->fault, msg->text ? json_text_or(error, "message", msg->text) : "");
    if (msg->text)
        return;
    if (ended) {
        effects_toast(
            effects, TOAST_GOOD, "%s",
            tr(ui->lang,
               TR("Your other sign-ins have ended. What is not sent yet is kept where it was recorded.")));
        return ask(self, "user.own_sessions", effects);
    }
    json_free(&self->answer);
    self->answer = json_copy(msg->json);
    list_set_count(&self->list, (int)json_count(rows(self)));
}

/* A letter and never Enter: whoever sits at the other place loses the screen that they stand before. */
static void ask_end(const struct account *self, const struct ui *ui, struct effects *effects)
{
    char text[SHOW_TEXT];
    str_format(text, sizeof text, tr(ui->lang, TR("End your other sign-ins (%d)? This one goes on.")),
               others(self));
    struct json *question = question_new("end", text);
    question_choice(question, "y", tr(ui->lang, TR("end them")), "y", NULL);
    effects_ask(effects, question);
}

static void account_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct account *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        if (!self->answer && !*self->asked)
            ask(self, "user.own_sessions", effects);
        return;
    case MSG_FETCHED:
        return on_fetched(self, ui, msg, effects);
    case MSG_KEY:
        list_key(&self->list, msg->key);
        return;
    case MSG_ACTION:
        if (msg->action == ACTION_BACK)
            effects_back(effects);
        else if (msg->action == ACTION_ACCOUNT_END)
            ask_end(self, ui, effects);
        return;
    case MSG_ANSWERED:
        return ask(self, "user.own_sign_out", effects);
    default:
        return;
    }
}

static const char *account_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct account *self = data;
    if (action != ACTION_ACCOUNT_END)
        return NULL;
    if (ui->link.state != LINK_ONLINE && ui->link.state != LINK_COPYING)
        return TR("This needs the hall. Nothing was changed: do it when the connection is back.");
    return others(self) ? NULL : TR("You are signed in here alone.");
}

static bool secret(const void *data)
{
    return ((const struct account *)data)->recovery != NULL;
}

/* --- drawing --- */

static void recovery_view(const struct account *self, const struct ui *ui, struct frame *frame,
                          struct rect *area)
{
    enum { COLUMNS = 2, COLUMN_W = 24 };
    struct rect line = {0};
    int index = 0;
    if (!json_count(self->recovery))
        return;
    text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Your second factor is set up.")),
              STYLE_TITLE | ATTR_BOLD);
    rect_cut_top(
        area, text_draw_wrapped(
                  frame, *area,
                  tr(ui->lang,
                     TR("Write these codes on paper and keep it away from the app: each opens once in place "
                        "of a code, when the app is lost. They are shown this once.")),
                  STYLE_WARN, 0));
    for (const struct json *code = json_first(self->recovery); code; code = json_next(code), index++) {
        if (index % COLUMNS == 0)
            line = rect_cut_top(area, 1);
        text_draw(frame, rect_cut_left(&line, COLUMN_W), json_as_text(code), STYLE_TEXT | ATTR_BOLD);
    }
    rect_cut_top(area, 1);
}

/* by "": somebody at the hall's computer, whom it does not know. */
static void note_text(const struct ui *ui, const struct json *note, const char *at, char *out, size_t size)
{
    const char *what = json_text_or(note, "what", ""), *by = json_text_or(note, "by", "");
    enum lang lang = ui->lang;
    if (str_equal(what, "password_given") && *by)
        str_format(
            out, size,
            tr(lang, TR("%s: another password was given to you (%s). If you know nothing of it, ask them.")),
            at, by);
    else if (str_equal(what, "password_given"))
        str_format(
            out, size,
            tr(lang,
               TR("%s: another password was given to you at the hall's computer. If you know nothing of it, "
                  "ask an administrator.")),
            at);
    else if (str_equal(what, "factor_removed") && *by)
        str_format(
            out, size,
            tr(lang, TR("%s: your second factor was taken away (%s). If you know nothing of it, ask them.")),
            at, by);
    else if (str_equal(what, "factor_removed"))
        str_format(
            out, size,
            tr(lang,
               TR("%s: your second factor was taken away at the hall's computer. If you know nothing of it, "
                  "ask an administrator.")),
            at);
    else if (str_equal(what, "codes_refused"))
        str_format(
            out, size,
            tr(lang, TR("%s: codes of your second factor were refused, %d in a row. If it was not you, "
                        "somebody knows your password: take a new one.")),
            at, (int)json_int(note, "times", 0));
    else
        str_format(out, size, tr(lang, TR("%s: a code from paper was used; %d are left.")), at,
                   (int)json_int(note, "left", 0));
}

static void note_view(const struct ui *ui, const struct json *note, struct frame *frame, struct rect *area)
{
    char at[SHOW_TEXT], text[500];
    show_moment(ui, json_text_or(note, "at", ""), at);
    note_text(ui, note, at, text, sizeof text);
    rect_cut_top(area, text_draw_wrapped(frame, *area, text, STYLE_WARN, 0));
}

static void told_view(const struct account *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    if (!json_count(self->told))
        return;
    text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("What happened to your account")),
              STYLE_TITLE | ATTR_BOLD);
    for (const struct json *note = json_first(self->told); note; note = json_next(note))
        note_view(ui, note, frame, area);
    rect_cut_top(area, 1);
}

enum { WHERE, SINCE, USED, COLUMNS };
struct view {
    const struct account *self;
    const struct ui *ui;
};

static void cell(const void *data, int row, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct json *session = json_at(rows(view->self), (size_t)row);
    const char *workstation = json_text_or(session, "workstation", "");
    int64_t at_ms = json_int(session, column == SINCE ? "began_at" : "used_at", 0);
    char since[SHOW_TEXT] = "";
    bool here = json_bool(session, "here", false);
    if (here)
        *look |= ATTR_BOLD;
    if (column != WHERE)
        str_copy(out, GRID_CELL, at_ms ? show_since(view->ui, at_ms, since) : "");
    else if (here)
        str_format(out, GRID_CELL, "%s (%s)", workstation, tr(view->ui->lang, TR("here")));
    else
        str_copy(out, GRID_CELL, workstation);
}

static void sessions_view(const struct account *self, const struct ui *ui, struct frame *frame,
                          struct rect *area)
{
    struct view view = {self, ui};
    const struct grid_column columns[COLUMNS] = {{.title = tr(ui->lang, TR("Workstation")), .w = 20},
                                                 {.title = tr(ui->lang, TR("Since")), .w = 20},
                                                 {.title = tr(ui->lang, TR("Last used")), .w = 20}};
    const struct grid grid = {.columns = columns, .count = COLUMNS, .cell = cell, .self = &view};
    text_drawf(frame, rect_cut_top(area, 1), STYLE_TITLE | ATTR_BOLD, tr(ui->lang, TR("Your sign-ins: %d")),
               (int)json_count(rows(self)));
    if (*self->fault)
        rect_cut_top(area, text_draw_wrapped(frame, *area, show_refusal(ui, self->code, self->fault),
                                             STYLE_DANGER, 0));
    else if (!self->answer)
        text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("The hall is asked…")), STYLE_DIM);
    else
        grid_draw(&grid, &self->list, frame, *area, true);
}

static void account_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct account *self = data;
    char since[SHOW_TEXT];
    const char *factor = json_text(self->answer, "factor_at");
    area = rect_inset(area, area.w > 70 ? 3 : 1, area.h > 15 ? 1 : 0);
    text_drawf(frame, rect_cut_top(&area, 1), STYLE_TEXT | ATTR_BOLD, "%s (%s)", ui->session.name,
               ui->session.login);
    if (factor)
        text_drawf(frame, rect_cut_top(&area, 1), STYLE_DIM, tr(ui->lang, TR("Second factor since %s.")),
                   show_moment(ui, factor, since));
    else if (self->answer)
        rect_cut_top(&area, text_draw_wrapped(
                                frame, area,
                                tr(ui->lang, TR("No second factor: a tick where you sign in sets one up.")),
                                STYLE_DIM, 0));
    rect_cut_top(&area, 1);
    recovery_view(self, ui, frame, &area);
    told_view(self, ui, frame, &area);
    sessions_view(self, ui, frame, &area);
}

const struct screen_ops account_screen = {
    .id = SCREEN_ACCOUNT,
    .new = account_new,
    .free = account_free,
    .update = account_update,
    .view = account_view,
    .enabled = account_enabled,
    .secret = secret,
};
