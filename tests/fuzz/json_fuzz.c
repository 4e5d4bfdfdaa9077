/* tests/fuzz/json_fuzz.c: any bytes as JSON. Holds: what is printed is read again as the same, byte for byte and
 * its copy is equal; pointers find what they name; a merge patch of a document onto nothing is no other than it;
 * what cannot be read has a fault with its place; texts are folded and cut without reading beyond them. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "core/model/name.h"
#include "core/wire/feed.h"
#include "core/wire/json_fault.h"
#include "tests/fuzz/fuzz.h"

static bool names_twice(const struct json *node)
{
    for (const struct json *a = json_first(node); a; a = json_next(a)) {
        if (names_twice(a))
            return true;
        for (const struct json *b = json_next(a); b && json_is_object(node); b = json_next(b))
            if (str_equal(json_name(a), json_name(b)))
                return true;
    }
    return false;
}

static void escape(const char *name, struct buf *out)
{
    buf_addc(out, '/');
    for (; *name; name++)
        if (*name == '~' || *name == '/')
            buf_adds(out, *name == '~' ? "~0" : "~1");
        else
            buf_addc(out, *name);
}

/* Every node is where its pointer says. */
static void walk(const struct json *document, const struct json *node, struct buf *path)
{
    size_t length = path->length, index = 0;
    HOLD(json_pointer(document, buf_text(path)) == node);
    for (const struct json *m = json_first(node); m; m = json_next(m), index++) {
        if (json_is_object(node))
            escape(json_name(m), path);
        else
            buf_addf(path, "/%zu", index);
        walk(document, m, path);
        path->length = length;
        path->data[length] = '\0';
    }
}

/* Whatever is kept as a name is found by who types it. */
static void try_name(const char *text)
{
    struct name_word words[NAME_WORDS_MAX];
    struct buf kept = {0};
    char born[11];
    int count = name_ask(text, words);
    name_words(text, &kept);
    HOLD(utf8_valid(buf_text(&kept), kept.length));
    HOLD((count > 0) == (kept.length > 0));
    HOLD(strlen(text) >= NAME_KEY - 4 || name_answers(words, count, buf_text(&kept)));
    HOLD(!born_typed(text, born) || strlen(born) == 10);
    buf_free(&kept);
}

static void try_texts(const char *text)
{
    try_name(text);
    struct buf folded = {0};
    int64_t ms;
    char back[TIME_TEXT];
    utf8_fold(&folded, text);
    HOLD(utf8_valid(buf_text(&folded), folded.length) || !utf8_valid(text, strlen(text)));
    buf_clear(&folded);
    utf8_fold_name(&folded, text);
    buf_free(&folded);
    char small[8];
    str_copy(small, sizeof small, text);
    HOLD(utf8_valid(small, strlen(small)) || !utf8_valid(text, strlen(text)));
    if (time_parse(text, &ms)) {
        time_text(ms, back);
        int64_t again;
        HOLD(time_parse(back, &again) && again == ms);
    }
}

static void round_trip(const struct json *json)
{
    struct json *again = NULL, *copy = json_copy(json);
    char *text = json_print(json), *second = NULL;
    HOLD(json_parse(text, strlen(text), &again, NULL) == ERR_OK);
    second = json_print(again);
    HOLD(strcmp(text, second) == 0);
    HOLD(json_depth(json) == json_depth(again) && json_depth(json) <= JSON_DEPTH_MAX + 1);
    bool twice = names_twice(json);
    HOLD(twice || json_equal(copy, json)); /* again may differ behind the 15th digit of a number */
    if (!twice && json_is_object(json)) {
        struct buf path = {0};
        buf_adds(&path, "");
        walk(json, json, &path);
        buf_free(&path);
        struct json *once = json_new_object(), *then;
        json_merge(once, json);
        then = json_copy(once);
        json_merge(then, json);
        HOLD(json_equal(once, then));
        json_free(&once);
        json_free(&then);
    }
    char head[SHA256_TEXT] = "";
    HOLD(feed_verify(json, 0, head, NULL) == ERR_OK || head[0] == '\0');
    free(second);
    free(text);
    json_free(&again);
    json_free(&copy);
}

/* The reader for people is the stricter one. */
static void try_fault(const char *text, size_t length, bool read)
{
    struct json_fault fault = {0};
    if (json_find_fault(text, length, &fault))
        HOLD(fault.line > 0 && fault.column > 0 && fault.text[0]);
    else
        HOLD(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json *json = NULL;
    struct err_info info = {0};
    enum err err = json_parse((const char *)data, size, &json, &info);
    HOLD(err == ERR_OK ? json != NULL : json == NULL && info.text[0]);
    try_fault((const char *)data, size, err == ERR_OK);
    if (json)
        round_trip(json);
    json_free(&json);
    char *text = fuzz_text(data, size);
    try_texts(text);
    free(text);
    return 0;
}
