/* screens/form_paper.c: see form_paper.h. */
#include "screens/form_paper.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tui/text.h"

/* --- reading --- */

/* The second path may be a layout or data; a third is data. */
static enum err read_files(struct form_paper *paper, char *const *paths, int count, struct err_info *info)
{
    struct err_info why = {0};
    enum err err = form_file_open(paths[0], &paper->file, info);
    for (int i = 1; i < count && err == ERR_OK; i++) {
        struct json *document;
        err = form_file_json(paths[i], &document, info);
        if (err != ERR_OK)
            break;
        if (i == 1 && (form_file_is_layout(document) || count == 3)) {
            form_file_set_layout(&paper->file, document);
            paper->layout_at = i;
        } else {
            json_free(&paper->data);
            paper->data = document;
            if (!json_is_object(document))
                err = err_set(info, ERR_INVALID, "%s: the data of a form must be a JSON object", paths[i]);
        }
    }
    const struct form_source source = form_file_source(&paper->file);
    if (err == ERR_OK && form_open(&source, &paper->form, &why) != ERR_OK)
        err = err_set(info, why.err, "%s: %s", paths[0], why.text);
    return err;
}

/* --- laying out --- */

/* Not what is still to be filled in: the form shows that by its stars. */
static void mark_errors(struct form_paper *paper)
{
    struct schema_errors errors = {0}, shown;
    int count = 0;
    form_check_draft(paper->form, paper->data, &paper->context, &errors);
    shown = errors;
    for (int i = 0; i < errors.count; i++)
        if (strcmp(errors.list[i].keyword, "required") != 0)
            shown.list[count++] = errors.list[i];
    shown.count = count;
    form_view_errors(&paper->view, &shown);
    schema_errors_free(&errors);
}

/* As a fresh draft is opened. */
static void fill_in(struct form_paper *paper)
{
    if (!paper->data)
        paper->data = json_new_object();
    struct json *prefill = form_prefill(paper->form, paper->data, &paper->context);
    json_merge(paper->data, prefill);
    json_free(&prefill);
}

static void lay_out(struct form_paper *paper)
{
    form_view_build(paper->form, paper->data, &paper->context, "", &paper->view);
    mark_errors(paper);
}

enum err form_paper_open(char *const *paths, int count, const char *lang, struct form_paper *out,
                         struct err_info *info)
{
    *out = (struct form_paper){.file = {.inside = ""}};
    enum err err = read_files(out, paths, count, info);
    if (err != ERR_OK) {
        form_paper_free(out);
        return err;
    }
    time_date(clock_wall_now_ms(), out->today);
    out->context = (struct form_context){
        .lang = lang, .today = out->today, .date_order = json_text(out->file.pack, "date_order")};
    fill_in(out);
    lay_out(out);
    return ERR_OK;
}

void form_paper_free(struct form_paper *paper)
{
    form_view_free(&paper->view);
    form_free(&paper->form);
    form_file_free(&paper->file);
    json_free(&paper->data);
}

void form_paper_speak(struct form_paper *paper, const char *lang)
{
    form_view_free(&paper->view);
    paper->context.lang = lang;
    lay_out(paper);
}

/* --- pages --- */

int form_paper_pages(const struct form_paper *paper)
{
    int count = 0;
    for (int i = 0; i < paper->view.page_count; i++)
        count += paper->view.pages[i].visible;
    return count;
}

int form_paper_page(const struct form_paper *paper, int nth)
{
    for (int i = 0; i < paper->view.page_count; i++)
        if (paper->view.pages[i].visible && --nth == 0)
            return i;
    return -1;
}

/* --- drawing --- */

void form_paper_head(const struct form_paper *paper, int at, struct frame *frame, struct rect line)
{
    char text[120];
    const struct form_page *page = &paper->view.pages[at];
    enum lang lang = LANG_EN;
    int pages = form_paper_pages(paper), nth = 0;
    lang_find(paper->context.lang, &lang);
    for (int i = 0; i <= at; i++)
        nth += paper->view.pages[i].visible;
    str_format(text, sizeof text, tr(lang, TR("%d of %d filled")), paper->view.filled, paper->view.total);
    if (paper->view.total && text_width(text) + 3 < line.w)
        text_draw(frame, rect_cut_right(&line, text_width(text)), text, STYLE_DIM);
    str_format(text, sizeof text, tr(lang, TR("page %d of %d")), nth, pages);
    if (pages > 1 && text_width(text) + 6 < line.w) {
        rect_cut_right(&line, 3);
        text_draw(frame, rect_cut_right(&line, text_width(text)), text, STYLE_DIM);
    }
    const char *title =
        *page->title ? page->title : json_name_in(json_get(paper->file.service, "name"), paper->context.lang);
    str_format(text, sizeof text, "%s%s%s", page->number, *page->number ? "  " : "", title);
    text_draw(frame, line, text, STYLE_TITLE | ATTR_BOLD);
}

/* No field has the focus on paper. */
static void build_sheet(const struct form_paper *paper, int page, struct form_sheet *sheet)
{
    form_sheet_build(paper->form, paper->data, &paper->context, &paper->view, page, sheet);
    for (int i = 0; i < sheet->count; i++)
        sheet->items[i].id = NULL;
}

int form_paper_rows(const struct form_paper *paper, int page, int w)
{
    struct form_sheet sheet;
    struct sheet state;
    build_sheet(paper, page, &sheet);
    sheet_init(&state);
    sheet_fit(&state, w);
    int rows = sheet_rows(&state, sheet.items, sheet.count, w);
    sheet_deinit(&state);
    form_sheet_free(&sheet);
    return rows;
}

void form_paper_draw(const struct form_paper *paper, int page, int top, struct frame *frame, struct rect area)
{
    struct form_sheet sheet;
    struct sheet state;
    build_sheet(paper, page, &sheet);
    sheet_init(&state);
    sheet_fit(&state, area.w);
    state.top = top;
    sheet_draw(&state, sheet.items, sheet.count, frame, area);
    sheet_deinit(&state);
    form_sheet_free(&sheet);
}
