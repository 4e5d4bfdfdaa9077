/* screens/audit_screen.c: who did what, on what, when and from where: the hall's audit, searched, opened line by line, saved
 * and checked. Everything is asked of the hall beside everything else; without it what was read stays. Decides nothing. */
#include "screens/audit.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"
#include "core/model/period.h"

static void *audit_new(const struct json *args)
{
    struct audit *self = xcalloc(1, sizeof *self);
    str_copy(self->only.subject, sizeof self->only.subject, json_text_or(args, "subject", ""));
    self->first = true;
    return self;
}

static void audit_free(void *data)
{
    struct audit *self = data;
    json_free(&self->lines);
    json_free(&self->line);
    json_free(&self->check.told);
    free(self);
}

static const struct json *line_here(const struct audit *self)
{
    return self->open ? self->line : json_at(self->lines, (size_t)self->list.selected);
}

static void changed(struct audit *self, const struct ui *ui, struct effects *effects)
{
    self->open = false;
    audit_ask_first(self, ui, effects);
}

/* --- what is asked for --- */

static int32_t today(const struct ui *ui)
{
    char text[DATE_TEXT];
    int32_t day = 0;
    time_date(ui->now_ms, text);
    (void)day_parse(text, &day);
    return day;
}

static void ask_days(const struct ui *ui, struct effects *effects)
{
    static const char *const words[] = {TR("today"),      TR("yesterday"),   TR("this week"),
                                        TR("this month"), TR("from … to …"), TR("all days")};
    static const char *const values[] = {"0", "1", "2", "3", "days", "all"};
    struct json *question = question_new("period", tr(ui->lang, TR("Of which days")));
    for (int i = 0; i < 6; i++) {
        char key[2] = {(char)('1' + i), '\0'};
        question_choice(question, key, tr(ui->lang, words[i]), values[i], NULL);
    }
    effects_ask(effects, question);
}

static void ask_typed_days(const struct audit *self, const struct ui *ui, struct effects *effects)
{
    char typed[2 * DATE_TEXT];
    struct json *question = question_new("days", tr(ui->lang, TR("First and last day, each as 2026-11-30")));
    str_format(typed, sizeof typed, "%s%s%s", self->only.from, *self->only.from ? " " : "", self->only.to);
    question_field(question, typed, false);
    effects_ask(effects, question);
}

static void take_typed_days(struct audit *self, const struct ui *ui, const char *text,
                            struct effects *effects)
{
    int32_t from, to;
    if (!period_read(text, &from, &to)) {
        effects_toast(effects, TOAST_WARN, "%s",
                      tr(ui->lang, TR("Write two days, the earlier first, as 2026-11-01 2026-11-30.")));
        return ask_typed_days(self, ui, effects);
    }
    day_text(from, self->only.from);
    day_text(to, self->only.to);
    changed(self, ui, effects);
}

static void take_period(struct audit *self, const struct ui *ui, const char *value, struct effects *effects)
{
    static const enum period periods[] = {PERIOD_TODAY, PERIOD_YESTERDAY, PERIOD_WEEK, PERIOD_MONTH};
    int32_t from, to;
    if (str_equal(value, "days"))
        return ask_typed_days(self, ui, effects);
    self->only.from[0] = self->only.to[0] = '\0';
    if (!str_equal(value, "all")) {
        period_of(periods[atoi(value) & 3], today(ui), &from, &to);
        day_text(from, self->only.from);
        day_text(to, self->only.to);
    }
    changed(self, ui, effects);
}

static bool is_offered(const struct json *question, const char *user)
{
    for (const struct json *one = json_first(json_get(question, "list")); one; one = json_next(one))
        if (str_equal(json_text(one, "value"), user))
            return true;
    return false;
}

/* Those who stand in the lines that are read, the one at the cursor first; letters (/) find all others. */
static void ask_user(const struct audit *self, const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("user", tr(ui->lang, TR("Whose lines")));
    const struct json *here = line_here(self);
    if (here)
        question_item(question, audit_who(ui, here), json_text_or(here, "login", ""), json_copy(here));
    for (const struct json *line = json_first(self->lines); line; line = json_next(line))
        if (!is_offered(question, json_text_or(line, "login", "")))
            question_item(question, audit_who(ui, line), json_text_or(line, "login", ""), json_copy(line));
    question_item(question, tr(ui->lang, TR("everybody")), "", NULL);
    effects_ask(effects, question);
}

static void take_user(struct audit *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    str_copy(self->only.user, sizeof self->only.user, msg->text ? msg->text : "");
    str_copy(self->only.user_name, sizeof self->only.user_name, msg->json ? audit_who(ui, msg->json) : "");
    changed(self, ui, effects);
}

static void ask_types(const struct audit *self, const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("types", tr(ui->lang, TR("What was done (Space ticks)")));
    char name[SHOW_TEXT], list[2500];
    str_format(list, sizeof list, ",%s,", self->only.types);
    for (int i = 0; audit_type_at(i); i++) {
        char type[80];
        str_format(type, sizeof type, ",%s,", audit_type_at(i));
        question_item(question, audit_type(ui, audit_type_at(i), name), audit_type_at(i), NULL);
        if (strstr(list, type))
            question_tick(question, audit_type_at(i));
    }
    question_ticks(question);
    effects_ask(effects, question);
}

/* A line each, in the list's order. */
static void take_types(struct audit *self, const struct ui *ui, const char *text, struct effects *effects)
{
    str_copy(self->only.types, sizeof self->only.types, text ? text : "");
    for (char *c = self->only.types; *c; c++)
        *c = *c == '\n' ? ',' : *c;
    size_t length = strlen(self->only.types);
    if (length && self->only.types[length - 1] == ',')
        self->only.types[length - 1] = '\0';
    changed(self, ui, effects);
}

static void ask_text(const struct ui *ui, const char *id, const char *text, const char *typed,
                     struct effects *effects)
{
    struct json *question = question_new(id, tr(ui->lang, text));
    question_field(question, typed, true);
    effects_ask(effects, question);
}

/* --- the head that was saved, files --- */

static void ask_file(const struct ui *ui, const char *id, const char *name, const char *end,
                     struct effects *effects)
{
    char path[120], date[DATE_TEXT];
    struct json *question = question_new(id, tr(ui->lang, TR("Save as")));
    time_date(ui->now_ms, date);
    str_format(path, sizeof path, "~/%s-%s.%s", name, date, end);
    question_field(question, path, false);
    effects_ask(effects, question);
}

static void save_head(const struct audit *self, const struct ui *ui, const char *path,
                      struct effects *effects)
{
    struct audit_head head;
    if (audit_head_here(self, line_here(self), &head))
        audit_head_save(ui, &head, path, effects);
}

static void print_head(const struct audit *self, const struct ui *ui, struct effects *effects)
{
    struct audit_head head;
    if (audit_head_here(self, line_here(self), &head))
        audit_head_print(ui, &head, effects);
}

static void take_head(struct audit *self, const struct ui *ui, const char *text, struct effects *effects)
{
    struct audit_head head;
    if (audit_head_read(text, &head))
        return audit_ask_check(self, ui, head.rev, head.hash, effects);
    effects_toast(
        effects, TOAST_WARN, "%s",
        tr(ui->lang,
           TR("Write the number of the line and its hash, 64 digits and letters, as they were saved.")));
    ask_text(ui, "head", TR("Number and hash of the line that was saved"), text, effects);
}

/* --- messages --- */

static void on_answer(struct audit *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    const char *text = msg->text ? msg->text : "";
    if (str_equal(msg->what, "period"))
        return take_period(self, ui, text, effects);
    if (str_equal(msg->what, "days"))
        return take_typed_days(self, ui, text, effects);
    if (str_equal(msg->what, "user"))
        return take_user(self, ui, msg, effects);
    if (str_equal(msg->what, "types"))
        return take_types(self, ui, text, effects);
    if (str_equal(msg->what, "file"))
        return audit_save(self, ui, text, effects);
    if (str_equal(msg->what, "head_file"))
        return save_head(self, ui, text, effects);
    if (str_equal(msg->what, "head"))
        return take_head(self, ui, text, effects);
    char *into = str_equal(msg->what, "subject") ? self->only.subject : self->only.letters;
    str_copy(into, sizeof self->only.subject, text);
    changed(self, ui, effects);
}

/* The first that a line is about and that has a screen for this person. */
static const struct json *goes_to(const struct audit *self, const struct ui *ui, enum screen_id *screen)
{
    const struct json *line = line_here(self);
    for (const struct json *one = json_first(json_get(line, "about")); one; one = json_next(one)) {
        const char *wire = json_text(one, "t");
        *screen = str_equal(wire, "case")     ? SCREEN_DECISION
                  : str_equal(wire, "ticket") ? SCREEN_WHY
                                              : SCREEN_COUNT;
        if (*screen != SCREEN_COUNT && (screen_info(*screen)->roles & ui->session.roles))
            return one;
    }
    return NULL;
}

static void go(const struct audit *self, const struct ui *ui, struct effects *effects)
{
    enum screen_id screen;
    const struct json *one = goes_to(self, ui, &screen);
    if (!one)
        return;
    struct json *args = json_new_object();
    json_set_text(args, json_text_or(one, "t", ""), json_text(one, "id"));
    effects_open(effects, screen, args);
}

static void back(struct audit *self, const struct ui *ui, struct effects *effects)
{
    static const struct audit none = {0};
    if (self->open) {
        self->open = false;
        return;
    }
    if (self->check.shown) {
        self->check.shown = false;
        return;
    }
    if (*self->save.path) { /* half a file is none */
        self->save.path[0] = '\0';
        effects_add(effects, EFFECT_PIECES, "drop", NULL);
        effects_toast(effects, TOAST_WARN, "%s", tr(ui->lang, TR("Saving was stopped; nothing was saved.")));
        return;
    }
    if (memcmp(&self->only, &none.only, sizeof self->only) == 0)
        return effects_back(effects);
    self->only = none.only;
    changed(self, ui, effects);
}

static void on_action(struct audit *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_REPORT_PERIOD:
        return ask_days(ui, effects);
    case ACTION_AUDIT_USER:
        return ask_user(self, ui, effects);
    case ACTION_AUDIT_KIND:
        return ask_types(self, ui, effects);
    case ACTION_AUDIT_NUMBER:
        return ask_text(ui, "subject", TR("Number of a ticket or application"), self->only.subject, effects);
    case ACTION_FILTER:
        return ask_text(ui, "letters", TR("Letters of a person, of what was done, of a counter or queue"),
                        self->only.letters, effects);
    case ACTION_AUDIT_REFUSED:
        self->only.refused = !self->only.refused;
        return changed(self, ui, effects);
    case ACTION_AUDIT_GO:
        return go(self, ui, effects);
    case ACTION_EXPORT:
        return ask_file(ui, "file", "audit", "csv", effects);
    case ACTION_AUDIT_CHECK:
        return audit_ask_check(self, ui, "", "", effects);
    case ACTION_AUDIT_COMPARE:
        return ask_text(ui, "head", TR("Number and hash of the line that was saved"), "", effects);
    case ACTION_AUDIT_HEAD:
        return ask_file(ui, "head_file", "audit-head", "txt", effects);
    case ACTION_PRINT:
        return print_head(self, ui, effects);
    case ACTION_RETRY:
        return audit_ask_first(self, ui, effects);
    case ACTION_BACK:
        return back(self, ui, effects);
    default:
        return;
    }
}

static void on_key(struct audit *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (self->open) {
        list_set_count(&self->scroll, audit_line_rows(self, ui));
        if ((msg->key.code == K_LEFT && self->list.selected > 0) ||
            (msg->key.code == K_RIGHT && self->list.selected + 1 < self->list.count)) {
            list_select(&self->list, self->list.selected + (msg->key.code == K_LEFT ? -1 : 1));
            return audit_ask_line(self, ui, effects);
        }
        (void)list_key(&self->scroll, msg->key);
        return;
    }
    if (msg->key.code == K_ENTER)
        return audit_ask_line(self, ui, effects);
    if (list_key(&self->list, msg->key))
        audit_ask_next(self, ui, effects);
}

static void audit_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct audit *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
    case MSG_STATUS:
        if (self->first)
            audit_ask_first(self, ui, effects);
        return;
    case MSG_FETCHED:
        return audit_fetched(self, ui, msg, effects);
    case MSG_TICK:
        return audit_tick(self, ui, effects);
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

static const char no_hall[] = TR("The hall cannot be reached. What is shown stays; nothing is lost.");

static const char *audit_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct audit *self = data;
    enum screen_id screen;
    struct audit_head head;
    bool running = self->check.shown &&
                   (!self->check.told || str_equal(json_text(self->check.told, "state"), "running"));
    switch (action) {
    case ACTION_AUDIT_CHECK:
    case ACTION_AUDIT_COMPARE:
        return !audit_reached(ui) ? no_hall : running ? TR("The check is running already.") : NULL;
    case ACTION_EXPORT:
        return !audit_reached(ui)  ? no_hall
               : *self->save.path  ? TR("A file is being saved already.")
               : !self->list.count ? TR("There is no line to save.")
                                   : NULL;
    case ACTION_AUDIT_HEAD:
    case ACTION_PRINT:
        return audit_head_here(self, line_here(self), &head)
                   ? NULL
                   : TR("Check the chain first, or go to a line with which a day ended.");
    case ACTION_AUDIT_GO:
        return goes_to(self, ui, &screen) ? NULL : TR("This line is about nothing that you could open.");
    default:
        return NULL;
    }
}

const struct screen_ops audit_screen = {
    .id = SCREEN_AUDIT,
    .new = audit_new,
    .free = audit_free,
    .update = audit_update,
    .view = audit_view,
    .enabled = audit_enabled,
};
