/* screens/station_state.h: the station's state, shared by its files alone: station.c (messages, the turn, birth and
 * death), station_session.c (who works here and where they were), station_lock.c (a locked screen),
 * station_hall.c (the way to the hall), station_effects.c (what the app asks for), station_print.c (printers). */
#pragma once
#include "core/cache/cache.h"
#include "core/sync/embedded.h"
#include "core/sync/sync.h"
#include "screens/notice_file.h"
#include "screens/printer.h"
#include "screens/station.h"

enum { FETCHES_MAX = 16, PRINTERS_MAX = 8 };

struct fetch {
    int64_t tag; /* 0 free */
    unsigned from;
    bool in_body;    /* what the path asks for was said in the body of a POST */
    char path[6000]; /* letters of any alphabet, escaped; all commands of the audit */
};
struct station {
    struct settings *settings;
    struct cache *cache;
    struct sync *sync;     /* NULL: no hall yet */
    struct embedded *hall; /* NULL: none of our own */
    char hall_url[200];    /* where it was when the way to it was opened */
    char hall_fault[400];  /* why the practice hall could not be opened; "" */
    int64_t hall_fault_ms; /* since when */
    int64_t health_tag;    /* of the question what kind of hall it is; 0: none is under way */
    bool training_there;   /* its answer, until somebody has signed in there */
    struct app *app;
    struct rng rng;
    FILE *record;           /* NULL: none */
    struct effects effects; /* asked for, not yet carried out */
    bool draining;
    int recovered;         /* records, when the cache was damaged; -1: it was not */
    bool damaged;          /* it shows itself only now */
    struct err_info fault; /* why there is no cache any more */
    struct actor told;     /* who is signed in, as the app was told last */
    bool practice, display, whole_session, rows_changed, status_changed, dirty;
    int64_t status_ms;   /* when the status was last looked at, monotonic */
    char *password;      /* of a sign-in that is asked, until its verifier is kept; else NULL */
    bool unlocking;      /* that sign-in is asked by a locked screen */
    bool known;          /* and its password is the right one, as far as this computer can tell */
    bool verifier_due;   /* it was let in */
    struct json *status; /* as last told */
    char place[160];     /* as last kept: "form CASE USER", "" none */
    struct fetch fetches[FETCHES_MAX];
    unsigned wants;
    char parting[300]; /* what is said when the terminal is its owner's again; "" nothing */
    struct buf clipboard;
    char folder[400];
    struct notice_file notice; /* being saved; path NULL: none */
    struct notice_file pieces; /* the same of a text that comes in pieces */
    struct printer printers[PRINTERS_MAX];
    bool terminal_prints, terminal_copies;
    struct buf print_text; /* for the terminal's printer */
};

/* --- station.c --- */
void station_tell_toast(struct station *station, enum toast_kind kind, const char *text);
void station_tell_kind(struct station *station, enum msg_kind kind);
/* --- station_session.c --- */
void station_keep_place(struct station *station);
void station_on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                          const struct json *session);
void station_tell_signed_in(struct station *station);
void station_go_back(struct station *station);
/* --- station_lock.c --- */
/* password: as in EFFECT_SIGN_IN. */
void station_ask_who(struct station *station, const char *login, const char *password);
void station_forget_password(struct station *station);
void station_keep_verifier(struct station *station);
void station_unlock(struct station *station, const char *login, const char *password);
/* True: a locked screen had asked, and is told. */
bool station_unlock_answered(struct station *station, enum err err, const char *code, const char *text);
/* Whether that opens a locked screen. A sign-in that ran out is renewed on the way. known: the password is the owner's by the hash
 * that is kept here; then it opens without the hall and also where the hall wants more first (a code, a second factor, another
 * password), for what is on the screen is theirs; it says that the sign-in has run out, and the next one asks for all of that.
 * "bad_credentials": the password was changed elsewhere, or the account is disabled. */
bool station_opens(bool known, enum err err, const char *code);
void station_unlock_forget(struct station *station);
void station_lock_again(struct station *station);
/* --- station_hall.c --- */
void station_set_setting(struct station *station, const char *name, const char *value);
void station_open_practice(struct station *station, const char *pack);
void station_choose_hall(struct station *station, const struct effect *effect);
void station_open_way(struct station *station, const char *url);
void station_watch_hall(struct station *station);
/* --- station_effects.c --- */
void station_drain(struct station *station);
void station_sign_out(struct station *station);
void station_drop_fetches(struct station *station);
void station_take_kept_choices(struct station *station);
void station_watch_notice(struct station *station);
/* --- station_print.c --- */
void station_print(struct station *station, const struct effect *effect);
void station_watch_printers(struct station *station);
