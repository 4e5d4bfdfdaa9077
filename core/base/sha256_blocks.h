/* core/base/sha256_blocks.h: the rounds of SHA-256 where the processor has instructions for them. For crypto.c alone. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64 };

bool sha256_blocks_can(void);
/* count blocks into the state; only when sha256_blocks_can. */
void sha256_blocks(uint32_t state[8], const unsigned char *data, size_t count);
