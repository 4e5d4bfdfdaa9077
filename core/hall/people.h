/* core/hall/people.h: the administrator's commands for accounts and counters: the command line becomes
 * a request of admin.h, its answer a table. On a hall at work the request goes to it through
 * DIR/admin.sock; else the file is opened here. */
#pragma once
#include "core/hall/options.h"

struct json;

/* "a, b,c" of a command line as the member ["a","b","c"] of a request; empty words are left out. */
void people_words(struct json *request, const char *member, const char *text);

enum err people_user_add(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_list(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_change(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_enable(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_disable(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_password(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_sign_out(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_no_factor(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_user_sessions(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_counter_add(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_counter_change(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_counter_disable(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_counter_enable(const struct hall_options *options, struct err_info *info) MUST_USE;
enum err people_counter_list(const struct hall_options *options, struct err_info *info) MUST_USE;
