/* screens/sign_in_screen.c: who works here now. In a practice hall one key signs in; elsewhere a login and a
 * password, which is kept nowhere but in its field. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/model/password.h"
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/field.h"
#include "tui/text.h"

enum { LOGIN, PASSWORD, CHANGED, AGAIN, FIELDS, TICK = FIELDS };
enum { LABEL_W = 14, FIELD_W = 32, ACCOUNTS_MAX = 9 };

struct sign_in {
    struct field fields[FIELDS];
    int focus; /* a field, or TICK: whether they take a new password, which stands between the passwords */
    bool changing; /* they do */
    bool asking;   /* the hall is asked */
    char fault[300];
    bool practice;         /* its accounts come when the hall is open: nothing is typed */
    struct json *accounts; /* of a practice hall: [{"login","name","roles","agency_name"}]; else NULL */
    struct json *waiting;  /* whose records are not sent yet: the query "waiting" */
};

static void *sign_in_new(const struct json *args)
{
    (void)args;
    struct sign_in *self = xcalloc(1, sizeof *self);
    field_init(&self->fields[LOGIN], 63);
    for (int i = PASSWORD; i < FIELDS; i++) {
        field_init(&self->fields[i], PASSWORD_BYTES_MAX);
        self->fields[i].masked = true;
        self->fields[i].edit.secret = true;
    }
    return self;
}

static void sign_in_free(void *data)
{
    struct sign_in *self = data;
    for (int i = 0; i < FIELDS; i++)
        field_deinit(&self->fields[i]);
    json_free(&self->accounts);
    json_free(&self->waiting);
    free(self);
}

static bool has_accounts(const struct sign_in *self)
{
    return json_count(self->accounts) > 0;
}

static void ask_hall(struct sign_in *self, const char *login, const char *password, struct effects *effects)
{
    self->asking = true;
    self->fault[0] = '\0';
    effects_add(effects, EFFECT_SIGN_IN, login, password);
}

/* --- messages --- */

static void key_to_accounts(struct sign_in *self, struct key key, struct effects *effects)
{
    int chosen = key.text[0] - '1';
    if (key.text[0] == '\0' || key.mods || chosen < 0 || chosen >= (int)json_count(self->accounts))
        return;
    ask_hall(self, json_text_or(json_at(self->accounts, (size_t)chosen), "login", ""), NULL, effects);
}

static void fault(struct sign_in *self, int focus, const char *text)
{
    str_copy(self->fault, sizeof self->fault, text);
    self->focus = focus;
}

/* What can be said without the hall; it asks all of it again. */
static void ask_with_new(struct sign_in *self, const struct ui *ui, struct effects *effects)
{
    const char *login = field_text(&self->fields[LOGIN]), *changed = field_text(&self->fields[CHANGED]);
    const struct password_of of = {.login = login, .hall = ui->session.hall_name};
    if (password_is_weak(changed, &of))
        return fault(
            self, CHANGED,
            tr(ui->lang,
               TR("This password is easy to guess: take twelve signs or more, such as four words; no "
                  "name, no row of keys, none of the commonest. Nothing was changed.")));
    if (!str_equal(changed, field_text(&self->fields[AGAIN])))
        return fault(self, AGAIN,
                     tr(ui->lang, TR("The two passwords differ: type it once more. Nothing was sent.")));
    char *both = xasprintf("%s\n%s", field_text(&self->fields[PASSWORD]), changed);
    ask_hall(self, login, both, effects);
    secret_wipe(both, strlen(both));
    free(both);
}

static void enter(struct sign_in *self, const struct ui *ui, struct effects *effects)
{
    const char *login = field_text(&self->fields[LOGIN]), *password = field_text(&self->fields[PASSWORD]);
    if (self->focus == LOGIN || !*login)
        self->focus = *login ? PASSWORD : LOGIN;
    else if (!*password)
        self->focus = PASSWORD;
    else if (!self->changing)
        ask_hall(self, login, password, effects);
    else if (self->focus == PASSWORD || self->focus == CHANGED)
        self->focus = self->focus == PASSWORD ? CHANGED : AGAIN;
    else
        ask_with_new(self, ui, effects);
}

static void wipe_new(struct sign_in *self)
{
    field_set(&self->fields[CHANGED], "");
    field_set(&self->fields[AGAIN], "");
}

static void turn_tick(struct sign_in *self)
{
    self->changing = !self->changing;
    wipe_new(self);
    self->focus = self->changing && *field_text(&self->fields[PASSWORD]) ? CHANGED : PASSWORD;
}

static void move(struct sign_in *self, int step)
{
    static const int order[] = {LOGIN, PASSWORD, TICK, CHANGED, AGAIN};
    int count = self->changing ? 5 : 3, at = 0;
    while (order[at] != self->focus)
        at++;
    self->focus = order[(at + step + count) % count];
}

static void on_key(struct sign_in *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (self->asking || (self->practice && !has_accounts(self)))
        return;
    if (has_accounts(self))
        key_to_accounts(self, key, effects);
    else if (self->focus == TICK && (key_is(key, "Enter") || key_is(key, "Space")))
        turn_tick(self);
    else if (key_is(key, "Enter"))
        enter(self, ui, effects);
    else if (key_is(key, "Tab") || key_is(key, "Down"))
        move(self, 1);
    else if (key_is(key, "S-Tab") || key_is(key, "Up"))
        move(self, -1);
    else if (self->focus != TICK)
        field_key(&self->fields[self->focus], key);
}

/* Of a password that was right the hall may ask for another: then it stays where it was typed. */
static bool wants_new(const char *code)
{
    return str_equal(code, "password_first") || str_equal(code, "password_expired") ||
           str_equal(code, "weak_password") || str_equal(code, "same_password");
}

static void on_signed_in(struct sign_in *self, const struct ui *ui, const struct msg *msg)
{
    bool wanted = !msg->json && wants_new(msg->code);
    self->asking = false;
    wipe_new(self);
    if (msg->json)
        return;
    fault(self, wanted ? CHANGED : PASSWORD, show_refusal(ui, msg->code, msg->text));
    self->changing = self->changing || wanted;
    if (!wanted)
        field_set(&self->fields[PASSWORD], "");
}

static void on_data(struct sign_in *self, const struct msg *msg)
{
    bool waiting = str_equal(msg->what, "waiting");
    struct json **place = waiting ? &self->waiting : &self->accounts;
    json_free(place);
    *place = json_copy(waiting ? msg->json : json_get(msg->json, "rows"));
}

static void sign_in_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct sign_in *self = data;
    self->practice = ui->practice;
    switch (msg->kind) {
    case MSG_LOAD:
        effects_load(effects, "practice_accounts", NULL);
        return effects_load(effects, "waiting", NULL);
    case MSG_DATA:
        return on_data(self, msg);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        if (self->focus != TICK)
            field_paste(&self->fields[self->focus], msg->text, strlen(msg->text));
        return;
    case MSG_SIGNED_IN:
        return on_signed_in(self, ui, msg);
    default:
        return;
    }
}

static bool typing(const void *data)
{
    return !has_accounts(data) && !((const struct sign_in *)data)->practice;
}

static bool secret(const void *data)
{
    const struct sign_in *self = data;
    return !has_accounts(self) && self->focus != LOGIN && self->focus != TICK;
}

/* --- drawing --- */

static void account_view(const struct ui *ui, const struct json *account, int index, struct frame *frame,
                         struct rect line)
{
    char key[8];
    str_format(key, sizeof key, "%d", index + 1);
    rect_cut_left(&line, text_draw(frame, line, key, STYLE_ACCENT | ATTR_BOLD) + 3);
    struct rect name = rect_cut_left(&line, 24);
    text_draw(frame, name, json_text_or(account, "name", ""), STYLE_TEXT | ATTR_BOLD);
    const char *between = "";
    for (const struct json *role = json_first(json_get(account, "roles")); role; role = json_next(role)) {
        rect_cut_left(&line,
                      text_drawf(frame, line, STYLE_DIM, "%s%s", between, show_role(ui, json_as_text(role))));
        between = ", ";
    }
    const char *agency = show_name(ui, json_get(account, "agency_name"));
    if (*agency)
        text_drawf(frame, line, STYLE_DIM, " · %s", agency);
}

static void accounts_view(const struct sign_in *self, const struct ui *ui, struct frame *frame,
                          struct rect *area)
{
    text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Practice hall: nothing here is real.")),
              STYLE_TITLE | ATTR_BOLD);
    text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Who are you today? One key signs in.")),
              STYLE_TEXT);
    rect_cut_top(area, 1);
    int index = 0;
    frame_cursor(frame, area->x, area->y);
    for (const struct json *row = json_first(self->accounts); row && index < ACCOUNTS_MAX;
         row = json_next(row))
        account_view(ui, row, index++, frame, rect_cut_top(area, 1));
}

static void field_view(const struct sign_in *self, int index, const char *label, struct frame *frame,
                       struct rect line)
{
    struct rect name = rect_cut_left(&line, LABEL_W);
    text_draw(frame, name, label, STYLE_TEXT);
    struct rect place = rect_cut_left(&line, FIELD_W);
    field_draw(&self->fields[index], frame, place, NULL, self->focus == index);
}

static void tick_view(const struct sign_in *self, const struct ui *ui, struct frame *frame, struct rect line)
{
    bool here = self->focus == TICK;
    rect_cut_left(&line, LABEL_W);
    if (here)
        frame_cursor(frame, line.x + 1, line.y);
    text_drawf(frame, line, here ? STYLE_ACCENT | ATTR_BOLD : STYLE_DIM, "[%s] %s",
               self->changing ? "x" : " ", tr(ui->lang, TR("take a new password")));
}

static void fields_view(const struct sign_in *self, const struct ui *ui, struct frame *frame,
                        struct rect *area)
{
    text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Who works here?")), STYLE_TITLE | ATTR_BOLD);
    rect_cut_top(area, 1);
    field_view(self, LOGIN, tr(ui->lang, TR("Login")), frame, rect_cut_top(area, 1));
    rect_cut_top(area, 1);
    field_view(self, PASSWORD, tr(ui->lang, TR("Password")), frame, rect_cut_top(area, 1));
    rect_cut_top(area, 1);
    tick_view(self, ui, frame, rect_cut_top(area, 1));
    if (!self->changing)
        return;
    rect_cut_top(area, 1);
    field_view(self, CHANGED, tr(ui->lang, TR("New password")), frame, rect_cut_top(area, 1));
    rect_cut_top(area, 1);
    field_view(self, AGAIN, tr(ui->lang, TR("Once more")), frame, rect_cut_top(area, 1));
}

/* "Not sent yet, kept on this computer: Siti R. 3, Adi S. 1." Names and numbers alone: what it is stays its owner's. */
static void waiting_view(const struct sign_in *self, const struct ui *ui, struct frame *frame,
                         struct rect *area)
{
    const struct json *people = json_get(self->waiting, "people");
    struct buf names = {0}, text = {0};
    if (!json_count(people))
        return;
    for (const struct json *one = json_first(people); one; one = json_next(one))
        buf_addf(&names, "%s%s %d", names.length ? ", " : "",
                 json_text_or(one, "name", tr(ui->lang, TR("somebody"))), (int)json_int(one, "count", 0));
    buf_addf(&text, tr(ui->lang, TR("Not sent yet, kept on this computer: %s.")), buf_text(&names));
    rect_cut_top(area, text_draw_wrapped(frame, *area, buf_text(&text), STYLE_WARN, 0));
    rect_cut_top(area,
                 text_draw_wrapped(
                     frame, *area,
                     tr(ui->lang, TR("Nothing is lost: each record goes out when its owner signs in here.")),
                     STYLE_DIM, 0));
    rect_cut_top(area, 1);
    buf_free(&names);
    buf_free(&text);
}

static void sign_in_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct sign_in *self = data;
    area = rect_inset(area, area.w > 70 ? 6 : 1, area.h > 15 ? 2 : 0);
    if (has_accounts(self))
        accounts_view(self, ui, frame, &area);
    else if (ui->practice)
        rect_cut_top(&area, show_opening(ui, frame, area));
    else
        fields_view(self, ui, frame, &area);
    rect_cut_top(&area, 1);
    if (self->asking)
        text_draw(frame, rect_cut_top(&area, 1), tr(ui->lang, TR("The hall is asked…")), STYLE_DIM);
    else if (*self->fault)
        rect_cut_top(&area, text_draw_wrapped(frame, area, self->fault, STYLE_DANGER, 0));
    rect_cut_top(&area, 1);
    waiting_view(self, ui, frame, &area);
    char key[KEY_NAME];
    key_label(keymap_key(ui->keys, ACTION_NEXT_LANG, 0), key);
    text_drawf(frame, rect_cut_top(&area, 1), STYLE_DIM, "%s  %s", key, lang_name(ui->lang));
}

const struct screen_ops sign_in_screen = {
    .id = SCREEN_SIGN_IN,
    .new = sign_in_new,
    .free = sign_in_free,
    .update = sign_in_update,
    .view = sign_in_view,
    .typing = typing,
    .secret = secret,
};
