/* screens/app_state.h: the app's state, shared by its files alone: app.c (who is told what), app_keys.c (what
 * a key means), app_ahead.c (keys that wait for the hall), app_lock.c (nobody sits here), app_view.c (drawing). */
#pragma once
#include "screens/app.h"
#include "screens/ask.h"
#include "screens/lock.h"
#include "screens/tour.h"
#include "screens/visitor.h"
#include "tui/help.h"
#include "tui/palette.h"
#include "tui/toast.h"

enum {
    LAYERS_MAX = 16, /* screens kept open; the oldest goes when one more is opened */
    PENDING_MAX = 64,
    AHEAD_MAX = 64, /* keys that wait: a number read by a scanner among them */
    AHEAD_NAMES = 200,
    RECENT_MAX = 8,
    TOAST_MS = 8000,       /* a sentence of 20 words is read in half of it */
    ASK_SERIAL = ~0U,      /* "to" of what a searching question loads */
    KEPT_SERIAL = ~0U - 1, /* of the words in the journal */
    TRAINING_SERIAL =
        ~0U - 3,           /* of this person's row in a training hall, and of whoever stands at the counter */
    TOUR_SERIAL = ~0U - 2, /* of where the tour was */
};
#define TOAST_WAITS INT64_MAX       /* until the clerk has the keyboard again */
#define TOAST_BEATS (INT64_MAX - 2) /* as many seconds as were ticked: a training hall's clock leaps */
#define TOAST_STAYS (INT64_MAX - 1) /* a fault: until a key, whoever went away finds it */

struct layer {
    const struct screen_ops *ops;
    void *self;
    unsigned serial;
};
/* A command under way, so that the hall's answer finds the screen that sent it. */
struct pending {
    int64_t seq;
    unsigned to;
    unsigned turn; /* of the waiting that it belongs to; 0: nobody waits for it */
    char type[32]; /* "" free */
};
/* Whose answer keys wait for: one or more online commands of the screen on top. */
struct waiting {
    unsigned to;    /* the layer that asked; 0: nobody waits */
    unsigned turn;  /* tells it from those before, whose answers may be late */
    int asked;      /* commands without an answer */
    int64_t rev;    /* up to here the hall's rows must be here before a key makes sense */
    bool gives_way; /* the layer closes by the answer: keys are for the one below */
    struct key key; /* the one that asked */
};
struct ahead {
    struct key key;
    char *text; /* what was pasted; NULL: a key */
};
/* Of a training hall (app_training.c). */
struct app_training {
    bool powered; /* since this person signed in here the power was there */
    struct json *
        mine; /* of the query "training": this person's row, or that of whoever's counter a trainer has here; NULL:
                           none, or not here yet */
    struct json *visit; /* the ticket of that row, as far as it is known; NULL: none */
    char hint_read[TIME_TEXT];
    int dropped; /* keys, while everything stands */
    struct visitor visitor;
    char asked[120]; /* who stands at the counter, under way; "" nothing */
    int64_t asked_ms;
    char question[120]; /* the last one that was asked */
    bool below;         /* on a narrow screen the talk is shown */
};
/* Keys of the visit at the counter (app_strokes.c). */
struct strokes {
    char ticket[64]; /* "" nobody was called */
    int count, kept; /* kept: as many as the journal has */
};
struct app {
    struct ui ui;
    int w, h;
    struct layer layers[LAYERS_MAX]; /* the last one is shown */
    int layer_count;
    unsigned serial;
    struct pending pending[PENDING_MAX];
    unsigned pending_next;
    struct waiting waiting;
    unsigned turns;
    struct ahead ahead[AHEAD_MAX]; /* typed meanwhile, in order */
    int ahead_count;
    struct key key; /* under way in this update; code K_NONE: none */
    bool
        signing_in; /* the hall is asked who this is; nothing that is typed then is kept: it may be a password */
    bool typed_ahead; /* and something was */
    struct toast toast;
    bool toast_stays;      /* a fault that nobody's key brought */
    int toast_beats;       /* ticks until it goes, of TOAST_BEATS */
    int64_t toast_read_ms; /* … and was there long enough to be read */
    struct lock *lock;     /* NULL: somebody sits here */
    int lock_after_min;    /* 0: never by itself */
    int idle_s;            /* ticks since the last key or text: no clock, since that may be turned */
    struct ask *ask;       /* NULL: no question is open */
    unsigned ask_from;     /* the layer that asked; 0: the app itself */
    struct json *notices;  /* of the last status: calls, requests, alarms (app_notice.c); NULL: none */
    struct json *alert;    /* a call or an answer that is being put together; NULL: none */
    struct json *heeded;   /* ids of calls that this clerk knows of; NULL: none */
    int closure_at;        /* which request is being answered */
    struct app_training training;
    struct strokes strokes;
    int rung; /* alarms that have rung */
    int64_t rung_ms, flash_ms;
    int64_t alert_ms;       /* since when the hall is asked to call everyone; 0: it answered */
    struct json *kept;      /* {"USER QUESTION OBJECT":{"text","answered"}}: words that are not saved yet */
    struct json *unprinted; /* waits for where to put it: of MSG_UNPRINTED; NULL: nothing */
    enum action danger;     /* waits for the answer to the app's own question */
    bool help_open, palette_open;
    struct help help;
    struct palette palette;
    enum action
        offered[ACTION_COUNT]; /* by the palette that is open, in the order in which equal fits stand */
    int offered_count;
    enum action
        recent[RECENT_MAX]; /* chosen there in this session, the last one first; ACTION_NONE ends them */
    enum action then;       /* to be done when the rows of then_to are here; ACTION_NONE: nothing */
    unsigned then_to;
    struct tour tour;
    char tour_kept[TOUR_KEPT];  /* as it was kept last */
    bool tour_asked;            /* the station was asked where it was */
    bool tour_offer;            /* the question whether to begin is to be asked */
    enum screen_id tour_screen; /* the one on top when it was told last */
    int told_w, told_h;         /* the room that screens were told of */
    char *words[ACTION_COUNT];  /* an action's label and help in every language, for the palette */
    char keys[ACTION_COUNT][KEY_NAME];
};

struct layer *app_top(struct app *app);
const struct layer *app_shown(const struct app *app); /* NULL: no screen yet */
void app_push(struct app *app, enum screen_id screen, const struct json *args, struct effects *effects);
void app_toast(struct app *app, enum toast_kind kind, const char *text);
void app_toast_begin(struct app *app); /* it is before the clerk from now on */
void app_toast_key(struct app *app);   /* a key takes a fault away, not before it could be read */
void app_ask_search(struct app *app, struct effects *effects);
void app_tell_top(struct app *app, const struct msg *msg, struct effects *effects);
void app_answer(struct app *app, const struct msg *msg,
                struct effects *effects); /* to the layer that asked */
enum screen_id app_home(const struct app *app);
bool app_handed(const struct app *app); /* the screen on top is in a citizen's hands */

/* app_print.c: what no printer took. True: the question was one of these. */
void app_unprinted(struct app *app, const struct json *json, struct effects *effects);
bool app_unprinted_answered(struct app *app, const char *id, const char *text, struct effects *effects);

/* app_kept.c: words that were typed into a question, until the command is saved that they were for. */
/* Those of the question that is open: here, and in the journal when they are others than before. */
void app_keep(struct app *app, bool answered, struct effects *effects);
/* Puts what was kept into a question before it is asked. */
void app_kept_into(const struct app *app, unsigned from, struct json *question);
void app_kept_saved(struct app *app, struct effects *effects); /* a command: what was answered is in it */
void app_kept_refused(struct app *app);                        /* it is not, and nothing of it is lost */
/* After a sign-in: what an earlier run of the program had left in the journal. */
void app_kept_load(struct effects *effects);
void app_kept_recover(struct app *app, const struct json *rows, struct effects *effects);

/* app_notice.c */
void app_notice_status(struct app *app, const struct json *status, struct effects *effects);
void app_notice_tick(struct app *app, struct effects *effects);
void app_notice_ring(struct app *app, struct effects *effects); /* heard, seen or both, as was chosen */
void app_notice_forget(struct app *app);
/* Draws the rule below the title, with what is to be heard in it. */
void app_notice_view(const struct app *app, int64_t now_ms, struct frame *frame, struct rect line);
/* Over a screen that a citizen has in hand: that something rings for the clerk; else the line stays as it is. */
void app_notice_handed_view(const struct app *app, int64_t now_ms, struct frame *frame, struct rect line);
void app_alert(struct app *app, struct effects *effects);  /* asks what everyone is called for */
void app_attend(struct app *app, struct effects *effects); /* what needs attention */
void app_attend_to(struct app *app, const char *closure, struct effects *effects); /* that request */
bool app_has_closures(const struct app *app); /* a supervisor is asked to let a counter close */
/* The answer to a question of these; false: it is of something else. */
bool app_notice_answered(struct app *app, const struct msg *msg, struct effects *effects);
void app_notice_refused(struct app *app, const char *type);
void app_notice_heard(struct app *app, const char *type, const struct json *result);

/* app_moves.c: what a supervisor moved of this clerk's. */
int app_moves_count(const struct app *app); /* how much of it is not read yet */
void app_moves_text(const struct app *app, struct buf *out);
bool app_moves_attend(struct app *app, struct effects *effects); /* false: there is nothing */
bool app_moves_answered(struct app *app, const struct msg *msg, struct effects *effects);
void app_moves_heard(struct app *app, const char *type, const struct json *result, struct effects *effects);

/* app_keys.c */
void app_key(struct app *app, struct key key, struct effects *effects);
void app_paste(struct app *app, const struct msg *msg, struct effects *effects);
/* The same for one whose turn has come: it waits for nothing. */
void app_take_key(struct app *app, struct key key, struct effects *effects);
void app_take_paste(struct app *app, const struct msg *msg, struct effects *effects);
void app_point(struct app *app, const struct msg *msg, struct effects *effects);
void app_do(struct app *app, enum action action, struct effects *effects);
/* Where an action's key counts: the bit of the screen on top. */
unsigned app_context(const struct app *app);
int app_help_actions(const struct app *app, enum action out[ACTION_COUNT]); /* those of the screen on top */

/* app_lock.c */
/* kept: of a lock that an earlier start had (lock.h), or NULL. */
void app_lock(struct app *app, const struct json *kept, struct effects *effects);
void app_unlock(struct app *app, struct effects *effects);
void app_lock_tick(struct app *app, struct effects *effects);
/* True: it is locked, and the key or text went no further. */
bool app_lock_key(struct app *app, struct key key, struct effects *effects);
bool app_lock_paste(struct app *app, const char *text, struct effects *effects);
void app_lock_answered(struct app *app, const struct msg *msg, struct effects *effects); /* MSG_UNLOCKED */
void app_lock_view(const struct app *app, struct frame *frame, struct rect area, struct rect bottom);

/* app_ahead.c */
/* A command goes out: an online one of the screen on top makes keys wait. */
void app_wait_for(struct app *app, const struct effect *command);
/* The turn of the waiting that a message about a command belongs to; 0: none. */
unsigned app_awaited(const struct app *app, const struct msg *msg);
/* One of them is answered; rev: of the hall's answer. */
void app_heard(struct app *app, unsigned turn, int64_t rev);
bool app_waits(const struct app *app);
/* True: it waits now, or it took back those that do. */
bool app_ahead_key(struct app *app, struct key key);
bool app_ahead_paste(struct app *app, const char *text);
const char *app_ahead_names(const struct app *app, char out[AHEAD_NAMES]); /* "s f 1"; returns out */
/* Nothing waits any more; what did is named after why, a whole sentence or "". */
void app_ahead_drop(struct app *app, enum toast_kind kind, const char *why);
void app_ahead_forget(struct app *app); /* without a word */
void app_go_on(struct app *app, int64_t rev, struct effects *effects);

bool app_may_go(const struct app *app, enum screen_id place);

/* app_tour.c */
bool app_is_tour(enum action action);
const char *app_tour_why_not(const struct app *app, enum action action); /* a sentence marked with TR */
void app_tour_do(struct app *app, enum action action);
void app_tour_did(struct app *app, enum action action);
/* result: the hall's answer, NULL: it is saved here. */
void app_tour_saved(struct app *app, const char *type, const struct json *result);
void app_tour_read(struct app *app, const struct json *settings);
bool app_tour_answered(struct app *app, const char *id,
                       const char *text); /* false: the question was another's */
/* After each message, when all that it brought is carried out. */
void app_tour_follow(struct app *app, const struct msg *msg, struct effects *effects);
void app_tour_room(const struct app *app, int *w, int *h); /* what it leaves of the terminal */
/* Draws what it says, and takes the room for that from area. */
void app_tour_view(const struct app *app, struct frame *frame, struct rect *area);

/* app_training.c */
void app_training_load(struct app *app, struct effects *effects);
void app_training_take(struct app *app, const struct json *answer, struct effects *effects);
void app_training_fetched(struct app *app, const struct msg *msg);
void app_training_tick(struct app *app, struct effects *effects);
void app_training_forget(struct app *app);
bool app_is_held(const struct app *app); /* a trainer has stopped everything here, or has the counter */
bool app_training_key(struct app *app, struct key key,
                      struct effects *effects); /* true: it went no further */
void app_held_view(const struct app *app, struct frame *frame, struct rect line);
/* Who is at this counter while a trainer has it, and how it stands with them: taken from the top of area. */
void app_taken_view(const struct app *app, struct frame *frame, struct rect *area);
/* What stands in the rule below the title before all else; false: nothing. *key ACTION_NONE: no key is about it. */
bool app_training_notice(const struct app *app, struct buf *text, unsigned *look, enum action *key);
bool app_training_has_hint(const struct app *app);
bool app_training_attend(struct app *app, struct effects *effects); /* false: there is no hint */
bool app_training_answered(struct app *app, const struct msg *msg, struct effects *effects);
bool app_is_of_training(const struct app *app, enum action action); /* of a training hall, and this is none */
const char *app_talk_why_not(const struct app *app, enum action action); /* marked with TR */
void app_talk_do(struct app *app, enum action action, struct effects *effects);
void app_talk_room(const struct app *app, int *w); /* what it leaves of the columns */
void app_talk_view(const struct app *app, struct frame *frame, struct rect *area);

/* app_strokes.c: all of it only in a training hall */
void app_strokes_count(struct app *app); /* a key, or a paste */
void app_strokes_into(const struct app *app,
                      struct effect *command); /* puts "keys" into one that ends a visit */
void app_strokes_saved(struct app *app, const char *type, const struct json *body, struct effects *effects);
void app_strokes_heard(struct app *app, const char *type, const struct json *result);
void app_strokes_tick(struct app *app, struct effects *effects);
void app_strokes_recover(struct app *app, const struct json *rows); /* of the journal */

/* app_palette.c */
void app_palette_open(struct app *app);
void app_palette_key(struct app *app, struct key key, struct effects *effects);
void app_palette_paste(struct app *app, const char *text);
void app_palette_view(const struct app *app, struct frame *frame, struct rect area);
/* Rows came for a screen: what was chosen for it is done. */
void app_palette_arrived(struct app *app, unsigned to, struct effects *effects);
