/* core/demo/score.h: what a trainee's day was worth: facts in, lines and a total out. One table says what each mistake
 * costs; a day without any has 100. Pure: where the facts come from is the hall's. */
#pragma once
#include "core/base/clock.h"
#include "core/wire/json.h"

/* What is known of the day. is and should are counted in the unit that the rule names. */
#define SCORE_FACT_LIST(X)                                                                                  \
    X(WAITED, "waited")     /* is: seconds that somebody waited while the counter was open and free */      \
    X(IDLED, "idled")       /* is: seconds that people waited at an open, free counter without a call */    \
    X(DECIDED, "decided")   /* is 1: the outcome is right; should 1: the reasons are */                     \
    X(MENDED, "mended")     /* was decided wrongly by somebody who then decided rightly */                  \
    X(ANSWERED, "answered") /* is: fields of a submitted form that are not as they should be */             \
    X(LOOKED, "looked")     /* at what is sensitive of a person; is 1: they were at the counter */          \
    X(UNDID, "undid")       /* took an own act back */                                                      \
    X(DISPUTED, "disputed") /* the hall kept something of theirs as a dispute */                            \
    X(CALLED, "called")     /* is: how many who had the right to be called before; should 1: with reason */ \
    X(NO_SHOW, "no_show")   /* is: how often they were called again; should: how often the hall asks */     \
    X(KEYS, "keys") /* of a visit; is: keys pressed; should: the least for what was done, an estimate */
enum score_fact_kind {
#define X(name, text) SCORE_##name,
    SCORE_FACT_LIST(X)
#undef X
        SCORE_FACT_COUNT
};

struct score_fact {
    enum score_fact_kind kind;
    int64_t is, should;
    int64_t rev;               /* where to replay from; 0: not known */
    char at[TIME_TEXT];        /* "" not known */
    const char *number;        /* of the ticket or the application, for the sentence; NULL: none */
    const struct json *fields; /* what they are called, each {az,id,en,ru}; NULL: not said */
    const char *what;          /* of a decision the right outcome, of a paper or field its code; NULL: none */
};

/* What costs how much: the rule, points, the kind of its facts, and what is said of it. Arguments of the sentence: {number}
 * {what} {fields} {is} {should}. */
#define SCORE_RULE_LIST(X)                                                                                   \
    X(WAITED_TOO_LONG, "waited_too_long", 2, WAITED,                                                         \
      "{number} waited {is} seconds while your counter was free.")                                           \
    X(DAWDLED, "dawdled", 3, IDLED,                                                                          \
      "Nobody was called for {is} seconds at your free counter, while {number} and others waited.")          \
    X(WRONG_DECISION, "wrong_decision", 10, DECIDED, "{number} was decided wrongly; right is: {what}.")      \
    X(WRONG_REASON, "wrong_reason", 5, DECIDED, "{number}: the outcome is right, the reason is not.")        \
    X(DECISION_MENDED, "decision_mended", 3, MENDED,                                                         \
      "{number} was decided wrongly at first and mended; right was: {what}.")                                \
    X(FIELD_WRONG, "field_wrong", 2, ANSWERED, "{number}: not as the papers show: {fields}.")                \
    X(LOOKED_NEEDLESSLY, "looked_needlessly", 5, LOOKED,                                                     \
      "Looked at the data of somebody who was not there.")                                                   \
    X(UNDONE, "undone", 1, UNDID, "{number}: was taken back.")                                               \
    X(DISPUTED, "disputed", 5, DISPUTED, "{number}: the hall had to settle it.")                             \
    X(PASSED_OVER, "passed_over", 5, CALLED, "{number} was called before {is} who came first.")              \
    X(NOBODY_RECALLED, "nobody_recalled", 3, NO_SHOW, "{number} was given up after {is} of {should} calls.") \
    X(KEYSTROKES, "keystrokes", 1, KEYS, "{number} took {is} keys; {should} would do.")
enum score_rule {
#define X(name, text, points, fact, sentence) SCORE_RULE_##name,
    SCORE_RULE_LIST(X)
#undef X
        SCORE_RULE_COUNT
};
const char *score_rule_text(enum score_rule rule);
int score_rule_points(enum score_rule rule);

enum {
    SCORE_FULL = 100,
    SCORE_WAIT_S = 60,   /* so long may pass between two visitors */
    SCORE_DAWDLE_S = 300 /* each time so long passes without a call is blamed once more */
};

/* {"total":0..100,"lines":[{"rule","points":-n|0,"at","rev","code","args":{"number"?,"what"?,"fields"?,"is","should"}}]}: in the
 * order of the day, whatever the order of the facts. What costs nothing is no line. The caller frees. */
struct json *score_of(const struct score_fact *facts, int count);

/* --- the paper about it --- */
struct score_certificate {
    const char *lang; /* az id en ru; else en */
    const char *name, *hall;
    const struct json *scenario; /* names, for json_name_in */
    const char *day;             /* YYYY-MM-DD */
    const char *date_order;      /* of the pack; NULL: dmy */
    const struct json *score;    /* of score_of */
    int64_t served, decided;
};
/* Plain text of at most NOTICE_COLUMNS columns that says TRAINING, appended. */
void score_certificate(const struct score_certificate *certificate, struct buf *out);
