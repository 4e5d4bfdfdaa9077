/* screens/form_fill.c: what is typed into a form, and what of it is saved. Draws nothing; the rules of the form are
 * core/form's. */
#include <stdlib.h>
#include <string.h>

#include "core/form/pointer.h"
#include "screens/form.h"
#include "screens/show.h"

/* --- merge patches --- */

/* Puts a later patch onto an earlier one: unlike json_merge it keeps the nulls, which remove. */
static void compose(struct json *patch, const struct json *later)
{
    for (const struct json *member = json_first(later); member; member = json_next(member)) {
        struct json *mine = json_edit(patch, json_name(member));
        if (json_is_object(mine) && json_is_object(member))
            compose(mine, member);
        else
            json_set(patch, json_name(member), json_copy(member));
    }
}

static void add_patch(struct json **patch, const struct json *later)
{
    if (!*patch)
        *patch = json_new_object();
    compose(*patch, later);
}

static struct json *object_or_new(const struct json *json)
{
    return json_is_object(json) ? json_copy(json) : json_new_object();
}

static void rebuild_draft(struct form_screen *self)
{
    json_free(&self->draft);
    self->draft = object_or_new(self->base);
    if (self->sent)
        json_merge(self->draft, self->sent);
    if (self->typed)
        json_merge(self->draft, self->typed);
}

/* --- the form --- */

void fill_init(struct form_screen *self, const struct json *args)
{
    dossier_init(&self->of, args);
    sheet_init(&self->sheet);
    self->raw = json_new_object();
    self->problems = json_new_object();
    self->passed = json_new_object();
    self->w = 80;
}

static void close_form(struct form_screen *self)
{
    fill_page_free(&self->now);
    form_free(&self->form);
    json_free(&self->source);
    free(self->opened);
    self->opened = NULL;
}

void fill_deinit(struct form_screen *self)
{
    close_form(self);
    dossier_deinit(&self->of);
    sheet_deinit(&self->sheet);
    struct json **const owned[] = {&self->base,    &self->sent,     &self->typed,  &self->draft,
                                   &self->raw,     &self->problems, &self->passed, &self->mend,
                                   &self->removed, &self->reason,   &self->fresh};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        json_free(owned[i]);
}

/* A service without a form still takes a note along. */
static struct json *note_service(const struct ui *ui)
{
    struct json *service = NULL;
    char *text = xasprintf("{\"form\":{\"schema\":{\"type\":\"object\",\"properties\":{\"note\":{\"type\":"
                           "\"string\",\"maxLength\":2000,\"title\":\"%s\"}}}}}",
                           tr(ui->lang, TR("Note")));
    enum err err = json_parse(text, strlen(text), &service, NULL);
    free(text);
    return err ? json_new_object() : service;
}

/* What the form borrows is kept apart from the rows, which come anew while somebody types. */
static void open_form(struct form_screen *self, const struct ui *ui)
{
    const struct json *service = dossier_part(&self->of, "service");
    const struct json *described = json_get(service, "form"), *hall = dossier_part(&self->of, "hall");
    char *text = described ? json_print(described) : xstrdup(lang_code(ui->lang));
    struct err_info info = {0};
    if (self->form && str_equal(text, self->opened)) {
        free(text);
        return;
    }
    close_form(self);
    self->opened = text;
    self->source = json_new_object();
    json_set(self->source, "service", catalogue_has_form(service) ? json_copy(service) : note_service(ui));
    json_set(self->source, "pack", object_or_new(hall));
    struct form_source source = {
        .service = json_get(self->source, "service"), .pack = json_get(self->source, "pack"), .typed = true};
    json_free(&self->reason);
    if (form_open(&source, &self->form, &info))
        self->reason = json_new_text(info.text);
}

/* Rows that a person may only see in part come without what was written. */
bool fill_is_foreign(const struct form_screen *self)
{
    return dossier_row(&self->of) && !json_is_object(json_get(dossier_row(&self->of), "draft"));
}

bool fill_writable(const struct form_screen *self)
{
    return self->form && dossier_is_draft(&self->of) && !fill_is_foreign(self) &&
           !version_is_gone(self); /* it would be another form's words */
}

/* --- what is shown --- */

static const char *raw_of(const struct form_screen *self, const char *pointer)
{
    return json_text(self->raw, pointer);
}

static bool is_typed_kind(const struct sheet_item *item)
{
    return item->kind == SHEET_TEXT || item->kind == SHEET_AREA || item->kind == SHEET_NUMBER ||
           item->kind == SHEET_DATE;
}

const struct json *fill_branch(const struct form_screen *self, const char *pointer)
{
    const struct json *branches = json_get(dossier_row(&self->of), "branches");
    for (const struct json *b = json_first(branches); b; b = json_next(b))
        if (!pointer || str_equal(json_text(b, "pointer"), pointer))
            return b;
    return NULL;
}

/* Somebody wrote it, or what it is part of, since the application was opened. */
static bool was_written(const struct form_screen *self, const char *pointer)
{
    const struct json *revs = json_get(dossier_row(&self->of), "draft_revs");
    for (const struct json *one = json_first(revs); one; one = json_next(one))
        if (pointer_within(pointer, json_name(one)) || pointer_within(json_name(one), pointer))
            return true;
    return false;
}

static bool is_fresh(const struct form_screen *self, const char *pointer)
{
    return self->fresh && json_pointer(self->fresh, pointer);
}

/* What was filled in by the program, when the application was opened or just now, and nobody went over yet. Whoever
 * submitted it went over all of it. */
static bool is_unpassed(const struct form_screen *self, const char *pointer)
{
    bool first = fill_writable(self) && str_equal(dossier_state(&self->of), "draft");
    return first && !json_get(self->passed, pointer) &&
           (is_fresh(self, pointer) || !was_written(self, pointer));
}

/* --- what it came back for --- */

/* The hall's own check is told by F10, field by field; a decision's list is only told here. */
static const struct json *returned_list(const struct form_screen *self, const char *name)
{
    const struct json *returned = json_get(dossier_row(&self->of), "returned");
    const struct json *list = json_get(returned, name);
    bool decided =
        str_equal(dossier_state(&self->of), "returned") && !str_equal(json_text(returned, "by"), "system");
    return decided && json_count(list) ? list : NULL;
}

static bool same_value(const struct json *a, const struct json *b)
{
    return a && b ? json_equal(a, b) : !a && !b;
}

/* It reads as it was handed in: nobody has mended it yet. */
static bool is_unmended(const struct form_screen *self, const char *pointer)
{
    const struct json *submitted = json_get(dossier_row(&self->of), "submitted");
    return same_value(json_pointer(self->draft, pointer), json_pointer(submitted, pointer));
}

/* "/children/-": the door to one more row. */
static bool is_door(const struct sheet_item *item)
{
    size_t length = item->kind == SHEET_ROW && item->id ? strlen(item->id) : 0;
    return length > 2 && strcmp(item->id + length - 2, "/-") == 0;
}

/* At the field; at the row of a table that it is in; of a whole table at the door to one more row. */
static bool is_to_mend(const struct form_screen *self, const struct sheet_item *item)
{
    size_t length = item->id ? strlen(item->id) : 0;
    bool row = item->kind == SHEET_ROW, door = is_door(item);
    for (const struct json *one = json_first(returned_list(self, "fields")); one && length;
         one = json_next(one)) {
        const char *pointer = json_text_or(one, "pointer", "");
        bool here = str_equal(pointer, item->id) || (row && pointer_within(pointer, item->id)) ||
                    (door && strlen(pointer) == length - 2 && strncmp(pointer, item->id, length - 2) == 0);
        if (*pointer && here && is_unmended(self, pointer))
            return true;
    }
    return false;
}

/* The first, in the form's order, that is not mended yet. */
static void go_to_unmended(struct form_screen *self, const struct ui *ui)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    const struct json *fields = returned_list(self, "fields"), *first = NULL;
    struct json *named = fields ? form_fields(self->form, self->draft, &context) : NULL;
    for (const struct json *one = json_first(named); one && !first; one = json_next(one))
        for (const struct json *field = json_first(fields); field && !first; field = json_next(field)) {
            const char *pointer = json_text_or(field, "pointer", "");
            if (pointer_within(pointer, json_text_or(one, "pointer", "")) && is_unmended(self, pointer))
                first = field;
        }
    if (first)
        fill_go_to(self, ui, json_text(first, "pointer"));
    json_free(&named);
}

/* Somebody filled in a part of it: a clerk, or the system that left it. What the program alone filled in is gone over from the
 * first field on. */
static bool is_begun(const struct form_screen *self)
{
    const struct json *row = dossier_row(&self->of);
    return str_equal(dossier_state(&self->of), "draft") &&
           (json_is_object(json_get(row, "arrival")) || json_count(json_get(row, "draft_revs")) > 0);
}

/* What was begun goes on with the first thing that is missing in it. False: nothing is, or nobody began it. */
static bool go_to_missing(struct form_screen *self, const struct ui *ui)
{
    if (!is_begun(self) || fill_check(self, ui))
        return false;
    char *first = xstrdup(json_text_or(json_first(self->mend), "pointer", ""));
    json_free(&self->mend);
    fill_go_to(self, ui, first);
    free(first);
    return true;
}

static void add_list(const char *head, const struct buf *names, struct buf *out)
{
    if (names->length)
        buf_addf(out, "%s%s: %s", out->length ? ". " : "", head, names->data);
}

static void add_name(const char *name, struct buf *out)
{
    if (*name)
        buf_addf(out, "%s%s", out->length ? ", " : "", name);
}

void fill_returned_text(const struct form_screen *self, const struct ui *ui, struct buf *out)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    const struct json *fields = returned_list(self, "fields"), *papers = returned_list(self, "papers");
    struct json *named = fields ? form_fields(self->form, self->draft, &context) : NULL;
    struct buf names = {0}, again = {0};
    for (const struct json *one = json_first(fields); one; one = json_next(one))
        add_name(form_field_label(named, json_text_or(one, "pointer", "")), &names);
    const struct json *all = json_get(dossier_part(&self->of, "service"), "documents");
    for (const struct json *paper = json_first(all); paper; paper = json_next(paper))
        if (json_has_text(papers, json_text_or(paper, "code", "")))
            add_name(json_get(paper, "name") ? show_name(ui, json_get(paper, "name"))
                                             : json_text_or(paper, "code", ""),
                     &again);
    add_list(tr(ui->lang, TR("Fields to mend")), &names, out);
    add_list(tr(ui->lang, TR("Bring again")), &again, out);
    buf_free(&names);
    buf_free(&again);
    json_free(&named);
}

/* What only this screen knows: texts under way, what the clerk went over, who may write. */
static void dress_item(const struct form_screen *self, enum lang lang, struct sheet_item *item)
{
    const char *id = item->id ? item->id : "";
    if (is_typed_kind(item) && raw_of(self, id))
        item->value = raw_of(self, id);
    if (!item->error || !*item->error)
        item->error = *id && fill_branch(self, id)
                          ? tr(lang, TR("two people wrote differently: F10 asks which holds"))
                      : is_to_mend(self, item) ? tr(lang, TR("to be mended"))
                                               : item->error;
    item->prefilled = item->prefilled && is_unpassed(self, id);
    if (self->reveal_ms)
        item->masked = false;
    if (!fill_writable(self))
        item->readonly = true;
}

/* What is only read has no more rows to add. */
static void close_doors(struct form_sheet *sheet)
{
    int kept = 0;
    for (int i = 0; i < sheet->count; i++)
        if (!is_door(&sheet->items[i]))
            sheet->items[kept++] = sheet->items[i];
    sheet->count = kept;
}

/* What was said when its field was left; while the form is mended all that is wrong in it, once a field. */
static void all_errors(const struct form_screen *self, const struct form_context *context,
                       struct schema_errors *errors)
{
    errors->capacity = (int)json_count(self->problems);
    errors->list = arena_alloc(&errors->arena, ((size_t)errors->capacity + 1) * sizeof *errors->list);
    for (const struct json *one = json_first(self->problems); one; one = json_next(one))
        errors->list[errors->count++] =
            (struct schema_error){json_name(one), json_name(one), "", json_as_text(one)};
    int count = errors->count;
    if (self->mend)
        form_check_draft(self->form, self->draft, context, errors);
    for (int i = count; i < errors->count; i++)
        if (!json_get(self->problems, errors->list[i].field))
            errors->list[count++] = errors->list[i];
    errors->count = count;
}

/* What the view has becomes the page's items. */
static void dress_page(const struct form_screen *self, const struct ui *ui,
                       const struct form_context *context, struct fill_page *out)
{
    if (self->mend || json_count(self->problems)) {
        struct schema_errors errors = {0};
        all_errors(self, context, &errors);
        form_view_errors(&out->view, &errors);
        schema_errors_free(&errors);
    }
    form_sheet_build(self->form, self->draft, context, &out->view, *self->inside ? 0 : self->page,
                     &out->sheet);
    if (!fill_writable(self))
        close_doors(&out->sheet);
    for (int i = 0; i < out->sheet.count; i++) {
        dress_item(self, ui->lang, &out->sheet.items[i]);
        if (ui->column)
            out->sheet.items[i].columns = 1;
    }
}

void fill_page_build(const struct form_screen *self, const struct ui *ui, struct fill_page *out)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    *out = (struct fill_page){.lang = ui->lang};
    str_copy(out->today, sizeof out->today, day);
    if (!self->form)
        return;
    form_view_build(self->form, self->draft, &context, self->inside, &out->view);
    dress_page(self, ui, &context, out);
}

void fill_page_free(struct fill_page *now)
{
    form_sheet_free(&now->sheet);
    form_view_free(&now->view);
    *now = (struct fill_page){0};
}

const struct fill_page *fill_page_for(const struct form_screen *self, const struct ui *ui,
                                      struct fill_page *own)
{
    char day[DATE_TEXT];
    time_date(ui->now_ms, day);
    *own = (struct fill_page){0};
    if (self->now.lang == ui->lang && strcmp(self->now.today, day) == 0)
        return &self->now;
    fill_page_build(self, ui, own);
    return own;
}

void fill_refresh(struct form_screen *self, const struct ui *ui)
{
    fill_page_free(&self->now);
    fill_page_build(self, ui, &self->now);
    if (!*self->inside && self->page < self->now.view.page_count &&
        !self->now.view.pages[self->page].visible) {
        self->page = 0; /* the page went away with an answer */
        fill_page_free(&self->now);
        fill_page_build(self, ui, &self->now);
    }
    sheet_sync(&self->sheet, self->now.sheet.items, self->now.sheet.count);
}

/* After a letter typed: only what it changed is made anew, where that is its own field alone. */
static void refresh_field(struct form_screen *self, const struct ui *ui, const struct form_context *context,
                          const char *pointer)
{
    enum { PATCHES_MAX = 256 }; /* each leaves a text in the view until it is built anew */
    struct fill_page own;
    bool current = fill_page_for(self, ui, &own) == &self->now;
    fill_page_free(&own);
    if (!current || self->now.patches++ == PATCHES_MAX ||
        !form_view_answer(&self->now.view, self->draft, context, pointer))
        return fill_refresh(self, ui);
    form_view_unmark(&self->now.view);
    form_sheet_free(&self->now.sheet);
    dress_page(self, ui, context, &self->now);
    sheet_sync(&self->sheet, self->now.sheet.items, self->now.sheet.count);
}

int fill_pages(const struct form_screen *self, int *at)
{
    int count = 0;
    *at = 1;
    for (int i = 0; i < self->now.view.page_count; i++) {
        count += self->now.view.pages[i].visible;
        if (i == self->page)
            *at = count;
    }
    return count;
}

const struct form_item *fill_focused(const struct form_screen *self)
{
    const char *id = sheet_focused(&self->sheet, self->now.sheet.items, self->now.sheet.count);
    return id ? form_view_find(&self->now.view, id) : NULL;
}

/* "/children/2" is row 2 of the table "/children", "/children/-" the door to one more. */
static bool split_row(const char *id, char pointer[FORM_POINTER], int *row)
{
    const char *slash = id ? strrchr(id, '/') : NULL;
    if (!slash || !slash[1])
        return false;
    *row = slash[1] == '-' ? -1 : (int)strtol(slash + 1, NULL, 10);
    str_format(pointer, FORM_POINTER, "%.*s", (int)(slash - id), id);
    return slash[1] == '-' || strspn(slash + 1, "0123456789") == strlen(slash + 1);
}

bool fill_table_at(const struct form_screen *self, char pointer[FORM_POINTER], int *row)
{
    const char *id = sheet_focused(&self->sheet, self->now.sheet.items, self->now.sheet.count);
    const struct form_item *item = id ? form_view_find(&self->now.view, id) : NULL;
    if (split_row(id, pointer, row) && !item) {
        item = form_view_find(&self->now.view, pointer);
        if (item && item->widget == FORM_TABLE)
            return true;
    } else if (item && item->widget == FORM_TABLE) {
        str_copy(pointer, FORM_POINTER, id);
        *row = -1;
        return true;
    }
    return *self->inside && split_row(self->inside, pointer, row);
}

/* --- typing --- */

static void changed(struct form_screen *self, const struct ui *ui)
{
    self->journal_due = true;
    self->typed_ms = ui->now_ms;
}

void fill_put(struct form_screen *self, const struct ui *ui, const char *pointer, struct json *value)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    struct json *patch = form_patch(self->form, self->draft, &context, pointer, value);
    add_patch(&self->typed, patch);
    json_merge(self->draft, patch);
    json_free(&patch);
    changed(self, ui);
}

/* The option whose tick differs between the ticks as they were and as they are now. */
static const char *turned_option(const struct form_item *item, const char *ticks)
{
    for (int i = 0; i < item->option_count; i++) {
        const char *value = item->options[i].value;
        size_t length = strlen(value);
        bool ticked = false;
        for (const char *line = ticks; *line && !ticked;) {
            size_t bytes = strcspn(line, "\n");
            ticked = bytes == length && memcmp(line, value, length) == 0;
            line += bytes + (line[bytes] == '\n');
        }
        if (ticked != item->options[i].chosen)
            return value;
    }
    return NULL;
}

static bool is_typed_widget(const struct form_item *item)
{
    return item->widget == FORM_FIELD || item->widget == FORM_AREA || item->widget == FORM_LIST ||
           item->widget == FORM_NUMBER || item->widget == FORM_MONEY || item->widget == FORM_DATE ||
           item->widget == FORM_TIME;
}

/* Quiet: what cannot be read yet waits in raw, and nothing is said before the field is left. */
void fill_typed(struct form_screen *self, const struct ui *ui, const char *pointer, const char *text)
{
    char day[DATE_TEXT], why[FORM_WHY];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    const struct form_item *item = form_view_find(&self->now.view, pointer);
    struct json *value = NULL;
    if (!item)
        return;
    bool checks = item->widget == FORM_CHECKS;
    if (is_typed_widget(item))
        json_set_text(self->raw, pointer, text);
    if (checks && !(text = turned_option(item, text)))
        return;
    json_remove(self->problems, pointer);
    if (form_parse(item, self->draft, text, &context, &value, why))
        fill_put(self, ui, pointer, value);
    changed(self, ui);
    refresh_field(self, ui, &context, pointer);
}

bool fill_has_half(const struct form_screen *self, const struct ui *ui)
{
    char day[DATE_TEXT], why[FORM_WHY];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    bool half = false;
    for (const struct json *one = json_first(self->raw); one && !half; one = json_next(one)) {
        const struct form_item *item = form_view_find(&self->now.view, json_name(one));
        struct json *value = NULL;
        half = !item || !form_parse(item, self->draft, json_as_text(one), &context, &value, why);
        json_free(&value);
    }
    return half;
}

void fill_left(struct form_screen *self, const struct ui *ui, const char *pointer)
{
    char day[DATE_TEXT], why[FORM_WHY] = "";
    struct form_context context = dossier_form_context(&self->of, ui, day);
    const struct form_item *item = form_view_find(&self->now.view, pointer);
    const char *text = raw_of(self, pointer);
    struct json *value = NULL;
    if (!item || !fill_writable(self))
        return;
    json_set_bool(self->passed, pointer, true);
    json_remove(self->problems, pointer);
    if (text && !form_parse(item, self->draft, text, &context, &value, why)) {
        json_set_text(self->problems, pointer, why);
    } else {
        if (text && !same_value(value, json_pointer(self->draft, pointer))) {
            fill_put(self, ui, pointer, value); /* recovered text that was not read yet */
            value = NULL;
        }
        json_remove(self->raw, pointer);
        form_problem(self->form, self->draft, &context, item, why);
        if (*why)
            json_set_text(self->problems, pointer, why);
    }
    json_free(&value);
    fill_refresh(self, ui);
}

/* --- saving --- */

/* A field that was typed and typed back changes nothing. */
static bool changes_anything(const struct form_screen *self)
{
    struct json *before = object_or_new(self->base);
    if (self->sent)
        json_merge(before, self->sent);
    bool same = json_equal(before, self->draft);
    json_free(&before);
    return !same;
}

/* That the clerk went over a value that was there goes along with the next words: whoever opens the form again sees no
 * mark at it. */
static void add_passed(struct form_screen *self)
{
    for (const struct json *one = json_first(self->passed); one; one = json_next(one)) {
        const char *pointer = json_name(one);
        const struct form_item *item = form_view_find(&self->now.view, pointer);
        const struct json *value = json_pointer(self->draft, pointer);
        if (item && value && item->prefilled && !is_fresh(self, pointer) && !was_written(self, pointer) &&
            !json_pointer(self->typed, pointer) && !json_pointer(self->sent, pointer))
            json_set_pointer(self->typed, pointer, json_copy(value));
    }
}

void fill_commit(struct form_screen *self, struct effects *effects)
{
    if (!self->typed || !fill_writable(self))
        return;
    if (self->forced || changes_anything(self)) {
        add_passed(self);
        struct json *body = dossier_body(&self->of);
        json_set(body, "patch", json_copy(self->typed));
        json_set_int(body, "base_row_rev", json_int(dossier_row(&self->of), "row_rev", 0));
        effects_command(effects, "case.draft", body);
        add_patch(&self->sent, self->typed);
        self->sent_count++;
        self->forced = false;
    }
    json_free(&self->typed);
    self->journal_due = json_count(self->raw) > 0; /* saving the draft drops the journal */
}

static const struct json *branch_value(const struct json *branch, bool other)
{
    const struct json *value = json_get(branch, other ? "value" : "draft");
    return json_is_null(value) ? NULL : value;
}

void fill_branch_text(const struct form_screen *self, const struct ui *ui, const struct json *branch,
                      bool other, struct buf *label, struct buf *text)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    struct form_view view = {0};
    const char *pointer = json_text_or(branch, "pointer", "");
    const struct json *value = branch_value(branch, other);
    form_view_build(self->form, self->draft, &context, "", &view);
    const struct form_item *item = form_view_find(&view, pointer);
    buf_adds(label, item ? item->label : pointer);
    if (item && item->widget == FORM_TABLE)
        buf_addf(text, "%d", (int)json_count(value));
    else if (item && value)
        form_text(item, value, &context, text);
    else if (value)
        json_print_to(value, text);
    if (!text->length)
        buf_adds(text, "–");
    form_view_free(&view);
}

void fill_settle(struct form_screen *self, const struct ui *ui, const struct json *branch, bool other,
                 struct effects *effects)
{
    const struct json *value = branch_value(branch, other);
    struct json *patch = json_new_object();
    json_set_pointer(patch, json_text_or(branch, "pointer", ""), value ? json_copy(value) : json_new_null());
    add_patch(&self->typed, patch);
    json_merge(self->draft, patch);
    json_free(&patch);
    self->forced = true;
    fill_commit(self, effects);
    fill_refresh(self, ui);
}

void fill_saved(struct form_screen *self)
{
    self->failed = false;
    if (self->sent_count > 0 && --self->sent_count == 0) {
        if (!self->base)
            self->base = json_new_object();
        json_merge(self->base, self->sent);
        json_free(&self->sent);
    }
}

/* What was not saved counts as typed again: the next field that is left takes it along. */
void fill_not_saved(struct form_screen *self)
{
    self->failed = true;
    self->journal_due = true;
    if (!self->sent)
        return;
    struct json *again = self->sent;
    if (self->typed)
        compose(again, self->typed);
    json_free(&self->typed);
    self->typed = again;
    self->sent = NULL;
    self->sent_count = 0;
}

void fill_journal(struct form_screen *self, struct effects *effects)
{
    if (!self->journal_due || !fill_writable(self))
        return;
    struct json *typed = json_new_object();
    const char *focus = sheet_focused(&self->sheet, self->now.sheet.items, self->now.sheet.count);
    json_set(typed, "patch", object_or_new(self->typed));
    if (json_count(self->raw))
        json_set(typed, "text", json_copy(self->raw));
    json_set_text(typed, "focus", focus ? focus : "");
    json_set_int(typed, "page", self->page);
    if (*self->inside)
        json_set_text(typed, "inside", self->inside);
    effects_journal_put(effects, "form", self->of.id, typed);
    self->journal_due = false;
}

/* --- the rows came --- */

/* True: there was something, and one is where it was written. */
static bool recover(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    const struct json *journal = dossier_part(&self->of, "journal"), *typed = json_get(journal, "typed");
    char clock[SHOW_TEXT];
    if (!json_count(json_get(typed, "patch")) && !json_count(json_get(typed, "text")))
        return false;
    json_free(&self->typed);
    self->typed = object_or_new(json_get(typed, "patch"));
    json_free(&self->raw);
    self->raw = object_or_new(json_get(typed, "text"));
    self->page = (int)json_int(typed, "page", 0);
    str_copy(self->inside, sizeof self->inside, json_text_or(typed, "inside", ""));
    rebuild_draft(self);
    fill_refresh(self, ui);
    sheet_focus(&self->sheet, self->now.sheet.items, self->now.sheet.count, json_text_or(typed, "focus", ""));
    effects_toast(effects, TOAST_WARN, tr(ui->lang, TR("Recovered text from %s")),
                  show_moment(ui, json_text(journal, "at"), clock));
    return true;
}

static void prefill(struct form_screen *self, const struct ui *ui)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    struct json *patch = form_prefill(self->form, self->draft, &context);
    if (json_count(patch)) {
        add_patch(&self->typed, patch);
        json_merge(self->draft, patch);
    }
    json_free(&self->fresh);
    self->fresh = patch;
}

void fill_take(struct form_screen *self, const struct ui *ui, const struct json *data,
               struct effects *effects)
{
    dossier_take(&self->of, data);
    if (!dossier_row(&self->of))
        return;
    open_form(self, ui);
    json_free(&self->base);
    self->base = object_or_new(json_get(dossier_row(&self->of), "draft"));
    rebuild_draft(self);
    if (!self->taken && fill_writable(self)) {
        self->taken = true;
        bool recovered = recover(self, ui, effects);
        prefill(self, ui);
        if (!recovered && !go_to_missing(self, ui))
            go_to_unmended(self, ui);
    }
    fill_refresh(self, ui);
}

/* --- rows of a table --- */

static void put_rows(struct form_screen *self, const struct ui *ui, struct json *patch,
                     struct effects *effects)
{
    add_patch(&self->typed, patch);
    json_merge(self->draft, patch);
    json_free(&patch);
    changed(self, ui);
    fill_commit(self, effects);
}

void fill_add_row(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    char table[FORM_POINTER], day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    int row;
    if (!fill_writable(self) || !fill_table_at(self, table, &row))
        return;
    put_rows(self, ui, form_row_add(self->form, self->draft, &context, table), effects);
    int count = (int)json_count(json_pointer(self->draft, table));
    str_format(self->inside, sizeof self->inside, "%s/%d", table, count > 0 ? count - 1 : 0);
    fill_refresh(self, ui);
    sheet_key(&self->sheet, self->now.sheet.items, self->now.sheet.count, key_of("C-Home"));
}

/* What is remembered of the fields of a table's rows, {pointer: …}, follows its rows: one was taken out (by -1) or put
 * in (by 1) at `row`. */
static void shift_rows(struct json **fields, const char *table, int row, int by)
{
    struct json *now = json_new_object();
    size_t length = strlen(table);
    for (const struct json *one = json_first(*fields); one; one = json_next(one)) {
        const char *name = json_name(one);
        bool inside = str_starts(name, table) && name[length] == '/';
        char *rest = NULL;
        int at = inside ? (int)strtol(name + length + 1, &rest, 10) : -1;
        if (at == row && by < 0)
            continue;
        char *moved = at >= row ? xasprintf("%s/%d%s", table, at + by, rest) : xstrdup(name);
        json_set(now, moved, json_copy(one));
        free(moved);
    }
    json_free(fields);
    *fields = now;
}

/* What is half written in a row goes and comes with it. */
static struct json *fields_of_row(const struct json *fields, const char *row)
{
    struct json *own = json_new_object();
    for (const struct json *one = json_first(fields); one; one = json_next(one))
        if (pointer_within(json_name(one), row))
            json_set(own, json_name(one), json_copy(one));
    return own;
}

static void shift_fields(struct form_screen *self, const char *table, int row, int by)
{
    shift_rows(&self->raw, table, row, by);
    shift_rows(&self->problems, table, row, by);
    shift_rows(&self->passed, table, row, by);
}

void fill_remove_row(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    char table[FORM_POINTER], day[DATE_TEXT], id[FORM_POINTER + 16];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    int row;
    if (!fill_table_at(self, table, &row) || row < 0)
        return;
    const struct json *value = json_at(json_pointer(self->draft, table), (size_t)row);
    if (!value)
        return;
    json_free(&self->removed);
    self->removed = json_new_object();
    json_set_text(self->removed, "pointer", table);
    json_set_int(self->removed, "row", row);
    json_set(self->removed, "value", json_copy(value));
    str_format(id, sizeof id, "%s/%d", table, row);
    json_set(self->removed, "raw", fields_of_row(self->raw, id));
    json_set(self->removed, "problems", fields_of_row(self->problems, id));
    shift_fields(self, table, row, -1);
    put_rows(self, ui, form_row_remove(self->form, self->draft, &context, table, row), effects);
    self->inside[0] = '\0';
    fill_refresh(self, ui);
    int count = (int)json_count(json_pointer(self->draft, table));
    str_format(id, sizeof id, count ? "%s/%d" : "%s/-", table, row < count ? row : count - 1);
    sheet_focus(&self->sheet, self->now.sheet.items, self->now.sheet.count, id);
    effects_toast(effects, TOAST_PLAIN, "%s", tr(ui->lang, TR("The row is removed: u brings it back.")));
}

/* The row comes back where it was, among the rows as they are now. */
void fill_undo(struct form_screen *self, const struct ui *ui, struct effects *effects)
{
    const char *table = json_text_or(self->removed, "pointer", "");
    int row = (int)json_int(self->removed, "row", 0), i = 0;
    if (!self->removed)
        return;
    struct json *rows = json_new_array();
    for (const struct json *one = json_first(json_pointer(self->draft, table)); one; one = json_next(one)) {
        if (i++ == row)
            json_add(rows, json_copy(json_get(self->removed, "value")));
        json_add(rows, json_copy(one));
    }
    if (i <= row)
        json_add(rows, json_copy(json_get(self->removed, "value")));
    shift_fields(self, table, row, 1);
    json_merge(self->raw, json_get(self->removed, "raw"));
    json_merge(self->problems, json_get(self->removed, "problems"));
    if (pointer_within(self->inside, table))
        self->inside[0] = '\0'; /* it may be another row by now */
    fill_put(self, ui, table, rows);
    json_free(&self->removed);
    fill_commit(self, effects);
    fill_refresh(self, ui);
}

/* --- a summary for another system --- */

static void add_item(const struct form_screen *self, const struct form_item *item, struct buf *out,
                     bool *hidden)
{
    if (item->kind == FORM_HEADING && item->visible)
        buf_addf(out, "\n%s\n", item->label);
    if (item->kind != FORM_CONTROL || !item->visible || (!item->filled && item->widget != FORM_TABLE))
        return;
    if (item->sensitive && !self->reveal_ms) {
        *hidden = true;
        buf_addf(out, "%s: •••\n", item->label);
    } else if (item->widget == FORM_TABLE) {
        buf_addf(out, "%s: %d\n", item->label, item->row_count);
    } else {
        buf_addf(out, "%s: %s\n", item->label, item->text);
    }
}

static void add_view(const struct form_screen *self, const struct form_context *context, const char *inside,
                     int depth, struct buf *out, bool *hidden)
{
    struct form_view view = {0};
    form_view_build(self->form, self->draft, context, inside, &view);
    for (int i = 0; i < view.item_count; i++) {
        const struct form_item *item = &view.items[i];
        add_item(self, item, out, hidden);
        for (int row = 0; item->widget == FORM_TABLE && item->visible && row < item->row_count && depth < 4;
             row++) {
            char *at = xasprintf("%s/%d", item->pointer, row);
            buf_addf(out, "  %d.\n", row + 1);
            add_view(self, context, at, depth + 1, out, hidden);
            free(at);
        }
    }
    form_view_free(&view);
}

char *fill_summary(const struct form_screen *self, const struct ui *ui, bool *hidden)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    struct buf out = {0};
    char *title = dossier_title(&self->of, ui, NULL);
    *hidden = false;
    buf_addf(&out, "%s\n", title ? title : "");
    free(title);
    add_view(self, &context, "", 0, &out, hidden);
    return buf_take(&out);
}
