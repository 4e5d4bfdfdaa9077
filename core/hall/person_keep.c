/* core/hall/person_keep.c: see person_keep.h. */
#include "core/hall/person_keep.h"

#include <stdio.h>
#include <string.h>

/* --- how long --- */

/* Decided, or taken back: what comes afterwards, a complaint or a copy, is dated and so counts anew. */
static bool has_ended(const struct json *row)
{
    static const char *const ends[] = {"approved", "refused", "ready", "delivered", "withdrawn"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_equal(json_text(row, "state"), ends[i]))
            return true;
    return false;
}

static const char *later(const char *a, const char *b)
{
    return !str_empty(b) && strcmp(b, a) > 0 ? b : a;
}

/* The last thing that happened to it. */
static const char *last_time(const struct json *row)
{
    static const char *const times[] = {"opened_at", "submitted_at", "complete_at", "decided_at",
                                        "delivered_at"};
    const char *last = "";
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        last = later(last, json_text(row, times[i]));
    for (const struct json *stamp = json_first(json_get(row, "stamps")); stamp; stamp = json_next(stamp))
        last = later(last, json_text(stamp, "at"));
    return last;
}

static int years_of(const struct json *service, const struct json *hall)
{
    int64_t years =
        json_int(service, "keep_years", json_int(json_get(hall, "policy"), "case_years", KEEP_YEARS));
    return years < 0 || years > 1000 ? KEEP_YEARS : (int)years;
}

void keep_case(const struct json *row, const struct json *service, const struct json *hall, bool paid,
               const char *today, struct keep *out)
{
    int year = 0;
    const char *last = last_time(row);
    *out = (struct keep){.years = years_of(service, hall)};
    if (json_get(row, "erased_at") || (str_equal(json_text(row, "state"), "draft") && !paid))
        return;
    out->kept = true;
    out->open =
        !has_ended(row) || sscanf(last, "%4d-", &year) != 1; /* a time that cannot be read is not over */
    if (out->open)
        return;
    str_format(out->until, sizeof out->until, "%04d%.6s", year + out->years, last + 4);
    if (strcmp(out->until, today) <= 0)
        *out = (struct keep){.years = out->years};
}

/* --- what is left --- */

/* Members that stay; below them texts that somebody typed go, too. A member that ends in "?" stays as a mere sign that there
 * was something, since figures count it. */
static const char *const ticket_rest[] = {"id",
                                          "number",
                                          "queue",
                                          "service",
                                          "visit",
                                          "state",
                                          "gen",
                                          "counter",
                                          "user",
                                          "priority",
                                          "channel",
                                          "day",
                                          "priority_class",
                                          "arrived_at",
                                          "place_at",
                                          "booked_at",
                                          "appointment_at",
                                          "called_at",
                                          "started_at",
                                          "held_until",
                                          "held_ms",
                                          "finished_at",
                                          "outcome",
                                          "calls",
                                          "promise_min",
                                          "stamps",
                                          "stops",
                                          "run",
                                          "fence",
                                          "printed",
                                          "flags",
                                          "no_show_early",
                                          "visit_min",
                                          "ahead",
                                          "hall",
                                          "origin",
                                          "taken",
                                          "call_reason?",
                                          NULL};
static const char *const case_rest[] = {"id",
                                        "number",
                                        "service",
                                        "form_version",
                                        "form_sha256",
                                        "agency",
                                        "state",
                                        "flags",
                                        "channel",
                                        "user",
                                        "hold_gen",
                                        "opened_at",
                                        "opened_by",
                                        "submitted_at",
                                        "complete_at",
                                        "due_at",
                                        "due_first_at",
                                        "decided_at",
                                        "decided_by",
                                        "outcome",
                                        "decision",
                                        "decision_rev",
                                        "confirmed_by",
                                        "delivered_at",
                                        "delivered_by",
                                        "lapses_at",
                                        "stamps",
                                        "queue",
                                        "fee",
                                        "paid",
                                        "holder_work",
                                        "confirm_asked_at",
                                        "hall",
                                        "origin",
                                        NULL};
static const char *const document_rest[] = {"id", "case", "code", "state", "at", "by", NULL};
static const char *const payment_rest[] = {"id", "case", "amount", "currency", "method",
                                           "at", "by",   "tier",   NULL};
static const char *const decision_rest[] = {"id",         "case",         "kind",
                                            "outcome",    "answer",       "at",
                                            "by",         "confirmed_by", "confirm_pending",
                                            "agree",      "effective",    "reasons",
                                            "concurring", "concurs",      "contested",
                                            "against",    "legal",        "deemed",
                                            "of",         "standing",     NULL};
static const char *const survey_rest[] = {"id", "ticket", "queue", "service", "agency", "scores", "at", NULL};
static const char *const dispute_rest[] = {"id",          "client", "user",     "code",
                                           "state",       "choice", "concerns", "resolved_by",
                                           "resolved_at", "at",     "origin",   NULL};
static const char *const person_rest[] = {"id", NULL};

static const char *const *rest_of(enum table table)
{
    switch (table) {
    case TABLE_TICKET:
        return ticket_rest;
    case TABLE_CASE:
        return case_rest;
    case TABLE_DOCUMENT:
        return document_rest;
    case TABLE_PAYMENT:
        return payment_rest;
    case TABLE_DECISION:
        return decision_rest;
    case TABLE_SURVEY:
        return survey_rest;
    case TABLE_DISPUTE:
        return dispute_rest;
    default:
        return person_rest;
    }
}

/* In lists that stay (stamps, stops) somebody may have typed a word. */
static void drop_words(struct json *value)
{
    static const char *const words[] = {"note", "reason", "text",        "message",
                                        "why",  "name",   "missing_why", "person"};
    if (json_is_object(value))
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            json_remove(value, words[i]);
    if (json_is_object(value) || json_is_array(value))
        for (const struct json *one = json_first(value); one; one = json_next(one))
            drop_words((struct json *)(uintptr_t)one);
}

static void keep_member(struct json *rest, const struct json *row, const char *name)
{
    char member[64];
    size_t length = strlen(name);
    bool sign = name[length - 1] == '?';
    str_format(member, sizeof member, "%.*s", (int)(length - sign), name);
    const struct json *value = json_get(row, member);
    if (sign && !str_empty(json_as_text(value)))
        json_set_text(rest, member, "-");
    if (!value || sign)
        return;
    struct json *copy = json_copy(value);
    drop_words(copy);
    json_set(rest, member, copy);
}

/* A dispute says which command it was, not what was in it. */
static void keep_command(struct json *rest, const struct json *row)
{
    static const char *const members[] = {"seq", "id", "type", "v", "at", "base"};
    const struct json *command = json_get(row, "command");
    struct json *copy = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(command, members[i]))
            json_set(copy, members[i], json_copy(json_get(command, members[i])));
    json_set(copy, "body", json_new_object());
    json_set(rest, "command", copy);
    json_set_text(rest, "message", "");
    json_set_text(rest, "field", "");
    json_set_null(rest, "row");
    json_set_null(rest, "note");
}

struct json *keep_rest(enum table table, const struct json *row, const char *erased_at)
{
    struct json *rest = json_new_object();
    for (const char *const *name = rest_of(table); *name; name++)
        keep_member(rest, row, *name);
    if (table == TABLE_DISPUTE)
        keep_command(rest, row);
    json_set_text(rest, "erased_at", erased_at);
    return rest;
}

struct json *keep_identity(const struct json *person, const char *erased_at, const char *until)
{
    static const char *const members[] = {"id",  "name", "given", "father", "family",
                                          "fin", "nik",  "born",  "merged", "merged_into"};
    struct json *rest = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(person, members[i]))
            json_set(rest, members[i], json_copy(json_get(person, members[i])));
    json_set_text(rest, "erased_at", erased_at);
    json_set_text(rest, "kept_until", until);
    return rest;
}
