/* screens/notice_paper.c: see notice_paper.h. */
#include "screens/notice_paper.h"

#include <stdlib.h>

struct json *notice_paper(enum lang lang, const char *hall, const char *title, const char *text,
                          const char *code, const char *date)
{
    struct json *paper = json_new_object();
    json_set_text(paper, "title", title);
    json_set_text(paper, "hall", hall);
    json_set_text(paper, "text", text);
    json_set_text(paper, "date", date);
    json_set_text(paper, "lang", lang_code(lang));
    json_set_text(paper, "page", tr(lang, TR("Page {page} of {pages}")));
    if (!*code)
        return paper;
    char *hint =
        xasprintf("%s /v1/verify/%s",
                  tr(lang, TR("By this code anyone may ask the hall whether this notice stands:")), code);
    json_set_text(paper, "code", code);
    json_set_text(paper, "code_label", tr(lang, TR("Verification code")));
    json_set_text(paper, "code_hint", hint);
    free(hint);
    return paper;
}

void notice_paper_text(const struct json *paper, struct buf *out)
{
    const char *code = json_text(paper, "code");
    utf8_add_plain(out, json_text_or(paper, "text", ""));
    if (out->length && out->data[out->length - 1] != '\n')
        buf_addc(out, '\n');
    if (code)
        buf_addf(out, "\n%s: %s\n%s\n", json_text_or(paper, "code_label", ""), code,
                 json_text_or(paper, "code_hint", ""));
}
