/* screens/station.c: carries out effects and turns what happens in the world into messages. Draws nothing. */
#include "screens/station.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/log.h"
#include "core/cache/cache.h"
#include "core/sync/embedded.h"
#include "core/sync/sync.h"
#include "screens/export.h"
#include "screens/identity.h"
#include "screens/record.h"

enum {
    FETCHES_MAX = 16,
    FOLDERS_MAX = 32,         /* workstations of one practice hall */
    STATUS_EVERY_MS = 1000,   /* how often the count of unsent records is looked at */
    EFFECTS_A_TURN_MAX = 4096 /* more is a circle between screens and cache */
};

struct fetch {
    int64_t tag; /* 0 free */
    unsigned from;
    char path[200];
};
struct station {
    struct settings *settings;
    struct cache *cache;
    struct sync *sync;     /* NULL: no hall yet */
    struct embedded *hall; /* NULL: none of our own */
    char hall_url[200];    /* where it was when the way to it was opened */
    char hall_fault[400];  /* why the practice hall could not be opened; "" */
    struct app *app;
    struct rng rng;
    FILE *record;           /* NULL: none */
    struct effects effects; /* asked for, not yet carried out */
    bool draining;
    int recovered;         /* records, when the cache was damaged; -1: it was not */
    bool damaged;          /* it shows itself only now */
    struct err_info fault; /* why there is no cache any more */
    bool practice, display, whole_session, rows_changed, status_changed, dirty;
    int64_t status_ms;   /* when the status was last looked at, monotonic */
    int64_t key_ms;      /* of the last key, monotonic: for the lock */
    struct json *status; /* as last told */
    char place[160];     /* as last kept: "form CASE USER", "" none */
    struct fetch fetches[FETCHES_MAX];
    unsigned wants;
    struct buf clipboard;
    char folder[400];
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

static void drain(struct station *station);
static void keep_place(struct station *station);

void station_tell(struct station *station, struct msg *msg)
{
    msg->now_ms = station_now_ms(station);
    if (msg->kind == MSG_KEY)
        station->key_ms = clock_mono_now_ms();
    if (station->record)
        record_line(station->record, record_message(msg, app_secret(station->app)));
    app_update(station->app, msg, &station->effects);
    station->dirty = true;
    if (station->draining)
        return;
    drain(station);
    keep_place(station);
}

static void tell_toast(struct station *station, enum toast_kind kind, const char *text)
{
    struct msg msg = {.kind = MSG_TOAST, .toast = kind, .text = text};
    station_tell(station, &msg);
}

static void tell_kind(struct station *station, enum msg_kind kind)
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
    json_set_int(json, "since_ms", status->since_ms);
    json_set_int(json, "offset_ms", status->offset_ms);
    json_set_int(json, "done", status->done);
    json_set_int(json, "total", status->total);
    json_set_text(json, "text", status->text);
    json_set_int(json, "err", status->err);
    json_set_bool(json, "practice", station->practice);
    json_set_text(json, "hall_fault", station->hall_fault);
    struct json *counts = NULL;
    if (cache_actor(station->cache) &&
        cache_load(station->cache, "status", NULL, clock_wall_now_ms(), &counts) == ERR_OK) {
        json_set_int(json, "unsent", json_int(counts, "unsent", 0));
        json_set_int(json, "unsent_others", json_int(counts, "unsent_others", 0));
        json_set_int(json, "disputes", json_int(counts, "disputes", 0));
    }
    json_free(&counts);
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

/* --- signing in --- */

static const struct json *find_row(const struct json *rows, const char *id_or_name)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id_or_name) || str_equal(json_text(row, "name"), id_or_name))
            return row;
    return NULL;
}

/* A counter that the hall has, and at which this clerk may sit; else NULL. */
static const struct json *fitting_counter(const struct station *station, const struct json *accounts,
                                          const char *wished)
{
    const struct json *counter = wished ? find_row(json_get(accounts, "counters"), wished) : NULL;
    const char *agency = json_text_or(counter, "agency", ""), *mine = cache_actor(station->cache)->agency;
    return !*agency || !*mine || str_equal(agency, mine) ? counter : NULL;
}

/* In a practice hall each clerk has a counter of their own. */
static const struct json *practice_counter(const struct station *station, const struct json *accounts)
{
    const struct json *counter = NULL;
    struct json *known = station->hall ? embedded_accounts(station->hall) : NULL;
    for (const struct json *row = json_first(json_get(known, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "login"), cache_actor(station->cache)->login))
            counter = fitting_counter(station, accounts, json_text(row, "counter"));
    json_free(&known);
    return counter;
}

/* Where this clerk sits already, by the hall's own book: so it is after a sudden end. */
static const struct json *held_counter(const struct station *station, const struct json *accounts)
{
    const char *me = cache_actor(station->cache)->user;
    for (const struct json *row = json_first(json_get(accounts, "counters")); row; row = json_next(row))
        if (str_equal(json_text(row, "user"), me) && !str_equal(json_text(row, "state"), "closed"))
            return row;
    return NULL;
}

/* The counter of --counter, the one held now, that of last time, or that of this practice account. */
static void put_counter(struct station *station, const struct json *accounts, struct json *session)
{
    const struct json *counter = fitting_counter(station, accounts, station->settings->counter);
    if (!counter)
        counter = held_counter(station, accounts);
    if (!counter)
        counter = fitting_counter(station, accounts, cache_setting(station->cache, "counter"));
    if (!counter)
        counter = practice_counter(station, accounts);
    if (!counter)
        return;
    json_set_text(session, "counter", json_text(counter, "id"));
    json_set_text(session, "counter_name", json_text(counter, "name"));
}

static struct json *session_json(struct station *station)
{
    const struct actor *actor = cache_actor(station->cache);
    struct json *session = json_new_object(), *user = json_new_object(), *roles = json_new_array(),
                *accounts = NULL;
    json_set_text(user, "id", actor->user);
    json_set_text(user, "login", actor->login);
    json_set_text(user, "name", actor->name);
    json_set_text(user, "agency", actor->agency);
    for (unsigned bit = 1; bit <= ROLE_ALL; bit <<= 1)
        if (actor->roles & bit)
            json_add_text(roles, role_text(bit));
    json_set(user, "roles", roles);
    json_set(session, "user", user);
    if (cache_load(station->cache, "accounts", NULL, clock_wall_now_ms(), &accounts) == ERR_OK) {
        put_counter(station, accounts, session);
        if (json_is_object(json_get(accounts, "hall")))
            json_set(session, "hall", json_copy(json_get(accounts, "hall")));
    }
    json_free(&accounts);
    return session;
}

static void show_display(struct station *station)
{
    if (!station->display || !cache_actor(station->cache))
        return;
    app_open(station->app, SCREEN_DISPLAY, NULL, &station->effects);
    if (!station->draining)
        drain(station);
}

void station_set_display(struct station *station, bool display)
{
    station->display = display;
    show_display(station);
}

static void tell_signed_in(struct station *station)
{
    struct json *session = session_json(station);
    const char *zone = json_text(json_get(session, "hall"), "timezone");
    if (zone && !zone_set(zone))
        log_write(LOG_WARN, "the hall's time zone %s is not known on this computer", zone);
    /* Before the first copy of the hall neither its name nor its counters are known: told again then. */
    station->whole_session = json_is_object(json_get(session, "hall"));
    struct msg msg = {.kind = MSG_SIGNED_IN, .json = session};
    station_tell(station, &msg);
    json_free(&session);
    show_display(station);
}

/* --- where the person is, for a start after a sudden end --- */

/* Only work on an application is a place to come back to. */
static bool is_place(enum screen_id screen)
{
    return screen == SCREEN_FORM || screen == SCREEN_DOCUMENTS || screen == SCREEN_DECISION;
}

static void keep_place(struct station *station)
{
    char place[sizeof station->place] = "";
    enum screen_id screen = app_screen(station->app);
    const struct actor *actor = cache_actor(station->cache);
    if (actor && is_place(screen))
        str_format(place, sizeof place, "%s %s %s", screen_info(screen)->name, app_object(station->app),
                   actor->user);
    if (str_equal(place, station->place))
        return;
    str_copy(station->place, sizeof station->place, place);
    if (cache_keep_place(station->cache, place))
        log_write(LOG_WARN, "the place is not kept: %s", cache_message(station->cache));
}

/* The same screen on the same application, if the same person is there; Esc leads from it to the desk. */
static void go_back(struct station *station)
{
    char name[32], object[64], user[UUID_TEXT];
    enum screen_id screen;
    const char *place = cache_setting(station->cache, "place");
    if (!place || sscanf(place, "%31s %63s %36s", name, object, user) != 3 || !screen_find(name, &screen) ||
        !is_place(screen) || !str_equal(user, cache_actor(station->cache)->user))
        return;
    struct json *args = json_new_object();
    json_set_text(args, "case", object);
    app_open(station->app, screen, args, &station->effects);
    json_free(&args);
    drain(station);
    keep_place(station);
}

static void on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                         const struct json *session)
{
    struct station *station = ctx;
    (void)session;
    if (!err && cache_actor(station->cache)) {
        tell_signed_in(station);
        return;
    }
    char text[400];
    enum lang lang = app_ui(station->app)->lang;
    struct msg msg = {.kind = MSG_SIGNED_IN, .code = code, .text = message ? message : err_text(err)};
    if (err == ERR_OFFLINE && station->hall_url[0]) {
        str_format(
            text, sizeof text,
            str_equal(code, "not_a_hall")
                ? tr(lang, TR("What answers at %s is not a hall. Check the address, and whether the network "
                              "wants you to sign in first."))
                : tr(lang, TR("The hall cannot be reached at %s. Check the network and the address.")),
            station->hall_url);
        msg.text = text;
    }
    station_tell(station, &msg);
}

/* --- what sync tells --- */

static void on_changed(void *ctx)
{
    struct station *station = ctx;
    station->rows_changed = true;
}

static void on_status(void *ctx, const struct sync_status *status)
{
    struct station *station = ctx;
    (void)status;
    station->status_changed = true;
}

static void on_result(void *ctx, int64_t seq, const struct json *result)
{
    struct msg msg = {.kind = MSG_RESULT, .seq = seq, .json = result};
    station_tell(ctx, &msg);
}

static void on_answer(void *ctx, int64_t tag, enum err err, const struct json *body)
{
    struct station *station = ctx;
    for (int i = 0; i < FETCHES_MAX; i++) {
        struct fetch *fetch = &station->fetches[i];
        if (fetch->tag != tag)
            continue;
        struct msg msg = {.kind = MSG_FETCHED,
                          .what = fetch->path,
                          .to = fetch->from,
                          .json = err ? NULL : body,
                          .text = err ? err_text(err) : NULL};
        fetch->tag = 0;
        station_tell(station, &msg);
    }
}

/* --- the hall --- */

static void open_way(struct station *station, const char *url)
{
    str_copy(station->hall_url, sizeof station->hall_url, url);
    const struct sync_events events = {.ctx = station,
                                       .changed = on_changed,
                                       .status = on_status,
                                       .result = on_result,
                                       .signed_in = on_signed_in,
                                       .answer = on_answer};
    struct err_info info = {0};
    enum err err = station->sync ? sync_set_url(station->sync, url, &info)
                                 : sync_new(&station->sync, station->cache, url, station->settings->ca,
                                            &events, &station->rng, &info);
    if (err)
        return tell_toast(station, TOAST_DANGER, info.text);
    if (cache_actor(station->cache))
        sync_resume(station->sync);
    station->status_changed = true;
}

static void set_setting(struct station *station, const char *name, const char *value)
{
    if (cache_set_setting(station->cache, name, value))
        tell_toast(station, TOAST_DANGER, cache_message(station->cache));
}

static void show_sign_in(struct station *station)
{
    if (app_screen(station->app) == SCREEN_START)
        tell_kind(station, MSG_SIGNED_OUT);
    else
        tell_kind(station, MSG_LOAD);
}

/* The sentence stays on the screen with what to do, until F5 tries again. */
static void hall_failed(struct station *station, const char *why)
{
    str_copy(station->hall_fault, sizeof station->hall_fault, why);
    embedded_stop(&station->hall);
    station->status_changed = true;
}

static void open_practice(struct station *station, const char *pack)
{
    struct err_info info = {0};
    char *folder = xasprintf("%s/hall", station->settings->data);
    struct embedded_options options = {.data = folder,
                                       .pack = pack,
                                       .scenario = station->settings->scenario,
                                       .seed = station->settings->seed};
    station->practice = true;
    station->hall_fault[0] = '\0';
    station->status_changed = true;
    if (embedded_start(&station->hall, &options, &info))
        hall_failed(station, info.text);
    free(folder);
}

/* The display needs no person: in a practice hall it signs in as whoever sees every queue. */
static void sign_in_display(struct station *station)
{
    struct json *accounts = embedded_accounts(station->hall);
    const struct json *rows = json_get(accounts, "rows"), *best = json_first(rows);
    for (const struct json *row = best; row; row = json_next(row))
        if (json_has_text(json_get(row, "roles"), "supervisor"))
            best = row;
    const char *login = json_text(best, "login");
    const char *password = login ? embedded_password(station->hall, login) : NULL;
    if (station->sync && password)
        sync_sign_in(station->sync, login, password);
    json_free(&accounts);
}

/* The practice hall starts beside us; once it listens, the way to it is opened. */
static void watch_hall(struct station *station)
{
    struct err_info info = {0};
    bool first;
    if (!station->hall)
        return;
    switch (embedded_step(station->hall, &info)) {
    case EMBEDDED_STARTING:
        return;
    case EMBEDDED_READY:
        if (str_equal(station->hall_url, embedded_url(station->hall)))
            return;
        first = !station->sync;
        open_way(station, embedded_url(station->hall));
        if (!first) /* the same hall, started again at another place */
            return;
        if (!cache_actor(station->cache))
            show_sign_in(station);
        if (!cache_actor(station->cache) && station->settings->display)
            sign_in_display(station);
        return;
    case EMBEDDED_FAILED:
        return hall_failed(station, info.text);
    }
}

void station_connect(struct station *station)
{
    const char *hall = station->settings->hall;
    if (!hall)
        hall = cache_setting(station->cache, "hall_url");
    if (!hall || app_screen(station->app) == SCREEN_START)
        return;
    if (strcmp(hall, "practice") == 0)
        open_practice(station, cache_setting(station->cache, "pack"));
    else
        open_way(station, hall);
}

static void choose_hall(struct station *station, const struct effect *effect)
{
    bool practice = str_equal(effect->what, "practice");
    set_setting(station, "hall_url", practice ? "practice" : effect->text);
    if (practice) {
        set_setting(station, "pack", effect->text);
        return open_practice(station, effect->text);
    }
    open_way(station, effect->text);
    if (station->sync)
        show_sign_in(station);
}

/* --- effects --- */

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
    json_set_bool(json, "bell", settings->bell);
    json_set_bool(json, "ascii", settings->ascii);
    json_set_bool(json, "mouse", settings->mouse);
    json_set_int(json, "lock_after_min", settings->lock_after_min);
    json_set_text(json, "data", station->folder);
    char *config = settings_config_path("config"), *log = xasprintf("%s/loket.log", settings->data);
    json_set_text(json, "config", config);
    json_set_text(json, "log", settings->log ? settings->log : log);
    json_set_text(json, "version", LOKET_VERSION);
    free(config);
    free(log);
    return json;
}

static void load(struct station *station, const struct effect *effect)
{
    struct json *answer = NULL;
    enum err err = ERR_OK;
    if (str_equal(effect->what, "settings"))
        answer = settings_json(station);
    else if (str_equal(effect->what, "practice_accounts"))
        answer = station->hall ? embedded_accounts(station->hall) : json_new_object();
    else
        err = cache_load(station->cache, effect->what, effect->json, clock_wall_now_ms(), &answer);
    if (err) {
        if (err != ERR_ABSENT)
            tell_toast(station, TOAST_DANGER, cache_trouble(station, err));
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
        return sync_sign_in(station->sync, effect->what, password);
    on_signed_in(station, ERR_OFFLINE, "offline",
                 tr(app_ui(station->app)->lang, TR("The hall is not reached yet. Try again in a moment.")),
                 NULL);
}

static void sign_out(struct station *station)
{
    if (station->sync)
        sync_sign_out(station->sync);
    else if (cache_sign_out(station->cache))
        tell_toast(station, TOAST_DANGER, cache_message(station->cache));
    tell_kind(station, MSG_SIGNED_OUT);
    station->status_changed = true;
}

static void fetch(struct station *station, const struct effect *effect)
{
    for (int i = 0; station->sync && i < FETCHES_MAX; i++) {
        struct fetch *place = &station->fetches[i];
        if (place->tag)
            continue;
        str_copy(place->path, sizeof place->path, effect->what);
        place->from = effect->from;
        place->tag = sync_get(station->sync, effect->what);
        return;
    }
    struct msg msg = {
        .kind = MSG_FETCHED, .what = effect->what, .to = effect->from, .text = err_text(ERR_OFFLINE)};
    station_tell(station, &msg);
}

static void export_outbox(struct station *station, const struct effect *effect)
{
    struct err_info info = {0};
    int64_t count = 0;
    if (export_outbox_file(station->cache, effect->text, station_now_ms(station), &count, &info))
        return tell_toast(station, TOAST_DANGER, info.text);
    char text[500];
    str_format(text, sizeof text, tr(app_ui(station->app)->lang, TR("%d records written to %s")), (int)count,
               effect->text);
    tell_toast(station, TOAST_GOOD, text);
}

/* Takes a choice over into the settings that count; false: it is none of those. */
static bool take_choice(struct settings *settings, const char *name, const char *value)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"bell", &settings->bell}, {"ascii", &settings->ascii}, {"mouse", &settings->mouse}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (str_equal(flags[i].name, name)) {
            *flags[i].flag = str_equal(value, "yes");
            return true;
        }
    }
    if (str_equal(name, "lock_after_min"))
        settings->lock_after_min = atoi(value);
    else if (str_equal(name, "theme"))
        settings_put(&settings->theme, value);
    else
        return false;
    return true;
}

/* What was chosen on the settings screen counts again where command line and settings file say nothing else. */
static void take_kept_choices(struct station *station)
{
    static const char *const names[] = {"bell", "ascii", "mouse", "lock_after_min", "theme"};
    const struct settings *settings = station->settings;
    const bool as_built[] = {settings->bell, !settings->ascii, !settings->mouse, !settings->lock_after_min,
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
    set_setting(station, name, value);
    tell_kind(station, MSG_LOAD);
}

static void change_setting(struct station *station, const struct effect *effect)
{
    if (str_equal(effect->what, "theme") && str_equal(effect->text, "next")) {
        station->wants |= WANT_NEXT_THEME;
        return;
    }
    take_choice(station->settings, effect->what, effect->text);
    set_setting(station, effect->what, effect->text);
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
        return sign_out(station);
    case EFFECT_SETTING:
        return change_setting(station, effect);
    case EFFECT_HALL:
        return choose_hall(station, effect);
    case EFFECT_FETCH:
        return fetch(station, effect);
    case EFFECT_EXPORT:
        return export_outbox(station, effect);
    case EFFECT_COPY:
        buf_clear(&station->clipboard);
        buf_adds(&station->clipboard, effect->text);
        station->wants |= WANT_COPY;
        return;
    case EFFECT_BELL:
        station->wants |= WANT_BELL;
        return;
    case EFFECT_RETRY:
        if (station->sync)
            sync_retry_now(station->sync);
        else if (station->practice && !station->hall)
            open_practice(station, cache_setting(station->cache, "pack"));
        return;
    case EFFECT_REDRAW:
        station->wants |= WANT_REDRAW;
        return;
    case EFFECT_SUSPEND:
        station->wants |= WANT_SUSPEND;
        return;
    case EFFECT_QUIT:
        station->wants |= WANT_QUIT;
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
static void drain(struct station *station)
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

/* --- a damaged cache --- */

static void tell_recovered(struct station *station)
{
    char text[300];
    if (station->recovered < 0)
        return;
    log_write(LOG_WARN, "the cache was rebuilt; %d records recovered", station->recovered);
    str_format(text, sizeof text, tr(app_ui(station->app)->lang, TR("Cache rebuilt; %d records recovered.")),
               station->recovered);
    tell_toast(station, TOAST_WARN, text);
}

/* A page of the cache could not be read: it is opened anew, which salvages what a person did; the rest comes from
 * the hall once somebody has signed in. What is typed at this moment goes into the old file first. Only once:
 * a second time the disk itself is broken, and the sentence on the screen says so. */
static void heal(struct station *station)
{
    char url[sizeof station->hall_url];
    bool first = station->recovered < 0;
    if (first)
        tell_kind(station, MSG_SIGNED_OUT);
    station->damaged = false;
    if (!first)
        return;
    sync_free(&station->sync);
    cache_close(&station->cache);
    if (cache_open(&station->cache, station->folder, clock_wall_now_ms(), &station->rng, &station->recovered,
                   &station->fault)) {
        station->wants |= WANT_QUIT;
        return;
    }
    station->whole_session = false;
    str_copy(url, sizeof url, station->hall_url);
    if (*url)
        open_way(station, url);
    tell_kind(station, MSG_LOAD);
    tell_recovered(station);
}

/* --- the turn --- */

static void lock_when_idle(struct station *station, int64_t mono_ms)
{
    int64_t after_ms = (int64_t)station->settings->lock_after_min * 60 * 1000;
    if (after_ms && cache_actor(station->cache) && mono_ms - station->key_ms > after_ms)
        sign_out(station);
}

void station_step(struct station *station)
{
    int64_t mono_ms = clock_mono_now_ms();
    if (station->damaged)
        heal(station);
    if (!station->cache)
        return;
    watch_hall(station);
    if (station->sync)
        sync_step(station->sync, clock_wall_now_ms(), mono_ms);
    if (station->status_changed || station->rows_changed || mono_ms - station->status_ms >= STATUS_EVERY_MS)
        tell_status(station);
    if (station->rows_changed) {
        station->rows_changed = false;
        if (cache_actor(station->cache) && !station->whole_session)
            tell_signed_in(station);
        else
            tell_kind(station, MSG_LOAD);
    }
    lock_when_idle(station, mono_ms);
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
        set_setting(station, "pack", pack);
    free(folder);
}

static enum screen_id first_screen(struct station *station, enum lang lang)
{
    const char *hall =
        station->settings->hall ? station->settings->hall : cache_setting(station->cache, "hall_url");
    if (!hall)
        return SCREEN_START;
    if (strcmp(hall, "practice") != 0 || cache_setting(station->cache, "pack"))
        return SCREEN_SIGN_IN;
    know_pack(station);
    if (cache_setting(station->cache, "pack"))
        return SCREEN_SIGN_IN;
    if (lang != LANG_ID && lang != LANG_AZ && !station->settings->display)
        return SCREEN_START;
    set_setting(station, "pack", lang_code(lang == LANG_ID ? LANG_ID : LANG_AZ));
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
    station->key_ms = clock_mono_now_ms();
    rng_seed_from_system(&station->rng);
    char *folder = own_folder(settings);
    enum err err = open_cache(station, folder, info);
    free(folder);
    if (err)
        return err;
    take_kept_choices(station);
    if (!settings->lang && lang_find(cache_setting(station->cache, "lang"), &kept))
        lang = kept;
    station->app = app_new(keys, lang);
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
    drain(station);
    if (cache_actor(station->cache) && first == SCREEN_SIGN_IN) {
        tell_signed_in(station);
        go_back(station);
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
    if (s->app && s->cache) {
        app_leave(s->app, &s->effects);
        drain(s);
    }
    sync_free(&s->sync);
    embedded_stop(&s->hall);
    app_free(&s->app);
    cache_close(&s->cache);
    if (s->record)
        fclose(s->record);
    effects_deinit(&s->effects);
    json_free(&s->status);
    buf_free(&s->clipboard);
    free(s);
    *station = NULL;
}
