/* tui/ascii.c: frame_to_ascii: a finished frame for terminals without UTF-8. One cell becomes one character,
 * so that nothing moves. Knows only code points: views write what they mean and need not think of this. */
#include <stdlib.h>
#include <string.h>

#include "tui/frame.h"
#include "tui/text.h"

/* Latin-1 letters, Latin Extended-A and Cyrillic, one twin each in code order. */
static const char latin_c0[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
                               "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
                               "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
static const char cyrillic_400[] = "EEDGESIIJLNCKIUDABVGDEJZIYKLMNOPRSTUFHCCSS'Y'EUA"
                                   "abvgdejziyklmnoprstufhccss'y'euaeedgesiijlnckiud";
_Static_assert(sizeof latin_c0 - 1 == 0x180 - 0xc0, "a twin for each letter from U+00C0 to U+017F");
_Static_assert(sizeof cyrillic_400 - 1 == 0x60, "a twin for each letter from U+0400 to U+045F");

static const struct twin {
    int32_t code; /* ascending, for the search */
    char ascii;
} twins[] = {
    {0xa0, ' '},   {0xa7, 'S'},    {0xab, '<'},    {0xb0, 'o'},   {0xb1, '+'},   {0xb4, '\''},  {0xb7, '.'},
    {0xbb, '>'},   {0x18f, 'E'},   {0x1e6, 'G'},   {0x1e7, 'g'},  {0x218, 'S'},  {0x219, 's'},  {0x21a, 'T'},
    {0x21b, 't'},  {0x259, 'e'},   {0x2bb, '\''},  {0x2bc, '\''}, {0x490, 'G'},  {0x491, 'g'},  {0x4d8, 'E'},
    {0x4d9, 'e'},  {0x4e8, 'O'},   {0x4e9, 'o'},   {0x2010, '-'}, {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'},
    {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'}, {0x201e, '"'}, {0x2022, '*'},
    {0x2026, '~'}, {0x2039, '<'},  {0x203a, '>'},  {0x20ac, 'E'}, {0x20bc, 'M'}, {0x2116, 'N'}, {0x2190, '<'},
    {0x2191, '^'}, {0x2192, '>'},  {0x2193, 'v'},  {0x2212, '-'}, {0x2260, '#'}, {0x2264, '<'}, {0x2265, '>'},
    {0x2421, '?'}, {0x2500, '-'},  {0x2502, '|'},  {0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'},
    {0x251c, '+'}, {0x2524, '+'},  {0x252c, '+'},  {0x2534, '+'}, {0x253c, '+'}, {0x2581, '1'}, {0x2582, '2'},
    {0x2583, '3'}, {0x2584, '4'},  {0x2585, '5'},  {0x2586, '6'}, {0x2587, '7'}, {0x2588, '#'}, {0x2589, '#'},
    {0x258a, '#'}, {0x258b, '#'},  {0x258c, '='},  {0x258d, '='}, {0x258e, '|'}, {0x258f, '|'}, {0x2591, '.'},
    {0x2592, '+'}, {0x2593, '#'},  {0x25a0, '#'},  {0x25a1, '.'}, {0x25b2, '^'}, {0x25b6, '>'}, {0x25b8, '>'},
    {0x25bc, 'v'}, {0x25be, 'v'},  {0x25c0, '<'},  {0x25cb, 'o'}, {0x25cc, ' '}, {0x25cf, '='}, {0x25d0, '*'},
    {0x25d1, '*'}, {0x2605, '*'},  {0x2606, '*'},  {0x2713, 'v'}, {0x2717, 'x'},
};

static int by_code(const void *key, const void *row)
{
    int32_t code = *(const int32_t *)key, other = ((const struct twin *)row)->code;
    return code < other ? -1 : code > other;
}

char text_ascii(int32_t code)
{
    if (code >= ' ' && code < 0x7f)
        return (char)code;
    if (code >= 0xc0 && code < 0x180)
        return latin_c0[code - 0xc0];
    if (code >= 0x400 && code < 0x460)
        return cyrillic_400[code - 0x400];
    const struct twin *twin = bsearch(&code, twins, sizeof twins / sizeof *twins, sizeof *twins, by_code);
    return twin ? twin->ascii : '?';
}

void frame_to_ascii(struct frame *frame)
{
    for (int i = 0; i < frame->w * frame->h; i++) {
        struct cell *cell = &frame->cells[i];
        size_t used;
        char ascii = cell->width ? text_ascii(text_decode(cell->text, strlen(cell->text), &used)) : '?';
        memset(cell->text, 0, sizeof cell->text);
        cell->text[0] = ascii;
        cell->width = 1;
    }
}
