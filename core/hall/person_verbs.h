/* core/hall/person_verbs.h: loketd person export | erase: what the hall holds of one person, on its own computer. Both ask
 * the hall as everybody does (door.h), so it may be at work meanwhile. */
#pragma once
#include "core/hall/options.h"

/* One readable JSON document into the file of --to, else to standard output. */
enum err person_verb_export(const struct hall_options *options, struct err_info *info) MUST_USE;
/* Without --confirm: what would go, what stays and until when, and the code to be typed; nothing is changed then. */
enum err person_verb_erase(const struct hall_options *options, struct err_info *info) MUST_USE;
