/* tui/question.c: the action line as a sentence: see question.h. Knows nothing of what is asked. */
#include "tui/question.h"

#include <string.h>

#include "tui/text.h"

/* Copies whole characters as far as there is room. */
static void keep(char *to, size_t capacity, const char *text)
{
    size_t at = 0, used;
    for (size_t length = text ? strlen(text) : 0; at < length; at += used) {
        used = text_grapheme(text + at, length - at, NULL);
        if (at + used >= capacity)
            break;
    }
    if (at)
        memcpy(to, text, at);
    to[at] = '\0';
}

void question_open(struct question *question, const char *text, const char *verb, const char *back,
                   struct key opened_by)
{
    *question = (struct question){.open = true, .yes = key_typed(opened_by.code == 'y' ? 'k' : 'y')};
    keep(question->text, sizeof question->text, text);
    keep(question->verb, sizeof question->verb, verb);
    keep(question->back, sizeof question->back, back);
}

void question_close(struct question *question)
{
    question->open = false;
}

enum question_step question_key(struct question *question, struct key key)
{
    if (!question->open)
        return QUESTION_NONE;
    bool yes = key_equal(key, question->yes);
    if (!yes && !key_is(key, "Esc"))
        return QUESTION_WAITS;
    question->open = false;
    return yes ? QUESTION_CONFIRMED : QUESTION_CANCELLED;
}

void question_draw(const struct question *question, struct frame *frame, struct rect area)
{
    struct rect row = rect_row(area, 0), start = row;
    if (!question->open || rect_empty(row))
        return;
    char name[KEY_NAME];
    frame_blank(frame, row, STYLE_BAR);
    rect_cut_left(&row, 1);
    /* The keys must stay in sight: what is too long is the sentence. */
    int keys = 1 + 1 + text_width(question->verb) + 3 + 3 + 1 + text_width(question->back);
    int room = row.w - keys - 2;
    struct rect sentence = rect_cut_left(&row, room > 8 ? room : 8);
    int used = text_draw(frame, sentence, question->text, STYLE_BAR | ATTR_BOLD);
    row.x = sentence.x + used;
    row.w = start.x + start.w - row.x;
    rect_cut_left(&row, 2);
    rect_cut_left(&row, text_draw(frame, row, key_label(question->yes, name), STYLE_BAR | ATTR_BOLD));
    rect_cut_left(&row, 1);
    rect_cut_left(&row, text_draw(frame, row, question->verb, STYLE_BAR));
    rect_cut_left(&row, text_draw(frame, row, " · ", STYLE_BAR));
    rect_cut_left(&row, text_draw(frame, row, "Esc", STYLE_BAR | ATTR_BOLD));
    rect_cut_left(&row, 1);
    text_draw(frame, row, question->back, STYLE_BAR);
    frame_cursor(frame, sentence.x + (used > 0 ? used : 0), start.y);
}
