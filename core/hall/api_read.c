/* core/hall/api_read.c: the calls that only read. */
#include <string.h>

#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/openapi.h"
#include "core/hall/others.h"
#include "core/hall/polls.h"
#include "core/hall/report.h"
#include "core/model/calendar.h"

enum { UNSENT_MAX = 1000000 };

/* --- feed --- */

static void epoch_changed(struct hall *hall, struct http_request *request)
{
    struct json *body = error_body("epoch_changed", "epoch", "The hall was restored. Read its rows again.");
    json_set_int(json_edit(body, "error"), "epoch", hall->epoch);
    api_answer_json(hall, request, 409, body);
    json_free(&body);
}

/* Where the hall cannot go on from this cursor it says so; true: it is answered. */
static bool cursor_refused(struct hall *hall, struct http_request *request, int64_t cursor)
{
    int64_t oldest;
    if (cursor > hall->state.rev)
        others_look(hall); /* it may be another's who serves this hall */
    enum err err = reads_oldest(hall->reads, &hall->state, &oldest);
    if (err != ERR_OK)
        api_store_failed(hall, request, err);
    else if (cursor > hall->state.rev)
        api_error(hall, request, 409, "server_regressed", "cursor",
                  "The hall has lost changes that this computer has seen. Tell an administrator.");
    else if (cursor < oldest)
        api_error(hall, request, 410, "snapshot_needed", "cursor",
                  "The hall does not keep changes that old. Read a snapshot.");
    else
        return false;
    return true;
}

/* What the workstation could not hand over, as it says itself. */
static bool hear_unsent(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    int64_t unsent, since_ms = hall->wall_ms;
    const char *since = http_query(request, "unsent_since");
    if (!api_query_int(hall, request, "unsent", 0, UNSENT_MAX, 0, &unsent))
        return false;
    if (since && !time_parse(since, &since_ms)) {
        api_error(hall, request, 400, "invalid_query", "unsent_since",
                  "\"unsent_since\" is a time like 2026-11-24T09:40:00.000Z.");
        return false;
    }
    leases_told(hall, actor, unsent, since_ms < hall->wall_ms ? since_ms : hall->wall_ms);
    return true;
}

void call_feed(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    int64_t cursor, epoch, wait_s;
    if (!api_query_int(hall, request, "cursor", 0, INT64_MAX, -1, &cursor) ||
        !api_query_int(hall, request, "epoch", 0, INT64_MAX, hall->epoch, &epoch) ||
        !api_query_int(hall, request, "wait", 0, INT32_MAX, 0, &wait_s) || !hear_unsent(hall, request, actor))
        return;
    if (cursor < 0)
        api_error(hall, request, 400, "invalid_query", "cursor",
                  "\"cursor\" is the last rev that is known, or 0.");
    else if (epoch != hall->epoch)
        epoch_changed(hall, request);
    else if (!cursor_refused(hall, request, cursor))
        polls_ask(hall, request, actor, cursor, wait_s > POLL_WAIT_MAX_S ? POLL_WAIT_MAX_S : (int)wait_s);
}

/* --- snapshot, search --- */

static void answer_text(struct hall *hall, struct http_request *request, enum err err,
                        const char *content_type, struct buf *text)
{
    if (err == ERR_OK)
        api_answer(hall, request, 200, content_type, buf_text(text), text->length);
    else
        api_store_failed(hall, request, err);
    buf_free(text);
}

static void answer_page(struct hall *hall, struct http_request *request, enum err err, struct buf *text)
{
    if (err != ERR_INVALID)
        return answer_text(hall, request, err, "application/json", text);
    buf_free(text);
    api_error(hall, request, 400, "invalid_query", "after", "\"after\" is the \"next\" of the page before.");
}

void call_snapshot(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct buf text = {0};
    const char *after = http_query(request, "after");
    enum err err = reads_snapshot(hall->reads, actor, &hall->state, str_empty(after) ? NULL : after,
                                  hall->wall_ms, &text);
    answer_page(hall, request, err, &text);
}

enum { SEARCH_ROWS = 20 }; /* unless more or fewer are asked for */

static void search(struct hall *hall, struct http_request *request, const struct actor *actor,
                   const char *query, const char *after, int64_t limit)
{
    struct buf text = {0};
    while (query && *query == ' ')
        query++;
    if (str_empty(query) || strlen(query) > 200 || !utf8_valid(query, strlen(query))) {
        api_error(
            hall, request, 400, "invalid_query", "q",
            "\"q\" is what to look for: a FIN, NIK, document, telephone, birth date, name or number, in "
            "UTF-8.");
        return;
    }
    enum err err =
        reads_search(hall->reads, actor, query, str_empty(after) ? NULL : after, (int)limit, &text);
    answer_page(hall, request, err, &text);
}

void call_search(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    int64_t limit;
    if (api_query_int(hall, request, "limit", 1, SEARCH_ROWS_MAX, SEARCH_ROWS, &limit))
        search(hall, request, actor, http_query(request, "q"), http_query(request, "after"), limit);
}

void call_search_body(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct json *body = api_body(hall, request);
    if (!body)
        return;
    const struct json *wanted = json_get(body, "limit");
    int64_t limit = json_int(body, "limit", wanted ? 0 : SEARCH_ROWS);
    if (limit >= 1 && limit <= SEARCH_ROWS_MAX)
        search(hall, request, actor, json_text(body, "q"), json_text(body, "after"), limit);
    else
        api_error(hall, request, 400, "invalid_query", "limit",
                  "\"limit\" must be a whole number from 1 to 100.");
    json_free(&body);
}

/* --- reports --- */

/* A business day of the query; false: the request is answered. */
static bool query_day(struct hall *hall, struct http_request *request, const char *name, char day[DATE_TEXT],
                      int32_t *number)
{
    const char *text = http_query(request, name);
    str_copy(day, DATE_TEXT, text ? text : hall->day);
    if (!(text && strlen(text) >= DATE_TEXT) && day_parse(day, number))
        return true;
    api_error(hall, request, 400, "invalid_query", name, "A day is written YYYY-MM-DD.");
    return false;
}

/* What a report is asked for, from the query; false: the request is answered. */
static bool query_report(struct hall *hall, struct http_request *request, char from[DATE_TEXT],
                         char to[DATE_TEXT], struct report_ask *ask)
{
    int32_t first, last;
    int64_t compare;
    const char *format = http_query(request, "format");
    ask->csv = str_equal(format, "csv");
    if (format && !ask->csv && !str_equal(format, "json")) {
        api_error(hall, request, 400, "invalid_query", "format", "\"format\" is json or csv.");
        return false;
    }
    if (!query_day(hall, request, "from", from, &first) || !query_day(hall, request, "to", to, &last) ||
        !api_query_int(hall, request, "compare", 0, 1, 0, &compare))
        return false;
    if (first > last) {
        api_error(hall, request, 400, "invalid_query", "to", "\"to\" lies before \"from\".");
        return false;
    }
    ask->from = from;
    ask->to = to;
    ask->compare = compare == 1;
    ask->queue = http_query(request, "queue");
    ask->service = http_query(request, "service");
    ask->agency = http_query(request, "agency");
    ask->lang = http_query(request, "lang");
    return true;
}

/* Years of rows are not read one by one while everybody waits: right after an update the day book is still written. */
static bool is_too_early(struct hall *hall, struct http_request *request, const struct report_ask *ask)
{
    int64_t days = 0;
    char sentence[160];
    enum err err = report_due(hall->db, ask, hall->day, &days);
    if (err != ERR_OK)
        api_store_failed(hall, request, err);
    else if (days > REPORT_LIVE_DAYS) {
        str_format(sentence, sizeof sentence,
                   "The hall still reads in %lld of these days for its reports. Nothing is lost: ask again "
                   "in a minute.",
                   (long long)days);
        http_add_header(request, "Retry-After", "20");
        api_error(hall, request, 503, "not_ready", NULL, sentence);
    } else
        return false;
    return true;
}

void call_report(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct buf text = {0};
    char from[DATE_TEXT], to[DATE_TEXT];
    struct report_ask ask = {.within = actor->agency};
    int index = report_find(api_path_part(request));
    if (index < 0)
        api_error(hall, request, 404, "unknown_report", NULL,
                  "The reports are waiting, service, clerks, decisions, survey, noshow, load, promises, "
                  "forecast, levels, silences and out_of_turn.");
    else if (!(actor->roles & report_roles(index)))
        api_error(hall, request, 403, "not_your_role", NULL, "Your roles do not include this report.");
    else if (query_report(hall, request, from, to, &ask) && !is_too_early(hall, request, &ask)) {
        if (ask.csv && hall->which.kind == HALL_TRAINING)
            buf_addf(&text, "%s\n", hall_training_word(ask.lang));
        enum err err = report_write(hall->db, index, &ask, &text);
        answer_text(hall, request, err, ask.csv ? "text/csv; charset=utf-8" : "application/json", &text);
    }
}

/* --- about the hall --- */

void call_openapi(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    (void)actor;
    if (!hall->openapi)
        hall->openapi = openapi_print();
    api_answer(hall, request, 200, "application/json", hall->openapi, strlen(hall->openapi));
}

void call_health(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    (void)actor;
    struct json *body = json_new_object();
    char now[TIME_TEXT];
    time_text(hall->wall_ms, now);
    json_set_text(body, "status", hall->full ? "read_only" : "ok");
    json_set_int(body, "rev", hall->state.rev);
    json_set_int(body, "epoch", hall->epoch);
    json_set_text(body, "store", db_is_address(db_path(hall->db)) ? "postgresql" : "sqlite");
    json_set_text(body, "server_time", now);
    json_set_bool(body, "practice", hall->practice);
    api_answer_json(hall, request, 200, body);
    json_free(&body);
}

void call_metrics(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    (void)actor;
    struct buf text = {0};
    enum err err = metrics_write(hall, route_name, &text);
    answer_text(hall, request, err, "text/plain; version=0.0.4; charset=utf-8", &text);
}
