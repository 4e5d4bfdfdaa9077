/* tests/fuzz/text_fuzz.c: any text into the frame, at the width that the first byte says. Holds: nothing reaches
 * the frame that a terminal would obey; text is not wider than its place; a wrapped text has all its lines. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tui/text.h"

static void check_frame(struct frame *frame)
{
    char *shown = frame_text(frame);
    HOLD(utf8_valid(shown, strlen(shown)));
    for (const char *c = shown; *c; c++)
        HOLD((unsigned char)*c >= ' ' || *c == '\n');
    free(shown);
    free(frame_golden(frame));
    frame_to_ascii(frame);
    shown = frame_text(frame);
    for (const char *c = shown; *c; c++)
        HOLD((*c >= ' ' && *c < 0x7f) || *c == '\n');
    free(shown);
}

static void measure(const char *text, int w)
{
    size_t length = strlen(text), fits = text_fit(text, length, w);
    HOLD(fits <= length && text_width_n(text, fits) <= w);
    int sum = 0, width = 0;
    for (size_t at = 0; at < length;) {
        size_t n = text_grapheme(text + at, length - at, &width);
        HOLD(n > 0 && n <= length - at && width >= 0 && width <= 2);
        sum += width;
        at += n;
    }
    HOLD(sum == text_width(text));
    for (size_t at = length; at > 0;) {
        size_t n = text_grapheme_before(text, at);
        HOLD(n > 0 && n <= at);
        at -= n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { H = 12, LINES = 64 };
    struct frame frame;
    struct text_line lines[LINES];
    if (size == 0)
        return 0;
    setlocale(LC_CTYPE, "C.UTF-8");
    int w = data[0] % 90 + 1;
    char *text = fuzz_text(data + 1, size - 1);
    frame_init(&frame, w, H);
    struct rect area = frame_area(&frame);
    measure(text, w);
    for (int align = TEXT_LEFT; align <= TEXT_MIDDLE; align++) {
        int used = text_draw_as(&frame, area, text, 0, (enum text_align)align);
        HOLD(used >= 0 && used <= w);
    }
    check_frame(&frame);
    frame_clear(&frame);
    int count = text_wrap(text, w, lines, LINES);
    HOLD(count == text_wrap(text, w, NULL, 0));
    for (int i = 0; i < count && i < LINES; i++)
        HOLD(lines[i].text >= text && lines[i].text + lines[i].length <= text + strlen(text));
    HOLD(text_draw_wrapped(&frame, area, text, 0, data[0] % 3) <= H);
    check_frame(&frame);
    frame_deinit(&frame);
    free(text);
    return 0;
}
