/* core/hall/catalogue_plan.h: what an import would change: each service of a file beside the same one of the hall. Pure:
 * the hall's rows and the file are handed in, and what is to be written comes out. */
#pragma once
#include "core/base/crypto.h"
#include "core/catalogue/exchange.h"

enum plan_what { PLAN_NEW, PLAN_CHANGED, PLAN_SAME, PLAN_GONE, PLAN_BAD, PLAN_KINDS };
struct plan_line {
    enum plan_what what;
    char *id;                   /* "" of a part that has none */
    char *where;                /* in the file; NULL of PLAN_GONE */
    char *reason;               /* of PLAN_BAD */
    char *name;                 /* of PLAN_NEW: in English, or what there is */
    struct json *members;       /* PLAN_CHANGED: the names of those that differ */
    int64_t form_from, form_to; /* versions of its form; the same: it stays */
    int64_t base;               /* the hall's row_rev that it was compared with; 0: none */
    /* What is to be written, as version.h has it; text NULL unless new or changed. */
    char *text, *agency, *queue, digest[SHA256_TEXT];
};
struct plan {                /* end with plan_free */
    struct plan_line *lines; /* in the file's order, then those that are gone */
    size_t count, capacity;
    size_t of[PLAN_KINDS];
    struct json *agencies; /* rows that the hall does not have yet */
    struct json *notes;    /* ["…"] */
};

/* What whoever makes a plan has to say meanwhile; each may be NULL. */
struct plan_hooks {
    void (*progress)(void *ctx, size_t done, size_t all); /* now and then while a long plan is made */
    struct json *(*bundle)(void *ctx,
                           struct json *service); /* a service as it was read; takes it, as it shall be */
    void *ctx;
};

/* The file's services go over into the plan, one after the other. stock: what the hall has, as admin_catalogue.h answers
 * it. agency: of services that name none; may be NULL. ERR_INVALID: the file is no catalogue after all; info says why. */
enum err plan_make(struct catalogue_file *file, const struct json *stock, const char *agency,
                   const struct plan_hooks *hooks, struct plan *out, struct err_info *info) MUST_USE;
void plan_free(struct plan *plan);

/* What is wrong with a service's row, printed in length bytes, in this hall, as "POINTER: sentence"; NULL when nothing is.
 * The caller frees. */
char *plan_fault(const struct json *row, size_t length, const struct json *hall);
/* One word of at most 56 bytes, without the sign that stands before a version. */
bool plan_is_id(const char *id);
