/* tests/unit/screens_tr_test.c: every text that the sources mark, and every text of the action table, has a
 * translation in each language, with the same placeholders in the same order. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/action.h"
#include "screens/tr.h"
#include "tests/support/test.h"

static const struct po_entry *find(const struct po_table *table, const char *msgid)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->entries[i].msgid, msgid) == 0)
            return &table->entries[i];
    return NULL;
}

static void expect_translations(const char *msgid, const char *where)
{
    for (size_t i = 0; i < po_table_count; i++) {
        if (strcmp(po_tables[i].lang, "en") == 0 || find(&po_tables[i], msgid))
            continue;
        char *text = xasprintf("%s: %s.po has no \"%s\"", where, po_tables[i].lang, msgid);
        check(false, __FILE__, __LINE__, text);
        free(text);
    }
}

/* The literals of one TR(…), joined; *end is behind it. NULL: no literal stands there. */
static char *literal(const char *text, const char **end)
{
    struct buf out = {0};
    bool any = false;
    for (text += strspn(text, " \n"); *text == '"'; text += strspn(text, " \n")) {
        for (text++; *text && *text != '"'; text++) {
            text += *text == '\\' && text[1];
            buf_addc(&out, *text);
        }
        text += *text == '"';
        any = true;
    }
    *end = text;
    return any && *text == ')' ? buf_take(&out) : (buf_free(&out), NULL);
}

static int check_source(const char *path)
{
    int found = 0;
    char *source = test_read_file(path);
    REQUIRE(source);
    for (const char *at = source; (at = strstr(at, "TR(")); found++) {
        char *msgid = literal(at + 3, &at);
        if (msgid && *msgid)
            expect_translations(msgid, path);
        free(msgid);
    }
    free(source);
    return found;
}

TEST(tr_every_marked_text_is_translated)
{
    glob_t paths;
    int found = 0;
    REQUIRE(glob("screens/*.c", 0, NULL, &paths) == 0);
    for (size_t i = 0; i < paths.gl_pathc; i++)
        found += check_source(paths.gl_pathv[i]);
    globfree(&paths);
    CHECK(found > 100);
}

TEST(tr_every_action_and_screen_is_translated)
{
    for (int i = 1; i < ACTION_COUNT; i++) {
        const struct action_info *info = action_info((enum action)i);
        expect_translations(info->label, info->id);
        expect_translations(info->help, info->id);
        if (info->danger)
            expect_translations(info->danger, info->id);
    }
    for (int i = 0; i < SCREEN_COUNT; i++)
        expect_translations(screen_info((enum screen_id)i)->title, "screens.def");
}

/* "%d|%s|" of a text. */
static char *placeholders(const char *text)
{
    struct buf out = {0};
    for (; (text = strchr(text, '%')); text++) {
        size_t length = 1 + strspn(text + 1, "0123456789.-+ #*l");
        buf_add(&out, text, length + (text[length] != '\0'));
        buf_addc(&out, '|');
        text += length - (text[length] == '\0');
    }
    return buf_take(&out);
}

TEST(tr_placeholders_are_the_same)
{
    for (size_t i = 0; i < po_table_count; i++) {
        for (size_t j = 0; j < po_tables[i].count; j++) {
            const struct po_entry *entry = &po_tables[i].entries[j];
            char *want = placeholders(entry->msgid), *got = placeholders(entry->text);
            if ((want || got) && !CHECK_TEXT(got, want))
                check(false, __FILE__, __LINE__, entry->msgid);
            free(want);
            free(got);
        }
    }
}

TEST(tr_tables_are_sorted)
{
    for (size_t i = 0; i < po_table_count; i++)
        for (size_t j = 1; j < po_tables[i].count; j++)
            CHECK(strcmp(po_tables[i].entries[j - 1].msgid, po_tables[i].entries[j].msgid) < 0);
}

TEST(tr_falls_back_to_english)
{
    CHECK_TEXT(tr(LANG_RU, "a sentence that nobody wrote"), "a sentence that nobody wrote");
    CHECK_TEXT(tr(LANG_AZ, "finish"), "tamamla");
    CHECK_TEXT(tr(LANG_ID, "finish"), "selesai");
    CHECK_TEXT(tr(LANG_RU, "finish"), "завершить");
    CHECK_TEXT(tr(LANG_EN, "finish"), "finish");
}

TEST(tr_language_of_a_locale)
{
    enum lang lang = LANG_EN;
    CHECK(lang_find("id_ID.UTF-8", &lang) && lang == LANG_ID);
    CHECK(lang_find("az", &lang) && lang == LANG_AZ);
    CHECK(!lang_find("ido", &lang));
    CHECK(!lang_find("C.UTF-8", &lang));
    CHECK(!lang_find("", &lang));
    CHECK(!lang_find(NULL, &lang));
}
