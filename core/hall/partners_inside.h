/* core/hall/partners_inside.h: what partners.c and webhooks.c share; included by them alone. */
#pragma once
#include "core/hall/partners.h"

struct partner_task {
    const struct server_env *env;
    const struct json *request;
    struct json *answer;
    struct err_info *info;
    char now[TIME_TEXT];
};

/* One line of 1 to max bytes for people. */
bool partner_line(const char *text, size_t max);
enum err partner_need_agency(struct partner_task *t, const char *agency) MUST_USE;
/* Into the audit: that type was done to id of this agency. */
enum err partner_note(struct partner_task *t, const char *type, const char *id, const char *agency) MUST_USE;
/* K1, K2 …: none is given twice, as none is ever deleted. sql counts them. */
enum err partner_next_id(struct partner_task *t, const char *sql, char letter, char id[PARTNER_ID]) MUST_USE;
/* The hall's signing key: the first one that is handed in. Its public half goes into the answer. */
enum err partner_need_signing_key(struct partner_task *t) MUST_USE;
/* The answer's rows, by sql with $1 at most: members by their names, NULL behind the last, texts first; "epoch" and "seq"
 * among the numbers. "waiting" is how many events are behind that place. */
enum err partner_list(struct partner_task *t, const char *sql, const char *const *texts,
                      const char *const *numbers) MUST_USE;
/* The agency of what request.id names and is still in use, by sql. */
enum err partner_agency_of(struct partner_task *t, const char *sql, const char *what,
                           char agency[64]) MUST_USE;
/* sql ends request.id at $1. */
enum err partner_end(struct partner_task *t, const char *sql) MUST_USE;

/* --- webhooks.c --- */
enum err webhook_add(struct partner_task *t) MUST_USE;
enum err webhook_list(struct partner_task *t) MUST_USE;
enum err webhook_remove(struct partner_task *t) MUST_USE;
enum err webhook_turn(struct partner_task *t) MUST_USE;
