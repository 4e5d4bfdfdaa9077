/* core/hall/practice.h: `loketd practice`: the hall of the workstations on one computer, where nothing is real. It
 * lives as long as one of them does:
 *
 *     DIR/users.lock   each workstation holds it shared (flock); the hall waits for it alone, and ends
 *     DIR/hall.lock    the hall holds it (fcntl record lock, so that anyone can ask whose it is)
 *     DIR/hall.url     {"pid","url"}: written once it listens, believed only while that pid holds hall.lock
 *     DIR/practice.json  {"pack","day","db"?,"rows":[{login,name,roles,agency,agency_name,counter?,password}]}, 0600;
 *                        db: the address of PostgreSQL where the hall is kept, in place of DIR/hall.db
 *
 * All of them vanish or become void with their processes, also by kill -9: nothing has to be tidied. The asking
 * side is core/sync/embedded.h. */
#pragma once
#include "core/hall/options.h"

/* ERR_OK also when another process is the hall already. options->users_fd: an open users.lock that the
 * workstation handed over; it is locked shared on its behalf before anything else, then closed. */
enum err practice_run(const struct hall_options *options, struct err_info *info) MUST_USE;
