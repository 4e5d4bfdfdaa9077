/* screens/form_screen.c: the form of an application: keys and messages. What is typed and saved is in
 * form_fill.c, drawing in form_draw.c. */
#include <stdlib.h>
#include <string.h>

#include "core/form/pointer.h"
#include "screens/form.h"
#include "screens/notice.h"
#include "screens/print_text.h"
#include "screens/show.h"

enum { PAUSE_MS = 1000 };

static void *form_new(const struct json *args)
{
    struct form_screen *self = xcalloc(1, sizeof *self);
    fill_init(self, args);
    return self;
}

static void form_screen_free(void *data)
{
    fill_deinit(data);
    free(data);
}

static const struct sheet_item *items(const struct form_screen *self)
{
    return self->now.sheet.items;
}

static int count(const struct form_screen *self)
{
    return self->now.sheet.count;
}

static const char *focus_of(const struct form_screen *self)
{
    return sheet_focused(&self->sheet, items(self), count(self));
}

/* The field in hand counts as left: what is in it is saved. */
static void leave_field(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    char id[FORM_POINTER];
    str_copy(id, sizeof id, focus_of(self) ? focus_of(self) : "");
    if (*id)
        fill_left(self, ui, id);
    fill_commit(self, effects);
    fill_journal(self, effects);
}

/* --- pages and rows --- */

static void first_field(struct form_screen *self)
{
    sheet_key(&self->sheet, items(self), count(self), key_of("C-Home"));
}

static int page_by(const struct form_screen *self, int by)
{
    for (int i = self->page + by; i >= 0 && i < self->now.view.page_count; i += by)
        if (self->now.view.pages[i].visible)
            return i;
    return -1;
}

static void turn_page(struct form_screen *self, const struct ui *ui, int by, struct effects *effects)
{
    int page = *self->inside ? -1 : page_by(self, by);
    leave_field(self, ui, effects);
    if (page < 0)
        return;
    self->page = page;
    fill_refresh(self, ui);
    first_field(self);
}

/* From a table's row back to the table: onto the row, or the one after it. */
static void go_out(struct form_screen *self, const struct ui *ui, bool on, struct effects *effects)
{
    char row[FORM_POINTER];
    leave_field(self, ui, effects);
    str_copy(row, sizeof row, self->inside);
    fill_go_to(self, ui, ""); /* out of every row */
    self->inside[0] = '\0';
    char *slash = strrchr(row, '/');
    char *inner = slash ? xstrndup(row, (size_t)(slash - row)) : xstrdup("");
    fill_go_to(self, ui, inner); /* a table within a row stays inside that */
    free(inner);
    if (sheet_focus(&self->sheet, items(self), count(self), row) && on)
        sheet_key(&self->sheet, items(self), count(self), key_of("Down"));
}

static void open_row(struct form_screen *self, const struct ui *ui, const char *id, struct effects *effects)
{
    if (id[0] && strcmp(id + strlen(id) - 1, "-") == 0) {
        fill_add_row(self, ui, effects);
        return;
    }
    str_copy(self->inside, sizeof self->inside, id);
    fill_refresh(self, ui);
    first_field(self);
}

/* --- mending --- */

static const struct json *mend_now(const struct form_screen *self)
{
    return json_at(self->mend, (size_t)self->mend_at);
}

static void go_to_mend(struct form_screen *self, const struct ui *ui, int at)
{
    int all = (int)json_count(self->mend);
    if (!all)
        return;
    self->mend_at = (at + all) % all;
    fill_go_to(self, ui, json_text_or(mend_now(self), "pointer", ""));
}

/* Whether something is left to mend; when not, says so. */
static bool mend_again(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    bool left = !fill_check(self, ui);
    fill_refresh(self, ui);
    if (!left)
        effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("All is filled in: F10 submits.")));
    return left;
}

/* While things are mended, Enter goes to the next of them; the last one ends it. */
static void mend_next(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    char was[FORM_POINTER];
    str_copy(was, sizeof was, json_text_or(mend_now(self), "pointer", ""));
    if (mend_again(self, ui, effects))
        go_to_mend(self, ui, self->mend_at + str_equal(json_text(mend_now(self), "pointer"), was));
}

/* Every other key follows the fields, and the list points at the one in hand when it is on it: at the first of what is
 * wrong in a row or a list, unless it points into that already. */
static void mend_follow(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    int at = 0;
    if (!mend_again(self, ui, effects))
        return;
    const char *focus = focus_of(self) ? focus_of(self) : "";
    self->mend_at = self->mend_at < (int)json_count(self->mend) ? self->mend_at : 0;
    if (!*focus || pointer_within(json_text_or(mend_now(self), "pointer", ""), focus))
        return;
    for (const struct json *m = json_first(self->mend); m; m = json_next(m), at++)
        if (pointer_within(json_text_or(m, "pointer", ""), focus)) {
            self->mend_at = at;
            return;
        }
}

/* --- submitting --- */

static void submit(struct form_screen *self, struct effects *effects)
{
    effects_command(effects, "case.submit", dossier_body(&self->of));
}

/* What does not stop a submission, but is worth a second look; false: nothing. */
static bool ask_first(const struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    struct schema_errors warnings = {0};
    struct buf text = {0};
    int papers = dossier_documents_unmet(&self->of);
    form_warnings(self->form, self->draft, &context, &warnings);
    if (warnings.count)
        buf_addf(&text, "%s ", warnings.list[0].message);
    else if (papers)
        buf_addf(&text, tr(ui->lang, TR("Papers not settled: %d. ")), papers);
    bool ask = text.length > 0;
    if (ask) {
        buf_adds(&text, tr(ui->lang, TR("Submit all the same?")));
        struct json *question = question_new("submit", buf_text(&text));
        question_choice(question, "y", tr(ui->lang, TR("submit")), "yes", NULL);
        effects_ask(effects, question);
    }
    schema_errors_free(&warnings);
    buf_free(&text);
    return ask;
}

/* Two people wrote differently into one field: one of the answers is chosen before anything is submitted. */
static bool ask_which(const struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    const struct json *branch = fill_branch(self, NULL);
    struct buf label = {0}, kept = {0}, other = {0};
    if (!branch)
        return false;
    fill_branch_text(self, ui, branch, false, &label, &kept);
    buf_clear(&label);
    fill_branch_text(self, ui, branch, true, &label, &other);
    char *text = xasprintf(tr(ui->lang, TR("%s: two answers. Which holds?")), buf_text(&label));
    struct json *question = question_new("which", text);
    question_choice(question, "1", buf_text(&kept), "kept", NULL);
    question_choice(question, "2", buf_text(&other), "other", NULL);
    effects_ask(effects, question);
    free(text);
    buf_free(&label);
    buf_free(&kept);
    buf_free(&other);
    return true;
}

static void save_receipt(const struct form_screen *self, const struct ui *ui, const char *path,
                         struct effects *effects)
{
    struct buf text = {0};
    if (notice_receipt(&self->of, ui, &text))
        notice_save(&self->of, ui, notice_lang(&self->of, ui), buf_text(&text), NULL, path, effects);
    buf_free(&text);
}

static void answered(struct form_screen *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    const struct json *branch = fill_branch(self, NULL);
    if (str_equal(msg->what, "submit"))
        submit(self, effects);
    else if (str_equal(msg->what, "notice_file"))
        save_receipt(self, ui, msg->text ? msg->text : "", effects);
    else if (branch)
        fill_settle(self, ui, branch, str_equal(msg->text, "other"), effects);
}

static void check_then_submit(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    leave_field(self, ui, effects);
    self->mend_at = 0;
    if (!fill_check(self, ui))
        go_to_mend(self, ui, 0);
    else if (!ask_which(self, ui, effects) && !ask_first(self, ui, effects))
        submit(self, effects);
}

/* --- actions --- */

static const struct json *last_value(const struct form_screen *self)
{
    const char *id = focus_of(self);
    return id ? json_pointer(dossier_part(&self->of, "last"), id) : NULL;
}

static void repeat_last(struct form_screen *self, const struct ui *ui)
{
    char id[FORM_POINTER];
    const struct json *value = last_value(self);
    if (!value)
        return;
    str_copy(id, sizeof id, focus_of(self));
    json_remove(self->raw, id);
    json_remove(self->problems, id);
    fill_put(self, ui, id, json_copy(value));
    fill_refresh(self, ui);
}

static void copy_summary(const struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    bool hidden;
    char *text = fill_summary(self, ui, &hidden);
    effects_add(effects, EFFECT_COPY, NULL, text);
    effects_toast(
        effects, TOAST_PLAIN, "%s",
        tr(ui->lang, hidden ? TR("Copied, without the hidden values: F3 shows them first.") : TR("Copied.")));
    free(text);
}

static void print_summary(const struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    bool hidden;
    char *text = fill_summary(self, ui, &hidden);
    print_send(effects, "paper", json_text_or(dossier_row(&self->of), "number", ""),
               print_sheet(ui, "", text));
    if (hidden)
        effects_toast(effects, TOAST_PLAIN, "%s",
                      tr(ui->lang, TR("Printed without the hidden values: F3 shows them first.")));
    free(text);
}

static void back(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    if (sheet_close(&self->sheet))
        return;
    if (self->pairs) {
        self->pairs = 0;
    } else if (self->mend) {
        json_free(&self->mend);
        fill_refresh(self, ui);
    } else if (*self->inside) {
        go_out(self, ui, false, effects);
    } else {
        leave_field(self, ui, effects);
        effects_back(effects);
    }
}

static void act(struct form_screen *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return back(self, ui, effects);
    case ACTION_SUBMIT:
        return check_then_submit(self, ui, effects);
    case ACTION_NEW_VERSION:
        leave_field(self, ui, effects);
        return version_compare(self, ui);
    case ACTION_NEXT_PAGE:
    case ACTION_PREVIOUS_PAGE:
        return turn_page(self, ui, action == ACTION_NEXT_PAGE ? 1 : -1, effects);
    case ACTION_REPEAT_LAST:
        return repeat_last(self, ui);
    case ACTION_REVEAL:
        self->reveal_ms = dossier_reveal(&self->of, ui, self->reveal_ms, effects);
        return fill_refresh(self, ui);
    case ACTION_ADD_ITEM:
        leave_field(self, ui, effects);
        return fill_add_row(self, ui, effects);
    case ACTION_REMOVE_ITEM:
        return fill_remove_row(self, ui, effects);
    case ACTION_UNDO:
        return fill_undo(self, ui, effects);
    case ACTION_COPY:
        return copy_summary(self, ui, effects);
    case ACTION_PRINT:
        return print_summary(self, ui, effects);
    case ACTION_SAVE_NOTICE:
        return notice_ask_file(&self->of, ui, true, effects);
    case ACTION_PAPERS:
        return dossier_open(&self->of, SCREEN_DOCUMENTS, effects);
    case ACTION_DECIDE:
        return dossier_open(&self->of, SCREEN_DECISION, effects);
    default:
        return;
    }
}

/* --- keys --- */

static void on_event(struct form_screen *self, const struct ui *ui, const struct sheet_event *event,
                     struct key key, struct effects *effects)
{
    switch (event->kind) {
    case SHEET_CHANGED:
        fill_typed(self, ui, event->id, event->value);
        return;
    case SHEET_LEFT:
    case SHEET_DONE:
        fill_left(self, ui, event->id);
        fill_commit(self, effects);
        fill_journal(self, effects);
        if (self->mend && key_is(key, "Enter"))
            mend_next(self, ui, effects);
        else if (self->mend)
            mend_follow(self, ui, effects);
        else if (event->kind == SHEET_DONE && *self->inside)
            go_out(self, ui, true, effects);
        else if (event->kind == SHEET_DONE && page_by(self, 1) >= 0)
            turn_page(self, ui, 1, effects);
        return;
    case SHEET_OPENED:
        return open_row(self, ui, event->id, effects);
    case SHEET_IGNORED:
    case SHEET_USED:
        return;
    }
}

static void on_key(struct form_screen *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (!self->form || version_key(self, key, effects))
        return;
    struct sheet_event event = sheet_key(&self->sheet, items(self), count(self), key);
    on_event(self, ui, &event, key, effects);
    if (!event.taken)
        return;
    event = sheet_key(&self->sheet, items(self), count(self), key);
    on_event(self, ui, &event, key, effects);
}

static void on_paste(struct form_screen *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (!self->form || self->pairs)
        return;
    struct sheet_event event = sheet_paste(&self->sheet, items(self), count(self), text, strlen(text));
    on_event(self, ui, &event, (struct key){0}, effects);
}

/* The mouse went to a field: the one in hand is left as by Tab. */
static void point(struct form_screen *self, const struct ui *ui, int item, struct effects *effects)
{
    char id[FORM_POINTER];
    if (!self->form || self->pairs || self->mend || item < 0 || item >= count(self))
        return;
    str_copy(id, sizeof id, items(self)[item].id ? items(self)[item].id : "");
    leave_field(self, ui, effects);
    sheet_focus(&self->sheet, items(self), count(self), id);
}

/* --- messages --- */

static void on_tick(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    if (self->reveal_ms && ui->now_ms >= self->reveal_ms) {
        self->reveal_ms = 0;
        fill_refresh(self, ui);
    }
    if (self->journal_due && ui->now_ms - self->typed_ms >= PAUSE_MS)
        fill_journal(self, effects);
}

static void on_saved(struct form_screen *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    if (str_equal(msg->what, "case.draft"))
        fill_saved(self);
    if (str_equal(msg->what, "case.submit"))
        effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Submitted.")));
    if (str_equal(msg->what, "case.migrate"))
        effects_toast(effects, TOAST_GOOD, "%s",
                      tr(ui->lang, TR("Taken over. Go through what is asked anew.")));
}

/* The hall validated again and found more: its list is shown as ours is. */
static void on_result(struct form_screen *self, const struct ui *ui, const struct msg *msg)
{
    if (str_equal(msg->what, "case.submit") && json_get(msg->json, "error") && fill_writable(self) &&
        !fill_check(self, ui))
        go_to_mend(self, ui, 0);
}

static void form_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct form_screen *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return dossier_load(&self->of, effects);
    case MSG_DATA:
        return fill_take(self, ui, msg->json, effects);
    case MSG_RESIZE:
        self->w = msg->w;
        return sheet_fit(&self->sheet, form_screen_sheet_w(msg->w));
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        return on_paste(self, ui, msg->text, effects);
    case MSG_POINT:
        return point(self, ui, (int)msg->seq, effects);
    case MSG_TICK:
        return on_tick(self, ui, effects);
    case MSG_HIDE:
        return leave_field(self, ui, effects);
    case MSG_KEEP:
        return fill_journal(self, effects);
    case MSG_ANSWERED:
        return answered(self, ui, msg, effects);
    case MSG_SAVED:
        return on_saved(self, ui, msg, effects);
    case MSG_REFUSED:
        if (str_equal(msg->what, "case.draft"))
            fill_not_saved(self);
        return;
    case MSG_RESULT:
        return on_result(self, ui, msg);
    default:
        return;
    }
}

/* --- what is possible --- */

static const char *why_unreadable(const struct form_screen *self)
{
    if (!dossier_row(&self->of))
        return TR("There is no application here.");
    if (fill_is_foreign(self))
        return TR("This is another agency's application: its form is not shown here.");
    return self->form ? NULL : TR("The form of this service cannot be shown.");
}

static const char *why_read_only(const struct form_screen *self)
{
    if (!dossier_row(&self->of))
        return TR("There is no application here.");
    if (!dossier_is_draft(&self->of))
        return TR("The application is submitted: its form is only read now. d decides.");
    if (fill_is_foreign(self))
        return why_unreadable(self);
    if (version_is_gone(self))
        return TR("It can be read, not written.");
    if (self->pairs)
        return TR("Esc leaves the comparison first.");
    return why_unreadable(self);
}

static const char *may_change_rows(const struct form_screen *self, bool remove)
{
    char table[FORM_POINTER];
    int row;
    const char *why = why_read_only(self);
    if (why)
        return why;
    if (!fill_table_at(self, table, &row))
        return TR("There is no group of rows at this place.");
    return remove && row < 0 ? TR("Choose a row first.") : NULL;
}

static const char *form_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct form_screen *self = data;
    (void)ui;
    switch (action) {
    case ACTION_SUBMIT:
        return why_read_only(self);
    case ACTION_NEW_VERSION:
        return version_why_not(self);
    case ACTION_NEXT_PAGE:
        if (self->pairs)
            return TR("Esc leaves the comparison first.");
        if (*self->inside)
            return TR("Esc leaves this row first.");
        return page_by(self, 1) < 0 ? TR("This is the last page.") : NULL;
    case ACTION_PREVIOUS_PAGE:
        if (self->pairs)
            return TR("Esc leaves the comparison first.");
        if (*self->inside)
            return TR("Esc leaves this row first.");
        return page_by(self, -1) < 0 ? TR("This is the first page.") : NULL;
    case ACTION_REPEAT_LAST:
        if (why_read_only(self))
            return why_read_only(self);
        return last_value(self) ? NULL : TR("This person has given nothing here before.");
    case ACTION_ADD_ITEM:
        return may_change_rows(self, false);
    case ACTION_REMOVE_ITEM:
        return may_change_rows(self, true);
    case ACTION_UNDO:
        return self->removed && fill_writable(self) ? NULL : TR("No row was removed.");
    case ACTION_DECIDE:
        if (!dossier_row(&self->of))
            return TR("There is no application here.");
        return dossier_is_draft(&self->of) ? TR("Not submitted yet: F10 checks and submits.") : NULL;
    case ACTION_SAVE_NOTICE:
        return notice_why_no_receipt(&self->of, ui);
    case ACTION_REVEAL:
        if (self->pairs)
            return TR("Esc leaves the comparison first.");
        return dossier_row(&self->of) ? NULL : TR("There is no application here.");
    case ACTION_PAPERS:
        return dossier_row(&self->of) ? NULL : TR("There is no application here.");
    case ACTION_COPY:
    case ACTION_PRINT:
        return why_unreadable(self);
    default:
        return NULL;
    }
}

static bool form_typing(const void *data)
{
    const struct form_screen *self = data;
    return fill_writable(self) && !self->pairs && sheet_typing(&self->sheet, items(self), count(self));
}

static bool form_chooses(const void *data)
{
    const struct form_screen *self = data;
    const char *focus = sheet_focused(&self->sheet, items(self), count(self));
    for (int i = 0; focus && i < count(self); i++)
        if (str_equal(items(self)[i].id, focus))
            return items(self)[i].option_count > 0;
    return false;
}

/* A field whose value is hidden goes into no recording. */
static bool form_secret(const void *data)
{
    const struct form_item *item = fill_focused(data);
    return item && item->sensitive;
}

static void view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    form_screen_view(data, ui, frame, area);
}

static char *title(const void *data, const struct ui *ui)
{
    const struct form_screen *self = data;
    return dossier_title(&self->of, ui, NULL);
}

static const char *object(const void *data)
{
    const struct form_screen *self = data;
    return self->of.id;
}

const struct screen_ops form_screen = {
    .id = SCREEN_FORM,
    .new = form_new,
    .free = form_screen_free,
    .update = form_update,
    .view = view,
    .enabled = form_enabled,
    .typing = form_typing,
    .secret = form_secret,
    .chooses = form_chooses,
    .title = title,
    .object = object,
};
