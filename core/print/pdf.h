/* core/print/pdf.h: a notice on A4, by Pango and cairo. Knows no hall, no language and no service: every word comes in.
 *
 * The same paper gives the same bytes: its day is the only time in it, and the fonts are embedded. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "core/base/err.h"

struct paper {
    const char *title; /* what a reader's window is called by */
    const char *hall;  /* at the head of each page */
    const char *text;  /* lines as they are; longer ones are wrapped */
    const char *code;  /* NULL: no notice that a hall answers for */
    const char *code_label, *code_hint;
    const char *page; /* "Page {page} of {pages}" in the reader's language */
    const char *date; /* YYYY-MM-DD */
    bool mono;        /* columns stand under one another: signs of one width, 92 a line */
};
/* ERR_INVALID: a letter that no font of this computer has, or more pages than a notice can have. */
enum err pdf_write(const struct paper *paper, FILE *out, struct err_info *info) MUST_USE;
