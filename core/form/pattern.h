/* core/form/pattern.h: regular expressions as JSON Schema means them (ECMA-262), by PCRE2. */
#pragma once
#include "core/base/err.h"

struct pattern;
enum err pattern_compile(const char *text, struct pattern **out, struct err_info *info) MUST_USE;
void pattern_free(struct pattern **pattern);
/* LIMIT: the text makes this pattern work beyond all measure; the caller says so and goes on. */
enum pattern_result { PATTERN_MATCH, PATTERN_NONE, PATTERN_LIMIT };
enum pattern_result pattern_find(const struct pattern *pattern, const char *text); /* anywhere in text */
/* Whether some text of a few hundred characters drives this pattern to its limit. */
bool pattern_can_stall(const struct pattern *pattern);
