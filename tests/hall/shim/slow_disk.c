/* tests/hall/shim/slow_disk.c: a slow disk, preloaded into the real programs (LD_PRELOAD): now and then a sync takes
 * long. To wait is what it is for. How long in milliseconds at most: LOKET_SLOW_DISK_MS; one sync in
 * LOKET_SLOW_DISK_ONE_IN is slow (4 when not said). */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int number(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text && atoi(text) > 0 ? atoi(text) : otherwise;
}

/* Chance is the clock's: each process has another, none repeats. */
static void linger(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned long chance = (unsigned long)now.tv_nsec / 128 * 2654435761u >> 7;
    int most_ms = number("LOKET_SLOW_DISK_MS", 0), one_in = number("LOKET_SLOW_DISK_ONE_IN", 4);
    if (most_ms == 0 || chance % (unsigned long)one_in != 0)
        return;
    long ms = (long)(chance / 64 % (unsigned long)most_ms);
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

typedef int sync_call(int fd);

static int real(const char *name, int fd)
{
    void *found = dlsym(RTLD_NEXT, name);
    sync_call *call = NULL;
    *(void **)&call = found;
    return call(fd);
}

int fsync(int fd)
{
    linger();
    return real("fsync", fd);
}

int fdatasync(int fd)
{
    linger();
    return real("fdatasync", fd);
}
