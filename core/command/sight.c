/* core/command/sight.c: what of a row a person may see (PROTOCOL.md section 5).
 *
 * Two tables: who sees a table's rows how well, and which members are hidden from those who see it masked.
 * Knows no store and no command. */
#include <string.h>

#include "core/command/legal.h"
#include "core/model/role.h"

/* Whose rows: everyone's, or those of the actor's own agency, or the actor's own, or, of which everybody is told a part,
 * nobody's and the actor's own. */
enum reach { REACH_HALL, REACH_AGENCY, REACH_OWN, REACH_TOLD };

enum { ALL_ROLES = ~0u >> 1 };
static const unsigned case_workers = ROLE_CLERK | ROLE_APPROVER;

static const struct sight_rule {
    enum table table;
    unsigned full, masked; /* roles; a role in neither sees nothing */
    enum reach reach;      /* of the full sight */
} sights[] = {
    {TABLE_HALL, ALL_ROLES, 0, REACH_HALL},
    {TABLE_AGENCY, ALL_ROLES, 0, REACH_HALL},
    {TABLE_SERVICE, ALL_ROLES, 0, REACH_HALL},
    {TABLE_QUEUE, ALL_ROLES, 0, REACH_HALL},
    {TABLE_COUNTER, ALL_ROLES, 0, REACH_HALL},
    {TABLE_USER, ALL_ROLES, 0, REACH_HALL},
    {TABLE_TICKET, ALL_ROLES, 0, REACH_HALL},
    {TABLE_PERSON, ROLE_CLERK | ROLE_APPROVER, ALL_ROLES, REACH_HALL},
    {TABLE_CASE, ROLE_CLERK | ROLE_APPROVER, ALL_ROLES, REACH_AGENCY},
    {TABLE_DOCUMENT, ROLE_CLERK | ROLE_APPROVER, ALL_ROLES, REACH_AGENCY},
    {TABLE_PAYMENT, ROLE_CLERK | ROLE_APPROVER, ALL_ROLES, REACH_AGENCY},
    {TABLE_DECISION, ROLE_CLERK | ROLE_APPROVER, ALL_ROLES, REACH_AGENCY},
    {TABLE_DISPUTE, ROLE_SUPERVISOR, 0, REACH_OWN},
    {TABLE_CLOSURE, ALL_ROLES, 0, REACH_HALL},
    {TABLE_SURVEY, ROLE_SUPERVISOR, 0, REACH_HALL},
    {TABLE_ALERT, ALL_ROLES, 0, REACH_HALL},
    {TABLE_MOVE, ALL_ROLES, 0, REACH_HALL},
    {TABLE_STATION, ROLE_SUPERVISOR, 0, REACH_HALL},
    {TABLE_TRAINING, ROLE_TRAINER, 0, REACH_TOLD},
};

/* Those who find and manage people, and do not call them. */
static const unsigned name_readers = ROLE_RECEPTION | ROLE_SUPERVISOR | ROLE_ADMINISTRATOR;

/* Where the hall wants nobody to be picked: until the call a ticket is a number and a service to whoever may call. */
static bool hides_names(const struct actor *actor, enum table table)
{
    return (table == TABLE_TICKET || table == TABLE_CASE) && actor->names_hidden &&
           !(actor->roles & name_readers);
}

static enum sight until_the_call(enum table table, const struct json *row, enum sight sight)
{
    if (sight == SIGHT_NONE)
        return SIGHT_NONE;
    if (table == TABLE_CASE)
        return json_bool(row, "uncalled", false) ? SIGHT_UNLINKED : sight;
    return str_equal(json_text(row, "state"), "waiting") ? SIGHT_MASKED : sight;
}

static const struct sight_rule *sight_of(enum table table)
{
    for (size_t i = 0; i < sizeof sights / sizeof *sights; i++)
        if (sights[i].table == table)
            return &sights[i];
    return NULL;
}

static bool agency_fits(const struct actor *actor, const struct json *row)
{
    const char *agency = json_text(row, "agency");
    return str_empty(actor->agency) || str_empty(agency) || str_equal(actor->agency, agency);
}

/* By role, agency and whose it is. */
static enum sight given(const struct actor *actor, const struct sight_rule *rule, const struct json *row)
{
    bool own = str_equal(json_text(row, "user"), actor->user) ||
               json_has_text(json_get(row, "concerns"), actor->user);
    if (rule->reach == REACH_TOLD && !(actor->roles & rule->full))
        return own || str_empty(json_text(row, "user")) ? SIGHT_MASKED : SIGHT_NONE;
    if (rule->reach == REACH_OWN && own)
        return SIGHT_FULL;
    bool fits = rule->reach != REACH_AGENCY || agency_fits(actor, row);
    if (fits && (actor->roles & rule->full))
        return SIGHT_FULL;
    /* Those who do an agency's case work do not look into another agency's, not even masked. */
    unsigned others = rule->reach == REACH_AGENCY && !fits ? actor->roles & ~case_workers : actor->roles;
    return others & rule->masked ? SIGHT_MASKED : SIGHT_NONE;
}

enum sight row_sight(const struct actor *actor, enum table table, const struct json *row)
{
    const struct sight_rule *rule = sight_of(table);
    if (str_empty(actor->user)) /* the hall's own program */
        return SIGHT_FULL;
    if (!rule)
        return SIGHT_NONE;
    enum sight sight = given(actor, rule, row);
    return hides_names(actor, table) ? until_the_call(table, row, sight) : sight;
}

bool table_is_whole(const struct actor *actor, enum table table)
{
    const struct sight_rule *rule = sight_of(table);
    return str_empty(actor->user) ||
           (rule && rule->reach == REACH_HALL && (actor->roles & rule->full) && !hides_names(actor, table));
}

/* Members that SIGHT_MASKED loses, and those of which the last characters stay so that two people can be told
 * apart ("KTP ending in 14"). */
static const struct mask {
    enum table table;
    const char *member;
    int shown; /* characters kept at the end; -1: the member is removed */
} masks[] = {
    {TABLE_PERSON, "nik", 4},           {TABLE_PERSON, "fin", 2},         {TABLE_PERSON, "phone", 2},
    {TABLE_PERSON, "documents", -1},    {TABLE_PERSON, "address", -1},    {TABLE_PERSON, "email", -1},
    {TABLE_PERSON, "conflict", -1},                                 /* what a bus wrote in the same fields */
    {TABLE_PERSON, "merge", -1},                                    /* what stood there before */
    {TABLE_TICKET, "person", -1},       {TABLE_TICKET, "note", -1}, /* who waits, where names are hidden */
    {TABLE_CASE, "draft", -1},          {TABLE_CASE, "branches", -1},     {TABLE_CASE, "draft_revs", -1},
    {TABLE_CASE, "corrections", -1},    {TABLE_CASE, "complaints", -1},   {TABLE_CASE, "note", -1},
    {TABLE_CASE, "submitted", -1},      {TABLE_CASE, "notes", -1},        {TABLE_CASE, "outputs", -1},
    {TABLE_CASE, "delivered_to", -1},   {TABLE_CASE, "returned", -1},     {TABLE_CASE, "extensions", -1},
    {TABLE_CASE, "migrations", -1}, /* drafts, as they were */
    {TABLE_CASE, "arrival", -1},    /* whom another system named */
    {TABLE_DOCUMENT, "note", -1},       {TABLE_PAYMENT, "reference", -1}, {TABLE_DECISION, "text", -1},
    {TABLE_DECISION, "conditions", -1}, {TABLE_DECISION, "note", -1},     {TABLE_DECISION, "notice", -1},
    {TABLE_DECISION, "reasons", -1},    {TABLE_DECISION, "grounds", -1},  {TABLE_DECISION, "fields", -1},
    {TABLE_DECISION, "papers", -1},     {TABLE_TRAINING, "better", -1},   {TABLE_TRAINING, "score", -1},
};

/* All but the last shown characters of an ASCII identifier become bullets; other letters count as bytes, which
 * can only hide more. */
static void mask_text(struct json *row, const char *member, int shown)
{
    const char *text = json_text(row, member);
    if (!text)
        return;
    struct buf masked = {0};
    size_t length = strlen(text);
    size_t hidden = length > (size_t)shown ? length - (size_t)shown : length;
    for (size_t i = 0; i < hidden; i++)
        buf_adds(&masked, "•");
    for (size_t i = hidden; i < length; i++)
        buf_addc(&masked, (unsigned char)text[i] < 128 ? text[i] : '?');
    json_set_text(row, member, buf_text(&masked));
    buf_free(&masked);
}

void row_mask(enum table table, struct json *row)
{
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        if (masks[i].table != table)
            continue;
        if (masks[i].shown < 0)
            json_remove(row, masks[i].member);
        else
            mask_text(row, masks[i].member, masks[i].shown);
    }
    if (!str_equal(json_text(row, "withdrawn_reason"), CASE_LAPSED)) /* the citizen's own words */
        json_remove(row, "withdrawn_reason");
    json_set_bool(row, "masked", true);
}

/* An application that is handed in is work to be done by its date, so it keeps its person; a draft waits for its visitor. */
static void unlink_ticket(enum table table, struct json *row)
{
    json_remove(row, "ticket");
    json_remove(row, "visit");
    if (!str_equal(json_text(row, "state"), "draft"))
        return;
    json_remove(row, "person");
    row_mask(table, row);
}

bool row_show(const struct actor *actor, enum table table, struct json *row)
{
    enum sight sight = row_sight(actor, table, row);
    if (sight == SIGHT_MASKED)
        row_mask(table, row);
    if (sight == SIGHT_UNLINKED)
        unlink_ticket(table, row);
    return sight != SIGHT_NONE;
}
