/* tests/sim/town/backend.c: the hall's machine: loketd's own rooms, moved on turn by turn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/api.h"
#include "core/hall/backup.h"
#include "core/hall/calls.h"
#include "core/hall/polls.h"
#include "tests/sim/town/town.h"

static const char backup_file[] = "/sim/8/backup.db"; /* of the disk BACKUP */

static void folder_of(const struct backend *backend, char out[32])
{
    str_format(out, 32, "/sim/%d/hall", backend->machine.number);
}

/* --- a new hall --- */

static const struct row {
    enum table table;
    const char *row;
} rows[] = {
    {TABLE_HALL, "{\"id\":\"hall\",\"code\":\"T1\",\"name\":\"Test "
                 "hall\",\"timezone\":\"Asia/Baku\",\"pack\":\"az\",\"epoch\":1,"
                 "\"business_day\":\"2026-11-25\",\"currency\":\"AZN\",\"date_order\":\"dmy\",\"weekend\":["
                 "\"sat\",\"sun\"],"
                 "\"holidays\":[],\"priorities\":[{\"code\":\"elderly\",\"class\":1},{\"code\":\"disabled\","
                 "\"class\":2}],"
                 "\"policy\":{\"no_show_calls_min\":1,\"no_show_wait_min_s\":5}}"},
    {TABLE_AGENCY, "{\"id\":\"a1\",\"name\":{\"en\":\"Population\"}}"},
    {TABLE_AGENCY, "{\"id\":\"a2\",\"name\":{\"en\":\"Taxes\"}}"},
    {TABLE_QUEUE, "{\"id\":\"p\",\"code\":\"P\",\"name\":{\"en\":\"Population\"},\"agency\":\"a1\",\"rule\":{"
                  "\"kind\":\"fifo\"},"
                  "\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s1\"]}"},
    {TABLE_QUEUE, "{\"id\":\"q\",\"code\":\"Q\",\"name\":{\"en\":\"Quick\"},\"agency\":\"a1\",\"rule\":{"
                  "\"kind\":\"priority\","
                  "\"max_run\":2},\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s2\"]}"},
    {TABLE_QUEUE, "{\"id\":\"t\",\"code\":\"T\",\"name\":{\"en\":\"Taxes\"},\"agency\":\"a2\",\"rule\":{"
                  "\"kind\":\"fifo\"},"
                  "\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s3\"]}"},
#define FORM                                                                                             \
    "\"form\":{\"version\":1,\"schema\":{\"type\":\"object\",\"required\":[\"reason\"],\"properties\":{" \
    "\"reason\":{"                                                                                       \
    "\"enum\":[\"expired\",\"lost\"]},\"street\":{\"type\":\"string\"},\"note\":{\"type\":\"string\"}}}}"
#define SERVICE(id, agency, queue, more)                                                                  \
    "{\"id\":\"" id "\",\"agency\":\"" agency "\",\"queue\":\"" queue                                     \
    "\",\"form_version\":1,\"name\":{\"en\":\"Service " id "\"},\"documents\":[{\"code\":\"old-card\"}]," \
    "\"fees\":[{\"tier\":\"standard\",\"duty\":\"5.00 AZN\",\"charge\":\"0 AZN\",\"currency\":\"AZN\"}]," \
    "\"time\":{\"standard\":\"P5D\",\"days\":\"working\"},\"legal\":[{\"code\":\"L1\",\"name\":{\"en\":"  \
    "\"Law\"}}],"                                                                                         \
    "\"reasons\":[{\"code\":\"R1\",\"outcomes\":[\"refuse\",\"return\"],\"legal\":[\"L1\"],\"name\":{"    \
    "\"en\":\"Not "                                                                                       \
    "genuine\"}}]," more FORM "}"
    {TABLE_SERVICE, SERVICE("s1", "a1", "p", "")},
    {TABLE_SERVICE, SERVICE("s2", "a1", "q", "\"four_eyes\":true,")},
    {TABLE_SERVICE, SERVICE("s3", "a2", "t", "")},
#define COUNTER(id, name, agency, queues)                                                    \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"agency\":\"" agency "\",\"queues\":[" queues \
    "],\"state\":\"closed\",\"user\":null,\"fence\":0}"
    {TABLE_COUNTER, COUNTER("c1", "1", "a1", "{\"queue\":\"p\",\"weight\":1}")},
    {TABLE_COUNTER,
     COUNTER("c2", "2", "a1", "{\"queue\":\"p\",\"weight\":1},{\"queue\":\"q\",\"weight\":2}")},
    {TABLE_COUNTER, COUNTER("c3", "3", "a2", "{\"queue\":\"t\",\"weight\":1}")},
    {TABLE_COUNTER, COUNTER("c4", "4", "a1", "{\"queue\":\"q\",\"weight\":1}")},
#define USER(login, roles, agency)                                                             \
    "{\"id\":\"u-" login "\",\"login\":\"" login "\",\"name\":\"" login "\",\"roles\":[" roles \
    "],\"agency\":\"" agency "\",\"active\":true}"
    {TABLE_USER, USER("siti", "\"clerk\"", "a1")},
    {TABLE_USER, USER("adi", "\"clerk\"", "a1")},
    {TABLE_USER, USER("tono", "\"clerk\"", "a2")},
    {TABLE_USER, USER("rina", "\"reception\"", "")},
    {TABLE_USER, USER("budi", "\"supervisor\"", "")},
    {TABLE_USER, USER("ayu", "\"approver\",\"clerk\"", "a1")},
};

static enum err write_rows(struct tx *tx, void *ctx)
{
    (void)ctx;
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < sizeof rows / sizeof *rows; i++) {
        struct json *row = NULL;
        err = json_parse(rows[i].row, strlen(rows[i].row), &row, NULL);
        if (err == ERR_OK)
            err = tx_put(tx, rows[i].table, json_text(row, "id"), row);
        json_free(&row);
    }
    for (int i = 0; err == ERR_OK && i < PEOPLE; i++)
        err = credential_put(tx->db, people[i].user, "anything fits");
    return err;
}

static enum err make_hall(struct town *town, const char *folder, struct err_info *info)
{
    struct db *db = NULL;
    struct json *nothing = json_new_object();
    enum err err = store_open(&db, folder, true, info);
    if (err == ERR_OK)
        err = db_begin(db);
    struct server_env env = {.db = db, .epoch = 1, .now_ms = town->now_ms, .mono_ms = 1000};
    if (err == ERR_OK)
        err = server_change(&env, "hall.setup", nothing, write_rows, NULL);
    if (err == ERR_OK)
        err = db_commit(db);
    json_free(&nothing);
    db_close(&db);
    return err;
}

void backend_prepare(struct town *town)
{
    struct err_info info = {0};
    struct machine *machine = &town->halls[HALL].machine, *before = town_enter(machine);
    char folder[32];
    folder_of(&town->halls[HALL], folder);
    if (make_hall(town, folder, &info) != ERR_OK)
        town_violated(town, "no hall could be made: %s", info.text);
    town_leave(before);
}

/* --- its program --- */

struct backend *backend_serving(struct town *town)
{
    return &town->halls[town->serving];
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
    if (err == ERR_OK)
        town->backup_rev = rev;
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
        check_restored(town, rev, safe);
    else if (!machine_down(&backend->machine))
        town_violated(town, "a backup could not be restored: %s", info.text);
    backend_bury(town, backend);
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
        err = db_begin(db);
    if (err == ERR_OK)
        err = store_set_epoch(db, old->hall.epoch + 1);
    if (err == ERR_OK)
        err = db_commit(db);
    db_close(&db);
    town_leave(before);
    if (err != ERR_OK) {
        town_violated(town, "the standby cannot go on: %s", info.text);
        return;
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
