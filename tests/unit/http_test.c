/* tests/unit/http_test.c: connections that are slow, half open or half secret, by a clock that is told: who goes, when, and
 * what they were counted as. The server and its clients are in one thread: only what must come is waited for. */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/hall/http.h"
#include "core/hall/listener.h"
#include "tests/support/test.h"

enum { START_MS = 50000, BIG = 32 * 1024 * 1024 };

struct place {
    struct http *http;
    int64_t ms;
    struct http_request *held; /* that of /held */
    int heard;
};

/* /known shows who asks, /held too and waits, /big is answered by more than any line holds. */
static void on_request(void *ctx, struct http_request *request)
{
    struct place *place = ctx;
    const char *path = http_path(request);
    bool big = str_equal(path, "/big"), held = str_equal(path, "/held");
    char *body = xcalloc(big ? BIG : 1, 1);
    place->heard++;
    if ((held || str_equal(path, "/known")) && !http_known(request, "clerk"))
        held = false;
    else if (held)
        place->held = request;
    else
        http_answer(request, 200, "text/plain", body, big ? BIG : 0);
    free(body);
}

static void open_place(struct place *place, const char *cert, const char *key)
{
    struct err_info info = {0};
    *place = (struct place){.ms = START_MS};
    const struct http_options options = {.host = "127.0.0.1",
                                         .port = "0",
                                         .tls_cert = cert,
                                         .tls_key = key,
                                         .handle = on_request,
                                         .ctx = place,
                                         .limits = crowd_limits(64, 6)}; /* 6 strangers of an address */
    REQUIRE(http_open(&place->http, &options, &info) == ERR_OK);
    http_run(place->http, place->ms);
}

static int come(const struct place *place)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(place->http))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

static void say(int fd, const char *text)
{
    CHECK_INT(send(fd, text, strlen(text), MSG_NOSIGNAL), (int64_t)strlen(text));
}

/* The server's turn, at the place's time; it waits for what is on its way. */
static void turn(struct place *place)
{
    struct pollfd wait = {.fd = http_fd(place->http), .events = POLLIN};
    int ms = http_timeout_ms(place->http);
    poll(&wait, 1, ms < 0 || ms > 5 ? 5 : ms);
    http_run(place->http, place->ms);
}

#define UNTIL(place, condition)                                            \
    do {                                                                   \
        int64_t patience_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;      \
        bool met_ = false;                                                 \
        while (!(met_ = (condition)) && clock_mono_now_ms() < patience_ms) \
            turn(place);                                                   \
        check(met_, __FILE__, __LINE__, #condition);                       \
    } while (0)

/* As many seconds go by, each with its turn. */
static void pass(struct place *place, int64_t ms)
{
    for (int64_t until_ms = place->ms + ms; place->ms < until_ms;) {
        place->ms += until_ms - place->ms < 1000 ? until_ms - place->ms : 1000;
        http_run(place->http, place->ms);
    }
}

static int64_t slow(const struct place *place)
{
    return http_refused(place->http, HTTP_TOO_SLOW);
}

/* --- who is slow --- */

/* Nothing, half a header, a header a sign at a time, half a body, an answer that is not taken: all go after their twenty
 * seconds, the one that asks now and then stays. */
TEST(http_strangers_that_are_slow_go_after_their_time)
{
    enum { NOTHING, HEADER, DRIBBLE, BODY, TAKES_NOTHING, ASKS, ALL };
    static const char *const says[ALL] = {"",
                                          "GET /a HT",
                                          "GET /a HTTP/1.1\r\nX: ",
                                          "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{",
                                          "GET /big HTTP/1.1\r\nHost: x\r\n\r\n",
                                          "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"};
    struct place place;
    int fds[ALL];
    open_place(&place, NULL, NULL);
    for (int i = 0; i < ALL; i++) {
        fds[i] = come(&place);
        UNTIL(&place, http_connections(place.http) == i + 1);
        say(fds[i], says[i]);
    }
    UNTIL(&place, place.heard == 2);
    for (int i = 0; i < 19; i++) {
        pass(&place, 1000);
        say(fds[DRIBBLE], "x");
    }
    say(fds[ASKS], says[ASKS]);
    UNTIL(&place, place.heard == 3);
    pass(&place, 999);
    CHECK_INT(http_connections(place.http), ALL);
    CHECK_INT(slow(&place), 0);
    pass(&place, 1001); /* it is looked for once a second */
    UNTIL(&place, http_connections(place.http) == 1);
    CHECK_INT(slow(&place), ALL - 1);
    CHECK_INT(http_strangers(place.http), 1);
    say(fds[ASKS], says[ASKS]);
    UNTIL(&place, place.heard == 4);
    for (int i = 0; i < ALL; i++)
        close(fds[i]);
    UNTIL(&place, http_connections(place.http) == 0);
    http_close(&place.http);
}

/* Whoever is known has a minute; one that waits for its answer has as long as that takes, and the minute from then on. */
TEST(http_known_ones_that_are_slow_have_a_minute)
{
    enum { QUIET, HALF, WAITS, ALL };
    struct place place;
    int fds[ALL];
    open_place(&place, NULL, NULL);
    for (int i = 0; i < ALL; i++) {
        fds[i] = come(&place);
        say(fds[i],
            i == WAITS ? "GET /held HTTP/1.1\r\nHost: x\r\n\r\n" : "GET /known HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    UNTIL(&place, place.heard == ALL && place.held);
    say(fds[HALF], "POST /known HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
    pass(&place, HTTP_SLOW_MS - 1);
    CHECK_INT(http_connections(place.http), ALL);
    pass(&place, 1001);
    UNTIL(&place, http_connections(place.http) == 1);
    CHECK_INT(slow(&place), 2);
    pass(&place, 10 * HTTP_SLOW_MS);
    CHECK_INT(http_connections(place.http), 1);
    CHECK(http_alive(place.held));
    http_answer(place.held, 200, "text/plain", "", 0);
    UNTIL(&place, http_timeout_ms(place.http) != 0);
    pass(&place, HTTP_SLOW_MS - 1);
    CHECK_INT(http_connections(place.http), 1);
    pass(&place, 1001);
    UNTIL(&place, http_connections(place.http) == 0);
    CHECK_INT(slow(&place), 3);
    for (int i = 0; i < ALL; i++)
        close(fds[i]);
    http_close(&place.http);
}

/* Whoever closes their half in the middle of a request is gone at once; one whose answer is waited for is seen to be gone,
 * and its connection ends with the answer. */
TEST(http_half_open_connections_end)
{
    struct place place;
    open_place(&place, NULL, NULL);
    int half = come(&place), waits = come(&place);
    say(half, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{");
    say(waits, "GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    UNTIL(&place, place.held && http_connections(place.http) == 2);
    CHECK(http_alive(place.held));
    shutdown(half, SHUT_WR);
    UNTIL(&place, http_connections(place.http) == 1);
    shutdown(waits, SHUT_WR);
    UNTIL(&place, !http_alive(place.held));
    CHECK_INT(http_connections(place.http), 1);
    http_answer(place.held, 200, "text/plain", "", 0);
    UNTIL(&place, http_connections(place.http) == 0);
    CHECK_INT(slow(&place), 0);
    close(half);
    close(waits);
    http_close(&place.http);
}

/* Not even the descriptor that is kept for it can be had: who comes stays in the line, and the loop has a second's rest. */
TEST(http_that_lets_nobody_in_rests)
{
    struct place place;
    struct rlimit before, few;
    open_place(&place, NULL, NULL);
    int fd = come(&place);
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    few = before;
    few.rlim_cur = 3;
    struct pollfd readable = {.fd = http_fd(place.http), .events = POLLIN};
    CHECK_INT(poll(&readable, 1, TEST_PATIENCE_MS), 1);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    http_run(place.http, place.ms);
    CHECK_INT(poll(&readable, 1, 0), 0);
    CHECK_INT(http_timeout_ms(place.http), 1000);
    http_run(place.http, place.ms += 400);
    CHECK_INT(poll(&readable, 1, 0), 0);
    CHECK_INT(http_timeout_ms(place.http), 600);
    http_run(place.http, place.ms += 600); /* looked for, and again in vain */
    CHECK_INT(http_timeout_ms(place.http), 1000);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    http_run(place.http, place.ms += 1000);
    CHECK_INT(http_connections(place.http), 1);
    int second = come(&place);
    CHECK_INT(poll(&readable, 1, TEST_PATIENCE_MS), 1); /* the line is looked at again */
    UNTIL(&place, http_connections(place.http) == 2);
    close(fd);
    close(second);
    http_close(&place.http);
}

/* --- over TLS --- */

static char *pem_of(const gnutls_datum_t *datum)
{
    char *text = xcalloc(datum->size + 1, 1);
    memcpy(text, datum->data, datum->size);
    return text;
}

/* Signed by itself; the caller frees both. */
static void make_certificate(char **cert, char **key)
{
    gnutls_x509_privkey_t secret;
    gnutls_x509_crt_t own;
    gnutls_datum_t out;
    const int64_t now_s = clock_wall_now_ms() / 1000;
    REQUIRE(gnutls_x509_privkey_init(&secret) == 0 && gnutls_x509_crt_init(&own) == 0);
    REQUIRE(gnutls_x509_privkey_generate(secret, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0);
    REQUIRE(gnutls_x509_crt_set_version(own, 3) == 0 && gnutls_x509_crt_set_serial(own, "\1", 1) == 0 &&
            gnutls_x509_crt_set_dn_by_oid(own, GNUTLS_OID_X520_COMMON_NAME, 0, "hall", 4) == 0 &&
            gnutls_x509_crt_set_activation_time(own, now_s - 3600) == 0 &&
            gnutls_x509_crt_set_expiration_time(own, now_s + 86400) == 0 &&
            gnutls_x509_crt_set_key(own, secret) == 0 &&
            gnutls_x509_crt_sign2(own, own, secret, GNUTLS_DIG_SHA256, 0) == 0);
    REQUIRE(gnutls_x509_crt_export2(own, GNUTLS_X509_FMT_PEM, &out) == 0);
    *cert = pem_of(&out);
    gnutls_free(out.data);
    REQUIRE(gnutls_x509_privkey_export2(secret, GNUTLS_X509_FMT_PEM, &out) == 0);
    *key = pem_of(&out);
    gnutls_free(out.data);
    gnutls_x509_crt_deinit(own);
    gnutls_x509_privkey_deinit(secret);
}

struct secret_line {
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    int fd;
};

/* Its handshake, with the server's turns in between. What it ended with; 0 for good. */
static int shake(struct place *place, struct secret_line *line)
{
    int64_t patience_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    int said;
    while ((said = gnutls_handshake(line->session)) == GNUTLS_E_AGAIN && clock_mono_now_ms() < patience_ms)
        turn(place);
    return said;
}

static void come_in_secret(struct place *place, struct secret_line *line, const char *versions)
{
    line->fd = come(place);
    REQUIRE(gnutls_certificate_allocate_credentials(&line->credentials) == 0);
    REQUIRE(gnutls_init(&line->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) == 0);
    REQUIRE(gnutls_priority_set_direct(line->session, versions, NULL) == 0);
    gnutls_credentials_set(line->session, GNUTLS_CRD_CERTIFICATE, line->credentials);
    gnutls_transport_set_int2(line->session, line->fd, line->fd);
    gnutls_handshake_set_timeout(line->session, 0);
    const struct timeval at_once = {0, 1000};
    setsockopt(line->fd, SOL_SOCKET, SO_RCVTIMEO, &at_once, sizeof at_once);
    CHECK_INT(shake(place, line), 0);
}

static void secret_end(struct secret_line *line)
{
    gnutls_deinit(line->session);
    gnutls_certificate_free_credentials(line->credentials);
    close(line->fd);
}

static void say_in_secret(struct secret_line *line, const char *text)
{
    CHECK_INT(gnutls_record_send(line->session, text, strlen(text)), (int64_t)strlen(text));
}

static const char tls_12[] = "NORMAL:-VERS-ALL:+VERS-TLS1.2", tls_13[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

/* A handshake that does not begin, one that does not end, and half a request behind a whole one are strangers like any other:
 * counted by address, gone after twenty seconds. */
TEST(http_over_tls_counts_who_does_not_end_a_handshake)
{
    static const char half_hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    enum { LIMIT = 6, MANY = 12 };
    struct place place;
    struct secret_line line;
    char *cert, *key;
    int fds[MANY];
    make_certificate(&cert, &key);
    open_place(&place, cert, key);
    for (int i = 0; i < MANY; i++) {
        fds[i] = come(&place);
        if (i % 2)
            CHECK(send(fds[i], half_hello, sizeof half_hello - 1, MSG_NOSIGNAL) > 0);
        UNTIL(&place, i < LIMIT ? http_connections(place.http) == i + 1
                                : http_refused(place.http, CROWD_ADDRESS) == i + 1 - LIMIT);
        CHECK(http_strangers(place.http) <= LIMIT);
    }
    CHECK_INT(http_refused(place.http, CROWD_ADDRESS), MANY - LIMIT);
    come_in_secret(&place, &line, tls_13); /* in the place of the oldest of them */
    say_in_secret(&line, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{");
    UNTIL(&place, http_connections(place.http) == LIMIT);
    pass(&place, HTTP_STRANGER_MS - 1);
    CHECK_INT(http_strangers(place.http), LIMIT);
    pass(&place, 1001);
    UNTIL(&place, http_connections(place.http) == 0);
    CHECK_INT(slow(&place), LIMIT);
    secret_end(&line);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    http_close(&place.http);
    free(cert);
    free(key);
}

/* Another handshake costs the hall more than whoever asks for it: they are hung up on (1.2), and who asks for new keys
 * again and again (1.3) too. */
TEST(http_over_tls_negotiates_once)
{
    struct place place;
    struct secret_line line;
    char *cert, *key;
    make_certificate(&cert, &key);
    open_place(&place, cert, key);
    come_in_secret(&place, &line, tls_12);
    say_in_secret(&line, "GET /known HTTP/1.1\r\nHost: x\r\n\r\n");
    char answer[1000];
    UNTIL(&place, gnutls_record_recv(line.session, answer, sizeof answer) > 0);
    CHECK(shake(&place, &line) < 0);
    UNTIL(&place, http_connections(place.http) == 0);
    secret_end(&line);
    come_in_secret(&place, &line, tls_13);
    UNTIL(&place, gnutls_session_key_update(line.session, 0) < 0 || http_connections(place.http) == 0);
    UNTIL(&place, http_connections(place.http) == 0);
    secret_end(&line);
    http_close(&place.http);
    free(cert);
    free(key);
}
