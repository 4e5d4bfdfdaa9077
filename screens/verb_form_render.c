/* screens/verb_form_render.c: `loket form render`: a form as the clerk sees it, printed as text. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "screens/form_file.h"
#include "screens/form_sheet.h"
#include "screens/verb_form.h"
#include "tui/text.h"

static const char usage[] = "render SCHEMA [LAYOUT] [DATA] --size COLSxROWS [--page N] [--lang L]";

enum { COLS_DEFAULT = 80, ROWS_DEFAULT = 24 };

struct rendering {
    struct form_command *command;
    struct form_file file;
    struct json *data;
    struct form *form;
    struct form_context context;
    struct form_view view;
    char today[DATE_TEXT];
    int cols, rows;
    const char *page; /* as it was asked for; NULL: the first */
};

/* --- reading --- */

static bool read_number(const char **text, int max, int *out)
{
    char *end;
    long number = strtol(*text, &end, 10);
    if (end == *text || **text == '-' || **text == '+' || number < 0 || number > max)
        return false;
    *text = end;
    *out = (int)number;
    return true;
}

static bool read_size(struct rendering *r, const char *size)
{
    r->cols = COLS_DEFAULT;
    r->rows = ROWS_DEFAULT;
    return !size || (read_number(&size, FRAME_W_MAX, &r->cols) && *size++ == 'x' &&
                     read_number(&size, FRAME_H_MAX, &r->rows) && !*size && r->cols > 0);
}

/* The second word may be a layout or data; a third is data. */
static enum err read_files(struct rendering *r, struct err_info *info)
{
    struct form_command *command = r->command;
    enum err err = form_file_open(command->args[0], &r->file, info);
    for (int i = 1; i < command->count && err == ERR_OK; i++) {
        struct json *document;
        err = form_file_json(command->args[i], &document, info);
        if (err != ERR_OK)
            break;
        if (i == 1 && (form_file_is_layout(document) || command->count == 3)) {
            form_file_set_layout(&r->file, document);
        } else {
            json_free(&r->data);
            r->data = document;
        }
    }
    const struct form_source source = form_file_source(&r->file);
    return err == ERR_OK ? form_open(&source, &r->form, info) : err;
}

/* --- what is wrong with the data so far --- */

/* Not what is still to be filled in: the form shows that by its stars. */
static void mark_errors(struct rendering *r)
{
    struct schema_errors errors = {0}, shown;
    int count = 0;
    form_check_draft(r->form, r->data, &r->context, &errors);
    shown = errors;
    for (int i = 0; i < errors.count; i++)
        if (strcmp(errors.list[i].keyword, "required") != 0)
            shown.list[count++] = errors.list[i];
    shown.count = count;
    form_view_errors(&r->view, &shown);
    schema_errors_free(&errors);
}

/* --- drawing --- */

/* No field has the focus on paper, so that sensitive ones stay masked. */
static void drop_ids(struct form_sheet *sheet)
{
    for (int i = 0; i < sheet->count; i++)
        sheet->items[i].id = NULL;
}

static void print_frame(struct rendering *r, const struct frame *frame)
{
    char *text = frame_text(frame);
    fputs(text, r->command->out);
    free(text);
}

/* How many items from the first on fit on the largest frame; what stands side by side stays together. */
static int items_fitting(const struct sheet *state, const struct sheet_item *items, int count, int w)
{
    int n = 0;
    while (n < count) {
        int next = n + 1;
        while (next < count && items[next].columns > 1 && items[next].group == items[n].group)
            next++;
        if (n && sheet_rows(state, items, next, w) > FRAME_H_MAX)
            break;
        n = next;
    }
    return n;
}

static void print_whole(struct rendering *r, const struct form_sheet *sheet)
{
    struct sheet state;
    struct frame frame;
    sheet_init(&state);
    sheet_fit(&state, r->cols);
    for (int at = 0; at < sheet->count;) {
        int n = items_fitting(&state, sheet->items + at, sheet->count - at, r->cols);
        int rows = sheet_rows(&state, sheet->items + at, n, r->cols);
        frame_init(&frame, r->cols, rows);
        sheet_draw(&state, sheet->items + at, n, &frame, frame_area(&frame));
        print_frame(r, &frame);
        frame_deinit(&frame);
        at += n;
    }
    sheet_deinit(&state);
}

static int visible_pages(const struct form_view *view)
{
    int count = 0;
    for (int i = 0; i < view->page_count; i++)
        count += view->pages[i].visible;
    return count;
}

/* The page of that number as it is shown ("1.2"), else the Nth; -1: there is none. */
static int find_page(const struct rendering *r)
{
    const char *rest = r->page;
    int wanted = 1, n = 0;
    for (int i = 0; r->page && i < r->view.page_count; i++)
        if (r->view.pages[i].visible && strcmp(r->view.pages[i].number, r->page) == 0)
            return i;
    if (r->page && (!read_number(&rest, r->view.page_count, &wanted) || *rest))
        return -1;
    for (int i = 0; i < r->view.page_count; i++)
        if (r->view.pages[i].visible && ++n == wanted)
            return i;
    return -1;
}

/* The line above the fields: the page at the left, how far it is at the right. */
static void draw_head(struct rendering *r, const struct form_page *page, int at, struct frame *frame,
                      struct rect line)
{
    char text[120];
    enum lang lang = LANG_EN;
    lang_find(r->command->lang, &lang);
    int pages = visible_pages(&r->view);
    str_format(text, sizeof text, tr(lang, TR("%d of %d filled")), r->view.filled, r->view.total);
    if (r->view.total && text_width(text) + 3 < line.w)
        text_draw(frame, rect_cut_right(&line, text_width(text)), text, STYLE_DIM);
    str_format(text, sizeof text, tr(lang, TR("page %d of %d")), at, pages);
    if (pages > 1 && text_width(text) + 6 < line.w) {
        rect_cut_right(&line, 3);
        text_draw(frame, rect_cut_right(&line, text_width(text)), text, STYLE_DIM);
    }
    const char *title =
        *page->title ? page->title : json_name_in(json_get(r->file.service, "name"), r->command->lang);
    str_format(text, sizeof text, "%s%s%s", page->number, *page->number ? "  " : "", title);
    text_draw(frame, line, text, STYLE_TITLE | ATTR_BOLD);
}

static int print_page(struct rendering *r)
{
    struct form_sheet sheet;
    struct sheet state;
    struct frame frame;
    int page = find_page(r), at = 0;
    if (page < 0) {
        fprintf(r->command->errors, "loket: this form has no page %s; it has %d\n", r->page ? r->page : "1",
                visible_pages(&r->view));
        return 1;
    }
    for (int i = 0; i <= page; i++)
        at += r->view.pages[i].visible;
    form_sheet_build(r->form, r->data, &r->context, &r->view, page, &sheet);
    drop_ids(&sheet);
    sheet_init(&state);
    sheet_fit(&state, r->cols);
    frame_init(&frame, r->cols, r->rows);
    struct rect area = frame_area(&frame);
    if (r->rows > 1)
        draw_head(r, &r->view.pages[page], at, &frame, rect_cut_top(&area, 1));
    sheet_draw(&state, sheet.items, sheet.count, &frame, area);
    print_frame(r, &frame);
    frame_deinit(&frame);
    sheet_deinit(&state);
    form_sheet_free(&sheet);
    return 0;
}

static int print_all(struct rendering *r)
{
    struct form_sheet sheet;
    int page = r->page ? find_page(r) : -1;
    if (r->page && page < 0) {
        fprintf(r->command->errors, "loket: this form has no page %s\n", r->page);
        return 1;
    }
    form_sheet_build(r->form, r->data, &r->context, &r->view, page, &sheet);
    drop_ids(&sheet);
    print_whole(r, &sheet);
    form_sheet_free(&sheet);
    return 0;
}

static int render(struct rendering *r)
{
    struct err_info info = {0};
    if (read_files(r, &info) != ERR_OK) {
        fprintf(r->command->errors, "loket: %s: %s\n", r->command->args[0], info.text);
        return 1;
    }
    if (r->data && !json_is_object(r->data)) {
        fputs("loket: the data of a form must be a JSON object\n", r->command->errors);
        return 1;
    }
    if (!r->data)
        r->data = json_new_object();
    time_date(clock_wall_now_ms(), r->today);
    r->context = (struct form_context){
        .lang = r->command->lang, .today = r->today, .date_order = json_text(r->file.pack, "date_order")};
    struct json *prefill = form_prefill(r->form, r->data, &r->context); /* as a fresh draft is opened */
    json_merge(r->data, prefill);
    json_free(&prefill);
    form_view_build(r->form, r->data, &r->context, "", &r->view);
    mark_errors(r);
    int status = r->rows ? print_page(r) : print_all(r);
    form_view_free(&r->view);
    return status;
}

int form_verb_render(struct form_command *command)
{
    struct rendering r = {.command = command};
    bool missing = false;
    const char *size = form_option(command, "--size", &missing);
    r.page = form_option(command, "--page", &missing);
    int status = 2;
    if (missing || !read_size(&r, size))
        fprintf(command->errors, "loket: --size must be COLSxROWS, at most %dx%d, and --page a number\n",
                FRAME_W_MAX, FRAME_H_MAX);
    else if (form_words(command, 1, 3, usage))
        status = render(&r);
    form_free(&r.form);
    form_file_free(&r.file);
    json_free(&r.data);
    return status;
}
