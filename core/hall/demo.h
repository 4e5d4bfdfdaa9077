/* core/hall/demo.h: `loketd demo list | run`: whole simulated days of a training hall, without a screen, thousands of times
 * as fast as they would be. Scenarios are core/demo/scenarios, or a file that is named. */
#pragma once
#include "core/hall/options.h"

enum err demo_list(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err demo_run(const struct hall_options *options, struct err_info *info) MUST_USE;
