/* core/hall/throttle.c: see throttle.h. */
#include "core/hall/throttle.h"

#include <stdlib.h>

#include "core/base/str.h"

static const struct rule {
    int64_t lasts_ms; /* a guess counts for so long, one after the other */
    int free;
    int64_t most_ms; /* the longest wait of one that doubles; 0: a ceiling */
} rules[THROTTLE_KINDS] = {
    [THROTTLE_SEAT] = {300000, THROTTLE_FREE, THROTTLE_WAIT_MS / 5},
    [THROTTLE_PAIR] = {300000, THROTTLE_FREE, THROTTLE_WAIT_MS},
    [THROTTLE_ACCOUNT] = {60000, THROTTLE_LOGIN, 0},
    [THROTTLE_ADDRESS] = {6000, THROTTLE_CROWD, 0},
    [THROTTLE_CODE] = {3000, THROTTLE_CODES, 0},
    [THROTTLE_REQUEST] = {20, THROTTLE_REQUESTS, 0},
};

/* FNV-1a: a name that meets another's number shares its patience, no more. */
static uint64_t key_of(const char *name)
{
    uint64_t key = 0xcbf29ce484222325;
    for (; *name; name++)
        key = (key ^ (unsigned char)*name) * 0x100000001b3;
    return key ? key : 1;
}

static int find(const struct throttle_entry *entries, uint64_t key)
{
    for (int i = 0; i < THROTTLE_PLACES; i++)
        if (entries[i].key == key)
            return i;
    return -1;
}

static struct throttle_entry *take(struct throttle_entry *entries, uint64_t key)
{
    int at = find(entries, key);
    if (at >= 0)
        return &entries[at];
    struct throttle_entry *soonest = &entries[0];
    for (int i = 1; i < THROTTLE_PLACES; i++)
        if (entries[i].empty_ms < soonest->empty_ms)
            soonest = &entries[i];
    *soonest = (struct throttle_entry){.key = key};
    return soonest;
}

int64_t throttle_wait_ms(const struct throttle *throttle, enum throttle_kind kind, const char *name,
                         int64_t mono_ms)
{
    const struct rule *rule = &rules[kind];
    int at = find(throttle->entries[kind], key_of(name));
    const struct throttle_entry *entry = at < 0 ? NULL : &throttle->entries[kind][at];
    int64_t until_ms, count = 0;
    if (entry && entry->empty_ms > mono_ms)
        count = (entry->empty_ms - mono_ms + rule->lasts_ms - 1) / rule->lasts_ms;
    if (count < rule->free)
        return 0;
    if (rule->most_ms == 0) {
        until_ms = entry->empty_ms - (rule->free - 1) * rule->lasts_ms;
    } else {
        int64_t wait_ms = 1000;
        for (int64_t more = count - rule->free; more > 0 && wait_ms < rule->most_ms; more--)
            wait_ms *= 2;
        until_ms = entry->last_ms + (wait_ms < rule->most_ms ? wait_ms : rule->most_ms);
    }
    return until_ms > mono_ms ? until_ms - mono_ms : 0;
}

void throttle_count(struct throttle *throttle, enum throttle_kind kind, const char *name, int64_t mono_ms)
{
    struct throttle_entry *entry = take(throttle->entries[kind], key_of(name));
    entry->empty_ms = (entry->empty_ms > mono_ms ? entry->empty_ms : mono_ms) + rules[kind].lasts_ms;
    entry->last_ms = mono_ms;
}

void throttle_take_back(struct throttle *throttle, enum throttle_kind kind, const char *name)
{
    int at = find(throttle->entries[kind], key_of(name));
    if (at < 0)
        return;
    struct throttle_entry *entry = &throttle->entries[kind][at];
    if (rules[kind].most_ms) /* whoever knows the password has not guessed before either */
        *entry = (struct throttle_entry){0};
    else
        entry->empty_ms -= rules[kind].lasts_ms;
}

/* --- a sign-in --- */

/* Neither has a line end: a login is one word, a client a UUID, an address a number. */
static char *pair_of(const char *login, const char *other)
{
    return xasprintf("%s\n%s", login, other);
}

static bool is_seat(const struct throttle *throttle, const struct throttle_sign_in *from, const char *seat)
{
    return from->seat || find(throttle->seats, key_of(seat)) >= 0;
}

int64_t throttle_sign_in_wait_ms(const struct throttle *throttle, const struct throttle_sign_in *from,
                                 int64_t mono_ms)
{
    char *seat = pair_of(from->login, from->client), *pair = pair_of(from->login, from->address);
    int64_t waits_ms[] = {throttle_wait_ms(throttle, THROTTLE_SEAT, seat, mono_ms), 0, 0}, longest_ms = 0;
    if (!is_seat(throttle, from, seat)) {
        waits_ms[0] = throttle_wait_ms(throttle, THROTTLE_PAIR, pair, mono_ms);
        waits_ms[1] = throttle_wait_ms(throttle, THROTTLE_ACCOUNT, from->login, mono_ms);
        waits_ms[2] = throttle_wait_ms(throttle, THROTTLE_ADDRESS, from->address, mono_ms);
    }
    for (int i = 0; i < 3; i++)
        longest_ms = waits_ms[i] > longest_ms ? waits_ms[i] : longest_ms;
    free(seat);
    free(pair);
    return longest_ms;
}

void throttle_sign_in_count(struct throttle *throttle, const struct throttle_sign_in *from, int64_t mono_ms)
{
    char *seat = pair_of(from->login, from->client), *pair = pair_of(from->login, from->address);
    if (is_seat(throttle, from, seat)) {
        throttle_count(throttle, THROTTLE_SEAT, seat, mono_ms);
    } else {
        throttle_count(throttle, THROTTLE_PAIR, pair, mono_ms);
        throttle_count(throttle, THROTTLE_ACCOUNT, from->login, mono_ms);
        throttle_count(throttle, THROTTLE_ADDRESS, from->address, mono_ms);
    }
    free(seat);
    free(pair);
}

static void undo(struct throttle *throttle, enum throttle_kind kind, const char *name)
{
    int at = find(throttle->entries[kind], key_of(name));
    if (at >= 0)
        throttle->entries[kind][at].empty_ms -= rules[kind].lasts_ms;
}

void throttle_sign_in_undo(struct throttle *throttle, const struct throttle_sign_in *from)
{
    char *seat = pair_of(from->login, from->client), *pair = pair_of(from->login, from->address);
    if (is_seat(throttle, from, seat)) {
        undo(throttle, THROTTLE_SEAT, seat);
    } else {
        undo(throttle, THROTTLE_PAIR, pair);
        undo(throttle, THROTTLE_ACCOUNT, from->login);
        undo(throttle, THROTTLE_ADDRESS, from->address);
    }
    free(seat);
    free(pair);
}

void throttle_sign_in_right(struct throttle *throttle, const struct throttle_sign_in *from, int64_t mono_ms)
{
    char *seat = pair_of(from->login, from->client), *pair = pair_of(from->login, from->address);
    if (is_seat(throttle, from, seat)) {
        throttle_take_back(throttle, THROTTLE_SEAT, seat);
    } else {
        throttle_take_back(throttle, THROTTLE_PAIR, pair);
        throttle_take_back(throttle, THROTTLE_ACCOUNT, from->login);
        throttle_take_back(throttle, THROTTLE_ADDRESS, from->address);
    }
    take(throttle->seats, key_of(seat))->empty_ms =
        mono_ms; /* the one that was used longest ago is forgotten first */
    free(seat);
    free(pair);
}
