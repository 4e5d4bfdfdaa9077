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

enum { LOGIN, PASSWORD, CODE, CHANGED, AGAIN, NEW_CODE, FIELDS, TICK = FIELDS, FACTOR_TICK, PLACES };
enum { LABEL_W = 14, FIELD_W = 32, ACCOUNTS_MAX = 9, CODE_BYTES = 40, SECRET = 32 };

struct sign_in {
    struct field fields[FIELDS];
    int focus;     /* a field, or a tick: whether they take a new password, or a second factor */
    bool changing; /* they take a new password */
    bool coding;   /* the hall has asked for a code of the second factor */
    bool factor;   /* they take a second factor: secret, once it is here, and NEW_CODE */
    char secret[SECRET + 1];
    bool asking;               /* the hall is asked */
    char fault[300], code[40]; /* what is wrong: a text of ours, or with a code the hall's own words */
    bool practice;             /* its accounts come when the hall is open: nothing is typed */
    struct json *accounts;     /* of a practice hall: [{"login","name","roles","agency_name"}]; else NULL */
    struct json *waiting;      /* whose records are not sent yet: the query "waiting" */
};

static void *sign_in_new(const struct json *args)
{
    (void)args;
    struct sign_in *self = xcalloc(1, sizeof *self);
    field_init(&self->fields[LOGIN], 63);
    for (int i = PASSWORD; i < FIELDS; i++) {
        bool code =
            i == CODE || i == NEW_CODE; /* opens once, and is read off from a small screen or a paper */
        field_init(&self->fields[i], code ? CODE_BYTES : PASSWORD_BYTES_MAX);
        self->fields[i].masked = !code;
        self->fields[i].edit.secret = true;
    }
    return self;
}

static void sign_in_free(void *data)
{
    struct sign_in *self = data;
    for (int i = 0; i < FIELDS; i++)
        field_deinit(&self->fields[i]);
    secret_wipe(self->secret, sizeof self->secret);
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
    self->code[0] = '\0';
    self->focus = focus;
}

static void refused(struct sign_in *self, int focus, const struct msg *msg)
{
    fault(self, focus, msg->text ? msg->text : "");
    str_copy(self->code, sizeof self->code, msg->code ? msg->code : "");
}

/* What the hall is asked by: its lines as EFFECT_SIGN_IN has them. */
static void ask(struct sign_in *self, struct effects *effects)
{
    char *lines =
        xasprintf("%s\n%s\n%s\n%s\n%s", field_text(&self->fields[PASSWORD]),
                  self->changing ? field_text(&self->fields[CHANGED]) : "",
                  self->coding ? field_text(&self->fields[CODE]) : "", self->factor ? self->secret : "",
                  self->factor ? field_text(&self->fields[NEW_CODE]) : "");
    size_t length = strlen(lines), end = length;
    while (end > 0 && lines[end - 1] == '\n')
        end--;
    lines[end] = '\0';
    ask_hall(self, field_text(&self->fields[LOGIN]), lines, effects);
    secret_wipe(lines, length);
    free(lines);
}

/* What can be said without the hall; it asks all of it again. */
static bool new_one_fits(struct sign_in *self, const struct ui *ui)
{
    const char *login = field_text(&self->fields[LOGIN]), *changed = field_text(&self->fields[CHANGED]);
    const struct password_of of = {.login = login, .hall = ui->session.hall_name};
    if (password_is_weak(changed, &of))
        fault(self, CHANGED,
              TR("This password is easy to guess: take twelve signs or more, such as four words; no "
                 "name, no row of keys, none of the commonest. Nothing was changed."));
    else if (!str_equal(changed, field_text(&self->fields[AGAIN])))
        fault(self, AGAIN, TR("The two passwords differ: type it once more. Nothing was sent."));
    else
        return true;
    return false;
}

/* What is there to be filled in, from the top. */
static bool is_shown(const struct sign_in *self, int place)
{
    switch (place) {
    case CODE:
        return self->coding;
    case CHANGED:
    case AGAIN:
        return self->changing;
    case NEW_CODE:
        return self->factor;
    default:
        return true;
    }
}

static const int order[PLACES] = {LOGIN, PASSWORD, CODE, TICK, CHANGED, AGAIN, FACTOR_TICK, NEW_CODE};

/* The next field that somebody types in; -1: none is below. */
static int field_below(const struct sign_in *self, int focus)
{
    int at = 0;
    while (order[at] != focus)
        at++;
    for (at++; at < PLACES; at++)
        if (order[at] < FIELDS && is_shown(self, order[at]))
            return order[at];
    return -1;
}

static int first_empty(const struct sign_in *self)
{
    for (int at = 0; at < PLACES; at++)
        if (order[at] < FIELDS && is_shown(self, order[at]) && !*field_text(&self->fields[order[at]]))
            return order[at];
    return -1;
}

static void enter(struct sign_in *self, const struct ui *ui, struct effects *effects)
{
    int below = field_below(self, self->focus), empty = first_empty(self);
    bool new_one = empty == CHANGED || empty == AGAIN; /* what is wrong of it is said in one sentence */
    if (empty == LOGIN || (empty == self->focus && !new_one))
        self->focus = empty;
    else if (below >= 0)
        self->focus = below;
    else if (empty >= 0 && !new_one)
        self->focus = empty;
    else if (!self->changing || new_one_fits(self, ui))
        ask(self, effects);
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

static void take_factor(struct sign_in *self, struct effects *effects)
{
    self->factor = true;
    if (!*self->secret)
        effects_load(effects, "new_factor", NULL);
}

static void turn_factor_tick(struct sign_in *self, struct effects *effects)
{
    field_set(&self->fields[NEW_CODE], "");
    if (!self->factor) {
        take_factor(self, effects);
    } else {
        self->factor = false;
        secret_wipe(self->secret, sizeof self->secret);
    }
    self->focus = !*field_text(&self->fields[PASSWORD]) ? PASSWORD : self->factor ? NEW_CODE : FACTOR_TICK;
}

static void move(struct sign_in *self, int step)
{
    int at = 0;
    while (order[at] != self->focus)
        at++;
    do
        at = (at + step + PLACES) % PLACES;
    while (!is_shown(self, order[at]));
    self->focus = order[at];
}

static void on_key(struct sign_in *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (self->asking || (self->practice && !has_accounts(self)))
        return;
    if (has_accounts(self))
        key_to_accounts(self, key, effects);
    else if (self->focus == TICK && (key_is(key, "Enter") || key_is(key, "Space")))
        turn_tick(self);
    else if (self->focus == FACTOR_TICK && (key_is(key, "Enter") || key_is(key, "Space")))
        turn_factor_tick(self, effects);
    else if (key_is(key, "Enter"))
        enter(self, ui, effects);
    else if (key_is(key, "Tab") || key_is(key, "Down"))
        move(self, 1);
    else if (key_is(key, "S-Tab") || key_is(key, "Up"))
        move(self, -1);
    else if (self->focus < FIELDS)
        field_key(&self->fields[self->focus], key);
}

/* Of a password that was right the hall may ask for another: then it stays where it was typed. */
static bool wants_new(const char *code)
{
    return str_equal(code, "password_first") || str_equal(code, "password_expired") ||
           str_equal(code, "weak_password") || str_equal(code, "same_password");
}

/* Of a sign-in that was right as far as it went: what was typed stays, and what is missing is asked. */
static bool wants_code(struct sign_in *self, const char *code, struct effects *effects)
{
    bool first = str_equal(code, "second_factor_first");
    if (first || str_equal(code, "wrong_new_code")) {
        take_factor(self, effects);
        field_set(&self->fields[NEW_CODE], "");
        self->focus = NEW_CODE;
        return true;
    }
    if (!str_equal(code, "second_factor") && !str_equal(code, "wrong_code") &&
        !str_equal(code, "used_code") && !str_equal(code, "codes_off"))
        return false;
    self->coding = true;
    field_set(&self->fields[CODE], "");
    self->focus = CODE;
    return true;
}

static void on_signed_in(struct sign_in *self, const struct msg *msg, struct effects *effects)
{
    bool wanted = !msg->json && wants_new(msg->code);
    self->asking = false;
    if (!msg->json && wants_code(self, msg->code, effects))
        return refused(self, self->focus, msg);
    wipe_new(self);
    field_set(&self->fields[CODE], "");
    field_set(&self->fields[NEW_CODE], "");
    if (msg->json) {
        secret_wipe(self->secret, sizeof self->secret);
        return;
    }
    refused(self, wanted ? CHANGED : PASSWORD, msg);
    self->changing = self->changing || wanted;
    if (!wanted)
        field_set(&self->fields[PASSWORD], "");
}

static void on_data(struct sign_in *self, const struct msg *msg)
{
    if (str_equal(msg->what, "new_factor")) {
        str_copy(self->secret, sizeof self->secret, json_text_or(msg->json, "secret", ""));
        return;
    }
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
        if (self->focus < FIELDS)
            field_paste(&self->fields[self->focus], msg->text, strlen(msg->text));
        return;
    case MSG_SIGNED_IN:
        return on_signed_in(self, msg, effects);
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
    return !has_accounts(self) && self->focus != LOGIN && self->focus < FIELDS;
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

static void tick_view(const struct sign_in *self, int tick, bool on, const char *label, struct frame *frame,
                      struct rect line)
{
    bool here = self->focus == tick;
    rect_cut_left(&line, LABEL_W);
    if (here)
        frame_cursor(frame, line.x + 1, line.y);
    text_drawf(frame, line, here ? STYLE_ACCENT | ATTR_BOLD : STYLE_DIM, "[%s] %s", on ? "x" : " ", label);
}

/* What an authenticator app reads, of whose account; letters that an address must not have are left out. */
static void add_plain(struct buf *out, const char *text)
{
    for (; *text; text++)
        if ((*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
            (*text >= 'a' && *text <= 'z') || strchr("-._", *text))
            buf_add(out, text, 1);
}

/* To be typed into an app, or pasted. It is in groups, since somebody reads it off. */
static void secret_view(const struct sign_in *self, const struct ui *ui, struct frame *frame,
                        struct rect *area)
{
    struct buf uri = {0};
    struct rect place = *area;
    rect_cut_left(&place, LABEL_W);
    int rows = text_draw_wrapped(frame, place,
                                 tr(ui->lang, TR("Type these letters into an authenticator app, as a key by "
                                                 "the time; then the six figures that it shows.")),
                                 STYLE_DIM, 0);
    rect_cut_top(&place, rows);
    struct rect line = rect_cut_top(&place, 1);
    for (int i = 0; i < SECRET && *self->secret; i += 4)
        rect_cut_left(&line, text_drawf(frame, line, STYLE_TEXT | ATTR_BOLD, "%.4s", self->secret + i) + 1);
    buf_adds(&uri, "otpauth://totp/Loket:");
    add_plain(&uri, field_text(&self->fields[LOGIN]));
    buf_addf(&uri, "?secret=%s&issuer=Loket", self->secret);
    int more = *self->secret ? text_draw_wrapped(frame, place, buf_text(&uri), STYLE_DIM, 0) : 0;
    rect_cut_top(area, rows + 1 + more);
    secret_wipe(uri.data, uri.length);
    buf_free(&uri);
}

static void factor_view(const struct sign_in *self, const struct ui *ui, struct frame *frame,
                        struct rect *area)
{
    tick_view(self, FACTOR_TICK, self->factor, tr(ui->lang, TR("set up a second factor")), frame,
              rect_cut_top(area, 1));
    if (!self->factor)
        return;
    secret_view(self, ui, frame, area);
    field_view(self, NEW_CODE, tr(ui->lang, TR("Its code")), frame, rect_cut_top(area, 1));
}

/* Lines stand apart where there is room for it. */
static void fields_view(const struct sign_in *self, const struct ui *ui, struct frame *frame,
                        struct rect *area)
{
    int gap = self->factor ? 0 : 1;
    text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Who works here?")), STYLE_TITLE | ATTR_BOLD);
    rect_cut_top(area, 1);
    field_view(self, LOGIN, tr(ui->lang, TR("Login")), frame, rect_cut_top(area, 1));
    rect_cut_top(area, gap);
    field_view(self, PASSWORD, tr(ui->lang, TR("Password")), frame, rect_cut_top(area, 1));
    rect_cut_top(area, gap);
    if (self->coding) {
        field_view(self, CODE, tr(ui->lang, TR("Code")), frame, rect_cut_top(area, 1));
        rect_cut_top(area, gap);
    }
    tick_view(self, TICK, self->changing, tr(ui->lang, TR("take a new password")), frame,
              rect_cut_top(area, 1));
    if (self->changing) {
        rect_cut_top(area, gap);
        field_view(self, CHANGED, tr(ui->lang, TR("New password")), frame, rect_cut_top(area, 1));
        rect_cut_top(area, gap);
        field_view(self, AGAIN, tr(ui->lang, TR("Once more")), frame, rect_cut_top(area, 1));
    }
    factor_view(self, ui, frame, area);
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
        rect_cut_top(&area, text_draw_wrapped(frame, area,
                                              *self->code ? show_refusal(ui, self->code, self->fault)
                                                          : tr(ui->lang, self->fault),
                                              STYLE_DANGER, 0));
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
