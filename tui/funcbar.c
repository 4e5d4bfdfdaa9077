/* tui/funcbar.c: the action line: see funcbar.h. */
#include "tui/funcbar.h"

#include <string.h>

#include "tui/text.h"

enum { GAP = 2, MARGIN = 1 };

static int item_width(const struct funcbar_item *item)
{
    return text_width(item->key) + 1 + text_width(item->label);
}

/* Which items have room in w cells: from the highest priority down. */
static void choose(const struct funcbar_item *items, int count, int w, bool shown[FUNCBAR_ITEMS])
{
    memset(shown, 0, FUNCBAR_ITEMS * sizeof *shown);
    bool looked_at[FUNCBAR_ITEMS] = {false};
    for (int left = w - 2 * MARGIN, round = 0; round < count; round++) {
        int best = -1;
        for (int i = 0; i < count; i++)
            if (!looked_at[i] && (best < 0 || items[i].priority > items[best].priority))
                best = i;
        if (best < 0)
            return;
        looked_at[best] = true;
        int needed = item_width(&items[best]);
        if (needed > left)
            continue;
        shown[best] = true;
        left -= needed + GAP;
    }
}

static int bounded(int count)
{
    return count < FUNCBAR_ITEMS ? count : FUNCBAR_ITEMS;
}

void funcbar_draw(const struct funcbar_item *items, int count, struct frame *frame, struct rect area)
{
    bool shown[FUNCBAR_ITEMS];
    struct rect row = rect_row(area, 0);
    count = bounded(count);
    choose(items, count, row.w, shown);
    frame_blank(frame, row, STYLE_BAR);
    rect_cut_left(&row, MARGIN);
    for (int i = 0; i < count; i++) {
        if (!shown[i])
            continue;
        unsigned look = items[i].disabled ? STYLE_BAR_DIM : STYLE_BAR;
        struct rect place = row;
        if (items[i].press.code != K_NONE)
            frame_target_key(frame, rect_cut_left(&place, item_width(&items[i])), items[i].press, 1);
        rect_cut_left(&row, text_draw(frame, row, items[i].key, items[i].disabled ? look : look | ATTR_BOLD));
        rect_cut_left(&row, 1);
        rect_cut_left(&row, text_draw(frame, row, items[i].label, look));
        rect_cut_left(&row, GAP);
    }
}

int funcbar_at(const struct funcbar_item *items, int count, struct rect area, int x)
{
    bool shown[FUNCBAR_ITEMS];
    int at = area.x + MARGIN;
    count = bounded(count);
    choose(items, count, area.w, shown);
    for (int i = 0; i < count; i++) {
        if (!shown[i])
            continue;
        int end = at + item_width(&items[i]);
        if (x >= at && x < end)
            return i;
        at = end + GAP;
    }
    return -1;
}
