/* tests/screen/widgets_test.c: a form of its own that uses every widget of a layout once, fresh and filled in with
 * mistakes, as `loket form render` prints it; and the page of a table's row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/form_paper.h"
#include "screens/verb_form.h"
#include "tests/support/test.h"
#include "tui/text.h"

#define SERVICE "tests/screen/data/every_widget.json"
#define DRAFT   "tests/screen/data/every_widget_draft.json"

/* Runs `loket form` with words; what it printed is added to out. False when it says there is no such page. */
static bool add_printed(struct buf *out, const char *const *words, int count)
{
    char *own[16], *given[16], *text = NULL, *errors = NULL;
    size_t length, errors_length;
    FILE *to = open_memstream(&text, &length), *wrong = open_memstream(&errors, &errors_length);
    REQUIRE(to && wrong && count <= 16);
    for (int i = 0; i < count; i++)
        given[i] = own[i] = xstrdup(words[i]);
    int status = form_verb(given, count, NULL, to, wrong); /* takes its options out of given */
    fclose(to);
    fclose(wrong);
    buf_adds(out, text);
    for (int i = 0; i < count; i++)
        free(own[i]);
    free(text);
    free(errors);
    return status == 0;
}

/* All pages, one after the other, by the numbers that they are shown with. */
static void check_pages(const char *lang, const char *size, const char *draft, const char *golden)
{
    static const char *const pages[] = {"1.1", "1.2", "2.1", "2.2", "3"};
    struct buf out = {0};
    char *path = xasprintf("tests/screen/golden/%s.txt", golden);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        const char *words[] = {"render", SERVICE, "--size", size, "--lang", lang, "--page", pages[i], draft};
        buf_addf(&out, "=== %s\n", pages[i]);
        CHECK(add_printed(&out, words, draft ? 9 : 8));
    }
    CHECK_GOLDEN(buf_text(&out), path);
    buf_free(&out);
    free(path);
}

TEST(every_widget_of_a_layout_looks_as_it_was_approved)
{
    check_pages("en", "80x24", NULL, "widgets_fresh_80x24");
    check_pages("en", "80x24", DRAFT, "widgets_80x24");
    check_pages("az", "120x40", DRAFT, "widgets_120x40");
}

TEST(every_widget_fits_a_terminal_of_any_size)
{
    static const char *const sizes[] = {"1x1", "5x2", "20x6", "39x24", "200x60"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *words[] = {"render", SERVICE, DRAFT, "--size", sizes[i]};
        struct buf out = {0};
        CHECK(add_printed(&out, words, 5));
        int cols = 0, rows = 0, seen = 0;
        sscanf(sizes[i], "%dx%d", &cols, &rows);
        for (const char *line = buf_text(&out); *line; line += strcspn(line, "\n") + 1, seen++) {
            char *own = xstrndup(line, strcspn(line, "\n"));
            CHECK(text_width(own) <= cols);
            free(own);
        }
        CHECK_INT(seen, rows);
        buf_free(&out);
    }
}

/* A child of the draft as a page of its own. */
TEST(the_page_of_a_row_looks_as_it_was_approved)
{
    char schema[] = SERVICE, data[] = DRAFT, *paths[] = {schema, data};
    struct form_paper paper;
    struct form_view row;
    struct form_sheet items;
    struct sheet sheet;
    struct frame frame;
    REQUIRE(form_paper_open(paths, 2, "en", &paper, NULL) == ERR_OK);
    form_view_build(paper.form, paper.data, &paper.context, "/children/0", &row);
    form_sheet_build(paper.form, paper.data, &paper.context, &row, 0, &items);
    sheet_init(&sheet);
    sheet_fit(&sheet, 80);
    frame_init(&frame, 80, sheet_rows(&sheet, items.items, items.count, 80));
    sheet_draw(&sheet, items.items, items.count, &frame, frame_area(&frame));
    char *text = frame_text(&frame);
    CHECK_GOLDEN(text, "tests/screen/golden/widgets_row.txt");
    free(text);
    frame_deinit(&frame);
    sheet_deinit(&sheet);
    form_sheet_free(&items);
    form_view_free(&row);
    form_paper_free(&paper);
}
