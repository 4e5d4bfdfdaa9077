/* screens/record.h: a session as a log of its messages, one JSON object a line: for `loket replay`, bug
 * reports and tests. The first line says what the app was made with; keys typed while a secret has the focus
 * are recorded as "*". */
#pragma once
#include <stdio.h>

#include "screens/screen.h"

struct json *record_message(const struct msg *msg, bool secret);
/* The message borrows from json. False with a sentence when the line is not one. */
bool record_read(const struct json *json, struct msg *msg, struct err_info *info);

struct json *record_head(enum lang lang, enum screen_id first);
bool record_read_head(const struct json *json, enum lang *lang, enum screen_id *first);

void record_line(FILE *file, struct json *line); /* takes ownership; file may be NULL */
