/* core/model/name.h: names as people write them and as others type them.
 *
 * A name is kept in one folding (utf8_fold_name), by which most spellings meet: Əliyev, Aliyev, Eliyev, Алиев; Shahin,
 * Şahin; Soekarno, Sukarno. Where letters of one alphabet have several in another (q is g and k, Г is g and h, an old j is y),
 * folding them all into one would let strangers meet. So whoever asks gets the other spellings too: Kasimov asks for gasimov
 * as well, Yusuf for Jusuf, Muhammad for Moh. What is kept stays as it is, what is asked grows. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

enum {
    NAME_WORDS_MAX = 6,  /* of what is typed; more are not looked at */
    NAME_KEYS_MAX = 20,  /* spellings of one word */
    NAME_KEY = 44,       /* bytes of one with its end: a longer word is cut */
    NAME_LITERAL_MAX = 2 /* so many letters are taken as they are: they would meet half the hall */
};

/* One typed word: it is answered by a word of a name that begins with one of the keys, or, of an abbreviation, is it. The
 * first key is what was typed, folded. */
struct name_word {
    int count;
    struct name_key {
        char text[NAME_KEY];
        bool whole;
    } keys[NAME_KEYS_MAX];
};

/* Appends the folded words of text to out, each once, a blank between; those that out has are not added again. An
 * apostrophe divides nothing: Ma'ruf is maruf. */
void name_words(const char *text, struct buf *out);
/* What is typed as words; the number of them. */
int name_ask(const char *typed, struct name_word words[NAME_WORDS_MAX]);
/* Whether each typed word is answered by one of folded (as name_words makes them, or a folded name). */
bool name_answers(const struct name_word words[], int count, const char *folded);

/* "31.12.1990", "31/12/1990", "31-12-1990" or "1990-12-31" as YYYY-MM-DD: day first unless the year is. False: no date. */
bool born_typed(const char *typed, char out[11]);
