/* tests/fuzz/config_fuzz.c: any bytes as the settings file of a workstation, and as a list of halls. Holds: what is wrong is
 * told in whole UTF-8 lines that begin with the file's name, and the rest stays within its bounds; what was read once is read
 * again as the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screens/halls_file.h"
#include "screens/runner.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/test.h"
#include "tui/keymap.h"

static void hold_complaints(const struct buf *complaints, const char *name, bool whole)
{
    const char *text = complaints->data ? buf_text(complaints) : "";
    HOLD(!whole || utf8_valid(text, strlen(text)));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        HOLD(strchr(line, '\n') && str_starts(line, name));
        for (const char *c = line; *c != '\n'; c++)
            HOLD((unsigned char)*c >= ' ');
    }
}

static void hold_bounds(const struct settings *settings)
{
    HOLD(settings->bell >= 0 && settings->bell < BELL_COUNT);
    HOLD(settings->lock_after_min >= SETTINGS_LOCK_BY_HALL);
    HOLD(settings_lock_min(settings, true) >= 0 && settings_lock_min(settings, false) >= 0);
    HOLD(settings->ticket_width > 0 && settings->ticket_width < 1000);
}

static void try_settings(const char *text, bool whole)
{
    struct settings one, two;
    settings_init(&one);
    settings_init(&two);
    settings_parse(&one, "fuzz.ini", text);
    settings_parse(&two, "fuzz.ini", text);
    hold_complaints(&one.complaints, "fuzz.ini:", whole);
    HOLD(one.complaints.length == two.complaints.length && str_equal(one.hall, two.hall));
    hold_bounds(&one);
    struct keymap *keys = runner_keymap(&one); /* the keys that it names may contradict each other */
    HOLD(keys);
    keymap_free(&keys);
    settings_deinit(&one);
    settings_deinit(&two);
}

/* One file for the whole process, rewritten for each input. */
static const char *list_path(void)
{
    static char path[128];
    if (!*path)
        str_format(path, sizeof path, "%s/list", test_folder());
    return path;
}

static void try_halls(const uint8_t *data, size_t size, bool whole)
{
    struct halls_file file = {0};
    struct buf complaints = {0};
    struct err_info info = {0};
    const struct sync_trust trust = {0};
    FILE *out = fopen(list_path(), "we");
    HOLD(out);
    HOLD(fwrite(data, 1, size, out) == size);
    HOLD(fclose(out) == 0);
    enum err err = halls_file_read(&file, list_path(), &trust, &complaints, &info);
    HOLD(unlink(list_path()) == 0);
    HOLD(err == ERR_OK ? complaints.length == 0 : info.text[0] || complaints.length > 0);
    HOLD(file.count >= 0 && file.count <= HALLS_FILE_MAX);
    for (int i = 0; err == ERR_OK && i < file.count; i++)
        HOLD(file.halls[i].url && *file.halls[i].url && file.halls[i].key && file.halls[i].name &&
             file.halls[i].region);
    hold_complaints(&complaints, list_path(), whole);
    halls_file_clear(&file);
    buf_free(&complaints);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    bool whole = utf8_valid(text, strlen(text));
    try_settings(text, whole);
    try_halls(data, size, whole);
    free(text);
    return 0;
}
