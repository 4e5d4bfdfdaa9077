/* tests/unit/tui_edit_test.c: editing text by keys: graphemes, words, undo, limits, paste; fields and areas
 * drawn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tui/area.h"
#include "tui/field.h"
#include "tui/text.h"

/* Types a text of keys: names between spaces; anything that is no key's name is typed letter by letter. */
static void type(struct edit *edit, const char *keys)
{
    char copy[400], *rest;
    snprintf(copy, sizeof copy, "%s", keys);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        struct key key;
        if (key_parse(word, &key)) {
            edit_key(edit, key);
            continue;
        }
        for (size_t at = 0, used; word[at]; at += used)
            edit_key(edit, key_typed(text_decode(word + at, strlen(word + at), &used)));
    }
}

/* The text with | at the cursor. */
static const char *state(const struct edit *edit)
{
    static char out[600];
    snprintf(out, sizeof out, "%.*s|%s", (int)edit->cursor, edit_text(edit), edit_text(edit) + edit->cursor);
    return out;
}

TEST(tui_edit_by_keys)
{
    static const struct {
        const char *start, *keys, *want;
    } cases[] = {
        {"", "Əliyev", "Əliyev|"},
        {"Əliyeva", "Left Backspace", "Əliye|a"},
        {"", "ş ç ğ ı İ ö ü ə", "şçğıİöüə|"},
        {"Алиев", "Home Delete С", "С|лиев"},
        {"e\xcc\x81\xcc\x80x", "Left Backspace", "|x"}, /* a base goes with its marks */
        {"e\xcc\x81x", "Home Right", "e\xcc\x81|x"},
        {"e\xcc\x81x", "Home Delete", "|x"},
        {"", "Backspace Delete Left Right", "|"},
        {"Jalan Melati 12", "C-Left C-Left", "Jalan |Melati 12"},
        {"Jalan Melati 12", "Home A-f A-f", "Jalan Melati| 12"},
        {"Növbə talonu", "C-w", "Növbə |"},
        {"Növbə, talonu", "A-b A-b Delete", "|övbə, talonu"},
        {"one two three", "A-b C-k", "one two |"},
        {"one two three", "A-b C-u", "|three"},
        {"one two", "C-w C-a C-y", "two|one "},
        {"one two", "Home A-d", "| two"},
        {"abc", "C-a x C-e y", "xabcy|"},
        {"abc", "C-b C-b C-d", "a|c"},
        {"abc", "Backspace Backspace C-_", "ab|"},
        {"abc", "Backspace C-_ A-_", "ab|"},
        {"abc", "Home C-k C-_", "|abc"},
        {"", "hello C-_", "|"},                 /* letters in a row are one step */
        {"", "hello Space you C-_", "hello |"}, /* a space begins a new one */
        {"", "hello C-_ A-_", "hello|"},
        {"", "one Left two C-_ C-_", "|"},
        {"", "one C-_ x A-_", "x|"}, /* typing anew ends what could be redone */
        {"abc", "Up", "abc|"},
        {"abc", "F5 Enter Tab", "abc|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct edit edit;
        edit_init(&edit);
        edit_set(&edit, cases[i].start);
        type(&edit, cases[i].keys);
        if (!CHECK_TEXT(state(&edit), cases[i].want))
            printf("    after: %s\n", cases[i].keys);
        edit_deinit(&edit);
    }
}

TEST(tui_edit_lines)
{
    struct edit edit;
    edit_init(&edit);
    edit.lines = true;
    type(&edit, "first Enter second Up");
    CHECK_TEXT(state(&edit), "first|\nsecond");
    type(&edit, "Left Left Down Home");
    CHECK_TEXT(state(&edit), "first\n|second");
    type(&edit, "Backspace");
    CHECK_TEXT(state(&edit), "first|second");
    type(&edit, "Enter End C-u Down");
    CHECK_TEXT(state(&edit), "first\n|");
    edit_deinit(&edit);
}

TEST(tui_edit_keeps_its_limits)
{
    struct edit edit;
    edit_init(&edit);
    edit.chars_max = 5;
    CHECK(!edit_insert(&edit, "əəəəəəə", strlen("əəəəəəə")));
    CHECK_TEXT(edit_text(&edit), "əəəəə");
    CHECK_INT(edit_key(&edit, key_of("x")), EDIT_FULL);
    edit.chars_max = 0;
    edit.text_max = 11;
    CHECK_INT(edit_key(&edit, key_of("ə")), EDIT_FULL); /* never half a letter */
    CHECK_INT(edit_key(&edit, key_of("x")), EDIT_CHANGED);
    edit_deinit(&edit);
}

TEST(tui_edit_undo_is_bounded_and_exact)
{
    struct edit edit;
    edit_init(&edit);
    for (int i = 0; i < 3 * EDIT_UNDO; i++)
        type(&edit, "a Space");
    CHECK_INT(edit.step_count, EDIT_UNDO);
    size_t length = edit.length;
    for (int i = 0; i < 2 * EDIT_UNDO; i++)
        type(&edit, "C-_");
    CHECK(edit.length < length);
    for (int i = 0; i < 2 * EDIT_UNDO; i++)
        type(&edit, "A-_");
    CHECK_INT((int64_t)edit.length, (int64_t)length);
    edit_deinit(&edit);
}

TEST(tui_edit_pastes_clean_text)
{
    struct edit edit;
    edit_init(&edit);
    const char *text = "Jl. Melati\n12\x1b[31m\xff\xe2\x80\xae\ttail\n";
    CHECK(edit_insert(&edit, text, strlen(text)));
    CHECK_TEXT(edit_text(&edit), "Jl. Melati 12[31m tail");
    type(&edit, "C-_");
    CHECK_TEXT(edit_text(&edit), "");
    edit.lines = true;
    edit_insert(&edit, "a\nb", 3);
    CHECK_TEXT(edit_text(&edit), "a\nb");
    edit_deinit(&edit);
}

TEST(tui_edit_keeps_no_secret)
{
    struct edit edit;
    edit_init(&edit);
    edit.secret = true;
    type(&edit, "hush C-w");
    CHECK_INT(edit.step_count, 0);
    CHECK(edit.cut == NULL);
    edit_deinit(&edit);
}

/* --- drawn --- */

static const char *field_golden(struct field *field, int w, bool focus)
{
    static char out[400];
    struct frame frame;
    frame_init(&frame, w, 1);
    field_draw(field, &frame, frame_area(&frame), "DD.MM.YYYY", focus);
    char *text = frame_text(&frame);
    text[strcspn(text, "\n")] = '\0';
    snprintf(out, sizeof out, "%s@%d", text, frame.cursor_on ? frame.cursor_x : -1);
    free(text);
    frame_deinit(&frame);
    return out;
}

TEST(tui_field_scrolls_with_its_cursor)
{
    struct field field;
    field_init(&field, 0);
    CHECK_TEXT(field_golden(&field, 12, true), "DD.MM.YYYY@0");
    field_set(&field, "0123456789");
    CHECK_TEXT(field_golden(&field, 12, true), "0123456789@10");
    CHECK_TEXT(field_golden(&field, 6, true), "56789@5");
    CHECK_TEXT(field_golden(&field, 6, false), "012345@-1");
    type(&field.edit, "Home");
    CHECK_TEXT(field_golden(&field, 6, true), "012345@0");
    CHECK_TEXT(field_golden(&field, 1, true), "0@0");
    for (int w = 1; w < 14; w++)
        for (int i = 0; i <= 10; i++) {
            type(&field.edit, i ? "Right" : "Home");
            const char *at = strchr(field_golden(&field, w, true), '@');
            CHECK(at && atoi(at + 1) >= 0 && atoi(at + 1) < w);
        }
    field_deinit(&field);
}

TEST(tui_field_masks_all_but_the_last)
{
    struct field field;
    field_init(&field, 0);
    field.masked = true;
    field_set(&field, "gizli ə");
    CHECK_TEXT(field_golden(&field, 10, true), "•••••••@7");
    field_set(&field, "9901123456780014");
    field.shown = 4;
    CHECK_TEXT(field_golden(&field, 20, false), "••••••••••••0014@-1");
    CHECK_TEXT(field_golden(&field, 20, true), "••••••••••••0014@16");
    field_deinit(&field);
}

TEST(tui_area_wraps_and_moves_by_rows)
{
    struct area area;
    struct frame frame;
    area_init(&area, 0);
    area_set(&area, "Bring papers the issuer confirms\nthen come");
    CHECK_INT(area_rows(&area, 14), 4);
    area_fit(&area, 14);
    frame_init(&frame, 14, 4);
    area_draw(&area, &frame, frame_area(&frame), NULL, true);
    char *text = frame_text(&frame);
    CHECK_TEXT(text, "Bring papers\nthe issuer\nconfirms\nthen come\n");
    CHECK(frame.cursor_y == 3 && frame.cursor_x == 9);
    free(text);
    area_key(&area, key_of("Up"));
    CHECK_TEXT(state(&area.edit), "Bring papers the issuer confirms|\nthen come");
    area_key(&area, key_of("Up"));
    area_key(&area, key_of("Up"));
    CHECK_TEXT(state(&area.edit), "Bring pa|pers the issuer confirms\nthen come");
    for (int i = 0; i < 3; i++)
        area_key(&area, key_of("Down"));
    CHECK_TEXT(state(&area.edit), "Bring papers the issuer confirms\nthen com|e");
    frame_deinit(&frame);
    area_deinit(&area);
}

TEST(tui_edit_survives_any_keys)
{
    static const char *const keys[] = {"a",   "ə",    "Space", "Left",  "Right", "Backspace", "Delete",
                                       "C-w", "C-k",  "C-u",   "C-_",   "A-_",   "C-y",       "A-b",
                                       "A-f", "Home", "End",   "Enter", "Up",    "Down",      "漢"};
    struct area area;
    unsigned chance = 1;
    area_init(&area, 300);
    for (int i = 0; i < 20000; i++) {
        chance = chance * 1103515245U + 12345U;
        area.w = (int)(chance >> 24) % 30;
        area_key(&area, key_of(keys[(chance >> 16) % (sizeof keys / sizeof *keys)]));
        if (i % 50 == 0)
            area_paste(&area, "e\xcc\x81\n\xff x", 7);
        if (area.edit.cursor > area.edit.length || area.edit.length > 300)
            CHECK_INT((int64_t)area.edit.cursor, -1);
        size_t used;
        if (area.edit.cursor < area.edit.length)
            CHECK(text_decode(area_text(&area) + area.edit.cursor, 4, &used) >= 0);
    }
    area_deinit(&area);
}
