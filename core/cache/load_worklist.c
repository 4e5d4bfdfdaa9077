/* core/cache/load_worklist.c: the query "worklist": applications by what is to be done with them. */
#include <string.h>

#include "core/cache/load.h"
#include "core/catalogue/catalogue.h"

enum list_by { BY_USER, BY_AGENCY, BY_DUE, BY_CONFIRM };

/* Oldest first; due by its date. Each list is a few states of one index, merged here. */
static const struct worklist {
    const char *filter;
    enum list_by by;
    const char *states[6];
} worklists[] = {
    {"mine", BY_USER, {"draft", "submitted", "complete", "in_review", "referred"}},
    {"agency", BY_AGENCY, {"submitted", "complete", "in_review", "referred"}},
    {"returned", BY_USER, {"returned"}},
    {"confirm", BY_CONFIRM, {"approved", "refused", "returned"}},
    {"ready", BY_AGENCY, {"confirmed", "ready"}},
    {"due", BY_DUE, {"complete", "in_review", "submitted", "referred"}},
};
/* cases_user, cases_agency, cases_due, cases_confirm: $1 state, $2 $3 after (key, id), $4 limit, $5 whose */
static const char *const sql_worklist[] = {
    [BY_USER] = "SELECT row, opened_at AS key_, id FROM cases WHERE user_ = $5 AND state = $1"
                " AND opened_at >= $2 AND (opened_at, id) > ($2, $3) ORDER BY opened_at, id LIMIT $4",
    [BY_AGENCY] = "SELECT row, opened_at AS key_, id FROM cases WHERE agency = $5 AND state = $1"
                  " AND opened_at >= $2 AND (opened_at, id) > ($2, $3) ORDER BY opened_at, id LIMIT $4",
    [BY_DUE] = "SELECT row, due_at AS key_, id FROM cases WHERE state = $1 AND due_at >= $2"
               " AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT $4",
    [BY_CONFIRM] = "SELECT row, confirm_asked_at AS key_, id FROM cases WHERE confirm_asked_at >= $2"
                   " AND state = $1 AND (confirm_asked_at, id) > ($2, $3)"
                   " ORDER BY confirm_asked_at, id LIMIT $4", /* as many as wait now */
};

static const char *list_key(const struct worklist *list, const struct json *row)
{
    static const char *const members[] = {[BY_USER] = "opened_at",
                                          [BY_AGENCY] = "opened_at",
                                          [BY_DUE] = "due_at",
                                          [BY_CONFIRM] = "confirm_asked_at"};
    return json_text_or(row, members[list->by], "");
}

/* Whose agency is not named sees those of all. */
static bool listed(const struct cache *cache, const struct worklist *list, const struct json *row)
{
    const char *agency = cache->actor.agency;
    return list->by != BY_CONFIRM || !*agency || str_equal(json_text_or(row, "agency", ""), agency);
}

enum err set_case_names(struct cache *cache, struct json *row)
{
    struct json *service = NULL;
    bool gone;
    TRY(version_of_case(cache->db, row, &service, &gone));
    const struct json *name = json_get(service, "name");
    const char *tier = json_text(json_get(row, "fee"), "tier");
    json_set(row, "service_name", name ? json_copy(name) : json_new_null());
    json_set_bool(row, "deemed", catalogue_time(service, tier, "").deemed);
    json_free(&service);
    return set_name_of(cache, row, "person_name", TABLE_PERSON, json_text(row, "person"));
}

static enum err list_state(struct cache *cache, const struct worklist *list, const char *state,
                           const struct json *after, int limit, struct json *found)
{
    struct stmt *s = db_query(cache->db, sql_worklist[list->by]);
    db_bind_text(s, 1, state);
    db_bind_text(s, 2, json_text_or(after, "key", ""));
    db_bind_text(s, 3, json_text_or(after, "id", ""));
    db_bind_int(s, 4, limit);
    if (list->by == BY_USER || list->by == BY_AGENCY)
        db_bind_text(s, 5, list->by == BY_USER ? cache->actor.user : cache->actor.agency);
    return add_rows(cache, found, TABLE_CASE, s, limit, 0, NULL);
}

/* The next in order among the heads of the lists; -1 when all are at their end. */
static int first_head(const struct worklist *list, const struct json *const heads[], int count)
{
    int first = -1;
    for (int i = 0; i < count; i++) {
        if (!heads[i])
            continue;
        int order = first < 0 ? -1 : strcmp(list_key(list, heads[i]), list_key(list, heads[first]));
        if (order == 0)
            order = strcmp(json_text_or(heads[i], "id", ""), json_text_or(heads[first], "id", ""));
        if (order < 0)
            first = i;
    }
    return first;
}

static enum err merge_lists(struct cache *cache, const struct worklist *list, struct json *const found[],
                            int count, int limit, struct json *answer)
{
    const struct json *heads[6] = {NULL};
    struct json *rows = put_array(answer, "rows");
    for (int i = 0; i < count; i++)
        heads[i] = json_first(found[i]);
    int at;
    while ((at = first_head(list, heads, count)) >= 0 && (int)json_count(rows) < limit) {
        if (listed(cache, list, heads[at])) {
            struct json *row = json_copy(heads[at]);
            json_add(rows, row);
            TRY(set_case_names(cache, row));
        }
        heads[at] = json_next(heads[at]);
    }
    json_set_bool(answer, "more", at >= 0);
    return ERR_OK;
}

enum err load_worklist(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    (void)now_ms;
    struct worklist chosen = worklists[0];
    const struct worklist *list = &chosen;
    for (size_t i = 0; i < sizeof worklists / sizeof *worklists; i++)
        if (str_equal(worklists[i].filter, json_text(args, "filter")))
            chosen = worklists[i];
    if (chosen.by == BY_AGENCY && !*cache->actor.agency)
        chosen.by = BY_DUE; /* who is of no agency looks at the whole hall */
    int limit = load_limit(args, 50, 500), count = 0;
    struct json *found[6] = {NULL};
    enum err err = ERR_OK;
    for (; count < 6 && list->states[count] && err == ERR_OK; count++) {
        found[count] = json_new_array();
        err = list_state(cache, list, list->states[count], json_get(args, "after"), limit + 1, found[count]);
    }
    if (err == ERR_OK)
        err = merge_lists(cache, list, found, count, limit, answer);
    for (int i = 0; i < count; i++)
        json_free(&found[i]);
    return err;
}
