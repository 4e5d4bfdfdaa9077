/* screens/station_session.c: who works at this workstation, at which counter, and where they were before a sudden
 * end. */
#include "screens/station_state.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

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
        station_drain(station);
}

void station_set_display(struct station *station, bool display)
{
    station->display = display;
    show_display(station);
}

void station_tell_signed_in(struct station *station)
{
    struct json *session = session_json(station);
    const char *zone = json_text(json_get(session, "hall"), "timezone");
    if (zone && !zone_set(zone))
        log_write(LOG_WARN, "the hall's time zone %s is not known on this computer", zone);
    /* Before the first copy of the hall neither its name nor its counters are known: told again then. */
    station->whole_session = json_is_object(json_get(session, "hall"));
    station->told = *cache_actor(station->cache);
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

void station_keep_place(struct station *station)
{
    char place[sizeof station->place] = "";
    enum screen_id screen = app_screen(station->app);
    const struct actor *actor = cache_actor(station->cache);
    if (actor && screen == SCREEN_LEAVING) /* whoever goes from there comes back to what lies below */
        return;
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
void station_go_back(struct station *station)
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
    station_drain(station);
    station_keep_place(station);
}

/* The hall tells all of the last month each time, the newest first; what stood here once does not come back. */
static struct json *not_shown_yet(struct station *station, const struct json *told)
{
    struct json *news = json_new_array();
    char *name = xasprintf("told_%s", cache_actor(station->cache)->user);
    const char *kept = cache_setting(station->cache, name);
    char *shown = xstrdup(kept ? kept : "");
    for (const struct json *note = json_first(told); note; note = json_next(note))
        if (strcmp(json_text_or(note, "at", ""), shown) > 0)
            json_add(news, json_copy(note));
    if (json_count(news) &&
        cache_set_setting(station->cache, name, json_text_or(json_first(news), "at", "")) != ERR_OK)
        log_write(LOG_WARN, "what was told of an account is told again");
    free(shown);
    free(name);
    return news;
}

/* What only they may see, and what they must: it stands there until they leave. */
static void show_account(struct station *station, const struct json *session)
{
    const struct json *recovery = json_get(session, "recovery");
    struct json *told = not_shown_yet(station, json_get(session, "told"));
    if (!json_count(recovery) && !json_count(told)) {
        json_free(&told);
        return;
    }
    struct json *args = json_new_object();
    if (recovery)
        json_set(args, "recovery", json_copy(recovery));
    json_set(args, "told", told);
    app_open(station->app, SCREEN_ACCOUNT, args, &station->effects);
    json_free(&args);
    if (!station->draining)
        station_drain(station);
}

void station_on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                          const struct json *session)
{
    struct station *station = ctx;
    station->verifier_due = !err && station->password;
    if (!err && cache_actor(station->cache)) {
        station_tell_signed_in(station);
        (void)station_unlock_answered(station, ERR_OK, NULL, NULL);
        show_account(station, session);
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
    if (!station_unlock_answered(station, err, msg.code, msg.text))
        station_tell(station, &msg);
    station_forget_password(station);
}
