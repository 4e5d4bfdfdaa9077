/* core/hall/move_store.h: loketd move: a hall from a folder to PostgreSQL, or back. */
#pragma once
#include "core/hall/options.h"

/* Copies the hall that stands still at --from to --to, where there is none; what was there before stays as it was. Both
 * are proved to hold the same rows before it is done. */
enum err move_store(const struct hall_options *options, struct err_info *info) MUST_USE;
