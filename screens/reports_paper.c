/* screens/reports_paper.c: a report as one page of text, for a ministry's file or wall: 92 signs a line of one width. */
#include "screens/reports.h"

#include <stdlib.h>
#include <string.h>

#include "screens/show.h"

enum { LINE_W = 92, NAME_W = 26, ROWS_MAX = 48, CELL_W = 8, BOTH_W = 14, WIDE_W = 30, WIDE_MIN = 14 };

static void pad(struct buf *out, const char *text, int width, enum text_align align)
{
    int used = text_width(text);
    size_t fits = text_fit(text, strlen(text), width);
    for (int i = used; align == TEXT_RIGHT && i < width; i++)
        buf_addc(out, ' ');
    buf_add(out, text, fits);
    for (int i = used; align != TEXT_RIGHT && i < width; i++)
        buf_addc(out, ' ');
}

/* Wide enough for its heading; a text takes what is left of the line. */
static int width_of(const struct reports *self, const struct ui *ui, const struct report_column *of, int left)
{
    int title = *of->title ? text_width(tr(ui->lang, of->title)) : 0, width = CELL_W;
    if (of->figure == FIGURE_NAME)
        return NAME_W;
    if (of->figure == FIGURE_TREND || str_equal(of->member, "mix"))
        return left < WIDE_MIN ? LINE_W : left < WIDE_W ? left : WIDE_W;
    if (self->compare && reports_align(of->figure) == TEXT_RIGHT)
        width = BOTH_W;
    return title > width ? title : width;
}

/* row NULL: the headings. */
static void add_line(const struct reports *self, const struct ui *ui, const struct json *row, struct buf *out)
{
    const struct report_kind *kind = report_kind(self->kind);
    struct buf line = {0};
    int left = LINE_W;
    for (int i = 0; i < reports_columns(kind); i++) {
        const struct report_column *of = &kind->columns[i];
        char text[256], before[256];
        int width = width_of(self, ui, of, left);
        if (width > left || of->figure == FIGURE_BAR)
            break;
        left -= width + 1;
        str_copy(text, sizeof text, *of->title ? tr(ui->lang, of->title) : "");
        if (row)
            reports_figure(ui, kind, i, row, false, text);
        if (row && self->compare && reports_align(of->figure) == TEXT_RIGHT) {
            reports_figure(ui, kind, i, row, true, before);
            size_t length = strlen(text);
            str_format(text + length, sizeof text - length, " (%s)", before);
        }
        pad(&line, text, width, reports_align(of->figure));
        buf_addc(&line, ' ');
    }
    while (line.length && line.data[line.length - 1] == ' ')
        line.data[--line.length] = '\0';
    buf_addf(out, "%s\n", buf_text(&line));
    buf_free(&line);
}

char *reports_paper(const struct reports *self, const struct ui *ui)
{
    struct buf out = {0}, head = {0};
    const struct json *rows = json_get(self->data, "rows");
    char clock[SHOW_TEXT];
    size_t count = 0;
    reports_head(self, ui, &head);
    buf_addf(&out, "%s\n%s\n", tr(ui->lang, report_kind(self->kind)->title), buf_text(&head));
    buf_addf(&out, tr(ui->lang, TR("as of %s")), show_since(ui, self->shown_ms, clock));
    buf_adds(&out, "\n\n");
    add_line(self, ui, NULL, &out);
    for (int i = 0; i < LINE_W; i++)
        buf_adds(&out, "─");
    buf_addc(&out, '\n');
    for (const struct json *row = json_first(rows); row && count < ROWS_MAX; row = json_next(row), count++)
        add_line(self, ui, row, &out);
    if (json_count(rows) > count) {
        buf_addf(&out, tr(ui->lang, TR("%d more lines are in the file for spreadsheets (.csv).")),
                 (int)(json_count(rows) - count));
        buf_addc(&out, '\n');
    }
    buf_free(&head);
    return buf_take(&out);
}
