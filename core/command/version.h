/* core/command/version.h: the versions of a service (FORMS.md section 2). A published form never changes: a newer
 * one takes the service's row, and the one before it stays beside as "SERVICE@VERSION", with "version_of", for the
 * applications that were opened with it. */
#pragma once
#include "core/base/crypto.h"
#include "core/command/command.h"

/* A service as it comes into the hall: looked at and printed once. All is borrowed. */
struct version_service {
    const char *id, *agency, *queue; /* as text has them; "" for none */
    int64_t form_version;            /* catalogue_form_version */
    const char *digest;              /* version_digest */
    const char *text;                /* the whole of it, without "form_version" and "row_rev" */
};
/* Of service, which is printed as text; digest is filled. */
struct version_service version_service(const struct json *service, const char *text,
                                       char digest[SHA256_TEXT]);
/* The one door through which a service's row is written once a hall has it. Refused as ERR_CONFLICT, with a sentence, when
 * it would change or take back a form that was published. */
enum err version_publish(struct tx *tx, const struct version_service *service,
                         struct err_info *info) MUST_USE;

/* The question by itself: old is the service's row in the hall. */
enum err version_check(const struct json *old, const struct version_service *service,
                       struct err_info *info) MUST_USE;
/* How much of a row's text is the service as it came: with a "}" behind it, it is what was handed to
 * version_publish. 0: this row was written in another way. */
size_t version_told(const char *text, int64_t row_rev);

/* A row that is kept for its applications alone: not offered, opened, listed or exported. */
bool version_is_kept(const struct json *service);
#define VERSION_NOT_KEPT \
    "id NOT LIKE '%@%'" /* the same to a statement on services: a service's own id has no @ */

/* Says in a case's row that it stands on service's form. */
void version_put(struct json *row, const struct json *service);
/* The service as a case's row has it: the version that it was opened with; the newest when that one is not here,
 * and then *gone. NULL: no such service. The caller frees. */
enum err version_of_case(struct db *db, const struct json *row, struct json **service, bool *gone) MUST_USE;

/* What tells two forms apart: SHA-256 of the form and of the pack's shapes in it, whatever the order of members;
 * texts may be mended without a new version. "" when the service has no form. */
void version_digest(const struct json *service, char out[SHA256_TEXT]);
