/* screens/notice.h: what the citizen reads of an application: the notice of a decision, the receipt of what was handed
 * in; and the way of either to a file. Shared by the screens of an application. */
#pragma once
#include "screens/dossier.h"

struct notice_words {
    const char *outcome;                /* approve refuse return refer, or receipt */
    const struct json *reasons;         /* array of codes; NULL none */
    const struct json *fields, *papers; /* return: pointers and codes of what is to be mended; NULL none */
    const char *text, *conditions;      /* NULL or blank: none */
    const char *lang;
    const char *day; /* YYYY-MM-DD that it is given on; NULL: today */
};
/* Spaces are no answer: the notice would come to lack what they stand for. */
bool notice_blank(const char *text);
/* As it would be given. False: the service has none for this outcome. *blank: a name in it has no value and stands there
 * as [name]: it is not printed so. */
bool notice_write(const struct dossier *of, const struct ui *ui, const struct notice_words *words,
                  struct buf *out, bool *blank);
/* The citizen's language where the ticket says it, else the screen's: "az" … */
const char *notice_lang(const struct dossier *of, const struct ui *ui);

/* The receipt of what was handed in; false: nothing was, or the service has none, or it would have a blank. */
bool notice_receipt(const struct dossier *of, const struct ui *ui, struct buf *out);
const char *notice_why_no_receipt(const struct dossier *of, const struct ui *ui); /* NULL: there is one */

/* The code of a decision's row, as it is printed. */
enum { NOTICE_CODE = 20 };
void notice_row_code(const struct json *decision, char out[NOTICE_CODE]);
/* A line with the code of a decision's row, in that language. */
void notice_add_code(const struct json *decision, const char *lang, struct buf *out);

/* Asks for the file; its answer has the id "notice_file". */
void notice_ask_file(const struct dossier *of, const struct ui *ui, bool receipt, struct effects *effects);
/* To a printer; as below. */
void notice_print(const struct dossier *of, const struct ui *ui, const char *lang, const char *text,
                  const struct json *decision, struct effects *effects);
/* Sends text to that file. decision: its row, of which code and day are; NULL: a receipt. */
void notice_save(const struct dossier *of, const struct ui *ui, const char *lang, const char *text,
                 const struct json *decision, const char *path, struct effects *effects);
