/* screens/tr.c: looks a sentence up in the language's table. Knows nothing of screens. */
#include "screens/tr.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

static const struct {
    const char *code, *name;
} langs[LANG_COUNT] = {
    [LANG_AZ] = {"az", "Azərbaycanca"},
    [LANG_ID] = {"id", "Bahasa Indonesia"},
    [LANG_EN] = {"en", "English"},
    [LANG_RU] = {"ru", "Русский"},
};

static int by_msgid(const void *key, const void *entry)
{
    return strcmp(key, ((const struct po_entry *)entry)->msgid);
}

const char *tr(enum lang lang, const char *msgid)
{
    for (size_t i = 0; i < po_table_count; i++) {
        if (strcmp(po_tables[i].lang, lang_code(lang)) != 0)
            continue;
        const struct po_entry *found =
            bsearch(msgid, po_tables[i].entries, po_tables[i].count, sizeof *po_tables[i].entries, by_msgid);
        return found ? found->text : msgid;
    }
    return msgid;
}

const char *lang_code(enum lang lang)
{
    assert(lang < LANG_COUNT);
    return langs[lang].code;
}

const char *lang_name(enum lang lang)
{
    assert(lang < LANG_COUNT);
    return langs[lang].name;
}

bool lang_find(const char *code, enum lang *out)
{
    for (int i = 0; i < LANG_COUNT; i++) {
        if (code && str_starts(code, langs[i].code) &&
            !strchr("abcdefghijklmnopqrstuvwxyz", code[2] ? code[2] : ' ')) {
            *out = (enum lang)i;
            return true;
        }
    }
    return false;
}
