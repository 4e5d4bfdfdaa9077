/* tests/support/stranger.h: what may stand between a workstation and its hall, or in the hall's place: a proxy that
 * answers with a page of its own, or cuts an answer in its middle. A process of its own on the loopback. */
#pragma once
#include <sys/types.h>

enum stranger_manner {
    STRANGER_PAGE,   /* 200 with HTML to everything */
    STRANGER_PASSES, /* hands everything on */
    STRANGER_CUTS,   /* hands requests on, and the first bytes of each answer; then hangs up */
    STRANGER_GONE,   /* hangs up on everybody, as a pulled cable on this side of a switch */
    STRANGER_DEAF,   /* takes requests and hands none on: nothing is refused, nothing is answered */
    STRANGER_LOSES,  /* hands requests on and loses the answers */
    STRANGER_HOLDS,  /* keeps requests for a copy of the hall until its manner changes; hands on the rest */
    STRANGER_MUSES,  /* the same with sign-ins */
    STRANGER_TARDY,  /* keeps the hall's answers to requests for news back until its manner changes */
};
struct stranger {
    char url[64];
    pid_t pid;
    int wake;
    volatile int *shared; /* manner, and how many answers it has cut */
};
/* hall_port 0: there is no hall behind it. */
void stranger_start(struct stranger *stranger, enum stranger_manner manner, int hall_port);
/* At once. A line on which something was lost stays dead: its caller must call again. */
void stranger_be(struct stranger *stranger, enum stranger_manner manner);
void stranger_go_to(struct stranger *stranger, int hall_port); /* another hall, from the next call on */
int stranger_cuts(const struct stranger *stranger);            /* answers cut or lost so far */
void stranger_stop(struct stranger *stranger);
