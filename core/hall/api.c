/* core/hall/api.c: see api.h. The calls themselves stand in api_session.c, api_push.c and api_read.c. */
#include "core/hall/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/log.h"
#include "core/hall/applications.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/strangers.h"
#include "core/hall/tokens.h"
#include "core/hall/training.h"

/* --- the table --- */

static const struct route routes[] = {
    {"POST", "/v1/session", ACCESS_OPEN, call_sign_in, "signIn",
     "Sign in and get a token. With new_password beside the one that is right the account has that from now "
     "on, and its other "
     "sign-ins end; 403 password_first or password_expired says that it must have one. 403 second_factor: "
     "the password is "
     "right, and code is asked as well: the six figures of the account's app (RFC 6238), or a code of loss; "
     "each opens "
     "once (401 wrong_code, used_code; codes_off: after fifty that were wrong a code of loss alone). "
     "new_factor, 160 random bits in base32, with new_code, its first, "
     "sets one up or in "
     "place of the one before; 403 second_factor_first says that it must have one. recovery: the codes of "
     "loss of one that "
     "was set up, told this once. told: what others did to the account since (password_given, "
     "factor_removed), codes_refused (times in a row) and "
     "recovery_used.",
     "",
     "user:string! password:string! client:uuid! new_password:string code:string new_factor:string "
     "new_code:string",
     "token:string! expires_in:integer! user:object! hall:object! epoch:integer! proto:integer! "
     "recovery:strings "
     "told:objects",
     "application/json"},
    {"DELETE", "/v1/session", ACCESS_SIGNED_IN, call_sign_out, "signOut", "End the session of this token.",
     "", "", "signed_out:boolean!", "application/json"},
    {"POST", "/v1/push", ACCESS_SIGNED_IN, call_push, "push",
     "Hand over commands, in the order of their client.", "",
     "client:uuid! epoch:integer! acked_through:integer commands:commands!",
     "epoch:integer! last_seq:integer! rev:integer! safe_through:integer! server_time:time! results:results!",
     "application/json"},
    {"GET", "/v1/feed", ACCESS_SIGNED_IN, call_feed, "feed",
     "What happened after a cursor; waits for news. A workstation says how many records of its person it "
     "could not "
     "hand over for a while, and since when, so that supervisors know of them while it is heard of no more "
     "(rows "
     "of the table station, which they alone see).",
     "cursor:integer! epoch:integer wait:integer unsent:integer unsent_since:time", "",
     "epoch:integer! from:integer! to:integer! items:items! more:boolean! server_time:time! "
     "safe_through:integer! digests:object",
     "application/json"},
    {"GET", "/v1/snapshot", ACCESS_SIGNED_IN, call_snapshot, "snapshot",
     "All rows that this person may see, page by page.", "after:string", "",
     "epoch:integer! rev:integer! server_time:time! safe_through:integer! rows:rows! next:string!?",
     "application/json"},
    {"GET", "/v1/search", ACCESS_SIGNED_IN, call_search, "search",
     "Persons and cases beyond a workstation's copy: by any number, a birth date, or the beginnings of words "
     "of a name in any spelling; the best first. \"next\" goes on in \"after\".",
     "q:string! after:string limit:integer", "", "rows:rows! more:boolean! next:string!?",
     "application/json"},
    {"POST", "/v1/search", ACCESS_SIGNED_IN, call_search_body, "searchByBody",
     "The same, and what is looked for stands in no address, which programs in between may write down.", "",
     "q:string! after:string limit:integer", "rows:rows! more:boolean! next:string!?", "application/json"},
    {"GET", "/v1/report/{name}", ACCESS_SIGNED_IN, call_report, "report",
     "waiting, service, clerks, decisions, survey, noshow, load, promises, forecast, levels, silences or "
     "out_of_turn, between two business days; "
     "also as CSV. compare 1: beside each figure that of the period before, as COLUMN_before. Only of a "
     "queue, a "
     "service or an agency where one is named; names in lang.",
     "from:date to:date format:format compare:integer queue:string service:string agency:string lang:string",
     "", "name:string! from:date! to:date! before:object columns:strings! rows:objects!", "application/json"},
    {"GET", "/v1/audit", ACCESS_SIGNED_IN, call_audit, "audit",
     "The lines of the audit, the newest first; for supervisors and administrators, to a supervisor of an "
     "agency those of that agency. from and to are days, both counted whole, or times; user an id, a login "
     "or "
     "\"system\"; type commands with commas between; subject the number of a ticket or an application, an "
     "identity, or TABLE/ID; q letters of a person, a command, a counter, a queue, or a number; words: "
     "commands that q stands for in the reader's language; refused 1: those alone. The look is a line of the "
     "audit itself, once; save 1: and says that lines are taken along. \"next\" goes on in \"after\" with "
     "the same filters; a page may have no line and go on, searched_through says how far it came. whole "
     "false: lines up to some rev are not read in yet after an update and are not found. As CSV \"next\" is "
     "the header Loket-Next, and the pages laid one after the other are one table.",
     "from:string to:string user:string type:string subject:string q:string words:string refused:integer "
     "save:integer after:string limit:integer format:format",
     "", "lines:objects! searched_through:integer! whole:boolean! next:string!? look:integer!",
     "application/json"},
    {"POST", "/v1/audit/verify", ACCESS_SIGNED_IN, call_audit_check, "checkAudit",
     "Begin to check the chain of the audit, from its first line to the last. One check at a time (409 "
     "check_running). head: what an earlier check said, to hear whether that line is still there, unchanged.",
     "", "head:object?", "state:string! done:integer total:integer by:string begun_at:time",
     "application/json"},
    {"GET", "/v1/audit/verify", ACCESS_SIGNED_IN, call_audit_checked, "auditCheck",
     "How far the check of the audit is, and what came of the last one: state none, running, done or failed. "
     "bad names the first line that does not fit, what of it (missing, altered, apart, unreadable) and the "
     "column where that can be known. A hall that was started again has none.",
     "", "",
     "state:string! done:integer total:integer by:string begun_at:time ended_at:time lines:integer "
     "head:object "
     "bad:object? kept:object?",
     "application/json"},
    {"GET", "/v1/audit/{rev}", ACCESS_SIGNED_IN, call_audit_line, "auditLine",
     "One line with the rows that it wrote, as they were before and after, as far as this person may see "
     "them. "
     "look: that of the page on which it was found.",
     "look:integer!", "",
     "rev:integer! at:time! user:string! login:string! name:string! client:string! workstation:string!? "
     "type:string! outcome:string! prev:string! body_sha256:string! hash:string! rows:integer! "
     "about:objects! "
     "detail:object written:objects!",
     "application/json"},
    {"GET", "/v1/verify/{code}", ACCESS_OPEN, call_verify, "verify",
     "Whether the hall gave the notice with this code, and whether it still stands. Tells nothing of a "
     "person.",
     "", "",
     "code:string! outcome:outcome! date:date! agency:string!? agency_name:object!? stands:boolean! "
     "standing:standing!",
     "application/json"},
    {"GET", "/v1/events", ACCESS_KEY, call_events, "events",
     "What happened to an agency's applications after a place, for the agency's own systems; waits for news. "
     "By the "
     "agency's key. Signed as Standard Webhooks has it (Ed25519), in the headers of the answer.",
     "after:string limit:integer wait:integer", "",
     "epoch:integer! events:events! next:string! more:boolean! server_time:time!", "application/json"},
    {"POST", "/v1/applications", ACCESS_KEY, call_leave, "leaveApplication",
     "Leave an application here, as the digital channel does. By a key made with --scope apply. The "
     "reference (the member, or the header Idempotency-Key) has one effect for ever: the same again has the "
     "same answer, another application under it is 409. What is wrong is told all at once in error.fields, "
     "each by JSON Pointer, in the language of Accept-Language (422). complete false leaves a draft that a "
     "clerk finishes with the citizen.",
     "",
     "reference:string service:string! person:applicant! language:language tier:string answers:object "
     "documents:supplied payment:paid appointment_at:time complete:boolean",
     "reference:string! case:uuid! number:string!? service:string! received_at:time! state:string! "
     "submitted_at:time!? complete_at:time!? due_at:time!? outcome:outcome!? decided_at:time!? "
     "delivered_at:time!? duplicate:boolean! missing:missing! appointment:appointment!?",
     "application/json"},
    {"GET", "/v1/applications/{reference}", ACCESS_KEY, call_left, "application",
     "What became of an application that this account left: its state, what is missing, the outcome once it "
     "stands. Nobody else's.",
     "", "",
     "reference:string! case:uuid! number:string!? service:string! received_at:time! state:string! "
     "submitted_at:time!? complete_at:time!? due_at:time!? outcome:outcome!? decided_at:time!? "
     "delivered_at:time!? duplicate:boolean! missing:missing! appointment:appointment!?",
     "application/json"},
    {"GET", "/v1/figures", ACCESS_KEY, call_figures, "figures",
     "How the hall does now, for who looks at many halls: people who wait, counters, promises, levels, what "
     "is foreseen, "
     "today, yesterday and this month, by agency and by queue. Numbers and times, nobody's name and no "
     "ticket's number. By a "
     "key made with --scope figures; one of an agency is told of that agency alone, and null of what is the "
     "whole hall's. "
     "ETag and If-None-Match: a hall in which nothing happens answers 304. The hall's time is the header "
     "Date.",
     "", "",
     "epoch:integer! rev:integer! version:string! store:string! practice:boolean! hall:object! day:date! "
     "opening:opening! now:figures! unsent:object!? disputes:integer!? survey:object!? yesterday:object!? "
     "month:object!? agencies:agencies! queues:queues!",
     "application/json"},
    {"POST", "/v1/admin", ACCESS_SIGNED_IN, call_admin, "administer",
     "Accounts and counters, each by \"do\": user.add (login, name, roles, agency, password), user.change "
     "(login; "
     "name, roles, agency), user.disable, user.enable, user.password (login, password) and user.list, for "
     "administrators; counter.add (name, agency, queues), counter.change (counter; name, agency, queues), "
     "counter.disable, counter.enable and counter.list, for supervisors too. user.list is theirs as well. "
     "Whoever "
     "belongs to an agency has its accounts and counters alone. Members that are left out stay; \"was\" "
     "holds "
     "members as they were seen, and refuses the change when one is another by now. Asked again, with the "
     "same "
     "\"id\" where something is added or a password set, it has no second effect. What is changed answers "
     "its row, user.disable how many people are left with that person; a "
     "list its rows after \"after\". person.export and person.erase (person: an identity, FIN or NIK; "
     "reason), for "
     "supervisors and administrators of the whole hall: a document of all that is held of one person, and "
     "what would be "
     "erased and kept, in sentences, with a code; said again with it as \"confirm\" it is done and never "
     "undone.",
     "",
     "do:string! id:uuid login:string name:string roles:strings agency:string password:string counter:string "
     "queues:anys was:object after:string limit:integer person:string reason:string confirm:string",
     "row:object changed:boolean left:integer rows:objects more:boolean next:string? document:object "
     "person:string "
     "sentences:strings goes:object kept:objects until:date? erased:boolean "
     "erased_rows:integer confirm:string",
     "application/json"},
    {"POST", "/v1/training", ACCESS_SIGNED_IN, call_train, "train",
     "What a trainer does to the day of a training hall, by \"do\": begin (scenario, seed) plays a scenario "
     "as "
     "the next working day; pace (pace 0 to 60, 0 is a pause); step plays to the next moment and stays "
     "there; "
     "rewind (to, HH:MM or a whole time, as a line of a score has it) puts the hall back to the last moment "
     "of GET /v1/training/moments until then, under a new epoch; trouble (kind "
     "outage, power, slow: numbers [minutes]; rush: [people, minutes]; away: [clerks, minutes]; emergency; "
     "papers, offended: user, whose next visitor it is about); hint (user, text); freeze (user, on); take "
     "(user) takes their counter over, with whoever stands at it, and answers counter, fence, lease_s and "
     "the "
     "ticket as counter.open does; hand_back (user) returns both, whichever trainer asks; finish ends the "
     "day. "
     "Refusals of their own: cannot_begin, too_many_rushes, "
     "no_moment, trainee_busy. Rows of the table training say who did it: frozen_by, taken_by. "
     "For trainers. A real hall answers 404 not_training.",
     "",
     "do:string! scenario:string seed:integer pace:integer to:string kind:string numbers:integers "
     "user:string "
     "text:string on:boolean",
     "rev:integer! counter:object fence:integer lease_s:integer ticket:uuid", "application/json"},
    {"GET", "/v1/training/scenarios", ACCESS_SIGNED_IN, call_scenarios, "trainingScenarios",
     "The scenarios that a training hall can play, in four languages, and for which pack. For trainers.", "",
     "", "rows:objects!", "application/json"},
    {"GET", "/v1/training/moments", ACCESS_SIGNED_IN, call_moments, "trainingMoments",
     "The moments of the day that the hall can be put back to. For trainers.", "", "", "rows:objects!",
     "application/json"},
    {"GET", "/v1/training/visitor", ACCESS_SIGNED_IN, call_visitor, "trainingVisitor",
     "Who stands at the counter with a ticket of a training hall: whether they are there, what they say and "
     "what "
     "they may be asked. For whoever has the ticket, and for trainers. Sentences are codes with their "
     "arguments.",
     "ticket:uuid!", "",
     "ticket:uuid! number:string here:string! temper:string! says:objects! questions:objects!",
     "application/json"},
    {"POST", "/v1/training/ask", ACCESS_SIGNED_IN, call_ask, "trainingAsk",
     "Ask whoever stands there one of their questions: a paper, why they come, who they are. answer is "
     "shown, "
     "at_home, none or told; what is shown has the values that belong into the form's fields.",
     "", "ticket:uuid! question:string!", "answer:string! code:string! args:object! shows:objects!",
     "application/json"},
    {"GET", "/v1/training/score", ACCESS_SIGNED_IN, call_score, "trainingScore",
     "What a day of training was worth so far, rule by rule, with the moment of each mistake: 100 is one "
     "without "
     "any. For trainers of anybody, for everybody else of themselves. Sentences are codes with their "
     "arguments.",
     "user:uuid", "", "user:uuid! total:integer! lines:objects! figures:object!", "application/json"},
    {"GET", "/v1/training/results", ACCESS_SIGNED_IN, call_results, "trainingResults",
     "What came of each day of training that ended here, the last 1000, also as CSV, which names the "
     "scenario in az, id, en or ru. For trainers.",
     "format:format lang:string", "", "rows:objects!", "application/json"},
    {"GET", "/v1/training/certificate", ACCESS_SIGNED_IN, call_certificate, "trainingCertificate",
     "A paper about the day of training, which says that it is one; in az, id, en or ru. For trainers of "
     "anybody, for everybody else of themselves.",
     "user:uuid lang:string", "", "", "text/plain; charset=utf-8"},
    {"GET", "/v1/openapi.json", ACCESS_SIGNED_IN, call_openapi, "openapi", "This description.", "", "",
     "openapi:string! info:object! paths:object! components:object!", "application/json"},
    {"GET", "/v1/health", ACCESS_OPEN, call_health, "health", "Whether the hall serves, and how far it is.",
     "", "", "status:string! rev:integer! epoch:integer! store:string! server_time:time! practice:boolean!",
     "application/json"},
    {"GET", "/metrics", ACCESS_OPEN, call_metrics, "metrics", "Counts and times for Prometheus.", "", "", "",
     "text/plain; version=0.0.4; charset=utf-8"},
};
enum {
    ROUTES = sizeof routes / sizeof *routes,
    REFUSED_A_MINUTE = 20, /* lines of the log */
};

const struct route *route_table(int *count)
{
    *count = ROUTES;
    return routes;
}

const char *route_name(int index)
{
    return index >= 0 && index < ROUTES ? routes[index].name : NULL;
}

/* --- answers --- */

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The request's mark is its route; NULL: none was met. */
static int route_index(const struct http_request *request)
{
    const struct route *route = http_mark(request);
    return route ? (int)(route - routes) : -1;
}

void api_answer(struct hall *hall, struct http_request *request, int status, const char *content_type,
                const char *body, size_t length)
{
    metrics_answered(&hall->metrics, route_index(request), status, now_us() - http_started_us(request));
    http_answer(request, status, content_type, body, length);
}

void api_answer_shared(struct hall *hall, struct http_request *request, int status,
                       struct http_shared *shared)
{
    metrics_answered(&hall->metrics, route_index(request), status, now_us() - http_started_us(request));
    http_answer_shared(request, shared);
}

void api_answer_json(struct hall *hall, struct http_request *request, int status, const struct json *body)
{
    struct buf text = {0};
    json_print_to(body, &text);
    api_answer(hall, request, status, "application/json", buf_text(&text), text.length);
    buf_free(&text);
}

/* Whoever asks for what they may not is told of in the log, by their address and the call, and nothing that they wrote: so many a
 * minute, and of the others how many there were. Sign-ins tell of themselves (api_session.c). */
static void log_refused(struct hall *hall, const struct http_request *request, int status, const char *code)
{
    const struct route *route = http_mark(request);
    if ((status != 401 && status != 403) || !route || route->handle == call_sign_in)
        return;
    if (hall->mono_ms - hall->refused.since_ms >= 60000 || !hall->refused.since_ms) {
        if (hall->refused.more)
            log_write(LOG_WARN, "%lld more calls were refused since", (long long)hall->refused.more);
        hall->refused.since_ms = hall->mono_ms;
        hall->refused.said = 0;
        hall->refused.more = 0;
    }
    if (hall->refused.said++ >= REFUSED_A_MINUTE)
        hall->refused.more++;
    else
        log_write(LOG_WARN, "a call was refused: %s %s from %s, %d %s", route->method, route->path,
                  http_address(request), status, code);
}

void api_error(struct hall *hall, struct http_request *request, int status, const char *code,
               const char *field, const char *message)
{
    log_refused(hall, request, status, code);
    struct json *body = error_body(code, field, message);
    api_answer_json(hall, request, status, body);
    json_free(&body);
}

static const char *said_in(const char *lang, const char *code, const char *otherwise)
{
    return lang ? application_sentence(code, lang) : otherwise;
}

void api_store_failed(struct hall *hall, struct http_request *request, enum err err)
{
    api_store_failed_in(hall, request, err, NULL);
}

void api_store_failed_in(struct hall *hall, struct http_request *request, enum err err, const char *lang)
{
    if (err == ERR_DISK_FULL || err == ERR_READ_ONLY) {
        api_error(
            hall, request, 507, "disk_full", NULL,
            said_in(lang, "disk_full",
                    "The hall cannot record: its disk is full. Nothing is lost; work goes on as offline."));
    } else if (store_broken(err) || err == ERR_CONFLICT) {
        http_add_header(request, "Retry-After", "5");
        api_error(hall, request, 503, "store_failed", NULL,
                  said_in(lang, "store_failed",
                          "The hall cannot reach its data. Nothing confirmed is lost; try again soon."));
    } else {
        api_error(hall, request, 500, "internal", NULL,
                  "The hall could not carry this out. Tell an administrator; the hall's log says more.");
    }
}

/* --- what comes in --- */

/* A body that says it is something else is not looked at. Who says nothing, and who says what curl -d and many libraries
 * say of any body unless they are told otherwise, is taken at their word that it is JSON, as the protocol has it. */
static bool says_json(const struct http_request *request)
{
    static const char *const kinds[] = {"application/json", "application/x-www-form-urlencoded"};
    const char *said = http_header(request, "Content-Type");
    for (size_t i = 0; said && i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i]);
        if (strncasecmp(said, kinds[i], length) == 0 && strchr(" ;", said[length]))
            return true; /* strchr finds the end, too */
    }
    return !said;
}

struct json *api_body(struct hall *hall, struct http_request *request)
{
    struct err_info info = {0};
    struct json *body = NULL;
    size_t length;
    const char *text = http_body(request, &length);
    if (!says_json(request)) {
        api_error(hall, request, 415, "unsupported_media_type", NULL,
                  "The body of a request is JSON: say Content-Type: application/json. Nothing was read.");
        return NULL;
    }
    if (json_parse(text, length, &body, &info) != ERR_OK) {
        api_error(hall, request, 400, "invalid_json", NULL,
                  info.text[0] ? info.text : "The body of this request is not JSON.");
        return NULL;
    }
    if (json_is_object(body))
        return body;
    json_free(&body);
    api_error(hall, request, 400, "invalid_json", NULL, "The body of this request must be a JSON object.");
    return NULL;
}

bool api_query_int(struct hall *hall, struct http_request *request, const char *name, int64_t low,
                   int64_t high, int64_t otherwise, int64_t *value)
{
    const char *text = http_query(request, name);
    char *end;
    *value = otherwise;
    if (!text)
        return true;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*text && !*end && errno == 0 && number >= low && number <= high) {
        *value = number;
        return true;
    }
    char message[120];
    str_format(message, sizeof message, "\"%s\" must be a whole number from %lld to %lld.", name,
               (long long)low, (long long)high);
    api_error(hall, request, 400, "invalid_query", name, message);
    return false;
}

const char *api_path_part(const struct http_request *request)
{
    const struct route *route = http_mark(request);
    return http_path(request) + (strchr(route->path, '{') - route->path);
}

/* --- routing --- */

static bool path_fits(const struct route *route, const char *path)
{
    const char *part = strchr(route->path, '{');
    if (!part)
        return strcmp(route->path, path) == 0;
    size_t fixed = (size_t)(part - route->path);
    return strncmp(route->path, path, fixed) == 0 && path[fixed] && !strchr(path + fixed, '/');
}

/* The route; NULL with the methods that its path knows in allowed ("": no such path). */
static const struct route *find_route(const struct http_request *request, char *allowed, size_t capacity)
{
    allowed[0] = '\0';
    for (int i = 0; i < ROUTES; i++) {
        if (!path_fits(&routes[i], http_path(request)))
            continue;
        if (strcmp(routes[i].method, http_method(request)) == 0)
            return &routes[i];
        size_t length = strlen(allowed);
        str_format(allowed + length, capacity - length, "%s%s", length ? ", " : "", routes[i].method);
    }
    return NULL;
}

static void answer_no_route(struct hall *hall, struct http_request *request, const char *allowed)
{
    if (!*allowed) {
        api_error(hall, request, 404, "unknown_path", NULL,
                  "The hall does not know this path. GET /v1/openapi.json lists what it knows.");
        return;
    }
    http_add_header(request, "Allow", allowed);
    api_error(hall, request, 405, "wrong_method", NULL,
              "This path knows other methods: see the header Allow.");
}

/* The token of "Authorization: Bearer TOKEN"; NULL when there is none. */
static const char *bearer(const struct http_request *request)
{
    const char *text = http_header(request, "Authorization");
    if (!text || strncasecmp(text, "Bearer ", 7) != 0)
        return NULL;
    text += 7;
    return text + strspn(text, " ");
}

void api_disabled(struct hall *hall, struct http_request *request)
{
    http_add_header(request, "WWW-Authenticate", "Bearer");
    api_error(hall, request, 401, "account_disabled", NULL,
              "This account was disabled by an administrator. What was recorded here and is not sent yet is "
              "kept; ask "
              "an administrator.");
}

void api_session_ended(struct hall *hall, struct http_request *request)
{
    http_add_header(request, "WWW-Authenticate", "Bearer");
    api_error(hall, request, 401, "session_ended", NULL,
              "This sign-in has ended. Sign in again; what was recorded is kept.");
}

static bool authorise(struct hall *hall, struct http_request *request, struct actor *actor)
{
    const char *token = bearer(request);
    enum err err = token ? tokens_actor(hall, token, actor) : ERR_ABSENT;
    if (err == ERR_OK)
        return true;
    if (err == ERR_REFUSED) {
        api_disabled(hall, request);
        return false;
    }
    if (err != ERR_ABSENT) {
        api_store_failed(hall, request, err);
        return false;
    }
    if (stranger_waits(hall, request, false))
        return false;
    if (token) {
        api_session_ended(hall, request);
        return false;
    }
    http_add_header(request, "WWW-Authenticate", "Bearer");
    api_error(hall, request, 401, "not_signed_in", NULL,
              "Sign in with POST /v1/session and send the token as \"Authorization: Bearer TOKEN\".");
    return false;
}

const char *call_token(const struct http_request *request)
{
    return bearer(request);
}

/* While a group of writes is open the store shows what is not yet committed, and may never be. So only a push
 * goes on, which joins the group, and only when its sender is known without asking the store. */
static bool joins_group(struct hall *hall, const struct http_request *request, const struct route *route)
{
    struct actor actor;
    const char *token = bearer(request);
    return route && route->handle == call_push && token && tokens_known(hall, token, &actor);
}

/* A workstation that says whose it is, and is of the other kind: a training hall takes nothing of a real one's and tells it
 * nothing, and the reverse. Whoever does not say it (a script, an older program) is known by the token. */
static bool refuse_other_kind(struct hall *hall, struct http_request *request)
{
    const char *whose = http_header(request, HALL_HEADER);
    if (!whose || !hall_kinds_differ(hall_kind_of(whose), hall->which.kind))
        return false;
    char message[500];
    bool training = hall->which.kind == HALL_TRAINING;
    str_format(message, sizeof message,
               training
                   ? "%s is a training hall, and this workstation is a real hall's. Nothing was taken; what "
                     "is not sent "
                     "is kept for that hall. To train, start Loket with another folder: --data FOLDER."
                   : "%s is a real hall, and this workstation is a training hall's: what was done there "
                     "never leaves "
                     "it. Nothing was taken. To work here, start Loket with another folder: --data FOLDER.",
               hall->code);
    api_error(hall, request, 409, training ? "hall_is_training" : "hall_is_real", NULL, message);
    return true;
}

/* What a proxy or an alarm asks to know whether the hall is well: were it refused, a flood from the same address would make
 * a hall that is well look ill. */
static bool watches(const struct route *route)
{
    return route->handle == call_health || route->handle == call_metrics;
}

/* A workstation that nobody touches goes on asking for news; it says so once it has locked itself. Who says nothing (a script,
 * an older program) is somebody at work. */
static int64_t idle_s(const struct http_request *request)
{
    const char *text = http_header(request, IDLE_HEADER);
    return text && strlen(text) <= 6 && text[strspn(text, "0123456789")] == '\0' ? strtoll(text, NULL, 10)
                                                                                 : 0;
}

/* Of whoever signs in or has; agencies' systems have keys, and whoever checks a notice has nothing to show. */
static bool refuse_unknown_peer(struct hall *hall, struct http_request *request, const struct route *route)
{
    bool asked = route->access == ACCESS_SIGNED_IN || route->handle == call_sign_in;
    const char *fault = asked ? http_peer_fault(request) : NULL;
    char message[400];
    if (!fault)
        return false;
    if (hall->peers_may_miss) {
        if (route->handle == call_sign_in)
            log_write(LOG_WARN, "a workstation at %s is let in, but %s", http_address(request), fault);
        return false;
    }
    if (stranger_waits(hall, request, false))
        return true;
    log_write(LOG_WARN, "a workstation at %s was refused: %s", http_address(request), fault);
    str_format(
        message, sizeof message,
        "This hall takes its own workstations alone, and of this one %s. Nothing was taken; what is recorded "
        "there is kept. An administrator gives it a certificate (cert and key in its settings).",
        fault);
    api_error(hall, request, 403, "certificate_needed", NULL, message);
    return true;
}

void api_handle(void *ctx, struct http_request *request)
{
    struct hall *hall = ctx;
    struct actor actor = {0};
    char allowed[64];
    const struct route *route = find_route(request, allowed, sizeof allowed);
    http_set_mark(request, (void *)(uintptr_t)route);
    if (route && refuse_other_kind(hall, request))
        return;
    if (hall->grouping && !joins_group(hall, request, route)) {
        http_later(request);
        return;
    }
    if (!route) {
        if (!stranger_waits(hall, request, false))
            answer_no_route(hall, request, allowed);
        return;
    }
    if (refuse_unknown_peer(hall, request, route))
        return;
    if (route->access == ACCESS_OPEN && route->handle != call_sign_in &&
        stranger_waits(hall, request, watches(route)))
        return;
    if (route->access == ACCESS_SIGNED_IN) {
        if (!authorise(hall, request, &actor) || !http_known(request, actor.user))
            return;
        if (training_cuts(hall, &actor)) {
            http_drop(request);
            return;
        }
        leases_heard(hall->leases, actor.user, hall->mono_ms);
        tokens_used(hall, bearer(request), idle_s(request));
        if (training_delays(hall, request, &actor))
            return;
    }
    route->handle(hall, request, &actor);
}
