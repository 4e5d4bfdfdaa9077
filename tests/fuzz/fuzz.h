/* tests/fuzz/fuzz.h: what the fuzzers share. Each target is one file NAME_fuzz.c with LLVMFuzzerTestOneInput; the
 * same file runs its corpus in `make test` (replay.c) and is driven by libFuzzer in `make fuzz`. A broken
 * invariant ends the program, which is what both take as a finding. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "core/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what is not so, and ends. */
void fuzz_fail(const char *file, int line, const char *what) __attribute__((noreturn));
#define HOLD(condition)                                \
    do {                                               \
        if (!(condition))                              \
            fuzz_fail(__FILE__, __LINE__, #condition); \
    } while (0)

/* The input as a text with an end; the caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);
/* The input as JSON, NULL when it is none; the caller frees. */
struct json *fuzz_json(const uint8_t *data, size_t size);
