/* tests/hall/floods_test.c: a hall that is crowded, by real sockets: strangers, a mad workstation, slow ones, and descriptors
 * that run out. Its limits are small here, so that all of it is quick; who is served meanwhile is one client whose
 * connection stays, behind the same address as the crowd. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/hall/polls.h"
#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "core/hall/throttle.h"
#include "tests/support/hall.h"
#include "tests/support/test.h"

static int connect_to(const struct test_hall *hall)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)hall->port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void say(int fd, const char *text)
{
    ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);
    (void)n; /* a connection that was ended takes nothing */
}

/* All that comes until the other side closes, or is quiet for so long as a test is patient; "" when there was nothing. */
static char *hear_all(int fd)
{
    struct buf all = {0};
    char chunk[4096];
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (poll(&wait, 1, TEST_PATIENCE_MS) == 1) {
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n <= 0)
            break;
        buf_add(&all, chunk, (size_t)n);
    }
    char *text = buf_take(&all);
    return text ? text : xstrdup("");
}

/* One answer, by its length, on a connection that goes on. The caller frees. */
static char *hear_answer(int fd)
{
    struct buf all = {0};
    char chunk[4096];
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    for (bool whole = false; !whole && poll(&wait, 1, TEST_PATIENCE_MS) == 1;) {
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n <= 0)
            break;
        buf_add(&all, chunk, (size_t)n);
        const char *text = buf_text(&all), *end = strstr(text, "\r\n\r\n"),
                   *length = strcasestr(text, "\r\nContent-Length:");
        whole = end && length && all.length >= (size_t)(end + 4 - text) + strtoul(length + 17, NULL, 10);
    }
    char *text = buf_take(&all);
    return text ? text : xstrdup("");
}

static char *read_whole(const char *path)
{
    struct buf all = {0};
    char chunk[4096];
    FILE *file = fopen(path, "re");
    for (size_t n; file && (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&all, chunk, n);
    if (file)
        fclose(file);
    char *text = buf_take(&all);
    return text ? text : xstrdup("");
}

static int64_t metric(struct hall_client *client, const char *name)
{
    int status;
    char *page = hall_request_text(client->hall, "GET", "/metrics", client->token, NULL, &status);
    char *line = xasprintf("\n%s ", name), *at = strstr(page ? page : "", line);
    int64_t value = at ? strtoll(at + strlen(line), NULL, 10) : -1;
    free(line);
    free(page);
    return value;
}

static void open_small(struct test_hall *hall, struct hall_client *honest)
{
    hall_make(hall);
    hall->connections = 80; /* 10 strangers, of one address at most 6; 8 of an account */
    hall->by_address = 6;
    hall_start(hall);
    CHECK_INT(hall_sign_in(honest, hall, "clerk1", TEST_PASSWORD), 200);
}

/* It works, on the connection that it has. */
static void check_served(struct hall_client *honest)
{
    struct json *data = hall_do(honest, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"desk\"}");
    CHECK(json_get(data, "ticket") != NULL);
    json_free(&data);
}

/* Until so many are counted, or a test's patience ends; works: the client does, meanwhile. */
static bool comes_to(struct hall_client *client, const char *name, int64_t least, bool works)
{
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS, now;
    while ((now = metric(client, name)) < least && clock_mono_now_ms() < until_ms)
        if (works)
            check_served(client);
    return now >= least;
}

TEST(floods_of_connections_stop_nobody)
{
    enum { MANY = 100 };
    struct test_hall hall;
    struct hall_client honest, newcomer;
    int many[MANY];
    open_small(&hall, &honest);
    check_served(&honest);
    for (int i = 0; i < MANY; i++)
        many[i] = connect_to(&hall);
    check_served(&honest);
    CHECK(metric(&honest, "loketd_strangers") <= 6 + 1);
    CHECK(metric(&honest, "loketd_connections_ended_total{limit=\"address\"}") >= MANY - 6);
    char *told = hear_all(many[0]); /* whoever had to go was told why, as far as they listen */
    CHECK(strstr(told, " 503 ") && strstr(told, "Retry-After: 5") && strstr(told, "too_many_connections"));
    free(told);
    CHECK_INT(hall_sign_in(&newcomer, &hall, "clerk2", TEST_PASSWORD), 200); /* behind the same address */
    check_served(&newcomer);
    check_served(&honest);
    for (int i = 0; i < MANY; i++)
        close(many[i]);
    hall_sign_out(&newcomer);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

/* Half a header, half a body, and one that takes no answer: each is a stranger that does not move. */
TEST(floods_of_slow_clients_stop_nobody)
{
    static const char *const halves[] = {
        "GET /v1/hea", "POST /v1/session HTTP/1.1\r\nHost: x\r\n",
        "POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{",
        "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"};
    enum { MANY = 60 };
    struct test_hall hall;
    struct hall_client honest, newcomer;
    int many[MANY];
    open_small(&hall, &honest);
    for (int i = 0; i < MANY; i++) {
        many[i] = connect_to(&hall);
        say(many[i], halves[i % 4]);
    }
    check_served(&honest);
    CHECK(metric(&honest, "loketd_strangers") <= 6 + 1);
    CHECK_INT(hall_sign_in(&newcomer, &hall, "clerk2", TEST_PASSWORD), 200);
    check_served(&newcomer);
    for (int i = 0; i < MANY; i++)
        close(many[i]);
    hall_sign_out(&newcomer);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

/* Somebody's workstation, or their token, asks for news on ever more connections. */
TEST(floods_of_polls_by_one_account_stop_nobody)
{
    enum { MANY = 60 };
    struct test_hall hall;
    struct hall_client honest, mad;
    int many[MANY];
    open_small(&hall, &honest);
    CHECK_INT(hall_sign_in(&mad, &hall, "clerk2", TEST_PASSWORD), 200);
    check_served(&honest);
    char *text =
        xasprintf("GET /v1/feed?cursor=%lld&wait=25 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
                  (long long)honest.rev + 1, mad.token);
    for (int i = 0; i < MANY; i++) {
        many[i] = connect_to(&hall);
        say(many[i], text);
    }
    check_served(&honest);
    CHECK(metric(&honest, "loketd_polls") <= POLLS_PER_CLIENT);
    CHECK(metric(&honest, "loketd_connections") <= 8 + 6 + 2); /* the account's, strangers, the honest's */
    free(text);
    for (int i = 0; i < MANY; i++)
        close(many[i]);
    hall_sign_out(&mad);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

/* As many workstations at which one account is signed in as tokens has places. */
static void sign_in_many(const struct test_hall *hall, const char *login, int count,
                         char tokens[][TOKEN_TEXT])
{
    struct err_info info = {0};
    struct db *db = NULL;
    char user[UUID_TEXT], client[UUID_TEXT];
    struct rng rng;
    rng_seed(&rng, test_seed());
    server_id(login, user);
    REQUIRE(store_open(&db, hall->folder, false, &info) == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK);
    for (int i = 0; i < count; i++) {
        uuid_v7(clock_wall_now_ms(), &rng, client);
        token_new(tokens[i]);
        REQUIRE(session_add(db, tokens[i], user, client, clock_wall_now_ms(), 1) == ERR_OK);
    }
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
}

static int ask_for_news(const struct test_hall *hall, const char *token, int64_t cursor)
{
    char text[400];
    int fd = connect_to(hall);
    str_format(text, sizeof text,
               "GET /v1/feed?cursor=%lld&wait=25 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
               (long long)cursor, token);
    say(fd, text);
    return fd;
}

/* One password at ever more workstations: an account waits at so many and no more, the others wait beside it. */
TEST(floods_of_polls_end_at_what_an_account_may)
{
    enum { MANY = POLLS_PER_ACCOUNT, CONNECTIONS = 16 * 500 };
    static char tokens[MANY + 1][TOKEN_TEXT];
    static int many[MANY];
    struct rlimit limit;
    struct test_hall hall;
    struct hall_client honest;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < 2 * CONNECTIONS)
        test_skip("too few descriptors are allowed here");
    hall_make(&hall);
    sign_in_many(&hall, "clerk2", MANY + 1, tokens);
    hall.connections = CONNECTIONS;
    hall_start(&hall);
    CHECK_INT(hall_sign_in(&honest, &hall, "clerk1", TEST_PASSWORD), 200);
    for (int i = 0; i < MANY; i++)
        many[i] = ask_for_news(&hall, tokens[i], honest.rev);
    CHECK(comes_to(&honest, "loketd_polls", MANY, false)); /* each look is answered behind some of them */
    int more = ask_for_news(&hall, tokens[MANY], honest.rev);
    char *told = hear_answer(more);
    CHECK(strstr(told, " 429 ") && strstr(told, "Retry-After: 20") && strstr(told, "too_many_polls"));
    free(told);
    int own = ask_for_news(&hall, honest.token, honest.rev);
    CHECK(comes_to(&honest, "loketd_polls", MANY + 1, false));
    close(more);
    close(own);
    for (int i = 0; i < MANY; i++)
        close(many[i]);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

static void ask_to_come_in(int fd, const char *login, const char *password, const char *client)
{
    char *body =
             xasprintf("{\"user\":\"%s\",\"password\":\"%s\",\"client\":\"%s\"}", login, password, client),
         *text = xasprintf("POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                           strlen(body), body);
    say(fd, text);
    free(text);
    free(body);
}

/* Passwords of these accounts take long to check, as those of a real hall do. */
enum { GUESSED = 8 };
static const char *guessed(int i, char login[32])
{
    str_format(login, 32, "clerk%d", 4 + i);
    return login;
}

static void make_dear(const struct test_hall *hall)
{
    const struct password_cost real = {PASSWORD_KIB, PASSWORD_PASSES};
    struct err_info info = {0};
    struct db *db = NULL;
    char login[32], user[UUID_TEXT], hash[PASSWORD_HASH];
    REQUIRE(password_hash_at("not to be guessed", &real, hash));
    REQUIRE(store_open(&db, hall->folder, false, &info) == ERR_OK);
    REQUIRE(db_begin(db) == ERR_OK);
    for (int i = 0; i < GUESSED; i++) {
        server_id(guessed(i, login), user);
        REQUIRE(credential_put(db, user, hash) == ERR_OK);
    }
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
}

/* Whether the clerk whose workstation is known is answered while some who guess still wait. The hall stands still until all have
 * asked, so that it hears of them at once. */
static bool comes_in_first(const struct test_hall *hall, const struct hall_client *known, bool asks_last)
{
    struct pollfd guesses[GUESSED];
    char login[32];
    bool some_wait = false;
    int own = asks_last ? -1 : connect_to(hall);
    for (int i = 0; i < GUESSED; i++)
        guesses[i] = (struct pollfd){.fd = connect_to(hall), .events = POLLIN};
    own = asks_last ? connect_to(hall) : own;
    kill(hall->pid, SIGSTOP);
    if (!asks_last)
        ask_to_come_in(own, "clerk1", TEST_PASSWORD, known->uuid);
    for (int i = 0; i < GUESSED; i++)
        ask_to_come_in(guesses[i].fd, guessed(i, login), "a wrong password",
                       "0193b0de-0000-7000-8000-0000000000ff");
    if (asks_last)
        ask_to_come_in(own, "clerk1", TEST_PASSWORD, known->uuid);
    kill(hall->pid, SIGCONT);
    char *told = hear_answer(own);
    poll(guesses, GUESSED, 0);
    for (int i = 0; i < GUESSED; i++)
        some_wait |= !guesses[i].revents;
    CHECK(strstr(told, " 200 "));
    free(told);
    close(own);
    for (int i = 0; i < GUESSED; i++)
        close(guesses[i].fd);
    return some_wait;
}

/* In whichever order the hall hears of them. This program may be held up where the hall is not, so that all seem to be answered at once:
 * twice is tried; where those who guess are checked first it is never. */
TEST(floods_of_guesses_let_known_workstations_go_first)
{
    struct test_hall hall;
    struct hall_client honest;
    hall_make(&hall);
    make_dear(&hall);
    hall_start(&hall);
    CHECK_INT(hall_sign_in(&honest, &hall, "clerk1", TEST_PASSWORD), 200);
    for (int last = 0; last < 2; last++)
        CHECK(comes_in_first(&hall, &honest, last) || comes_in_first(&hall, &honest, last));
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

/* Requests without a sign-in: the thousand that an address has, then each is put off, and most are refused. Whoever is
 * signed in there is not, nor who watches over the hall, nor a workstation at which the account was before. */
TEST(floods_of_requests_stop_nobody)
{
    static const char request[] = "GET /v1/search?q=a HTTP/1.1\r\nHost: x\r\n\r\n";
    enum { MANY = 300 };
    struct test_hall hall;
    struct hall_client honest;
    struct buf thousands = {0};
    int many[MANY], status;
    bool refused = false;
    hall_make(&hall);
    hall.connections = 4000;
    hall.by_address = MANY + 10;
    hall_start(&hall);
    CHECK_INT(hall_sign_in(&honest, &hall, "clerk1", TEST_PASSWORD), 200);
    for (int i = 0; i < 2 * THROTTLE_REQUESTS; i++)
        buf_adds(&thousands, request);
    int first = connect_to(&hall);
    say(first, buf_text(&thousands));
    CHECK(comes_to(&honest, "loketd_strangers_delayed_total", 1, true)); /* it is beyond its thousand */
    check_served(&honest);
    for (int i = 0; i < MANY; i++) {
        many[i] = connect_to(&hall);
        say(many[i], "GET /v1/search?q=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    check_served(&honest);
    char *body =
        xasprintf("{\"user\":\"clerk1\",\"password\":\"%s\",\"client\":\"%s\"}", TEST_PASSWORD, honest.uuid);
    struct json *answer = hall_request(&hall, "POST", "/v1/session", NULL, body, &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    answer = hall_request(&hall, "GET", "/v1/health", NULL, NULL, &status);
    CHECK_INT(status, 200); /* late, perhaps, but never refused */
    json_free(&answer);
    for (int i = 0; i < MANY && !refused; i++) {
        char *heard = hear_all(many[i]);
        refused = strstr(heard, " 429 ") && strstr(heard, "Retry-After: ");
        free(heard);
    }
    CHECK(refused);
    check_served(&honest);
    for (int i = 0; i < MANY; i++)
        close(many[i]);
    free(body);
    buf_free(&thousands);
    close(first);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

/* Whoever must wait with their guesses and does not is put off as others are; a known workstation's clerk comes in meanwhile. */
TEST(floods_of_sign_ins_that_must_wait_are_put_off)
{
    static const char body[] =
        "{\"user\":\"nobody\",\"password\":\"a wrong password\",\"client\":\"0193b0de-0000-7000-"
        "8000-0000000000ff\"}";
    struct test_hall hall;
    struct hall_client honest;
    struct buf many = {0};
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&honest, &hall, "clerk1", TEST_PASSWORD), 200);
    for (int i = 0; i < THROTTLE_REQUESTS + 200; i++)
        buf_addf(&many, "POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                 sizeof body - 1, body);
    int fd = connect_to(&hall);
    say(fd, buf_text(&many));
    CHECK(comes_to(&honest, "loketd_strangers_delayed_total", 1, true));
    char *own =
        xasprintf("{\"user\":\"clerk1\",\"password\":\"%s\",\"client\":\"%s\"}", TEST_PASSWORD, honest.uuid);
    struct json *answer = hall_request(&hall, "POST", "/v1/session", NULL, own, &status);
    CHECK_INT(status, 200);
    json_free(&answer);
    free(own);
    buf_free(&many);
    close(fd);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

/* As long a body as a push may have, from whoever shows no sign-in: read, not kept, and answered as it would have been. */
TEST(floods_of_long_bodies_are_not_kept)
{
    enum { LONG = 100 * 1024 };
    struct test_hall hall;
    struct hall_client honest;
    int status;
    open_small(&hall, &honest);
    char *body = xcalloc(LONG + 1, 1);
    memset(body, ' ', LONG);
    struct json *answer = hall_request(&hall, "POST", "/v1/push", NULL, body, &status);
    CHECK_INT(status, 413);
    json_free(&answer);
    answer = hall_request(&hall, "POST", "/v1/push", "no-such-token", body, &status);
    CHECK_INT(status, 401);
    json_free(&answer);
    answer = hall_request(&hall, "POST", "/v1/session", NULL, body, &status);
    CHECK_INT(status, 413);
    json_free(&answer);
    answer = hall_request(&hall, "POST", "/v1/push", honest.token, body, &status);
    CHECK_INT(status, 400); /* the honest's is read: it is no JSON */
    json_free(&answer);
    free(body);
    check_served(&honest);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}

/* A hall that is allowed few descriptors says so, and serves as many connections as it has them for. */
TEST(floods_find_no_more_places_than_there_are_descriptors)
{
    enum { MANY = 90 };
    struct test_hall hall;
    struct hall_client honest;
    int many[MANY];
    hall_make(&hall);
    hall.connections = 200;
    hall.by_address = 200;
    hall.descriptors = 60;
    hall_start(&hall);
    CHECK_INT(hall_sign_in(&honest, &hall, "clerk1", TEST_PASSWORD), 200);
    for (int i = 0; i < MANY; i++)
        many[i] = connect_to(&hall);
    check_served(&honest);
    char *log = xasprintf("%s/loketd.log", hall.folder), *said = read_whole(log);
    CHECK(strstr(said, "only 60 descriptors are allowed here: at most 30 connections are served, not 200"));
    CHECK(!strstr(said, "no descriptor is left"));
    free(said);
    free(log);
    for (int i = 0; i < MANY; i++)
        close(many[i]);
    check_served(&honest);
    hall_sign_out(&honest);
    CHECK_INT(hall_stop(&hall), 0);
}
