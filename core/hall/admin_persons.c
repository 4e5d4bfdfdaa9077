/* core/hall/admin_persons.c: what is done for a citizen who asks what the hall holds of them, or wants it gone: an export and
 * an erasure, by supervisors and administrators of the whole hall. Each needs its reason, and each is a line of the audit
 * that names the person by identity alone. An erasure answers its plan first; it is done when the plan's own code comes
 * back, so that nobody erases what they have not read (person_erase.h). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/hall/admin_inside.h"
#include "core/hall/person_erase.h"
#include "core/hall/person_export.h"

enum { REASON_MAX = 500 };

static enum err need_reason(struct people *p, const char **reason)
{
    *reason = json_text(p->request, "reason");
    if (people_is_line(*reason, REASON_MAX))
        return ERR_OK;
    return people_refuse(
        p, ERR_INVALID, "reason_needed", "reason",
        "Why? Give a reason, at most %d signs and no name in it: it stays in the audit for ever. "
        "Nothing was done.",
        REASON_MAX);
}

static enum err need_person(struct people *p, char id[64])
{
    int count = 0;
    const char *who = json_text(p->request, "person");
    enum err err = people_need_agency(p, ""); /* whoever has an agency does not see all of a person */
    if (err == ERR_OK)
        err = person_rows_find(p->env->db, who, id, &count);
    if (err == ERR_ABSENT)
        return people_refuse(p, err, "unknown_person", "person",
                             "This hall holds nobody by that identity or number. Nothing was done.");
    if (err == ERR_CONFLICT && count > 1)
        return people_refuse(
            p, err, "several_records", "person",
            "That number stands in %d records that nobody has merged. Nothing was done: merge them, "
            "or name one by its identity.",
            count);
    return err;
}

/* --- export --- */

enum err person_take_out(struct people *p)
{
    struct person_rows rows = {0};
    struct json *detail = json_new_object(), *document = NULL;
    const char *reason = NULL;
    char id[64];
    int64_t rev = 0;
    enum err err = need_reason(p, &reason);
    if (err == ERR_OK)
        err = need_person(p, id);
    if (err == ERR_OK) { /* first: what cannot be written down is not done */
        json_set_text(detail, "person", id);
        json_set_text(detail, "reason", reason);
        err = p->by ? server_note_by(p->env, &p->actor, "person.export", detail, &rev)
                    : server_note(p->env, "person.export", detail);
    }
    if (err == ERR_OK)
        err = person_rows_read(p->env->db, id, &rows);
    if (err == ERR_OK)
        err = person_export(p->env->db, &rows, p->env->now_ms, &document);
    if (err == ERR_OK)
        json_set(p->answer, "document", document);
    person_rows_free(&rows);
    json_free(&detail);
    return err;
}

/* --- erasure --- */

static void say(struct json *sentences, const char *format, ...) PRINTF(2, 3);
static void say(struct json *sentences, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    json_add_text(sentences, text);
}

static int64_t goes(const struct erase_plan *plan, enum table table)
{
    return json_int(plan->goes, table_wire(table), 0);
}

static void say_kept(struct json *sentences, const struct json *kept)
{
    for (const struct json *one = json_first(kept); one; one = json_next(one)) {
        const char *number = json_text_or(one, "number", "without a number"),
                   *until = json_text(one, "until");
        int years = (int)json_int(one, "years", 0);
        if (until)
            say(sentences,
                "Application %.40s (%.60s) stays until %s: the law keeps it for %d years after its end.",
                number, json_text_or(one, "service", "?"), until, years);
        else
            say(sentences,
                "Application %.40s (%.60s) is not decided yet: it stays until it has ended, and for %d years "
                "after "
                "that.",
                number, json_text_or(one, "service", "?"), years);
    }
}

/* What goes and what stays, for whoever decides. */
static struct json *sentences_of(const struct erase_plan *plan)
{
    struct json *sentences = json_new_array();
    bool kept = json_count(plan->kept) > 0;
    if (json_count(plan->goes) == 0)
        say(sentences, "There is nothing left to erase now.");
    if (goes(plan, TABLE_PERSON) && !kept)
        say(sentences, "The person's record goes: name, numbers, birth date, telephone, address.");
    if (goes(plan, TABLE_PERSON) && kept)
        say(sentences,
            "Telephone, address, e-mail, language and papers of the person go; name, number and birth date "
            "stay with the applications that are kept.");
    if (goes(plan, TABLE_TICKET))
        say(sentences, "%lld visits and bookings lose the person and every word about them.",
            (long long)goes(plan, TABLE_TICKET));
    if (goes(plan, TABLE_CASE))
        say(sentences, "%lld applications that need not be kept lose answers, papers, notices and reasons.",
            (long long)goes(plan, TABLE_CASE));
    if (goes(plan, TABLE_SURVEY) + goes(plan, TABLE_DISPUTE))
        say(sentences, "%lld surveys and closed records of work lose their words.",
            (long long)(goes(plan, TABLE_SURVEY) + goes(plan, TABLE_DISPUTE)));
    if (json_int(plan->goes, "earlier", 0))
        say(sentences,
            "%lld earlier states of visits and applications that were put right to somebody else lose what "
            "they "
            "said of the person.",
            (long long)json_int(plan->goes, "earlier", 0));
    say_kept(sentences, plan->kept);
    return sentences;
}

static void put_plan(struct people *p, const struct erase_plan *plan)
{
    json_set_text(p->answer, "person", plan->person);
    json_set(p->answer, "sentences", sentences_of(plan));
    json_set(p->answer, "goes", json_copy(plan->goes));
    json_set(p->answer, "kept", json_copy(plan->kept));
    json_set_text(p->answer, "until", plan->until[0] ? plan->until : NULL);
}

static enum err erase_planned(struct people *p, const struct erase_plan *plan, const char *reason)
{
    const char *confirm = json_text(p->request, "confirm");
    int64_t changed = 0;
    if (plan->stop.code[0])
        return people_refuse(p, ERR_REFUSED, plan->stop.code, "person", "%s", plan->stop.text);
    if (erase_reason_names(plan, reason))
        return people_refuse(
            p, ERR_INVALID, "reason_names_them", "reason",
            "The reason names the person, and it stays in the audit for ever. Nothing was erased: "
            "write it without a name or number.");
    put_plan(p, plan);
    if (str_empty(confirm)) {
        json_set_bool(p->answer, "erased", false);
        json_set_text(p->answer, "confirm", plan->confirm);
        return ERR_OK;
    }
    if (!str_equal(confirm, plan->confirm))
        return people_refuse(
            p, ERR_CONFLICT, "not_as_read", "confirm",
            "That is not the code of what would be erased now; something of this person may have "
            "changed. Nothing was erased: read the plan again.");
    enum err err = erase_run(p->env, p->by ? &p->actor : NULL, plan, reason, &changed);
    json_set_bool(p->answer, "erased", true);
    json_set_int(p->answer, "erased_rows", changed);
    return err;
}

enum err person_erase(struct people *p)
{
    struct erase_plan plan = {0};
    const char *reason = NULL;
    char id[64];
    enum err err = need_reason(p, &reason);
    if (err == ERR_OK)
        err = need_person(p, id);
    if (err == ERR_OK)
        err = erase_plan_make(p->env, id, &plan);
    if (err == ERR_OK)
        err = erase_planned(p, &plan, reason);
    erase_plan_free(&plan);
    return err;
}
