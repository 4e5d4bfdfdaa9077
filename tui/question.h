/* tui/question.h: the action line that turns into a sentence before something dangerous:
 *     Refuse this application?  y refuse · Esc back
 * One key goes on; it is never Enter and never the key that opened the question, so that no reflex confirms.
 * Esc goes back. Every other key does neither. Pure state. */
#pragma once
#include "tui/frame.h"
#include "tui/key.h"

struct question {
    bool open;
    char text[200], verb[60], back[40];
    struct key yes;
};
enum question_step { QUESTION_NONE, QUESTION_WAITS, QUESTION_CONFIRMED, QUESTION_CANCELLED };

/* The key is y, or k where y opened it. back is the word beside Esc ("back"). Texts that are too long are
 * cut. */
void question_open(struct question *question, const char *text, const char *verb, const char *back,
                   struct key opened_by);
void question_close(struct question *question);
/* QUESTION_NONE: no question is open. QUESTION_WAITS: the key did nothing. Otherwise it is closed. */
enum question_step question_key(struct question *question, struct key key);
void question_draw(const struct question *question, struct frame *frame, struct rect area);
