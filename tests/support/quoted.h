/* tests/support/quoted.h: JSON as tests write it, with ' for ", so that it stands in C without backslashes. */
#pragma once
#include "core/wire/json.h"

char *quoted(const char *text);             /* the caller frees */
struct json *quoted_json(const char *text); /* REQUIREs; the caller frees */
