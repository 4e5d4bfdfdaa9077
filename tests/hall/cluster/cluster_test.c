/* tests/hall/cluster/cluster_test.c: a hall on the cluster that cluster.sh starts, while workstations are at work: the
 * primary, a loketd and etcd's leader are killed, the primary is cut off and both loketd are started anew, LOKET_ROUNDS times each
 * (make cluster N=…).
 * Whatever happens, nothing that was acknowledged is lost, nothing is done twice, and whoever asks is answered within
 * RESUME_MS. No part of make test.
 *
 * Every answer has its rev, and so says itself where in the hall's one order its command stands. Answers are linearizable when that
 * order explains each of them and never goes against time: a command that was asked when another was answered already
 * comes after it. */
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/db/rows.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

enum {
    CLERKS = 4,
    RECEPTIONS = 2,
    WORKERS = CLERKS + RECEPTIONS,
    DONE_MAX = 1 << 20,
    RESUME_MS = 30000,
    PAUSE_MS = 20, /* between two commands of a person */
    AGAIN_MS = 100 /* before somebody who was not answered asks again */
};

enum kind {
    KIND_ISSUE, /* of the queue from which clerks call */
    KIND_ASIDE, /* of another, from which nobody does */
    KIND_OPEN,
    KIND_CALL,
    KIND_OTHER
};

struct done { /* one command that was answered */
    enum kind kind;
    int worker;
    bool applied;
    int64_t asked_ms, answered_ms; /* monotonic: of the first try, of the answer */
    int64_t seq, rev, fence;
    char id[UUID_TEXT], ticket[UUID_TEXT]; /* the command's; whom it is about, "" nobody */
};

struct shared {
    atomic_bool over;
    atomic_size_t count;
    atomic_int tries; /* that were not answered */
    struct done done[DONE_MAX];
};

struct cluster {
    char *script, *folder, *db;
    struct test_hall hall; /* its door */
    struct shared *shared;
    pid_t pids[WORKERS];
    char clients[WORKERS][37];
};

struct worker {
    struct cluster *cluster;
    struct hall_client client;
    int number;
};

/* --- somebody at work --- */

static const char *id_in(const char *push)
{
    static char id[UUID_TEXT];
    const char *at = strstr(push, "\"id\":\"");
    str_copy(id, sizeof id, at ? at + strlen("\"id\":\"") : "");
    return id;
}

/* The same bytes until they are answered. The caller frees. */
static struct json *push_for_sure(struct worker *w, const char *text)
{
    struct json *result = NULL;
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    for (int status = 0; !result && clock_mono_now_ms() < until_ms;) {
        struct json *answer = hall_ask(&w->client, "POST", "/v1/push", text, &status);
        if (status == 200)
            result = json_copy(json_at(json_get(answer, "results"), 0));
        else if (status != 0 && status != 503) {
            printf("  worker %d: status %d: %s\n", w->number, status, json_text_or(answer, "error", ""));
            fflush(stdout);
            _exit(2); /* another epoch, or signed out: never here */
        } else {
            atomic_fetch_add(&w->cluster->shared->tries, 1);
            poll(NULL, 0, AGAIN_MS);
        }
        json_free(&answer);
    }
    if (!result)
        _exit(3);
    return result;
}

static struct json *say(struct worker *w, enum kind kind, const char *type, const char *body)
{
    struct done done = {.kind = kind, .worker = w->number, .asked_ms = clock_mono_now_ms()};
    char *text = hall_push_text(&w->client, type, body);
    struct json *result = push_for_sure(w, text);
    const struct json *data = json_get(result, "data");
    done.answered_ms = clock_mono_now_ms();
    done.applied = str_equal(json_text(result, "status"), "applied");
    done.seq = ++w->client.seq;
    done.rev = json_int(result, "rev", 0);
    done.fence = json_int(data, "fence", 0);
    str_copy(done.id, sizeof done.id, id_in(text));
    str_copy(done.ticket, sizeof done.ticket, json_text_or(json_get(data, "ticket"), "id", ""));
    size_t at = atomic_fetch_add(&w->cluster->shared->count, 1);
    if (at >= DONE_MAX)
        _exit(4);
    w->cluster->shared->done[at] = done;
    free(text);
    poll(NULL, 0, PAUSE_MS);
    return result;
}

static void about(struct worker *w, const char *type, const struct json *ticket, const char *more)
{
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld%s}", json_text_or(ticket, "id", ""),
                           (long long)json_int(ticket, "gen", 0), more);
    json_free(&(struct json *){say(w, KIND_OTHER, type, body)});
    free(body);
}

static int64_t open_counter(struct worker *w)
{
    char body[80];
    str_format(body, sizeof body, "{\"counter\":\"c%d\",\"takeover\":true}", w->number + 1);
    struct json *result = say(w, KIND_OPEN, "counter.open", body);
    int64_t fence = json_int(json_get(result, "data"), "fence", 0);
    json_free(&result);
    return fence;
}

static void be_clerk(struct worker *w)
{
    char body[80];
    int64_t fence = open_counter(w);
    while (!atomic_load(&w->cluster->shared->over)) {
        str_format(body, sizeof body, "{\"counter\":\"c%d\",\"fence\":%lld,\"queues\":[\"q\"]}",
                   w->number + 1, (long long)fence);
        struct json *result = say(w, KIND_CALL, "ticket.call_next", body);
        const struct json *ticket = json_get(json_get(result, "data"), "ticket");
        if (json_is_object(ticket)) {
            about(w, "ticket.start", ticket, "");
            about(w, "ticket.finish", ticket, ",\"outcome\":\"served\"");
        } else if (!str_equal(json_text(result, "status"), "applied"))
            fence = open_counter(w);
        json_free(&result);
    }
}

/* People wait in the order of the desk's own clock, so that one desk's are called in the order in which the hall took them. */
static void be_reception(struct worker *w)
{
    bool aside = w->number > CLERKS;
    const char *body =
        aside ? "{\"queue\":\"p\",\"channel\":\"desk\"}" : "{\"queue\":\"q\",\"channel\":\"desk\"}";
    while (!atomic_load(&w->cluster->shared->over))
        json_free(&(struct json *){say(w, aside ? KIND_ASIDE : KIND_ISSUE, "ticket.issue", body)});
}

static void start_worker(struct cluster *cluster, int n)
{
    struct worker w = {.cluster = cluster, .number = n};
    char login[20];
    str_format(login, sizeof login, n < CLERKS ? "clerk%d" : "reception", n + 1);
    REQUIRE(hall_sign_in(&w.client, &cluster->hall, login, TEST_PASSWORD) == 200);
    str_copy(cluster->clients[n], sizeof cluster->clients[n], w.client.uuid);
    fflush(NULL);
    cluster->pids[n] = fork();
    if (cluster->pids[n] == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (n < CLERKS)
            be_clerk(&w);
        else
            be_reception(&w);
        _exit(0);
    }
    hall_sign_out(&w.client);
}

/* --- what is done to it --- */

static struct cluster the_cluster;

/* 0 when all went well. */
static int run(const struct cluster *cluster, const char *task, const char *more)
{
    int status = -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", cluster->script, task, cluster->folder, more, (char *)NULL);
        _exit(127);
    }
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void stop_cluster(void)
{
    static pid_t owner;
    if (!owner)
        owner = getpid();
    else if (owner == getpid())
        (void)run(&the_cluster, "stop", NULL);
}

static void open_cluster(struct cluster *cluster)
{
    const char *script = getenv("LOKET_CLUSTER"), *folder = getenv("LOKET_CLUSTER_DIR");
    const char *ports = getenv("LOKET_CLUSTER_PORTS");
    int port = ports ? atoi(ports) : 21000;
    if (!script)
        test_skip("make cluster runs this: LOKET_CLUSTER is where cluster.sh is");
    cluster->script = xstrdup(script);
    cluster->folder = xstrdup(folder ? folder : test_folder());
    cluster->db = xasprintf("postgres://loket@127.0.0.1:%d/loket?options=-csearch_path%%3Dhall", port + 40);
    char *passwords = xasprintf("%s/pgpass", cluster->folder);
    setenv("PGPASSFILE", passwords, 1);
    free(passwords);
    stop_cluster();
    atexit(stop_cluster);
    REQUIRE(run(cluster, "store", NULL) == 0);
    hall_make_at(&cluster->hall, cluster->db);
    REQUIRE(run(cluster, "serve", NULL) == 0);
    str_format(cluster->hall.url, sizeof cluster->hall.url, "http://127.0.0.1:%d", port + 80);
    cluster->shared =
        mmap(NULL, sizeof *cluster->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(cluster->shared != MAP_FAILED);
}

static int rounds(void)
{
    const char *text = getenv("LOKET_ROUNDS");
    return text && atoi(text) > 0 ? atoi(text) : 50;
}

static const char *const blows[] = {"primary", "loketd", "etcd", "cut", "renew", "behind"};
enum { BLOWS = sizeof blows / sizeof *blows, ROUNDS_MAX = 1000, BETWEEN = 100 };

struct blow {
    size_t kind;
    int64_t from_ms, to_ms; /* struck; all was well again */
};

/* Until so many more were answered: false, they are not any more. */
static bool work_on(const struct cluster *cluster, size_t answers)
{
    size_t until = atomic_load(&cluster->shared->count) + answers;
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    while (atomic_load(&cluster->shared->count) < until && clock_mono_now_ms() < until_ms)
        poll(NULL, 0, PAUSE_MS);
    return atomic_load(&cluster->shared->count) >= until;
}

/* How long anybody waited for an answer around it, from their first try. */
static int64_t waited_ms(const struct cluster *cluster, const struct blow *blow)
{
    int64_t longest = 0;
    for (size_t i = 0; i < atomic_load(&cluster->shared->count); i++) {
        const struct done *done = &cluster->shared->done[i];
        int64_t took = done->answered_ms - done->asked_ms;
        if (done->asked_ms <= blow->to_ms && done->answered_ms >= blow->from_ms && took > longest)
            longest = took;
    }
    return longest;
}

static bool strike(const struct cluster *cluster, struct blow *blow, size_t kind)
{
    *blow = (struct blow){.kind = kind, .from_ms = clock_mono_now_ms()};
    bool well = CHECK(run(cluster, "strike", blows[kind]) == 0) && CHECK(run(cluster, "well", NULL) == 0);
    blow->to_ms = clock_mono_now_ms();
    return well && CHECK(work_on(cluster, BETWEEN));
}

/* --- what the hall says in the end --- */

static int by_rev(const void *a, const void *b)
{
    const struct done *x = a, *y = b;
    return x->rev < y->rev ? -1 : x->rev > y->rev;
}

/* Those that were applied, by rev; their count. */
static size_t in_order(struct cluster *cluster)
{
    struct done *done = cluster->shared->done;
    size_t count = 0, all = atomic_load(&cluster->shared->count);
    for (size_t i = 0; i < all; i++)
        if (done[i].applied)
            done[count++] = done[i];
    printf("  %zu commands were answered, %zu of them applied; %d tries were not answered\n", all, count,
           atomic_load(&cluster->shared->tries));
    CHECK_INT((int64_t)count, (int64_t)all); /* who did nothing wrong is refused nothing */
    qsort(done, count, sizeof *done, by_rev);
    return count;
}

/* As one hall that does one thing after another: who came first is called first, nobody twice; and never against time. */
static void check_order(const struct done *done, size_t count)
{
    const char **waiting = xcalloc(count + 1, sizeof *waiting);
    size_t first = 0, last = 0, against_time = 0, wrong = 0, same = 0;
    int64_t asked_ms = 0, fences[WORKERS] = {0}, rev = 0;
    for (size_t i = 0; i < count; i++) {
        const struct done *d = &done[i];
        against_time += d->answered_ms < asked_ms;
        asked_ms = d->asked_ms > asked_ms ? d->asked_ms : asked_ms;
        same += d->rev <= rev;
        rev = d->rev;
        if (d->kind == KIND_ISSUE)
            waiting[last++] = d->ticket;
        else if (d->kind == KIND_CALL && *d->ticket)
            wrong += first == last || !str_equal(waiting[first++], d->ticket);
        else if (d->kind == KIND_CALL)
            wrong += first != last;
        else if (d->kind == KIND_OPEN) {
            wrong += d->fence <= fences[d->worker];
            fences[d->worker] = d->fence;
        }
    }
    CHECK_INT((int64_t)against_time, 0);
    CHECK_INT((int64_t)same, 0);
    CHECK_INT((int64_t)wrong, 0);
    CHECK(first > 0);
    free(waiting);
}

static int64_t number_of(struct db *db, const char *sql, const char *text)
{
    struct stmt *s = db_query(db, sql);
    if (text)
        db_bind_text(s, 1, text);
    int64_t value = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return value;
}

/* Every answer's command stands at its rev, and none of theirs stands there that was not answered, or twice. */
static void check_rows(const struct cluster *cluster, const struct done *done, size_t count)
{
    static const char sql[] = "SELECT command FROM change WHERE rev = $1";
    static const char sql_mine[] =
        "SELECT count(*) FROM audit WHERE client = $1 AND outcome = 'applied' AND type LIKE '%.%'";
    static const char sql_dense[] = "SELECT max(rev) - count(*) FROM change";
    static const char sql_twice[] =
        "SELECT count(*) - count(DISTINCT command) FROM change WHERE command <> ''";
    static const char sql_tickets[] = "SELECT count(*) FROM tickets";
    struct err_info info = {0};
    struct db *db = NULL;
    int64_t lost = 0, issued = 0, theirs[WORKERS] = {0};
    REQUIRE(db_open(&db, cluster->db, 0, &info) == ERR_OK);
    for (size_t i = 0; i < count; i++) {
        struct stmt *s = db_query(db, sql);
        db_bind_int(s, 1, done[i].rev);
        lost += db_step(s) != ERR_OK || !str_equal(db_text(s, 0), done[i].id);
        db_done(s);
        theirs[done[i].worker]++;
        issued += done[i].kind == KIND_ISSUE || done[i].kind == KIND_ASIDE;
    }
    CHECK_INT(lost, 0);
    for (int n = 0; n < WORKERS; n++)
        CHECK_INT(number_of(db, sql_mine, cluster->clients[n]), theirs[n]);
    CHECK_INT(number_of(db, sql_dense, NULL), 0);
    CHECK_INT(number_of(db, sql_twice, NULL), 0);
    CHECK_INT(number_of(db, sql_tickets, NULL), issued);
    db_close(&db);
}

static void check_whole(const struct cluster *cluster)
{
    struct ran ran = RUN(NULL, "loketd", "verify", "--db", cluster->db);
    if (!CHECK(ran.status == 0 && strstr(ran.out, "is whole")))
        printf("  %s%s\n", ran.out, ran.err);
    ran_free(&ran);
}

static void tell(const struct cluster *cluster, const struct blow *blow, size_t count)
{
    for (size_t kind = 0; kind < BLOWS; kind++) {
        int64_t longest = 0, sum = 0, times = 0;
        for (size_t i = 0; i < count; i++)
            if (blow[i].kind == kind) {
                int64_t waited = waited_ms(cluster, &blow[i]);
                longest = waited > longest ? waited : longest;
                sum += waited;
                times++;
            }
        printf("  %s, %lld times: whoever waited longest for an answer waited %.1f s, at the mean %.1f s\n",
               blows[kind], (long long)times, (double)longest / 1000,
               times ? (double)sum / 1000 / (double)times : 0);
        CHECK(longest <= RESUME_MS);
    }
}

TEST(cluster_loses_and_repeats_nothing)
{
    static struct blow blow[ROUNDS_MAX * BLOWS];
    struct cluster *cluster = &the_cluster;
    size_t count = 0, all = (size_t)rounds() * BLOWS;
    int status;
    open_cluster(cluster);
    for (int n = 0; n < WORKERS; n++)
        start_worker(cluster, n);
    bool well = CHECK(work_on(cluster, BETWEEN));
    while (well && count < all && count < ROUNDS_MAX * BLOWS) {
        well = strike(cluster, &blow[count], count % BLOWS);
        printf("  %zu of %zu: %.1f s\n", count + 1, all, (double)waited_ms(cluster, &blow[count]) / 1000);
        count++;
    }
    atomic_store(&cluster->shared->over, true);
    for (int n = 0; n < WORKERS; n++)
        CHECK(waitpid(cluster->pids[n], &status, 0) == cluster->pids[n] && status == 0);
    tell(cluster, blow, count);
    REQUIRE(run(cluster, "unserve", NULL) == 0);
    check_whole(cluster);
    size_t applied = in_order(cluster);
    check_order(cluster->shared->done, applied);
    check_rows(cluster, cluster->shared->done, applied);
    munmap(cluster->shared, sizeof *cluster->shared);
    free(cluster->db);
}
