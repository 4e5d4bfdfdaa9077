/* tests/sim/town/trouble.c: what goes wrong, when, and how it ends. */
#include <string.h>

#include "core/hall/retention.h"
#include "core/hall/writer.h"
#include "tests/sim/town/town.h"

/* Each seed has about half of the faults, so that rare pairs of them meet undisturbed by the rest. */
void trouble_choose(struct town *town)
{
    for (int fault = 0; fault < FAULT_BUS; fault++)
        if (rng_below(&town->trouble, 2))
            town->faults |= 1u << fault;
    town->faults &= ~town->plan.without;
}

static struct station *any_station(struct town *town)
{
    int count;
    struct station *stations = town_stations(town, &count);
    return &stations[rng_below(&town->trouble, (uint64_t)count)];
}

/* --- at a workstation --- */

/* The end comes between two events, or at one of its next disk operations. */
static void end_station(struct town *town, struct station *station, bool power)
{
    if (!station->machine.running)
        return;
    if (town_chance(&town->trouble, 700))
        machine_end_soon(town, &station->machine, power);
    else
        station_end(town, station, power);
}

static void cut_off(struct town *town, struct station *station)
{
    if (station->cut_off)
        return;
    station->cut_off = true;
    station->black_hole = town_chance(&town->trouble, 500);
    town_plan(town,
              town_between(&town->trouble, 2000, town_chance(&town->trouble, 100) ? TOWN_DAY_MS : 240 * 1000),
              EVENT_RECOVER, station->machine.number, NULL);
}

static void fill_disk(struct town *town, struct machine *machine)
{
    disk_full(machine->disk, town_between(&town->trouble, 0, 200 * 1024));
    town_plan(town, town_between(&town->trouble, 2000, 120 * 1000), EVENT_RECOVER, machine->number, NULL);
}

static void fail_sync(struct town *town, struct machine *machine)
{
    static const enum disk_fsync hows[] = {DISK_FSYNC_DIRTY, DISK_FSYNC_CLEAN, DISK_FSYNC_DROPPED};
    disk_fail_fsync(machine->disk, hows[rng_below(&town->trouble, 3)], &town->disks);
}

/* A bad place on the disk, or a cable: a few operations fail, or all for a while. */
static void fail_io(struct town *town, struct machine *machine)
{
    static const char *const tails[] = {"", ".db", "-wal"};
    const char *tail = tails[rng_below(&town->trouble, 3)];
    static const int most[] = {3, 3, 16, -1}; /* so many that opening the file anew fails as well; all */
    int count = most[rng_below(&town->trouble, 4)];
    if (count > 0)
        count = (int)town_between(&town->trouble, 1, count);
    else
        town_plan(town, town_between(&town->trouble, 100, 30 * 1000), EVENT_RECOVER, machine->number, NULL);
    if (town_chance(&town->trouble, 600))
        disk_fail_reads(machine->disk, tail, count);
    else
        disk_fail_writes(machine->disk, tail, count);
}

static void turn_clock(struct town *town, struct machine *machine)
{
    static const int64_t jumps[] = {
        0, 0, -90 * 1000, 40 * 1000, TOWN_DAY_MS, -TOWN_DAY_MS, -50LL * 365 * TOWN_DAY_MS, 3600 * 1000};
    machine->wall_wrong_ms = jumps[rng_below(&town->trouble, 8)];
}

static void change_shift(struct town *town, struct station *station)
{
    if (!station->machine.running)
        return;
    int count;
    const int *crew = bus_crew(town, &count);
    int next = (int)rng_below(&town->trouble, (uint64_t)(town->side == ON_ROAD ? count : PEOPLE));
    if (town->side == ON_ROAD)
        next = crew[next];
    if (town_chance(&town->trouble, 700))
        station_sign_out(town, station);
    if (station->machine.running)
        station_sign_in(town, station, next);
}

/* Its disk in another computer: both believe to be the same installation. */
/* Within a minute the hall knows its people by heart, and whoever pushes has it look for its file again; later nobody. */
static void take_disk_away(struct town *town, struct machine *machine)
{
    int64_t away_ms = town_between(&town->trouble, 100, (town_chance(&town->trouble, 600) ? 200 : 30) * 1000);
    town_plan(town, away_ms, EVENT_RECOVER, machine->number, NULL);
    disk_fail_reads(machine->disk, "", -1);
    disk_fail_writes(machine->disk, "", -1);
}

static void clone(struct town *town)
{
    struct station *from = any_station(town), *to = any_station(town);
    if (from == to || from->copy || to->copy || !from->machine.running)
        return;
    if (to->machine.running)
        station_end(town, to, false);
    check_cloned(town, from, to);
    disk_copy(from->machine.disk, to->machine.disk);
    char old[32], new[32];
    (void)old, (void)new;
    to->person = from->person;
    from->copy = to->copy = true;
}

/* --- at the hall --- */

static void end_hall(struct town *town, bool power)
{
    struct backend *backend = backend_serving(town);
    if (!backend->machine.running)
        return;
    if (town_chance(&town->trouble, 700))
        machine_end_soon(town, &backend->machine, power);
    else
        backend_end(town, backend, power);
}

static void forget_sign_ins(struct town *town)
{
    static const char sql[] = "DELETE FROM session";
    struct backend *backend = backend_serving(town);
    if (!backend->machine.running)
        return;
    struct machine *before = town_enter(&backend->machine);
    struct db *db = backend->hall.db;
    if (db_begin(db) == ERR_OK && (db_run(db_query(db, sql)) != ERR_OK || db_commit(db) != ERR_OK))
        db_rollback(db);
    town_leave(before);
    if (machine_down(&backend->machine))
        backend_bury(town, backend);
}

static enum err shorten_as_of_later(void *ctx, const struct server_env *env)
{
    enum { LATER_DAYS = RETENTION_DAYS + 10 };
    int64_t pruned;
    (void)ctx;
    return retention_slice(env, env->now_ms + LATER_DAYS * (int64_t)TOWN_DAY_MS, &pruned);
}

static void shortened(void *ctx, enum err err)
{
    (void)ctx, (void)err; /* left as it was, or for the check of what is committed */
}

/* A workstation is off in the evening, or is not reached any more; the others go on for a while. */
static void begin_night(struct town *town)
{
    if (town_chance(&town->trouble, 700))
        cut_off(town, any_station(town));
    town_plan(town, town->pace * town_between(&town->trouble, 500, 20 * 1000), EVENT_NIGHT, HALL, NULL);
}

/* As if all that is in a backup were older than the feed goes back. */
void trouble_night(struct town *town)
{
    struct backend *backend = backend_serving(town);
    if (town_chance(&town->trouble, 800))
        backend_backup(town);
    if (!backend->machine.running)
        return;
    writer_add(backend->hall.writer, shorten_as_of_later, shortened, NULL);
    town_plan(town, 0, EVENT_TURN, backend->machine.number, NULL);
}

/* --- which --- */

static void make(struct town *town, enum fault fault)
{
    struct backend *hall = backend_serving(town);
    switch (fault) {
    case FAULT_PART:
        return cut_off(town, any_station(town));
    case FAULT_HALL_KILL:
        return end_hall(town, false);
    case FAULT_HALL_POWER:
        return end_hall(town, true);
    case FAULT_HALL_FULL:
        return fill_disk(town, &hall->machine);
    case FAULT_HALL_SYNC:
        return fail_sync(town, &hall->machine);
    case FAULT_HALL_CLOCK:
        return turn_clock(town, &hall->machine);
    case FAULT_RESTORE:
        return backend_restore(town);
    case FAULT_FAILOVER:
        if (town_chance(&town->trouble, 400))
            forget_sign_ins(town); /* they were not on the standby: a sign-in tells of the new epoch first */
        return backend_failover(town);
    case FAULT_KILL:
        return end_station(town, any_station(town), false);
    case FAULT_POWER:
        return end_station(town, any_station(town), true);
    case FAULT_FULL:
        return fill_disk(town, &any_station(town)->machine);
    case FAULT_SYNC:
        return fail_sync(town, &any_station(town)->machine);
    case FAULT_EIO:
        return fail_io(town, town_chance(&town->trouble, 300) ? &hall->machine : &any_station(town)->machine);
    case FAULT_AWAY:
        return take_disk_away(town, &hall->machine);
    case FAULT_CLOCK:
        return turn_clock(town, &any_station(town)->machine);
    case FAULT_CLONE:
        return clone(town);
    case FAULT_SHIFT:
        return change_shift(town, any_station(town));
    case FAULT_EXPIRE:
        return forget_sign_ins(town);
    case FAULT_PRUNE:
        return begin_night(town);
    case FAULT_LOSE:
    case FAULT_TWICE:
    case FAULT_LATE:
    case FAULT_CUT:
    case FAULT_PAGE:
        return; /* the network's own */
    case FAULT_BUS:
    case FAULT_BUS_LOST:
    case FAULT_COUNT:
        return; /* bus.c */
    case FAULT_LETTERS:
        return; /* channel.c */
    }
}

/* Rare ones are drawn again half of the time. */
static bool is_rare(int fault)
{
    return fault == FAULT_CLONE || fault == FAULT_HALL_SYNC;
}

/* The wrong backup, or the wrong machine: soon whoever is in charge does it once more. */
static bool is_done_in_haste(int fault)
{
    return fault == FAULT_RESTORE || fault == FAULT_FAILOVER;
}

/* Nobody takes a backup of a bus, has a second one, or copies its disks. */
static bool is_of_the_hall(int fault)
{
    return fault == FAULT_RESTORE || fault == FAULT_FAILOVER || fault == FAULT_CLONE || fault == FAULT_PRUNE;
}

static enum side side_for(struct town *town, int fault)
{
    enum { OF_1000 = 350 };
    return bus_may_suffer(town) && !is_of_the_hall(fault) && town_chance(&town->trips, OF_1000) ? ON_ROAD
                                                                                                : AT_HOME;
}

/* One that this seed has not is drawn anew, once. */
static int any_fault(struct town *town)
{
    int fault = (int)rng_below(&town->trouble, FAULT_BUS);
    return town_may(town, (enum fault)fault) ? fault : (int)rng_below(&town->trouble, FAULT_BUS);
}

static int64_t time_to_next_ms(struct town *town)
{
    return town->next_fault >= 0 ? town_between(&town->trouble, 100, 5000)
                                 : town->pace * town_between(&town->trouble, 100, 12 * 1000);
}

/* What comes of a trouble, soon after it: once more what was done in haste; and whoever has a standby does not wait
 * for a disk to have room again. -1: nothing. */
static int follow_up(struct town *town, int fault)
{
    if (is_done_in_haste(fault) && town_chance(&town->trouble, 600))
        return fault;
    return fault == FAULT_HALL_FULL && town_chance(&town->trouble, 600) ? FAULT_FAILOVER : -1;
}

/* Before one that is done in haste: what is under way by then reaches the hall that has taken over. */
static bool is_congested_first(struct town *town, int fault)
{
    if (!is_done_in_haste(fault) || !town_chance(&town->trouble, 300))
        return false;
    town->congested_ms = town->now_ms + 5000;
    return true;
}

void trouble_next(struct town *town)
{
    bool follows = town->next_fault >= 0;
    int fault = follows ? town->next_fault : any_fault(town);
    bool again = is_rare(fault) && town_chance(&town->trouble, 500);
    bool later = !follows && is_congested_first(town, fault);
    town->next_fault = later ? fault : follows ? -1 : follow_up(town, fault);
    town_plan(town, time_to_next_ms(town), EVENT_TROUBLE, HALL, NULL);
    if (town_chance(&town->trouble, 160))
        backend_backup(town);
    if (again || later || !town_may(town, (enum fault)fault))
        return;
    enum side before = town_go(town, side_for(town, fault));
    town_tell(town, "trouble%s: %s", town->side == ON_ROAD ? " of the bus" : "", fault_name(fault));
    make(town, (enum fault)fault);
    town_go(town, before);
}

/* --- and its end --- */

static void mend_disk(struct disk *disk)
{
    disk_full(disk, DISK_ENDLESS);
    disk_fail_reads(disk, "", 0);
    disk_fail_writes(disk, "", 0);
}

static void mend(struct town *town, struct machine *machine)
{
    mend_disk(machine->disk);
    disk_fail_fsync(machine->disk, DISK_FSYNC_WELL, &town->disks);
    machine->ops_to_end = -1;
    machine->wall_wrong_ms = 0;
}

static void mend_station(struct town *town, struct station *station)
{
    mend(town, &station->machine);
    station->cut_off = false;
    if (!station->machine.running)
        station_start(town, station);
    else
        station_step(town, station);
}

void trouble_recover(struct town *town, int number)
{
    if (number >= FIRST_STATION) {
        struct station *station = station_of(town, number);
        station->cut_off = false;
        mend_disk(station->machine.disk);
        return;
    }
    struct backend *backend = &town->halls[number];
    mend_disk(backend->machine.disk);
    if (backend->stale)
        backend_end(town, backend, true);
}

void trouble_end_here(struct town *town)
{
    int count;
    struct station *stations = town_stations(town, &count);
    mend(town, &backend_serving(town)->machine);
    if (!backend_serving(town)->machine.running)
        backend_start(town, backend_serving(town));
    for (int i = 0; i < count; i++)
        mend_station(town, &stations[i]);
}

void trouble_end(struct town *town)
{
    town->quiet = true;
    for (int i = 0; i < BUS; i++) {
        mend(town, &town->halls[i].machine);
        if (town->halls[i].stale)
            backend_end(town, &town->halls[i], true);
    }
    trouble_end_here(town);
    if (bus_is_out(town)) {
        town_go(town, ON_ROAD);
        trouble_end_here(town);
        town_go(town, AT_HOME);
    }
}
