/* core/hall/catalogues.h: loketd import-catalogue and export-catalogue: files, the terminal, and what is asked of the hall
 * through door.h. What a file means is core/catalogue/exchange.h's, what it would change catalogue_plan.h's. */
#pragma once
#include "core/hall/options.h"

enum err catalogues_import(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err catalogues_export(const struct hall_options *options, struct err_info *info) MUST_USE;
