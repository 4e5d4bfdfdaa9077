/* screens/move_screen.c: where what was marked on the board goes, until when, and what that does to those who wait; it
 * happens with y alone. What was seen goes along, so that a colleague's move in the meantime is met politely. Drawing is
 * in move_view.c. */
#include <stdlib.h>
#include <string.h>

#include "screens/move.h"
#include "screens/show.h"

enum {
    FILTER_BYTES = 60,
    MINUTE_MS = 60 * 1000,
    ROUND_MS = 5 * MINUTE_MS, /* a time that people can say */
    PAUSE_MS = 1500,          /* between two looks at a hall that changes all the time */
};

static const char *const hows[MOVE_HOWS] = {"only", "also", "without"};

const char *moving_how(enum move_how how)
{
    return hows[how];
}

bool moving_has_counters(const struct moving *self)
{
    return json_count(self->counters) > 0;
}

static struct json *kept(const struct json *args, const char *name)
{
    const struct json *list = json_get(args, name);
    return json_count(list) ? json_copy(list) : NULL;
}

/* An advised move stands there as it was said. */
static void prefill(struct moving *self, const struct json *args)
{
    const char *until = json_text(args, "until");
    self->advice = kept(args, "advice");
    str_copy(self->target, sizeof self->target, json_text_or(args, "to", ""));
    for (int i = 0; i < MOVE_HOWS; i++)
        if (str_equal(json_text(args, "how"), hows[i]))
            self->how = (enum move_how)i;
    if (until && !time_parse(until, &self->until_ms))
        self->until_ms = 0;
}

static void *move_new(const struct json *args)
{
    struct moving *self = xcalloc(1, sizeof *self);
    self->counters = kept(args, "counters");
    self->tickets = kept(args, "tickets");
    self->from = kept(args, "from");
    str_copy(self->user, sizeof self->user, json_text_or(args, "user", ""));
    str_copy(self->user_name, sizeof self->user_name, json_text_or(args, "user_name", ""));
    field_init(&self->filter, FILTER_BYTES);
    prefill(self, args);
    return self;
}

static void move_free(void *data)
{
    struct moving *self = data;
    json_free(&self->counters);
    json_free(&self->tickets);
    json_free(&self->from);
    json_free(&self->data);
    json_free(&self->effect);
    json_free(&self->refused);
    json_free(&self->seen);
    json_free(&self->advice);
    field_deinit(&self->filter);
    free(self->targets);
    free(self);
}

/* --- where to --- */

const struct json *moving_target(const struct moving *self)
{
    return self->targets && self->list.selected >= 0 && self->list.selected < self->list.count
               ? self->targets[self->list.selected]
               : NULL;
}

static bool fits(const struct moving *self, const struct ui *ui, const struct json *row)
{
    struct buf words = {0}, typed = {0};
    char text[300];
    str_format(text, sizeof text, "%s %s", json_text_or(row, self->asking ? "name" : "code", ""),
               self->asking ? "" : show_name(ui, json_get(row, "name")));
    utf8_fold(&words, text);
    utf8_fold(&typed, field_text(&self->filter));
    bool there = !typed.length || strstr(buf_text(&words), buf_text(&typed)) != NULL;
    buf_free(&words);
    buf_free(&typed);
    return there;
}

/* A counter is moved among the queues of its agency and those of none: the hall would refuse any other. */
static bool is_served(const struct moving *self, const struct json *queue)
{
    const char *agency = json_text_or(queue, "agency", "");
    for (const struct json *row = json_first(json_get(self->data, "counters")); row; row = json_next(row)) {
        const char *its = json_text_or(row, "agency", "");
        if (json_get(self->counters, json_text_or(row, "id", "")) && *agency && *its &&
            !str_equal(agency, its))
            return false;
    }
    return true;
}

/* Of counters those at which nobody sits; of queues those that nobody is moved out of. */
static bool is_target(const struct moving *self, const struct json *row)
{
    const char *id = json_text_or(row, "id", "");
    if (self->asking)
        return str_equal(json_text_or(row, "state", "closed"), "closed") && !json_get(self->counters, id);
    return !json_get(self->from, id) && is_served(self, row);
}

static void make_targets(struct moving *self, const struct ui *ui)
{
    const struct json *rows = json_get(self->data, self->asking ? "counters" : "rows");
    int count = 0, at = 0;
    free(self->targets);
    self->targets = xcalloc(json_count(rows) + 1, sizeof *self->targets);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (!is_target(self, row) || !fits(self, ui, row))
            continue;
        if (str_equal(json_text(row, "id"), self->target))
            at = count;
        self->targets[count++] = row;
    }
    list_set_count(&self->list, count);
    list_select(&self->list, at);
}

/* --- what the person knows --- */

/* A move that was prepared for what a colleague has changed since must not go by in the second in which the rows come:
 * what was known stays, with the news beside it, until a key shows that they were read. y is no such key. */
static void know_anew(struct moving *self)
{
    json_free(&self->seen);
}

static int64_t assigned_rev(const struct json *counter)
{
    return json_int(json_get(counter, "assigned"), "rev", 0);
}

static void add_code(const struct moving *self, const char *queue, struct buf *codes)
{
    for (const struct json *row = json_first(json_get(self->data, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), queue))
            buf_addf(codes, "%s%s", codes->length ? ", " : "", json_text_or(row, "code", "?"));
}

/* As the hall would say it to whoever moves it now. */
static struct json *news_of(const struct moving *self, const struct json *counter)
{
    const struct json *assigned = json_get(counter, "assigned"), *queues = json_get(counter, "queues");
    struct json *news = json_new_object(), *data = json_new_object(), *error = json_new_object();
    struct buf codes = {0};
    bool later = assigned_rev(counter) > json_int(self->seen, json_text_or(counter, "id", ""), 0);
    for (const struct json *q = json_first(queues); q; q = json_next(q))
        add_code(self, json_text_or(q, "queue", ""), &codes);
    json_set_text(error, "code", "moved_meanwhile");
    json_set_text(data, "counter_name", json_text(counter, "name"));
    json_set_text(data, "codes", buf_text(&codes));
    json_set_text(data, "by_name", later ? json_text(assigned, "by_name") : NULL);
    json_set_text(data, "at", later ? json_text(assigned, "at") : NULL);
    json_set(news, "data", data);
    json_set(news, "error", error);
    buf_free(&codes);
    return news;
}

/* The hall's answer is here before its rows: what it told is no news. */
static bool is_told(const struct moving *self, const struct json *news)
{
    static const char *const members[] = {"counter_name", "by_name", "at"};
    const struct json *told = json_get(self->refused, "data"), *data = json_get(news, "data");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!str_equal(json_text_or(told, members[i], ""), json_text_or(data, members[i], "")))
            return false;
    return json_text(self->refused, "status") != NULL;
}

static void compare(struct moving *self, const struct json *counter)
{
    const char *id = json_text_or(counter, "id", "");
    int64_t rev = assigned_rev(counter);
    if (!json_get(self->counters, id))
        return;
    if (json_get(self->seen, id) && json_int(self->seen, id, 0) != rev) {
        struct json *news = news_of(self, counter);
        if (!is_told(self, news)) {
            json_free(&self->refused);
            self->refused = news;
            return;
        }
        json_free(&news);
    }
    json_set_int(self->seen, id, rev);
}

static void look_for_news(struct moving *self)
{
    if (!self->seen)
        self->seen = json_new_object();
    for (const struct json *row = json_first(json_get(self->data, "counters")); row; row = json_next(row))
        compare(self, row);
}

/* People who were named are known where they stood at first; of whole queues it is who waits there now. */
static void know_tickets(struct moving *self)
{
    const struct json *lines = json_get(json_get(json_get(self->effect, "move"), "seen"), "tickets");
    for (const struct json *line = json_first(lines); line && self->seen; line = json_next(line)) {
        const char *id = json_text_or(line, "id", "");
        if (json_get(self->tickets, id) && !json_get(self->seen, id))
            json_set(self->seen, id, json_copy(line));
    }
}

static void know_anew_by_key(struct moving *self)
{
    if (!self->refused || !self->data)
        return;
    know_anew(self);
    look_for_news(self);
    know_tickets(self);
}

/* "seen" of the effect with what the person knows in it. */
static struct json *seen_of(const struct moving *self, const struct json *seen)
{
    struct json *all = json_new_object(), *counters = json_new_array(), *tickets = json_new_array();
    for (const struct json *line = json_first(json_get(seen, "counters")); line; line = json_next(line)) {
        struct json *one = json_copy(line);
        json_set_int(one, "rev",
                     json_int(self->seen, json_text_or(line, "id", ""), json_int(line, "rev", 0)));
        json_add(counters, one);
    }
    for (const struct json *line = json_first(json_get(seen, "tickets")); line; line = json_next(line)) {
        const struct json *known = json_get(self->seen, json_text_or(line, "id", ""));
        json_add(tickets, json_copy(known ? known : line));
    }
    json_set(all, "counters", counters);
    json_set(all, "tickets", tickets);
    return all;
}

/* --- the effect --- */

static struct json *names_of(const struct json *marks)
{
    struct json *ids = json_new_array();
    for (const struct json *one = json_first(marks); one; one = json_next(one))
        json_add_text(ids, json_name(one));
    return ids;
}

static void add_until(const struct moving *self, struct json *body)
{
    char until[TIME_TEXT];
    if (!self->until_ms)
        return;
    time_text(self->until_ms, until);
    json_set_text(body, "until", until);
}

static struct json *body_of(const struct moving *self)
{
    struct json *body = json_new_object();
    if (self->asking) {
        json_set_text(body, "user", self->user);
        json_set_text(body, "counter", self->target);
        add_until(self, body);
        return body;
    }
    if (self->tickets)
        json_set(body, "tickets", names_of(self->tickets));
    if (self->from)
        json_set(body, "from", names_of(self->from));
    json_set_text(body, "to", self->target);
    if (!moving_has_counters(self))
        return body;
    json_set(body, "counters", names_of(self->counters));
    json_set_text(body, "how", hows[self->how]);
    add_until(self, body);
    return body;
}

static void look(struct moving *self, const struct ui *ui, struct effects *effects)
{
    const struct json *target = moving_target(self);
    str_copy(self->target, sizeof self->target, json_text_or(target, "id", ""));
    self->loaded_ms = ui->now_ms;
    self->stale = false;
    json_free(&self->effect);
    if (*self->target)
        effects_load(effects, "move", body_of(self));
}

static void load_soon(struct moving *self, const struct ui *ui, struct effects *effects)
{
    int64_t since_ms = ui->now_ms - self->loaded_ms;
    if (self->data && since_ms >= 0 && since_ms < PAUSE_MS)
        self->stale = true;
    else
        effects_load(effects, "queues", NULL);
}

static void tick(struct moving *self, const struct ui *ui, struct effects *effects)
{
    if (self->until_ms && self->until_ms <= ui->now_ms)
        self->until_ms = 0;
    if (self->stale && ui->now_ms - self->loaded_ms >= PAUSE_MS)
        effects_load(effects, "queues", NULL);
}

static void on_data(struct moving *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "move")) {
        json_free(&self->effect);
        self->effect = json_copy(msg->json);
        know_tickets(self);
    } else if (str_equal(msg->what, "queues")) {
        json_free(&self->data);
        self->data = json_copy(msg->json);
        look_for_news(self);
        make_targets(self, ui);
        look(self, ui, effects);
    }
}

/* --- until when, and how --- */

static void add_time(const struct ui *ui, struct json *question, const char *key, const char *words,
                     int64_t until_ms)
{
    char time[TIME_TEXT], clock[SHOW_TEXT], text[SHOW_TEXT];
    time_text(until_ms, time);
    str_format(text, sizeof text, tr(ui->lang, TR("%s, until %s")), tr(ui->lang, words),
               show_clock(time, clock));
    question_choice(question, key, text, time, NULL);
}

static int64_t in_minutes(const struct ui *ui, int minutes)
{
    int64_t at_ms = ui->now_ms + (int64_t)minutes * MINUTE_MS + ROUND_MS - 1;
    return at_ms - at_ms % ROUND_MS;
}

static void ask_until(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("until", tr(ui->lang, TR("Until when?")));
    char today[DATE_TEXT];
    int64_t end_ms;
    time_date(ui->now_ms, today);
    add_time(ui, question, "3", TR("half an hour"), in_minutes(ui, 30));
    add_time(ui, question, "6", TR("an hour"), in_minutes(ui, 60));
    if (time_day_end(today, &end_ms))
        question_choice(question, "d", tr(ui->lang, TR("to the end of the day")), "day", NULL);
    question_choice(question, "g", tr(ui->lang, TR("for good")), "", NULL);
    effects_ask(effects, question);
}

static void set_until(struct moving *self, const struct ui *ui, const char *text, struct effects *effects)
{
    char today[DATE_TEXT];
    time_date(ui->now_ms, today);
    self->until_ms = 0;
    if (str_equal(text, "day"))
        (void)time_day_end(today, &self->until_ms);
    else if (*text && !time_parse(text, &self->until_ms))
        self->until_ms = 0;
    look(self, ui, effects);
}

static void turn_how(struct moving *self, const struct ui *ui, struct effects *effects)
{
    self->how = (enum move_how)((self->how + 1) % MOVE_HOWS);
    look(self, ui, effects);
}

/* Between the counter's queues and the clerk's counter. */
static void turn_asking(struct moving *self, const struct ui *ui, struct effects *effects)
{
    self->asking = !self->asking;
    *self->target = '\0';
    field_set(&self->filter, "");
    make_targets(self, ui);
    look(self, ui, effects);
}

/* --- the advice --- */

bool moving_is_advised(const struct moving *self)
{
    int64_t until_ms;
    const char *until = json_text(self->advice, "until");
    enum move_how how = json_bool(self->advice, "beside", false) ? MOVE_ALSO : MOVE_ONLY;
    return until && !self->asking && self->how == how && time_parse(until, &until_ms) &&
           until_ms == self->until_ms && str_equal(json_text(self->advice, "queue"), self->target);
}

/* Only what was made as it was said is advice taken. */
static void say_taken(struct moving *self, struct effects *effects)
{
    if (!moving_is_advised(self))
        return;
    struct json *body = json_new_object();
    json_set(body, "advice", json_copy(self->advice));
    json_set_bool(body, "taken", true);
    effects_command(effects, "advice.answer", body);
}

/* The board asks for the reason: there the advice stands. */
static void leave_to_refuse(struct effects *effects)
{
    effects_back(effects);
    effects_do(effects, ACTION_ADVICE_NOT);
}

/* --- it happens --- */

static void apply(struct moving *self, struct effects *effects)
{
    struct json *body = body_of(self);
    const struct json *seen = json_get(json_get(self->effect, "move"), "seen");
    if (seen && !self->asking)
        json_set(body, "seen", seen_of(self, seen));
    json_free(&self->refused);
    effects_command(effects, "hall.move", body);
}

static void on_result(struct moving *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    if (!str_equal(msg->what, "hall.move"))
        return;
    if (!str_equal(json_text(msg->json, "status"), "applied")) {
        json_free(&self->refused);
        self->refused = json_copy(msg->json);
        know_anew(self);
        return effects_load(effects, "queues", NULL);
    }
    say_taken(self, effects);
    effects_toast(
        effects, TOAST_GOOD, "%s",
        tr(ui->lang, self->asking
                         ? TR("The clerk is asked. u on the board takes it back.")
                         : TR("Moved. u on the board takes it back while nobody was called by it.")));
    effects_back(effects);
}

/* --- keys --- */

static void on_key(struct moving *self, const struct ui *ui, struct key key, struct effects *effects)
{
    int before = self->list.selected;
    know_anew_by_key(self);
    if (self->filtering && (key_is(key, "Enter") || key_is(key, "Tab"))) {
        self->filtering = false;
    } else if (self->filtering && !list_key_below_field(&self->list, key)) {
        if (field_key(&self->filter, key) != EDIT_CHANGED)
            return;
        make_targets(self, ui);
        return look(self, ui, effects);
    } else if (!self->filtering) {
        list_key(&self->list, key);
    }
    if (self->list.selected != before)
        look(self, ui, effects);
}

static void back(struct moving *self, const struct ui *ui, struct effects *effects)
{
    if (!self->filtering && !*field_text(&self->filter))
        return effects_back(effects);
    self->filtering = false;
    field_set(&self->filter, "");
    make_targets(self, ui);
    look(self, ui, effects);
}

static void act(struct moving *self, const struct ui *ui, enum action action, struct effects *effects)
{
    if (action != ACTION_MOVE_NOW)
        know_anew_by_key(self);
    switch (action) {
    case ACTION_BACK:
        return back(self, ui, effects);
    case ACTION_FILTER:
        self->filtering = true;
        return;
    case ACTION_MOVE_UNTIL:
        return ask_until(ui, effects);
    case ACTION_MOVE_HOW:
        return turn_how(self, ui, effects);
    case ACTION_MOVE_ASK:
        return turn_asking(self, ui, effects);
    case ACTION_ADVICE_NOT:
        return leave_to_refuse(effects);
    case ACTION_MOVE_NOW:
        return apply(self, effects);
    default:
        return;
    }
}

static void move_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct moving *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load_soon(self, ui, effects);
    case MSG_TICK:
        return tick(self, ui, effects);
    case MSG_DATA:
        return on_data(self, ui, msg, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        if (!self->filtering)
            return;
        field_paste(&self->filter, msg->text, strlen(msg->text));
        make_targets(self, ui);
        return look(self, ui, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        return set_until(self, ui, msg->text ? msg->text : "", effects);
    case MSG_RESULT:
        return on_result(self, ui, msg, effects);
    default:
        return;
    }
}

static const char *why_not_now(const struct moving *self, const struct ui *ui)
{
    if (!moving_target(self))
        return self->asking ? TR("There is no free counter.") : TR("There is no queue.");
    if (json_get(self->effect, "refused"))
        return TR("It cannot be done like this: the reason stands at its side.");
    if (!json_get(self->effect, "move"))
        return TR("The effect is not here yet: a moment.");
    return ui->link.state == LINK_ONLINE
               ? NULL
               : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
}

static const char *move_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct moving *self = data;
    switch (action) {
    case ACTION_MOVE_UNTIL:
        return moving_has_counters(self) ? NULL : TR("People who wait are moved for good.");
    case ACTION_MOVE_HOW:
        return moving_has_counters(self) && !self->asking ? NULL : TR("Only counters have several queues.");
    case ACTION_MOVE_ASK:
        return *self->user ? NULL : TR("Choose one counter at which somebody sits, alone.");
    case ACTION_ADVICE_NOT:
        return self->advice ? NULL : TR("This move is your own: nothing advised it.");
    case ACTION_MOVE_NOW:
        return why_not_now(self, ui);
    default:
        return NULL;
    }
}

static bool move_typing(const void *data)
{
    return ((const struct moving *)data)->filtering;
}

const struct screen_ops move_screen = {.id = SCREEN_MOVE,
                                       .new = move_new,
                                       .free = move_free,
                                       .update = move_update,
                                       .view = moving_view,
                                       .enabled = move_enabled,
                                       .typing = move_typing,
                                       .awaits = true,
                                       .gives_way = true,
                                       .tells_why = true};
