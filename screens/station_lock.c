/* screens/station_lock.c: whether a password opens a locked screen: that of the last sign-in here is known by its hash,
 * also without the hall; another one, or one of somebody else, is asked at the hall. */
#include "screens/station_state.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/log.h"

enum { LINES = 5 }; /* of what EFFECT_SIGN_IN says */

/* --- the password of a sign-in, until its hash is kept --- */

void station_forget_password(struct station *station)
{
    if (station->password)
        secret_wipe(station->password, strlen(station->password));
    free(station->password);
    station->password = NULL;
}

void station_ask_who(struct station *station, const char *login, const char *password)
{
    const char *lines[LINES] = {NULL};
    size_t length = strlen(password);
    char *copy = xstrdup(password), *rest = copy;
    for (int i = 0; i < LINES && rest; i++) {
        const char *line = strsep(&rest, "\n");
        lines[i] = i == 0 || *line ? line : NULL;
    }
    station_forget_password(station);
    if (!station->practice) /* nobody has a password there */
        station->password = xstrdup(lines[1] ? lines[1] : lines[0]);
    station->verifier_due = false;
    sync_sign_in_by(station->sync, &(struct sync_words){.login = login,
                                                        .password = lines[0],
                                                        .changed = lines[1],
                                                        .code = lines[2],
                                                        .factor = lines[3],
                                                        .factor_code = lines[4]});
    secret_wipe(copy, length);
    free(copy);
}

/* At the beginning of a turn, after the picture that the sign-in brought: a hash takes as long as several of them. */
void station_keep_verifier(struct station *station)
{
    if (!station->verifier_due || !station->password || !cache_actor(station->cache))
        return;
    if (cache_keep_verifier(station->cache, station->password))
        log_write(LOG_WARN, "unlocking needs the hall: %s", cache_message(station->cache));
    station->verifier_due = false;
    station_forget_password(station);
}

/* --- unlocking --- */

static void tell(struct station *station, const char *code, const char *text)
{
    struct msg msg = {.kind = MSG_UNLOCKED, .code = code, .text = text};
    station_tell(station, &msg);
}

static bool hall_can_say(const struct station *station)
{
    const struct sync_status *status = station->sync ? sync_status(station->sync) : NULL;
    return status && status->state != SYNC_OFFLINE;
}

static void refuse(struct station *station, enum err verified)
{
    enum lang lang = app_ui(station->app)->lang;
    if (verified == ERR_REFUSED)
        return tell(station, "bad_credentials", "");
    tell(station, "offline",
         tr(lang, TR("Only the hall can say whether this is right, and it is not reachable. What was typed "
                     "is safe.")));
}

void station_unlock(struct station *station, const char *login, const char *password)
{
    const struct actor *actor = cache_actor(station->cache);
    bool own = actor && str_equal(login, actor->login);
    char *first = password ? xstrndup(password, strcspn(password, "\n")) : NULL;
    enum err verified = own && first ? cache_verify(station->cache, first) : ERR_ABSENT;
    if (first)
        secret_wipe(first, strlen(first));
    free(first);
    bool expired = station->sync && sync_status(station->sync)->state == SYNC_EXPIRED;
    station->known = verified == ERR_OK;
    if ((own && station->practice) || (station->known && !expired))
        return tell(station, NULL, NULL);
    if (!password || !station->sync || (own && !hall_can_say(station)))
        return refuse(station, verified);
    station->unlocking = true;
    station_ask_who(station, login, password);
}

bool station_opens(bool known, enum err err, const char *code)
{
    return !err || (known && !str_equal(code, "bad_credentials"));
}

bool station_unlock_answered(struct station *station, enum err err, const char *code, const char *text)
{
    bool opens = station_opens(station->known, err, code);
    if (!station->unlocking)
        return false;
    station->unlocking = station->known = false;
    if (opens)
        tell(station, NULL, NULL);
    else
        tell(station, code, text);
    return true;
}

/* Whoever has signed out waits for no answer: the next sign-in is one of its own. */
void station_unlock_forget(struct station *station)
{
    station->unlocking = station->known = false;
}

/* --- after the end of a program that was locked --- */

void station_lock_again(struct station *station)
{
    const char *text = cache_setting(station->cache, "locked");
    struct json *kept = NULL;
    struct err_info info;
    if (!str_empty(text) && json_parse(text, strlen(text), &kept, &info) == ERR_OK &&
        str_equal(json_text(kept, "user"), cache_actor(station->cache)->user)) {
        struct msg msg = {.kind = MSG_LOCK, .json = kept};
        station_tell(station, &msg);
    }
    json_free(&kept);
}
