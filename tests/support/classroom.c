/* tests/support/classroom.c: see classroom.h. */
#include "tests/support/classroom.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

void classroom_wait_ready(struct classroom *room)
{
    struct err_info info = {0};
    enum embedded_state state;
    while ((state = embedded_step(room->embedded, &info)) == EMBEDDED_STARTING) {
        struct pollfd fd = {.fd = embedded_fd(room->embedded), .events = POLLIN};
        poll(&fd, 1, -1);
    }
    if (!CHECK(state == EMBEDDED_READY)) {
        CHECK_TEXT(info.text, "");
        test_abandon();
    }
    str_copy(room->hall.url, sizeof room->hall.url, embedded_url(room->embedded));
    room->hall.port = atoi(strrchr(room->hall.url, ':') + 1);
}

void classroom_sign_in(struct classroom *room, struct hall_client *client, const char *login)
{
    CHECK_INT(hall_sign_in(client, &room->hall, login, embedded_password(room->embedded, login)), 200);
}

void classroom_open(struct classroom *room, const char *scenario)
{
    struct err_info info = {0};
    *room = (struct classroom){.folder = xasprintf("%s/class", test_folder())};
    const struct embedded_options options = {
        .data = room->folder, .pack = "id", .scenario = scenario, .seed = 4};
    program_first_on_path();
    REQUIRE(embedded_start(&room->embedded, &options, &info) == ERR_OK);
    classroom_wait_ready(room);
    classroom_sign_in(room, &room->trainer, "agus");
    classroom_sign_in(room, &room->clerk, "siti");
}

void classroom_close(struct classroom *room)
{
    hall_sign_out(&room->clerk);
    hall_sign_out(&room->trainer);
    embedded_stop(&room->embedded);
    free(room->folder);
}
