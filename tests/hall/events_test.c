/* tests/hall/events_test.c: an agency's own system and a real loketd: keys, signed pages, waiting, a hall that is killed or
 * restored between two pages, readers that hang. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

struct agency {
    struct real real;
    char key[80], id[16], public[64];
    char next[64]; /* "": from the first event on */
};

/* --- keys --- */

static void make_key(struct agency *agency)
{
    struct json *made = NULL;
    struct ran ran =
        RUN(NULL, "loketd", "key", "add", "--data", agency->real.hall.folder, "--agency", "t", "--json");
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    REQUIRE(json_parse(ran.out, strlen(ran.out), &made, NULL) == ERR_OK);
    str_copy(agency->key, sizeof agency->key, json_text_or(made, "key", ""));
    str_copy(agency->id, sizeof agency->id, json_text_or(made, "id", ""));
    str_copy(agency->public, sizeof agency->public, json_text_or(made, "public", ""));
    json_free(&made);
    ran_free(&ran);
}

static void open_agency(struct agency *agency)
{
    *agency = (struct agency){0};
    real_open(&agency->real);
    make_key(agency);
}

static void close_agency(struct agency *agency)
{
    CHECK_INT(real_end(&agency->real, SIGTERM), 0);
    real_verify(&agency->real);
}

static struct json *read_page(struct agency *agency, int limit, int *status)
{
    char path[160];
    str_format(path, sizeof path, "/v1/events?after=%s&limit=%d", agency->next, limit);
    return hall_request(&agency->real.hall, "GET", path, agency->key, NULL, status);
}

/* --- applications --- */

static void case_id(char out[UUID_TEXT], int number)
{
    str_format(out, UUID_TEXT, "01900000-0000-7000-8000-%012d", number);
}

/* One command about an application. False: no answer, so nobody knows; true: it is applied, or was before. */
static bool say(struct hall_client *client, const char *type, int number, const char *more)
{
    char id[UUID_TEXT], body[300];
    case_id(id, number);
    str_format(body, sizeof body, "{\"case\":\"%s\"%s}", id, more);
    struct json *result = hall_push(client, type, body);
    bool told = json_text(result, "status") != NULL;
    json_free(&result);
    return told;
}

static void decided_case(struct hall_client *client, int number)
{
    char more[120];
    CHECK(say(client, "case.open", number, ",\"service\":\"t.card\",\"channel\":\"desk\""));
    CHECK(say(client, "case.submit", number, ""));
    str_format(more, sizeof more,
               ",\"decision\":\"01900000-0000-7000-9000-%012d\",\"outcome\":\"approve\",\"reasons\":[]",
               number);
    CHECK(say(client, "case.decide", number, more));
}

TEST(an_agencys_system_reads_what_happened_by_its_key_alone)
{
    struct agency agency;
    struct hall_client client;
    int status;
    open_agency(&agency);
    REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
    decided_case(&client, 1);

    struct json *page = read_page(&agency, 100, &status);
    CHECK_INT(status, 200);
    const struct json *events = json_get(page, "events");
    CHECK_INT(json_count(events), 3);
    CHECK_TEXT(json_text(json_at(events, 0), "type"), "loket.case.submitted");
    CHECK_TEXT(json_text(json_at(events, 2), "type"), "loket.case.decided");
    CHECK_TEXT(json_text(json_get(json_at(events, 2), "data"), "outcome"), "approve");
    CHECK(!json_bool(page, "more", true));
    json_free(&page);
    page = hall_request(&agency.real.hall, "GET", "/v1/events", NULL, NULL, &status);
    CHECK_INT(status, 401);
    json_free(&page);
    page = hall_request(&agency.real.hall, "GET", "/v1/events", client.token, NULL, &status);
    CHECK_INT(status, 401); /* a person's sign-in is no key */
    CHECK_TEXT(json_text(json_get(page, "error"), "code"), "bad_key");
    json_free(&page);
    page = hall_request(&agency.real.hall, "GET", "/v1/snapshot", agency.key, NULL, &status);
    CHECK_INT(status, 401); /* and a key is no sign-in */
    json_free(&page);
    page = hall_request(&agency.real.hall, "GET", "/v1/events?after=nonsense", agency.key, NULL, &status);
    CHECK_INT(status, 400);
    json_free(&page);
    page = hall_request(&agency.real.hall, "GET", "/v1/events?after=1.999", agency.key, NULL, &status);
    CHECK_INT(status, 409);
    CHECK_TEXT(json_text(json_get(page, "error"), "code"), "cursor_ahead");
    json_free(&page);
    hall_sign_out(&client);
    close_agency(&agency);
}

TEST(a_page_of_events_is_signed_with_the_halls_key)
{
    struct agency agency;
    struct hall_client client;
    struct buf text = {0};
    int status;
    open_agency(&agency);
    REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
    decided_case(&client, 1);
    hall_sign_out(&client);
    char *body = hall_request_text(&agency.real.hall, "GET", "/v1/events", agency.key, NULL, &status);
    CHECK_INT(status, 200);
    char id[100], at[40], signature[120];
    str_copy(id, sizeof id, hall_header("webhook-id"));
    str_copy(at, sizeof at, hall_header("webhook-timestamp"));
    str_copy(signature, sizeof signature, hall_header("webhook-signature"));
    CHECK(llabs(atoll(at) - clock_wall_now_ms() / 1000) < 300);
    REQUIRE(str_starts(signature, "v1a,"));
    buf_addf(&text, "%s.%s.%s", id, at, body);
    CHECK(sign_verify(agency.public, text.data, text.length, signature + 4));
    char *outcome = strstr(text.data, "approve");
    REQUIRE(outcome);
    outcome[0] = 'A';
    CHECK(!sign_verify(agency.public, text.data, text.length, signature + 4));
    buf_free(&text);
    free(body);
    close_agency(&agency);
}

/* --- one that waits --- */

static int ask_and_wait(const struct agency *agency, const char *query)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)agency->real.hall.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = TEST_PATIENCE_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *text = xasprintf("GET /v1/events?%s HTTP/1.1\r\nHost: hall\r\nAuthorization: Bearer %s\r\n"
                           "Connection: close\r\n\r\n",
                           query, agency->key);
    REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
    free(text);
    return fd;
}

static char *wait_for_answer(int fd)
{
    struct buf text = {0};
    char part[4096];
    ssize_t got;
    while ((got = recv(fd, part, sizeof part, 0)) > 0)
        buf_add(&text, part, (size_t)got);
    CHECK(got == 0);
    close(fd);
    return buf_take(&text);
}

TEST(who_waits_for_events_is_told_when_something_happens)
{
    struct agency agency;
    struct hall_client client;
    open_agency(&agency);
    REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
    int waiting = ask_and_wait(&agency, "wait=25");
    CHECK(say(&client, "case.open", 1, ",\"service\":\"t.card\",\"channel\":\"desk\""));
    CHECK(say(&client, "case.submit", 1, ""));
    char *answer = wait_for_answer(waiting);
    CHECK(strstr(answer, "loket.case.submitted") != NULL);
    free(answer);
    hall_sign_out(&client);
    close_agency(&agency);
}

static void revoke_key(const struct agency *agency)
{
    struct ran ran = RUN(NULL, "loketd", "key", "revoke", "--data", agency->real.hall.folder, agency->id);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
}

TEST(a_revoked_key_reads_nothing_also_where_it_waits_already)
{
    struct agency agency;
    struct hall_client client;
    int status;
    open_agency(&agency);
    REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
    int waiting = ask_and_wait(&agency, "wait=25");
    revoke_key(&agency);
    decided_case(&client, 1);
    char *answer = wait_for_answer(waiting);
    CHECK(strstr(answer, "401") && !strstr(answer, "loket.case"));
    free(answer);
    struct json *page = read_page(&agency, 10, &status);
    CHECK_INT(status, 401);
    json_free(&page);
    struct ran ran = RUN(NULL, "loketd", "key", "list", "--data", agency.real.hall.folder);
    CHECK(strstr(ran.out, "revoked") && !strstr(ran.out, agency.key));
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "key", "revoke", "--data", agency.real.hall.folder, agency.id);
    CHECK_INT(ran.status, 1);
    ran_free(&ran);
    hall_sign_out(&client);
    close_agency(&agency);
}

TEST(an_administrator_sees_how_far_an_agencys_system_is)
{
    struct agency agency;
    struct hall_client client;
    int status;
    open_agency(&agency);
    REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
    decided_case(&client, 1);
    str_copy(agency.next, sizeof agency.next, "1.2");
    struct json *page = read_page(&agency, 10, &status);
    CHECK_INT(status, 200);
    json_free(&page);
    struct json *rows = NULL;
    struct ran ran = RUN(NULL, "loketd", "key", "list", "--data", agency.real.hall.folder, "--json");
    REQUIRE(json_parse(ran.out, strlen(ran.out), &rows, NULL) == ERR_OK);
    CHECK_INT(json_int(json_at(rows, 0), "waiting", -1), 1);
    CHECK(!str_empty(json_text(json_at(rows, 0), "asked_at")));
    json_free(&rows);
    ran_free(&ran);
    ran = RUN(NULL, "loketd", "key", "add", "--data", agency.real.hall.folder, "--agency", "nobody");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "no agency \"nobody\"") != NULL);
    ran_free(&ran);
    hall_sign_out(&client);
    close_agency(&agency);
}

/* --- killed --- */

enum { CASES = 40, STEPS = 3 };

struct kept {
    int count, steps[CASES + 1]; /* the last step that was received of each application */
    char ids[1000][UUID_TEXT];
};

/* The next of its application, or one that came before: at least once, in order. */
static void keep_event(struct kept *kept, const struct json *event)
{
    const struct json *data = json_get(event, "data");
    int number = atoi(json_text_or(data, "case", "x") + 24), step = (int)json_int(data, "step", 0);
    REQUIRE(number >= 1 && number <= CASES);
    if (step > kept->steps[number]) {
        CHECK_INT(step, kept->steps[number] + 1);
        kept->steps[number] = step;
        str_copy(kept->ids[kept->count++], UUID_TEXT, json_text_or(event, "id", ""));
        return;
    }
    bool known = false;
    for (int i = 0; i < kept->count; i++)
        known = known || str_equal(kept->ids[i], json_text(event, "id"));
    CHECK(known);
}

static void receive(struct agency *agency, struct kept *kept, int limit)
{
    int status;
    struct json *page = read_page(agency, limit, &status);
    while (status == 429) { /* faster than a key may ask */
        json_free(&page);
        page = read_page(agency, limit, &status);
    }
    if (!CHECK_INT(status, 200))
        printf("    %s\n", json_text_or(json_get(page, "error"), "message", ""));
    for (const struct json *one = json_first(json_get(page, "events")); one; one = json_next(one))
        keep_event(kept, one);
    str_copy(agency->next, sizeof agency->next, json_text_or(page, "next", agency->next));
    json_free(&page);
}

TEST(no_event_is_missed_and_none_is_out_of_order_when_the_hall_is_killed_between_pages)
{
    struct agency agency;
    struct kept *kept = xcalloc(1, sizeof *kept);
    struct hall_client client;
    char before[64];
    open_agency(&agency);
    for (int number = 1; number <= CASES; number++) {
        REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
        decided_case(&client, number);
        hall_sign_out(&client);
        str_copy(before, sizeof before, agency.next);
        receive(&agency, kept, 2);
        if (number % 3 == 0) /* the reader was killed before it kept its place */
            str_copy(agency.next, sizeof agency.next, before);
        if (number % 8 == 0) {
            CHECK_INT(real_end(&agency.real, SIGKILL), 128 + SIGKILL);
            real_start(&agency.real);
        }
    }
    for (int i = 0; i < CASES * STEPS; i++)
        receive(&agency, kept, 7);
    CHECK_INT(kept->count, CASES * STEPS);
    for (int number = 1; number <= CASES; number++)
        CHECK_INT(kept->steps[number], STEPS);
    free(kept);
    close_agency(&agency);
}

TEST(a_restored_hall_tells_who_read_further_to_go_back)
{
    struct agency agency;
    struct hall_client client;
    int status;
    open_agency(&agency);
    char *file = xasprintf("%s/kept", test_folder());
    REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
    decided_case(&client, 1);
    struct ran ran = RUN(NULL, "loketd", "backup", "--data", agency.real.hall.folder, file);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    decided_case(&client, 2);
    hall_sign_out(&client);
    struct kept *kept = xcalloc(1, sizeof *kept);
    receive(&agency, kept, 100);
    CHECK_INT(kept->count, 2 * STEPS);
    CHECK_INT(real_end(&agency.real, SIGTERM), 0);
    ran = RUN(NULL, "loketd", "restore", "--data", agency.real.hall.folder, file);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    real_start(&agency.real);

    struct json *page = read_page(&agency, 100, &status);
    CHECK_INT(status, 409);
    const struct json *error = json_get(page, "error");
    CHECK_TEXT(json_text(error, "code"), "epoch_changed");
    str_copy(agency.next, sizeof agency.next, json_text_or(error, "resume", ""));
    json_free(&page);
    page = read_page(&agency, 100, &status);
    CHECK_INT(status, 200);
    CHECK_INT(json_count(json_get(page, "events")), 1);
    CHECK_TEXT(json_text(json_first(json_get(page, "events")), "type"), "loket.hall.restored");
    json_free(&page);
    free(kept);
    free(file);
    close_agency(&agency);
}

TEST(a_key_that_asks_without_a_pause_is_told_to_pause)
{
    struct agency agency;
    int status = 200, asked = 0;
    open_agency(&agency);
    while (status == 200 && asked++ < 2000) {
        struct json *page = read_page(&agency, 1, &status);
        json_free(&page);
    }
    CHECK_INT(status, 429);
    CHECK_TEXT(hall_header("Retry-After"), "1");
    make_key(&agency); /* another key is not meant */
    struct json *page = read_page(&agency, 1, &status);
    CHECK_INT(status, 200);
    json_free(&page);
    close_agency(&agency);
}

/* --- stuck --- */

static int64_t time_of_cases(struct hall_client *client, int from, int count)
{
    int64_t start_ms = clock_mono_now_ms();
    for (int i = 0; i < count; i++)
        decided_case(client, from + i);
    return clock_mono_now_ms() - start_ms;
}

TEST(readers_that_hang_do_not_slow_the_hall)
{
    enum { HANGING = 60, KEYS = 10, MEASURED = 15 };
    struct agency agency;
    struct hall_client client;
    int hung[HANGING];
    open_agency(&agency);
    REQUIRE(hall_sign_in(&client, &agency.real.hall, "clerk1", TEST_PASSWORD) == 200);
    int64_t alone_ms = time_of_cases(&client, 1, MEASURED);
    for (int i = 0; i < HANGING; i++) { /* who asks for everything, or waits, and never reads the answer */
        if (i % (HANGING / KEYS) == 0)
            make_key(&agency);
        hung[i] = ask_and_wait(&agency, i % 2 ? "wait=25" : "after=1.45&wait=25");
    }
    int64_t beside_ms = time_of_cases(&client, 100, MEASURED);
    printf("    %d applications: %lld ms, beside %d stuck readers %lld ms\n", MEASURED, (long long)alone_ms,
           HANGING, (long long)beside_ms);
    CHECK(beside_ms < 4 * alone_ms + 1000);
    for (int i = 0; i < HANGING; i++)
        close(hung[i]);
    hall_sign_out(&client);
    close_agency(&agency);
}
