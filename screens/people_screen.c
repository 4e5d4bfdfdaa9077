/* screens/people_screen.c: accounts and counters of the hall: who works here as what, and what is opened. See people.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "screens/people.h"

static const char path[] = "/v1/admin";
static const char *const members[TABS] = {"users", "counters"};

static void *people_new(const struct json *args)
{
    struct people *self = xcalloc(1, sizeof *self);
    field_init(&self->filter, 60);
    people_sheet_init(&self->sheet);
    if (str_equal(json_text(args, "tab"), "counters"))
        self->tab = TAB_COUNTERS;
    return self;
}

static void people_free(void *data)
{
    struct people *self = data;
    people_sheet_deinit(&self->sheet);
    field_deinit(&self->filter);
    for (int tab = 0; tab < TABS; tab++)
        free(self->shown[tab]);
    json_free(&self->data);
    free(self);
}

/* --- what is shown --- */

const struct json *people_row(const struct people *self)
{
    const struct list *list = &self->lists[self->tab];
    return list->count ? self->shown[self->tab][list->selected] : NULL;
}

bool people_is_admin(const struct ui *ui)
{
    return ui->session.roles & ROLE_ADMINISTRATOR;
}

static void add_words(const struct people *self, const struct ui *ui, const struct json *row, struct buf *out)
{
    char queues[SHOW_TEXT];
    buf_addf(out, "%s %s %s ", json_text_or(row, "login", ""), json_text_or(row, "name", ""),
             people_agency(self, ui, json_text_or(row, "agency", "")));
    for (const struct json *role = json_first(json_get(row, "roles")); role; role = json_next(role))
        buf_addf(out, "%s ", show_role(ui, json_as_text(role)));
    people_queues(self, json_get(row, "queues"), queues);
    buf_adds(out, queues);
    if (!json_bool(row, "active", true))
        buf_adds(out, tr(ui->lang, TR("disabled")));
}

/* Each typed word stands in it somewhere, in any spelling. */
static bool fits(const struct people *self, const struct ui *ui, const struct json *row)
{
    struct buf words = {0}, folded = {0}, typed = {0};
    bool all = true;
    add_words(self, ui, row, &words);
    utf8_fold(&folded, buf_text(&words));
    utf8_fold(&typed, field_text(&self->filter));
    char *rest = NULL, *text = xstrdup(buf_text(&typed));
    for (char *word = strtok_r(text, " ", &rest); word && all; word = strtok_r(NULL, " ", &rest))
        all = strstr(buf_text(&folded), word) != NULL;
    free(text);
    buf_free(&words);
    buf_free(&folded);
    buf_free(&typed);
    return all;
}

/* id: who stays chosen. */
static void show_rows(struct people *self, const struct ui *ui, enum people_tab tab, const char *id)
{
    const struct json *rows = json_get(self->data, members[tab]);
    int count = 0, chosen = 0;
    free(self->shown[tab]);
    self->shown[tab] = xcalloc(json_count(rows) + 1, sizeof *self->shown[tab]);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (!fits(self, ui, row))
            continue;
        if (str_equal(json_text(row, "id"), id))
            chosen = count;
        self->shown[tab][count++] = row;
    }
    list_set_count(&self->lists[tab], count);
    list_select(&self->lists[tab], chosen);
}

static void chosen_id(const struct people *self, enum people_tab tab, char id[64])
{
    const struct list *list = &self->lists[tab];
    str_copy(id, 64, list->count ? json_text_or(self->shown[tab][list->selected], "id", "") : "");
}

static void take_data(struct people *self, const struct ui *ui, const struct json *data)
{
    char ids[TABS][64];
    for (int tab = 0; tab < TABS; tab++)
        chosen_id(self, (enum people_tab)tab, ids[tab]);
    json_free(&self->data);
    self->data = json_copy(data);
    for (int tab = 0; tab < TABS; tab++)
        show_rows(self, ui, (enum people_tab)tab, ids[tab]);
}

static void filter_changed(struct people *self, const struct ui *ui)
{
    for (int tab = 0; tab < TABS; tab++)
        show_rows(self, ui, (enum people_tab)tab, "");
}

/* --- asking the hall --- */

void people_ask(struct people *self, const struct ui *ui, struct json *request, const char *about,
                struct effects *effects)
{
    if (*self->asked) {
        effects_toast(effects, TOAST_WARN, "%s", tr(ui->lang, TR("The hall is asked…")));
    } else {
        char *text = json_print(request);
        str_copy(self->asked, sizeof self->asked, json_text_or(request, "do", ""));
        str_copy(self->about, sizeof self->about, about);
        effects_add(effects, EFFECT_FETCH, path, text);
        secret_wipe(text, strlen(text));
        free(text);
    }
    const char *password = json_text(request, "password");
    if (password)
        secret_wipe((char *)(uintptr_t)password, strlen(password));
    json_free(&request);
}

static void say_done(const struct people *self, const struct ui *ui, int left, struct effects *effects)
{
    static const struct {
        const char *task, *text;
    } done[] = {
        {"user.add", TR("may sign in now.")},
        {"user.change", TR("changed; it counts from the next thing they do.")},
        {"user.disable", TR("signed out everywhere. What is not sent yet is kept at their workstation.")},
        {"user.enable", TR("may sign in again.")},
        {"user.password", TR("has a new password, and signs in again everywhere.")},
        {"user.sign_out",
         TR("signed out everywhere; may sign in again at once. What is not sent yet is kept.")},
        {"counter.add", TR("the counter is there; a clerk opens it.")},
        {"counter.change", TR("the counter is changed.")},
        {"counter.disable", TR("the counter is disabled: nobody opens it any more.")},
        {"counter.enable", TR("the counter is there again.")},
    };
    if (left > 0) {
        effects_toast(
            effects, TOAST_WARN,
            tr(ui->lang,
               TR("%s: signed out everywhere. People still with them or sent to them: %d; a colleague "
                  "takes them, or the board moves them.")),
            self->about, left);
        return;
    }
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        if (str_equal(done[i].task, self->asked))
            effects_toast(effects, TOAST_GOOD, "%s: %s", self->about, tr(ui->lang, done[i].text));
}

/* Without an answer nobody knows whether it was done: asked once more it has no second effect. */
static void say_failed(struct people *self, const struct ui *ui, const struct json *error,
                       struct effects *effects)
{
    static const char lost[] =
        TR("The hall did not answer: it may be done or not. Do it again when it is reached; it "
           "counts once.");
    const char *code = json_text_or(error, "code", ""), *text = json_text_or(error, "message", lost);
    if (self->sheet.open) {
        str_copy(self->sheet.fault, sizeof self->sheet.fault, text);
        str_copy(self->sheet.code, sizeof self->sheet.code, code);
    } else {
        effects_toast(effects, TOAST_DANGER, "%s", *code ? show_refusal(ui, code, text) : tr(ui->lang, text));
    }
}

static void on_fetched(struct people *self, const struct ui *ui, const struct msg *msg,
                       struct effects *effects)
{
    if (!*self->asked || !str_equal(msg->what, path))
        return;
    if (msg->text) {
        say_failed(self, ui, json_get(msg->json, "error"), effects);
    } else {
        say_done(self, ui, (int)json_int(msg->json, "left", 0), effects);
        if (self->sheet.open)
            people_sheet_forget(self);
    }
    self->asked[0] = '\0';
    effects_load(effects, "people", NULL);
}

/* --- one of them --- */

static const char *name_of(const struct json *row)
{
    return json_text_or(row, "name", json_text_or(row, "login", "?"));
}

static void ask_disable(struct people *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = people_row(self);
    char text[2 * SHOW_TEXT];
    bool user = self->tab == TAB_USERS;
    if (user)
        str_format(text, sizeof text, tr(ui->lang, TR("Disable %s (%s)? They are signed out at once.")),
                   name_of(row), json_text_or(row, "login", ""));
    else
        str_format(text, sizeof text, tr(ui->lang, TR("Disable counter %s? Nobody opens it any more.")),
                   name_of(row));
    str_copy(self->target, sizeof self->target, json_text_or(row, user ? "login" : "id", ""));
    str_copy(self->about, sizeof self->about, name_of(row));
    struct json *question = question_new("disable", text);
    question_choice(question, "y", tr(ui->lang, TR("disable")), "y", NULL);
    effects_ask(effects, question);
}

/* A letter and never Enter: whoever is at work there loses the screen that they stand before. */
static void ask_sign_out(struct people *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = people_row(self);
    char text[2 * SHOW_TEXT];
    str_format(text, sizeof text,
               tr(ui->lang, TR("End all sign-ins of %s (%s)? Nothing is lost: they sign in again.")),
               name_of(row), json_text_or(row, "login", ""));
    str_copy(self->target, sizeof self->target, json_text_or(row, "login", ""));
    str_copy(self->about, sizeof self->about, name_of(row));
    struct json *question = question_new("sign_out", text);
    question_choice(question, "y", tr(ui->lang, TR("end sign-ins")), "y", NULL);
    effects_ask(effects, question);
}

static void sign_out(struct people *self, const struct ui *ui, struct effects *effects)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", "user.sign_out");
    json_set_text(request, "login", self->target);
    people_ask(self, ui, request, self->about, effects);
}

static void set_active(struct people *self, const struct ui *ui, const char *target, const char *about,
                       bool active, struct effects *effects)
{
    bool user = self->tab == TAB_USERS;
    struct json *request = json_new_object(), *was = json_new_object();
    json_set_text(request, "do",
                  user ? (active ? "user.enable" : "user.disable")
                       : (active ? "counter.enable" : "counter.disable"));
    json_set_text(request, user ? "login" : "counter", target);
    json_set_bool(was, "active", !active);
    json_set(request, "was", was);
    people_ask(self, ui, request, about, effects);
}

static void enable(struct people *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = people_row(self);
    set_active(self, ui, json_text_or(row, self->tab == TAB_USERS ? "login" : "id", ""), name_of(row), true,
               effects);
}

/* --- messages --- */

static void stop_filter(struct people *self, const struct ui *ui, bool clear)
{
    self->filtering = false;
    if (clear)
        field_set(&self->filter, "");
    if (clear)
        filter_changed(self, ui);
}

static void back(struct people *self, const struct ui *ui, struct effects *effects)
{
    if (self->sheet.open)
        people_sheet_close(self);
    else if (self->filtering || *field_text(&self->filter))
        stop_filter(self, ui, true);
    else
        effects_back(effects);
}

static void on_action(struct people *self, const struct ui *ui, enum action action, struct effects *effects)
{
    bool user = self->tab == TAB_USERS;
    switch (action) {
    case ACTION_BACK:
        return back(self, ui, effects);
    case ACTION_FILTER:
        self->filtering = true;
        return;
    case ACTION_PEOPLE_ADD:
        return people_sheet_open(self, ui, user ? SHEET_USER_ADD : SHEET_COUNTER_ADD, NULL);
    case ACTION_PEOPLE_CHANGE:
        return people_sheet_open(self, ui, user ? SHEET_USER : SHEET_COUNTER, people_row(self));
    case ACTION_PEOPLE_PASSWORD:
        return people_sheet_open(self, ui, SHEET_PASSWORD, people_row(self));
    case ACTION_PEOPLE_SIGN_OUT:
        return ask_sign_out(self, ui, effects);
    case ACTION_PEOPLE_DISABLE:
        return ask_disable(self, ui, effects);
    case ACTION_PEOPLE_ENABLE:
        return enable(self, ui, effects);
    case ACTION_PEOPLE_SAVE:
        return people_sheet_save(self, ui, effects);
    default:
        return;
    }
}

static void on_key(struct people *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (self->sheet.open)
        return people_sheet_key(self, ui, msg, effects);
    if (msg->kind == MSG_PASTE)
        return;
    if (key_is(msg->key, "Tab") || key_is(msg->key, "S-Tab")) {
        self->tab = self->tab == TAB_USERS ? TAB_COUNTERS : TAB_USERS;
    } else if (self->filtering) {
        if (key_is(msg->key, "Enter"))
            stop_filter(self, ui, false);
        else if (!list_key_below_field(&self->lists[self->tab], msg->key) &&
                 field_key(&self->filter, msg->key) == EDIT_CHANGED)
            filter_changed(self, ui);
    } else if (key_is(msg->key, "Enter")) {
        effects_do(effects, ACTION_PEOPLE_CHANGE);
    } else {
        list_key(&self->lists[self->tab], msg->key);
    }
}

static void on_answer(struct people *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    if (str_equal(msg->what, "disable"))
        set_active(self, ui, self->target, self->about, false, effects);
    else if (str_equal(msg->what, "sign_out"))
        sign_out(self, ui, effects);
    else
        people_sheet_answered(self, msg);
}

static void people_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct people *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return effects_load(effects, "people", NULL);
    case MSG_DATA:
        return take_data(self, ui, msg->json);
    case MSG_KEY:
    case MSG_PASTE:
        return on_key(self, ui, msg, effects);
    case MSG_ACTION:
        return on_action(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        return on_answer(self, ui, msg, effects);
    case MSG_FETCHED:
        return on_fetched(self, ui, msg, effects);
    case MSG_HIDE:
        if (self->sheet.open) /* nobody comes back to a password */
            people_sheet_close(self);
        return;
    default:
        return;
    }
}

/* --- what is possible --- */

static const char *why_not(const struct people *self, const struct ui *ui, enum action action)
{
    if (self->tab == TAB_USERS && !people_is_admin(ui) && action != ACTION_PEOPLE_SIGN_OUT)
        return TR("Accounts are changed by an administrator; counters (Tab) by a supervisor too.");
    return ui->link.state == LINK_ONLINE || ui->link.state == LINK_COPYING
               ? NULL
               : TR("This needs the hall. Nothing was changed: do it when the connection is back.");
}

static const char *people_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct people *self = data;
    const struct json *row = people_row(self);
    bool save = action == ACTION_PEOPLE_SAVE;
    if (!save && action != ACTION_PEOPLE_ADD && action != ACTION_PEOPLE_CHANGE &&
        action != ACTION_PEOPLE_PASSWORD && action != ACTION_PEOPLE_SIGN_OUT &&
        action != ACTION_PEOPLE_DISABLE && action != ACTION_PEOPLE_ENABLE)
        return NULL;
    if (save != self->sheet.open)
        return save ? TR("Nothing is filled in: + adds, Enter changes.")
                    : TR("F10 saves this first, Esc leaves it.");
    const char *why = why_not(self, ui, action);
    if (why || save || action == ACTION_PEOPLE_ADD)
        return why;
    if (!row)
        return TR("Nobody is chosen.");
    if (action == ACTION_PEOPLE_PASSWORD && self->tab != TAB_USERS)
        return TR("Counters have no password.");
    if (action == ACTION_PEOPLE_SIGN_OUT && self->tab != TAB_USERS)
        return TR("Nobody is signed in as a counter: Tab shows the accounts.");
    bool active = json_bool(row, "active", true);
    if ((action == ACTION_PEOPLE_DISABLE || action == ACTION_PEOPLE_SIGN_OUT) && !active)
        return TR("This is disabled already.");
    return action == ACTION_PEOPLE_ENABLE && active ? TR("This is in use.") : NULL;
}

static bool typing(const void *data)
{
    const struct people *self = data;
    return self->filtering || self->sheet.open;
}

static bool secret(const void *data)
{
    return people_sheet_is_secret(&((const struct people *)data)->sheet);
}

const struct screen_ops people_screen = {
    .id = SCREEN_PEOPLE,
    .new = people_new,
    .free = people_free,
    .update = people_update,
    .view = people_view,
    .enabled = people_enabled,
    .typing = typing,
    .secret = secret,
};
