/* tests/unit/case_hall.h: what the tests of an application's life share: the hall, its one application, and how far that
 * has come. */
#pragma once
#include "tests/support/hall_file.h"
#include "tests/support/quoted.h"

#define CASE "c0000000-0000-7000-8000-000000000001"
#define D1   "d0000000-0000-7000-8000-000000000001"

#define RUN(who, type, body) CHECK(hall_file_run(&hall, who, type, body) || !CHECK_TEXT(hall.out.message, ""))
#define REFUSED(who, type, body, code)                 \
    do {                                               \
        CHECK(!hall_file_run(&hall, who, type, body)); \
        CHECK_TEXT(hall_file_code(&hall), code);       \
    } while (0)
#define CASE_TEXT(pointer, want) CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, CASE, pointer), want)

extern struct hall_file hall; /* of the test that runs; it closes what it opened */

/* CASE of Leyla, for the service "t.card" that asks for one paper and is waiting for a decision then. */
void case_opened(void);
void case_submitted(void);
void case_completed(void);
