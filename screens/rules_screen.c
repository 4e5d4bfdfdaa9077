/* screens/rules_screen.c: by which rule each queue is called. What is chosen here is rehearsed at once on those who wait
 * now, and counts only when it is switched on with a reason. Drawing is in rules_draw.c. */
#include "screens/rules.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/level.h"
#include "screens/show.h"

enum { RUN_MAX = 100, WEIGHT_MAX = 100, UNDO_MS = 10 * 60 * 1000 };

static void *rules_new(const struct json *args)
{
    struct rules *self = xcalloc(1, sizeof *self);
    str_copy(self->wanted, sizeof self->wanted, json_text_or(args, "queue", ""));
    return self;
}

static void rules_free(void *data)
{
    struct rules *self = data;
    json_free(&self->data);
    json_free(&self->levels);
    json_free(&self->rehearsal);
    json_free(&self->proposal.lines);
    json_free(&self->line);
    json_free(&self->asked);
    free(self);
}

static const char *rules_object(const void *data)
{
    const struct rules *self = data;
    return self->wanted;
}

const struct json *rules_queue(const struct rules *self)
{
    return json_at(json_get(self->data, "rows"), (size_t)self->list.selected);
}

const struct json *rules_level_of(const struct rules *self, const char *service)
{
    const char *queue = json_text(rules_queue(self), "id");
    for (const struct json *row = json_first(json_get(self->levels, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "queue"), queue) &&
            str_equal(json_text_or(row, "service", ""), service ? service : ""))
            return row;
    return NULL;
}

const struct json *rules_level(const struct rules *self)
{
    return rules_level_of(self, NULL);
}

bool rules_has_level(const struct rules *self)
{
    const char *queue = json_text(rules_queue(self), "id");
    for (const struct json *row = json_first(json_get(self->levels, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "queue"), queue))
            return true;
    return false;
}

const char *rules_words(const struct ui *ui, enum rule_kind kind, int max_run, char out[200])
{
    const char *words = show_rule(ui, rule_text(kind));
    if (kind != RULE_PRIORITY)
        return words;
    str_format(out, 200, tr(ui->lang, TR("%s, %d in a row at most")), words,
               max_run > 0 ? max_run : RULE_MAX_RUN);
    return out;
}

bool rules_share(const struct json *counter, const char *queue, int64_t *weight, int64_t *sum)
{
    const struct json *queues = json_get(counter, "queues");
    bool serves = false;
    *weight = *sum = 0;
    for (const struct json *one = json_first(queues); one; one = json_next(one)) {
        int64_t share = json_int(one, "weight", 1);
        *sum += share;
        if (!str_equal(json_text(one, "queue"), queue))
            continue;
        *weight = share;
        serves = true;
    }
    return serves;
}

/* --- the proposal --- */

static bool is_changed(const struct rules *self)
{
    return self->proposal.rule_changed || self->proposal.plan_changed;
}

/* As the queue is called now: what a person changes starts from there. */
static void propose_now(struct rules *self, const struct ui *ui)
{
    const struct json *queue = rules_queue(self), *lines = json_get(json_get(queue, "plan"), "lines");
    struct proposal *proposal = &self->proposal;
    struct rule_queue now = {0};
    json_free(&proposal->lines);
    *proposal = (struct proposal){.lines = lines ? json_copy(lines) : json_new_array()};
    str_copy(proposal->queue, sizeof proposal->queue, json_text_or(queue, "id", ""));
    if (queue)
        rule_row_now(queue, ui->now_ms, &now);
    proposal->kind = now.kind;
    proposal->max_run = now.max_run > 0 ? now.max_run : RULE_MAX_RUN;
}

/* "13:00" of today as the wire has it; -1: that time is over. */
static int64_t today_ms(const struct ui *ui, const char *clock)
{
    int64_t minutes = strtol(clock, NULL, 10) * 60 + strtol(clock + 3, NULL, 10);
    int64_t wall_ms = time_day_start(ui->now_ms) + minutes * 60 * 1000;
    return wall_ms > ui->now_ms ? wall_ms : -1;
}

static struct json *body_of(const struct rules *self, const struct ui *ui)
{
    const struct proposal *proposal = &self->proposal;
    struct json *body = json_new_object();
    char until[TIME_TEXT];
    json_set_text(body, "queue", proposal->queue);
    if (proposal->rule_changed || !proposal->plan_changed) {
        json_set_text(body, "rule", rule_text(proposal->kind));
        if (proposal->kind == RULE_PRIORITY)
            json_set_int(body, "max_run", proposal->max_run);
        if (*proposal->until) {
            time_text(today_ms(ui, proposal->until), until);
            json_set_text(body, "until", until);
        }
    }
    if (proposal->plan_changed)
        json_set(body, "plan", json_copy(proposal->lines));
    return body;
}

/* Of a plan alone the line that was written last is what there is to see. */
static void rehearse(const struct rules *self, const struct ui *ui, struct effects *effects)
{
    if (!*self->proposal.queue)
        return;
    struct json *body = body_of(self, ui);
    if (!json_get(body, "rule") && self->line) {
        json_set_text(body, "rule", json_text(self->line, "rule"));
        if (json_get(self->line, "max_run"))
            json_set_int(body, "max_run", json_int(self->line, "max_run", RULE_MAX_RUN));
    }
    effects_load(effects, "rehearsal", body);
}

static void changed(struct rules *self, const struct ui *ui, struct effects *effects)
{
    self->proposal.rule_changed = true;
    rehearse(self, ui, effects);
}

static void set_kind(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (rule_find(text, &self->proposal.kind))
        changed(self, ui, effects);
}

static void wrong(const struct ui *ui, struct effects *effects, const char *sentence)
{
    effects_toast(effects, TOAST_WARN, "%s", tr(ui->lang, sentence));
}

static bool whole_number(const char *text, int max, int *number)
{
    char *end;
    long value = strtol(text, &end, 10);
    *number = (int)value;
    return end != text && !*end && value >= 1 && value <= max;
}

static void set_run(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    int run;
    if (!whole_number(text, RUN_MAX, &run))
        return wrong(ui, effects, TR("That is no number from 1 to 100. Nothing was changed."));
    self->proposal.max_run = run;
    changed(self, ui, effects);
}

static void set_until(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (*text && !rule_clock_valid(text, false))
        return wrong(ui, effects, TR("Write the time as 13:30. Nothing was changed."));
    if (*text && today_ms(ui, text) < 0)
        return wrong(ui, effects, TR("That time is over already. Nothing was changed."));
    str_copy(self->proposal.until, sizeof self->proposal.until, text);
    changed(self, ui, effects);
}

/* --- the plan, a line after the other --- */

static void sort_in(struct rules *self)
{
    struct json *sorted = json_new_array(), *line = json_copy(self->line);
    const char *from = json_text_or(line, "from", "");
    for (const struct json *one = json_first(self->proposal.lines); one; one = json_next(one)) {
        if (line && strcmp(from, json_text_or(one, "from", "")) < 0) {
            json_add(sorted, line);
            line = NULL;
        }
        json_add(sorted, json_copy(one));
    }
    if (line)
        json_add(sorted, line);
    json_free(&self->proposal.lines);
    self->proposal.lines = sorted;
}

static void line_done(struct rules *self, const struct ui *ui, struct effects *effects)
{
    sort_in(self);
    self->proposal.plan_changed = true;
    rehearse(self, ui, effects);
}

static void ask_field(const struct ui *ui, const char *id, const char *text, const char *typed,
                      struct effects *effects)
{
    struct json *question = question_new(id, tr(ui->lang, text));
    question_field(question, typed, false);
    effects_ask(effects, question);
}

static void ask_kind(const struct ui *ui, const char *id, const char *text, struct effects *effects)
{
    static const char *const keys[RULE_COUNT] = {"f", "p", "s", "b"};
    struct json *question = question_new(id, text);
    for (int kind = 0; kind < RULE_COUNT; kind++)
        question_choice(question, keys[kind], show_rule(ui, rule_text((enum rule_kind)kind)),
                        rule_text((enum rule_kind)kind), NULL);
    effects_ask(effects, question);
}

static void ask_plan(const struct rules *self, const struct ui *ui, struct effects *effects)
{
    if (!json_count(self->proposal.lines))
        return ask_field(ui, "plan_from", TR("From what time of the day? (such as 12:00)"), "", effects);
    struct json *question = question_new("plan", tr(ui->lang, TR("The plan of the day:")));
    question_choice(question, "a", tr(ui->lang, TR("one more line")), "add", NULL);
    question_choice(question, "x", tr(ui->lang, TR("no plan")), "clear", NULL);
    effects_ask(effects, question);
}

static void clear_plan(struct rules *self, const struct ui *ui, struct effects *effects)
{
    json_free(&self->proposal.lines);
    json_free(&self->line);
    self->proposal.lines = json_new_array();
    self->proposal.plan_changed = true;
    rehearse(self, ui, effects);
}

static void plan_from(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (!rule_clock_valid(text, false))
        return wrong(ui, effects, TR("Write the time as 13:30. Nothing was changed."));
    json_free(&self->line);
    self->line = json_new_object();
    json_set_text(self->line, "from", text);
    ask_field(ui, "plan_to", TR("Until what time?"), "", effects);
}

static void plan_to(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (!rule_clock_valid(text, true) || strcmp(text, json_text_or(self->line, "from", "")) <= 0)
        return wrong(ui, effects, TR("A later time of the same day is needed, such as 14:00."));
    json_set_text(self->line, "to", text);
    ask_kind(ui, "plan_rule", tr(ui->lang, TR("By which rule in that time?")), effects);
}

static void plan_rule(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    json_set_text(self->line, "rule", text);
    json_set_text(self->line, "kind", text);
    if (str_equal(text, rule_text(RULE_PRIORITY)))
        return ask_field(ui, "plan_run", TR("How many priority calls in a row at most?"), "3", effects);
    line_done(self, ui, effects);
}

static void plan_run(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    int run;
    if (!whole_number(text, RUN_MAX, &run))
        return wrong(ui, effects, TR("That is no number from 1 to 100. Nothing was changed."));
    json_set_int(self->line, "max_run", run);
    line_done(self, ui, effects);
}

/* --- shares of a counter --- */

static void ask_counter(const struct rules *self, const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("counter", tr(ui->lang, TR("The share at which counter?")));
    const struct json *counters = json_get(self->data, "counters");
    for (const struct json *one = json_first(counters); one; one = json_next(one)) {
        int64_t weight, sum;
        char text[SHOW_TEXT];
        if (!rules_share(one, self->proposal.queue, &weight, &sum))
            continue;
        str_format(text, sizeof text, tr(ui->lang, TR("counter %s: %d of %d")), json_text_or(one, "name", ""),
                   (int)weight, (int)sum);
        question_item(question, text, json_text_or(one, "id", ""), NULL);
    }
    effects_ask(effects, question);
}

/* The counter's queues as they are, but for the share of this one. */
static void set_weight(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    int weight;
    if (!whole_number(text, WEIGHT_MAX, &weight))
        return wrong(ui, effects, TR("That is no number from 1 to 100. Nothing was changed."));
    struct json *body = json_new_object(), *queues = json_new_array();
    const struct json *counters = json_get(self->data, "counters");
    json_set_text(body, "counter", self->counter);
    json_set(body, "queues", queues);
    for (const struct json *one = json_first(counters); one; one = json_next(one)) {
        const struct json *mine = json_get(one, "queues");
        for (const struct json *q = json_first(mine); q && str_equal(json_text(one, "id"), self->counter);
             q = json_next(q)) {
            struct json *share = json_copy(q);
            if (str_equal(json_text(q, "queue"), self->proposal.queue))
                json_set_int(share, "weight", weight);
            json_add(queues, share);
        }
    }
    effects_command(effects, "queue.assign", body);
}

/* --- the service level, its alarm, and names: asked member by member, then sent as one --- */

static void begin(struct rules *self, const char *member, const char *value)
{
    json_free(&self->asked);
    self->asked = json_new_object();
    json_set_text(self->asked, member, value);
}

static void ask_why(const struct ui *ui, const char *id, const char *text, struct effects *effects)
{
    struct json *question = question_new(id, tr(ui->lang, text));
    question_field(question, "", false);
    question_keep(question);
    effects_ask(effects, question);
}

static void number_text(const struct json *row, const char *name, int otherwise, char out[16])
{
    str_format(out, 16, "%d", (int)json_int(row, name, otherwise));
}

/* The level that is asked about: of the queue, or of the service that was chosen; NULL: it has none yet. */
static const struct json *asked_level(const struct rules *self)
{
    return rules_level_of(self, json_text(self->asked, "service"));
}

static void ask_wait(struct rules *self, const struct ui *ui, struct effects *effects)
{
    char typed[16];
    number_text(json_get(asked_level(self), "target"), "wait_min", 15, typed);
    ask_field(ui, "level_wait", TR("Within how many minutes shall people be called? 0: no target"), typed,
              effects);
}

/* Where a queue gives several services, whose target? Their names come first. */
static void ask_level(struct rules *self, const struct ui *ui, struct effects *effects)
{
    begin(self, "queue", self->proposal.queue);
    if (json_count(json_get(rules_queue(self), "services")) < 2)
        return ask_wait(self, ui, effects);
    struct json *args = json_new_object();
    json_set_text(args, "queue", self->proposal.queue);
    effects_load(effects, "targets", args);
}

static void put_item(const struct ui *ui, struct json *question, const char *name, const struct json *target,
                     const char *value)
{
    char text[SHOW_TEXT];
    int wait = (int)json_int(target, "wait_min", 0);
    if (wait)
        str_format(text, sizeof text, tr(ui->lang, TR("%s: %d min")), name, wait);
    else
        str_copy(text, sizeof text, name);
    question_item(question, text, value, NULL);
}

static void ask_whose(struct rules *self, const struct ui *ui, const struct json *services,
                      struct effects *effects)
{
    if (!self->asked || !str_equal(json_text(self->asked, "queue"), self->proposal.queue))
        return;
    struct json *question = question_new("level_of", tr(ui->lang, TR("Whose target?")));
    put_item(ui, question, tr(ui->lang, TR("the whole queue")), json_get(rules_level(self), "target"), "-");
    for (const struct json *one = json_first(json_get(services, "rows")); one; one = json_next(one))
        put_item(ui, question, show_name(ui, json_get(one, "service_name")), json_get(one, "target"),
                 json_text_or(one, "service", ""));
    effects_ask(effects, question);
}

static void level_of(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (!str_equal(text, "-"))
        json_set_text(self->asked, "service", text);
    ask_wait(self, ui, effects);
}

static void level_wait(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    int minutes = 0;
    char typed[16];
    if (strcmp(text, "0") != 0 && !whole_number(text, LEVEL_WAIT_MAX, &minutes))
        return wrong(ui, effects, TR("That is no number of minutes up to 480. Nothing was changed."));
    json_set_int(self->asked, "wait_min", minutes);
    if (!minutes)
        return ask_why(ui, "level_why", TR("Why? It is kept with the target."), effects);
    number_text(json_get(asked_level(self), "target"), "booked_wait_min", minutes, typed);
    ask_field(ui, "level_booked", TR("And who is booked, within how many minutes?"), typed, effects);
}

static void level_booked(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    int minutes;
    char typed[16];
    if (!whole_number(text, LEVEL_WAIT_MAX, &minutes))
        return wrong(ui, effects, TR("That is no number of minutes up to 480. Nothing was changed."));
    json_set_int(self->asked, "booked_wait_min", minutes);
    number_text(json_get(asked_level(self), "target"), "share", LEVEL_SHARE, typed);
    ask_field(ui, "level_share", TR("For how many of 100 people?"), typed, effects);
}

static void level_share(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    int share;
    if (!whole_number(text, LEVEL_SHARE_MAX, &share))
        return wrong(ui, effects, TR("That is no number from 1 to 100. Nothing was changed."));
    json_set_int(self->asked, "share", share);
    ask_why(ui, "level_why", TR("Why? It is kept with the target."), effects);
}

static void send_asked(struct rules *self, const char *type, const char *reason, struct effects *effects)
{
    struct json *body = self->asked;
    self->asked = NULL;
    json_set_text(body, "reason", reason);
    effects_command(effects, type, body);
}

static void level_why(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    (void)ui;
    send_asked(self, "queue.level", text, effects);
}

static void ask_silence_until(struct rules *self, const struct ui *ui, struct effects *effects)
{
    const struct json *silence = json_get(rules_queue(self), "level_silence");
    const char *service = json_text(self->asked, "service");
    bool silent = json_text(asked_level(self), "silenced_until") != NULL;
    if (service && silent && !json_get(json_get(silence, "services"), service)) /* with its queue's */
        json_remove(self->asked, "service");
    if (silent)
        return send_asked(self, "level.silence", NULL, effects); /* heard again */
    ask_field(ui, "silence_until", TR("No alarm until what time today?"), "", effects);
}

/* Of several targets, whose alarm? */
static void ask_silence(struct rules *self, const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("silence_of", tr(ui->lang, TR("Whose alarm?")));
    const char *queue = self->proposal.queue;
    int count = 0;
    begin(self, "queue", queue);
    for (const struct json *row = json_first(json_get(self->levels, "rows")); row; row = json_next(row)) {
        if (!str_equal(json_text(row, "queue"), queue))
            continue;
        const char *service = json_text(row, "service");
        put_item(ui, question,
                 service ? show_name(ui, json_get(row, "service_name")) : tr(ui->lang, TR("the whole queue")),
                 json_get(row, "target"), service ? service : "-");
        count++;
    }
    if (count > 1)
        return effects_ask(effects, question);
    json_free(&question);
    ask_silence_until(self, ui, effects);
}

static void silence_of(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (!str_equal(text, "-"))
        json_set_text(self->asked, "service", text);
    ask_silence_until(self, ui, effects);
}

static void silence_until(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    char until[TIME_TEXT];
    if (!rule_clock_valid(text, false) || today_ms(ui, text) < 0)
        return wrong(ui, effects, TR("A later time of the same day is needed, such as 14:00."));
    time_text(today_ms(ui, text), until);
    json_set_text(self->asked, "until", until);
    ask_why(ui, "silence_why", TR("Why is the alarm silenced? It is kept."), effects);
}

static void silence_why(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    (void)ui;
    send_asked(self, "level.silence", text, effects);
}

static void ask_names(struct rules *self, const struct ui *ui, struct effects *effects)
{
    bool hidden = json_bool(self->levels, "hide_names", false);
    begin(self, "policy", "hide_names");
    json_set_bool(self->asked, "value", !hidden);
    ask_why(ui, "names_why",
            hidden ? TR("Show clerks the names of those who wait: why?")
                   : TR("Hide the names of those who wait from clerks until the call: why?"),
            effects);
}

static void names_why(struct rules *self, const struct ui *ui, const char *text, struct effects *effects)
{
    (void)ui;
    send_asked(self, "hall.policy", text, effects);
}

/* --- switching on --- */

static void ask_reason(const struct rules *self, const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("reason", tr(ui->lang, TR("Why? It is kept with the rule.")));
    question_field(question, self->proposal.reason, false);
    question_keep(question);
    effects_ask(effects, question);
}

/* y alone goes on, since Enter was just pressed. */
static void ask_sure(struct rules *self, const struct ui *ui, const char *reason, struct effects *effects)
{
    const struct json *rehearsed = json_get(self->rehearsal, "rehearsal");
    char text[300];
    str_copy(self->proposal.reason, sizeof self->proposal.reason, reason);
    str_format(text, sizeof text, tr(ui->lang, TR("%s: %d are called earlier, %d later. Switch it on?")),
               json_text_or(rules_queue(self), "code", ""), (int)json_int(rehearsed, "up", 0),
               (int)json_int(rehearsed, "down", 0));
    struct json *question = question_new("sure", text);
    question_choice(question, "y", tr(ui->lang, TR("switch on")), "y", NULL);
    effects_ask(effects, question);
}

static void switch_on(const struct rules *self, const struct ui *ui, struct effects *effects)
{
    struct json *body = body_of(self, ui);
    json_set_text(body, "reason", self->proposal.reason);
    effects_command(effects, "queue.rule", body);
}

static void take_back(const struct rules *self, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "queue", self->proposal.queue);
    json_set_bool(body, "undo", true);
    effects_command(effects, "queue.rule", body);
}

/* --- messages --- */

static void answered(struct rules *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    static const struct {
        const char *id;
        void (*take)(struct rules *self, const struct ui *ui, const char *text, struct effects *effects);
    } questions[] = {
        {"kind", set_kind},           {"run", set_run},
        {"until", set_until},         {"plan_from", plan_from},
        {"plan_to", plan_to},         {"plan_rule", plan_rule},
        {"plan_run", plan_run},       {"reason", ask_sure},
        {"weight", set_weight},       {"level_of", level_of},
        {"level_wait", level_wait},   {"level_booked", level_booked},
        {"level_share", level_share}, {"level_why", level_why},
        {"silence_of", silence_of},   {"silence_until", silence_until},
        {"silence_why", silence_why}, {"names_why", names_why},
    };
    const char *text = msg->text ? msg->text : "";
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (str_equal(questions[i].id, msg->what))
            return questions[i].take(self, ui, text, effects);
    if (str_equal(msg->what, "sure"))
        return switch_on(self, ui, effects);
    if (str_equal(msg->what, "counter")) {
        str_copy(self->counter, sizeof self->counter, text);
        return ask_field(ui, "weight", TR("How many shares?"), "", effects);
    }
    if (str_equal(text, "clear"))
        return clear_plan(self, ui, effects);
    ask_field(ui, "plan_from", TR("From what time of the day? (such as 12:00)"), "", effects);
}

static void choose_wanted(struct rules *self)
{
    int at = 0;
    const struct json *rows = json_get(self->data, "rows");
    for (const struct json *row = json_first(rows); row && !self->chosen; row = json_next(row), at++) {
        if (!str_equal(json_text(row, "id"), self->wanted))
            continue;
        list_select(&self->list, at);
    }
    self->chosen = true;
}

static void take_queues(struct rules *self, const struct ui *ui, const struct json *json,
                        struct effects *effects)
{
    json_free(&self->data);
    self->data = json_copy(json);
    list_set_count(&self->list, (int)json_count(json_get(self->data, "rows")));
    choose_wanted(self);
    if (!is_changed(self) || !str_equal(self->proposal.queue, json_text(rules_queue(self), "id")))
        propose_now(self, ui);
    rehearse(self, ui, effects);
}

static void on_data(struct rules *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "queues"))
        return take_queues(self, ui, msg->json, effects);
    if (str_equal(msg->what, "levels")) {
        json_free(&self->levels);
        self->levels = json_copy(msg->json);
        return;
    }
    if (str_equal(msg->what, "targets"))
        return ask_whose(self, ui, msg->json, effects);
    json_free(&self->rehearsal);
    self->rehearsal = json_copy(msg->json);
}

static void on_result(struct rules *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (!str_equal(json_text(msg->json, "status"), "applied"))
        return;
    if (str_equal(msg->what, "queue.assign"))
        return effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("The shares count from now on.")));
    if (!str_equal(msg->what, "queue.rule"))
        return effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Recorded.")));
    propose_now(self, ui);
    effects_toast(effects, TOAST_GOOD, "%s",
                  tr(ui->lang, TR("It counts from now on. u takes it back for ten minutes.")));
}

/* What is proposed for one queue is not carried to another. */
static void on_key(struct rules *self, const struct ui *ui, struct key key, struct effects *effects)
{
    int before = self->list.selected;
    if (!list_key(&self->list, key) || self->list.selected == before)
        return;
    json_free(&self->line);
    json_free(&self->rehearsal);
    propose_now(self, ui);
    rehearse(self, ui, effects);
}

static void back(struct rules *self, const struct ui *ui, struct effects *effects)
{
    if (!is_changed(self))
        return effects_back(effects);
    json_free(&self->line);
    propose_now(self, ui);
    rehearse(self, ui, effects);
}

static void act(struct rules *self, const struct ui *ui, enum action action, struct effects *effects)
{
    char run[16];
    switch (action) {
    case ACTION_BACK:
        return back(self, ui, effects);
    case ACTION_RULE_CHOOSE:
        return ask_kind(ui, "kind", tr(ui->lang, TR("By which rule?")), effects);
    case ACTION_RULE_RUN:
        str_format(run, sizeof run, "%d", self->proposal.max_run);
        return ask_field(ui, "run", TR("How many priority calls in a row at most?"), run, effects);
    case ACTION_RULE_UNTIL: {
        struct json *question = question_new(
            "until", tr(ui->lang, TR("Until what time today? Empty: until somebody changes it")));
        question_field(question, self->proposal.until, true);
        return effects_ask(effects, question);
    }
    case ACTION_RULE_PLAN:
        return ask_plan(self, ui, effects);
    case ACTION_RULE_SHARES:
        return ask_counter(self, ui, effects);
    case ACTION_RULE_ON:
        return ask_reason(self, ui, effects);
    case ACTION_LEVEL:
        return ask_level(self, ui, effects);
    case ACTION_SILENCE:
        return ask_silence(self, ui, effects);
    case ACTION_NAMES:
        return ask_names(self, ui, effects);
    case ACTION_UNDO:
        return take_back(self, effects);
    default:
        return;
    }
}

static void rules_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct rules *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        effects_load(effects, "levels", NULL);
        return effects_load(effects, "queues", NULL);
    case MSG_DATA:
        return on_data(self, ui, msg, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        return answered(self, ui, msg, effects);
    case MSG_RESULT:
        return on_result(self, ui, msg, effects);
    default:
        return;
    }
}

/* --- what is possible --- */

static const char *why_no_undo(const struct rules *self, const struct ui *ui)
{
    const struct json *before = json_get(rules_queue(self), "rule_undo");
    int64_t at_ms;
    if (!json_is_object(before) || !str_equal(json_text(before, "by"), ui->session.user))
        return TR("You have not changed the rule of this queue.");
    if (!time_parse(json_text_or(before, "at", ""), &at_ms) || ui->now_ms - at_ms > UNDO_MS)
        return TR("It has counted for more than ten minutes: choose another rule instead.");
    return NULL;
}

static bool has_counter(const struct rules *self)
{
    const struct json *counters = json_get(self->data, "counters");
    int64_t weight, sum;
    for (const struct json *one = json_first(counters); one; one = json_next(one))
        if (rules_share(one, self->proposal.queue, &weight, &sum))
            return true;
    return false;
}

static const char *needs_hall(const struct ui *ui)
{
    return ui->link.state == LINK_ONLINE
               ? NULL
               : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
}

static const char *rules_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct rules *self = data;
    switch (action) {
    case ACTION_RULE_CHOOSE:
    case ACTION_RULE_UNTIL:
    case ACTION_RULE_PLAN:
        return rules_queue(self) ? NULL : TR("There is no queue.");
    case ACTION_RULE_RUN:
        return self->proposal.kind == RULE_PRIORITY ? NULL
                                                    : TR("Only the rule of priority counts calls in a row.");
    case ACTION_RULE_SHARES:
        return has_counter(self) ? needs_hall(ui) : TR("No counter serves this queue.");
    case ACTION_RULE_ON:
        if (!is_changed(self))
            return TR("Nothing is changed: choose a rule or a plan first.");
        if (json_get(self->rehearsal, "refused"))
            return TR("It cannot count like this: the reason stands at its side.");
        return needs_hall(ui);
    case ACTION_LEVEL:
        return rules_queue(self) ? needs_hall(ui) : TR("There is no queue.");
    case ACTION_SILENCE:
        return rules_has_level(self) ? needs_hall(ui) : TR("This queue has no target, and so no alarm.");
    case ACTION_NAMES:
        return needs_hall(ui);
    case ACTION_UNDO: {
        const char *why = why_no_undo(self, ui);
        return why ? why : needs_hall(ui);
    }
    default:
        return NULL;
    }
}

const struct screen_ops rules_screen = {.id = SCREEN_RULES,
                                        .new = rules_new,
                                        .free = rules_free,
                                        .update = rules_update,
                                        .view = rules_view,
                                        .enabled = rules_enabled,
                                        .object = rules_object};
