/* tui/chart.c: small pictures of numbers: see chart.h. Any number is safe: what is none counts as 0. */
#include "tui/chart.h"

#include <math.h>
#include <string.h>

enum { EIGHTHS = 8 };

static const char *const rising[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const growing[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

static double sound(double value)
{
    return isfinite(value) && value > 0 ? value : 0;
}

/* max if it is given, else the largest value. */
static double largest(const double *values, int count, double max)
{
    if (sound(max) > 0)
        return max;
    double most = 0;
    for (int i = 0; i < count; i++)
        if (sound(values[i]) > most)
            most = values[i];
    return most;
}

/* value of max in steps: 0 only for nothing at all, so that a little is seen. */
static int level(double value, double max, int steps)
{
    value = sound(value);
    if (value <= 0 || max <= 0)
        return 0;
    if (value >= max)
        return steps;
    int n = (int)lround(value / max * steps);
    return n < 1 ? 1 : n;
}

static void put(struct frame *frame, struct rect area, int x, int y, const char *sign, unsigned look)
{
    frame_put(frame, area, x, y, sign, strlen(sign), look, NULL);
}

void chart_spark(struct frame *frame, struct rect area, const double *values, int count, double max,
                 unsigned look)
{
    struct rect row = rect_row(area, 0);
    max = largest(values, count, max);
    for (int i = 0; i < count && i < row.w; i++) {
        int n = level(values[i], max, EIGHTHS);
        put(frame, row, row.x + i, row.y, rising[n ? n : 1], n ? look : STYLE_DIM);
    }
}

void chart_spark_text(const double *values, int count, double max, char *out, size_t capacity)
{
    size_t length = 0;
    max = largest(values, count, max);
    out[0] = '\0';
    for (int i = 0; i < count; i++) {
        int n = level(values[i], max, EIGHTHS);
        const char *sign = rising[n ? n : 1];
        if (length + strlen(sign) >= capacity)
            return;
        strcpy(out + length, sign);
        length += strlen(sign);
    }
}

void chart_bar(struct frame *frame, struct rect area, double part, double whole, unsigned look)
{
    struct rect row = rect_row(area, 0);
    int eighths = level(part, whole, row.w * EIGHTHS);
    for (int i = 0; i < row.w; i++) {
        int n = eighths - i * EIGHTHS;
        put(frame, row, row.x + i, row.y, growing[n < 0 ? 0 : n > EIGHTHS ? EIGHTHS : n], look);
    }
}

void chart_columns(struct frame *frame, struct rect area, const double *values, int count, double max,
                   int bar_w, unsigned look)
{
    max = largest(values, count, max);
    for (int i = 0; i < count; i++) {
        struct rect column = rect_cut_left(&area, bar_w);
        rect_cut_left(&area, 1);
        int eighths = level(values[i], max, column.h * EIGHTHS);
        for (int up = 0; up < column.h; up++) {
            int n = eighths - up * EIGHTHS;
            struct rect row = rect_row(column, column.h - 1 - up);
            frame_fill(frame, row, rising[n < 0 ? 0 : n > EIGHTHS ? EIGHTHS : n], look);
        }
    }
}

void chart_heat(struct frame *frame, struct rect area, double value, double max, unsigned look)
{
    static const char *const steps[] = {" ", "░", "▒", "▓", "█"};
    frame_fill(frame, area, steps[level(value, max, 4)], look);
}
