/* core/demo/inside.h: what the files of truth.h and talk.h share. Private to core/demo. */
#pragma once
#include "core/demo/generate.h"
#include "core/demo/truth.h"

/* --- known.c: what goes without saying of whoever asks --- */
struct known {
    const struct truth_about *about;
    struct json *person; /* their row, with "name" */
    bool woman;
    bool at_home; /* an address of the family is being made */
    bool open;    /* of the person only what the form asks for by itself; the rest is made */
    int32_t today;
};
void known_open(struct known *known, const struct truth_about *about);
void known_close(struct known *known);
generate_known known_value; /* context: struct known */
/* Somebody else: {"given","father"?,"family"}. */
struct json *known_stranger(const struct truth_about *about, struct rng *rng);

/* --- papers.c: what is written on which paper --- */
/* The last name of a pointer, without the numbers of rows: "/members/2/nik" → "nik". */
const char *papers_leaf(const char *pointer);
bool papers_identify(const char *code); /* whose paper it is can be read on it */
/* Whether the answer at pointer stands on that paper. */
bool papers_show(const struct truth_paper *paper, const char *pointer);
/* Each answer of a draft, whole: pointers to texts, numbers, yes and no, lists of them. The caller frees. */
struct json *papers_answers(const struct form *form, const struct json *draft);
