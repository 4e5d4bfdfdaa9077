/* tests/sim/town/machine.c: a computer: its clock, its disk, and its sudden end at any operation of that disk. */
#include "tests/sim/town/town.h"

struct here here;

struct machine *town_enter(struct machine *machine)
{
    struct machine *before = here.machine;
    here.machine = machine;
    if (machine)
        disk_set_time(here.town->now_ms + machine->wall_wrong_ms);
    return before;
}

void town_leave(struct machine *before)
{
    here.machine = before;
}

static void end(struct machine *machine)
{
    if (machine->cut_power)
        disk_power_cut(machine->disk, &here.town->disks);
    else
        disk_kill(machine->disk);
    machine->ops_to_end = -1;
}

static void before_op(void *ctx, struct disk *disk, const struct disk_op *op)
{
    struct machine *machine = ctx;
    (void)disk, (void)op;
    if (machine->ops_to_end >= 0 && machine->ops_to_end-- == 0)
        end(machine);
}

void machine_init(struct town *town, struct machine *machine, int number)
{
    *machine = (struct machine){.number = number, .ops_to_end = -1, .due_ms = -1};
    machine->disk = disk_new(number);
    machine->mono_start_ms = town->now_ms - town_between(&town->starts, 1000, TOWN_DAY_MS);
    disk_on_op(machine->disk, before_op, machine);
}

void machine_end_soon(struct town *town, struct machine *machine, bool power)
{
    machine->cut_power = power;
    machine->ops_to_end = (int)town_between(&town->trouble, 0, 60);
}

bool machine_down(const struct machine *machine)
{
    return disk_is_down(machine->disk);
}

/* --- what the programs take for time and chance: the linker sends them here (TOWN_WRAP) --- */

int64_t __wrap_clock_wall_now_ms(void);
int64_t __wrap_clock_mono_now_ms(void);
void __wrap_token_new(char out[TOKEN_TEXT]);

int64_t __wrap_clock_wall_now_ms(void)
{
    return here.town->now_ms + (here.machine ? here.machine->wall_wrong_ms : 0);
}

int64_t __wrap_clock_mono_now_ms(void)
{
    return here.town->now_ms - (here.machine ? here.machine->mono_start_ms : 0);
}

void __wrap_token_new(char out[TOKEN_TEXT])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    for (int i = 0; i < 43; i++)
        out[i] = letters[rng_below(&here.town->tokens, 64)];
    out[43] = '\0';
}
