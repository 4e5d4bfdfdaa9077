/* tests/hall/kill_test.c: kill -9, of loketd under load and of workstations between "saved" and the answer: nothing
 * acknowledged is lost, nothing is done twice (PROTOCOL.md section 8).
 *
 * Either side killed, with a bad network between: storm_test.c. Sixteen counters that never get the same ticket:
 * counters_test.c. LOKET_KILLS=N changes how often loketd is
 * killed. */
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/db/rows.h"
#include "tests/support/piped.h"
#include "tests/support/real.h"
#include "tests/support/test.h"

/* --- workers: workstations that push as fast as they are answered, on one thread --- */

enum { RECEPTIONS = 4, CLERKS = 4, WORKERS = RECEPTIONS + CLERKS, BATCH = 4, FAILURES_MAX = 200 };

enum step { STEP_ISSUE, STEP_OPEN, STEP_CALL, STEP_SERVE };
struct worker {
    struct hall_client station;
    enum step step;
    int counter;
    int64_t fence, gen;
    char ticket[UUID_TEXT];
    CURL *easy;
    struct curl_slist *headers;
    struct buf answer;
    bool busy, again;         /* again: last_bytes are under way, not bytes */
    char *bytes;              /* of the push that has no answer yet; NULL: none */
    char *last, *last_answer; /* the push answered last, and its results */
    int commands;             /* in bytes */
};

struct ack {
    int worker;
    int64_t seq, rev, gen; /* gen -1: no call */
    char id[UUID_TEXT], ticket[UUID_TEXT], number[16];
};

struct load {
    struct real real;
    struct rng rng;
    CURLM *multi;
    struct worker workers[WORKERS];
    struct ack *acks;
    size_t ack_count, ack_capacity;
    int answers, repeats, lost;
    int failures; /* since the last answer, while it should run */
    bool down;
};

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
    buf_add(ctx, data, size * count);
    return size * count;
}

static void add_command(struct load *load, struct worker *worker, struct buf *push, const char *type,
                        const char *body)
{
    char id[UUID_TEXT], now[TIME_TEXT];
    uuid_v7(clock_wall_now_ms(), &load->rng, id);
    time_text(clock_wall_now_ms(), now);
    buf_addf(push,
             "%s{\"seq\":%lld,\"id\":\"%s\",\"type\":\"%s\",\"v\":1,\"at\":{\"wall\":\"%s\",\"offset_ms\":0},"
             "\"body\":%s}",
             worker->commands ? "," : "", (long long)worker->station.seq + worker->commands + 1, id, type,
             now, body);
    worker->commands++;
}

static void add_step(struct load *load, struct worker *worker, struct buf *push)
{
    char body[200];
    switch (worker->step) {
    case STEP_ISSUE:
        for (uint64_t i = 0, count = 1 + rng_below(&load->rng, BATCH); i < count; i++)
            add_command(load, worker, push, "ticket.issue",
                        i % 2 ? "{\"queue\":\"p\",\"channel\":\"walk_in\"}"
                              : "{\"queue\":\"q\",\"channel\":\"walk_in\"}");
        return;
    case STEP_OPEN:
        str_format(body, sizeof body, "{\"counter\":\"c%d\"}", worker->counter);
        return add_command(load, worker, push, "counter.open", body);
    case STEP_CALL:
        str_format(body, sizeof body, "{\"counter\":\"c%d\",\"fence\":%lld}", worker->counter,
                   (long long)worker->fence);
        return add_command(load, worker, push, "ticket.call_next", body);
    case STEP_SERVE:
        str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":%lld}", worker->ticket,
                   (long long)worker->gen);
        add_command(load, worker, push, "ticket.start", body);
        str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":%lld,\"outcome\":\"served\"}",
                   worker->ticket, (long long)worker->gen);
        return add_command(load, worker, push, "ticket.finish", body);
    }
}

/* Every other worker lets the hall forget what it has received. */
static void make_push(struct load *load, struct worker *worker)
{
    bool forgets = (worker - load->workers) % 2;
    struct buf push = {0};
    worker->commands = 0;
    buf_addf(&push, "{\"client\":\"%s\",\"epoch\":%lld,\"acked_through\":%lld,\"commands\":[",
             worker->station.uuid, (long long)worker->station.epoch,
             (long long)(forgets && worker->station.seq ? worker->station.seq - BATCH - 1 : 0));
    add_step(load, worker, &push);
    buf_adds(&push, "]}");
    worker->bytes = buf_take(&push);
}

static void send_bytes(struct load *load, struct worker *worker, const char *bytes)
{
    char *url = xasprintf("%s/v1/push", load->real.hall.url);
    buf_clear(&worker->answer);
    curl_easy_reset(worker->easy);
    curl_easy_setopt(worker->easy, CURLOPT_URL, url);
    curl_easy_setopt(worker->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(worker->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(worker->easy, CURLOPT_TIMEOUT_MS, (long)TEST_PATIENCE_MS);
    curl_easy_setopt(worker->easy, CURLOPT_HTTPHEADER, worker->headers);
    curl_easy_setopt(worker->easy, CURLOPT_PRIVATE, worker);
    curl_easy_setopt(worker->easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(worker->easy, CURLOPT_WRITEDATA, &worker->answer);
    curl_easy_setopt(worker->easy, CURLOPT_POSTFIELDS, bytes);
    curl_multi_add_handle(load->multi, worker->easy);
    worker->busy = true;
    free(url);
}

/* Now and then an answer is lost on the way: the same bytes once more, while the hall may still be at them. */
static void send_next(struct load *load, struct worker *worker)
{
    int running;
    if (!worker->again && !worker->bytes)
        make_push(load, worker);
    send_bytes(load, worker, worker->again ? worker->last : worker->bytes);
    if (rng_below(&load->rng, 16) != 0)
        return;
    curl_multi_perform(load->multi, &running);
    curl_multi_remove_handle(load->multi, worker->easy);
    load->lost++;
    send_bytes(load, worker, worker->again ? worker->last : worker->bytes);
}

/* --- answers --- */

static void note_ack(struct load *load, const struct worker *worker, const struct json *result)
{
    const struct json *ticket = json_get(json_get(result, "data"), "ticket");
    if (load->ack_count == load->ack_capacity) {
        load->ack_capacity = load->ack_capacity ? load->ack_capacity * 2 : 1024;
        load->acks = xrealloc(load->acks, load->ack_capacity * sizeof *load->acks);
    }
    struct ack *ack = &load->acks[load->ack_count++];
    *ack = (struct ack){
        .worker = (int)(worker - load->workers),
        .seq = json_int(result, "seq", 0),
        .rev = json_int(result, "rev", 0),
        .gen = worker->step == STEP_CALL && json_is_object(ticket) ? json_int(ticket, "gen", 0) : -1};
    str_copy(ack->id, sizeof ack->id, json_text_or(result, "id", ""));
    str_copy(ack->ticket, sizeof ack->ticket, json_text_or(ticket, "id", ""));
    str_copy(ack->number, sizeof ack->number, json_text_or(ticket, "number", ""));
}

static void take_step(struct worker *worker, const struct json *results)
{
    const struct json *data = json_get(json_at(results, 0), "data"), *ticket = json_get(data, "ticket");
    switch (worker->step) {
    case STEP_ISSUE:
        return;
    case STEP_OPEN:
        worker->fence = json_int(data, "fence", -1);
        worker->step = STEP_CALL;
        return;
    case STEP_CALL:
        if (!json_is_object(ticket))
            return;
        str_copy(worker->ticket, sizeof worker->ticket, json_text_or(ticket, "id", ""));
        worker->gen = json_int(ticket, "gen", 0);
        worker->step = STEP_SERVE;
        return;
    case STEP_SERVE:
        worker->step = STEP_CALL;
        return;
    }
}

static void take_results(struct load *load, struct worker *worker, const struct json *results)
{
    CHECK_INT((int64_t)json_count(results), worker->commands);
    for (const struct json *result = json_first(results); result; result = json_next(result)) {
        CHECK_INT(json_int(result, "seq", 0), ++worker->station.seq);
        if (!CHECK_TEXT(json_text(result, "status"), "applied"))
            printf("    %s\n", buf_text(&worker->answer));
        note_ack(load, worker, result);
    }
    take_step(worker, results);
    free(worker->last);
    free(worker->last_answer);
    worker->last = worker->bytes;
    worker->last_answer = json_print(results);
    worker->bytes = NULL;
    load->answers++;
    load->failures = 0;
}

/* The same bytes as before give the answer that was given before, whatever died in between. */
static void compare_results(struct load *load, struct worker *worker, const struct json *results)
{
    char *text = json_print(results);
    CHECK_TEXT(text, worker->last_answer);
    free(text);
    worker->again = false;
    load->repeats++;
}

static void finished(struct load *load, struct worker *worker, CURLcode code)
{
    long status = 0;
    struct json *body = NULL;
    curl_easy_getinfo(worker->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(load->multi, worker->easy);
    worker->busy = false;
    if (code == CURLE_OK && status == 200 &&
        json_parse(buf_text(&worker->answer), worker->answer.length, &body, NULL) == ERR_OK) {
        const struct json *results = json_get(body, "results");
        if (worker->again)
            compare_results(load, worker, results);
        else
            take_results(load, worker, results);
    } else if (code == CURLE_OK && status != 503) {
        printf("    %ld %s\n", status, buf_text(&worker->answer));
        REQUIRE(status == 200);
    } else {
        REQUIRE(load->down || ++load->failures < FAILURES_MAX); /* it ended by itself */
    }
    json_free(&body);
}

static void pump(struct load *load, int timeout_ms)
{
    int running, left;
    struct CURLMsg *message;
    curl_multi_perform(load->multi, &running);
    curl_multi_poll(load->multi, NULL, 0, timeout_ms, NULL);
    curl_multi_perform(load->multi, &running);
    while ((message = curl_multi_info_read(load->multi, &left)) != NULL) {
        char *private = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        finished(load, (struct worker *)(void *)private, message->data.result);
    }
}

static bool any_busy(const struct load *load)
{
    bool busy = false;
    for (int i = 0; i < WORKERS; i++)
        busy |= load->workers[i].busy;
    return busy;
}

static void send_all(struct load *load)
{
    for (int i = 0; i < WORKERS; i++)
        if (!load->workers[i].busy)
            send_next(load, &load->workers[i]);
}

/* Until so many pushes more were answered. */
static void work(struct load *load, int answers)
{
    for (int until = load->answers + answers; load->answers < until;) {
        send_all(load);
        pump(load, 1000);
    }
}

/* What was on its way when loketd died comes to its end: an answer that it had still sent counts. */
static void settle(struct load *load)
{
    while (any_busy(load))
        pump(load, 1000);
}

static void kill_once(struct load *load)
{
    work(load, 1 + (int)rng_below(&load->rng, 12));
    for (uint64_t i = rng_below(&load->rng, 4); i > 0; i--) {
        send_all(load);
        pump(load, 0);
    }
    CHECK_INT(real_end(&load->real, SIGKILL), 128 + SIGKILL);
    load->down = true;
    settle(load);
    load->down = false;
    real_start(&load->real);
    for (int i = 0; i < WORKERS; i++)
        load->workers[i].again = load->workers[i].last != NULL && rng_below(&load->rng, 2);
}

static void start_workers(struct load *load)
{
    load->multi = curl_multi_init();
    for (int i = 0; i < WORKERS; i++) {
        struct worker *worker = &load->workers[i];
        char login[16] = "reception";
        worker->step = i < RECEPTIONS ? STEP_ISSUE : STEP_OPEN;
        worker->counter = i - RECEPTIONS + 1;
        if (i >= RECEPTIONS)
            str_format(login, sizeof login, "clerk%d", worker->counter);
        REQUIRE(hall_sign_in(&worker->station, &load->real.hall, login, TEST_PASSWORD) == 200);
        char *bearer = xasprintf("Authorization: Bearer %s", worker->station.token);
        worker->headers = curl_slist_append(curl_slist_append(NULL, bearer), "Expect:");
        worker->easy = curl_easy_init();
        free(bearer);
    }
}

static void end_workers(struct load *load)
{
    for (int i = 0; i < WORKERS; i++) {
        struct worker *worker = &load->workers[i];
        hall_sign_out(&worker->station);
        curl_easy_cleanup(worker->easy);
        curl_slist_free_all(worker->headers);
        buf_free(&worker->answer);
        free(worker->bytes);
        free(worker->last);
        free(worker->last_answer);
    }
    curl_multi_cleanup(load->multi);
    free(load->acks);
}

/* --- what the file says in the end --- */

static int64_t number_of(struct db *db, const char *sql, const char *text)
{
    struct stmt *s = db_query(db, sql);
    if (text)
        db_bind_text(s, 1, text);
    int64_t value = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return value;
}

/* The hall's answer and its audit line of one acknowledged command. */
static void check_ack(const struct load *load, struct db *db, const struct ack *ack)
{
    static const char sql_result[] = "SELECT id, rev FROM result WHERE client = $1 AND seq = $2";
    static const char sql_audit[] = "SELECT client, outcome FROM audit WHERE rev = $1";
    static const char sql_change[] = "SELECT command FROM change WHERE rev = $1";
    const char *client = load->workers[ack->worker].station.uuid;
    struct stmt *s = db_query(db, sql_result);
    db_bind_text(s, 1, client);
    db_bind_int(s, 2, ack->seq);
    enum err err = db_step(s);
    CHECK(err == ERR_OK || ack->worker % 2); /* forgotten when so asked */
    if (err == ERR_OK) {
        CHECK_TEXT(db_text(s, 0), ack->id);
        CHECK_INT(db_int(s, 1), ack->rev);
    }
    db_done(s);
    s = db_query(db, sql_audit);
    db_bind_int(s, 1, ack->rev);
    if (CHECK(db_step(s) == ERR_OK)) {
        CHECK_TEXT(db_text(s, 0), client);
        CHECK_TEXT(db_text(s, 1), "applied");
    }
    db_done(s);
    s = db_query(db, sql_change);
    db_bind_int(s, 1, ack->rev);
    CHECK(db_step(s) == ERR_OK && str_equal(db_text(s, 0), ack->id));
    db_done(s);
    struct json *row = NULL;
    if (*ack->ticket && CHECK(row_get(db, TABLE_TICKET, ack->ticket, &row) == ERR_OK))
        CHECK_TEXT(json_text(row, "number"), ack->number);
    json_free(&row);
}

static int by_call(const void *a, const void *b)
{
    const struct ack *x = a, *y = b;
    int order = strcmp(x->ticket, y->ticket);
    return order ? order : x->gen < y->gen ? -1 : x->gen > y->gen;
}

static void check_calls(struct load *load)
{
    size_t calls = 0;
    for (size_t i = 0; i < load->ack_count; i++)
        if (load->acks[i].gen >= 0)
            load->acks[calls++] = load->acks[i];
    qsort(load->acks, calls, sizeof *load->acks, by_call);
    for (size_t i = 1; i < calls; i++)
        if (!CHECK(by_call(&load->acks[i - 1], &load->acks[i]) != 0))
            printf("    %s was called twice\n", load->acks[i].number);
    CHECK(calls > 0);
}

static void check_file(struct load *load)
{
    static const char sql_dense[] = "SELECT max(rev) - count(*) FROM change";
    static const char sql_mine[] = "SELECT count(*) FROM audit WHERE client = $1";
    static const char sql_tickets[] = "SELECT count(*) FROM tickets";
    static const char sql_twice[] = "SELECT count(*) - count(DISTINCT day || number) FROM tickets";
    struct err_info info = {0};
    struct db *db = NULL;
    int64_t issued = 0, per_worker[WORKERS] = {0};
    char *path = xasprintf("%s/hall.db", load->real.hall.folder);
    REQUIRE(db_open(&db, path, 0, &info) == ERR_OK);
    free(path);
    for (size_t i = 0; i < load->ack_count; i++) {
        check_ack(load, db, &load->acks[i]);
        issued += load->acks[i].worker < RECEPTIONS;
        per_worker[load->acks[i].worker]++;
    }
    for (int i = 0; i < WORKERS; i++) /* each once: no more lines than were acknowledged */
        CHECK_INT(number_of(db, sql_mine, load->workers[i].station.uuid), per_worker[i]);
    CHECK_INT(number_of(db, sql_dense, NULL), 0);
    CHECK_INT(number_of(db, sql_tickets, NULL), issued);
    CHECK_INT(number_of(db, sql_twice, NULL), 0);
    db_close(&db);
    check_calls(load);
}

static int kills(void)
{
    const char *text = getenv("LOKET_KILLS");
    return text && atoi(text) > 0 ? atoi(text) : 100;
}

TEST(kill_of_loketd_under_load_loses_and_repeats_nothing)
{
    static struct load load;
    real_open(&load.real);
    rng_seed_from_system(&load.rng);
    start_workers(&load);
    for (int i = 0; i < kills(); i++)
        kill_once(&load);
    work(&load, WORKERS);
    settle(&load); /* nothing is left without an answer */
    for (int i = 0; i < WORKERS; i++)
        while (load.workers[i].bytes || load.workers[i].again) {
            if (!load.workers[i].busy)
                send_next(&load, &load.workers[i]);
            pump(&load, 1000);
        }
    CHECK_INT(real_end(&load.real, SIGTERM), 0);
    real_verify(&load.real);
    check_file(&load);
    CHECK(load.repeats > 0 && load.lost > 0);
    end_workers(&load);
}

/* --- the same bytes --- */

TEST(kill_the_same_bytes_give_the_same_answer)
{
    struct real real;
    struct hall_client client;
    int status;
    real_open(&real);
    REQUIRE(hall_sign_in(&client, &real.hall, "reception", TEST_PASSWORD) == 200);
    char *push = hall_push_text(&client, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    struct json *first = hall_ask(&client, "POST", "/v1/push", push, &status);
    CHECK_INT(status, 200);
    struct json *second = hall_ask(&client, "POST", "/v1/push", push, &status);
    CHECK(json_equal(json_get(first, "results"), json_get(second, "results")));
    CHECK_INT(real_end(&real, SIGKILL), 128 + SIGKILL);
    real_start(&real);
    struct json *third = hall_ask(&client, "POST", "/v1/push", push, &status);
    CHECK_INT(status, 200);
    CHECK(json_equal(json_get(first, "results"), json_get(third, "results")));
    CHECK_TEXT(json_text(json_at(json_get(third, "results"), 0), "status"), "applied");
    json_free(&first);
    json_free(&second);
    json_free(&third);
    free(push);
    hall_sign_out(&client);
    CHECK_INT(real_end(&real, SIGTERM), 0);
    real_verify(&real);
}

/* --- real workstations --- */

struct station {
    char data[200], password[200];
    struct piped piped;
    int saved, results; /* of this run, not yet waited for */
};

static void station_make(struct station *station)
{
    const char *folder = test_folder();
    str_format(station->data, sizeof station->data, "%s/data", folder);
    str_format(station->password, sizeof station->password, "%s/password", folder);
    FILE *file = fopen(station->password, "we");
    REQUIRE(file && fprintf(file, "%s\n", TEST_PASSWORD) > 0 && fclose(file) == 0);
}

static void station_start(struct station *station, const struct real *real, const char *login)
{
    station->saved = station->results = 0;
    station->piped = PIPED("--hall", real->hall.url, "--user", login, "--password-file", station->password,
                           "--data", station->data, "--drain");
    piped_skip(&station->piped, "ready", NULL);
}

static const char issue[] = "{'tag':'i','type':'ticket.issue','body':{'queue':'p','channel':'walk_in'}}";

static int64_t cursor(struct station *station)
{
    piped_say(&station->piped, "{'tag':'s','query':'status'}");
    struct json *answer = piped_await(&station->piped, "answer", "s");
    int64_t rev = json_int(json_at(json_get(answer, "rows"), 0), "cursor", -1);
    json_free(&answer);
    return rev;
}

/* The tickets as a workstation has them, without what is its own: how safe it knows them and how late it is. */
static struct json *tickets(struct station *station)
{
    piped_say(&station->piped, "{'tag':'t','query':'tickets'}");
    struct json *answer = piped_await(&station->piped, "answer", "t"), *rows = json_new_array();
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row)) {
        struct json *copy = json_copy(row);
        json_remove(copy, "mark");
        json_remove(copy, "wait_ms");
        json_add(rows, copy);
    }
    json_free(&answer);
    return rows;
}

/* The results of former records come between what is said of new ones. */
static void hear_line(struct station *station)
{
    struct json *line = piped_next(&station->piped);
    bool result = str_equal(json_text(line, "event"), "result");
    REQUIRE(line != NULL);
    if (result)
        CHECK_TEXT(json_text(line, "status"), "applied");
    station->results += result;
    station->saved += str_equal(json_text(line, "event"), "saved");
    json_free(&line);
}

static void issue_some(struct station *station, int count)
{
    for (int i = 0; i < count; i++)
        piped_say(&station->piped, issue);
    while (station->saved < count)
        hear_line(station);
    station->saved -= count;
}

static void await_results(struct station *station, int count)
{
    while (station->results < count)
        hear_line(station);
    station->results -= count;
}

TEST(kill_two_workstations_and_a_restart_come_to_the_same_rows)
{
    enum { EACH = 20 };
    struct real real;
    struct station stations[2];
    real_open(&real);
    for (int i = 0; i < 2; i++) {
        station_make(&stations[i]);
        station_start(&stations[i], &real, i ? "supervisor" : "reception");
    }
    CHECK_INT(real_end(&real, SIGKILL), 128 + SIGKILL);
    issue_some(&stations[0], EACH);
    real_start(&real);
    issue_some(&stations[0], EACH);
    await_results(&stations[0], 2 * EACH);
    int64_t rev = real_rev(&real), until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    for (int i = 0; i < 2; i++) /* the news are on their way while it answers */
        while (cursor(&stations[i]) < rev)
            REQUIRE(clock_mono_now_ms() < until_ms);
    struct json *one = tickets(&stations[0]), *two = tickets(&stations[1]);
    CHECK_INT((int64_t)json_count(one), 2 * EACH);
    CHECK(json_equal(one, two));
    json_free(&one);
    json_free(&two);
    for (int i = 0; i < 2; i++) {
        piped_end_input(&stations[i].piped);
        CHECK_INT(piped_end(&stations[i].piped, 0), 0);
    }
    CHECK_INT(real_end(&real, SIGTERM), 0);
    real_verify(&real);
}

static int64_t tickets_in(const struct real *real)
{
    static const char sql[] = "SELECT count(*) FROM tickets";
    struct db *db = NULL;
    char *path = xasprintf("%s/hall.db", real->hall.folder);
    REQUIRE(db_open(&db, path, 0, NULL) == ERR_OK);
    int64_t count = number_of(db, sql, NULL);
    db_close(&db);
    free(path);
    return count;
}

/* The hall stands still, so that the push is under way when the workstation dies; then it does the push whose
 * sender is gone, and is told the same again. */
TEST(kill_of_a_workstation_between_saved_and_result)
{
    enum { TIMES = 5 };
    struct real real;
    struct station station;
    real_open(&real);
    station_make(&station);
    for (int i = 0; i < TIMES; i++) {
        station_start(&station, &real, "reception");
        CHECK(kill(real.program.pid, SIGSTOP) == 0);
        issue_some(&station, 1 + i % 2);
        CHECK_INT(piped_end(&station.piped, SIGKILL), 128 + SIGKILL);
        CHECK(kill(real.program.pid, SIGCONT) == 0);
        station_start(&station, &real, "reception");
        piped_end_input(&station.piped);
        await_results(&station, 1 + i % 2);
        CHECK_INT(piped_end(&station.piped, 0), 0);
    }
    CHECK_INT(real_end(&real, SIGTERM), 0);
    real_verify(&real);
    CHECK_INT(tickets_in(&real), TIMES + TIMES / 2);
}
