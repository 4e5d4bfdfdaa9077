/* screens/worklist_bulk.c: marked applications of the worklist, and giving them, or the one at the cursor, to a person or a
 * queue. Each is a command of its own, so that one that is refused holds up no other; what was refused is told line by
 * line and stays marked. */
#include <string.h>

#include "core/model/role.h"
#include "screens/show.h"
#include "screens/worklist.h"
#include "tui/text.h"

/* Each is written to the disk before it leaves: more would let a key wait. */
enum { MARKS_MAX = 100 };

/* --- marks --- */

int worklist_mark_count(const struct worklist *self)
{
    return (int)json_count(self->marks);
}

bool worklist_is_marked(const struct worklist *self, const char *id)
{
    return json_get(self->marks, id) != NULL;
}

static bool is_full(const struct worklist *self, const struct ui *ui, struct effects *effects)
{
    if (worklist_mark_count(self) < MARKS_MAX)
        return false;
    effects_toast(effects, TOAST_WARN, tr(ui->lang, TR("%d are marked: more cannot be done at once.")),
                  MARKS_MAX);
    return true;
}

static void mark(struct worklist *self, const struct json *row)
{
    if (!self->marks)
        self->marks = json_new_object();
    json_set_text(self->marks, json_text_or(row, "id", ""), json_text_or(row, "number", ""));
}

void worklist_mark(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = worklist_row(self, self->list.selected);
    const char *id = json_text_or(row, "id", "");
    if (worklist_is_marked(self, id))
        json_remove(self->marks, id);
    else if (!is_full(self, ui, effects))
        mark(self, row);
}

/* All that the window holds, or none of them when all are marked already. */
void worklist_mark_shown(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    int before = worklist_mark_count(self);
    for (int i = 0; i < self->list.count; i++) {
        const struct json *row = worklist_row(self, i);
        if (worklist_is_marked(self, json_text_or(row, "id", "")))
            continue;
        if (is_full(self, ui, effects))
            return;
        mark(self, row);
    }
    if (worklist_mark_count(self) == before)
        json_free(&self->marks);
}

/* --- giving them to somebody --- */

/* What is of no agency is of each, as the hall has it. */
static bool is_of_ours(const struct ui *ui, const struct json *row)
{
    const char *agency = json_text_or(row, "agency", "");
    return !*ui->session.agency || !*agency || str_equal(agency, ui->session.agency);
}

static bool is_colleague(const struct ui *ui, const struct json *user)
{
    bool works =
        json_has_text(json_get(user, "roles"), "clerk") || json_has_text(json_get(user, "roles"), "approver");
    return works && json_bool(user, "active", true) && !str_equal(json_text(user, "id"), ui->session.user) &&
           is_of_ours(ui, user);
}

static void add_target(struct json *question, const char *label, const char *kind, const struct json *row)
{
    char value[120];
    str_format(value, sizeof value, "%s:%s", kind, json_text_or(row, "id", ""));
    question_item(question, label, value, NULL);
}

/* The answer of the query "accounts": people of one's own agency, then its queues. */
void worklist_ask_target(struct worklist *self, const struct ui *ui, const struct json *accounts,
                         struct effects *effects)
{
    int count = worklist_mark_count(self);
    char text[200];
    if (count > 1)
        str_format(text, sizeof text, tr(ui->lang, TR("Hand %d applications to:")), count);
    else
        str_format(text, sizeof text, tr(ui->lang, TR("Hand %s to:")),
                   count ? json_as_text(json_first(self->marks))
                         : json_text_or(worklist_row(self, self->list.selected), "number", ""));
    struct json *question = question_new("assign", text);
    for (const struct json *user = json_first(json_get(accounts, "users")); user; user = json_next(user))
        if (is_colleague(ui, user))
            add_target(question, json_text_or(user, "name", ""), "user", user);
    for (const struct json *queue = json_first(json_get(accounts, "queues")); queue;
         queue = json_next(queue)) {
        if (!is_of_ours(ui, queue))
            continue;
        str_format(text, sizeof text, "%s %s", json_text_or(queue, "code", ""),
                   show_name(ui, json_get(queue, "name")));
        add_target(question, text, "queue", queue);
    }
    effects_ask(effects, question);
}

static void send_one(struct worklist *self, const char *id, const char *number, const struct json *to,
                     struct effects *effects)
{
    struct json *body = json_new_object(), *sent = json_new_object();
    json_set_text(body, "case", id);
    json_set(body, "to", json_copy(to));
    effects_command(effects, "case.assign", body);
    json_set_text(sent, "number", number);
    json_set(self->sent, id, sent);
}

/* Takes to. */
static void send_all(struct worklist *self, struct json *to, struct effects *effects)
{
    const struct json *row = worklist_row(self, self->list.selected);
    json_free(&self->sent);
    self->sent = json_new_object();
    self->told = 0;
    if (!worklist_mark_count(self))
        send_one(self, json_text_or(row, "id", ""), json_text_or(row, "number", ""), to, effects);
    for (const struct json *one = json_first(self->marks); one; one = json_next(one))
        send_one(self, json_name(one), json_as_text(one), to, effects);
    json_free(&to);
}

void worklist_take(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    struct json *to = json_new_object();
    json_set_text(to, "user", ui->session.user);
    send_all(self, to, effects);
}

void worklist_hand_to(struct worklist *self, const char *target, struct effects *effects)
{
    const char *id = strchr(target, ':');
    if (!id)
        return;
    char kind[16];
    struct json *to = json_new_object();
    str_format(kind, sizeof kind, "%.*s", (int)(id - target), target);
    json_set_text(to, kind, id + 1);
    send_all(self, to, effects);
}

/* --- what came of it --- */

/* In words when it is drawn: the language may be another by then. */
static void put_refusal(struct json *sent, const char *code, const char *message)
{
    json_set_text(sent, "code", code);
    json_set_text(sent, "text", message ? message : "");
}

static void refusal_line(const struct ui *ui, const struct json *sent, char out[400])
{
    const char *number = json_text_or(sent, "number", "");
    const char *text = show_refusal(ui, json_text_or(sent, "code", ""), json_text(sent, "text"));
    bool named = *number && str_starts(text, number); /* the hall's own sentence begins with it */
    str_format(out, 400, "%s%s%s", named ? "" : number, named ? "" : "  ", text);
}

/* The commands are stored, or refused at once, in the order in which they were asked for. */
void worklist_on_stored(struct worklist *self, const struct msg *msg)
{
    const struct json *one = json_first(self->sent);
    for (int i = 0; one && i < self->told; i++)
        one = json_next(one);
    if (!one)
        return;
    self->told++;
    struct json *sent = json_edit(self->sent, json_name(one));
    if (msg->kind == MSG_SAVED)
        json_set_int(sent, "seq", msg->seq);
    else
        put_refusal(sent, msg->code, msg->text);
}

static int count_answered(const struct worklist *self, bool refused)
{
    int count = 0;
    for (const struct json *one = json_first(self->sent); one; one = json_next(one))
        count += refused ? json_text(one, "text") != NULL
                         : json_text(one, "text") || json_bool(one, "done", false);
    return count;
}

void worklist_on_answer(struct worklist *self, const struct ui *ui, const struct msg *msg,
                        struct effects *effects)
{
    const struct json *error = json_get(msg->json, "error");
    int all = (int)json_count(self->sent);
    for (const struct json *one = json_first(self->sent); one; one = json_next(one)) {
        if (json_int(one, "seq", -1) != msg->seq)
            continue;
        struct json *sent = json_edit(self->sent, json_name(one));
        if (str_equal(json_text(msg->json, "status"), "applied")) {
            json_set_bool(sent, "done", true);
            if (self->marks)
                json_remove(self->marks, json_name(one));
        } else {
            put_refusal(sent, json_text_or(error, "code", ""), json_text_or(error, "message", ""));
        }
    }
    if (all > 1 && count_answered(self, false) == all && !count_answered(self, true))
        effects_toast(effects, TOAST_GOOD, tr(ui->lang, TR("%d applications have a new holder.")), all);
}

bool worklist_has_given(const struct worklist *self, const char *id)
{
    return json_bool(json_get(self->sent, id), "done", false);
}

/* One alone is told as any refusal is. */
int worklist_refused(const struct worklist *self)
{
    return json_count(self->sent) > 1 ? count_answered(self, true) : 0;
}

void worklist_forget_refused(struct worklist *self)
{
    json_free(&self->sent);
}

int worklist_refused_view(const struct worklist *self, const struct ui *ui, struct frame *frame,
                          struct rect area)
{
    int refused = worklist_refused(self), most = area.h / 3, line = 1;
    char text[400];
    if (!refused || most < 2)
        return 0;
    str_format(text, sizeof text, tr(ui->lang, TR("! %d of %d were refused and are still marked:")), refused,
               (int)json_count(self->sent));
    text_draw(frame, rect_row(area, area.h - (refused + 1 < most ? refused + 1 : most)), text, STYLE_WARN);
    int rows = refused + 1 < most ? refused + 1 : most;
    for (const struct json *one = json_first(self->sent); one && line < rows; one = json_next(one)) {
        if (!json_text(one, "text"))
            continue;
        bool last = line == rows - 1 && refused > rows - 1;
        if (last)
            str_format(text, sizeof text, tr(ui->lang, TR("and %d more")), refused - line + 1);
        else
            refusal_line(ui, one, text);
        struct rect place = rect_row(area, area.h - rows + line++);
        rect_cut_left(&place, 2);
        text_draw(frame, place, text, last ? STYLE_DIM : STYLE_TEXT);
    }
    return rows;
}
