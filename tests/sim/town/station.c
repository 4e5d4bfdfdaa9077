/* tests/sim/town/station.c: a workstation's machine: the shipped cache and sync, and what a screen would do with them. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/town.h"

static void folder_of(const struct station *station, char out[32])
{
    str_format(out, 32, "/sim/%d/station", station->machine.number);
}

struct station *station_of(struct town *town, int machine)
{
    return &town->stations[machine - FIRST_STATION];
}

/* --- what sync tells --- */

/* Callbacks know their station by the machine that runs: no pointer outlives a program. */
static struct station *own(void)
{
    return station_of(here.town, here.machine->number);
}

static void on_result(void *ctx, int64_t seq, const struct json *result)
{
    (void)ctx;
    struct station *station = own();
    if (machine_down(&station->machine))
        return;
    check_result(here.town, station, seq, result);
    people_result(here.town, station, seq, result);
}

static void on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                         const struct json *session)
{
    (void)ctx, (void)code, (void)message, (void)session;
    own()->signed_in = err == ERR_OK;
    if (err == ERR_OK)
        own()->counter[0] = '\0';
}

/* --- its program --- */

void station_close(struct station *station)
{
    struct machine *before = town_enter(&station->machine);
    sync_free(&station->sync);
    cache_close(&station->cache);
    station->machine.running = false;
    station->machine.life++;
    station->signed_in = station->wants_answer = false;
    station->counter[0] = station->form[0] = '\0';
    town_leave(before);
}

void station_bury(struct town *town, struct station *station)
{
    station_close(station);
    station->machine.ops_to_end = -1;
    town_plan(town, town->quiet ? 1000 : town->pace * town_between(&town->trouble, 200, 60 * 1000),
              EVENT_START, station->machine.number, NULL);
}

void station_end(struct town *town, struct station *station, bool power)
{
    if (!station->machine.running)
        return;
    if (power)
        disk_power_cut(station->machine.disk, &town->disks);
    else
        disk_kill(station->machine.disk);
    station_bury(town, station);
}

static enum err open_program(struct town *town, struct station *station, int *recovered,
                             struct err_info *info)
{
    static const struct sync_events events = {.result = on_result, .signed_in = on_signed_in};
    char folder[32];
    folder_of(station, folder);
    rng_seed(&station->rng, rng_next(&town->starts));
    enum err err = cache_open(&station->cache, folder, clock_wall_now_ms(), &station->rng, recovered, info);
    if (err == ERR_OK)
        err = sync_new(&station->sync, station->cache, "http://hall", &(struct sync_trust){.plain = true},
                       &events, &station->rng, info);
    return err;
}

void station_start(struct town *town, struct station *station)
{
    struct err_info info = {0};
    struct machine *machine = &station->machine;
    int recovered = -1;
    if (machine->running || station->gone)
        return;
    if (disk_is_down(machine->disk))
        disk_boot(machine->disk);
    machine->life++;
    struct machine *before = town_enter(machine);
    enum err err = open_program(town, station, &recovered, &info);
    town_leave(before);
    town_tell(town, "station %d starts: %s", machine->number, err == ERR_OK ? "well" : info.text);
    if (err != ERR_OK) {
        station_bury(town, station);
        return;
    }
    machine->running = true;
    machine->due_ms = -1;
    check_station_started(town, station, recovered);
    before = town_enter(machine);
    if (cache_token(station->cache)) {
        station->signed_in = true;
        sync_resume(station->sync);
    } else {
        sync_sign_in(station->sync, people[station->person].login, "right");
    }
    town_leave(before);
    station_plan(town, station);
    town_plan(town, town_between(&town->people, 50, 3000), EVENT_PERSON, machine->number, NULL);
}

/* --- steps --- */

void station_plan(struct town *town, struct station *station)
{
    struct machine *machine = &station->machine, *before;
    if (!machine->running)
        return;
    before = town_enter(machine);
    int wait_ms = sync_timeout_ms(station->sync, clock_mono_now_ms());
    town_leave(before);
    if (wait_ms < 0)
        return;
    int64_t due_ms = town->now_ms + wait_ms;
    if (machine->due_ms >= town->now_ms && machine->due_ms <= due_ms)
        return;
    machine->due_ms = due_ms;
    town_plan(town, wait_ms, EVENT_DUE, machine->number, NULL);
}

/* After anything was done on the machine: its end, or its next step. */
static void after(struct town *town, struct station *station)
{
    if (machine_down(&station->machine)) {
        station_bury(town, station);
        return;
    }
    check_station_stepped(town, station);
    station_plan(town, station);
}

void station_step(struct town *town, struct station *station)
{
    bool well = disk_is_well(station->machine.disk);
    struct machine *before = town_enter(&station->machine);
    sync_step(station->sync, clock_wall_now_ms(), clock_mono_now_ms());
    town_leave(before);
    if (well && !machine_down(&station->machine))
        check_station_opened(town, station);
    after(town, station);
}

bool station_confirm(struct town *town, struct station *station, const char *type, struct json *body)
{
    struct saved saved = {0};
    struct machine *before = town_enter(&station->machine);
    enum err err = sync_refuses(station->sync, type) ? ERR_OFFLINE : ERR_OK;
    if (err == ERR_OK)
        err = cache_confirm(station->cache, type, body, clock_wall_now_ms(), &station->rng, &saved);
    bool is_saved = err == ERR_OK && !machine_down(&station->machine);
    town_tell(town, "station %d %s: %s %s", station->machine.number, type,
              err == ERR_OK ? "saved" : err_text(err), err == ERR_REFUSED ? saved.outcome.code : "");
    if (is_saved) {
        check_confirmed(town, station, &saved, type, body);
        if (command_class(type) == COMMAND_ONLINE)
            station->wants_answer = true;
        sync_wake(station->sync);
    } else if (err != ERR_REFUSED && err != ERR_OFFLINE) {
        check_unsure(town, station, body);
    }
    town_leave(before);
    json_free(&saved.outcome.data);
    json_free(&body);
    after(town, station);
    return is_saved;
}

void station_sign_in(struct town *town, struct station *station, int person)
{
    struct machine *before = town_enter(&station->machine);
    station->person = person;
    station->form[0] = '\0';
    sync_sign_in(station->sync, people[person].login, "right");
    town_leave(before);
    after(town, station);
}

void station_sign_out(struct town *town, struct station *station)
{
    struct machine *before = town_enter(&station->machine);
    sync_sign_out(station->sync);
    station->signed_in = station->wants_answer = false;
    station->counter[0] = '\0';
    town_leave(before);
    after(town, station);
}
