/* tests/support/test.c: runs the registered tests. See test.h. */
#include "tests/support/test.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

const char *test_folder(void)
{
    if (!folder[0]) {
        strcpy(folder, "/tmp/loket-test-XXXXXX");
        if (!mkdtemp(folder)) {
            perror("mkdtemp");
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

static bool wanted(const struct test *test, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(test->name, argv[i]) || strstr(test->file, argv[i]))
            return true;
    return argc < 2;
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

int main(int argc, char **argv)
{
    int passed = 0, failed = 0, skipped = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    turn();
    for (const struct test *test = tests; test; test = test->next) {
        if (!wanted(test, argc, argv))
            continue;
        run(test);
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
