/* tests/screen/case_test.c: an application's three screens, as scripts. */
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_form)
{
    script_run("form.script");
}

TEST(screen_form_rows)
{
    script_run("form_rows.script");
}

TEST(screen_form_rows_wrong)
{
    script_run("form_rows_wrong.script");
}

TEST(screen_form_passed)
{
    script_run("form_passed.script");
}

TEST(screen_form_removed)
{
    script_run("form_removed.script");
}

TEST(screen_form_saving)
{
    script_run("form_saving.script");
    script_run("form_half.script");
}

TEST(screen_fees_at_midnight)
{
    script_run("fees.script");
}

TEST(screen_documents)
{
    script_run("documents.script");
}

TEST(screen_law)
{
    script_run("law.script");
}

TEST(screen_decision)
{
    script_run("decision.script");
}

TEST(screen_decision_confirm)
{
    script_run("decision_confirm.script");
}

TEST(screen_steps_after_a_decision)
{
    script_run("steps_case.script");
}

TEST(screen_form_version)
{
    script_run("form_version.script");
}

TEST(screen_of_what_is_returned)
{
    script_run("returned.script");
}
