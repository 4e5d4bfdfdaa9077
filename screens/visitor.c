/* screens/visitor.c: see visitor.h. */
#include "screens/visitor.h"

#include <stdlib.h>
#include <string.h>

#include "screens/show.h"
#include "screens/told.h"
#include "tui/text.h"

enum { TOLD_MAX = 40 };

/* --- state --- */

void visitor_forget(struct visitor *visitor)
{
    json_free(&visitor->who);
    json_free(&visitor->told);
    *visitor = (struct visitor){.away = visitor->away};
}

void visitor_turn_to(struct visitor *visitor, const char *ticket)
{
    if (str_equal(visitor->ticket, ticket))
        return;
    visitor_forget(visitor);
    str_copy(visitor->ticket, sizeof visitor->ticket, ticket ? ticket : "");
}

void visitor_take(struct visitor *visitor, const struct json *told)
{
    json_free(&visitor->who);
    visitor->who = json_is_object(told) ? json_copy(told) : NULL;
}

bool visitor_is_here(const struct visitor *visitor)
{
    return str_equal(json_text(visitor->who, "here"), "here");
}

static const struct json *question_of(const struct visitor *visitor, const char *id)
{
    for (const struct json *one = json_first(json_get(visitor->who, "questions")); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), id))
            return one;
    return NULL;
}

bool visitor_take_answer(struct visitor *visitor, const char *question, const struct json *answer)
{
    const struct json *label = json_get(question_of(visitor, question), "label");
    struct json *now, *all;
    if (!json_text(answer, "code"))
        return false;
    now = json_copy(answer);
    json_set_text(now, "id", question);
    if (label)
        json_set(now, "question", json_copy(label));
    all = json_new_array();
    json_add(all, now);
    for (const struct json *one = json_first(visitor->told); one && json_count(all) < TOLD_MAX;
         one = json_next(one))
        if (!str_equal(json_text(one, "id"), question))
            json_add(all, json_copy(one));
    json_free(&visitor->told);
    visitor->told = all;
    return true;
}

struct json *visitor_question(const struct visitor *visitor, const struct ui *ui)
{
    const struct json *questions = json_get(visitor->who, "questions");
    if (!json_count(questions))
        return NULL;
    struct json *question = question_new("talk", tr(ui->lang, TR("Ask the person at the counter:")));
    for (const struct json *one = json_first(questions); one; one = json_next(one))
        question_item(question, show_name(ui, json_get(one, "label")), json_text_or(one, "id", ""), NULL);
    return question;
}

/* --- words --- */

/* Those of core/demo/talk.h, which the hall tells. */
static const struct told_text sentences[] = {
    {"greeting", TR("Good day. I have come for: {service}.")},
    {"angry_greeting", TR("At last! I have waited long enough. {service}, please.")},
    {"confused_greeting", TR("Am I right here? It is about … {service}, I think.")},
    {"here", TR("Here it is: {paper}.")},
    {"angry_here", TR("Again a paper! There: {paper}.")},
    {"confused_here", TR("Wait … is it this one? {paper}.")},
    {"at_home", TR("I have left it at home: {paper}.")},
    {"angry_at_home", TR("It is at home, nobody told me to bring it: {paper}.")},
    {"never_had", TR("I have never had it: {paper}.")},
    {"told", TR("I will tell you.")},
    {"angry_told", TR("I have written all that already!")},
    {"come_for", TR("I have come for: {service}. I ask in my own name.")},
    {"angry_come_for", TR("I have said it already: {service}. For whom? For myself!")},
    {"nothing_more", TR("There is nothing to tell about that.")},
    {"for_another", TR("It is for my neighbour. No, there is no power of attorney.")},
    {"elsewhere", TR("Another office is deciding about the same matter already.")},
    {"calmed", TR("Thank you for saying so. Let us go on.")},
    {"with", TR("With them: {who}.")},
    {NULL, NULL},
};

char *visitor_sentence(const struct ui *ui, const struct json *said)
{
    struct buf text = {0};
    told_add(ui, sentences, json_text_or(said, "code", ""), json_get(said, "args"), &text);
    return buf_take(&text);
}

/* --- drawing --- */

/* Draws while there is a frame; else counts. */
struct pen {
    const struct ui *ui;
    struct frame *frame;
    struct rect area;
    int rows;
};

static void line(struct pen *pen, const char *text, unsigned look)
{
    int rows = pen->frame ? text_draw_wrapped(pen->frame, pen->area, text, look, 0)
                          : text_wrap(text, pen->area.w, NULL, 0);
    rect_cut_top(&pen->area, rows);
    pen->rows += rows;
}

static void seen_line(struct pen *pen, const struct json *seen)
{
    char *text = visitor_sentence(pen->ui, seen);
    line(pen, text, STYLE_DIM);
    free(text);
}

static void said_line(struct pen *pen, const struct json *said, unsigned look)
{
    char *text = visitor_sentence(pen->ui, said), *quoted = xasprintf("“%s”", text);
    line(pen, quoted, look);
    free(quoted);
    free(text);
}

static const char *value_of(const struct ui *ui, const struct json *value)
{
    return json_is_object(value) ? show_name(ui, value) : json_is_text(value) ? json_as_text(value) : "";
}

static void shown_line(struct pen *pen, const struct json *one)
{
    char *text = xasprintf("  %s: %s", show_name(pen->ui, json_get(one, "label")),
                           value_of(pen->ui, json_get(one, "value")));
    line(pen, text, STYLE_TEXT);
    free(text);
}

static void told_part(struct pen *pen, const struct json *one, bool newest)
{
    line(pen, show_name(pen->ui, json_get(one, "question")), STYLE_DIM);
    said_line(pen, one, newest ? STYLE_TEXT | ATTR_BOLD : STYLE_TEXT);
    for (const struct json *shown = json_first(json_get(one, "shows")); shown; shown = json_next(shown))
        shown_line(pen, shown);
}

static void draw(const struct visitor *visitor, struct pen *pen)
{
    static const struct {
        const char *here, *text;
    } words[] = {{"coming", TR("is coming to the counter")},
                 {"here", TR("stands at the counter")},
                 {"nobody", TR("nobody is at the counter")}};
    const char *here = json_text_or(visitor->who, "here", "");
    const char *text = tr(pen->ui->lang, TR("The hall is asked who stands there…"));
    char *whole = NULL;
    const struct json *says = json_get(visitor->who, "says");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(words[i].here, here))
            text = tr(pen->ui->lang, words[i].text);
    const char *number = json_text_or(visitor->who, "number", "");
    if (*number && strcmp(here, "nobody") != 0)
        text = whole = xasprintf("%s %s", number, text);
    line(pen, text, visitor_is_here(visitor) ? STYLE_ACCENT | ATTR_BOLD : STYLE_DIM);
    free(whole);
    if (json_count(visitor->told)) /* what was asked last is read first */
        for (const struct json *one = json_first(visitor->told); one; one = json_next(one))
            told_part(pen, one, one == json_first(visitor->told));
    for (const struct json *seen = json_first(says); seen; seen = json_next(seen))
        if (str_equal(json_text(seen, "by"), "hall"))
            seen_line(pen, seen);
    for (size_t i = json_count(says); i > 0; i--)
        if (str_equal(json_text(json_at(says, i - 1), "by"), "citizen"))
            said_line(pen, json_at(says, i - 1), STYLE_TEXT);
}

int visitor_rows(const struct visitor *visitor, const struct ui *ui, int w)
{
    struct pen pen = {.ui = ui, .area = {0, 0, w, 0}};
    draw(visitor, &pen);
    return pen.rows;
}

void visitor_view(const struct visitor *visitor, const struct ui *ui, struct frame *frame, struct rect area)
{
    struct pen pen = {.ui = ui, .frame = frame, .area = area};
    draw(visitor, &pen);
}
