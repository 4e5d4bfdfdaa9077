/* core/catalogue/catalogue.h: one service's entry in the catalogue (FORMS.md sections 3 and 6): papers, fees,
 * time, reasons. Pure: the day and the draft are handed in. Services are read as JSON and borrowed; a service
 * that passed catalogue_check reads without surprises, another reads as empty. */
#pragma once
#include "core/form/check.h"
#include "core/model/calendar.h"
#include "core/model/money.h"

/* Checks the catalogue's part of a service (not its form: form_check). */
void catalogue_check(const struct json *service, struct form_findings *findings);

/* --- papers --- */
enum { CATALOGUE_DOCUMENTS_MAX = 64, CATALOGUE_REASONS_MAX = 64, CATALOGUE_FEES_MAX = 32 };
struct catalogue_document {
    const char *code;
    const struct json *name; /* json_name_in */
    const char *kind;        /* "" when not said */
    const char *group;       /* "" stands alone; of one group any one is enough */
    int count;               /* copies, 1 when not said */
    const char *state;       /* seen copied missing waived; "" not yet looked at */
    bool met;                /* it, or another of its group, is seen, copied or waived */
};
/* The papers this draft needs, in the service's order. draft NULL: those that are needed whatever is written,
 * and those with a condition too (for reception, which does not know yet). states: document rows
 * {code,state}, newest last; may be NULL. Returns how many were written. */
int catalogue_documents(const struct json *service, const struct json *draft, const struct json *states,
                        struct catalogue_document out[], int max);
int catalogue_documents_unmet(const struct json *service, const struct json *draft,
                              const struct json *states); /* a group counts once */

/* --- fees --- */
struct catalogue_fee {
    const char *tier;
    const struct json *name; /* NULL when not said */
    struct money duty, charge, total;
    const char *time;  /* ISO 8601 duration, "" when not said */
    bool working;      /* its days are working days */
    const char *until; /* its last day, NULL when not said */
};
/* The tiers valid on day (YYYY-MM-DD): from ≤ day ≤ until. Returns how many were written. */
int catalogue_fees(const struct json *service, const char *day, struct catalogue_fee out[], int max);
/* tier NULL: the first. False: no such tier on that day. */
bool catalogue_fee_find(const struct json *service, const char *tier, const char *day,
                        struct catalogue_fee *fee);
/* What case.open stores: {"tier","duty","charge","total","currency","time","days"}; the caller frees. NULL:
 * no fee on that day. */
struct json *catalogue_fee_json(const struct json *service, const char *tier, const char *day);

/* --- time --- */
struct catalogue_time {
    int days;          /* 0: not said */
    int minutes;       /* of PTnHnM, when shorter than a day */
    bool working;      /* days are working days */
    bool deemed;       /* granted by the clock alone when it runs out */
    int extend_days;   /* how many more the law allows, once; 0 none */
    const char *legal; /* code of the ground of deemed; "" */
};
/* P10D P2W PT30M P1M (a month counts 30 days); false for anything else. */
bool catalogue_duration(const char *text, int *days, int *minutes);
/* The standard that holds for this tier (a fee's own time comes first). */
struct catalogue_time catalogue_time(const struct json *service, const char *tier, const char *day);
/* The day (YYYY-MM-DD) by which a decision is due that started on `start`. extra_days: given by case.extend.
 * False when there is no standard, or it is not a date. */
bool catalogue_due(const struct catalogue_time *time, const struct calendar *calendar, const char *start,
                   int extra_days, char out[11]);
/* How many days the citizen has to answer a return (time.answer, such as "P30D"); otherwise when none are said. */
int catalogue_answer_days(const struct json *service, int otherwise);
/* The last day of a complaint against a decision of `start` (service.complaint.days); false: none said. */
bool catalogue_complaint_until(const struct json *service, const struct calendar *calendar, const char *start,
                               char out[11]);

/* The name (json_name_in) of a legal ground that the service lists; NULL when it does not. */
const struct json *catalogue_legal_name(const struct json *service, const char *code);

/* --- decisions --- */
struct catalogue_reason {
    const char *code;
    const struct json *name, *cure; /* json_name_in; cure may be NULL */
    const struct json *legal;       /* name of the first legal ground; NULL when none */
    const char *legal_code;         /* "" when none */
};
/* Those for an outcome (approve refuse return refer); a reason without outcomes serves all. */
int catalogue_reasons(const struct json *service, const char *outcome, struct catalogue_reason out[],
                      int max);
bool catalogue_reason_find(const struct json *service, const char *code, struct catalogue_reason *reason);
bool catalogue_needs_confirm(const struct json *service, const char *outcome);
bool catalogue_has_form(const struct json *service);
int64_t catalogue_form_version(const struct json *service); /* 0 when not said */
