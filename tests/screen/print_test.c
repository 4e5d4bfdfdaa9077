/* tests/screen/print_test.c: what is printed: from the screens as scripts, and what a printer gets of any text. */
#include <stdlib.h>

#include "screens/print_text.h"
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_print)
{
    script_run("print.script");
}

TEST(screen_print_of_an_application)
{
    script_run("print_case.script");
}

static void check_fit(const char *text, int width, const char *want)
{
    struct buf out = {0};
    print_fit(&out, text, width);
    CHECK_TEXT(buf_text(&out), want);
    buf_free(&out);
}

TEST(print_lines_are_as_wide_as_the_paper_and_keep_their_indent)
{
    check_fit("one two three four", 10, "one two\nthree four\n");
    check_fit("  - one two three\n\nlast", 10, "  - one\n  two\n  three\n\nlast\n");
    check_fit("əəəəəəəəəəəə", 5, "əəəəə\nəəəəə\nəə\n");
    check_fit("", 10, "");
}

/* A name from outside that would steer the printer, or turn the terminal's own printing off. */
TEST(print_gets_no_control_characters)
{
    check_fit("a\x1b[4ib\x1b[2J\x07"
              "c\xC2\x9B"
              "5i\u202ed\x0c"
              "e\r",
              40, "a [4ib [2J c 5id e\n");
}
