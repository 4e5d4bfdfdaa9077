/* screens/station.c: turns what happens in the world into messages, and its own birth, turns and death. Draws
 * nothing. */
#include "screens/station_state.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/log.h"
#include "screens/record.h"

enum {
    FOLDERS_MAX = 32,       /* workstations of one practice hall */
    STATUS_EVERY_MS = 1000, /* how often the count of unsent records is looked at */
};

const struct app *station_app(const struct station *station)
{
    return station->app;
}

int64_t station_now_ms(const struct station *station)
{
    int64_t offset_ms = station->sync ? sync_status(station->sync)->offset_ms : 0;
    return clock_wall_now_ms() + offset_ms;
}

const char *station_fault(const struct station *station)
{
    return station->cache ? NULL : station->fault.text;
}

const char *station_parting(const struct station *station)
{
    return *station->parting ? station->parting : NULL;
}

unsigned station_wants(struct station *station)
{
    unsigned wants = station->wants;
    station->wants = 0;
    return wants;
}

const char *station_clipboard(const struct station *station)
{
    return buf_text(&station->clipboard);
}

bool station_dirty(struct station *station)
{
    bool dirty = station->dirty;
    station->dirty = false;
    return dirty;
}

/* --- messages --- */

void station_drain(struct station *station);
void station_keep_place(struct station *station);

static void tell_one(struct station *station, struct msg *msg)
{
    msg->now_ms = station_now_ms(station);
    if (station->record)
        record_line(station->record, record_message(msg, app_secret(station->app)));
    app_update(station->app, msg, &station->effects);
    station->dirty = true;
    if (station->draining)
        return;
    station_drain(station);
    station_keep_place(station);
}

/* What was typed while the hall was asked: one by one, each carried out wholly, on rows that are shown already. */
static void go_on(struct station *station)
{
    while (station->cache && !station->rows_changed &&
           app_can_go_on(station->app, cache_cursor(station->cache))) {
        struct msg msg = {.kind = MSG_READY, .seq = cache_cursor(station->cache)};
        tell_one(station, &msg);
    }
}

void station_tell(struct station *station, struct msg *msg)
{
    tell_one(station, msg);
    if (!station->draining)
        go_on(station);
}

void station_tell_toast(struct station *station, enum toast_kind kind, const char *text)
{
    struct msg msg = {.kind = MSG_TOAST, .toast = kind, .text = text};
    station_tell(station, &msg);
}

void station_tell_kind(struct station *station, enum msg_kind kind)
{
    struct msg msg = {.kind = kind};
    station_tell(station, &msg);
}

static enum link_state link_state(const struct sync_status *status)
{
    static const enum link_state states[] = {
        [SYNC_SIGNED_OUT] = LINK_NONE, [SYNC_CONNECTING] = LINK_CONNECTING, [SYNC_SNAPSHOT] = LINK_COPYING,
        [SYNC_ONLINE] = LINK_ONLINE,   [SYNC_OFFLINE] = LINK_OFFLINE,       [SYNC_EXPIRED] = LINK_EXPIRED,
        [SYNC_FROZEN] = LINK_FROZEN,
    };
    return states[status->state];
}

static struct json *status_json(struct station *station)
{
    struct json *json = json_new_object();
    const struct sync_status none = {.state = SYNC_SIGNED_OUT};
    const struct sync_status *status = station->sync ? sync_status(station->sync) : &none;
    json_set_int(json, "state", link_state(status));
    json_set_int(json, "since_ms", status->since_ms ? status->since_ms + status->offset_ms : 0);
    json_set_int(json, "offset_ms", status->offset_ms);
    json_set_int(json, "retry_ms", status->retry_ms ? status->retry_ms + status->offset_ms : 0);
    json_set_int(json, "done", status->done);
    json_set_int(json, "total", status->total);
    json_set_text(json, "text", status->text);
    json_set_int(json, "err", status->err);
    json_set_bool(json, "practice", station->practice);
    json_set_bool(json, "training",
                  cache_kind(station->cache) == HALL_TRAINING ||
                      (cache_kind(station->cache) == HALL_UNKNOWN && station->training_there));
    json_set_int(json, "lock_after_min", settings_lock_min(station->settings, station->practice));
    json_set_text(json, "hall_fault", station->hall_fault);
    json_set_bool(json, "flash", station->settings->bell >= BELL_FLASH);
    json_set_bool(json, "calm", station->settings->calm);
    if (!station->sync && *station->hall_fault && cache_actor(station->cache)) {
        /* Who was signed in before works on with the copy, and must see that the hall is not there. */
        json_set_int(json, "state", LINK_OFFLINE);
        json_set_int(json, "since_ms", station->hall_fault_ms);
        json_set_text(json, "text", station->hall_fault);
        json_set_int(json, "err", ERR_SYSTEM);
    }
    struct json *counts = NULL, *args = json_new_object();
    json_set_text(args, "counter", app_ui(station->app)->session.counter);
    if (json_get(station->status, "dispute_ids"))
        json_set(args, "dispute_ids", json_copy(json_get(station->status, "dispute_ids")));
    if (cache_actor(station->cache) &&
        cache_load(station->cache, "status", args, clock_wall_now_ms(), &counts) == ERR_OK) {
        json_set_int(json, "epoch", json_int(counts, "epoch", 0));
        json_set_int(json, "resent", json_int(counts, "resent", 0));
        json_set_int(json, "contested", json_int(counts, "contested", 0));
        json_set_int(json, "open", json_int(counts, "open", 0));
        json_set(json, "dispute_ids", json_copy(json_get(counts, "dispute_ids")));
        json_set(json, "settled", json_copy(json_get(counts, "settled")));
        json_set(json, "seat", json_copy(json_get(counts, "seat")));
        json_set(json, "notices", json_copy(json_get(counts, "notices")));
        json_set_int(json, "unsent", json_int(counts, "unsent", 0));
        json_set_int(json, "unsent_others", json_int(counts, "unsent_others", 0));
        json_set_int(json, "disputes", json_int(counts, "disputes", 0));
    }
    json_free(&counts);
    json_free(&args);
    return json;
}

static void tell_status(struct station *station)
{
    struct json *status = status_json(station);
    station->status_changed = false;
    station->status_ms = clock_mono_now_ms();
    if (json_equal(status, station->status)) {
        json_free(&status);
        return;
    }
    json_free(&station->status);
    station->status = status;
    struct msg msg = {.kind = MSG_STATUS, .json = status};
    station_tell(station, &msg);
}

/* --- a damaged cache --- */

static void tell_recovered(struct station *station)
{
    char text[300];
    if (station->recovered < 0)
        return;
    log_write(LOG_WARN, "the cache was rebuilt; %d records recovered", station->recovered);
    enum lang lang = app_ui(station->app)->lang;
    if (station->recovered == 0)
        str_copy(text, sizeof text, tr(lang, TR("Cache rebuilt; no record was waiting.")));
    else if (station->recovered == 1)
        str_copy(text, sizeof text, tr(lang, TR("Cache rebuilt; 1 record recovered.")));
    else
        str_format(text, sizeof text, tr(lang, TR("Cache rebuilt; %d records recovered.")),
                   station->recovered);
    station_tell_toast(station, TOAST_WARN, text);
}

/* A page of the cache could not be read: it is opened anew, which salvages what a person did; the rest comes from
 * the hall once somebody has signed in. What is typed at this moment goes into the old file first. Only once:
 * a second time the disk itself is broken, and the sentence on the screen says so. */
static void heal(struct station *station)
{
    char url[sizeof station->hall_url];
    bool first = station->recovered < 0;
    if (first)
        station_tell_kind(station, MSG_SIGNED_OUT);
    station->damaged = false;
    if (!first)
        return;
    station_unlock_forget(station); /* no answer comes any more */
    sync_free(&station->sync);
    station_drop_fetches(station);
    cache_close(&station->cache);
    if (cache_open(&station->cache, station->folder, clock_wall_now_ms(), &station->rng, &station->recovered,
                   &station->fault)) {
        station->wants |= WANT_QUIT;
        return;
    }
    station->whole_session = false;
    str_copy(url, sizeof url, station->hall_url);
    if (*url)
        station_open_way(station, url);
    station_tell_kind(station, MSG_LOAD);
    tell_recovered(station);
}

/* --- an account that an administrator changes --- */

/* Another name, other roles or another agency than the app was told. */
static bool account_changed(const struct station *station)
{
    const struct actor *now = cache_actor(station->cache), *told = &station->told;
    return now->roles != told->roles || !str_equal(now->name, told->name) ||
           !str_equal(now->agency, told->agency);
}

/* Nobody works on under an account that is no more: what is typed and not sent stays, and stays theirs. */
static void leave_disabled(struct station *station)
{
    enum lang lang = app_ui(station->app)->lang;
    int64_t unsent = cache_unsent(station->cache);
    char text[300];
    station_sign_out(station);
    if (unsent > 0)
        str_format(text, sizeof text,
                   tr(lang, TR("Your account was disabled by an administrator. Not sent yet: %d; kept on "
                               "this computer, and "
                               "yours. Ask an administrator.")),
                   (int)unsent);
    else
        str_copy(
            text, sizeof text,
            tr(lang,
               TR("Your account was disabled by an administrator. All your records are at the hall. Ask an "
                  "administrator.")));
    station_tell_toast(station, TOAST_DANGER, text);
}

/* --- the turn --- */

void station_step(struct station *station)
{
    int64_t mono_ms = clock_mono_now_ms();
    if (station->damaged)
        heal(station);
    if (!station->cache)
        return;
    station_keep_verifier(station); /* of a sign-in in an earlier turn: its picture stands */
    station_watch_hall(station);
    station_watch_notice(station);
    station_watch_printers(station);
    if (station->sync) {
        sync_idle(station->sync, app_away_s(station->app));
        sync_step(station->sync, clock_wall_now_ms(), mono_ms);
    }
    if (station->sync && sync_status(station->sync)->disabled && cache_actor(station->cache))
        leave_disabled(station);
    if (station->status_changed || station->rows_changed || mono_ms - station->status_ms >= STATUS_EVERY_MS)
        tell_status(station);
    if (station->rows_changed) {
        station->rows_changed = false;
        if (cache_actor(station->cache) && (!station->whole_session || account_changed(station)))
            station_tell_signed_in(station);
        else
            station_tell_kind(station, MSG_LOAD);
    }
    if (station->status_changed) /* by a key that waited for those rows: no picture calls its record safe */
        tell_status(station);
}

enum { WAIT_FDS = 40 }; /* of the terminal's loop, with one more */

/* With the practice hall's descriptor beside the loop's own. */
static int wait_with_hall(struct station *station, struct pollfd *fds, unsigned count, int timeout_ms)
{
    struct pollfd all[WAIT_FDS];
    assert(count < WAIT_FDS);
    memcpy(all, fds, count * sizeof *fds);
    all[count] = (struct pollfd){.fd = embedded_fd(station->hall), .events = POLLIN};
    int ready = station->sync ? sync_wait(station->sync, all, count + 1, timeout_ms)
                              : poll(all, count + 1, timeout_ms);
    memcpy(fds, all, count * sizeof *fds);
    return ready;
}

int station_wait(struct station *station, struct pollfd *fds, unsigned count, int timeout_ms)
{
    int due_ms = station->sync ? sync_timeout_ms(station->sync, clock_mono_now_ms()) : -1;
    if (due_ms >= 0 && (timeout_ms < 0 || due_ms < timeout_ms))
        timeout_ms = due_ms;
    if (station->hall)
        return wait_with_hall(station, fds, count, timeout_ms);
    return station->sync ? sync_wait(station->sync, fds, count, timeout_ms) : poll(fds, count, timeout_ms);
}

/* --- birth and death --- */

/* A hall display beside a workstation has a folder of its own, and looks at the practice hall that is there. */
static char *own_folder(struct settings *settings)
{
    struct stat hall;
    char *folder = xasprintf("%s/hall", settings->data);
    if (settings->display && !settings->hall && stat(folder, &hall) == 0)
        settings_put(&settings->hall, "practice");
    free(folder);
    return settings->display ? xasprintf("%s/board", settings->data) : xstrdup(settings->data);
}

/* The first workstation of this folder is most likely in the practice hall that runs beside it. */
static bool joins_practice(struct settings *settings)
{
    char *folder = xasprintf("%s/hall", settings->data);
    if (!settings->hall && embedded_runs(folder))
        settings_put(&settings->hall, "practice");
    free(folder);
    return str_equal(settings->hall, "practice");
}

/* In a practice hall a second workstation of the same folder takes DIR/2, a third DIR/3 …: each has a cache
 * of its own, as on a computer of its own. */
static enum err open_cache(struct station *station, const char *dir, struct err_info *info)
{
    int64_t now_ms = clock_wall_now_ms();
    enum err err = ERR_OK;
    for (int n = 1; n <= FOLDERS_MAX; n++) {
        str_format(station->folder, sizeof station->folder, n > 1 ? "%s/%d" : "%s", dir, n);
        err = cache_open(&station->cache, station->folder, now_ms, &station->rng, &station->recovered, info);
        if (err != ERR_IN_USE || !joins_practice(station->settings))
            break;
    }
    return err;
}

static enum err open_record(struct station *station, enum lang lang, enum screen_id first,
                            struct err_info *info)
{
    const char *path = station->settings->record;
    if (!path)
        return ERR_OK;
    mode_t old = umask(077); /* it holds what people typed */
    station->record = fopen(path, "we");
    umask(old);
    if (!station->record)
        return err_set(info, err_from_errno(errno), "%s cannot be written: %s", path, strerror(errno));
    record_line(station->record, record_head(lang, first));
    return ERR_OK;
}

/* A second workstation of a practice hall asks nothing: the hall has its pack already. */
static void know_pack(struct station *station)
{
    char pack[16], *folder = xasprintf("%s/hall", station->settings->data);
    if (!cache_setting(station->cache, "pack") && embedded_pack(folder, pack))
        station_set_setting(station, "pack", pack);
    free(folder);
}

static enum screen_id first_screen(struct station *station, enum lang lang)
{
    const char *hall =
        station->settings->hall ? station->settings->hall : cache_setting(station->cache, "hall_url");
    if (!hall)
        return SCREEN_START;
    if (strcmp(hall, "practice") != 0 || cache_setting(station->cache, "pack") ||
        cache_kind(station->cache) == HALL_REAL) /* which is refused there (station_open_practice) */
        return SCREEN_SIGN_IN;
    know_pack(station);
    if (cache_setting(station->cache, "pack"))
        return SCREEN_SIGN_IN;
    if (lang != LANG_ID && lang != LANG_AZ && !station->settings->display)
        return SCREEN_START;
    station_set_setting(station, "pack", lang_code(lang == LANG_ID ? LANG_ID : LANG_AZ));
    return SCREEN_SIGN_IN;
}

enum err station_new(struct station **out, struct settings *settings, enum lang lang,
                     const struct keymap *keys, struct err_info *info)
{
    struct station *station = xcalloc(1, sizeof *station);
    struct json *args = NULL;
    enum lang kept;
    *out = station;
    station->settings = settings;
    rng_seed_from_system(&station->rng);
    char *folder = own_folder(settings);
    enum err err = open_cache(station, folder, info);
    free(folder);
    if (err)
        return err;
    station_take_kept_choices(station);
    if (!settings->lang && lang_find(cache_setting(station->cache, "lang"), &kept))
        lang = kept;
    station->app = app_new(keys, lang);
    app_ui(station->app)->column = settings->linear;
    enum screen_id first = first_screen(station, lang);
    err = open_record(station, lang, first, info);
    if (err)
        return err;
    if (first == SCREEN_START && str_equal(settings->hall, "practice")) {
        args = json_new_object();
        json_set_bool(args, "practice", true);
    }
    app_open(station->app, first, args, &station->effects);
    json_free(&args);
    station_drain(station);
    if (cache_actor(station->cache) && first == SCREEN_SIGN_IN) {
        station_tell_signed_in(station);
        station_go_back(station);
        station_lock_again(station);
    }
    tell_recovered(station);
    station->dirty = true;
    return ERR_OK;
}

void station_free(struct station **station)
{
    struct station *s = *station;
    if (!s)
        return;
    if (s->app && s->cache && !*s->parting) {
        app_leave(s->app, &s->effects);
        station_drain(s);
    }
    notice_file_forget(&s->pieces); /* half a file is none */
    if (s->notice.path) {           /* it is a matter of moments */
        enum err err;
        struct err_info info;
        notice_file_done(&s->notice, true, &err, &info);
        notice_file_forget(&s->notice);
    }
    for (int i = 0; i < PRINTERS_MAX; i++)
        printer_leave(&s->printers[i]);
    sync_free(&s->sync);
    station_forget_password(s);
    embedded_stop(&s->hall);
    app_free(&s->app);
    cache_close(&s->cache);
    if (s->record)
        fclose(s->record);
    effects_deinit(&s->effects);
    json_free(&s->status);
    buf_free(&s->clipboard);
    buf_free(&s->print_text);
    free(s);
    *station = NULL;
}

/* --- as the terminal's side knows it --- */

static const struct app *edge_app(const void *self)
{
    return station_app(self);
}
static int64_t edge_now_ms(const void *self)
{
    return station_now_ms(self);
}
static void edge_tell(void *self, struct msg *msg)
{
    station_tell(self, msg);
}
static void edge_connect(void *self)
{
    station_connect(self);
}
static void edge_step(void *self)
{
    station_step(self);
}
static int edge_wait(void *self, struct pollfd *fds, unsigned count, int timeout_ms)
{
    return station_wait(self, fds, count, timeout_ms);
}
static void edge_keep(void *self, const char *name, const char *value)
{
    station_keep(self, name, value);
}
static unsigned edge_wants(void *self)
{
    return station_wants(self);
}
static bool edge_dirty(void *self)
{
    return station_dirty(self);
}
static const char *edge_clipboard(const void *self)
{
    return station_clipboard(self);
}
static const char *edge_print_text(const void *self)
{
    return station_print_text(self);
}

struct edge station_edge(struct station *station)
{
    return (struct edge){.self = station,
                         .app = edge_app,
                         .now_ms = edge_now_ms,
                         .tell = edge_tell,
                         .connect = edge_connect,
                         .step = edge_step,
                         .wait = edge_wait,
                         .keep = edge_keep,
                         .wants = edge_wants,
                         .dirty = edge_dirty,
                         .clipboard = edge_clipboard,
                         .print_text = edge_print_text};
}
