/* tests/support/test.c: runs the registered tests. See test.h. */
#include "tests/support/test.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test *tests; /* in reverse order of registration until main turns it */
static struct {
    jmp_buf leave;
    int failures;
    const char *skipped;
} current;
static char folder[64];
static bool abandoned;
static struct {
    int part, parts; /* --part=2/5: of the files of tests the second of five shares; parts 0: all */
    int slowest;     /* --slowest=N: so many are told with their time at the end */
} options;

void test_register(struct test *test)
{
    test->next = tests;
    tests = test;
}

void test_abandon(void)
{
    abandoned = true;
    longjmp(current.leave, 1);
}

bool test_abandoned(void)
{
    return abandoned;
}

void test_skip(const char *why)
{
    current.skipped = why;
    longjmp(current.leave, 1);
}

bool check(bool ok, const char *file, int line, const char *what)
{
    if (!ok) {
        current.failures++;
        printf("  %s:%d: not so: %s\n", file, line, what);
    }
    return ok;
}

bool check_text(const char *got, const char *want, const char *file, int line, const char *what)
{
    bool ok = got && want ? strcmp(got, want) == 0 : got == want;
    if (!ok) {
        current.failures++;
        printf("  %s:%d: %s\n    got:  %s\n    want: %s\n", file, line, what, got ? got : "(null)",
               want ? want : "(null)");
    }
    return ok;
}

bool check_int(int64_t got, int64_t want, const char *file, int line, const char *what)
{
    if (got != want) {
        current.failures++;
        printf("  %s:%d: %s is %lld, not %lld\n", file, line, what, (long long)got, (long long)want);
    }
    return got == want;
}

char *test_read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = NULL;
    size_t length = 0;
    FILE *copy = open_memstream(&text, &length);
    char chunk[8192];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        fwrite(chunk, 1, n, copy);
    fclose(copy);
    fclose(f);
    return text;
}

/* Prints the first line in which two texts differ. */
static void print_difference(const char *got, const char *want)
{
    for (int line = 1; *got || *want; line++) {
        size_t g = strcspn(got, "\n"), w = strcspn(want, "\n");
        if (g != w || memcmp(got, want, g) != 0) {
            printf("    line %d\n    got:  %.*s\n    want: %.*s\n", line, (int)g, got, (int)w, want);
            return;
        }
        got += g + (got[g] == '\n');
        want += w + (want[w] == '\n');
    }
}

bool check_golden_at(const char *got, const char *path, const char *file, int line)
{
    const char *mode = getenv("LOKET_GOLDEN");
    if (mode && strcmp(mode, "write") == 0) {
        FILE *f = fopen(path, "wb");
        if (!f)
            return check(false, file, line, path);
        fputs(got, f);
        return check(fclose(f) == 0, file, line, path);
    }
    char *want = test_read_file(path);
    bool ok = want && strcmp(got, want) == 0;
    if (!ok) {
        current.failures++;
        printf("  %s:%d: differs from %s%s\n", file, line, path, want ? "" : " (which cannot be read)");
        print_difference(got, want ? want : "");
    }
    free(want);
    return ok;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static void remove_folder(void)
{
    if (folder[0])
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The day on which tests stopped to draw by the date. */
enum { SEED = 20788 };

uint64_t test_given(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

uint64_t test_seed(void)
{
    return test_given("LOKET_SEED", SEED);
}

const char *test_folder(void)
{
    if (!folder[0]) {
        const char *place = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/loket-test-XXXXXX", place && *place ? place : "/tmp");
        if (!mkdtemp(folder)) {
            perror(folder);
            exit(2);
        }
        atexit(remove_folder);
    }
    static int count;
    static char paths[1024][96];
    if (count == 1024) {
        fputs("too many test folders\n", stderr);
        exit(2);
    }
    char *path = paths[count];
    snprintf(path, sizeof paths[0], "%s/%d", folder, count++);
    if (mkdir(path, 0700) != 0) {
        perror(path);
        exit(2);
    }
    return path;
}

static bool read_option(const char *word)
{
    return sscanf(word, "--part=%d/%d", &options.part, &options.parts) == 2 ||
           sscanf(word, "--slowest=%d", &options.slowest) == 1;
}

static bool wanted(const struct test *test, int file, int names, char **name)
{
    if (options.parts > 0 && file % options.parts != options.part - 1)
        return false;
    for (int i = 0; i < names; i++)
        if (strstr(test->name, name[i]) || strstr(test->file, name[i]))
            return true;
    return names == 0;
}

static void turn(void)
{
    struct test *turned = NULL;
    while (tests) {
        struct test *next = tests->next;
        tests->next = turned;
        turned = tests;
        tests = next;
    }
    tests = turned;
}

/* Apart from main, so that no local of the loop lives across the longjmp. */
static void run(const struct test *test)
{
    memset(&current, 0, sizeof current);
    if (setjmp(current.leave) == 0)
        test->run();
}

static double seconds(int whose)
{
    struct rusage usage;
    getrusage(whose, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Of the processor, with the programs that were waited for: other programs on the machine hardly change it. */
static double processor_s(void)
{
    return seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN);
}

static void tell_slowest(void)
{
    for (int i = 0; i < options.slowest; i++) {
        struct test *slowest = tests;
        for (struct test *test = tests; test; test = test->next)
            if (test->took_s > slowest->took_s)
                slowest = test;
        if (!slowest || slowest->took_s <= 0)
            break;
        printf("%8.2f s %s (%s)\n", slowest->took_s, slowest->name, slowest->file);
        slowest->took_s = 0;
    }
    if (options.slowest > 0)
        printf("%8.2f s of the processor in all\n", processor_s());
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0, skipped = 0, file = 0, names = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++)
        if (!read_option(argv[i]))
            argv[1 + names++] = argv[i];
    turn();
    for (struct test *test = tests; test; test = test->next) {
        bool chosen = wanted(test, file, names, argv + 1);
        file += test->next && strcmp(test->file, test->next->file) != 0;
        if (!chosen)
            continue;
        double start_s = processor_s();
        run(test);
        test->took_s = processor_s() - start_s;
        if (current.failures) {
            printf("FAILED %s (%s)\n", test->name, test->file);
            failed++;
        } else if (current.skipped) {
            printf("skipped %s: %s\n", test->name, current.skipped);
            skipped++;
        } else {
            passed++;
        }
    }
    tell_slowest();
    printf("%d passed, %d failed", passed, failed);
    if (skipped)
        printf(", %d skipped", skipped);
    putchar('\n');
    fflush(stdout);
    if (abandoned) { /* the sanitizer would tell of its leftovers after the sum */
        remove_folder();
        _exit(1);
    }
    return failed ? 1 : 0;
}
