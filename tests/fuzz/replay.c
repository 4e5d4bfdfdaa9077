/* tests/fuzz/replay.c: main of a target in `make test`: every input of its corpus, and every one that ever failed,
 * once. What is broken ends the program at the input named last; run.sh counts that as the failure. Arguments name
 * files instead. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { SLOW_MS = 1000 };

static int passed, failed;
static const char *current = "";

/* Of this program's own time of the processor: others run beside it. */
static int64_t processor_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    struct buf bytes = {0};
    char chunk[8192];
    if (!file)
        return NULL;
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&bytes, chunk, n);
    fclose(file);
    *size = bytes.length;
    return bytes.data ? buf_take(&bytes) : xstrdup("");
}

static void replay(const char *path)
{
    size_t size = 0;
    char *bytes = read_whole(path, &size);
    if (!bytes) {
        printf("%s cannot be read\n", path);
        failed++;
        return;
    }
    /* A block of exactly this size, so that a read beyond the end is seen. */
    uint8_t *exact = xmalloc(size ? size : 1);
    memcpy(exact, bytes, size);
    free(bytes);
    current = path;
    int64_t start_ms = processor_ms();
    LLVMFuzzerTestOneInput(exact, size);
    int64_t took_ms = processor_ms() - start_ms;
    free(exact);
    if (took_ms > SLOW_MS)
        printf("%s took %lld ms\n", path, (long long)took_ms);
    passed += took_ms <= SLOW_MS;
    failed += took_ms > SLOW_MS;
}

static void replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *path = xasprintf("%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            replay(path);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

static void name_current(void)
{
    fprintf(stderr, "at %s\n", current);
}

static void aborted(int number)
{
    (void)number;
    name_current();
    _exit(1);
}

void __sanitizer_set_death_callback(void (*callback)(void));

int main(int argc, char **argv)
{
    __sanitizer_set_death_callback(name_current);
    signal(SIGABRT, aborted);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    if (argc == 1) {
        const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
        char *folder = xasprintf("tests/fuzz/corpus/%.*s", (int)(strlen(name) - strlen("_fuzz")), name);
        replay_folder(folder);
        free(folder);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed || passed == 0;
}
