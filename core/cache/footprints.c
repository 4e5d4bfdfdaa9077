/* core/cache/footprints.c: see footprints.h.
 *
 * What depends on what follows the order of the outbox, for a record sees what those before it did. When a record is
 * predicted anew, so is
 *   - each later one that read a row or list which it wrote,
 *   - each later one that wrote what it read, since its rows must be out of sight meanwhile,
 *   - each other one that wrote the same row, since the overlay keeps a row's last state alone.
 * Two that write rows of the same list, or read the same, have nothing to do with each other. */
#include "core/cache/footprints.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = -1, READERS = 0, WRITERS = 1 };

/* One use of a key by a record, in the key's list of readers or writers and in the record's own. */
struct node {
    int record, key; /* places of both */
    int next, before;
    int next_of_record; /* of a free node: the next free one */
    enum use use;
};

struct key {
    uint32_t hash;
    int heads[2];   /* readers, writers */
    unsigned round; /* of marking, to which from belongs */
    int from[2];    /* readers, writers: those after it are marked already */
};

struct record {
    int64_t seq, rev;
    int nodes; /* NONE: it used nothing */
    struct tx_change *rows;
    int row_count;
    bool marked, gone;
};

struct footprints {
    struct record *records; /* by seq; some are gone */
    int count, capacity, gone;
    struct node *nodes;
    int node_count, node_capacity, free_node;
    struct key *keys; /* open addressing; a power of two; used: hash or heads ever set */
    bool *taken;
    int key_room, key_count;
    int *marked; /* in the order of their marking; what depends on the first closed ones is marked too */
    int marked_count, marked_capacity, closed;
    unsigned round;
    bool grew;
};

/* --- one prediction's --- */

/* FNV-1a over texts that end with a zero. */
static uint32_t add_text(uint32_t hash, const char *text)
{
    for (;; text++) {
        hash = (hash ^ (unsigned char)*text) * 16777619u;
        if (!*text)
            return hash;
    }
}

static uint32_t start_of(enum table table)
{
    return (2166136261u ^ ((uint32_t)table + 1)) * 16777619u;
}

uint32_t footprint_row(enum table table, const char *id)
{
    return add_text(start_of(table), id);
}

uint32_t footprint_list(enum table table, const char *member, const char *value)
{
    return add_text(add_text(start_of(table), member), value);
}

void footprint_free(struct footprint *print)
{
    free(print->uses);
    free(print->rows);
    *print = (struct footprint){0};
}

void footprint_add(struct footprint *print, uint32_t key, enum use use)
{
    for (int i = print->count - 1; i >= 0; i--)
        if (print->uses[i].key == key && print->uses[i].use == use)
            return;
    if (print->count == print->capacity) {
        print->capacity = print->capacity ? print->capacity * 2 : 16;
        print->uses = xrealloc(print->uses, sizeof *print->uses * (size_t)print->capacity);
    }
    print->uses[print->count++] = (struct footprint_use){key, use};
}

void footprint_drop_writes(struct footprint *print)
{
    int kept = 0;
    for (int i = 0; i < print->count; i++)
        if (print->uses[i].use == USE_READ)
            print->uses[kept++] = print->uses[i];
    print->count = kept;
    free(print->rows);
    print->rows = NULL;
    print->row_count = 0;
}

/* --- keys --- */

/* The place of a key, or where it would be. */
static int place_of(const struct footprints *all, uint32_t hash)
{
    unsigned mask = (unsigned)all->key_room - 1, place = hash & mask;
    while (all->taken[place] && all->keys[place].hash != hash)
        place = (place + 1) & mask;
    return (int)place;
}

static void move_nodes(struct footprints *all, int head, int key)
{
    for (int n = head; n != NONE; n = all->nodes[n].next)
        all->nodes[n].key = key;
}

/* Keys that nobody uses any more are left behind. */
static void grow_keys(struct footprints *all)
{
    struct key *old = all->keys;
    bool *taken = all->taken;
    int room = all->key_room, live = 0;
    for (int i = 0; i < room; i++)
        live += taken[i] && (old[i].heads[READERS] != NONE || old[i].heads[WRITERS] != NONE);
    all->key_room = 1024;
    while (all->key_room < live * 4)
        all->key_room *= 2;
    all->keys = xcalloc((size_t)all->key_room, sizeof *all->keys);
    all->taken = xcalloc((size_t)all->key_room, sizeof *all->taken);
    all->key_count = live;
    for (int i = 0; i < room; i++) {
        if (!taken[i] || (old[i].heads[READERS] == NONE && old[i].heads[WRITERS] == NONE))
            continue;
        int place = place_of(all, old[i].hash);
        all->keys[place] = old[i];
        all->taken[place] = true;
        move_nodes(all, old[i].heads[READERS], place);
        move_nodes(all, old[i].heads[WRITERS], place);
    }
    free(old);
    free(taken);
}

static const struct key *find_key(const struct footprints *all, uint32_t hash)
{
    int place = all->key_room ? place_of(all, hash) : 0;
    return all->key_room && all->taken[place] ? &all->keys[place] : NULL;
}

static int need_key(struct footprints *all, uint32_t hash)
{
    if (all->key_count * 2 >= all->key_room)
        grow_keys(all);
    int place = place_of(all, hash);
    if (!all->taken[place]) {
        all->taken[place] = true;
        all->keys[place] = (struct key){.hash = hash, .heads = {NONE, NONE}};
        all->key_count++;
    }
    return place;
}

/* --- uses of a record --- */

static int side_of(enum use use)
{
    return use == USE_READ ? READERS : WRITERS;
}

static int new_node(struct footprints *all)
{
    int n = all->free_node;
    if (n != NONE) {
        all->free_node = all->nodes[n].next_of_record;
        return n;
    }
    if (all->node_count == all->node_capacity) {
        all->node_capacity = all->node_capacity ? all->node_capacity * 2 : 256;
        all->nodes = xrealloc(all->nodes, sizeof *all->nodes * (size_t)all->node_capacity);
    }
    return all->node_count++;
}

static void link_use(struct footprints *all, int record, const struct footprint_use *use)
{
    int key = need_key(all, use->key), n = new_node(all), side = side_of(use->use);
    int head = all->keys[key].heads[side];
    all->nodes[n] = (struct node){.record = record,
                                  .key = key,
                                  .next = head,
                                  .before = NONE,
                                  .next_of_record = all->records[record].nodes,
                                  .use = use->use};
    if (head != NONE)
        all->nodes[head].before = n;
    all->keys[key].heads[side] = n;
    all->records[record].nodes = n;
}

static void unlink_uses(struct footprints *all, int record)
{
    struct record *r = &all->records[record];
    while (r->nodes != NONE) {
        int n = r->nodes;
        struct node *node = &all->nodes[n];
        if (node->before != NONE)
            all->nodes[node->before].next = node->next;
        else
            all->keys[node->key].heads[side_of(node->use)] = node->next;
        if (node->next != NONE)
            all->nodes[node->next].before = node->before;
        r->nodes = node->next_of_record;
        node->next_of_record = all->free_node;
        all->free_node = n;
    }
    free(r->rows);
    r->rows = NULL;
    r->row_count = 0;
}

static void link_uses(struct footprints *all, int record, struct footprint *print)
{
    for (int i = 0; i < print->count; i++)
        link_use(all, record, &print->uses[i]);
    all->records[record].rows = print->rows;
    all->records[record].row_count = print->row_count;
    print->rows = NULL;
    footprint_free(print);
}

/* --- records --- */

struct footprints *footprints_new(void)
{
    struct footprints *all = xcalloc(1, sizeof *all);
    all->free_node = NONE;
    return all;
}

void footprints_clear(struct footprints *all)
{
    for (int i = 0; i < all->count; i++)
        free(all->records[i].rows);
    free(all->records);
    free(all->nodes);
    free(all->keys);
    free(all->taken);
    free(all->marked);
    *all = (struct footprints){.free_node = NONE};
}

void footprints_free(struct footprints **all)
{
    if (*all)
        footprints_clear(*all);
    free(*all);
    *all = NULL;
}

int footprints_count(const struct footprints *all)
{
    return all->count - all->gone;
}

/* NONE: no such record, or it is gone. */
static int find_record(const struct footprints *all, int64_t seq)
{
    int low = 0, high = all->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (all->records[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low < all->count && all->records[low].seq == seq && !all->records[low].gone ? low : NONE;
}

/* Once half of them are gone, so that it costs each record but a step. */
static void close_ranks(struct footprints *all)
{
    enum { FEW = 64 };
    int kept = 0;
    if (all->gone < FEW || all->gone * 2 < all->count)
        return;
    for (int i = 0; i < all->count; i++) {
        if (all->records[i].gone)
            continue;
        for (int n = all->records[i].nodes; n != NONE; n = all->nodes[n].next_of_record)
            all->nodes[n].record = kept;
        all->records[kept++] = all->records[i];
    }
    all->count = kept;
    all->gone = 0;
    all->round++; /* places are others now */
}

void footprints_append(struct footprints *all, int64_t seq, int64_t rev, struct footprint *print)
{
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? all->capacity * 2 : 64;
        all->records = xrealloc(all->records, sizeof *all->records * (size_t)all->capacity);
    }
    all->records[all->count] = (struct record){.seq = seq, .rev = rev, .nodes = NONE};
    link_uses(all, all->count++, print);
}

int64_t footprints_rev(const struct footprints *all, int64_t seq)
{
    int record = find_record(all, seq);
    return record == NONE ? -1 : all->records[record].rev;
}

/* --- what is out of date --- */

static void mark(struct footprints *all, int record)
{
    if (all->records[record].marked)
        return;
    all->records[record].marked = true;
    all->grew = true;
    if (all->marked_count == all->marked_capacity) {
        all->marked_capacity = all->marked_capacity ? all->marked_capacity * 2 : 64;
        all->marked = xrealloc(all->marked, sizeof *all->marked * (size_t)all->marked_capacity);
    }
    all->marked[all->marked_count++] = record;
}

/* Readers or writers of a key that come after a record; NONE: all. A key that many records use is walked once a round,
 * unless an earlier record asks. */
static void mark_after(struct footprints *all, int key, int side, int after)
{
    struct key *k = &all->keys[key];
    if (k->round != all->round) {
        k->round = all->round;
        k->from[READERS] = k->from[WRITERS] = all->count;
    }
    if (k->from[side] <= after)
        return;
    k->from[side] = after;
    for (int n = k->heads[side]; n != NONE; n = all->nodes[n].next)
        if (all->nodes[n].record > after)
            mark(all, all->nodes[n].record);
}

static void mark_dependent(struct footprints *all, const struct node *node)
{
    if (node->use == USE_READ) {
        mark_after(all, node->key, WRITERS, node->record);
        return;
    }
    mark_after(all, node->key, READERS, node->record);
    if (node->use == USE_ROW)
        mark_after(all, node->key, WRITERS, NONE);
}

static void mark_dependents(struct footprints *all, int record)
{
    for (int n = all->records[record].nodes; n != NONE; n = all->nodes[n].next_of_record) {
        struct node node = all->nodes[n];
        mark_dependent(all, &node);
    }
}

static void touch(struct footprints *all, uint32_t hash, int side)
{
    const struct key *key = find_key(all, hash);
    for (int n = key ? key->heads[side] : NONE; n != NONE; n = all->nodes[n].next)
        mark(all, all->nodes[n].record);
}

void footprints_touch_row(struct footprints *all, uint32_t key)
{
    touch(all, key, READERS);
    touch(all, key, WRITERS);
}

void footprints_touch_list(struct footprints *all, uint32_t key)
{
    touch(all, key, READERS);
}

void footprints_close(struct footprints *all)
{
    all->round++;
    while (all->closed < all->marked_count)
        mark_dependents(all, all->marked[all->closed++]);
}

bool footprints_replace(struct footprints *all, int64_t seq, struct footprint *print)
{
    int record = find_record(all, seq);
    if (record == NONE) {
        footprint_free(print);
        return false;
    }
    unlink_uses(all, record);
    link_uses(all, record, print);
    all->grew = false;
    all->round++;
    mark_dependents(all, record);
    return all->grew;
}

bool footprints_leave(struct footprints *all, int64_t seq, struct tx_change **rows, int *row_count)
{
    int record = find_record(all, seq);
    *rows = NULL;
    *row_count = 0;
    if (record == NONE)
        return false;
    struct record *r = &all->records[record];
    *rows = r->rows;
    *row_count = r->row_count;
    r->rows = NULL;
    all->round++;
    mark_dependents(all, record);
    unlink_uses(all, record);
    r->gone = true;
    all->gone++;
    return true;
}

static int by_place(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

int footprints_marked(struct footprints *all, int64_t **seqs)
{
    int count = 0;
    *seqs = xcalloc((size_t)all->marked_count + 1, sizeof **seqs);
    if (all->marked_count > 0)
        qsort(all->marked, (size_t)all->marked_count, sizeof *all->marked, by_place);
    for (int i = 0; i < all->marked_count; i++)
        if (!all->records[all->marked[i]].gone)
            (*seqs)[count++] = all->records[all->marked[i]].seq;
    return count;
}

const struct tx_change *footprints_rows(const struct footprints *all, int64_t seq, int *count)
{
    int record = find_record(all, seq);
    *count = record == NONE ? 0 : all->records[record].row_count;
    return record == NONE ? NULL : all->records[record].rows;
}

void footprints_unmark(struct footprints *all)
{
    for (int i = 0; i < all->marked_count; i++)
        all->records[all->marked[i]].marked = false;
    all->marked_count = all->closed = 0;
    close_ranks(all);
}
