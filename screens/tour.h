/* screens/tour.h: the guided tour as a pure engine: (state, message, scene) → state, and what is said now. The steps are
 * the table tour.def. Knows no screen's inside: what is possible is asked of the scene, so that no sentence is said of what
 * is not so. It takes no key and no clock: time is ticks of a second. */
#pragma once
#include <stdint.h>

#include "screens/action.h"
#include "screens/tr.h"

enum tour_step {
#define TOUR(ID, id, screens, way, action, also, by, what, over, text, hint) STEP_##ID,
#include "screens/tour.def"
    STEP_COUNT
};
enum tour_by { BY_ACTION, BY_SCREEN, BY_COMMAND, BY_STATE, BY_KEY };
struct tour_info {
    const char *id;
    unsigned screens;
    enum action way, action, also;
    enum tour_by by;
    unsigned shown;      /* of BY_SCREEN */
    const char *command; /* of BY_COMMAND, else "" */
    enum action over[3];
    const char *text, *hint;
};
const struct tour_info *tour_info(enum tour_step step);

enum {
    TOUR_LINES = 2,   /* of a text */
    TOUR_CELLS = 76,  /* of a line */
    TOUR_LONG_S = 45, /* on one step: the hint is said in its turn */
    TOUR_TURN_S = 15,
};
enum tour_state {
    TOUR_NEVER, /* not begun */
    TOUR_ON,
    TOUR_ASIDE, /* left, and to be resumed */
    TOUR_OVER,
};
struct tour {
    enum tour_state state;
    enum tour_step step;
    uint64_t done; /* a bit each step, in whatever order */
    int ticks;     /* on this step */
};

/* What lies over the screen and has the keys. */
enum tour_cover { COVER_NONE, COVER_QUESTION, COVER_HELP, COVER_PALETTE };
struct tour_scene {
    enum lang lang;
    enum screen_id screen;
    bool signed_in, named; /* named: the sign-in offers names, and asks no password */
    unsigned roles;
    enum tour_cover cover;
    const void *self; /* for the two below */
    const char *(*why_not)(const void *self,
                           enum action action); /* NULL: possible; else a sentence in that language */
    /* What to press for an action here and now, written into out; returns out. */
    const char *(*key)(const void *self, enum action action, char out[64]);
};

enum tour_kind {
    TOUR_TICK,
    TOUR_DID,
    TOUR_SHOWN,
    TOUR_SAVED,
    TOUR_GO_ON,
    TOUR_LEAVE,
    TOUR_AGAIN,
    TOUR_LOOKED
};
struct tour_msg {
    enum tour_kind kind;
    enum action action;    /* of TOUR_DID */
    enum screen_id screen; /* of TOUR_SHOWN */
    const char *type;      /* of TOUR_SAVED: of the command */
};
/* TOUR_LOOKED: nothing but that the scene may be another. */
void tour_tell(struct tour *tour, const struct tour_msg *msg, const struct tour_scene *scene);

enum { TOUR_TEXT = 600 };
/* What is said now. False: it is not on, and out is "". hint: what is said of a step that takes long, "" not yet. */
bool tour_say(const struct tour *tour, const struct tour_scene *scene, char text[TOUR_TEXT],
              char hint[TOUR_TEXT]);
/* A text of the table with its keys. */
void tour_fill(const char *text, const struct tour_scene *scene, char out[TOUR_TEXT]);

/* As it is kept for the next start: "call on look,sign_in,open". */
enum { TOUR_KEPT = 512 };
void tour_kept(const struct tour *tour, char out[TOUR_KEPT]);
/* Text of another version or of nobody's: as far as it is known; NULL: never begun. */
void tour_read(struct tour *tour, const char *kept);
