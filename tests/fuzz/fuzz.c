/* tests/fuzz/fuzz.c: see fuzz.h. Also stands in for tests/support/test.c, whose main would be in the way: what
 * tests/support checks must hold here too. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

void fuzz_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    return xstrndup((const char *)data, size);
}

struct json *fuzz_json(const uint8_t *data, size_t size)
{
    struct json *json = NULL;
    return json_parse((const char *)data, size, &json, NULL) == ERR_OK ? json : NULL;
}

bool check(bool ok, const char *file, int line, const char *what)
{
    if (!ok)
        fuzz_fail(file, line, what);
    return ok;
}

bool check_text(const char *got, const char *want, const char *file, int line, const char *what)
{
    return check(str_equal(got, want), file, line, what);
}

bool check_int(int64_t got, int64_t want, const char *file, int line, const char *what)
{
    return check(got == want, file, line, what);
}

void test_abandon(void)
{
    abort();
}

/* In memory where there is such a place. The files in it go away once they are open: see world.c. */
const char *test_folder(void)
{
    static char path[64];
    str_copy(path, sizeof path, "/dev/shm/loket-fuzz-XXXXXX");
    if (!mkdtemp(path)) {
        str_copy(path, sizeof path, "/tmp/loket-fuzz-XXXXXX");
        if (!mkdtemp(path))
            fuzz_fail(__FILE__, __LINE__, "a folder can be made");
    }
    return path;
}
