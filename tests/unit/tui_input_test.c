/* tests/unit/tui_input_test.c: bytes of terminals into keys, names of keys, keymaps. */
#include <stdio.h>
#include <string.h>

#include "tests/support/test.h"
#include "tui/input.h"
#include "tui/keymap.h"

/* All events of the bytes as names, separated by spaces; fed in pieces of `piece` bytes. */
static const char *events_of(const char *bytes, size_t length, size_t piece)
{
    static char out[1000];
    struct input input;
    struct event event;
    size_t used = 0, left;
    char name[KEY_NAME];
    out[0] = '\0';
    input_init(&input);
    for (size_t at = 0; at <= length; at += piece) {
        left = length - at < piece ? length - at : piece;
        input_feed(&input, bytes + at, left);
        bool last = at + piece > length;
        while (input_next(&input, last, &event)) {
            if (event.kind == EVENT_KEY)
                used += (size_t)snprintf(out + used, sizeof out - used, "%s ", key_text(event.key, name));
            if (event.kind == EVENT_PASTE)
                used += (size_t)snprintf(out + used, sizeof out - used, "paste(%s) ", event.text);
            if (event.kind == EVENT_MOUSE)
                used += (size_t)snprintf(out + used, sizeof out - used, "mouse%d(%d,%d) ", event.button,
                                         event.x, event.y);
        }
    }
    if (input.length == 0)
        CHECK_INT((int64_t)input.consumed, (int64_t)length);
    input_deinit(&input);
    return out;
}

TEST(tui_input_reads_keys)
{
    static const struct {
        const char *bytes, *want;
    } cases[] = {
        {"n", "n "},
        {"əЖ漢", "ə Ж 漢 "},
        {"\r\n\t", "Enter Enter Tab "},
        {"\x7f\b", "Backspace Backspace "},
        {"\x10\x13\x11\x03\x1a\x1f", "C-p C-s C-q C-c C-z C-_ "},
        {"\033", "Esc "},
        {"\033\033", "Esc Esc "},
        {"\0331\033n", "A-1 A-n "},
        {"\033[A\033[B\033OC\033[D", "Up Down Right Left "},
        {"\033[H\033[F\033[1~\033[4~\033OH", "Home End Home End Home "},
        {"\033[5~\033[6~\033[2~\033[3~", "PgUp PgDn Insert Delete "},
        {"\033OP\033[11~\033[[A\033[15~\033[21~\033[24~", "F1 F1 F1 F5 F10 F12 "},
        {"\033[Z\033[1;5D\033[1;3C\033[1;2A\033[3;5~", "S-Tab C-Left A-Right S-Up C-Delete "},
        {"\033[27;5;13~\033[13;3u\033[112;5u", "C-Enter A-Enter C-p "},
        {"\033\x7f", "A-Backspace "},
        {"\033[", "A-[ "},
        {"\033O", "A-O "},
        {"\033[?1;2cx", "x "}, /* a terminal's answer is no key */
        {"\033[999;999;999;999;9zx", "x "},
        {"\xff\xc0n", "n "}, /* broken UTF-8 is passed over */
        {"\033[<0;5;3M\033[<0;5;3m\033[<65;1;1M", "mouse1(4,2) mouse5(0,0) "},
        {"\033[200~Hi\rrm -rf\033[201~x", "paste(Hi\nrm -rf) x "},
        {"\033[200~a\r\nb\033[20\033[201~", "paste(a\nb\033[20) "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece < 12; piece += 5)
            CHECK_TEXT(events_of(cases[i].bytes, strlen(cases[i].bytes), piece), cases[i].want);
}

TEST(tui_input_waits_for_the_rest_of_a_sequence)
{
    struct input input;
    struct event event;
    input_init(&input);
    input_feed(&input, "\033", 1);
    CHECK(!input_next(&input, false, &event) && input_waits(&input));
    input_feed(&input, "[5", 2);
    CHECK(!input_next(&input, false, &event) && !input_waits(&input));
    input_feed(&input, "~", 1);
    CHECK(input_next(&input, false, &event) && key_is(event.key, "PgUp"));
    input_feed(&input, "\xc9", 1); /* the first half of ə */
    CHECK(!input_next(&input, true, &event));
    input_feed(&input, "\x99", 1);
    CHECK(input_next(&input, false, &event) && key_is(event.key, "ə"));
    input_deinit(&input);
}

TEST(tui_input_bounds_a_paste)
{
    struct input input;
    struct event event = {0};
    char block[1024];
    memset(block, 'x', sizeof block);
    input_init(&input);
    input_feed(&input, "\033[200~", 6);
    for (int i = 0; i < 100; i++) {
        input_feed(&input, block, sizeof block);
        while (input_next(&input, false, &event))
            ;
    }
    input_feed(&input, "\033[201~", 6);
    CHECK(input_next(&input, false, &event) && event.kind == EVENT_PASTE);
    CHECK_INT((int64_t)event.length, PASTE_MAX);
    CHECK(event.cut);
    CHECK_INT((int64_t)input.consumed, 6 + 100 * 1024 + 6);
    input_deinit(&input);
}

TEST(tui_input_survives_any_bytes)
{
    static const char likely[] = "\033[O;<~0159uMm\x9b\xc9\x99 aZ\r\x7f";
    struct input input;
    struct event event;
    unsigned chance = 7;
    input_init(&input);
    for (int i = 0; i < 50000; i++) {
        chance = chance * 1103515245U + 12345U;
        char byte = chance >> 31 ? (char)(chance >> 16) : likely[(chance >> 16) % (sizeof likely - 1)];
        input_feed(&input, &byte, 1);
        while (input_next(&input, (chance >> 20) % 8 == 0, &event))
            ;
    }
    CHECK(input_room(&input) > 0);
    input_deinit(&input);
}

TEST(tui_key_names_go_both_ways)
{
    static const char *const names[] = {"n",     "N",     "ə",     "Ж",   "C-p",     "A-1",   "F1",
                                        "F24",   "Enter", "S-Tab", "Esc", "PgUp",    "Space", "C-Left",
                                        "C-A-x", "-",     "C--",   "A-_", "C-Space", "?"};
    char name[KEY_NAME];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct key key;
        REQUIRE(key_parse(names[i], &key));
        CHECK_TEXT(key_text(key, name), names[i]);
    }
    static const char *const wrong[] = {"",    "F0", "F25",  "F01",  "Foo", "C-",
                                        "S-n", "nn", "\x1b", "\xff", "X-a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_INT(key_of(wrong[i]).code, K_NONE);
    CHECK(key_equal(key_of("M-1"), key_of("A-1")));
    CHECK(key_equal(key_of("C-P"), key_of("C-p")));
    CHECK_TEXT(key_label(key_of("C-p"), name), "Ctrl-P");
    CHECK_TEXT(key_label(key_of("M-1"), name), "Alt-1");
    CHECK_TEXT(key_label(key_of("n"), name), "n");
    CHECK(key_types(key_of("Space")) && !key_types(key_of("Enter")) && !key_types(key_of("A-a")));
}

static const struct keymap_action actions[] = {
    {1, "call_next", "n", 1}, {2, "open", "c Enter", 1}, {3, "resume", "c", 1},
    {4, "help", "? F1", 3},   {5, "elsewhere", "n", 2},  {6, "quiet", "", 1},
};

TEST(tui_keymap_finds_by_context)
{
    char fault[200], keys[50];
    struct keymap *map = keymap_new(actions, 6, fault, sizeof fault);
    CHECK_TEXT(fault, "");
    CHECK_INT(keymap_find(map, 1, key_of("n"), 0), 1);
    CHECK_INT(keymap_find(map, 2, key_of("n"), 0), 5);
    CHECK_INT(keymap_find(map, 1, key_of("c"), 0), 2);
    CHECK_INT(keymap_find(map, 1, key_of("c"), 1), 3);
    CHECK_INT(keymap_find(map, 1, key_of("c"), 2), 0);
    CHECK_INT(keymap_find(map, 4, key_of("?"), 0), 0);
    CHECK_TEXT(keymap_keys(map, 4, keys, sizeof keys), "? F1");
    CHECK_INT(keymap_key(map, 4, 1).code, K_F1);
    CHECK_INT(keymap_key(map, 6, 0).code, K_NONE);
    keymap_free(&map);
}

TEST(tui_keymap_rebinds_or_says_why_not)
{
    char fault[200];
    struct keymap *map = keymap_new(actions, 6, fault, sizeof fault);
    struct key key = {.code = K_NONE};
    CHECK(keymap_set(map, 1, "C-n F2", fault, sizeof fault));
    CHECK_INT(keymap_find(map, 1, key_of("F2"), 0), 1);
    CHECK_INT(keymap_find(map, 1, key_of("n"), 0), 0);
    CHECK_INT(keymap_rival(map, 1, &key), 0);
    CHECK(keymap_set(map, 6, "x F1", fault, sizeof fault));
    CHECK_INT(keymap_rival(map, 6, &key), 4);
    CHECK(key_is(key, "F1"));
    keymap_reset(map, 6);
    CHECK_INT(keymap_find(map, 1, key_of("x"), 0), 0);
    CHECK(!keymap_set(map, 6, "Ctrl-x", fault, sizeof fault));
    CHECK_TEXT(fault, "there is no key \"Ctrl-x\"; write keys as n, F2, C-p, A-1 or S-Tab");
    CHECK(!keymap_set(map, 99, "x", fault, sizeof fault));
    CHECK(!keymap_set(map, 6, "1 2 3 4 5", fault, sizeof fault));
    CHECK(keymap_set(map, 3, "c", fault, sizeof fault));
    CHECK_INT(keymap_rival(map, 3, &key), 0); /* shared from the start */
    CHECK(keymap_set(map, 6, "n", fault, sizeof fault));
    CHECK_INT(keymap_rival(map, 6, &key), 0); /* free now; elsewhere it is another's */
    CHECK(keymap_set(map, 4, "", fault, sizeof fault));
    CHECK_INT(keymap_key(map, 4, 0).code, K_NONE);
    keymap_free(&map);
}
