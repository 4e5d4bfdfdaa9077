/* screens/audit_ask.c: what the audit's screen asks of the hall and what it does with the answer. One question at a time:
 * what is chosen meanwhile is asked for when the answer is here. */
#include "screens/audit.h"
#include "screens/training_word.h"

#include <stdlib.h>
#include <string.h>

#include "core/wire/csv.h"

enum { PAGE = 60, SAVE_PAGE = 200, AHEAD = 20, EMPTY_MAX = 200 };
static const char check_path[] = "/v1/audit/verify";

bool audit_reached(const struct ui *ui)
{
    return ui->link.state == LINK_ONLINE || ui->link.state == LINK_COPYING;
}

static void add(struct buf *path, const char *name, const char *value)
{
    if (!*value)
        return;
    buf_addf(path, "&%s=", name);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        buf_addf(path, strchr("%&#+= ?", *c) || *c > 126 ? "%%%02X" : "%c", *c);
}

void audit_path(const struct audit *self, const struct ui *ui, const char *after, bool save,
                char out[AUDIT_PATH])
{
    struct buf path = {0};
    char words[2400];
    buf_addf(&path, "/v1/audit?limit=%d", save ? SAVE_PAGE : PAGE);
    add(&path, "from", self->only.from);
    add(&path, "to", self->only.to);
    add(&path, "user", self->only.user);
    add(&path, "type", self->only.types);
    add(&path, "subject", self->only.subject);
    add(&path, "q", self->only.letters);
    audit_types_with(ui, self->only.letters, words, sizeof words);
    add(&path, "words", words);
    add(&path, "refused", self->only.refused ? "1" : "");
    add(&path, "save", save ? "1" : "");
    add(&path, "after", after);
    str_copy(out, AUDIT_PATH, buf_text(&path));
    buf_free(&path);
}

/* --- pages --- */

static void ask(struct audit *self, const struct ui *ui, const char *path, struct effects *effects)
{
    str_copy(self->asked, sizeof self->asked, path);
    self->asked_ms = ui->now_ms;
    effects_add(effects, EFFECT_FETCH, path, NULL);
}

void audit_ask_first(struct audit *self, const struct ui *ui, struct effects *effects)
{
    char path[AUDIT_PATH];
    self->first = true;
    if (*self->asked || !audit_reached(ui))
        return;
    audit_path(self, ui, "", false, path);
    ask(self, ui, path, effects);
}

static bool wants_more(const struct audit *self)
{
    int count = (int)json_count(self->lines);
    return *self->next && count < AUDIT_LINES_KEPT && self->list.selected + AHEAD >= count &&
           self->empty < EMPTY_MAX;
}

void audit_ask_next(struct audit *self, const struct ui *ui, struct effects *effects)
{
    char path[AUDIT_PATH];
    if (*self->asked || *self->save.path || self->first || !audit_reached(ui) || !wants_more(self))
        return;
    audit_path(self, ui, self->next, false, path);
    ask(self, ui, path, effects);
}

static void take_page(struct audit *self, const struct ui *ui, const struct json *page, bool first)
{
    const struct json *lines = json_get(page, "lines");
    if (first || !self->lines) {
        json_free(&self->lines);
        self->lines = json_new_array();
        self->look = json_int(page, "look", 0);
        self->empty = 0;
        list_select(&self->list, 0);
    }
    self->empty = json_count(lines) ? 0 : self->empty + 1;
    for (const struct json *line = json_first(lines); line; line = json_next(line))
        json_add(self->lines, json_copy(line));
    self->through = json_int(page, "searched_through", 0);
    self->partly = !json_bool(page, "whole", true);
    str_copy(self->next, sizeof self->next, json_text_or(page, "next", ""));
    self->shown_ms = ui->now_ms;
    list_set_count(&self->list, (int)json_count(self->lines));
}

static const char *why_not(const struct ui *ui, const struct msg *msg)
{
    const struct json *error = json_get(msg->json, "error");
    return error ? show_refusal(ui, json_text_or(error, "code", ""), json_text_or(error, "message", ""))
                 : tr(ui->lang, TR("The hall gave no answer. It is asked again in a moment."));
}

static void page_came(struct audit *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    char path[AUDIT_PATH];
    bool first = !strstr(self->asked, "&after=");
    bool good = !msg->text && json_is_array(json_get(msg->json, "lines"));
    audit_path(self, ui, first ? "" : self->next, false, path);
    bool still = str_equal(path, self->asked);
    self->asked[0] = '\0';
    str_copy(self->why, sizeof self->why, good ? "" : why_not(ui, msg));
    if (good && still) {
        take_page(self, ui, msg->json, first);
        self->first = false;
    }
    if (!still) /* something else was chosen meanwhile */
        return audit_ask_first(self, ui, effects);
    if (!good && json_get(msg->json, "error")) { /* the same would be refused again */
        self->first = false;
        self->next[0] = '\0';
    }
    if (good)
        audit_ask_next(self, ui, effects);
}

/* --- a line --- */

void audit_ask_line(struct audit *self, const struct ui *ui, struct effects *effects)
{
    const struct json *line = json_at(self->lines, (size_t)self->list.selected);
    char path[80];
    if (!line)
        return;
    json_free(&self->line);
    self->open = true;
    self->line = json_copy(line); /* what is known already stands there at once */
    self->scroll = (struct list){0};
    str_format(path, sizeof path, "/v1/audit/%lld?look=%lld", (long long)json_int(line, "rev", 0),
               (long long)self->look);
    if (audit_reached(ui))
        effects_add(effects, EFFECT_FETCH, path, NULL);
}

static void line_came(struct audit *self, const struct msg *msg)
{
    if (!self->open || msg->text || json_int(msg->json, "rev", -1) != json_int(self->line, "rev", 0))
        return;
    json_free(&self->line);
    self->line = json_copy(msg->json);
}

/* --- the check --- */

void audit_ask_check(struct audit *self, const struct ui *ui, const char *rev, const char *hash,
                     struct effects *effects)
{
    char *body = *rev ? xasprintf("{\"head\":{\"rev\":%s,\"hash\":\"%s\"}}", rev, hash) : xstrdup("{}");
    json_free(&self->check.told);
    self->check.shown = self->check.asked = true;
    self->check.begun_ms = ui->now_ms;
    effects_add(effects, EFFECT_FETCH, check_path, body);
    free(body);
}

static bool is_checking(const struct audit *self)
{
    return self->check.shown &&
           (!self->check.told || str_equal(json_text(self->check.told, "state"), "running"));
}

static void check_came(struct audit *self, const struct msg *msg, struct effects *effects)
{
    bool first = !self->check.told;
    const char *code = json_text(json_get(msg->json, "error"), "code");
    self->check.asked = false;
    if (msg->text && !str_equal(code, "check_running")) {
        self->check.shown = !first;
        effects_toast(effects, TOAST_WARN, "%s",
                      json_text_or(json_get(msg->json, "error"), "message", msg->text));
        return;
    }
    if (!msg->text) {
        json_free(&self->check.told);
        self->check.told = json_copy(msg->json);
    }
    if (first && is_checking(self)) { /* a small hall has done it by now */
        self->check.asked = true;
        effects_add(effects, EFFECT_FETCH, check_path, NULL);
    }
}

/* --- a file --- */

static void save_next(struct audit *self, const struct ui *ui, struct effects *effects)
{
    char path[AUDIT_PATH];
    audit_path(self, ui, self->save.next, true, path);
    effects_add(effects, EFFECT_FETCH, path, NULL);
}

void audit_save(struct audit *self, const struct ui *ui, const char *path, struct effects *effects)
{
    if (!str_copy(self->save.path, sizeof self->save.path, path))
        self->save.path[0] = '\0';
    if (!*self->save.path)
        return;
    self->save.next[0] = '\0';
    self->save.lines = 0;
    self->save.begun = false;
    self->save.begun_ms = ui->now_ms;
    effects_add(effects, EFFECT_PIECES, "begin", path);
    if (ui->training) {
        char *line = xasprintf("%s\n", training_word(ui->lang));
        effects_add(effects, EFFECT_PIECES, "add", line);
        free(line);
    }
    save_next(self, ui, effects);
}

static struct json *cells_of(const struct ui *ui, const struct json *line)
{
    char sentence[4 * SHOW_TEXT];
    struct json *cells = json_copy(line);
    json_set_text(cells, "what", audit_sentence(ui, line, sentence));
    return cells;
}

static void add_lines(struct audit *self, const struct ui *ui, const struct json *lines,
                      struct effects *effects)
{
    static const char *const names[] = {"rev",  "at",      "login",  "name",        "workstation", "what",
                                        "type", "outcome", "client", "body_sha256", "prev",        "hash"};
    struct json *columns = json_new_array(), *rows = json_new_array();
    struct buf text = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_add_text(columns, names[i]);
    for (const struct json *line = json_first(lines); line; line = json_next(line))
        json_add(rows, cells_of(ui, line));
    csv_write(columns, rows, &text);
    size_t head = self->save.begun ? strcspn(buf_text(&text), "\n") + 1 : 0;
    self->save.begun = true;
    self->save.lines += (int64_t)json_count(lines);
    effects_add(effects, EFFECT_PIECES, "add", buf_text(&text) + head);
    json_free(&columns);
    json_free(&rows);
    buf_free(&text);
}

static void save_came(struct audit *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (!*self->save.path)
        return;
    if (msg->text || !json_is_array(json_get(msg->json, "lines"))) {
        effects_add(effects, EFFECT_PIECES, "drop", NULL);
        self->save.path[0] = '\0';
        effects_toast(effects, TOAST_DANGER, "%s",
                      tr(ui->lang, TR("The hall did not answer to the end: nothing was saved. Save again.")));
        return;
    }
    add_lines(self, ui, json_get(msg->json, "lines"), effects);
    str_copy(self->save.next, sizeof self->save.next, json_text_or(msg->json, "next", ""));
    if (*self->save.next)
        return save_next(self, ui, effects);
    effects_add(effects, EFFECT_PIECES, "end", NULL);
    self->save.path[0] = '\0';
}

/* --- whatever comes --- */

void audit_fetched(struct audit *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "file"))
        self->save.path[0] = '\0'; /* the file cannot be written, and that was said */
    else if (str_equal(msg->what, check_path))
        check_came(self, msg, effects);
    else if (str_starts(msg->what, "/v1/audit/"))
        line_came(self, msg);
    else if (strstr(msg->what, "&save=1"))
        save_came(self, ui, msg, effects);
    else if (*self->asked && str_equal(msg->what, self->asked))
        page_came(self, ui, msg, effects);
}

void audit_tick(struct audit *self, const struct ui *ui, struct effects *effects)
{
    enum { FAILED_MS = 10 * 1000 };
    if (is_checking(self) && !self->check.asked && audit_reached(ui)) {
        self->check.asked = true;
        effects_add(effects, EFFECT_FETCH, check_path, NULL);
    }
    if (self->first && *self->why && ui->now_ms - self->asked_ms >= FAILED_MS)
        audit_ask_first(self, ui, effects);
}
