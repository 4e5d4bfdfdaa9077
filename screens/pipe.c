/* screens/pipe.c: see pipe.h. One thread: the network, standard input and signals are waited for together. */
#include "screens/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "core/base/log.h"
#include "core/cache/cache.h"
#include "core/db/rows.h"
#include "core/sync/sync.h"
#include "screens/identity.h"
#include "screens/pipe_io.h"

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_UNSENT = 3, STATUS_REFUSED = 4 };
enum {
    PASSWORD_MAX = 1024,
    LINES_A_TURN_MAX = 32,      /* then the network has its turn */
    SIGN_IN_PATIENCE_MS = 5000, /* then work begins with the session of an earlier run */
    SIGN_IN_WAIT_MIN_MS = 1000,
    SIGN_IN_WAIT_MAX_MS = 60 * 1000,
    ROWS_MAX = 10000, /* of one answer */
};

struct pipe {
    const struct pipe_options *options;
    struct cache *cache;
    struct sync *sync;
    struct rng rng;
    struct pipe_io io;
    char *password; /* of standard input only; a file is read each time */
    struct json *follow;
    struct json *early; /* results that came before "ready", which is always the first line */
    struct json *tags;  /* {seq: tag} of commands that wait for their result */
    bool own_session;   /* the cache's session is this person's, maybe of an earlier run */
    bool asked, signed_in, ready, frozen_told;
    int64_t asked_at_ms;   /* monotonic */
    int64_t sign_in_at_ms; /* monotonic: not before */
    int sign_in_failures;
    int64_t hall_rev;             /* when signing in: the copy is fresh from here on */
    int64_t told_rev, told_epoch; /* of the newest result told */
    bool online;                  /* as last told */
    bool copied_anew;             /* followers need every row again */
    bool over;
    int status;
};

static void fail(struct pipe *pipe, int status, const char *text)
{
    if (!pipe->over)
        fprintf(stderr, "loket: %s\n", text);
    pipe->status = status;
    pipe->over = true;
}

static void end(struct pipe *pipe, int status)
{
    pipe->status = status;
    pipe->over = true;
}

/* --- what is told --- */

static struct json *event(const char *name)
{
    struct json *line = json_new_object();
    json_set_text(line, "event", name);
    return line;
}

static void set_copy(struct json *line, const char *name, const struct json *value)
{
    json_set(line, name, value ? json_copy(value) : json_new_null());
}

static void say_error(struct pipe *pipe, const struct json *tag, const char *code, const char *message)
{
    struct json *line = event("error");
    set_copy(line, "tag", tag);
    json_set_text(line, "code", code);
    json_set_text(line, "message", message);
    pipe_say(&pipe->io, line);
}

static const char *network(bool online)
{
    return online ? "online" : "offline";
}

static void say_network(struct pipe *pipe, int64_t since_ms)
{
    char since[TIME_TEXT];
    struct json *line = event("network");
    time_text(since_ms, since);
    json_set_text(line, "state", network(pipe->online));
    json_set_text(line, "since", since);
    pipe_say(&pipe->io, line);
}

/* Also before each line that tells of the hall: what it answers is not told while it is said to be away. */
static void watch_network(struct pipe *pipe)
{
    const struct sync_status *status = sync_status(pipe->sync);
    bool online = status->state == SYNC_ONLINE || status->state == SYNC_SNAPSHOT;
    if (status->state == SYNC_CONNECTING || online == pipe->online)
        return;
    pipe->online = online;
    say_network(pipe, status->since_ms);
}

static void say_row(void *ctx, const char *table, const char *id, const struct json *row)
{
    struct pipe *pipe = ctx;
    if (!table)
        pipe->copied_anew = true;
    else if (pipe->ready && !pipe->copied_anew && json_has_text(pipe->follow, table)) {
        watch_network(pipe);
        struct json *line = event("row");
        json_set_text(line, "t", table);
        json_set_text(line, "id", id);
        set_copy(line, "row", row);
        pipe_say(&pipe->io, line);
    }
}

static void say_every_row(struct pipe *pipe)
{
    pipe->copied_anew = false;
    for (const struct json *table = json_first(pipe->follow); table; table = json_next(table))
        if (cache_rows(pipe->cache, json_as_text(table), say_row, pipe) != ERR_OK)
            say_error(pipe, NULL, "cache", cache_message(pipe->cache));
}

/* --- signing in --- */

/* The first line of a file, or of what standard input begins with; the caller wipes and frees. */
static char *read_password(struct pipe *pipe, struct err_info *info)
{
    const char *path = pipe->options->password_file;
    char text[PASSWORD_MAX] = "", *copy = NULL;
    size_t length = 0;
    if (pipe->password)
        return xstrdup(pipe->password);
    bool input = strcmp(path, "-") == 0;
    int fd = input ? pipe->io.in : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_set(info, err_from_errno(errno), "the password file %s cannot be read: %s", path,
                strerror(errno));
        return NULL;
    }
    /* A byte at a time: what follows the line is commands. */
    while (length < sizeof text - 1 && read(fd, text + length, 1) == 1 && text[length] != '\n')
        length++;
    text[length] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (!input)
        close(fd);
    if (*text)
        copy = xstrdup(text);
    else
        err_set(info, ERR_INVALID, "there is no password in the first line of %s", path);
    if (input && copy)
        pipe->password = xstrdup(copy);
    secret_wipe(text, sizeof text);
    return copy;
}

static void ask_sign_in(struct pipe *pipe)
{
    struct err_info info = {0};
    char *password = read_password(pipe, &info);
    if (!password) {
        fail(pipe, STATUS_FAILED, info.text);
        return;
    }
    pipe->asked = true;
    pipe->asked_at_ms = clock_mono_now_ms();
    sync_sign_in(pipe->sync, pipe->options->user, password);
    secret_wipe(password, strlen(password));
    free(password);
}

/* Work goes on with the session of an earlier run; the sign-in is tried again once the hall answers. */
static void sign_in_later(struct pipe *pipe)
{
    int64_t wait_ms = (int64_t)SIGN_IN_WAIT_MIN_MS
                      << (pipe->sign_in_failures < 6 ? pipe->sign_in_failures : 6);
    if (wait_ms > SIGN_IN_WAIT_MAX_MS)
        wait_ms = SIGN_IN_WAIT_MAX_MS;
    pipe->sign_in_failures++;
    pipe->sign_in_at_ms = clock_mono_now_ms() + 1 + (int64_t)rng_below(&pipe->rng, (uint64_t)wait_ms);
    if (sync_status(pipe->sync)->state == SYNC_SIGNED_OUT)
        sync_resume(pipe->sync);
}

static bool passes_by_itself(enum err err, const char *code)
{
    static const char *const codes[] = {"busy", "too_many_attempts", "stopping", "store_failed", "disk_full"};
    bool passes = err == ERR_OFFLINE;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        passes |= str_equal(code, codes[i]);
    return passes;
}

static void on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                         const struct json *session)
{
    struct pipe *pipe = ctx;
    char text[600];
    pipe->asked = false;
    if (err == ERR_OK) {
        pipe->signed_in = pipe->own_session = true;
        pipe->sign_in_failures = 0;
        pipe->sign_in_at_ms = 0;
        pipe->hall_rev = json_int(json_get(session, "hall"), "rev", 0);
    } else if (pipe->own_session && passes_by_itself(err, code)) {
        sign_in_later(pipe);
    } else if (err == ERR_OFFLINE) {
        str_format(text, sizeof text,
                   "the hall at %s cannot be reached (%s), and %s has not signed in here before. Look at the "
                   "address and the network, then start again.",
                   pipe->options->hall, message, pipe->options->user);
        fail(pipe, STATUS_FAILED, text);
    } else {
        str_format(text, sizeof text, "%s cannot sign in: %s", pipe->options->user, message);
        fail(pipe, err == ERR_REFUSED ? STATUS_REFUSED : STATUS_FAILED, text);
    }
}

static bool wants_sign_in(const struct pipe *pipe)
{
    enum sync_state state = sync_status(pipe->sync)->state;
    bool reached = state == SYNC_ONLINE || state == SYNC_SNAPSHOT || state == SYNC_EXPIRED;
    return reached && !pipe->asked && (!pipe->signed_in || state == SYNC_EXPIRED);
}

/* --- the state of the connection --- */

static bool is_fresh(const struct pipe *pipe)
{
    return pipe->signed_in && sync_status(pipe->sync)->state == SYNC_ONLINE &&
           !cache_needs_snapshot(pipe->cache) && cache_cursor(pipe->cache) >= pipe->hall_rev;
}

static bool can_begin_alone(const struct pipe *pipe)
{
    return pipe->own_session && cache_cursor(pipe->cache) > 0;
}

/* Without the hall, but with a copy of it to work on. A hall that takes a sign-in and is silent is away too, until it
 * answers. */
static bool is_cut_off(const struct pipe *pipe)
{
    enum sync_state state = sync_status(pipe->sync)->state;
    bool away = pipe->asked ? clock_mono_now_ms() >= pipe->asked_at_ms + SIGN_IN_PATIENCE_MS
                            : state == SYNC_OFFLINE || state == SYNC_FROZEN || state == SYNC_EXPIRED;
    return can_begin_alone(pipe) && away;
}

/* Business days are the hall's. */
static void know_zone(struct pipe *pipe)
{
    struct json *accounts = NULL;
    if (cache_load(pipe->cache, "accounts", NULL, clock_wall_now_ms(), &accounts) != ERR_OK)
        return;
    const char *zone = json_text(json_get(accounts, "hall"), "timezone");
    if (zone && !zone_set(zone))
        log_write(LOG_WARN, "the hall's time zone %s is not known on this computer", zone);
    json_free(&accounts);
}

static void become_ready(struct pipe *pipe)
{
    struct json *line = event("ready");
    know_zone(pipe);
    pipe->ready = true;
    pipe->online = is_fresh(pipe);
    json_set_int(line, "rev", cache_cursor(pipe->cache));
    json_set_text(line, "user", cache_actor(pipe->cache)->login);
    json_set_text(line, "network", network(pipe->online));
    pipe_say(&pipe->io, line);
    for (const struct json *result = json_first(pipe->early); result; result = json_next(result))
        pipe_say(&pipe->io, json_copy(result));
    json_free(&pipe->early);
    pipe->copied_anew = true;
}

static void watch_frozen(struct pipe *pipe)
{
    const struct sync_status *status = sync_status(pipe->sync);
    bool frozen = status->state == SYNC_FROZEN;
    if (frozen && !pipe->frozen_told)
        say_error(pipe, NULL, "frozen", status->text);
    pipe->frozen_told = frozen;
}

static void watch(struct pipe *pipe)
{
    if (!pipe->over && wants_sign_in(pipe) && clock_mono_now_ms() >= pipe->sign_in_at_ms)
        ask_sign_in(pipe);
    if (pipe->over)
        return;
    if (!pipe->ready && (is_fresh(pipe) || is_cut_off(pipe)))
        become_ready(pipe);
    if (!pipe->ready)
        return;
    watch_network(pipe);
    watch_frozen(pipe);
    if (pipe->copied_anew)
        say_every_row(pipe);
}

/* --- commands --- */

static void say_saved(struct pipe *pipe, const struct json *tag, const struct saved *saved,
                      const char *member, const struct json *body)
{
    struct json *line = event("saved");
    set_copy(line, "tag", tag);
    json_set_int(line, "seq", saved->seq);
    json_set_text(line, "id", saved->id);
    struct json *data = json_new_object();
    if (member) /* the identity that was made here: the next command names it */
        set_copy(data, member, json_get(body, member));
    const struct json *ticket = json_get(saved->outcome.data, "ticket");
    if (json_text(ticket, "number")) /* given here while the hall is away: it may be printed */
        json_set_text(data, "number", json_text(ticket, "number"));
    if (json_count(data))
        json_set(line, "data", data);
    else
        json_free(&data);
    pipe_say(&pipe->io, line);
}

static const char *tag_name(int64_t seq, char out[24])
{
    str_format(out, 24, "%lld", (long long)seq);
    return out;
}

static void on_result(void *ctx, int64_t seq, const struct json *result)
{
    struct pipe *pipe = ctx;
    struct json *line = event("result");
    char name[24];
    set_copy(line, "tag", json_get(pipe->tags, tag_name(seq, name))); /* null: of an earlier run */
    json_remove(pipe->tags, name);
    json_set_int(line, "seq", seq);
    json_set_text(line, "status", json_text_or(result, "status", ""));
    set_copy(line, "data", json_get(result, "data"));
    set_copy(line, "error", json_get(result, "error"));
    pipe->told_rev = json_int(result, "rev", 0);
    pipe->told_epoch = cache_epoch(pipe->cache);
    if (!pipe->ready) {
        json_add(pipe->early, line);
        return;
    }
    watch_network(pipe);
    pipe_say(&pipe->io, line);
}

static void confirm(struct pipe *pipe, const struct json *tag, const char *type, struct json *body)
{
    struct saved saved = {0};
    int64_t now_ms = clock_wall_now_ms();
    const char *refused = sync_refuses(pipe->sync, type);
    if (refused) {
        say_error(pipe, tag, "offline", refused);
        return;
    }
    const char *member = identity_put(type, body, now_ms, &pipe->rng);
    enum err err = cache_confirm(pipe->cache, type, body, now_ms, &pipe->rng, &saved);
    if (err == ERR_OK) {
        char name[24];
        set_copy(pipe->tags, tag_name(saved.seq, name), tag);
        say_saved(pipe, tag, &saved, member, body);
        sync_wake(pipe->sync);
    } else if (err == ERR_REFUSED) {
        say_error(pipe, tag, saved.outcome.code, saved.outcome.message);
    } else {
        say_error(pipe, tag, err == ERR_TOO_LARGE ? "too_large" : "not_saved", cache_message(pipe->cache));
    }
    json_free(&saved.outcome.data);
}

static void do_command(struct pipe *pipe, const struct json *line)
{
    const struct json *tag = json_get(line, "tag"), *given = json_get(line, "body");
    const char *type = json_text(line, "type");
    if (!command_known(type)) {
        say_error(pipe, tag, "unknown_command", "There is no command of that type.");
        return;
    }
    if (given && !json_is_object(given)) {
        say_error(pipe, tag, "invalid_line", "\"body\" is a JSON object.");
        return;
    }
    struct json *body = given ? json_copy(given) : json_new_object();
    confirm(pipe, tag, type, body);
    json_free(&body);
}

/* --- queries --- */

static struct json *query_rows(struct pipe *pipe, const char *query, struct json *answer)
{
    struct json *rows = json_new_array();
    if (strcmp(query, "status") == 0) {
        json_set_text(answer, "network", network(pipe->online));
        json_add(rows, json_copy(answer));
    }
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row))
        json_add(rows, json_copy(row));
    return rows;
}

static struct json *query_args(const struct json *line)
{
    struct json *args = json_new_object();
    if (json_get(line, "after"))
        set_copy(args, "after", json_get(line, "after"));
    json_set_int(args, "limit", json_int(line, "limit", ROWS_MAX));
    return args;
}

static void do_query(struct pipe *pipe, const struct json *line)
{
    static const char *const queries[] = {"tickets", "cases", "outbox", "disputes", "status"};
    const struct json *tag = json_get(line, "tag");
    const char *query = json_text_or(line, "query", "");
    bool known = false;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        known |= strcmp(queries[i], query) == 0;
    if (!known) {
        say_error(pipe, tag, "unknown_query", "A query is tickets, cases, outbox, disputes or status.");
        return;
    }
    struct json *args = query_args(line), *answer = NULL;
    if (cache_load(pipe->cache, query, args, clock_wall_now_ms(), &answer) != ERR_OK) {
        say_error(pipe, tag, "cache", cache_message(pipe->cache));
    } else {
        struct json *said = event("answer");
        set_copy(said, "tag", tag);
        json_set(said, "rows", query_rows(pipe, query, answer));
        if (json_bool(answer, "more", false)) /* ask again with "after" */
            json_set_bool(said, "more", true);
        pipe_say(&pipe->io, said);
    }
    json_free(&answer);
    json_free(&args);
}

/* --- lines --- */

static bool is_blank(const char *text, size_t length)
{
    return strspn(text, " \t\r") == length;
}

static void do_line(struct pipe *pipe, const char *text, size_t length)
{
    struct json *line = NULL;
    struct err_info info = {0};
    if (is_blank(text, length))
        return;
    if (json_parse(text, length, &line, &info) != ERR_OK)
        say_error(pipe, NULL, "invalid_json", *info.text ? info.text : "This line is not JSON.");
    else if (!json_is_object(line))
        say_error(pipe, NULL, "invalid_line", "A line is one JSON object.");
    else if (json_text(line, "query"))
        do_query(pipe, line);
    else if (json_text(line, "type"))
        do_command(pipe, line);
    else
        say_error(pipe, json_get(line, "tag"), "invalid_line", "A line has a \"type\" or a \"query\".");
    json_free(&line);
}

/* Whoever reads that a ticket was called may say at once that its service starts: the line is read when the copy here
 * has heard of the call as well, a moment later. */
static bool is_behind(const struct pipe *pipe)
{
    return sync_status(pipe->sync)->state == SYNC_ONLINE && cache_epoch(pipe->cache) == pipe->told_epoch &&
           cache_cursor(pipe->cache) < pipe->told_rev;
}

static void read_lines(struct pipe *pipe)
{
    for (int i = 0; i < LINES_A_TURN_MAX && !pipe->io.closed && !is_behind(pipe); i++) {
        char *text = NULL;
        size_t length = 0;
        enum pipe_line line = pipe_next(&pipe->io, &text, &length);
        if (line == PIPE_NO_LINE)
            return;
        if (line == PIPE_LINE_TOO_LONG)
            say_error(pipe, NULL, "line_too_long", "A line has at most 1 MiB.");
        else
            do_line(pipe, text, length);
        free(text);
    }
}

/* --- the loop --- */

static int sooner(int timeout_ms, int64_t at_ms, int64_t mono_ms)
{
    int64_t left_ms = at_ms > mono_ms ? at_ms - mono_ms : 0;
    return timeout_ms < 0 || left_ms < timeout_ms ? (int)left_ms : timeout_ms;
}

/* The output is watched even when there is nothing to write: a reader that goes away is an end. */
static void wait_for_news(struct pipe *pipe)
{
    struct pipe_io *io = &pipe->io;
    bool reads = pipe->ready && !is_behind(pipe), lines = reads && pipe_has_line(io);
    struct pollfd fds[] = {
        {.fd = io->stop, .events = POLLIN},
        {.fd = io->out, .events = pipe_unwritten(io) ? POLLOUT : 0},
        {.fd = io->in, .events = POLLIN},
    };
    int64_t mono_ms = clock_mono_now_ms();
    int timeout_ms = lines ? 0 : sync_timeout_ms(pipe->sync, mono_ms);
    if (wants_sign_in(pipe))
        timeout_ms = sooner(timeout_ms, pipe->sign_in_at_ms, mono_ms);
    if (!pipe->ready && pipe->asked && can_begin_alone(pipe))
        timeout_ms = sooner(timeout_ms, pipe->asked_at_ms + SIGN_IN_PATIENCE_MS, mono_ms);
    unsigned count = reads && !io->ended && !lines ? 3 : 2;
    sync_wait(pipe->sync, fds, count, timeout_ms);
    if (fds[0].revents)
        end(pipe, STATUS_OK);
    if (fds[1].revents & (POLLERR | POLLHUP | POLLNVAL))
        io->closed = true;
    if (count == 3 && fds[2].revents)
        pipe_read(io);
}

static void look_for_end(struct pipe *pipe)
{
    if (pipe->io.closed)
        end(pipe, STATUS_OK);
    if (pipe->over || !pipe->ready || !pipe->io.ended || pipe_has_line(&pipe->io))
        return;
    if (!pipe->options->drain || cache_unsent(pipe->cache) == 0)
        end(pipe, STATUS_OK);
    else if (sync_status(pipe->sync)->state == SYNC_FROZEN)
        fail(pipe, STATUS_UNSENT, sync_status(pipe->sync)->text);
}

static void loop(struct pipe *pipe)
{
    ask_sign_in(pipe);
    while (!pipe->over) {
        wait_for_news(pipe);
        if (pipe->over)
            break;
        sync_step(pipe->sync, clock_wall_now_ms(), clock_mono_now_ms());
        watch(pipe);
        if (pipe->ready && !pipe->over && !is_behind(pipe))
            read_lines(pipe);
        pipe_flush(&pipe->io, false);
        look_for_end(pipe);
    }
    pipe_flush(&pipe->io, true);
    if (pipe->status == STATUS_OK && pipe->options->drain && cache_unsent(pipe->cache) > 0)
        pipe->status = STATUS_UNSENT;
}

/* --- birth and death --- */

static bool take_signals(struct pipe *pipe)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);                    /* a closed reader is seen where it is written to */
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) /* to the end: the program ends of its own */
        return false;
    pipe->io.stop = signalfd(-1, &set, SFD_CLOEXEC);
    return pipe->io.stop >= 0;
}

static enum err read_follow(struct pipe *pipe, struct err_info *info)
{
    char *copy = xstrdup(pipe->options->follow ? pipe->options->follow : ""), *rest = NULL;
    enum err err = ERR_OK;
    enum table table;
    pipe->follow = json_new_array();
    for (char *word = strtok_r(copy, ",", &rest); word && !err; word = strtok_r(NULL, ",", &rest)) {
        if (table_find(word, &table))
            json_add_text(pipe->follow, word);
        else
            err = err_set(info, ERR_USAGE,
                          "--follow %s: there is no such table; ticket, case and queue are some", word);
    }
    free(copy);
    return err;
}

static void open_log(const struct pipe_options *options)
{
    struct err_info info = {0};
    char *path = options->log ? xstrdup(options->log) : xasprintf("%s/loket.log", options->data);
    if (log_open(path, &info) != ERR_OK)
        fprintf(stderr, "loket: %s; going on without a log\n", info.text);
    free(path);
}

/* What is saved here is for this hall: the next start finds it without being told. */
static enum err open_way(struct pipe *pipe, struct pipe_options *options, char url[600],
                         struct err_info *info)
{
    const struct sync_events events = {.ctx = pipe, .result = on_result, .signed_in = on_signed_in};
    const char *kept = cache_setting(pipe->cache, "hall_url");
    bool keep = !kept && options->hall;
    str_copy(url, 600, options->hall ? options->hall : kept ? kept : "");
    options->hall = url;
    if (!*url || strcmp(url, "practice") == 0)
        return err_set(info, ERR_USAGE, "the hall's address is missing: say --hall URL");
    enum err err = sync_new(&pipe->sync, pipe->cache, url, &options->trust, &events, &pipe->rng, info);
    if (err == ERR_OK && keep && cache_set_setting(pipe->cache, "hall_url", url) != ERR_OK)
        err = err_set(info, ERR_DISK, "%s", cache_message(pipe->cache));
    return err;
}

static enum err open_all(struct pipe *pipe, struct pipe_options *options, char url[600],
                         struct err_info *info)
{
    int recovered = 0;
    enum err err = read_follow(pipe, info);
    if (err == ERR_OK)
        err = cache_open(&pipe->cache, options->data, clock_wall_now_ms(), &pipe->rng, &recovered, info);
    if (err != ERR_OK)
        return err;
    open_log(options);
    if (recovered >= 0)
        log_write(LOG_WARN, "the cache was rebuilt; %d records recovered", recovered);
    cache_follow(pipe->cache, say_row, pipe);
    const struct actor *actor = cache_actor(pipe->cache);
    pipe->own_session = actor && str_equal(actor->login, options->user);
    err = open_way(pipe, options, url, info);
    if (err == ERR_OK && !take_signals(pipe))
        err = err_set(info, err_from_errno(errno), "signals cannot be waited for: %s", strerror(errno));
    return err;
}

static void close_all(struct pipe *pipe)
{
    sync_free(&pipe->sync);
    cache_close(&pipe->cache);
    pipe_io_deinit(&pipe->io);
    json_free(&pipe->follow);
    json_free(&pipe->early);
    json_free(&pipe->tags);
    if (pipe->password)
        secret_wipe(pipe->password, strlen(pipe->password));
    free(pipe->password);
    if (pipe->io.stop >= 0)
        close(pipe->io.stop);
}

int pipe_run(const struct pipe_options *given)
{
    struct pipe_options options = *given;
    struct err_info info = {0};
    char url[600];
    struct pipe pipe = {.options = &options,
                        .io = {.in = STDIN_FILENO, .out = STDOUT_FILENO, .stop = -1},
                        .early = json_new_array(),
                        .tags = json_new_object()};
    rng_seed_from_system(&pipe.rng);
    enum err err = open_all(&pipe, &options, url, &info);
    if (err == ERR_OK)
        loop(&pipe);
    else
        fail(&pipe, err == ERR_USAGE ? STATUS_USAGE : STATUS_FAILED, info.text);
    close_all(&pipe);
    return pipe.status;
}
