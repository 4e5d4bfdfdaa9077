/* core/cache/mend.c: the bytes that are the same in every file of ours, so that losing them need not lose the rest:
 * SQLite's head and the pages of the schema (sqlite.org/fileformat2.html). Knows no table. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/cache/store.h"

enum { HEAD = 100, PAGE = 4096, INTERIOR = 5, DEPTH_MAX = 8 };

/* A size, a list of free pages and a counter of 0 tell SQLite to look for itself. */
static const unsigned char head[HEAD] = {
    'S',      'Q',       'L',       'i',       't',      'e',      ' ',      'f',         'o',
    'r',      'm',       'a',       't',       ' ',      '3',      0,        [16] = 0x10, /* pages of 4096 bytes */
    [18] = 2,                                                                /* with a write-ahead log */
    [19] = 2, [21] = 64, [22] = 32, [23] = 32, [27] = 1, [43] = 1, [47] = 4, /* counters; the format of the schema */
    [59] = 1,                                                                /* UTF-8 */
    [63] = 1,                                                                /* our own version */
};

/* Counters, sizes and our own version are each file's own; before its first table a file has no format of a schema. */
static bool byte_fits(const unsigned char *is, int i)
{
    bool own = (i >= 24 && i < 44) || (i >= 60 && i < 64) || i >= 92;
    bool log = (i == 18 || i == 19) && is[i] == 1;
    bool new = (i == 47 || i == 59) && is[i] == 0;
    return own || log || new || is[i] == head[i];
}

bool mend_needs_head(const char *path)
{
    unsigned char is[HEAD];
    bool fits = true;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool read = pread(fd, is, sizeof is, 0) == (ssize_t)sizeof is;
    close(fd);
    for (int i = 0; i < HEAD && read; i++)
        fits = fits && byte_fits(is, i);
    return !fits;
}

void mend_head(const char *path)
{
    unsigned char is[HEAD];
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    if (pread(fd, is, sizeof is, 0) == (ssize_t)sizeof is &&
        pwrite(fd, head, sizeof head, 0) == (ssize_t)sizeof head)
        (void)fsync(fd);
    close(fd);
}

static uint32_t number(const unsigned char *at, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

/* The page, and where it is an interior one all below it. */
static enum err lend_page(int from, int to, uint32_t page, int depth)
{
    unsigned char bytes[PAGE];
    off_t place = ((off_t)page - 1) * PAGE;
    if (page == 0 || depth > DEPTH_MAX || pread(from, bytes, PAGE, place) != PAGE)
        return ERR_CORRUPT;
    if (pwrite(to, bytes, PAGE, place) != PAGE)
        return ERR_DISK;
    const unsigned char *top = bytes + (page == 1 ? HEAD : 0);
    if (top[0] != INTERIOR)
        return ERR_OK;
    int cells = (int)number(top + 3, 2);
    for (int i = 0; i < cells; i++) {
        size_t cell = number(top + 12 + 2 * (size_t)i, 2);
        if (top + 12 + 2 * (size_t)i + 2 > bytes + PAGE || cell + 4 > PAGE)
            return ERR_CORRUPT;
        TRY(lend_page(from, to, number(bytes + cell, 4), depth + 1));
    }
    return lend_page(from, to, number(top + 8, 4), depth + 1);
}

enum err mend_schema(const char *like, const char *path)
{
    int from = open(like, O_RDONLY | O_CLOEXEC), to = open(path, O_RDWR | O_CLOEXEC);
    enum err err = from >= 0 && to >= 0 ? lend_page(from, to, 1, 0) : ERR_DISK;
    if (to >= 0) {
        (void)fsync(to);
        close(to);
    }
    if (from >= 0)
        close(from);
    if (err == ERR_OK)
        mend_head(path);
    return err;
}
