/* core/hall/practice.c: see practice.h. */
#include "core/hall/practice.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/hall/morning.h"
#include "core/hall/serve.h"
#include "core/hall/training.h"

struct life {
    const char *data;
    char *store;     /* data, or the address where the hall is kept */
    int hall_lock;   /* ours while we live; opened before users_lock, so that it is given up first */
    int users_lock;  /* the thread waits on it */
    int stop[2];     /* the thread writes when the last workstation has gone */
    char listen[64]; /* where it listened first: there it is found after it was put back to a moment */
};

/* --- small files --- */

static enum err cannot(struct err_info *info, const char *what, const char *path)
{
    return err_set(info, err_from_errno(errno), "The practice hall cannot %s %s: %s.", what, path,
                   strerror(errno));
}

/* Whole or not at all, mode 0600. */
static enum err write_file(const char *data, const char *name, const struct json *content,
                           struct err_info *info)
{
    char *path = xasprintf("%s/%s", data, name), *part = xasprintf("%s.part", path),
         *text = json_print(content);
    enum err err = ERR_OK;
    (void)unlink(part);
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t length = strlen(text);
    bool written = fd >= 0 && write(fd, text, length) == (ssize_t)length;
    if (fd >= 0 && close(fd) != 0)
        written = false;
    if (!written || rename(part, path) != 0)
        err = cannot(info, "write", path);
    free(text);
    free(part);
    free(path);
    return err;
}

static struct json *read_file(const char *data, const char *name)
{
    char *path = xasprintf("%s/%s", data, name), part[4096];
    struct buf text = {0};
    struct json *content = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    while (fd >= 0 && (got = read(fd, part, sizeof part)) > 0)
        buf_add(&text, part, (size_t)got);
    if (fd >= 0)
        close(fd);
    if (json_parse(buf_text(&text), text.length, &content, NULL) != ERR_OK)
        content = NULL;
    buf_free(&text);
    free(path);
    return content;
}

/* --- locks --- */

/* With its parents; what fails is told by whoever opens a file there. */
static void make_folder(const char *path)
{
    char *part = xstrdup(path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(part, 0700);
        *slash = '/';
    }
    mkdir(part, 0700);
    free(part);
}

static enum err open_file(const char *data, const char *name, int *fd, struct err_info *info)
{
    char *path = xasprintf("%s/%s", data, name);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum err err = *fd >= 0 ? ERR_OK : cannot(info, "open", path);
    free(path);
    return err;
}

/* The lock belongs to the open file, which the workstation and this process share: it stays when we close. A hall
 * that is just ending still holds the other kind, so this waits for its end. */
static enum err lock_for_workstation(const char *users_fd, struct err_info *info)
{
    if (!users_fd)
        return ERR_OK;
    int fd = atoi(users_fd), done;
    do
        done = flock(fd, LOCK_SH);
    while (done != 0 && errno == EINTR);
    if (done != 0)
        return cannot(info, "lock", "users.lock");
    close(fd);
    return ERR_OK;
}

static enum err become_hall(struct life *life, bool *mine, struct err_info *info)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    enum err err = open_file(life->data, "hall.lock", &life->hall_lock, info);
    if (err != ERR_OK)
        return err;
    *mine = fcntl(life->hall_lock, F_SETLK, &lock) == 0;
    return *mine || errno == EAGAIN || errno == EACCES ? ERR_OK : cannot(info, "lock", "hall.lock");
}

static void *wait_for_last(void *ctx)
{
    struct life *life = ctx;
    while (flock(life->users_lock, LOCK_EX) != 0 && errno == EINTR)
        ;
    ssize_t told = write(life->stop[1], "", 1);
    (void)told;
    return NULL;
}

/* Signals are the loop's alone. */
static enum err watch_users(struct life *life, struct err_info *info)
{
    pthread_t thread;
    sigset_t all, before;
    enum err err = open_file(life->data, "users.lock", &life->users_lock, info);
    if (err != ERR_OK)
        return err;
    if (pipe2(life->stop, O_CLOEXEC) != 0)
        return cannot(info, "open", "a pipe");
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, NULL, wait_for_last, life);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    if (failed)
        return cannot(info, "start", "a thread");
    pthread_detach(thread);
    return ERR_OK;
}

/* --- the hall --- */

static enum err make_hall(const struct life *life, const struct pack *pack, struct err_info *info)
{
    const struct json *hall = json_get(json_get(pack->about, "practice"), "hall");
    const struct setup setup = {.data = life->store,
                                .code = json_text_or(hall, "code", "PRACTICE"),
                                .name = json_text_or(hall, "name", "Practice"),
                                .practice = true};
    struct db *db = NULL;
    enum err err = json_is_object(json_get(pack->about, "practice"))
                       ? setup_hall(&setup, pack, &db, info)
                       : err_set(info, ERR_INVALID, "The pack %s holds nothing to practise with.",
                                 json_text_or(pack->about, "id", "?"));
    db_close(&db);
    if (err == ERR_CONFLICT) { /* it goes on */
        info->text[0] = '\0';
        err = ERR_OK;
    }
    return err;
}

static enum err refuse_real(const struct work *work, const char *store, struct err_info *info)
{
    if (json_bool(work->hall, "practice", false))
        return ERR_OK;
    return err_set(info, ERR_CONFLICT, "%s holds a real hall, %s. Practise with another %s.", store,
                   json_text_or(work->hall, "code", "?"), db_is_address(store) ? "--db" : "--data");
}

/* Passwords are only in practice.json: without it everybody gets a new one. */
static enum err make_accounts(const struct life *life, const struct work *work, const struct pack *pack,
                              struct json **accounts, struct err_info *info)
{
    struct json *known = read_file(life->data, "practice.json"), *rows = NULL;
    bool whole = json_count(json_get(known, "rows")) > 0;
    json_free(&known);
    if (whole)
        return ERR_OK;
    enum err err = morning_accounts(&work->env, pack, &rows, info);
    if (err != ERR_OK)
        return err;
    *accounts = json_new_object();
    json_set_text(*accounts, "pack", json_text(pack->about, "id"));
    if (db_is_address(life->store))
        json_set_text(*accounts, "db", life->store);
    json_set(*accounts, "rows", rows);
    return ERR_OK;
}

/* A day that is played has its people from the scenario. */
static enum err is_played(const struct work *work, bool *played)
{
    static const char sql[] = "SELECT id FROM training_state LIMIT 1"; /* one row at most */
    struct stmt *s = db_query(work->db, sql);
    enum err err = db_step(s);
    *played = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err make_morning(const struct work *work, const struct pack *pack, const char *seed,
                             struct err_info *info)
{
    struct rng rng;
    bool made = false;
    enum err err = is_played(work, &made);
    if (err == ERR_OK && !made)
        err = morning_is_made(work->db, work->env.now_ms, &made);
    if (err != ERR_OK || made)
        return err;
    if (seed)
        rng_seed(&rng, strtoull(seed, NULL, 10));
    else
        rng_seed_from_system(&rng);
    return morning_make(&work->env, pack, &rng, info);
}

static enum err fill_hall(const struct life *life, const struct pack *pack,
                          const struct hall_options *options, struct err_info *info)
{
    struct work work;
    struct json *accounts = NULL;
    enum err err = work_open(&work, life->store, info);
    if (err != ERR_OK)
        return err;
    err = refuse_real(&work, life->store, info);
    if (err == ERR_OK)
        err = make_accounts(life, &work, pack, &accounts, info);
    if (err == ERR_OK && !options->scenario)
        err = make_morning(&work, pack, options->seed, info);
    err = work_close(&work, err, info);
    if (err == ERR_OK && accounts)
        err = write_file(life->data, "practice.json", accounts, info);
    json_free(&accounts);
    return err;
}

/* A folder has one hall for good, in its own file or at one address: whatever is in practice.json is that one's. */
static enum err find_store(struct life *life, const char *db, struct err_info *info)
{
    struct json *known = read_file(life->data, "practice.json");
    char *path = xasprintf("%s/hall.db", life->data);
    const char *its = json_text(known, "db");
    bool other = (db && access(path, F_OK) == 0) || (db && known && !str_equal(its, db));
    enum err err = other ? err_set(info, ERR_CONFLICT,
                                   "%s is the folder of another hall, kept in %s. Nothing was changed; name "
                                   "another --data beside that --db.",
                                   life->data, its ? its : path)
                         : ERR_OK;
    life->store = xstrdup(db ? db : its ? its : life->data);
    free(path);
    json_free(&known);
    return err;
}

/* The pack of a hall that goes on is its own, whatever is asked for now. */
static enum err prepare(const struct life *life, const struct hall_options *options, struct err_info *info)
{
    struct pack pack = {0};
    struct json *known = read_file(life->data, "practice.json");
    enum err err = setup_pack(json_text_or(known, "pack", options->pack), &pack, info);
    json_free(&known);
    if (err == ERR_OK)
        err = make_hall(life, &pack, info);
    if (err == ERR_OK)
        err = fill_hall(life, &pack, options, info);
    pack_free(&pack);
    return err;
}

/* Whoever started us has read the line on standard output; from now on nobody may be there to read. */
static void leave_streams(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0)
        return;
    for (int fd = 0; fd <= 2; fd++)
        dup2(nowhere, fd);
    close(nowhere);
}

static int publish(void *ctx, const char *url)
{
    struct life *life = ctx;
    struct err_info info = {0};
    struct json *content = json_new_object();
    json_set_int(content, "pid", getpid());
    json_set_text(content, "url", url);
    str_copy(life->listen, sizeof life->listen, strstr(url, "://") ? strstr(url, "://") + 3 : url);
    enum err err = write_file(life->data, "hall.url", content, &info);
    json_free(&content);
    if (err != ERR_OK)
        log_write(LOG_ERROR, "%s", info.text);
    leave_streams();
    return err != ERR_OK;
}

static enum err serve_once(struct life *life, const struct hall_options *options, char **rewind,
                           struct err_info *info)
{
    const struct serve_options serve = {.data = life->store,
                                        .folder = life->data,
                                        .listen = life->listen[0] ? life->listen : "127.0.0.1:0",
                                        .practice = true,
                                        .scenario = options->scenario,
                                        .seed = options->seed,
                                        .rewind = rewind,
                                        .stop_fd = life->stop[0],
                                        .announce = stdout,
                                        .ready = publish,
                                        .ctx = life};
    return serve_run(&serve, info);
}

static enum err serve(struct life *life, const struct hall_options *options, struct err_info *info)
{
    struct hall_options again = *options;
    char *rewind = NULL;
    enum err err = serve_once(life, options, &rewind, info);
    again.scenario = NULL;
    while (err == ERR_OK && rewind) {
        err = training_go_back(life->store, rewind, info);
        free(rewind);
        rewind = NULL;
        if (err == ERR_OK)
            err = serve_once(life, &again, &rewind, info);
    }
    free(rewind);
    char *url = xasprintf("%s/hall.url", life->data);
    (void)unlink(url);
    free(url);
    return err;
}

static enum err open_log(const struct life *life, struct err_info *info)
{
    char *path = xasprintf("%s/loketd.log", life->data);
    enum err err = log_open(path, info);
    free(path);
    return err;
}

enum err practice_run(const struct hall_options *options, struct err_info *info)
{
    static struct life life; /* the thread that waits for the last workstation may outlive this call */
    bool mine = false;
    life = (struct life){.data = options->data, .hall_lock = -1, .users_lock = -1, .stop = {-1, -1}};
    make_folder(life.data);
    enum err err = lock_for_workstation(options->users_fd, info);
    if (err == ERR_OK)
        err = become_hall(&life, &mine, info);
    if (err != ERR_OK || !mine)
        return err;
    err = watch_users(&life, info);
    if (err == ERR_OK)
        err = open_log(&life, info);
    if (err == ERR_OK)
        err = find_store(&life, options->db, info);
    if (err == ERR_OK)
        err = prepare(&life, options, info);
    if (err == ERR_OK)
        err = serve(&life, options, info);
    if (err != ERR_OK)
        log_write(LOG_ERROR, "%s", info->text);
    free(life.store);
    life.store = NULL;
    close(life.hall_lock);
    return err;
}
