/* core/hall/demo_files.c: see demo_files.h. */
#include "core/hall/demo_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hall/setup.h"

static const char ending[] = ".scenario";
enum { SCENARIO_BYTES = 64 * 1024 };

static enum err read_file(const char *path, struct buf *out, struct err_info *info)
{
    char part[4096];
    size_t got;
    FILE *file = fopen(path, "re");
    while (file && out->length <= SCENARIO_BYTES && (got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(out, part, got);
    bool read = file && !ferror(file);
    enum err err =
        read ? ERR_OK : err_set(info, err_from_errno(errno), "%s cannot be read: %s.", path, strerror(errno));
    if (file)
        fclose(file);
    if (err == ERR_OK && out->length > SCENARIO_BYTES)
        err = err_set(info, ERR_TOO_LARGE, "%s is larger than a scenario may be.", path);
    return err;
}

static void tell_fault(void *context, const char *line)
{
    ++*(int *)context;
    fprintf(stderr, "loketd: %s\n", line);
}

static enum err load(const char *path, struct scenario *out, struct err_info *info)
{
    struct buf text = {0};
    int faults = 0;
    enum err err = read_file(path, &text, info);
    if (err == ERR_OK)
        err = scenario_read(path, buf_text(&text), text.length, tell_fault, &faults, out, NULL);
    if (faults > 0)
        err_set(info, err, "%s is no scenario yet: %d fault%s. Nothing was simulated.", path, faults,
                faults == 1 ? "" : "s");
    buf_free(&text);
    return err;
}

static enum err scenario_folder(char **folder, struct err_info *info)
{
    if (setup_folder("LOKET_SCENARIOS", "core/demo/scenarios", "scenarios", "first-day.scenario", folder))
        return ERR_OK;
    return err_set(info, ERR_ABSENT,
                   "The scenarios of this loketd are not beside it. Name their folder in "
                   "LOKET_SCENARIOS, or give the file of one.");
}

/* A name of the list, or the path of a file. */
enum err demo_scenario(const char *name, struct scenario *out, struct err_info *info)
{
    size_t length = strlen(name);
    bool path =
        strchr(name, '/') || (length > strlen(ending) && str_equal(name + length - strlen(ending), ending));
    char *folder = NULL;
    if (path)
        return load(name, out, info);
    enum err err = scenario_folder(&folder, info);
    if (err != ERR_OK)
        return err;
    char *file = xasprintf("%s/%s%s", folder, name, ending);
    err = access(file, R_OK) == 0
              ? load(file, out, info)
              : err_set(info, ERR_ABSENT,
                        "There is no scenario \"%s\". loketd demo list names those that there are.", name);
    free(file);
    free(folder);
    return err;
}

static int is_scenario(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > strlen(ending) && str_equal(entry->d_name + length - strlen(ending), ending);
}

enum err demo_scenarios(demo_each *each, void *ctx, struct err_info *info)
{
    char *folder = NULL;
    struct dirent **files = NULL;
    enum err err = scenario_folder(&folder, info);
    int count = err == ERR_OK ? scandir(folder, &files, is_scenario, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        struct scenario scenario;
        char *path = xasprintf("%s/%s", folder, files[i]->d_name);
        enum err one = load(path, &scenario, info);
        if (one == ERR_OK)
            one = each(ctx, &scenario);
        if (err == ERR_OK)
            err = one;
        free(path);
        free(files[i]);
    }
    free(files);
    free(folder);
    return err;
}
