/* core/form/notice.h: notices and receipts: the logic-less part of Mustache that FORMS.md section 3 names:
 * {{a.b}} {{{a}}} {{&a}} {{#s}} {{^s}} {{!c}}. Pure. Knows nothing of where the values come from. */
#pragma once
#include "core/wire/json.h"

enum { NOTICE_COLUMNS = 72 };

struct notice_options {
    bool html; /* escape {{a}} for HTML; notices are text, so off in use */
    /* A name that is not known or blank: strict refuses with a sentence and leaves [name] in its place, so
     * that a preview shows where; otherwise nothing is printed (the Mustache specification). */
    bool strict;
};
/* Appends to out. ERR_INVALID: the template is broken, or a name has no value in strict mode. */
enum err notice_fill(const char *template, const struct json *context, const struct notice_options *options,
                     struct buf *out, struct err_info *info) MUST_USE;
/* Wraps text at spaces to so many columns (wcwidth), keeping its line ends and the indent of list lines. */
void notice_wrap(const char *text, int columns, struct buf *out);
/* The notice of a service for an outcome (approve refuse return refer receipt …) as the citizen reads it: the
 * template in lang, else in whatever language there is, filled strictly and wrapped. ERR_ABSENT: none. */
enum err notice_render(const struct json *service, const char *outcome, const struct json *context,
                       const char *lang, struct buf *out, struct err_info *info) MUST_USE;

/* Every name of a template in order, with the sections around it, the innermost last (for checks). */
typedef void notice_name(void *context, const char *name, const char *const *sections, int depth);
enum err notice_names(const char *template, notice_name *each, void *context, struct err_info *info) MUST_USE;

/* What a notice may speak of. Any pointer may be NULL: its names are then unknown. */
struct notice_facts {
    const struct json *service, *agency, *person, *draft;
    const struct json *pack; /* or the hall's row: its lists and languages name what the draft holds */
    const char *case_number;
    const struct json *reasons; /* array of reason codes of the service */
    const char *text, *conditions;
    const struct json *missing; /* array of document codes */
    const struct json
        *fields;       /* return: array of pointers into the draft: listed behind text, by their labels */
    const char *today; /* YYYY-MM-DD */
    const char *due;   /* YYYY-MM-DD */
    const char *ready; /* YYYY-MM-DD */
    /* YYYY-MM-DD; NULL: today and the service's complaint.days, unless those are working days */
    const char *complaint_until;
    const char *hall, *clerk;
    const char *date_order; /* dmy mdy ymd; NULL: dmy */
    bool date_hyphens;      /* as in struct form_context */
    const char *lang;
};
/* The context with values formatted: today hall clerk service{name} agency{name contact} person{name …}
 * case{number} reasons[{code name legal cure}] missing[{code name}] text conditions due ready
 * complaint{until to days} draft{…}. The caller frees. */
struct json *notice_context(const struct notice_facts *facts);
/* Whether notice_context can ever give this name: "case.number", "reasons"; "reasons.cure" is {{cure}} inside
 * {{#reasons}}. Of draft.… only that it is one. */
bool notice_name_known(const char *name);
const char *notice_name_at(int index); /* those by themselves, from 0; NULL behind the last */
