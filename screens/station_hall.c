/* screens/station_hall.c: the way to the hall: one on the network, or the practice hall of this computer. */
#include "screens/station_state.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

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

/* A hall of before knows a search by its address alone. */
static bool is_older(const struct json *body)
{
    return str_equal(json_text(json_get(body, "error"), "code"), "wrong_method");
}

static void on_answer(void *ctx, int64_t tag, enum err err, const struct json *body)
{
    struct station *station = ctx;
    if (tag == station->health_tag) {
        station->health_tag = 0;
        station->training_there = json_bool(body, "practice", false);
        station->status_changed = true;
    }
    for (int i = 0; i < FETCHES_MAX; i++) {
        struct fetch *fetch = &station->fetches[i];
        if (fetch->tag != tag)
            continue;
        if (fetch->in_body && err == ERR_REFUSED && is_older(body)) {
            fetch->in_body = false;
            fetch->tag = sync_get(station->sync, fetch->path);
            if (fetch->tag > 0)
                continue;
            err = ERR_OFFLINE;
        }
        struct msg msg = {.kind = MSG_FETCHED,
                          .what = fetch->path,
                          .to = fetch->from,
                          .json = body,
                          .text = err ? err_text(err) : NULL};
        fetch->tag = 0;
        station_tell(station, &msg);
    }
}

/* --- the hall --- */

/* Before the first sign-in nobody knows yet what kind of hall it is, and whoever types a password there should. */
static void ask_what_it_is(struct station *station)
{
    station->training_there = false;
    station->health_tag =
        cache_kind(station->cache) == HALL_UNKNOWN ? sync_get(station->sync, "/v1/health") : 0;
}

/* The sentence stays on the screen with what to do, until F5 tries again. */
static void hall_failed(struct station *station, const char *why)
{
    str_copy(station->hall_fault, sizeof station->hall_fault, why);
    station->hall_fault_ms = clock_wall_now_ms();
    embedded_stop(&station->hall);
    station->status_changed = true;
}

/* ERR_OK, or text says why that address is not spoken to, in the person's language where it is a matter of TLS. */
static enum err check_way(const struct station *station, const char *url, struct err_info *info)
{
    const struct sync_trust trust = settings_trust(station->settings);
    enum err err = sync_check_way(url, &trust, info);
    if (err != ERR_REFUSED)
        return err;
    return err_set(
        info, err,
        tr(app_ui(station->app)->lang,
           TR("%s is not encrypted: passwords and people's data could be read on the way. Nothing was "
              "sent; what is recorded here stays. Ask an administrator for the https:// address.")),
        url);
}

void station_open_way(struct station *station, const char *url)
{
    str_copy(station->hall_url, sizeof station->hall_url, url);
    const struct sync_events events = {.ctx = station,
                                       .changed = on_changed,
                                       .status = on_status,
                                       .result = on_result,
                                       .signed_in = station_on_signed_in,
                                       .answer = on_answer};
    const struct sync_trust trust = settings_trust(station->settings);
    struct err_info info = {0};
    enum err err = check_way(station, url, &info);
    if (!err && station->sync)
        err = sync_set_url(station->sync, url, &info);
    else if (!err)
        err = sync_new(&station->sync, station->cache, url, &trust, &events, &station->rng, &info);
    if (err)
        return hall_failed(station, info.text);
    station->hall_fault[0] = '\0';
    if (cache_actor(station->cache))
        sync_resume(station->sync);
    ask_what_it_is(station);
    station->status_changed = true;
}

void station_set_setting(struct station *station, const char *name, const char *value)
{
    if (cache_set_setting(station->cache, name, value))
        station_tell_toast(station, TOAST_DANGER, cache_message(station->cache));
}

static void show_sign_in(struct station *station)
{
    if (app_screen(station->app) == SCREEN_START)
        station_tell_kind(station, MSG_SIGNED_OUT);
    else
        station_tell_kind(station, MSG_LOAD);
}

void station_open_practice(struct station *station, const char *pack)
{
    struct err_info info = {0};
    char *folder = xasprintf("%s/hall", station->settings->data);
    struct embedded_options options = {.data = folder,
                                       .pack = pack,
                                       .scenario = station->settings->scenario,
                                       .seed = station->settings->seed};
    if (cache_kind(station->cache) == HALL_REAL) { /* nothing is even started beside it */
        free(folder);
        return hall_failed(
            station,
            tr(app_ui(station->app)->lang,
               TR("A training hall answers here, and this folder belongs to a real hall. Nothing was sent; "
                  "what is not sent yet stays here. To train, start Loket with another folder: --data "
                  "FOLDER.")));
    }
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
void station_watch_hall(struct station *station)
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
        station_open_way(station, embedded_url(station->hall));
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
        station_open_practice(station, cache_setting(station->cache, "pack"));
    else
        station_open_way(station, hall);
}

void station_choose_hall(struct station *station, const struct effect *effect)
{
    bool practice = str_equal(effect->what, "practice");
    struct err_info info = {0};
    if (!practice && check_way(station, effect->text, &info)) /* the next start asks again */
        return station_tell_toast(station, TOAST_DANGER, info.text);
    station_set_setting(station, "hall_url", practice ? "practice" : effect->text);
    if (practice) {
        station_set_setting(station, "pack", effect->text);
        return station_open_practice(station, effect->text);
    }
    station_open_way(station, effect->text);
    if (station->sync)
        show_sign_in(station);
}
