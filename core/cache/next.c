/* core/cache/next.c: who comes next at a counter by the hall's own rule (core/model/rule.h), for the eye: the
 * hall decides when the key is pressed. And how far a form is filled in, by the form's own code. */
#include "core/cache/next.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/heads.h"
#include "core/command/rule_row.h"
#include "core/form/form.h"
#include "core/model/rule.h"

enum { NEXT_MAX = 10, HEADS = NEXT_MAX, CANDIDATES_MAX = 400 };

/* --- candidates --- */

static bool listed(const struct json *tickets, const char *id)
{
    for (const struct json *t = json_first(tickets); t; t = json_next(t))
        if (str_equal(json_text(t, "id"), id))
            return true;
    return false;
}

static enum err add_heads(struct cache *cache, const struct json *counter, const char *sql, const char *key,
                          int64_t now_ms, struct json *tickets)
{
    struct json *found = json_new_array();
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, key);
    /* At a counter that closes newcomers may stand before whoever it still calls. */
    int limit = counter_is_closing(counter, now_ms) ? CANDIDATES_MAX : HEADS;
    db_bind_int(s, 2, limit);
    enum err err = add_rows(cache, found, TABLE_TICKET, s, limit, now_ms, NULL);
    for (const struct json *t = json_first(found); t && err == ERR_OK; t = json_next(t))
        if (counter_still_calls(counter, t, cache->actor.user, now_ms) &&
            !listed(tickets, json_text(t, "id")) && json_count(tickets) < CANDIDATES_MAX)
            json_add(tickets, json_copy(t));
    json_free(&found);
    return err;
}

/* --- the rule --- */

struct asking {
    struct json *queues; /* rows, in the counter's order */
    struct json *tickets;
    struct rule_queue rules[RULE_QUEUES_MAX];
    struct rule_state state;
    int queue_count;
};

/* A bus has it: nobody calls from it here. */
static bool is_elsewhere(const struct json *queue, const struct json *hall)
{
    const char *home = json_text_or(queue, "home", "");
    return *home && !str_equal(home, "hall") && !str_equal(home, json_text(hall, "code"));
}

static void add_queue(struct asking *asking, const struct json *assigned, struct json *row, int64_t now_ms)
{
    struct rule_queue *rule = &asking->rules[asking->queue_count];
    rule_row_now(row, now_ms, rule);
    rule->weight = (int)json_int(assigned, "weight", 1);
    asking->state.run[asking->queue_count++] = (int)json_int(row, "run", 0);
}

static enum err gather(struct cache *cache, const struct json *counter, const struct json *hall,
                       int64_t now_ms, struct asking *asking)
{
    const struct json *mine = json_get(counter, "queues");
    for (const struct json *q = json_first(mine); q && asking->queue_count < RULE_QUEUES_MAX;
         q = json_next(q)) {
        struct json *row = NULL;
        TRY(find_row(cache, TABLE_QUEUE, json_text(q, "queue"), now_ms, &row));
        if (!row || is_elsewhere(row, hall)) {
            json_free(&row);
            continue;
        }
        json_add(asking->queues, row);
        add_queue(asking, q, row, now_ms);
        const struct rule_queue *rule = &asking->rules[asking->queue_count - 1];
        for (const struct head_list *list = head_lists(rule->kind); list->sql; list++)
            TRY(add_heads(cache, counter, list->sql, rule->queue, now_ms, asking->tickets));
    }
    TRY(add_heads(cache, counter, sql_sent_to_user, cache->actor.user, now_ms, asking->tickets));
    return add_heads(cache, counter, sql_sent_to_counter, json_text(counter, "id"), now_ms, asking->tickets);
}

static struct json *why_json(const struct why *why, const struct candidate *candidates, int count)
{
    struct json *json = json_new_object(), *passed = json_new_array();
    struct buf text = {0};
    why_text(why, candidates, count, &text);
    json_set_text(json, "rule", rule_text(why->rule));
    json_set_text(json, "reason", rule_reason_text(why->reason));
    json_set_int(json, "value", why->value);
    json_set_int(json, "of", why->of);
    json_set_text(json, "number", candidates[why->chosen].number);
    json_set_text(json, "text", buf_text(&text));
    for (int i = 0; i < why->passed_count; i++) {
        struct json *one = json_new_object();
        buf_clear(&text);
        why_passed_text(why, i, candidates, &text);
        json_set_text(one, "number", candidates[why->passed[i].index].number);
        json_set_text(one, "reason", rule_passed_text(why->passed[i].reason));
        json_set_text(one, "text", buf_text(&text));
        json_add(passed, one);
    }
    json_set(json, "passed_over", passed);
    buf_free(&text);
    return json;
}

static void put_order(const struct asking *asking, const struct candidate *candidates, int count,
                      int64_t now_ms, struct json *answer)
{
    struct rule_desk desk = {.queues = asking->rules, .queue_count = asking->queue_count, .now_ms = now_ms};
    struct rule_state state = asking->state;
    struct why why;
    int order[CANDIDATES_MAX];
    struct json *next = put_array(answer, "next");
    int ordered = rule_order(&desk, &asking->state, candidates, count, order);
    for (int i = 0; i < ordered && i < NEXT_MAX; i++)
        json_add(next, json_copy(json_at(asking->tickets, (size_t)order[i])));
    int chosen = rule_choose(&desk, &state, candidates, count, &why);
    json_set(answer, "why", chosen < 0 ? json_new_null() : why_json(&why, candidates, count));
}

enum err put_next(struct cache *cache, const struct json *counter, int64_t now_ms, struct json *answer)
{
    struct asking asking = {.queues = json_new_array(), .tickets = json_new_array()};
    struct candidate *candidates = xcalloc(CANDIDATES_MAX, sizeof *candidates);
    enum err err = counter ? gather(cache, counter, json_get(answer, "hall"), now_ms, &asking) : ERR_OK;
    int count = 0;
    for (const struct json *t = json_first(asking.tickets); t; t = json_next(t))
        candidates[count++] = head_candidate(t, json_text(counter, "id"), cache->actor.user);
    put_order(&asking, candidates, count, now_ms, answer);
    free(candidates);
    json_free(&asking.queues);
    json_free(&asking.tickets);
    return err;
}

/* --- how far a form is filled in --- */

void set_progress(struct json *row, const struct json *service, int64_t now_ms)
{
    struct form *form = NULL;
    struct form_source source = {.service = service};
    char today[DATE_TEXT];
    int filled = 0, total = 0;
    time_date(now_ms, today);
    struct form_context context = {.lang = "en", .today = today};
    if (json_get(service, "form") && form_open(&source, &form, NULL) == ERR_OK) {
        struct form_view view = {0};
        form_view_build(form, json_get(row, "draft"), &context, "", &view);
        filled = view.filled;
        total = view.total;
        form_view_free(&view);
    }
    form_free(&form);
    json_set_int(row, "filled", filled);
    json_set_int(row, "total", total);
}
