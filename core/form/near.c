/* core/form/near.c: see near.h. */
#include "core/form/near.h"

#include <string.h>

enum { LETTERS_MAX = 2, LETTERS_EACH = 3, WORD_MAX = 48 };

static int least_of(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

/* Of words up to WORD_MAX; longer ones are near nothing. */
static int distance(const char *a, const char *b)
{
    int rows[3][WORD_MAX + 1];
    int *before = rows[0], *above = rows[1], *row = rows[2], length = (int)strlen(b);
    if (strlen(a) > WORD_MAX || length > WORD_MAX)
        return WORD_MAX;
    for (int k = 0; k <= length; k++)
        above[k] = k;
    for (int i = 1; a[i - 1]; i++) {
        row[0] = i;
        for (int k = 1; k <= length; k++) {
            row[k] = least_of(above[k] + 1, row[k - 1] + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] && before[k - 2] + 1 < row[k])
                row[k] = before[k - 2] + 1; /* two letters turned round */
        }
        int *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[length];
}

void near_try(struct near *near, const char *candidate)
{
    int far = distance(near->wanted, candidate);
    if (far > LETTERS_MAX || far * LETTERS_EACH > (int)strlen(near->wanted) ||
        (near->best && far >= near->least))
        return;
    near->best = candidate;
    near->least = far;
}
