/* core/demo/truth.h: what is true of a citizen's application: every answer of the form, what each paper shows, which
 * papers are there and whether they may be believed, and what the law makes of it. All from a seed: the same citizen has
 * the same truth on every machine, however often it is made. Knows no hall, clock or file. */
#pragma once
#include "core/demo/citizen.h"

/* --- papers --- */

#define PAPER_WHERE_LIST(X)                                \
    X(HERE, "here")                                        \
    X(AT_HOME, "at_home") /* exists, and can be brought */ \
    X(NEVER_HAD, "never_had")
enum paper_where {
#define X(name, text) PAPER_##name,
    PAPER_WHERE_LIST(X)
#undef X
        PAPER_WHERE_COUNT
};
#define PAPER_FAULT_LIST(X)                                       \
    X(GENUINE, "genuine")                                         \
    X(ANOTHERS, "anothers")     /* shows another person's data */ \
    X(FORGED, "forged")         /* was altered */                 \
    X(EXPIRED, "expired")       /* its last day is over */        \
    X(UNREADABLE, "unreadable") /* a copy that nobody can read */
enum paper_fault {
#define X(name, text) PAPER_##name,
    PAPER_FAULT_LIST(X)
#undef X
        PAPER_FAULT_COUNT
};

struct truth_paper {
    const char *code, *kind, *group; /* borrowed from the service, as struct catalogue_document has them */
    const struct json *name;         /* borrowed, for json_name_in */
    enum paper_where where;
    enum paper_fault fault; /* of one that is here */
    struct json *fields;    /* pointers into the draft: what is written on it */
    struct json *instead;   /* {POINTER: value}: what it shows that is not so; NULL: nothing */
};

/* --- what decides --- */

/* Why it is not simply granted: what a clerk can find out, by which outcome and reason codes of a service that keeps to
 * the packs' numbering; the first is the best, those behind also are right. */
#define TRUTH_GROUND_LIST(X)                                                                             \
    X(FULFILLED, "fulfilled", "approve", "A01")                                                          \
    X(FALSE_PAPER, "false_paper", "refuse", "R01 R03 R10") /* another's, or altered */                   \
    X(NO_RIGHT, "no_right", "refuse", "R02")               /* asks for somebody, without a power */      \
    X(ELSEWHERE, "elsewhere", "refer", "F01")              /* another official has the matter already */ \
    X(PAPER_MISSING, "paper_missing", "return", "T01")                                                   \
    X(PAPER_EXPIRED, "paper_expired", "return", "T01") /* one that holds is missing */                   \
    X(PAPER_UNREADABLE, "paper_unreadable", "return", "T03 T01")
enum truth_ground {
#define X(name, text, outcome, codes) TRUTH_##name,
    TRUTH_GROUND_LIST(X)
#undef X
        TRUTH_GROUND_COUNT
};
const char *truth_ground_text(enum truth_ground ground);

/* --- the truth --- */

enum { TRUTH_PAPERS_MAX = 64 };
struct truth {
    struct json *draft;   /* every answer, as it is handed in; {} for a service without a form */
    struct json *answers; /* the pointers of those that somebody gives: what is computed is none */
    struct truth_paper papers[TRUTH_PAPERS_MAX]; /* those the draft needs, in the service's order */
    int paper_count;
    enum truth_ground ground;
    const char *outcome; /* approve refuse return refer */
    struct json
        *reasons; /* codes of the service: any of them is right, the first is the best; [] when it has none */
    struct json *missing; /* codes of papers to be brought */
};

struct truth_about {
    const struct pack *pack;
    const struct json *service; /* of the pack */
    const struct citizen *citizen;
    const char *today;       /* YYYY-MM-DD in the hall's zone */
    const struct form *form; /* opened on service and pack; NULL: it is opened each time */
    uint64_t seed;           /* the scenario's */
    /* Of a hundred applications: with a false paper, with one that expired or that nobody can read, without a right,
     * that belong elsewhere. */
    int false_paper, stale, no_right, elsewhere;
};
/* The caller frees with truth_free. ERR_INVALID: no answers fit the form; ERR_ABSENT: the form cannot be opened. */
enum err truth_make(const struct truth_about *about, struct truth *out, struct err_info *info) MUST_USE;
void truth_free(struct truth *truth);
/* NULL: the draft needs no such paper. */
const struct truth_paper *truth_paper(const struct truth *truth, const char *code);

/* Whether a decision is right by outcome, and by its reason codes: at least one, and none that is not. */
bool truth_outcome_right(const struct truth *truth, const char *outcome);
bool truth_reasons_right(const struct truth *truth, const struct json *reasons);
/* How many fields of draft are not as they should be: pointers, the caller frees. Texts are compared without regard to
 * blanks and case; what the truth leaves open may be left open or filled in. */
struct json *truth_wrong_fields(const struct truth *truth, const struct json *draft);
