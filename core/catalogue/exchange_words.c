/* core/catalogue/exchange_words.c: the words of foreign lists: names, codes made from names, lengths of time as people
 * write them, authorities by their name. See exchange_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/exchange_inside.h"

enum { CODE_MAX = 40, AGENCY_MAX = 40, HASH_SHOWN = 6 };

char *words_trimmed(const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n'))
        text++, length--;
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    return xstrndup(text, length);
}

/* The first letters of a hash, for what letters cannot tell apart. */
static void short_hash(const char *text, char out[HASH_SHOWN + 1])
{
    struct sha256 sha;
    char whole[SHA256_TEXT];
    sha256_start(&sha);
    sha256_add(&sha, text, strlen(text));
    sha256_text(&sha, whole);
    str_copy(out, HASH_SHOWN + 1, whole);
}

char *words_slug(const char *text, size_t max)
{
    struct buf folded = {0}, slug = {0};
    char hash[HASH_SHOWN + 1];
    utf8_fold(&folded, text);
    for (const char *c = buf_text(&folded); *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (letter)
            buf_addc(&slug, *c);
        else if (slug.length > 0 && slug.data[slug.length - 1] != '-')
            buf_addc(&slug, '-');
    }
    while (slug.length > 0 && slug.data[slug.length - 1] == '-')
        slug.data[--slug.length] = '\0';
    if (slug.length > max || slug.length == 0) {
        short_hash(text, hash);
        slug.length = slug.length > max ? max - HASH_SHOWN - 1 : 0;
        if (slug.length > 0 && slug.data[slug.length - 1] != '-')
            buf_addc(&slug, '-');
        buf_adds(&slug, hash);
    }
    buf_free(&folded);
    return buf_take(&slug);
}

struct json *words_name(const char *lang, const char *text)
{
    if (str_empty(lang))
        return json_new_text(text);
    struct json *name = json_new_object();
    json_set_text(name, lang, text);
    return name;
}

struct json *words_split(const char *text, char separator)
{
    struct json *list = json_new_array();
    while (text && *text) {
        const char *end = strchrnul(text, separator);
        char *word = words_trimmed(text, (size_t)(end - text));
        if (*word)
            json_add_text(list, word);
        free(word);
        text = *end ? end + 1 : end;
    }
    return list;
}

static bool has_code(const struct json *list, const char *code)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "code"), code))
            return true;
    return false;
}

struct json *words_add_coded(struct json *list, const char *lang, const char *name)
{
    struct json *one = json_new_object();
    char *base = words_slug(name, CODE_MAX), *code = xstrdup(base);
    for (int i = 2; has_code(list, code); i++) {
        free(code);
        code = xasprintf("%s-%d", base, i);
    }
    json_set_text(one, "code", code);
    json_set(one, "name", words_name(lang, name));
    json_add(list, one);
    free(base);
    free(code);
    return one;
}

/* --- lengths of time --- */

static const struct {
    const char *word; /* folded */
    char unit;        /* of ISO 8601 */
    bool hours;       /* behind the T */
    bool working;
} units[] = {
    {"minute", 'M', true, false},
    {"minutes", 'M', true, false},
    {"min", 'M', true, false},
    {"menit", 'M', true, false},
    {"deqiqe", 'M', true, false},
    {"minuten", 'M', true, false},
    {"hour", 'H', true, false},
    {"hours", 'H', true, false},
    {"jam", 'H', true, false},
    {"saat", 'H', true, false},
    {"stunde", 'H', true, false},
    {"stunden", 'H', true, false},
    {"day", 'D', false, false},
    {"days", 'D', false, false},
    {"gun", 'D', false, false},
    {"hari", 'D', false, false},
    {"tag", 'D', false, false},
    {"tage", 'D', false, false},
    {"working day", 'D', false, true},
    {"working days", 'D', false, true},
    {"business day", 'D', false, true},
    {"business days", 'D', false, true},
    {"is gunu", 'D', false, true},
    {"hari kerja", 'D', false, true},
    {"werktag", 'D', false, true},
    {"werktage", 'D', false, true},
    {"arbeitstage", 'D', false, true},
    {"calendar day", 'D', false, false},
    {"calendar days", 'D', false, false},
    {"hari kalender", 'D', false, false},
    {"week", 'W', false, false},
    {"weeks", 'W', false, false},
    {"hefte", 'W', false, false},
    {"minggu", 'W', false, false},
    {"woche", 'W', false, false},
    {"wochen", 'W', false, false},
    {"month", 'M', false, false},
    {"months", 'M', false, false},
    {"ay", 'M', false, false},
    {"bulan", 'M', false, false},
    {"monat", 'M', false, false},
    {"monate", 'M', false, false},
};

static const char *behind_limit(const char *text)
{
    static const char *const limits[] = {"up to ", "within ", "at most ", "maximum ",
                                         "max. ",  "max ",    "bis zu "};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (str_starts(text, limits[i]))
            return text + strlen(limits[i]);
    return text;
}

static struct json *iso_time(const char *standard, bool working)
{
    struct json *time = json_new_object();
    json_set_text(time, "standard", standard);
    if (working)
        json_set_text(time, "days", "working");
    return time;
}

/* "10 working days", folded. */
static struct json *read_phrase(const char *text)
{
    char standard[24];
    text = behind_limit(text);
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 4 || text[digits] != ' ')
        return NULL;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(text + digits + 1, units[i].word) == 0) {
            str_format(standard, sizeof standard, "P%s%.*s%c", units[i].hours ? "T" : "", (int)digits, text,
                       units[i].unit);
            return iso_time(standard, units[i].working);
        }
    return NULL;
}

struct json *words_time(const char *text, bool *whole)
{
    int days, minutes;
    *whole = true;
    if (catalogue_duration(text, &days, &minutes))
        return iso_time(text, false);
    const char *bracket = strstr(text, " (");
    size_t length = bracket ? (size_t)(bracket - text) : strlen(text);
    char *before = words_trimmed(text, length);
    struct buf folded = {0};
    utf8_fold(&folded, before);
    struct json *time = read_phrase(buf_text(&folded));
    *whole = !bracket;
    buf_free(&folded);
    free(before);
    return time;
}

void words_set_time(struct json *service, const char *lang, const char *text)
{
    bool whole;
    struct json *time = words_time(text, &whole);
    if (time)
        json_set(service, "time", time);
    if (!time || !whole)
        json_set(service, "x-time", words_name(lang, text));
}

/* --- authorities --- */

static void remember(struct catalogue_reading *reading, const char *name, const char *id)
{
    struct buf folded = {0};
    if (str_empty(name))
        return;
    if (reading->called_count == reading->called_capacity) {
        reading->called_capacity = reading->called_capacity ? reading->called_capacity * 2 : 64;
        reading->called = xrealloc(reading->called, reading->called_capacity * sizeof *reading->called);
    }
    utf8_fold(&folded, name);
    reading->called[reading->called_count++] =
        (struct called){folded.data ? buf_take(&folded) : xstrdup(""), id};
}

static void remember_all(struct catalogue_reading *reading)
{
    const struct json *list = reading->home->agencies;
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        const struct json *name = json_get(one, "name");
        const char *id = json_text_or(one, "id", "");
        remember(reading, json_as_text(name), id);
        for (const struct json *in = json_is_object(name) ? json_first(name) : NULL; in; in = json_next(in))
            remember(reading, json_as_text(in), id);
    }
}

void words_forget(struct catalogue_reading *reading)
{
    for (size_t i = 0; i < reading->called_count; i++)
        free(reading->called[i].folded);
    free(reading->called);
    reading->called = NULL;
    reading->called_count = reading->called_capacity = 0;
}

/* What is written has a translation or a place behind it: "Ədliyyə Nazirliyi (Ministry of Justice)". */
static bool begins_with(const char *written, const char *name)
{
    size_t length = strlen(name);
    return length > 0 && strncmp(written, name, length) == 0 && strncmp(written + length, " (", 2) == 0;
}

/* By its id, else by the very name, else by a name that something stands behind. */
static const char *find_agency(const struct catalogue_reading *reading, const char *id, const char *name)
{
    struct buf folded = {0};
    const char *same = NULL, *near = NULL;
    utf8_fold(&folded, name);
    for (size_t i = 0; i < reading->called_count && !same; i++) {
        const struct called *called = &reading->called[i];
        if (str_equal(called->id, id) || strcmp(called->folded, buf_text(&folded)) == 0)
            same = called->id;
        else if (!near && begins_with(buf_text(&folded), called->folded))
            near = called->id;
    }
    buf_free(&folded);
    return same ? same : near;
}

static const char *known_id(const struct catalogue_reading *reading, const char *id)
{
    for (size_t i = 0; i < reading->called_count; i++)
        if (strcmp(reading->called[i].id, id) == 0)
            return reading->called[i].id;
    return NULL;
}

static const char *new_agency(struct catalogue_reading *reading, const char *prefix, const char *id,
                              const char *name, const char *lang)
{
    char *slug = words_slug(name, AGENCY_MAX);
    char *own = id ? xstrdup(id) : str_empty(prefix) ? xstrdup(slug) : xasprintf("%s.%s", prefix, slug);
    const char *known = known_id(reading, own);
    if (!known) {
        struct json *agency = json_new_object();
        json_set_text(agency, "id", own);
        json_set(agency, "name", words_name(lang, name));
        json_add(reading->file->agencies, agency);
        known = json_text(agency, "id");
    }
    free(slug);
    free(own);
    remember(reading, name, known);
    return known;
}

const char *words_agency(struct catalogue_reading *reading, const char *prefix, const char *id,
                         const char *name, const char *lang)
{
    if (!reading->called)
        remember_all(reading);
    const char *known = find_agency(reading, id, name);
    return known ? known : new_agency(reading, prefix, id, name, lang);
}
