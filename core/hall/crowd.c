/* core/hall/crowd.c: see crowd.h. Everything costs the same with ten connections and ten thousand: those who may go stand in
 * two rings each, of all and of their group, in the order in which they moved; those who wait for an answer in none. */
#include "core/hall/crowd.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { BUCKETS = 4096, NAME_MAX_BYTES = 64 };

struct group { /* an address's strangers, or an account's */
    struct group *next;
    struct guest ring; /* by next_of */
    int count;
    bool known;
    char name[NAME_MAX_BYTES];
};

struct crowd {
    struct crowd_limits limits;
    struct guest rings[2]; /* by next; strangers, known */
    int counts[2];
    struct group *groups[BUCKETS];
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

struct crowd_limits crowd_limits(int connections, int by_address)
{
    int all = connections > 0 ? connections : CROWD_CONNECTIONS;
    if (all < CROWD_LEAST)
        all = CROWD_LEAST;
    struct crowd_limits limits = {.connections = all, .strangers = all / 8, .by_account = all / 16};
    limits.by_address = least(by_address > 0 ? by_address : CROWD_BY_ADDRESS, limits.strangers);
    if (limits.by_account < 8)
        limits.by_account = 8;
    return limits;
}

struct crowd *crowd_new(const struct crowd_limits *limits)
{
    struct crowd *crowd = xcalloc(1, sizeof *crowd);
    crowd->limits = *limits;
    for (int i = 0; i < 2; i++)
        crowd->rings[i].next = crowd->rings[i].previous = &crowd->rings[i];
    return crowd;
}

void crowd_free(struct crowd **crowd)
{
    free(*crowd);
    *crowd = NULL;
}

int crowd_count(const struct crowd *crowd, bool known)
{
    return crowd->counts[known];
}

/* --- groups --- */

static struct group **bucket_of(struct crowd *crowd, bool known, const char *name)
{
    uint64_t key = 0xcbf29ce484222325 ^ (uint64_t)known; /* FNV-1a */
    for (; *name; name++)
        key = (key ^ (unsigned char)*name) * 0x100000001b3;
    return &crowd->groups[(key ^ key >> 32) % BUCKETS];
}

static struct group *group_of(struct crowd *crowd, bool known, const char *name)
{
    struct group **bucket = bucket_of(crowd, known, name);
    for (struct group *group = *bucket; group; group = group->next)
        if (group->known == known && strcmp(group->name, name) == 0)
            return group;
    struct group *group = xcalloc(1, sizeof *group);
    group->ring.next_of = group->ring.previous_of = &group->ring;
    group->known = known;
    str_copy(group->name, sizeof group->name, name);
    group->next = *bucket;
    *bucket = group;
    return group;
}

static void group_end(struct crowd *crowd, struct group *group)
{
    struct group **at = bucket_of(crowd, group->known, group->name);
    while (*at != group)
        at = &(*at)->next;
    *at = group->next;
    free(group);
}

/* --- rings --- */

static void stand(struct crowd *crowd, struct guest *guest)
{
    struct guest *all = &crowd->rings[guest->group->known], *own = &guest->group->ring;
    guest->next = all;
    guest->previous = all->previous;
    guest->previous->next = all->previous = guest;
    guest->next_of = own;
    guest->previous_of = own->previous_of;
    guest->previous_of->next_of = own->previous_of = guest;
}

static void step_out(struct guest *guest)
{
    if (!guest->next)
        return;
    guest->next->previous = guest->previous;
    guest->previous->next = guest->next;
    guest->next_of->previous_of = guest->previous_of;
    guest->previous_of->next_of = guest->next_of;
    guest->next = guest->previous = guest->next_of = guest->previous_of = NULL;
}

static void join(struct crowd *crowd, struct guest *guest, bool known, const char *name)
{
    guest->group = group_of(crowd, known, name);
    guest->group->count++;
    crowd->counts[known]++;
    if (!guest->waits)
        stand(crowd, guest);
}

void crowd_leave(struct crowd *crowd, struct guest *guest)
{
    struct group *group = guest->group;
    if (!group)
        return;
    step_out(guest);
    guest->group = NULL;
    crowd->counts[group->known]--;
    if (--group->count == 0)
        group_end(crowd, group);
}

void crowd_moved(struct crowd *crowd, struct guest *guest, bool waits, int64_t mono_ms)
{
    guest->moved_ms = mono_ms;
    guest->waits = waits;
    if (!guest->group)
        return;
    step_out(guest);
    if (!waits)
        stand(crowd, guest);
}

/* --- who goes --- */

static struct guest *first_of(const struct crowd *crowd, bool known)
{
    struct guest *first = crowd->rings[known].next;
    return first == &crowd->rings[known] ? NULL : first;
}

/* Its group's first that may go, when that has too many; else that of all. */
static struct guest *surplus(const struct crowd *crowd, struct guest *newest, int of_group, int of_all,
                             enum crowd_why *why)
{
    struct group *group = newest->group;
    struct guest *goes;
    if (group->count > of_group) {
        *why = group->known ? CROWD_ACCOUNT : CROWD_ADDRESS;
        goes = group->ring.next_of == &group->ring ? NULL : group->ring.next_of;
    } else if (crowd->counts[group->known] > of_all) {
        *why = group->known ? CROWD_KNOWN : CROWD_STRANGERS;
        goes = first_of(crowd, group->known);
    } else {
        return NULL;
    }
    return goes ? goes : newest;
}

static struct guest *out(struct crowd *crowd, struct guest *guest)
{
    if (guest)
        crowd_leave(crowd, guest);
    return guest;
}

struct guest *crowd_enter(struct crowd *crowd, struct guest *guest, const char *address, int64_t mono_ms,
                          enum crowd_why *why)
{
    const struct crowd_limits *limits = &crowd->limits;
    *guest = (struct guest){.moved_ms = mono_ms};
    join(crowd, guest, false, address);
    return out(crowd, surplus(crowd, guest, limits->by_address, limits->strangers, why));
}

struct guest *crowd_known(struct crowd *crowd, struct guest *guest, const char *account, enum crowd_why *why)
{
    const struct crowd_limits *limits = &crowd->limits;
    if (!guest->group || (guest->group->known && strcmp(guest->group->name, account) == 0))
        return NULL;
    crowd_leave(crowd, guest);
    join(crowd, guest, true, account);
    /* Its request is under way, so it is not the one that moved longest ago, unless all others wait. */
    return out(crowd,
               surplus(crowd, guest, limits->by_account, limits->connections - limits->strangers, why));
}

struct guest *crowd_slow(struct crowd *crowd, bool known, int64_t before_ms)
{
    struct guest *first = first_of(crowd, known);
    return out(crowd, first && first->moved_ms <= before_ms ? first : NULL);
}

struct guest *crowd_any(struct crowd *crowd)
{
    struct guest *first = first_of(crowd, false);
    return out(crowd, first ? first : first_of(crowd, true));
}
