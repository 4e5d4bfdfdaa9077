/* tui/theme.c: themes as text: see theme.h. Colours stay RGB here; term.c reduces them to what the terminal
 * has. */
#include "tui/theme.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/text.h"

enum { FILE_MAX = 64 * 1024, LINE_BYTES = 512 };

/* Of no theme: what it says must be seen whatever a file makes of everything else. Without colours the reversal is left. */
#define TRAINING_PAINT                               \
    {                                                \
        0xffd23f, 0x000000, ATTR_BOLD | ATTR_REVERSE \
    }

static const struct theme builtin = {
    .name = "default",
    .paints =
        {
            [STYLE_TEXT] = {0xd8dee4, 0x10151a, 0},
            [STYLE_DIM] = {0x8b98a5, 0x10151a, 0},
            [STYLE_ACCENT] = {0x6cc7f5, 0x10151a, ATTR_BOLD},
            [STYLE_GOOD] = {0x7fd88f, 0x10151a, 0},
            [STYLE_WARN] = {0xf2c14e, 0x10151a, 0},
            [STYLE_DANGER] = {0xff8478, 0x10151a, ATTR_BOLD},
            [STYLE_TITLE] = {0xf4f7fa, 0x10151a, ATTR_BOLD},
            [STYLE_BAR] = {0xc3ccd6, 0x1d262e, 0},
            [STYLE_BAR_DIM] = {0x8d99a6, 0x1d262e, 0},
            [STYLE_RULE] = {0x7b8894, 0x10151a, 0},
            [STYLE_SELECTED] = {0xffffff, 0x1f4e6b, ATTR_BOLD},
            [STYLE_CHOSEN] = {0xe4e9ee, 0x2a343d, 0},
            [STYLE_FIELD] = {0xe4e9ee, 0x202a33, 0},
            [STYLE_HINT] = {0x93a1ae, 0x202a33, 0},
            [STYLE_FOCUS] = {0xffffff, 0x2b4252, ATTR_UNDERLINE},
            [STYLE_TRAINING] = TRAINING_PAINT,
        },
};

void theme_builtin(struct theme *theme)
{
    *theme = builtin;
}

void theme_mono(struct theme *theme)
{
    static const unsigned attrs[STYLE_COUNT] = {
        [STYLE_ACCENT] = ATTR_BOLD,    [STYLE_DANGER] = ATTR_BOLD,
        [STYLE_TITLE] = ATTR_BOLD,     [STYLE_SELECTED] = ATTR_REVERSE,
        [STYLE_CHOSEN] = ATTR_BOLD,    [STYLE_FIELD] = ATTR_UNDERLINE,
        [STYLE_FOCUS] = ATTR_REVERSE,  [STYLE_WARN] = ATTR_BOLD,
        [STYLE_HINT] = ATTR_UNDERLINE, [STYLE_TRAINING] = ATTR_BOLD | ATTR_REVERSE,
    };
    *theme = (struct theme){.name = "mono"};
    for (int i = 0; i < STYLE_COUNT; i++)
        theme->paints[i] = (struct paint){THEME_DEFAULT, THEME_DEFAULT, attrs[i]};
}

/* --- one line --- */

struct reader {
    const char *file;
    int line;
    struct theme_faults *faults;
    bool bg_given[STYLE_COUNT];
};

/* What was cut to its room may end within a character: without that one then. */
static void cut_at_a_character(char *text)
{
    size_t end = strlen(text), start = end, used;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    start -= start > 0;
    if (text_decode(text + start, end - start, &used) < 0)
        text[start] = '\0';
}

__attribute__((format(printf, 2, 3))) static void complain(struct reader *reader, const char *format, ...)
{
    struct theme_faults *faults = reader->faults;
    size_t used = strlen(faults->text), capacity = sizeof faults->text - used;
    char sentence[300];
    va_list args;
    va_start(args, format);
    size_t length = (size_t)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (length >= sizeof sentence)
        cut_at_a_character(sentence);
    /* Whole lines alone: one that has no room any more is counted. */
    int line = snprintf(faults->text + used, capacity, "%s:%d: %s\n", reader->file, reader->line, sentence);
    if (line < 0 || (size_t)line >= capacity)
        faults->text[used] = '\0';
    faults->count++;
}

static bool style_of(const char *name, enum style *out)
{
    for (int i = 0; i < STYLE_COUNT; i++) {
        if (*name &&
            strcmp(style_name((enum style)i), name) == 0) { /* some have no name: they are no theme's */
            *out = (enum style)i;
            return true;
        }
    }
    return false;
}

static bool colour_of(const char *word, uint32_t *out)
{
    if (strcmp(word, "default") == 0) {
        *out = THEME_DEFAULT;
        return true;
    }
    if (word[0] != '#' || strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    uint32_t rgb = 0;
    for (const char *c = word + 1; *c; c++)
        rgb = rgb << 4 |
              (uint32_t)(isdigit((unsigned char)*c) ? *c - '0' : tolower((unsigned char)*c) - 'a' + 10);
    *out = rgb;
    return true;
}

static unsigned attr_of(const char *word)
{
    return strcmp(word, "bold") == 0        ? ATTR_BOLD
           : strcmp(word, "underline") == 0 ? ATTR_UNDERLINE
           : strcmp(word, "reverse") == 0   ? ATTR_REVERSE
                                            : 0;
}

/* `#rrggbb [on #rrggbb] [bold] [underline] [reverse]` */
static bool parse_paint(struct reader *reader, char *value, struct paint *paint, bool *bg_given)
{
    char *rest, *word = strtok_r(value, " \t", &rest);
    if (!word || !colour_of(word, &paint->fg)) {
        complain(reader, "\"%s\" is no colour; write #rrggbb or default", word ? word : "");
        return false;
    }
    paint->attr = 0;
    while ((word = strtok_r(NULL, " \t", &rest))) {
        if (strcmp(word, "on") == 0) {
            word = strtok_r(NULL, " \t", &rest);
            if (!word || !colour_of(word, &paint->bg)) {
                complain(reader, "after \"on\" comes a colour, #rrggbb or default");
                return false;
            }
            *bg_given = true;
        } else if (attr_of(word)) {
            paint->attr |= attr_of(word);
        } else {
            complain(reader, "\"%s\" is unknown here; write on, bold, underline or reverse", word);
            return false;
        }
    }
    return true;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
    return text;
}

/* A # begins a comment at the start of a line, or before a space: #rrggbb has none after it. */
static void drop_comment(char *line)
{
    char *first = line + strspn(line, " \t\r");
    if (*first == '#')
        *first = '\0';
    for (char *c = first; *c; c++)
        if (*c == '#' && c > line && (c[1] == ' ' || c[1] == '\0'))
            *c-- = '\0';
}

static void parse_line(struct reader *reader, struct theme *theme, char *line)
{
    drop_comment(line);
    line = trim(line);
    if (!*line)
        return;
    char *equals = strchr(line, '=');
    if (!equals) {
        complain(reader, "expected NAME = #rrggbb on #rrggbb bold");
        return;
    }
    *equals = '\0';
    enum style style;
    if (!style_of(trim(line), &style)) {
        complain(reader, "there is no meaning \"%s\"", trim(line));
        return;
    }
    struct paint paint = theme->paints[style];
    if (parse_paint(reader, trim(equals + 1), &paint, &reader->bg_given[style]))
        theme->paints[style] = paint;
}

/* --- files --- */

static void take_name(struct theme *theme, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    int length = (int)(dot ? (size_t)(dot - base) : strlen(base));
    snprintf(theme->name, sizeof theme->name, "%.*s", length, base);
}

bool theme_parse(struct theme *theme, const char *name, const char *text, struct theme_faults *faults)
{
    struct reader reader = {.file = name, .faults = faults};
    *faults = (struct theme_faults){0};
    theme_builtin(theme);
    take_name(theme, name);
    uint32_t ground = theme->paints[STYLE_TEXT].bg;
    for (reader.line = 1; *text; reader.line++) {
        char line[LINE_BYTES];
        size_t length = strcspn(text, "\n");
        if (length < sizeof line) {
            snprintf(line, sizeof line, "%.*s", (int)length, text);
            parse_line(&reader, theme, line);
        } else {
            complain(&reader, "this line is longer than %d bytes", LINE_BYTES);
        }
        text += length + (text[length] == '\n');
    }
    /* What shares the builtin's ground follows the theme's ground. */
    for (int i = 0; i < STYLE_COUNT; i++)
        if (!reader.bg_given[i] && theme->paints[i].bg == ground)
            theme->paints[i].bg = theme->paints[STYLE_TEXT].bg;
    theme->paints[STYLE_TRAINING] =
        builtin.paints[STYLE_TRAINING]; /* whatever ground the built-in theme has */
    return faults->count == 0;
}

bool theme_read(struct theme *theme, const char *path, struct theme_faults *faults)
{
    char text[FILE_MAX];
    FILE *file = fopen(path, "rbe");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    bool failed = !file || ferror(file);
    text[length] = '\0';
    int number = errno;
    if (file)
        fclose(file);
    bool whole = length < sizeof text - 1;
    if (!failed && whole)
        return theme_parse(theme, path, text, faults);
    theme_builtin(theme);
    *faults = (struct theme_faults){.count = 1};
    snprintf(faults->text, sizeof faults->text,
             "%.1500s: the theme cannot be read: %s. The built-in colours are used.\n", path,
             failed ? strerror(number) : "it has more than 64 KiB");
    return false;
}

/* --- contrast: WCAG 2.1, "relative luminance" and "contrast ratio" --- */

static double linear(uint32_t channel)
{
    double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
    return 0.2126 * linear(rgb >> 16 & 0xff) + 0.7152 * linear(rgb >> 8 & 0xff) + 0.0722 * linear(rgb & 0xff);
}

double theme_contrast(uint32_t a, uint32_t b)
{
    double light = luminance(a), dark = luminance(b);
    if (light < dark) {
        double swap = light;
        light = dark;
        dark = swap;
    }
    return (light + 0.05) / (dark + 0.05);
}
