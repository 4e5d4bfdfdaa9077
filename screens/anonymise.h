/* screens/anonymise.h: a recorded session (record.h) with the data of people replaced, so that it can be shown to anybody.
 *
 * What people are called, their numbers, telephones, addresses, birth dates, what a form holds and what was typed into fields
 * and questions have stand-ins: the same for the same value all through, of the same length and kind of signs, so that the
 * pictures keep their shape. A word's stand-in begins like that of its beginning: what was looked for while typing is still
 * found. Identity numbers become ones of province 99; dates of forms and births move within their year, since forms ask by
 * age. The words of the catalogue stay, and so do choices from its lists, the numbers of tickets and applications, times, and
 * identities (UUIDs), which say nothing without the hall. Nothing leads back: the key of the stand-ins is chance and kept
 * nowhere. */
#pragma once
#include <stdio.h>

#include "core/base/err.h"
#include "core/base/rng.h"

struct keymap;

/* Reads in to its end and writes out. line: the one being read when it fails, from 1. */
enum err anonymise(const struct keymap *keys, FILE *in, FILE *out, struct rng *rng, long *line,
                   struct err_info *info) MUST_USE;
