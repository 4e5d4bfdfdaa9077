/* core/hall/api.h: the calls of PROTOCOL.md section 3: one table of method, path, who may, and what does it.
 * Every answer to a request goes through here, so that every error has the same shape and every answer is
 * counted. */
#pragma once
#include "core/command/command.h"
#include "core/hall/http.h"

struct hall;

/* Who may call: anyone, whoever is signed in, or an agency's own system by its key (partners.h). */
enum route_access { ACCESS_OPEN, ACCESS_SIGNED_IN, ACCESS_KEY };

/* One call, with its description for the OpenAPI document. query, body and answer list members as
 * "name:type", with ! when it is always there and ? when it may be null. */
struct route {
    const char *method, *path; /* the last part may be {name} */
    enum route_access access;
    void (*handle)(struct hall *hall, struct http_request *request, const struct actor *actor);
    const char *name, *summary;
    const char *query, *body, *answer;
    const char *content_type; /* of a good answer */
};
const struct route *route_table(int *count);
const char *route_name(int index); /* NULL after the last */

/* The http room's handler; ctx is the hall. */
void api_handle(void *ctx, struct http_request *request);
/* The part of the path where the route says {name}. */
const char *api_path_part(const struct http_request *request);

void api_answer(struct hall *hall, struct http_request *request, int status, const char *content_type,
                const char *body, size_t length);
/* status: the shared answer's own. */
void api_answer_shared(struct hall *hall, struct http_request *request, int status,
                       struct http_shared *shared);
void api_answer_json(struct hall *hall, struct http_request *request, int status, const struct json *body);
void api_error(struct hall *hall, struct http_request *request, int status, const char *code,
               const char *field, const char *message);
/* 507, 503 or 500 as the failure of the store is. */
void api_store_failed(struct hall *hall, struct http_request *request, enum err err);
/* The same in one of az id en ru, to other systems; NULL: as above. */
void api_store_failed_in(struct hall *hall, struct http_request *request, enum err err, const char *lang);

/* 401 to whoever was signed in and is disabled now, or no longer signed in. */
void api_disabled(struct hall *hall, struct http_request *request);
void api_session_ended(struct hall *hall, struct http_request *request);

/* The body as a JSON object; else NULL and the request is answered. */
struct json *api_body(struct hall *hall, struct http_request *request);
/* A whole number of the query in low … high; absent: otherwise. False: the request is answered. */
bool api_query_int(struct hall *hall, struct http_request *request, const char *name, int64_t low,
                   int64_t high, int64_t otherwise, int64_t *value);
