/* core/demo/scenario.c: see scenario.h. */
#include "core/demo/scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1000, WORDS_MAX = 64, DAY_MIN = 24 * 60, PEOPLE_MAX = 5000 };

const char *const scenario_langs[SCENARIO_LANGS] = {"az", "id", "en", "ru"};

static const struct {
    const char *text;
    int numbers;
} troubles[TROUBLE_COUNT] = {
#define X(name, text, numbers) {text, numbers},
    TROUBLE_LIST(X)
#undef X
};

const char *trouble_text(enum trouble_kind kind)
{
    return kind < TROUBLE_COUNT ? troubles[kind].text : "";
}

struct reading {
    const char *file;
    int line, faults;
    scenario_report *report;
    void *context;
    struct err_info *info;
    struct scenario *out;
    unsigned seen;          /* bit i: keys[i] was there */
    char *words[WORDS_MAX]; /* of this line, behind its key */
    int count;
};

static void fault(struct reading *r, const char *format, ...) PRINTF(2, 3);
static void fault(struct reading *r, const char *format, ...)
{
    char text[300], line[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (r->line > 0)
        str_format(line, sizeof line, "%s:%d: %s", r->file, r->line, text);
    else
        str_format(line, sizeof line, "%s: %s", r->file, text);
    if (r->faults++ == 0)
        err_set(r->info, ERR_INVALID, "%s", line);
    if (r->report)
        r->report(r->context, line);
}

/* --- values --- */

static bool whole(const char *text, int least, int most, int *out)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || *end || number < least || number > most)
        return false;
    *out = (int)number;
    return true;
}

static bool clock_of(const char *text, int *minutes)
{
    int hour, minute;
    char hours[3] = {0};
    if (strlen(text) != 5 || text[2] != ':')
        return false;
    memcpy(hours, text, 2);
    if (!whole(hours, 0, 24, &hour) || !whole(text + 3, 0, 59, &minute) || hour * 60 + minute > DAY_MIN)
        return false;
    *minutes = hour * 60 + minute;
    return true;
}

/* The word of that place as a clock time; false after a fault. */
static bool take_clock(struct reading *r, int word, int *minutes)
{
    if (word < r->count && clock_of(r->words[word], minutes))
        return true;
    fault(r, "\"%s\" is no time of the day. Write it as 08:00.", word < r->count ? r->words[word] : "");
    return false;
}

static bool take_number(struct reading *r, int word, int least, int most, int *out)
{
    if (word < r->count && whole(r->words[word], least, most, out))
        return true;
    fault(r, "\"%s\" should be a whole number from %d to %d.", word < r->count ? r->words[word] : "", least,
          most);
    return false;
}

static bool has(struct reading *r, int count)
{
    if (r->count == count)
        return true;
    fault(r, "there should be %d value%s here, and there %s %d.", count, count == 1 ? "" : "s",
          r->count == 1 ? "is" : "are", r->count);
    return false;
}

/* --- words --- */

static void read_pack(struct reading *r)
{
    if (!has(r, 1))
        return;
    if (!str_equal(r->words[0], "any") && !str_equal(r->words[0], "az") && !str_equal(r->words[0], "id"))
        fault(r, "\"%s\" is no pack. There are az, id and any.", r->words[0]);
    else
        str_copy(r->out->pack, sizeof r->out->pack, str_equal(r->words[0], "any") ? "" : r->words[0]);
}

static void read_weekday(struct reading *r)
{
    static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    if (!has(r, 1))
        return;
    for (int i = 0; i < 7; i++)
        if (str_equal(days[i], r->words[0])) {
            r->out->weekday = i;
            return;
        }
    if (!str_equal(r->words[0], "any"))
        fault(r, "\"%s\" is no day. There are mon, tue, wed, thu, fri, sat, sun and any.", r->words[0]);
}

static void read_doors(struct reading *r)
{
    if (has(r, 2) && take_clock(r, 0, &r->out->open_min) && take_clock(r, 1, &r->out->close_min) &&
        r->out->open_min >= r->out->close_min)
        fault(r, "the doors close at %s, before they open at %s.", r->words[1], r->words[0]);
}

static void read_shape(struct reading *r)
{
    int count = r->count / 2;
    if (r->count == 0 || r->count % 2 != 0 || count > SCENARIO_SHAPE_MAX) {
        fault(r, "a shape is up to %d pairs of a time and a share, such as 08:00 30 09:00 20.",
              SCENARIO_SHAPE_MAX);
        return;
    }
    for (int i = 0; i < count; i++) {
        struct scenario_part *part = &r->out->shape[i];
        if (!take_clock(r, 2 * i, &part->from_min) || !take_number(r, 2 * i + 1, 0, 1000, &part->weight))
            return;
        if (i > 0 && part->from_min <= part[-1].from_min) {
            fault(r, "%s does not come after the time before it.", r->words[(size_t)2 * (size_t)i]);
            return;
        }
    }
    r->out->shape_count = count;
}

static void read_patience(struct reading *r)
{
    int *patience = r->out->patience_min;
    if (has(r, 2) && take_number(r, 0, 1, DAY_MIN, &patience[0]) &&
        take_number(r, 1, 1, DAY_MIN, &patience[1]) && patience[0] > patience[1])
        fault(r, "the least patient come first: %d is more than %d.", patience[0], patience[1]);
}

static void read_at(struct reading *r)
{
    struct scenario_trouble *trouble = &r->out->troubles[r->out->trouble_count];
    if (r->out->trouble_count == SCENARIO_TROUBLE_MAX) {
        fault(r, "a day has at most %d troubles.", SCENARIO_TROUBLE_MAX);
        return;
    }
    if (!take_clock(r, 0, &trouble->at_min))
        return;
    for (int kind = 0; r->count > 1 && kind < TROUBLE_COUNT; kind++) {
        if (!str_equal(troubles[kind].text, r->words[1]))
            continue;
        trouble->kind = (enum trouble_kind)kind;
        if (!has(r, 2 + troubles[kind].numbers))
            return;
        for (int i = 0; i < troubles[kind].numbers; i++)
            if (!take_number(r, 2 + i, 1, DAY_MIN, &trouble->numbers[i]))
                return;
        r->out->trouble_count++;
        return;
    }
    struct buf known = {0};
    for (int kind = 0; kind < TROUBLE_COUNT; kind++)
        buf_addf(&known, "%s%s",
                 kind == 0                  ? ""
                 : kind + 1 < TROUBLE_COUNT ? ", "
                                            : " and ",
                 troubles[kind].text);
    fault(r, "\"%s\" is no trouble. There are %s.", r->count > 1 ? r->words[1] : "", buf_text(&known));
    buf_free(&known);
}

/* One line of a table: a number by name, or a function. */
static const struct key {
    const char *name;
    void (*read)(struct reading *r); /* NULL: one number */
    size_t offset;
    int least, most;
    bool must, many;
} keys[] = {
#define NUMBER(name, least, most)                                               \
    {                                                                           \
#name, NULL, offsetof(struct scenario, name), least, most, false, false \
    }
    {"pack", read_pack, 0, 0, 0, false, false},
    {"weekday", read_weekday, 0, 0, 0, false, false},
    {"doors", read_doors, 0, 0, 0, true, false},
    {"shape", read_shape, 0, 0, 0, false, false},
    {"patience", read_patience, 0, 0, 0, false, false},
    {"at", read_at, 0, 0, 0, false, true},
    NUMBER(people, 0, PEOPLE_MAX),
    NUMBER(bookings, 0, PEOPLE_MAX),
    NUMBER(stay_away, 0, 100),
    NUMBER(early, 0, 100),
    NUMBER(busiest, 0, 100),
    NUMBER(forgot, 0, 100),
    NUMBER(false_paper, 0, 100),
    NUMBER(stale, 0, 100),
    NUMBER(no_right, 0, 100),
    NUMBER(elsewhere, 0, 100),
    NUMBER(priority, 0, 100),
    NUMBER(families, 0, 100),
    NUMBER(clerks, 1, 500),
#undef NUMBER
};
enum { KEYS = sizeof keys / sizeof *keys };

/* name.en and about.ru: the rest of the line is the text. */
static bool read_text(struct reading *r, const char *key, const char *rest)
{
    struct scenario *out = r->out;
    const char *dot = strchr(key, '.');
    bool name = dot && strncmp(key, "name", (size_t)(dot - key)) == 0 && dot - key == 4,
         about = dot && strncmp(key, "about", (size_t)(dot - key)) == 0 && dot - key == 5;
    if (!name && !about)
        return false;
    for (int i = 0; i < SCENARIO_LANGS; i++) {
        if (!str_equal(scenario_langs[i], dot + 1))
            continue;
        char *to = name ? out->name[i] : out->about[i];
        if (*to)
            fault(r, "\"%s\" stands here twice.", key);
        else if (!*rest)
            fault(r, "\"%s\" needs a text.", key);
        else if (!str_copy(to, name ? sizeof out->name[i] : sizeof out->about[i], rest))
            fault(r, "this text is too long: %zu bytes are the most.",
                  (name ? sizeof out->name[i] : sizeof out->about[i]) - 1);
        return true;
    }
    fault(r, "\"%s\" is no language here. There are az, id, en and ru.", dot + 1);
    return true;
}

static void read_key(struct reading *r, const char *name)
{
    for (int i = 0; i < KEYS; i++) {
        const struct key *key = &keys[i];
        if (!str_equal(key->name, name))
            continue;
        if ((r->seen & 1u << i) && !key->many)
            fault(r, "\"%s\" stands here twice.", name);
        else if (key->read)
            key->read(r);
        else if (has(r, 1))
            (void)take_number(r, 0, key->least, key->most, (int *)(void *)((char *)r->out + key->offset));
        r->seen |= 1u << i;
        return;
    }
    fault(r, "\"%s\" is no word of a scenario.", name);
}

/* --- lines --- */

static char *next_word(char **at)
{
    char *word = *at + strspn(*at, " \t\r");
    size_t length = strcspn(word, " \t\r");
    *at = word + length;
    if (**at)
        *(*at)++ = '\0';
    return word;
}

static void trim(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]))
        text[--length] = '\0';
}

/* A comment is a line of its own, or stands behind " #"; a text may have a # in a word. */
static void cut_comment(char *line)
{
    for (char *at = line; (at = strchr(at, '#')) != NULL; at++)
        if (at == line || at[-1] == ' ' || at[-1] == '\t') {
            *at = '\0';
            return;
        }
}

static void read_line(struct reading *r, char *line)
{
    cut_comment(line);
    trim(line);
    char *at = line, *key = next_word(&at);
    if (!*key)
        return;
    at += strspn(at, " \t");
    if (read_text(r, key, at))
        return;
    r->count = 0;
    for (char *word = next_word(&at); *word; word = next_word(&at)) {
        if (r->count == WORDS_MAX) {
            fault(r, "there are more than %d values in this line.", WORDS_MAX);
            return;
        }
        r->words[r->count++] = word;
    }
    read_key(r, key);
}

static void read_lines(struct reading *r, const char *text, size_t length)
{
    for (size_t from = 0; from < length;) {
        const char *end = memchr(text + from, '\n', length - from);
        size_t bytes = end ? (size_t)(end - text) - from : length - from;
        r->line++;
        if (bytes > LINE_MAX_BYTES || !utf8_valid(text + from, bytes) || memchr(text + from, '\0', bytes)) {
            fault(r, "this line is no text of at most %d bytes of UTF-8.", LINE_MAX_BYTES);
        } else {
            char *line = xstrndup(text + from, bytes);
            read_line(r, line);
            free(line);
        }
        from += bytes + 1;
    }
}

/* What no single line can say. */
static void check_whole(struct reading *r)
{
    struct scenario *out = r->out;
    r->line = 0;
    for (int i = 0; i < SCENARIO_LANGS; i++)
        if (!*out->name[i] || !*out->about[i])
            fault(r, "name.%s and about.%s are needed: trainees read them.", scenario_langs[i],
                  scenario_langs[i]);
    for (int i = 0; i < KEYS; i++)
        if (keys[i].must && !(r->seen & 1u << i))
            fault(r, "\"%s\" is missing.", keys[i].name);
    for (int i = 0; i < out->shape_count && out->close_min > 0; i++)
        if (out->shape[i].from_min >= out->close_min)
            fault(r, "the shape goes on after the doors have closed.");
}

/* Of a morning that was counted (PRODUCT.md): most come when the doors open. */
static void default_shape(struct scenario *out)
{
    static const int weights[] = {24, 20, 16, 12, 8, 9, 7, 4};
    int span = (out->close_min - out->open_min) / 8;
    if (out->shape_count > 0 || span == 0)
        return;
    out->shape_count = 8;
    for (int i = 0; i < 8; i++)
        out->shape[i] = (struct scenario_part){out->open_min + i * span, weights[i]};
}

static void name_it(struct scenario *out, const char *file)
{
    static const char ending[] = ".scenario";
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    size_t length = strlen(name), cut = strlen(ending);
    if (length > cut && str_equal(name + length - cut, ending))
        length -= cut;
    str_format(out->id, sizeof out->id, "%.*s", (int)length, name);
}

enum err scenario_read(const char *file, const char *text, size_t length, scenario_report *report,
                       void *context, struct scenario *out, struct err_info *info)
{
    struct reading r = {.file = file, .report = report, .context = context, .info = info, .out = out};
    /* PRODUCT.md, "Load is uneven": 94 of 151 visitors at one agency, 29 of a hundred bookings stay away. */
    *out = (struct scenario){.weekday = -1,
                             .people = 120,
                             .stay_away = 29,
                             .early = 40,
                             .busiest = 62,
                             .forgot = 12,
                             .false_paper = 3,
                             .stale = 3,
                             .no_right = 2,
                             .elsewhere = 2,
                             .priority = 12,
                             .patience_min = {40, 150}};
    name_it(out, file);
    read_lines(&r, text, length);
    check_whole(&r);
    default_shape(out);
    return r.faults == 0 ? ERR_OK : ERR_INVALID;
}
