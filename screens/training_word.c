/* screens/training_word.c: see training_word.h. */
#include "screens/training_word.h"

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
