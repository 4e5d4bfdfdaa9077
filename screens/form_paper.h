/* screens/form_paper.h: a form on paper: its files read, the form laid out with the data given, drawn a page at a time
 * with no field in hand, so that sensitive values stay masked. `loket form render` prints it; with --watch it shows it
 * while its files are edited. */
#pragma once
#include "core/base/clock.h"
#include "screens/form_file.h"
#include "screens/form_sheet.h"
#include "screens/tr.h"

struct form_paper {
    struct form_file file;
    struct json *data;
    struct form *form;
    struct form_context context;
    struct form_view view;
    char today[DATE_TEXT];
    int layout_at; /* which of the paths was a layout; 0: none, it stands in the form's own file */
};
/* paths: SCHEMA [LAYOUT] [DATA]. The sentence in info begins with the path of the file at fault. */
enum err form_paper_open(char *const *paths, int count, const char *lang, struct form_paper *out,
                         struct err_info *info) MUST_USE;
void form_paper_free(struct form_paper *paper);
void form_paper_speak(struct form_paper *paper, const char *lang); /* az id en ru; borrowed */

/* Visible pages, and the index in view.pages of the nth of them from 1; -1: there is none. */
int form_paper_pages(const struct form_paper *paper);
int form_paper_page(const struct form_paper *paper, int nth);

/* The line above the fields: the page at the left, how far it is at the right. page: an index in view.pages. */
void form_paper_head(const struct form_paper *paper, int page, struct frame *frame, struct rect line);
/* The fields of a page (-1: of all) from row top on; how many rows they are in all. */
int form_paper_rows(const struct form_paper *paper, int page, int w);
void form_paper_draw(const struct form_paper *paper, int page, int top, struct frame *frame,
                     struct rect area);
