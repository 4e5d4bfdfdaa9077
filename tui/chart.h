/* tui/chart.h: small pictures of numbers: a row ▁▂▃▄▅▆▇█, a bar, a cell of a heat map. */
#pragma once
#include "tui/frame.h"

/* One cell a value, from the left; max 0: the largest value. Values below 0 and what is no number are 0. */
void chart_spark(struct frame *frame, struct rect area, const double *values, int count, double max,
                 unsigned look);
/* The same as text, for a list's cell; cut where out ends. */
void chart_spark_text(const double *values, int count, double max, char *out, size_t capacity);
/* A bar over area's first row, in eighths of a cell: part of whole. */
void chart_bar(struct frame *frame, struct rect area, double part, double whole, unsigned look);
/* Upright bars, area.h rows high, bar_w cells each and a gap of one. */
void chart_columns(struct frame *frame, struct rect area, const double *values, int count, double max,
                   int bar_w, unsigned look);
/* Fills area by how large value is of max, in five steps: blank ░ ▒ ▓ █. */
void chart_heat(struct frame *frame, struct rect area, double value, double max, unsigned look);
