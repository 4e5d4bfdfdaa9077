/* tests/fuzz/theme_fuzz.c: theme files. Holds: colours and attributes stay within their bounds; faults are told as
 * whole UTF-8 lines. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme theme = {0};
    struct theme_faults faults = {0};
    char *text = fuzz_text(data, size);
    bool good = theme_parse(&theme, "fuzz.theme", text, &faults);
    HOLD(good == (faults.count == 0));
    HOLD(memchr(faults.text, '\0', sizeof faults.text));
    HOLD(utf8_valid(faults.text, strlen(faults.text)) || !utf8_valid(text, strlen(text)));
    for (int i = 0; i < STYLE_COUNT; i++) {
        HOLD(theme.paints[i].fg <= THEME_DEFAULT && theme.paints[i].bg <= THEME_DEFAULT);
        if (theme.paints[i].fg < THEME_DEFAULT && theme.paints[i].bg < THEME_DEFAULT) {
            double contrast = theme_contrast(theme.paints[i].fg, theme.paints[i].bg);
            HOLD(contrast >= 1 && contrast <= 21.01);
        }
    }
    free(text);
    return 0;
}
