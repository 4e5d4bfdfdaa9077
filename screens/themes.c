/* screens/themes.c: finds theme files. */
#include "screens/themes.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "screens/settings.h"

enum { PLACES = 3 };

/* The last one wins: a person's own theme of the same name. */
static char *place(int index)
{
    switch (index) {
    case 0:
        return settings_config_path("themes");
    case 1:
        return xstrdup("themes");
    default:
        return xstrdup(LOKET_PREFIX "/share/loket/themes");
    }
}

static char *find(const char *name)
{
    for (int i = 0; i < PLACES; i++) {
        char *folder = place(i), *path = folder ? xasprintf("%s/%s.theme", folder, name) : NULL;
        free(folder);
        if (path && access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

enum err themes_load(const char *name, struct theme *theme, struct err_info *info)
{
    theme_builtin(theme);
    if (strchr(name, '/'))
        return err_set(info, ERR_INVALID, "A theme's name holds no /: %s", name);
    char *path = find(name);
    if (!path) {
        if (strcmp(name, "default") == 0)
            return ERR_OK;
        if (strcmp(name, "mono") == 0) {
            theme_mono(theme);
            return ERR_OK;
        }
        return err_set(info, ERR_ABSENT, "There is no theme %s; the built-in one is used.", name);
    }
    struct theme_faults faults = {0};
    bool right = theme_read(theme, path, &faults);
    free(path);
    if (right)
        return ERR_OK;
    return err_set(info, ERR_INVALID, "%.*s", (int)strcspn(faults.text, "\n"), faults.text);
}

/* Keeps in best the smallest name that is larger than name. */
static void consider(const char *own, const char *name, char best[32])
{
    if (strcmp(own, name) > 0 && (!*best || strcmp(own, best) < 0))
        str_copy(best, 32, own);
}

static void consider_file(const char *file, const char *name, char best[32])
{
    char own[32];
    const char *dot = strrchr(file, '.');
    if (dot && strcmp(dot, ".theme") == 0 && str_format(own, sizeof own, "%.*s", (int)(dot - file), file))
        consider(own, name, best);
}

void themes_next(const char *name, char out[32])
{
    char best[32] = "";
    consider("default", name, best); /* these two are built in */
    consider("mono", name, best);
    for (int i = 0; i < PLACES; i++) {
        char *folder = place(i);
        DIR *dir = folder ? opendir(folder) : NULL;
        free(folder);
        for (const struct dirent *entry; dir && (entry = readdir(dir));)
            consider_file(entry->d_name, name, best);
        if (dir)
            closedir(dir);
    }
    if (*best)
        str_copy(out, 32, best);
    else
        themes_next("", out);
}
