/* core/cache/load_worklist.c: the query "worklist": applications by what is to be done with them, a window of rows at
 * a time. How they are found: worklist_walk.c. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/worklist.h"
#include "core/catalogue/catalogue.h"

enum {
    SERVICES_MAX = 12,  /* that typed words may mean */
    PERSONS_MAX = 20,   /* the same */
    COUNTED_MAX = 5000, /* rows before or after the window */
    LIMIT = 50,
    LIMIT_MAX = 500,
};

/* --- what is asked for --- */

static const struct worklist worklists[] = {
    {"mine", OF_USER, BY_AGE, NULL, {"draft", "submitted", "complete", "in_review", "referred"}},
    {"agency", OF_AGENCY, BY_AGE, NULL, {"submitted", "complete", "in_review", "referred"}},
    {"online", OF_NOBODY, BY_AGE, "online", {"draft", "submitted", "complete", "in_review", "referred"}},
    {"returned", OF_USER, BY_AGE, NULL, {"returned"}},
    {"confirm", TO_CONFIRM, BY_ASKED, NULL, {"approved", "refused", "returned"}},
    {"ready", OF_AGENCY, BY_AGE, NULL, {"approved", "ready"}},
    {"due", OF_HALL, BY_DUE, NULL, {"complete", "in_review", "submitted", "referred"}},
};

static bool is_own(enum walk walk)
{
    return walk == OF_USER || walk == OF_NOBODY || walk == TO_CONFIRM;
}

static void read_order(const struct json *args, struct wish *wish)
{
    const char *sort = json_text(args, "sort");
    bool dated = wish->due_from || wish->due_till;
    wish->sort = wish->list.sort;
    if (wish->list.walk == TO_CONFIRM)
        return;
    if (sort && wish->list.walk != OF_NOBODY)
        wish->sort = str_equal(sort, "due") ? BY_DUE : BY_AGE;
    if (dated || wish->walk == OF_HALL)
        wish->sort = BY_DUE; /* the age of the whole hall has no index */
    wish->undated = wish->list.sort != BY_DUE && !dated;
}

/* What is one person's own, or waits for confirmation, is few beside what a service or a channel has. */
static void choose_walk(struct wish *wish)
{
    wish->walk = wish->list.walk;
    if (is_own(wish->walk))
        return;
    if (wish->service || wish->typed[0])
        wish->walk = OF_SERVICE;
    else if (wish->channel)
        wish->walk = OF_CHANNEL;
}

static const char *text_if_any(const struct json *args, const char *name)
{
    const char *text = json_text(args, name);
    return str_empty(text) ? NULL : text;
}

static void read_wish(const struct cache *cache, const struct json *args, struct wish *wish)
{
    *wish = (struct wish){.list = worklists[0], .typed = json_text_or(args, "text", "")};
    for (size_t i = 0; i < sizeof worklists / sizeof *worklists; i++)
        if (str_equal(worklists[i].filter, json_text(args, "filter")))
            wish->list = worklists[i];
    if (wish->list.walk == OF_AGENCY && !*cache->actor.agency)
        wish->list.walk = OF_HALL; /* who is of no agency looks at the whole hall */
    wish->user = wish->list.walk == OF_USER ? cache->actor.user : NULL;
    wish->agency = wish->list.walk == OF_HALL ? "" : cache->actor.agency;
    wish->service = text_if_any(args, "service");
    wish->channel = wish->list.channel ? wish->list.channel : text_if_any(args, "channel");
    wish->state = text_if_any(args, "state");
    wish->person = text_if_any(args, "person");
    wish->due_from = text_if_any(args, "due_from");
    wish->due_till = text_if_any(args, "due_till");
    choose_walk(wish);
    read_order(args, wish);
    /* A service is of one agency. */
    bool own_index = wish->walk == wish->list.walk && !is_own(wish->walk);
    wish->told = (own_index || wish->walk == OF_SERVICE || wish->walk == OF_USER) && !wish->person &&
                 !wish->channel && (wish->walk == OF_SERVICE || (!wish->service && !wish->typed[0]));
}

static void keep_first(struct json *rows, size_t max)
{
    while (json_count(rows) > max) {
        struct json *last = json_take(rows, json_at(rows, json_count(rows) - 1));
        json_free(&last);
    }
}

/* What typed words mean: services and persons, in any spelling. */
static enum err read_words(struct cache *cache, int64_t now_ms, struct wish *wish)
{
    if (!wish->typed[0])
        return ERR_OK;
    struct json *args = json_new_object(), *services = json_new_object(), *persons = json_new_object();
    json_set_text(args, "q", wish->typed);
    json_set_text(args, "agency", wish->agency);
    enum err err = load_services(cache, args, now_ms, services);
    if (err == ERR_OK)
        err = load_persons(cache, args, now_ms, persons);
    wish->services = json_take(services, json_get(services, "rows"));
    wish->persons = json_take(persons, json_get(persons, "rows"));
    keep_first(wish->services, SERVICES_MAX);
    keep_first(wish->persons, PERSONS_MAX);
    json_free(&args);
    json_free(&services);
    json_free(&persons);
    return err;
}

/* --- the window --- */

enum { SERVICES_KEPT = 64 };
/* A service is a whole file with its form: read once for all rows of an answer. */
struct kept_services {
    struct {
        const char *service; /* borrowed from the rows */
        int64_t version;
        struct json *row;
    } list[SERVICES_KEPT];
    int count;
};

static void put_names(struct json *row, const struct json *service)
{
    const struct json *name = json_get(service, "name");
    const char *tier = json_text(json_get(row, "fee"), "tier");
    json_set(row, "service_name", name ? json_copy(name) : json_new_null());
    json_set_bool(row, "deemed", catalogue_time(service, tier, "").deemed);
}

enum err set_case_names(struct cache *cache, struct json *row)
{
    struct json *service = NULL;
    bool gone;
    TRY(version_of_case(cache->db, row, &service, &gone));
    put_names(row, service);
    json_free(&service);
    return set_name_of(cache, row, "person_name", TABLE_PERSON, json_text(row, "person"));
}

static enum err set_names(struct cache *cache, struct kept_services *kept, struct json *row)
{
    const char *service = json_text(row, "service");
    int64_t version = json_int(row, "form_version", 0);
    for (int i = 0; i < kept->count; i++)
        if (str_equal(kept->list[i].service, service) && kept->list[i].version == version) {
            put_names(row, kept->list[i].row);
            return set_name_of(cache, row, "person_name", TABLE_PERSON, json_text(row, "person"));
        }
    if (kept->count == SERVICES_KEPT || !service)
        return set_case_names(cache, row);
    struct json *found = NULL;
    bool gone;
    TRY(version_of_case(cache->db, row, &found, &gone));
    put_names(row, found);
    kept->list[kept->count].service = service;
    kept->list[kept->count].version = version;
    kept->list[kept->count++].row = found;
    return set_name_of(cache, row, "person_name", TABLE_PERSON, json_text(row, "person"));
}

static void free_kept(struct kept_services *kept)
{
    for (int i = 0; i < kept->count; i++)
        json_free(&kept->list[i].row);
}

static enum err add_row(struct cache *cache, struct kept_services *kept, const struct entry *entry,
                        struct json *rows)
{
    struct json *row = NULL;
    TRY(find_row(cache, TABLE_CASE, entry->id, 0, &row));
    if (!row)
        return ERR_CORRUPT; /* an index names what the table does not have */
    json_add(rows, row);
    json_set_text(row, "key", entry->key);
    TRY(set_names(cache, kept, row));
    return set_name_of(cache, row, "user_name", TABLE_USER, json_text(row, "user"));
}

static enum err add_window(struct cache *cache, const struct entries *before, const struct entries *after,
                           struct json *rows)
{
    struct kept_services kept = {0};
    enum err err = ERR_OK;
    for (int i = before->count - 1; i >= 0 && err == ERR_OK; i--)
        err = add_row(cache, &kept, &before->list[i], rows);
    for (int i = 0; i < after->count && err == ERR_OK; i++)
        err = add_row(cache, &kept, &after->list[i], rows);
    free_kept(&kept);
    return err;
}

/* What lies beyond one side of the window, from its outermost row: how many where the index tells it, null when that is
 * beyond counting. */
static enum err put_beyond(struct cache *cache, const struct wish *wish, const struct json *end,
                           bool backward, bool more, struct json *answer)
{
    const char *name = backward ? "before" : "after";
    struct search search = {.cache = cache, .wish = wish, .backward = backward, .limit = COUNTED_MAX + 2};
    json_set_int(answer, name, 0);
    if (!more || !end)
        return ERR_OK;
    json_set_null(answer, name);
    if (!wish->told || wish->typed[0]) /* words find one application twice */
        return ERR_OK;
    search.from = (struct place_at){json_text(end, "key"), json_text(end, "id")};
    TRY(worklist_find(&search));
    int count = search.count - (backward ? 0 : 1); /* onward the row itself is found first */
    if (count <= COUNTED_MAX)
        json_set_int(answer, name, count);
    return ERR_OK;
}

/* Which rows: those after or before a place, around it, the first or the last. */
struct window {
    struct place_at from;
    bool onward, backward, end, without; /* without: the row at the place itself */
    int limit_back, limit;
};

static void read_window(const struct json *args, struct window *window)
{
    const struct json *after = json_get(args, "after"), *before = json_get(args, "before"),
                      *around = json_get(args, "around");
    const struct json *at = json_is_object(around) ? around : json_is_object(after) ? after : before;
    bool placed = json_is_object(at), end = !placed && json_bool(args, "end", false);
    *window = (struct window){.limit = load_limit(args, LIMIT, LIMIT_MAX), .end = end};
    window->backward = end || (placed && at != after);
    window->onward = !window->backward || (placed && at == around);
    window->without = placed && at == after;
    window->limit_back = window->onward ? window->limit / 2 : window->limit;
    window->limit -= window->backward ? window->limit_back : 0;
    const char *otherwise = end ? NO_DUE : TOP;
    window->from = (struct place_at){json_text_or(at, "key", otherwise), json_text_or(at, "id", otherwise)};
}

static enum err find_side(struct cache *cache, const struct wish *wish, const struct window *window,
                          bool backward, struct entries *found, bool *more)
{
    int limit = backward ? window->limit_back : window->limit;
    struct search search = {.cache = cache, .wish = wish, .from = window->from, .backward = backward};
    search.limit = limit + 2; /* the row at the place, and one more */
    search.found = found;
    *more = false;
    if (backward ? !window->backward : !window->onward)
        return ERR_OK;
    TRY(worklist_find(&search));
    entries_sort(found, backward);
    if (window->without && found->count &&
        place_compare(found->list[0].key, found->list[0].id, &window->from) == 0)
        entries_drop(found, 0, 1);
    *more = found->count > limit;
    if (*more)
        entries_drop(found, limit, found->count);
    return ERR_OK;
}

static enum err put_window(struct cache *cache, const struct wish *wish, const struct window *window,
                           struct json *answer)
{
    struct entries before = {0}, after = {0};
    bool above = false, below = false;
    enum err err = find_side(cache, wish, window, true, &before, &above);
    if (err == ERR_OK)
        err = find_side(cache, wish, window, false, &after, &below);
    struct json *rows = put_array(answer, "rows");
    if (err == ERR_OK)
        err = add_window(cache, &before, &after, rows);
    json_set_int(answer, "at", before.count);
    entries_free(&before);
    entries_free(&after);
    TRY(err);
    above |= window->without;
    below |= !window->onward && !window->end;
    json_set_bool(answer, "more", below);
    TRY(put_beyond(cache, wish, json_first(rows), true, above, answer));
    const struct json *last = json_count(rows) ? json_at(rows, json_count(rows) - 1) : NULL;
    return put_beyond(cache, wish, last, false, below, answer);
}

enum err load_worklist(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char *const orders[SORTS] = {[BY_AGE] = "age", [BY_DUE] = "due", [BY_ASKED] = "asked"};
    struct wish wish;
    struct window window;
    read_wish(cache, args, &wish);
    read_window(args, &window);
    wish.records = json_new_array();
    enum err err = person_group(person_get_row, cache->db, wish.person, wish.records);
    if (err == ERR_OK)
        err = read_words(cache, now_ms, &wish);
    json_set_text(answer, "sort", orders[wish.sort]);
    if (err == ERR_OK)
        err = put_window(cache, &wish, &window, answer);
    json_free(&wish.services);
    json_free(&wish.persons);
    json_free(&wish.records);
    return err;
}
