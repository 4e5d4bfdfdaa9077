/* tests/support/real.c: see real.h. */
#include "tests/support/real.h"
#include "tests/support/cluster.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

void real_start(struct real *real)
{
    static const char before[] = "loketd: listening on http://";
    real->program =
        START("loketd", "serve", "--data", real->hall.folder, "--listen", real->listen, "--log", "/dev/null");
    char *line = running_line(&real->program);
    REQUIRE(line && str_starts(line, before));
    str_copy(real->listen, sizeof real->listen, line + sizeof before - 1);
    str_format(real->hall.url, sizeof real->hall.url, "http://%s", real->listen);
    real->hall.port = atoi(strrchr(real->listen, ':') + 1);
    free(line);
}

void real_open(struct real *real)
{
    *real = (struct real){.listen = "127.0.0.1:0"};
    hall_make(&real->hall);
    real_start(real);
}

void real_open_in(struct real *real, const char *folder)
{
    cluster_not_for("the disk that fills up is PostgreSQL's own there");
    *real = (struct real){.listen = "127.0.0.1:0"};
    hall_make(&real->hall);
    struct ran copied = RUN(NULL, "cp", "-a", "--", real->hall.folder, folder);
    REQUIRE(copied.status == 0);
    ran_free(&copied);
    char *path = xasprintf("%s%s", folder, strrchr(real->hall.folder, '/'));
    REQUIRE(str_copy(real->hall.folder, sizeof real->hall.folder, path));
    free(path);
    real_start(real);
}

int real_end(struct real *real, int with_signal)
{
    kill(real->program.pid, with_signal);
    return running_wait(&real->program);
}

void real_verify(const struct real *real)
{
    struct ran ran = RUN(NULL, "loketd", "verify", "--data", real->hall.folder);
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    ran_free(&ran);
}

int64_t real_rev(const struct real *real)
{
    int status;
    struct json *health = hall_request(&real->hall, "GET", "/v1/health", NULL, NULL, &status);
    int64_t rev = json_int(health, "rev", -1);
    json_free(&health);
    return rev;
}
