/* core/hall/admin_catalogue.h: the catalogue's part of admin.h, in the transaction of env. */
#pragma once
#include "core/hall/server_core.h"

/* answer becomes {"rows":[service…],"agencies":[…],"queues":[…],"hall":{…}}: what plan_make calls the stock. Versions that
 * are kept for their applications alone are not among them. */
enum err admin_catalogue_list(const struct server_env *env, struct json *answer) MUST_USE;

/* request: {"agencies":[row…],"services":[{"row":{…},"base":row_rev}…],"checked":LOKET_VERSION?} of plan_make. All of it is
 * written or an error comes, and the caller rolls back. base is the change that the plan was made on, 0 for a new service:
 * another one meanwhile is ERR_CONFLICT. Who checked the rows with this very program need not wait for it twice. */
enum err admin_catalogue_import(const struct server_env *env, const struct json *request, struct json *answer,
                                struct err_info *info) MUST_USE;
