/* core/cache/load_find.c: finding services by what is typed, in any spelling. */
#include <string.h>

#include "core/cache/life_events.h"
#include "core/cache/load.h"
#include "core/cache/words.h"

enum { SERVICES_MAX = 60 };

static void fold_all(struct buf *out, const struct json *value)
{
    if (json_as_text(value)) {
        utf8_fold(out, json_as_text(value));
        buf_addc(out, ' ');
    }
    for (const struct json *part = json_first(value); part; part = json_next(part))
        fold_all(out, part);
}

/* The events of life that lead people to the service: {"code","name","fold"} each. */
static void put_events(const struct json *service, struct json *line)
{
    struct json *events = put_array(line, "events");
    const struct json *said = json_get(service, "lifeEvents");
    for (const struct json *one = json_first(said); one; one = json_next(one)) {
        struct json *event = json_new_object();
        const struct json *name = json_get(one, "name");
        struct buf fold = {0};
        fold_all(&fold, name);
        utf8_fold(&fold, life_event_words(json_text(one, "code")));
        json_set_text(event, "code", json_text(one, "code"));
        json_set(event, "name", name ? json_copy(name) : json_new_null());
        json_set_text(event, "fold", buf_text(&fold));
        json_add(events, event);
        buf_free(&fold);
    }
}

/* A service without its form and notices, and "fold": every word by which it is found. */
static enum err service_line(struct cache *cache, const struct json *service, struct json *lines)
{
    static const char *const members[] = {"id", "name", "agency", "queue", "documents", "fees", "time"};
    static const char *const when[] = {"hours", "quota"};
    static const char *const found_by[] = {"name", "keywords", "id", "agency_name", "queue_code"};
    struct json *line = json_new_object(), *queue = NULL;
    json_add(lines, line);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *member = json_get(service, members[i]);
        json_set(line, members[i], member ? json_copy(member) : json_new_null());
    }
    for (size_t i = 0; i < sizeof when / sizeof *when; i++)
        if (json_get(service, when[i]))
            json_set(line, when[i], json_copy(json_get(service, when[i])));
    TRY(set_name_of(cache, line, "agency_name", TABLE_AGENCY, json_text(service, "agency")));
    TRY(find_row(cache, TABLE_QUEUE, json_text(service, "queue"), 0, &queue));
    json_set_text(line, "queue_code", json_text(queue, "code"));
    json_free(&queue);
    struct buf fold = {0};
    for (size_t i = 0; i < sizeof found_by / sizeof *found_by; i++)
        fold_all(&fold, json_get(strcmp(found_by[i], "keywords") == 0 ? service : line, found_by[i]));
    json_set_text(line, "fold", buf_text(&fold));
    buf_free(&fold);
    put_events(service, line);
    return ERR_OK;
}

/* Services are whole files with their forms: parsed once for all keys typed, and again when one changes. */
static enum err need_services(struct cache *cache)
{
    enum { READ_MAX = 4000 };
    static const char sql_services[] =
        "SELECT row, id FROM services WHERE " VERSION_NOT_KEPT " ORDER BY id LIMIT $1"; /* primary key */
    if (cache->services)
        return ERR_OK;
    struct json *rows = json_new_array(), *lines = json_new_array();
    struct stmt *s = db_query(cache->db, sql_services);
    db_bind_int(s, 1, READ_MAX);
    enum err err = add_rows(cache, rows, TABLE_SERVICE, s, READ_MAX, 0, NULL);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row))
        err = service_line(cache, row, lines);
    json_free(&rows);
    if (err == ERR_OK)
        cache->services = lines;
    else
        json_free(&lines);
    return err;
}

enum err service_known(struct cache *cache, const char *id, const struct json **line)
{
    *line = NULL;
    TRY(need_services(cache));
    for (const struct json *one = json_first(cache->services); one && !*line; one = json_next(one))
        if (str_equal(json_text(one, "id"), id))
            *line = one;
    return ERR_OK;
}

/* The rows of one answer. */
struct found {
    struct json *rows, *listed[SERVICES_MAX]; /* listed: borrowed from rows, to be added to */
    int count;
    bool more;                /* not all */
    const struct json *event; /* of the first that was found by one; borrowed */
};

struct wanted {
    char *words[WORDS_MAX];
    int count;
    const char *agency, *first; /* NULL or "": any, none */
};

static bool is_open_to(const struct wanted *wanted, const struct json *line)
{
    return str_empty(wanted->agency) || str_equal(json_text(line, "agency"), wanted->agency);
}

static bool is_wanted(const struct wanted *wanted, const struct json *line)
{
    return is_open_to(wanted, line) &&
           typed_begin(json_text_or(line, "fold", ""), wanted->words, wanted->count);
}

/* The event by which a service is found of which the words alone do not tell: each word begins one of the event's or of the
 * service's own. */
static const struct json *event_of(const struct wanted *wanted, const struct json *line)
{
    const struct json *events = json_get(line, "events");
    for (const struct json *event = json_first(events); event && wanted->count > 0;
         event = json_next(event)) {
        int by_event = 0, by_name = 0;
        for (int i = 0; i < wanted->count; i++) {
            bool of_event = typed_begin(json_text_or(event, "fold", ""), &wanted->words[i], 1);
            by_event += of_event;
            by_name += !of_event && typed_begin(json_text_or(line, "fold", ""), &wanted->words[i], 1);
        }
        if (by_event > 0 && by_event + by_name == wanted->count)
            return event;
    }
    return NULL;
}

static enum err add_service(struct cache *cache, const struct json *line, const struct json *event,
                            int64_t now_ms, struct found *found)
{
    struct json *row = json_copy(line);
    const struct json *name = json_get(event, "name");
    json_remove(row, "fold");
    json_remove(row, "events");
    if (name)
        json_set(row, "life_event", json_copy(name));
    found->event = found->event ? found->event : event;
    json_add(found->rows, row);
    found->listed[found->count++] = row;
    return set_waiting(cache, row, json_text(row, "queue"), now_ms);
}

enum pass { PASS_FIRST, PASS_NAMED, PASS_EVENT, PASS_COUNT };

static bool is_of_pass(const struct wanted *wanted, const struct json *line, enum pass pass,
                       const struct json **event)
{
    bool first = !str_empty(wanted->first) && str_equal(json_text(line, "id"), wanted->first);
    *event = NULL;
    if (pass != PASS_EVENT)
        return first == (pass == PASS_FIRST) && is_wanted(wanted, line);
    if (!first && is_open_to(wanted, line) && !is_wanted(wanted, line))
        *event = event_of(wanted, line);
    return *event != NULL;
}

/* The service that is asked for first, then those that are called so, then those that belong to what has happened. */
static enum err matching_services(struct cache *cache, const struct wanted *wanted, int64_t now_ms,
                                  struct found *found)
{
    const struct json *event;
    for (int pass = str_empty(wanted->first) ? PASS_NAMED : PASS_FIRST; pass < PASS_COUNT; pass++) {
        for (const struct json *line = json_first(cache->services); line; line = json_next(line)) {
            if (!is_of_pass(wanted, line, (enum pass)pass, &event))
                continue;
            found->more = found->count == SERVICES_MAX;
            if (found->more)
                return ERR_OK;
            TRY(add_service(cache, line, event, now_ms, found));
        }
    }
    return ERR_OK;
}

/* "event" {"name","services"}: what has happened, and how many services there are for it. */
static void put_event(const struct cache *cache, const struct wanted *wanted, const struct json *event,
                      struct json *answer)
{
    if (!event)
        return;
    int64_t services = 0;
    for (const struct json *line = json_first(cache->services); line; line = json_next(line)) {
        const struct json *events = json_get(line, "events");
        bool has = false;
        for (const struct json *one = json_first(events); one && is_open_to(wanted, line);
             one = json_next(one))
            has = has || str_equal(json_text(one, "code"), json_text(event, "code"));
        services += has;
    }
    struct json *told = json_new_object();
    json_set(told, "name", json_copy(json_get(event, "name")));
    json_set_int(told, "services", services);
    json_set(answer, "event", told);
}

enum err load_services(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    const char *q = json_text_or(args, "q", "");
    struct buf folded = {0};
    struct wanted wanted = {.agency = json_text(args, "agency"), .first = json_text(args, "first")};
    TRY(need_services(cache));
    utf8_fold(&folded, q);
    wanted.count = folded.data ? typed_words(folded.data, wanted.words) : 0;
    json_set_text(answer, "q", q);
    struct found found = {.rows = put_array(answer, "rows")};
    enum err err = matching_services(cache, &wanted, now_ms, &found);
    json_set_bool(answer, "more", found.more);
    put_event(cache, &wanted, found.event, answer);
    buf_free(&folded);
    if (err == ERR_OK)
        err = set_issued(cache, found.listed, found.count, now_ms);
    return err == ERR_OK ? put_calendar(cache, answer) : err;
}

/* The lawful priority classes are the hall's own; a hall that names none has those of its services. */
enum err load_priorities(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    (void)args, (void)now_ms;
    TRY(put_hall(cache, answer));
    const struct json *given = json_get(json_get(answer, "hall"), "priorities");
    json_set(answer, "rows", json_is_array(given) ? json_copy(given) : json_new_array());
    json_remove(answer, "hall");
    return ERR_OK;
}
