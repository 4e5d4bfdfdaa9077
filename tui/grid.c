/* tui/grid.c: a list with columns: see grid.h. Widths are worked out anew in each frame. */
#include "tui/grid.h"

#include <string.h>

enum { MARGIN = 1, GAP = 1 }; /* cells before the first column where there are no marks; between columns */

struct plan {
    const struct grid *grid;
    int widths[GRID_COLUMNS];
    int count, margin;
};

static int fixed_width(const struct grid *grid, int count, int *shares)
{
    int sum = count > 1 ? (count - 1) * GAP : 0;
    *shares = 0;
    for (int i = 0; i < count; i++) {
        sum += grid->columns[i].w;
        *shares += grid->columns[i].w == 0;
    }
    return sum;
}

static int widest_minimum(const struct grid *grid, int count)
{
    int minimum = 0;
    for (int i = 0; i < count; i++)
        if (grid->columns[i].w == 0 && grid->columns[i].w_min > minimum)
            minimum = grid->columns[i].w_min;
    return minimum;
}

/* Columns are left out from the last one on until the rest fits. */
static struct plan make_plan(const struct grid *grid, int w)
{
    struct plan plan = {.grid = grid, .count = grid->count < GRID_COLUMNS ? grid->count : GRID_COLUMNS};
    int shares, left;
    for (;; plan.count--) {
        left = w - fixed_width(grid, plan.count, &shares);
        int needed = shares * (widest_minimum(grid, plan.count) > 0 ? widest_minimum(grid, plan.count) : 1);
        if (plan.count <= 1 || left >= needed)
            break;
    }
    for (int i = 0; i < plan.count; i++) {
        plan.widths[i] = grid->columns[i].w;
        if (plan.widths[i] == 0 && shares > 0) {
            plan.widths[i] = left > 0 ? left / shares : 0;
            left -= plan.widths[i];
            shares--;
        }
    }
    return plan;
}

static void draw_row(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct plan *plan = self;
    rect_cut_left(&area, plan->margin);
    const char *heading = plan->grid->heading ? plan->grid->heading(plan->grid->self, row) : NULL;
    if (heading) {
        text_draw(frame, area, heading, look == STYLE_TEXT ? STYLE_DIM : look);
        return;
    }
    for (int i = 0; i < plan->count; i++) {
        char text[GRID_CELL] = "";
        unsigned cell_look = look;
        plan->grid->cell(plan->grid->self, row, i, text, &cell_look);
        /* On the chosen row the row's ground is kept, so that it stays one bar. */
        if (look != STYLE_TEXT)
            cell_look = look | (cell_look & ATTR_ALL);
        text_draw_as(frame, rect_cut_left(&area, plan->widths[i]), text, cell_look,
                     plan->grid->columns[i].align);
        rect_cut_left(&area, GAP);
    }
}

static bool row_marked(const void *self, int row)
{
    const struct grid *grid = ((const struct plan *)self)->grid;
    return grid->marked(grid->self, row);
}

static void draw_heading(const struct plan *plan, struct frame *frame, struct rect area)
{
    for (int i = 0; i < plan->count; i++) {
        const struct grid_column *column = &plan->grid->columns[i];
        text_draw_as(frame, rect_cut_left(&area, plan->widths[i]), column->title, STYLE_DIM, column->align);
        rect_cut_left(&area, GAP);
    }
}

void grid_draw(const struct grid *grid, const struct list *list, struct frame *frame, struct rect area,
               bool focus)
{
    int before = grid->marked ? 2 : MARGIN;
    struct plan plan = make_plan(grid, area.w - before);
    plan.margin = grid->marked ? 0 : MARGIN; /* the list itself makes room for marks */
    struct rect heading = rect_cut_top(&area, 1);
    rect_cut_left(&heading, before);
    draw_heading(&plan, frame, heading);
    const struct list_rows rows = {draw_row, grid->marked ? row_marked : NULL, &plan, grid->empty};
    list_draw(list, &rows, frame, area, focus);
}
