/* screens/config_lines.h: commented text in sections, line by line: the settings, and the list of halls. What is wrong with a
 * line is told as "FILE:LINE: sentence". */
#pragma once
#include "core/base/str.h"

/* One line without blanks at its ends, and no comment (# ;) or [section], which may be changed. at: "FILE:LINE".
 * NULL, or what is wrong with it. */
typedef const char *config_line(void *ctx, const char *section, char *line, const char *at);
void config_lines(const char *name, const char *text, config_line *each, void *ctx, struct buf *complaints);
/* The whole file, appended to text. ERR_ABSENT and the like with a sentence. */
enum err config_read(const char *path, struct buf *text, struct err_info *info) MUST_USE;
char *config_trim(char *text); /* blanks at both ends cut off, in place */
