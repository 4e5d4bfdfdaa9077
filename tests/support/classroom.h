/* tests/support/classroom.h: a training hall with its trainer and one trainee signed in over HTTP, as `loket --hall practice`
 * starts one: Indonesia's pack, seed 4. */
#pragma once
#include "core/sync/embedded.h"
#include "tests/support/hall.h"

struct classroom {
    char *folder;
    struct embedded *embedded;
    struct test_hall hall;             /* its url and port alone */
    struct hall_client trainer, clerk; /* agus, siti */
};
/* scenario NULL: no day is under way. Stops the test when it does not come up. */
void classroom_open(struct classroom *room, const char *scenario);
void classroom_close(struct classroom *room);
/* After its hall died: until another serves. */
void classroom_wait_ready(struct classroom *room);
void classroom_sign_in(struct classroom *room, struct hall_client *client, const char *login);
