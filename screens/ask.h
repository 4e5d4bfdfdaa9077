/* screens/ask.h: one question in place of the action line: choices by key, a list to filter, a line of text.
 * Pure state; built from the document that effects_ask carries (screen.h). */
#pragma once
#include "screens/screen.h"

struct ask;

enum ask_step {
    ASK_OPEN,
    ASK_ANSWERED,
    ASK_CANCELLED,
    ASK_SEARCH
}; /* ASK_SEARCH: load ask_search_what again */

/* Takes ownership of question. */
struct ask *ask_new(struct json *question);
void ask_free(struct ask **ask);
enum ask_step ask_key(struct ask *ask, struct key key);
void ask_paste(struct ask *ask, const char *text);

const char *ask_id(const struct ask *ask);
/* After ASK_ANSWERED: the value (or typed text), and the row that came with the choice, or NULL. */
const char *ask_text(const struct ask *ask);
const struct json *ask_row(const struct ask *ask);

bool ask_keeps(const struct ask *ask);        /* what is typed is kept until it is saved */
const char *ask_given(const struct ask *ask); /* what stood in its field when it was asked */

/* What a letter does: enum app_types (app.h) without its name. */
bool ask_types(const struct ask *ask);              /* it is typed, and not the key of an answer */
bool ask_chooses(const struct ask *ask);            /* … to find one of a list of the catalogue's */
const char *ask_search_what(const struct ask *ask); /* NULL: no search */
struct json *ask_search_args(const struct ask *ask, const struct ui *ui);
void ask_data(struct ask *ask, const struct ui *ui, const struct json *answer);

int ask_lines(const struct ask *ask, int w); /* how many lines it wants at the bottom */
void ask_view(const struct ask *ask, const struct ui *ui, struct frame *frame, struct rect area);
