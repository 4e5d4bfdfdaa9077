/* core/hall/api_audit.c: the audit, read and checked by supervisors and administrators. A look is a line of the audit
 * itself, written before its first page is answered; the pages after it name that line, and nobody goes on from another's
 * look or with other filters.
 *
 * What was typed in letters may be a citizen's name or number, and the audit keeps its lines for ever. So a line has the filters
 * that name an account, commands, a row or a time; of others which they were, and a digest under a key that goes to whoever
 * looks, in "next", and is kept nowhere: by it they go on, and nobody finds the words by trying. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/audit.h"
#include "core/hall/audit_chain.h"
#include "core/hall/audit_check.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/look_filters.h"
#include "core/hall/writer.h"
#include "core/model/calendar.h"
#include "core/model/role.h"
#include "core/wire/csv.h"

enum { PAGE_LINES = 50, WORDS_MAX = 4000, LOOK_KEY = 23, LOOK_NEXT = 80 };

static bool may_look(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    if (actor->roles & (ROLE_SUPERVISOR | ROLE_ADMINISTRATOR))
        return true;
    api_error(hall, request, 403, "not_your_role", NULL, "The audit is for supervisors and administrators.");
    return false;
}

/* --- what is asked for --- */

struct look {
    struct hall *hall;
    struct http_request *request;
    struct actor actor;
    struct json *filters; /* as asked for */
    struct json *kept;    /* what the audit keeps of them */
    char key[LOOK_KEY];   /* "" where no words were typed */
    char from[TIME_TEXT], to[TIME_TEXT];
    bool csv, taken;             /* taken: the lines are saved somewhere, and the audit says so */
    int64_t limit, before, line; /* line: the look's own */
};

static void look_free(struct look *look)
{
    json_free(&look->filters);
    json_free(&look->kept);
    free(look);
}

/* A day counts whole: from its begin, or up to its end. */
static bool read_time(const char *text, bool end, char out[TIME_TEXT])
{
    int64_t ms;
    int32_t day;
    if (strlen(text) == DATE_TEXT - 1 && day_parse(text, &day) && time_day_end(text, &ms)) {
        time_text(end ? ms + 1 : time_day_start(ms), out);
        return true;
    }
    if (strlen(text) >= TIME_TEXT || !time_parse(text, &ms))
        return false;
    time_text(ms, out);
    return true;
}

static bool query_time(struct look *look, const char *name, bool end, char out[TIME_TEXT])
{
    const char *text = http_query(look->request, name);
    if (str_empty(text) || read_time(text, end, out)) {
        if (!str_empty(text))
            json_set_text(look->filters, name, text);
        return true;
    }
    api_error(look->hall, look->request, 400, "invalid_query", name,
              "A day is written YYYY-MM-DD, a time like 2026-11-24T09:40:00.000Z.");
    return false;
}

static bool query_texts(struct look *look)
{
    static const struct {
        const char *name;
        size_t max;
    } texts[] = {{"user", 64}, {"type", WORDS_MAX}, {"subject", 80}, {"q", 80}, {"words", WORDS_MAX}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *text = http_query(look->request, texts[i].name);
        if (str_empty(text))
            continue;
        if (strlen(text) > texts[i].max || !utf8_valid(text, strlen(text))) {
            api_error(look->hall, look->request, 400, "invalid_query", texts[i].name,
                      "This is too long, or no UTF-8.");
            return false;
        }
        json_set_text(look->filters, texts[i].name, text);
    }
    return true;
}

static bool query_format(struct look *look)
{
    int64_t refused, taken;
    const char *format = http_query(look->request, "format");
    look->csv = str_equal(format, "csv");
    if (format && !look->csv && !str_equal(format, "json")) {
        api_error(look->hall, look->request, 400, "invalid_query", "format", "\"format\" is json or csv.");
        return false;
    }
    if (!api_query_int(look->hall, look->request, "refused", 0, 1, 0, &refused) ||
        !api_query_int(look->hall, look->request, "save", 0, 1, 0, &taken) ||
        !api_query_int(look->hall, look->request, "limit", 1, AUDIT_LINES_MAX, PAGE_LINES, &look->limit))
        return false;
    look->taken = look->csv || taken;
    if (refused)
        json_set_bool(look->filters, "refused", true);
    return true;
}

static const char *look_type(const struct look *look)
{
    return look->taken ? "audit.export" : "audit.look";
}

/* --- what is kept of it --- */

static enum err keep_filters(struct look *look)
{
    struct json *typed = json_new_array();
    struct buf words = {0};
    char digest[SHA256_TEXT];
    enum err err = ERR_OK;
    look->kept = json_new_object();
    for (const struct json *one = json_first(look->filters); one && err == ERR_OK; one = json_next(one)) {
        bool plain = true;
        err = look_filter_is_plain(look->hall->db, json_name(one), json_as_text(one), &plain);
        if (plain) {
            json_set(look->kept, json_name(one), json_copy(one));
            continue;
        }
        json_add_text(typed, json_name(one));
        buf_addf(&words, "%s\n%s\n", json_name(one), json_as_text(one));
    }
    if (json_count(typed) > 0) {
        if (!*look->key && look->line == 0)
            letters_new(look->key, LOOK_KEY - 1);
        mac_text(look->key, buf_text(&words), words.length, digest);
        json_set(look->kept, "typed", typed);
        json_set_text(look->kept, "typed_mac", digest);
        typed = NULL;
    }
    json_free(&typed);
    buf_free(&words);
    return err;
}

/* --- a page --- */

/* "BEFORE.LINE", with ".KEY" where there is one. */
static void next_of(const struct look *look, int64_t before, char out[LOOK_NEXT])
{
    str_format(out, LOOK_NEXT, "%lld.%lld%s%s", (long long)before, (long long)look->line,
               *look->key ? "." : "", look->key);
}

static void page_csv(struct look *look, const struct json *page)
{
    struct json *columns = audit_columns(), *rows = json_new_array();
    struct buf text = {0};
    char next[LOOK_NEXT];
    for (const struct json *line = json_first(json_get(page, "lines")); line; line = json_next(line))
        json_add(rows, audit_cells(line));
    bool first = look->before == look->line, training = look->hall->which.kind == HALL_TRAINING;
    if (first && training)
        buf_addf(&text, "%s\n", hall_training_word(NULL));
    csv_write(columns, rows, &text);
    size_t head =
        first ? 0 : strcspn(buf_text(&text), "\n") + 1; /* pages laid one after the other are one table */
    if (json_int(page, "next", 0)) {
        next_of(look, json_int(page, "next", 0), next);
        http_add_header(look->request, "Loket-Next", next);
    }
    api_answer(look->hall, look->request, 200, "text/csv; charset=utf-8", buf_text(&text) + head,
               text.length - head);
    json_free(&columns);
    json_free(&rows);
    buf_free(&text);
}

static void page_json(struct look *look, struct json *page)
{
    char next[LOOK_NEXT];
    int64_t before = json_int(page, "next", 0);
    next_of(look, before, next);
    json_set_text(page, "next", before ? next : NULL);
    json_set_int(page, "look", look->line);
    api_answer_json(look->hall, look->request, 200, page);
}

static void answer_page(struct look *look)
{
    const struct json *f = look->filters;
    const struct audit_ask ask = {.from = *look->from ? look->from : NULL,
                                  .to = *look->to ? look->to : NULL,
                                  .day = look->hall->day,
                                  .user = json_text(f, "user"),
                                  .types = json_text(f, "type"),
                                  .subject = json_text(f, "subject"),
                                  .letters = json_text(f, "q"),
                                  .words = json_text(f, "words"),
                                  .refused = json_bool(f, "refused", false)};
    struct json *page = NULL;
    enum err err = audit_find(look->hall->db, &look->actor, &ask, look->before, (int)look->limit, &page);
    if (err == ERR_TOO_LARGE)
        api_error(look->hall, look->request, 400, "invalid_query", "q",
                  "These letters fit too many people and commands. Write more of them.");
    else if (err != ERR_OK)
        api_store_failed(look->hall, look->request, err);
    else if (look->csv)
        page_csv(look, page);
    else
        page_json(look, page);
    json_free(&page);
}

/* --- the first page: the look is recorded --- */

static enum err run_look(void *ctx, const struct server_env *env)
{
    struct look *look = ctx;
    return server_note_by(env, &look->actor, look_type(look), look->kept, &look->line);
}

static void looked(void *ctx, enum err err)
{
    struct look *look = ctx;
    look->before = look->line;
    if (err == ERR_OK)
        answer_page(look);
    else
        api_store_failed(look->hall, look->request, err);
    look_free(look);
}

/* --- the pages after it --- */

static enum err own_look(struct look *look, const char *type, const struct json *filters, bool *own)
{
    static const char sql[] = "SELECT actor, type, body_sha256 FROM audit WHERE rev = $1"; /* primary key */
    char digest[SHA256_TEXT] = "";
    if (filters) {
        struct sha256 sha;
        char *text = json_print(filters);
        sha256_start(&sha);
        sha256_add(&sha, text, strlen(text));
        sha256_text(&sha, digest);
        free(text);
    }
    struct stmt *s = db_query(look->hall->db, sql);
    db_bind_int(s, 1, look->line);
    enum err err = db_step(s);
    *own = err == ERR_OK && str_equal(db_text(s, 0), look->actor.user) &&
           (type ? str_equal(db_text(s, 1), type)
                 : str_equal(db_text(s, 1), "audit.look") || str_equal(db_text(s, 1), "audit.export")) &&
           (!filters || str_equal(db_text(s, 2), digest));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void go_on(struct look *look, const char *after)
{
    char *end = NULL;
    bool own = false;
    look->before = strtoll(after, &end, 10);
    look->line = *end == '.' ? strtoll(end + 1, &end, 10) : 0;
    if (*end == '.' && strlen(end + 1) == LOOK_KEY - 1) {
        str_copy(look->key, sizeof look->key, end + 1);
        end += LOOK_KEY;
    }
    bool read = look->before > 0 && look->line >= look->before && !*end;
    enum err err = read ? keep_filters(look) : ERR_OK;
    if (read && err == ERR_OK)
        err = own_look(look, look_type(look), look->kept, &own);
    if (err != ERR_OK)
        api_store_failed(look->hall, look->request, err);
    else if (!own)
        api_error(look->hall, look->request, 400, "invalid_query", "after",
                  "\"after\" is the \"next\" of the page before, with the same filters.");
    else
        answer_page(look);
}

void call_audit(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    const char *after = http_query(request, "after");
    if (!may_look(hall, request, actor))
        return;
    struct look *look = xcalloc(1, sizeof *look);
    *look = (struct look){.hall = hall, .request = request, .actor = *actor, .filters = json_new_object()};
    bool good = query_time(look, "from", false, look->from) && query_time(look, "to", true, look->to) &&
                query_texts(look) && query_format(look);
    if (good && str_empty(after)) {
        enum err err = keep_filters(look);
        if (err == ERR_OK) {
            writer_add(hall->writer, run_look, looked, look);
            return;
        }
        api_store_failed(hall, request, err);
        good = false;
    }
    if (good)
        go_on(look, after);
    look_free(look);
}

/* --- one line --- */

void call_audit_line(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct look look = {.hall = hall, .request = request, .actor = *actor};
    struct json *line = NULL;
    bool own = false;
    if (!may_look(hall, request, actor) || !api_query_int(hall, request, "look", 1, INT64_MAX, 0, &look.line))
        return;
    enum err err = own_look(&look, NULL, NULL, &own);
    if (err == ERR_OK && !own) {
        api_error(hall, request, 400, "invalid_query", "look",
                  "\"look\" is that of your own page of the audit, in which this line was found.");
        return;
    }
    if (err == ERR_OK)
        err = audit_line(hall->db, actor, strtoll(api_path_part(request), NULL, 10), &line);
    if (err == ERR_ABSENT)
        api_error(hall, request, 404, "unknown_line", NULL,
                  "The audit has no such line, or it is another agency's.");
    else if (err != ERR_OK)
        api_store_failed(hall, request, err);
    else
        api_answer_json(hall, request, 200, line);
    json_free(&line);
}

/* --- the chain --- */

static void tell_check(struct hall *hall, struct http_request *request, int status)
{
    struct json *told = audit_check_tell(hall);
    api_answer_json(hall, request, status, told);
    json_free(&told);
}

/* {"rev","hash"} as they were saved from an earlier check; both or none. */
static bool read_kept(const struct json *body, int64_t *rev, const char **hash)
{
    const struct json *kept = json_get(body, "head");
    *rev = json_int(kept, "rev", 0);
    *hash = json_text(kept, "hash");
    if (!kept || json_is_null(kept))
        return true;
    return *rev > 0 && *hash && strlen(*hash) == SHA256_TEXT - 1 &&
           strspn(*hash, "0123456789abcdef") == SHA256_TEXT - 1;
}

void call_audit_check(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    int64_t rev;
    const char *hash;
    if (!may_look(hall, request, actor))
        return;
    struct json *body = api_body(hall, request);
    if (!body)
        return;
    if (!read_kept(body, &rev, &hash)) {
        api_error(hall, request, 400, "invalid_body", "head",
                  "\"head\" is {\"rev\",\"hash\"} as an earlier check said it: a number and 64 hexadecimal "
                  "digits.");
    } else {
        enum err err = audit_check_start(hall, actor, rev, hash);
        if (err == ERR_IN_USE)
            api_error(hall, request, 409, "check_running", NULL,
                      "A check is running already. GET /v1/audit/verify says how far it is.");
        else if (err != ERR_OK)
            api_store_failed(hall, request, err);
        else
            tell_check(hall, request, 200);
    }
    json_free(&body);
}

void call_audit_checked(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    if (may_look(hall, request, actor))
        tell_check(hall, request, 200);
}
