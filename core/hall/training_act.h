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
    struct json
        *answer; /* what the trainer's workstation is told beside "rev"; NULL: nothing. The caller frees */
};
/* Roles are asked before. ERR_REFUSED: refusal says why and nothing was changed; ERR_OK also when the caller is still to
 * play on, which training_act_run does itself. */
enum err training_act_run(struct training_act *act, const struct server_env *env) MUST_USE;
void training_act_done(struct training_act *act,
                       enum err err); /* after the commit, or with what went wrong */
bool training_act_known(const char *what);

/* ERR_REFUSED; a sentence that stands in act->refusal.info already stays. */
enum err training_refuse(struct training_act *act, int status, const char *code, const char *field,
                         const char *message);

/* training_take.c: the counter of user, with whoever stands at it, is the trainer's from now on; its id into counter. The
 * answer is {"counter":{"id","name"},"fence","lease_s","ticket"?}. An account has one counter: the trainer's own closes, if
 * nobody is at it. Nothing is kept of it here. */
enum err training_take(struct training_act *act, const char *user, char counter[64]) MUST_USE;
