/* core/hall/trips.h: loketd depart, init --from, parcel, merge and recall: the bus (bus.h) between files and people. */
#pragma once
#include "core/hall/options.h"

enum err trips_depart(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err trips_init(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err trips_parcel(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err trips_merge(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err trips_recall(const struct hall_options *options, struct err_info *info) MUST_USE;
