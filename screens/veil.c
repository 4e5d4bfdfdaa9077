/* screens/veil.c: stand-ins, see veil.h. A letter becomes another one by a keyed sum of what stands before it. */
#include "screens/veil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"

enum { WORDS_FIRST = 1024, WORD_MIN = 3 };

struct veil {
    uint64_t key;
    char **words; /* learnt, in lower case; a table by their sum, NULL: free */
    size_t count, capacity;
    struct json *codes; /* an object whose members are the codes of the catalogue: choices of forms */
};

struct veil *veil_new(struct rng *rng)
{
    struct veil *veil = xcalloc(1, sizeof *veil);
    veil->key = rng_next(rng);
    veil->capacity = WORDS_FIRST;
    veil->words = xcalloc(veil->capacity, sizeof *veil->words);
    veil->codes = json_new_object();
    return veil;
}

void veil_free(struct veil **veil)
{
    if (!*veil)
        return;
    for (size_t i = 0; i < (*veil)->capacity; i++)
        free((*veil)->words[i]);
    free((*veil)->words);
    json_free(&(*veil)->codes);
    free(*veil);
    *veil = NULL;
}

/* --- signs --- */

static uint64_t mix(uint64_t sum, uint64_t sign)
{
    sum = (sum ^ sign) * 0x9e3779b97f4a7c15ULL;
    return sum ^ sum >> 29;
}

static bool is_letter(int32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= 0xc0 && code < 0x250) ||
           code == 0x259 || (code >= 0x400 && code < 0x530);
}

static bool is_digit(int32_t code)
{
    return code >= '0' && code <= '9';
}

static bool is_upper(int32_t code)
{
    return (code >= 'A' && code <= 'Z') || (code >= 0x410 && code <= 0x42f) || code == 0x18f ||
           code == 0x130 || (code >= 0xc0 && code <= 0xde) || code == 0x11e || code == 0x15e;
}

/* Capitals and small ones have one stand-in, in their own size. */
static int32_t small(int32_t code)
{
    if (code >= 'A' && code <= 'Z')
        return code + 32;
    if (code >= 0x410 && code <= 0x42f)
        return code + 32;
    if (code == 0x18f)
        return 0x259;
    if (code == 0x11e || code == 0x15e)
        return code + 1;
    if (code == 0x130)
        return 'i';
    return code >= 0xc0 && code <= 0xde ? code + 32 : code;
}

/* Never itself. A zero stays, so that a number keeps its digits. */
static int32_t other_sign(uint64_t sum, int32_t code)
{
    if (is_digit(code))
        return code == '0' ? code : '1' + (int32_t)((uint64_t)(code - '1') + 1 + sum % 8) % 9;
    if (!is_letter(code))
        return code;
    int32_t base = small(code), from = base >= 'a' && base <= 'z' ? base - 'a' : base % 26;
    int32_t to = 'a' + (int32_t)((uint64_t)from + 1 + sum % 25) % 26;
    return is_upper(code) ? to - 32 : to;
}

static size_t next_sign(const char *text, int32_t *code)
{
    size_t used = 0;
    *code = utf8_decode(text, strlen(text), &used);
    return used ? used : 1;
}

static void put_sign(struct buf *out, int32_t code)
{
    char bytes[4];
    size_t length = utf8_encode(code, bytes);
    for (size_t i = 0; i < length; i++)
        buf_addc(out, bytes[i]);
}

/* Word for word; skip: so many signs at the beginning are given already. */
static void put_words(const struct veil *veil, const char *text, int skip, struct buf *out)
{
    uint64_t sum = veil->key;
    int32_t code;
    for (int at = 0; *text; at++) {
        text += next_sign(text, &code);
        if (at >= skip)
            put_sign(out, other_sign(mix(sum, veil->key), code));
        sum = is_letter(code) || is_digit(code) ? mix(sum, (uint64_t)small(code)) : veil->key;
    }
}

/* --- kinds of values --- */

static int digits(const char *text, int from, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + text[from + i] - '0';
    return value;
}

static bool all_digits(const char *text, int from, int count)
{
    for (int i = 0; i < count; i++)
        if (!is_digit(text[from + i]))
            return false;
    return true;
}

/* Another day of the same year, whatever month has it. */
static void other_day(const struct veil *veil, int year, int *month, int *day)
{
    uint64_t sum = mix(mix(veil->key, (uint64_t)year), (uint64_t)(*month * 32 + *day));
    int was_month = *month, was_day = *day;
    *month = 1 + (int)(sum % 12);
    *day = 1 + (int)(sum / 12 % 28);
    if (*month == was_month && *day == was_day)
        *day = *day % 28 + 1;
}

static bool is_day(int month, int day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* "1990-05-12", "12-05-1990" with any sign between, "12051990". */
static bool put_date(const struct veil *veil, const char *text, struct buf *out)
{
    size_t length = strlen(text);
    bool iso = length == 10 && all_digits(text, 0, 4) && text[4] == '-' && all_digits(text, 5, 2) &&
               text[7] == '-' && all_digits(text, 8, 2);
    bool parted = length == 10 && all_digits(text, 0, 2) && strchr("-./", text[2]) &&
                  all_digits(text, 3, 2) && text[5] == text[2] && all_digits(text, 6, 4);
    bool bare = length == 8 && all_digits(text, 0, 8);
    if (!iso && !parted && !bare)
        return false;
    int step = parted ? 3 : 2;
    int year = iso ? digits(text, 0, 4) : digits(text, 2 * step, 4);
    int month = iso ? digits(text, 5, 2) : digits(text, step, 2),
        day = iso ? digits(text, 8, 2) : digits(text, 0, 2);
    if (!is_day(month, day) || year < 1800 || year > 2200)
        return false;
    other_day(veil, year, &month, &day);
    if (iso)
        buf_addf(out, "%04d-%02d-%02d", year, month, day);
    else if (parted)
        buf_addf(out, "%02d%c%02d%c%04d", day, text[2], month, text[2], year);
    else
        buf_addf(out, "%02d%02d%04d", day, month, year);
    return true;
}

/* A NIK holds the day of birth, 40 days later of a woman. */
static bool put_nik(const struct veil *veil, const char *text, struct buf *out)
{
    if (strlen(text) != 16 || !all_digits(text, 0, 16))
        return false;
    struct buf rest = {0};
    int day = digits(text, 6, 2), month = digits(text, 8, 2), year = 1900 + digits(text, 10, 2);
    int woman = day > 40 ? 40 : 0;
    day -= woman;
    put_words(veil, text, 0, &rest);
    if (is_day(month, day))
        other_day(veil, year < 1930 ? year + 100 : year, &month, &day);
    buf_addf(out, "99%.4s%02d%02d%02d%s", buf_text(&rest) + 2, day + woman, month, year % 100,
             buf_text(&rest) + 12);
    buf_free(&rest);
    return true;
}

/* A FIN has no I and no O. In capitals it needs no digit to be taken for one. */
static bool put_fin(const struct veil *veil, const char *text, struct buf *out)
{
    static const char signs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                      small_signs[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    bool digit = strpbrk(text, "0123456789") != NULL, capitals = strspn(text, signs) == 7;
    struct buf rest = {0};
    if (strlen(text) != 7 || (!capitals && !(digit && strspn(text, small_signs) == 7)) ||
        all_digits(text, 0, 7))
        return false;
    put_words(veil, text, 2, &rest);
    buf_adds(out, "99");
    for (int i = 0; i < 5; i++) {
        char sign = buf_text(&rest)[i], was = text[2 + i];
        bool lacks = (sign | 32) == 'i' || (sign | 32) == 'o';
        buf_addc(out, (char)(lacks ? sign + 1 + (sign + 1 == was) : sign));
    }
    buf_free(&rest);
    return true;
}

/* "+994 50 …", "0812…": where a number belongs to is no person's; it stays, so that the form takes it. */
static bool put_phone(const struct veil *veil, const char *text, struct buf *out)
{
    enum { KEPT = 4 };
    if ((text[0] != '+' && text[0] != '0') || strspn(text, "+0123456789 ()-") != strlen(text) ||
        strlen(text) < 8)
        return false;
    for (int i = 0; i < KEPT; i++)
        buf_addc(out, text[i]);
    put_words(veil, text, KEPT, out);
    return true;
}

void veil_value(const struct veil *veil, const char *text, struct buf *out)
{
    if (!put_date(veil, text, out) && !put_nik(veil, text, out) && !put_fin(veil, text, out) &&
        !put_phone(veil, text, out))
        put_words(veil, text, 0, out);
}

/* --- what was learnt --- */

static char *lower(const char *text, size_t length)
{
    struct buf out = {0};
    for (const char *end = text + length; text < end;) {
        int32_t code;
        text += next_sign(text, &code);
        put_sign(&out, small(code));
    }
    return buf_take(&out);
}

static size_t place_of(const struct veil *veil, const char *word)
{
    uint64_t sum = veil->key;
    for (const char *at = word; *at; at++)
        sum = mix(sum, (unsigned char)*at);
    size_t place = sum % veil->capacity;
    while (veil->words[place] && strcmp(veil->words[place], word) != 0)
        place = (place + 1) % veil->capacity;
    return place;
}

static void grow(struct veil *veil)
{
    char **old = veil->words;
    size_t capacity = veil->capacity;
    veil->capacity *= 2;
    veil->words = xcalloc(veil->capacity, sizeof *veil->words);
    for (size_t i = 0; i < capacity; i++)
        if (old[i])
            veil->words[place_of(veil, old[i])] = old[i];
    free(old);
}

static void learn_word(struct veil *veil, const char *text, size_t length)
{
    char *word = lower(text, length);
    size_t place = place_of(veil, word);
    if (length < WORD_MIN || veil->words[place])
        return free(word);
    veil->words[place] = word;
    if (++veil->count * 2 > veil->capacity)
        grow(veil);
}

static bool is_known(const struct veil *veil, const char *text, size_t length)
{
    char *word = lower(text, length);
    bool known = length >= WORD_MIN && veil->words[place_of(veil, word)];
    free(word);
    return known;
}

/* The next word, and where it ends; parts of dates hang together. */
static const char *word_end(const char *text)
{
    int32_t code;
    const char *at = text;
    bool number = is_digit(*text);
    while (*at) {
        size_t used = next_sign(at, &code);
        bool hangs = number && strchr("-./", *at) && is_digit(at[1]);
        if (!is_letter(code) && !is_digit(code) && !hangs)
            break;
        at += used;
    }
    return at;
}

void veil_learn_text(struct veil *veil, const char *text)
{
    while (*text) {
        const char *end = word_end(text);
        if (end > text)
            learn_word(veil, text, (size_t)(end - text));
        int32_t code;
        text = end > text ? end : text + next_sign(text, &code);
    }
}

/* A birth date is written in several ways. */
static void learn_value(struct veil *veil, const char *text)
{
    int year, month, day;
    veil_learn_text(veil, text);
    if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return;
    for (const char *sign = "-./"; *sign; sign++) {
        char *written = xasprintf("%02d%c%02d%c%04d", day, *sign, month, *sign, year);
        learn_word(veil, written, strlen(written));
        free(written);
    }
}

void veil_sentence(const struct veil *veil, const char *text, struct buf *out)
{
    while (*text) {
        const char *end = word_end(text);
        size_t length = (size_t)(end - text);
        if (length && is_known(veil, text, length)) {
            char *word = xstrndup(text, length);
            veil_value(veil, word, out);
            free(word);
        } else {
            length = length ? length : 1;
            buf_addf(out, "%.*s", (int)length, text);
        }
        text += length;
    }
}

/* --- documents --- */

enum place { PLAIN, CATALOGUE, FORM };

static bool is_one_of(const char *name, const char *const *names)
{
    for (; name && *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Whatever hangs below these is the catalogue's, or what a form holds. */
static enum place place_below(const char *name, enum place above)
{
    static const char *const catalogue[] = {"lists",      "form",    "schema", "layout",  "texts",
                                            "priorities", "service", "hall",   "reasons", NULL};
    static const char *const form[] = {"draft", "submitted", "patch",   "typed",
                                       "raw",   "address",   "contact", NULL};
    if (above == PLAIN && is_one_of(name, catalogue))
        return CATALOGUE;
    return is_one_of(name, form) && above != CATALOGUE ? FORM : above;
}

/* {"az":…,"en":…}: written for everybody. */
static bool is_for_all(const struct json *json)
{
    return json_is_object(json) && json_text(json, "az") && (json_text(json, "en") || json_text(json, "id"));
}

static bool is_identity(const char *text)
{
    int64_t ms;
    return uuid_valid(text) || (strlen(text) > 10 && time_parse(text, &ms));
}

/* Words: what no program writes as a code. */
static bool is_wordy(const char *text)
{
    for (; *text; text++)
        if (*text == ' ' || *text == '/' || *text == '@' || (*text >= 'A' && *text <= 'Z') ||
            (unsigned char)*text & 0x80)
            return true;
    return false;
}

enum treatment { AS_IS, SENTENCE, VALUE };

static enum treatment treatment_of(const struct veil *veil, const char *name, const char *parent,
                                   enum place place, const char *text)
{
    static const char *const people[] = {"name",        "given",     "family",      "father",    "patronymic",
                                         "person_name", "user_name", "holder_name", "seat_name", "login",
                                         "fin",         "nik",       "passport",    "phone",     "email",
                                         "born",        "note",      "q",           NULL};
    static const char *const ours[] = {"number",   "code",    "currency",   "timezone", "legal",
                                       "standard", "time",    "queue_code", "version",  "pointer",
                                       "focus",    "picture", NULL};
    static const char *const things[] = {"queue", "counter", "counters", "queues", NULL};
    static const char *const sentences[] = {"notice", "message", "hall_fault", NULL};
    if (place == CATALOGUE || !*text || is_identity(text))
        return AS_IS;
    if (place == FORM)
        return json_get(veil->codes, text) ? AS_IS : VALUE;
    if (is_one_of(name, people))
        return strcmp(name, "name") == 0 && is_one_of(parent, things) ? AS_IS : VALUE;
    if (is_one_of(name, ours))
        return AS_IS;
    if (is_one_of(name, sentences) || is_one_of(parent, (const char *const[]){"why", NULL}))
        return SENTENCE;
    return is_wordy(text) ? VALUE : SENTENCE;
}

static void learn_code(struct veil *veil, const char *name, const struct json *json)
{
    const char *text = json_as_text(json);
    if (text && is_one_of(name, (const char *const[]){"code", "const", NULL}))
        json_set_bool(veil->codes, text, true);
    if (name && strcmp(name, "enum") == 0)
        for (const struct json *one = json_first(json); one; one = json_next(one))
            if (json_as_text(one))
                json_set_bool(veil->codes, json_as_text(one), true);
}

/* codes: those of the catalogue alone, which must be known before a form is. */
static void learn(struct veil *veil, const struct json *json, const char *name, const char *parent,
                  enum place place, bool codes)
{
    const char *text = json_as_text(json);
    if (codes && place == CATALOGUE)
        learn_code(veil, name, json);
    if (text && !codes && treatment_of(veil, name, parent, place, text) == VALUE)
        learn_value(veil, text);
    if (is_for_all(json) && !codes)
        return;
    bool object = json_is_object(json);
    for (const struct json *one = json_is_array(json) || object ? json_first(json) : NULL; one;
         one = json_next(one))
        learn(veil, one, object ? json_name(one) : name, object ? name : parent,
              object ? place_below(json_name(one), place) : place, codes);
}

void veil_learn_codes(struct veil *veil, const struct json *document)
{
    learn(veil, document, NULL, NULL, PLAIN, true);
}

void veil_learn(struct veil *veil, const struct json *document)
{
    learn(veil, document, NULL, NULL, PLAIN, false);
}

struct making {
    const struct veil *veil;
    const char *typed, *typed_as;
};

/* What is typed and not finished yet has no stand-in of its own: as far as it stands. */
static bool put_typed(const struct making *making, const char *text, struct buf *out)
{
    int32_t code;
    const char *as = making->typed_as;
    if (!*text || !str_starts(making->typed, text))
        return false;
    for (const char *at = text; *at && *as;) {
        at += next_sign(at, &code);
        as += next_sign(as, &code);
        put_sign(out, code);
    }
    return true;
}

static struct json *make_text(const struct making *making, const char *name, const char *parent,
                              enum place place, const char *text)
{
    struct buf out = {0};
    switch (treatment_of(making->veil, name, parent, place, text)) {
    case AS_IS:
        buf_adds(&out, text);
        break;
    case SENTENCE:
        veil_sentence(making->veil, text, &out);
        break;
    case VALUE:
        if (!name || strcmp(name, "q") != 0 || !put_typed(making, text, &out))
            veil_value(making->veil, text, &out);
        break;
    }
    struct json *made = json_new_text(buf_text(&out));
    buf_free(&out);
    return made;
}

/* Of a form: as if its digits had been typed. */
static struct json *make_number(const struct making *making, const struct json *json)
{
    char *text = json_print(json);
    struct buf out = {0};
    struct json *made = NULL;
    put_words(making->veil, text, 0, &out);
    if (json_parse(buf_text(&out), out.length, &made, NULL) != ERR_OK)
        made = json_copy(json);
    buf_free(&out);
    free(text);
    return made;
}

static struct json *make(const struct making *making, const struct json *json, const char *name,
                         const char *parent, enum place place)
{
    bool object = json_is_object(json);
    if (json_as_text(json))
        return make_text(making, name, parent, place, json_as_text(json));
    if (json_is_number(json) && place == FORM)
        return make_number(making, json);
    if ((!object && !json_is_array(json)) || place == CATALOGUE || is_for_all(json))
        return json_copy(json);
    struct json *made = object ? json_new_object() : json_new_array();
    for (const struct json *one = json_first(json); one; one = json_next(one)) {
        if (object)
            json_set(made, json_name(one),
                     make(making, one, json_name(one), name, place_below(json_name(one), place)));
        else
            json_add(made, make(making, one, name, parent, place));
    }
    return made;
}

struct json *veil_json(const struct veil *veil, const struct json *document, const char *typed,
                       const char *typed_as)
{
    struct making making = {veil, typed, typed_as};
    return make(&making, document, NULL, NULL, PLAIN);
}
