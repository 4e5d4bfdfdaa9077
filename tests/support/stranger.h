/* tests/support/stranger.h: what may stand between a workstation and its hall, or in the hall's place: a proxy that
 * answers with a page of its own, or cuts an answer in its middle. A process of its own on the loopback. */
#pragma once
#include <sys/types.h>

enum stranger_manner {
    STRANGER_PAGE,   /* 200 with HTML to everything */
    STRANGER_PASSES, /* hands everything on */
    STRANGER_CUTS,   /* hands requests on, and the first bytes of each answer; then hangs up */
};
struct stranger {
    char url[64];
    pid_t pid;
    volatile int *shared; /* manner, and how many answers it has cut */
};
/* hall_port 0: there is no hall behind it. */
void stranger_start(struct stranger *stranger, enum stranger_manner manner, int hall_port);
void stranger_be(struct stranger *stranger, enum stranger_manner manner); /* from the next bytes on */
int stranger_cuts(const struct stranger *stranger);                       /* answers cut so far */
void stranger_stop(struct stranger *stranger);
