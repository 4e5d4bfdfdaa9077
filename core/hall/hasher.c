/* core/hall/hasher.c: the one worker thread of the hall. See hasher.h. */
#include "core/hall/hasher.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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

static void *work(void *ctx)
{
    struct hasher *hasher = ctx;
    const uint64_t one = 1;
    pthread_mutex_lock(&hasher->lock);
    for (;;) {
        while (!hasher->stop && hasher->checked == hasher->asked)
            pthread_cond_wait(&hasher->work, &hasher->lock);
        if (hasher->stop)
            break;
        struct job *job = job_at(hasher, hasher->checked);
        pthread_mutex_unlock(&hasher->lock);
        bool right = job->hash ? password_verify(job->hash, job->password)
                               : password_hash(job->password, job->result.made);
        pthread_mutex_lock(&hasher->lock);
        job->result.right = right;
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
