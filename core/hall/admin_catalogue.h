/* core/hall/admin_catalogue.h: the catalogue's part of admin.h, in the transaction of env.
 *
 * An import is whole or nothing. A hall that stands still takes it in one transaction (catalogue.import). At a hall at
 * work nobody shall wait for megabytes of forms: its lines are looked at and put down beside the catalogue, a part a
 * request (catalogue.stage), one short request makes them valid (catalogue.decide), and from then on they go into the
 * catalogue a slice a turn, whatever happens: a hall that is killed meanwhile goes on when it starts again. What was not
 * decided is thrown away then. */
#pragma once
#include "core/hall/server_core.h"

/* request: {"after":id?,"bytes":about how much?}. answer becomes {"rows":[{"id","row_rev","agency","queue","row":TEXT}…],
 * "next":id to go on after, or null}, with "agencies", "queues" and "hall" on the first page: joined it is what plan_make
 * calls the stock. Versions that are kept for their applications alone are not among them. */
enum err admin_catalogue_list(const struct server_env *env, const struct json *request,
                              struct json *answer) MUST_USE;

/* request: {"agencies":[row…],"services":[line…],"checked":LOKET_VERSION?}; a line is {"base","row"}: base is the change that
 * the plan was made on, 0 for a new service, and another one meanwhile is ERR_CONFLICT. row is the service, or its text
 * with "id", "agency", "queue", "form_version" and "digest" beside it, as version.h has them: who checked it with this very
 * program need not wait for it twice. */
enum err admin_catalogue_import(const struct server_env *env, const struct json *request, struct json *answer,
                                struct err_info *info) MUST_USE;
/* The same in parts: {"import":ID,"at":lines that were put down before,…}. 0 begins a new one. */
enum err admin_catalogue_stage(const struct server_env *env, const struct json *request, struct json *answer,
                               struct err_info *info) MUST_USE;
/* {"import":ID,"count":all lines}. staging.h does the rest. */
enum err admin_catalogue_decide(const struct server_env *env, const struct json *request,
                                struct err_info *info) MUST_USE;
enum err admin_catalogue_drop(const struct server_env *env,
                              const struct json *request) MUST_USE; /* {"import"} */
