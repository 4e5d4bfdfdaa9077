/* core/form/decimal.h: numbers as people write them: decimal digits, so that 0.3 is a multiple of 0.1. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { DECIMAL_TEXT = 32 };
/* Exact on the shortest decimal that reads back as the same double. step > 0. */
bool decimal_multiple(double value, double step);
/* The shortest text that reads back as value: "5", "0.1", "1e+30". */
void decimal_text(double value, char out[DECIMAL_TEXT]);
