/* screens/verb_form_render.c: `loket form render`: a form as the clerk sees it, printed as text, or shown while it is
 * edited. */
#include <stdlib.h>
#include <string.h>

#include "screens/form_paper.h"
#include "screens/form_watch.h"
#include "screens/verb_form.h"

static const char usage[] = "render SCHEMA [LAYOUT] [DATA] --size COLSxROWS [--page N] [--lang L], or render "
                            "--watch SCHEMA [LAYOUT] [DATA]";

enum { COLS_DEFAULT = 80, ROWS_DEFAULT = 24 };

/* --- what was asked for --- */

struct asked {
    int cols, rows;
    bool sized;
    const char *page; /* NULL: the first */
};

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

static bool read_size(struct asked *asked, const char *size)
{
    *asked = (struct asked){.cols = COLS_DEFAULT, .rows = ROWS_DEFAULT, .sized = size != NULL};
    return !size || (read_number(&size, FRAME_W_MAX, &asked->cols) && *size++ == 'x' &&
                     read_number(&size, FRAME_H_MAX, &asked->rows) && !*size && asked->cols > 0);
}

/* The page of that number as it is shown ("1.2"), else the Nth; -1: there is none. */
static int find_page(const struct form_paper *paper, const char *asked)
{
    const char *rest = asked;
    int nth = 1;
    for (int i = 0; asked && i < paper->view.page_count; i++)
        if (paper->view.pages[i].visible && strcmp(paper->view.pages[i].number, asked) == 0)
            return i;
    if (asked && (!read_number(&rest, paper->view.page_count, &nth) || *rest))
        return -1;
    return form_paper_page(paper, nth);
}

/* --- printing --- */

static void print_frame(const struct form_command *command, const struct frame *frame)
{
    char *text = frame_text(frame);
    fputs(text, command->out);
    free(text);
}

static void print_page(const struct form_command *command, const struct form_paper *paper,
                       const struct asked *asked, int page)
{
    struct frame frame;
    frame_init(&frame, asked->cols, asked->rows);
    struct rect area = frame_area(&frame);
    if (asked->rows > 1)
        form_paper_head(paper, page, &frame, rect_cut_top(&area, 1));
    form_paper_draw(paper, page, 0, &frame, area);
    print_frame(command, &frame);
    frame_deinit(&frame);
}

/* In frames as high as they may be: what they show follows without a gap. */
static void print_whole(const struct form_command *command, const struct form_paper *paper, int cols,
                        int page)
{
    int rows = form_paper_rows(paper, page, cols);
    for (int top = 0; top < rows; top += FRAME_H_MAX) {
        struct frame frame;
        frame_init(&frame, cols, rows - top < FRAME_H_MAX ? rows - top : FRAME_H_MAX);
        form_paper_draw(paper, page, top, &frame, frame_area(&frame));
        print_frame(command, &frame);
        frame_deinit(&frame);
    }
}

static int render(struct form_command *command, const struct asked *asked)
{
    struct err_info info = {0};
    struct form_paper paper;
    if (form_paper_open(command->args, command->count, command->lang, &paper, &info) != ERR_OK) {
        fprintf(command->errors, "loket: %s\n", info.text);
        return 1;
    }
    bool whole = asked->rows == 0, found = true;
    int page = whole && !asked->page ? -1 : find_page(&paper, asked->page);
    if (page < 0 && !(whole && !asked->page)) {
        fprintf(command->errors, "loket: this form has no page %s; it has %d\n",
                asked->page ? asked->page : "1", form_paper_pages(&paper));
        found = false;
    } else if (whole) {
        print_whole(command, &paper, asked->cols, page);
    } else {
        print_page(command, &paper, asked, page);
    }
    form_paper_free(&paper);
    return found ? 0 : 1;
}

int form_verb_render(struct form_command *command)
{
    struct asked asked;
    bool missing = false, watch = form_flag(command, "--watch");
    const char *size = form_option(command, "--size", &missing);
    const char *page = form_option(command, "--page", &missing);
    if (missing || !read_size(&asked, size)) {
        fprintf(command->errors, "loket: --size must be COLSxROWS, at most %dx%d, and --page a number\n",
                FRAME_W_MAX, FRAME_H_MAX);
        return 2;
    }
    asked.page = page;
    if (!form_words(command, 1, 3, usage))
        return 2;
    return watch ? form_watch_run(command, asked.sized ? asked.cols : 0) : render(command, &asked);
}
