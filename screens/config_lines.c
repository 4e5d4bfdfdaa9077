/* screens/config_lines.c: see config_lines.h. */
#include "screens/config_lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096, LINES_MAX = 10000, SECTION_MAX = 128 };

char *config_trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

static const char *take_line(char *line, char section[SECTION_MAX], config_line *each, void *ctx,
                             const char *at)
{
    line = config_trim(line);
    size_t length = strlen(line);
    if (!length || *line == '#' || *line == ';')
        return NULL;
    if (*line != '[')
        return each(ctx, section, line, at);
    if (line[length - 1] != ']')
        return "a section ends with ]";
    line[length - 1] = '\0';
    return str_copy(section, SECTION_MAX, config_trim(line + 1)) ? NULL : "this section's name is too long";
}

void config_lines(const char *name, const char *text, config_line *each, void *ctx, struct buf *complaints)
{
    char section[SECTION_MAX] = "";
    for (int number = 1; *text && number <= LINES_MAX; number++) {
        size_t length = strcspn(text, "\n");
        const char *fault = "this line is too long, or not UTF-8";
        char *at = xasprintf("%s:%d", name, number);
        if (length < LINE_MAX_BYTES && utf8_valid(text, length)) {
            char *line = xstrndup(text, length);
            fault = take_line(line, section, each, ctx, at);
            free(line);
        }
        if (fault)
            buf_addf(complaints, "%s: %s\n", at, fault);
        free(at);
        text += length + (text[length] == '\n');
    }
}

enum err config_read(const char *path, struct buf *text, struct err_info *info)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return err_set(info, err_from_errno(errno), "%s cannot be read: %s", path, strerror(errno));
    char chunk[4096];
    size_t got;
    while (text->length < 1U << 20 && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(text, chunk, got);
    bool failed = ferror(file) != 0;
    fclose(file);
    return failed ? err_set(info, ERR_DISK, "%s cannot be read to its end", path) : ERR_OK;
}
