/* core/command/queue_rule.c: queue.rule: by which rule a queue is called, now, until a time, and by the time of day; and
 * what a proposed one would do to those who wait, before it counts (queue_rehearse.c). */
#include "core/command/rule_row.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue/hours.h"
#include "core/command/queues.h"
#include "core/command/rehearsals.h"

enum { RUN_MAX = 100, RULE_UNDO_MS = 10 * 60 * 1000 };

void queue_rule_now(struct call *c, struct json *row, struct rule_queue *rule)
{
    if (rule_row_is_over(row, c->tx->now_ms)) {
        json_set(row, "rule", json_copy(json_pointer(row, "/rule/before")));
        json_set_int(row, "run", 0);
    }
    rule_row_now(row, c->tx->now_ms, rule);
}

/* --- the rule --- */

/* The rule as it is named: "rule":"fifo", or "rule":{"kind":"priority","max_run":3}, or "kind". */
static const char *named(const struct json *body)
{
    const struct json *rule = json_get(body, "rule");
    const char *text = json_is_object(rule) ? json_text(rule, "kind") : json_as_text(rule);
    return text ? text : json_text(body, "kind");
}

static enum err named_rule(struct call *c, const char *text, enum rule_kind *kind)
{
    if (!text || !rule_find(text, kind))
        return refuse(c, "unknown_rule", "rule",
                      "Choose a rule: fifo, priority, weighted or appointments. Nothing was changed.");
    return ERR_OK;
}

/* from: the body, or a line of its plan. */
static enum err copy_limits(struct call *c, const struct json *from, struct json *rule)
{
    static const struct {
        const char *name;
        int64_t min, max;
    } limits[] = {{"max_run", 1, RUN_MAX}, {"no_show_calls", 1, 20}, {"no_show_after_s", 0, 3600}};
    const struct json *inside = json_get(from, "rule");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct json *value = json_get(inside, limits[i].name);
        if (!value)
            value = json_get(from, limits[i].name);
        if (!value || json_is_null(value))
            continue;
        int64_t number = json_is_integer(value) ? json_as_int(value, -1) : -1;
        if (number < limits[i].min || number > limits[i].max)
            return refuse(c, "invalid_body", limits[i].name, "\"%s\" must be %d to %d. Nothing was changed.",
                          limits[i].name, (int)limits[i].min, (int)limits[i].max);
        json_set_int(rule, limits[i].name, number);
    }
    return ERR_OK;
}

/* The rule that comes back when the new one is over: never a rule that was itself only for a time. */
static struct json *lasting(const struct json *old)
{
    const struct json *before = json_get(old, "before");
    const struct json *kept = json_text(old, "until") && json_is_object(before) ? before : old;
    if (!json_is_object(kept))
        return NULL;
    struct json *copy = json_copy(kept);
    json_remove(copy, "before");
    json_remove(copy, "until");
    return copy;
}

/* Who, when and why, as it stands beside a rule and beside a plan. */
static void put_author(struct call *c, const char *reason, struct json *set)
{
    json_set_text(set, "reason", reason);
    json_set_text(set, "by", c->actor->user);
    row_set_time(set, "at", c->at_ms);
}

static enum err propose_rule(struct call *c, const char *reason, struct json *row)
{
    struct json *rule = keep(c, json_new_object());
    enum rule_kind kind;
    int64_t until_ms;
    TRY(named_rule(c, named(c->body), &kind));
    TRY(body_time(c, "until", &until_ms));
    if (until_ms >= 0 && until_ms <= c->tx->now_ms)
        return refuse(c, "invalid_body", "until",
                      "\"until\" is over already. Choose a later time, or leave it out.");
    json_set_text(rule, "kind", rule_text(kind));
    TRY(copy_limits(c, c->body, rule));
    put_author(c, reason, rule);
    if (until_ms >= 0) {
        struct json *before = lasting(json_get(row, "rule"));
        row_set_time(rule, "until", until_ms);
        json_set(rule, "before", before ? before : json_new_null());
    }
    json_set(row, "rule", json_copy(rule));
    json_set_int(row, "run", 0);
    return ERR_OK;
}

/* --- the plan of the day --- */

static enum err refuse_line(struct call *c, int line, const char *what)
{
    return refuse(c, "invalid_plan", "plan", "Line %d of the plan: %s. Nothing was changed.", line, what);
}

static enum err plan_line(struct call *c, const struct json *wanted, int number, const char *after,
                          struct json *lines)
{
    const char *from = json_text(wanted, "from"), *to = json_text(wanted, "to");
    enum rule_kind kind;
    struct json *line = keep(c, json_new_object());
    if (!rule_clock_valid(from, false) || !rule_clock_valid(to, true))
        return refuse_line(c, number, "\"from\" and \"to\" are times like 09:30");
    if (strcmp(from, to) >= 0)
        return refuse_line(c, number, "it ends before it begins");
    if (strcmp(from, after) < 0)
        return refuse_line(c, number, "it begins before the line above ends");
    TRY(named_rule(c, named(wanted), &kind));
    json_set_text(line, "from", from);
    json_set_text(line, "to", to);
    json_set_text(line, "kind", rule_text(kind));
    TRY(copy_limits(c, wanted, line));
    json_add(lines, json_copy(line));
    return ERR_OK;
}

static enum err propose_plan(struct call *c, const struct json *wanted, const char *reason, struct json *row)
{
    struct json *plan = keep(c, json_new_object()), *lines = keep(c, json_new_array());
    const char *after = "";
    int number = 0;
    if (json_count(wanted) > RULE_PLAN_MAX)
        return refuse(c, "invalid_plan", "plan", "A plan has %d lines at most. Nothing was changed.",
                      RULE_PLAN_MAX);
    for (const struct json *one = json_first(wanted); one; one = json_next(one)) {
        TRY(plan_line(c, one, ++number, after, lines));
        after = json_text_or(one, "to", "");
    }
    put_author(c, reason, plan);
    json_set(plan, "lines", json_copy(lines));
    json_set(row, "plan", json_copy(plan));
    return ERR_OK;
}

/* --- when it gives numbers --- */

/* body.hours, as of a service (core/catalogue/hours.h); null: as the hall. */
static enum err propose_hours(struct call *c, const struct json *hours, const char *reason, struct json *row)
{
    struct form_findings findings = {0};
    struct json *checked = keep(c, json_new_object()), *set = keep(c, json_new_object());
    enum err err = ERR_OK;
    json_set(checked, "hours", json_is_null(hours) ? json_new_object() : json_copy(hours));
    hours_check(checked, &findings);
    if (findings.broken)
        err = refuse(c, "invalid_hours", "hours", "%.60s: %.120s Nothing was changed.",
                     findings.list[0].pointer, findings.list[0].message);
    form_findings_free(&findings);
    TRY(err);
    if (json_count(hours))
        json_set(row, "hours", json_copy(hours));
    else
        json_remove(row, "hours");
    put_author(c, reason, set);
    json_set(row, "hours_set", json_copy(set));
    return ERR_OK;
}

/* --- queue.rule --- */

/* The row as it would be. Without a plan in the body the day's plan stays; a plan alone leaves the rule. */
static enum err propose(struct call *c, const char *reason, struct json *row)
{
    const struct json *plan, *hours = json_get(c->body, "hours");
    TRY(body_array(c, "plan", &plan));
    if (hours)
        TRY(propose_hours(c, hours, reason, row));
    if (hours ? named(c->body) != NULL : !plan || named(c->body))
        TRY(propose_rule(c, reason, row));
    return plan ? propose_plan(c, plan, reason, row) : ERR_OK;
}

/* What is asked about is the rule that is named, at whatever time it will count; of a plan alone its line of now. */
static enum err rehearse(struct call *c, struct json *row)
{
    struct rule_queue now, then;
    enum rule_kind kind;
    int64_t until_ms;
    struct json *wanted = keep(c, json_copy(row));
    queue_rule_now(c, row, &now);
    TRY(propose(c, "", wanted));
    TRY(body_time(c, "until", &until_ms));
    rule_row_now(wanted, c->tx->now_ms, &then);
    if (named(c->body)) {
        TRY(named_rule(c, named(c->body), &kind));
        then.kind = kind;
        then.max_run = (int)json_int(json_get(wanted, "rule"), "max_run", 0);
    }
    return queue_rehearse(c, row, &now, &then, until_ms > 0 ? until_ms : 0);
}

/* --- and back --- */

static void put_member(struct json *into, const char *name, const struct json *value)
{
    if (value && !json_is_null(value))
        json_set(into, name, json_copy(value));
    else
        json_remove(into, name);
}

/* What stood before, for as long as nobody changed it again. */
static struct json *before_now(struct call *c, const struct json *row)
{
    struct json *before = json_new_object();
    put_member(before, "rule", json_get(row, "rule"));
    put_member(before, "plan", json_get(row, "plan"));
    json_set_text(before, "by", c->actor->user);
    row_set_time(before, "at", c->at_ms);
    return before;
}

static enum err take_back(struct call *c, struct json *row)
{
    const struct json *before = json_get(row, "rule_undo");
    struct rule_queue now;
    if (!json_is_object(before))
        return refuse(c, "nothing_to_undo", "queue",
                      "No change of this queue's rule can be taken back. Choose the rule that you want.");
    if (!is_me(c, json_text(before, "by")))
        return refuse(c, "not_yours", "queue",
                      "%s has set this rule. It stays: speak with them, or choose another one.",
                      user_name(c, json_text(before, "by")));
    if (c->at_ms - row_time(before, "at") > RULE_UNDO_MS)
        return refuse(c, "undo_over", "queue",
                      "This rule has counted for more than %d minutes. Choose another one instead.",
                      RULE_UNDO_MS / 60000);
    put_member(row, "rule", json_get(before, "rule"));
    put_member(row, "plan", json_get(before, "plan"));
    json_remove(row, "rule_undo");
    json_set_int(row, "run", 0);
    queue_rule_now(c, row, &now);
    return queue_done(c, row);
}

enum err queue_rule(struct call *c)
{
    struct json *row;
    struct rule_queue now;
    const char *reason;
    bool preview, undo;
    TRY(queue_load(c, "queue", &row));
    TRY(body_bool(c, "preview", &preview));
    TRY(body_bool(c, "undo", &undo));
    if (undo)
        return take_back(c, row);
    TRY(body_text(c, "reason", &reason));
    if (preview) {
        json_set_bool(answer(c), "preview", true);
        return rehearse(c, row);
    }
    queue_rule_now(c, row, &now);
    struct json *before = keep(c, before_now(c, row));
    TRY(propose(c, reason, row));
    if (!reason)
        return refuse(c, "reason_needed", "reason", "Why is the rule changed? Give a reason: it is kept.");
    if (json_get(c->body, "plan") || named(c->body)) /* hours are set anew, not taken back */
        json_set(row, "rule_undo", json_copy(before));
    return queue_done(c, row);
}

enum err rule_foresee(struct tx *tx, const struct json *body, struct outcome *out)
{
    struct call c = {
        .tx = tx, .command = tx->command, .actor = tx->actor, .body = body, .out = out, .at_ms = tx->now_ms};
    struct json *row;
    *out = (struct outcome){0};
    enum err err = queue_load(&c, "queue", &row);
    if (err == ERR_OK)
        err = rehearse(&c, row);
    out->applied = err == ERR_OK;
    for (int i = 0; i < c.kept_count; i++)
        json_free(&c.kept[i]);
    free(c.kept);
    return err == ERR_REFUSED ? ERR_OK : err;
}
