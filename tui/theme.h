/* tui/theme.h: what each meaning looks like. A theme file is lines of
 *     # comment
 *     text   = #d0d0d0 on #101418
 *     accent = #5fd7ff bold            (the background of `text`)
 *     danger = default on default reverse
 * with the names of STYLE_LIST, colours as #rrggbb, `default` for the terminal's own, and bold, underline,
 * reverse. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/cell.h"

enum { THEME_DEFAULT = 0x1000000 }; /* the terminal's own colour; others are 0xRRGGBB */

struct paint {
    uint32_t fg, bg;
    unsigned attr; /* ATTR_BOLD … */
};
struct theme {
    char name[32];
    struct paint paints[STYLE_COUNT];
};
/* What was wrong in a theme file: sentences `FILE:LINE: …`, a line each; the bad lines were skipped. */
struct theme_faults {
    int count;
    char text[2000];
};

void theme_builtin(struct theme *theme); /* the program works without any file */
void theme_mono(struct theme *theme);    /* attributes alone */
/* Reads text over theme_builtin; name stands in the faults. False when there were any. */
bool theme_parse(struct theme *theme, const char *name, const char *text, struct theme_faults *faults);
bool theme_read(struct theme *theme, const char *path, struct theme_faults *faults);
/* The ratio of WCAG 2.1, 1 to 21, of two colours 0xRRGGBB. */
double theme_contrast(uint32_t a, uint32_t b);
