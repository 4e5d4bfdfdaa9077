/* core/command/case_output.c: what an application ends in: made out, handed over and to whom, voided and replaced.
 *
 * Each thing that is made out is an entry of "outputs": copy (1, 2 … of this application), number (the application's
 * with the copy behind it), output (its code in the catalogue), and what became of it: delivered_at, delivered_by, to,
 * and of whom takes it in the applicant's place document and document_number; voided_at, voided_by, void_reason; replaces (a copy). None is ever taken away or made another. */
#include "core/command/cases.h"

#include <stdlib.h>
#include <string.h>

static bool is_live(const struct json *output)
{
    return row_time(output, "voided_at") < 0;
}

static bool waits(const struct json *output)
{
    return is_live(output) && row_time(output, "delivered_at") < 0;
}

/* --- making out --- */

/* body.output, one of what the service gives; the first of it when nobody says. */
static enum err read_output(struct call *c, const struct json *service, const char **code)
{
    const struct json *list = json_get(service, "outputs");
    TRY(body_text(c, "output", code));
    if (!*code) {
        *code = json_text(json_first(list), "code");
        return ERR_OK;
    }
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "code"), *code))
            return ERR_OK;
    return refuse(c, "unknown_output", "output", "This service gives no \"%.60s\".", *code);
}

/* The copy that was voided and has none in its place; 0: none. */
static int64_t voided_copy(const struct json *row)
{
    int64_t copy = 0;
    const struct json *list = json_get(row, "outputs");
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        if (!is_live(one))
            copy = json_int(one, "copy", 0);
        if (json_int(one, "replaces", 0) == copy)
            copy = 0;
    }
    return copy;
}

static bool has_live(const struct json *row, const char *code)
{
    const struct json *list = json_get(row, "outputs");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (is_live(one) && str_equal(json_text(one, "output"), code))
            return true;
    return false;
}

static enum err add_output(struct call *c, struct json *row, const char *code)
{
    struct json *list;
    TRY(case_list(c, row, "outputs", &list));
    long long copy = (long long)json_count(list) + 1;
    int64_t replaces = voided_copy(row);
    const struct json *old = replaces ? json_at(list, (size_t)replaces - 1) : NULL;
    const char *number = json_text(row, "number");
    char *own = xasprintf("%s/%lld", number ? number : "", copy);
    struct json *output = case_note(c);
    json_set_int(output, "copy", copy);
    json_set_text(output, "number", str_empty(number) ? NULL : own); /* only the hall gives numbers out */
    json_set_text(output, "output", old ? json_text(old, "output") : code);
    json_set_null(output, "delivered_at");
    if (old)
        json_set_int(output, "replaces", replaces);
    json_add(list, output);
    free(own);
    row_set_flag(row, case_flag_text(CASE_VOIDED), false);
    json_set_int(answer(c), "copy", copy);
    return ERR_OK;
}

/* From the decision; once more after a void; or one more thing that the service gives. */
static enum err make_out(struct call *c, struct json *row, const struct json *service)
{
    const char *code;
    enum case_state state = case_state_of(row);
    bool made = state == CASE_READY || state == CASE_DELIVERED;
    TRY(read_output(c, service, &code));
    bool again = made && row_has_flag(row, case_flag_text(CASE_VOIDED));
    bool another = state == CASE_READY && json_is_text(json_get(c->body, "output")) && !has_live(row, code);
    if (!again && !another)
        TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_PREPARE}));
    return add_output(c, row, code);
}

/* --- handing over --- */

struct recipient {
    const char *to, *note;
    const char *document, *number; /* of a representative: what was shown; NULL: the applicant */
};

/* Everything that is made out goes over at once; each says to whom. */
static int mark_delivered(struct call *c, struct json *row, const struct recipient *who)
{
    int count = 0;
    size_t all = json_count(row_list(row, "outputs"));
    for (size_t i = 0; i < all; i++) {
        const struct json *one = json_at(json_get(row, "outputs"), i);
        if (!waits(one))
            continue;
        struct json *output = json_copy(one);
        row_set_time(output, "delivered_at", c->at_ms);
        json_set_text(output, "delivered_by", c->actor->user);
        json_set_text(output, "to", who->to);
        json_set_text(output, "note", who->note);
        if (who->document) {
            json_set_text(output, "document", who->document);
            json_set_text(output, "document_number", who->number);
        }
        json_set_int(answer(c), "copy", json_int(output, "copy", 0));
        case_list_set(row, "outputs", i, output);
        count++;
    }
    return count;
}

/* Who takes it in another's place shows by what right: a paper, and which. */
static enum err read_representative(struct call *c, struct recipient *who)
{
    enum { SHOWN_MAX = 200 };
    TRY(body_text(c, "document", &who->document));
    TRY(body_text(c, "document_number", &who->number));
    if (!who->document && !who->number)
        return ERR_OK;
    if (!who->to || !who->document || !who->number)
        return refuse(
            c, "representative_unknown", who->document ? "document_number" : "document",
            "A representative is named, with the document that was shown and its number. Nothing was "
            "handed over.");
    if (strlen(who->document) > SHOWN_MAX || strlen(who->number) > SHOWN_MAX)
        return refuse(c, "invalid_body", "document",
                      "The document and its number have %d characters at most.", SHOWN_MAX);
    return ERR_OK;
}

/* Who takes it: named in the body, else the person whom it is about. */
static enum err read_recipient(struct call *c, const struct json *row, struct recipient *who)
{
    struct json *person;
    TRY(body_text(c, "to", &who->to));
    TRY(body_text(c, "note", &who->note));
    TRY(read_representative(c, who));
    if (who->to)
        return ERR_OK;
    TRY(person_goes_on(c, json_text(row, "person"), &person));
    who->to = json_text_or(person, "name", "applicant");
    return ERR_OK;
}

static enum err hand_over(struct call *c, struct json *row)
{
    struct recipient who = {0};
    TRY(read_recipient(c, row, &who));
    const struct json *list = row_list(row, "outputs"), *waiting = NULL;
    for (const struct json *one = json_first(list); one && !waiting; one = json_next(one))
        waiting = waits(one) ? one : NULL;
    bool replacement =
        case_state_of(row) == CASE_DELIVERED && waiting && !row_has_flag(row, case_flag_text(CASE_VOIDED));
    if (replacement)
        row_stamp(c, row, "deliver_copy");
    else
        TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_DELIVER}));
    json_set_text(row, "delivered_to", who.to);
    json_set_int(answer(c), "handed_over", mark_delivered(c, row, &who));
    return ERR_OK;
}

static enum err need_decision(struct call *c, const struct json *row)
{
    if (!row_has_flag(row, case_flag_text(CASE_COMPLAINED)) || !str_empty(json_text(row, "decision")))
        return ERR_OK; /* the table says what else may be missing */
    return refuse(c, "annulled", "", "The decision of %s was annulled: decide it again first.",
                  case_title(row));
}

/* {case, to?, document?, document_number?, note?} hands over, making out on the way what is handed over at once; {case, ready:true, output?} only
 * makes it out, to be fetched later, or makes out the next copy after a void. */
enum err case_deliver(struct call *c)
{
    struct json *row, *service;
    bool ready;
    TRY(case_load(c, &row, &service));
    TRY(body_bool(c, "ready", &ready));
    TRY(need_decision(c, row));
    enum case_state state = case_state_of(row);
    if (ready || state == CASE_APPROVED || state == CASE_REFUSED)
        TRY(make_out(c, row, service));
    if (!ready)
        TRY(hand_over(c, row));
    return case_save(c, row);
}

/* --- case.void --- */

/* body.copy, else the newest that stands. */
static enum err find_copy(struct call *c, const struct json *row, size_t *index)
{
    int64_t copy;
    size_t i = 0;
    bool found = false;
    TRY(body_int(c, "copy", 0, &copy));
    const struct json *list = json_get(row, "outputs");
    for (const struct json *one = json_first(list); one; one = json_next(one), i++) {
        if (!is_live(one) || (copy && json_int(one, "copy", 0) != copy))
            continue;
        found = true;
        *index = i;
    }
    if (found)
        return ERR_OK;
    if (json_count(list) && !copy)
        return refuse(c, "voided", "", "The output of %s is voided already.", case_title(row));
    return refuse(c, "nothing_issued", copy ? "copy" : "", "%s has no output that could be voided.",
                  case_title(row));
}

/* {case, reason, copy?}: withdrawn, as a rule because something is wrong on it; case.deliver with "ready" makes out
 * the next copy in its place. */
enum err case_void(struct call *c)
{
    struct json *row, *service;
    const char *reason;
    size_t index = 0;
    TRY(case_load(c, &row, &service));
    TRY(body_need(c, "reason", &reason));
    enum case_state state = case_state_of(row);
    if (state != CASE_READY && state != CASE_DELIVERED)
        return refuse(c, "nothing_issued", "", "%s has no output that could be voided.", case_title(row));
    if (row_has_flag(row, case_flag_text(CASE_VOIDED)))
        return refuse(c, "voided", "",
                      "An output of %s is voided already: make out the copy in its place first.",
                      case_title(row));
    TRY(find_copy(c, row, &index));
    struct json *output = json_copy(json_at(json_get(row, "outputs"), index));
    row_set_time(output, "voided_at", c->at_ms);
    json_set_text(output, "voided_by", c->actor->user);
    json_set_text(output, "void_reason", reason);
    json_set_int(answer(c), "copy", json_int(output, "copy", 0));
    case_list_set(row, "outputs", index, output);
    row_set_flag(row, case_flag_text(CASE_VOIDED), true);
    row_stamp(c, row, "void");
    return case_save(c, row);
}
