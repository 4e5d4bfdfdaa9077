/* screens/form_draw.c: draws the form: the page's line, the fields, what is to be mended, and, when there is
 * room, the citizen, the papers and earlier answers at the right. Decides nothing. */
#include <stdlib.h>
#include <string.h>

#include "screens/form.h"
#include "screens/show.h"
#include "tui/text.h"

enum { MEND_ROWS = 6, EARLIER_ROWS = 8 };

int form_screen_sheet_w(int w)
{
    int side = w >= FORM_SIDE_FROM ? FORM_SIDE_W + 1 : 0;
    return w - side - 2 > 1 ? w - side - 2 : 1;
}

/* --- the line above the fields --- */

static void right_of(struct rect *line, struct frame *frame, const char *text, unsigned look)
{
    if (!*text)
        return;
    struct rect place = rect_cut_right(line, text_width(text));
    text_draw(frame, place, text, look);
    rect_cut_right(line, 3);
}

static void saved_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                       struct rect *line)
{
    if (self->failed) {
        rect_cut_right(line, 1);
        right_of(line, frame, tr(ui->lang, TR("! NOT saved")), STYLE_DANGER);
        return;
    }
    bool half = fill_has_half(self, ui);
    if (self->sent_count || self->typed || (half && self->journal_due)) {
        rect_cut_right(line, 1);
        right_of(line, frame, "…", STYLE_DIM);
    } else if (half) { /* on this computer, and nowhere else */
        rect_cut_right(line, 1);
        char text[SHOW_TEXT];
        str_format(text, sizeof text, "%s %s", ui_mark("saved"), tr(ui->lang, TR("not whole yet")));
        right_of(line, frame, text, STYLE_DIM);
    } else {
        dossier_mark_view(&self->of, ui, frame, line);
    }
}

/* "Children 2" in a row's page; the page's title; of a form with one page nothing. */
static void place_text(const struct form_screen *self, const struct ui *ui, const struct fill_page *now,
                       struct buf *out)
{
    const struct form_page *page = self->page < now->view.page_count ? &now->view.pages[self->page] : NULL;
    if (*self->inside) {
        fill_row_title(self, ui, out);
    } else if (page && *page->title) {
        buf_addf(out, "%s%s%s", page->number, *page->number ? "  " : "", page->title);
    }
}

static void head_view(const struct form_screen *self, const struct ui *ui, const struct fill_page *now,
                      struct frame *frame, struct rect line)
{
    struct buf place = {0};
    char text[SHOW_TEXT];
    int at, pages = fill_pages(self, &at);
    rect_cut_left(&line, 1);
    saved_view(self, ui, frame, &line);
    if (!dossier_is_draft(&self->of)) {
        const char *state = show_case_state(ui, dossier_state(&self->of));
        right_of(&line, frame, state, show_case_look(dossier_state(&self->of)));
    } else if (now->view.total) {
        bool all = now->view.filled == now->view.total;
        str_format(text, sizeof text, tr(ui->lang, TR("%d of %d filled")), now->view.filled, now->view.total);
        right_of(&line, frame, text, all ? STYLE_GOOD : STYLE_TEXT);
    }
    if (pages > 1 && !*self->inside) {
        str_format(text, sizeof text, tr(ui->lang, TR("page %d of %d")), at, pages);
        right_of(&line, frame, text, STYLE_DIM);
    }
    place_text(self, ui, now, &place);
    text_draw(frame, line, buf_text(&place), STYLE_TITLE | ATTR_BOLD);
    buf_free(&place);
}

/* Why it came back: the last decision's words, or the hall's own check, which nobody decided. */
static const char *returned_why(const struct form_screen *self, const struct ui *ui)
{
    const struct json *decisions = dossier_part(&self->of, "decisions");
    const struct json *last = json_at(decisions, json_count(decisions) ? json_count(decisions) - 1 : 0);
    const char *by = json_text(json_get(dossier_row(&self->of), "returned"), "by");
    return str_equal(by, "system") ? tr(ui->lang, TR("F10 lists the fields that the hall's check found."))
                                   : json_text_or(last, "text", "");
}

/* What the decision wants to have mended, up to two lines. */
static void mend_list_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                           struct rect *area)
{
    struct buf text = {0};
    struct rect lines = rect_inset(*area, 1, 0);
    rect_cut_left(&lines, 2);
    fill_returned_text(self, ui, &text);
    lines.h = lines.h > 2 ? 2 : lines.h;
    if (text.length && area->h >= 10)
        rect_cut_top(area, text_draw_wrapped(frame, lines, buf_text(&text), STYLE_TEXT, 0));
    buf_free(&text);
}

/* Who left it and when; and the name as it was written there, where the hall's record has another. */
static void arrival_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                         struct rect *area)
{
    char clock[SHOW_TEXT];
    const struct json *arrival = json_get(dossier_row(&self->of), "arrival");
    const char *written = json_text(json_get(arrival, "person"), "name"),
               *known = json_text(dossier_part(&self->of, "person"), "name");
    if (!json_is_object(arrival) || !str_equal(dossier_state(&self->of), "draft") || area->h < 10)
        return;
    struct rect lines = rect_inset(*area, 1, 0), line = rect_cut_top(&lines, 1);
    char *text =
        xasprintf(tr(ui->lang, TR("Arrived online from %s, %s.")), json_text_or(arrival, "name", "…"),
                  show_moment(ui, json_text(arrival, "at"), clock));
    rect_cut_top(area, 1);
    text_draw(frame, line, text, STYLE_DIM);
    free(text);
    if (str_empty(written) || str_empty(known) || str_equal(written, known))
        return;
    line = rect_cut_top(&lines, 1);
    rect_cut_top(area, 1);
    text_drawf(frame, line, STYLE_WARN, tr(ui->lang, TR("! There the name is written %s.")), written);
}

/* Why, until when it can be answered, and what the law's clock does meanwhile. */
static void returned_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                          struct rect *area)
{
    char clock[160];
    unsigned look;
    if (!str_equal(dossier_state(&self->of), "returned"))
        return;
    struct rect lines = rect_inset(*area, 1, 0);
    char *why = xasprintf("! %s %s", tr(ui->lang, TR("Returned for completion:")), returned_why(self, ui));
    lines.h = lines.h > 2 ? 2 : lines.h;
    rect_cut_top(area, text_draw_wrapped(frame, lines, why, STYLE_WARN, 0));
    free(why);
    mend_list_view(self, ui, frame, area);
    if (!*dossier_clock(&self->of, ui, clock, &look) || area->h < 8)
        return;
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 3);
    text_drawf(frame, line, look, "%s · %s", clock,
               tr(ui->lang, dossier_clock_runs_on(&self->of) ? TR("the legal clock runs on")
                                                             : TR("the legal clock stands still")));
}

/* --- below the fields --- */

static void mend_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                      struct rect area)
{
    int all = (int)json_count(self->mend);
    struct rect head = rect_cut_top(&area, 1);
    char text[SHOW_TEXT];
    rect_cut_left(&head, 1);
    str_format(text, sizeof text, tr(ui->lang, TR("To mend: %d")), all);
    rect_cut_left(&head, text_draw(frame, head, text, STYLE_WARN | ATTR_BOLD) + 3);
    text_draw(frame, head, tr(ui->lang, TR("Enter goes to the next, F10 checks again")), STYLE_DIM);
    for (int i = rect_scroll(self->mend_at, all, area.h); i < all && area.h > 0; i++) {
        const struct json *one = json_at(self->mend, (size_t)i);
        const char *label = json_text_or(one, "label", "");
        struct rect line = rect_cut_top(&area, 1), sign = rect_cut_left(&line, 3);
        bool here = i == self->mend_at;
        text_draw(frame, sign, here ? " ›" : "", STYLE_ACCENT);
        rect_cut_left(&line, text_draw(frame, line, label, here ? STYLE_TEXT | ATTR_BOLD : STYLE_TEXT));
        if (*label)
            rect_cut_left(&line, text_draw(frame, line, ": ", STYLE_TEXT));
        text_draw(frame, line, json_text_or(one, "text", ""), here ? STYLE_TEXT : STYLE_DIM);
    }
}

static void hint(const char *key, const char *text, struct frame *frame, struct rect *line)
{
    if (text_width(key) + 1 + text_width(text) > line->w)
        return;
    rect_cut_left(line, text_draw(frame, *line, key, STYLE_ACCENT) + 1);
    rect_cut_left(line, text_draw(frame, *line, text, STYLE_DIM) + 3);
}

/* The keys that act on the field in hand; the action line below has those of the form. */
static void keys_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                      struct rect line)
{
    char table[FORM_POINTER];
    int row;
    rect_cut_left(&line, 1);
    if (fill_is_foreign(self)) {
        text_draw(frame, line,
                  tr(ui->lang, TR("This is another agency's application: its form is not shown here.")),
                  STYLE_WARN);
        return;
    }
    if (!fill_writable(self)) {
        const char *why = version_is_gone(self) ? TR("It can be read, not written.")
                                                : TR("Submitted: this is only read now. d decides.");
        text_draw(frame, line, tr(ui->lang, why), STYLE_DIM);
        return;
    }
    bool rows = fill_table_at(self, table, &row);
    hint("Enter", tr(ui->lang, rows && !*self->inside ? TR("open") : TR("next")), frame, &line);
    hint("Shift-Tab", tr(ui->lang, TR("back")), frame, &line);
    if (rows)
        hint("Ctrl-N", tr(ui->lang, TR("add a row")), frame, &line);
    if (rows && row >= 0)
        hint("Ctrl-X", tr(ui->lang, TR("remove row")), frame, &line);
    if (rows && *self->inside)
        hint("Esc", tr(ui->lang, TR("back to the list")), frame, &line);
}

/* --- at the right --- */

/* What this person gave here before; F2 takes it over. */
static void earlier_view(const struct form_screen *self, const struct ui *ui, const struct fill_page *now,
                         struct frame *frame, struct rect area)
{
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    const struct json *last = dossier_part(&self->of, "last");
    const char *focus = sheet_focused(&self->sheet, now->sheet.items, now->sheet.count);
    int rows = 0;
    if (!json_count(last) || area.h < 2)
        return;
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(&area, 1);
    for (int i = 0; i < now->view.item_count && rows < EARLIER_ROWS && area.h > 0; i++) {
        const struct form_item *item = &now->view.items[i];
        const struct json *value = json_pointer(last, item->pointer);
        if (item->kind != FORM_CONTROL || item->widget == FORM_TABLE || !*item->pointer || !value ||
            item->page != self->page || !item->visible)
            continue;
        if (!rows++)
            show_heading(frame, head, tr(ui->lang, TR("Earlier answers (F2 repeats)")));
        struct buf text = {0};
        bool here = str_equal(focus, item->pointer), hidden = item->sensitive && !self->reveal_ms;
        struct rect line = rect_cut_top(&area, 1), label = rect_cut_left(&line, 14);
        form_text(item, value, &context, &text);
        text_draw(frame, label, item->label, here ? STYLE_ACCENT : STYLE_DIM);
        rect_cut_left(&line, 1);
        text_draw(frame, line, hidden ? "••••" : buf_text(&text), here ? STYLE_TEXT | ATTR_BOLD : STYLE_TEXT);
        buf_free(&text);
    }
}

static void side_view(const struct form_screen *self, const struct ui *ui, const struct fill_page *now,
                      struct frame *frame, struct rect area)
{
    frame_pillar(frame, rect_cut_left(&area, 1));
    rect_cut_left(&area, 1);
    struct rect person = rect_cut_top(&area, 5);
    dossier_person_view(&self->of, ui, self->reveal_ms != 0, frame, &person);
    rect_cut_top(&area, 1);
    struct rect papers = area;
    dossier_papers_view(&self->of, ui, frame, &papers);
    if (papers.h < area.h)
        rect_cut_top(&papers, 1);
    earlier_view(self, ui, now, frame, papers);
}

/* --- the whole --- */

void form_screen_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                      struct rect area)
{
    struct fill_page own;
    if (dossier_nothing_view(&self->of, ui, frame, area))
        return;
    if (!self->form) {
        text_draw_wrapped(frame, rect_inset(area, 4, 2), json_as_text(self->reason), STYLE_WARN, 0);
        frame_cursor(frame, area.x, area.y);
        return;
    }
    if (self->pairs)
        return version_view(self, ui, frame, area);
    const struct fill_page *now = fill_page_for(self, ui, &own);
    if (area.w >= FORM_SIDE_FROM)
        side_view(self, ui, now, frame, rect_cut_right(&area, FORM_SIDE_W + 1));
    head_view(self, ui, now, frame, rect_cut_top(&area, 1));
    returned_view(self, ui, frame, &area);
    arrival_view(self, ui, frame, &area);
    dossier_twin_view(&self->of, ui, frame, &area);
    version_offer_view(self, ui, frame, &area);
    if (area.h > 12)
        rect_cut_top(&area, 1);
    int all = (int)json_count(self->mend), rows = 1 + (all < MEND_ROWS ? all : MEND_ROWS);
    struct rect below = rect_cut_bottom(&area, all ? (rows < area.h / 2 ? rows : area.h / 2) : 1);
    if (all) {
        frame_rule(frame, rect_cut_bottom(&area, 1));
        mend_view(self, ui, frame, below);
    } else {
        keys_view(self, ui, frame, below);
    }
    frame_cursor(frame, area.x, area.y);
    sheet_draw(&self->sheet, now->sheet.items, now->sheet.count, frame, rect_inset(area, 1, 0));
    fill_page_free(&own);
}
