/* core/hall/training_act.h: what a trainer does to the day, each in the transaction of a write. */
#pragma once
#include "core/hall/training_inside.h"

struct training_act {
    struct training *training;
    struct actor actor;
    struct json *asked; /* the body of POST /v1/training */
    struct server_env env;
    int64_t play_ms; /* the day is played up to here; 0: to now */
    struct {
        int status; /* 0: it was done */
        char code[40], field[24];
        struct err_info info;
    } refusal;
    bool begins;
};
/* Roles are asked before. ERR_REFUSED: refusal says why and nothing was changed; ERR_OK also when the caller is still to
 * play on, which training_act_run does itself. */
enum err training_act_run(struct training_act *act, const struct server_env *env) MUST_USE;
void training_act_done(struct training_act *act,
                       enum err err); /* after the commit, or with what went wrong */
bool training_act_known(const char *what);
