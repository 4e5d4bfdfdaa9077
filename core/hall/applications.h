/* core/hall/applications.h: the digital channel: an application that another system leaves at the hall (POST
 * /v1/applications), and what became of it.
 *
 * It takes the ordinary way: the rules of ticket.issue, case.open, case.draft, case.check_document, case.pay and
 * case.submit run one after the other inside one change, as an actor that is the key. So it is all there, with its feed
 * item, audit line and events, or nothing is. Nobody holds it; a clerk takes it from the list of what arrived online.
 *
 * The caller's own reference has one effect. What it said is kept beside the application, in the same transaction and for
 * ever: the same again gets the same answer, something else under it is refused. References belong to the account, which is
 * the key's agency and name, so that a new key of that name goes on where the old one was.
 *
 * A person is found by FIN or NIK alone, and nothing that is posted changes a record that is there; else one is made, which
 * is marked as a possible duplicate until somebody looks. Nothing that the hall knows of a person is answered. */
#pragma once
#include "core/hall/partners.h"
#include "core/hall/server_core.h"

enum { APPLICATION_REFERENCE_MAX = 100 };

struct application_request {
    const struct partner *from; /* a key that applies */
    const char *reference;      /* of the header Idempotency-Key or of the path; NULL: the body says it */
    const char *languages;      /* the header Accept-Language; NULL: not said */
};

/* body: {reference?, service, person, language?, tier?, answers?, documents?[{code,state,note?}],
 * payment?{amount,currency?,method,reference}, appointment_at?, complete?}. In the transaction of env. What is refused has
 * changed nothing; out says what and why: 403 409 422. */
enum err application_receive(const struct server_env *env, const struct application_request *request,
                             const struct json *body, struct server_answer *out) MUST_USE;
/* The account's own, by its reference; 404 for every other. */
enum err application_tell(struct db *db, const struct application_request *request, int64_t now_ms,
                          struct server_answer *out) MUST_USE;

/* --- application_words.c: what is answered, in the caller's language --- */
/* The one of az id en ru that Accept-Language likes best; NULL: none of them. */
const char *application_lang(const char *accepted);
/* NULL: this code has no sentence of its own. lang NULL or unknown: in English. */
const char *application_sentence(const char *code, const char *lang);

/* Each kept reference is as it was written and has its application, and the reverse. ERR_CORRUPT: what says which is not. */
enum { APPLICATION_WHAT = 200 };
enum err applications_verify(struct db *db, bool mobile, char what[APPLICATION_WHAT]) MUST_USE;
