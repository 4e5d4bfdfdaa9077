/* tests/unit/case_hall.c: see case_hall.h. */
#include "tests/unit/case_hall.h"

struct hall_file hall;

void case_opened(void)
{
    hall_file_open(&hall);
    RUN(LEYLA, "case.open", "{'case':'" CASE "','service':'t.card','ticket':'t1','channel':'walk_in'}");
}

void case_submitted(void)
{
    case_opened();
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'fin':'7A2B3XK','reason':'expired'}}");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
}

void case_completed(void)
{
    case_submitted();
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'seen'}");
    CASE_TEXT("/state", "complete");
}
