/* core/form/check.h: what is wrong with a form file, for its author: FILE:POINTER: message. Knows no files:
 * the name is the caller's. */
#pragma once
#include "core/form/form.h"

enum form_finding_kind { FORM_BROKEN, FORM_WARNING };
struct form_finding {
    enum form_finding_kind kind;
    const char *pointer; /* into the service's document */
    const char *message;
};
struct form_findings { /* start with {0}, end with form_findings_free */
    struct arena arena;
    struct form_finding *list;
    int count, capacity;
    int broken; /* of count */
};
void form_findings_free(struct form_findings *findings);
void form_findings_add(struct form_findings *findings, enum form_finding_kind kind, const char *pointer,
                       const char *format, ...) PRINTF(4, 5);
/* languages: the pack's, e.g. {"az","en"}: missing texts are counted for each (one warning a language). */
void form_check(const struct form_source *source, const char *const *languages, int language_count,
                struct form_findings *findings);
/* One schema by itself, as common.json holds them: keywords, patterns and formats. pointer: where it stands. */
void form_check_schema(const struct json *schema, const char *pointer, struct form_findings *findings);
/* A service's notices when it has no form (form_check does it otherwise): templates and names. */
void form_check_notices(const struct json *service, struct form_findings *findings);
