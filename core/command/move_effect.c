/* core/command/move_effect.c: what a move does to the next hour (core/model/hour.h), before it is made. */
#include "core/command/hall_move.h"

enum err move_effect(struct call *c, const struct hall_move *m)
{
    (void)m;
    json_set(answer(c), "queues", json_new_array());
    return ERR_OK;
}
