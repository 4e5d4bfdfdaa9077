/* screens/screen.h: what a screen is, what it is told (messages) and what it may ask for (effects).
 *
 * A screen is a struct of its own state and one table of functions. app.c tells it messages; it changes its
 * own state and appends effects; runner.c carries them out and tells what came of it. A screen reads no
 * clock, file, network or other screen. Messages and effects carry JSON documents and ids, never pointers
 * into screens, so that a session can be recorded and drawn again. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/wire/json.h"
#include "screens/action.h"
#include "screens/tr.h"
#include "tui/frame.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/rect.h"

/* --- what every screen may look at --- */
enum link_state {
    LINK_NONE, /* no hall yet, or nobody signed in */
    LINK_CONNECTING,
    LINK_COPYING, /* the first copy of the hall is under way: done of total rows */
    LINK_ONLINE,
    LINK_OFFLINE,
    LINK_EXPIRED, /* records wait for a new sign-in */
    LINK_FROZEN,  /* needs a person */
};
struct link {
    enum link_state state;
    int64_t since_ms, offset_ms, done, total;
    int64_t retry_ms; /* when the hall is tried again by itself, by the hall's clock; 0: now */
    int64_t unsent, unsent_others, disputes, contested; /* contested: disputes that are two decisions */
    int64_t open;          /* tickets that are called, served or held by this clerk */
    int64_t epoch, resent; /* the hall's history, and how many records its last change made unsent again */
    /* Who sits at this clerk's counter, since when; "" nobody. */
    char seat[64], seat_user[64], seat_name[128], seat_at[TIME_TEXT];
    bool seat_lost; /* it was this clerk's before */
    enum err err;   /* why offline, see struct sync_status */
    char text[300]; /* why it is offline or frozen: a whole sentence */
};
struct session {
    bool signed_in;
    char user[UUID_TEXT], login[64], name[128], agency[64];
    unsigned roles;   /* core/model/role.h */
    char counter[64]; /* id of the counter, "" none */
    char counter_name[64];
    char hall_name[128], pack[8];
};
struct ui {
    const struct keymap *keys;
    enum lang lang;
    int64_t now_ms; /* wall time by the hall's clock */
    struct session session;
    struct link link;
    bool practice; /* the hall is the training hall of this computer, where nobody types a password */
    bool training; /* that, or another training hall: drawn on every picture by the app (training_word.h) */
    bool taken;    /* a trainer has this person's counter and works there; keys do nothing here */
    bool column;   /* what a person is asked stands below one another, as it is read (tui/linear.h) */
    bool flash, calm;     /* what rings is seen, too; nothing moves that need not */
    char hall_fault[400]; /* why it could not be opened, a sentence; "" */
};
/* The durability mark of a row's "mark" (queries.h), one cell: ○ ◐ ● !; "" for NULL. A terminal without UTF-8
 * gets the ASCII twins from frame_to_ascii. */
const char *ui_mark(const char *mark);

/* --- messages --- */
enum toast_kind { TOAST_PLAIN, TOAST_GOOD, TOAST_WARN, TOAST_DANGER };
enum msg_kind {
    MSG_ACTION,   /* action: possible here and now, and confirmed when dangerous. ACTION_BACK: close what is
                   * open   inside, else effects_back */
    MSG_KEY,      /* key: bound to no action here, or typed into a field */
    MSG_PASTE,    /* text, with its line ends; never keys */
    MSG_RESIZE,   /* w, h */
    MSG_POINT,    /* seq: index of the item of the screen's sheet that the mouse was pressed on */
    MSG_TICK,     /* a second went by */
    MSG_LOAD,     /* shown for the first time or again, or rows changed: ask for the data that you show */
    MSG_HIDE,     /* about to be covered or freed: put what is typed into the journal */
    MSG_KEEP,     /* put what is typed into the journal, and stay as you are: the workstation is locked */
    MSG_DATA,     /* what, json: the answer to effects_load */
    MSG_SAVED,    /* what: type of the command, seq: saved on this computer; json: {"body" as saved,"data"
                   * predicted}.    MSG_LOAD follows by itself */
    MSG_REFUSED,  /* what: type of the command, code, text: nothing was saved; app.c has shown text already */
    MSG_RESULT,   /* what, seq, json: the hall's answer {"status","data","error"} to a command of this screen;
                   * app.c   has shown a refusal's message already */
    MSG_ANSWERED, /* what: id of the question; text: value or typed text; json: the chosen row or NULL */
    MSG_SIGNED_IN, /* json: {"user","hall","counter","counter_name"}; or code and text, when it was refused */
    MSG_FETCHED, /* what: the path of effects_fetch; json, or text when it failed; both when the hall refused */
    MSG_STATUS, /* ui->link changed; json: its members (state as a number), "practice" and "lock_after_min" */
    MSG_SIGNED_OUT,
    MSG_TOAST,     /* toast, text: the edges have something to say */
    MSG_UNPRINTED, /* json: {"title","text","terminal": it can print}: no print command is set; to no screen */
    MSG_READY, /* seq: the hall's rows are here up to it: the next key that was typed ahead; to no screen */
    MSG_LOCK,  /* json: what an earlier start kept of its lock (lock.h); to no screen, like the next */
    MSG_UNLOCKED, /* the answer to EFFECT_UNLOCK: code and text say why not, when it is not let in */
};
struct msg {
    enum msg_kind kind;
    enum action action;
    enum toast_kind toast;
    struct key key;
    int w, h;
    int64_t now_ms; /* wall time by the hall's clock */
    int64_t seq;
    unsigned to; /* serial of the layer that asked (effect.from); 0: nobody in particular */
    const char *what, *code, *text; /* borrowed for the call, like json */
    const struct json *json;
};

/* --- effects --- */
enum effect_kind {
    EFFECT_LOAD,    /* what, json: args of cache_load */
    EFFECT_COMMAND, /* what: type, json: body; the runner gives case.open its case, case.decide its decision
                     */
    EFFECT_JOURNAL_PUT,  /* what: screen, text: object, json: typed */
    EFFECT_JOURNAL_DROP, /* what: screen, text: object */
    EFFECT_SIGN_IN, /* what: login, text: password; lines behind it, each may be empty or not there: the new one that they
                          * take, a code of the second factor, a second factor that they take, its first code */
    EFFECT_SIGN_OUT,
    EFFECT_UNLOCK, /* what: login, text: as above, NULL in a practice hall: MSG_UNLOCKED, or another's MSG_SIGNED_IN */
    EFFECT_SETTING, /* what: name, text: value: kept for the next start */
    EFFECT_HALL,    /* what: "practice", "setup" or "join"; text: its pack, folder or URL */
    EFFECT_FETCH,   /* what: a path below the hall's URL; text: JSON, which is posted there, NULL: a GET */
    EFFECT_EXPORT,  /* what: "outbox" …, text: file; a toast says what came of it */
    EFFECT_NOTICE,  /* text: file, json: notice_paper.h; a toast says what came of it */
    EFFECT_PIECES, /* what: "begin", text: file; then "add", text, and "end" or "drop": a long text as a file. A toast says
                     * that it is there; MSG_FETCHED with what "file" and text, why it is not */
    EFFECT_PRINT, /* what: its kind (print_text.h), text; json: {"title"}: to a printer; a toast or MSG_UNPRINTED says what
                   * came of it */
    EFFECT_COPY, /* text: to the clipboard */
    EFFECT_BELL,
    EFFECT_RETRY,
    EFFECT_REDRAW,
    EFFECT_SUSPEND,
    EFFECT_QUIT, /* text: the power is cut: nothing more is kept than is, and this is said; NULL: as somebody wants to leave */
    /* Those that app.c carries out itself: */
    EFFECT_OPEN, /* screen, json: args */
    EFFECT_BACK,
    EFFECT_TOAST, /* toast, text */
    EFFECT_ASK,   /* json: the question */
    EFFECT_DO, /* action: as if its key had been pressed; what: ACTION_ATTENTION about that one, NULL: the first */
};
struct effect {
    enum effect_kind kind;
    enum screen_id screen;
    enum toast_kind toast;
    enum action action;
    unsigned from;     /* set by app.c: the layer that asks */
    char *what, *text; /* owned, may be NULL */
    struct json *json; /* owned, may be NULL */
};
struct effects {
    struct effect *items;
    int count, capacity;
};
void effects_deinit(struct effects *effects); /* passwords in it are wiped */

/* All take ownership of the documents handed in. */
void effects_load(struct effects *effects, const char *what, struct json *args);
void effects_command(struct effects *effects, const char *type, struct json *body);
void effects_open(struct effects *effects, enum screen_id screen, struct json *args);
void effects_back(struct effects *effects);
void effects_toast(struct effects *effects, enum toast_kind kind, const char *format, ...) PRINTF(3, 4);
void effects_journal_put(struct effects *effects, const char *screen, const char *object, struct json *typed);
void effects_journal_drop(struct effects *effects, const char *screen, const char *object);
void effects_setting(struct effects *effects, const char *name, const char *value);
void effects_do(struct effects *effects, enum action action);
/* The question about one of the requests that ACTION_ATTENTION answers. */
void effects_attend(struct effects *effects, const char *closure);
void effects_notice(struct effects *effects, const char *path, struct json *paper);
void effects_print(struct effects *effects, const char *kind, const char *title, const char *text);
/* Moves one effect, with what it owns, to the end of effects. */
void effects_move(struct effects *effects, struct effect *effect);
/* Any other kind; what and text are copied and may be NULL. */
void effects_add(struct effects *effects, enum effect_kind kind, const char *what, const char *text);

/* A question in place of the action line; the answer comes as MSG_ANSWERED with its id, Esc takes it back and
 * tells nobody. One of:
 *   choices  a key each; json of the answer is what was handed in as row (may be NULL)
 *   list     many choices: typing filters them, Enter takes one; with ticks Space ticks any number of them, and
 *            the answer has a line each, in the list's order
 *   search   as list, but its rows come from the cache while typing
 *   field    one line of text, Enter takes it; "" is an answer only when the field is optional
 * Build it, then hand it to effects_ask. id stands for the screen; texts are translated already. */
struct json *question_new(const char *id, const char *text);
void question_choice(struct json *question, const char *key, const char *label, const char *value,
                     struct json *row);
void question_item(struct json *question, const char *label, const char *value, struct json *row);
void question_ticks(struct json *question);
void question_tick(struct json *question, const char *value); /* that item is ticked from the start */
void question_field(struct json *question, const char *typed, bool optional);
/* Words that somebody wrote: what Esc leaves stands there when it is asked again. */
void question_keep(struct json *question);
/* A list that is loaded while typing: what is "services" or "persons" (queries.h); json of the answer is the
 * row. */
void question_search(struct json *question, const char *what, const char *typed);
/* One more argument of that query; nothing for an empty value. */
void question_search_for(struct json *question, const char *name, const char *value);
void effects_ask(struct effects *effects, struct json *question);

/* --- a screen --- */
struct screen_ops {
    enum screen_id id;
    void *(*new)(const struct json *args); /* args: borrowed, of effects_open; may be NULL */
    void (*free)(void *self);
    void (*update)(void *self, const struct ui *ui, const struct msg *msg, struct effects *effects);
    /* Draws into area: all but the title line above and the action line below, which app.c draws. Puts the
     * cursor on the focus (frame_cursor). */
    void (*view)(const void *self, const struct ui *ui, struct frame *frame, struct rect area);
    /* NULL: possible; else why not, as a sentence marked with TR (app.c translates it). May be NULL: all are.
     */
    const char *(*enabled)(const void *self, const struct ui *ui, enum action action);
    /* May be NULL: a text field has the focus, so that letters and digits type. */
    bool (*typing)(const void *self);
    /* May be NULL: what is typed now is secret and goes into no recording. */
    bool (*secret)(const void *self);
    /* May be NULL: what is typed now picks from a list of the catalogue, and says nothing about anybody (anonymise.h). */
    bool (*chooses)(const void *self);
    /* May be NULL: the words at the left of the title line, instead of counter and queue. Caller frees. */
    char *(*title)(const void *self, const struct ui *ui);
    /* May be NULL: what tells two of a kind apart, such as a case id: opening it again shows the same one. */
    const char *(*object)(const void *self);
    /* May be NULL: what may be seen of it while nobody sits here, cut from the top of area: numbers and clocks, nothing
     * about people. */
    void (*locked)(const void *self, const struct ui *ui, struct frame *frame, struct rect *area);
    /* The answer to an online command changes what the next key means: keys wait for it (app_ahead.c). */
    bool awaits;
    /* Of one that awaits: it closes by the answer that is hoped for, so the keys are for the screen below it. */
    bool gives_way;
    /* A refusal of its online commands stands on it, for longer than a sentence below: there it is said only that. */
    bool tells_why;
    /* In a citizen's hands: drawn without title, action line and sentences of ours, which wait for the clerk; other
     * screens open and ask nothing over it. The table of actions gives it keys of its own alone. */
    bool handed;
};
/* NULL when this program was built without that screen's file. */
const struct screen_ops *screen_ops(enum screen_id id);
/* The screen that a place_… action goes to; SCREEN_COUNT for other actions. */
enum screen_id screen_place(enum action action);
/* Whether a screen is there on which the action counts and, of a place, the screen it goes to: others are offered
 * nowhere. */
bool action_is_built(enum action action);
