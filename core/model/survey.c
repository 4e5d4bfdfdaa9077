/* core/model/survey.c: see survey.h. All in integers: the index is computed once, from the sums, and rounded
 * at the end, so that no mean is rounded on the way (0.11 for 1/9 is the usual mistake). */
#include "core/model/survey.h"

bool survey_check(const int *scores, int count, struct refusal *refusal)
{
    if (count != SURVEY_ELEMENTS)
        return refusal_set(refusal, "invalid_scores", "The survey has %d questions; %d were answered.",
                           SURVEY_ELEMENTS, count);
    for (int i = 0; i < count; i++)
        if (scores[i] < 1 || scores[i] > SURVEY_SCORE_MAX)
            return refusal_set(refusal, "invalid_scores", "Answer %d must be 1 to %d, not %d.", i + 1,
                               SURVEY_SCORE_MAX, scores[i]);
    return true;
}

bool survey_add(struct survey_sum *sum, const int *scores, int count)
{
    if (!survey_check(scores, count, NULL))
        return false;
    sum->people++;
    for (int i = 0; i < SURVEY_ELEMENTS; i++)
        sum->score[i] += scores[i];
    return true;
}

int64_t survey_index_hundredths(const struct survey_sum *sum)
{
    if (sum->people <= 0)
        return 0;
    int64_t total = 0, divisor = SURVEY_ELEMENTS * sum->people;
    for (int i = 0; i < SURVEY_ELEMENTS; i++)
        total += sum->score[i];
    return (2 * 2500 * total + divisor) / (2 * divisor);
}

/* Permenpan RB 14/2017: A 88.31-100, B 76.61-88.30, C 65.00-76.60, D 25.00-64.99. */
char survey_grade(int64_t index_hundredths)
{
    if (index_hundredths < 2500)
        return 0;
    if (index_hundredths >= 8831)
        return 'A';
    if (index_hundredths >= 7661)
        return 'B';
    return index_hundredths >= 6500 ? 'C' : 'D';
}

int64_t survey_mean_hundredths(const struct survey_sum *sum, int element)
{
    if (sum->people <= 0 || element < 0 || element >= SURVEY_ELEMENTS)
        return 0;
    return (2 * 100 * sum->score[element] + sum->people) / (2 * sum->people);
}
