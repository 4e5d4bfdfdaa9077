/* tui/rect.h: areas of the screen, cut from the edges. A screen cuts its area and hands the pieces on; an
 * area never becomes negative, so that a view needs no check for small terminals: what has no room is not
 * drawn. */
#pragma once
#include <stdbool.h>

struct rect {
    int x, y, w, h; /* cells */
};

/* Take up to n rows or columns off one side; what is cut off is returned, area keeps the rest. */
struct rect rect_cut_top(struct rect *area, int n);
struct rect rect_cut_bottom(struct rect *area, int n);
struct rect rect_cut_left(struct rect *area, int n);
struct rect rect_cut_right(struct rect *area, int n);

struct rect rect_row(struct rect area, int row); /* one row of it, empty when there is no such row */
struct rect rect_inset(struct rect area, int columns, int rows); /* a margin on every side */
struct rect rect_intersect(struct rect a, struct rect b);
bool rect_empty(struct rect area);
bool rect_has(struct rect area, int x, int y);

/* The first line to show of total lines in a window of rows, so that line `at` is visible with its
 * neighbours. It needs no memory of the last frame (views are pure): the window moves by half its height. */
int rect_scroll(int at, int total, int rows);
