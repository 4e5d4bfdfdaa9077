/* core/wire/json_fault.h: where a text is no JSON and what to do about it, for the person who wrote it by hand. Stricter
 * than json_parse, which takes what cJSON takes: what other programs would refuse is a fault here. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct json_fault {
    size_t line, column; /* from 1; columns are characters */
    char text[200];      /* a sentence and the remedy */
};
/* The first fault of text; false: there is none. A byte order mark at the very front is no fault. */
bool json_find_fault(const char *text, size_t length, struct json_fault *fault);
