/* screens/documents_screen.c: the papers of an application and its fee: what was seen, copied, is missing or not
 * needed; which tier is paid, and how. What remains stands at the bottom. */
#include <stdlib.h>
#include <string.h>

#include "screens/notice.h"
#include "screens/print_text.h"
#include "screens/service_view.h"
#include "screens/show.h"
#include "tui/list.h"
#include "tui/text.h"

enum { SIDE_FROM = 100, SIDE_W = 34, NAME_W_MIN = 20, STATE_W = 14 };

/* The list: papers, then the tiers of the fee; headings stand between them and cannot be chosen. */
struct documents {
    struct dossier of;
    int cursor;        /* among papers and tiers together */
    char tier[64];     /* chosen here; "" the application's own */
    struct json *step; /* the body of the command that is being asked for */
};
struct rows {
    struct catalogue_document papers[CATALOGUE_DOCUMENTS_MAX];
    struct catalogue_fee fees[CATALOGUE_FEES_MAX];
    int paper_count, fee_count;
};

static void *documents_new(const struct json *args)
{
    struct documents *self = xcalloc(1, sizeof *self);
    dossier_init(&self->of, args);
    return self;
}

static void documents_free(void *data)
{
    struct documents *self = data;
    dossier_deinit(&self->of);
    json_free(&self->step);
    free(self);
}

/* --- what there is --- */

static const struct json *service_of(const struct documents *self)
{
    return dossier_part(&self->of, "service");
}

/* Papers of a group stand together, where the first of them stands. */
static void gather(struct rows *rows)
{
    struct catalogue_document sorted[CATALOGUE_DOCUMENTS_MAX];
    bool taken[CATALOGUE_DOCUMENTS_MAX] = {false};
    int n = 0;
    for (int i = 0; i < rows->paper_count; i++) {
        const char *group = rows->papers[i].group;
        for (int k = i; k < rows->paper_count; k++) {
            if (taken[k] || (k > i && (!*group || strcmp(group, rows->papers[k].group) != 0)))
                continue;
            taken[k] = true;
            sorted[n++] = rows->papers[k];
        }
    }
    /* cppcheck-suppress uninitvar; the first n were written above */
    memcpy(rows->papers, sorted, (size_t)n * sizeof *sorted);
}

static void read_rows(const struct documents *self, const struct ui *ui, struct rows *rows)
{
    rows->paper_count =
        catalogue_documents(service_of(self), json_get(dossier_row(&self->of), "draft"),
                            dossier_part(&self->of, "documents"), rows->papers, CATALOGUE_DOCUMENTS_MAX);
    rows->fee_count = dossier_fees(&self->of, ui, rows->fees, CATALOGUE_FEES_MAX);
    gather(rows);
}

static int row_total(const struct rows *rows)
{
    return rows->paper_count + rows->fee_count;
}

static const struct catalogue_document *paper_at(const struct rows *rows, int cursor)
{
    return cursor >= 0 && cursor < rows->paper_count ? &rows->papers[cursor] : NULL;
}

static const struct catalogue_fee *fee_at(const struct rows *rows, int cursor)
{
    int at = cursor - rows->paper_count;
    return at >= 0 && at < rows->fee_count ? &rows->fees[at] : NULL;
}

static bool chosen_fee(const struct documents *self, const struct ui *ui, struct catalogue_fee *fee)
{
    return dossier_fee(&self->of, ui, self->tier, fee);
}

/* --- steps --- */

static void move_to(struct documents *self, const struct rows *rows, int to)
{
    int all = row_total(rows);
    self->cursor = to < 0 || !all ? 0 : to >= all ? all - 1 : to;
}

/* The next paper that nobody has looked at; without one, the next row. */
static void go_on(struct documents *self, const struct rows *rows)
{
    for (int i = 1; i < rows->paper_count; i++) {
        int at = (self->cursor + i) % rows->paper_count;
        bool same =
            *rows->papers[at].group && strcmp(rows->papers[at].group, rows->papers[self->cursor].group) == 0;
        if (!rows->papers[at].met && !*rows->papers[at].state && !same) {
            self->cursor = at;
            return;
        }
    }
    move_to(self, rows, self->cursor + 1);
}

static struct json *paper_body(const struct documents *self, const struct catalogue_document *paper,
                               const char *state)
{
    struct json *body = dossier_body(&self->of);
    json_set_text(body, "document", paper->code);
    json_set_text(body, "state", state);
    return body;
}

static void check_paper(struct documents *self, const struct ui *ui, const char *state,
                        struct effects *effects)
{
    struct rows rows;
    read_rows(self, ui, &rows);
    const struct catalogue_document *paper = paper_at(&rows, self->cursor);
    if (!paper)
        return;
    effects_command(effects, "case.check_document", paper_body(self, paper, state));
    go_on(self, &rows);
}

static void begin_step(struct documents *self, struct json *body)
{
    json_free(&self->step);
    self->step = body;
}

static void ask_why_waived(struct documents *self, const struct ui *ui, struct effects *effects)
{
    struct rows rows;
    read_rows(self, ui, &rows);
    const struct catalogue_document *paper = paper_at(&rows, self->cursor);
    if (!paper)
        return;
    begin_step(self, paper_body(self, paper, "waived"));
    struct json *question = question_new("waive", tr(ui->lang, TR("Why is it not needed?")));
    question_field(question, "", false);
    effects_ask(effects, question);
}

static void ask_pay(struct documents *self, const struct ui *ui, struct effects *effects)
{
    struct catalogue_fee fee;
    struct money due;
    char amount[MONEY_TEXT], shown[MONEY_TEXT], text[SHOW_TEXT];
    if (!chosen_fee(self, ui, &fee) || !dossier_fee_due(&self->of, &fee, &due))
        return;
    struct json *body = dossier_body(&self->of);
    money_text(due, amount);
    money_display(due, shown);
    amount[strcspn(amount, " ")] = '\0'; /* amount and currency are apart in case.pay */
    json_set_text(body, "amount", amount);
    json_set_text(body, "currency", fee.total.currency);
    if (*self->tier)
        json_set_text(body, "tier", self->tier);
    begin_step(self, body);
    str_format(text, sizeof text, tr(ui->lang, TR("%s paid:")), shown);
    struct json *question = question_new("pay_method", text);
    question_choice(question, "1", tr(ui->lang, TR("in cash")), "cash", NULL);
    question_choice(question, "2", tr(ui->lang, TR("by card")), "card", NULL);
    question_choice(question, "3", tr(ui->lang, TR("at the bank")), "bank", NULL);
    question_choice(question, "4", tr(ui->lang, TR("online")), "online", NULL);
    effects_ask(effects, question);
}

static void answered(struct documents *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    const char *text = msg->text ? msg->text : "";
    struct rows rows;
    if (!self->step)
        return;
    if (str_equal(msg->what, "pay_method")) {
        json_set_text(self->step, "method", text);
        struct json *question =
            question_new("pay_reference", tr(ui->lang, TR("Number of the receipt or payment")));
        question_field(question, "", strcmp(text, "cash") == 0);
        effects_ask(effects, question);
        return;
    }
    bool waive = str_equal(msg->what, "waive");
    if (*text)
        json_set_text(self->step, waive ? "note" : "reference", text);
    effects_command(effects, waive ? "case.check_document" : "case.pay", self->step);
    self->step = NULL;
    read_rows(self, ui, &rows);
    if (waive)
        go_on(self, &rows);
}

/* Enter and Space choose a tier; on a paper they only go on. */
static void enter(struct documents *self, const struct rows *rows)
{
    const struct catalogue_fee *fee = fee_at(rows, self->cursor);
    if (fee)
        str_copy(self->tier, sizeof self->tier, fee->tier);
    else
        move_to(self, rows, self->cursor + 1);
}

static void on_key(struct documents *self, const struct ui *ui, struct key key)
{
    struct rows rows;
    read_rows(self, ui, &rows);
    struct list list = {.count = row_total(&rows), .selected = self->cursor};
    if (key_is(key, "Enter") || key_is(key, "Space"))
        enter(self, &rows);
    else if (key_is(key, "Tab"))
        move_to(self, &rows, self->cursor < rows.paper_count ? rows.paper_count : 0);
    else if (list_key(&list, key))
        self->cursor = list.selected;
}

static struct json *missing_paper(const struct catalogue_document *document)
{
    struct json *paper = json_new_object();
    json_set(paper, "name", json_copy(document->name));
    json_set_text(paper, "group", document->group);
    return paper;
}

/* What is missing, as the citizen takes it home; with nothing missing, all papers with what was done about each. */
static void print_papers_of(const struct documents *self, const struct ui *ui, struct effects *effects)
{
    struct catalogue_document all[CATALOGUE_DOCUMENTS_MAX];
    const struct json *row = dossier_row(&self->of), *service = dossier_part(&self->of, "service");
    const struct ui reader = print_reader(ui, notice_lang(&self->of, ui));
    const char *number = json_text_or(row, "number", "");
    struct json *lists = json_new_array(), *list = json_new_object(), *names = json_new_array();
    struct buf text = {0};
    int count = catalogue_documents(service, json_get(row, "draft"), dossier_part(&self->of, "documents"),
                                    all, CATALOGUE_DOCUMENTS_MAX);
    for (int i = 0; i < count; i++) {
        const char *state = show_document_state(&reader, all[i].state);
        if (!all[i].met && all[i].name)
            json_add(names, missing_paper(&all[i]));
        buf_addf(&text, "- %s%s%s\n", all[i].name ? show_name(&reader, all[i].name) : all[i].code,
                 *state ? ": " : "", state);
    }
    json_set(list, "title", json_copy(json_get(service, "name")));
    json_set_text(list, "number", number);
    json_set(list, "papers", names);
    json_add(lists, list);
    print_send(effects, "paper", number,
               json_count(names)
                   ? print_missing(&reader, "", lists, "")
                   : print_sheet(&reader, show_name(&reader, json_get(service, "name")), buf_text(&text)));
    buf_free(&text);
    json_free(&lists);
}

static void act(struct documents *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return effects_back(effects);
    case ACTION_DOCUMENT_SEEN:
        return check_paper(self, ui, "seen", effects);
    case ACTION_DOCUMENT_COPIED:
        return check_paper(self, ui, "copied", effects);
    case ACTION_DOCUMENT_MISSING:
        return check_paper(self, ui, "missing", effects);
    case ACTION_DOCUMENT_WAIVED:
        return ask_why_waived(self, ui, effects);
    case ACTION_PAY:
        return ask_pay(self, ui, effects);
    case ACTION_OPEN_FORM:
        return dossier_open(&self->of, SCREEN_FORM, effects);
    case ACTION_PRINT:
        return print_papers_of(self, ui, effects);
    case ACTION_DECIDE:
        return dossier_open(&self->of, SCREEN_DECISION, effects);
    default:
        return;
    }
}

static void documents_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct documents *self = data;
    struct rows rows;
    switch (msg->kind) {
    case MSG_LOAD:
        return dossier_load(&self->of, effects);
    case MSG_DATA:
        dossier_take(&self->of, msg->json);
        read_rows(self, ui, &rows);
        return move_to(self, &rows, self->cursor);
    case MSG_KEY:
        return on_key(self, ui, msg->key);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        return answered(self, ui, msg, effects);
    default:
        return;
    }
}

/* --- what is possible --- */

static const char *may_check(const struct documents *self, const struct ui *ui)
{
    struct rows rows;
    read_rows(self, ui, &rows);
    if (!rows.paper_count)
        return TR("This service asks for no papers.");
    return paper_at(&rows, self->cursor) ? NULL : TR("Choose a paper first.");
}

static const char *may_pay(const struct documents *self, const struct ui *ui)
{
    struct catalogue_fee fee;
    struct money due;
    if (!chosen_fee(self, ui, &fee) || fee.total.minor == 0)
        return TR("This service costs nothing.");
    return dossier_fee_due(&self->of, &fee, &due) ? NULL : TR("The fee is paid already.");
}

static const char *documents_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct documents *self = data;
    switch (action) {
    case ACTION_DOCUMENT_SEEN:
    case ACTION_DOCUMENT_COPIED:
    case ACTION_DOCUMENT_MISSING:
    case ACTION_DOCUMENT_WAIVED:
        return dossier_row(&self->of) ? may_check(self, ui) : TR("There is no application here.");
    case ACTION_PAY:
        return dossier_row(&self->of) ? may_pay(self, ui) : TR("There is no application here.");
    case ACTION_OPEN_FORM:
    case ACTION_PRINT:
        return dossier_row(&self->of) ? NULL : TR("There is no application here.");
    case ACTION_DECIDE:
        if (!dossier_row(&self->of))
            return TR("There is no application here.");
        return dossier_is_draft(&self->of) ? TR("Not submitted yet: o opens the form, F10 submits.") : NULL;
    default:
        return NULL;
    }
}

/* --- drawing --- */

struct view {
    const struct documents *self;
    const struct ui *ui;
    struct frame *frame;
    struct rows rows;
};

static const char *paper_name(const struct ui *ui, const struct catalogue_document *paper)
{
    const char *name = show_name(ui, paper->name);
    return *name ? name : paper->code;
}

/* The look of a row: the chosen one is filled and carries a sign and the hardware cursor. */
static unsigned row_look(const struct view *view, int at, struct rect *line)
{
    bool here = at == view->self->cursor;
    if (here) {
        frame_blank(view->frame, *line, STYLE_SELECTED);
        frame_cursor(view->frame, line->x, line->y);
    }
    struct rect sign = rect_cut_left(line, 2);
    text_draw(view->frame, sign, here ? " ›" : "", here ? STYLE_SELECTED : STYLE_TEXT);
    rect_cut_left(line, 1);
    rect_cut_right(line, 1);
    return here ? STYLE_SELECTED : STYLE_TEXT;
}

static const struct json *document_row(const struct view *view, const char *code)
{
    const struct json *found = NULL;
    const struct json *documents = dossier_part(&view->self->of, "documents");
    for (const struct json *row = json_first(documents); row; row = json_next(row))
        if (str_equal(json_text(row, "code"), code))
            found = row;
    return found;
}

static void paper_view(const struct view *view, int at, int indent, struct rect line)
{
    const struct catalogue_document *paper = &view->rows.papers[at];
    const struct json *row = document_row(view, paper->code);
    unsigned look = row_look(view, at, &line), sign_look;
    const char *sign = dossier_paper_sign(paper, &sign_look), *note = json_text(row, "note");
    rect_cut_left(&line, indent);
    struct rect place = rect_cut_left(&line, 3), mark = rect_cut_right(&line, 2);
    text_draw(view->frame, place, sign, look == STYLE_SELECTED ? look : sign_look);
    text_draw(view->frame, mark, ui_mark(json_text(row, "mark")), look == STYLE_SELECTED ? look : STYLE_DIM);
    struct rect state = rect_cut_right(&line, line.w > NAME_W_MIN + STATE_W ? STATE_W : line.w / 3);
    text_draw(view->frame, state,
              *paper->state ? show_document_state(view->ui, paper->state)
              : paper->met  ? tr(view->ui->lang, TR("not needed"))
                            : "",
              look == STYLE_SELECTED ? look : sign_look);
    rect_cut_right(&line, 1);
    if (paper->count > 1)
        rect_cut_left(&line, text_drawf(view->frame, line, look, "%d × ", paper->count));
    rect_cut_left(&line, text_draw(view->frame, line, paper_name(view->ui, paper), look));
    if (!str_empty(note))
        text_drawf(view->frame, line, look == STYLE_SELECTED ? look : STYLE_DIM, " · %s", note);
}

static int group_size(const struct rows *rows, const char *group)
{
    int size = 0;
    for (int i = 0; *group && i < rows->paper_count; i++)
        size += strcmp(rows->papers[i].group, group) == 0;
    return size;
}

static void papers_view(const struct view *view, struct rect *area)
{
    const struct rows *rows = &view->rows;
    struct rect head = rect_cut_top(area, 1);
    rect_cut_left(&head, 1);
    show_heading(view->frame, head, tr(view->ui->lang, TR("Papers")));
    if (!rows->paper_count) {
        struct rect line = rect_cut_top(area, 1);
        rect_cut_left(&line, 3);
        text_draw(view->frame, line, tr(view->ui->lang, TR("This service asks for no papers.")), STYLE_DIM);
    }
    for (int i = 0; i < rows->paper_count && area->h > 0; i++) {
        const char *group = rows->papers[i].group;
        bool one_of = group_size(rows, group) > 1;
        if (one_of && (i == 0 || strcmp(rows->papers[i - 1].group, group) != 0)) {
            struct rect line = rect_cut_top(area, 1);
            rect_cut_left(&line, 3);
            text_draw(view->frame, line, tr(view->ui->lang, TR("any one of these:")), STYLE_DIM);
        }
        paper_view(view, i, one_of ? 2 : 0, rect_cut_top(area, 1));
    }
}

static void fee_view(const struct view *view, int at, struct rect line)
{
    const struct catalogue_fee *fee = &view->rows.fees[at];
    struct catalogue_fee chosen;
    char total[MONEY_TEXT], time[SHOW_TEXT], ends[SHOW_TEXT];
    bool mine = chosen_fee(view->self, view->ui, &chosen) && str_equal(chosen.tier, fee->tier);
    unsigned look = row_look(view, view->rows.paper_count + at, &line);
    const char *name = show_name(view->ui, fee->name);
    struct rect radio = rect_cut_left(&line, 4), money = rect_cut_right(&line, 16);
    text_draw(view->frame, radio, mine ? "(•)" : "( )", look);
    money_display(fee->total, total);
    text_draw_as(view->frame, money, total, look, TEXT_RIGHT);
    rect_cut_right(&line, 2);
    struct rect title = rect_cut_left(&line, line.w / 2);
    text_draw(view->frame, title, *name ? name : fee->tier, look);
    service_duration(view->ui, fee->time, fee->working ? "working" : "", time);
    service_fee_dates(view->ui, NULL, fee->until, ends);
    rect_cut_left(&line, text_draw(view->frame, line, time, look == STYLE_SELECTED ? look : STYLE_DIM));
    text_drawf(view->frame, line, look == STYLE_SELECTED ? look : STYLE_WARN, "%s%s",
               *time && *ends ? ", " : "", ends);
}

static const char *method_text(const struct ui *ui, const char *method)
{
    static const struct {
        const char *method, *text;
    } methods[] = {{"cash", TR("in cash")},
                   {"card", TR("by card")},
                   {"bank", TR("at the bank")},
                   {"online", TR("online")}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (str_equal(methods[i].method, method))
            return tr(ui->lang, methods[i].text);
    return method ? method : "";
}

static void payment_view(const struct view *view, const struct json *payment, struct rect line)
{
    struct money money;
    char amount[MONEY_TEXT];
    const char *reference = json_text_or(payment, "reference", "");
    if (money_parse(json_text_or(payment, "amount", ""), &money, NULL))
        money_display(money, amount);
    else
        str_copy(amount, sizeof amount, json_text_or(payment, "amount", ""));
    rect_cut_left(&line, 3);
    rect_cut_right(&line, 1);
    struct rect mark = rect_cut_right(&line, 2), sign = rect_cut_left(&line, 4);
    text_draw(view->frame, sign, "✓", STYLE_GOOD);
    text_draw(view->frame, mark, ui_mark(json_text(payment, "mark")), STYLE_DIM);
    text_drawf(view->frame, line, STYLE_TEXT, "%s · %s%s%s", amount,
               method_text(view->ui, json_text(payment, "method")), *reference ? " · " : "", reference);
}

static void fees_view(const struct view *view, struct rect *area)
{
    const struct json *payments = dossier_part(&view->self->of, "payments");
    rect_cut_top(area, 1);
    struct rect head = rect_cut_top(area, 1);
    rect_cut_left(&head, 1);
    show_heading(view->frame, head, tr(view->ui->lang, TR("Fee")));
    if (!view->rows.fee_count) {
        struct rect line = rect_cut_top(area, 1);
        rect_cut_left(&line, 3);
        text_draw(view->frame, line, tr(view->ui->lang, TR("This service costs nothing.")), STYLE_DIM);
    }
    for (int i = 0; i < view->rows.fee_count && area->h > 0; i++)
        fee_view(view, i, rect_cut_top(area, 1));
    for (const struct json *p = json_first(payments); p && area->h > 0; p = json_next(p))
        payment_view(view, p, rect_cut_top(area, 1));
}

/* --- what remains --- */

static void add_open_papers(const struct view *view, struct buf *out)
{
    const struct rows *rows = &view->rows;
    const char *before = "";
    for (int i = 0; i < rows->paper_count; i++) {
        const struct catalogue_document *paper = &rows->papers[i];
        bool again = i > 0 && *paper->group && strcmp(rows->papers[i - 1].group, paper->group) == 0;
        if (paper->met)
            continue;
        buf_addf(out, "%s%s", again ? tr(view->ui->lang, TR(" or ")) : before, paper_name(view->ui, paper));
        before = ", ";
    }
}

static void remains_view(const struct view *view, struct rect area)
{
    const struct documents *self = view->self;
    struct buf papers = {0};
    struct catalogue_fee fee;
    struct money due;
    char amount[MONEY_TEXT];
    area = rect_inset(area, 1, 0);
    add_open_papers(view, &papers);
    bool unpaid = chosen_fee(self, view->ui, &fee) && dossier_fee_due(&self->of, &fee, &due);
    if (papers.length) {
        char *text = xasprintf("! %s %s", tr(view->ui->lang, TR("Still open:")), buf_text(&papers));
        rect_cut_top(&area, text_draw_wrapped(view->frame, area, text, STYLE_WARN, 0));
        free(text);
    }
    if (unpaid) {
        money_display(due, amount);
        text_drawf(view->frame, rect_cut_top(&area, 1), STYLE_WARN,
                   tr(view->ui->lang, TR("! Not paid: %s (m records the payment)")), amount);
    }
    if (!papers.length && !unpaid)
        text_drawf(view->frame, area, STYLE_GOOD, "✓ %s",
                   tr(view->ui->lang, dossier_is_draft(&self->of)
                                          ? TR("Papers and fee are settled: o goes on with the form.")
                                          : TR("Papers and fee are settled: d decides.")));
    buf_free(&papers);
}

static int remains_rows(const struct view *view, int w)
{
    struct buf papers = {0};
    struct catalogue_fee fee;
    struct money due;
    add_open_papers(view, &papers);
    char *text = xasprintf("! %s %s", tr(view->ui->lang, TR("Still open:")), buf_text(&papers));
    int rows = papers.length ? text_wrap(text, w - 2, NULL, 0) : 0;
    rows = rows > 3 ? 3 : rows;
    if (chosen_fee(view->self, view->ui, &fee) && dossier_fee_due(&view->self->of, &fee, &due))
        rows++;
    free(text);
    buf_free(&papers);
    return rows ? rows : 1;
}

/* --- at the right: the citizen, and the paper in hand --- */

static void side_view(const struct view *view, struct rect area)
{
    char when[SHOW_TEXT];
    frame_pillar(view->frame, rect_cut_left(&area, 1));
    rect_cut_left(&area, 1);
    struct rect person = rect_cut_top(&area, 6);
    dossier_person_view(&view->self->of, view->ui, false, view->frame, &person);
    const struct catalogue_document *paper = paper_at(&view->rows, view->self->cursor);
    if (!paper)
        return;
    const struct json *row = document_row(view, paper->code);
    rect_cut_top(&area, 1);
    rect_cut_top(&area, text_draw_wrapped(view->frame, area, paper_name(view->ui, paper), STYLE_TITLE, 0));
    rect_cut_left(&area, 1);
    if (*paper->kind)
        text_draw(view->frame, rect_cut_top(&area, 1), show_document_kind(view->ui, paper->kind), STYLE_DIM);
    if (*paper->state)
        text_drawf(view->frame, rect_cut_top(&area, 1), STYLE_TEXT, "%s %s",
                   show_document_state(view->ui, paper->state), show_clock(json_text(row, "at"), when));
    text_draw_wrapped(view->frame, area, json_text_or(row, "note", ""), STYLE_TEXT, 0);
}

/* Papers and tiers are few; where they are more than the screen, it follows the cursor. */
static void lists_view(const struct view *view, struct rect area)
{
    struct frame strip;
    enum { MORE = 12 }; /* headings, air and payments */
    int rows = row_total(&view->rows) + MORE + (int)json_count(dossier_part(&view->self->of, "payments"));
    if (rows <= area.h || area.w < 1)
        rows = area.h;
    if (rows < 1 || area.w < 1)
        return;
    frame_init(&strip, area.w, rows);
    struct view inner = *view;
    inner.frame = &strip;
    struct rect whole = frame_area(&strip);
    papers_view(&inner, &whole);
    fees_view(&inner, &whole);
    int used = rows - whole.h;
    int top = strip.cursor_on ? rect_scroll(strip.cursor_y, used > area.h ? used : area.h, area.h) : 0;
    frame_paste(view->frame, area, &strip, top);
    frame_deinit(&strip);
}

static void documents_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct documents *self = data;
    struct view *view = xcalloc(1, sizeof *view); /* the rows are some kilobytes */
    *view = (struct view){.self = self, .ui = ui, .frame = frame};
    if (!dossier_nothing_view(&self->of, ui, frame, area)) {
        read_rows(self, ui, &view->rows);
        if (area.w >= SIDE_FROM)
            side_view(view, rect_cut_right(&area, SIDE_W + 1));
        int rows = remains_rows(view, area.w);
        struct rect below = rect_cut_bottom(&area, rows < area.h / 2 ? rows : area.h / 2);
        frame_rule(frame, rect_cut_bottom(&area, 1));
        frame_cursor(frame, area.x, area.y);
        lists_view(view, area);
        remains_view(view, below);
    }
    free(view);
}

static char *title(const void *data, const struct ui *ui)
{
    const struct documents *self = data;
    return dossier_title(&self->of, ui, tr(ui->lang, TR("Papers")));
}

static const char *object(const void *data)
{
    const struct documents *self = data;
    return self->of.id;
}

const struct screen_ops documents_screen = {
    .id = SCREEN_DOCUMENTS,
    .new = documents_new,
    .free = documents_free,
    .update = documents_update,
    .view = documents_view,
    .enabled = documents_enabled,
    .title = title,
    .object = object,
};
