/* screens/trainer_screen.c: the trainer's place: the day that is played, who is trained in it, and what the trainer does about
 * both. See trainer.h. */
#include <stdlib.h>
#include <string.h>

#include "screens/trainer.h"

enum {
    PAUSE_MS = 400, /* between two readings of rows that change many times a second */
    AGAIN_MS = 5000,
};
static const char path[] = "/v1/training";
static const int paces[] = {1, 2, 5, 10, 20, 40, 60};
enum { PACES = sizeof paces / sizeof *paces };

static void *trainer_new(const struct json *args)
{
    struct trainer *self = xcalloc(1, sizeof *self);
    (void)args;
    self->pace = 1;
    return self;
}

static void trainer_free(void *data)
{
    struct trainer *self = data;
    json_free(&self->data);
    json_free(&self->floor);
    json_free(&self->people);
    json_free(&self->step);
    for (int page = 0; page < TRAINER_PAGES; page++)
        json_free(&self->answers[page]);
    free(self->certificate);
    free(self);
}

/* --- what is shown --- */

const struct json *trainer_hall(const struct trainer *self)
{
    const struct json *hall = json_get(self->data, "hall");
    return json_is_object(hall) ? hall : NULL;
}

const struct json *trainer_chosen(const struct trainer *self)
{
    return json_at(self->people, (size_t)self->lists[TRAINER_DAY].selected);
}

const struct json *trainer_of(const struct trainer *self, const char *user)
{
    for (const struct json *row = json_first(self->people); row; row = json_next(row))
        if (str_equal(json_text(row, "user"), user))
            return row;
    return NULL;
}

bool trainer_is_reached(const struct ui *ui)
{
    return ui->link.state == LINK_ONLINE || ui->link.state == LINK_COPYING;
}

const struct json *trainer_line(const struct trainer *self)
{
    static const char *const members[TRAINER_PAGES] = {[TRAINER_SCENARIOS] = "rows",
                                                       [TRAINER_MOMENTS] = "rows",
                                                       [TRAINER_SCORE] = "lines",
                                                       [TRAINER_RESULTS] = "rows"};
    const char *member = members[self->page];
    return member ? json_at(json_get(self->answers[self->page], member),
                            (size_t)self->lists[self->page].selected)
                  : NULL;
}

/* By counter, those without one last; then by name. */
static int before(const struct json *a, const struct json *b)
{
    const char *left = json_text_or(a, "counter", "~"), *right = json_text_or(b, "counter", "~");
    int by_number = atoi(left) - atoi(right), by_counter = strcmp(left, right);
    if (by_number && atoi(left) && atoi(right))
        return by_number;
    return by_counter ? by_counter : strcmp(json_text_or(a, "name", ""), json_text_or(b, "name", ""));
}

static void put_people(struct trainer *self)
{
    const struct json *rows = json_get(self->data, "rows"), *all[200];
    size_t count = 0;
    for (const struct json *row = json_first(rows); row && count < sizeof all / sizeof *all;
         row = json_next(row)) {
        size_t at = count++;
        for (; at > 0 && before(row, all[at - 1]) < 0; at--)
            all[at] = all[at - 1];
        all[at] = row;
    }
    json_free(&self->people);
    self->people = json_new_array();
    for (size_t i = 0; i < count; i++)
        json_add(self->people, json_copy(all[i]));
}

/* Whoever was chosen stays so, wherever the row stands now. */
static void keep_chosen(struct trainer *self)
{
    struct list *list = &self->lists[TRAINER_DAY];
    int at = 0;
    list_set_count(list, (int)json_count(self->people));
    for (const struct json *row = json_first(self->people); row; row = json_next(row), at++)
        if (str_equal(json_text(row, "user"), self->chosen))
            list_select(list, at);
    str_copy(self->chosen, sizeof self->chosen, json_text_or(trainer_chosen(self), "user", ""));
}

static void take_data(struct trainer *self, const struct msg *msg)
{
    bool floor = str_equal(msg->what, "floor");
    if (!floor && !str_equal(msg->what, "training"))
        return;
    struct json **place = floor ? &self->floor : &self->data;
    json_free(place);
    *place = json_copy(msg->json);
    if (floor)
        return;
    put_people(self);
    keep_chosen(self);
    int pace = (int)json_int(trainer_hall(self), "pace", 0);
    if (pace > 0)
        self->pace = pace;
}

static void load(struct trainer *self, const struct ui *ui, struct effects *effects)
{
    self->loaded_ms = ui->now_ms;
    self->stale = false;
    effects_load(effects, "training", NULL);
    effects_load(effects, "floor", NULL);
}

/* A hall at ×60 changes more often than anybody reads. */
static void load_soon(struct trainer *self, const struct ui *ui, struct effects *effects)
{
    int64_t since_ms = ui->now_ms - self->loaded_ms;
    if (!self->data || since_ms < 0 || since_ms >= PAUSE_MS)
        return load(self, ui, effects);
    self->stale = true;
}

static void tick(struct trainer *self, const struct ui *ui, struct effects *effects)
{
    int64_t since_ms = ui->now_ms - self->loaded_ms;
    if (self->stale || since_ms < 0 || since_ms >= AGAIN_MS)
        load(self, ui, effects);
}

/* --- asking the hall --- */

struct json *trainer_act(const char *what)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", what);
    return request;
}

void trainer_ask(struct trainer *self, const struct ui *ui, struct json *request, const char *about,
                 struct effects *effects)
{
    if (*self->asked) {
        effects_toast(effects, TOAST_WARN, "%s", tr(ui->lang, TR("The hall is asked…")));
    } else {
        char *text = json_print(request);
        str_format(self->asked, sizeof self->asked, "%s", json_text_or(request, "do", ""));
        str_copy(self->about, sizeof self->about, about ? about : "");
        effects_add(effects, EFFECT_FETCH, path, text);
        free(text);
    }
    json_free(&request);
}

static const struct {
    const char *what, *text;
} done[] = {
    {"begin", TR("The day begins.")},
    {"rewind", TR("The hall is back at that moment.")},
    {"trouble", TR("It happens now.")},
    {"hint", TR("They read it above their screen.")},
    {"take", TR("Their counter is yours now. What they typed and had not sent is safe at their place.")},
    {"hand_back", TR("The counter is theirs again.")},
    {"finish", TR("The day is over; the results are kept.")},
};

static void say_done(const struct trainer *self, const struct ui *ui, struct effects *effects)
{
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        if (str_equal(done[i].what, self->asked))
            effects_toast(effects, TOAST_GOOD, "%s%s%s", self->about, *self->about ? ": " : "",
                          tr(ui->lang, done[i].text));
}

/* The desk is that of the counter which was taken over, as if it had been opened here; one that is handed back is nobody's
 * here. */
static void go_there(const struct trainer *self, const struct msg *msg, struct effects *effects)
{
    if (str_equal(self->asked, "hand_back"))
        return effects_setting(effects, "counter", "");
    if (!str_equal(self->asked, "take"))
        return;
    effects_setting(effects, "counter", json_text_or(json_get(msg->json, "counter"), "id", ""));
    effects_do(effects, ACTION_PLACE_DESK);
}

static void say_failed(const struct ui *ui, const struct json *error, struct effects *effects)
{
    const char *code = json_text_or(error, "code", ""), *text = json_text(error, "message");
    effects_toast(effects, TOAST_DANGER, "%s",
                  text ? show_refusal(ui, code, text)
                       : tr(ui->lang, TR("The hall did not answer: it may be done or not. Look at the day "
                                         "above, then do it again.")));
}

static void ask_certificate(struct trainer *self, const struct ui *ui, const struct msg *msg,
                            struct effects *effects)
{
    const char *text = json_text(msg->json, "text");
    if (msg->text || !text)
        return say_failed(ui, json_get(msg->json, "error"), effects);
    free(self->certificate);
    self->certificate = xstrdup(text);
    struct json *question = question_new("certificate", tr(ui->lang, TR("The certificate is here:")));
    question_choice(question, "s", tr(ui->lang, TR("save to a file")), "save", NULL);
    question_choice(question, "p", tr(ui->lang, TR("print")), "print", NULL);
    effects_ask(effects, question);
}

static void on_fetched(struct trainer *self, const struct ui *ui, const struct msg *msg,
                       struct effects *effects)
{
    if (trainer_page_fetched(self, msg))
        return;
    if (str_starts(msg->what, "/v1/training/certificate"))
        return ask_certificate(self, ui, msg, effects);
    if (!*self->asked || !str_equal(msg->what, path))
        return;
    if (msg->text) {
        say_failed(ui, json_get(msg->json, "error"), effects);
    } else {
        go_there(self, msg, effects);
        say_done(self, ui, effects);
    }
    self->asked[0] = '\0';
    load(self, ui, effects);
}

/* --- the clock --- */

static void set_pace(struct trainer *self, const struct ui *ui, int pace, struct effects *effects)
{
    struct json *request = trainer_act("pace");
    json_set_int(request, "pace", pace);
    trainer_ask(self, ui, request, "", effects);
}

/* The next pace in that direction; the same at the end. */
static int other_pace(const struct trainer *self, int by)
{
    int now = (int)json_int(trainer_hall(self), "pace", 1), at = 0;
    now = now > 0 ? now : self->pace;
    while (at + 1 < PACES && paces[at + 1] <= now)
        at++;
    at += by;
    return at < 0 ? paces[0] : at >= PACES ? paces[PACES - 1] : paces[at];
}

static bool is_paused(const struct trainer *self)
{
    const struct json *hall = trainer_hall(self);
    return json_bool(hall, "paused", false) || json_int(hall, "pace", 1) == 0;
}

/* --- one trainee --- */

static const char *name_of(const struct json *row)
{
    return json_text_or(row, "name", "…");
}

static void act_on_chosen(struct trainer *self, const struct ui *ui, const char *what,
                          struct effects *effects)
{
    const struct json *row = trainer_chosen(self);
    struct json *request = trainer_act(what);
    json_set_text(request, "user", json_text_or(row, "user", ""));
    trainer_ask(self, ui, request, name_of(row), effects);
}

static void freeze(struct trainer *self, const struct ui *ui, bool on, struct effects *effects)
{
    const struct json *row = trainer_chosen(self);
    struct json *request = trainer_act("freeze");
    json_set_text(request, "user", json_text_or(row, "user", ""));
    json_set_bool(request, "on", on);
    trainer_ask(self, ui, request, name_of(row), effects);
}

static void ask_hint(const struct trainer *self, const struct ui *ui, struct effects *effects)
{
    char text[SHOW_TEXT];
    str_format(text, sizeof text, tr(ui->lang, TR("A hint for %s:")), name_of(trainer_chosen(self)));
    struct json *question = question_new("hint", text);
    question_field(question, "", false);
    question_keep(question);
    effects_ask(effects, question);
}

static void send_hint(struct trainer *self, const struct ui *ui, const char *text, struct effects *effects)
{
    const struct json *row = trainer_chosen(self);
    struct json *request = trainer_act("hint");
    json_set_text(request, "user", json_text_or(row, "user", ""));
    json_set_text(request, "text", text);
    trainer_ask(self, ui, request, name_of(row), effects);
}

static void fetch_certificate(const struct trainer *self, const struct ui *ui, struct effects *effects)
{
    const char *user = self->page == TRAINER_SCORE ? self->scored : self->chosen;
    char *asked = xasprintf("/v1/training/certificate?user=%s&lang=%s", user, lang_code(ui->lang));
    effects_add(effects, EFFECT_FETCH, asked, NULL);
    free(asked);
}

/* --- messages --- */

static void back(struct trainer *self, struct effects *effects)
{
    if (self->page == TRAINER_DAY)
        return effects_back(effects);
    self->page = TRAINER_DAY;
}

static void on_action(struct trainer *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return back(self, effects);
    case ACTION_TRAIN_BEGIN:
        return self->page == TRAINER_SCENARIOS ? trainer_ask_begin(self, ui, effects)
                                               : trainer_open(self, ui, TRAINER_SCENARIOS, effects);
    case ACTION_TRAIN_PAUSE:
        return set_pace(self, ui, 0, effects);
    case ACTION_TRAIN_GO_ON:
        return set_pace(self, ui, self->pace, effects);
    case ACTION_TRAIN_FASTER:
        return set_pace(self, ui, other_pace(self, 1), effects);
    case ACTION_TRAIN_SLOWER:
        return set_pace(self, ui, other_pace(self, -1), effects);
    case ACTION_TRAIN_STEP:
        return trainer_ask(self, ui, trainer_act("step"), "", effects);
    case ACTION_TRAIN_REWIND:
        return self->page == TRAINER_MOMENTS || self->page == TRAINER_SCORE
                   ? trainer_ask_rewind(self, ui, effects)
                   : trainer_open(self, ui, TRAINER_MOMENTS, effects);
    case ACTION_TRAIN_TROUBLE:
        return trainer_ask_trouble(ui, effects);
    case ACTION_TRAIN_HINT:
        return ask_hint(self, ui, effects);
    case ACTION_TRAIN_FREEZE:
        return freeze(self, ui, true, effects);
    case ACTION_TRAIN_RELEASE:
        return freeze(self, ui, false, effects);
    case ACTION_TRAIN_TAKE:
        return act_on_chosen(self, ui, "take", effects);
    case ACTION_TRAIN_HAND_BACK:
        return act_on_chosen(self, ui, "hand_back", effects);
    case ACTION_TRAIN_SCORE:
        return trainer_open(self, ui, TRAINER_SCORE, effects);
    case ACTION_TRAIN_RESULTS:
        return trainer_open(self, ui, TRAINER_RESULTS, effects);
    case ACTION_TRAIN_CERTIFICATE:
        return fetch_certificate(self, ui, effects);
    case ACTION_EXPORT:
        return trainer_ask_file(self, ui, effects);
    case ACTION_TRAIN_FINISH:
        return trainer_ask(self, ui, trainer_act("finish"), "", effects);
    default:
        return;
    }
}

/* Enter opens what the cursor is on; what it would undo asks once more. */
static void enter(struct trainer *self, const struct ui *ui, struct effects *effects)
{
    if (self->page == TRAINER_DAY)
        effects_do(effects, ACTION_TRAIN_SCORE);
    else if (self->page == TRAINER_SCENARIOS)
        trainer_ask_begin(self, ui, effects);
    else if (self->page == TRAINER_MOMENTS || self->page == TRAINER_SCORE)
        trainer_ask_rewind(self, ui, effects);
}

static void on_key(struct trainer *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (msg->key.code == K_ENTER)
        return enter(self, ui, effects);
    if (!list_key(&self->lists[self->page], msg->key) || self->page != TRAINER_DAY)
        return;
    str_copy(self->chosen, sizeof self->chosen, json_text_or(trainer_chosen(self), "user", ""));
}

static void on_answer(struct trainer *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    if (str_equal(msg->what, "hint"))
        return send_hint(self, ui, msg->text, effects);
    (void)trainer_answered(self, ui, msg, effects);
}

static void trainer_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct trainer *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load_soon(self, ui, effects);
    case MSG_DATA:
        return take_data(self, msg);
    case MSG_FETCHED:
        return on_fetched(self, ui, msg, effects);
    case MSG_TICK:
        return tick(self, ui, effects);
    case MSG_KEY:
        return on_key(self, ui, msg, effects);
    case MSG_ACTION:
        return on_action(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        return on_answer(self, ui, msg, effects);
    default:
        return;
    }
}

/* --- what is possible --- */

static const char real_hall[] =
    TR("This is a real hall: nothing is played here. A training hall is one of its own.");

/* What needs a day that goes on. */
static const char *why_no_day(const struct trainer *self)
{
    const struct json *hall = trainer_hall(self);
    return !hall                                ? TR("No day is played yet: b begins one.")
           : json_bool(hall, "finished", false) ? TR("The day is over: b begins another.")
                                                : NULL;
}

static const char *why_not_clock(const struct trainer *self, enum action action)
{
    int now = (int)json_int(trainer_hall(self), "pace", 1);
    if (why_no_day(self))
        return why_no_day(self);
    switch (action) {
    case ACTION_TRAIN_PAUSE:
        return is_paused(self) ? TR("The clock stands already: p lets it go on.") : NULL;
    case ACTION_TRAIN_GO_ON:
        return is_paused(self) ? NULL : TR("The clock goes already.");
    case ACTION_TRAIN_FASTER:
        return now >= paces[PACES - 1] ? TR("A minute a second is the fastest.") : NULL;
    case ACTION_TRAIN_SLOWER:
        return !is_paused(self) && now <= 1 ? TR("It goes as fast as a real clock: p stops it.") : NULL;
    case ACTION_TRAIN_STEP:
        return is_paused(self) ? NULL : TR("Stop the clock first: p.");
    default:
        return NULL;
    }
}

static const char *why_not_trainee(const struct trainer *self, enum action action)
{
    const struct json *row = trainer_chosen(self);
    bool frozen = json_bool(row, "frozen", false), taken = json_text(row, "taken_by") != NULL,
         out = str_equal(json_text_or(row, "doing", "out"), "out") ||
               str_equal(json_text(row, "doing"), "shut");
    if (self->page != TRAINER_DAY && action != ACTION_TRAIN_CERTIFICATE)
        return TR("Esc leads back to the trainees.");
    if (!row)
        return TR("Nobody is trained yet: a trainee signs in at another workstation.");
    switch (action) {
    case ACTION_TRAIN_FREEZE:
        return frozen ? TR("They are stopped already: f releases them.") : NULL;
    case ACTION_TRAIN_RELEASE:
        return frozen ? NULL : TR("They are not stopped.");
    case ACTION_TRAIN_TAKE:
        return taken ? TR("Their counter is taken over already: o hands it back.")
               : out || !json_text(row, "counter")
                   ? TR("They sit at no counter: there is nothing to take over.")
                   : NULL;
    case ACTION_TRAIN_HAND_BACK:
        return taken ? NULL : TR("Their counter is in their own hands.");
    default:
        return NULL;
    }
}

static const char *why_not(const struct trainer *self, enum action action)
{
    switch (action) {
    case ACTION_TRAIN_PAUSE:
    case ACTION_TRAIN_GO_ON:
    case ACTION_TRAIN_FASTER:
    case ACTION_TRAIN_SLOWER:
    case ACTION_TRAIN_STEP:
        return why_not_clock(self, action);
    case ACTION_TRAIN_TROUBLE:
    case ACTION_TRAIN_FINISH:
        return why_no_day(self);
    case ACTION_TRAIN_REWIND:
        return trainer_hall(self) ? NULL : TR("No day is played yet: b begins one.");
    case ACTION_TRAIN_HINT:
    case ACTION_TRAIN_FREEZE:
    case ACTION_TRAIN_RELEASE:
    case ACTION_TRAIN_TAKE:
    case ACTION_TRAIN_HAND_BACK:
    case ACTION_TRAIN_SCORE:
    case ACTION_TRAIN_CERTIFICATE:
        return why_not_trainee(self, action);
    case ACTION_EXPORT:
        return self->page == TRAINER_RESULTS && json_count(json_get(self->answers[TRAINER_RESULTS], "rows"))
                   ? NULL
                   : TR("l shows the results first; then they can be saved.");
    default:
        return NULL;
    }
}

static const char *trainer_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct trainer *self = data;
    bool ours = (action >= ACTION_TRAIN_BEGIN && action <= ACTION_TRAIN_FINISH) || action == ACTION_EXPORT;
    if (!ours)
        return NULL;
    if (self->data && !trainer_hall(self) && !ui->training)
        return real_hall;
    if (!trainer_is_reached(ui) && action != ACTION_EXPORT)
        return TR("Hall not reachable: nothing can be asked of it now. What is shown is how it was.");
    return why_not(self, action);
}

const struct screen_ops trainer_screen = {
    .id = SCREEN_TRAINER,
    .new = trainer_new,
    .free = trainer_free,
    .update = trainer_update,
    .view = trainer_view,
    .enabled = trainer_enabled,
    .title = trainer_title,
};
