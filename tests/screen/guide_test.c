/* tests/screen/guide_test.c: the clerks' guide: its pictures are those of the screens as they are, and stand in each
 * language's text. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/tr.h"
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_guide_pictures)
{
    script_run("guide.script");
}

static int times(const char *text, const char *words)
{
    int count = 0;
    for (; (text = strstr(text, words)); text += strlen(words))
        count++;
    return count;
}

TEST(screen_guide_shows_each_picture_once_in_each_language)
{
    DIR *folder = opendir("themes/pictures/guide");
    REQUIRE(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *end = strrchr(entry->d_name, '_');
        enum lang lang;
        char code[3] = {end ? end[1] : '\0', end && end[1] ? end[2] : '\0'};
        if (!end || !lang_find(code, &lang))
            continue;
        char *path = xasprintf("screens/guide/%s.md", code), *text = test_read_file(path);
        char *link = xasprintf("(../../themes/pictures/guide/%s)", entry->d_name);
        CHECK_INT(text ? times(text, link) : -1, 1);
        count++;
        free(link);
        free(text);
        free(path);
    }
    closedir(folder);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        char *path = xasprintf("screens/guide/%s.md", lang_code((enum lang)lang)),
             *text = test_read_file(path);
        CHECK_INT(text ? times(text, "](../../themes/pictures/guide/") * LANG_COUNT : -1, count);
        free(text);
        free(path);
    }
}
