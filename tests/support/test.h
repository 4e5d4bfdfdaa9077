/* tests/support/test.h: the test harness: TEST(name) registers itself, CHECK says what differed.
 *
 *     TEST(ticket_hold_needs_a_reason)
 *     {
 *         CHECK(!ticket_apply(&t, TICKET_HOLD, 0));
 *         CHECK_TEXT(t.reason, "");
 *     }
 *
 * A program of tests runs all of them, or those whose name or file contains an argument; it ends with
 * "N passed, N failed" and exits 1 when any failed. --slowest=N tells which took most of the processor; --part=K/N runs the
 * K-th of N shares of its files. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
    const char *name, *file;
    void (*run)(void);
    double took_s; /* of the processor, once it ran */
    struct test *next;
};
void test_register(struct test *test);

#define TEST(id)                                                       \
    static void test_##id(void);                                       \
    __attribute__((constructor)) static void register_##id(void)       \
    {                                                                  \
        static struct test test = {#id, __FILE__, test_##id, 0, NULL}; \
        test_register(&test);                                          \
    }                                                                  \
    static void test_##id(void)

/* How long a test waits for what must come. It ends a wait that hangs and measures nothing: longer than the product's own
 * longest wait (a minute between two tries, and an answer that never comes), on a slow and busy machine. */
enum { TEST_PATIENCE_MS = 180 * 1000 };

/* A number of the environment, such as LOKET_ROUNDS; otherwise when it is not given. */
uint64_t test_given(const char *name, uint64_t otherwise);
/* Of a test that draws: LOKET_SEED, and without it always the same, so that a run is red by what was changed alone. Others
 * are walked by make seeds. */
uint64_t test_seed(void);

/* A failed check is counted and printed; the test goes on. REQUIRE ends the test at once. */
bool check(bool ok, const char *file, int line, const char *what);
bool check_text(const char *got, const char *want, const char *file, int line, const char *what);
bool check_int(int64_t got, int64_t want, const char *file, int line, const char *what);
void test_abandon(void) __attribute__((noreturn));
bool test_abandoned(void);                                 /* some test was, and nobody freed what it held */
void test_skip(const char *why) __attribute__((noreturn)); /* counted apart and printed with its reason */

#define CHECK(condition)      check((condition), __FILE__, __LINE__, #condition)
#define CHECK_TEXT(got, want) check_text((got), (want), __FILE__, __LINE__, #got)
#define CHECK_INT(got, want)  check_int((got), (want), __FILE__, __LINE__, #got)
#define REQUIRE(condition)     \
    do {                       \
        if (!CHECK(condition)) \
            test_abandon();    \
    } while (0)

/* A golden file below tests/: compares got with it. With LOKET_GOLDEN=write in the environment the file is
 * written instead, to be read by a person before it is committed. */
bool check_golden_at(const char *got, const char *path, const char *file, int line);
#define CHECK_GOLDEN(got, path) check_golden_at((got), (path), __FILE__, __LINE__)

/* A fresh folder, in $TMPDIR, that is removed when the program ends. The text lives until then. */
const char *test_folder(void);
char *test_read_file(const char *path); /* whole, NUL-terminated; NULL when it cannot be read; caller frees */
