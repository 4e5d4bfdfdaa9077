/* tui/input.c: bytes into events: see input.h. Knows no descriptor, no clock and no terminfo. */
#include "tui/input.h"

#include <stdlib.h>
#include <string.h>

#include "tui/mem.h"
#include "tui/text.h"

enum { SEQUENCE_MAX = 64 }; /* bytes; no terminal sends longer ones */
static const char paste_end[] = "\033[201~";

void input_init(struct input *input)
{
    memset(input, 0, sizeof *input);
}

void input_deinit(struct input *input)
{
    free(input->paste);
    input_init(input);
}

size_t input_room(const struct input *input)
{
    return sizeof input->bytes - input->length;
}

void input_feed(struct input *input, const char *bytes, size_t length)
{
    if (length > input_room(input))
        length = input_room(input);
    memcpy(input->bytes + input->length, bytes, length);
    input->length += length;
}

static void consume(struct input *input, size_t length)
{
    input->length -= length;
    input->consumed += length;
    memmove(input->bytes, input->bytes + length, input->length);
}

static void set_key(struct event *out, int32_t code, unsigned mods)
{
    out->kind = EVENT_KEY;
    out->key = code < K_FIRST && code > 0 && !(mods & (MOD_ALT | MOD_CTRL)) ? key_typed(code)
                                                                            : (struct key){.code = code};
    out->key.mods = mods;
}

/* --- escape sequences --- */

/* Finals of CSI and SS3: ESC [ A, ESC O A, ESC [ 1 ; 5 A. */
static int32_t final_code(char final)
{
    static const struct {
        char final;
        int32_t code;
    } finals[] = {{'A', K_UP}, {'B', K_DOWN},   {'C', K_RIGHT},  {'D', K_LEFT},   {'H', K_HOME}, {'F', K_END},
                  {'P', K_F1}, {'Q', K_F1 + 1}, {'R', K_F1 + 2}, {'S', K_F1 + 3}, {'M', K_ENTER}};
    for (size_t i = 0; i < sizeof finals / sizeof *finals; i++)
        if (finals[i].final == final)
            return finals[i].code;
    return K_NONE;
}

/* ESC [ n ~ of xterm, VT220, rxvt and the Linux console. */
static int32_t tilde_code(int n)
{
    static const struct {
        int n;
        int32_t code;
    } named[] = {{1, K_HOME}, {2, K_INSERT}, {3, K_DELETE}, {4, K_END},
                 {5, K_PGUP}, {6, K_PGDN},   {7, K_HOME},   {8, K_END}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].n == n)
            return named[i].code;
    static const char numbers[] = {11, 12, 13, 14, 15, 17, 18, 19, 20, 21,
                                   23, 24, 25, 26, 28, 29, 31, 32, 33, 34};
    for (int i = 0; i < (int)sizeof numbers; i++)
        if (numbers[i] == n)
            return K_F1 + i;
    return K_NONE;
}

/* xterm's modifier parameter: 1 + Shift 1, Alt 2, Ctrl 4. */
static unsigned mods_of(int parameter)
{
    return parameter > 1 && parameter <= 16 ? (unsigned)(parameter - 1) & (MOD_SHIFT | MOD_ALT | MOD_CTRL)
                                            : 0;
}
_Static_assert(MOD_SHIFT == 1 && MOD_ALT == 2 && MOD_CTRL == 4, "as in xterm's modifier parameter");

/* A key as a number, of terminals that send ESC [ code ; mods u. */
static void set_numbered_key(struct event *out, int code, unsigned mods)
{
    static const struct {
        int number;
        int32_t code;
    } special[] = {{9, K_TAB}, {13, K_ENTER}, {27, K_ESC}, {127, K_BACKSPACE}};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        if (special[i].number == code) {
            set_key(out, special[i].code, mods);
            return;
        }
    }
    if (code >= ' ' && code < K_FIRST)
        set_key(out, code, mods & ~(unsigned)MOD_SHIFT);
}

static int read_parameters(const char *text, size_t length, int parameters[4])
{
    int count = 0;
    bool digits = false;
    memset(parameters, 0, 4 * sizeof *parameters);
    for (size_t i = 0; i < length && count < 4; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            if (parameters[count] < 1000000)
                parameters[count] = parameters[count] * 10 + (text[i] - '0');
            digits = true;
        } else if (text[i] == ';') {
            count++;
            digits = false;
        }
    }
    return count + (digits ? 1 : 0);
}

static void set_mouse(struct event *out, const int parameters[4], bool press)
{
    int button = parameters[0];
    out->button = button == 0 ? 1 : button == 64 ? 4 : button == 65 ? 5 : 0;
    out->x = parameters[1] - 1;
    out->y = parameters[2] - 1;
    if (press && out->button)
        out->kind = EVENT_MOUSE;
}

/* ESC [ text final: sets the event, which stays EVENT_NONE for what we do not know. */
static void read_csi(struct input *input, const char *text, size_t length, char final, struct event *out)
{
    int parameters[4];
    int count = read_parameters(text, length, parameters);
    unsigned mods = mods_of(count > 1 ? parameters[1] : 0);
    int32_t code = K_NONE;
    if (length && text[0] == '<') {
        if (final == 'M' || final == 'm')
            set_mouse(out, parameters, final == 'M');
        return;
    }
    if (length && (text[0] == '?' || text[0] == '>')) /* the terminal's answers to questions */
        return;
    if (final == '~' && parameters[0] == 200) {
        input->pasting = true;
        input->paste_length = 0;
        input->paste_cut = false;
    } else if (final == '~' && parameters[0] == 27 && count == 3) {
        set_numbered_key(out, parameters[2], mods);
    } else if (final == 'u') {
        set_numbered_key(out, parameters[0], mods);
    } else if (final == 'Z') {
        set_key(out, K_TAB, MOD_SHIFT);
    } else {
        code = final == '~'   ? tilde_code(parameters[0])
               : final == '^' ? tilde_code(parameters[0])
                              : final_code(final);
        mods |= final == '^' ? MOD_CTRL : 0;
    }
    if (code != K_NONE)
        set_key(out, code, mods);
}

/* The bytes of the sequence at the start, 0 while it is incomplete. */
static size_t csi_length(const char *bytes, size_t length)
{
    if (length > 2 && bytes[2] == '[') /* the Linux console's F1 to F5: ESC [ [ A */
        return length > 3 ? 4 : 0;
    for (size_t i = 2; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c >= 0x40 && c <= 0x7e)
            return i + 1;
        if (c < 0x20 || c > 0x7e) /* broken off: what follows is read anew */
            return i;
        if (i >= SEQUENCE_MAX)
            return i + 1;
    }
    return 0;
}

static bool next_csi(struct input *input, struct event *out)
{
    char sequence[SEQUENCE_MAX + 2];
    size_t length = csi_length(input->bytes, input->length);
    if (length == 0)
        return false;
    memcpy(sequence, input->bytes, length);
    consume(input, length);
    if (length == 4 && sequence[2] == '[' && sequence[3] >= 'A' && sequence[3] <= 'E')
        set_key(out, K_F1 + (sequence[3] - 'A'), 0);
    else if (length > 2)
        read_csi(input, sequence + 2, length - 3, sequence[length - 1], out);
    return true;
}

/* ESC O final, and ESC O mods final of some. */
static bool next_ss3(struct input *input, struct event *out)
{
    size_t at = 2;
    int mods = 0;
    if (at < input->length && input->bytes[at] >= '1' && input->bytes[at] <= '9')
        mods = input->bytes[at++] - '0';
    if (at >= input->length)
        return false;
    int32_t code = final_code(input->bytes[at]);
    consume(input, at + 1);
    if (code != K_NONE)
        set_key(out, code, mods_of(mods));
    return true;
}

/* --- plain bytes --- */

/* A control byte's key, with mods of a leading ESC. */
static void set_control(struct event *out, unsigned char c, unsigned mods)
{
    if (c == '\r' || c == '\n')
        set_key(out, K_ENTER, mods);
    else if (c == '\t')
        set_key(out, K_TAB, mods);
    else if (c == 0x7f || c == '\b')
        set_key(out, K_BACKSPACE, mods);
    else if (c == 0x1b)
        set_key(out, K_ESC, mods);
    else if (c == 0)
        set_key(out, ' ', mods | MOD_CTRL);
    else
        set_key(out, c < 0x1b ? c - 1 + 'a' : c - 0x1c + '\\', mods | MOD_CTRL);
}

/* The character or control at offset `at`; false while it is cut in the middle. Broken UTF-8 is passed over.
 */
static bool next_plain(struct input *input, size_t at, unsigned mods, struct event *out)
{
    unsigned char c = (unsigned char)input->bytes[at];
    size_t used = 1, left = input->length - at;
    if (c < 0x20 || c == 0x7f) {
        set_control(out, c, mods);
    } else {
        size_t wanted = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
        int32_t code = text_decode(input->bytes + at, left, &used);
        bool begun = code < 0 && left < wanted;
        for (size_t i = 1; begun && i < left; i++)
            begun = ((unsigned char)input->bytes[at + i] & 0xc0) == 0x80;
        if (begun)
            return false;
        if (code >= 0xa0 || (code >= ' ' && code < 0x7f))
            set_key(out, code, mods);
    }
    consume(input, at + used);
    return true;
}

static bool next_escape(struct input *input, bool quiet, struct event *out)
{
    char second = input->length > 1 ? input->bytes[1] : '\0';
    if (input->length == 1 || second == '\033') {
        if (input->length == 1 && !quiet)
            return false;
        consume(input, 1);
        set_key(out, K_ESC, 0);
        return true;
    }
    bool sequence = second == '[' || second == 'O';
    if (!sequence || (quiet && input->length == 2))
        return next_plain(input, 1, MOD_ALT, out);
    return second == '[' ? next_csi(input, out) : next_ss3(input, out);
}

/* --- paste --- */

static void keep_pasted(struct input *input, size_t length)
{
    size_t room = PASTE_MAX - input->paste_length;
    size_t kept = length < room ? length : room;
    input->paste_cut |= kept < length;
    if (input->paste_length + kept + 1 > input->paste_capacity) {
        input->paste_capacity = 2 * (input->paste_length + kept) + 256;
        input->paste = mem_resize(input->paste, input->paste_capacity, 1);
    }
    memcpy(input->paste + input->paste_length, input->bytes, kept);
    input->paste_length += kept;
    consume(input, length);
}

/* \r\n and \r become \n. */
static void mend_line_ends(struct input *input)
{
    size_t to = 0;
    for (size_t from = 0; from < input->paste_length; from++) {
        char c = input->paste[from];
        if (c == '\r' && from + 1 < input->paste_length && input->paste[from + 1] == '\n')
            continue;
        input->paste[to++] = c == '\r' ? '\n' : c;
    }
    input->paste_length = to;
}

/* How many bytes at the end might be the start of the closing sequence. */
static size_t maybe_end(const struct input *input)
{
    size_t most = sizeof paste_end - 2;
    for (size_t n = most < input->length ? most : input->length; n > 0; n--)
        if (memcmp(input->bytes + input->length - n, paste_end, n) == 0)
            return n;
    return 0;
}

static bool next_pasted(struct input *input, struct event *out)
{
    const char *end = memmem(input->bytes, input->length, paste_end, sizeof paste_end - 1);
    keep_pasted(input, end ? (size_t)(end - input->bytes) : input->length - maybe_end(input));
    if (!end)
        return false;
    consume(input, sizeof paste_end - 1);
    input->pasting = false;
    mend_line_ends(input);
    input->paste[input->paste_length] = '\0';
    *out = (struct event){
        .kind = EVENT_PASTE, .text = input->paste, .length = input->paste_length, .cut = input->paste_cut};
    return true;
}

/* --- the next event --- */

bool input_next(struct input *input, bool quiet, struct event *out)
{
    *out = (struct event){.kind = EVENT_NONE};
    if (input->pasting)
        return next_pasted(input, out);
    if (input->length == 0)
        return false;
    if (input->bytes[0] == '\033')
        return next_escape(input, quiet, out);
    return next_plain(input, 0, 0, out);
}

bool input_waits(const struct input *input)
{
    if (input->pasting || input->length == 0 || input->length > 2 || input->bytes[0] != '\033')
        return false;
    return input->length == 1 || input->bytes[1] == '[' || input->bytes[1] == 'O';
}
