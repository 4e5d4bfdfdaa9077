/* core/hall/calls.h: the functions behind the table of api.c, and nothing else. actor is empty for a call that
 * needs no sign-in. Each answers its request, now or later. */
#pragma once
#include "core/hall/api.h"

typedef void call(struct hall *hall, struct http_request *request, const struct actor *actor);

call call_sign_in, call_sign_out;                             /* api_session.c */
call call_push;                                               /* api_push.c */
call call_feed, call_snapshot, call_search, call_search_body; /* api_read.c */
call call_report, call_openapi, call_health, call_metrics;
call call_verify;           /* api_notice.c */
call call_events;           /* api_events.c: by an agency's key */
call call_leave, call_left; /* api_application.c: by a key that applies */
call call_figures;          /* api_figures.c: by a key that reads figures */
call call_audit, call_audit_line, call_audit_check, call_audit_checked; /* api_audit.c */

call call_admin; /* api_admin.c */

call call_score, call_results, call_certificate;                       /* api_training_score.c */
call call_train, call_scenarios, call_moments, call_visitor, call_ask; /* api_training.c */

const char *call_token(const struct http_request *request); /* of an authorised call */

/* Sign-ins whose password is being checked. */
struct sign_ins;
struct sign_ins *sign_ins_new(void);
void sign_ins_free(struct sign_ins **sign_ins); /* NULL-safe */
void sign_ins_checked(struct hall *hall);       /* takes what the hasher has finished */
/* Accounts whose new password is being hashed. */
struct admin_calls;
struct hashed;
struct admin_calls *admin_calls_new(void);
void admin_calls_free(struct admin_calls **calls); /* NULL-safe */
void admin_hashed(struct hall *hall, const struct hashed *hashed);
/* An account's row was written: whoever waits by its sign-ins hears of it, also that they have ended. */
void admin_told_of(struct hall *hall, const struct json *row);
#define WEAK_PASSWORD                                                                                    \
    "This password is easy to guess: take twelve signs or more, such as four words; no name, no row of " \
    "keys, "                                                                                             \
    "none of the commonest. Nothing was changed."
int sign_ins_count(const struct sign_ins *sign_ins);
