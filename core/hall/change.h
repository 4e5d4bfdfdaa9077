/* core/hall/change.h: one rev of the hall under way: the rows a command wrote become a feed item and a line
 * of the audit, each chained to the one before. Shared by the files of server_core alone. */
#pragma once
#include "core/hall/server_core.h"

struct change {
    const struct server_env *env;
    struct hall_state state; /* rev and the heads, as of this change */
    struct tx tx;
};

/* Takes the next rev. actor and command are borrowed until change_end. */
enum err change_begin(struct change *change, const struct server_env *env, const struct actor *actor,
                      const struct command *command) MUST_USE;
/* Writes the feed item of tx's rows and the audit line. outcome: "applied" or "refused CODE". */
enum err change_end(struct change *change, const char *outcome) MUST_USE;
void change_deinit(struct change *change);
