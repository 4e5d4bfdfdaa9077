/* screens/decision_draw.c: draws the decision: the outcomes and fields, what the citizen will read, what y would
 * do; afterwards the decision and the notice as they were given. Decides nothing. */
#include <stdlib.h>
#include <string.h>

#include "screens/decision.h"
#include "screens/notice.h"
#include "screens/show.h"
#include "tui/text.h"

enum { SIDE_FROM = 80 + 37, SIDE_W = 36, NOTICE_ROWS_MIN = 5, HISTORY_MAX = 12, DAY_W = 16 };

int decision_sheet_w(int w)
{
    int side = w >= SIDE_FROM ? SIDE_W + 1 : 0;
    return w - side - 2 > 1 ? w - side - 2 : 1;
}

/* --- the line above: which application, since when, how much time the law leaves --- */

static void head_view(const struct decision *self, const struct ui *ui, struct frame *frame, struct rect line)
{
    char clock[160], day[SHOW_TEXT], time[SHOW_TEXT];
    unsigned look;
    const struct json *row = dossier_row(&self->of);
    rect_cut_left(&line, 1);
    dossier_mark_view(&self->of, ui, frame, &line);
    dossier_clock(&self->of, ui, clock, &look);
    struct rect place = rect_cut_right(&line, text_width(clock));
    text_draw(frame, place, clock, look);
    rect_cut_right(&line, 2);
    rect_cut_left(&line, text_draw(frame, line, json_text_or(row, "number", ""), STYLE_TEXT) + 2);
    const char *state = show_case(ui, row, &look);
    rect_cut_left(&line, 2 + text_draw(frame, line, state, look));
    const char *at = json_text(row, "submitted_at");
    /* Beside a verdict it would pass for the time of that. */
    const char *word = dossier_is_undecided(&self->of) ? "" : show_case_state(ui, "submitted");
    if (at && line.w >= DAY_W + (*word ? text_width(word) + 1 : 0))
        text_drawf(frame, line, STYLE_DIM, "%s%s%s %s", word, *word ? " " : "", show_day(ui, at, day),
                   show_clock(at, time));
}

/* --- choosing --- */

static void outcomes_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                          struct rect line)
{
    static const struct {
        const char *outcome;
        enum action action;
    } all[] = {{"approve", ACTION_APPROVE},
               {"refuse", ACTION_REFUSE},
               {"return", ACTION_SEND_BACK},
               {"refer", ACTION_REFER}};
    rect_cut_left(&line, 1);
    if (!*self->outcome)
        frame_cursor(frame, line.x, line.y);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char key[KEY_NAME];
        bool chosen = strcmp(self->outcome, all[i].outcome) == 0;
        bool possible = decision_allows(self, all[i].outcome);
        key_label(keymap_key(ui->keys, all[i].action, 0), key);
        if (chosen)
            frame_cursor(frame, line.x, line.y);
        rect_cut_left(&line, 1 + text_draw(frame, line, chosen ? "›" : " ", STYLE_ACCENT));
        rect_cut_left(&line,
                      1 + text_draw(frame, line, key, possible ? STYLE_ACCENT | ATTR_BOLD : STYLE_DIM));
        rect_cut_left(&line, 3 + text_draw(frame, line, decision_outcome_text(ui, all[i].outcome),
                                           chosen     ? STYLE_TEXT | ATTR_BOLD
                                           : possible ? STYLE_TEXT
                                                      : STYLE_DIM));
    }
}

static void fields_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                        struct rect *area)
{
    struct decision_items items;
    decision_items(self, ui, &items);
    struct rect inner = rect_inset(*area, 1, 0);
    int rows = sheet_rows(&self->sheet, items.items, items.count, inner.w);
    int most = area->h - NOTICE_ROWS_MIN - 1;
    rows = rows > most ? most : rows;
    struct rect place = rect_cut_top(area, rows > 0 ? rows : 0);
    if (items.count)
        sheet_draw(&self->sheet, items.items, items.count, frame, rect_inset(place, 1, 0));
    decision_items_free(&items);
}

/* --- the notice --- */

static void rule_with(const char *text, struct frame *frame, struct rect line)
{
    frame_rule(frame, line);
    rect_cut_left(&line, 1);
    char *spaced = xasprintf(" %s ", text);
    text_draw(frame, line, spaced, STYLE_TITLE);
    free(spaced);
}

/* "The citizen will read · English · l another language", "The notice as it was given · CODE" */
static void notice_rule(const struct decision *self, const struct ui *ui, bool there, struct frame *frame,
                        struct rect line)
{
    struct buf text = {0};
    enum lang lang = ui->lang;
    bool open = decision_open(self);
    bool to_come = open || decision_waits(self) || (there && !json_text(decision_last(self), "notice"));
    buf_adds(&text, tr(ui->lang, to_come ? TR("The citizen will read") : TR("The notice as it was given")));
    if (open && *self->outcome && lang_find(decision_lang(self, ui), &lang))
        buf_addf(&text, " · %s · l %s", lang_name(lang), tr(ui->lang, TR("another language")));
    if (!open && there) {
        char code[NOTICE_CODE];
        notice_row_code(decision_last(self), code);
        buf_addf(&text, " · %s", code);
    }
    rule_with(buf_text(&text), frame, line);
    buf_free(&text);
}

static int count_lines(const char *text)
{
    int lines = *text != '\0';
    for (; *text; text++)
        lines += *text == '\n' && text[1];
    return lines;
}

/* Lines as they are printed, from `top` on; where more follows the last row says so. */
static void lines_view(const char *at, int top, const struct ui *ui, struct frame *frame, struct rect area)
{
    int lines = count_lines(at), most = lines > area.h ? lines - area.h : 0;
    top = top < most ? top : most;
    for (int i = 0; *at && area.h > 0; i++) {
        size_t length = strcspn(at, "\n");
        char *line = xstrndup(at, length);
        at += length + (at[length] == '\n');
        if (i >= top) {
            struct rect row = rect_cut_top(&area, 1);
            bool more = *at && area.h == 0;
            text_draw(frame, row, more ? tr(ui->lang, TR("… PgDn shows more, F9 copies all")) : line,
                      more ? STYLE_DIM : STYLE_TEXT);
        }
        free(line);
    }
}

static void notice_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                        struct rect area)
{
    struct buf text = {0};
    bool blank, there = decision_notice(self, ui, &text, &blank);
    struct rect head = rect_cut_top(&area, 1);
    notice_rule(self, ui, there, frame, head);
    area = rect_inset(area, 1, 0);
    if (!there)
        text_draw_wrapped(frame, area,
                          tr(ui->lang, !decision_open(self) ? TR("The notice is not kept here.")
                                       : *self->outcome ? TR("This service has no notice for this outcome.")
                                                        : TR("Choose an outcome: the notice appears here.")),
                          STYLE_DIM, 0);
    if (blank)
        text_draw(frame, rect_cut_bottom(&area, 1),
                  tr(ui->lang, TR("! What stands in [ ] has no value yet: it is not printed so.")),
                  STYLE_WARN);
    lines_view(buf_text(&text), self->scroll, ui, frame, area);
    buf_free(&text);
}

/* --- what y does --- */

static const char *object_name(const struct decision *self)
{
    const char *number = json_text(dossier_part(&self->of, "ticket"), "number");
    return number ? number : json_text_or(dossier_row(&self->of), "number", "");
}

static void key_and(const char *key, const char *text, struct frame *frame, struct rect *line)
{
    rect_cut_left(line, 1 + text_draw(frame, *line, key, STYLE_ACCENT | ATTR_BOLD));
    rect_cut_left(line, 3 + text_draw(frame, *line, text, STYLE_TEXT));
}

static void confirm_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                         struct rect line)
{
    char text[SHOW_TEXT];
    const char *missing = decision_missing(self, ui);
    bool four_eyes = catalogue_needs_confirm(dossier_part(&self->of, "service"), self->outcome);
    line = rect_inset(line, 1, 0);
    if (self->sent) {
        text_draw(frame, line, tr(ui->lang, TR("It is being recorded.")), STYLE_DIM);
        return;
    }
    if (missing) {
        rect_cut_left(&line, 3 + text_draw(frame, line, tr(ui->lang, missing), STYLE_WARN));
        if (*self->outcome)
            key_and("Tab", tr(ui->lang, TR("write")), frame, &line);
        return;
    }
    if (self->editing) {
        key_and("F10", decision_outcome_text(ui, self->outcome), frame, &line);
        key_and("Esc", tr(ui->lang, TR("done writing")), frame, &line);
    } else {
        str_format(text, sizeof text, "%s %s", decision_outcome_text(ui, self->outcome), object_name(self));
        rect_cut_left(&line, 1 + text_draw(frame, line, "y", STYLE_ACCENT | ATTR_BOLD));
        rect_cut_left(&line, 3 + text_draw(frame, line, text, STYLE_WARN | ATTR_BOLD));
        key_and("Tab", tr(ui->lang, TR("write")), frame, &line);
    }
    if (four_eyes)
        text_draw(frame, line, tr(ui->lang, TR("four eyes: another person must confirm")), STYLE_DIM);
}

/* --- what happened so far --- */

static const char *user_name(const struct decision *self, const char *id)
{
    for (const struct json *user = json_first(json_get(self->users, "rows")); user; user = json_next(user))
        if (str_equal(json_text(user, "id"), id))
            return json_text_or(user, "name", "");
    return "";
}

static const char *word_of(const struct ui *ui, const struct json *decision)
{
    const char *kind = json_text_or(decision, "kind", "decision");
    if (strcmp(kind, "confirmation") == 0)
        return tr(ui->lang, json_bool(decision, "agree", false) ? TR("confirmed") : TR("not confirmed"));
    if (json_bool(decision, "deemed", false))
        return show_case_event(ui, "deem");
    return show_case_event(ui, json_text(decision, "outcome"));
}

/* Who decided; of what the law granted its ground, for nobody did. */
static const char *who_of(const struct decision *self, const struct ui *ui, const struct json *decision)
{
    if (json_bool(decision, "deemed", false))
        return show_name(ui, json_get(decision, "legal_name"));
    return user_name(self, json_text(decision, json_text(decision, "confirmed_by") ? "confirmed_by" : "by"));
}

static bool is_verdict(const struct json *decision)
{
    const char *outcome = json_text_or(decision, "outcome", "");
    return str_equal(json_text_or(decision, "kind", "decision"), "decision") &&
           (str_equal(outcome, "approve") || str_equal(outcome, "refuse"));
}

/* Of several verdicts the application's row names the one that counts; NULL: there is no question. */
static const char *weight_of(const struct decision *self, const struct json *decision)
{
    const char *counts = json_text(dossier_row(&self->of), "decision");
    int verdicts = 0;
    for (const struct json *one = json_first(dossier_part(&self->of, "decisions")); one; one = json_next(one))
        verdicts += is_verdict(one);
    if (verdicts < 2 || str_empty(counts) || !is_verdict(decision))
        return NULL;
    return str_equal(json_text(decision, "id"), counts) ? TR("counts now") : TR("does not count");
}

static void decision_line(const struct decision *self, const struct ui *ui, const struct json *decision,
                          struct frame *frame, struct rect *area)
{
    char day[SHOW_TEXT], time[SHOW_TEXT];
    struct buf text = {0};
    bool agreed = json_text(decision, "confirmed_by") != NULL;
    const char *name = who_of(self, ui, decision);
    buf_addf(&text, "%s %s  %s", show_day(ui, json_text(decision, "at"), day),
             show_clock(json_text(decision, "at"), time), word_of(ui, decision));
    if (*name)
        buf_addf(&text, " · %s", name);
    const char *separator = " · ";
    for (const struct json *r = json_first(json_get(decision, "reasons")); r && !agreed; r = json_next(r)) {
        buf_addf(&text, "%s%s", separator, json_as_text(r) ? json_as_text(r) : "");
        separator = ", ";
    }
    const char *note = json_text_or(decision, agreed ? "note" : "text", "");
    if (*note)
        buf_addf(&text, " · %s", note);
    const char *weight = weight_of(self, decision);
    if (weight)
        buf_addf(&text, " · %s", tr(ui->lang, weight));
    rect_cut_top(area, text_draw_wrapped(frame, *area, buf_text(&text), STYLE_TEXT, 0));
    buf_free(&text);
}

static void event_line(const struct ui *ui, const char *time, const char *word, struct frame *frame,
                       struct rect *area)
{
    char day[SHOW_TEXT], clock[SHOW_TEXT];
    if (time)
        text_drawf(frame, rect_cut_top(area, 1), STYLE_DIM, "%s %s  %s", show_day(ui, time, day),
                   show_clock(time, clock), word);
}

static void history_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                         struct rect *area)
{
    const struct json *row = dossier_row(&self->of), *decisions = dossier_part(&self->of, "decisions");
    if (!json_text(row, "submitted_at") && !json_count(decisions))
        return;
    show_heading(frame, rect_cut_top(area, 1), tr(ui->lang, TR("So far")));
    rect_cut_left(area, 1);
    const char *submitted = json_text_or(row, "submitted_at", "");
    int count = (int)json_count(decisions), i = count > HISTORY_MAX ? count - HISTORY_MAX : 0;
    /* What came back and was handed in again: its return was before. */
    for (; i < count && area->h > 0 &&
           strcmp(json_text_or(json_at(decisions, (size_t)i), "at", ""), submitted) < 0;
         i++)
        decision_line(self, ui, json_at(decisions, (size_t)i), frame, area);
    event_line(ui, json_text(row, "submitted_at"), show_case_state(ui, "submitted"), frame, area);
    event_line(ui, json_text(row, "complete_at"), show_case_state(ui, "complete"), frame, area);
    for (; i < count && area->h > 0; i++)
        decision_line(self, ui, json_at(decisions, (size_t)i), frame, area);
    steps_so_far_view(&self->of, ui, frame, area);
}

/* --- decided, or not yet possible --- */

static void waiting_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                         struct rect line)
{
    line = rect_inset(line, 1, 0);
    if (!decision_may_confirm(self, ui)) {
        const char *who =
            str_equal(json_text(decision_last(self), "by"), ui->session.user)
                ? TR("You decided it; a second person must confirm before anything is handed out.")
                : TR("A second approver must confirm before anything is handed out.");
        text_draw(frame, line, tr(ui->lang, who), STYLE_WARN);
        return;
    }
    key_and("y", tr(ui->lang, TR("agree with this decision")), frame, &line);
    key_and("n", tr(ui->lang, TR("send it back with a note")), frame, &line);
}

static void what_next(const struct ui *ui, enum action action, const char *text, struct frame *frame,
                      struct rect *area)
{
    char key[KEY_NAME];
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    key_label(keymap_key(ui->keys, action, 0), key);
    show_hint(frame, line, key, text);
}

/* What a draft still lacks, each with the key that goes there. */
static void lacks_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                       struct rect *area)
{
    char text[SHOW_TEXT];
    const struct json *row = dossier_row(&self->of);
    int left = (int)(json_int(row, "total", 0) - json_int(row, "filled", 0));
    int papers = dossier_documents_unmet(&self->of);
    str_format(text, sizeof text, tr(ui->lang, TR("go on with the form (%d fields left)")), left);
    what_next(ui, ACTION_OPEN_FORM, left > 0 ? text : tr(ui->lang, TR("check the form and submit")), frame,
              area);
    if (papers) {
        str_format(text, sizeof text, tr(ui->lang, TR("papers still open: %d")), papers);
        what_next(ui, ACTION_PAPERS, text, frame, area);
    }
    rect_cut_top(area, 1);
}

static void closed_view(const struct decision *self, const struct ui *ui, struct frame *frame,
                        struct rect area)
{
    bool decided = decision_last(self) && !dossier_is_draft(&self->of);
    frame_cursor(frame, area.x + 1, area.y);
    struct rect text = rect_inset(area, 1, 0);
    int used = text_draw_wrapped(frame, text, tr(ui->lang, decision_why_closed(self)),
                                 decided ? STYLE_TEXT | ATTR_BOLD : STYLE_WARN, 0);
    rect_cut_top(&area, used + 1);
    if (dossier_is_draft(&self->of))
        lacks_view(self, ui, frame, &area);
    struct rect last = decision_waits(self) ? rect_cut_bottom(&area, 2) : (struct rect){0};
    if (!rect_empty(last)) {
        frame_rule(frame, rect_cut_top(&last, 1));
        waiting_view(self, ui, frame, last);
    }
    if (!dossier_is_draft(&self->of) && !decision_waits(self)) {
        int before = area.h;
        steps_next_view(&self->of, ui, frame, &area);
        if (area.h < before)
            rect_cut_top(&area, 1);
    }
    struct rect history = rect_inset(area, 1, 0);
    history_view(self, ui, frame, &history);
    rect_cut_top(&area, area.h - history.h + 1);
    if (decided && area.h > 2)
        notice_view(self, ui, frame, area);
}

/* --- the whole --- */

static void side_view(const struct decision *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    frame_pillar(frame, rect_cut_left(&area, 1));
    rect_cut_left(&area, 1);
    struct rect person = rect_cut_top(&area, 6), papers;
    dossier_person_view(&self->of, ui, self->reveal_ms != 0, frame, &person);
    papers = rect_cut_top(&area, area.h / 2);
    dossier_papers_view(&self->of, ui, frame, &papers);
    area.y -= papers.h > 0 ? papers.h - 1 : 0; /* history follows the papers, whatever they took */
    area.h += papers.h > 0 ? papers.h - 1 : 0;
    if (decision_open(self))
        history_view(self, ui, frame, &area);
}

void decision_view(const struct decision *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    if (dossier_nothing_view(&self->of, ui, frame, area))
        return;
    if (area.w >= SIDE_FROM)
        side_view(self, ui, frame, rect_cut_right(&area, SIDE_W + 1));
    head_view(self, ui, frame, rect_cut_top(&area, 1));
    dossier_twin_view(&self->of, ui, frame, &area);
    rect_cut_top(&area, 1);
    if (!decision_open(self) && !self->sent)
        return closed_view(self, ui, frame, area);
    outcomes_view(self, ui, frame, rect_cut_top(&area, 1));
    struct rect last = rect_cut_bottom(&area, 2);
    frame_rule(frame, rect_cut_top(&last, 1));
    confirm_view(self, ui, frame, last);
    if (area.h > NOTICE_ROWS_MIN + 4)
        rect_cut_top(&area, 1);
    fields_view(self, ui, frame, &area);
    notice_view(self, ui, frame, area);
}
