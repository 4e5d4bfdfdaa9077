/* core/form/decimal.c: multiples in decimal arithmetic. Knows no schema. */
#include "core/form/decimal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct decimal { /* digits * 10^exponent; digits without trailing zeros, below 10^17 */
    unsigned long long digits;
    int exponent;
};

void decimal_text(double value, char out[DECIMAL_TEXT])
{
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(out, DECIMAL_TEXT, "%.*g", precision, value);
        if (strtod(out, NULL) == value)
            return;
    }
}

static struct decimal decimal_of(double value)
{
    struct decimal d = {0};
    char text[DECIMAL_TEXT];
    bool after_point = false;
    decimal_text(fabs(value), text);
    const char *s = text;
    for (; *s && *s != 'e'; s++) {
        if (*s == '.') {
            after_point = true;
        } else if (isdigit((unsigned char)*s)) {
            d.digits = d.digits * 10 + (unsigned)(*s - '0');
            d.exponent -= after_point;
        }
    }
    if (*s == 'e')
        d.exponent += (int)strtol(s + 1, NULL, 10);
    while (d.digits && d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    return d;
}

bool decimal_multiple(double value, double step)
{
    struct decimal v = decimal_of(value), s = decimal_of(step);
    if (v.digits == 0)
        return true;
    if (s.digits == 0 || v.exponent < s.exponent)
        return false; /* v has a digit below the last of every multiple of s */
    unsigned __int128 rest = v.digits % s.digits;
    for (int i = v.exponent - s.exponent; i > 0 && rest; i--)
        rest = rest * 10 % s.digits;
    return rest == 0;
}
