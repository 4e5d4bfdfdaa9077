/* core/model/survey.h: the citizens' satisfaction index (SKM): nine elements scored 1 to 4.
 * Source: Permenpan RB 14/2017: index = 25 × sum of the nine means × 1/9, with exact ninths, rounded at the
 * end. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/model/refusal.h"

enum { SURVEY_ELEMENTS = 9, SURVEY_SCORE_MAX = 4 };

struct survey_sum {
    int64_t people;
    int64_t score[SURVEY_ELEMENTS]; /* sums */
};

/* Code: invalid_scores. */
bool survey_check(const int *scores, int count, struct refusal *refusal);
/* False (sum unchanged) when the scores are not nine of 1 … 4. */
bool survey_add(struct survey_sum *sum, const int *scores, int count);
/* The index in hundredths, 2500 … 10000; 0 when nobody answered. Half is rounded up. */
int64_t survey_index_hundredths(const struct survey_sum *sum);
/* 'A' to 'D' by the hundredths; 0 when nobody answered. */
char survey_grade(int64_t index_hundredths);
/* The mean of one element in hundredths, half rounded up. */
int64_t survey_mean_hundredths(const struct survey_sum *sum, int element);
