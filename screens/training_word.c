/* screens/training_word.c: see training_word.h. */
#include "screens/training_word.h"

#include <stdlib.h>
#include <string.h>

#include "screens/tr.h"
#include "tui/text.h"

const char *training_word(enum lang lang)
{
    return tr(lang, TR("TRAINING"));
}

static int block_w(enum lang lang)
{
    return text_width(training_word(lang)) + 2;
}

struct rect training_place(enum lang lang, bool at_start, struct rect *line)
{
    struct rect place = at_start ? rect_cut_left(line, block_w(lang)) : rect_cut_right(line, block_w(lang));
    if (at_start)
        rect_cut_left(line, 1);
    else
        rect_cut_right(line, 1);
    return place;
}

void training_draw(enum lang lang, struct frame *frame, struct rect place)
{
    enum { LOOK = STYLE_TRAINING | ATTR_BOLD | ATTR_REVERSE };
    frame_fill(frame, place, " ", LOOK);
    text_draw_as(frame, place, training_word(lang), LOOK, TEXT_CENTRE);
}

void training_in_rule(enum lang lang, struct frame *frame, struct rect rule)
{
    enum { END = 2 };
    if (rule.w < 2 * block_w(lang))
        return;
    rect_cut_right(&rule, END);
    training_draw(lang, frame, rect_cut_right(&rule, block_w(lang)));
}

/* --- papers --- */

/* In whatever language its reader has. */
static bool says_so(const char *text)
{
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (str_starts(text, training_word((enum lang)lang)))
            return true;
    return false;
}

void training_text(enum lang lang, const char *text, struct buf *out)
{
    const char *word = training_word(lang);
    size_t length = strlen(text);
    buf_addf(out, "%s\n\n%s%s\n%s\n", word, text, length && text[length - 1] == '\n' ? "" : "\n", word);
}

/* One line above a table, which another program may read. */
static void mark_text(enum lang lang, const char *path, struct json *paper)
{
    struct buf out = {0};
    const char *text = json_text_or(paper, "text", ""), *ending = path ? strrchr(path, '.') : NULL;
    if (says_so(text))
        return;
    if (str_equal(ending, ".csv"))
        buf_addf(&out, "%s\n%s", training_word(lang), text);
    else
        training_text(lang, text, &out);
    json_set_text(paper, "text", buf_text(&out));
    buf_free(&out);
}

static void mark_paper(enum lang lang, const char *path, struct json *paper)
{
    const char *hall = json_text_or(paper, "hall", "");
    lang_find(json_text_or(paper, "lang", ""), &lang);
    mark_text(lang, path, paper);
    if (says_so(hall))
        return;
    char *head = xasprintf("%s%s%s", training_word(lang), *hall ? " · " : "", hall);
    json_set_text(paper, "hall", head);
    free(head);
}

void training_paper(enum lang lang, struct json *paper)
{
    mark_paper(lang, NULL, paper);
}

static void mark_print(enum lang lang, struct effect *effect)
{
    struct buf out = {0};
    if (says_so(effect->text ? effect->text : ""))
        return;
    training_text(lang, effect->text ? effect->text : "", &out);
    free(effect->text);
    effect->text = buf_take(&out);
}

void training_mark(enum lang lang, struct effect *effect)
{
    if (effect->kind == EFFECT_NOTICE && effect->json)
        mark_paper(lang, effect->text, effect->json);
    else if (effect->kind == EFFECT_PRINT)
        mark_print(lang, effect);
}
