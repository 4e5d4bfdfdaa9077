/* core/hall/partner_verbs.h: the administrator's commands for agencies' own systems: their keys and where their events are
 * sent to. On a hall at work as on one that stands still, as people.h has it. */
#pragma once
#include "core/hall/options.h"

enum err partner_key_add(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err partner_key_list(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err partner_key_revoke(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err partner_webhook_add(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err partner_webhook_list(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err partner_webhook_remove(const struct hall_options *options, struct err_info *info) MUST_USE;
