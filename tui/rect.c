/* tui/rect.c: cutting areas: see rect.h. Knows nothing of what is drawn in them. */
#include "tui/rect.h"

static int clamp(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

struct rect rect_cut_top(struct rect *area, int n)
{
    n = clamp(n, 0, area->h);
    struct rect top = {area->x, area->y, area->w, n};
    area->y += n;
    area->h -= n;
    return top;
}

struct rect rect_cut_bottom(struct rect *area, int n)
{
    n = clamp(n, 0, area->h);
    area->h -= n;
    return (struct rect){area->x, area->y + area->h, area->w, n};
}

struct rect rect_cut_left(struct rect *area, int n)
{
    n = clamp(n, 0, area->w);
    struct rect left = {area->x, area->y, n, area->h};
    area->x += n;
    area->w -= n;
    return left;
}

struct rect rect_cut_right(struct rect *area, int n)
{
    n = clamp(n, 0, area->w);
    area->w -= n;
    return (struct rect){area->x + area->w, area->y, n, area->h};
}

struct rect rect_row(struct rect area, int row)
{
    if (row < 0 || row >= area.h)
        return (struct rect){area.x, area.y, 0, 0};
    return (struct rect){area.x, area.y + row, area.w, 1};
}

struct rect rect_inset(struct rect area, int columns, int rows)
{
    rect_cut_left(&area, columns);
    rect_cut_right(&area, columns);
    rect_cut_top(&area, rows);
    rect_cut_bottom(&area, rows);
    return area;
}

struct rect rect_intersect(struct rect a, struct rect b)
{
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
    int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
    return (struct rect){x, y, right > x ? right - x : 0, bottom > y ? bottom - y : 0};
}

bool rect_empty(struct rect area)
{
    return area.w <= 0 || area.h <= 0;
}

bool rect_has(struct rect area, int x, int y)
{
    return x >= area.x && x < area.x + area.w && y >= area.y && y < area.y + area.h;
}

int rect_scroll(int at, int total, int rows)
{
    if (rows < 1 || total <= rows || at < rows - 1)
        return 0;
    int step = rows > 1 ? rows / 2 : 1;
    int top = ((at - rows + 1) / step + 1) * step;
    return clamp(top, 0, total - rows > at ? at : total - rows);
}
