/* core/hall/demo_hall.c: the hall of a simulated day: a store in a folder of its own that goes with it, the pack's counters,
 * a clerk for each, a reception and a supervisor. None of them can sign in. */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hall/admin.h"
#include "core/hall/demo_inside.h"
#include "core/hall/morning.h"
#include "core/model/role.h"

/* A Monday; every day of a demo is counted from it, so that a seed's days are the same next year. */
static const char first_day[] = "2026-03-02";

/* --- the folder --- */

enum err demo_make_folder(char **folder, struct err_info *info)
{
    const char *place = getenv("TMPDIR");
    *folder = xasprintf("%s/loket-demo-XXXXXX", str_empty(place) ? "/tmp" : place);
    if (mkdtemp(*folder))
        return ERR_OK;
    enum err err = err_set(info, err_from_errno(errno),
                           "No folder for a simulated hall can be made at %s: %s.", *folder, strerror(errno));
    free(*folder);
    *folder = NULL;
    return err;
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
    (void)stat, (void)kind, (void)walk;
    return remove(path);
}

void demo_remove_folder(char **folder)
{
    if (*folder)
        (void)nftw(*folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(*folder);
    *folder = NULL;
}

/* --- people --- */

static enum err add_user(struct demo *d, const char *login, const char *role, const char *agency,
                         struct actor *actor, struct err_info *info)
{
    struct json *request = json_new_object(), *roles = json_new_array(), *answer = NULL;
    json_set_text(request, "do", "user.add");
    json_set_text(request, "login", login);
    json_set_text(request, "name", login);
    json_add_text(roles, role);
    json_set(request, "roles", roles);
    json_set_text(request, "agency", agency);
    enum err err = admin_apply(&d->env, request, &answer, info);
    *actor = (struct actor){.roles = role_find(role)};
    str_copy(actor->user, sizeof actor->user, json_text_or(json_get(answer, "row"), "id", ""));
    str_copy(actor->login, sizeof actor->login, login);
    str_copy(actor->name, sizeof actor->name, login);
    str_copy(actor->agency, sizeof actor->agency, agency);
    uuid_v7(d->env.now_ms, &d->rng, actor->client);
    json_free(&answer);
    json_free(&request);
    return err;
}

static enum err add_clerk(struct demo *d, const struct json *counter, struct err_info *info)
{
    struct demo_clerk *clerk = &d->clerks[d->clerk_count];
    char login[64];
    *clerk = (struct demo_clerk){.queues = json_get(counter, "queues"), .visit = -1};
    str_copy(clerk->counter, sizeof clerk->counter, json_text_or(counter, "name", ""));
    str_format(login, sizeof login, "clerk-%s", clerk->counter);
    d->clerk_count++;
    return add_user(d, login, "clerk", json_text_or(counter, "agency", ""), &clerk->actor, info);
}

/* The pack's first counters, as many as have somebody. */
static enum err add_people(struct demo *d, int clerks, struct err_info *info)
{
    const struct json *counters = json_get(json_get(d->pack.about, "practice"), "counters");
    int count = (int)json_count(counters);
    d->clerks = xcalloc((size_t)count + 1, sizeof *d->clerks);
    enum err err = add_user(d, "reception", "reception", "", &d->reception, info);
    if (err == ERR_OK)
        err = add_user(d, "supervisor", "supervisor", "", &d->supervisor, info);
    if (err == ERR_OK)
        err = add_user(d, "approver", "approver", "", &d->approver, info);
    for (const struct json *counter = json_first(counters); counter && err == ERR_OK;
         counter = json_next(counter))
        if (clerks == 0 || d->clerk_count < clerks)
            err = add_clerk(d, counter, info);
    return err;
}

/* --- the hall --- */

void demo_calendar(struct demo *d)
{
    static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    const struct json *weekend = json_get(d->pack.about, "weekend");
    d->calendar = (struct calendar){.holidays = d->pack.days, .holiday_count = d->pack.day_count};
    for (int i = 0; i < 7; i++)
        if (json_has_text(weekend, names[i]))
            d->calendar.weekend |= 1u << i;
}

static enum err make_hall(struct demo *d, const char *address, int clerks, struct err_info *info)
{
    int64_t end_ms;
    struct hall_state state;
    if (!zone_set(json_text_or(d->pack.about, "timezone", "UTC")) || !day_parse(first_day, &d->first_day) ||
        !time_day_end(first_day, &end_ms))
        return err_set(info, ERR_INVALID, "This computer does not know the pack's time zone.");
    struct setup setup = {.data = address ? address : d->folder,
                          .code = "DEMO",
                          .name = "Simulated hall",
                          .practice = true,
                          .now_ms = time_day_start(end_ms) - 30 * 60 * 60 * 1000};
    struct db *db = NULL;
    enum err err = setup_hall(&setup, &d->pack, &db, info);
    if (err != ERR_OK)
        return err;
    d->env = (struct server_env){.db = db, .now_ms = setup.now_ms, .mono_ms = setup.now_ms};
    err = store_state(db, &state);
    d->env.epoch = state.epoch;
    if (err == ERR_OK)
        err = db_begin(db);
    if (err == ERR_OK)
        err = morning_counters(&d->env, &d->pack, info);
    if (err == ERR_OK)
        err = add_people(d, clerks, info);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK && !info->text[0])
        store_fail(db, err, info);
    return err;
}

enum err demo_open_at(struct demo *demo, const char *address, const struct scenario *scenario,
                      const char *pack, uint64_t seed, int clerks, struct err_info *info)
{
    *demo = (struct demo){.scenario = scenario, .seed = seed};
    rng_seed(&demo->rng, seed);
    enum err err = setup_pack(pack, &demo->pack, info);
    if (err != ERR_OK)
        return err;
    demo_calendar(demo);
    demo->staffed = scenario->clerks > 0 ? scenario->clerks : INT_MAX;
    err = demo_make_folder(&demo->folder, info);
    if (err == ERR_OK)
        err = make_hall(demo, address, clerks > 0 ? clerks : scenario->clerks, info);
    if (err != ERR_OK)
        demo_close(demo);
    return err;
}

enum err demo_open(struct demo *demo, const struct scenario *scenario, const char *pack, uint64_t seed,
                   int clerks, struct err_info *info)
{
    return demo_open_at(demo, NULL, scenario, pack, seed, clerks, info);
}

void demo_close(struct demo *demo)
{
    if (demo->env.db) {
        db_rollback(demo->env.db);
        db_close(&demo->env.db);
    }
    demo_remove_folder(&demo->folder);
    demo_drop_forms(demo);
    pack_free(&demo->pack);
    free(demo->clerks);
    free(demo->events);
    *demo = (struct demo){0};
}
