/* screens/start_screen.c: the first start asks one question: a practice hall, a hall on this computer, or one
 * on the network. With {"practice":true} only the practice hall's country is asked. */
#include <stdlib.h>
#include <string.h>

#include "screens/screen.h"
#include "screens/show.h"
#include "tui/text.h"

enum stage { ASK_KIND, ASK_COUNTRY, SHOW_SETUP, OPENING };
struct start {
    enum stage stage;
    bool only_practice;
};

static void *start_new(const struct json *args)
{
    struct start *self = xcalloc(1, sizeof *self);
    self->only_practice = json_bool(args, "practice", false);
    self->stage = self->only_practice ? ASK_COUNTRY : ASK_KIND;
    return self;
}

static void start_free(void *data)
{
    free(data);
}

static void practice(struct start *self, const char *pack, struct effects *effects)
{
    self->stage = OPENING;
    effects_add(effects, EFFECT_HALL, "practice", pack);
}

static void choose_practice(struct start *self, const struct ui *ui, struct effects *effects)
{
    if (ui->lang == LANG_ID || ui->lang == LANG_AZ)
        practice(self, lang_code(ui->lang), effects);
    else
        self->stage = ASK_COUNTRY;
}

static void ask_url(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("url", tr(ui->lang, TR("Address of the hall, as your administrator gave it:")));
    question_field(question, "https://", false);
    effects_ask(effects, question);
}

static void on_key(struct start *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (self->stage == ASK_KIND && key_is(key, "1"))
        choose_practice(self, ui, effects);
    else if (self->stage == ASK_KIND && key_is(key, "2"))
        self->stage = SHOW_SETUP;
    else if (self->stage == ASK_KIND && key_is(key, "3"))
        ask_url(ui, effects);
    else if (self->stage == ASK_COUNTRY && key_is(key, "1"))
        practice(self, "id", effects);
    else if (self->stage == ASK_COUNTRY && key_is(key, "2"))
        practice(self, "az", effects);
}

static void start_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct start *self = data;
    if (msg->kind == MSG_KEY)
        on_key(self, ui, msg->key, effects);
    else if (msg->kind == MSG_ACTION && msg->action == ACTION_BACK && !self->only_practice &&
             self->stage != OPENING)
        self->stage = ASK_KIND;
    else if (msg->kind == MSG_ANSWERED && str_equal(msg->what, "url"))
        effects_add(effects, EFFECT_HALL, "join", msg->text);
}

static void choice(struct frame *frame, struct rect *area, const char *key, const char *text,
                   const char *more)
{
    struct rect line = rect_cut_top(area, 1), below = rect_cut_top(area, 1);
    show_hint(frame, line, key, text);
    rect_cut_left(&below, 3);
    text_draw(frame, below, more, STYLE_DIM);
    rect_cut_top(area, 1);
}

static void kinds_view(const struct ui *ui, struct frame *frame, struct rect area)
{
    choice(frame, &area, "1", tr(ui->lang, TR("try a practice hall")),
           tr(ui->lang, TR("simulated citizens, nothing real; ready in a moment")));
    choice(frame, &area, "2", tr(ui->lang, TR("set up a hall on this computer")),
           tr(ui->lang, TR("for a bus, a village counter or a new hall")));
    choice(frame, &area, "3", tr(ui->lang, TR("join a hall on the network")),
           tr(ui->lang, TR("you need its address and a login")));
}

/* What to type: a hall has an owner, a name and accounts, which no program should invent. */
static void setup_view(const struct ui *ui, struct frame *frame, struct rect area)
{
    static const char *const commands[] = {
        "loketd init --data DIR --hall CODE --name \"NAME\" --pack id",
        "loketd user add --data DIR --login L --name N --roles clerk --password-file -",
        "loketd counter add --data DIR --name 1 --queues P",
        "loketd serve --data DIR --listen 127.0.0.1:8480",
        "loket --hall http://127.0.0.1:8480",
    };
    text_draw(frame, rect_cut_top(&area, 1), tr(ui->lang, TR("In a shell on this computer:")), STYLE_TEXT);
    rect_cut_top(&area, 1);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        rect_cut_top(&area, text_draw_wrapped(frame, area, commands[i], STYLE_ACCENT, 0));
    rect_cut_top(&area, 1);
    text_draw_wrapped(frame, area, tr(ui->lang, TR("Then choose 3 here, with the address of the last line.")),
                      STYLE_TEXT, 0);
}

static void start_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct start *self = data;
    area = rect_inset(area, area.w > 70 ? 6 : 1, area.h > 15 ? 2 : 0);
    const char *heading = self->stage == ASK_COUNTRY ? TR("Whose services do you want to practise with?")
                                                     : TR("Welcome to Loket. Where do you want to work?");
    text_draw(frame, rect_cut_top(&area, 1), tr(ui->lang, heading), STYLE_TITLE | ATTR_BOLD);
    rect_cut_top(&area, 1);
    frame_cursor(frame, area.x, area.y);
    switch (self->stage) {
    case ASK_KIND:
        return kinds_view(ui, frame, area);
    case SHOW_SETUP:
        return setup_view(ui, frame, area);
    case ASK_COUNTRY:
        choice(frame, &area, "1", "Indonesia", "Mal Pelayanan Publik");
        choice(frame, &area, "2", "Azərbaycan", "ASAN xidmət");
        return;
    case OPENING:
        show_opening(ui, frame, area);
        return;
    }
}

const struct screen_ops start_screen = {
    .id = SCREEN_START, .new = start_new, .free = start_free, .update = start_update, .view = start_view};
