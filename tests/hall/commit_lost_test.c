/* tests/hall/commit_lost_test.c: the line between loketd and PostgreSQL goes in the middle of a COMMIT: before it arrived, after it
 * was done, while it is still on its way. Nobody is told what is not so. A process of the test's own stands between the two
 * and cuts the line at the very message. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/cluster.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

/* --- the line --- */

enum cut {
    CUT_NOTHING,
    CUT_REQUEST = 'r', /* the COMMIT never arrives */
    CUT_ANSWER = 'a',  /* it is done, and its answer is lost */
    CUT_LATE =
        'l', /* loketd hears that the line is gone; the server hears COMMIT after loketd came back and asked */
};
enum { LINES_MAX = 32, BYTES = 64 * 1024 };

struct wire {
    int client, server; /* -1: gone */
    bool ends_with_answer;
};

struct between {
    struct sockaddr_un server;
    struct wire wires[LINES_MAX];
    enum cut cut;
    int late; /* a server that waits for its COMMIT; -1: none */
};

/* As libpq sends it: a simple query of its own. */
static const char commit[] = "Q\0\0\0\x0b"
                             "COMMIT";

static void hang_up(struct wire *wire)
{
    close(wire->client);
    close(wire->server);
    *wire = (struct wire){-1, -1, false};
}

static void let_in(struct between *b, int listener)
{
    int client = accept(listener, NULL, NULL), server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(server, (const struct sockaddr *)&b->server, sizeof b->server) != 0)
        _exit(5);
    for (int i = 0; i < LINES_MAX; i++)
        if (b->wires[i].client < 0) {
            b->wires[i] = (struct wire){client, server, false};
            return;
        }
    _exit(6);
}

static void send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

static bool holds(const char *bytes, size_t length, const char *word)
{
    return memmem(bytes, length, word, strlen(word)) != NULL;
}

static void from_client(struct between *b, struct wire *wire)
{
    char bytes[BYTES];
    ssize_t length = recv(wire->client, bytes, sizeof bytes, 0);
    if (length <= 0) {
        hang_up(wire);
        return;
    }
    bool is_commit = (size_t)length == sizeof commit && memcmp(bytes, commit, sizeof commit) == 0;
    enum cut cut = is_commit ? b->cut : CUT_NOTHING;
    if (is_commit)
        b->cut = CUT_NOTHING;
    if (cut == CUT_REQUEST) {
        hang_up(wire);
        return;
    }
    if (cut == CUT_LATE) {
        b->late = dup(wire->server);
        hang_up(wire);
        return;
    }
    wire->ends_with_answer = cut == CUT_ANSWER;
    send_all(wire->server, bytes, (size_t)length);
    /* Whoever locks the row asks in the right way; whoever is done with asking did not wait. */
    bool asks = holds(bytes, (size_t)length, "FOR UPDATE") && !holds(bytes, (size_t)length, "BEGIN");
    if (b->late >= 0 && (asks || holds(bytes, (size_t)length, "ROLLBACK"))) {
        send_all(b->late, commit, sizeof commit);
        close(b->late);
        b->late = -1;
    }
}

static void from_server(struct wire *wire)
{
    char bytes[BYTES];
    ssize_t length = recv(wire->server, bytes, sizeof bytes, 0);
    if (length <= 0 || wire->ends_with_answer)
        hang_up(wire);
    else
        send_all(wire->client, bytes, (size_t)length);
}

static void stand_between(struct between *b, int listener, int orders)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    b->late = -1;
    for (int i = 0; i < LINES_MAX; i++)
        b->wires[i] = (struct wire){-1, -1, false};
    for (;;) {
        struct pollfd fds[2 + 2 * LINES_MAX] = {{.fd = listener, .events = POLLIN},
                                                {.fd = orders, .events = POLLIN}};
        for (int i = 0; i < LINES_MAX; i++) {
            fds[2 + 2 * i] = (struct pollfd){.fd = b->wires[i].client, .events = POLLIN};
            fds[3 + 2 * i] = (struct pollfd){.fd = b->wires[i].server, .events = POLLIN};
        }
        poll(fds, sizeof fds / sizeof *fds, -1);
        char order;
        if (fds[1].revents && (read(orders, &order, 1) != 1 || write(orders, &order, 1) != 1))
            _exit(0);
        if (fds[1].revents)
            b->cut = (enum cut)order;
        for (int i = 0; i < LINES_MAX; i++) {
            if (b->wires[i].client >= 0 && fds[2 + 2 * i].revents)
                from_client(b, &b->wires[i]);
            if (b->wires[i].client >= 0 && fds[3 + 2 * i].revents)
                from_server(&b->wires[i]);
        }
        if (fds[0].revents)
            let_in(b, listener);
    }
}

/* The address of the hall as it is through the line, for loketd; *orders takes what is cut next, and says it when it is ready.
 * The caller frees. */
static char *address_between(const char *db, const char *name, int *orders, pid_t *pid)
{
    static struct between between = {.server = {.sun_family = AF_UNIX}};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    const char *host = strstr(db, "host=/");
    int ends[2], listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!host)
        test_skip("the server is not this program's own");
    host += strlen("host=");
    str_format(between.server.sun_path, sizeof between.server.sun_path, "%.*s/.s.PGSQL.5432",
               (int)strcspn(host, "&"), host);
    REQUIRE(bind(listener, (const struct sockaddr *)&at, sizeof at) == 0 && listen(listener, 10) == 0);
    REQUIRE(getsockname(listener, (struct sockaddr *)&at, &size) == 0);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    *pid = fork();
    if (*pid == 0) {
        close(ends[0]);
        stand_between(&between, listener, ends[1]);
    }
    close(listener);
    close(ends[1]);
    *orders = ends[0];
    return xasprintf("postgres://loket@127.0.0.1:%d/postgres?options=-csearch_path%%3D%s", ntohs(at.sin_port),
                     name);
}

static void cut_next(int orders, enum cut cut)
{
    char order = (char)cut;
    REQUIRE(write(orders, &order, 1) == 1 && read(orders, &order, 1) == 1);
}

/* --- the test --- */

/* The status, and the number that the ticket got. */
static int push(struct hall_client *client, const char *text, char number[16])
{
    int status;
    struct json *answer = hall_ask(client, "POST", "/v1/push", text, &status);
    const struct json *result = json_at(json_get(answer, "results"), 0);
    str_copy(number, 16, json_text_or(json_get(json_get(result, "data"), "ticket"), "number", ""));
    json_free(&answer);
    return status;
}

static const struct lost {
    enum cut cut;
    int status; /* that the first try hears */
} losses[] = {{CUT_ANSWER, 200}, {CUT_REQUEST, 503}, {CUT_LATE, 200}, {CUT_NOTHING, 200}, {CUT_ANSWER, 200}};

TEST(commit_that_was_lost_is_asked_after)
{
    static const char said[] = "loketd: listening on ";
    int orders;
    pid_t between;
    struct test_hall hall;
    struct hall_client desk;
    if (cluster_lacks())
        test_skip(cluster_lacks());
    char *db = cluster_address("commit_lost"),
         *through = address_between(db, "commit_lost", &orders, &between);
    hall_make_at(&hall, db);
    struct running loketd = START("loketd", "serve", "--db", through, "--listen", "127.0.0.1:0");
    char *line = running_line(&loketd);
    REQUIRE(line && str_starts(line, said));
    str_copy(hall.url, sizeof hall.url, line + sizeof said - 1);
    free(line);
    REQUIRE(hall_sign_in(&desk, &hall, "reception", TEST_PASSWORD) == 200);

    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        char wanted[16], number[16], again[16];
        char *text = hall_push_text(&desk, "ticket.issue", "{\"queue\":\"q\",\"channel\":\"desk\"}");
        str_format(wanted, sizeof wanted, "Q%03d", (int)i + 1);
        cut_next(orders, losses[i].cut);
        CHECK_INT(push(&desk, text, number), losses[i].status);
        CHECK_TEXT(number, losses[i].status == 200 ? wanted : "");
        CHECK_INT(push(&desk, text, again), 200);
        CHECK_TEXT(again, wanted);
        desk.seq++;
        free(text);
    }

    kill(loketd.pid, SIGTERM);
    CHECK_INT(running_wait(&loketd), 0);
    kill(between, SIGKILL);
    waitpid(between, NULL, 0);
    struct ran ran = RUN(NULL, "loketd", "verify", "--db", db);
    CHECK(ran.status == 0 && strstr(ran.out, "is whole"));
    ran_free(&ran);
    hall_sign_out(&desk);
    close(orders);
    free(db);
    free(through);
}
