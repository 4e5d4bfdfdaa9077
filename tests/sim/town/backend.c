/* tests/sim/town/backend.c: the hall's machine: loketd's own rooms, moved on turn by turn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/api.h"
#include "core/hall/backup.h"
#include "core/hall/calls.h"
#include "core/hall/polls.h"
#include "tests/sim/town/town.h"

static const char backup_file[] = "/sim/11/backup.db"; /* of the disk BACKUP */

static void folder_of(const struct backend *backend, char out[32])
{
    str_format(out, 32, "/sim/%d/hall", backend->machine.number);
}

/* --- its program --- */

struct backend *backend_home(struct town *town)
{
    return &town->halls[town->serving];
}

struct backend *backend_serving(struct town *town)
{
    return town->side == ON_ROAD ? &town->halls[BUS] : backend_home(town);
}

void backend_close(struct backend *backend)
{
    struct machine *before = town_enter(&backend->machine);
    if (backend->open) {
        http_close(&backend->hall.http);
        hall_lock_up(&backend->hall);
    }
    backend->open = backend->machine.running = false;
    backend->machine.life++;
    town_leave(before);
}

void backend_bury(struct town *town, struct backend *backend)
{
    backend_close(backend);
    backend->machine.ops_to_end = -1;
    if (!backend->stale)
        town_plan(town, town->quiet ? 1000 : town_between(&town->trouble, 200, 40 * 1000), EVENT_START,
                  backend->machine.number, NULL);
}

static enum err open_program(struct town *town, struct backend *backend, struct err_info *info)
{
    char folder[32];
    folder_of(backend, folder);
    backend->hall = (struct hall){0};
    backend->open = true;
    enum err err = hall_unlock(&backend->hall, folder, false, info);
    if (err == ERR_OK)
        err = hall_wake(&backend->hall, info);
    if (err == ERR_OK)
        err = http_open(&backend->hall.http,
                        &(struct http_options){.handle = api_handle, .ctx = &backend->hall}, info);
    (void)town;
    return err;
}

void backend_start(struct town *town, struct backend *backend)
{
    struct err_info info = {0};
    struct machine *machine = &backend->machine;
    if (machine->running || backend->stale)
        return;
    if (disk_is_down(machine->disk))
        disk_boot(machine->disk);
    machine->life++;
    struct machine *before = town_enter(machine);
    enum err err = open_program(town, backend, &info);
    town_leave(before);
    town_tell(town, "hall %d starts: %s", machine->number, err == ERR_OK ? "well" : info.text);
    if (err != ERR_OK) {
        if (err == ERR_CORRUPT)
            town_violated(town, "the hall's file is damaged: %s", info.text);
        backend_bury(town, backend);
        return;
    }
    machine->running = true;
    machine->due_ms = -1;
    check_hall_started(town, backend);
    backend_due(town, backend);
}

void backend_end(struct town *town, struct backend *backend, bool power)
{
    if (!backend->machine.running)
        return;
    if (power)
        disk_power_cut(backend->machine.disk, &town->disks);
    else
        disk_kill(backend->machine.disk);
    backend_bury(town, backend);
}

void backend_due(struct town *town, struct backend *backend)
{
    struct machine *machine = &backend->machine;
    struct machine *before = town_enter(machine);
    hall_look_at_clock(&backend->hall);
    int64_t wait_ms = hall_timeout_ms(&backend->hall);
    town_leave(before);
    if (http_timeout_ms(backend->hall.http) >= 0)
        wait_ms = 0;
    if (wait_ms < 0)
        return;
    int64_t due_ms = town->now_ms + wait_ms;
    if (machine->due_ms >= town->now_ms && machine->due_ms <= due_ms)
        return;
    machine->due_ms = due_ms;
    town_plan(town, wait_ms, EVENT_TURN, machine->number, NULL);
}

void backend_turn(struct town *town, struct backend *backend)
{
    struct machine *machine = &backend->machine;
    bool well = disk_is_well(machine->disk);
    struct machine *before = town_enter(machine);
    struct hall *hall = &backend->hall;
    bool quiet = http_timeout_ms(hall->http) < 0;
    hall_look_at_clock(hall);
    http_run(hall->http, hall->mono_ms);
    sign_ins_checked(hall);
    hall_end_turn(hall, quiet);
    town_leave(before);
    if (machine_down(machine)) {
        backend_bury(town, backend);
    } else if (hall->fatal != ERR_OK) {
        town_tell(town, "hall %d ends: %s", machine->number, err_text(hall->fatal));
        if (hall->fatal == ERR_CORRUPT)
            town_violated(town, "the hall ended: %s", db_message(hall->db));
        disk_kill(machine->disk);
        backend_bury(town, backend);
    } else {
        if (well)
            check_hall_opened(town, backend);
        check_hall_stepped(town, backend);
        backend_due(town, backend);
    }
}

/* --- copies --- */

void backend_backup(struct town *town)
{
    struct backend *backend = backend_serving(town);
    struct err_info info = {0};
    int64_t rev = 0;
    if (!backend->machine.running)
        return;
    struct machine *before = town_enter(&backend->machine);
    enum err err = backup_take(backend->hall.db, backup_file, &rev, &info);
    if (err == ERR_OK)
        err = store_state(backend->hall.db, &backend->hall.state);
    town_leave(before);
    town_tell(town, "backup at rev %lld: %s", (long long)rev, err == ERR_OK ? "made" : info.text);
    if (err == ERR_OK) {
        town->backup_rev = rev;
        check_hall_stepped(town, backend);
    }
    if (machine_down(&backend->machine))
        backend_bury(town, backend);
}

void backend_restore(struct town *town)
{
    struct backend *backend = backend_serving(town);
    struct err_info info = {0};
    char folder[32], *kept = NULL;
    int64_t rev = 0;
    if (town->backup_rev < 0 || !backend->machine.running)
        return;
    int64_t safe = backend->hall.state.safe_through;
    disk_kill(backend->machine.disk);
    backend_close(backend);
    disk_boot(backend->machine.disk);
    folder_of(backend, folder);
    struct machine *before = town_enter(&backend->machine);
    enum err err = backup_restore(folder, backup_file, &kept, &rev, &info);
    town_leave(before);
    town_tell(town, "restore to rev %lld: %s", (long long)rev, err == ERR_OK ? "done" : info.text);
    free(kept);
    if (err == ERR_OK)
        check_restored(town, rev, safe), bus_restored(town, rev);
    else if (!machine_down(&backend->machine) && err != ERR_DISK_FULL && !town_may(town, FAULT_HALL_SYNC) &&
             !town_may(town, FAULT_EIO) && !town_may(town, FAULT_AWAY))
        town_violated(town, "a backup could not be restored: %s", info.text);
    backend_bury(town, backend);
}

/* As a restore does: the hall's row tells of the new epoch. */
static enum err tell_epoch(struct tx *tx, void *ctx)
{
    struct json *hall = NULL;
    const int64_t *epoch = ctx;
    enum err err = tx_get(tx, TABLE_HALL, "hall", &hall);
    if (err == ERR_OK) {
        json_set_int(hall, "epoch", *epoch);
        err = tx_put(tx, TABLE_HALL, "hall", hall);
    }
    json_free(&hall);
    return err;
}

static enum err raise_epoch(struct town *town, struct db *db, int64_t epoch)
{
    struct server_env env = {.db = db, .epoch = epoch, .now_ms = town->now_ms, .mono_ms = 1000};
    struct json *nothing = json_new_object();
    enum err err = db_begin(db);
    if (err == ERR_OK)
        err = store_set_epoch(db, epoch);
    if (err == ERR_OK)
        err = server_change(&env, "hall.restore", nothing, tell_epoch, &epoch);
    if (err == ERR_OK)
        err = db_commit(db);
    json_free(&nothing);
    return err;
}

/* The standby has every commit; it goes on as the hall under a new epoch. The old process may not know it. */
void backend_failover(struct town *town)
{
    struct backend *old = backend_serving(town), *new = &town->halls[1 - town->serving];
    struct err_info info = {0};
    struct db *db = NULL;
    char folder[32];
    if (!old->machine.running || new->machine.running || machine_down(&old->machine))
        return;
    disk_copy(old->machine.disk, new->machine.disk);
    if (disk_is_down(new->machine.disk))
        disk_boot(new->machine.disk);
    folder_of(new, folder);
    struct machine *before = town_enter(&new->machine);
    enum err err = store_open(&db, folder, false, &info);
    if (err == ERR_OK)
        err = raise_epoch(town, db, old->hall.epoch + 1);
    db_close(&db);
    town_leave(before);
    if (err != ERR_OK) {
        town_tell(town, "the standby cannot go on: %s", info.text);
        return; /* its disk failed just now: the old one stays the hall */
    }
    old->stale = true;
    new->stale = false;
    town->serving = 1 - town->serving;
    town_tell(town, "hall %d goes on in place of %d", new->machine.number, old->machine.number);
    check_failed_over(town, old);
    if (town_chance(&town->trouble, 500))
        backend_end(town, old, true);
    else
        town_plan(town, town_between(&town->trouble, 1000, 300 * 1000), EVENT_RECOVER, old->machine.number,
                  NULL);
    backend_start(town, new);
}
