/* tests/support/cluster.c: see cluster.h. */
#include "tests/support/cluster.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/test.h"

#define PROGRAMS "/usr/lib/postgresql/15/bin"

static struct {
    char folder[64];
    pid_t pid, owner; /* of the server; of the program that started it */
    const char *lacks;
    bool keeps; /* cluster_keep_halls */
} cluster;

static const char *elsewhere(void)
{
    const char *address = getenv("LOKET_TEST_DB");
    return address && str_starts(address, "postgres") ? address : NULL;
}

/* The server refuses to be root. */
static const struct passwd *somebody(void)
{
    if (geteuid() != 0)
        return NULL;
    const struct passwd *user = getpwnam("postgres");
    return user ? user : getpwnam("nobody");
}

static void run_as_somebody(const char *const *words, int log)
{
    const struct passwd *user = somebody();
    if (user && (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (chdir(cluster.folder) != 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        _exit(126);
    char *copies[32] = {0};
    for (size_t i = 0; words[i] && i < 31; i++)
        copies[i] = strdup(words[i]);
    execv(copies[0], copies);
    _exit(127);
}

static pid_t start(const char *const *words, int *log)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        run_as_somebody(words, ends[1]);
    close(ends[1]);
    *log = ends[0];
    return pid;
}

static void stop(void)
{
    if (!cluster.pid || cluster.owner != getpid())
        return;
    kill(cluster.pid, SIGQUIT);
    waitpid(cluster.pid, NULL, 0);
    cluster.pid = 0;
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", cluster.folder, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

/* Its words up to the line with which it is ready; false: it ended before. */
static bool wait_ready(int log)
{
    FILE *lines = fdopen(log, "r");
    char line[1000];
    bool ready = false;
    while (!ready && lines && fgets(line, sizeof line, lines))
        ready = strstr(line, "ready to accept connections") != NULL;
    if (lines)
        fclose(lines);
    return ready;
}

static bool make_files(const char *data)
{
    const char *const words[] = {PROGRAMS "/initdb",
                                 "-D",
                                 data,
                                 "-U",
                                 "loket",
                                 "-A",
                                 "trust",
                                 "-N",
                                 "-E",
                                 "UTF8",
                                 "--locale=C.UTF-8",
                                 "--locale-provider=icu",
                                 "--icu-locale=en",
                                 NULL};
    int log, status = 0;
    char said[256];
    pid_t pid = start(words, &log);
    while (read(log, said, sizeof said) > 0) {
    }
    close(log);
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static const char *start_own(void)
{
    if (access(PROGRAMS "/postgres", X_OK) != 0)
        return "PostgreSQL's server is not installed (apt-get install postgresql-15)";
    const char *place = getenv("TMPDIR");
    const struct passwd *user = somebody();
    str_format(cluster.folder, sizeof cluster.folder, "%s/loket-cluster-XXXXXX",
               place && *place ? place : "/tmp");
    if (!mkdtemp(cluster.folder) || (user && chown(cluster.folder, user->pw_uid, user->pw_gid) != 0))
        return "no folder for PostgreSQL can be made in $TMPDIR or /tmp";
    char *data = xasprintf("%s/data", cluster.folder),
         *socket = xasprintf("unix_socket_directories=%s", cluster.folder);
    const char *const words[] = {PROGRAMS "/postgres",
                                 "-D",
                                 data,
                                 "-c",
                                 "listen_addresses=",
                                 "-c",
                                 socket,
                                 "-c",
                                 "fsync=off",
                                 "-c",
                                 "full_page_writes=off",
                                 "-c",
                                 "shared_buffers=32MB",
                                 "-c",
                                 "log_min_messages=log",
                                 NULL};
    int log = -1;
    bool ready = false;
    if (make_files(data)) {
        cluster.owner = getpid();
        cluster.pid = start(words, &log);
        atexit(stop);
        ready = wait_ready(log);
    }
    free(data);
    free(socket);
    return ready ? NULL : "PostgreSQL's server did not start";
}

const char *cluster_lacks(void)
{
    if (!elsewhere() && !cluster.pid && !cluster.lacks)
        cluster.lacks = start_own();
    return cluster.lacks;
}

char *cluster_address(const char *name)
{
    if (elsewhere())
        return xasprintf("%s%soptions=-csearch_path%%3D%s", elsewhere(), strchr(elsewhere(), '?') ? "&" : "?",
                         name);
    return xasprintf("postgres://loket@/postgres?host=%s&options=-csearch_path%%3D%s", cluster.folder, name);
}

/* Who was told to keep halls in PostgreSQL and cannot must not pass with folders in its place. */
static bool told_to_keep(void)
{
    if (!getenv("LOKET_TEST_DB"))
        return false;
    if (cluster_lacks()) {
        fprintf(stderr, "LOKET_TEST_DB is set, and %s.\n", cluster_lacks());
        exit(EXIT_FAILURE);
    }
    return true;
}

bool cluster_keeps_halls(void)
{
    return told_to_keep() || (cluster.keeps && !cluster_lacks());
}

void cluster_keep_halls(bool here)
{
    cluster.keeps = here;
}

char *cluster_hall_of_file(const char *path)
{
    uint64_t hash = 14695981039346656037u;
    for (const char *c = path; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    char name[24];
    str_format(name, sizeof name, "h%llx", (unsigned long long)hash);
    return cluster_address(name);
}

char *cluster_hall(const char *folder)
{
    char *path = xasprintf("%s/hall.db", folder), *address = cluster_hall_of_file(path);
    free(path);
    return address;
}

const char *cluster_folder(void)
{
    return elsewhere() || cluster_lacks() ? NULL : cluster.folder;
}

void cluster_not_for(const char *reason)
{
    if (cluster_keeps_halls())
        test_skip(reason);
}
