/* tests/screen/survey_test.c: the survey in the citizen's hands, as a script. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_survey_is_in_the_citizens_hands)
{
    script_run("survey.script");
}
