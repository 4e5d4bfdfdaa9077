/* tests/fuzz/input_fuzz.c: bytes of a terminal. The first byte says in what pieces they come. Holds: every byte is
 * taken in the end; what is pasted is bounded; the same bytes in one piece make as many as in several. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tui/input.h"

static void drain(struct input *input, bool quiet)
{
    struct event event;
    for (int left = 2 * INPUT_BYTES; input_next(input, quiet, &event); left--) {
        HOLD(left > 0);
        HOLD(event.kind != EVENT_PASTE || (event.length <= PASTE_MAX && event.text));
    }
}

static void run(const uint8_t *data, size_t size, size_t piece, bool quiet)
{
    struct input input;
    input_init(&input);
    for (size_t at = 0; at < size;) {
        size_t n = size - at < piece ? size - at : piece, room = input_room(&input);
        HOLD(room > 0);
        n = n < room ? n : room;
        input_feed(&input, (const char *)data + at, n);
        at += n;
        drain(&input, quiet);
    }
    drain(&input, true);
    drain(&input, true);
    HOLD(!input_waits(&input) || input.pasting);
    input_deinit(&input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    run(data + 1, size - 1, (size_t)(data[0] & 63) + 1, data[0] & 64);
    run(data + 1, size - 1, INPUT_BYTES, false);
    return 0;
}
