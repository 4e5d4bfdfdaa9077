/* core/demo/talk.h: what somebody may be asked at the counter of a training hall, and what they answer or show. The
 * hall sends codes with their arguments; the workstation says them in the clerk's language (po), by the sentences here.
 * Every true answer of a form can be had by asking for papers and by these questions. Pure. */
#pragma once
#include "core/demo/truth.h"
#include "core/form/form.h"

/* Arguments are texts, or names in four languages ({"az":…} for json_name_in): {paper} {service}. The first word of a
 * sentence may be another by temper: an angry citizen's code is the one that begins with "angry_" where there is one. */
#define TALK_LIST(X)                                                                                \
    X(GREETING, "greeting", "Good day. I have come for: {service}.")                                \
    X(ANGRY_GREETING, "angry_greeting", "At last! I have waited long enough. {service}, please.")   \
    X(CONFUSED_GREETING, "confused_greeting", "Am I right here? It is about … {service}, I think.") \
    X(HERE, "here", "Here it is: {paper}.")                                                         \
    X(ANGRY_HERE, "angry_here", "Again a paper! There: {paper}.")                                   \
    X(CONFUSED_HERE, "confused_here", "Wait … is it this one? {paper}.")                            \
    X(AT_HOME, "at_home", "I have left it at home: {paper}.")                                       \
    X(ANGRY_AT_HOME, "angry_at_home", "It is at home, nobody told me to bring it: {paper}.")        \
    X(NEVER_HAD, "never_had", "I have never had it: {paper}.")                                      \
    X(TOLD, "told", "I will tell you.")                                                             \
    X(ANGRY_TOLD, "angry_told", "I have written all that already!")                                 \
    X(COME_FOR, "come_for", "I have come for: {service}. I ask in my own name.")                    \
    X(ANGRY_COME_FOR, "angry_come_for", "I have said it already: {service}. For whom? For myself!") \
    X(NOTHING_MORE, "nothing_more", "There is nothing to tell about that.")                         \
    X(FOR_ANOTHER, "for_another", "It is for my neighbour. No, there is no power of attorney.")     \
    X(ELSEWHERE, "elsewhere", "Another office is deciding about the same matter already.")          \
    X(CALMED, "calmed", "Thank you for saying so. Let us go on.")                                   \
    X(WITH, "with", "With them: {who}.")
enum talk_code {
#define X(name, code, english) TALK_##name,
    TALK_LIST(X)
#undef X
        TALK_COUNT
};
const char *talk_code_text(enum talk_code code);
const char *talk_english(const char *code); /* NULL: no such code */

/* What is asked without a paper. */
#define QUESTION_LIST(X)                                          \
    X(WHY, "why")         /* why they come, and in whose name */  \
    X(NAME, "name")       /* names, births, numbers of persons */ \
    X(ADDRESS, "address") /* where, and how to reach them */      \
    X(DETAILS, "details") /* whatever else the form asks */
enum question {
#define X(name, id) QUESTION_##name,
    QUESTION_LIST(X)
#undef X
        QUESTION_COUNT
};

struct talk {
    const struct truth_about *about; /* with its form open, unless the service has none */
    const struct truth *truth;
};
/* What they say when they stand there: {"by":"citizen","code","args"}. The caller frees, here and below. */
struct json *talk_greeting(const struct talk *talk);
/* Who stands there with them, by names: {"by":"hall","code","args"}; nobody says it, it is seen. */
struct json *talk_company(const char *who);
/* [{"id":"paper:CODE"|"why"|"name"|"address"|"details","label":{"az","id","en","ru"}}], papers first; none of those to which
 * there is nothing to tell. */
struct json *talk_questions(const struct talk *talk);
/* {"answer":"shown|at_home|none|told","code","args","shows":[{"label":{az..},"value","field"?}]}. value is a text as it
 * is typed into the field, or {az..} where it reads otherwise in each language (a choice, yes and no). Without field: what
 * stands on the paper and in no field (until when it holds, that it was altered). NULL: no such question. */
struct json *talk_answer(const struct talk *talk, const char *question);

/* --- somebody who is offended --- */

extern const char talk_sorry[]; /* a question more for them: that one is sorry */
void talk_add_sorry(struct json *questions);
struct json *talk_answer_sorry(void); /* they let it be; as talk_answer */
/* What they write when they do not: about a decision, or about how they were treated. In their language; for any other the
 * English text. */
const char *talk_complaint(const char *language, bool decided);
