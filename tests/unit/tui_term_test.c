/* tests/unit/tui_term_test.c: what a terminal's name alone tells. */
#include "tests/support/test.h"
#include "tui/term.h"

TEST(term_console_has_no_clipboard_and_an_emulator_may)
{
    CHECK(!term_name_copies("linux"));
    CHECK(!term_name_copies("vt220"));
    CHECK(!term_name_copies(NULL));
    CHECK(term_name_copies("xterm-256color"));
    CHECK(term_name_copies("tmux-256color"));
    CHECK(term_name_copies("foot"));
}
