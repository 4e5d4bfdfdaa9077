/* screens/tr.h: the interface in four languages. The English sentence is its own key; the .po files of
 * screens/po hold the others, and a language that lacks one shows English. Placeholders (%s, %d …) stand in
 * the same order in all.
 *
 * Mark a text that is translated later with TR("…"), so that the tests find it: tr(ui->lang, TR("Sign in")).
 * A text stands in one literal, without joining, in the source. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum lang { LANG_AZ, LANG_ID, LANG_EN, LANG_RU, LANG_COUNT };
#define TR(text) (text)

const char *tr(enum lang lang, const char *msgid) __attribute__((format_arg(2)));
const char *lang_code(enum lang lang);            /* "az" … */
const char *lang_name(enum lang lang);            /* in the language itself */
bool lang_find(const char *code, enum lang *out); /* "az", "id_ID.UTF-8" … by its first two letters */

/* Made by screens/po/po2c.awk: the entries of each language in the order of strcmp. */
struct po_entry {
    const char *msgid, *text;
};
struct po_table {
    const char *lang;
    const struct po_entry *entries;
    size_t count;
};
extern const struct po_table po_tables[];
extern const size_t po_table_count;
