/* tests/screen/reports_test.c: the reports' screen, as a script and as what it saves. */
#include "screens/reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"
#include "screens/show.h"
#include "tests/screen/script.h"
#include "tests/screen/sound.h"
#include "tests/support/picture.h"
#include "tests/support/test.h"

TEST(screen_reports)
{
    script_run("reports.script");
    script_run("reports_languages.script");
}
