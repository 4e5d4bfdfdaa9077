/* screens/disputes_screen.c: records that the hall could not simply take: what was wanted, what stands, whom it concerns,
 * and the choices in plain words. Nothing here goes away by itself. Drawing is in disputes_draw.c. */
#include "screens/disputes.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "screens/show.h"

enum { ROWS_MAX = 200 };

static void *disputes_new(const struct json *args)
{
    (void)args;
    return xcalloc(1, sizeof(struct disputes));
}

static void drop_about(struct disputes *self)
{
    form_free(&self->form);
    json_free(&self->source);
    json_free(&self->about);
}

static void disputes_free(void *data)
{
    struct disputes *self = data;
    drop_about(self);
    json_free(&self->data);
    json_free(&self->users);
    json_free(&self->fields);
    free(self);
}

const struct json *disputes_chosen(const struct disputes *self)
{
    return json_at(json_get(self->data, "rows"), (size_t)self->list.selected);
}

const char *disputes_user(const struct disputes *self, const char *id)
{
    for (const struct json *row = json_first(json_get(self->users, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return json_text_or(row, "name", "");
    return "";
}

bool disputes_are_branches(const struct json *dispute)
{
    return str_equal(json_text(dispute, "code"), "draft_conflict");
}

/* --- what it is about --- */

static const char *case_of(const struct json *dispute)
{
    const char *id = json_text(dispute, "case");
    return id ? id : json_text(json_get(json_get(dispute, "command"), "body"), "case");
}

static void load_about(struct disputes *self, struct effects *effects)
{
    const char *id = case_of(disputes_chosen(self));
    if (str_equal(id ? id : "", self->about_id))
        return;
    str_copy(self->about_id, sizeof self->about_id, id ? id : "");
    drop_about(self);
    if (!id)
        return;
    struct json *args = json_new_object();
    json_set_text(args, "case", id);
    effects_load(effects, "case", args);
}

/* The names of fields and the writing of their values are the form's. */
static void open_form(struct disputes *self)
{
    const struct json *service = json_get(self->about, "service"), *hall = json_get(self->about, "hall");
    struct err_info info = {0};
    if (!catalogue_has_form(service))
        return;
    self->source = json_new_object();
    json_set(self->source, "service", json_copy(service));
    json_set(self->source, "pack", json_is_object(hall) ? json_copy(hall) : json_new_object());
    struct form_source source = {.service = json_get(self->source, "service"),
                                 .pack = json_get(self->source, "pack")};
    if (form_open(&source, &self->form, &info))
        self->form = NULL;
}

static void load(struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_int(args, "limit", ROWS_MAX);
    effects_load(effects, "disputes", args);
    effects_load(effects, "users", NULL);
}

/* --- the choices, core/command/disputes.h --- */

int disputes_choices(const struct ui *ui, const struct json *dispute,
                     enum dispute_choice out[DISPUTE_CHOICES])
{
    struct actor actor = {.roles = ui->session.roles};
    str_copy(actor.user, sizeof actor.user, ui->session.user);
    return dispute ? dispute_choices(dispute, &actor, out) : 0;
}

/* "the decision that counts now: refused, Adi Saputra" */
static const char *decision_text(const struct disputes *self, const struct ui *ui, const char *before,
                                 const char *outcome, const char *by, char out[300])
{
    str_format(out, 300, "%s: %s%s%s", before, show_case_event(ui, outcome), by ? ", " : "",
               by ? disputes_user(self, by) : "");
    return out;
}

const char *disputes_choice_text(const struct disputes *self, const struct ui *ui, const struct json *dispute,
                                 enum dispute_choice choice, char out[300])
{
    static const char *const texts[DISPUTE_CHOICES] = {
        [DISPUTE_DROP] = TR("leave it as the hall has it, and close this"),
        [DISPUTE_KEEP_THEIRS] = TR("everything as it stands in the form now"),
        [DISPUTE_FIELDS] = TR("choose field by field"),
        [DISPUTE_APPLY] = TR("do it once more, on what stands now"),
        [DISPUTE_APPLY_AS_ME] = TR("do it in your own name instead"),
        [DISPUTE_NOTE] = TR("do not do it, but keep it there as a note"),
    };
    const struct json *standing = json_get(dispute, "standing"), *row = json_get(dispute, "row"),
                      *body = json_get(json_get(dispute, "command"), "body");
    bool contest = dispute_is_contest(dispute);
    if (contest && choice == DISPUTE_KEEP_THEIRS && json_is_object(standing))
        return decision_text(self, ui, tr(ui->lang, TR("the decision that counts now")),
                             json_text_or(standing, "outcome", ""), json_text(standing, "by"), out);
    if (contest && choice == DISPUTE_KEEP_THEIRS)
        return decision_text(self, ui, tr(ui->lang, TR("what stands now")), "", json_text(row, "user"), out);
    if (contest && choice == DISPUTE_KEEP_MINE)
        return decision_text(self, ui, tr(ui->lang, TR("the other decision")),
                             json_text_or(body, "outcome", ""), json_text(dispute, "user"), out);
    if (choice == DISPUTE_KEEP_MINE)
        str_format(out, 300, tr(ui->lang, TR("everything as %s typed it")),
                   disputes_user(self, json_text(dispute, "user")));
    else
        str_copy(out, 300, tr(ui->lang, texts[choice]));
    return out;
}

static void ask_choice(struct disputes *self, const struct ui *ui, struct effects *effects)
{
    enum dispute_choice choices[DISPUTE_CHOICES];
    const struct json *dispute = disputes_chosen(self);
    int count = disputes_choices(ui, dispute, choices);
    struct json *question = question_new("choice", tr(ui->lang, TR("What shall count?")));
    str_copy(self->id, sizeof self->id, json_text_or(dispute, "id", ""));
    for (int i = 0; i < count; i++) {
        char key[12], text[300];
        str_format(key, sizeof key, "%d", i + 1);
        question_choice(question, key, disputes_choice_text(self, ui, dispute, choices[i], text),
                        dispute_choice_text(choices[i]), NULL);
    }
    effects_ask(effects, question);
}

static void ask_note(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("note", tr(ui->lang, TR("A note for whoever asks later (may be empty)")));
    question_field(question, "", true);
    effects_ask(effects, question);
}

static void settle(struct disputes *self, const struct msg *msg, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "dispute", self->id);
    json_set_text(body, "choice", self->choice);
    if (!str_empty(msg->text))
        json_set_text(body, "note", msg->text);
    if (strcmp(self->choice, dispute_choice_text(DISPUTE_FIELDS)) == 0)
        json_set(body, "fields", json_copy(self->fields));
    self->picking = false;
    effects_command(effects, "dispute.resolve", body);
}

/* --- field by field --- */

static const struct json *branches(const struct disputes *self)
{
    return json_get(disputes_chosen(self), "branches");
}

bool disputes_picked_mine(const struct disputes *self, const char *pointer)
{
    return str_equal(json_text(self->fields, pointer), "mine");
}

static void pick(struct disputes *self, bool mine)
{
    const char *pointer = json_text(json_at(branches(self), (size_t)self->field), "pointer");
    if (pointer)
        json_set_text(self->fields, pointer, mine ? "mine" : "theirs");
}

static void start_picking(struct disputes *self)
{
    json_free(&self->fields);
    self->fields = json_new_object();
    self->picking = true;
    int count = (int)json_count(branches(self));
    for (self->field = count; self->field-- > 0;)
        pick(self, false);
    self->field = 0;
}

static void move_field(struct disputes *self, int by)
{
    int count = (int)json_count(branches(self)), to = self->field + by;
    self->field = to < 0 ? 0 : to >= count ? count - 1 : to;
}

static void picking_key(struct disputes *self, const struct ui *ui, struct key key, struct effects *effects)
{
    const char *pointer = json_text_or(json_at(branches(self), (size_t)self->field), "pointer", "");
    if (key_is(key, "Up") || key_is(key, "k") || key_is(key, "S-Tab"))
        move_field(self, -1);
    else if (key_is(key, "Down") || key_is(key, "j") || key_is(key, "Tab"))
        move_field(self, 1);
    else if (key_is(key, "Left"))
        pick(self, false);
    else if (key_is(key, "Right"))
        pick(self, true);
    else if (key_is(key, "Space"))
        pick(self, !disputes_picked_mine(self, pointer));
    else if (key_is(key, "Enter"))
        ask_note(ui, effects);
}

/* --- messages --- */

static void answered(struct disputes *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    if (!str_equal(msg->what, "choice"))
        return settle(self, msg, effects);
    str_copy(self->choice, sizeof self->choice, msg->text ? msg->text : "");
    if (strcmp(self->choice, dispute_choice_text(DISPUTE_FIELDS)) == 0)
        return start_picking(self);
    ask_note(ui, effects);
}

static void on_data(struct disputes *self, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "case")) {
        drop_about(self);
        self->about = json_copy(msg->json);
        return open_form(self);
    }
    struct json **place = str_equal(msg->what, "users") ? &self->users : &self->data;
    json_free(place);
    *place = json_copy(msg->json);
    list_set_count(&self->list, (int)json_count(json_get(self->data, "rows")));
    if (self->picking && !str_equal(json_text(disputes_chosen(self), "id"), self->id))
        self->picking = false; /* settled by somebody else meanwhile */
    load_about(self, effects);
}

static void on_key(struct disputes *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (self->picking)
        return picking_key(self, ui, msg->key, effects);
    if (key_is(msg->key, "Enter"))
        effects_do(effects, ACTION_RESOLVE);
    else if (list_key(&self->list, msg->key))
        load_about(self, effects);
}

static void on_action(struct disputes *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    if (msg->action == ACTION_BACK && self->picking)
        self->picking = false;
    else if (msg->action == ACTION_BACK)
        effects_back(effects);
    else if (msg->action == ACTION_RESOLVE)
        ask_choice(self, ui, effects);
}

static void disputes_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct disputes *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(effects);
    case MSG_DATA:
        return on_data(self, msg, effects);
    case MSG_KEY:
        return on_key(self, ui, msg, effects);
    case MSG_ACTION:
        return on_action(self, ui, msg, effects);
    case MSG_ANSWERED:
        return answered(self, ui, msg, effects);
    case MSG_RESULT:
        if (str_equal(json_text(msg->json, "status"), "applied"))
            effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Settled.")));
        return;
    default:
        return;
    }
}

static const char *disputes_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct disputes *self = data;
    enum dispute_choice choices[DISPUTE_CHOICES];
    if (action != ACTION_RESOLVE)
        return NULL;
    if (self->picking)
        return TR("Choose field by field: Enter when it is done, Esc to go back.");
    if (!disputes_chosen(self))
        return TR("Nothing is to be settled.");
    if (!disputes_choices(ui, disputes_chosen(self), choices))
        return dispute_is_contest(disputes_chosen(self))
                   ? TR("Two decisions stand against each other: a supervisor chooses.")
                   : TR("Its author or a supervisor settles this.");
    return ui->link.state == LINK_ONLINE
               ? NULL
               : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
}

const struct screen_ops disputes_screen = {.id = SCREEN_DISPUTES,
                                           .new = disputes_new,
                                           .free = disputes_free,
                                           .update = disputes_update,
                                           .view = disputes_view,
                                           .enabled = disputes_enabled,
                                           .awaits = true};
