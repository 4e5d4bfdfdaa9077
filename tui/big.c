/* tui/big.c: letters made of blocks: see big.h. */
#include "tui/big.h"

#include <ctype.h>
#include <string.h>

#include "tui/text.h"

enum { UNITS = 5, GAP = 1, CELLS_A_UNIT = 2 };

/* Five rows of five units. Order: that of ASCII, for the eye only. */
static const struct glyph {
    char letter;
    const char *units;
} glyphs[] = {
    {' ', "....."
          "....."
          "....."
          "....."
          "....."},
    {'-', "....."
          "....."
          ".###."
          "....."
          "....."},
    {'.', "....."
          "....."
          "....."
          "....."
          "..#.."},
    {'/', "....#"
          "...#."
          "..#.."
          ".#..."
          "#...."},
    {'0', ".###."
          "#..##"
          "#.#.#"
          "##..#"
          ".###."},
    {'1', "..#.."
          ".##.."
          "..#.."
          "..#.."
          ".###."},
    {'2', "####."
          "....#"
          ".###."
          "#...."
          "#####"},
    {'3', "####."
          "....#"
          ".###."
          "....#"
          "####."},
    {'4', "#..#."
          "#..#."
          "#####"
          "...#."
          "...#."},
    {'5', "#####"
          "#...."
          "####."
          "....#"
          "####."},
    {'6', ".###."
          "#...."
          "####."
          "#...#"
          ".###."},
    {'7', "#####"
          "...#."
          "..#.."
          ".#..."
          ".#..."},
    {'8', ".###."
          "#...#"
          ".###."
          "#...#"
          ".###."},
    {'9', ".###."
          "#...#"
          ".####"
          "....#"
          ".###."},
    {':', "....."
          "..#.."
          "....."
          "..#.."
          "....."},
    {'>', ".#..."
          "..#.."
          "...#."
          "..#.."
          ".#..."},
    {'?', ".###."
          "...#."
          "..#.."
          "....."
          "..#.."},
    {'!', "..#.."
          "..#.."
          "..#.."
          "....."
          "..#.."},
    {'A', ".###."
          "#...#"
          "#####"
          "#...#"
          "#...#"},
    {'B', "####."
          "#...#"
          "####."
          "#...#"
          "####."},
    {'C', ".####"
          "#...."
          "#...."
          "#...."
          ".####"},
    {'D', "####."
          "#...#"
          "#...#"
          "#...#"
          "####."},
    {'E', "#####"
          "#...."
          "###.."
          "#...."
          "#####"},
    {'F', "#####"
          "#...."
          "###.."
          "#...."
          "#...."},
    {'G', ".####"
          "#...."
          "#..##"
          "#...#"
          ".###."},
    {'H', "#...#"
          "#...#"
          "#####"
          "#...#"
          "#...#"},
    {'I', ".###."
          "..#.."
          "..#.."
          "..#.."
          ".###."},
    {'J', "..###"
          "...#."
          "...#."
          "#..#."
          ".##.."},
    {'K', "#...#"
          "#..#."
          "###.."
          "#..#."
          "#...#"},
    {'L', "#...."
          "#...."
          "#...."
          "#...."
          "#####"},
    {'M', "#...#"
          "##.##"
          "#.#.#"
          "#...#"
          "#...#"},
    {'N', "#...#"
          "##..#"
          "#.#.#"
          "#..##"
          "#...#"},
    {'O', ".###."
          "#...#"
          "#...#"
          "#...#"
          ".###."},
    {'P', "####."
          "#...#"
          "####."
          "#...."
          "#...."},
    {'Q', ".###."
          "#...#"
          "#.#.#"
          "#..#."
          ".##.#"},
    {'R', "####."
          "#...#"
          "####."
          "#..#."
          "#...#"},
    {'S', ".####"
          "#...."
          ".###."
          "....#"
          "####."},
    {'T', "#####"
          "..#.."
          "..#.."
          "..#.."
          "..#.."},
    {'U', "#...#"
          "#...#"
          "#...#"
          "#...#"
          ".###."},
    {'V', "#...#"
          "#...#"
          "#...#"
          ".#.#."
          "..#.."},
    {'W', "#...#"
          "#...#"
          "#.#.#"
          "##.##"
          "#...#"},
    {'X', "#...#"
          ".#.#."
          "..#.."
          ".#.#."
          "#...#"},
    {'Y', "#...#"
          ".#.#."
          "..#.."
          "..#.."
          "..#.."},
    {'Z', "#####"
          "...#."
          "..#.."
          ".#..."
          "#####"},
};

static const char *units_of(int32_t code)
{
    int letter = toupper((unsigned char)text_ascii(code));
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
        if (glyphs[i].letter == letter)
            return glyphs[i].units;
    return glyphs[0].units;
}

static int count_letters(const char *text)
{
    int count = 0;
    size_t length = strlen(text);
    for (size_t at = 0; at < length; count++)
        at += text_grapheme(text + at, length - at, NULL);
    return count;
}

int big_width(const char *text, int scale)
{
    int letters = count_letters(text);
    return letters ? (letters * (UNITS + GAP) - GAP) * CELLS_A_UNIT * scale : 0;
}

int big_height(int scale)
{
    return UNITS * scale;
}

int big_scale(const char *text, int w, int h)
{
    int width = big_width(text, 1);
    if (width == 0)
        return 0;
    int by_width = w / width, by_height = h / UNITS;
    return by_width < by_height ? by_width : by_height;
}

static void draw_letter(struct frame *frame, struct rect area, const char *units, int scale, unsigned look)
{
    for (int i = 0; i < UNITS * UNITS; i++) {
        if (units[i] != '#')
            continue;
        struct rect unit = {area.x + i % UNITS * CELLS_A_UNIT * scale, area.y + i / UNITS * scale,
                            CELLS_A_UNIT * scale, scale};
        frame_fill(frame, rect_intersect(unit, area), "█", look);
    }
}

int big_draw(struct frame *frame, struct rect area, const char *text, unsigned look, int scale_max)
{
    int scale = big_scale(text, area.w, area.h);
    if (scale_max > 0 && scale > scale_max)
        scale = scale_max;
    if (scale == 0) {
        text_draw_as(frame, rect_row(area, (area.h - 1) / 2), text, look | ATTR_BOLD, TEXT_CENTRE);
        return 0;
    }
    rect_cut_left(&area, (area.w - big_width(text, scale)) / 2);
    rect_cut_top(&area, (area.h - big_height(scale)) / 2);
    size_t length = strlen(text), used;
    for (size_t at = 0; at < length; at += used) {
        size_t code_used;
        used = text_grapheme(text + at, length - at, NULL);
        draw_letter(frame, area, units_of(text_decode(text + at, used, &code_used)), scale, look);
        rect_cut_left(&area, (UNITS + GAP) * CELLS_A_UNIT * scale);
    }
    return scale;
}
