/* screens/survey_screen.c: nine questions to the citizen, who answers them alone on the number pad. Nothing of the
 * clerk's is shown or reached from here (screen_ops.handed): only the clerk's key leads back. The nine elements are
 * those of Permenpan RB 14/2017 (core/model/survey.h). */
#include <stdlib.h>
#include <string.h>

#include "core/model/survey.h"
#include "screens/screen.h"
#include "tui/big.h"
#include "tui/field.h"
#include "tui/text.h"

enum { TEXT_BYTES = 500, NUMBER_TEXT = 24 };

static const struct element {
    const char *name, *text;
} elements[SURVEY_ELEMENTS] = {
    {TR("Requirements"), TR("The papers and conditions that were asked of you")},
    {TR("System, mechanism and procedure"), TR("The way through the service, step by step")},
    {TR("Time"), TR("How long it took")},
    {TR("Fee"), TR("What you paid, and whether it was the fee that is announced")},
    {TR("Product"), TR("What you received, beside what was promised")},
    {TR("Competence"), TR("The knowledge and skill of those who served you")},
    {TR("Behaviour"), TR("The courtesy and friendliness of those who served you")},
    {TR("Handling of complaints"), TR("How complaints, suggestions and questions are taken up")},
    {TR("Facilities"), TR("The hall, its seats, its signs and its equipment")},
};
static const char *const answers[SURVEY_SCORE_MAX] = {TR("not good"), TR("less good"), TR("good"),
                                                      TR("very good")};

enum stage {
    ASKING,   /* at: the element */
    WRITING,  /* a word of the citizen's own, which may stay out */
    DECLINED, /* Esc; any answer that was given is still here */
    SENT,     /* told to this computer, which has not said yet that it is saved */
    THANKS,
    FAILED, /* it was not saved */
};

struct survey {
    char ticket[64], number[NUMBER_TEXT];
    enum lang lang;
    bool lang_known, recovered, hint;
    enum stage stage, before;        /* before: what was declined */
    int at, scores[SURVEY_ELEMENTS]; /* 0: not answered */
    struct field words;
};

static void *survey_new(const struct json *args)
{
    struct survey *self = xcalloc(1, sizeof *self);
    str_copy(self->ticket, sizeof self->ticket, json_text_or(args, "ticket", ""));
    str_copy(self->number, sizeof self->number, json_text_or(args, "number", ""));
    self->lang_known = lang_find(json_text(args, "language"), &self->lang);
    field_init(&self->words, TEXT_BYTES);
    return self;
}

static void survey_free(void *data)
{
    struct survey *self = data;
    field_deinit(&self->words);
    free(self);
}

static int answered_count(const struct survey *self)
{
    int count = 0;
    for (int i = 0; i < SURVEY_ELEMENTS; i++)
        count += self->scores[i] != 0;
    return count;
}

/* Words stand in the field: figures belong to them. */
static bool types(const struct survey *self)
{
    return self->stage == WRITING && *field_text(&self->words);
}

/* --- what was answered, kept until it is recorded --- */

static void put_journal(const struct survey *self, struct effects *effects)
{
    if (!answered_count(self) || self->stage == SENT || self->stage == THANKS)
        return;
    struct json *typed = json_new_object(), *scores = json_new_array();
    for (int i = 0; i < SURVEY_ELEMENTS; i++)
        json_add(scores, json_new_int(self->scores[i]));
    json_set(typed, "scores", scores);
    json_set_text(typed, "text", field_text(&self->words));
    effects_journal_put(effects, "survey", self->ticket, typed);
}

static void recover(struct survey *self, const struct json *rows)
{
    self->recovered = true;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const struct json *typed = json_get(row, "typed");
        int i = 0;
        if (!str_equal(json_text(row, "screen"), "survey") ||
            !str_equal(json_text(row, "object"), self->ticket))
            continue;
        for (const struct json *s = json_first(json_get(typed, "scores")); s && i < SURVEY_ELEMENTS;
             s = json_next(s)) {
            int64_t score = json_as_int(s, 0);
            self->scores[i++] = score >= 1 && score <= SURVEY_SCORE_MAX ? (int)score : 0;
        }
        field_set(&self->words, json_text_or(typed, "text", ""));
        for (self->at = 0; self->at < SURVEY_ELEMENTS - 1 && self->scores[self->at];)
            self->at++;
    }
}

/* --- the citizen's keys --- */

static void send(struct survey *self, struct effects *effects)
{
    struct json *body = json_new_object(), *scores = json_new_array();
    const char *words = field_text(&self->words);
    json_set_text(body, "ticket", self->ticket);
    for (int i = 0; i < SURVEY_ELEMENTS; i++)
        json_add(scores, json_new_int(self->scores[i]));
    json_set(body, "scores", scores);
    if (words[strspn(words, " ")])
        json_set_text(body, "text", words);
    self->stage = SENT;
    effects_command(effects, "survey.record", body);
}

static void go_on(struct survey *self)
{
    if (self->at < SURVEY_ELEMENTS - 1)
        self->at++;
    else
        self->stage = WRITING;
}

static void next_lang(struct survey *self)
{
    self->lang = (enum lang)((self->lang + 1) % LANG_COUNT);
}

static bool goes_back(struct key key)
{
    return key_is(key, "0") || key_is(key, "Backspace") || key_is(key, "Left") || key_is(key, "Up");
}

static void key_to_question(struct survey *self, struct key key)
{
    if (key.code >= '1' && key.code < '1' + SURVEY_SCORE_MAX && !key.mods) {
        self->scores[self->at] = (int)(key.code - '0');
        go_on(self);
    } else if (goes_back(key)) {
        self->at -= self->at > 0;
    } else if (key_is(key, "*")) {
        next_lang(self);
    } else if ((key_is(key, "Enter") || key_is(key, "Right") || key_is(key, "Down")) &&
               self->scores[self->at]) {
        go_on(self); /* past an answer that stands */
    } else {
        self->hint = true;
    }
}

static void key_to_words(struct survey *self, struct key key, struct effects *effects)
{
    bool empty = !types(self);
    if (key_is(key, "Enter"))
        send(self, effects);
    else if (empty && goes_back(key))
        self->stage = ASKING;
    else if (empty && key_is(key, "*"))
        next_lang(self);
    else
        field_key(&self->words, key);
}

static void on_key(struct survey *self, struct key key, struct effects *effects)
{
    bool open = self->stage == ASKING || self->stage == WRITING;
    self->hint = false;
    if (key_is(key, "Tab")) {
        next_lang(self);
    } else if (open && key_is(key, "Esc")) {
        self->before = self->stage;
        self->stage = DECLINED;
    } else if (self->stage == ASKING) {
        key_to_question(self, key);
    } else if (self->stage == WRITING) {
        key_to_words(self, key, effects);
    } else if (self->stage == DECLINED && goes_back(key)) {
        self->stage = self->before;
    } else if (key_is(key, "*")) {
        next_lang(self);
    }
}

/* --- messages --- */

/* The clerk has the keyboard again; what came of it is told to the clerk, in the clerk's language. */
static void leave(const struct survey *self, const struct ui *ui, struct effects *effects)
{
    if (self->stage == THANKS)
        effects_toast(effects, TOAST_GOOD, tr(ui->lang, TR("The answers for %s are recorded.")),
                      self->number);
    else if (answered_count(self) &&
             self->stage != FAILED) /* then the sentence that says why is here already */
        effects_toast(effects, TOAST_PLAIN,
                      tr(ui->lang, TR("%s: %d of 9 answered, nothing is recorded. S goes on there.")),
                      self->number, answered_count(self));
    effects_back(effects);
}

static void first_look(struct survey *self, const struct ui *ui, struct effects *effects)
{
    if (!self->lang_known)
        self->lang = ui->lang;
    self->lang_known = true;
    if (!self->recovered)
        effects_load(effects, "journal", NULL);
}

static void survey_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct survey *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return first_look(self, ui, effects);
    case MSG_DATA:
        if (str_equal(msg->what, "journal") && !self->recovered)
            recover(self, json_get(msg->json, "rows"));
        return;
    case MSG_KEY:
        return on_key(self, msg->key, effects);
    case MSG_PASTE:
        if (self->stage == WRITING)
            field_paste(&self->words, msg->text, strlen(msg->text));
        return;
    case MSG_ACTION:
        if (msg->action == ACTION_SURVEY_END)
            leave(self, ui, effects);
        return;
    case MSG_SAVED:
        self->stage = THANKS;
        return effects_journal_drop(effects, "survey", self->ticket);
    case MSG_REFUSED:
        self->stage = FAILED;
        return;
    case MSG_HIDE:
        return put_journal(self, effects);
    default:
        return;
    }
}

/* --- drawing --- */

static const char *word(const struct survey *self, const char *text)
{
    return tr(self->lang, text);
}

static void centred(struct frame *frame, struct rect *area, const char *text, unsigned look)
{
    text_draw_as(frame, rect_cut_top(area, 1), text, look, TEXT_CENTRE);
}

/* In the middle, over as many rows as it takes; the cursor stands where its first line begins. */
static void paragraph(struct frame *frame, struct rect *area, const char *text, unsigned look, bool focus)
{
    enum { LINES = 6, AIR = 4 };
    struct text_line lines[LINES];
    int count = text_wrap(text, area->w - AIR, lines, LINES);
    for (int i = 0; i < count && i < LINES; i++) {
        char *line = xstrndup(lines[i].text, lines[i].length);
        if (focus && i == 0 && area->h > 0)
            frame_cursor(frame, area->x + (area->w - text_width(line)) / 2, area->y);
        centred(frame, area, line, look);
        free(line);
    }
}

/* The digit, and the word with it once more, which speech and Braille can read; the answer that was given has a mark. */
static void answer_view(const struct survey *self, int score, struct frame *frame, struct rect place)
{
    enum { SCALE_MAX = 2 };
    const char digit[] = {(char)('0' + score), '\0'};
    bool given = self->scores[self->at] == score;
    int scale = big_scale(digit, place.w, place.h - 3);
    int h = scale ? big_height(scale < SCALE_MAX ? scale : SCALE_MAX) : 1;
    struct rect figure = rect_cut_top(&place, h);
    big_draw(frame, figure, digit, STYLE_ACCENT | ATTR_BOLD, SCALE_MAX);
    rect_cut_top(&place, 1);
    char *label = xasprintf("%s %s", digit, word(self, answers[score - 1]));
    centred(frame, &place, label, STYLE_TEXT | ATTR_BOLD);
    free(label);
    if (given)
        centred(frame, &place, word(self, TR("● your answer")), STYLE_GOOD);
}

static void question_view(const struct survey *self, struct frame *frame, struct rect area)
{
    const struct element *element = &elements[self->at];
    enum { ROWS = 13, ROOMY = 20 };
    rect_cut_top(&area, area.h > ROWS + 4 ? 2 : 0);
    paragraph(frame, &area, word(self, element->name), STYLE_TITLE | ATTR_BOLD, true);
    paragraph(frame, &area, word(self, element->text), STYLE_TEXT, false);
    rect_cut_top(&area, area.h > ROOMY ? 3 : 1);
    centred(frame, &area, word(self, TR("How was this? Press a number.")), STYLE_DIM);
    rect_cut_top(&area, area.h > ROOMY ? 2 : 1);
    struct rect foot = rect_cut_bottom(&area, 1), row = rect_inset(area, area.w > 60 ? 2 : 0, 0);
    for (int score = 1, w = row.w / SURVEY_SCORE_MAX; score <= SURVEY_SCORE_MAX; score++)
        answer_view(self, score, frame, rect_cut_left(&row, w));
    if (self->hint)
        centred(frame, &foot, word(self, TR("Only 1, 2, 3 and 4 are answers.")), STYLE_WARN);
}

static void words_view(const struct survey *self, struct frame *frame, struct rect area)
{
    enum { W_MAX = 70 };
    rect_cut_top(&area, 3);
    paragraph(frame, &area, word(self, TR("Is there anything that you would like to say?")),
              STYLE_TITLE | ATTR_BOLD, false);
    centred(frame, &area, word(self, TR("You may leave it empty.")), STYLE_TEXT);
    rect_cut_top(&area, 2);
    struct rect line = rect_cut_top(&area, 1);
    int w = line.w - 4 < W_MAX ? line.w - 4 : W_MAX;
    line = rect_inset(line, (line.w - w) / 2, 0);
    field_draw(&self->words, frame, line, NULL, true);
    rect_cut_top(&area, 2);
    centred(frame, &area, word(self, TR("Enter  finishes")), STYLE_ACCENT);
}

/* Nothing more is asked of the citizen. */
static void end_view(const struct survey *self, struct frame *frame, struct rect area)
{
    static const struct {
        const char *title, *text;
    } ends[] = {
        [DECLINED] = {TR("You need not answer."),
                      TR("Please give the keyboard back. 0 goes back to the questions.")},
        [SENT] = {TR("One moment …"), ""},
        [THANKS] = {TR("Thank you."), TR("Your answers are recorded. Please give the keyboard back.")},
        [FAILED] = {TR("Thank you."),
                    TR("Your answers could not be saved yet. Please give the keyboard back.")},
    };
    const char *text = ends[self->stage].text;
    rect_cut_top(&area, area.h / 3);
    paragraph(frame, &area, word(self, ends[self->stage].title), STYLE_TITLE | ATTR_BOLD, true);
    rect_cut_top(&area, 1);
    if (*text)
        paragraph(frame, &area, word(self, text), STYLE_TEXT, false);
}

/* "3 of 9" and a sign for each question. */
static void progress_view(const struct survey *self, struct frame *frame, struct rect line)
{
    struct buf signs = {0};
    int shown = self->stage == ASKING ? self->at + 1 : SURVEY_ELEMENTS;
    buf_addf(&signs, tr(self->lang, TR("%d of %d")), shown, SURVEY_ELEMENTS);
    buf_adds(&signs, "   ");
    for (int i = 0; i < SURVEY_ELEMENTS; i++)
        buf_adds(&signs, self->scores[i] ? "● " : "○ ");
    text_draw_as(frame, line, buf_text(&signs), STYLE_DIM, TEXT_CENTRE);
    buf_free(&signs);
}

static void pair(struct frame *frame, struct rect *line, const char *key, const char *text)
{
    enum { GAP = 3 };
    if (line->w < text_width(key) + 1 + text_width(text))
        return;
    rect_cut_left(line, 1 + text_draw(frame, *line, key, STYLE_ACCENT | ATTR_BOLD));
    rect_cut_left(line, GAP + text_draw(frame, *line, text, STYLE_TEXT));
}

static void keys_view(const struct survey *self, struct frame *frame, struct rect line)
{
    bool asks = self->stage == ASKING || self->stage == WRITING;
    bool first = self->stage == ASKING && self->at == 0;
    rect_cut_left(&line, 1);
    if (self->stage == DECLINED || (asks && !first && !types(self)))
        pair(frame, &line, "0", word(self, TR("back")));
    if (asks)
        pair(frame, &line, "Esc", word(self, TR("I do not want to answer")));
}

/* Each by its own name, for whoever cannot read the one that stands. */
static void languages_view(const struct survey *self, struct frame *frame, struct rect line)
{
    rect_cut_left(&line, 1);
    rect_cut_left(&line, 1 + text_draw(frame, line, types(self) ? "Tab" : "*", STYLE_ACCENT | ATTR_BOLD));
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        bool now = (enum lang)lang == self->lang;
        rect_cut_left(&line, text_draw(frame, line, now ? "›" : " ", STYLE_ACCENT));
        rect_cut_left(&line, 1 + text_draw(frame, line, lang_name((enum lang)lang),
                                           now ? STYLE_TEXT | ATTR_BOLD : STYLE_DIM));
    }
}

static void foot_view(const struct survey *self, const struct ui *ui, struct frame *frame, struct rect line)
{
    char key[KEY_NAME], clerk[80];
    str_format(clerk, sizeof clerk, "%s: %s", tr(ui->lang, TR("for the clerk")),
               key_label(keymap_key(ui->keys, ACTION_SURVEY_END, 0), key));
    rect_cut_right(&line, 1);
    text_draw(frame, rect_cut_right(&line, text_width(clerk)), clerk, STYLE_DIM);
    languages_view(self, frame, line);
}

static void survey_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct survey *self = data;
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&head, 1);
    text_draw(frame, head, ui->session.hall_name, STYLE_DIM);
    frame_rule(frame, rect_cut_top(&area, 1));
    foot_view(self, ui, frame, rect_cut_bottom(&area, 1));
    keys_view(self, frame, rect_cut_bottom(&area, 1));
    frame_rule(frame, rect_cut_bottom(&area, 1));
    if (self->stage == ASKING || self->stage == WRITING)
        progress_view(self, frame, rect_cut_bottom(&area, 1));
    if (self->stage == ASKING)
        question_view(self, frame, area);
    else if (self->stage == WRITING)
        words_view(self, frame, area);
    else
        end_view(self, frame, area);
}

static bool typing(const void *data)
{
    return ((const struct survey *)data)->stage == WRITING;
}

/* What a citizen says of the hall is for its reports, not for a recording of the clerk's session. */
static bool secret(const void *data)
{
    (void)data;
    return true;
}

static const char *object(const void *data)
{
    return ((const struct survey *)data)->ticket;
}

const struct screen_ops survey_screen = {.id = SCREEN_SURVEY,
                                         .new = survey_new,
                                         .free = survey_free,
                                         .update = survey_update,
                                         .view = survey_view,
                                         .typing = typing,
                                         .secret = secret,
                                         .object = object,
                                         .handed = true};
