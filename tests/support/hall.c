/* tests/support/hall.c: see hall.h. */
#include "tests/support/hall.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/hall/serve.h"
#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "tests/support/cluster.h"
#include "tests/support/test.h"

/* --- a hall's rows --- */

static const struct fixed {
    enum table table;
    const char *row;
} fixed_rows[] = {
    {TABLE_HALL,
     "{\"id\":\"hall\",\"code\":\"TEST-01\",\"name\":\"Test hall\",\"timezone\":\"UTC\",\"pack\":\"az\","
     "\"epoch\":1,\"business_day\":\"2001-01-01\",\"currency\":\"AZN\",\"date_order\":\"dmy\","
     "\"languages\":[\"en\"],\"weekend\":[\"sat\",\"sun\"],\"holidays\":[],\"priorities\":[{\"code\":"
     "\"disabled\",\"class\":1,\"name\":{\"en\":\"Disabled\"},\"legal\":\"\"}],\"lists\":{},"
     "\"policy\":{\"no_show_calls_min\":1,\"no_show_wait_min_s\":0},\"practice\":false,"
     "\"identity\":\"0193b0de-0000-7000-8000-000000000a11\"}"},
    {TABLE_AGENCY, "{\"id\":\"t\",\"name\":{\"en\":\"Test agency\"}}"},
    {TABLE_QUEUE,
     "{\"id\":\"p\",\"code\":\"P\",\"name\":{\"en\":\"Cards\"},\"agency\":\"t\",\"rule\":{\"kind\":"
     "\"priority\",\"max_run\":3},\"home\":\"hall\",\"home_gen\":1,\"services\":[\"t.card\"],\"run\":0}"},
    {TABLE_QUEUE,
     "{\"id\":\"q\",\"code\":\"Q\",\"name\":{\"en\":\"Visas\"},\"agency\":\"t\",\"rule\":{\"kind\":"
     "\"fifo\"},\"home\":\"hall\",\"home_gen\":1,\"services\":[\"t.visa\"],\"run\":0}"},
    {TABLE_SERVICE,
     "{\"id\":\"t.card\",\"agency\":\"t\",\"queue\":\"p\",\"form_version\":\"1\",\"name\":{\"en\":"
     "\"Card\"}}"},
    {TABLE_SERVICE,
     "{\"id\":\"t.visa\",\"agency\":\"t\",\"queue\":\"q\",\"form_version\":\"1\",\"name\":{\"en\":"
     "\"Visa\"}}"},
};

static enum err put_text(struct tx *tx, enum table table, const char *text)
{
    struct json *row = NULL;
    enum err err = json_parse(text, strlen(text), &row, NULL);
    if (err == ERR_OK)
        err = tx_put(tx, table, json_text_or(row, "id", ""), row);
    json_free(&row);
    return err;
}

static enum err put_user(struct tx *tx, const char *login, const char *role)
{
    char id[UUID_TEXT], text[300];
    server_id(login, id);
    str_format(text, sizeof text,
               "{\"id\":\"%s\",\"login\":\"%s\",\"name\":\"Person %s\",\"roles\":[\"%s\"],\"agency\":\"%s\","
               "\"active\":true}",
               id, login, login, role, str_equal(role, "clerk") ? "t" : "");
    enum err err = put_text(tx, TABLE_USER, text);
    return err == ERR_OK ? credential_put(tx->db, id, TEST_HASH) : err;
}

static enum err put_counter(struct tx *tx, int number)
{
    char text[300];
    str_format(text, sizeof text,
               "{\"id\":\"c%d\",\"name\":\"%d\",\"agency\":\"t\",\"queues\":[{\"queue\":\"p\",\"weight\":1},"
               "{\"queue\":\"q\",\"weight\":1}],\"state\":\"closed\",\"user\":null,\"fence\":0,\"lease_"
               "until\":null}",
               number, number);
    return put_text(tx, TABLE_COUNTER, text);
}

static enum err put_all(struct tx *tx, void *ctx)
{
    enum err err = ERR_OK;
    (void)ctx;
    for (size_t i = 0; err == ERR_OK && i < sizeof fixed_rows / sizeof *fixed_rows; i++)
        err = put_text(tx, fixed_rows[i].table, fixed_rows[i].row);
    for (int i = 1; err == ERR_OK && i <= TEST_COUNTERS; i++) {
        char login[16];
        str_format(login, sizeof login, "clerk%d", i);
        err = put_user(tx, login, "clerk");
        if (err == ERR_OK)
            err = put_counter(tx, i);
    }
    static const char *const others[][2] = {
        {"reception", "reception"}, {"supervisor", "supervisor"}, {"admin", "administrator"}};
    for (size_t i = 0; err == ERR_OK && i < sizeof others / sizeof *others; i++)
        err = put_user(tx, others[i][0], others[i][1]);
    return err;
}

void hall_make(struct test_hall *hall)
{
    static int made;
    char *folder = xasprintf("%s/hall%d", test_folder(), ++made);
    hall_make_at(hall, folder);
    free(folder);
}

void hall_make_at(struct test_hall *hall, const char *where)
{
    struct err_info info = {0};
    struct db *db = NULL;
    *hall = (struct test_hall){0};
    str_copy(hall->folder, sizeof hall->folder, where);
    enum err err = store_open(&db, where, true, &info);
    if (err != ERR_OK)
        printf("  %s\n", info.text);
    REQUIRE(err == ERR_OK);
    err = db_begin(db);
    struct server_env env = {
        .db = db, .epoch = 1, .now_ms = clock_wall_now_ms(), .mono_ms = clock_mono_now_ms()};
    if (err == ERR_OK)
        err = server_change(&env, "hall.init", NULL, put_all, NULL);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK)
        printf("  %s: %s\n", err_text(err), db_message(db));
    db_close(&db);
    REQUIRE(err == ERR_OK);
}

char *hall_where(const struct test_hall *hall)
{
    return cluster_keeps_halls() && !db_is_address(hall->folder) ? cluster_hall(hall->folder)
                                                                 : xstrdup(hall->folder);
}

/* --- its process --- */

/* Only in a build with the sanitizer. */
void __lsan_do_leak_check(void) __attribute__((weak));

static void be_the_hall(const struct test_hall *hall, int announce)
{
    struct err_info info = {0};
    char *path = xasprintf("%s/loketd.log", hall->folder);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (log_open(path, &info) != ERR_OK)
        _exit(3);
    free(path);
    const struct rlimit descriptors = {(rlim_t)hall->descriptors, (rlim_t)hall->descriptors};
    if (hall->descriptors && setrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        _exit(3);
    char *listen = xasprintf("127.0.0.1:%d", hall->port);
    char *where = hall_where(hall);
    struct serve_options options = {.data = where,
                                    .listen = listen,
                                    .stop_fd = -1,
                                    .connections = hall->connections,
                                    .by_address = hall->by_address,
                                    .factor_key_file = hall->factor_key,
                                    .announce = fdopen(announce, "w")};
    enum err err = serve_run(&options, &info);
    if (err != ERR_OK)
        fprintf(stderr, "loketd: %s\n", info.text);
    fclose(options.announce);
    free(listen);
    free(where);
    log_close();
    if (__lsan_do_leak_check && !test_abandoned()) /* this process began with what the test program holds */
        __lsan_do_leak_check();
    _exit(err == ERR_OK ? 0 : 1);
}

void hall_start(struct test_hall *hall)
{
    static const char said[] = "loketd: listening on ";
    int ends[2];
    char line[200] = "";
    fflush(NULL);
    REQUIRE(pipe(ends) == 0);
    hall->pid = fork();
    REQUIRE(hall->pid >= 0);
    if (hall->pid == 0) {
        close(ends[0]);
        be_the_hall(hall, ends[1]);
    }
    close(ends[1]);
    FILE *from = fdopen(ends[0], "r");
    char *got = fgets(line, sizeof line, from);
    fclose(from);
    if (!got || !str_starts(line, said)) {
        hall_kill(hall);
        printf("  the hall did not start\n");
        test_abandon();
    }
    line[strcspn(line, "\n")] = '\0';
    str_copy(hall->url, sizeof hall->url, line + sizeof said - 1);
    hall->port = atoi(strrchr(hall->url, ':') + 1); /* the next start takes the same */
}

void hall_open(struct test_hall *hall)
{
    hall_make(hall);
    hall_start(hall);
}

static int end(struct test_hall *hall, int with_signal)
{
    int status = 0;
    if (hall->pid <= 0)
        return -1;
    kill(hall->pid, with_signal);
    waitpid(hall->pid, &status, 0);
    hall->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void hall_kill(struct test_hall *hall)
{
    end(hall, SIGKILL);
}

int hall_stop(struct test_hall *hall)
{
    return end(hall, SIGTERM);
}

/* --- requests --- */

static struct buf last_headers;

static size_t take(char *data, size_t size, size_t count, void *ctx)
{
    buf_add(ctx, data, size * count);
    return size * count;
}

const char *hall_header(const char *name)
{
    static char value[200];
    char *copy = xstrdup(buf_text(&last_headers)), *rest = NULL;
    value[0] = '\0';
    for (char *line = strtok_r(copy, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        size_t length = strlen(name);
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            str_copy(value, sizeof value, line + length + 1 + strspn(line + length + 1, " "));
    }
    free(copy);
    return value;
}

static char *perform(CURL *easy, const struct test_hall *hall, const char *method, const char *path,
                     const char *token, const char *body, int *status)
{
    struct buf answer = {0};
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    char *url = xasprintf("%s%s", hall->url, path);
    char *bearer = xasprintf("Authorization: Bearer %s", token ? token : "");
    if (token)
        headers = curl_slist_append(headers, bearer);
    buf_clear(&last_headers);
    buf_adds(&last_headers, "\r\n");
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TEST_PATIENCE_MS);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &last_headers);
    if (body)
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    long code = 0;
    if (curl_easy_perform(easy) == CURLE_OK)
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    *status = (int)code;
    curl_slist_free_all(headers);
    free(url);
    free(bearer);
    return answer.data ? buf_take(&answer) : xstrdup("");
}

static struct json *read_json(char *text)
{
    struct json *json = NULL;
    if (json_parse(text, strlen(text), &json, NULL) != ERR_OK)
        json = NULL;
    free(text);
    return json;
}

char *hall_request_text(const struct test_hall *hall, const char *method, const char *path, const char *token,
                        const char *body, int *status)
{
    CURL *easy = curl_easy_init();
    char *text = perform(easy, hall, method, path, token, body, status);
    curl_easy_cleanup(easy);
    return text;
}

struct json *hall_request(const struct test_hall *hall, const char *method, const char *path,
                          const char *token, const char *body, int *status)
{
    return read_json(hall_request_text(hall, method, path, token, body, status));
}

/* --- clients --- */

static struct rng *chance(void)
{
    static struct rng rng;
    static pid_t seeded;
    if (seeded != getpid()) /* a forked test gets identities of its own */
        rng_seed_from_system(&rng);
    seeded = getpid();
    return &rng;
}

int hall_sign_in(struct hall_client *client, const struct test_hall *hall, const char *login,
                 const char *password)
{
    int status;
    *client = (struct hall_client){.hall = hall, .connection = curl_easy_init()};
    uuid_v7(clock_wall_now_ms(), chance(), client->uuid);
    char *body =
        xasprintf("{\"user\":\"%s\",\"password\":\"%s\",\"client\":\"%s\"}", login, password, client->uuid);
    struct json *answer =
        read_json(perform(client->connection, hall, "POST", "/v1/session", NULL, body, &status));
    str_copy(client->token, sizeof client->token, json_text_or(answer, "token", ""));
    str_copy(client->user, sizeof client->user, json_text_or(json_get(answer, "user"), "id", ""));
    client->epoch = json_int(answer, "epoch", 0);
    client->rev = json_int(json_get(answer, "hall"), "rev", 0);
    json_free(&answer);
    free(body);
    return status;
}

void hall_sign_out(struct hall_client *client)
{
    curl_easy_cleanup(client->connection);
    client->connection = NULL;
}

struct json *hall_ask(struct hall_client *client, const char *method, const char *path, const char *body,
                      int *status)
{
    return read_json(perform(client->connection, client->hall, method, path, client->token, body, status));
}

char *hall_push_text(struct hall_client *client, const char *type, const char *body)
{
    char id[UUID_TEXT], now[TIME_TEXT];
    uuid_v7(clock_wall_now_ms() + client->ahead_ms, chance(), id);
    time_text(clock_wall_now_ms() + client->ahead_ms, now);
    return xasprintf("{\"client\":\"%s\",\"epoch\":%lld,\"acked_through\":%lld,\"commands\":[{\"seq\":%lld,"
                     "\"id\":\"%s\",\"type\":\"%s\",\"v\":1,\"at\":{\"wall\":\"%s\",\"offset_ms\":0},"
                     "\"body\":%s}]}",
                     client->uuid, (long long)client->epoch, (long long)client->seq,
                     (long long)client->seq + 1, id, type, now, body);
}

struct json *hall_push(struct hall_client *client, const char *type, const char *body)
{
    int status;
    char *text = hall_push_text(client, type, body);
    struct json *answer = hall_ask(client, "POST", "/v1/push", text, &status);
    free(text);
    const struct json *result = json_at(json_get(answer, "results"), 0);
    if (!result)
        return answer;
    client->seq++;
    client->rev = json_int(answer, "rev", client->rev);
    struct json *copy = json_copy(result);
    json_free(&answer);
    return copy;
}

struct json *hall_do(struct hall_client *client, const char *type, const char *body)
{
    struct json *result = hall_push(client, type, body);
    if (!check_text(json_text(result, "status"), "applied", __FILE__, __LINE__, type)) {
        char *text = json_print(result);
        printf("    %s\n", text);
        free(text);
    }
    const struct json *found = json_get(result, "data");
    struct json *data = found ? json_copy(found) : json_new_object();
    json_free(&result);
    return data;
}
