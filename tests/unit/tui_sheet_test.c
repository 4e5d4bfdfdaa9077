/* tests/unit/tui_sheet_test.c: forms on the screen: layout, moving, every kind of item, items that come and
 * go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tui/sheet.h"
#include "tui/text.h"

enum { ITEMS = 10, VALUE = 80 };

static const struct sheet_option districts[] = {{"01", "Bakı", NULL},
                                                {"02", "Gəncə", "Ganja"},
                                                {"03", "Şəki", NULL},
                                                {"04", "Naxçıvan", NULL},
                                                {"05", "Bərdə", NULL}};
static const struct sheet_option reasons[] = {{"R12", "papers not genuine", NULL},
                                              {"R07", "another district", NULL}};
static const struct sheet_option tiers[] = {{"standard", "standard", NULL}, {"day", "one day", NULL}};

/* A screen: it owns the values and puts changes back. */
struct screen {
    char values[ITEMS][VALUE];
    struct sheet_item items[ITEMS];
    int count;
    struct sheet sheet;
    struct sheet_event last;
};

static void open_screen(struct screen *screen)
{
    static const struct sheet_item items[] = {
        {.kind = SHEET_HEADING, .label = "Address"},
        {.kind = SHEET_TEXT, .id = "street", .label = "Street and number", .required = true},
        {.kind = SHEET_TEXT, .id = "postal", .label = "Postal code", .chars_max = 5, .indent = 1},
        {.kind = SHEET_DATE, .id = "born", .label = "Date of birth", .placeholder = "DD.MM.YYYY"},
        {.kind = SHEET_PICK, .id = "district", .label = "District", .options = districts, .option_count = 5},
        {.kind = SHEET_YESNO, .id = "abroad", .label = "Moved from abroad"},
        {.kind = SHEET_RADIO, .id = "tier", .label = "Speed", .options = tiers, .option_count = 2},
        {.kind = SHEET_CHECKS, .id = "reasons", .label = "Reasons", .options = reasons, .option_count = 2},
        {.kind = SHEET_AREA, .id = "note", .label = "Note", .rows = 2, .w = 20},
        {.kind = SHEET_ROW, .id = "child1", .label = "Child 1"},
    };
    memset(screen, 0, sizeof *screen);
    screen->count = ITEMS;
    for (int i = 0; i < ITEMS; i++) {
        screen->items[i] = items[i];
        screen->items[i].value = screen->values[i];
    }
    sheet_init(&screen->sheet);
}

static void keep(struct screen *screen)
{
    if (screen->last.kind != SHEET_CHANGED)
        return;
    for (int i = 0; i < screen->count; i++)
        if (screen->items[i].id && strcmp(screen->items[i].id, screen->last.id) == 0)
            snprintf(screen->values[i], VALUE, "%s", screen->last.value);
}

static void type(struct screen *screen, const char *keys)
{
    char copy[300], *rest;
    snprintf(copy, sizeof copy, "%s", keys);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        struct key key;
        bool named = key_parse(word, &key);
        for (size_t at = 0, used = strlen(word); word[at]; at += used) {
            if (!named)
                key = key_typed(text_decode(word + at, strlen(word + at), &used));
            screen->last = sheet_key(&screen->sheet, screen->items, screen->count, key);
            keep(screen);
        }
    }
}

static const char *focus(const struct screen *screen)
{
    return sheet_focused(&screen->sheet, screen->items, screen->count);
}

static const char *drawn(const struct screen *screen, int w, int h)
{
    static char out[6000];
    struct frame frame;
    frame_init(&frame, w, h);
    sheet_draw(&screen->sheet, screen->items, screen->count, &frame, frame_area(&frame));
    char *text = frame_text(&frame);
    snprintf(out, sizeof out, "%scursor %d,%d\n", text, frame.cursor_x, frame.cursor_y);
    CHECK(frame.cursor_on);
    free(text);
    frame_deinit(&frame);
    return out;
}

TEST(tui_sheet_is_filled_in_by_typing)
{
    struct screen screen;
    open_screen(&screen);
    CHECK_TEXT(focus(&screen), "street");
    type(&screen, "Jl. Space Melati Enter");
    CHECK_INT(screen.last.kind, SHEET_LEFT);
    CHECK_TEXT(screen.last.id, "street");
    CHECK_TEXT(screen.last.value, "Jl. Melati");
    type(&screen, "68412345 Enter");
    CHECK_TEXT(screen.values[2], "68412"); /* chars_max */
    type(&screen, "24111990 Enter");
    CHECK_TEXT(screen.values[3], "24.11.1990");
    type(&screen, "gan Enter");
    CHECK_TEXT(screen.values[4], "02"); /* by its other name */
    CHECK(screen.last.taken);
    type(&screen, "Enter n Enter");
    CHECK_TEXT(screen.values[5], "no");
    type(&screen, "Right Right Enter");
    CHECK_TEXT(screen.values[6], "day");
    type(&screen, "Down Space Up Space Enter");
    CHECK_TEXT(screen.values[7], "R12\nR07"); /* in the order of the options */
    type(&screen, "one A-Enter two Enter");
    CHECK_TEXT(screen.values[8], "one\ntwo");
    type(&screen, "Enter");
    CHECK_INT(screen.last.kind, SHEET_OPENED);
    CHECK_TEXT(screen.last.id, "child1");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_moves_and_tells_what_it_leaves)
{
    struct screen screen;
    open_screen(&screen);
    type(&screen, "Tab Tab");
    CHECK_TEXT(focus(&screen), "born");
    type(&screen, "S-Tab");
    CHECK_TEXT(focus(&screen), "postal");
    CHECK_TEXT(screen.last.id, "born");
    type(&screen, "C-End");
    CHECK_TEXT(focus(&screen), "child1");
    type(&screen, "Tab"); /* around */
    CHECK_TEXT(focus(&screen), "street");
    type(&screen, "PgDn Up");
    CHECK_TEXT(focus(&screen), "tier");
    type(&screen, "F5");
    CHECK_INT(screen.last.kind, SHEET_IGNORED);
    screen.count = 9; /* the last item takes text: Enter there is the end */
    CHECK(sheet_focus(&screen.sheet, screen.items, screen.count, "note"));
    CHECK(!sheet_focus(&screen.sheet, screen.items, screen.count, "nothing"));
    type(&screen, "x Enter");
    CHECK_INT(screen.last.kind, SHEET_DONE);
    CHECK_TEXT(screen.last.value, "x");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_follows_items_that_come_and_go)
{
    struct screen screen;
    open_screen(&screen);
    sheet_focus(&screen.sheet, screen.items, screen.count, "born");
    screen.items[3].disabled = true;
    sheet_sync(&screen.sheet, screen.items, screen.count);
    CHECK_TEXT(focus(&screen), "district");
    sheet_focus(&screen.sheet, screen.items, screen.count, "child1");
    screen.count = 3;
    sheet_sync(&screen.sheet, screen.items, screen.count);
    CHECK_TEXT(focus(&screen), "postal");
    snprintf(screen.values[2], VALUE, "6841"); /* changed by the screen itself */
    sheet_sync(&screen.sheet, screen.items, screen.count);
    type(&screen, "7");
    CHECK_TEXT(screen.values[2], "68417");
    screen.count = 1; /* nothing left that can have the focus */
    type(&screen, "x Enter");
    CHECK_INT(screen.last.kind, SHEET_IGNORED);
    CHECK(focus(&screen) == NULL);
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_readonly_and_rows_do_not_change)
{
    struct screen screen;
    open_screen(&screen);
    screen.items[1].readonly = true;
    type(&screen, "x");
    CHECK_INT(screen.last.kind, SHEET_IGNORED);
    CHECK(!sheet_typing(&screen.sheet, screen.items, screen.count));
    screen.last = sheet_paste(&screen.sheet, screen.items, screen.count, "x", 1);
    CHECK_INT(screen.last.kind, SHEET_IGNORED);
    type(&screen, "Tab");
    CHECK(sheet_typing(&screen.sheet, screen.items, screen.count));
    screen.last = sheet_paste(&screen.sheet, screen.items, screen.count, "68\n41", 5);
    CHECK_TEXT(screen.last.value, "68 41");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_escape_closes_a_list_only)
{
    struct screen screen;
    open_screen(&screen);
    sheet_focus(&screen.sheet, screen.items, screen.count, "district");
    type(&screen, "b");
    CHECK(screen.sheet.open);
    CHECK(sheet_close(&screen.sheet));
    CHECK(!sheet_close(&screen.sheet));
    CHECK_TEXT(screen.values[4], "");
    type(&screen, "b Down Enter");
    CHECK_TEXT(screen.values[4], "05"); /* Bərdə, after Bakı */
    type(&screen, "Backspace");
    CHECK_TEXT(screen.values[4], "");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_draws_labels_beside)
{
    struct screen screen;
    open_screen(&screen);
    snprintf(screen.values[1], VALUE, "Jl. Melati 12");
    snprintf(screen.values[5], VALUE, "no");
    screen.items[2].error = "five digits; 4 typed";
    screen.items[0].value = "5 of 7 filled";
    sheet_focus(&screen.sheet, screen.items, screen.count, "postal");
    CHECK_TEXT(drawn(&screen, 64, 14), "Address                                           5 of 7 filled\n"
                                       "Street and number *[Jl. Melati 12                              ]\n"
                                       "  Postal code      [      ]  ! five digits; 4 typed\n"
                                       "Date of birth      [DD.MM.YYYY ]\n"
                                       "District           [                                           ]\n"
                                       "Moved from abroad  ( ) yes   (•) no\n"
                                       "Speed              ( ) standard   ( ) one day\n"
                                       "Reasons            [ ] papers not genuine\n"
                                       "                   [ ] another district\n"
                                       "Note               [                    ]\n"
                                       "                   [                    ]\n"
                                       "Child 1                                                       ›\n"
                                       "\n\n"
                                       "cursor 20,2\n");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_stacks_in_narrow_places_and_scrolls)
{
    struct screen screen;
    open_screen(&screen);
    screen.items[2].error = "five digits; 4 typed";
    sheet_focus(&screen.sheet, screen.items, screen.count, "postal");
    /* What is wrong with the field in focus is shown whole. */
    CHECK_TEXT(drawn(&screen, 24, 6), "  Postal code\n   [      ]\n   ! five digits; 4\n     typed\n"
                                      "Date of birth\n [DD.MM.YYYY ]\ncursor 4,1\n");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_puts_neighbours_beside_each_other)
{
    static const struct sheet_item items[] = {
        {.kind = SHEET_TEXT,
         .id = "rt",
         .label = "RT",
         .chars_max = 3,
         .columns = 2,
         .group = 1,
         .value = "004"},
        {.kind = SHEET_TEXT,
         .id = "rw",
         .label = "RW",
         .chars_max = 3,
         .columns = 2,
         .group = 1,
         .value = "011"},
        {.kind = SHEET_NUMBER,
         .id = "fee",
         .label = "Fee",
         .value = "30.000",
         .w = 10,
         .columns = 2,
         .group = 2},
        {.kind = SHEET_TOGGLE, .id = "seen", .label = "Seen", .value = "yes", .columns = 2, .group = 2},
    };
    struct screen screen = {.count = 4};
    memcpy(screen.items, items, sizeof items);
    sheet_init(&screen.sheet);
    sheet_focus(&screen.sheet, screen.items, 4, "rw");
    CHECK_TEXT(drawn(&screen, 60, 4), "RT                            RW\n"
                                      " [004 ]                        [011 ]\n"
                                      "Fee                           Seen\n"
                                      " [    30.000]                  [x]\n"
                                      "cursor 35,1\n");
    CHECK_TEXT(drawn(&screen, 46, 4),
               "RT        [004 ]\nRW        [011 ]\nFee       [    30.000]\nSeen      [x]\n"
               "cursor 14,1\n");
    sheet_deinit(&screen.sheet);
}

/* Also where a field leaves no room beside it. */
TEST(tui_sheet_marks_what_was_filled_in_by_the_program)
{
    static const struct sheet_item items[] = {
        {.kind = SHEET_TEXT,
         .id = "name",
         .label = "Name",
         .value = "Siti",
         .columns = 2,
         .group = 1,
         .prefilled = true},
        {.kind = SHEET_TEXT,
         .id = "rt",
         .label = "RT",
         .chars_max = 3,
         .value = "004",
         .columns = 2,
         .group = 1,
         .prefilled = true},
    };
    struct screen screen = {.count = 2};
    memcpy(screen.items, items, sizeof items);
    sheet_init(&screen.sheet);
    sheet_focus(&screen.sheet, screen.items, 2, "rt");
    CHECK_TEXT(drawn(&screen, 60, 2), "Name                          RT\n"
                                      " [Siti                      «  [004 ]«\n"
                                      "cursor 35,1\n");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_shows_matches_below_the_field)
{
    struct screen screen;
    open_screen(&screen);
    memmove(&screen.items[0], &screen.items[4], 2 * sizeof *screen.items);
    screen.items[0].value = screen.values[0];
    screen.count = 2;
    type(&screen, "b");
    CHECK_TEXT(drawn(&screen, 50, 5), "District           [b                            ]\n"
                                      "                    Bakı\n                    Bərdə\n"
                                      "Moved from abroad  ( ) yes   ( ) no\n\ncursor 21,0\n");
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_takes_the_option_that_was_written_out)
{
    static const struct sheet_option relations[] = {
        {"s", "brother or sister", NULL}, {"r", "Other relative", NULL}, {"o", "other", NULL}};
    static const char *const typed[][2] = {
        {"other", "o"}, {"o t h e r Space r", "r"}, {"b", "s"}, {"s i s", "s"}};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct screen screen;
        open_screen(&screen);
        screen.items[0] = (struct sheet_item){
            .kind = SHEET_PICK, .id = "relation", .options = relations, .option_count = 3};
        screen.items[0].value = screen.values[0];
        screen.count = 1;
        type(&screen, typed[i][0]);
        type(&screen, "Enter");
        CHECK_TEXT(screen.values[0], typed[i][1]);
        sheet_deinit(&screen.sheet);
    }
}

TEST(tui_sheet_hides_what_is_secret)
{
    struct screen screen;
    open_screen(&screen);
    snprintf(screen.values[1], VALUE, "parol");
    screen.items[1].secret = true;
    screen.count = 3;
    CHECK(strstr(drawn(&screen, 60, 4), "parol") == NULL);
    screen.items[1].secret = false;
    screen.items[1].masked = true;
    CHECK(strstr(drawn(&screen, 60, 4), "parol") != NULL); /* it has the focus */
    type(&screen, "Tab");
    CHECK(strstr(drawn(&screen, 60, 4), "parol") == NULL);
    sheet_deinit(&screen.sheet);
}

/* The whole picture with one answer of each kind, the focus at the street. */
static void draw_hidden(char out[6000], const char *district, const char *abroad, const char *tier,
                        const char *reasons_given, const char *note, bool masked)
{
    enum { DISTRICT = 4, ABROAD, TIER, REASONS, NOTE };
    struct screen screen;
    open_screen(&screen);
    snprintf(screen.values[DISTRICT], VALUE, "%s", district);
    snprintf(screen.values[ABROAD], VALUE, "%s", abroad);
    snprintf(screen.values[TIER], VALUE, "%s", tier);
    snprintf(screen.values[REASONS], VALUE, "%s", reasons_given);
    snprintf(screen.values[NOTE], VALUE, "%s", note);
    for (int i = DISTRICT; i <= NOTE; i++)
        screen.items[i].masked = masked;
    snprintf(out, 6000, "%s", drawn(&screen, 70, 20));
    sheet_deinit(&screen.sheet);
}

TEST(tui_sheet_hides_which_option_was_chosen)
{
    char one[6000], other[6000], none[6000];
    draw_hidden(one, "03", "yes", "day", "R12", "asthma", false);
    draw_hidden(other, "03", "no", "standard", "R07", "a burn", false);
    CHECK(strcmp(one, other) != 0);
    CHECK(strstr(one, "asthma") && strstr(one, "(•) one day"));
    draw_hidden(one, "03", "yes", "day", "R12", "asthma", true);
    draw_hidden(other, "04", "no", "standard", "R07", "a burn", true);
    CHECK_TEXT(one, other);
    draw_hidden(none, "", "", "", "", "", true); /* that nothing was answered may be seen */
    CHECK(strcmp(one, none) != 0 && strstr(none, "( ) one day"));
}

TEST(tui_sheet_survives_any_keys_at_any_size)
{
    static const char *const keys[] = {"a",      "ə",     "Space", "Enter", "Tab",       "S-Tab", "Up",
                                       "Down",   "Left",  "Right", "y",     "Backspace", "PgDn",  "PgUp",
                                       "C-Home", "C-End", "C-w",   "C-_",   "A-Enter",   "Esc"};
    struct screen screen;
    unsigned chance = 11;
    open_screen(&screen);
    for (int i = 0; i < 4000; i++) {
        chance = chance * 1103515245U + 12345U;
        screen.count = i % 97 == 0 ? (int)(chance >> 20) % (ITEMS + 1) : screen.count;
        screen.items[(chance >> 8) % ITEMS].disabled = chance >> 30 == 0;
        screen.items[(chance >> 10) % ITEMS].error =
            chance >> 31 ? "a rather long sentence of what is wrong" : NULL;
        sheet_fit(&screen.sheet, (int)(chance >> 24) % 100);
        type(&screen, keys[(chance >> 16) % (sizeof keys / sizeof *keys)]);
        if (i % 7 == 0) {
            struct frame frame;
            frame_init(&frame, 1 + (int)(chance >> 12) % 300, 1 + (int)(chance >> 18) % 100);
            sheet_draw(&screen.sheet, screen.items, screen.count, &frame, frame_area(&frame));
            CHECK(frame.cursor_x < frame.w && frame.cursor_y < frame.h);
            frame_deinit(&frame);
        }
    }
    sheet_deinit(&screen.sheet);
}
