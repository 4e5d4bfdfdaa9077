/* core/hall/metrics.c: see metrics.h. */
#include "core/hall/metrics.h"

#include "core/hall/inside.h"
#include "core/hall/polls.h"

static const int64_t bounds_us[METRIC_BUCKETS - 1] = {500,   1000,  2500,   5000,   10000,
                                                      25000, 50000, 250000, 1000000};

static void observe(struct histogram *histogram, int64_t us)
{
    int bucket = 0;
    while (bucket < METRIC_BUCKETS - 1 && us > bounds_us[bucket])
        bucket++;
    histogram->buckets[bucket]++;
    histogram->count++;
    histogram->sum_us += us;
}

void metrics_answered(struct metrics *metrics, int route, int status, int64_t latency_us)
{
    if (route < 0 || route >= METRIC_ROUTES_MAX)
        route = METRIC_ROUTES_MAX - 1;
    int class = status / 100;
    metrics->routes[route].by_status[class < METRIC_STATUS_CLASSES ? class : 0]++;
    observe(&metrics->routes[route].latency, latency_us);
}

void metrics_commit(struct metrics *metrics, int64_t ms)
{
    observe(&metrics->commits, ms * 1000);
}

void metrics_group(struct metrics *metrics, size_t writes)
{
    metrics->groups++;
    metrics->writes += (int64_t)writes;
}

/* --- the page --- */

static void head(struct buf *out, const char *name, const char *kind, const char *help)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void one(struct buf *out, const char *name, const char *kind, const char *help, int64_t value)
{
    head(out, name, kind, help);
    buf_addf(out, "%s %lld\n", name, (long long)value);
}

/* label: "" or one such as route="push" */
static void histogram_write(struct buf *out, const char *name, const char *label, const struct histogram *h)
{
    int64_t below = 0;
    const char *comma = *label ? "," : "";
    for (int i = 0; i < METRIC_BUCKETS - 1; i++) {
        below += h->buckets[i];
        buf_addf(out, "%s_bucket{%s%sle=\"%g\"} %lld\n", name, label, comma, (double)bounds_us[i] / 1e6,
                 (long long)below);
    }
    buf_addf(out, "%s_bucket{%s%sle=\"+Inf\"} %lld\n", name, label, comma, (long long)h->count);
    const char *open = *label ? "{" : "", *close = *label ? "}" : "";
    buf_addf(out, "%s_sum%s%s%s %g\n", name, open, label, close, (double)h->sum_us / 1e6);
    buf_addf(out, "%s_count%s%s%s %lld\n", name, open, label, close, (long long)h->count);
}

/* The place in the table whose name and numbers come next: routes, then what met no route. */
static const char *place_name(const char *(*route_name)(int index), int i)
{
    return i == METRIC_ROUTES_MAX - 1 ? "none" : route_name(i);
}

static void requests_write(const struct metrics *metrics, const char *(*route_name)(int index),
                           struct buf *out)
{
    head(out, "loketd_requests_total", "counter", "Answered requests by route and status class.");
    for (int i = 0; i < METRIC_ROUTES_MAX; i++)
        for (int class = 1; place_name(route_name, i) && class < METRIC_STATUS_CLASSES; class ++)
            if (metrics->routes[i].by_status[class] > 0)
                buf_addf(out, "loketd_requests_total{route=\"%s\",status=\"%dxx\"} %lld\n",
                         place_name(route_name, i), class, (long long)metrics->routes[i].by_status[class]);
    head(out, "loketd_request_seconds", "histogram",
         "From the whole request to its answer; a long poll waits.");
    for (int i = 0; i < METRIC_ROUTES_MAX; i++) {
        char label[64];
        if (!place_name(route_name, i) || metrics->routes[i].latency.count == 0)
            continue;
        str_format(label, sizeof label, "route=\"%s\"", place_name(route_name, i));
        histogram_write(out, "loketd_request_seconds", label, &metrics->routes[i].latency);
    }
}

/* A label's value: quotes, backslashes and line ends are escaped. */
static void label_value(struct buf *out, const char *text)
{
    for (; text && *text; text++) {
        if (*text == '\\' || *text == '"')
            buf_addc(out, '\\');
        if (*text == '\n')
            buf_adds(out, "\\n");
        else
            buf_addc(out, *text);
    }
}

/* sql: a name and a count a row. */
static enum err counts_write(struct db *db, const char *sql, const char *metric, const char *label,
                             struct buf *out)
{
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        buf_addf(out, "%s{%s=\"", metric, label);
        label_value(out, db_text(s, 0));
        buf_addf(out, "\"} %lld\n", (long long)db_int(s, 1));
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void connections_write(const struct hall *hall, struct buf *out)
{
    static const char *const whys[HTTP_REFUSALS] = {"address", "strangers",   "account",
                                                    "known",   "descriptors", "slow"};
    one(out, "loketd_connections", "gauge", "Connected clients.", http_connections(hall->http));
    one(out, "loketd_strangers", "gauge", "Of them those that have shown no sign-in yet.",
        http_strangers(hall->http));
    head(out, "loketd_connections_ended_total", "counter",
         "Connections that were ended or refused, so that others are served, by the limit that was met.");
    for (int i = 0; i < HTTP_REFUSALS; i++)
        buf_addf(out, "loketd_connections_ended_total{limit=\"%s\"} %lld\n", whys[i],
                 (long long)http_refused(hall->http, i));
    one(out, "loketd_strangers_delayed_total", "counter",
        "Requests without a sign-in that were put off, as their address had asked too often.",
        hall->metrics.strangers_delayed);
}

static enum err hall_write(struct db *db, struct buf *out)
{
    static const char sql_waiting[] = "SELECT queues.id, count(tickets.id) FROM queues LEFT JOIN tickets ON"
                                      " tickets.queue = queues.id AND tickets.state = 'waiting'"
                                      " AND tickets.arrived_at > ''"
                                      " GROUP BY queues.id ORDER BY queues.id"; /* tickets_queue */
    static const char sql_counters[] =
        "SELECT state, count(*) FROM counters GROUP BY state"; /* a small table */
    head(out, "loketd_waiting", "gauge", "Tickets that wait, by queue.");
    enum err err = counts_write(db, sql_waiting, "loketd_waiting", "queue", out);
    head(out, "loketd_counters", "gauge", "Counters by state.");
    return err == ERR_OK ? counts_write(db, sql_counters, "loketd_counters", "state", out) : err;
}

enum err metrics_write(struct hall *hall, const char *(*route_name)(int index), struct buf *out)
{
    const struct metrics *metrics = &hall->metrics;
    requests_write(metrics, route_name, out);
    enum err err = hall_write(hall->db, out);
    one(out, "loketd_rev", "counter", "The hall's rev: changes committed.", hall->state.rev);
    one(out, "loketd_epoch", "gauge", "The epoch that is served.", hall->epoch);
    one(out, "loketd_safe_through", "gauge", "Revs up to here are in a backup or on a standby.",
        state_safe_through(&hall->state));
    connections_write(hall, out);
    one(out, "loketd_polls", "gauge", "Long polls that wait.", polls_count(hall->polls));
    if (hall->certificate_ms)
        one(out, "loketd_tls_certificate_expires_seconds", "gauge",
            "When the certificate ends, in seconds since 1970.", hall->certificate_ms / 1000);
    one(out, "loketd_commands_total", "counter", "Commands that took effect or were refused.",
        metrics->commands);
    one(out, "loketd_sign_ins_failed_total", "counter", "Sign-ins with a wrong name or password.",
        metrics->sign_ins_failed);
    one(out, "loketd_groups_total", "counter", "Groups of writes; each is one commit.", metrics->groups);
    one(out, "loketd_writes_total", "counter", "Writes in those groups.", metrics->writes);
    one(out, "loketd_read_only", "gauge", "1: the disk is full and nothing can be recorded.", hall->full);
    head(out, "loketd_commit_seconds", "histogram", "Time of a commit.");
    histogram_write(out, "loketd_commit_seconds", "", &metrics->commits);
    return err;
}
