/* screens/app.h: the program without its edges: the stack of screens, what keys mean, the lines above and
 * below.
 *
 * app_update is the only place where state changes; app_view draws everything. No clock, file or network:
 * time comes with each message, and what is to be done in the world goes out as effects (runner.c). */
#pragma once
#include "screens/screen.h"

struct app;

/* keys is borrowed and outlives the app. The first screen is opened by app_open. */
struct app *app_new(const struct keymap *keys, enum lang lang);
void app_free(struct app **app);
/* Opens a screen as a message would; effects gets what it asks for. */
void app_open(struct app *app, enum screen_id screen, const struct json *args, struct effects *effects);
/* The program ends: what is typed is put into the journal, or saved, as if the screen were covered. */
void app_leave(struct app *app, struct effects *effects);
void app_update(struct app *app, const struct msg *msg, struct effects *effects);
void app_view(const struct app *app, int64_t now_ms, struct frame *frame);

/* What the edges set: language, session, link … Followed by MSG_STATUS where a screen should know. */
struct ui *app_ui(struct app *app);
enum screen_id app_screen(const struct app *app); /* the one on top */
const char *app_object(const struct app *app);    /* of the one on top: "" none */
int app_away_s(const struct app *app);            /* locked: since the last key before; 0: not */
bool app_secret(const struct app *app);           /* what is typed now goes into no recording */
bool app_typing(const struct app *app);
/* What a letter would be now: an action's key, part of a choice of the catalogue's, or words of somebody's. */
enum app_types { APP_ACTS, APP_CHOOSES, APP_WORDS };
enum app_types app_types(const struct app *app);
int app_ahead_count(const struct app *app); /* keys that wait for the hall's answer */
/* NULL: possible here and now; else why not, translated. */
const char *app_enabled(const struct app *app, enum action action);
/* Something waits for the hall, or behind something that did, and can go on now that its rows are here up to rev: tell
 * MSG_READY when all that was asked for is carried out. */
bool app_can_go_on(const struct app *app, int64_t rev);
