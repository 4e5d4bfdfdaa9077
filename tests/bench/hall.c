/* tests/bench/hall.c: a real loketd under many clients, and the same commands on the same file without HTTP.
 *
 *   bench calls --hall URL --clients 16 --seconds S [--password-file F]    pushes a second, one citizen each
 *   bench yard --data DIR --clients 16 --pushes N                          the same, a commit for each group
 *   bench polls --hall URL --clients 500 --rounds N                        p50_us p99_us of commit → last poll
 *
 * A push starts and finishes the citizen called before and calls the next: three durable commands, so that a
 * counter is always free for its call. People are issued beforehand, enough for the whole run. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "core/wire/json.h"
#include "tests/bench/bench.h"

enum { CLIENTS_MAX = 1000, ISSUE_BATCH = 50, CHECKPOINT_PAGES = 8000 /* as core/hall/writer.c */ };

/* --- one counter's next push --- */

struct desk {
    char client[UUID_TEXT], counter[64], token[200], ticket[UUID_TEXT];
    int64_t seq, fence, gen;
    struct rng *rng;
};

static void add_command(struct desk *desk, struct json *commands, const char *type, struct json *body)
{
    char id[UUID_TEXT];
    struct json *command = json_new_object();
    uuid_v7(clock_wall_now_ms(), desk->rng, id);
    json_set_int(command, "seq", ++desk->seq);
    json_set_text(command, "id", id);
    json_set_text(command, "type", type);
    json_set_int(command, "v", 1);
    json_set(command, "body", body);
    json_add(commands, command);
}

static struct json *push_of(const struct desk *desk, struct json *commands)
{
    struct json *push = json_new_object();
    json_set_text(push, "client", desk->client);
    json_set_int(push, "epoch", 1);
    json_set_int(push, "acked_through", desk->seq - (int64_t)json_count(commands));
    json_set(push, "commands", commands);
    return push;
}

static struct json *ticket_body(const struct desk *desk)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", desk->ticket);
    json_set_int(body, "gen", desk->gen);
    return body;
}

static struct json *next_push(struct desk *desk)
{
    struct json *commands = json_new_array(), *body;
    if (*desk->ticket) {
        add_command(desk, commands, "ticket.start", ticket_body(desk));
        body = ticket_body(desk);
        json_set_text(body, "outcome", "served");
        add_command(desk, commands, "ticket.finish", body);
    }
    body = json_new_object();
    json_set_text(body, "counter", desk->counter);
    json_set_int(body, "fence", desk->fence);
    add_command(desk, commands, "ticket.call_next", body);
    return push_of(desk, commands);
}

static void take_answer(struct desk *desk, const struct json *answer)
{
    const struct json *results = json_get(answer, "results"),
                      *last = json_at(results, json_count(results) - 1);
    const struct json *ticket = json_get(json_get(last, "data"), "ticket");
    if (!json_is_object(ticket)) {
        char *text = json_print(answer);
        bench_fail("nobody was called: %s", text);
    }
    str_copy(desk->ticket, sizeof desk->ticket, json_text_or(ticket, "id", ""));
    desk->gen = json_int(ticket, "gen", 0);
}

/* --- HTTP --- */

struct call {
    CURL *easy;
    struct desk desk;
    char *sent;
    struct buf got;
    struct curl_slist *headers;
};

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
    buf_add(ctx, data, size * count);
    return size * count;
}

static void prepare(struct call *call, const char *hall, const char *path, const char *body)
{
    char *url = xasprintf("%s%s", hall, path);
    char auth[260];
    if (!call->easy)
        call->easy = curl_easy_init();
    if (!call->headers && *call->desk.token) {
        str_format(auth, sizeof auth, "Authorization: Bearer %s", call->desk.token);
        call->headers = curl_slist_append(curl_slist_append(NULL, auth), "Content-Type: application/json");
        call->headers = curl_slist_append(call->headers, "Expect:");
    }
    buf_clear(&call->got);
    curl_easy_setopt(call->easy, CURLOPT_URL, url);
    if (getenv("LOKET_BENCH_CA")) /* of a hall that speaks TLS */
        curl_easy_setopt(call->easy, CURLOPT_CAINFO, getenv("LOKET_BENCH_CA"));
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, &call->got);
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(call->easy, CURLOPT_TCP_NODELAY, 1L);
    if (body) {
        curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        curl_easy_setopt(call->easy, CURLOPT_COPYPOSTFIELDS, body);
    } else {
        curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
    }
    free(url);
}

static struct json *answer_of(const struct call *call)
{
    struct json *json = NULL;
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 || json_parse(buf_text(&call->got), call->got.length, &json, NULL) != ERR_OK)
        bench_fail("HTTP %ld: %s", status, buf_text(&call->got));
    return json;
}

static struct json *ask(struct call *call, const char *hall, const char *path, const char *body)
{
    prepare(call, hall, path, body);
    if (curl_easy_perform(call->easy) != CURLE_OK)
        bench_fail("%s is not reached", hall);
    return answer_of(call);
}

static void sign_in(struct call *call, const char *hall, const char *login, const char *password,
                    struct rng *rng)
{
    if (!*call->desk.client) /* a workstation that the hall knows has one */
        uuid_v7(clock_wall_now_ms(), rng, call->desk.client);
    call->desk.rng = rng;
    char *body = xasprintf("{\"user\":\"%s\",\"password\":\"%s\",\"client\":\"%s\"}", login, password,
                           call->desk.client);
    struct json *session = ask(call, hall, "/v1/session", body);
    str_copy(call->desk.token, sizeof call->desk.token, json_text_or(session, "token", ""));
    json_free(&session);
    free(body);
}

static struct json *push_one(struct call *call, const char *hall, const char *type, struct json *body)
{
    struct json *commands = json_new_array();
    add_command(&call->desk, commands, type, body);
    struct json *push = push_of(&call->desk, commands);
    char *text = json_print(push);
    struct json *answer = ask(call, hall, "/v1/push", text);
    const struct json *result = json_at(json_get(answer, "results"), 0);
    if (!str_equal(json_text(result, "status"), "applied"))
        bench_fail("%s was refused: %s", type, buf_text(&call->got));
    json_free(&push);
    free(text);
    return answer;
}

static void issue_people(struct call *call, const char *hall, const char *queue, int count)
{
    for (int done = 0; done < count; done += ISSUE_BATCH) {
        struct json *commands = json_new_array();
        for (int i = 0; i < ISSUE_BATCH; i++) {
            struct json *body = json_new_object();
            json_set_text(body, "queue", queue);
            json_set_text(body, "channel", "walk_in");
            add_command(&call->desk, commands, "ticket.issue", body);
        }
        struct json *push = push_of(&call->desk, commands);
        char *text = json_print(push);
        struct json *answer = ask(call, hall, "/v1/push", text);
        json_free(&answer);
        json_free(&push);
        free(text);
    }
}

static void open_counter(struct call *call, const char *hall, const char *counter)
{
    struct json *body = json_new_object();
    json_set_text(body, "counter", counter);
    json_set_bool(body, "takeover", true);
    struct json *answer = push_one(call, hall, "counter.open", body);
    const struct json *data = json_get(json_at(json_get(answer, "results"), 0), "data");
    call->desk.fence = json_int(data, "fence", 0);
    str_copy(call->desk.counter, sizeof call->desk.counter, counter);
    json_free(&answer);
}

static void send_next(CURLM *multi, struct call *call, const char *hall)
{
    struct json *push = next_push(&call->desk);
    char *text = json_print(push);
    prepare(call, hall, "/v1/push", text);
    curl_multi_add_handle(multi, call->easy);
    json_free(&push);
    free(text);
}

/* Logins clerk1 … and counters 1 … of the bench's hall (run.sh). */
int bench_calls(int argc, char **argv)
{
    static struct call calls[CLIENTS_MAX];
    const char *hall = bench_option(argc, argv, "--hall", ""),
               *queue = bench_option(argc, argv, "--queue", "P");
    const char *password = bench_option(argc, argv, "--password", "bench");
    int clients = atoi(bench_option(argc, argv, "--clients", "16"));
    int pushes = atoi(bench_option(argc, argv, "--pushes", "4000")), sent = 0, done = 0, running;
    struct rng rng;
    rng_seed_from_system(&rng);
    CURLM *multi = curl_multi_init();
    for (int i = 0; i < clients; i++) {
        char login[32], counter[32];
        str_format(login, sizeof login, "clerk%d", i + 1);
        str_format(counter, sizeof counter, "B%d", i + 1);
        sign_in(&calls[i], hall, login, password, &rng);
        open_counter(&calls[i], hall, counter);
    }
    issue_people(&calls[0], hall, queue, pushes + clients);
    int64_t began = bench_now_us();
    for (int i = 0; i < clients && sent < pushes; i++, sent++)
        send_next(multi, &calls[i], hall);
    while (done < sent) {
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(multi, &left))) {
            struct call *call;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
            curl_multi_remove_handle(multi, call->easy);
            struct json *answer = answer_of(call);
            take_answer(&call->desk, answer);
            json_free(&answer);
            done++;
            if (sent < pushes) {
                send_next(multi, call, hall);
                curl_multi_perform(multi, &running); /* sent now: workstations do not wait for each other */
                sent++;
            }
        }
        if (done < sent) /* else nothing more comes, and the wait would count */
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    printf("%.0f\n", (double)done * 1e6 / (double)(bench_now_us() - began));
    return 0;
}

/* One clerk at counter 1, a call after the other: p50_us p99_us, p50_us of sign-ins at a workstation that
 * the hall knows, and the last seq, after which the next such run goes on. */
int bench_desk(int argc, char **argv)
{
    enum { SIGN_INS = 10, PUSHES_MAX = 20000 };
    static struct call call, seat;
    static int64_t times[PUSHES_MAX], sign_ins[SIGN_INS];
    const char *hall = bench_option(argc, argv, "--hall", ""),
               *queue = bench_option(argc, argv, "--queue", "P"),
               *password = bench_option(argc, argv, "--password", "bench");
    int pushes = atoi(bench_option(argc, argv, "--pushes", "1000"));
    struct rng rng;
    rng_seed_from_system(&rng);
    str_copy(seat.desk.client, sizeof seat.desk.client, bench_option(argc, argv, "--client", ""));
    for (int i = 0; i < SIGN_INS; i++) {
        int64_t from = bench_now_us();
        sign_in(&seat, hall, "clerk1", password, &rng);
        sign_ins[i] = bench_now_us() - from;
    }
    str_copy(call.desk.token, sizeof call.desk.token, seat.desk.token);
    str_copy(call.desk.client, sizeof call.desk.client, seat.desk.client);
    call.desk.rng = &rng;
    call.desk.seq = atoi(bench_option(argc, argv, "--after", "0"));
    open_counter(&call, hall, "B1");
    issue_people(&call, hall, queue, pushes + 1);
    for (int i = 0; i < pushes && i < PUSHES_MAX; i++) {
        struct json *push = next_push(&call.desk);
        char *text = json_print(push);
        int64_t from = bench_now_us();
        struct json *answer = ask(&call, hall, "/v1/push", text);
        times[i] = bench_now_us() - from;
        take_answer(&call.desk, answer);
        json_free(&answer);
        json_free(&push);
        free(text);
    }
    size_t count = (size_t)(pushes < PUSHES_MAX ? pushes : PUSHES_MAX);
    printf("%lld %lld %lld %lld\n", (long long)bench_share(times, count, 0.5),
           (long long)bench_share(times, count, 0.99), (long long)bench_share(sign_ins, SIGN_INS, 0.5),
           (long long)call.desk.seq);
    return 0;
}

/* --- the same without HTTP --- */

static void find_desk(struct db *db, struct desk *desk, struct actor *actor, int n, struct rng *rng)
{
    static const char sql_user[] = "SELECT row FROM users WHERE login = $1";
    static const char sql_counter[] = "SELECT row FROM counters WHERE name = $1";
    char name[32];
    struct json *row = NULL;
    str_format(name, sizeof name, "clerk%d", n);
    struct stmt *s = db_query(db, sql_user);
    db_bind_text(s, 1, name);
    uuid_v7(clock_wall_now_ms(), rng, desk->client);
    desk->rng = rng;
    if (rows_first(s, &row) != ERR_OK)
        bench_fail("no user %s", name);
    actor_read(row, desk->client, actor);
    json_free(&row);
    str_format(name, sizeof name, "B%d", n);
    s = db_query(db, sql_counter);
    db_bind_text(s, 1, name);
    if (rows_first(s, &row) != ERR_OK)
        bench_fail("no counter %s", name);
    str_copy(desk->counter, sizeof desk->counter, json_text_or(row, "id", ""));
    json_free(&row);
}

static struct json *run_push(const struct server_env *env, const struct actor *actor, struct json *push)
{
    struct server_answer answer = {0};
    if (server_push(env, actor, push, &answer) != ERR_OK || answer.status != 200)
        bench_fail("a push failed: %s", db_message(env->db));
    json_free(&push);
    return answer.body;
}

static void yard_begin(struct server_env *env)
{
    env->now_ms = clock_wall_now_ms();
    env->mono_ms = clock_mono_now_ms();
    if (db_begin(env->db) != ERR_OK)
        bench_fail("%s", db_message(env->db));
}

static void yard_commit(struct server_env *env)
{
    if (db_commit(env->db) != ERR_OK)
        bench_fail("%s", db_message(env->db));
}

static void yard_prepare(struct server_env *env, struct desk *desks, struct actor *actors, int clients,
                         int people, const char *queue)
{
    yard_begin(env);
    for (int i = 0; i < clients; i++) {
        struct json *commands = json_new_array(), *body = json_new_object();
        json_set_text(body, "counter", desks[i].counter);
        json_set_bool(body, "takeover", true);
        add_command(&desks[i], commands, "counter.open", body);
        struct json *answer = run_push(env, &actors[i], push_of(&desks[i], commands));
        desks[i].fence = json_int(json_get(json_at(json_get(answer, "results"), 0), "data"), "fence", 0);
        json_free(&answer);
    }
    for (int done = 0; done < people; done += ISSUE_BATCH) {
        struct json *commands = json_new_array();
        for (int i = 0; i < ISSUE_BATCH; i++) {
            struct json *body = json_new_object();
            json_set_text(body, "queue", queue);
            json_set_text(body, "channel", "walk_in");
            add_command(&desks[0], commands, "ticket.issue", body);
        }
        struct json *answer = run_push(env, &actors[0], push_of(&desks[0], commands));
        json_free(&answer);
    }
    yard_commit(env);
}

/* One push by the hall's side of it: bytes in, bytes out, as on the wire. Returns the microseconds of that; what a
 * workstation would do, making the push and reading the answer, is not the hall's work and not in it. */
static int64_t yard_push(const struct server_env *env, const struct actor *actor, struct desk *desk)
{
    struct json *made = next_push(desk), *push = NULL;
    char *text = json_print(made);
    int64_t from = bench_now_us();
    if (json_parse(text, strlen(text), &push, NULL) != ERR_OK)
        bench_fail("a push cannot be read");
    struct json *answer = run_push(env, actor, push);
    free(json_print(answer));
    int64_t took = bench_now_us() - from;
    take_answer(desk, answer);
    json_free(&answer);
    json_free(&made);
    free(text);
    return took;
}

/* Prints: pushes a second, microseconds a push without the commit. */
int bench_yard(int argc, char **argv)
{
    static struct desk desks[CLIENTS_MAX];
    static struct actor actors[CLIENTS_MAX];
    struct err_info info = {0};
    struct hall_state state;
    const char *queue = bench_option(argc, argv, "--queue", "P");
    int clients = atoi(bench_option(argc, argv, "--clients", "16"));
    int pushes = atoi(bench_option(argc, argv, "--pushes", "4000"));
    struct server_env env = {0};
    struct rng rng;
    rng_seed_from_system(&rng);
    if (store_open(&env.db, bench_option(argc, argv, "--data", ""), false, &info) != ERR_OK)
        bench_fail("%s", info.text);
    if (store_state(env.db, &state) != ERR_OK)
        bench_fail("%s", db_message(env.db));
    env.epoch = state.epoch;
    for (int i = 0; i < clients; i++)
        find_desk(env.db, &desks[i], &actors[i], i + 1, &rng);
    yard_prepare(&env, desks, actors, clients, pushes + clients, queue);
    int64_t in_commands = 0, in_commits = 0;
    for (int done = 0; done < pushes; done += clients) {
        int64_t from = bench_now_us();
        yard_begin(&env);
        in_commits += bench_now_us() - from;
        for (int i = 0; i < clients; i++)
            in_commands += yard_push(&env, &actors[i], &desks[i]);
        from = bench_now_us();
        yard_commit(&env);
        if (db_checkpoint(env.db, CHECKPOINT_PAGES) != ERR_OK)
            bench_fail("%s", db_message(env.db));
        in_commits += bench_now_us() - from;
    }
    printf("%.0f %.1f\n", (double)pushes * 1e6 / (double)(in_commands + in_commits),
           (double)in_commands / (double)pushes);
    db_close(&env.db);
    return 0;
}

/* --- long polls --- */

static void park(CURLM *multi, struct call *call, const char *hall, int64_t cursor)
{
    char path[100];
    str_format(path, sizeof path, "/v1/feed?cursor=%lld&epoch=1&wait=25", (long long)cursor);
    prepare(call, hall, path, NULL);
    curl_multi_add_handle(multi, call->easy);
}

static int64_t hall_rev(struct call *call, const char *hall)
{
    struct json *health = ask(call, hall, "/v1/health", NULL);
    int64_t rev = json_int(health, "rev", 0);
    json_free(&health);
    return rev;
}

/* Until `count` of them are answered; returns when the last was. */
static int64_t drain(CURLM *multi, int count, int64_t *cursor)
{
    int running, left;
    int64_t last = 0;
    while (count > 0) {
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left))) {
            struct call *call;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
            curl_multi_remove_handle(multi, call->easy);
            last = bench_now_us();
            if (count == 1) {
                struct json *answer = answer_of(call);
                *cursor = json_int(answer, "to", *cursor);
                json_free(&answer);
            }
            count--;
        }
        if (count > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    return last;
}

int bench_polls(int argc, char **argv)
{
    static struct call calls[CLIENTS_MAX];
    static struct call writer;
    static int64_t times[10000];
    const char *hall = bench_option(argc, argv, "--hall", ""),
               *queue = bench_option(argc, argv, "--queue", "P");
    const char *password = bench_option(argc, argv, "--password", "bench");
    int clients = atoi(bench_option(argc, argv, "--clients", "500"));
    int rounds = atoi(bench_option(argc, argv, "--rounds", "100")), running;
    int pid = atoi(bench_option(argc, argv, "--pid", "0"));
    struct rng rng;
    rng_seed_from_system(&rng);
    CURLM *multi = curl_multi_init();
    for (int i = 0; i < clients; i++) {
        char login[32];
        str_format(login, sizeof login, "clerk%d", i % 16 + 1);
        sign_in(&calls[i], hall, login, password, &rng);
    }
    sign_in(&writer, hall, "clerk1", password, &rng);
    int64_t cursor = hall_rev(&writer, hall);
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < clients; i++)
            park(multi, &calls[i], hall, cursor);
        /* All are on their way; health, asked on another connection afterwards, tells that the hall has read them. */
        for (int i = 0; i < 20; i++) {
            curl_multi_perform(multi, &running);
            curl_multi_poll(multi, NULL, 0, 5, NULL);
        }
        hall_rev(&writer, hall);
        struct json *body = json_new_object();
        json_set_text(body, "queue", queue);
        json_set_text(body, "channel", "walk_in");
        struct json *answer = push_one(&writer, hall, "ticket.issue", body);
        int64_t committed = bench_now_us();
        json_free(&answer);
        times[round] = drain(multi, clients, &cursor) - committed;
    }
    int64_t pss = pid ? bench_pss_kib(pid) : 0;
    printf("%lld %lld %lld\n", (long long)bench_share(times, (size_t)rounds, 0.5),
           (long long)bench_share(times, (size_t)rounds, 0.99), (long long)pss);
    return 0;
}
