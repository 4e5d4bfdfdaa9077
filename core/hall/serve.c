/* core/hall/serve.c: the loop of the hall: one thread, six descriptors, one timeout. See serve.h.
 *
 * A turn: requests are read and queued, passwords that were checked are taken, then all writes of the turn are
 * committed as one group, then whoever waits for news is told. */
#include "core/hall/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/hall/api.h"
#include "core/hall/calls.h"
#include "core/hall/event_waits.h"
#include "core/hall/others.h"
#include "core/hall/polls.h"
#include "core/hall/porter.h"
#include "core/hall/strangers.h"
#include "core/hall/training.h"
#include "core/hall/turn.h"
#include "core/hall/wall.h"

enum {
    GRACE_MS = 3000,     /* at the end: for requests that are still being sent */
    GRACE_QUIET_MS = 50, /* nothing more came */
    PEM_BYTES_MAX = 256 * 1024,
};

struct loop {
    struct hall hall;
    struct porter *porter;
    const struct serve_options *options;
    struct err_info *info;
    sigset_t signals_before;
    bool signals_set;
    int signal_fd;
    char *cert, *key, *client_ca, *client_crl;
};

/* --- opening --- */

static enum err read_pem(const char *path, char **text, struct err_info *info)
{
    struct buf buf = {0};
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    if (!file)
        return err_set(info, err_from_errno(errno), "%s cannot be read: %s.", path, strerror(errno));
    for (size_t n; buf.length < PEM_BYTES_MAX && (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&buf, chunk, n);
    bool whole = feof(file) && !ferror(file) && buf.length > 0;
    fclose(file);
    *text = buf_take(&buf);
    return whole ? ERR_OK : err_set(info, ERR_INVALID, "%s is not a PEM file.", path);
}

/* One that ends soon is warned of; one that has ended is served, and refused by whoever comes: they say why. */
static enum err know_certificate(struct loop *loop)
{
    const char *file = loop->options->tls_cert_file;
    if (!certificate_expires(loop->cert, &loop->hall.certificate_ms))
        return err_set(loop->info, ERR_INVALID, "%s is not a PEM file with a certificate.", file);
    int64_t days = (loop->hall.certificate_ms - clock_wall_now_ms()) / (24 * 3600 * 1000LL);
    if (days < CERTIFICATE_WARN_DAYS)
        log_write(LOG_WARN, "the certificate in %s ends in %lld days: renew it and start the hall again",
                  file, (long long)days);
    return ERR_OK;
}

static enum err read_tls(struct loop *loop)
{
    const struct serve_options *options = loop->options;
    if (!options->tls_cert_file && !options->tls_key_file)
        return ERR_OK;
    if (!options->tls_cert_file || !options->tls_key_file)
        return err_set(loop->info, ERR_USAGE, "TLS needs both: --tls-cert and --tls-key.");
    enum err err = read_pem(options->tls_cert_file, &loop->cert, loop->info);
    if (err == ERR_OK)
        err = read_pem(options->tls_key_file, &loop->key, loop->info);
    if (err == ERR_OK && options->client_ca_file)
        err = read_pem(options->client_ca_file, &loop->client_ca, loop->info);
    if (err == ERR_OK && options->client_crl_file)
        err = read_pem(options->client_crl_file, &loop->client_crl, loop->info);
    return err == ERR_OK ? know_certificate(loop) : err;
}

/* Blocked before the hasher's thread starts, so that no thread but this one's descriptor takes them. */
static enum err open_signals(struct loop *loop)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    sigset_t blocked = wanted;
    sigaddset(&blocked, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &blocked, &loop->signals_before);
    loop->signals_set = true;
    loop->signal_fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop->signal_fd < 0)
        return err_set(loop->info, ERR_SYSTEM, "The hall cannot listen for signals: %s.", strerror(errno));
    return ERR_OK;
}

/* "HOST:PORT" or "[HOST]:PORT" in two. */
static bool split_listen(const char *listen, char host[256], char port[16])
{
    const char *colon = listen ? strrchr(listen, ':') : NULL;
    if (!colon || colon == listen || !colon[1])
        return false;
    size_t length = (size_t)(colon - listen);
    if (listen[0] == '[' && listen[length - 1] == ']') {
        listen++;
        length -= 2;
    }
    return str_format(host, 256, "%.*s", (int)length, listen) && str_copy(port, 16, colon + 1);
}

static bool is_loopback(const char *host)
{
    return str_starts(host, "127.") || str_equal(host, "localhost") || str_equal(host, "::1");
}

/* A shell often allows 1024 descriptors, fewer than the connections that are served. So many connections are served as there
 * are descriptors for, less those that the hall needs for itself and for who is leaving. */
static struct crowd_limits allow_descriptors(const struct serve_options *options)
{
    enum { OWN = 500 };
    struct crowd_limits limits = crowd_limits(options->connections, options->by_address);
    rlim_t wanted = (rlim_t)limits.connections + OWN;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return limits;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return limits;
    int left = limit.rlim_cur > 2 * OWN ? (int)limit.rlim_cur - OWN : (int)limit.rlim_cur / 2;
    log_write(
        LOG_WARN,
        "only %d descriptors are allowed here: at most %d connections are served, not %d. Allow more with "
        "LimitNOFILE of the unit or ulimit -n",
        (int)limit.rlim_cur, left, limits.connections);
    return crowd_limits(left, options->by_address);
}

static enum err open_http(struct loop *loop)
{
    char host[256], port[16];
    if (!split_listen(loop->options->listen, host, port))
        return err_set(loop->info, ERR_USAGE, "--listen takes HOST:PORT, such as 127.0.0.1:8080.");
    const struct http_options options = {.host = host,
                                         .port = port,
                                         .tls_cert = loop->cert,
                                         .tls_key = loop->key,
                                         .client_ca = loop->client_ca,
                                         .client_crl = loop->client_crl,
                                         .handle = api_handle,
                                         .trust = stranger_is_none,
                                         .ctx = &loop->hall,
                                         .limits = allow_descriptors(loop->options)};
    if (!loop->cert && !is_loopback(host) && !loop->options->plain)
        return err_set(
            loop->info, ERR_USAGE,
            "Without TLS whoever listens on the network reads passwords and files, so the hall serves "
            "this computer alone: --tls-cert and --tls-key for others. Where something before it does "
            "TLS, say so twice: --plain-http, and LOKET_PLAIN_HTTP=yes.");
    loop->hall.peers_may_miss = loop->options->client_ca_optional;
    return http_open(&loop->hall.http, &options, loop->info);
}

/* A training hall is served as one and a real hall as that; only a training hall's bus is served as any other. */
static enum err stays_what_it_is(struct loop *loop)
{
    const struct hall *hall = &loop->hall;
    bool training = hall->which.kind == HALL_TRAINING, asked = loop->options->practice,
         there = db_is_address(loop->options->data);
    if (training && !asked && !hall->state.mobile)
        return err_set(loop->info, ERR_CONFLICT,
                       "%s holds a training hall, %s: it is never served as a real one. Nothing was changed. "
                       "Train with loketd "
                       "practice %s %s, or name the real hall's %s.",
                       loop->options->data, hall->code, there ? "--data FOLDER --db" : "--data",
                       loop->options->data, there ? "address" : "folder");
    if (!training && asked)
        return err_set(loop->info, ERR_CONFLICT,
                       "%s holds a real hall, %s. Nothing was changed; train with another %s.",
                       loop->options->data, hall->code, there ? "--db" : "--data");
    return wall_marks_agree(hall->db, loop->info);
}

static const char *folder_of(const struct serve_options *options)
{
    return options->folder ? options->folder : options->data;
}

static enum err unlock(struct loop *loop)
{
    const struct serve_options *options = loop->options;
    return options->practice
               ? hall_unlock_training(&loop->hall, options->data, folder_of(options), loop->info)
               : hall_unlock(&loop->hall, options->data, false, loop->info);
}

/* One that opens nothing of what stands, after a restore or of another loketd, makes no more that the right one would not open. */
static enum err check_factor_key(struct hall *hall, struct err_info *info)
{
    bool any = false, fits = true;
    enum err err = factor_any(hall->db, &any);
    if (err == ERR_OK && hall->factor_key.there)
        err = factor_key_fits(hall->db, &hall->factor_key, &fits);
    if (err != ERR_OK)
        return store_fail(hall->db, err, info);
    hall->factor_key.there = hall->factor_key.there && fits;
    if (any && !hall->factor_key.there)
        log_write(LOG_WARN,
                  "second factors stand in this hall and their key is %s: whoever has one cannot "
                  "sign in. Put the right one back, or name it by --factor-key",
                  fits ? "not here" : "another");
    return ERR_OK;
}

/* Beside the store, never in it: a backup has no key. A hall that uses no factors is served without one, too. */
static enum err find_factor_key(struct loop *loop)
{
    const struct serve_options *options = loop->options;
    struct hall *hall = &loop->hall;
    struct err_info info = {0};
    bool any = false;
    if (db_is_address(options->data))
        return ERR_OK;
    enum err err = factor_any(hall->db, &any);
    if (err != ERR_OK)
        return store_fail(hall->db, err, loop->info);
    char *path = xasprintf("%s/factor.key", options->data);
    bool made = any || access(path, F_OK) == 0;
    err = factor_key_open(&hall->factor_key, path, !any, made ? loop->info : &info);
    free(path);
    if (!made && err != ERR_OK) {
        log_write(LOG_WARN, "%s No second factor can be set up until it can be", info.text);
        err = ERR_OK;
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Of a hall at an address it is given, the same to each loketd. */
static enum err open_factor_key(struct loop *loop)
{
    const struct serve_options *options = loop->options;
    struct hall *hall = &loop->hall;
    if (options->practice || hall->state.mobile)
        return ERR_OK;
    enum err err = options->factor_key_file
                       ? factor_key_open(&hall->factor_key, options->factor_key_file, false, loop->info)
                       : find_factor_key(loop);
    return err == ERR_OK ? check_factor_key(hall, loop->info) : err;
}

/* Passwords that are being checked and keys are in memory: none of it goes into a file when this process falls. */
static void no_core(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

static enum err open_all(struct loop *loop)
{
    no_core();
    enum err err = open_signals(loop);
    if (err == ERR_OK)
        err = read_tls(loop);
    if (err == ERR_OK)
        err = unlock(loop);
    if (err == ERR_OK)
        err = stays_what_it_is(loop);
    if (err == ERR_OK)
        err = open_factor_key(loop);
    if (err == ERR_OK)
        porter_open(&loop->porter, &loop->hall, folder_of(loop->options));
    return err;
}

static bool announce(struct loop *loop)
{
    const struct serve_options *options = loop->options;
    char host[256], port[16];
    if (!split_listen(options->listen, host, port))
        return false;
    bool six = strchr(host, ':') != NULL;
    char *url = xasprintf("%s://%s%s%s:%d", loop->cert ? "https" : "http", six ? "[" : "", host,
                          six ? "]" : "", http_port(loop->hall.http));
    log_write(LOG_INFO, "hall %s at rev %lld listens on %s", loop->hall.code, (long long)loop->hall.state.rev,
              url);
    if (options->announce) {
        fprintf(options->announce, "loketd: listening on %s\n", url);
        fflush(options->announce);
    }
    bool go_on = !options->ready || options->ready(options->ctx, url) == 0;
    free(url);
    return go_on;
}

/* --- a turn --- */

static int sooner(int a, int b)
{
    if (a < 0)
        return b;
    return b >= 0 && b < a ? b : a;
}

/* Taken here, so that it is not delivered when the mask is put back. */
static bool take_signal(struct loop *loop)
{
    struct signalfd_siginfo came;
    return read(loop->signal_fd, &came, sizeof came) > 0;
}

/* Waits at most timeout, then does what there is to do. False: nothing came. */
static bool turn(struct loop *loop, int timeout)
{
    struct hall *hall = &loop->hall;
    struct pollfd fds[] = {{.fd = http_fd(hall->http), .events = POLLIN},
                           {.fd = hasher_fd(hall->hasher), .events = POLLIN},
                           {.fd = loop->signal_fd, .events = POLLIN},
                           {.fd = hall->stopping ? -1 : loop->options->stop_fd, .events = POLLIN},
                           {.fd = porter_fd(loop->porter), .events = POLLIN},
                           {.fd = others_fd(hall), .events = POLLIN}};
    int came = poll(fds, sizeof fds / sizeof *fds, timeout);
    hall_look_at_clock(hall);
    if ((fds[2].revents && take_signal(loop)) || fds[3].revents)
        hall->stopping = true;
    http_run(hall->http, hall->mono_ms);
    if (fds[1].revents)
        sign_ins_checked(hall);
    if (fds[4].revents)
        porter_run(loop->porter);
    porter_work(loop->porter);
    if (fds[5].revents)
        others_hear(hall);
    /* Idle is who waited in vain; a turn that did not wait has answers on their way and requests to follow. */
    hall_end_turn(hall, came == 0 && timeout != 0);
    return came > 0;
}

static void serve(struct loop *loop)
{
    struct hall *hall = &loop->hall;
    while (!hall->stopping && hall->fatal == ERR_OK)
        turn(loop,
             porter_is_busy(loop->porter) ? 0 : sooner(hall_timeout_ms(hall), http_timeout_ms(hall->http)));
}

/* No new connections; what is under way is answered, what is being sent gets a moment. */
static void finish(struct loop *loop)
{
    struct hall *hall = &loop->hall;
    int64_t until_ms = hall->mono_ms + GRACE_MS;
    hall->stopping = true;
    http_stop_listening(hall->http);
    polls_wake(hall);
    event_waits_wake(hall);
    while (hall->mono_ms < until_ms && hall->fatal == ERR_OK)
        if (!turn(loop, GRACE_QUIET_MS) && sign_ins_count(hall->sign_ins) == 0)
            break;
}

/* --- closing --- */

static void close_all(struct loop *loop)
{
    struct hall *hall = &loop->hall;
    porter_close(&loop->porter);
    http_close(&hall->http); /* answers 503 to whoever still waits */
    hall_lock_up(hall);
    secret_wipe(&hall->factor_key, sizeof hall->factor_key);
    free(loop->cert);
    free(loop->client_ca);
    free(loop->client_crl);
    if (loop->key)
        secret_wipe(loop->key, strlen(loop->key));
    free(loop->key);
    if (loop->signal_fd >= 0)
        close(loop->signal_fd);
    if (loop->signals_set) {
        struct timespec now = {0};
        sigset_t pipe_signal;
        sigemptyset(&pipe_signal);
        sigaddset(&pipe_signal, SIGPIPE);
        while (sigtimedwait(&pipe_signal, NULL, &now) > 0) /* those of clients that went away */
            ;
        pthread_sigmask(SIG_SETMASK, &loop->signals_before, NULL);
    }
}

static enum err wake(struct loop *loop)
{
    if (loop->options->scenario)
        training_start(&loop->hall, loop->options->scenario, loop->options->seed);
    return hall_wake(&loop->hall, loop->info);
}

enum err serve_run(const struct serve_options *options, struct err_info *info)
{
    struct loop *loop = xcalloc(1, sizeof *loop);
    loop->options = options;
    loop->info = info;
    loop->signal_fd = -1;
    enum err err = open_all(loop);
    if (err == ERR_OK)
        err = wake(loop);
    if (err == ERR_OK)
        err = open_http(loop);
    if (err == ERR_OK) {
        if (announce(loop))
            serve(loop);
        finish(loop);
        others_end(&loop->hall);
        err = hall_ended(&loop->hall, info);
        if (options->rewind)
            *options->rewind = training_take_rewind(&loop->hall);
    }
    close_all(loop);
    free(loop);
    return err;
}
