/* tests/hall/deliver_test.c: loketd deliver between a real loketd and a real receiver over HTTP: every event, signed, in
 * order, at least once, whoever is killed; one that hangs or fails holds up neither the others nor the hall. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "tests/support/cluster.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

/* --- a receiver --- */

struct receiver {
    int listener;
    char url[60];
};

struct delivery {
    int fd; /* not answered yet */
    char id[64], at[24], signature[120];
    char *body;
    struct json *event;
};

static void receiver_open(struct receiver *receiver)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    receiver->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(receiver->listener, (const struct sockaddr *)(const void *)&at, sizeof at) == 0);
    REQUIRE(listen(receiver->listener, 64) == 0);
    REQUIRE(getsockname(receiver->listener, (struct sockaddr *)(void *)&at, &length) == 0);
    str_format(receiver->url, sizeof receiver->url, "http://127.0.0.1:%d/hook", ntohs(at.sin_port));
}

static void read_header(const char *head, const char *name, char *out, size_t capacity)
{
    const char *at = strcasestr(head, name);
    REQUIRE(at);
    at += strlen(name);
    at += strspn(at, ": ");
    str_format(out, capacity, "%.*s", (int)strcspn(at, "\r\n"), at);
}

/* Waits for one and reads it whole; false: nothing came in that time. */
static bool receive_in(struct receiver *receiver, struct delivery *delivery, int patience_ms)
{
    struct pollfd waiting = {.fd = receiver->listener, .events = POLLIN};
    struct buf text = {0};
    char part[4096], length[24];
    const char *end = NULL;
    *delivery = (struct delivery){.fd = -1};
    if (poll(&waiting, 1, patience_ms) <= 0)
        return false;
    delivery->fd = accept4(receiver->listener, NULL, NULL, SOCK_CLOEXEC);
    size_t whole = SIZE_MAX;
    while (text.length < whole) {
        ssize_t got = recv(delivery->fd, part, sizeof part, 0);
        if (got <= 0)
            break;
        buf_add(&text, part, (size_t)got);
        end = strstr(text.data, "\r\n\r\n");
        if (end && whole == SIZE_MAX) {
            read_header(text.data, "\r\nContent-Length", length, sizeof length);
            whole = (size_t)(end - text.data) + 4 + (size_t)atol(length);
        }
    }
    REQUIRE(end && text.length == whole);
    read_header(text.data, "\r\nwebhook-id", delivery->id, sizeof delivery->id);
    read_header(text.data, "\r\nwebhook-timestamp", delivery->at, sizeof delivery->at);
    read_header(text.data, "\r\nwebhook-signature", delivery->signature, sizeof delivery->signature);
    delivery->body = xstrdup(strstr(text.data, "\r\n\r\n") + 4);
    REQUIRE(json_parse(delivery->body, strlen(delivery->body), &delivery->event, NULL) == ERR_OK);
    buf_free(&text);
    return true;
}

static void receive(struct receiver *receiver, struct delivery *delivery)
{
    REQUIRE(receive_in(receiver, delivery, TEST_PATIENCE_MS));
}

/* status 0: hangs up without a word. */
static void answer(struct delivery *delivery, int status)
{
    char text[100];
    str_format(text, sizeof text, "HTTP/1.1 %d Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
               status);
    if (status)
        CHECK(send(delivery->fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
    close(delivery->fd);
    free(delivery->body);
    json_free(&delivery->event);
}

/* --- a hall that sends --- */

struct sending {
    struct real real;
    struct running courier;
    struct hall_client client;
    char public[64];
};

static void start_courier(struct sending *sending)
{
    sending->courier = START("loketd", "deliver", "--data", sending->real.hall.folder, "--log", "/dev/null");
}

static int end_courier(struct sending *sending, int with_signal)
{
    kill(sending->courier.pid, with_signal);
    return running_wait(&sending->courier);
}

static void add_webhook(struct sending *sending, const char *url)
{
    struct json *made = NULL;
    struct ran ran = RUN(NULL, "loketd", "webhook", "add", "--data", sending->real.hall.folder, "--agency",
                         "t", "--url", url, "--json");
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    str_copy(sending->public, sizeof sending->public, json_text_or(made, "public", ""));
    json_free(&made);
    ran_free(&ran);
}

static void open_sending(struct sending *sending)
{
    *sending = (struct sending){0};
    real_open(&sending->real);
    REQUIRE(hall_sign_in(&sending->client, &sending->real.hall, "clerk1", TEST_PASSWORD) == 200);
}

static void close_sending(struct sending *sending)
{
    CHECK_INT(end_courier(sending, SIGTERM), 0);
    hall_sign_out(&sending->client);
    CHECK_INT(real_end(&sending->real, SIGTERM), 0);
    real_verify(&sending->real);
}

static void say(struct sending *sending, const char *type, int number, const char *more)
{
    char body[300];
    str_format(body, sizeof body, "{\"case\":\"01900000-0000-7000-8000-%012d\"%s}", number, more);
    struct json *data = hall_do(&sending->client, type, body);
    json_free(&data);
}

enum { STEPS = 3 }; /* submitted, completed, decided */
static void decided_case(struct sending *sending, int number)
{
    char more[120];
    say(sending, "case.open", number, ",\"service\":\"t.card\",\"channel\":\"desk\"");
    say(sending, "case.submit", number, "");
    str_format(more, sizeof more,
               ",\"decision\":\"01900000-0000-7000-9000-%012d\",\"outcome\":\"approve\",\"reasons\":[]",
               number);
    say(sending, "case.decide", number, more);
}

/* What a webhook's line in the administrator's list says. */
static void check_list(const struct sending *sending, const char *words)
{
    struct ran ran = RUN(NULL, "loketd", "webhook", "list", "--data", sending->real.hall.folder);
    if (!CHECK(strstr(ran.out, words) != NULL))
        printf("    %s    lacks: %s\n", ran.out, words);
    ran_free(&ran);
}

/* --- what was received --- */

enum { CASES = 12 };
struct received {
    int steps[CASES + 1], count, again;
    char last_id[CASES + 1][STEPS + 1][64];
};

/* The next of its application, or, with the same identity, one that came before. */
static void keep(struct received *received, const struct delivery *delivery)
{
    const struct json *data = json_get(delivery->event, "data");
    int number = atoi(json_text_or(data, "case", "x") + 24), step = (int)json_int(data, "step", 0);
    REQUIRE(number >= 1 && number <= CASES && step >= 1 && step <= STEPS);
    CHECK_TEXT(delivery->id, json_text(delivery->event, "id"));
    if (step <= received->steps[number]) {
        CHECK_TEXT(delivery->id, received->last_id[number][step]);
        received->again++;
        return;
    }
    CHECK_INT(step, received->steps[number] + 1);
    received->steps[number] = step;
    str_copy(received->last_id[number][step], 64, delivery->id);
    received->count++;
}

static void check_signature(const struct sending *sending, const struct delivery *delivery)
{
    struct buf text = {0};
    buf_addf(&text, "%s.%s.%s", delivery->id, delivery->at, delivery->body);
    CHECK(str_starts(delivery->signature, "v1a,") &&
          sign_verify(sending->public, text.data, text.length, delivery->signature + 4));
    buf_free(&text);
}

TEST(every_event_is_delivered_signed_and_in_the_order_of_its_application)
{
    struct sending sending;
    struct receiver receiver;
    struct received received = {0};
    receiver_open(&receiver);
    open_sending(&sending);
    add_webhook(&sending, receiver.url);
    start_courier(&sending);
    for (int number = 1; number <= CASES; number++)
        decided_case(&sending, number);
    while (received.count < CASES * STEPS) {
        struct delivery delivery;
        receive(&receiver, &delivery);
        keep(&received, &delivery);
        check_signature(&sending, &delivery);
        answer(&delivery, 204);
    }
    CHECK_INT(received.again, 0);
    struct ran ran = RUN(NULL, "loketd", "deliver", "--data", sending.real.hall.folder);
    CHECK_INT(ran.status, 1); /* one at a time */
    CHECK(strstr(ran.err, "Another loketd deliver") != NULL);
    ran_free(&ran);
    close(receiver.listener);
    close_sending(&sending);
}

TEST(no_event_is_lost_or_out_of_order_when_sender_hall_or_receiver_die_between_deliveries)
{
    struct sending sending;
    struct receiver receiver;
    struct received received = {0};
    int turn = 0;
    receiver_open(&receiver);
    open_sending(&sending);
    add_webhook(&sending, receiver.url);
    for (int number = 1; number <= CASES; number++)
        decided_case(&sending, number);
    start_courier(&sending);
    while (received.count < CASES * STEPS) {
        struct delivery delivery;
        receive(&receiver, &delivery);
        keep(&received, &delivery);
        switch (turn++ % 9) {
        case 2: /* the sender dies when all is received, and nothing is noted */
            CHECK_INT(end_courier(&sending, SIGKILL), 128 + SIGKILL);
            answer(&delivery, 0);
            start_courier(&sending);
            break;
        case 5: /* the hall dies before it is told */
            CHECK_INT(real_end(&sending.real, SIGKILL), 128 + SIGKILL);
            answer(&delivery, 200);
            real_start(&sending.real);
            break;
        default:
            answer(&delivery, 200);
        }
    }
    CHECK(received.again > 0); /* at least once, and here more often */
    close(receiver.listener);
    close_sending(&sending);
}

TEST(a_receiver_that_fails_is_tried_again_and_holds_up_no_other)
{
    struct sending sending;
    struct receiver bad, good;
    struct delivery delivery;
    receiver_open(&bad);
    receiver_open(&good);
    open_sending(&sending);
    add_webhook(&sending, bad.url);
    add_webhook(&sending, good.url);
    start_courier(&sending);
    decided_case(&sending, 1);
    receive(&bad, &delivery);
    char *first = xstrdup(delivery.id);
    answer(&delivery, 500);
    for (int i = 0; i < STEPS; i++) {
        receive(&good, &delivery);
        answer(&delivery, 200);
    }
    CHECK(!receive_in(&bad, &delivery, 0)); /* not at once */
    check_list(&sending, "it answers with HTTP status 500");
    receive(&bad, &delivery);
    CHECK_TEXT(delivery.id, first); /* the same one: those behind it wait */
    answer(&delivery, 200);
    for (int i = 1; i < STEPS; i++) {
        receive(&bad, &delivery);
        CHECK(strcmp(delivery.id, first) != 0);
        answer(&delivery, 200);
    }
    free(first);
    close(bad.listener);
    close(good.listener);
    close_sending(&sending);
}

TEST(an_answer_that_does_not_end_is_called_one)
{
    struct sending sending;
    struct receiver receiver;
    struct delivery delivery;
    char page[1024];
    receiver_open(&receiver);
    open_sending(&sending);
    add_webhook(&sending, receiver.url);
    start_courier(&sending);
    decided_case(&sending, 1);
    receive(&receiver, &delivery);
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
    CHECK(send(delivery.fd, head, sizeof head - 1, MSG_NOSIGNAL) > 0);
    memset(page, 'x', sizeof page);
    while (send(delivery.fd, page, sizeof page, MSG_NOSIGNAL) > 0)
        ; /* until nobody listens to it any more */
    answer(&delivery, 0);
    receive(&receiver, &delivery); /* the second time: by then the first is noted */
    check_list(&sending, "its answer is longer than");
    answer(&delivery, 0);
    close(receiver.listener);
    close_sending(&sending);
}

static int64_t time_of_cases(struct sending *sending, int from, int count)
{
    int64_t start_ms = clock_mono_now_ms();
    for (int i = 0; i < count; i++)
        decided_case(sending, from + i);
    return clock_mono_now_ms() - start_ms;
}

TEST(a_receiver_that_hangs_slows_neither_the_hall_nor_another)
{
    enum { HANGING = 20, MEASURED = 15 };
    struct sending sending;
    struct receiver hung, good;
    struct delivery delivery;
    receiver_open(&hung);
    receiver_open(&good);
    open_sending(&sending);
    int64_t alone_ms = time_of_cases(&sending, 100, MEASURED);
    for (int i = 0; i < HANGING; i++) /* takes connections, and never says a word */
        add_webhook(&sending, hung.url);
    add_webhook(&sending, good.url);
    start_courier(&sending);
    int64_t beside_ms = time_of_cases(&sending, 200, MEASURED);
    printf("    %d applications: %lld ms, beside %d stuck receivers %lld ms\n", MEASURED, (long long)alone_ms,
           HANGING, (long long)beside_ms);
    CHECK(beside_ms < 4 * alone_ms + 1000);
    for (int i = 0; i < MEASURED * STEPS; i++) {
        receive(&good, &delivery);
        answer(&delivery, 200);
    }
    close(hung.listener);
    close(good.listener);
    close_sending(&sending);
}

/* The courier's log, as it is written. */
static int start_logged_courier(struct sending *sending)
{
    char path[300];
    str_format(path, sizeof path, "%s/log", sending->real.hall.folder);
    CHECK(mkfifo(path, 0600) == 0 || errno == EEXIST);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(fd >= 0);
    sending->courier = START("loketd", "deliver", "--data", sending->real.hall.folder, "--log", path);
    return fd;
}

static bool log_says(int fd, const char *words)
{
    struct buf text = {0};
    struct pollfd more = {.fd = fd, .events = POLLIN};
    char part[1024];
    bool said = false;
    while (!said && poll(&more, 1, TEST_PATIENCE_MS / 3) > 0) {
        ssize_t got = read(fd, part, sizeof part);
        buf_add(&text, part, got > 0 ? (size_t)got : 0);
        said = strstr(buf_text(&text), words) != NULL;
    }
    buf_free(&text);
    return said;
}

TEST(a_hall_that_stands_still_is_waited_for_without_losing_or_repeating_anything)
{
    cluster_not_for("there the sender needs no loketd that answers");
    struct sending sending;
    struct receiver receiver;
    struct delivery delivery;
    struct received received = {0};
    receiver_open(&receiver);
    open_sending(&sending);
    add_webhook(&sending, receiver.url);
    decided_case(&sending, 1);
    int log = start_logged_courier(&sending);
    receive(&receiver, &delivery);
    kill(sending.real.program.pid, SIGSTOP);
    keep(&received, &delivery);
    answer(&delivery, 200);
    bool said = CHECK(log_says(log, "it runs, but has not answered for too long"));
    kill(sending.real.program.pid, SIGCONT);
    CHECK(!said || log_says(log, "answers"));
    receive(&receiver, &delivery);
    keep(&received, &delivery);
    kill(sending.real.program.pid,
         SIGSTOP); /* and the sender ends when it is told to, whoever stands still */
    answer(&delivery, 200);
    CHECK(!said || log_says(log, "it runs, but has not answered for too long"));
    CHECK_INT(end_courier(&sending, said ? SIGTERM : SIGKILL), said ? 0 : 128 + SIGKILL);
    kill(sending.real.program.pid, SIGCONT);
    CHECK_INT(received.again, 0);
    start_courier(&sending);
    while (received.count < STEPS) { /* the last may come again: nobody could be told of it */
        receive(&receiver, &delivery);
        keep(&received, &delivery);
        answer(&delivery, 200);
    }
    close(log);
    close(receiver.listener);
    close_sending(&sending);
}

TEST(a_webhook_begins_where_it_is_told_and_ends_when_it_is_removed)
{
    struct sending sending;
    struct receiver receiver;
    struct delivery delivery;
    receiver_open(&receiver);
    open_sending(&sending);
    decided_case(&sending, 1);
    struct ran ran = RUN(NULL, "loketd", "webhook", "add", "--data", sending.real.hall.folder, "--agency",
                         "t", "--url", receiver.url, "--after", "1.2");
    CHECK_INT(ran.status, 0);
    CHECK(strstr(ran.out, "whpk_") != NULL);
    ran_free(&ran);
    static const char *const wrong[][2] = {{"--url", "ftp://x"}, {"--after", "1.99"}, {"--after", "x"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ran = RUN(NULL, "loketd", "webhook", "add", "--data", sending.real.hall.folder, "--agency", "t",
                  "--url", receiver.url, wrong[i][0], wrong[i][1]);
        CHECK_INT(ran.status, 2);
        ran_free(&ran);
    }
    start_courier(&sending);
    receive(&receiver, &delivery);
    CHECK_INT(json_int(json_get(delivery.event, "data"), "step", 0), 3);
    answer(&delivery, 200);
    ran = RUN(NULL, "loketd", "webhook", "remove", "--data", sending.real.hall.folder, "W1");
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    check_list(&sending, "removed");
    decided_case(&sending, 2);
    struct receiver other;
    receiver_open(&other);
    add_webhook(&sending, other.url);
    decided_case(&sending, 3);
    receive(&other,
            &delivery); /* what came after reached the other: nothing was sent to the removed one before */
    answer(&delivery, 200);
    CHECK(!receive_in(&receiver, &delivery, 0));
    close(receiver.listener);
    close(other.listener);
    close_sending(&sending);
}
