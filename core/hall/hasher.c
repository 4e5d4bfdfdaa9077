/* core/hall/hasher.c: the one worker thread of the hall. See hasher.h. */
#include "core/hall/hasher.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/base/str.h"

struct job {
    char *hash, *password; /* hash NULL: it is to be made */
    struct hashed result;
};

/* Jobs stand in one ring: taken … checked … asked. */
struct hasher {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work;
    struct job jobs[HASHER_QUEUE_MAX];
    unsigned asked, checked, taken; /* counts since the start */
    bool stop;
    int fd;
    struct password_cost cost; /* the thread's own */
};

static struct job *job_at(struct hasher *hasher, unsigned number)
{
    return &hasher->jobs[number % HASHER_QUEUE_MAX];
}

static void job_wipe(struct job *job)
{
    if (job->password)
        secret_wipe(job->password, strlen(job->password));
    free(job->password);
    free(job->hash);
    job->password = job->hash = NULL;
}

/* --- in the thread --- */

static struct password_cost measure(void)
{
    char hash[PASSWORD_HASH];
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    bool made = password_hash("what a hash takes here", hash);
    clock_gettime(CLOCK_MONOTONIC, &to);
    int64_t took_us = (to.tv_sec - from.tv_sec) * (int64_t)1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
    return made ? password_cost_here(took_us) : password_least();
}

/* The passes over the memory of this hall's hashes that hash has not cost: all of them when it has less memory. */
static int passes_left(const struct hasher *hasher, const char *hash)
{
    struct password_cost cost;
    if (!password_cost_of(hash, &cost) || cost.kib < hasher->cost.kib)
        return hasher->cost.passes;
    return cost.passes < hasher->cost.passes ? hasher->cost.passes - cost.passes : 0;
}

/* One from a faster computer is not made cheaper here, and the others come to cost as much. */
static void rise(struct hasher *hasher, const char *hash)
{
    struct password_cost cost;
    if (password_cost_of(hash, &cost) && cost.kib == hasher->cost.kib && cost.passes > hasher->cost.passes &&
        cost.passes <= PASSWORD_PASSES_MAX)
        hasher->cost.passes = cost.passes;
}

/* What the hash itself costs of this hall's passes. */
static int passes_of(const struct hasher *hasher, const char *hash)
{
    struct password_cost cost;
    return password_cost_of(hash, &cost) && cost.kib >= hasher->cost.kib ? cost.passes : 0;
}

static void check(struct hasher *hasher, struct job *job)
{
    struct hashed *result = &job->result;
    struct password_cost more = hasher->cost;
    char spent[PASSWORD_HASH];
    rise(hasher, job->hash);
    more.passes = passes_left(hasher, job->hash);
    result->right = *job->hash && password_verify(job->hash, job->password);
    result->passes = passes_of(hasher, job->hash);
    if (more.passes == 0)
        return;
    if (result->right && !password_hash_at(job->password, &hasher->cost, result->made))
        result->made[0] = '\0'; /* the old one goes on */
    if (!result->right && password_hash_at(job->password, &more, spent))
        result->passes += more.passes;
}

static void run(struct hasher *hasher, struct job *job)
{
    if (job->hash)
        check(hasher, job);
    else
        job->result.right = password_hash_at(job->password, &hasher->cost, job->result.made);
}

static void *work(void *ctx)
{
    struct hasher *hasher = ctx;
    const uint64_t one = 1;
    hasher->cost = measure();
    pthread_mutex_lock(&hasher->lock);
    for (;;) {
        while (!hasher->stop && hasher->checked == hasher->asked)
            pthread_cond_wait(&hasher->work, &hasher->lock);
        if (hasher->stop)
            break;
        struct job *job = job_at(hasher, hasher->checked);
        pthread_mutex_unlock(&hasher->lock);
        run(hasher, job);
        pthread_mutex_lock(&hasher->lock);
        job_wipe(job);
        hasher->checked++;
        ssize_t n = write(hasher->fd, &one, sizeof one);
        (void)n; /* a full counter is readable all the same */
    }
    pthread_mutex_unlock(&hasher->lock);
    return NULL;
}

enum err hasher_open(struct hasher **out, struct err_info *info)
{
    struct hasher *hasher = xcalloc(1, sizeof *hasher);
    pthread_mutex_init(&hasher->lock, NULL);
    pthread_cond_init(&hasher->work, NULL);
    hasher->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int error = hasher->fd < 0 ? errno : pthread_create(&hasher->thread, NULL, work, hasher);
    if (error == 0) {
        *out = hasher;
        return ERR_OK;
    }
    if (hasher->fd >= 0)
        close(hasher->fd);
    free(hasher);
    *out = NULL;
    return err_set(info, ERR_SYSTEM, "The hall cannot start the checking of passwords: %s.", strerror(error));
}

void hasher_close(struct hasher **slot)
{
    struct hasher *hasher = *slot;
    if (!hasher)
        return;
    pthread_mutex_lock(&hasher->lock);
    hasher->stop = true;
    pthread_cond_signal(&hasher->work);
    pthread_mutex_unlock(&hasher->lock);
    pthread_join(hasher->thread, NULL);
    for (; hasher->taken != hasher->asked; hasher->taken++)
        job_wipe(job_at(hasher, hasher->taken));
    pthread_cond_destroy(&hasher->work);
    pthread_mutex_destroy(&hasher->lock);
    close(hasher->fd);
    free(hasher);
    *slot = NULL;
}

int hasher_fd(const struct hasher *hasher)
{
    return hasher->fd;
}

bool hasher_ask(struct hasher *hasher, int64_t id, const char *hash, const char *password)
{
    pthread_mutex_lock(&hasher->lock);
    bool room = hasher->asked - hasher->taken < HASHER_QUEUE_MAX;
    if (room) {
        *job_at(hasher, hasher->asked) =
            (struct job){.hash = hash ? xstrdup(hash) : NULL, .password = xstrdup(password), .result.id = id};
        hasher->asked++;
        pthread_cond_signal(&hasher->work);
    }
    pthread_mutex_unlock(&hasher->lock);
    return room;
}

bool hasher_take(struct hasher *hasher, struct hashed *result)
{
    uint64_t count;
    ssize_t n = read(hasher->fd, &count, sizeof count);
    (void)n; /* only to make it unreadable again: the ring says what is there */
    pthread_mutex_lock(&hasher->lock);
    bool there = hasher->taken != hasher->checked;
    if (there) {
        *result = job_at(hasher, hasher->taken)->result;
        hasher->taken++;
    }
    pthread_mutex_unlock(&hasher->lock);
    return there;
}
