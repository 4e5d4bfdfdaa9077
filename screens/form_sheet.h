/* screens/form_sheet.h: a form as core/form sees it (form_view) → the items that tui/sheet.h draws and fills in.
 * The only place where the two vocabularies meet; the form screen and `loket form render` share it. Pure. */
#pragma once
#include "core/form/form.h"
#include "tui/sheet.h"

/* Ids: an item's id is its pointer ("/address/street"); what is only shown (computed, constant) has none. A table is a heading, a SHEET_ROW for each of its rows
 * ("/children/0", to be opened with form_view_build's inside), and one to add a row ("/children/-").
 *
 * Values as the sheet has them, to be turned by form_parse: a text for what is typed; an option's value for
 * radios, picks and choices; "yes" or "no"; the values of the ticked options joined by \n for checks. */
struct form_sheet { /* all of it lives in arena, or in the view it was made from */
    struct arena arena;
    struct sheet_item *items;
    int count;
};
/* The visible items of one page; page -1: of every page, each below a heading with its title. */
void form_sheet_build(const struct form *form, const struct json *draft, const struct form_context *context,
                      const struct form_view *view, int page, struct form_sheet *out);
void form_sheet_free(struct form_sheet *sheet);
