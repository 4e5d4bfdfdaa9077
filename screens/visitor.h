/* screens/visitor.h: in a training hall: who stands at the counter, what they said, what their papers show. State and drawing;
 * the app asks the hall (app_training.c). The hall tells codes (core/demo/talk.h), said here in the clerk's language. */
#pragma once
#include "screens/screen.h"

struct visitor {
    char ticket[64];  /* of whom it tells; "" nobody */
    struct json *who; /* of GET /v1/training/visitor; NULL: not here yet */
    struct json
        *told; /* [{"question": names,"code","args","shows"}], the newest first; NULL: nothing was asked */
    bool away; /* hidden by a key */
};
void visitor_forget(struct visitor *visitor);
void visitor_turn_to(struct visitor *visitor, const char *ticket); /* another's: what was said before goes */
void visitor_take(struct visitor *visitor, const struct json *told);
/* An answer to a question of the list; true: there is one. The same question again takes its place. */
bool visitor_take_answer(struct visitor *visitor, const char *question, const struct json *answer);
bool visitor_is_here(const struct visitor *visitor);
/* A list of what may be asked; NULL: nothing. */
struct json *visitor_question(const struct visitor *visitor, const struct ui *ui);
/* What somebody said, as a sentence in the clerk's language. The caller frees. */
char *visitor_sentence(const struct ui *ui, const struct json *said);
/* How many rows it would take at that width. */
int visitor_rows(const struct visitor *visitor, const struct ui *ui, int w);
void visitor_view(const struct visitor *visitor, const struct ui *ui, struct frame *frame, struct rect area);
