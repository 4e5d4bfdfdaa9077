/* core/demo/papers.c: what is written on which paper: an identity card shows who somebody is; any other what the names
 * of paper and field have in common ("stnk", "stnk_number"). See inside.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/demo/inside.h"
#include "core/form/inside.h"
#include "core/form/pointer.h"

const char *papers_leaf(const char *pointer)
{
    const char *end = pointer + strlen(pointer);
    for (const char *from = end; from > pointer;) {
        while (from > pointer && from[-1] != '/')
            from--;
        if (from < end && !isdigit((unsigned char)*from))
            return from;
        if (from > pointer)
            from--;
    }
    return pointer;
}

/* Codes of the packs that name a paper about a person, whole or up to a dash. */
bool papers_identify(const char *code)
{
    static const char *const codes[] = {"id-card",    "ktp",  "old-card",     "identity",
                                        "passport",   "sim",  "kitap",        "kk",
                                        "birth-cert", "akta", "old-passport", "id-copy"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        size_t length = strlen(codes[i]);
        if (strncmp(code, codes[i], length) == 0 && (code[length] == '\0' || code[length] == '-'))
            return true;
    }
    return false;
}

static bool is_about_a_person(const char *leaf)
{
    static const char *const leaves[] = {"name",       "given", "family", "father", "born",
                                         "born_place", "sex",   "fin",    "nik",    "citizenship"};
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        if (strcmp(leaf, leaves[i]) == 0)
            return true;
    return false;
}

/* Calls for each word of text that tells something, in small letters. True when one call is. */
enum { WORD_MAX = 24 };
typedef bool word_look(const char *word, const void *context);

static bool tells(const char *word)
{
    static const char *const common[] = {"number", "name", "date",  "until", "with",
                                         "from",   "copy", "cert",  "paper", "the",
                                         "and",    "for",  "which", "doc",   "document"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(word, common[i]) == 0)
            return false;
    return strlen(word) > 2 || strcmp(word, "kk") == 0 || strcmp(word, "n1") == 0;
}

static bool any_word(const char *text, word_look *look, const void *context)
{
    char word[WORD_MAX] = "";
    size_t length = 0;
    for (const char *c = text;; c++) {
        if (isalnum((unsigned char)*c) && length + 1 < sizeof word) {
            word[length++] = (char)tolower((unsigned char)*c);
            continue;
        }
        word[length] = '\0';
        if (length > 0 && tells(word) && look(word, context))
            return true;
        length = 0;
        if (!*c)
            return false;
    }
}

static bool is_word(const char *word, const void *context)
{
    return strcmp(word, context) == 0;
}

struct naming {
    const struct truth_paper *paper;
};

static bool is_on_paper(const char *word, const void *context)
{
    const struct naming *naming = context;
    return any_word(naming->paper->code, is_word, word) ||
           any_word(json_name_in(naming->paper->name, "en"), is_word, word);
}

bool papers_show(const struct truth_paper *paper, const char *pointer)
{
    const struct naming naming = {paper};
    const char *leaf = papers_leaf(pointer);
    bool first = strrchr(pointer, '/') == pointer;
    if (papers_identify(paper->code) && first && is_about_a_person(leaf))
        return true;
    if ((str_starts(paper->code, "ktp") || str_starts(paper->code, "kk")) && str_starts(pointer, "/address"))
        return true;
    return any_word(leaf, is_on_paper, &naming);
}

/* --- answers --- */

struct gathering {
    const struct form *form;
    struct json *out;
    struct buf at;
};

static bool is_list_of_objects(const struct json *value)
{
    return json_is_array(value) && json_is_object(json_first(value));
}

static void gather(struct gathering *g, const struct json *value)
{
    size_t length = g->at.length, index = 0;
    if (!json_is_object(value) && !is_list_of_objects(value)) {
        const struct json *schema = form_schema_at(g->form, buf_text(&g->at));
        if (form_is_filled(value) && !form_keyword(g->form, schema, "x-compute"))
            json_add_text(g->out, buf_text(&g->at));
        return;
    }
    for (const struct json *one = json_first(value); one; one = json_next(one), index++) {
        json_is_array(value) ? pointer_add_index(&g->at, index) : pointer_add(&g->at, json_name(one));
        gather(g, one);
        pointer_cut(&g->at, length);
    }
}

struct json *papers_answers(const struct form *form, const struct json *draft)
{
    struct gathering g = {.form = form, .out = json_new_array()};
    if (json_count(draft) > 0)
        gather(&g, draft);
    buf_free(&g.at);
    return g.out;
}
