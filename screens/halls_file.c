/* screens/halls_file.c: see halls_file.h. */
#include "screens/halls_file.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/sync/sync.h"
#include "screens/config_lines.h"

enum { KEY_MAX = 400 };

struct reading {
    struct halls_file *out;
    const char *path;
    const struct sync_trust *trust;
    char fault[500]; /* a sentence that was made */
};

/* The next word of *at, which is moved on; "" at the end. */
static char *word(char **at)
{
    char *start = *at + strspn(*at, " \t");
    char *end = start + strcspn(start, " \t");
    *at = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static char *beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    if (*name == '/' || !slash)
        return xstrdup(name);
    return xasprintf("%.*s/%s", (int)(slash - path), path, name);
}

/* One line of printable ASCII; the caller wipes. NULL: reading->fault says why not. */
static char *read_key(struct reading *reading, const char *name)
{
    struct err_info info = {0};
    struct buf text = {0};
    char *path = beside(reading->path, name), *key = NULL;
    if (config_read(path, &text, &info)) {
        str_copy(reading->fault, sizeof reading->fault, info.text);
    } else {
        char *line = text.data ? config_trim(text.data) : NULL;
        bool good = line && *line && strlen(line) <= KEY_MAX;
        for (const char *c = line; good && *c; c++)
            good = *c > ' ' && *c < 0x7f;
        if (good)
            key = xstrdup(line);
        else
            str_format(reading->fault, sizeof reading->fault,
                       "%s holds no key: loketd key add --scope figures prints one, alone on its line", path);
    }
    if (text.data)
        secret_wipe(text.data, text.capacity);
    buf_free(&text);
    free(path);
    return key;
}

static bool is_listed(const struct halls_file *file, const char *url)
{
    for (int i = 0; i < file->count; i++)
        if (str_equal(file->halls[i].url, url))
            return true;
    return false;
}

static const char *take_ca(struct reading *reading, char *line)
{
    char *equals = strchr(line, '=');
    if (reading->out->ca)
        return "one ca is enough: several certificates stand in one file";
    reading->out->ca = beside(reading->path, config_trim(equals + 1));
    return NULL;
}

static const char *take_pin(struct reading *reading, char *line)
{
    if (reading->out->pin)
        return "one pin is enough: several keys stand in one line, with ; between";
    reading->out->pin = xstrdup(config_trim(strchr(line, '=') + 1));
    return NULL;
}

/* "NAME = VALUE" of that name. */
static bool is_setting(const char *line, const char *name)
{
    size_t length = strlen(name);
    return str_starts(line, name) && line[length + strspn(line + length, " \t")] == '=';
}

static const char *take_hall(struct reading *reading, const char *region, char *line)
{
    struct err_info info = {0};
    struct halls_file *out = reading->out;
    char *rest = line, *url = word(&rest), *key_file = word(&rest), *name = config_trim(rest);
    if (sync_check_way(url, reading->trust, &info)) {
        str_copy(reading->fault, sizeof reading->fault, info.text);
        return reading->fault;
    }
    if (!*key_file)
        return "expected ADDRESS KEYFILE and, if you like, a name";
    if (is_listed(out, url))
        return "this address stands here already: its hall would count twice";
    if (out->count == HALLS_FILE_MAX)
        return "these are more halls than one screen shows";
    char *key = read_key(reading, key_file);
    if (!key)
        return reading->fault;
    out->halls = xrealloc(out->halls, (size_t)(out->count + 1) * sizeof *out->halls);
    out->halls[out->count++] = (struct halls_line){xstrdup(url), key, xstrdup(name), xstrdup(region)};
    return NULL;
}

static const char *take_line(void *ctx, const char *section, char *line, const char *at)
{
    struct reading *reading = ctx;
    (void)at;
    if (is_setting(line, "ca"))
        return take_ca(reading, line);
    if (is_setting(line, "pin"))
        return take_pin(reading, line);
    return take_hall(reading, section, line);
}

enum err halls_file_read(struct halls_file *out, const char *path, const struct sync_trust *trust,
                         struct buf *complaints, struct err_info *info)
{
    struct buf text = {0};
    struct reading reading = {.out = out, .path = path, .trust = trust};
    *out = (struct halls_file){0};
    enum err err = config_read(path, &text, info);
    if (err == ERR_OK)
        config_lines(path, buf_text(&text), take_line, &reading, complaints);
    buf_free(&text);
    if (err != ERR_OK)
        return err;
    if (complaints->length)
        return err_set(info, ERR_INVALID,
                       "%s is not as it should be: put these lines right. No hall was asked.", path);
    return out->count ? ERR_OK
                      : err_set(info, ERR_INVALID, "%s names no hall: a line is ADDRESS KEYFILE NAME.", path);
}

void halls_file_clear(struct halls_file *file)
{
    for (int i = 0; i < file->count; i++) {
        struct halls_line *hall = &file->halls[i];
        secret_wipe(hall->key, strlen(hall->key));
        free(hall->url);
        free(hall->key);
        free(hall->name);
        free(hall->region);
    }
    free(file->halls);
    free(file->ca);
    free(file->pin);
    *file = (struct halls_file){0};
}
