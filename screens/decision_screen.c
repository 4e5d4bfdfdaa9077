/* screens/decision_screen.c: an application is decided: outcome, reasons, what the citizen will read; and the
 * second pair of eyes. Keys and messages; drawing is in decision_draw.c. What may be decided when is
 * core/model's and core/command's.
 *
 * Letters choose the outcome and confirm it, so the texts get the focus only by Tab or Enter (editing). */
#include <stdlib.h>
#include <string.h>

#include "core/model/case.h"
#include "screens/decision.h"
#include "screens/handover.h"
#include "screens/notice.h"
#include "screens/notice_paper.h"
#include "screens/print_text.h"
#include "screens/show.h"

enum { PAUSE_MS = 1000 };

static void set_text(char **to, const char *text)
{
    free(*to);
    *to = xstrdup(text ? text : "");
}

static void *decision_new(const struct json *args)
{
    struct decision *self = xcalloc(1, sizeof *self);
    dossier_init(&self->of, args);
    sheet_init(&self->sheet);
    set_text(&self->reasons, "");
    set_text(&self->papers, "");
    set_text(&self->fields, "");
    set_text(&self->text, "");
    set_text(&self->conditions, "");
    return self;
}

static void decision_free(void *data)
{
    struct decision *self = data;
    dossier_deinit(&self->of);
    steps_deinit(&self->steps);
    sheet_deinit(&self->sheet);
    json_free(&self->users);
    free(self->reasons);
    free(self->papers);
    free(self->fields);
    json_free(&self->named);
    free(self->text);
    free(self->conditions);
    free(self);
}

/* --- the outcomes --- */

static const struct outcome {
    enum action action;
    const char *word, *text; /* text: what is asked before y */
} outcomes[] = {
    {ACTION_APPROVE, "approve", TR("approve")},
    {ACTION_REFUSE, "refuse", TR("refuse")},
    {ACTION_SEND_BACK, "return", TR("send back")},
    {ACTION_REFER, "refer", TR("refer")},
};
enum { OUTCOMES = sizeof outcomes / sizeof *outcomes };

const char *decision_outcome_text(const struct ui *ui, const char *outcome)
{
    for (int i = 0; i < OUTCOMES; i++)
        if (str_equal(outcomes[i].word, outcome))
            return tr(ui->lang, outcomes[i].text);
    return outcome ? outcome : "";
}

static const struct outcome *outcome_of(enum action action)
{
    for (int i = 0; i < OUTCOMES; i++)
        if (outcomes[i].action == action)
            return &outcomes[i];
    return NULL;
}

/* --- where it stands --- */

bool decision_allows(const struct decision *self, const char *outcome)
{
    enum case_state state, to;
    enum case_event event;
    return case_state_find(dossier_state(&self->of), &state) && case_outcome_find(outcome, &event) &&
           case_allows(state, event, &to);
}

bool decision_waits(const struct decision *self)
{
    return json_bool(dossier_row(&self->of), "confirm_pending", false);
}

const struct json *decision_last(const struct decision *self)
{
    const struct json *decisions = dossier_part(&self->of, "decisions"), *found = NULL;
    const char *effective = json_text(dossier_row(&self->of), "decision");
    for (const struct json *d = json_first(decisions); d; d = json_next(d))
        if (!effective || str_equal(json_text(d, "id"), effective))
            found = d;
    return found ? found : json_at(decisions, json_count(decisions) ? json_count(decisions) - 1 : 0);
}

bool decision_may_confirm(const struct decision *self, const struct ui *ui)
{
    return decision_waits(self) && ui->session.roles & ROLE_APPROVER &&
           !str_equal(json_text(decision_last(self), "by"), ui->session.user);
}

bool decision_open(const struct decision *self)
{
    return !self->sent && !decision_waits(self) && dossier_is_undecided(&self->of);
}

const char *decision_why_closed(const struct decision *self)
{
    const char *state = dossier_state(&self->of);
    if (!dossier_row(&self->of))
        return TR("There is no application here.");
    if (decision_open(self))
        return NULL;
    if (str_equal(state, "draft"))
        return TR("It is not submitted yet: o opens the form, F10 submits it there.");
    if (str_equal(state, "returned"))
        return TR("It went back for completion: o opens the form, F10 submits it again.");
    if (json_has_text(json_get(dossier_row(&self->of), "flags"), "contested"))
        return TR(
            "Two decisions stand: both are kept, and nothing is handed out until a supervisor has chosen.");
    if (str_equal(state, "lapsed"))
        return TR("It has lapsed: nobody answered in time. Nothing more is done with it.");
    if (str_equal(state, "withdrawn"))
        return TR("It was withdrawn. Nothing more is done with it.");
    if (decision_waits(self))
        return TR("It is decided and waits for a second person.");
    if (json_bool(decision_last(self), "deemed", false))
        return TR("The law granted it: its time ran out and nobody had decided.");
    return TR("It is decided already.");
}

static const char *why_not_outcome(const struct decision *self, const char *outcome)
{
    const char *why = decision_why_closed(self);
    if (why)
        return why;
    if (decision_allows(self, outcome))
        return NULL;
    return TR("Papers are still open: p goes there. Until then it can only be sent back.");
}

/* Reasons of this service for the outcome; where it names none, a written text takes their place. */
static bool reasons_given(const struct decision *self)
{
    struct catalogue_reason known[CATALOGUE_REASONS_MAX];
    int count =
        catalogue_reasons(dossier_part(&self->of, "service"), self->outcome, known, CATALOGUE_REASONS_MAX);
    return count ? *self->reasons != '\0' : !notice_blank(self->text);
}

/* --- the fields --- */

static char *own(struct decision_items *items, char *text)
{
    items->owned = xrealloc(items->owned, (size_t)(items->owned_count + 1) * sizeof *items->owned);
    items->owned[items->owned_count++] = text;
    return text;
}

static void add_reasons(const struct decision *self, const struct ui *ui, struct decision_items *out)
{
    struct catalogue_reason known[CATALOGUE_REASONS_MAX];
    int count =
        catalogue_reasons(dossier_part(&self->of, "service"), self->outcome, known, CATALOGUE_REASONS_MAX);
    bool needed = str_equal(self->outcome, "refuse") || str_equal(self->outcome, "return");
    if (!count)
        return;
    out->options = xcalloc((size_t)count, sizeof *out->options);
    for (int i = 0; i < count; i++) {
        const char *legal = known[i].legal ? show_name(ui, known[i].legal) : "";
        char *label = own(out, xasprintf("%s %s%s%s", known[i].code, show_name(ui, known[i].name),
                                         *legal ? " · " : "", legal));
        out->options[i] = (struct sheet_option){.value = known[i].code, .label = label};
    }
    out->items[out->count++] = (struct sheet_item){.kind = SHEET_CHECKS,
                                                   .id = "reasons",
                                                   .label = tr(ui->lang, TR("Reason")),
                                                   .value = self->reasons,
                                                   .options = out->options,
                                                   .option_count = count,
                                                   .required = needed};
}

static void add_area(const struct decision *self, const char *id, const char *label, const char *value,
                     bool required, struct decision_items *out)
{
    out->items[out->count++] = (struct sheet_item){.kind = SHEET_AREA,
                                                   .id = self->editing ? id : NULL,
                                                   .label = label,
                                                   .value = value,
                                                   .required = required,
                                                   .rows = 2};
}

static void add_people(const struct decision *self, const struct ui *ui, struct decision_items *out)
{
    const struct json *rows = json_get(self->users, "rows");
    out->people = xcalloc(DECISION_TO_MAX, sizeof *out->people);
    int count = 0;
    for (const struct json *user = json_first(rows); user && count < DECISION_TO_MAX;
         user = json_next(user)) {
        if (!json_bool(user, "active", true) || str_equal(json_text(user, "id"), ui->session.user))
            continue;
        out->people[count++] = (struct sheet_option){.value = json_text_or(user, "id", ""),
                                                     .label = json_text_or(user, "name", "")};
    }
    out->items[out->count++] = (struct sheet_item){.kind = SHEET_PICK,
                                                   .id = self->editing ? "to" : NULL,
                                                   .label = tr(ui->lang, TR("To whom")),
                                                   .value = self->to,
                                                   .placeholder = tr(ui->lang, TR("the back office")),
                                                   .options = out->people,
                                                   .option_count = count};
}

/* Those that were looked at: what is missing is asked for as it is. */
static void add_papers(const struct decision *self, const struct ui *ui, struct decision_items *out)
{
    struct catalogue_document all[CATALOGUE_DOCUMENTS_MAX];
    int count =
            catalogue_documents(dossier_part(&self->of, "service"), json_get(dossier_row(&self->of), "draft"),
                                dossier_part(&self->of, "documents"), all, CATALOGUE_DOCUMENTS_MAX),
        seen = 0;
    out->papers = xcalloc(CATALOGUE_DOCUMENTS_MAX, sizeof *out->papers);
    for (int i = 0; i < count; i++)
        if (*all[i].state && !str_equal(all[i].state, "missing"))
            out->papers[seen++] = (struct sheet_option){
                .value = all[i].code, .label = all[i].name ? show_name(ui, all[i].name) : all[i].code};
    if (seen)
        out->items[out->count++] = (struct sheet_item){.kind = SHEET_CHECKS,
                                                       .id = self->editing ? "papers" : NULL,
                                                       .label = tr(ui->lang, TR("Bring again")),
                                                       .value = self->papers,
                                                       .options = out->papers,
                                                       .option_count = seen};
}

/* --- the fields that are to be mended --- */

static bool has_line(const char *lines, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = lines; *at;) {
        size_t bytes = strcspn(at, "\n");
        if (bytes == length && memcmp(at, line, length) == 0)
            return true;
        at += bytes + (at[bytes] == '\n');
    }
    return false;
}

/* Adds one (NULL: none), and lets go of what the form does not ask any more. In the form's order, so that the notice
 * lists them as the citizen will meet them. */
static void choose_field(struct decision *self, const char *pointer)
{
    struct buf lines = {0};
    for (const struct json *one = json_first(self->named); one; one = json_next(one)) {
        const char *each = json_text_or(one, "pointer", "");
        if (str_equal(each, pointer) || has_line(self->fields, each))
            buf_addf(&lines, "%s%s", lines.length ? "\n" : "", each);
    }
    set_text(&self->fields, buf_text(&lines));
    buf_free(&lines);
}

/* Opened once for each picture of the application, not at each key: a form may have hundreds of fields. Of a form that
 * is not here in the application's version nothing can be named. */
static void name_fields(struct decision *self, const struct ui *ui)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    const struct json *row = dossier_row(&self->of), *service = dossier_part(&self->of, "service");
    const struct form_source source = {.service = service, .pack = dossier_part(&self->of, "hall")};
    struct form *form = NULL;
    json_free(&self->named);
    self->named_in = ui->lang;
    if (!json_is_object(json_get(row, "draft")) || !catalogue_has_form(service) ||
        json_bool(self->of.data, "version_gone", false) || form_open(&source, &form, NULL))
        return;
    const struct json *submitted = json_get(row, "submitted");
    self->named = form_fields(form, json_is_object(submitted) ? submitted : json_get(row, "draft"), &context);
    form_free(&form);
}

/* The ones that were chosen, to be let go of by Space, and below them the others, found by typing. */
static void add_fields(const struct decision *self, const struct ui *ui, struct decision_items *out)
{
    size_t count = json_count(self->named);
    int chosen = 0, left = 0;
    const char *label = tr(ui->lang, TR("Fields to mend"));
    if (!count)
        return;
    out->chosen = xcalloc(count, sizeof *out->chosen);
    out->left = xcalloc(count, sizeof *out->left);
    for (const struct json *one = json_first(self->named); one; one = json_next(one)) {
        const char *pointer = json_text_or(one, "pointer", "");
        struct sheet_option option = {.value = pointer, .label = json_text_or(one, "label", "")};
        if (has_line(self->fields, pointer))
            out->chosen[chosen++] = option;
        else
            out->left[left++] = option;
    }
    if (chosen)
        out->items[out->count++] = (struct sheet_item){.kind = SHEET_CHECKS,
                                                       .id = self->editing ? "fields" : NULL,
                                                       .label = label,
                                                       .value = self->fields,
                                                       .options = out->chosen,
                                                       .option_count = chosen};
    if (left && chosen < DECISION_FIELDS_MAX)
        out->items[out->count++] =
            (struct sheet_item){.kind = SHEET_PICK,
                                .id = self->editing ? "field" : NULL,
                                .label = chosen ? "" : label,
                                .placeholder = tr(ui->lang, TR("type its name, Enter takes it")),
                                .options = out->left,
                                .option_count = left};
}

static const char *text_label(const char *outcome)
{
    if (str_equal(outcome, "refuse"))
        return TR("What must be done to succeed");
    if (str_equal(outcome, "return"))
        return TR("What is to be completed");
    return str_equal(outcome, "refer") ? TR("Note for the next person") : TR("Note for the citizen");
}

void decision_items(const struct decision *self, const struct ui *ui, struct decision_items *out)
{
    *out = (struct decision_items){.count = 0};
    if (!*self->outcome || !decision_open(self))
        return;
    bool refer = str_equal(self->outcome, "refer");
    bool needs = str_equal(self->outcome, "refuse") || str_equal(self->outcome, "return");
    add_reasons(self, ui, out);
    if (refer)
        add_people(self, ui, out);
    bool reasons = out->count > 0;
    if (str_equal(self->outcome, "return")) {
        add_papers(self, ui, out);
        add_fields(self, ui, out);
    }
    add_area(self, "text", tr(ui->lang, text_label(self->outcome)), self->text, needs && !reasons, out);
    if (str_equal(self->outcome, "approve"))
        add_area(self, "conditions", tr(ui->lang, TR("Conditions")), self->conditions, false, out);
}

void decision_items_free(struct decision_items *items)
{
    for (int i = 0; i < items->owned_count; i++)
        free(items->owned[i]);
    free(items->owned);
    free(items->options);
    free(items->people);
    free(items->papers);
    free(items->chosen);
    free(items->left);
    *items = (struct decision_items){.count = 0};
}

static void sync(struct decision *self, const struct ui *ui)
{
    struct decision_items items;
    decision_items(self, ui, &items);
    sheet_sync(&self->sheet, items.items, items.count);
    decision_items_free(&items);
}

/* --- the notice --- */

static struct json *codes_of(const char *lines)
{
    struct json *codes = json_new_array();
    for (const char *line = lines; *line;) {
        size_t length = strcspn(line, "\n");
        char *code = xstrndup(line, length);
        json_add_text(codes, code);
        free(code);
        line += length + (line[length] == '\n');
    }
    return codes;
}

const char *decision_lang(const struct decision *self, const struct ui *ui)
{
    return self->lang_chosen ? lang_code(self->lang) : notice_lang(&self->of, ui);
}

static bool notice_now(const struct decision *self, const struct ui *ui, struct buf *out, bool *blank)
{
    bool back = str_equal(self->outcome, "return");
    struct json *reasons = codes_of(self->reasons), *fields = codes_of(back ? self->fields : ""),
                *papers = codes_of(back ? self->papers : "");
    const struct notice_words words = {.outcome = self->outcome,
                                       .reasons = reasons,
                                       .fields = fields,
                                       .papers = papers,
                                       .text = self->text,
                                       .conditions = self->conditions,
                                       .lang = decision_lang(self, ui)};
    bool there = notice_write(&self->of, ui, &words, out, blank);
    json_free(&reasons);
    json_free(&fields);
    json_free(&papers);
    return there;
}

/* As it was given, without its code. What nobody wrote a notice for (the law's own grant, the answer to a complaint) is
 * told in the service's words. */
static bool notice_given(const struct decision *self, const struct ui *ui, struct buf *out)
{
    const struct json *row = decision_last(self);
    const char *given = json_name_in(json_get(row, "notice"), decision_lang(self, ui));
    char day[DATE_TEXT] = "";
    int64_t at_ms;
    bool blank;
    utf8_add_plain(out, given);
    if (*given || !row)
        return *given;
    if (time_parse(json_text_or(row, "at", ""), &at_ms))
        time_date(at_ms, day);
    const struct notice_words words = {.outcome = json_text_or(row, "outcome", ""),
                                       .reasons = json_get(row, "reasons"),
                                       .fields = json_get(row, "fields"),
                                       .papers = json_get(row, "papers"),
                                       .text = json_text(row, "text"),
                                       .conditions = json_text(row, "conditions"),
                                       .lang = decision_lang(self, ui),
                                       .day = *day ? day : NULL};
    if (notice_write(&self->of, ui, &words, out, &blank) && !blank)
        return true;
    buf_clear(out);
    return false;
}

bool decision_notice(const struct decision *self, const struct ui *ui, struct buf *out, bool *blank)
{
    *blank = false;
    if (decision_open(self))
        return *self->outcome && notice_now(self, ui, out, blank);
    return notice_given(self, ui, out);
}

/* A notice that lacks only what the clerk can write: then that is written first. */
static bool lacks_text(const struct decision *self, const struct ui *ui)
{
    char any[] = "…";
    struct decision with = *self;
    struct buf text = {0};
    bool blank = false, still = false;
    with.text = any;
    if (notice_blank(self->text) && notice_now(self, ui, &text, &blank) && blank) {
        buf_clear(&text);
        notice_now(&with, ui, &text, &still);
    }
    buf_free(&text);
    return blank && !still;
}

const char *decision_missing(const struct decision *self, const struct ui *ui)
{
    bool needs = str_equal(self->outcome, "refuse") || str_equal(self->outcome, "return");
    if (decision_why_closed(self))
        return decision_why_closed(self);
    if (!*self->outcome && !decision_allows(self, "approve"))
        return why_not_outcome(self, "approve");
    if (!*self->outcome)
        return TR("Choose first: a approve, r refuse, e send back, > refer.");
    if (needs && !reasons_given(self))
        return TR("Give a reason first: the citizen has a right to it. Space ticks.");
    if (lacks_text(self, ui))
        return TR("Write first what the notice lacks, in [ ]: Tab goes there.");
    return why_not_outcome(self, self->outcome);
}

/* The next language that this service's notice is written in. */
static void next_lang(struct decision *self, const struct ui *ui)
{
    const struct json *texts =
        json_get(json_get(dossier_part(&self->of, "service"), "notices"), self->outcome);
    enum lang lang = LANG_EN;
    if (!lang_find(decision_lang(self, ui), &lang))
        lang = ui->lang;
    for (int i = 0; i < LANG_COUNT; i++) {
        lang = (enum lang)((lang + 1) % LANG_COUNT);
        if (json_text(texts, lang_code(lang)))
            break;
    }
    self->lang = lang;
    self->lang_chosen = true;
}

/* --- steps --- */

static void choose(struct decision *self, const struct ui *ui, const char *outcome)
{
    bool other = strcmp(self->outcome, outcome) != 0;
    str_copy(self->outcome, sizeof self->outcome, outcome);
    if (other)
        set_text(&self->reasons, ""); /* each outcome has its own; the texts stay */
    self->editing = false;
    self->journal_due = true;
    self->typed_ms = ui->now_ms;
    sync(self, ui);
}

static void decide(struct decision *self, const struct ui *ui, struct effects *effects)
{
    struct json *body = dossier_body(&self->of);
    struct buf notice = {0};
    bool blank;
    json_set_text(body, "outcome", self->outcome);
    json_set(body, "reasons", codes_of(self->reasons));
    if (*self->papers && str_equal(self->outcome, "return"))
        json_set(body, "papers", codes_of(self->papers));
    if (*self->fields && str_equal(self->outcome, "return"))
        json_set(body, "fields", codes_of(self->fields));
    if (!notice_blank(self->text))
        json_set_text(body, "text", self->text);
    if (!notice_blank(self->conditions) && str_equal(self->outcome, "approve"))
        json_set_text(body, "conditions", self->conditions);
    if (*self->to && str_equal(self->outcome, "refer")) {
        struct json *to = json_new_object();
        json_set_text(to, "user", self->to);
        json_set(body, "to", to);
    }
    if (notice_now(self, ui, &notice, &blank) && !blank)
        json_set_text(body, "notice", buf_text(&notice));
    buf_free(&notice);
    self->sent = true;
    self->journal_due = false;
    effects_command(effects, "case.decide", body);
}

static struct json *confirm_body(const struct decision *self, bool agree)
{
    struct json *body = dossier_body(&self->of);
    const char *decision = json_text(dossier_row(&self->of), "decision");
    json_set_text(body, "decision", decision ? decision : json_text_or(decision_last(self), "id", ""));
    json_set_bool(body, "agree", agree);
    return body;
}

static void confirm(struct decision *self, const struct ui *ui, struct effects *effects)
{
    if (decision_waits(self))
        effects_command(effects, "case.confirm", confirm_body(self, true));
    else
        decide(self, ui, effects);
}

static void ask_note(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("disagree", tr(ui->lang, TR("What should the first person look at?")));
    question_field(question, "", false);
    question_keep(question);
    effects_ask(effects, question);
}

static void send_note(struct decision *self, const char *note, struct effects *effects)
{
    struct json *body = confirm_body(self, false);
    json_set_text(body, "note", note);
    effects_command(effects, "case.confirm", body);
}

static void copy_notice(const struct decision *self, const struct ui *ui, struct effects *effects)
{
    struct buf text = {0};
    bool blank;
    if (decision_notice(self, ui, &text, &blank) && !decision_open(self))
        notice_add_code(decision_last(self), decision_lang(self, ui), &text);
    effects_add(effects, EFFECT_COPY, NULL, buf_text(&text));
    effects_toast(effects, TOAST_PLAIN, "%s", tr(ui->lang, TR("Copied.")));
    buf_free(&text);
}

/* Until it is decided what was handed in has its receipt. */
static bool has_receipt(const struct decision *self)
{
    return decision_open(self) || !decision_last(self);
}

static void save_file(const struct decision *self, const struct ui *ui, const char *path,
                      struct effects *effects)
{
    struct buf text = {0};
    const struct json *row = has_receipt(self) ? NULL : decision_last(self);
    const char *lang = row ? decision_lang(self, ui) : notice_lang(&self->of, ui);
    if (row ? notice_given(self, ui, &text) : notice_receipt(&self->of, ui, &text))
        notice_save(&self->of, ui, lang, buf_text(&text), row, path, effects);
    buf_free(&text);
}

static void print_notice(const struct decision *self, const struct ui *ui, struct effects *effects)
{
    struct buf text = {0};
    const struct json *row = has_receipt(self) ? NULL : decision_last(self);
    const char *lang = row ? decision_lang(self, ui) : notice_lang(&self->of, ui);
    if (row ? notice_given(self, ui, &text) : notice_receipt(&self->of, ui, &text))
        notice_print(&self->of, ui, lang, buf_text(&text), row, effects);
    buf_free(&text);
}

static struct json *handed_paper(const struct decision *self, const struct ui *ui)
{
    return handover_paper(&self->of, ui, notice_lang(&self->of, ui), json_get(self->users, "rows"));
}

static void print_handed(const struct decision *self, const struct ui *ui, struct effects *effects)
{
    struct buf text = {0};
    struct json *paper = handed_paper(self, ui);
    notice_paper_text(paper, &text);
    if (paper)
        print_send(effects, "paper", json_text_or(paper, "title", ""), buf_take(&text));
    buf_free(&text);
    json_free(&paper);
}

static void save_handed(const struct decision *self, const struct ui *ui, const char *path,
                        struct effects *effects)
{
    struct json *paper = handed_paper(self, ui);
    if (paper)
        effects_notice(effects, path, paper);
}

/* Two papers belong to what was handed over. id: "print_what" or "save_what". */
static void ask_what(const struct ui *ui, const char *id, const char *text, struct effects *effects)
{
    struct json *question = question_new(id, text);
    question_choice(question, "1", tr(ui->lang, TR("the receipt of the hand-over")), "handed", NULL);
    question_choice(question, "2", tr(ui->lang, TR("the notice")), "notice", NULL);
    effects_ask(effects, question);
}

static void ask_handed_file(const struct decision *self, const struct ui *ui, struct effects *effects)
{
    char *name = xasprintf("%s-%s", json_text_or(dossier_row(&self->of), "number", self->of.id),
                           tr(ui->lang, TR("receipt"))),
         *file = print_file_name(name, ".pdf");
    struct json *question = question_new("handed_file", tr(ui->lang, TR("Save to the file (.pdf or .txt)")));
    question_field(question, file, false);
    effects_ask(effects, question);
    free(file);
    free(name);
}

static const char *why_no_file(const struct decision *self, const struct ui *ui)
{
    struct buf text = {0};
    if (has_receipt(self))
        return notice_why_no_receipt(&self->of, ui);
    if (decision_waits(self))
        return TR("It waits for a second person: the notice is given once that person agrees.");
    if (json_has_text(json_get(dossier_row(&self->of), "flags"), "contested"))
        return decision_why_closed(self);
    bool there = notice_given(self, ui, &text);
    buf_free(&text);
    return there ? NULL : TR("There is no notice yet.");
}

static void answered(struct decision *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    if (steps_answered(&self->steps, &self->of, ui, msg, effects))
        return;
    const char *text = msg->text ? msg->text : "";
    bool handed = strcmp(text, "handed") == 0;
    if (str_equal(msg->what, "notice_file"))
        save_file(self, ui, text, effects);
    else if (str_equal(msg->what, "handed_file"))
        save_handed(self, ui, text, effects);
    else if (str_equal(msg->what, "print_what") && handed)
        print_handed(self, ui, effects);
    else if (str_equal(msg->what, "print_what"))
        print_notice(self, ui, effects);
    else if (str_equal(msg->what, "save_what") && handed)
        ask_handed_file(self, ui, effects);
    else if (str_equal(msg->what, "save_what"))
        notice_ask_file(&self->of, ui, has_receipt(self), effects);
    else
        send_note(self, text, effects);
}

static void print_or_ask(const struct decision *self, const struct ui *ui, struct effects *effects)
{
    if (!handover_is_done(&self->of))
        print_notice(self, ui, effects);
    else if (why_no_file(self, ui))
        print_handed(self, ui, effects);
    else
        ask_what(ui, "print_what", tr(ui->lang, TR("Print:")), effects);
}

static void save_or_ask(const struct decision *self, const struct ui *ui, struct effects *effects)
{
    if (!handover_is_done(&self->of))
        notice_ask_file(&self->of, ui, has_receipt(self), effects);
    else if (why_no_file(self, ui))
        ask_handed_file(self, ui, effects);
    else
        ask_what(ui, "save_what", tr(ui->lang, TR("Save:")), effects);
}

static void put_journal(struct decision *self, struct effects *effects)
{
    if (!self->journal_due || !decision_open(self) || !*self->outcome)
        return;
    struct json *typed = json_new_object();
    json_set_text(typed, "outcome", self->outcome);
    json_set_text(typed, "reasons", self->reasons);
    json_set_text(typed, "papers", self->papers);
    json_set_text(typed, "fields", self->fields);
    json_set_text(typed, "text", self->text);
    json_set_text(typed, "conditions", self->conditions);
    json_set_text(typed, "to", self->to);
    effects_journal_put(effects, "decision", self->of.id, typed);
    self->journal_due = false;
}

static void back(struct decision *self, struct effects *effects)
{
    if (sheet_close(&self->sheet))
        return;
    if (self->editing) {
        self->editing = false;
        return;
    }
    put_journal(self, effects);
    effects_back(effects);
}

static void act(struct decision *self, const struct ui *ui, enum action action, struct effects *effects)
{
    const struct outcome *outcome = outcome_of(action);
    if (outcome)
        return choose(self, ui, outcome->word);
    if (steps_is(action))
        return steps_act(&self->steps, &self->of, ui, action, effects);
    switch (action) {
    case ACTION_BACK:
        return back(self, effects);
    case ACTION_CONFIRM:
        return confirm(self, ui, effects);
    case ACTION_DISAGREE:
        return ask_note(ui, effects);
    case ACTION_NOTICE_LANG:
        return next_lang(self, ui);
    case ACTION_COPY:
        return copy_notice(self, ui, effects);
    case ACTION_SAVE_NOTICE:
        return save_or_ask(self, ui, effects);
    case ACTION_PRINT:
        return print_or_ask(self, ui, effects);
    case ACTION_REVEAL:
        self->reveal_ms = dossier_reveal(&self->of, ui, self->reveal_ms, effects);
        return;
    case ACTION_OPEN_FORM:
        return dossier_open(&self->of, SCREEN_FORM, effects);
    case ACTION_PAPERS:
        return dossier_open(&self->of, SCREEN_DOCUMENTS, effects);
    default:
        return;
    }
}

/* --- keys --- */

static void take_value(struct decision *self, const struct ui *ui, const struct sheet_event *event)
{
    if (strcmp(event->id, "reasons") == 0)
        set_text(&self->reasons, event->value);
    else if (strcmp(event->id, "papers") == 0)
        set_text(&self->papers, event->value);
    else if (strcmp(event->id, "fields") == 0)
        set_text(&self->fields, event->value);
    else if (strcmp(event->id, "field") == 0)
        choose_field(self, event->value);
    else if (strcmp(event->id, "text") == 0)
        set_text(&self->text, event->value);
    else if (strcmp(event->id, "conditions") == 0)
        set_text(&self->conditions, event->value);
    else if (strcmp(event->id, "to") == 0)
        str_copy(self->to, sizeof self->to, event->value);
    self->journal_due = true;
    self->typed_ms = ui->now_ms;
}

static int index_of_focus(const struct decision *self, const struct decision_items *items)
{
    const char *id = sheet_focused(&self->sheet, items->items, items->count);
    for (int i = 0; id && i < items->count; i++)
        if (items->items[i].id && strcmp(items->items[i].id, id) == 0)
            return i;
    return -1;
}

static void begin_editing(struct decision *self, const struct ui *ui)
{
    struct decision_items items;
    self->editing = true;
    decision_items(self, ui, &items);
    int first = items.count && str_equal(items.items[0].id, "reasons") ? 1 : 0;
    if (first < items.count)
        sheet_focus(&self->sheet, items.items, items.count, items.items[first].id);
    else
        self->editing = false;
    decision_items_free(&items);
}

/* Past the last text, and back before the first, the letters act again. */
static bool ends_editing(const struct decision_items *items, struct key key, int before, int now,
                         enum sheet_event_kind kind)
{
    if (kind == SHEET_DONE)
        return true;
    if (key_is(key, "Tab") && now <= before)
        return true;
    if (key_is(key, "S-Tab") && now >= before)
        return true;
    return now >= 0 && str_equal(items->items[now].id, "reasons");
}

/* The notice may be longer than its place. */
static bool scroll(struct decision *self, const struct ui *ui, struct key key)
{
    enum { PAGE = 5, FAR = 1000 };
    bool arrows = !decision_open(self) || !*self->outcome;
    int by = key_is(key, "PgDn")   ? PAGE
             : key_is(key, "PgUp") ? -PAGE
             : !arrows             ? 0
             : key_is(key, "Down") ? 1
             : key_is(key, "Up")   ? -1
             : key_is(key, "End")  ? FAR
             : key_is(key, "Home") ? -FAR
                                   : 0;
    struct buf text = {0};
    bool blank;
    int last = 0;
    if (!by || self->editing)
        return false;
    decision_notice(self, ui, &text, &blank);
    for (const char *c = buf_text(&text); *c; c++)
        last += *c == '\n';
    buf_free(&text);
    self->scroll += by;
    self->scroll = self->scroll > last ? last : self->scroll < 0 ? 0 : self->scroll;
    return true;
}

static void on_key(struct decision *self, const struct ui *ui, struct key key, struct effects *effects)
{
    struct decision_items items;
    if (scroll(self, ui, key))
        return;
    if (!*self->outcome || !decision_open(self))
        return;
    if (!self->editing && (key_is(key, "Tab") || key_is(key, "Enter")))
        return begin_editing(self, ui);
    if (!self->editing && (key_is(key, "j") || key_is(key, "k")))
        key = key_of(key_is(key, "j") ? "Down" : "Up");
    decision_items(self, ui, &items);
    int before = index_of_focus(self, &items);
    struct sheet_event event = sheet_key(&self->sheet, items.items, items.count, key);
    if (event.kind == SHEET_CHANGED)
        take_value(self, ui, &event);
    if (event.taken && strcmp(event.id, "field") != 0) { /* there the next one is looked for */
        decision_items_free(&items);
        decision_items(self, ui, &items);
        event = sheet_key(&self->sheet, items.items, items.count, key);
    }
    int now = index_of_focus(self, &items);
    bool left = event.kind == SHEET_LEFT || event.kind == SHEET_DONE;
    if (left)
        put_journal(self, effects);
    if (self->editing && left && ends_editing(&items, key, before, now, event.kind))
        self->editing = false;
    decision_items_free(&items);
    sync(self, ui);
}

static void on_paste(struct decision *self, const struct ui *ui, const char *text)
{
    struct decision_items items;
    if (!self->editing)
        return;
    decision_items(self, ui, &items);
    struct sheet_event event = sheet_paste(&self->sheet, items.items, items.count, text, strlen(text));
    if (event.kind == SHEET_CHANGED)
        take_value(self, ui, &event);
    decision_items_free(&items);
}

/* --- messages --- */

static void recover(struct decision *self, const struct ui *ui, const struct json *rows,
                    struct effects *effects)
{
    char clock[SHOW_TEXT];
    self->taken = true;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const struct json *typed = json_get(row, "typed");
        if (!str_equal(json_text(row, "screen"), "decision") ||
            !str_equal(json_text(row, "object"), self->of.id) || !json_text(typed, "outcome"))
            continue;
        str_copy(self->outcome, sizeof self->outcome, json_text(typed, "outcome"));
        set_text(&self->reasons, json_text(typed, "reasons"));
        set_text(&self->papers, json_text(typed, "papers"));
        set_text(&self->fields, json_text(typed, "fields"));
        if (self->named)
            choose_field(self, NULL);
        set_text(&self->text, json_text(typed, "text"));
        set_text(&self->conditions, json_text(typed, "conditions"));
        str_copy(self->to, sizeof self->to, json_text_or(typed, "to", ""));
        if (decision_open(self))
            effects_toast(effects, TOAST_WARN, tr(ui->lang, TR("Recovered text from %s")),
                          show_moment(ui, json_text(row, "at"), clock));
    }
    sync(self, ui);
}

static void load(const struct decision *self, struct effects *effects)
{
    dossier_load(&self->of, effects);
    if (!self->users)
        effects_load(effects, "users", NULL);
    if (!self->taken)
        effects_load(effects, "journal", NULL);
}

static void on_data(struct decision *self, const struct ui *ui, const struct msg *msg,
                    struct effects *effects)
{
    if (str_equal(msg->what, "case")) {
        dossier_take(&self->of, msg->json);
        if (!decision_open(self))
            self->editing = false;
        name_fields(self, ui);
        choose_field(self, NULL);
        sync(self, ui);
    } else if (str_equal(msg->what, "users")) {
        json_free(&self->users);
        self->users = json_copy(msg->json);
    } else if (str_equal(msg->what, "journal") && !self->taken) {
        recover(self, ui, json_get(msg->json, "rows"), effects);
    }
}

static bool is_handed_over(const struct msg *saved)
{
    const struct json *body = json_get(saved->json, "body");
    return str_equal(saved->what, "case.deliver") && !json_bool(body, "ready", false);
}

static void on_saved(struct decision *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    if (str_equal(msg->what, "case.decide")) {
        self->sent = false; /* the row that comes now says that it is decided */
        self->outcome[0] = '\0';
        effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Decided. F9 copies the notice.")));
    } else if (str_equal(msg->what, "case.confirm")) {
        effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Recorded.")));
    } else if (is_handed_over(msg)) {
        effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("Handed over. Ctrl-O prints the receipt.")));
    } else if (steps_saved(msg->what)) {
        effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, steps_saved(msg->what)));
    }
}

static void decision_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct decision *self = data;
    if (self->named && self->named_in != ui->lang)
        name_fields(self, ui);
    switch (msg->kind) {
    case MSG_LOAD:
        return load(self, effects);
    case MSG_DATA:
        return on_data(self, ui, msg, effects);
    case MSG_RESIZE:
        return sheet_fit(&self->sheet, decision_sheet_w(msg->w));
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        return on_paste(self, ui, msg->text);
    case MSG_TICK:
        if (self->reveal_ms && ui->now_ms >= self->reveal_ms)
            self->reveal_ms = 0;
        if (ui->now_ms - self->typed_ms >= PAUSE_MS)
            put_journal(self, effects);
        return;
    case MSG_HIDE:
    case MSG_KEEP:
        return put_journal(self, effects);
    case MSG_ANSWERED:
        return answered(self, ui, msg, effects);
    case MSG_SAVED:
        return on_saved(self, ui, msg, effects);
    case MSG_REFUSED:
        self->sent = false;
        return;
    default:
        return;
    }
}

/* --- what is possible --- */

static const char *may_confirm(const struct decision *self, const struct ui *ui, bool disagree)
{
    if (!decision_waits(self))
        return disagree ? TR("Nothing waits for a second person here.") : decision_missing(self, ui);
    if (str_equal(json_text(decision_last(self), "by"), ui->session.user))
        return TR("You decided it yourself: another person must confirm.");
    return decision_may_confirm(self, ui) ? NULL : TR("A second approver must confirm it.");
}

static const char *decision_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct decision *self = data;
    const struct outcome *outcome = outcome_of(action);
    if (outcome)
        return why_not_outcome(self, outcome->word);
    if (steps_is(action))
        return steps_enabled(&self->of, ui, action);
    switch (action) {
    case ACTION_CONFIRM:
    case ACTION_DISAGREE:
        return may_confirm(self, ui, action == ACTION_DISAGREE);
    case ACTION_NOTICE_LANG:
        return decision_open(self) && *self->outcome ? NULL : TR("No notice is being written.");
    case ACTION_COPY: {
        struct buf text = {0};
        bool blank, there = decision_notice(self, ui, &text, &blank);
        buf_free(&text);
        return there ? NULL : TR("There is no notice yet.");
    }
    case ACTION_SAVE_NOTICE:
    case ACTION_PRINT:
        return handover_is_done(&self->of) ? NULL : why_no_file(self, ui);
    case ACTION_REVEAL:
    case ACTION_OPEN_FORM:
    case ACTION_PAPERS:
        return dossier_row(&self->of) ? NULL : TR("There is no application here.");
    default:
        return NULL;
    }
}

static bool decision_typing(const void *data)
{
    const struct decision *self = data;
    return self->editing && strcmp(self->sheet.focus, "reasons") != 0 &&
           strcmp(self->sheet.focus, "papers") != 0 && strcmp(self->sheet.focus, "fields") != 0;
}

static void view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    decision_view(data, ui, frame, area);
}

static char *title(const void *data, const struct ui *ui)
{
    const struct decision *self = data;
    return dossier_title(&self->of, ui, tr(ui->lang, TR("Decide")));
}

static const char *object(const void *data)
{
    const struct decision *self = data;
    return self->of.id;
}

const struct screen_ops decision_screen = {
    .id = SCREEN_DECISION,
    .new = decision_new,
    .free = decision_free,
    .update = decision_update,
    .view = view,
    .enabled = decision_enabled,
    .typing = decision_typing,
    .title = title,
    .object = object,
};
