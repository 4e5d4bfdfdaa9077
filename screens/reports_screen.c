/* screens/reports_screen.c: what happened in a period, as the hall counts it. The hall is asked beside everything else, so
 * that nothing waits for it; without it the last answer stays, with its time. */
#include "screens/reports.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"
#include "core/wire/csv.h"
#include "screens/show.h"

enum {
    AGAIN_MS = 60 * 1000,  /* a period that is not over is asked for anew */
    FAILED_MS = 10 * 1000, /* what had no answer */
    YEAR_DAYS = 366,
};

static void *reports_new(const struct json *args)
{
    struct reports *self = xcalloc(1, sizeof *self);
    (void)args;
    self->period = PERIOD_TODAY;
    return self;
}

static void reports_free(void *data)
{
    struct reports *self = data;
    json_free(&self->data);
    free(self);
}

static int32_t today(const struct ui *ui)
{
    char text[DATE_TEXT];
    int32_t day = 0;
    time_date(ui->now_ms, text);
    (void)day_parse(text, &day);
    return day;
}

/* --- asking --- */

void reports_path(const struct reports *self, char out[REPORT_PATH])
{
    char from[DATE_TEXT], to[DATE_TEXT];
    struct buf path = {0};
    day_text(self->from, from);
    day_text(self->to, to);
    buf_addf(&path, "/v1/report/%s?from=%s&to=%s", report_kind(self->kind)->name, from, to);
    if (self->compare)
        buf_adds(&path, "&compare=1");
    if (*self->only)
        buf_addf(&path, "&%s=", self->only);
    for (const unsigned char *c = (const unsigned char *)self->only_id; *self->only && *c; c++)
        buf_addf(&path, strchr("%&#+= ?", *c) || *c > 126 ? "%%%02X" : "%c", *c);
    str_copy(out, REPORT_PATH, buf_text(&path));
    buf_free(&path);
}

static bool is_reached(const struct ui *ui)
{
    return ui->link.state == LINK_ONLINE || ui->link.state == LINK_COPYING;
}

/* One question at a time: what was chosen meanwhile is asked for when the answer is here. */
static void ask_hall(struct reports *self, const struct ui *ui, struct effects *effects)
{
    char path[REPORT_PATH];
    reports_path(self, path);
    if (*self->asked || !is_reached(ui))
        return;
    str_copy(self->asked, sizeof self->asked, path);
    self->asked_lang = ui->lang;
    self->asked_ms = ui->now_ms;
    self->failed = false;
    strcat(path, "&lang=");
    strcat(path, lang_code(ui->lang));
    effects_add(effects, EFFECT_FETCH, path, NULL);
}

bool reports_is_shown(const struct reports *self)
{
    char path[REPORT_PATH];
    reports_path(self, path);
    return self->data && str_equal(path, self->shown);
}

static bool is_here(const struct reports *self, const struct ui *ui)
{
    return reports_is_shown(self) && self->shown_lang == ui->lang;
}

static void set_period(struct reports *self, const struct ui *ui, int period)
{
    self->period = period;
    self->made = true;
    if (period != REPORT_TYPED)
        period_of((enum period)period, today(ui), &self->from, &self->to);
}

/* Something else is shown: from its top, and asked for unless it is here. */
static void changed(struct reports *self, const struct ui *ui, struct effects *effects)
{
    list_select(&self->list, 0);
    if (!is_here(self, ui))
        ask_hall(self, ui, effects);
}

static void on_load(struct reports *self, const struct ui *ui, struct effects *effects)
{
    if (!self->made)
        set_period(self, ui, self->period);
    bool again = !self->failed || ui->now_ms - self->asked_ms >= FAILED_MS;
    if (again && !is_here(self, ui))
        ask_hall(self, ui, effects);
}

static void take(struct reports *self, const struct ui *ui, const struct json *report)
{
    json_free(&self->data);
    self->data = json_copy(report);
    str_copy(self->shown, sizeof self->shown, self->asked);
    self->shown_lang = self->asked_lang;
    self->shown_ms = ui->now_ms;
    list_set_count(&self->list, (int)json_count(json_get(self->data, "rows")));
}

static void on_fetched(struct reports *self, const struct ui *ui, const struct msg *msg,
                       struct effects *effects)
{
    char path[REPORT_PATH];
    if (!*self->asked || !str_starts(msg->what, self->asked))
        return;
    reports_path(self, path);
    self->failed = msg->text || !json_is_array(json_get(msg->json, "rows"));
    if (!self->failed && str_equal(path, self->asked))
        take(self, ui, msg->json);
    self->asked[0] = '\0';
    if (!self->failed && !is_here(self, ui)) /* something else was chosen meanwhile */
        ask_hall(self, ui, effects);
}

static void on_tick(struct reports *self, const struct ui *ui, struct effects *effects)
{
    bool goes_on = self->from <= today(ui) && self->to >= today(ui);
    int64_t since_ms = ui->now_ms - (self->failed ? self->asked_ms : self->shown_ms);
    if (self->made && (self->failed ? since_ms >= FAILED_MS : goes_on && since_ms >= AGAIN_MS))
        ask_hall(self, ui, effects);
}

/* --- keys --- */

static void ask_period(const struct ui *ui, struct effects *effects)
{
    static const char *const words[] = {TR("today"),      TR("yesterday"),    TR("this week"),
                                        TR("this month"), TR("this quarter"), TR("this year"),
                                        TR("from … to …")};
    struct json *question = question_new("period", tr(ui->lang, TR("Of which days")));
    for (int i = 0; i <= REPORT_TYPED; i++) {
        char key[2] = {(char)('1' + i), '\0'};
        question_choice(question, key, tr(ui->lang, words[i]), key, NULL);
    }
    effects_ask(effects, question);
}

static void ask_days(const struct reports *self, const struct ui *ui, struct effects *effects)
{
    char from[DATE_TEXT], to[DATE_TEXT], typed[2 * DATE_TEXT];
    struct json *question = question_new("days", tr(ui->lang, TR("First and last day, each as 2026-11-30")));
    day_text(self->from, from);
    day_text(self->to, to);
    str_format(typed, sizeof typed, "%s %s", from, to);
    question_field(question, typed, false);
    effects_ask(effects, question);
}

static void take_days(struct reports *self, const struct ui *ui, const char *text, struct effects *effects)
{
    int32_t from, to;
    if (!period_read(text, &from, &to)) {
        effects_toast(effects, TOAST_WARN, "%s",
                      tr(ui->lang, TR("Write two days, the earlier first, as 2026-11-01 2026-11-30.")));
        return ask_days(self, ui, effects);
    }
    self->from = from;
    self->to = to;
    set_period(self, ui, REPORT_TYPED);
    changed(self, ui, effects);
}

static bool ends_a_month(int32_t day)
{
    char next[DATE_TEXT];
    day_text(day + 1, next);
    return str_equal(next + 8, "01");
}

/* What has from … to before it: of all of November all of October, not its last thirty days. */
static int32_t end_after(int32_t from, int32_t to)
{
    int32_t found = to + (to - from + 1), first, last;
    for (int32_t end = to + 1; end <= to + YEAR_DAYS; end++) {
        period_before(to + 1, end, &first, &last);
        if (first == from && last == to && ends_a_month(end))
            found = end;
    }
    return found;
}

/* The stretch as long before, or after. */
static void step(struct reports *self, const struct ui *ui, bool back, struct effects *effects)
{
    int32_t from = self->from, to = self->to, same_from, same_to;
    if (back) {
        period_before(from, to, &self->from, &self->to);
    } else {
        self->from = to + 1;
        self->to = end_after(from, to);
    }
    self->period = REPORT_TYPED;
    for (int i = 0; i < PERIOD_COUNT; i++) {
        period_of((enum period)i, today(ui), &same_from, &same_to);
        if (same_from == self->from && same_to == self->to)
            self->period = i;
    }
    changed(self, ui, effects);
}

static const struct json *row_here(const struct reports *self)
{
    return json_at(json_get(self->data, "rows"), (size_t)self->list.selected);
}

/* The chosen queue or service alone, in every report from here on. */
static void narrow(struct reports *self, const struct ui *ui, struct effects *effects)
{
    const struct report_kind *kind = report_kind(self->kind);
    const char *id = kind->only ? json_text_or(row_here(self), kind->only, "") : "";
    if (str_empty(id))
        return;
    str_copy(self->only, sizeof self->only, kind->only);
    str_copy(self->only_id, sizeof self->only_id, id);
    str_copy(self->only_name, sizeof self->only_name, json_text_or(row_here(self), "name", id));
    changed(self, ui, effects);
}

static void widen(struct reports *self, const struct ui *ui, struct effects *effects)
{
    if (!*self->only)
        return effects_back(effects);
    self->only[0] = self->only_id[0] = '\0';
    changed(self, ui, effects);
}

static void on_key(struct reports *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (msg->key.code == K_LEFT || msg->key.code == K_RIGHT)
        step(self, ui, msg->key.code == K_LEFT, effects);
    else if (msg->key.code == K_ENTER)
        narrow(self, ui, effects);
    else
        (void)list_key(&self->list, msg->key);
}

/* --- a file --- */

static void ask_file(const struct reports *self, const struct ui *ui, struct effects *effects)
{
    char name[120], from[DATE_TEXT], to[DATE_TEXT];
    struct json *question = question_new(
        "file", tr(ui->lang, TR("Save as: .csv for spreadsheets, .pdf or .txt for a page that people read")));
    day_text(self->from, from);
    day_text(self->to, to);
    str_format(name, sizeof name, "~/%s-%s-%s.csv", json_text_or(self->data, "name", "report"), from, to);
    question_field(question, name, false);
    effects_ask(effects, question);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static void save(const struct reports *self, const struct ui *ui, const char *path, struct effects *effects)
{
    char date[DATE_TEXT];
    struct json *paper = json_new_object();
    struct buf csv = {0};
    char *page = ends_with(path, ".csv") ? NULL : reports_paper(self, ui);
    if (!page)
        csv_write(json_get(self->data, "columns"), json_get(self->data, "rows"), &csv);
    time_date(ui->now_ms, date);
    json_set_text(paper, "title", tr(ui->lang, report_kind(self->kind)->title));
    json_set_text(paper, "hall", ui->session.hall_name);
    json_set_text(paper, "text", page ? page : buf_text(&csv));
    json_set_text(paper, "date", date);
    json_set_text(paper, "page", tr(ui->lang, TR("Page {page} of {pages}")));
    json_set_bool(paper, "mono", true);
    effects_notice(effects, path, paper);
    free(page);
    buf_free(&csv);
}

static void on_answer(struct reports *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    if (str_equal(msg->what, "file"))
        return save(self, ui, msg->text, effects);
    if (str_equal(msg->what, "days"))
        return take_days(self, ui, msg->text, effects);
    int period = *msg->text - '1';
    if (period == REPORT_TYPED)
        return ask_days(self, ui, effects);
    set_period(self, ui, period);
    changed(self, ui, effects);
}

/* --- the screen --- */

static void on_action(struct reports *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_NEXT_VIEW:
        self->kind = (self->kind + 1) % report_kinds();
        return changed(self, ui, effects);
    case ACTION_REPORT_PERIOD:
        return ask_period(ui, effects);
    case ACTION_REPORT_COMPARE:
        self->compare = !self->compare;
        return changed(self, ui, effects);
    case ACTION_EXPORT:
        return ask_file(self, ui, effects);
    case ACTION_AUDIT:
        return effects_open(effects, SCREEN_AUDIT, NULL);
    case ACTION_BACK:
        return widen(self, ui, effects);
    default:
        return;
    }
}

static void reports_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct reports *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
    case MSG_STATUS:
        return on_load(self, ui, effects);
    case MSG_FETCHED:
        return on_fetched(self, ui, msg, effects);
    case MSG_TICK:
        return on_tick(self, ui, effects);
    case MSG_KEY:
        return on_key(self, ui, msg, effects);
    case MSG_ACTION:
        return on_action(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        return on_answer(self, ui, msg, effects);
    default:
        return;
    }
}

static const char *reports_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct reports *self = data;
    (void)ui;
    if (action == ACTION_EXPORT && !reports_is_shown(self))
        return TR("There is no report to save yet.");
    return NULL;
}

const struct screen_ops reports_screen = {
    .id = SCREEN_REPORTS,
    .new = reports_new,
    .free = reports_free,
    .update = reports_update,
    .view = reports_view,
    .enabled = reports_enabled,
};
