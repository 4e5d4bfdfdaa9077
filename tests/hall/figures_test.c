/* tests/hall/figures_test.c: the figures of a real loketd: whose key opens them, what a second look costs, and
 * what is said of one that does not tell them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/sync/many.h"
#include "tests/support/real.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

struct looking {
    struct real real;
    char key[80], id[16];
};

/* agency NULL: of the whole hall. */
static void make_key(struct looking *l, const char *scope, const char *agency)
{
    struct json *made = NULL;
    struct ran ran = RUN(NULL, "loketd", "key", "add", "--data", l->real.hall.folder, "--scope", scope,
                         "--json", agency ? "--agency" : NULL, agency);
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    str_copy(l->key, sizeof l->key, json_text_or(made, "key", ""));
    str_copy(l->id, sizeof l->id, json_text_or(made, "id", ""));
    json_free(&made);
    ran_free(&ran);
}

static void open_looking(struct looking *l)
{
    *l = (struct looking){0};
    real_open(&l->real);
    make_key(l, "figures", NULL);
}

static void close_looking(struct looking *l)
{
    CHECK_INT(real_end(&l->real, SIGTERM), 0);
    real_verify(&l->real);
}

static struct json *look(struct looking *l, int *status)
{
    return hall_request(&l->real.hall, "GET", "/v1/figures", l->key, NULL, status);
}

static void check_refused(struct looking *l, const char *path, int wanted, const char *code)
{
    int status;
    struct json *answer = hall_request(&l->real.hall, "GET", path, l->key, NULL, &status);
    CHECK_INT(status, wanted);
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), code);
    json_free(&answer);
}

TEST(figures_open_to_their_own_keys_alone)
{
    struct looking l;
    struct hall_client supervisor;
    int status;
    open_looking(&l);
    struct json *told = look(&l, &status);
    CHECK_INT(status, 200);
    CHECK(json_count(json_get(told, "queues")) > 1);
    CHECK_INT(json_as_int(json_pointer(told, "/now/waiting"), -1), 0);
    json_free(&told);
    check_refused(&l, "/v1/events", 403, "other_scope");
    check_refused(&l, "/v1/applications/r1", 403, "other_scope");
    check_refused(&l, "/v1/snapshot", 401, "session_ended");
    struct ran ran = RUN(NULL, "loketd", "key", "revoke", "--data", l.real.hall.folder, l.id);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    check_refused(&l, "/v1/figures", 401, "bad_key");
    make_key(&l, "read", "t");
    check_refused(&l, "/v1/figures", 403, "other_scope");
    make_key(&l, "apply", "t");
    check_refused(&l, "/v1/figures", 403, "other_scope");
    REQUIRE(hall_sign_in(&supervisor, &l.real.hall, "supervisor", TEST_PASSWORD) == 200);
    str_copy(l.key, sizeof l.key, supervisor.token); /* a person's sign-in is no key */
    check_refused(&l, "/v1/figures", 401, "bad_key");
    hall_sign_out(&supervisor);
    ran = RUN(NULL, "loketd", "key", "add", "--data", l.real.hall.folder, "--scope", "read");
    CHECK_INT(ran.status, 2);
    CHECK(strstr(ran.err, "--agency") != NULL);
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "key", "list", "--data", l.real.hall.folder);
    CHECK(strstr(ran.out, "figures") != NULL);
    ran_free(&ran);
    close_looking(&l);
}

TEST(figures_of_an_agencys_key_are_of_that_agency_alone)
{
    struct looking l;
    int status;
    open_looking(&l);
    make_key(&l, "figures", "t");
    struct json *told = look(&l, &status);
    CHECK_INT(status, 200);
    CHECK(json_is_null(json_get(told, "unsent")));
    CHECK_INT(json_count(json_get(told, "agencies")), 1);
    for (const struct json *queue = json_first(json_get(told, "queues")); queue; queue = json_next(queue))
        CHECK_TEXT(json_text(queue, "agency"), "t");
    json_free(&told);
    close_looking(&l);
}

/* The status line and headers of an answer, by a connection of its own; the caller frees. */
static char *look_if_new(const struct looking *l, const char *tag)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)l->real.hall.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct buf answer = {0};
    char part[4096];
    ssize_t got;
    char *text = xasprintf("GET /v1/figures HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer %s\r\n"
                           "If-None-Match: %s\r\nConnection: close\r\n\r\n",
                           l->key, tag);
    REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to) == 0);
    REQUIRE(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
    free(text);
    while ((got = recv(fd, part, sizeof part, 0)) > 0)
        buf_add(&answer, part, (size_t)got);
    CHECK(got == 0);
    close(fd);
    return buf_take(&answer);
}

TEST(a_hall_in_which_nothing_happens_answers_that_nothing_is_new)
{
    struct looking l;
    struct hall_client reception;
    char tag[100];
    int status;
    open_looking(&l);
    char *body = hall_request_text(&l.real.hall, "GET", "/v1/figures", l.key, NULL, &status);
    str_copy(tag, sizeof tag, hall_header("ETag"));
    CHECK(*tag == '"');
    CHECK(*hall_header("Date"));
    char *again = look_if_new(&l, tag);
    CHECK(str_starts(again, "HTTP/1.1 304 "));
    CHECK(strstr(again, "queues") == NULL);
    free(again);
    again = look_if_new(&l, "\"another\"");
    CHECK(str_starts(again, "HTTP/1.1 200 "));
    free(again);
    free(body);
    REQUIRE(hall_sign_in(&reception, &l.real.hall, "reception", TEST_PASSWORD) == 200);
    struct json *data = hall_do(&reception, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    json_free(&data);
    hall_sign_out(&reception);
    /* What is remembered is fresh for a while; asked until the ticket is in it, which is no wait by the clock. */
    int64_t waiting = 0;
    while (waiting == 0) {
        struct json *told = look(&l, &status);
        waiting = status == 200 ? json_as_int(json_pointer(told, "/now/waiting"), -1) : 0;
        json_free(&told);
    }
    CHECK_INT(waiting, 1);
    again = look_if_new(&l, tag);
    CHECK(!str_starts(again, "HTTP/1.1 304 "));
    free(again);
    close_looking(&l);
}

/* --- asked by the program that looks at many --- */

struct told {
    enum many_why why;
    bool any;
};

static void tell(void *ctx, int hall, const struct many_answer *answer)
{
    struct told *told = ctx;
    if (!told[hall].any) /* those that answer at once are asked again while another hangs */
        told[hall] = (struct told){answer->why, true};
}

/* Asks each address once by its key; ca_file NULL: the system's own certificates. */
static void ask_all(const struct many_hall *halls, int count, const char *ca_file, struct told *told)
{
    const struct many_events events = {.ctx = told, .answered = tell};
    struct rng rng;
    int left = count;
    rng_seed(&rng, 1);
    memset(told, 0, (size_t)count * sizeof *told);
    struct many *many =
        many_new(halls, count, &(struct sync_trust){.ca = ca_file}, &events, &rng, clock_mono_now_ms());
    while (left > 0) {
        int64_t now_ms = clock_mono_now_ms();
        many_wait(many, NULL, 0, many_timeout_ms(many, now_ms));
        many_step(many, clock_mono_now_ms());
        left = 0;
        for (int i = 0; i < count; i++)
            left += !told[i].any;
    }
    many_free(&many);
}

static void check_why(const struct told *told, enum many_why why)
{
    CHECK_TEXT(many_why_text(told->why), many_why_text(why));
}

TEST(many_say_why_each_of_them_does_not_answer)
{
    struct looking l;
    struct stranger page, deaf, gone;
    open_looking(&l);
    stranger_start(&page, STRANGER_PAGE, 0);
    stranger_start(&deaf, STRANGER_DEAF, l.real.hall.port);
    stranger_start(&gone, STRANGER_GONE, l.real.hall.port);
    char *below = xasprintf("%s/nothing", l.real.hall.url);
    char *tls = xasprintf("https://127.0.0.1:%d", l.real.hall.port);
    char reads[80];
    str_copy(reads, sizeof reads, l.key);
    make_key(&l, "read", "t");
    const struct many_hall halls[] = {
        {l.real.hall.url, reads, NULL},
        {l.real.hall.url, l.key, NULL},
        {l.real.hall.url, "loketk_nobodys", NULL},
        {below, reads, NULL},
        {page.url, reads, NULL},
        {deaf.url, reads, NULL},
        {gone.url, reads, NULL},
        {tls, reads, NULL},
        {"http://127.0.0.1:1", reads, NULL},
    };
    static const enum many_why wanted[] = {MANY_NEW,    MANY_SCOPE,  MANY_KEY,     MANY_OLD,   MANY_STRANGE,
                                           MANY_SILENT, MANY_NO_WAY, MANY_STRANGE, MANY_NO_WAY};
    enum { COUNT = sizeof halls / sizeof *halls };
    struct told told[COUNT];
    ask_all(halls, COUNT, NULL, told);
    for (int i = 0; i < COUNT; i++) {
        if (told[i].why != wanted[i])
            printf("    %s\n", halls[i].url);
        check_why(&told[i], wanted[i]);
    }
    free(below);
    free(tls);
    stranger_stop(&page);
    stranger_stop(&deaf);
    stranger_stop(&gone);
    close_looking(&l);
}

TEST(many_trust_a_certificate_that_they_were_given_and_no_other)
{
    struct looking l;
    struct told told;
    open_looking(&l);
    CHECK_INT(real_end(&l.real, SIGTERM), 0);
    char *cert = xasprintf("%s/cert.pem", l.real.hall.folder),
         *key = xasprintf("%s/key.pem", l.real.hall.folder);
    char *make = xasprintf("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                           " -keyout '%s' -out '%s' -subj /CN=localhost"
                           " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null",
                           key, cert);
    REQUIRE(system(make) == 0);
    struct running loketd = START("loketd", "serve", "--data", l.real.hall.folder, "--listen", "127.0.0.1:0",
                                  "--tls-cert", cert, "--tls-key", key);
    char *line = running_line(&loketd);
    REQUIRE(line && strstr(line, "https://"));
    const struct many_hall hall = {strstr(line, "https://"), l.key, NULL};
    ask_all(&hall, 1, cert, &told);
    check_why(&told, MANY_NEW);
    ask_all(&hall, 1, NULL, &told);
    check_why(&told, MANY_CERTIFICATE); /* and the key never left */
    kill(loketd.pid, SIGTERM);
    CHECK_INT(running_wait(&loketd), 0);
    free(line);
    free(make);
    free(cert);
    free(key);
}
