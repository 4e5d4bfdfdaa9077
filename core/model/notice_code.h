/* core/model/notice_code.h: the code on a notice, by which anyone may ask the hall whether it gave that notice.
 *
 * Sixteen signs of Crockford's base32 in groups of four: fifteen (75 bits) made from the identities of application and
 * decision, which are chance, and one that shows a slip of the hand. Both sides make the same code from the row, so that
 * a notice that is printed without network bears the right one, and nothing of it travels or is kept beside the row. */
#pragma once
#include <stdbool.h>

enum { NOTICE_CODE_TEXT = 20 }; /* "7K3M-9QXT-0ABC-DE5F" and its NUL */

void notice_code(const char *case_id, const char *decision, char out[NOTICE_CODE_TEXT]);
/* As somebody typed it: small letters, O for 0, I and L for 1, Cyrillic letters that look like ours, blanks and dashes
 * anywhere. False: no code, or a sign of it is wrong. */
bool notice_code_read(const char *typed, char out[NOTICE_CODE_TEXT]);
