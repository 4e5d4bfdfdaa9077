/* screens/notice_paper.h: a notice or receipt as it is printed: its text, who gives it and the code by which it is verified.
 * Pure. */
#pragma once
#include "core/wire/json.h"
#include "screens/tr.h"

/* What is printed, in the reader's language: {"title","hall","text","code"?,"code_label","code_hint","page","date"}.
 * code: "" when no hall answers for it. date: YYYY-MM-DD. The caller frees. */
struct json *notice_paper(enum lang lang, const char *hall, const char *title, const char *text,
                          const char *code, const char *date);
/* As text: the lines, then the code and what it is for. */
void notice_paper_text(const struct json *paper, struct buf *out);
