/* screens/station_effects.c: carries out what the app asks for, in the order it was asked. */
#include "screens/station_state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/log.h"
#include "screens/export.h"
#include "screens/identity.h"

enum { EFFECTS_A_TURN_MAX = 4096 }; /* more is a circle between screens and cache */

/* What the cache cannot do, with what to do about it. */
static const char *cache_trouble(struct station *station, enum err err)
{
    enum lang lang = app_ui(station->app)->lang;
    station->damaged |= err == ERR_CORRUPT;
    switch (err) {
    case ERR_DISK_FULL:
        return tr(lang, TR("The disk of this computer is full. Free some space, then go on."));
    case ERR_DISK:
    case ERR_READ_ONLY:
        return tr(lang, TR("This computer cannot write to its disk. Tell an administrator."));
    default:
        return cache_message(station->cache);
    }
}

static void tell_not_saved(struct station *station, struct msg *msg, enum err err)
{
    char *text =
        xasprintf("%s %s", tr(app_ui(station->app)->lang, TR("NOT saved; what you typed is still here.")),
                  cache_trouble(station, err));
    msg->text = text;
    station_tell(station, msg);
    free(text);
}

/* What is chosen now, and where this workstation keeps what. */
static struct json *settings_json(struct station *station)
{
    const struct settings *settings = station->settings;
    const char *hall = settings->hall ? settings->hall : cache_setting(station->cache, "hall_url");
    struct json *json = json_new_object();
    json_set_text(json, "hall", hall);
    json_set_text(json, "theme", settings->theme ? settings->theme : "default");
    json_set_text(json, "bell", bell_name(settings->bell));
    json_set_text(json, "motion", settings->calm ? "less" : "full");
    json_set_bool(json, "ascii", settings->ascii);
    json_set_bool(json, "mouse", settings->mouse);
    json_set_int(json, "lock_after_min", settings_lock_min(settings, station->practice));
    json_set_text(json, "data", station->folder);
    char *config = settings_config_path("config"), *log = xasprintf("%s/loket.log", settings->data);
    json_set_text(json, "config", config);
    json_set_text(json, "log", settings->log ? settings->log : log);
    json_set_text(json, "version", LOKET_VERSION);
    if (cache_setting(station->cache, "tour"))
        json_set_text(json, "tour", cache_setting(station->cache, "tour"));
    json_set_bool(json, "tour_offer", settings->tour);
    free(config);
    free(log);
    return json;
}

/* By chance, which a screen has none of. */
static struct json *new_factor(void)
{
    enum { LETTERS = 32 }; /* 160 bits */
    char secret[LETTERS + 1];
    struct json *answer = json_new_object();
    letters_new(secret, LETTERS);
    json_set_text(answer, "secret", secret);
    secret_wipe(secret, sizeof secret);
    return answer;
}

static void load(struct station *station, const struct effect *effect)
{
    struct json *answer = NULL;
    enum err err = ERR_OK;
    if (str_equal(effect->what, "settings"))
        answer = settings_json(station);
    else if (str_equal(effect->what, "new_factor"))
        answer = new_factor();
    else if (str_equal(effect->what, "practice_accounts"))
        answer = station->hall ? embedded_accounts(station->hall) : json_new_object();
    else
        err = cache_load(station->cache, effect->what, effect->json, clock_wall_now_ms(), &answer);
    if (err) {
        if (err != ERR_ABSENT)
            station_tell_toast(station, TOAST_DANGER, cache_trouble(station, err));
        return;
    }
    struct msg msg = {.kind = MSG_DATA, .what = effect->what, .to = effect->from, .json = answer};
    station_tell(station, &msg);
    json_free(&answer);
}

static void tell_saved(struct station *station, const struct effect *effect, const struct saved *saved)
{
    struct json *json = json_new_object();
    json_set(json, "body", json_copy(effect->json));
    if (saved->outcome.data)
        json_set(json, "data", json_copy(saved->outcome.data));
    struct msg msg = {
        .kind = MSG_SAVED, .what = effect->what, .seq = saved->seq, .to = effect->from, .json = json};
    station_tell(station, &msg);
    json_free(&json);
}

static void confirm(struct station *station, struct effect *effect)
{
    struct saved saved = {0};
    struct msg refused = {.kind = MSG_REFUSED, .what = effect->what, .to = effect->from};
    refused.text = sync_refuses(station->sync, effect->what);
    if (refused.text) {
        refused.code = "offline";
        return station_tell(station, &refused);
    }
    /* Identities are chance, which screens have none of. */
    identity_put(effect->what, effect->json, station_now_ms(station), &station->rng);
    enum err err =
        cache_confirm(station->cache, effect->what, effect->json, clock_wall_now_ms(), &station->rng, &saved);
    if (!err) {
        tell_saved(station, effect, &saved);
        if (station->sync)
            sync_wake(station->sync);
    } else if (err == ERR_REFUSED) {
        refused.code = saved.outcome.code;
        refused.text = saved.outcome.message;
        station_tell(station, &refused);
    } else {
        refused.code = "not_saved";
        tell_not_saved(station, &refused, err);
    }
    json_free(&saved.outcome.data);
    station->status_changed = true;
}

static void journal(struct station *station, const struct effect *effect)
{
    enum err err = effect->kind == EFFECT_JOURNAL_PUT
                       ? cache_journal_put(station->cache, effect->what, effect->text, effect->json,
                                           station_now_ms(station))
                       : cache_journal_drop(station->cache, effect->what, effect->text);
    struct msg failed = {.kind = MSG_TOAST, .toast = TOAST_DANGER};
    if (err && err != ERR_ABSENT)
        tell_not_saved(station, &failed, err);
}

static void sign_in(struct station *station, const struct effect *effect)
{
    const char *password = effect->text;
    if (!password && station->hall)
        password = embedded_password(station->hall, effect->what);
    if (station->sync && password)
        return station_ask_who(station, effect->what, password);
    if (*station->hall_fault)
        return station_on_signed_in(station, ERR_REFUSED, "hall_fault", station->hall_fault, NULL);
    station_on_signed_in(
        station, ERR_OFFLINE, "offline",
        tr(app_ui(station->app)->lang, TR("The hall is not reached yet. Try again in a moment.")), NULL);
}

void station_sign_out(struct station *station)
{
    station_unlock_forget(station);
    if (station->sync)
        sync_sign_out(station->sync);
    else if (cache_sign_out(station->cache))
        station_tell_toast(station, TOAST_DANGER, cache_message(station->cache));
    station_tell_kind(station, MSG_SIGNED_OUT);
    station->status_changed = true;
}

/* The letters of one value of a path, up to its end or the next; unescaped. */
static void unescape(const char *value, struct buf *out)
{
    for (unsigned byte; *value && *value != '&'; value++) {
        if (*value == '%' && sscanf(value + 1, "%2x", &byte) == 1)
            value += 2;
        else
            byte = (unsigned char)*value;
        buf_addc(out, (char)byte);
    }
}

/* What somebody looks for is a person's name or number: it goes in the body, as addresses are written down by programs on the
 * way. The body; NULL: the path asks for something else. The caller frees. */
static char *searched(const char *path)
{
    const char *limit = strstr(path, "limit="), *letters = strstr(path, "&q=");
    struct buf text = {0};
    if (!str_starts(path, "/v1/search?limit=") || !letters)
        return NULL;
    struct json *body = json_new_object();
    unescape(letters + strlen("&q="), &text);
    json_set_text(body, "q", buf_text(&text));
    json_set_int(body, "limit", strtoll(limit + strlen("limit="), NULL, 10));
    char *printed = json_print(body);
    buf_free(&text);
    json_free(&body);
    return printed;
}

static int64_t send_fetch(struct station *station, struct fetch *place, const struct effect *effect)
{
    char *body = effect->text ? NULL : searched(effect->what);
    place->in_body = body != NULL;
    int64_t tag = body ? sync_post(station->sync, "/v1/search", body)
                       : sync_post(station->sync, effect->what, effect->text);
    free(body);
    return tag;
}

static void fetch(struct station *station, const struct effect *effect)
{
    for (int i = 0; station->sync && i < FETCHES_MAX; i++) {
        struct fetch *place = &station->fetches[i];
        if (place->tag)
            continue;
        if (!str_copy(place->path, sizeof place->path, effect->what))
            break;
        place->from = effect->from;
        int64_t tag = send_fetch(station, place, effect);
        if (tag < 0) /* all lines are busy: said at once, so that it can be asked again */
            break;
        place->tag = tag;
        return;
    }
    struct msg msg = {
        .kind = MSG_FETCHED, .what = effect->what, .to = effect->from, .text = err_text(ERR_OFFLINE)};
    station_tell(station, &msg);
}

/* The way to the hall is given up: nobody will answer. */
void station_drop_fetches(struct station *station)
{
    for (int i = 0; i < FETCHES_MAX; i++) {
        struct fetch *place = &station->fetches[i];
        struct msg msg = {
            .kind = MSG_FETCHED, .what = place->path, .to = place->from, .text = err_text(ERR_OFFLINE)};
        if (!place->tag)
            continue;
        place->tag = 0;
        station_tell(station, &msg);
    }
}

static void export_outbox(struct station *station, const struct effect *effect)
{
    struct err_info info = {0};
    int64_t count = 0;
    if (export_outbox_file(station->cache, effect->text, station_now_ms(station), &count, &info))
        return station_tell_toast(station, TOAST_DANGER, info.text);
    char text[500];
    str_format(text, sizeof text, tr(app_ui(station->app)->lang, TR("%d records written to %s")), (int)count,
               effect->text);
    station_tell_toast(station, TOAST_GOOD, text);
}

static void save_notice(struct station *station, const struct effect *effect)
{
    struct err_info info = {0};
    enum lang lang = app_ui(station->app)->lang;
    if (station->notice.path)
        return station_tell_toast(station, TOAST_WARN,
                                  tr(lang, TR("A notice is just being saved. Try again in a moment.")));
    if (notice_file_start(&station->notice, effect->json, effect->text, false, lang, &info)) {
        station_tell_toast(station, TOAST_DANGER, info.text);
        notice_file_forget(&station->notice);
    }
}

static enum err take_piece(struct station *station, const struct effect *effect, struct err_info *info)
{
    enum lang lang = app_ui(station->app)->lang;
    struct notice_file *file = &station->pieces;
    if (str_equal(effect->what, "begin")) {
        notice_file_forget(file);
        return notice_file_begin(file, effect->text, lang, info);
    }
    if (!file->path)
        return ERR_OK;
    if (str_equal(effect->what, "add"))
        return notice_file_add(file, effect->text, info);
    enum err err = str_equal(effect->what, "end") ? notice_file_end(file, info) : ERR_OK;
    if (err == ERR_OK && str_equal(effect->what, "end")) {
        char *text = xasprintf(tr(lang, TR("Saved: %s")), file->path);
        station_tell_toast(station, TOAST_GOOD, text);
        free(text);
    }
    notice_file_forget(file);
    return err;
}

static void write_piece(struct station *station, const struct effect *effect)
{
    struct err_info info = {0};
    if (take_piece(station, effect, &info) == ERR_OK)
        return;
    notice_file_forget(&station->pieces);
    struct msg msg = {.kind = MSG_FETCHED, .what = "file", .to = effect->from, .text = info.text};
    station_tell(station, &msg);
    station_tell_toast(station, TOAST_DANGER, info.text);
}

/* What came of it: at once of a text, of a PDF when loket-pdf has ended. */
void station_watch_notice(struct station *station)
{
    struct err_info info = {0};
    enum err err;
    if (!station->notice.path || !notice_file_done(&station->notice, false, &err, &info))
        return;
    char *text = xasprintf(tr(app_ui(station->app)->lang, TR("Saved: %s")), station->notice.path);
    notice_file_forget(&station->notice);
    station_tell_toast(station, err ? TOAST_DANGER : TOAST_GOOD, err ? info.text : text);
    free(text);
}

/* Takes a choice over into the settings that count; false: it is none of those. */
static bool take_choice(struct settings *settings, const char *name, const char *value)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"ascii", &settings->ascii}, {"mouse", &settings->mouse}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (str_equal(flags[i].name, name)) {
            *flags[i].flag = str_equal(value, "yes");
            return true;
        }
    }
    if (str_equal(name, "bell"))
        (void)bell_find(value, &settings->bell);
    else if (str_equal(name, "motion"))
        (void)motion_find(value, &settings->calm);
    else if (str_equal(name, "lock_after_min"))
        settings->lock_after_min = atoi(value);
    else if (str_equal(name, "theme"))
        settings_put(&settings->theme, value);
    else
        return false;
    return true;
}

/* What was chosen on the settings screen counts again where command line and settings file say nothing else. */
void station_take_kept_choices(struct station *station)
{
    static const char *const names[] = {"bell", "motion", "ascii", "mouse", "lock_after_min", "theme"};
    const struct settings *settings = station->settings;
    const bool as_built[] = {settings->bell == BELL_SOUND,
                             !settings->calm,
                             !settings->ascii,
                             !settings->mouse,
                             settings->lock_after_min == SETTINGS_LOCK_BY_HALL,
                             !settings->theme};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *kept = cache_setting(station->cache, names[i]);
        if (kept && as_built[i])
            take_choice(station->settings, names[i], kept);
    }
}

void station_keep(struct station *station, const char *name, const char *value)
{
    take_choice(station->settings, name, value);
    station_set_setting(station, name, value);
    station_tell_kind(station, MSG_LOAD);
}

static void change_setting(struct station *station, const struct effect *effect)
{
    if (str_equal(effect->what, "theme") && str_equal(effect->text, "next")) {
        station->wants |= WANT_NEXT_THEME;
        return;
    }
    take_choice(station->settings, effect->what, effect->text);
    station_set_setting(station, effect->what, effect->text);
}

/* What the terminals that take copies take for certain: tmux and others let go of more. */
enum { COPY_MAX = 48 * 1024 };
static const char no_clipboard[] =
    TR("Nothing is copied: this terminal has no clipboard. Ctrl-O prints it, or saves it to a file.");
static const char too_long_to_copy[] =
    TR("Nothing is copied: it is too long for a terminal's clipboard. Ctrl-O prints it.");

/* What was not copied is said after the screen's own sentence, and takes its place. */
static void copy(struct station *station, const char *text)
{
    const char *why = !station->terminal_copies ? no_clipboard
                      : strlen(text) > COPY_MAX ? too_long_to_copy
                                                : NULL;
    if (why)
        return station_tell_toast(station, TOAST_WARN, tr(app_ui(station->app)->lang, why));
    buf_clear(&station->clipboard);
    buf_adds(&station->clipboard, text);
    station->wants |= WANT_COPY;
}

static void carry_out(struct station *station, struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_LOAD:
        return load(station, effect);
    case EFFECT_COMMAND:
        return confirm(station, effect);
    case EFFECT_JOURNAL_PUT:
    case EFFECT_JOURNAL_DROP:
        return journal(station, effect);
    case EFFECT_SIGN_IN:
        return sign_in(station, effect);
    case EFFECT_SIGN_OUT:
        return station_sign_out(station);
    case EFFECT_UNLOCK:
        return station_unlock(station, effect->what, effect->text);
    case EFFECT_SETTING:
        return change_setting(station, effect);
    case EFFECT_HALL:
        return station_choose_hall(station, effect);
    case EFFECT_FETCH:
        return fetch(station, effect);
    case EFFECT_EXPORT:
        return export_outbox(station, effect);
    case EFFECT_NOTICE:
        return save_notice(station, effect);
    case EFFECT_PIECES:
        return write_piece(station, effect);
    case EFFECT_PRINT:
        return station_print(station, effect);
    case EFFECT_COPY:
        return copy(station, effect->text);
    case EFFECT_BELL:
        station->wants |= WANT_BELL;
        return;
    case EFFECT_RETRY:
        if (station->sync)
            sync_retry_now(station->sync);
        else if (station->practice && !station->hall)
            station_open_practice(station, cache_setting(station->cache, "pack"));
        return;
    case EFFECT_REDRAW:
        station->wants |= WANT_REDRAW;
        return;
    case EFFECT_SUSPEND:
        station->wants |= WANT_SUSPEND;
        return;
    case EFFECT_QUIT:
        station->wants |= WANT_QUIT;
        str_copy(station->parting, sizeof station->parting, effect->text ? effect->text : "");
        return;
    case EFFECT_OPEN:
    case EFFECT_BACK:
    case EFFECT_TOAST:
    case EFFECT_ASK:
    case EFFECT_DO:
        return; /* app.c carried them out */
    }
}

/* In the order they were asked for; what they bring asks for more at the end of the list. */
void station_drain(struct station *station)
{
    station->draining = true;
    for (int i = 0; i < station->effects.count; i++) {
        assert(i < EFFECTS_A_TURN_MAX);
        struct effects one = {0};
        effects_move(&one, &station->effects.items[i]);
        carry_out(station, &one.items[0]);
        effects_deinit(&one);
    }
    effects_deinit(&station->effects);
    station->draining = false;
}
