/* screens/trainer.h: the trainer's screen from within: its state. Shared by trainer_screen.c (keys and what is asked of the
 * hall), trainer_lists.c (scenarios, moments, trouble, score, results), trainer_words.c (codes in the reader's language) and
 * trainer_view.c (drawing).
 *
 * Who is trained and how the day stands are rows of the workstation's own copy (the queries "training" and "floor"); each act is
 * asked of the hall at once (POST /v1/training) and is never an unsent record. */
#pragma once
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/list.h"

enum trainer_page {
    TRAINER_DAY,
    TRAINER_SCENARIOS,
    TRAINER_MOMENTS,
    TRAINER_SCORE,
    TRAINER_RESULTS,
    TRAINER_PAGES
};

struct trainer {
    struct json
        *data; /* of "training": {"hall": row|null,"rows":[row of each trainee]}; NULL: not here yet */
    struct json *floor; /* of "floor"; NULL */
    enum trainer_page page;
    struct json *answers[TRAINER_PAGES]; /* what the hall told for a page; NULL: not here yet */
    struct list lists[TRAINER_PAGES];
    struct json *people; /* the rows of trainees, in the order that is shown: by counter, then by name */
    char chosen[64];     /* the user at the cursor, "" none */
    char scored[64];     /* whose score is shown */
    char asked
        [200]; /* the path that the hall is asked, with what is done there: "/v1/training rewind"; "" nothing */
    char about[160];                    /* of whom, or what */
    char wanted[200];                   /* the path of a page that is asked beside it; "" nothing */
    char fault[SHOW_REFUSED], code[40]; /* why that page is not here; with a code in the hall's own words */
    struct json *step;                  /* an act that questions put together; NULL: none */
    char *certificate;                  /* its text, until it is known where it goes; NULL */
    int pace;                           /* of before a pause */
    int64_t loaded_ms;                  /* when the rows were read last */
    bool stale;                         /* they have changed since */
};

/* --- trainer_screen.c --- */
const struct json *trainer_hall(const struct trainer *self);   /* the day that is played; NULL: none */
const struct json *trainer_chosen(const struct trainer *self); /* the trainee at the cursor; NULL: none */
const struct json *trainer_of(const struct trainer *self, const char *user); /* NULL: nobody */
bool trainer_is_reached(const struct ui *ui);
/* The line at the cursor of a page that the hall told; NULL: none. */
const struct json *trainer_line(const struct trainer *self);
/* Asks the hall to do it; request is taken over. about: of whom or what, for the sentence afterwards. */
void trainer_ask(struct trainer *self, const struct ui *ui, struct json *request, const char *about,
                 struct effects *effects);
struct json *trainer_act(const char *what); /* {"do":what} */

/* --- trainer_lists.c --- */
void trainer_open(struct trainer *self, const struct ui *ui, enum trainer_page page, struct effects *effects);
/* True: it was the answer to what a page had asked. */
bool trainer_page_fetched(struct trainer *self, const struct msg *msg);
void trainer_ask_begin(struct trainer *self, const struct ui *ui, struct effects *effects);
void trainer_ask_rewind(struct trainer *self, const struct ui *ui, struct effects *effects);
void trainer_ask_trouble(const struct ui *ui, struct effects *effects);
/* True: the question was one of these. */
bool trainer_answered(struct trainer *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects);
void trainer_ask_file(const struct trainer *self, const struct ui *ui, struct effects *effects);

/* --- trainer_words.c --- */
const char *trainer_doing(const struct ui *ui, const struct json *row, char out[SHOW_TEXT]);
const char *trainer_better(const struct ui *ui, const struct json *row,
                           char out[SHOW_TEXT]); /* "" nothing better */
const char *trainer_rule(const struct ui *ui,
                         const char *rule); /* what a line of the score is about, in a word or three */
/* A line of the score as a sentence; the caller frees. */
char *trainer_score_text(const struct ui *ui, const struct json *line);
/* "09:40" of a moment, whether the hall tells it so or with its day. */
const char *trainer_clock(const char *at, char out[SHOW_TEXT]);
const char *trainer_pace(const struct ui *ui, const struct json *hall,
                         char out[SHOW_TEXT]); /* "×5", "paused" */

/* --- trainer_view.c --- */
void trainer_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area);
char *trainer_title(const void *data, const struct ui *ui); /* the caller frees */
