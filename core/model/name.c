/* core/model/name.c: spellings of names, by tables. See name.h. Knows no person and no row.
 *
 * Sources: the Azerbaijani alphabet of 1991 beside its Cyrillic of 1958 and Russian practice (q: К, Г; h: Г, Х; ğ: Г; c: Дж);
 * ICAO Doc 9303 part 3 for Cyrillic in passports; Indonesian spelling of 1972 (Presidential Decision 57/1972) beside those
 * of 1947 and 1901 (oe: u; dj: j; tj: c; j: y; nj: ny; sj: sy; ch: kh). */
#include "core/model/name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- words --- */

/* ' ` ´ ʻ ʼ ‘ ’ */
static bool is_apostrophe(int32_t code)
{
    return code == '\'' || code == '`' || code == 0xB4 || code == 0x2BB || code == 0x2BC || code == 0x2018 ||
           code == 0x2019;
}

/* Letters and digits as they are, apostrophes left out, everything else of ASCII and a fixed blank as a blank. */
static void add_words_plain(struct buf *out, const char *text)
{
    enum { NO_BREAK_SPACE = 0xA0 };
    size_t length = strlen(text);
    for (size_t used; length > 0; text += used, length -= used) {
        int32_t code = utf8_decode(text, length, &used);
        if (code < 0 || is_apostrophe(code))
            continue;
        if (code == NO_BREAK_SPACE || (code < 0x80 && !isalnum((int)code)))
            buf_addc(out, ' ');
        else
            buf_add(out, text, used);
    }
}

/* The next word of *at, cut at a whole character; false at the end. */
static bool next_word(const char **at, char word[NAME_KEY])
{
    *at += strspn(*at, " ");
    size_t length = strcspn(*at, " ");
    str_format(word, NAME_KEY - 1, "%.*s", (int)length, *at); /* one byte is left for an end mark */
    *at += length;
    return length > 0;
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

void name_words(const char *text, struct buf *out)
{
    struct buf plain = {0}, folded = {0};
    char word[NAME_KEY];
    add_words_plain(&plain, text ? text : "");
    utf8_fold_name(&folded, buf_text(&plain));
    for (const char *at = buf_text(&folded); next_word(&at, word);) {
        if (has_word(buf_text(out), word))
            continue;
        if (out->length)
            buf_addc(out, ' ');
        buf_adds(out, word);
    }
    buf_free(&plain);
    buf_free(&folded);
}

/* --- other spellings of what is typed --- */

/* Letters that may stand for others, on text that utf8_fold made: longest first. Pairs without others are sounds of their
 * own, whose letters are not looked at one by one. */
static const struct sound {
    const char *from, *others[3];
} sounds[] = {
    {"dzh", {NULL}},    {"dj", {NULL}},        {"tj", {NULL}}, {"sj", {NULL}},    {"sy", {NULL}},
    {"sh", {NULL}},     {"zh", {NULL}},        {"gh", {NULL}}, {"ch", {"kh"}},    {"kh", {"ch", "g"}},
    {"x", {"ch", "g"}}, {"h", {"ch", "g"}},    {"q", {"k"}},   {"g", {"k", "h"}}, {"k", {"g"}},
    {"joe", {"yu"}},    {"yu", {"ju", "yoe"}}, {"j", {"y"}},   {"y", {"j"}},      {"v", {"w"}},
    {"w", {"v"}},
};
enum { SOUNDS = sizeof sounds / sizeof *sounds, SPELLINGS_MAX = 8, SPELLING = 2 * NAME_KEY };

struct spellings {
    int count;
    char all[SPELLINGS_MAX][SPELLING];
};

static const struct sound *sound_at(const char *text)
{
    for (int i = 0; i < SOUNDS; i++)
        if (str_starts(text, sounds[i].from))
            return &sounds[i];
    return NULL;
}

static void add_letters(char text[SPELLING], const char *letters, size_t length)
{
    size_t old = strlen(text);
    str_format(text + old, SPELLING - old, "%.*s", (int)length, letters);
}

/* The first is the word itself; each sound doubles or trebles them, until there are enough. */
static void spell(const char *word, struct spellings *out)
{
    *out = (struct spellings){.count = 1};
    for (const char *at = word; *at;) {
        const struct sound *sound = sound_at(at);
        size_t length = sound ? strlen(sound->from) : 1;
        int before = out->count;
        for (int o = 0; sound && sound->others[o]; o++)
            for (int i = 0; i < before && out->count < SPELLINGS_MAX; i++) {
                str_copy(out->all[out->count], SPELLING, out->all[i]);
                add_letters(out->all[out->count++], sound->others[o], strlen(sound->others[o]));
            }
        for (int i = 0; i < before; i++)
            add_letters(out->all[i], at, length);
        at += length;
    }
}

static void add_key(struct name_word *word, const char *text, bool whole)
{
    if (str_empty(text) || word->count == NAME_KEYS_MAX)
        return;
    struct name_key key = {.whole = whole};
    str_copy(key.text, NAME_KEY - 1, text);
    for (int i = 0; i < word->count; i++)
        if (str_equal(word->keys[i].text, key.text) && (word->keys[i].whole == whole || whole))
            return;
    word->keys[word->count++] = key;
}

static void add_folded_key(struct name_word *word, const char *spelling)
{
    struct buf folded = {0};
    utf8_fold_name(&folded, spelling);
    add_key(word, buf_text(&folded), false);
    buf_free(&folded);
}

/* One name in several forms, folded and letter for letter beside each other, and how cards and lists shorten it. */
static const struct forms {
    const char *forms[6], *shorts[7];
} names[] = {
    {{"muhamad", "mohamad", "mahamad", "mocamad", "mucamad", "magomad"},
     {"muh", "moh", "moc", "muc", "mohd", "muhd", "md"}},
    {{"ahmad"}, {"ac", "ah"}},
    {{"siti"}, {"st"}},
    {{"abdul"}, {"abd"}},
    {{"oglu", "ogli"}, {NULL}},
};
enum { NAMES = sizeof names / sizeof *names, FORMS = 6, SHORTS = 7 };

static bool is_short(const struct forms *name, const char *key)
{
    for (int i = 0; i < SHORTS && name->shorts[i]; i++)
        if (str_equal(name->shorts[i], key))
            return true;
    return false;
}

static bool begins_form(const struct forms *name, const char *key)
{
    for (int i = 0; i < FORMS && name->forms[i]; i++)
        if (str_starts(name->forms[i], key))
            return true;
    return false;
}

/* As much of each form as is typed; all of it when a shortened one is. */
static void add_forms_of(const struct forms *name, const char *typed, struct name_word *word)
{
    int length = is_short(name, typed) ? NAME_KEY : (int)strlen(typed);
    char form[NAME_KEY];
    for (int i = 0; i < FORMS && name->forms[i]; i++) {
        str_format(form, sizeof form, "%.*s", length, name->forms[i]);
        add_key(word, form, false);
    }
    for (int i = 0; i < SHORTS && name->shorts[i]; i++)
        add_key(word, name->shorts[i], true);
}

static void add_forms(const char *typed, struct name_word *word)
{
    char copy[NAME_KEY]; /* typed is one of the keys */
    str_copy(copy, sizeof copy, typed);
    bool tells = utf8_count(copy, strlen(copy)) > NAME_LITERAL_MAX;
    for (int i = 0; i < NAMES; i++)
        if (is_short(&names[i], copy) || (tells && begins_form(&names[i], copy)))
            add_forms_of(&names[i], copy, word);
}

static void ask_word(const char *folded, struct name_word *word)
{
    struct spellings spellings;
    size_t length = strlen(folded);
    word->count = 0;
    add_folded_key(word, folded);
    if (word->count == 0)
        return;
    if (utf8_count(word->keys[0].text, strlen(word->keys[0].text)) > NAME_LITERAL_MAX) {
        spell(folded, &spellings);
        for (int i = 1; i < spellings.count; i++)
            add_folded_key(word, spellings.all[i]);
    }
    for (int i = 0, typed = word->count; i < typed; i++)
        add_forms(word->keys[i].text, word);
    /* A y that a vowel follows is not heard, and which letter follows is not known yet. */
    if (length > 1 && folded[length - 1] == 'y') {
        char before[NAME_KEY];
        str_format(before, sizeof before, "%.*s", (int)length - 1, folded);
        add_folded_key(word, before);
    }
}

int name_ask(const char *typed, struct name_word words[NAME_WORDS_MAX])
{
    struct buf plain = {0}, folded = {0};
    char word[NAME_KEY];
    int count = 0;
    add_words_plain(&plain, typed);
    utf8_fold(&folded, buf_text(&plain));
    for (const char *at = buf_text(&folded); count < NAME_WORDS_MAX && next_word(&at, word);) {
        ask_word(word, &words[count]);
        count += words[count].count > 0;
    }
    buf_free(&plain);
    buf_free(&folded);
    return count;
}

/* --- answers --- */

static bool is_inside_word(char c)
{
    return isalnum((unsigned char)c) || (c & 0x80);
}

static bool key_answered(const struct name_key *key, const char *folded)
{
    size_t length = strlen(key->text);
    for (const char *at = folded; (at = strstr(at, key->text)) != NULL; at += length)
        if ((at == folded || !is_inside_word(at[-1])) && (!key->whole || !is_inside_word(at[length])))
            return true;
    return false;
}

bool name_answers(const struct name_word words[], int count, const char *folded)
{
    for (int w = 0; w < count; w++) {
        bool answered = false;
        for (int k = 0; k < words[w].count && !answered; k++)
            answered = key_answered(&words[w].keys[k], folded);
        if (!answered)
            return false;
    }
    return true;
}

/* --- dates --- */

bool born_typed(const char *typed, char out[11])
{
    int a = 0, b = 0, c = 0, end = 0;
    char first[2], second[2];
    if (sscanf(typed, "%4d%1[-./]%2d%1[-./]%4d%n", &a, first, &b, second, &c, &end) != 5 ||
        typed[end] != '\0')
        return false;
    int year = a > 31 ? a : c, day = a > 31 ? c : a;
    if (year < 1900 || year > 2199 || b < 1 || b > 12 || day < 1 || day > 31)
        return false;
    return str_format(out, 11, "%04d-%02d-%02d", year, b, day);
}
