/* tests/bench/halls.c: what many halls on one screen cost: this program, and each of them.
 *
 *   bench halls HALLS                  "take_us load_us draw_us": of the processor, medians: one hall's answer with ten queues read
 *                                      and kept; all rows made and put in their order by the screen; a frame of 120x40
 *   bench halls-idle SECONDS -- CMD    "percent": of a core that CMD takes on a terminal, after it has settled
 *   bench figures DIR COUNTERS WAITING VISITS
 *                                      "first_us again_us told_us": of the processor, a hall's figures read from its rows, read
 *                                      once more, and told again from memory. Makes the folder DIR. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/figures.h"
#include "core/hall/store.h"
#include "screens/app.h"
#include "screens/halls_seen.h"
#include "tests/bench/bench.h"

enum { TIMES = 60, SETTLES_MS = 20000, W = 120, H = 40, BASE_MIN = 60 * 1000 };

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- a hall's answer --- */

static void add_sum(struct buf *out, int waiting)
{
    buf_addf(
        out,
        "\"waiting\":%d,\"oldest_at\":\"2026-11-30T06:11:12.131Z\",\"late\":2,\"waiting_in_hour\":9,"
        "\"expected_min\":24,\"expected_low_min\":17,\"expected_high_min\":33,\"served\":143,\"no_show\":6,"
        "\"called\":151,\"wait_mean_min\":11.4,\"wait_p90_min\":27.5,\"levels\":{\"kept\":2,\"burning\":1,"
        "\"broken\":0},\"counters\":{\"all\":9,\"open\":6,\"paused\":1,\"unattended\":1}",
        waiting);
}

static char *answer_text(int hall)
{
    struct buf out = {0};
    buf_addf(&out,
             "{\"epoch\":1,\"rev\":%d,\"version\":\"0.1.0\",\"store\":\"ok\",\"practice\":false,\"hall\":{"
             "\"code\":"
             "\"H%d\",\"name\":{\"az\":\"Zal %d\",\"en\":\"Hall %d\"},\"timezone\":\"Asia/Baku\"},\"day\":"
             "\"2026-11-30\",\"opening\":\"open\",\"now\":{",
             hall, hall, hall, hall);
    add_sum(&out, hall * 37 % 97);
    buf_adds(
        &out,
        "},\"unsent\":{\"stations\":0,\"records\":0,\"since\":null},\"disputes\":0,\"survey\":{\"people\":"
        "41,\"index\":88.4,\"grade\":\"A\"},\"yesterday\":null,\"month\":null,\"agencies\":[],\"queues\":[");
    for (int q = 0; q < 10; q++) {
        buf_addf(
            &out,
            "%s{\"id\":\"q%d\",\"code\":\"Q\",\"name\":{\"en\":\"A queue\"},\"agency\":\"a\",\"away\":false,",
            q ? "," : "", q);
        add_sum(&out, q);
        buf_adds(&out, ",\"ahead\":[12,12,11,11,10,10,10,9,9,9,9,9,9]}");
    }
    buf_adds(&out, "]}");
    return buf_take(&out);
}

static void take(struct seen *seen, const char *text, int64_t now_ms)
{
    struct json *figures = NULL;
    if (json_parse(text, strlen(text), &figures, NULL) != ERR_OK)
        bench_fail("the answer is no JSON");
    const struct many_answer answer = {
        .why = MANY_NEW, .figures = figures, .text = text, .tag = "\"t\"", .date_ms = now_ms};
    seen_take(seen, &answer, now_ms);
    json_free(&figures);
}

static void show(struct app *app, const struct seen *seen, int count)
{
    struct effects effects = {0};
    struct json *answer = json_new_object(), *rows = json_new_array();
    for (int i = 0; i < count; i++)
        json_add(rows, seen_row(&seen[i], i, "http://hall.example", "", "A region"));
    json_set(answer, "rows", rows);
    struct msg load = {.kind = MSG_LOAD}, data = {.kind = MSG_DATA, .what = "halls", .json = answer};
    app_update(app, &load, &effects);
    for (int i = 0; i < effects.count; i++)
        data.to = effects.items[i].from;
    app_update(app, &data, &effects);
    effects_deinit(&effects);
    json_free(&answer);
}

int bench_halls(int argc, char **argv)
{
    int count = argc > 0 ? atoi(argv[0]) : 305;
    int64_t takes[TIMES], loads[TIMES], draws[TIMES], now_ms = clock_wall_now_ms();
    char fault[300] = "";
    struct keymap *keys = action_keymap(fault, sizeof fault);
    struct app *app = app_new(keys, LANG_EN);
    struct effects effects = {0};
    struct frame frame;
    struct seen *seen = xcalloc((size_t)count, sizeof *seen);
    frame_init(&frame, W, H);
    app_ui(app)->now_ms = now_ms;
    app_open(app, SCREEN_HALLS, NULL, &effects);
    effects_deinit(&effects);
    for (int i = 0; i < count; i++)
        seen_begin(&seen[i]);
    for (int t = 0; t < TIMES; t++) {
        int64_t begun = cpu_us();
        for (int i = 0; i < count; i++) {
            char *text = answer_text(i + t);
            take(&seen[i], text, now_ms);
            free(text);
        }
        takes[t] = (cpu_us() - begun) / count;
        begun = cpu_us();
        show(app, seen, count);
        loads[t] = cpu_us() - begun;
        begun = cpu_us();
        app_view(app, now_ms, &frame);
        draws[t] = cpu_us() - begun;
    }
    printf("%lld %lld %lld\n", (long long)bench_share(takes, TIMES, 0.5),
           (long long)bench_share(loads, TIMES, 0.5), (long long)bench_share(draws, TIMES, 0.5));
    for (int i = 0; i < count; i++)
        seen_clear(&seen[i]);
    free(seen);
    frame_deinit(&frame);
    app_free(&app);
    keymap_free(&keys);
    return 0;
}

/* --- the program at rest --- */

/* What it has used of the processor, in ms. */
static int64_t used_ms(pid_t pid)
{
    char path[64], text[1024] = "";
    long long user = 0, system = 0;
    str_format(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file && fgets(text, sizeof text, file)) {
        const char *at = strrchr(text, ')');
        if (at)
            (void)sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user, &system);
    }
    if (file)
        fclose(file);
    return (user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

static void read_for(int fd, int64_t ms)
{
    int64_t until_us = bench_now_us() + ms * 1000;
    char bytes[65536];
    for (int64_t left_us; (left_us = until_us - bench_now_us()) > 0;) {
        struct pollfd one = {.fd = fd, .events = POLLIN};
        if (poll(&one, 1, (int)(left_us / 1000) + 1) > 0 && read(fd, bytes, sizeof bytes) <= 0)
            bench_fail("the program has ended");
    }
}

int bench_halls_idle(int argc, char **argv)
{
    int fd;
    struct winsize size = {.ws_col = W, .ws_row = H};
    if (argc < 3 || strcmp(argv[1], "--") != 0)
        bench_fail("halls-idle SECONDS -- CMD");
    pid_t pid = forkpty(&fd, NULL, NULL, &size);
    if (pid < 0)
        bench_fail("forkpty: %s", strerror(errno));
    if (pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execv(argv[2], argv + 2);
        _exit(127);
    }
    read_for(fd, SETTLES_MS);
    int64_t before_ms = used_ms(pid), begun_us = bench_now_us();
    read_for(fd, atoi(argv[0]) * (int64_t)1000);
    printf("%.2f\n", (double)(used_ms(pid) - before_ms) * 100000 / (double)(bench_now_us() - begun_us));
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    close(fd);
    return 0;
}

/* --- a hall's figures --- */

static void put(struct db *db, enum table table, char *text)
{
    struct json *row = NULL;
    if (json_parse(text, strlen(text), &row, NULL) != ERR_OK || row_put(db, ROWS_PLAIN, table, row) != ERR_OK)
        bench_fail("a row cannot be put: %s", text);
    json_free(&row);
    free(text);
}

static void put_ticket(struct db *db, int n, const char *state, int64_t arrived_ms, int64_t called_ms)
{
    char arrived[TIME_TEXT], called[TIME_TEXT], day[DATE_TEXT];
    time_text(arrived_ms, arrived);
    time_text(called_ms, called);
    time_date(arrived_ms, day);
    put(db, TABLE_TICKET,
        xasprintf("{\"id\":\"t%07d\",\"row_rev\":1,\"number\":\"Q%05d\",\"day\":\"%s\",\"queue\":\"q%d\","
                  "\"state\":\"%s\","
                  "\"priority_class\":0,\"arrived_at\":\"%s\",\"called_at\":%s%s%s,\"promise_min\":[5,20],"
                  "\"visit\":"
                  "\"t%07d\",\"stamps\":[]}",
                  n, n, day, n % 30, state, arrived, called_ms ? "\"" : "", called_ms ? called : "null",
                  called_ms ? "\"" : "", n));
}

static void fill(struct db *db, int counters, int waiting, int visits, int64_t now_ms)
{
    char until[TIME_TEXT];
    time_text(now_ms + BASE_MIN, until);
    put(db, TABLE_HALL,
        xstrdup("{\"id\":\"hall\",\"row_rev\":1,\"code\":\"B\",\"name\":{\"en\":\"Bench\"}}"));
    for (int q = 0; q < 30; q++)
        put(db, TABLE_QUEUE,
            xasprintf(
                "{\"id\":\"q%d\",\"row_rev\":1,\"code\":\"Q%d\",\"name\":{\"en\":\"Queue\"},\"agency\":\"a\","
                "\"rule\":{\"kind\":\"fifo\"},\"level\":{\"wait_min\":15,\"share\":90}}",
                q, q));
    for (int c = 0; c < counters; c++)
        put(db, TABLE_COUNTER,
            xasprintf("{\"id\":\"c%d\",\"row_rev\":1,\"name\":\"%d\",\"agency\":\"a\",\"state\":\"open\","
                      "\"user\":\"u%d\","
                      "\"lease_until\":\"%s\",\"queues\":[{\"queue\":\"q%d\",\"weight\":1}]}",
                      c, c, c, until, c % 30));
    int64_t begun_ms = time_day_start(now_ms);
    for (int v = 0; v < visits; v++) {
        int64_t arrived_ms = begun_ms + (now_ms - begun_ms) * v / (visits + 1);
        put_ticket(db, v, v % 20 ? "done" : "no_show", arrived_ms,
                   arrived_ms + (v % 40) * (int64_t)BASE_MIN / 2);
    }
    for (int w = 0; w < waiting; w++)
        put_ticket(db, visits + w, "waiting", now_ms - (w % 60) * (int64_t)BASE_MIN, 0);
}

int bench_figures(int argc, char **argv)
{
    struct err_info info = {0};
    struct db *db = NULL;
    int64_t now_ms = clock_wall_now_ms(), spent[3];
    char day[DATE_TEXT], tag[FIGURES_TAG];
    const char *text;
    size_t length;
    if (argc < 4)
        bench_fail("figures DIR COUNTERS WAITING VISITS");
    if (store_open(&db, argv[0], true, &info) != ERR_OK)
        bench_fail("%s", info.text);
    zone_set("Asia/Baku");
    if (db_begin(db) != ERR_OK)
        bench_fail("%s", db_message(db));
    fill(db, atoi(argv[1]), atoi(argv[2]), atoi(argv[3]), now_ms);
    if (db_commit(db) != ERR_OK)
        bench_fail("%s", db_message(db));
    time_date(now_ms, day);
    struct figures *figures = figures_new();
    for (int i = 0; i < 3; i++) {
        /* the second an hour later on the hall's own clock, so that it is old, the third at once */
        const struct figures_at at = {.db = db,
                                      .code = "B",
                                      .day = day,
                                      .wall_ms = now_ms + (i ? 1000 : 0),
                                      .mono_ms = 1 + (i ? 50 * (int64_t)BASE_MIN : 0),
                                      .rev = i ? 2 : 1,
                                      .epoch = 1};
        int64_t begun = cpu_us();
        if (figures_read(figures, &at, "", &text, &length, tag) != ERR_OK)
            bench_fail("%s", db_message(db));
        spent[i] = cpu_us() - begun;
    }
    printf("%lld %lld %lld\n", (long long)spent[0], (long long)spent[1], (long long)spent[2]);
    figures_free(&figures);
    db_close(&db);
    return 0;
}
