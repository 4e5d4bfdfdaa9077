/* core/hall/courier.h: loketd deliver: sends agencies' events to their addresses (webhooks.c says what is next). A process
 * of its own beside loketd serve, which it asks through DIR/admin.sock: whatever an agency's system does, and however long
 * its network takes, the hall does not wait for it. */
#pragma once
#include "core/hall/options.h"

/* Works until SIGTERM or SIGINT; what is under way then is sent again by the next. ERR_IN_USE: one works already. */
enum err courier_run(const struct hall_options *options, struct err_info *info) MUST_USE;
