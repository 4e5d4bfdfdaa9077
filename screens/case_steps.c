/* screens/case_steps.c: see case_steps.h. */
#include "screens/case_steps.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/case.h"
#include "screens/show.h"
#include "tui/text.h"

void steps_deinit(struct case_steps *steps)
{
    json_free(&steps->body);
}

/* --- where it stands --- */

static bool has_flag(const struct dossier *of, enum case_flag flag)
{
    return json_has_text(json_get(dossier_row(of), "flags"), case_flag_text(flag));
}

static bool allows(const struct dossier *of, enum case_event event)
{
    enum case_state state;
    return case_state_find(dossier_state(of), &state) && case_allows(state, event, NULL);
}

static bool is_issued(const struct dossier *of)
{
    return str_equal(dossier_state(of), "ready") || str_equal(dossier_state(of), "delivered");
}

/* The newest entry of a list of the row of which `member` is not said yet; NULL: none. */
static const struct json *newest_without(const struct dossier *of, const char *list, const char *member,
                                         const char *nor)
{
    const struct json *found = NULL, *all = json_get(dossier_row(of), list);
    for (const struct json *one = json_first(all); one; one = json_next(one))
        if (!json_text(one, member) && !(nor && json_text(one, nor)))
            found = one;
    return found;
}

static const struct json *open_complaint(const struct dossier *of)
{
    const struct json *found = NULL, *all = json_get(dossier_row(of), "complaints");
    for (const struct json *one = json_first(all); one; one = json_next(one))
        if (str_equal(json_text(one, "state"), "open"))
            found = one;
    return found;
}

static const struct json *asked_correction(const struct dossier *of)
{
    const struct json *found = NULL, *all = json_get(dossier_row(of), "corrections");
    for (const struct json *one = json_first(all); one; one = json_next(one)) {
        if (str_equal(json_text(one, "state"), "asked"))
            found = one;
        else if (found && str_equal(json_text(one, "of"), json_text(found, "id")))
            found = NULL;
    }
    return found;
}

static struct catalogue_time time_of(const struct dossier *of, const struct ui *ui)
{
    char today[DATE_TEXT];
    time_date(ui->now_ms, today);
    return catalogue_time(dossier_part(of, "service"), json_text(json_get(dossier_row(of), "fee"), "tier"),
                          today);
}

/* --- what is possible --- */

static const char *why_not_issue(const struct dossier *of)
{
    if (has_flag(of, CASE_CONTESTED))
        return TR("Two decisions stand against each other: a supervisor must resolve them first.");
    if (json_bool(dossier_row(of), "confirm_pending", false))
        return TR("It is decided and waits for a second person.");
    return NULL;
}

/* A copy of it is there that is not void. */
static bool is_made(const struct dossier *of, const char *output)
{
    const struct json *outputs = json_get(dossier_row(of), "outputs");
    for (const struct json *one = json_first(outputs); one; one = json_next(one))
        if (!json_text(one, "voided_at") && str_equal(json_text(one, "output"), output))
            return true;
    return false;
}

/* The service gives one thing more, until what there is is handed over. */
static bool has_more_to_make(const struct dossier *of)
{
    const struct json *outputs = json_get(dossier_part(of, "service"), "outputs");
    bool more = false;
    for (const struct json *one = json_first(outputs); one && !more; one = json_next(one))
        more = !is_made(of, json_text(one, "code"));
    return more && json_count(outputs) > 1 && str_equal(dossier_state(of), "ready");
}

static const char *why_not_make(const struct dossier *of, const struct ui *ui)
{
    (void)ui;
    if (is_issued(of) && has_flag(of, CASE_VOIDED))
        return NULL;
    if (has_more_to_make(of))
        return why_not_issue(of);
    return allows(of, CASE_DO_PREPARE) ? why_not_issue(of) : TR("There is no decision to make out.");
}

static const char *why_not_hand_over(const struct dossier *of, const struct ui *ui)
{
    bool copy = str_equal(dossier_state(of), "delivered") &&
                newest_without(of, "outputs", "delivered_at", "voided_at");
    if (is_issued(of) && has_flag(of, CASE_VOIDED))
        return TR("The output was voided: make out a new copy first.");
    if (allows(of, CASE_DO_DELIVER) || copy)
        return NULL;
    return allows(of, CASE_DO_PREPARE) ? why_not_make(of, ui) : TR("There is nothing to hand over.");
}

static const char *why_not_void(const struct dossier *of, const struct ui *ui)
{
    (void)ui;
    if (!is_issued(of) || !newest_without(of, "outputs", "voided_at", NULL))
        return TR("Nothing was made out that could be voided.");
    return has_flag(of, CASE_VOIDED) ? TR("The output was voided: make out a new copy first.") : NULL;
}

static const char *why_not_complain(const struct dossier *of, const struct ui *ui)
{
    const struct json *row = dossier_row(of);
    (void)ui;
    if (open_complaint(of) && str_equal(json_text(row, "decided_by"), ui->session.user))
        return TR("The complaint is against your own decision: someone else answers it.");
    bool verdict =
        str_equal(json_text(row, "outcome"), "approve") || str_equal(json_text(row, "outcome"), "refuse");
    return verdict || open_complaint(of) ? NULL : TR("It is not decided: there is nothing to complain of.");
}

static const char *why_not_extend(const struct dossier *of, const struct ui *ui)
{
    const struct json *row = dossier_row(of);
    if (!dossier_is_undecided(of) || !json_text(row, "due_at"))
        return TR("There is no deadline to extend.");
    if (json_count(json_get(row, "extensions")))
        return TR("The deadline was extended already: once is all.");
    return time_of(of, ui).extend_days > 0 ? NULL : TR("The law of this service allows no extension.");
}

static const char *why_not_withdraw(const struct dossier *of, const struct ui *ui)
{
    (void)ui;
    return allows(of, CASE_DO_WITHDRAW) ? NULL : TR("Nothing of it is open any more.");
}

static const char *why_not_correct(const struct dossier *of, const struct ui *ui)
{
    (void)ui;
    return json_text(dossier_row(of), "submitted_at") && !str_equal(dossier_state(of), "withdrawn")
               ? NULL
               : TR("What is not handed in yet is changed in the form itself.");
}

/* --- the questions --- */

static void begin(struct case_steps *steps, const struct dossier *of, const char *type)
{
    json_free(&steps->body);
    steps->body = dossier_body(of);
    str_copy(steps->type, sizeof steps->type, type);
}

static void send(struct case_steps *steps, struct effects *effects)
{
    effects_command(effects, steps->type, steps->body);
    steps->body = NULL;
}

static void ask_text(const char *id, const char *text, const char *typed, bool optional,
                     struct effects *effects)
{
    struct json *question = question_new(id, text);
    question_field(question, typed, optional);
    question_keep(question);
    effects_ask(effects, question);
}

static void ask_output(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                       struct effects *effects)
{
    const struct json *outputs = json_get(dossier_part(of, "service"), "outputs");
    begin(steps, of, "case.deliver");
    json_set_bool(steps->body, "ready", true);
    if (json_count(outputs) < 2 || has_flag(of, CASE_VOIDED))
        return send(steps, effects);
    struct json *question = question_new("made_out", tr(ui->lang, TR("What is made out?")));
    for (const struct json *one = json_first(outputs); one; one = json_next(one))
        if (!is_made(of, json_text(one, "code")))
            question_item(question, show_name(ui, json_get(one, "name")), json_text_or(one, "code", ""),
                          NULL);
    effects_ask(effects, question);
}

static const char representative[] = "\n"; /* no name is this */

static void ask_recipient(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                          struct effects *effects)
{
    const char *name = json_text_or(dossier_part(of, "person"), "name", "");
    begin(steps, of, "case.deliver");
    struct json *question = question_new("handed_kind", tr(ui->lang, TR("To whom is it handed over?")));
    question_choice(question, "1", *name ? name : tr(ui->lang, TR("the applicant")), name, NULL);
    question_choice(question, "2", tr(ui->lang, TR("a representative")), representative, NULL);
    effects_ask(effects, question);
}

static void ask_void(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                     struct effects *effects)
{
    char text[SHOW_TEXT];
    const struct json *last = newest_without(of, "outputs", "voided_at", NULL);
    begin(steps, of, "case.void");
    json_set_int(steps->body, "copy", json_int(last, "copy", 1));
    str_format(text, sizeof text, tr(ui->lang, TR("Why is copy %d void? It stays on record.")),
               (int)json_int(last, "copy", 1));
    ask_text("void_reason", text, "", false, effects);
}

static void ask_complaint(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                          struct effects *effects)
{
    begin(steps, of, "case.complain");
    if (!open_complaint(of))
        return ask_text("complaint", tr(ui->lang, TR("What does the citizen complain of?")), "", false,
                        effects);
    json_set_text(steps->body, "complaint", json_text(open_complaint(of), "id"));
    struct json *question = question_new("answer", tr(ui->lang, TR("The decision that is complained of:")));
    question_choice(question, "1", tr(ui->lang, TR("stands")), "upheld", NULL);
    question_choice(question, "2", tr(ui->lang, TR("is turned round")), "changed", NULL);
    question_choice(question, "3", tr(ui->lang, TR("falls, it is decided anew")), "annulled", NULL);
    effects_ask(effects, question);
}

static void ask_days(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                     struct effects *effects)
{
    char text[SHOW_TEXT];
    begin(steps, of, "case.extend");
    str_format(text, sizeof text, tr(ui->lang, TR("How many days more? The law allows %d, once.")),
               time_of(of, ui).extend_days);
    struct json *question = question_new("extend_days", text); /* a number, no words to keep */
    question_field(question, "", false);
    effects_ask(effects, question);
}

static void ask_withdrawal(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                           struct effects *effects)
{
    begin(steps, of, "case.withdraw");
    ask_text("withdraw_reason", tr(ui->lang, TR("The citizen takes it back. Why? (may be empty)")), "", true,
             effects);
}

static void ask_correction(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                           struct effects *effects)
{
    const struct json *asked = asked_correction(of);
    begin(steps, of, "case.correct");
    if (!asked) {
        json_set_text(steps->body, "state", "asked");
        return ask_text("correct_text", tr(ui->lang, TR("What is to be corrected?")), "", false, effects);
    }
    json_set_text(steps->body, "correction", json_text(asked, "id"));
    char *text = xasprintf("%s %s", tr(ui->lang, TR("Correction asked:")),
                           json_text_or(asked, "text", json_text_or(asked, "reason", "")));
    struct json *question = question_new("correct_answer", text);
    question_choice(question, "1", tr(ui->lang, TR("grant")), "granted", NULL);
    question_choice(question, "2", tr(ui->lang, TR("deny")), "denied", NULL);
    effects_ask(effects, question);
    free(text);
}

/* In the order in which they are offered. */
static const struct step {
    enum action action;
    const char *type, *offer, *saved;
    const char *(*why_not)(const struct dossier *of, const struct ui *ui);
    void (*ask)(struct case_steps *, const struct dossier *, const struct ui *, struct effects *);
} all[] = {
    {ACTION_HAND_OVER, "case.deliver", TR("hand it over: to whom"), TR("Recorded."), why_not_hand_over,
     ask_recipient},
    {ACTION_MAKE_OUT, "case.deliver", TR("made out: it can be fetched"), TR("Recorded."), why_not_make,
     ask_output},
    {ACTION_VOID, "case.void", TR("void what was made out, with the reason"),
     TR("Voided. Make out the copy in its place."), why_not_void, ask_void},
    {ACTION_COMPLAIN, "case.complain", TR("a complaint: record it, or answer it"), TR("Recorded."),
     why_not_complain, ask_complaint},
    {ACTION_CORRECT, "case.correct", TR("a correction: ask for it, or answer it"), TR("Recorded."),
     why_not_correct, ask_correction},
    {ACTION_EXTEND, "case.extend", TR("extend the deadline, once"), TR("Extended. Both deadlines are kept."),
     why_not_extend, ask_days},
    {ACTION_WITHDRAW, "case.withdraw", TR("the citizen takes it back"), TR("Withdrawn."), why_not_withdraw,
     ask_withdrawal},
};
enum { STEPS = sizeof all / sizeof *all };

static const struct step *step_of(enum action action)
{
    for (int i = 0; i < STEPS; i++)
        if (all[i].action == action)
            return &all[i];
    return NULL;
}

bool steps_is(enum action action)
{
    return step_of(action) != NULL;
}

const char *steps_enabled(const struct dossier *of, const struct ui *ui, enum action action)
{
    const struct step *step = step_of(action);
    if (!dossier_row(of))
        return TR("There is no application here.");
    return step ? step->why_not(of, ui) : NULL;
}

void steps_act(struct case_steps *steps, const struct dossier *of, const struct ui *ui, enum action action,
               struct effects *effects)
{
    const struct step *step = step_of(action);
    if (step && !step->why_not(of, ui))
        step->ask(steps, of, ui, effects);
}

const char *steps_saved(const char *type)
{
    for (int i = 0; i < STEPS; i++)
        if (str_equal(all[i].type, type))
            return all[i].saved;
    return NULL;
}

/* --- the answers --- */

static void ask_why(const struct ui *ui, struct effects *effects)
{
    ask_text("answer_text", tr(ui->lang, TR("Why? The citizen will read it.")), "", false, effects);
}

/* An approval that is turned round is a refusal: it needs a reason of the service, where the service names any. */
static void answer_complaint(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                             const char *answer, struct effects *effects)
{
    struct catalogue_reason reasons[CATALOGUE_REASONS_MAX];
    bool turned = str_equal(answer, "changed") && str_equal(json_text(dossier_row(of), "outcome"), "approve");
    int count = catalogue_reasons(dossier_part(of, "service"), "refuse", reasons, CATALOGUE_REASONS_MAX);
    json_set_text(steps->body, "answer", answer);
    if (!turned || !count)
        return ask_why(ui, effects);
    struct json *question = question_new(
        "answer_reason", tr(ui->lang, TR("It is refused now. Why? Space ticks, Enter goes on:")));
    question_ticks(question);
    for (int i = 0; i < count; i++) {
        const char *legal = reasons[i].legal ? show_name(ui, reasons[i].legal) : "";
        char *label = xasprintf("%s %s%s%s", reasons[i].code, show_name(ui, reasons[i].name),
                                *legal ? " · " : "", legal);
        question_item(question, label, reasons[i].code, NULL);
        free(label);
    }
    effects_ask(effects, question);
}

/* A code a line. */
static void take_reasons(struct case_steps *steps, const struct ui *ui, const char *lines,
                         struct effects *effects)
{
    struct json *codes = json_new_array();
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        char *code = xstrndup(lines, length);
        json_add_text(codes, code);
        free(code);
        lines += length + (lines[length] == '\n');
    }
    json_set(steps->body, "reasons", codes);
    ask_why(ui, effects);
}

static void take_days(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                      const char *text, struct effects *effects)
{
    char *end = NULL;
    long days = strtol(text, &end, 10);
    if (end == text || *end || days < 1 || days > time_of(of, ui).extend_days) {
        effects_toast(effects, TOAST_WARN,
                      tr(ui->lang, TR("A number of days, at most %d. Nothing was changed.")),
                      time_of(of, ui).extend_days);
        return ask_days(steps, of, ui, effects);
    }
    json_set_int(steps->body, "days", days);
    ask_text("extend_reason", tr(ui->lang, TR("For which reason is the deadline extended?")), "", false,
             effects);
}

/* The applicant takes it with one key; of whom comes in their place it is asked who, and by which paper. */
static bool take_recipient(struct case_steps *steps, const struct ui *ui, const struct msg *msg,
                           struct effects *effects)
{
    const char *text = msg->text ? msg->text : "";
    if (str_equal(msg->what, "handed_kind") && strcmp(text, representative) != 0) {
        if (*text)
            json_set_text(steps->body, "to", text);
        send(steps, effects);
    } else if (str_equal(msg->what, "handed_kind")) {
        ask_text("handed_name", tr(ui->lang, TR("Who takes it? The name of the representative")), "", false,
                 effects);
    } else if (str_equal(msg->what, "handed_name")) {
        json_set_text(steps->body, "to", text);
        ask_text("handed_document", tr(ui->lang, TR("Which document is shown? (power of attorney …)")), "",
                 false, effects);
    } else if (str_equal(msg->what, "handed_document")) {
        json_set_text(steps->body, "document", text);
        ask_text("handed_number", tr(ui->lang, TR("The number of that document")), "", false, effects);
    } else {
        return false;
    }
    return true;
}

bool steps_answered(struct case_steps *steps, const struct dossier *of, const struct ui *ui,
                    const struct msg *msg, struct effects *effects)
{
    /* The last question of each command, and the member that its answer becomes. */
    static const struct {
        const char *question, *member;
    } last[] = {{"made_out", "output"},        {"handed_number", "document_number"},
                {"void_reason", "reason"},     {"complaint", "text"},
                {"answer_text", "text"},       {"extend_reason", "reason"},
                {"withdraw_reason", "reason"}, {"correct_reason", "reason"}};
    const char *text = msg->text ? msg->text : "";
    if (!steps->body)
        return false;
    if (take_recipient(steps, ui, msg, effects))
        return true;
    for (size_t i = 0; i < sizeof last / sizeof *last; i++) {
        if (!str_equal(last[i].question, msg->what))
            continue;
        if (*text)
            json_set_text(steps->body, last[i].member, text);
        send(steps, effects);
        return true;
    }
    if (str_equal(msg->what, "answer")) {
        answer_complaint(steps, of, ui, text, effects);
    } else if (str_equal(msg->what, "answer_reason")) {
        take_reasons(steps, ui, text, effects);
    } else if (str_equal(msg->what, "extend_days")) {
        take_days(steps, of, ui, text, effects);
    } else if (str_equal(msg->what, "correct_text") || str_equal(msg->what, "correct_answer")) {
        bool asks = str_equal(msg->what, "correct_text");
        json_set_text(steps->body, asks ? "text" : "state", text);
        ask_text("correct_reason", tr(ui->lang, asks ? TR("How is that known?") : TR("Why?")), "", false,
                 effects);
    } else {
        return false;
    }
    return true;
}

/* --- drawing --- */

static bool is_offered(const struct dossier *of, const struct ui *ui, enum action action)
{
    return action_info(action)->roles & ui->session.roles && !steps_enabled(of, ui, action);
}

/* "h hand over  t made out …", in as many lines as that takes. */
static void flow_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *area)
{
    enum { GAP = 3 };
    struct rect line = {0};
    for (int i = 0; i < STEPS; i++) {
        char key[KEY_NAME];
        if (!is_offered(of, ui, all[i].action))
            continue;
        key_label(keymap_key(ui->keys, all[i].action, 0), key);
        const char *label = tr(ui->lang, action_info(all[i].action)->label);
        int wide = text_width(key) + 1 + text_width(label);
        if (line.w < wide + GAP && area->h > 0) {
            line = rect_cut_top(area, 1);
            rect_cut_left(&line, 1);
        }
        rect_cut_left(&line, 1 + text_draw(frame, line, key, STYLE_ACCENT | ATTR_BOLD));
        rect_cut_left(&line, GAP + text_draw(frame, line, label, STYLE_TEXT));
    }
}

void steps_next_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *area)
{
    enum { ROOMY = 28 }; /* rows: below, each line is one of the notice's */
    if (area->h < ROOMY)
        return flow_view(of, ui, frame, area);
    for (int i = 0; i < STEPS; i++) {
        char key[KEY_NAME];
        if (!is_offered(of, ui, all[i].action))
            continue;
        struct rect line = rect_cut_top(area, 1);
        rect_cut_left(&line, 1);
        key_label(keymap_key(ui->keys, all[i].action, 0), key);
        show_hint(frame, line, key, tr(ui->lang, all[i].offer));
    }
}

static void line_view(const struct ui *ui, const char *time, const char *text, unsigned look,
                      struct frame *frame, struct rect *area)
{
    char day[SHOW_TEXT], clock[SHOW_TEXT];
    if (time && area->h > 0)
        text_drawf(frame, rect_cut_top(area, 1), look, "%s %s  %s", show_day(ui, time, day),
                   show_clock(time, clock), text);
}

/* Of a service that gives several things: which one it is. "" of one that gives one. */
static const char *output_name(const struct dossier *of, const struct ui *ui, const struct json *output)
{
    const struct json *outputs = json_get(dossier_part(of, "service"), "outputs");
    for (const struct json *one = json_count(outputs) > 1 ? json_first(outputs) : NULL; one;
         one = json_next(one))
        if (str_equal(json_text(one, "code"), json_text(output, "output")))
            return show_name(ui, json_get(one, "name"));
    return "";
}

static void output_view(const struct dossier *of, const struct ui *ui, const struct json *output,
                        struct frame *frame, struct rect *area)
{
    char text[SHOW_TEXT];
    int copy = (int)json_int(output, "copy", 1);
    const char *name = output_name(of, ui, output);
    str_format(text, sizeof text, tr(ui->lang, TR("copy %d made out")), copy);
    char *made = xasprintf("%s%s%s", text, *name ? " · " : "", name);
    line_view(ui, json_text(output, "at"), made, STYLE_DIM, frame, area);
    free(made);
    str_format(text, sizeof text, tr(ui->lang, TR("copy %d handed over to %s")), copy,
               json_text_or(output, "to", "–"));
    char *handed = json_text(output, "document")
                       ? xasprintf("%s · %s %s", text, json_text(output, "document"),
                                   json_text_or(output, "document_number", ""))
                       : xstrdup(text);
    line_view(ui, json_text(output, "delivered_at"), handed, STYLE_TEXT, frame, area);
    free(handed);
    str_format(text, sizeof text, tr(ui->lang, TR("copy %d void: %s")), copy,
               json_text_or(output, "void_reason", ""));
    line_view(ui, json_text(output, "voided_at"), text, STYLE_WARN, frame, area);
}

static void complaint_view(const struct dossier *of, const struct ui *ui, const struct json *complaint,
                           struct frame *frame, struct rect *area)
{
    (void)of;
    bool open = str_equal(json_text(complaint, "state"), "open");
    char *text =
        xasprintf("%s%s%s", tr(ui->lang, open ? TR("complaint, open: ") : TR("complaint: ")),
                  json_text_or(complaint, "text", ""),
                  json_bool(complaint, "late", false) ? tr(ui->lang, TR(" (after its last day)")) : "");
    line_view(ui, json_text(complaint, "at"), text, open ? STYLE_WARN : STYLE_DIM, frame, area);
    free(text);
}

static void correction_view(const struct dossier *of, const struct ui *ui, const struct json *correction,
                            struct frame *frame, struct rect *area)
{
    (void)of;
    const char *state = json_text_or(correction, "state", "");
    const char *word = str_equal(state, "asked")    ? TR("correction asked: ")
                       : str_equal(state, "denied") ? TR("correction denied: ")
                                                    : TR("corrected: ");
    char *text = xasprintf("%s%s", tr(ui->lang, word),
                           json_text_or(correction, "text", json_text_or(correction, "reason", "")));
    line_view(ui, json_text(correction, "at"), text, STYLE_TEXT, frame, area);
    free(text);
}

static void extension_view(const struct dossier *of, const struct ui *ui, const struct json *extension,
                           struct frame *frame, struct rect *area)
{
    (void)of;
    char text[SHOW_TEXT];
    str_format(text, sizeof text, tr(ui->lang, TR("deadline extended by %d days: %s")),
               (int)json_int(extension, "days", 0), json_text_or(extension, "reason", ""));
    line_view(ui, json_text(extension, "at"), text, STYLE_TEXT, frame, area);
}

void steps_so_far_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *area)
{
    static const struct {
        const char *list;
        void (*view)(const struct dossier *, const struct ui *, const struct json *, struct frame *,
                     struct rect *);
    } lists[] = {{"extensions", extension_view},
                 {"outputs", output_view},
                 {"complaints", complaint_view},
                 {"corrections", correction_view}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct json *list = json_get(dossier_row(of), lists[i].list);
        for (const struct json *one = json_first(list); one; one = json_next(one))
            lists[i].view(of, ui, one, frame, area);
    }
}
