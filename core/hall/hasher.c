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

enum job_state { JOB_FREE, JOB_ASKED, JOB_UNDER_WAY, JOB_DONE };

struct job {
    enum job_state state;
    bool first;            /* before those that are not */
    unsigned number;       /* of being asked, then of being done */
    char *hash, *password; /* hash NULL: it is to be made */
    struct hashed result;
};

struct hasher {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work;
    struct job jobs[HASHER_QUEUE_MAX];
    unsigned last; /* number */
    bool stop;
    int fd;
    struct password_cost cost; /* the thread's own */
};

static bool goes_before(const struct job *a, const struct job *b)
{
    return a->first != b->first && a->state == JOB_ASKED ? a->first : (int)(a->number - b->number) < 0;
}

/* The next in this state; NULL: none is. */
static struct job *next_job(struct hasher *hasher, enum job_state state)
{
    struct job *next = NULL;
    for (int i = 0; i < HASHER_QUEUE_MAX; i++) {
        struct job *job = &hasher->jobs[i];
        if (job->state == state && (!next || goes_before(job, next)))
            next = job;
    }
    return next;
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
        struct job *job;
        while (!(job = next_job(hasher, JOB_ASKED)) && !hasher->stop)
            pthread_cond_wait(&hasher->work, &hasher->lock);
        if (hasher->stop)
            break;
        job->state = JOB_UNDER_WAY;
        pthread_mutex_unlock(&hasher->lock);
        run(hasher, job);
        pthread_mutex_lock(&hasher->lock);
        job_wipe(job);
        job->number = ++hasher->last;
        job->state = JOB_DONE;
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
    for (int i = 0; i < HASHER_QUEUE_MAX; i++)
        job_wipe(&hasher->jobs[i]);
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

static bool has_room(const struct hasher *hasher, bool first)
{
    int strangers = 0;
    for (int i = 0; i < HASHER_QUEUE_MAX; i++)
        strangers += hasher->jobs[i].state != JOB_FREE && !hasher->jobs[i].first;
    return first || strangers < HASHER_STRANGERS_MAX;
}

static bool ask(struct hasher *hasher, int64_t id, const char *hash, const char *password, bool first)
{
    pthread_mutex_lock(&hasher->lock);
    struct job *job = has_room(hasher, first) ? next_job(hasher, JOB_FREE) : NULL;
    if (job) {
        *job = (struct job){.state = JOB_ASKED,
                            .first = first,
                            .number = ++hasher->last,
                            .hash = hash ? xstrdup(hash) : NULL,
                            .password = xstrdup(password),
                            .result.id = id};
        pthread_cond_signal(&hasher->work);
    }
    pthread_mutex_unlock(&hasher->lock);
    return job != NULL;
}

bool hasher_ask(struct hasher *hasher, int64_t id, const char *hash, const char *password)
{
    return ask(hasher, id, hash, password, false);
}

bool hasher_ask_first(struct hasher *hasher, int64_t id, const char *hash, const char *password)
{
    return ask(hasher, id, hash, password, true);
}

bool hasher_take(struct hasher *hasher, struct hashed *result)
{
    uint64_t count;
    ssize_t n = read(hasher->fd, &count, sizeof count);
    (void)n; /* only to make it unreadable again: the jobs say what is there */
    pthread_mutex_lock(&hasher->lock);
    struct job *job = next_job(hasher, JOB_DONE);
    if (job) {
        *result = job->result;
        job->state = JOB_FREE;
    }
    pthread_mutex_unlock(&hasher->lock);
    return job != NULL;
}
