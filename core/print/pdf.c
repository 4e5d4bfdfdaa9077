/* core/print/pdf.c: see pdf.h. All lengths are points, 72 an inch. */
#include "core/print/pdf.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "core/base/str.h"

enum { PAGES_MAX = 40 };
static const double page_w = 210 / 25.4 * 72, page_h = 297 / 25.4 * 72;
static const double margin = 20 / 25.4 * 72, head_h = 30, foot_h = 24, gap = 8;

/* A family by name, so that the same paper looks the same on every computer of the hall. */
static const char text_font[] = "DejaVu Sans 10.5", small_font[] = "DejaVu Sans 8.5",
                  mono_font[] = "DejaVu Sans Mono 8.5", head_font[] = "DejaVu Sans Bold 11",
                  code_font[] = "DejaVu Sans Mono Bold 20";

struct sheet {
    const struct paper *paper;
    cairo_t *cairo;
    PangoContext *pango;
    bool drawing; /* else pages are counted */
    int page, pages;
    double y; /* on the page */
    enum err err;
    struct err_info *info;
};

/* --- text --- */

static void note_letters(struct sheet *sheet, PangoLayout *layout)
{
    if (pango_layout_get_unknown_glyphs_count(layout) && sheet->err == ERR_OK)
        sheet->err =
            err_set(sheet->info, ERR_INVALID,
                    "A letter of this text is in no font of this computer. Install fonts-dejavu-core.");
}

static PangoLayout *layout_of(struct sheet *sheet, const char *font, const char *text, double width)
{
    struct buf clean = {0};
    PangoLayout *layout = pango_layout_new(sheet->pango);
    PangoFontDescription *description = pango_font_description_from_string(font);
    pango_layout_set_font_description(layout, description);
    pango_font_description_free(description);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_auto_dir(layout, FALSE);
    utf8_add_plain(&clean, text ? text : "");
    pango_layout_set_text(layout, buf_text(&clean), (int)clean.length);
    buf_free(&clean);
    note_letters(sheet, layout);
    return layout;
}

static double height_of(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

static void put(struct sheet *sheet, double x, double y, PangoLayout *layout)
{
    if (!sheet->drawing)
        return;
    cairo_move_to(sheet->cairo, x, y);
    pango_cairo_show_layout(sheet->cairo, layout);
}

/* One short text; its height. */
static double put_text(struct sheet *sheet, const char *font, const char *text, double y)
{
    PangoLayout *layout = layout_of(sheet, font, text, page_w - 2 * margin);
    double height = height_of(layout);
    put(sheet, margin, y, layout);
    g_object_unref(layout);
    return height;
}

static void rule(struct sheet *sheet, double y)
{
    if (!sheet->drawing)
        return;
    cairo_set_line_width(sheet->cairo, 0.5);
    cairo_move_to(sheet->cairo, margin, y);
    cairo_line_to(sheet->cairo, page_w - margin, y);
    cairo_stroke(sheet->cairo);
}

/* --- pages --- */

static double bottom(void)
{
    return page_h - margin - foot_h;
}

static void add_number(struct buf *out, const char *pattern, int page, int pages)
{
    for (const char *c = pattern; *c; c++) {
        if (str_starts(c, "{page}") || str_starts(c, "{pages}")) {
            buf_addf(out, "%d", str_starts(c, "{page}") ? page : pages);
            c = strchr(c, '}');
        } else {
            buf_addc(out, *c);
        }
    }
}

static void put_foot(struct sheet *sheet)
{
    struct buf text = {0};
    double y = page_h - margin - foot_h + gap;
    rule(sheet, y);
    add_number(&text, sheet->paper->page ? sheet->paper->page : "{page} / {pages}", sheet->page,
               sheet->pages);
    PangoLayout *layout = layout_of(sheet, small_font, buf_text(&text), page_w - 2 * margin);
    pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    put(sheet, margin, y + gap / 2, layout);
    g_object_unref(layout);
    if (sheet->paper->code) /* so that a loose page is known to belong to the others */
        put_text(sheet, small_font, sheet->paper->code, y + gap / 2);
    buf_free(&text);
}

static void open_page(struct sheet *sheet)
{
    sheet->page++;
    sheet->y = margin + head_h;
    put_text(sheet, head_font, sheet->paper->hall, margin);
    rule(sheet, margin + head_h - gap);
}

static void close_page(struct sheet *sheet)
{
    put_foot(sheet);
    if (sheet->drawing)
        cairo_show_page(sheet->cairo);
}

/* A new page when so much does not fit on this one. */
static void need(struct sheet *sheet, double height)
{
    if (sheet->y + height <= bottom())
        return;
    close_page(sheet);
    open_page(sheet);
}

/* Templates begin with the hall's name, which stands at the head of the page already. */
static const char *body_of(const struct paper *paper)
{
    size_t length = strlen(paper->hall);
    bool twice = length && str_starts(paper->text, paper->hall) && paper->text[length] == '\n';
    return twice ? paper->text + length + 1 : paper->text;
}

static void put_body(struct sheet *sheet)
{
    PangoLayout *layout = layout_of(sheet, sheet->paper->mono ? mono_font : text_font, body_of(sheet->paper),
                                    page_w - 2 * margin);
    for (int i = 0; i < pango_layout_get_line_count(layout); i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(layout, i);
        PangoRectangle size;
        pango_layout_line_get_extents(line, NULL, &size);
        double height = (double)size.height / PANGO_SCALE * 1.15;
        need(sheet, height);
        if (sheet->drawing) {
            cairo_move_to(sheet->cairo, margin, sheet->y - (double)size.y / PANGO_SCALE);
            pango_cairo_show_layout_line(sheet->cairo, line);
        }
        sheet->y += height;
    }
    g_object_unref(layout);
}

/* In one piece: whoever checks the code reads how beside it. */
static void put_code(struct sheet *sheet)
{
    enum { BLOCK_H = 92 };
    if (!sheet->paper->code)
        return;
    need(sheet, BLOCK_H);
    sheet->y += 2 * gap;
    rule(sheet, sheet->y);
    sheet->y += gap;
    sheet->y += put_text(sheet, small_font, sheet->paper->code_label, sheet->y);
    sheet->y += put_text(sheet, code_font, sheet->paper->code, sheet->y);
    sheet->y += put_text(sheet, small_font, sheet->paper->code_hint, sheet->y);
}

/* Once to count the pages, once more to draw. */
static void run(struct sheet *sheet, bool drawing)
{
    sheet->drawing = drawing;
    sheet->page = 0;
    open_page(sheet);
    put_body(sheet);
    put_code(sheet);
    close_page(sheet);
    sheet->pages = sheet->page;
}

/* --- the file --- */

/* The surface forgets what its writes came to once it is finished. */
struct output {
    FILE *file;
    int fault; /* errno of the first write that failed; 0 */
};

static cairo_status_t write_bytes(void *ctx, const unsigned char *data, unsigned length)
{
    struct output *output = ctx;
    if (fwrite(data, 1, length, output->file) == length)
        return CAIRO_STATUS_SUCCESS;
    output->fault = output->fault ? output->fault : errno;
    return CAIRO_STATUS_WRITE_ERROR;
}

static void describe(cairo_surface_t *surface, const struct paper *paper)
{
    struct buf title = {0};
    char *day = xasprintf("%sT00:00:00", paper->date ? paper->date : "2000-01-01");
    utf8_add_plain(&title, paper->title ? paper->title : "");
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, buf_text(&title));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Loket");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, day);
    buf_free(&title);
    free(day);
}

static void open_sheet(struct sheet *sheet, cairo_surface_t *surface)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    sheet->cairo = cairo_create(surface);
    sheet->pango = pango_cairo_create_context(sheet->cairo);
    pango_cairo_context_set_font_options(sheet->pango, options);
    pango_cairo_context_set_resolution(sheet->pango, 72);
    pango_context_set_round_glyph_positions(sheet->pango, FALSE);
    cairo_font_options_destroy(options);
}

enum err pdf_write(const struct paper *paper, FILE *out, struct err_info *info)
{
    struct output output = {.file = out};
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(write_bytes, &output, page_w, page_h);
    struct sheet sheet = {.paper = paper, .info = info};
    describe(surface, paper);
    open_sheet(&sheet, surface);
    run(&sheet, false);
    if (sheet.err == ERR_OK && sheet.pages > PAGES_MAX)
        sheet.err = err_set(info, ERR_INVALID, "The notice has %d pages, and at most %d are printed.",
                            sheet.pages, PAGES_MAX);
    if (sheet.err == ERR_OK)
        run(&sheet, true);
    g_object_unref(sheet.pango);
    cairo_destroy(sheet.cairo);
    cairo_surface_finish(surface);
    if (sheet.err == ERR_OK && fflush(out) != 0 && !output.fault)
        output.fault = errno;
    if (sheet.err == ERR_OK && output.fault)
        sheet.err = err_set(info, err_from_errno(output.fault), "%s.", strerror(output.fault));
    else if (sheet.err == ERR_OK && cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        sheet.err = err_set(info, ERR_INVALID, "%s.", cairo_status_to_string(cairo_surface_status(surface)));
    cairo_surface_destroy(surface);
    return sheet.err;
}
