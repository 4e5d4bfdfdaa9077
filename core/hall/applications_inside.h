/* core/hall/applications_inside.h: what the files of applications share; included by them alone. */
#pragma once
#include "core/hall/applications.h"

/* --- application_words.c: what is wrong, in the caller's language --- */

/* What is wrong with a body: [{"pointer","code","message"}], each place once, PROBLEMS_MAX of them. */
enum { PROBLEMS_MAX = 100 };
struct problems {
    struct json *list;
    const char *lang;
};
/* otherwise: for a code without a sentence; may be NULL. */
struct json *problem_add(struct problems *problems, const char *pointer, const char *code,
                         const char *otherwise);

/* --- application_hours.c: whether somebody is there at the time that is asked for --- */
enum { OPENING_TEXT = 24 };
/* By the service's hours, else the hall's calendar. next: "2026-12-01 09:00", the first opening after it as the clock on the
 * hall's wall has it, or "". */
enum err application_open_then(struct db *db, const struct json *hall, const char *service, const char *at,
                               bool *open, char next[OPENING_TEXT]) MUST_USE;

/* --- application_body.c: what came in --- */
struct arrived { /* texts are borrowed from the body; NULL: not said, or not usable */
    const char *service, *language, *tier, *appointment_at;
    struct json *person; /* numbers in their stored form; the caller frees */
    const struct json *answers, *documents, *payment;
    bool complete;
};
void arrived_read(const struct json *body, int64_t now_ms, struct arrived *out, struct problems *problems);
/* Letters, digits and - _ . : ~ */
bool application_reference_valid(const char *reference);
/* What a body says, whatever the order of its members; its "reference" is not part of it. */
void application_digest(const struct json *body, char out[SHA256_TEXT]);

/* --- application_told.c: an application as its sender may see it --- */
struct application {
    char account[PARTNER_ID + 64 + PARTNER_NAME_MAX], reference[APPLICATION_REFERENCE_MAX + 1];
    char case_id[64], at[TIME_TEXT];
};
enum err application_describe(struct db *db, const struct application *application, const char *lang,
                              int64_t now_ms, struct json **out) MUST_USE;
/* What row, a case, still lacks: {"fields":[{"pointer","keyword","label","message"}],"papers":[{"code","name"}]}. */
enum err application_missing(struct db *db, const struct json *row, const char *lang, int64_t now_ms,
                             struct json **missing) MUST_USE;
