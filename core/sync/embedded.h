/* core/sync/embedded.h: the practice hall of this computer, seen from a workstation: joins the one that runs, starts
 * one where none does, and starts it again when it dies. It never waits: embedded_step looks at what there is,
 * embedded_fd says when to look again. The files and locks are told in core/hall/practice.h. */
#pragma once
#include <stdint.h>

#include "core/wire/json.h"

struct embedded_options {
    const char *data;     /* folder of the hall, made when it is not there */
    const char *pack;     /* az or id; a hall that is there keeps its own */
    const char *scenario; /* NULL: an ordinary morning */
    int64_t seed;         /* 0: by chance */
};

enum embedded_state {
    EMBEDDED_STARTING, /* or starting again: the last url is void */
    EMBEDDED_READY,    /* embedded_url holds; it may be another than before */
    EMBEDDED_FAILED,   /* the first start failed: info says why; embedded_stop is all that is left */
};

struct embedded;
enum err embedded_start(struct embedded **out, const struct embedded_options *options,
                        struct err_info *info) MUST_USE;
/* The hall ends when the last workstation has stopped or died. NULL-safe. */
void embedded_stop(struct embedded **hall);
enum embedded_state embedded_step(struct embedded *hall, struct err_info *info);
int embedded_fd(const struct embedded *hall); /* readable: call embedded_step */

const char *embedded_url(const struct embedded *hall); /* "" before it was ready */
/* {"rows":[{login,name,roles,agency,agency_name,counter?}]}; the caller frees. */
struct json *embedded_accounts(const struct embedded *hall);
const char *embedded_password(const struct embedded *hall, const char *login); /* NULL: not of this hall */
/* The pack of the hall that is in a folder already, in out; false when there is none. */
bool embedded_pack(const char *data, char out[16]);
/* Whether a practice hall of that folder runs at this moment. */
bool embedded_runs(const char *data);
